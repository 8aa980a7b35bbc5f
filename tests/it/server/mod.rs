//! The server through real sockets.
#![allow(clippy::unwrap_used)]

mod client;
mod files;
mod harness;
mod http1;
mod http2;
mod limits;
mod ops;
mod pages;
mod parsing;
mod proxies;
pub mod tls;
