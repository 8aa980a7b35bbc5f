//! A stored file.

use serde::{Deserialize, Serialize};

use crate::base::id::{CollectionId, MediaId, SiteId, UserId};

/// A picture or attachment of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// Number, part of the address.
    pub id: MediaId,
    /// Site.
    pub site: SiteId,
    /// Hash of the bytes, 64 hexadecimal digits.
    pub hash: String,
    /// File name as in the address.
    pub file_name: String,
    /// Media type, from the bytes and the name.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// Width in pixels, 0 if it is no picture.
    #[serde(default)]
    pub width: u32,
    /// Height in pixels, 0 if it is no picture.
    #[serde(default)]
    pub height: u32,
    /// Text for those who do not see the picture.
    #[serde(default)]
    pub alt: String,
    /// True for pictures that say nothing: they need no text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub decorative: bool,
    /// Who made it, 来源 of a picture.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credit: String,
    /// Collection; `None` is the site's own library.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collection: Option<CollectionId>,
    /// Who added it; `None` for imports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<UserId>,
    /// Visitors may read it whatever uses it: files of site files, and what was public before an import.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// What stood under the address before, the newest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<Version>,
    /// Milliseconds since 1970.
    pub created: i64,
    /// Import that brought it.
    #[serde(default)]
    pub batch: Option<u64>,
    /// Name in the source of an import, so that a second run finds it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
}

/// Bytes of a file, now or before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Hash of the bytes.
    pub hash: String,
    /// Media type.
    pub mime: String,
    /// Bytes.
    pub size: u64,
    /// Pixels, 0 if it is no picture.
    #[serde(default)]
    pub width: u32,
    /// Pixels, 0 if it is no picture.
    #[serde(default)]
    pub height: u32,
    /// Until when it stood there, milliseconds since 1970.
    pub until: i64,
    /// Who put other bytes in its place.
    pub by: String,
}

/// What kinds of files people look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Pictures.
    Picture = 1,
    /// Texts, tables, slides.
    Paper = 2,
    /// Sound and film.
    Recording = 3,
    /// Anything else.
    Other = 4,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 4] = [Kind::Picture, Kind::Paper, Kind::Recording, Kind::Other];

    /// The word used in addresses and message keys.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Picture => "picture",
            Kind::Paper => "paper",
            Kind::Recording => "recording",
            Kind::Other => "other",
        }
    }

    /// The kind of a word.
    pub fn of(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

impl Media {
    /// Address below the site's prefix.
    pub fn url(&self, prefix: &str) -> String {
        let name = percent_encoding::utf8_percent_encode(&self.file_name, super::kinds::NAME);
        format!("{prefix}/media/{}/{name}", self.id)
    }

    /// Address of a smaller form of the picture below the site's prefix; see `media::widths`.
    pub fn variant_url(&self, prefix: &str, width: u32) -> String {
        super::sizes::variant_url(&self.url(prefix), width)
    }

    /// Ending of the file name in capitals: `DOCX`.
    pub fn ending(&self) -> String {
        super::kinds::ending(&self.file_name).to_uppercase()
    }

    /// What people look for it as.
    pub fn kind(&self) -> Kind {
        match self.mime.split('/').next().unwrap_or_default() {
            "image" => Kind::Picture,
            "audio" | "video" => Kind::Recording,
            _ if super::kinds::is_paper(&self.file_name) => Kind::Paper,
            _ => Kind::Other,
        }
    }

    /// True for a file beside site.toml, which only ops change.
    pub fn is_declared(&self) -> bool {
        self.origin.starts_with(crate::domain::site::FILES)
    }

    /// Bytes that it takes of the site's space, its older versions with it.
    pub fn space(&self) -> u64 {
        self.size + self.versions.iter().map(|version| version.size).sum::<u64>()
    }

    /// True for pictures.
    pub fn is_picture(&self) -> bool {
        self.mime.starts_with("image/")
    }
}
