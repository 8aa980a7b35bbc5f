//! `zhanqun redirect …`: old addresses.

use serde::Serialize;

use crate::base::id::{DocumentId, RedirectId};
use crate::domain::account::By;
use crate::domain::content::Document;
use crate::domain::site::{self, Hits, Redirect};
use crate::store::{ListKey, Position, Read};

use super::args::RedirectCommand;
use super::{Context, Failure};

pub(super) fn redirect(context: &mut Context<'_>, command: &RedirectCommand) -> Result<(), Failure> {
    match command {
        RedirectCommand::Import { file, site, dry_run } => import(context, file, site, *dry_run),
        RedirectCommand::List { site, by_hits } => list(context, site, *by_hits),
        RedirectCommand::Test { site, address } => test(context, site, address),
    }
}

fn import(context: &mut Context<'_>, file: &std::path::Path, slug: &str, dry_run: bool) -> Result<(), Failure> {
    let node = context.app.site(slug)?;
    let path = context.path(file);
    let bytes = std::fs::read(&path).map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    let store = &context.app.store;
    let known = |id: DocumentId| Ok(store.get::<Document>(id.0)?.is_some());
    let (old, faults) = site::read_redirects(&node, &bytes, known)?;
    if !faults.is_empty() {
        let lines = faults.iter().map(|fault| format!("{}:{}: {}", path.display(), fault.line, fault.broken));
        return Err(Failure::Failed(lines.collect()));
    }
    if dry_run {
        context.out.line(format!("{} old addresses, all good; nothing written", old.len()));
        return Ok(());
    }
    let (new, changed) = site::import_redirects(store, &By::ops(), node.site.id, None, &old)?;
    context.out.line(format!("{new} new, {changed} changed, {} as before", old.len() - new - changed));
    Ok(())
}

#[derive(Serialize)]
struct Row {
    from: String,
    kind: &'static str,
    to: String,
    hits: u64,
}

fn list(context: &mut Context<'_>, slug: &str, by_hits: bool) -> Result<(), Failure> {
    let node = context.app.site(slug)?;
    let store = &context.app.store;
    let mut rows = Vec::new();
    for entry in store.list(ListKey::new(site::REDIRECTS_OF_SITE, &[node.site.id.0]), Position::FIRST, usize::MAX)? {
        let Some(redirect) = store.get::<Redirect>(entry.id)? else { continue };
        let hits = store.get::<Hits>(entry.id)?.map_or(0, |hits| hits.count);
        rows.push(Row {
            kind: if redirect.prefix { "prefix" } else { "exact" },
            to: site::target_words(&node, &redirect.to),
            from: redirect.from,
            hits,
        });
    }
    if by_hits {
        rows.sort_by_key(|row| std::cmp::Reverse(row.hits));
    }
    if context.out.json {
        context.out.report(&rows);
    } else {
        for row in rows {
            context.out.line(format!("{:>8}  {:<6}  {} → {}", row.hits, row.kind, row.from, row.to));
        }
    }
    Ok(())
}

fn test(context: &mut Context<'_>, slug: &str, address: &str) -> Result<(), Failure> {
    let node = context.app.site(slug)?;
    match site::find_redirect(&context.app.store, node.site.id, address)? {
        Some((Redirect { id: RedirectId(id), from, to, .. }, rest)) => {
            let rest = if rest.is_empty() { String::new() } else { format!(" (rest of the path: {rest})") };
            context.out.line(format!("{from} → {}{rest}, redirect {id}", site::target_words(&node, &to)));
            Ok(())
        }
        None => Err(Failure::failed(format!("nothing for {}", site::normal_form(address)))),
    }
}
