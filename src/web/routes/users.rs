//! People: all of them for `security`, those of a site for its managers.

use axum::routing::get;

use super::{Access, Route, route};
use crate::domain::account::Role;
use crate::web::admin::users::{list, new, user};

const SECURITY: Access = Access::Group(&[Role::Security]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route("/admin/users", SECURITY, get(list::show)),
        route("/admin/users/new", SECURITY, get(new::form).post(new::submit)),
        route("/admin/users/{user}", SECURITY, get(user::show).post(user::submit)),
        route("/admin/sites/{site}/users", Access::SiteUsers, get(list::show)),
        route("/admin/sites/{site}/users/new", Access::SiteUsers, get(new::form).post(new::submit)),
        route("/admin/sites/{site}/users/{user}", Access::SiteUsers, get(user::show).post(user::submit)),
    ]
}
