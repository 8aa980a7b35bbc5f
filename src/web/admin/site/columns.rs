//! The tree of columns, and a new one.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::domain::site;
use crate::render::view_admin::{ColumnsPage, NewColumnPage, RuleView};
use crate::web::admin::desk::{About, see};
use crate::web::admin::{Asked, Desk, Fields, Refusal, blocking};

use super::column_form::Typed;
use super::views::column_rows;
use super::{Done, broken, managed};

/// What can just have been done with a column.
const DONE: [&str; 7] = ["added", "moved", "ordered", "deleted", "merged", "renamed", "saved"];

/// The tree.
pub async fn show(desk: Desk, Path(slug): Path<String>, Asked(done): Asked<Done>) -> Result<Response, Refusal> {
    page(&desk, &slug, StatusCode::OK, &done, Vec::new()).await
}

/// The tree with what was wrong with a request about it.
pub(super) async fn page(
    desk: &Desk,
    slug: &str,
    status: StatusCode,
    done: &Done,
    problems: Vec<RuleView>,
) -> Result<Response, Refusal> {
    let (node, by) = managed(desk, slug)?;
    let (app, now) = (desk.admin.app.clone(), desk.now);
    let declared = node.site.declared;
    let about = About::from("columns.title");
    let columns = blocking(move || column_rows(&app, &by, &node, now)).await??;
    let notice = done.message("columns", &DONE);
    let page = ColumnsPage { slug: slug.to_owned(), declared, columns, notice, problems };
    Ok(desk.page(status, "site/columns.html", about, page)?)
}

/// Where a new column shall stand.
#[derive(Debug, Default, Deserialize)]
pub struct Below {
    #[serde(default)]
    parent: String,
}

/// The form for a new column.
pub async fn new(desk: Desk, Path(slug): Path<String>, Asked(below): Asked<Below>) -> Result<Response, Refusal> {
    new_page(&desk, &slug, StatusCode::OK, &Typed::new(&below.parent), Vec::new())
}

fn new_page(
    desk: &Desk,
    slug: &str,
    status: StatusCode,
    typed: &Typed,
    problems: Vec<RuleView>,
) -> Result<Response, Refusal> {
    let (node, _) = managed(desk, slug)?;
    let about = About::from("columns.new").below("columns.title", format!("/admin/sites/{slug}/columns"));
    let page = NewColumnPage { slug: slug.to_owned(), form: typed.view(&node, None), problems };
    Ok(desk.page(status, "site/new-column.html", about, page)?)
}

/// Makes a column.
pub async fn add(desk: Desk, Path(slug): Path<String>, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let (node, by) = managed(&desk, &slug)?;
    let app = desk.admin.app.clone();
    let new = site::NewColumn { parent: typed.parent(), slug: typed.slug.trim().to_owned(), column: typed.edit() };
    match blocking(move || site::add_column(&app.store, &by, node.site.id, &new)).await? {
        Ok(_) => Ok(see(&format!("/admin/sites/{slug}/columns?done=added"))),
        Err(error) => new_page(&desk, &slug, StatusCode::UNPROCESSABLE_ENTITY, &typed, broken(error)?),
    }
}
