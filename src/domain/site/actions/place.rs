//! Where a column stands: below which other, and in which order.
//!
//! Columns of the file come first, in its order; the others stand behind them in an order of their own.

use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::domain::site::rules::DEEPEST;
use crate::domain::site::{Channel, ChannelKind, Site};
use crate::store::{Read, Store, Transaction};

use super::column::{all_columns, free_slot, load, stand_at};
use super::site::commit;
use super::undeclared;

/// Highest order of what no file declares; a file's columns and sites count down from `u64::MAX`.
pub(super) const AFTER_DECLARED: u64 = u64::MAX / 2;

/// Moves a column, with everything below it, below another one (`None`: to the top) and there before a sibling
/// (`None`: behind all). Its addresses answer 301 from then on.
///
/// # Errors
/// `NotFound`, `Forbidden`; `declared`, `column.cycle`, `column.link_parent`, `column.depth`, `column.closing`,
/// `slug.taken`, `slug.former`.
pub fn move_column(
    store: &Store,
    by: &By,
    id: ChannelId,
    parent: Option<ChannelId>,
    before: Option<ChannelId>,
) -> Result<Channel> {
    let (mut tx, mut channel) = load(store.transaction(by.actor(), "column.move"), by, id)?;
    tx = tx.note(channel.name.clone());
    undeclared(by, channel.declared, "column", &channel.name)?;
    if parent != channel.parent {
        if let Some(parent) = parent {
            open_parent(&tx, channel.site, parent)?;
            if above(&tx, parent)?.contains(&id) {
                return Err(Error::rule("column.cycle", "parent", &channel.name));
            }
            depth(&tx, Some(parent), height_of(&all_columns(&tx, channel.site)?, id))?;
        }
        let site: Site = tx.get(channel.site.0)?.ok_or_else(|| Error::not_found("site", channel.site))?;
        free_slot(&tx, &site, parent, &channel.slug, Some(id))?;
        let slug = channel.slug.clone();
        stand_at(&mut channel, parent, slug);
        tx.put(&channel)?;
    }
    let slug = channel.slug.clone();
    let channel = arrange(&mut tx, channel, before)?;
    if !tx.is_empty() {
        commit(store, tx, &slug)?;
    }
    Ok(channel)
}

/// Moves a column one place up or down among those siblings that no file declares; at the end it stays where it is.
///
/// # Errors
/// `NotFound`, `Forbidden`, `declared`.
pub fn shift_column(store: &Store, by: &By, id: ChannelId, up: bool) -> Result<Channel> {
    let (mut tx, channel) = load(store.transaction(by.actor(), "column.order"), by, id)?;
    tx = tx.note(channel.name.clone());
    undeclared(by, channel.declared, "column", &channel.name)?;
    let siblings = movable(&all_columns(&tx, channel.site)?, channel.parent);
    let Some(at) = siblings.iter().position(|sibling| sibling.id == id) else { return Ok(channel) };
    let before = match up {
        true if at == 0 => return Ok(channel),
        true => siblings.get(at - 1),
        false if at + 1 == siblings.len() => return Ok(channel),
        false => siblings.get(at + 2),
    };
    let before = before.map(|sibling| sibling.id);
    let channel = arrange(&mut tx, channel, before)?;
    if !tx.is_empty() {
        store.commit(tx)?;
    }
    Ok(channel)
}

/// Writes the order of a column and its siblings, the column before one of them or behind all.
pub(super) fn arrange(tx: &mut Transaction, channel: Channel, before: Option<ChannelId>) -> Result<Channel> {
    if channel.declared {
        return Ok(channel);
    }
    let id = channel.id;
    let mut siblings = movable(&all_columns(tx, channel.site)?, channel.parent);
    siblings.retain(|sibling| sibling.id != id);
    let end = siblings.len();
    let at = before.and_then(|before| siblings.iter().position(|sibling| sibling.id == before)).unwrap_or(end);
    siblings.insert(at, channel.clone());
    let mut moved = channel;
    for (place, mut sibling) in siblings.into_iter().enumerate() {
        let order = AFTER_DECLARED - place as u64;
        if sibling.order != order {
            sibling.order = order;
            tx.put(&sibling)?;
        }
        if sibling.id == id {
            moved = sibling;
        }
    }
    Ok(moved)
}

fn movable(columns: &[Channel], parent: Option<ChannelId>) -> Vec<Channel> {
    columns.iter().filter(|column| column.parent == parent && !column.declared).cloned().collect()
}

/// The column that others shall stand below: of the site, open, and no link.
pub(super) fn open_parent(tx: &Transaction, site: SiteId, id: ChannelId) -> Result<Channel> {
    let parent: Option<Channel> = tx.get(id.0)?;
    let parent = parent.filter(|parent| parent.site == site).ok_or_else(|| Error::not_found("column", id))?;
    if parent.kind == ChannelKind::Link {
        return Err(Error::rule("column.link_parent", "parent", parent.name));
    }
    if parent.closing.is_some() {
        return Err(Error::rule("column.closing", "parent", parent.name));
    }
    Ok(parent)
}

/// A column and those above it, read in the transaction, so that no two moves make a circle of one another.
fn above(tx: &Transaction, id: ChannelId) -> Result<Vec<ChannelId>> {
    let mut found = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next.filter(|id| !found.contains(id)) {
        found.push(id);
        next = tx.get::<Channel>(id.0)?.and_then(|channel| channel.parent);
    }
    Ok(found)
}

/// Levels of a column with what stands below it: 1 for one that is alone.
pub(super) fn height_of(columns: &[Channel], id: ChannelId) -> usize {
    let below = columns.iter().filter(|column| column.parent == Some(id)).map(|column| height_of(columns, column.id));
    1 + below.max().unwrap_or(0)
}

/// True if the column `id` stands below `above`, at whatever depth.
pub(super) fn is_below(columns: &[Channel], id: ChannelId, above: ChannelId) -> bool {
    let parent = columns.iter().find(|column| column.id == id).and_then(|column| column.parent);
    parent.is_some_and(|parent| parent == above || is_below(columns, parent, above))
}

/// Something `height` levels high must fit below `parent`.
pub(super) fn depth(tx: &Transaction, parent: Option<ChannelId>, height: usize) -> Result<()> {
    let levels = parent.map_or(Ok(0), |parent| above(tx, parent).map(|above| above.len()))?;
    if levels + height > DEEPEST { Err(Error::rule("column.depth", "parent", DEEPEST)) } else { Ok(()) }
}
