//! The listener of ops: alive, ready, metrics.
//!
//! **Invariant:** it answers while the public listeners are full or stopping.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use super::Shared;
use super::metrics::{Exposition, write_cache};
use crate::web::Body;
use crate::web::policy::Keep;

/// Connections of ops at once.
const CONNECTIONS: usize = 64;
/// Time for the head of a request.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// What ops can ask about.
pub struct Ops {
    /// Whether the server can do its work; the text says why not.
    pub ready: Box<dyn Fn() -> Result<(), String> + Send + Sync>,
    /// Adds numbers of other parts: store, rendering, jobs.
    pub metrics: Box<dyn Fn(&mut Exposition) + Send + Sync>,
}

impl Default for Ops {
    fn default() -> Ops {
        Ops { ready: Box::new(|| Ok(())), metrics: Box::new(|_| {}) }
    }
}

impl std::fmt::Debug for Ops {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ops")
    }
}

/// Answers for ever.
pub(super) async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(e) => {
                tracing::warn!("ops listener: {e}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| {
                let response = answer(&shared, &request);
                async move { Ok::<_, Infallible>(response) }
            });
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
            if let Err(e) = http.serve_connection(TokioIo::new(stream), service).await {
                tracing::debug!("ops connection ended: {e}");
            }
            drop(place);
        });
    }
}

fn answer<B>(shared: &Shared, request: &Request<B>) -> Response<Body> {
    let (status, text) = match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, path) => match path {
            "/healthz" => (StatusCode::OK, "alive\n".to_string()),
            "/readyz" if shared.stopping.load(Ordering::SeqCst) => {
                (StatusCode::SERVICE_UNAVAILABLE, "not ready: stopping\n".to_string())
            }
            "/readyz" => match (shared.ops.ready)() {
                Ok(()) => (StatusCode::OK, "ready\n".to_string()),
                Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
            },
            "/metrics" => (StatusCode::OK, metrics(shared)),
            _ => (StatusCode::NOT_FOUND, "not found\n".to_string()),
        },
        _ => (StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n".to_string()),
    };
    let mut response = Response::new(Body::Full(text.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"));
    Keep::Never.set(headers);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

fn metrics(shared: &Shared) -> String {
    let mut out = Exposition::default();
    shared.metrics.write(&mut out, shared.guard.len());
    write_cache(&mut out, &shared.web.cache().stats());
    (shared.ops.metrics)(&mut out);
    out.0
}
