//! Changing the themes while the server runs.
//!
//! **Invariant:** a set of themes is swapped in only if it has no fault and
//! its pages render; else the old one goes on serving.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, mpsc};
use std::time::{Duration, Instant};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::watch;

use crate::base::fault::Fault;
use crate::render::check;
use crate::render::engine::Engine;
use crate::render::theme::Themes;

/// Quiet time after the last change before the themes are read again.
const QUIET: Duration = Duration::from_millis(100);

/// Longest wait for quiet.
const LONGEST: Duration = Duration::from_secs(2);

impl Engine {
    /// Calls `swapped` after each swap, with the new themes: the place to clear
    /// caches. It may read the themes but not reload them.
    pub fn on_swap(&self, swapped: impl Fn(&Arc<Themes>) + Send + Sync + 'static) {
        self.swapped.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(swapped));
    }

    /// The number of the running generation; changes after each swap, when
    /// caches are clear. Live reload waits for it.
    pub fn generations(&self) -> watch::Receiver<u64> {
        self.generation.subscribe()
    }

    /// Reads the themes again and swaps them in. With a fault nothing is
    /// swapped, each fault is logged and all are returned.
    pub fn reload(&self) -> Result<(), Vec<Fault>> {
        let _one_at_a_time = self.reloading.lock().unwrap_or_else(PoisonError::into_inner);
        let loaded = Themes::load_after(&self.dir, &self.themes()).and_then(|themes| {
            let faults = check::rendering(&themes);
            if faults.is_empty() { Ok(themes) } else { Err(faults) }
        });
        match loaded {
            Ok(themes) => {
                let themes = Arc::new(themes);
                self.themes.store(Arc::clone(&themes));
                for swapped in self.swapped.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                    swapped(&themes);
                }
                self.generation.send_replace(themes.generation());
                tracing::info!(themes = themes.iter().count(), "themes swapped");
                Ok(())
            }
            Err(faults) => {
                for fault in &faults {
                    tracing::error!(%fault, "theme fault, the old themes go on serving");
                }
                Err(faults)
            }
        }
    }

    /// Packs the static files (gzip, Brotli) on a thread of its own, now and
    /// after each swap. Until a file is packed it is sent as it is.
    pub fn pack_in_background(&self) {
        let pack = |themes: Arc<Themes>| {
            let started =
                std::thread::Builder::new().name("pack-theme-files".to_owned()).spawn(move || themes.pack_files());
            if let Err(error) = started {
                tracing::warn!(%error, "static files of themes are sent unpacked");
            }
        };
        pack(Arc::clone(&self.themes()));
        self.on_swap(move |themes| pack(Arc::clone(themes)));
    }

    /// Reloads when a file below the themes' folder changes, until the answer is dropped.
    pub fn watch(self: &Arc<Self>) -> Result<ThemeWatch, notify::Error> {
        let (changes, changed) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(move |event: Result<notify::Event, notify::Error>| {
            // Nobody listens any more once the server stops.
            let _ = match event {
                Ok(event) if matters(&event) => changes.send(()),
                Ok(_) => Ok(()),
                Err(error) => {
                    tracing::warn!(%error, "watching the themes");
                    Ok(())
                }
            };
        })?;
        watcher.watch(&self.dir, RecursiveMode::Recursive)?;
        let engine = Arc::downgrade(self);
        std::thread::Builder::new()
            .name("watch-themes".to_owned())
            .spawn(move || {
                while wait_for_quiet(&changed) {
                    let Some(engine) = engine.upgrade() else { break };
                    // Faults were logged; the next change tries again.
                    let _ = engine.reload();
                }
            })
            .map_err(notify::Error::io)?;
        Ok(ThemeWatch { _watcher: watcher })
    }
}

/// Watching goes on as long as this lives.
#[derive(Debug)]
pub struct ThemeWatch {
    _watcher: RecommendedWatcher,
}

/// True for changes of files; reading, which the reload itself does, is none.
fn matters(event: &notify::Event) -> bool {
    let hidden = |path: &Path| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(['.', '#']) || name.ends_with('~'))
    };
    let change =
        matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) | EventKind::Any);
    change && (event.paths.is_empty() || !event.paths.iter().all(|path| hidden(path)))
}

/// Waits for a change and then for quiet; false when watching has ended.
fn wait_for_quiet(changed: &Receiver<()>) -> bool {
    if changed.recv().is_err() {
        return false;
    }
    let until = Instant::now() + LONGEST;
    while Instant::now() < until {
        match changed.recv_timeout(QUIET) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => return true,
            Err(RecvTimeoutError::Disconnected) => return false,
        }
    }
    true
}
