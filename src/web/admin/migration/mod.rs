//! What imports of old sites brought to a site: reports, what waits for a look, what is signed off.
//!
//! **Invariant:** nothing of another site's import is shown, and an old page is shown as it was but never active.

mod decide;
mod files;
mod list;
mod page;
mod report;
mod review;
mod sign;

pub use decide::decide;
pub use files::{csv, json, original};
pub use list::runs;
pub use page::show as page;
pub use report::show as report;
pub use review::{bulk, show as review};
pub use sign::{sheet, sign};

use crate::app::App;
use crate::base::id::{ChannelId, OldPageId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::domain::migration::{self, OldPage, Run};
use crate::domain::site::{self, SiteNode};
use crate::render::view_admin::{MessageView, OldPageRowView, OptionView, RunView};
use crate::store::Position;

use super::desk::{message_with, time};
use super::review::column_name;
use super::site::views::{column_options, works};

/// What can be done with pages that wait, in the order of the menu.
const ACTIONS: [&str; 4] = ["accept", "assign", "discard", "send_back"];

/// Address of what is about imports of a site.
fn base(node: &SiteNode) -> String {
    format!("/admin/sites/{}/migration", node.site.slug)
}

/// An import of the site.
fn run_of(app: &App, by: &By, node: &SiteNode, batch: u64) -> Result<Run> {
    let run = migration::run(&app.store, by, batch)?;
    if run.site == node.site.id { Ok(run) } else { Err(Error::not_found("import", batch)) }
}

/// A page that came to the site.
fn page_of(app: &App, by: &By, node: &SiteNode, id: u64) -> Result<OldPage> {
    let page = migration::page(&app.store, by, OldPageId(id))?;
    if page.site == node.site.id { Ok(page) } else { Err(Error::not_found("old page", id)) }
}

/// May the actor act in `role` where a page stands?
fn may(app: &App, by: &By, page: &OldPage, role: Role) -> bool {
    match page.channel.and_then(|channel| site::branch(&app.store, channel).ok()) {
        Some(branch) => by.may(role, branch.place()),
        None => by.may(role, Place::Site(page.site)),
    }
}

fn run_view(node: &SiteNode, run: &Run) -> RunView {
    RunView {
        url: format!("{}/{}", base(node), run.batch),
        name: run.name.clone(),
        kind: run.kind.clone(),
        source: run.source.clone(),
        begun: time(run.begun),
        ended: run.ended.map(time).unwrap_or_default(),
        read: run.figures.read,
        imported: run.figures.imported,
        review: run.figures.review,
    }
}

fn row_view(node: &SiteNode, page: &OldPage) -> OldPageRowView {
    OldPageRowView {
        id: page.id.0,
        url: format!("{}/pages/{}", base(node), page.id),
        title: page.title.clone(),
        old: if page.address().is_empty() { page.key.clone() } else { page.address().to_owned() },
        fate: page.fate.word(),
        note: page.note.clone(),
        column: page.channel.map(|channel| column_name(node, channel)).unwrap_or_default(),
        reasons: page.reasons.iter().map(|reason| reason.word()).collect(),
        review: page.review.word(),
        charset: page.charset.clone(),
        missing: page.missing.len(),
    }
}

/// Columns that a page may be put into.
fn targets(by: &By, node: &SiteNode, chosen: Option<ChannelId>) -> Vec<OptionView> {
    let chosen = chosen.map(|channel| channel.to_string()).unwrap_or_default();
    column_options(node, &chosen, |channel| {
        channel.holds_documents() && channel.closing.is_none() && works(by, node, channel.id, None)
    })
}

/// A place in a list, as it stands in addresses.
fn place(text: &str) -> Position {
    u128::from_str_radix(text, 16).map_or(Position::FIRST, Position)
}

fn place_text(place: Position) -> String {
    format!("{:x}", place.0)
}

/// The message for what was just done, if it is one of the known things.
fn done(word: &str, count: &str) -> Option<MessageView> {
    let known = ACTIONS.iter().chain(&["sign"]).any(|known| *known == word);
    known.then(|| message_with(&format!("migration.done.{word}"), count.parse().unwrap_or(1)))
}
