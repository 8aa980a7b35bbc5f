//! The text of one article: addresses, files, the one cleaner.
//!
//! **Invariant:** what leaves here went through the cleaner last.

use std::collections::{BTreeMap, HashSet};

use url::Url;

use crate::base::id::{ChannelId, DocumentId};
use crate::domain::content::{self, AllPictures, Attachment, Document, Picture};
use crate::domain::migration;
use crate::domain::site::{Directory, SiteNode};
use crate::migrate::addresses::OldAddresses;
use crate::migrate::begin::Failure;
use crate::migrate::hidden;
use crate::migrate::old::{Article, Facts, OldAttachment, Source};
use crate::migrate::rewrite::{Addresses, Found, Lead, rewrite};
use crate::store::{Read, Store};

use super::columns::Columns;
use super::files::{Files, Lack, Stored};
use super::plan::{Goal, Plan};

/// Endings of what is a page and no file.
const PAGES: [&str; 14] =
    ["", "htm", "html", "shtml", "shtm", "asp", "aspx", "php", "jsp", "jspx", "do", "action", "cfm", "cgi"];

/// What all texts of a run need.
pub(super) struct Bodies<'a> {
    pub store: &'a Store,
    pub directory: &'a Directory,
    pub node: &'a SiteNode,
    pub plan: &'a Plan,
    pub columns: &'a Columns,
    /// Hosts of the old site.
    pub hosts: &'a HashSet<String>,
    /// Behind the text of a picture or file that is not there.
    pub missing_mark: String,
}

/// A text that is done, and what was found on the way.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub html: String,
    pub attachments: Vec<Attachment>,
    pub picture: Option<Picture>,
    /// Where an external-link document leads.
    pub link: String,
    /// What was taken out.
    pub removed: BTreeMap<String, usize>,
    /// Files that are not there: old address, why.
    pub missing: Vec<(String, Lack)>,
    /// Old addresses that lead nowhere.
    pub broken: Vec<String>,
    /// Addresses of old sites that have not moved in yet.
    pub pending: Vec<String>,
    /// Links that lead to new addresses now.
    pub rewritten: usize,
}

impl Bodies<'_> {
    /// Makes the text of an article.
    ///
    /// # Errors
    /// When a file cannot be stored.
    pub(super) fn body(
        &self,
        article: &Article,
        source: &dyn Source,
        files: &mut Files<'_>,
        old: &mut OldAddresses,
    ) -> Result<Body, Failure> {
        let base = Url::parse(&article.base).or_else(|_| Url::parse(&source.facts().home)).ok();
        let mut work = Work { bodies: self, base, source, files, old, found: Body::default(), failed: None };
        let html = article.body.as_ref().map(|body| body.value.as_str()).unwrap_or_default();
        let html = rewrite(html, &mut work);
        if !article.link.is_empty() {
            work.found.link = match work.link(&article.link) {
                Lead::To(to) | Lead::Missing(to) => to,
                Lead::Stay => article.link.clone(),
            };
        }
        let cleaned = content::clean_paste(&html, &mut AllPictures);
        work.found.html = cleaned.html;
        work.found.removed = cleaned.removed;
        for attachment in &article.attachments {
            work.attachment(attachment);
        }
        if !article.picture.is_empty() {
            work.picture_of(&article.picture);
        }
        match work.failed {
            Some(failure) => Err(failure),
            None => Ok(work.found),
        }
    }

    /// Takes out of an article what others planted in it, before the cleaner makes hidden links plain ones; says what
    /// it was.
    pub(super) fn strip(&self, article: &mut Article, facts: &Facts) -> Vec<&'static str> {
        let Some(body) = &mut article.body else { return Vec::new() };
        let at = Url::parse(&article.base).or_else(|_| Url::parse(&facts.home)).ok();
        let host = at.as_ref().and_then(Url::host_str).unwrap_or(&self.plan.name);
        let Some((html, remarks)) = hidden::stripped(&body.value, host) else { return Vec::new() };
        body.value = html;
        remarks
    }

    /// Where a goal is on this server.
    fn address(&self, goal: Goal) -> Option<String> {
        let column = |id: ChannelId| self.columns.tree.url(self.node, id);
        match goal {
            Goal::Document(at) => {
                let planned = self.plan.planned.get(at as usize)?;
                if planned.merged {
                    return self.elsewhere(DocumentId(planned.document));
                }
                Some(format!("{}{}.html", column(ChannelId(planned.channel)), planned.document))
            }
            Goal::Column(at) => self.columns.of.get(at as usize).copied().flatten().map(column),
            Goal::Home => Some(self.node.site.url()),
            Goal::Letters => self.columns.letters.map(column),
        }
    }

    fn elsewhere(&self, document: DocumentId) -> Option<String> {
        let document: Document = self.store.get(document.0).ok()??;
        let (node, channel) = self.directory.channel(document.channel)?;
        Some(format!("{}{}.html", node.channel_url(channel), document.id))
    }

    fn is_own(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| {
            self.hosts.contains(host) || host.strip_prefix("www.").unwrap_or(host) == self.plan.name
        })
    }

    /// Could it be an old site of this city: a sister of this one, under the same name?
    fn is_sister(&self, url: &Url) -> bool {
        let parent = |host: &str| host.split_once('.').map(|(_, parent)| parent.to_owned());
        let Some(host) = url.host_str() else { return false };
        let host = host.strip_prefix("www.").unwrap_or(host);
        if self.directory.by_host(host).is_some() {
            return false;
        }
        let theirs = parent(host);
        let far = |parent: &str| parent.contains('.');
        theirs.as_deref().is_some_and(far)
            && self.hosts.iter().any(|own| {
                let own = own.strip_prefix("www.").unwrap_or(own);
                parent(own) == theirs || theirs.as_deref() == Some(own)
            })
    }
}

struct Work<'a, 'b, 'c> {
    bodies: &'a Bodies<'a>,
    base: Option<Url>,
    source: &'b dyn Source,
    files: &'b mut Files<'c>,
    old: &'b mut OldAddresses,
    found: Body,
    failed: Option<Failure>,
}

impl Work<'_, '_, '_> {
    fn absolute(&self, address: &str) -> Option<Url> {
        let url = match &self.base {
            Some(base) => base.join(address).ok()?,
            None => Url::parse(address).ok()?,
        };
        matches!(url.scheme(), "http" | "https").then_some(url)
    }

    fn file(&mut self, url: &Url, name: &str) -> Result<Stored, Lack> {
        match self.files.get(self.source, url, name, self.old) {
            Ok(found) => found,
            Err(failure) => {
                self.failed.get_or_insert(failure);
                Err(Lack::Unreadable)
            }
        }
    }

    fn miss(&mut self, url: &Url, lack: Lack) {
        self.found.missing.push((url.as_str().to_owned(), lack));
    }

    fn attachment(&mut self, attachment: &OldAttachment) {
        let Some(url) = self.absolute(&attachment.address) else { return };
        let name = attachment.name.split_whitespace().collect::<Vec<_>>().join(" ");
        match self.file(&url, &name) {
            Ok(stored) if self.found.html.contains(&stored.url) => {}
            Ok(stored) if self.found.attachments.iter().any(|known| known.media == stored.id) => {}
            Ok(stored) => {
                let title = if name.is_empty() { stored.name } else { name };
                self.found.attachments.push(Attachment { media: stored.id, title });
            }
            Err(lack) => {
                self.miss(&url, lack);
                let text = if name.is_empty() { url.path().to_owned() } else { name };
                let quoted = |text: &str| {
                    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
                };
                let line = format!(
                    "<p><a href=\"{}\">{}{}</a></p>",
                    quoted(url.as_str()),
                    quoted(&text),
                    quoted(&self.bodies.missing_mark)
                );
                self.found.html.push_str(&content::clean(&line).html);
            }
        }
    }

    fn picture_of(&mut self, address: &str) {
        let Some(url) = self.absolute(address) else { return };
        match self.file(&url, "") {
            Ok(Stored { id, url, width, height, alt, picture: true, .. }) => {
                self.found.picture = Some(Picture { media: id, url, alt, width, height });
            }
            Ok(_) => {}
            Err(lack) => self.miss(&url, lack),
        }
    }

    /// A link within the old site.
    fn own(&mut self, url: Url) -> Lead {
        let fragment = url.fragment().filter(|part| !part.is_empty()).map(|part| format!("#{part}"));
        if let Some(to) = self.bodies.plan.goal(url.as_str()).and_then(|goal| self.bodies.address(goal)) {
            self.found.rewritten += 1;
            return Lead::To(format!("{to}{}", fragment.unwrap_or_default()));
        }
        let last = url.path().rsplit('/').next().unwrap_or_default();
        let ending = last.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
        match self.file(&url, "") {
            Ok(stored) => {
                self.found.rewritten += 1;
                Lead::To(stored.url)
            }
            Err(_) if PAGES.contains(&ending.as_str()) => {
                self.found.broken.push(url.as_str().to_owned());
                Lead::To(url.into())
            }
            Err(lack) => {
                self.miss(&url, lack);
                Lead::Missing(url.into())
            }
        }
    }

    /// A link to somewhere else: an old site that has moved in, one that may, or any other.
    fn foreign(&mut self, url: Url) -> Lead {
        let host = url.host_str().unwrap_or_default();
        if let Some(node) = self.bodies.directory.by_old_host(host) {
            let lead = migration::lead(self.bodies.store, self.bodies.directory, node.site.id, url.as_str());
            return match lead {
                Ok(Some(to)) => {
                    self.found.rewritten += 1;
                    Lead::To(to)
                }
                Ok(None) => Lead::Stay,
                Err(error) => {
                    self.failed.get_or_insert(error.into());
                    Lead::Stay
                }
            };
        }
        if self.bodies.is_sister(&url) {
            self.found.pending.push(url.as_str().to_owned());
            return Lead::To(url.into());
        }
        Lead::Stay
    }
}

impl Addresses for Work<'_, '_, '_> {
    fn link(&mut self, address: &str) -> Lead {
        let address = address.trim();
        if address.is_empty() || address.starts_with('#') {
            return Lead::Stay;
        }
        match self.absolute(address) {
            Some(url) if self.bodies.is_own(&url) => self.own(url),
            Some(url) => match self.foreign(url.clone()) {
                // A relative one of a site whose hosts nobody named.
                Lead::Stay if !address.contains("//") => Lead::To(url.into()),
                lead => lead,
            },
            None => Lead::Stay,
        }
    }

    fn picture(&mut self, address: &str) -> Found {
        let Some(url) = self.absolute(address) else { return Found::Missing(address.to_owned()) };
        match self.file(&url, "") {
            Ok(stored) if stored.picture => Found::Here {
                alt: stored.alt,
                title: stored.name.rsplit_once('.').map_or("", |(stem, _)| stem).to_owned(),
                url: stored.url,
                width: stored.width,
                height: stored.height,
            },
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
