//! `zhanqun import KIND …`: old sites of every kind, by the one import.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use url::Url;

use crate::base::fault::Fault;
use crate::cli::args::{ImportCrawl, ImportDump, ImportInto, ImportMirror, ImportTable};
use crate::cli::{Context, Failure, site_archive};
use crate::migrate::crawl::{self, Answers, Crawl};
use crate::migrate::dede::Dede;
use crate::migrate::import::{self, Options};
use crate::migrate::old::Source;
use crate::migrate::pages::{self, Mirror, Rules};
use crate::migrate::phpcms::Phpcms;
use crate::migrate::records;
use crate::migrate::table::Tables;

use super::shown::{Steps, failed, prepare, report};

/// Folder in the data folder for what is unpacked while an import runs.
const SPOOL: &str = "import";

pub(super) fn mirror(context: &mut Context<'_>, arguments: &ImportMirror) -> Result<(), Failure> {
    let ImportMirror { path, into, log, rules, archive } = arguments;
    let log = log.as_deref().map(|file| context.path(file));
    let path = context.path(path);
    let rules = rules_of(context, rules.as_deref())?;
    let host = into.old_host.first().map(String::as_str);
    bring(context, path.display().to_string(), into, || {
        let mut mirror = Mirror::open(&path, host)?;
        if let Some(log) = &log {
            mirror.learn(log)?;
        }
        let notes = mirror.notes.clone();
        Ok(pages::Site::ruled(Arc::new(mirror), "mirror", notes, rules))
    })?;
    freeze(context, *archive, &path, into)
}

/// Keeps a frozen copy of what was imported, if it is wanted.
fn freeze(context: &mut Context<'_>, wanted: bool, path: &Path, into: &ImportInto) -> Result<(), Failure> {
    if !wanted || into.dry_run {
        return Ok(());
    }
    site_archive::keep(context, &into.site, path, &into.old_host)
}

pub(super) fn crawl(context: &mut Context<'_>, arguments: &ImportCrawl) -> Result<(), Failure> {
    let ImportCrawl { url, into, rules, archive, rate, connect, most, ignore_robots, again, spool } = arguments;
    let start = Url::parse(url).map_err(|error| Failure::Usage(vec![format!("{url}: {error}")]))?;
    // Neither must be found out after a night.
    context.app.site(&into.site)?;
    let rules = rules_of(context, rules.as_deref())?;
    let folder = match spool {
        Some(folder) => context.path(folder),
        None => context.app.config.storage.dir.join("crawl").join(folder_of(&start)),
    };
    if *again && folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
    }
    let options = crawl::Options {
        rate: *rate,
        hosts: into.old_host.clone(),
        connect: *connect,
        most: *most,
        robots: !ignore_robots,
        clock: context.app.clock.clone(),
        ..crawl::Options::default()
    };
    let mut crawl = Crawl::open(start, &folder, options).map_err(|fault| Failure::Usage(vec![fault.to_string()]))?;
    let outcome = {
        let steps = Steps::new(context.out);
        crawl.run(&|step, done, total| steps.at(step, done, total), &AtomicBool::new(false))
    };
    let outcome = outcome.map_err(Failure::failed)?;
    drop(crawl);
    bring(context, url.clone(), into, || {
        let answers = Answers::open(&folder)?;
        let mut notes = outcome.notes;
        notes.extend(answers.notes.iter().cloned());
        Ok(pages::Site::ruled(Arc::new(answers), "crawl", notes, rules))
    })?;
    freeze(context, *archive, &folder, into)
}

fn rules_of(context: &Context<'_>, file: Option<&Path>) -> Result<Rules, Failure> {
    let Some(file) = file else { return Ok(Rules::default()) };
    Rules::read(&context.path(file)).map_err(|fault| Failure::Usage(vec![fault.to_string()]))
}

/// Name of the folder for the answers of a site.
fn folder_of(start: &Url) -> String {
    let port = start.port().map(|port| format!("-{port}")).unwrap_or_default();
    format!("{}{port}", start.host_str().unwrap_or_default().replace([':', '[', ']'], "_"))
}

pub(super) fn dede(context: &mut Context<'_>, arguments: &ImportDump) -> Result<(), Failure> {
    let options = dump(context, arguments)?;
    bring(context, source(&options), &arguments.into, || Dede::open(&options))
}

pub(super) fn phpcms(context: &mut Context<'_>, arguments: &ImportDump) -> Result<(), Failure> {
    let options = dump(context, arguments)?;
    bring(context, source(&options), &arguments.into, || Phpcms::open(&options))
}

pub(super) fn csv(context: &mut Context<'_>, arguments: &ImportTable) -> Result<(), Failure> {
    let options = table(context, arguments)?;
    bring(context, source(&options), &arguments.into, || Tables::csv(&options))
}

pub(super) fn xlsx(context: &mut Context<'_>, arguments: &ImportTable) -> Result<(), Failure> {
    let options = table(context, arguments)?;
    bring(context, source(&options), &arguments.into, || Tables::xlsx(&options))
}

pub(super) fn mdb(context: &mut Context<'_>, arguments: &ImportTable) -> Result<(), Failure> {
    let options = table(context, arguments)?;
    bring(context, source(&options), &arguments.into, || Tables::mdb(&options))
}

fn dump(context: &Context<'_>, arguments: &ImportDump) -> Result<records::Options, Failure> {
    let ImportDump { path, into, media, prefix } = arguments;
    Ok(records::Options { prefix: prefix.clone(), ..records(context, (path, media.as_deref()), into)? })
}

fn table(context: &Context<'_>, arguments: &ImportTable) -> Result<records::Options, Failure> {
    let ImportTable { path, into, media, fields } = arguments;
    let fields = fields.as_deref().map(|file| context.path(file));
    Ok(records::Options { fields, propose: into.dry_run, ..records(context, (path, media.as_deref()), into)? })
}

fn records(
    context: &Context<'_>,
    (path, media): (&Path, Option<&Path>),
    into: &ImportInto,
) -> Result<records::Options, Failure> {
    Ok(records::Options {
        path: context.path(path),
        media: media.map(|folder| context.path(folder)),
        hosts: into.old_host.clone(),
        spool: spool(context)?,
        ..records::Options::default()
    })
}

fn spool(context: &Context<'_>) -> Result<PathBuf, Failure> {
    let folder = context.app.config.storage.dir.join(SPOOL);
    std::fs::create_dir_all(&folder).map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
    Ok(folder)
}

fn source(options: &records::Options) -> String {
    options.path.display().to_string()
}

/// Opens a source and brings what it has.
fn bring<S: Source>(
    context: &mut Context<'_>,
    source: String,
    into: &ImportInto,
    open: impl FnOnce() -> Result<S, Fault>,
) -> Result<(), Failure> {
    let ImportInto { site, channel, old_host, mapping, publish, dry_run, report: report_file, addresses } = into;
    let options = Options {
        source,
        site: site.clone(),
        channel: channel.clone(),
        old_hosts: old_host.clone(),
        publish: *publish,
        dry_run: *dry_run,
        mapping: mapping.as_deref().map(|file| context.path(file)),
        addresses: prepare(context, addresses.as_deref(), "")?,
    };
    let to = prepare(context, report_file.as_deref(), "{}\n")?;
    // A site that is not there must not be found out after the source was read.
    context.app.site(site)?;
    let done = {
        let steps = Steps::new(context.out);
        let source = open().map_err(|fault| Failure::Usage(vec![fault.to_string()]))?;
        import::run(context.app, &source, &options, &|step, done, total| steps.at(step, done, total))
    };
    let done = done.map_err(failed)?;
    report(context, to.as_deref(), &done, done.lines(), (done.dry_run, &done.batch))
}
