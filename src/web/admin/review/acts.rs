//! Acts that need no page of their own.
//!
//! **Invariant:** a text comes nearer to its readers only if its person has seen what the publishing checks warn of.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{DocumentId, RevisionId};
use crate::domain::account::By;
use crate::domain::content::{self, Document, State};
use crate::domain::error::Result as Done;
use crate::render::view_admin::{FieldView, WarnedPage};
use crate::web::admin::desk::see;
use crate::web::admin::text::check::view as finding_view;
use crate::web::admin::{About, Desk, Fields, Refusal, blocking};

use super::{address, refused, time_of};

/// Handing in.
#[derive(Debug, Deserialize)]
pub struct Handing {
    revision: u64,
    #[serde(default)]
    note: String,
    /// Revision whose warnings were seen.
    #[serde(default)]
    seen: u64,
}

/// A decision in a step.
#[derive(Debug, Deserialize)]
pub struct Decision {
    revision: u64,
    #[serde(default)]
    opinion: String,
    #[serde(default)]
    at: String,
}

/// A time.
#[derive(Debug, Deserialize)]
pub struct Time {
    at: String,
    /// Revision whose warnings were seen.
    #[serde(default)]
    seen: u64,
}

/// Publishing at once.
#[derive(Debug, Deserialize)]
pub struct Publishing {
    /// Revision whose warnings were seen.
    #[serde(default)]
    seen: u64,
}

/// A reason.
#[derive(Debug, Deserialize)]
pub struct Reason {
    #[serde(default)]
    reason: String,
}

/// Carries an act out and leads back to the document with a word of what was done.
async fn act(
    desk: Desk,
    id: u64,
    work: impl FnOnce(&App, &By, DocumentId, i64) -> Done<&'static str> + Send + 'static,
) -> Result<Response, Refusal> {
    let (app, by, now, id) = (desk.admin.app.clone(), desk.by()?, desk.now, DocumentId(id));
    match blocking(move || work(&app, &by, id, now)).await? {
        Ok(word) => Ok(see(&format!("{}?done={word}", address(id)))),
        Err(error) => refused(&desk, id, error).await,
    }
}

/// The page of what the checks warn of, which asks for a tick and sends the form again; `None` where nothing is left
/// to be seen.
async fn warned(
    desk: &Desk,
    id: u64,
    act: &'static str,
    seen: u64,
    fields: &[(&str, &str)],
) -> Result<Option<Response>, Refusal> {
    let (app, by, id) = (desk.admin.app.clone(), desk.by()?, DocumentId(id));
    let found = blocking(move || -> Done<_> {
        Ok((content::unseen(&app.store, &by, id, RevisionId(seen))?, content::document(&app.store, &by, id)?))
    });
    let (found, document) = found.await?.map_err(Refusal::from)?;
    if found.is_empty() {
        return Ok(None);
    }
    let field = |(name, value): &(&str, &str)| FieldView { name: (*name).to_owned(), value: (*value).to_owned() };
    let page = WarnedPage {
        title: document.card.title,
        back: address(id),
        act,
        action: format!("{}{act}", address(id)),
        seen: document.head.0,
        findings: found.into_iter().map(finding_view).collect(),
        fields: fields.iter().map(field).collect(),
    };
    let about = About::from("check.title").below_named(&page.title, address(id));
    Ok(Some(desk.page(StatusCode::UNPROCESSABLE_ENTITY, "review/warned.html", about, page)?))
}

/// What became of a document that was approved or published.
fn word(document: &Document) -> &'static str {
    match document.state {
        State::Published => "published",
        State::Scheduled => "scheduled",
        _ => "approved",
    }
}

/// Hands a text in.
pub async fn submit(desk: Desk, Path(id): Path<u64>, Fields(form): Fields<Handing>) -> Result<Response, Refusal> {
    let revision = form.revision.to_string();
    let fields = [("revision", revision.as_str()), ("note", form.note.as_str())];
    if let Some(page) = warned(&desk, id, "submit", form.seen, &fields).await? {
        return Ok(page);
    }
    act(desk, id, move |app, by, id, now| {
        content::submit(&app.store, by, id, RevisionId(form.revision), &form.note, now).map(|_| "submitted")
    })
    .await
}

/// Takes it back.
pub async fn recall(desk: Desk, Path(id): Path<u64>) -> Result<Response, Refusal> {
    act(desk, id, |app, by, id, now| content::recall(&app.store, by, id, now).map(|_| "recalled")).await
}

/// "I am on it".
pub async fn take(desk: Desk, Path(id): Path<u64>) -> Result<Response, Refusal> {
    act(desk, id, |app, by, id, now| content::take(&app.store, by, id, now).map(|_| "taken")).await
}

/// Approves in the present step.
pub async fn approve(desk: Desk, Path(id): Path<u64>, Fields(form): Fields<Decision>) -> Result<Response, Refusal> {
    let at = time_of(&form.at)?;
    act(desk, id, move |app, by, id, now| {
        let revision = RevisionId(form.revision);
        content::approve(&app.store, by, id, revision, &form.opinion, at, now).map(|document| word(&document))
    })
    .await
}

/// Returns it to the writer.
pub async fn send_back(desk: Desk, Path(id): Path<u64>, Fields(form): Fields<Decision>) -> Result<Response, Refusal> {
    act(desk, id, move |app, by, id, now| {
        let revision = RevisionId(form.revision);
        content::send_back(&app.store, by, id, revision, &form.opinion, now).map(|_| "returned")
    })
    .await
}

/// Publishes it.
pub async fn publish(desk: Desk, Path(id): Path<u64>, Fields(form): Fields<Publishing>) -> Result<Response, Refusal> {
    if let Some(page) = warned(&desk, id, "publish", form.seen, &[]).await? {
        return Ok(page);
    }
    act(desk, id, |app, by, id, now| content::publish(&app.store, by, id, now).map(|_| "published")).await
}

/// Lets it be published at a time.
pub async fn schedule(desk: Desk, Path(id): Path<u64>, Fields(form): Fields<Time>) -> Result<Response, Refusal> {
    let at = time_of(&form.at)?;
    if let Some(page) = warned(&desk, id, "schedule", form.seen, &[("at", &form.at)]).await? {
        return Ok(page);
    }
    act(desk, id, move |app, by, id, now| {
        // Without a time it is in the past.
        content::schedule(&app.store, by, id, at.unwrap_or_default(), now).map(|_| "scheduled")
    })
    .await
}

/// Takes it off the site.
pub async fn withdraw(desk: Desk, Path(id): Path<u64>, Fields(form): Fields<Reason>) -> Result<Response, Refusal> {
    act(desk, id, move |app, by, id, now| content::withdraw(&app.store, by, id, &form.reason, now).map(|_| "withdrawn"))
        .await
}

/// Puts it in the trash.
pub async fn trash(desk: Desk, Path(id): Path<u64>) -> Result<Response, Refusal> {
    act(desk, id, |app, by, id, now| content::trash(&app.store, by, id, now).map(|_| "trashed")).await
}
