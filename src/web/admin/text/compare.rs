//! Two revisions of a document side by side.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use minijinja::Value;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{DocumentId, RevisionId};
use crate::domain::account::By;
use crate::domain::content::{self, Change, Pair};
use crate::domain::error::Result;
use crate::render::view_admin::{ComparePage, ComparedBlockView, ComparedFieldView};
use crate::store::Position;
use crate::web::admin::desk::About;
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::history::view;

/// What stands in the address: two revisions in any order. Without them the newest is compared with the one that
/// visitors read, or else with the one before.
#[derive(Debug, Default, Deserialize)]
pub struct Two {
    a: Option<u64>,
    b: Option<u64>,
}

/// The page.
pub async fn show(desk: Desk, Path(id): Path<u64>, Asked(two): Asked<Two>) -> std::result::Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let page = blocking(move || page(&app, &by, DocumentId(id), &two)).await?.map_err(Refusal::from)?;
    let about = About::named("compare.title", &page.title)
        .below_named(&page.title, format!("/admin/documents/{id}/"))
        .below("history.title", format!("/admin/documents/{id}/history"));
    Ok(desk.page(StatusCode::OK, "text/compare.html", about, page)?)
}

fn page(app: &App, by: &By, id: DocumentId, two: &Two) -> Result<ComparePage> {
    let document = content::document(&app.store, by, id)?;
    let newer = two.b.map_or(document.head, RevisionId);
    let older = match two.a {
        Some(older) => RevisionId(older),
        None => match document.live.filter(|live| *live != newer) {
            Some(live) => live,
            None => {
                let last = content::revisions(&app.store, by, id, Position::FIRST, 2)?;
                last.get(1).map_or(newer, |before| before.id)
            }
        },
    };
    let mut old = content::revision(&app.store, by, id, older)?;
    let mut new = content::revision(&app.store, by, id, newer)?;
    if old.number > new.number {
        std::mem::swap(&mut old, &mut new);
    }
    let compared = content::compare(&old.text, &new.text);
    let differences = compared.differences();
    let field =
        |field: content::Field| ComparedFieldView { name: field.name, old: html(field.old), new: html(field.new) };
    Ok(ComparePage {
        document: id.0,
        title: document.card.title.clone(),
        old: view(&document, &old),
        new: view(&document, &new),
        fields: compared.fields.into_iter().map(field).collect(),
        blocks: compared.blocks.into_iter().map(block).collect(),
        differences,
    })
}

/// Sanitised by the comparison.
fn html(text: String) -> Value {
    Value::from_safe_string(text)
}

fn block(pair: Pair) -> ComparedBlockView {
    let change = match pair.change {
        Change::Same => "same",
        Change::Changed => "changed",
        Change::Form => "form",
        Change::Added => "added",
        Change::Removed => "removed",
    };
    ComparedBlockView { change, old: html(pair.old), new: html(pair.new) }
}
