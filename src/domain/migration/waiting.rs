//! Which of the pages that wait somebody wants to see.

use crate::base::id::{ChannelId, SiteId};
use crate::domain::account::By;
use crate::domain::error::Result;
use crate::store::{Entry, Position, Read};

use super::query::waiting;
use super::{OldPage, Reason};

/// Pages looked at in one go.
const PORTION: usize = 200;

/// Which of the pages that wait are wanted; all of what is named must fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Brought by this import.
    pub batch: Option<u64>,
    /// In this column.
    pub channel: Option<ChannelId>,
    /// For this reason, among others.
    pub reason: Option<Reason>,
}

impl Wanted {
    /// Is it one of them?
    pub fn fits(&self, page: &OldPage) -> bool {
        self.batch.is_none_or(|batch| page.batch == batch)
            && self.channel.is_none_or(|channel| page.channel == Some(channel))
            && self.reason.is_none_or(|reason| page.reasons.contains(&reason))
    }
}

/// Like [`waiting`], those that are wanted, at most `limit`.
///
/// # Errors
/// `NotFound` of a site where the actor does not work; when the store cannot be read.
pub fn wanted(
    read: &impl Read,
    by: &By,
    site: SiteId,
    wanted: &Wanted,
    mut after: Position,
    limit: usize,
) -> Result<Vec<(OldPage, Position)>> {
    let mut found = Vec::new();
    loop {
        let portion = waiting(read, by, site, after, PORTION)?;
        let Some((_, last)) = portion.last() else { return Ok(found) };
        after = *last;
        let room = limit - found.len();
        found.extend(portion.into_iter().filter(|(page, _)| wanted.fits(page)).take(room));
        if found.len() == limit {
            return Ok(found);
        }
    }
}

/// The page that waits after this one, of those that the actor may see.
///
/// # Errors
/// When the store cannot be read.
pub fn next_waiting(read: &impl Read, by: &By, page: &OldPage) -> Result<Option<OldPage>> {
    let place = Entry { id: page.id.0, order: u64::MAX - page.id.0 }.position();
    Ok(waiting(read, by, page.site, place, 1)?.into_iter().next().map(|(page, _)| page))
}
