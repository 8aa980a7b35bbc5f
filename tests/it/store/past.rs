//! Reading the journal backwards.

use std::time::Instant;

use zhanqun::store::{Actor, Past, PastStep, Store};

use super::fixture;

fn seqs(mut past: Past) -> Vec<u64> {
    let mut found = Vec::new();
    loop {
        match past.step(|_| true).unwrap() {
            PastStep::Found(committed) => found.push(committed.seq),
            PastStep::Passed(_) => unreachable!("everything is wanted"),
            PastStep::End => return found,
        }
    }
}

fn down_from(last: u64) -> Vec<u64> {
    (1..=last).rev().collect()
}

/// Commits by several threads, so that some share a frame, in several segments.
fn filled(store: &Store, count: u64) {
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for number in 0..count / 4 {
                    let actor = Actor { name: format!("user{thread}"), address: String::new() };
                    store.commit(store.transaction(actor, "test.note").note(format!("{number}"))).unwrap();
                }
            });
        }
    });
}

#[test]
fn every_record_comes_once_the_newest_first_from_any_place() {
    let dir = tempfile::tempdir().unwrap();
    let mut options = fixture::options(dir.path());
    options.segment_bytes = 4_000;
    let store = Store::open(options, &()).unwrap();
    assert!(seqs(store.past(u64::MAX)).is_empty());
    filled(&store, 400);
    assert!(store.stats().segments > 3, "{:?}", store.stats());
    assert_eq!(seqs(store.past(u64::MAX)), down_from(400));
    for last in [400, 399, 201, 200, 2, 1] {
        assert_eq!(seqs(store.past(last)), down_from(last), "{last}");
    }
    assert!(seqs(store.past(0)).is_empty());
    filled(&store, 40);
    assert_eq!(seqs(store.past(u64::MAX)), down_from(440), "what came later");
}

#[test]
fn a_glance_tells_what_is_wanted_without_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(fixture::options(dir.path()), &()).unwrap();
    filled(&store, 40);
    let mut past = store.past(u64::MAX);
    let (mut found, mut passed) = (0, 0);
    loop {
        match past.step(|glance| glance.actor == "user2" && glance.action == "test.note").unwrap() {
            PastStep::Found(committed) => {
                assert_eq!(committed.actor.name, "user2");
                found += 1;
            }
            PastStep::Passed(_) => passed += 1,
            PastStep::End => break,
        }
    }
    assert_eq!((found, passed), (10, 30));
}

#[test]
fn a_moment_is_found_without_reading_what_came_after_it() {
    const HOUR: i64 = 3_600_000;
    let dir = tempfile::tempdir().unwrap();
    let clock = zhanqun::base::clock::Clock::fixed(0);
    let mut options = fixture::options(dir.path());
    options.clock = clock.clone();
    options.segment_bytes = 4_000;
    let store = Store::open(options, &()).unwrap();
    for number in 1..=200 {
        clock.set(number * HOUR);
        store.commit(store.transaction(Actor::cli(), "test.note").note("x".repeat(100))).unwrap();
    }
    for hour in [0, 1, 2, 57, 120, 199, 200, 1000] {
        let mut past = store.past(u64::MAX);
        past.seek(hour * HOUR).unwrap();
        // One hour more is read, for clocks that were set back.
        let wanted = u64::try_from(hour + 1).unwrap().clamp(1, 200);
        assert_eq!(past.next_seq(), wanted, "{hour}");
        assert_eq!(seqs(past), down_from(wanted), "{hour}");
    }
}

#[test]
fn a_changed_byte_is_found_on_the_way_back() {
    let dir = tempfile::tempdir().unwrap();
    let options = fixture::options(dir.path());
    let store = Store::open(options.clone(), &()).unwrap();
    for number in 0..20 {
        store.commit(store.transaction(Actor::cli(), "test.note").note(format!("{number}"))).unwrap();
    }
    let file = std::fs::read_dir(options.dir.join("journal")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let mut past = store.past(u64::MAX);
    let mut read = 0;
    let error = loop {
        match past.step(|_| true) {
            Ok(PastStep::End) => panic!("the damage was not found"),
            Ok(_) => read += 1,
            Err(error) => break error,
        }
    };
    assert!(read > 3, "what comes after it can be read");
    assert!(error.to_string().contains("damaged"), "{error}");
}

#[test]
fn the_newest_page_of_a_large_journal_comes_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(fixture::options(dir.path()), &()).unwrap();
    filled(&store, 4_000);
    let page = || {
        let began = Instant::now();
        let mut past = store.past(u64::MAX);
        for _ in 0..50 {
            past.step(|_| true).unwrap();
        }
        began.elapsed().as_micros()
    };
    let all = Instant::now();
    assert_eq!(seqs(store.past(u64::MAX)).len(), 4_000);
    let all = all.elapsed().as_micros();
    let mut pages: Vec<u128> = (0..5).map(|_| page()).collect();
    pages.sort_unstable();
    assert!(pages[0] * 10 < all, "a page {} µs, everything {all} µs", pages[0]);
}
