//! Titles and states of all documents in memory, for the search of titles and
//! the lists of editors: read when they are first wanted, kept up to date by commits.
//!
//! **Invariant:** visitors' searches find live documents only; what editors
//! find is filtered by their places before it is counted.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use memchr::memmem::Finder;

use crate::base::id::{ChannelId, SiteId, UserId};
use crate::domain::site::SITES;
use crate::store::{Committed, ListKey, Position, Read, Record, Result};

use super::desk::Order;
use super::document::{Document, State as DocumentState};
use super::tables::DOCUMENTS_OF_SITE;

/// Words of one search.
const MOST_WORDS: usize = 8;

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

/// What is known of a document without reading it.
#[derive(Debug, Clone)]
pub(super) struct Title {
    pub site: SiteId,
    pub channel: ChannelId,
    pub author: Option<UserId>,
    pub live: bool,
    /// One bit for each state as which it counts, in the order of `State::ALL`.
    states: u8,
    /// Publication time.
    published: i64,
    /// Last change.
    pub changed: i64,
    /// Lower case.
    text: Box<str>,
}

impl Title {
    fn of(document: &Document) -> Title {
        let bit = |(place, state): (usize, DocumentState)| u8::from(document.counts_as(state)) << place;
        Title {
            site: document.site,
            channel: document.channel,
            author: document.author,
            live: document.is_live(),
            states: DocumentState::ALL.into_iter().enumerate().map(bit).sum(),
            published: document.published,
            changed: document.changed,
            text: document.card.title.to_lowercase().into_boxed_str(),
        }
    }

    /// See `Document::counts_as`.
    pub fn counts_as(&self, state: DocumentState) -> bool {
        DocumentState::ALL.iter().position(|other| *other == state).is_some_and(|place| self.states & (1 << place) != 0)
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
            let title = document.filter(|document| document.trashed.is_none()).map(|document| Title::of(&document));
            match &mut *state {
                State::Empty => {}
                State::Loading(meanwhile) => meanwhile.push((change.id, title)),
                State::Ready(titles) => put(titles, change.id, title),
            }
        }
    }

    /// Live documents whose title has every word of `query`, newest first: numbers of one page and how
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
        if query.trim().is_empty() {
            return Ok((Vec::new(), 0));
        }
        let fits = |title: &Title| title.live && site.is_none_or(|site| title.site == site);
        self.page(read, query, fits, |title| title.published, offset, limit)
    }

    /// Documents that `fits` takes and whose title has every word of `query`, in an order: numbers of one page and
    /// how many there are.
    pub(super) fn find(
        &self,
        read: &impl Read,
        query: &str,
        order: Order,
        fits: impl FnMut(&Title) -> bool,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<u64>, usize)> {
        let time = |title: &Title| match order {
            Order::Changed => title.changed,
            Order::Published => title.published,
            Order::Oldest => -title.changed,
        };
        self.page(read, query, fits, time, offset, limit)
    }

    fn page(
        &self,
        read: &impl Read,
        query: &str,
        mut fits: impl FnMut(&Title) -> bool,
        time: impl Fn(&Title) -> i64,
        offset: usize,
        limit: usize,
    ) -> Result<(Vec<u64>, usize)> {
        let lower = query.to_lowercase();
        let words: Vec<Finder<'_>> =
            lower.split_whitespace().take(MOST_WORDS).map(|word| Finder::new(word.as_bytes())).collect();
        self.load(read)?;
        let state = self.lock();
        let State::Ready(titles) = &*state else { return Ok((Vec::new(), 0)) };
        let mut found: Vec<(i64, u64)> = titles
            .iter()
            .filter(|(_, title)| fits(title))
            .filter(|(_, title)| words.iter().all(|word| word.find(title.text.as_bytes()).is_some()))
            .map(|(id, title)| (time(title), *id))
            .collect();
        drop(state);
        let total = found.len();
        // Only what stands before the end of the page is put in order.
        let end = offset.saturating_add(limit).min(total);
        if end < total {
            found.select_nth_unstable_by(end, |a, b| b.cmp(a));
            found.truncate(end);
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok((found.into_iter().skip(offset).map(|(_, id)| id).collect(), total))
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
    for site in read.list(ListKey::new(SITES, &[]), Position::FIRST, usize::MAX)? {
        let list = ListKey::new(DOCUMENTS_OF_SITE, &[site.id]);
        let mut after = Position::FIRST;
        loop {
            let entries = read.list(list, after, 1000)?;
            let Some(last) = entries.last() else { break };
            after = last.position();
            for entry in entries {
                if let Some(document) = read.get::<Document>(entry.id)? {
                    titles.insert(entry.id, Title::of(&document));
                }
            }
        }
    }
    Ok(titles)
}
