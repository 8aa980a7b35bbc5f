//! What the templates of the admin pages see: `page` and the fields of their page struct.
//!
//! **Invariant:** holds nothing that its reader may not know; texts are keys
//! of the catalogues, times are Beijing time as `2026-11-20 09:30`.

use serde::Serialize;

/// What every admin page has around its own content; in every template as `page`.
#[derive(Debug, Clone, Serialize)]
pub struct AdminView {
    /// Language of the page, `zh-CN` or `en`.
    pub lang: &'static str,
    /// Languages to choose from.
    pub languages: Vec<LanguageView>,
    /// Key of the title.
    pub title: &'static str,
    /// Address of the page, to come back to after a change of language.
    pub path: String,
    /// Secret for the forms of the page.
    pub csrf: String,
    /// Who is logged in.
    pub person: Option<PersonView>,
    /// Full name of the portal.
    pub group: String,
    /// Pages to go to; empty where nothing but the page itself is open.
    pub nav: Vec<AdminLink>,
}

/// A language to choose.
#[derive(Debug, Clone, Serialize)]
pub struct LanguageView {
    /// Its mark, `en`.
    pub code: &'static str,
    /// Its name in itself.
    pub name: &'static str,
    /// True if the page is in it.
    pub current: bool,
}

/// Who is logged in.
#[derive(Debug, Clone, Serialize)]
pub struct PersonView {
    /// Log-in name.
    pub name: String,
    /// Name for people.
    pub display_name: String,
}

/// An entry of the navigation.
#[derive(Debug, Clone, Serialize)]
pub struct AdminLink {
    /// Key of its text.
    pub key: &'static str,
    /// Address.
    pub url: &'static str,
    /// True if it is the page itself.
    pub current: bool,
}

/// A message: a key and what its text may name.
#[derive(Debug, Clone, Serialize)]
pub struct MessageView {
    /// Key of the text.
    pub key: String,
    /// A number that the text may name: minutes, characters.
    pub number: i64,
}

/// Logging in.
#[derive(Debug, Clone, Serialize)]
pub struct LogInPage {
    /// Name as typed before.
    pub name: String,
    /// Address to go to afterwards, or empty.
    pub next: String,
    /// Why the last try failed.
    pub problem: Option<MessageView>,
    /// Why this page is shown, or empty.
    pub notice: Option<MessageView>,
}

/// The first page after logging in.
#[derive(Debug, Clone, Serialize)]
pub struct AdminHomePage {
    /// The log-in before this one; a stranger's would be noticed.
    pub before: Option<LastLogInView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
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

/// Changing one's password.
#[derive(Debug, Clone, Serialize)]
pub struct PasswordPage {
    /// True where nothing else is open before it is changed.
    pub forced: bool,
    /// What is wrong with the present password as typed.
    pub present: Option<MessageView>,
    /// What is wrong with the new one.
    pub wrong: Vec<MessageView>,
    /// What is wrong with its repetition.
    pub again: Option<MessageView>,
    /// Fewest characters.
    pub shortest: usize,
    /// How many former passwords are not taken again.
    pub former: usize,
}

/// The log-ins of a person.
#[derive(Debug, Clone, Serialize)]
pub struct SessionsPage {
    /// The log-ins, the present one first.
    pub sessions: Vec<SessionView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
}

/// A log-in.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// Number.
    pub id: u64,
    /// True for the one by which the page is read.
    pub current: bool,
    /// Browser and system, `Firefox, Windows`; empty if not known.
    pub browser: String,
    /// Address of the client.
    pub address: String,
    /// When it began.
    pub created: String,
    /// When it was used last.
    pub seen: String,
}

/// A request that was refused.
#[derive(Debug, Clone, Serialize)]
pub struct RefusedPage {
    /// Status of the answer.
    pub status: u16,
    /// Key of the message, without `.title` or `.text`.
    pub key: String,
    /// Number of the request in the log.
    pub request_id: String,
    /// Address at which to try again, or empty.
    pub again: String,
}
