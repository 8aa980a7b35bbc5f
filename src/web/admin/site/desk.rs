//! The desk of a site: its figures, what waits, how fresh its columns are.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::domain::account::{By, Place, Role};
use crate::domain::content::{Document, State, desk};
use crate::domain::error::Result;
use crate::domain::site::SiteNode;
use crate::domain::workflow;
use crate::render::view_admin::{CountView, ShortcutView, SiteDeskPage, WaitingRowView};
use crate::store::Read;
use crate::web::admin::desk::{About, time};
use crate::web::admin::{Desk, Refusal, blocking};

use super::list::address;
use super::node;
use super::views::column_rows;

/// Documents that wait, shown at most.
const WAITING: usize = 8;

/// The page.
pub async fn show(desk: Desk, Path(slug): Path<String>) -> Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let about = About::named("desk.title", &node.site.short_name);
    let page = blocking(move || page(&app, &by, &node, now)).await??;
    Ok(desk.page(StatusCode::OK, "site/desk.html", about, page)?)
}

fn page(app: &App, by: &By, node: &SiteNode, now: i64) -> Result<SiteDeskPage> {
    let site = &node.site;
    let base = format!("/admin/sites/{}", site.slug);
    let counts = desk::counts(&app.store, by, site.id, None)?;
    let mut views: Vec<CountView> = State::ALL
        .into_iter()
        .map(|state| CountView {
            state: state.word(),
            number: counts.of(state),
            url: address(&format!("{base}/documents"), &[("state", state.word())]),
        })
        .collect();
    views.push(CountView { state: "trashed", number: counts.trash, url: format!("{base}/trash") });
    let columns = column_rows(app, by, node, now)?;
    let late = |word: &str| columns.iter().filter(|row| row.freshness == word && row.kind != "section").count();
    let (stale, empty) = (late("stale"), late("empty"));
    let place = Place::Site(site.id);
    let writes = by.user().is_none_or(|user| user.may_within(Role::Editor, site.id));
    let manages = by.may(Role::Manager, place);
    let mut shortcuts = Vec::new();
    let mut shortcut = |shown: bool, key, path: &str| {
        if shown {
            shortcuts.push(ShortcutView { key, url: format!("{base}{path}") });
        }
    };
    shortcut(writes, "desk.new_document", "/documents/new");
    shortcut(true, "desk.all_documents", "/documents");
    shortcut(manages, "desk.new_column", "/columns/new");
    shortcut(manages, "desk.settings", "/settings");
    Ok(SiteDeskPage {
        slug: site.slug.clone(),
        name: site.name.clone(),
        url: if site.state.is_readable() { site.url() } else { String::new() },
        state: site.state.word(),
        part: !by.sees(place),
        counts: views,
        waiting: waiting(app, by, node, now)?,
        columns,
        stale,
        empty,
        shortcuts,
    })
}

fn waiting(app: &App, by: &By, node: &SiteNode, now: i64) -> Result<Vec<WaitingRowView>> {
    let mut rows = Vec::new();
    let here = workflow::inbox(&app.store, by, now)?.into_iter().filter(|waiting| waiting.site == node.site.id);
    for waiting in here.take(WAITING) {
        let Some(document) = app.store.get::<Document>(waiting.document.0)? else { continue };
        rows.push(WaitingRowView {
            title: document.card.title,
            url: format!("/admin/documents/{}/", document.id),
            step: waiting.step,
            since: time(waiting.since),
            due: waiting.due.map(time).unwrap_or_default(),
            overdue: waiting.overdue,
        });
    }
    Ok(rows)
}
