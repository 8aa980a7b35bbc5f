//! Files that are sent while they are made.
//!
//! **Invariant:** memory does not grow with the file, and one that could not be finished does not look whole.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http_body::Frame;
use tokio::sync::mpsc;

use crate::domain::error::Result;
use crate::web::body::BoxError;

/// Bytes that are sent at once.
const PIECE: usize = 64 << 10;
/// Pieces that wait for a slow reader.
const WAITING: usize = 4;

type Piece = std::result::Result<Bytes, BoxError>;

/// A file to be saved under `name`, which `write` makes. Where that fails, the connection breaks off.
pub(super) fn file(
    name: &str,
    kind: &'static str,
    write: impl FnOnce(&mut Outgoing) -> Result<()> + Send + 'static,
) -> Response {
    let (pieces, reader) = mpsc::channel(WAITING);
    let file = name.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut outgoing = Outgoing { pieces, bytes: Vec::new() };
        match write(&mut outgoing) {
            Ok(()) => {
                outgoing.send(0);
            }
            Err(error) => {
                tracing::error!(%error, file, "a file broke off");
                let _ = outgoing.pieces.blocking_send(Err(error.into()));
            }
        }
    });
    let mut response = Body::new(Pieces(reader)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

/// A file on its way to its reader.
pub(super) struct Outgoing {
    pieces: mpsc::Sender<Piece>,
    bytes: Vec<u8>,
}

impl Outgoing {
    /// The mark by which spreadsheets know UTF-8.
    pub(super) fn mark(&mut self) {
        self.bytes.extend_from_slice("\u{feff}".as_bytes());
    }

    /// A line of CSV; false if nobody reads any more.
    pub(super) fn record(&mut self, cells: &[String]) -> bool {
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut self.bytes);
        let written = writer.write_record(cells).is_ok() && writer.flush().is_ok();
        drop(writer);
        written && self.send(PIECE)
    }

    /// A line of JSON; false if nobody reads any more.
    pub(super) fn line(&mut self, line: &impl serde::Serialize) -> bool {
        let written = serde_json::to_writer(&mut self.bytes, line).is_ok();
        self.bytes.push(b'\n');
        written && self.send(PIECE)
    }

    /// Sends what waits if it is more than `least` bytes; false if nobody reads any more.
    fn send(&mut self, least: usize) -> bool {
        if self.bytes.len() <= least {
            return true;
        }
        let piece = Bytes::from(std::mem::take(&mut self.bytes));
        self.pieces.blocking_send(Ok(piece)).is_ok()
    }
}

/// What the thread that makes the file has sent so far.
struct Pieces(mpsc::Receiver<Piece>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, BoxError>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

/// A cell that no spreadsheet takes for a formula.
pub(super) fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_become_texts() {
        assert_eq!(harmless("=HYPERLINK(\"http://x\")"), "'=HYPERLINK(\"http://x\")");
        assert_eq!(harmless("@SUM(1)"), "'@SUM(1)");
        assert_eq!(harmless("li.fang"), "li.fang");
    }
}
