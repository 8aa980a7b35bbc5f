//! The library of a site, and the collections that are open to those who work there.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::domain::account::{Place, Role};
use crate::domain::error::Result;
use crate::domain::media::{Kind, Level};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{FileProblemView, MediaPage, MessageView};
use crate::web::admin::desk::message_with;
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::{Wish, find, library, space_view};

/// Things just done that the page may speak of.
const DONE: [&str; 3] = ["added", "deleted", "moved"];

/// The page.
pub async fn show(
    desk: Desk,
    Path(site): Path<String>,
    Asked(wish): Asked<Wish>,
) -> std::result::Result<Response, Refusal> {
    page(&desk, &site, wish, StatusCode::OK, Vec::new()).await
}

/// The page, with files that were not taken.
pub(super) async fn page(
    desk: &Desk,
    site: &str,
    wish: Wish,
    status: StatusCode,
    problems: Vec<FileProblemView>,
) -> std::result::Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let node = app.site(site)?;
    let notice = DONE.iter().find(|done| **done == wish.done);
    let notice = notice.map(|done| message_with(&format!("media.{done}"), wish.number));
    let fields = blocking(move || fields(&app, &by, &node, &wish, notice, problems)).await??;
    Ok(desk.page(status, "media/list.html", "media.title", fields)?)
}

fn fields(
    app: &crate::app::App,
    by: &crate::domain::account::By,
    node: &Arc<SiteNode>,
    wish: &Wish,
    notice: Option<MessageView>,
    problems: Vec<FileProblemView>,
) -> Result<MediaPage> {
    let url = library(node);
    let found = find(app, by, node, wish, &url, Level::View)?;
    Ok(MediaPage {
        shelves: found.shelves,
        collection: wish.collection,
        query: wish.q.trim().to_owned(),
        kind: Kind::of(&wish.kind).map(Kind::word).unwrap_or_default(),
        kinds: Kind::ALL.map(Kind::word).to_vec(),
        files: found.files,
        total: found.total,
        paging: found.paging,
        upload: found.upload,
        space: space_view(app, node.site.id)?,
        manages: by.may(Role::Manager, Place::Site(node.site.id)),
        notice,
        problems,
        url,
    })
}
