//! What the pages about a text see: its revisions, two of them compared, what the checks found, words to look for.

use minijinja::Value;
use serde::Serialize;

use super::MessageView;

/// A saved state of a text.
#[derive(Debug, Clone, Serialize)]
pub struct RevisionView {
    /// Number of the row, in addresses.
    pub id: u64,
    /// 1 for the first.
    pub number: u32,
    /// When it was saved.
    pub time: String,
    /// Who saved it.
    pub by: String,
    /// Its title.
    pub title: String,
    /// True if it is the newest.
    pub newest: bool,
    /// True if visitors read it.
    pub live: bool,
}

/// The revisions of a document.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryPage {
    /// Number of the document.
    pub document: u64,
    /// Title of the document.
    pub title: String,
    /// Number of its newest revision.
    pub head: u64,
    /// Revisions, the newest first.
    pub revisions: Vec<RevisionView>,
    /// Address of older ones; empty if there are none.
    pub older: String,
    /// True if the person may make an old one the newest.
    pub restore: bool,
    /// Something that was just done, or why it was not.
    pub notice: Option<MessageView>,
}

/// A field that differs; its texts are safe HTML.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedFieldView {
    /// Its name, `title`; its text is `compare.field.title`.
    pub name: &'static str,
    /// What it was.
    pub old: Value,
    /// What it is.
    pub new: Value,
}

/// A block of two texts; safe HTML.
#[derive(Debug, Clone, Serialize)]
pub struct ComparedBlockView {
    /// `same`, `changed`, `form`, `added` or `removed`.
    pub change: &'static str,
    /// What it was; empty if it is new.
    pub old: Value,
    /// What it is; empty if it is gone.
    pub new: Value,
}

/// Two revisions side by side.
#[derive(Debug, Clone, Serialize)]
pub struct ComparePage {
    /// Number of the document.
    pub document: u64,
    /// Title of the document.
    pub title: String,
    /// The older revision.
    pub old: RevisionView,
    /// The newer one.
    pub new: RevisionView,
    /// Fields that differ.
    pub fields: Vec<ComparedFieldView>,
    /// Every block.
    pub blocks: Vec<ComparedBlockView>,
    /// Fields and blocks that differ.
    pub differences: usize,
}

/// Something that the checks found.
#[derive(Debug, Clone, Serialize)]
pub struct FindingView {
    /// Key of its text, `check.alt`.
    pub key: &'static str,
    /// `stop` or `warn`.
    pub severity: &'static str,
    /// Words at the place, or empty.
    pub place: String,
    /// What it should be, or empty.
    pub hint: String,
}

/// What the checks found in the newest revision of a document.
#[derive(Debug, Clone, Serialize)]
pub struct CheckPage {
    /// Number of the document.
    pub document: u64,
    /// Title of the document.
    pub title: String,
    /// What was found, what stops first.
    pub findings: Vec<FindingView>,
    /// How many of them stop it from being published.
    pub stops: usize,
}

/// The words of a kind.
#[derive(Debug, Clone, Serialize)]
pub struct WordListView {
    /// `sensitive` or `misspelt`.
    pub kind: &'static str,
    /// One a line, as it was typed.
    pub text: String,
}

/// What a check does.
#[derive(Debug, Clone, Serialize)]
pub struct CheckRuleView {
    /// Key of its text, `check.alt`; also the field's name.
    pub key: &'static str,
    /// `off`, `warn` or `stop`.
    pub severity: &'static str,
}

/// Words to look for, and what the checks do.
#[derive(Debug, Clone, Serialize)]
pub struct WordsPage {
    /// Name of the site; empty for the group.
    pub site: String,
    /// Where the forms go.
    pub action: String,
    /// Both lists.
    pub lists: Vec<WordListView>,
    /// What each check does; of the group only.
    pub rules: Vec<CheckRuleView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// Why nothing was done.
    pub problem: Option<MessageView>,
}
