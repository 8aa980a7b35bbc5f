//! What the pages of people see.

use serde::Serialize;

use super::{GrantView, LastLogInView, MessageView, SessionView, TokenView};

/// The people of the group or of a site.
#[derive(Debug, Clone, Serialize)]
pub struct UsersPage {
    /// Name of the site; empty for the group.
    pub site: String,
    /// Address of this list.
    pub base: String,
    /// The people of this page, by name.
    pub users: Vec<UserRowView>,
    /// How many fit.
    pub total: usize,
    /// Part of a name that is looked for; may be empty.
    pub query: String,
    /// `active`, `locked`, `disabled`, or empty for all.
    pub state: String,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
}

/// A person in the list.
#[derive(Debug, Clone, Serialize)]
pub struct UserRowView {
    /// Log-in name.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Address of the person's page.
    pub url: String,
    /// `active`, `locked` or `disabled`.
    pub state: &'static str,
    /// Grants that the list is about.
    pub grants: Vec<GrantView>,
    /// True where there are others.
    pub elsewhere: bool,
    /// The last log-in; empty for none.
    pub last: String,
    /// True where there is a second factor.
    pub factor: bool,
}

/// Sites or columns to choose from, those of one site.
#[derive(Debug, Clone, Serialize)]
pub struct ScopeGroupView {
    /// Short name of the site.
    pub name: String,
    /// The site and its columns.
    pub scopes: Vec<ScopeView>,
}

/// A site or column to choose.
#[derive(Debug, Clone, Serialize)]
pub struct ScopeView {
    /// `site:mzj`, `channel:mzj/tzgg`.
    pub value: String,
    /// Name.
    pub name: String,
    /// 0 for the site, 1 for its top columns, …
    pub depth: usize,
}

/// Making a person.
#[derive(Debug, Clone, Serialize)]
pub struct NewUserPage {
    /// Name of the site; empty for the group.
    pub site: String,
    /// Address of the list.
    pub base: String,
    /// Log-in name as typed.
    pub name: String,
    /// Name for people as typed.
    pub display_name: String,
    /// Address for mail as typed.
    pub email: String,
    /// Role as chosen.
    pub role: String,
    /// Scope as chosen.
    pub scope: String,
    /// Words of the roles to choose from.
    pub roles: Vec<&'static str>,
    /// Sites and columns to choose from.
    pub scopes: Vec<ScopeGroupView>,
    /// What is wrong with the log-in name.
    pub name_wrong: Option<MessageView>,
    /// What is wrong with the name for people.
    pub display_name_wrong: Option<MessageView>,
    /// What is wrong with the address.
    pub email_wrong: Option<MessageView>,
    /// What is wrong with the grant.
    pub grant_wrong: Option<MessageView>,
}

/// A password, shown once.
#[derive(Debug, Clone, Serialize)]
pub struct PasswordOncePage {
    /// Address of the list.
    pub base: String,
    /// Address of the person's page.
    pub url: String,
    /// Log-in name.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// The password.
    pub password: String,
    /// True where the person was just made.
    pub new: bool,
}

/// One person.
#[derive(Debug, Clone, Serialize)]
pub struct UserPage {
    /// Something that was just done.
    pub notice: Option<MessageView>,
    /// What is wrong with the form that was sent.
    pub wrong: Vec<MessageView>,
    /// Name of the site; empty for the group.
    pub site: String,
    /// Address of the list.
    pub base: String,
    /// Address of this page.
    pub url: String,
    /// Log-in name.
    pub name: String,
    /// Name for people.
    pub display_name: String,
    /// Address for mail; empty for none.
    pub email: String,
    /// `active`, `locked` or `disabled`.
    pub state: &'static str,
    /// Minutes of a lock that are left.
    pub locked: i64,
    /// When the account was made.
    pub created: String,
    /// The last log-in.
    pub last: Option<LastLogInView>,
    /// When the password was set.
    pub password_set: String,
    /// True where it must be changed at the next log-in.
    pub must_change: bool,
    /// When the second factor was set up, where there is one.
    pub factor_since: Option<String>,
    /// True where a role asks for one.
    pub factor_needed: bool,
    /// Grants that the page is about.
    pub grants: Vec<HeldGrantView>,
    /// True where there are others.
    pub elsewhere: bool,
    /// True for the reader himself: nothing can be changed.
    pub own: bool,
    /// True where the reader may change everything, false where only the grants.
    pub whole: bool,
    /// True where the reader may take the second factor away.
    pub may_reset_factor: bool,
    /// Log-ins.
    pub sessions: Vec<SessionView>,
    /// Keys for programs.
    pub tokens: Vec<TokenView>,
    /// Role as chosen.
    pub role: String,
    /// Scope as chosen.
    pub scope: String,
    /// Words of the roles to choose from.
    pub roles: Vec<&'static str>,
    /// Sites and columns to choose from.
    pub scopes: Vec<ScopeGroupView>,
}

/// A grant that somebody holds.
#[derive(Debug, Clone, Serialize)]
pub struct HeldGrantView {
    /// Word of the role, `editor`; its name is the text `role.editor`.
    pub role: &'static str,
    /// Name of the site or column; empty for the whole group.
    pub place: String,
    /// `editor@site:mzj`.
    pub words: String,
}
