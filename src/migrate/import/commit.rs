//! Portions of a run: pages, their records and their old addresses in one transaction.
//!
//! **Invariant:** a portion is written whole or not at all.

use crate::base::id::{DocumentId, OldPageId};
use crate::domain;
use crate::domain::content::{self, Brought};
use crate::domain::interaction;
use crate::domain::migration;
use crate::domain::site::{self, Old, Target, Written, normal_form};
use crate::migrate::begin::Failure;
use crate::store::{self, Actor, Transaction};

use super::write::{Waiting, What, Writer};

/// Tries when somebody edits the same documents meanwhile.
const TRIES: usize = 5;

/// What became of a page.
#[derive(Debug)]
pub(super) enum Outcome {
    Document(Box<Brought>),
    Reference(DocumentId),
    Letter,
    Nothing,
}

/// What came of a portion.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub outcomes: Vec<(Outcome, OldPageId)>,
    pub written: Written,
    /// Rows that are new or changed beside documents.
    pub touched: usize,
}

impl Writer<'_> {
    /// Writes what waits; when somebody edits one of the documents meanwhile, it is tried again.
    ///
    /// # Errors
    /// When the store refuses.
    pub(super) fn commit(&mut self) -> Result<(), Failure> {
        let chunk = std::mem::take(&mut self.chunk);
        self.bytes = 0;
        let old = self.old.take();
        for attempt in 1.. {
            match self.try_commit(&chunk, &old) {
                Ok(done) => return self.count(&chunk, done),
                Err(Failure::Domain(domain::error::Error::Store(store::Error::Conflict { .. }))) if attempt < TRIES => {
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn try_commit(&self, chunk: &[Waiting], old: &[Old]) -> Result<Done, Failure> {
        let mut tx =
            self.app.store.transaction(Actor::cli(), "import.pages").site(self.node.site.id.0).note(&self.run.name);
        if self.dry {
            // The columns were not written, but documents ask for them.
            for channel in &self.columns.tree.new {
                tx.put(channel)?;
            }
        }
        let mut done = Done::default();
        let mut references: Vec<Old> = Vec::new();
        for waiting in chunk {
            let (outcome, changed) = self.bring(&mut tx, waiting, &mut references)?;
            let (page, written) = migration::put_page(&mut tx, waiting.page.clone())?;
            done.touched += usize::from(written || changed);
            done.outcomes.push((outcome, page.id));
        }
        done.written = site::write_redirects(&mut tx, self.node.site.id, Some(self.run.batch), old)?;
        let more = site::write_redirects(&mut tx, self.node.site.id, Some(self.run.batch), &references)?;
        done.written.new += more.new;
        done.written.changed += more.changed;
        done.written.unchanged += more.unchanged;
        done.written.kept += more.kept;
        if !self.dry && !tx.is_empty() {
            self.blobs.sync()?;
            self.app.store.commit(tx)?;
        }
        Ok(done)
    }

    fn bring(
        &self,
        tx: &mut Transaction,
        waiting: &Waiting,
        references: &mut Vec<Old>,
    ) -> Result<(Outcome, bool), Failure> {
        let place = (self.node.site.id, self.run.batch);
        Ok(match &waiting.what {
            What::Document(imported) => {
                let brought = content::bring(tx, imported, self.now)?;
                let links = migration::keep_links(tx, place, brought.document().id, &waiting.beside.pending)?;
                let same = matches!(brought, Brought::Unchanged(_) | Brought::Kept(_));
                (Outcome::Document(Box::new(brought)), links || !same)
            }
            What::Reference { document, channel } => {
                let (reference, new) = content::bring_reference(tx, *document, *channel, Some(self.run.batch))?;
                let to = DocumentId(reference.id.0);
                references.extend(waiting.addresses.iter().map(|address| Old {
                    from: normal_form(address),
                    prefix: false,
                    to: Target::Document(to),
                }));
                (Outcome::Reference(to), new)
            }
            What::Letter(inquiry) => {
                let (_, written) = interaction::bring(tx, (**inquiry).clone())?;
                (Outcome::Letter, written)
            }
            What::Nothing => (Outcome::Nothing, false),
        })
    }
}
