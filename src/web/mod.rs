//! The only module that knows what a request means.
//!
//! **Invariant:** statuses come from `error`, `Cache-Control` from `policy`, other safety headers from `security`.

pub mod admin;
pub mod api;
mod archive;
pub mod body;
pub mod client;
pub mod csrf;
pub mod delivery;
mod error;
pub mod file;
pub mod group;
mod library;
mod live;
pub mod media;
pub mod negotiate;
pub mod pipeline;
pub mod policy;
pub mod public;
pub mod range;
pub mod routes;
pub mod security;
pub mod session;
mod trial;

pub use body::{Body, RequestBody};
pub use client::{Client, Hosts, RequestId};
pub use error::Error;
pub use pipeline::{Answering, ErrorContext, Slow, Web};
use trial::test_webhook;
