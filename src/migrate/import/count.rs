//! Counting what became of pages, for the report and the table of addresses.

use crate::base::id::{ChannelId, DocumentId, OldPageId};
use crate::domain::content::Brought;
use crate::domain::migration::Fate;
use crate::migrate::begin::Failure;

use super::commit::{Done, Outcome};
use super::report::{Line, PageLine};
use super::write::{Waiting, Writer};

/// Documents of a run that are compared with their old pages.
const SAMPLES: usize = 20;

impl Writer<'_> {
    /// Counts a portion that was written.
    pub(super) fn count(&mut self, chunk: &[Waiting], done: Done) -> Result<(), Failure> {
        self.touched += done.touched + done.written.new + done.written.changed;
        let redirects = &mut self.report.redirects;
        redirects.new += done.written.new;
        redirects.changed += done.written.changed;
        redirects.unchanged += done.written.unchanged;
        redirects.kept += done.written.kept;
        for (waiting, (outcome, id)) in chunk.iter().zip(done.outcomes) {
            self.count_one(waiting, &outcome, id)?;
        }
        Ok(())
    }

    fn count_one(&mut self, waiting: &Waiting, outcome: &Outcome, id: OldPageId) -> Result<(), Failure> {
        let Waiting { page, addresses, beside, .. } = waiting;
        let at = |channel: Option<ChannelId>, number: DocumentId| {
            let column = channel.map(|channel| self.columns.tree.url(self.node, channel)).unwrap_or_default();
            format!("{column}{number}.html")
        };
        let to = match outcome {
            Outcome::Document(brought) => at(Some(brought.document().channel), brought.document().id),
            Outcome::Reference(number) => at(page.channel, *number),
            Outcome::Letter | Outcome::Nothing => beside.to.clone(),
        };
        let address = page.addresses.first().cloned().unwrap_or_else(|| page.key.clone());
        let note = match page.reasons.as_slice() {
            [] => page.note.clone(),
            reasons => reasons.iter().map(|reason| reason.word()).collect::<Vec<_>>().join(" "),
        };
        let line =
            || PageLine { address: address.clone(), title: page.title.clone(), to: to.clone(), note: note.clone() };
        let figures = &mut self.report.figures;
        match outcome {
            Outcome::Document(brought) => {
                match brought.as_ref() {
                    Brought::New(_) => figures.imported += 1,
                    Brought::Updated(_) => figures.updated += 1,
                    Brought::Unchanged(_) => figures.unchanged += 1,
                    Brought::Kept(_) => figures.kept += 1,
                }
                let fresh = matches!(**brought, Brought::New(_) | Brought::Updated(_));
                figures.published += u64::from(fresh && page.fate == Fate::Published && brought.document().is_live());
                if page.fate == Fate::Review {
                    figures.review += 1;
                    for reason in &page.reasons {
                        *self.report.review_reasons.entry(reason.word().into()).or_default() += 1;
                    }
                    self.report.review.push(line());
                }
                let number = xxhash_rust::xxh3::xxh3_64(page.key.as_bytes());
                self.samples.push((number, id, line()));
                self.samples.sort_by_key(|(number, ..)| *number);
                self.samples.truncate(SAMPLES);
            }
            Outcome::Reference(_) => {
                figures.merged += 1;
                self.report.merged.push(line());
            }
            Outcome::Letter => figures.letters += 1,
            Outcome::Nothing if matches!(page.fate, Fate::Junk | Fate::List) => {
                figures.junk += 1;
                *self.report.junk_kinds.entry(page.note.clone()).or_default() += 1;
                self.report.junk.push(line());
            }
            Outcome::Nothing => {
                let why = if page.fate == Fate::Unreadable { "not readable" } else { page.note.as_str() };
                *figures.skipped.entry(why.to_owned()).or_default() += 1;
                self.report.skipped.push(line());
            }
        }
        for remark in &page.remarks {
            self.report.remarks.push(PageLine { note: remark.clone(), ..line() });
        }
        if self.csv.is_none() {
            return Ok(());
        }
        let named = if addresses.is_empty() { std::slice::from_ref(&page.key) } else { addresses.as_slice() };
        for old_address in named {
            self.line(&Line {
                old_address,
                fate: page.fate.word(),
                new_address: &to,
                title: &page.title,
                old_column: &page.old_column,
                date: &beside.date,
                note: &note,
                charset: &page.charset,
            })?;
        }
        Ok(())
    }
}
