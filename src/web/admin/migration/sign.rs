//! A unit's word that what came to a column is right, and the sheet of all of them.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::ChannelId;
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::domain::migration;
use crate::domain::site::SiteNode;
use crate::render::view_admin::MigrationSheetPage;
use crate::web::admin::desk::{About, see, time};
use crate::web::admin::site::{broken, node};
use crate::web::admin::{Desk, Fields, Refusal, blocking};

use super::report::{Which, columns, fates, respond};
use super::{base, run_of, run_view};

/// The form.
#[derive(Debug, Deserialize)]
pub struct Word {
    column: u64,
    #[serde(default)]
    note: String,
}

/// Signs a column off.
pub async fn sign(
    desk: Desk,
    Path((slug, batch)): Path<(String, u64)>,
    Fields(word): Fields<Word>,
) -> std::result::Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let back = format!("{}/{batch}?done=sign#columns", base(&node));
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let signed = blocking(move || {
        run_of(&app, &by, &node, batch)?;
        migration::sign_off(&app.store, &by, batch, ChannelId(word.column), &word.note, now)
    })
    .await?;
    match signed {
        Ok(_) => Ok(see(&back)),
        Err(error @ Error::Rules { .. }) => {
            let problems = broken(error)?;
            respond(&desk, &slug, batch, Which::default(), StatusCode::UNPROCESSABLE_ENTITY, problems).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The sheet.
pub async fn sheet(desk: Desk, Path((slug, batch)): Path<(String, u64)>) -> std::result::Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let above = base(&node);
    let page = blocking(move || make(&app, &by, &node, batch, now)).await??;
    let about = About::named("migration.sheet", &page.run.name);
    let about = about.below("migration.title", above).below_named(&page.run.name, page.back.clone());
    Ok(desk.page(StatusCode::OK, "migration/sheet.html", about, page)?)
}

fn make(app: &App, by: &By, node: &SiteNode, batch: u64, now: i64) -> Result<MigrationSheetPage> {
    let run = run_of(app, by, node, batch)?;
    Ok(MigrationSheetPage {
        site: node.site.name.clone(),
        fates: fates(&run.figures),
        columns: columns(app, by, node, &run)?,
        back: format!("{}/{batch}", base(node)),
        time: time(now),
        run: run_view(node, &run),
    })
}
