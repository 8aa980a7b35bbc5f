//! Columns with what stands in them: how fresh they are, changing their kind, merging, deleting.
//!
//! A merge works in portions and can be taken up again after any interruption: the column is marked first and takes
//! nothing new, each portion moves what it can, and the last step finds it empty.

use crate::base::id::ChannelId;
use crate::domain::account::By;
use crate::domain::error::{Error, Result};
use crate::domain::site::{self, Channel, ChannelKind, Closing, ColumnEdit, UpdateClass};
use crate::domain::workflow;
use crate::store::{self, Entry, ListKey, Position, Read, Store};

use super::document::{Document, Reference, time_of};
use super::tables::{DOCUMENTS_OF_CHANNEL, LIVE_OF_CHANNEL, REFERENCES_OF_CHANNEL, TRASH_OF_CHANNEL};

/// Documents moved in one transaction.
const PORTION: usize = 200;
/// Times that a portion is tried again because somebody saved one of its documents meanwhile.
const PATIENCE: usize = 20;
/// Milliseconds of a day.
pub(super) const DAY: i64 = 24 * 3600 * 1000;
/// First place of what is not pinned in the list of a column.
const UNPINNED: Entry = Entry { id: u64::MAX, order: (1 << 62) - 1 };

/// How many documents and references stand in a column, whatever their state, those in the trash too.
///
/// # Errors
/// When the store cannot be read.
pub fn standing(read: &impl Read, channel: ChannelId) -> Result<u64> {
    let count = |index| read.count(ListKey::new(index, &[channel.0]));
    Ok(count(DOCUMENTS_OF_CHANNEL)? + count(TRASH_OF_CHANNEL)? + count(REFERENCES_OF_CHANNEL)?)
}

/// Changes a column; see [`site::change_column`].
///
/// # Errors
/// Those of [`site::change_column`].
pub fn change_column(store: &Store, by: &By, id: ChannelId, edit: &ColumnEdit) -> Result<Channel> {
    site::change_column(store, by, id, edit, standing(store, id)?)
}

/// Deletes a column in which nothing stands. Its address answers 404 from then on.
///
/// # Errors
/// `NotFound`, `Forbidden`, `declared`, `channel.has_columns`, `channel.holds`; `Conflict`.
pub fn delete_column(store: &Store, by: &By, id: ChannelId) -> Result<()> {
    site::begin_closing(store, by, id, Closing::Delete, standing(store, id)?)?;
    // What was saved between the question and the mark.
    let late = standing(store, id)?;
    if late > 0 {
        site::reopen_column(store, by, id)?;
        return Err(Error::rule("channel.holds", "column", late));
    }
    forget_flow(store, by, id)?;
    site::finish_delete(store, by, id)
}

/// The column's own flow ends with it.
fn forget_flow(store: &Store, by: &By, id: ChannelId) -> Result<()> {
    let channel: Channel = store.get(id.0)?.ok_or_else(|| Error::not_found("column", id))?;
    if workflow::stored_flow(store, channel.site, Some(id))?.is_some() {
        workflow::remove_flow(store, by, channel.site, Some(id))?;
    }
    Ok(())
}

/// Moves everything from a column into another one of its site and deletes it. Its addresses, and those of what stood
/// in it, answer 301 from then on. Run again after an interruption it does the rest. Returns how many documents and
/// references moved.
///
/// # Errors
/// `NotFound`, `Forbidden`, `declared` and the rules of [`site::begin_closing`]; when the store refuses.
pub fn merge_column(store: &Store, by: &By, id: ChannelId, into: ChannelId) -> Result<u64> {
    site::begin_closing(store, by, id, Closing::Into(into), standing(store, id)?)?;
    let mut moved = 0;
    for index in [DOCUMENTS_OF_CHANNEL, TRASH_OF_CHANNEL, REFERENCES_OF_CHANNEL] {
        while let Some(portion) = move_portion(store, by, id, into, index)? {
            moved += portion;
        }
    }
    site::turn_redirects(store, by, id, into)?;
    forget_flow(store, by, id)?;
    site::finish_merge(store, by, id)?;
    Ok(moved)
}

/// Takes up every merge and deletion that was interrupted. One that cannot be finished any more is left for people to
/// decide on. Returns how many columns went.
///
/// # Errors
/// When the store cannot be read.
pub fn finish_closing(store: &Store, directory: &site::Directory) -> Result<usize> {
    let by = By::system();
    let mut done = 0;
    for node in directory.all() {
        for channel in site::closing_columns(store, node.site.id)? {
            let finished = match channel.closing {
                Some(Closing::Into(into)) => merge_column(store, &by, channel.id, into).map(drop),
                Some(Closing::Delete) => delete_column(store, &by, channel.id),
                None => continue,
            };
            match finished {
                Ok(()) => done += 1,
                Err(error) => tracing::warn!(column = channel.id.0, %error, "a column could not be closed"),
            }
        }
    }
    Ok(done)
}

/// Moves the first rows of a list; `None` when it is empty.
fn move_portion(store: &Store, by: &By, from: ChannelId, into: ChannelId, index: u8) -> Result<Option<u64>> {
    let mut tries = 0;
    loop {
        let entries = store.list(ListKey::new(index, &[from.0]), Position::FIRST, PORTION)?;
        if entries.is_empty() {
            return Ok(None);
        }
        match move_entries(store, by, from, into, &entries, index) {
            Err(Error::Store(store::Error::Conflict { .. })) if tries < PATIENCE => tries += 1,
            other => return other.map(Some),
        }
    }
}

fn move_entries(store: &Store, by: &By, from: ChannelId, into: ChannelId, entries: &[Entry], index: u8) -> Result<u64> {
    let mut tx = store.transaction(by.actor(), "column.merge");
    // Both must be as they were when the move was allowed.
    let target: Channel = tx.get(into.0)?.ok_or_else(|| Error::not_found("column", into))?;
    let source: Channel = tx.get(from.0)?.ok_or_else(|| Error::not_found("column", from))?;
    if source.closing != Some(Closing::Into(into)) {
        return Err(Error::rule("column.open", "column", source.name));
    }
    if !target.holds_documents() || target.closing.is_some() {
        return Err(Error::rule("column.closing", "into", target.name));
    }
    tx = tx.site(source.site.0).note(source.name);
    let mut moved = 0;
    for entry in entries {
        if index == REFERENCES_OF_CHANNEL {
            if let Some(mut reference) = tx.get::<Reference>(entry.id)?.filter(|row| row.channel == from) {
                reference.channel = into;
                tx.put(&reference)?;
                moved += 1;
            }
        } else if let Some(mut document) = tx.get::<Document>(entry.id)?.filter(|row| row.channel == from) {
            document.channel = into;
            if let Some(mut case) = workflow::case(&tx, document.id)? {
                case.channel = into;
                tx.put(&case)?;
            }
            tx.put(&document)?;
            moved += 1;
        }
    }
    if moved > 0 {
        store.commit(tx)?;
    }
    Ok(moved)
}

/// When something new was published last in a column, milliseconds since 1970.
///
/// # Errors
/// When the store cannot be read.
pub fn newest(read: &impl Read, channel: ChannelId) -> Result<Option<i64>> {
    let list = ListKey::new(LIVE_OF_CHANNEL, &[channel.0]);
    // Pinned ones stand first: the newest of either part is the newest.
    let heads = [read.list(list, Position::FIRST, 1)?, read.list(list, UNPINNED.position(), 1)?];
    Ok(heads.iter().flatten().map(|entry| time_of(entry.order)).max())
}

/// How a column stands against its update class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Nothing was ever published in it: 空白栏目.
    Empty,
    /// It has no limit.
    Free,
    /// New enough; days that are left.
    Fresh(i64),
    /// New enough for a fifth of its time at most; days that are left.
    Soon(i64),
    /// Too old; days beyond the limit.
    Stale(i64),
}

impl Freshness {
    /// Of a class and the time of the newest document.
    pub fn of(class: UpdateClass, newest: Option<i64>, now: i64) -> Freshness {
        let Some(newest) = newest else { return Freshness::Empty };
        let Some(limit) = class.days().map(i64::from) else { return Freshness::Free };
        // Begun days count, as inspectors count them.
        let age = (now - newest).max(0) / DAY;
        match limit - age {
            left if left < 0 => Freshness::Stale(-left),
            left if left * 5 <= limit => Freshness::Soon(left),
            left => Freshness::Fresh(left),
        }
    }

    /// The word used in message keys.
    pub fn word(self) -> &'static str {
        match self {
            Freshness::Empty => "empty",
            Freshness::Free => "free",
            Freshness::Fresh(_) => "fresh",
            Freshness::Soon(_) => "soon",
            Freshness::Stale(_) => "stale",
        }
    }

    /// Days left or beyond.
    pub fn days(self) -> i64 {
        match self {
            Freshness::Empty | Freshness::Free => 0,
            Freshness::Fresh(days) | Freshness::Soon(days) | Freshness::Stale(days) => days,
        }
    }
}

/// A column of a site with its figures.
#[derive(Debug, Clone)]
pub struct ColumnFigures {
    /// The column.
    pub channel: Channel,
    /// Levels above it.
    pub depth: usize,
    /// What visitors see in it.
    pub live: u64,
    /// Documents and references in it, whatever their state.
    pub standing: u64,
    /// When something new was published last in it, or below it where it shows what is below.
    pub newest: Option<i64>,
    /// Against its update class; `None` for links.
    pub freshness: Option<Freshness>,
}

/// The columns of a site in the order of the tree, those only where `by` works.
///
/// # Errors
/// When the store cannot be read.
pub fn column_figures(read: &impl Read, by: &By, node: &site::SiteNode, now: i64) -> Result<Vec<ColumnFigures>> {
    let mut found = Vec::new();
    below(read, by, node, None, 0, now, &mut found)?;
    Ok(found)
}

fn below(
    read: &impl Read,
    by: &By,
    node: &site::SiteNode,
    parent: Option<ChannelId>,
    depth: usize,
    now: i64,
    found: &mut Vec<ColumnFigures>,
) -> Result<Option<i64>> {
    let mut newest_below = None;
    for channel in node.below(parent) {
        let at = found.len();
        let chain: Vec<ChannelId> = node.chain(channel.id).iter().map(|above| above.id).collect();
        let seen = by.sees(crate::domain::account::Place::Channel(node.site.id, &chain));
        let own = newest(read, channel.id)?;
        if seen {
            let live = read.count(ListKey::new(LIVE_OF_CHANNEL, &[channel.id.0]))?;
            let standing = standing(read, channel.id)?;
            found.push(ColumnFigures { channel: channel.clone(), depth, live, standing, newest: own, freshness: None });
        }
        let inner = below(read, by, node, Some(channel.id), depth + 1, now, found)?;
        if seen {
            let newest = if channel.kind == ChannelKind::Section { own.max(inner) } else { own };
            found[at].newest = newest;
            found[at].freshness =
                (channel.kind != ChannelKind::Link).then(|| Freshness::of(channel.update, newest, now));
        }
        newest_below = newest_below.max(own).max(inner);
    }
    Ok(newest_below)
}
