//! WordPress exports (WXR): RSS with the elements `wp:`, `content:`, `excerpt:` and `dc:`.
//!
//! **Invariant:** two passes; the first one checks the whole file and writes
//! nothing, the second one writes one batch. Neither holds more than one item
//! and small facts of the others in memory.

mod body;
mod columns;
mod files;
mod item;
mod markup;
mod old;
mod plan;
mod reader;
mod record;
mod run;
mod source;
mod token;
mod write;

pub use body::sanitised;
pub use run::{Options, check, run};
