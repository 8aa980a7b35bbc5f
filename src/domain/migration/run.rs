//! A run of an import, for those who follow it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::id::{OldPageId, SiteId};

/// How many of what. Pages are what a source gave: articles, letters, junk, home pages, what could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Pages read: the sum of the next eight.
    pub read: u64,
    /// New documents.
    pub imported: u64,
    /// Documents brought up to date.
    pub updated: u64,
    /// Pages whose document says the same as before.
    pub unchanged: u64,
    /// Pages that changed in the source but were edited here: left alone.
    pub kept: u64,
    /// Pages shown by reference, because another site has them.
    pub merged: u64,
    /// Letters, new or known.
    pub letters: u64,
    /// Pages that led to others or to nothing: junk and home pages.
    pub junk: u64,
    /// Pages left out or not readable, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Of the documents: they wait for a person.
    pub review: u64,
    /// Of the new and updated documents: public at once.
    pub published: u64,
    /// Columns of the source.
    pub columns: u64,
    /// Files copied or there already.
    pub files: u64,
    /// Files that were not there or may not be uploaded.
    pub missing: u64,
    /// Links in documents that lead nowhere.
    pub broken: u64,
    /// Links to old sites that have not moved in yet.
    pub pending: u64,
    /// Old addresses that are answered.
    pub redirects: u64,
    /// Pages by charset.
    pub charsets: BTreeMap<String, u64>,
}

impl Figures {
    /// Pages left out or not readable.
    pub fn skipped_total(&self) -> u64 {
        self.skipped.values().sum()
    }

    /// True where every page that was read is counted once.
    pub fn adds_up(&self) -> bool {
        let Figures { read, imported, updated, unchanged, kept, merged, letters, junk, .. } = self;
        *read == imported + updated + unchanged + kept + merged + letters + junk + self.skipped_total()
    }
}

/// A run of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Number of its batch.
    pub batch: u64,
    /// Name of its batch, by which it is undone.
    pub name: String,
    /// `mirror`, `dede`, …
    pub kind: String,
    /// Site.
    pub site: SiteId,
    /// What was read.
    pub source: String,
    /// Begun, milliseconds since 1970.
    pub begun: i64,
    /// Ended; `None` while it runs or after it was interrupted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<i64>,
    /// Ops wanted what was public to be public at once.
    #[serde(default)]
    pub publish: bool,
    /// How many of what; zero until it ends.
    #[serde(default)]
    pub figures: Figures,
    /// Some documents to be compared with their old pages.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<OldPageId>,
    /// What ops should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The whole report as JSON: hash of its bytes; empty until it ends.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub report: String,
}
