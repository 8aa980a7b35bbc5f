//! Actions on documents: load, may the actor?, do the rules allow it?, one transaction.

use crate::base::id::{ChannelId, DocumentId, ReferenceId, RevisionId, SiteId};
use crate::domain::error::{Error, Result};
use crate::domain::site::{Channel, ChannelKind};
use crate::store::{Actor, ListKey, Position, Read, Store, Transaction};

use super::document::{Document, Reference, Revision, State, Text};
use super::tables::{DUE, REFERENCES_OF_DOCUMENT};

/// A document to be saved for the first time.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Column.
    pub channel: ChannelId,
    /// Text; its body must have gone through `clean`.
    pub text: Text,
    /// Pinned to the top of the column.
    pub pinned: bool,
    /// Leaves the site at this time.
    pub valid_until: Option<i64>,
}

/// A document from elsewhere, with its own times.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Column, text and place.
    pub draft: Draft,
    /// Number given to it beforehand, so that others of the run can link to it.
    pub id: Option<DocumentId>,
    /// Publication time in the source; `None` imports a draft.
    pub published: Option<i64>,
    /// Publication time in the source of what arrives as a draft all the same.
    pub was_published: Option<i64>,
    /// Name in the source, so that a second run finds it.
    pub origin: String,
    /// Import run.
    pub batch: Option<u64>,
    /// Comments of the old site.
    pub comments: Vec<serde_json::Value>,
}

/// Columns that hold documents.
pub(super) fn channel_for_documents(tx: &Transaction, id: ChannelId) -> Result<Channel> {
    let channel: Channel = tx.get(id.0)?.ok_or_else(|| Error::not_found("column", id))?;
    match channel.kind {
        ChannelKind::List | ChannelKind::Page => Ok(channel),
        kind => Err(Error::rule("channel.holds_none", "column", format!("{} ({})", channel.name, kind.word()))),
    }
}

fn check_text(text: &Text) -> Result<()> {
    if text.title.trim().is_empty() {
        return Err(Error::rule("required", "title", ""));
    }
    Ok(())
}

/// Writes a new document with its first revision into `tx`.
pub(super) fn write_new(
    tx: &mut Transaction,
    id: Option<DocumentId>,
    draft: &Draft,
    site: SiteId,
    by: &str,
    now: i64,
) -> Result<(Document, Revision)> {
    check_text(&draft.text)?;
    let document = id.unwrap_or_else(|| DocumentId(tx.new_id()));
    let revision = Revision {
        id: RevisionId(tx.new_id()),
        document,
        site,
        number: 1,
        time: now,
        by: by.to_owned(),
        text: draft.text.clone(),
        comments: Vec::new(),
    };
    let document = Document {
        id: document,
        site,
        channel: draft.channel,
        state: State::Draft,
        head: revision.id,
        live: None,
        revisions: 1,
        card: draft.text.card(),
        created: now,
        published: 0,
        updated: 0,
        was_published: None,
        pinned: draft.pinned,
        valid_until: draft.valid_until,
        publish_at: None,
        batch: None,
        origin: String::new(),
    };
    Ok((document, revision))
}

/// Saves a text: a new document, or a new revision of one. The live revision is left as it is.
///
/// # Errors
/// `NotFound`; a rule for an empty title or a column that holds no documents; `Conflict`.
pub fn save(store: &Store, actor: Actor, existing: Option<DocumentId>, draft: &Draft, now: i64) -> Result<Document> {
    let by = actor.name.clone();
    let mut tx = store.transaction(actor, "content.save");
    let channel = channel_for_documents(&tx, draft.channel)?;
    tx = tx.site(channel.site.0);
    let document = match existing {
        None => {
            let (document, revision) = write_new(&mut tx, None, draft, channel.site, &by, now)?;
            tx.put(&revision)?;
            document
        }
        Some(id) => {
            check_text(&draft.text)?;
            let mut document: Document = tx.get(id.0)?.ok_or_else(|| Error::not_found("document", id))?;
            let revision = Revision {
                id: RevisionId(tx.new_id()),
                document: id,
                site: document.site,
                number: document.revisions + 1,
                time: now,
                by,
                text: draft.text.clone(),
                comments: Vec::new(),
            };
            tx.put(&revision)?;
            document.head = revision.id;
            document.revisions = revision.number;
            if document.live.is_none() {
                document.card = draft.text.card();
            }
            document.pinned = draft.pinned;
            document.valid_until = draft.valid_until;
            document
        }
    };
    tx.put(&document)?;
    store.commit(tx)?;
    Ok(document)
}

/// Publishes the head revision. The publication time is the server's `now` at the first time and
/// stays after that (faking it is a veto item of the national inspection). What an import brought
/// keeps the time at which the old site published it.
///
/// # Errors
/// `NotFound`, `Conflict`.
pub fn publish(store: &Store, actor: Actor, id: DocumentId, now: i64) -> Result<Document> {
    let mut tx = store.transaction(actor, "content.publish");
    let document: Document = tx.get(id.0)?.ok_or_else(|| Error::not_found("document", id))?;
    tx = tx.site(document.site.0);
    let document = write_published(&mut tx, document, now)?;
    store.commit(tx)?;
    Ok(document)
}

/// Makes the head revision of `document` the live one.
fn write_published(tx: &mut Transaction, mut document: Document, now: i64) -> Result<Document> {
    let revision: Revision = tx.get(document.head.0)?.ok_or_else(|| Error::not_found("revision", document.head))?;
    document.card = revision.text.card();
    document.live = Some(revision.id);
    document.state = State::Published;
    document.publish_at = None;
    if document.published == 0 {
        document.published = document.was_published.unwrap_or(now);
    }
    document.updated = now;
    tx.put(&document)?;
    show_references(tx, document.id, true)?;
    Ok(document)
}

/// Lets a document that visitors do not see be published at a time; the server does it then, or
/// at its next start if it was down.
///
/// # Errors
/// `NotFound`, `Conflict`; a rule when the time is not in the future or the document is live.
pub fn schedule(store: &Store, actor: Actor, id: DocumentId, time: i64, now: i64) -> Result<Document> {
    let mut tx = store.transaction(actor, "content.schedule").note(crate::base::clock::minute(time));
    let mut document: Document = tx.get(id.0)?.ok_or_else(|| Error::not_found("document", id))?;
    tx = tx.site(document.site.0);
    if time <= now {
        return Err(Error::rule("schedule.past", "time", crate::base::clock::minute(time)));
    }
    if document.is_live() {
        return Err(Error::rule("schedule.live", "document", id));
    }
    document.state = State::Scheduled;
    document.publish_at = Some(time);
    tx.put(&document)?;
    store.commit(tx)?;
    Ok(document)
}

/// Takes a document off the site, and with it every reference to it.
///
/// # Errors
/// `NotFound`, `Conflict`.
pub fn withdraw(store: &Store, actor: Actor, id: DocumentId) -> Result<Document> {
    let mut tx = store.transaction(actor, "content.withdraw");
    let mut document: Document = tx.get(id.0)?.ok_or_else(|| Error::not_found("document", id))?;
    tx = tx.site(document.site.0);
    document.state = State::Withdrawn;
    document.live = None;
    tx.put(&document)?;
    show_references(&mut tx, id, false)?;
    store.commit(tx)?;
    Ok(document)
}

fn show_references(tx: &mut Transaction, id: DocumentId, visible: bool) -> Result<()> {
    for entry in tx.list(ListKey::new(REFERENCES_OF_DOCUMENT, &[id.0]), Position::FIRST, usize::MAX)? {
        if let Some(mut reference) = tx.get::<Reference>(entry.id)?
            && reference.visible != visible
        {
            reference.visible = visible;
            tx.put(&reference)?;
        }
    }
    Ok(())
}

/// Moves a document to another column of its site; the old address answers 301.
///
/// # Errors
/// `NotFound`; a rule when the column holds no documents or belongs to another site; `Conflict`.
pub fn move_to(store: &Store, actor: Actor, id: DocumentId, channel: ChannelId) -> Result<Document> {
    let mut tx = store.transaction(actor, "content.move");
    let mut document: Document = tx.get(id.0)?.ok_or_else(|| Error::not_found("document", id))?;
    tx = tx.site(document.site.0);
    let target = channel_for_documents(&tx, channel)?;
    if target.site != document.site {
        return Err(Error::rule("channel.other_site", "column", target.name));
    }
    document.channel = channel;
    tx.put(&document)?;
    store.commit(tx)?;
    Ok(document)
}

/// Shows a document in a column of another site (引用), with its own title and time there if wanted.
///
/// # Errors
/// `NotFound`; a rule when the column holds no documents.
pub fn refer(
    store: &Store,
    actor: Actor,
    id: DocumentId,
    channel: ChannelId,
    title: Option<&str>,
    time: Option<i64>,
) -> Result<Reference> {
    let mut tx = store.transaction(actor, "content.refer");
    let target = channel_for_documents(&tx, channel)?;
    tx = tx.site(target.site.0);
    let reference = write_reference(&mut tx, id, &target, title, time, None)?;
    store.commit(tx)?;
    Ok(reference)
}

pub(super) fn write_reference(
    tx: &mut Transaction,
    id: DocumentId,
    target: &Channel,
    title: Option<&str>,
    time: Option<i64>,
    batch: Option<u64>,
) -> Result<Reference> {
    let document: Document = tx.get(id.0)?.ok_or_else(|| Error::not_found("document", id))?;
    let reference = Reference {
        id: ReferenceId(tx.new_id()),
        document: id,
        site: target.site,
        channel: target.id,
        title: title.unwrap_or_default().to_owned(),
        time: time.unwrap_or(document.published),
        pinned: false,
        visible: document.is_live(),
        batch,
    };
    tx.put(&reference)?;
    Ok(reference)
}

/// Does what is due at `now`: publishes scheduled documents, takes expired ones off. Returns how
/// many documents appeared and how many left.
///
/// # Errors
/// When the store refuses.
pub fn run_due(store: &Store, now: i64) -> Result<(usize, usize)> {
    let (mut appeared, mut left) = (0, 0);
    loop {
        let mut tx = store.transaction(Actor::system(), "content.due");
        let before = appeared + left;
        for entry in tx.list(ListKey::new(DUE, &[]), Position::FIRST, 100)? {
            let Some(mut document) = tx.get::<Document>(entry.id)? else { continue };
            if document.due().is_none_or(|time| time > now) {
                break;
            }
            if document.state == State::Scheduled {
                write_published(&mut tx, document, now)?;
                appeared += 1;
            } else {
                document.state = State::Expired;
                document.live = None;
                show_references(&mut tx, document.id, false)?;
                tx.put(&document)?;
                left += 1;
            }
        }
        if appeared + left == before {
            return Ok((appeared, left));
        }
        store.commit(tx)?;
    }
}

/// When something is due next, milliseconds since 1970.
///
/// # Errors
/// When the store cannot be read.
pub fn next_due(store: &impl Read) -> Result<Option<i64>> {
    let first = store.list(ListKey::new(DUE, &[]), Position::FIRST, 1)?;
    Ok(first.first().map(|entry| (u64::MAX - entry.order) as i64))
}
