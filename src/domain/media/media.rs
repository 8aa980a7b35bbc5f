//! A stored file.

use serde::{Deserialize, Serialize};

use crate::base::id::{MediaId, SiteId};

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
    /// Milliseconds since 1970.
    pub created: i64,
    /// Import that brought it.
    #[serde(default)]
    pub batch: Option<u64>,
    /// Name in the source of an import, so that a second run finds it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
}

impl Media {
    /// Address below the site's prefix.
    pub fn url(&self, prefix: &str) -> String {
        let name = percent_encoding::utf8_percent_encode(&self.file_name, super::kinds::NAME);
        format!("{prefix}/media/{}/{name}", self.id)
    }

    /// Kind in capitals, from the file name: `DOCX`.
    pub fn kind(&self) -> String {
        self.file_name.rsplit_once('.').map(|(_, end)| end.to_uppercase()).unwrap_or_default()
    }

    /// True for pictures.
    pub fn is_picture(&self) -> bool {
        self.mime.starts_with("image/")
    }
}
