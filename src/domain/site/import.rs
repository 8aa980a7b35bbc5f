//! What an import adds to a site: columns and old hosts, and taking them back.

use crate::base::id::{ChannelId, SiteId};
use crate::domain::error::{Error, Result};
use crate::store::{ListKey, Position, Read, Record, Store, Transaction};

use super::rules::check_slug;
use super::tables::{ADDRESS, CHANNELS_OF_BATCH, CHANNELS_OF_SITE, address_key};
use super::{Batch, Channel, Site};

/// Who has a slug below a column (or at the top) of a site, now or formerly: the number of a column or site.
///
/// # Errors
/// When the store cannot be read.
pub fn channel_slot(read: &impl Read, site: &Site, parent: Option<ChannelId>, slug: &str) -> Result<Option<u64>> {
    let root = if site.is_portal() { 0 } else { site.id.0 };
    Ok(read.unique(ADDRESS, &address_key(root, parent.map_or(0, |p| p.0), slug))?)
}

/// Writes a new column into `tx`.
///
/// # Errors
/// A broken slug rule; a slug that is taken fails with the commit.
pub fn add_channel(tx: &mut Transaction, channel: &Channel) -> Result<()> {
    check_slug(&channel.slug).map_err(|broken| Error::Rules { broken: vec![broken] })?;
    tx.put_new(channel)?;
    Ok(())
}

/// Adds old hosts to a site; those that it has already are left out. Returns what is new.
///
/// # Errors
/// `NotFound`; a host of another site fails with the commit.
pub fn add_old_hosts(tx: &mut Transaction, site: SiteId, hosts: &[String]) -> Result<Vec<String>> {
    let mut row: Site = tx.get(site.0)?.ok_or_else(|| Error::not_found("site", site))?;
    let mut added = Vec::new();
    for host in hosts {
        if !row.old_hosts.contains(host) && !row.hosts.contains(host) {
            row.old_hosts.push(host.clone());
            row.added_hosts.push(host.clone());
            added.push(host.clone());
        }
    }
    if !added.is_empty() {
        tx.put(&row)?;
    }
    Ok(added)
}

/// Writes into `tx` the end of taking an import back: its columns go unless they hold something
/// (`holds` says so) or have other columns below them, its old hosts go, and its own row.
///
/// # Errors
/// When the store cannot be read.
pub fn undo_batch(tx: &mut Transaction, batch: u64, holds: impl Fn(u64) -> Result<bool>) -> Result<()> {
    let Some(row) = tx.get::<Batch>(batch)? else { return Ok(()) };
    let mut all: Vec<Channel> = Vec::new();
    for entry in tx.list(ListKey::new(CHANNELS_OF_SITE, &[row.site.0]), Position::FIRST, usize::MAX)? {
        all.extend(tx.get::<Channel>(entry.id)?);
    }
    let mut going: Vec<ChannelId> = Vec::new();
    for entry in tx.list(ListKey::new(CHANNELS_OF_BATCH, &[batch]), Position::FIRST, usize::MAX)? {
        let declared = all.iter().any(|channel| channel.id.0 == entry.id && channel.declared);
        if !declared && !holds(entry.id)? {
            going.push(ChannelId(entry.id));
        }
    }
    // From the leaves up, until nothing more can go.
    loop {
        let next = going.iter().position(|id| !all.iter().any(|channel| channel.parent == Some(*id)));
        let Some(place) = next else { break };
        let id = going.remove(place);
        all.retain(|channel| channel.id != id);
        tx.delete::<Channel>(id.0);
    }
    if !row.hosts.is_empty()
        && let Some(mut site) = tx.get::<Site>(row.site.0)?
    {
        let mine = |host: &String| row.hosts.contains(host) && site.added_hosts.contains(host);
        let kept: Vec<String> = site.old_hosts.iter().filter(|host| !mine(host)).cloned().collect();
        site.added_hosts.retain(|host| !row.hosts.contains(host));
        site.old_hosts = kept;
        tx.put(&site)?;
    }
    tx.delete::<Batch>(batch);
    Ok(())
}

/// Rows taken back in one transaction.
const PORTION: usize = 500;

/// Deletes the rows of a list that an import filled, in portions; run again after an interruption it does the rest.
///
/// # Errors
/// When the store refuses.
pub(in crate::domain) fn remove_rows<R: Record>(
    store: &Store,
    begin: &impl Fn() -> Transaction,
    list: ListKey,
) -> Result<()> {
    loop {
        let entries = store.list(list, Position::FIRST, PORTION)?;
        if entries.is_empty() {
            return Ok(());
        }
        let mut tx = begin();
        for entry in entries {
            tx.get::<R>(entry.id)?;
            tx.delete::<R>(entry.id);
        }
        store.commit(tx)?;
    }
}
