//! The writer thread: everything that changes goes through here, in order.
//!
//! **Invariant:** journal record, fdatasync, one batch into the state,
//! followers, and only then the answer. A group that cannot be brought to that
//! point is taken back from the journal, and nobody is told that it succeeded.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::group::{Effect, Group, Write};
use super::journal::frame::RecordRef;
use super::journal::{Failure, Journal};
use super::queue::Request;
use super::state::Meta;
use super::transaction::Committed;
use super::{Error, Inner, Result, clean, disk, recover};

/// What the writer is doing, for the watchdog: milliseconds since the store's start in the upper bits, kind in the lowest.
#[derive(Debug, Default)]
pub(super) struct Stage(AtomicU64);

/// Kinds of work with their own patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A commit.
    Commit = 1,
    /// Waiting for the disk: fdatasync, checkpoint.
    Disk = 2,
    /// Opening or rebuilding the state, which has its own limits.
    Repair = 3,
}

impl Stage {
    fn enter(&self, inner: &Inner, kind: Kind) {
        let now = inner.started.elapsed().as_millis() as u64;
        self.0.store((now << 2) | kind as u64, Ordering::Relaxed);
    }

    fn leave(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Since when (milliseconds after the start) and at what the writer works.
    pub fn now(&self) -> Option<(u64, Kind)> {
        let value = self.0.load(Ordering::Relaxed);
        let kind = match value & 3 {
            1 => Kind::Commit,
            2 => Kind::Disk,
            3 => Kind::Repair,
            _ => return None,
        };
        Some((value >> 2, kind))
    }
}

/// The writer's own data.
pub(super) struct Writer {
    inner: Arc<Inner>,
    journal: Journal,
    meta: Meta,
    /// Last checkpoint, and how long it took.
    checkpoint: (Instant, Duration),
    dirty: bool,
    /// The state failed and must be reopened before the next write.
    broken: bool,
    /// Why no write is accepted any more.
    stopped: Option<String>,
}

/// A request whose writes are in the group.
struct Admitted {
    request: Request,
    effect: Effect,
    time: i64,
}

/// Who was admitted to a group, who was refused and why, and how writing it ended.
type Written = (Vec<Admitted>, Vec<(Request, Error)>, std::result::Result<(), Why>);

impl Writer {
    /// A writer at the end of `journal`, with the state at `meta`.
    pub fn new(inner: Arc<Inner>, journal: Journal, meta: Meta) -> Writer {
        let writer = Writer {
            inner,
            journal,
            meta,
            checkpoint: (Instant::now(), Duration::ZERO),
            dirty: true,
            broken: false,
            stopped: None,
        };
        writer.report();
        writer
    }

    /// Works until the store is closed; then leaves a clean state behind.
    pub fn run(mut self) -> Result<()> {
        let every = self.inner.options.checkpoint_every;
        loop {
            let wait =
                if self.dirty { every.saturating_sub(self.checkpoint.0.elapsed()) } else { Duration::from_secs(1) };
            let Some(group) = self.inner.queue.take(wait) else { break };
            if self.inner.doubt.swap(false, Ordering::Relaxed) && !self.broken {
                tracing::error!("reading the state failed; it is reopened");
                self.broken = true;
            }
            if self.broken && group.is_empty() {
                let _ = self.mend();
            }
            if !group.is_empty() {
                self.group(group);
            }
            // On a slow disk checkpoints take at most a tenth of the time.
            if self.dirty && self.checkpoint.0.elapsed() >= every.max(self.checkpoint.1 * 10) {
                self.make_checkpoint();
            }
        }
        self.finish()
    }

    /// Commits a group and answers.
    fn group(&mut self, requests: Vec<Request>) {
        let started = Instant::now();
        let inner = Arc::clone(&self.inner);
        inner.stage.enter(&inner, Kind::Commit);
        if let Err(why) = self.ready() {
            inner.stage.leave();
            return refuse(requests, why);
        }
        let (admitted, rejected, outcome) = self.write(requests);
        match outcome {
            Ok(()) => {
                self.acknowledge(admitted, started);
                for (request, error) in rejected {
                    let _ = request.reply.send(Err(error));
                }
            }
            Err(why) => {
                let all = admitted.into_iter().map(|a| a.request).chain(rejected.into_iter().map(|(r, _)| r));
                refuse(all, why);
            }
        }
        inner.stage.leave();
    }

    /// Whether a write may be tried now.
    fn ready(&mut self) -> std::result::Result<(), Why> {
        if let Some(why) = &self.stopped {
            let why = why.clone();
            return Err(Box::new(move || Error::Stopped(why.clone())));
        }
        let need = self.inner.options.min_free_bytes;
        let dir = self.inner.options.dir.clone();
        match disk::free_bytes(&dir) {
            Ok(free) if free < need => {
                return Err(Box::new(move || Error::Full { dir: dir.clone(), free, need }));
            }
            Ok(_) => {}
            Err(e) => {
                let text = e.to_string();
                return Err(Box::new(move || Error::State(text.clone())));
            }
        }
        if self.broken {
            self.mend()?;
        }
        Ok(())
    }

    /// Checks, appends and applies a group. Afterwards either journal and state have it, or neither.
    fn write(&mut self, requests: Vec<Request>) -> Written {
        let inner = Arc::clone(&self.inner);
        let guard = inner.state();
        let Some(state) = guard.as_ref() else {
            let rejected = requests.into_iter().map(|r| (r, Error::Stopped(String::new()))).collect();
            return (Vec::new(), rejected, Err(Box::new(|| Error::State("the state is not open".into()))));
        };
        let mut group = Group::new(state, &inner.tables, self.meta.clone(), false);
        let mut admitted: Vec<Admitted> = Vec::with_capacity(requests.len());
        let mut rejected = Vec::new();
        let mut records = Vec::with_capacity(requests.len());
        for mut request in requests {
            let seq = self.journal.seq() + records.len() as u64 + 1;
            let packed = std::mem::take(&mut request.packed);
            let time = inner.options.clock.now();
            let record = RecordRef {
                seq,
                time,
                actor: &request.actor,
                action: request.action,
                site: request.site,
                note: &request.note,
                changes: &request.changes,
            };
            let outcome = group.check(&request.seen).and_then(|()| {
                let encoded = serde_json::to_vec(&record).map_err(|e| Error::State(e.to_string()))?;
                let writes = request.changes.iter().zip(packed).map(|(change, packed)| Write {
                    table: change.table,
                    id: change.id,
                    row: change.row.as_deref().zip(packed),
                });
                Ok((encoded, group.admit(seq, writes.collect())?))
            });
            match outcome {
                Ok((encoded, effect)) => {
                    records.push(encoded);
                    admitted.push(Admitted { request, effect, time });
                }
                Err(error) => {
                    if matches!(error, Error::State(_)) {
                        inner.doubt.store(true, Ordering::Relaxed);
                    }
                    rejected.push((request, error));
                }
            }
        }
        if records.is_empty() {
            return (admitted, rejected, Ok(()));
        }
        let mark = self.journal.mark();
        inner.stage.enter(&inner, Kind::Disk);
        if let Err(failure) = self.journal.append(mark.seq(), &records) {
            let why = self.append_failed(failure);
            return (admitted, rejected, Err(why));
        }
        inner.stage.enter(&inner, Kind::Commit);
        let (batch, meta) = group.finish(self.journal.seq(), self.journal.hash());
        let applied = state.write(batch, Some(&meta));
        drop(guard);
        match applied {
            Ok(()) => {
                self.meta = meta;
                self.dirty = true;
                (admitted, rejected, Ok(()))
            }
            Err(error) => {
                tracing::error!(%error, "the state refused a commit; it is reopened and brought up to date from the journal");
                self.broken = true;
                let outcome = self.mend().inspect_err(|_| self.take_back(&mark));
                (admitted, rejected, outcome)
            }
        }
    }

    fn append_failed(&mut self, failure: Failure) -> Why {
        match failure {
            Failure::Clean(error) if disk::is_full(&error) => self.full(),
            Failure::Clean(error) => {
                tracing::error!(%error, "the journal could not be written; the commit was taken back");
                let path = self.journal.end().0.to_path_buf();
                let kind = error.kind();
                let text = error.to_string();
                Box::new(move || Error::Io { path: path.clone(), source: std::io::Error::new(kind, text.clone()) })
            }
            Failure::Stuck(text) => {
                tracing::error!("the journal is in an unknown state, no more writes are accepted: {text}");
                self.stopped = Some(text.clone());
                Box::new(move || Error::Stopped(text.clone()))
            }
        }
    }

    fn full(&self) -> Why {
        let dir = self.inner.options.dir.clone();
        let free = disk::free_bytes(&dir).unwrap_or(0);
        let need = self.inner.options.min_free_bytes.max(1 << 20);
        tracing::error!(free, "disk full: the commit was refused");
        Box::new(move || Error::Full { dir: dir.clone(), free, need })
    }

    /// Takes an unacknowledged group back after the state could not be brought up again.
    fn take_back(&mut self, mark: &super::journal::Mark) {
        let dir = &self.inner.options.dir;
        if let Err(error) = recover::note_taken_back(dir, self.journal.seq()) {
            tracing::error!(%error, "the note that a commit was taken back could not be written");
        }
        if let Err(error) = self.journal.take_back(mark) {
            self.stopped = Some(format!("a commit that failed could not be taken back: {error}"));
        }
    }

    /// Brings a failed state back: reopen, compare, replay; if need be rebuild.
    fn mend(&mut self) -> std::result::Result<(), Why> {
        let inner = Arc::clone(&self.inner);
        inner.stage.enter(&inner, Kind::Repair);
        let mut place = inner.state_for_change();
        let limit = inner.options.open_limit.min(Duration::from_secs(30));
        if let Some(state) = place.take()
            && let Err(error) = state.close(limit)
        {
            // The file is still locked by a thread that hangs: only a new process can open it.
            super::watchdog::end(&format!("sled does not close: {error}"));
        }
        inner.orders.clear();
        let outcome = recover::state(&inner.options, &inner.tables, &mut self.journal, recover::Trust::Meta, &());
        match outcome {
            Ok((state, meta)) => {
                *place = Some(state);
                self.meta = meta;
                self.broken = false;
                self.dirty = true;
                inner.stage.enter(&inner, Kind::Commit);
                recover::forget_taken_back(&inner.options.dir);
                tracing::info!(seq = self.meta.seq, "the state is open again");
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "the state could not be reopened; it is tried again");
                inner.stage.enter(&inner, Kind::Commit);
                let room = 32 << 20;
                if disk::free_bytes(&inner.options.dir).unwrap_or(0) < room.max(inner.options.min_free_bytes) {
                    return Err(self.full());
                }
                let text = error.to_string();
                Err(Box::new(move || Error::State(text.clone())))
            }
        }
    }

    fn acknowledge(&mut self, admitted: Vec<Admitted>, started: Instant) {
        let inner = Arc::clone(&self.inner);
        let group = admitted.len() as u64;
        if group == 0 {
            return;
        }
        let first = self.journal.seq() + 1 - group;
        let mut answers = Vec::with_capacity(admitted.len());
        for (n, Admitted { request, effect, time }) in admitted.into_iter().enumerate() {
            inner.orders.apply(&effect.moves);
            let Request { actor, action, site, note, changes, reply, .. } = request;
            let committed = Committed {
                seq: first + n as u64,
                time,
                actor,
                action: action.to_owned(),
                site,
                note,
                changes,
                touched: effect.touched,
            };
            answers.push((committed, reply));
        }
        inner.next_id.fetch_max(self.meta.max_id + 1, Ordering::Relaxed);
        inner.published.publish(self.journal.seq());
        {
            let followers = inner.followers.read().unwrap_or_else(PoisonError::into_inner);
            for (committed, _) in &answers {
                for follower in followers.iter() {
                    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| follower(committed)));
                    if told.is_err() {
                        tracing::error!(
                            seq = committed.seq,
                            action = committed.action,
                            "a follower of the store panicked"
                        );
                    }
                }
            }
        }
        inner.figures.commits.fetch_add(group, Ordering::Relaxed);
        inner.figures.largest_group.fetch_max(group, Ordering::Relaxed);
        inner.figures.last_micros.store(started.elapsed().as_micros() as u64, Ordering::Relaxed);
        self.report();
        for (committed, reply) in answers {
            let _ = reply.send(Ok(committed));
        }
    }

    /// Publishes figures that only the writer knows.
    fn report(&self) {
        let (bytes, segments) = self.journal.size();
        let figures = &self.inner.figures;
        figures.journal_bytes.store(bytes, Ordering::Relaxed);
        figures.segments.store(segments, Ordering::Relaxed);
        figures.syncs.store(self.journal.syncs(), Ordering::Relaxed);
        *self.inner.meta.lock().unwrap_or_else(PoisonError::into_inner) = self.meta.clone();
    }

    fn make_checkpoint(&mut self) {
        let inner = Arc::clone(&self.inner);
        inner.stage.enter(&inner, Kind::Disk);
        let started = Instant::now();
        let done = match inner.state().as_ref() {
            Some(state) => state.checkpoint(),
            None => Ok(()),
        };
        match done {
            Ok(()) => {
                self.dirty = false;
                inner.figures.checkpoints.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                tracing::error!(%error, "the state could not be made durable; it is reopened");
                self.broken = true;
            }
        }
        self.checkpoint = (Instant::now(), started.elapsed());
        inner.stage.leave();
    }

    /// The clean stop: the state is closed so that the next start may trust it.
    fn finish(self) -> Result<()> {
        let Writer { inner, journal, meta, broken, .. } = self;
        inner.stage.leave();
        inner.published.finish();
        let mut place = inner.state_for_change();
        let Some(state) = place.take() else { return Ok(()) };
        if broken {
            return state.close(inner.options.open_limit);
        }
        clean::stop(&inner.options, state, &journal, &meta)
    }
}

/// Makes the error for one request of a failed group; errors cannot be cloned.
pub(super) type Why = Box<dyn Fn() -> Error>;

fn refuse(requests: impl IntoIterator<Item = Request>, why: impl Fn() -> Error) {
    for request in requests {
        let _ = request.reply.send(Err(why()));
    }
}
