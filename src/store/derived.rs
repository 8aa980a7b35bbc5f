//! Files made from media files, by the hash of what they were made from.
//!
//! **Invariant:** all files made from one source appear together; everything
//! here can be deleted and is made again.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{BlobHash, Error, Result, disk};

/// Ending of folders that are not complete yet.
const TEMPORARY: &str = ".tmp";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// The folder of files made from media files; cheap to clone.
#[derive(Debug, Clone)]
pub struct Derived {
    dir: PathBuf,
    min_free_bytes: u64,
}

impl Derived {
    /// Those of a data directory; nothing is written unless more than `min_free_bytes` stay free.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(dir: &Path, min_free_bytes: u64) -> Result<Derived> {
        let dir = dir.join("derived");
        disk::make_dir(&dir)?;
        Ok(Derived { dir, min_free_bytes })
    }

    fn folder(&self, source: &BlobHash) -> PathBuf {
        self.dir.join(&source.as_str()[..2]).join(source.as_str())
    }

    /// Where a file made from `source` is, if it was made.
    pub fn path(&self, source: &BlobHash, name: &str) -> PathBuf {
        self.folder(source).join(name)
    }

    /// True once what can be made from `source` was made.
    pub fn has(&self, source: &BlobHash) -> bool {
        self.folder(source).is_dir()
    }

    /// Keeps what was made from `source`, maybe nothing; once is enough.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room.
    pub fn put(&self, source: &BlobHash, files: &[(String, Vec<u8>)]) -> Result<()> {
        let bytes: u64 = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        let free = disk::free_bytes(&self.dir)?;
        if free < self.min_free_bytes + bytes {
            return Err(Error::Full { dir: self.dir.clone(), free, need: self.min_free_bytes });
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let temporary = self.dir.join(format!("{}-{number}{TEMPORARY}", std::process::id()));
        let written = self.write(&temporary, source, files);
        if written.is_err() {
            let _ = fs::remove_dir_all(&temporary);
        }
        written
    }

    fn write(&self, temporary: &Path, source: &BlobHash, files: &[(String, Vec<u8>)]) -> Result<()> {
        fs::create_dir(temporary).map_err(disk::at(temporary))?;
        for (name, bytes) in files {
            let path = temporary.join(name);
            let mut file = File::create_new(&path).map_err(disk::at(&path))?;
            file.write_all(bytes).and_then(|()| file.sync_all()).map_err(disk::at(&path))?;
        }
        disk::sync_dir(temporary)?;
        let folder = self.folder(source);
        disk::make_dir(folder.parent().unwrap_or(&self.dir))?;
        if folder.is_dir() {
            return fs::remove_dir_all(temporary).map_err(disk::at(temporary));
        }
        disk::publish(temporary, &folder)
    }

    /// Removes what was made from anything but `wanted`, and what was not completed. Nobody else may be making files.
    /// Returns how many folders went.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn keep_only(&self, wanted: &HashSet<BlobHash>) -> Result<usize> {
        let mut removed = 0;
        for above in folders(&self.dir)? {
            if above.to_str().is_some_and(|name| name.ends_with(TEMPORARY)) {
                fs::remove_dir_all(&above).map_err(disk::at(&above))?;
                removed += 1;
                continue;
            }
            for folder in folders(&above)? {
                let source = folder.file_name().and_then(|name| name.to_str()).and_then(BlobHash::parse);
                if source.is_none_or(|source| !wanted.contains(&source)) {
                    fs::remove_dir_all(&folder).map_err(disk::at(&folder))?;
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }
}

fn folders(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for item in fs::read_dir(dir).map_err(disk::at(dir))? {
        let path = item.map_err(disk::at(dir))?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    Ok(found)
}
