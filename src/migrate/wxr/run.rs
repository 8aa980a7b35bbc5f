//! The second pass: writes what the first one planned.
//!
//! **Invariant:** everything that is written belongs to one batch; a run that
//! fails takes its batch back.

use std::collections::HashSet;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::App;
use crate::base::clock;
use crate::base::fault::Fault;
use crate::base::id::{ChannelId, DocumentId};
use crate::domain;
use crate::domain::content::{self, Brought, Draft, Imported, Picture, Text};
use crate::domain::site::{self, Batch, Channel, ChannelKind, Old, SiteNode};
use crate::migrate::report::{Report, Suspicious};
use crate::store::{self, Actor, Read, Transaction};

use super::body::Bodies;
use super::columns::{Columns, Maker, Names};
use super::files::Files;
use super::item::{Item, Label};
use super::old::OldAddresses;
use super::plan::{Fate, Home, Plan, fate, number_of, skip_reason};
use super::reader::{Entry, Reader};

/// Documents written in one transaction.
const PORTION: usize = 200;
/// Bytes of bodies written in one transaction.
const PORTION_BYTES: usize = 8 << 20;
/// Most bytes of one document; the store takes 16 MB of JSON in a row.
const LARGEST: usize = 14 << 20;
/// Tries when somebody edits the same documents meanwhile.
const TRIES: usize = 5;
/// Kinds of removed HTML that are listed with their documents.
const SUSPICIOUS: [&str; 9] = ["script", "iframe", "object", "embed", "form", "applet", "meta", "base", "frame"];

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
        old: OldAddresses::default(),
        chunk: Vec::new(),
        chunk_bytes: 0,
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
    let local = base == "localhost" || base.ends_with(".localhost") || !base.contains('.') || base.parse::<std::net::Ipv4Addr>().is_ok();
    for host in [base.clone(), twin] {
        if site::check_host(&host).is_err() {
            continue;
        }
        if local {
            if host == base {
                all.insert(host.clone());
                report.notes.push(format!("{host} is no name of a public site and was not added to the old hosts; --old-host names them"));
            }
            continue;
        }
        match holder(&host) {
            Some(slug) if slug != node.site.slug => {
                if host == base {
                    report.notes.push(format!("{host} belongs to the site {slug} and was not added to the old hosts"));
                }
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

/// A document that waits for its transaction.
struct Waiting {
    imported: Imported,
    /// Why it arrives as a draft; empty if it is public.
    draft: &'static str,
}

struct Writer<'a> {
    app: &'a Arc<App>,
    node: &'a SiteNode,
    root: Option<ChannelId>,
    plan: &'a Plan,
    columns: &'a Columns,
    hosts: &'a HashSet<String>,
    options: &'a Options,
    batch: &'a Batch,
    now: i64,
    report: Report,
    old: OldAddresses,
    chunk: Vec<Waiting>,
    chunk_bytes: usize,
}

impl Writer<'_> {
    fn write(&mut self, begin: Transaction, new_hosts: &[String], progress: &dyn Fn(u64)) -> Result<(), Failure> {
        self.begin(begin, new_hosts)?;
        let dry = self.options.dry_run;
        let mut files = Files::new(self.app, self.node, self.options.media.as_deref(), self.batch.id, dry);
        files.attachments(self.plan, &mut self.report)?;
        self.old.archives(self.plan, self.columns, self.node, self.root);
        let mut reader = Reader::open(&self.options.file)?;
        let bodies = Bodies {
            plan: self.plan,
            columns: self.columns,
            node: self.node,
            hosts: self.hosts,
            missing_mark: self.app.text(self.node, "import.picture_missing"),
        };
        while let Some(entry) = reader.next()? {
            progress(reader.bytes_read());
            if let Entry::Item(item) = entry {
                self.item(&reader, *item, &bodies, &mut files)?;
            }
            if self.chunk.len() >= PORTION || self.chunk_bytes >= PORTION_BYTES {
                files.flush()?;
                self.commit()?;
            }
        }
        files.flush()?;
        self.commit()?;
        self.report.comments.too_many += reader.comments_dropped;
        Ok(())
    }

    /// Batch, columns and old hosts.
    fn begin(&mut self, mut tx: Transaction, new_hosts: &[String]) -> Result<(), Failure> {
        for channel in &self.columns.new {
            site::add_channel(&mut tx, channel)?;
        }
        let added = site::add_old_hosts(&mut tx, self.node.site.id, new_hosts)?;
        tx.put(&Batch { hosts: added.clone(), ..self.batch.clone() })?;
        self.report.hosts = added;
        if !self.options.dry_run {
            self.app.store.commit(tx.note(&self.batch.name))?;
        }
        Ok(())
    }

    fn item(&mut self, reader: &Reader<File>, item: Item, bodies: &Bodies<'_>, files: &mut Files<'_>) -> Result<(), Failure> {
        let skipped = skip_reason(&item).or_else(|| self.plan.again.contains(&item.line).then(|| "same number again".into()));
        if let Some(reason) = skipped {
            *self.report.skipped.entry(reason).or_default() += 1;
            self.report.comments.skipped += item.comments.len();
            return Ok(());
        }
        let number = number_of(&item);
        if item.is_attachment() {
            self.attachment_addresses(number, &item, files)?;
            self.report.comments.skipped += item.comments.len();
            return Ok(());
        }
        let changed = || reader.fault(item.line, "the file changed while it was read");
        let post = *self.plan.posts.get(&number).ok_or_else(changed)?;
        let mut title = content::plain_text(&item.title);
        let named = if title.is_empty() { format!("#{number}") } else { title.clone() };
        let body = bodies.body(&item.content, number, &named, files, &mut self.report)?;
        for (what, count) in &body.removed {
            *self.report.removed.entry(what.clone()).or_default() += count;
            let handler = what.split_once('@').is_some_and(|(_, rest)| rest.starts_with("on") || rest.contains(':'));
            if SUSPICIOUS.contains(&what.as_str()) || handler {
                let place = Suspicious { document: named.clone(), line: item.line, what: what.clone(), count: *count };
                self.report.suspicious.push(place);
            }
        }
        if body.html.len() > LARGEST {
            *self.report.skipped.entry("text too large".into()).or_default() += 1;
            self.report.comments.skipped += item.comments.len();
            self.report.notes.push(format!("line {}: \"{named}\" has {} MB of text and was left out", item.line, body.html.len() >> 20));
            return Ok(());
        }
        let plain = content::plain_text(&body.html);
        if title.is_empty() {
            self.report.documents.untitled += 1;
            title = match content::summary_of(&plain, 30) {
                text if text.trim().is_empty() => named.clone(),
                text => text,
            };
        }
        let excerpt = content::plain_text(&item.excerpt);
        let summary = if excerpt.is_empty() { content::summary_of(&plain, 120) } else { content::summary_of(&excerpt, 200) };
        let mut text = Text {
            title,
            body: body.html,
            summary,
            author: self.plan.authors.get(&item.creator).cloned().unwrap_or_else(|| item.creator.clone()),
            keywords: keywords(&item.labels, self.plan, post.home),
            ..Text::default()
        };
        text.picture = self.title_picture(&item, files)?;
        let fate = fate(&item, self.now);
        let (published, was_published, draft) = match fate {
            Fate::Public(time) if self.options.publish => (Some(time), None, ""),
            Fate::Public(time) => (None, Some(time), "was public"),
            Fate::Draft(why) => (None, None, why),
        };
        let mut comments = Vec::new();
        for comment in &item.comments {
            if comment.is_rubbish() {
                self.report.comments.rubbish += 1;
            } else {
                comments.push(comment.archived());
                self.report.comments.archived += 1;
            }
        }
        self.old.document(self.plan, self.hosts, (number, post.home == Home::Page), (&item.link, &item.guid), DocumentId(post.document));
        self.chunk_bytes += text.body.len();
        self.chunk.push(Waiting {
            draft,
            imported: Imported {
                id: Some(DocumentId(post.document)),
                draft: Draft { channel: ChannelId(post.channel), text, pinned: item.sticky, valid_until: None },
                published,
                was_published,
                origin: self.plan.origin(number),
                batch: Some(self.batch.id),
                comments,
            },
        });
        Ok(())
    }

    fn attachment_addresses(&mut self, number: u64, item: &Item, files: &mut Files<'_>) -> Result<(), Failure> {
        let Some(attachment) = self.plan.attachments.get(&number) else { return Ok(()) };
        let stored = match self.plan.absolute(&attachment.url) {
            Some(url) => files.get(self.plan, &url, &attachment.alt, &mut self.report)?.ok(),
            None => None,
        };
        let parent = self.plan.posts.get(&attachment.parent).map(|post| DocumentId(post.document));
        let stored = stored.as_ref().map(|stored| stored.url.as_str());
        self.old.attachment(self.plan, (number, &item.link, attachment), stored, parent);
        Ok(())
    }

    fn title_picture(&mut self, item: &Item, files: &mut Files<'_>) -> Result<Option<Picture>, Failure> {
        let Some(attachment) = self.plan.attachments.get(&item.thumbnail) else { return Ok(None) };
        let Some(url) = self.plan.absolute(&attachment.url) else { return Ok(None) };
        let stored = files.get(self.plan, &url, &attachment.alt, &mut self.report)?;
        let Ok(stored) = stored else { return Ok(None) };
        if !stored.picture {
            return Ok(None);
        }
        let alt = if stored.alt.is_empty() { attachment.title.clone() } else { stored.alt };
        Ok(Some(Picture { media: stored.id, url: stored.url, alt, width: stored.width, height: stored.height }))
    }

    /// Writes what waits; when somebody edits one of the documents meanwhile, it is tried again.
    fn commit(&mut self) -> Result<(), Failure> {
        let chunk = std::mem::take(&mut self.chunk);
        self.chunk_bytes = 0;
        let old = self.old.take();
        for attempt in 1.. {
            match self.try_commit(&chunk, &old) {
                Ok((brought, written)) => {
                    self.count(&chunk, &brought);
                    self.report.redirects.new += written.new;
                    self.report.redirects.changed += written.changed;
                    self.report.redirects.unchanged += written.unchanged;
                    self.report.redirects.kept += written.kept;
                    return Ok(());
                }
                Err(Failure::Domain(domain::error::Error::Store(store::Error::Conflict { .. }))) if attempt < TRIES => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn try_commit(&self, chunk: &[Waiting], old: &[Old]) -> Result<(Vec<Brought>, site::Written), Failure> {
        let mut tx = self.app.store.transaction(Actor::cli(), "import.wxr").site(self.node.site.id.0).note(&self.batch.name);
        if self.options.dry_run {
            // The columns were not written, but documents ask for them.
            for channel in &self.columns.new {
                tx.put(channel)?;
            }
        }
        let mut brought = Vec::with_capacity(chunk.len());
        for waiting in chunk {
            brought.push(content::bring(&mut tx, &waiting.imported, self.now)?);
        }
        let written = site::write_redirects(&mut tx, self.node.site.id, Some(self.batch.id), old)?;
        if !self.options.dry_run && !tx.is_empty() {
            self.app.store.commit(tx)?;
        }
        Ok((brought, written))
    }

    fn count(&mut self, chunk: &[Waiting], brought: &[Brought]) {
        let documents = &mut self.report.documents;
        for (waiting, brought) in chunk.iter().zip(brought) {
            let document = match brought {
                Brought::New(document) => {
                    documents.imported += 1;
                    document
                }
                Brought::Updated(document) => {
                    documents.updated += 1;
                    document
                }
                Brought::Unchanged(_) => {
                    documents.unchanged += 1;
                    continue;
                }
                Brought::Kept(_) => {
                    documents.kept += 1;
                    continue;
                }
            };
            if document.is_live() {
                documents.published += 1;
            } else {
                let why = if waiting.draft.is_empty() { "withdrawn here" } else { waiting.draft };
                *documents.drafts.entry(why.into()).or_default() += 1;
            }
        }
    }
}

/// Tags, and the categories that are not the home.
fn keywords(labels: &[Label], plan: &Plan, home: Home) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for label in labels {
        let tag = matches!(label.domain.as_str(), "post_tag" | "tag");
        let other = plan.category_of(label).is_some_and(|number| home != Home::Category(number));
        let word = content::plain_text(&label.name);
        if (tag || other) && !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
