//! What each page of the old site is.

use std::collections::{HashMap, HashSet};

use url::Url;

use crate::migrate::old::JunkKind;

use super::address;
use super::facts::{Facts, What};
use super::learn::Learned;
use super::lines::mix;
use super::rules::Said;
use super::{Fetches, words};
use xxhash_rust::xxh3::xxh3_64;

/// Longest line, in characters, of a page that has no text of its own.
const SHORT: u32 = 60;

/// What a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Home,
    /// A text with a date, or one that should have had one.
    Article,
    /// A text that needs no date.
    Page,
    /// A list of others.
    List,
    /// Letters with answers.
    Letters,
    /// A further page of an article.
    PartOf(u32),
    /// The same as another, under another address.
    Same(u32),
    Junk(JunkKind, Option<u32>),
    File,
    Unreadable,
}

impl Kind {
    /// Is there a text on it?
    pub(super) fn is_text(self) -> bool {
        matches!(self, Kind::Article | Kind::Page | Kind::PartOf(_))
    }
}

/// The page that stands for another.
pub(super) fn real(kinds: &[Kind], number: u32) -> u32 {
    match kinds[number as usize] {
        Kind::Same(of) | Kind::PartOf(of) => of,
        _ => number,
    }
}

/// Is it the address that visitors type?
pub(super) fn is_home(address: &Url) -> bool {
    let same = address::same(address);
    let path = same.split_once('/').map_or("", |(_, path)| path);
    path == "?"
        || (address.query().is_none()
            && matches!(
                path,
                "index.aspx?" | "default.aspx?" | "index.shtml?" | "main.asp?" | "index.do?" | "main.htm?"
            ))
}

/// Decides for every page.
pub(super) fn of(fetches: &dyn Fetches, learned: &Learned) -> Vec<Kind> {
    let mut kinds: Vec<Kind> =
        learned.facts.iter().enumerate().map(|(number, facts)| alone(fetches.address(number), facts)).collect();
    by_group(learned, &mut kinds);
    for number in 0..kinds.len() {
        if let Kind::Same(of) = kinds[number]
            && kinds[of as usize] == Kind::Home
        {
            kinds[number] = Kind::Home;
        }
    }
    ruled(fetches, learned, &mut kinds);
    same(fetches, learned, &mut kinds);
    prints(fetches, learned, &mut kinds);
    frames(fetches, learned, &mut kinds);
    parts(fetches, learned, &mut kinds);
    inner_frames(learned, &mut kinds);
    undated(learned, &mut kinds);
    ruled(fetches, learned, &mut kinds);
    kinds
}

/// What ops say of pages that hold something.
fn ruled(fetches: &dyn Fetches, learned: &Learned, kinds: &mut [Kind]) {
    for (number, kind) in kinds.iter_mut().enumerate() {
        let Some(said) = learned.rules.of(fetches.address(number)).and_then(|rule| rule.kind) else { continue };
        match (said, *kind) {
            (_, Kind::File | Kind::Unreadable | Kind::Same(_) | Kind::PartOf(_)) => {}
            (Said::Junk(junk), Kind::Junk(_, of)) => *kind = Kind::Junk(junk, of),
            (Said::Junk(junk), _) => *kind = Kind::Junk(junk, None),
            (Said::Article, _) => *kind = Kind::Article,
            (Said::Page, _) => *kind = Kind::Page,
            (Said::List, _) => *kind = Kind::List,
            (Said::Letters, _) => *kind = Kind::Letters,
        }
    }
}

/// What a page is by itself.
fn alone(address: &Url, facts: &Facts) -> Kind {
    match &facts.what {
        What::File => return Kind::File,
        What::Counter => return Kind::Junk(JunkKind::Counter, None),
        What::Nothing(kind) => return Kind::Junk(*kind, None),
        What::Moved(to) if !is_home(address) => return Kind::Same(*to),
        What::Sends(to) => return Kind::Junk(JunkKind::Duplicate, Some(*to)),
        What::Unreadable(_) => return Kind::Unreadable,
        What::Frames(_) if is_home(address) => return Kind::Home,
        What::Frames(_) => return Kind::Junk(JunkKind::Part, None),
        What::Page | What::Moved(_) | What::Unknown => {}
    }
    if is_home(address) {
        return Kind::Home;
    }
    let text = facts.longest >= SHORT + 20 && facts.labels > 0;
    let short = facts.longest < SHORT;
    if let Some(kind) = words::junk_by_address(address) {
        let fits = match kind {
            JunkKind::Print => true,
            JunkKind::Search => !text,
            JunkKind::Counter => facts.plain + facts.linked < 40,
            JunkKind::LogIn => facts.password || address.path().to_ascii_lowercase().contains("/admin/") || !text,
            JunkKind::Form => facts.fields > 0 || short,
            JunkKind::Calendar => !text,
            _ => short,
        };
        if fits {
            return Kind::Junk(kind, None);
        }
    }
    if facts.password && short {
        return Kind::Junk(JunkKind::LogIn, None);
    }
    let guests =
        words::is_guestbook(address) || words::names_guestbook(&facts.title) || words::names_guestbook(&facts.crumb);
    if guests && facts.letters >= 2 {
        return Kind::Letters;
    }
    if facts.fields >= 2 && short && facts.files == 0 {
        return Kind::Junk(JunkKind::Form, None);
    }
    if is_calendar(address, facts) {
        return Kind::Junk(JunkKind::Calendar, None);
    }
    let is_map = |word: &&str| {
        &*facts.crumb == *word || (facts.title.contains(*word) && facts.labels == 0 && facts.longest < SHORT)
    };
    if ["网站地图", "站点地图"].iter().any(is_map) {
        return Kind::Home;
    }
    if lists(facts) { Kind::List } else { Kind::Article }
}

fn is_calendar(address: &Url, facts: &Facts) -> bool {
    let query = address.query().unwrap_or_default().to_ascii_lowercase();
    let day = query.split('&').filter_map(|part| part.split_once('=')).filter(|(name, value)| {
        let number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        number && ["y", "m", "d", "year", "month", "day", "date"].contains(name)
    });
    // Days and months are most of what stands on it.
    day.count() > 0 && facts.longest < SHORT * 2 && facts.labels == 0 && facts.figures * 3 >= facts.plain
}

/// Is it a list, by what stands on it?
fn lists(facts: &Facts) -> bool {
    let mut to: Vec<u32> = facts.links.iter().filter(|lead| !lead.pager && !lead.aside).map(|lead| lead.to).collect();
    to.sort_unstable();
    to.dedup();
    let rows = facts.links.iter().filter(|lead| lead.date.is_some()).count();
    let pagers = facts.links.iter().filter(|lead| lead.pager).count();
    let links = to.len() as u32;
    let short = facts.longest < SHORT;
    // A column with one document.
    if links > 0 && short && facts.plain < 12 && facts.labels == 0 && facts.pictures == 0 && facts.files == 0 {
        return true;
    }
    if links == 0 {
        return pagers > 0 && facts.plain < 80 && facts.labels == 0 && facts.pictures == 0;
    }
    if facts.labels >= 2 && facts.longest >= 20 {
        return false;
    }
    (links >= 3 && short && facts.plain <= 40 * links)
        || (links >= 3 && facts.linked * 2 >= facts.plain + facts.linked && facts.longest < SHORT * 3)
        || (rows >= 2 && short)
        || (rows as u32 == links && short && facts.plain <= 40 * links)
        || (pagers > 0 && short && facts.plain <= 60 * links)
}

/// Pages of one program are one thing, but for few exceptions.
fn by_group(learned: &Learned, kinds: &mut [Kind]) {
    for group in &learned.groups {
        let count = |wanted: Kind| group.pages.iter().filter(|page| kinds[**page as usize] == wanted).count();
        let (lists, texts, letters) = (count(Kind::List), count(Kind::Article), count(Kind::Letters));
        let all = lists + texts + letters;
        if all < 4 {
            continue;
        }
        let to = if lists * 5 >= all * 4 {
            Kind::List
        } else if texts * 5 >= all * 4 {
            Kind::Article
        } else if letters * 5 >= all * 4 {
            Kind::Letters
        } else {
            continue;
        };
        for page in &group.pages {
            let kind = &mut kinds[*page as usize];
            if matches!(kind, Kind::List | Kind::Article | Kind::Letters) {
                *kind = to;
            }
        }
    }
}

/// How plain an address is: the plainest of several stands for all.
fn plainness(address: &Url) -> (usize, bool, usize, String) {
    let query = address.query().unwrap_or_default();
    let parameters = query.split('&').filter(|part| !part.is_empty()).count();
    let upper = address.as_str().chars().any(|letter| letter.is_ascii_uppercase());
    (parameters, upper, address.as_str().len(), address.as_str().to_owned())
}

/// Pages that are the same under several addresses.
fn same(fetches: &dyn Fetches, learned: &Learned, kinds: &mut [Kind]) {
    let mut first: HashMap<u64, u32> = HashMap::new();
    let mut order: Vec<u32> = (0..kinds.len() as u32)
        .filter(|number| matches!(kinds[*number as usize], Kind::Home | Kind::Article | Kind::List | Kind::Letters))
        .collect();
    order.sort_by_cached_key(|number| {
        let home = kinds[*number as usize] == Kind::Home;
        (!home, plainness(fetches.address(*number as usize)))
    });
    for number in order {
        let facts = &learned.facts[number as usize];
        let address = xxh3_64(address::same(fetches.address(number as usize)).as_bytes());
        let mut keys = vec![mix(10, address)];
        if facts.plain + facts.linked >= 20 {
            keys.push(mix(11, facts.all));
        }
        if let Some(of) = first_by_another_name(fetches, learned, kinds, number) {
            kinds[number as usize] = Kind::Same(of);
            continue;
        }
        if kinds[number as usize] == Kind::Article && facts.plain >= 20 {
            let counts = u64::from(facts.files) << 16 | u64::from(facts.pictures);
            let title = super::title::without_affixes(learned, &facts.title);
            keys.push(mix(mix(12, facts.text), mix(counts, xxh3_64(title.as_bytes()))));
        }
        match keys.iter().find_map(|key| first.get(key)).copied() {
            Some(of) if of != number => {
                kinds[number as usize] = if kinds[of as usize] == Kind::Home { Kind::Home } else { Kind::Same(of) };
            }
            _ => {}
        }
        let stands = real(kinds, number);
        for key in keys {
            first.entry(key).or_insert(stands);
        }
    }
}

/// `list.asp?page=1` where it says what `list.asp` says: some programs count from 0, there it is the second page.
fn first_by_another_name(fetches: &dyn Fetches, learned: &Learned, kinds: &[Kind], number: u32) -> Option<u32> {
    let (first, 1) = first_page(fetches.address(number as usize))? else { return None };
    let of = fetches.number(&first).map(|of| real(kinds, of as u32)).filter(|of| *of != number)?;
    if kinds[of as usize] != kinds[number as usize] {
        return None;
    }
    let (one, other) = (&learned.facts[of as usize], &learned.facts[number as usize]);
    let leads = |facts: &Facts| {
        let leads = facts.links.iter().filter(|lead| !lead.pager && !lead.aside);
        leads.map(|lead| real(kinds, lead.to)).collect::<Vec<_>>()
    };
    let marked = one.marks != [0; 3];
    (one.marks == other.marks && (marked || !one.links.is_empty()) && leads(one) == leads(other)).then_some(of)
}

/// Copies for printing find the page that they copy; one without becomes a page itself.
fn prints(fetches: &dyn Fetches, learned: &Learned, kinds: &mut [Kind]) {
    let copies: Vec<u32> = (0..kinds.len() as u32)
        .filter(|number| {
            let facts = &learned.facts[*number as usize];
            matches!(kinds[*number as usize], Kind::Junk(JunkKind::Print, _))
                || (matches!(kinds[*number as usize], Kind::Article | Kind::List)
                    && (facts.prints || words::tight(&facts.title).starts_with("打印")))
        })
        .collect();
    if copies.is_empty() {
        return;
    }
    let is_copy: std::collections::HashSet<u32> = copies.iter().copied().collect();
    let mut marks: HashMap<u64, u32> = HashMap::new();
    let mut queries: HashMap<String, Vec<u32>> = HashMap::new();
    let query = |number: u32| fetches.address(number as usize).query().map(str::to_ascii_lowercase);
    for number in (0..kinds.len() as u32).filter(|number| kinds[*number as usize] == Kind::Article) {
        if is_copy.contains(&number) {
            continue;
        }
        for mark in learned.facts[number as usize].marks.into_iter().filter(|mark| *mark != 0) {
            marks.entry(mark).or_insert(number);
        }
        if let Some(query) = query(number) {
            queries.entry(query).or_default().push(number);
        }
    }
    for number in copies {
        let facts = &learned.facts[number as usize];
        let same_query = query(number).and_then(|query| queries.get(&query)).cloned().unwrap_or_default();
        let shares = |other: &u32| {
            let theirs = learned.facts[*other as usize].marks;
            facts.marks.iter().any(|mark| *mark != 0 && theirs.contains(mark))
        };
        let of = same_query.iter().find(|other| shares(other)).copied();
        let of = of.or_else(|| facts.marks.iter().find_map(|mark| marks.get(mark)).copied());
        let by_address = words::junk_by_address(fetches.address(number as usize)) == Some(JunkKind::Print);
        let of = of.or_else(|| (by_address && same_query.len() == 1).then(|| same_query[0]));
        kinds[number as usize] = match of {
            Some(of) => Kind::Junk(JunkKind::Print, Some(of)),
            // Only the copy is left.
            None if facts.longest >= SHORT => Kind::Article,
            None if by_address => Kind::Junk(JunkKind::Print, None),
            None => kinds[number as usize],
        };
    }
}

/// Frames are parts of the page that they make; a frame with a text stands for all of it.
fn frames(fetches: &dyn Fetches, learned: &Learned, kinds: &mut [Kind]) {
    for number in 0..kinds.len() {
        let What::Frames(frames) = &learned.facts[number].what else { continue };
        let mut text: Option<u32> = None;
        for frame in frames.iter().copied() {
            let facts = &learned.facts[frame as usize];
            let large = facts.longest >= SHORT && matches!(kinds[frame as usize], Kind::Article);
            if large && text.is_none_or(|text| learned.facts[text as usize].plain < facts.plain) {
                text = Some(frame);
            }
        }
        for frame in frames.iter().copied() {
            if Some(frame) != text
                && matches!(kinds[frame as usize], Kind::Article | Kind::List)
                && !is_home(fetches.address(frame as usize))
            {
                let list = kinds[frame as usize] == Kind::List
                    && learned.facts[frame as usize].links.iter().any(|lead| lead.date.is_some());
                if !list {
                    kinds[frame as usize] = Kind::Junk(JunkKind::Part, Some(number as u32));
                }
            }
        }
        if kinds[number] != Kind::Home {
            kinds[number] = Kind::Junk(JunkKind::Part, text);
        }
    }
}

/// The address of the first of several pages, when an address is that of a further one: with its number.
pub(super) fn first_page(address: &Url) -> Option<(Url, u32)> {
    if address::is_posted(address) {
        return first_of_posted(address);
    }
    if let Some(query) = address.query() {
        let mut page = None;
        let rest: Vec<&str> = query
            .split('&')
            .filter(|part| {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                let paging = address::PAGING.contains(&name.to_ascii_lowercase().as_str());
                if paging {
                    page = value.parse::<u32>().ok();
                }
                !paging
            })
            .collect();
        let page = page?;
        let mut first = address.clone();
        first.set_query((!rest.is_empty()).then(|| rest.join("&")).as_deref());
        return Some((first, page));
    }
    let (folder, name) = address.path().rsplit_once('/')?;
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let at = stem.rfind(['_', '-'])?;
    let page = stem[at + 1..].parse::<u32>().ok().filter(|page| *page < 1000 && stem.len() - at <= 4)?;
    let mut first = address.clone();
    first.set_path(&format!("{folder}/{}.{ending}", &stem[..at]));
    Some((first, page))
}

/// The first page of those that a form brings is answered without it.
fn first_of_posted(posted: &Url) -> Option<(Url, u32)> {
    let page = posted.query_pairs().find(|(name, _)| name == address::POSTED_PAGE)?.1.parse().ok()?;
    let (mut first, form) = address::posted_to(posted);
    let form = form.unwrap_or_default();
    let mut query: Vec<&str> = first.query().unwrap_or_default().split('&').filter(|part| !part.is_empty()).collect();
    let name = |part: &str| part.split('=').next().unwrap_or_default().to_ascii_lowercase();
    for part in form.split('&').filter(|part| !part.is_empty() && !part.ends_with('=')) {
        let field = name(part);
        if !address::PAGING.contains(&field.as_str()) && !query.iter().any(|own| name(own) == field) {
            query.push(part);
        }
    }
    let query = query.join("&");
    first.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
    Some((first, page))
}

/// Further pages of articles.
fn parts(fetches: &dyn Fetches, learned: &Learned, kinds: &mut [Kind]) {
    for number in 0..kinds.len() as u32 {
        if kinds[number as usize] != Kind::Article {
            continue;
        }
        let Some((first, page)) = first_page(fetches.address(number as usize)) else { continue };
        let Some(of) = fetches.number(&first).map(|of| real(kinds, of as u32)).filter(|of| *of != number) else {
            continue;
        };
        let text = matches!(kinds[of as usize], Kind::Article);
        let linked = |from: u32, to: u32| {
            learned.facts[from as usize].links.iter().any(|lead| lead.pager && real(kinds, lead.to) == to)
        };
        // Some programs count from 0: the second page is number 1.
        if text && page >= 1 && (linked(of, number) || linked(number, of)) {
            kinds[number as usize] = Kind::PartOf(of);
        }
    }
}

/// A text that stands in a frame within its page belongs to it; what else nobody links to is a part of the page that
/// shows it.
fn inner_frames(learned: &Learned, kinds: &mut [Kind]) {
    let linked: HashSet<u32> =
        learned.facts.iter().flat_map(|facts| &facts.links).map(|lead| real(kinds, lead.to)).collect();
    for number in 0..kinds.len() {
        let facts = &learned.facts[number];
        for to in facts.inner.iter().copied().filter(|to| *to as usize != number && !linked.contains(to)) {
            if kinds[number] != Kind::Article || kinds[to as usize] != Kind::Article {
                continue;
            }
            let number = number as u32;
            kinds[to as usize] =
                if facts.longest < SHORT { Kind::PartOf(number) } else { Kind::Junk(JunkKind::Part, Some(number)) };
        }
    }
}

/// Texts that have no date and need none: those of menus, and of columns such as 领导之窗.
fn undated(learned: &Learned, kinds: &mut [Kind]) {
    let mut listed: HashMap<u32, u32> = HashMap::new();
    let mut dated: Vec<bool> = vec![false; kinds.len()];
    for (number, facts) in learned.facts.iter().enumerate() {
        if !matches!(kinds[number], Kind::List | Kind::Home) {
            continue;
        }
        for lead in facts.links.iter().filter(|lead| !lead.pager && !lead.aside) {
            let to = real(kinds, lead.to);
            dated[to as usize] |= lead.date.is_some();
            if kinds[number] == Kind::List {
                listed.entry(to).or_insert(number as u32);
            }
        }
    }
    for group in &learned.groups {
        let texts: Vec<u32> =
            group.pages.iter().copied().filter(|page| kinds[*page as usize] == Kind::Article).collect();
        let has_date = |page: &u32| dated[*page as usize] || learned.facts[*page as usize].labels > 0;
        let some = texts.iter().filter(|page| has_date(page)).count();
        // One odd date among texts that need none does not make all of them news.
        if some * 10 > texts.len() {
            continue;
        }
        for page in texts.into_iter().filter(|page| !has_date(page)) {
            let column = listed.get(&page).map(|list| name_of_list(learned, *list));
            let standing = column.as_deref().is_none_or(words::is_standing);
            if standing {
                kinds[page as usize] = Kind::Page;
            }
        }
    }
}

/// What a list is called.
pub(super) fn name_of_list(learned: &Learned, list: u32) -> String {
    let facts = &learned.facts[list as usize];
    if let Some((_, name)) = learned.nav.iter().find(|(to, _)| *to == list) {
        return name.clone();
    }
    if !facts.crumb.is_empty() && facts.crumb.chars().count() <= 20 {
        return facts.crumb.to_string();
    }
    let title = super::title::without_affixes(learned, &facts.title);
    if !title.is_empty() && !words::is_default_title(&title) {
        return title;
    }
    let anchors = learned.anchors.get(&list);
    anchors
        .and_then(|anchors| anchors.iter().max_by_key(|(_, count)| *count))
        .map(|(anchor, _)| anchor.clone())
        .unwrap_or_default()
}
