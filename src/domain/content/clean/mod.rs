//! The one cleaner: HTML from Word, WPS, Excel, browsers and old sites as the
//! plain, accessible structure that documents are stored in.
//!
//! **Invariant:** no text is lost but that of scripts, styles, frames and
//! comments; the sanitiser comes last; cleaning twice is cleaning once.

mod block;
mod dom;
mod heading;
mod inline;
mod kinds;
mod list;
mod note;
mod parse;
mod picture;
mod rtf;
mod space;
mod style;
mod table;
mod write;

use std::collections::BTreeMap;

use serde::Serialize;

use super::html::{Cleaned, clean};
use dom::{Id, ROOT, Tree};
use style::{Sheet, Side};

pub use dom::{Id as NodeId, ROOT as TOP, Tree as Nodes};
pub(super) use parse::parse as read;
pub use parse::{Page, pieces, read_page};
pub(super) use picture::MISSING;
pub use picture::{AllPictures, NoPictures, Pictures, Shown, bytes_of, is_own};
pub use rtf::pictures_in_rtf;
pub(super) use space::drop_between;
pub use write::write_all as page_html;
pub(super) use write::{marks, walk, write as html_of};

/// Something that whoever pasted should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Message key after `paste.`: `picture_missing`.
    pub key: &'static str,
    /// What it is about, `image001.png`; may be empty.
    pub text: String,
    /// Words before the place, may be empty.
    pub near: String,
}

/// One text on its way through the cleaner.
struct Work<'a> {
    tree: Tree,
    body: Id,
    sheet: Sheet,
    pictures: &'a mut dyn Pictures,
    notes: Vec<Note>,
    removed: BTreeMap<String, usize>,
    /// Paragraphs that became items.
    lists: usize,
    /// Paragraphs that became headings.
    headings: usize,
    /// Paragraphs and rows that became captions.
    captions: usize,
}

impl Work<'_> {
    fn note(&mut self, key: &'static str, text: impl Into<String>, near: impl Into<String>) {
        self.notes.push(Note { key, text: text.into(), near: near.into() });
    }
}

/// Rounds until cleaning changes nothing more: what one takes away can make another block empty or alone.
const ROUNDS: usize = 5;

/// HTML from anywhere as plain structure, sanitised. `pictures` says what becomes of pictures.
pub fn clean_paste(html: &str, pictures: &mut dyn Pictures) -> Cleaned {
    let mut cleaned = round(html, pictures);
    for _ in 1..ROUNDS {
        let again = round(&cleaned.html, &mut AllPictures).html;
        if again == cleaned.html {
            break;
        }
        cleaned.html = again;
    }
    cleaned
}

fn round(html: &str, pictures: &mut dyn Pictures) -> Cleaned {
    let (tree, body) = parse::parse(html);
    let css: String = tree.named(ROOT, &["style"]).into_iter().map(|style| tree.text(style)).collect();
    let sheet = Sheet::read(&css);
    let mut work = Work {
        tree,
        body,
        sheet,
        pictures,
        notes: Vec::new(),
        removed: BTreeMap::new(),
        lists: 0,
        headings: 0,
        captions: 0,
    };
    strip(&mut work);
    list::lists(&mut work);
    drop_comments(&mut work);
    note::notes(&mut work);
    picture::pictures(&mut work);
    table::unwrap_layout(&mut work);
    inline::name(&mut work);
    inline::settle(&mut work.tree, body);
    block::blocks(&mut work);
    space::fold(&mut work.tree, body);
    space::empties(&mut work.tree, body);
    heading::headings(&mut work);
    inline::settle(&mut work.tree, body);
    heading::below_title(&mut work);
    table::tables(&mut work);
    dress(&mut work);
    space::empties(&mut work.tree, body);
    let counts = [("lists", work.lists), ("headings", work.headings), ("captions", work.captions)];
    for (key, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        work.note(key, count.to_string(), "");
    }
    let mut cleaned = clean(&html_of(&work.tree, body));
    for (what, count) in work.removed {
        *cleaned.removed.entry(what).or_default() += count;
    }
    cleaned.notes = work.notes;
    cleaned
}

/// Does HTML come from an office program, so that cleaning it is worth more than sanitising?
pub fn is_office(html: &str) -> bool {
    ["mso-", "class=Mso", "class=\"Mso", "class='Mso", "<o:p", "urn:schemas-microsoft-com:office"]
        .into_iter()
        .any(|mark| memchr::memmem::find(html.as_bytes(), mark.as_bytes()).is_some())
}

/// HTML no deeper than a parser may be asked to go, with the same text.
pub(super) fn flat(html: &str) -> String {
    let (tree, body) = parse::parse(html);
    write::write_all(&tree, body)
}

/// Takes out what no reader sees.
fn strip(work: &mut Work<'_>) {
    for id in work.tree.elements(work.body) {
        let gone = work.tree.is(id, &kinds::GONE);
        let style = if gone { None } else { Some(work.sheet.of(&work.tree, id)) };
        let part = style.as_ref().and_then(|style| style.part.clone()).unwrap_or_default();
        if gone || part == "comment-list" || part == "comment" {
            let name = if gone { work.tree.name(id).to_owned() } else { "review comment".to_owned() };
            *work.removed.entry(name).or_default() += 1;
            work.tree.detach(id);
        } else if style.is_some_and(|style| style.hidden) {
            let text: String = work.tree.text(id).trim().chars().take(24).collect();
            if !text.is_empty() {
                work.note("hidden", text, "");
            }
        }
    }
}

fn drop_comments(work: &mut Work<'_>) {
    let comments: Vec<Id> = work.tree.inside(work.body).filter(|id| work.tree.comment(*id).is_some()).collect();
    comments.into_iter().for_each(|id| work.tree.detach(id));
}

/// Styles and foreign classes become the classes that themes know.
fn dress(work: &mut Work<'_>) {
    for id in work.tree.elements(work.body) {
        let style = work.sheet.of(&work.tree, id);
        let class = work.tree.attribute(id, "class").unwrap_or_default().to_owned();
        let own: Vec<&str> = class.split_whitespace().filter(|class| super::html::CLASSES.contains(class)).collect();
        let mut classes: Vec<&str> = Vec::new();
        let mut add = |class: &'static str, set: bool| {
            if set && !own.contains(&class) {
                classes.push(class);
            }
        };
        let tree = &work.tree;
        let sided = tree.is(id, &["p", "td", "figure"])
            && !own.iter().any(|class| matches!(*class, "center" | "right" | "left"));
        let side = style.side.filter(|side| sided && *side != Side::Left);
        if let Some(side) = side {
            add(side.class(), true);
        }
        if tree.is(id, &["p"]) {
            let set_in = style.indent == Some(true) || tree.attribute(id, "data-indent").is_some();
            let flows = !tree.above(id).any(|above| tree.is(above, &["td", "th", "li", "dd", "figure"]));
            let sided = side.is_some() || own.iter().any(|class| matches!(*class, "center" | "right" | "signature"));
            add("indent", set_in && flows && !sided);
            add("note", class.contains("MsoFootnoteText") || class.contains("MsoEndnoteText"));
        }
        let all: Vec<&str> = own.into_iter().chain(classes).collect();
        let all = all.join(" ");
        if all.is_empty() { work.tree.unset(id, "class") } else { work.tree.set(id, "class", all) }
    }
}
