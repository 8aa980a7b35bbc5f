//! Old addresses that wait to be written.
//!
//! **Invariant:** an address is given away once in a run; the root of the old
//! site is never one, the server leads it to the new home page itself.

use std::collections::HashSet;

use crate::domain::site::{Old, Target};

/// Collects old addresses.
#[derive(Debug, Default)]
pub(in crate::migrate) struct OldAddresses {
    given: HashSet<u128>,
    waiting: Vec<Old>,
}

impl OldAddresses {
    /// An address in normal form; whoever had it first in this run keeps it.
    pub(in crate::migrate) fn add(&mut self, from: String, prefix: bool, to: Target) {
        if from == "/" || from.is_empty() {
            return;
        }
        let name = xxhash_rust::xxh3::xxh3_128(format!("{prefix}{from}").as_bytes());
        if self.given.insert(name) {
            self.waiting.push(Old { from, prefix, to });
        }
    }

    /// What was collected since the last call.
    pub(in crate::migrate) fn take(&mut self) -> Vec<Old> {
        std::mem::take(&mut self.waiting)
    }
}
