//! Sends a message to an address that somebody else chose.
//!
//! **Invariant:** the address that is connected to is the one that was checked, no redirect is followed, and nothing
//! of the answer but its status is kept.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use url::{Host, Url};

use crate::config::WebhooksConfig;
use crate::domain::integration::{check_url, is_public};

/// Either kind of connection.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Sends messages.
#[derive(Default)]
pub struct Poster {
    /// Made when it is first needed: reading the system's certificates takes a while.
    tls: OnceLock<Result<TlsConnector, String>>,
}

impl Poster {
    /// Sends `body` and gives the status of the answer.
    ///
    /// # Errors
    /// Why there is none, for people.
    pub async fn post(
        &self,
        config: &WebhooksConfig,
        url: &str,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Bytes,
    ) -> Result<u16, String> {
        let url = check_url(url, config.allow_private).map_err(|broken| broken.to_string())?;
        let limit = Duration::from_secs(config.seconds);
        let sending = self.send(&url, config.allow_private, headers, body);
        tokio::time::timeout(limit, sending).await.unwrap_or_else(|_| Err(format!("no answer in {} s", config.seconds)))
    }

    async fn send(
        &self,
        url: &Url,
        allow_private: bool,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Bytes,
    ) -> Result<u16, String> {
        let tcp = connect(url, allow_private).await?;
        let stream: Box<dyn Stream> =
            if url.scheme() == "https" { Box::new(self.secure(url, tcp).await?) } else { Box::new(tcp) };
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| format!("connection: {error}"))?;
        // Ends with the answer's head: what follows is of no interest.
        let connection = tokio::spawn(connection);
        let answer = sender.send_request(request(url, headers, body)?).await;
        connection.abort();
        Ok(answer.map_err(|error| format!("connection: {error}"))?.status().as_u16())
    }

    async fn secure(&self, url: &Url, tcp: TcpStream) -> Result<TlsStream<TcpStream>, String> {
        let name = match url.host() {
            Some(Host::Domain(name)) => ServerName::try_from(name.trim_end_matches('.').to_owned()),
            Some(Host::Ipv4(address)) => Ok(ServerName::from(IpAddr::from(address))),
            Some(Host::Ipv6(address)) => Ok(ServerName::from(IpAddr::from(address))),
            None => return Err("no host".into()),
        };
        let name = name.map_err(|error| error.to_string())?;
        let tls = self.tls.get_or_init(connector).clone()?;
        tls.connect(name, tcp).await.map_err(|error| format!("TLS: {error}"))
    }
}

/// TLS with the certificates that the system trusts.
fn connector() -> Result<TlsConnector, String> {
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err("the system trusts no certificates (package ca-certificates)".into());
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// A connection to one of the host's addresses. Where private ones are not allowed, one of them is enough to refuse
/// the name: an attacker may answer a little differently each time.
async fn connect(url: &Url, allow_private: bool) -> Result<TcpStream, String> {
    let port = url.port_or_known_default().ok_or("no port")?;
    let addresses: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(address)) => vec![(address, port).into()],
        Some(Host::Ipv6(address)) => vec![(address, port).into()],
        Some(Host::Domain(name)) => {
            let found = tokio::net::lookup_host((name, port)).await;
            found.map_err(|error| format!("{name}: {error}"))?.collect()
        }
        None => return Err("no host".into()),
    };
    if !allow_private && let Some(private) = addresses.iter().find(|address| !is_public(address.ip())) {
        return Err(format!("{} is not on the public Internet", private.ip()));
    }
    let mut last = "the name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = format!("connection: {error}"),
        }
    }
    Err(last)
}

fn request(url: &Url, headers: Vec<(HeaderName, HeaderValue)>, body: Bytes) -> Result<Request<Full<Bytes>>, String> {
    let target = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str().unwrap_or_default()),
        None => url.host_str().unwrap_or_default().to_owned(),
    };
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(target)
        .header(HOST, host)
        .header(USER_AGENT, concat!("zhanqun/", env!("CARGO_PKG_VERSION")))
        .header(CONTENT_TYPE, "application/json")
        .header(CONTENT_LENGTH, body.len());
    for (name, value) in headers {
        request = request.header(name, value);
    }
    request.body(Full::new(body)).map_err(|error| error.to_string())
}
