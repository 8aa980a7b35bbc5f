//! How much of its space each site uses, in memory: read at the first question, kept up to date by commits.
//!
//! **Invariant:** what is counted is what the rows say, whoever wrote or
//! removed them.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::base::id::SiteId;
use crate::domain::site::SITES;
use crate::store::{Committed, ListKey, Position, Read, Record, Result, Store};

use super::Media;
use super::tables::MEDIA_OF_SITE;

/// Space used by sites.
#[derive(Debug, Default)]
pub struct Space {
    state: Mutex<State>,
    loaded: Condvar,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Empty,
    /// Read meanwhile; what commits change is put aside, the newest last.
    Loading(Vec<(u64, Option<(SiteId, u64)>)>),
    Ready(Files),
}

/// What each file takes, and the sums.
#[derive(Debug, Default)]
struct Files {
    files: HashMap<u64, (SiteId, u64)>,
    sums: HashMap<SiteId, Used>,
}

/// What a site uses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Files.
    pub files: u64,
    /// Bytes, older versions included.
    pub bytes: u64,
}

impl Files {
    fn put(&mut self, id: u64, now: Option<(SiteId, u64)>) {
        let before = match now {
            Some(now) => self.files.insert(id, now),
            None => self.files.remove(&id),
        };
        if let Some((site, bytes)) = before {
            let sum = self.sums.entry(site).or_default();
            sum.files -= 1;
            sum.bytes -= bytes;
        }
        if let Some((site, bytes)) = now {
            let sum = self.sums.entry(site).or_default();
            sum.files += 1;
            sum.bytes += bytes;
        }
    }
}

impl Space {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a commit.
    pub fn follow(&self, committed: &Committed) {
        let mut state = self.lock();
        if matches!(*state, State::Empty) {
            return;
        }
        for change in committed.changes.iter().filter(|change| change.table == Media::TABLE) {
            let media = change.row.as_ref().and_then(|row| serde_json::from_str::<Media>(row.get()).ok());
            let now = media.map(|media| (media.site, media.space()));
            match &mut *state {
                State::Empty => {}
                State::Loading(meanwhile) => meanwhile.push((change.id, now)),
                State::Ready(files) => files.put(change.id, now),
            }
        }
    }

    /// What a site uses.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn used(&self, store: &Store, site: SiteId) -> Result<Used> {
        let mut state = self.lock();
        loop {
            match &*state {
                State::Ready(files) => return Ok(files.sums.get(&site).copied().unwrap_or_default()),
                State::Loading(_) => state = self.loaded.wait(state).unwrap_or_else(PoisonError::into_inner),
                State::Empty => {
                    *state = State::Loading(Vec::new());
                    drop(state);
                    let read = load(store);
                    state = self.lock();
                    let meanwhile = std::mem::take(&mut *state);
                    self.loaded.notify_all();
                    let mut files = read?;
                    if let State::Loading(changes) = meanwhile {
                        changes.into_iter().for_each(|(id, now)| files.put(id, now));
                    }
                    *state = State::Ready(files);
                }
            }
        }
    }
}

fn load(store: &Store) -> Result<Files> {
    let mut files = Files::default();
    for site in store.list(ListKey::new(SITES, &[]), Position::FIRST, usize::MAX)? {
        for entry in store.list(ListKey::new(MEDIA_OF_SITE, &[site.id]), Position::FIRST, usize::MAX)? {
            if let Some(media) = store.get::<Media>(entry.id)? {
                files.put(entry.id, Some((media.site, media.space())));
            }
        }
    }
    Ok(files)
}
