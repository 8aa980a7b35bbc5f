//! Importing old sites.

mod fixture;
mod markup;
mod refused;
mod wxr;
