//! The editor: one document with all its fields, kept while somebody types.
//!
//! **Invariant:** what somebody typed is saved, kept or sent back to him; no answer loses it.

mod conflict;
pub mod docx;
mod fields;
mod page;
pub mod paste;
mod presence;
pub mod preview;
mod save;

pub use conflict::compare as conflict;
pub use page::{new, show};
pub use presence::{Presence, tell as presence};
pub use save::{autosave, begin, discard, submit};

/// Address of the editor of a document.
fn address(document: crate::base::id::DocumentId) -> String {
    format!("/admin/documents/{document}/")
}
