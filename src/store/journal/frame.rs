//! One frame of the journal: a commit group, written and synced at once.
//!
//! ```text
//! 0  magic            4    24 sequence number of the first record  8
//! 4  CRC-32 of 8..    4    32 chain hash after the last record    32
//! 8  payload length   4    64 payload: zstd of (length, record)*
//! 12 plain length     4
//! 16 records          4
//! 20 zero             4
//! ```
//!
//! **Invariant:** a frame is whole (its CRC covers header and payload) or bad; there is no half.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use serde::{Deserialize, Serialize};

use crate::store::transaction::{Actor, Change, Committed, Touched};

/// A link of the hash chain.
pub(crate) type Hash = [u8; 32];

/// First bytes of a frame.
pub(crate) const MAGIC: [u8; 4] = *b"zqF\x01";
/// Length of a frame's header.
pub(crate) const HEADER: usize = 64;
/// Largest plain payload.
pub(crate) const MOST: usize = 512 << 20;

/// A record as it is written.
#[derive(Debug, Serialize)]
pub(crate) struct RecordRef<'a> {
    pub seq: u64,
    pub time: i64,
    pub actor: &'a Actor,
    pub action: &'a str,
    #[serde(skip_serializing_if = "is_zero")]
    pub site: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'a str,
    pub changes: &'a [Change],
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[derive(Debug, Deserialize)]
struct RecordOwned {
    seq: u64,
    time: i64,
    actor: Actor,
    action: String,
    #[serde(default)]
    site: u64,
    #[serde(default)]
    note: String,
    changes: Vec<Change>,
}

/// What a frame says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// Payload length in bytes.
    pub length: u32,
    /// Plain length in bytes.
    pub plain: u32,
    /// Number of records.
    pub records: u32,
    /// First sequence number.
    pub first: u64,
    /// Chain hash after the last record.
    pub end: Hash,
}

impl Header {
    /// Last sequence number.
    pub fn last(&self) -> u64 {
        self.first + u64::from(self.records) - 1
    }

    /// Bytes of the whole frame.
    pub fn size(&self) -> u64 {
        HEADER as u64 + u64::from(self.length)
    }

    fn parse(bytes: &[u8; HEADER]) -> Result<(Header, u32), String> {
        if bytes[..4] != MAGIC {
            return Err("no frame begins here".into());
        }
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let mut first = [0; 8];
        first.copy_from_slice(&bytes[24..32]);
        let mut end = [0; 32];
        end.copy_from_slice(&bytes[32..64]);
        let header =
            Header { length: word(8), plain: word(12), records: word(16), first: u64::from_le_bytes(first), end };
        if header.records == 0 || header.first == 0 || header.plain as usize > MOST || header.length as usize > MOST {
            return Err("the frame's header makes no sense".into());
        }
        // Each record stands behind its length of four bytes.
        if header.records > header.plain / 4 {
            return Err("the frame names more records than it has room for".into());
        }
        if header.first.checked_add(u64::from(header.records)).is_none() {
            return Err("the frame's sequence number makes no sense".into());
        }
        Ok((header, word(4)))
    }
}

/// A whole frame.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Its header.
    pub header: Header,
    /// Where it begins in its segment.
    pub offset: u64,
    payload: Vec<u8>,
}

/// What stands at a place of a segment.
#[derive(Debug)]
pub(crate) enum Found {
    /// A whole frame.
    Frame(Frame),
    /// The end of the file, exactly.
    End,
    /// Something else: torn or damaged.
    Bad(String),
}

/// The hash of a record after the one before it.
pub(crate) fn link(before: &Hash, record: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(before);
    hasher.update(record);
    *hasher.finalize().as_bytes()
}

/// Builds the frame of a group; `records` are encoded records. Returns its bytes and the chain hash after it.
pub(crate) fn encode(
    first: u64,
    before: &Hash,
    records: &[Vec<u8>],
    squeeze: &mut zstd::bulk::Compressor<'static>,
) -> io::Result<(Vec<u8>, Hash)> {
    let mut plain = Vec::with_capacity(records.iter().map(|r| r.len() + 4).sum());
    let mut end = *before;
    for record in records {
        plain.extend_from_slice(&(record.len() as u32).to_le_bytes());
        plain.extend_from_slice(record);
        end = link(&end, record);
    }
    if plain.len() > MOST {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the commit group is too large for one frame"));
    }
    let payload = squeeze.compress(&plain)?;
    let mut bytes = Vec::with_capacity(HEADER + payload.len());
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(plain.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&(records.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(&first.to_le_bytes());
    bytes.extend_from_slice(&end);
    bytes.extend_from_slice(&payload);
    let crc = crc32fast::hash(&bytes[8..]);
    bytes[4..8].copy_from_slice(&crc.to_le_bytes());
    Ok((bytes, end))
}

/// Reads only the header at `offset`; for walking over frames that are known to be good.
pub(crate) fn peek(file: &File, offset: u64) -> io::Result<Result<Header, String>> {
    let mut head = [0; HEADER];
    match file.read_exact_at(&mut head, offset) {
        Ok(()) => Ok(Header::parse(&head).map(|(header, _)| header)),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(Err("the file ends within a frame".into())),
        Err(e) => Err(e),
    }
}

/// Reads and checks what stands at `offset` of a file of `length` bytes.
pub(crate) fn read(file: &File, offset: u64, length: u64) -> io::Result<Found> {
    if offset == length {
        return Ok(Found::End);
    }
    if length.saturating_sub(offset) < HEADER as u64 {
        return Ok(Found::Bad("the file ends within a frame's header".into()));
    }
    let mut head = [0; HEADER];
    file.read_exact_at(&mut head, offset)?;
    let (header, crc) = match Header::parse(&head) {
        Ok(parsed) => parsed,
        Err(what) => return Ok(Found::Bad(what)),
    };
    if length - offset < header.size() {
        return Ok(Found::Bad("the file ends within a frame".into()));
    }
    let mut payload = vec![0; header.length as usize];
    file.read_exact_at(&mut payload, offset + HEADER as u64)?;
    let mut sum = crc32fast::Hasher::new();
    sum.update(&head[8..]);
    sum.update(&payload);
    if sum.finalize() != crc {
        return Ok(Found::Bad("the frame's checksum is wrong".into()));
    }
    Ok(Found::Frame(Frame { header, offset, payload }))
}

impl Frame {
    /// The encoded records.
    pub fn records(&self) -> Result<Vec<Vec<u8>>, String> {
        let plain = zstd::bulk::decompress(&self.payload, self.header.plain as usize).map_err(|e| e.to_string())?;
        let mut rest = plain.as_slice();
        let mut records = Vec::with_capacity(self.header.records as usize);
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let length = u32::from_le_bytes(*length) as usize;
            if after.len() < length {
                return Err("a record runs over the end of its frame".into());
            }
            records.push(after[..length].to_vec());
            rest = &after[length..];
        }
        if !rest.is_empty() || records.len() != self.header.records as usize {
            return Err("the frame does not hold the records that it names".into());
        }
        Ok(records)
    }

    /// The records, with the hash chain checked from `before`.
    pub fn chained(&self, before: &Hash) -> Result<Vec<Vec<u8>>, String> {
        let records = self.records()?;
        let mut end = *before;
        for record in &records {
            end = link(&end, record);
        }
        if end != self.header.end {
            return Err("the hash chain is broken: a record was changed, removed or put in".into());
        }
        Ok(records)
    }
}

/// Reads a record.
pub(crate) fn decode(record: &[u8]) -> Result<Committed, String> {
    let r: RecordOwned = serde_json::from_slice(record).map_err(|e| e.to_string())?;
    Ok(Committed {
        seq: r.seq,
        time: r.time,
        actor: r.actor,
        action: r.action,
        site: r.site,
        note: r.note,
        changes: r.changes,
        touched: Touched::default(),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Found, HEADER, encode, read};

    #[test]
    fn a_number_of_records_without_room_for_them_is_damage() {
        let mut squeeze = zstd::bulk::Compressor::new(3).unwrap();
        let (mut bytes, _) = encode(1, &[0; 32], &[b"{}".to_vec()], &mut squeeze).unwrap();
        bytes[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
        let crc = crc32fast::hash(&bytes[8..]);
        bytes[4..8].copy_from_slice(&crc.to_le_bytes());
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        assert!(bytes.len() > HEADER);
        let found = read(&file, 0, bytes.len() as u64).unwrap();
        assert!(matches!(&found, Found::Bad(what) if what.contains("more records")), "{found:?}");
    }
}
