//! Programs that are told what happens in a site, or in the whole group.

use axum::routing::get;

use crate::domain::account::Role;
use crate::web::admin::webhooks;

use super::{Access, Route, route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(
            "/admin/sites/{site}/webhooks",
            Access::Site(&[Role::Manager]),
            get(webhooks::of_site).post(webhooks::act_in_site),
        ),
        route("/admin/webhooks", Access::Group(&[Role::Admin]), get(webhooks::of_group).post(webhooks::act_in_group)),
    ]
}
