//! Texts that a program showed as several pages.

/// Headings that programs give pages by themselves.
const EMPTY_HEADINGS: [&str; 3] = ["分页标题", "副标题", "本页标题"];

/// A text with its pages joined, and how many there were. Pages are separated by `#p#heading#e#` (dedecms),
/// `[page]heading[/page]` (phpcms) or `[NextPage]` (动易 and its kin); a heading becomes one.
pub fn join_pages(body: &str) -> (String, usize) {
    let lower = body.to_ascii_lowercase();
    if let Some(start) = lower.find("#p#") {
        return split(body, &lower, start, "#p#", "#e#");
    }
    if let Some(start) = lower.find("[page]") {
        return split(body, &lower, start, "[page]", "[/page]");
    }
    if lower.contains("[nextpage]") {
        let mut joined = String::with_capacity(body.len());
        let mut pages = 1;
        let mut from = 0;
        while let Some(at) = lower[from..].find("[nextpage]") {
            joined.push_str(&body[from..from + at]);
            from += at + "[nextpage]".len();
            pages += 1;
        }
        joined.push_str(&body[from..]);
        return (joined, pages);
    }
    (body.to_owned(), 1)
}

fn split(body: &str, lower: &str, start: usize, open: &str, close: &str) -> (String, usize) {
    let mut joined = body[..start].to_owned();
    // A mark at the very beginning names the first page.
    let mut pages = usize::from(!is_blank(&body[..start]));
    let mut at = start;
    loop {
        pages += 1;
        let inside = at + open.len();
        let next = lower[inside..].find(open).map_or(body.len(), |found| inside + found);
        // The heading is short and ends before the next page.
        let end = lower[inside..next].find(close).filter(|length| *length <= 600);
        let text = match end {
            Some(length) => {
                let heading = crate::domain::content::plain_text(&body[inside..inside + length]);
                if !heading.is_empty() && !EMPTY_HEADINGS.contains(&heading.as_str()) {
                    joined.push_str("<h2>");
                    joined.push_str(&escape(&heading));
                    joined.push_str("</h2>");
                }
                inside + length + close.len()
            }
            None => inside,
        };
        joined.push_str(&body[text..next]);
        if next == body.len() {
            return (joined, pages.max(1));
        }
        at = next;
    }
}

/// Is nothing to be seen of it?
fn is_blank(html: &str) -> bool {
    let mut inside = false;
    let text = html.replace("&nbsp;", " ");
    !html.to_ascii_lowercase().contains("<img")
        && text.chars().all(|letter| {
            match letter {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    return true;
                }
                _ => {}
            }
            inside || letter.is_whitespace()
        })
}

/// Text as HTML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
