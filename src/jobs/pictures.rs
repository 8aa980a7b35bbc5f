//! Makes the smaller forms of pictures: of those that are there at the start, and of new ones as they come.

use std::collections::HashSet;
use std::io::Read as _;
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::app::App;
use crate::domain::media::{MEDIA_OF_SITE, Media, has_forms, make_forms};
use crate::domain::site::SITES;
use crate::store::{self, BlobHash, ListKey, Position, Read, Record};

/// Longest wait for a commit, after which the thread looks whether the server still runs.
const PATIENCE: Duration = Duration::from_secs(1);
/// Pause after a failure.
const AGAIN: Duration = Duration::from_secs(30);
/// Files read in one go.
const PORTION: usize = 500;

/// Starts the thread; it ends with the application.
///
/// # Errors
/// When there is no thread to be had.
pub fn start(app: &Arc<App>) -> std::io::Result<()> {
    let app = Arc::downgrade(app);
    std::thread::Builder::new().name("pictures".into()).spawn(move || {
        // Niceness is a property of the thread on Linux. If refused, it only costs politeness.
        let _ = rustix::process::setpriority_process(None, 15);
        while let Err(error) = run(&app) {
            tracing::error!(%error, "smaller forms of pictures could not be made");
            std::thread::sleep(AGAIN);
        }
    })?;
    Ok(())
}

fn run(app: &Weak<App>) -> store::Result<()> {
    let Some(strong) = app.upgrade() else { return Ok(()) };
    let mut changes = strong.store.changes(strong.store.seq() + 1);
    catch_up(&strong)?;
    drop(strong);
    loop {
        let next = changes.next(PATIENCE)?;
        let Some(app) = app.upgrade() else { return Ok(()) };
        let Some(committed) = next else { continue };
        for change in committed.changes.iter().filter(|change| change.table == Media::TABLE) {
            if let Some(media) = change.row.as_ref().and_then(|row| serde_json::from_str::<Media>(row.get()).ok()) {
                make(&app, &media)?;
            }
        }
    }
}

/// Makes what is missing and removes what nothing needs any more; returns how many pictures it worked on.
///
/// # Errors
/// When the store or a folder cannot be used.
pub fn catch_up(app: &App) -> store::Result<usize> {
    let (mut made, mut wanted) = (0, HashSet::new());
    for site in app.store.list(ListKey::new(SITES, &[]), Position::FIRST, usize::MAX)? {
        let list = ListKey::new(MEDIA_OF_SITE, &[site.id]);
        let mut after = Position::FIRST;
        loop {
            let entries = app.store.list(list, after, PORTION)?;
            let Some(last) = entries.last() else { break };
            after = last.position();
            for entry in entries {
                let Some(media) = app.store.get::<Media>(entry.id)? else { continue };
                wanted.extend(BlobHash::parse(&media.hash));
                made += usize::from(make(app, &media)?);
            }
        }
    }
    let removed = app.derived.keep_only(&wanted)?;
    if made + removed > 0 {
        tracing::info!(made, removed, "smaller forms of pictures");
    }
    Ok(made)
}

/// Makes the forms of one picture, unless they are there; says whether it did.
fn make(app: &App, media: &Media) -> store::Result<bool> {
    let Some(hash) = BlobHash::parse(&media.hash) else { return Ok(false) };
    if !media.is_picture() || !has_forms(&media.file_name) || app.derived.has(&hash) {
        return Ok(false);
    }
    let Some(mut file) = app.blobs.read(&hash)? else { return Ok(false) };
    let mut bytes = Vec::with_capacity(media.size as usize);
    let most = app.config.media.max_upload();
    file.by_ref()
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|source| store::Error::Io { path: app.blobs.path(&hash), source })?;
    let made = std::panic::catch_unwind(|| make_forms(&bytes)).unwrap_or_else(|_| {
        tracing::warn!(media = media.id.0, "a picture that cannot be made smaller");
        Vec::new()
    });
    app.derived.put(&hash, &made)?;
    Ok(true)
}
