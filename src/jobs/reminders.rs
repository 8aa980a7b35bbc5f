//! Reminds of steps of reviews that are overdue: in the inbox they are marked anyway, by mail where mail is on.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::domain::content::Document;
use crate::domain::error::Result;
use crate::domain::workflow;
use crate::store::Read;

/// Time between two looks.
const EVERY: Duration = Duration::from_secs(60);

/// Runs until the task is dropped.
pub async fn run(app: Arc<App>) {
    loop {
        let worker = app.clone();
        match tokio::task::spawn_blocking(move || remind(&worker)).await {
            Ok(Ok(0)) => {}
            Ok(Ok(steps)) => tracing::info!(steps, "steps of reviews are overdue"),
            Ok(Err(error)) => tracing::error!(%error, "nobody could be reminded of overdue steps"),
            Err(error) => tracing::error!(%error, "the job for reminders broke off"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Reminds of what is overdue by now; returns how many steps that were.
///
/// # Errors
/// When the store refuses.
pub fn remind(app: &App) -> Result<usize> {
    // A title that cannot be read holds no reminder up.
    let title = |id: crate::base::id::DocumentId| {
        app.store.get::<Document>(id.0).ok().flatten().map(|document| document.card.title).unwrap_or_default()
    };
    workflow::remind(&app.store, app.config.mail.is_on(), title, app.clock.now())
}
