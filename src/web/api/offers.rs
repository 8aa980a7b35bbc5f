//! What a site offers to another, and links to texts that are not published.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, PreviewId, RevisionId, SubmissionId};
use crate::domain::content::{self, Document, PreviewLink};
use crate::domain::submission::{self, Fate, How, Sent, Submission};

use super::document_view::url;
use super::page::{PageQuery, Wanted, reply};
use super::time::some;
use super::{Call, PREFIX, Problem, Reply};

/// An offer of a document to a column of another site.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Offer")]
pub struct OfferView {
    /// Number.
    id: u64,
    /// Slug of the site to which it is offered.
    site: String,
    /// Number of the column to which it is offered.
    column: u64,
    /// Who offered it.
    by: String,
    /// When.
    time: Option<String>,
    /// What became of it: `waiting`, `accepted` or another word.
    state: &'static str,
    /// Why it was refused.
    reason: String,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<String>,
}

impl OfferView {
    fn of(call: &Call, sent: &Sent) -> OfferView {
        OfferView {
            id: sent.id.0,
            site: call.slug(sent.to),
            column: sent.channel.0,
            by: sent.by.clone(),
            time: some(sent.time),
            state: sent.word,
            reason: sent.reason.clone(),
            decided: some(sent.decided),
        }
    }
}

/// To whom it is offered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewOffer", example = serde_json::json!({ "column": 17, "note": "请采用。" }))]
pub struct Push {
    /// Number of a column of another site that takes offers.
    column: u64,
    /// A word to the other site.
    #[serde(default)]
    note: String,
}

/// `GET /documents/{document}/offers`: the last one first.
///
/// # Errors
/// `not_found`, `query`.
pub fn list(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (found, next) = wanted.of(submission::sent(&call.app().store, &call.by, call.document()?)?)?;
    reply(call, found.iter().map(|sent| OfferView::of(call, sent)).collect(), next)
}

/// `POST /documents/{document}/offers`.
///
/// # Errors
/// `not_found` of the document, or of a column that takes no offers; `forbidden`, `rules`, `body`.
pub fn push(call: &Call) -> Result<Reply, Problem> {
    let Push { column, note } = call.json()?;
    let (store, id) = (&call.app().store, call.document()?);
    let made = submission::push(store, &call.by, id, ChannelId(column), &note, call.now)?;
    let sent = submission::sent(store, &call.by, id)?;
    let sent = sent.iter().find(|sent| sent.id == made.id).ok_or_else(|| Problem::of("not_found"))?;
    Reply::created(&OfferView::of(call, sent), format!("{PREFIX}/documents/{id}/offers"))
}

/// `POST /documents/{document}/offers/{offer}/take-back`: an offer that still waits.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn take_back(call: &Call) -> Result<Reply, Problem> {
    let (store, document, id) = (&call.app().store, call.document()?, SubmissionId(call.number(1)?));
    let find = || -> Result<Sent, Problem> {
        let all = submission::sent(store, &call.by, document)?;
        all.into_iter().find(|sent| sent.id == id).ok_or_else(|| Problem::of("not_found"))
    };
    find()?;
    submission::take_back(store, &call.by, id, call.now)?;
    Reply::json(&OfferView::of(call, &find()?))
}

/// An offer of another site that waits.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ReceivedOffer")]
pub struct ReceivedView {
    /// Number.
    id: u64,
    /// Title of the document.
    title: String,
    /// Slug of the site that offers it.
    from: String,
    /// Who offers it.
    by: String,
    /// When.
    time: Option<String>,
    /// A word of the other site.
    note: String,
    /// Number of the column to which it is offered.
    column: u64,
    /// Address of the document, while visitors read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl ReceivedView {
    fn of(call: &Call, (offer, document): &(Submission, Document)) -> ReceivedView {
        ReceivedView {
            id: offer.id.0,
            title: document.card.title.clone(),
            from: call.slug(offer.from),
            by: offer.by.clone(),
            time: some(offer.time),
            note: offer.note.clone(),
            column: offer.channel.0,
            url: document.is_live().then(|| url(call, document)).flatten(),
        }
    }
}

/// `GET /sites/{site}/received`: what waits in the columns in which the person publishes, the oldest first.
///
/// # Errors
/// `not_found`, `query`.
pub fn received(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (found, next) = wanted.of(submission::received(&call.app().store, &call.by, call.site()?.site.id)?)?;
    reply(call, found.iter().map(|offer| ReceivedView::of(call, offer)).collect(), next)
}

/// How an offer is taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AcceptOffer", example = serde_json::json!({ "how": "reference" }))]
pub struct Accepting {
    /// `reference` to show it at once, `copy` for a draft.
    how: String,
    /// Own title of a reference.
    #[serde(default)]
    title: String,
}

/// Why an offer is not taken.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RefuseOffer", example = serde_json::json!({ "reason": "与本栏目无关" }))]
pub struct Refusing {
    /// The reason, which the other site reads.
    reason: String,
}

/// What became of an offer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DecidedOffer")]
pub struct DecidedView {
    /// Number.
    id: u64,
    /// `referred`, `copied` or `refused`.
    state: &'static str,
    /// Number of the draft that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<u64>,
    /// Number of the reference that was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<u64>,
}

impl DecidedView {
    fn of(offer: &Submission) -> DecidedView {
        let made = |wanted: How| match offer.fate {
            Fate::Accepted { how, number } if how == wanted => Some(number),
            _ => None,
        };
        let (document, reference) = (made(How::Copy), made(How::Reference));
        DecidedView { id: offer.id.0, state: offer.fate.word(), document, reference }
    }
}

/// An offer that waits at the site of the address.
fn waiting(call: &Call) -> Result<SubmissionId, Problem> {
    let id = SubmissionId(call.number(1)?);
    let all = submission::received(&call.app().store, &call.by, call.site()?.site.id)?;
    all.iter().find(|(offer, _)| offer.id == id).map(|_| id).ok_or_else(|| Problem::of("not_found"))
}

/// `POST /sites/{site}/received/{offer}/accept`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn accept(call: &Call) -> Result<Reply, Problem> {
    let id = waiting(call)?;
    let Accepting { how, title } = call.json()?;
    let how = match how.as_str() {
        "reference" => How::Reference,
        "copy" => How::Copy,
        _ => return Err(Problem::rule("word.unknown", "how", how)),
    };
    let offer = submission::accept(&call.app().store, &call.by, id, how, &title, call.now)?;
    Reply::json(&DecidedView::of(&offer))
}

/// `POST /sites/{site}/received/{offer}/refuse`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn refuse(call: &Call) -> Result<Reply, Problem> {
    let id = waiting(call)?;
    let Refusing { reason } = call.json()?;
    Reply::json(&DecidedView::of(&submission::refuse(&call.app().store, &call.by, id, &reason, call.now)?))
}

/// A link to a revision, for people who do not log in.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PreviewLink")]
pub struct LinkView {
    /// Number.
    id: u64,
    /// Number of the revision that it shows.
    revision: u64,
    /// Log-in name of who made it.
    by: String,
    /// Good until then.
    ends: Option<String>,
    /// Its address; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl LinkView {
    fn of(link: &PreviewLink) -> LinkView {
        LinkView { id: link.id.0, revision: link.revision.0, by: link.by.clone(), ends: some(link.ends), url: None }
    }
}

/// What a link shows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewPreviewLink", example = serde_json::json!({ "revision": 4711 }))]
pub struct Wish {
    /// Number of a revision.
    revision: u64,
}

/// `GET /documents/{document}/preview-links`: those that are good now.
///
/// # Errors
/// `not_found`, `query`.
pub fn links(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (found, next) = wanted.of(content::previews(&call.app().store, &call.by, call.document()?, call.now)?)?;
    reply(call, found.iter().map(LinkView::of).collect(), next)
}

/// `POST /documents/{document}/preview-links`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn make_link(call: &Call) -> Result<Reply, Problem> {
    let Wish { revision } = call.json()?;
    let (app, id) = (call.app(), call.document()?);
    let (token, link) = content::make_preview(&app.store, &call.by, id, RevisionId(revision), call.now)?;
    let url = Some(format!("{}/admin/preview/{}", app.origin(), token.secret()));
    let location = format!("{PREFIX}/documents/{id}/preview-links/{}", link.id);
    Reply::created(&LinkView { url, ..LinkView::of(&link) }, location)
}

/// `DELETE /documents/{document}/preview-links/{link}`: it shows nothing any more.
///
/// # Errors
/// `not_found`, `forbidden`.
pub fn end_link(call: &Call) -> Result<Reply, Problem> {
    content::end_preview(&call.app().store, &call.by, call.document()?, PreviewId(call.number(1)?))?;
    Ok(Reply::done())
}
