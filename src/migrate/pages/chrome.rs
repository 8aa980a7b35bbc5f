//! What all pages of one template share.
//!
//! **Invariant:** a line is furniture only when pages of its own kind, or of
//! many kinds, have the same line at the same place.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::xxh3_64;

use super::lines::{Line, Lines, mix};

/// The same words at the same place.
fn exact(line: &Line, mark: &str) -> u64 {
    mix(mix(1, line.place), xxh3_64(mark.as_bytes()))
}

/// The same words in the same surroundings; without classes, all surroundings are the same.
fn loose(line: &Line, mark: &str) -> Option<u64> {
    (line.kind != 0).then(|| mix(mix(2, line.kind), xxh3_64(mark.as_bytes())))
}

/// The same words with other figures: 您是第 38 位访客.
fn counted(line: &Line, mark: &str) -> Option<u64> {
    if line.text.is_empty() || !mark.bytes().any(|byte| byte.is_ascii_digit()) || super::dates::first(mark).is_some() {
        return None;
    }
    let mut plain = String::with_capacity(mark.len());
    for letter in mark.chars() {
        if !letter.is_ascii_digit() {
            plain.push(letter);
        } else if !plain.ends_with('0') {
            plain.push('0');
        }
    }
    plain.chars().any(char::is_alphabetic).then(|| mix(mix(3, line.place), xxh3_64(plain.as_bytes())))
}

/// Furniture of a group of pages.
#[derive(Debug, Clone, Default)]
pub(super) struct Chrome {
    /// On a good part of them.
    usual: HashSet<u64>,
    /// On nearly all of them.
    firm: HashSet<u64>,
}

/// Counts lines over pages.
#[derive(Debug, Default)]
pub(super) struct Count {
    pages: u32,
    seen: HashMap<u64, u32>,
}

impl Count {
    /// Counts the lines of one page.
    pub(super) fn add(&mut self, lines: &Lines) {
        self.pages += 1;
        let mut once = HashSet::new();
        for line in &lines.lines {
            let mark = line.mark();
            if mark.is_empty() {
                continue;
            }
            once.insert(exact(line, &mark));
            once.extend(loose(line, &mark));
            once.extend(counted(line, &mark));
        }
        for key in once {
            *self.seen.entry(key).or_default() += 1;
        }
    }

    /// Pages counted.
    pub(super) fn pages(&self) -> u32 {
        self.pages
    }

    /// Share of each line, to be put together with those of other groups.
    pub(super) fn shares(&self) -> impl Iterator<Item = (u64, f32)> + '_ {
        self.seen.iter().map(|(key, count)| (*key, *count as f32 / self.pages.max(1) as f32))
    }

    /// What is furniture of this group.
    pub(super) fn chrome(&self) -> Chrome {
        let mut chrome = Chrome::default();
        if self.pages < 3 {
            return chrome;
        }
        let share = if self.pages < 6 { 0.5 } else { 0.3 };
        let usual = ((f64::from(self.pages) * share).ceil() as u32).max(if self.pages < 6 { 2 } else { 3 });
        let firm = (f64::from(self.pages) * 0.7).ceil() as u32;
        for (key, count) in &self.seen {
            if *count >= usual {
                chrome.usual.insert(*key);
            }
            if *count >= firm {
                chrome.firm.insert(*key);
            }
        }
        chrome
    }
}

/// Furniture of the whole site: what a good part of many groups has.
pub(super) fn of_site(groups: &[Count]) -> Chrome {
    let mut sums: HashMap<u64, (f32, u32, u32)> = HashMap::new();
    for group in groups {
        for (key, share) in group.shares() {
            let sum = sums.entry(key).or_default();
            sum.0 += share;
            sum.1 += 1;
            sum.2 += group.seen.get(&key).copied().unwrap_or(0);
        }
    }
    let least = groups.len().min(3) as u32;
    let mut chrome = Chrome::default();
    let all = groups.len() as f32;
    for (key, (share, met, count)) in sums {
        if met >= least && count >= 3 && share / all >= 0.3 {
            chrome.usual.insert(key);
        }
        if met >= least && count >= 3 && share / all >= 0.6 {
            chrome.firm.insert(key);
        }
    }
    chrome
}

impl Chrome {
    /// Is it furniture by a good part of the pages?
    pub(super) fn is_usual(&self, line: &Line) -> bool {
        self.has(line, false)
    }

    /// Is it furniture by nearly all pages?
    pub(super) fn is_firm(&self, line: &Line) -> bool {
        self.has(line, true)
    }

    fn has(&self, line: &Line, firm: bool) -> bool {
        let mark = line.mark();
        let same = if firm { &self.firm } else { &self.usual };
        same.contains(&exact(line, &mark))
            || loose(line, &mark).is_some_and(|key| self.firm.contains(&key))
            || (!firm && counted(line, &mark).is_some_and(|key| self.firm.contains(&key)))
    }
}
