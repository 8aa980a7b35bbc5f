//! Titles of live documents in memory, for the search of titles: read at the
//! first search, kept up to date by commits.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use memchr::memmem::Finder;

use crate::base::id::SiteId;
use crate::store::{Committed, ListKey, Position, Read, Record, Result};

use super::document::Document;
use super::tables::LIVE_OF_GROUP;

/// Titles by document.
#[derive(Debug, Default)]
pub struct Titles {
    state: Mutex<State>,
    loaded: Condvar,
}

/// Commits never wait for the first reading, which takes seconds for a million documents: what they
/// change meanwhile is put aside and applied at its end.
#[derive(Debug, Default)]
enum State {
    #[default]
    Empty,
    Loading(Vec<(u64, Option<Title>)>),
    Ready(HashMap<u64, Title>),
}

#[derive(Debug, Clone)]
struct Title {
    site: SiteId,
    time: i64,
    /// Lower case.
    text: Box<str>,
}

impl Title {
    fn of(document: &Document) -> Title {
        Title {
            site: document.site,
            time: document.published,
            text: document.card.title.to_lowercase().into_boxed_str(),
        }
    }
}

impl Titles {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a commit.
    pub fn follow(&self, committed: &Committed) {
        let mut state = self.lock();
        if matches!(*state, State::Empty) {
            return;
        }
        for change in committed.changes.iter().filter(|change| change.table == Document::TABLE) {
            let document = change.row.as_ref().and_then(|row| serde_json::from_str::<Document>(row.get()).ok());
            let title = document.filter(Document::is_live).map(|document| Title::of(&document));
            match &mut *state {
                State::Empty => {}
                State::Loading(meanwhile) => meanwhile.push((change.id, title)),
                State::Ready(titles) => put(titles, change.id, title),
            }
        }
    }

    /// Documents whose title has every word of `query`, newest first: numbers of one page and how
    /// many there are. Without a site the whole group is searched.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn search(
        &self,
        read: &impl Read,
        site: Option<SiteId>,
        query: &str,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<u64>, usize)> {
        let lower = query.to_lowercase();
        let words: Vec<Finder<'_>> =
            lower.split_whitespace().take(8).map(|word| Finder::new(word.as_bytes())).collect();
        if words.is_empty() {
            return Ok((Vec::new(), 0));
        }
        self.load(read)?;
        let state = self.lock();
        let State::Ready(titles) = &*state else { return Ok((Vec::new(), 0)) };
        let mut found: Vec<(i64, u64)> = titles
            .iter()
            .filter(|(_, title)| site.is_none_or(|site| title.site == site))
            .filter(|(_, title)| words.iter().all(|word| word.find(title.text.as_bytes()).is_some()))
            .map(|(id, title)| (title.time, *id))
            .collect();
        drop(state);
        found.sort_unstable_by(|a, b| b.cmp(a));
        let total = found.len();
        Ok((found.into_iter().skip(offset).take(limit).map(|(_, id)| id).collect(), total))
    }

    fn load(&self, read: &impl Read) -> Result<()> {
        let mut state = self.lock();
        loop {
            match *state {
                State::Ready(_) => return Ok(()),
                State::Loading(_) => state = self.loaded.wait(state).unwrap_or_else(PoisonError::into_inner),
                State::Empty => break,
            }
        }
        *state = State::Loading(Vec::new());
        drop(state);
        let read = read_titles(read);
        let mut state = self.lock();
        let meanwhile = std::mem::take(&mut *state);
        self.loaded.notify_all();
        let mut titles = read?;
        if let State::Loading(changes) = meanwhile {
            for (id, title) in changes {
                put(&mut titles, id, title);
            }
        }
        *state = State::Ready(titles);
        Ok(())
    }
}

fn put(titles: &mut HashMap<u64, Title>, id: u64, title: Option<Title>) {
    match title {
        Some(title) => drop(titles.insert(id, title)),
        None => drop(titles.remove(&id)),
    }
}

fn read_titles(read: &impl Read) -> Result<HashMap<u64, Title>> {
    let mut titles = HashMap::new();
    let list = ListKey::new(LIVE_OF_GROUP, &[]);
    let mut after = Position::FIRST;
    loop {
        let entries = read.list(list, after, 1000)?;
        let Some(last) = entries.last() else { return Ok(titles) };
        after = last.position();
        for entry in entries {
            if let Some(document) = read.get::<Document>(entry.id)? {
                titles.insert(entry.id, Title::of(&document));
            }
        }
    }
}
