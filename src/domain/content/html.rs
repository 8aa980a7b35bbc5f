//! HTML of documents: what is stored is sanitised by an allow-list.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use html5ever::tokenizer::{
    BufferQueue, StartTag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::clean::{Note, flat, pieces};

/// Elements that a body may have; headings begin at `h2`, because the page's title is the `h1`.
const TAGS: [&str; 54] = [
    "a",
    "abbr",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
];

/// More elements that a body may have.
const MORE_TAGS: [&str; 4] = ["u", "ul", "var", "wbr"];

/// Classes that themes know; every other class is dropped.
pub const CLASSES: [&str; 8] = ["indent", "center", "right", "left", "signature", "lead", "note", "number"];

/// Attributes of any element.
const ATTRIBUTES: [&str; 3] = ["lang", "dir", "title"];

/// Attributes of single elements.
const ATTRIBUTES_OF: [(&str, &[&str]); 14] = [
    ("a", &["href", "hreflang", "id"]),
    ("bdo", &["dir"]),
    ("blockquote", &["cite"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("del", &["cite", "datetime"]),
    ("img", &["src", "alt", "width", "height"]),
    ("ins", &["cite", "datetime"]),
    ("li", &["value"]),
    ("ol", &["start", "reversed", "type"]),
    ("q", &["cite"]),
    ("td", &["colspan", "rowspan", "headers"]),
    ("th", &["colspan", "rowspan", "headers", "scope"]),
    ("table", &[]),
];

/// Elements whose text goes with them.
const CONTENT_GONE: [&str; 8] = ["script", "style", "title", "textarea", "noscript", "iframe", "object", "select"];

/// Elements inside a line: the words before and after them belong together.
const INLINE: [&str; 20] = [
    "a", "abbr", "b", "bdi", "bdo", "code", "del", "dfn", "em", "font", "i", "ins", "mark", "s", "small", "span",
    "strong", "sub", "sup", "u",
];

/// More starts than ends up to a place: paragraphs and items without ends, or nesting that is an attack.
const MANY_OPEN: usize = 1000;

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(TAGS.iter().chain(&MORE_TAGS).copied().collect())
        .clean_content_tags(CONTENT_GONE.into_iter().collect())
        .generic_attributes(ATTRIBUTES.into_iter().collect())
        .tag_attributes(
            ATTRIBUTES_OF
                .into_iter()
                .map(|(tag, attributes)| (tag, attributes.iter().copied().collect::<HashSet<_>>()))
                .collect::<HashMap<_, _>>(),
        )
        .allowed_classes(TAGS.iter().chain(&MORE_TAGS).map(|tag| (*tag, CLASSES.into_iter().collect())).collect())
        .url_schemes(["http", "https", "mailto", "tel"].into_iter().collect())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .attribute_filter(|_, key, value| match key {
            "id" if !is_note(value) => None,
            "cite" if !leads(value) => None,
            _ => Some(value.into()),
        })
        .strip_comments(true);
    builder
});

/// HTML after cleaning.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cleaned {
    /// Safe HTML.
    pub html: String,
    /// What was taken out and how often: `script`, `p@onclick`, `a@href javascript:`.
    pub removed: BTreeMap<String, usize>,
    /// What whoever pasted it should know.
    pub notes: Vec<Note>,
}

/// Is the attribute kept on this element?
pub(super) fn is_kept(name: &str, key: &str) -> bool {
    key == "class"
        || ATTRIBUTES.contains(&key)
        || ATTRIBUTES_OF.iter().any(|(tag, attributes)| *tag == name && attributes.contains(&key))
}

/// Does an address lead to a page, as those of links must?
fn leads(address: &str) -> bool {
    let plain: String = address.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    plain.split_once(':').is_none_or(|(scheme, _)| {
        scheme.contains(['/', '?', '#']) || ["http", "https", "mailto"].contains(&scheme.to_lowercase().as_str())
    })
}

/// Is it the name of a footnote or of the place of its mark: `fn-1`, `fnref-1`, `fn-e2`?
pub(super) fn is_note(id: &str) -> bool {
    let rest = id.strip_prefix("fn-").or_else(|| id.strip_prefix("fnref-")).unwrap_or_default();
    let number = rest.strip_prefix('e').unwrap_or(rest);
    (1..=4).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Sanitises HTML from anywhere. A top heading becomes `h2`; text is never lost, except that of
/// scripts, styles and frames.
pub fn clean(html: &str) -> Cleaned {
    let html = demote_headings(&shallow(html));
    let safe = sanitised(&BUILDER, &html).trim().to_owned();
    Cleaned { removed: removed(&html), html: safe, notes: Vec::new() }
}

/// What a builder lets through. It reads in pieces: what a parser puts back, as behind every `&`, costs as much as all that
/// still waits.
fn sanitised(builder: &Builder<'_>, html: &str) -> String {
    let html = divided(html);
    match builder.clean_from_reader(html.as_bytes()) {
        Ok(document) => document.to_string(),
        // Bytes in memory can always be read.
        Err(_) => builder.clean(&html).to_string(),
    }
}

/// Long texts full of `&` with comments between their parts, which do not stay: whoever writes them out looks from each of
/// the signs to the end.
fn divided(html: &str) -> Cow<'_, str> {
    const PART: usize = 16 << 10;
    const LONG: usize = 4 * PART;
    let mut out = String::new();
    let (mut from, mut end) = (0, 0);
    for part in html.split('<') {
        let begin = end;
        end += part.len() + 1;
        let text = begin + part.rfind('>').map_or(0, |close| close + 1);
        if begin + part.len() - text <= LONG {
            continue;
        }
        let mut last = text;
        for (sign, _) in html[text..begin + part.len()].match_indices('&') {
            if text + sign - last > PART {
                last = text + sign;
                out.push_str(&html[from..last]);
                out.push_str("<!---->");
                from = last;
            }
        }
    }
    if out.is_empty() {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[from..]);
    Cow::Owned(out)
}

/// HTML that may be nested deeper than any document is made shallower first: a parser looks back over
/// all that is open at every mark.
fn shallow(html: &str) -> Cow<'_, str> {
    let (mut open, mut deepest) = (0_usize, 0_usize);
    for at in memchr::memchr_iter(b'<', html.as_bytes()) {
        match html.as_bytes().get(at + 1) {
            Some(b'/') => open = open.saturating_sub(1),
            Some(c) if c.is_ascii_alphabetic() => open += 1,
            _ => {}
        }
        deepest = deepest.max(open);
    }
    if deepest > MANY_OPEN { flat(html).into() } else { html.into() }
}

/// `h1` in a body becomes `h2`: the page has its own `h1`.
fn demote_headings(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let bytes = tag.as_bytes();
        let skip = if bytes.get(1) == Some(&b'/') { 2 } else { 1 };
        let heading = matches!(bytes.get(skip), Some(b'h' | b'H')) && bytes.get(skip + 1) == Some(&b'1');
        let ends = bytes.get(skip + 2).is_some_and(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
        if heading && ends {
            out.push_str(&tag[..skip]);
            out.push_str("h2");
            rest = &tag[skip + 2..];
        } else {
            out.push('<');
            rest = &tag[1..];
        }
    }
    out.push_str(rest);
    out
}

#[derive(Default)]
struct Removed(RefCell<BTreeMap<String, usize>>);

impl TokenSink for Removed {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let TagToken(tag) = token
            && tag.kind == StartTag
        {
            let name = tag.name.as_ref();
            let note = |what: String| *self.0.borrow_mut().entry(what).or_default() += 1;
            if !TAGS.contains(&name) && !MORE_TAGS.contains(&name) {
                if !matches!(name, "html" | "head" | "body") {
                    note(name.to_owned());
                }
            } else {
                for attribute in &tag.attrs {
                    let key = attribute.name.local.as_ref();
                    let of_tag = ATTRIBUTES_OF.iter().find(|(tag, _)| *tag == name).map_or(&[][..], |(_, list)| list);
                    if key == "class" {
                        continue;
                    }
                    if !ATTRIBUTES.contains(&key) && !of_tag.contains(&key) {
                        note(format!("{name}@{key}"));
                    } else if matches!(key, "href" | "src" | "cite")
                        && let Some(scheme) = scheme(&attribute.value)
                        && !["http", "https", "mailto", "tel"].contains(&scheme.as_str())
                    {
                        note(format!("{name}@{key} {scheme}:"));
                    }
                }
            }
        }
        TokenSinkResult::Continue
    }
}

/// The scheme of an address as browsers read it: blanks and control characters before it and line ends and tabs
/// within do not count; where there is none, the address is a relative one (WHATWG URL, basic parser).
fn scheme(address: &str) -> Option<String> {
    let (scheme, _) = address.trim_start_matches(|c| c <= ' ').split_once(':')?;
    let scheme: String = scheme.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let rest = scheme.strip_prefix(|c: char| c.is_ascii_alphabetic())?;
    let named = rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    named.then(|| scheme.to_ascii_lowercase())
}

fn removed(html: &str) -> BTreeMap<String, usize> {
    let input = BufferQueue::default();
    let tokenizer = Tokenizer::new(Removed::default(), TokenizerOpts::default());
    for piece in pieces(html) {
        input.push_back(piece.into());
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner()
}

/// Markdown as HTML, sanitised: the form of initial documents.
pub fn markdown(text: &str) -> String {
    use pulldown_cmark::{Options, Parser, html};
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, Parser::new_ext(text, options));
    for side in ["left", "center", "right"] {
        out = out.replace(&format!(" style=\"text-align: {side}\""), &format!(" class=\"{side}\""));
    }
    let out = out.replace("<th>", "<th scope=\"col\">").replace("<th class", "<th scope=\"col\" class");
    sign(&clean(&out).html)
}

/// Marks the signature at the end of an official document, organ and date in two short paragraphs,
/// so that themes set it to the right (GB/T 9704, 落款).
fn sign(html: &str) -> String {
    let Some((before, date)) = html.trim_end().rsplit_once("<p>") else { return html.to_owned() };
    let is_date = |text: &str| {
        let Some((year, rest)) = text.split_once('年') else { return false };
        let Some((month, day)) = rest.split_once('月') else { return false };
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        number(year) && number(month) && day.strip_suffix('日').is_some_and(number)
    };
    if !date.strip_suffix("</p>").is_some_and(is_date) {
        return html.to_owned();
    }
    let mut signed = before.to_owned();
    if let Some((body, organ)) = before.trim_end().rsplit_once("<p>")
        && let Some(name) = organ.strip_suffix("</p>")
        && name.chars().count() <= 40
        && !name.ends_with(['。', ':', '：', '；'])
        && !name.contains('<')
    {
        signed = format!("{body}<p class=\"signature\">{organ}\n");
    }
    format!("{signed}<p class=\"signature\">{date}")
}

/// The text of HTML without its elements, white space folded.
pub fn plain_text(html: &str) -> String {
    static NOTHING: LazyLock<Builder<'static>> = LazyLock::new(|| {
        let mut builder = Builder::empty();
        builder.clean_content_tags(CONTENT_GONE.into_iter().collect());
        builder
    });
    let spaced = spaced(&shallow(html));
    let text = sanitised(&NOTHING, &spaced);
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// HTML with a space where a block or line ends, so that words do not run together there; inside a
/// line nothing is added.
fn spaced(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let name = tag[1..].strip_prefix('/').unwrap_or(&tag[1..]);
        let long = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        let ends_line = tag[1..].starts_with('/') || name[..long].eq_ignore_ascii_case("br");
        if ends_line && !INLINE.iter().any(|inline| inline.eq_ignore_ascii_case(&name[..long])) {
            out.push(' ');
        }
        out.push('<');
        rest = &tag[1..];
    }
    out.push_str(rest);
    out
}

/// A summary from the head of a text: at most `characters`, cut after a sentence where there is one.
pub fn summary_of(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    let cut: String = text.chars().take(characters).collect();
    match cut.rfind(['。', '!', '?', '!', '?']) {
        Some(at) if at > cut.len() / 2 => {
            let end = at + cut[at..].chars().next().map_or(0, char::len_utf8);
            cut[..end].to_owned()
        }
        _ => format!("{}…", cut.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn what_is_said_to_be_removed_is_removed() {
        for gone in ["javascript:x", " java\tscript\n:x", "\u{1}JavaScript:x", "data:text/html,x", "vb+script:x"] {
            let cleaned = clean(&format!("<a href=\"{gone}\">x</a>"));
            assert!(!cleaned.html.contains("href"), "{gone:?}: {}", cleaned.html);
            assert_eq!(cleaned.removed.len(), 1, "{gone:?}");
        }
        for kept in ["a\u{10}p:x", "1:2", "a b:c", "/a:b", "?a:b", "中文:x", "http://a.example/", "TEL:1"] {
            let cleaned = clean(&format!("<a href=\"{kept}\">x</a>"));
            assert!(cleaned.html.contains("href"), "{kept:?}: {}", cleaned.html);
            assert!(cleaned.removed.is_empty(), "{kept:?}: {:?}", cleaned.removed);
        }
    }
}
