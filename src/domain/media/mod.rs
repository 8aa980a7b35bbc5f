//! Pictures and attachments: libraries of sites, shared collections, what may be brought in.
//!
//! **Invariant:** a row names bytes that are on disk already; the bytes are
//! kept by their hash, so the same file is stored once; nobody sees a file of
//! a library or collection that is not open to him.

mod actions;
mod change;
mod collection;
mod collections;
mod content;
mod forms;
mod kinds;
mod media;
mod picture;
mod query;
mod rights;
mod sizes;
mod space;
mod tables;

pub use actions::{
    NewMedia, Room, Upload, add, add_bytes, bring, check_upload, find_origin, quota, too_large, would_bring, write,
};
pub use change::{About, delete, describe, move_to, replace, restore};
pub use collection::{Collection, Holder, Level, Right};
pub use collections::{Wanted, change_collection, create_collection, delete_collection, set_quota};
pub use content::{Fault, check as check_content};
pub use forms::{form_name, make_forms};
pub use kinds::{dimensions, ending, is_inline, mime_of, safe_name};
pub use media::{Kind, Media, Version};
pub use picture::{Prepared, prepare};
pub use query::{Filter, Shelf, list, shelves};
pub use rights::{collection_for, level_in, level_in_site, level_of, may_change, may_replace, seen};
pub use sizes::{has_forms, read_width, srcset, variant_url, widths};
pub use space::{Space, Used};
pub use tables::{MEDIA_OF_BATCH, MEDIA_OF_SITE, USES_OF_MEDIA};
