//! A letter of the public.

use serde::{Deserialize, Serialize};

use crate::base::id::{InquiryId, SiteId};

/// Who may read a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Showing {
    /// Those who work with letters; nobody has looked at it yet.
    #[default]
    Unseen,
    /// Those who work with letters.
    Private,
    /// Everybody.
    Public,
}

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// Number.
    pub id: InquiryId,
    /// Site.
    pub site: SiteId,
    /// Title; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Who asked; may be empty. Never public.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// When it was asked, milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<i64>,
    /// The question, plain text.
    pub question: String,
    /// The answer, plain text; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<i64>,
    /// Who answered; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Who may read it.
    #[serde(default)]
    pub showing: Showing,
    /// Import that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<u64>,
    /// Name in the source of an import.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// Old address of the page that showed it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
}
