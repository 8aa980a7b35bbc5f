//! Where a document stands: moved, copied, shown in other columns.

use crate::base::id::{ChannelId, DocumentId, ReferenceId, SiteId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::domain::site::{self, Channel, Site};
use crate::domain::workflow;
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::document::{Document, Reference, Revision, State, Terms};
use super::edit::Edit;
use super::permit::{find, holds_documents, open, require_edit, target};
use super::rules::check_other_title;
use super::save::new_document;
use super::tables::REFERENCES_OF_DOCUMENT;

/// Moves a document to another column of its site; its old address answers 301. A live one takes the right to publish
/// in both columns; one in review stays where it is.
///
/// # Errors
/// `NotFound`, `Forbidden`; `channel.holds_none`, `channel.other_site`, `move.in_review`, `document.trashed`,
/// `publish.steps` for a live one where the other column has steps of its own; `Conflict`.
pub fn move_to(store: &Store, by: &By, id: DocumentId, channel: ChannelId, now: i64) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.move");
    let (document, target) = move_into(&mut tx, by, id, channel, now)?;
    if !tx.is_empty() {
        store.commit(tx.site(document.site.0).note(target.name))?;
    }
    Ok(document)
}

/// [`move_to`] within the transaction of an action that does more.
pub(in crate::domain) fn move_into(
    tx: &mut Transaction,
    by: &By,
    id: DocumentId,
    channel: ChannelId,
    now: i64,
) -> Result<(Document, Channel)> {
    let found = open(tx, by, id)?;
    let role = found.document.is_live().then_some(Role::Publisher);
    match role {
        Some(role) => by.require(role, found.place())?,
        None => require_edit(by, &found)?,
    }
    let (target, branch) = target(tx, by, channel, role)?;
    let mut document = found.document;
    if target.site != document.site {
        return Err(Error::rule("channel.other_site", "column", target.name));
    }
    if matches!(document.state, State::InReview | State::Scheduled) {
        return Err(Error::rule("move.in_review", "document", id));
    }
    if document.channel == channel {
        return Ok((document, target));
    }
    if role.is_some() && by.user().is_some() {
        // What visitors read in a column has gone through its steps.
        let (from, to) = (workflow::flow_of(tx, &found.branch)?, workflow::flow_of(tx, &branch)?);
        if to.steps.len() > 1 && to.steps != from.steps {
            return Err(Error::rule("publish.steps", "document", id));
        }
    }
    document.channel = channel;
    document.changed = now;
    if let Some(mut case) = workflow::case(tx, id)? {
        case.channel = channel;
        tx.put(&case)?;
    }
    tx.put(&document)?;
    Ok((document, target))
}

/// Makes a draft in a column, also of another site, from what the actor sees of a document.
///
/// # Errors
/// `NotFound` of document or column, `Forbidden` in the column; `channel.holds_none`, `document.trashed`; `Conflict`.
pub fn copy(store: &Store, by: &By, id: DocumentId, channel: ChannelId, now: i64) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.copy").note(id.to_string());
    let found = open(&tx, by, id)?;
    let (target, _) = target(&tx, by, channel, Some(Role::Editor))?;
    tx = tx.site(target.site.0);
    let revision: Revision =
        tx.get(found.document.head.0)?.ok_or_else(|| Error::not_found("revision", found.document.head))?;
    let document = copy_into(&mut tx, by, &revision, target.id, now)?;
    store.commit(tx)?;
    Ok(document)
}

/// Writes a draft with the text of a revision into `tx`; whoever calls has asked for permission. Pin, validity and
/// 保密审查 are not taken over.
///
/// # Errors
/// `NotFound`, `channel.holds_none`.
pub(in crate::domain) fn copy_into(
    tx: &mut Transaction,
    by: &By,
    revision: &Revision,
    channel: ChannelId,
    now: i64,
) -> Result<Document> {
    let target = holds_documents(tx, channel)?;
    let related = revision.terms.related.clone();
    let Terms { pinned_until, valid_until, secrecy, .. } = Terms::default();
    let text = revision.text.clone();
    let edit = Edit { text, channel: target.id, pinned_until, valid_until, shared: false, secrecy, related };
    let (document, revision) = new_document(tx, None, &edit, target.site, (&by.actor().name, by.user()), now);
    tx.put(&revision)?;
    tx.put(&document)?;
    Ok(document)
}

/// The 信息公开办 of the portal: whoever publishes on the portal or in the group, or supervises the group, may refer
/// to anything that visitors read already.
fn is_disclosure_office(read: &impl Read, by: &By) -> Result<bool> {
    if by.may(Role::Publisher, Place::Group) || by.may(Role::Supervisor, Place::Group) {
        return Ok(true);
    }
    for entry in read.list(ListKey::new(site::SITES, &[]), Position::FIRST, usize::MAX)? {
        if read.get::<Site>(entry.id)?.is_some_and(|site| site.is_portal()) {
            return Ok(by.may(Role::Publisher, Place::Site(SiteId(entry.id))));
        }
    }
    Ok(false)
}

/// May the actor publish in the column? A supervisor of the group may, on the portal.
fn require_target(read: &impl Read, by: &By, id: ChannelId) -> Result<Channel> {
    let branch = site::branch(read, id)?;
    let channel: Channel = read.get(id.0)?.ok_or_else(|| Error::not_found("column", id))?;
    if !(channel.portal && by.may(Role::Supervisor, Place::Group)) {
        by.require_seen(Role::Publisher, branch.place(), "column", id)?;
    }
    holds_documents(read, id)
}

/// Shows a document in a column of another site (引用), with its own title and time there if wanted.
///
/// # Errors
/// `NotFound`, `Forbidden` in the column; `channel.holds_none`, `document.trashed`, `title.long`; `Conflict`.
pub fn refer(
    store: &Store,
    by: &By,
    id: DocumentId,
    channel: ChannelId,
    title: Option<&str>,
    time: Option<i64>,
) -> Result<Reference> {
    check_other_title(title)?;
    let mut tx = store.transaction(by.actor(), "content.refer");
    if let Err(error) = open(&tx, by, id) {
        let live = tx.get::<Document>(id.0)?.is_some_and(|document| document.is_live());
        if !(live && is_disclosure_office(&tx, by)?) {
            return Err(error);
        }
    }
    let target = require_target(&tx, by, channel)?;
    tx = tx.site(target.site.0);
    let reference = write_reference(&mut tx, id, &target, title, time, None)?;
    store.commit(tx)?;
    Ok(reference)
}

/// Writes a reference in a column into `tx`; whoever calls has asked for permission.
///
/// # Errors
/// `NotFound`, `channel.holds_none`, `refer.own_column`, `refer.twice`.
pub(in crate::domain) fn show_in(
    tx: &mut Transaction,
    id: DocumentId,
    channel: ChannelId,
    title: Option<&str>,
) -> Result<Reference> {
    let target = holds_documents(tx, channel)?;
    write_reference(tx, id, &target, title, None, None)
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
    if document.channel == target.id {
        return Err(Error::rule("refer.own_column", "column", &target.name));
    }
    for entry in tx.list(ListKey::new(REFERENCES_OF_DOCUMENT, &[id.0]), Position::FIRST, usize::MAX)? {
        if tx.get::<Reference>(entry.id)?.is_some_and(|other| other.channel == target.id) {
            return Err(Error::rule("refer.twice", "column", &target.name));
        }
    }
    let reference = Reference {
        id: ReferenceId(tx.new_id()),
        document: id,
        site: target.site,
        channel: target.id,
        title: title.unwrap_or_default().trim().to_owned(),
        time: time.unwrap_or(document.published),
        pinned: false,
        visible: document.is_live(),
        batch,
    };
    tx.put(&reference)?;
    Ok(reference)
}

/// References to a document that stand where the actor works.
///
/// # Errors
/// `NotFound` of the document; when the store cannot be read.
pub fn references(read: &impl Read, by: &By, id: DocumentId) -> Result<Vec<Reference>> {
    find(read, by, id)?;
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(REFERENCES_OF_DOCUMENT, &[id.0]), Position::FIRST, usize::MAX)? {
        let Some(reference) = read.get::<Reference>(entry.id)? else { continue };
        if site::branch(read, reference.channel).is_ok_and(|branch| by.sees(branch.place())) {
            found.push(reference);
        }
    }
    Ok(found)
}

/// Takes a reference away from its column.
///
/// # Errors
/// `NotFound`, `Forbidden`; `Conflict`.
pub fn remove_reference(store: &Store, by: &By, id: ReferenceId) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "content.remove_reference");
    let missing = || Error::not_found("reference", id);
    let reference: Reference = tx.get(id.0)?.ok_or_else(missing)?;
    let branch = site::branch(&tx, reference.channel)?;
    by.require_seen(Role::Publisher, branch.place(), "reference", id)?;
    tx = tx.site(reference.site.0).note(reference.document.to_string());
    tx.delete::<Reference>(id.0);
    store.commit(tx)?;
    Ok(())
}
