//! Programs that are told what happens: those of a site for its managers, those of the group for `admin`.
//!
//! **Invariant:** a secret is shown once, in the answer to the form that made it.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{SiteId, WebhookId};
use crate::domain::account::By;
use crate::domain::error::{self, Error};
use crate::domain::integration::{self, EventKind, NewWebhook, Webhook};
use crate::render::view_admin::{
    EventView, RuleView, WebhookFormView, WebhookSecretView, WebhookTestView, WebhookView, WebhooksPage,
};
use crate::web;
use crate::web::test_webhook;

use super::desk::{message, see, time};
use super::{Asked, Desk, Pairs, Refusal, blocking};

/// What can just have been done.
const DONE: [&str; 3] = ["changed", "paused", "deleted"];

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wish {
    done: String,
}

/// Whose webhooks a page is about, and where it stands.
#[derive(Debug, Clone)]
struct Ground {
    site: Option<SiteId>,
    base: String,
}

impl Ground {
    fn group() -> Ground {
        Ground { site: None, base: "/admin/webhooks".to_owned() }
    }

    fn of(desk: &Desk, slug: &str) -> Result<Ground, Refusal> {
        let site = desk.admin.app.site(slug)?.site.id;
        Ok(Ground { site: Some(site), base: format!("/admin/sites/{slug}/webhooks") })
    }
}

/// The page of a site.
pub async fn of_site(desk: Desk, Path(slug): Path<String>, Asked(wish): Asked<Wish>) -> Result<Response, Refusal> {
    let ground = Ground::of(&desk, &slug)?;
    show(&desk, ground, &wish).await
}

/// The page of the group.
pub async fn of_group(desk: Desk, Asked(wish): Asked<Wish>) -> Result<Response, Refusal> {
    show(&desk, Ground::group(), &wish).await
}

async fn show(desk: &Desk, ground: Ground, wish: &Wish) -> Result<Response, Refusal> {
    let mut page = page(desk, ground).await?;
    page.notice = DONE.contains(&wish.done.as_str()).then(|| message(&format!("webhooks.done.{}", wish.done)));
    Ok(desk.page(StatusCode::OK, "webhooks/list.html", "webhooks.title", page)?)
}

async fn page(desk: &Desk, ground: Ground) -> Result<WebhooksPage, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    Ok(blocking(move || read(&app, &by, &ground)).await??)
}

fn read(app: &App, by: &By, ground: &Ground) -> error::Result<WebhooksPage> {
    let mut webhooks = Vec::new();
    for webhook in integration::webhooks(&app.store, by, ground.site)? {
        let delivery = integration::delivery(&app.store, webhook.id)?;
        let last = delivery.as_ref().and_then(|delivery| delivery.last.as_ref());
        webhooks.push(WebhookView {
            id: webhook.id.0,
            events: events(&webhook.events),
            enabled: webhook.enabled,
            stopped: webhook.stopped.as_ref().map(|stopped| time(stopped.time)).unwrap_or_default(),
            reason: webhook.stopped.as_ref().map(|stopped| stopped.reason.clone()).unwrap_or_default(),
            last: last.map(|last| time(last.time)).unwrap_or_default(),
            status: last.map_or(0, |last| last.status),
            error: last.map(|last| last.error.clone()).unwrap_or_default(),
            tries: delivery.as_ref().map_or(0, |delivery| delivery.tries),
            next: delivery
                .filter(|delivery| delivery.tries > 0)
                .map(|delivery| time(delivery.next_try))
                .unwrap_or_default(),
            url: webhook.url,
        });
    }
    let usual = [EventKind::DocumentPublished, EventKind::DocumentWithdrawn, EventKind::DocumentExpired];
    Ok(WebhooksPage {
        base: ground.base.clone(),
        of_group: ground.site.is_none(),
        webhooks,
        form: WebhookFormView { url: String::new(), events: events(&usual) },
        secret: None,
        tested: None,
        notice: None,
        problems: Vec::new(),
    })
}

/// Every event, with those that are chosen.
fn events(chosen: &[EventKind]) -> Vec<EventView> {
    EventKind::ALL.map(|kind| EventView { word: kind.word(), chosen: chosen.contains(&kind) }).to_vec()
}

/// Carries an act on a webhook of a site out.
pub async fn act_in_site(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Result<Response, Refusal> {
    let ground = Ground::of(&desk, &slug)?;
    act(&desk, ground, pairs).await
}

/// Carries an act on a webhook of the group out.
pub async fn act_in_group(desk: Desk, pairs: Pairs) -> Result<Response, Refusal> {
    act(&desk, Ground::group(), pairs).await
}

/// What an act led to.
enum Outcome {
    Done(&'static str),
    Secret(Webhook),
    Test(Webhook),
}

async fn act(desk: &Desk, ground: Ground, pairs: Pairs) -> Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let (site, typed) = (ground.site, pairs.clone());
    let outcome = blocking(move || {
        let (store, private) = (&app.store, app.config.webhooks.allow_private);
        let id = WebhookId(typed.text("webhook").parse().unwrap_or_default());
        let kept = || integration::webhook(store, &by, site, id);
        let switch = |enabled| {
            let Webhook { url, events, .. } = kept()?;
            integration::change_webhook(store, &by, site, id, &NewWebhook { url, events, enabled }, private)
        };
        let outcome = match typed.text("do") {
            "add" => Outcome::Secret(integration::create_webhook(store, &by, site, &wanted(&typed), private, now)?),
            "renew" => Outcome::Secret(integration::renew_secret(store, &by, site, id)?),
            "test" => Outcome::Test(kept()?),
            "go_on" => switch(true).map(|_| Outcome::Done("changed"))?,
            "pause" => switch(false).map(|_| Outcome::Done("paused"))?,
            "delete" => integration::delete_webhook(store, &by, site, id).map(|()| Outcome::Done("deleted"))?,
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    })
    .await?;
    match outcome {
        Ok(None) => Err(web::Error::BadRequest("there is nothing else to do with a webhook").into()),
        Ok(Some(Outcome::Done(word))) => Ok(see(&format!("{}?done={word}", ground.base))),
        Ok(Some(Outcome::Secret(webhook))) => {
            let mut page = page(desk, ground).await?;
            page.secret = Some(WebhookSecretView { url: webhook.url, secret: webhook.secret });
            Ok(desk.page(StatusCode::OK, "webhooks/list.html", "webhooks.title", page)?)
        }
        Ok(Some(Outcome::Test(webhook))) => {
            let answer = test_webhook(&desk.admin.app, &webhook).await;
            let mut page = page(desk, ground).await?;
            page.tested = Some(tested(webhook.url, answer));
            Ok(desk.page(StatusCode::OK, "webhooks/list.html", "webhooks.title", page)?)
        }
        Err(Error::Rules { broken }) => {
            let mut page = page(desk, ground).await?;
            page.form = WebhookFormView { url: pairs.text("url").to_owned(), events: events(&wanted(&pairs).events) };
            let view = |broken: error::Broken| RuleView {
                field: broken.field.to_owned(),
                key: format!("rule.{}", broken.rule),
                value: broken.value,
            };
            page.problems = broken.into_iter().map(view).collect();
            Ok(desk.page(StatusCode::UNPROCESSABLE_ENTITY, "webhooks/list.html", "webhooks.title", page)?)
        }
        Err(error) => Err(error.into()),
    }
}

fn tested(url: String, answer: Result<u16, String>) -> WebhookTestView {
    match answer {
        Ok(status) => WebhookTestView { url, arrived: (200..300).contains(&status), status, error: String::new() },
        Err(error) => WebhookTestView { url, arrived: false, status: 0, error },
    }
}

/// A new webhook as typed.
fn wanted(typed: &Pairs) -> NewWebhook {
    let events = typed.all("events").filter_map(EventKind::of).collect();
    NewWebhook { url: typed.text("url").trim().to_owned(), events, enabled: true }
}
