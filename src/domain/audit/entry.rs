//! An entry of the audit log.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::base::id::SiteId;
use crate::store::{Committed, Store};

/// An entry of the audit log: one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Sequence number.
    pub seq: u64,
    /// Milliseconds since 1970.
    pub time: i64,
    /// Log-in name, or `system`, `cli`, `visitor`.
    pub actor: String,
    /// Address of the client, empty where there is none.
    pub address: String,
    /// Dotted name, `content.publish`.
    pub action: String,
    /// Site that it concerns; 0 for the group.
    pub site: SiteId,
    /// Why, or what exactly.
    pub note: String,
    /// Rows written.
    pub rows: usize,
}

impl Entry {
    pub(super) fn of(committed: &Committed) -> Entry {
        Entry {
            seq: committed.seq,
            time: committed.time,
            actor: committed.actor.name.clone(),
            address: committed.actor.address.clone(),
            action: committed.action.clone(),
            site: SiteId(committed.site),
            note: committed.note.clone(),
            rows: committed.changes.len(),
        }
    }
}

/// A row that a transaction wrote, its secrets masked.
#[derive(Debug, Clone, Serialize)]
pub struct Change {
    /// Name of the table.
    pub table: &'static str,
    /// Row.
    pub id: u64,
    /// JSON of the row; `None` where it was deleted.
    pub row: Option<Box<RawValue>>,
}

/// An entry with its rows.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The entry.
    pub entry: Entry,
    /// The rows.
    pub changes: Vec<Change>,
}

impl Detail {
    pub(super) fn of(store: &Store, committed: &Committed) -> Detail {
        let changes = committed.changes.iter().map(|change| {
            let table = store.table(change.table);
            let masked = |row: &RawValue| match table {
                Some(table) => table.masked(row),
                // It may hold secrets that this program does not know of.
                None => RawValue::from_string("\"***\"".into()).unwrap_or_else(|_| RawValue::NULL.to_owned()),
            };
            Change {
                table: table.map_or("unknown", |table| table.name),
                id: change.id,
                row: change.row.as_deref().map(masked),
            }
        });
        Detail { entry: Entry::of(committed), changes: changes.collect() }
    }
}
