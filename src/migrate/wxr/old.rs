//! Old addresses of a WordPress site and where they lead now.
//!
//! **Invariant:** an address is given away once in a run; the root of the old
//! site is never one, the server leads it to the new home page itself.

use std::collections::HashSet;

use url::Url;

use crate::base::id::{ChannelId, DocumentId};
use crate::domain::site::{SiteNode, Target, normal_form};
use crate::migrate::addresses::OldAddresses;

use super::columns::Columns;
use super::plan::{Attachment, Plan};

impl OldAddresses {
    /// An address with everything below it (comment pages, feeds), or with its query exactly.
    fn address(&mut self, address: &str, to: &Target) {
        let normal = normal_form(address);
        if normal.contains('?') {
            self.add(normal, false, to.clone());
        } else {
            // A prefix without a slash answers with and without one.
            self.add(normal.trim_end_matches('/').to_owned(), true, to.clone());
        }
    }

    /// Addresses of a post or page: its link, its guid where that is an address of the old site, and by number.
    pub(super) fn document(
        &mut self,
        plan: &Plan,
        hosts: &HashSet<String>,
        (number, page): (u64, bool),
        (link, guid): (&str, &str),
        document: DocumentId,
    ) {
        let to = Target::Document(document);
        if link.contains("://") || link.starts_with('/') {
            self.address(link, &to);
        }
        let own = Url::parse(guid).ok().filter(|url| url.host_str().is_some_and(|host| hosts.contains(host)));
        if own.is_some() {
            self.address(guid, &to);
        }
        if number < 1 << 63 {
            let base = base_path(plan);
            self.add(normal_form(&format!("{base}?p={number}")), false, to.clone());
            if page {
                self.add(normal_form(&format!("{base}?page_id={number}")), false, to);
            }
        }
    }

    /// Addresses of a file: the upload itself, its page and its number; a missing file's page leads to the
    /// document that it belongs to.
    pub(super) fn attachment(
        &mut self,
        plan: &Plan,
        (number, link, attachment): (u64, &str, &Attachment),
        stored: Option<&str>,
        parent: Option<DocumentId>,
    ) {
        let to = match (stored, parent) {
            (Some(url), _) => Target::Url(url.to_owned()),
            (None, Some(document)) => Target::Document(document),
            (None, None) => return,
        };
        if stored.is_some()
            && let Some(url) = plan.absolute(&attachment.url)
        {
            self.add(normal_form(url.as_str()), false, to.clone());
        }
        if link.contains("://") {
            self.address(link, &to);
        }
        if number < 1 << 63 {
            self.add(normal_form(&format!("{}?attachment_id={number}", base_path(plan))), false, to);
        }
    }

    /// Archives of categories and tags, and feeds.
    pub(super) fn archives(&mut self, plan: &Plan, columns: &Columns, node: &SiteNode, root: Option<ChannelId>) {
        let base = base_path(plan);
        let prefix = node.site.prefix();
        for (number, category) in plan.categories.iter().enumerate() {
            let number = number as u32;
            // A category without a column leads to the nearest one above it.
            let mut at = Some(number);
            let mut id = None;
            while let Some(here) = at.filter(|_| id.is_none()) {
                id = columns.of_category.get(&here).copied();
                at = plan.categories[here as usize].parent;
            }
            let to = match id.or(root) {
                Some(id) => Target::Channel(id),
                None => Target::Url(node.site.url()),
            };
            let path = plan.category_path(number);
            if let Some(id) = columns.of_category.get(&number) {
                let feed = Target::Url(format!("{}feed.xml", columns.url(node, *id)));
                for shape in [&path, &category.term.slug] {
                    self.add(normal_form(&format!("{base}category/{shape}/feed")), true, feed.clone());
                }
            }
            for shape in [&path, &category.term.slug] {
                self.address(&format!("{base}category/{shape}"), &to);
            }
            if category.term.id.bytes().all(|b| b.is_ascii_digit()) && !category.term.id.is_empty() {
                self.add(normal_form(&format!("{base}?cat={}", category.term.id)), false, to.clone());
            }
            self.add(normal_form(&format!("{base}?category_name={}", category.term.slug)), false, to);
        }
        for (slug, name) in &plan.tags {
            let word = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
            let to = Target::Url(format!("{prefix}/search?q={word}"));
            self.address(&format!("{base}tag/{slug}"), &to);
            self.add(normal_form(&format!("{base}?tag={slug}")), false, to);
        }
        let feed = Target::Url(format!("{prefix}/feed.xml"));
        for path in ["feed", "comments/feed", "rss", "atom"] {
            self.address(&format!("{base}{path}"), &feed);
        }
        for file in ["wp-rss.php", "wp-rss2.php", "wp-atom.php", "wp-rdf.php"] {
            self.add(normal_form(&format!("{base}{file}")), false, feed.clone());
        }
        for kind in ["rss", "rss2", "atom", "rdf"] {
            self.add(normal_form(&format!("{base}?feed={kind}")), false, feed.clone());
        }
    }
}

/// Path of the old home page, with slashes.
fn base_path(plan: &Plan) -> String {
    plan.base.as_ref().map_or_else(|| "/".to_owned(), |base| base.path().to_owned())
}
