//! Bringing the state up: trusted, proven, or built again from the journal.
//!
//! **Invariant:** the journal is never changed to fit the state. If the state
//! knows of records that the journal does not have, the start stops.

use std::fs;
use std::path::{Path, PathBuf};

use super::group::{Group, Tables, Write};
use super::journal::frame::Hash;
use super::journal::reader::{self, Reader};
use super::journal::{Journal, segment};
use super::options::{Options, Progress, Work};
use super::state::{Meta, State};
use super::{Error, Result, clean, disk, scan, snapshot};

/// A batch of replayed records is written when it has this many bytes of rows.
const BATCH: usize = 1 << 20;
/// Damaged states that are kept aside.
const KEPT: usize = 2;

/// How much the state is believed.
#[derive(Debug, Clone)]
pub(super) enum Trust {
    /// Its files are byte for byte those of the clean stop: nothing is read.
    Marker(clean::Marker),
    /// Nothing is known: every key is read and compared with the digest.
    Scan,
    /// It was just in use in this process: its place is enough.
    Meta,
}

/// What stands in the state's folder.
enum Found {
    Good(State, Meta),
    /// Nothing, or something of no use; `true` if that is damage.
    Useless(String, bool),
}

/// Notes that records up to `seq` were taken back from the journal without being acknowledged,
/// although the state may have seen them.
pub(super) fn note_taken_back(dir: &Path, seq: u64) -> Result<()> {
    disk::write_whole(&dir.join("taken-back"), seq.to_string().as_bytes())
}

/// Forgets the note after the state was brought up again.
pub(super) fn forget_taken_back(dir: &Path) {
    if let Err(error) = disk::remove(&dir.join("taken-back")) {
        tracing::warn!(%error, "the note of a commit that was taken back stays");
    }
}

fn taken_back(dir: &Path) -> u64 {
    fs::read_to_string(dir.join("taken-back")).ok().and_then(|t| t.trim().parse().ok()).unwrap_or(0)
}

/// Opens the state, proves it as far as `trust` asks, and brings it to the journal's end; builds it again where it is
/// missing, damaged or of an older kind. Cuts a torn end off the journal once nothing speaks against it.
pub(super) fn state(
    options: &Options,
    tables: &Tables,
    journal: &mut Journal,
    trust: Trust,
    progress: &dyn Progress,
) -> Result<(State, Meta)> {
    let dir = options.dir.join("state");
    let newest = snapshot::newest(&options.dir)?;
    if let Some(seq) = newest.filter(|seq| *seq > journal.seq()) {
        return Err(vanished(journal, &format!("snapshot {seq}"), seq));
    }
    if let Trust::Marker(marker) = &trust
        && marker.seq > journal.seq()
    {
        return Err(vanished(journal, "the last clean stop", marker.seq));
    }
    let (state, meta) = match existing(options, journal, &trust, progress)? {
        Found::Good(state, meta) => {
            journal.cut()?;
            (state, meta)
        }
        Found::Useless(why, damaged) => {
            journal.cut()?;
            if damaged {
                set_aside(&options.dir, &why)?;
            } else if dir.exists() {
                tracing::warn!("the state is built again: {why}");
                fs::remove_dir_all(&dir).map_err(disk::at(&dir))?;
            }
            rebuild(options, tables, journal, progress)?
        }
    };
    let meta = replay(&state, tables, options, journal, meta, progress)?;
    Ok((state, meta))
}

fn vanished(journal: &Journal, who: &str, seq: u64) -> Error {
    let (path, offset) = journal.end();
    let torn = journal.torn().map(|t| format!(" ({t})")).unwrap_or_default();
    segment::damaged(
        path,
        offset,
        format!("the journal ends at record {}{torn}, but {who} has seen record {seq}", journal.seq()),
    )
}

/// True if there is a state, good or bad.
pub(super) fn has_state(dir: &Path) -> bool {
    dir.join("state").join("db").exists()
}

/// Looks at what is there.
fn existing(options: &Options, journal: &Journal, trust: &Trust, progress: &dyn Progress) -> Result<Found> {
    let dir = options.dir.join("state");
    if !has_state(&options.dir) {
        let missing = journal.seq() > 0;
        return Ok(Found::Useless(if missing { "there is none".into() } else { "the store is new".into() }, false));
    }
    let sure = match trust {
        Trust::Meta => true,
        Trust::Scan => false,
        Trust::Marker(marker) => {
            let same = marker.seq == journal.seq()
                && marker.hash == clean::hex(&journal.hash())
                && clean::unchanged(&options.dir, marker, progress);
            if !same {
                tracing::warn!("the state is not as the last clean stop left it; every key is read");
            }
            same
        }
    };
    let state = match State::open(&dir, options.cache_bytes, options.open_limit) {
        Ok(state) => state,
        Err(error) => {
            let text = error.to_string();
            let free = disk::free_bytes(&options.dir)?;
            if free < 16 << 20 || text.contains("No space left") {
                let need = options.min_free_bytes.max(32 << 20);
                return Err(Error::Full { dir: options.dir.clone(), free, need });
            }
            if text.contains("acquire lock") {
                return Err(error);
            }
            return Ok(Found::Useless(text, true));
        }
    };
    match judge(options, journal, &state, sure, progress) {
        Ok(Ok(meta)) if sure => Ok(Found::Good(state, meta)),
        Ok(Ok(meta)) => {
            // The scan filled sled's cache beyond its limit; a fresh open gives the memory back.
            state.close(options.open_limit)?;
            match State::open(&dir, options.cache_bytes, options.open_limit) {
                Ok(state) => Ok(Found::Good(state, meta)),
                Err(error) => Ok(Found::Useless(error.to_string(), true)),
            }
        }
        Ok(Err((why, damaged))) => {
            let _ = state.close(options.open_limit);
            Ok(Found::Useless(why, damaged))
        }
        Err(error) => {
            let _ = state.close(options.open_limit);
            Err(error)
        }
    }
}

type Verdict = std::result::Result<Meta, (String, bool)>;

/// Whether the state is what the journal says; the outer error stops the start.
fn judge(options: &Options, journal: &Journal, state: &State, sure: bool, progress: &dyn Progress) -> Result<Verdict> {
    let meta = match state.meta() {
        Ok(Some(meta)) => meta,
        Ok(None) => {
            let empty = state.is_empty().unwrap_or(false) && journal.seq() == 0;
            return Ok(Err(("it has no record of where it stands".into(), !empty)));
        }
        Err(error) => return Ok(Err((error.to_string(), true))),
    };
    if meta.genesis != journal.genesis() && meta.seq <= journal.seq() {
        return Ok(Err(("it belongs to another journal".into(), true)));
    }
    if meta.seq > journal.seq() {
        if meta.seq <= taken_back(&options.dir) {
            return Ok(Err(("it has a commit that was taken back".into(), true)));
        }
        return Err(vanished(journal, "the state", meta.seq));
    }
    let folder = options.dir.join("journal");
    let hash: Option<Hash> = if meta.seq == journal.seq() {
        Some(journal.hash())
    } else {
        reader::hash_at(&folder, meta.seq, journal.genesis())?
    };
    if hash != Some(meta.hash) {
        return Ok(Err((format!("its record {} is not the journal's", meta.seq), true)));
    }
    if meta.schema > options.upgrades.version() {
        return Err(Error::Newer { dir: options.dir.clone(), found: meta.schema, known: options.upgrades.version() });
    }
    if meta.schema != options.upgrades.version() || meta.index_version != options.index_version {
        return Ok(Err(("tables or indexes have a new version".into(), false)));
    }
    if sure {
        return Ok(Ok(meta));
    }
    match scan::all(state, meta.rows + meta.keys, progress) {
        Ok(sums) if sums.fit(&meta) => Ok(Ok(meta)),
        Ok(sums) => {
            let what = format!(
                "{} rows and {} keys were found where {} and {} belong, or their content changed",
                sums.rows, sums.keys, meta.rows, meta.keys
            );
            Ok(Err((what, true)))
        }
        Err(error) => Ok(Err((error.to_string(), true))),
    }
}

/// Moves a damaged state aside, and removes the oldest of those kept.
fn set_aside(dir: &Path, why: &str) -> Result<()> {
    let now = crate::base::clock::Clock::System.now();
    let mut aside = dir.join(format!("state.damaged-{now}"));
    let mut n = 0;
    while aside.exists() {
        n += 1;
        aside = dir.join(format!("state.damaged-{now}-{n}"));
    }
    fs::rename(dir.join("state"), &aside).map_err(disk::at(&aside))?;
    disk::sync_dir(dir)?;
    tracing::error!(kept = %aside.display(), "the state is damaged and is built again from the journal; nothing is lost. Have the disk checked. What was wrong: {why}");
    let mut kept: Vec<PathBuf> = Vec::new();
    for item in fs::read_dir(dir).map_err(disk::at(dir))? {
        let path = item.map_err(disk::at(dir))?.path();
        if path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with("state.damaged-")) {
            kept.push(path);
        }
    }
    kept.sort();
    for old in kept.iter().rev().skip(KEPT) {
        fs::remove_dir_all(old).map_err(disk::at(old))?;
    }
    Ok(())
}

/// Builds the state from the newest good snapshot, or from nothing.
fn rebuild(options: &Options, tables: &Tables, journal: &Journal, progress: &dyn Progress) -> Result<(State, Meta)> {
    let dir = options.dir.join("state");
    for seq in snapshot::list(&options.dir)?.into_iter().rev() {
        let state = State::open(&dir, options.cache_bytes, options.open_limit)?;
        match snapshot::load(options, tables, journal, seq, &state, progress) {
            Ok(meta) => {
                tracing::info!(seq, "the state was loaded from a snapshot");
                return Ok((state, meta));
            }
            Err(error) => {
                tracing::error!(%error, "a snapshot cannot be used; an older one or the whole journal is");
                state.close(options.open_limit)?;
                fs::remove_dir_all(&dir).map_err(disk::at(&dir))?;
            }
        }
    }
    let state = State::open(&dir, options.cache_bytes, options.open_limit)?;
    let meta = Meta::empty(journal.genesis(), options.index_version, options.upgrades.version());
    state.write(Vec::new(), Some(&meta))?;
    state.checkpoint()?;
    Ok((state, meta))
}

/// Applies the journal's records after `meta`.
pub(super) fn replay(
    state: &State,
    tables: &Tables,
    options: &Options,
    journal: &Journal,
    meta: Meta,
    progress: &dyn Progress,
) -> Result<Meta> {
    let limit = journal.seq();
    let start = meta.seq;
    let mut meta = meta;
    let mut reader = Reader::new(&options.dir.join("journal"), meta.seq + 1, options.upgrades.clone());
    while meta.seq < limit {
        let mut group = Group::new(state, tables, meta.clone(), true);
        let mut end = (meta.seq, meta.hash);
        while group.weight() < BATCH {
            let Some(records) = reader.group(limit)? else { break };
            for record in &records.records {
                group.admit(record.seq, record.changes.iter().map(Write::of).collect())?;
            }
            end = (records.last, records.end);
        }
        let (batch, next) = group.finish(end.0, end.1);
        state.write(batch, Some(&next))?;
        meta = next;
        progress.step(Work::Replay, meta.seq - start, limit - start);
    }
    if meta.seq > start + 1000 {
        state.checkpoint()?;
        tracing::info!(from = start + 1, to = meta.seq, "the state was brought up from the journal");
    }
    Ok(meta)
}
