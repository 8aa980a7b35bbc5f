//! The second pass: writes what the first one planned.
//!
//! **Invariant:** everything that is written belongs to one batch; a run that
//! fails takes its batch back.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::App;
use crate::base::fault::Fault;
use crate::domain::account::By;
use crate::domain::content;
use crate::domain::site::{self, Batch, SiteNode};
use crate::migrate::begin::{Failure, Hosts, Progress, batch_name, root_column};
use crate::migrate::columns::Maker;
use crate::migrate::report::Report;
use crate::store::{Actor, Read as _};

use super::columns::{Columns, Names};
use super::plan::Plan;
use super::reader::{LARGEST_TEXT, Reader};
use super::write::{Work, Writer};

/// What ops asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The export.
    pub file: PathBuf,
    /// Slug of the site.
    pub site: String,
    /// Path of the column below which everything goes.
    pub channel: Option<String>,
    /// Hosts of the old site beside those that the export names.
    pub old_hosts: Vec<String>,
    /// Folder with the uploads.
    pub media: Option<PathBuf>,
    /// What was public is public at once.
    pub publish: bool,
    /// Nothing is written.
    pub dry_run: bool,
}

/// Imports an export.
///
/// # Errors
/// See [`Failure`]; nothing of the run is left behind then, or the message says what to do.
pub fn run(app: &Arc<App>, options: &Options, progress: Progress<'_>) -> Result<Report, Failure> {
    let mut report = Report {
        source: options.file.display().to_string(),
        site: options.site.clone(),
        dry_run: options.dry_run,
        ..Report::default()
    };
    let node = app.site(&options.site)?;
    let root = match &options.channel {
        None => None,
        Some(path) => Some(root_column(&node, path)?),
    };
    if let Some(folder) = options.media.as_deref().filter(|folder| !folder.is_dir()) {
        return Err(Failure::Usage(format!("{}: not a folder", folder.display())));
    }
    let length = std::fs::metadata(&options.file).map(|meta| meta.len()).unwrap_or_default();
    let mut reader = Reader::open(&options.file)?;
    let mut plan = Plan::read(&mut reader, &mut report, &|done| progress("checking", done, length))?;
    report.old_site = plan.base.as_ref().map(ToString::to_string).unwrap_or_default();
    let base = plan.base.as_ref().and_then(|base| base.host_str()).map(str::to_lowercase);
    let Hosts { all: hosts, new: new_hosts } =
        Hosts::of(app, &node, base.as_slice(), &options.old_hosts, &mut report.notes)?;
    let now = app.clock.now();
    let begin = app.store.transaction(Actor::cli(), "import.begin").site(node.site.id.0);
    let new_id = || begin.new_id();
    let batch_id = new_id();
    let names = Names { posts: app.text(&node, "import.posts"), pages: app.text(&node, "import.pages") };
    let maker = Maker { read: &app.store, node: &node, root: root.as_ref(), new_id: &new_id, batch: batch_id };
    let columns = Columns::of(&plan, &maker, &names, &mut report)?;
    settle_documents(app, &node, &mut plan, &columns, &new_id)?;
    say_clock(&plan, &mut report);
    let batch = Batch {
        id: batch_id,
        name: batch_name(app, "wxr", &options.site, now)?,
        kind: "wxr".into(),
        site: node.site.id,
        source: report.source.clone(),
        time: now,
        hosts: Vec::new(),
    };
    let mut writer = Writer {
        app,
        node: &node,
        root: root.map(|channel| channel.id),
        plan: &plan,
        columns: &columns,
        hosts: &hosts,
        options,
        batch: &batch,
        now,
        report,
        work: Work::default(),
    };
    let done = writer.write(begin, &new_hosts, &|done| progress("importing", done, length));
    let mut report = writer.report;
    if let Err(error) = done {
        return Err(take_back(app, &batch, &report, options.dry_run, error));
    }
    let touched = report.documents.imported + report.files.copied + report.redirects.new + report.columns.made.len();
    if options.dry_run {
        return Ok(report);
    }
    if touched == 0 && report.hosts.is_empty() {
        // A run that brought nothing leaves no batch behind.
        content::remove_batch(&app.store, &By::ops(), &batch.name)?;
    } else {
        report.batch = batch.name;
    }
    Ok(report)
}

/// Reads an export from anywhere and says what is in it; needs no site and writes nothing. `name`
/// stands in the fault.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check(from: impl Read, name: &Path) -> Result<Report, Fault> {
    let mut report = Report { source: name.display().to_string(), dry_run: true, ..Report::default() };
    let mut reader = Reader::new(from, name, LARGEST_TEXT)?;
    Plan::read(&mut reader, &mut report, &|_| {})?;
    Ok(report)
}

/// Gives every post and page its number and column, so that bodies can link to each other.
fn settle_documents(
    app: &App,
    node: &SiteNode,
    plan: &mut Plan,
    columns: &Columns,
    new_id: &dyn Fn() -> u64,
) -> Result<(), Failure> {
    let mut posts = std::mem::take(&mut plan.posts);
    for (number, post) in &mut posts {
        let home = columns
            .home(*number, post.home)
            .ok_or_else(|| Failure::Usage(format!("item {number} has no column; this is a mistake of the program")))?;
        match content::find_origin(&app.store, node.site.id, &plan.origin(*number))? {
            Some(document) => (post.document, post.channel) = (document.id.0, document.channel.0),
            None => (post.document, post.channel) = (new_id(), home.0),
        }
    }
    plan.posts = posts;
    Ok(())
}

fn say_clock(plan: &Plan, report: &mut Report) {
    for (minutes, count) in plan.clocks.iter().filter(|(minutes, _)| **minutes != 8 * 60) {
        report.notes.push(format!(
            "{count} documents: the old site's clock was {} ahead of GMT, not 8:00 hours; times are kept as that site showed them",
            hours(*minutes)
        ));
    }
}

fn hours(minutes: i64) -> String {
    let sign = if minutes < 0 { "-" } else { "" };
    format!("{sign}{}:{:02} hours", minutes.abs() / 60, minutes.abs() % 60)
}

fn take_back(app: &App, batch: &Batch, report: &Report, dry: bool, error: Failure) -> Failure {
    let there = app.store.unique(site::BATCH_NAME, batch.name.as_bytes());
    if dry || matches!(there, Ok(None)) {
        return error;
    }
    let then = match content::remove_batch(&app.store, &By::ops(), &batch.name) {
        Ok(_) if report.documents.updated == 0 => "nothing of this run was kept".to_owned(),
        Ok(_) => format!(
            "what was new in this run was taken back; {} documents of earlier runs are up to date already",
            report.documents.updated
        ),
        Err(undo) => format!("taking it back failed, too ({undo}); run: zhanqun import undo {}", batch.name),
    };
    Failure::Undone { error: Box::new(error), then }
}
