//! What is still to be fetched, and what never will be: traps, other hosts, addresses that change something.
//!
//! **Invariant:** every address is offered any number of times and fetched once; an address that was left out is
//! counted under its reason.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use super::robots::Robots;
use crate::migrate::pages::address::{POSTED_PAGE, same, shape};
use crate::migrate::session::without_session;

/// Longest address in bytes.
const LONGEST: usize = 2000;
/// Deepest path.
const DEEPEST: usize = 32;
/// The same folder name twice in a path is usual; more often it is a loop of relative links.
const MOST_REPEATS: usize = 3;
/// Pages of one shape that say nothing new before the shape is judged.
const ENOUGH_BARREN: u32 = 20;
/// As many of those lead to more before it is a trap: price lists of two hundred days say the same, but they end.
const ENOUGH_ENDLESS: u32 = 10;
/// Combinations of parameters that one program has.
const MOST_SHAPES: usize = 200;
/// Pages of one path that say nothing new before the path is judged.
const ENOUGH_BARREN_PATH: u32 = 200;
/// Other spellings kept of an address that has not been answered.
const MOST_SPELLINGS: usize = 3;
/// Addresses that wait, at most.
const MOST_WAITING: usize = 1_000_000;
/// Addresses that are remembered, at most.
const MOST_KNOWN: usize = 10_000_000;
/// Lines for ops about what was left out, at most.
const MOST_NOTES: usize = 100;
/// Words in addresses that change something or log somebody out.
const CHANGING: [&str; 20] = [
    "logout",
    "loginout",
    "logoff",
    "signout",
    "quit.",
    "exit.",
    "action=del",
    "act=del",
    "do=del",
    "a=delete",
    "delete.",
    "del.asp",
    "del.php",
    "action=vote",
    "dovote",
    "vote_save",
    "add_cart",
    "addfav",
    "action=save",
    "action=add",
];

/// Why an address is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    Host,
    Robots,
    Changing,
    Long,
    Loop,
    Combinations,
    Barren,
    Moved,
    Most,
}

impl Why {
    fn words(self) -> &'static str {
        match self {
            Why::Host => "lead to other hosts",
            Why::Robots => "are closed to robots by robots.txt",
            Why::Changing => "would change something or log out",
            Why::Long => "are too long or too deep",
            Why::Loop => "repeat their folders without end",
            Why::Combinations => "are ever new combinations of parameters",
            Why::Barren => "say nothing new, like the days of a calendar",
            Why::Moved => "lead from one redirect to the next without end",
            Why::Most => "are more than were allowed",
        }
    }
}

#[derive(Default)]
struct Left {
    count: u64,
    example: String,
}

/// How an address stands.
enum Seen {
    /// Waiting; other spellings of it.
    Waiting(Vec<Url>),
    Done,
}

#[derive(Default)]
struct Yield {
    fetched: u32,
    /// Said nothing new.
    barren: u32,
    /// Said nothing new and led to addresses that nobody knew.
    endless: u32,
}

impl Yield {
    fn add(&mut self, barren: bool, leads_on: bool) {
        self.fetched += 1;
        self.barren += u32::from(barren);
        self.endless += u32::from(barren && leads_on);
    }

    fn is_trap(&self, enough: u32, percent: u32) -> bool {
        self.endless >= ENOUGH_ENDLESS
            && self.barren >= enough
            && u64::from(self.barren) * 100 >= u64::from(self.fetched) * u64::from(percent)
    }
}

/// An address to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    pub address: Url,
    /// Number of the answer that named it.
    pub from: u32,
}

/// Addresses to fetch and addresses seen.
pub(super) struct Frontier {
    hosts: HashSet<String>,
    pub robots: Robots,
    queue: VecDeque<Wanted>,
    seen: HashMap<u64, Seen>,
    says: HashSet<(u64, u64)>,
    shapes: HashMap<u64, Yield>,
    paths: HashMap<u64, (Yield, HashSet<u64>)>,
    /// By reason, and by program where one is to blame.
    left: BTreeMap<(Why, String), Left>,
    sessions: u64,
}

impl Frontier {
    /// For the hosts of one site, in lower case, with port where it is not the usual one.
    pub fn new(hosts: HashSet<String>) -> Frontier {
        Frontier {
            hosts,
            robots: Robots::default(),
            queue: VecDeque::new(),
            seen: HashMap::new(),
            says: HashSet::new(),
            shapes: HashMap::new(),
            paths: HashMap::new(),
            left: BTreeMap::new(),
            sessions: 0,
        }
    }

    /// Does the address belong to the site?
    pub fn is_own(&self, address: &Url) -> bool {
        self.hosts.contains(&host(address))
    }

    /// Addresses that wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Puts an address at the end of the queue if it is new and of this site; gives it as it was put there.
    pub fn offer(&mut self, address: &Url, from: u32) -> Option<Url> {
        if !matches!(address.scheme(), "http" | "https") {
            return None;
        }
        let mut clean = without_session(address);
        clean.set_fragment(None);
        self.sessions += u64::from(clean.as_str() != address.as_str().split('#').next().unwrap_or_default());
        let key = key(&clean);
        match self.seen.get_mut(&key) {
            Some(Seen::Waiting(spellings)) => {
                let new = spellings.len() < MOST_SPELLINGS && spellings.iter().all(|known| *known != clean);
                if new && differs_in_case(&spellings[0], &clean) {
                    spellings.push(clean);
                }
                return None;
            }
            Some(Seen::Done) => return None,
            None => {}
        }
        if self.queue.len() >= MOST_WAITING || self.seen.len() >= MOST_KNOWN {
            self.leave(Why::Most, &clean);
            return None;
        }
        if let Some(why) = self.refused(&clean) {
            self.leave(why, &clean);
            // Counted once, other hosts above all.
            self.seen.insert(key, Seen::Done);
            return None;
        }
        self.seen.insert(key, Seen::Waiting(vec![clean.clone()]));
        self.queue.push_back(Wanted { address: clean.clone(), from });
        Some(clean)
    }

    /// Puts back what a spool says was queued.
    pub fn restore(&mut self, address: Url, from: u32) {
        let key = key(&address);
        self.seen.entry(key).or_insert_with(|| Seen::Waiting(vec![address.clone()]));
        self.queue.push_back(Wanted { address, from });
    }

    /// An answer came; other spellings of it come back when it was a failure.
    pub fn answered(&mut self, address: &Url, good: bool) -> Vec<Url> {
        let before = self.seen.insert(key(address), Seen::Done);
        match before {
            Some(Seen::Waiting(spellings)) if !good => spellings.into_iter().filter(|other| other != address).collect(),
            _ => Vec::new(),
        }
    }

    /// Queues another spelling of an address that failed.
    pub fn queue(&mut self, address: Url, from: u32) {
        self.queue.push_back(Wanted { address, from });
    }

    /// The next one to fetch.
    pub fn next(&mut self) -> Option<Wanted> {
        while let Some(wanted) = self.queue.pop_front() {
            if !self.robots.allows(&wanted.address) {
                self.leave(Why::Robots, &wanted.address);
            } else if self.is_trap(&wanted.address) {
                self.leave(Why::Barren, &wanted.address);
            } else {
                return Some(wanted);
            }
            self.seen.insert(key(&wanted.address), Seen::Done);
        }
        None
    }

    /// Takes out of the queue what a spool says is answered.
    pub fn drop_answered(&mut self, answered: &HashSet<String>) {
        self.queue.retain(|wanted| !answered.contains(wanted.address.as_str()));
    }

    /// A redirect is not followed, after many others.
    pub fn leave_moved(&mut self, address: &Url) {
        self.leave(Why::Moved, address);
    }

    /// Everything that waits is more than was allowed.
    pub fn leave_rest(&mut self) {
        while let Some(wanted) = self.queue.pop_front() {
            self.leave(Why::Most, &wanted.address);
        }
    }

    /// A page was read that says `says`, and perhaps leads to addresses that nobody knew.
    pub fn judge(&mut self, address: &Url, says: u64, leads_on: bool) {
        let (shape, path) = (xxh3_64(shape(address).as_bytes()), path_key(address));
        let barren = !self.says.insert((shape, says));
        self.shapes.entry(shape).or_default().add(barren, leads_on);
        let barren = !self.says.insert((path, says));
        self.paths.entry(path).or_default().0.add(barren, leads_on);
    }

    /// What was left out, in lines for ops.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self
            .left
            .iter()
            .map(|((why, _), left)| {
                format!("{} addresses were left out: they {}, e.g. {}", left.count, why.words(), left.example)
            })
            .collect();
        if notes.len() > MOST_NOTES {
            let more = notes.split_off(MOST_NOTES).len();
            notes.push(format!("addresses were left out for {more} more reasons"));
        }
        if self.sessions > 0 {
            notes.push(format!("sessions or random numbers were cut out of {} addresses", self.sessions));
        }
        notes
    }

    fn leave(&mut self, why: Why, address: &Url) {
        let program = match why {
            Why::Barren | Why::Combinations => program(address),
            _ => String::new(),
        };
        let left = self.left.entry((why, program)).or_default();
        left.count += 1;
        if left.example.is_empty() {
            left.example = address.to_string();
        }
    }

    fn refused(&mut self, address: &Url) -> Option<Why> {
        if !self.is_own(address) {
            return Some(Why::Host);
        }
        let segments: Vec<&str> = address.path_segments().map(Iterator::collect).unwrap_or_default();
        if address.as_str().len() > LONGEST || segments.len() > DEEPEST {
            return Some(Why::Long);
        }
        let repeats = |part: &&str| segments.iter().filter(|other| *other == part).count();
        if segments.iter().any(|part| part.bytes().any(|b| !b.is_ascii_digit()) && repeats(part) > MOST_REPEATS) {
            return Some(Why::Loop);
        }
        let lower = address.as_str().to_ascii_lowercase();
        if CHANGING.iter().any(|word| lower.contains(word)) {
            return Some(Why::Changing);
        }
        if self.is_trap(address) {
            return Some(Why::Barren);
        }
        let shape = xxh3_64(shape(address).as_bytes());
        let (_, shapes) = self.paths.entry(path_key(address)).or_default();
        if address.query().is_some() && !shapes.contains(&shape) {
            if shapes.len() >= MOST_SHAPES {
                return Some(Why::Combinations);
            }
            shapes.insert(shape);
        }
        None
    }

    fn is_trap(&self, address: &Url) -> bool {
        let shape = self.shapes.get(&xxh3_64(shape(address).as_bytes()));
        shape.is_some_and(|shape| shape.is_trap(ENOUGH_BARREN, 80))
            || self.paths.get(&path_key(address)).is_some_and(|(path, _)| path.is_trap(ENOUGH_BARREN_PATH, 90))
    }
}

/// Host of an address, with its port where it is not the usual one.
pub(super) fn host(address: &Url) -> String {
    let host = address.host_str().unwrap_or_default().to_ascii_lowercase();
    match address.port() {
        Some(port) => format!("{host}:{port}"),
        None => host,
    }
}

/// The program behind an address: its path, in which all numbers are alike.
fn program(address: &Url) -> String {
    let mut plain = address.clone();
    plain.set_query(None);
    shape(&plain)
}

fn differs_in_case(one: &Url, other: &Url) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str()) && one != other
}

fn path_key(address: &Url) -> u64 {
    let path = address.path().to_ascii_lowercase();
    // Of addresses without a query the folder counts.
    let path =
        if address.query().is_some() { path.as_str() } else { path.rsplit_once('/').map_or("", |(folder, _)| folder) };
    xxh3_64(format!("path {path}").as_bytes())
}

/// One number for all spellings. A page of a list that is sent for by a form is known by its number.
fn key(address: &Url) -> u64 {
    let pairs: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let number = pairs.iter().find(|(name, _)| name == POSTED_PAGE).map(|(_, value)| value);
    let Some(number) = number else { return xxh3_64(same(address).as_bytes()) };
    let mut plain = address.clone();
    plain.set_query(None);
    let mut others = plain.query_pairs_mut();
    let mut list = String::new();
    for (name, value) in &pairs {
        match name.as_str() {
            "__EVENTTARGET" => list = value.split(['$', ':']).next().unwrap_or(value).to_owned(),
            "__EVENTARGUMENT" | POSTED_PAGE => {}
            _ => {
                others.append_pair(name, value);
            }
        }
    }
    drop(others);
    xxh3_64(format!("{} {list} {number}", same(&plain)).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{Frontier, HashSet, POSTED_PAGE, Url, Wanted, key};

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn frontier() -> Frontier {
        Frontier::new(HashSet::from(["a.gov.cn".to_owned(), "www.a.gov.cn".to_owned()]))
    }

    #[test]
    fn every_spelling_once_and_nothing_of_others() {
        let mut frontier = frontier();
        let offers = [
            ("http://a.gov.cn/Show.asp?ID=1&ClassID=2#top", true),
            ("http://www.a.gov.cn/show.asp?classid=2&id=1", false),
            ("http://a.gov.cn/show.asp?id=1", true),
            ("http://b.gov.cn/", false),
            ("mailto:x@a.gov.cn", false),
            ("http://a.gov.cn:8080/", false),
            ("http://a.gov.cn/user/Logout.asp", false),
            ("http://a.gov.cn/a/b/a/b/a/b/a/b/", false),
            ("http://a.gov.cn/(S(abc123def456))/list.aspx", true),
            ("http://a.gov.cn/list.aspx", false),
            ("http://a.gov.cn/(55mfgh55vgblurtywsityvjq)/list.aspx", false),
            ("http://a.gov.cn/list.aspx?CFID=123456&CFTOKEN=7654321", false),
            ("http://a.gov.cn/x.jsp;jsessionid=0123456789ABCDEF?a=1", true),
            ("http://a.gov.cn/x.jsp?a=1&r=0.61803398875", false),
        ];
        for (address, wanted) in offers {
            assert_eq!(frontier.offer(&url(address), 0).is_some(), wanted, "{address}");
        }
        assert_eq!(frontier.waiting(), 4);
        let notes = frontier.notes().join("\n");
        for words in
            ["2 addresses were left out: they lead to other hosts", "log out", "repeat their folders", "5 addresses"]
        {
            assert!(notes.contains(words), "{words}\n{notes}");
        }
    }

    #[test]
    fn a_calendar_ends_and_articles_do_not() {
        let mut frontier = frontier();
        let offer = |frontier: &mut Frontier, path: &str, number: u32| {
            frontier.offer(&url(&format!("http://a.gov.cn/{path}={number}")), 0).is_some()
        };
        for number in 0..500 {
            offer(&mut frontier, "s.asp?id", number);
            offer(&mut frontier, "price.asp?id", number);
        }
        offer(&mut frontier, "cal.asp?d", 0);
        let (mut days, mut articles, mut prices) = (0, 0, 0);
        while let Some(Wanted { address, .. }) = frontier.next() {
            let (says, leads_on) = match address.path() {
                "/cal.asp" => {
                    days += 1;
                    (7, offer(&mut frontier, "cal.asp?d", days))
                }
                // Prices of every day: the same words with other figures.
                "/price.asp" => {
                    prices += 1;
                    (8, false)
                }
                // Every other article has the words of the one before.
                _ => {
                    articles += 1;
                    (1000 + articles / 2, true)
                }
            };
            frontier.judge(&address, says, leads_on);
        }
        assert_eq!((days, articles, prices), (21, 500, 500));
        assert!(frontier.notes().join("\n").contains("1 addresses were left out: they say nothing new"));
    }

    #[test]
    fn combinations_of_parameters_end() {
        let mut frontier = frontier();
        let offered = (0u32..2000)
            .filter(|number| {
                let names: Vec<String> =
                    (0..11).filter(|bit| number >> bit & 1 == 1).map(|bit| format!("p{bit}=1")).collect();
                frontier.offer(&url(&format!("http://a.gov.cn/list.php?{}", names.join("&"))), 0).is_some()
            })
            .count();
        assert!((150..=201).contains(&offered), "{offered}");
    }

    #[test]
    fn pages_of_a_form_are_known_by_their_number() {
        let page = |target: &str, number: u32| {
            key(&url(&format!("http://a/l.aspx?id=3&__EVENTTARGET={target}&__EVENTARGUMENT=&{}={number}", POSTED_PAGE)))
        };
        assert_eq!(page("DataGrid1%24_ctl14%24_ctl2", 3), page("DataGrid1%24_ctl14%24_ctl0", 3));
        assert_ne!(page("DataGrid1%24_ctl14%24_ctl2", 3), page("DataGrid1%24_ctl14%24_ctl2", 13));
        assert_ne!(page("DataGrid1%24_ctl14%24_ctl2", 3), page("DataGrid2%24_ctl14%24_ctl2", 3));
    }
}
