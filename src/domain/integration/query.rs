//! Reads of webhooks.

use crate::base::id::{SiteId, WebhookId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::store::{ListKey, Position, Read};

use super::tables::{WEBHOOKS, WEBHOOKS_OF_SITE};
use super::{Delivery, Webhook};

/// Webhooks of a site belong to its managers, those of the group to `admin`.
pub(super) fn require(by: &By, site: Option<SiteId>) -> Result<()> {
    match site {
        Some(site) if !by.user().is_none_or(|user| user.works_in(site)) => Err(Error::not_found("site", site)),
        Some(site) => by.require(Role::Manager, Place::Site(site)),
        None => by.require(Role::Admin, Place::Group),
    }
}

/// Webhooks of a site, or of the group as a whole, the newest first.
///
/// # Errors
/// `NotFound` of the site, `Forbidden`.
pub fn webhooks(read: &impl Read, by: &By, site: Option<SiteId>) -> Result<Vec<Webhook>> {
    require(by, site)?;
    listed(read, ListKey::new(WEBHOOKS_OF_SITE, &[site.map_or(0, |site| site.0)]))
}

/// A webhook of a site, or of the group.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn webhook(read: &impl Read, by: &By, site: Option<SiteId>, id: WebhookId) -> Result<Webhook> {
    require(by, site)?;
    let found: Option<Webhook> = read.get(id.0)?;
    found.filter(|webhook| webhook.site == site).ok_or_else(|| Error::not_found("webhook", id))
}

/// Every webhook, for the job that tells them.
///
/// # Errors
/// When the store cannot be read.
pub fn all_webhooks(read: &impl Read) -> Result<Vec<Webhook>> {
    listed(read, ListKey::new(WEBHOOKS, &[]))
}

fn listed(read: &impl Read, list: ListKey) -> Result<Vec<Webhook>> {
    let mut found = Vec::new();
    for entry in read.list(list, Position::FIRST, usize::MAX)? {
        found.extend(read.get::<Webhook>(entry.id)?);
    }
    Ok(found)
}

/// How far a webhook has been told. Whoever shows it has asked for permission on the webhook.
///
/// # Errors
/// When the store cannot be read.
pub fn delivery(read: &impl Read, id: WebhookId) -> Result<Option<Delivery>> {
    Ok(read.get(id.0)?)
}
