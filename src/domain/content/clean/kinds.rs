//! Which elements there are.

/// Elements inside a line that are kept.
pub(super) const INLINE: [&str; 25] = [
    "a", "abbr", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s",
    "samp", "small", "span", "strong", "sub", "sup", "u", "var",
];

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 29] = [
    "blockquote",
    "body",
    "caption",
    "col",
    "colgroup",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
];

pub(super) fn is_block(name: &str) -> bool {
    BLOCKS.contains(&name) || name == "ul"
}

pub(super) fn is_inline(name: &str) -> bool {
    INLINE.contains(&name)
}

/// The name of an element today; what only groups is a `div`.
pub(super) fn modern(name: &str) -> &str {
    match name {
        "b" => "strong",
        "i" => "em",
        "strike" => "s",
        "tt" => "code",
        "acronym" => "abbr",
        "dir" | "menu" => "ul",
        "listing" | "xmp" => "pre",
        "address" | "article" | "aside" | "center" | "details" | "dialog" | "fieldset" | "footer" | "form"
        | "header" | "hgroup" | "legend" | "main" | "nav" | "search" | "section" | "summary" => "div",
        "font" => "span",
        other => other,
    }
}

/// Elements that go with all that is in them: it is not text for readers.
pub(super) const GONE: [&str; 12] = [
    "script",
    "style",
    "title",
    "noscript",
    "iframe",
    "template",
    "xml",
    "head",
    "noembed",
    "noframes",
    "o:smarttagtype",
    "map",
];
