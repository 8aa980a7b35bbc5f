//! A small store in memory that says what its commits touch: the model of the cache's tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use zhanqun::cache::Source;
use zhanqun::store::{Entry, ListKey, Position, Read, Result, Touched};

use super::{Ask, Write, list_of, position};

/// Channel, order and unique key by row.
type Rows = BTreeMap<u64, (u64, u64, u8)>;

/// Rows of one table.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    rows: Arc<Mutex<Rows>>,
}

impl Memory {
    pub fn source(&self) -> Source {
        Arc::new(self.clone())
    }

    fn entries(&self, list: ListKey) -> BTreeSet<Position> {
        let rows = self.rows.lock().unwrap();
        let inside = rows.iter().filter(|(_, (channel, _, _))| list == list_of(0) || list == list_of(*channel));
        inside.map(|(id, (_, order, _))| position(*order, *id)).collect()
    }

    fn holder(&self, key: u8) -> Option<u64> {
        self.rows.lock().unwrap().iter().find(|(_, (_, _, k))| *k == key).map(|(id, _)| *id)
    }

    pub fn commit(&self, writes: &[Write]) -> Touched {
        let lists = [list_of(0), list_of(1), list_of(2)];
        let before: Vec<_> = lists.iter().map(|list| self.entries(*list)).collect();
        let holders: Vec<_> = (0..4).map(|key| self.holder(key)).collect();
        let mut touched = Touched::default();
        for (id, row) in writes {
            touched.rows.push((1, *id));
            let mut rows = self.rows.lock().unwrap();
            match row {
                Some(row) => rows.insert(*id, *row),
                None => rows.remove(id),
            };
        }
        for (list, before) in lists.iter().zip(before) {
            let after = self.entries(*list);
            touched.entries.extend(before.symmetric_difference(&after).map(|at| (*list, *at)));
            if before.is_empty() != after.is_empty() {
                touched.emptiness.push(*list);
            }
        }
        for (key, holder) in (0..4).zip(holders) {
            if self.holder(key) != holder {
                touched.uniques.push((9, vec![key]));
            }
        }
        touched
    }
}

/// True if the commit touched something that the read could have noticed: rows, lists, emptiness, keys.
pub fn concerns(touched: &Touched, ask: &Ask) -> bool {
    let list = |channel: u64| touched.entries.iter().any(|(list, _)| *list == list_of(channel));
    match ask {
        Ask::Row(id) => touched.rows.contains(&(1, *id)),
        Ask::List(channel, _, limit) | Ask::Back(channel, _, limit) | Ask::At(channel, _, limit) => {
            *limit > 0 && list(*channel)
        }
        Ask::Count(channel) => list(*channel),
        Ask::Any(channel) => touched.emptiness.contains(&list_of(*channel)),
        Ask::Unique(key) => touched.uniques.contains(&(9, vec![*key])),
        Ask::Memo(id) => touched.rows.contains(&(1, *id)) || touched.emptiness.contains(&list_of(*id)),
    }
}

impl Read for Memory {
    fn row(&self, _: u8, id: u64) -> Result<Option<(Vec<u8>, u64)>> {
        Ok(self.rows.lock().unwrap().get(&id).map(|row| (format!("{row:?}").into_bytes(), 0)))
    }

    fn list(&self, list: ListKey, after: Position, limit: usize) -> Result<Vec<Entry>> {
        let entries = self.entries(list);
        Ok(entries.into_iter().filter(|at| *at > after).take(limit).map(Entry::at).collect())
    }

    fn list_back(&self, list: ListKey, before: Position, limit: usize) -> Result<Vec<Entry>> {
        let entries = self.entries(list);
        Ok(entries.into_iter().rev().filter(|at| *at < before).take(limit).map(Entry::at).collect())
    }

    fn list_at(&self, list: ListKey, offset: u64, limit: usize) -> Result<Vec<Entry>> {
        let entries = self.entries(list);
        Ok(entries.into_iter().skip(offset as usize).take(limit).map(Entry::at).collect())
    }

    fn count(&self, list: ListKey) -> Result<u64> {
        Ok(self.entries(list).len() as u64)
    }

    fn any(&self, list: ListKey) -> Result<bool> {
        Ok(!self.entries(list).is_empty())
    }

    fn unique(&self, _: u8, key: &[u8]) -> Result<Option<u64>> {
        Ok(self.holder(key[0]))
    }
}
