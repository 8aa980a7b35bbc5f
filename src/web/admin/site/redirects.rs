//! Old addresses of a site: searched, added, changed, removed.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{DocumentId, RedirectId};
use crate::domain::account::By;
use crate::domain::content::Document;
use crate::domain::error::{Error as Broken, Result as Acted};
use crate::domain::site::{self, Old, Redirect, RedirectFilter, SiteNode, Target};
use crate::render::view_admin::{RedirectFormView, RedirectRowView, RedirectsPage, RuleView};
use crate::store::Read;
use crate::web::admin::desk::{About, see, time};
use crate::web::admin::{Asked, Desk, Fields, Pairs, Refusal, blocking};

use super::list::pages;
use super::{Done, broken, managed};

/// Old addresses of a page.
const SIZE: u64 = 50;
/// What can just have been done.
const DONE: [&str; 4] = ["added", "changed", "removed", "imported"];

/// What may stand in the address.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    hits: String,
    #[serde(default)]
    page: String,
    #[serde(default)]
    edit: String,
    #[serde(flatten)]
    done: Done,
}

/// The list.
pub async fn show(desk: Desk, Path(slug): Path<String>, Asked(wanted): Asked<Wanted>) -> Result<Response, Refusal> {
    page(&desk, &slug, StatusCode::OK, &wanted, None, Vec::new()).await
}

/// The list; `form` is what was typed before, if anything.
async fn page(
    desk: &Desk,
    slug: &str,
    status: StatusCode,
    wanted: &Wanted,
    form: Option<RedirectFormView>,
    problems: Vec<RuleView>,
) -> Result<Response, Refusal> {
    let (node, by) = managed(desk, slug)?;
    let app = desk.admin.app.clone();
    let about = About::from("redirects.title");
    let asked = wanted.clone();
    let mut page = blocking(move || list(&app, &by, &node, &asked)).await??;
    if let Some(form) = form {
        page.form = form;
    }
    page.notice = wanted.done.message("redirects", &DONE);
    page.problems = problems;
    Ok(desk.page(status, "site/redirects.html", about, page)?)
}

fn list(app: &App, by: &By, node: &SiteNode, wanted: &Wanted) -> Acted<RedirectsPage> {
    let filter = RedirectFilter { query: wanted.q.trim().to_owned(), by_hits: !wanted.hits.is_empty() };
    let asked = wanted.page.parse::<u64>().unwrap_or(1).max(1);
    let read = |page: u64| {
        site::redirects(&app.store, by, node.site.id, &filter, (page - 1).saturating_mul(SIZE), SIZE as usize)
    };
    let (mut found, total) = read(asked)?;
    let fields = [("q", filter.query.as_str()), ("hits", wanted.hits.as_str())];
    let pages = pages(&format!("/admin/sites/{}/redirects", node.site.slug), &fields, asked, SIZE, total);
    if pages.page != asked {
        found = read(pages.page)?.0;
    }
    let mut rows = Vec::new();
    for (redirect, hits) in found {
        let (name, broken) = named(app, node, &redirect.to)?;
        rows.push(RedirectRowView {
            id: redirect.id.0,
            to: site::target_words(node, &redirect.to),
            from: redirect.from,
            prefix: redirect.prefix,
            name,
            broken,
            hits: hits.as_ref().map_or(0, |hits| hits.count),
            last: hits.map(|hits| time(hits.last)).unwrap_or_default(),
        });
    }
    Ok(RedirectsPage {
        slug: node.site.slug.clone(),
        hosts: node.site.old_hosts.clone(),
        query: filter.query,
        by_hits: filter.by_hits,
        rows,
        pages,
        form: form(app, node, &wanted.edit)?,
        notice: None,
        problems: Vec::new(),
    })
}

/// The form for the one with a number, or for a new one.
fn form(app: &App, node: &SiteNode, number: &str) -> Acted<RedirectFormView> {
    let edited: Option<Redirect> = match number.parse() {
        Ok(id) => app.store.get(id)?,
        Err(_) => None,
    };
    Ok(match edited.filter(|redirect| redirect.site == node.site.id) {
        Some(redirect) => RedirectFormView {
            id: redirect.id.0,
            to: site::target_words(node, &redirect.to),
            from: redirect.from,
            prefix: redirect.prefix,
        },
        None => RedirectFormView { id: 0, from: String::new(), prefix: false, to: String::new() },
    })
}

/// What a target is called, and whether visitors find nothing there.
fn named(app: &App, node: &SiteNode, target: &Target) -> Acted<(String, bool)> {
    Ok(match target {
        Target::Url(_) => (String::new(), false),
        Target::Channel(id) => node.channels.get(id).map_or((String::new(), true), |row| (row.name.clone(), false)),
        // A title is told of what is published only: it may stand where the manager of this site sees nothing.
        Target::Document(id) => match app.store.get::<Document>(id.0)? {
            Some(document) if document.is_live() => (document.card.title, false),
            _ => (String::new(), true),
        },
    })
}

/// The form: the number of the one that is changed, or 0.
#[derive(Clone, Deserialize)]
pub struct Typed {
    #[serde(default)]
    id: String,
    from: String,
    #[serde(default)]
    prefix: String,
    to: String,
}

/// Adds or changes an old address.
pub async fn save(desk: Desk, Path(slug): Path<String>, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let (node, by) = managed(&desk, &slug)?;
    let (app, wanted) = (desk.admin.app.clone(), typed.clone());
    let id = typed.id.parse().unwrap_or(0);
    let saved = blocking(move || -> Acted<()> {
        let to = site::read_target(&node, &wanted.to).map_err(|broken| Broken::Rules { broken: vec![broken] })?;
        if let Target::Document(document) = to
            && !known(&app, document)?
        {
            return Err(Broken::rule("redirect.document", "to", document));
        }
        let old = Old { from: wanted.from, prefix: !wanted.prefix.is_empty(), to };
        let site = node.site.id;
        if id == 0 {
            site::add_redirect(&app.store, &by, site, &old).map(drop)
        } else {
            site::change_redirect(&app.store, &by, site, RedirectId(id), &old).map(drop)
        }
    });
    match saved.await? {
        Ok(()) => {
            let done = if id == 0 { "added" } else { "changed" };
            Ok(see(&format!("/admin/sites/{slug}/redirects?done={done}")))
        }
        Err(error) => {
            let problems = broken(error)?;
            let form = RedirectFormView { id, from: typed.from, prefix: !typed.prefix.is_empty(), to: typed.to };
            page(&desk, &slug, StatusCode::UNPROCESSABLE_ENTITY, &Wanted::default(), Some(form), problems).await
        }
    }
}

/// True if there is a document of this number.
pub(super) fn known(app: &App, id: DocumentId) -> Acted<bool> {
    Ok(app.store.get::<Document>(id.0)?.is_some())
}

/// Removes old addresses.
pub async fn forget(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Result<Response, Refusal> {
    let (node, by) = managed(&desk, &slug)?;
    let ids: Vec<RedirectId> = pairs.all("redirect").filter_map(|id| id.parse().ok()).map(RedirectId).collect();
    let (app, count) = (desk.admin.app.clone(), ids.len());
    if count > 0 {
        blocking(move || site::forget_redirects(&app.store, &by, node.site.id, &ids)).await??;
    }
    Ok(see(&format!("/admin/sites/{slug}/redirects?done=removed&count={count}")))
}
