//! Compressed forms: at once where asked for, better ones in the background.
//!
//! **Invariant:** compressing never delays an answer by more than one fast gzip.
//!
//! Measured for a 35 KB page: gzip 1 59 µs, gzip 6 235 µs, zstd 3 87 µs,
//! Brotli 5 0.8 ms, Brotli 11 39 ms.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};

use bytes::Bytes;

use super::page::Encoding;
use super::{Cache, Entry};

/// Fast, for the first answer.
pub const GZIP_FAST: u8 = 1;
/// Good gzip.
pub const GZIP: u8 = 6;
/// Zstandard.
pub const ZSTD: u8 = 3;
/// Brotli for every page.
pub const BROTLI: u8 = 5;
/// Brotli for pages that are asked for often.
pub const BROTLI_BEST: u8 = 11;

/// Pages that wait; when there are more, further ones keep their fast forms.
const QUEUE: usize = 4096;

/// `body` in `encoding` at `level`.
pub fn pack(encoding: Encoding, level: u8, body: &[u8]) -> Bytes {
    match encoding {
        Encoding::Identity => Bytes::copy_from_slice(body),
        Encoding::Gzip => {
            let out = Vec::with_capacity(body.len() / 3 + 64);
            let mut encoder = flate2::write::GzEncoder::new(out, flate2::Compression::new(u32::from(level)));
            encoder.write_all(body).expect("writing to memory");
            exact(&encoder.finish().expect("writing to memory"))
        }
        Encoding::Zstd => exact(&zstd::bulk::compress(body, i32::from(level)).expect("memory for compressing")),
        Encoding::Brotli => {
            let params = brotli::enc::BrotliEncoderParams {
                quality: i32::from(level),
                // A window that holds the body: the usual one of 4 MB costs memory and time to clear it.
                lgwin: (usize::BITS - body.len().leading_zeros()).clamp(16, 22) as i32,
                size_hint: body.len(),
                ..Default::default()
            };
            let mut out = Vec::with_capacity(body.len() / 3 + 64);
            brotli::BrotliCompress(&mut &*body, &mut out, &params).expect("writing to memory");
            exact(&out)
        }
    }
}

/// A copy without room to grow: it is kept for long.
fn exact(bytes: &[u8]) -> Bytes {
    Bytes::copy_from_slice(bytes)
}

/// What is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// gzip and Brotli as every page gets them.
    Usual,
    /// Zstandard, for a client that prefers it.
    Zstd,
    /// The smallest Brotli; only when nothing else waits.
    Best,
}

#[derive(Default)]
struct Queues {
    usual: VecDeque<(Weak<Entry>, Wish)>,
    best: VecDeque<Weak<Entry>>,
    closed: bool,
}

/// The background thread's work.
#[derive(Default)]
pub(super) struct Compressor {
    queues: Mutex<Queues>,
    wake: Condvar,
}

impl Compressor {
    /// Starts the thread; it ends when the cache is gone.
    pub(super) fn start(cache: &Arc<Cache>) {
        let (compressor, cache) = (cache.compressor.clone(), Arc::downgrade(cache));
        let thread = std::thread::Builder::new().name("compress".into()).spawn(move || {
            // Niceness is a property of the thread on Linux. If refused, it only costs politeness.
            let _ = rustix::process::setpriority_process(None, 15);
            compressor.run(&cache);
        });
        if let Err(e) = thread {
            tracing::error!("the compressing thread cannot be started, pages keep their fast forms: {e}");
        }
    }

    pub(super) fn push(&self, entry: &Arc<Entry>, wish: Wish) {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        match wish {
            Wish::Best if queues.best.len() < QUEUE => queues.best.push_back(Arc::downgrade(entry)),
            Wish::Usual | Wish::Zstd if queues.usual.len() < QUEUE => {
                queues.usual.push_back((Arc::downgrade(entry), wish));
            }
            _ => return,
        }
        drop(queues);
        self.wake.notify_one();
    }

    pub(super) fn close(&self) {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.wake.notify_all();
    }

    fn next(&self) -> Option<(Weak<Entry>, Wish)> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if queues.closed {
                return None;
            }
            if let Some(next) = queues.usual.pop_front() {
                return Some(next);
            }
            if let Some(next) = queues.best.pop_front() {
                return Some((next, Wish::Best));
            }
            queues = self.wake.wait(queues).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn run(&self, cache: &Weak<Cache>) {
        while let Some((entry, wish)) = self.next() {
            // A page that has been dropped meanwhile needs nothing.
            let Some(entry) = entry.upgrade() else { continue };
            let forms: &[(Encoding, u8)] = match wish {
                Wish::Usual => &[(Encoding::Gzip, GZIP), (Encoding::Brotli, BROTLI)],
                Wish::Zstd => &[(Encoding::Zstd, ZSTD)],
                Wish::Best => &[(Encoding::Brotli, BROTLI_BEST)],
            };
            for (encoding, level) in forms {
                if entry.page.level(*encoding) < *level {
                    let bytes = pack(*encoding, *level, entry.page.body());
                    let Some(cache) = cache.upgrade() else { return };
                    cache.add_form(&entry, *encoding, *level, bytes);
                }
            }
        }
    }
}
