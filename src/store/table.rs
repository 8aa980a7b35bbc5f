//! Typed records: a record type declares its index keys once.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// A row type. It is stored as JSON, so fields may be added with `#[serde(default)]`.
pub trait Record: Serialize + DeserializeOwned + Clone + Send + Sync + 'static {
    /// Number of the table, at most 254, unique in the program, never used for another.
    const TABLE: u8;
    /// Name for people: journal, errors.
    const NAME: &'static str;
    /// Fields of the row that nobody may be shown: the journal holds them, whoever prints rows masks them.
    const SECRETS: &'static [&'static str] = &[];

    /// Row number, unique in the group.
    fn id(&self) -> u64;

    /// Site that the row belongs to, for restoring one subsite; 0 for rows of the group.
    fn site(&self) -> u64;

    /// The lists that the row stands in and the unique keys that it holds.
    fn keys(&self, keys: &mut Keys);
}

/// The index keys of one row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keys {
    /// Places in lists.
    pub lists: Vec<(ListKey, u64)>,
    /// Unique keys: index number and key.
    pub uniques: Vec<(u8, Vec<u8>)>,
}

impl Keys {
    /// The row stands in the list (`index`, `prefix`) at `order`; the highest order comes first,
    /// among equals the highest id. The count of each list is kept with it.
    pub fn list(&mut self, index: u8, prefix: &[u64], order: u64) {
        self.lists.push((ListKey::new(index, prefix), order));
    }

    /// The row holds `key` in the unique index `index`; a second row that wants it is refused.
    pub fn unique(&mut self, index: u8, key: &[u8]) {
        self.uniques.push((index, key.to_vec()));
    }
}

/// A list: an index number and what it is a list of, e.g. (documents by column, column 17).
/// Index numbers are unique in the program and at most 254; one index always has prefixes of one length (0 to 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListKey {
    /// Index number.
    pub index: u8,
    /// Length of the prefix.
    len: u8,
    /// Prefix, unused places 0.
    prefix: [u64; 2],
}

impl ListKey {
    /// The list of `index` under `prefix` (at most two numbers).
    pub fn new(index: u8, prefix: &[u64]) -> ListKey {
        let mut all = [0; 2];
        all[..prefix.len()].copy_from_slice(prefix);
        ListKey { index, len: prefix.len() as u8, prefix: all }
    }

    /// The prefix.
    pub fn prefix(&self) -> &[u64] {
        &self.prefix[..usize::from(self.len)]
    }
}

/// A place in a list; the smallest position comes first (newest).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u128);

impl Position {
    /// Before everything.
    pub const FIRST: Position = Position(0);
    /// After everything.
    pub const LAST: Position = Position(u128::MAX);
}

/// One entry of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Row.
    pub id: u64,
    /// Its order in this list.
    pub order: u64,
}

impl Entry {
    /// The entry's place.
    pub fn position(&self) -> Position {
        Position((u128::from(u64::MAX - self.order) << 64) | u128::from(u64::MAX - self.id))
    }

    /// The entry at a place.
    pub fn at(position: Position) -> Entry {
        Entry { order: u64::MAX - (position.0 >> 64) as u64, id: u64::MAX - position.0 as u64 }
    }
}

/// Finds keys and site of a row from its JSON; the error says why it is no such row.
pub type Describe = fn(&[u8]) -> std::result::Result<(Keys, u64), String>;

/// A table as the store sees it: how to find a row's keys without knowing its type.
#[derive(Debug, Clone, Copy)]
pub struct TableDef {
    /// `Record::TABLE`.
    pub table: u8,
    /// `Record::NAME`.
    pub name: &'static str,
    /// `Record::SECRETS`.
    pub secrets: &'static [&'static str],
    /// Keys and site of a row from its JSON.
    pub describe: Describe,
}

impl TableDef {
    /// The definition of `R`.
    pub fn of<R: Record>() -> TableDef {
        TableDef {
            table: R::TABLE,
            name: R::NAME,
            secrets: R::SECRETS,
            describe: |json| {
                let record: R = serde_json::from_slice(json).map_err(|e| e.to_string())?;
                let mut keys = Keys::default();
                record.keys(&mut keys);
                Ok((keys, record.site()))
            },
        }
    }

    /// The JSON of a row for people: what is secret is replaced by `"***"`.
    pub fn masked(&self, row: &RawValue) -> Box<RawValue> {
        if self.secrets.is_empty() {
            return row.to_owned();
        }
        let hidden = || serde_json::Value::from("***");
        let shown = match serde_json::from_str(row.get()) {
            Ok(serde_json::Value::Object(mut fields)) => {
                for secret in self.secrets {
                    if let Some(value) = fields.get_mut(*secret) {
                        *value = hidden();
                    }
                }
                serde_json::Value::Object(fields)
            }
            // A row that is no object has no fields to tell apart.
            _ => hidden(),
        };
        // A value that was JSON is JSON again.
        serde_json::value::to_raw_value(&shown).unwrap_or_else(|_| RawValue::NULL.to_owned())
    }
}
