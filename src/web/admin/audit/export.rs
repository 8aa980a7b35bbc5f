//! The audit log as a file: CSV for spreadsheets, JSON lines for programs.

use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::base::clock;
use crate::domain::audit::{self, Change, Detail};
use crate::web::Error;
use crate::web::admin::stream::{Outgoing, file, harmless};
use crate::web::admin::{Desk, Fields, Refusal};

use super::filter::Wanted;

/// The form.
#[derive(Debug, Deserialize)]
pub struct Typed {
    #[serde(flatten)]
    wanted: Wanted,
    format: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Lines,
}

/// Sends the entries that fit.
pub async fn send(desk: Desk, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let (format, ending, kind) = match typed.format.as_str() {
        "csv" => (Format::Csv, "csv", "text/csv; charset=utf-8"),
        "jsonl" => (Format::Lines, "jsonl", "application/jsonl; charset=utf-8"),
        _ => return Err(Error::BadRequest("no form of a file").into()),
    };
    let filter =
        typed.wanted.filter(&desk.admin.app).map_err(|_| Error::BadRequest("nothing that can be looked for"))?;
    let (app, by, lang) = (desk.admin.app.clone(), desk.by()?, desk.lang);
    let name = format!("audit-{}.{ending}", clock::day(desk.now));
    Ok(file(&name, kind, move |outgoing| {
        let mut writer = Writer { outgoing, format, lang, app: &app };
        writer.begin();
        audit::export(&app.store, &by, &filter, |detail| writer.entry(&detail))
    }))
}

/// Writes entries.
struct Writer<'a> {
    outgoing: &'a mut Outgoing,
    format: Format,
    lang: &'static str,
    app: &'a App,
}

#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    time: String,
    actor: &'a str,
    address: &'a str,
    action: &'a str,
    site: String,
    note: &'a str,
    changes: &'a [Change],
}

impl Writer<'_> {
    fn begin(&mut self) {
        if self.format == Format::Csv {
            self.outgoing.mark();
            self.outgoing.record(
                &["seq", "time", "actor", "address", "action", "action_name", "site", "note", "rows"].map(Into::into),
            );
        }
    }

    /// Writes an entry; false if nobody reads any more.
    fn entry(&mut self, detail: &Detail) -> bool {
        let entry = &detail.entry;
        let site = match self.app.directory().site(entry.site) {
            Some(node) => node.site.slug.clone(),
            None if entry.site.0 == 0 => String::new(),
            None => format!("#{}", entry.site),
        };
        let time = clock::rfc3339(entry.time);
        match self.format {
            Format::Csv => {
                let label = self.app.engine.admin_text(self.lang, &format!("action.{}", entry.action));
                let label = label.unwrap_or_default();
                let (seq, rows) = (entry.seq.to_string(), entry.rows.to_string());
                let cells = [
                    seq,
                    time,
                    harmless(&entry.actor),
                    harmless(&entry.address),
                    harmless(&entry.action),
                    label,
                    harmless(&site),
                    harmless(&entry.note),
                    rows,
                ];
                self.outgoing.record(&cells)
            }
            Format::Lines => {
                let line = Line {
                    seq: entry.seq,
                    time,
                    actor: &entry.actor,
                    address: &entry.address,
                    action: &entry.action,
                    site,
                    note: &entry.note,
                    changes: &detail.changes,
                };
                self.outgoing.line(&line)
            }
        }
    }
}
