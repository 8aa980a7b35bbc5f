//! One file of the journal.
//!
//! **Invariant:** a segment has its name only when its header is on disk, so there are no torn headers.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::frame::{self, Found, Frame, Hash};
use crate::store::{Error, Result, disk};

const MAGIC: [u8; 8] = *b"ZQJOURNL";
/// Version of the file format.
const FORMAT: u32 = 1;
/// Length of a segment's header: where the first frame begins.
pub(crate) const HEADER: u64 = 64;

/// An open segment.
#[derive(Debug)]
pub(crate) struct Segment {
    /// The file.
    pub path: PathBuf,
    /// Open for reading (and writing, if it is the last one of a running store).
    pub file: File,
    /// Sequence number of its first record.
    pub first: u64,
    /// Schema version of its records.
    pub schema: u32,
    /// Chain hash before its first record.
    pub before: Hash,
}

/// What a walk over a segment found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Walk {
    /// Last sequence number.
    pub last: u64,
    /// Chain hash after the last record.
    pub end: Hash,
    /// Where the good frames end, in bytes.
    pub good: u64,
    /// Length of the file.
    pub length: u64,
    /// Number of frames.
    pub frames: u64,
    /// What stands after the good frames, if anything.
    pub torn: Option<String>,
}

/// File name of the segment that begins at `first`.
pub(crate) fn name(first: u64) -> String {
    format!("{first:020}.zqj")
}

/// First sequence numbers of the segments in a folder, ascending.
pub(crate) fn list(dir: &Path) -> Result<Vec<u64>> {
    let mut found = Vec::new();
    for item in fs::read_dir(dir).map_err(disk::at(dir))? {
        let item = item.map_err(disk::at(dir))?;
        let file = item.file_name();
        let Some(stem) = file.to_str().and_then(|f| f.strip_suffix(".zqj")) else { continue };
        if stem.len() == 20
            && let Ok(first) = stem.parse()
        {
            found.push(first);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The error for damage in a segment.
pub(crate) fn damaged(path: &Path, offset: u64, what: impl Into<String>) -> Error {
    Error::Damaged {
        segment: path.to_path_buf(),
        offset,
        what: what.into(),
        advice: "The journal holds the only complete copy of the data: do not delete anything; \
                 copy the data directory away, then restore the newest backup, or bring this file back from it"
            .into(),
    }
}

impl Segment {
    /// Makes an empty segment, durably.
    pub fn create(dir: &Path, first: u64, before: &Hash, schema: u32) -> Result<Segment> {
        let mut header = Vec::with_capacity(HEADER as usize);
        header.extend_from_slice(&MAGIC);
        header.extend_from_slice(&FORMAT.to_le_bytes());
        header.extend_from_slice(&schema.to_le_bytes());
        header.extend_from_slice(&first.to_le_bytes());
        header.extend_from_slice(before);
        let crc = crc32fast::hash(&header);
        header.extend_from_slice(&crc.to_le_bytes());
        header.resize(HEADER as usize, 0);
        let path = dir.join(name(first));
        disk::write_whole(&path, &header)?;
        Segment::open(&path, true)
    }

    /// Opens a segment and checks its header.
    pub fn open(path: &Path, write: bool) -> Result<Segment> {
        let file = OpenOptions::new().read(true).write(write).open(path).map_err(disk::at(path))?;
        let mut h = [0; HEADER as usize];
        match std::os::unix::fs::FileExt::read_exact_at(&file, &mut h, 0) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(damaged(path, 0, "the file is shorter than its header"));
            }
            Err(e) => return Err(disk::at(path)(e)),
        }
        let word = |at: usize| u32::from_le_bytes([h[at], h[at + 1], h[at + 2], h[at + 3]]);
        if h[..8] != MAGIC || crc32fast::hash(&h[..56]) != word(56) {
            return Err(damaged(path, 0, "the segment's header is damaged"));
        }
        if word(8) != FORMAT {
            let dir = path.parent().unwrap_or(path).to_path_buf();
            return Err(Error::Newer { dir, found: word(8), known: FORMAT });
        }
        let mut first = [0; 8];
        first.copy_from_slice(&h[16..24]);
        let first = u64::from_le_bytes(first);
        let mut before = [0; 32];
        before.copy_from_slice(&h[24..56]);
        if path.file_name().and_then(|n| n.to_str()) != Some(name(first).as_str()) {
            return Err(damaged(path, 0, format!("the segment was made as {}", name(first))));
        }
        Ok(Segment { path: path.to_path_buf(), file, first, schema: word(12), before })
    }

    /// Length of the file in bytes.
    pub fn length(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(disk::at(&self.path))?.len())
    }

    /// What stands at `offset`.
    pub fn read(&self, offset: u64, length: u64) -> Result<Found> {
        frame::read(&self.file, offset, length).map_err(disk::at(&self.path))
    }

    /// Walks over all frames, with checksums and sequence numbers; `each` sees every frame with
    /// the chain hash before it. Damage before a valid frame is an error; anything else that is
    /// not a frame at the end is reported as torn.
    pub fn walk(&self, mut each: impl FnMut(&Frame, &Hash) -> Result<()>) -> Result<Walk> {
        let length = self.length()?;
        let mut walk = Walk { last: self.first - 1, end: self.before, good: HEADER, length, frames: 0, torn: None };
        loop {
            match self.read(walk.good, length)? {
                Found::End => return Ok(walk),
                Found::Frame(frame) => {
                    if frame.header.first != walk.last + 1 {
                        return Err(damaged(
                            &self.path,
                            walk.good,
                            format!("record {} follows record {}", frame.header.first, walk.last),
                        ));
                    }
                    each(&frame, &walk.end)?;
                    walk.last = frame.header.last();
                    walk.end = frame.header.end;
                    walk.good += frame.header.size();
                    walk.frames += 1;
                }
                Found::Bad(what) => {
                    if let Some(next) = self.frame_after(walk.good + 1, length)? {
                        return Err(damaged(
                            &self.path,
                            walk.good,
                            format!("{what}, but record {} stands after it at byte {}", next.header.first, next.offset),
                        ));
                    }
                    walk.torn = Some(what);
                    return Ok(walk);
                }
            }
        }
    }

    /// The first valid frame at or after `offset`.
    fn frame_after(&self, offset: u64, length: u64) -> Result<Option<Frame>> {
        let mut bytes = vec![0; length.saturating_sub(offset) as usize];
        std::os::unix::fs::FileExt::read_exact_at(&self.file, &mut bytes, offset).map_err(disk::at(&self.path))?;
        for at in memchr::memmem::find_iter(&bytes, &frame::MAGIC) {
            if let Found::Frame(frame) = self.read(offset + at as u64, length)? {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }
}
