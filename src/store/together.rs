//! Media files on their way in that are made durable together: one wait for many.
//!
//! **Invariant:** a file gets its final name only after its bytes are durable,
//! so that a name never promises more than the disk holds.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{BlobHash, Result, disk};

/// Files that wait at most: each of them is held open.
const MOST: usize = 256;
/// Calls that wait for the disk at once; a file system answers many with one write of its log.
const WAITERS: usize = 8;

/// Files that wait.
#[derive(Debug, Default)]
pub(super) struct Together(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    files: Vec<Coming>,
    hashes: HashSet<BlobHash>,
    /// Folders in which a name may not be durable yet.
    folders: BTreeSet<PathBuf>,
}

#[derive(Debug)]
struct Coming {
    file: File,
    now: PathBuf,
    then: PathBuf,
}

impl Drop for Coming {
    fn drop(&mut self) {
        // Once it has its final name there is nothing under this one.
        let _ = fs::remove_file(&self.now);
    }
}

impl Together {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does a file with these bytes wait?
    pub(super) fn has(&self, hash: &BlobHash) -> bool {
        self.waiting().hashes.contains(hash)
    }

    /// A file that is complete under the name `now`.
    pub(super) fn add(&self, hash: BlobHash, file: File, now: PathBuf, then: PathBuf) -> Result<()> {
        let mut waiting = self.waiting();
        let coming = Coming { file, now, then };
        if waiting.hashes.insert(hash) {
            waiting.files.push(coming);
        }
        if waiting.files.len() >= MOST { waiting.sync() } else { Ok(()) }
    }

    /// A folder with a file whose name somebody else may not have made durable yet.
    pub(super) fn add_folder(&self, folder: PathBuf) {
        self.waiting().folders.insert(folder);
    }

    /// Makes everything durable that waits.
    ///
    /// # Errors
    /// When the disk refuses: then nothing that waited is kept.
    pub(super) fn sync(&self) -> Result<()> {
        self.waiting().sync()
    }
}

impl Waiting {
    fn sync(&mut self) -> Result<()> {
        let Waiting { files, hashes: _, mut folders } = std::mem::take(self);
        each(&files, |coming| coming.file.sync_all().map_err(disk::at(&coming.now)))?;
        for coming in &files {
            if let Some(folder) = coming.then.parent() {
                disk::make_dir(folder)?;
                folders.insert(folder.to_path_buf());
            }
            fs::rename(&coming.now, &coming.then).map_err(disk::at(&coming.then))?;
        }
        let folders: Vec<PathBuf> = folders.into_iter().collect();
        each(&folders, |folder| disk::sync_dir(folder))
    }
}

/// Does the same with each, several at once; the first error of any.
fn each<T: Sync>(all: &[T], work: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let next = AtomicUsize::new(0);
    let turn = || {
        while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(one)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let more: Vec<_> = (1..WAITERS.min(all.len())).map(|_| scope.spawn(turn)).collect();
        let mut done = turn();
        for thread in more {
            let other = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            done = done.and(other);
        }
        done
    })
}
