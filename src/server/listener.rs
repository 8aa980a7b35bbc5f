//! Sockets that accept connections.
//!
//! **Invariant:** an address is printed only once connections to it are accepted.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use crate::config::ServerConfig;

/// Connections that the system keeps for us until we accept them.
const BACKLOG: i32 = 1024;

/// Sockets that are bound and listen; connections wait in them until the server runs.
#[derive(Debug, Default)]
pub struct Listeners {
    /// For HTTP.
    pub http: Vec<TcpListener>,
    /// For HTTPS.
    pub https: Vec<TcpListener>,
    /// For health and metrics.
    pub ops: Option<TcpListener>,
}

/// An address that cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("server.{key}: cannot listen on {address}: {source}")]
pub struct BindError {
    /// Key in `[server]`.
    pub key: &'static str,
    /// The address.
    pub address: SocketAddr,
    /// Why.
    pub source: io::Error,
}

impl Listeners {
    /// Binds the addresses of the configuration.
    ///
    /// # Errors
    /// The first address that cannot be listened on.
    pub fn bind(config: &ServerConfig) -> Result<Listeners, BindError> {
        let open = |key, address| bind(address).map_err(|source| BindError { key, address, source });
        let mut listeners = Listeners::default();
        for address in &config.listen {
            listeners.http.push(open("listen", *address)?);
        }
        for address in &config.https {
            listeners.https.push(open("https", *address)?);
        }
        if let Some(address) = config.ops() {
            listeners.ops = Some(open("ops", address)?);
        }
        Ok(listeners)
    }

    /// What to type into a browser, for HTTP and HTTPS, then the ops address.
    pub fn urls(&self) -> Vec<String> {
        let url = |scheme: &str, listener: &TcpListener| match listener.local_addr() {
            Ok(address) => format!("{scheme}://{address}/"),
            Err(e) => format!("{scheme}: {e}"),
        };
        let http = self.http.iter().map(|listener| url("http", listener));
        let https = self.https.iter().map(|listener| url("https", listener));
        let ops = self.ops.iter().map(|listener| format!("{}metrics", url("http", listener)));
        http.chain(https).chain(ops).collect()
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restart must not wait for old connections to time out.
    socket.set_reuse_address(true)?;
    if let SocketAddr::V6(v6) = address
        && v6.ip().is_unspecified()
    {
        socket.set_only_v6(false)?;
    }
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}
