//! The second pass: writes what the first one planned.
//!
//! **Invariant:** everything that is written belongs to one batch; a run that
//! fails takes its batch back.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::App;
use crate::base::fault::Fault;
use crate::base::id::OldPageId;
use crate::domain::account::By;
use crate::domain::content;
use crate::domain::migration::{self, Run};
use crate::domain::site::{self, Batch, SiteNode};
use crate::migrate::begin::{Failure, Hosts, Progress, batch_name, root_column};
use crate::migrate::columns::Maker;
use crate::migrate::import::mapping::Mapping;
use crate::migrate::import::report::Addresses;
use crate::migrate::import::undo;
use crate::migrate::report::Report;
use crate::store::{Actor, Read as _};

use super::columns::{Columns, Names};
use super::plan::Plan;
use super::reader::{LARGEST_TEXT, Reader};
use super::record;
use super::write::{Work, Writer};

/// Name of this kind of import.
const KIND: &str = "wxr";

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
    /// The mapping file: used when it is there, proposed by a dry run when it is not.
    pub mapping: Option<PathBuf>,
    /// Where every old address and its fate is written as CSV.
    pub addresses: Option<PathBuf>,
}

/// Imports an export.
///
/// # Errors
/// See [`Failure`]; nothing of the run is left behind then, or the message says what to do.
pub fn run(app: &Arc<App>, options: &Options, progress: Progress<'_>) -> Result<Report, Failure> {
    let mut report = Report {
        source: options.file.display().to_string(),
        kind: KIND.to_owned(),
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
    let (mapping, propose) = Mapping::asked(options.mapping.as_deref(), options.dry_run)?;
    let length = std::fs::metadata(&options.file).map(|meta| meta.len()).unwrap_or_default();
    let mut reader = Reader::open(&options.file)?;
    let mut plan = Plan::read(&mut reader, &mut report, &|done| progress("checking", done, length))?;
    report.old_site = plan.base.as_ref().map(ToString::to_string).unwrap_or_default();
    let base = plan.base.as_ref().and_then(|base| base.host_str()).map(str::to_lowercase);
    let Hosts { all: hosts, new: new_hosts } =
        Hosts::of(app, &node, base.as_slice(), &options.old_hosts, &mut report.notes)?;
    let now = app.clock.now();
    let known = migration::unfinished(&app.store, node.site.id, KIND, &report.source)?;
    report.resumed = known.is_some();
    let begin = app.store.transaction(Actor::cli(), "import.begin").site(node.site.id.0);
    let new_id = || begin.new_id();
    let run = match known {
        Some(run) => Run { publish: options.publish, ..run },
        None => Run {
            batch: new_id(),
            name: batch_name(app, KIND, &options.site, now)?,
            kind: KIND.to_owned(),
            site: node.site.id,
            source: report.source.clone(),
            begun: now,
            ended: None,
            publish: options.publish,
            figures: migration::Figures::default(),
            samples: Vec::new(),
            notes: Vec::new(),
            report: String::new(),
        },
    };
    let names = Names { posts: app.text(&node, "import.posts"), pages: app.text(&node, "import.pages") };
    let maker = Maker { read: &app.store, node: &node, root: root.as_ref(), new_id: &new_id, batch: run.batch };
    let columns = Columns::of(&plan, &maker, &names, mapping, &mut report)?;
    if let Some(path) = propose {
        columns.proposal(&plan, &node).write(path)?;
        report.notes.push(format!("{}: proposed; mend it and give it to the import", path.display()));
    }
    settle_documents(app, &node, &mut plan, &columns, &new_id)?;
    say_clock(&plan, &mut report);
    let batch = Batch {
        id: run.batch,
        name: run.name.clone(),
        kind: run.kind.clone(),
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
        run: &run,
        now,
        report,
        work: Work::default(),
        samples: Vec::new(),
        csv: options.addresses.as_deref().map(Addresses::begin).transpose()?,
    };
    let done = writer.write(begin, &new_hosts, &|done| progress("importing", done, length));
    let Writer { mut report, samples, csv, .. } = writer;
    report.figures = record::sums(&report, plan.categories.len());
    if let Err(error) = done {
        return Err(take_back(app, &batch, &report, options.dry_run, error));
    }
    let touched = report.documents.imported + report.files.copied + report.redirects.new + report.columns.made.len();
    if let Some(csv) = csv {
        csv.end()?;
    }
    if options.dry_run {
        return Ok(report);
    }
    if touched == 0 && report.hosts.is_empty() {
        // A run that brought nothing leaves no batch behind.
        undo(&app.store, &By::ops(), &batch.name)?;
    } else {
        report.batch = batch.name;
        end(app, run, samples, &report)?;
    }
    Ok(report)
}

/// Writes down that a run came to its end, for those who follow it in the browser.
fn end(app: &App, mut run: Run, samples: Vec<(u64, OldPageId)>, report: &Report) -> Result<(), Failure> {
    run.ended = Some(app.clock.now());
    run.figures = report.figures.clone();
    run.samples = samples.into_iter().map(|(_, id)| id).collect();
    run.notes.clone_from(&report.notes);
    let json = serde_json::to_vec(report).map_err(|error| Failure::Usage(error.to_string()))?;
    app.blobs.put(&json)?.as_str().clone_into(&mut run.report);
    let mut tx = app.store.transaction(Actor::cli(), "import.end").site(run.site.0).note(&run.name);
    tx.get::<Run>(run.batch)?;
    tx.put(&run)?;
    app.store.commit(tx)?;
    Ok(())
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
    let then = match undo(&app.store, &By::ops(), &batch.name) {
        Ok(_) if report.documents.updated == 0 => "nothing of this run was kept".to_owned(),
        Ok(_) => format!(
            "what was new in this run was taken back; {} documents of earlier runs are up to date already",
            report.documents.updated
        ),
        Err(undo) => format!("taking it back failed, too ({undo}); run: zhanqun import undo {}", batch.name),
    };
    Failure::Undone { error: Box::new(error), then }
}
