//! A frozen copy and what is in it.

use serde::{Deserialize, Serialize};

use crate::base::id::{CopiedId, CopyId, SiteId};
use crate::store::BlobHash;

/// A frozen copy of the old site of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// Number.
    pub id: CopyId,
    /// Site whose old site it was.
    pub site: SiteId,
    /// Where it was read from.
    pub source: String,
    /// Old host names, the first one above all.
    pub hosts: Vec<String>,
    /// Old address of the home page, path and query.
    pub home: String,
    /// Day of the copy, milliseconds since 1970.
    pub time: i64,
    /// Pages in it.
    #[serde(default)]
    pub pages: u64,
    /// Pictures, attachments and styles in it.
    #[serde(default)]
    pub files: u64,
    /// True when everything is in it; only then it is shown.
    #[serde(default)]
    pub complete: bool,
}

/// What stands at an address of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A page that runs nothing.
    Page {
        /// Its bytes as they are shown, UTF-8.
        shown: BlobHash,
        /// Where the banner goes; 0 for a page of frames, whose parts have it.
        banner: u64,
        /// Its bytes as they were answered.
        original: BlobHash,
    },
    /// A picture, attachment or style.
    File {
        /// Its bytes.
        hash: BlobHash,
        /// Name under which it is saved; its ending decides the type.
        name: String,
    },
    /// It only led there: path and query in the copy.
    Moved(String),
}

/// One address of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Number.
    pub id: CopiedId,
    /// Its copy.
    pub copy: CopyId,
    /// Site.
    pub site: SiteId,
    /// Old address in normal form.
    pub from: String,
    /// What stands there.
    pub what: What,
}
