//! A page of an old site beside its document.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::clock;
use crate::domain::account::{By, Role};
use crate::domain::content::{self, Document};
use crate::domain::error::Result;
use crate::domain::migration::{self, OldPage, Review, Sure};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{OldPagePage, OptionView, RuleView, SureView};
use crate::web::admin::desk::{About, time};
use crate::web::admin::site::node;
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::{base, done, may, page_of, row_view, run_of, targets};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// What was typed and could not be taken.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) title: String,
    pub(super) date: String,
    pub(super) column: String,
    pub(super) problems: Vec<RuleView>,
}

/// The page.
pub async fn show(
    desk: Desk,
    Path((slug, id)): Path<(String, u64)>,
    Asked(asked): Asked<Done>,
) -> std::result::Result<Response, Refusal> {
    respond(&desk, &slug, id, StatusCode::OK, &asked.done, None).await
}

/// The page, also with what was typed and what is wrong with it.
pub(super) async fn respond(
    desk: &Desk,
    slug: &str,
    id: u64,
    status: StatusCode,
    word: &str,
    typed: Option<Typed>,
) -> std::result::Result<Response, Refusal> {
    let node = node(desk, slug)?;
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let above = base(&node);
    let mut page = blocking(move || make(&app, &by, &node, id)).await??;
    page.notice = done(word, "");
    if let Some(typed) = typed {
        (page.title, page.date, page.problems) = (typed.title, typed.date, typed.problems);
        choose(&mut page.columns, &typed.column);
    }
    let name = if page.row.title.is_empty() { page.row.old.clone() } else { page.row.title.clone() };
    let about = About::named("migration.page", &name);
    let about = about.below("migration.title", above.clone()).below("migration.review", format!("{above}/review"));
    Ok(desk.page(status, "migration/page.html", about, page)?)
}

fn choose(options: &mut [OptionView], value: &str) {
    for option in options {
        option.chosen = option.value == value;
    }
}

/// The date on the old site, as far as it is known.
pub(super) fn date_of(document: &Document) -> Option<i64> {
    Some(document.published).filter(|time| *time > 0).or(document.was_published)
}

/// A date for a form.
pub(super) fn date_text(time: i64) -> String {
    clock::minute(time).replace(' ', "T")
}

fn make(app: &App, by: &By, node: &SiteNode, id: u64) -> Result<OldPagePage> {
    let page = page_of(app, by, node, id)?;
    let row = row_view(node, &page);
    let document = page.document.and_then(|document| content::document(&app.store, by, document).ok());
    let document = document.filter(|document| document.trashed.is_none());
    let (decided, decided_time, reason) = decided(&page.review);
    let open = page.review.is_open() && document.is_some();
    let below = |end: &str| document.as_ref().map(|document| format!("/admin/documents/{}/{end}", document.id));
    Ok(OldPagePage {
        slug: node.site.slug.clone(),
        run: run_of(app, by, node, page.batch).map(|run| format!("{}/{}", base(node), run.batch)).unwrap_or_default(),
        addresses: page.addresses.clone(),
        old_column: page.old_column.clone(),
        sure: sure(page.sure),
        remarks: page.remarks.clone(),
        missing: page.missing.clone(),
        original: if page.original.is_empty() { String::new() } else { format!("{}/original", row.url) },
        document: below("").unwrap_or_default(),
        preview: below("preview/page").unwrap_or_default(),
        decided,
        decided_time,
        reason,
        decides: open && may(app, by, &page, Role::Publisher),
        sends_back: open && (may(app, by, &page, Role::Reviewer) || may(app, by, &page, Role::Publisher)),
        publishes: page.publishes,
        title: document.as_ref().map_or_else(|| page.title.clone(), |document| document.card.title.clone()),
        date: document.as_ref().and_then(date_of).map(date_text).unwrap_or_default(),
        columns: targets(by, node, document.as_ref().map(|document| document.channel)),
        next: next(app, by, node, &page)?,
        notice: None,
        problems: Vec::new(),
        url: row.url.clone(),
        row,
    })
}

/// Address of the next page that waits, or empty.
pub(super) fn next(app: &App, by: &By, node: &SiteNode, page: &OldPage) -> Result<String> {
    let next = migration::next_waiting(&app.store, by, page)?;
    Ok(next.map(|next| row_view(node, &next).url).unwrap_or_default())
}

fn sure(sure: Sure) -> Vec<SureView> {
    let Sure { title, date, body, column } = sure;
    [("title", title), ("date", date), ("body", body), ("column", column)]
        .map(|(word, percent)| SureView { word, percent })
        .to_vec()
}

/// By whom, when and why a page was decided.
fn decided(review: &Review) -> (String, String, String) {
    match review {
        Review::None | Review::Waiting => Default::default(),
        Review::Accepted { by, time: at } => (by.clone(), time(*at), String::new()),
        Review::SentBack { by, time: at, reason } | Review::Discarded { by, time: at, reason } => {
            (by.clone(), time(*at), reason.clone())
        }
    }
}
