//! A column (栏目) of a site.

use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, SiteId};

use super::Site;

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelKind {
    /// A list of documents.
    #[default]
    List,
    /// One page: its newest document.
    Page,
    /// Shows the newest of its child columns.
    Section,
    /// Points to another address.
    Link,
}

impl ChannelKind {
    /// All kinds.
    pub const ALL: [ChannelKind; 4] = [ChannelKind::List, ChannelKind::Page, ChannelKind::Section, ChannelKind::Link];

    /// The kind of a word.
    pub fn of(word: &str) -> Option<ChannelKind> {
        ChannelKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The word used in files and templates.
    pub fn word(self) -> &'static str {
        match self {
            ChannelKind::List => "list",
            ChannelKind::Page => "page",
            ChannelKind::Section => "section",
            ChannelKind::Link => "link",
        }
    }
}

/// How often a column must have something new (国办秘函〔2019〕19号, veto and deduct items).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UpdateClass {
    /// 动态、要闻: within two weeks.
    Biweekly,
    /// 通知公告、政策文件、解读: within six months.
    HalfYearly,
    /// 人事、规划计划: within a year.
    Yearly,
    /// No limit: 概况、指南.
    #[default]
    None,
}

impl UpdateClass {
    /// Longest age of the newest document in days, if there is a limit.
    pub fn days(self) -> Option<u32> {
        match self {
            UpdateClass::Biweekly => Some(14),
            UpdateClass::HalfYearly => Some(183),
            UpdateClass::Yearly => Some(366),
            UpdateClass::None => None,
        }
    }

    /// All classes, the strictest first.
    pub const ALL: [UpdateClass; 4] =
        [UpdateClass::Biweekly, UpdateClass::HalfYearly, UpdateClass::Yearly, UpdateClass::None];

    /// The word used in files and message keys.
    pub fn word(self) -> &'static str {
        match self {
            UpdateClass::Biweekly => "biweekly",
            UpdateClass::HalfYearly => "half-yearly",
            UpdateClass::Yearly => "yearly",
            UpdateClass::None => "none",
        }
    }

    /// The class of a word.
    pub fn of(word: &str) -> Option<UpdateClass> {
        UpdateClass::ALL.into_iter().find(|class| class.word() == word)
    }
}

/// Why a column takes nothing new: it is about to go. Marked first, so that nothing slips in while it is emptied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closing {
    /// It is being deleted.
    Delete,
    /// What stands in it moves to this column, and so do its addresses.
    Into(ChannelId),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Number.
    pub id: ChannelId,
    /// Site.
    pub site: SiteId,
    /// True in the portal, whose top columns share their slugs' space with the subsites.
    #[serde(default)]
    pub portal: bool,
    /// Column above.
    #[serde(default)]
    pub parent: Option<ChannelId>,
    /// Slug below the parent.
    pub slug: String,
    /// Places it had before (parent, slug); their addresses answer 301.
    #[serde(default)]
    pub former: Vec<(Option<ChannelId>, String)>,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: ChannelKind,
    /// Place among its siblings; higher stands first.
    pub order: u64,
    /// Not in the navigation.
    #[serde(default)]
    pub hidden: bool,
    /// Meta label ColumnType, one of [`super::COLUMN_TYPES`].
    pub column_type: String,
    /// Update class.
    #[serde(default)]
    pub update: UpdateClass,
    /// Meta label ColumnDescription.
    #[serde(default)]
    pub description: String,
    /// Meta label ColumnKeywords.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Documents a page.
    pub page_size: u32,
    /// Has an Atom feed.
    pub feed: bool,
    /// Address of a link column.
    #[serde(default)]
    pub url: String,
    /// Title picture: an address on this server.
    #[serde(default)]
    pub picture: String,
    /// Other sites may offer documents to it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub takes_submissions: bool,
    /// True if site.toml declares it.
    #[serde(default)]
    pub declared: bool,
    /// True if site.toml says whether it takes submissions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub declares_submissions: bool,
    /// Set while it is being emptied to go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<Closing>,
    /// Import that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u64>,
}

impl Channel {
    /// A list column with what it has where nobody said anything, behind all others.
    pub fn new(site: &Site, id: ChannelId, parent: Option<ChannelId>, slug: &str, name: &str) -> Channel {
        Channel {
            id,
            site: site.id,
            portal: site.is_portal(),
            parent,
            slug: slug.to_owned(),
            former: Vec::new(),
            name: name.to_owned(),
            kind: ChannelKind::List,
            order: 0,
            hidden: false,
            column_type: "工作动态".to_owned(),
            update: UpdateClass::None,
            description: name.to_owned(),
            keywords: vec![name.to_owned()],
            page_size: 20,
            feed: true,
            url: String::new(),
            picture: String::new(),
            takes_submissions: false,
            declared: false,
            declares_submissions: false,
            closing: None,
            batch: None,
        }
    }

    /// May documents stand in it?
    pub fn holds_documents(&self) -> bool {
        matches!(self.kind, ChannelKind::List | ChannelKind::Page)
    }
}
