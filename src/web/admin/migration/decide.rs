//! What a person decides of one page.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::base::clock;
use crate::base::id::ChannelId;
use crate::domain::account::By;
use crate::domain::content;
use crate::domain::error::{Error, Result};
use crate::domain::migration::{Accept, OldPage};
use crate::domain::site::SiteNode;
use crate::web;
use crate::web::admin::desk::see;
use crate::web::admin::site::{broken, node};
use crate::web::admin::{Desk, Pairs, Refusal, blocking};

use super::page::{Typed, date_of, date_text, next, respond};
use super::review::Decision;
use super::{ACTIONS, base, page_of};

/// Carries it out and leads to the next page that waits.
pub async fn decide(
    desk: Desk,
    Path((slug, id)): Path<(String, u64)>,
    pairs: Pairs,
) -> std::result::Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let action = ACTIONS.into_iter().find(|action| *action == pairs.text("do"));
    let action = action.ok_or(web::Error::BadRequest("nothing that can be decided"))?;
    let (app, by, now, form) = (desk.admin.app.clone(), desk.by()?, desk.now, pairs.clone());
    match blocking(move || act(&app, &by, &node, id, action, &form, now)).await? {
        Ok(to) => Ok(see(&format!("{to}?done={action}"))),
        Err(error) => {
            let typed = Typed {
                title: pairs.text("title").to_owned(),
                date: pairs.text("date").to_owned(),
                column: pairs.text("column").to_owned(),
                problems: broken(error)?,
            };
            respond(&desk, &slug, id, StatusCode::UNPROCESSABLE_ENTITY, "", Some(typed)).await
        }
    }
}

/// Carries a decision out; the address to go to.
fn act(app: &App, by: &By, node: &SiteNode, id: u64, action: &'static str, pairs: &Pairs, now: i64) -> Result<String> {
    let page = page_of(app, by, node, id)?;
    let mut decision = Decision::read(action, pairs);
    if action == "accept" {
        decision.accept = mended(app, by, &page, pairs)?;
    }
    decision.carry_out(app, by, &page, now)?;
    // What only moved still waits.
    let to = if action == "assign" { format!("{}/pages/{id}", base(node)) } else { next(app, by, node, &page)? };
    Ok(if to.is_empty() { format!("{}/review", base(node)) } else { to })
}

/// Title, date and column where they are others than before.
fn mended(app: &App, by: &By, page: &OldPage, pairs: &Pairs) -> Result<Accept> {
    let document = page.document.map(|document| content::document(&app.store, by, document)).transpose()?;
    let typed = pairs.text("date").trim();
    let known = document.as_ref().and_then(date_of);
    let date = match clock::parse_local(&typed.replace('T', " ")) {
        // A form knows minutes only.
        Some(_) if known.is_some_and(|known| date_text(known) == typed.replace(' ', "T")) => None,
        Some(time) => Some(time),
        None if typed.is_empty() => None,
        None => return Err(Error::rule("date.form", "date", typed)),
    };
    let title = pairs.text("title").trim();
    let changed = document.is_some_and(|document| document.card.title != title);
    Ok(Accept {
        title: Some(title.to_owned()).filter(|_| changed && pairs.0.iter().any(|(name, _)| name == "title")),
        channel: pairs.text("column").parse().ok().map(ChannelId),
        date,
    })
}
