//! The revisions of a document, and making an old one the newest.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{DocumentId, RevisionId};
use crate::domain::account::By;
use crate::domain::content::{self, Document, Revision};
use crate::domain::error::{Error as Refused, Result};
use crate::domain::site;
use crate::render::view_admin::{HistoryPage, RevisionView};
use crate::store::{Entry, Position};
use crate::web::Error;
use crate::web::admin::desk::{About, message, see, time};
use crate::web::admin::{Asked, Desk, Fields, Refusal, blocking};

/// Revisions of one page.
const PAGE: usize = 50;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Which {
    /// Number of the last revision of the page before.
    before: Option<u32>,
    /// The row of it.
    row: Option<u64>,
    #[serde(default)]
    done: String,
}

/// The form: the revision to go back to, and the newest one that was seen.
#[derive(Deserialize)]
pub struct Back {
    revision: u64,
    base: u64,
}

/// The page.
pub async fn show(
    desk: Desk,
    Path(id): Path<u64>,
    Asked(which): Asked<Which>,
) -> std::result::Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let page = blocking(move || page(&app, &by, DocumentId(id), &which)).await?.map_err(Refusal::from)?;
    let about = About::named("history.title", &page.title).below_named(&page.title, format!("/admin/documents/{id}/"));
    Ok(desk.page(StatusCode::OK, "text/history.html", about, page)?)
}

fn page(app: &App, by: &By, id: DocumentId, which: &Which) -> Result<HistoryPage> {
    let document = content::document(&app.store, by, id)?;
    let after = match (which.before, which.row) {
        (Some(number), Some(row)) => Entry { id: row, order: number.into() }.position(),
        _ => Position::FIRST,
    };
    let mut found = content::revisions(&app.store, by, id, after, PAGE + 1)?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let last = found.last().filter(|_| more);
    let older = last.map(|last| format!("/admin/documents/{id}/history?before={}&row={}", last.number, last.id));
    let restore = match site::branch(&app.store, document.channel) {
        Ok(branch) => content::may_edit(by, branch.place(), &document),
        Err(_) => false,
    };
    let notice = match which.done.as_str() {
        "restored" => Some(message("history.restored")),
        "stale" => Some(message("history.stale")),
        _ => None,
    };
    Ok(HistoryPage {
        document: id.0,
        title: document.card.title.clone(),
        head: document.head.0,
        revisions: found.iter().map(|revision| view(&document, revision)).collect(),
        older: older.unwrap_or_default(),
        restore: restore && document.trashed.is_none(),
        notice,
    })
}

/// A revision for people.
pub(super) fn view(document: &Document, revision: &Revision) -> RevisionView {
    RevisionView {
        id: revision.id.0,
        number: revision.number,
        time: time(revision.time),
        by: revision.by.clone(),
        title: revision.text.title.clone(),
        newest: revision.id == document.head,
        live: document.live == Some(revision.id),
    }
}

/// Makes an old revision the newest.
pub async fn restore(
    desk: Desk,
    Path(id): Path<u64>,
    Fields(back): Fields<Back>,
) -> std::result::Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let (base, revision) = (RevisionId(back.base), RevisionId(back.revision));
    let done =
        blocking(move || content::restore_revision(&app.store, &by, DocumentId(id), base, revision, now)).await?;
    match done {
        Ok(_) => Ok(see(&format!("/admin/documents/{id}/history?done=restored"))),
        Err(Refused::Stale { .. }) => Ok(see(&format!("/admin/documents/{id}/history?done=stale"))),
        Err(Refused::Rules { .. }) => Err(Error::Conflict.into()),
        Err(error) => Err(error.into()),
    }
}
