//! Themes, templates, texts, static files and their check.

mod folder;
mod pages;
