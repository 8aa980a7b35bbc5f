//! `zhanqun import …`: taking content of old sites over, and taking a run back.

use serde::Serialize;

use crate::base::clock;
use crate::domain::content;
use crate::domain::site::{self, Batch};
use crate::store::{Actor, ListKey, Position, Read};

use super::args::ImportCommand;
use super::{Context, Failure};

pub(super) fn import(context: &mut Context<'_>, command: &ImportCommand) -> Result<(), Failure> {
    match command {
        ImportCommand::Wxr(_) => Err(Failure::failed("not here yet")),
        ImportCommand::Undo { batch } => {
            let documents = content::remove_batch(&context.app.store, Actor::cli(), batch)?;
            context.out.line(format!("{batch} taken back: {documents} documents removed"));
            Ok(())
        }
        ImportCommand::List => list(context),
    }
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
