//! What the first page after the log-in sees.

use serde::Serialize;

use super::{MessageView, ReceivedCountView, SessionView, WaitingView};

/// The first page after logging in.
#[derive(Debug, Clone, Serialize)]
pub struct AdminHomePage {
    /// The log-in before this one; a stranger's would be noticed.
    pub before: Option<LastLogInView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What waits for the person, the first things.
    pub waiting: Vec<WaitingView>,
    /// How many things wait.
    pub waiting_count: usize,
    /// Sites with offers from other sites.
    pub received: Vec<ReceivedCountView>,
    /// The person's own drafts, the last changed first, and what he has not saved.
    pub drafts: Vec<AdminDraftView>,
    /// Columns that should have been updated.
    pub stale: Vec<StaleColumnView>,
    /// How many such columns there are.
    pub stale_count: usize,
    /// Grants of the person.
    pub grants: Vec<GrantView>,
    /// Sites that the person works in.
    pub sites: Vec<AdminSiteView>,
    /// The newest published documents there.
    pub newest: Vec<AdminDocumentView>,
    /// The newest log-ins of the person.
    pub sessions: Vec<SessionView>,
    /// How many log-ins there are.
    pub session_count: usize,
}

/// A log-in of the past.
#[derive(Debug, Clone, Serialize)]
pub struct LastLogInView {
    /// When.
    pub time: String,
    /// From which address.
    pub address: String,
    /// Wrong passwords since then.
    pub failures: u32,
}

/// A grant.
#[derive(Debug, Clone, Serialize)]
pub struct GrantView {
    /// Word of the role, `editor`; its name is the text `role.editor`.
    pub role: &'static str,
    /// Name of the site or column; empty for the whole group.
    pub place: String,
}

/// A site that the person works in.
#[derive(Debug, Clone, Serialize)]
pub struct AdminSiteView {
    /// Slug.
    pub slug: String,
    /// Full name.
    pub name: String,
    /// Address of its home page, empty while visitors may not read it.
    pub url: String,
    /// `online`, `planned`, `notice`, `redirected` or `archived`.
    pub state: &'static str,
    /// True where the person works in some columns only, which are counted then.
    pub part: bool,
    /// Published documents.
    pub published: u64,
    /// All documents, where the person may know.
    pub documents: Option<u64>,
}

/// A published document.
#[derive(Debug, Clone, Serialize)]
pub struct AdminDocumentView {
    /// Title.
    pub title: String,
    /// Public address.
    pub url: String,
    /// When it was published.
    pub time: String,
    /// Short name of its site.
    pub site: String,
    /// Name of its column.
    pub column: String,
}

/// A draft.
#[derive(Debug, Clone, Serialize)]
pub struct AdminDraftView {
    /// Title; may be empty.
    pub title: String,
    /// Address of the document.
    pub url: String,
    /// When it was changed or kept.
    pub time: String,
    /// Short name of its site.
    pub site: String,
    /// Name of its column.
    pub column: String,
    /// True where what was typed is kept but not saved.
    pub unsaved: bool,
}

/// A column that should have been updated.
#[derive(Debug, Clone, Serialize)]
pub struct StaleColumnView {
    /// Name of site and column.
    pub place: String,
    /// Public address.
    pub url: String,
    /// Time of the newest document, or empty.
    pub newest: String,
    /// Days that the rules allow.
    pub days: u32,
    /// Whole days since.
    pub late: i64,
}
