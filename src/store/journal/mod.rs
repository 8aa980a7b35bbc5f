//! The journal: every commit, in order, for ever.
//!
//! **Invariant:** sequence numbers run from 1 without gaps, each record's hash
//! covers the one before it, and only the last frame of the last segment can
//! be torn, because one group is written and synced at a time.
//!
//! The interface is narrow on purpose: append after an expected sequence
//! number, read from a sequence number on or back, wait for more. Behind it are files
//! today; a distributed log can stand there later.

pub(crate) mod frame;
pub(crate) mod past;
pub(crate) mod reader;
pub(crate) mod segment;
pub(crate) mod verify;

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::{Error, Result, disk};
use frame::Hash;
use segment::{Segment, Walk, damaged};

/// How much of the journal is read when it is opened.
#[derive(Debug, Clone)]
pub(crate) enum Check {
    /// Every frame of every segment.
    All,
    /// Segments of these names and lengths were whole at the last clean stop; only the newest
    /// bytes are read again.
    Known(Vec<(String, u64)>),
}

/// After a clean stop this many of the newest bytes are read again.
const AGAIN: u64 = 256 << 20;

/// Where readers stand and wait: what has been acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Published {
    seq: Mutex<(u64, bool)>,
    more: Condvar,
}

impl Published {
    /// Last acknowledged sequence number.
    pub fn seq(&self) -> u64 {
        self.seq.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Everything up to `seq` is acknowledged.
    pub fn publish(&self, seq: u64) {
        self.seq.lock().unwrap_or_else(PoisonError::into_inner).0 = seq;
        self.more.notify_all();
    }

    /// There will be no more: waiting readers return.
    pub fn finish(&self) {
        self.seq.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.more.notify_all();
    }

    /// True once there will be no more.
    pub fn finished(&self) -> bool {
        self.seq.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Waits until something after `seq` is acknowledged, the store closes or the time is over;
    /// returns the last acknowledged sequence number.
    pub fn wait(&self, seq: u64, timeout: Duration) -> u64 {
        let end = Instant::now() + timeout;
        let mut now = self.seq.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if now.0 > seq || now.1 || left.is_zero() {
                return now.0;
            }
            now = self.more.wait_timeout(now, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// Where the journal stood before an append, so that it can be taken back.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    seq: u64,
    hash: Hash,
    offset: u64,
    segment: u64,
}

impl Mark {
    /// Last sequence number before the append.
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

/// Why an append failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing was written; writing may go on later.
    Clean(std::io::Error),
    /// The journal's file is in an unknown state: no more writes in this process.
    Stuck(String),
}

/// The journal, open for writing.
pub(crate) struct Journal {
    dir: PathBuf,
    schema: u32,
    roll_at: u64,
    last: Segment,
    /// Where the next frame goes.
    offset: u64,
    seq: u64,
    hash: Hash,
    genesis: Hash,
    segments: u64,
    /// Bytes of all earlier segments.
    earlier: u64,
    torn: Option<String>,
    squeeze: zstd::bulk::Compressor<'static>,
    syncs: u64,
}

impl Journal {
    /// Opens the journal in `dir` and checks it. If there is none, a new one is begun, unless it is `expected`. A torn end is reported
    /// by [`Journal::torn`] and stays until [`Journal::cut`]. `each` is told of bytes read so far and in all.
    pub fn open(
        dir: &Path,
        schema: u32,
        roll_at: u64,
        check: &Check,
        expected: bool,
        mut each: impl FnMut(u64, u64),
    ) -> Result<Journal> {
        disk::make_dir(dir)?;
        let mut firsts = segment::list(dir)?;
        if firsts.is_empty() && expected {
            return Err(damaged(dir, 0, "there is no journal, but there is a state or a snapshot made from one"));
        }
        if firsts.is_empty() {
            let mut genesis = [0; 32];
            getrandom::fill(&mut genesis).map_err(|e| disk::at(dir)(std::io::Error::other(e.to_string())))?;
            Segment::create(dir, 1, &genesis, schema)?;
            firsts.push(1);
        }
        if firsts[0] != 1 {
            let path = dir.join(segment::name(firsts[0]));
            return Err(damaged(
                &path,
                0,
                format!("the journal begins at record {}; earlier segments are missing", firsts[0]),
            ));
        }
        let mut lengths = Vec::new();
        for first in &firsts {
            let path = dir.join(segment::name(*first));
            lengths.push(std::fs::metadata(&path).map_err(disk::at(&path))?.len());
        }
        let all: u64 = lengths.iter().sum();
        let (mut read, mut passed) = (0, 0);
        let mut before: Option<(u64, Hash)> = None;
        let mut genesis = [0; 32];
        let mut open: Option<(Segment, Walk)> = None;
        for (n, first) in firsts.iter().enumerate() {
            let is_last = n + 1 == firsts.len();
            let path = dir.join(segment::name(*first));
            let segment = Segment::open(&path, is_last)?;
            if segment.schema > schema {
                return Err(Error::Newer { dir: dir.to_path_buf(), found: segment.schema, known: schema });
            }
            match before {
                None if n == 0 => genesis = segment.before,
                Some((last, hash)) if last + 1 != *first || hash != segment.before => {
                    return Err(damaged(
                        &path,
                        0,
                        format!("this segment does not follow record {last}, the last one before it"),
                    ));
                }
                _ => {}
            }
            let known = match check {
                Check::All => false,
                Check::Known(list) => {
                    list.iter().any(|(name, length)| *name == segment::name(*first) && *length == lengths[n])
                        && all - passed > AGAIN
                }
            };
            passed += lengths[n];
            if known && !is_last {
                before = None;
                continue;
            }
            let walk = segment.walk(|frame, _| {
                read += frame.header.size();
                each(read, all);
                Ok(())
            })?;
            if let Some(what) = &walk.torn
                && !is_last
            {
                return Err(damaged(&path, walk.good, format!("{what}, in a segment that is not the last")));
            }
            before = Some((walk.last, walk.end));
            open = Some((segment, walk));
        }
        let (last, walk) = open.expect("the last segment is always walked");
        Ok(Journal {
            dir: dir.to_path_buf(),
            schema,
            roll_at,
            offset: walk.good,
            seq: walk.last,
            hash: walk.end,
            genesis,
            segments: firsts.len() as u64,
            earlier: all - walk.length,
            torn: walk.torn.map(|what| format!("{what}: {} bytes after byte {}", walk.length - walk.good, walk.good)),
            last,
            squeeze: zstd::bulk::Compressor::new(3).map_err(disk::at(dir))?,
            syncs: 0,
        })
    }

    /// What stands after the last whole frame, if anything.
    pub fn torn(&self) -> Option<&str> {
        self.torn.as_deref()
    }

    /// Where a torn end begins.
    pub fn end(&self) -> (&Path, u64) {
        (&self.last.path, self.offset)
    }

    /// Cuts off a torn end, and begins a new segment if the schema is newer than the last one.
    pub fn cut(&mut self) -> Result<()> {
        if let Some(what) = self.torn.take() {
            tracing::warn!(segment = %self.last.path.display(), "the journal ends in an unfinished commit that nobody was told had succeeded; cut off ({what})");
            self.last
                .file
                .set_len(self.offset)
                .and_then(|()| self.last.file.sync_all())
                .map_err(disk::at(&self.last.path))?;
        }
        if self.last.schema != self.schema {
            self.roll()?;
        }
        Ok(())
    }

    fn roll(&mut self) -> Result<()> {
        if self.seq + 1 == self.last.first {
            // Empty: replaced by one with the right header.
            self.last = Segment::create(&self.dir, self.seq + 1, &self.hash, self.schema)?;
        } else {
            self.last = Segment::create(&self.dir, self.seq + 1, &self.hash, self.schema)?;
            self.segments += 1;
            self.earlier += self.offset;
        }
        self.offset = segment::HEADER;
        Ok(())
    }

    /// Appends encoded records as one frame after record `after` and makes them durable.
    pub fn append(&mut self, after: u64, records: &[Vec<u8>]) -> std::result::Result<(), Failure> {
        if after != self.seq {
            return Err(Failure::Stuck(format!("the journal is at record {}, not {after}", self.seq)));
        }
        if self.offset >= self.roll_at {
            self.roll().map_err(|e| match e {
                Error::Io { source, .. } => Failure::Clean(source),
                other => Failure::Stuck(other.to_string()),
            })?;
        }
        let (bytes, end) =
            frame::encode(self.seq + 1, &self.hash, records, &mut self.squeeze).map_err(Failure::Clean)?;
        let written = std::os::unix::fs::FileExt::write_all_at(&self.last.file, &bytes, self.offset)
            .and_then(|()| self.last.file.sync_data());
        self.syncs += 1;
        if let Err(error) = written {
            return match self.last.file.set_len(self.offset).and_then(|()| self.last.file.sync_all()) {
                Ok(()) => Err(Failure::Clean(error)),
                Err(again) => Err(Failure::Stuck(format!(
                    "{}: {error}; and what was half written could not be taken back: {again}",
                    self.last.path.display()
                ))),
            };
        }
        self.offset += bytes.len() as u64;
        self.seq += records.len() as u64;
        self.hash = end;
        Ok(())
    }

    /// Where the journal stands now, to take back what comes after.
    pub fn mark(&self) -> Mark {
        Mark { seq: self.seq, hash: self.hash, offset: self.offset, segment: self.last.first }
    }

    /// Takes back everything after `mark`: only for a group that was not acknowledged.
    pub fn take_back(&mut self, mark: &Mark) -> Result<()> {
        let offset = if mark.segment == self.last.first { mark.offset } else { segment::HEADER };
        self.last.file.set_len(offset).and_then(|()| self.last.file.sync_all()).map_err(disk::at(&self.last.path))?;
        self.offset = offset;
        self.seq = mark.seq;
        self.hash = mark.hash;
        Ok(())
    }

    /// Last sequence number.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// Chain hash after the last record.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The random hash before the first record: it tells journals apart.
    pub fn genesis(&self) -> Hash {
        self.genesis
    }

    /// Bytes and number of segments.
    pub fn size(&self) -> (u64, u64) {
        (self.earlier + self.offset, self.segments)
    }

    /// Number of fdatasync calls for commits.
    pub fn syncs(&self) -> u64 {
        self.syncs
    }
}
