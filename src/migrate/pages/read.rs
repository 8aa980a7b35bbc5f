//! One page, opened: its text in the right charset, its tree, its lines.

use encoding_rs::UTF_8;
use url::Url;

use crate::domain::content::{Page, TOP, read_page};
use crate::migrate::script::{self, Functions};
use crate::migrate::{charset, hidden};

use super::lines::{self, Lines};
use super::{Fetched, Fetches, scripts};
use crate::base::fault::Fault;

/// Bytes above which a page is no page.
pub(super) const LARGEST_PAGE: usize = 16 << 20;
/// Endings of files that are never pages.
const FILES: [&str; 62] = [
    "gif", "jpg", "jpeg", "png", "bmp", "ico", "tif", "tiff", "webp", "svg", "psd", "css", "js", "swf", "flv", "fla",
    "wmv", "avi", "mp3", "mp4", "mpg", "mpeg", "rm", "rmvb", "ram", "mov", "wav", "wma", "mid", "asf", "doc", "docx",
    "xls", "xlsx", "ppt", "pptx", "pps", "wps", "et", "dps", "rtf", "pdf", "caj", "ceb", "txt", "csv", "zip", "rar",
    "7z", "gz", "tar", "exe", "msi", "iso", "chm", "mdb", "dwg", "eot", "ttf", "woff", "xml", "db",
];

/// The ending of an address's path, in small letters; empty when it has none.
pub(super) fn ending(address: &Url) -> String {
    let last = address.path().rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}

/// Does an address lead to a file by its name?
pub(super) fn is_file(address: &Url) -> bool {
    FILES.contains(&ending(address).as_str())
}

/// A page that was opened.
pub(super) struct Opened {
    /// Address of it.
    pub address: Url,
    /// Against what its addresses are read.
    pub base: Url,
    pub page: Page,
    pub lines: Lines,
    /// Its `<title>`.
    pub title: String,
    pub charset: &'static str,
    pub remarks: Vec<&'static str>,
    /// Text in its scripts that does something to the reader.
    pub script: Script,
    /// All of it as UTF-8.
    pub text: String,
    /// Where the old server led whoever asked for it.
    pub moved_to: Option<Url>,
}

/// What scripts of a page do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Script {
    /// `window.print()` when it opens.
    pub prints: bool,
    /// `alert(…); history.back()`.
    pub alerts: bool,
    /// `document.write` is all there is.
    pub writes: bool,
}

/// What a number of the old site holds.
pub(super) enum Held {
    /// A page.
    Page(Box<Opened>),
    /// A picture or document, with its type.
    File,
    /// A script that answers with a few bytes.
    Counter,
    /// Why it cannot be read.
    Unreadable(String),
}

/// Opens a number; `light` does not read what is a file by its name.
pub(super) fn open(fetches: &dyn Fetches, number: usize) -> Held {
    let address = fetches.address(number);
    if is_file(address) && address.query().is_none() {
        return Held::File;
    }
    match fetches.begin(number, LARGEST_PAGE + 1) {
        Ok(fetched) => opened(fetched, fetches.functions()),
        Err(fault) => Held::Unreadable(why(&fault)),
    }
}

fn why(fault: &Fault) -> String {
    fault.message.replace('\n', " ")
}

/// Opens what was fetched; `functions` are those that pages of the site share.
fn opened(fetched: Fetched, functions: Option<&Functions>) -> Held {
    let kind = fetched.content_type.to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let bytes = &fetched.bytes;
    let begins = bytes[..bytes.len().min(512)].iter().position(|byte| !byte.is_ascii_whitespace());
    let tags = begins.is_some_and(|at| bytes[at..].first() == Some(&b'<') || bytes[at..].starts_with(b"\xef\xbb\xbf<"));
    let attached = fetched.disposition.to_ascii_lowercase().starts_with("attachment");
    let page = matches!(kind, "text/html" | "application/xhtml+xml" | "");
    let text = tags && kind.starts_with("text/") && kind != "text/xml";
    if !attached && kind.ends_with("xml") && script::has_records(bytes) {
        // More rows of a list, for the script of its page.
        return Held::Counter;
    }
    if attached || !(page || text) {
        if kind.contains("javascript") && bytes.len() < 2048 {
            return Held::Counter;
        }
        return Held::File;
    }
    if infer::get(bytes).is_some_and(|kind| kind.matcher_type() != infer::MatcherType::Text) {
        return Held::File;
    }
    if bytes.len() > LARGEST_PAGE {
        return Held::Unreadable(format!("page larger than {} MB", LARGEST_PAGE >> 20));
    }
    let decoded = charset::page(bytes, &fetched.content_type);
    if !tags && bytes.len() < 2048 && !decoded.text.contains("</") {
        let text = decoded.text.trim();
        let script = text.contains("document.write") || text.starts_with("var ");
        if script || text.chars().all(|letter| letter.is_ascii_digit()) {
            return Held::Counter;
        }
    }
    let mut page = whole(fetched.address, decoded, functions);
    page.moved_to = fetched.moved_to;
    Held::Page(Box::new(page))
}

fn whole(address: Url, decoded: charset::Decoded, functions: Option<&Functions>) -> Opened {
    let mut page = read_page(&script::unfolded(&hidden::shown(&decoded.text), false));
    let host = address.host_str().unwrap_or_default().to_owned();
    let mut remarks = decoded.remarks;
    remarks.extend(hidden::strip(&mut page.tree, page.body, &host));
    let title = page.tree.named(TOP, &["title"]).first().map(|id| folded(&page.tree.text(*id))).unwrap_or_default();
    let said = page.tree.named(TOP, &["base"]).first().and_then(|id| page.tree.attribute(*id, "href"));
    let base = said.and_then(|said| address.join(said.trim()).ok()).unwrap_or_else(|| address.clone());
    let script = script_of(&page);
    scripts::settle(&mut page, &base, &address, decoded.charset, functions);
    let lines = lines::read(&page.tree, page.body);
    Opened {
        address,
        base,
        lines,
        title,
        charset: decoded.charset,
        remarks,
        script,
        text: decoded.text,
        moved_to: None,
        page,
    }
}

/// White space as one blank.
pub(super) fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn script_of(page: &Page) -> Script {
    let mut found = Script::default();
    for id in page.tree.named(TOP, &["script"]) {
        let text = page.tree.text(id);
        found.alerts |= text.contains("alert(")
            && ["history.back", "history.go", "location.href", "location=", "window.close"]
                .iter()
                .any(|word| text.contains(word));
        found.writes |= text.contains("document.write");
        found.prints |= text.trim_start().starts_with("window.print");
    }
    let onload = page.tree.attribute(page.body, "onload").unwrap_or_default();
    found.prints |= onload.contains("print(");
    found
}

impl Opened {
    /// An address on this page, complete; `None` for scripts, mail and places in the page itself.
    pub(super) fn absolute(&self, href: &str) -> Option<Url> {
        let href = href.trim();
        if href.is_empty() || href.starts_with('#') {
            return None;
        }
        let url = self.base.join(href).ok()?;
        matches!(url.scheme(), "http" | "https").then_some(url)
    }

    /// What `<meta name=…>` says.
    pub(super) fn meta(&self, names: &[&str]) -> Option<String> {
        self.page.tree.named(TOP, &["meta"]).into_iter().find_map(|id| {
            let name = self.page.tree.attribute(id, "name").or_else(|| self.page.tree.attribute(id, "property"))?;
            let content = self.page.tree.attribute(id, "content")?;
            let named = names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name.trim()));
            (named && !content.trim().is_empty()).then(|| folded(content))
        })
    }

    /// Where the page sends its readers at once: by its head, else by its script.
    pub(super) fn sends_to(&self) -> Option<Url> {
        self.sends_by_head().or_else(|| {
            let scripts = self.page.tree.named(TOP, &["script"]);
            let code = scripts.into_iter().map(|id| self.page.tree.text(id)).find(|code| code.contains("location"))?;
            let leads = script::Page::default().leads(&code, &Functions::default(), &self.base, &self.address, UTF_8);
            leads.addresses.into_iter().next()
        })
    }

    fn sends_by_head(&self) -> Option<Url> {
        let id = self.page.tree.named(TOP, &["meta"]).into_iter().find(|id| {
            self.page.tree.attribute(*id, "http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("refresh"))
        })?;
        let content = self.page.tree.attribute(id, "content")?;
        let lower = content.to_ascii_lowercase();
        let at = lower.find("url=")? + 4;
        self.absolute(content.get(at..)?.trim_matches(|c: char| c.is_whitespace() || c == '\'' || c == '"'))
    }
}
