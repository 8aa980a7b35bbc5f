//! One server to a data directory.
//!
//! **Invariant:** whoever holds a [`Lock`] is the only process that writes in the directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Error, Result, disk};

/// How long a taken lock is waited for: a child process that is just being started holds copies of its parent's
/// files, locks included, until it runs its own program.
pub(super) const LOCK_WAIT: Duration = Duration::from_secs(2);

/// The lock on a data directory; released when dropped, also by the death of the process.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, or says who has it after [`LOCK_WAIT`].
    pub fn take(dir: &Path) -> Result<Lock> {
        let path = dir.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(disk::at(&path))?;
        let started = Instant::now();
        let locked = loop {
            match file.try_lock() {
                Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_WAIT => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                done => break done,
            }
        };
        match locked {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                let holder = match pid.trim() {
                    "" => String::new(),
                    pid => format!(" by process {pid}"),
                };
                return Err(Error::Locked { dir: dir.to_path_buf(), holder });
            }
            Err(TryLockError::Error(e)) => return Err(disk::at(&path)(e)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(disk::at(&path))?;
        Ok(Lock { _file: file })
    }
}
