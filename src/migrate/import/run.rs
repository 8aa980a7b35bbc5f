//! One run, whatever the source: plan, write, report.
//!
//! **Invariant:** a dry run does everything but write; a run that was
//! interrupted is found again by its source and goes on in its batch.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::App;
use crate::domain::account::By;
use crate::domain::migration::{self, Run};
use crate::domain::site::{self, Batch};
use crate::migrate::begin::{Failure, Hosts, Progress, batch_name, root_column};
use crate::migrate::columns::Maker;
use crate::migrate::old::Source;
use crate::store::{Actor, Read as _};

use super::body::Bodies;
use super::columns::{Columns, Names, Needs};
use super::files::Files;
use super::mapping::Mapping;
use super::plan::{Plan, walk};
use super::report::{Addresses, ColumnLine, Report};
use super::undo::undo;
use super::write::Writer;

/// What ops asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What is read, as the report names it; a run that was interrupted is found again by it.
    pub source: String,
    /// Slug of the site.
    pub site: String,
    /// Path of the column below which everything goes.
    pub channel: Option<String>,
    /// Hosts of the old site beside those that the source knows.
    pub old_hosts: Vec<String>,
    /// What was public is public at once.
    pub publish: bool,
    /// Nothing is written.
    pub dry_run: bool,
    /// The mapping file: used when it is there, proposed by a dry run when it is not.
    pub mapping: Option<PathBuf>,
    /// Where every old address and its fate is written as CSV.
    pub addresses: Option<PathBuf>,
}

/// Imports a source.
///
/// # Errors
/// See [`Failure`]; nothing is written before the source was read once. What a run wrote that failed half way is kept:
/// the same run again goes on, and its batch can be undone.
pub fn run(app: &Arc<App>, source: &dyn Source, options: &Options, progress: Progress<'_>) -> Result<Report, Failure> {
    let facts = source.facts().clone();
    let mut report = Report {
        source: options.source.clone(),
        kind: facts.kind.clone(),
        program: facts.program.clone(),
        site: options.site.clone(),
        dry_run: options.dry_run,
        old_site: facts.home.clone(),
        notes: facts.notes.clone(),
        ..Report::default()
    };
    let node = app.site(&options.site)?;
    let root = options.channel.as_deref().map(|path| root_column(&node, path)).transpose()?;
    let (mapping, propose) = Mapping::asked(options.mapping.as_deref(), options.dry_run)?;
    let own: Vec<String> = facts.hosts.iter().map(|host| host.trim().to_lowercase()).collect();
    let hosts = Hosts::of(app, &node, &own, &options.old_hosts, &mut report.notes)?;
    let mut begin = app.store.transaction(Actor::cli(), "import.begin").site(node.site.id.0);
    let known = migration::unfinished(&app.store, node.site.id, &facts.kind, &options.source)?;
    report.resumed = known.is_some();
    let now = app.clock.now();
    let mut row = match known {
        Some(run) => run,
        None => Run {
            batch: begin.new_id(),
            name: batch_name(app, &facts.kind, &options.site, now)?,
            kind: facts.kind.clone(),
            site: node.site.id,
            source: options.source.clone(),
            begun: now,
            ended: None,
            publish: options.publish,
            figures: migration::Figures::default(),
            samples: Vec::new(),
            notes: Vec::new(),
            report: String::new(),
        },
    };
    row.publish = options.publish;
    let new_id = || begin.new_id();
    let mut plan = Plan::read(app, &node, source, &new_id, progress)?;
    let names = Names {
        posts: app.text(&node, "import.posts"),
        pages: app.text(&node, "import.pages"),
        letters: app.text(&node, "import.letters"),
    };
    let maker = Maker { read: &app.store, node: &node, root: root.as_ref(), new_id: &new_id, batch: row.batch };
    let needs = Needs { posts: plan.needs_posts(), pages: &plan.pages, letters: plan.needs_letters() };
    let columns = Columns::of(&plan.columns, &maker, mapping.as_ref(), &names, needs)?;
    plan.settle(&columns);
    if let Some(path) = propose {
        columns.proposal.write(path)?;
        report.notes.push(format!("{}: proposed; mend it and give it to the import", path.display()));
    }
    report.unmapped.clone_from(&columns.unmapped);
    for (at, seen) in plan.columns.iter().enumerate() {
        let to = columns.of[at];
        report.columns.push(ColumnLine {
            old: seen.old.key.clone(),
            name: seen.old.name.clone(),
            documents: seen.documents,
            to: to.map(|id| columns.tree.url(&node, id)).unwrap_or_default(),
            new: columns.tree.new.iter().any(|channel| Some(channel.id) == to),
        });
    }
    // Batch, run, columns and old hosts come first, so that what follows names them.
    for channel in &columns.tree.new {
        site::add_channel(&mut begin, channel)?;
    }
    let added = site::add_old_hosts(&mut begin, node.site.id, &hosts.new)?;
    let mut batch = begin.get::<Batch>(row.batch)?.unwrap_or_else(|| Batch {
        id: row.batch,
        name: row.name.clone(),
        kind: row.kind.clone(),
        site: row.site,
        source: row.source.clone(),
        time: now,
        hosts: Vec::new(),
    });
    batch.hosts.extend(added.iter().cloned());
    report.hosts = added;
    begin.put(&batch)?;
    begin.put(&row)?;
    if !options.dry_run {
        app.store.commit(begin.note(&row.name))?;
    }
    let csv = options.addresses.as_deref().map(Addresses::begin).transpose()?;
    let modes = (options.publish, options.dry_run);
    let made = columns.tree.new.len() + report.hosts.len();
    let blobs = app.blobs.together();
    let mut writer = Writer::new(app, (&node, &plan, &columns, &row), blobs.clone(), modes, report, csv);
    let directory = app.directory();
    let bodies = Bodies {
        store: &app.store,
        directory: &directory,
        node: &node,
        plan: &plan,
        columns: &columns,
        hosts: &hosts.all,
        missing_mark: app.text(&node, "import.picture_missing"),
    };
    let mut files = Files::new(app, &node, &plan.name, row.batch, blobs, modes);
    let done = write(source, &mut writer, &bodies, &mut files, progress);
    let counted = files.counted;
    let Writer { report: mut written, csv, samples, touched, .. } = writer;
    if let Err(error) = done {
        if options.dry_run {
            return Err(error);
        }
        let then = format!(
            "what was written is whole and is kept: run the same again to go on, or zhanqun import undo {}",
            row.name
        );
        return Err(Failure::Undone { error: Box::new(error), then });
    }
    if let Some(csv) = csv {
        csv.end()?;
    }
    written.figures.files = counted.copied + counted.unchanged;
    written.figures.columns = plan.columns.len() as u64;
    let redirects = &written.redirects;
    written.figures.redirects = (redirects.new + redirects.changed + redirects.unchanged + redirects.kept) as u64;
    written.samples = samples.iter().map(|(_, _, line)| line.clone()).collect();
    if options.dry_run {
        return Ok(written);
    }
    let all: Vec<String> = hosts.all.iter().cloned().collect();
    let resolved = migration::resolve(&app.store, &app.directory(), node.site.id, &all, app.clock.now())?;
    if resolved > 0 {
        written.notes.push(format!("{resolved} links of sites that moved in before lead to this one now"));
    }
    if touched + made + counted.copied as usize == 0 && !written.resumed {
        // A run that brought nothing leaves no batch behind.
        undo(&app.store, &By::ops(), &row.name)?;
        return Ok(written);
    }
    written.batch.clone_from(&row.name);
    row.ended = Some(app.clock.now());
    row.figures = written.figures.clone();
    row.samples = samples.iter().map(|(_, id, _)| *id).collect();
    row.notes.clone_from(&written.notes);
    let json = serde_json::to_vec(&written).map_err(|error| Failure::Usage(error.to_string()))?;
    app.blobs.put(&json)?.as_str().clone_into(&mut row.report);
    let mut tx = app.store.transaction(Actor::cli(), "import.end").site(node.site.id.0).note(&row.name);
    tx.get::<Run>(row.batch)?;
    tx.put(&row)?;
    app.store.commit(tx)?;
    Ok(written)
}

fn write(
    source: &dyn Source,
    writer: &mut Writer<'_>,
    bodies: &Bodies<'_>,
    files: &mut Files<'_>,
    progress: Progress<'_>,
) -> Result<(), Failure> {
    walk(source, &mut |item, done| {
        progress("importing", done.of, done.total);
        writer.item(item, source, bodies, files)
    })?;
    files.flush()?;
    writer.commit()
}
