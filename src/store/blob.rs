//! Pictures and attachments: files named by the hash of their bytes.
//!
//! **Invariant:** a file under its final name is complete and durable, and is
//! never changed; the same bytes are stored once.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::together::Together;
use super::{Error, Result, disk};

/// Name of some bytes: their BLAKE3 hash, 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlobHash(String);

impl BlobHash {
    /// The hash of some bytes.
    pub fn of(bytes: &[u8]) -> BlobHash {
        BlobHash(blake3::hash(bytes).to_hex().to_string())
    }

    /// Reads 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<BlobHash> {
        let good = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        good.then(|| BlobHash(text.to_owned()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BlobHash {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<BlobHash, String> {
        BlobHash::parse(&text).ok_or_else(|| format!("{text:?} is not a hash of 64 hexadecimal digits"))
    }
}

impl From<BlobHash> for String {
    fn from(hash: BlobHash) -> String {
        hash.0
    }
}

impl std::fmt::Display for BlobHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Ending of files that are not complete yet.
const TEMPORARY: &str = ".tmp";

static NEXT: AtomicU64 = AtomicU64::new(1);

/// The folder of media files; cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    dir: PathBuf,
    min_free_bytes: u64,
    /// Of one that stores many.
    together: Option<Arc<Together>>,
}

impl Blobs {
    /// The media files of a data directory; nothing is written unless more than `min_free_bytes` stay free.
    pub fn open(dir: &Path, min_free_bytes: u64) -> Result<Blobs> {
        let dir = dir.join("media");
        disk::make_dir(&dir)?;
        Ok(Blobs { dir, min_free_bytes, together: None })
    }

    /// The same folder for somebody who stores many files: what is put there can be read, and is durable, only after
    /// [`Blobs::sync`], which must come before the commit that names it. What was not synced when the last clone is
    /// dropped is gone.
    pub fn together(&self) -> Blobs {
        Blobs { together: Some(Arc::default()), ..self.clone() }
    }

    /// Makes durable what was put since the last time; there is nothing to do but for [`Blobs::together`].
    ///
    /// # Errors
    /// When the disk refuses: then nothing of it is kept.
    pub fn sync(&self) -> Result<()> {
        self.together.as_ref().map_or(Ok(()), |together| together.sync())
    }

    /// Are these bytes there, or will they be after [`Blobs::sync`]? Then whoever asked may name them after it.
    pub fn has(&self, hash: &BlobHash) -> bool {
        let there = self.path(hash);
        let Some(together) = &self.together else { return there.exists() };
        if together.has(hash) {
            return true;
        }
        if !there.exists() {
            return false;
        }
        // Whoever wrote it may not have made its name durable yet.
        together.add_folder(there.parent().unwrap_or(&self.dir).to_path_buf());
        true
    }

    /// Stores bytes; already there is fine.
    pub fn put(&self, bytes: &[u8]) -> Result<BlobHash> {
        Ok(self.put_from(&mut &*bytes, bytes.len() as u64)?.0)
    }

    /// Stores what a reader gives, at most `most` bytes; returns hash and length.
    ///
    /// # Errors
    /// [`Error::TooLarge`] if there is more, [`Error::Full`] if there is no room.
    pub fn put_from(&self, from: &mut dyn Read, most: u64) -> Result<(BlobHash, u64)> {
        let mut incoming = self.receive(most)?;
        incoming.write_from(from)?;
        incoming.keep()
    }

    /// Begins to take in at most `most` bytes that come piece by piece.
    ///
    /// # Errors
    /// When no file can be made.
    pub fn receive(&self, most: u64) -> Result<Incoming> {
        let name = format!("{}-{}{TEMPORARY}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = self.dir.join(name);
        let file = File::create_new(&path).map_err(disk::at(&path))?;
        Ok(Incoming { blobs: self.clone(), path, file, hasher: blake3::Hasher::new(), length: 0, most })
    }

    /// Removes what a process that was killed left half received; nobody else may be writing. Returns how many files.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep(&self) -> Result<usize> {
        let mut removed = 0;
        for item in fs::read_dir(&self.dir).map_err(disk::at(&self.dir))? {
            let path = item.map_err(disk::at(&self.dir))?.path();
            if path.to_str().is_some_and(|name| name.ends_with(TEMPORARY)) {
                disk::remove(&path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn full(&self, free: u64) -> Error {
        Error::Full { dir: self.dir.clone(), free, need: self.min_free_bytes }
    }

    /// Where the bytes are.
    pub fn path(&self, hash: &BlobHash) -> PathBuf {
        self.dir.join(&hash.0[..2]).join(&hash.0)
    }

    /// Opens the bytes for reading; `None` if there are none.
    pub fn read(&self, hash: &BlobHash) -> Result<Option<File>> {
        let path = self.path(hash);
        match File::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(disk::at(&path)(e)),
        }
    }

    /// True if the bytes are there and have this hash.
    pub fn verify(&self, hash: &BlobHash) -> Result<bool> {
        let Some(mut file) = self.read(hash)? else { return Ok(false) };
        file.rewind().map_err(disk::at(&self.path(hash)))?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(file).map_err(disk::at(&self.path(hash)))?;
        Ok(hasher.finalize().to_hex().as_str() == hash.0)
    }

    /// All hashes there are with their lengths, sorted.
    pub fn list(&self) -> Result<Vec<(BlobHash, u64)>> {
        let mut found = Vec::new();
        for folder in fs::read_dir(&self.dir).map_err(disk::at(&self.dir))? {
            let folder = folder.map_err(disk::at(&self.dir))?.path();
            if !folder.is_dir() {
                continue;
            }
            for item in fs::read_dir(&folder).map_err(disk::at(&folder))? {
                let item = item.map_err(disk::at(&folder))?;
                if let Some(hash) = item.file_name().to_str().and_then(BlobHash::parse) {
                    found.push((hash, item.metadata().map_err(disk::at(&item.path()))?.len()));
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

/// Bytes on their way in, under a temporary name; gone when dropped before [`Incoming::keep`].
#[derive(Debug)]
pub struct Incoming {
    blobs: Blobs,
    path: PathBuf,
    file: File,
    hasher: blake3::Hasher,
    length: u64,
    most: u64,
}

impl Incoming {
    /// Takes in the next piece.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond the limit, [`Error::Full`] if there is no room.
    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.length += bytes.len() as u64;
        if self.length > self.most {
            return Err(Error::TooLarge { bytes: self.length as usize, most: self.most as usize });
        }
        let free = disk::free_bytes(&self.blobs.dir)?;
        if free < self.blobs.min_free_bytes + bytes.len() as u64 {
            return Err(self.blobs.full(free));
        }
        self.hasher.update(bytes);
        self.file
            .write_all(bytes)
            .map_err(|e| if disk::is_full(&e) { self.blobs.full(free) } else { disk::at(&self.path)(e) })
    }

    /// Takes in everything that a reader gives.
    ///
    /// # Errors
    /// As [`Incoming::write`]; when the reader fails.
    pub fn write_from(&mut self, from: &mut dyn Read) -> Result<()> {
        let mut buffer = vec![0; 256 << 10];
        loop {
            match from.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => self.write(&buffer[..read])?,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(disk::at(&self.path)(e)),
            }
        }
    }

    /// Bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where they are meanwhile.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes what came durable under its hash, or lets it wait for [`Blobs::sync`]; returns hash and length.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(mut self) -> Result<(BlobHash, u64)> {
        let hash = BlobHash(self.hasher.finalize().to_hex().to_string());
        let path = self.blobs.path(&hash);
        let folder = path.parent().unwrap_or(&self.blobs.dir);
        if path.metadata().is_ok_and(|m| m.len() == self.length) && self.blobs.verify(&hash)? {
            // Whoever wrote it first may not have made its name durable yet.
            match &self.blobs.together {
                Some(together) => together.add_folder(folder.to_path_buf()),
                None => disk::sync_dir(folder)?,
            }
            return Ok((hash, self.length));
        }
        if let Some(together) = &self.blobs.together {
            let file = self.file.try_clone().map_err(disk::at(&self.path))?;
            together.add(hash.clone(), file, std::mem::take(&mut self.path), path)?;
            return Ok((hash, self.length));
        }
        self.file.sync_all().map_err(disk::at(&self.path))?;
        disk::make_dir(folder)?;
        disk::publish(&self.path, &path)?;
        Ok((hash, self.length))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // After `keep` there is nothing under this name.
        let _ = fs::remove_file(&self.path);
    }
}
