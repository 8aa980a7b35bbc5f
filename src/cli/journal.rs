//! `zhanqun journal …`: the audit log. Reads the journal's files, so it works beside a running server.

use std::collections::{HashMap, VecDeque};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::base::clock;
use crate::config::Config;
use crate::domain;
use crate::domain::site::Site;
use crate::store::{self, Committed, Record, TableDef};

use super::Failure;
use super::args::JournalCommand;
use super::output::{Output, store_progress};

pub(super) fn journal(config: &Config, command: &JournalCommand, out: &mut Output) -> Result<(), Failure> {
    match command {
        JournalCommand::Verify => verify(config, out),
        JournalCommand::Show { site, actor, action, since, until, last, changes } => {
            let filter = Filter {
                site: site.clone(),
                actor: actor.clone(),
                action: action.clone(),
                since: time("--since", since.as_deref())?.unwrap_or(i64::MIN),
                until: time("--until", until.as_deref())?.unwrap_or(i64::MAX),
            };
            show(config, &filter, *last, *changes, out)
        }
    }
}

fn time(option: &str, text: Option<&str>) -> Result<Option<i64>, Failure> {
    let Some(text) = text else { return Ok(None) };
    match clock::parse_local(text) {
        Some(time) => Ok(Some(time)),
        None => Err(Failure::Usage(vec![format!("{option} \"{text}\" must be YYYY-MM-DD or YYYY-MM-DD HH:MM")])),
    }
}

fn verify(config: &Config, out: &mut Output) -> Result<(), Failure> {
    let report = store::verify(&config.storage.dir, &store_progress(out.terminal))?;
    if out.json {
        out.report(&report);
        return Ok(());
    }
    out.line(format!(
        "{} transactions in {} segments, {} bytes: checksums and hash chain are whole; head {}",
        report.records, report.segments, report.bytes, report.head
    ));
    if let Some(torn) = report.torn {
        out.line(format!("after the last whole group: {torn}"));
    }
    Ok(())
}

struct Filter {
    site: Option<String>,
    actor: Option<String>,
    action: Option<String>,
    since: i64,
    until: i64,
}

#[derive(Serialize)]
struct Row {
    seq: u64,
    time: String,
    actor: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    address: String,
    action: String,
    site: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    rows: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeRow>,
}

#[derive(Serialize)]
struct ChangeRow {
    table: &'static str,
    id: u64,
    /// `null` where the row was deleted.
    row: Option<Box<RawValue>>,
}

fn show(config: &Config, filter: &Filter, last: Option<usize>, changes: bool, out: &mut Output) -> Result<(), Failure> {
    let tables: HashMap<u8, TableDef> = domain::tables().into_iter().map(|table| (table.table, table)).collect();
    let mut slugs: HashMap<u64, String> = HashMap::new();
    let mut kept: VecDeque<Row> = VecDeque::new();
    let keep_all = last.is_none();
    let mut all: Vec<Row> = Vec::new();
    let json = out.json;
    store::history(&config.storage.dir, |committed| {
        learn_slugs(&mut slugs, &committed);
        let slug = slugs.get(&committed.site).cloned().unwrap_or_default();
        let fits = filter.site.as_ref().is_none_or(|site| *site == slug)
            && filter.actor.as_ref().is_none_or(|actor| *actor == committed.actor.name)
            && filter.action.as_ref().is_none_or(|action| committed.action.starts_with(action.as_str()))
            && (filter.since..=filter.until).contains(&committed.time);
        if fits {
            let row = row_of(committed, slug, &tables, changes);
            if !keep_all {
                kept.push_back(row);
                if kept.len() > last.unwrap_or_default() {
                    kept.pop_front();
                }
            } else if json {
                all.push(row);
            } else {
                print(&row, out);
            }
        }
    })?;
    all.extend(kept);
    if json {
        out.report(&all);
    } else {
        for row in &all {
            print(row, out);
        }
    }
    Ok(())
}

fn learn_slugs(slugs: &mut HashMap<u64, String>, committed: &Committed) {
    for change in committed.changes.iter().filter(|change| change.table == Site::TABLE) {
        if let Some(site) = change.row.as_ref().and_then(|row| serde_json::from_str::<Site>(row.get()).ok()) {
            slugs.insert(change.id, site.slug);
        }
    }
}

fn row_of(committed: Committed, site: String, tables: &HashMap<u8, TableDef>, changes: bool) -> Row {
    Row {
        seq: committed.seq,
        time: clock::rfc3339(committed.time),
        actor: committed.actor.name,
        address: committed.actor.address,
        action: committed.action,
        site,
        note: committed.note,
        rows: committed.changes.len(),
        changes: if changes {
            committed
                .changes
                .into_iter()
                .map(|change| {
                    let table = tables.get(&change.table);
                    let masked = |row: Box<RawValue>| match table {
                        Some(table) => table.masked(&row),
                        // It may hold secrets that this program does not know of.
                        None => RawValue::from_string("\"***\"".into()).unwrap_or_else(|_| RawValue::NULL.to_owned()),
                    };
                    ChangeRow {
                        table: table.map_or("unknown", |table| table.name),
                        id: change.id,
                        row: change.row.map(masked),
                    }
                })
                .collect()
        } else {
            Vec::new()
        },
    }
}

fn print(row: &Row, out: &mut Output) {
    let Row { seq, time, actor, action, site, note, rows, address, .. } = row;
    let from = if address.is_empty() { String::new() } else { format!(" from {address}") };
    out.line(format!("{seq:>8} {time} {actor:<12} {action:<18} {site:<10} {rows:>5} rows  {note}{from}").trim_end());
    for change in &row.changes {
        let text = change.row.as_ref().map_or("deleted", |row| row.get());
        out.line(format!("           {} {}: {text}", change.table, change.id));
    }
}
