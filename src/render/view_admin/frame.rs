//! What every admin page has around its own content.

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
    /// Name of what the page is about, before the title in the browser's tab; or empty.
    pub name: String,
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
    /// Pages about oneself.
    pub own: Vec<AdminLink>,
    /// Sites that the person works in.
    pub sites: Vec<AdminSiteLink>,
    /// The site that the page is about.
    pub site: Option<SiteNavView>,
    /// Pages above this one, the first page left out.
    pub crumbs: Vec<AdminCrumbView>,
    /// Log-ins from elsewhere that the person has not yet said to have seen.
    pub log_ins: Vec<LogInNoticeView>,
}

/// A site to go to.
#[derive(Debug, Clone, Serialize)]
pub struct AdminSiteLink {
    /// Slug.
    pub slug: String,
    /// Full name.
    pub name: String,
    /// Address of its desk.
    pub url: String,
    /// True if the page is about it.
    pub current: bool,
}

/// The site that a page is about.
#[derive(Debug, Clone, Serialize)]
pub struct SiteNavView {
    /// Short name.
    pub name: String,
    /// Address of its public home page; empty while visitors may not read it.
    pub public: String,
    /// Pages about it that the person may open.
    pub nav: Vec<AdminLink>,
}

/// A page above the present one.
#[derive(Debug, Clone, Serialize)]
pub struct AdminCrumbView {
    /// Key of its title; empty where it has a name.
    pub key: &'static str,
    /// Its name, as of a site or document.
    pub name: String,
    /// Address.
    pub url: String,
}

/// A log-in from an address or with a browser that the person had not used before.
#[derive(Debug, Clone, Serialize)]
pub struct LogInNoticeView {
    /// When.
    pub time: String,
    /// Address of the client.
    pub address: String,
    /// Browser and system; empty if not known.
    pub browser: String,
    /// True if it is the log-in by which the page is read.
    pub current: bool,
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
    pub url: String,
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

/// What the program is and what it is made of.
#[derive(Debug, Clone, Serialize)]
pub struct AboutPage {
    /// Version of the program.
    pub version: &'static str,
    /// Licences of the scripts that it carries.
    pub licences: &'static str,
}

/// A request that was refused, for a script: problem details (RFC 9457).
#[derive(Debug, Clone, Serialize)]
pub struct ProblemView {
    /// What happened, in the language of the answer.
    pub title: String,
    /// Status of the answer.
    pub status: u16,
    /// What can be done about it.
    pub detail: String,
    /// Key of the message, `error.409`; it is what scripts look at.
    pub key: &'static str,
    /// Number of the request in the log.
    pub request: String,
    /// The secret that forms have now, where the one that was sent is outdated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub csrf: String,
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
