//! Coming and going, and one's own account.

use axum::routing::{get, post};

use super::{Access, Route, route};
use crate::web::admin::account::{log_in, overview, password, second_factor, sessions, tokens};

pub(super) fn routes() -> Vec<Route> {
    vec![
        route("/admin/login", Access::Anyone, get(log_in::form).post(log_in::submit)),
        route("/admin/login/code", Access::Anyone, get(log_in::code_form).post(log_in::code)),
        route("/admin/log-out", Access::Person, post(log_in::log_out)),
        route("/admin/password", Access::Person, get(password::form).post(password::submit)),
        route("/admin/sessions", Access::Desk, get(sessions::list).post(sessions::end)),
        route("/admin/account", Access::Desk, get(overview::show).post(overview::save)),
        route("/admin/account/notices", Access::Desk, post(overview::seen)),
        route("/admin/account/factor", Access::Person, get(second_factor::form).post(second_factor::submit)),
        route("/admin/account/tokens", Access::Desk, get(tokens::list).post(tokens::submit)),
    ]
}
