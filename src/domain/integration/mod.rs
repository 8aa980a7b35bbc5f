//! Other programs: who is told of what happens (webhooks), and answers kept so that a repeated request acts once.
//!
//! **Invariant:** a webhook is told of its own site only, and never of words
//! that visitors do not read; a request with a key acts at most once.

mod actions;
mod event;
mod kept;
mod query;
mod rules;
mod tables;
mod webhook;

pub use actions::{
    NewWebhook, change_webhook, create_webhook, delete_webhook, note_delivered, note_failed, note_position,
    renew_secret, stop_webhook,
};
pub use event::{Event, EventKind, events_of};
pub use kept::{Answer, Begun, KEPT_FOR, KeptAnswer, MOST_KEPT, begin_kept, finish_kept, forget_kept};
pub use query::{all_webhooks, delivery, webhook, webhooks};
pub use rules::{LONGEST_URL, MOST_WEBHOOKS, check_url, is_public};
pub use tables::{KEPT_BY_END, KEPT_OF_USER, WEBHOOKS, WEBHOOKS_OF_SITE};
pub use webhook::{Delivery, LastTry, Stopped, Webhook};
