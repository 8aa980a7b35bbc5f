//! `zhanqun import …`: taking content of old sites over, and taking a run back.

use std::cell::RefCell;

use serde::Serialize;

use crate::base::clock;
use crate::domain::content;
use crate::domain::site::{self, Batch};
use crate::migrate::wxr;
use crate::store::{Actor, ListKey, Position, Read};

use super::args::{ImportCommand, ImportWxr};
use super::output::Meter;
use super::{Context, Failure};

pub(super) fn import(context: &mut Context<'_>, command: &ImportCommand) -> Result<(), Failure> {
    match command {
        ImportCommand::Wxr(arguments) => wxr(context, arguments),
        ImportCommand::Undo { batch } => {
            let documents = content::remove_batch(&context.app.store, Actor::cli(), batch)?;
            context.out.line(format!("{batch} taken back: {documents} documents removed"));
            Ok(())
        }
        ImportCommand::List => list(context),
    }
}

fn wxr(context: &mut Context<'_>, arguments: &ImportWxr) -> Result<(), Failure> {
    let ImportWxr { file, site, channel, old_host, media, publish, dry_run, report: report_file } = arguments;
    let options = wxr::Options {
        file: context.path(file),
        site: site.clone(),
        channel: channel.clone(),
        old_hosts: old_host.clone(),
        media: media.as_deref().map(|folder| context.path(folder)),
        publish: *publish,
        dry_run: *dry_run,
    };
    let report_file = report_file.as_deref().map(|path| context.path(path));
    if let Some(path) = &report_file {
        // Not being able to write it must not be found out after an hour.
        std::fs::write(path, "{}\n").map_err(|error| Failure::Usage(vec![format!("{}: {error}", path.display())]))?;
    }
    let meter: RefCell<Option<(&str, Meter)>> = RefCell::default();
    let report = {
        let out = &*context.out;
        let progress = |step: &'static str, done: u64, total: u64| {
            let mut meter = meter.borrow_mut();
            if meter.as_ref().is_none_or(|(shown, _)| *shown != step) {
                if let Some((_, meter)) = meter.take() {
                    meter.end();
                }
                *meter = Some((step, out.meter(step, total)));
            }
            if let Some((_, meter)) = meter.as_ref() {
                meter.at(done.min(total));
            }
        };
        wxr::run(context.app, &options, &progress)
    };
    if let Some((_, meter)) = meter.into_inner() {
        meter.end();
    }
    let report = report.map_err(|failure| match failure {
        wxr::Failure::Usage(line) => Failure::Usage(vec![line]),
        other => Failure::failed(other),
    })?;
    if let Some(path) = report_file {
        let text = serde_json::to_string_pretty(&report).map_err(Failure::failed)?;
        std::fs::write(&path, text + "\n").map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    }
    if context.out.json {
        context.out.report(&report);
        return Ok(());
    }
    for line in report.lines() {
        context.out.line(line);
    }
    context.out.line(match (report.dry_run, report.batch.as_str()) {
        (true, _) => "nothing was written (--dry-run)".to_owned(),
        (false, "") => "nothing new: no batch was made".to_owned(),
        (false, batch) => format!("batch {batch}; zhanqun import undo {batch} takes it back"),
    });
    Ok(())
}

#[derive(Serialize)]
struct Row {
    name: String,
    kind: String,
    time: String,
    source: String,
}

fn list(context: &mut Context<'_>) -> Result<(), Failure> {
    let store = &context.app.store;
    let mut rows = Vec::new();
    for entry in store.list(ListKey::new(site::BATCHES, &[]), Position::FIRST, usize::MAX)? {
        if let Some(Batch { name, kind, time, source, .. }) = store.get(entry.id)? {
            rows.push(Row { name, kind, time: clock::minute(time), source });
        }
    }
    if context.out.json {
        context.out.report(&rows);
    } else {
        for Row { name, kind, time, source } in rows {
            context.out.line(format!("{name:<28} {kind:<8} {time}  {source}"));
        }
    }
    Ok(())
}
