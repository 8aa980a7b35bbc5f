//! A case: one document on its way through a flow, and every act on it.

use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, DocumentId, RevisionId, SiteId, UserId};
use crate::domain::account::{By, Place, Role};
use crate::domain::error::{Error, Result};

use super::rules::check_opinion;
use super::{Flow, Standing, Step};

/// Milliseconds of an hour.
const HOUR: i64 = 3_600_000;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActKind {
    /// 提交: handed the text in.
    Submitted,
    /// 签收: "I am on it".
    Taken,
    /// 通过.
    Approved,
    /// 退回.
    Returned,
    /// 撤回送审: the writer took it back.
    Recalled,
    /// 修改: the text was changed, so the review begins anew.
    Changed,
    /// 撤稿: the document was taken off the site, which ends the review as well.
    Withdrawn,
}

impl ActKind {
    /// The word used in message keys.
    pub fn word(self) -> &'static str {
        match self {
            ActKind::Submitted => "submitted",
            ActKind::Taken => "taken",
            ActKind::Approved => "approved",
            ActKind::Returned => "returned",
            ActKind::Recalled => "recalled",
            ActKind::Changed => "changed",
            ActKind::Withdrawn => "withdrawn",
        }
    }
}

/// One act: who, when, in which step, with which opinion, on which revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Milliseconds since 1970.
    pub time: i64,
    /// Log-in name, `cli` or `system`.
    pub by: String,
    /// Name for people.
    pub name: String,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// What.
    pub kind: ActKind,
    /// Name of the step; empty outside of the steps and in the flow without names.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step: String,
    /// Opinion.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub opinion: String,
    /// The revision at that time.
    pub revision: RevisionId,
    /// True where a deputy acted in place of others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deputy: bool,
}

/// What is handed in.
#[derive(Debug, Clone, Copy)]
pub struct Opening {
    /// Document.
    pub document: DocumentId,
    /// Its site.
    pub site: SiteId,
    /// Its column.
    pub channel: ChannelId,
    /// The text.
    pub revision: RevisionId,
}

/// The way of one document through its flow; one row for each document, whose acts are kept over all its rounds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Document.
    pub document: DocumentId,
    /// Its site.
    pub site: SiteId,
    /// Its column.
    pub channel: ChannelId,
    /// The revision that is asked about.
    pub revision: RevisionId,
    /// The flow as it was when the text was handed in.
    pub flow: Flow,
    /// The step in which it waits; `None` when the review is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// Who handed it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitter: Option<UserId>,
    /// When the step (or the end) was reached, milliseconds since 1970.
    pub since: i64,
    /// When the step is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<i64>,
    /// Who said "I am on it".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<UserId>,
    /// When those who may act were reminded of the step; 0 if never.
    #[serde(default)]
    pub reminded: i64,
    /// Every act, the oldest first.
    pub acts: Vec<Act>,
}

impl Case {
    /// Begins a round. `former` is the document's case of earlier rounds.
    pub(super) fn begin(former: Option<Case>, by: &By, what: Opening, flow: Flow, note: &str, now: i64) -> Case {
        let mut case = Case {
            document: what.document,
            site: what.site,
            channel: what.channel,
            revision: what.revision,
            flow,
            step: None,
            submitter: by.user().map(|user| user.id),
            since: now,
            due: None,
            taken_by: None,
            reminded: 0,
            acts: former.map(|former| former.acts).unwrap_or_default(),
        };
        case.note(by, ActKind::Submitted, note, false, now);
        case.enter(0, now);
        case
    }

    /// True while it waits for somebody.
    pub fn is_open(&self) -> bool {
        self.step.is_some()
    }

    /// The step in which it waits.
    pub fn present(&self) -> Option<&Step> {
        self.step.and_then(|step| self.flow.steps.get(step))
    }

    /// True where the next approval is the last one.
    pub fn is_last(&self) -> bool {
        self.step.is_some_and(|step| step + 1 >= self.flow.steps.len())
    }

    /// True if the step should be done by now.
    pub fn is_overdue(&self, now: i64) -> bool {
        self.is_open() && self.due.is_some_and(|due| due <= now)
    }

    /// The acts of the last round, from its submission on.
    pub fn round(&self) -> &[Act] {
        let from = self.acts.iter().rposition(|act| act.kind == ActKind::Submitted).unwrap_or_default();
        &self.acts[from..]
    }

    /// The opinion with which it was returned, if that is how the last round ended.
    pub fn returned(&self) -> Option<&Act> {
        self.acts.last().filter(|act| !self.is_open() && act.kind == ActKind::Returned)
    }

    /// As what somebody may act in the present step on a document at `place`; the last step takes the role that
    /// publishes as well.
    pub fn standing(&self, by: &By, place: Place<'_>) -> Option<Standing> {
        let standing = self.present()?.standing(by, place)?;
        (!self.is_last() || by.may(Role::Publisher, place)).then_some(standing)
    }

    /// True where the flow forbids `by` to approve, because he is one of `writers`.
    pub fn is_own(&self, by: &By, writers: &[UserId]) -> bool {
        self.flow.forbid_own && by.user().is_some_and(|user| writers.contains(&user.id))
    }

    /// May somebody act? Who is not asked in this step is refused; so is everybody while another one is on it.
    fn require(&self, by: &By, place: Place<'_>) -> Result<Standing> {
        let step = self.present().ok_or_else(|| Error::rule("review.none", "document", self.document))?;
        let role = if self.is_last() { Role::Publisher.word() } else { step.role_word() };
        self.standing(by, place).ok_or(Error::Forbidden { role })
    }

    fn require_free(&self, by: &By) -> Result<()> {
        match (self.taken_by, by.user()) {
            (Some(taken), Some(user)) if taken != user.id => {
                let name = self.acts.iter().rev().find(|act| act.kind == ActKind::Taken).map(|act| act.name.as_str());
                Err(Error::rule("review.taken", "document", name.unwrap_or_default()))
            }
            _ => Ok(()),
        }
    }

    /// "I am on it"; also takes it over from somebody else.
    ///
    /// # Errors
    /// `review.none`, `Forbidden`.
    pub fn take(&mut self, by: &By, place: Place<'_>, now: i64) -> Result<()> {
        let standing = self.require(by, place)?;
        let Some(user) = by.user() else { return Err(Error::Forbidden { role: "person" }) };
        if self.taken_by != Some(user.id) {
            self.taken_by = Some(user.id);
            self.note(by, ActKind::Taken, "", standing == Standing::Deputy, now);
        }
        Ok(())
    }

    /// Approves in the present step. True if that was the last one. `writers` wrote the text.
    ///
    /// # Errors
    /// `review.none`, `Forbidden`, `review.taken`, `review.own`, `opinion.long`.
    pub fn approve(&mut self, by: &By, place: Place<'_>, writers: &[UserId], opinion: &str, now: i64) -> Result<bool> {
        let standing = self.require(by, place)?;
        self.require_free(by)?;
        if self.is_own(by, writers) {
            return Err(Error::rule("review.own", "document", self.document));
        }
        check_opinion(opinion)?;
        self.note(by, ActKind::Approved, opinion, standing == Standing::Deputy, now);
        let next = self.step.map_or(0, |step| step + 1);
        if next < self.flow.steps.len() {
            self.enter(next, now);
            return Ok(false);
        }
        self.close(now);
        Ok(true)
    }

    /// Returns it to the writer with an opinion, which must not be empty.
    ///
    /// # Errors
    /// `review.none`, `Forbidden`, `review.taken`, `required`, `opinion.long`.
    pub fn send_back(&mut self, by: &By, place: Place<'_>, opinion: &str, now: i64) -> Result<()> {
        let standing = self.require(by, place)?;
        self.require_free(by)?;
        check_opinion(opinion)?;
        if opinion.trim().is_empty() {
            return Err(Error::rule("required", "opinion", ""));
        }
        self.note(by, ActKind::Returned, opinion, standing == Standing::Deputy, now);
        self.close(now);
        Ok(())
    }

    /// Ends the review without a decision: taken back by the writer, or the document was withdrawn.
    pub fn end(&mut self, by: &By, kind: ActKind, opinion: &str, now: i64) {
        if self.is_open() {
            self.note(by, kind, opinion, false, now);
            self.close(now);
        }
    }

    /// The text was changed: the review begins anew with the new revision, under the same flow.
    pub fn restart(&mut self, by: &By, revision: RevisionId, now: i64) {
        self.revision = revision;
        self.note(by, ActKind::Changed, "", false, now);
        self.enter(0, now);
    }

    fn enter(&mut self, step: usize, now: i64) {
        self.step = Some(step);
        self.since = now;
        self.due = self.present().and_then(|step| step.due_hours).map(|hours| now + i64::from(hours) * HOUR);
        self.taken_by = None;
        self.reminded = 0;
    }

    fn close(&mut self, now: i64) {
        self.step = None;
        self.since = now;
        self.due = None;
        self.taken_by = None;
        self.reminded = 0;
    }

    fn note(&mut self, by: &By, kind: ActKind, opinion: &str, deputy: bool, now: i64) {
        let inside = matches!(kind, ActKind::Taken | ActKind::Approved | ActKind::Returned);
        let step = self.present().filter(|_| inside).map(|step| step.name.clone()).unwrap_or_default();
        self.acts.push(Act {
            time: now,
            by: by.actor().name.clone(),
            name: by.user().map_or_else(|| by.actor().name.clone(), |user| user.display_name.clone()),
            user: by.user().map(|user| user.id),
            kind,
            step,
            opinion: opinion.trim().to_owned(),
            revision: self.revision,
            deputy,
        });
    }
}
