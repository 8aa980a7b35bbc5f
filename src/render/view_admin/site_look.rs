//! What the pages of a site's settings, look and old addresses see.

use serde::Serialize;

use super::{MessageView, OptionView, PagesView, RuleView};

/// What a site says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct SiteSettingsPage {
    /// Slug.
    pub slug: String,
    /// True if site.toml declares the site.
    pub declared: bool,
    /// State.
    pub state: &'static str,
    /// Texts to type, in groups.
    pub groups: Vec<FieldGroupView>,
    /// Slug, state and hosts, for those who may change them.
    pub group: Option<SiteGroupFormView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is wrong.
    pub problems: Vec<RuleView>,
}

/// Fields that belong together.
#[derive(Debug, Clone, Serialize)]
pub struct FieldGroupView {
    /// Key of the heading.
    pub key: &'static str,
    /// The fields.
    pub fields: Vec<SettingFieldView>,
}

/// A text to type.
#[derive(Debug, Clone, Serialize)]
pub struct SettingFieldView {
    /// Name of the field; its label is the text `field.` and this word.
    pub name: &'static str,
    /// Value.
    pub value: String,
    /// True where site.toml has the last word.
    pub fixed: bool,
    /// True for several lines.
    pub long: bool,
}

/// What of a site belongs to the group.
#[derive(Debug, Clone, Serialize)]
pub struct SiteGroupFormView {
    /// Slug.
    pub slug: String,
    /// Former slugs.
    pub former: Vec<String>,
    /// The state and those that may follow.
    pub states: Vec<OptionView>,
    /// Day on which the state began; may be empty.
    pub since: String,
    /// Days that the notice of a merger has stood.
    pub notice_days: i64,
    /// Day from which on the site may be closed after its notice; empty in other states.
    pub due: String,
    /// Where a redirected site leads.
    pub redirect: String,
    /// Kinds; empty for the portal.
    pub kinds: Vec<OptionView>,
    /// Own hosts, one a line.
    pub hosts: String,
    /// Old hosts, one a line.
    pub old_hosts: String,
}

/// Theme and settings of a site.
#[derive(Debug, Clone, Serialize)]
pub struct ThemePage {
    /// Slug.
    pub slug: String,
    /// Name of the site.
    pub name: String,
    /// Themes.
    pub themes: Vec<OptionView>,
    /// True where site.toml names the theme.
    pub theme_fixed: bool,
    /// Settings of the theme.
    pub settings: Vec<SettingView>,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is wrong.
    pub problems: Vec<RuleView>,
}

/// What stands in place of a preview that cannot be.
#[derive(Debug, Clone, Serialize)]
pub struct ThemeProblemsPage {
    /// What is wrong.
    pub problems: Vec<RuleView>,
}

/// A setting of a theme.
#[derive(Debug, Clone, Serialize)]
pub struct SettingView {
    /// Key.
    pub key: String,
    /// Name in the language of the page.
    pub label: String,
    /// What it does, or empty.
    pub help: String,
    /// `text`, `colour`, `number`, `bool`, `choice`, `picture` or `file`.
    pub kind: &'static str,
    /// Value as typed.
    pub value: String,
    /// What may be chosen.
    pub choices: Vec<OptionView>,
    /// True where site.toml has the last word.
    pub fixed: bool,
}

/// Old addresses of a site.
#[derive(Debug, Clone, Serialize)]
pub struct RedirectsPage {
    /// Slug.
    pub slug: String,
    /// Old hosts.
    pub hosts: Vec<String>,
    /// What was searched for.
    pub query: String,
    /// Those asked for most often first.
    pub by_hits: bool,
    /// The old addresses of the page.
    pub rows: Vec<RedirectRowView>,
    /// Pages.
    pub pages: PagesView,
    /// What is typed of a new one.
    pub form: RedirectFormView,
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is wrong.
    pub problems: Vec<RuleView>,
}

/// An old address.
#[derive(Debug, Clone, Serialize)]
pub struct RedirectRowView {
    /// Number.
    pub id: u64,
    /// Old address.
    pub from: String,
    /// True if every address below it is meant.
    pub prefix: bool,
    /// Where it leads, in words.
    pub to: String,
    /// Title or name of what it leads to, or empty.
    pub name: String,
    /// True if what it leads to is not there.
    pub broken: bool,
    /// How often it was asked for.
    pub hits: u64,
    /// When last, or empty.
    pub last: String,
}

/// What is typed of an old address.
#[derive(Debug, Clone, Serialize)]
pub struct RedirectFormView {
    /// Number of the one that is changed, 0 for a new one.
    pub id: u64,
    /// Old address.
    pub from: String,
    /// Every address below it.
    pub prefix: bool,
    /// Where it leads.
    pub to: String,
}

/// Taking in old addresses from a file.
#[derive(Debug, Clone, Serialize)]
pub struct RedirectFilePage {
    /// Slug.
    pub slug: String,
    /// The file as typed or chosen.
    pub text: String,
    /// What it holds, after a look at it.
    pub found: Option<usize>,
    /// Mistakes, each with its line.
    pub faults: Vec<LineFaultView>,
}

/// A mistake in a file.
#[derive(Debug, Clone, Serialize)]
pub struct LineFaultView {
    /// Line, 0 where it is not known.
    pub line: u64,
    /// What is wrong.
    pub broken: RuleView,
}
