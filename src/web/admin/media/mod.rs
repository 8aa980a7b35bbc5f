//! The media library: files of a site, shared collections, uploads.
//!
//! **Invariant:** what a page shows of files comes from `media::list`,
//! `media::shelves` and `media::seen`, which know who asks.

pub mod choose;
pub mod collections;
pub mod file;
pub mod list;
pub mod pieces;
pub mod upload;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::app::App;
use crate::base::clock;
use crate::base::id::{CollectionId, SiteId};
use crate::config::MediaConfig;
use crate::domain::account::By;
use crate::domain::error::{Broken, Error, Result};
use crate::domain::media::{self, Filter, Kind, Level, Media, Shelf};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{FileProblemView, FileView, MediaPagingView, ShelfView, SpaceView, UploadView};

/// Files of a page.
const PAGE: u64 = 48;
/// Width of the small pictures of a list.
const THUMB: u32 = 320;

/// What a list is asked for, in its address.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Wish {
    collection: u64,
    kind: String,
    q: String,
    page: String,
    done: String,
    number: i64,
}

impl Wish {
    fn page(&self) -> u64 {
        self.page.parse().unwrap_or(1).clamp(1, 1_000_000)
    }

    fn collection(&self) -> Option<CollectionId> {
        (self.collection > 0).then_some(CollectionId(self.collection))
    }

    fn filter(&self) -> Filter {
        Filter { collection: self.collection(), kind: Kind::of(&self.kind), text: self.q.trim().to_owned() }
    }

    /// The query of another page of the same list.
    fn address(&self, url: &str, page: u64) -> String {
        let mut query = Vec::new();
        if self.collection > 0 {
            query.push(format!("collection={}", self.collection));
        }
        if let Some(kind) = Kind::of(&self.kind) {
            query.push(format!("kind={}", kind.word()));
        }
        if !self.q.trim().is_empty() {
            query.push(format!("q={}", utf8_percent_encode(self.q.trim(), NON_ALPHANUMERIC)));
        }
        if page > 1 {
            query.push(format!("page={page}"));
        }
        if query.is_empty() { url.to_owned() } else { format!("{url}?{}", query.join("&")) }
    }

    fn paging(&self, url: &str, total: u64) -> MediaPagingView {
        let (page, pages) = (self.page(), total.div_ceil(PAGE).max(1));
        MediaPagingView {
            page,
            pages,
            previous: (page > 1).then(|| self.address(url, (page - 1).min(pages))),
            next: (page < pages).then(|| self.address(url, page + 1)),
        }
    }
}

/// What a page of files shows.
struct Found {
    files: Vec<FileView>,
    total: u64,
    paging: MediaPagingView,
    shelves: Vec<ShelfView>,
    upload: Option<UploadView>,
}

/// The files that are asked for at `url`, in shelves where the actor has at least `least`.
fn find(app: &App, by: &By, node: &SiteNode, wish: &Wish, url: &str, least: Level) -> Result<Found> {
    let shelves: Vec<Shelf> =
        media::shelves(&app.store, by, node.site.id)?.into_iter().filter(|shelf| shelf.level >= least).collect();
    let here = |shelf: &Shelf| shelf.collection.as_ref().map(|collection| collection.id) == wish.collection();
    let level = shelves.iter().find(|shelf| here(shelf)).map(|shelf| shelf.level);
    let level = level.ok_or_else(|| Error::not_found("collection", wish.collection))?;
    let offset = (wish.page() - 1) * PAGE;
    let (files, total) = media::list(&app.store, by, node.site.id, &wish.filter(), offset, PAGE as usize)?;
    Ok(Found {
        files: files.iter().map(|media| file_view(app, media)).collect(),
        total,
        paging: wish.paging(url, total),
        shelves: shelf_views(&shelves, url, wish.collection()),
        upload: (level >= Level::Add).then(|| upload_view(&app.config.media, node, wish.collection())),
    })
}

fn shelf_views(shelves: &[Shelf], url: &str, current: Option<CollectionId>) -> Vec<ShelfView> {
    let view = |shelf: &Shelf| {
        let id = shelf.collection.as_ref().map(|collection| collection.id);
        ShelfView {
            id: id.map_or(0, |id| id.0),
            name: shelf.collection.as_ref().map(|collection| collection.name.clone()).unwrap_or_default(),
            shared: shelf.collection.as_ref().is_some_and(|collection| collection.shared),
            files: shelf.files,
            url: id.map_or_else(|| url.to_owned(), |id| format!("{url}?collection={id}")),
            current: id == current,
        }
    };
    shelves.iter().map(view).collect()
}

fn upload_view(config: &MediaConfig, node: &SiteNode, collection: Option<CollectionId>) -> UploadView {
    let url = library(node);
    let query = collection.map(|id| format!("?collection={id}")).unwrap_or_default();
    UploadView {
        url: format!("{url}{query}"),
        pieces: format!("{url}/pieces"),
        largest: config.max_upload_mb,
        largest_picture: config.max_picture() >> 20,
        accept: accept(&config.types),
    }
}

fn accept(types: &[String]) -> String {
    types.iter().map(|ending| format!(".{ending}")).collect::<Vec<_>>().join(",")
}

/// Address of a site's library.
fn library(node: &SiteNode) -> String {
    format!("/admin/sites/{}/media", node.site.slug)
}

fn file_view(app: &App, file: &Media) -> FileView {
    let directory = app.directory();
    let prefix = directory.site(file.site).map(|node| node.site.prefix()).unwrap_or_default();
    let picture = file.is_picture();
    FileView {
        id: file.id.0,
        url: format!("/admin/media/{}/", file.id),
        address: file.url(&prefix),
        name: file.file_name.clone(),
        ending: file.ending(),
        kind: file.kind().word(),
        thumb: if picture { format!("/admin/media/{}/file?width={THUMB}", file.id) } else { String::new() },
        alt: file.alt.clone(),
        lacks_alt: picture && file.alt.is_empty() && !file.decorative,
        credit: file.credit.clone(),
        size: size_text(file.size),
        width: file.width,
        height: file.height,
        time: clock::minute(file.created),
    }
}

fn space_view(app: &App, site: SiteId) -> Result<SpaceView> {
    let used = app.space.used(&app.store, site)?;
    let all = media::quota(&app.store, &app.config.media, site)?;
    Ok(SpaceView {
        files: used.files,
        used: size_text(used.bytes),
        all: all.map(size_text).unwrap_or_default(),
        percent: all.map_or(0, |all| (used.bytes * 100 / all.max(1)).min(100)),
    })
}

/// Bytes to read: `38 KB`.
fn size_text(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes.div_ceil(1024)),
        1_048_576..1_073_741_824 => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.1} GB", bytes as f64 / 1_073_741_824.0),
    }
}

/// The broken rules of an error, for the page; any other error is handed on.
fn problem(name: &str, error: Error) -> std::result::Result<FileProblemView, Error> {
    let view = |broken: &Broken| FileProblemView {
        name: name.to_owned(),
        key: broken.rule.to_owned(),
        number: broken.value.clone(),
    };
    match &error {
        Error::Rules { broken } => broken.first().map(view).ok_or(error),
        _ => Err(error),
    }
}
