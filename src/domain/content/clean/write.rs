//! A tree as HTML: only what the allow-list knows.

use std::fmt::Write;

use super::dom::{Id, Tree};
use super::kinds::{is_block, is_inline};
use crate::domain::content::html;

const VOID: [&str; 5] = ["br", "hr", "img", "wbr", "col"];
/// Elements whose text is none for readers.
const RAW: [&str; 9] = ["script", "style", "iframe", "noembed", "noframes", "noscript", "title", "xmp", "template"];
/// Blocks that hold one line of text, or none.
const LINES: [&str; 16] =
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "td", "th", "caption", "figcaption", "pre", "hr"];

/// The HTML inside of `body`, as far as it is in the allow-list.
pub(in crate::domain::content) fn write(tree: &Tree, body: Id) -> String {
    run(tree, body, false)
}

/// The HTML inside of `body` with every element and attribute, but without scripts and styles.
pub fn write_all(tree: &Tree, body: Id) -> String {
    run(tree, body, true)
}

fn run(tree: &Tree, body: Id, all: bool) -> String {
    let mut out = String::new();
    walk(
        tree,
        body,
        |id, begins| {
            if begins { begin(tree, id, all, &mut out) } else { finish(tree, id, all, &mut out) }
        },
    );
    out
}

/// Goes over everything inside of `top`: each node begins (`true`) and ends (`false`).
pub(in crate::domain::content) fn walk(tree: &Tree, top: Id, mut visit: impl FnMut(Id, bool)) {
    // What is to be ended, from the outside to the inside.
    let mut open: Vec<Id> = Vec::new();
    let mut next = tree.first(top);
    while let Some(id) = next {
        visit(id, true);
        if let Some(first) = tree.first(id) {
            open.push(id);
            next = Some(first);
            continue;
        }
        visit(id, false);
        let mut at = id;
        next = loop {
            if let Some(after) = tree.after(at) {
                break Some(after);
            }
            match open.pop() {
                Some(above) => {
                    visit(above, false);
                    at = above;
                }
                None => break None,
            }
        };
    }
}

/// The marks of an element: its beginning and its end.
pub(in crate::domain::content) fn marks(tree: &Tree, id: Id) -> (String, String) {
    let (mut head, mut end) = (String::new(), String::new());
    begin(tree, id, false, &mut head);
    finish(tree, id, false, &mut end);
    (head, end)
}

fn shown(name: &str, all: bool) -> bool {
    let plain = || !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_block(name) || is_inline(name) || VOID.contains(&name) || (all && !RAW.contains(&name) && plain())
}

fn begin(tree: &Tree, id: Id, all: bool, out: &mut String) {
    if let Some(words) = tree.words(id) {
        if tree.parent(id).is_some_and(|above| tree.is(above, &RAW)) {
            return;
        }
        escape(words, false, out);
        return;
    }
    let name = tree.name(id);
    if !shown(name, all) {
        return;
    }
    // A list inside of an item begins on a line of its own.
    if matches!(name, "ul" | "ol") && tree.before(id).is_some() && !out.ends_with('\n') {
        out.push('\n');
    }
    let _ = write!(out, "<{name}");
    for (key, value) in tree.attributes(id) {
        let plain = || key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if html::is_kept(name, key) || (all && plain()) {
            let _ = write!(out, " {key}=\"");
            escape(value, true, out);
            out.push('"');
        }
    }
    out.push('>');
    if is_block(name) && !LINES.contains(&name) {
        out.push('\n');
    }
}

fn finish(tree: &Tree, id: Id, all: bool, out: &mut String) {
    let name = tree.name(id);
    if name.is_empty() || !shown(name, all) {
        return;
    }
    if !VOID.contains(&name) {
        let _ = write!(out, "</{name}>");
    }
    if is_block(name) {
        out.push('\n');
    }
}

fn escape(text: &str, value: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if value => out.push_str("&quot;"),
            '\u{a0}' => out.push_str("&nbsp;"),
            c => out.push(c),
        }
    }
}
