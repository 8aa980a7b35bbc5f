//! Taking a frozen copy of an old site: every page inert, every file as it was.
//!
//! **Invariant:** the bytes as they were answered are kept beside what is shown; nothing that is shown runs, sends or
//! loads anything from elsewhere.

mod page;

use std::collections::{BTreeMap, HashSet};

use percent_encoding::percent_decode_str;
use serde::Serialize;
use url::Url;

use super::begin::{Failure, Progress};
use super::charset;
use super::pages::{Fetched, Fetches};
use crate::app::App;
use crate::domain::account::By;
use crate::domain::archive::{self, Copy, What};
use crate::domain::site::normal_form;

/// Endings of programs and pages: they say nothing of a file.
const PROGRAMS: [&str; 11] = ["asp", "aspx", "ashx", "php", "jsp", "do", "action", "cgi", "cfm", "htm", "html"];
/// Addresses written in one transaction.
const PORTION: usize = 200;

/// What to copy, and for whom.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Slug of the site whose old site it was.
    pub site: String,
    /// Where it is read from, for the records.
    pub source: String,
    /// Old host names; found out from the addresses if left out.
    pub hosts: Vec<String>,
    /// Home page, if it is not `/`.
    pub home: Option<Url>,
}

/// What a copy holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Pages.
    pub pages: u64,
    /// Pictures, attachments, styles.
    pub files: u64,
    /// Addresses that lead to another one.
    pub moved: u64,
    /// Scripts and what belongs to other hosts.
    pub left_out: u64,
    /// Bytes of the answers.
    pub bytes: u64,
    /// What could not be read: address and why.
    pub unreadable: Vec<String>,
    /// Where it is read.
    pub address: String,
}

/// Takes the copy. It is shown when all of it is there, and takes the place of the one before.
///
/// # Errors
/// When the site does not exist, nothing belongs to its old hosts, or the disk or store refuses.
pub fn run(app: &App, fetches: &dyn Fetches, options: &Options, progress: Progress<'_>) -> Result<Report, Failure> {
    let node = app.site(&options.site)?;
    let hosts = hosts(fetches, &options.hosts);
    let Some(first) = hosts.first().cloned() else {
        return Err(Failure::Usage(format!("{}: no page of a site in it", options.source)));
    };
    let own: HashSet<String> = hosts.iter().flat_map(|host| [host.clone(), twin(host)]).collect();
    let by = By::ops();
    let home = options.home.as_ref().map_or_else(|| "/".to_owned(), within);
    let new = Copy {
        id: Default::default(),
        site: node.site.id,
        source: options.source.clone(),
        hosts,
        home,
        time: app.clock.now(),
        pages: 0,
        files: 0,
        complete: false,
    };
    let mut copy = archive::begin(&app.store, &by, new)?;
    let place = Place { prefix: format!("/archive/{}", node.site.slug), own };
    let mut report = Report { address: format!("{}/", place.prefix), ..Report::default() };
    let mut portion = Vec::new();
    let mut known = HashSet::new();
    let total = fetches.len() as u64;
    for number in 0..fetches.len() {
        progress("archive", number as u64, total);
        let address = fetches.address(number).clone();
        if !place.is_own(&address) {
            report.left_out += 1;
            continue;
        }
        if !known.insert(normal_form(&within(&address))) {
            continue;
        }
        match fetches.read(number) {
            Ok(fetched) => {
                report.bytes += fetched.bytes.len() as u64;
                match freeze(app, &place, &fetched)? {
                    Some(what) => {
                        report.count(&what);
                        portion.push((within(&address), what));
                    }
                    None => report.left_out += 1,
                }
            }
            Err(fault) => report.unreadable.push(format!("{address}: {fault}")),
        }
        if portion.len() >= PORTION {
            archive::add(&app.store, &by, &copy, std::mem::take(&mut portion))?;
        }
    }
    archive::add(&app.store, &by, &copy, portion)?;
    if report.pages == 0 {
        archive::forget_begun(&app.store, &by, &copy)?;
        return Err(Failure::Usage(format!("{}: no page of {first} in it", options.source)));
    }
    (copy.pages, copy.files) = (report.pages, report.files);
    archive::finish(&app.store, &by, &copy)?;
    Ok(report)
}

impl Report {
    fn count(&mut self, what: &What) {
        match what {
            What::Page { .. } => self.pages += 1,
            What::File { .. } => self.files += 1,
            What::Moved(_) => self.moved += 1,
        }
    }

    /// In lines for people.
    pub fn lines(&self) -> Vec<String> {
        let Report { pages, files, moved, left_out, bytes, unreadable, address } = self;
        let mut lines = vec![
            format!("archive: {pages} pages, {files} files, {moved} addresses that lead on, {} MB", bytes >> 20),
            format!("left out: {left_out} scripts and addresses of other hosts"),
        ];
        lines.extend(unreadable.iter().map(|line| format!("unreadable: {line}")));
        lines.push(format!("it is read at {address}"));
        lines
    }
}

/// Where a copy stands and what belongs to it.
pub(super) struct Place {
    prefix: String,
    own: HashSet<String>,
}

impl Place {
    fn is_own(&self, address: &Url) -> bool {
        matches!(address.scheme(), "http" | "https") && self.own.contains(&host(address))
    }

    /// Address in the copy, if it belongs to the old site.
    pub(super) fn inside(&self, address: &Url) -> Option<String> {
        let fragment = address.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
        self.is_own(address).then(|| format!("{}{}{fragment}", self.prefix, within(address)))
    }
}

/// What is kept of an answer; nothing of scripts.
fn freeze(app: &App, place: &Place, fetched: &Fetched) -> Result<Option<What>, Failure> {
    if let Some(to) = fetched.moved_to.as_ref().filter(|to| place.is_own(to)) {
        return Ok(Some(What::Moved(within(to))));
    }
    let kind = fetched.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind.contains("javascript")
        || kind.contains("ecmascript")
        || fetched.address.path().to_ascii_lowercase().ends_with(".js")
    {
        return Ok(None);
    }
    if matches!(kind.as_str(), "text/html" | "application/xhtml+xml") {
        let decoded = charset::page(&fetched.bytes, &fetched.content_type);
        let inert = page::inert(&decoded.text, &fetched.address, place);
        let original = app.blobs.put(&fetched.bytes)?;
        let shown = app.blobs.put(inert.html.as_bytes())?;
        return Ok(Some(What::Page { shown, banner: inert.banner as u64, original }));
    }
    let name = name(fetched, &kind);
    let hash = if kind == "text/css" {
        let decoded = charset::page(&fetched.bytes, &fetched.content_type);
        app.blobs.put(page::style(&decoded.text, &fetched.address, place).as_bytes())?
    } else {
        app.blobs.put(&fetched.bytes)?
    };
    Ok(Some(What::File { hash, name }))
}

/// Name of a file, with an ending that says what it is.
fn name(fetched: &Fetched, kind: &str) -> String {
    let last = fetched.address.path().rsplit('/').next().unwrap_or_default();
    let name = percent_decode_str(last).decode_utf8_lossy().into_owned();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    if !ending.is_empty() && !PROGRAMS.contains(&ending.to_ascii_lowercase().as_str()) {
        return name;
    }
    let stem = if stem.is_empty() { "file" } else { stem };
    let ending = match infer::get(&fetched.bytes) {
        Some(found) => Some(found.extension()),
        None => mime_guess::get_mime_extensions_str(kind).and_then(|endings| endings.first().copied()),
    };
    format!("{stem}.{}", ending.unwrap_or("bin"))
}

/// Path and query.
fn within(address: &Url) -> String {
    address.query().map_or_else(|| address.path().to_owned(), |query| format!("{}?{query}", address.path()))
}

fn host(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default().to_ascii_lowercase();
    address.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
}

fn twin(host: &str) -> String {
    host.strip_prefix("www.").map_or_else(|| format!("www.{host}"), str::to_owned)
}

/// The given ones, else the one that most addresses have.
fn hosts(fetches: &dyn Fetches, given: &[String]) -> Vec<String> {
    if !given.is_empty() {
        return given.iter().map(|host| host.trim().to_ascii_lowercase()).collect();
    }
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for number in 0..fetches.len() {
        *counted.entry(host(fetches.address(number))).or_default() += 1;
    }
    counted.into_iter().max_by_key(|(_, count)| *count).map(|(host, _)| host).into_iter().collect()
}
