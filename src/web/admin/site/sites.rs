//! The sites that a person works in, and making one.

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::domain::account::{By, Place, Role};
use crate::domain::content::{State, desk};
use crate::domain::error::{Error, Result};
use crate::domain::site::{self, NewSite, SiteKind, SiteNode, ThemeRules};
use crate::render::view_admin::{NewSitePage, OptionView, SiteRowView, SitesPage};
use crate::web::admin::desk::see;
use crate::web::admin::{Asked, Desk, Fields, Refusal, blocking};

use super::views::{keyed, option};
use super::{Done, broken};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(flatten)]
    done: Done,
}

/// The list.
pub async fn list(desk: Desk, Asked(wanted): Asked<Wanted>) -> Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let creates = by.may(Role::Admin, Place::Group);
    let notice = wanted.done.message("sites", &["created"]);
    let query = wanted.q.trim().to_owned();
    let searched = query.clone();
    let (sites, total) = blocking(move || rows(&app, &by, &searched)).await??;
    let page = SitesPage { sites, query, total, creates, notice };
    Ok(desk.page(StatusCode::OK, "site/sites.html", "sites.title", page)?)
}

fn rows(app: &App, by: &By, query: &str) -> Result<(Vec<SiteRowView>, usize)> {
    let directory = app.directory().clone();
    let own: Vec<_> = directory.all().filter(|node| by.user().is_none_or(|user| user.works_in(node.site.id))).collect();
    let query = query.to_lowercase();
    let fits = |node: &SiteNode| {
        let site = &node.site;
        let hosts = site.hosts.iter().chain(&site.old_hosts).map(String::as_str);
        let mut texts = [site.slug.as_str(), &site.name, &site.short_name].into_iter().chain(hosts);
        texts.any(|text| text.to_lowercase().contains(&query))
    };
    let mut rows = Vec::new();
    for node in own.iter().filter(|node| fits(node)) {
        let site = &node.site;
        let counts = desk::counts(&app.store, by, site.id, None)?;
        rows.push(SiteRowView {
            slug: site.slug.clone(),
            name: site.name.clone(),
            url: if site.state.is_readable() { site.url() } else { String::new() },
            state: site.state.word(),
            kind: site.kind.word(),
            part: !by.sees(Place::Site(site.id)),
            published: counts.of(State::Published),
            drafts: counts.of(State::Draft),
            in_review: counts.of(State::InReview),
        });
    }
    Ok((rows, own.len()))
}

/// The form of a new site.
#[derive(Deserialize)]
pub struct Typed {
    slug: String,
    name: String,
    short_name: String,
    kind: String,
    theme: String,
    #[serde(default)]
    usual: String,
}

/// The form for a new site.
pub async fn new(desk: Desk) -> Result<Response, Refusal> {
    let typed = Typed {
        slug: String::new(),
        name: String::new(),
        short_name: String::new(),
        kind: SiteKind::Department.word().to_owned(),
        theme: String::new(),
        usual: "1".into(),
    };
    let page = page(&desk, typed);
    Ok(desk.page(StatusCode::OK, "site/new.html", "sites.new", page)?)
}

fn page(desk: &Desk, typed: Typed) -> NewSitePage {
    let kinds = SiteKind::UNITS.map(|kind| keyed(kind.word(), format!("site.kind.{}", kind.word()), &typed.kind));
    NewSitePage {
        themes: themes(&desk.admin.app, desk.lang, &typed.theme),
        slug: typed.slug,
        name: typed.name,
        short_name: typed.short_name,
        kinds: kinds.to_vec(),
        usual: !typed.usual.is_empty(),
        problems: Vec::new(),
    }
}

/// Themes that can dress a site, with their names in a language.
pub(super) fn themes(app: &App, lang: &str, chosen: &str) -> Vec<OptionView> {
    let themes = app.engine.themes();
    let public = themes.iter().filter(|theme| theme.is_public());
    let named = public.map(|theme| {
        let manifest = &theme.source().manifest;
        let english = lang == "en" && !manifest.title_en.is_empty();
        option(theme.name(), if english { &manifest.title_en } else { &manifest.title }, chosen)
    });
    named.collect()
}

/// Makes a site.
pub async fn create(desk: Desk, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let new = NewSite {
        slug: typed.slug.trim().to_owned(),
        name: typed.name.clone(),
        short_name: typed.short_name.clone(),
        kind: SiteKind::of(&typed.kind).unwrap_or(SiteKind::Department),
        theme: typed.theme.clone(),
        usual_columns: !typed.usual.is_empty(),
    };
    let made = blocking(move || {
        let wrong = app.engine.broken(&new.theme, &std::collections::BTreeMap::new());
        if wrong.is_empty() { site::create(&app.store, &by, &new) } else { Err(Error::Rules { broken: wrong }) }
    });
    match made.await? {
        Ok(site) => Ok(see(&format!("/admin/sites/{}/settings?done=created", site.slug))),
        Err(error) => {
            let problems = broken(error)?;
            let page = NewSitePage { problems, ..page(&desk, typed) };
            Ok(desk.page(StatusCode::UNPROCESSABLE_ENTITY, "site/new.html", "sites.new", page)?)
        }
    }
}
