//! What happens by itself at its time: publication, the end of validity, the end of a pin.

use crate::base::clock::minute;
use crate::base::id::DocumentId;
use crate::domain::error::{Error, Result};
use crate::store::{Actor, ListKey, Position, Read, Store};

use super::document::{Document, Revision, State};
use super::publish::{show_references, write_published};
use super::tables::DUE;

/// Later than this many milliseconds is told: the server was down, or busy.
const LATE: i64 = 60_000;

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Documents published.
    pub appeared: usize,
    /// Documents whose validity ended.
    pub left: usize,
    /// Documents that are pinned no longer.
    pub unpinned: usize,
    /// Those that were more than a minute late, with the milliseconds.
    pub late: Vec<(DocumentId, i64)>,
}

impl Done {
    /// True if nothing was due.
    pub fn is_empty(&self) -> bool {
        self.appeared + self.left + self.unpinned == 0
    }
}

/// Does what is due at `now`, each as an action of its own in the journal, with its time and how late it is.
///
/// # Errors
/// When the store refuses.
pub fn run_due(store: &Store, now: i64) -> Result<Done> {
    let mut done = Done::default();
    while let Some(entry) = store.list(ListKey::new(DUE, &[]), Position::FIRST, 1)?.first() {
        if due_time(entry.order) > now {
            break;
        }
        run_one(store, DocumentId(entry.id), now, &mut done)?;
    }
    Ok(done)
}

fn run_one(store: &Store, id: DocumentId, now: i64, done: &mut Done) -> Result<()> {
    let Some(document) = store.get::<Document>(id.0)? else { return Ok(()) };
    let Some(due) = document.due().filter(|due| *due <= now) else { return Ok(()) };
    let is = |time: Option<i64>| time == Some(due);
    let appears = document.state == State::Scheduled && is(document.publish_at);
    let leaves = !appears && document.is_live() && is(document.valid_until);
    let action = match (appears, leaves) {
        (true, _) => "content.publish_due",
        (_, true) => "content.expire_due",
        _ => "content.unpin_due",
    };
    let late = now - due;
    let note = if late > LATE {
        format!("due {}, {} min late", minute(due), late / 60_000)
    } else {
        format!("due {}", minute(due))
    };
    let mut tx = store.transaction(Actor::system(), action).site(document.site.0).note(note);
    // Read again in the transaction: what somebody changes meanwhile is a conflict, not lost.
    let Some(mut document) = tx.get::<Document>(id.0)?.filter(|found| found.due() == Some(due)) else { return Ok(()) };
    if appears {
        let revision = document.scheduled.unwrap_or(document.head);
        let revision: Revision = tx.get(revision.0)?.ok_or_else(|| Error::not_found("revision", revision))?;
        write_published(&mut tx, document, &revision, now)?;
        done.appeared += 1;
    } else if leaves {
        document.live = None;
        if document.state == State::Published {
            document.state = State::Expired;
        }
        document.changed = now;
        show_references(&mut tx, id, false)?;
        tx.put(&document)?;
        done.left += 1;
    } else {
        document.pinned = false;
        document.pinned_until = None;
        tx.put(&document)?;
        done.unpinned += 1;
    }
    store.commit(tx)?;
    if late > LATE {
        done.late.push((id, late));
    }
    Ok(())
}

fn due_time(order: u64) -> i64 {
    (u64::MAX - order) as i64
}

/// When something is due next, milliseconds since 1970.
///
/// # Errors
/// When the store cannot be read.
pub fn next_due(store: &impl Read) -> Result<Option<i64>> {
    let first = store.list(ListKey::new(DUE, &[]), Position::FIRST, 1)?;
    Ok(first.first().map(|entry| due_time(entry.order)))
}
