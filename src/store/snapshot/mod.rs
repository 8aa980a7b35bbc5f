//! Snapshots of the rows, so that a rebuild need not read the whole journal.
//!
//! **Invariant:** a snapshot is used only if it is complete, belongs to this
//! journal, and leads to the digest that the state had.
//!
//! A snapshot is fuzzy: writing goes on while the rows are read, so it names
//! the record before its first row was read and the one after its last. Rows
//! and the journal between the two give exactly the rows at the last.

mod file;
mod load;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{PoisonError, Weak};
use std::time::{Duration, Instant};

use super::{Error, Inner, Result, clean, disk, key, row};
pub(super) use file::{Footer, Header, verify};
pub(super) use load::load;

/// Good snapshots that are kept.
const KEPT: usize = 2;
/// Bytes of rows between two pauses.
const BLOCK: usize = 1 << 20;
/// A pause, so that making a snapshot does not hold up the work.
const PAUSE: Duration = Duration::from_millis(10);

/// The folder of snapshots.
pub(super) fn folder(dir: &Path) -> PathBuf {
    dir.join("snapshots")
}

/// Name of the snapshot whose last record is `seq`.
pub(super) fn name(seq: u64) -> String {
    format!("{seq:020}.zqs")
}

/// Last records of the snapshots there are, ascending.
pub(super) fn list(dir: &Path) -> Result<Vec<u64>> {
    let folder = folder(dir);
    let items = match std::fs::read_dir(&folder) {
        Ok(items) => items,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(disk::at(&folder)(e)),
    };
    let mut found = Vec::new();
    for item in items {
        let name = item.map_err(disk::at(&folder))?.file_name();
        let Some(stem) = name.to_str().and_then(|n| n.strip_suffix(".zqs")) else { continue };
        if stem.len() == 20
            && let Ok(seq) = stem.parse()
        {
            found.push(seq);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The newest snapshot's last record.
pub(super) fn newest(dir: &Path) -> Result<Option<u64>> {
    Ok(list(dir)?.last().copied())
}

/// Makes a snapshot while the store runs; returns its last record.
pub(super) fn make(inner: &Inner, pause: Duration) -> Result<u64> {
    let _one = inner.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
    let closed = || Error::State("it is not open".into());
    let dir = &inner.options.dir;
    disk::make_dir(&folder(dir))?;
    let temporary = folder(dir).join("new.tmp");
    let first = inner.state().as_ref().ok_or_else(closed)?.meta()?.ok_or_else(closed)?;
    let mut out = file::Writer::create(
        &temporary,
        &Header {
            format: file::FORMAT,
            schema: first.schema,
            index_version: first.index_version,
            genesis: clean::hex(&first.genesis),
            first: first.seq,
            journal_bytes: inner.figures.journal_bytes.load(Ordering::Relaxed),
        },
    )?;
    let mut cursor = vec![key::ROW];
    loop {
        let need = inner.options.min_free_bytes + (16 << 20);
        let free = disk::free_bytes(dir)?;
        if free < need {
            disk::remove(&temporary)?;
            return Err(Error::Full { dir: dir.clone(), free, need });
        }
        let mut weight = 0;
        let mut next = None;
        {
            let guard = inner.state();
            let state = guard.as_ref().ok_or_else(closed)?;
            for item in state.range(&cursor, Some(&[key::ROW + 1])) {
                let (k, value) = item?;
                let broken = || Error::State("a key of a row is broken".into());
                let (table, id, part) = key::parse_row(&k).ok_or_else(broken)?;
                if part > 0 {
                    continue;
                }
                if weight >= BLOCK {
                    next = Some(k.to_vec());
                    break;
                }
                let head = row::head(&value).ok_or_else(broken)?;
                // Parts that change while we read are read together.
                let stored = if head.parts == 1 {
                    let json = row::join(&head, &[]).map_err(Error::State)?;
                    Some(row::Stored { version: head.version, json, parts: 1 })
                } else {
                    state.row(table, id)?
                };
                if let Some(stored) = stored {
                    weight += stored.json.len() + 21;
                    out.row(table, id, &stored);
                }
            }
        }
        out.block()?;
        match next {
            Some(next) => cursor = next,
            None => break,
        }
        std::thread::sleep(pause);
    }
    let last = inner.state().as_ref().ok_or_else(closed)?.meta()?.ok_or_else(closed)?;
    out.finish(&Footer {
        last: last.seq,
        hash: clean::hex(&last.hash),
        rows_digest: format!("{:032x}", last.rows_digest),
        keys_digest: format!("{:032x}", last.keys_digest),
        rows: last.rows,
        keys: last.keys,
        max_id: last.max_id,
    })?;
    verify(&temporary)?;
    disk::publish(&temporary, &folder(dir).join(name(last.seq)))?;
    for old in list(dir)?.into_iter().rev().skip(KEPT) {
        disk::remove(&folder(dir).join(name(old)))?;
    }
    Ok(last.seq)
}

/// Makes snapshots when enough has been written or enough time has passed; ends with the store.
pub(super) fn keep_making(inner: &Weak<Inner>) {
    let mut last: Option<(u64, u64)> = None;
    let mut when = Instant::now();
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let Some(inner) = inner.upgrade() else { return };
        if inner.published.finished() {
            return;
        }
        let seq = inner.published.seq();
        let bytes = inner.figures.journal_bytes.load(Ordering::Relaxed);
        let (made_at, made_bytes) = *last.get_or_insert_with(|| newest_header(&inner.options.dir).unwrap_or((0, 0)));
        let grown = bytes.saturating_sub(made_bytes) >= inner.options.snapshot_bytes;
        let old = when.elapsed() >= inner.options.snapshot_every && seq > made_at;
        if !grown && !old {
            continue;
        }
        let started = Instant::now();
        match make(&inner, PAUSE) {
            Ok(seq) => {
                tracing::info!(seq, seconds = started.elapsed().as_secs(), "a snapshot was made");
                last = Some((seq, bytes));
            }
            Err(error) => {
                tracing::warn!(%error, "no snapshot could be made; it is tried again after as much has been written");
                last = Some((made_at, bytes));
            }
        }
        when = Instant::now();
    }
}

/// Last record of the newest snapshot and the journal's length when it was begun.
fn newest_header(dir: &Path) -> Option<(u64, u64)> {
    let seq = newest(dir).ok()??;
    let header = file::Reader::open(&folder(dir).join(name(seq))).ok()?.header;
    Some((seq, header.journal_bytes))
}
