//! Documents from elsewhere: brought in, brought in again, taken back.

use crate::base::clock::day;
use crate::base::id::{ChannelId, DocumentId, RevisionId, SiteId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::domain::media::{MEDIA_OF_BATCH, Media};
use crate::domain::site::{self, Batch, Channel};
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::document::{Document, Reference, Revision, State};
use super::edit::Edit;
use super::html::plain_text;
use super::permit::holds_documents;
use super::place::write_reference;
use super::publish::{passes_alone, write_published};
use super::rules::check_title;
use super::save::new_document;
use super::tables::{
    DOCUMENTS_OF_BATCH, DOCUMENTS_OF_CHANNEL, DOCUMENTS_OF_TITLE, LIVE_OF_CHANNEL, ORIGIN, REFERENCES_OF_BATCH,
    REFERENCES_OF_DOCUMENT, REVISIONS_OF_DOCUMENT, TRASH_OF_CHANNEL, origin_key, title_number,
};
use super::trash::remove_document;

/// Who saved a revision that an import brought.
const IMPORT: &str = "import";
/// Rows taken back in one transaction.
const PORTION: usize = 500;
/// Documents of one title that are compared with a text.
const SAME_TITLE: usize = 20;

/// A document from elsewhere, with its own times.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Column, text and place; its body must have gone through `clean`.
    pub edit: Edit,
    /// Number given to it beforehand, so that others of the run can link to it.
    pub id: Option<DocumentId>,
    /// Publication time in the source; `None` imports a draft.
    pub published: Option<i64>,
    /// Publication time in the source of what arrives as a draft all the same.
    pub was_published: Option<i64>,
    /// It has no date, see [`Document::undated`].
    pub undated: bool,
    /// Name in the source, so that a second run finds it.
    pub origin: String,
    /// Import run.
    pub batch: Option<u64>,
    /// Comments of the old site.
    pub comments: Vec<serde_json::Value>,
}

/// Shows a document of another site in a column, for an import that found the same there. Returns the reference and
/// whether it is new.
///
/// # Errors
/// A rule for a column that holds no documents.
pub fn bring_reference(
    tx: &mut Transaction,
    id: DocumentId,
    channel: ChannelId,
    batch: Option<u64>,
) -> Result<(Reference, bool)> {
    for entry in tx.list(ListKey::new(REFERENCES_OF_DOCUMENT, &[id.0]), Position::FIRST, usize::MAX)? {
        if let Some(reference) = tx.get::<Reference>(entry.id)?.filter(|reference| reference.channel == channel) {
            return Ok((reference, false));
        }
    }
    let target = holds_documents(tx, channel)?;
    Ok((write_reference(tx, id, &target, None, None, batch)?, true))
}

/// A live document of another site with this title and date whose text is the same but for spaces and elements.
///
/// # Errors
/// When the store cannot be read.
pub fn find_same(
    read: &impl Read,
    sites: &[SiteId],
    title: &str,
    published: i64,
    body: impl Fn() -> String,
) -> Result<Option<Document>> {
    for site in sites {
        let list = ListKey::new(DOCUMENTS_OF_TITLE, &[site.0, title_number(title)]);
        for entry in read.list(list, Position::FIRST, SAME_TITLE)? {
            let Some(document) = read.get::<Document>(entry.id)? else { continue };
            let same_day = day(document.published) == day(published);
            if !same_day || document.card.title != title || document.trashed.is_some() {
                continue;
            }
            let Some(live) = document.live else { continue };
            if let Some(revision) = read.get::<Revision>(live.0)?
                && letters(&revision.text.body) == letters(&body())
            {
                return Ok(Some(document));
            }
        }
    }
    Ok(None)
}

fn letters(html: &str) -> String {
    plain_text(html).split_whitespace().collect()
}

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
    let wanted = imported.edit.channel;
    let site =
        tx.get::<Channel>(wanted.0)?.map(|channel| channel.site).ok_or_else(|| Error::not_found("column", wanted))?;
    if !imported.origin.is_empty()
        && let Some(document) = find_origin(tx, site, &imported.origin)?
    {
        // It stays where it is, whatever its column is by now.
        return bring_again(tx, document, imported, now);
    }
    let channel = holds_documents(tx, wanted)?;
    check_title(&imported.edit.text)?;
    let (mut document, mut revision) = new_document(tx, imported.id, &imported.edit, channel.site, (IMPORT, None), now);
    revision.comments = imported.comments.clone();
    document.batch = imported.batch;
    document.origin = imported.origin.clone();
    document.was_published = imported.was_published;
    document.undated = imported.undated;
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

/// A draft that an import brought, and that a person has looked at: public with its date on the old site, or with that
/// date once it is published. What is live already only gets the date.
pub(in crate::domain) fn accept_imported(
    tx: &mut Transaction,
    by: &By,
    mut document: Document,
    time: i64,
    publish: bool,
    now: i64,
) -> Result<Document> {
    if matches!(document.state, State::InReview | State::Scheduled) {
        return Err(Error::rule("migration.in_review", "document", document.id));
    }
    if document.is_live() {
        document.published = time;
    } else {
        document.was_published = Some(time);
        let head: Revision = tx.get(document.head.0)?.ok_or_else(|| Error::not_found("revision", document.head))?;
        if publish && passes_alone(tx, by, &document, head.by != IMPORT, now)? {
            return write_published(tx, document, &head, now);
        }
    }
    document.changed = now;
    tx.put(&document)?;
    Ok(document)
}

/// A link in a document that an import brought leads to a new address from now on, in the text that visitors read and
/// in the newest one; a text that somebody is working on stays as it is, its old address is answered anyhow.
///
/// # Errors
/// When the store cannot be read.
pub(in crate::domain) fn relink_imported(
    tx: &mut Transaction,
    id: DocumentId,
    from: &str,
    to: &str,
    now: i64,
) -> Result<bool> {
    let Some(mut document) = tx.get::<Document>(id.0)?.filter(|document| document.trashed.is_none()) else {
        return Ok(false);
    };
    let settled = !document.is_live() || !document.has_changes();
    if !settled || !matches!(document.state, State::Draft | State::Published) {
        return Ok(false);
    }
    let Some(head) = tx.get::<Revision>(document.head.0)? else { return Ok(false) };
    let quoted = |address: &str| format!("\"{}\"", address.replace('&', "&amp;").replace('"', "&quot;"));
    let mut text = head.text.clone();
    text.body = text.body.replace(&quoted(from), &quoted(to));
    if text.link == from {
        to.clone_into(&mut text.link);
    }
    if text == head.text {
        return Ok(false);
    }
    let revision = Revision {
        id: RevisionId(tx.new_id()),
        number: document.revisions + 1,
        time: now,
        by: IMPORT.into(),
        author: None,
        text,
        ..head
    };
    document.head = revision.id;
    document.revisions = revision.number;
    document.card = revision.text.card();
    if document.is_live() {
        document.live = Some(revision.id);
    }
    document.changed = now;
    tx.put(&revision)?;
    tx.put(&document)?;
    Ok(true)
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
    if document.trashed.is_some() {
        return Ok(Brought::Kept(document));
    }
    let Some(brought) = last_imported(tx, &document)? else { return Ok(Brought::Kept(document)) };
    let same_text = brought.text == imported.edit.text && brought.comments == imported.comments;
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
            author: None,
            text: imported.edit.text.clone(),
            terms: imported.edit.terms(),
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
    document.set_terms(&imported.edit.terms(), now);
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
    document.changed = now;
    tx.put(&document)?;
    Ok(Brought::Updated(document))
}

/// Removes everything that an import brought: documents with their revisions, references, media
/// rows, old addresses, old hosts, and the columns that it made and that hold nothing else. The
/// journal keeps what they were. Works in portions; one that was interrupted is run again. Returns
/// the number of documents removed.
///
/// # Errors
/// `Forbidden` for all but `admin`; `NotFound` when there is no such import.
pub fn remove_batch(store: &Store, by: &By, name: &str) -> Result<usize> {
    by.require(Role::Admin, Place::Group)?;
    let id = store.unique(site::BATCH_NAME, name.as_bytes())?.ok_or_else(|| Error::not_found("import", name))?;
    let batch: Batch = store.get(id)?.ok_or_else(|| Error::not_found("import", name))?;
    let begin = || store.transaction(by.actor(), "import.undo").site(batch.site.0).note(name);
    let mut documents = 0;
    loop {
        let entries = store.list(ListKey::new(DOCUMENTS_OF_BATCH, &[id]), Position::FIRST, PORTION)?;
        if entries.is_empty() {
            break;
        }
        let mut tx = begin();
        for entry in entries {
            documents += usize::from(remove_document(&mut tx, DocumentId(entry.id))?);
        }
        store.commit(tx)?;
    }
    site::remove_rows::<Reference>(store, &begin, ListKey::new(REFERENCES_OF_BATCH, &[id]))?;
    site::remove_rows::<Media>(store, &begin, ListKey::new(MEDIA_OF_BATCH, &[id]))?;
    site::remove_rows::<site::Redirect>(store, &begin, ListKey::new(site::REDIRECTS_OF_BATCH, &[id]))?;
    let mut tx = begin();
    let holds = |channel: u64| -> Result<bool> {
        Ok(store.any(ListKey::new(DOCUMENTS_OF_CHANNEL, &[channel]))?
            || store.any(ListKey::new(TRASH_OF_CHANNEL, &[channel]))?
            || store.any(ListKey::new(LIVE_OF_CHANNEL, &[channel]))?)
    };
    site::undo_batch(&mut tx, id, holds)?;
    store.commit(tx)?;
    Ok(documents)
}
