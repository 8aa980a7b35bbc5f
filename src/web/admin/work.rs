//! A person's own work, for the first page: drafts, and columns that should have been updated.

use crate::app::App;
use crate::base::id::ChannelId;
use crate::domain::account::By;
use crate::domain::content::{State, desk};
use crate::domain::error::Result;
use crate::domain::site::Directory;
use crate::render::view_admin::{AdminDraftView, StaleColumnView};

use super::desk::time;
use super::review::{address, place_name};

/// Entries of each part.
pub(super) const MOST: usize = 8;

/// What the person has not saved, then his drafts.
pub(super) fn drafts(app: &App, directory: &Directory, by: &By) -> Result<Vec<AdminDraftView>> {
    let place = |channel: ChannelId| {
        let found = directory.channel(channel);
        found.map(|(node, channel)| (node.site.short_name.clone(), channel.name.clone())).unwrap_or_default()
    };
    let mut views = Vec::new();
    let mut kept = Vec::new();
    for (working, document) in desk::unsaved(&app.store, by, MOST)? {
        let (site, column) = place(document.channel);
        kept.push(document.id);
        views.push(AdminDraftView {
            title: working.edit.text.title,
            url: address(document.id),
            time: time(working.time),
            site,
            column,
            unsaved: true,
        });
    }
    for document in desk::own(&app.store, by, State::Draft, MOST)? {
        if views.len() < MOST && !kept.contains(&document.id) {
            let (site, column) = place(document.channel);
            views.push(AdminDraftView {
                title: document.card.title,
                url: address(document.id),
                time: time(document.changed),
                site,
                column,
                unsaved: false,
            });
        }
    }
    Ok(views)
}

/// The columns that are the latest, and how many there are.
pub(super) fn stale(app: &App, directory: &Directory, by: &By, now: i64) -> Result<(Vec<StaleColumnView>, usize)> {
    let all = desk::stale_columns(&app.store, directory, by, now)?;
    let view = |column: &desk::StaleColumn| {
        let (node, channel) = directory.channel(column.channel)?;
        Some(StaleColumnView {
            place: place_name(app, column.channel),
            url: node.channel_url(channel),
            newest: column.newest.map(time).unwrap_or_default(),
            days: column.days,
            late: column.late,
        })
    };
    Ok((all.iter().filter_map(view).take(MOST).collect(), all.len()))
}
