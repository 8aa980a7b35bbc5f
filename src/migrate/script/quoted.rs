//! Addresses in scripts: what stands in quotes and looks like one.

/// Endings of what a site answers with.
const ENDINGS: [&str; 34] = [
    ".asp", ".aspx", ".ashx", ".php", ".jsp", ".jspx", ".htm", ".html", ".shtml", ".shtm", ".xhtml", ".do", ".action",
    ".cgi", ".cfm", ".xml", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".pdf", ".rar", ".zip", ".wps", ".txt",
    ".jpg", ".jpeg", ".gif", ".png", ".bmp", ".swf", ".js",
];
/// Longest address in a script.
const LONGEST: usize = 500;

/// What a script holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::migrate) struct Script {
    /// Texts that look like addresses.
    pub addresses: Vec<String>,
    /// Texts with tags in them, as `document.write` puts them on the page.
    pub html: Vec<String>,
}

/// Reads a script, the value of an `on…` attribute, or what follows `javascript:`.
pub(in crate::migrate) fn read(code: &str) -> Script {
    let mut script = Script::default();
    literals(code, &mut |text, whole| {
        if text.contains('<') {
            script.html.push(text.to_owned());
        } else if whole && looks_like_address(text) {
            script.addresses.push(text.to_owned());
        }
    });
    script
}

/// Target and argument of `__doPostBack('…','…')`.
pub(in crate::migrate) fn post_back(code: &str) -> Option<(String, String)> {
    let at = code.find("__doPostBack")?;
    let mut parts = Vec::new();
    literals(&code[at..], &mut |text, _| parts.push(text.to_owned()));
    let mut parts = parts.into_iter();
    Some((parts.next().filter(|target| !target.is_empty())?, parts.next().unwrap_or_default()))
}

/// Could a browser go there?
pub(in crate::migrate) fn looks_like_address(text: &str) -> bool {
    let text = text.trim();
    if text.len() < 2 || text.len() > LONGEST || text.chars().any(|c| c.is_whitespace() || "\"'{}();,|^$*".contains(c))
    {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return lower.len() > 10;
    }
    if lower.contains(':') && !lower.contains('?') {
        return false;
    }
    let path = lower.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() {
        return lower.starts_with('?') && lower.contains('=');
    }
    let file = path.rsplit('/').next().unwrap_or_default();
    let ends = ENDINGS.iter().any(|ending| file.len() > ending.len() && file.ends_with(ending));
    // A folder is only believed when it says where it begins.
    let folder = path.len() > 2 && path.ends_with('/') && (path.starts_with('/') || path.starts_with("../"));
    ends || folder
}

/// Gives each text in quotes, and whether it stands alone, not put together with `+`.
fn literals(code: &str, each: &mut dyn FnMut(&str, bool)) {
    let bytes = code.as_bytes();
    let mut at = 0;
    let mut before = b' ';
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'') => {
                let Some(end) = closing(bytes, at + 1, quote) else {
                    at += 1;
                    continue;
                };
                let after = bytes[end + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
                let whole = before != b'+' && after != Some(&b'+');
                let inner = &code[at + 1..end];
                if inner.contains('\\') {
                    each(&unescaped(inner), whole);
                } else {
                    each(inner, whole);
                }
                before = quote;
                at = end + 1;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = memchr::memmem::find(&bytes[at + 2..], b"*/").map_or(bytes.len(), |end| at + 2 + end + 2);
            }
            byte => {
                if !byte.is_ascii_whitespace() {
                    before = byte;
                }
                at += 1;
            }
        }
    }
}

/// Where a text that began at `at` ends; it stays on its line.
pub(super) fn closing(bytes: &[u8], mut at: usize, quote: u8) -> Option<usize> {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\n' => return None,
            byte if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// A text in quotes without its escapes.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'r' | 't') => plain.push(' '),
                Some(other) => plain.push(other),
                None => {}
            },
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{looks_like_address, post_back, read};

    #[test]
    fn quoted_addresses_are_found_and_pieces_are_not() {
        let code = "// 'no.asp'\n var a='show.asp?id='+id; location.href = \"list.asp?c=1\";\n/* 'x.asp' */\n\
                    window.open('/pop/notice.htm','','width=300'); document.write('<a href=\\'m.asp\\'>x</a>');\n\
                    it's broken 'x\nlocation='?page=3'; f('text','a b.htm','../news/','http://a.gov.cn/x')";
        let script = read(code);
        assert_eq!(script.addresses, ["list.asp?c=1", "/pop/notice.htm", "?page=3", "../news/", "http://a.gov.cn/x"]);
        assert_eq!(script.html, ["<a href='m.asp'>x</a>"]);
        for no in ["text/javascript", "width=300", "utf-8", "#default#homepage", "url(#x)", "/", "//", ".asp", "a:b/"] {
            assert!(!looks_like_address(no), "{no}");
        }
    }

    #[test]
    fn post_backs() {
        let read = |code: &str| post_back(code).unwrap();
        assert_eq!(read("javascript:__doPostBack('Grid1','Page$2')"), ("Grid1".into(), "Page$2".into()));
        assert_eq!(read("__doPostBack('dg$ctl14$ctl01','')").0, "dg$ctl14$ctl01");
        assert_eq!(post_back("alert('x')"), None);
    }
}
