//! White space, and what holds nothing else.
//!
//! **Invariant:** only white space goes here, and elements without text and
//! pictures.

use super::dom::{Id, Tree};
use super::kinds::{INLINE, is_block};

/// What is read as one line of text.
#[derive(Default)]
struct Line {
    /// The block that it stands in.
    block: Option<Id>,
    /// The last character written; `None` at its head.
    last: Option<char>,
    /// Text nodes since its head.
    texts: Vec<Id>,
    /// Something was written in this block.
    written: bool,
    /// Line breaks since then.
    breaks: Vec<Id>,
}

/// Folds white space as a browser does, trims lines, takes line breaks away that break nothing.
pub(super) fn fold(tree: &mut Tree, body: Id) {
    drop_between(tree, body);
    let mut line = Line::default();
    let mut next = tree.next(body, body);
    while let Some(id) = next {
        next = tree.next(id, body);
        if tree.is(id, &["pre"]) {
            end(tree, &mut line);
            line = Line::default();
            next = tree.next_outside(id, body);
            verbatim(tree, id);
            continue;
        }
        let text = tree.words(id).is_some();
        if !text && !tree.is(id, &["br", "img"]) {
            continue;
        }
        let block = tree.above(id).find(|above| tree.is_block(*above));
        if block != line.block {
            end(tree, &mut line);
            line = Line { block, ..Line::default() };
        }
        if tree.is(id, &["br"]) {
            trim(tree, &mut line);
            line.last = None;
            if line.written { line.breaks.push(id) } else { tree.detach(id) }
        } else if text {
            let folded = squeeze(tree.words(id).unwrap_or_default(), &mut line.last);
            if !folded.is_empty() {
                line.written = true;
                line.breaks.clear();
                line.texts.push(id);
            }
            tree.set_words(id, folded);
        } else {
            line.written = true;
            line.breaks.clear();
            line.texts.clear();
            line.last = Some('\u{fffc}');
        }
    }
    end(tree, &mut line);
}

/// The gaps of the source between blocks.
pub fn drop_between(tree: &mut Tree, body: Id) {
    let blanks: Vec<Id> = tree
        .inside(body)
        .filter(|id| tree.words(*id).is_some_and(|words| words.trim().is_empty()))
        .filter(|id| {
            let edge = |beside: Option<Id>| beside.is_none_or(|beside| tree.is_block(beside));
            let inline = tree.parent(*id).is_some_and(|above| !tree.is_block(above) || tree.is(above, &["pre"]));
            let (before, after) = (edge(tree.before(*id)), edge(tree.after(*id)));
            // At the head or end of a line nobody sees a space of the source.
            let unseen = tree.words(*id).is_some_and(|words| words.bytes().all(|byte| byte.is_ascii_whitespace()));
            !inline && (before && after || unseen && (before || after))
        })
        .collect();
    blanks.into_iter().for_each(|id| tree.detach(id));
}

fn verbatim(tree: &mut Tree, pre: Id) {
    for line in tree.named(pre, &["br"]) {
        let end = tree.text_node("\n");
        tree.insert_before(line, end);
        tree.detach(line);
    }
    // A parser leaves the first line end of it out.
    loop {
        let text = tree.inside(pre).find(|id| tree.words(*id).is_some());
        let Some(text) = text else { return };
        let words = tree.words(text).unwrap_or_default();
        let (long, rest) = (words.len(), words.trim_start_matches('\n').to_owned());
        if rest.len() == long && !rest.is_empty() {
            return;
        }
        if rest.is_empty() { tree.detach(text) } else { tree.set_words(text, rest) }
    }
}

fn end(tree: &mut Tree, line: &mut Line) {
    trim(tree, line);
    line.breaks.drain(..).for_each(|id| tree.detach(id));
}

/// Takes the space at the end of a line away.
fn trim(tree: &mut Tree, line: &mut Line) {
    while let Some(text) = line.texts.pop() {
        let words = tree.words(text).unwrap_or_default();
        let tight = words.trim_end();
        if tight.len() < words.len() {
            let tight = tight.to_owned();
            tree.set_words(text, tight);
        }
        if tree.words(text).is_some_and(|words| !words.is_empty()) {
            break;
        }
    }
    line.texts.clear();
}

/// Chinese and what stands between it: a line end of the source is no space there.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x2e80..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff | 0xfe30..=0xfe4f | 0xff00..=0xffef
        | 0x20000..=0x3ffff)
}

fn squeeze(text: &str, last: &mut Option<char>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let space = |c: char| c.is_ascii_whitespace() || c == '\u{a0}';
        if last.is_none() && c.is_whitespace() {
            continue;
        }
        if !space(c) {
            out.push(c);
            *last = Some(c);
            continue;
        }
        let (mut length, mut line_end) = (1, c == '\n');
        while let Some(more) = chars.next_if(|c| space(*c)) {
            length += 1;
            line_end |= more == '\n';
        }
        let joins = line_end && last.is_some_and(is_wide) && chars.peek().copied().is_some_and(is_wide);
        if joins || last.is_some_and(space) {
            continue;
        }
        let one = if length == 1 && c == '\u{a0}' { c } else { ' ' };
        out.push(one);
        *last = Some(one);
    }
    out
}

/// Takes away what holds neither text nor picture.
pub(super) fn empties(tree: &mut Tree, body: Id) {
    for id in tree.elements(body).into_iter().rev() {
        let name = tree.name(id);
        let empty = tree.children(id).all(|child| tree.words(child).is_some_and(str::is_empty));
        let blank = || tree.children(id).all(|child| tree.words(child).is_some_and(|words| words.trim().is_empty()));
        let goes = match name {
            "td" | "th" | "img" | "br" | "wbr" | "hr" | "col" => false,
            "table" => !tree.inside(id).any(|inner| {
                tree.is(inner, &["img"]) || tree.words(inner).is_some_and(|words| !words.trim().is_empty())
            }),
            "a" if tree.attribute(id, "id").is_some() => false,
            name if INLINE.contains(&name) => empty,
            name if is_block(name) => blank(),
            _ => false,
        };
        if goes {
            tree.detach(id);
        }
    }
    let nothing: Vec<Id> = tree.inside(body).filter(|id| tree.words(*id).is_some_and(str::is_empty)).collect();
    nothing.into_iter().for_each(|id| tree.detach(id));
}
