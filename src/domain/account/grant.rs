//! ROLE@SCOPE: what somebody may do, and where.
//!
//! Sites and columns are kept by number, so that a grant survives a change of
//! slug; `Places` translates to and from the words that people use.

use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, SiteId};
use crate::domain::error::{Error, Result};

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 写稿: creates, edits own and shared drafts, submits.
    Editor,
    /// 审核: approves or returns.
    Reviewer,
    /// 签发: publishes, withdraws.
    Publisher,
    /// Settings, columns and users of a site.
    Manager,
    /// Everything but the audit log's secrecy and role grants; in the group only.
    Admin,
    /// Users and grants; in the group only.
    Security,
    /// Reads the audit log, nothing else; in the group only.
    Auditor,
    /// Reads every site's figures, pushes shared items; in the group only.
    Supervisor,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 8] = [
        Role::Editor,
        Role::Reviewer,
        Role::Publisher,
        Role::Manager,
        Role::Admin,
        Role::Security,
        Role::Auditor,
        Role::Supervisor,
    ];

    /// The word used on the command line, in files and in message keys.
    pub fn word(self) -> &'static str {
        match self {
            Role::Editor => "editor",
            Role::Reviewer => "reviewer",
            Role::Publisher => "publisher",
            Role::Manager => "manager",
            Role::Admin => "admin",
            Role::Security => "security",
            Role::Auditor => "auditor",
            Role::Supervisor => "supervisor",
        }
    }

    /// The role of a word.
    pub fn of(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }

    /// True for roles that exist for the whole group only.
    pub fn is_group_only(self) -> bool {
        matches!(self, Role::Admin | Role::Security | Role::Auditor | Role::Supervisor)
    }

    /// True where a grant of this role is enough for what takes `role`: `admin` may do everything except what belongs
    /// to `security` and `auditor` (三员分立), any other role implies none.
    pub fn fits(self, role: Role) -> bool {
        self == role || (self == Role::Admin && !matches!(role, Role::Security | Role::Auditor))
    }

    /// True where the role works with what is not published.
    pub fn works(self) -> bool {
        matches!(self, Role::Editor | Role::Reviewer | Role::Publisher | Role::Manager | Role::Admin)
    }

    /// True where the role works with sites; `security` and `auditor` do not.
    pub fn sees_sites(self) -> bool {
        !matches!(self, Role::Security | Role::Auditor)
    }
}

/// Where somebody may do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everywhere.
    Group,
    /// In a site.
    Site(SiteId),
    /// In a column of a site and those below it.
    Channel(SiteId, ChannelId),
}

/// Something of which is asked whether a person may act on it.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// The group.
    Group,
    /// A site.
    Site(SiteId),
    /// A column of a site: it and those above it.
    Channel(SiteId, &'a [ChannelId]),
}

impl Scope {
    /// True where the scope includes the place.
    pub fn covers(self, place: Place<'_>) -> bool {
        match (self, place) {
            (Scope::Group, _) => true,
            (Scope::Site(own), Place::Site(site) | Place::Channel(site, _)) => own == site,
            (Scope::Channel(own, column), Place::Channel(site, chain)) => own == site && chain.contains(&column),
            _ => false,
        }
    }
}

impl Scope {
    /// True where the scope includes the site or some column of it.
    pub fn reaches(self, site: SiteId) -> bool {
        match self {
            Scope::Group => true,
            Scope::Site(own) | Scope::Channel(own, _) => own == site,
        }
    }
}

/// ROLE@SCOPE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// What.
    pub role: Role,
    /// Where.
    pub scope: Scope,
}

impl Grant {
    /// A grant for the whole group.
    pub fn group(role: Role) -> Grant {
        Grant { role, scope: Scope::Group }
    }

    /// `editor@site:mzj`; a place that is gone is shown by its number.
    pub fn words(&self, places: &impl Places) -> String {
        let scope = match self.scope {
            Scope::Group => "group".to_owned(),
            Scope::Site(site) => {
                format!("site:{}", places.slug(site).unwrap_or_else(|| format!("#{site}")))
            }
            Scope::Channel(site, channel) => {
                let slug = places.slug(site).unwrap_or_else(|| format!("#{site}"));
                let path = places.path(site, channel).unwrap_or_else(|| format!("#{channel}"));
                format!("channel:{slug}/{path}")
            }
        };
        format!("{}@{scope}", self.role.word())
    }
}

/// Who knows sites and columns by their slugs.
pub trait Places {
    /// The site of a slug.
    fn site(&self, slug: &str) -> Option<SiteId>;
    /// The column at a path of slugs in a site.
    fn channel(&self, site: SiteId, path: &str) -> Option<ChannelId>;
    /// Slug of a site.
    fn slug(&self, site: SiteId) -> Option<String>;
    /// Path of slugs of a column.
    fn path(&self, site: SiteId, channel: ChannelId) -> Option<String>;
}

/// Reads `ROLE@group`, `ROLE@site:SLUG` or `ROLE@channel:SLUG/PATH`.
///
/// # Errors
/// The rules `grant.form`, `grant.role`, `grant.site`, `grant.channel`.
pub fn read_grant(text: &str, places: &impl Places) -> Result<Grant> {
    let broken = |rule| Error::rule(rule, "grant", text);
    let (role, scope) = text.split_once('@').ok_or_else(|| broken("grant.form"))?;
    let role = Role::of(role).ok_or_else(|| broken("grant.role"))?;
    let scope = match scope.split_once(':') {
        None if scope == "group" => Scope::Group,
        Some(("site", slug)) => Scope::Site(places.site(slug).ok_or_else(|| broken("grant.site"))?),
        Some(("channel", place)) => {
            let (slug, path) = place.split_once('/').ok_or_else(|| broken("grant.form"))?;
            let site = places.site(slug).ok_or_else(|| broken("grant.site"))?;
            let path = path.trim_end_matches('/');
            let channel = Some(path).filter(|path| !path.is_empty()).and_then(|path| places.channel(site, path));
            Scope::Channel(site, channel.ok_or_else(|| broken("grant.channel"))?)
        }
        _ => return Err(broken("grant.form")),
    };
    Ok(Grant { role, scope })
}
