//! Reading the journal backwards, the newest record first.
//!
//! **Invariant:** begins at an acknowledged record, and gives each record before it once; what it reads of a frame
//! is checked like everything that is read of the journal: checksum and hash chain.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::frame::{self, Found, Hash};
use super::segment::{self, Segment, damaged};
use crate::store::transaction::Committed;
use crate::store::{Result, disk, schema};

/// Segments whose frames are remembered.
const KEPT: usize = 8;

/// Where a frame stands in its segment.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// First record.
    first: u64,
    offset: u64,
}

/// The frames of one segment, as far as they have been looked for.
#[derive(Debug, Clone, Default)]
struct Table {
    places: Vec<Place>,
    /// Where the next frame begins.
    end: u64,
}

/// Where the frames of the segments used last stand: a segment can be walked forward only, and this is kept so that
/// reading the newest records again and again does not walk it each time.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    tables: Mutex<VecDeque<(u64, Arc<Table>)>>,
}

impl Frames {
    /// The frames of a segment up to the one that holds `last` or the end.
    fn of(&self, segment: &Segment, last: u64) -> Result<Arc<Table>> {
        let kept = self.take(segment.first);
        let mut table = kept.unwrap_or_else(|| Arc::new(Table { places: Vec::new(), end: segment::HEADER }));
        let length = segment.length()?;
        let known = table.places.last().is_some_and(|place| place.first >= last);
        if !known && table.end < length {
            let grown = Arc::make_mut(&mut table);
            while grown.end < length {
                let header = match frame::peek(&segment.file, grown.end).map_err(disk::at(&segment.path))? {
                    Ok(header) => header,
                    // Not written yet, or torn: nothing that was acknowledged stands here.
                    Err(_) => break,
                };
                if header.first > last {
                    break;
                }
                grown.places.push(Place { first: header.first, offset: grown.end });
                grown.end += header.size();
            }
        }
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.retain(|(first, _)| *first != segment.first);
        tables.push_front((segment.first, table.clone()));
        tables.truncate(KEPT);
        Ok(table)
    }

    fn take(&self, first: u64) -> Option<Arc<Table>> {
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.iter().find(|(kept, _)| *kept == first).map(|(_, table)| table.clone())
    }
}

/// A record before its rows are read: enough to know whether it is wanted.
#[derive(Debug)]
pub struct Glance<'a> {
    /// Sequence number.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub time: i64,
    /// Name of the actor.
    pub actor: &'a str,
    /// Address of the actor.
    pub address: &'a str,
    /// Dotted action name.
    pub action: &'a str,
    /// Site, 0 for the group.
    pub site: u64,
    /// Why, or what exactly.
    pub note: &'a str,
    /// The rows as JSON, secrets included: to look for something, never to be shown.
    pub rows: &'a str,
}

#[derive(Deserialize)]
struct Head<'a> {
    seq: u64,
    time: i64,
    actor: crate::store::transaction::Actor,
    action: String,
    #[serde(default)]
    site: u64,
    #[serde(default)]
    note: String,
    #[serde(borrow)]
    changes: &'a RawValue,
}

/// One record further back.
#[derive(Debug)]
pub enum Step {
    /// It was wanted.
    Found(Box<Committed>),
    /// It was not; when it happened.
    Passed(i64),
    /// There was none: this is the beginning.
    End,
}

/// Records of one frame that are still to come, the newest last, with the schema that they were written with.
type Ready = (Vec<Vec<u8>>, u32, u64);

/// Records from a place backwards.
#[derive(Debug)]
pub struct Past {
    dir: PathBuf,
    upgrades: schema::Steps,
    frames: Arc<Frames>,
    open: Option<(Segment, Arc<Table>)>,
    ready: Ready,
    /// The next record to come; 0 at the end.
    next: u64,
}

impl Past {
    /// Begins with record `last`.
    pub(crate) fn new(dir: &Path, upgrades: schema::Steps, frames: Arc<Frames>, last: u64) -> Past {
        Past { dir: dir.to_path_buf(), upgrades, frames, open: None, ready: (Vec::new(), 1, 0), next: last }
    }

    /// Sequence number of the next record to come; 0 at the end.
    pub fn next_seq(&self) -> u64 {
        self.next
    }

    /// The next record, if `wanted` says so.
    ///
    /// # Errors
    /// When the journal is damaged or cannot be read.
    pub fn step(&mut self, wanted: impl FnOnce(&Glance<'_>) -> bool) -> Result<Step> {
        if self.next == 0 {
            return Ok(Step::End);
        }
        if self.ready.0.is_empty() {
            self.ready = self.frame(self.next)?;
        }
        let (records, schema, offset) = &mut self.ready;
        let bad = |what: String| damaged(&self.dir, *offset, what);
        let bytes = records.pop().ok_or_else(|| bad(format!("record {} is missing", self.next)))?;
        let head: Head<'_> = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if head.seq != self.next {
            return Err(bad(format!("a record says that it is {}", head.seq)));
        }
        self.next -= 1;
        let glance = Glance {
            seq: head.seq,
            time: head.time,
            actor: &head.actor.name,
            address: &head.actor.address,
            action: &head.action,
            site: head.site,
            note: &head.note,
            rows: head.changes.get(),
        };
        if !wanted(&glance) {
            return Ok(Step::Passed(head.time));
        }
        let mut record = frame::decode(&bytes).map_err(bad)?;
        self.upgrades.apply(*schema, &mut record).map_err(|what| damaged(&self.dir, *offset, what))?;
        Ok(Step::Found(Box::new(record)))
    }

    /// Goes back, at once, to the last record that was written before `time` as far as the clock can be trusted:
    /// whoever set it back by less than an hour hides nothing.
    ///
    /// # Errors
    /// When the journal is damaged or cannot be read.
    pub fn seek(&mut self, time: i64) -> Result<()> {
        const SLACK: i64 = 3_600_000;
        let time = time.saturating_add(SLACK);
        let firsts = segment::list(&self.dir)?;
        let firsts: Vec<u64> = firsts.into_iter().filter(|first| *first <= self.next).collect();
        // The last segment that begins before the time.
        let (mut low, mut high) = (0, firsts.len());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.time_of(firsts[middle])?.is_none_or(|begins| begins > time) {
                high = middle;
            } else {
                low = middle;
            }
        }
        let Some(first) = firsts.get(low) else { return Ok(()) };
        let end = firsts.get(low + 1).map_or(self.next, |after| (after - 1).min(self.next));
        let table = self.table(*first, end)?;
        let (mut low, mut high) = (0, table.places.len());
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.time_of(table.places[middle].first)?.is_none_or(|begins| begins > time) {
                high = middle;
            } else {
                low = middle;
            }
        }
        let after = table.places.get(low + 1).map_or(end, |place| place.first - 1);
        self.next = self.next.min(after);
        self.ready = (Vec::new(), 1, 0);
        Ok(())
    }

    /// When a record that is the first of its frame was written.
    fn time_of(&mut self, first: u64) -> Result<Option<i64>> {
        let (records, ..) = self.frame_of(first)?;
        let Some(record) = records.first() else { return Ok(None) };
        let head: Head<'_> =
            serde_json::from_slice(record).map_err(|error| damaged(&self.dir, 0, error.to_string()))?;
        Ok(Some(head.time))
    }

    /// The records of the frame that holds record `seq`, up to it.
    fn frame(&mut self, seq: u64) -> Result<Ready> {
        let (mut records, schema, offset, first) =
            self.frame_of(seq).map(|(records, schema, place)| (records, schema, place.offset, place.first))?;
        records.truncate((seq - first + 1) as usize);
        Ok((records, schema, offset))
    }

    /// The segment that holds record `seq`, with its frames.
    fn table(&mut self, seq: u64, last: u64) -> Result<Arc<Table>> {
        let fits = |(segment, table): &(Segment, Arc<Table>)| {
            segment.first <= seq && table.places.last().is_some_and(|place| place.first >= last)
        };
        if let Some((_, table)) = self.open.as_ref().filter(|open| fits(open)) {
            return Ok(table.clone());
        }
        let firsts = segment::list(&self.dir)?;
        let Some(first) = firsts.iter().rev().find(|first| **first <= seq) else {
            return Err(damaged(&self.dir, 0, format!("no segment holds record {seq}")));
        };
        let segment = Segment::open(&self.dir.join(segment::name(*first)), false)?;
        let table = self.frames.of(&segment, last)?;
        self.open = Some((segment, table.clone()));
        Ok(table)
    }

    fn frame_of(&mut self, seq: u64) -> Result<(Vec<Vec<u8>>, u32, Place)> {
        let table = self.table(seq, seq)?;
        let Some((segment, _)) = &self.open else { return Err(damaged(&self.dir, 0, "no segment is open")) };
        let missing = || damaged(&segment.path, 0, format!("record {seq} is missing"));
        let at = table.places.partition_point(|place| place.first <= seq).checked_sub(1).ok_or_else(missing)?;
        let place = table.places[at];
        let before = match at.checked_sub(1) {
            None => segment.before,
            Some(earlier) => end_of(segment, table.places[earlier])?,
        };
        let frame = match segment.read(place.offset, segment.length()?)? {
            Found::Frame(frame) => frame,
            Found::Bad(what) => return Err(damaged(&segment.path, place.offset, what)),
            Found::End => return Err(missing()),
        };
        if frame.header.last() < seq {
            return Err(missing());
        }
        let records = frame.chained(&before).map_err(|what| damaged(&segment.path, place.offset, what))?;
        Ok((records, segment.schema, place))
    }
}

/// The chain hash after a frame.
fn end_of(segment: &Segment, place: Place) -> Result<Hash> {
    let header = frame::peek(&segment.file, place.offset).map_err(disk::at(&segment.path))?;
    header.map(|header| header.end).map_err(|what| damaged(&segment.path, place.offset, what))
}
