//! How a store is opened, and what it reports while it works.
//!
//! **Invariant:** every default works on a laptop and on a server.

use std::path::PathBuf;
use std::time::Duration;

use super::schema::Steps;
use super::table::TableDef;
use crate::base::clock::Clock;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Data directory; made if it is not there.
    pub dir: PathBuf,
    /// All tables of the program.
    pub tables: Vec<TableDef>,
    /// Version of the index definitions: raised when [`super::Record::keys`] of any table gives
    /// other keys than before; the state is then rebuilt at the next start.
    pub index_version: u32,
    /// Steps from older schemas to the present one.
    pub upgrades: Steps,
    /// Where commit times come from.
    pub clock: Clock,
    /// Page cache of the state, in bytes.
    pub cache_bytes: u64,
    /// Memory for long lists, in bytes.
    pub list_cache_bytes: usize,
    /// Writes are refused when fewer bytes than this are free.
    pub min_free_bytes: u64,
    /// Size at which a new journal segment begins, in bytes.
    pub segment_bytes: u64,
    /// Time between checkpoints of the state while there are commits.
    pub checkpoint_every: Duration,
    /// A commit stuck for this long ends the process; zero turns this off.
    pub stuck_after: Duration,
    /// Time limit for opening or closing sled.
    pub open_limit: Duration,
    /// A snapshot is made after this many bytes of journal …
    pub snapshot_bytes: u64,
    /// … or after this time, if anything was committed.
    pub snapshot_every: Duration,
    /// False turns automatic snapshots off.
    pub snapshots: bool,
}

impl Options {
    /// The defaults for a directory and the program's tables.
    pub fn new(dir: impl Into<PathBuf>, tables: Vec<TableDef>) -> Options {
        Options {
            dir: dir.into(),
            tables,
            index_version: 1,
            upgrades: Steps::default(),
            clock: Clock::System,
            cache_bytes: 64 << 20,
            list_cache_bytes: 64 << 20,
            min_free_bytes: 64 << 20,
            segment_bytes: 64 << 20,
            checkpoint_every: Duration::from_secs(1),
            stuck_after: Duration::from_secs(10),
            open_limit: Duration::from_secs(300),
            snapshot_bytes: 256 << 20,
            snapshot_every: Duration::from_secs(24 * 3600),
            snapshots: true,
        }
    }
}

/// Long work of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Reading the journal's segments, in bytes.
    Journal,
    /// Comparing the state's files with the last clean stop, in bytes.
    Hash,
    /// Reading every key of the state, in keys.
    Scan,
    /// Loading a snapshot, in rows.
    Load,
    /// Applying journal records, in records.
    Replay,
    /// Building lists and unique keys from the rows, in rows.
    Index,
    /// Copying, in bytes.
    Copy,
}

/// Told of long work, e.g. to show a progress bar.
pub trait Progress: Send + Sync {
    /// `done` of `total` (0 = unknown) is finished.
    fn step(&self, work: Work, done: u64, total: u64);
}

/// Nobody watches.
impl Progress for () {
    fn step(&self, _: Work, _: u64, _: u64) {}
}

impl<F: Fn(Work, u64, u64) + Send + Sync> Progress for F {
    fn step(&self, work: Work, done: u64, total: u64) {
        self(work, done, total);
    }
}

/// Figures of a running store.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Stats {
    /// Last acknowledged sequence number.
    pub seq: u64,
    /// Bytes of the journal.
    pub journal_bytes: u64,
    /// Segments of the journal.
    pub segments: u64,
    /// Rows.
    pub rows: u64,
    /// List entries, counts and unique keys.
    pub keys: u64,
    /// Commits since the start.
    pub commits: u64,
    /// Commit groups since the start; each is one fdatasync.
    pub syncs: u64,
    /// Largest group since the start, in commits.
    pub largest_group: u64,
    /// Time from the start of the last group to its acknowledgement, in microseconds.
    pub last_commit_micros: u64,
    /// Checkpoints of the state since the start.
    pub checkpoints: u64,
    /// Bytes of memory that hold long lists.
    pub list_cache_bytes: u64,
    /// Bytes free on the file system.
    pub free_bytes: u64,
}
