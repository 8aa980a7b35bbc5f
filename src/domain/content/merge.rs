//! Two texts that were made from one, side by side: what both have, what one changed, and where both did.
//!
//! Works on sanitised HTML, whose form is known, by the blocks of its top level: a paragraph, a list, a table.

use std::collections::HashMap;

/// Longest comparison in pairs of blocks; longer texts are compared as wholes.
const MOST_PAIRS: usize = 4_000_000;

/// A part of three texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// It is clear what comes out: both have it, or one changed it and the other did not.
    Clear(String),
    /// Both changed it, each in his own way.
    Choice {
        /// As it was.
        base: String,
        /// As one has it.
        mine: String,
        /// As the other has it.
        theirs: String,
    },
}

/// Puts together what two people made of `base`. Of what both changed nothing is left out: it is a choice.
pub fn merge(base: &str, mine: &str, theirs: &str) -> Vec<Piece> {
    let [base, mine, theirs] = [base, mine, theirs].map(blocks);
    let (in_mine, in_theirs) = (matched(&base, &mine), matched(&base, &theirs));
    let mut pieces = Vec::new();
    let (mut b, mut m, mut t) = (0, 0, 0);
    loop {
        // The next block that stands in all three: what lies before it was changed by one or by both.
        let next = (b..base.len()).find_map(|at| Some((at, in_mine[at]?, in_theirs[at]?)));
        let (b_end, m_end, t_end) = next.unwrap_or((base.len(), mine.len(), theirs.len()));
        add(&mut pieces, &base[b..b_end], &mine[m..m_end], &theirs[t..t_end]);
        let Some((at, in_mine, in_theirs)) = next else { return pieces };
        clear(&mut pieces, base[at]);
        (b, m, t) = (at + 1, in_mine + 1, in_theirs + 1);
    }
}

fn add(pieces: &mut Vec<Piece>, base: &[&str], mine: &[&str], theirs: &[&str]) {
    if same(mine, theirs) || same(base, theirs) {
        mine.iter().for_each(|block| clear(pieces, block));
    } else if same(base, mine) {
        theirs.iter().for_each(|block| clear(pieces, block));
    } else {
        pieces.push(Piece::Choice { base: base.concat(), mine: mine.concat(), theirs: theirs.concat() });
    }
}

fn clear(pieces: &mut Vec<Piece>, block: &str) {
    match pieces.last_mut() {
        Some(Piece::Clear(html)) => html.push_str(block),
        _ => pieces.push(Piece::Clear(block.to_owned())),
    }
}

fn same(a: &[&str], b: &[&str]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.trim() == b.trim())
}

/// For each block of `base` its place in `other`, in one order: the longest common sequence.
fn matched(base: &[&str], other: &[&str]) -> Vec<Option<usize>> {
    let mut found = vec![None; base.len()];
    let mut numbers = HashMap::new();
    let mut number = |block: &&str| {
        let next = numbers.len();
        *numbers.entry(block.trim().to_owned()).or_insert(next)
    };
    let (a, b): (Vec<usize>, Vec<usize>) = (base.iter().map(&mut number).collect(), other.iter().map(number).collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    (0..start).for_each(|at| found[at] = Some(at));
    let rest = a.len().min(b.len()) - start;
    let end = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    (1..=end).for_each(|back| found[a.len() - back] = Some(b.len() - back));
    let (a, b) = (&a[start..a.len() - end], &b[start..b.len() - end]);
    let width = b.len() + 1;
    if a.len().saturating_mul(width) > MOST_PAIRS {
        return found;
    }
    // Lengths of what the tails of both have in common.
    let mut long = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            long[i * width + j] = if a[i] == b[j] {
                long[(i + 1) * width + j + 1] + 1
            } else {
                long[(i + 1) * width + j].max(long[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            found[start + i] = Some(start + j);
            (i, j) = (i + 1, j + 1);
        } else if long[(i + 1) * width + j] >= long[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    found
}

/// The blocks of the top level of sanitised HTML; text between them is a block too. Together they are the whole.
fn blocks(html: &str) -> Vec<&str> {
    const VOID: [&str; 5] = ["br", "col", "hr", "img", "wbr"];
    let mut found = Vec::new();
    let (mut depth, mut start, mut at) = (0_usize, 0, 0);
    while let Some(open) = html[at..].find('<').map(|open| at + open) {
        let Some(close) = html[open..].find('>').map(|close| open + close + 1) else { break };
        let tag = &html[open + 1..close - 1];
        let (end, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if end {
            depth = depth.saturating_sub(1);
        } else if !VOID.contains(&name) {
            if depth == 0 && !html[start..open].trim().is_empty() {
                found.push(&html[start..open]);
                start = open;
            }
            depth += 1;
        }
        at = close;
        if depth == 0 && (end || name == "hr") {
            found.push(&html[start..close]);
            start = close;
        }
    }
    if !html[start..].trim().is_empty() {
        found.push(&html[start..]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Piece, blocks, merge};

    #[test]
    fn blocks_are_the_top_level_and_lose_nothing() {
        let html =
            "<p>甲<br>乙 <b>丙</b></p>\n<ul><li><p>一</p></li></ul>\n<hr>\n末尾<table><tr><td>1</td></tr></table>";
        let found = blocks(html);
        assert_eq!(found.concat(), html);
        assert_eq!(found.len(), 5, "{found:?}");
    }

    #[test]
    fn what_one_changed_comes_in_and_what_both_changed_is_a_choice() {
        let text = |parts: &[&str]| parts.iter().map(|part| format!("<p>{part}</p>")).collect::<String>();
        let base = text(&["一", "二", "三", "四"]);
        let clear = |parts: &[&str]| Piece::Clear(text(parts));
        let mine = text(&["一", "二改", "三", "四"]);
        let theirs = text(&["零", "一", "二", "三", "四", "五"]);
        assert_eq!(merge(&base, &mine, &theirs), [clear(&["零", "一", "二改", "三", "四", "五"])]);
        // Changes that touch each other may belong together: a person decides.
        let touching =
            Piece::Choice { base: text(&["二", "三"]), mine: text(&["二改", "三"]), theirs: text(&["二"]) };
        assert_eq!(merge(&base, &mine, &text(&["一", "二", "四"])), [clear(&["一"]), touching, clear(&["四"])]);
        let both = merge(&base, &text(&["一", "二甲", "三", "四"]), &text(&["一", "二乙", "三", "四丁"]));
        let choice = Piece::Choice { base: text(&["二"]), mine: text(&["二甲"]), theirs: text(&["二乙"]) };
        assert_eq!(both, [clear(&["一"]), choice, clear(&["三", "四丁"])]);
        assert_eq!(merge(&base, &base, &base), [clear(&["一", "二", "三", "四"])]);
        assert_eq!(merge("", &text(&["甲"]), ""), [clear(&["甲"])]);
    }
}
