//! `[media]`: what may be uploaded.
//!
//! **Invariant:** types are file name endings in lower case without a dot.

use serde::{Deserialize, Serialize};

/// Pictures and attachments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaConfig {
    /// Largest upload in MB.
    pub max_upload_mb: u64,
    /// Largest picture in MB.
    pub max_picture_mb: u64,
    /// Most pixels of a picture, in millions.
    pub max_megapixels: u64,
    /// Space of a site in MB, unless the site has one of its own; 0 is no limit.
    pub site_quota_mb: u64,
    /// Hours after which an upload that was not finished is removed.
    pub unfinished_hours: u64,
    /// Allowed file name endings.
    pub types: Vec<String>,
}

impl Default for MediaConfig {
    fn default() -> MediaConfig {
        let types = [
            "jpg", "jpeg", "png", "gif", "webp", "pdf", "ofd", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps",
            "et", "dps", "txt", "csv", "zip", "rar", "7z", "mp3", "mp4",
        ];
        MediaConfig {
            max_upload_mb: 100,
            max_picture_mb: 30,
            max_megapixels: 60,
            site_quota_mb: 20 << 10,
            unfinished_hours: 24,
            types: types.iter().map(ToString::to_string).collect(),
        }
    }
}

impl MediaConfig {
    /// [`MediaConfig::max_upload_mb`] in bytes.
    pub fn max_upload(&self) -> u64 {
        self.max_upload_mb << 20
    }

    /// [`MediaConfig::max_picture_mb`] in bytes, within the largest upload.
    pub fn max_picture(&self) -> u64 {
        (self.max_picture_mb << 20).min(self.max_upload())
    }

    /// [`MediaConfig::max_megapixels`] in pixels.
    pub fn max_pixels(&self) -> u64 {
        self.max_megapixels * 1_000_000
    }

    pub(super) fn check(&self, wrong: &mut super::Wrong<'_>) {
        let mut within = |key: &str, value: u64, least: u64, most: u64| {
            if !(least..=most).contains(&value) {
                wrong(&format!("media.{key}"), &format!("must be between {least} and {most}"));
            }
        };
        within("max_upload_mb", self.max_upload_mb, 1, 1 << 20);
        within("max_picture_mb", self.max_picture_mb, 1, 1 << 10);
        within("max_megapixels", self.max_megapixels, 1, 250);
        within("site_quota_mb", self.site_quota_mb, 0, 1 << 30);
        within("unfinished_hours", self.unfinished_hours, 1, 24 * 30);
        for ending in &self.types {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
            if ending.is_empty() || !ending.bytes().all(plain) {
                wrong("media.types", &format!("{ending:?} is not a file name ending in lower case without a dot"));
            }
        }
    }
}
