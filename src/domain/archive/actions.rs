//! A copy is begun, filled in portions and finished; the one before goes then.

use crate::base::id::{CopiedId, CopyId, SiteId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::domain::site::{Site, normal_form};
use crate::store::{ListKey, Position, Read, Store};

use super::query::copies;
use super::tables::COPIED_OF_COPY;
use super::{Copied, Copy, What};

/// Rows removed in one transaction.
const PORTION: usize = 500;

/// Begins a copy; `new.id` is given here. Copies of the site that were not completed go.
///
/// # Errors
/// `Forbidden` for all but `admin`; `NotFound` for the site.
pub fn begin(store: &Store, by: &By, mut new: Copy) -> Result<Copy> {
    by.require(Role::Admin, Place::Group)?;
    store.get::<Site>(new.site.0)?.ok_or_else(|| Error::not_found("site", new.site))?;
    for copy in copies(store, new.site)?.into_iter().filter(|copy| !copy.complete) {
        remove(store, by, &copy)?;
    }
    let mut tx = store.transaction(by.actor(), "archive.begin").site(new.site.0).note(new.source.clone());
    (new.id, new.complete) = (CopyId(tx.new_id()), false);
    tx.put_new(&new)?;
    store.commit(tx)?;
    Ok(new)
}

/// Adds addresses to a copy that was begun. Two that are spellings of one are one: the first counts.
///
/// # Errors
/// `Forbidden`; when the store refuses.
pub fn add(store: &Store, by: &By, copy: &Copy, portion: Vec<(String, What)>) -> Result<()> {
    by.require(Role::Admin, Place::Group)?;
    let mut tx = store.transaction(by.actor(), "archive.add").site(copy.site.0);
    let mut seen = std::collections::HashSet::new();
    for (address, what) in portion {
        let from = normal_form(&address);
        if !seen.insert(from.clone()) || super::find(store, copy.id, &from)?.is_some() {
            continue;
        }
        let id = CopiedId(tx.new_id());
        tx.put_new(&Copied { id, copy: copy.id, site: copy.site, from, what })?;
    }
    if !tx.is_empty() {
        store.commit(tx)?;
    }
    Ok(())
}

/// The copy is complete: it is shown from now on, and older ones go.
///
/// # Errors
/// `Forbidden`; when the store refuses.
pub fn finish(store: &Store, by: &By, copy: &Copy) -> Result<()> {
    by.require(Role::Admin, Place::Group)?;
    let note = format!("{} pages, {} files", copy.pages, copy.files);
    let mut tx = store.transaction(by.actor(), "archive.finish").site(copy.site.0).note(note);
    tx.put(&Copy { complete: true, ..copy.clone() })?;
    store.commit(tx)?;
    for old in copies(store, copy.site)?.into_iter().filter(|old| old.id != copy.id) {
        remove(store, by, &old)?;
    }
    Ok(())
}

/// Takes back a copy that was begun and came to nothing.
///
/// # Errors
/// `Forbidden`; when the store refuses.
pub fn forget_begun(store: &Store, by: &By, copy: &Copy) -> Result<()> {
    by.require(Role::Admin, Place::Group)?;
    remove(store, by, copy)
}

/// Takes the copies of a site away; gives how many there were.
///
/// # Errors
/// `Forbidden`; when the store refuses.
pub fn forget(store: &Store, by: &By, site: SiteId) -> Result<usize> {
    by.require(Role::Admin, Place::Group)?;
    let all = copies(store, site)?;
    for copy in &all {
        remove(store, by, copy)?;
    }
    Ok(all.len())
}

/// First the copy is hidden, then its rows go in portions; what was interrupted is gone with the next copy.
fn remove(store: &Store, by: &By, copy: &Copy) -> Result<()> {
    if copy.complete {
        let mut tx = store.transaction(by.actor(), "archive.remove").site(copy.site.0).note(copy.source.clone());
        tx.put(&Copy { complete: false, ..copy.clone() })?;
        store.commit(tx)?;
    }
    loop {
        let entries = store.list(ListKey::new(COPIED_OF_COPY, &[copy.id.0]), Position::FIRST, PORTION)?;
        let mut tx = store.transaction(by.actor(), "archive.remove").site(copy.site.0);
        for entry in &entries {
            tx.get::<Copied>(entry.id)?;
            tx.delete::<Copied>(entry.id);
        }
        if entries.is_empty() {
            tx.get::<Copy>(copy.id.0)?;
            tx.delete::<Copy>(copy.id.0);
        }
        store.commit(tx)?;
        if entries.is_empty() {
            return Ok(());
        }
    }
}
