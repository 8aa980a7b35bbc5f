//! To come.
mod render;
mod store;
