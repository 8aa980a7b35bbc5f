//! What a commit group changes: rows in, keys of the state out.
//!
//! **Invariant:** lists, counts, unique keys and the digest follow from the
//! rows by one piece of code, for live commits, replay and rebuild alike.

use std::collections::{BTreeSet, HashMap};

use serde_json::value::RawValue;

use super::row::{self, Packed};
use super::state::{Batch, Meta, State};
use super::table::{Keys, ListKey, Position, TableDef};
use super::transaction::{Change, Touched};
use super::{Error, Result, key};

/// The tables of the program, by number.
#[derive(Debug, Clone)]
pub(super) struct Tables(Vec<Option<TableDef>>);

impl Tables {
    /// Tables, found by number.
    pub fn new(tables: &[TableDef]) -> Tables {
        let mut all = vec![None; 256];
        for table in tables {
            debug_assert!(table.table < u8::MAX, "table numbers end at 254");
            debug_assert!(all[usize::from(table.table)].is_none(), "table number {} is used twice", table.table);
            all[usize::from(table.table)] = Some(*table);
        }
        Tables(all)
    }

    /// The table of a number.
    pub fn get(&self, table: u8) -> Option<&TableDef> {
        self.0[usize::from(table)].as_ref()
    }

    /// Name for people.
    pub fn name(&self, table: u8) -> &'static str {
        self.0[usize::from(table)].map_or("row of an unknown table", |t| t.name)
    }

    /// Keys of a row, without duplicates, and its site. A table that the program no longer knows has none.
    pub fn describe(&self, table: u8, id: u64, json: &[u8]) -> Result<(Derived, u64)> {
        let Some(def) = self.0[usize::from(table)] else { return Ok((Derived::default(), 0)) };
        let (Keys { lists, uniques }, site) =
            (def.describe)(json).map_err(|what| row::unreadable(def.name, id, what))?;
        debug_assert!(lists.iter().all(|(list, _)| list.index < u8::MAX), "index numbers end at 254");
        let lists =
            lists.into_iter().map(|(list, order)| (list, super::table::Entry { id, order }.position())).collect();
        Ok((Derived { lists, uniques: uniques.into_iter().collect() }, site))
    }
}

/// The keys that follow from one row.
#[derive(Debug, Clone, Default)]
pub(super) struct Derived {
    /// Places in lists.
    pub lists: BTreeSet<(ListKey, Position)>,
    /// Unique keys.
    pub uniques: BTreeSet<(u8, Vec<u8>)>,
}

/// A row in the group: as the state has it, and as it will be.
#[derive(Debug)]
struct Slot {
    /// Version, parts and digest term in the state.
    base: Option<(u64, u8, u128)>,
    now: Option<Now>,
}

#[derive(Debug)]
struct Now {
    version: u64,
    keys: Derived,
    /// Content written by this group; `None` if it is still as in the state.
    written: Option<(Packed, u128)>,
}

/// A row to be written.
#[derive(Debug)]
pub(super) struct Write<'a> {
    pub table: u8,
    pub id: u64,
    pub row: Option<(&'a RawValue, Packed)>,
}

impl<'a> Write<'a> {
    /// The write of a journal change; compresses the row.
    pub fn of(change: &'a Change) -> Write<'a> {
        let row = change.row.as_deref().map(|raw| (raw, row::pack(raw.get().as_bytes())));
        Write { table: change.table, id: change.id, row }
    }
}

/// What one transaction changed.
#[derive(Debug, Default)]
pub(super) struct Effect {
    pub touched: Touched,
    /// Entries added (`true`) or removed, in order, for the list cache.
    pub moves: Vec<(ListKey, Position, bool)>,
}

/// Who holds a unique key: in the state, and afterwards.
type Holders = (Option<u64>, Option<u64>);

/// A commit group in the making.
#[derive(Debug)]
pub(super) struct Group<'a> {
    state: &'a State,
    tables: &'a Tables,
    meta: Meta,
    rows: HashMap<(u8, u64), Slot>,
    /// Entries: there in the state, there afterwards.
    entries: HashMap<(ListKey, Position), (bool, bool)>,
    counts: HashMap<ListKey, (u64, u64)>,
    uniques: HashMap<(u8, Vec<u8>), Holders>,
    /// Bytes of content gathered.
    weight: usize,
    /// In replay a unique key that is taken is reported and skipped, because the journal is the truth.
    replay: bool,
}

impl<'a> Group<'a> {
    /// An empty group on top of `state`, which stands at `meta`.
    pub fn new(state: &'a State, tables: &'a Tables, meta: Meta, replay: bool) -> Group<'a> {
        Group {
            state,
            tables,
            meta,
            rows: HashMap::new(),
            entries: HashMap::new(),
            counts: HashMap::new(),
            uniques: HashMap::new(),
            weight: 0,
            replay,
        }
    }

    /// Bytes of content gathered so far.
    pub fn weight(&self) -> usize {
        self.weight
    }

    fn version(&mut self, table: u8, id: u64) -> Result<u64> {
        if let Some(slot) = self.rows.get(&(table, id)) {
            return Ok(slot.now.as_ref().map_or(0, |now| now.version));
        }
        Ok(self.state.version(table, id)?.map_or(0, |(version, _)| version))
    }

    fn load(&mut self, table: u8, id: u64) -> Result<()> {
        if self.rows.contains_key(&(table, id)) {
            return Ok(());
        }
        let slot = match self.state.row(table, id)? {
            None => Slot { base: None, now: None },
            Some(stored) => {
                let (keys, _) = self.tables.describe(table, id, &stored.json)?;
                let term = row::digest(table, id, stored.version, &stored.json);
                Slot {
                    base: Some((stored.version, stored.parts, term)),
                    now: Some(Now { version: stored.version, keys, written: None }),
                }
            }
        };
        self.rows.insert((table, id), slot);
        Ok(())
    }

    fn holder(&mut self, unique: &(u8, Vec<u8>)) -> Result<Option<u64>> {
        if let Some((_, now)) = self.uniques.get(unique) {
            return Ok(*now);
        }
        let holder = self.state.unique(unique.0, &unique.1)?;
        self.uniques.insert(unique.clone(), (holder, holder));
        Ok(holder)
    }

    fn count(&mut self, list: ListKey) -> Result<&mut (u64, u64)> {
        match self.counts.entry(list) {
            std::collections::hash_map::Entry::Occupied(e) => Ok(e.into_mut()),
            std::collections::hash_map::Entry::Vacant(e) => {
                let count = self.state.count(list)?;
                Ok(e.insert((count, count)))
            }
        }
    }

    /// Checks the versions that a transaction saw (0 = no row).
    pub fn check<'v>(&mut self, seen: impl IntoIterator<Item = (&'v (u8, u64), &'v u64)>) -> Result<()> {
        for ((table, id), version) in seen {
            if self.version(*table, *id)? != *version {
                return Err(Error::Conflict { table: self.tables.name(*table), id: *id });
            }
        }
        Ok(())
    }

    /// Takes a transaction's writes as record `seq`. After an error the group is as it was before.
    pub fn admit(&mut self, seq: u64, writes: Vec<Write<'_>>) -> Result<Effect> {
        // First everything that can fail, without a change.
        let mut news = Vec::with_capacity(writes.len());
        let mut given: HashMap<(u8, Vec<u8>), u64> = HashMap::new();
        let mut taken: HashMap<(u8, Vec<u8>), u64> = HashMap::new();
        for write in &writes {
            self.load(write.table, write.id)?;
            let keys = match &write.row {
                None => None,
                Some((raw, packed)) => {
                    row::check(self.tables.name(write.table), write.id, raw.get().len(), packed)?;
                    Some(self.tables.describe(write.table, write.id, raw.get().as_bytes())?.0)
                }
            };
            let slot = &self.rows[&(write.table, write.id)];
            if let Some(now) = &slot.now {
                for unique in &now.keys.uniques {
                    if !keys.as_ref().is_some_and(|k| k.uniques.contains(unique)) {
                        given.insert(unique.clone(), write.id);
                    }
                }
            }
            news.push(keys);
        }
        for (write, keys) in writes.iter().zip(&news) {
            for unique in keys.iter().flat_map(|k| &k.uniques) {
                let before = taken.insert(unique.clone(), write.id).filter(|other| *other != write.id);
                let holder = match self.holder(unique)? {
                    Some(id) if id != write.id && given.get(unique) != Some(&id) => Some(id),
                    _ => before,
                };
                if let Some(holder) = holder {
                    let duplicate = Error::Duplicate {
                        table: self.tables.name(write.table),
                        id: write.id,
                        key: String::from_utf8_lossy(&unique.1).into_owned(),
                        holder,
                    };
                    if !self.replay {
                        return Err(duplicate);
                    }
                    tracing::error!(seq, "{duplicate}; the journal has both, the first keeps the key");
                }
            }
        }
        for list in self.lists_of(&writes, &news) {
            self.count(list)?;
        }
        for unique in given.keys() {
            self.holder(unique)?;
        }

        // From here on nothing fails.
        let mut effect = Effect::default();
        let mut was_empty: HashMap<ListKey, bool> = HashMap::new();
        for (unique, id) in &given {
            if let Some((_, now)) = self.uniques.get_mut(unique)
                && *now == Some(*id)
            {
                *now = None;
                effect.touched.uniques.push(unique.clone());
            }
        }
        for (write, keys) in writes.into_iter().zip(news) {
            effect.touched.rows.push((write.table, write.id));
            let slot = self.rows.get_mut(&(write.table, write.id)).expect("loaded above");
            let old = slot.now.take().map(|now| now.keys).unwrap_or_default();
            let new = keys.clone().unwrap_or_default();
            for (list, position) in old.lists.difference(&new.lists) {
                effect.moves.push((*list, *position, false));
            }
            for (list, position) in new.lists.difference(&old.lists) {
                effect.moves.push((*list, *position, true));
            }
            for unique in &new.uniques {
                if let Some((_, now)) = self.uniques.get_mut(unique)
                    && now.is_none()
                {
                    *now = Some(write.id);
                    effect.touched.uniques.push(unique.clone());
                }
            }
            if let (Some((raw, packed)), Some(keys)) = (write.row, keys) {
                let json = raw.get().as_bytes();
                self.weight += json.len();
                let term = row::digest(write.table, write.id, seq, json);
                slot.now = Some(Now { version: seq, keys, written: Some((packed, term)) });
                self.meta.max_id = self.meta.max_id.max(write.id);
            }
        }
        for (list, position, add) in &effect.moves {
            let place = self.entries.entry((*list, *position)).or_insert((!add, !add));
            place.1 = *add;
            let count = self.counts.get_mut(list).expect("loaded above");
            was_empty.entry(*list).or_insert(count.1 == 0);
            count.1 = if *add { count.1 + 1 } else { count.1.saturating_sub(1) };
            effect.touched.entries.push((*list, *position));
        }
        for (list, was) in was_empty {
            if was != (self.counts[&list].1 == 0) {
                effect.touched.emptiness.push(list);
            }
        }
        Ok(effect)
    }

    fn lists_of(&self, writes: &[Write<'_>], news: &[Option<Derived>]) -> BTreeSet<ListKey> {
        let mut lists = BTreeSet::new();
        for (write, keys) in writes.iter().zip(news) {
            let old = self.rows[&(write.table, write.id)].now.as_ref().map(|now| &now.keys);
            for keys in old.into_iter().chain(keys) {
                lists.extend(keys.lists.iter().map(|(list, _)| *list));
            }
        }
        lists
    }

    /// The batch that brings the state to record `seq` with chain hash `hash`, and where it then stands.
    pub fn finish(self, seq: u64, hash: super::journal::frame::Hash) -> (Batch, Meta) {
        let Group { mut meta, rows, entries, counts, uniques, .. } = self;
        let mut batch = Batch::new();
        let mut sum = meta.keys_digest;
        let mut keys = meta.keys;
        let mut put = |key: Vec<u8>, old: Option<Vec<u8>>, new: Option<Vec<u8>>| {
            if old == new {
                return;
            }
            if let Some(old) = &old {
                sum = sum.wrapping_sub(row::digest_key(&key, old));
                keys = keys.wrapping_sub(1);
            }
            if let Some(new) = &new {
                sum = sum.wrapping_add(row::digest_key(&key, new));
                keys = keys.wrapping_add(1);
            }
            batch.push((key, new));
        };
        for ((list, position), (before, now)) in entries {
            put(key::entry(list, position), before.then(Vec::new), now.then(Vec::new));
        }
        let number = |n: u64| n.to_be_bytes().to_vec();
        for (list, (before, now)) in counts {
            put(key::count(list), (before > 0).then(|| number(before)), (now > 0).then(|| number(now)));
        }
        for ((index, name), (before, now)) in uniques {
            put(key::unique(index, &name), before.map(number), now.map(number));
        }
        meta.keys_digest = sum;
        meta.keys = keys;
        for ((table, id), slot) in rows {
            let Slot { base, now } = slot;
            let written = match now {
                Some(Now { written: None, .. }) => continue,
                Some(Now { version, written: Some((packed, term)), .. }) => Some((version, packed, term)),
                None => None,
            };
            let mut first_gone = 0;
            if let Some((version, packed, term)) = written {
                packed.write(table, id, version, |key, value| batch.push((key, Some(value))));
                meta.rows_digest = meta.rows_digest.wrapping_add(term);
                meta.rows = meta.rows.wrapping_add(1);
                first_gone = packed.parts().unwrap_or(u8::MAX);
            }
            if let Some((_, parts, term)) = base {
                for part in first_gone..parts {
                    batch.push((key::row(table, id, part).to_vec(), None));
                }
                meta.rows_digest = meta.rows_digest.wrapping_sub(term);
                meta.rows = meta.rows.wrapping_sub(1);
            }
        }
        meta.seq = seq;
        meta.hash = hash;
        (batch, meta)
    }
}
