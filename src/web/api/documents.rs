//! Documents: lists, texts, revisions, places, trash.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::id::{ChannelId, ReferenceId, RevisionId, UserId};
use crate::domain::content::{self, Document, Edit, Revision, State, desk};
use crate::store::Entry;

use super::document_view::{DocumentDetail, DocumentView, ReferenceView, RevisionView, TextView};
use super::page::{Cursor, PageQuery, Wanted, reply};
use super::time::read_some;
use super::{Call, PREFIX, Problem, Reply, etag};

/// Which documents of a site.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentsQuery {
    /// Number of a column; those below it are not looked into.
    column: Option<u64>,
    /// `draft`, `in_review`, `scheduled`, `published`, `withdrawn` or `expired`.
    state: Option<String>,
    /// Number of the user who made them.
    author: Option<u64>,
    /// Words in the title.
    q: Option<String>,
    /// Where the page begins: `next` of the page before has it.
    cursor: Option<String>,
    /// Things on the page, 1 to 200; 50 if it is missing.
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
}

/// `GET /sites/{site}/documents`: the last changed first.
///
/// # Errors
/// `not_found`, `query`.
pub fn list(call: &Call) -> Result<Reply, Problem> {
    let query: DocumentsQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let state = query.state.map(|word| State::of(&word).ok_or_else(|| Problem::of("query").with("name", "state")));
    let filter = desk::Filter {
        site: Some(call.site()?.site.id),
        channel: query.column.map(ChannelId),
        state: state.transpose()?,
        author: query.author.map(UserId),
        query: query.q.unwrap_or_default(),
        ..desk::Filter::default()
    };
    let app = call.app();
    let view = |document: &Document| DocumentView::of(call, document);
    if !matches!(wanted.cursor, Some(Cursor::Offset(_)))
        && let Some(found) = desk::list_after(&app.store, &call.by, &filter, wanted.after()?, wanted.limit + 1)?
    {
        let next = (found.len() > wanted.limit).then(|| Cursor::After(found[wanted.limit - 1].1));
        return reply(call, found.iter().take(wanted.limit).map(|(document, _)| view(document)).collect(), next);
    }
    let offset = wanted.offset()?;
    let (found, total) = desk::list(&app.store, &app.titles, &call.by, &filter, offset, wanted.limit)?;
    let end = offset.saturating_add(wanted.limit);
    reply(call, found.iter().map(view).collect(), ((end as u64) < total).then_some(Cursor::Offset(end)))
}

/// `GET /sites/{site}/trash`.
///
/// # Errors
/// `not_found`, `query`.
pub fn trashed(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (site, offset) = (call.site()?.site.id, wanted.offset()?);
    let (found, total) = desk::trash(&call.app().store, &call.by, site, offset, wanted.limit)?;
    let end = offset.saturating_add(wanted.limit);
    let next = ((end as u64) < total).then_some(Cursor::Offset(end));
    reply(call, found.iter().map(|document| DocumentView::of(call, document)).collect(), next)
}

/// `POST /sites/{site}/documents`: a draft.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn create(call: &Call) -> Result<Reply, Problem> {
    let node = call.site()?;
    let text: TextView = call.json()?;
    if !node.channels.contains_key(&ChannelId(text.column)) {
        return Err(Problem::rule("column.unknown", "column", text.column));
    }
    let edit = text.edit(call, None)?;
    let document = content::create(&call.app().store, &call.by, &edit, call.now)?;
    let view = DocumentView::of(call, &document);
    Reply::created(&view, format!("{PREFIX}/documents/{}", view.id))
}

/// A document that the person sees.
pub(super) fn find(call: &Call) -> Result<Document, Problem> {
    Ok(content::document(&call.app().store, &call.by, call.document()?)?)
}

/// The answer with a document, after something was done to it.
pub(super) fn shown(call: &Call, document: &Document) -> Result<Reply, Problem> {
    Reply::resource(&DocumentView::of(call, document))
}

fn head_of(call: &Call, document: &Document) -> Result<Revision, Problem> {
    Ok(content::revision(&call.app().store, &call.by, document.id, document.head)?)
}

/// `GET /documents/{document}`, with its newest text.
///
/// # Errors
/// `not_found`.
pub fn show(call: &Call) -> Result<Reply, Problem> {
    let document = find(call)?;
    let head = head_of(call, &document)?;
    let reply = Reply::json(&DocumentDetail::of(call, &document, &head))?;
    // One version for the document, with or without its text: the newest revision is part of it.
    Ok(Reply { etag: Some(etag::of(&DocumentView::of(call, &document))), ..reply })
}

/// `PUT /documents/{document}`: saves a text as the newest revision.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `stale`, `rules`, `body`.
pub fn save(call: &Call) -> Result<Reply, Problem> {
    let document = find(call)?;
    call.require_seen(&etag::of(&DocumentView::of(call, &document)))?;
    let text: TextView = call.json()?;
    let head = head_of(call, &document)?;
    let edit: Edit = text.edit(call, Some(&head.text))?;
    let saved = content::save(&call.app().store, &call.by, document.id, document.head, &edit, call.now)?;
    shown(call, &saved)
}

/// `DELETE /documents/{document}`: removes it from the trash for good.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`, `rules`.
pub fn purge(call: &Call) -> Result<Reply, Problem> {
    let document = find(call)?;
    call.require_seen(&etag::of(&DocumentView::of(call, &document)))?;
    content::purge(&call.app().store, &call.by, document.id)?;
    Ok(Reply::done())
}

/// Where to.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "column": 17 }))]
pub struct Target {
    /// Number of a column.
    column: u64,
}

/// `POST /documents/{document}/move`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn move_to(call: &Call) -> Result<Reply, Problem> {
    let Target { column } = call.json()?;
    let moved = content::move_to(&call.app().store, &call.by, call.document()?, ChannelId(column), call.now)?;
    shown(call, &moved)
}

/// `POST /documents/{document}/copy`: a draft in a column, also of another site.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn copy(call: &Call) -> Result<Reply, Problem> {
    let Target { column } = call.json()?;
    let copied = content::copy(&call.app().store, &call.by, call.document()?, ChannelId(column), call.now)?;
    let view = DocumentView::of(call, &copied);
    Reply::created(&view, format!("{PREFIX}/documents/{}", view.id))
}

/// Where and how it is shown.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "column": 17, "title": "供暖通知(市住建局)" }))]
pub struct ReferTo {
    /// Number of a column of another site.
    column: u64,
    /// Own title there.
    title: Option<String>,
    /// Time that places it there; the document's publication time if it is missing.
    time: Option<String>,
}

/// `POST /documents/{document}/references`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn refer(call: &Call) -> Result<Reply, Problem> {
    let to: ReferTo = call.json()?;
    let (id, time) = (call.document()?, read_some(to.time.as_deref(), "time")?);
    let (store, column) = (&call.app().store, ChannelId(to.column));
    let reference = content::refer(store, &call.by, id, column, to.title.as_deref(), time)?;
    let location = format!("{PREFIX}/documents/{id}/references/{}", reference.id);
    Reply::created(&ReferenceView::of(call, &reference), location)
}

/// `GET /documents/{document}/references`: those where the person works.
///
/// # Errors
/// `not_found`, `query`.
pub fn references(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (found, next) = wanted.of(content::references(&call.app().store, &call.by, call.document()?)?)?;
    reply(call, found.iter().map(|reference| ReferenceView::of(call, reference)).collect(), next)
}

/// The reference at the second place of the address, as the person sees it.
fn reference_at(call: &Call) -> Result<ReferenceView, Problem> {
    let wanted = ReferenceId(call.number(1)?);
    let all = content::references(&call.app().store, &call.by, call.document()?)?;
    let found = all.iter().find(|reference| reference.id == wanted);
    found.map(|reference| ReferenceView::of(call, reference)).ok_or_else(|| Problem::of("not_found"))
}

/// `GET /documents/{document}/references/{reference}`.
///
/// # Errors
/// `not_found`.
pub fn reference(call: &Call) -> Result<Reply, Problem> {
    Reply::resource(&reference_at(call)?)
}

/// `DELETE /documents/{document}/references/{reference}`.
///
/// # Errors
/// `not_found`, `forbidden`, `if_match`, `changed`.
pub fn remove_reference(call: &Call) -> Result<Reply, Problem> {
    let view = reference_at(call)?;
    call.require_seen(&etag::of(&view))?;
    content::remove_reference(&call.app().store, &call.by, ReferenceId(call.number(1)?))?;
    Ok(Reply::done())
}

/// `POST /documents/{document}/trash`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn trash(call: &Call) -> Result<Reply, Problem> {
    shown(call, &content::trash(&call.app().store, &call.by, call.document()?, call.now)?)
}

/// Where a document is put back.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = serde_json::json!({ "column": 17 }))]
pub struct PutBack {
    /// Number of a column of its site; where it stood if it is missing.
    column: Option<u64>,
}

/// `POST /documents/{document}/put-back`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn put_back(call: &Call) -> Result<Reply, Problem> {
    let PutBack { column } = call.json()?;
    let (store, id) = (&call.app().store, call.document()?);
    shown(call, &content::put_back(store, &call.by, id, column.map(ChannelId), call.now)?)
}

/// `GET /documents/{document}/revisions`: the newest first, without their texts.
///
/// # Errors
/// `not_found`, `query`.
pub fn revisions(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let document = find(call)?;
    let (store, limit) = (&call.app().store, wanted.limit + 1);
    let found = content::revisions(store, &call.by, document.id, wanted.after()?, limit)?;
    let place = |revision: &Revision| Entry { id: revision.id.0, order: u64::from(revision.number) }.position();
    let next = (found.len() > wanted.limit).then(|| Cursor::After(place(&found[wanted.limit - 1])));
    let shown = found.iter().take(wanted.limit).map(|revision| RevisionView::of(&document, revision, false));
    reply(call, shown.collect(), next)
}

/// `GET /documents/{document}/revisions/{revision}`, with its text.
///
/// # Errors
/// `not_found`.
pub fn revision(call: &Call) -> Result<Reply, Problem> {
    let document = find(call)?;
    let revision = RevisionId(call.number(1)?);
    let revision = content::revision(&call.app().store, &call.by, document.id, revision)?;
    Reply::resource(&RevisionView::of(&document, &revision, true))
}

/// The newest revision that the client has seen.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "head": 4711 }))]
pub struct Seen {
    /// Number of the newest revision.
    pub head: u64,
}

/// `POST /documents/{document}/revisions/{revision}/restore`: makes it the newest again, as a new revision.
///
/// # Errors
/// `not_found`, `forbidden`, `stale`, `rules`, `body`.
pub fn restore(call: &Call) -> Result<Reply, Problem> {
    let Seen { head } = call.json()?;
    let (store, id, revision) = (&call.app().store, call.document()?, RevisionId(call.number(1)?));
    shown(call, &content::restore_revision(store, &call.by, id, RevisionId(head), revision, call.now)?)
}
