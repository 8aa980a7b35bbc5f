//! What sources made of records (dumps, tables) have in common: addresses against the old home page, files handed
//! over, dates as people and programs wrote them, texts in pages, guestbooks.
//!
//! **Invariant:** nothing here knows the program that wrote the records.

mod dates;
mod joined;
mod letters;
mod numbers;
mod spool;
mod tree;
mod uploads;

pub use dates::{from_excel, from_text, from_unix};
pub use joined::join_pages;
pub use letters::{Asked, Fields, letter};
pub use numbers::{FORMED, INDEX_NUMBER, NUMBER, numbers};
pub use spool::{Limited, nameless};
pub use tree::{break_loops, count_below, from_above};
pub use uploads::Uploads;

use std::path::PathBuf;

use url::Url;

use crate::base::fault::Fault;

/// Host that stands for the old one while nobody has said which it was.
const NO_HOST: &str = "old-site.invalid";
/// Most letters of a list of keywords.
const LONGEST_KEYWORDS: usize = 1000;

/// What ops say about records that are to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The dump, the folder of a backup, or the table.
    pub path: PathBuf,
    /// Folder with the files of the old site: its root or its folder of uploads.
    pub media: Option<PathBuf>,
    /// Old host names with port where it is not the usual one; the first one is that of the home page.
    pub hosts: Vec<String>,
    /// Prefix of the tables, `dede_`; needed only where one database holds several sites.
    pub prefix: Option<String>,
    /// For tables: the file that says which column of which table is what (see [`crate::migrate::table`]).
    pub fields: Option<PathBuf>,
    /// That file is written where it is not there yet; a dry run wants that.
    pub propose: bool,
    /// Folder in which the programs of mdbtools lie; without it they are looked for where all programs are.
    pub programs: Option<PathBuf>,
    /// Folder where packed dumps are unpacked and databases exported for the time of the run.
    pub spool: PathBuf,
}

/// The old home page, against which addresses are read.
#[derive(Debug, Clone)]
pub struct Home {
    url: Url,
    /// Lines for ops.
    pub notes: Vec<String>,
}

impl Home {
    /// The home page of the first host given, else of what the records say of themselves (`http://www.example.gov.cn`).
    ///
    /// # Errors
    /// When what was given is no host name.
    pub fn new(options: &Options, said: &str) -> Result<Home, Fault> {
        if let Some(host) = options.hosts.first() {
            let text = if host.contains("://") { host.clone() } else { format!("http://{host}/") };
            let url = Url::parse(&text).ok().filter(Url::has_host);
            let url = url.ok_or_else(|| Fault::file(&options.path, format!("the old host {host} is no host name")))?;
            return Ok(Home { url, notes: Vec::new() });
        }
        match Url::parse(said.trim()).ok().filter(Url::has_host) {
            Some(mut url) => {
                url.set_path("/");
                Ok(Home { url, notes: Vec::new() })
            }
            None => {
                let text = format!("http://{NO_HOST}/");
                let url = Url::parse(&text).map_err(|error| Fault::file(&options.path, error.to_string()))?;
                let note = "nothing says which host the old site had; give it, or nobody's bookmark leads anywhere";
                Ok(Home { url, notes: vec![note.into()] })
            }
        }
    }

    /// The home page.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Host names with ports: the home page's and the others given.
    pub fn hosts(&self, options: &Options) -> Vec<String> {
        let mut hosts: Vec<String> = options.hosts.iter().map(|host| host_of(host)).collect();
        if hosts.is_empty() && self.notes.is_empty() {
            hosts.push(host_of(self.url.as_str()));
        }
        hosts
    }

    /// An address of the old site, complete; `None` when it is none.
    pub fn absolute(&self, address: &str) -> Option<String> {
        let address = address.trim();
        if address.is_empty() {
            return None;
        }
        self.url.join(address).ok().filter(|url| matches!(url.scheme(), "http" | "https")).map(String::from)
    }
}

fn host_of(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split('/').next().unwrap_or_default().to_ascii_lowercase()
}

/// Keywords as people separate them.
pub fn keywords(text: &str) -> Vec<String> {
    let text: String = text.chars().take(LONGEST_KEYWORDS).collect();
    let separators = [',', '，', '、', ';', '；', '|', '\n'];
    let words: Vec<&str> =
        if text.contains(separators) { text.split(separators).collect() } else { text.split(' ').collect() };
    let mut kept: Vec<String> = Vec::new();
    for word in words.into_iter().map(str::trim).filter(|word| !word.is_empty()) {
        if !kept.iter().any(|other| other == word) {
            kept.push(word.to_owned());
        }
    }
    kept
}
