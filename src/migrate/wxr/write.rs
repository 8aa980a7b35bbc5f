//! Writing what the plan says: batch, columns, files, documents, old addresses.
//!
//! **Invariant:** every row names the batch; a transaction holds some hundred
//! documents with their old addresses.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::sync::Arc;

use crate::app::App;
use crate::base::id::{ChannelId, DocumentId, OldPageId};
use crate::domain;
use crate::domain::content::{self, Brought, Edit, FOREVER, Imported, Picture, Text};
use crate::domain::migration::{self, OldPage, Run};
use crate::domain::site::{self, Batch, Old, SiteNode};
use crate::migrate::addresses::OldAddresses;
use crate::migrate::begin::Failure;
use crate::migrate::import::report::Addresses;
use crate::migrate::report::{Report, Suspicious};
use crate::store::{self, Actor, BlobHash, Read as _, Transaction};

use super::body::Bodies;
use super::columns::Columns;
use super::files::Files;
use super::item::{Item, Label};
use super::plan::{Fate, Home, Plan, fate, number_of, skip_reason};
use super::reader::{Entry, Reader};
use super::record;
use super::run::Options;

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

/// A document, or an item that was left out, that waits for its transaction.
#[derive(Debug)]
struct Waiting {
    /// The document, if it is one.
    imported: Option<Box<Imported>>,
    page: OldPage,
    /// Its day, for the table of addresses.
    day: String,
    /// Why it arrives as a draft; empty if it is public.
    draft: &'static str,
}

/// A document, if it is one, and its record.
type Outcome = (Option<Brought>, OldPageId);

/// Writes a run.
pub(super) struct Writer<'a> {
    pub app: &'a Arc<App>,
    pub node: &'a SiteNode,
    pub root: Option<ChannelId>,
    pub plan: &'a Plan,
    pub columns: &'a Columns,
    pub hosts: &'a HashSet<String>,
    pub options: &'a Options,
    pub batch: &'a Batch,
    pub run: &'a Run,
    pub now: i64,
    pub report: Report,
    pub work: Work,
    /// Documents to be compared with their old pages, by a number that is the same in every run.
    pub samples: Vec<(u64, OldPageId)>,
    /// Every old address and its fate.
    pub csv: Option<Addresses>,
}

/// What waits for its transaction.
#[derive(Debug, Default)]
pub(super) struct Work {
    old: OldAddresses,
    chunk: Vec<Waiting>,
    bytes: usize,
    /// How often an item of a number was left out.
    left: HashMap<u64, u32>,
}

impl Writer<'_> {
    /// Everything: batch and columns, files, documents, old addresses.
    pub(super) fn write(
        &mut self,
        begin: Transaction,
        new_hosts: &[String],
        progress: &dyn Fn(u64),
    ) -> Result<(), Failure> {
        self.begin(begin, new_hosts)?;
        let mut files = Files::new(self.app, self.node, self.options, self.batch.id);
        files.attachments(self.plan, &mut self.report)?;
        self.work.old.archives(self.plan, self.columns, self.node, self.root);
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
            if self.work.chunk.len() >= PORTION || self.work.bytes >= PORTION_BYTES {
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
        for channel in &self.columns.tree.new {
            site::add_channel(&mut tx, channel)?;
        }
        let added = site::add_old_hosts(&mut tx, self.node.site.id, new_hosts)?;
        let mut batch = tx.get::<Batch>(self.batch.id)?.unwrap_or_else(|| self.batch.clone());
        batch.hosts.extend(added.iter().cloned());
        tx.put(&batch)?;
        tx.get::<Run>(self.run.batch)?;
        tx.put(self.run)?;
        self.report.hosts = added;
        if !self.options.dry_run {
            self.app.store.commit(tx.note(&self.batch.name))?;
        }
        Ok(())
    }

    fn item(
        &mut self,
        reader: &Reader<File>,
        item: Item,
        bodies: &Bodies<'_>,
        files: &mut Files<'_>,
    ) -> Result<(), Failure> {
        let skipped =
            skip_reason(&item).or_else(|| self.plan.again.contains(&item.line).then(|| "same number again".into()));
        if let Some(reason) = skipped {
            self.skip(&item, &reason);
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
        let before = self.report.files.missing.first.len();
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
            self.skip(&item, "text too large");
            self.report.notes.push(format!(
                "line {}: \"{named}\" has {} MB of text and was left out",
                item.line,
                body.html.len() >> 20
            ));
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
        let summary =
            if excerpt.is_empty() { content::summary_of(&plain, 120) } else { content::summary_of(&excerpt, 200) };
        let mut page = record::page((self.node.site.id, self.batch.id), self.plan.origin(number), &item, self.now);
        page.missing = record::missing(&self.report, before);
        page.remarks = body.removed.keys().cloned().collect();
        page.title.clone_from(&title);
        if let Home::Category(category) = post.home {
            page.old_column.clone_from(&self.plan.categories[category as usize].term.name);
        }
        if !item.content.is_empty() {
            page.original = self.keep(item.content.as_bytes())?;
        }
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
        record::fill(&mut page, &item, post, fate, self.options.publish);
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
        self.work.old.document(
            self.plan,
            self.hosts,
            (number, post.home == Home::Page),
            (&item.link, &item.guid),
            DocumentId(post.document),
        );
        self.work.bytes += text.body.len();
        self.work.chunk.push(Waiting {
            draft,
            page,
            day: record::day(&item),
            imported: Some(Box::new(Imported {
                id: Some(DocumentId(post.document)),
                edit: Edit {
                    channel: ChannelId(post.channel),
                    text,
                    pinned_until: item.sticky.then_some(FOREVER),
                    ..Edit::default()
                },
                published,
                was_published,
                undated: false,
                origin: self.plan.origin(number),
                batch: Some(self.batch.id),
                comments,
            })),
        });
        Ok(())
    }

    /// An item that is left out.
    fn skip(&mut self, item: &Item, reason: &str) {
        *self.report.skipped.entry(reason.to_owned()).or_default() += 1;
        self.report.comments.skipped += item.comments.len();
        let number = number_of(item);
        // The same number may be that of a document, or come any number of times.
        let times = self.work.left.entry(number).or_default();
        *times += 1;
        let key = format!("{}:left:{times}", self.plan.origin(number));
        let mut page = record::page((self.node.site.id, self.batch.id), key, item, self.now);
        page.title = content::plain_text(&item.title);
        reason.clone_into(&mut page.note);
        self.work.chunk.push(Waiting { imported: None, page, day: record::day(item), draft: "" });
    }

    /// Stores what stood there before it was cleaned; returns the hash of its bytes.
    fn keep(&self, bytes: &[u8]) -> Result<String, Failure> {
        let hash = BlobHash::of(bytes);
        if !self.options.dry_run && !self.app.blobs.path(&hash).exists() {
            self.app.blobs.put(bytes)?;
        }
        Ok(hash.as_str().to_owned())
    }

    fn attachment_addresses(&mut self, number: u64, item: &Item, files: &mut Files<'_>) -> Result<(), Failure> {
        let Some(attachment) = self.plan.attachments.get(&number) else { return Ok(()) };
        let stored = match self.plan.absolute(&attachment.url) {
            Some(url) => files.get(self.plan, &url, &attachment.alt, &mut self.report)?.ok(),
            None => None,
        };
        let parent = self.plan.posts.get(&attachment.parent).map(|post| DocumentId(post.document));
        let stored = stored.as_ref().map(|stored| stored.url.as_str());
        self.work.old.attachment(self.plan, (number, &item.link, attachment), stored, parent);
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
        let chunk = std::mem::take(&mut self.work.chunk);
        self.work.bytes = 0;
        let old = self.work.old.take();
        for attempt in 1.. {
            match self.try_commit(&chunk, &old) {
                Ok((brought, written)) => {
                    self.count(&chunk, &brought)?;
                    self.report.redirects.new += written.new;
                    self.report.redirects.changed += written.changed;
                    self.report.redirects.unchanged += written.unchanged;
                    self.report.redirects.kept += written.kept;
                    return Ok(());
                }
                Err(Failure::Domain(domain::error::Error::Store(store::Error::Conflict { .. }))) if attempt < TRIES => {
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn try_commit(&self, chunk: &[Waiting], old: &[Old]) -> Result<(Vec<Outcome>, site::Written), Failure> {
        let mut tx =
            self.app.store.transaction(Actor::cli(), "import.wxr").site(self.node.site.id.0).note(&self.batch.name);
        if self.options.dry_run {
            // The columns were not written, but documents ask for them.
            for channel in &self.columns.tree.new {
                tx.put(channel)?;
            }
        }
        let mut brought = Vec::with_capacity(chunk.len());
        for waiting in chunk {
            let document = match &waiting.imported {
                Some(imported) => Some(content::bring(&mut tx, imported, self.now)?),
                None => None,
            };
            let (page, _) = migration::put_page(&mut tx, waiting.page.clone())?;
            brought.push((document, page.id));
        }
        let written = site::write_redirects(&mut tx, self.node.site.id, Some(self.batch.id), old)?;
        if !self.options.dry_run && !tx.is_empty() {
            self.app.store.commit(tx)?;
        }
        Ok((brought, written))
    }

    fn count(&mut self, chunk: &[Waiting], brought: &[Outcome]) -> Result<(), Failure> {
        for (waiting, (brought, id)) in chunk.iter().zip(brought) {
            record::count(&mut self.report, &waiting.page, brought.as_ref());
            let mut to = String::new();
            if let Some(brought) = brought {
                record::sample(&mut self.samples, &waiting.page, *id);
                let document = brought.document();
                to = format!("{}{}.html", self.columns.url(self.node, document.channel), document.id);
            }
            if let Some(csv) = &mut self.csv {
                for address in &waiting.page.addresses {
                    csv.line(&record::line(&waiting.page, address, &to, &waiting.day))?;
                }
            }
            let Some(brought) = brought else { continue };
            let documents = &mut self.report.documents;
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
        Ok(())
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
