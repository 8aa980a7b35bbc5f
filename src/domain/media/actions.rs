//! Bringing files in: uploads of people, and what imports bring.

use std::fs::File;

use bytes::Bytes;

use crate::base::id::{CollectionId, MediaId, SiteId};
use crate::config::MediaConfig;
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::domain::site::Site;
use crate::store::{self, BlobHash, Blobs, Incoming, Read, Store, Transaction};

use super::kinds::{dimensions, ending, mime_of, safe_name};
use super::picture::{Comments, Prepared, prepare, prepare_with};
use super::rights::require_add;
use super::tables::{MEDIA_ORIGIN, origin_key};
use super::{Media, Space, content};

/// A file to bring, in an import.
#[derive(Debug, Clone)]
pub struct NewMedia<'a> {
    /// Site.
    pub site: SiteId,
    /// Name that people gave it.
    pub file_name: &'a str,
    /// Bytes.
    pub bytes: &'a [u8],
    /// Text for those who do not see the picture.
    pub alt: &'a str,
    /// Import that brings it.
    pub batch: Option<u64>,
    /// Name in the source of an import, empty elsewhere.
    pub origin: &'a str,
    /// Visitors may read it whatever uses it.
    pub open: bool,
    /// Milliseconds since 1970.
    pub now: i64,
}

/// What a file is made of once it has been looked at.
struct Kept {
    hash: String,
    mime: String,
    size: u64,
    width: u32,
    height: u32,
}

/// What an import keeps of a file's bytes: of pictures without what the camera noted; one that cannot be read stays
/// as it is.
fn imported(file_name: &str, bytes: &[u8]) -> (Bytes, String, u32, u32) {
    let mime = mime_of(file_name, bytes);
    let bytes = Bytes::copy_from_slice(bytes);
    if !mime.starts_with("image/") {
        return (bytes, mime, 0, 0);
    }
    match prepare_with(bytes.clone(), u64::MAX, Comments::Stay) {
        Ok(Prepared { bytes, width, height }) if width > 0 => (bytes, mime, width, height),
        _ => {
            let (width, height) = dimensions(&bytes).unwrap_or_default();
            (bytes, mime, width, height)
        }
    }
}

fn row(new: &NewMedia<'_>, id: MediaId, kept: Kept) -> Media {
    Media {
        id,
        site: new.site,
        hash: kept.hash,
        file_name: safe_name(new.file_name),
        mime: kept.mime,
        size: kept.size,
        width: kept.width,
        height: kept.height,
        alt: new.alt.to_owned(),
        decorative: false,
        credit: String::new(),
        collection: None,
        owner: None,
        open: new.open,
        versions: Vec::new(),
        created: new.now,
        batch: new.batch,
        origin: new.origin.to_owned(),
    }
}

/// Stores the bytes and writes the row into `tx`, for imports.
///
/// # Errors
/// When the bytes cannot be stored.
pub fn write(tx: &mut Transaction, blobs: &Blobs, new: &NewMedia<'_>) -> Result<Media> {
    let (bytes, mime, width, height) = imported(new.file_name, new.bytes);
    let hash = blobs.put(&bytes)?.as_str().to_owned();
    let media = row(new, MediaId(tx.new_id()), Kept { hash, mime, size: bytes.len() as u64, width, height });
    tx.put(&media)?;
    Ok(media)
}

/// The file that an import brought to a site under this name.
///
/// # Errors
/// When the store cannot be read.
pub fn find_origin(read: &impl Read, site: SiteId, origin: &str) -> Result<Option<Media>> {
    match read.unique(MEDIA_ORIGIN, &origin_key(site.0, origin))? {
        Some(id) => Ok(read.get(id)?),
        None => Ok(None),
    }
}

/// What [`bring`] would do, without doing it: the row, and whether it would be written.
///
/// # Errors
/// When the store cannot be read.
pub fn would_bring(tx: &Transaction, new: &NewMedia<'_>) -> Result<(Media, bool)> {
    let (bytes, mime, width, height) = imported(new.file_name, new.bytes);
    let hash = BlobHash::of(&bytes).as_str().to_owned();
    let known = find_origin(tx, new.site, new.origin)?;
    let id = known.as_ref().map_or_else(|| MediaId(tx.new_id()), |media| media.id);
    Ok(match known.filter(|media| media.hash == hash) {
        Some(media) => (media, false),
        None => (row(new, id, Kept { hash, mime, size: bytes.len() as u64, width, height }), true),
    })
}

/// Stores a file of an import: as [`write`], but a file that is there under its origin keeps its
/// number, with new bytes if they changed. The flag says whether a row was written.
///
/// # Errors
/// When the bytes cannot be stored.
pub fn bring(tx: &mut Transaction, blobs: &Blobs, new: &NewMedia<'_>) -> Result<(Media, bool)> {
    let Some(mut media) = find_origin(tx, new.site, new.origin)? else {
        return Ok((write(tx, blobs, new)?, true));
    };
    let (bytes, mime, width, height) = imported(new.file_name, new.bytes);
    let hash = blobs.put(&bytes)?.as_str().to_owned();
    let open = media.open || new.open;
    if hash == media.hash && open == media.open {
        return Ok((media, false));
    }
    (media.hash, media.mime, media.size) = (hash, mime, bytes.len() as u64);
    (media.width, media.height, media.open) = (width, height, open);
    tx.put(&media)?;
    Ok((media, true))
}

/// What adding files takes beside the store.
#[derive(Debug, Clone, Copy)]
pub struct Room<'a> {
    /// Bytes.
    pub blobs: &'a Blobs,
    /// Space used.
    pub space: &'a Space,
    /// Limits.
    pub config: &'a MediaConfig,
}

/// A file that somebody adds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Upload<'a> {
    /// Site whose library it is added to, or from which a collection is looked at.
    pub site: SiteId,
    /// Collection; `None` is the site's library.
    pub collection: Option<CollectionId>,
    /// Name that people gave it.
    pub file_name: &'a str,
    /// Text for those who do not see the picture.
    pub alt: &'a str,
    /// Who made it.
    pub credit: &'a str,
}

/// May the actor add a file of this name to the place? Asked before its bytes are read.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules `file.type`, `file.quota`.
pub fn check_upload(store: &Store, room: Room<'_>, by: &By, upload: &Upload<'_>, size: u64) -> Result<SiteId> {
    let site = require_add(store, by, upload.site, upload.collection)?;
    check_name(room.config, upload.file_name)?;
    check_space(store, room, site, size)?;
    Ok(site)
}

pub(super) fn check_name(config: &MediaConfig, file_name: &str) -> Result<()> {
    let ending = ending(file_name);
    if config.types.contains(&ending) { Ok(()) } else { Err(Error::rule("file.type", "file", ending)) }
}

/// Most bytes of a site's files, if there is a limit.
///
/// # Errors
/// When the store cannot be read.
pub fn quota(read: &impl Read, config: &MediaConfig, site: SiteId) -> Result<Option<u64>> {
    let own = read.get::<Site>(site.0)?.and_then(|site| site.media_quota_mb);
    Ok(Some(own.unwrap_or(config.site_quota_mb)).filter(|mb| *mb > 0).map(|mb| mb.saturating_mul(1 << 20)))
}

pub(super) fn check_space(store: &Store, room: Room<'_>, site: SiteId, more: u64) -> Result<()> {
    let Some(quota) = quota(store, room.config, site)? else { return Ok(()) };
    let used = room.space.used(store, site)?.bytes;
    if used.saturating_add(more) <= quota { Ok(()) } else { Err(Error::rule("file.quota", "file", quota >> 20)) }
}

/// Adds a file that has come whole.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules `file.type`, `file.size`, `file.quota`, `file.disguised`, `file.active`,
/// `file.macros`, `file.empty`, `file.broken`, `file.pixels`; when it cannot be stored.
pub fn add(store: &Store, room: Room<'_>, by: &By, upload: &Upload<'_>, file: Incoming, now: i64) -> Result<Media> {
    let site = check_upload(store, room, by, upload, file.length())?;
    let kept = keep(room, upload.file_name, file)?;
    let mut tx = store.transaction(by.actor(), "media.add").site(site.0).note(upload.file_name);
    let new = NewMedia {
        site,
        file_name: upload.file_name,
        bytes: &[],
        alt: upload.alt.trim(),
        batch: None,
        origin: "",
        open: false,
        now,
    };
    let mut media = row(&new, MediaId(tx.new_id()), kept);
    media.credit = upload.credit.trim().to_owned();
    media.collection = upload.collection;
    media.owner = by.user().map(|user| user.id);
    tx.put(&media)?;
    store.commit(tx)?;
    Ok(media)
}

/// Like [`add`] for bytes in memory: pictures of a paste or a docx.
///
/// # Errors
/// See [`add`].
pub fn add_bytes(store: &Store, room: Room<'_>, by: &By, upload: &Upload<'_>, bytes: &[u8], now: i64) -> Result<Media> {
    check_upload(store, room, by, upload, bytes.len() as u64)?;
    let mut file = room.blobs.receive(room.config.max_upload())?;
    file.write(bytes).map_err(too_large)?;
    add(store, room, by, upload, file, now)
}

/// A file beyond the limit breaks a rule of this feature.
pub fn too_large(error: store::Error) -> Error {
    match error {
        store::Error::TooLarge { most, .. } => Error::rule("file.size", "file", most >> 20),
        other => other.into(),
    }
}

/// Looks at what a file holds and keeps it: the row's part of a file under the name.
fn keep(room: Room<'_>, file_name: &str, file: Incoming) -> Result<Kept> {
    let path = file.path().to_path_buf();
    let trouble = |source| Error::from(store::Error::Io { path: path.clone(), source });
    let mut opened = File::open(&path).map_err(trouble)?;
    if let Err(fault) = content::check(file_name, &mut opened).map_err(trouble)? {
        return Err(Error::rule(fault.rule(), "file", file_name));
    }
    let mut head = Vec::with_capacity(512);
    std::io::Read::read_to_end(&mut std::io::Read::take(&mut opened, 512), &mut head).map_err(trouble)?;
    let mime = mime_of(file_name, &head);
    if !mime.starts_with("image/") {
        let (hash, size) = file.keep()?;
        return Ok(Kept { hash: hash.as_str().to_owned(), mime, size, width: 0, height: 0 });
    }
    if file.length() > room.config.max_picture() {
        return Err(Error::rule("file.picture_size", "file", room.config.max_picture() >> 20));
    }
    let bytes = Bytes::from(std::fs::read(&path).map_err(trouble)?);
    let Prepared { bytes, width, height } =
        prepare(bytes, room.config.max_pixels()).map_err(|rule| Error::rule(rule, "file", file_name))?;
    let hash = room.blobs.put(&bytes)?;
    Ok(Kept { hash: hash.as_str().to_owned(), mime, size: bytes.len() as u64, width, height })
}

/// Puts other bytes in the place of those of `media`, which become an older version.
pub(super) fn exchange(
    room: Room<'_>,
    media: &mut Media,
    file_name: &str,
    file: Incoming,
    by: &By,
    now: i64,
) -> Result<bool> {
    if ending(file_name) != ending(&media.file_name) {
        return Err(Error::rule("file.other_type", "file", ending(&media.file_name)));
    }
    let kept = keep(room, file_name, file)?;
    if kept.hash == media.hash {
        return Ok(false);
    }
    let before = super::change::as_version(media, by, now);
    media.versions.push(before);
    (media.hash, media.mime, media.size) = (kept.hash, kept.mime, kept.size);
    (media.width, media.height) = (kept.width, kept.height);
    Ok(true)
}
