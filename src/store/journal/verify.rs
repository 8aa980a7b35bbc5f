//! Reading the whole journal and checking everything in it.
//!
//! **Invariant:** changes nothing, needs no lock; works beside a running server.

use std::path::Path;

use super::segment::{self, Segment, damaged};
use super::{Hash, frame};
use crate::store::Result;

/// What a whole reading of the journal found.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Report {
    /// Records; the last one has this sequence number.
    pub records: u64,
    /// Segments.
    pub segments: u64,
    /// Bytes of whole frames.
    pub bytes: u64,
    /// Hash after the last record, hexadecimal: note it elsewhere to prove later that nothing was rewritten.
    pub head: String,
    /// What stands after the last whole commit group: an unfinished one of a crash or of a running server.
    pub torn: Option<String>,
    /// The first hash of the chain, hexadecimal: it tells groups apart.
    pub genesis: String,
}

/// Checks checksums, sequence, hash chain and every record of the journal in a data directory;
/// `each` is told of bytes read so far and in all.
pub(crate) fn journal(folder: &Path, mut each: impl FnMut(u64, u64)) -> Result<Report> {
    let firsts = segment::list(folder)?;
    let mut total = 0;
    for first in &firsts {
        let path = folder.join(segment::name(*first));
        total += std::fs::metadata(&path).map_err(crate::store::disk::at(&path))?.len();
    }
    let mut report =
        Report { records: 0, segments: 0, bytes: 0, head: String::new(), torn: None, genesis: String::new() };
    let mut before: Option<Hash> = None;
    for (n, first) in firsts.iter().enumerate() {
        let path = folder.join(segment::name(*first));
        let segment = Segment::open(&path, false)?;
        if *first != report.records + 1 || before.is_some_and(|hash| hash != segment.before) {
            return Err(damaged(&path, 0, format!("this segment does not follow record {}", report.records)));
        }
        if n == 0 {
            report.genesis = crate::store::clean::hex(&segment.before);
        }
        let earlier = report.bytes;
        let walk = segment.walk(|frame, before| {
            let bad = |what: String| damaged(&path, frame.offset, what);
            for (n, record) in frame.chained(before).map_err(bad)?.iter().enumerate() {
                let record = frame::decode(record).map_err(bad)?;
                if record.seq != frame.header.first + n as u64 {
                    return Err(bad(format!("a record says that it is {}", record.seq)));
                }
            }
            each(earlier + frame.offset + frame.header.size(), total);
            Ok(())
        })?;
        report.records = walk.last;
        report.segments += 1;
        report.bytes += walk.good;
        before = Some(walk.end);
        if let Some(what) = walk.torn {
            // A running server may have begun another segment since the folder was listed.
            let more = segment::list(folder)?.iter().any(|f| *f > *first);
            if n + 1 < firsts.len() && more {
                return Err(damaged(&path, walk.good, format!("{what}, in a segment that is not the last")));
            }
            report.torn = Some(format!("{what}: {} bytes after byte {}", walk.length - walk.good, walk.good));
        }
    }
    report.head = before.map(|hash| crate::store::clean::hex(&hash)).unwrap_or_default();
    Ok(report)
}
