//! Pagers that a function of TRS WCM writes: `createPageHTML(3, 0, "index", "html")` stands for the pages `index.html`,
//! `index_1.html`, `index_2.html`.

use std::borrow::Cow;

use memchr::memmem;

use super::token::{Token, tokens};

const CALL: &str = "createPage";
/// Pages that one pager leads to.
const MOST: i64 = 1_000;
/// Longest call, bytes.
const LONGEST: usize = 400;

/// The page with links in place of such calls.
pub(in crate::migrate) fn with_pager(text: Cow<'_, str>) -> Cow<'_, str> {
    if memmem::find(text.as_bytes(), CALL.as_bytes()).is_none() {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 500);
    let mut from = 0;
    for (at, _) in text.match_indices(CALL) {
        // Behind the last call, and not where the function is made.
        if at < from || text[..at].trim_end().ends_with("function") {
            continue;
        }
        let Some(links) = call(&text[at..]) else { continue };
        let rest = text[at..].as_bytes();
        let end = memmem::find(rest, b"</script>").or_else(|| memmem::find(rest, b"</SCRIPT>"));
        let Some(end) = end.map(|end| at + end + "</script>".len()) else { continue };
        out.push_str(&text[from..end]);
        out.push_str(&links);
        from = end;
    }
    if from == 0 {
        return text;
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// Links to the other pages that a call writes.
fn call(text: &str) -> Option<String> {
    let open =
        text.find('(').filter(|open| text[..*open].bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))?;
    let close = open + text[open..].find(')').filter(|close| *close <= LONGEST)?;
    let given: Vec<Token> = tokens(&text[open + 1..close]).into_iter().filter(|token| !token.is(b',')).collect();
    let [Token::Number(count), Token::Number(here), Token::Text(name), Token::Text(ending), ..] = given.as_slice()
    else {
        return None;
    };
    let plain = |text: &str| !text.is_empty() && !text.contains(['<', '>', '"', '\'', ':', ' ']);
    if !plain(name) || !plain(ending) {
        return None;
    }
    let page = |number: i64| match number {
        0 => format!("{name}.{ending}"),
        _ => format!("{name}_{number}.{ending}"),
    };
    let others = (0..(*count).min(MOST)).filter(|number| number != here);
    let links: Vec<String> = others.map(|number| format!("<a href=\"{}\">{}</a>", page(number), number + 1)).collect();
    Some(format!("<div>{}</div>", links.join(" ")))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::with_pager;

    #[test]
    fn calls_become_links() {
        let page = "<ul></ul><SCRIPT>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){ if(_nPageCount<=1) return; }\n\
                    createPageHTML(3, 1, \"index\", \"html\");</SCRIPT><p>末</p>";
        let shown = with_pager(Cow::Borrowed(page));
        let links = "<div><a href=\"index.html\">1</a> <a href=\"index_2.html\">3</a></div>";
        assert!(shown.ends_with(&format!("</SCRIPT>{links}<p>末</p>")), "{shown}");
        for other in
            ["createPageHTML(n, 0, 'a', 'b')</script>", "createPage", "createPage(1,0,'a','<b>')</script>", "<p>末</p>"]
        {
            assert_eq!(with_pager(Cow::Borrowed(other)), other);
        }
    }
}
