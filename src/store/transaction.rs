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
            Some((json, _)) => serde_json::from_slice(&json)
                .map(Some)
                .map_err(|e| Error::Row { table: R::NAME, id, what: e.to_string() }),
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
/// writes and note the version that they saw; if one of those rows changed
/// before the commit, the commit fails with [`Error::Conflict`].
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
