//! What a person does with what an import brought: load, may the actor?, do the rules allow it?, one transaction.

use crate::base::id::{ChannelId, OldPageId, SignOffId};
use crate::domain::account::{By, Role};
use crate::domain::content::{self, Document};
use crate::domain::error::{Error, Result};
use crate::domain::site;
use crate::store::{Read, Store, Transaction};

use super::query;
use super::{OldPage, Review, Run, SignOff};

/// Longest reason or word beside a sign-off, in characters.
const LONGEST_NOTE: usize = 500;

/// What a person says of a page that waits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accept {
    /// Title, where the import found none or a wrong one.
    pub title: Option<String>,
    /// Column, where it stands in a wrong one.
    pub channel: Option<ChannelId>,
    /// Date on the old site, where the import found none or a wrong one; milliseconds since 1970.
    pub date: Option<i64>,
}

/// A page that waits for a look, with its document, for whoever may act on it in one of the roles.
fn open(tx: &Transaction, by: &By, id: OldPageId, roles: &[Role]) -> Result<(OldPage, Document)> {
    let page = query::page(tx, by, id)?;
    if !page.review.is_open() {
        return Err(Error::rule("migration.decided", "page", id));
    }
    let gone = || Error::rule("migration.gone", "page", id);
    let document: Document = match page.document {
        Some(document) => tx.get(document.0)?.ok_or_else(gone)?,
        None => return Err(gone()),
    };
    if document.trashed.is_some() {
        return Err(gone());
    }
    let branch = site::branch(tx, document.channel)?;
    if !roles.iter().any(|role| by.may(*role, branch.place())) {
        return Err(Error::Forbidden { role: roles.first().map_or("", |role| role.word()) });
    }
    Ok((page, document))
}

fn note_of(text: &str, field: &'static str, required: bool) -> Result<String> {
    let text = text.trim();
    if required && text.is_empty() {
        return Err(Error::rule("required", field, ""));
    }
    if text.chars().count() > LONGEST_NOTE {
        return Err(Error::rule("field.long", field, ""));
    }
    Ok(text.to_owned())
}

fn name_of(by: &By) -> String {
    by.user().map_or_else(|| by.actor().name.clone(), |user| user.display_name.clone())
}

/// A page is right as it is, or as it is mended with this: it is public with its old date where ops imported with
/// `--publish` and its column asks for one step; else its document is a draft like any other, which keeps that date when
/// it is published.
///
/// # Errors
/// `NotFound`; `Forbidden` for all but publishers of its column; `migration.decided`, `migration.gone`,
/// `migration.no_date` where neither the import found a date nor one is given, `migration.future`,
/// `migration.in_review`; as publishing where it does so; for another title or column as [`content::save`] and [`content::move_to`]; `Conflict`.
pub fn accept(store: &Store, by: &By, id: OldPageId, accept: Accept, now: i64) -> Result<OldPage> {
    let mut tx = store.transaction(by.actor(), "migration.accept");
    let (mut page, mut document) = open(&tx, by, id, &[Role::Publisher])?;
    if let Some(channel) = accept.channel.filter(|channel| *channel != document.channel) {
        document = content::move_into(&mut tx, by, document.id, channel, now)?.0;
        // Who accepts it there publishes there.
        by.require(Role::Publisher, site::branch(&tx, channel)?.place())?;
    }
    if let Some(title) = accept.title.filter(|title| *title != document.card.title) {
        document = content::retitle_into(&mut tx, by, document.id, &title, now)?;
    }
    let known = Some(document.published).filter(|time| *time > 0).or(document.was_published);
    let date = accept.date.or(known).ok_or_else(|| Error::rule("migration.no_date", "date", ""))?;
    if date >= now {
        return Err(Error::rule("migration.future", "date", ""));
    }
    let document = content::accept_imported(&mut tx, by, document, date, page.publishes, now)?;
    page.review = Review::Accepted { by: name_of(by), time: now };
    page.channel = Some(document.channel);
    page.title.clone_from(&document.card.title);
    tx.put(&page)?;
    store.commit(tx.site(page.site.0).note(document.card.title))?;
    Ok(page)
}

/// Asks ops to mend the rules and to run the import again; the page waits on.
///
/// # Errors
/// `NotFound`; `Forbidden` for all but reviewers and publishers; `migration.decided`, `migration.gone`, `required`
/// for the reason, `field.long`; `Conflict`.
pub fn send_back(store: &Store, by: &By, id: OldPageId, reason: &str, now: i64) -> Result<OldPage> {
    let mut tx = store.transaction(by.actor(), "migration.send_back").note(reason);
    let (mut page, _) = open(&tx, by, id, &[Role::Reviewer, Role::Publisher])?;
    page.review = Review::SentBack { by: name_of(by), time: now, reason: note_of(reason, "reason", true)? };
    tx.put(&page)?;
    store.commit(tx.site(page.site.0))?;
    Ok(page)
}

/// A page is not worth keeping: its document goes to the trash.
///
/// # Errors
/// `NotFound`; `Forbidden` for all but publishers of its column; `migration.decided`, `migration.gone`, `trash.live`,
/// `trash.waits`, `field.long`; `Conflict`.
pub fn discard(store: &Store, by: &By, id: OldPageId, reason: &str, now: i64) -> Result<OldPage> {
    let mut tx = store.transaction(by.actor(), "migration.discard").note(reason);
    let (mut page, document) = open(&tx, by, id, &[Role::Publisher])?;
    content::trash_into(&mut tx, by, document.id, now)?;
    page.review = Review::Discarded { by: name_of(by), time: now, reason: note_of(reason, "reason", false)? };
    tx.put(&page)?;
    store.commit(tx.site(page.site.0))?;
    Ok(page)
}

/// Puts the document of a page that waits into another column of its site.
///
/// # Errors
/// `NotFound` of page or column; `Forbidden`; `migration.decided`, `migration.gone`; as [`content::move_to`].
pub fn assign(store: &Store, by: &By, id: OldPageId, channel: ChannelId, now: i64) -> Result<OldPage> {
    let mut tx = store.transaction(by.actor(), "migration.assign");
    let (mut page, document) = open(&tx, by, id, &[Role::Editor, Role::Reviewer, Role::Publisher])?;
    let (_, target) = content::move_into(&mut tx, by, document.id, channel, now)?;
    page.channel = Some(channel);
    tx.put(&page)?;
    store.commit(tx.site(page.site.0).note(target.name))?;
    Ok(page)
}

/// A person's word that what an import brought to a column is right. It stands in the journal with the name.
///
/// # Errors
/// `NotFound` of import or column; `Forbidden` for all but publishers of the column; `migration.person`,
/// `migration.running`, `migration.empty`, `migration.waiting` while pages of the column wait for a look,
/// `migration.signed`, `field.long`; `Conflict`.
pub fn sign_off(store: &Store, by: &By, batch: u64, channel: ChannelId, note: &str, now: i64) -> Result<SignOff> {
    let mut tx = store.transaction(by.actor(), "migration.sign_off");
    let run: Run = query::run(&tx, by, batch)?;
    let branch = site::branch(&tx, channel)?;
    if branch.site != run.site {
        return Err(Error::not_found("column", channel));
    }
    by.require_seen(Role::Publisher, branch.place(), "column", channel)?;
    let Some(user) = by.user() else { return Err(Error::rule("migration.person", "column", channel)) };
    if run.ended.is_none() {
        return Err(Error::rule("migration.running", "import", &run.name));
    }
    let state = query::column_state(&tx, batch, channel)?;
    let broken = match state {
        _ if state.pages == 0 => Some("migration.empty"),
        _ if state.waiting > 0 => Some("migration.waiting"),
        _ if state.signed.is_some() => Some("migration.signed"),
        _ => None,
    };
    if let Some(rule) = broken {
        return Err(Error::rule(rule, "column", channel));
    }
    let row = SignOff {
        id: SignOffId(tx.new_id()),
        site: run.site,
        batch,
        channel,
        by: user.display_name.clone(),
        user: user.id,
        time: now,
        documents: state.pages,
        note: note_of(note, "note", false)?,
    };
    tx.put(&row)?;
    store.commit(tx.site(run.site.0).note(format!("{}: {} {}", run.name, channel, row.note).trim_end()))?;
    Ok(row)
}
