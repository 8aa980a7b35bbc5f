//! Reading for a page while noting what the page depends on.
//!
//! **Invariant:** whatever a read returned cannot change without touching a tag noted by that read.

use std::any::Any;
use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::Cache;
use super::tag::{MemoKey, Tag};
use crate::store::{Entry, ListKey, Position, Read, Result};

/// The store as the recorder reads it.
pub type Source = Arc<dyn Read + Send + Sync>;

/// Reads the store and notes tags; clones share the notes, so that templates can read while they render.
#[derive(Clone)]
pub struct Recorder {
    notes: Arc<Notes>,
}

struct Notes {
    store: Source,
    cache: Arc<Cache>,
    /// Number of the newest invalidation when reading began.
    epoch: u64,
    tags: Mutex<HashSet<Tag>>,
    until: AtomicI64,
    /// Shared parts are made anew, for a page that is shown once.
    apart: bool,
}

/// What a page or shared part was made from.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Number of the newest invalidation when reading began.
    pub(super) epoch: u64,
    /// What it depends on.
    pub tags: Vec<Tag>,
    /// It is wrong from this time on (milliseconds since 1970); `i64::MAX` for never.
    pub until: i64,
}

impl Recorder {
    /// Begins to record reads of `store` for a page of `cache`. Nothing may have been read for the page before.
    pub fn new(store: Source, cache: Arc<Cache>) -> Recorder {
        Recorder::make(store, cache, false)
    }

    /// For a page that is shown once and kept nowhere: it takes no shared part from `cache` and leaves none there, so
    /// that it may show what is not stored.
    pub fn apart(store: Source, cache: Arc<Cache>) -> Recorder {
        Recorder::make(store, cache, true)
    }

    fn make(store: Source, cache: Arc<Cache>, apart: bool) -> Recorder {
        let epoch = cache.epoch();
        let (tags, until) = (Mutex::default(), AtomicI64::new(i64::MAX));
        Recorder { notes: Arc::new(Notes { store, cache, epoch, tags, until, apart }) }
    }

    /// The page depends on `tag`.
    pub fn note(&self, tag: Tag) {
        self.notes.tags.lock().unwrap_or_else(PoisonError::into_inner).insert(tag);
    }

    /// The page depends on the theme.
    pub fn theme(&self) {
        self.note(Tag::Theme);
    }

    /// The page is wrong from `time` on (milliseconds since 1970); the earliest such time counts.
    pub fn until(&self, time: i64) {
        self.notes.until.fetch_min(time, Ordering::Relaxed);
    }

    /// A shared part of pages: the kept value, or a new one from `make`. The page depends on the
    /// part and is dropped with it. Several callers may make the same part at the same time.
    ///
    /// # Errors
    /// Those of `make`; nothing is kept then.
    pub fn memo<T, E>(
        &self,
        key: MemoKey,
        make: impl FnOnce(&Recorder) -> std::result::Result<T, E>,
    ) -> std::result::Result<Arc<T>, E>
    where
        T: Any + Send + Sync,
    {
        let notes = &self.notes;
        if notes.apart {
            return make(self).map(Arc::new);
        }
        if let Some((value, until)) = notes.cache.memo(&key)
            && let Ok(value) = value.downcast::<T>()
        {
            self.note(Tag::Memo(key));
            self.until(until);
            return Ok(value);
        }
        let inner = Recorder::new(notes.store.clone(), notes.cache.clone());
        let value = Arc::new(make(&inner)?);
        let recorded = inner.recorded();
        self.until(recorded.until);
        if notes.cache.keep_memo(key, value.clone(), &recorded) {
            self.note(Tag::Memo(key));
        } else {
            // It was outdated while it was made: the page stands or falls with the same reads.
            let mut tags = notes.tags.lock().unwrap_or_else(PoisonError::into_inner);
            tags.extend(recorded.tags);
        }
        Ok(value)
    }

    /// What has been noted until now.
    pub fn recorded(&self) -> Recorded {
        let tags = self.notes.tags.lock().unwrap_or_else(PoisonError::into_inner);
        let until = self.notes.until.load(Ordering::Relaxed);
        Recorded { epoch: self.notes.epoch, tags: tags.iter().cloned().collect(), until }
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("recorded", &self.recorded()).finish()
    }
}

/// The place right after `position`.
fn after(position: Position) -> Position {
    if position == Position::FIRST { position } else { Position(position.0.saturating_add(1)) }
}

/// The place right before `position`.
fn before(position: Position) -> Position {
    if position == Position::LAST { position } else { Position(position.0.saturating_sub(1)) }
}

impl Read for Recorder {
    fn row(&self, table: u8, id: u64) -> Result<Option<(Vec<u8>, u64)>> {
        self.note(Tag::Row(table, id));
        self.notes.store.row(table, id)
    }

    fn list(&self, list: ListKey, start: Position, limit: usize) -> Result<Vec<Entry>> {
        let entries = self.notes.store.list(list, start, limit)?;
        if limit > 0 {
            let to = ended(&entries, limit).unwrap_or(Position::LAST);
            self.note(Tag::List { list, from: after(start), to });
        }
        Ok(entries)
    }

    fn list_back(&self, list: ListKey, end: Position, limit: usize) -> Result<Vec<Entry>> {
        let entries = self.notes.store.list_back(list, end, limit)?;
        if limit > 0 {
            let from = ended(&entries, limit).unwrap_or(Position::FIRST);
            self.note(Tag::List { list, from, to: before(end) });
        }
        Ok(entries)
    }

    fn list_at(&self, list: ListKey, offset: u64, limit: usize) -> Result<Vec<Entry>> {
        let entries = self.notes.store.list_at(list, offset, limit)?;
        if limit > 0 {
            let to = ended(&entries, limit).unwrap_or(Position::LAST);
            self.note(Tag::List { list, from: Position::FIRST, to });
        }
        Ok(entries)
    }

    fn count(&self, list: ListKey) -> Result<u64> {
        self.note(Tag::List { list, from: Position::FIRST, to: Position::LAST });
        self.notes.store.count(list)
    }

    fn any(&self, list: ListKey) -> Result<bool> {
        self.note(Tag::Any(list));
        self.notes.store.any(list)
    }

    fn unique(&self, index: u8, key: &[u8]) -> Result<Option<u64>> {
        self.note(Tag::Unique(index, key.to_vec()));
        self.notes.store.unique(index, key)
    }
}

/// The last place seen; `None` if the list ended before the limit.
fn ended(entries: &[Entry], limit: usize) -> Option<Position> {
    if entries.len() < limit { None } else { entries.last().map(Entry::position) }
}
