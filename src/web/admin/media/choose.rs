//! Files to choose from, inside another page: a piece of HTML for a dialog.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::domain::media::{Kind, Level};
use crate::render::view_admin::MediaChoosePage;
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::{Wish, find, library};

/// The piece.
pub async fn show(desk: Desk, Path(site): Path<String>, Asked(wish): Asked<Wish>) -> Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let node = app.site(&site)?;
    let fields = blocking(move || {
        let url = format!("{}/choose", library(&node));
        let found = find(&app, &by, &node, &wish, &url, Level::Choose)?;
        Ok::<_, crate::domain::error::Error>(MediaChoosePage {
            library: library(&node),
            shelves: found.shelves,
            collection: wish.collection,
            query: wish.q.trim().to_owned(),
            kind: Kind::of(&wish.kind).map(Kind::word).unwrap_or_default(),
            files: found.files,
            total: found.total,
            paging: found.paging,
            upload: found.upload,
            url,
        })
    })
    .await??;
    Ok(desk.page(StatusCode::OK, "media/choose.html", "media.choose", fields)?)
}
