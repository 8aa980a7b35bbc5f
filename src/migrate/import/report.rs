//! What a run did: for people, as JSON, and every old address as CSV.
//!
//! **Invariant:** every page that was read is counted once, and stands in the
//! CSV with each of its old addresses.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::base::fault::Fault;
use crate::domain::migration::Figures;
use crate::migrate::report::{Links, MissingFile, Places, Redirects, by_reason};

/// What became of an old column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ColumnLine {
    /// Its key in the source.
    pub old: String,
    /// Its name.
    pub name: String,
    /// Documents in it.
    pub documents: usize,
    /// Address of the column that takes them; empty where it has none.
    pub to: String,
    /// That column is new.
    pub new: bool,
}

/// A page with what is to be known of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PageLine {
    /// Old address or key.
    pub address: String,
    /// Its title; may be empty.
    pub title: String,
    /// Address here; may be empty.
    pub to: String,
    /// Why, or what.
    pub note: String,
}

/// The whole report.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// What was read.
    pub source: String,
    /// `mirror`, `dede`, …
    pub kind: String,
    /// Program of the old site, if the source knows.
    pub program: String,
    /// Slug of the site.
    pub site: String,
    /// Name of the run; empty when nothing was written.
    pub batch: String,
    /// An interrupted run was gone on with.
    pub resumed: bool,
    /// Nothing was written.
    pub dry_run: bool,
    /// Home page of the old site.
    pub old_site: String,
    /// Old hosts added to the site.
    pub hosts: Vec<String>,
    /// How many of what.
    pub figures: Figures,
    /// Old columns and where they go.
    pub columns: Vec<ColumnLine>,
    /// Old columns that the mapping file does not name.
    pub unmapped: Vec<String>,
    /// Pages that another site has as well.
    pub merged: Places<PageLine>,
    /// Pages that a person must look at.
    pub review: Places<PageLine>,
    /// Why they must, with how many each.
    pub review_reasons: BTreeMap<String, u64>,
    /// Addresses without content, by kind.
    pub junk_kinds: BTreeMap<String, u64>,
    /// Addresses without content.
    pub junk: Places<PageLine>,
    /// Pages left out or not readable.
    pub skipped: Places<PageLine>,
    /// Files that are not there.
    pub missing: Places<MissingFile>,
    /// Links that lead nowhere.
    pub broken: Places<PageLine>,
    /// What was odd about pages or taken out of them by the source.
    pub remarks: Places<PageLine>,
    /// What the cleaner took out, by kind.
    pub removed: BTreeMap<String, usize>,
    /// Old addresses.
    pub redirects: Redirects,
    /// Links inside documents.
    pub links: Links,
    /// Documents to be compared with their old pages.
    pub samples: Vec<PageLine>,
    /// What ops should know.
    pub notes: Vec<String>,
}

impl Report {
    /// Do the figures add up?
    pub fn adds_up(&self) -> bool {
        let Report { figures, junk, merged, review, skipped, .. } = self;
        let by_kind: u64 = self.junk_kinds.values().sum();
        figures.adds_up()
            && by_kind == figures.junk
            && junk.total as u64 == figures.junk
            && merged.total as u64 == figures.merged
            && review.total as u64 == figures.review
            && skipped.total as u64 == figures.skipped_total()
            && figures.published + figures.review
                <= figures.imported + figures.updated + figures.unchanged + figures.kept
    }

    /// The report in lines for people.
    pub fn lines(&self) -> Vec<String> {
        let Figures { read, imported, updated, unchanged, kept, merged, letters, junk, .. } = &self.figures;
        let mut lines = vec![
            format!("read: {read} pages of {} {}", self.kind, self.program).trim_end().to_owned(),
            format!(
                "documents: {imported} new, {updated} updated, {unchanged} unchanged, {kept} edited here and left alone; {} public at once",
                self.figures.published
            ),
            format!("review: {}{}", self.figures.review, by_reason(&self.review_reasons)),
        ];
        listed(&mut lines, &self.review);
        lines.push(format!("merged with other sites: {merged}; letters: {letters}"));
        listed(&mut lines, &self.merged);
        lines.push(format!("without content: {junk}{}", by_reason(&self.junk_kinds)));
        lines.push(format!("skipped: {}{}", self.figures.skipped_total(), by_reason(&self.figures.skipped)));
        listed(&mut lines, &self.skipped);
        let new = self.columns.iter().filter(|column| column.new).count();
        lines.push(format!("columns: {} ({new} new)", self.columns.len()));
        for ColumnLine { old, name, documents, to, new } in &self.columns {
            let new = if *new { " (new)" } else { "" };
            lines.push(format!("  {old} {name}: {documents} documents → {to}{new}"));
        }
        if !self.unmapped.is_empty() {
            lines.push(format!("not in the mapping file: {}", self.unmapped.join(", ")));
        }
        lines.push(format!("files: {} here, {} missing", self.figures.files, self.figures.missing));
        for MissingFile { address, document, why } in self.missing.first.iter().take(SHOWN) {
            lines.push(format!("  {why}: {address} ({document})"));
        }
        let Redirects { new, changed, unchanged, kept } = &self.redirects;
        lines.push(format!(
            "old addresses: {new} new, {changed} changed, {unchanged} as before, {kept} made by hand and left alone"
        ));
        lines.push(format!(
            "links: {} lead to new addresses, {} nowhere, {} wait for old sites that have not moved in",
            self.links.rewritten, self.figures.broken, self.figures.pending
        ));
        listed(&mut lines, &self.broken);
        lines.push(format!("charsets: {}", by_reason(&self.figures.charsets).trim_matches([' ', '(', ')'])));
        lines.push(format!("taken out: {}{}", self.removed.values().sum::<usize>(), by_reason(&self.removed)));
        lines.push(format!("remarks: {}", self.remarks.total));
        listed(&mut lines, &self.remarks);
        if !self.hosts.is_empty() {
            lines.push(format!("old hosts added: {}", self.hosts.join(" ")));
        }
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines
    }
}

/// Single places that lines for people show.
const SHOWN: usize = 10;

fn listed(lines: &mut Vec<String>, places: &Places<PageLine>) {
    for PageLine { address, title, note, .. } in places.first.iter().take(SHOWN) {
        let title = if title.is_empty() { String::new() } else { format!(" {title}") };
        lines.push(format!("  {address}{title}: {note}"));
    }
    if places.total > SHOWN {
        lines.push(format!("  … {} in all; --report FILE.json lists them", places.total));
    }
}

/// A line of the CSV.
#[derive(Debug, Clone, Default, Serialize)]
pub(in crate::migrate) struct Line<'a> {
    pub old_address: &'a str,
    pub fate: &'a str,
    pub new_address: &'a str,
    pub title: &'a str,
    pub old_column: &'a str,
    pub date: &'a str,
    pub note: &'a str,
    pub charset: &'a str,
}

/// Every old address and its fate, written while the run goes on.
pub(in crate::migrate) struct Addresses {
    path: PathBuf,
    writer: csv::Writer<File>,
}

impl Addresses {
    /// Begins the file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(in crate::migrate) fn begin(path: &Path) -> Result<Addresses, Fault> {
        use std::io::Write as _;
        let failed = |error: std::io::Error| Fault::file(path, error.to_string());
        let mut file = File::create(path).map_err(failed)?;
        // Table programs take it for UTF-8 by this mark.
        file.write_all("\u{feff}".as_bytes()).map_err(failed)?;
        let writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file);
        Ok(Addresses { path: path.to_path_buf(), writer })
    }

    /// One more.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(in crate::migrate) fn line(&mut self, line: &Line<'_>) -> Result<(), Fault> {
        self.writer.serialize(line).map_err(|error| Fault::file(&self.path, error.to_string()))
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(in crate::migrate) fn end(mut self) -> Result<(), Fault> {
        self.writer.flush().map_err(|error| Fault::file(&self.path, error.to_string()))
    }
}
