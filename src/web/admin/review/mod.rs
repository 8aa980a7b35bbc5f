//! Acts on a document: from review to the visitors and back, and where it stands.
//!
//! **Invariant:** each address carries one action out; who may, the action says.

mod acts;
mod place;
mod sheet;

pub use acts::{approve, publish, recall, schedule, send_back, submit, take, trash, withdraw};
pub use place::{COPY, MOVE, PUSH, REFER, place};
pub use sheet::show as sheet;

use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::base::clock;
use crate::base::id::{ChannelId, DocumentId};
use crate::domain::content::{self, Document};
use crate::domain::error::{Broken, Error};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{RefusedActPage, WhyView};
use crate::web;

use super::{About, Desk, Refusal, blocking};

/// Address of a document.
pub(super) fn address(id: DocumentId) -> String {
    format!("/admin/documents/{id}/")
}

/// Rules as texts.
pub(super) fn rules(broken: &[Broken]) -> Vec<WhyView> {
    let view = |broken: &Broken| WhyView {
        // What the publishing checks found has texts of its own.
        key: if broken.field == "check" { broken.rule.to_owned() } else { format!("why.{}", broken.rule) },
        // Numbers of rows say nothing to people.
        value: if broken.value.bytes().all(|byte| byte.is_ascii_digit()) && broken.field == "document" {
            String::new()
        } else {
            broken.value.clone()
        },
    };
    broken.iter().map(view).collect()
}

/// What an action answered, as something to show; what cannot be shown beside a form becomes a page of its own.
pub(super) fn problems(error: Error) -> Result<Vec<WhyView>, Refusal> {
    match error {
        Error::Rules { broken } => Ok(rules(&broken)),
        Error::Stale { .. } => Ok(vec![WhyView { key: "why.stale".into(), value: String::new() }]),
        other => Err(Refusal::from(other)),
    }
}

/// The page of an act that was not carried out.
async fn refused(desk: &Desk, id: DocumentId, error: Error) -> Result<Response, Refusal> {
    let stale = matches!(error, Error::Stale { .. });
    let problems = problems(error)?;
    let document = load(desk, id).await?;
    let page = RefusedActPage { title: document.card.title, back: address(id), problems };
    let status = if stale { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let about = About::from("review.refused").below_named(&page.title, address(id));
    Ok(desk.page(status, "review/refused.html", about, page)?)
}

async fn load(desk: &Desk, id: DocumentId) -> Result<Document, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    blocking(move || content::document(&app.store, &by, id)).await?.map_err(Refusal::from)
}

/// Names of a column and those above it, after the short name of its site.
pub(super) fn place_name(app: &App, id: ChannelId) -> String {
    let directory = app.directory();
    let Some((node, _)) = directory.channel(id) else { return String::new() };
    format!("{} › {}", node.site.short_name, column_name(node, id))
}

/// Names of a column and those above it.
pub(super) fn column_name(node: &SiteNode, id: ChannelId) -> String {
    node.chain(id).iter().map(|channel| channel.name.as_str()).collect::<Vec<_>>().join(" › ")
}

/// A time as a form sends it; `None` where there is none.
fn time_of(text: &str) -> Result<Option<i64>, Refusal> {
    match text.trim() {
        "" => Ok(None),
        text => match clock::parse_local(text) {
            Some(time) => Ok(Some(time)),
            None => Err(web::Error::BadRequest("a time is not of the form YYYY-MM-DDTHH:MM").into()),
        },
    }
}
