//! Reads of letters for those who work with them.

use crate::base::id::{InquiryId, SiteId};
use crate::domain::account::{By, Place};
use crate::domain::error::{Error, Result};
use crate::store::{ListKey, Position, Read};

use super::Inquiry;
use super::tables::INQUIRIES_OF_SITE;

/// Letters of a site, the newest first, after a place in the list, each with its own place.
///
/// # Errors
/// `NotFound` of a site where the actor does not work as a whole.
pub fn inquiries(
    read: &impl Read,
    by: &By,
    site: SiteId,
    after: Position,
    limit: usize,
) -> Result<Vec<(Inquiry, Position)>> {
    if !by.sees(Place::Site(site)) {
        return Err(Error::not_found("site", site));
    }
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(INQUIRIES_OF_SITE, &[site.0]), after, limit)? {
        found.extend(read.get::<Inquiry>(entry.id)?.map(|inquiry| (inquiry, entry.position())));
    }
    Ok(found)
}

/// A letter.
///
/// # Errors
/// `NotFound`, also of a site where the actor does not work as a whole.
pub fn inquiry(read: &impl Read, by: &By, id: InquiryId) -> Result<Inquiry> {
    let found: Option<Inquiry> = read.get(id.0)?;
    found.filter(|inquiry| by.sees(Place::Site(inquiry.site))).ok_or_else(|| Error::not_found("letter", id))
}
