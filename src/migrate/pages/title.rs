//! The title of a page: what its `<title>`, the anchors that lead to it and its own lines agree on.

use xxhash_rust::xxh3::xxh3_64;

use super::learn::Learned;
use super::lines::Block;
use super::read::Opened;
use super::{facts, words};

/// Longest title, characters.
const LONGEST_TITLE: usize = 160;

/// Parts of a title that others may share: what stands before its first and behind its last separators.
pub(super) fn title_parts(title: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let marks: Vec<(usize, usize)> = separators(title);
    for (at, end) in marks.iter().rev().take(3) {
        found.push(&title[*end..]);
        let _ = at;
    }
    if let Some((at, _)) = marks.first() {
        found.push(&title[..*at]);
    }
    found.push(title);
    found
}

fn separators(title: &str) -> Vec<(usize, usize)> {
    let sign =
        |letter: char| matches!(letter, '-' | '_' | '|' | '—' | '–' | '·' | '>' | '»' | '－' | '｜' | '：' | ':' | '/');
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, letter) in title.char_indices() {
        if sign(letter) {
            let end = at + letter.len_utf8();
            match found.last_mut() {
                Some(last) if last.1 == at => last.1 = end,
                _ => found.push((at, end)),
            }
        }
    }
    found
}

/// A title without what many pages share.
pub(super) fn without_affixes(learned: &Learned, title: &str) -> String {
    let is_affix = |part: &str| learned.affixes.contains(&xxh3_64(words::tight(part).as_bytes()));
    let mut rest = title.trim();
    loop {
        let marks = separators(rest);
        let Some((at, end)) = marks.last().copied() else { break };
        if is_affix(&rest[end..]) && !rest[..at].trim().is_empty() {
            rest = rest[..at].trim();
            continue;
        }
        let (at, end) = marks[0];
        if is_affix(&rest[..at]) && !rest[end..].trim().is_empty() {
            rest = rest[end..].trim();
            continue;
        }
        break;
    }
    let rest = rest.strip_prefix("打印：").or_else(|| rest.strip_prefix("打印:")).unwrap_or(rest);
    if is_affix(rest) { String::new() } else { rest.to_owned() }
}

/// What the `<title>` of a page says, when it says something.
pub(super) fn tag_title(learned: &Learned, page: &Opened) -> String {
    let common = learned.common_titles.contains(&xxh3_64(words::tight(&page.title).as_bytes()));
    if common || words::is_default_title(&page.title) {
        return String::new();
    }
    without_affixes(learned, &page.title)
}

/// How a line fits as the title, by the `<title>` and by anchors.
fn fit(text: &str, tag: &str, whole_tag: &str, anchors: &[(String, u16)]) -> (u32, u32) {
    let length = text.chars().count();
    let by_tag = if length < 2 || tag.is_empty() {
        0
    } else if text == tag {
        60
    } else if length >= 4 && (tag.starts_with(text) || whole_tag.starts_with(text)) {
        48
    } else if length >= 6 && (whole_tag.contains(text) || (tag.chars().count() >= 6 && text.contains(tag))) {
        42
    } else {
        0
    };
    let by_anchor = anchors
        .iter()
        .map(|(anchor, _)| {
            let plain = words::tight(anchor);
            let plain = plain.trim_start_matches(|letter: char| "·•●◆◇■□▪>-".contains(letter));
            if plain == text {
                55
            } else if words::is_cut(plain) {
                let head = words::before_cut(plain);
                if head.chars().count() >= 5 && text.starts_with(head) { 48 } else { 0 }
            } else {
                0
            }
        })
        .max()
        .unwrap_or(0);
    (by_tag, by_anchor)
}

/// The line that is the title, and how sure that is.
pub(super) fn title_line(
    learned: &Learned,
    number: usize,
    page: &Opened,
    own: &[bool],
    container: Option<&Block>,
) -> Option<(usize, u8)> {
    let lines = &page.lines.lines;
    let tag = words::tight(&tag_title(learned, page));
    let whole = words::tight(&page.title);
    let anchors = learned.anchors.get(&(number as u32)).map_or(&[][..], Vec::as_slice);
    let place = learned.group(number).and_then(|group| group.title);
    let last = container.map_or(lines.len(), |block| (block.from + 12).min(block.to.max(block.from + 1)));
    let mut best: Option<(u32, usize, u8)> = None;
    for (at, line) in lines.iter().enumerate().take(last) {
        let length = line.text.chars().count();
        if !(2..=LONGEST_TITLE).contains(&length) || line.linked * 2 > line.size || facts::is_crumb(line) {
            continue;
        }
        let at_place = place == Some(line.place);
        if !own[at] && !at_place {
            continue;
        }
        let text = words::tight(&line.text);
        // The name of the site stands in every title.
        if learned.affixes.contains(&xxh3_64(text.as_bytes())) {
            continue;
        }
        let (by_tag, by_anchor) = fit(&text, &tag, &whole, anchors);
        let mut score = by_tag + by_anchor;
        if score == 0 && (!at_place && !line.heading && !line.strong) {
            continue;
        }
        score += 12 * u32::from(line.heading) + 8 * u32::from(line.strong) + 25 * u32::from(at_place);
        score += 4 * u32::from(container.is_none_or(|block| at < block.from));
        let sure = match (by_tag > 0, by_anchor > 0) {
            (true, true) => 98,
            (true, false) | (false, true) => 92,
            _ if at_place => 82,
            _ if line.heading => 66,
            _ => 45,
        };
        if score >= 8 && best.is_none_or(|(known, _, _)| score > known) {
            best = Some((score, at, sure));
        }
    }
    best.map(|(_, at, sure)| (at, sure))
}

/// A title that goes on in the next lines, as others know it whole; and how many lines it takes.
pub(super) fn whole_title<'a>(page: &Opened, at: usize, known: impl Iterator<Item = &'a str>) -> (String, usize) {
    const MOST: usize = 3;
    let lines = &page.lines.lines;
    let known: Vec<String> = known.map(words::tight).collect();
    let mut title = lines[at].text.clone();
    let mut best = (title.clone(), 1);
    for more in 1..MOST {
        let Some(next) = lines.get(at + more).filter(|next| next.links.is_empty() && !next.text.is_empty()) else {
            break;
        };
        title.push_str(&next.text);
        let tight = words::tight(&title);
        if known.contains(&tight) {
            best = (title.clone(), more + 1);
        }
    }
    best
}
