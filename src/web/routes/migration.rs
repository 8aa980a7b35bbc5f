//! Imports of old sites: reports, pages that wait for a look, what is signed off.

use axum::routing::{get, post};

use crate::domain::account::Role;
use crate::web::admin::migration;

use super::{Access, Route, route};

/// Whoever looks at what was imported; lists show no more than his places.
const LOOKS: Access = Access::Site(&[Role::Reviewer, Role::Publisher, Role::Manager]);
const PUBLISHES: Access = Access::Site(&[Role::Publisher]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route("/admin/sites/{site}/migration", LOOKS, get(migration::runs)),
        route("/admin/sites/{site}/migration/review", LOOKS, get(migration::review).post(migration::bulk)),
        route("/admin/sites/{site}/migration/pages/{page}", LOOKS, get(migration::page).post(migration::decide)),
        route("/admin/sites/{site}/migration/pages/{page}/original", LOOKS, get(migration::original)),
        route("/admin/sites/{site}/migration/{batch}", LOOKS, get(migration::report)),
        route("/admin/sites/{site}/migration/{batch}/pages.csv", LOOKS, get(migration::csv)),
        route("/admin/sites/{site}/migration/{batch}/report.json", LOOKS, get(migration::json)),
        route("/admin/sites/{site}/migration/{batch}/sign", PUBLISHES, post(migration::sign)),
        route("/admin/sites/{site}/migration/{batch}/sheet", LOOKS, get(migration::sheet)),
    ]
}
