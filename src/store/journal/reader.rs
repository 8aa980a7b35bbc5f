//! Reading the journal in order.
//!
//! **Invariant:** a reader never goes past the sequence number that it is given, so it never sees a
//! group that may still be taken back.

use std::path::{Path, PathBuf};

use super::frame::{self, Found, Frame, Hash};
use super::segment::{self, Segment, damaged};
use crate::store::transaction::Committed;
use crate::store::{Result, disk, schema};

/// A place in the journal.
#[derive(Debug)]
pub(crate) struct Reader {
    dir: PathBuf,
    upgrades: schema::Steps,
    /// Open segment, offset of the next frame and chain hash before it.
    open: Option<(Segment, u64, Hash)>,
    /// Next sequence number wanted.
    next: u64,
}

/// A frame with its records decoded.
#[derive(Debug)]
pub(crate) struct Group {
    /// Records from the one wanted on.
    pub records: Vec<Committed>,
    /// Last sequence number of the frame.
    pub last: u64,
    /// Chain hash after the frame.
    pub end: Hash,
}

/// A frame, its encoded records, and the schema that they were written with.
type Read = (Frame, Vec<Vec<u8>>, u32);

impl Reader {
    /// A reader that begins with record `from` (at least 1).
    pub fn new(dir: &Path, from: u64, upgrades: schema::Steps) -> Reader {
        Reader { dir: dir.to_path_buf(), upgrades, open: None, next: from.max(1) }
    }

    /// The next sequence number that will be read.
    pub fn next_seq(&self) -> u64 {
        self.next
    }

    fn seek(&mut self) -> Result<(Segment, u64, Hash)> {
        let firsts = segment::list(&self.dir)?;
        let Some(first) = firsts.iter().rev().find(|f| **f <= self.next) else {
            return Err(damaged(&self.dir, 0, format!("no segment holds record {}", self.next)));
        };
        let segment = Segment::open(&self.dir.join(segment::name(*first)), false)?;
        let (mut offset, mut before) = (segment::HEADER, segment.before);
        let length = segment.length()?;
        while offset < length {
            let header = match frame::peek(&segment.file, offset).map_err(disk::at(&segment.path))? {
                Ok(header) => header,
                // Not written yet, or torn: whoever reads a frame here will say so.
                Err(_) => break,
            };
            if header.last() >= self.next {
                break;
            }
            offset += header.size();
            before = header.end;
        }
        Ok((segment, offset, before))
    }

    /// The next frame, with its chain checked, if it is not after `limit`.
    pub fn frame(&mut self, limit: u64) -> Result<Option<Read>> {
        if self.next > limit {
            return Ok(None);
        }
        loop {
            let (segment, offset, before) = match self.open.take() {
                Some(place) => place,
                None => self.seek()?,
            };
            let length = segment.length()?;
            match segment.read(offset, length)? {
                Found::End => {
                    if segment.first == self.next || !self.dir.join(segment::name(self.next)).is_file() {
                        return Err(damaged(&segment.path, offset, format!("record {} is missing", self.next)));
                    }
                }
                Found::Bad(what) => return Err(damaged(&segment.path, offset, what)),
                Found::Frame(frame) => {
                    if frame.header.first > self.next || frame.header.last() < self.next {
                        let what = format!("record {} stands where record {} belongs", frame.header.first, self.next);
                        return Err(damaged(&segment.path, offset, what));
                    }
                    let records = frame.chained(&before).map_err(|what| damaged(&segment.path, offset, what))?;
                    let schema = segment.schema;
                    self.next = frame.header.last() + 1;
                    self.open = Some((segment, offset + frame.header.size(), frame.header.end));
                    return Ok(Some((frame, records, schema)));
                }
            }
        }
    }

    /// The next frame's records, decoded and brought to the present schema, from the wanted one on.
    pub fn group(&mut self, limit: u64) -> Result<Option<Group>> {
        let from = self.next;
        let Some((frame, encoded, schema)) = self.frame(limit)? else { return Ok(None) };
        let skip = (from - frame.header.first) as usize;
        let mut records = Vec::with_capacity(encoded.len() - skip);
        for (n, bytes) in encoded.iter().enumerate().skip(skip) {
            let bad = |what: String| damaged(&self.dir, frame.offset, what);
            let mut record = frame::decode(bytes).map_err(bad)?;
            if record.seq != frame.header.first + n as u64 {
                return Err(bad(format!("a record says that it is {}", record.seq)));
            }
            self.upgrades.apply(schema, &mut record).map_err(bad)?;
            records.push(record);
        }
        Ok(Some(Group { records, last: frame.header.last(), end: frame.header.end }))
    }
}

/// The chain hash after record `seq`, if a frame ends there; `genesis` for 0.
pub(crate) fn hash_at(dir: &Path, seq: u64, genesis: Hash) -> Result<Option<Hash>> {
    if seq == 0 {
        return Ok(Some(genesis));
    }
    let mut reader = Reader::new(dir, seq, schema::Steps::default());
    let (segment, offset, _) = reader.seek()?;
    match frame::peek(&segment.file, offset).map_err(disk::at(&segment.path))? {
        Ok(header) if header.last() == seq => Ok(Some(header.end)),
        _ => Ok(None),
    }
}
