//! The change feed: commits in order, from the journal.
//!
//! **Invariant:** it gives acknowledged commits only, each once, without gaps.

use std::sync::Arc;
use std::time::Duration;

use super::Result;
use super::journal::Published;
use super::journal::reader::Reader;
use super::options::Options;
use super::transaction::Committed;

/// Commits from a sequence number on. Reading it never holds up the writer.
#[derive(Debug)]
pub struct Changes {
    reader: Reader,
    published: Arc<Published>,
    ready: std::vec::IntoIter<Committed>,
}

impl Changes {
    pub(super) fn new(options: &Options, published: Arc<Published>, from: u64) -> Changes {
        let reader = Reader::new(&options.dir.join("journal"), from, options.upgrades.clone());
        Changes { reader, published, ready: Vec::new().into_iter() }
    }

    /// The next commit; waits up to `timeout` for one. `None` when there is none yet, or the store is closed.
    pub fn next(&mut self, timeout: Duration) -> Result<Option<Committed>> {
        loop {
            if let Some(committed) = self.ready.next() {
                return Ok(Some(committed));
            }
            let last = self.reader.next_seq() - 1;
            let now = self.published.wait(last, timeout);
            if now <= last {
                return Ok(None);
            }
            match self.reader.group(now)? {
                Some(group) => self.ready = group.records.into_iter(),
                None => return Ok(None),
            }
        }
    }
}
