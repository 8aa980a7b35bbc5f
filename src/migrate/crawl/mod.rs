//! Crawling a living old site: politely, to the end, and again from where it was interrupted.
//!
//! What was answered lies in a spool folder, [`Answers`] reads it like a mirror.
//!
//! **Invariant:** an address is asked for once and its answer is on disk before the next one is; after an interruption
//! of any kind the crawl goes on with what the spool does not have.

mod answers;
mod client;
mod fetch;
mod frontier;
mod links;
mod robots;
mod spool;

pub use answers::Answers;

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode};
use serde::Serialize;
use url::Url;

use super::Progress;
use super::pages::address;
use super::script::Functions;
use super::session;
use crate::base::clock::Clock;
use crate::base::fault::Fault;
use client::{Answer, Ask, Client};
use frontier::{Frontier, Wanted};
use robots::Robots;
use spool::{Head, Place, Spool};

/// What a field of a form may not hold as it is.
const FIELD: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.').remove(b'*');
/// Bytes above which a script is a library, whose functions lead nowhere.
const LARGEST_SCRIPT: u64 = 256 << 10;
/// Pages that are read again for one function when its script is there.
const MOST_AGAIN: usize = 500;
/// Functions that are waited for; a hostile site may call any number.
const MOST_NAMES: usize = 2_000;
/// How often an address is asked for before it counts as failed.
const TRIES: u32 = 3;
/// Failures one after the other after which the site counts as down.
const MOST_FAILURES: u32 = 12;
/// Longest pause that the crawl gives a server that has trouble.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Redirects to the same page with another session, host or scheme.
const MOST_HOPS: usize = 4;
/// Redirects one after the other, each to an address that was not known before.
const MOST_MOVED: u32 = 20;
/// Pages that were read to the end in vain before that is given up.
const MOST_VAIN: u32 = 5;

/// How to crawl.
#[derive(Debug, Clone)]
pub struct Options {
    /// Requests a second, at most.
    pub rate: f64,
    /// Further host names of the site, with port where it is not the usual one.
    pub hosts: Vec<String>,
    /// Server to connect to, in place of what the name says: when the name leads to the new server already.
    pub connect: Option<SocketAddr>,
    /// Most answers.
    pub most: u64,
    /// Largest page or file, bytes.
    pub largest: u64,
    /// Longest wait for an answer.
    pub patience: Duration,
    /// Pause after the first failure; the later ones are longer.
    pub pause: Duration,
    /// Keep to robots.txt?
    pub robots: bool,
    /// Clock.
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            rate: 2.0,
            hosts: Vec::new(),
            connect: None,
            most: 200_000,
            largest: 256 << 20,
            patience: Duration::from_secs(60),
            pause: Duration::from_secs(2),
            robots: true,
            clock: Clock::System,
        }
    }
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Answers of this run.
    pub asked: u64,
    /// Answers in the spool.
    pub answers: u64,
    /// Requests that nobody answered, however often.
    pub failed: u64,
    /// Addresses that wait; 0 when the crawl came to its end.
    pub waiting: u64,
    /// Lines for ops: what was left out and why.
    pub notes: Vec<String>,
}

/// A crawl of one site.
pub struct Crawl {
    start: Url,
    options: Options,
    spool: Spool,
    frontier: Frontier,
    places: Vec<(Url, Place)>,
    tries: HashMap<String, u32>,
    /// Answers that only led on, and how many did so one after the other.
    moved: HashMap<u32, u32>,
    pause: Duration,
    vain: u32,
    /// How the site answers when it has nothing, by the ending that was asked for.
    nothing: Vec<Nothing>,
    /// Functions of scripts that pages share.
    functions: Functions,
    /// Pages that call a function whose script was not read yet: number of the answer, by the function's name.
    waits: HashMap<String, Vec<u32>>,
    outcome: Outcome,
}

impl std::fmt::Debug for Crawl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crawl")
            .field("start", &self.start.as_str())
            .field("outcome", &self.outcome)
            .finish_non_exhaustive()
    }
}

/// What the site answered to an address that does not exist, where that looks like a page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Nothing {
    /// Led there.
    Moved(String),
    /// Said this.
    Says(u64),
}

impl Crawl {
    /// Opens the crawl of a site that begins at `start`; the answers go to the folder `spool`, where an interrupted
    /// crawl of the same site goes on.
    ///
    /// # Errors
    /// When the address is none of the Web, or the folder cannot be used.
    pub fn open(start: Url, spool: &Path, options: Options) -> Result<Crawl, Fault> {
        let mut start = start;
        start.set_fragment(None);
        if !matches!(start.scheme(), "http" | "https") || start.host_str().is_none() {
            return Err(Fault::file(Path::new(start.as_str()), "not an address of the Web"));
        }
        let mut hosts = HashSet::new();
        for host in options.hosts.iter().map(|host| host.trim().to_ascii_lowercase()).chain([frontier::host(&start)]) {
            let twin = host.strip_prefix("www.").map_or_else(|| format!("www.{host}"), str::to_owned);
            hosts.extend([host, twin]);
        }
        let mut frontier = Frontier::new(hosts);
        let mut places = Vec::new();
        let mut moved: HashMap<u32, u32> = HashMap::new();
        let mut answered = HashSet::new();
        let mut scripts = Vec::new();
        let (spool, notes) = Spool::write(spool, &start, &mut |head: Head, place| {
            let Ok(address) = Url::parse(&head.address) else { return };
            if head.status == 200 && place.length <= LARGEST_SCRIPT && links::is_script(&address, &head.content_type) {
                scripts.push(place);
            }
            let number = places.len() as u32;
            for found in head.found.iter().filter_map(|found| Url::parse(found).ok()) {
                frontier.restore(found, number);
            }
            frontier.answered(&address, true);
            if !head.location.is_empty() {
                moved.insert(number, moved.get(&head.from).map_or(1, |hops| hops + 1));
            }
            if let Some(says) = head.says {
                frontier.judge(&address, says, !head.found.is_empty());
            }
            places.push((address, place));
            if head.status != 0 {
                answered.insert(head.address);
            }
        })?;
        frontier.drop_answered(&answered);
        let mut functions = Functions::default();
        for place in scripts {
            functions.add(&String::from_utf8_lossy(&spool.body(place)?));
        }
        let outcome = Outcome { answers: places.len() as u64, notes, ..Outcome::default() };
        Ok(Crawl {
            start,
            options,
            spool,
            frontier,
            places,
            tries: HashMap::new(),
            moved,
            pause: Duration::ZERO,
            vain: 0,
            nothing: Vec::new(),
            functions,
            waits: HashMap::new(),
            outcome,
        })
    }

    /// Crawls until nothing waits or `stop` is set. Not from within an asynchronous task.
    ///
    /// # Errors
    /// When the site does not answer at all any more, or the spool cannot be written; run again, it goes on.
    pub fn run(&mut self, progress: Progress<'_>, stop: &AtomicBool) -> Result<Outcome, Fault> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Fault::file(self.spool.path(), error.to_string()))?;
        let ran = runtime.block_on(self.work(progress, stop));
        self.spool.flush()?;
        ran?;
        let mut outcome = self.outcome.clone();
        outcome.waiting = self.frontier.waiting() as u64;
        outcome.notes.extend(self.frontier.notes());
        Ok(outcome)
    }

    async fn work(&mut self, progress: Progress<'_>, stop: &AtomicBool) -> Result<(), Fault> {
        let mut client = Client::new(self.options.connect, self.options.patience, self.options.largest);
        self.begin(&mut client).await?;
        let every = Duration::from_secs_f64(1.0 / self.options.rate.clamp(0.01, 100_000.0));
        let every = every.max(self.frontier.robots.pause.unwrap_or_default());
        let mut failures = 0;
        while !stop.load(Ordering::Relaxed) {
            if self.outcome.answers >= self.options.most {
                self.frontier.leave_rest();
            }
            let Some(wanted) = self.frontier.next() else { break };
            progress("crawl", self.outcome.answers, self.outcome.answers + 1 + self.frontier.waiting() as u64);
            let began = Instant::now();
            if self.one(&mut client, &wanted).await? {
                failures = 0;
            } else {
                failures += 1;
                if failures >= MOST_FAILURES {
                    let why = format!("{failures} requests one after the other failed; run it again to go on");
                    return Err(Fault::file(Path::new(self.start.as_str()), why));
                }
            }
            // A slow server gets as long to rest as it took to answer.
            let took = began.elapsed();
            let wait = every.saturating_sub(took).max(self.pause).max(if took > every * 4 {
                took.min(LONGEST_PAUSE / 12)
            } else {
                Duration::ZERO
            });
            rest(wait, stop).await;
        }
        Ok(())
    }

    /// robots.txt, sitemaps, the start, and what the site says when it has nothing.
    async fn begin(&mut self, client: &mut Client) -> Result<(), Fault> {
        let at = |path: &str| self.start.join(path).ok();
        let mut sitemaps = Vec::from_iter(at("/sitemap.xml"));
        if let Some(url) = at("/robots.txt").filter(|_| self.options.robots)
            && let Ok(answer) = client.ask(Ask::plain(&url)).await
            && answer.status == 200
        {
            self.frontier.robots = Robots::read(&String::from_utf8_lossy(&answer.body));
            sitemaps.extend(self.frontier.robots.sitemaps.iter().filter_map(|map| Url::parse(map).ok()));
        }
        let mut nothing = Vec::new();
        for path in ["/zhanqun-asks-for-nothing.htm", "/zhanqun-asks-for-nothing.asp"] {
            let Some(url) = at(path) else { continue };
            let Ok(answer) = client.ask(Ask::plain(&url)).await else { continue };
            match answer.status {
                300..=399 => nothing.extend(self.location(&answer, &url).map(|to| Nothing::Moved(to.to_string()))),
                200 => {
                    let kind = links::kind(&url, &answer.header("content-type"), &answer.body);
                    let links = links::read(kind, &url, &answer.header("content-type"), &answer.body, &self.functions);
                    nothing.push(Nothing::Says(links.says));
                }
                _ => {}
            }
        }
        self.nothing = nothing;
        // Where everything unknown leads home, home is a page all the same.
        self.nothing.retain(|nothing| !matches!(nothing, Nothing::Moved(to) if *to == self.start.as_str()));
        let start = self.start.clone();
        self.frontier.offer(&start, 0);
        for map in sitemaps {
            self.frontier.offer(&map, 0);
        }
        Ok(())
    }

    fn location(&self, answer: &Answer, from: &Url) -> Option<Url> {
        let value = answer.headers.get(http::header::LOCATION)?;
        // Bytes of GBK stay what they are.
        let text = match std::str::from_utf8(value.as_bytes()) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                const KEEP: &AsciiSet = &CONTROLS.add(b' ');
                percent_encode(value.as_bytes(), KEEP).to_string()
            }
        };
        let mut to = from.join(text.trim()).ok()?;
        to.set_fragment(None);
        Some(to)
    }

    /// Fetches one address and writes down the answer. False when there was none.
    async fn one(&mut self, client: &mut Client, wanted: &Wanted) -> Result<bool, Fault> {
        match self.fetch(client, wanted).await {
            Ok(answer) => {
                self.pause /= 2;
                if matches!(answer.status, 429 | 503) && self.again(wanted, &answer.header("retry-after")) {
                    return Ok(true);
                }
                self.take(wanted, answer)?;
                Ok(true)
            }
            Err(why) => {
                if self.again(wanted, "") {
                    return Ok(false);
                }
                self.outcome.failed += 1;
                let head = Head { remark: why, from: wanted.from, ..self.head(&wanted.address) };
                self.keep(head, &[], &wanted.address, false)?;
                Ok(false)
            }
        }
    }

    /// Puts an address back with a longer pause, unless it was tried often enough.
    fn again(&mut self, wanted: &Wanted, retry_after: &str) -> bool {
        let said = retry_after.trim().parse().map(Duration::from_secs).unwrap_or_default();
        self.pause = (self.pause * 2).max(self.options.pause).max(said).min(LONGEST_PAUSE);
        let tries = self.tries.entry(wanted.address.to_string()).or_default();
        *tries += 1;
        if *tries >= TRIES {
            self.tries.remove(wanted.address.as_str());
            return false;
        }
        self.frontier.queue(wanted.address.clone(), wanted.from);
        true
    }

    fn head(&self, address: &Url) -> Head {
        Head { address: address.to_string(), time: self.options.clock.now(), ..Head::default() }
    }

    /// Reads an answer for what it leads to, and keeps it.
    fn take(&mut self, wanted: &Wanted, answer: fetch::Fetch) -> Result<(), Fault> {
        let address = &wanted.address;
        let mut head = Head {
            status: answer.status,
            content_type: answer.header("content-type"),
            disposition: answer.header("content-disposition"),
            modified: answer.header("last-modified"),
            from: wanted.from,
            remark: answer.remark.clone(),
            ..self.head(address)
        };
        let number = self.places.len() as u32;
        let mut found = Vec::new();
        if let Some(to) = self.location(&answer.answer, &answer.asked).filter(|_| (300..400).contains(&answer.status)) {
            head.location = session::without_session(&to).to_string();
            head.nothing = self.nothing.contains(&Nothing::Moved(to.to_string()));
            let hops = self.moved.get(&wanted.from).map_or(1, |hops| hops + 1);
            self.moved.insert(number, hops);
            if hops <= MOST_MOVED {
                found.push(to);
            } else {
                self.frontier.leave_moved(&to);
            }
        } else if matches!(answer.status, 200 | 203) {
            let kind = links::kind(address, &head.content_type, &answer.body);
            // What a script names is read against the page that runs it.
            let base = match kind {
                links::Kind::Script => self.places.get(wanted.from as usize).map_or(address, |(page, _)| page),
                _ => &answer.asked,
            };
            let links = links::read(kind, base, &head.content_type, &answer.body, &self.functions);
            if matches!(kind, links::Kind::Page) {
                head.says = Some(links.says);
                head.nothing = *address != self.start && self.nothing.contains(&Nothing::Says(links.says));
            }
            if !head.nothing {
                found = links.addresses;
                for name in links.unknown {
                    if self.waits.len() >= MOST_NAMES && !self.waits.contains_key(&name) {
                        continue;
                    }
                    let waits = self.waits.entry(name).or_default();
                    if waits.len() < MOST_AGAIN {
                        waits.push(number);
                    }
                }
                if answer.body.len() as u64 <= LARGEST_SCRIPT {
                    found.extend(self.learned(links.functions, wanted.from)?);
                }
            }
        }
        head.found = found.iter().filter_map(|found| self.frontier.offer(found, number)).map(String::from).collect();
        if let Some(says) = head.says {
            self.frontier.judge(address, says, !head.found.is_empty());
        }
        let good = answer.status < 400 && !head.nothing;
        let body = std::mem::take(&mut { answer }.answer.body);
        self.keep(head, &body, address, good)
    }

    /// Is it what the site answers when it has nothing?
    fn is_nothing(&self, address: &Url, answer: &Answer) -> bool {
        if answer.status != 200 || self.nothing.is_empty() {
            return false;
        }
        let content_type = answer.header("content-type");
        let kind = links::kind(address, &content_type, &answer.body);
        let says = links::read(kind, address, &content_type, &answer.body, &self.functions).says;
        self.nothing.contains(&Nothing::Says(says))
    }

    /// Functions of a script have come: where pages lead that were read without them, `from` among them.
    fn learned(&mut self, functions: Functions, from: u32) -> Result<Vec<Url>, Fault> {
        if functions.is_empty() {
            return Ok(Vec::new());
        }
        let mut again = vec![from];
        self.waits.retain(|name, pages| {
            let knows = functions.knows(name);
            if knows {
                again.append(pages);
            }
            !knows
        });
        self.functions.join(functions);
        again.sort_unstable();
        again.dedup();
        let mut found = Vec::new();
        for page in again {
            let Some((address, place)) = self.places.get(page as usize) else { continue };
            let bytes = self.spool.body(*place)?;
            let kind = links::kind(address, "", &bytes);
            if kind == links::Kind::Page {
                found.extend(links::read(kind, address, "", &bytes, &self.functions).addresses);
            }
        }
        Ok(found)
    }

    /// Appends an answer; of one that is none other spellings are tried.
    fn keep(&mut self, mut head: Head, body: &[u8], address: &Url, good: bool) -> Result<(), Fault> {
        let number = self.places.len() as u32;
        for spelling in self.frontier.answered(address, good) {
            head.found.push(spelling.to_string());
            self.frontier.queue(spelling, number);
        }
        let place = self.spool.append(&head, body)?;
        self.places.push((address.clone(), place));
        self.outcome.asked += 1;
        self.outcome.answers += 1;
        Ok(())
    }

    /// The fields of the form on the page that named this one, for a page that is asked for by a form.
    fn form(&self, wanted: &Wanted) -> Option<(Url, String)> {
        if !address::is_posted(&wanted.address) {
            return None;
        }
        let (target, form) = address::posted_to(&wanted.address);
        if let Some(form) = form {
            return Some((target, form));
        }
        let pairs: Vec<(String, String)> = wanted.address.query_pairs().into_owned().collect();
        let get = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        let (page, place) = self.places.get(wanted.from as usize)?;
        let bytes = self.spool.body(*place).ok()?;
        let links = links::read(links::Kind::Page, page, "", &bytes, &self.functions);
        let mut form = String::new();
        let mut put = |name: &str, value: &str| {
            if !form.is_empty() {
                form.push('&');
            }
            form.push_str(&percent_encode(name.as_bytes(), FIELD).to_string());
            form.push('=');
            form.push_str(&percent_encode(value.as_bytes(), FIELD).to_string());
        };
        put("__EVENTTARGET", get("__EVENTTARGET")?);
        put("__EVENTARGUMENT", get("__EVENTARGUMENT").unwrap_or_default());
        for (name, value) in
            links.hidden.iter().filter(|(name, _)| !matches!(name.as_str(), "__EVENTTARGET" | "__EVENTARGUMENT"))
        {
            put(name, value);
        }
        Some((target, form))
    }
}

/// Waits, but not when the crawl is to stop.
async fn rest(wait: Duration, stop: &AtomicBool) {
    let until = Instant::now() + wait;
    while !stop.load(Ordering::Relaxed) {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        tokio::time::sleep(left.min(Duration::from_millis(100))).await;
    }
}
