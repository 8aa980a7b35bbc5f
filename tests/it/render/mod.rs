//! Themes, templates, texts, static files and their check.

// In tests a panic is the answer.
#![allow(clippy::unwrap_used)]

mod any;
mod assets;
mod check;
mod folder;
mod pages;
mod reference;
mod reload;
mod themes;
