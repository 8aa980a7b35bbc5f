//! Documents from elsewhere: brought in, brought in again, taken back.

use crate::base::id::{DocumentId, ReferenceId, RevisionId, SiteId};
use crate::domain::error::{Error, Result};
use crate::domain::media::{MEDIA_OF_BATCH, Media};
use crate::domain::site::{self, Batch, Channel};
use crate::store::{Actor, ListKey, Position, Read, Store, Transaction};

use super::actions::{Imported, channel_for_documents, write_new};
use super::document::{Document, Reference, Revision, State};
use super::tables::{
    DOCUMENTS_OF_BATCH, DOCUMENTS_OF_CHANNEL, LIVE_OF_CHANNEL, ORIGIN, REFERENCES_OF_BATCH, REFERENCES_OF_DOCUMENT,
    REVISIONS_OF_DOCUMENT, origin_key,
};

/// Who saved a revision that an import brought.
const IMPORT: &str = "import";
/// Rows taken back in one transaction.
const PORTION: usize = 500;

/// What bringing a document did.
#[derive(Debug, Clone)]
pub enum Brought {
    /// It was not there.
    New(Document),
    /// It was there; text, state or time follow the source now.
    Updated(Document),
    /// It was there and says the same.
    Unchanged(Document),
    /// The source changed, but so did somebody here: left alone.
    Kept(Document),
}

impl Brought {
    /// The document as it stands now.
    pub fn document(&self) -> &Document {
        match self {
            Brought::New(document)
            | Brought::Updated(document)
            | Brought::Unchanged(document)
            | Brought::Kept(document) => document,
        }
    }
}

/// The document that an import brought to a site under this name.
///
/// # Errors
/// When the store cannot be read.
pub fn find_origin(read: &impl Read, site: SiteId, origin: &str) -> Result<Option<Document>> {
    match read.unique(ORIGIN, &origin_key(site.0, origin))? {
        Some(id) => Ok(read.get(id)?),
        None => Ok(None),
    }
}

/// Writes an imported document into `tx`; the caller commits many at once. Returns `None` when a
/// document of this origin is there already and nothing changes.
///
/// # Errors
/// See [`bring`].
pub fn import(tx: &mut Transaction, imported: &Imported, now: i64) -> Result<Option<Document>> {
    Ok(match bring(tx, imported, now)? {
        Brought::New(document) | Brought::Updated(document) => Some(document),
        Brought::Unchanged(_) | Brought::Kept(_) => None,
    })
}

/// Writes an imported document into `tx` and says what became of it. A document of this origin that
/// is there already gets a new revision when the source's text changed, live if the document is,
/// unless somebody edited it here. It stays in the column where it is by then.
///
/// # Errors
/// A rule for an empty title or a column that holds no documents.
pub fn bring(tx: &mut Transaction, imported: &Imported, now: i64) -> Result<Brought> {
    let wanted = imported.draft.channel;
    let site =
        tx.get::<Channel>(wanted.0)?.map(|channel| channel.site).ok_or_else(|| Error::not_found("column", wanted))?;
    if !imported.origin.is_empty()
        && let Some(document) = find_origin(tx, site, &imported.origin)?
    {
        // It stays where it is, whatever its column is by now.
        return bring_again(tx, document, imported, now);
    }
    let channel = channel_for_documents(tx, wanted)?;
    let (mut document, mut revision) = write_new(tx, imported.id, &imported.draft, channel.site, IMPORT, now)?;
    revision.comments = imported.comments.clone();
    document.batch = imported.batch;
    document.origin = imported.origin.clone();
    document.was_published = imported.was_published;
    if let Some(time) = imported.published {
        publish_at(&mut document, time);
        document.updated = time;
    }
    tx.put(&revision)?;
    tx.put(&document)?;
    Ok(Brought::New(document))
}

fn publish_at(document: &mut Document, time: i64) {
    document.state = State::Published;
    document.live = Some(document.head);
    document.published = time;
    document.was_published = None;
}

/// The newest revision that an import saved, looking back from the head.
fn last_imported(tx: &Transaction, document: &Document) -> Result<Option<Revision>> {
    let list = ListKey::new(REVISIONS_OF_DOCUMENT, &[document.id.0]);
    let mut after = Position::FIRST;
    loop {
        let entries = tx.list(list, after, 20)?;
        let Some(last) = entries.last() else { return Ok(None) };
        after = last.position();
        for entry in entries {
            if let Some(revision) = tx.get::<Revision>(entry.id)?
                && revision.by == IMPORT
            {
                return Ok(Some(revision));
            }
        }
    }
}

fn bring_again(tx: &mut Transaction, mut document: Document, imported: &Imported, now: i64) -> Result<Brought> {
    let Some(brought) = last_imported(tx, &document)? else { return Ok(Brought::Kept(document)) };
    let same_text = brought.text == imported.draft.text && brought.comments == imported.comments;
    let untouched = brought.id == document.head;
    if !untouched {
        return Ok(if same_text { Brought::Unchanged(document) } else { Brought::Kept(document) });
    }
    let before = document.clone();
    if !same_text {
        let revision = Revision {
            id: RevisionId(tx.new_id()),
            document: document.id,
            site: document.site,
            number: document.revisions + 1,
            time: now,
            by: IMPORT.into(),
            text: imported.draft.text.clone(),
            comments: imported.comments.clone(),
        };
        document.head = revision.id;
        document.revisions = revision.number;
        document.card = revision.text.card();
        if document.is_live() {
            document.live = Some(revision.id);
            document.updated = now;
        }
        tx.put(&revision)?;
    }
    document.pinned = imported.draft.pinned;
    match (document.state, imported.published) {
        (State::Draft, Some(time)) => {
            publish_at(&mut document, time);
            document.updated = time;
        }
        (State::Draft, None) => document.was_published = imported.was_published,
        // What was withdrawn or has expired here stays so.
        _ => {}
    }
    if document == before {
        return Ok(Brought::Unchanged(document));
    }
    tx.put(&document)?;
    Ok(Brought::Updated(document))
}

/// Removes everything that an import brought: documents with their revisions, references, media
/// rows, old addresses, old hosts, and the columns that it made and that hold nothing else. The
/// journal keeps what they were. Works in portions; one that was interrupted is run again. Returns
/// the number of documents removed.
///
/// # Errors
/// `NotFound` when there is no such import.
pub fn remove_batch(store: &Store, actor: Actor, name: &str) -> Result<usize> {
    let id = store.unique(site::BATCH_NAME, name.as_bytes())?.ok_or_else(|| Error::not_found("import", name))?;
    let batch: Batch = store.get(id)?.ok_or_else(|| Error::not_found("import", name))?;
    let begin = || store.transaction(&actor, "import.undo").site(batch.site.0).note(name);
    let portion = |index| store.list(ListKey::new(index, &[id]), Position::FIRST, PORTION);
    let mut documents = 0;
    loop {
        let entries = portion(DOCUMENTS_OF_BATCH)?;
        if entries.is_empty() {
            break;
        }
        let mut tx = begin();
        for entry in entries {
            documents += usize::from(remove_document(&mut tx, DocumentId(entry.id))?);
        }
        store.commit(tx)?;
    }
    remove_rows::<Reference>(store, &begin, &portion, REFERENCES_OF_BATCH)?;
    remove_rows::<Media>(store, &begin, &portion, MEDIA_OF_BATCH)?;
    remove_rows::<site::Redirect>(store, &begin, &portion, site::REDIRECTS_OF_BATCH)?;
    let mut tx = begin();
    let holds = |channel: u64| -> Result<bool> {
        Ok(store.any(ListKey::new(DOCUMENTS_OF_CHANNEL, &[channel]))?
            || store.any(ListKey::new(LIVE_OF_CHANNEL, &[channel]))?)
    };
    site::undo_batch(&mut tx, id, holds)?;
    store.commit(tx)?;
    Ok(documents)
}

fn remove_rows<R: crate::store::Record>(
    store: &Store,
    begin: &impl Fn() -> Transaction,
    portion: &impl Fn(u8) -> crate::store::Result<Vec<crate::store::Entry>>,
    index: u8,
) -> Result<()> {
    loop {
        let entries = portion(index)?;
        if entries.is_empty() {
            return Ok(());
        }
        let mut tx = begin();
        for entry in entries {
            tx.get::<R>(entry.id)?;
            tx.delete::<R>(entry.id);
        }
        store.commit(tx)?;
    }
}

fn remove_document(tx: &mut Transaction, id: DocumentId) -> Result<bool> {
    let Some(document) = tx.get::<Document>(id.0)? else { return Ok(false) };
    for entry in tx.list(ListKey::new(REFERENCES_OF_DOCUMENT, &[document.id.0]), Position::FIRST, usize::MAX)? {
        let reference = ReferenceId(entry.id);
        tx.get::<Reference>(reference.0)?;
        tx.delete::<Reference>(reference.0);
    }
    for entry in tx.list(ListKey::new(REVISIONS_OF_DOCUMENT, &[document.id.0]), Position::FIRST, usize::MAX)? {
        tx.get::<Revision>(entry.id)?;
        tx.delete::<Revision>(entry.id);
    }
    tx.delete::<Document>(document.id.0);
    Ok(true)
}
