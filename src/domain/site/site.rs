//! A site of the group.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::base::id::SiteId;

/// What kind of unit a site belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteKind {
    /// The municipal portal at `/`.
    Portal,
    /// A department (部门).
    Department,
    /// A township or street office (乡镇街道).
    Township,
    /// A public enterprise or institution (公共企事业单位).
    PublicService,
}

impl SiteKind {
    /// All kinds but the portal, in the order of the portal's home page.
    pub const UNITS: [SiteKind; 3] = [SiteKind::Department, SiteKind::Township, SiteKind::PublicService];

    /// The kind of a word.
    pub fn of(word: &str) -> Option<SiteKind> {
        [SiteKind::Portal].into_iter().chain(SiteKind::UNITS).find(|kind| kind.word() == word)
    }

    /// The word used in files, templates and message keys.
    pub fn word(self) -> &'static str {
        match self {
            SiteKind::Portal => "portal",
            SiteKind::Department => "department",
            SiteKind::Township => "township",
            SiteKind::PublicService => "public-service",
        }
    }
}

/// Where a site stands between planning and archive (国办发〔2017〕47号, opening and closing of sites).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteState {
    /// 筹备: not shown to visitors.
    Planned,
    /// 上线: open.
    #[default]
    Online,
    /// 临时下线: nobody reads its pages for a while; its notice says why.
    Offline,
    /// 整合公告: open, with a notice across every page.
    Notice,
    /// 跳转: every address leads to the address in `redirect`.
    Redirected,
    /// 归档: readable, marked as archive, left out of the portal.
    Archived,
}

impl SiteState {
    /// All states, in the order of a site's life.
    pub const ALL: [SiteState; 6] = [
        SiteState::Planned,
        SiteState::Online,
        SiteState::Offline,
        SiteState::Notice,
        SiteState::Redirected,
        SiteState::Archived,
    ];

    /// The state of a word.
    pub fn of(word: &str) -> Option<SiteState> {
        SiteState::ALL.into_iter().find(|state| state.word() == word)
    }

    /// The word used in files and message keys.
    pub fn word(self) -> &'static str {
        match self {
            SiteState::Planned => "planned",
            SiteState::Online => "online",
            SiteState::Offline => "offline",
            SiteState::Notice => "notice",
            SiteState::Redirected => "redirected",
            SiteState::Archived => "archived",
        }
    }

    /// May visitors read its pages?
    pub fn is_readable(self) -> bool {
        matches!(self, SiteState::Online | SiteState::Notice | SiteState::Archived)
    }

    /// Is it listed on the portal and in the sitemaps?
    pub fn is_listed(self) -> bool {
        matches!(self, SiteState::Online | SiteState::Notice)
    }
}

/// What every page's foot must show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// 网站标识码, 10 characters.
    pub site_code: String,
    /// ICP备案号.
    pub icp: String,
    /// 公安机关备案号.
    pub police: String,
    /// 机构代码, used in index numbers.
    pub organisation_code: String,
    /// 主办单位.
    pub sponsor: String,
    /// 承办单位.
    pub operator: String,
}

/// How to reach the unit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Contact {
    /// Postal address.
    pub address: String,
    /// Postcode.
    pub postcode: String,
    /// Telephone.
    pub phone: String,
    /// E-mail.
    pub email: String,
    /// Office hours.
    pub hours: String,
}

fn is_zero(time: &i64) -> bool {
    *time == 0
}

/// A notice across every page, e.g. of a merger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Text.
    pub text: String,
    /// Where to read more; of a merger the new site.
    #[serde(default)]
    pub url: Option<String>,
    /// Name of the new site; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// First day, `2026-11-23`; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// Last day; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub until: String,
}

/// A site: the portal or a subsite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Number.
    pub id: SiteId,
    /// Slug; the portal's is not part of any address.
    pub slug: String,
    /// Slugs it had before; their addresses answer 301.
    #[serde(default)]
    pub former_slugs: Vec<String>,
    /// Full standard name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Kind of unit.
    pub kind: SiteKind,
    /// Slug of the site above, empty for the portal.
    #[serde(default)]
    pub parent: String,
    /// One sentence about the site.
    #[serde(default)]
    pub description: String,
    /// Language mark, `zh-CN`.
    pub lang: String,
    /// Own host names; the portal's first one is the main address of the group.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Host names of the old site, answered by the redirect table.
    #[serde(default)]
    pub old_hosts: Vec<String>,
    /// Those of `old_hosts` that imports added; site.toml does not take them away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added_hosts: Vec<String>,
    /// Space of its files in MB; `None` is the usual one, 0 is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_quota_mb: Option<u64>,
    /// Theme.
    pub theme: String,
    /// Settings of the theme; checked against theme.toml.
    #[serde(default)]
    pub settings: BTreeMap<String, serde_json::Value>,
    /// Foot.
    #[serde(default)]
    pub identity: Identity,
    /// Contact.
    #[serde(default)]
    pub contact: Contact,
    /// State.
    #[serde(default)]
    pub state: SiteState,
    /// Since when, milliseconds since 1970; 0 if that was not noted yet.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub state_since: i64,
    /// Notice across the pages.
    #[serde(default)]
    pub notice: Option<Notice>,
    /// Where a redirected site leads.
    #[serde(default)]
    pub redirect: String,
    /// Place in the site group; higher stands first.
    pub order: u64,
    /// True if site.toml declares it, so that the admin pages show it read-only.
    #[serde(default)]
    pub declared: bool,
    /// What its site.toml says of the parts that are edited in the browser where it says nothing: names of [`Part`]s.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub declares: BTreeSet<String>,
}

/// A part of a declared site that belongs to the browser where site.toml leaves it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// One sentence about the site.
    Description,
    /// How to reach the unit.
    Contact,
    /// The notice across every page.
    Notice,
    /// A setting of the theme.
    Setting(&'a str),
}

impl Part<'_> {
    /// Its name in [`Site::declares`].
    pub fn name(self) -> String {
        match self {
            Part::Description => "description".into(),
            Part::Contact => "contact".into(),
            Part::Notice => "notice".into(),
            Part::Setting(key) => format!("settings.{key}"),
        }
    }
}

impl Site {
    /// True for the portal.
    pub fn is_portal(&self) -> bool {
        self.kind == SiteKind::Portal
    }

    /// What stands before every address of the site: empty for the portal, else `/slug`.
    pub fn prefix(&self) -> String {
        if self.is_portal() { String::new() } else { format!("/{}", self.slug) }
    }

    /// True where the file has the last word on a part, so that the browser shows it read-only.
    pub fn fixes(&self, part: Part<'_>) -> bool {
        self.declared && self.declares.contains(&part.name())
    }

    /// Address of the home page.
    pub fn url(&self) -> String {
        format!("{}/", self.prefix())
    }
}
