//! All integration tests; the modules mirror src.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod architecture;
mod cache;
mod config;
mod domain;
mod jobs;
mod migrate;
mod render;
mod server;
mod store;
mod web;
