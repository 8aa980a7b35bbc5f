//! Ends the process when a commit hangs: sled has deadlocked before, and the
//! journal makes a restart safe.
//!
//! **Invariant:** only time without any progress of the writer counts.

use std::sync::Weak;
use std::time::Duration;

use super::Inner;
use super::writer::Kind;

/// Patience with the disk, and with work that has its own time limits.
const DISK: Duration = Duration::from_secs(60);

/// Watches until the store is gone.
pub(super) fn watch(inner: &Weak<Inner>, stuck_after: Duration) {
    loop {
        std::thread::sleep(Duration::from_millis(500));
        let Some(inner) = inner.upgrade() else { return };
        if inner.published.finished() {
            return;
        }
        let Some((since, kind)) = inner.stage.now() else { continue };
        let limit = match kind {
            Kind::Commit => stuck_after,
            Kind::Disk => DISK.max(stuck_after),
            Kind::Repair => continue,
        };
        let so_far = inner.started.elapsed().saturating_sub(Duration::from_millis(since));
        if so_far > limit {
            let what = if kind == Kind::Disk { "the disk has not answered" } else { "a commit has been stuck" };
            end(&format!("{what} for {} s", so_far.as_secs()));
        }
    }
}

/// Ends the process with a clear message.
pub(super) fn end(why: &str) -> ! {
    let text = format!("{why}; the process ends so that it can be restarted; nothing that was acknowledged is lost");
    tracing::error!("{text}");
    eprintln!("zhanqun: {text}");
    std::process::exit(70)
}
