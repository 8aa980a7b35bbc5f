//! Reads of the audit log, the newest entry first.

use std::time::{Duration, Instant};

use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};
use crate::store::{Past, PastStep, Store};

use super::{Detail, Entry, Filter};

/// How long one page may look for entries that fit; then it says how far it came.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Records between two looks at the clock.
const STRIDE: u64 = 256;
/// Clocks that go back by less than this hide nothing.
const SLACK: i64 = 3_600_000;

/// A page of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Entries that fit, the newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` where there is nothing older.
    pub next: Option<u64>,
    /// True where the time was over before the page was full: older entries may fit.
    pub unfinished: bool,
    /// Time of the oldest entry that was looked at, milliseconds since 1970.
    pub reached: Option<i64>,
}

fn require(by: &By) -> Result<()> {
    by.require(Role::Auditor, Place::Group)
}

/// Records that fit, from a place backwards.
struct Search<'a> {
    store: &'a Store,
    filter: &'a Filter,
    past: Past,
    reached: Option<i64>,
    over: bool,
}

impl<'a> Search<'a> {
    fn begin(store: &'a Store, filter: &'a Filter, before: Option<u64>) -> Result<Search<'a>> {
        let last = before.map_or(u64::MAX, |before| before.saturating_sub(1));
        let mut past = store.past(last);
        if let Some(until) = filter.until
            && past.next_seq() > 0
        {
            past.seek(until)?;
        }
        Ok(Search { store, filter, past, reached: None, over: false })
    }

    /// The next record that fits; `None` when `stride` others were passed, or at the end.
    fn next(&mut self, stride: u64) -> Result<Option<Detail>> {
        for _ in 0..stride {
            let time = match self.past.step(|glance| self.filter.may_fit(glance))? {
                PastStep::End => {
                    self.over = true;
                    return Ok(None);
                }
                PastStep::Passed(time) => time,
                PastStep::Found(committed) => {
                    self.reached = Some(committed.time);
                    let detail = Detail::of(self.store, &committed);
                    if self.filter.fits(&detail) {
                        return Ok(Some(detail));
                    }
                    committed.time
                }
            };
            self.reached = Some(time);
            if self.filter.since.is_some_and(|since| time < since.saturating_sub(SLACK)) {
                self.over = true;
                return Ok(None);
            }
        }
        Ok(None)
    }
}

/// Up to `limit` entries that fit and come before the entry `before` (the newest, if it is not given).
///
/// # Errors
/// `Forbidden` for everybody but `auditor`; when the journal is damaged or cannot be read.
pub fn entries(store: &Store, by: &By, filter: &Filter, before: Option<u64>, limit: usize) -> Result<Page> {
    require(by)?;
    let mut search = Search::begin(store, filter, before)?;
    let began = Instant::now();
    let mut entries = Vec::new();
    let mut unfinished = false;
    while entries.len() < limit && !search.over {
        if let Some(detail) = search.next(STRIDE)? {
            entries.push(detail.entry);
        } else if !search.over && began.elapsed() > PATIENCE {
            unfinished = true;
            break;
        }
    }
    let next = Some(search.past.next_seq() + 1).filter(|next| *next > 1 && !search.over);
    Ok(Page { entries, next, unfinished, reached: search.reached })
}

/// An entry with its rows, their secrets masked.
///
/// # Errors
/// `Forbidden` for everybody but `auditor`; `NotFound`; when the journal is damaged or cannot be read.
pub fn detail(store: &Store, by: &By, seq: u64) -> Result<Detail> {
    require(by)?;
    if seq == 0 || seq > store.seq() {
        return Err(Error::not_found("entry", seq));
    }
    match store.past(seq).step(|_| true)? {
        PastStep::Found(committed) => Ok(Detail::of(store, &committed)),
        PastStep::Passed(_) | PastStep::End => Err(Error::not_found("entry", seq)),
    }
}

/// Gives `each` every entry that fits, the newest first, until it answers false. The export itself is an entry, made
/// before.
///
/// # Errors
/// `Forbidden` for everybody but `auditor`; when the journal is damaged or cannot be read.
pub fn export(store: &Store, by: &By, filter: &Filter, mut each: impl FnMut(Detail) -> bool) -> Result<()> {
    require(by)?;
    let last = store.seq();
    store.commit(store.transaction(by.actor(), "audit.export"))?;
    let mut search = Search::begin(store, filter, Some(last + 1))?;
    while !search.over {
        if let Some(detail) = search.next(u64::MAX)?
            && !each(detail)
        {
            break;
        }
    }
    Ok(())
}
