//! Backup of a data directory, also of one in use, and restore.
//!
//! **Invariant:** a backup with a manifest is complete and was read back; one
//! without is not used. The server need not help and is not disturbed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::blob::Blobs;
use super::journal::reader::hash_at;
use super::journal::segment::{self, Segment};
use super::journal::verify;
use super::options::{Progress, Work};
use super::{Error, Result, clean, disk, snapshot};

const MANIFEST: &str = "manifest.json";
/// Stands in a folder in which a backup or restore has begun and not ended.
const UNFINISHED: &str = "unfinished";

/// A file in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// Length in bytes.
    pub bytes: u64,
    /// BLAKE3, hexadecimal.
    pub hash: String,
}

/// What a backup holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// Format of the backup.
    pub format: u32,
    /// When it was made, milliseconds since 1970.
    pub time: i64,
    /// First hash of the journal's chain: whose backup it is.
    pub genesis: String,
    /// Last record.
    pub seq: u64,
    /// Chain hash after it.
    pub head: String,
    /// Whether media files were wanted.
    pub media: bool,
    /// Files by path in the backup.
    pub files: BTreeMap<String, Copied>,
    /// Media files that are damaged in the data directory itself and are therefore not in the backup.
    pub damaged: Vec<String>,
    /// Files that this run copied; the others were there.
    #[serde(skip)]
    pub copied: u64,
}

fn bad(path: &Path, what: impl Into<String>) -> Error {
    Error::Snapshot { path: path.to_path_buf(), what: what.into() }
}

/// Reads a backup's manifest.
pub fn manifest(backup: &Path) -> Result<Manifest> {
    let path = backup.join(MANIFEST);
    let bytes = fs::read(&path).map_err(disk::at(&path))?;
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|e| bad(&path, e.to_string()))?;
    if manifest.format != 1 {
        return Err(bad(&path, format!("format {} is not known", manifest.format)));
    }
    for name in manifest.files.keys() {
        if !Path::new(name).components().all(|c| matches!(c, std::path::Component::Normal(_))) {
            return Err(bad(&path, format!("{name:?} does not stay in the backup")));
        }
    }
    Ok(manifest)
}

/// Copies `bytes` bytes durably and returns their hash.
fn copy(from: &Path, to: &Path, bytes: u64) -> Result<Copied> {
    disk::make_dir(to.parent().unwrap_or(to))?;
    let temporary = disk::temporary(to);
    let mut input = File::open(from).map_err(disk::at(from))?.take(bytes);
    let mut output = File::create(&temporary).map_err(disk::at(&temporary))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut length = 0;
    loop {
        let read = input.read(&mut buffer).map_err(disk::at(from))?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
        output.write_all(&buffer[..read]).map_err(disk::at(&temporary))?;
        length += read as u64;
    }
    if length != bytes {
        return Err(bad(from, format!("{length} bytes could be read, not {bytes}")));
    }
    output.sync_all().map_err(disk::at(&temporary))?;
    disk::publish(&temporary, to)?;
    Ok(Copied { bytes, hash: hasher.finalize().to_hex().to_string() })
}

/// Reads a file of a backup and compares it with what the manifest says.
fn same(path: &Path, wanted: &Copied) -> Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(disk::at(path)(e)),
    };
    if file.metadata().map_err(disk::at(path))?.len() != wanted.bytes {
        return Ok(false);
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file).map_err(disk::at(path))?;
    Ok(hasher.finalize().to_hex().as_str() == wanted.hash)
}

fn is_empty(dir: &Path) -> Result<bool> {
    match fs::read_dir(dir) {
        Ok(mut items) => Ok(items.next().is_none()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(disk::at(dir)(e)),
    }
}

/// Backs a data directory up into `target`, a new folder or one with an older backup of the same group (then only what
/// is new is copied). Needs no lock and no help from a running server. With `media` also pictures and attachments.
pub fn backup(dir: &Path, target: &Path, media: bool, progress: &dyn Progress) -> Result<Manifest> {
    let source = dir.join("journal");
    let first = Segment::open(&source.join(segment::name(1)), false)?;
    let genesis = clean::hex(&first.before);
    let older = if target.join(MANIFEST).exists() {
        let older = manifest(target)?;
        if older.genesis != genesis {
            return Err(bad(target, "it holds a backup of another site group; choose another folder"));
        }
        if hash_at(&source, older.seq, first.before)?.map(|h| clean::hex(&h)) != Some(older.head.clone()) {
            return Err(bad(
                target,
                format!(
                    "its record {} is not in this data directory's journal (restored from an older backup?); choose another folder",
                    older.seq
                ),
            ));
        }
        Some(older)
    } else if !is_empty(target)? && !target.join(UNFINISHED).exists() {
        return Err(bad(target, "the folder holds other files"));
    } else {
        None
    };
    disk::make_dir(target)?;
    disk::write_whole(&target.join(UNFINISHED), b"")?;
    let old = |name: &str| older.as_ref().and_then(|m| m.files.get(name));
    let mut files = BTreeMap::new();
    let mut copied = 0;

    // The snapshot first: the journal copied after it then has all its records.
    if let Some((name, file)) = newest_snapshot(dir, target, old, &mut copied)? {
        files.insert(name, file);
    }
    let report = journal(&source, target, old, &mut files, &mut copied, progress)?;

    let mut damaged = Vec::new();
    if media {
        let blobs = Blobs::open(dir, 0)?;
        let all = blobs.list()?;
        let total: u64 = all.iter().map(|(_, bytes)| bytes).sum();
        let mut done = 0;
        for (hash, bytes) in all {
            let name = format!("media/{}/{hash}", &hash.as_str()[..2]);
            let place = target.join(&name);
            done += bytes;
            let known =
                old(&name).is_some_and(|f| f.bytes == bytes) && place.metadata().is_ok_and(|m| m.len() == bytes);
            let file = if known {
                Copied { bytes, hash: hash.to_string() }
            } else {
                copied += 1;
                copy(&blobs.path(&hash), &place, bytes)?
            };
            if file.hash == hash.as_str() {
                files.insert(name, file);
            } else {
                tracing::error!(file = %blobs.path(&hash).display(), "the media file is damaged: its bytes do not have the hash in its name");
                disk::remove(&place)?;
                damaged.push(hash.to_string());
            }
            progress.step(Work::Copy, done, total);
        }
    }
    let manifest = Manifest {
        format: 1,
        time: crate::base::clock::Clock::System.now(),
        genesis,
        seq: report.records,
        head: report.head,
        media,
        files,
        damaged,
        copied,
    };
    let json = serde_json::to_vec_pretty(&manifest).map_err(|e| bad(target, e.to_string()))?;
    disk::write_whole(&target.join(MANIFEST), &json)?;
    for old in snapshot::list(target)? {
        let name = format!("snapshots/{}", snapshot::name(old));
        if !manifest.files.contains_key(&name) {
            disk::remove(&target.join(name))?;
        }
    }
    disk::remove(&target.join(UNFINISHED))?;
    Ok(manifest)
}

fn newest_snapshot<'m>(
    dir: &Path,
    target: &Path,
    old: impl Fn(&str) -> Option<&'m Copied>,
    copied: &mut u64,
) -> Result<Option<(String, Copied)>> {
    for seq in snapshot::list(dir)?.into_iter().rev() {
        let name = format!("snapshots/{}", snapshot::name(seq));
        let (from, to) = (dir.join(&name), target.join(&name));
        if let Some(file) = old(&name)
            && same(&to, file)?
        {
            return Ok(Some((name, file.clone())));
        }
        let Ok(length) = fs::metadata(&from).map(|m| m.len()) else { continue };
        let file = copy(&from, &to, length)?;
        *copied += 1;
        match snapshot::verify(&to) {
            Ok(_) => return Ok(Some((name, file))),
            Err(error) => {
                tracing::error!(%error, "a snapshot is not backed up");
                disk::remove(&to)?;
            }
        }
    }
    Ok(None)
}

/// Copies the journal up to its last whole frame and reads the copy back.
fn journal<'m>(
    source: &Path,
    target: &Path,
    old: impl Fn(&str) -> Option<&'m Copied>,
    files: &mut BTreeMap<String, Copied>,
    copied: &mut u64,
    progress: &dyn Progress,
) -> Result<verify::Report> {
    let folder = target.join("journal");
    disk::make_dir(&folder)?;
    let mut tries = 0;
    loop {
        tries += 1;
        let firsts = segment::list(source)?;
        let mut failed = None;
        for (n, first) in firsts.iter().enumerate() {
            let name = format!("journal/{}", segment::name(*first));
            let (from, to) = (source.join(segment::name(*first)), target.join(&name));
            let length = fs::metadata(&from).map_err(disk::at(&from))?.len();
            if n + 1 < firsts.len()
                && let Some(file) = old(&name).or_else(|| files.get(&name)).filter(|f| f.bytes == length)
                && same(&to, file)?
            {
                let file = file.clone();
                files.insert(name, file);
                continue;
            }
            let good = Segment::open(&from, false)?.walk(|_, _| Ok(()))?.good;
            *copied += 1;
            match copy(&from, &to, good) {
                Ok(file) => drop(files.insert(name, file)),
                Err(error) => failed = Some(error),
            }
        }
        // A group that was just taken back (disk full) may spoil a copy; then it is copied again.
        let read_back = match failed {
            None => verify::journal(&folder, |done, total| progress.step(Work::Journal, done, total)),
            Some(error) => Err(error),
        };
        match read_back {
            Ok(report) if report.torn.is_none() => return Ok(report),
            Ok(report) if tries >= 3 => return Err(bad(&folder, report.torn.unwrap_or_default())),
            Err(error) if tries >= 3 => return Err(error),
            _ => {}
        }
    }
}

/// Puts a backup into an empty data directory; the next start builds the state. Every file is compared with the manifest.
pub fn restore(backup: &Path, dir: &Path, progress: &dyn Progress) -> Result<Manifest> {
    let manifest = manifest(backup)?;
    if !is_empty(dir)? {
        return Err(bad(dir, "the data directory is not empty"));
    }
    disk::make_dir(dir)?;
    disk::write_whole(&dir.join(UNFINISHED), b"")?;
    let total: u64 = manifest.files.values().map(|f| f.bytes).sum();
    let mut done = 0;
    for (name, file) in &manifest.files {
        let from = backup.join(name);
        let length = fs::metadata(&from).map_err(disk::at(&from))?.len();
        let now = copy(&from, &dir.join(name), length)?;
        if now != *file {
            return Err(bad(&from, "the backup is damaged: this file is not as the manifest says"));
        }
        done += file.bytes;
        progress.step(Work::Copy, done, total);
    }
    let report = verify::journal(&dir.join("journal"), |done, total| progress.step(Work::Journal, done, total))?;
    if (report.records, &report.head) != (manifest.seq, &manifest.head) {
        return Err(bad(backup, format!("the journal ends at record {}, not {}", report.records, manifest.seq)));
    }
    disk::remove(&dir.join(UNFINISHED))?;
    Ok(manifest)
}

/// Refuses a data directory in which a restore was cut short.
pub(super) fn check_finished(dir: &Path) -> Result<()> {
    let mark: PathBuf = dir.join(UNFINISHED);
    if mark.exists() {
        return Err(bad(dir, "a restore into this folder was cut short; empty it and restore again"));
    }
    Ok(())
}
