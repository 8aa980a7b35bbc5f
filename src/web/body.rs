//! Bodies of requests and answers.
//!
//! **Invariant:** a request's body never grows beyond its limit and never
//! pauses longer than allowed; an answer's length is known wherever it can be.

use std::fmt;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::task::JoinHandle;
use tokio::time::Sleep;

/// Any error while sending.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Bytes read from a file at a time.
const CHUNK: u64 = 128 << 10;

/// Body of an answer.
#[derive(Debug, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// Bytes in memory.
    Full(Bytes),
    /// Part of a file.
    File(FileStream),
    /// Several pieces one after the other, of files or memory.
    Parts(Parts),
    /// What a handler of the router gave.
    Handler(axum::body::Body),
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Body {
        if bytes.is_empty() { Body::Empty } else { Body::Full(bytes) }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut *self {
            Body::Empty => Poll::Ready(None),
            Body::Full(bytes) => {
                let bytes = std::mem::take(bytes);
                *self = Body::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Body::File(file) => file.poll_next(cx),
            Body::Parts(parts) => parts.poll_next(cx),
            Body::Handler(body) => Pin::new(body).poll_frame(cx).map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Body::Empty => true,
            Body::Full(bytes) => bytes.is_empty(),
            Body::File(file) => file.left() == 0,
            Body::Parts(parts) => parts.left() == 0,
            Body::Handler(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Body::Empty => SizeHint::with_exact(0),
            Body::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Body::File(file) => SizeHint::with_exact(file.left()),
            Body::Parts(parts) => SizeHint::with_exact(parts.left()),
            Body::Handler(body) => body.size_hint(),
        }
    }
}

/// A part of a file, read piece by piece on the threads for blocking work.
pub struct FileStream {
    file: Arc<File>,
    at: u64,
    end: u64,
    reading: Option<JoinHandle<std::io::Result<Bytes>>>,
}

impl FileStream {
    /// The bytes from `start` up to, not including, `end`.
    pub fn new(file: Arc<File>, start: u64, end: u64) -> FileStream {
        FileStream { file, at: start, end: end.max(start), reading: None }
    }

    fn left(&self) -> u64 {
        self.end - self.at
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.at >= self.end {
            return Poll::Ready(None);
        }
        let (file, at, len) = (&self.file, self.at, self.left().min(CHUNK) as usize);
        let reading = self.reading.get_or_insert_with(|| {
            let file = file.clone();
            tokio::task::spawn_blocking(move || {
                let mut buffer = vec![0; len];
                file.read_exact_at(&mut buffer, at).map(|()| buffer.into())
            })
        });
        let read = ready!(Pin::new(reading).poll(cx));
        self.reading = None;
        match read {
            Ok(Ok(bytes)) => {
                self.at += bytes.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            // The length has been announced, so the connection must break off.
            Ok(Err(e)) => Poll::Ready(Some(Err(e.into()))),
            Err(e) => Poll::Ready(Some(Err(e.into()))),
        }
    }
}

impl fmt::Debug for FileStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStream").field("at", &self.at).field("end", &self.end).finish()
    }
}

/// A piece of an answer that has several.
#[derive(Debug)]
pub enum Part {
    /// Bytes in memory.
    Memory(Bytes),
    /// Part of a file.
    File(FileStream),
}

impl Part {
    fn left(&self) -> u64 {
        match self {
            Part::Memory(bytes) => bytes.len() as u64,
            Part::File(file) => file.left(),
        }
    }
}

/// Pieces one after the other.
#[derive(Debug)]
pub struct Parts {
    parts: std::collections::VecDeque<Part>,
}

impl Parts {
    /// `parts` in their order.
    pub fn new(parts: Vec<Part>) -> Parts {
        Parts { parts: parts.into() }
    }

    fn left(&self) -> u64 {
        self.parts.iter().map(Part::left).sum()
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            match self.parts.front_mut() {
                None => return Poll::Ready(None),
                Some(part) if part.left() == 0 => {
                    self.parts.pop_front();
                }
                Some(Part::Memory(bytes)) => return Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
                Some(Part::File(file)) => return file.poll_next(cx),
            }
        }
    }
}

/// Why a request's body could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Larger than the limit, in bytes.
    #[error("the body is larger than {0} bytes")]
    TooLarge(u64),
    /// Nothing came for too long.
    #[error("the body did not arrive in time")]
    Slow,
    /// The connection broke or the body was malformed.
    #[error("the body broke off: {0}")]
    Broken(#[from] hyper::Error),
}

impl From<BodyError> for super::Error {
    fn from(error: BodyError) -> super::Error {
        match error {
            BodyError::TooLarge(_) => super::Error::TooLarge,
            BodyError::Slow => super::Error::Slow,
            BodyError::Broken(_) => super::Error::BadRequest("the body broke off"),
        }
    }
}

/// Body of a request, bounded in size and in the pauses between its pieces.
pub struct RequestBody {
    incoming: Option<Incoming>,
    /// A body that is there already.
    ready: Option<Bytes>,
    limit: u64,
    seen: u64,
    pause: Duration,
    timer: Option<Pin<Box<Sleep>>>,
}

impl RequestBody {
    /// `incoming` up to `limit` bytes with pauses of at most `pause`.
    pub fn new(incoming: Incoming, limit: u64, pause: Duration) -> RequestBody {
        RequestBody { incoming: Some(incoming), ready: None, limit, seen: 0, pause, timer: None }
    }

    /// A request without a body.
    pub fn empty() -> RequestBody {
        RequestBody { incoming: None, ready: None, limit: 0, seen: 0, pause: Duration::ZERO, timer: None }
    }

    /// A body that is there already.
    pub fn full(bytes: impl Into<Bytes>) -> RequestBody {
        RequestBody { ready: Some(bytes.into()), ..RequestBody::empty() }
    }

    /// Sets the largest size in bytes, for example for an upload.
    pub fn set_limit(&mut self, limit: u64) {
        self.limit = limit;
    }

    /// The largest size in bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let Some(incoming) = &mut this.incoming else {
            return Poll::Ready(this.ready.take().map(|bytes| Ok(Frame::data(bytes))));
        };
        match Pin::new(incoming).poll_frame(cx) {
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(e))) => Poll::Ready(Some(Err(e.into()))),
            Poll::Ready(Some(Ok(frame))) => {
                this.timer = None;
                this.seen += frame.data_ref().map_or(0, |data| data.len() as u64);
                if this.seen > this.limit {
                    this.incoming = None;
                    return Poll::Ready(Some(Err(BodyError::TooLarge(this.limit))));
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Pending => {
                let pause = this.pause;
                let timer = this.timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
                ready!(timer.as_mut().poll(cx));
                this.incoming = None;
                Poll::Ready(Some(Err(BodyError::Slow)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.ready.is_none() && self.incoming.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let ready = self.ready.as_ref().map_or(0, |bytes| bytes.len() as u64);
        self.incoming.as_ref().map_or_else(|| SizeHint::with_exact(ready), http_body::Body::size_hint)
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").field("limit", &self.limit).field("seen", &self.seen).finish()
    }
}
