//! Pages of a list.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::render::view_admin::PagesView;

/// An address with the fields behind the `?` that are filled.
pub(in crate::web::admin) fn address(path: &str, fields: &[(&str, &str)]) -> String {
    let filled = fields.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> =
        filled.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// Pages of `size` things at an address with `fields`; a number beyond the last page is the last page.
pub(super) fn pages(path: &str, fields: &[(&str, &str)], page: u64, size: u64, total: u64) -> PagesView {
    let pages = total.div_ceil(size).max(1);
    let page = page.clamp(1, pages);
    let at = |number: u64| {
        let text = if number > 1 { number.to_string() } else { String::new() };
        let mut all = fields.to_vec();
        all.push(("page", &text));
        address(path, &all)
    };
    let when = |condition: bool, number: u64| if condition { at(number) } else { String::new() };
    PagesView {
        page,
        pages,
        total,
        previous: when(page > 1, page.saturating_sub(1)),
        next: when(page < pages, page + 1),
        first: when(page > 1, 1),
        last: when(page < pages, pages),
    }
}
