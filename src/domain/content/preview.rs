//! Links to a text that is not published yet, for people who do not log in.
//!
//! A link shows one revision with its files and ends at its time or when somebody ends it; only a hash of its secret
//! is kept.

use serde::{Deserialize, Serialize};

use crate::base::id::{DocumentId, PreviewId, RevisionId, SiteId};
use crate::domain::account::{By, Token};
use crate::domain::error::{Error, Result};
use crate::store::{ListKey, Position, Read, Store};

use super::document::{Document, Revision};
use super::history::revision;
use super::permit::{find, open, require_edit};
use super::tables::{PREVIEW, PREVIEWS_OF_DOCUMENT};

/// Days for which a link is good.
pub const PREVIEW_DAYS: i64 = 7;

/// A link to one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewLink {
    /// Number.
    pub id: PreviewId,
    /// Document.
    pub document: DocumentId,
    /// Site of the document.
    pub site: SiteId,
    /// What it shows, whatever is saved later.
    pub revision: RevisionId,
    /// Hash of its secret.
    pub secret: String,
    /// Who made it.
    pub by: String,
    /// Ends at this time, milliseconds since 1970.
    pub ends: i64,
}

/// What a link shows.
#[derive(Debug, Clone)]
pub struct Previewed {
    /// Document.
    pub document: Document,
    /// Revision.
    pub revision: Revision,
}

/// Makes a link to a revision; its secret is told once. Links of the document that have ended are forgotten.
///
/// # Errors
/// `NotFound` of document or revision, `Forbidden`; `document.trashed`; `Conflict`.
pub fn make_preview(
    store: &Store,
    by: &By,
    id: DocumentId,
    shown: RevisionId,
    now: i64,
) -> Result<(Token, PreviewLink)> {
    let mut tx = store.transaction(by.actor(), "content.preview_link");
    let found = open(&tx, by, id)?;
    require_edit(by, &found)?;
    let shown = revision(&tx, by, id, shown)?;
    tx = tx.site(found.document.site.0).note(shown.number.to_string());
    for entry in tx.list(ListKey::new(PREVIEWS_OF_DOCUMENT, &[id.0]), Position::FIRST, usize::MAX)? {
        if tx.get::<PreviewLink>(entry.id)?.is_some_and(|link| link.ends <= now) {
            tx.delete::<PreviewLink>(entry.id);
        }
    }
    let token = Token::random()?;
    let link = PreviewLink {
        id: PreviewId(tx.new_id()),
        document: id,
        site: found.document.site,
        revision: shown.id,
        secret: token.hash(),
        by: by.actor().name.clone(),
        ends: now + PREVIEW_DAYS * 24 * 3_600_000,
    };
    tx.put(&link)?;
    store.commit(tx)?;
    Ok((token, link))
}

/// The links of a document that still show something, the last one first.
///
/// # Errors
/// `NotFound`; when the store cannot be read.
pub fn previews(read: &impl Read, by: &By, id: DocumentId, now: i64) -> Result<Vec<PreviewLink>> {
    find(read, by, id)?;
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(PREVIEWS_OF_DOCUMENT, &[id.0]), Position::FIRST, usize::MAX)? {
        found.extend(read.get::<PreviewLink>(entry.id)?.filter(|link| now < link.ends));
    }
    Ok(found)
}

/// Ends a link before its time. One that has ended already stays so.
///
/// # Errors
/// `NotFound` of document or link, `Forbidden`; `Conflict`.
pub fn end_preview(store: &Store, by: &By, id: DocumentId, link: PreviewId) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "content.preview_end");
    let found = find(&tx, by, id)?;
    require_edit(by, &found)?;
    let link: PreviewLink = tx
        .get(link.0)?
        .filter(|link: &PreviewLink| link.document == id)
        .ok_or_else(|| Error::not_found("preview link", link))?;
    tx = tx.site(found.document.site.0).note(link.by);
    tx.delete::<PreviewLink>(link.id.0);
    store.commit(tx)?;
    Ok(())
}

/// What the link with a secret shows; `None` when it has ended, or the document is in the trash or gone.
///
/// # Errors
/// When the store cannot be read.
pub fn previewed(read: &impl Read, token: &Token, now: i64) -> Result<Option<Previewed>> {
    let Some(row) = read.unique(PREVIEW, token.hash().as_bytes())? else { return Ok(None) };
    let Some(link) = read.get::<PreviewLink>(row)?.filter(|link| now < link.ends) else { return Ok(None) };
    let document: Option<Document> = read.get(link.document.0)?;
    let revision: Option<Revision> = read.get(link.revision.0)?;
    Ok(match (document.filter(|document| document.trashed.is_none()), revision) {
        (Some(document), Some(revision)) => Some(Previewed { document, revision }),
        _ => None,
    })
}
