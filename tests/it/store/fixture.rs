//! A small site group: documents in columns, with addresses.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zhanqun::base::clock::Clock;
use zhanqun::store::{Actor, Committed, Keys, ListKey, Options, Read, Record, Result, Store, TableDef};

/// Documents by column.
pub const BY_COLUMN: u8 = 1;
/// All documents.
pub const ALL: u8 = 2;
/// Documents by site and column.
pub const BY_SITE: u8 = 3;
/// Addresses.
pub const ADDRESS: u8 = 4;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doc {
    pub id: u64,
    pub site: u64,
    pub column: u64,
    pub time: u64,
    pub address: String,
    pub text: String,
    #[serde(default)]
    pub listed: bool,
}

impl Record for Doc {
    const TABLE: u8 = 7;
    const NAME: &'static str = "document";

    fn id(&self) -> u64 {
        self.id
    }

    fn site(&self) -> u64 {
        self.site
    }

    fn keys(&self, keys: &mut Keys) {
        if self.listed {
            keys.list(BY_COLUMN, &[self.column], self.time);
            keys.list(BY_SITE, &[self.site, self.column], self.time);
            keys.list(ALL, &[], self.time);
        }
        if !self.address.is_empty() {
            keys.unique(ADDRESS, self.address.as_bytes());
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub id: u64,
    pub site: u64,
    pub name: String,
}

impl Record for Column {
    const TABLE: u8 = 8;
    const NAME: &'static str = "column";

    fn id(&self) -> u64 {
        self.id
    }

    fn site(&self) -> u64 {
        self.site
    }

    fn keys(&self, _: &mut Keys) {}
}

pub fn doc(id: u64, column: u64) -> Doc {
    Doc { id, site: 1, column, time: id, address: format!("/{id}"), text: format!("正文 {id}"), listed: true }
}

/// Text of `length` bytes that does not compress.
pub fn noise(seed: u64, length: usize) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(b'!' + (state >> 33) as u8 % 90).to_ascii_lowercase()
        })
        .map(|c| if c == '"' || c == '\\' { 'x' } else { c })
        .collect()
}

pub fn tables() -> Vec<TableDef> {
    vec![TableDef::of::<Doc>(), TableDef::of::<Column>()]
}

pub fn options(dir: &Path) -> Options {
    let mut options = Options::new(dir, tables());
    options.cache_bytes = 8 << 20;
    options.min_free_bytes = 0;
    options.stuck_after = Duration::from_secs(60);
    options.snapshots = false;
    options
}

pub fn open(dir: &Path) -> Store {
    Store::open(options(dir), &()).unwrap()
}

pub fn try_open(dir: &Path) -> Result<Store> {
    Store::open(options(dir), &())
}

pub fn fixed(dir: &Path, clock: &Clock) -> Store {
    let mut options = options(dir);
    options.clock = clock.clone();
    Store::open(options, &()).unwrap()
}

pub fn actor() -> Actor {
    Actor { name: "wang".into(), address: "192.0.2.7".into() }
}

pub fn put(store: &Store, docs: &[Doc]) -> Result<Committed> {
    let mut tx = store.transaction(actor(), "test.put");
    for doc in docs {
        tx.put(doc)?;
    }
    store.commit(tx)
}

pub fn delete(store: &Store, id: u64) -> Result<Committed> {
    let mut tx = store.transaction(actor(), "test.delete");
    tx.delete::<Doc>(id);
    store.commit(tx)
}

pub fn column(column: u64) -> ListKey {
    ListKey::new(BY_COLUMN, &[column])
}

pub fn ids(store: &Store, list: ListKey) -> Vec<u64> {
    store.list(list, zhanqun::store::Position::FIRST, usize::MAX).unwrap().iter().map(|e| e.id).collect()
}

/// Rows by number: JSON and version.
pub type Rows = Vec<(u64, Option<(Vec<u8>, u64)>)>;

/// Everything that can be read, for comparing two stores.
pub fn everything(store: &Store, ids: impl IntoIterator<Item = u64>) -> Rows {
    ids.into_iter().map(|id| (id, store.row(Doc::TABLE, id).unwrap())).collect()
}
