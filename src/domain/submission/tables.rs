//! Rows and keys of submissions.

use crate::store::{Keys, Record};

use super::Submission;

/// List: what waits for a site, the oldest first.
pub const SUBMISSIONS_TO_SITE: u8 = 60;
/// List: what waits for a column, the oldest first.
pub const SUBMISSIONS_TO_CHANNEL: u8 = 61;
/// List: offers of a document, the newest first.
pub const SUBMISSIONS_OF_DOCUMENT: u8 = 62;

/// Unique: a document waits for a column once.
pub(super) const WAITING: u8 = 60;

/// Key of `WAITING`.
pub(super) fn waiting_key(document: u64, channel: u64) -> Vec<u8> {
    [document.to_be_bytes(), channel.to_be_bytes()].concat()
}

impl Record for Submission {
    const TABLE: u8 = 60;
    const NAME: &'static str = "submission";

    fn id(&self) -> u64 {
        self.id.0
    }

    /// The row belongs to the site that decides.
    fn site(&self) -> u64 {
        self.to.0
    }

    fn keys(&self, keys: &mut Keys) {
        let time = self.time.max(0) as u64;
        keys.list(SUBMISSIONS_OF_DOCUMENT, &[self.document.0], time);
        if self.is_open() {
            keys.list(SUBMISSIONS_TO_SITE, &[self.to.0], u64::MAX - time);
            keys.list(SUBMISSIONS_TO_CHANNEL, &[self.channel.0], u64::MAX - time);
            keys.unique(WAITING, &waiting_key(self.document.0, self.channel.0));
        }
    }
}
