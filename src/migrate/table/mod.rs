//! Tables of articles that were exported from an old database, as CSV files, workbooks, or an Access database.
//!
//! **Invariant:** one row is in memory at a time, whatever file it came in; what a column means is said by the file
//! of fields, or by its name, never guessed from its cells.

mod access;
mod article;
mod book;
mod classes;
mod fields;
mod names;
mod propose;
mod sheet;
mod tables;
mod text;

pub use fields::{Articles, Columns, Fields, Letters};
pub use tables::Tables;
