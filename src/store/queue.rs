//! Transactions that wait for the writer, taken in groups.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::SyncSender;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Result;
use super::row::Packed;
use super::transaction::{Actor, Change, Committed};

/// Most commits in a group.
const GROUP_COMMITS: usize = 1024;
/// A group is closed when it has this many bytes.
const GROUP_BYTES: usize = 4 << 20;

/// A transaction on its way to the writer.
#[derive(Debug)]
pub(super) struct Request {
    pub actor: Actor,
    pub action: &'static str,
    pub site: u64,
    pub note: String,
    pub seen: BTreeMap<(u8, u64), u64>,
    pub changes: Vec<Change>,
    /// The rows of `changes`, compressed by the thread that commits.
    pub packed: Vec<Option<Packed>>,
    pub bytes: usize,
    pub reply: SyncSender<Result<Committed>>,
}

#[derive(Debug, Default)]
struct Waiting {
    requests: VecDeque<Request>,
    closed: bool,
    idle: bool,
}

/// Transactions that wait for the writer.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    more: Condvar,
}

impl Queue {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a request in line; false if the store is closed.
    pub fn push(&self, request: Request) -> bool {
        let mut waiting = self.lock();
        if waiting.closed {
            return false;
        }
        waiting.requests.push_back(request);
        if waiting.idle {
            self.more.notify_one();
        }
        true
    }

    /// No more requests; those in line are still served.
    pub fn close(&self) {
        self.lock().closed = true;
        self.more.notify_all();
    }

    /// The next group, empty after `timeout`; `None` when closed and empty.
    pub fn take(&self, timeout: Duration) -> Option<Vec<Request>> {
        let end = Instant::now() + timeout;
        let mut waiting = self.lock();
        while waiting.requests.is_empty() {
            if waiting.closed {
                return None;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Some(Vec::new());
            }
            waiting.idle = true;
            waiting = self.more.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
            waiting.idle = false;
        }
        let mut group = Vec::new();
        let mut bytes = 0;
        while group.len() < GROUP_COMMITS && bytes < GROUP_BYTES {
            let Some(request) = waiting.requests.pop_front() else { break };
            bytes += request.bytes;
            group.push(request);
        }
        Some(group)
    }
}
