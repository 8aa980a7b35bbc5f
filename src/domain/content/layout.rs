//! The layout of official documents by one click: first lines set in, levels
//! of headings by their numbers, the signature to the right.
//!
//! **Invariant:** no text changes but the spaces at the head of a line; a
//! second click changes nothing.

use super::clean::{NodeId, Nodes, drop_between, html_of, read};
use super::html::clean;

/// Longest heading, in characters.
const HEADING: usize = 60;
/// Longest line that names who is addressed.
const ADDRESSED: usize = 120;
/// Longest name of an organ that signs.
const ORGAN: usize = 40;
/// Most organs that sign together.
const ORGANS: usize = 6;
/// Signs of Chinese numbers.
const CHINESE: &str = "〇零一二三四五六七八九十百";

/// Sets sanitised HTML as GB/T 9704 does: `indent`, `signature`, headings of 一、(一) 1. and (1).
pub fn layout(html: &str) -> String {
    let (mut tree, body) = read(html);
    drop_between(&mut tree, body);
    let lines: Vec<NodeId> =
        tree.children(body).filter(|id| tree.is(*id, &["p", "h2", "h3", "h4", "h5", "h6"])).collect();
    headings(&mut tree, &lines);
    let signed = signature(&mut tree, &lines);
    let mut first = true;
    for id in &lines {
        if !tree.is(*id, &["p"]) || signed.contains(id) {
            continue;
        }
        let text = tree.text(*id);
        let words = text.trim();
        let addressed = first && words.ends_with(['：', ':']) && words.chars().count() <= ADDRESSED;
        let other = ["center", "right", "signature", "note", "lead"].iter().any(|class| has_class(&tree, *id, class));
        if words.is_empty() || other {
            continue;
        }
        first = false;
        set_class(&mut tree, *id, "indent", !addressed);
        trim_head(&mut tree, *id);
    }
    clean(&html_of(&tree, body)).html
}

fn has_class(tree: &Nodes, id: NodeId, class: &str) -> bool {
    tree.attribute(id, "class").unwrap_or_default().split_whitespace().any(|own| own == class)
}

fn set_class(tree: &mut Nodes, id: NodeId, class: &str, set: bool) {
    let own = tree.attribute(id, "class").unwrap_or_default().to_owned();
    let mut classes: Vec<&str> = own.split_whitespace().filter(|own| *own != class).collect();
    if set {
        classes.push(class);
    }
    if classes.is_empty() { tree.unset(id, "class") } else { tree.set(id, "class", classes.join(" ")) }
}

/// Spaces that set a line in are a class now.
fn trim_head(tree: &mut Nodes, id: NodeId) {
    let texts: Vec<NodeId> = tree.inside(id).filter(|id| tree.words(*id).is_some() || tree.is(*id, &["img"])).collect();
    for text in texts {
        let Some(words) = tree.words(text) else { return };
        let rest = words.trim_start().to_owned();
        let done = !rest.is_empty();
        tree.set_words(text, rest);
        if done {
            return;
        }
    }
}

/// The level that the number of a line says, from 1.
fn numbered(text: &str) -> Option<usize> {
    let text = text.trim_start();
    let head = |text: &str| text.chars().take_while(|c| CHINESE.contains(*c)).map(char::len_utf8).sum::<usize>();
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    if let Some(inner) = text.strip_prefix(['（', '(']) {
        let closes = |at: usize| at > 0 && inner[at..].starts_with(['）', ')']);
        return match (closes(head(inner)), closes(digits(inner))) {
            (true, _) => Some(2),
            (_, true) => Some(4),
            _ => None,
        };
    }
    let long = head(text);
    if long > 0 && text[long..].starts_with('、') {
        return Some(1);
    }
    let long = digits(text);
    let rest = &text[long..];
    let behind = rest.chars().nth(1);
    // 1.5倍 is a figure, 1.工作 a number.
    (matches!(long, 1 | 2) && rest.starts_with(['.', '．', '、']) && behind.is_some_and(|c| !c.is_ascii_digit()))
        .then_some(3)
}

/// Lines that are only a numbered title become headings, none left out on the way down.
fn headings(tree: &mut Nodes, lines: &[NodeId]) {
    let mut found: Vec<(NodeId, usize)> = Vec::new();
    for id in lines {
        let text = tree.text(*id);
        let text = text.trim();
        let Some(level) = numbered(text) else { continue };
        let title = text.chars().count() <= HEADING
            && !text.contains(['。', '；'])
            && !text.ends_with(['，', '：', ':', ',', ';', '、', '！', '？'])
            && !tree.inside(*id).any(|inner| tree.is(inner, &["img", "br"]));
        // 1. and (1) are paragraphs more often than titles: only where they are marked as such already.
        let marked = !tree.is(*id, &["p"]) || bold(tree, *id);
        if title && (level <= 2 || marked) {
            found.push((*id, level));
        }
    }
    let plain = lines.iter().any(|id| !tree.is(*id, &["p"]) && !found.iter().any(|(heading, _)| heading == id));
    let mut used: Vec<usize> = found.iter().map(|(_, level)| *level).collect();
    used.sort_unstable();
    used.dedup();
    // Below the title that a body has of its own.
    let top = if plain && lines.first().is_some_and(|id| tree.is(*id, &["h2"])) { 3 } else { 2 };
    for (id, level) in found {
        let rank = used.iter().position(|used| *used == level).unwrap_or_default();
        tree.rename(id, &format!("h{}", (top + rank).min(6)));
        for class in ["indent", "center"] {
            set_class(tree, id, class, false);
        }
        for strong in tree.named(id, &["strong"]) {
            tree.unwrap(strong);
        }
        trim_head(tree, id);
    }
}

fn bold(tree: &Nodes, id: NodeId) -> bool {
    tree.children(id)
        .all(|child| tree.is(child, &["strong"]) || tree.words(child).is_some_and(|words| words.trim().is_empty()))
}

/// Organ and date at the end.
fn signature(tree: &mut Nodes, lines: &[NodeId]) -> Vec<NodeId> {
    // 附件 and notes may stand behind it.
    let near = lines.iter().enumerate().rev().take(12).find(|(_, id)| {
        tree.is(**id, &["p"])
            && is_date(tree.text(**id).trim())
            && tree.inside(**id).all(|inner| !tree.is(inner, &["img"]))
    });
    let Some((at, date)) = near else { return Vec::new() };
    let mut signed = vec![*date];
    for id in lines[..at].iter().rev().take(ORGANS) {
        let text = tree.text(*id);
        let text = text.trim();
        let set_right = has_class(tree, *id, "right") || has_class(tree, *id, "signature");
        let organ = tree.is(*id, &["p"])
            && (1..=ORGAN).contains(&text.chars().count())
            && !text.contains(['。', '，', '：', ':', '；', '、', '？', '！', '《'])
            && numbered(text).is_none()
            && (set_right || names_organ(text));
        if !organ {
            break;
        }
        signed.push(*id);
    }
    for id in &signed {
        for class in ["indent", "right", "center", "left"] {
            set_class(tree, *id, class, false);
        }
        set_class(tree, *id, "signature", true);
        trim_head(tree, *id);
    }
    signed
}

fn names_organ(text: &str) -> bool {
    const ENDS: [&str; 22] = [
        "局",
        "委",
        "委员会",
        "办",
        "办公室",
        "政府",
        "厅",
        "部",
        "院",
        "会",
        "中心",
        "公司",
        "处",
        "所",
        "站",
        "队",
        "组",
        "司",
        "署",
        "馆",
        "校",
        "指挥部",
    ];
    ENDS.iter().any(|end| text.ends_with(end))
}

/// 2026年11月25日 or 二〇二六年十一月二十五日.
fn is_date(text: &str) -> bool {
    let Some((year, rest)) = text.split_once('年') else { return false };
    let Some((month, day)) = rest.split_once('月') else { return false };
    let number = |text: &str| {
        let text = text.trim();
        !text.is_empty()
            && (text.bytes().all(|byte| byte.is_ascii_digit()) || text.chars().all(|c| CHINESE.contains(c)))
    };
    number(year) && number(month) && day.trim().strip_suffix('日').is_some_and(number)
}
