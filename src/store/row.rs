//! Rows as the state holds them: compressed, and large ones in parts.
//!
//! **Invariant:** no value is larger than a few KB, so the state never makes
//! files of its own for a value; every part carries the row's version, so a
//! reader never joins parts of two versions.

use std::cell::RefCell;

use xxhash_rust::xxh3::Xxh3;

use super::{Error, Result, key};

/// Largest part of a row in bytes.
const PART: usize = 4096;
/// JSON shorter than this stays as it is: reading a row of a list would cost more in tables of Huffman codes than it
/// saves in bytes.
const SMALL: usize = 1024;
/// Largest JSON of one row in bytes.
pub(super) const MOST: usize = 16 << 20;

thread_local! {
    static SQUEEZE: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static UNSQUEEZE: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A row's JSON as it is stored.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    /// Length of the JSON if it is compressed, else 0.
    raw: u32,
    bytes: Vec<u8>,
}

/// A row read from the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stored {
    /// Sequence number of the last write.
    pub version: u64,
    /// JSON text.
    pub json: Vec<u8>,
    /// Number of parts in the state.
    pub parts: u8,
}

/// Compresses JSON where that saves something.
pub(super) fn pack(json: &[u8]) -> Packed {
    if json.len() >= SMALL {
        let squeezed = SQUEEZE.with_borrow_mut(|slot| {
            if slot.is_none() {
                *slot = zstd::bulk::Compressor::new(1).ok();
            }
            slot.as_mut().and_then(|c| c.compress(json).ok())
        });
        if let Some(bytes) = squeezed.filter(|b| b.len() < json.len() && json.len() <= MOST) {
            return Packed { raw: json.len() as u32, bytes };
        }
    }
    Packed { raw: 0, bytes: json.to_vec() }
}

impl Packed {
    /// Number of parts; `None` if the row is too large for the state.
    pub fn parts(&self) -> Option<u8> {
        u8::try_from(self.bytes.len().div_ceil(PART).max(1)).ok()
    }

    /// Keys and values of the parts.
    pub fn write(&self, table: u8, id: u64, version: u64, mut put: impl FnMut(Vec<u8>, Vec<u8>)) {
        let parts = self.bytes.len().div_ceil(PART).max(1) as u8;
        for part in 0..parts {
            let start = usize::from(part) * PART;
            let piece = &self.bytes[start..self.bytes.len().min(start + PART)];
            let mut value = Vec::with_capacity(13 + piece.len());
            value.extend_from_slice(&version.to_be_bytes());
            if part == 0 {
                value.push(parts);
                value.extend_from_slice(&self.raw.to_be_bytes());
            }
            value.extend_from_slice(piece);
            put(key::row(table, id, part).to_vec(), value);
        }
    }
}

/// The first part of a row.
#[derive(Debug)]
pub(super) struct Head<'a> {
    /// Version of the row.
    pub version: u64,
    /// Number of parts.
    pub parts: u8,
    raw: u32,
    piece: &'a [u8],
}

/// Reads the first part.
pub(super) fn head(value: &[u8]) -> Option<Head<'_>> {
    let version = u64::from_be_bytes(value.get(..8)?.try_into().ok()?);
    let parts = *value.get(8)?;
    let raw = u32::from_be_bytes(value.get(9..13)?.try_into().ok()?);
    Some(Head { version, parts, raw, piece: &value[13..] })
}

/// Version and bytes of a later part.
pub(super) fn tail(value: &[u8]) -> Option<(u64, &[u8])> {
    Some((u64::from_be_bytes(value.get(..8)?.try_into().ok()?), &value[8..]))
}

/// Joins a row from its first part and the pieces after it.
pub(super) fn join(head: &Head<'_>, rest: &[u8]) -> std::result::Result<Vec<u8>, String> {
    if rest.is_empty() {
        return unpack(head.raw, head.piece);
    }
    let mut all = Vec::with_capacity(head.piece.len() + rest.len());
    all.extend_from_slice(head.piece);
    all.extend_from_slice(rest);
    unpack(head.raw, &all)
}

fn unpack(raw: u32, bytes: &[u8]) -> std::result::Result<Vec<u8>, String> {
    let raw = raw as usize;
    if raw == 0 {
        return Ok(bytes.to_vec());
    }
    if raw > MOST {
        return Err(format!("its length is given as {raw} bytes"));
    }
    let json = UNSQUEEZE.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Some(zstd::bulk::Decompressor::new()?);
        }
        match slot {
            Some(d) => d.decompress(bytes, raw),
            None => zstd::bulk::decompress(bytes, raw),
        }
    });
    match json {
        Ok(json) if json.len() == raw => Ok(json),
        Ok(json) => Err(format!("{} bytes where {raw} were written", json.len())),
        Err(e) => Err(e.to_string()),
    }
}

/// The row's term of the digest; the same however the row was compressed.
pub(super) fn digest(table: u8, id: u64, version: u64, json: &[u8]) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(&key::row(table, id, 0));
    hash.update(&version.to_be_bytes());
    hash.update(json);
    hash.digest128()
}

/// The term of any other key.
pub(super) fn digest_key(key: &[u8], value: &[u8]) -> u128 {
    let mut hash = Xxh3::new();
    hash.update(&(key.len() as u32).to_be_bytes());
    hash.update(key);
    hash.update(value);
    hash.digest128()
}

/// The error for a row that cannot be read.
pub(super) fn unreadable(table: &'static str, id: u64, what: impl Into<String>) -> Error {
    Error::Row { table, id, what: what.into() }
}

/// Refuses rows that the state cannot hold.
pub(super) fn check(table: &'static str, id: u64, json: usize, packed: &Packed) -> Result<()> {
    if json > MOST || packed.parts().is_none() {
        return Err(unreadable(
            table,
            id,
            format!("{json} bytes are too many for one row; large content belongs in a media file"),
        ));
    }
    Ok(())
}
