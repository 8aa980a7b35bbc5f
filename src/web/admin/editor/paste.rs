//! What is pasted into the editor, cleaned by the one cleaner of documents.
//!
//! **Invariant:** nothing reaches the editor that the allow-list of documents does not take.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::base::id::DocumentId;
use crate::domain::account::By;
use crate::domain::content::{self, NoPictures};
use crate::domain::error::{Broken, Error as Refused};
use crate::domain::site::SiteNode;
use crate::render::view_admin::PasteAnswer;
use crate::web::Error;
use crate::web::admin::{Desk, Pairs, Refusal, blocking};

use crate::web::library::Library;

/// Cleans HTML: `as` says whether it is pasted, typed as source, to be laid out as official documents are, or wanted
/// as plain paragraphs. Pictures of what is pasted go to the library of the site of the `document`, or of the `site`.
pub async fn clean(desk: Desk, pairs: Pairs) -> Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let mark = desk.text("paste.missing");
    let work = blocking(move || {
        let html = pairs.text("html");
        match pairs.text("as") {
            "paste" => paste(&app, &by, &pairs, mark, now).map_err(Refusal::from),
            "layout" => Ok((answer(content::layout(html)), None)),
            "source" => Ok((answer(content::clean(html).html), None)),
            "plain" => Ok((answer(paragraphs(pairs.text("text"))), None)),
            _ => Err(Error::BadRequest("there is nothing else to do with HTML").into()),
        }
    });
    let (mut answer, broken) = work.await??;
    answer.why = broken.map(|broken| desk.text(broken.rule).replace("{number}", &broken.value)).unwrap_or_default();
    Ok(desk.json(StatusCode::OK, &answer)?)
}

fn answer(html: String) -> PasteAnswer {
    PasteAnswer { html, stored: 0, lost: 0, why: String::new() }
}

fn paste(app: &App, by: &By, pairs: &Pairs, mark: String, now: i64) -> Result<(PasteAnswer, Option<Broken>), Refused> {
    let html = pairs.text("html");
    let Some(node) = site_of(app, by, pairs)? else {
        let cleaned = content::clean_paste(html, &mut NoPictures);
        let lost = lost(&cleaned.notes);
        return Ok((PasteAnswer { lost, ..answer(cleaned.html) }, None));
    };
    let beside = content::pictures_in_rtf(html, pairs.text("rtf"));
    let mut library = Library::of(app, by, &node, now, mark)?.beside(beside);
    let cleaned = content::clean_paste(html, &mut library);
    let (stored, broken) = library.outcome()?;
    Ok((PasteAnswer { stored, lost: lost(&cleaned.notes), ..answer(cleaned.html) }, broken))
}

/// The site whose library takes the pictures: that of the document, or the one in which a new one is written.
fn site_of(app: &App, by: &By, pairs: &Pairs) -> Result<Option<Arc<SiteNode>>, Refused> {
    if let Some(id) = pairs.text("document").parse().ok().filter(|id| *id > 0) {
        let site = content::document(&app.store, by, DocumentId(id))?.site;
        return app.directory().site(site).cloned().map(Some).ok_or_else(|| Refused::not_found("site", site));
    }
    match pairs.text("site") {
        "" => Ok(None),
        slug => app.site(slug).map(Some),
    }
}

/// Pictures that could not be kept.
pub(super) fn lost(notes: &[content::Note]) -> usize {
    notes.iter().filter(|note| note.key == "picture_missing").count()
}

/// Lines of plain text as paragraphs.
fn paragraphs(text: &str) -> String {
    let escape = |line: &str| line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    content::clean(&lines.map(|line| format!("<p>{}</p>\n", escape(line))).collect::<String>()).html
}
