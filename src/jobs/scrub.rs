//! Reads the whole state once a day at a slow pace and compares it with its digest, then the whole journal.
//!
//! Damage to the state ends the process after a clear message: the journal has everything, and the next start
//! moves the state aside and builds it again. Damage to the journal is told and the server goes on: its state is whole.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::store::Scrubbed;

/// From the start of the server to the first scrub.
const FIRST: Duration = Duration::from_secs(3600);
/// From one scrub to the next.
const EVERY: Duration = Duration::from_secs(24 * 3600);
/// To the next try when commits disturbed one.
const AGAIN: Duration = Duration::from_secs(600);
/// The scrub rests so many times as long as it reads.
const REST: u32 = 9;
/// Exit status that tells the service manager to start the server again.
const DAMAGED: i32 = 70;

/// Runs until the task is dropped.
pub async fn run(app: Arc<App>) {
    let mut pause = FIRST;
    loop {
        tokio::time::sleep(pause).await;
        let worker = app.clone();
        let done = tokio::task::spawn_blocking(move || worker.store.scrub(REST)).await;
        pause = match done {
            Ok(Ok(Scrubbed::Whole)) => {
                tracing::info!("the state is whole");
                journal(&app).await;
                EVERY
            }
            Ok(Ok(Scrubbed::Disturbed)) => AGAIN,
            Ok(Ok(Scrubbed::Damaged)) => {
                tracing::error!("the server ends; its next start builds the state from the journal");
                std::process::exit(DAMAGED);
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "the state could not be scrubbed");
                AGAIN
            }
            Err(error) => {
                tracing::error!(%error, "the scrub broke off");
                AGAIN
            }
        };
    }
}

async fn journal(app: &Arc<App>) {
    let worker = app.clone();
    match tokio::task::spawn_blocking(move || worker.store.scrub_journal(REST)).await {
        Ok(Ok(report)) => tracing::info!(records = report.records, head = report.head, "the journal is whole"),
        Ok(Err(error)) => tracing::error!(
            %error,
            "the journal is damaged; the server goes on. Before it is stopped: have the disk checked and put the \
             segment back from a backup"
        ),
        Err(error) => tracing::error!(%error, "the scrub of the journal broke off"),
    }
}
