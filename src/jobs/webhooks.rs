//! Tells webhooks what happens, from the change feed.
//!
//! Each webhook has its own place in the feed, kept in the store, and hears of one transaction after the other: at
//! least once, in order. One that does not answer holds up nobody else; after a day it is switched off. Commits never
//! wait for any of this.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::app::App;
use crate::base::clock;
use crate::base::id::WebhookId;
use crate::domain::content::Document;
use crate::domain::error::Result;
use crate::domain::integration::{self, Delivery, Event, LastTry, Webhook};
use crate::outside::tell;
use crate::store::{Changes, Committed};

/// Time between two looks at what there is to tell.
const EVERY: Duration = Duration::from_millis(250);
/// Webhooks that are told at once.
const AT_ONCE: usize = 16;
/// A webhook that could not be told for so long is switched off, milliseconds.
const PATIENCE: i64 = 24 * 3_600_000;
/// Waiting times after the first failures, seconds; the last one stays.
const WAITS: [i64; 8] = [10, 30, 60, 300, 900, 1800, 3600, 7200];
/// Transactions that do not concern a webhook before its place is written down.
const SKIPPED: u64 = 10_000;
/// Most events in a message.
const MOST: usize = 500;

/// Runs until the task is dropped.
pub async fn run(app: Arc<App>) {
    let teller = Arc::new(Teller {
        app,
        readers: Mutex::default(),
        busy: Mutex::default(),
        turns: Arc::new(Semaphore::new(AT_ONCE)),
    });
    let mut seen = None;
    loop {
        let (seq, now) = (teller.app.store.seq(), teller.app.clock.now());
        // Without commits and without a try that is due there is nothing to look for.
        if seen != Some((seq, now / 1000)) {
            seen = Some((seq, now / 1000));
            match teller.clone().look().await {
                // One that was being told has perhaps not seen the last commit.
                Ok(busy) if busy => seen = None,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "webhooks could not be read"),
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// A place in the change feed.
struct Reading {
    changes: Changes,
    /// Place of the webhook in the store when it was read from.
    stored: u64,
    /// Last transaction read.
    seen: u64,
}

struct Teller {
    app: Arc<App>,
    readers: Mutex<HashMap<WebhookId, Reading>>,
    busy: Mutex<HashSet<WebhookId>>,
    turns: Arc<Semaphore>,
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A webhook that is being told; free again when dropped, however that ends.
struct Turn {
    teller: Arc<Teller>,
    webhook: WebhookId,
}

impl Drop for Turn {
    fn drop(&mut self) {
        held(&self.teller.busy).remove(&self.webhook);
    }
}

impl Teller {
    /// Begins to tell every webhook that can be told now. True if one of them was being told already.
    async fn look(self: Arc<Self>) -> Result<bool> {
        let teller = self.clone();
        let due = tokio::task::spawn_blocking(move || teller.due()).await.unwrap_or_else(|_| Ok(Vec::new()))?;
        let mut busy = false;
        for (webhook, delivery) in due {
            if !held(&self.busy).insert(webhook.id) {
                busy = true;
                continue;
            }
            let turn = Turn { teller: self.clone(), webhook: webhook.id };
            let turns = self.turns.clone();
            tokio::spawn(async move {
                let Ok(_permit) = turns.acquire_owned().await else { return };
                turn.teller.clone().tell(webhook, delivery).await;
                drop(turn);
            });
        }
        Ok(busy)
    }

    fn due(&self) -> Result<Vec<(Webhook, Delivery)>> {
        let (store, now) = (&self.app.store, self.app.clock.now());
        let mut due = Vec::new();
        let webhooks = integration::all_webhooks(store)?;
        held(&self.readers).retain(|id, _| webhooks.iter().any(|webhook| webhook.id == *id && webhook.enabled));
        for webhook in webhooks.into_iter().filter(|webhook| webhook.enabled) {
            let Some(delivery) = integration::delivery(store, webhook.id)? else { continue };
            if delivery.next_try <= now && delivery.position < store.seq() {
                due.push((webhook, delivery));
            }
        }
        Ok(due)
    }

    /// Tells a webhook one transaction after the other, until there is no more or one fails.
    async fn tell(self: Arc<Self>, webhook: Webhook, mut delivery: Delivery) {
        loop {
            let (teller, hook, place) = (self.clone(), webhook.clone(), delivery.clone());
            let found = tokio::task::spawn_blocking(move || teller.next(&hook, &place)).await;
            let message = match found {
                Ok(Ok(Some(message))) => message,
                Ok(Ok(None)) => return,
                Ok(Err(error)) => {
                    tracing::error!(%error, webhook = webhook.id.0, "the change feed could not be read");
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "telling webhooks broke off");
                    return;
                }
            };
            let answer = self.send(&webhook, &message).await;
            let (teller, hook) = (self.clone(), webhook.clone());
            let noted = tokio::task::spawn_blocking(move || teller.note(&hook, message.seq, answer)).await;
            match noted {
                Ok(Ok(Some(next))) => delivery = next,
                Ok(Ok(None)) => return,
                // Somebody changed the webhook meanwhile: the next look begins with what he wrote.
                Ok(Err(crate::domain::error::Error::Store(crate::store::Error::Conflict { .. }))) => return,
                Ok(Err(error)) => {
                    tracing::error!(%error, webhook = webhook.id.0, "what a webhook was told could not be written down");
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "telling webhooks broke off");
                    return;
                }
            }
        }
    }

    /// The next transaction that concerns the webhook.
    fn next(&self, webhook: &Webhook, delivery: &Delivery) -> Result<Option<Message>> {
        let store = &self.app.store;
        let known = held(&self.readers).remove(&webhook.id);
        let mut reading = match known {
            Some(known) if known.stored == delivery.position => known,
            _ => Reading {
                changes: store.changes(delivery.position + 1),
                stored: delivery.position,
                seen: delivery.position,
            },
        };
        while let Some(committed) = reading.changes.next(Duration::ZERO)? {
            reading.seen = committed.seq;
            let mut events = integration::events_of(&committed);
            events.retain(|event| webhook.wants(event.site, event.kind));
            if !events.is_empty() {
                // The reader goes on from here if this message arrives; otherwise the places differ and it is read again.
                reading.stored = reading.seen;
                held(&self.readers).insert(webhook.id, reading);
                return Ok(Some(message(&self.app, webhook, &committed, &events)));
            }
            if reading.seen - reading.stored >= SKIPPED {
                if integration::note_position(store, webhook, reading.seen)?.is_none() {
                    return Ok(None);
                }
                reading.stored = reading.seen;
            }
        }
        held(&self.readers).insert(webhook.id, reading);
        Ok(None)
    }

    async fn send(&self, webhook: &Webhook, message: &Message) -> std::result::Result<u16, String> {
        let (app, now) = (&self.app, self.app.clock.now());
        tell(&app.poster, &app.config.webhooks, webhook, &message.id, message.body.clone(), now).await
    }

    /// Writes down what a try met. `None` ends this turn.
    fn note(&self, webhook: &Webhook, seq: u64, answer: std::result::Result<u16, String>) -> Result<Option<Delivery>> {
        let (store, now) = (&self.app.store, self.app.clock.now());
        let (status, error) = match answer {
            Ok(status @ 200..=299) => {
                let last = LastTry { time: now, seq, status, error: String::new() };
                return integration::note_delivered(store, webhook, last);
            }
            Ok(status) => (status, format!("status {status}")),
            Err(error) => (0, error),
        };
        tracing::warn!(webhook = webhook.id.0, url = webhook.url, error, "a webhook could not be told");
        let before = integration::delivery(store, webhook.id)?;
        let tries = before.as_ref().map_or(0, |before| before.tries as usize);
        let wait = WAITS[tries.min(WAITS.len() - 1)] * 1000;
        let last = LastTry { time: now, seq, status, error: error.clone() };
        integration::note_failed(store, webhook, last, now + wait)?;
        let since = before.map_or(0, |before| before.failing_since);
        if since > 0 && now - since >= PATIENCE {
            tracing::error!(webhook = webhook.id.0, url = webhook.url, "a webhook was switched off after a day");
            integration::stop_webhook(store, webhook, &error, now)?;
        }
        Ok(None)
    }
}

/// What is sent.
struct Message {
    seq: u64,
    id: String,
    body: Bytes,
}

fn message(app: &App, webhook: &Webhook, committed: &Committed, events: &[Event]) -> Message {
    let id = format!("{}-{}", webhook.id, committed.seq);
    let mut body = json!({
        "delivery": id,
        "webhook": webhook.id.0,
        "seq": committed.seq,
        "time": clock::rfc3339(committed.time),
        "events": events.iter().take(MOST).map(|event| event_json(app, event)).collect::<Vec<_>>(),
    });
    if events.len() > MOST {
        body["left_out"] = (events.len() - MOST).into();
    }
    Message { seq: committed.seq, id, body: body.to_string().into_bytes().into() }
}

fn event_json(app: &App, event: &Event) -> Value {
    let slug = app.directory().site(event.site).map(|node| node.site.slug.clone());
    let mut shown = json!({ "type": event.kind.word(), "site": slug, "id": event.id });
    if let Some(document) = &event.document {
        shown["document"] = document_json(app, document);
    }
    shown
}

/// Words of a document only where visitors read them: whoever listens may ask for the rest with a token.
fn document_json(app: &App, document: &Document) -> Value {
    let mut shown = json!({
        "id": document.id.0, "state": document.state.word(), "column": document.channel.0,
        "head": document.head.0,
    });
    let directory = app.directory();
    if document.is_live()
        && let Some((node, channel)) = directory.channel(document.channel)
    {
        shown["title"] = document.card.title.clone().into();
        shown["url"] = format!("{}{}{}.html", app.origin(), node.channel_url(channel), document.id).into();
        shown["published"] = clock::rfc3339(document.published).into();
    }
    shown
}
