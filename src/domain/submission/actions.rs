//! Actions on submissions: load, may the actor?, do the rules allow it?, one transaction.

use crate::base::id::{ChannelId, DocumentId, SubmissionId};
use crate::domain::account::{By, Role};
use crate::domain::content::{self, Document, Revision};
use crate::domain::error::{Error, Result};
use crate::domain::site::{self, Channel, Site};
use crate::store::{Read, Store, Transaction};

use super::tables::{WAITING, waiting_key};
use super::{Fate, How, Submission};

/// Longest word to the other site, and longest reason, in characters.
const LONGEST_NOTE: usize = 500;

fn note_of(text: &str, field: &'static str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > LONGEST_NOTE {
        return Err(Error::rule("field.long", field, ""));
    }
    Ok(text.to_owned())
}

/// Offers a live document to a column of another site that takes offers. Whoever may change or publish the document
/// may offer it.
///
/// # Errors
/// `NotFound` of the document, or of a column that takes no offers; `Forbidden`; `push.not_live`, `push.own_site`,
/// `push.twice`, `field.long`; `Conflict`.
pub fn push(store: &Store, by: &By, id: DocumentId, channel: ChannelId, note: &str, now: i64) -> Result<Submission> {
    let mut tx = store.transaction(by.actor(), "submission.push");
    let document = content::document(&tx, by, id)?;
    let branch = site::branch(&tx, document.channel)?;
    if !content::may_edit(by, branch.place(), &document) {
        by.require(Role::Publisher, branch.place())?;
    }
    let missing = || Error::not_found("column", channel);
    let target: Channel = tx.get(channel.0)?.ok_or_else(missing)?;
    let open = tx.get::<Site>(target.site.0)?.is_some_and(|site| site.state.is_listed());
    if !target.takes_submissions || !open {
        return Err(missing());
    }
    if target.site == document.site {
        return Err(Error::rule("push.own_site", "column", &target.name));
    }
    if !document.is_live() {
        return Err(Error::rule("push.not_live", "document", id));
    }
    if tx.unique(WAITING, &waiting_key(id.0, channel.0))?.is_some() {
        return Err(Error::rule("push.twice", "column", &target.name));
    }
    let submission = Submission {
        id: SubmissionId(tx.new_id()),
        document: id,
        from: document.site,
        to: target.site,
        channel,
        by: by.user().map_or_else(|| by.actor().name.clone(), |user| user.display_name.clone()),
        user: by.user().map(|user| user.id),
        time: now,
        note: note_of(note, "note")?,
        fate: Fate::Waiting,
        decided: 0,
    };
    tx = tx.site(document.site.0).note(document.card.title);
    tx.put(&submission)?;
    store.commit(tx)?;
    Ok(submission)
}

/// An offer that waits for the actor: whoever publishes in its column decides.
fn received(tx: &Transaction, by: &By, id: SubmissionId) -> Result<Submission> {
    let missing = || Error::not_found("submission", id);
    let submission: Submission = tx.get(id.0)?.ok_or_else(missing)?;
    let branch = site::branch(tx, submission.channel).map_err(|_| missing())?;
    by.require_seen(Role::Publisher, branch.place(), "submission", id)?;
    if !submission.is_open() {
        return Err(Error::rule("offer.decided", "submission", id));
    }
    Ok(submission)
}

/// Takes an offer: as a reference, shown at once, under a title of its own if wanted; or as a draft, which goes the
/// way of the site's flow.
///
/// # Errors
/// `NotFound`, `Forbidden`; `offer.decided`, `offer.gone` when visitors do not read the document any more,
/// `channel.holds_none`, `refer.twice`; `Conflict`.
pub fn accept(store: &Store, by: &By, id: SubmissionId, how: How, title: &str, now: i64) -> Result<Submission> {
    let mut tx = store.transaction(by.actor(), "submission.accept");
    let mut submission = received(&tx, by, id)?;
    let document: Option<Document> = tx.get(submission.document.0)?;
    let gone = || Error::rule("offer.gone", "document", submission.document);
    let live = document.and_then(|document| document.live).ok_or_else(gone)?;
    let number = match how {
        How::Reference => {
            let title = note_of(title, "title")?;
            let title = Some(title.as_str()).filter(|title| !title.is_empty());
            content::show_in(&mut tx, submission.document, submission.channel, title)?.id.0
        }
        How::Copy => {
            let revision: Revision = tx.get(live.0)?.ok_or_else(gone)?;
            content::copy_into(&mut tx, by, &revision, submission.channel, now)?.id.0
        }
    };
    submission.fate = Fate::Accepted { how, number };
    submission.decided = now;
    tx = tx.site(submission.to.0).note(submission.document.to_string());
    tx.put(&submission)?;
    store.commit(tx)?;
    Ok(submission)
}

/// Does not take an offer, and says why.
///
/// # Errors
/// `NotFound`, `Forbidden`; `offer.decided`, `required` for the reason, `field.long`; `Conflict`.
pub fn refuse(store: &Store, by: &By, id: SubmissionId, reason: &str, now: i64) -> Result<Submission> {
    let mut tx = store.transaction(by.actor(), "submission.refuse").note(reason);
    let mut submission = received(&tx, by, id)?;
    let reason = note_of(reason, "reason")?;
    if reason.is_empty() {
        return Err(Error::rule("required", "reason", ""));
    }
    submission.fate = Fate::Refused { reason };
    submission.decided = now;
    tx = tx.site(submission.to.0);
    tx.put(&submission)?;
    store.commit(tx)?;
    Ok(submission)
}

/// Takes an own offer back while it waits.
///
/// # Errors
/// `NotFound` of an offer of a document that is not the actor's to see; `Forbidden`; `offer.decided`; `Conflict`.
pub fn take_back(store: &Store, by: &By, id: SubmissionId, now: i64) -> Result<Submission> {
    let mut tx = store.transaction(by.actor(), "submission.take_back");
    let missing = || Error::not_found("submission", id);
    let mut submission: Submission = tx.get(id.0)?.ok_or_else(missing)?;
    let document = content::document(&tx, by, submission.document).map_err(|_| missing())?;
    let branch = site::branch(&tx, document.channel)?;
    if !content::may_edit(by, branch.place(), &document) {
        by.require(Role::Publisher, branch.place())?;
    }
    if !submission.is_open() {
        return Err(Error::rule("offer.decided", "submission", id));
    }
    submission.fate = Fate::Recalled;
    submission.decided = now;
    tx = tx.site(submission.from.0);
    tx.put(&submission)?;
    store.commit(tx)?;
    Ok(submission)
}
