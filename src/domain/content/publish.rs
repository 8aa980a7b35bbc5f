//! From review to the visitors and back: submit, approve, return, publish, schedule, withdraw.

use crate::base::clock::minute;
use crate::base::id::{DocumentId, RevisionId};
use crate::domain::account::{By, Role};
use crate::domain::error::{Error, Result};
use crate::domain::site;
use crate::domain::workflow::{self, ActKind, Case, Opening};
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::check;
use super::document::{Document, Reference, Revision, State};
use super::permit::{Found, open, require_edit};
use super::tables::REFERENCES_OF_DOCUMENT;

fn opening(document: &Document) -> Opening {
    Opening { document: document.id, site: document.site, channel: document.channel, revision: document.head }
}

/// The document that the actor read at `revision`.
fn open_at(tx: &Transaction, by: &By, id: DocumentId, revision: RevisionId) -> Result<Found> {
    let found = open(tx, by, id)?;
    if found.document.head != revision {
        return Err(Error::Stale { head: found.document.head });
    }
    Ok(found)
}

/// The open case of a document.
fn open_case(tx: &Transaction, id: DocumentId) -> Result<Case> {
    let case = workflow::case(tx, id)?.filter(Case::is_open);
    case.ok_or_else(|| Error::rule("review.none", "document", id))
}

/// Where a text stands when its review ended without publication.
fn rest(document: &Document) -> State {
    if document.is_live() { State::Published } else { State::Draft }
}

/// Hands the newest revision in: from then on the steps of the flow are taken, one after the other.
///
/// # Errors
/// `NotFound`, `Forbidden`, [`Error::Stale`]; `document.trashed`, `submit.open`, `submit.scheduled`, `submit.nothing`;
/// what the publishing checks stop; `Conflict`.
pub fn submit(store: &Store, by: &By, id: DocumentId, revision: RevisionId, note: &str, now: i64) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.submit").note(note);
    let found = open_at(&tx, by, id, revision)?;
    require_edit(by, &found)?;
    let flow = workflow::flow_of(&tx, &found.branch)?;
    let Found { mut document, .. } = found;
    tx = tx.site(document.site.0);
    match document.state {
        State::InReview => return Err(Error::rule("submit.open", "document", id)),
        State::Scheduled => return Err(Error::rule("submit.scheduled", "document", id)),
        _ if !document.has_changes() => return Err(Error::rule("submit.nothing", "document", id)),
        _ => {}
    }
    check_head(&tx, by, &document)?;
    let case = workflow::begin(&mut tx, by, opening(&document), flow, note, now)?;
    document.state = State::InReview;
    document.changed = now;
    tx.put(&case)?;
    tx.put(&document)?;
    store.commit(tx)?;
    Ok(document)
}

/// "I am on it": others see it, and do not act in the step unless they take it over.
///
/// # Errors
/// `NotFound`, `Forbidden`; `review.none`; `Conflict`.
pub fn take(store: &Store, by: &By, id: DocumentId, now: i64) -> Result<Case> {
    let mut tx = store.transaction(by.actor(), "content.take");
    let found = open(&tx, by, id)?;
    tx = tx.site(found.document.site.0);
    let mut case = open_case(&tx, id)?;
    let before = case.taken_by;
    case.take(by, found.place(), now)?;
    if case.taken_by != before {
        tx.put(&case)?;
        store.commit(tx)?;
    }
    Ok(case)
}

/// Approves the revision that the actor read, in the present step. After the last one it is published, or at `at`.
///
/// # Errors
/// `NotFound`, `Forbidden`, [`Error::Stale`]; `review.none`, `review.taken`, `review.own`, `schedule.past`,
/// `valid_until.past`; what the publishing checks stop; `Conflict`.
pub fn approve(
    store: &Store,
    by: &By,
    id: DocumentId,
    revision: RevisionId,
    opinion: &str,
    at: Option<i64>,
    now: i64,
) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.approve").note(opinion);
    let found = open_at(&tx, by, id, revision)?;
    tx = tx.site(found.document.site.0);
    let mut case = open_case(&tx, id)?;
    let done = case.approve(by, found.place(), &found.document.writers, opinion, now)?;
    tx.put(&case)?;
    let mut document = found.document;
    if done {
        check_head(&tx, by, &document)?;
        document = finish(&mut tx, document, at, now)?;
    } else {
        document.changed = now;
        tx.put(&document)?;
    }
    store.commit(tx)?;
    Ok(document)
}

/// Returns the text to its writer, with an opinion.
///
/// # Errors
/// `NotFound`, `Forbidden`, [`Error::Stale`]; `review.none`, `review.taken`, `required` for the opinion; `Conflict`.
pub fn send_back(
    store: &Store,
    by: &By,
    id: DocumentId,
    revision: RevisionId,
    opinion: &str,
    now: i64,
) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.return").note(opinion);
    let found = open_at(&tx, by, id, revision)?;
    tx = tx.site(found.document.site.0);
    let mut case = open_case(&tx, id)?;
    case.send_back(by, found.place(), opinion, now)?;
    tx.put(&case)?;
    let mut document = found.document;
    document.state = rest(&document);
    document.changed = now;
    tx.put(&document)?;
    store.commit(tx)?;
    Ok(document)
}

/// Takes a text back from its review: whoever may change it.
///
/// # Errors
/// `NotFound`, `Forbidden`; `review.none`; `Conflict`.
pub fn recall(store: &Store, by: &By, id: DocumentId, now: i64) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.recall");
    let found = open(&tx, by, id)?;
    require_edit(by, &found)?;
    tx = tx.site(found.document.site.0);
    let mut case = open_case(&tx, id)?;
    case.end(by, ActKind::Recalled, "", now);
    tx.put(&case)?;
    let mut document = found.document;
    document.state = rest(&document);
    document.changed = now;
    tx.put(&document)?;
    store.commit(tx)?;
    Ok(document)
}

/// Publishes the newest revision: at once where the flow has one step, else only as its last step. Ops may always.
/// The publication time is the server's `now` at the first time and stays after that (faking it is a veto item of
/// the national inspection). What an import brought keeps the time at which the old site published it.
///
/// # Errors
/// `NotFound`, `Forbidden`; `document.trashed`, `publish.nothing`, `publish.steps`, `review.taken`, `review.own`,
/// `valid_until.past`; what the publishing checks stop; `Conflict`.
pub fn publish(store: &Store, by: &By, id: DocumentId, now: i64) -> Result<Document> {
    decide(store, by, id, None, now)
}

/// Like [`publish`], at a time to come; the server does it then, or at its next start if it was down.
///
/// # Errors
/// As [`publish`]; `schedule.past` when the time is not in the future.
pub fn schedule(store: &Store, by: &By, id: DocumentId, at: i64, now: i64) -> Result<Document> {
    decide(store, by, id, Some(at), now)
}

fn decide(store: &Store, by: &By, id: DocumentId, at: Option<i64>, now: i64) -> Result<Document> {
    let action = if at.is_some() { "content.schedule" } else { "content.publish" };
    let mut tx = store.transaction(by.actor(), action);
    if let Some(at) = at {
        tx = tx.note(minute(at));
    }
    let found = open(&tx, by, id)?;
    by.require(Role::Publisher, found.place())?;
    tx = tx.site(found.document.site.0);
    if !found.document.has_changes() {
        return Err(Error::rule("publish.nothing", "document", id));
    }
    let mut case = match workflow::case(&tx, id)?.filter(Case::is_open) {
        Some(case) => case,
        None => {
            let flow = workflow::flow_of(&tx, &found.branch)?;
            workflow::begin(&mut tx, by, opening(&found.document), flow, "", now)?
        }
    };
    if by.user().is_some() && !case.is_last() {
        return Err(Error::rule("publish.steps", "document", id));
    }
    check_head(&tx, by, &found.document)?;
    while !case.approve(by, found.place(), &found.document.writers, "", now)? {}
    tx.put(&case)?;
    let document = finish(&mut tx, found.document, at, now)?;
    store.commit(tx)?;
    Ok(document)
}

/// Takes the one step of the column of a draft that an import brought, as whoever publishes it does; false where the
/// column has more steps, which nobody skips. What a person has `written` since the import is checked like any text.
pub(super) fn passes_alone(
    tx: &mut Transaction,
    by: &By,
    document: &Document,
    written: bool,
    now: i64,
) -> Result<bool> {
    let branch = site::branch(tx, document.channel)?;
    let flow = workflow::flow_of(tx, &branch)?;
    if by.user().is_some() && flow.steps.len() > 1 {
        return Ok(false);
    }
    if written {
        check_head(tx, by, document)?;
    }
    let mut case = workflow::begin(tx, by, opening(document), flow, "", now)?;
    while !case.approve(by, branch.place(), &document.writers, "", now)? {}
    tx.put(&case)?;
    Ok(true)
}

/// The publishing checks on the newest revision.
fn check_head(tx: &Transaction, by: &By, document: &Document) -> Result<()> {
    let head: Revision = tx.get(document.head.0)?.ok_or_else(|| Error::not_found("revision", document.head))?;
    check::require(tx, by, document, &head)
}

/// The head revision was approved: publishes it, or lets it be published at a time.
fn finish(tx: &mut Transaction, mut document: Document, at: Option<i64>, now: i64) -> Result<Document> {
    let head: Revision = tx.get(document.head.0)?.ok_or_else(|| Error::not_found("revision", document.head))?;
    let begins = at.unwrap_or(now);
    if let Some(until) = head.terms.valid_until.filter(|until| *until <= begins) {
        return Err(Error::rule("valid_until.past", "valid_until", minute(until)));
    }
    let Some(at) = at else { return write_published(tx, document, &head, now) };
    if at <= now {
        return Err(Error::rule("schedule.past", "time", minute(at)));
    }
    document.state = State::Scheduled;
    document.publish_at = Some(at);
    document.scheduled = Some(head.id);
    document.changed = now;
    tx.put(&document)?;
    Ok(document)
}

/// Makes `revision` the live one.
pub(super) fn write_published(
    tx: &mut Transaction,
    mut document: Document,
    revision: &Revision,
    now: i64,
) -> Result<Document> {
    document.card = revision.text.card();
    document.set_terms(&revision.terms, now);
    document.live = Some(revision.id);
    document.state = State::Published;
    document.publish_at = None;
    document.scheduled = None;
    if !document.has_changes() {
        document.writers.clear();
    }
    if document.published == 0 {
        document.published = document.was_published.unwrap_or(now);
    }
    document.updated = now;
    document.changed = now;
    tx.put(&document)?;
    show_references(tx, document.id, true)?;
    Ok(document)
}

/// Takes a document off the site, and with it every reference to it; a review of a newer text ends. A scheduled one
/// is not published any more.
///
/// # Errors
/// `NotFound`, `Forbidden`; `withdraw.not_live`; `Conflict`.
pub fn withdraw(store: &Store, by: &By, id: DocumentId, reason: &str, now: i64) -> Result<Document> {
    leave(store, by, id, "content.withdraw", State::Withdrawn, reason, now)
}

/// Lets the validity of a live document end now.
///
/// # Errors
/// As [`withdraw`].
pub fn expire(store: &Store, by: &By, id: DocumentId, now: i64) -> Result<Document> {
    leave(store, by, id, "content.expire", State::Expired, "", now)
}

fn leave(
    store: &Store,
    by: &By,
    id: DocumentId,
    action: &'static str,
    state: State,
    reason: &str,
    now: i64,
) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), action).note(reason);
    let found = open(&tx, by, id)?;
    by.require(Role::Publisher, found.place())?;
    let Found { mut document, .. } = found;
    tx = tx.site(document.site.0);
    if document.is_live() {
        document.state = state;
        document.live = None;
        show_references(&mut tx, id, false)?;
    } else if document.state == State::Scheduled && state == State::Withdrawn {
        document.state = State::Draft;
    } else {
        return Err(Error::rule("withdraw.not_live", "document", id));
    }
    document.publish_at = None;
    document.scheduled = None;
    document.changed = now;
    if let Some(mut case) = workflow::case(&tx, id)?.filter(Case::is_open) {
        case.end(by, ActKind::Withdrawn, reason, now);
        tx.put(&case)?;
    }
    tx.put(&document)?;
    store.commit(tx)?;
    Ok(document)
}

pub(super) fn show_references(tx: &mut Transaction, id: DocumentId, visible: bool) -> Result<()> {
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
