//! WordPress's own markup as plain HTML: blocks, shortcodes, line breaks.
//!
//! **Invariant:** text is never lost: a shortcode or block that nobody knows
//! goes, is counted, and what stood inside it stays.

use std::collections::BTreeMap;

/// Elements that stand between paragraphs.
const BLOCKS: [&str; 45] = [
    "address",
    "area",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "map",
    "menu",
    "nav",
    "ol",
    "p",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];
/// Block elements without an end.
const VOID: [&str; 3] = ["hr", "col", "area"];
/// Elements whose text is left exactly as it is.
const VERBATIM: [&str; 4] = ["pre", "script", "style", "textarea"];
/// Shortcodes that need no parameters to be recognised.
const BARE: [&str; 8] =
    ["contact-form", "contact-form-7", "archives", "sitemap", "slideshow", "polldaddy", "wpforms", "toc"];
/// Parameters of `[audio]` and `[video]` that hold the file.
const FILES: [&str; 10] = ["src", "mp3", "m4a", "ogg", "wav", "wma", "mp4", "m4v", "webm", "flv"];
/// Farthest end of a shortcode that is looked for, in bytes.
const FARTHEST: usize = 256 << 10;

/// Pictures of a gallery: address, alternative text, caption.
pub(super) type Shown = (String, String, String);

/// What the markup needs to know of the export.
pub(super) trait Attachments {
    /// The pictures with these numbers, or all of the item.
    fn gallery(&self, numbers: Option<&[u64]>) -> Vec<Shown>;
}

/// Turns the content of an item into HTML, not yet sanitised. What was taken out is counted in `removed`.
pub(super) fn html(content: &str, attachments: &dyn Attachments, removed: &mut BTreeMap<String, usize>) -> String {
    let content = content.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(content.len() + content.len() / 8);
    for (in_block, part) in blocks(&content, removed) {
        let mut codes = Shortcodes { attachments, removed, open: Vec::new() };
        let part = codes.run(&part, 0);
        if in_block { out.push_str(&part) } else { paragraphs(&part, &mut out) }
    }
    out
}

/// Parts inside and outside of blocks, the marks themselves taken out; page breaks are only joints.
fn blocks(content: &str, removed: &mut BTreeMap<String, usize>) -> Vec<(bool, String)> {
    let mut parts: Vec<(bool, String)> = Vec::new();
    let mut depth = 0_usize;
    let mut rest = content;
    let mut add = |in_block: bool, text: &str| {
        match parts.last_mut() {
            Some((last, part)) if *last == in_block => part.push_str(text),
            _ => parts.push((in_block, text.to_owned())),
        };
    };
    while let Some(at) = rest.find("<!--") {
        add(depth > 0, &rest[..at]);
        // <!--> is a whole comment.
        let Some(end) = rest[at + 2..].find("-->").map(|end| end + 2) else {
            rest = "";
            break;
        };
        let mark = rest.get(at + 4..at + end).unwrap_or_default().trim();
        if let Some(block) = mark.strip_prefix("wp:") {
            if block.ends_with('/') {
                let name = block.split([' ', '/']).next().unwrap_or_default();
                *removed.entry(format!("block {name}")).or_default() += 1;
            } else {
                depth += 1;
            }
        } else if mark.starts_with("/wp:") {
            depth = depth.saturating_sub(1);
        } else if mark.starts_with("more") || mark == "nextpage" || mark == "noteaser" {
            add(depth > 0, "\n\n");
        }
        rest = &rest[at + end + 3..];
    }
    add(depth > 0, rest);
    parts
}

struct Shortcodes<'a> {
    attachments: &'a dyn Attachments,
    removed: &'a mut BTreeMap<String, usize>,
    /// Shortcodes that were taken out and whose end must go, too.
    open: Vec<String>,
}

/// A shortcode as it stands in the text.
struct Code<'a> {
    name: &'a str,
    attributes: Vec<(String, String)>,
    /// Bytes from `[` to `]`.
    length: usize,
    closed: bool,
}

impl Code<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str()).filter(|v| !v.is_empty())
    }
}

impl Shortcodes<'_> {
    fn run(&mut self, text: &str, depth: usize) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['<', '[']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let used = if rest.starts_with('<') {
                let end = tag_end(rest).unwrap_or_else(|| if no_tag_left(rest) { rest.len() } else { 1 });
                out.push_str(&rest[..end]);
                end
            } else {
                self.bracket(rest, &mut out, depth)
            };
            rest = &rest[used..];
        }
        out.push_str(rest);
        out
    }

    /// At a `[`: writes what stands for it and returns the bytes used.
    fn bracket(&mut self, rest: &str, out: &mut String, depth: usize) -> usize {
        // [[name]] is a shortcode to be shown, not run.
        if rest.starts_with("[[")
            && let Some(code) = code(&rest[1..])
            && rest[1 + code.length..].starts_with(']')
        {
            out.push_str(&rest[1..1 + code.length]);
            return code.length + 2;
        }
        if let Some(end) = rest.strip_prefix("[/") {
            if let Some(close) = end.find(']')
                && let Some(place) = self.open.iter().rposition(|name| *name == end[..close])
            {
                self.open.remove(place);
                return close + 3;
            }
            out.push('[');
            return 1;
        }
        let Some(code) = code(rest) else {
            out.push('[');
            return 1;
        };
        let behind = &rest[code.length..];
        let inner = if code.closed { None } else { inside(behind, code.name) };
        let whole = code.length + inner.map_or(0, |text| text.len() + code.name.len() + 3);
        match code.name {
            "caption" | "wp_caption" => {
                if let (Some(inner), true) = (inner, depth < 8) {
                    self.caption(&code, inner, out, depth);
                    return whole;
                }
            }
            "gallery" | "playlist" => {
                let numbers: Option<Vec<u64>> = code
                    .get("ids")
                    .or(code.get("include"))
                    .map(|ids| ids.split([',', ' ']).filter_map(|id| id.trim().parse().ok()).collect());
                out.push_str("\n\n");
                for (address, alt, caption) in self.attachments.gallery(numbers.as_deref()) {
                    figure(&address, &alt, &caption, out);
                }
                out.push_str("\n\n");
                return code.length;
            }
            "embed" => {
                if let Some(inner) = inner {
                    out.push_str("\n\n");
                    out.push_str(inner.trim());
                    out.push_str("\n\n");
                    return whole;
                }
            }
            "audio" | "video" => {
                if let Some(file) = FILES.iter().find_map(|key| code.get(key)) {
                    out.push_str("\n\n<p>");
                    link(file, file.rsplit('/').next().unwrap_or(file), out);
                    out.push_str("</p>\n\n");
                    return whole;
                }
                if inner.is_some_and(|inner| inner.contains("http")) {
                    // An address between the marks stays as text and becomes a link.
                    self.note(code.name);
                    self.open.push(code.name.to_owned());
                    return code.length;
                }
            }
            _ => {}
        }
        // [2010] or [sic] is text; only what has parameters or an end is taken for a shortcode.
        let known =
            matches!(code.name, "caption" | "wp_caption" | "embed" | "audio" | "video") || BARE.contains(&code.name);
        if known || inner.is_some() || code.attributes.iter().any(|(name, _)| !name.is_empty()) {
            self.note(code.name);
            if inner.is_some() {
                self.open.push(code.name.to_owned());
            }
            return code.length;
        }
        out.push('[');
        1
    }

    fn note(&mut self, name: &str) {
        *self.removed.entry(format!("shortcode {name}")).or_default() += 1;
    }

    fn caption(&mut self, code: &Code<'_>, inner: &str, out: &mut String, depth: usize) {
        let inner = self.run(inner, depth + 1);
        // The picture, with its link if it has one, comes first; what follows is the caption.
        let picture = match (inner.find("</a>"), inner.find("<img")) {
            (Some(end), Some(picture)) if picture < end && inner[..picture].contains("<a") => end + 4,
            (_, Some(picture)) => picture + tag_end(&inner[picture..]).unwrap_or(0),
            _ => 0,
        };
        let text = match inner[picture..].trim() {
            "" => code.get("caption").unwrap_or_default(),
            text => text,
        };
        out.push_str("\n\n<figure");
        if let Some(align) = code.get("align").filter(|align| *align != "alignnone") {
            out.push_str(&format!(" class=\"{}\"", escape(align)));
        }
        out.push('>');
        out.push_str(inner[..picture].trim());
        if !text.is_empty() {
            out.push_str(&format!("<figcaption>{text}</figcaption>"));
        }
        out.push_str("</figure>\n\n");
    }
}

/// Text between the mark just read and its `[/name]`.
fn inside<'a>(behind: &'a str, name: &str) -> Option<&'a str> {
    let end = format!("[/{name}]");
    let mut near = behind.len().min(FARTHEST);
    while !behind.is_char_boundary(near) {
        near -= 1;
    }
    let behind = &behind[..near];
    let at = behind.find(&end)?;
    // The same mark in between without an end of its own: the end is not ours.
    let again =
        behind[..at].find(&format!("[{name}")).is_some_and(|at| behind[at + name.len() + 1..].starts_with([' ', ']']));
    if again { None } else { Some(&behind[..at]) }
}

/// Reads a shortcode's opening mark at the head of `text`.
fn code(text: &str) -> Option<Code<'_>> {
    let rest = text.strip_prefix('[')?;
    let long = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    let name = &rest[..long];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || long > 40 {
        return None;
    }
    if !rest[long..].starts_with([']', ' ', '/', '\n', '\t', '\u{a0}']) {
        return None;
    }
    let mut attributes = Vec::new();
    let mut at = long;
    let mut closed = false;
    loop {
        at += rest[at..].len() - rest[at..].trim_start().len();
        let here = &rest[at..];
        let first = here.chars().next()?;
        match first {
            ']' => return Some(Code { name, attributes, length: at + 2, closed }),
            '/' if here[1..].starts_with(']') => {
                closed = true;
                at += 1;
            }
            '[' | '<' => return None,
            '"' | '\'' => {
                let end = here[1..].find(first)?;
                attributes.push((String::new(), here[1..1 + end].to_owned()));
                at += end + 2;
            }
            _ => {
                let end = here.find(|c: char| c.is_whitespace() || matches!(c, '=' | ']' | '[' | '<'))?;
                let key = &here[..end];
                if !here[end..].starts_with('=') {
                    attributes.push((String::new(), key.to_owned()));
                    at += end.max(first.len_utf8());
                    continue;
                }
                if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
                    return None;
                }
                let value = &here[end + 1..];
                let (value, used) = match value.chars().next()? {
                    quote @ ('"' | '\'') => {
                        let close = value[1..].find(quote)?;
                        (&value[1..1 + close], close + 2)
                    }
                    _ => {
                        let close = value.find(|c: char| c.is_whitespace() || c == ']')?;
                        (&value[..close], close)
                    }
                };
                attributes.push((key.to_ascii_lowercase(), value.to_owned()));
                at += end + 1 + used;
            }
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn link(address: &str, text: &str, out: &mut String) {
    out.push_str(&format!("<a href=\"{}\">{}</a>", escape(address), escape(text)));
}

fn figure(address: &str, alt: &str, caption: &str, out: &mut String) {
    out.push_str(&format!("<figure><img src=\"{}\" alt=\"{}\">", escape(address), escape(alt)));
    if !caption.is_empty() {
        out.push_str(&format!("<figcaption>{}</figcaption>", escape(caption)));
    }
    out.push_str("</figure>\n");
}

/// Bytes of the tag or comment at the head of `text`; `None` if it is only a `<`.
fn tag_end(text: &str) -> Option<usize> {
    if text.starts_with("<!--") {
        return Some(text.find("-->").map_or(text.len(), |at| at + 3));
    }
    let name = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(at + 1),
            // A new tag begins: this one was never ended.
            (None, b'<') if at > 0 => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    // A quote that is never closed: the tag ends at the first `>` after all.
    text.find('>').map(|at| at + 1)
}

/// True if no tag can end any more, so that nobody looks for one again and again.
fn no_tag_left(text: &str) -> bool {
    !text.contains('>')
}

/// Bytes up to and with the end of an element whose text is left alone.
fn verbatim_end(text: &str, name: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text[from..].find("</") {
        let begin = from + at;
        if text.as_bytes()[begin + 2..]
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        {
            return begin + text[begin..].find('>').map_or(text.len() - begin, |end| end + 1);
        }
        from = begin + 2;
    }
    text.len()
}

/// Name of a tag in lower case, and whether it is an end.
fn tag_name(tag: &str) -> (String, bool) {
    let inner = &tag[1..];
    let (inner, end) = inner.strip_prefix('/').map_or((inner, false), |rest| (rest, true));
    let long = inner.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inner.len());
    (inner[..long].to_ascii_lowercase(), end)
}

/// Blank lines become paragraphs and single ones line breaks, as WordPress does when it shows a page.
fn paragraphs(text: &str, out: &mut String) {
    let mut open: Vec<String> = Vec::new();
    let mut inline = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        inline.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = tag_end(rest) else {
            if no_tag_left(rest) {
                break;
            }
            inline.push_str("&lt;");
            rest = &rest[1..];
            continue;
        };
        let tag = &rest[..end];
        rest = &rest[end..];
        if tag.starts_with("<!--") {
            continue;
        }
        let (name, ends) = tag_name(tag);
        if VERBATIM.contains(&name.as_str()) && !ends {
            flush(&mut inline, &open, out);
            let stop = verbatim_end(rest, &name);
            out.push_str(tag);
            out.push_str(&rest[..stop]);
            rest = &rest[stop..];
        } else if BLOCKS.contains(&name.as_str()) {
            flush(&mut inline, &open, out);
            out.push_str(tag);
            if ends {
                if let Some(place) = open.iter().rposition(|open| *open == name) {
                    open.truncate(place);
                }
            } else if !VOID.contains(&name.as_str()) && !tag.ends_with("/>") {
                if open.last().is_some_and(|last| last == "p") {
                    open.pop();
                }
                open.push(name);
            }
        } else {
            inline.push_str(tag);
        }
    }
    inline.push_str(&rest.replace('<', "&lt;"));
    flush(&mut inline, &open, out);
}

/// Writes text and inline elements that stand inside `open`.
fn flush(inline: &mut String, open: &[String], out: &mut String) {
    let text = std::mem::take(inline);
    if text.trim().is_empty() {
        if text.contains('\n') {
            out.push('\n');
        }
        return;
    }
    let chunks = chunks(&text);
    match open.last().map(String::as_str) {
        Some("p") => out.push_str(&chunks.iter().map(|chunk| breaks(chunk)).collect::<Vec<_>>().join("</p>\n<p>")),
        Some("li" | "td" | "th" | "dd" | "details" | "fieldset") if chunks.len() < 2 => {
            out.push_str(&breaks(text.trim()))
        }
        Some(
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "figcaption" | "caption" | "dt" | "address" | "summary"
            | "legend" | "figure" | "ul" | "ol" | "dl" | "table" | "tbody" | "thead" | "tfoot" | "tr" | "colgroup"
            | "map",
        ) => out.push_str(&breaks(text.trim())),
        _ => {
            for chunk in chunks {
                out.push_str("<p>");
                out.push_str(&breaks(chunk));
                out.push_str("</p>\n");
            }
        }
    }
}

/// Splits at blank lines.
fn chunks(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut begin = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_matches([' ', '\t', '\n']).is_empty() {
            found.push(&text[begin..at]);
            begin = at + line.len();
        }
        at += line.len();
    }
    found.push(&text[begin..]);
    found.into_iter().map(str::trim).filter(|chunk| !chunk.is_empty()).collect()
}

/// Line ends outside of tags become `<br>`.
fn breaks(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    loop {
        let at = rest.find(['<', '\n']).unwrap_or(rest.len());
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.is_empty() {
            return out;
        }
        if rest.starts_with('<') {
            let end = tag_end(rest).unwrap_or_else(|| if no_tag_left(rest) { rest.len() } else { 1 });
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            let written = out.trim_end();
            let broken = written.ends_with("<br>") || written.ends_with("<br/>") || written.ends_with("<br />");
            out.push_str(if broken { "\n" } else { "<br>\n" });
            rest = &rest[1..];
        }
    }
}
