//! Office lists: paragraphs that only look like items become items.
//!
//! **Invariant:** a mark that a list would not show again, 一、 or (1), stays
//! as text.

use super::Work;
use super::dom::{Id, Tree};
use super::style::{Format, Listed, Style};

/// What an item begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bullet,
    /// `type` of the list.
    Number(&'static str),
}

/// Signs that are bullets in any font.
const BULLETS: &str = "•·●○■□◆◇▪▫►▶➢➤✓✔★☆※–—-*‣⁃o";
/// Highest number that is taken for one.
const HIGHEST: u32 = 9999;

/// A list that is open while paragraphs are read.
struct Open {
    level: u8,
    list: Id,
    name: String,
    kind: Kind,
    next: u32,
}

/// Makes lists of the paragraphs inside `parent`.
pub(super) fn lists(work: &mut Work<'_>) {
    let paragraphs: Vec<Id> = work.tree.named(work.body, &["p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li"]);
    let mut open: Vec<Open> = Vec::new();
    let mut last: Option<Id> = None;
    for paragraph in paragraphs {
        let style = work.sheet.of(&work.tree, paragraph);
        let Some(listed) = style.listed.clone() else { continue };
        let marks = marks(work, paragraph);
        let words: String = marks.iter().map(|mark| work.tree.text(*mark)).collect();
        let item = work.tree.is(paragraph, &["p", "div"])
            && !marks.is_empty()
            && !work.tree.inside(paragraph).any(|id| work.tree.is(id, &["p", "div", "table", "ul", "ol"]));
        // Only neighbours go on with a list.
        if last.is_none_or(|last| next_block(&work.tree, last) != Some(paragraph)) {
            open.clear();
        }
        let kind = if item { kind(work, &marks, words.trim(), &style, &listed, &open) } else { None };
        let Some((kind, number)) = kind else {
            open.clear();
            last = None;
            settle(work, &marks);
            continue;
        };
        marks.into_iter().for_each(|mark| work.tree.detach(mark));
        last = Some(put(&mut work.tree, &mut open, paragraph, &listed, kind, number));
        work.lists += 1;
    }
}

/// The element behind it, white space aside; behind its list if it is the last item of one.
fn next_block(tree: &Tree, item: Id) -> Option<Id> {
    let mut top = item;
    while let Some(above) = tree.parent(top).filter(|above| tree.is(*above, &["ul", "ol", "li"])) {
        top = above;
    }
    let mut next = tree.after(top);
    while let Some(id) = next {
        let blank = tree.words(id).is_some_and(|words| words.trim().is_empty()) || tree.comment(id).is_some();
        if !blank {
            return Some(id);
        }
        next = tree.after(id);
    }
    None
}

/// The nodes that hold the mark of a paragraph.
fn marks(work: &Work<'_>, paragraph: Id) -> Vec<Id> {
    let tree = &work.tree;
    let mut found: Vec<Id> = Vec::new();
    for id in tree.elements(paragraph) {
        let nested = found.last().is_some_and(|mark| tree.above(id).any(|above| above == *mark));
        if !nested && tree.is(id, &["span", "font"]) && work.sheet.of(tree, id).mark {
            found.push(id);
        }
    }
    if !found.is_empty() {
        return found;
    }
    // Without a style for it, the mark stands between these comments.
    let mut inside = false;
    for id in tree.inside(paragraph) {
        match tree.comment(id) {
            Some(comment) if comment.contains("!supportLists") => inside = true,
            Some(_) if inside => break,
            Some(_) => {}
            None if inside && !found.last().is_some_and(|mark| tree.above(id).any(|above| above == *mark)) => {
                found.push(id);
            }
            None => {}
        }
    }
    found
}

/// A mark that stays: the gap behind it, made of tiny spaces, goes.
fn settle(work: &mut Work<'_>, marks: &[Id]) {
    const GAP: [char; 3] = ['\u{a0}', ' ', '\n'];
    let texts = marks.iter().flat_map(|mark| work.tree.inside(*mark).chain([*mark]));
    let texts: Vec<Id> = texts.filter(|id| work.tree.words(*id).is_some()).collect();
    let whole: String = texts.iter().filter_map(|id| work.tree.words(*id)).collect();
    let ends_word = whole.trim_end_matches(GAP).ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    for text in texts.into_iter().rev() {
        let mut tight = work.tree.words(text).unwrap_or_default().trim_end_matches(GAP).to_owned();
        let ends = !tight.is_empty();
        if ends && ends_word && whole.ends_with(GAP) {
            tight.push(' ');
        }
        work.tree.set_words(text, tight);
        if ends {
            break;
        }
    }
}

fn kind(
    work: &Work<'_>,
    marks: &[Id],
    words: &str,
    style: &Style,
    listed: &Listed,
    open: &[Open],
) -> Option<(Kind, u32)> {
    let format = work.sheet.format(listed);
    let words = words.trim_matches(['\u{a0}', ' ', '\t', '\n', '\u{3000}']);
    let mut chars = words.chars();
    let (first, more) = (chars.next(), chars.next().is_some());
    if let (Some(sign), false) = (first, more) {
        let signs = style.signs
            || marks
                .iter()
                .flat_map(|mark| work.tree.inside(*mark).chain([*mark]))
                .any(|id| work.tree.is_element(id) && work.sheet.of(&work.tree, id).signs);
        let private = ('\u{e000}'..='\u{f8ff}').contains(&sign);
        if format == Some(Format::Bullet) || signs || private || BULLETS.contains(sign) {
            return Some((Kind::Bullet, 0));
        }
    }
    if words.is_empty() {
        // A picture as the bullet.
        return (format == Some(Format::Bullet)).then_some((Kind::Bullet, 0));
    }
    let body = words.strip_suffix(['.', '．', ')', '）', '、']).unwrap_or(words);
    let was = open.iter().rev().find(|open| open.level == listed.level).map(|open| open.kind);
    number(body, format, was).filter(|(_, number)| (1..=HIGHEST).contains(number))
}

/// The number that a mark shows, and how.
fn number(body: &str, format: Option<Format>, was: Option<Kind>) -> Option<(Kind, u32)> {
    if body.is_empty() || body.len() > 8 || !body.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    if body.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((Kind::Number("1"), body.parse().ok()?));
    }
    let lower = body.bytes().all(|byte| byte.is_ascii_lowercase());
    if !lower && !body.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let (alpha, roman) = if lower { ("a", "i") } else { ("A", "I") };
    let letter = (body.len() == 1).then(|| u32::from(body.as_bytes()[0].to_ascii_lowercase() - b'a') + 1);
    let as_roman = roman_of(&body.to_ascii_lowercase());
    let wants_roman = match (format, was) {
        (Some(Format::LowerRoman | Format::UpperRoman), _) => true,
        (Some(Format::LowerAlpha | Format::UpperAlpha), _) => false,
        (_, Some(Kind::Number(kind))) if kind == alpha => false,
        (_, Some(Kind::Number(kind))) if kind == roman => true,
        _ => as_roman == Some(1) || letter.is_none(),
    };
    match (wants_roman, as_roman, letter) {
        (true, Some(number), _) => Some((Kind::Number(roman), number)),
        (_, _, Some(number)) => Some((Kind::Number(alpha), number)),
        _ => None,
    }
}

/// `xiv` is 14; nothing but the usual form counts.
fn roman_of(text: &str) -> Option<u32> {
    const PARTS: [(&str, u32); 9] =
        [("c", 100), ("xc", 90), ("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1)];
    let (mut rest, mut sum) = (text, 0);
    for (part, value) in PARTS {
        let most = if matches!(part, "c" | "x" | "i") { 3 } else { 1 };
        for _ in 0..most {
            let Some(shorter) = rest.strip_prefix(part) else { break };
            (rest, sum) = (shorter, sum + value);
        }
    }
    (rest.is_empty() && sum > 0).then_some(sum)
}

/// Puts a paragraph into its list as an item.
fn put(tree: &mut Tree, open: &mut Vec<Open>, paragraph: Id, listed: &Listed, kind: Kind, number: u32) -> Id {
    while open.last().is_some_and(|last| last.level > listed.level) {
        open.pop();
    }
    let fits =
        open.last().is_some_and(|last| last.level == listed.level && last.kind == kind && last.name == listed.list);
    if !fits {
        if open.last().is_some_and(|last| last.level == listed.level) {
            open.pop();
        }
        let list = match kind {
            Kind::Bullet => tree.element("ul"),
            Kind::Number(kind) => {
                let list = tree.element("ol");
                if kind != "1" {
                    tree.set(list, "type", kind);
                }
                if number != 1 {
                    tree.set(list, "start", number.to_string());
                }
                list
            }
        };
        match open.last().and_then(|above| tree.last(above.list)) {
            Some(item) => tree.append(item, list),
            None => tree.insert_before(paragraph, list),
        }
        open.push(Open { level: listed.level, list, name: listed.list.clone(), kind, next: number });
    }
    let item = tree.element("li");
    if let Some(top) = open.last_mut() {
        if kind != Kind::Bullet && top.next != number {
            tree.set(item, "value", number.to_string());
        }
        top.next = number + 1;
        tree.append(top.list, item);
    }
    tree.pour(paragraph, item);
    tree.detach(paragraph);
    item
}
