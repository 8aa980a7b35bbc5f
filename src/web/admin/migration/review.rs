//! Pages that wait for a look, and something done with several of them: one action for each, so that each failure is
//! told with its reason.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::ChannelId;
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::domain::migration::{self, Accept, OldPage, Reason, Wanted};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{FailureView, MigrationBulkPage, MigrationReviewPage, OptionView};
use crate::store::Position;
use crate::web;
use crate::web::admin::desk::{About, local, see};
use crate::web::admin::site::list::address;
use crate::web::admin::site::views::{column_options, keyed, option, works};
use crate::web::admin::site::{node, reasons};
use crate::web::admin::{Asked, Desk, Pairs, Refusal, blocking};

use super::{ACTIONS, base, done, page_of, place, place_text, row_view, targets};

/// Pages of the list that are shown at once.
const SIZE: usize = 50;
/// Most pages at once.
const MOST: usize = 200;
/// Imports to choose from.
const RUNS: usize = 50;

/// What may stand in the address.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct Which {
    reason: String,
    channel: String,
    run: String,
    after: String,
    done: String,
    count: String,
}

impl Which {
    fn fields(&self) -> [(&'static str, &str); 3] {
        [("reason", self.reason.as_str()), ("channel", self.channel.as_str()), ("run", self.run.as_str())]
    }

    fn wanted(&self) -> Wanted {
        Wanted {
            batch: self.run.parse().ok(),
            channel: self.channel.parse().ok().map(ChannelId),
            reason: Reason::ALL.into_iter().find(|reason| reason.word() == self.reason),
        }
    }
}

/// The list.
pub async fn show(
    desk: Desk,
    Path(slug): Path<String>,
    Asked(which): Asked<Which>,
) -> std::result::Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let about = About::from("migration.review").below("migration.title", base(&node));
    let page = blocking(move || list(&app, &by, &node, &which)).await??;
    Ok(desk.page(StatusCode::OK, "migration/review.html", about, page)?)
}

fn list(app: &App, by: &By, node: &SiteNode, which: &Which) -> Result<MigrationReviewPage> {
    let url = format!("{}/review", base(node));
    let site = node.site.id;
    let mut pages = migration::wanted(&app.store, by, site, &which.wanted(), place(&which.after), SIZE + 1)?;
    let more = pages.len() > SIZE;
    pages.truncate(SIZE);
    let at = |after: &str| {
        let mut fields = which.fields().to_vec();
        fields.push(("after", after));
        address(&url, &fields)
    };
    let runs = migration::runs(&app.store, by, Some(site), Position::FIRST, RUNS)?;
    let runs: Vec<OptionView> = runs.iter().map(|(run, _)| option(run.batch, &run.name, &which.run)).collect();
    Ok(MigrationReviewPage {
        slug: node.site.slug.clone(),
        reasons: Reason::ALL
            .map(|reason| keyed(reason.word(), format!("migration.reason.{}", reason.word()), &which.reason))
            .to_vec(),
        columns: column_options(node, &which.channel, |channel| {
            channel.holds_documents() && works(by, node, channel.id, None)
        }),
        runs,
        filtered: which.fields().iter().any(|(_, value)| !value.is_empty()),
        rows: pages.iter().map(|(page, _)| row_view(node, page)).collect(),
        next: pages.last().filter(|_| more).map(|(_, place)| at(&place_text(*place))).unwrap_or_default(),
        targets: targets(by, node, None),
        here: at(&which.after),
        notice: done(&which.done, &which.count),
    })
}

/// Does something with several pages, and shows what could not be done.
pub async fn bulk(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> std::result::Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let action = ACTIONS.into_iter().find(|action| *action == pairs.text("do"));
    let action = action.ok_or(web::Error::BadRequest("no such bulk action"))?;
    let mut ids: Vec<u64> = pairs.all("page").filter_map(|id| id.parse().ok()).collect();
    ids.dedup();
    if ids.len() > MOST {
        return Err(web::Error::BadRequest("too many pages at once").into());
    }
    let asked = Decision::read(action, &pairs);
    let list = format!("{}/review", base(&node));
    let back = local(pairs.text("back")).filter(|back| back.starts_with(&list)).unwrap_or(&list).to_owned();
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let about = About::from("bulk.title").below("migration.title", base(&node)).below("migration.review", list);
    let (done, failures) = blocking(move || all(&app, &by, &node, &ids, &asked, now)).await??;
    if failures.is_empty() {
        let and = if back.contains('?') { '&' } else { '?' };
        return Ok(see(&format!("{back}{and}done={action}&count={done}")));
    }
    let page = MigrationBulkPage { action, done, failures, back };
    Ok(desk.page(StatusCode::OK, "migration/bulk.html", about, page)?)
}

fn all(
    app: &App,
    by: &By,
    node: &SiteNode,
    ids: &[u64],
    asked: &Decision,
    now: i64,
) -> std::result::Result<(usize, Vec<FailureView>), Refusal> {
    let mut done = 0;
    let mut failures = Vec::new();
    for id in ids {
        // Of another site, or not this person's to see: not there.
        let page = page_of(app, by, node, *id).ok();
        let result = match &page {
            Some(page) => asked.carry_out(app, by, page, now),
            None => Err(Error::not_found("old page", id)),
        };
        match result {
            Ok(()) => done += 1,
            Err(error) => {
                let row = page.as_ref().map(|page| row_view(node, page));
                failures.push(FailureView {
                    title: row.as_ref().map_or_else(
                        || id.to_string(),
                        |row| if row.title.is_empty() { row.old.clone() } else { row.title.clone() },
                    ),
                    url: row.map(|row| row.url).unwrap_or_default(),
                    reasons: reasons(error)?,
                });
            }
        }
    }
    Ok((done, failures))
}

/// What a person decided of a page.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    /// One of `ACTIONS`.
    pub(super) action: &'static str,
    /// Title, date and column, where it is accepted.
    pub(super) accept: Accept,
    column: Option<ChannelId>,
    reason: String,
}

impl Decision {
    /// What the fields of a form say, but for title and date.
    pub(super) fn read(action: &'static str, pairs: &Pairs) -> Decision {
        let column = pairs.text("column").parse().ok().map(ChannelId);
        Decision { action, accept: Accept::default(), column, reason: pairs.text("reason").trim().to_owned() }
    }

    /// Carries it out.
    ///
    /// # Errors
    /// As the actions of [`migration`]; `required` for an action without its column.
    pub(super) fn carry_out(&self, app: &App, by: &By, page: &OldPage, now: i64) -> Result<()> {
        let (store, id) = (&app.store, page.id);
        match self.action {
            "accept" => migration::accept(store, by, id, self.accept.clone(), now).map(drop),
            "assign" => {
                let column = self.column.ok_or_else(|| Error::rule("required", "column", ""))?;
                migration::assign(store, by, id, column, now).map(drop)
            }
            "discard" => migration::discard(store, by, id, &self.reason, now).map(drop),
            _ => migration::send_back(store, by, id, &self.reason, now).map(drop),
        }
    }
}
