//! The trash of a site: what is in it, putting back, removing for good.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{ChannelId, DocumentId};
use crate::domain::account::{By, Role};
use crate::domain::content::{self, desk};
use crate::domain::error::{Error, Result};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{FailureView, TrashPage, TrashRowView};
use crate::web;
use crate::web::admin::desk::{About, see, time};
use crate::web::admin::{Asked, Desk, Pairs, Refusal, blocking};

use super::list::pages;
use super::views::{column_options, works};
use super::{Done, node, reasons};

/// Documents of a page.
const SIZE: u64 = 50;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    page: String,
    #[serde(flatten)]
    done: Done,
}

/// The list.
pub async fn show(desk: Desk, Path(slug): Path<String>, Asked(wanted): Asked<Wanted>) -> Result<Response, Refusal> {
    show_with(&desk, &slug, &wanted, Vec::new()).await
}

async fn show_with(desk: &Desk, slug: &str, wanted: &Wanted, failures: Vec<FailureView>) -> Result<Response, Refusal> {
    let node = node(desk, slug)?;
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let about = About::from("trash.title");
    let asked = wanted.page.parse::<u64>().unwrap_or(1).max(1);
    let notice = wanted.done.message("trash", &["back", "purge"]);
    let mut page = blocking(move || page(&app, &by, &node, asked)).await??;
    page.notice = notice;
    page.failures = failures;
    Ok(desk.page(StatusCode::OK, "site/trash.html", about, page)?)
}

fn page(app: &App, by: &By, node: &SiteNode, asked: u64) -> Result<TrashPage> {
    let site = node.site.id;
    let read = |page: u64| {
        let offset = usize::try_from((page - 1).saturating_mul(SIZE)).unwrap_or(usize::MAX);
        desk::trash(&app.store, by, site, offset, SIZE as usize)
    };
    let (mut documents, total) = read(asked)?;
    let pages = pages(&format!("/admin/sites/{}/trash", node.site.slug), &[], asked, SIZE, total);
    if pages.page != asked {
        documents = read(pages.page)?.0;
    }
    let rows = documents.into_iter().map(|document| TrashRowView {
        id: document.id.0,
        column: node.channels.get(&document.channel).map(|channel| channel.name.clone()).unwrap_or_default(),
        by: document.trashed.as_ref().map(|trashed| trashed.by.clone()).unwrap_or_default(),
        time: document.trashed.as_ref().map(|trashed| time(trashed.time)).unwrap_or_default(),
        title: document.card.title,
    });
    Ok(TrashPage {
        slug: node.site.slug.clone(),
        rows: rows.collect(),
        pages,
        columns: column_options(node, "", |channel| {
            channel.holds_documents() && channel.closing.is_none() && works(by, node, channel.id, None)
        }),
        purges: by.user().is_none_or(|user| user.may_within(Role::Manager, site)),
        notice: None,
        failures: Vec::new(),
    })
}

/// Puts documents back, or removes them for good: `do` is `back` or `purge`.
pub async fn act(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let purge = match pairs.text("do") {
        "back" => false,
        "purge" => true,
        _ => return Err(web::Error::BadRequest("neither back nor purge").into()),
    };
    let ids: Vec<DocumentId> = pairs.all("document").filter_map(|id| id.parse().ok()).map(DocumentId).collect();
    let column = pairs.text("column").parse().ok().map(ChannelId);
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let (done, failures) = blocking(move || all(&app, &by, &node, (purge, column), &ids, now)).await??;
    if failures.is_empty() {
        let word = if purge { "purge" } else { "back" };
        return Ok(see(&format!("/admin/sites/{slug}/trash?done={word}&count={done}")));
    }
    show_with(&desk, &slug, &Wanted::default(), failures).await
}

fn all(
    app: &App,
    by: &By,
    node: &SiteNode,
    (purge, column): (bool, Option<ChannelId>),
    ids: &[DocumentId],
    now: i64,
) -> Result<(usize, Vec<FailureView>), Refusal> {
    let (mut done, mut failures) = (0, Vec::new());
    for id in ids {
        let document = content::document(&app.store, by, *id).ok().filter(|document| document.site == node.site.id);
        let result = match &document {
            None => Err(Error::not_found("document", id)),
            Some(_) if purge => content::purge(&app.store, by, *id),
            Some(_) => content::put_back(&app.store, by, *id, column, now).map(drop),
        };
        match result {
            Ok(()) => done += 1,
            Err(error) => failures.push(FailureView {
                title: document.map_or_else(|| id.to_string(), |document| document.card.title),
                url: String::new(),
                reasons: reasons(error)?,
            }),
        }
    }
    Ok((done, failures))
}
