//! Documents, their revisions and references, and what visitors read of them.
//!
//! **Invariant:** a document's live revision changes only by publishing, and
//! its publication time is set by the server.

mod actions;
mod document;
mod html;
mod import;
mod initial;
mod query;
mod tables;
mod titles;

pub use actions::{Draft, Imported, move_to, next_due, publish, refer, run_due, save, schedule, withdraw};
pub use document::{Attachment, Card, Document, Picture, Reference, Revision, State, Text};
pub use html::{Cleaned, clean, markdown, plain_text, summary_of};
pub use import::{Brought, bring, find_origin, import, remove_batch};
pub use initial::{InitialDocument, load_initial, read_initial};
pub use query::{Item, Placed, item, items, live, newer, placed};
pub use tables::{
    DOCUMENTS_OF_BATCH, DOCUMENTS_OF_CHANNEL, DOCUMENTS_OF_SITE, DUE, LIVE_OF_CHANNEL, LIVE_OF_GROUP, LIVE_OF_SITE,
    PICTURES_OF_SITE, REFERENCES_OF_DOCUMENT, REVISIONS_OF_DOCUMENT,
};
pub use titles::Titles;
