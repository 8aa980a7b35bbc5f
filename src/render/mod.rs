//! Pages: themes, templates, their functions, catalogues and static files.
//!
//! **Invariant:** a page is rendered from one theme set only: templates,
//! texts and addresses of static files in it belong to the same generation.

pub mod admin;
pub mod check;
pub mod colour;
pub mod engine;
pub mod filters;
pub mod frontend;
pub mod functions;
pub mod html;
pub mod manifest;
pub mod messages;
pub mod reload;
pub mod settings;
pub mod static_file;

pub mod syntax;
pub mod theme;
pub mod view;
pub mod view_admin;
