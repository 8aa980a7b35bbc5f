//! `zhanqun serve`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::base::clock::Clock;
use crate::base::fault::Fault;
use crate::config::Config;
use crate::domain::mail;
use crate::server::{self, Exposition, Listeners, Ops, Server};
use crate::store::{ListKey, Read};
use crate::{jobs, web};

use super::output::{Output, store_progress};
use super::{Failure, control, user};

pub(super) fn serve(config: Config, out: &mut Output) -> Result<(), Failure> {
    server::log::start(&config.log);
    let began = Instant::now();
    // Huge pages made the resident memory half as large again, as freed parts of them stay. Without them the server
    // only takes more memory, so a refusal is no fault.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let app = App::open(config, Clock::System, &store_progress(out.terminal))?;
    let result = serve_app(&app, began, out);
    // Whatever happened, the store is closed in order, so that the next start is quick.
    jobs::flush_hits(&app);
    app.store.close()?;
    result
}

fn serve_app(app: &Arc<App>, began: Instant, out: &mut Output) -> Result<(), Failure> {
    let first = app.store.seq() == 0;
    let first_user = user::first(app)?;
    let start = app.apply_sites()?;
    if first {
        out.note(format!("{} sites and {} documents loaded", start.applied.created.len(), start.documents));
    }
    if let Some(first_user) = first_user {
        user::make_first(app, first_user, out)?;
    }
    app.engine.pack_in_background();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("runtime: {error}")))?;
    let result = runtime.block_on(run(app, began, out));
    runtime.shutdown_timeout(Duration::from_secs(5));
    result
}

async fn run(app: &Arc<App>, began: Instant, out: &mut Output) -> Result<(), Failure> {
    let config = &app.config;
    let web = web::group::compose(app, tokio::runtime::Handle::current());
    let _themes = if config.themes.watch {
        let failed = |error| Failure::failed(format!("{}: {error}", config.themes.dir.display()));
        Some(app.engine.watch().map_err(failed)?)
    } else {
        None
    };
    let failed = |error| Failure::failed(format!("{}: {error}", config.sites.dir.display()));
    let _sites = jobs::watch_sites(app).map_err(failed)?;
    if let Err(error) = control::listen(app.clone()) {
        // Usually a path that is too long for a socket. Visitors need none of it.
        let socket = control::socket(&app.data_dir());
        tracing::warn!(%error, socket = %socket.display(), "commands do not reach this server while it runs");
    }
    let listeners = Listeners::bind(&config.server).map_err(Failure::failed)?;
    let urls = listeners.urls();
    let stop = server::stop_signal().map_err(|error| Failure::failed(format!("signals: {error}")))?;
    let server = Server::new(config, listeners, web, ops(app)).map_err(|error| match error {
        server::StartError::Certificates(faults) => Failure::Usage(faults.iter().map(Fault::to_string).collect()),
        other => Failure::failed(other),
    })?;
    let jobs = [
        tokio::spawn(jobs::columns(app.clone())),
        tokio::spawn(jobs::due(app.clone())),
        tokio::spawn(jobs::hits(app.clone())),
        tokio::spawn(jobs::scrub(app.clone())),
        tokio::spawn(jobs::mail(app.clone())),
        tokio::spawn(jobs::uploads(app.clone())),
        tokio::spawn(jobs::webhooks(app.clone())),
        tokio::spawn(jobs::reminders(app.clone())),
    ];
    if let Err(error) = jobs::pictures(app) {
        tracing::warn!(%error, "pictures get no smaller forms");
    }
    for url in urls {
        out.line(url);
    }
    tracing::info!(ready_ms = began.elapsed().as_millis() as u64, sites = app.directory().len(), "ready");
    server.run(stop).await;
    for job in jobs {
        job.abort();
    }
    let _ = std::fs::remove_file(control::socket(&app.data_dir()));
    Ok(())
}

/// Health and figures of the parts behind the server.
fn ops(app: &Arc<App>) -> Ops {
    let (ready, figures) = (app.clone(), app.clone());
    Ops {
        ready: Box::new(move || match ready.directory().portal() {
            Some(_) => Ok(()),
            None => Err("no portal has been applied".into()),
        }),
        metrics: Box::new(move |out| write_figures(&figures, out)),
    }
}

fn write_figures(app: &App, out: &mut Exposition) {
    let store = app.store.stats();
    out.gauge("zhanqun_journal_seq", "Last acknowledged transaction", store.seq);
    out.gauge("zhanqun_journal_bytes", "Bytes of the journal", store.journal_bytes);
    out.gauge("zhanqun_journal_segments", "Segments of the journal", store.segments);
    out.gauge("zhanqun_state_rows", "Rows of the state", store.rows);
    out.gauge("zhanqun_state_keys", "List entries, counts and unique keys of the state", store.keys);
    out.counter("zhanqun_commits_total", "Transactions since the start", store.commits);
    out.counter("zhanqun_journal_syncs_total", "Flushes of the journal since the start", store.syncs);
    out.gauge("zhanqun_commit_last_seconds", "Time of the last commit", store.last_commit_micros as f64 / 1e6);
    out.gauge("zhanqun_disk_free_bytes", "Bytes free for the data directory", store.free_bytes);
    out.gauge("zhanqun_sites", "Sites of the group", app.directory().len());
    let letters = |list| app.store.count(ListKey::new(list, &[])).unwrap_or_default();
    out.gauge("zhanqun_mail_waiting", "Mails that wait to be sent", letters(mail::WAITING));
    out.gauge("zhanqun_mail_given_up", "Mails that could not be sent and are tried no more", letters(mail::GIVEN_UP));
    out.gauge("zhanqun_theme_generation", "Times the themes were read", *app.engine.generations().borrow());
}
