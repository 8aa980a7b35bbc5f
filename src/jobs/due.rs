//! Publishes scheduled documents and takes expired ones off when they are due, also those that fell
//! due while the server was down.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::content;

/// Longest sleep: new documents may fall due earlier than the one waited for.
const LONGEST: i64 = 1_000;

/// Runs until the task is dropped.
pub async fn run(app: Arc<App>) {
    loop {
        let worker = app.clone();
        let done = tokio::task::spawn_blocking(move || {
            let now = worker.clock.now();
            let done = content::run_due(&worker.store, now)?;
            if !done.is_empty() {
                tracing::info!(done.appeared, done.left, done.unpinned, "documents were due");
            }
            for (document, late) in done.late {
                tracing::warn!(document = document.0, late_minutes = late / 60_000, "a document was late");
            }
            content::next_due(&worker.store).map(|next| next.map_or(LONGEST, |next| (next - now).clamp(1, LONGEST)))
        })
        .await;
        let pause = match done {
            Ok(Ok(pause)) => pause,
            Ok(Err(error)) => {
                tracing::error!(%error, "documents that are due could not be changed");
                10 * LONGEST
            }
            Err(error) => {
                tracing::error!(%error, "the job for due documents broke off");
                10 * LONGEST
            }
        };
        tokio::time::sleep(Duration::from_millis(pause.unsigned_abs())).await;
    }
}
