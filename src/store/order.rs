//! Long lists in memory, so that page 500 is as fast as page 1.
//!
//! **Invariant:** a list held here has exactly the positions that the state
//! has; changes during loading are noted and applied afterwards.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Result;
use super::table::{Entry, ListKey, Position};

/// Positions of one list, last position first, so that new entries (which come first) are pushed at the end.
#[derive(Debug)]
struct Held {
    positions: Vec<u128>,
    used: u64,
}

#[derive(Debug, Default)]
struct Inside {
    held: HashMap<ListKey, Held>,
    loading: HashMap<ListKey, Vec<(u128, bool)>>,
    bytes: usize,
    clock: u64,
    /// Counts resets: what was being loaded before one is not kept.
    epoch: u64,
}

/// The cache of lists.
#[derive(Debug)]
pub(super) struct Orders {
    inside: Mutex<Inside>,
    most: usize,
}

fn change(positions: &mut Vec<u128>, position: u128, add: bool) {
    let place = positions.binary_search_by(|p| position.cmp(p));
    match (place, add) {
        (Err(at), true) => positions.insert(at, position),
        (Ok(at), false) => {
            positions.remove(at);
        }
        _ => {}
    }
}

impl Orders {
    /// A cache of at most `most` bytes.
    pub fn new(most: usize) -> Orders {
        Orders { inside: Mutex::default(), most }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what a commit changed; called after the state has it.
    pub fn apply(&self, moves: &[(ListKey, Position, bool)]) {
        let mut guard = self.lock();
        let inside = &mut *guard;
        for (list, position, add) in moves {
            if let Some(held) = inside.held.get_mut(list) {
                change(&mut held.positions, position.0, *add);
            }
            if let Some(noted) = inside.loading.get_mut(list) {
                noted.push((position.0, *add));
            }
        }
    }

    /// Forgets everything, after the state was replaced.
    pub fn clear(&self) {
        let mut inside = self.lock();
        let epoch = inside.epoch + 1;
        *inside = Inside { epoch, ..Inside::default() };
    }

    /// Entries from the `offset`-th on; `None` if the list is not held.
    pub fn get(&self, list: ListKey, offset: u64, limit: usize) -> Option<Vec<Entry>> {
        let mut inside = self.lock();
        inside.clock += 1;
        let clock = inside.clock;
        let held = inside.held.get_mut(&list)?;
        held.used = clock;
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        Some(held.positions.iter().rev().skip(skip).take(limit).map(|p| Entry::at(Position(*p))).collect())
    }

    /// Loads a list with `scan`, which returns its positions in order.
    pub fn load(&self, list: ListKey, scan: impl FnOnce() -> Result<Vec<u128>>) -> Result<()> {
        let epoch = {
            let mut inside = self.lock();
            if inside.held.contains_key(&list) || inside.loading.contains_key(&list) {
                return Ok(());
            }
            inside.loading.insert(list, Vec::new());
            inside.epoch
        };
        let scanned = scan();
        let mut guard = self.lock();
        let inside = &mut *guard;
        if inside.epoch != epoch {
            return scanned.map(drop);
        }
        let noted = inside.loading.remove(&list).unwrap_or_default();
        let mut positions = scanned?;
        positions.reverse();
        for (position, add) in noted {
            change(&mut positions, position, add);
        }
        let size = positions.len() * size_of::<u128>();
        if size > self.most {
            return Ok(());
        }
        inside.clock += 1;
        inside.held.insert(list, Held { positions, used: inside.clock });
        inside.bytes = inside.held.values().map(|h| h.positions.len() * size_of::<u128>()).sum();
        while inside.bytes > self.most {
            let oldest =
                inside.held.iter().filter(|(key, _)| **key != list).min_by_key(|(_, h)| h.used).map(|(key, _)| *key);
            let Some(oldest) = oldest else { break };
            if let Some(held) = inside.held.remove(&oldest) {
                inside.bytes -= held.positions.len() * size_of::<u128>();
            }
        }
        Ok(())
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }
}
