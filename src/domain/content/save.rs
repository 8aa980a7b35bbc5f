//! Saving: a new document, a new revision of one, and what is not saved yet.

use crate::base::id::{DocumentId, RevisionId, SiteId, WorkingId};
use crate::domain::account::{By, Role, User};
use crate::domain::error::{Error, Result};
use crate::domain::workflow;
use crate::store::{ListKey, Position, Read, Store, Transaction};

use super::document::{Document, Revision, State};
use super::edit::{Edit, Working};
use super::html::clean;
use super::permit::{Found, find, open, require_edit, target};
use super::rules::{check_edit, check_related};
use super::tables::{BEGUN, REVISIONS_OF_DOCUMENT, WORKING, WORKING_OF_DOCUMENT, begun_key, working_key};
use super::uses::check_media;

/// The edit as it is stored: checked, its body sanitised, its title one line.
fn ready(edit: &Edit) -> Result<Edit> {
    let mut edit = edit.clone();
    tidy(&mut edit);
    check_edit(&edit).map_err(|broken| Error::Rules { broken })?;
    Ok(edit)
}

/// Brings an edit into the form in which it is stored; what is in that form already stays as it is.
fn tidy(edit: &mut Edit) {
    edit.text.body = clean(&edit.text.body).html;
    let one_line = |text: &mut String| {
        if text.contains(|c: char| c.is_control()) || text.trim() != text {
            *text = text.split(|c: char| c.is_control()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            *text = text.trim().to_owned();
        }
    };
    one_line(&mut edit.text.title);
    one_line(&mut edit.text.subtitle);
    one_line(&mut edit.text.link);
    let mut seen = Vec::new();
    edit.related.retain(|id| {
        !seen.contains(id) && {
            seen.push(*id);
            true
        }
    });
}

/// A new document with its first revision; the caller writes both.
pub(super) fn new_document(
    tx: &Transaction,
    id: Option<DocumentId>,
    edit: &Edit,
    site: SiteId,
    by: (&str, Option<&User>),
    now: i64,
) -> (Document, Revision) {
    let (name, user) = by;
    let user = user.map(|user| user.id);
    let document = id.unwrap_or_else(|| DocumentId(tx.new_id()));
    let revision = Revision {
        id: RevisionId(tx.new_id()),
        document,
        site,
        number: 1,
        time: now,
        by: name.to_owned(),
        author: user,
        text: edit.text.clone(),
        terms: edit.terms(),
        comments: Vec::new(),
    };
    let mut document = Document {
        id: document,
        site,
        channel: edit.channel,
        state: State::Draft,
        head: revision.id,
        live: None,
        revisions: 1,
        card: edit.text.card(),
        created: now,
        changed: now,
        author: user,
        writers: user.into_iter().collect(),
        shared: edit.shared,
        published: 0,
        updated: 0,
        was_published: None,
        undated: false,
        pinned: false,
        pinned_until: None,
        valid_until: None,
        publish_at: None,
        scheduled: None,
        trashed: None,
        batch: None,
        origin: String::new(),
        begun: String::new(),
    };
    document.set_terms(&revision.terms, now);
    (document, revision)
}

/// Makes a draft.
///
/// # Errors
/// `NotFound` of the column, `Forbidden`; the rules of texts, `channel.holds_none`, `related.unknown`.
pub fn create(store: &Store, by: &By, edit: &Edit, now: i64) -> Result<Document> {
    begin(store, by, "", edit, now)
}

/// Makes a draft for a form that calls its first save `name`, a random text, or nothing. The same save sent again, as
/// after a lost answer, finds the document that it made; with another text it becomes the next revision.
///
/// # Errors
/// As [`create`]; [`Error::Stale`] when somebody has saved the document meanwhile.
pub fn begin(store: &Store, by: &By, name: &str, edit: &Edit, now: i64) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.create");
    if let Some(user) = by.user().filter(|_| !name.is_empty())
        && let Some(row) = tx.unique(BEGUN, &begun_key(user.id.0, name))?
        && let Some(document) = tx.get::<Document>(row)?
    {
        return begun(store, by, document, edit, now);
    }
    let (channel, _) = target(&tx, by, edit.channel, Some(Role::Editor))?;
    tx = tx.site(channel.site.0);
    let edit = ready(edit)?;
    check_related(&tx, by, &edit, None)?;
    check_media(&tx, by, &edit.text, None)?;
    let (mut document, revision) = new_document(&tx, None, &edit, channel.site, (&by.actor().name, by.user()), now);
    name.clone_into(&mut document.begun);
    tx.put(&revision)?;
    tx.put(&document)?;
    store.commit(tx)?;
    Ok(document)
}

/// The first save of a document once more.
fn begun(store: &Store, by: &By, document: Document, edit: &Edit, now: i64) -> Result<Document> {
    if document.revisions > 1 {
        return Err(Error::Stale { head: document.head });
    }
    let first: Option<Revision> = store.get(document.head.0)?;
    let same = first.map(|first| Edit::of(&document, &first)) == Some(ready(edit)?);
    if same { Ok(document) } else { save(store, by, document.id, document.head, edit, now) }
}

/// Saves a text as the newest revision. `base` is the one that the text was made from. The live revision is left as
/// it is; a review begins anew. The person's unsaved text is gone then. A draft may change its column with it. The same
/// once more, as after a lost answer, changes nothing.
///
/// # Errors
/// `NotFound`, `Forbidden`; [`Error::Stale`] when `base` is not the newest revision; the rules of texts;
/// `channel.holds_none`, `channel.other_site`, `move.not_draft`, `document.trashed`; `Conflict`.
pub fn save(store: &Store, by: &By, id: DocumentId, base: RevisionId, edit: &Edit, now: i64) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.save");
    let found = open(&tx, by, id)?;
    require_edit(by, &found)?;
    let edit = ready(edit)?;
    if found.document.head != base {
        let stale = Error::Stale { head: found.document.head };
        return if is_saved(&tx, by, &found.document, base, &edit)? { Ok(found.document) } else { Err(stale) };
    }
    let document = write_revision(&mut tx, by, found, &edit, now)?;
    tx = tx.site(document.site.0);
    store.commit(tx)?;
    Ok(document)
}

/// Is the newest revision what the actor made of `base` with just this text? Then it is sent again, because the answer
/// to the first time got lost.
fn is_saved(read: &impl Read, by: &By, document: &Document, base: RevisionId, edit: &Edit) -> Result<bool> {
    let newest = read.list(ListKey::new(REVISIONS_OF_DOCUMENT, &[document.id.0]), Position::FIRST, 2)?;
    let follows = newest.iter().map(|entry| entry.id).eq([document.head.0, base.0]);
    let head: Option<Revision> = read.get(document.head.0)?;
    let own = |head: &Revision| head.author.is_some() && head.author == by.user().map(|user| user.id);
    Ok(follows && head.is_some_and(|head| own(&head) && Edit::of(document, &head) == *edit))
}

/// Writes the next revision of a document and what follows from it.
fn write_revision(tx: &mut Transaction, by: &By, found: Found, edit: &Edit, now: i64) -> Result<Document> {
    let Found { mut document, .. } = found;
    let before: Option<Revision> = tx.get(document.head.0)?;
    let before = before.map(|revision| Edit::of(&document, &revision));
    check_related(tx, by, edit, before.as_ref())?;
    check_media(tx, by, &edit.text, Some(document.id))?;
    if edit.channel != document.channel {
        let (channel, _) = target(tx, by, edit.channel, None)?;
        if channel.site != document.site {
            return Err(Error::rule("channel.other_site", "column", channel.name));
        }
        if document.is_live() || matches!(document.state, State::InReview | State::Scheduled) {
            return Err(Error::rule("move.not_draft", "column", channel.name));
        }
        document.channel = channel.id;
    }
    let user = by.user().map(|user| user.id);
    let revision = Revision {
        id: RevisionId(tx.new_id()),
        document: document.id,
        site: document.site,
        number: document.revisions + 1,
        time: now,
        by: by.actor().name.clone(),
        author: user,
        text: edit.text.clone(),
        terms: edit.terms(),
        comments: Vec::new(),
    };
    tx.put(&revision)?;
    document.head = revision.id;
    document.revisions = revision.number;
    document.shared = edit.shared;
    document.changed = now;
    document.writers.extend(user.filter(|user| !document.writers.contains(user)));
    if !document.is_live() {
        document.card = edit.text.card();
        document.set_terms(&revision.terms, now);
    }
    if document.state == State::InReview
        && let Some(mut case) = workflow::case(tx, document.id)?
    {
        case.restart(by, revision.id, now);
        tx.put(&case)?;
    }
    if let Some(user) = user
        && let Some(row) = tx.unique(WORKING, &working_key(document.id.0, user.0))?
    {
        tx.get::<Working>(row)?;
        tx.delete::<Working>(row);
    }
    tx.put(&document)?;
    Ok(document)
}

/// Makes an older revision the newest one again, as a new revision.
///
/// # Errors
/// As [`save`]; `NotFound` of the revision.
pub fn restore_revision(
    store: &Store,
    by: &By,
    id: DocumentId,
    base: RevisionId,
    revision: RevisionId,
    now: i64,
) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.restore_revision");
    let found = open(&tx, by, id)?;
    require_edit(by, &found)?;
    if found.document.head != base {
        return Err(Error::Stale { head: found.document.head });
    }
    let old: Option<Revision> = tx.get(revision.0)?;
    let old = old.filter(|old| old.document == id).ok_or_else(|| Error::not_found("revision", revision))?;
    let edit = ready(&Edit::of(&found.document, &old))?;
    tx = tx.site(found.document.site.0).note(old.number.to_string());
    let document = write_revision(&mut tx, by, found, &edit, now)?;
    store.commit(tx)?;
    Ok(document)
}

/// Gives the newest text of a document another title, within the transaction of an action that does more.
///
/// # Errors
/// As [`save`].
pub(in crate::domain) fn retitle_into(
    tx: &mut Transaction,
    by: &By,
    id: DocumentId,
    title: &str,
    now: i64,
) -> Result<Document> {
    let found = open(tx, by, id)?;
    require_edit(by, &found)?;
    let head: Revision =
        tx.get(found.document.head.0)?.ok_or_else(|| Error::not_found("revision", found.document.head))?;
    let mut edit = Edit::of(&found.document, &head);
    title.clone_into(&mut edit.text.title);
    let edit = ready(&edit)?;
    write_revision(tx, by, found, &edit, now)
}

/// Adds keywords to a document, as a new revision; those that it has already are left out.
///
/// # Errors
/// As [`save`].
pub fn tag(store: &Store, by: &By, id: DocumentId, words: &[String], now: i64) -> Result<Document> {
    let mut tx = store.transaction(by.actor(), "content.tag").note(words.join(", "));
    let found = open(&tx, by, id)?;
    require_edit(by, &found)?;
    let head: Revision =
        tx.get(found.document.head.0)?.ok_or_else(|| Error::not_found("revision", found.document.head))?;
    let mut edit = Edit::of(&found.document, &head);
    for word in words.iter().map(|word| word.trim()).filter(|word| !word.is_empty()) {
        if !edit.text.keywords.iter().any(|known| known == word) {
            edit.text.keywords.push(word.to_owned());
        }
    }
    if edit.text.keywords == head.text.keywords {
        return Ok(found.document);
    }
    let edit = ready(&edit)?;
    let document = write_revision(&mut tx, by, found, &edit, now)?;
    tx = tx.site(document.site.0);
    store.commit(tx)?;
    Ok(document)
}

/// Keeps what a person has before him, one text for each document and person. `base` is the revision that he began
/// from, `version` that of the text kept before (0 for the first). What it holds may be unfinished: no rule of texts
/// is asked, but the body is sanitised. The same once more, as after a lost answer, changes nothing.
///
/// # Errors
/// `NotFound`, `Forbidden`; [`Error::Stale`] when `base` is not the newest revision, or when another window of the
/// person has kept a text meanwhile; `body.long`.
pub fn autosave(
    store: &Store,
    by: &By,
    id: DocumentId,
    base: RevisionId,
    version: u64,
    edit: &Edit,
    now: i64,
) -> Result<Working> {
    let mut tx = store.transaction(by.actor(), "content.autosave");
    let found = open(&tx, by, id)?;
    require_edit(by, &found)?;
    let Some(user) = by.user() else { return Err(Error::Forbidden { role: "person" }) };
    tx = tx.site(found.document.site.0);
    let stale = || Error::Stale { head: found.document.head };
    if found.document.head != base {
        return Err(stale());
    }
    let row = tx.unique(WORKING, &working_key(id.0, user.id.0))?;
    let former = row.map(|row| tx.get::<Working>(row)).transpose()?.flatten();
    let mut edit = edit.clone();
    tidy(&mut edit);
    // A text kept for an older revision is replaced only by who has seen it.
    if former.as_ref().map_or(0, |former| former.version) != version {
        // Sent again, because the answer to the first time got lost.
        let same = |kept: &Working| kept.base == base && kept.version == version + 1 && kept.edit == edit;
        return former.filter(same).ok_or_else(stale);
    }
    if let Err(broken) = check_edit(&edit)
        && let Some(long) = broken.into_iter().find(|broken| broken.rule == "body.long")
    {
        return Err(Error::Rules { broken: vec![long] });
    }
    let working = Working {
        id: former.map_or_else(|| WorkingId(tx.new_id()), |former| former.id),
        document: id,
        site: found.document.site,
        user: user.id,
        base,
        version: version + 1,
        edit,
        time: now,
    };
    tx.put(&working)?;
    store.commit(tx)?;
    Ok(working)
}

/// What the actor has not saved of a document.
///
/// # Errors
/// `NotFound`; when the store cannot be read.
pub fn working(read: &impl Read, by: &By, id: DocumentId) -> Result<Option<Working>> {
    find(read, by, id)?;
    let Some(user) = by.user() else { return Ok(None) };
    match read.unique(WORKING, &working_key(id.0, user.id.0))? {
        Some(row) => Ok(read.get(row)?),
        None => Ok(None),
    }
}

/// Unsaved texts of everybody for a document, the last one first: who else is at it.
///
/// # Errors
/// `NotFound`; when the store cannot be read.
pub fn workings(read: &impl Read, by: &By, id: DocumentId) -> Result<Vec<Working>> {
    find(read, by, id)?;
    let mut found = Vec::new();
    for entry in read.list(ListKey::new(WORKING_OF_DOCUMENT, &[id.0]), Position::FIRST, 100)? {
        found.extend(read.get::<Working>(entry.id)?);
    }
    Ok(found)
}

/// Forgets what the actor has not saved of a document.
///
/// # Errors
/// `NotFound`, `Conflict`.
pub fn discard_working(store: &Store, by: &By, id: DocumentId) -> Result<()> {
    let mut tx = store.transaction(by.actor(), "content.discard");
    let found = find(&tx, by, id)?;
    let Some(user) = by.user() else { return Ok(()) };
    let Some(row) = tx.unique(WORKING, &working_key(id.0, user.id.0))? else { return Ok(()) };
    tx = tx.site(found.document.site.0);
    tx.get::<Working>(row)?;
    tx.delete::<Working>(row);
    store.commit(tx)?;
    Ok(())
}
