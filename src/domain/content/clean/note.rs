//! Footnotes of office programs: reference and note lead to each other.

use super::Work;

/// Names of anchors: of the office program, and ours. `_ftn1` is the note, `_ftnref1` the place of its mark.
const NAMES: [(&str, &str); 4] = [("_ftnref", "fnref-"), ("_ftn", "fn-"), ("_ednref", "fnref-e"), ("_edn", "fn-e")];

/// Gives footnotes the addresses that are stored; other anchors of the office program lead nowhere.
pub(super) fn notes(work: &mut Work<'_>) {
    for id in work.tree.named(work.body, &["a"]) {
        let name = ["id", "name"].into_iter().find_map(|key| work.tree.attribute(id, key).and_then(ours));
        match name {
            Some(name) => work.tree.set(id, "id", name),
            None => work.tree.unset(id, "id"),
        }
        let Some(href) = work.tree.attribute(id, "href").map(|href| href.trim().to_owned()) else { continue };
        match href.strip_prefix('#').map(|anchor| (ours(anchor), anchor.starts_with('_'))) {
            Some((Some(anchor), _)) => work.tree.set(id, "href", format!("#{anchor}")),
            // A table of contents of the office program.
            Some((None, true)) => work.tree.unset(id, "href"),
            _ if leads_to_disk(&href) => work.tree.unset(id, "href"),
            _ => {}
        }
        let title = work.tree.attribute(id, "title").is_some_and(|title| title.trim().is_empty());
        if title {
            work.tree.unset(id, "title");
        }
    }
}

/// A file or window of the computer that it was copied on.
fn leads_to_disk(href: &str) -> bool {
    let head = href.get(..5).unwrap_or_default().to_ascii_lowercase();
    href.is_empty() || head == "file:" || head == "about" || href.starts_with("\\\\") || head.get(1..3) == Some(":\\")
}

/// The name of an anchor as it is stored.
fn ours(name: &str) -> Option<String> {
    let name = name.trim_start_matches('#');
    if crate::domain::content::html::is_note(name) {
        return Some(name.to_owned());
    }
    NAMES.into_iter().find_map(|(theirs, ours)| {
        let number = name.strip_prefix(theirs)?;
        let short = (1..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        short.then(|| format!("{ours}{number}"))
    })
}
