//! Reading every key of the state, to prove that nothing is missing or changed.
//!
//! **Invariant:** the sums found here equal those in [`Meta`] exactly if the
//! state holds what was written, whatever sled says.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

use super::options::{Progress, Work};
use super::state::{Bytes, Meta, State};
use super::{Error, Result, key, row};

/// What a scan found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub rows_digest: u128,
    pub keys_digest: u128,
    pub rows: u64,
    pub keys: u64,
}

impl Sums {
    /// True if they are those that the state was written with.
    pub fn fit(&self, meta: &Meta) -> bool {
        (self.rows_digest, self.keys_digest, self.rows, self.keys)
            == (meta.rows_digest, meta.keys_digest, meta.rows, meta.keys)
    }

    fn add(&mut self, other: &Sums) {
        self.rows_digest = self.rows_digest.wrapping_add(other.rows_digest);
        self.keys_digest = self.keys_digest.wrapping_add(other.keys_digest);
        self.rows += other.rows;
        self.keys += other.keys;
    }
}

/// First key and the key after the last one.
pub(super) type Piece = (Vec<u8>, Vec<u8>);

/// Pieces of the key space of about the same size; a row's parts stay together.
pub(super) fn pieces(state: &State) -> Result<Vec<Piece>> {
    let mut found = Vec::new();
    let mut cursor = vec![key::ROW];
    while let Some(first) = state.range(&cursor, None).next().transpose()? {
        let head = first.0.get(..2).ok_or_else(|| Error::State("a key is too short".into()))?;
        let low = head.to_vec();
        let high = match (low[0], low[1]) {
            (kind, 255) => vec![kind.saturating_add(1), 0],
            (kind, number) => vec![kind, number + 1],
        };
        let number = |k: &Bytes| {
            let mut bytes = [0; 8];
            let tail = k.get(2..k.len().min(10)).unwrap_or_default();
            bytes[..tail.len()].copy_from_slice(tail);
            u64::from_be_bytes(bytes)
        };
        let from = number(&first.0);
        // The last key by looking forward only: sled's backward iteration does not bear every key.
        let (mut to, mut above) = (from, u64::MAX);
        while to < above {
            let middle = to + (above - to) / 2 + 1;
            let mut probe = low.clone();
            probe.extend_from_slice(&middle.to_be_bytes());
            match state.range(&probe, Some(&high)).next().transpose()? {
                Some((k, _)) => to = number(&k),
                None => above = middle - 1,
            }
        }
        let step = ((to - from) / 16).max(1000);
        let mut start = low.clone();
        let mut at = from;
        while to - at > step {
            at += step;
            let mut end = low.clone();
            end.extend_from_slice(&at.to_be_bytes());
            found.push((start, end.clone()));
            start = end;
        }
        found.push((start, high.clone()));
        cursor = high;
    }
    Ok(found)
}

/// Calls `each` for every row between two keys.
pub(super) fn rows(
    state: &State,
    from: &[u8],
    to: &[u8],
    mut each: impl FnMut(u8, u64, row::Stored) -> Result<()>,
) -> Result<()> {
    let mut open: Option<(u8, u64, Bytes, Vec<u8>, u8)> = None;
    let broken = |id: u64, what: &str| Error::State(format!("row {id}: {what}"));
    let mut finish = |open: Option<(u8, u64, Bytes, Vec<u8>, u8)>| -> Result<()> {
        let Some((table, id, first, rest, parts)) = open else { return Ok(()) };
        let head = row::head(&first).ok_or_else(|| broken(id, "its first part is too short"))?;
        if head.parts != parts {
            return Err(broken(id, &format!("{parts} parts of {}", head.parts)));
        }
        let json = row::join(&head, &rest).map_err(|what| broken(id, &what))?;
        each(table, id, row::Stored { version: head.version, json, parts })
    };
    for item in state.range(from, Some(to)) {
        let (k, value) = item?;
        let Some((table, id, part)) = key::parse_row(&k) else {
            return Err(Error::State("a key of a row is too short".into()));
        };
        if part == 0 {
            finish(open.take())?;
            open = Some((table, id, value, Vec::new(), 1));
            continue;
        }
        let Some((t, i, first, rest, parts)) = &mut open else { return Err(broken(id, "its first part is missing")) };
        let version = row::head(first).map(|h| h.version);
        match row::tail(&value) {
            Some((v, piece)) if (*t, *i, *parts) == (table, id, part) && Some(v) == version => {
                rest.extend_from_slice(piece);
                *parts += 1;
            }
            _ => return Err(broken(id, "its parts do not belong together")),
        }
    }
    finish(open)
}

/// Adds the keys of one piece to `sums`.
pub(super) fn piece(state: &State, from: &[u8], to: &[u8], sums: &mut Sums) -> Result<()> {
    if from[0] == key::ROW {
        return rows(state, from, to, |table, id, stored| {
            sums.rows += 1;
            sums.rows_digest = sums.rows_digest.wrapping_add(row::digest(table, id, stored.version, &stored.json));
            Ok(())
        });
    }
    for item in state.range(from, Some(to)) {
        let (k, value) = item?;
        sums.keys += 1;
        sums.keys_digest = sums.keys_digest.wrapping_add(row::digest_key(&k, &value));
    }
    Ok(())
}

/// Reads everything, on two threads. `expected` is the number of keys, for progress.
pub(super) fn all(state: &State, expected: u64, progress: &dyn Progress) -> Result<Sums> {
    let pieces = Mutex::new(pieces(state)?);
    let done = AtomicU64::new(0);
    let work = || -> Result<Sums> {
        let mut sums = Sums::default();
        loop {
            let next = pieces.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some((from, to)) = next else { return Ok(sums) };
            let before = sums.rows + sums.keys;
            piece(state, &from, &to, &mut sums)?;
            let found = sums.rows + sums.keys - before;
            progress.step(Work::Scan, done.fetch_add(found, Ordering::Relaxed) + found, expected);
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mut sums = work()?;
        sums.add(&other.join().unwrap_or_else(|_| Err(Error::State("the scan panicked".into())))?);
        Ok(sums)
    })
}
