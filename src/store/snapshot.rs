//! Snapshots of the rows, so that a rebuild need not read the whole journal.
//!
//! **Invariant:** a snapshot is used only if it is complete, belongs to this
//! journal, and leads to the digest that the state had.

use std::path::{Path, PathBuf};

use super::group::Tables;
use super::journal::Journal;
use super::options::{Options, Progress};
use super::state::{Meta, State};
use super::{Error, Result, disk};

/// The folder of snapshots.
pub(super) fn folder(dir: &Path) -> PathBuf {
    dir.join("snapshots")
}

/// File of the snapshot whose last record is `seq`.
pub(super) fn file(dir: &Path, seq: u64) -> PathBuf {
    folder(dir).join(format!("{seq:020}.zqs"))
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
        if let Ok(seq) = stem.parse() {
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

/// Loads a snapshot into an empty state and brings it to the snapshot's last record.
pub(super) fn load(options: &Options, _: &Tables, _: &Journal, seq: u64, _: &State, _: &dyn Progress) -> Result<Meta> {
    Err(Error::Snapshot { path: file(&options.dir, seq), what: "not readable by this version".into() })
}
