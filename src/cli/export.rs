//! `zhanqun export static`: a frozen copy of a site that any static web server can serve.
//!
//! Addresses stay as they are, with two exceptions: a page of a list (`?page=2`) becomes a file of its
//! own (`page-2.html`), and what leads out of the site (other sites, search) gets the portal's address.

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use crate::app::App;
use crate::cache::Variant;
use crate::domain::site::SiteNode;
use crate::web;
use crate::web::public::{self, Answer, Ask};

use super::args::ExportCommand;
use super::{Context, Failure};

pub(super) fn export(context: &mut Context<'_>, command: &ExportCommand) -> Result<(), Failure> {
    let ExportCommand::Static { site, out } = command;
    let node = context.app.site(site)?;
    let dir = context.path(out);
    if dir.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::failed(format!("{}: the folder is not empty", dir.display())));
    }
    let mut copy = Copy { app: context.app, node: &node, dir: &dir, waiting: VecDeque::new(), seen: BTreeSet::new() };
    let prefix = node.site.prefix();
    for first in ["/", "/map/", "/feed.xml"] {
        copy.find(&format!("{prefix}{first}"));
    }
    let mut pages = 0;
    while let Some(address) = copy.waiting.pop_front() {
        if copy.page(&address)? {
            pages += 1;
        }
    }
    let files = copy.theme_files()?;
    context.out.line(format!("{pages} pages and files, {files} files of themes in {}", dir.display()));
    Ok(())
}

struct Copy<'a> {
    app: &'a Arc<App>,
    node: &'a SiteNode,
    dir: &'a Path,
    waiting: VecDeque<String>,
    seen: BTreeSet<String>,
}

impl Copy<'_> {
    /// The address is to be copied, unless it is already.
    fn find(&mut self, address: &str) {
        if self.seen.insert(address.to_owned()) {
            self.waiting.push_back(address.to_owned());
        }
    }

    /// Copies one address; false if there is nothing to copy (the page is gone, or leads elsewhere).
    fn page(&mut self, address: &str) -> Result<bool, Failure> {
        let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
        let ask = Ask { path, query, variant: Variant::Normal };
        let recorder = self.app.recorder();
        let answer = public::answer(self.app, &recorder, ask)
            .map_err(|failure| Failure::failed(format!("{address}: {failure:?}")))?;
        let file = file_of(path, query);
        match answer {
            Answer::Page { html, .. } => {
                let html = self.links(&html);
                self.write(&file, html.as_bytes())?;
            }
            Answer::Text { body, .. } => self.write(&file, body.as_bytes())?,
            Answer::Media(asked) => {
                let decoded = percent_encoding::percent_decode_str(&file).decode_utf8_lossy().into_owned();
                let (from, _) = web::media::source(self.app, &asked)
                    .ok_or_else(|| Failure::failed(format!("{address}: its hash cannot be read")))?;
                let bytes =
                    std::fs::read(&from).map_err(|error| Failure::failed(format!("{}: {error}", from.display())))?;
                self.write(&decoded, &bytes)?;
            }
            Answer::Moved(to) if to.starts_with('/') => {
                // The copy has no 301; what links here links to the new place too, sooner or later.
                self.find(&to);
                return Ok(false);
            }
            Answer::Moved(_) | Answer::Missing { .. } | Answer::Offline { .. } => return Ok(false),
        }
        Ok(true)
    }

    /// Rewrites the addresses of a page and notes those that must be copied.
    fn links(&mut self, html: &str) -> String {
        let mut out = String::with_capacity(html.len());
        let mut rest = html;
        while let Some(at) =
            ["href=\"", "src=\"", "action=\"", "srcset=\""].iter().filter_map(|a| Some(rest.find(a)? + a.len())).min()
        {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let end = rest.find('"').unwrap_or(rest.len());
            // Of several forms of a picture each has its address before its width.
            if out.ends_with("srcset=\"") {
                let form = |form: &str| match form.trim().split_once(' ') {
                    Some((address, width)) => format!("{} {width}", self.address(address)),
                    None => self.address(form.trim()),
                };
                out.push_str(&rest[..end].split(',').map(form).collect::<Vec<_>>().join(", "));
            } else {
                out.push_str(&self.address(&rest[..end]));
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }

    /// An address as it is in the copy.
    fn address(&mut self, address: &str) -> String {
        if !address.starts_with('/') || address.starts_with("//") || address.starts_with("/theme/") {
            return address.to_owned();
        }
        let (bare, fragment) = address.split_once('#').map_or((address, ""), |(bare, fragment)| (bare, fragment));
        let (path, query) = bare.split_once('?').map_or((bare, None), |(path, query)| (path, Some(query)));
        let fragment = if fragment.is_empty() { String::new() } else { format!("#{fragment}") };
        let page = query.and_then(|query| query.strip_prefix("page="));
        let search = path == format!("{}/search", self.node.site.prefix());
        if !self.owns(path) || search || (query.is_some() && page.is_none()) {
            return format!("{}{address}", self.app.origin());
        }
        self.find(bare);
        match page {
            Some(number) => format!("{path}page-{number}.html{fragment}"),
            None => format!("{path}{fragment}"),
        }
    }

    /// Does the path belong to this site?
    fn owns(&self, path: &str) -> bool {
        if !self.node.site.is_portal() {
            return path.strip_prefix(&self.node.site.prefix()).is_some_and(|rest| rest.starts_with('/'));
        }
        let first = path.split('/').nth(1).unwrap_or_default();
        first != "admin" && self.app.directory().by_slug(first).is_none()
    }

    fn theme_files(&self) -> Result<usize, Failure> {
        let themes = self.app.engine.themes();
        let Some(theme) = themes.get(&self.node.site.theme) else { return Ok(0) };
        let mut count = 0;
        for (name, file) in theme.files.files() {
            self.write(&theme.files.address(name), &file.bytes)?;
            count += 1;
        }
        let colour = self.node.site.settings.get("colour").and_then(|value| value.as_str());
        let colour = colour.and_then(crate::render::colour::Colour::parse).unwrap_or(crate::render::colour::DEFAULT);
        let address = theme.files.site_css(colour);
        if let Some(file) = address.rsplit('/').next().and_then(|name| theme.files.get(name)) {
            self.write(&address, &file.bytes)?;
            count += 1;
        }
        Ok(count)
    }

    fn write(&self, file: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.dir.join(file.trim_start_matches('/'));
        let trouble = |error: std::io::Error| Failure::failed(format!("{}: {error}", path.display()));
        std::fs::create_dir_all(path.parent().unwrap_or(self.dir)).map_err(trouble)?;
        std::fs::write(&path, bytes).map_err(trouble)
    }
}

/// The file of an address below the copy's folder.
fn file_of(path: &str, query: Option<&str>) -> String {
    let page = query.and_then(|query| query.strip_prefix("page="));
    match (page, path.ends_with('/')) {
        (Some(number), _) => format!("{path}page-{number}.html"),
        (None, true) => format!("{path}index.html"),
        (None, false) => path.to_owned(),
    }
}
