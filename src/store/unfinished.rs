//! Uploads that come in pieces, over several requests and restarts.
//!
//! **Invariant:** bytes are only added at the end that was named, so a piece
//! that comes twice is there once.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::{Error, Result, disk};

/// What an upload is to become.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Number of the person who sends it.
    pub user: u64,
    /// Number of the site.
    pub site: u64,
    /// Number of the collection, 0 for the site's library.
    pub collection: u64,
    /// File name.
    pub name: String,
    /// Bytes that it will have.
    pub size: u64,
}

/// The folder of unfinished uploads; cheap to clone.
#[derive(Debug, Clone)]
pub struct Unfinished {
    dir: PathBuf,
    min_free_bytes: u64,
    /// Held while bytes are added.
    writing: Arc<Mutex<()>>,
}

/// Characters of a name: 16 random bytes in hexadecimal.
const NAME: usize = 32;
/// File that says what the upload is to become.
const ABOUT: &str = "about.json";
/// File with the bytes so far.
const BYTES: &str = "bytes";

impl Unfinished {
    /// Those of a data directory; nothing is written unless more than `min_free_bytes` stay free.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(dir: &Path, min_free_bytes: u64) -> Result<Unfinished> {
        let dir = dir.join("uploads");
        disk::make_dir(&dir)?;
        Ok(Unfinished { dir, min_free_bytes, writing: Arc::default() })
    }

    fn folder(&self, name: &str) -> Option<PathBuf> {
        let plain = name.len() == NAME && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        plain.then(|| self.dir.join(name))
    }

    /// Begins an upload; returns its name, which nobody can guess.
    ///
    /// # Errors
    /// [`Error::Full`] if there is no room for what is announced.
    pub fn begin(&self, announced: &Announced) -> Result<String> {
        let free = disk::free_bytes(&self.dir)?;
        if free < self.min_free_bytes + announced.size {
            return Err(Error::Full { dir: self.dir.clone(), free, need: self.min_free_bytes });
        }
        let mut random = [0; NAME / 2];
        getrandom::fill(&mut random).map_err(|e| disk::at(&self.dir)(std::io::Error::other(e.to_string())))?;
        let name: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let folder = self.dir.join(&name);
        disk::make_dir(&folder)?;
        let json = serde_json::to_vec(announced).map_err(|e| disk::at(&folder)(e.into()))?;
        File::create(folder.join(BYTES)).map_err(disk::at(&folder))?;
        disk::write_whole(&folder.join(ABOUT), &json)?;
        Ok(name)
    }

    /// What an upload is to become, and how many of its bytes are there; `None` if there is no such upload.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn state(&self, name: &str) -> Result<Option<(Announced, u64)>> {
        let Some(folder) = self.folder(name) else { return Ok(None) };
        let json = match fs::read(folder.join(ABOUT)) {
            Ok(json) => json,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(disk::at(&folder)(e)),
        };
        let announced = serde_json::from_slice(&json).map_err(|e| disk::at(&folder)(e.into()))?;
        let bytes = folder.join(BYTES);
        let length = bytes.metadata().map_err(disk::at(&bytes))?.len();
        Ok(Some((announced, length)))
    }

    /// Adds bytes at `at`, which must be the end of what is there; says whether it was and they were added, and where
    /// the end is now. Bytes beyond what was announced are not taken.
    ///
    /// # Errors
    /// [`Error::TooLarge`], [`Error::Full`]; when they cannot be written.
    pub fn add(&self, name: &str, at: u64, bytes: &[u8]) -> Result<Option<(bool, u64)>> {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((announced, length)) = self.state(name)? else { return Ok(None) };
        if at != length {
            return Ok(Some((false, length)));
        }
        let end = length + bytes.len() as u64;
        if end > announced.size {
            return Err(Error::TooLarge { bytes: end as usize, most: announced.size as usize });
        }
        let free = disk::free_bytes(&self.dir)?;
        if free < self.min_free_bytes + bytes.len() as u64 {
            return Err(Error::Full { dir: self.dir.clone(), free, need: self.min_free_bytes });
        }
        let path = self.dir.join(name).join(BYTES);
        let mut file = OpenOptions::new().append(true).open(&path).map_err(disk::at(&path))?;
        let written = file.write_all(bytes).and_then(|()| file.sync_data());
        if let Err(e) = written {
            // Half a piece would put the next one in the wrong place.
            let _ = file.set_len(length);
            return Err(disk::at(&path)(e));
        }
        Ok(Some((true, end)))
    }

    /// The bytes of an upload.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(&self, name: &str) -> Result<Option<File>> {
        let Some(folder) = self.folder(name) else { return Ok(None) };
        let path = folder.join(BYTES);
        match File::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(disk::at(&path)(e)),
        }
    }

    /// Removes an upload; one that is not there is fine.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, name: &str) -> Result<()> {
        let Some(folder) = self.folder(name) else { return Ok(()) };
        match fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(disk::at(&folder)(e)),
            _ => Ok(()),
        }
    }

    /// Uploads of a person that are not finished.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn count(&self, user: u64) -> Result<usize> {
        let mut count = 0;
        for name in self.names()? {
            count += usize::from(self.state(&name)?.is_some_and(|(announced, _)| announced.user == user));
        }
        Ok(count)
    }

    /// Removes uploads to which nothing was added for `age`; returns how many.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn sweep(&self, age: Duration) -> Result<usize> {
        let mut removed = 0;
        for name in self.names()? {
            let folder = self.dir.join(&name);
            let touched = folder.join(BYTES).metadata().or_else(|_| folder.metadata()).and_then(|meta| meta.modified());
            let Ok(touched) = touched else { continue };
            if SystemTime::now().duration_since(touched).is_ok_and(|since| since >= age) {
                self.remove(&name)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for item in fs::read_dir(&self.dir).map_err(disk::at(&self.dir))? {
            let name = item.map_err(disk::at(&self.dir))?.file_name();
            names.extend(name.into_string().ok().filter(|name| self.folder(name).is_some()));
        }
        Ok(names)
    }
}
