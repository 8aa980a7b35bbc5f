//! Themes, templates, texts, static files and their check.

mod assets;
mod check;
mod folder;
mod pages;
mod reference;
mod reload;
mod themes;
