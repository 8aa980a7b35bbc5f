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
    /// Allowed file name endings.
    pub types: Vec<String>,
}

impl Default for MediaConfig {
    fn default() -> MediaConfig {
        let types = [
            "jpg", "jpeg", "png", "gif", "webp", "pdf", "ofd", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps",
            "et", "dps", "txt", "csv", "zip", "rar", "7z", "mp3", "mp4",
        ];
        MediaConfig { max_upload_mb: 100, types: types.iter().map(ToString::to_string).collect() }
    }
}

impl MediaConfig {
    /// [`MediaConfig::max_upload_mb`] in bytes.
    pub fn max_upload(&self) -> u64 {
        self.max_upload_mb << 20
    }

    pub(super) fn check(&self, wrong: &mut super::Wrong<'_>) {
        if !(1..=1 << 20).contains(&self.max_upload_mb) {
            wrong("media.max_upload_mb", "must be between 1 and 1048576");
        }
        for ending in &self.types {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
            if ending.is_empty() || !ending.bytes().all(plain) {
                wrong("media.types", &format!("{ending:?} is not a file name ending in lower case without a dot"));
            }
        }
    }
}
