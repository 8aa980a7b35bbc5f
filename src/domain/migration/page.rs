//! A page of an old site and what became of it.

use serde::{Deserialize, Serialize};

use crate::base::id::{ChannelId, DocumentId, OldPageId, SiteId};

/// What became of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// A document, public at once.
    Published,
    /// A document, a draft because ops did not ask for more.
    Draft,
    /// A document that a person must look at first.
    Review,
    /// Another site has the same: its document is shown here by reference.
    Merged,
    /// A letter of the public.
    Letter,
    /// A column or the home page.
    List,
    /// No content: print version, search, counter, log-in, …
    Junk,
    /// Left out for a reason.
    Skipped,
    /// It could not be read.
    Unreadable,
}

impl Fate {
    /// Every fate.
    pub const ALL: [Fate; 9] = [
        Fate::Published,
        Fate::Draft,
        Fate::Review,
        Fate::Merged,
        Fate::Letter,
        Fate::List,
        Fate::Junk,
        Fate::Skipped,
        Fate::Unreadable,
    ];

    /// The word used in addresses, message keys and reports.
    pub fn word(self) -> &'static str {
        match self {
            Fate::Published => "published",
            Fate::Draft => "draft",
            Fate::Review => "review",
            Fate::Merged => "merged",
            Fate::Letter => "letter",
            Fate::List => "list",
            Fate::Junk => "junk",
            Fate::Skipped => "skipped",
            Fate::Unreadable => "unreadable",
        }
    }

    /// The fate of a word.
    pub fn of(word: &str) -> Option<Fate> {
        Fate::ALL.into_iter().find(|fate| fate.word() == word)
    }

    /// Place in [`Fate::ALL`], for keys of lists.
    pub(super) fn number(self) -> u64 {
        Fate::ALL.iter().position(|fate| *fate == self).unwrap_or_default() as u64
    }
}

/// Why a page waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No title was found.
    NoTitle,
    /// The title is a guess.
    Title,
    /// No date was found.
    NoDate,
    /// The date is a guess, or cannot be right.
    Date,
    /// No text was found.
    NoBody,
    /// What is content and what is not is a guess.
    Body,
    /// It stands in no column that is known.
    NoColumn,
    /// It was not public on the old site.
    NotPublic,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 8] = [
        Reason::NoTitle,
        Reason::Title,
        Reason::NoDate,
        Reason::Date,
        Reason::NoBody,
        Reason::Body,
        Reason::NoColumn,
        Reason::NotPublic,
    ];

    /// The word used in message keys and reports.
    pub fn word(self) -> &'static str {
        match self {
            Reason::NoTitle => "no_title",
            Reason::Title => "title",
            Reason::NoDate => "no_date",
            Reason::Date => "date",
            Reason::NoBody => "no_body",
            Reason::Body => "body",
            Reason::NoColumn => "no_column",
            Reason::NotPublic => "not_public",
        }
    }
}

/// How sure the source was, in percent; 0 where it found nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sure {
    /// Of the title.
    pub title: u8,
    /// Of the date.
    pub date: u8,
    /// Of where the text begins and ends.
    pub body: u8,
    /// Of the column.
    pub column: u8,
}

/// Where the look of a person stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Review {
    /// None is needed.
    #[default]
    None,
    /// It waits for one.
    Waiting,
    /// Right as it is, or as it was mended.
    Accepted {
        /// Who.
        by: String,
        /// Milliseconds since 1970.
        time: i64,
    },
    /// Ops shall mend the rules and run the import again.
    SentBack {
        /// Who.
        by: String,
        /// Milliseconds since 1970.
        time: i64,
        /// What is wrong.
        reason: String,
    },
    /// Not worth keeping; its document is in the trash.
    Discarded {
        /// Who.
        by: String,
        /// Milliseconds since 1970.
        time: i64,
        /// Why.
        reason: String,
    },
}

impl Review {
    /// The word used in message keys.
    pub fn word(&self) -> &'static str {
        match self {
            Review::None => "none",
            Review::Waiting => "waiting",
            Review::Accepted { .. } => "accepted",
            Review::SentBack { .. } => "sent_back",
            Review::Discarded { .. } => "discarded",
        }
    }

    /// True while somebody must still look.
    pub fn is_open(&self) -> bool {
        matches!(self, Review::Waiting | Review::SentBack { .. })
    }
}

/// A page or record of an old site and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldPage {
    /// Number.
    pub id: OldPageId,
    /// Site that it moved to.
    pub site: SiteId,
    /// Import that brought it first.
    pub batch: u64,
    /// Name in the source, unique in the site: `page:/show.asp?id=12`.
    pub key: String,
    /// Old addresses, complete, the surest first; may be empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// Its title as it was imported, or what it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What became of it.
    pub fate: Fate,
    /// One word or line more: kind of junk, why it was skipped or not read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The document; of a merged one the document of the other site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentId>,
    /// Column that it was put in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// Name of its old column; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub old_column: String,
    /// How sure the source was.
    #[serde(default)]
    pub sure: Sure,
    /// Why it waits for a person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// What is odd about it or was taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Charset that it was in; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub charset: String,
    /// The page as it was, UTF-8: hash of its bytes; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub original: String,
    /// Files that it shows or offers and that were not there: their old addresses, some of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// How often it was read on the old site.
    #[serde(default)]
    pub clicks: u64,
    /// It is to be public once it is accepted: ops imported with `--publish`, and the old site showed it.
    #[serde(default)]
    pub publishes: bool,
    /// Where the look of a person stands.
    #[serde(default)]
    pub review: Review,
    /// Last written, milliseconds since 1970.
    pub time: i64,
}

impl OldPage {
    /// The surest of its old addresses; empty if it had none.
    pub fn address(&self) -> &str {
        self.addresses.first().map_or("", String::as_str)
    }
}
