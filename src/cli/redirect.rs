//! `zhanqun redirect …`: old addresses.

use std::collections::HashMap;

use serde::Serialize;

use crate::base::id::{ChannelId, DocumentId, RedirectId};
use crate::domain::content::Document;
use crate::domain::site::{self, Hits, Old, Redirect, SiteNode, Target};
use crate::store::{Actor, ListKey, Position, Read};

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
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => encoding_rs::GB18030.decode(error.as_bytes()).0.into_owned(),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let (old, faults) = read(context, &node, &path.display().to_string(), text)?;
    if !faults.is_empty() {
        return Err(Failure::Failed(faults));
    }
    if dry_run {
        context.out.line(format!("{} old addresses, all good; nothing written", old.len()));
        return Ok(());
    }
    let (new, changed) = site::import_redirects(&context.app.store, Actor::cli(), node.site.id, None, &old)?;
    context.out.line(format!("{new} new, {changed} changed, {} as before", old.len() - new - changed));
    Ok(())
}

/// Reads the lines; every mistake names its line.
fn read(context: &Context<'_>, node: &SiteNode, name: &str, text: &str) -> Result<(Vec<Old>, Vec<String>), Failure> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| Failure::failed(format!("{name}: {error}")))?.clone();
    let column = |wanted: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(wanted));
    let (Some(from), Some(to)) = (column("from"), column("to")) else {
        return Err(Failure::failed(format!("{name}:1: the first line must name the columns `from` and `to`")));
    };
    let kind = column("kind");
    let mut faults = Vec::new();
    let mut old: Vec<Old> = Vec::new();
    let mut seen: HashMap<(String, bool), (u64, Target)> = HashMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(format!("{name}: {error}"));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let mut fault = |message: String| faults.push(format!("{name}:{line}: {message}"));
        let field = |at: usize| record.get(at).unwrap_or_default();
        if field(from).is_empty() {
            fault("`from` is empty".into());
            continue;
        }
        let prefix = match kind.map(field).unwrap_or_default() {
            "" | "exact" => false,
            "prefix" => true,
            other => {
                fault(format!("kind \"{other}\" must be exact or prefix"));
                continue;
            }
        };
        let target = match target(context, node, field(to)) {
            Ok(target) => target,
            Err(message) => {
                fault(message);
                continue;
            }
        };
        let from = site::normal_form(field(from));
        match seen.get(&(from.clone(), prefix)) {
            Some((first, other)) if *other != target => {
                fault(format!("\"{from}\" leads elsewhere in line {first}"));
            }
            Some(_) => {}
            None => {
                seen.insert((from.clone(), prefix), (line, target.clone()));
                old.push(Old { from, prefix, to: target });
            }
        }
    }
    Ok((old, faults))
}

/// `document:123`, `column:path` of the site, or an address.
fn target(context: &Context<'_>, node: &SiteNode, text: &str) -> Result<Target, String> {
    if let Some(id) = text.strip_prefix("document:") {
        let id: u64 = id.parse().map_err(|_| format!("\"{text}\" is not a document number"))?;
        let known = context.app.store.get::<Document>(id).map_err(|error| error.to_string())?;
        return match known {
            Some(_) => Ok(Target::Document(DocumentId(id))),
            None => Err(format!("there is no document {id}")),
        };
    }
    if let Some(path) = text.strip_prefix("column:") {
        let channel = node.channel_at(path).ok_or_else(|| format!("there is no column \"{path}\""))?;
        return Ok(Target::Channel(ChannelId(channel.id.0)));
    }
    if text.starts_with("//") || text.chars().any(char::is_control) {
        return Err(format!("to {text:?} must be an address on this server or begin with https:// or http://"));
    }
    if text.starts_with('/') || text.starts_with("https://") || text.starts_with("http://") {
        return Ok(Target::Url(text.to_owned()));
    }
    Err(format!("to \"{text}\" must be an address, document:NUMBER or column:PATH"))
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
            to: words(&redirect.to),
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

fn words(target: &Target) -> String {
    match target {
        Target::Document(id) => format!("document:{id}"),
        Target::Channel(id) => format!("column number {id}"),
        Target::Url(url) => url.clone(),
    }
}

fn test(context: &mut Context<'_>, slug: &str, address: &str) -> Result<(), Failure> {
    let node = context.app.site(slug)?;
    match site::find_redirect(&context.app.store, node.site.id, address)? {
        Some((Redirect { id: RedirectId(id), from, to, .. }, rest)) => {
            let rest = if rest.is_empty() { String::new() } else { format!(" (rest of the path: {rest})") };
            context.out.line(format!("{from} → {}{rest}, redirect {id}", words(&to)));
            Ok(())
        }
        None => Err(Failure::failed(format!("nothing for {}", site::normal_form(address)))),
    }
}
