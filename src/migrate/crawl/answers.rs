//! What a crawl fetched, read as a mirror is read.

use std::collections::HashMap;
use std::path::Path;

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::spool::{Place, Spool};
use crate::base::fault::Fault;
use crate::migrate::pages::address::{first_form, same};
use crate::migrate::pages::{Fetched, Fetches};
use crate::migrate::session::without_session;

/// Redirects followed one after the other.
const MOST_HOPS: usize = 8;

struct Entry {
    address: Url,
    content_type: String,
    disposition: String,
    place: Place,
    moved_to: Option<Url>,
}

/// The spool of a crawl, read only.
pub struct Answers {
    spool: Spool,
    start: Url,
    entries: Vec<Entry>,
    numbers: HashMap<u64, u32>,
    /// Lines for ops: what was left out.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers").field("spool", &self.spool.path()).field("entries", &self.entries.len()).finish()
    }
}

impl Answers {
    /// Reads the spool in a folder, finished or not.
    ///
    /// # Errors
    /// When there is none, it is damaged, or nothing of a site is in it.
    pub fn open(folder: &Path) -> Result<Answers, Fault> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut moved: Vec<(Url, Url)> = Vec::new();
        let (mut failed, mut nothing) = (0u64, 0u64);
        let (spool, start) = Spool::read(folder, &mut |head, place| {
            let Ok(address) = Url::parse(&head.address) else { return };
            match head.status {
                200 | 203 if !head.nothing && place.length > 0 => {
                    let (content_type, disposition) = (head.content_type, head.disposition);
                    entries.push(Entry { address, content_type, disposition, place, moved_to: None });
                }
                300..=399 if !head.nothing => {
                    if let Ok(to) = Url::parse(&head.location) {
                        moved.push((address, to));
                    }
                }
                0 => failed += 1,
                _ => nothing += 1,
            }
        })?;
        let mut answers = Answers { spool, start, entries: Vec::new(), numbers: HashMap::new(), notes: Vec::new() };
        for entry in entries {
            answers.add(entry);
        }
        if answers.entries.is_empty() {
            return Err(Fault::file(folder, "the crawl has fetched no page of a site yet"));
        }
        let leads: HashMap<String, Url> = moved.iter().map(|(from, to)| (same(from), to.clone())).collect();
        let mut lost = 0u64;
        for (from, to) in moved {
            let mut to = to;
            let mut hops = 0;
            while answers.number(&to).is_none() && hops < MOST_HOPS {
                let Some(next) = leads.get(&same(&to)) else { break };
                to = next.clone();
                hops += 1;
            }
            let Some(number) = answers.number(&to) else {
                lost += 1;
                continue;
            };
            if answers.number(&from).is_some() {
                continue;
            }
            let end = &answers.entries[number];
            answers.add(Entry {
                address: from,
                content_type: end.content_type.clone(),
                disposition: end.disposition.clone(),
                place: end.place,
                moved_to: Some(end.address.clone()),
            });
        }
        for (count, what) in [
            (failed, "requests failed"),
            (nothing, "addresses were answered with an error"),
            (lost, "addresses lead to another site or to nothing"),
        ] {
            if count > 0 {
                answers.notes.push(format!("{count} {what}"));
            }
        }
        Ok(answers)
    }

    /// Is a folder the spool of a crawl?
    pub fn is_at(folder: &Path) -> bool {
        Spool::is_at(folder)
    }

    /// Where the crawl began.
    pub fn start(&self) -> &Url {
        &self.start
    }

    /// A later answer to an address takes the place of an earlier one.
    fn add(&mut self, entry: Entry) {
        let at = self.entries.len() as u32;
        let exact = xxh3_64(plain(&entry.address).as_str().as_bytes());
        if let Some(number) = self.numbers.get(&exact).map(|number| *number as usize)
            && self.entries[number].address == entry.address
        {
            self.entries[number] = entry;
            return;
        }
        self.numbers.insert(exact, at);
        self.numbers.entry(xxh3_64(same(&entry.address).as_bytes())).or_insert(at);
        self.numbers.entry(xxh3_64(first_form(&entry.address).as_bytes())).or_insert(at);
        self.entries.push(entry);
    }
}

/// Without fragment and session, `http`.
fn plain(address: &Url) -> Url {
    let mut address = without_session(address);
    address.set_fragment(None);
    if address.scheme() == "https" {
        let _ = address.set_scheme("http");
    }
    address
}

impl Fetches for Answers {
    fn len(&self) -> usize {
        self.entries.len()
    }

    fn address(&self, number: usize) -> &Url {
        &self.entries[number].address
    }

    fn read(&self, number: usize) -> Result<Fetched, Fault> {
        let entry = &self.entries[number];
        let bytes = self.spool.body(entry.place)?;
        let said = entry.content_type.trim().to_ascii_lowercase();
        let vague = said.is_empty() || said.starts_with("text/") || said.starts_with("application/octet-stream");
        // Old servers call much a text that is none.
        let content_type = match infer::get(&bytes).filter(|_| vague) {
            Some(kind) if kind.mime_type() != "text/html" && kind.mime_type() != "text/xml" => {
                kind.mime_type().to_owned()
            }
            _ if said.is_empty() && !bytes.contains(&0) => "text/html".to_owned(),
            _ if said.is_empty() => "application/octet-stream".to_owned(),
            _ => entry.content_type.clone(),
        };
        Ok(Fetched {
            address: entry.address.clone(),
            content_type,
            disposition: entry.disposition.clone(),
            bytes,
            moved_to: entry.moved_to.clone(),
        })
    }

    fn number(&self, address: &Url) -> Option<usize> {
        let address = plain(address);
        let found = |key: &[u8]| self.numbers.get(&xxh3_64(key)).map(|number| *number as usize);
        found(address.as_str().as_bytes())
            .or_else(|| found(same(&address).as_bytes()))
            .or_else(|| found(first_form(&address).as_bytes()))
    }
}
