//! Rows and keys of documents, revisions and references.

use crate::domain::media::USES_OF_MEDIA;
use crate::store::{Keys, Record};

use super::document::order_of;
use super::{Document, PreviewLink, Reference, Revision, State, Working};

/// List: what visitors see in a column: documents and references, pinned first, then newest.
pub const LIVE_OF_CHANNEL: u8 = 20;
/// List: live documents of a site, newest first.
pub const LIVE_OF_SITE: u8 = 21;
/// List: live documents of the group, newest first.
pub const LIVE_OF_GROUP: u8 = 22;
/// List: live documents of a site that have a title picture.
pub const PICTURES_OF_SITE: u8 = 23;
/// List: documents of a site but those in the trash, the last changed first.
pub const DOCUMENTS_OF_SITE: u8 = 24;
/// List: documents (and references) that an import brought.
pub const DOCUMENTS_OF_BATCH: u8 = 25;
/// List: documents with something due, the earliest first.
pub const DUE: u8 = 26;
/// List: revisions of a document, newest first.
pub const REVISIONS_OF_DOCUMENT: u8 = 27;
/// List: references to a document.
pub const REFERENCES_OF_DOCUMENT: u8 = 28;
/// List: references that an import made.
pub const REFERENCES_OF_BATCH: u8 = 29;
/// List: documents of a column but those in the trash, live or not, the last changed first.
pub const DOCUMENTS_OF_CHANNEL: u8 = 40;
/// List: documents of a site by state (see `Document::counts_as`), the last changed first.
pub const STATES_OF_SITE: u8 = 41;
/// List: documents of a column by state, the last changed first.
pub const STATES_OF_CHANNEL: u8 = 42;
/// List: documents of an author by state, the last changed first.
pub const STATES_OF_AUTHOR: u8 = 43;
/// List: documents of a site in the trash, the last one first.
pub const TRASH_OF_SITE: u8 = 44;
/// List: documents in the trash that belong to a column, the last one first.
pub const TRASH_OF_CHANNEL: u8 = 45;
/// List: unsaved texts of a document, the last one first.
pub const WORKING_OF_DOCUMENT: u8 = 46;
/// List: unsaved texts of a person, the last one first.
pub const WORKING_OF_USER: u8 = 47;

/// List: references that stand in a column, shown or not.
pub const REFERENCES_OF_CHANNEL: u8 = 48;
/// List: documents of a site with the same title, but those in the trash.
pub(super) const DOCUMENTS_OF_TITLE: u8 = 70;

/// Number of a title in the keys of lists.
pub(super) fn title_number(title: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(title.trim().as_bytes())
}

/// List: preview links of a document.
pub const PREVIEWS_OF_DOCUMENT: u8 = 49;

/// Unique: hash of the secret of a preview link.
pub(super) const PREVIEW: u8 = 29;
/// Unique: name of a document in the source of an import, per site.
pub(super) const ORIGIN: u8 = 20;

/// Unique: what the form of a person called the first save of a document.
pub(super) const BEGUN: u8 = 22;

/// Key of `BEGUN`.
pub(super) fn begun_key(user: u64, name: &str) -> Vec<u8> {
    [&user.to_be_bytes(), name.as_bytes()].concat()
}

/// Unique: the unsaved text of a person for a document.
pub(super) const WORKING: u8 = 21;

/// Key of `WORKING`.
pub(super) fn working_key(document: u64, user: u64) -> Vec<u8> {
    [document.to_be_bytes(), user.to_be_bytes()].concat()
}

/// Number of a state in the keys of lists.
pub(super) fn state_number(state: State) -> u64 {
    match state {
        State::Draft => 1,
        State::InReview => 2,
        State::Scheduled => 3,
        State::Published => 4,
        State::Withdrawn => 5,
        State::Expired => 6,
    }
}

/// Key of `ORIGIN`.
pub(super) fn origin_key(site: u64, origin: &str) -> Vec<u8> {
    [&site.to_be_bytes(), origin.as_bytes()].concat()
}

/// Order in `DUE`: lists run from the highest order down, so the time is turned round.
pub(super) fn due_order(time: i64) -> u64 {
    u64::MAX - time.max(0) as u64
}

impl Record for Document {
    const TABLE: u8 = 20;
    const NAME: &'static str = "document";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        if let Some(batch) = self.batch {
            keys.list(DOCUMENTS_OF_BATCH, &[batch], self.id.0);
        }
        if !self.origin.is_empty() {
            keys.unique(ORIGIN, &origin_key(self.site.0, &self.origin));
        }
        if let Some(author) = self.author.filter(|_| !self.begun.is_empty()) {
            keys.unique(BEGUN, &begun_key(author.0, &self.begun));
        }
        if let Some(trashed) = &self.trashed {
            let time = trashed.time.max(0) as u64;
            keys.list(TRASH_OF_SITE, &[self.site.0], time);
            keys.list(TRASH_OF_CHANNEL, &[self.channel.0], time);
            return;
        }
        if self.is_live() {
            let time = self.published.max(0) as u64;
            keys.list(LIVE_OF_CHANNEL, &[self.channel.0], self.order());
            keys.list(LIVE_OF_SITE, &[self.site.0], time);
            keys.list(LIVE_OF_GROUP, &[], time);
            if self.card.picture.is_some() {
                keys.list(PICTURES_OF_SITE, &[self.site.0], time);
            }
        }
        if let Some(time) = self.due() {
            keys.list(DUE, &[], due_order(time));
        }
        let changed = self.changed.max(0) as u64;
        keys.list(DOCUMENTS_OF_SITE, &[self.site.0], changed);
        keys.list(DOCUMENTS_OF_TITLE, &[self.site.0, title_number(&self.card.title)], changed);
        keys.list(DOCUMENTS_OF_CHANNEL, &[self.channel.0], changed);
        for state in State::ALL.into_iter().filter(|state| self.counts_as(*state)) {
            let number = state_number(state);
            keys.list(STATES_OF_SITE, &[self.site.0, number], changed);
            keys.list(STATES_OF_CHANNEL, &[self.channel.0, number], changed);
            if let Some(author) = self.author {
                keys.list(STATES_OF_AUTHOR, &[author.0, number], changed);
            }
        }
    }
}

impl Record for Revision {
    const TABLE: u8 = 21;
    const NAME: &'static str = "revision";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(REVISIONS_OF_DOCUMENT, &[self.document.0], u64::from(self.number));
        for media in self.text.media() {
            keys.list(USES_OF_MEDIA, &[media.0], self.document.0);
        }
    }
}

impl Record for Reference {
    const TABLE: u8 = 22;
    const NAME: &'static str = "reference";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        if self.visible {
            keys.list(LIVE_OF_CHANNEL, &[self.channel.0], order_of(self.pinned, self.time));
        }
        keys.list(REFERENCES_OF_DOCUMENT, &[self.document.0], self.id.0);
        keys.list(REFERENCES_OF_CHANNEL, &[self.channel.0], self.id.0);
        if let Some(batch) = self.batch {
            keys.list(REFERENCES_OF_BATCH, &[batch], self.id.0);
        }
    }
}

impl Record for PreviewLink {
    const TABLE: u8 = 29;
    const NAME: &'static str = "preview link";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.list(PREVIEWS_OF_DOCUMENT, &[self.document.0], self.id.0);
        keys.unique(PREVIEW, self.secret.as_bytes());
    }
}

impl Record for Working {
    const TABLE: u8 = 23;
    const NAME: &'static str = "unsaved text";

    fn id(&self) -> u64 {
        self.id.0
    }

    fn site(&self) -> u64 {
        self.site.0
    }

    fn keys(&self, keys: &mut Keys) {
        let time = self.time.max(0) as u64;
        keys.list(WORKING_OF_DOCUMENT, &[self.document.0], time);
        keys.list(WORKING_OF_USER, &[self.user.0], time);
        for media in self.edit.text.media() {
            keys.list(USES_OF_MEDIA, &[media.0], self.document.0);
        }
        keys.unique(WORKING, &working_key(self.document.0, self.user.0));
    }
}
