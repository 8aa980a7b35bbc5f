//! What an editor has before him, saved or not.

use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, DocumentId, RevisionId, SiteId, UserId, WorkingId};

use super::document::{Document, Revision, Terms, Text};

/// A document as it is edited: text, place and what is decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Edit {
    /// Text; its body is sanitised when it is stored.
    pub text: Text,
    /// Column.
    pub channel: ChannelId,
    /// Pinned to the top of the column until then; [`super::FOREVER`] for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned_until: Option<i64>,
    /// Leaves the site at this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<i64>,
    /// Every editor of the column may change it.
    pub shared: bool,
    /// 保密审查: somebody has seen to it that nothing in it is secret.
    pub secrecy: bool,
    /// Related documents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<DocumentId>,
}

impl Edit {
    /// A revision of a document, to be edited.
    pub fn of(document: &Document, revision: &Revision) -> Edit {
        Edit {
            text: revision.text.clone(),
            channel: document.channel,
            pinned_until: revision.terms.pinned_until,
            valid_until: revision.terms.valid_until,
            shared: document.shared,
            secrecy: revision.terms.secrecy,
            related: revision.terms.related.clone(),
        }
    }

    /// What is decided beside the text.
    pub fn terms(&self) -> Terms {
        Terms {
            pinned_until: self.pinned_until,
            valid_until: self.valid_until,
            secrecy: self.secrecy,
            related: self.related.clone(),
        }
    }
}

/// The unsaved text of one person: kept by the server while he types, never in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Working {
    /// Number.
    pub id: WorkingId,
    /// Document.
    pub document: DocumentId,
    /// Site of the document.
    pub site: SiteId,
    /// Whose.
    pub user: UserId,
    /// The revision that he began from.
    pub base: RevisionId,
    /// 1 for the first; each storing must name the one before.
    pub version: u64,
    /// What he has before him.
    pub edit: Edit,
    /// Stored, milliseconds since 1970.
    pub time: i64,
}
