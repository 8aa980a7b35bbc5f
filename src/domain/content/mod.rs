//! Documents, their revisions and references: who changes them, how they
//! come to visitors, and what visitors read of them.
//!
//! **Invariant:** a document's live revision changes only by the last step of
//! its flow, or at the time set there; its publication time is set by the server.

mod check;
mod clean;
mod columns;
mod compare;
pub mod desk;
mod document;
mod docx;
mod due;
mod edit;
mod history;
mod html;
mod import;
mod initial;
mod layout;
mod merge;
mod permit;
mod place;
mod preview;
mod publish;
mod query;
mod rules;
mod save;
mod tables;
mod titles;
mod trash;
mod uses;

pub use check::{
    CheckPolicy, Entry, Finding, Kind as WordKind, Rule, Severity, WordList, check, check_document, policy,
    read_entries, set_policy, set_words, unseen, words, write_entries,
};
pub use clean::{
    AllPictures, NoPictures, NodeId, Nodes, Note, Page, Pictures, Shown, TOP, bytes_of, clean_paste, is_office, is_own,
    page_html, pictures_in_rtf, pieces, read_page,
};
pub use columns::{
    ColumnFigures, Freshness, change_column, column_figures, delete_column, finish_closing, merge_column, newest,
    standing,
};
pub use compare::{Change, Comparison, Field, Pair, compare};
pub use document::{Attachment, Card, Document, FOREVER, Picture, Reference, Revision, State, Terms, Text, Trashed};
pub use docx::{Docx, docx};
pub use due::{Done, next_due, run_due};
pub use edit::{Edit, Working};
pub use history::{document, revision, revisions};
pub use html::{CLASSES, Cleaned, clean, markdown, plain_text, summary_of};
pub use import::{Brought, Imported, bring, bring_reference, find_origin, find_same, import, remove_batch};
pub(in crate::domain) use import::{accept_imported, relink_imported};
pub use initial::{InitialDocument, load_initial, read_initial};
pub use layout::layout;
pub use merge::{Piece, merge};
pub use permit::may_edit;
pub use place::{copy, move_to, refer, references, remove_reference};
pub(in crate::domain) use place::{copy_into, move_into, show_in};
pub use preview::{PREVIEW_DAYS, PreviewLink, Previewed, end_preview, make_preview, previewed, previews};
pub use publish::{approve, expire, publish, recall, schedule, send_back, submit, take, withdraw};
pub use query::{Item, Placed, item, items, live, newer, placed};
pub use rules::check_edit;
pub(in crate::domain) use save::retitle_into;
pub use save::{autosave, begin, create, discard_working, restore_revision, save, tag, working, workings};
pub use tables::{
    DOCUMENTS_OF_BATCH, DOCUMENTS_OF_CHANNEL, DOCUMENTS_OF_SITE, DUE, LIVE_OF_CHANNEL, LIVE_OF_GROUP, LIVE_OF_SITE,
    PICTURES_OF_SITE, REFERENCES_OF_DOCUMENT, REVISIONS_OF_DOCUMENT, STATES_OF_AUTHOR, STATES_OF_CHANNEL,
    STATES_OF_SITE, TRASH_OF_CHANNEL, TRASH_OF_SITE, WORKING_OF_DOCUMENT, WORKING_OF_USER,
};
pub use titles::Titles;
pub(in crate::domain) use trash::trash_into;
pub use trash::{purge, put_back, trash};
pub use uses::{Use, is_shown, media_in, uses};
