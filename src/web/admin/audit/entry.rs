//! One entry of the audit log, with the rows that it wrote.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::domain::audit;
use crate::render::view_admin::{AuditChangeView, AuditEntryPage};
use crate::web::Error;
use crate::web::admin::{About, Desk, Refusal, blocking};

use super::list::view;

/// Rows shown; an import may have written thousands.
const ROWS: usize = 100;
/// Characters shown of a row.
const LONGEST: usize = 20_000;

/// The page.
pub async fn show(desk: Desk, Path(number): Path<String>) -> Result<Response, Refusal> {
    let seq: u64 = number.parse().map_err(|_| Error::NotFound)?;
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let last = app.store.seq();
    let detail = blocking(move || audit::detail(&app.store, &by, seq)).await?.map_err(Refusal::from)?;
    let url = |seq: u64| format!("/admin/audit/entries/{seq}");
    let page = AuditEntryPage {
        entry: view(&desk.admin.app, desk.lang, &detail.entry),
        more: detail.changes.len().saturating_sub(ROWS),
        changes: detail.changes.iter().take(ROWS).map(row).collect(),
        previous: (seq > 1).then(|| url(seq - 1)),
        next: (seq < last).then(|| url(seq + 1)),
    };
    let about = About::from("audit.entry").below("audit.title", "/admin/audit");
    Ok(desk.page(StatusCode::OK, "audit/entry.html", about, page)?)
}

fn row(change: &audit::Change) -> AuditChangeView {
    let pretty = |row: &serde_json::value::RawValue| {
        let value: Result<serde_json::Value, _> = serde_json::from_str(row.get());
        let text = value.and_then(|value| serde_json::to_string_pretty(&value));
        let text = text.unwrap_or_else(|_| row.get().to_owned());
        match text.char_indices().nth(LONGEST) {
            Some((at, _)) => format!("{} …", &text[..at]),
            None => text,
        }
    };
    AuditChangeView { table: change.table, id: change.id, row: change.row.as_deref().map(pretty).unwrap_or_default() }
}
