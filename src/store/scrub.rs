//! The slow scrub: proves while the server works that the state still holds what was written.
//!
//! **Invariant:** a verdict is given only if nothing was committed during the scan, so that the sums
//! belong to one moment; otherwise the scan is tried again later.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::journal::verify::{self, Report};
use super::scan::{self, Sums};
use super::state::Meta;
use super::{Error, Result, Store};

/// The journal is read for so long at a time.
const PIECE: Duration = Duration::from_millis(20);

/// What a scrub found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scrubbed {
    /// Everything is there and as it was written.
    Whole,
    /// Something was committed meanwhile: nothing is proven.
    Disturbed,
    /// Keys are missing or changed: the state must be rebuilt, which the next start does.
    Damaged,
}

impl Store {
    /// Reads every key, resting `rest` times as long as it reads, and compares digest and counts.
    ///
    /// # Errors
    /// Never for damage that can be read, only when the store is closed.
    pub fn scrub(&self, rest: u32) -> Result<Scrubbed> {
        let before = self.meta_now();
        let pieces = match self.read(scan::pieces) {
            Ok(pieces) => pieces,
            Err(Error::State(what)) => return Ok(damaged(&what)),
            Err(error) => return Err(error),
        };
        let mut sums = Sums::default();
        for (from, to) in pieces {
            let began = Instant::now();
            match self.read(|state| scan::piece(state, &from, &to, &mut sums)) {
                Ok(()) => {}
                Err(_) if self.seq() != before.seq => return Ok(Scrubbed::Disturbed),
                Err(Error::State(what)) => return Ok(damaged(&what)),
                Err(error) => return Err(error),
            }
            if self.meta_now().seq != before.seq {
                return Ok(Scrubbed::Disturbed);
            }
            std::thread::sleep((began.elapsed() * rest).min(Duration::from_secs(5)));
        }
        if self.meta_now().seq != before.seq {
            return Ok(Scrubbed::Disturbed);
        }
        Ok(if sums.fit(&before) { Scrubbed::Whole } else { damaged("keys are missing or changed") })
    }

    /// Reads the whole journal and checks it, resting `rest` times as long as it reads. A clean start reads only its
    /// newest part, so damage to an old segment would otherwise wait for the day on which it is needed.
    ///
    /// # Errors
    /// [`Error::Damaged`] with segment and offset.
    pub fn scrub_journal(&self, rest: u32) -> Result<Report> {
        let mut began = Instant::now();
        verify::journal(&self.inner().options.dir.join("journal"), |_, _| {
            let read = began.elapsed();
            if read > PIECE {
                std::thread::sleep(read * rest);
                began = Instant::now();
            }
        })
    }

    fn meta_now(&self) -> Meta {
        self.inner().meta.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn damaged(what: &str) -> Scrubbed {
    tracing::error!("the state is damaged: {what}");
    Scrubbed::Damaged
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::Scrubbed;
    use crate::store::{Actor, Keys, Options, Record, Store, TableDef, key};

    #[derive(Clone, Serialize, Deserialize)]
    struct Note {
        id: u64,
        text: String,
    }

    impl Record for Note {
        const TABLE: u8 = 7;
        const NAME: &'static str = "note";

        fn id(&self) -> u64 {
            self.id
        }

        fn site(&self) -> u64 {
            0
        }

        fn keys(&self, keys: &mut Keys) {
            keys.list(1, &[], self.id);
        }
    }

    fn write(store: &Store, text: &str) -> u64 {
        let mut tx = store.transaction(Actor::system(), "note.write");
        let id = tx.new_id();
        tx.put(&Note { id, text: text.into() }).unwrap();
        store.commit(tx).unwrap();
        id
    }

    #[test]
    fn a_scrub_sees_what_sled_lost_silently() {
        let dir = tempfile::tempdir().unwrap();
        let mut options = Options::new(dir.path(), vec![TableDef::of::<Note>()]);
        options.min_free_bytes = 0;
        let store = Store::open(options, &()).unwrap();
        let ids: Vec<u64> = (0..50).map(|number| write(&store, &format!("note {number}"))).collect();
        assert_eq!(store.scrub(0).unwrap(), Scrubbed::Whole);
        let lost = key::row(Note::TABLE, ids[20], 0).to_vec();
        store.read(|state| state.write(vec![(lost, None)], None)).unwrap();
        assert_eq!(store.scrub(0).unwrap(), Scrubbed::Damaged);
    }

    #[test]
    fn a_scrub_of_the_journal_names_what_is_damaged() {
        let dir = tempfile::tempdir().unwrap();
        let mut options = Options::new(dir.path(), vec![TableDef::of::<Note>()]);
        options.min_free_bytes = 0;
        options.segment_bytes = 2000;
        let store = Store::open(options, &()).unwrap();
        for number in 0..50 {
            write(&store, &format!("note {number}"));
        }
        assert_eq!(store.scrub_journal(0).unwrap().records, 50);
        let first = dir.path().join("journal/00000000000000000001.zqj");
        let mut bytes = std::fs::read(&first).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&first, bytes).unwrap();
        let error = store.scrub_journal(0).unwrap_err().to_string();
        assert!(error.contains("00000000000000000001.zqj"), "{error}");
    }
}
