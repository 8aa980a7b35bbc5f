//! Lists for those who work with documents: by place, state, author and title; what is in the trash; what is stale.
//!
//! What an actor may not see is left out before it is counted.

use std::collections::HashMap;

use crate::base::id::{ChannelId, SiteId, UserId};
use crate::domain::account::{By, Place};
use crate::domain::error::{Error, Result};
use crate::domain::site::{self, CHANNELS_OF_SITE, ChannelKind, Directory, SiteNode};
use crate::store::{ListKey, Position, Read};

use super::columns::{DAY, newest};
use super::document::{Document, State};
use super::tables::{
    DOCUMENTS_OF_CHANNEL, DOCUMENTS_OF_SITE, STATES_OF_AUTHOR, STATES_OF_CHANNEL, STATES_OF_SITE, TRASH_OF_CHANNEL,
    TRASH_OF_SITE, WORKING_OF_USER, state_number,
};
use super::titles::{Title, Titles};
use super::{Working, permit};

/// Which documents are wanted; an empty filter wants all that the actor works with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In a site.
    pub site: Option<SiteId>,
    /// In a column, not below it.
    pub channel: Option<ChannelId>,
    /// In a state; see [`Document::counts_as`].
    pub state: Option<State>,
    /// Made by a person.
    pub author: Option<UserId>,
    /// Words in the title.
    pub query: String,
    /// Not changed from this time on, milliseconds since 1970.
    pub unchanged_since: Option<i64>,
    /// Which come first.
    pub order: Order,
}

impl Filter {
    /// True where a list of the store may hold just what is wanted, in its order.
    fn is_plain(&self) -> bool {
        self.query.trim().is_empty()
            && self.author.is_none()
            && self.unchanged_since.is_none()
            && self.order == Order::Changed
    }
}

/// Which documents come first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// The last changed.
    #[default]
    Changed,
    /// The last published.
    Published,
    /// Those that were not changed for the longest time.
    Oldest,
}

impl Order {
    /// Every order.
    pub const ALL: [Order; 3] = [Order::Changed, Order::Published, Order::Oldest];

    /// The word used in addresses and message keys.
    pub fn word(self) -> &'static str {
        match self {
            Order::Changed => "changed",
            Order::Published => "published",
            Order::Oldest => "oldest",
        }
    }

    /// The order of a word.
    pub fn of(word: &str) -> Option<Order> {
        Order::ALL.into_iter().find(|order| order.word() == word)
    }
}

/// Where an actor sees drafts, asked once for each column.
struct Seen<'a, R> {
    read: &'a R,
    by: &'a By,
    channels: HashMap<ChannelId, bool>,
}

impl<'a, R: Read> Seen<'a, R> {
    fn new(read: &'a R, by: &'a By) -> Seen<'a, R> {
        Seen { read, by, channels: HashMap::new() }
    }

    fn channel(&mut self, id: ChannelId) -> bool {
        let Seen { read, by, channels } = self;
        *channels.entry(id).or_insert_with(|| site::branch(*read, id).is_ok_and(|branch| by.sees(branch.place())))
    }
}

/// Documents that the filter wants, in its order: one page and how many there are.
///
/// # Errors
/// `NotFound` of a site or column where the actor does not work; when the store cannot be read.
pub fn list(
    read: &impl Read,
    titles: &Titles,
    by: &By,
    filter: &Filter,
    offset: usize,
    limit: usize,
) -> Result<(Vec<Document>, u64)> {
    let index = require_place(read, by, filter)?;
    if let Some(list) = index.filter(|_| filter.is_plain()) {
        let entries = read.list_at(list, offset as u64, limit)?;
        return Ok((documents(read, entries.iter().map(|entry| entry.id))?, read.count(list)?));
    }
    let mut seen = Seen::new(read, by);
    let fits = |title: &Title| {
        filter.site.is_none_or(|site| title.site == site)
            && filter.channel.is_none_or(|channel| title.channel == channel)
            && filter.state.is_none_or(|state| title.counts_as(state))
            && (filter.author.is_none() || title.author == filter.author)
            && filter.unchanged_since.is_none_or(|time| title.changed < time)
            && seen.channel(title.channel)
    };
    let (ids, total) = titles.find(read, &filter.query, filter.order, fits, offset, limit)?;
    Ok((documents(read, ids.into_iter())?, total as u64))
}

/// Like [`list`], after a place in the list, each with its own place; `None` where no list holds just what the filter
/// wants, because of a title, an author, or columns that the actor does not see.
///
/// # Errors
/// As [`list`].
pub fn list_after(
    read: &impl Read,
    by: &By,
    filter: &Filter,
    after: Position,
    limit: usize,
) -> Result<Option<Vec<(Document, Position)>>> {
    let index = require_place(read, by, filter)?;
    let Some(list) = index.filter(|_| filter.is_plain()) else { return Ok(None) };
    let mut found = Vec::new();
    for entry in read.list(list, after, limit)? {
        found.extend(read.get::<Document>(entry.id)?.map(|document| (document, entry.position())));
    }
    Ok(Some(found))
}

/// Asks whether the actor works where the filter looks, and names the list that holds just that, if there is one.
fn require_place(read: &impl Read, by: &By, filter: &Filter) -> Result<Option<ListKey>> {
    let state = filter.state.map(state_number);
    if let Some(channel) = filter.channel {
        let branch = site::branch(read, channel)?;
        if !by.sees(branch.place()) || filter.site.is_some_and(|site| site != branch.site) {
            return Err(Error::not_found("column", channel));
        }
        return Ok(Some(match state {
            Some(state) => ListKey::new(STATES_OF_CHANNEL, &[channel.0, state]),
            None => ListKey::new(DOCUMENTS_OF_CHANNEL, &[channel.0]),
        }));
    }
    let Some(site) = filter.site else { return Ok(None) };
    if !by.user().is_none_or(|user| user.works_in(site)) {
        return Err(Error::not_found("site", site));
    }
    Ok(by.sees(Place::Site(site)).then(|| match state {
        Some(state) => ListKey::new(STATES_OF_SITE, &[site.0, state]),
        None => ListKey::new(DOCUMENTS_OF_SITE, &[site.0]),
    }))
}

fn documents(read: &impl Read, ids: impl Iterator<Item = u64>) -> Result<Vec<Document>> {
    let mut found = Vec::new();
    for id in ids {
        found.extend(read.get::<Document>(id)?);
    }
    Ok(found)
}

/// How many documents there are in each state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By state, in the order of [`State::ALL`].
    pub states: [u64; 6],
    /// All of them; one may count in two states.
    pub all: u64,
    /// In the trash.
    pub trash: u64,
}

impl Counts {
    /// Documents in a state.
    pub fn of(&self, state: State) -> u64 {
        State::ALL.iter().position(|other| *other == state).map_or(0, |place| self.states[place])
    }
}

/// The counters of a site, or of what the actor works with in it; with a column, those of the column.
///
/// # Errors
/// `NotFound` of a site or column where the actor does not work; when the store cannot be read.
pub fn counts(read: &impl Read, by: &By, site: SiteId, channel: Option<ChannelId>) -> Result<Counts> {
    require_place(read, by, &Filter { site: Some(site), channel, ..Filter::default() })?;
    let mut counts = Counts::default();
    let mut add = |states, all, trash, number: u64| -> Result<()> {
        for (place, state) in State::ALL.into_iter().enumerate() {
            counts.states[place] += read.count(ListKey::new(states, &[number, state_number(state)]))?;
        }
        counts.all += read.count(ListKey::new(all, &[number]))?;
        counts.trash += read.count(ListKey::new(trash, &[number]))?;
        Ok(())
    };
    if channel.is_none() && by.sees(Place::Site(site)) {
        add(STATES_OF_SITE, DOCUMENTS_OF_SITE, TRASH_OF_SITE, site.0)?;
        return Ok(counts);
    }
    let mut seen = Seen::new(read, by);
    let columns = match channel {
        Some(channel) => vec![channel.0],
        None => {
            let all = read.list(ListKey::new(CHANNELS_OF_SITE, &[site.0]), Position::FIRST, usize::MAX)?;
            all.into_iter().map(|entry| entry.id).collect()
        }
    };
    for column in columns.into_iter().filter(|column| seen.channel(ChannelId(*column))) {
        add(STATES_OF_CHANNEL, DOCUMENTS_OF_CHANNEL, TRASH_OF_CHANNEL, column)?;
    }
    Ok(counts)
}

/// A person's own documents in a state, the last changed first.
///
/// # Errors
/// When the store cannot be read.
pub fn own(read: &impl Read, by: &By, state: State, limit: usize) -> Result<Vec<Document>> {
    let Some(user) = by.user() else { return Ok(Vec::new()) };
    let list = ListKey::new(STATES_OF_AUTHOR, &[user.id.0, state_number(state)]);
    let mut seen = Seen::new(read, by);
    let mut found = Vec::new();
    let mut after = Position::FIRST;
    while found.len() < limit {
        let entries = read.list(list, after, limit)?;
        let Some(last) = entries.last() else { break };
        after = last.position();
        for document in documents(read, entries.iter().map(|entry| entry.id))? {
            if found.len() < limit && seen.channel(document.channel) {
                found.push(document);
            }
        }
    }
    Ok(found)
}

/// What a person has not saved, the last one first, with its document.
///
/// # Errors
/// When the store cannot be read.
pub fn unsaved(read: &impl Read, by: &By, limit: usize) -> Result<Vec<(Working, Document)>> {
    let Some(user) = by.user() else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(WORKING_OF_USER, &[user.id.0]), Position::FIRST, limit)? {
        let Some(working) = read.get::<Working>(entry.id)? else { continue };
        if let Ok(seen) = permit::open(read, by, working.document) {
            found.push((working, seen.document));
        }
    }
    Ok(found)
}

/// Documents of a site in the trash, the last one first: one page and how many there are.
///
/// # Errors
/// `NotFound` of a site where the actor does not work; when the store cannot be read.
pub fn trash(read: &impl Read, by: &By, site: SiteId, offset: usize, limit: usize) -> Result<(Vec<Document>, u64)> {
    require_place(read, by, &Filter { site: Some(site), ..Filter::default() })?;
    let list = ListKey::new(TRASH_OF_SITE, &[site.0]);
    if by.sees(Place::Site(site)) {
        let entries = read.list_at(list, offset as u64, limit)?;
        return Ok((documents(read, entries.iter().map(|entry| entry.id))?, read.count(list)?));
    }
    let mut seen = Seen::new(read, by);
    let entries = read.list(list, Position::FIRST, usize::MAX)?;
    let mut found = documents(read, entries.iter().map(|entry| entry.id))?;
    found.retain(|document| seen.channel(document.channel));
    let total = found.len() as u64;
    Ok((found.into_iter().skip(offset).take(limit).collect(), total))
}

/// A column whose newest document is older than its update class allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleColumn {
    /// Site.
    pub site: SiteId,
    /// Column.
    pub channel: ChannelId,
    /// Time of the newest document; `None` where there is none.
    pub newest: Option<i64>,
    /// Days that its class allows.
    pub days: u32,
    /// Whole days since it should have been updated; 0 where there never was anything.
    pub late: i64,
}

/// Columns of readable sites that should have been updated before `now` and where the actor works, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub fn stale_columns(read: &impl Read, directory: &Directory, by: &By, now: i64) -> Result<Vec<StaleColumn>> {
    let mut found = Vec::new();
    for node in directory.all().filter(|node| node.site.state.is_listed()) {
        if by.user().is_none_or(|user| user.works_in(node.site.id)) {
            stale_of(read, node, by, now, &mut found)?;
        }
    }
    found.sort_by_key(|column| (std::cmp::Reverse(column.late), column.channel));
    Ok(found)
}

fn stale_of(read: &impl Read, node: &SiteNode, by: &By, now: i64, found: &mut Vec<StaleColumn>) -> Result<()> {
    for channel in node.channels.values() {
        let Some(days) = channel.update.days().filter(|_| channel.kind == ChannelKind::List) else { continue };
        let chain: Vec<ChannelId> = node.chain(channel.id).iter().map(|channel| channel.id).collect();
        if !by.sees(Place::Channel(node.site.id, &chain)) {
            continue;
        }
        let newest = newest(read, channel.id)?;
        let limit = i64::from(days) * DAY;
        if newest.is_none_or(|newest| now - newest > limit) {
            let late = newest.map_or(0, |newest| (now - newest - limit) / DAY);
            found.push(StaleColumn { site: node.site.id, channel: channel.id, newest, days, late });
        }
    }
    Ok(())
}
