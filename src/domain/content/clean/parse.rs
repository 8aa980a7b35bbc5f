//! Reading HTML from anywhere into a tree.
//!
//! **Invariant:** time and memory grow with the length of the input only,
//! however it is nested.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use html5ever::LocalName;
use html5ever::interface::TokenizerResult;
use html5ever::tokenizer::{
    BufferQueue, EndTag, StartTag, Tag, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink};

use super::dom::{Handle, Id, ROOT, Sink, Tree};

/// Deepest nesting; browsers stop at 512. What is deeper is put there.
pub const DEEPEST: u32 = 256;
/// Nodes that a tag makes at most on average: an unclosed `<b>` is made anew in every paragraph that follows.
const NODES_PER_TAG: usize = 24;
/// Bytes that the tokenizer is given at once.
const PIECE: usize = 8 << 10;
/// Blanks and slashes in one tag above which its attributes are left out.
const MOST_ATTRIBUTES: usize = 5_000;
/// Nodes below which nobody counts.
const FEW: usize = 10_000;
/// Marks that are left out: they would swallow what stands inside or behind them.
const TRANSPARENT: [&str; 6] = ["frameset", "frame", "plaintext", "select", "optgroup", "button"];
/// What the parser makes anew in every paragraph until it is closed.
const FORMATTING: [&str; 14] =
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
/// Elements without an end, or with text only: they do not make it deeper.
const FLAT: [&str; 22] = [
    "area", "base", "br", "col", "embed", "hr", "iframe", "img", "input", "link", "meta", "noembed", "noframes",
    "noscript", "param", "script", "source", "style", "textarea", "title", "wbr", "xmp",
];

/// Stands before the tree builder.
struct Bounded {
    builder: TreeBuilder<Handle, Sink>,
    /// False: marks of formatting are left out.
    formatting: bool,
    /// Starts without an end so far.
    open: Cell<u32>,
    tags: Cell<usize>,
    /// The tree grew out of all proportion.
    over: Cell<bool>,
    /// A page as it is: choices stay choices, frames are noted.
    whole: bool,
    frames: RefCell<Vec<String>>,
}

impl Bounded {
    fn passes(&self, tag: &Tag) -> bool {
        let name: &str = &tag.name;
        self.tags.set(self.tags.get() + 1);
        if self.whole && name == "frame" && tag.kind == StartTag {
            let source = tag.attrs.iter().find(|attribute| &*attribute.name.local == "src");
            self.frames.borrow_mut().extend(source.map(|source| source.value.to_string()));
        }
        if self.formatting && self.builder.sink.size() > FEW + NODES_PER_TAG * self.tags.get() {
            self.over.set(true);
        }
        if TRANSPARENT.contains(&name) || (!self.formatting && FORMATTING.contains(&name)) {
            return false;
        }
        match tag.kind {
            EndTag => {
                self.open.set(self.open.get().saturating_sub(1));
                true
            }
            StartTag if FLAT.contains(&name) => true,
            StartTag => {
                // Two estimates, each wrong at times: both must say so.
                if self.open.get() >= DEEPEST && self.builder.sink.depth() >= DEEPEST {
                    return false;
                }
                self.open.set(self.open.get() + 1);
                true
            }
        }
    }
}

impl TokenSink for Bounded {
    type Handle = Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Handle> {
        let token = match token {
            _ if self.over.get() => return TokenSinkResult::Continue,
            TagToken(mut tag) => {
                if !self.passes(&tag) {
                    return TokenSinkResult::Continue;
                }
                // A choice is a line of text for us.
                if &*tag.name == "option" && !self.whole {
                    tag.name = LocalName::from("div");
                }
                TagToken(tag)
            }
            other => other,
        };
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Reads HTML; the second is its body.
pub fn parse(html: &str) -> (Tree, Id) {
    let html = fragment_of(html);
    let (tree, _) = read(html, false);
    body_of(tree)
}

/// A page as it was found.
#[derive(Debug, Clone)]
pub struct Page {
    /// All of it.
    pub tree: Tree,
    /// What its readers see.
    pub body: Id,
    /// Addresses of its frames as they stand there, when it is made of some.
    pub frames: Vec<String>,
}

/// Reads a whole page of an old site.
pub fn read_page(html: &str) -> Page {
    let (tree, frames) = read(html, true);
    let (tree, body) = body_of(tree);
    Page { tree, body, frames }
}

fn body_of(mut tree: Tree) -> (Tree, Id) {
    let page = tree.children(ROOT).find(|id| tree.is(*id, &["html"]));
    let body = page.and_then(|page| tree.children(page).find(|id| tree.is(*id, &["body"])));
    let body = body.unwrap_or_else(|| {
        let body = tree.element("body");
        tree.append(ROOT, body);
        body
    });
    (tree, body)
}

fn read(html: &str, whole: bool) -> (Tree, Vec<String>) {
    attempt(html, whole, true).or_else(|| attempt(html, whole, false)).unwrap_or_default()
}

fn attempt(html: &str, whole: bool, formatting: bool) -> Option<(Tree, Vec<String>)> {
    let builder = TreeBuilder::new(Sink::default(), TreeBuilderOpts::default());
    let bounded = Bounded {
        builder,
        formatting,
        open: Cell::new(0),
        tags: Cell::new(0),
        over: Cell::new(false),
        whole,
        frames: RefCell::default(),
    };
    let tokenizer = Tokenizer::new(bounded, TokenizerOpts::default());
    let input = BufferQueue::default();
    for piece in pieces(&tame(html)) {
        input.push_back(piece.into());
        while !matches!(tokenizer.feed(&input), TokenizerResult::Done) {}
    }
    if tokenizer.sink.over.get() {
        return None;
    }
    tokenizer.end();
    let Bounded { builder, frames, .. } = tokenizer.sink;
    Some((builder.sink.finish(), frames.into_inner()))
}

/// A text in pieces for a tokenizer: what it puts back, as behind every `&`, costs as much as all that still waits.
pub fn pieces(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        let (piece, more) = rest.split_at(rest.floor_char_boundary(PIECE));
        rest = more;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Without tags that have more attributes than anybody writes: each is compared with all before it.
fn tame(html: &str) -> Cow<'_, str> {
    if html.len() < MOST_ATTRIBUTES * 4 {
        return Cow::Borrowed(html);
    }
    let bytes = html.as_bytes();
    let mut out = String::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', &bytes[at..]).map(|open| at + open) {
        let end = memchr::memchr(b'>', &bytes[open..]).map_or(bytes.len(), |end| open + end);
        let parts = bytes[open..end].iter().filter(|byte| byte.is_ascii_whitespace() || **byte == b'/').count();
        if parts > MOST_ATTRIBUTES {
            let name = bytes[open + 1..end].iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or_default();
            out.push_str(&html[from..open + 1 + name]);
            from = end;
        }
        at = end;
    }
    if out.is_empty() {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[from..]);
    Cow::Owned(out)
}

/// Windows puts a head of offsets before the HTML of its clipboard.
fn fragment_of(html: &str) -> &str {
    if html.starts_with("Version:")
        && let Some(at) = html.find('<')
    {
        return &html[at..];
    }
    html
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::{ROOT, parse};
    use crate::domain::content::{AllPictures, clean_paste};

    #[test]
    fn what_nobody_writes_is_read_all_the_same() {
        let attributes = (0..200_000).fold(String::new(), |mut all, at| {
            let _ = write!(all, " a{at}=1");
            all
        });
        let (tree, _) = parse(&format!("<p>前</p><p{attributes}>民政</p>"));
        assert_eq!(tree.text(ROOT), "前民政");
        let signs = "&".repeat(500_000);
        let (tree, _) = parse(&signs);
        assert_eq!(tree.text(ROOT), signs);
        let cleaned = clean_paste(&signs, &mut AllPictures).html;
        assert_eq!(cleaned.matches("&amp;").count(), signs.len());
        // Pieces end anywhere, also within what belongs together.
        let text = "<p>民政&amp;低保</p>".repeat(5_000);
        let (tree, _) = parse(&text);
        assert_eq!(tree.text(ROOT), "民政&低保".repeat(5_000));
    }
}
