//! Actions on webhooks: load, may the actor?, do the rules allow it?, one transaction.

use crate::base::id::{SiteId, WebhookId};
use crate::domain::account::{By, Token};
use crate::domain::error::{Error, Result};
use crate::domain::site::Site;
use crate::store::{Actor, ListKey, Read, Store, Transaction};

use super::query::{require, webhook};
use super::rules::{MOST_WEBHOOKS, check_events, check_url};
use super::tables::WEBHOOKS_OF_SITE;
use super::{Delivery, EventKind, LastTry, Stopped, Webhook};

/// A webhook as somebody wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where it is told.
    pub url: String,
    /// What it is told of.
    pub events: Vec<EventKind>,
    /// False where it is told nothing for now.
    pub enabled: bool,
}

/// A secret for signing: 256 random bits.
fn secret() -> Result<String> {
    Ok(format!("whsec_{}", Token::random()?.secret()))
}

/// One that begins to be told now: of what happens from here on.
fn fresh(store: &Store, webhook: &Webhook) -> Delivery {
    Delivery {
        webhook: webhook.id,
        site: webhook.site,
        position: store.seq(),
        tries: 0,
        failing_since: 0,
        next_try: 0,
        last: None,
    }
}

/// Makes a webhook of a site, or of the group. It is told of what happens from now on.
///
/// # Errors
/// `NotFound` of the site, `Forbidden`; `url.form`, `webhook.https`, `webhook.private`, `required` for the events,
/// `webhook.many`.
pub fn create_webhook(
    store: &Store,
    by: &By,
    site: Option<SiteId>,
    new: &NewWebhook,
    allow_private: bool,
    now: i64,
) -> Result<Webhook> {
    let number = site.map_or(0, |site| site.0);
    let mut tx = store.transaction(by.actor(), "webhook.create").site(number).note(new.url.clone());
    require(by, site)?;
    if let Some(site) = site {
        tx.get::<Site>(site.0)?.ok_or_else(|| Error::not_found("site", site))?;
    }
    check_url(&new.url, allow_private).map_err(|broken| Error::Rules { broken: vec![broken] })?;
    let events = check_events(&new.events)?;
    if tx.count(ListKey::new(WEBHOOKS_OF_SITE, &[number]))? >= MOST_WEBHOOKS as u64 {
        return Err(Error::rule("webhook.many", "url", MOST_WEBHOOKS));
    }
    let webhook = Webhook {
        id: WebhookId(tx.new_id()),
        site,
        url: new.url.clone(),
        secret: secret()?,
        events,
        enabled: new.enabled,
        created: now,
        stopped: None,
    };
    tx.put(&webhook)?;
    tx.put(&fresh(store, &webhook))?;
    store.commit(tx)?;
    Ok(webhook)
}

/// Changes a webhook. One that is switched on again is told of what happens from then on.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of [`create_webhook`]; `Conflict`.
pub fn change_webhook(
    store: &Store,
    by: &By,
    site: Option<SiteId>,
    id: WebhookId,
    new: &NewWebhook,
    allow_private: bool,
) -> Result<Webhook> {
    let mut tx = begin(store, by, site, "webhook.change").note(new.url.clone());
    let before = webhook(&tx, by, site, id)?;
    check_url(&new.url, allow_private).map_err(|broken| Error::Rules { broken: vec![broken] })?;
    let mut webhook = before.clone();
    webhook.url.clone_from(&new.url);
    webhook.events = check_events(&new.events)?;
    webhook.enabled = new.enabled;
    if new.enabled && !before.enabled {
        webhook.stopped = None;
        tx.get::<Delivery>(id.0)?;
        tx.put(&fresh(store, &webhook))?;
    }
    if webhook != before {
        tx.put(&webhook)?;
        store.commit(tx)?;
    }
    Ok(webhook)
}

/// Gives a webhook another secret; messages are signed with it at once.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`.
pub fn renew_secret(store: &Store, by: &By, site: Option<SiteId>, id: WebhookId) -> Result<Webhook> {
    let mut tx = begin(store, by, site, "webhook.renew_secret");
    let mut webhook = webhook(&tx, by, site, id)?;
    tx = tx.note(webhook.url.clone());
    webhook.secret = secret()?;
    tx.put(&webhook)?;
    store.commit(tx)?;
    Ok(webhook)
}

/// Removes a webhook.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`.
pub fn delete_webhook(store: &Store, by: &By, site: Option<SiteId>, id: WebhookId) -> Result<()> {
    let mut tx = begin(store, by, site, "webhook.delete");
    let webhook = webhook(&tx, by, site, id)?;
    tx = tx.note(webhook.url);
    tx.delete::<Webhook>(id.0);
    tx.delete::<Delivery>(id.0);
    store.commit(tx)?;
    Ok(())
}

fn begin(store: &Store, by: &By, site: Option<SiteId>, action: &'static str) -> Transaction {
    store.transaction(by.actor(), action).site(site.map_or(0, |site| site.0))
}

/// Changes how far a webhook was told, if it is still there and enabled.
fn deliver(
    store: &Store,
    webhook: &Webhook,
    action: &'static str,
    change: impl FnOnce(&mut Delivery),
) -> Result<Option<Delivery>> {
    let mut tx = store.transaction(Actor::system(), action).site(webhook.site.map_or(0, |site| site.0));
    // Read in the transaction: one that is removed or begun anew meanwhile stays so.
    if tx.get::<Webhook>(webhook.id.0)?.is_none() {
        return Ok(None);
    }
    let Some(mut delivery) = tx.get::<Delivery>(webhook.id.0)? else { return Ok(None) };
    change(&mut delivery);
    tx.put(&delivery)?;
    store.commit(tx)?;
    Ok(Some(delivery))
}

/// The message of a transaction arrived.
///
/// # Errors
/// When the store refuses; `Conflict` when the webhook changed meanwhile.
pub fn note_delivered(store: &Store, webhook: &Webhook, last: LastTry) -> Result<Option<Delivery>> {
    deliver(store, webhook, "webhook.delivered", |delivery| {
        delivery.position = delivery.position.max(last.seq);
        (delivery.tries, delivery.failing_since, delivery.next_try) = (0, 0, 0);
        delivery.last = Some(last);
    })
}

/// The message of a transaction did not arrive; it is tried again at `next`.
///
/// # Errors
/// When the store refuses; `Conflict` when the webhook changed meanwhile.
pub fn note_failed(store: &Store, webhook: &Webhook, last: LastTry, next: i64) -> Result<Option<Delivery>> {
    deliver(store, webhook, "webhook.failed", |delivery| {
        delivery.tries = delivery.tries.saturating_add(1);
        if delivery.failing_since == 0 {
            delivery.failing_since = last.time;
        }
        delivery.next_try = next;
        delivery.last = Some(last);
    })
}

/// Nothing up to this transaction concerned the webhook.
///
/// # Errors
/// When the store refuses; `Conflict` when the webhook changed meanwhile.
pub fn note_position(store: &Store, webhook: &Webhook, position: u64) -> Result<Option<Delivery>> {
    deliver(store, webhook, "webhook.position", |delivery| delivery.position = delivery.position.max(position))
}

/// Switches a webhook off that could not be told for too long; its managers see why.
///
/// # Errors
/// When the store refuses; `Conflict` when the webhook changed meanwhile.
pub fn stop_webhook(store: &Store, webhook: &Webhook, reason: &str, now: i64) -> Result<()> {
    let site = webhook.site.map_or(0, |site| site.0);
    let mut tx = store.transaction(Actor::system(), "webhook.stop").site(site).note(webhook.url.clone());
    let Some(mut webhook) = tx.get::<Webhook>(webhook.id.0)? else { return Ok(()) };
    webhook.enabled = false;
    webhook.stopped = Some(Stopped { time: now, reason: reason.to_owned() });
    tx.put(&webhook)?;
    store.commit(tx)?;
    Ok(())
}
