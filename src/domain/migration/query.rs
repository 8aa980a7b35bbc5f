//! Reads of imports: runs, pages, what waits for a person, what is signed off.
//!
//! What an actor may not see is left out; lists go on after a place in them.

use crate::base::id::{ChannelId, DocumentId, OldPageId, SiteId};
use crate::domain::account::{By, Place};
use crate::domain::error::{Error, Result};
use crate::domain::site::{self, BATCH_NAME, CHANNELS_OF_SITE};
use crate::store::{Entry, ListKey, Position, Read};

use super::tables::{
    PAGES_OF_BATCH, PAGES_OF_COLUMN, PAGES_OF_DOCUMENT, PAGES_OF_FATE, RUNS, RUNS_OF_SITE, SIGNED, WAITING_OF_COLUMN,
    WAITING_OF_SITE, signed_key,
};
use super::{Fate, OldPage, Run, SignOff};

/// Rows looked at in one go while those that the actor sees are sought.
const PORTION: usize = 200;

/// Does the actor work in the site or in some column of it?
fn works_in(by: &By, site: SiteId) -> bool {
    by.user().is_none_or(|user| user.works_in(site))
}

/// May the actor see this page? One that stands in a column is seen there; others where the whole site is.
fn sees(read: &impl Read, by: &By, page: &OldPage) -> Result<bool> {
    match page.channel.map(|channel| site::branch(read, channel)) {
        Some(Ok(branch)) => Ok(by.sees(branch.place())),
        None | Some(Err(Error::NotFound { .. })) => Ok(by.sees(Place::Site(page.site))),
        Some(Err(error)) => Err(error),
    }
}

/// Rows of a list after a place, those that `fits`, each with its own place; at most `limit`.
fn listed<R: crate::store::Record>(
    read: &impl Read,
    list: ListKey,
    mut after: Position,
    limit: usize,
    fits: impl Fn(&R) -> Result<bool>,
) -> Result<Vec<(R, Position)>> {
    let mut found = Vec::new();
    while found.len() < limit {
        let entries: Vec<Entry> = read.list(list, after, PORTION)?;
        let Some(last) = entries.last() else { break };
        after = last.position();
        for entry in entries {
            if found.len() < limit
                && let Some(row) = read.get::<R>(entry.id)?
                && fits(&row)?
            {
                found.push((row, entry.position()));
            }
        }
    }
    Ok(found)
}

/// Runs of a site, or of all sites in which the actor works, the newest first.
///
/// # Errors
/// `NotFound` of a site where the actor does not work; when the store cannot be read.
pub fn runs(
    read: &impl Read,
    by: &By,
    site: Option<SiteId>,
    after: Position,
    limit: usize,
) -> Result<Vec<(Run, Position)>> {
    let list = match site {
        Some(site) if !works_in(by, site) => return Err(Error::not_found("site", site)),
        Some(site) => ListKey::new(RUNS_OF_SITE, &[site.0]),
        None => ListKey::new(RUNS, &[]),
    };
    listed(read, list, after, limit, |run: &Run| Ok(works_in(by, run.site)))
}

/// A run by the number of its batch.
///
/// # Errors
/// `NotFound`, also where the actor does not work.
pub fn run(read: &impl Read, by: &By, batch: u64) -> Result<Run> {
    let found: Option<Run> = read.get(batch)?;
    found.filter(|run| works_in(by, run.site)).ok_or_else(|| Error::not_found("import", batch))
}

/// A run by the name of its batch.
///
/// # Errors
/// `NotFound`, also where the actor does not work.
pub fn run_named(read: &impl Read, by: &By, name: &str) -> Result<Run> {
    let missing = || Error::not_found("import", name);
    let batch = read.unique(BATCH_NAME, name.as_bytes())?.ok_or_else(missing)?;
    run(read, by, batch).map_err(|_| missing())
}

/// A page.
///
/// # Errors
/// `NotFound`, also where the actor may not see it.
pub fn page(read: &impl Read, by: &By, id: OldPageId) -> Result<OldPage> {
    let missing = || Error::not_found("old page", id);
    let page: OldPage = read.get(id.0)?.ok_or_else(missing)?;
    if sees(read, by, &page)? { Ok(page) } else { Err(missing()) }
}

/// The old page of a document that an import brought, if the actor may see it.
///
/// # Errors
/// When the store cannot be read.
pub fn page_of(read: &impl Read, by: &By, document: DocumentId) -> Result<Option<OldPage>> {
    let entries = read.list(ListKey::new(PAGES_OF_DOCUMENT, &[document.0]), Position::FIRST, 1)?;
    let Some(entry) = entries.first() else { return Ok(None) };
    match read.get::<OldPage>(entry.id)? {
        Some(page) if sees(read, by, &page)? => Ok(Some(page)),
        _ => Ok(None),
    }
}

/// Which pages of a run are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// With this fate.
    pub fate: Option<Fate>,
    /// In this column.
    pub channel: Option<ChannelId>,
}

/// Pages of a run that the actor may see, the last written first.
///
/// # Errors
/// `NotFound` of the run; when the store cannot be read.
pub fn pages(
    read: &impl Read,
    by: &By,
    batch: u64,
    filter: Filter,
    after: Position,
    limit: usize,
) -> Result<Vec<(OldPage, Position)>> {
    run(read, by, batch)?;
    let list = match (filter.channel, filter.fate) {
        (Some(channel), _) => ListKey::new(PAGES_OF_COLUMN, &[batch, channel.0]),
        (None, Some(fate)) => ListKey::new(PAGES_OF_FATE, &[batch, fate.number()]),
        (None, None) => ListKey::new(PAGES_OF_BATCH, &[batch]),
    };
    let fits = |page: &OldPage| Ok(filter.fate.is_none_or(|fate| page.fate == fate) && sees(read, by, page)?);
    listed(read, list, after, limit, fits)
}

/// Pages of a site that wait for a look and that the actor may see, the first written first.
///
/// # Errors
/// `NotFound` of a site where the actor does not work; when the store cannot be read.
pub fn waiting(
    read: &impl Read,
    by: &By,
    site: SiteId,
    after: Position,
    limit: usize,
) -> Result<Vec<(OldPage, Position)>> {
    if !works_in(by, site) {
        return Err(Error::not_found("site", site));
    }
    listed(read, ListKey::new(WAITING_OF_SITE, &[site.0]), after, limit, |page| sees(read, by, page))
}

/// Like [`waiting`], those of one run in one column.
///
/// # Errors
/// `NotFound` of the run; when the store cannot be read.
pub fn waiting_in(
    read: &impl Read,
    by: &By,
    batch: u64,
    channel: ChannelId,
    after: Position,
    limit: usize,
) -> Result<Vec<(OldPage, Position)>> {
    run(read, by, batch)?;
    listed(read, ListKey::new(WAITING_OF_COLUMN, &[batch, channel.0]), after, limit, |page| sees(read, by, page))
}

/// How many pages of a site wait, where the actor sees the whole site; `None` elsewhere: those of single columns are
/// counted by going through [`waiting`].
///
/// # Errors
/// When the store cannot be read.
pub fn count_waiting(read: &impl Read, by: &By, site: SiteId) -> Result<Option<u64>> {
    if !by.sees(Place::Site(site)) {
        return Ok(None);
    }
    Ok(Some(read.count(ListKey::new(WAITING_OF_SITE, &[site.0]))?))
}

/// Where a column of a run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnState {
    /// Column.
    pub channel: ChannelId,
    /// Pages that the run put there.
    pub pages: u64,
    /// Of these, how many wait for a look.
    pub waiting: u64,
    /// Who signed it off.
    pub signed: Option<SignOff>,
}

pub(super) fn column_state(read: &impl Read, batch: u64, channel: ChannelId) -> Result<ColumnState> {
    let signed = match read.unique(SIGNED, &signed_key(batch, channel.0))? {
        Some(id) => read.get(id)?,
        None => None,
    };
    Ok(ColumnState {
        channel,
        pages: read.count(ListKey::new(PAGES_OF_COLUMN, &[batch, channel.0]))?,
        waiting: read.count(ListKey::new(WAITING_OF_COLUMN, &[batch, channel.0]))?,
        signed,
    })
}

/// The columns of a run that the actor sees, in the order in which they were made.
///
/// # Errors
/// `NotFound` of the run; when the store cannot be read.
pub fn columns(read: &impl Read, by: &By, batch: u64) -> Result<Vec<ColumnState>> {
    let run = run(read, by, batch)?;
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(CHANNELS_OF_SITE, &[run.site.0]), Position::FIRST, usize::MAX)? {
        let channel = ChannelId(entry.id);
        if !site::branch(read, channel).is_ok_and(|branch| by.sees(branch.place())) {
            continue;
        }
        let state = column_state(read, batch, channel)?;
        if state.pages > 0 {
            found.push(state);
        }
    }
    Ok(found)
}
