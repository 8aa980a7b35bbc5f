//! A document offered to another site.

use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, DocumentId, SiteId, SubmissionId, UserId};

/// How an offer is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// 引用: shown there; the body stays one.
    Reference,
    /// 复制: a draft there, which goes the way of that site.
    Copy,
}

/// What became of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "fate")]
pub enum Fate {
    /// It waits.
    Waiting,
    /// It was taken.
    Accepted {
        /// How.
        how: How,
        /// Number of the reference or draft there.
        number: u64,
    },
    /// It was not taken.
    Refused {
        /// Why.
        reason: String,
    },
    /// The sender took it back.
    Recalled,
}

impl Fate {
    /// The word used in message keys.
    pub fn word(&self) -> &'static str {
        match self {
            Fate::Waiting => "waiting",
            Fate::Accepted { how: How::Reference, .. } => "referred",
            Fate::Accepted { how: How::Copy, .. } => "copied",
            Fate::Refused { .. } => "refused",
            Fate::Recalled => "recalled",
        }
    }
}

/// A document offered to a column of another site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Number.
    pub id: SubmissionId,
    /// Document.
    pub document: DocumentId,
    /// Its site.
    pub from: SiteId,
    /// Site to which it is offered.
    pub to: SiteId,
    /// Column to which it is offered.
    pub channel: ChannelId,
    /// Who offers it: name for people.
    pub by: String,
    /// The person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// When, milliseconds since 1970.
    pub time: i64,
    /// A word to the other site.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
    /// When that was decided; 0 before.
    #[serde(default)]
    pub decided: i64,
}

impl Submission {
    /// True while it waits.
    pub fn is_open(&self) -> bool {
        self.fate == Fate::Waiting
    }
}
