//! One action of one person: what it read, what it writes, who, when, why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::table::{Entry, ListKey, Position, Record};
use super::{Error, Result};

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Log-in name, or `system`, `cli`.
    pub name: String,
    /// Address of the client, empty where there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}

impl Actor {
    /// The server itself: jobs, start.
    pub fn system() -> Actor {
        Actor { name: "system".into(), address: String::new() }
    }

    /// Ops at the command line.
    pub fn cli() -> Actor {
        Actor { name: "cli".into(), address: String::new() }
    }
}

/// Reading rows and lists. The store reads what is committed, a [`Transaction`] also notes
/// versions, and the page cache's recorder notes what a page depends on.
pub trait Read {
    /// JSON of a row and its version (sequence number of the last write).
    fn row(&self, table: u8, id: u64) -> Result<Option<(Vec<u8>, u64)>>;
    /// Up to `limit` entries after `after`, in list order.
    fn list(&self, list: ListKey, after: Position, limit: usize) -> Result<Vec<Entry>>;
    /// Up to `limit` entries before `before`, nearest first.
    fn list_back(&self, list: ListKey, before: Position, limit: usize) -> Result<Vec<Entry>>;
    /// Up to `limit` entries from the `offset`-th on; as fast at the end of a list as at its head.
    fn list_at(&self, list: ListKey, offset: u64, limit: usize) -> Result<Vec<Entry>>;
    /// Number of entries, maintained, not counted.
    fn count(&self, list: ListKey) -> Result<u64>;
    /// True if the list has an entry; a page that asks only this stays cached until it changes.
    fn any(&self, list: ListKey) -> Result<bool>;
    /// Row that holds a unique key.
    fn unique(&self, index: u8, key: &[u8]) -> Result<Option<u64>>;

    /// A typed row.
    fn get<R: Record>(&self, id: u64) -> Result<Option<R>>
    where
        Self: Sized,
    {
        match self.row(R::TABLE, id)? {
            None => Ok(None),
            Some((json, _)) => serde_json::from_slice(&json).map(Some).map_err(|e| Error::Row {
                table: R::NAME,
                id,
                what: e.to_string(),
            }),
        }
    }
}

/// One write of a row.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    /// Table number.
    pub table: u8,
    /// Row.
    pub id: u64,
    /// New JSON text of the row; `None` deletes it.
    pub row: Option<Box<RawValue>>,
}

/// A committed transaction, as followers and `journal show` see it.
#[derive(Debug, Clone)]
pub struct Committed {
    /// Sequence number, from 1 without gaps.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub time: i64,
    /// Who.
    pub actor: Actor,
    /// Dotted action name, `content.publish`.
    pub action: String,
    /// Site it concerns, 0 for the group.
    pub site: u64,
    /// Why, or what exactly; may be empty.
    pub note: String,
    /// Rows written.
    pub changes: Vec<Change>,
    /// What readers may have seen that is now different; empty when read from the journal.
    pub touched: Touched,
}

/// What a commit changed, in the terms in which it can be read.
#[derive(Debug, Clone, Default)]
pub struct Touched {
    /// Rows written or deleted.
    pub rows: Vec<(u8, u64)>,
    /// Entries added to or removed from lists.
    pub entries: Vec<(ListKey, Position)>,
    /// Lists that became empty or stopped being empty.
    pub emptiness: Vec<ListKey>,
    /// Unique keys taken or given up.
    pub uniques: Vec<(u8, Vec<u8>)>,
}

/// Rows to be written together, or not at all. Reads through it see its own
/// writes (rows only, not lists) and note the version that they saw; if one of
/// those rows changed before the commit, the commit fails with [`Error::Conflict`].
#[derive(Debug)]
pub struct Transaction {
    pub(super) store: super::Store,
    pub(super) actor: Actor,
    pub(super) action: &'static str,
    pub(super) site: u64,
    pub(super) note: String,
    /// Version seen of each row read; 0 where there was none.
    pub(super) seen: std::cell::RefCell<BTreeMap<(u8, u64), u64>>,
    pub(super) writes: BTreeMap<(u8, u64), Option<Box<RawValue>>>,
}

impl Transaction {
    pub(super) fn new(store: super::Store, actor: Actor, action: &'static str) -> Transaction {
        Transaction {
            store,
            actor,
            action,
            site: 0,
            note: String::new(),
            seen: std::cell::RefCell::default(),
            writes: BTreeMap::new(),
        }
    }

    /// The site that the action concerns; 0, the default, is the group.
    #[must_use]
    pub fn site(mut self, id: u64) -> Transaction {
        self.site = id;
        self
    }

    /// Why, or what exactly, for the audit log.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Transaction {
        self.note = text.into();
        self
    }

    /// A row number that was never used in the group. One that is not committed may be lost, never given out twice
    /// in the life of a process.
    pub fn new_id(&self) -> u64 {
        self.store.new_id()
    }

    /// Writes a row, whether it is there or not.
    pub fn put<R: Record>(&mut self, record: &R) -> Result<()> {
        let bad = |what: String| Error::Row { table: R::NAME, id: record.id(), what };
        if record.id() == 0 {
            return Err(bad("a row's number is never 0".into()));
        }
        let json = serde_json::value::to_raw_value(record).map_err(|e| bad(e.to_string()))?;
        self.writes.insert((R::TABLE, record.id()), Some(json));
        Ok(())
    }

    /// Writes a row that must not exist yet; if it does, the commit fails with [`Error::Conflict`].
    pub fn put_new<R: Record>(&mut self, record: &R) -> Result<()> {
        self.put(record)?;
        self.seen.borrow_mut().entry((R::TABLE, record.id())).or_insert(0);
        Ok(())
    }

    /// Deletes a row; one that is not there is fine.
    pub fn delete<R: Record>(&mut self, id: u64) {
        self.writes.insert((R::TABLE, id), None);
    }

    /// Writes or deletes a row of any table, from its JSON.
    pub(super) fn put_raw(&mut self, table: u8, id: u64, row: Option<Box<RawValue>>) {
        self.writes.insert((table, id), row);
    }

    /// Notes the version that a row must still have (0: that it must not exist).
    pub(super) fn expect(&mut self, table: u8, id: u64, version: u64) {
        self.seen.borrow_mut().entry((table, id)).or_insert(version);
    }

    /// True if nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }
}

impl Read for Transaction {
    fn row(&self, table: u8, id: u64) -> Result<Option<(Vec<u8>, u64)>> {
        if let Some(row) = self.writes.get(&(table, id)) {
            let version = self.seen.borrow().get(&(table, id)).copied().unwrap_or(0);
            return Ok(row.as_ref().map(|raw| (raw.get().as_bytes().to_vec(), version)));
        }
        let found = self.store.row(table, id)?;
        let version = found.as_ref().map_or(0, |(_, version)| *version);
        self.seen.borrow_mut().entry((table, id)).or_insert(version);
        Ok(found)
    }

    fn list(&self, list: ListKey, after: Position, limit: usize) -> Result<Vec<Entry>> {
        self.store.list(list, after, limit)
    }

    fn list_back(&self, list: ListKey, before: Position, limit: usize) -> Result<Vec<Entry>> {
        self.store.list_back(list, before, limit)
    }

    fn list_at(&self, list: ListKey, offset: u64, limit: usize) -> Result<Vec<Entry>> {
        self.store.list_at(list, offset, limit)
    }

    fn count(&self, list: ListKey) -> Result<u64> {
        self.store.count(list)
    }

    fn any(&self, list: ListKey) -> Result<bool> {
        self.store.any(list)
    }

    fn unique(&self, index: u8, key: &[u8]) -> Result<Option<u64>> {
        self.store.unique(index, key)
    }
}
