//! All integration tests; the modules mirror src.

mod config;
mod render;
mod store;
