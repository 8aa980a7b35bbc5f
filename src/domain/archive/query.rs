//! Reading frozen copies.

use crate::base::id::{CopyId, SiteId};
use crate::domain::error::Result;
use crate::domain::site::normal_form;
use crate::store::{ListKey, Position, Read};

use super::tables::{COPIED_FROM, COPIES_OF_SITE, from_key};
use super::{Copied, Copy};

/// All copies of a site, also those that are not complete.
///
/// # Errors
/// When the store cannot be read.
pub fn copies(read: &impl Read, site: SiteId) -> Result<Vec<Copy>> {
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(COPIES_OF_SITE, &[site.0]), Position::FIRST, usize::MAX)? {
        found.extend(read.get::<Copy>(entry.id)?);
    }
    Ok(found)
}

/// The copy of a site that visitors see.
///
/// # Errors
/// When the store cannot be read.
pub fn shown(read: &impl Read, site: SiteId) -> Result<Option<Copy>> {
    Ok(copies(read, site)?.into_iter().filter(|copy| copy.complete).max_by_key(|copy| copy.id))
}

/// What stands at an old address, in any spelling of it.
///
/// # Errors
/// When the store cannot be read.
pub fn find(read: &impl Read, copy: CopyId, address: &str) -> Result<Option<Copied>> {
    match read.unique(COPIED_FROM, &from_key(copy.0, &normal_form(address)))? {
        Some(id) => Ok(read.get(id)?),
        None => Ok(None),
    }
}
