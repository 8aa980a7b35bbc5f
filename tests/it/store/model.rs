//! The store against a model that cannot be wrong: random work on both, then everything is compared.

use std::collections::BTreeMap;

use proptest::prelude::*;
use zhanqun::store::{Entry, Error, ListKey, Position, Read, Store};

use super::fixture::{ADDRESS, ALL, BY_SITE, Doc, column, delete, noise, open, put};

#[derive(Debug, Clone)]
enum Step {
    Put(Vec<Doc>),
    Delete(u64),
    Restart,
    Snapshot,
    Rebuild,
}

/// Numbers that are hard for keys: runs of bytes 0 and 255.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..6_u64,
        Just(254),
        Just(255),
        Just(256),
        Just(65535),
        Just(u64::from(u32::MAX)),
        Just(u64::MAX),
        Just(u64::MAX - 255),
        any::<u64>()
    ]
}

fn a_doc() -> impl Strategy<Value = Doc> {
    let id = prop_oneof![1..30_u64, 250..260_u64, Just(1 << 32), Just(u64::MAX - 1)];
    (id, 0..3_u64, number(), number(), 0..40_u8, prop::bool::weighted(0.8), 0..9000_usize).prop_map(
        |(id, site, column, time, address, listed, length)| Doc {
            id,
            site,
            column,
            time,
            address: if address < 30 { format!("/{address}") } else { String::new() },
            text: noise(time, length),
            listed,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => prop::collection::vec(a_doc(), 1..6).prop_map(Step::Put),
        4 => prop_oneof![1..30_u64, 250..260_u64].prop_map(Step::Delete),
        1 => Just(Step::Restart),
        1 => Just(Step::Snapshot),
        1 => Just(Step::Rebuild),
    ]
}

/// What the store should hold.
#[derive(Default)]
struct Model(BTreeMap<u64, Doc>);

impl Model {
    fn put(&mut self, docs: &[Doc]) -> bool {
        let mut next = self.0.clone();
        for doc in docs {
            next.insert(doc.id, doc.clone());
        }
        let mut holders = BTreeMap::new();
        let unique =
            next.values().filter(|d| !d.address.is_empty()).all(|d| holders.insert(d.address.clone(), d.id).is_none());
        if unique {
            self.0 = next;
        }
        unique
    }

    fn list(&self, within: impl Fn(&Doc) -> bool) -> Vec<Entry> {
        let mut found: Vec<Entry> =
            self.0.values().filter(|d| d.listed && within(d)).map(|d| Entry { id: d.id, order: d.time }).collect();
        found.sort_by_key(|e| std::cmp::Reverse((e.order, e.id)));
        found
    }
}

fn compare(store: &Store, model: &Model) {
    for id in (0..30).chain(250..260).chain([1 << 32, u64::MAX - 1]) {
        assert_eq!(store.get::<Doc>(id).unwrap().as_ref(), model.0.get(&id));
    }
    for address in 0..40 {
        let address = format!("/{address}");
        let holder = model.0.values().find(|d| d.address == address).map(|d| d.id);
        assert_eq!(store.unique(ADDRESS, address.as_bytes()).unwrap(), holder);
    }
    let mut lists: Vec<(ListKey, Vec<Entry>)> = vec![(ListKey::new(ALL, &[]), model.list(|_| true))];
    for doc in model.0.values() {
        lists.push((column(doc.column), model.list(|d| d.column == doc.column)));
        let site = ListKey::new(BY_SITE, &[doc.site, doc.column]);
        lists.push((site, model.list(|d| (d.site, d.column) == (doc.site, doc.column))));
    }
    for (list, wanted) in lists {
        assert_eq!(store.list(list, Position::FIRST, usize::MAX).unwrap(), wanted);
        assert_eq!(store.count(list).unwrap(), wanted.len() as u64);
        assert_eq!(store.any(list).unwrap(), !wanted.is_empty());
        let mut back = store.list_back(list, Position::LAST, usize::MAX).unwrap();
        back.reverse();
        assert_eq!(back, wanted);
        for (n, entry) in wanted.iter().enumerate() {
            assert_eq!(
                store.list(list, entry.position(), 2).unwrap(),
                wanted[n + 1..].iter().copied().take(2).collect::<Vec<_>>()
            );
            assert_eq!(
                store.list_back(list, entry.position(), 1).unwrap(),
                wanted[..n].iter().rev().copied().take(1).collect::<Vec<_>>()
            );
            assert_eq!(
                store.list_at(list, n as u64, 3).unwrap(),
                wanted[n..].iter().copied().take(3).collect::<Vec<_>>()
            );
        }
        // Far beyond the end: the list is loaded into memory and kept up to date from then on.
        assert_eq!(store.list_at(list, 1000, 3).unwrap(), []);
    }
    assert_eq!(store.stats().rows, model.0.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if std::env::var_os("ZHANQUN_LONG").is_some() { 200 } else { 12 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_does(steps in prop::collection::vec(step(), 1..50)) {
        let dir = tempfile::tempdir().unwrap();
        let mut store = open(dir.path());
        let mut model = Model::default();
        for step in steps {
            match step {
                Step::Put(docs) => {
                    let mut docs = docs;
                    docs.sort_by_key(|d| d.id);
                    docs.dedup_by_key(|d| d.id);
                    match put(&store, &docs) {
                        Ok(_) => assert!(model.put(&docs)),
                        Err(Error::Duplicate { .. }) => assert!(!model.put(&docs)),
                        Err(other) => panic!("{other}"),
                    }
                }
                Step::Delete(id) => {
                    delete(&store, id).unwrap();
                    model.0.remove(&id);
                }
                Step::Snapshot => drop(store.snapshot().unwrap()),
                Step::Restart | Step::Rebuild => {
                    let digest = store.digest();
                    store.close().unwrap();
                    if matches!(step, Step::Rebuild) {
                        std::fs::remove_dir_all(dir.path().join("state")).unwrap();
                    }
                    store = open(dir.path());
                    assert_eq!(store.digest(), digest);
                }
            }
        }
        compare(&store, &model);
        // Every key is read and compared with the digest.
        let digest = store.digest();
        store.close().unwrap();
        std::fs::remove_file(dir.path().join("clean")).unwrap();
        let store = open(dir.path());
        assert_eq!(store.digest(), digest);
        let set_aside = std::fs::read_dir(dir.path()).unwrap().any(|i| i.unwrap().file_name().to_str().unwrap().contains("damaged"));
        assert!(!set_aside, "the digest was right");
    }
}

/// sled's backward iteration gave up on keys like these.
#[test]
fn lists_can_be_read_backwards_over_many_leaves() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let times = [u64::MAX, u64::MAX - 1, 0, 1, 255, 256, 1 << 40, u64::from(u32::MAX)];
    let mut all = Vec::new();
    for n in 0..1200_u64 {
        let time = times[(n % 8) as usize].wrapping_add((n / 100) << (n % 57));
        all.push(Doc {
            time,
            column: [0, 255, u64::MAX, 1][(n % 4) as usize],
            text: String::new(),
            ..super::fixture::doc(n + 1, 1)
        });
    }
    for part in all.chunks(60) {
        put(&store, part).unwrap();
    }
    for part in all.chunks(7).step_by(2) {
        for doc in part {
            delete(&store, doc.id).unwrap();
        }
    }
    for number in [0, 255, u64::MAX, 1] {
        let list = column(number);
        let forward = store.list(list, Position::FIRST, usize::MAX).unwrap();
        let mut back = store.list_back(list, Position::LAST, usize::MAX).unwrap();
        back.reverse();
        assert_eq!(back, forward);
        for (n, entry) in forward.iter().enumerate().skip(1) {
            assert_eq!(store.list_back(list, entry.position(), 1).unwrap(), [forward[n - 1]]);
        }
        assert!(forward.len() > 100);
    }
}
