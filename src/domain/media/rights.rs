//! Who may do what with which files.

use crate::base::id::{CollectionId, SiteId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::store::Read;

use super::{Collection, Level, Media};

/// What the actor may do in the library of a site: people who work there add files, its managers change all.
pub fn level_in_site(by: &By, site: SiteId) -> Option<Level> {
    let Some(user) = by.user() else { return Some(Level::Edit) };
    if user.may(Role::Manager, Place::Site(site)) {
        return Some(Level::Edit);
    }
    user.works_in(site).then_some(Level::Add)
}

/// What the actor may do in a collection: what its rights say; a site's collection without any is like its library.
pub fn level_in(by: &By, collection: &Collection) -> Option<Level> {
    let Some(user) = by.user() else { return Some(Level::Edit) };
    if user.may(Role::Manager, Place::Site(collection.site)) {
        return Some(Level::Edit);
    }
    if collection.rights.is_empty() && !collection.shared {
        return level_in_site(by, collection.site);
    }
    collection.rights.iter().filter(|right| right.to.fits(user)).map(|right| right.level).max()
}

/// A collection as it is open to `site`: its own or a shared one.
///
/// # Errors
/// `NotFound`.
pub fn collection_for(read: &impl Read, site: SiteId, id: CollectionId) -> Result<Collection> {
    let found: Option<Collection> = read.get(id.0)?;
    found
        .filter(|collection| collection.shared || collection.site == site)
        .ok_or_else(|| Error::not_found("collection", id))
}

/// What the actor may do with a file; `None` if it does not exist for him.
///
/// # Errors
/// When the store cannot be read.
pub fn level_of(read: &impl Read, by: &By, media: &Media) -> Result<Option<Level>> {
    let Some(id) = media.collection else { return Ok(level_in_site(by, media.site)) };
    Ok(match read.get::<Collection>(id.0)? {
        Some(collection) => level_in(by, &collection),
        None => level_in_site(by, media.site),
    })
}

/// True if the actor may change the file: all of a collection, or his own among those that he adds.
pub fn may_change(by: &By, media: &Media, level: Option<Level>) -> bool {
    let own = by.user().is_some_and(|user| media.owner == Some(user.id));
    level == Some(Level::Edit) || (level == Some(Level::Add) && own)
}

/// Refuses unless `level` is at least `least`; without any level nothing is there.
pub(super) fn require(level: Option<Level>, least: Level, what: &'static str, name: impl ToString) -> Result<()> {
    match level {
        None => Err(Error::not_found(what, name)),
        Some(level) if level >= least => Ok(()),
        Some(_) => Err(Error::Forbidden { role: Role::Manager.word() }),
    }
}

/// The file, if the actor may see it.
///
/// # Errors
/// `NotFound`.
pub fn seen(read: &impl Read, by: &By, id: crate::base::id::MediaId) -> Result<(Media, Level)> {
    let missing = || Error::not_found("file", id);
    let media: Media = read.get(id.0)?.ok_or_else(missing)?;
    let level = level_of(read, by, &media)?.ok_or_else(missing)?;
    Ok((media, level))
}

/// The file, if the actor may change it.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub(super) fn changeable(read: &impl Read, by: &By, id: crate::base::id::MediaId) -> Result<Media> {
    let (media, level) = seen(read, by, id)?;
    if may_change(by, &media, Some(level)) { Ok(media) } else { Err(Error::Forbidden { role: Role::Manager.word() }) }
}

/// Other bytes under an address that visitors read are published by that: it takes the right to publish in the site, or
/// all rights on the collection.
pub fn may_replace(by: &By, media: &Media, level: Level, shown: bool) -> bool {
    let publishes = || by.user().is_none_or(|user| user.publishes_in(media.site));
    !shown || level == Level::Edit || publishes()
}

/// Refuses unless [`may_replace`] allows it.
pub(super) fn require_replace(read: &impl Read, by: &By, media: &Media, shown: bool) -> Result<()> {
    match level_of(read, by, media)? {
        Some(level) if may_replace(by, media, level, shown) => Ok(()),
        _ => Err(Error::Forbidden { role: Role::Publisher.word() }),
    }
}

/// Where a new file goes: the actor adds files there.
pub(super) fn require_add(read: &impl Read, by: &By, site: SiteId, collection: Option<CollectionId>) -> Result<SiteId> {
    match collection {
        None => require(level_in_site(by, site), Level::Add, "site", site).map(|()| site),
        Some(id) => {
            let collection = collection_for(read, site, id)?;
            require(level_in(by, &collection), Level::Add, "collection", id)?;
            Ok(collection.site)
        }
    }
}
