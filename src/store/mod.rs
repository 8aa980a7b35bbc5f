//! The journal is the truth; sled holds what it says now.
//!
//! **Invariant:** nothing is acknowledged before its journal record is on
//! disk, and sled can be rebuilt from the journal at any time.
//!
//! A write is a [`Transaction`]: rows read (with their versions) and rows
//! written. One writer thread checks it, appends it to the journal together
//! with everything else that waits, flushes once, applies it to the state in
//! one atomic batch, tells the followers (`on_commit`) and only then answers.
//! The journal holds whole rows as JSON; lists, unique keys and counters are
//! derived from the rows by [`TableDef`] when they are applied, so they can
//! always be rebuilt.

mod backup;
mod blob;
mod changes;
mod clean;
mod derived;
mod disk;
mod error;
#[cfg(fuzzing)]
pub mod fuzzing;
mod group;
mod journal;
mod key;
mod lock;
mod options;
mod order;
mod queue;
mod recover;
mod row;
mod scan;
mod schema;
mod scrub;
mod site;
mod snapshot;
mod state;
mod table;
mod together;
mod transaction;
mod unfinished;
mod watchdog;
mod writer;

use std::borrow::Borrow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

pub use backup::{Copied, Manifest, backup, manifest, restore};
pub use blob::{BlobHash, Blobs, Incoming};
pub use changes::Changes;
pub use derived::Derived;
pub use error::{Error, Result};
pub use journal::past::{Glance, Past, Step as PastStep};
pub use journal::verify::Report;
pub use options::{Options, Progress, Stats, Work};
pub use schema::{Step, Steps};
pub use scrub::Scrubbed;
pub use site::SiteRows;
pub use table::{Describe, Entry, Keys, ListKey, Position, Record, TableDef};
pub use transaction::{Actor, Change, Committed, Read, Touched, Transaction};
pub use unfinished::{Announced, Unfinished};

use journal::{Check, Journal, Published};
use queue::{Queue, Request};
use state::{Meta, State};
use writer::{Stage, Writer};

/// Told of every commit, in order.
type Follower = Box<dyn Fn(&Committed) + Send + Sync>;
/// Most bytes of JSON in one transaction.
const LARGEST: usize = 128 << 20;
/// Lists are scanned up to this offset before they are loaded into memory.
const SCANNED: u64 = 200;

#[derive(Debug, Default)]
struct Figures {
    commits: AtomicU64,
    syncs: AtomicU64,
    largest_group: AtomicU64,
    last_micros: AtomicU64,
    checkpoints: AtomicU64,
    journal_bytes: AtomicU64,
    segments: AtomicU64,
}

/// What all handles of a store share.
struct Inner {
    options: Options,
    tables: group::Tables,
    state: RwLock<Option<State>>,
    orders: order::Orders,
    queue: Queue,
    published: Arc<Published>,
    /// For reading the journal backwards.
    frames: Arc<journal::past::Frames>,
    followers: RwLock<Vec<Follower>>,
    next_id: AtomicU64,
    /// Where the state stands, as of the last acknowledged group.
    meta: Mutex<Meta>,
    figures: Figures,
    stage: Stage,
    started: Instant,
    /// A read failed: the writer reopens the state.
    doubt: AtomicBool,
    /// One snapshot is made at a time.
    snapshot: Mutex<()>,
    /// Held until the state is closed.
    lock: Mutex<Option<lock::Lock>>,
}

impl Inner {
    fn state(&self) -> RwLockReadGuard<'_, Option<State>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn state_for_change(&self) -> RwLockWriteGuard<'_, Option<State>> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Closes the store when the last handle goes.
struct Handle {
    inner: Arc<Inner>,
    writer: Mutex<Option<std::thread::JoinHandle<Result<()>>>>,
}

impl Handle {
    fn close(&self) -> Result<()> {
        self.inner.queue.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(writer) = writer else { return Ok(()) };
        let done = writer.join().unwrap_or_else(|_| Err(Error::Stopped("the writer panicked".into())));
        self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
        done
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Err(error) = self.close() {
            tracing::error!(%error, "the store did not close cleanly");
        }
    }
}

/// The store; cheap to clone. The last clone closes it; [`Store::close`] does so at once.
#[derive(Clone)]
pub struct Store {
    handle: Arc<Handle>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dir", &self.handle.inner.options.dir).field("seq", &self.seq()).finish()
    }
}

impl Store {
    /// Opens the store of a data directory: takes the lock, checks the journal, proves or rebuilds
    /// the state and replays what it lacks. Blocks; long work is told to `progress`.
    pub fn open(options: Options, progress: &dyn Progress) -> Result<Store> {
        disk::make_dir(&options.dir)?;
        let lock = lock::Lock::take(&options.dir)?;
        backup::check_finished(&options.dir)?;
        schema::check_version(&options.dir, options.upgrades.version())?;
        let marker = clean::take(&options.dir)?;
        let check = marker.as_ref().map_or(Check::All, |m| Check::Known(m.journal.clone()));
        let version = options.upgrades.version();
        let expected =
            marker.is_some() || recover::has_state(&options.dir) || snapshot::newest(&options.dir)?.is_some();
        let mut journal = Journal::open(
            &options.dir.join("journal"),
            version,
            options.segment_bytes,
            &check,
            expected,
            |done, total| {
                progress.step(Work::Journal, done, total);
            },
        )?;
        let tables = group::Tables::new(&options.tables);
        let trust = marker.map_or(recover::Trust::Scan, recover::Trust::Marker);
        let (state, meta) = recover::state(&options, &tables, &mut journal, trust, progress)?;
        recover::forget_taken_back(&options.dir);
        schema::write_version(&options.dir, version)?;
        let published = Arc::new(Published::default());
        published.publish(journal.seq());
        let inner = Arc::new(Inner {
            tables,
            state: RwLock::new(Some(state)),
            orders: order::Orders::new(options.list_cache_bytes),
            queue: Queue::default(),
            published,
            frames: Arc::default(),
            followers: RwLock::default(),
            next_id: AtomicU64::new(meta.max_id + 1),
            meta: Mutex::new(meta.clone()),
            figures: Figures::default(),
            stage: Stage::default(),
            started: Instant::now(),
            doubt: AtomicBool::new(false),
            snapshot: Mutex::new(()),
            lock: Mutex::new(Some(lock)),
            options,
        });
        let start = |name: &str| std::thread::Builder::new().name(name.into());
        let failed = |e: std::io::Error| Error::Stopped(format!("no thread could be started: {e}"));
        let writer = Writer::new(Arc::clone(&inner), journal, meta);
        let writer = start("store writer").spawn(move || writer.run()).map_err(failed)?;
        let stuck_after = inner.options.stuck_after;
        if !stuck_after.is_zero() {
            let watched = Arc::downgrade(&inner);
            start("store watchdog").spawn(move || watchdog::watch(&watched, stuck_after)).map_err(failed)?;
        }
        if inner.options.snapshots {
            let made = Arc::downgrade(&inner);
            start("store snapshots").spawn(move || snapshot::keep_making(&made)).map_err(failed)?;
        }
        Ok(Store { handle: Arc::new(Handle { inner, writer: Mutex::new(Some(writer)) }) })
    }

    fn inner(&self) -> &Inner {
        &self.handle.inner
    }

    /// The time by the clock that the journal is written by.
    pub fn now(&self) -> i64 {
        self.inner().options.clock.now()
    }

    /// Begins a transaction of `actor`; `action` is its dotted name, e.g. `content.publish`.
    pub fn transaction(&self, actor: impl Borrow<Actor>, action: &'static str) -> Transaction {
        Transaction::new(self.clone(), actor.borrow().clone(), action)
    }

    /// Commits a transaction: it is on disk, applied and told to the followers when this returns.
    /// A transaction without writes is an entry in the journal. Blocks for about one fdatasync.
    ///
    /// # Errors
    /// [`Error::Conflict`], [`Error::Duplicate`], [`Error::Row`], [`Error::TooLarge`]: nothing was
    /// written, try again with other data. [`Error::Full`], [`Error::Io`], [`Error::State`]: nothing
    /// was written, try again later. [`Error::Stopped`]: closed, or broken until a restart.
    pub fn commit(&self, transaction: Transaction) -> Result<Committed> {
        let Transaction { store: _, actor, action, site, note, seen, writes } = transaction;
        let mut bytes = 0;
        let mut changes = Vec::with_capacity(writes.len());
        let mut packed = Vec::with_capacity(writes.len());
        for ((table, id), row) in writes {
            bytes += row.as_ref().map_or(0, |raw| raw.get().len());
            packed.push(row.as_ref().map(|raw| row::pack(raw.get().as_bytes())));
            changes.push(Change { table, id, row });
        }
        if bytes > LARGEST {
            return Err(Error::TooLarge { bytes, most: LARGEST });
        }
        let (reply, answer) = std::sync::mpsc::sync_channel(1);
        let seen = seen.into_inner();
        let request = Request { actor, action, site, note, seen, changes, packed, bytes, reply };
        if !self.inner().queue.push(request) {
            return Err(Error::Stopped("it is closed".into()));
        }
        answer.recv().unwrap_or_else(|_| Err(Error::Stopped("the writer has ended".into())))
    }

    /// Calls `follower` for every later commit, in order, in the writer's thread: after the commit can be
    /// read and before whoever made it is answered. It must be quick and must not commit itself.
    pub fn on_commit(&self, follower: impl Fn(&Committed) + Send + Sync + 'static) {
        self.inner().followers.write().unwrap_or_else(PoisonError::into_inner).push(Box::new(follower));
    }

    /// The commits from `from` (1 is the first ever) on, in order, from the journal.
    pub fn changes(&self, from: u64) -> Changes {
        Changes::new(&self.inner().options, Arc::clone(&self.inner().published), from)
    }

    /// The commits from `last` back (the newest if it is later than that), from the journal. Reading it never holds
    /// up the writer.
    pub fn past(&self, last: u64) -> Past {
        let inner = self.inner();
        let options = &inner.options;
        let last = last.min(self.seq());
        Past::new(&options.dir.join("journal"), options.upgrades.clone(), inner.frames.clone(), last)
    }

    /// Like [`verify`] of the store's own directory.
    ///
    /// # Errors
    /// [`Error::Damaged`] with the place of the first damage.
    pub fn verify_journal(&self, progress: &dyn Progress) -> Result<Report> {
        verify(&self.inner().options.dir, progress)
    }

    /// The definition of a table.
    pub fn table(&self, table: u8) -> Option<&TableDef> {
        self.inner().tables.get(table)
    }

    /// Last acknowledged sequence number; 0 in a new store.
    pub fn seq(&self) -> u64 {
        self.inner().published.seq()
    }

    /// Digest of the content at the last acknowledged group, with its sequence number: two stores with the same
    /// journal and program have the same.
    pub fn digest(&self) -> (u64, u128) {
        let meta = self.inner().meta.lock().unwrap_or_else(PoisonError::into_inner);
        (meta.seq, meta.digest())
    }

    /// A row number never used before in the group.
    pub fn new_id(&self) -> u64 {
        self.inner().next_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Name of a table, for people.
    pub fn table_name(&self, table: u8) -> &'static str {
        self.inner().tables.name(table)
    }

    /// Makes a snapshot now, while work goes on, and deletes older ones; returns its last sequence number.
    /// Snapshots are also made automatically ([`Options::snapshot_bytes`], [`Options::snapshot_every`]).
    pub fn snapshot(&self) -> Result<u64> {
        snapshot::make(self.inner(), std::time::Duration::ZERO)
    }

    /// Figures for metrics.
    pub fn stats(&self) -> Stats {
        let inner = self.inner();
        let figures = &inner.figures;
        let (rows, keys) = {
            let meta = inner.meta.lock().unwrap_or_else(PoisonError::into_inner);
            (meta.rows, meta.keys)
        };
        let load = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
        Stats {
            seq: self.seq(),
            journal_bytes: load(&figures.journal_bytes),
            segments: load(&figures.segments),
            rows,
            keys,
            commits: load(&figures.commits),
            syncs: load(&figures.syncs),
            largest_group: load(&figures.largest_group),
            last_commit_micros: load(&figures.last_micros),
            checkpoints: load(&figures.checkpoints),
            list_cache_bytes: inner.orders.bytes() as u64,
            free_bytes: disk::free_bytes(&inner.options.dir).unwrap_or(0),
        }
    }

    /// Serves what waits, then closes the state so that the next start is fast. Later commits and reads fail.
    pub fn close(&self) -> Result<()> {
        self.handle.close()
    }

    fn read<T>(&self, work: impl FnOnce(&State) -> Result<T>) -> Result<T> {
        let guard = self.inner().state();
        let Some(state) = guard.as_ref() else { return Err(Error::State("it is not open".into())) };
        let found = work(state);
        if matches!(found, Err(Error::State(_))) {
            self.inner().doubt.store(true, Ordering::Relaxed);
        }
        found
    }
}

/// Reads the whole journal of a data directory, in use or not, and checks checksums, order, hash chain and records.
///
/// # Errors
/// [`Error::Damaged`] with the place of the first damage.
pub fn verify(dir: &std::path::Path, progress: &dyn Progress) -> Result<Report> {
    journal::verify::journal(&dir.join("journal"), |done, total| progress.step(Work::Journal, done, total))
}

fn entries(found: impl Iterator<Item = Result<(state::Bytes, state::Bytes)>>, limit: usize) -> Result<Vec<Entry>> {
    found
        .take(limit)
        .map(|item| {
            let (found, _) = item?;
            key::position(&found).map(Entry::at).ok_or_else(|| Error::State("a list entry's key is too short".into()))
        })
        .collect()
}

/// First key after the entries of a list.
fn list_end(list: ListKey) -> Vec<u8> {
    let mut end = key::entry(list, Position::LAST);
    end.push(0);
    end
}

impl Read for Store {
    fn row(&self, table: u8, id: u64) -> Result<Option<(Vec<u8>, u64)>> {
        self.read(|state| Ok(state.row(table, id)?.map(|row| (row.json, row.version))))
    }

    fn list(&self, list: ListKey, after: Position, limit: usize) -> Result<Vec<Entry>> {
        let from = match after {
            Position::FIRST => key::entry(list, after),
            Position::LAST => return Ok(Vec::new()),
            Position(place) => key::entry(list, Position(place + 1)),
        };
        self.read(|state| entries(state.range(&from, Some(&list_end(list))), limit))
    }

    fn list_back(&self, list: ListKey, before: Position, limit: usize) -> Result<Vec<Entry>> {
        let to = match before {
            Position::LAST => list_end(list),
            _ => key::entry(list, before),
        };
        self.read(|state| entries(state.range(&key::entry(list, Position::FIRST), Some(&to)).rev(), limit))
    }

    fn list_at(&self, list: ListKey, offset: u64, limit: usize) -> Result<Vec<Entry>> {
        let orders = &self.inner().orders;
        if let Some(found) = orders.get(list, offset, limit) {
            return Ok(found);
        }
        let (from, to) = (key::entry(list, Position::FIRST), list_end(list));
        if offset >= SCANNED {
            self.read(|state| {
                orders.load(list, || {
                    let all = entries(state.range(&from, Some(&to)), usize::MAX)?;
                    Ok(all.iter().map(|entry| entry.position().0).collect())
                })
            })?;
            if let Some(found) = orders.get(list, offset, limit) {
                return Ok(found);
            }
        }
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        self.read(|state| {
            let mut found = entries(state.range(&from, Some(&to)), skip.saturating_add(limit))?;
            found.drain(..skip.min(found.len()));
            Ok(found)
        })
    }

    fn count(&self, list: ListKey) -> Result<u64> {
        self.read(|state| state.count(list))
    }

    fn any(&self, list: ListKey) -> Result<bool> {
        Ok(self.count(list)? > 0)
    }

    fn unique(&self, index: u8, key: &[u8]) -> Result<Option<u64>> {
        self.read(|state| state.unique(index, key))
    }
}

/// Reads every acknowledged transaction of a data directory from its journal, oldest first. Needs no lock and works
/// beside a running server; `touched` of each is empty.
///
/// # Errors
/// When the journal is damaged or cannot be read.
pub fn history(dir: &std::path::Path, mut each: impl FnMut(Committed)) -> Result<()> {
    let last = verify(dir, &())?.records;
    let mut reader = journal::reader::Reader::new(&dir.join("journal"), 1, Steps::default());
    while let Some(group) = reader.group(last)? {
        group.records.into_iter().for_each(&mut each);
    }
    Ok(())
}
