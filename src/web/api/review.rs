//! The steps that a text takes before visitors read it, and what waits for whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::base::id::RevisionId;
use crate::domain::content;
use crate::domain::workflow::{self, Act, Case, Waiting, What};
use crate::web::admin::accepted_language;

use super::documents::{find, shown};
use super::flows::FlowView;
use super::page::{PageQuery, Wanted, reply};
use super::time::{read, read_some, some};
use super::{Call, FindingView, Problem, Reply};

/// What somebody did.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Act")]
pub struct ActView {
    /// When.
    time: Option<String>,
    /// Log-in name, `cli` or `system`.
    by: String,
    /// Name for people.
    name: String,
    /// `submitted`, `taken`, `approved`, `returned`, `recalled`, `changed` or `withdrawn`.
    kind: &'static str,
    /// Name of the step.
    step: String,
    /// Opinion.
    opinion: String,
    /// Number of the revision at that time.
    revision: u64,
    /// A deputy acted in place of others.
    deputy: bool,
}

impl ActView {
    fn of(act: &Act) -> ActView {
        ActView {
            time: some(act.time),
            by: act.by.clone(),
            name: act.name.clone(),
            kind: act.kind.word(),
            step: act.step.clone(),
            opinion: act.opinion.clone(),
            revision: act.revision.0,
            deputy: act.deputy,
        }
    }
}

/// The way of a document through its flow.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Case")]
pub struct CaseView {
    /// Number of the document.
    document: u64,
    /// Number of the revision that is asked about.
    revision: u64,
    /// The steps as they were when the text was handed in.
    flow: FlowView,
    /// The step in which it waits, from 0; missing when the review is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
    /// When the step, or the end, was reached.
    since: Option<String>,
    /// When the step is overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    /// Number of the user who is on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_by: Option<u64>,
    /// Every act of all rounds, the oldest first.
    acts: Vec<ActView>,
}

impl CaseView {
    fn of(case: &Case) -> CaseView {
        CaseView {
            document: case.document.0,
            revision: case.revision.0,
            flow: FlowView::of(&case.flow),
            step: case.step,
            since: some(case.since),
            due: case.due.and_then(some),
            taken_by: case.taken_by.map(|user| user.0),
            acts: case.acts.iter().map(ActView::of).collect(),
        }
    }
}

/// Something that waits for the person.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Waiting")]
pub struct WaitingView {
    /// Number of the document.
    document: u64,
    /// Slug of its site.
    site: String,
    /// Number of its column.
    column: u64,
    /// `review` for a decision, `mend` for a text that came back.
    what: &'static str,
    /// Name of the step.
    step: String,
    /// Since when.
    since: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    /// It should be done by now.
    overdue: bool,
    /// Number of the user who is on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_by: Option<u64>,
    /// The person would act in place of others.
    deputy: bool,
    /// The opinion with which it came back.
    opinion: String,
}

impl WaitingView {
    fn of(call: &Call, waiting: &Waiting) -> WaitingView {
        WaitingView {
            document: waiting.document.0,
            site: call.slug(waiting.site),
            column: waiting.channel.0,
            what: match waiting.what {
                What::Review => "review",
                What::Mend => "mend",
            },
            step: waiting.step.clone(),
            since: some(waiting.since),
            due: waiting.due.and_then(some),
            overdue: waiting.overdue,
            taken_by: waiting.taken_by.map(|user| user.0),
            deputy: waiting.deputy,
            opinion: waiting.opinion.clone(),
        }
    }
}

/// `GET /inbox`: over all sites of the person, the first due first.
///
/// # Errors
/// `query`.
pub fn inbox(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let (found, next) = wanted.of(workflow::inbox(&call.app().store, &call.by, call.now)?)?;
    reply(call, found.iter().map(|waiting| WaitingView::of(call, waiting)).collect(), next)
}

/// `GET /documents/{document}/case`.
///
/// # Errors
/// `not_found`, also for a document that was never handed in.
pub fn case(call: &Call) -> Result<Reply, Problem> {
    let document = find(call)?;
    let case = workflow::case(&call.app().store, document.id)?.ok_or_else(|| Problem::of("not_found"))?;
    Reply::resource(&CaseView::of(&case))
}

/// The text that is handed in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "revision": 4711, "note": "请审核" }))]
pub struct Submit {
    /// Number of the newest revision, which the client has seen.
    revision: u64,
    /// A word to who reviews it.
    #[serde(default)]
    note: String,
    /// Number of the newest revision, once its warnings were read.
    #[serde(default)]
    seen: u64,
}

/// What the publishing checks warn of must have been seen before a text comes nearer to its readers.
fn require_read(call: &Call, seen: u64) -> Result<(), Problem> {
    let found = content::unseen(&call.app().store, &call.by, call.document()?, RevisionId(seen))?;
    if found.is_empty() { Ok(()) } else { Err(Problem::warned(found)) }
}

/// `POST /documents/{document}/submit`.
///
/// # Errors
/// `not_found`, `forbidden`, `stale`, `warned`, `rules`, `body`.
pub fn submit(call: &Call) -> Result<Reply, Problem> {
    let given: Submit = call.json()?;
    require_read(call, given.seen)?;
    let (store, id, revision) = (&call.app().store, call.document()?, RevisionId(given.revision));
    shown(call, &content::submit(store, &call.by, id, revision, &given.note, call.now)?)
}

/// `POST /documents/{document}/take`: "I am on it".
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn take(call: &Call) -> Result<Reply, Problem> {
    let case = content::take(&call.app().store, &call.by, call.document()?, call.now)?;
    Reply::json(&CaseView::of(&case))
}

/// A decision.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "revision": 4711, "opinion": "同意" }))]
pub struct Decision {
    /// Number of the revision that was read.
    revision: u64,
    /// Opinion.
    #[serde(default)]
    opinion: String,
    /// After the last step it is published then; at once if it is missing.
    at: Option<String>,
}

/// `POST /documents/{document}/approve`, in the present step.
///
/// # Errors
/// `not_found`, `forbidden`, `stale`, `rules`, `body`.
pub fn approve(call: &Call) -> Result<Reply, Problem> {
    let given: Decision = call.json()?;
    let (store, id, revision) = (&call.app().store, call.document()?, RevisionId(given.revision));
    let at = read_some(given.at.as_deref(), "at")?;
    shown(call, &content::approve(store, &call.by, id, revision, &given.opinion, at, call.now)?)
}

/// Why it goes back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "revision": 4711, "opinion": "请补充联系电话" }))]
pub struct SendBack {
    /// Number of the revision that was read.
    revision: u64,
    /// Opinion; it must not be empty.
    opinion: String,
}

/// `POST /documents/{document}/return`, to its writer.
///
/// # Errors
/// `not_found`, `forbidden`, `stale`, `rules`, `body`.
pub fn send_back(call: &Call) -> Result<Reply, Problem> {
    let given: SendBack = call.json()?;
    let (store, id, revision) = (&call.app().store, call.document()?, RevisionId(given.revision));
    shown(call, &content::send_back(store, &call.by, id, revision, &given.opinion, call.now)?)
}

/// `POST /documents/{document}/recall`: takes a text back from its review.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn recall(call: &Call) -> Result<Reply, Problem> {
    shown(call, &content::recall(&call.app().store, &call.by, call.document()?, call.now)?)
}

/// A text that is published as it is.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = serde_json::json!({ "seen": 4711 }))]
pub struct Publish {
    /// Number of the newest revision, once its warnings were read.
    seen: u64,
}

/// `POST /documents/{document}/publish`, where the flow has one step, or as its last one.
///
/// # Errors
/// `not_found`, `forbidden`, `warned`, `rules`, `body`.
pub fn publish(call: &Call) -> Result<Reply, Problem> {
    require_read(call, call.json::<Publish>()?.seen)?;
    shown(call, &content::publish(&call.app().store, &call.by, call.document()?, call.now)?)
}

/// When it is published.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = serde_json::json!({ "at": "2026-12-01T08:00:00+08:00" }))]
pub struct Schedule {
    /// A time to come.
    at: String,
    /// Number of the newest revision, once its warnings were read.
    #[serde(default)]
    seen: u64,
}

/// `POST /documents/{document}/schedule`.
///
/// # Errors
/// `not_found`, `forbidden`, `warned`, `rules`, `body`.
pub fn schedule(call: &Call) -> Result<Reply, Problem> {
    let Schedule { at, seen } = call.json()?;
    require_read(call, seen)?;
    let (store, id, at) = (&call.app().store, call.document()?, read(&at, "at")?);
    shown(call, &content::schedule(store, &call.by, id, at, call.now)?)
}

/// Why it is taken off the site.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = serde_json::json!({ "reason": "内容有误" }))]
pub struct Withdraw {
    /// The reason, for the journal.
    reason: String,
}

/// `POST /documents/{document}/withdraw`.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`, `body`.
pub fn withdraw(call: &Call) -> Result<Reply, Problem> {
    let Withdraw { reason } = call.json()?;
    shown(call, &content::withdraw(&call.app().store, &call.by, call.document()?, &reason, call.now)?)
}

/// `POST /documents/{document}/expire`: its validity ends now.
///
/// # Errors
/// `not_found`, `forbidden`, `rules`.
pub fn expire(call: &Call) -> Result<Reply, Problem> {
    shown(call, &content::expire(&call.app().store, &call.by, call.document()?, call.now)?)
}

/// `GET /documents/{document}/check`: what the publishing checks find in the newest text.
///
/// # Errors
/// `not_found`, `query`.
pub fn check(call: &Call) -> Result<Reply, Problem> {
    let query: PageQuery = call.query()?;
    let wanted = Wanted::read(query.cursor.as_deref(), query.limit)?;
    let lang = accepted_language(&call.headers);
    let (found, next) = wanted.of(content::check_document(&call.app().store, &call.by, call.document()?)?)?;
    reply(call, found.iter().map(|finding| FindingView::of(call.app(), lang, finding)).collect(), next)
}
