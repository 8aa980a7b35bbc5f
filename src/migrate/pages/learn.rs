//! What an old site's pages have in common: groups, furniture, where the text stands.
//!
//! **Invariant:** what is kept grows with the number of pages, never with their bytes.

use std::collections::{BTreeMap, HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::chrome::{self, Chrome, Count};
use super::facts::{self, Facts, Said};
use super::kinds::{self, Kind};
use super::lines::Lines;
use super::read::{self, Held, Opened};
use super::rules::Rules;
use super::{Fetches, address, article, parallel, title, words};

/// Pages of a group that are looked at closely.
const SAMPLE: usize = 40;
/// Pages of groups too small to learn from that are looked at together.
const RARE: usize = 400;
/// Different anchors remembered of a page.
const ANCHORS: usize = 4;
/// Other spellings of an address that are remembered.
const SPELLINGS: usize = 8;

/// Pages made alike.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// Their numbers.
    pub pages: Vec<u32>,
    pub chrome: Chrome,
    /// Place of the element that holds the text.
    pub container: Option<u64>,
    /// Place of the line that is the title.
    pub title: Option<u64>,
    /// Days in addresses are those of publication.
    pub dated_address: bool,
}

/// All that was learned.
pub(super) struct Learned {
    /// Group of each number.
    pub group_of: Vec<u32>,
    pub groups: Vec<Group>,
    /// Furniture of all pages.
    pub site: Chrome,
    /// Places of the text in groups that are alike.
    pub containers: Vec<u64>,
    pub facts: Vec<Facts>,
    /// What anchors say of pages, and how often.
    pub anchors: HashMap<u32, Vec<(String, u16)>>,
    pub spellings: BTreeMap<u32, Vec<String>>,
    /// Pages that all pages lead to, in order, with their names there.
    pub nav: Vec<(u32, String)>,
    /// Parts of titles that many pages share.
    pub affixes: HashSet<u64>,
    /// Titles that many pages have.
    pub common_titles: HashSet<u64>,
    pub kinds: Vec<Kind>,
    /// Dates beside links in lists.
    pub row_dates: HashMap<u32, i64>,
    /// Months and days beside links in lists that say no year.
    pub row_days: HashMap<u32, (i8, i8)>,
    /// What ops wrote.
    pub rules: Rules,
}

/// Learns from all pages.
pub(super) fn learn(fetches: &dyn Fetches, rules: Rules) -> Learned {
    let (group_of, mut groups) = grouped(fetches);
    let counts = furniture(fetches, &groups);
    let site = chrome::of_site(&counts.of);
    for (group, at) in groups.iter_mut().zip(&counts.at) {
        if let Some(at) = at {
            group.chrome = counts.of[*at].chrome();
        }
    }
    let mut learned = Learned {
        group_of,
        groups,
        site,
        containers: Vec::new(),
        facts: Vec::new(),
        anchors: HashMap::new(),
        spellings: BTreeMap::new(),
        nav: Vec::new(),
        affixes: HashSet::new(),
        common_titles: HashSet::new(),
        kinds: Vec::new(),
        row_dates: HashMap::new(),
        row_days: HashMap::new(),
        rules,
    };
    learned.look(fetches);
    learned.titles();
    learned.nav = navigation(fetches, &learned);
    for (to, name) in &learned.nav {
        let known = learned.anchors.entry(*to).or_default();
        if known.len() < ANCHORS && !known.iter().any(|(anchor, _)| anchor == name) {
            known.push((name.clone(), 1));
        }
    }
    learned.kinds = kinds::of(fetches, &learned);
    learned.rows();
    learned.places(fetches);
    learned
}

/// Pages whose addresses are made alike; files are in no group.
fn grouped(fetches: &dyn Fetches) -> (Vec<u32>, Vec<Group>) {
    let mut by_shape: HashMap<u64, u32> = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let group_of = (0..fetches.len())
        .map(|number| {
            let address = fetches.address(number);
            if read::is_file(address) && address.query().is_none() {
                return u32::MAX;
            }
            let key = xxh3_64(address::shape(address).as_bytes());
            let group = *by_shape.entry(key).or_insert_with(|| {
                groups.push(Group::default());
                groups.len() as u32 - 1
            });
            groups[group as usize].pages.push(number as u32);
            group
        })
        .collect();
    (group_of, groups)
}

/// Some of many, evenly.
pub(super) fn sample(pages: &[u32], most: usize) -> Vec<u32> {
    if pages.len() <= most {
        return pages.to_vec();
    }
    (0..most).map(|at| pages[at * pages.len() / most]).collect()
}

struct Counts {
    of: Vec<Count>,
    /// For each group the place in `of`; `None` for those too small.
    at: Vec<Option<usize>>,
}

/// Counts lines in every group, and in all that are too small together.
fn furniture(fetches: &dyn Fetches, groups: &[Group]) -> Counts {
    let large: Vec<usize> = (0..groups.len()).filter(|at| groups[*at].pages.len() >= 3).collect();
    let mut at = vec![None; groups.len()];
    let count = |pages: Vec<u32>| {
        let mut count = Count::default();
        for number in pages {
            if let Held::Page(page) = read::open(fetches, number as usize) {
                count.add(&page.lines);
            }
        }
        count
    };
    let mut of = parallel::map(large.len(), |index| count(sample(&groups[large[index]].pages, SAMPLE)));
    for (index, group) in large.iter().enumerate() {
        at[*group] = Some(index);
    }
    let rare: Vec<u32> =
        groups.iter().filter(|group| group.pages.len() < 3).flat_map(|group| group.pages.clone()).collect();
    let rare = sample(&rare, RARE);
    of.extend(parallel::map(rare.len().div_ceil(25), |index| {
        count(rare[index * 25..rare.len().min(index * 25 + 25)].to_vec())
    }));
    // What holds no page counts for nothing.
    let mut kept = Vec::new();
    let mut moved = HashMap::new();
    for (index, count) in of.into_iter().enumerate() {
        if count.pages() > 0 {
            moved.insert(index, kept.len());
            kept.push(count);
        }
    }
    for place in &mut at {
        *place = place.and_then(|index| moved.get(&index).copied());
    }
    Counts { of: kept, at }
}

impl Learned {
    /// The group of a page.
    pub(super) fn group(&self, number: usize) -> Option<&Group> {
        self.groups.get(self.group_of[number] as usize)
    }

    /// Is a line of a page its own?
    pub(super) fn own(&self, number: usize, lines: &Lines) -> Vec<bool> {
        let group = self.group(number);
        lines
            .lines
            .iter()
            .map(|line| !self.site.is_usual(line) && !group.is_some_and(|group| group.chrome.is_usual(line)))
            .collect()
    }

    /// Is a line of a page on nearly all pages of its kind?
    pub(super) fn firm(&self, number: usize, lines: &Lines) -> Vec<bool> {
        let group = self.group(number);
        let firm = |line| self.site.is_firm(line) || group.is_some_and(|group| group.chrome.is_firm(line));
        lines.lines.iter().map(firm).collect()
    }

    /// Reads every page once.
    fn look(&mut self, fetches: &dyn Fetches) {
        let nothing = Chrome::default();
        let mut all = Vec::with_capacity(fetches.len());
        let mut heard = Heard::default();
        let this = &*self;
        let done = parallel::stream(
            fetches.len(),
            |number| {
                let chrome = this.group(number).map_or(&nothing, |group| &group.chrome);
                facts::of(fetches, &read::open(fetches, number), number, chrome, &this.site)
            },
            |_, (facts, said)| {
                all.push(facts);
                heard.add(said);
                Ok::<(), ()>(())
            },
        );
        debug_assert!(done.is_ok());
        (self.facts, self.anchors, self.spellings) = (all, heard.anchors, heard.spellings);
    }

    /// What titles share.
    fn titles(&mut self) {
        let mut parts: HashMap<u64, u32> = HashMap::new();
        let mut whole: HashMap<u64, u32> = HashMap::new();
        let mut pages = 0;
        for facts in self.facts.iter().filter(|facts| !facts.title.is_empty()) {
            pages += 1;
            *whole.entry(xxh3_64(words::tight(&facts.title).as_bytes())).or_default() += 1;
            for part in title::title_parts(&facts.title) {
                *parts.entry(xxh3_64(words::tight(part).as_bytes())).or_default() += 1;
            }
        }
        let many = (pages / 33).max(3);
        self.affixes = parts.into_iter().filter(|(_, count)| *count >= many).map(|(part, _)| part).collect();
        self.common_titles =
            whole.into_iter().filter(|(_, count)| *count > many.max(4)).map(|(part, _)| part).collect();
    }

    /// Dates beside links in lists.
    fn rows(&mut self) {
        let mut dates: HashMap<u32, Vec<i64>> = HashMap::new();
        let mut days: HashMap<u32, (i8, i8)> = HashMap::new();
        for (number, facts) in self.facts.iter().enumerate() {
            if !matches!(self.kinds[number], Kind::List | Kind::Home) {
                continue;
            }
            for lead in facts.links.iter().filter(|lead| !lead.aside) {
                if let Some(day) = lead.day {
                    days.insert(kinds::real(&self.kinds, lead.to), day);
                }
                if let Some(date) = lead.date {
                    let known = dates.entry(kinds::real(&self.kinds, lead.to)).or_default();
                    if known.len() < 5 {
                        known.push(date);
                    }
                }
            }
        }
        self.row_days = days;
        for (to, mut dates) in dates {
            dates.sort_unstable();
            // The one that is said most often.
            let most = dates.iter().max_by_key(|date| dates.iter().filter(|other| other == date).count());
            if let Some(date) = most {
                self.row_dates.insert(to, *date);
            }
        }
    }

    /// Where in each group the text stands, and the title.
    fn places(&mut self, fetches: &dyn Fetches) {
        let wanted: Vec<usize> = (0..self.groups.len())
            .filter(|group| self.groups[*group].pages.iter().any(|page| self.kinds[*page as usize].is_text()))
            .collect();
        let this = &*self;
        let found = parallel::map(wanted.len(), |index| this.places_of(fetches, &this.groups[wanted[index]]));
        let mut everywhere = Places::default();
        for (group, places) in wanted.into_iter().zip(found) {
            let group = &mut self.groups[group];
            if places.pages >= 2 {
                group.container = places.container();
                group.title = places.title();
            }
            group.dated_address = places.dated_address();
            everywhere.add(&places);
        }
        self.containers = everywhere.common();
        // Where all dated pages of a site agree with their addresses, the others have theirs from there too.
        if everywhere.same_day.0 >= 10 && everywhere.dated_address() {
            self.groups.iter_mut().for_each(|group| group.dated_address = true);
        }
    }

    fn places_of(&self, fetches: &dyn Fetches, group: &Group) -> Places {
        let texts: Vec<u32> = group.pages.iter().copied().filter(|page| self.kinds[*page as usize].is_text()).collect();
        let mut places = Places::default();
        for number in sample(&texts, SAMPLE) {
            let Held::Page(page) = read::open(fetches, number as usize) else { continue };
            places.page(self, number as usize, &page);
        }
        places
    }
}

/// What pages say of each other.
#[derive(Default)]
struct Heard {
    anchors: HashMap<u32, Vec<(String, u16)>>,
    spellings: BTreeMap<u32, Vec<String>>,
}

impl Heard {
    fn add(&mut self, said: Said) {
        for (to, text) in said.anchors {
            let known = self.anchors.entry(to).or_default();
            if let Some((_, count)) = known.iter_mut().find(|(anchor, _)| *anchor == text) {
                *count = count.saturating_add(1);
            } else if known.len() < ANCHORS {
                known.push((text, 1));
            } else if let Some(worst) =
                known.iter_mut().min_by_key(|(anchor, _)| (!words::is_cut(anchor), anchor.len()))
                && worst.0.len() < text.len()
                && !words::is_cut(&text)
            {
                // A longer one, which is not cut off, says more.
                *worst = (text, 1);
            }
        }
        for (to, spelling) in said.spellings {
            let known = self.spellings.entry(to).or_default();
            if known.len() < SPELLINGS && !known.contains(&spelling) {
                known.push(spelling);
            }
        }
    }
}

/// Counts of places.
#[derive(Debug, Default)]
struct Places {
    pages: u32,
    weight: u64,
    /// Place of a block: weight of the pages whose text it holds, depth.
    holds: HashMap<u64, (u64, u32)>,
    titles: HashMap<u64, u32>,
    /// Pages with a date in their address that has the same day as the page's own date, and others.
    same_day: (u32, u32),
}

impl Places {
    fn page(&mut self, learned: &Learned, number: usize, page: &Opened) {
        let own = learned.own(number, &page.lines);
        let masses = Masses::of(&page.lines, &own);
        let all = masses.all();
        if all == 0 {
            return;
        }
        self.pages += 1;
        let weight = all.min(800) as u64;
        self.weight += weight;
        let mut depths: Vec<u32> = Vec::with_capacity(page.lines.blocks.len());
        for (at, block) in page.lines.blocks.iter().enumerate() {
            let depth = if at == 0 { 0 } else { depths[block.above] + 1 };
            depths.push(depth);
            if masses.of_block(block) * 10 >= all * 9 {
                let holds = self.holds.entry(block.place).or_insert((0, depth));
                holds.0 += weight;
            }
        }
        if let Some((title, 85..)) = title::title_line(learned, number, page, &own, None) {
            *self.titles.entry(page.lines.lines[title].place).or_default() += 1;
        }
        if let Some(day) = super::dates::in_address(page.address.path()) {
            let said = article::said_date(page, &own).or_else(|| learned.row_dates.get(&(number as u32)).copied());
            match said {
                Some(said) if (said - day).abs() < 2 * 86_400_000 => self.same_day.0 += 1,
                Some(_) => self.same_day.1 += 1,
                None => {}
            }
        }
    }

    fn add(&mut self, other: &Places) {
        self.pages += other.pages;
        self.weight += other.weight;
        for (place, (weight, depth)) in &other.holds {
            self.holds.entry(*place).or_insert((0, *depth)).0 += weight;
        }
        self.same_day.0 += other.same_day.0;
        self.same_day.1 += other.same_day.1;
    }

    /// The deepest place that holds the text of nearly all pages.
    fn container(&self) -> Option<u64> {
        let enough = self.weight * 3 / 4;
        self.holds
            .iter()
            .filter(|(_, (weight, _))| *weight >= enough.max(1))
            .max_by_key(|(place, (weight, depth))| (*depth, *weight, **place))
            .map(|(place, _)| *place)
    }

    fn title(&self) -> Option<u64> {
        let (place, count) = self.titles.iter().max_by_key(|(place, count)| (**count, **place))?;
        (*count * 2 >= self.pages && self.pages >= 3).then_some(*place)
    }

    fn dated_address(&self) -> bool {
        self.same_day.0 >= 2 && self.same_day.0 >= self.same_day.1 * 9
    }

    /// Places that hold the text of a good part of all pages, the deepest first.
    fn common(&self) -> Vec<u64> {
        let mut found: Vec<(u32, u64, u64)> = self
            .holds
            .iter()
            .filter(|(_, (weight, depth))| *depth >= 2 && *weight * 10 >= self.weight && self.pages >= 3)
            .map(|(place, (weight, depth))| (*depth, *weight, *place))
            .collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        found.into_iter().map(|(_, _, place)| place).take(24).collect()
    }
}

/// Characters of text up to each line.
pub(super) struct Masses(Vec<usize>);

impl Masses {
    pub(super) fn of(lines: &Lines, own: &[bool]) -> Masses {
        let mut sums = vec![0];
        let asides = facts::asides(&lines.lines, own);
        for ((line, own), aside) in lines.lines.iter().zip(own).zip(asides) {
            let mass = if *own && !aside && !facts::is_crumb(line) && line.linked * 2 <= line.size {
                line.plain() + line.pictures.len() * 4
            } else {
                0
            };
            let so_far = sums.last().copied().unwrap_or(0);
            sums.push(so_far + mass);
        }
        Masses(sums)
    }

    pub(super) fn all(&self) -> usize {
        self.0.last().copied().unwrap_or(0)
    }

    pub(super) fn between(&self, from: usize, to: usize) -> usize {
        self.0[to.max(from)] - self.0[from]
    }

    pub(super) fn of_block(&self, block: &super::lines::Block) -> usize {
        self.between(block.from, block.to)
    }
}

/// Links of furniture: what all pages lead to.
fn navigation(fetches: &dyn Fetches, learned: &Learned) -> Vec<(u32, String)> {
    let mut nav: Vec<(u32, String)> = Vec::new();
    let mut known = HashSet::new();
    let mut groups: Vec<&Group> = learned.groups.iter().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.pages.len()));
    let home = (0..fetches.len()).find(|number| kinds::is_home(fetches.address(*number))).map(|home| home as u32);
    let from_groups = groups.iter().take(40).filter_map(|group| group.pages.first().copied());
    for number in home.into_iter().chain(from_groups) {
        let Held::Page(page) = read::open(fetches, number as usize) else { continue };
        let own = learned.own(number as usize, &page.lines);
        for (line, own) in page.lines.lines.iter().zip(own) {
            if own || facts::is_crumb(line) {
                continue;
            }
            for link in line.links.iter().filter(|link| words::names_something(&link.text)) {
                let name = words::tight(words::bare(&link.text));
                let to = page.absolute(&link.href).and_then(|url| fetches.number(&url));
                if let Some(to) = to.filter(|_| name.chars().count() <= 14 && !words::is_cut(&link.text))
                    && known.insert(to)
                {
                    nav.push((to as u32, name));
                }
            }
        }
    }
    nav
}
