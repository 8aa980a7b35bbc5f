//! Every address of the admin pages, each with who may come there.
//!
//! **Invariant:** a route cannot be added without saying who may use it, and
//! every request passes `admin::guard` with that.

mod account;
pub mod api;
mod audit;
mod editor;
mod media;
mod migration;
mod review;
mod site;
mod text;
mod users;
mod webhooks;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, get, post};

use crate::config::Config;
use crate::domain::account::Role;

use super::admin::{Admin, Post, about, guard, home, language};

/// Who may use a route. The guard asks before anything of the page runs, and the action or query behind the
/// page asks again. What somebody may not know of is answered like what is not there (404); what he sees but may
/// not do, with 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone.
    Anyone,
    /// Whoever is logged in, also where a password must be changed before anything else.
    Person,
    /// Whoever is logged in and has nothing to do before: one's own things, and what is found over all of one's
    /// places.
    Desk,
    /// Who has one of the roles for the whole group.
    Group(&'static [Role]),
    /// Who has one of the roles in the site with the slug `{site}`, or in a column of it.
    Site(&'static [Role]),
    /// Who manages the people of the site with the slug `{site}`.
    SiteUsers,
    /// Who has one of the roles in the column with the number `{channel}`.
    Channel(&'static [Role]),
    /// Who has one of the roles where the document with the number `{document}` stands.
    Document(&'static [Role]),
    /// Who has one of the roles in the site of the file with the number `{media}`, or in a column of it; for a file of
    /// a collection whom the collection lets see it.
    Media(&'static [Role]),
}

/// Most bytes that a route takes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Largest {
    /// A form of some fields.
    Form,
    /// A document with its text.
    Text,
    /// What somebody pastes into one, with its pictures as text.
    Paste,
    /// A file as large as the configuration allows, and a little more for the fields beside it.
    Upload,
}

impl Largest {
    /// In bytes.
    pub fn bytes(self, config: &Config) -> u64 {
        match self {
            Largest::Form => 64 << 10,
            Largest::Text => 16 << 20,
            Largest::Paste => 96 << 20,
            Largest::Upload => (config.media.max_upload_mb << 20) + (1 << 20),
        }
    }
}

/// One address.
pub struct Route {
    /// Path.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// Most that it takes.
    pub largest: Largest,
    methods: MethodRouter<Arc<Admin>>,
}

impl Route {
    /// The route with another limit than that of a form.
    pub fn takes(self, largest: Largest) -> Route {
        Route { largest, ..self }
    }
}

fn route(path: &'static str, access: Access, methods: MethodRouter<Arc<Admin>>) -> Route {
    Route { path, access, largest: Largest::Form, methods }
}

/// Every address, one function a feature.
pub fn routes() -> Vec<Route> {
    [
        general(),
        review::routes(),
        account::routes(),
        users::routes(),
        audit::routes(),
        editor::routes(),
        media::routes(),
        migration::routes(),
        site::routes(),
        text::routes(),
        webhooks::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn general() -> Vec<Route> {
    vec![
        route("/admin/language", Access::Anyone, post(language::choose)),
        route("/admin", Access::Anyone, get(home::slash)),
        route("/admin/", Access::Desk, get(home::show)),
        route("/admin/about", Access::Desk, get(about::show)),
    ]
}

/// The router of the admin pages.
pub fn admin(admin: &Arc<Admin>) -> Router {
    let guarded = |access, largest, methods: MethodRouter<Arc<Admin>>| {
        methods.layer(from_fn_with_state(Post { admin: admin.clone(), access, largest }, guard))
    };
    let missing = guarded(Access::Person, Largest::Form, any(home::missing)).with_state(admin.clone());
    routes()
        .into_iter()
        .fold(Router::new(), |router, route| {
            router.route(route.path, guarded(route.access, route.largest, route.methods))
        })
        .fallback_service(missing)
        // Each route has its own limit.
        .layer(DefaultBodyLimit::disable())
        .with_state(admin.clone())
}
