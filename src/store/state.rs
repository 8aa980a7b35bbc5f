//! sled, and nothing but sled: the content as it stands now.
//!
//! **Invariant:** this is the only file that names sled. It is trusted with
//! speed, never with truth: everything in it can be rebuilt, it is opened
//! under a time limit and behind a panic guard, written by one thread in
//! atomic batches, and synced by a handle of our own because sled's flush
//! does not survive a power cut.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::journal::frame::Hash;
use super::lock::LOCK_WAIT;
use super::table::ListKey;
use super::{Error, Result, disk, key, row};

/// A key or value.
pub(super) type Bytes = sled::IVec;
/// Keys to write (`Some`) or remove (`None`), each once.
pub(super) type Batch = Vec<(Vec<u8>, Option<Vec<u8>>)>;

/// Segment size of the state's file, fixed when it is made: large enough that no value of ours becomes a file.
const SEGMENT: usize = 8 << 20;

/// Where the state stands, written in the same batch as the change that leads there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meta {
    /// Last sequence number applied.
    pub seq: u64,
    /// Chain hash after it: shows that this state belongs to this journal.
    pub hash: Hash,
    /// First hash of the journal.
    pub genesis: Hash,
    /// Sum of the digest terms of rows.
    pub rows_digest: u128,
    /// Sum of the digest terms of all other keys.
    pub keys_digest: u128,
    /// Number of rows.
    pub rows: u64,
    /// Number of other keys.
    pub keys: u64,
    /// Highest row number ever written.
    pub max_id: u64,
    /// Version of the index definitions.
    pub index_version: u32,
    /// Schema of the rows.
    pub schema: u32,
}

const META_LEN: usize = 8 + 32 + 32 + 16 + 16 + 8 + 8 + 8 + 4 + 4 + 8;

impl Meta {
    /// The state of an empty journal.
    pub fn empty(genesis: Hash, index_version: u32, schema: u32) -> Meta {
        Meta {
            seq: 0,
            hash: genesis,
            genesis,
            rows_digest: 0,
            keys_digest: 0,
            rows: 0,
            keys: 0,
            max_id: 0,
            index_version,
            schema,
        }
    }

    /// The digest of everything.
    pub fn digest(&self) -> u128 {
        self.rows_digest.wrapping_add(self.keys_digest)
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(META_LEN);
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.hash);
        bytes.extend_from_slice(&self.genesis);
        bytes.extend_from_slice(&self.rows_digest.to_be_bytes());
        bytes.extend_from_slice(&self.keys_digest.to_be_bytes());
        bytes.extend_from_slice(&self.rows.to_be_bytes());
        bytes.extend_from_slice(&self.keys.to_be_bytes());
        bytes.extend_from_slice(&self.max_id.to_be_bytes());
        bytes.extend_from_slice(&self.index_version.to_be_bytes());
        bytes.extend_from_slice(&self.schema.to_be_bytes());
        let sum = xxhash_rust::xxh3::xxh3_64(&bytes);
        bytes.extend_from_slice(&sum.to_be_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Meta> {
        if bytes.len() != META_LEN {
            return None;
        }
        let (body, sum) = bytes.split_at(META_LEN - 8);
        if xxhash_rust::xxh3::xxh3_64(body).to_be_bytes() != sum {
            return None;
        }
        let mut rest = body;
        Some(Meta {
            seq: u64::from_be_bytes(take(&mut rest)?),
            hash: take(&mut rest)?,
            genesis: take(&mut rest)?,
            rows_digest: u128::from_be_bytes(take(&mut rest)?),
            keys_digest: u128::from_be_bytes(take(&mut rest)?),
            rows: u64::from_be_bytes(take(&mut rest)?),
            keys: u64::from_be_bytes(take(&mut rest)?),
            max_id: u64::from_be_bytes(take(&mut rest)?),
            index_version: u32::from_be_bytes(take(&mut rest)?),
            schema: u32::from_be_bytes(take(&mut rest)?),
        })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, tail) = rest.split_first_chunk::<N>()?;
    *rest = tail;
    Some(*head)
}

/// The open state.
#[derive(Debug)]
pub(super) struct State {
    db: sled::Db,
    /// Our own handle on sled's file, for fsync.
    file: File,
    dir: PathBuf,
}

fn failed(error: &sled::Error) -> Error {
    Error::State(error.to_string())
}

/// Runs `work` on a thread of its own and gives up waiting after `limit`.
fn limited<T: Send + 'static>(
    what: &str,
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> std::result::Result<T, String> {
    let (send, receive) = mpsc::channel();
    let spawned = std::thread::Builder::new().name(format!("state {what}")).spawn(move || {
        let done = catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic_text(panic.as_ref()));
        let _ = send.send(done);
    });
    if let Err(e) = spawned {
        return Err(e.to_string());
    }
    match receive.recv_timeout(limit) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(panic)) => Err(format!("panic during {what}: {panic}")),
        Err(_) => Err(format!("no end of {what} after {} s", limit.as_secs())),
    }
}

/// The text of a panic.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
        .unwrap_or_else(|| "without a text".into())
}

/// Opens sled, waiting a while for the lock on its file.
///
/// Whoever opens a state holds the lock on the data directory, so nobody else works in it; but a process that
/// was just being started when it was closed holds a copy of the old file, lock included, until it runs its own
/// program.
fn open_when_free(config: &sled::Config) -> sled::Result<sled::Db> {
    let started = Instant::now();
    loop {
        match config.open() {
            Err(sled::Error::Io(e)) if e.to_string().contains("acquire lock") && started.elapsed() < LOCK_WAIT => {
                std::thread::sleep(Duration::from_millis(10));
            }
            done => return done,
        }
    }
}

/// Runs a read or write of sled; a panic in it becomes an error.
fn guarded<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err(failed(&e)),
        Err(panic) => Err(Error::State(format!("panic: {}", panic_text(panic.as_ref())))),
    }
}

impl State {
    /// Opens the state in `dir`, making it if it is not there.
    pub fn open(dir: &Path, cache_bytes: u64, limit: Duration) -> Result<State> {
        disk::make_dir(dir)?;
        let config =
            sled::Config::new().path(dir).mode(sled::Mode::LowSpace).cache_capacity(cache_bytes).segment_size(SEGMENT);
        let db = limited("opening", limit, move || open_when_free(&config))
            .map_err(Error::State)?
            .map_err(|e| failed(&e))?;
        let path = dir.join("db");
        let file = File::open(&path).map_err(disk::at(&path))?;
        Ok(State { db, file, dir: dir.to_path_buf() })
    }

    /// Closes sled; waits until its file is released.
    pub fn close(self, limit: Duration) -> Result<()> {
        let State { db, file, dir } = self;
        drop(file);
        limited("closing", limit, move || drop(db)).map_err(Error::State)?;
        disk::sync_dir(&dir)
    }

    /// Where the state stands; `None` if that is not written or not readable.
    pub fn meta(&self) -> Result<Option<Meta>> {
        Ok(self.get(key::META)?.and_then(|v| Meta::decode(&v)))
    }

    /// True if there is no key at all.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.range(&[], None).next().transpose()?.is_none())
    }

    /// A value.
    pub fn get(&self, key: &[u8]) -> Result<Option<Bytes>> {
        guarded(|| self.db.get(key))
    }

    /// Keys and values from `from` (included) up to `to` (excluded). Backwards only over lists: see [`key`].
    pub fn range(&self, from: &[u8], to: Option<&[u8]>) -> Range {
        let from = std::ops::Bound::Included(sled::IVec::from(from));
        let to = to.map_or(std::ops::Bound::Unbounded, |to| std::ops::Bound::Excluded(sled::IVec::from(to)));
        Range { iter: self.db.range::<sled::IVec, _>((from, to)) }
    }

    /// A row.
    pub fn row(&self, table: u8, id: u64) -> Result<Option<row::Stored>> {
        // A row of several parts may change between two reads; then it is read again.
        for _ in 0..1000 {
            let Some(first) = self.get(&key::row(table, id, 0))? else { return Ok(None) };
            let broken = |what: &str| Error::State(format!("row {id} of table {table}: {what}"));
            let head = row::head(&first).ok_or_else(|| broken("its first part is too short"))?;
            let mut rest = Vec::new();
            let mut whole = true;
            for part in 1..head.parts {
                let value = self.get(&key::row(table, id, part))?;
                match value.as_deref().map(|v| row::tail(v).ok_or_else(|| broken("a part is too short"))).transpose()? {
                    Some((version, piece)) if version == head.version => rest.extend_from_slice(piece),
                    _ => {
                        whole = false;
                        break;
                    }
                }
            }
            if whole {
                let json = row::join(&head, &rest).map_err(|what| broken(&what))?;
                return Ok(Some(row::Stored { version: head.version, json, parts: head.parts }));
            }
            std::thread::yield_now();
        }
        Err(Error::State(format!("row {id} of table {table}: its parts do not belong together")))
    }

    /// Version and number of parts of a row, without its content.
    pub fn version(&self, table: u8, id: u64) -> Result<Option<(u64, u8)>> {
        let Some(first) = self.get(&key::row(table, id, 0))? else { return Ok(None) };
        match row::head(&first) {
            Some(head) => Ok(Some((head.version, head.parts))),
            None => Err(Error::State(format!("row {id} of table {table}: its first part is too short"))),
        }
    }

    /// A list's count.
    pub fn count(&self, list: ListKey) -> Result<u64> {
        self.number(&key::count(list))
    }

    /// The row that holds a unique key; rows are never 0.
    pub fn unique(&self, index: u8, name: &[u8]) -> Result<Option<u64>> {
        Ok(Some(self.number(&key::unique(index, name))?).filter(|id| *id != 0))
    }

    fn number(&self, key: &[u8]) -> Result<u64> {
        match self.get(key)? {
            None => Ok(0),
            Some(value) => match value.as_ref().try_into() {
                Ok(bytes) => Ok(u64::from_be_bytes(bytes)),
                Err(_) => Err(Error::State("a number in the state has a wrong length".into())),
            },
        }
    }

    /// Writes a batch and where it leads, in one atomic step.
    pub fn write(&self, batch: Batch, meta: Option<&Meta>) -> Result<()> {
        let mut all = sled::Batch::default();
        for (key, value) in batch {
            match value {
                Some(value) => all.insert(key, value),
                None => all.remove(key),
            }
        }
        if let Some(meta) = meta {
            all.insert(key::META, meta.encode());
        }
        guarded(|| self.db.apply_batch(all))
    }

    /// Makes everything written so far durable.
    pub fn checkpoint(&self) -> Result<()> {
        guarded(|| self.db.flush())?;
        self.file.sync_all().map_err(disk::at(&self.dir))
    }
}

/// Keys and values in order, from both ends.
pub(super) struct Range {
    iter: sled::Iter,
}

impl Iterator for Range {
    type Item = Result<(Bytes, Bytes)>;

    fn next(&mut self) -> Option<Self::Item> {
        guarded(|| self.iter.next().transpose()).transpose()
    }
}

impl DoubleEndedIterator for Range {
    fn next_back(&mut self) -> Option<Self::Item> {
        guarded(|| self.iter.next_back().transpose()).transpose()
    }
}
