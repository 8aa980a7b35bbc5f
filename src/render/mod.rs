//! To come.
pub mod view;
