//! The first page: what waits, drafts, stale columns, sites, newest documents, grants, log-ins.
//!
//! **Invariant:** shows sites, columns and documents of the person's grants only.

use std::collections::BTreeSet;

use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::{By, Person, Scope, User};
use crate::domain::content::{self, DOCUMENTS_OF_SITE, Item, LIVE_OF_CHANNEL, LIVE_OF_GROUP, LIVE_OF_SITE};
use crate::domain::error::Result;
use crate::domain::site::{Directory, SiteNode};
use crate::render::view_admin::{AdminDocumentView, AdminHomePage, AdminSiteView, GrantView, LastLogInView};
use crate::store::{ListKey, Read};
use crate::web::Error;

use super::account::sessions;
use super::desk::{message, see, time};
use super::{Asked, Desk, Refusal, blocking, inbox, work};

/// Documents shown.
const DOCUMENTS: usize = 10;
/// Log-ins shown.
const SESSIONS: usize = 3;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: String,
}

/// `/admin` has its slash at the end.
pub async fn slash() -> Response {
    see("/admin/")
}

/// Addresses without a page.
pub async fn missing() -> Refusal {
    Refusal(Error::NotFound)
}

/// The page.
pub async fn show(desk: Desk, Asked(asked): Asked<Done>) -> Result<Response, Refusal> {
    let done = asked.done == "password";
    let (app, person, by, now) = (desk.admin.app.clone(), desk.person()?.clone(), desk.by()?, desk.now);
    let mut page = blocking(move || page(&app, &person, &by, now)).await?.map_err(Refusal::from)?;
    page.notice = done.then(|| message("password.changed"));
    Ok(desk.page(StatusCode::OK, "home/home.html", "home.title", page)?)
}

fn page(app: &App, person: &Person, by: &By, now: i64) -> Result<AdminHomePage> {
    let directory = app.directory().clone();
    let (waiting, waiting_count) = inbox::waiting(app, by, work::MOST, now)?;
    let (stale, stale_count) = work::stale(app, &directory, by, now)?;
    let user = &person.user;
    let mut own = sessions::views(app, person, now)?;
    let session_count = own.len();
    own.truncate(SESSIONS);
    Ok(AdminHomePage {
        before: person.session.before.as_ref().map(|before| LastLogInView {
            time: time(before.time),
            address: before.address.clone(),
            failures: person.session.failures,
        }),
        notice: None,
        waiting,
        waiting_count,
        received: inbox::received(app, by)?,
        drafts: work::drafts(app, &directory, by)?,
        stale,
        stale_count,
        grants: grants(&directory, user),
        sites: sites(app, &directory, user)?,
        newest: newest(app, &directory, user)?,
        sessions: own,
        session_count,
    })
}

/// Grants in words. One whose site or column is gone gives nothing.
pub(super) fn grants(directory: &Directory, user: &User) -> Vec<GrantView> {
    let known = user.grants.iter().filter(|grant| is_known(directory, grant.scope));
    known.map(|grant| GrantView { role: grant.role.word(), place: place(directory, grant.scope) }).collect()
}

fn is_known(directory: &Directory, scope: Scope) -> bool {
    match scope {
        Scope::Group => true,
        Scope::Site(site) => directory.site(site).is_some(),
        Scope::Channel(_, channel) => directory.channel(channel).is_some(),
    }
}

/// Name of a site or column; empty for the group, its number where it is gone.
pub(super) fn place(directory: &Directory, scope: Scope) -> String {
    match scope {
        Scope::Group => String::new(),
        Scope::Site(site) => directory.site(site).map_or_else(|| format!("#{site}"), |node| node.site.name.clone()),
        Scope::Channel(_, channel) => directory.channel(channel).map_or_else(
            || format!("#{channel}"),
            |(node, channel)| format!("{} › {}", node.site.short_name, channel.name),
        ),
    }
}

/// What of a site a person works in: all of it, or some columns with those below them.
enum Part {
    Whole,
    Columns(BTreeSet<ChannelId>),
}

fn part(node: &SiteNode, user: &User) -> Option<Part> {
    let mut columns = BTreeSet::new();
    for grant in user.work_places() {
        match grant.scope {
            Scope::Group => return Some(Part::Whole),
            Scope::Site(site) if site == node.site.id => return Some(Part::Whole),
            Scope::Channel(site, channel) if site == node.site.id => below(node, channel, &mut columns),
            _ => {}
        }
    }
    (!columns.is_empty()).then_some(Part::Columns(columns))
}

fn below(node: &SiteNode, channel: ChannelId, found: &mut BTreeSet<ChannelId>) {
    if node.channels.contains_key(&channel) && found.insert(channel) {
        node.below(Some(channel)).for_each(|child| below(node, child.id, found));
    }
}

fn sites(app: &App, directory: &Directory, user: &User) -> Result<Vec<AdminSiteView>> {
    let mut views = Vec::new();
    for node in directory.all() {
        let Some(part) = part(node, user) else { continue };
        let site = &node.site;
        let count = |index, number| app.store.count(ListKey::new(index, &[number]));
        let (published, documents) = match &part {
            Part::Whole => (count(LIVE_OF_SITE, site.id.0)?, Some(count(DOCUMENTS_OF_SITE, site.id.0)?)),
            Part::Columns(columns) => {
                let mut published = 0;
                for column in columns {
                    published += count(LIVE_OF_CHANNEL, column.0)?;
                }
                (published, None)
            }
        };
        views.push(AdminSiteView {
            slug: site.slug.clone(),
            name: site.name.clone(),
            url: if site.state.is_readable() { site.url() } else { String::new() },
            state: site.state.word(),
            part: matches!(part, Part::Columns(_)),
            published,
            documents,
        });
    }
    Ok(views)
}

fn newest(app: &App, directory: &Directory, user: &User) -> Result<Vec<AdminDocumentView>> {
    let live = |index, prefix: &[u64]| content::live(&app.store, ListKey::new(index, prefix), DOCUMENTS);
    let mut items: Vec<Item> = Vec::new();
    if user.sees_group() {
        items = live(LIVE_OF_GROUP, &[])?;
    } else {
        for node in directory.all() {
            match part(node, user) {
                None => {}
                Some(Part::Whole) => items.extend(live(LIVE_OF_SITE, &[node.site.id.0])?),
                Some(Part::Columns(columns)) => {
                    for column in columns {
                        items.extend(live(LIVE_OF_CHANNEL, &[column.0])?);
                    }
                }
            }
        }
    }
    items.sort_by_key(|item| std::cmp::Reverse((item.time(), item.id())));
    items.dedup_by_key(|item| item.id());
    Ok(items.iter().filter_map(|item| view(directory, item)).take(DOCUMENTS).collect())
}

fn view(directory: &Directory, item: &Item) -> Option<AdminDocumentView> {
    let site: SiteId = item.site();
    let (node, channel) = directory.channel(item.channel())?;
    let shown = node.site.id == site && node.site.state.is_readable();
    shown.then(|| AdminDocumentView {
        title: item.title().to_owned(),
        url: format!("{}{}.html", node.channel_url(channel), item.id()),
        time: time(item.time()),
        site: node.site.short_name.clone(),
        column: channel.name.clone(),
    })
}
