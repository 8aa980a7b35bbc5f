//! Removes uploads that were begun and given up.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// Time between two rounds.
const EVERY: Duration = Duration::from_secs(600);

/// Runs until the task is dropped.
pub async fn run(app: Arc<App>) {
    loop {
        let worker = app.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || sweep(&worker)).await {
            tracing::error!(%error, "the job for uploads broke off");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// One round.
pub fn sweep(app: &App) {
    match app.unfinished.sweep(Duration::from_secs(app.config.media.unfinished_hours * 3600)) {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "uploads that were given up"),
        Err(error) => tracing::warn!(%error, "uploads that were given up could not be removed"),
    }
}
