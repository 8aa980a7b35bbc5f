//! Reads of flows and cases: which steps a document takes, what waits for whom.

use std::collections::HashMap;

use crate::base::id::{ChannelId, DocumentId, SiteId, UserId};
use crate::domain::account::{self, By};
use crate::domain::error::Result;
use crate::domain::site::{self, Branch, SITES};
use crate::store::{Entry, ListKey, Position, Read};

use super::tables::{CASES, CASES_OF_SITE, CASES_RETURNED, FLOW_PLACE, FLOWS_OF_SITE, place_key};
use super::{Case, Flow, Standing};

/// Most cases that came back to a person, shown to him.
const MOST_RETURNED: usize = 50;
/// Open cases read at a time.
const PORTION: usize = 200;

/// The flow that somebody made for a site, or for a column itself.
///
/// # Errors
/// When the store cannot be read.
pub fn stored_flow(read: &impl Read, site: SiteId, channel: Option<ChannelId>) -> Result<Option<Flow>> {
    match read.unique(FLOW_PLACE, &place_key(site.0, channel.map_or(0, |channel| channel.0)))? {
        Some(id) => Ok(read.get(id)?),
        None => Ok(None),
    }
}

/// The flow that a document at a place takes: of its column, else of those above it, else of the site, else one step.
///
/// # Errors
/// When the store cannot be read.
pub fn flow_of(read: &impl Read, branch: &Branch) -> Result<Flow> {
    for channel in branch.channels.iter().copied().map(Some).chain([None]) {
        if let Some(flow) = stored_flow(read, branch.site, channel)? {
            return Ok(flow);
        }
    }
    Ok(Flow::one_step(branch.site))
}

/// Flows that were made for a site and its columns.
///
/// # Errors
/// When the store cannot be read.
pub fn flows(read: &impl Read, site: SiteId) -> Result<Vec<Flow>> {
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(FLOWS_OF_SITE, &[site.0]), Position::FIRST, usize::MAX)? {
        found.extend(read.get::<Flow>(entry.id)?);
    }
    Ok(found)
}

/// The case of a document, over all its rounds. Whoever shows it has asked for permission on the document.
///
/// # Errors
/// When the store cannot be read.
pub fn case(read: &impl Read, document: DocumentId) -> Result<Option<Case>> {
    Ok(read.get(document.0)?)
}

/// What somebody waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A decision in a step.
    Review,
    /// That a returned text is mended.
    Mend,
}

/// Something that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Document.
    pub document: DocumentId,
    /// Its site.
    pub site: SiteId,
    /// Its column.
    pub channel: ChannelId,
    /// What is to be done.
    pub what: What,
    /// Name of the step; empty in the flow without names.
    pub step: String,
    /// Since when, milliseconds since 1970.
    pub since: i64,
    /// Until when.
    pub due: Option<i64>,
    /// True if it should be done by now.
    pub overdue: bool,
    /// Who said "I am on it".
    pub taken_by: Option<UserId>,
    /// True where the person would act in place of others.
    pub deputy: bool,
    /// The opinion with which a text came back.
    pub opinion: String,
}

/// Branches of columns, each read once.
#[derive(Default)]
struct Branches(HashMap<ChannelId, Option<Branch>>);

impl Branches {
    fn of(&mut self, read: &impl Read, channel: ChannelId) -> Option<&Branch> {
        self.0.entry(channel).or_insert_with(|| site::branch(read, channel).ok()).as_ref()
    }
}

/// What waits for a person over all his sites, the first due first, then what came back to him. What somebody else is
/// on is left out for deputies only.
///
/// # Errors
/// When the store cannot be read.
pub fn inbox(read: &impl Read, by: &By, now: i64) -> Result<Vec<Waiting>> {
    let mut branches = Branches::default();
    let mut found = Vec::new();
    let Some(user) = by.user() else { return Ok(found) };
    let mut cases: Vec<Case> = Vec::new();
    for entry in read.list(ListKey::new(SITES, &[]), Position::FIRST, usize::MAX)? {
        let site = SiteId(entry.id);
        if user.works_in(site) {
            cases.append(&mut read_cases(read, ListKey::new(CASES_OF_SITE, &[site.0]), usize::MAX)?);
        }
    }
    cases.sort_by_key(|case| (case.due.unwrap_or(i64::MAX), case.since));
    for case in cases {
        let Some(branch) = branches.of(read, case.channel) else { continue };
        let Some(standing) = case.standing(by, branch.place()) else { continue };
        let deputy = standing == Standing::Deputy;
        if deputy && case.taken_by.is_some_and(|taken| taken != user.id) {
            continue;
        }
        found.push(waiting(&case, deputy, now));
    }
    for case in read_cases(read, ListKey::new(CASES_RETURNED, &[user.id.0]), MOST_RETURNED)? {
        if branches.of(read, case.channel).is_some_and(|branch| by.sees(branch.place())) {
            found.push(waiting(&case, false, now));
        }
    }
    Ok(found)
}

fn read_cases(read: &impl Read, list: ListKey, limit: usize) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for Entry { id, .. } in read.list(list, Position::FIRST, limit)? {
        cases.extend(read.get::<Case>(id)?);
    }
    Ok(cases)
}

fn waiting(case: &Case, deputy: bool, now: i64) -> Waiting {
    let returned = case.returned();
    Waiting {
        document: case.document,
        site: case.site,
        channel: case.channel,
        what: if returned.is_some() { What::Mend } else { What::Review },
        step: match returned {
            Some(act) => act.step.clone(),
            None => case.present().map(|step| step.name.clone()).unwrap_or_default(),
        },
        since: case.since,
        due: case.due,
        overdue: case.is_overdue(now),
        taken_by: case.taken_by,
        deputy,
        opinion: returned.map(|act| act.opinion.clone()).unwrap_or_default(),
    }
}

/// A step that is overdue and whom to remind of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Document.
    pub document: DocumentId,
    /// Its site.
    pub site: SiteId,
    /// Name of the step.
    pub step: String,
    /// When it was due.
    pub due: i64,
    /// Who said "I am on it", else everybody who may act.
    pub users: Vec<UserId>,
}

/// Steps that are overdue at `now` and of which nobody was reminded; [`super::remind`] ends that.
///
/// # Errors
/// When the store cannot be read.
pub fn reminders(read: &impl Read, now: i64) -> Result<Vec<Reminder>> {
    let late = late(read, now)?;
    if late.is_empty() {
        return Ok(Vec::new());
    }
    let people: Vec<By> =
        account::users(read)?.iter().filter(|user| !user.disabled).map(|user| By::person(user, "")).collect();
    let mut branches = Branches::default();
    let mut found = Vec::new();
    for (case, due) in late {
        let Some(branch) = branches.of(read, case.channel) else { continue };
        let users = match case.taken_by {
            Some(taken) => vec![taken],
            None => {
                let asked = people.iter().filter(|by| case.standing(by, branch.place()).is_some());
                asked.filter_map(|by| by.user().map(|user| user.id)).collect()
            }
        };
        let step = case.present().map(|step| step.name.clone()).unwrap_or_default();
        found.push(Reminder { document: case.document, site: case.site, step, due, users });
    }
    Ok(found)
}

/// Open cases that are overdue and of which nobody was reminded, with their due times.
fn late(read: &impl Read, now: i64) -> Result<Vec<(Case, i64)>> {
    let list = ListKey::new(CASES, &[]);
    let mut after = Position::FIRST;
    let mut found = Vec::new();
    loop {
        let entries = read.list(list, after, PORTION)?;
        let Some(last) = entries.last() else { return Ok(found) };
        after = last.position();
        for entry in entries {
            let Some(case) = read.get::<Case>(entry.id)? else { continue };
            match case.due {
                Some(due) if due <= now && case.reminded == 0 => found.push((case, due)),
                Some(due) if due <= now => {}
                // The list goes by due time: the rest is later, or has none.
                _ => return Ok(found),
            }
        }
    }
}
