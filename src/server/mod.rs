//! Sockets: accepting connections, serving them, stopping without losing a request.
//!
//! **Invariant:** no client can take more than its share of time, memory and
//! connections, and a stop lets running requests finish.

mod connection;
mod gather;
mod listener;
pub mod log;
mod metrics;
mod ops;
mod prompt;
pub mod proxy;
mod stream;
pub mod tls;
mod watch;

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper_util::server::conn::auto;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::base::fault::Fault;
use crate::config::{Config, ServerConfig};
use crate::web::Web;

pub use listener::{BindError, Listeners};
pub use metrics::{Exposition, Metrics};
pub use ops::Ops;

use prompt::Prompt;
use tls::Certificates;
use watch::{Guard, Order};

/// How long a new connection waits for a place before it is refused.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pause after the system refused to give a connection, for example for lack of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Answer to a connection for which there is no place.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 2\r\nConnection: close\r\n\r\n";

/// What all connections share.
struct Shared {
    config: ServerConfig,
    web: Arc<Web>,
    ops: Ops,
    metrics: Metrics,
    guard: Arc<Guard>,
    http: auto::Builder<Prompt>,
    http1_only: auto::Builder<Prompt>,
    http2_only: auto::Builder<Prompt>,
    access_log: bool,
    /// Port of the first HTTPS listener, for redirects.
    https_port: u16,
    stopping: AtomicBool,
}

/// A server that could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Certificates that cannot be used.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Certificates(Vec<Fault>),
    /// TLS cannot be set up.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// A socket cannot be used.
    #[error("socket: {0}")]
    Socket(#[from] std::io::Error),
}

/// A server that is ready to serve.
pub struct Server {
    shared: Arc<Shared>,
    http: Vec<TcpListener>,
    https: Vec<TcpListener>,
    ops: Option<TcpListener>,
    acceptor: Option<TlsAcceptor>,
    /// Takes over changed certificates as long as it lives.
    _watcher: Option<notify::RecommendedWatcher>,
}

impl Server {
    /// Puts a server together from bound sockets. Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// Bad certificates, or a socket that cannot be used.
    pub fn new(config: &Config, listeners: Listeners, web: Arc<Web>, ops: Ops) -> Result<Server, StartError> {
        let all = |sockets: Vec<std::net::TcpListener>| sockets.into_iter().map(listen).collect::<Result<Vec<_>, _>>();
        let (mut acceptor, mut watcher) = (None, None);
        if !listeners.https.is_empty() {
            let certificates = Certificates::load(&config.server.certificates).map_err(StartError::Certificates)?;
            watcher = match certificates.watch() {
                Ok(watcher) => Some(watcher),
                Err(e) => {
                    tracing::warn!("changed certificates will be taken over at the next start only: {e}");
                    None
                }
            };
            acceptor = Some(TlsAcceptor::from(tls::settings(certificates)?));
        }
        let https = all(listeners.https)?;
        let https_port = https.first().map(TcpListener::local_addr).transpose()?.map_or(443, |address| address.port());
        let shared = Shared {
            config: config.server.clone(),
            web,
            ops,
            metrics: Metrics::default(),
            guard: Arc::default(),
            http: connection::http(),
            http1_only: connection::http().http1_only(),
            http2_only: connection::http().http2_only(),
            access_log: config.log.access,
            https_port,
            stopping: AtomicBool::new(false),
        };
        let http = all(listeners.http)?;
        let ops = listeners.ops.map(listen).transpose()?;
        Ok(Server { shared: Arc::new(shared), http, https, ops, acceptor, _watcher: watcher })
    }

    /// Serves until `stop` is over; then accepts nothing more, lets running requests finish for
    /// `server.limits.shutdown_seconds` and returns how many connections had to be cut off.
    pub async fn run(self, stop: impl Future<Output = ()>) -> usize {
        let shared = self.shared;
        let mut tasks = JoinSet::new();
        let places = Arc::new(Semaphore::new(shared.config.limits.connections));
        for listener in self.http {
            tasks.spawn(accept(shared.clone(), listener, None, places.clone()));
        }
        for listener in self.https {
            tasks.spawn(accept(shared.clone(), listener, self.acceptor.clone(), places.clone()));
        }
        let looking = tokio::spawn(shared.guard.clone().look(shared.config.limits.clone()));
        let ops = self.ops.map(|listener| tokio::spawn(ops::serve(shared.clone(), listener)));
        stop.await;
        shared.stopping.store(true, Ordering::SeqCst);
        tracing::info!(connections = shared.guard.len(), "stopping: running requests may finish");
        // Closes the listening sockets.
        tasks.shutdown().await;
        shared.guard.tell(Order::Finish);
        let deadline = Duration::from_secs(shared.config.limits.shutdown_seconds);
        let gone = async {
            while shared.guard.len() > 0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let mut cut = 0;
        if tokio::time::timeout(deadline, gone).await.is_err() {
            cut = shared.guard.len();
            tracing::warn!(connections = cut, "cut off: not finished in time");
            shared.guard.tell(Order::Close);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        looking.abort();
        if let Some(ops) = ops {
            ops.abort();
        }
        cut
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("http", &self.http).field("https", &self.https).finish()
    }
}

/// Ends when the process is asked to stop: SIGTERM or SIGINT.
///
/// # Errors
/// When the signals cannot be waited for.
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("SIGTERM"),
            _ = interrupt.recv() => tracing::info!("SIGINT"),
        }
    })
}

fn listen(socket: std::net::TcpListener) -> std::io::Result<TcpListener> {
    socket.set_nonblocking(true)?;
    TcpListener::from_std(socket)
}

async fn accept(shared: Arc<Shared>, listener: TcpListener, tls: Option<TlsAcceptor>, places: Arc<Semaphore>) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(e) if is_clients_fault(&e) => continue,
            Err(e) => {
                tracing::warn!("cannot accept connections: {e}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        shared.metrics.accepted.fetch_add(1, Ordering::Relaxed);
        // Whoever comes next waits in the system's queue meanwhile.
        let Ok(Ok(permit)) = tokio::time::timeout(PATIENCE, places.clone().acquire_owned()).await else {
            shared.metrics.refused.fetch_add(1, Ordering::Relaxed);
            refuse(&stream, tls.is_some());
            continue;
        };
        let place = shared.guard.enter();
        tokio::spawn(whole(shared.clone(), stream, peer, tls.clone(), place, permit));
    }
}

async fn whole(
    shared: Arc<Shared>,
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    place: watch::Place,
    permit: OwnedSemaphorePermit,
) {
    connection::serve(shared, stream, peer, tls, place).await;
    drop(permit);
}

fn refuse(stream: &TcpStream, tls: bool) {
    if !tls {
        // There is room in a new socket; if not, closing says the same.
        let _ = stream.try_write(FULL);
    }
}

fn is_clients_fault(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::Interrupted)
}
