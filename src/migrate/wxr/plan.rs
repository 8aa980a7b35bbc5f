//! The first pass: everything is checked, and what the second pass must know beforehand is noted.
//!
//! **Invariant:** small facts for each item, never its text; nothing is written.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;

use percent_encoding::percent_decode_str;
use url::Url;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use crate::base::fault::Fault;
use crate::domain::site::normal_form;
use crate::migrate::report::Report;

use super::item::{Item, Label, SiteFacts, Term};
use super::reader::{Entry, Reader};

/// Most pages that become columns of their own; a site with more gets one list of pages.
pub(super) const PAGE_COLUMNS: usize = 200;

/// Home of a post or page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// Number of a category in [`Plan::categories`].
    Category(u32),
    /// A post without a category.
    None,
    /// A page.
    Page,
}

/// A post or page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post {
    pub home: Home,
    /// Number of the document here.
    pub document: u64,
    /// Column where it stands or will stand.
    pub channel: u64,
}

/// A page, for the tree of columns.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub id: u64,
    pub parent: u64,
    pub order: i64,
    pub slug: String,
    pub title: String,
}

/// A file of the old site.
#[derive(Debug, Clone)]
pub(super) struct Attachment {
    /// Complete old address.
    pub url: String,
    pub title: String,
    pub alt: String,
    pub caption: String,
    pub parent: u64,
}

/// A category with what the file says about it.
#[derive(Debug, Clone, Default)]
pub(super) struct Category {
    pub term: Term,
    /// Number of the category above.
    pub parent: Option<u32>,
    /// Documents whose home it is.
    pub documents: usize,
}

/// Why an item does not become public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was public at that time.
    Public(i64),
    /// A draft, and why.
    Draft(&'static str),
}

/// What is to be done.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub facts: SiteFacts,
    /// Home page of the old site, with a slash at its end.
    pub base: Option<Url>,
    pub authors: HashMap<String, String>,
    pub categories: Vec<Category>,
    by_slug: HashMap<String, u32>,
    pub tags: Vec<(String, String)>,
    pub posts: HashMap<u64, Post>,
    /// Hash of a link in normal form → post, page or attachment.
    pub links: HashMap<u128, u64>,
    pub attachments: HashMap<u64, Attachment>,
    /// In the order of the file.
    pub attachment_order: Vec<u64>,
    /// Hash of an upload's address → attachment.
    pub uploads: HashMap<u128, u64>,
    /// Attachments of a post or page.
    pub attached: HashMap<u64, Vec<u64>>,
    pub pages: Vec<Page>,
    pub page_count: usize,
    /// Items that come again with the same number; the first one counts.
    pub again: HashSet<usize>,
    /// Names of uploaded files that are not unique, so that a flat folder does not tell them apart.
    file_names: HashMap<u64, u64>,
    ambiguous: HashSet<u64>,
    /// Minutes that the old site's clock was ahead of GMT → documents.
    pub clocks: BTreeMap<i64, usize>,
}

/// The part of an address that names it: host and path, percent signs decoded, without scheme and query.
pub(super) fn upload_key(url: &Url) -> u128 {
    let path = percent_decode_str(url.path()).decode_utf8_lossy();
    xxh3_128(format!("{}{path}", url.host_str().unwrap_or_default()).as_bytes())
}

/// Hash of a link in normal form.
pub(super) fn link_key(address: &str) -> u128 {
    xxh3_128(normal_form(address).trim_end_matches('/').as_bytes())
}

/// Name of an item in the source of the import.
pub(super) fn number_of(item: &Item) -> u64 {
    if item.post_id > 0 {
        return item.post_id;
    }
    let name = if item.link.is_empty() {
        format!("{}\n{}\n{}", item.guid, item.title, item.post_date)
    } else {
        item.link.clone()
    };
    xxh3_64(name.as_bytes()) | 1 << 63
}

/// Why an item is left out; `None` if it is not.
pub(super) fn skip_reason(item: &Item) -> Option<String> {
    match item.post_type.as_str() {
        "post" | "page" | "" => match item.status.as_str() {
            "trash" => Some("in the bin".into()),
            "auto-draft" => Some("automatic draft".into()),
            "inherit" => Some("revision".into()),
            _ => None,
        },
        "attachment" => (item.status == "trash").then(|| "in the bin".into()),
        "nav_menu_item" => Some("menu entry".into()),
        "revision" => Some("revision".into()),
        other => Some(format!("type {other}")),
    }
}

/// Was it public, and since when?
pub(super) fn fate(item: &Item, now: i64) -> Fate {
    match item.status.as_str() {
        "publish" | "" => {}
        "draft" => return Fate::Draft("draft"),
        "pending" => return Fate::Draft("awaiting review"),
        "private" => return Fate::Draft("private"),
        "future" => return Fate::Draft("scheduled"),
        _ => return Fate::Draft("other status"),
    }
    if !item.password.trim().is_empty() {
        return Fate::Draft("password");
    }
    match item.time() {
        Some((time, _)) if time <= now => Fate::Public(time),
        Some(_) => Fate::Draft("date in the future"),
        None => Fate::Draft("no date"),
    }
}

impl Plan {
    /// Reads the whole file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub(super) fn read<R: Read>(
        reader: &mut Reader<R>,
        report: &mut Report,
        progress: &dyn Fn(u64),
    ) -> Result<Plan, Fault> {
        let mut plan = Plan::default();
        while let Some(entry) = reader.next()? {
            progress(reader.bytes_read());
            match entry {
                Entry::Author(author) => {
                    let name = if author.display_name.is_empty() { author.login.clone() } else { author.display_name };
                    plan.authors.insert(author.login, name);
                }
                Entry::Category(term) => plan.category(term),
                Entry::Tag(term) => plan.tags.push((term.slug, term.name)),
                Entry::Item(item) => {
                    plan.base_of(&reader.facts);
                    plan.item(&item, report);
                }
            }
        }
        plan.base_of(&reader.facts);
        plan.facts = reader.facts.clone();
        report.notes.append(&mut reader.stray);
        plan.settle_parents();
        plan.count();
        Ok(plan)
    }

    fn base_of(&mut self, facts: &SiteFacts) {
        if self.base.is_some() {
            return;
        }
        let address =
            [&facts.base_blog_url, &facts.base_site_url, &facts.link].into_iter().find(|a| a.starts_with("http"));
        self.base = address.and_then(|address| Url::parse(&format!("{}/", address.trim_end_matches('/'))).ok());
    }

    /// Name of the source in the origin of its documents; the same whether it is reached by http or https.
    pub(super) fn origin(&self, number: u64) -> String {
        match &self.base {
            Some(base) => {
                let port = base.port().map(|port| format!(":{port}")).unwrap_or_default();
                let site = format!("{}{port}{}", base.host_str().unwrap_or_default(), base.path());
                format!("wxr:{}:{number}", site.trim_end_matches('/'))
            }
            None => format!("wxr:{}:{number}", self.facts.title.trim()),
        }
    }

    fn category(&mut self, term: Term) {
        match self.by_slug.get(&term.slug) {
            // Named by an item before, or declared twice.
            Some(known) => {
                let known = &mut self.categories[*known as usize].term;
                if known.id.is_empty() {
                    *known = term;
                }
            }
            None => {
                self.by_slug.insert(term.slug.clone(), self.categories.len() as u32);
                self.categories.push(Category { term, ..Category::default() });
            }
        }
    }

    /// Number of the category of a label.
    pub(super) fn category_of(&self, label: &Label) -> Option<u32> {
        if !matches!(label.domain.as_str(), "category" | "") {
            return None;
        }
        if !label.slug.is_empty() {
            return self.by_slug.get(&label.slug).copied();
        }
        self.categories.iter().position(|category| category.term.name == label.name).map(|at| at as u32)
    }

    fn item(&mut self, item: &Item, report: &mut Report) {
        report.read.items += 1;
        match item.post_type.as_str() {
            "post" | "" => report.read.posts += 1,
            "page" => report.read.pages += 1,
            "attachment" => report.read.attachments += 1,
            _ => report.read.other += 1,
        }
        if skip_reason(item).is_some() {
            return;
        }
        let id = number_of(item);
        if self.posts.contains_key(&id) || self.attachments.contains_key(&id) {
            self.again.insert(item.line);
            return;
        }
        if !item.link.is_empty() {
            self.links.entry(link_key(&item.link)).or_insert(id);
        }
        if item.is_attachment() {
            self.attachment(id, item);
            return;
        }
        if let Some((_, Some(ahead))) = item.time() {
            *self.clocks.entry(ahead).or_default() += 1;
        }
        let home = if item.post_type == "page" {
            self.page_count += 1;
            if self.pages.len() <= PAGE_COLUMNS {
                let slug = item.post_name.clone();
                let title = item.title.clone();
                self.pages.push(Page { id, parent: item.parent, order: item.menu_order, slug, title });
            }
            Home::Page
        } else {
            self.home_of(item)
        };
        self.posts.insert(id, Post { home, document: 0, channel: 0 });
    }

    /// The categories of an item; unknown ones become known.
    fn home_of(&mut self, item: &Item) -> Home {
        for label in &item.labels {
            if label.domain == "category" && !label.slug.is_empty() && !self.by_slug.contains_key(&label.slug) {
                self.category(Term { slug: label.slug.clone(), name: label.name.clone(), ..Term::default() });
            }
        }
        // Very old exports name categories without a domain, beside the proper ones.
        let mut found: Vec<u32> = item.labels.iter().filter_map(|label| self.category_of(label)).collect();
        found.dedup();
        // Parents may be declared later, so slugs are followed here and not numbers.
        let mut best: Option<(usize, u32)> = None;
        for number in found {
            let depth = self.depth(number);
            if best.is_none_or(|(deepest, _)| depth > deepest) {
                best = Some((depth, number));
            }
        }
        best.map_or(Home::None, |(_, number)| Home::Category(number))
    }

    fn depth(&self, number: u32) -> usize {
        let mut depth = 0;
        let mut at = number;
        while depth < 16
            && let Some(above) = self.by_slug.get(&self.categories[at as usize].term.parent)
        {
            depth += 1;
            at = *above;
        }
        depth
    }

    fn attachment(&mut self, id: u64, item: &Item) {
        let address = if item.attachment_url.is_empty() { &item.guid } else { &item.attachment_url };
        if let Some(url) = self.absolute(address) {
            self.uploads.entry(upload_key(&url)).or_insert(id);
            let name = xxh3_64(file_name(&url).as_bytes());
            let whole = upload_key(&url) as u64;
            if self.file_names.insert(name, whole).is_some_and(|other| other != whole) {
                self.ambiguous.insert(name);
            }
        }
        if item.parent > 0 {
            self.attached.entry(item.parent).or_default().push(id);
        }
        self.attachment_order.push(id);
        self.attachments.insert(
            id,
            Attachment {
                url: address.clone(),
                title: item.title.trim().to_owned(),
                alt: item.alt.clone(),
                caption: item.excerpt.trim().to_owned(),
                parent: item.parent,
            },
        );
    }

    /// Can a flat folder tell this upload from all others?
    pub(super) fn name_is_unique(&self, url: &Url) -> bool {
        !self.ambiguous.contains(&xxh3_64(file_name(url).as_bytes()))
    }

    /// A complete address, relative ones against the old home page.
    pub(super) fn absolute(&self, address: &str) -> Option<Url> {
        let address = address.trim();
        match &self.base {
            Some(base) => base.join(address).ok(),
            None => Url::parse(address).ok(),
        }
        .filter(|url| matches!(url.scheme(), "http" | "https"))
    }

    fn settle_parents(&mut self) {
        for number in 0..self.categories.len() {
            let parent = self.by_slug.get(&self.categories[number].term.parent).copied();
            self.categories[number].parent = parent.filter(|parent| *parent as usize != number);
        }
        // A circle of parents is cut where it is found.
        for number in 0..self.categories.len() {
            let mut at = self.categories[number].parent;
            let mut steps = 0;
            while let Some(above) = at {
                steps += 1;
                if above as usize == number || steps > self.categories.len() {
                    self.categories[number].parent = None;
                    break;
                }
                at = self.categories[above as usize].parent;
            }
        }
    }

    fn count(&mut self) {
        for post in self.posts.values() {
            if let Home::Category(number) = post.home {
                self.categories[number as usize].documents += 1;
            }
        }
    }

    /// Slugs of a category from the top down, as in the old address of its archive.
    pub(super) fn category_path(&self, number: u32) -> String {
        let mut path = Vec::new();
        let mut at = Some(number);
        while let Some(number) = at {
            path.push(self.categories[number as usize].term.slug.as_str());
            at = self.categories[number as usize].parent;
        }
        path.reverse();
        path.join("/")
    }
}

/// Last part of an upload's path, decoded.
pub(super) fn file_name(url: &Url) -> String {
    let last = url.path().rsplit('/').next().unwrap_or_default();
    percent_decode_str(last).decode_utf8_lossy().into_owned()
}
