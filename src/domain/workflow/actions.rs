//! Actions on flows: load, may the actor?, do the rules allow it?, one transaction.

use std::collections::BTreeSet;

use crate::base::clock::minute;
use crate::base::id::{ChannelId, DocumentId, FlowId, SiteId};
use crate::domain::account::{By, Place, Role, User};
use crate::domain::error::{Broken, Error, Result};
use crate::domain::mail::{self, NewLetter};
use crate::domain::site::{self, Channel, Site};
use crate::store::{Actor, Read, Store, Transaction};

use super::query::{Reminder, reminders, stored_flow};
use super::rules::check_flow;
use super::{Case, Flow, Opening};

/// Settings of a site belong to its manager.
fn require_manager(read: &impl Read, by: &By, site: SiteId) -> Result<()> {
    read.get::<Site>(site.0)?.ok_or_else(|| Error::not_found("site", site))?;
    let within = by.user().is_none_or(|user| user.works_in(site));
    if !within {
        return Err(Error::not_found("site", site));
    }
    by.require(Role::Manager, Place::Site(site))
}

/// Sets the flow of a site, or of a column with those below it. Cases on their way keep theirs.
///
/// # Errors
/// `NotFound`, `Forbidden`; the rules of flows; `step.person` for somebody who does not work there; `Conflict`.
pub fn set_flow(store: &Store, by: &By, flow: &Flow) -> Result<Flow> {
    let mut tx = store.transaction(by.actor(), "workflow.set_flow").site(flow.site.0);
    require_manager(&tx, by, flow.site)?;
    if let Some(channel) = flow.channel {
        let found = tx.get::<Channel>(channel.0)?.filter(|found| found.site == flow.site);
        found.ok_or_else(|| Error::not_found("column", channel))?;
    }
    let mut flow = flow.clone();
    flow.name = flow.name.trim().to_owned();
    for step in &mut flow.steps {
        step.name = step.name.trim().to_owned();
        step.people.sort();
        step.people.dedup();
        step.deputies.sort();
        step.deputies.dedup();
    }
    let mut broken = check_flow(&flow).err().unwrap_or_default();
    broken.extend(strangers(&tx, &flow)?);
    if !broken.is_empty() {
        return Err(Error::Rules { broken });
    }
    let former = stored_flow(&tx, flow.site, flow.channel)?;
    flow.id = former.as_ref().map_or_else(|| FlowId(tx.new_id()), |former| former.id);
    if former.as_ref() != Some(&flow) {
        tx = tx.note(flow.name.clone());
        tx.put(&flow)?;
        store.commit(tx)?;
    }
    Ok(flow)
}

/// Steps that name people who do not work where the flow holds.
fn strangers(read: &impl Read, flow: &Flow) -> Result<Vec<Broken>> {
    let branch = flow.channel.map(|channel| site::branch(read, channel)).transpose()?;
    let place = branch.as_ref().map_or(Place::Site(flow.site), site::Branch::place);
    let last = flow.steps.len().saturating_sub(1);
    let mut broken = Vec::new();
    for (index, step) in flow.steps.iter().enumerate() {
        let named: BTreeSet<_> = step.people.iter().chain(&step.deputies).collect();
        for id in named {
            let user = read.get::<User>(id.0)?;
            let fits = user.as_ref().is_some_and(|user| {
                // Without a column the flow holds in all of them: somebody of one column may be named, too.
                let works = user.sees(place) || (flow.channel.is_none() && user.works_in(flow.site));
                let publishes = user.may(Role::Publisher, place)
                    || (flow.channel.is_none() && user.may_within(Role::Publisher, flow.site));
                works && (index < last || publishes)
            });
            if !fits {
                let value = user.map_or_else(|| id.to_string(), |user| user.name);
                broken.push(Broken { rule: "step.person", field: "steps", value });
            }
        }
    }
    Ok(broken)
}

/// Forgets the flow of a site or column; what holds above it holds then. Cases on their way keep theirs.
///
/// # Errors
/// `NotFound`, `Forbidden`, `Conflict`.
pub fn remove_flow(store: &Store, by: &By, site: SiteId, channel: Option<ChannelId>) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "workflow.remove_flow").site(site.0);
    require_manager(&tx, by, site)?;
    let flow = stored_flow(&tx, site, channel)?.ok_or_else(|| Error::not_found("flow", site))?;
    tx = tx.note(flow.name);
    tx.delete::<Flow>(flow.id.0);
    store.commit(tx)?;
    Ok(())
}

/// Writes the beginning of a review into `tx`; the action on the document has asked for permission.
///
/// # Errors
/// When the store cannot be read.
pub(in crate::domain) fn begin(
    tx: &mut Transaction,
    by: &By,
    what: Opening,
    flow: Flow,
    note: &str,
    now: i64,
) -> Result<Case> {
    let former = tx.get::<Case>(what.document.0)?;
    Ok(Case::begin(former, by, what, flow, note, now))
}

/// Reminds of every step that is overdue: notes in its case that it was done, and writes letters to those who may act,
/// where mail is on. `title` is that of a document. Returns how many steps there were.
///
/// # Errors
/// When the store refuses.
pub fn remind(store: &Store, by_mail: bool, title: impl Fn(DocumentId) -> String, now: i64) -> Result<usize> {
    let late = reminders(store, now)?;
    if late.is_empty() {
        return Ok(0);
    }
    let mut tx = store.transaction(Actor::system(), "workflow.reminded");
    for Reminder { document, step, due, users, .. } in &late {
        let Some(mut case) = tx.get::<Case>(document.0)?.filter(|case| case.is_overdue(now) && case.reminded == 0)
        else {
            continue;
        };
        case.reminded = now;
        tx.put(&case)?;
        let title = title(*document);
        for user in users.iter().filter(|_| by_mail) {
            let Some(user) = store.get::<User>(user.0)?.filter(|user| !user.email.is_empty() && !user.disabled) else {
                continue;
            };
            let letter = NewLetter::new(&user.email, &user.display_name, "mail.overdue")
                .with("title", &title)
                .with("step", step)
                .with("due", minute(*due))
                .with("document", document);
            mail::post(&mut tx, letter, now)?;
        }
    }
    store.commit(tx)?;
    Ok(late.len())
}
