//! Two texts side by side: what was taken out, what was put in.
//!
//! **Invariant:** the left side without its marks is the old text, the right
//! side the new one; both are sanitised.

use std::collections::HashMap;

use serde::Serialize;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::clean::{NodeId, Nodes, marks, read, walk};
use super::document::Text;
use super::html::clean;

/// Most steps that a comparison may take altogether; what is beyond is shown as changed as a whole.
const STEPS: usize = 40_000_000;
/// Most pairs of blocks that are tried for likeness in one place.
const PAIRS: usize = 4_000;
/// From which likeness on, of 100, two blocks are one that was changed.
const ALIKE: u32 = 35;

/// What happened to a block or field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Nothing.
    Same,
    /// Its words changed.
    Changed,
    /// Its words are the same, headings or emphasis are not.
    Form,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

/// A block of the body on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// What happened.
    pub change: Change,
    /// The old one, HTML with `del`; empty if it is new.
    pub old: String,
    /// The new one, HTML with `ins`; empty if it is gone.
    pub new: String,
}

/// A field on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name, `title`.
    pub name: &'static str,
    /// HTML with `del`.
    pub old: String,
    /// HTML with `ins`.
    pub new: String,
}

/// Two texts compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Fields that differ.
    pub fields: Vec<Field>,
    /// Every block.
    pub blocks: Vec<Pair>,
}

impl Comparison {
    /// Blocks and fields that differ.
    pub fn differences(&self) -> usize {
        self.fields.len() + self.blocks.iter().filter(|pair| pair.change != Change::Same).count()
    }
}

/// Compares two texts.
pub fn compare(old: &Text, new: &Text) -> Comparison {
    let mut steps = STEPS;
    let fields = fields(old)
        .into_iter()
        .zip(fields(new))
        .filter(|((_, old), (_, new))| old != new)
        .map(|((name, old), (_, new))| {
            let (old, new) = mark(&pieces_of_text(&old), &pieces_of_text(&new), &mut steps);
            Field { name, old, new }
        })
        .collect();
    Comparison { fields, blocks: blocks(&old.body, &new.body, &mut steps) }
}

fn fields(text: &Text) -> [(&'static str, String); 12] {
    let picture = text.picture.as_ref().map(|picture| format!("{} {}", picture.alt, picture.url));
    let files = text.attachments.iter().map(|file| format!("{} ({})", file.title, file.media));
    [
        ("title", text.title.clone()),
        ("subtitle", text.subtitle.clone()),
        ("summary", text.summary.clone()),
        ("source", text.source.clone()),
        ("author", text.author.clone()),
        ("editor", text.editor.clone()),
        ("keywords", text.keywords.join(" ")),
        ("formed", text.formed.clone()),
        ("number", text.number.clone()),
        ("picture", picture.unwrap_or_default()),
        ("attachments", files.collect::<Vec<_>>().join("; ")),
        ("link", text.link.clone()),
    ]
}

/// A piece of a block.
#[derive(Debug, Clone)]
enum Piece {
    /// A mark: shown, not compared.
    Mark(String),
    /// A word, a Chinese character or a picture.
    Word { key: String, html: String },
}

/// A block of a body.
struct Block {
    html: String,
    pieces: Vec<Piece>,
    text: String,
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Words of letters and figures; each Chinese character and sign by itself.
fn words(text: &str, pieces: &mut Vec<Piece>) {
    let joins = |c: char| c.is_alphanumeric() && (c < '\u{2e80}');
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let long = if joins(first) {
            rest.find(|c: char| !joins(c)).unwrap_or(rest.len())
        } else if first.is_whitespace() {
            rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (word, behind) = rest.split_at(long);
        pieces.push(Piece::Word { key: word.to_owned(), html: escape(word) });
        rest = behind;
    }
}

fn pieces_of_text(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    words(text, &mut pieces);
    pieces
}

fn block(tree: &Nodes, id: NodeId) -> Block {
    let mut pieces = Vec::new();
    let (head, end) = marks(tree, id);
    pieces.push(Piece::Mark(head));
    if tree.words(id).is_some() {
        pieces.clear();
        words(tree.words(id).unwrap_or_default(), &mut pieces);
    }
    walk(tree, id, |inner, begins| {
        if let Some(text) = tree.words(inner) {
            if begins {
                words(text, &mut pieces);
            }
            return;
        }
        let (head, end) = marks(tree, inner);
        if tree.is(inner, &["img"]) {
            if begins {
                let key = format!("\u{0}{}", tree.attribute(inner, "src").unwrap_or_default());
                pieces.push(Piece::Word { key, html: head });
            }
        } else {
            pieces.push(Piece::Mark(if begins { head } else { end }));
        }
    });
    pieces.push(Piece::Mark(end));
    let html = pieces.iter().map(|piece| match piece {
        Piece::Mark(html) | Piece::Word { html, .. } => html.as_str(),
    });
    let html: String = html.collect();
    let text = pieces.iter().filter_map(|piece| match piece {
        Piece::Word { key, .. } => Some(key.as_str()),
        Piece::Mark(_) => None,
    });
    Block { html, text: text.collect(), pieces }
}

fn blocks_of(html: &str) -> Vec<Block> {
    let (mut tree, body) = read(html);
    // What says nothing in words is compared, not read out.
    for id in tree.named(body, &["img"]) {
        if tree.attribute(id, "alt").is_none() {
            tree.set(id, "alt", "");
        }
    }
    let blank = |id: &NodeId| tree.words(*id).is_some_and(|words| words.trim().is_empty());
    tree.children(body).filter(|id| !blank(id)).map(|id| block(&tree, id)).collect()
}

fn blocks(old: &str, new: &str, steps: &mut usize) -> Vec<Pair> {
    let (old, new) = (blocks_of(old), blocks_of(new));
    // Equal blocks get equal numbers: comparing those costs nothing.
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut number = |html| {
        let next = known.len();
        *known.entry(html).or_insert(next)
    };
    let a: Vec<usize> = old.iter().map(|block| number(block.html.as_str())).collect();
    let b: Vec<usize> = new.iter().map(|block| number(block.html.as_str())).collect();
    let mut pairs = Vec::new();
    if !afford(steps, a.len(), b.len()) {
        replaced(&old, &new, steps, &mut pairs);
        return pairs;
    }
    let mut waiting: (std::ops::Range<usize>, std::ops::Range<usize>) = (0..0, 0..0);
    for op in capture_diff_slices(Algorithm::Myers, &a, &b) {
        let (tag, left, right) = op.as_tag_tuple();
        if tag == DiffTag::Equal {
            replaced(&old[waiting.0.clone()], &new[waiting.1.clone()], steps, &mut pairs);
            for (left, right) in left.clone().zip(right.clone()) {
                pairs.push(Pair { change: Change::Same, old: safe(&old[left].html), new: safe(&new[right].html) });
            }
            waiting = (left.end..left.end, right.end..right.end);
        } else {
            waiting = (waiting.0.start..left.end.max(waiting.0.end), waiting.1.start..right.end.max(waiting.1.end));
        }
    }
    replaced(&old[waiting.0], &new[waiting.1], steps, &mut pairs);
    pairs
}

/// Takes the cost of a comparison off the steps that are left.
fn afford(steps: &mut usize, a: usize, b: usize) -> bool {
    let cost = a.saturating_mul(b).max(1);
    let affords = cost <= *steps;
    if affords {
        *steps -= cost;
    }
    affords
}

fn safe(html: &str) -> String {
    clean(html).html
}

/// Blocks that stand where others stood: those that are alike are pairs, in order.
fn replaced(old: &[Block], new: &[Block], steps: &mut usize, pairs: &mut Vec<Pair>) {
    let matched = partners(old, new);
    let (mut left, mut right) = (0, 0);
    for (a, b) in matched.into_iter().chain([(old.len(), new.len())]) {
        for gone in &old[left..a] {
            pairs.push(Pair { change: Change::Removed, old: safe(&whole(gone, "del")), new: String::new() });
        }
        for come in &new[right..b] {
            pairs.push(Pair { change: Change::Added, old: String::new(), new: safe(&whole(come, "ins")) });
        }
        if let (Some(one), Some(other)) = (old.get(a), new.get(b)) {
            let change = if one.text == other.text { Change::Form } else { Change::Changed };
            let (one, other) = mark(&one.pieces, &other.pieces, steps);
            pairs.push(Pair { change, old: safe(&one), new: safe(&other) });
        }
        (left, right) = ((a + 1).min(old.len()), (b + 1).min(new.len()));
    }
}

/// Pairs of alike blocks, both rising.
fn partners(old: &[Block], new: &[Block]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > PAIRS {
        return old
            .iter()
            .zip(new)
            .enumerate()
            .filter(|(_, (a, b))| alike(a, b) >= ALIKE)
            .map(|(at, _)| (at, at))
            .collect();
    }
    let width = new.len() + 1;
    let mut best = vec![0_u32; (old.len() + 1) * width];
    let likeness: Vec<u32> = old.iter().flat_map(|a| new.iter().map(move |b| alike(a, b))).collect();
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            let like = likeness[a * new.len() + b];
            let paired = if like >= ALIKE { best[(a + 1) * width + b + 1] + like } else { 0 };
            best[a * width + b] = paired.max(best[(a + 1) * width + b]).max(best[a * width + b + 1]);
        }
    }
    let (mut a, mut b, mut found) = (0, 0, Vec::new());
    while a < old.len() && b < new.len() {
        let here = best[a * width + b];
        if here == best[(a + 1) * width + b] {
            a += 1;
        } else if here == best[a * width + b + 1] {
            b += 1;
        } else {
            found.push((a, b));
            (a, b) = (a + 1, b + 1);
        }
    }
    found
}

/// Likeness of 100: how many pairs of neighbouring characters they share.
fn alike(a: &Block, b: &Block) -> u32 {
    if a.text == b.text {
        return 100;
    }
    let grams = |text: &str| {
        let chars: Vec<char> = text.chars().take(2000).collect();
        let mut grams: HashMap<(char, char), u32> = HashMap::new();
        chars.windows(2).for_each(|pair| *grams.entry((pair[0], pair[1])).or_default() += 1);
        (grams, chars.len().saturating_sub(1) as u32)
    };
    let ((left, many), (right, more)) = (grams(&a.text), grams(&b.text));
    let shared: u32 = left.iter().map(|(gram, count)| *count.min(right.get(gram).unwrap_or(&0))).sum();
    (200 * shared).checked_div(many + more).unwrap_or(0)
}

fn whole(block: &Block, tag: &str) -> String {
    render(&block.pieces, &vec![true; count(&block.pieces)], tag)
}

fn count(pieces: &[Piece]) -> usize {
    pieces.iter().filter(|piece| matches!(piece, Piece::Word { .. })).count()
}

/// Both sides with their marks.
fn mark(old: &[Piece], new: &[Piece], steps: &mut usize) -> (String, String) {
    let keys = |pieces: &[Piece]| -> Vec<String> {
        pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Word { key, .. } => Some(key.clone()),
                Piece::Mark(_) => None,
            })
            .collect()
    };
    let (a, b) = (keys(old), keys(new));
    let (mut gone, mut come) = (vec![true; a.len()], vec![true; b.len()]);
    if afford(steps, a.len(), b.len()) {
        let mut ops: Vec<_> =
            capture_diff_slices(Algorithm::Myers, &a, &b).iter().map(|op| op.as_tag_tuple()).collect();
        let last = ops.len().saturating_sub(1);
        for at in 0..ops.len() {
            // One character or sign that happens to be the same between two changes only confuses.
            let (tag, left, _) = &ops[at];
            let changes = |at: usize| ops.get(at).is_some_and(|(tag, ..)| *tag != DiffTag::Equal);
            let chance =
                *tag == DiffTag::Equal && left.len() == 1 && at > 0 && at < last && changes(at - 1) && changes(at + 1);
            if chance && !a[left.start].chars().any(|c| c.is_ascii_alphanumeric()) {
                ops[at].0 = DiffTag::Replace;
            }
        }
        for (tag, left, right) in ops {
            if tag == DiffTag::Equal {
                gone[left].fill(false);
                come[right].fill(false);
            }
        }
    }
    (render(old, &gone, "del"), render(new, &come, "ins"))
}

/// Pieces as HTML, runs of marked words in an element of their own.
fn render(pieces: &[Piece], marked: &[bool], tag: &str) -> String {
    let mut out = String::new();
    let (mut at, mut open) = (0, false);
    for piece in pieces {
        let wants = match piece {
            Piece::Mark(_) => false,
            Piece::Word { .. } => {
                at += 1;
                marked.get(at - 1).copied().unwrap_or(false)
            }
        };
        if open && !wants {
            out.push_str(&format!("</{tag}>"));
        } else if wants && !open {
            out.push_str(&format!("<{tag}>"));
        }
        open = wants;
        match piece {
            Piece::Mark(html) | Piece::Word { html, .. } => out.push_str(html),
        }
    }
    if open {
        out.push_str(&format!("</{tag}>"));
    }
    out
}
