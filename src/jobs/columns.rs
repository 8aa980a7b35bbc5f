//! Takes up merges and deletions of columns that a stop interrupted, once after the start.

use std::sync::Arc;

use crate::app::App;
use crate::domain::content;

/// Runs once.
pub async fn run(app: Arc<App>) {
    let done = tokio::task::spawn_blocking(move || content::finish_closing(&app.store, &app.directory())).await;
    match done {
        Ok(Ok(0)) => {}
        Ok(Ok(columns)) => tracing::info!(columns, "merges and deletions of columns were taken up and finished"),
        Ok(Err(error)) => tracing::error!(%error, "interrupted merges of columns could not be looked for"),
        Err(error) => tracing::error!(%error, "the job for interrupted merges broke off"),
    }
}
