//! The columns of the old site, by its lists.

use std::collections::{BTreeMap, HashMap, HashSet};

use url::Url;
use xxhash_rust::xxh3::xxh3_64;

use crate::migrate::old::{Found, OldColumn};

use super::address;
use super::kinds::{self, Kind};
use super::learn::Learned;
use super::{Fetches, words};

/// Columns, and what is in which.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub columns: Vec<OldColumn>,
    /// Column of a list page, by its place in `columns`.
    pub of_list: HashMap<u32, usize>,
    /// Column of an article, how sure.
    of: HashMap<u32, (usize, u8)>,
}

/// Path and query of an address in one spelling: names what has no other name.
pub(super) fn key(address: &Url) -> String {
    let same = address::same(address);
    let at = same.find('/').unwrap_or(0);
    same[at..].trim_end_matches('?').to_owned()
}

/// Gathers the columns.
pub(super) fn of(fetches: &dyn Fetches, learned: &Learned) -> Columns {
    let clusters = clusters(fetches, learned);
    let order: HashMap<u32, usize> = learned.nav.iter().enumerate().map(|(at, (to, _))| (*to, at)).collect();
    let mut found: Vec<(u32, Vec<u32>)> = clusters
        .into_values()
        .map(|pages| {
            let first = pages.iter().copied().min_by_key(|page| {
                let address = fetches.address(*page as usize);
                let further = kinds::first_page(address).is_some_and(|(_, page)| page > 1);
                (!order.contains_key(page), further, address.as_str().len(), address.as_str().to_owned())
            });
            (first.unwrap_or(pages[0]), pages)
        })
        .collect();
    found.sort_by_key(|(first, _)| (order.get(first).copied().unwrap_or(usize::MAX), *first));
    let mut columns = Columns::default();
    for (at, (first, pages)) in found.iter().enumerate() {
        let name = kinds::name_of_list(learned, *first);
        let mut addresses: Vec<String> = vec![fetches.address(*first as usize).to_string()];
        addresses
            .extend(pages.iter().filter(|page| *page != first).map(|page| fetches.address(*page as usize).to_string()));
        addresses.retain(|address| !Url::parse(address).is_ok_and(|address| address::is_posted(&address)));
        for page in pages {
            columns.of_list.insert(*page, at);
        }
        columns.columns.push(OldColumn {
            key: format!("list:{}", key(fetches.address(*first as usize))),
            parent: None,
            name,
            addresses,
            order: at as i64,
        });
    }
    for (number, kind) in learned.kinds.iter().enumerate() {
        if let Kind::Same(of) = kind
            && let Some(at) = columns.of_list.get(of).copied()
        {
            columns.columns[at].addresses.push(fetches.address(number).to_string());
        }
    }
    for (number, spellings) in &learned.spellings {
        if let Some(at) = columns.of_list.get(&kinds::real(&learned.kinds, *number)).copied() {
            for spelling in spellings {
                if !columns.columns[at].addresses.contains(spelling) {
                    columns.columns[at].addresses.push(spelling.clone());
                }
            }
        }
    }
    columns.parents(learned, &found);
    columns.articles(fetches, learned);
    columns
}

/// Pages of one list.
fn clusters(fetches: &dyn Fetches, learned: &Learned) -> BTreeMap<u32, Vec<u32>> {
    let lists: Vec<u32> =
        (0..learned.kinds.len() as u32).filter(|number| learned.kinds[*number as usize] == Kind::List).collect();
    let mut top: HashMap<u32, u32> = lists.iter().map(|list| (*list, *list)).collect();
    fn find(top: &HashMap<u32, u32>, mut at: u32) -> u32 {
        while let Some(above) = top.get(&at).copied().filter(|above| *above != at) {
            at = above;
        }
        at
    }
    let mut by_first: HashMap<u64, u32> = HashMap::new();
    let join = |top: &mut HashMap<u32, u32>, one: u32, other: u32| {
        let (one, other) = (find(top, one), find(top, other));
        if one != other {
            top.insert(one.max(other), one.min(other));
        }
    };
    for list in &lists {
        let own = fetches.address(*list as usize);
        let first =
            kinds::first_page(own).filter(|_| own.query().is_some()).map_or_else(|| own.clone(), |(first, _)| first);
        let known = *by_first.entry(xxh3_64(address::same(&first).as_bytes())).or_insert(*list);
        join(&mut top, *list, known);
        if let Some(of) = fetches.number(&first).map(|of| kinds::real(&learned.kinds, of as u32))
            && learned.kinds[of as usize] == Kind::List
        {
            join(&mut top, *list, of);
        }
        for lead in learned.facts[*list as usize].links.iter().filter(|lead| lead.pager) {
            let to = kinds::real(&learned.kinds, lead.to);
            if to != *list && learned.kinds[to as usize] == Kind::List && pages_of_one(fetches, learned, *list, to) {
                join(&mut top, *list, to);
            }
        }
    }
    let mut found: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for list in lists {
        found.entry(find(&top, list)).or_default().push(list);
    }
    found
}

/// Can two lists, one of which pages to the other, be one?
fn pages_of_one(fetches: &dyn Fetches, learned: &Learned, one: u32, other: u32) -> bool {
    let (here, there) = (fetches.address(one as usize), fetches.address(other as usize));
    let folder = |address: &Url| address.path().rsplit_once('/').map(|(folder, _)| folder.to_ascii_lowercase());
    if folder(here) != folder(there) {
        // `/gzdt.htm`, `/gzdt/2.htm`, `/gzdt/1.htm`.
        let below = |list: &Url, page: &Url| {
            let path = list.path().to_ascii_lowercase();
            let stem = path.rsplit_once('.').map_or(path.as_str(), |(stem, _)| stem).to_owned();
            let number = words::stem(page);
            folder(page) == Some(stem) && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        return here.query().is_none() && there.query().is_none() && (below(here, there) || below(there, here));
    }
    if here.query().is_some() && there.query().is_some() {
        // Two columns of one program that differ in more than the page are two.
        let first = |address: &Url| {
            kinds::first_page(address).map_or_else(|| address::same(address), |(first, _)| address::same(&first))
        };
        return first(here) == first(there);
    }
    let (title, theirs) = (&learned.facts[one as usize].title, &learned.facts[other as usize].title);
    title == theirs
        || kinds::name_of_list(learned, one) == kinds::name_of_list(learned, other)
        || stem_of(here) == stem_of(there)
}

/// The name of a file up to the number of its page.
fn stem_of(address: &Url) -> String {
    let stem = words::stem(address);
    stem.trim_end_matches(|letter: char| letter.is_ascii_digit() || "_-".contains(letter)).to_owned()
}

impl Columns {
    /// The column above each, by breadcrumbs.
    fn parents(&mut self, learned: &Learned, found: &[(u32, Vec<u32>)]) {
        for (at, (first, _)) in found.iter().enumerate() {
            let above = learned.facts[*first as usize].crumbs.iter().rev().find_map(|crumb| {
                let above = self.of_list.get(&kinds::real(&learned.kinds, *crumb)).copied()?;
                (above != at).then_some(above)
            });
            // No circles.
            let mut next = above;
            let mut rounds = 0;
            while let Some(here) = next.filter(|here| *here != at && rounds < 64) {
                next = self.columns[here]
                    .parent
                    .as_ref()
                    .and_then(|key| self.columns.iter().position(|one| one.key == *key));
                rounds += 1;
            }
            if let Some(above) = above.filter(|_| next.is_none()) {
                self.columns[at].parent = Some(self.columns[above].key.clone());
            }
        }
    }

    /// The column of each article: by its breadcrumb, else by the smallest list that leads to it.
    fn articles(&mut self, fetches: &dyn Fetches, learned: &Learned) {
        let mut sizes: Vec<HashSet<u32>> = vec![HashSet::new(); self.columns.len()];
        for (list, at) in &self.of_list {
            for lead in learned.facts[*list as usize].links.iter().filter(|lead| !lead.pager && !lead.aside) {
                sizes[*at].insert(kinds::real(&learned.kinds, lead.to));
            }
        }
        let by_name: HashMap<String, usize> =
            self.columns.iter().enumerate().rev().map(|(at, column)| (words::tight(&column.name), at)).collect();
        let mut listed: HashMap<u32, usize> = HashMap::new();
        for (at, articles) in sizes.iter().enumerate() {
            for article in articles {
                let known = listed.entry(*article).or_insert(at);
                if sizes[*known].len() > articles.len() || (sizes[*known].len() == articles.len() && at < *known) {
                    *known = at;
                }
            }
        }
        for number in 0..learned.kinds.len() as u32 {
            if !matches!(learned.kinds[number as usize], Kind::Article | Kind::Page) {
                continue;
            }
            let facts = &learned.facts[number as usize];
            let crumb = facts
                .crumbs
                .iter()
                .rev()
                .find_map(|crumb| self.of_list.get(&kinds::real(&learned.kinds, *crumb)).copied());
            let named = by_name.get(&words::tight(&facts.crumb)).copied();
            let found = match (crumb, listed.get(&number).copied(), named) {
                (Some(at), Some(list), _) if at == list => Some((at, 99)),
                (Some(at), _, _) => Some((at, 95)),
                (None, Some(at), _) => Some((at, 88)),
                (None, None, Some(at)) => Some((at, 80)),
                (None, None, None) => self.by_folder(fetches, number),
            };
            if let Some(found) = found {
                self.of.insert(number, found);
            }
        }
    }

    /// A list in the folder of an article, or in one above.
    fn by_folder(&self, fetches: &dyn Fetches, number: u32) -> Option<(usize, u8)> {
        let address = fetches.address(number as usize);
        if address.query().is_some() {
            return None;
        }
        let mut folder = address.path();
        while let Some((above, _)) = folder.rsplit_once('/') {
            if above.is_empty() {
                return None;
            }
            let mut list = address.clone();
            list.set_path(&format!("{above}/"));
            if let Some(at) = fetches.number(&list).and_then(|list| self.of_list.get(&(list as u32))) {
                return Some((*at, 70));
            }
            folder = above;
        }
        None
    }

    /// The column of an article.
    pub(super) fn of_article(&self, number: u32) -> Option<Found<String>> {
        self.of.get(&number).map(|(at, sure)| Found::likely(self.columns[*at].key.clone(), *sure))
    }
}
