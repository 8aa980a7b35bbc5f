//! What became of each item, as the admin pages show it for every import: a record a post, page or item left out, and
//! the figures of the run.
//!
//! **Invariant:** posts, pages and what was left out are counted once; an attachment is a file and no page.

use crate::base::clock;
use crate::base::id::{ChannelId, DocumentId, OldPageId, SiteId};
use crate::domain::content::Brought;
use crate::domain::migration::{Fate as PageFate, Figures, OldPage, Reason, Review, Sure};
use crate::migrate::import::report::Line;
use crate::migrate::report::Report;

use super::item::Item;
use super::plan::{Fate, Post};

/// Documents of a run that are compared with their old pages.
const SAMPLES: usize = 20;
/// Missing files that are kept with the record of a page.
const KEPT: usize = 20;

/// A record of an item, not yet filled.
pub(super) fn page((site, batch): (SiteId, u64), key: String, item: &Item, now: i64) -> OldPage {
    let own = |address: &&String| address.contains("://");
    OldPage {
        id: OldPageId::default(),
        site,
        batch,
        key,
        addresses: [&item.link].into_iter().filter(own).cloned().collect(),
        title: String::new(),
        fate: PageFate::Skipped,
        note: String::new(),
        document: None,
        channel: None,
        old_column: String::new(),
        sure: Sure::default(),
        reasons: Vec::new(),
        remarks: Vec::new(),
        charset: String::new(),
        original: String::new(),
        missing: Vec::new(),
        clicks: 0,
        publishes: false,
        review: Review::None,
        time: now,
    }
}

/// Fills the record of a document: where it went, and whether a person must look at it.
pub(super) fn fill(page: &mut OldPage, item: &Item, post: Post, fate: Fate, publish: bool) {
    page.document = Some(DocumentId(post.document));
    page.channel = Some(ChannelId(post.channel));
    page.sure = Sure { title: 100, date: 100, body: 100, column: 100 };
    page.publishes = publish && matches!(item.status.as_str(), "publish" | "") && item.password.trim().is_empty();
    page.reasons = match fate {
        Fate::Public(_) => Vec::new(),
        Fate::Draft("no date") => vec![Reason::NoDate],
        Fate::Draft("date in the future") => vec![Reason::Date],
        Fate::Draft(_) => vec![Reason::NotPublic],
    };
    if page.reasons.contains(&Reason::NoDate) {
        page.sure.date = 0;
    }
    page.fate = match (page.reasons.is_empty(), page.publishes) {
        (false, _) => PageFate::Review,
        (true, true) => PageFate::Published,
        (true, false) => PageFate::Draft,
    };
    if let Fate::Draft(why) = fate {
        why.clone_into(&mut page.note);
    }
    if !page.reasons.is_empty() {
        page.review = Review::Waiting;
    }
}

/// The files of a document that are not there, as the report got them since `before`.
pub(super) fn missing(report: &Report, before: usize) -> Vec<String> {
    let new = report.files.missing.first.iter().skip(before).take(KEPT);
    new.map(|missing| missing.address.clone()).collect()
}

/// Counts a record that was written.
pub(super) fn count(report: &mut Report, page: &OldPage, brought: Option<&Brought>) {
    let figures = &mut report.figures;
    figures.read += 1;
    match brought {
        Some(Brought::New(_)) => figures.imported += 1,
        Some(Brought::Updated(_)) => figures.updated += 1,
        Some(Brought::Unchanged(_)) => figures.unchanged += 1,
        Some(Brought::Kept(_)) => figures.kept += 1,
        None => *figures.skipped.entry(page.note.clone()).or_default() += 1,
    }
    if page.fate == PageFate::Review {
        figures.review += 1;
        for reason in &page.reasons {
            *report.review_reasons.entry(reason.word().into()).or_default() += 1;
        }
    }
}

/// Some documents, chosen by a number that is the same in every run.
pub(super) fn sample(samples: &mut Vec<(u64, OldPageId)>, page: &OldPage, id: OldPageId) {
    samples.push((xxhash_rust::xxh3::xxh3_64(page.key.as_bytes()), id));
    samples.sort_unstable();
    samples.truncate(SAMPLES);
}

/// What the other parts of the report say, in the figures that every import has.
pub(super) fn sums(report: &Report, columns: usize) -> Figures {
    let redirects = &report.redirects;
    Figures {
        published: report.documents.published as u64,
        columns: columns as u64,
        files: (report.files.copied + report.files.unchanged) as u64,
        missing: report.files.missing.total as u64,
        broken: report.links.left as u64,
        redirects: (redirects.new + redirects.changed + redirects.unchanged + redirects.kept) as u64,
        ..report.figures.clone()
    }
}

/// The line of an old address in the table of addresses.
pub(super) fn line<'a>(page: &'a OldPage, address: &'a str, to: &'a str, date: &'a str) -> Line<'a> {
    Line {
        old_address: address,
        fate: page.fate.word(),
        new_address: to,
        title: &page.title,
        old_column: &page.old_column,
        date,
        note: &page.note,
        charset: "",
    }
}

/// The day of a document, for the table of addresses.
pub(super) fn day(item: &Item) -> String {
    item.time().map(|(time, _)| clock::day(time)).unwrap_or_default()
}
