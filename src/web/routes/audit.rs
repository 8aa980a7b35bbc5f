//! The audit log.

use axum::routing::{get, post};

use super::{Access, Route, route};
use crate::domain::account::Role;
use crate::web::admin::audit::{entry, export, list, verify};

const AUDITOR: Access = Access::Group(&[Role::Auditor]);

pub(super) fn routes() -> Vec<Route> {
    vec![
        route("/admin/audit", AUDITOR, get(list::show)),
        route("/admin/audit/export", AUDITOR, post(export::send)),
        route("/admin/audit/verify", AUDITOR, post(verify::begin)),
        route("/admin/audit/entries/{entry}", AUDITOR, get(entry::show)),
    ]
}
