//! Collections: shelves of files with rights of their own.

use serde::{Deserialize, Serialize};

use crate::base::id::{CollectionId, SiteId, UserId};
use crate::domain::account::{Grant, Role, Scope, User};

/// What somebody may do with the files of a collection; each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// 查看: sees them.
    View,
    /// 选用: puts them into documents.
    Choose,
    /// 添加: adds files, and changes those that he added.
    Add,
    /// 编辑: changes, replaces and deletes all.
    Edit,
}

impl Level {
    /// Every level, the least first.
    pub const ALL: [Level; 4] = [Level::View, Level::Choose, Level::Add, Level::Edit];

    /// The word used in forms and message keys.
    pub fn word(self) -> &'static str {
        match self {
            Level::View => "view",
            Level::Choose => "choose",
            Level::Add => "add",
            Level::Edit => "edit",
        }
    }

    /// The level of a word.
    pub fn of(word: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.word() == word)
    }
}

/// Who has a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// Whoever works anywhere in the group.
    Everyone,
    /// Whoever has the role in the scope or in a part of it: `editor@group` is every editor of the group.
    Role(Role, Scope),
    /// One person.
    Person(UserId),
}

impl Holder {
    /// Is the person meant?
    pub fn fits(self, user: &User) -> bool {
        if user.disabled {
            return false;
        }
        match self {
            Holder::Everyone => user.grants.iter().any(|grant| grant.role.works()),
            Holder::Person(id) => user.id == id,
            Holder::Role(role, scope) => user.grants.iter().any(|grant| grant.role.fits(role) && within(grant, scope)),
        }
    }
}

/// Does the grant stand in the scope, or the scope in the grant's?
fn within(grant: &Grant, scope: Scope) -> bool {
    match (grant.scope, scope) {
        (Scope::Group, _) | (_, Scope::Group) => true,
        (own, Scope::Site(site)) => own.reaches(site),
        (Scope::Site(own), Scope::Channel(site, _)) => own == site,
        (own, wanted) => own == wanted,
    }
}

/// A right in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Right {
    /// Who.
    pub to: Holder,
    /// What.
    pub level: Level,
}

/// A shelf of files. A site's own collection without rights is open to the site's people like its library; a shared
/// one gives what its rights say, beside the portal's managers, who keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// Number.
    pub id: CollectionId,
    /// Site; of a shared one the portal, at whose addresses its files stand.
    pub site: SiteId,
    /// True for a collection of the whole group, as 市级图库.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// Name.
    pub name: String,
    /// Who may do what.
    #[serde(default)]
    pub rights: Vec<Right>,
    /// Made, milliseconds since 1970.
    pub created: i64,
}
