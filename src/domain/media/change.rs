//! Changing files: words about them, place, bytes, end.

use crate::base::id::{CollectionId, MediaId, SiteId};
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::store::{Incoming, Store};

use super::Media;
use super::actions::{Room, check_name, check_space, exchange};
use super::kinds::{ending, safe_name};
use super::media::Version;
use super::rights::{changeable, require_add, require_replace};

/// Most characters of a text about a file.
const LONGEST: usize = 500;
/// Older versions that a file has at most; the oldest go first.
const MOST_VERSIONS: usize = 20;

/// What people write about a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// File name; its ending stays.
    pub file_name: String,
    /// Text for those who do not see the picture.
    pub alt: String,
    /// True for a picture that says nothing.
    pub decorative: bool,
    /// Who made it.
    pub credit: String,
}

/// What a file was until `now`.
pub(super) fn as_version(media: &Media, by: &By, now: i64) -> Version {
    Version {
        hash: media.hash.clone(),
        mime: media.mime.clone(),
        size: media.size,
        width: media.width,
        height: media.height,
        until: now,
        by: by.actor().name.clone(),
    }
}

/// Changes what is said about a file. With another name it has another address; the old one leads there.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules `file.other_type`, `file.long`, `file.decorative`; `Conflict`.
pub fn describe(store: &Store, by: &By, id: MediaId, about: &About) -> Result<Media> {
    let mut tx = store.transaction(by.actor(), "media.describe");
    let mut media = changeable(&tx, by, id)?;
    tx = tx.site(media.site.0);
    let name = safe_name(about.file_name.trim());
    if ending(&name) != ending(&media.file_name) {
        return Err(Error::rule("file.other_type", "file_name", ending(&media.file_name)));
    }
    let (alt, credit) = (about.alt.trim(), about.credit.trim());
    for (field, text) in [("alt", alt), ("credit", credit)] {
        if text.chars().count() > LONGEST {
            return Err(Error::rule("file.long", field, LONGEST));
        }
    }
    if about.decorative && !alt.is_empty() {
        return Err(Error::rule("file.decorative", "alt", ""));
    }
    let before = media.clone();
    media.file_name = name;
    media.alt = alt.to_owned();
    media.credit = credit.to_owned();
    media.decorative = about.decorative;
    if media != before {
        tx.put(&media)?;
        store.commit(tx)?;
    }
    Ok(media)
}

/// Moves a file to another library or collection; its address changes with the site, the old one leads there.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rule `file.quota`; `Conflict`.
pub fn move_to(
    store: &Store,
    room: Room<'_>,
    by: &By,
    id: MediaId,
    site: SiteId,
    collection: Option<CollectionId>,
) -> Result<Media> {
    let mut tx = store.transaction(by.actor(), "media.move");
    let mut media = changeable(&tx, by, id)?;
    let site = require_add(&tx, by, site, collection)?;
    tx = tx.site(site.0);
    if (media.site, media.collection) == (site, collection) {
        return Ok(media);
    }
    if media.site != site {
        check_space(store, room, site, media.space())?;
    }
    (media.site, media.collection) = (site, collection);
    tx.put(&media)?;
    store.commit(tx)?;
    Ok(media)
}

/// Puts another file of the same type under the address; what stood there stays as an older version. `shown` says that
/// visitors read it: then it is published by this.
///
/// # Errors
/// `NotFound`, `Forbidden`, also for whoever may not publish what is `shown`; the rule `file.other_type` and those of `add`; `Conflict`.
pub fn replace(
    store: &Store,
    room: Room<'_>,
    by: &By,
    id: MediaId,
    (file_name, file): (&str, Incoming),
    shown: bool,
    now: i64,
) -> Result<Media> {
    let mut tx = store.transaction(by.actor(), "media.replace").note(file_name);
    let mut media = changeable(&tx, by, id)?;
    require_replace(&tx, by, &media, shown)?;
    tx = tx.site(media.site.0);
    check_name(room.config, file_name)?;
    check_space(store, room, media.site, file.length())?;
    if exchange(room, &mut media, file_name, file, by, now)? {
        let surplus = media.versions.len().saturating_sub(MOST_VERSIONS);
        media.versions.drain(..surplus);
        tx.put(&media)?;
        store.commit(tx)?;
    }
    Ok(media)
}

/// Puts an older version, by its place in the list, under the address again; what stood there becomes one. `shown` as for
/// [`replace`].
///
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`.
pub fn restore(store: &Store, by: &By, id: MediaId, version: usize, shown: bool, now: i64) -> Result<Media> {
    let mut tx = store.transaction(by.actor(), "media.restore");
    let mut media = changeable(&tx, by, id)?;
    require_replace(&tx, by, &media, shown)?;
    tx = tx.site(media.site.0);
    if version >= media.versions.len() {
        return Err(Error::not_found("version", version));
    }
    let before = as_version(&media, by, now);
    let old = media.versions.remove(version);
    media.versions.push(before);
    (media.hash, media.mime, media.size) = (old.hash, old.mime, old.size);
    (media.width, media.height) = (old.width, old.height);
    tx.put(&media)?;
    store.commit(tx)?;
    Ok(media)
}

/// Deletes a file that nothing names, neither a document by what `used` says nor a site file. Its bytes stay on the
/// disk for restoring.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules `file.used`, `file.declared`; `Conflict`.
pub fn delete(store: &Store, by: &By, id: MediaId, used: impl FnOnce() -> Result<bool>) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "media.delete");
    let media = changeable(&tx, by, id)?;
    tx = tx.site(media.site.0).note(media.file_name.clone());
    if media.is_declared() {
        return Err(Error::rule("file.declared", "file", media.file_name));
    }
    if used()? {
        return Err(Error::rule("file.used", "file", media.file_name));
    }
    tx.delete::<Media>(id.0);
    store.commit(tx)?;
    Ok(())
}
