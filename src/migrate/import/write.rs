//! The second walk: documents, references, letters, records of pages, old addresses.
//!
//! **Invariant:** every row names the batch; a page, its record and its old
//! addresses are written in one transaction, so that a run that was killed
//! leaves whole pages behind and goes on with the others.

use std::collections::{HashMap, HashSet};

use crate::app::App;
use crate::base::id::{ChannelId, DocumentId, InquiryId, OldPageId};
use crate::domain::content::{self, Edit, Imported, Text};
use crate::domain::interaction::{Inquiry, Showing};
use crate::domain::migration::{Fate, OldPage, Review, Run, Sure};
use crate::domain::site::{SiteNode, Target, normal_form};
use crate::migrate::addresses::OldAddresses;
use crate::migrate::begin::Failure;
use crate::migrate::old::{Article, ArticleKind, Item, Junk, OldLetter, OldState, Source};
use crate::migrate::report::MissingFile;
use crate::store::{BlobHash, Blobs};

use super::body::Bodies;
use super::columns::Columns;
use super::fates;
use super::files::{Files, Lack};
use super::plan::{Goal, Plan, day, title_of};
use super::report::{Addresses, Line, PageLine, Report};

/// Pages written in one transaction.
const PORTION: usize = 200;
/// Bytes of texts written in one transaction.
const PORTION_BYTES: usize = 8 << 20;
/// Most bytes of one text; the store takes 16 MB of JSON in a row.
const LARGEST: usize = 14 << 20;
/// Old addresses and missing files that are kept with the record of a page.
const KEPT: usize = 20;

/// What a page becomes.
#[derive(Debug)]
pub(super) enum What {
    Document(Box<Imported>),
    Reference { document: DocumentId, channel: ChannelId },
    Letter(Box<Inquiry>),
    Nothing,
}

/// What is said of a page beside its record.
#[derive(Debug, Default)]
pub(super) struct Beside {
    pub date: String,
    /// Where it leads, of pages without a document.
    pub to: String,
    pub pending: Vec<String>,
}

/// A page that waits for its transaction.
#[derive(Debug)]
pub(super) struct Waiting {
    pub what: What,
    pub page: OldPage,
    pub addresses: Vec<String>,
    pub beside: Beside,
}

/// Writes a run.
pub(super) struct Writer<'a> {
    pub app: &'a App,
    pub node: &'a SiteNode,
    pub plan: &'a Plan,
    pub columns: &'a Columns,
    pub run: &'a Run,
    /// Shared with [`Files`]: durable before the transaction that names them.
    pub blobs: Blobs,
    pub publish: bool,
    pub dry: bool,
    pub now: i64,
    pub report: Report,
    pub csv: Option<Addresses>,
    pub old: OldAddresses,
    /// Rows that are new or changed.
    pub touched: usize,
    pub chunk: Vec<Waiting>,
    pub bytes: usize,
    seen: HashSet<u128>,
    /// Names of pages of this run, and how often each came: an address may be there twice.
    names: HashMap<u128, u32>,
    /// The samples, by a number that is the same in every run.
    pub samples: Vec<(u64, OldPageId, PageLine)>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        app: &'a App,
        (node, plan, columns, run): (&'a SiteNode, &'a Plan, &'a Columns, &'a Run),
        blobs: Blobs,
        (publish, dry): (bool, bool),
        report: Report,
        csv: Option<Addresses>,
    ) -> Writer<'a> {
        Writer {
            app,
            node,
            plan,
            columns,
            run,
            blobs,
            publish,
            dry,
            now: app.clock.now(),
            report,
            csv,
            old: OldAddresses::default(),
            touched: 0,
            chunk: Vec::new(),
            bytes: 0,
            seen: HashSet::new(),
            names: HashMap::new(),
            samples: Vec::new(),
        }
    }

    /// One thing of the old site.
    ///
    /// # Errors
    /// When a file or the store refuses.
    pub(super) fn item(
        &mut self,
        item: Item,
        source: &dyn Source,
        bodies: &Bodies<'_>,
        files: &mut Files<'_>,
    ) -> Result<(), Failure> {
        match item {
            Item::Column(column) => {
                let Some(to) = self.plan.column(&column.key).and_then(|(at, _)| self.columns.of[at]) else {
                    return Ok(());
                };
                let url = self.columns.tree.url(self.node, to);
                for address in &column.addresses {
                    self.old.add(normal_form(address), false, Target::Channel(to));
                    self.line(&Line {
                        old_address: address,
                        fate: Fate::List.word(),
                        new_address: &url,
                        title: &column.name,
                        old_column: &column.key,
                        ..Line::default()
                    })?;
                }
                return Ok(());
            }
            Item::File(address) => {
                if let Ok(url) = url::Url::parse(&address) {
                    match files.get(source, &url, "", &mut self.old)? {
                        Ok(stored) => self.file_line(&address, &stored.url)?,
                        Err(lack) => self.miss(&address, "", lack)?,
                    }
                }
                return Ok(());
            }
            Item::Article(article) => self.article(*article, source, bodies, files)?,
            Item::Letter(letter) => self.letter(*letter),
            Item::Junk(junk) => self.junk(&junk),
            Item::Home(addresses) => self.home(addresses),
            Item::Unreadable { place, why } => {
                let page = self.page(&format!("unreadable:{place}"), Fate::Unreadable, "not readable", &why);
                self.wait(What::Nothing, page, vec![place], Beside::default());
            }
        }
        if self.chunk.len() >= PORTION || self.bytes >= PORTION_BYTES {
            files.flush()?;
            self.commit()?;
        }
        Ok(())
    }

    /// A record; `title` and `note` say what it is.
    fn page(&self, key: &str, fate: Fate, title: &str, note: &str) -> OldPage {
        OldPage {
            id: OldPageId::default(),
            site: self.node.site.id,
            batch: self.run.batch,
            key: self.plan.origin(key),
            addresses: Vec::new(),
            title: title.to_owned(),
            fate,
            note: note.to_owned(),
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
            time: self.now,
        }
    }

    fn wait(&mut self, what: What, mut page: OldPage, addresses: Vec<String>, beside: Beside) {
        let times = self.names.entry(xxhash_rust::xxh3::xxh3_128(page.key.as_bytes())).or_default();
        *times += 1;
        if *times > 1 {
            page.key = format!("{}#{times}", page.key);
        }
        page.addresses = addresses.iter().take(KEPT).cloned().collect();
        self.report.figures.read += 1;
        self.chunk.push(Waiting { what, page, addresses, beside });
    }

    fn skip(&mut self, key: &str, title: &str, addresses: Vec<String>, why: &str) {
        let page = self.page(key, Fate::Skipped, title, why);
        self.wait(What::Nothing, page, addresses, Beside::default());
    }

    fn article(
        &mut self,
        article: Article,
        source: &dyn Source,
        bodies: &Bodies<'_>,
        files: &mut Files<'_>,
    ) -> Result<(), Failure> {
        if !self.seen.insert(xxhash_rust::xxh3::xxh3_128(article.key.as_bytes())) {
            self.skip(
                &format!("again:{}:{}", article.key, self.report.figures.read),
                "",
                article.addresses,
                "same key again",
            );
            return Ok(());
        }
        let title = title_of(&article);
        if article.state == OldState::Bin {
            self.skip(&article.key, &title, article.addresses, "in the bin there");
            return Ok(());
        }
        let Some(planned) = self.plan.of(&article.key) else {
            self.skip(&article.key, &title, article.addresses, "not there when the plan was made");
            return Ok(());
        };
        let column = article.column.as_ref().and_then(|found| self.plan.column(&found.value));
        let mut page = self.page(&article.key, Fate::Draft, &title, "");
        page.old_column = column.map(|(_, seen)| seen.old.name.clone()).unwrap_or_default();
        page.channel = Some(ChannelId(planned.channel));
        page.document = Some(DocumentId(planned.document));
        page.sure = fates::sure(&article);
        page.charset.clone_from(&article.charset);
        page.remarks.clone_from(&article.remarks);
        page.clicks = article.clicks;
        *self.report.figures.charsets.entry(charset_word(&article.charset)).or_default() += 1;
        let original = match &article.body {
            Some(body) if article.original.is_empty() => body.value.as_str(),
            _ => article.original.as_str(),
        };
        if !original.is_empty() {
            page.original = self.keep(original.as_bytes())?;
        }
        let date = fates::date(&article, self.now);
        let mut beside = Beside { date: day(date), ..Beside::default() };
        if planned.merged {
            page.fate = Fate::Merged;
            let what = What::Reference { document: DocumentId(planned.document), channel: ChannelId(planned.channel) };
            self.old_addresses(&article.addresses, None);
            self.wait(what, page, article.addresses, beside);
            return Ok(());
        }
        let mut article = article;
        for remark in bodies.strip(&mut article, source.facts()) {
            if !page.remarks.iter().any(|known| known == remark) {
                page.remarks.push(remark.to_owned());
            }
        }
        let body = bodies.body(&article, source, files, &mut self.old)?;
        if body.html.len() > LARGEST {
            self.skip(&article.key, &title, article.addresses, "too large");
            return Ok(());
        }
        let address = article.addresses.first().cloned().unwrap_or_else(|| article.key.clone());
        for (missing, lack) in &body.missing {
            page.missing.extend((page.missing.len() < KEPT).then(|| missing.clone()));
            self.miss(missing, &title, *lack)?;
        }
        for broken in &body.broken {
            self.report.figures.broken += 1;
            self.report.broken.push(PageLine {
                address: address.clone(),
                title: title.clone(),
                note: broken.clone(),
                ..PageLine::default()
            });
        }
        for (what, count) in &body.removed {
            *self.report.removed.entry(what.clone()).or_default() += count;
        }
        self.report.links.rewritten += body.rewritten;
        self.report.links.left += body.broken.len() + body.pending.len();
        self.report.figures.pending += body.pending.len() as u64;
        beside.pending = body.pending;
        let undated = article.kind == ArticleKind::Page && date.is_none();
        page.reasons = fates::reasons(&article, !self.plan.columns.is_empty(), self.now);
        page.publishes = self.publish && matches!(article.state, OldState::Public);
        let public = page.publishes && page.reasons.is_empty();
        page.fate = match (page.reasons.is_empty(), public) {
            (false, _) => Fate::Review,
            (true, true) => Fate::Published,
            (true, false) => Fate::Draft,
        };
        if !page.reasons.is_empty() {
            page.review = Review::Waiting;
        }
        let time = date.or(Some(self.plan.newest).filter(|newest| undated && *newest > 0));
        let title = if title.is_empty() { untitled(&body.html, &address) } else { title };
        page.title.clone_from(&title);
        self.bytes += body.html.len();
        let text = Text {
            title,
            subtitle: article.subtitle,
            body: body.html,
            summary: article.summary,
            source: article.source.map(|found| found.value).unwrap_or_default(),
            author: article.author.map(|found| found.value).unwrap_or_default(),
            editor: article.editor,
            keywords: article.keywords,
            formed: article.formed,
            number: article.number,
            index_number: article.index_number,
            picture: body.picture,
            attachments: body.attachments,
            link: body.link,
        };
        let imported = Imported {
            edit: Edit { text, channel: ChannelId(planned.channel), ..Edit::default() },
            id: Some(DocumentId(planned.document)),
            published: time.filter(|_| public),
            was_published: time.filter(|_| !public),
            undated,
            origin: self.plan.origin(&article.key),
            batch: Some(self.run.batch),
            comments: Vec::new(),
        };
        self.old_addresses(&article.addresses, Some(DocumentId(planned.document)));
        self.wait(What::Document(Box::new(imported)), page, article.addresses, beside);
        Ok(())
    }

    /// Stores the page as it was; returns the hash of its bytes.
    fn keep(&self, bytes: &[u8]) -> Result<String, Failure> {
        let hash = BlobHash::of(bytes);
        if !self.dry && !self.blobs.has(&hash) {
            self.blobs.put(bytes)?;
        }
        Ok(hash.as_str().to_owned())
    }

    fn old_addresses(&mut self, addresses: &[String], document: Option<DocumentId>) {
        // Those of a reference are written with it.
        let Some(document) = document else { return };
        for address in addresses {
            self.old.add(normal_form(address), false, Target::Document(document));
        }
    }

    fn letter(&mut self, letter: OldLetter) {
        let target = match self.plan.goal(&letter.address) {
            Some(Goal::Letters) => self.columns.letters,
            Some(Goal::Column(at)) => self.columns.of.get(at as usize).copied().flatten(),
            _ => None,
        };
        if let Some(channel) = target {
            self.old.add(normal_form(&letter.address), false, Target::Channel(channel));
        }
        // A letter may stand on two pages: those of the newest move on while a site is copied.
        if !self.seen.insert(xxhash_rust::xxh3::xxh3_128(letter.key.as_bytes())) {
            let page = self.page(&format!("again:{}", letter.key), Fate::Junk, &letter.title, "duplicate");
            self.wait(What::Nothing, page, vec![letter.address], Beside::default());
            return;
        }
        let mut page = self.page(&letter.key, Fate::Letter, &letter.title, "");
        page.channel = target;
        let to = target.map(|channel| self.columns.tree.url(self.node, channel)).unwrap_or_default();
        let inquiry = Inquiry {
            id: InquiryId::default(),
            site: self.node.site.id,
            title: letter.title,
            name: letter.name,
            asked: letter.asked,
            question: letter.question,
            answer: letter.answer,
            answered: letter.answered,
            unit: letter.unit,
            showing: Showing::default(),
            batch: Some(self.run.batch),
            origin: self.plan.origin(&letter.key),
            address: letter.address.clone(),
        };
        let beside = Beside { date: day(inquiry.asked), to, ..Beside::default() };
        let addresses = if letter.address.is_empty() { Vec::new() } else { vec![letter.address] };
        self.wait(What::Letter(Box::new(inquiry)), page, addresses, beside);
    }

    fn junk(&mut self, junk: &Junk) {
        let to = junk.of.as_ref().and_then(|of| self.plan.goal(of));
        let target = match to {
            Some(Goal::Document(at)) => {
                self.plan.planned.get(at as usize).map(|planned| Target::Document(DocumentId(planned.document)))
            }
            Some(Goal::Column(at)) => self.columns.of.get(at as usize).copied().flatten().map(Target::Channel),
            Some(Goal::Home) => Some(Target::Url(self.node.site.url())),
            Some(Goal::Letters) => self.columns.letters.map(Target::Channel),
            None => None,
        };
        let leads = match &target {
            Some(Target::Document(document)) => format!("document {document}"),
            Some(Target::Channel(channel)) => self.columns.tree.url(self.node, *channel),
            Some(Target::Url(url)) => url.clone(),
            None => String::new(),
        };
        if let Some(target) = target {
            self.old.add(normal_form(&junk.address), false, target);
        }
        let page = self.page(&format!("junk:{}", junk.address), Fate::Junk, "", junk.kind.word());
        let beside = Beside { to: leads, ..Beside::default() };
        self.wait(What::Nothing, page, vec![junk.address.clone()], beside);
    }

    fn home(&mut self, addresses: Vec<String>) {
        let url = self.node.site.url();
        for address in &addresses {
            self.old.add(normal_form(address), false, Target::Url(url.clone()));
        }
        let key = format!("home:{}", addresses.first().map(String::as_str).unwrap_or_default());
        let page = self.page(&key, Fate::List, "", "home");
        self.wait(What::Nothing, page, addresses, Beside { to: url, ..Beside::default() });
    }

    pub(super) fn line(&mut self, line: &Line<'_>) -> Result<(), Failure> {
        if let Some(csv) = &mut self.csv {
            csv.line(line)?;
        }
        Ok(())
    }

    fn file_line(&mut self, address: &str, url: &str) -> Result<(), Failure> {
        self.line(&Line { old_address: address, fate: "file", new_address: url, ..Line::default() })
    }

    fn miss(&mut self, address: &str, title: &str, lack: Lack) -> Result<(), Failure> {
        self.report.figures.missing += 1;
        self.report.missing.push(MissingFile {
            address: address.to_owned(),
            document: title.to_owned(),
            why: lack.word().into(),
        });
        self.line(&Line { old_address: address, fate: "missing", title, note: lack.word(), ..Line::default() })
    }
}

fn charset_word(charset: &str) -> String {
    if charset.is_empty() { "unknown".to_owned() } else { charset.to_lowercase() }
}

/// A name for a document without a title: the head of its text, else its address.
fn untitled(html: &str, address: &str) -> String {
    let head = content::summary_of(&content::plain_text(html), 30);
    if head.is_empty() { address.to_owned() } else { head }
}
