//! What stands on lines of its own: paragraphs, items, cells.
//!
//! **Invariant:** afterwards text stands in paragraphs, headings, items or
//! cells, and nothing of it is a bare `div`.

use super::Work;
use super::dom::{Id, Tree};
use super::style::Side;

/// Elements that hold only a line of text.
const LINES: [&str; 11] = ["h1", "h2", "h3", "h4", "h5", "h6", "dt", "caption", "figcaption", "pre", "summary"];
/// Spaces as wide as a Chinese character that set a line in.
const INDENT: usize = 2;
/// So many set it to the right.
const FAR: usize = 8;

/// Brings blocks into order.
pub(super) fn blocks(work: &mut Work<'_>) {
    let body = work.body;
    lists(&mut work.tree, body);
    for id in work.tree.elements(body).into_iter().rev().chain([body]) {
        let name = work.tree.name(id).to_owned();
        match name.as_str() {
            "div" | "p" => dissolve(work, id),
            "body" | "blockquote" => paragraphs(&mut work.tree, id),
            "li" | "td" | "th" | "dd" => cell(work, id),
            "figure" => {
                let inner: Vec<Id> = work.tree.children(id).filter(|child| work.tree.is(*child, &["p"])).collect();
                inner.into_iter().for_each(|paragraph| work.tree.unwrap(paragraph));
            }
            name if LINES.contains(&name) => flatten(&mut work.tree, id),
            _ => {}
        }
    }
    split(work);
}

/// Lists hold items only, items stand in lists only.
fn lists(tree: &mut Tree, body: Id) {
    for list in tree.named(body, &["ul", "ol"]) {
        let mut item: Option<Id> = None;
        for child in tree.children_now(list) {
            if tree.is(child, &["li"]) {
                item = Some(child);
            } else if tree.words(child).is_none_or(|words| !words.trim().is_empty()) {
                // What stands between items belongs to the one before, text on a line of its own.
                if let Some(item) = item.filter(|_| tree.words(child).is_some()) {
                    let line = tree.element("br");
                    tree.append(item, line);
                }
                let into = item.unwrap_or_else(|| {
                    let new = tree.element("li");
                    tree.insert_before(child, new);
                    new
                });
                tree.append(into, child);
                item = Some(into);
            }
        }
    }
    for item in tree.named(body, &["li"]) {
        if tree.parent(item).is_some_and(|above| tree.is(above, &["ul", "ol"])) {
            continue;
        }
        let before = tree.before(item).filter(|before| tree.attribute(*before, "data-made").is_some());
        let list = before.unwrap_or_else(|| {
            let list = tree.element("ul");
            tree.set(list, "data-made", "");
            tree.insert_before(item, list);
            list
        });
        tree.append(list, item);
    }
    for entry in tree.named(body, &["dt", "dd"]) {
        if !tree.parent(entry).is_some_and(|above| tree.is(above, &["dl"])) {
            tree.rename(entry, "div");
        }
    }
    for list in tree.named(body, &["dl"]) {
        for child in tree.children_now(list) {
            let blank = tree.words(child).is_some_and(|words| words.trim().is_empty());
            if !blank && !tree.is(child, &["dt", "dd"]) {
                let entry = tree.element("dd");
                tree.insert_before(child, entry);
                tree.append(entry, child);
            }
        }
    }
}

fn has_blocks(tree: &Tree, id: Id) -> bool {
    tree.children(id).any(|child| tree.is_block(child))
}

/// Text or a picture that is not only space.
fn counts(tree: &Tree, id: Id) -> bool {
    match tree.words(id) {
        Some(words) => !words.trim().is_empty(),
        None => {
            tree.is(id, &["img"])
                || tree.inside(id).any(|inner| {
                    tree.is(inner, &["img"]) || tree.words(inner).is_some_and(|words| !words.trim().is_empty())
                })
        }
    }
}

/// A `div` with text is a paragraph, one around blocks is nothing; so is a paragraph around blocks.
fn dissolve(work: &mut Work<'_>, id: Id) {
    if !has_blocks(&work.tree, id) {
        work.tree.rename(id, "p");
        return;
    }
    let side = work.sheet.of(&work.tree, id).side.or_else(|| side_of_class(&work.tree, id));
    paragraphs(&mut work.tree, id);
    if let Some(side) = side.filter(|side| *side != Side::Left) {
        for child in work.tree.children_now(id) {
            let own = work.sheet.of(&work.tree, child).side.or_else(|| side_of_class(&work.tree, child));
            if own.is_none() && work.tree.is(child, &["p", "h1", "h2", "h3", "h4", "h5", "h6", "figure"]) {
                work.tree.set(child, "align", side.class());
            }
        }
    }
    work.tree.unwrap(id);
}

pub(super) fn side_of_class(tree: &Tree, id: Id) -> Option<Side> {
    tree.attribute(id, "class").unwrap_or_default().split_whitespace().find_map(|class| match class {
        "center" => Some(Side::Center),
        "right" => Some(Side::Right),
        "left" => Some(Side::Left),
        _ => None,
    })
}

/// Runs of inline content become paragraphs.
fn paragraphs(tree: &mut Tree, id: Id) {
    let mut run: Vec<Id> = Vec::new();
    let end = |tree: &mut Tree, run: &mut Vec<Id>| {
        if let Some(first) = run.first().filter(|_| run.iter().any(|id| counts(tree, *id))) {
            let paragraph = tree.element("p");
            tree.insert_before(*first, paragraph);
            run.iter().for_each(|child| tree.append(paragraph, *child));
        }
        run.clear();
    };
    for child in tree.children_now(id) {
        if tree.is_block(child) {
            end(tree, &mut run);
        } else {
            run.push(child);
        }
    }
    end(tree, &mut run);
}

/// A cell or item with one paragraph is that paragraph.
fn cell(work: &mut Work<'_>, id: Id) {
    let tree = &mut work.tree;
    let blocks: Vec<Id> = tree.children(id).filter(|child| tree.is_block(*child)).collect();
    let texts: Vec<Id> =
        blocks.iter().copied().filter(|block| tree.is(*block, &["p"]) && counts(tree, *block)).collect();
    let only_lists = blocks.iter().all(|block| tree.is(*block, &["p", "ul", "ol"]));
    let runs = tree.children(id).any(|child| !tree.is_block(child) && counts(tree, child));
    if only_lists && texts.is_empty() {
        return;
    }
    match texts.as_slice() {
        [paragraph] if only_lists && !runs => {
            let side = work.sheet.of(tree, *paragraph).side.or_else(|| side_of_class(tree, *paragraph));
            let own = work.sheet.of(tree, id).side.or_else(|| side_of_class(tree, id));
            if let (Some(side), None) = (side, own) {
                tree.set(id, "align", side.class());
            }
            tree.unwrap(*paragraph);
        }
        _ => paragraphs(tree, id),
    }
}

/// Blocks inside something that is one line become lines of it.
fn flatten(tree: &mut Tree, id: Id) {
    for inner in tree.elements(id) {
        if !tree.is_block(inner) {
            continue;
        }
        if tree.is(inner, &["hr", "col", "colgroup"]) {
            tree.detach(inner);
            continue;
        }
        for at_head in [true, false] {
            let line = tree.element("br");
            if at_head { tree.insert_before(inner, line) } else { tree.insert_after(inner, line) }
        }
        tree.unwrap(inner);
    }
}

/// Two line breaks, or one before a line set in, begin a new paragraph; spaces that set in become a class.
fn split(work: &mut Work<'_>) {
    for paragraph in work.tree.named(work.body, &["p"]) {
        let mut current = paragraph;
        for child in work.tree.children_now(paragraph) {
            let breaks = work.tree.is(child, &["br"]) && {
                let next = std::iter::successors(work.tree.after(child), |id| work.tree.after(*id))
                    .find(|id| work.tree.words(*id).is_none_or(|words| !words.trim_matches(BLANK).is_empty()));
                next.is_some_and(|next| {
                    work.tree.is(next, &["br"])
                        || leading(&gap(&work.tree, child, next)) >= INDENT
                        || work.tree.words(next).is_some_and(|words| leading(words) >= INDENT)
                })
            };
            if breaks {
                let new = work.tree.shell(paragraph);
                work.tree.unset(new, "id");
                work.tree.insert_after(current, new);
                work.tree.detach(child);
                current = new;
            } else if current != paragraph {
                work.tree.append(current, child);
            }
        }
    }
    for paragraph in work.tree.named(work.body, &["p"]) {
        let spaces = leading(&work.tree.text(paragraph));
        let side = work.sheet.of(&work.tree, paragraph).side.or_else(|| side_of_class(&work.tree, paragraph));
        if spaces >= FAR && side.is_none_or(|side| side == Side::Left) {
            work.tree.set(paragraph, "align", "right");
        } else if spaces >= INDENT && side.is_none() {
            work.tree.set(paragraph, "data-indent", "");
        }
    }
}

/// Spaces and line ends of the source.
const BLANK: [char; 4] = [' ', '\t', '\n', '\r'];

/// The text between two siblings.
fn gap(tree: &Tree, from: Id, to: Id) -> String {
    let mut text = String::new();
    let mut next = tree.after(from);
    while let Some(id) = next.filter(|id| *id != to) {
        text.push_str(tree.words(id).unwrap_or_default());
        next = tree.after(id);
    }
    text
}

/// Width of the space at the head of a text, in Chinese characters.
fn leading(text: &str) -> usize {
    let halves: usize = text
        .chars()
        .take_while(|c| c.is_whitespace())
        .map(|c| match c {
            '\u{3000}' | '\u{2003}' => 2,
            '\u{a0}' | '\u{2002}' => 1,
            _ => 0,
        })
        .sum();
    halves / 2
}
