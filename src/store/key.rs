//! Keys of the state: how rows, lists, counts and unique keys are ordered.
//!
//! **Invariant:** keys compare as the things that they stand for: rows by
//! table and number, list entries by list and position; and no key of a list
//! has a byte 255.
//!
//! The last is for sled: its backward iteration looks for the leaf before one
//! that begins at `k` at "`k` less one, then four bytes 255", never finds it
//! if keys with more such bytes follow, and panics after a million rounds. So
//! numbers in list keys are written to the base 255.

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

/// Digits of a number.
const DIGITS: usize = 9;

/// A number as digits to the base 255, highest first.
fn digits(mut number: u64) -> [u8; DIGITS] {
    let mut found = [0; DIGITS];
    for digit in found.iter_mut().rev() {
        *digit = (number % 255) as u8;
        number /= 255;
    }
    found
}

fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number: u64, digit| number.wrapping_mul(255).wrapping_add(u64::from(*digit)))
}

fn of_list(kind: u8, list: ListKey, room: usize) -> Vec<u8> {
    let mut key = Vec::with_capacity(2 + DIGITS * list.prefix().len() + room);
    key.push(kind);
    key.push(list.index);
    for number in list.prefix() {
        key.extend_from_slice(&digits(*number));
    }
    key
}

/// Key of a list entry.
pub(super) fn entry(list: ListKey, position: Position) -> Vec<u8> {
    let mut key = of_list(LIST, list, 2 * DIGITS + 1);
    key.extend_from_slice(&digits((position.0 >> 64) as u64));
    key.extend_from_slice(&digits(position.0 as u64));
    key
}

/// Position of a list entry's key.
pub(super) fn position(key: &[u8]) -> Option<Position> {
    let tail = key.len().checked_sub(2 * DIGITS)?;
    let (high, low) = key[tail..].split_at(DIGITS);
    Some(Position((u128::from(number(high)) << 64) | u128::from(number(low))))
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
