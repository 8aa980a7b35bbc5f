//! What is told to other programs over the network: messages of webhooks.
//!
//! **Invariant:** nothing here decides what is told or to whom; an address that somebody else chose is checked before
//! every connection.

mod post;
mod webhook;

pub use post::Poster;
pub use webhook::tell;
