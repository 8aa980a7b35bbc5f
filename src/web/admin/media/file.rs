//! One file: preview, words about it, uses, versions, end.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;

use crate::app::App;
use crate::base::clock;
use crate::base::id::{CollectionId, MediaId};
use crate::domain::account::{self, By};
use crate::domain::content;
use crate::domain::error::{Error, Result};
use crate::domain::media::{self, About, Level, Media};
use crate::domain::site;
use crate::render::view_admin::{
    FileProblemView, MediaFilePage, MediaUseView, MediaVersionView, MessageView, ShelfView,
};
use crate::store::Read;
use crate::web;
use crate::web::admin::desk::{message, see};
use crate::web::admin::multipart::{Part, Sent, receive};
use crate::web::admin::{About as Title, Asked, Desk, Fields, Refusal, blocking};
use crate::web::public::MediaAnswer;

use super::{accept, file_view, library, problem, shelf_views, size_text};

/// Width of the preview.
const PREVIEW: u32 = 1280;
/// Documents shown that name the file.
const USES: usize = 50;
/// Things just done that the page may speak of.
const DONE: [&str; 5] = ["saved", "replaced", "restored", "moved", "same"];

type Answer = std::result::Result<Response, Refusal>;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    done: String,
    width: Option<u32>,
    version: Option<usize>,
}

/// The page.
pub async fn show(desk: Desk, Path(id): Path<u64>, Asked(wish): Asked<Wish>) -> Answer {
    let notice = DONE.iter().find(|done| **done == wish.done).map(|done| message(&format!("media.{done}")));
    page(&desk, MediaId(id), StatusCode::OK, notice, None).await
}

/// The bytes, or a smaller form or an older version of them, for whoever may see the file.
pub async fn bytes(
    desk: Desk,
    method: Method,
    headers: HeaderMap,
    Path(id): Path<u64>,
    Asked(wish): Asked<Wish>,
) -> Answer {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let (mut media, _) = blocking(move || media::seen(&app.store, &by, MediaId(id))).await??;
    if let Some(version) = wish.version {
        let old = media.versions.get(version).cloned().ok_or(web::Error::NotFound)?;
        (media.hash, media.width, media.height) = (old.hash, old.width, old.height);
    }
    let width = wish.width.map(|width| fitting(&media, width));
    let asked = MediaAnswer { media, width, public: false };
    let response = web::media::send(&desk.admin.app, &method, &headers, &asked).await?;
    let mut response = response.map(axum::body::Body::new).into_response();
    response.extensions_mut().insert(crate::web::admin::AsFile);
    Ok(response)
}

/// The smallest form that is at least so wide, else the largest.
fn fitting(media: &Media, width: u32) -> u32 {
    let widths = media::widths(media.width);
    widths.iter().copied().find(|form| *form >= width).or(widths.last().copied()).unwrap_or(0)
}

/// What is typed about a file.
#[derive(Debug, Deserialize)]
pub struct Typed {
    file_name: String,
    #[serde(default)]
    alt: String,
    #[serde(default)]
    decorative: String,
    #[serde(default)]
    credit: String,
}

/// Changes what is said about it.
pub async fn describe(desk: Desk, Path(id): Path<u64>, Fields(typed): Fields<Typed>) -> Answer {
    let about = About {
        file_name: typed.file_name,
        alt: typed.alt,
        decorative: !typed.decorative.is_empty(),
        credit: typed.credit,
    };
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let done = blocking(move || media::describe(&app.store, &by, MediaId(id), &about)).await?;
    after(&desk, id, done.map(|_| "saved")).await
}

/// Puts another file in its place.
pub async fn replace(desk: Desk, Path(id): Path<u64>, mut sent: Sent) -> Answer {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let most = app.config.media.max_upload();
    while let Some(part) = sent.next().await? {
        let (name, field) = match part {
            Part::File(name, field) if !name.is_empty() => (name, field),
            _ => continue,
        };
        let done = match receive(&app.blobs, field, most).await? {
            Err(error) => Err(error),
            Ok(file) => {
                blocking(move || {
                    let (before, _) = media::seen(&app.store, &by, MediaId(id))?;
                    let shown = content::is_shown(&app.store, before.id)?;
                    let after = media::replace(&app.store, app.room(), &by, before.id, (&name, file), shown, now)?;
                    Ok(if before.hash == after.hash { "same" } else { "replaced" })
                })
                .await?
            }
        };
        return after(&desk, id, done).await;
    }
    after(&desk, id, Err(Error::rule("file.none", "file", ""))).await
}

/// An older version.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    version: usize,
}

/// Puts an older version in its place again.
pub async fn restore(desk: Desk, Path(id): Path<u64>, Fields(chosen): Fields<Chosen>) -> Answer {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let done = blocking(move || {
        let shown = content::is_shown(&app.store, MediaId(id))?;
        media::restore(&app.store, &by, MediaId(id), chosen.version, shown, now)
    })
    .await?;
    after(&desk, id, done.map(|_| "restored")).await
}

/// Where it is moved.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// Number of the collection; 0 for the site's library.
    collection: u64,
}

/// Moves it to another collection, or back to the library of its site.
pub async fn move_to(desk: Desk, Path(id): Path<u64>, Fields(target): Fields<Target>) -> Answer {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let done = blocking(move || {
        let (file, _) = media::seen(&app.store, &by, MediaId(id))?;
        let collection = (target.collection > 0).then_some(CollectionId(target.collection));
        media::move_to(&app.store, app.room(), &by, file.id, file.site, collection)
    })
    .await?;
    after(&desk, id, done.map(|_| "moved")).await
}

/// Deletes it, unless something names it.
pub async fn delete(desk: Desk, Path(id): Path<u64>) -> Answer {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let site = desk.site();
    let done = blocking(move || {
        let used = || {
            let file: Option<Media> = app.store.get(id)?;
            let named = file.is_some_and(|file| app.directory().names_file(file.site, file.id));
            Ok(named || !content::uses(&app.store, MediaId(id))?.is_empty())
        };
        media::delete(&app.store, &by, MediaId(id), used)
    })
    .await?;
    if let Err(error) = done {
        return after(&desk, id, Err(error)).await;
    }
    let directory = desk.admin.app.directory();
    let node = site.and_then(|site| directory.site(site));
    Ok(see(&node.map_or_else(|| "/admin/".to_owned(), |node| format!("{}?done=deleted", library(node)))))
}

/// To the page after something was done, or the page with what forbids it.
async fn after(desk: &Desk, id: u64, done: Result<&'static str>) -> Answer {
    match done {
        Ok(done) => Ok(see(&format!("/admin/media/{id}/?done={done}"))),
        Err(error) => {
            let problem = problem("", error)?;
            page(desk, MediaId(id), StatusCode::UNPROCESSABLE_ENTITY, None, Some(problem)).await
        }
    }
}

async fn page(
    desk: &Desk,
    id: MediaId,
    status: StatusCode,
    notice: Option<MessageView>,
    problem: Option<FileProblemView>,
) -> Answer {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let (mut fields, library) = blocking(move || fields(&app, &by, id)).await??;
    (fields.notice, fields.problem) = (notice, problem);
    let title = Title::named("media.file", &fields.file.name).below("media.title", library);
    Ok(desk.page(status, "media/file.html", title, fields)?)
}

fn fields(app: &App, by: &By, id: MediaId) -> Result<(MediaFilePage, String)> {
    let (file, level) = media::seen(&app.store, by, id)?;
    let directory = app.directory();
    let node = directory.site(file.site).ok_or_else(|| Error::not_found("file", id))?;
    let url = library(node);
    let owner = match file.owner {
        Some(owner) => account::user(&app.store, owner)?.map(|user| user.display_name).unwrap_or_default(),
        None => String::new(),
    };
    let changes = media::may_change(by, &file, Some(level));
    let (uses, hidden_uses, live) = uses(app, by, id)?;
    let shelves = if changes { targets(app, by, &file, &url)? } else { Vec::new() };
    let bytes = format!("/admin/media/{id}/file");
    let fields = MediaFilePage {
        preview: if file.is_picture() { format!("{bytes}?width={PREVIEW}") } else { String::new() },
        bytes,
        decorative: file.decorative,
        changes,
        replaces: changes && media::may_replace(by, &file, level, live),
        declared: file.is_declared(),
        public: node.site.state.is_readable() && (file.open || live || directory.names_file(file.site, id)),
        owner,
        uses,
        hidden_uses,
        versions: versions(&file),
        shelves,
        accept: accept(&[media::ending(&file.file_name)]),
        largest: app.config.media.max_upload_mb,
        notice: None,
        problem: None,
        file: file_view(app, &file),
    };
    let library = file.collection.map_or_else(|| url.clone(), |collection| format!("{url}?collection={collection}"));
    Ok((fields, library))
}

/// Documents that name a file: those that the actor may know of, how many more, and whether one of all is read by
/// visitors.
fn uses(app: &App, by: &By, id: MediaId) -> Result<(Vec<MediaUseView>, u64, bool)> {
    let directory = app.directory();
    let (mut views, mut hidden, mut live) = (Vec::new(), 0, false);
    for used in content::uses(&app.store, id)? {
        live |= used.live;
        let branch = site::branch(&app.store, used.document.channel)?;
        if views.len() >= USES || !by.sees(branch.place()) {
            hidden += 1;
            continue;
        }
        let name = directory.site(used.document.site).map(|node| node.site.short_name.clone());
        views.push(MediaUseView {
            title: used.document.card.title.clone(),
            url: format!("/admin/documents/{}/", used.document.id),
            site: name.unwrap_or_default(),
            place: match (used.live, used.head) {
                (true, _) => "live",
                (false, true) => "head",
                (false, false) => "old",
            },
        });
    }
    Ok((views, hidden, live))
}

fn versions(file: &Media) -> Vec<MediaVersionView> {
    let view = |(number, version): (usize, &media::Version)| MediaVersionView {
        number,
        until: clock::minute(version.until),
        by: version.by.clone(),
        size: size_text(version.size),
        url: format!("/admin/media/{}/file?version={number}", file.id),
    };
    file.versions.iter().enumerate().rev().map(view).collect()
}

/// Where the actor may move a file of a site.
fn targets(app: &App, by: &By, file: &Media, url: &str) -> Result<Vec<ShelfView>> {
    let shelves = match media::shelves(&app.store, by, file.site) {
        Err(Error::NotFound { .. }) => Vec::new(),
        other => other?,
    };
    let shelves: Vec<_> = shelves.into_iter().filter(|shelf| shelf.level >= Level::Add).collect();
    Ok(shelf_views(&shelves, url, file.collection))
}
