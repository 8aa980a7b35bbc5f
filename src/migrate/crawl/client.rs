//! Asks an old server for pages, as a patient browser of its time did.
//!
//! **Invariant:** it connects to hosts of the old site only, follows nothing by itself, and keeps no more of an answer
//! than was allowed.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, REFERER,
    SET_COOKIE, USER_AGENT,
};
use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use super::frontier::host;

/// Longest wait for a connection.
const CONNECTING: Duration = Duration::from_secs(15);
/// Most cookies of a host.
const MOST_COOKIES: usize = 50;
/// Longest head of an answer.
const LONGEST_HEAD: usize = 64 << 10;
/// Bytes a second that an answer must bring in the long run: a server that drips for ever is left.
const SLOWEST: u64 = 512;

/// Either kind of connection.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// What to ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    /// Address.
    pub url: &'a Url,
    /// Fields of a form to be posted, encoded.
    pub form: Option<&'a str>,
    /// The page that led here.
    pub referer: Option<&'a Url>,
    /// Read until the server closes, whatever length it says.
    pub to_the_end: bool,
}

impl<'a> Ask<'a> {
    /// Nothing but the address.
    pub fn plain(url: &'a Url) -> Ask<'a> {
        Ask { url, form: None, referer: None, to_the_end: false }
    }
}

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The connection ended before the body did.
    pub short: bool,
    /// There was more than is kept.
    pub large: bool,
}

impl Answer {
    /// A header as text; bytes that are no UTF-8 are read as GBK, as old servers wrote them.
    pub fn header(&self, name: &str) -> String {
        let Some(value) = self.headers.get(name) else { return String::new() };
        match std::str::from_utf8(value.as_bytes()) {
            Ok(text) => text.to_owned(),
            Err(_) => encoding_rs::GB18030.decode_without_bom_handling(value.as_bytes()).0.into_owned(),
        }
    }
}

struct Line {
    origin: String,
    sender: http1::SendRequest<Full<Bytes>>,
    task: JoinHandle<()>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Asks one server, one question after the other.
pub(super) struct Client {
    connect: Option<SocketAddr>,
    patience: Duration,
    largest: u64,
    line: Option<Line>,
    tls: Option<TlsConnector>,
    cookies: BTreeMap<String, BTreeMap<String, String>>,
}

impl Client {
    /// Connects to `connect` in place of what the host's name says, if given.
    pub fn new(connect: Option<SocketAddr>, patience: Duration, largest: u64) -> Client {
        Client { connect, patience, largest, line: None, tls: None, cookies: BTreeMap::new() }
    }

    /// One question and its answer. A line that the server closed meanwhile is opened again.
    ///
    /// # Errors
    /// Why there is no answer, for people.
    pub async fn ask(&mut self, ask: Ask<'_>) -> Result<Answer, String> {
        let origin = format!("{}://{}", ask.url.scheme(), host(ask.url));
        let kept = self.line.take().filter(|line| !ask.to_the_end && line.origin == origin && !line.sender.is_closed());
        if let Some(line) = kept
            && let Ok(answer) = self.send(line, ask).await
        {
            return Ok(answer);
        }
        let line = self.open(ask.url, origin, ask.to_the_end).await?;
        self.send(line, ask).await
    }

    async fn open(&mut self, url: &Url, origin: String, to_the_end: bool) -> Result<Line, String> {
        let opening = async {
            let tcp = self.connected(url).await?;
            let plain: Box<dyn Stream> = match url.scheme() {
                "https" => Box::new(self.connector()?.connect(server_name(url)?, tcp).await.map_err(tls_error)?),
                _ => Box::new(tcp),
            };
            let stream: Box<dyn Stream> = if to_the_end { Box::new(NoLength::new(plain)) } else { plain };
            let mut builder = http1::Builder::new();
            builder
                .allow_spaces_after_header_name_in_responses(true)
                .allow_obsolete_multiline_headers_in_responses(true)
                .ignore_invalid_headers_in_responses(true)
                .http09_responses(true);
            let (sender, connection) =
                builder.handshake(TokioIo::new(stream)).await.map_err(|error| format!("connection: {error}"))?;
            let task = tokio::spawn(async move {
                let _ = connection.await;
            });
            Ok(Line { origin, sender, task })
        };
        timeout(CONNECTING, opening).await.unwrap_or_else(|_| Err("no connection in time".into()))
    }

    async fn connected(&self, url: &Url) -> Result<TcpStream, String> {
        let port = url.port_or_known_default().ok_or("no port")?;
        let addresses: Vec<SocketAddr> = match (self.connect, url.host()) {
            (Some(address), _) => vec![address],
            (None, Some(Host::Ipv4(address))) => vec![(address, port).into()],
            (None, Some(Host::Ipv6(address))) => vec![(address, port).into()],
            (None, Some(Host::Domain(name))) => {
                let found = tokio::net::lookup_host((name, port)).await;
                found.map_err(|error| format!("{name}: {error}"))?.collect()
            }
            (None, None) => return Err("no host".into()),
        };
        let mut last = "the name has no address".to_owned();
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = format!("{address}: {error}"),
            }
        }
        Err(last)
    }

    /// TLS with the authorities that the system trusts.
    fn connector(&mut self) -> Result<TlsConnector, String> {
        if let Some(tls) = &self.tls {
            return Ok(tls.clone());
        }
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tls = TlsConnector::from(Arc::new(config));
        self.tls = Some(tls.clone());
        Ok(tls)
    }

    async fn send(&mut self, mut line: Line, ask: Ask<'_>) -> Result<Answer, String> {
        let request = self.request(ask)?;
        let began = Instant::now();
        let sending = line.sender.send_request(request);
        let response = timeout(self.patience, sending).await.map_err(|_| self.too_slow())?;
        let (head, mut body) = response.map_err(|error| format!("connection: {error}"))?.into_parts();
        self.learn(ask.url, &head.headers);
        let mut answer = Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: Vec::new(),
            short: false,
            large: false,
        };
        loop {
            let Ok(frame) = timeout(self.patience, body.frame()).await else {
                if answer.body.is_empty() {
                    return Err(self.too_slow());
                }
                answer.short = true;
                return Ok(answer);
            };
            match frame {
                None => break,
                Some(Err(_)) => {
                    answer.short = true;
                    break;
                }
                Some(Ok(frame)) => {
                    let Some(data) = frame.data_ref() else { continue };
                    if (answer.body.len() + data.len()) as u64 > self.largest {
                        (answer.large, answer.body) = (true, Vec::new());
                        return Ok(answer);
                    }
                    answer.body.extend_from_slice(data);
                    let time = self.patience + Duration::from_secs(answer.body.len() as u64 / SLOWEST);
                    if began.elapsed() > time {
                        answer.short = true;
                        return Ok(answer);
                    }
                }
            }
        }
        if !answer.short && !ask.to_the_end {
            self.line = Some(line);
        }
        self.unpack(&mut answer);
        Ok(answer)
    }

    fn too_slow(&self) -> String {
        format!("no answer in {} s", self.patience.as_secs())
    }

    /// Some servers compress though nobody asked for it.
    fn unpack(&self, answer: &mut Answer) {
        let encoding = answer.headers.get(CONTENT_ENCODING).map(|value| value.as_bytes().to_ascii_lowercase());
        let mut plain = Vec::new();
        let read = match encoding.as_deref() {
            Some(b"gzip" | b"x-gzip") => {
                flate2::read::MultiGzDecoder::new(&answer.body[..]).take(self.largest + 1).read_to_end(&mut plain)
            }
            Some(b"deflate") => {
                flate2::read::ZlibDecoder::new(&answer.body[..]).take(self.largest + 1).read_to_end(&mut plain)
            }
            _ => return,
        };
        if plain.len() as u64 > self.largest {
            (answer.large, answer.body) = (true, Vec::new());
        } else if read.is_ok() || !plain.is_empty() {
            answer.body = plain;
        }
    }

    fn request(&self, ask: Ask<'_>) -> Result<Request<Full<Bytes>>, String> {
        let target = match ask.url.query() {
            Some(query) => format!("{}?{query}", ask.url.path()),
            None => ask.url.path().to_owned(),
        };
        let name = host(ask.url);
        let mut request = Request::builder()
            .method(if ask.form.is_some() { Method::POST } else { Method::GET })
            .uri(target)
            .header(HOST, &name)
            .header(USER_AGENT, concat!("Mozilla/5.0 (compatible; zhanqun/", env!("CARGO_PKG_VERSION"), ")"))
            .header(ACCEPT, "*/*")
            .header(ACCEPT_LANGUAGE, "zh-CN,zh;q=0.9");
        if let Some(referer) = ask.referer {
            request = request.header(REFERER, referer.as_str());
        }
        let cookies = self.cookies.get(&name).into_iter().flatten();
        let cookies: Vec<String> = cookies.map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if ask.to_the_end {
            request = request.header(CONNECTION, "close");
        }
        let body = match ask.form {
            Some(form) => {
                request = request
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .header(CONTENT_LENGTH, form.len());
                Bytes::copy_from_slice(form.as_bytes())
            }
            None => Bytes::new(),
        };
        request.body(Full::new(body)).map_err(|error| error.to_string())
    }

    /// Keeps the cookies of an answer: a session for all pages is what old sites want.
    fn learn(&mut self, url: &Url, headers: &HeaderMap) {
        for value in headers.get_all(SET_COOKIE) {
            let Ok(text) = value.to_str() else { continue };
            let Some((name, value)) = text.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            let ends = text.to_ascii_lowercase().replace(' ', "").contains("max-age=0");
            let jar = self.cookies.entry(host(url)).or_default();
            if ends {
                jar.remove(name.trim());
            } else if jar.len() < MOST_COOKIES {
                jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}

fn tls_error(error: std::io::Error) -> String {
    format!("TLS: {error}")
}

fn server_name(url: &Url) -> Result<ServerName<'static>, String> {
    match url.host() {
        Some(Host::Domain(name)) => {
            ServerName::try_from(name.trim_end_matches('.').to_owned()).map_err(|e| e.to_string())
        }
        Some(Host::Ipv4(address)) => Ok(ServerName::from(IpAddr::from(address))),
        Some(Host::Ipv6(address)) => Ok(ServerName::from(IpAddr::from(address))),
        None => Err("no host".into()),
    }
}

/// Hides `Content-Length` of an answer, so that it is read until the server closes: some servers counted characters of
/// GBK and not bytes.
struct NoLength {
    inner: Box<dyn Stream>,
    /// Head so far, until its end has come; then what is not given on yet.
    head: Vec<u8>,
    given: usize,
    done: bool,
}

impl NoLength {
    fn new(inner: Box<dyn Stream>) -> NoLength {
        NoLength { inner, head: Vec::new(), given: 0, done: false }
    }

    fn hide(&mut self) {
        const NAME: &[u8] = b"\ncontent-length";
        let lower = self.head.to_ascii_lowercase();
        for at in memchr::memmem::find_iter(&lower, NAME) {
            self.head[at + 1..at + NAME.len()].copy_from_slice(b"x-ontent-lengt");
        }
    }
}

impl AsyncRead for NoLength {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        while !this.done {
            let mut piece = [0; 4096];
            let mut read = ReadBuf::new(&mut piece);
            match Pin::new(&mut this.inner).poll_read(context, &mut read) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) => {}
            }
            let ended = read.filled().is_empty();
            this.head.extend_from_slice(read.filled());
            let end = memchr::memmem::find(&this.head, b"\r\n\r\n");
            if ended || end.is_some() || this.head.len() > LONGEST_HEAD {
                let body = this.head.split_off(end.map_or(this.head.len(), |end| end + 2));
                this.hide();
                this.head.extend_from_slice(&body);
                this.done = true;
            }
        }
        if this.given < this.head.len() {
            let length = buffer.remaining().min(this.head.len() - this.given);
            buffer.put_slice(&this.head[this.given..this.given + length]);
            this.given += length;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for NoLength {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}
