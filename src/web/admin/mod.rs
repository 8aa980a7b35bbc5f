//! The admin pages below `/admin`.
//!
//! **Invariant:** every answer is `no-store`; whoever is not logged in sees
//! the log-in page and nothing else; no form is taken without its secret.

mod desk;
mod form;
mod guard;
pub mod home;
pub mod language;
pub mod log_in;
pub mod password;
mod rate;
pub mod sessions;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::{Request, Response};
use tokio::sync::{Semaphore, SemaphorePermit};
use tower::Service;

use crate::app::App;

use super::body::{Body, RequestBody};
use super::client::Client;
use super::{Error, routes};

pub use desk::{Desk, Refusal};
pub use form::{Asked, Fields};
pub use guard::{Post, guard};

/// Longest time that a password waits for its turn to be checked.
const PATIENCE: Duration = Duration::from_secs(10);

/// What all admin pages share.
pub struct Admin {
    /// The application.
    pub app: Arc<App>,
    /// Requests counted by address.
    rates: rate::Rates,
    /// Password checks at once: each takes a core and 19 MB.
    hashing: Semaphore,
}

impl Admin {
    /// The admin pages of an application.
    pub fn new(app: Arc<App>) -> Arc<Admin> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Arc::new(Admin { app, rates: rate::Rates::default(), hashing: Semaphore::new(cores) })
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
pub async fn answer(router: &Router, mut request: Request<RequestBody>, client: Client) -> Response<Body> {
    request.extensions_mut().insert(client);
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
