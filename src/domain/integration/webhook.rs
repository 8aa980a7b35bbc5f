//! An address that is told of what happens, and how far it has been told.

use serde::{Deserialize, Serialize};

use crate::base::id::{SiteId, WebhookId};

use super::EventKind;

/// An address of another program that is told of what happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// Number.
    pub id: WebhookId,
    /// The site of whose events it is told; `None` for all sites of the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Where it is told.
    pub url: String,
    /// Secret with which every message is signed.
    pub secret: String,
    /// What it is told of.
    pub events: Vec<EventKind>,
    /// False where it is told nothing.
    pub enabled: bool,
    /// Made, milliseconds since 1970.
    pub created: i64,
    /// Why the server itself switched it off, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
}

/// When and why the server switched a webhook off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// Milliseconds since 1970.
    pub time: i64,
    /// What the last try met: a status or an error of the connection.
    pub reason: String,
}

impl Webhook {
    /// Is it to be told of this?
    pub fn wants(&self, site: SiteId, kind: EventKind) -> bool {
        self.site.is_none_or(|own| own == site) && self.events.contains(&kind)
    }
}

/// How far a webhook has been told; a row of its own, so that telling never disturbs settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The webhook.
    pub webhook: WebhookId,
    /// Site of the webhook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
    /// Last transaction that it was told of or that did not concern it.
    pub position: u64,
    /// Failed tries of the next message.
    #[serde(default)]
    pub tries: u32,
    /// First failed try of the next message, milliseconds since 1970; 0 where none failed.
    #[serde(default)]
    pub failing_since: i64,
    /// Not tried before then.
    #[serde(default)]
    pub next_try: i64,
    /// The last try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastTry>,
}

/// What a try met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastTry {
    /// Milliseconds since 1970.
    pub time: i64,
    /// Transaction of the message.
    pub seq: u64,
    /// Status of the answer; 0 where there was none.
    pub status: u16,
    /// Why there was no good answer; empty where there was one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
}
