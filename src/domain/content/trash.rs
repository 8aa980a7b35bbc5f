//! The trash: what is put there stays whole until it is put back or purged.

use crate::base::id::{ChannelId, DocumentId, ReferenceId};
use crate::domain::account::{By, Role};
use crate::domain::error::{Error, Result};
use crate::domain::workflow::Case;
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::document::{Document, Reference, Revision, State, Trashed};
use super::edit::Working;
use super::permit::{Found, find, open, require_edit, target};
use super::preview::PreviewLink;
use super::tables::{PREVIEWS_OF_DOCUMENT, REFERENCES_OF_DOCUMENT, REVISIONS_OF_DOCUMENT, WORKING_OF_DOCUMENT};

/// Puts a document in the trash. What was published once takes the right to publish; what visitors see, waits in
/// review or is scheduled must be withdrawn or taken back first.
///
/// # Errors
/// `NotFound`, `Forbidden`; `trash.live`, `trash.waits`, `document.trashed`; `Conflict`.
pub fn trash(store: &Store, by: &By, id: DocumentId, now: i64) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.trash");
    let document = trash_into(&mut tx, by, id, now)?;
    store.commit(tx.site(document.site.0).note(document.card.title.clone()))?;
    Ok(document)
}

/// [`trash`] within the transaction of an action that does more.
pub(in crate::domain) fn trash_into(tx: &mut Transaction, by: &By, id: DocumentId, now: i64) -> Result<Document> {
    let found = open(tx, by, id)?;
    if found.document.published > 0 {
        by.require(Role::Publisher, found.place())?;
    } else {
        require_edit(by, &found)?;
    }
    let Found { mut document, .. } = found;
    if document.is_live() {
        return Err(Error::rule("trash.live", "document", id));
    }
    if matches!(document.state, State::InReview | State::Scheduled) {
        return Err(Error::rule("trash.waits", "document", id));
    }
    document.trashed = Some(Trashed { time: now, by: by.actor().name.clone() });
    document.changed = now;
    tx.put(&document)?;
    Ok(document)
}

/// Puts a document back from the trash, into `channel` of its site if that is given: its own may be gone.
///
/// # Errors
/// `NotFound`, `Forbidden`; `trash.not_there`, `channel.holds_none`, `channel.other_site`; `Conflict`.
pub fn put_back(store: &Store, by: &By, id: DocumentId, channel: Option<ChannelId>, now: i64) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.put_back");
    let found = find(&tx, by, id)?;
    require_edit(by, &found)?;
    let Found { mut document, .. } = found;
    if document.trashed.take().is_none() {
        return Err(Error::rule("trash.not_there", "document", id));
    }
    let (target, _) = target(&tx, by, channel.unwrap_or(document.channel), None)?;
    tx = tx.site(document.site.0).note(document.card.title.clone());
    if target.site != document.site {
        return Err(Error::rule("channel.other_site", "column", target.name));
    }
    document.channel = target.id;
    document.changed = now;
    tx.put(&document)?;
    store.commit(tx)?;
    Ok(document)
}

/// Removes a document in the trash for good, with its revisions and references; the journal keeps what they were.
///
/// # Errors
/// `NotFound`, `Forbidden` for all but managers; `trash.not_there`; `Conflict`.
pub fn purge(store: &Store, by: &By, id: DocumentId) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "content.purge");
    let found = find(&tx, by, id)?;
    by.require(Role::Manager, found.place())?;
    let Found { document, .. } = found;
    if document.trashed.is_none() {
        return Err(Error::rule("trash.not_there", "document", id));
    }
    tx = tx.site(document.site.0).note(document.card.title.clone());
    remove_document(&mut tx, id)?;
    store.commit(tx)?;
    Ok(())
}

/// Writes the end of a document and of all that belongs to it into `tx`; false if it is not there.
pub(super) fn remove_document(tx: &mut Transaction, id: DocumentId) -> Result<bool> {
    let Some(document) = tx.get::<Document>(id.0)? else { return Ok(false) };
    let all = |tx: &Transaction, index| tx.list(ListKey::new(index, &[document.id.0]), Position::FIRST, usize::MAX);
    for entry in all(tx, REFERENCES_OF_DOCUMENT)? {
        let reference = ReferenceId(entry.id);
        tx.get::<Reference>(reference.0)?;
        tx.delete::<Reference>(reference.0);
    }
    for entry in all(tx, REVISIONS_OF_DOCUMENT)? {
        tx.get::<Revision>(entry.id)?;
        tx.delete::<Revision>(entry.id);
    }
    for entry in all(tx, WORKING_OF_DOCUMENT)? {
        tx.get::<Working>(entry.id)?;
        tx.delete::<Working>(entry.id);
    }
    for entry in all(tx, PREVIEWS_OF_DOCUMENT)? {
        tx.get::<PreviewLink>(entry.id)?;
        tx.delete::<PreviewLink>(entry.id);
    }
    if tx.get::<Case>(id.0)?.is_some() {
        tx.delete::<Case>(id.0);
    }
    tx.delete::<Document>(document.id.0);
    Ok(true)
}
