//! Pictures and attachments: files named by the hash of their bytes.
//!
//! **Invariant:** a file under its final name is complete and durable, and is
//! never changed; the same bytes are stored once.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

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

static NEXT: AtomicU64 = AtomicU64::new(1);

/// The folder of media files; cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    dir: PathBuf,
    min_free_bytes: u64,
}

impl Blobs {
    /// The media files of a data directory; nothing is written unless more than `min_free_bytes` stay free.
    pub fn open(dir: &Path, min_free_bytes: u64) -> Result<Blobs> {
        let dir = dir.join("media");
        disk::make_dir(&dir)?;
        Ok(Blobs { dir, min_free_bytes })
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
        let name = format!("{}-{}.tmp", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let temporary = self.dir.join(name);
        let done = self.fill(&temporary, from, most);
        if done.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        done
    }

    fn full(&self, free: u64) -> Error {
        Error::Full { dir: self.dir.clone(), free, need: self.min_free_bytes }
    }

    fn fill(&self, temporary: &Path, from: &mut dyn Read, most: u64) -> Result<(BlobHash, u64)> {
        let mut file = File::create_new(temporary).map_err(disk::at(temporary))?;
        let mut hasher = blake3::Hasher::new();
        let mut length = 0_u64;
        let mut buffer = vec![0; 256 << 10];
        loop {
            let read = match from.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(disk::at(temporary)(e)),
            };
            length += read as u64;
            if length > most {
                return Err(Error::TooLarge { bytes: length as usize, most: most as usize });
            }
            let free = disk::free_bytes(&self.dir)?;
            if free < self.min_free_bytes + read as u64 {
                return Err(self.full(free));
            }
            hasher.update(&buffer[..read]);
            file.write_all(&buffer[..read])
                .map_err(|e| if disk::is_full(&e) { self.full(free) } else { disk::at(temporary)(e) })?;
        }
        let hash = BlobHash(hasher.finalize().to_hex().to_string());
        let path = self.path(&hash);
        if path.metadata().is_ok_and(|m| m.len() == length) && self.verify(&hash)? {
            fs::remove_file(temporary).map_err(disk::at(temporary))?;
            // Whoever wrote it first may not have made its name durable yet.
            disk::sync_dir(path.parent().unwrap_or(&self.dir))?;
            return Ok((hash, length));
        }
        file.sync_all().map_err(disk::at(temporary))?;
        disk::make_dir(path.parent().unwrap_or(&self.dir))?;
        disk::publish(temporary, &path)?;
        Ok((hash, length))
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
