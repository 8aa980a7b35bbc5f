//! One column: changed, renamed, moved, merged, deleted.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::ChannelId;
use crate::domain::account::By;
use crate::domain::content;
use crate::domain::error::{self, Error as Broken};
use crate::domain::site::{self, Channel, Closing, SiteNode};
use crate::render::view_admin::{ColumnPage, RuleView};
use crate::web::Error;
use crate::web::admin::desk::{About, see};
use crate::web::admin::{Asked, Desk, Fields, Refusal, blocking};

use super::column_form::Typed;
use super::views::{column_options, column_rows};
use super::{Done, broken, managed};

/// What can just have been done with a column.
const DONE: [&str; 4] = ["saved", "renamed", "moved", "reopened"];

/// Slug of the site and number of the column.
type Named = Path<(String, String)>;

/// A site, one of its columns and who acts.
fn found(desk: &Desk, slug: &str, number: &str) -> Result<(Arc<SiteNode>, Channel, By), Refusal> {
    let (node, by) = managed(desk, slug)?;
    let channel = number.parse().ok().and_then(|id| node.channels.get(&ChannelId(id))).cloned();
    Ok((node, channel.ok_or(Error::NotFound)?, by))
}

/// The page.
pub async fn show(desk: Desk, Path((slug, number)): Named, Asked(done): Asked<Done>) -> Result<Response, Refusal> {
    let (_, channel, _) = found(&desk, &slug, &number)?;
    page(&desk, &slug, &number, StatusCode::OK, &Typed::of(&channel), (&done, Vec::new())).await
}

async fn page(
    desk: &Desk,
    slug: &str,
    number: &str,
    status: StatusCode,
    typed: &Typed,
    (done, problems): (&Done, Vec<RuleView>),
) -> Result<Response, Refusal> {
    let (node, channel, by) = found(desk, slug, number)?;
    let (app, now, id) = (desk.admin.app.clone(), desk.now, channel.id);
    let about =
        About::named("column.title", &channel.name).below("columns.title", format!("/admin/sites/{slug}/columns"));
    let rows = {
        let node = node.clone();
        blocking(move || column_rows(&app, &by, &node, now)).await??
    };
    let column = rows.into_iter().find(|row| row.id == id.0).ok_or(Error::NotFound)?;
    let targets = column_options(&node, "", |other| {
        let inside = node.chain(other.id).iter().any(|above| above.id == id);
        other.closing.is_none() && !inside && (column.standing == 0 || other.holds_documents())
    });
    let into = match channel.closing {
        Some(Closing::Into(into)) => node.channels.get(&into),
        _ => None,
    };
    let page = ColumnPage {
        slug: slug.to_owned(),
        form: typed.view(&node, Some(id)),
        takes_fixed: channel.declares_submissions,
        former: former(&node, &channel),
        targets,
        has_columns: node.below(Some(id)).next().is_some(),
        into: into.map(|into| into.name.clone()).unwrap_or_default(),
        into_id: into.map_or(0, |into| into.id.0),
        notice: done.message("column", &DONE),
        problems,
        column,
    };
    Ok(desk.page(status, "site/column.html", about, page)?)
}

/// Addresses that a column had, as far as what stood above them is still there.
fn former(node: &SiteNode, channel: &Channel) -> Vec<String> {
    let prefix = node.site.prefix();
    let places = channel.former.iter().rev().map(|(parent, slug)| match parent {
        Some(parent) => format!("{prefix}/{}/{slug}/", node.path(*parent)),
        None => format!("{prefix}/{slug}/"),
    });
    places.collect()
}

/// Carries out an action on the column. Broken rules come back with the page of the column.
async fn act<T: Send + 'static>(
    desk: &Desk,
    (slug, number): (&str, &str),
    action: impl FnOnce(&App, &By, ChannelId) -> error::Result<T> + Send + 'static,
    then: impl FnOnce(T) -> String,
) -> Result<Response, Refusal> {
    let (_, channel, by) = found(desk, slug, number)?;
    let (app, id) = (desk.admin.app.clone(), channel.id);
    match blocking(move || action(&app, &by, id)).await? {
        Ok(done) => Ok(see(&format!("/admin/sites/{slug}/columns{}", then(done)))),
        Err(error) => {
            let problems = broken(error)?;
            let (_, channel, _) = found(desk, slug, number)?;
            let done = (&Done::default(), problems);
            page(desk, slug, number, StatusCode::UNPROCESSABLE_ENTITY, &Typed::of(&channel), done).await
        }
    }
}

/// Saves what is typed of the column.
pub async fn save(desk: Desk, Path((slug, number)): Named, Fields(typed): Fields<Typed>) -> Result<Response, Refusal> {
    let (_, channel, by) = found(&desk, &slug, &number)?;
    let typed = typed.for_column(&channel);
    let (app, edit) = (desk.admin.app.clone(), typed.edit());
    match blocking(move || content::change_column(&app.store, &by, channel.id, &edit)).await? {
        Ok(_) => Ok(see(&format!("/admin/sites/{slug}/columns/{number}?done=saved"))),
        Err(error) => {
            let done = (&Done::default(), broken(error)?);
            page(&desk, &slug, &number, StatusCode::UNPROCESSABLE_ENTITY, &typed, done).await
        }
    }
}

/// Another slug.
#[derive(Deserialize)]
pub struct Slug {
    slug: String,
}

/// Gives the column another slug.
pub async fn rename(desk: Desk, Path((slug, number)): Named, Fields(new): Fields<Slug>) -> Result<Response, Refusal> {
    let back = format!("/{number}?done=renamed");
    let action = move |app: &App, by: &By, id| site::rename_column(&app.store, by, id, new.slug.trim());
    act(&desk, (&slug, &number), action, |_| back).await
}

/// Another place: a column above (empty for the top) and a sibling to stand before (empty for the end).
#[derive(Deserialize)]
pub struct Move {
    #[serde(default)]
    parent: String,
    #[serde(default)]
    before: String,
}

/// Moves the column below another one, or before a sibling.
pub async fn move_to(desk: Desk, Path((slug, number)): Named, Fields(to): Fields<Move>) -> Result<Response, Refusal> {
    let column = |text: &str| text.parse().ok().filter(|id| *id != 0).map(ChannelId);
    let (parent, before) = (column(&to.parent), column(&to.before));
    let action = move |app: &App, by: &By, id| site::move_column(&app.store, by, id, parent, before);
    act(&desk, (&slug, &number), action, |_| "?done=moved".into()).await
}

/// `up` or `down`.
#[derive(Deserialize)]
pub struct Way {
    way: String,
}

/// Moves the column one place up or down.
pub async fn shift(desk: Desk, Path((slug, number)): Named, Fields(way): Fields<Way>) -> Result<Response, Refusal> {
    let up = way.way == "up";
    let back = format!("?done=ordered#column-{number}");
    act(&desk, (&slug, &number), move |app, by, id| site::shift_column(&app.store, by, id, up), |_| back).await
}

/// The column that takes everything.
#[derive(Deserialize)]
pub struct Into {
    #[serde(default)]
    into: String,
}

/// Merges the column into another one, or goes on with that.
pub async fn merge(desk: Desk, Path((slug, number)): Named, Fields(to): Fields<Into>) -> Result<Response, Refusal> {
    let action = move |app: &App, by: &By, id| match to.into.parse() {
        Ok(into) => content::merge_column(&app.store, by, id, ChannelId(into)),
        Err(_) => Err(Broken::rule("required", "into", "")),
    };
    act(&desk, (&slug, &number), action, |moved| format!("?done=merged&count={moved}")).await
}

/// Deletes the column, in which nothing may stand.
pub async fn delete(desk: Desk, Path((slug, number)): Named) -> Result<Response, Refusal> {
    act(&desk, (&slug, &number), |app, by, id| content::delete_column(&app.store, by, id), |()| "?done=deleted".into())
        .await
}

/// Lets the column take documents again.
pub async fn reopen(desk: Desk, Path((slug, number)): Named) -> Result<Response, Refusal> {
    let back = format!("/{number}?done=reopened");
    act(&desk, (&slug, &number), |app, by, id| site::reopen_column(&app.store, by, id), |_| back).await
}
