//! What the pages of a site and its columns see.

use serde::Serialize;

use super::MessageView;

/// A rule that what was typed breaks.
#[derive(Debug, Clone, Serialize)]
pub struct RuleView {
    /// Field at fault; its name is the text `field.` and this word.
    pub field: String,
    /// Key of the text.
    pub key: String,
    /// Value at fault, which the text may show.
    pub value: String,
}

/// Something to choose.
#[derive(Debug, Clone, Serialize)]
pub struct OptionView {
    /// Value.
    pub value: String,
    /// Text for people; empty where the text has a key.
    pub text: String,
    /// Key of the text, or empty.
    pub key: String,
    /// True if it is chosen.
    pub chosen: bool,
}

/// Things to choose of one site.
#[derive(Debug, Clone, Serialize)]
pub struct OptionGroupView {
    /// Name of the site.
    pub name: String,
    /// What can be chosen.
    pub options: Vec<OptionView>,
}

/// Pages of a list.
#[derive(Debug, Clone, Serialize)]
pub struct PagesView {
    /// Number of the page, from 1.
    pub page: u64,
    /// Number of pages.
    pub pages: u64,
    /// Things on all of them.
    pub total: u64,
    /// Address of the page before, or empty.
    pub previous: String,
    /// Address of the page after, or empty.
    pub next: String,
    /// Address of the first page, or empty on it.
    pub first: String,
    /// Address of the last page, or empty on it.
    pub last: String,
}

/// Sites that the person works in.
#[derive(Debug, Clone, Serialize)]
pub struct SitesPage {
    /// The sites.
    pub sites: Vec<SiteRowView>,
    /// What was searched for.
    pub query: String,
    /// How many sites there are without the search.
    pub total: usize,
    /// True if the person may make sites.
    pub creates: bool,
    /// Something that was just done.
    pub notice: Option<MessageView>,
}

/// A site in a list.
#[derive(Debug, Clone, Serialize)]
pub struct SiteRowView {
    /// Slug.
    pub slug: String,
    /// Full name.
    pub name: String,
    /// Address of its public home page; empty while visitors may not read it.
    pub url: String,
    /// `online`, `planned`, `notice`, `redirected` or `archived`.
    pub state: &'static str,
    /// `portal`, `department`, `township` or `public-service`.
    pub kind: &'static str,
    /// True where the person works in some columns only, which are counted then.
    pub part: bool,
    /// Published documents.
    pub published: u64,
    /// Drafts.
    pub drafts: u64,
    /// Documents in review.
    pub in_review: u64,
}

/// Making a site.
#[derive(Debug, Clone, Serialize)]
pub struct NewSitePage {
    /// Slug as typed.
    pub slug: String,
    /// Full name as typed.
    pub name: String,
    /// Short name as typed.
    pub short_name: String,
    /// Kinds.
    pub kinds: Vec<OptionView>,
    /// Themes.
    pub themes: Vec<OptionView>,
    /// With the usual columns.
    pub usual: bool,
    /// What is wrong.
    pub problems: Vec<RuleView>,
}

/// The desk of a site.
#[derive(Debug, Clone, Serialize)]
pub struct SiteDeskPage {
    /// Slug.
    pub slug: String,
    /// Full name.
    pub name: String,
    /// Address of its public home page; empty while visitors may not read it.
    pub url: String,
    /// State.
    pub state: &'static str,
    /// True where the person works in some columns only.
    pub part: bool,
    /// Documents by state.
    pub counts: Vec<CountView>,
    /// Documents that wait for this person here.
    pub waiting: Vec<WaitingRowView>,
    /// Columns where the person works.
    pub columns: Vec<ColumnRowView>,
    /// Columns that are older than they may be.
    pub stale: usize,
    /// Columns in which nothing was ever published.
    pub empty: usize,
    /// Pages that the person may open from here.
    pub shortcuts: Vec<ShortcutView>,
}

/// How many documents are in a state.
#[derive(Debug, Clone, Serialize)]
pub struct CountView {
    /// Word of the state, or `trash`.
    pub state: &'static str,
    /// Documents.
    pub number: u64,
    /// Address of their list.
    pub url: String,
}

/// A page to go to.
#[derive(Debug, Clone, Serialize)]
pub struct ShortcutView {
    /// Key of its text.
    pub key: &'static str,
    /// Address.
    pub url: String,
}

/// A document that waits for somebody.
#[derive(Debug, Clone, Serialize)]
pub struct WaitingRowView {
    /// Title.
    pub title: String,
    /// Address of its page.
    pub url: String,
    /// Name of the step.
    pub step: String,
    /// Since when.
    pub since: String,
    /// Until when, or empty.
    pub due: String,
    /// True if it should have been done.
    pub overdue: bool,
}

/// A column in a list or tree.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnRowView {
    /// Number.
    pub id: u64,
    /// Number of the column above, 0 at the top.
    pub parent: u64,
    /// Name.
    pub name: String,
    /// Path of slugs.
    pub path: String,
    /// Public address; empty while visitors may not read the site.
    pub url: String,
    /// Levels above it.
    pub depth: usize,
    /// `list`, `page`, `section` or `link`.
    pub kind: &'static str,
    /// Not in the navigation.
    pub hidden: bool,
    /// Other sites may send documents here.
    pub takes: bool,
    /// True if site.toml declares it.
    pub declared: bool,
    /// True while it is being emptied to go.
    pub closing: bool,
    /// What visitors see in it.
    pub live: u64,
    /// Documents and references in it, whatever their state.
    pub standing: u64,
    /// When something new was published last, or empty.
    pub newest: String,
    /// `empty`, `free`, `fresh`, `soon`, `stale`; empty for links.
    pub freshness: &'static str,
    /// Days left or beyond.
    pub days: i64,
    /// Word of its update class.
    pub update: &'static str,
    /// True if it can go up among its siblings.
    pub up: bool,
    /// True if it can go down.
    pub down: bool,
}

/// What is typed of a column.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnFormView {
    /// Name.
    pub name: String,
    /// Slug.
    pub slug: String,
    /// Kinds.
    pub kinds: Vec<OptionView>,
    /// The 18 kinds of ColumnType.
    pub types: Vec<OptionView>,
    /// Update classes.
    pub updates: Vec<OptionView>,
    /// Columns to stand below.
    pub parents: Vec<OptionView>,
    /// Documents a page.
    pub page_size: String,
    /// Has a feed.
    pub feed: bool,
    /// Not in the navigation.
    pub hidden: bool,
    /// Description.
    pub description: String,
    /// Keywords, with spaces between.
    pub keywords: String,
    /// Where a link leads.
    pub url: String,
    /// Title picture.
    pub picture: String,
    /// Other sites may send documents here.
    pub takes: bool,
}

/// The columns of a site.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnsPage {
    /// Slug of the site.
    pub slug: String,
    /// True if site.toml declares the site.
    pub declared: bool,
    /// The columns, in the order of the tree.
    pub columns: Vec<ColumnRowView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is wrong with what was asked.
    pub problems: Vec<RuleView>,
}

/// Making a column.
#[derive(Debug, Clone, Serialize)]
pub struct NewColumnPage {
    /// Slug of the site.
    pub slug: String,
    /// What is typed.
    pub form: ColumnFormView,
    /// What is wrong.
    pub problems: Vec<RuleView>,
}

/// One column.
#[derive(Debug, Clone, Serialize)]
pub struct ColumnPage {
    /// Slug of the site.
    pub slug: String,
    /// The column.
    pub column: ColumnRowView,
    /// What is typed.
    pub form: ColumnFormView,
    /// True where site.toml says whether it takes submissions.
    pub takes_fixed: bool,
    /// Former addresses that lead here.
    pub former: Vec<String>,
    /// Columns that it can be merged into.
    pub targets: Vec<OptionView>,
    /// True if columns stand below it.
    pub has_columns: bool,
    /// Name of the column into which it is being merged, or empty.
    pub into: String,
    /// Its number, or 0.
    pub into_id: u64,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is wrong.
    pub problems: Vec<RuleView>,
}
