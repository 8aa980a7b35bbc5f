//! Making, changing and ending collections.

use crate::base::id::{CollectionId, SiteId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::domain::site::{Site, SiteKind};
use crate::store::{Read, Store};

use super::collection::{Collection, Right};
use super::tables::shelf;

/// Most characters of a name.
const LONGEST_NAME: usize = 40;
/// Most rights of a collection.
const MOST_RIGHTS: usize = 100;

/// What a collection is to be.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Name.
    pub name: String,
    /// Open to the whole group; the portal's only.
    pub shared: bool,
    /// Who may do what.
    pub rights: Vec<Right>,
}

fn check(read: &impl Read, site: SiteId, wanted: &Wanted) -> Result<()> {
    let name = wanted.name.trim();
    if name.is_empty() {
        return Err(Error::rule("required", "name", ""));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Error::rule("collection.name", "name", LONGEST_NAME));
    }
    if wanted.rights.len() > MOST_RIGHTS {
        return Err(Error::rule("collection.rights", "rights", MOST_RIGHTS));
    }
    let portal = read.get::<Site>(site.0)?.is_some_and(|site| site.kind == SiteKind::Portal);
    if wanted.shared && !portal {
        return Err(Error::rule("collection.shared", "shared", ""));
    }
    Ok(())
}

fn require(by: &By, site: SiteId) -> Result<()> {
    if by.user().is_some_and(|user| !user.works_in(site)) {
        return Err(Error::not_found("site", site));
    }
    by.require(Role::Manager, Place::Site(site))
}

/// Makes a collection of a site; the portal's may be shared with the group.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules `required`, `collection.name`, `collection.rights`, `collection.shared`.
pub fn create_collection(store: &Store, by: &By, site: SiteId, wanted: &Wanted, now: i64) -> Result<Collection> {
    let mut tx = store.transaction(by.actor(), "media.collection").site(site.0).note(wanted.name.trim());
    require(by, site)?;
    check(&tx, site, wanted)?;
    let collection = Collection {
        id: CollectionId(tx.new_id()),
        site,
        shared: wanted.shared,
        name: wanted.name.trim().to_owned(),
        rights: wanted.rights.clone(),
        created: now,
    };
    tx.put(&collection)?;
    store.commit(tx)?;
    Ok(collection)
}

/// Changes name and rights of a collection.
///
/// # Errors
/// As [`create_collection`]; `Conflict`.
pub fn change_collection(store: &Store, by: &By, id: CollectionId, wanted: &Wanted) -> Result<Collection> {
    let mut tx = store.transaction(by.actor(), "media.collection").note(wanted.name.trim());
    let mut collection: Collection = tx.get(id.0)?.ok_or_else(|| Error::not_found("collection", id))?;
    tx = tx.site(collection.site.0);
    require(by, collection.site)?;
    check(&tx, collection.site, wanted)?;
    collection.name = wanted.name.trim().to_owned();
    collection.shared = wanted.shared;
    collection.rights = wanted.rights.clone();
    tx.put(&collection)?;
    store.commit(tx)?;
    Ok(collection)
}

/// Ends a collection without files.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rule `collection.full`; `Conflict`.
pub fn delete_collection(store: &Store, by: &By, id: CollectionId) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "media.collection_end");
    let collection: Collection = tx.get(id.0)?.ok_or_else(|| Error::not_found("collection", id))?;
    tx = tx.site(collection.site.0).note(collection.name.clone());
    require(by, collection.site)?;
    let files = store.count(shelf(collection.site, Some(id), None))?;
    if files > 0 {
        return Err(Error::rule("collection.full", "collection", files));
    }
    tx.delete::<Collection>(id.0);
    store.commit(tx)?;
    Ok(())
}

/// Sets the space of a site's files in MB; `None` is the usual one.
///
/// # Errors
/// `NotFound`, `Forbidden` for all but the group's administrators; `Conflict`.
pub fn set_quota(store: &Store, by: &By, site: SiteId, megabytes: Option<u64>) -> Result<()> {
    by.require(Role::Admin, Place::Group)?;
    let note = megabytes.map(|mb| format!("{mb} MB")).unwrap_or_default();
    let mut tx = store.transaction(by.actor(), "media.quota").site(site.0).note(note);
    let mut row: Site = tx.get(site.0)?.ok_or_else(|| Error::not_found("site", site))?;
    if row.media_quota_mb != megabytes {
        row.media_quota_mb = megabytes;
        tx.put(&row)?;
        store.commit(tx)?;
    }
    Ok(())
}
