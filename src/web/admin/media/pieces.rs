//! Uploads in pieces, so that a large file survives a lost connection.
//!
//! `POST …/pieces` with `name`, `size` and `collection` begins one and answers `{"piece": NAME, "at": 0}`.
//! `POST …/pieces/NAME?at=N` with bytes adds them at N and answers `{"at": M}`; if N is not the end of what is there,
//! the answer is 409 with the right one. `GET …/pieces/NAME` tells where it stands. `POST …/pieces/NAME/finish` makes
//! the file and answers as an upload in one piece does. All but GET carry the header `x-csrf-token`. What is given up
//! is removed after `media.unfinished_hours`.

use std::sync::Arc;

use axum::extract::{Path, Request};
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::base::id::{CollectionId, SiteId};
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::domain::media::{self, Media, Upload};
use crate::store::Announced;
use crate::web;
use crate::web::admin::{Asked, Desk, Fields, Refusal, blocking, form};

use super::problem;
use super::upload::{Outcome, told};

/// Most uploads that one person has begun.
const MOST: usize = 50;

type Answer = std::result::Result<Response, Refusal>;

/// What is to come.
#[derive(Debug, Deserialize)]
pub struct Plan {
    name: String,
    size: u64,
    #[serde(default)]
    collection: u64,
}

#[derive(Debug, Serialize)]
struct Begun {
    piece: String,
    at: u64,
}

#[derive(Debug, Serialize)]
struct Stands {
    at: u64,
    size: u64,
}

/// Where the bytes go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    at: Option<u64>,
}

/// Begins an upload.
pub async fn begin(desk: Desk, Path(site): Path<String>, Fields(plan): Fields<Plan>) -> Answer {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let node = app.site(&site)?;
    let user = desk.person()?.user.id;
    let name = plan.name.clone();
    let begun = blocking(move || {
        if plan.size > app.config.media.max_upload() {
            return Err(Error::rule("file.size", "file", app.config.media.max_upload_mb));
        }
        if app.unfinished.count(user.0)? >= MOST {
            return Err(Error::rule("file.many", "file", MOST));
        }
        let collection = (plan.collection > 0).then_some(CollectionId(plan.collection));
        let upload = Upload { site: node.site.id, collection, file_name: &plan.name, ..Upload::default() };
        media::check_upload(&app.store, app.room(), &by, &upload, plan.size)?;
        let announced = Announced {
            user: user.0,
            site: node.site.id.0,
            collection: plan.collection,
            name: plan.name.clone(),
            size: plan.size,
        };
        Ok(app.unfinished.begin(&announced)?)
    })
    .await?;
    match begun {
        Ok(piece) => Ok(desk.json(StatusCode::CREATED, &Begun { piece, at: 0 })?),
        Err(error) => {
            let outcome = Outcome { added: Vec::new(), problems: vec![problem(&name, error)?] };
            Ok(told(&desk, &outcome)?)
        }
    }
}

/// The upload, if it is this person's and of this site.
fn own(app: &App, desk: &Desk, site: SiteId, piece: &str) -> std::result::Result<(Announced, u64), web::Error> {
    let user = desk.person()?.user.id;
    let found = app.unfinished.state(piece)?;
    found.filter(|(announced, _)| announced.user == user.0 && announced.site == site.0).ok_or(web::Error::NotFound)
}

/// Where it stands.
pub async fn state(desk: Desk, Path((site, piece)): Path<(String, String)>) -> Answer {
    let app = desk.admin.app.clone();
    let node = app.site(&site)?;
    let asked = desk.clone();
    let (announced, at) = blocking(move || own(&app, &asked, node.site.id, &piece)).await??;
    Ok(desk.json(StatusCode::OK, &Stands { at, size: announced.size })?)
}

/// Adds bytes.
pub async fn take(
    desk: Desk,
    Path((site, piece)): Path<(String, String)>,
    Asked(place): Asked<Place>,
    request: Request,
) -> Answer {
    let bytes = axum::body::to_bytes(request.into_body(), usize::MAX).await.map_err(form::broken)?;
    let at = place.at.ok_or(web::Error::BadRequest("where the bytes go is missing"))?;
    let app = desk.admin.app.clone();
    let node = app.site(&site)?;
    let asked = desk.clone();
    let (taken, stands) = blocking(move || {
        let (announced, _) = own(&app, &asked, node.site.id, &piece)?;
        let added = app.unfinished.add(&piece, at, &bytes).map_err(|error| match error {
            crate::store::Error::TooLarge { .. } => web::Error::TooLarge,
            other => other.into(),
        })?;
        let (taken, end) = added.ok_or(web::Error::NotFound)?;
        Ok::<_, web::Error>((taken, Stands { at: end, size: announced.size }))
    })
    .await??;
    let status = if taken { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok(desk.json(status, &stands)?)
}

/// Makes the file.
pub async fn finish(desk: Desk, Path((site, piece)): Path<(String, String)>) -> Answer {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let node = app.site(&site)?;
    let asked = desk.clone();
    let (name, done) = blocking(move || {
        let (announced, at) = own(&app, &asked, node.site.id, &piece)?;
        if at != announced.size {
            return Err(web::Error::BadRequest("the upload is not whole"));
        }
        let done = make(&app, &by, node.site.id, &piece, &announced, now);
        if matches!(done, Ok(_) | Err(Error::Rules { .. })) {
            app.unfinished.remove(&piece)?;
        }
        Ok((announced.name, done))
    })
    .await??;
    let mut outcome = Outcome::default();
    match done {
        Ok(media) => outcome.added.push(media),
        Err(error) => outcome.problems.push(problem(&name, error)?),
    }
    Ok(told(&desk, &outcome)?)
}

fn make(app: &Arc<App>, by: &By, site: SiteId, piece: &str, announced: &Announced, now: i64) -> Result<Media> {
    let mut from = app.unfinished.read(piece)?.ok_or_else(|| Error::not_found("upload", piece))?;
    let mut file = app.blobs.receive(app.config.media.max_upload())?;
    file.write_from(&mut from).map_err(media::too_large)?;
    let collection = (announced.collection > 0).then_some(CollectionId(announced.collection));
    let upload = Upload { site, collection, file_name: &announced.name, ..Upload::default() };
    media::add(&app.store, app.room(), by, &upload, file, now)
}
