//! What stands inside a line: styles become elements, wrappers go.
//!
//! **Invariant:** afterwards no inline element holds a block, and none holds
//! another of its name.

use std::collections::BTreeSet;

use super::Work;
use super::dom::{Id, Tree};
use super::kinds::{INLINE, is_block, is_inline, modern};

/// Elements whose weight and slant are their own affair.
const OWN_WEIGHT: [&str; 8] = ["h1", "h2", "h3", "h4", "h5", "h6", "th", "body"];

/// Styles as elements, elements by their names of today.
pub(super) fn name(work: &mut Work<'_>) {
    for id in work.tree.elements(work.body) {
        let style = work.sheet.of(&work.tree, id);
        let name = work.tree.name(id).to_owned();
        if name == "center" {
            work.tree.set(id, "align", "center");
        }
        let name = modern(&name);
        let mut wanted: Vec<&str> = Vec::new();
        if !OWN_WEIGHT.contains(&name) {
            let class = work.tree.attribute(id, "class").unwrap_or_default();
            let note = class.contains("MsoFootnoteReference") || class.contains("MsoEndnoteReference");
            let flags = [
                ("strong", style.bold == Some(true)),
                ("em", style.italic == Some(true)),
                ("u", style.underline == Some(true) && name != "a" && !within(&work.tree, id, "a")),
                ("s", style.strike == Some(true)),
                ("sup", style.raised == Some(1) || note),
                ("sub", style.raised == Some(-1)),
            ];
            wanted.extend(flags.into_iter().filter(|(element, set)| *set && *element != name).map(|(name, _)| name));
        }
        if is_block(name) {
            // Cells and paragraphs: only what is bold as a whole; the rest is said inside.
            wanted.retain(|element| *element == "strong");
            if matches!(name, "ul" | "ol" | "dl" | "table" | "tbody" | "thead" | "tfoot" | "tr" | "div" | "hr" | "col")
            {
                wanted.clear();
            }
        }
        for element in wanted.into_iter().rev() {
            work.tree.wrap_inside(id, element);
        }
        let plain = match name {
            "strong" => style.bold == Some(false),
            "em" => style.italic == Some(false),
            "a" => work.tree.attribute(id, "href").is_none() && work.tree.attribute(id, "id").is_none(),
            "span" => !speaks(&work.tree, id),
            "ins" => true,
            other => !is_block(other) && !is_inline(other) && !matches!(other, "img" | "br" | "wbr"),
        };
        if plain {
            work.tree.unwrap(id);
        } else {
            work.tree.rename(id, name);
        }
    }
}

/// Does a span say something by its class or language? Office programs mark every other word.
fn speaks(tree: &Tree, id: Id) -> bool {
    let class = tree.attribute(id, "class").unwrap_or_default();
    let lang = tree.attribute(id, "lang").unwrap_or_default();
    class.split_whitespace().any(|class| crate::domain::content::html::CLASSES.contains(&class))
        || (!lang.is_empty() && !lang.eq_ignore_ascii_case("en-us") && !lang.eq_ignore_ascii_case("zh-cn"))
        || tree.attribute(id, "dir").is_some_and(|dir| dir.eq_ignore_ascii_case("rtl"))
}

fn within(tree: &Tree, id: Id, name: &str) -> bool {
    tree.above(id).any(|above| tree.is(above, &[name]))
}

/// Inline elements around blocks go into them; what is said twice is said once.
pub(super) fn settle(tree: &mut Tree, body: Id) {
    unwrap_nested(tree, body);
    push_down(tree, body);
    unwrap_nested(tree, body);
    for id in tree.named(body, &["h1", "h2", "h3", "h4", "h5", "h6", "th"]) {
        let bold = tree.children(id).all(|child| {
            tree.is(child, &["strong", "br"]) || tree.words(child).is_some_and(|words| words.trim().is_empty())
        });
        if bold {
            let inner = tree.children(id).filter(|child| tree.is(*child, &["strong"])).collect::<Vec<_>>();
            inner.into_iter().for_each(|strong| tree.unwrap(strong));
        }
    }
    for id in tree.named(body, &["strong", "em", "u", "s", "sup", "sub"]) {
        if tree.parent(id).is_none() {
            continue;
        }
        while let Some(next) = tree.after(id)
            && tree.is_element(next)
            && tree.name(next) == tree.name(id)
            && plain(tree, id)
            && plain(tree, next)
        {
            tree.pour(next, id);
            tree.detach(next);
        }
    }
}

/// No attribute that is kept.
fn plain(tree: &Tree, id: Id) -> bool {
    tree.attributes(id).iter().all(|(key, _)| !matches!(&**key, "lang" | "dir" | "title" | "id"))
}

fn unwrap_nested(tree: &mut Tree, body: Id) {
    for id in tree.named(body, &INLINE) {
        let name = tree.name(id).to_owned();
        let twice = tree.above(id).take_while(|above| tree.is_inline(*above)).any(|above| tree.is(above, &[&name]));
        if twice && (name != "span" || !speaks(tree, id)) {
            tree.unwrap(id);
        }
    }
}

fn push_down(tree: &mut Tree, body: Id) {
    let mut broken: BTreeSet<usize> = BTreeSet::new();
    let elements = tree.elements(body);
    let place: std::collections::HashMap<Id, usize> = elements.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    for id in &elements {
        if tree.is_block(*id) {
            for above in tree.above(*id).take_while(|above| tree.is_inline(*above)) {
                if place.get(&above).is_none_or(|at| !broken.insert(*at)) {
                    break;
                }
            }
        }
    }
    // From the inside to the outside.
    for at in broken.into_iter().rev() {
        let outer = elements[at];
        for child in tree.children_now(outer) {
            if tree.is_block(child) {
                let holders = tree.elements(child).into_iter().chain([child]);
                let holders: Vec<Id> = holders.filter(|id| holds_lines(tree.name(*id))).collect();
                holders.into_iter().for_each(|holder| clothe(tree, holder, outer));
            }
        }
        clothe(tree, outer, outer);
        tree.unwrap(outer);
    }
}

fn holds_lines(name: &str) -> bool {
    is_block(name)
        && !matches!(
            name,
            "ul" | "ol" | "dl" | "table" | "tbody" | "thead" | "tfoot" | "tr" | "colgroup" | "col" | "hr" | "figure"
        )
}

/// Puts copies of `like` around the runs of inline content of a block.
fn clothe(tree: &mut Tree, block: Id, like: Id) {
    let mut run: Option<Id> = None;
    for child in tree.children_now(block) {
        if tree.is_block(child) {
            run = None;
            continue;
        }
        let blank = tree.words(child).is_some_and(|words| words.trim().is_empty());
        if blank && run.is_none() {
            continue;
        }
        let shell = match run {
            Some(shell) => shell,
            None => {
                let shell = tree.shell(like);
                // An address may stand once only.
                tree.unset(shell, "id");
                tree.insert_before(child, shell);
                shell
            }
        };
        run = Some(shell);
        tree.append(shell, child);
    }
}
