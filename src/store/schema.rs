//! Versions of the stored form, and the steps from one to the next.
//!
//! **Invariant:** the journal is never rewritten; records of an older schema
//! are brought up to date as they are read.

use std::path::Path;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::transaction::Committed;
use super::{Error, Result, disk};

/// Refuses a directory that a newer program has written.
pub(super) fn check_version(dir: &Path, known: u32) -> Result<()> {
    match read_version(dir)? {
        Some(found) if found > known => Err(Error::Newer { dir: dir.to_path_buf(), found, known }),
        _ => Ok(()),
    }
}

/// Version in the file `version`; the journal's segments say the same, so it may be missing.
fn read_version(dir: &Path) -> Result<Option<u32>> {
    let path = dir.join("version");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().parse().ok()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) if e.kind() == std::io::ErrorKind::InvalidData => Ok(None),
        Err(e) => Err(disk::at(&path)(e)),
    }
}

/// Writes the file `version` if it says something else.
pub(super) fn write_version(dir: &Path, version: u32) -> Result<()> {
    if read_version(dir)? == Some(version) {
        return Ok(());
    }
    disk::write_whole(&dir.join("version"), format!("{version}\n").as_bytes())
}

/// One step of the schema: how a row written under version `from` looks under `from + 1`.
#[derive(Clone, Copy)]
pub struct Step {
    /// Version that the step starts from.
    pub from: u32,
    /// Table and JSON of a row; `None` leaves it as it is.
    pub change: fn(u8, &str) -> std::result::Result<Option<String>, String>,
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Step from {}", self.from)
    }
}

/// The schema's history. The present version is one more than the last step's, 1 without steps.
#[derive(Debug, Clone, Default)]
pub struct Steps(Arc<[Step]>);

impl Steps {
    /// Steps in order, each from the version that the one before led to, the first from 1.
    pub fn new(steps: Vec<Step>) -> Steps {
        debug_assert!(steps.iter().enumerate().all(|(n, s)| s.from as usize == n + 1), "steps in order from 1");
        Steps(steps.into())
    }

    /// The present version.
    pub fn version(&self) -> u32 {
        1 + self.0.len() as u32
    }

    /// Brings one row from schema `from` to the present; `None` if nothing changes.
    pub fn row(&self, from: u32, table: u8, json: &str) -> std::result::Result<Option<String>, String> {
        let mut now: Option<String> = None;
        for step in self.0.iter().filter(|s| s.from >= from) {
            if let Some(next) = (step.change)(table, now.as_deref().unwrap_or(json))? {
                now = Some(next);
            }
        }
        Ok(now)
    }

    /// Brings a record's rows from schema `from` to the present.
    pub(super) fn apply(&self, from: u32, record: &mut Committed) -> std::result::Result<(), String> {
        if from >= self.version() {
            return Ok(());
        }
        for change in &mut record.changes {
            let Some(row) = &change.row else { continue };
            if let Some(next) = self.row(from, change.table, row.get())? {
                change.row = Some(RawValue::from_string(next).map_err(|e| e.to_string())?);
            }
        }
        Ok(())
    }
}
