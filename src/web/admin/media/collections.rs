//! Collections of a site with their rights, and the site's space.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{CollectionId, SiteId};
use crate::domain::account::{self, By, Place, Role, Scope};
use crate::domain::error::{Error, Result};
use crate::domain::media::{self, Collection, Holder, Level, Right, Wanted};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{
    CollectionView, CollectionsPage, FileProblemView, MediaScopeView, MessageView, RightView,
};
use crate::store::Read;
use crate::web::admin::desk::{message, see};
use crate::web::admin::{About, Asked, Desk, Fields, Pairs, Refusal, blocking};

use super::{library, problem, space_view};

/// Empty lines for further rights.
const BLANK: usize = 2;
/// Things just done that the page may speak of.
const DONE: [(&str, &str); 3] =
    [("saved", "collection.saved"), ("deleted", "collection.deleted"), ("quota", "media.quota_saved")];

type Answer = std::result::Result<Response, Refusal>;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    done: String,
}

/// The page.
pub async fn show(desk: Desk, Path(site): Path<String>, Asked(wish): Asked<Wish>) -> Answer {
    let notice = DONE.iter().find(|(done, _)| *done == wish.done).map(|(_, key)| message(key));
    page(&desk, &site, StatusCode::OK, notice, None).await
}

/// Makes a collection.
pub async fn create(desk: Desk, Path(site): Path<String>, typed: Pairs) -> Answer {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let node = app.site(&site)?;
    let done = blocking(move || {
        let wanted = wanted(&app, &node, &typed)?;
        media::create_collection(&app.store, &by, node.site.id, &wanted, now)
    })
    .await?;
    after(&desk, &site, done.map(|_| "saved")).await
}

/// Changes name and rights.
pub async fn change(desk: Desk, Path((site, id)): Path<(String, u64)>, typed: Pairs) -> Answer {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let node = app.site(&site)?;
    let done = blocking(move || {
        own(&app, node.site.id, id)?;
        let wanted = wanted(&app, &node, &typed)?;
        media::change_collection(&app.store, &by, CollectionId(id), &wanted)
    })
    .await?;
    after(&desk, &site, done.map(|_| "saved")).await
}

/// Ends one.
pub async fn delete(desk: Desk, Path((site, id)): Path<(String, u64)>) -> Answer {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let node = app.site(&site)?;
    let done = blocking(move || {
        own(&app, node.site.id, id)?;
        media::delete_collection(&app.store, &by, CollectionId(id))
    })
    .await?;
    after(&desk, &site, done.map(|()| "deleted")).await
}

/// Space as typed.
#[derive(Debug, Deserialize)]
pub struct Space {
    quota: String,
}

/// Sets the space of the site.
pub async fn quota(desk: Desk, Path(site): Path<String>, Fields(typed): Fields<Space>) -> Answer {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let node = app.site(&site)?;
    let quota = match typed.quota.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::rule("file.quota_form", "quota", text)),
    };
    let done = match quota {
        Ok(quota) => blocking(move || media::set_quota(&app.store, &by, node.site.id, quota)).await?,
        Err(error) => Err(error),
    };
    after(&desk, &site, done.map(|()| "quota")).await
}

/// The address names the site that keeps the collection.
fn own(app: &App, site: SiteId, id: u64) -> Result<()> {
    let found: Option<Collection> = app.store.get(id)?;
    found.filter(|found| found.site == site).map(|_| ()).ok_or_else(|| Error::not_found("collection", id))
}

/// Name and rights as typed; a line without person or level is none.
fn wanted(app: &App, node: &SiteNode, typed: &Pairs) -> Result<Wanted> {
    let lines = typed.all("who").zip(typed.all("scope")).zip(typed.all("person")).zip(typed.all("level"));
    let mut rights = Vec::new();
    for (((who, scope), person), level) in lines {
        let Some(level) = Level::of(level) else { continue };
        let to = match who {
            "" => continue,
            "everyone" => Holder::Everyone,
            "person" => {
                let unknown = || Error::rule("collection.person", "person", person);
                Holder::Person(account::user_by_name(&app.store, person)?.ok_or_else(unknown)?.id)
            }
            word => {
                let role = Role::of(word).ok_or_else(|| Error::rule("collection.person", "who", word))?;
                let site = app.directory().by_slug(scope).map(|node| node.site.id);
                // A site's own collection is for its own people unless it says more.
                let scope = match (scope, site) {
                    ("group", _) => Scope::Group,
                    (_, Some(site)) => Scope::Site(site),
                    _ => Scope::Site(node.site.id),
                };
                Holder::Role(role, scope)
            }
        };
        rights.push(Right { to, level });
    }
    Ok(Wanted { name: typed.text("name").to_owned(), shared: typed.ticked("shared"), rights })
}

async fn after(desk: &Desk, site: &str, done: Result<&'static str>) -> Answer {
    match done {
        Ok(done) => Ok(see(&format!("/admin/sites/{site}/media/collections?done={done}"))),
        Err(error) => {
            let mut problem = problem("", error)?;
            if problem.key == "required" {
                problem.key = "collection.required".to_owned();
            }
            page(desk, site, StatusCode::UNPROCESSABLE_ENTITY, None, Some(problem)).await
        }
    }
}

async fn page(
    desk: &Desk,
    site: &str,
    status: StatusCode,
    notice: Option<MessageView>,
    problem: Option<FileProblemView>,
) -> Answer {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let node = app.site(site)?;
    let url = library(&node);
    let mut fields = blocking(move || fields(&app, &by, &node)).await??;
    (fields.notice, fields.problem) = (notice, problem);
    let title = About::from("media.collections").below("media.title", url);
    Ok(desk.page(status, "media/collections.html", title, fields)?)
}

fn fields(app: &App, by: &By, node: &SiteNode) -> Result<CollectionsPage> {
    let site = node.site.id;
    let library = library(node);
    let mut collections = Vec::new();
    for shelf in media::shelves(&app.store, by, site)? {
        let Some(collection) = shelf.collection.filter(|collection| collection.site == site) else { continue };
        let mut rights = Vec::new();
        for right in &collection.rights {
            rights.push(right_view(app, right)?);
        }
        rights.extend(blank());
        collections.push(CollectionView {
            id: collection.id.0,
            name: collection.name,
            shared: collection.shared,
            files: shelf.files,
            url: format!("{library}?collection={}", collection.id),
            rights,
        });
    }
    let directory = app.directory();
    let portal = node.site.is_portal();
    let scopes = directory.all().filter(|other| portal || other.site.id == site);
    Ok(CollectionsPage {
        url: format!("{library}/collections"),
        collections,
        blank: blank(),
        scopes: scopes
            .map(|node| MediaScopeView { slug: node.site.slug.clone(), name: node.site.short_name.clone() })
            .collect(),
        portal,
        quota: node.site.media_quota_mb.map(|mb| mb.to_string()).unwrap_or_default(),
        usual_quota: app.config.media.site_quota_mb,
        sets_quota: by.may(Role::Admin, Place::Group),
        space: space_view(app, site)?,
        notice: None,
        problem: None,
    })
}

fn blank() -> Vec<RightView> {
    let empty = || RightView { who: String::new(), scope: "group".into(), person: String::new(), level: String::new() };
    std::iter::repeat_with(empty).take(BLANK).collect()
}

fn right_view(app: &App, right: &Right) -> Result<RightView> {
    let (mut who, mut scope, mut person) = (String::new(), "group".to_owned(), String::new());
    match right.to {
        Holder::Everyone => who.push_str("everyone"),
        Holder::Person(id) => {
            who.push_str("person");
            person = account::user(&app.store, id)?.map(|user| user.name).unwrap_or_default();
        }
        Holder::Role(role, place) => {
            who.push_str(role.word());
            if let Scope::Site(site) | Scope::Channel(site, _) = place {
                scope = app.directory().site(site).map(|node| node.site.slug.clone()).unwrap_or_default();
            }
        }
    }
    Ok(RightView { who, scope, person, level: right.level.word().to_owned() })
}
