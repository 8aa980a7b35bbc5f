//! The imports of a site.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::domain::account::By;
use crate::domain::error::Result;
use crate::domain::migration;
use crate::domain::site::SiteNode;
use crate::render::view_admin::MigrationPage;
use crate::store::Position;
use crate::web::admin::site::list::address;
use crate::web::admin::site::node;
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::{base, place, place_text, run_view};

/// Imports of one page.
const SIZE: usize = 30;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    #[serde(default)]
    after: String,
}

/// The list.
pub async fn runs(
    desk: Desk,
    Path(slug): Path<String>,
    Asked(asked): Asked<After>,
) -> std::result::Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let page = blocking(move || list(&app, &by, &node, place(&asked.after))).await??;
    Ok(desk.page(StatusCode::OK, "migration/list.html", "migration.title", page)?)
}

fn list(app: &App, by: &By, node: &SiteNode, after: Position) -> Result<MigrationPage> {
    let mut runs = migration::runs(&app.store, by, Some(node.site.id), after, SIZE + 1)?;
    let more = runs.len() > SIZE;
    runs.truncate(SIZE);
    let last = runs.last().filter(|_| more).map(|(_, place)| place_text(*place));
    Ok(MigrationPage {
        slug: node.site.slug.clone(),
        waits: !migration::waiting(&app.store, by, node.site.id, Position::FIRST, 1)?.is_empty(),
        next: last.map(|last| address(&base(node), &[("after", &last)])).unwrap_or_default(),
        runs: runs.iter().map(|(run, _)| run_view(node, run)).collect(),
    })
}
