//! Actions on media.

use crate::base::id::{MediaId, SiteId};
use crate::domain::error::Result;
use crate::store::{Actor, Blobs, Store, Transaction};

use super::Media;
use super::kinds::{dimensions, mime_of, safe_name};

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
    let (width, height) =
        if mime.starts_with("image/") { dimensions(new.bytes).unwrap_or_default() } else { (0, 0) };
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
    };
    tx.put(&media)?;
    Ok(media)
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
