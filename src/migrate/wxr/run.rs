//! The second pass: writes what the first one planned.
//!
//! **Invariant:** everything that is written belongs to one batch; a run that
//! fails takes its batch back.

use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::App;
use crate::base::clock;
use crate::base::fault::Fault;
use crate::domain;
use crate::domain::content;
use crate::domain::site::{self, Batch, Channel, ChannelKind, SiteNode};
use crate::migrate::report::Report;
use crate::store::{self, Actor, Read as _};

use super::columns::{Columns, Maker, Names};
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

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The file is not a good export.
    #[error("{0}")]
    Fault(Fault),
    /// Something that was asked for cannot be.
    #[error("{0}")]
    Usage(String),
    /// The store or a rule refused.
    #[error("{0}")]
    Domain(#[from] domain::error::Error),
    /// The run failed half way; what became of it.
    #[error("{error}; {then}")]
    Undone {
        /// What happened.
        error: Box<Failure>,
        /// What was done about it.
        then: String,
    },
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::Fault(fault)
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        Failure::Domain(error.into())
    }
}

/// How far the work is: name of the step, bytes done, bytes in all.
pub type Progress<'a> = &'a dyn Fn(&'static str, u64, u64);

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
    let (hosts, new_hosts) = hosts(app, &node, &plan, &options.old_hosts, &mut report)?;
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
        name: batch_name(app, &options.site, now)?,
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
        content::remove_batch(&app.store, Actor::cli(), &batch.name)?;
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

fn root_column(node: &SiteNode, path: &str) -> Result<Channel, Failure> {
    let channel = node
        .channel_at(path)
        .ok_or_else(|| Failure::Usage(format!("--channel {path}: {} has no such column", node.site.slug)))?;
    if channel.kind == ChannelKind::Link {
        return Err(Failure::Usage(format!("--channel {path}: a link column has no columns below it")));
    }
    Ok(channel.clone())
}

/// All hosts of the old site, and those of them that the site does not have yet.
fn hosts(
    app: &App,
    node: &SiteNode,
    plan: &Plan,
    wanted: &[String],
    report: &mut Report,
) -> Result<(HashSet<String>, Vec<String>), Failure> {
    let directory = app.directory();
    let mut all: HashSet<String> = node.site.old_hosts.iter().cloned().collect();
    let mut new: Vec<String> = Vec::new();
    let holder = |host: &str| {
        directory.by_host(host).or_else(|| directory.by_old_host(host)).map(|other| other.site.slug.clone())
    };
    for host in wanted {
        let host = host.trim().to_lowercase();
        site::check_host(&host).map_err(|broken| Failure::Usage(format!("--old-host {broken}")))?;
        match holder(&host) {
            Some(slug) if slug != node.site.slug => {
                return Err(Failure::Usage(format!("--old-host {host}: it belongs to the site {slug}")));
            }
            Some(_) => {}
            None if !new.contains(&host) => new.push(host.clone()),
            None => {}
        }
        all.insert(host);
    }
    let Some(base) = plan.base.as_ref().and_then(|base| base.host_str()) else { return Ok((all, new)) };
    let base = base.to_lowercase();
    let twin = base.strip_prefix("www.").map_or_else(|| format!("www.{base}"), str::to_owned);
    let local = base == "localhost"
        || base.ends_with(".localhost")
        || !base.contains('.')
        || base.parse::<std::net::Ipv4Addr>().is_ok();
    for host in [base.clone(), twin] {
        if site::check_host(&host).is_err() {
            continue;
        }
        if local {
            if host == base {
                all.insert(host.clone());
                report.notes.push(format!(
                    "{host} is no name of a public site and was not added to the old hosts; --old-host names them"
                ));
            }
            continue;
        }
        match holder(&host) {
            Some(slug) if slug != node.site.slug && host == base => {
                report.notes.push(format!("{host} belongs to the site {slug} and was not added to the old hosts"));
            }
            Some(_) => {}
            None if !new.contains(&host) => new.push(host.clone()),
            None => {}
        }
        all.insert(host);
    }
    Ok((all, new))
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

fn batch_name(app: &App, site: &str, now: i64) -> Result<String, Failure> {
    let stem = format!("wxr-{site}-{}", clock::local(now).strftime("%Y%m%d-%H%M%S"));
    let mut name = stem.clone();
    let mut more = 2;
    while app.store.unique(site::BATCH_NAME, name.as_bytes())?.is_some() {
        name = format!("{stem}-{more}");
        more += 1;
    }
    Ok(name)
}

fn take_back(app: &App, batch: &Batch, report: &Report, dry: bool, error: Failure) -> Failure {
    let there = app.store.unique(site::BATCH_NAME, batch.name.as_bytes());
    if dry || matches!(there, Ok(None)) {
        return error;
    }
    let then = match content::remove_batch(&app.store, Actor::cli(), &batch.name) {
        Ok(_) if report.documents.updated == 0 => "nothing of this run was kept".to_owned(),
        Ok(_) => format!(
            "what was new in this run was taken back; {} documents of earlier runs are up to date already",
            report.documents.updated
        ),
        Err(undo) => format!("taking it back failed, too ({undo}); run: zhanqun import undo {}", batch.name),
    };
    Failure::Undone { error: Box::new(error), then }
}
