//! A column goes: deleted when it is empty, or merged into another one.
//!
//! Emptying a column takes many transactions. So it is marked first and takes nothing new from then on; whatever
//! interrupts the work, it can be taken up again or the column opened again, and a document stands in exactly one
//! column at any time. Documents are moved by the content feature; here are the ends of it.

use std::collections::HashSet;

use crate::base::id::{ChannelId, RedirectId, SiteId};
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::domain::site::redirect::lookup;
use crate::domain::site::tables::{CHANNELS_OF_SITE, REDIRECTS_OF_SITE};
use crate::domain::site::{Channel, ChannelKind, Closing, Redirect, Site, Target, channel_slot, normal_form};
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::column::{all_columns, has_columns, load};
use super::place::{AFTER_DECLARED, depth, height_of, is_below};
use super::undeclared;

/// Rows looked at in one portion.
const PORTION: usize = 500;
/// Former addresses of a deleted column that are kept for what once stood below it.
const MOST_ADDRESSES: usize = 64;

/// Marks a column as going. `standing` is how many documents and references are in it, whatever their state.
///
/// # Errors
/// `NotFound`, `Forbidden`, `declared`; for deleting: `channel.has_columns`, `channel.holds`; for merging:
/// `channel.other_site`, `channel.holds_none`, `column.cycle`, `column.closing`, `column.link_parent`, `column.depth`,
/// and `slug.taken` for what stands below it, or once stood there, and is at the other one already.
pub fn begin_closing(store: &Store, by: &By, id: ChannelId, closing: Closing, standing: u64) -> Result<Channel> {
    let (mut tx, mut channel) = load(store.transaction(by.actor(), "column.close"), by, id)?;
    tx = tx.note(channel.name.clone());
    undeclared(by, channel.declared, "column", &channel.name)?;
    match closing {
        Closing::Delete => {
            if has_columns(&tx, &channel)? {
                return Err(Error::rule("channel.has_columns", "column", &channel.name));
            }
            if standing > 0 {
                return Err(Error::rule("channel.holds", "column", standing));
            }
        }
        Closing::Into(into) => check_merge(&tx, &channel, into, standing)?,
    }
    if channel.closing != Some(closing) {
        channel.closing = Some(closing);
        tx.put(&channel)?;
        store.commit(tx)?;
    }
    Ok(channel)
}

/// Lets a column take documents again; what has moved meanwhile stays where it is.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn reopen_column(store: &Store, by: &By, id: ChannelId) -> Result<Channel> {
    let (mut tx, mut channel) = load(store.transaction(by.actor(), "column.reopen"), by, id)?;
    tx = tx.note(channel.name.clone());
    if channel.closing.take().is_some() {
        tx.put(&channel)?;
        store.commit(tx)?;
    }
    Ok(channel)
}

/// Columns that are marked as going.
///
/// # Errors
/// When the store cannot be read.
pub fn closing_columns(read: &impl Read, site: SiteId) -> Result<Vec<Channel>> {
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(CHANNELS_OF_SITE, &[site.0]), Position::FIRST, usize::MAX)? {
        found.extend(read.get::<Channel>(entry.id)?.filter(|channel| channel.closing.is_some()));
    }
    Ok(found)
}

fn check_merge(tx: &Transaction, channel: &Channel, into: ChannelId, standing: u64) -> Result<()> {
    let columns = all_columns(tx, channel.site)?;
    let other: Channel = tx.get(into.0)?.ok_or_else(|| Error::not_found("column", into))?;
    if other.site != channel.site {
        return Err(Error::rule("channel.other_site", "into", other.name));
    }
    if into == channel.id || is_below(&columns, into, channel.id) {
        return Err(Error::rule("column.cycle", "into", other.name));
    }
    if other.closing.is_some() {
        return Err(Error::rule("column.closing", "into", other.name));
    }
    if standing > 0 && !other.holds_documents() {
        return Err(Error::rule("channel.holds_none", "into", other.name));
    }
    let site: Site = tx.get(channel.site.0)?.ok_or_else(|| Error::not_found("site", channel.site))?;
    let free = |slug: &str, owner: ChannelId| -> Result<()> {
        match channel_slot(tx, &site, Some(into), slug)?.filter(|holder| *holder != owner.0) {
            Some(_) => Err(Error::rule("slug.taken", "slug", slug)),
            None => Ok(()),
        }
    };
    // What once stood below it is found below the other one from then on.
    for column in &columns {
        let owner = if column.id == channel.id { into } else { column.id };
        for (_, slug) in column.former.iter().filter(|(parent, _)| *parent == Some(channel.id)) {
            free(slug, owner)?;
        }
    }
    let children: Vec<&Channel> = columns.iter().filter(|column| column.parent == Some(channel.id)).collect();
    if children.is_empty() {
        return Ok(());
    }
    if other.kind == ChannelKind::Link {
        return Err(Error::rule("column.link_parent", "into", other.name));
    }
    depth(tx, Some(into), height_of(&columns, channel.id) - 1)?;
    for child in children {
        if child.declared {
            return Err(Error::rule("declared", "column", &child.name));
        }
        free(&child.slug, child.id)?;
    }
    Ok(())
}

/// Leads old addresses of the site that point to a column to another one. Works in portions; run again after an
/// interruption it does the rest.
///
/// # Errors
/// `NotFound`, `Forbidden`; when the store refuses.
pub fn turn_redirects(store: &Store, by: &By, from: ChannelId, to: ChannelId) -> Result<()> {
    let mut after = Position::FIRST;
    loop {
        let (mut tx, channel) = load(store.transaction(by.actor(), "column.merge"), by, from)?;
        let entries = tx.list(ListKey::new(REDIRECTS_OF_SITE, &[channel.site.0]), after, PORTION)?;
        let Some(last) = entries.last() else { return Ok(()) };
        after = last.position();
        // Read outside of the transaction: rows that stay as they are need no check at the commit.
        for entry in &entries {
            if store.get::<Redirect>(entry.id)?.is_some_and(|redirect| redirect.to == Target::Channel(from))
                && let Some(mut redirect) = tx.get::<Redirect>(entry.id)?
            {
                redirect.to = Target::Channel(to);
                tx.put(&redirect)?;
            }
        }
        if !tx.is_empty() {
            store.commit(tx)?;
        }
    }
}

/// The end of a merge: the columns below go with it, its addresses lead to the other one, and its row goes. Everything
/// else in it must have moved.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of [`begin_closing`]; `column.open` for a column that is not marked.
pub fn finish_merge(store: &Store, by: &By, id: ChannelId) -> Result<()> {
    let (mut tx, channel) = load(store.transaction(by.actor(), "column.merge"), by, id)?;
    let Some(Closing::Into(into)) = channel.closing else {
        return Err(Error::rule("column.open", "column", channel.name));
    };
    check_merge(&tx, &channel, into, 0)?;
    let mut columns = all_columns(&tx, channel.site)?;
    let end = columns.iter().filter(|column| column.parent == Some(into) && !column.declared).count() as u64;
    let mut children = 0;
    for column in &mut columns {
        let before = column.clone();
        if column.parent == Some(id) {
            // What leads to the column leads on to this one: its own former place needs no key.
            column.parent = Some(into);
            column.order = AFTER_DECLARED - end - children;
            children += 1;
        }
        // What once stood below it was found through it and is now found through the other one.
        let mut former = std::mem::take(&mut column.former);
        if column.id == into {
            former.push((channel.parent, channel.slug.clone()));
            former.extend(channel.former.iter().cloned());
        }
        let here = (column.parent, column.slug.clone());
        for (parent, slug) in former {
            let place = (if parent == Some(id) { Some(into) } else { parent }, slug);
            if place != here && !column.former.contains(&place) {
                column.former.push(place);
            }
        }
        if column.id != id && *column != before {
            tx.put(column)?;
        }
    }
    tx = tx.note(channel.name.clone());
    tx.delete::<Channel>(id.0);
    store.commit(tx)?;
    Ok(())
}

/// The end of deleting: the row goes. What stands elsewhere now and was once found below the column keeps those
/// addresses by redirects.
///
/// # Errors
/// `NotFound`, `Forbidden`; `column.open` for a column that is not marked, `channel.has_columns`.
pub fn finish_delete(store: &Store, by: &By, id: ChannelId) -> Result<()> {
    let (mut tx, channel) = load(store.transaction(by.actor(), "column.delete"), by, id)?;
    tx = tx.note(channel.name.clone());
    if channel.closing != Some(Closing::Delete) {
        return Err(Error::rule("column.open", "column", channel.name));
    }
    let columns = all_columns(&tx, channel.site)?;
    if columns.iter().any(|column| column.parent == Some(id)) {
        return Err(Error::rule("channel.has_columns", "column", channel.name));
    }
    let site: Site = tx.get(channel.site.0)?.ok_or_else(|| Error::not_found("site", channel.site))?;
    let above = addresses(&site, &columns, &channel);
    let mut kept = HashSet::new();
    for column in columns.iter().filter(|column| column.id != id) {
        for (_, slug) in column.former.iter().filter(|(parent, _)| *parent == Some(id)) {
            for address in &above {
                keep_address(&mut tx, &columns, column, &format!("{address}/{slug}"), &mut kept)?;
            }
        }
        if column.former.iter().any(|(parent, _)| *parent == Some(id)) {
            let mut column = column.clone();
            column.former.retain(|(parent, _)| *parent != Some(id));
            tx.put(&column)?;
        }
    }
    tx.delete::<Channel>(id.0);
    store.commit(tx)?;
    Ok(())
}

/// Redirects from an old address of a column, and from those of what stands below it, unless one is there.
fn keep_address(
    tx: &mut Transaction,
    columns: &[Channel],
    column: &Channel,
    address: &str,
    kept: &mut HashSet<String>,
) -> Result<()> {
    let (site, from) = (column.site, normal_form(address));
    if kept.insert(from.clone()) && lookup(tx, site, true, &from)?.is_none() {
        let id = RedirectId(tx.new_id());
        tx.put(&Redirect { id, site, from, prefix: true, to: Target::Channel(column.id), batch: None })?;
    }
    for child in columns.iter().filter(|child| child.parent == Some(column.id)) {
        keep_address(tx, columns, child, &format!("{address}/{}", child.slug), kept)?;
    }
    Ok(())
}

/// Addresses that a column has and had, without the slash at the end; the oldest are left out when there are very many.
fn addresses(site: &Site, columns: &[Channel], channel: &Channel) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting: Vec<(Option<ChannelId>, String)> = Vec::new();
    let places = |channel: &Channel| {
        let here = (channel.parent, channel.slug.clone());
        let former = channel.former.iter().rev().cloned();
        std::iter::once(here).chain(former).collect::<Vec<_>>()
    };
    waiting.extend(places(channel));
    let prefixes: Vec<String> = if site.is_portal() {
        vec![String::new()]
    } else {
        let slugs = std::iter::once(&site.slug).chain(site.former_slugs.iter().rev());
        slugs.map(|slug| format!("/{slug}")).collect()
    };
    let mut at = 0;
    while at < waiting.len() && found.len() < MOST_ADDRESSES && at < 4 * MOST_ADDRESSES {
        let (parent, path) = waiting[at].clone();
        at += 1;
        match parent {
            None => found.extend(prefixes.iter().map(|prefix| format!("{prefix}/{path}"))),
            Some(parent) => {
                let above = columns.iter().find(|column| column.id == parent);
                let above = above.map(places).unwrap_or_default();
                waiting.extend(above.into_iter().map(|(next, slug)| (next, format!("{slug}/{path}"))));
            }
        }
    }
    found.truncate(MOST_ADDRESSES);
    found
}
