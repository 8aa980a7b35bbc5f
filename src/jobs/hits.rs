//! Writes the counted requests for old addresses down once a minute.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::site;

/// Time between two writings.
const EVERY: Duration = Duration::from_secs(60);

/// Runs until the task is dropped.
pub async fn run(app: Arc<App>) {
    loop {
        tokio::time::sleep(EVERY).await;
        let worker = app.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || flush(&worker)).await {
            tracing::error!(%error, "the job for hits broke off");
        }
    }
}

/// Writes what has been counted until now.
pub fn flush(app: &App) {
    let hits = app.take_hits();
    if hits.is_empty() {
        return;
    }
    if let Err(error) = site::count_hits(&app.store, &hits, app.clock.now()) {
        tracing::warn!(%error, "hits of old addresses could not be written");
        for (redirect, count) in hits {
            for _ in 0..count {
                app.count_hit(redirect);
            }
        }
    }
}
