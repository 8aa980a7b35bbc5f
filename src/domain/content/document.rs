//! A document and what belongs to it.

use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, DocumentId, MediaId, ReferenceId, RevisionId, SiteId, UserId};

/// A time that never comes: pinned until then is pinned for good. The year 9999, milliseconds since 1970.
pub const FOREVER: i64 = 253_370_736_000_000;

/// Where a document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 草稿: nobody but its editors sees it.
    #[default]
    Draft,
    /// 审核中: waits for a workflow step.
    InReview,
    /// 定时: will be published at a time.
    Scheduled,
    /// 已发布.
    Published,
    /// 撤回.
    Withdrawn,
    /// 过期: left the site at its valid-until time.
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: [State; 6] =
        [State::Draft, State::InReview, State::Scheduled, State::Published, State::Withdrawn, State::Expired];

    /// The word used in addresses and message keys.
    pub fn word(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::InReview => "in_review",
            State::Scheduled => "scheduled",
            State::Published => "published",
            State::Withdrawn => "withdrawn",
            State::Expired => "expired",
        }
    }

    /// The state of a word.
    pub fn of(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// A title picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The file.
    pub media: MediaId,
    /// Address on this server.
    pub url: String,
    /// Text for those who do not see it.
    pub alt: String,
    /// Pixels, 0 if unknown.
    pub width: u32,
    /// Pixels, 0 if unknown.
    pub height: u32,
}

/// A file to download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The file.
    pub media: MediaId,
    /// What it is.
    pub title: String,
}

/// What a list shows of a document: copied from the live revision, so that lists read one row each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Card {
    /// Title.
    pub title: String,
    /// Summary.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// 来源.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Title picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// Address of an external-link document.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub link: String,
}

/// A document: identity, place and state. Its text is in its revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Number, part of the address.
    pub id: DocumentId,
    /// Site.
    pub site: SiteId,
    /// Column.
    pub channel: ChannelId,
    /// State.
    pub state: State,
    /// Newest revision, live or not.
    pub head: RevisionId,
    /// The revision that visitors read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<RevisionId>,
    /// Number of revisions so far.
    pub revisions: u32,
    /// What lists show; of the live revision while there is one, else of the head.
    pub card: Card,
    /// Created, milliseconds since 1970.
    pub created: i64,
    /// Last saved, moved or changed in state; lists of editors go by it.
    #[serde(default)]
    pub changed: i64,
    /// Who made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<UserId>,
    /// Who wrote what was not published yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub writers: Vec<UserId>,
    /// Every editor of the column may change it, not only its author.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// First published, milliseconds since 1970; set by the server. 0 before.
    #[serde(default)]
    pub published: i64,
    /// Live revision last changed.
    #[serde(default)]
    pub updated: i64,
    /// Publication time on the site that an import brought it from; becomes `published` with the first publishing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_published: Option<i64>,
    /// A page without a date: its times only place it in lists, and no reader is shown them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undated: bool,
    /// Pinned to the top of its column.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// Pinned no longer from this time on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned_until: Option<i64>,
    /// Leaves the site at this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<i64>,
    /// Will be published at this time (state `Scheduled`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publish_at: Option<i64>,
    /// The revision that will be published then: the one that was approved, whatever is saved meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled: Option<RevisionId>,
    /// In the trash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trashed: Option<Trashed>,
    /// Import that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u64>,
    /// Name in the source of an import, for running it again: `wxr:host:123`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// What the form called the first save, for a save that is sent again; see `begin`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub begun: String,
}

impl Document {
    /// Do visitors see it? Its state tells of the newest text: that may be a draft or in review meanwhile.
    pub fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// True where a newer text than the one that visitors read is there.
    pub fn has_changes(&self) -> bool {
        self.live != Some(self.head)
    }

    /// True if the document stands in the lists of `state`: those of its own, among the published ones whenever
    /// visitors see it, and among the drafts when a newer text of a published one waits to be handed in.
    pub fn counts_as(&self, state: State) -> bool {
        self.state == state
            || (state == State::Published && self.is_live())
            || (state == State::Draft && self.state == State::Published && self.has_changes())
    }

    /// When something must happen to it by itself: publication, the end of its validity or of its pin.
    pub fn due(&self) -> Option<i64> {
        let appears = self.publish_at.filter(|_| self.state == State::Scheduled);
        let leaves = self.valid_until.filter(|_| self.is_live());
        let sinks = self.pinned_until.filter(|until| self.is_live() && self.pinned && *until < FOREVER);
        [appears, leaves, sinks].into_iter().flatten().min()
    }

    /// Takes over when it is pinned and how long it is valid.
    pub(super) fn set_terms(&mut self, terms: &Terms, now: i64) {
        self.pinned = terms.pinned_until.is_some_and(|until| until > now);
        self.pinned_until = terms.pinned_until.filter(|_| self.pinned);
        self.valid_until = terms.valid_until;
    }

    /// Place in its column: pinned ones first, then by time.
    pub fn order(&self) -> u64 {
        order_of(self.pinned, self.published)
    }
}

/// Place in a column: pinned ones first, then the newest.
pub(super) fn order_of(pinned: bool, time: i64) -> u64 {
    // Times fit in 43 bits until the year 2248.
    (u64::from(pinned) << 62) | time.max(0) as u64
}

/// The time in a place in a column.
pub(super) fn time_of(order: u64) -> i64 {
    (order & !(1 << 62)) as i64
}

/// The words of a document, as an editor saves them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Text {
    /// Title, one line.
    pub title: String,
    /// Subtitle.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subtitle: String,
    /// Sanitised HTML.
    pub body: String,
    /// Summary.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// 来源.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// 作者.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub author: String,
    /// 责任编辑.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub editor: String,
    /// Keywords.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// 成文日期, `2026-11-18`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub formed: String,
    /// 文号.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub number: String,
    /// 索引号 that the old site gave it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub index_number: String,
    /// Title picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// Attachments.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// External-link document: where it leads.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub link: String,
}

impl Text {
    /// What lists show of it.
    pub fn card(&self) -> Card {
        Card {
            title: self.title.clone(),
            summary: self.summary.clone(),
            source: self.source.clone(),
            picture: self.picture.clone(),
            link: self.link.clone(),
        }
    }
}

/// What is decided about a text beside its words; becomes the document's with publication.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Pinned to the top of the column until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned_until: Option<i64>,
    /// Leaves the site at this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<i64>,
    /// 保密审查: somebody has seen to it that nothing in it is secret.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub secrecy: bool,
    /// Related documents, in the order in which they are shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<DocumentId>,
}

/// When and by whom a document was put in the trash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trashed {
    /// Milliseconds since 1970.
    pub time: i64,
    /// Who.
    pub by: String,
}

/// A saved state of a document's text. Never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Number.
    pub id: RevisionId,
    /// Document.
    pub document: DocumentId,
    /// Site of the document.
    pub site: SiteId,
    /// 1 for the first.
    pub number: u32,
    /// Saved, milliseconds since 1970.
    pub time: i64,
    /// Who saved it.
    pub by: String,
    /// The person who saved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<UserId>,
    /// The text.
    pub text: Text,
    /// Pin, validity, related documents.
    #[serde(default)]
    pub terms: Terms,
    /// Comments of the old site, kept as they were (imports only).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<serde_json::Value>,
}

/// A document shown in a column of another site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Number, part of its address there.
    pub id: ReferenceId,
    /// The document.
    pub document: DocumentId,
    /// Site that shows it.
    pub site: SiteId,
    /// Column that shows it.
    pub channel: ChannelId,
    /// Own title there, empty for the document's.
    #[serde(default)]
    pub title: String,
    /// Time that places it there; the document's publication time unless set.
    pub time: i64,
    /// Pinned there.
    #[serde(default)]
    pub pinned: bool,
    /// True while the document is live; kept by the actions on the document.
    pub visible: bool,
    /// Import that made it.
    #[serde(default)]
    pub batch: Option<u64>,
}
