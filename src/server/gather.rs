//! Sending together what is written in one turn of a connection.
//!
//! Over HTTP/2 one turn answers many requests, and each answer would be a write
//! of its own. So what is written is gathered, and the connection sends it at
//! the end of its turn with as few calls to the system as possible.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::watch::Watch;

/// Bytes gathered before they are sent although the turn is not over.
const MOST: usize = 256 << 10;
/// Space that an idle connection keeps.
const KEPT: usize = 16 << 10;

/// A TCP stream whose writes are gathered once [`Outgoing::gather`] was called.
#[derive(Debug)]
pub(super) struct Gathered {
    incoming: OwnedReadHalf,
    outgoing: Arc<Outgoing>,
}

/// The sending side, shared with the connection that sends at the end of its turn.
#[derive(Debug)]
pub(super) struct Outgoing {
    watch: Arc<Watch>,
    sending: Mutex<Sending>,
}

#[derive(Debug)]
struct Sending {
    half: OwnedWriteHalf,
    /// Written but not sent; the first `sent` bytes are.
    bytes: Vec<u8>,
    sent: usize,
    gathering: bool,
}

impl Gathered {
    /// A stream and its sending side.
    pub(super) fn new(stream: TcpStream, watch: Arc<Watch>) -> (Gathered, Arc<Outgoing>) {
        let (incoming, half) = stream.into_split();
        let sending = Mutex::new(Sending { half, bytes: Vec::new(), sent: 0, gathering: false });
        let outgoing = Arc::new(Outgoing { watch, sending });
        (Gathered { incoming, outgoing: outgoing.clone() }, outgoing)
    }
}

impl Outgoing {
    /// From now on bytes are sent by [`Outgoing::send`] only, or when there are too many.
    pub(super) fn gather(&self) {
        self.lock().gathering = true;
    }

    /// Sends what was gathered; `Pending` wakes the task when more can be sent.
    pub(super) fn send(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().send(cx, &self.watch)
    }

    fn lock(&self) -> MutexGuard<'_, Sending> {
        self.sending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sending {
    fn send(&mut self, cx: &mut Context<'_>, watch: &Watch) -> Poll<io::Result<()>> {
        while self.sent < self.bytes.len() {
            let count = ready!(Pin::new(&mut self.half).poll_write(cx, &self.bytes[self.sent..]))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += count;
            watch.written();
        }
        self.sent = 0;
        if self.bytes.capacity() > KEPT {
            self.bytes = Vec::new();
        } else {
            self.bytes.clear();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Gathered {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.incoming).poll_read(cx, buf)
    }
}

impl AsyncWrite for Gathered {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut sending = self.outgoing.lock();
        if !sending.gathering {
            return Pin::new(&mut sending.half).poll_write_vectored(cx, slices);
        }
        if sending.bytes.len() >= MOST {
            ready!(sending.send(cx, &self.outgoing.watch))?;
        }
        for slice in slices {
            sending.bytes.extend_from_slice(slice);
        }
        Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// While gathering, the end of the turn flushes.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut sending = self.outgoing.lock();
        if sending.gathering { Poll::Ready(Ok(())) } else { Pin::new(&mut sending.half).poll_flush(cx) }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut sending = self.outgoing.lock();
        ready!(sending.send(cx, &self.outgoing.watch))?;
        Pin::new(&mut sending.half).poll_shutdown(cx)
    }
}
