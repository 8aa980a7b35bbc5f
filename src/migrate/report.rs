//! What an import did, for people and as JSON.
//!
//! **Invariant:** everything that was read is counted once: imported, updated,
//! unchanged, kept, a file, or skipped with its reason.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::migration::Figures;

/// Longest lists of single places; more are counted only.
pub const LISTED: usize = 2000;

/// A list of single places that stays of bounded length.
#[derive(Debug, Clone, Serialize)]
#[serde(bound = "T: Serialize")]
pub struct Places<T> {
    /// How many there are.
    pub total: usize,
    /// The first of them.
    pub first: Vec<T>,
}

impl<T> Default for Places<T> {
    fn default() -> Places<T> {
        Places { total: 0, first: Vec::new() }
    }
}

impl<T> Places<T> {
    /// One more.
    pub fn push(&mut self, place: T) {
        self.total += 1;
        if self.first.len() < LISTED {
            self.first.push(place);
        }
    }
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Read {
    /// Items of the file.
    pub items: usize,
    /// Posts among them.
    pub posts: usize,
    /// Pages among them.
    pub pages: usize,
    /// Attachments among them.
    pub attachments: usize,
    /// Everything else.
    pub other: usize,
}

/// What became of posts and pages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Documents {
    /// New here.
    pub imported: usize,
    /// Brought up to date.
    pub updated: usize,
    /// Said the same as before.
    pub unchanged: usize,
    /// Changed in the source and edited here: left alone.
    pub kept: usize,
    /// Of the new and updated ones: public at once.
    pub published: usize,
    /// Of the new and updated ones: drafts, by reason.
    pub drafts: BTreeMap<String, usize>,
    /// Posts and pages without a title, which got one from their text.
    pub untitled: usize,
}

/// Columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Columns {
    /// Addresses of new columns with their names.
    pub made: Vec<String>,
    /// Columns that were there.
    pub reused: usize,
    /// Of the new ones: not in the navigation, because it would become too long.
    pub hidden: usize,
    /// Categories that no document has as its own and that became no column.
    pub without_documents: Vec<String>,
}

/// Files.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Files {
    /// Copied, new or with new bytes.
    pub copied: usize,
    /// There already.
    pub unchanged: usize,
    /// Attachments of the export: copied or there already.
    pub attachments_found: usize,
    /// Attachments of the export that were not handed over.
    pub attachments_missing: usize,
    /// Attachments of a type or size that may not be uploaded.
    pub attachments_refused: usize,
    /// Missing or refused files, each with the document or attachment.
    pub missing: Places<MissingFile>,
}

/// A file that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingFile {
    /// Old address.
    pub address: String,
    /// Title of the document that shows it, or of the attachment.
    pub document: String,
    /// Why: `not found` or `type not allowed` or `too large`.
    pub why: String,
}

/// Something that sanitising took out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suspicious {
    /// Title of the document.
    pub document: String,
    /// Line of the item.
    pub line: usize,
    /// `script`, `iframe`, `p@onclick`, `a@href javascript:`, …
    pub what: String,
    /// How often.
    pub count: usize,
}

/// Old addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Redirects {
    /// New.
    pub new: usize,
    /// Leading elsewhere than before.
    pub changed: usize,
    /// As before.
    pub unchanged: usize,
    /// Made by hand, therefore left alone.
    pub kept: usize,
}

/// Comments.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comments {
    /// In the archive of their documents.
    pub archived: usize,
    /// Spam and bin: left out.
    pub rubbish: usize,
    /// More than one document can hold.
    pub too_many: usize,
    /// Belong to items that were skipped.
    pub skipped: usize,
}

/// Links inside documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Links {
    /// Lead to the new address now.
    pub rewritten: usize,
    /// Still lead to the old site, whose redirect table answers.
    pub left: usize,
}

/// The whole report.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The file.
    pub source: String,
    /// `wxr`.
    pub kind: String,
    /// Slug of the site.
    pub site: String,
    /// Name of the run; empty when nothing was written.
    pub batch: String,
    /// An interrupted run was gone on with.
    pub resumed: bool,
    /// Nothing was written.
    pub dry_run: bool,
    /// Address of the old site.
    pub old_site: String,
    /// Old hosts added to the site.
    pub hosts: Vec<String>,
    /// How many of what, as every import counts it: an attachment is a file there and no page.
    pub figures: Figures,
    /// Why documents wait for a look, with how many each.
    pub review_reasons: BTreeMap<String, u64>,
    /// Categories that the mapping file does not name.
    pub unmapped: Vec<String>,
    /// What was read.
    pub read: Read,
    /// Posts and pages.
    pub documents: Documents,
    /// Items left out, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// Columns.
    pub columns: Columns,
    /// Files.
    pub files: Files,
    /// Old addresses.
    pub redirects: Redirects,
    /// Links inside documents.
    pub links: Links,
    /// What was taken out of bodies, by kind.
    pub removed: BTreeMap<String, usize>,
    /// Documents that held scripts, frames, forms or handlers.
    pub suspicious: Places<Suspicious>,
    /// Comments.
    pub comments: Comments,
    /// What ops should know.
    pub notes: Vec<String>,
}

impl Report {
    /// Items left out.
    pub fn skipped_total(&self) -> usize {
        self.skipped.values().sum()
    }

    /// Do the figures add up? Read = documents + attachments + skipped.
    pub fn adds_up(&self) -> bool {
        let Documents { imported, updated, unchanged, kept, .. } = &self.documents;
        let Files { attachments_found, attachments_missing, attachments_refused, .. } = &self.files;
        let drafts: usize = self.documents.drafts.values().sum();
        let items = imported
            + updated
            + unchanged
            + kept
            + attachments_found
            + attachments_missing
            + attachments_refused
            + self.skipped_total();
        items == self.read.items
            && self.read.posts + self.read.pages + self.read.attachments + self.read.other == self.read.items
            && self.documents.published + drafts == imported + updated
            && self.figures.adds_up()
    }

    /// The report in lines for people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let Read { items, posts, pages, attachments, other } = &self.read;
        lines.push(format!(
            "read: {items} items: {posts} posts, {pages} pages, {attachments} attachments, {other} other"
        ));
        let Documents { imported, updated, unchanged, kept, published, .. } = &self.documents;
        let drafts: usize = self.documents.drafts.values().sum();
        lines.push(format!(
            "documents: {imported} new, {updated} updated, {unchanged} unchanged, {kept} edited here and left alone; {published} public, {drafts} drafts{}",
            by_reason(&self.documents.drafts)
        ));
        lines.push(format!("review: {}{}", self.figures.review, by_reason(&self.review_reasons)));
        lines.push(format!("skipped: {}{}", self.skipped_total(), by_reason(&self.skipped)));
        if !self.unmapped.is_empty() {
            lines.push(format!("not in the mapping file: {}", self.unmapped.join(", ")));
        }
        let Columns { made, reused, hidden, without_documents } = &self.columns;
        lines.push(format!("columns: {} new ({hidden} not in the navigation), {reused} were there", made.len()));
        lines.extend(made.iter().map(|column| format!("  {column}")));
        if !without_documents.is_empty() {
            let some: Vec<&str> = without_documents.iter().take(10).map(String::as_str).collect();
            let dots = if without_documents.len() > 10 { ", …" } else { "" };
            lines.push(format!(
                "  no column for {} categories without documents of their own: {}{dots}",
                without_documents.len(),
                some.join(", ")
            ));
        }
        let Files { copied, unchanged, attachments_missing, attachments_refused, missing, .. } = &self.files;
        lines.push(format!(
            "files: {copied} copied, {unchanged} there already; attachments missing {attachments_missing}, refused {attachments_refused}"
        ));
        for MissingFile { address, document, why } in missing.first.iter().take(20) {
            lines.push(format!("  {why}: {address} ({document})"));
        }
        if missing.total > 20 {
            lines.push(format!("  … {} in all; --report FILE.json lists them", missing.total));
        }
        let Redirects { new, changed, unchanged, kept } = &self.redirects;
        lines.push(format!(
            "old addresses: {new} new, {changed} changed, {unchanged} as before, {kept} made by hand and left alone"
        ));
        lines.push(format!(
            "links: {} lead to new addresses, {} still to the old site",
            self.links.rewritten, self.links.left
        ));
        lines.push(format!("taken out: {}{}", self.removed.values().sum::<usize>(), by_reason(&self.removed)));
        for Suspicious { document, line, what, count } in self.suspicious.first.iter().take(20) {
            lines.push(format!("  {what} × {count}: {document} (line {line})"));
        }
        if self.suspicious.total > 20 {
            lines.push(format!("  … {} in all; --report FILE.json lists them", self.suspicious.total));
        }
        let Comments { archived, rubbish, too_many, skipped } = &self.comments;
        lines.push(format!(
            "comments: {archived} archived, {rubbish} spam or bin, {too_many} too many, {skipped} of skipped items"
        ));
        if !self.hosts.is_empty() {
            lines.push(format!("old hosts added: {}", self.hosts.join(" ")));
        }
        lines.extend(self.notes.iter().map(|note| format!("note: {note}")));
        lines
    }
}

/// Counts in words, the most first: ` (search 12, print 3)`; nothing for none.
pub(in crate::migrate) fn by_reason<N: Ord + std::fmt::Display>(counts: &BTreeMap<String, N>) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let mut sorted: Vec<(&String, &N)> = counts.iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let words: Vec<String> = sorted.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
    format!(" ({})", words.join(", "))
}
