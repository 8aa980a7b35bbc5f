//! What the page of webhooks sees.

use serde::Serialize;

use super::{MessageView, RuleView};

/// Programs that are told what happens.
#[derive(Debug, Clone, Serialize)]
pub struct WebhooksPage {
    /// Address of the page, to which its forms go.
    pub base: String,
    /// True for those of the group, which are told of every site.
    pub of_group: bool,
    /// The webhooks, the newest first.
    pub webhooks: Vec<WebhookView>,
    /// What is typed of a new one.
    pub form: WebhookFormView,
    /// A secret that was just made, shown this once.
    pub secret: Option<WebhookSecretView>,
    /// What a test message met that was just sent.
    pub tested: Option<WebhookTestView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is wrong.
    pub problems: Vec<RuleView>,
}

/// A webhook and how its messages fare.
#[derive(Debug, Clone, Serialize)]
pub struct WebhookView {
    /// Number.
    pub id: u64,
    /// Where it is told.
    pub url: String,
    /// Every event, and whether it is told of it.
    pub events: Vec<EventView>,
    /// False where it is told nothing for now.
    pub enabled: bool,
    /// When the server switched it off itself, or empty.
    pub stopped: String,
    /// What the last try before that met.
    pub reason: String,
    /// Time of the last try, or empty.
    pub last: String,
    /// Status of its answer, 0 where there was none.
    pub status: u16,
    /// Why there was no good answer, or empty.
    pub error: String,
    /// Failed tries of the next message.
    pub tries: u32,
    /// When it is tried again, or empty.
    pub next: String,
}

/// An event.
#[derive(Debug, Clone, Serialize)]
pub struct EventView {
    /// `document.published`; its name is the text `webhooks.event.<word>`.
    pub word: &'static str,
    /// True where it is told.
    pub chosen: bool,
}

/// The form for a new webhook.
#[derive(Debug, Clone, Serialize)]
pub struct WebhookFormView {
    /// Address.
    pub url: String,
    /// Events.
    pub events: Vec<EventView>,
}

/// A secret with which messages are signed.
#[derive(Debug, Clone, Serialize)]
pub struct WebhookSecretView {
    /// Address of the webhook.
    pub url: String,
    /// The secret.
    pub secret: String,
}

/// What a test message met.
#[derive(Debug, Clone, Serialize)]
pub struct WebhookTestView {
    /// Address of the webhook.
    pub url: String,
    /// True for an answer from 200 to 299.
    pub arrived: bool,
    /// Status of the answer, 0 where there was none.
    pub status: u16,
    /// Why there was none, or empty.
    pub error: String,
}
