//! What other sites offer to a site.
//!
//! **Invariant:** shows offers to columns in which the person publishes.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::SubmissionId;
use crate::domain::content::Document;
use crate::domain::error::Result as Done;
use crate::domain::submission::{self, How, Submission};
use crate::render::view_admin::{OfferView, ReceivedPage, WhyView};
use crate::web::Error;

use super::desk::{message, see, time};
use super::review::{column_name, problems};
use super::{Asked, Desk, Fields, Refusal, blocking};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Question {
    #[serde(default)]
    done: String,
}

/// The form of one offer.
#[derive(Debug, Deserialize)]
pub struct Decision {
    submission: u64,
    /// `refer`, `copy` or `refuse`.
    decision: String,
    /// Own title of a reference.
    #[serde(default)]
    title: String,
    /// Why it is refused.
    #[serde(default)]
    reason: String,
}

/// The page.
pub async fn show(desk: Desk, Path(slug): Path<String>, Asked(asked): Asked<Question>) -> Result<Response, Refusal> {
    respond(&desk, slug, &asked.done, Vec::new()).await
}

/// Takes or refuses an offer.
pub async fn decide(desk: Desk, Path(slug): Path<String>, Fields(form): Fields<Decision>) -> Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let id = SubmissionId(form.submission);
    let done = match form.decision.as_str() {
        "refer" => "referred",
        "copy" => "copied",
        "refuse" => "refused",
        _ => return Err(Error::BadRequest("no such decision").into()),
    };
    let decided = blocking(move || match done {
        "referred" => submission::accept(&app.store, &by, id, How::Reference, &form.title, now),
        "copied" => submission::accept(&app.store, &by, id, How::Copy, "", now),
        _ => submission::refuse(&app.store, &by, id, &form.reason, now),
    });
    match decided.await? {
        Ok(_) => Ok(see(&format!("/admin/sites/{slug}/received?done={done}"))),
        Err(error) => {
            let problems = problems(error)?;
            respond(&desk, slug, "", problems).await
        }
    }
}

async fn respond(desk: &Desk, slug: String, done: &str, problems: Vec<WhyView>) -> Result<Response, Refusal> {
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let notice = ["referred", "copied", "refused"].into_iter().find(|word| *word == done);
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let page = blocking(move || -> Done<ReceivedPage> {
        let node = app.site(&slug)?;
        let offers = submission::received(&app.store, &by, node.site.id)?;
        let offers = offers.iter().map(|(offer, document)| view(&app, offer, document)).collect();
        let notice = notice.map(|word| message(&format!("received.done.{word}")));
        Ok(ReceivedPage { site: slug, offers, notice, problems })
    });
    let page = page.await?.map_err(Refusal::from)?;
    Ok(desk.page(status, "inbox/received.html", "nav.received", page)?)
}

fn view(app: &App, offer: &Submission, document: &Document) -> OfferView {
    let directory = app.directory();
    let from = directory.site(offer.from);
    let place = from.and_then(|node| node.channels.get(&document.channel).map(|channel| node.channel_url(channel)));
    let column = directory.site(offer.to).map(|node| column_name(node, offer.channel)).unwrap_or_default();
    OfferView {
        id: offer.id.0,
        title: document.card.title.clone(),
        url: place.filter(|_| document.is_live()).map(|url| format!("{url}{}.html", document.id)).unwrap_or_default(),
        from: from.map(|node| node.site.name.clone()).unwrap_or_default(),
        by: offer.by.clone(),
        time: time(offer.time),
        note: offer.note.clone(),
        column,
    }
}
