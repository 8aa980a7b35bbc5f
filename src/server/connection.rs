//! One connection: PROXY header, TLS, HTTP/1.1 or HTTP/2, its requests.
//!
//! **Invariant:** whatever a client sends, it costs at most this connection.

use std::convert::Infallible;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_LENGTH, HOST, LOCATION};
use http::{HeaderValue, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::futures::OwnedNotified;
use tokio_rustls::TlsAcceptor;

use super::Shared;
use super::gather::{Gathered, Outgoing};
use super::prompt::Prompt;
use super::proxy;
use super::stream::Watched;
use super::watch::{Order, Place, Watch};
use crate::web::client::{Client, RequestId, forwarded, split_host};
use crate::web::{Body, Web};

/// Buffer for the head of a request and for what is sent; longer heads are answered with 431.
const HTTP1_BUFFER: usize = 64 << 10;
/// Streams that a client may have open at once on one HTTP/2 connection.
const STREAMS: u32 = 128;
/// Streams that a client may have reset before the connection is closed.
const RESETS: usize = 32;
/// Largest list of headers over HTTP/2, in bytes.
const HEADER_LIST: u32 = 32 << 10;
/// Bytes of bodies that a client may send ahead over HTTP/2: on a stream, on the connection.
const WINDOWS: (u32, u32) = (256 << 10, 1 << 20);
/// Bytes of answers buffered for a stream.
const SEND_BUFFER: usize = 128 << 10;
/// Time after which a silent HTTP/2 client is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);

/// HTTP settings of all connections.
pub(super) fn http() -> auto::Builder<Prompt> {
    let mut builder = auto::Builder::new(Prompt);
    // Timers on each request are replaced by `watch`. `pipeline_flush` stays off: with it, an answer
    // to a request whose rest is unread (400, 413) is lost.
    builder.http1().header_read_timeout(None).max_buf_size(HTTP1_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS)
        .max_header_list_size(HEADER_LIST)
        .initial_stream_window_size(WINDOWS.0)
        .initial_connection_window_size(WINDOWS.1)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    builder
}

/// Serves a connection to its end.
pub(super) async fn serve(
    shared: Arc<Shared>,
    mut stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    place: Place,
) {
    // Small answers leave at once. A socket that refuses is closing anyway.
    let _ = stream.set_nodelay(true);
    let mut address = peer.ip().to_canonical();
    let trusted = shared.config.trusts(address);
    let header_time = Duration::from_secs(shared.config.limits.header_seconds);
    let mut ahead = Bytes::new();
    if shared.config.proxy_protocol && trusted {
        match in_time(header_time, &place.watch, proxy_header(&mut stream)).await {
            Some(Some((told, rest))) => {
                address = told.unwrap_or(address);
                ahead = rest;
            }
            _ => {
                tracing::debug!(%peer, "no PROXY header from a trusted proxy");
                return;
            }
        }
    }
    let requests = |secure| Requests { shared: shared.clone(), watch: place.watch.clone(), address, trusted, secure };
    let ended = match tls {
        None => {
            let watched = Watched::new(stream, ahead, place.watch.clone());
            drive(&shared.http, watched, requests(false), &place.watch, None).await
        }
        Some(acceptor) => {
            let (stream, outgoing) = Gathered::new(stream, place.watch.clone());
            let watched = Watched::new(stream, ahead, place.watch.clone());
            match in_time(header_time, &place.watch, acceptor.accept(watched)).await {
                Some(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                    outgoing.gather();
                    drive(&shared.http2_only, stream, requests(true), &place.watch, Some(outgoing)).await
                }
                Some(Ok(stream)) => drive(&shared.http1_only, stream, requests(true), &place.watch, None).await,
                _ => {
                    shared.metrics.tls_failed.fetch_add(1, Ordering::Relaxed);
                    return;
                }
            }
        }
    };
    if let Err(e) = ended {
        shared.metrics.broken.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(%peer, "connection ended: {e}");
    }
}

/// The outcome of `work` unless it takes too long or the connection is told to end before.
async fn in_time<F: Future>(limit: Duration, watch: &Arc<Watch>, work: F) -> Option<F::Output> {
    tokio::select! {
        done = tokio::time::timeout(limit, work) => done.ok(),
        () = watch.told_owned() => None,
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn drive<S>(
    http: &auto::Builder<Prompt>,
    stream: S,
    requests: Requests,
    watch: &Arc<Watch>,
    outgoing: Option<Arc<Outgoing>>,
) -> Result<(), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let told = watch.told_owned();
    let connection = http.serve_connection(TokioIo::new(stream), requests);
    let connection = Box::pin(connection);
    let watch = watch.clone();
    Driven { connection, outgoing, told: Some(Box::pin(told)), waiting: None, watch, finishing: false }.await
}

/// A connection of hyper.
type Connection<'a, S> = auto::Connection<'a, TokioIo<S>, Requests, Prompt>;

/// A connection that obeys its watch.
struct Driven<'a, S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    connection: Pin<Box<Connection<'a, S>>>,
    /// Where what is written in a turn is gathered.
    outgoing: Option<Arc<Outgoing>>,
    /// To be asked whether there is an order, then to wait.
    told: Option<Pin<Box<OwnedNotified>>>,
    /// Wakes this connection when there is an order; the task is always woken the same way.
    waiting: Option<Pin<Box<OwnedNotified>>>,
    watch: Arc<Watch>,
    finishing: bool,
}

impl<S> Future for Driven<'_, S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Output = Result<(), Failure>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        // Waiting to be told takes a lock, so it is done once; the order itself is read cheaply.
        loop {
            match this.watch.order() {
                Order::None => {}
                Order::Finish if !this.finishing => {
                    this.finishing = true;
                    this.connection.as_mut().graceful_shutdown();
                    this.told = Some(Box::pin(this.watch.told_owned()));
                }
                Order::Finish => {}
                Order::Close => return Poll::Ready(Err("closed: too slow, idle or stopping".into())),
            }
            let Some(told) = &mut this.told else { break };
            match told.as_mut().poll(cx) {
                Poll::Ready(()) => this.told = Some(Box::pin(this.watch.told_owned())),
                Poll::Pending => {
                    this.waiting = this.told.take();
                    break;
                }
            }
        }
        let ended = this.connection.as_mut().poll(cx);
        if let Some(outgoing) = &this.outgoing
            && ended.is_pending()
            && let Poll::Ready(Err(error)) = outgoing.send(cx)
        {
            return Poll::Ready(Err(error.into()));
        }
        ended
    }
}

/// Reads the PROXY header: the client's address and what came after it.
async fn proxy_header(stream: &mut TcpStream) -> Option<(Option<IpAddr>, Bytes)> {
    let mut bytes = BytesMut::with_capacity(2048);
    loop {
        match proxy::parse(&bytes) {
            proxy::Header::Wrong => return None,
            proxy::Header::Whole(length, address) => return Some((address, bytes.split_off(length).freeze())),
            proxy::Header::Partial => {}
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Answers the requests of a connection.
struct Requests {
    shared: Arc<Shared>,
    watch: Arc<Watch>,
    address: IpAddr,
    trusted: bool,
    secure: bool,
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn call(&self, request: Request<Incoming>) -> Answer {
        let shared = &self.shared;
        let h2 = request.version() == Version::HTTP_2;
        let redirect = shared.config.redirect_http && !self.secure;
        let plain = !shared.access_log && !self.trusted && !redirect;
        if plain && let Some(response) = shared.web.cached(&request, self.secure) {
            self.watch.answered(h2);
            shared.metrics.cached(response.status().as_u16());
            return Answer::Ready(Some(response));
        }
        let busy = self.watch.busy(h2);
        let (mut address, mut secure) = (self.address, self.secure);
        if self.trusted {
            let trusted = &shared.config.trusted_proxies;
            (address, secure) = forwarded(request.headers(), trusted, address, secure);
        }
        let client = Client { address, secure, request: RequestId::next() };
        let shared = shared.clone();
        Answer::Slow(Box::pin(async move {
            let _busy = busy;
            answer(&shared, request, client, plain).await
        }))
    }
}

/// `missed`: the page has been looked for in the cache.
async fn answer(shared: &Arc<Shared>, request: Request<Incoming>, client: Client, missed: bool) -> Response<Body> {
    let start = Instant::now();
    let about = shared.access_log.then(|| About::of(&request));
    let secure_elsewhere = shared.config.redirect_http && !client.secure;
    let mut cached = false;
    let response = if secure_elsewhere && let Some(response) = to_https(&request, shared.https_port) {
        response
    } else if !missed && let Some(response) = shared.web.cached(&request, client.secure) {
        cached = true;
        response
    } else {
        Web::answer(shared.web.clone(), request, client).await
    };
    let (status, took) = (response.status().as_u16(), start.elapsed());
    if cached {
        shared.metrics.cached(status);
    } else {
        shared.metrics.answered(status, took);
    }
    if let Some(about) = about {
        about.log(&client, status, cached, took, &response);
    }
    response
}

/// What the access log says about a request.
struct About {
    method: http::Method,
    target: String,
    host: String,
    agent: String,
}

impl About {
    fn of(request: &Request<Incoming>) -> About {
        let text = |name| request.headers().get(name).map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned());
        About {
            method: request.method().clone(),
            target: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            host: request.uri().authority().map(ToString::to_string).or_else(|| text(HOST)).unwrap_or_default(),
            agent: text(http::header::USER_AGENT).unwrap_or_default(),
        }
    }

    fn log(&self, client: &Client, status: u16, cached: bool, took: Duration, response: &Response<Body>) {
        let bytes = http_body::Body::size_hint(response.body()).exact();
        tracing::info!(
            target: "access",
            request = %client.request,
            client = %client.address,
            method = %self.method,
            host = self.host,
            target = self.target,
            status,
            cached,
            bytes,
            micros = took.as_micros() as u64,
            agent = self.agent,
        );
    }
}

/// The same address by HTTPS; `None` for requests without a usable host, which are refused later.
fn to_https(request: &Request<Incoming>, port: u16) -> Option<Response<Body>> {
    let host = crate::web::client::host(request.uri(), request.headers()).ok()?;
    split_host(host)?;
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let place = if port == 443 { format!("https://{host}{target}") } else { format!("https://{host}:{port}{target}") };
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::MOVED_PERMANENTLY;
    response.headers_mut().insert(LOCATION, HeaderValue::try_from(place).ok()?);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    Some(response)
}

/// An answer that is there or still to come.
enum Answer {
    Ready(Option<Response<Body>>),
    Slow(Pin<Box<dyn Future<Output = Response<Body>> + Send>>),
}

impl Future for Answer {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self {
            Answer::Ready(response) => Poll::Ready(Ok(response.take().expect("polled once"))),
            Answer::Slow(answering) => answering.as_mut().poll(cx).map(Ok),
        }
    }
}
