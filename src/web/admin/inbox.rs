//! What waits for a person, over all sites that he works in.
//!
//! **Invariant:** shows what the person may act on, or what came back to him, and nothing else.

use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::domain::account::{self, By};
use crate::domain::content::Document;
use crate::domain::error::Result as Done;
use crate::domain::submission;
use crate::domain::workflow::{self, Waiting, What};
use crate::render::view_admin::{InboxPage, MessageView, ReceivedCountView, WaitingView};
use crate::store::Read;

use super::desk::{message_with, time};
use super::review::{address, column_name};
use super::{Desk, Refusal, blocking};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// The page.
pub async fn show(desk: Desk) -> Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let page = blocking(move || -> Done<InboxPage> {
        Ok(InboxPage { waiting: waiting(&app, &by, usize::MAX, now)?.0, received: received(&app, &by)? })
    });
    let page = page.await?.map_err(Refusal::from)?;
    Ok(desk.page(StatusCode::OK, "inbox/inbox.html", "nav.inbox", page)?)
}

/// The first things that wait, and how many there are.
pub(super) fn waiting(app: &App, by: &By, limit: usize, now: i64) -> Done<(Vec<WaitingView>, usize)> {
    let all = workflow::inbox(&app.store, by, now)?;
    let mut views = Vec::new();
    for waiting in all.iter().take(limit) {
        views.extend(view(app, by, waiting, now)?);
    }
    Ok((views, all.len()))
}

fn view(app: &App, by: &By, waiting: &Waiting, now: i64) -> Done<Option<WaitingView>> {
    let directory = app.directory();
    let Some(document) = app.store.get::<Document>(waiting.document.0)? else { return Ok(None) };
    let Some(node) = directory.site(waiting.site) else { return Ok(None) };
    let taken = match waiting.taken_by {
        Some(user) => account::user(&app.store, user)?.map(|user| user.display_name).unwrap_or_default(),
        None => String::new(),
    };
    Ok(Some(WaitingView {
        title: document.card.title,
        url: address(document.id),
        site: node.site.short_name.clone(),
        column: column_name(node, waiting.channel),
        what: match waiting.what {
            What::Review => "review",
            What::Mend => "mend",
        },
        step: waiting.step.clone(),
        since: time(waiting.since),
        age: age(now - waiting.since),
        due: waiting.due.map(time).unwrap_or_default(),
        overdue: waiting.overdue,
        own: by.user().is_some_and(|user| waiting.taken_by == Some(user.id)),
        taken,
        deputy: waiting.deputy,
        opinion: waiting.opinion.clone(),
    }))
}

/// How long something waits, in days or hours.
fn age(millis: i64) -> MessageView {
    match millis / HOUR {
        ..1 => message_with("age.now", 0),
        hours @ ..24 => message_with("age.hours", hours),
        hours => message_with("age.days", hours / 24),
    }
}

/// Sites with offers that the person decides on.
pub(super) fn received(app: &App, by: &By) -> Done<Vec<ReceivedCountView>> {
    let directory = app.directory();
    let mut views = Vec::new();
    for node in directory.all().filter(|node| by.user().is_some_and(|user| user.works_in(node.site.id))) {
        let number = submission::count_received(&app.store, by, node.site.id)?;
        if number > 0 {
            let url = format!("/admin/sites/{}/received", node.site.slug);
            views.push(ReceivedCountView { site: node.site.name.clone(), url, number });
        }
    }
    Ok(views)
}
