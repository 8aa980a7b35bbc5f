//! Snapshots: made while work goes on, used for rebuilding, never believed blindly.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use zhanqun::store::{Read, Store, Work};

use super::fixture::{Doc, column, delete, doc, everything, ids, noise, open, options, put};

fn rebuild(dir: &std::path::Path) -> (Store, Vec<Work>) {
    fs::remove_dir_all(dir.join("state")).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let progress = move |work: Work, _: u64, _: u64| {
        let mut seen = noted.lock().unwrap();
        if seen.last() != Some(&work) {
            seen.push(work);
        }
    };
    let store = Store::open(options(dir), &progress).unwrap();
    let seen = seen.lock().unwrap().clone();
    (store, seen)
}

#[test]
fn a_snapshot_made_while_writing_leads_to_the_same_state() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for id in 1..=1500 {
        put(&store, &[Doc { text: noise(id, 1500), ..doc(id, id % 5) }]).unwrap();
    }
    let stop = AtomicBool::new(false);
    let made = std::thread::scope(|scope| {
        for writer in 0..3_u64 {
            let (store, stop) = (&store, &stop);
            scope.spawn(move || {
                let mut n = 0;
                while !stop.load(Ordering::Relaxed) {
                    n += 1;
                    let id = 1 + (n * 7919 + writer * 3) % 1500;
                    match n % 4 {
                        0 => drop(delete(store, id)),
                        // Swapping addresses makes unique keys change hands.
                        1 => {
                            let (a, b) = (id, 1 + id % 1500);
                            let swap = [
                                Doc { address: format!("/{b}"), ..doc(a, 1) },
                                Doc { address: format!("/{a}"), ..doc(b, 2) },
                            ];
                            let _ = put(store, &swap);
                        }
                        2 => drop(put(store, &[Doc { text: noise(n, 9000), ..doc(id, 3) }])),
                        _ => drop(put(store, &[doc(id, n % 5)])),
                    }
                }
            });
        }
        let made: Vec<u64> = (0..4).map(|_| store.snapshot().unwrap()).collect();
        stop.store(true, Ordering::Relaxed);
        made
    });
    put(&store, &[doc(9000, 1)]).unwrap();
    let wanted =
        (everything(&store, 1..=1500), (0..5).map(|c| ids(&store, column(c))).collect::<Vec<_>>(), store.digest());
    store.close().unwrap();
    let mut kept: Vec<String> = fs::read_dir(dir.path().join("snapshots"))
        .unwrap()
        .map(|i| i.unwrap().file_name().into_string().unwrap())
        .collect();
    kept.sort();
    assert_eq!(kept, made[2..].iter().map(|seq| format!("{seq:020}.zqs")).collect::<Vec<_>>());
    // From the newest; from the older one when the newest is damaged; from the journal when both are.
    for good in (0..=2).rev() {
        let (store, works) = rebuild(dir.path());
        let now =
            (everything(&store, 1..=1500), (0..5).map(|c| ids(&store, column(c))).collect::<Vec<_>>(), store.digest());
        assert!(now == wanted, "{good} good snapshots");
        assert_eq!(works.contains(&Work::Load) && works.contains(&Work::Index), good > 0, "{works:?}");
        store.close().unwrap();
        if good > 0 {
            let path = dir.path().join("snapshots").join(&kept[good - 1]);
            let mut bytes = fs::read(&path).unwrap();
            let at = bytes.len() * good / 3;
            bytes[at] ^= 1;
            fs::write(&path, bytes).unwrap();
        }
    }
}

#[test]
fn snapshots_are_made_by_themselves() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = options(dir.path());
    options.snapshots = true;
    options.snapshot_bytes = 20_000;
    let store = Store::open(options, &()).unwrap();
    for id in 1..=50 {
        put(&store, &[Doc { text: noise(id, 1000), ..doc(id, 1) }]).unwrap();
    }
    let made = || {
        fs::read_dir(dir.path().join("snapshots"))
            .is_ok_and(|mut d| d.any(|i| i.unwrap().file_name().to_str().unwrap().ends_with(".zqs")))
    };
    for _ in 0..600 {
        if made() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(made());
    let digest = store.digest();
    store.close().unwrap();
    let (store, _) = rebuild(dir.path());
    assert_eq!(store.digest(), digest);
    assert!(store.get::<Doc>(50).unwrap().is_some());
}
