//! Reads of letters.

use crate::domain::error::Result;
use crate::store::{ListKey, Position, Read};

use super::letter::Letter;
use super::tables::{GIVEN_UP, WAITING, due_of};

fn letters(read: &impl Read, list: u8, limit: usize) -> Result<Vec<Letter>> {
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(list, &[]), Position::FIRST, limit)? {
        found.extend(read.get::<Letter>(entry.id)?);
    }
    Ok(found)
}

/// Letters to be tried at `now`, the first due first.
///
/// # Errors
/// When the store cannot be read.
pub fn due(read: &impl Read, now: i64, limit: usize) -> Result<Vec<Letter>> {
    let mut found = letters(read, WAITING, limit)?;
    found.retain(|letter| letter.due <= now);
    Ok(found)
}

/// When the next letter is to be tried, milliseconds since 1970.
///
/// # Errors
/// When the store cannot be read.
pub fn next_due(read: &impl Read) -> Result<Option<i64>> {
    let first = read.list(ListKey::new(WAITING, &[]), Position::FIRST, 1)?;
    Ok(first.first().map(|entry| due_of(entry.order)))
}

/// Letters that wait, the first due first.
///
/// # Errors
/// When the store cannot be read.
pub fn waiting(read: &impl Read) -> Result<Vec<Letter>> {
    letters(read, WAITING, usize::MAX)
}

/// Letters that were given up, the newest first.
///
/// # Errors
/// When the store cannot be read.
pub fn given_up(read: &impl Read) -> Result<Vec<Letter>> {
    letters(read, GIVEN_UP, usize::MAX)
}
