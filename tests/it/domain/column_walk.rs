//! Whatever is done with columns, in whatever order: slugs stay lawful, the tree a tree, and old addresses lead on.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{ProptestConfig, Strategy, prop_oneof, proptest};
use zhanqun::base::id::ChannelId;
use zhanqun::domain::account::By;
use zhanqun::domain::content;
use zhanqun::domain::error::Error;
use zhanqun::domain::site::{self, NewColumn, RESERVED, SiteNode, Target};

use super::columns::{list, site_id};
use super::group::Group;

/// Slugs to choose from: few, so that they meet; some that are never allowed.
const SLUGS: [&str; 8] = ["a", "b", "c", "d", "tzgg", "map", "Bad", "jj"];

/// Something that somebody does; numbers choose among the columns that are there.
#[derive(Debug, Clone)]
enum Step {
    Add { below: usize, slug: usize },
    Rename { column: usize, slug: usize },
    Move { column: usize, below: usize, before: usize },
    Shift { column: usize, up: bool },
    Merge { column: usize, into: usize },
    Delete { column: usize },
    Publish { column: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let number = 0..12usize;
    let slug = 0..SLUGS.len();
    prop_oneof![
        4 => (number.clone(), slug.clone()).prop_map(|(below, slug)| Step::Add { below, slug }),
        3 => (number.clone(), slug).prop_map(|(column, slug)| Step::Rename { column, slug }),
        3 => (number.clone(), number.clone(), number.clone())
            .prop_map(|(column, below, before)| Step::Move { column, below, before }),
        1 => (number.clone(), proptest::bool::ANY).prop_map(|(column, up)| Step::Shift { column, up }),
        2 => (number.clone(), number.clone()).prop_map(|(column, into)| Step::Merge { column, into }),
        2 => number.clone().prop_map(|column| Step::Delete { column }),
        1 => number.prop_map(|column| Step::Publish { column }),
    ]
}

/// What is remembered of the past.
#[derive(Default)]
struct Past {
    /// Every address that a column ever had.
    addresses: BTreeMap<String, ChannelId>,
    /// What became of columns that were merged.
    merged: BTreeMap<ChannelId, ChannelId>,
    /// Columns that were deleted.
    deleted: BTreeSet<ChannelId>,
    /// Addresses of deleted columns: others may have them now.
    free: BTreeSet<String>,
}

impl Past {
    fn now(&self, mut id: ChannelId) -> ChannelId {
        while let Some(into) = self.merged.get(&id) {
            id = *into;
        }
        id
    }

    /// True where a deleted column stood at the address or above it, so that another column may answer by now.
    fn is_open(&self, address: &str) -> bool {
        self.free.iter().any(|free| address.starts_with(free.as_str()))
    }
}

fn columns(node: &SiteNode) -> Vec<ChannelId> {
    let mut all: Vec<ChannelId> = node.channels.keys().copied().collect();
    all.sort();
    all
}

fn act(group: &Group, past: &mut Past, step: &Step) {
    let directory = group.directory();
    let node = directory.by_slug("mzj").unwrap();
    let all = columns(node);
    let pick = |number: &usize| all[number % all.len()];
    // In a site whose last column was deleted there is nothing to act on but by adding one.
    if all.is_empty() && !matches!(step, Step::Add { .. }) {
        return;
    }
    let place = |number: &usize| (*number > 0 && !all.is_empty()).then(|| pick(number));
    let (store, by) = (&group.store, By::ops());
    let result = match step {
        Step::Add { below, slug } => {
            let new = NewColumn { parent: place(below), slug: SLUGS[*slug].into(), column: list(SLUGS[*slug]) };
            site::add_column(store, &by, site_id(group, "mzj"), &new).map(drop)
        }
        Step::Rename { column, slug } => site::rename_column(store, &by, pick(column), SLUGS[*slug]).map(drop),
        Step::Move { column, below, before } => {
            site::move_column(store, &by, pick(column), place(below), place(before)).map(drop)
        }
        Step::Shift { column, up } => site::shift_column(store, &by, pick(column), *up).map(drop),
        Step::Merge { column, into } => {
            let (from, into) = (pick(column), pick(into));
            content::merge_column(store, &by, from, into).map(|_| {
                past.merged.insert(from, into);
            })
        }
        Step::Delete { column } => {
            let id = pick(column);
            content::delete_column(store, &by, id).map(|()| {
                past.deleted.insert(id);
                let own = past.addresses.iter().filter(|(_, owner)| past.now(**owner) == id);
                let own: Vec<String> = own.map(|(address, _)| address.clone()).collect();
                past.free.extend(own);
            })
        }
        Step::Publish { column } => {
            let id = pick(column);
            if node.channels[&id].holds_documents() {
                group.publish("mzj", &node.path(id), "文稿");
            }
            Ok(())
        }
    };
    // Refused by a rule, or done; never anything else.
    assert!(matches!(result, Ok(()) | Err(Error::Rules { .. })), "{step:?}: {result:?}");
}

/// Where an address leads in one step: the column there, or the address to go to.
fn answer(group: &Group, address: &str) -> String {
    let at = group.at(address);
    if !at.starts_with("nothing") {
        return at;
    }
    let directory = group.directory();
    let node = directory.by_slug("mzj").unwrap();
    match site::find_redirect(&group.store, node.site.id, address).unwrap() {
        Some((redirect, _)) => match redirect.to {
            Target::Channel(id) => {
                node.channels.get(&id).map_or(at, |channel| format!("→ {}", node.channel_url(channel)))
            }
            other => panic!("{other:?}"),
        },
        None => at,
    }
}

fn check(group: &Group, past: &mut Past) {
    let directory = group.directory();
    let node = directory.by_slug("mzj").unwrap();
    let mut slugs = BTreeSet::new();
    for (id, channel) in &node.channels {
        assert!(slugs.insert((channel.parent, channel.slug.as_str())), "two columns at one place");
        assert!(!RESERVED.contains(&channel.slug.as_str()) && site::check_slug(&channel.slug).is_ok());
        assert_eq!(channel.closing, None, "nothing is left half done");
        let chain = node.chain(*id);
        assert_eq!(chain[0].parent, None, "a circle, or a column above that is gone");
        assert!(chain.len() <= site::DEEPEST);
        past.addresses.insert(node.channel_url(channel), *id);
    }
    let reached: usize = {
        fn below(node: &SiteNode, parent: Option<ChannelId>) -> usize {
            node.below(parent).map(|channel| 1 + below(node, Some(channel.id))).sum()
        }
        below(node, None)
    };
    assert_eq!(reached, node.channels.len(), "every column is in the tree, once");
    for (address, owner) in past.addresses.iter().filter(|(address, _)| address.starts_with("/mzj/")) {
        let now = past.now(*owner);
        let answer = answer(group, address);
        match node.channels.get(&now) {
            Some(channel) => {
                let url = node.channel_url(channel);
                let here = format!("column mzj {}", node.path(now));
                let right = answer == format!("→ {url}") || (answer == here && *address == url);
                assert!(right || past.is_open(address), "{address}: {answer}, not {url}");
            }
            None => assert!(past.deleted.contains(&now), "{address}: lost without being deleted"),
        }
        // One step is enough, whoever answers.
        if let Some(next) = answer.strip_prefix("→ ").filter(|next| next.starts_with("/mzj/")) {
            assert!(group.at(next).starts_with("column "), "{address} → {next} → {}", group.at(next));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_of_actions_keeps_the_law(steps in proptest::collection::vec(step(), 1..30)) {
        let group = Group::new();
        let mut past = Past::default();
        check(&group, &mut past);
        for step in &steps {
            act(&group, &mut past, step);
            check(&group, &mut past);
        }
    }
}
