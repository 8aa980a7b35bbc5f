//! Copies on disk that nothing remains of, and how large what is unpacked may be.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Times that a packed file may grow, besides [`ALWAYS`].
const GROWTH: u64 = 300;
/// Bytes that any packed file may have unpacked.
const ALWAYS: u64 = 64 << 20;

/// A file below `spool` that is gone when it is closed, however the program ends.
///
/// # Errors
/// When it cannot be made.
pub fn nameless(spool: &Path) -> io::Result<File> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    fs::create_dir_all(spool)?;
    let name = format!("unpacked-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let path = spool.join(name);
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Refuses to give more than a packed file of that size may hold.
pub struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Limited<R> {
    /// What `packed` bytes may become.
    pub fn new(inner: R, packed: u64) -> Limited<R> {
        Limited { inner, left: packed.saturating_mul(GROWTH).saturating_add(ALWAYS) }
    }
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => {
                self.left = left;
                Ok(read)
            }
            None => Err(io::Error::other(format!("it unpacks to more than {GROWTH} times its size; refused"))),
        }
    }
}
