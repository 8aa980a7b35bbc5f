//! Addresses of a site: desk, columns, documents, trash, settings, look, old addresses.

use axum::routing::{get, post};

use crate::domain::account::Role;
use crate::web::admin::site;

use super::{Access, Largest, Route, route};

/// Whoever works with what is not published; the lists show no more than his places.
const WORKING: Access = Access::Site(&[Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager, Role::Admin]);
const MANAGER: Access = Access::Site(&[Role::Manager]);
const ADMIN: Access = Access::Site(&[Role::Admin]);

pub(super) fn routes() -> Vec<Route> {
    [sites(), columns(), redirects()].into_iter().flatten().collect()
}

fn sites() -> Vec<Route> {
    vec![
        route("/admin/sites/", Access::Desk, get(site::sites)),
        route("/admin/sites/new", Access::Group(&[Role::Admin]), get(site::new_site).post(site::create)),
        route("/admin/sites/{site}/", WORKING, get(site::desk)),
        route("/admin/sites/{site}/documents", WORKING, get(site::documents)),
        route("/admin/sites/{site}/documents/bulk", WORKING, post(site::bulk)),
        route("/admin/sites/{site}/trash", WORKING, get(site::trash).post(site::empty_trash)),
        route("/admin/sites/{site}/settings", MANAGER, get(site::settings).post(site::save_settings)),
        route("/admin/sites/{site}/settings/slug", ADMIN, post(site::rename)),
        route("/admin/sites/{site}/settings/state", ADMIN, post(site::state)),
        route("/admin/sites/{site}/settings/hosts", ADMIN, post(site::names)),
        route("/admin/sites/{site}/theme", MANAGER, get(site::theme).post(site::save_theme)),
        route("/admin/sites/{site}/theme/preview", MANAGER, post(site::preview)),
    ]
}

fn columns() -> Vec<Route> {
    vec![
        route("/admin/sites/{site}/columns", MANAGER, get(site::columns)),
        route("/admin/sites/{site}/columns/new", MANAGER, get(site::new_column).post(site::add)),
        route("/admin/sites/{site}/columns/{column}", MANAGER, get(site::column).post(site::save_column)),
        route("/admin/sites/{site}/columns/{column}/slug", MANAGER, post(site::rename_column)),
        route("/admin/sites/{site}/columns/{column}/order", MANAGER, post(site::shift)),
        route("/admin/sites/{site}/columns/{column}/move", MANAGER, post(site::move_to)),
        route("/admin/sites/{site}/columns/{column}/merge", MANAGER, post(site::merge)),
        route("/admin/sites/{site}/columns/{column}/delete", MANAGER, post(site::delete)),
        route("/admin/sites/{site}/columns/{column}/reopen", MANAGER, post(site::reopen)),
    ]
}

fn redirects() -> Vec<Route> {
    vec![
        route("/admin/sites/{site}/redirects", MANAGER, get(site::redirects).post(site::save_redirect)),
        route("/admin/sites/{site}/redirects/remove", MANAGER, post(site::forget)),
        route("/admin/sites/{site}/redirects/file", MANAGER, get(site::redirect_file).post(site::import_file))
            .takes(Largest::Text),
        route("/admin/sites/{site}/redirects.csv", MANAGER, get(site::export)),
    ]
}
