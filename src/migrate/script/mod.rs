//! Scripts of old pages, read for where they lead: addresses in quotes, functions that links call, forms that functions
//! send, lists that they show.
//!
//! **Invariant:** nothing is run. What is not understood leads nowhere, and no script costs more than a pass over it.

mod act;
mod form;
mod pager;
mod quoted;
mod records;
mod token;

pub use act::Functions;
pub(super) use form::Page;
pub(super) use quoted::{looks_like_address, post_back, read};
pub(super) use records::has_records;

use std::borrow::Cow;

/// The page as its scripts show it, as far as that is understood: rows and pagers that they write. `all` also gives what
/// only leads on.
pub(super) fn unfolded(text: &str, all: bool) -> Cow<'_, str> {
    pager::with_pager(records::unfolded(text, all))
}

#[cfg(test)]
mod tests {
    use encoding_rs::GBK;
    use proptest::prelude::{Strategy, any, prop, prop_oneof, proptest};
    use url::Url;

    use super::{Functions, Page, post_back, read, unfolded};

    /// Pieces of scripts and pages in any order, and anything else between them.
    fn pieces() -> impl Strategy<Value = String> {
        const KNOWN: [&str; 34] = [
            "function ",
            "f(",
            ")",
            "{",
            "}",
            "\"",
            "'",
            "+",
            "=",
            ";",
            "if (",
            "location.href",
            "document.f.p.value",
            ".submit()",
            "open(",
            "<script type=\"text/xml\">",
            "</script>",
            "<datastore>",
            "</datastore>",
            "<record>",
            "<![CDATA[",
            "]]>",
            "createPageHTML(",
            "3, 0, \"index\", \"html\"",
            "//",
            "/*",
            "*/",
            "\\",
            "\n",
            "民政",
            "__doPostBack('g$ctl0','')",
            "javascript:",
            "12",
            "list.asp?page=",
        ];
        let piece = prop_oneof![prop::sample::select(KNOWN.to_vec()).prop_map(str::to_owned), any::<String>()];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_in_a_script_breaks_its_reader(code in pieces(), click in pieces(), field in pieces()) {
            let base = Url::parse("http://a.gov.cn/n/list.jsp?c=1").unwrap();
            read(&code);
            post_back(&code);
            unfolded(&code, true);
            unfolded(&code, false);
            let mut page = Page::default();
            page.element("form", &|key| (key == "action").then_some(field.as_str()));
            page.element("input", &|key| (key == "name").then_some("p"));
            page.script(&code);
            let leads = page.leads(&click, &Functions::default(), &base, &base, GBK);
            assert!(leads.addresses.iter().all(|address| matches!(address.scheme(), "http" | "https")));
        }
    }
}
