//! Webhooks of a site and of the group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::id::{SiteId, WebhookId};
use crate::domain::integration::{self, EventKind, NewWebhook, Webhook};
use crate::web::test_webhook;

use super::page::{PageQuery, Wanted, reply};
use super::time::some;
use super::{Call, PREFIX, Problem, Reply, etag};

/// An address of another program that is told of what happens.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Webhook")]
pub struct WebhookView {
    /// Number.
    id: u64,
    /// Slug of its site; missing for webhooks of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<String>,
    /// Where it is told.
    url: String,
    /// What it is told of.
    events: Vec<&'static str>,
    /// It is told.
    enabled: bool,
    /// Made.
    created: Option<String>,
    /// When the server switched it off itself, because it could not be told for a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<String>,
    /// What the last try before that met.
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_because: Option<String>,
}

impl WebhookView {
    fn of(call: &Call, webhook: &Webhook) -> WebhookView {
        WebhookView {
            id: webhook.id.0,
            site: webhook.site.map(|site| call.slug(site)),
            url: webhook.url.clone(),
            events: webhook.events.iter().map(|kind| kind.word()).collect(),
            enabled: webhook.enabled,
            created: some(webhook.created),
            stopped: webhook.stopped.as_ref().and_then(|stopped| some(stopped.time)),
            stopped_because: webhook.stopped.as_ref().map(|stopped| stopped.reason.clone()),
        }
    }
}

/// A webhook with how its messages fare.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookWithDelivery")]
pub struct WebhookDetail {
    #[serde(flatten)]
    webhook: WebhookView,
    /// Failed tries of the next message.
    tries: u32,
    /// Not tried again before then.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_try: Option<String>,
    /// The last try.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<LastView>,
}

/// What a try met.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LastTry")]
pub struct LastView {
    /// When.
    time: Option<String>,
    /// Transaction of the message.
    seq: u64,
    /// Status of the answer; 0 where there was none.
    status: u16,
    /// Why there was no good answer.
    error: String,
}

/// A webhook with the secret of its signatures, which is shown this once.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookWithSecret")]
pub struct WebhookSecret {
    #[serde(flatten)]
    webhook: WebhookView,
    /// Secret with which messages are signed.
    secret: String,
}

/// A webhook as somebody wants it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WebhookSettings", example = serde_json::json!({
    "url": "https://hooks.example.gov.cn/zhanqun", "events": ["document.published", "document.withdrawn"]
}))]
pub struct Settings {
    /// Where it is told: https, on the public Internet unless ops allow others.
    url: String,
    /// What it is told of.
    events: Vec<String>,
    /// It is told; true if it is missing.
    #[serde(default = "yes")]
    enabled: bool,
}

fn yes() -> bool {
    true
}

impl Settings {
    fn read(self) -> Result<NewWebhook, Problem> {
        let kind = |word: &String| EventKind::of(word).ok_or_else(|| Problem::rule("webhook.event", "events", word));
        let events = self.events.iter().map(kind).collect::<Result<_, _>>()?;
        Ok(NewWebhook { url: self.url, events, enabled: self.enabled })
    }
}

/// Whose webhooks an address is about: below a site, or the group's.
fn scope(call: &Call) -> Result<Option<SiteId>, Problem> {
    if call.target.starts_with("/api/v1/sites/") { Ok(Some(call.site()?.site.id)) } else { Ok(None) }
}

/// The webhook that the last place of an address names.
fn find(call: &Call) -> Result<Webhook, Problem> {
    let site = scope(call)?;
    let id = WebhookId(call.number(call.named.len().saturating_sub(1))?);
    Ok(integration::webhook(&call.app().store, &call.by, site, id)?)
}

fn shown(call: &Call, webhook: &Webhook) -> Result<Reply, Problem> {
    let delivery = integration::delivery(&call.app().store, webhook.id)?;
    let view = WebhookView::of(call, webhook);
    let version = etag::of(&view);
    let detail = WebhookDetail {
        webhook: view,
        tries: delivery.as_ref().map_or(0, |delivery| delivery.tries),
        next_try: delivery.as_ref().and_then(|delivery| some(delivery.next_try)),
        last: delivery.and_then(|delivery| delivery.last).map(|last| LastView {
            time: some(last.time),
            seq: last.seq,
            status: last.status,
            error: last.error,
        }),
    };
    Ok(Reply { etag: Some(version), ..Reply::json(&detail)? })
}

/// `GET /sites/{site}/webhooks`, `GET /webhooks`.
///
/// # Errors
/// `not_found`, `forbidden`, `query`.
pub fn list(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (found, next) = wanted.of(integration::webhooks(&call.app().store, &call.by, scope(call)?)?)?;
    reply(call, found.iter().map(|webhook| WebhookView::of(call, webhook)).collect(), next)
}

/// `POST /sites/{site}/webhooks`, `POST /webhooks`. The answer has the secret, this once.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn create(call: &Call) -> Result<Reply, Problem> {
    let (site, new) = (scope(call)?, call.json::<Settings>()?.read()?);
    let (app, private) = (call.app(), call.app().config.webhooks.allow_private);
    let webhook = integration::create_webhook(&app.store, &call.by, site, &new, private, call.now)?;
    let view = WebhookView::of(call, &webhook);
    let version = etag::of(&view);
    let location = match &view.site {
        Some(slug) => format!("{PREFIX}/sites/{slug}/webhooks/{}", view.id),
        None => format!("{PREFIX}/webhooks/{}", view.id),
    };
    let reply = Reply::created(&WebhookSecret { webhook: view, secret: webhook.secret }, location)?;
    Ok(Reply { etag: Some(version), ..reply })
}

/// `GET /sites/{site}/webhooks/{webhook}`, `GET /webhooks/{webhook}`.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn show(call: &Call) -> Result<Reply, Problem> {
    shown(call, &find(call)?)
}

/// `PUT /sites/{site}/webhooks/{webhook}`, `PUT /webhooks/{webhook}`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`, `body`.
pub fn change(call: &Call) -> Result<Reply, Problem> {
    let webhook = find(call)?;
    call.require_seen(&etag::of(&WebhookView::of(call, &webhook)))?;
    let new = call.json::<Settings>()?.read()?;
    let (app, private) = (call.app(), call.app().config.webhooks.allow_private);
    shown(call, &integration::change_webhook(&app.store, &call.by, webhook.site, webhook.id, &new, private)?)
}

/// `DELETE /sites/{site}/webhooks/{webhook}`, `DELETE /webhooks/{webhook}`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`.
pub fn delete(call: &Call) -> Result<Reply, Problem> {
    let webhook = find(call)?;
    call.require_seen(&etag::of(&WebhookView::of(call, &webhook)))?;
    integration::delete_webhook(&call.app().store, &call.by, webhook.site, webhook.id)?;
    Ok(Reply::done())
}

/// `POST /sites/{site}/webhooks/{webhook}/secret`, `POST /webhooks/{webhook}/secret`: another secret, shown this once.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn renew_secret(call: &Call) -> Result<Reply, Problem> {
    let found = find(call)?;
    let webhook = integration::renew_secret(&call.app().store, &call.by, found.site, found.id)?;
    let view = WebhookView::of(call, &webhook);
    Reply::json(&WebhookSecret { webhook: view, secret: webhook.secret })
}

/// What a test message met.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "WebhookTest")]
pub struct TestView {
    /// The answer was one from 200 to 299.
    arrived: bool,
    /// Status of the answer; 0 where there was none.
    status: u16,
    /// Why there was none.
    error: String,
}

/// `POST /sites/{site}/webhooks/{webhook}/test`, `POST /webhooks/{webhook}/test`: sends a test message, signed like
/// every other, and waits for the answer.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn test(call: &Call) -> Result<Reply, Problem> {
    let webhook = find(call)?;
    // Handlers run where they may wait.
    let answer = tokio::runtime::Handle::current().block_on(test_webhook(call.app(), &webhook));
    let (status, error) = answer.map_or_else(|error| (0, error), |status| (status, String::new()));
    Reply::json(&TestView { arrived: (200..300).contains(&status), status, error })
}
