//! What all imports show: how far they are, and their report.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::output::{Meter, Output};
use crate::cli::{Context, Failure};
use crate::migrate;

/// The steps of an import, one meter after the other.
pub(super) struct Steps<'a> {
    out: &'a Output,
    meter: RefCell<Option<(&'static str, Meter)>>,
}

impl<'a> Steps<'a> {
    pub(super) fn new(out: &'a Output) -> Steps<'a> {
        Steps { out, meter: RefCell::default() }
    }

    /// So much of a step is done.
    pub(super) fn at(&self, step: &'static str, done: u64, total: u64) {
        let mut meter = self.meter.borrow_mut();
        if meter.as_ref().is_none_or(|(shown, _)| *shown != step) {
            if let Some((_, meter)) = meter.take() {
                meter.end();
            }
            *meter = Some((step, self.out.meter(step, total)));
        }
        if let Some((_, meter)) = meter.as_ref() {
            meter.at(done.min(total));
        }
    }
}

impl Drop for Steps<'_> {
    fn drop(&mut self) {
        if let Some((_, meter)) = self.meter.take() {
            meter.end();
        }
    }
}

/// Makes the file that a report goes to: not being able to write it must not be found out after an hour.
pub(super) fn prepare(context: &Context<'_>, file: Option<&Path>, empty: &str) -> Result<Option<PathBuf>, Failure> {
    let path = file.map(|path| context.path(path));
    if let Some(path) = &path {
        std::fs::write(path, empty).map_err(|error| Failure::Usage(vec![format!("{}: {error}", path.display())]))?;
    }
    Ok(path)
}

/// What a failed import says.
pub(super) fn failed(failure: migrate::Failure) -> Failure {
    match failure {
        migrate::Failure::Usage(line) => Failure::Usage(vec![line]),
        other => Failure::failed(other),
    }
}

/// Writes a report to its file and to whoever called: as JSON, or in lines for people.
pub(super) fn report(
    context: &mut Context<'_>,
    file: Option<&Path>,
    report: &impl Serialize,
    lines: Vec<String>,
    (dry_run, batch): (bool, &str),
) -> Result<(), Failure> {
    if let Some(path) = file {
        let text = serde_json::to_string_pretty(report).map_err(Failure::failed)?;
        std::fs::write(path, text + "\n").map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    }
    if context.out.json {
        context.out.report(report);
        return Ok(());
    }
    for line in lines {
        context.out.line(line);
    }
    context.out.line(match (dry_run, batch) {
        (true, _) => "nothing was written (--dry-run)".to_owned(),
        (false, "") => "nothing new: no batch was made".to_owned(),
        (false, batch) => format!("batch {batch}; zhanqun import undo {batch} takes it back"),
    });
    Ok(())
}
