//! The revisions of a document, for those who work with it.

use crate::base::id::{DocumentId, RevisionId};
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::store::{ListKey, Position, Read};

use super::document::{Document, Revision};
use super::permit::find;
use super::tables::REVISIONS_OF_DOCUMENT;

/// A document, live or not.
///
/// # Errors
/// `NotFound`.
pub fn document(read: &impl Read, by: &By, id: DocumentId) -> Result<Document> {
    Ok(find(read, by, id)?.document)
}

/// One revision of a document.
///
/// # Errors
/// `NotFound` of document or revision.
pub fn revision(read: &impl Read, by: &By, id: DocumentId, revision: RevisionId) -> Result<Revision> {
    find(read, by, id)?;
    let found: Option<Revision> = read.get(revision.0)?;
    found.filter(|found| found.document == id).ok_or_else(|| Error::not_found("revision", revision))
}

/// Revisions of a document after a place in their list, the newest first.
///
/// # Errors
/// `NotFound`.
pub fn revisions(read: &impl Read, by: &By, id: DocumentId, after: Position, limit: usize) -> Result<Vec<Revision>> {
    find(read, by, id)?;
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(REVISIONS_OF_DOCUMENT, &[id.0]), after, limit)? {
        found.extend(read.get::<Revision>(entry.id)?);
    }
    Ok(found)
}
