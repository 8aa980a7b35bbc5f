//! Choosing the language of the admin pages.
//!
//! **Invariant:** leads back to an admin page only.

use axum::response::Response;
use http::header::SET_COOKIE;
use serde::Deserialize;

use crate::web::Error;
use crate::web::session::Cookie;

use super::desk::{LANGUAGES, local, see};
use super::{Desk, Fields, Refusal};

/// The form.
#[derive(Deserialize)]
pub struct Choice {
    to: String,
    #[serde(default)]
    back: String,
}

/// Keeps the choice in a cookie and leads back.
pub async fn choose(desk: Desk, Fields(choice): Fields<Choice>) -> Result<Response, Refusal> {
    let language = LANGUAGES.iter().map(|(code, _)| *code).find(|code| *code == choice.to);
    let language = language.ok_or(Error::BadRequest("there is no such language"))?;
    // The log-in page is no place to go to after the log-in, but one to come back to.
    let path = choice.back.split('?').next().unwrap_or_default();
    let log_in = matches!(path, "/admin/login" | "/admin/login/code");
    let back = if log_in && choice.back.bytes().all(|byte| byte.is_ascii_graphic()) {
        choice.back.as_str()
    } else {
        local(&choice.back).unwrap_or("/admin/")
    };
    let mut response = see(back);
    response.headers_mut().append(SET_COOKIE, Cookie::Language.set(language, desk.client.secure));
    Ok(response)
}
