//! What a unit has confirmed.

use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, SignOffId, SiteId, UserId};

/// A person's word that what an import brought to a column is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    /// Number.
    pub id: SignOffId,
    /// Site.
    pub site: SiteId,
    /// Import.
    pub batch: u64,
    /// Column.
    pub channel: ChannelId,
    /// Name for people.
    pub by: String,
    /// The person.
    pub user: UserId,
    /// When, milliseconds since 1970.
    pub time: i64,
    /// Documents of the import in the column at that time.
    pub documents: u64,
    /// A word beside it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}
