//! What is remembered of each page after it was read once: a few hundred bytes.

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use crate::domain::content::TOP;
use crate::migrate::hidden;
use crate::migrate::old::JunkKind;

use super::Fetches;
use super::chrome::Chrome;
use super::kinds::is_home;
use super::labels;
use super::lines::{Field, Line, mix};
use super::read::{Held, Opened, is_file};
use super::{dates, words};

/// Characters above which a page is no error page, whatever its title.
const ERROR: u32 = 120;

/// A link to another page of the site.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leads {
    /// Number of the page that it leads to.
    pub to: u32,
    /// Date beside it.
    pub date: Option<i64>,
    /// Month and day beside it, where no year is said: `[05-20]`.
    pub day: Option<(i8, i8)>,
    /// The anchor is one of a pager.
    pub pager: bool,
    /// It stands below 相关文章 or names a neighbour.
    pub aside: bool,
}

/// What a number of the old site turned out to be by itself.
#[derive(Debug, Clone, Default)]
pub(super) enum What {
    /// A page with something on it.
    Page,
    File,
    Counter,
    /// Nothing that anybody reads: an error, an empty page.
    Nothing(JunkKind),
    /// Sends its readers elsewhere.
    Sends(u32),
    /// The old server answered with another page.
    Moved(u32),
    /// Made of these frames.
    Frames(Box<[u32]>),
    Unreadable(Box<str>),
    #[default]
    Unknown,
}

/// What is remembered.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub what: What,
    /// Its `<title>`.
    pub title: Box<str>,
    /// Characters of its own that are no links.
    pub plain: u32,
    /// Characters of its own that are links.
    pub linked: u32,
    /// Characters of its own that are figures and dates.
    pub figures: u32,
    /// Longest line of its own without links.
    pub longest: u32,
    /// Links to other pages of its own.
    pub links: Box<[Leads]>,
    /// Pages that it shows in frames within its text.
    pub inner: Box<[u32]>,
    /// Columns above it by its breadcrumb.
    pub crumbs: Box<[u32]>,
    /// What the breadcrumb ends with, when that is no link to a page that is here.
    pub crumb: Box<str>,
    /// Files that it offers.
    pub files: u16,
    pub pictures: u16,
    /// A password is asked for.
    pub password: bool,
    /// Fields of its own.
    pub fields: u16,
    /// It prints itself.
    pub prints: bool,
    /// Lines with labels of an article.
    pub labels: u16,
    /// Lines with labels of letters.
    pub letters: u16,
    /// Hash of all that is its own, and of what is no link.
    pub all: u64,
    pub text: u64,
    /// Hashes of its longest lines.
    pub marks: [u64; 3],
}

/// What a page says of others.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Page, and what an anchor that leads to it says.
    pub anchors: Vec<(u32, String)>,
    /// Other spellings of addresses of pages: number, address.
    pub spellings: Vec<(u32, String)>,
}

/// Reads a number.
pub(super) fn of(fetches: &dyn Fetches, held: &Held, number: usize, chrome: &Chrome, site: &Chrome) -> (Facts, Said) {
    let what = match held {
        Held::Page(page) => return of_page(fetches, page, number, chrome, site),
        Held::File => What::File,
        Held::Counter => What::Counter,
        Held::Unreadable(why) => What::Unreadable(why.as_str().into()),
    };
    (Facts { what, ..Facts::default() }, Said::default())
}

fn of_page(fetches: &dyn Fetches, page: &Opened, number: usize, chrome: &Chrome, site: &Chrome) -> (Facts, Said) {
    let mut facts = Facts { title: page.title.as_str().into(), ..Facts::default() };
    let mut said = Said::default();
    facts.what = what_by_itself(fetches, page, number);
    let own: Vec<bool> = page.lines.lines.iter().map(|line| !chrome.is_usual(line) && !site.is_usual(line)).collect();
    let mut gather = Gather { fetches, page, number, own: &own, facts: &mut facts, said: &mut said, links: Vec::new() };
    gather.run();
    let links = std::mem::take(&mut gather.links);
    facts.links = links.into();
    // An error says little; what people wrote of errors is a text.
    let says_little = facts.plain < ERROR && facts.files == 0 && facts.pictures == 0;
    if matches!(facts.what, What::Page) && says_little && facts.labels == 0 && words::names_error(&page.title) {
        facts.what = What::Nothing(JunkKind::Broken);
    }
    let inner = page.page.tree.named(TOP, &["iframe"]).into_iter();
    let inner = inner.filter_map(|id| page.page.tree.attribute(id, "src")).filter_map(|src| page.absolute(src));
    facts.inner = inner.filter_map(|url| fetches.number(&url)).take(4).map(|to| to as u32).collect();
    facts.prints = page.script.prints;
    for (field, at) in &page.lines.fields {
        if own.get(*at).copied().unwrap_or(true) {
            facts.password |= *field == Field::Password;
            facts.fields += 1;
        }
    }
    (facts, said)
}

fn what_by_itself(fetches: &dyn Fetches, page: &Opened, number: usize) -> What {
    let at = |url: &Url| fetches.number(url).filter(|to| *to != number).map(|to| to as u32);
    if let Some(to) = page.moved_to.as_ref().and_then(at) {
        return What::Moved(to);
    }
    if !page.page.frames.is_empty() {
        let frames = page.page.frames.iter().filter_map(|frame| page.absolute(frame)).filter_map(|url| at(&url));
        return What::Frames(frames.collect());
    }
    let empty = page.lines.lines.iter().map(|line| line.size).sum::<usize>() < 8;
    if empty && let Some(to) = page.sends_to().and_then(|url| at(&url)) {
        return What::Sends(to);
    }
    if empty && page.script.alerts {
        return What::Nothing(JunkKind::Broken);
    }
    if empty && page.script.writes {
        return What::Counter;
    }
    if page.lines.lines.is_empty() {
        return What::Nothing(JunkKind::Part);
    }
    if hidden::is_spam(&page.title) {
        return What::Nothing(JunkKind::Spam);
    }
    What::Page
}

struct Gather<'a> {
    fetches: &'a dyn Fetches,
    page: &'a Opened,
    number: usize,
    own: &'a [bool],
    facts: &'a mut Facts,
    said: &'a mut Said,
    links: Vec<Leads>,
}

impl Gather<'_> {
    fn run(&mut self) {
        let page = self.page;
        let lines = &page.lines.lines;
        let (mut all, mut text) = (mix(0, xxh3_64(page.title.as_bytes())), 0);
        let mut longest: Vec<(usize, u64)> = Vec::new();
        let asides = asides(lines, self.own);
        for (at, line) in lines.iter().enumerate() {
            if is_crumb(line) {
                self.crumb(line);
                continue;
            }
            let related = asides[at];
            let own = self.own[at];
            self.line_links(at, line, own, related);
            if !own || related {
                continue;
            }
            let mark = line.mark();
            let dateless = without_counts(&mark);
            all = mix(all, xxh3_64(dateless.as_bytes()));
            self.facts.pictures = self.facts.pictures.saturating_add(line.pictures.len() as u16);
            if line.linked * 2 > line.size {
                self.facts.linked += line.linked as u32;
                self.facts.plain += line.plain() as u32;
                continue;
            }
            if words::is_neighbour(&line.text, !line.links.is_empty()) {
                continue;
            }
            text = mix(text, xxh3_64(dateless.as_bytes()));
            self.facts.plain += line.plain() as u32;
            self.facts.linked += line.linked as u32;
            let figures = line.text.chars().filter(|c| c.is_ascii_digit() || "年月日-:/".contains(*c)).count();
            self.facts.figures += figures as u32;
            let found = labels::of_page(&line.text);
            if labels::is_only(&line.text, &found) {
                self.facts.labels += found.len() as u16;
            } else {
                self.facts.longest = self.facts.longest.max(line.plain() as u32);
                if line.size >= 12 {
                    longest.push((line.size, xxh3_64(words::tight(&line.text).as_bytes())));
                }
            }
            self.facts.letters += super::letters::signs(&line.text) as u16;
        }
        for choice in &page.lines.choices {
            if let Some(url) = page.absolute(choice) {
                self.spelling(&url);
            }
        }
        longest.sort_unstable_by(|one, other| other.cmp(one));
        for (slot, (_, hash)) in longest.into_iter().enumerate().take(3) {
            self.facts.marks[slot] = hash;
        }
        (self.facts.all, self.facts.text) = (all, text);
    }

    fn crumb(&mut self, line: &Line) {
        let mut above: Vec<u32> = Vec::new();
        let mut known: Vec<&str> = Vec::new();
        for link in &line.links {
            if let Some(to) = self.page.absolute(&link.href).and_then(|url| self.fetches.number(&url)) {
                above.push(to as u32);
                known.push(&link.text);
            }
        }
        self.facts.crumbs = above.into();
        let last = line.text.rsplit(['>', '》', '›', '→', '»', '：', ':']).next().unwrap_or_default();
        let last = words::bare(last);
        // The name of a column counts where nothing is behind its link.
        if !known.contains(&last) {
            self.facts.crumb = last.into();
        }
    }

    fn line_links(&mut self, at: usize, line: &Line, own: bool, related: bool) {
        for link in &line.links {
            let mut pager = words::is_pager(&link.text);
            if !own && !pager {
                continue;
            }
            let Some(url) = self.page.absolute(&link.href) else { continue };
            // 首页 of the site is no page of this list.
            if pager && words::tight(&link.text).contains("首页") && is_home(&url) {
                pager = false;
                if !own {
                    continue;
                }
            }
            if is_file(&url) {
                self.facts.files = self.facts.files.saturating_add(u16::from(own));
                continue;
            }
            let Some(to) = self.fetches.number(&url).filter(|to| *to != self.number) else { continue };
            self.spelling(&url);
            let aside = related || words::is_neighbour(&line.text, !line.links.is_empty());
            let date = if pager || aside { None } else { self.date_beside(at, line, link.text.as_str()) };
            let day = if pager || aside || date.is_some() { None } else { self.day_beside(at, line, &link.text) };
            self.links.push(Leads { to: to as u32, date, day, pager, aside });
            if pager {
                continue;
            }
            for words in [&link.text, &link.title, &link.alt] {
                if words.chars().count() <= 120 && words::names_something(words) && dates::alone(words).is_none() {
                    self.said.anchors.push((to as u32, words.clone()));
                }
            }
        }
    }

    /// Notes an address that leads to a page under another spelling.
    fn spelling(&mut self, url: &Url) {
        let Some(to) = self.fetches.number(url) else { return };
        if url.query().is_some() && url.as_str() != self.fetches.address(to).as_str() {
            let mut url = url.clone();
            url.set_fragment(None);
            self.said.spellings.push((to as u32, url.to_string()));
        }
    }

    /// The month and day in the row of a link.
    fn day_beside(&self, at: usize, line: &Line, anchor: &str) -> Option<(i8, i8)> {
        let own = (line.links.len() == 1).then(|| dates::month_and_day(&line.text.replacen(anchor, " ", 1))).flatten();
        own.or_else(|| {
            let behind = self.page.lines.lines.get(at + 1).filter(|next| next.links.is_empty())?;
            dates::month_and_day(&behind.text)
        })
    }

    /// The date in the row of a link.
    fn date_beside(&self, at: usize, line: &Line, anchor: &str) -> Option<i64> {
        let lines = &self.page.lines.lines;
        if line.links.len() == 1 {
            let rest = line.text.replacen(anchor, " ", 1);
            if let Some(date) = dates::first(&rest) {
                return Some(date.time);
            }
        }
        let row = |other: &&Line| other.links.is_empty() && other.size <= 40;
        let behind = lines[at + 1..].iter().take(3).take_while(row).find_map(|line| dates::first(&line.text));
        let before = lines[..at].iter().rev().take(3).take_while(row).find_map(|line| dates::first(&line.text));
        match (behind, before) {
            (Some(date), None) | (None, Some(date)) => Some(date.time),
            (Some(behind), Some(before)) => {
                // Which of the two is of this row: the list begins with a link or with a date.
                let first =
                    lines[..at].iter().rposition(|line| !line.links.is_empty() || dates::first(&line.text).is_none());
                let begins = self.list_begins_with_date(at, first);
                Some(if begins { before.time } else { behind.time })
            }
            (None, None) => None,
        }
    }

    fn list_begins_with_date(&self, at: usize, _: Option<usize>) -> bool {
        let lines = &self.page.lines.lines;
        let mut first = at;
        // Back over rows of links and dates.
        for (back, line) in lines[..at].iter().enumerate().rev() {
            let of_row = !line.links.is_empty() || dates::alone(&line.text).is_some();
            if !of_row || !self.own[back] {
                break;
            }
            first = back;
        }
        dates::alone(&lines[first].text).is_some()
    }
}

/// Lines below a heading such as 相关文章: lists of other articles beside a text.
pub(super) fn asides(lines: &[Line], own: &[bool]) -> Vec<bool> {
    let mut open = false;
    lines
        .iter()
        .zip(own)
        .map(|(line, own)| {
            let row = line.linked * 2 > line.size || dates::alone(&line.text).is_some() || line.text.is_empty();
            let beside = !line.links.is_empty() && line.plain() <= 16;
            open = words::begins_related(&line.text) || (open && !is_crumb(line) && (row || beside || !own));
            open
        })
        .collect()
}

/// A line that tells where the page is: 您现在的位置：首页 >> 新闻.
pub(super) fn is_crumb(line: &Line) -> bool {
    if line.text.chars().count() > 120 || line.links.is_empty() {
        return false;
    }
    let said = line.text.contains("位置") && line.text.chars().take(24).collect::<String>().contains("位置");
    let arrows = line.text.matches(['>', '›', '→', '»']).count();
    let home = line.links.first().is_some_and(|link| words::tight(&link.text).ends_with("首页") || link.text == "主页");
    said || (home && arrows >= 1 && line.links.len() <= 6)
}

/// Without what changes with every visit.
fn without_counts(mark: &str) -> String {
    const WORDS: [&str; 8] = ["点击", "浏览", "阅读", "访问", "人气", "次数", "阅览", "查看"];
    if !WORDS.iter().any(|word| mark.contains(word)) {
        return mark.to_owned();
    }
    let mut out = mark.to_owned();
    for word in WORDS {
        if let Some(at) = out.find(word) {
            let tail: String = out[at..].chars().collect();
            let digits = tail.find(|c: char| c.is_ascii_digit()).filter(|digits| *digits <= 24);
            if let Some(digits) = digits {
                let end = tail[digits..].find(|c: char| !c.is_ascii_digit()).map_or(tail.len(), |end| digits + end);
                out = format!("{}{}{}", &out[..at], &tail[..digits], &tail[end..]);
            }
        }
    }
    out
}
