//! What the pages of the audit log see.

use serde::Serialize;

use super::MessageView;

/// Entries of the audit log.
#[derive(Debug, Clone, Serialize)]
pub struct AuditPage {
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is looked for.
    pub filter: AuditFilterView,
    /// True where something is looked for.
    pub filtered: bool,
    /// Sites to choose from.
    pub sites: Vec<ChoiceView>,
    /// Actions to choose from: their names, each with the text `action.NAME`.
    pub actions: Vec<String>,
    /// The entries, the newest first.
    pub entries: Vec<AuditEntryView>,
    /// Address of the older entries.
    pub next: Option<String>,
    /// Address of the newest entries, on another page than theirs.
    pub first: Option<String>,
    /// Where the search broke off for want of time: the time that it reached.
    pub reached: Option<String>,
    /// Whether the log is whole.
    pub verification: VerificationView,
}

/// What is looked for, as typed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AuditFilterView {
    /// Slug of a site, `-` for the group itself, or empty.
    pub site: String,
    /// Log-in name, or empty.
    pub actor: String,
    /// Beginning of an action's name, or empty.
    pub action: String,
    /// From this day on, `2026-11-23`, or empty.
    pub since: String,
    /// Up to this day, or empty.
    pub until: String,
    /// A text in the note, the address or a row, or empty.
    pub text: String,
    /// What is wrong with one of them.
    pub wrong: Option<MessageView>,
}

/// Something to choose.
#[derive(Debug, Clone, Serialize)]
pub struct ChoiceView {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub name: String,
}

/// An entry.
#[derive(Debug, Clone, Serialize)]
pub struct AuditEntryView {
    /// Sequence number.
    pub seq: u64,
    /// Address of its page.
    pub url: String,
    /// When, to the second.
    pub time: String,
    /// Log-in name, or `system`, `cli`, `visitor`.
    pub actor: String,
    /// True where the actor is nobody's name but the text `actor.NAME`.
    pub nobody: bool,
    /// Address of the client; may be empty.
    pub address: String,
    /// Dotted name of the action.
    pub action: String,
    /// True where it has the text `action.NAME`.
    pub labelled: bool,
    /// Short name of the site; empty for the group.
    pub site: String,
    /// Why, or what exactly; may be empty.
    pub note: String,
    /// Rows written.
    pub rows: usize,
}

/// Whether the log is whole.
#[derive(Debug, Clone, Serialize)]
pub struct VerificationView {
    /// How far a verification that runs is, in percent.
    pub running: Option<u64>,
    /// When the last one ended, since the start of the server.
    pub time: Option<String>,
    /// Transactions that it found whole.
    pub records: u64,
    /// Hash after the last of them.
    pub head: String,
    /// The damage that it found, or empty.
    pub damage: String,
}

/// One entry with its rows.
#[derive(Debug, Clone, Serialize)]
pub struct AuditEntryPage {
    /// The entry.
    pub entry: AuditEntryView,
    /// Rows that it wrote.
    pub changes: Vec<AuditChangeView>,
    /// Rows that are not shown.
    pub more: usize,
    /// Address of the entry before, in time.
    pub previous: Option<String>,
    /// Address of the entry after, in time.
    pub next: Option<String>,
}

/// A row that was written.
#[derive(Debug, Clone, Serialize)]
pub struct AuditChangeView {
    /// Name of the table.
    pub table: &'static str,
    /// Number of the row.
    pub id: u64,
    /// The row as JSON with its secrets masked; empty where it was deleted.
    pub row: String,
}
