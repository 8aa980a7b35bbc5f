//! The way of a request: kept page, else rendered page, else a handler.
//!
//! **Invariant:** a kept page is answered before anything else is looked at,
//! without waiting and with nothing to render.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arc_swap::ArcSwap;
use http::header::{HeaderValue, RETRY_AFTER};
use http::{Method, Request, Response};
use hyper::body::Incoming;
use tokio::sync::Semaphore;

use super::body::{Body, RequestBody};
use super::client::{Client, Hosts, RequestId, host};
use super::negotiate::{Accepted, variant};
use super::policy::Keep;
use super::{Error, delivery, file, security};
use crate::cache::{
    Arrival, Cache, Encoding, Flights, GZIP_FAST, Page, PageKey, Pilot, Recorder, Rendered, Source, Variant, pack,
};
use crate::store::Touched;

/// Longest path with query, in bytes.
const LONGEST_TARGET: usize = 8192;
/// Renderings that may wait for a thread; more requests are answered with 503.
const MOST_WAITING: usize = 2048;
/// Rounds of refreshing that may wait.
const MOST_REFRESHING: usize = 8;

/// A future answer.
pub type Answering = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// For whom and where an error page is.
#[derive(Debug, Clone)]
pub struct ErrorContext {
    /// Path and query.
    pub target: String,
    /// Face.
    pub variant: Variant,
    /// Number of the request in the log.
    pub request: RequestId,
}

/// What is not in the cache: pages to be rendered, and everything that is not a page.
pub trait Slow: Send + Sync + 'static {
    /// True if the address may be a public page, to be looked for in the cache and rendered with
    /// [`Slow::render`]; false for admin, API, media, forms. Only looks at the text of the address.
    fn is_page(&self, target: &str) -> bool;

    /// Renders a page. Runs on a thread for blocking work. Everything that the page is made from is
    /// read through `recorder`.
    ///
    /// # Errors
    /// Shown by [`Slow::error`] and not kept. A 404 that shall be kept until something appears at
    /// the address is a [`Rendered`] with that status.
    fn render(&self, key: &PageKey, recorder: &Recorder) -> Result<Rendered, Error>;

    /// Answers everything else.
    fn handle(self: Arc<Self>, request: Request<RequestBody>, client: Client) -> Answering;

    /// The page for an error: its status, a message and ways on. Must not fail and reads nothing slow.
    fn error(&self, error: &Error, context: &ErrorContext) -> Rendered;
}

/// Limits and switches of the pipeline.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Largest body of a request in bytes, unless a handler raises it.
    pub body_limit: u64,
    /// Longest pause between two pieces of a body.
    pub body_pause: Duration,
    /// Longest time from the head of a request to that of its answer.
    pub request_time: Duration,
    /// Pages rendered at once.
    pub renders: usize,
    /// Pages dropped by one change that are rendered again at once.
    pub refresh: usize,
    /// True to tell browsers to use HTTPS only.
    pub strict_transport: bool,
}

impl Settings {
    /// From the configuration.
    pub fn new(config: &crate::config::Config) -> Settings {
        let limits = &config.server.limits;
        Settings {
            body_limit: limits.body_bytes,
            body_pause: Duration::from_secs(limits.body_seconds),
            request_time: Duration::from_secs(limits.request_seconds),
            renders: 2 * std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            refresh: config.cache.refresh,
            strict_transport: config.server.redirect_http,
        }
    }
}

/// What a rendering gives to all who wait for it.
type Outcome = Result<Arc<Page>, Error>;

/// Answers requests.
pub struct Web {
    cache: Arc<Cache>,
    store: Source,
    slow: Arc<dyn Slow>,
    hosts: ArcSwap<Hosts>,
    flights: Flights<Outcome>,
    renders: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    refreshing: Arc<Semaphore>,
    refresh_turn: Semaphore,
    settings: Settings,
    runtime: tokio::runtime::Handle,
}

impl Web {
    /// Answers requests from `cache`, else through `slow` on the threads of `runtime`.
    pub fn new(
        cache: Arc<Cache>,
        store: Source,
        slow: Arc<dyn Slow>,
        settings: Settings,
        runtime: tokio::runtime::Handle,
    ) -> Arc<Web> {
        Arc::new(Web {
            cache,
            store,
            slow,
            hosts: ArcSwap::default(),
            flights: Flights::default(),
            renders: Arc::new(Semaphore::new(settings.renders.max(1))),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
            refreshing: Arc::new(Semaphore::new(MOST_REFRESHING)),
            refresh_turn: Semaphore::new(1),
            settings,
            runtime,
        })
    }

    /// Finished pages.
    pub fn cache(&self) -> &Arc<Cache> {
        &self.cache
    }

    /// Sets which host names are not simply this site group.
    pub fn set_hosts(&self, hosts: Hosts) {
        self.hosts.store(Arc::new(hosts));
    }

    /// Drops what a commit changed and renders the most visited pages again in the background. For
    /// `Store::on_commit`: quick, and from any thread.
    pub fn committed(self: &Arc<Self>, touched: &Touched) {
        let dropped = self.cache.invalidate(touched);
        self.refresh(dropped);
    }

    /// Drops everything, for example because the theme changed.
    pub fn clear(self: &Arc<Self>) {
        let dropped = self.cache.clear();
        self.refresh(dropped);
    }

    fn refresh(self: &Arc<Self>, mut keys: Vec<PageKey>) {
        keys.truncate(self.settings.refresh);
        if keys.is_empty() {
            return;
        }
        // When many changes come at once, later rounds are left out: a visitor's request renders as well.
        let Ok(place) = self.refreshing.clone().try_acquire_owned() else { return };
        let web = self.clone();
        self.runtime.spawn(async move {
            let Ok(_turn) = web.refresh_turn.acquire().await else { return };
            for key in keys {
                // A failure shows when somebody asks for the page.
                let _ = web.page(&key, Accepted::NONE).await;
            }
            drop(place);
        });
    }

    /// The answer to a request for a kept page; `None` if it has to go the slow way.
    pub fn cached<B>(&self, request: &Request<B>, secure: bool) -> Option<Response<Body>> {
        let head = match *request.method() {
            Method::GET => false,
            Method::HEAD => true,
            _ => return None,
        };
        let headers = request.headers();
        let host = host(request.uri(), headers).ok()?;
        if self.hosts.load().is_old(host) {
            return None;
        }
        let target = request.uri().path_and_query()?.as_str();
        let entry = self.cache.get(variant(headers), target)?;
        let mut wanted = None;
        let mut response = delivery::page(entry.page(), headers, head, &mut wanted);
        if let Some(encoding) = wanted {
            self.cache.ask(&entry, encoding);
        }
        if secure && self.settings.strict_transport {
            security::strict_transport(response.headers_mut());
        }
        Some(response)
    }

    /// Answers any request. Ask [`Web::cached`] first.
    pub async fn answer(self: Arc<Self>, request: Request<Incoming>, client: Client) -> Response<Body> {
        let (limit, pause) = (self.settings.body_limit, self.settings.body_pause);
        self.answer_body(request.map(|incoming| RequestBody::new(incoming, limit, pause)), client).await
    }

    /// Like [`Web::answer`] for a body that is already wrapped.
    pub async fn answer_body(self: Arc<Self>, request: Request<RequestBody>, client: Client) -> Response<Body> {
        let context = ErrorContext {
            target: request.uri().path_and_query().map_or("/", |target| target.as_str()).to_string(),
            variant: variant(request.headers()),
            request: client.request,
        };
        let head = request.method() == Method::HEAD;
        let headers = request.headers().clone();
        let working = self.clone().work(request, client, &context, head);
        let worked = tokio::time::timeout(self.settings.request_time, caught(working)).await;
        let mut response = match worked {
            Ok(Some(Ok(response))) => response,
            Ok(Some(Err(error))) => self.error(&error, &context, &headers, head),
            Ok(None) => self.error(&Error::Internal("a handler panicked".into()), &context, &headers, head),
            Err(_) => self.error(&Error::Timeout, &context, &headers, head),
        };
        if response.status().as_u16() >= 400
            && let Ok(id) = HeaderValue::try_from(client.request.to_string())
        {
            response.headers_mut().insert("x-request-id", id);
        }
        if client.secure && self.settings.strict_transport {
            security::strict_transport(response.headers_mut());
        }
        if head {
            let length = http_body::Body::size_hint(response.body()).exact().filter(|length| *length > 0);
            if let Some(length) = length {
                response.headers_mut().entry(http::header::CONTENT_LENGTH).or_insert_with(|| length.into());
            }
            *response.body_mut() = Body::Empty;
        }
        response
    }

    async fn work(
        self: Arc<Self>,
        request: Request<RequestBody>,
        client: Client,
        context: &ErrorContext,
        head: bool,
    ) -> Result<Response<Body>, Error> {
        let host = host(request.uri(), request.headers())?;
        if context.target.len() > LONGEST_TARGET {
            return Err(Error::LongAddress);
        }
        match *request.method() {
            Method::CONNECT | Method::TRACE => return Err(Error::Method("GET, HEAD, POST")),
            _ => {}
        }
        let reading = head || request.method() == Method::GET;
        if reading && !self.hosts.load().is_old(host) && self.slow.is_page(&context.target) {
            let key = PageKey::new(context.variant, &context.target);
            let page = self.page(&key, Accepted::of(request.headers())).await?;
            return Ok(delivery::page(&page, request.headers(), head, &mut None));
        }
        Ok(self.slow.clone().handle(request, client).await)
    }

    /// The page at `key`, rendered once however many ask. The first one's `accepted` decides what is made with it: a
    /// fast gzip form at once, better forms in the background; for clients that take none (and pages that nobody asked
    /// for) the next visit decides.
    async fn page(self: &Arc<Self>, key: &PageKey, accepted: Accepted) -> Outcome {
        let mut tries = 0;
        loop {
            // While this one waited for its turn, another may have rendered the page.
            if let Some(entry) = self.cache.peek(key) {
                return Ok(entry.page().clone());
            }
            let (seat, pilot) = self.flights.join(key, self.cache.epoch());
            match pilot {
                Some(pilot) => self.take_off(pilot, accepted)?,
                None => self.cache.count_waited(),
            }
            match seat.arrive().await {
                Arrival::Value(outcome) => return outcome,
                Arrival::Outdated if tries < 16 => tries += 1,
                Arrival::Outdated => return Err(Error::Busy),
                Arrival::Lost => return Err(Error::Internal(format!("rendering {} broke off", key.target))),
            }
        }
    }

    /// Starts a rendering that ends even if nobody waits for it any more.
    fn take_off(self: &Arc<Self>, pilot: Pilot<Outcome>, accepted: Accepted) -> Result<(), Error> {
        let Ok(place) = self.waiting.clone().try_acquire_owned() else {
            pilot.land(Err(Error::Busy), None);
            return Err(Error::Busy);
        };
        let web = self.clone();
        // Without a queue the thread is asked for at once: a task in between would cost two more wakings.
        match self.renders.clone().try_acquire_owned() {
            Ok(turn) => {
                drop(place);
                self.runtime.spawn_blocking(move || {
                    web.render(pilot, accepted);
                    drop(turn);
                });
            }
            Err(_) => {
                self.runtime.spawn(async move {
                    let Ok(turn) = web.renders.clone().acquire_owned().await else { return };
                    drop(place);
                    tokio::task::spawn_blocking(move || {
                        web.render(pilot, accepted);
                        drop(turn);
                    });
                });
            }
        }
        Ok(())
    }

    fn render(&self, pilot: Pilot<Outcome>, accepted: Accepted) {
        let recorder = Recorder::new(self.store.clone(), self.cache.clone());
        self.cache.count_rendered();
        let rendered = match self.slow.render(pilot.key(), &recorder) {
            Ok(rendered) => rendered,
            Err(error) => {
                let stale = self.cache.stale_from(&recorder.recorded());
                return pilot.land(Err(error), stale);
            }
        };
        let keep = rendered.keep;
        let page = Arc::new(Page::new(rendered, delivery::dress));
        if accepted.takes(Encoding::Gzip) && page.compressible() {
            page.put(Encoding::Gzip, GZIP_FAST, pack(Encoding::Gzip, GZIP_FAST, page.body()));
        }
        let recorded = recorder.recorded();
        let stale = if keep {
            match self.cache.keep(pilot.key().clone(), page.clone(), recorded) {
                Ok(entry) => {
                    if accepted != Accepted::NONE {
                        self.cache.ask(&entry, Encoding::Brotli);
                    }
                    None
                }
                Err(first) => Some(first),
            }
        } else {
            self.cache.stale_from(&recorded)
        };
        pilot.land(Ok(page), stale);
    }

    /// The page for an error.
    pub fn error(
        &self,
        error: &Error,
        context: &ErrorContext,
        headers: &http::HeaderMap,
        head: bool,
    ) -> Response<Body> {
        if error.is_fault() {
            tracing::error!(request = %context.request, target = context.target, "{error}");
        } else {
            tracing::debug!(request = %context.request, target = context.target, "{error}");
        }
        let mut rendered = self.slow.error(error, context);
        rendered.status = error.status();
        rendered.keep = false;
        let mut response = delivery::page(&Arc::new(Page::new(rendered, delivery::dress)), headers, head, &mut None);
        Keep::Never.set(response.headers_mut());
        file::error_headers(error, response.headers_mut());
        if let Some(seconds) = error.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Web").field("cache", &self.cache).field("settings", &self.settings).finish()
    }
}

/// The outcome of `future`, or `None` if it panicked (the panic is in the log by then).
async fn caught<F: Future>(future: F) -> Option<F::Output> {
    Caught(Box::pin(future)).await
}

struct Caught<F>(Pin<Box<F>>);

impl<F: Future> Future for Caught<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<F::Output>> {
        match std::panic::catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        }
    }
}
