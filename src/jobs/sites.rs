//! Applies site files again when they change.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use crate::app::App;

/// Quiet time after a change before the files are read: editors write in several steps.
const QUIET: Duration = Duration::from_millis(150);

/// Watches the sites folder until the answer is dropped.
///
/// # Errors
/// When the folder cannot be watched.
pub fn watch(app: &Arc<App>) -> notify::Result<RecommendedWatcher> {
    let (tell, told) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if let Ok(event) = event
            && !event.kind.is_access()
            && event.paths.iter().any(|path| is_site_file(path))
        {
            // The receiver is gone only while the server stops.
            let _ = tell.send(());
        }
    })?;
    watcher.watch(&app.config.sites.dir, RecursiveMode::Recursive)?;
    let app = Arc::downgrade(app);
    std::thread::Builder::new()
        .name("site-files".into())
        .spawn(move || {
            while told.recv().is_ok() {
                while told.recv_timeout(QUIET).is_ok() {}
                let Some(app) = app.upgrade() else { return };
                apply(&app);
            }
        })
        .map_err(notify::Error::io)?;
    Ok(watcher)
}

fn is_site_file(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "site.toml") || path.extension().is_none()
}

fn apply(app: &App) {
    match app.apply_sites() {
        Ok(start) if start.applied.is_empty() => {}
        Ok(start) => {
            let applied = start.applied;
            tracing::info!(created = ?applied.created, changed = ?applied.changed, columns = applied.columns, "site files applied");
        }
        Err(error) => {
            for line in error.to_string().lines() {
                tracing::error!("site files not applied: {line}");
            }
        }
    }
}
