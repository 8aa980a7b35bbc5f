//! The JSON API below `/api/v1`: the same actions as the admin pages, for programs.
//!
//! **Invariant:** it has no rules of its own: it reads a request, calls one
//! action or query with the token's user, and writes the answer; every answer
//! is `no-store`, every refusal `application/problem+json`.

mod call;
pub mod collections;
pub mod columns;
pub mod description;
pub mod document_view;
pub mod documents;
pub mod docx;
mod etag;
pub mod flows;
mod kept;
pub mod media;
pub mod offers;
mod operation;
pub mod page;
mod problem;
mod reply;
pub mod review;
mod serve;
pub mod site_settings;
pub mod sites;
mod time;
pub mod upload;
pub mod users;
pub mod webhooks;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use http::{Request, Response};
use tower::Service;

use crate::app::App;

use super::admin::rate::Rates;
use super::body::{Body, RequestBody};
use super::client::Client;
use super::{Error, routes};

pub use call::Call;
pub use operation::{Handler, Operation, Takes};
pub use problem::{FindingView, Problem, rendered, rule_text};
pub use reply::Reply;
pub(in crate::web) use serve::{missing, serve};

/// What every address begins with.
pub const PREFIX: &str = "/api/v1";
/// Largest body that is not a file, in bytes: the longest text of a document as JSON.
pub const LARGEST: u64 = 16 << 20;
/// What the parts of a form take beside the file, in bytes.
const FORM: u64 = 64 << 10;

/// What all operations share.
pub struct Api {
    /// The application.
    pub app: Arc<App>,
    /// Requests counted by address.
    rates: Rates,
    /// Requests with a key that are being carried out now.
    running: Mutex<HashSet<String>>,
    /// The description, made when it is first asked for.
    description: OnceLock<Arc<[u8]>>,
}

impl Api {
    /// The API of an application.
    pub fn new(app: Arc<App>) -> Arc<Api> {
        Arc::new(Api { app, rates: Rates::default(), running: Mutex::default(), description: OnceLock::new() })
    }
}

/// The router of the API of an application.
pub fn router(app: Arc<App>) -> Router {
    routes::api::router(&Api::new(app))
}

/// True for addresses of the API.
pub fn is_api(path: &str) -> bool {
    path.strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

/// Answers a request whose path is one of the API.
pub async fn answer(app: &App, router: &Router, mut request: Request<RequestBody>, client: Client) -> Response<Body> {
    request.extensions_mut().insert(client);
    // Each operation reads no more than it takes.
    request.body_mut().set_limit((app.config.media.max_upload() + FORM).max(LARGEST));
    // A router is always ready and never fails.
    let response = match router.clone().call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    response.map(Body::Handler)
}

/// Runs an action or query where it may wait for the disk.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))
}
