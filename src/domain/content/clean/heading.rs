//! Headings: by element, by the level of the office program, or because they look like it.

use super::Work;
use super::block::side_of_class;
use super::dom::Id;
use super::style::Side;

/// Longest paragraph that an outline level makes a heading of, in characters.
const LONGEST: usize = 100;
/// Longest paragraph that looks like a title.
const TITLE: usize = 40;

/// Makes headings of what is one.
pub(super) fn headings(work: &mut Work<'_>) {
    for id in work.tree.named(work.body, &["p", "div"]) {
        let tree = &work.tree;
        let text = tree.text(id);
        let text = text.trim();
        let long = text.chars().count();
        if text.is_empty() || long > LONGEST || tree.above(id).any(|above| tree.is(above, &["table", "li"])) {
            continue;
        }
        if tree.inside(id).any(|inner| tree.is(inner, &["p", "div", "table", "ul", "ol", "img"])) {
            continue;
        }
        let class = tree.attribute(id, "class").unwrap_or_default();
        let by_class = class.split_whitespace().find_map(|class| match class.strip_prefix("MsoHeading") {
            Some(level) => level.parse().ok().filter(|level| (1..=9).contains(level)),
            None => (class == "MsoTitle").then_some(1),
        });
        let level = by_class.or(work.sheet.of(tree, id).outline);
        let level = level.or_else(|| looks_like_title(work, id, text).then_some(2));
        if let Some(level) = level {
            work.tree.rename(id, &format!("h{}", level.min(6)));
            work.headings += 1;
        }
    }
}

/// The page has its own first heading: if a body has one too, all of its headings go one down.
pub(super) fn below_title(work: &mut Work<'_>) {
    let headings = work.tree.named(work.body, &["h1", "h2", "h3", "h4", "h5", "h6"]);
    if !headings.iter().any(|id| work.tree.is(*id, &["h1"])) {
        return;
    }
    for id in headings {
        let level = work.tree.name(id)[1..].parse::<u8>().unwrap_or(2);
        work.tree.rename(id, &format!("h{}", (level + 1).min(6)));
    }
}

/// Bold as a whole, in the middle by its style, short and without a full stop.
fn looks_like_title(work: &Work<'_>, id: Id, text: &str) -> bool {
    let tree = &work.tree;
    if text.chars().count() > TITLE
        || text.ends_with(['。', '；', '，', '：', ':', ';', ',', '.', '、', '！', '!', '）', ')'])
    {
        return false;
    }
    // What is centred by a class of ours was put there by an editor, and stays.
    if side_of_class(tree, id).is_some() || work.sheet.of(tree, id).side != Some(Side::Center) {
        return false;
    }
    // 表1 and 图1 name what is beside them.
    if text.starts_with(['表', '图', '（', '(', '〔', '—', '-', '*']) {
        return false;
    }
    let whole = work.sheet.of(tree, id).bold == Some(true);
    whole
        || tree
            .inside(id)
            .filter(|inner| tree.words(*inner).is_some_and(|words| !words.trim().is_empty()))
            .all(|inner| tree.above(inner).take_while(|above| *above != id).any(|above| tree.is(above, &["strong"])))
}
