//! Files of an import: every page as CSV, the whole report as JSON, a page of the old site as it was.

use std::io::Read as _;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use crate::app::App;
use crate::base::clock;
use crate::domain::account::Place;
use crate::domain::error::{Error, Result};
use crate::domain::migration::{self, Filter, OldPage};
use crate::domain::site::SiteNode;
use crate::store::{BlobHash, Position};
use crate::web::admin::review::column_name;
use crate::web::admin::site::node;
use crate::web::admin::stream::{file, harmless};
use crate::web::admin::{AsFile, Desk, Refusal, blocking};
use crate::web::security::Role;

use super::{page_of, run_of};

/// Pages read in one go.
const PORTION: usize = 500;

/// First line of the CSV file.
const HEAD: [&str; 15] = [
    "old_address",
    "other_addresses",
    "title",
    "fate",
    "note",
    "document",
    "column",
    "old_column",
    "reasons",
    "review",
    "charset",
    "missing_files",
    "remarks",
    "clicks",
    "time",
];

/// Every page of an import that the person may see.
pub async fn csv(desk: Desk, Path((slug, batch)): Path<(String, u64)>) -> std::result::Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let run = {
        let (app, by, node) = (app.clone(), by.clone(), node.clone());
        blocking(move || run_of(&app, &by, &node, batch)).await??
    };
    Ok(file(&format!("import-{}.csv", run.name), "text/csv; charset=utf-8", move |outgoing| {
        outgoing.mark();
        outgoing.record(&HEAD.map(str::to_owned));
        let mut after = Position::FIRST;
        loop {
            let pages = migration::pages(&app.store, &by, batch, Filter::default(), after, PORTION)?;
            let Some((_, last)) = pages.last() else { return Ok(()) };
            after = *last;
            if !pages.iter().all(|(page, _)| outgoing.record(&cells(&node, page))) {
                return Ok(());
            }
        }
    }))
}

fn cells(node: &SiteNode, page: &OldPage) -> [String; 15] {
    let reasons: Vec<&str> = page.reasons.iter().map(|reason| reason.word()).collect();
    [
        harmless(page.address()),
        harmless(&page.addresses.get(1..).unwrap_or_default().join(" ")),
        harmless(&page.title),
        page.fate.word().to_owned(),
        harmless(&page.note),
        page.document.map(|document| document.to_string()).unwrap_or_default(),
        page.channel.map(|channel| harmless(&column_name(node, channel))).unwrap_or_default(),
        harmless(&page.old_column),
        reasons.join(" "),
        page.review.word().to_owned(),
        harmless(&page.charset),
        harmless(&page.missing.join(" ")),
        harmless(&page.remarks.join("; ")),
        page.clicks.to_string(),
        clock::rfc3339(page.time),
    ]
}

/// The whole report, for whoever sees the whole site.
pub async fn json(desk: Desk, Path((slug, batch)): Path<(String, u64)>) -> std::result::Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let (name, bytes) = blocking(move || {
        let run = run_of(&app, &by, &node, batch)?;
        if !by.sees(Place::Site(node.site.id)) {
            return Err(Error::not_found("import", batch));
        }
        Ok((run.name, kept(&app, &run.report)?))
    })
    .await??;
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"import-{name}.json\"")),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

/// A page of the old site as it was. It comes with a policy that lets nothing run and fetches nothing.
pub async fn original(desk: Desk, Path((slug, id)): Path<(String, u64)>) -> std::result::Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let bytes = blocking(move || kept(&app, &page_of(&app, &by, &node, id)?.original)).await??;
    let mut response = bytes.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    Role::Original.set(response.headers_mut());
    response.extensions_mut().insert(AsFile);
    Ok(response)
}

/// What is kept under a hash.
fn kept(app: &App, hash: &str) -> Result<Vec<u8>> {
    let missing = || Error::not_found("file", hash);
    let hash = BlobHash::parse(hash).ok_or_else(missing)?;
    let mut file = app.blobs.read(&hash)?.ok_or_else(missing)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|source| crate::store::Error::Io { path: app.blobs.path(&hash), source })?;
    Ok(bytes)
}
