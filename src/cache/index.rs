//! Behind the pages: tags, order of eviction, and the newest invalidations.
//!
//! **Invariant:** the log holds every invalidation from some number up to the newest without gaps.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::tag::{Changed, MemoKey, Tag, TagIndex};
use super::{Entry, Recorded};

/// Invalidations that are remembered; a page that took longer to make than these is not kept.
const LOG: usize = 1024;
/// Changed rows and entries in remembered invalidations.
const LOG_ITEMS: usize = 262_144;

/// A kept shared part.
pub(super) struct Memo {
    pub(super) id: u64,
    pub(super) value: Arc<dyn Any + Send + Sync>,
    pub(super) until: i64,
    pub(super) tags: Vec<Tag>,
}

/// Whoever has tags.
pub(super) enum Holder {
    Page(Arc<Entry>),
    Memo(MemoKey),
}

/// An invalidation.
pub(super) enum Event {
    /// A commit.
    Commit(Box<Changed>),
    /// Everything.
    All,
}

/// Everything that keeping and dropping pages needs.
#[derive(Default)]
pub(super) struct Index {
    pub(super) last_id: u64,
    pub(super) epoch: u64,
    pub(super) holders: HashMap<u64, Holder>,
    pub(super) tags: TagIndex,
    /// Newest last; the last one has the number `epoch`.
    pub(super) log: VecDeque<Event>,
    pub(super) log_items: usize,
    /// Order of eviction; ids of pages that are gone are skipped.
    pub(super) clock: VecDeque<u64>,
    pub(super) pages: usize,
}

impl Index {
    /// The first invalidation since the reads of `recorded` that touches them.
    pub(super) fn stale_from(&self, recorded: &Recorded) -> Option<u64> {
        if recorded.epoch == self.epoch {
            return None;
        }
        // Number of the oldest event that is still in the log.
        let oldest = self.epoch + 1 - self.log.len() as u64;
        if recorded.epoch + 1 < oldest {
            return Some(recorded.epoch + 1);
        }
        let skip = (recorded.epoch + 1 - oldest) as usize;
        let touching = self.log.iter().skip(skip).position(|event| match event {
            Event::All => true,
            Event::Commit(changed) => recorded.tags.iter().any(|tag| changed.touches(tag)),
        });
        touching.map(|place| recorded.epoch + 1 + place as u64)
    }

    /// Logs an invalidation under the next number.
    pub(super) fn log(&mut self, event: Event) {
        if let Event::Commit(changed) = &event {
            self.log_items += changed.len();
        }
        self.log.push_back(event);
        self.epoch += 1;
        while self.log.len() > LOG || (self.log_items > LOG_ITEMS && self.log.len() > 1) {
            if let Some(Event::Commit(changed)) = self.log.pop_front() {
                self.log_items -= changed.len();
            }
        }
    }
}
