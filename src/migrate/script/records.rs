//! Lists that lie in a page as XML for its script to show, as 大汉 jcms has them:
//! `<script type="text/xml"><datastore><recordset><record><![CDATA[<li>…</li>]]></record>…`.

use std::borrow::Cow;

use memchr::memmem;

const BEGIN: &str = "<datastore>";
const END: &str = "</datastore>";

/// Does a text hold such a list?
pub(in crate::migrate) fn has_records(text: &[u8]) -> bool {
    memmem::find(text, BEGIN.as_bytes()).is_some()
}

/// The page as its script shows it: rows in place of their XML; `all` also gives what is no row, the address of the next
/// group above all.
pub(in crate::migrate) fn unfolded(text: &str, all: bool) -> Cow<'_, str> {
    if !has_records(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(BEGIN) {
        let inner = &rest[begin + BEGIN.len()..];
        let length = inner.find(END).unwrap_or(inner.len());
        // The script around it goes with it.
        let before = &rest[..begin];
        let open = before.rfind("<script").filter(|at| !before[*at..].contains("</script")).unwrap_or(begin);
        let mut behind = inner[length..].strip_prefix(END).unwrap_or_default();
        if open < begin {
            behind = behind.find("</script>").map_or("", |end| &behind[end + "</script>".len()..]);
        }
        out.push_str(&rest[..open]);
        out.push_str("<div>");
        rows(&inner[..length], all, &mut out);
        out.push_str("</div>");
        rest = behind;
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn rows(store: &str, all: bool, out: &mut String) {
    let mut rest = store;
    while let Some(at) = rest.find("<![CDATA[") {
        let is_row = rest[..at].trim_end().ends_with("<record>");
        let inner = &rest[at + "<![CDATA[".len()..];
        let length = inner.find("]]>").unwrap_or(inner.len());
        if all || is_row {
            out.push_str(&inner[..length]);
            out.push('\n');
        }
        rest = &inner[length..];
    }
}

#[cfg(test)]
mod tests {
    use super::unfolded;

    #[test]
    fn rows_stand_where_their_script_stood() {
        let page = "<h1>工作动态</h1><script>x</script><div><script type=\"text/xml\"><datastore>\n<nextgroup><![CDATA[<a href=\"/next.jsp\"></a>]]></nextgroup>\
                    <recordset>\n<record><![CDATA[\n<li><a href=/art/1.html>一</a></li>]]></record><record><![CDATA[<li>二</li>]]></record></recordset></datastore></script></div><p>末</p>";
        let shown = unfolded(page, false);
        assert_eq!(
            shown,
            "<h1>工作动态</h1><script>x</script><div><div>\n<li><a href=/art/1.html>一</a></li>\n<li>二</li>\n</div></div><p>末</p>"
        );
        assert!(unfolded(page, true).contains("/next.jsp"));
        assert_eq!(unfolded("<p>末</p>", true), "<p>末</p>");
        for torn in [
            "<datastore>",
            "<script><datastore><record><![CDATA[一",
            "<datastore></datastore><datastore><record><![CDATA[]]>",
        ] {
            unfolded(torn, true);
        }
    }
}
