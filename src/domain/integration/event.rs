//! What happened, in the words of those who are told: found in what a transaction wrote.

use serde::{Deserialize, Serialize};

use crate::base::id::SiteId;
use crate::domain::content::{Document, State};
use crate::domain::media::Media;
use crate::domain::site::{Channel, Site};
use crate::store::{Change, Committed, Record};

/// What may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// A draft was made, by a person, a copy or an import.
    #[serde(rename = "document.created")]
    DocumentCreated,
    /// A new revision was saved.
    #[serde(rename = "document.saved")]
    DocumentSaved,
    /// It was handed in for review, or a step of the review was approved.
    #[serde(rename = "document.in_review")]
    DocumentInReview,
    /// It came back from the review to its writer.
    #[serde(rename = "document.returned")]
    DocumentReturned,
    /// It will be published at a time.
    #[serde(rename = "document.scheduled")]
    DocumentScheduled,
    /// Visitors read a new revision.
    #[serde(rename = "document.published")]
    DocumentPublished,
    /// It was taken off the site.
    #[serde(rename = "document.withdrawn")]
    DocumentWithdrawn,
    /// Its validity ended.
    #[serde(rename = "document.expired")]
    DocumentExpired,
    /// It stands in another column.
    #[serde(rename = "document.moved")]
    DocumentMoved,
    /// It was put in the trash.
    #[serde(rename = "document.trashed")]
    DocumentTrashed,
    /// It was put back from the trash.
    #[serde(rename = "document.restored")]
    DocumentRestored,
    /// It was removed for good.
    #[serde(rename = "document.deleted")]
    DocumentDeleted,
    /// A file was added or changed.
    #[serde(rename = "media.changed")]
    MediaChanged,
    /// A file was deleted.
    #[serde(rename = "media.deleted")]
    MediaDeleted,
    /// A column was made, changed or removed.
    #[serde(rename = "column.changed")]
    ColumnChanged,
    /// The site's own settings changed.
    #[serde(rename = "site.changed")]
    SiteChanged,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [EventKind; 16] = [
        EventKind::DocumentCreated,
        EventKind::DocumentSaved,
        EventKind::DocumentInReview,
        EventKind::DocumentReturned,
        EventKind::DocumentScheduled,
        EventKind::DocumentPublished,
        EventKind::DocumentWithdrawn,
        EventKind::DocumentExpired,
        EventKind::DocumentMoved,
        EventKind::DocumentTrashed,
        EventKind::DocumentRestored,
        EventKind::DocumentDeleted,
        EventKind::MediaChanged,
        EventKind::MediaDeleted,
        EventKind::ColumnChanged,
        EventKind::SiteChanged,
    ];

    /// The word used in rows, requests and messages.
    pub fn word(self) -> &'static str {
        match self {
            EventKind::DocumentCreated => "document.created",
            EventKind::DocumentSaved => "document.saved",
            EventKind::DocumentInReview => "document.in_review",
            EventKind::DocumentReturned => "document.returned",
            EventKind::DocumentScheduled => "document.scheduled",
            EventKind::DocumentPublished => "document.published",
            EventKind::DocumentWithdrawn => "document.withdrawn",
            EventKind::DocumentExpired => "document.expired",
            EventKind::DocumentMoved => "document.moved",
            EventKind::DocumentTrashed => "document.trashed",
            EventKind::DocumentRestored => "document.restored",
            EventKind::DocumentDeleted => "document.deleted",
            EventKind::MediaChanged => "media.changed",
            EventKind::MediaDeleted => "media.deleted",
            EventKind::ColumnChanged => "column.changed",
            EventKind::SiteChanged => "site.changed",
        }
    }

    /// The kind of a word.
    pub fn of(word: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Where.
    pub site: SiteId,
    /// Number of the document, file, column or site.
    pub id: u64,
    /// The document as it was written, where it is one and is still there.
    pub document: Option<Box<Document>>,
}

/// What a transaction means to other programs; nothing for most of the server's own bookkeeping.
pub fn events_of(committed: &Committed) -> Vec<Event> {
    committed.changes.iter().filter_map(|change| event_of(committed, change)).collect()
}

fn event_of(committed: &Committed, change: &Change) -> Option<Event> {
    let gone = change.row.is_none();
    match change.table {
        Document::TABLE => match read::<Document>(change) {
            Some(document) => {
                let kind = kind_of(&committed.action, &document)?;
                let site = document.site;
                Some(Event { kind, site, id: change.id, document: Some(Box::new(document)) })
            }
            None if gone => plain(EventKind::DocumentDeleted, committed.site, change),
            None => None,
        },
        Media::TABLE => match read::<Media>(change) {
            Some(media) => plain(EventKind::MediaChanged, media.site.0, change),
            None if gone => plain(EventKind::MediaDeleted, committed.site, change),
            None => None,
        },
        Channel::TABLE => {
            let site = read::<Channel>(change).map_or(committed.site, |channel| channel.site.0);
            plain(EventKind::ColumnChanged, site, change)
        }
        Site::TABLE => plain(EventKind::SiteChanged, change.id, change),
        _ => None,
    }
}

fn plain(kind: EventKind, site: u64, change: &Change) -> Option<Event> {
    Some(Event { kind, site: SiteId(site), id: change.id, document: None })
}

/// Rows of older programs that are no such record any more tell nobody anything.
fn read<R: Record>(change: &Change) -> Option<R> {
    change.row.as_ref().and_then(|row| serde_json::from_str(row.get()).ok())
}

/// What the action did to this document. Actions that are not known by name are told by the state that they left.
fn kind_of(action: &str, document: &Document) -> Option<EventKind> {
    let verb = action.rsplit('.').next().unwrap_or_default();
    Some(match verb {
        "save" | "tag" | "restore_revision" => EventKind::DocumentSaved,
        "submit" | "take" => EventKind::DocumentInReview,
        "approve" => match document.state {
            State::InReview => EventKind::DocumentInReview,
            State::Scheduled => EventKind::DocumentScheduled,
            _ => EventKind::DocumentPublished,
        },
        "return" | "recall" => EventKind::DocumentReturned,
        "schedule" => EventKind::DocumentScheduled,
        "publish" | "publish_due" => EventKind::DocumentPublished,
        "withdraw" => EventKind::DocumentWithdrawn,
        "expire" | "expire_due" => EventKind::DocumentExpired,
        "move" => EventKind::DocumentMoved,
        "trash" => EventKind::DocumentTrashed,
        "put_back" => EventKind::DocumentRestored,
        "unpin_due" => return None,
        _ if document.is_live() => EventKind::DocumentPublished,
        _ => EventKind::DocumentCreated,
    })
}
