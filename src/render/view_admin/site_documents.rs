//! What the lists of documents of a site see.

use serde::Serialize;

use super::{MessageView, OptionGroupView, OptionView, PagesView, RuleView};

/// Documents of a site.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentsPage {
    /// Slug of the site.
    pub slug: String,
    /// Columns to choose.
    pub columns: Vec<OptionView>,
    /// States to choose.
    pub states: Vec<OptionView>,
    /// Authors to choose.
    pub authors: Vec<OptionView>,
    /// Orders to choose.
    pub orders: Vec<OptionView>,
    /// Words searched for in titles.
    pub query: String,
    /// Only what was not changed for long.
    pub stale: bool,
    /// True if any filter is set.
    pub filtered: bool,
    /// The documents of the page.
    pub rows: Vec<DocumentRowView>,
    /// Pages.
    pub pages: PagesView,
    /// What can be done with several at once.
    pub actions: Vec<OptionView>,
    /// Columns of this site to move to.
    pub moves: Vec<OptionView>,
    /// Columns to copy to.
    pub copies: Vec<OptionGroupView>,
    /// Columns to refer from.
    pub refers: Vec<OptionGroupView>,
    /// Address of a new document, or empty.
    pub create: String,
    /// Address of this list, to come back to.
    pub here: String,
    /// Something that was just done.
    pub notice: Option<MessageView>,
}

/// A document in a list.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentRowView {
    /// Number.
    pub id: u64,
    /// Title.
    pub title: String,
    /// Address of its page.
    pub url: String,
    /// Public address, or empty.
    pub public: String,
    /// Name of its column.
    pub column: String,
    /// Word of its state.
    pub state: &'static str,
    /// True where a newer text than the published one is there.
    pub changed_since: bool,
    /// Pinned.
    pub pinned: bool,
    /// Name of its author, or empty.
    pub author: String,
    /// Last change.
    pub changed: String,
    /// Publication, or the time set for it; or empty.
    pub published: String,
}

/// What became of several documents.
#[derive(Debug, Clone, Serialize)]
pub struct BulkPage {
    /// Slug of the site.
    pub slug: String,
    /// Word of what was asked.
    pub action: String,
    /// Documents with which it was done.
    pub done: usize,
    /// The others.
    pub failures: Vec<FailureView>,
    /// Address of the list.
    pub back: String,
}

/// A document with which something could not be done.
#[derive(Debug, Clone, Serialize)]
pub struct FailureView {
    /// Title.
    pub title: String,
    /// Address of its page, or empty.
    pub url: String,
    /// Reasons.
    pub reasons: Vec<RuleView>,
}

/// Documents in the trash.
#[derive(Debug, Clone, Serialize)]
pub struct TrashPage {
    /// Slug of the site.
    pub slug: String,
    /// The documents of the page.
    pub rows: Vec<TrashRowView>,
    /// Pages.
    pub pages: PagesView,
    /// Columns to put something back into.
    pub columns: Vec<OptionView>,
    /// True if the person may remove for good.
    pub purges: bool,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What could not be done.
    pub failures: Vec<FailureView>,
}

/// A document in the trash.
#[derive(Debug, Clone, Serialize)]
pub struct TrashRowView {
    /// Number.
    pub id: u64,
    /// Title.
    pub title: String,
    /// Name of its column; empty if that is gone.
    pub column: String,
    /// Who put it there.
    pub by: String,
    /// When.
    pub time: String,
}
