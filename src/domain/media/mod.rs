//! Pictures and attachments.
//!
//! **Invariant:** a row names bytes that are on disk already; the bytes are
//! kept by their hash, so the same file is stored once.

mod actions;
mod kinds;
mod media;
mod tables;

pub use actions::{NewMedia, add, bring, find_origin, write};
pub use kinds::{dimensions, is_inline, mime_of, safe_name};
pub use media::Media;
pub use tables::{MEDIA_OF_BATCH, MEDIA_OF_SITE};
