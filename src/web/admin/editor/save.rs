//! Saving: by the button, and while somebody types.
//!
//! **Invariant:** what could not be saved is sent back to a browser and stays with a script.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::base::id::{ChannelId, DocumentId, RevisionId};
use crate::domain::account::By;
use crate::domain::content::{self, Document, Edit};
use crate::domain::error::{Broken, Error};
use crate::render::view_admin::{BrokenAnswer, EditorPage, SavedAnswer};
use crate::web::admin::desk::see;
use crate::web::admin::{Desk, Pairs, Refusal, blocking};

use super::page::{self, Shown};
use super::{address, conflict, fields};

/// Longest name of a first save.
const LONGEST_NAME: usize = 64;

/// How saving ended.
enum Outcome {
    Saved(SavedAnswer),
    Broken(Vec<Broken>, Box<EditorPage>),
    Stale,
}

/// Saves a text as a revision.
pub async fn submit(desk: Desk, Path(id): Path<u64>, pairs: Pairs) -> Result<Response, Refusal> {
    let (app, by, now, id) = (desk.admin.app.clone(), desk.by()?, desk.now, DocumentId(id));
    let typed = pairs.clone();
    let outcome = blocking(move || {
        let document = content::document(&app.store, &by, id)?;
        let before = Shown::of(&app, &by, &document)?;
        let (edit, mut broken) = fields::read(&app.store, &by, &typed, &before.edit)?;
        let base = RevisionId(typed.text("base").parse().unwrap_or_default());
        let shown = |edit| Shown { base, version: before.version, kept: None, edit };
        if broken.is_empty() {
            match content::save(&app.store, &by, id, base, &edit, now) {
                Ok(saved) => return Ok(Outcome::Saved(saved_answer(&saved, now, "saved"))),
                Err(Error::Stale { .. }) => return Ok(Outcome::Stale),
                Err(Error::Rules { broken: rules }) => broken = rules,
                Err(error) => return Err(error),
            }
        }
        let page = page::again(&app, &by, document.site, Some(&document), &shown(edit), now)?;
        Ok(Outcome::Broken(broken, Box::new(page)))
    });
    match outcome.await?.map_err(Refusal::from)? {
        Outcome::Stale if !desk.script => conflict::show(desk, id, pairs, StatusCode::CONFLICT).await,
        outcome => answer(&desk, outcome),
    }
}

/// Makes a document of a first text.
pub async fn begin(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let outcome = blocking(move || {
        let site = app.site(&slug)?.site.id;
        let (edit, mut broken) = fields::read(&app.store, &by, &pairs, &Edit::default())?;
        if edit.channel == ChannelId(0) {
            broken.push(Broken { rule: "required", field: "channel", value: String::new() });
        } else if app.directory().channel(edit.channel).is_none_or(|(node, _)| node.site.id != site) {
            return Err(Error::not_found("column", edit.channel));
        }
        let name: String = pairs.text("first").chars().take(LONGEST_NAME).collect();
        if broken.is_empty() {
            match content::begin(&app.store, &by, &name, &edit, now) {
                Ok(document) => {
                    let answer = saved_answer(&document, now, "saved");
                    return Ok(Outcome::Saved(SavedAnswer { document: document.id.0, ..answer }));
                }
                Err(Error::Rules { broken: rules }) => broken = rules,
                Err(Error::Stale { .. }) => return Ok(Outcome::Stale),
                Err(error) => return Err(error),
            }
        }
        let shown = Shown { base: RevisionId(0), version: 0, kept: None, edit };
        let page = EditorPage { first: name, ..page::again(&app, &by, site, None, &shown, now)? };
        Ok(Outcome::Broken(broken, Box::new(page)))
    });
    answer(&desk, outcome.await?.map_err(Refusal::from)?)
}

/// Keeps what somebody types, outside of the history.
pub async fn autosave(desk: Desk, Path(id): Path<u64>, pairs: Pairs) -> Result<Response, Refusal> {
    let (app, by, now, id) = (desk.admin.app.clone(), desk.by()?, desk.now, DocumentId(id));
    let kept = blocking(move || keep(&app, &by, id, &pairs, now)).await?;
    match kept.map_err(Refusal::from)? {
        Ok(answer) => Ok(desk.json(StatusCode::OK, &answer)?),
        Err(broken) => refused(&desk, &broken),
    }
}

fn keep(
    app: &App,
    by: &By,
    id: DocumentId,
    pairs: &Pairs,
    now: i64,
) -> Result<Result<SavedAnswer, Vec<Broken>>, Error> {
    let document = content::document(&app.store, by, id)?;
    let before = Shown::of(app, by, &document)?;
    // What cannot be read yet, a date half typed, is kept with the rest when it can.
    let (edit, broken) = fields::read(&app.store, by, pairs, &before.edit)?;
    if !broken.is_empty() {
        return Ok(Err(broken));
    }
    let base = RevisionId(pairs.text("base").parse().unwrap_or_default());
    let version = pairs.text("version").parse().unwrap_or_default();
    match content::autosave(&app.store, by, id, base, version, &edit, now) {
        Ok(working) => Ok(Ok(SavedAnswer {
            base: working.base.0,
            version: working.version,
            time: page::hour(working.time),
            url: address(id),
            autosave: format!("{}autosave", address(id)),
            document: 0,
        })),
        Err(Error::Rules { broken }) => Ok(Err(broken)),
        Err(error) => Err(error),
    }
}

/// Forgets what was kept without being saved.
pub async fn discard(desk: Desk, Path(id): Path<u64>, _: Pairs) -> Result<Response, Refusal> {
    let (app, by, id) = (desk.admin.app.clone(), desk.by()?, DocumentId(id));
    blocking(move || content::discard_working(&app.store, &by, id)).await?.map_err(Refusal::from)?;
    Ok(see(&format!("{}?done=discarded", address(id))))
}

fn answer(desk: &Desk, outcome: Outcome) -> Result<Response, Refusal> {
    match outcome {
        Outcome::Saved(answer) if desk.script => Ok(desk.json(StatusCode::OK, &answer)?),
        Outcome::Saved(answer) => Ok(see(&answer.url)),
        Outcome::Stale => Err(Refusal(crate::web::Error::Conflict)),
        Outcome::Broken(broken, _) if desk.script => refused(desk, &broken),
        Outcome::Broken(broken, mut page) => {
            page.problems = page::told(desk, &broken);
            page::respond(desk, StatusCode::UNPROCESSABLE_ENTITY, *page)
        }
    }
}

fn refused(desk: &Desk, broken: &[Broken]) -> Result<Response, Refusal> {
    let told = BrokenAnswer { broken: page::told(desk, broken) };
    Ok(desk.json(StatusCode::UNPROCESSABLE_ENTITY, &told)?)
}

fn saved_answer(document: &Document, now: i64, done: &str) -> SavedAnswer {
    SavedAnswer {
        base: document.head.0,
        version: 0,
        time: page::hour(now),
        url: format!("{}?done={done}", address(document.id)),
        autosave: format!("{}autosave", address(document.id)),
        document: 0,
    }
}
