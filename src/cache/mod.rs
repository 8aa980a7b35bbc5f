//! Finished pages in memory, found by key, dropped by tag.
//!
//! **Invariant:** a page made from data older than an invalidation that touches
//! it is never found in the cache after that invalidation.
//!
//! Reading takes one lock of a sixteenth of the pages for the time of a table
//! lookup. Everything that writes (keeping, dropping, evicting) goes through one
//! index behind one lock: tags, order of eviction, and a log of the newest
//! invalidations against which a page is checked before it is kept.

mod compress;
mod flight;
mod index;
mod page;
mod recorder;
mod stats;
mod tag;

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use bytes::Bytes;

use crate::base::clock::Clock;
use crate::store::Touched;

pub use compress::{BROTLI, BROTLI_BEST, GZIP, GZIP_FAST, ZSTD, pack};
pub use flight::{Arrival, Flights, Pilot, Seat};
pub use page::{Dress, Dressed, Encoding, Form, Page, PageKey, Rendered, Variant};
pub use recorder::{Recorded, Recorder, Source};
pub use stats::Stats;
pub use tag::{MemoKey, Tag};

use compress::{Compressor, Wish};
use index::{Event, Holder, Index, Memo};
use stats::Counters;
use tag::Changed;

/// Parts of the table of pages, each with its own lock.
const SHARDS: usize = 16;
/// A page asked for so often gets its smallest form.
const HOT: u32 = 200;
/// Memory that a page takes beside its forms and tags, in bytes.
const ENTRY_WEIGHT: usize = 512;

/// A kept page.
#[derive(Debug)]
pub struct Entry {
    id: u64,
    hash: u64,
    key: PageKey,
    page: Arc<Page>,
    tags: Vec<Tag>,
    until: i64,
    used: AtomicBool,
    hits: AtomicU32,
    asked: AtomicU8,
    weight: AtomicUsize,
}

impl Entry {
    /// The page.
    pub fn page(&self) -> &Arc<Page> {
        &self.page
    }

    /// What it is found by.
    pub fn key(&self) -> &PageKey {
        &self.key
    }

    /// What it depends on.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }
}

/// Tables keyed by a hash that is already good.
#[derive(Debug, Default, Clone, Copy)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, n: u64) {
        self.0 = n;
    }
}

#[derive(Default)]
#[repr(align(128))]
struct Shard {
    pages: RwLock<HashMap<u64, Arc<Entry>, BuildHasherDefault<Ready>>>,
    hits: AtomicU64,
}

/// Finished pages.
pub struct Cache {
    shards: Box<[Shard]>,
    seed: u64,
    index: Mutex<Index>,
    memos: RwLock<HashMap<MemoKey, Arc<Memo>>>,
    epoch: AtomicU64,
    bytes: AtomicUsize,
    limit: usize,
    clock: Clock,
    counters: Counters,
    compressor: Arc<Compressor>,
}

impl Cache {
    /// An empty cache for at most `limit` bytes of pages in all their forms.
    pub fn new(limit: usize, clock: Clock) -> Arc<Cache> {
        let mut seed = [0; 8];
        if let Err(e) = getrandom::fill(&mut seed) {
            tracing::warn!("no randomness from the system for the page table: {e}");
        }
        let cache = Arc::new(Cache {
            shards: (0..SHARDS).map(|_| Shard::default()).collect(),
            seed: u64::from_le_bytes(seed),
            index: Mutex::default(),
            memos: RwLock::default(),
            epoch: AtomicU64::new(0),
            bytes: AtomicUsize::new(0),
            limit,
            clock,
            counters: Counters::default(),
            compressor: Arc::default(),
        });
        Compressor::start(&cache);
        cache
    }

    /// Number of the newest invalidation.
    pub fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// The page at `target`, if it is kept; counts as a use of it.
    pub fn get(&self, variant: Variant, target: &str) -> Option<Arc<Entry>> {
        let hash = self.hash(variant, target);
        let shard = self.shard(hash);
        let found = shard.pages.read().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        let fresh = found.filter(|entry| {
            *entry.key.target == *target
                && entry.key.variant == variant
                && (entry.until == i64::MAX || self.clock.now() < entry.until)
        });
        let Some(entry) = fresh else {
            self.counters.misses.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        shard.hits.fetch_add(1, Ordering::Relaxed);
        if !entry.used.load(Ordering::Relaxed) {
            entry.used.store(true, Ordering::Relaxed);
        }
        if entry.hits.fetch_add(1, Ordering::Relaxed) == HOT && entry.page.compressible() {
            self.compressor.push(&entry, Wish::Best);
        }
        Some(entry)
    }

    /// The page under `key`, without counting as a use of it.
    pub fn peek(&self, key: &PageKey) -> Option<Arc<Entry>> {
        let hash = self.hash(key.variant, &key.target);
        let pages = self.shard(hash).pages.read().unwrap_or_else(PoisonError::into_inner);
        let entry = pages.get(&hash).filter(|entry| entry.key == *key)?;
        (entry.until == i64::MAX || self.clock.now() < entry.until).then(|| entry.clone())
    }

    /// A client would have liked `encoding`, which is not there: it is made in the background.
    pub fn ask(&self, entry: &Arc<Entry>, encoding: Encoding) {
        let (bit, wish) = match encoding {
            Encoding::Identity => return,
            Encoding::Zstd => (1, Wish::Zstd),
            Encoding::Gzip | Encoding::Brotli => (2, Wish::Usual),
        };
        if entry.asked.load(Ordering::Relaxed) & bit == 0
            && entry.asked.fetch_or(bit, Ordering::Relaxed) & bit == 0
            && entry.page.compressible()
        {
            self.compressor.push(entry, wish);
        }
    }

    /// Keeps a page under `key`, unless something that it was made from has changed meanwhile.
    ///
    /// # Errors
    /// The number of the first invalidation that made it outdated.
    pub fn keep(&self, key: PageKey, page: Arc<Page>, recorded: Recorded) -> Result<Arc<Entry>, u64> {
        let hash = self.hash(key.variant, &key.target);
        let tags_weight: usize = recorded.tags.iter().map(Tag::weight).sum();
        let weight = page.size() + tags_weight + key.target.len() + ENTRY_WEIGHT;
        let mut index = self.index();
        if let Some(first) = index.stale_from(&recorded) {
            self.counters.refused.fetch_add(1, Ordering::Relaxed);
            return Err(first);
        }
        index.last_id += 1;
        let entry = Arc::new(Entry {
            id: index.last_id,
            hash,
            key,
            page,
            tags: recorded.tags,
            until: recorded.until,
            used: AtomicBool::new(false),
            hits: AtomicU32::new(0),
            asked: AtomicU8::new(0),
            weight: AtomicUsize::new(weight),
        });
        let old = self.write(hash).insert(hash, entry.clone());
        if let Some(old) = old {
            self.forget(&mut index, &old);
        }
        for tag in &entry.tags {
            index.tags.add(tag, entry.id);
        }
        index.holders.insert(entry.id, Holder::Page(entry.clone()));
        index.clock.push_back(entry.id);
        index.pages += 1;
        self.bytes.fetch_add(weight, Ordering::Relaxed);
        self.evict(&mut index);
        drop(index);
        Ok(entry)
    }

    /// The first invalidation since the reads of `recorded` that touches them.
    pub fn stale_from(&self, recorded: &Recorded) -> Option<u64> {
        self.index().stale_from(recorded)
    }

    /// Drops every page and shared part that depends on what a commit touched. Quick: it runs inside
    /// the commit. Returns the dropped pages that had been asked for, most often asked for first.
    pub fn invalidate(&self, touched: &Touched) -> Vec<PageKey> {
        let mut index = self.index();
        let mut found = HashSet::new();
        index.tags.find(touched, &mut found);
        let mut work: Vec<u64> = found.into_iter().collect();
        let (mut memos, mut dropped) = (Vec::new(), Vec::new());
        while let Some(id) = work.pop() {
            match index.holders.remove(&id) {
                None => {}
                Some(Holder::Page(entry)) => {
                    self.remove(entry.hash, id);
                    self.forget(&mut index, &entry);
                    dropped.push(entry);
                }
                Some(Holder::Memo(key)) => {
                    work.extend(index.tags.users(&key));
                    self.forget_memo(&mut index, &key);
                    memos.push(key);
                }
            }
        }
        index.log(Event::Commit(Box::new(Changed::new(touched, memos))));
        self.epoch.store(index.epoch, Ordering::Release);
        drop(index);
        self.counters.invalidated.fetch_add(dropped.len() as u64, Ordering::Relaxed);
        dropped.retain(|entry| entry.hits.load(Ordering::Relaxed) > 0);
        dropped.sort_by_key(|entry| std::cmp::Reverse(entry.hits.load(Ordering::Relaxed)));
        dropped.iter().map(|entry| entry.key.clone()).collect()
    }

    /// Drops everything, for example because the theme changed. Returns the pages that had been asked
    /// for, most often asked for first.
    pub fn clear(&self) -> Vec<PageKey> {
        let mut index = self.index();
        let mut dropped = Vec::new();
        for shard in &self.shards {
            let mut pages = shard.pages.write().unwrap_or_else(PoisonError::into_inner);
            dropped.extend(pages.drain().map(|(_, entry)| entry));
        }
        self.memos.write().unwrap_or_else(PoisonError::into_inner).clear();
        let (last_id, epoch) = (index.last_id, index.epoch);
        *index = Index { last_id, epoch, ..Index::default() };
        index.log(Event::All);
        self.epoch.store(index.epoch, Ordering::Release);
        self.bytes.store(0, Ordering::Relaxed);
        drop(index);
        self.counters.invalidated.fetch_add(dropped.len() as u64, Ordering::Relaxed);
        dropped.retain(|entry| entry.hits.load(Ordering::Relaxed) > 0);
        dropped.sort_by_key(|entry| std::cmp::Reverse(entry.hits.load(Ordering::Relaxed)));
        dropped.iter().map(|entry| entry.key.clone()).collect()
    }

    /// Numbers for `/metrics`.
    pub fn stats(&self) -> Stats {
        let (entries, tags) = {
            let index = self.index();
            (index.pages as u64, index.tags.len() as u64)
        };
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            hits: self.shards.iter().map(|shard| load(&shard.hits)).sum(),
            misses: load(&self.counters.misses),
            entries,
            memos: self.memos.read().unwrap_or_else(PoisonError::into_inner).len() as u64,
            bytes: self.bytes.load(Ordering::Relaxed) as u64,
            tags,
            invalidated: load(&self.counters.invalidated),
            evicted: load(&self.counters.evicted),
            rendered: load(&self.counters.rendered),
            waited: load(&self.counters.waited),
            refused: load(&self.counters.refused),
        }
    }

    /// A page was rendered.
    pub fn count_rendered(&self) {
        self.counters.rendered.fetch_add(1, Ordering::Relaxed);
    }

    /// A request waited for another's rendering.
    pub fn count_waited(&self) {
        self.counters.waited.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds a compressed form to a kept page.
    pub fn add_form(&self, entry: &Arc<Entry>, encoding: Encoding, level: u8, bytes: Bytes) {
        let mut index = self.index();
        let grown = entry.page.put(encoding, level, bytes);
        if index.holders.contains_key(&entry.id) {
            // Two's complement addition also shrinks.
            entry.weight.fetch_add(grown as usize, Ordering::Relaxed);
            self.bytes.fetch_add(grown as usize, Ordering::Relaxed);
            self.evict(&mut index);
        }
    }

    fn memo(&self, key: &MemoKey) -> Option<(Arc<dyn Any + Send + Sync>, i64)> {
        let memos = self.memos.read().unwrap_or_else(PoisonError::into_inner);
        let memo = memos.get(key)?;
        (memo.until == i64::MAX || self.clock.now() < memo.until).then(|| (memo.value.clone(), memo.until))
    }

    /// Keeps a shared part; false if something that it was made from has changed meanwhile.
    fn keep_memo(&self, key: MemoKey, value: Arc<dyn Any + Send + Sync>, recorded: &Recorded) -> bool {
        let mut index = self.index();
        if index.stale_from(recorded).is_some() {
            return false;
        }
        self.forget_memo(&mut index, &key);
        index.last_id += 1;
        let id = index.last_id;
        for tag in &recorded.tags {
            index.tags.add(tag, id);
        }
        index.holders.insert(id, Holder::Memo(key));
        let memo = Arc::new(Memo { id, value, until: recorded.until, tags: recorded.tags.clone() });
        self.memos.write().unwrap_or_else(PoisonError::into_inner).insert(key, memo);
        true
    }

    fn forget_memo(&self, index: &mut Index, key: &MemoKey) {
        let memo = self.memos.write().unwrap_or_else(PoisonError::into_inner).remove(key);
        if let Some(memo) = memo {
            index.holders.remove(&memo.id);
            for tag in &memo.tags {
                index.tags.remove(tag, memo.id);
            }
        }
    }

    /// Takes a page that is out of the table out of the index.
    fn forget(&self, index: &mut Index, entry: &Entry) {
        index.holders.remove(&entry.id);
        for tag in &entry.tags {
            index.tags.remove(tag, entry.id);
        }
        index.pages -= 1;
        self.bytes.fetch_sub(entry.weight.load(Ordering::Relaxed), Ordering::Relaxed);
        if index.clock.len() > 2 * index.pages + 1024 {
            let Index { clock, holders, .. } = index;
            clock.retain(|id| holders.contains_key(id));
        }
    }

    /// Drops pages that have not been used since they were last looked at, until the rest fits.
    fn evict(&self, index: &mut Index) {
        while self.bytes.load(Ordering::Relaxed) > self.limit {
            let Some(id) = index.clock.pop_front() else { return };
            let Some(Holder::Page(entry)) = index.holders.get(&id) else { continue };
            if entry.used.swap(false, Ordering::Relaxed) {
                index.clock.push_back(id);
                continue;
            }
            let entry = entry.clone();
            self.remove(entry.hash, id);
            self.forget(index, &entry);
            self.counters.evicted.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn hash(&self, variant: Variant, target: &str) -> u64 {
        let seed = match variant {
            Variant::Normal => self.seed,
            Variant::Elder => !self.seed,
        };
        xxhash_rust::xxh3::xxh3_64_with_seed(target.as_bytes(), seed)
    }

    fn shard(&self, hash: u64) -> &Shard {
        // The table inside uses the low and the highest bits.
        &self.shards[(hash >> 32) as usize % SHARDS]
    }

    fn write(&self, hash: u64) -> std::sync::RwLockWriteGuard<'_, HashMap<u64, Arc<Entry>, BuildHasherDefault<Ready>>> {
        self.shard(hash).pages.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn remove(&self, hash: u64, id: u64) {
        let mut pages = self.write(hash);
        if pages.get(&hash).is_some_and(|entry| entry.id == id) {
            pages.remove(&hash);
        }
    }

    fn index(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.compressor.close();
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stats().fmt(f)
    }
}
