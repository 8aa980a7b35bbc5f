//! Pictures and attachments: libraries of sites, what is said of a file, where it is used.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::id::{CollectionId, MediaId};
use crate::domain::content;
use crate::domain::media::{self, About, Filter, Kind, Media, Version};
use crate::domain::site;

use super::page::{Cursor, PageQuery, Wanted, reply};
use super::time::some;
use super::upload::UploadQuery;
use super::{Call, PREFIX, Problem, Reply, etag};

/// A file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Media")]
pub struct MediaView {
    /// Number.
    id: u64,
    /// Slug of its site.
    site: String,
    /// Number of its collection; missing in the site's own library.
    #[serde(skip_serializing_if = "Option::is_none")]
    collection: Option<u64>,
    /// File name.
    file_name: String,
    /// Address on the server, for `src` and `href` in texts.
    path: String,
    /// Media type.
    media_type: String,
    /// `picture`, `paper`, `recording` or `other`.
    kind: &'static str,
    /// Bytes.
    size: u64,
    /// Pixels, 0 if it is no picture.
    width: u32,
    /// Pixels, 0 if it is no picture.
    height: u32,
    /// Text for those who do not see the picture.
    alt: String,
    /// The picture says nothing and needs no text.
    decorative: bool,
    /// Who made it.
    credit: String,
    /// Added.
    created: Option<String>,
}

impl MediaView {
    fn of(call: &Call, file: &Media) -> MediaView {
        let prefix = call.app().directory().site(file.site).map(|node| node.site.prefix()).unwrap_or_default();
        MediaView {
            id: file.id.0,
            site: call.slug(file.site),
            collection: file.collection.map(|collection| collection.0),
            file_name: file.file_name.clone(),
            path: file.url(&prefix),
            media_type: file.mime.clone(),
            kind: file.kind().word(),
            size: file.size,
            width: file.width,
            height: file.height,
            alt: file.alt.clone(),
            decorative: file.decorative,
            credit: file.credit.clone(),
            created: some(file.created),
        }
    }
}

/// Which files.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaQuery {
    /// Number of a collection; the site's own library if it is missing.
    collection: Option<u64>,
    /// `picture`, `paper`, `recording` or `other`.
    kind: Option<String>,
    /// Words in name, text and credit.
    q: Option<String>,
    /// Where the page begins: `next` of the page before has it.
    cursor: Option<String>,
    /// Things on the page, 1 to 200; 50 if it is missing.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

/// `GET /sites/{site}/media`: the newest first.
///
/// # Errors
/// `not_found`, `query`.
pub fn list(call: &Call) -> Result<Reply, Problem> {
    let query: MediaQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let kind = query.kind.map(|word| Kind::of(&word).ok_or_else(|| Problem::of("query").with("name", "kind")));
    let filter = Filter {
        collection: query.collection.map(CollectionId),
        kind: kind.transpose()?,
        text: query.q.unwrap_or_default(),
    };
    let (site, offset) = (call.site()?.site.id, wanted.offset()?);
    let (found, total) = media::list(&call.app().store, &call.by, site, &filter, offset as u64, wanted.limit)?;
    let end = offset.saturating_add(wanted.limit);
    let next = ((end as u64) < total).then_some(Cursor::Offset(end));
    reply(call, found.iter().map(|file| MediaView::of(call, file)).collect(), next)
}

/// `POST /sites/{site}/media`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn add(call: &Call) -> Result<Reply, Problem> {
    let query: UploadQuery = call.query()?;
    let sent = call.take_upload()?;
    let (alt, credit) = (query.alt.unwrap_or_default(), query.credit.unwrap_or_default());
    let upload = media::Upload {
        site: call.site()?.site.id,
        collection: query.collection.map(CollectionId),
        file_name: &sent.file_name,
        alt: &alt,
        credit: &credit,
    };
    let app = call.app();
    let file = media::add(&app.store, app.room(), &call.by, &upload, sent.file, call.now)?;
    let view = MediaView::of(call, &file);
    Reply::created(&view, format!("{PREFIX}/media/{}", view.id))
}

fn find(call: &Call) -> Result<Media, Problem> {
    Ok(media::seen(&call.app().store, &call.by, MediaId(call.number(0)?))?.0)
}

/// `GET /media/{media}`.
///
/// # Errors
/// `not_found`.
pub fn show(call: &Call) -> Result<Reply, Problem> {
    Reply::resource(&MediaView::of(call, &find(call)?))
}

/// What is said of a file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "alt": "市民在办事大厅取号", "credit": "市民政局" }))]
pub struct Describe {
    /// File name; its ending stays. The present one if it is missing.
    file_name: Option<String>,
    /// Text for those who do not see the picture.
    #[serde(default)]
    alt: String,
    /// The picture says nothing and needs no text.
    #[serde(default)]
    decorative: bool,
    /// Who made it.
    #[serde(default)]
    credit: String,
}

/// `PUT /media/{media}`: what is said of it.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn describe(call: &Call) -> Result<Reply, Problem> {
    let file = find(call)?;
    call.require_seen(&etag::of(&MediaView::of(call, &file)))?;
    let given: Describe = call.json()?;
    let about = About {
        file_name: given.file_name.unwrap_or_else(|| file.file_name.clone()),
        alt: given.alt,
        decorative: given.decorative,
        credit: given.credit,
    };
    Reply::resource(&MediaView::of(call, &media::describe(&call.app().store, &call.by, file.id, &about)?))
}

/// `POST /media/{media}/replace`: another file of the same type under the same address.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn replace(call: &Call) -> Result<Reply, Problem> {
    call.query::<UploadQuery>()?;
    let (file, sent) = (find(call)?, call.take_upload()?);
    let app = call.app();
    let shown = content::is_shown(&app.store, file.id)?;
    let with = (sent.file_name.as_str(), sent.file);
    let changed = media::replace(&app.store, app.room(), &call.by, file.id, with, shown, call.now)?;
    Reply::resource(&MediaView::of(call, &changed))
}

/// `DELETE /media/{media}`, if nothing uses it.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`.
pub fn delete(call: &Call) -> Result<Reply, Problem> {
    let file = find(call)?;
    call.require_seen(&etag::of(&MediaView::of(call, &file)))?;
    let (store, named) = (&call.app().store, call.app().directory().names_file(file.site, file.id));
    media::delete(store, &call.by, file.id, || Ok(named || !content::uses(store, file.id)?.is_empty()))?;
    Ok(Reply::done())
}

/// A document that uses a file.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MediaUse")]
pub struct UseView {
    /// Number of the document.
    document: u64,
    /// Slug of its site.
    site: String,
    /// Its title.
    title: String,
    /// Visitors read it there.
    live: bool,
    /// Its newest revision uses it; otherwise an older one does.
    head: bool,
}

/// `GET /media/{media}/uses`: by documents that the person sees.
///
/// # Errors
/// `not_found`, `query`.
pub fn uses(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (file, store) = (find(call)?, &call.app().store);
    let mut all = content::uses(store, file.id)?;
    all.retain(|used| site::branch(store, used.document.channel).is_ok_and(|branch| call.by.sees(branch.place())));
    let (found, next) = wanted.of(all)?;
    let shown = found.into_iter().map(|used| UseView {
        document: used.document.id.0,
        site: call.slug(used.document.site),
        title: used.document.card.title.clone(),
        live: used.live,
        head: used.head,
    });
    reply(call, shown.collect(), next)
}

/// Bytes that stood under the address before.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MediaVersion")]
pub struct VersionView {
    /// Its place among the versions, from 0 for the oldest.
    version: usize,
    /// Media type.
    media_type: String,
    /// Bytes.
    size: u64,
    /// Pixels, 0 if it is no picture.
    width: u32,
    /// Pixels, 0 if it is no picture.
    height: u32,
    /// Until when it stood there.
    until: Option<String>,
    /// Log-in name of who put other bytes in its place.
    by: String,
}

impl VersionView {
    fn of((place, version): (usize, &Version)) -> VersionView {
        VersionView {
            version: place,
            media_type: version.mime.clone(),
            size: version.size,
            width: version.width,
            height: version.height,
            until: some(version.until),
            by: version.by.clone(),
        }
    }
}

/// `GET /media/{media}/versions`: the oldest first.
///
/// # Errors
/// `not_found`, `query`.
pub fn versions(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let file = find(call)?;
    let (found, next) = wanted.of(file.versions.iter().enumerate().map(VersionView::of).collect())?;
    reply(call, found, next)
}

/// An older version.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RestoreMedia", example = serde_json::json!({ "version": 0 }))]
pub struct Restore {
    /// Its place among the versions.
    version: usize,
}

/// `POST /media/{media}/restore`: an older version stands under the address again.
///
/// # Errors
/// `not_found`, `forbidden`, `body`.
pub fn restore(call: &Call) -> Result<Reply, Problem> {
    let file = find(call)?;
    let Restore { version } = call.json()?;
    let shown = content::is_shown(&call.app().store, file.id)?;
    let restored = media::restore(&call.app().store, &call.by, file.id, version, shown, call.now)?;
    Reply::resource(&MediaView::of(call, &restored))
}

/// Another shelf.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "MediaPlace", example = serde_json::json!({ "collection": 91 }))]
pub struct Shelf {
    /// Number of a collection; the library of the file's site if it is missing.
    collection: Option<u64>,
}

/// `POST /media/{media}/move`: to another collection, or back to the library.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn move_to(call: &Call) -> Result<Reply, Problem> {
    let file = find(call)?;
    let (app, collection) = (call.app(), call.json::<Shelf>()?.collection.map(CollectionId));
    let moved = media::move_to(&app.store, app.room(), &call.by, file.id, file.site, collection)?;
    Reply::resource(&MediaView::of(call, &moved))
}
