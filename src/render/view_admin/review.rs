//! What the pages of the ways of a document see: refused acts, places to choose, the sheet of a review, what waits,
//! and the flows of a site.

use serde::Serialize;

use super::{FieldView, FindingView};

use super::MessageView;

/// A rule that forbids something.
#[derive(Debug, Clone, Serialize)]
pub struct WhyView {
    /// Key of the text, `why.submit.nothing`.
    pub key: String,
    /// What it is about, as a name or time; or empty.
    pub value: String,
}

/// An act on a document that was not carried out.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedActPage {
    /// Title of the document.
    pub title: String,
    /// Address of the document.
    pub back: String,
    /// Why.
    pub problems: Vec<WhyView>,
}

/// What the publishing checks warn of, before an act is carried out.
#[derive(Debug, Clone, Serialize)]
pub struct WarnedPage {
    /// Title of the document.
    pub title: String,
    /// Address of the document.
    pub back: String,
    /// `submit`, `publish` or `schedule`.
    pub act: &'static str,
    /// Where the form goes once more.
    pub action: String,
    /// The revision in which it was found.
    pub seen: u64,
    /// What was found.
    pub findings: Vec<FindingView>,
    /// What was sent.
    pub fields: Vec<FieldView>,
}

/// Choosing a column for a document.
#[derive(Debug, Clone, Serialize)]
pub struct PlacePage {
    /// `move`, `copy`, `refer` or `push`.
    pub act: &'static str,
    /// Title of the document.
    pub title: String,
    /// Address of the document.
    pub back: String,
    /// Columns to choose from.
    pub choices: Vec<PlaceChoice>,
    /// What was typed beside it: a title of its own, or a word to the other site.
    pub typed: String,
    /// Why it was not done.
    pub problems: Vec<WhyView>,
    /// References that stand in columns in which the person works.
    pub references: Vec<ReferenceView>,
    /// Offers to other sites.
    pub sent: Vec<SentView>,
}

/// A column to choose.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceChoice {
    /// Number.
    pub id: u64,
    /// Name of the site and of the columns down to it.
    pub name: String,
    /// True if it was chosen before.
    pub chosen: bool,
}

/// A reference.
#[derive(Debug, Clone, Serialize)]
pub struct ReferenceView {
    /// Number.
    pub id: u64,
    /// Site and column.
    pub place: String,
    /// Its own title there, or empty.
    pub title: String,
}

/// What became of an offer to another site.
#[derive(Debug, Clone, Serialize)]
pub struct SentView {
    /// Number.
    pub id: u64,
    /// Site and column.
    pub place: String,
    /// Who offered it.
    pub by: String,
    /// When.
    pub time: String,
    /// `waiting`, `referred`, `copied`, `refused` or `recalled`.
    pub fate: &'static str,
    /// Why it was refused.
    pub reason: String,
    /// When it was decided; empty before.
    pub decided: String,
}

/// 审查呈批单: the review of a document on one page.
#[derive(Debug, Clone, Serialize)]
pub struct SheetPage {
    /// Full name of the site.
    pub site: String,
    /// Names of the column and those above it.
    pub column: String,
    /// Title of the document.
    pub title: String,
    /// Number of the document.
    pub document: u64,
    /// Number of the revision asked about, from 1.
    pub revision: u32,
    /// State, `in_review`.
    pub state: &'static str,
    /// 来源.
    pub source: String,
    /// 谁提供: who wrote it and handed it in.
    pub provided: Vec<String>,
    /// 谁审核: who approved it before the last step.
    pub reviewed: Vec<String>,
    /// 谁负责: who took the last step.
    pub responsible: Vec<String>,
    /// True where somebody ticked 保密审查.
    pub secrecy: bool,
    /// Name of the flow; empty for the one of sites without one.
    pub flow: String,
    /// Its steps.
    pub steps: Vec<SheetStepView>,
    /// Acts of the last round.
    pub acts: Vec<ActView>,
    /// How many rounds there were.
    pub rounds: usize,
    /// Address of the document.
    pub back: String,
    /// When the page was made.
    pub time: String,
}

/// A step on the sheet.
#[derive(Debug, Clone, Serialize)]
pub struct SheetStepView {
    /// Name; empty in the flow without names.
    pub name: String,
    /// `past`, `now` or `next`.
    pub when: &'static str,
    /// Who is on it.
    pub taken: String,
    /// Until when; or empty.
    pub due: String,
}

/// An act of a review.
#[derive(Debug, Clone, Serialize)]
pub struct ActView {
    /// When.
    pub time: String,
    /// Who.
    pub name: String,
    /// `submitted`, `taken`, `approved`, `returned`, `recalled`, `changed` or `withdrawn`.
    pub kind: &'static str,
    /// Name of the step, or empty.
    pub step: String,
    /// Opinion.
    pub opinion: String,
    /// True where a deputy acted.
    pub deputy: bool,
}

/// What waits for a person.
#[derive(Debug, Clone, Serialize)]
pub struct InboxPage {
    /// Reviews and returned texts.
    pub waiting: Vec<WaitingView>,
    /// Sites with offers from other sites.
    pub received: Vec<ReceivedCountView>,
}

/// Something that waits.
#[derive(Debug, Clone, Serialize)]
pub struct WaitingView {
    /// Title of the document.
    pub title: String,
    /// Address of the document.
    pub url: String,
    /// Short name of its site.
    pub site: String,
    /// Name of its column.
    pub column: String,
    /// `review` or `mend`.
    pub what: &'static str,
    /// Name of the step; empty in the flow without names.
    pub step: String,
    /// Since when.
    pub since: String,
    /// How long that is.
    pub age: MessageView,
    /// Until when; or empty.
    pub due: String,
    /// True if it should be done by now.
    pub overdue: bool,
    /// Who said "I am on it", or empty.
    pub taken: String,
    /// True where that is the person himself.
    pub own: bool,
    /// True where he would act in place of others.
    pub deputy: bool,
    /// The opinion with which it came back.
    pub opinion: String,
}

/// A site with offers.
#[derive(Debug, Clone, Serialize)]
pub struct ReceivedCountView {
    /// Name of the site.
    pub site: String,
    /// Address of the page of its offers.
    pub url: String,
    /// How many.
    pub number: usize,
}

/// Offers to a site.
#[derive(Debug, Clone, Serialize)]
pub struct ReceivedPage {
    /// Slug of the site.
    pub site: String,
    /// The offers, the oldest first.
    pub offers: Vec<OfferView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// Why something was not done.
    pub problems: Vec<WhyView>,
}

/// An offer.
#[derive(Debug, Clone, Serialize)]
pub struct OfferView {
    /// Number.
    pub id: u64,
    /// Title.
    pub title: String,
    /// Public address of the document; empty where visitors do not read it any more.
    pub url: String,
    /// Name of the site that offers it.
    pub from: String,
    /// Who.
    pub by: String,
    /// When.
    pub time: String,
    /// A word.
    pub note: String,
    /// Column to which it is offered.
    pub column: String,
}

/// The flows of a site.
#[derive(Debug, Clone, Serialize)]
pub struct FlowsPage {
    /// Slug of the site.
    pub site: String,
    /// Flows that were made.
    pub flows: Vec<FlowView>,
    /// Places for which one may be made.
    pub places: Vec<PlaceChoice>,
    /// Number of the column that is edited, 0 for the whole site.
    pub place: u64,
    /// Its name.
    pub place_name: String,
    /// True where it has a flow of its own, which may be removed.
    pub stored: bool,
    /// Name of the flow.
    pub name: String,
    /// Nobody approves what he wrote.
    pub forbid_own: bool,
    /// Its steps, and empty ones to fill in.
    pub steps: Vec<StepForm>,
    /// Roles to choose from.
    pub roles: Vec<&'static str>,
    /// Why it was not saved.
    pub problems: Vec<WhyView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
}

/// A flow in the list.
#[derive(Debug, Clone, Serialize)]
pub struct FlowView {
    /// Name.
    pub name: String,
    /// Column; empty for the whole site.
    pub place: String,
    /// Address at which it is edited.
    pub url: String,
    /// Names of its steps.
    pub steps: Vec<String>,
    /// Nobody approves what he wrote.
    pub forbid_own: bool,
}

/// A step as it is typed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StepForm {
    /// From 1.
    pub number: usize,
    /// Name.
    pub name: String,
    /// Word of the role, or empty.
    pub role: String,
    /// Log-in names with spaces between them.
    pub people: String,
    /// Log-in names of deputies.
    pub deputies: String,
    /// Hours, or empty.
    pub hours: String,
}
