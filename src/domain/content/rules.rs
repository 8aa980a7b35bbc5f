//! Is it valid? Rules of texts.

use crate::base::clock;
use crate::domain::account::By;
use crate::domain::error::{Broken, Error, Result};
use crate::store::Read;

use super::document::{Document, Text};
use super::edit::Edit;
use super::permit::find;

/// Longest title and subtitle, in characters.
const LONGEST_TITLE: usize = 200;
/// Longest of the other short fields, in characters.
const LONGEST_FIELD: usize = 500;
/// Longest body, in bytes; a row takes 16 MB of JSON.
const LONGEST_BODY: usize = 12 << 20;
/// Most keywords.
const MOST_KEYWORDS: usize = 50;
/// Most attachments.
const MOST_ATTACHMENTS: usize = 100;
/// Most related documents.
const MOST_RELATED: usize = 20;

/// A title of its own where a document is shown elsewhere.
pub(super) fn check_other_title(title: Option<&str>) -> Result<()> {
    match title.is_some_and(|title| title.chars().count() > LONGEST_TITLE) {
        true => Err(Error::rule("title.long", "title", "")),
        false => Ok(()),
    }
}

/// A document has a title, wherever it comes from.
pub(super) fn check_title(text: &Text) -> Result<()> {
    if text.title.trim().is_empty() { Err(Error::rule("required", "title", "")) } else { Ok(()) }
}

/// May it be saved? Every rule that it breaks is told.
///
/// # Errors
/// `required` for the title; `title.long`, `field.long`, `field.many`, `body.long`, `date.form`, `url.form`.
pub fn check_edit(edit: &Edit) -> Result<(), Vec<Broken>> {
    let mut found = Vec::new();
    let mut broken = |rule, field| found.push(Broken { rule, field, value: String::new() });
    let text = &edit.text;
    if text.title.trim().is_empty() {
        broken("required", "title");
    }
    for (value, field, most) in [
        (&text.title, "title", LONGEST_TITLE),
        (&text.subtitle, "subtitle", LONGEST_TITLE),
        (&text.summary, "summary", 4 * LONGEST_FIELD),
        (&text.source, "source", LONGEST_FIELD),
        (&text.author, "author", LONGEST_FIELD),
        (&text.editor, "editor", LONGEST_FIELD),
        (&text.number, "number", LONGEST_FIELD),
        (&text.link, "link", 4 * LONGEST_FIELD),
    ] {
        if value.chars().count() > most {
            broken(if field == "title" { "title.long" } else { "field.long" }, field);
        }
    }
    let long = |text: &String| text.chars().count() > LONGEST_FIELD;
    if text.keywords.iter().any(long) {
        broken("field.long", "keywords");
    }
    if text.attachments.iter().any(|attachment| long(&attachment.title)) {
        broken("field.long", "attachments");
    }
    if text.body.len() > LONGEST_BODY {
        broken("body.long", "body");
    }
    for (many, field) in [
        (text.keywords.len() > MOST_KEYWORDS, "keywords"),
        (text.attachments.len() > MOST_ATTACHMENTS, "attachments"),
        (edit.related.len() > MOST_RELATED, "related"),
    ] {
        if many {
            broken("field.many", field);
        }
    }
    if !text.formed.is_empty() && (text.formed.len() != 10 || clock::parse_local(&text.formed).is_none()) {
        broken("date.form", "formed");
    }
    if !text.link.is_empty() && !is_address(&text.link) {
        broken("url.form", "link");
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

/// An http or https address, or one on this server.
fn is_address(link: &str) -> bool {
    let rooted = link.starts_with('/') && !link.starts_with("//") && !link.contains('\\');
    let web = ["http://", "https://"].iter().any(|scheme| {
        link.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)) && link.len() > scheme.len()
    });
    (rooted || web) && !link.chars().any(|character| character.is_control() || character.is_whitespace())
}

/// Related documents must be there for whoever names them: live, or his to see. Those of `before` may stay.
pub(super) fn check_related(read: &impl Read, by: &By, edit: &Edit, before: Option<&Edit>) -> Result<()> {
    for id in &edit.related {
        if before.is_some_and(|before| before.related.contains(id)) {
            continue;
        }
        let live = read.get::<Document>(id.0)?.is_some_and(|document| document.is_live());
        if !live && find(read, by, *id).is_err() {
            return Err(Error::rule("related.unknown", "related", id));
        }
    }
    Ok(())
}
