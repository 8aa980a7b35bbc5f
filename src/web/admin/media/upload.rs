//! Adding files: one form with several, read as they come.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use crate::app::App;
use crate::base::id::{CollectionId, SiteId};
use crate::domain::account::By;
use crate::domain::error::Error;
use crate::domain::media::{self, Media, Upload};
use crate::render::view_admin::{FileProblemView, FileView};
use crate::web::admin::desk::see;
use crate::web::admin::multipart::{Part, Sent, receive};
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::{Wish, file_view, library, list, problem};

/// Most files of one form.
const MOST: usize = 100;

/// What a script is told.
#[derive(Debug, Serialize)]
struct Told {
    /// What was added.
    files: Vec<FileView>,
    /// What was not, each with the reason in words.
    problems: Vec<Problem>,
}

#[derive(Debug, Serialize)]
struct Problem {
    name: String,
    text: String,
}

/// What came of a form.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) added: Vec<Media>,
    pub(super) problems: Vec<FileProblemView>,
}

/// Takes the files in and leads back to the list; a script gets what was added as JSON.
pub async fn submit(
    desk: Desk,
    Path(site): Path<String>,
    Asked(wish): Asked<Wish>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let app = desk.admin.app.clone();
    let node = app.site(&site)?;
    let place = (node.site.id, wish.collection());
    let outcome = take(&desk, place, sent).await?;
    if desk.script {
        return Ok(told(&desk, &outcome)?);
    }
    if outcome.problems.is_empty() {
        let list = wish.address(&library(&node), 1);
        let mark = if list.contains('?') { '&' } else { '?' };
        return Ok(see(&format!("{list}{mark}done=added&number={}", outcome.added.len())));
    }
    list::page(&desk, &site, wish, StatusCode::UNPROCESSABLE_ENTITY, outcome.problems).await
}

/// What a script is told of an outcome: 201 where a file was added, 422 where none was.
pub(super) fn told(desk: &Desk, outcome: &Outcome) -> Result<Response, crate::web::Error> {
    let app = &desk.admin.app;
    let told = Told {
        files: outcome.added.iter().map(|media| file_view(app, media)).collect(),
        problems: outcome
            .problems
            .iter()
            .map(|problem| Problem {
                name: problem.name.clone(),
                text: desk.text(&problem.key).replace("{number}", &problem.number),
            })
            .collect(),
    };
    let status = if told.files.is_empty() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::CREATED };
    desk.json(status, &told)
}

async fn take(
    desk: &Desk,
    (site, collection): (SiteId, Option<CollectionId>),
    mut sent: Sent,
) -> Result<Outcome, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let mut outcome = Outcome::default();
    let (mut alt, mut credit, mut count) = (String::new(), String::new(), 0);
    while let Some(part) = sent.next().await? {
        let (name, field) = match part {
            Part::Text(name, value) => {
                match name.as_str() {
                    "alt" => alt = value,
                    "credit" => credit = value,
                    _ => {}
                }
                continue;
            }
            // A field for files in which none was chosen.
            Part::File(name, _) if name.is_empty() => continue,
            Part::File(name, field) => (name, field),
        };
        count += 1;
        if count > MOST {
            outcome.problems.push(FileProblemView { name, key: "file.many".into(), number: MOST.to_string() });
            break;
        }
        let upload = Upload { site, collection, file_name: &name, alt: &alt, credit: &credit };
        // Asked before the bytes are read, and again when they are there.
        let added = match media::check_upload(&app.store, app.room(), &by, &upload, 0) {
            Err(error) => Err(error),
            Ok(_) => match receive(&app.blobs, field, app.config.media.max_upload()).await? {
                Err(error) => Err(error),
                Ok(file) => keep(desk, &by, upload, file).await?,
            },
        };
        match added {
            Ok(media) => outcome.added.push(media),
            Err(error) => outcome.problems.push(problem(&name, error)?),
        }
    }
    if count == 0 {
        let name = String::new();
        outcome.problems.push(FileProblemView { name, key: "file.none".into(), number: String::new() });
    }
    Ok(outcome)
}

/// Adds a file that has come whole.
async fn keep(
    desk: &Desk,
    by: &By,
    upload: Upload<'_>,
    file: crate::store::Incoming,
) -> Result<Result<Media, Error>, Refusal> {
    let (app, by, now): (std::sync::Arc<App>, By, i64) = (desk.admin.app.clone(), by.clone(), desk.now);
    let (name, alt, credit) = (upload.file_name.to_owned(), upload.alt.to_owned(), upload.credit.to_owned());
    let (site, collection) = (upload.site, upload.collection);
    Ok(blocking(move || {
        let upload = Upload { site, collection, file_name: &name, alt: &alt, credit: &credit };
        media::add(&app.store, app.room(), &by, &upload, file, now)
    })
    .await?)
}
