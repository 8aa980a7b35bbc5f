//! Building the state from a snapshot.
//!
//! **Invariant:** where the result stands is written last, so a load that is
//! cut short leaves a state that nobody trusts.

use std::collections::HashMap;

use crate::store::group::Tables;
use crate::store::journal::Journal;
use crate::store::journal::reader::{Reader as JournalReader, hash_at};
use crate::store::options::{Options, Progress, Work};
use crate::store::state::{Batch, Meta, State};
use crate::store::table::ListKey;
use crate::store::{Error, Result, clean, key, row, scan};

use super::file::{Footer, Reader};
use super::{folder, name};

/// Batches are written when they have this many bytes …
const BYTES: usize = 1 << 20;
/// … or this many keys.
const KEYS: usize = 2_000;
/// Keys that are sorted together before they are written: in order they are written much faster.
const SORTED: usize = 1_000_000;

/// Gathers writes into batches.
struct Gathered<'a> {
    state: &'a State,
    batch: Batch,
    bytes: usize,
}

impl Gathered<'_> {
    fn put(&mut self, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<()> {
        self.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
        self.batch.push((key, value));
        if self.bytes >= BYTES || self.batch.len() >= KEYS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        self.bytes = 0;
        self.state.write(std::mem::take(&mut self.batch), None)
    }

    fn row(&mut self, table: u8, id: u64, version: u64, json: &[u8]) -> Result<u8> {
        let packed = row::pack(json);
        let mut parts = Vec::new();
        packed.write(table, id, version, |key, value| parts.push((key, value)));
        for (key, value) in parts {
            self.put(key, Some(value))?;
        }
        Ok(packed.parts().unwrap_or(u8::MAX))
    }
}

/// Loads snapshot `seq` into an empty state and brings it to the snapshot's last record.
pub(in crate::store) fn load(
    options: &Options,
    tables: &Tables,
    journal: &Journal,
    seq: u64,
    state: &State,
    progress: &dyn Progress,
) -> Result<Meta> {
    let path = folder(&options.dir).join(name(seq));
    let bad = |what: String| Error::Snapshot { path: path.clone(), what };
    let reader = Reader::open(&path)?;
    let header = reader.header.clone();
    let present = options.upgrades.version();
    if header.genesis != clean::hex(&journal.genesis()) {
        return Err(bad("it belongs to another journal".into()));
    }
    if header.schema > present {
        return Err(bad(format!("it has schema version {}, newer than {present}", header.schema)));
    }

    let mut out = Gathered { state, batch: Vec::new(), bytes: 0 };
    let mut loaded = 0;
    let footer = reader.rows(|found| {
        let text = std::str::from_utf8(found.json).map_err(|e| bad(e.to_string()))?;
        let upgraded = options.upgrades.row(header.schema, found.table, text).map_err(bad)?;
        out.row(found.table, found.id, found.version, upgraded.as_deref().unwrap_or(text).as_bytes())?;
        loaded += 1;
        if loaded % 1000 == 0 {
            progress.step(Work::Load, loaded, 0);
        }
        Ok(())
    })?;
    out.flush()?;

    let hash = hash_at(&options.dir.join("journal"), footer.last, journal.genesis())?;
    let Some(hash) = hash.filter(|h| clean::hex(h) == footer.hash) else {
        return Err(bad(format!("its record {} is not the journal's", footer.last)));
    };
    between(options, header.first, footer.last, state)?;
    let mut meta = index(options, tables, state, &footer, progress)?;
    let same_rows = header.schema == present;
    let digest = |number: u128| format!("{number:032x}");
    if same_rows && (meta.rows, digest(meta.rows_digest)) != (footer.rows, footer.rows_digest.clone()) {
        return Err(bad("the rows do not have the digest that they had".into()));
    }
    let same_keys = same_rows && header.index_version == options.index_version;
    if same_keys && (meta.keys, digest(meta.keys_digest)) != (footer.keys, footer.keys_digest.clone()) {
        return Err(bad("lists and unique keys do not have the digest that they had".into()));
    }
    meta.hash = hash;
    meta.genesis = journal.genesis();
    state.write(Vec::new(), Some(&meta))?;
    state.checkpoint()?;
    Ok(meta)
}

/// Applies the rows of records after `first` up to `last` that the snapshot did not see.
fn between(options: &Options, first: u64, last: u64, state: &State) -> Result<()> {
    let mut reader = JournalReader::new(&options.dir.join("journal"), first + 1, options.upgrades.clone());
    while let Some(group) = reader.group(last)? {
        // Version and parts of rows that this group's batch has written.
        let mut now: HashMap<(u8, u64), (u64, u8)> = HashMap::new();
        let mut out = Gathered { state, batch: Vec::new(), bytes: 0 };
        for record in &group.records {
            for change in &record.changes {
                let place = (change.table, change.id);
                let (version, parts) = match now.get(&place) {
                    Some(found) => *found,
                    None => state.version(change.table, change.id)?.unwrap_or((0, 0)),
                };
                if version >= record.seq {
                    continue;
                }
                let keep = match &change.row {
                    Some(raw) => out.row(change.table, change.id, record.seq, raw.get().as_bytes())?,
                    None => 0,
                };
                for part in keep..parts {
                    out.put(key::row(change.table, change.id, part).to_vec(), None)?;
                }
                now.insert(place, (record.seq, keep));
            }
        }
        out.flush()?;
    }
    Ok(())
}

/// Builds lists, counts and unique keys from the rows.
fn index(options: &Options, tables: &Tables, state: &State, footer: &Footer, progress: &dyn Progress) -> Result<Meta> {
    let mut meta = Meta::empty([0; 32], options.index_version, options.upgrades.version());
    meta.seq = footer.last;
    meta.max_id = footer.max_id;
    let mut counts: HashMap<ListKey, u64> = HashMap::new();
    let mut uniques: HashMap<(u8, Vec<u8>), u64> = HashMap::new();
    let mut unsorted: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let mut add = |meta: &mut Meta, key: Vec<u8>, value: Vec<u8>| {
        meta.keys += 1;
        meta.keys_digest = meta.keys_digest.wrapping_add(row::digest_key(&key, &value));
        unsorted.push((key, value));
        if unsorted.len() < SORTED { Ok(()) } else { sorted(state, &mut unsorted) }
    };
    scan::rows(state, &[key::ROW], &[key::ROW + 1], |table, id, stored| {
        meta.rows += 1;
        meta.rows_digest = meta.rows_digest.wrapping_add(row::digest(table, id, stored.version, &stored.json));
        meta.max_id = meta.max_id.max(id);
        let (keys, _) = tables.describe(table, id, &stored.json)?;
        for (list, position) in keys.lists {
            *counts.entry(list).or_default() += 1;
            add(&mut meta, key::entry(list, position), Vec::new())?;
        }
        for unique in keys.uniques {
            if let Some(holder) = uniques.get(&unique) {
                tracing::error!(
                    "{} {id} wants the key {:?} of {holder}",
                    tables.name(table),
                    String::from_utf8_lossy(&unique.1)
                );
                continue;
            }
            add(&mut meta, key::unique(unique.0, &unique.1), id.to_be_bytes().to_vec())?;
            uniques.insert(unique, id);
        }
        if meta.rows.is_multiple_of(1000) {
            progress.step(Work::Index, meta.rows, footer.rows);
        }
        Ok(())
    })?;
    for (list, count) in counts {
        add(&mut meta, key::count(list), count.to_be_bytes().to_vec())?;
    }
    sorted(state, &mut unsorted)?;
    Ok(meta)
}

/// Writes keys in order.
fn sorted(state: &State, keys: &mut Vec<(Vec<u8>, Vec<u8>)>) -> Result<()> {
    keys.sort_unstable();
    let mut out = Gathered { state, batch: Vec::new(), bytes: 0 };
    for (key, value) in keys.drain(..) {
        out.put(key, Some(value))?;
    }
    out.flush()
}
