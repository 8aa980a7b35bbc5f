//! The body of one item: markup, addresses, sanitising.
//!
//! **Invariant:** what leaves here went through the sanitiser last.

use std::collections::{BTreeMap, HashSet};

use url::Url;

use crate::base::id::ChannelId;
use crate::domain::content::{self, AllPictures};
use crate::domain::error::Error;
use crate::domain::site::SiteNode;
use crate::migrate::report::{MissingFile, Report};
use crate::migrate::rewrite::{Addresses, Found, Lead, rewrite};

use super::columns::Columns;
use super::files::{Files, Lack, Stored};
use super::markup::{self, Attachments, Shown};
use super::plan::{Plan, link_key, upload_key};

/// What all bodies of a run need.
pub(super) struct Bodies<'a> {
    pub plan: &'a Plan,
    pub columns: &'a Columns,
    pub node: &'a SiteNode,
    /// Hosts of the old site.
    pub hosts: &'a HashSet<String>,
    /// Behind the text of a picture that is not there.
    pub missing_mark: String,
}

/// A body that is done.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub html: String,
    /// What was taken out.
    pub removed: BTreeMap<String, usize>,
}

struct Gallery<'a> {
    plan: &'a Plan,
    item: u64,
}

impl Attachments for Gallery<'_> {
    fn gallery(&self, numbers: Option<&[u64]>) -> Vec<Shown> {
        let own = self.plan.attached.get(&self.item).map(Vec::as_slice).unwrap_or_default();
        numbers
            .unwrap_or(own)
            .iter()
            .filter_map(|number| self.plan.attachments.get(number))
            .map(|attachment| {
                let alt = if attachment.alt.is_empty() { &attachment.title } else { &attachment.alt };
                (attachment.url.clone(), alt.clone(), attachment.caption.clone())
            })
            .collect()
    }
}

impl Bodies<'_> {
    /// The body of item `number`; `title` names it in the report.
    ///
    /// # Errors
    /// When a file cannot be stored.
    pub(super) fn body(
        &self,
        content: &str,
        number: u64,
        title: &str,
        files: &mut Files<'_>,
        report: &mut Report,
    ) -> Result<Body, Error> {
        let mut removed = BTreeMap::new();
        let html = markup::html(content, &Gallery { plan: self.plan, item: number }, &mut removed);
        let html = without_office(html, &mut removed);
        let mut work = Work { bodies: self, title, files, report, failed: None };
        let html = rewrite(&html, &mut work);
        if let Some(error) = work.failed {
            return Err(error);
        }
        let cleaned = content::clean(&html);
        for (kind, count) in cleaned.removed {
            *removed.entry(kind).or_default() += count;
        }
        let html = cleaned.html.replace("<p></p>", "").replace("<p>&nbsp;</p>", "");
        Ok(Body { html: html.trim().to_owned(), removed })
    }

    /// Where an old address leads now, if that is known.
    fn lead(&self, url: &Url) -> Option<String> {
        let query = |key: &str| {
            url.query_pairs().find(|(name, _)| name == key).and_then(|(_, value)| value.parse::<u64>().ok())
        };
        let number = ["p", "page_id"].into_iter().find_map(query);
        let number = number.or_else(|| self.plan.links.get(&link_key(url.as_str())).copied());
        if let Some(address) = number.and_then(|number| self.document(number)) {
            return Some(address);
        }
        if let Some(term) = query("cat") {
            let place = self.plan.categories.iter().position(|category| category.term.id.parse() == Ok(term))?;
            return self.category(place as u32);
        }
        let base = self.plan.base.as_ref()?;
        let path = url.path().strip_prefix(base.path().trim_end_matches('/'))?.trim_matches('/');
        if path.is_empty() && url.query().is_none() {
            return Some(self.node.site.url());
        }
        let archive = percent_encoding::percent_decode_str(path.strip_prefix("category/")?).decode_utf8_lossy();
        let last = archive.rsplit('/').next().unwrap_or_default();
        let decoded = |slug: &str| percent_encoding::percent_decode_str(slug).decode_utf8_lossy().into_owned();
        let place = self.plan.categories.iter().position(|category| decoded(&category.term.slug) == last)?;
        self.category(place as u32)
    }

    /// The upload of which this is the page: WordPress gives every attachment a page of its own.
    fn attachment_page(&self, url: &Url) -> Option<Url> {
        let number =
            url.query_pairs().find(|(name, _)| name == "attachment_id").and_then(|(_, value)| value.parse().ok());
        let number = number.or_else(|| self.plan.links.get(&link_key(url.as_str())).copied())?;
        self.plan.absolute(&self.plan.attachments.get(&number)?.url)
    }

    /// Address of a post or page.
    pub(super) fn document(&self, number: u64) -> Option<String> {
        let post = self.plan.posts.get(&number).filter(|post| post.document > 0)?;
        Some(format!("{}{}.html", self.columns.url(self.node, ChannelId(post.channel)), post.document))
    }

    fn category(&self, number: u32) -> Option<String> {
        self.columns.of_category.get(&number).map(|id| self.columns.url(self.node, *id))
    }
}

struct Work<'a, 'b, 'c> {
    bodies: &'a Bodies<'a>,
    title: &'a str,
    files: &'b mut Files<'c>,
    report: &'b mut Report,
    failed: Option<Error>,
}

impl Work<'_, '_, '_> {
    fn is_old(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| self.bodies.hosts.contains(host))
    }

    fn file(&mut self, url: &Url) -> Result<Stored, Lack> {
        let plan = self.bodies.plan;
        let known = plan.uploads.get(&upload_key(url)).and_then(|number| plan.attachments.get(number));
        let alt = known.map(|attachment| attachment.alt.clone()).unwrap_or_default();
        let mut get = |url: &Url| match self.files.get(plan, url, &alt, self.report) {
            Ok(found) => found,
            Err(error) => {
                self.failed = Some(error);
                Err(Lack::NotFound)
            }
        };
        match get(url) {
            Err(Lack::NotFound) => {}
            found => return found,
        }
        // A smaller copy that WordPress made: the original stands in.
        match original(url) {
            Some(original) => get(&original),
            None => Err(Lack::NotFound),
        }
    }

    fn miss(&mut self, url: &Url, lack: Lack) {
        self.report.files.missing.push(MissingFile {
            address: url.as_str().to_owned(),
            document: self.title.to_owned(),
            why: lack.word().into(),
        });
    }
}

/// What an import makes of the content of an item when it knows no address and no file: safe HTML
/// without any picture, and what was taken out.
pub fn sanitised(content: &str) -> content::Cleaned {
    let mut removed = BTreeMap::new();
    let html = without_office(markup::html(content, &Nothing, &mut removed), &mut removed);
    let mut cleaned = content::clean(&rewrite(&html, &mut Nothing));
    for (kind, count) in removed {
        *cleaned.removed.entry(kind).or_default() += count;
    }
    cleaned
}

/// What was pasted from an office program into the old site goes through the cleaner that pastes into this one go
/// through; addresses are left for later.
fn without_office(html: String, removed: &mut BTreeMap<String, usize>) -> String {
    if !content::is_office(&html) {
        return html;
    }
    let cleaned = content::clean_paste(&html, &mut AllPictures);
    for (kind, count) in cleaned.removed {
        *removed.entry(kind).or_default() += count;
    }
    cleaned.html
}

/// Knows nothing.
struct Nothing;

impl Attachments for Nothing {
    fn gallery(&self, _: Option<&[u64]>) -> Vec<Shown> {
        Vec::new()
    }
}

impl Addresses for Nothing {
    fn link(&mut self, _: &str) -> Lead {
        Lead::Stay
    }

    fn picture(&mut self, address: &str) -> Found {
        Found::Missing(address.to_owned())
    }

    fn missing_mark(&self) -> String {
        String::new()
    }
}

/// `photo-300x200.jpg` is a copy of `photo.jpg`.
fn original(url: &Url) -> Option<Url> {
    let (stem, ending) = url.path().rsplit_once('.')?;
    let (name, size) = stem.rsplit_once('-')?;
    let (width, height) = size.split_once('x')?;
    let number = |text: &str| (1..=5).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !number(width) || !number(height) {
        return None;
    }
    let mut url = url.clone();
    url.set_path(&format!("{name}.{ending}"));
    Some(url)
}

/// Name of a file without its ending.
fn file_stem(url: &str) -> String {
    let name = url.rsplit('/').next().unwrap_or_default();
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned();
    name.rsplit_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned())
}

impl Addresses for Work<'_, '_, '_> {
    fn link(&mut self, address: &str) -> Lead {
        let address = address.trim();
        if address.is_empty() || address.starts_with('#') {
            return Lead::Stay;
        }
        let Some(url) = self.bodies.plan.absolute(address) else { return Lead::Stay };
        let upload = self.bodies.plan.uploads.contains_key(&upload_key(&url));
        if !self.is_old(&url) && !upload {
            return Lead::Stay;
        }
        let fragment = url.fragment().filter(|f| !f.starts_with("more-") && !f.is_empty()).map(|f| format!("#{f}"));
        if let Some(to) = self.bodies.lead(&url) {
            self.report.links.rewritten += 1;
            return Lead::To(format!("{to}{}", fragment.unwrap_or_default()));
        }
        if let Some(file) = self.bodies.attachment_page(&url)
            && let Ok(stored) = self.file(&file)
        {
            self.report.links.rewritten += 1;
            return Lead::To(stored.url);
        }
        // A file: by the export's list, or because its name has an ending that uploads may have.
        let looks = url.path().rsplit_once('.').is_some_and(|(_, ending)| {
            (2..=5).contains(&ending.len()) && !matches!(ending, "html" | "htm" | "php" | "xml" | "asp" | "aspx")
        });
        if upload || looks {
            match self.file(&url) {
                Ok(stored) => {
                    self.report.links.rewritten += 1;
                    return Lead::To(stored.url);
                }
                Err(lack) => self.miss(&url, lack),
            }
        }
        self.report.links.left += 1;
        Lead::To(url.into())
    }

    fn picture(&mut self, address: &str) -> Found {
        let Some(url) = self.bodies.plan.absolute(address) else { return Found::Missing(address.to_owned()) };
        let wanted = self.is_old(&url) || self.bodies.plan.uploads.contains_key(&upload_key(&url));
        let found = if wanted { self.file(&url) } else { Err(Lack::NotFound) };
        match found {
            Ok(stored) if stored.picture => {
                let plan = self.bodies.plan;
                let number = plan
                    .uploads
                    .get(&upload_key(&url))
                    .or_else(|| original(&url).and_then(|original| plan.uploads.get(&upload_key(&original))));
                let title = number.and_then(|number| plan.attachments.get(number)).map(|known| known.title.clone());
                Found::Here {
                    alt: stored.alt,
                    title: title.unwrap_or_else(|| file_stem(&stored.url)),
                    url: stored.url,
                    width: stored.width,
                    height: stored.height,
                }
            }
            Ok(stored) => Found::Missing(stored.url),
            Err(lack) => {
                self.miss(&url, lack);
                Found::Missing(url.into())
            }
        }
    }

    fn missing_mark(&self) -> String {
        self.bodies.missing_mark.clone()
    }
}
