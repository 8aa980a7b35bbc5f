//! What the pages of imports of old sites see.

use serde::Serialize;

use super::{FailureView, MessageView, OptionView, RuleView};

/// Imports of a site.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationPage {
    /// Slug of the site.
    pub slug: String,
    /// The imports of the page, the newest first.
    pub runs: Vec<RunView>,
    /// True if pages wait for a look.
    pub waits: bool,
    /// Address of the older imports, or empty.
    pub next: String,
}

/// An import.
#[derive(Debug, Clone, Serialize)]
pub struct RunView {
    /// Address of its report.
    pub url: String,
    /// Name.
    pub name: String,
    /// Kind of its source, `mirror`.
    pub kind: String,
    /// What was read.
    pub source: String,
    /// Begun.
    pub begun: String,
    /// Ended; empty while it runs or after it was interrupted.
    pub ended: String,
    /// Pages read.
    pub read: u64,
    /// New documents.
    pub imported: u64,
    /// Of the documents: for review.
    pub review: u64,
}

/// The report of an import.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationReportPage {
    /// Slug of the site.
    pub slug: String,
    /// Address of the report.
    pub base: String,
    /// The import.
    pub run: RunView,
    /// What was public before became public at once.
    pub publish: bool,
    /// What became of the pages that were read; their sum is the number of pages read.
    pub fates: Vec<FigureView>,
    /// True where they add up to the number of pages read.
    pub adds_up: bool,
    /// What else there was.
    pub others: Vec<FigureView>,
    /// Pages left out, by reason.
    pub skipped: Vec<NamedFigureView>,
    /// Pages by charset.
    pub charsets: Vec<NamedFigureView>,
    /// What ops should know.
    pub notes: Vec<String>,
    /// Columns with what the import put there.
    pub columns: Vec<MovedColumnView>,
    /// Documents to be compared with their old pages.
    pub samples: Vec<SampleView>,
    /// Fates to choose for the list of pages.
    pub choices: Vec<OptionView>,
    /// Pages of the list.
    pub rows: Vec<OldPageRowView>,
    /// Address of the pages after these, or empty.
    pub next: String,
    /// True where the whole report can be had as JSON.
    pub json: bool,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is wrong.
    pub problems: Vec<RuleView>,
}

/// How many of what.
#[derive(Debug, Clone, Serialize)]
pub struct FigureView {
    /// Word, with the text `migration.figure.` and this word.
    pub word: &'static str,
    /// How many.
    pub number: u64,
}

/// How many of what has a name of its own.
#[derive(Debug, Clone, Serialize)]
pub struct NamedFigureView {
    /// Name.
    pub name: String,
    /// How many.
    pub number: u64,
}

/// A column with what an import put there.
#[derive(Debug, Clone, Serialize)]
pub struct MovedColumnView {
    /// Number.
    pub id: u64,
    /// Its name and those above it.
    pub name: String,
    /// Pages that the import put there.
    pub pages: u64,
    /// Of these, how many wait for a look.
    pub waiting: u64,
    /// Address of those that wait.
    pub url: String,
    /// True where the person may sign it off now.
    pub signs: bool,
    /// What was signed.
    pub signed: Option<SignedView>,
}

/// A column that was signed off.
#[derive(Debug, Clone, Serialize)]
pub struct SignedView {
    /// By whom.
    pub by: String,
    /// When.
    pub time: String,
    /// Pages in the column at that time.
    pub pages: u64,
    /// Opinion; may be empty.
    pub note: String,
}

/// A document and its old page.
#[derive(Debug, Clone, Serialize)]
pub struct SampleView {
    /// Address of both side by side.
    pub url: String,
    /// Title.
    pub title: String,
    /// Old address; may be empty.
    pub old: String,
}

/// A page of an old site in a list.
#[derive(Debug, Clone, Serialize)]
pub struct OldPageRowView {
    /// Number.
    pub id: u64,
    /// Address of the page about it.
    pub url: String,
    /// Title; empty where none is known.
    pub title: String,
    /// Old address, or its name in the source.
    pub old: String,
    /// Word of what became of it.
    pub fate: &'static str,
    /// One line more; may be empty.
    pub note: String,
    /// Name of its column; may be empty.
    pub column: String,
    /// Words of the reasons for which it waits.
    pub reasons: Vec<&'static str>,
    /// Word of where the look of a person stands: `none`, `waiting`, …
    pub review: &'static str,
    /// Charset that it was in; may be empty.
    pub charset: String,
    /// Files that were not there.
    pub missing: usize,
}

/// Pages that wait for a look.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationReviewPage {
    /// Slug of the site.
    pub slug: String,
    /// Reasons to choose.
    pub reasons: Vec<OptionView>,
    /// Columns to choose.
    pub columns: Vec<OptionView>,
    /// Imports to choose.
    pub runs: Vec<OptionView>,
    /// True if any filter is set.
    pub filtered: bool,
    /// The pages.
    pub rows: Vec<OldPageRowView>,
    /// Address of the pages after these, or empty.
    pub next: String,
    /// Columns to put something into.
    pub targets: Vec<OptionView>,
    /// Address of this list, to come back to.
    pub here: String,
    /// Something that was just done.
    pub notice: Option<MessageView>,
}

/// What became of several pages.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationBulkPage {
    /// Word of what was asked.
    pub action: &'static str,
    /// Pages with which it was done.
    pub done: usize,
    /// The others.
    pub failures: Vec<FailureView>,
    /// Address of the list.
    pub back: String,
}

/// A page of an old site beside its document.
#[derive(Debug, Clone, Serialize)]
pub struct OldPagePage {
    /// Slug of the site.
    pub slug: String,
    /// The page.
    pub row: OldPageRowView,
    /// Address of this page.
    pub url: String,
    /// Address of the import's report; empty where it is gone.
    pub run: String,
    /// Old addresses.
    pub addresses: Vec<String>,
    /// Name of its old column; may be empty.
    pub old_column: String,
    /// How sure the import was, in percent.
    pub sure: Vec<SureView>,
    /// What is odd about it or was taken out.
    pub remarks: Vec<String>,
    /// Files that were not there.
    pub missing: Vec<String>,
    /// Address of the page as it was; empty where it was not kept.
    pub original: String,
    /// Address of the document's editor; empty without one.
    pub document: String,
    /// Address of the document as visitors see it or will; empty without one.
    pub preview: String,
    /// What was decided, by whom and when; empty while it is open.
    pub decided: String,
    /// Time of it.
    pub decided_time: String,
    /// Reason beside it; may be empty.
    pub reason: String,
    /// True while somebody must still look and the person may decide.
    pub decides: bool,
    /// True where the person may ask ops to import it again.
    pub sends_back: bool,
    /// It becomes public when it is accepted.
    pub publishes: bool,
    /// Title, as typed or found.
    pub title: String,
    /// Date, as typed or found; empty where none is known.
    pub date: String,
    /// Columns to choose.
    pub columns: Vec<OptionView>,
    /// Address of the next page that waits, or empty.
    pub next: String,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is wrong.
    pub problems: Vec<RuleView>,
}

/// How sure the import was of a part.
#[derive(Debug, Clone, Serialize)]
pub struct SureView {
    /// Word: `title`, `date`, `body`, `column`.
    pub word: &'static str,
    /// In percent.
    pub percent: u8,
}

/// What was signed off of an import, for paper.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationSheetPage {
    /// Full name of the site.
    pub site: String,
    /// The import.
    pub run: RunView,
    /// What became of the pages that were read.
    pub fates: Vec<FigureView>,
    /// Columns with what the import put there.
    pub columns: Vec<MovedColumnView>,
    /// Address of the report.
    pub back: String,
    /// Time of this page.
    pub time: String,
}
