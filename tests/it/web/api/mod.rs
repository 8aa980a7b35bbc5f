//! The JSON API through the pipeline: tokens, operations and their description, versions, keys, pages.

mod described;
mod keys;
mod operations;
mod program;
mod refusals;
mod sites;
