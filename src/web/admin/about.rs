//! What the program is and what it is made of.
//!
//! **Invariant:** shows nothing of the site group.

use axum::response::Response;
use http::StatusCode;

use crate::render::frontend;
use crate::render::view_admin::AboutPage;

use super::{Desk, Refusal};

/// The page.
pub async fn show(desk: Desk) -> Result<Response, Refusal> {
    let page = AboutPage { version: env!("CARGO_PKG_VERSION"), licences: frontend::licences() };
    Ok(desk.page(StatusCode::OK, "home/about.html", "about.title", page)?)
}
