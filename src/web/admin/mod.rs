//! The admin pages below `/admin`.
//!
//! **Invariant:** every answer is `no-store`; whoever is not logged in sees
//! the log-in page and nothing else; no form is taken without its secret.

pub mod about;
pub mod account;
pub mod audit;
mod desk;
pub mod editor;
pub(in crate::web) mod form;
mod guard;
pub mod home;
pub mod inbox;
pub mod language;
pub mod media;
pub mod migration;
mod multipart;
mod nav;
pub(in crate::web) mod rate;
pub mod received;
pub mod review;
pub mod site;
mod stream;
pub mod text;
pub mod users;
pub mod webhooks;
mod work;
pub mod workflow;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::{Request, Response};
use tokio::sync::{Semaphore, SemaphorePermit};
use tower::Service;

use crate::app::App;
use crate::config::Config;
use crate::domain::audit::Verification;

use super::body::{Body, RequestBody};
use super::client::Client;
use super::routes::Largest;
use super::{Error, routes};

pub(in crate::web) use desk::accepted_language;
pub use desk::{About, Desk, Refusal};
pub use form::{Asked, Fields, Pairs};
pub(in crate::web) use guard::may_enter;
pub use guard::{AsFile, AsPublished, Post, guard};

/// Longest time that a password waits for its turn to be checked.
const PATIENCE: Duration = Duration::from_secs(10);

/// What all admin pages share.
pub struct Admin {
    /// The application.
    pub app: Arc<App>,
    /// Requests counted by person or address.
    rates: rate::Rates,
    /// Who has which document open.
    presence: editor::Presence,
    /// Password checks at once: each takes a core and 19 MB.
    hashing: Semaphore,
    /// Whether the hash chain of the journal was verified.
    verification: Arc<Verification>,
}

impl Admin {
    /// The admin pages of an application.
    pub fn new(app: Arc<App>) -> Arc<Admin> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Arc::new(Admin {
            app,
            rates: rate::Rates::default(),
            presence: editor::Presence::default(),
            hashing: Semaphore::new(cores),
            verification: Arc::default(),
        })
    }

    /// The turn to check a password.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        match tokio::time::timeout(PATIENCE, self.hashing.acquire()).await {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Error::Busy),
        }
    }
}

/// The router of the admin pages of an application.
pub fn router(app: Arc<App>) -> Router {
    routes::admin(&Admin::new(app))
}

/// Answers a request whose path begins with `/admin`.
pub async fn answer(
    router: &Router,
    config: &Config,
    mut request: Request<RequestBody>,
    client: Client,
) -> Response<Body> {
    request.extensions_mut().insert(client);
    // The guard holds each route to its own limit, this one among them.
    request.body_mut().set_limit(Largest::Paste.bytes(config).max(Largest::Upload.bytes(config)));
    // A router is always ready and never fails.
    let response = match router.clone().call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    response.map(Body::Handler)
}

/// Runs an action or query where it may wait for the disk.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))
}
