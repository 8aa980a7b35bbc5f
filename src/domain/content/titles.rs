//! Titles of live documents in memory, for the search of titles: read at the
//! first search, kept up to date by commits.

use std::collections::HashMap;
use std::sync::RwLock;

use memchr::memmem::Finder;

use crate::base::id::SiteId;
use crate::store::{Committed, ListKey, Position, Read, Record, Result};

use super::document::Document;
use super::tables::LIVE_OF_GROUP;

/// Titles by document.
#[derive(Debug, Default)]
pub struct Titles {
    all: RwLock<Option<HashMap<u64, Title>>>,
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
    /// Takes in a commit.
    pub fn follow(&self, committed: &Committed) {
        let mut all = self.all.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        let Some(all) = all.as_mut() else { return };
        for change in committed.changes.iter().filter(|change| change.table == Document::TABLE) {
            let document = change.row.as_ref().and_then(|row| serde_json::from_str::<Document>(row.get()).ok());
            match document.filter(Document::is_live) {
                Some(document) => {
                    all.insert(change.id, Title::of(&document));
                }
                None => {
                    all.remove(&change.id);
                }
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
        let words: Vec<Finder<'_>> = lower.split_whitespace().take(8).map(|word| Finder::new(word.as_bytes())).collect();
        if words.is_empty() {
            return Ok((Vec::new(), 0));
        }
        self.load(read)?;
        let all = self.all.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut found: Vec<(i64, u64)> = all
            .iter()
            .flatten()
            .filter(|(_, title)| site.is_none_or(|site| title.site == site))
            .filter(|(_, title)| words.iter().all(|word| word.find(title.text.as_bytes()).is_some()))
            .map(|(id, title)| (title.time, *id))
            .collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        let total = found.len();
        Ok((found.into_iter().skip(offset).take(limit).map(|(_, id)| id).collect(), total))
    }

    fn load(&self, read: &impl Read) -> Result<()> {
        let mut all = self.all.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if all.is_some() {
            return Ok(());
        }
        let mut titles = HashMap::new();
        let list = ListKey::new(LIVE_OF_GROUP, &[]);
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
        *all = Some(titles);
        Ok(())
    }
}
