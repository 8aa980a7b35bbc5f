//! What a finished page depends on, in the terms in which the store is read.
//!
//! **Invariant:** a page is dropped by a commit exactly if one of its tags names
//! something that the commit touched.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::store::{ListKey, Position, Touched};

/// Name of a shared part of pages: which part, of what (a site's id, 0 for the group).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemoKey {
    /// Which part, for example `shell`.
    pub part: &'static str,
    /// Of what.
    pub id: u64,
}

impl MemoKey {
    /// The shell of a site: its names, foot, menus.
    pub fn shell(site: u64) -> MemoKey {
        MemoKey { part: "shell", id: site }
    }

    /// What the pages of a column and of its documents say of the column.
    pub fn column(channel: u64) -> MemoKey {
        MemoKey { part: "column", id: channel }
    }
}

/// One thing that a page depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Tag {
    /// A row: table and id; also one that was looked for and not there.
    Row(u8, u64),
    /// The entries of a list between two places, both included.
    List {
        /// List.
        list: ListKey,
        /// First place that matters.
        from: Position,
        /// Last place that matters.
        to: Position,
    },
    /// Whether a list has any entry.
    Any(ListKey),
    /// Which row holds a unique key.
    Unique(u8, Vec<u8>),
    /// A shared part of pages.
    Memo(MemoKey),
    /// Templates, styles and catalogues.
    Theme,
}

impl Tag {
    /// Rough memory that the tag and its place in the index take, in bytes.
    pub(super) fn weight(&self) -> usize {
        match self {
            Tag::Unique(_, key) => 160 + 2 * key.len(),
            _ => 160,
        }
    }
}

/// What an invalidation touched, to be asked about by tags.
#[derive(Debug, Default)]
pub(super) struct Changed {
    rows: HashSet<(u8, u64)>,
    entries: HashMap<ListKey, Vec<Position>>,
    emptiness: HashSet<ListKey>,
    uniques: HashSet<(u8, Vec<u8>)>,
    memos: HashSet<MemoKey>,
}

impl Changed {
    /// From a commit and the shared parts that fell with it.
    pub(super) fn new(touched: &Touched, memos: impl IntoIterator<Item = MemoKey>) -> Changed {
        let mut entries: HashMap<ListKey, Vec<Position>> = HashMap::new();
        for (list, at) in &touched.entries {
            entries.entry(*list).or_default().push(*at);
        }
        entries.values_mut().for_each(|places| places.sort_unstable());
        Changed {
            rows: touched.rows.iter().copied().collect(),
            entries,
            emptiness: touched.emptiness.iter().copied().collect(),
            uniques: touched.uniques.iter().cloned().collect(),
            memos: memos.into_iter().collect(),
        }
    }

    /// Number of things.
    pub(super) fn len(&self) -> usize {
        let entries: usize = self.entries.values().map(Vec::len).sum();
        self.rows.len() + entries + self.emptiness.len() + self.uniques.len() + self.memos.len()
    }

    /// True if what `tag` names was changed.
    pub(super) fn touches(&self, tag: &Tag) -> bool {
        match tag {
            Tag::Row(table, id) => self.rows.contains(&(*table, *id)),
            Tag::List { list, from, to } => self.entries.get(list).is_some_and(|places| {
                let first = places.partition_point(|at| at < from);
                places.get(first).is_some_and(|at| at <= to)
            }),
            Tag::Any(list) => self.emptiness.contains(list),
            Tag::Unique(index, key) => {
                // A set of pairs cannot be asked without a pair; unique keys are short.
                !self.uniques.is_empty() && self.uniques.contains(&(*index, key.clone()))
            }
            Tag::Memo(memo) => self.memos.contains(memo),
            // A changed theme clears everything.
            Tag::Theme => false,
        }
    }
}

/// From tags to the numbers of the pages and shared parts that have them.
#[derive(Debug, Default)]
pub(super) struct TagIndex {
    rows: HashMap<(u8, u64), Holders>,
    lists: HashMap<ListKey, BTreeSet<(Position, Position, u64)>>,
    any: HashMap<ListKey, Holders>,
    uniques: HashMap<u8, HashMap<Vec<u8>, Holders>>,
    memos: HashMap<MemoKey, Holders>,
    theme: Holders,
}

impl TagIndex {
    pub(super) fn add(&mut self, tag: &Tag, holder: u64) {
        match tag {
            Tag::Row(table, id) => self.rows.entry((*table, *id)).or_default().add(holder),
            Tag::List { list, from, to } => {
                self.lists.entry(*list).or_default().insert((*from, *to, holder));
            }
            Tag::Any(list) => self.any.entry(*list).or_default().add(holder),
            Tag::Unique(index, key) => {
                self.uniques.entry(*index).or_default().entry(key.clone()).or_default().add(holder);
            }
            Tag::Memo(memo) => self.memos.entry(*memo).or_default().add(holder),
            Tag::Theme => self.theme.add(holder),
        }
    }

    pub(super) fn remove(&mut self, tag: &Tag, holder: u64) {
        match tag {
            Tag::Row(table, id) => take(&mut self.rows, &(*table, *id), holder),
            Tag::List { list, from, to } => {
                if let Some(ranges) = self.lists.get_mut(list) {
                    ranges.remove(&(*from, *to, holder));
                    if ranges.is_empty() {
                        self.lists.remove(list);
                    }
                }
            }
            Tag::Any(list) => take(&mut self.any, list, holder),
            Tag::Unique(index, key) => {
                if let Some(keys) = self.uniques.get_mut(index) {
                    take(keys, key, holder);
                }
            }
            Tag::Memo(memo) => take(&mut self.memos, memo, holder),
            Tag::Theme => {
                self.theme.remove(holder);
            }
        }
    }

    /// Adds to `found` who depends on what a commit touched.
    pub(super) fn find(&self, touched: &Touched, found: &mut HashSet<u64>) {
        for row in &touched.rows {
            found.extend(self.rows.get(row).into_iter().flat_map(Holders::iter));
        }
        for (list, at) in &touched.entries {
            let Some(ranges) = self.lists.get(list) else { continue };
            let starts_before = ranges.range(..=(*at, Position::LAST, u64::MAX));
            found.extend(starts_before.filter(|(_, to, _)| at <= to).map(|(_, _, holder)| *holder));
        }
        for list in &touched.emptiness {
            found.extend(self.any.get(list).into_iter().flat_map(Holders::iter));
        }
        for (index, key) in &touched.uniques {
            found.extend(self.uniques.get(index).and_then(|keys| keys.get(key)).into_iter().flat_map(Holders::iter));
        }
    }

    /// Who depends on a shared part.
    pub(super) fn users(&self, memo: &MemoKey) -> Vec<u64> {
        self.memos.get(memo).into_iter().flat_map(Holders::iter).collect()
    }

    /// Number of different things that somebody depends on (lists count once).
    pub(super) fn len(&self) -> usize {
        let uniques: usize = self.uniques.values().map(HashMap::len).sum();
        self.rows.len() + self.lists.len() + self.any.len() + self.memos.len() + uniques
    }
}

fn take<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Holders>, key: &K, holder: u64) {
    if let Some(holders) = map.get_mut(key)
        && holders.remove(holder)
    {
        map.remove(key);
    }
}

/// A set of numbers that are mostly added in rising order; small in memory.
#[derive(Debug, Default)]
struct Holders(Vec<u64>);

impl Holders {
    fn add(&mut self, holder: u64) {
        if let Err(place) = self.0.binary_search(&holder) {
            self.0.insert(place, holder);
        }
    }

    /// True if nothing is left.
    fn remove(&mut self, holder: u64) -> bool {
        if let Ok(place) = self.0.binary_search(&holder) {
            self.0.remove(place);
        }
        self.0.is_empty()
    }

    fn iter(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }
}
