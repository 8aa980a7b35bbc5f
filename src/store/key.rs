//! Keys of the state: how rows, lists, counts and unique keys are ordered.
//!
//! **Invariant:** keys compare as the things that they stand for: rows by
//! table and number, list entries by list and position.

use super::table::{ListKey, Position};

/// The one key with sequence number, digest and counters.
pub(super) const META: &[u8] = &[0];
/// First byte of rows.
pub(super) const ROW: u8 = 1;
/// First byte of list entries.
pub(super) const LIST: u8 = 2;
/// First byte of counts.
pub(super) const COUNT: u8 = 3;
/// First byte of unique keys.
pub(super) const UNIQUE: u8 = 4;
/// Length of a row's key.
pub(super) const ROW_LEN: usize = 11;

/// Key of one part of a row.
pub(super) fn row(table: u8, id: u64, part: u8) -> [u8; ROW_LEN] {
    let mut key = [0; ROW_LEN];
    key[0] = ROW;
    key[1] = table;
    key[2..10].copy_from_slice(&id.to_be_bytes());
    key[10] = part;
    key
}

/// Table, row and part of a row's key.
pub(super) fn parse_row(key: &[u8]) -> Option<(u8, u64, u8)> {
    if key.len() != ROW_LEN || key[0] != ROW {
        return None;
    }
    Some((key[1], u64::from_be_bytes(key[2..10].try_into().ok()?), key[10]))
}

fn of_list(kind: u8, list: ListKey, room: usize) -> Vec<u8> {
    let mut key = Vec::with_capacity(2 + 8 * list.prefix().len() + room);
    key.push(kind);
    key.push(list.index);
    for number in list.prefix() {
        key.extend_from_slice(&number.to_be_bytes());
    }
    key
}

/// Key of a list entry.
pub(super) fn entry(list: ListKey, position: Position) -> Vec<u8> {
    let mut key = of_list(LIST, list, 16);
    key.extend_from_slice(&position.0.to_be_bytes());
    key
}

/// Position of a list entry's key.
pub(super) fn position(key: &[u8]) -> Option<Position> {
    let tail = key.len().checked_sub(16)?;
    Some(Position(u128::from_be_bytes(key[tail..].try_into().ok()?)))
}

/// Key of a list's count.
pub(super) fn count(list: ListKey) -> Vec<u8> {
    of_list(COUNT, list, 0)
}

/// Key of a unique key.
pub(super) fn unique(index: u8, key: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(2 + key.len());
    all.push(UNIQUE);
    all.push(index);
    all.extend_from_slice(key);
    all
}
