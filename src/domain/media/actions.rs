//! Actions on media.

use crate::base::id::{MediaId, SiteId};
use crate::domain::error::Result;
use crate::store::{Actor, Blobs, Read, Store, Transaction};

use super::Media;
use super::kinds::{dimensions, mime_of, safe_name};
use super::tables::{MEDIA_ORIGIN, origin_key};

/// A file to add.
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
    /// Milliseconds since 1970.
    pub now: i64,
}

/// Stores the bytes and writes the row into `tx`, for actions that do more than this.
///
/// # Errors
/// When the bytes cannot be stored.
pub fn write(tx: &mut Transaction, blobs: &Blobs, new: &NewMedia<'_>) -> Result<Media> {
    let hash = blobs.put(new.bytes)?.as_str().to_owned();
    let mime = mime_of(new.file_name, new.bytes);
    let (width, height) = if mime.starts_with("image/") { dimensions(new.bytes).unwrap_or_default() } else { (0, 0) };
    let media = Media {
        id: MediaId(tx.new_id()),
        site: new.site,
        hash,
        file_name: safe_name(new.file_name),
        mime,
        size: new.bytes.len() as u64,
        width,
        height,
        alt: new.alt.to_owned(),
        created: new.now,
        batch: new.batch,
        origin: new.origin.to_owned(),
    };
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

/// Stores a file of an import: as [`write`], but a file that is there under its origin keeps its
/// number, with new bytes if they changed. The flag says whether a row was written.
///
/// # Errors
/// When the bytes cannot be stored.
pub fn bring(tx: &mut Transaction, blobs: &Blobs, new: &NewMedia<'_>) -> Result<(Media, bool)> {
    let Some(mut media) = find_origin(tx, new.site, new.origin)? else {
        return Ok((write(tx, blobs, new)?, true));
    };
    let hash = blobs.put(new.bytes)?.as_str().to_owned();
    if hash == media.hash {
        return Ok((media, false));
    }
    media.hash = hash;
    media.mime = mime_of(new.file_name, new.bytes);
    media.size = new.bytes.len() as u64;
    (media.width, media.height) = if media.is_picture() { dimensions(new.bytes).unwrap_or_default() } else { (0, 0) };
    tx.put(&media)?;
    Ok((media, true))
}

/// Adds one file.
///
/// # Errors
/// When the bytes or the row cannot be stored.
pub fn add(store: &Store, blobs: &Blobs, actor: Actor, new: &NewMedia<'_>) -> Result<Media> {
    let mut tx = store.transaction(actor, "media.add").site(new.site.0);
    let media = write(&mut tx, blobs, new)?;
    store.commit(tx)?;
    Ok(media)
}
