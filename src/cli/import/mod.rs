//! `zhanqun import …`: taking content of old sites over, and taking a run back.
//!
//! **Invariant:** a run writes nothing before its plan is whole, and says on every way out what it did.

mod old;
mod shown;
mod wxr;

use serde::Serialize;

use crate::base::clock;
use crate::domain::account::By;
use crate::domain::site::{self, Batch};
use crate::migrate;
use crate::store::{ListKey, Position, Read};

use super::args::ImportCommand;
use super::{Context, Failure};

pub(super) fn import(context: &mut Context<'_>, command: &ImportCommand) -> Result<(), Failure> {
    match command {
        ImportCommand::Mirror(arguments) => old::mirror(context, arguments),
        ImportCommand::Crawl(arguments) => old::crawl(context, arguments),
        ImportCommand::Dede(arguments) => old::dede(context, arguments),
        ImportCommand::Phpcms(arguments) => old::phpcms(context, arguments),
        ImportCommand::Csv(arguments) => old::csv(context, arguments),
        ImportCommand::Xlsx(arguments) => old::xlsx(context, arguments),
        ImportCommand::Mdb(arguments) => old::mdb(context, arguments),
        ImportCommand::Wxr(arguments) => wxr::wxr(context, arguments),
        ImportCommand::Undo { batch } => {
            let documents = migrate::import::undo(&context.app.store, &By::ops(), batch)?;
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
