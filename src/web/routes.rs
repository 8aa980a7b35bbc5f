//! Every address of the admin pages, each with who may come there.
//!
//! **Invariant:** a route cannot be added without saying who may use it, and
//! every request passes `admin::guard` with that.

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, get, post};

use super::admin::{Admin, Post, guard, home, language, log_in, password, sessions};

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Anyone,
    /// Whoever is logged in, also where a password must be changed before anything else.
    Person,
    /// Whoever is logged in and has nothing to do before.
    Desk,
}

/// One address.
pub struct Route {
    /// Path.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    methods: MethodRouter<Arc<Admin>>,
}

fn route(path: &'static str, access: Access, methods: MethodRouter<Arc<Admin>>) -> Route {
    Route { path, access, methods }
}

/// Every address.
pub fn routes() -> Vec<Route> {
    vec![
        // Coming and going.
        route("/admin/login", Access::Anyone, get(log_in::form).post(log_in::submit)),
        route("/admin/log-out", Access::Person, post(log_in::log_out)),
        route("/admin/language", Access::Anyone, post(language::choose)),
        // Oneself.
        route("/admin/password", Access::Person, get(password::form).post(password::submit)),
        route("/admin/sessions", Access::Desk, get(sessions::list).post(sessions::end)),
        // The desk.
        route("/admin", Access::Anyone, get(home::slash)),
        route("/admin/", Access::Desk, get(home::show)),
    ]
}

/// The router of the admin pages.
pub fn admin(admin: &Arc<Admin>) -> Router {
    let guarded = |access, methods: MethodRouter<Arc<Admin>>| {
        methods.layer(from_fn_with_state(Post { admin: admin.clone(), access }, guard))
    };
    routes()
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, guarded(route.access, route.methods)))
        .fallback_service(guarded(Access::Person, any(home::missing)).with_state(admin.clone()))
        .with_state(admin.clone())
}
