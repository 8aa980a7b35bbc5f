//! A new password, shown once: on the answer to the form that made it.

use axum::response::Response;
use http::StatusCode;

use crate::domain::account::User;
use crate::render::view_admin::PasswordOncePage;
use crate::web::Error;
use crate::web::admin::Desk;

use super::Ground;

/// The page with the password. `new`: the person was just made.
pub fn show(desk: &Desk, ground: &Ground, user: &User, password: String, new: bool) -> Result<Response, Error> {
    let page = PasswordOncePage {
        base: ground.base(),
        url: ground.url(user.id),
        name: user.name.clone(),
        display_name: user.display_name.clone(),
        password,
        new,
    };
    desk.page(StatusCode::OK, "users/password-once.html", ground.about("users.password_title", ""), page)
}
