//! Which documents name which files: kept with every revision, asked before a file is shown or deleted.
//!
//! **Invariant:** a use is found by what a stored text says, so it cannot be
//! forgotten by whoever writes a text.

use std::collections::BTreeSet;

use crate::base::id::{DocumentId, MediaId, RevisionId};
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::domain::media::{self, Level, Media, USES_OF_MEDIA};
use crate::store::{ListKey, Position, Read};

use super::document::{Document, Revision, Text};

/// A document that names a file.
#[derive(Debug, Clone)]
pub struct Use {
    /// The document.
    pub document: Document,
    /// True if visitors read it there.
    pub live: bool,
    /// True if its newest revision names it; otherwise an older one does, which can be restored, or an unsaved text.
    pub head: bool,
}

impl Text {
    /// The files that the text names: title picture, attachments, pictures and links of the body.
    pub fn media(&self) -> BTreeSet<MediaId> {
        let mut found = media_in(&self.body);
        found.extend(self.picture.as_ref().map(|picture| picture.media));
        found.extend(self.attachments.iter().map(|attachment| attachment.media));
        found
    }
}

/// Numbers of the files at addresses `/media/N/…` or `/SITE/media/N/…` in sanitised HTML.
pub fn media_in(html: &str) -> BTreeSet<MediaId> {
    let address = |attribute: &'static str| html.split(attribute).skip(1).filter_map(media_at);
    address(" src=\"").chain(address(" href=\"")).collect()
}

/// The number of the file whose address stands at the head of `text`.
fn media_at(text: &str) -> Option<MediaId> {
    let path = text.strip_prefix('/')?;
    let path = match path.strip_prefix("media/") {
        Some(rest) => rest,
        None => path.split_once('/').and_then(|(_, rest)| rest.strip_prefix("media/"))?,
    };
    let digits = path.split('/').next().unwrap_or_default();
    let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain).map(MediaId)
}

/// May the actor put the files of the text into a document? Those that a revision of it names already, those that
/// visitors read anyway, and those that he may choose; a file that is not there is like one that he may not know of.
/// Otherwise whoever guesses a number could publish a file with a text of his own.
///
/// # Errors
/// The rule `media.unknown` with the number.
pub(super) fn check_media(read: &impl Read, by: &By, text: &Text, document: Option<DocumentId>) -> Result<()> {
    if by.user().is_none() {
        return Ok(());
    }
    for id in text.media() {
        let file: Option<Media> = read.get(id.0)?;
        let chosen = match &file {
            Some(file) => media::level_of(read, by, file)? >= Some(Level::Choose) || file.open || is_shown(read, id)?,
            None => false,
        };
        if !chosen && !is_in(read, id, document)? {
            return Err(Error::rule("media.unknown", "body", id));
        }
    }
    Ok(())
}

/// Does a revision of the document name the file?
fn is_in(read: &impl Read, media: MediaId, document: Option<DocumentId>) -> Result<bool> {
    let Some(document) = document else { return Ok(false) };
    for entry in read.list(ListKey::new(USES_OF_MEDIA, &[media.0]), Position::FIRST, usize::MAX)? {
        // Unsaved texts stand in the list as well, and are asked when they are saved.
        if entry.order == document.0 && read.get::<Revision>(entry.id)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The documents that name a file in their live or newest revision or, after those, in an older one.
///
/// # Errors
/// When the store cannot be read.
pub fn uses(read: &impl Read, media: MediaId) -> Result<Vec<Use>> {
    let mut found: Vec<Use> = Vec::new();
    for entry in read.list(ListKey::new(USES_OF_MEDIA, &[media.0]), Position::FIRST, usize::MAX)? {
        // Revisions of a document stand together.
        let known = found.last().is_some_and(|last| last.document.id.0 == entry.order);
        if !known {
            let Some(document) = read.get::<Document>(entry.order)? else { continue };
            found.push(Use { document, live: false, head: false });
        }
        if let Some(last) = found.last_mut() {
            let revision = RevisionId(entry.id);
            last.live |= last.document.is_live() && last.document.live == Some(revision);
            last.head |= last.document.head == revision;
        }
    }
    found.sort_by_key(|used| (!used.live, !used.head));
    Ok(found)
}

/// Does a document that visitors read name the file?
///
/// # Errors
/// When the store cannot be read.
pub fn is_shown(read: &impl Read, media: MediaId) -> Result<bool> {
    let mut last: Option<(DocumentId, Option<RevisionId>)> = None;
    for entry in read.list(ListKey::new(USES_OF_MEDIA, &[media.0]), Position::FIRST, usize::MAX)? {
        let id = DocumentId(entry.order);
        if last.is_none_or(|(known, _)| known != id) {
            let document = read.get::<Document>(id.0)?;
            last = Some((id, document.filter(Document::is_live).and_then(|document| document.live)));
        }
        if last.is_some_and(|(_, live)| live == Some(RevisionId(entry.id))) {
            return Ok(true);
        }
    }
    Ok(false)
}
