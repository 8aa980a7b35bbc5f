//! The clean stop: how the next start knows that it may trust the state without reading it all.
//!
//! **Invariant:** the marker exists only while no process has the directory
//! open, and names every byte of the state and the journal's place.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

use super::journal::{Journal, segment};
use super::options::{Options, Progress, Work};
use super::state::{Meta, State};
use super::{Result, disk};

/// Files are hashed in pieces of this size, on several threads.
const PIECE: u64 = 16 << 20;

/// What stood in the directory at a clean stop.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Marker {
    /// Last record of the journal.
    pub seq: u64,
    /// Its chain hash, hexadecimal.
    pub hash: String,
    /// Files of the state: path below it, length, BLAKE3 of the hashes of its pieces.
    pub state: Vec<(String, u64, String)>,
    /// Segments of the journal and their lengths.
    pub journal: Vec<(String, u64)>,
}

fn path(dir: &Path) -> PathBuf {
    dir.join("clean")
}

/// Reads the marker and removes it, durably, before anything else happens in the directory.
pub(super) fn take(dir: &Path) -> Result<Option<Marker>> {
    let path = path(dir);
    let marker = match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).ok(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(disk::at(&path)(e)),
    };
    disk::remove(&path)?;
    Ok(marker)
}

/// Closes the state so that the next open is fast, and leaves the marker.
pub(super) fn stop(options: &Options, state: State, journal: &Journal, meta: &Meta) -> Result<()> {
    let dir = options.dir.join("state");
    state.checkpoint()?;
    state.close(options.open_limit)?;
    // sled writes its snapshot, which makes the next open fast, only when it opens.
    let state = State::open(&dir, options.cache_bytes, options.open_limit)?;
    let good = state.meta()?.as_ref() == Some(meta);
    state.close(options.open_limit)?;
    if !good {
        tracing::error!("the state lost its place when it was closed; the next start will rebuild it");
        return Ok(());
    }
    let files = files(&dir)?;
    for (name, _) in &files {
        let path = dir.join(name);
        File::open(&path).and_then(|f| f.sync_all()).map_err(disk::at(&path))?;
    }
    disk::sync_dir(&dir)?;
    let folder = options.dir.join("journal");
    let mut segments = Vec::new();
    for first in segment::list(&folder)? {
        let path = folder.join(segment::name(first));
        segments.push((segment::name(first), fs::metadata(&path).map_err(disk::at(&path))?.len()));
    }
    let marker =
        Marker { seq: journal.seq(), hash: hex(&journal.hash()), state: hashes(&dir, files, &())?, journal: segments };
    let bytes = serde_json::to_vec_pretty(&marker).map_err(|e| super::Error::State(e.to_string()))?;
    disk::write_whole(&path(&options.dir), &bytes)
}

/// True if the state's files are exactly those of the marker.
pub(super) fn unchanged(dir: &Path, marker: &Marker, progress: &dyn Progress) -> bool {
    let dir = dir.join("state");
    let Ok(files) = files(&dir) else { return false };
    let sizes = |list: &[(String, u64, String)]| list.iter().map(|(n, l, _)| (n.clone(), *l)).collect::<Vec<_>>();
    files == sizes(&marker.state) && hashes(&dir, files, progress).is_ok_and(|found| found == marker.state)
}

/// Files below a folder with their lengths, by name.
fn files(dir: &Path) -> Result<Vec<(String, u64)>> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let full = dir.join(&folder);
        for item in fs::read_dir(&full).map_err(disk::at(&full))? {
            let item = item.map_err(disk::at(&full))?;
            let meta = item.metadata().map_err(disk::at(&full))?;
            let name = folder.join(item.file_name());
            if meta.is_dir() {
                folders.push(name);
            } else {
                found.push((name.to_string_lossy().into_owned(), meta.len()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Hashes files in pieces, on two threads.
fn hashes(dir: &Path, files: Vec<(String, u64)>, progress: &dyn Progress) -> Result<Vec<(String, u64, String)>> {
    let mut open = Vec::new();
    let mut pieces = Vec::new();
    for (n, (name, length)) in files.iter().enumerate() {
        let path = dir.join(name);
        open.push(File::open(&path).map_err(disk::at(&path))?);
        for start in (0..*length).step_by(PIECE as usize) {
            pieces.push((n, start, PIECE.min(length - start)));
        }
    }
    let total: u64 = files.iter().map(|(_, length)| length).sum();
    let results: Mutex<Vec<Option<[u8; 32]>>> = Mutex::new(vec![None; pieces.len()]);
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let work = || -> Result<()> {
        let mut buffer = vec![0; 1 << 20];
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some((file, start, length)) = pieces.get(at).copied() else { return Ok(()) };
            let mut hasher = blake3::Hasher::new();
            let mut offset = 0;
            while offset < length {
                let size = (length - offset).min(buffer.len() as u64) as usize;
                open[file]
                    .read_exact_at(&mut buffer[..size], start + offset)
                    .map_err(disk::at(&dir.join(&files[file].0)))?;
                hasher.update(&buffer[..size]);
                offset += size as u64;
            }
            results.lock().unwrap_or_else(std::sync::PoisonError::into_inner)[at] = Some(*hasher.finalize().as_bytes());
            progress.step(Work::Hash, done.fetch_add(length, Ordering::Relaxed) + length, total);
        }
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        work().and(other.join().unwrap_or_else(|_| Err(super::Error::State("hashing panicked".into()))))
    })?;
    let results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut sums = vec![blake3::Hasher::new(); files.len()];
    for ((file, _, _), result) in pieces.iter().zip(results) {
        sums[*file].update(&result.unwrap_or_default());
    }
    Ok(files
        .into_iter()
        .zip(sums)
        .map(|((name, length), sum)| (name, length, sum.finalize().to_hex().to_string()))
        .collect())
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8; 32]) -> String {
    blake3::Hash::from_bytes(*bytes).to_hex().to_string()
}
