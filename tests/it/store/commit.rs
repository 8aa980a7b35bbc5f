//! Commit and read, conflict, duplicate, groups, followers, the feed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use zhanqun::store::{Error, ListKey, Position, Read, Record};

use super::fixture::{ADDRESS, ALL, BY_SITE, Doc, actor, column, delete, doc, ids, noise, open, put};

#[test]
fn what_is_committed_can_be_read_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    assert_eq!(store.seq(), 0);
    let first = store.new_id();
    let done = put(&store, &[doc(first, 5), doc(store.new_id(), 5)]).unwrap();
    assert_eq!((done.seq, done.action.as_str(), done.changes.len()), (1, "test.put", 2));
    let big = Doc { text: noise(1, 100_000), ..doc(store.new_id(), 6) };
    put(&store, std::slice::from_ref(&big)).unwrap();
    for round in 0..3 {
        let store = if round == 0 { store.clone() } else { open(dir.path()) };
        assert_eq!(store.seq(), 2, "round {round}");
        assert_eq!(store.get::<Doc>(first).unwrap(), Some(doc(first, 5)));
        assert_eq!(store.get::<Doc>(big.id).unwrap().as_ref(), Some(&big));
        assert_eq!(store.get::<Doc>(99).unwrap(), None);
        assert_eq!(ids(&store, column(5)), [2, 1]);
        assert_eq!(store.count(column(5)).unwrap(), 2);
        assert_eq!(store.count(ListKey::new(ALL, &[])).unwrap(), 3);
        assert_eq!(store.count(ListKey::new(BY_SITE, &[1, 6])).unwrap(), 1);
        assert!(!store.any(column(9)).unwrap());
        assert_eq!(store.unique(ADDRESS, b"/2").unwrap(), Some(2));
        assert_eq!(store.unique(ADDRESS, b"/9").unwrap(), None);
        assert_eq!(store.row(Doc::TABLE, big.id).unwrap().unwrap().1, 2, "the version is the sequence number");
        assert!(store.new_id() > big.id);
        store.close().unwrap();
    }
}

#[test]
fn locks_that_a_starting_child_process_still_holds_are_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, &[doc(1, 5)]).unwrap();
    store.close().unwrap();
    drop(store);
    let held = ["lock", "state/db"].map(|name| {
        let file = std::fs::OpenOptions::new().write(true).open(dir.path().join(name)).unwrap();
        file.try_lock().unwrap();
        file
    });
    let holder = std::thread::spawn(move || {
        for file in held {
            std::thread::sleep(Duration::from_millis(150));
            drop(file);
        }
    });
    let store = open(dir.path());
    assert_eq!(store.get::<Doc>(1).unwrap(), Some(doc(1, 5)));
    holder.join().unwrap();
}

#[test]
fn a_large_row_becomes_small_and_leaves_nothing_behind() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let big = Doc { text: noise(1, 60_000), ..doc(1, 1) };
    put(&store, std::slice::from_ref(&big)).unwrap();
    put(&store, &[doc(1, 1)]).unwrap();
    assert_eq!(store.get::<Doc>(1).unwrap(), Some(doc(1, 1)));
    delete(&store, 1).unwrap();
    assert_eq!(store.get::<Doc>(1).unwrap(), None);
    assert_eq!(store.digest(), (3, 0), "nothing left, nothing counted");
    assert_eq!((store.stats().rows, store.stats().keys), (0, 0));
    let huge = Doc { text: noise(1, 17 << 20), ..doc(2, 1) };
    assert!(matches!(put(&store, &[huge]), Err(Error::Row { .. })));
    assert_eq!(store.seq(), 3);
}

#[test]
fn a_transaction_sees_its_own_writes_and_nobody_elses_change_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, &[doc(1, 5)]).unwrap();
    let edit = |text: &str| {
        let mut tx = store.transaction(actor(), "test.edit").site(1).note("改标题");
        let mut d: Doc = tx.get(1).unwrap().unwrap();
        d.text = text.into();
        tx.put(&d).unwrap();
        assert_eq!(tx.get::<Doc>(1).unwrap().unwrap().text, text);
        tx
    };
    let (one, two) = (edit("one"), edit("two"));
    assert_eq!(store.get::<Doc>(1).unwrap().unwrap().text, doc(1, 5).text, "not yet committed");
    let done = store.commit(one).unwrap();
    assert_eq!((done.site, done.note.as_str()), (1, "改标题"));
    assert!(matches!(store.commit(two), Err(Error::Conflict { table: "document", id: 1 })));
    assert_eq!(store.get::<Doc>(1).unwrap().unwrap().text, "one");
    // A row that was not there must still not be there.
    let mut tx = store.transaction(actor(), "test.edit");
    assert_eq!(tx.get::<Doc>(2).unwrap(), None);
    tx.put(&doc(2, 5)).unwrap();
    put(&store, &[doc(2, 6)]).unwrap();
    assert!(matches!(store.commit(tx), Err(Error::Conflict { id: 2, .. })));
    let mut tx = store.transaction(actor(), "test.new");
    tx.put_new(&doc(2, 5)).unwrap();
    assert!(matches!(store.commit(tx), Err(Error::Conflict { id: 2, .. })));
    // A deleted row is a changed row.
    let tx = edit("three");
    delete(&store, 1).unwrap();
    assert!(matches!(store.commit(tx), Err(Error::Conflict { id: 1, .. })));
}

#[test]
fn a_unique_key_has_one_holder_and_can_change_hands_in_one_transaction() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, &[doc(1, 5), doc(2, 5)]).unwrap();
    let thief = Doc { address: "/1".into(), ..doc(3, 5) };
    match put(&store, std::slice::from_ref(&thief)) {
        Err(Error::Duplicate { id: 3, key, holder: 1, .. }) => assert_eq!(key, "/1"),
        other => panic!("{other:?}"),
    }
    assert_eq!((store.seq(), store.get::<Doc>(3).unwrap()), (1, None));
    // Swap.
    let done =
        put(&store, &[Doc { address: "/2".into(), ..doc(1, 5) }, Doc { address: "/1".into(), ..doc(2, 5) }]).unwrap();
    assert_eq!(store.unique(ADDRESS, b"/1").unwrap(), Some(2));
    assert_eq!(store.unique(ADDRESS, b"/2").unwrap(), Some(1));
    assert!(done.touched.uniques.contains(&(ADDRESS, b"/1".to_vec())));
    // Two new rows want the same.
    let both = [Doc { address: "/x".into(), ..doc(8, 5) }, Doc { address: "/x".into(), ..doc(9, 5) }];
    assert!(matches!(put(&store, &both), Err(Error::Duplicate { .. })));
    delete(&store, 2).unwrap();
    put(&store, &[thief]).unwrap();
    assert_eq!(store.unique(ADDRESS, b"/1").unwrap(), Some(3));
}

#[test]
fn a_commit_says_what_it_touched() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let first = put(&store, &[doc(1, 5)]).unwrap().touched;
    assert_eq!(first.rows, [(Doc::TABLE, 1)]);
    assert_eq!(first.entries.len(), 3);
    assert_eq!(first.emptiness.len(), 3);
    let second = put(&store, &[doc(2, 5)]).unwrap().touched;
    assert_eq!((second.entries.len(), second.emptiness.len()), (3, 0));
    let text = put(&store, &[Doc { text: "neu".into(), ..doc(2, 5) }]).unwrap().touched;
    assert_eq!((text.entries.len(), text.uniques.len()), (0, 0));
    let moved = put(&store, &[doc(2, 6)]).unwrap().touched;
    assert!(moved.emptiness.contains(&column(6)) && !moved.emptiness.contains(&column(5)));
    assert_eq!(moved.entries.iter().filter(|(list, _)| *list == column(5)).count(), 1);
}

#[test]
fn lists_page_forwards_backwards_and_by_number() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let all: Vec<Doc> = (1..=1000).map(|id| doc(id, 5)).collect();
    for part in all.chunks(100) {
        put(&store, part).unwrap();
    }
    let list = column(5);
    let head = store.list(list, Position::FIRST, 3).unwrap();
    assert_eq!(head.iter().map(|e| e.id).collect::<Vec<_>>(), [1000, 999, 998]);
    let next = store.list(list, head[2].position(), 2).unwrap();
    assert_eq!(next.iter().map(|e| (e.id, e.order)).collect::<Vec<_>>(), [(997, 997), (996, 996)]);
    let back = store.list_back(list, next[1].position(), 3).unwrap();
    assert_eq!(back.iter().map(|e| e.id).collect::<Vec<_>>(), [997, 998, 999]);
    let end = store.list_back(list, Position::LAST, 2).unwrap();
    assert_eq!(end.iter().map(|e| e.id).collect::<Vec<_>>(), [1, 2]);
    let at = |offset, limit| store.list_at(list, offset, limit).unwrap().iter().map(|e| e.id).collect::<Vec<_>>();
    assert_eq!(at(0, 2), [1000, 999]);
    assert_eq!(at(150, 2), [850, 849]);
    assert_eq!(at(998, 5), [2, 1]);
    assert_eq!(at(1000, 5), [0; 0]);
    assert!(store.stats().list_cache_bytes > 0, "held in memory by now");
    // Held lists follow the commits.
    put(&store, &[Doc { time: 5000, ..doc(2, 5) }, Doc { listed: false, ..doc(1, 5) }, doc(2001, 5)]).unwrap();
    assert_eq!(at(0, 3), [2, 2001, 1000]);
    assert_eq!(at(998, 5), [4, 3]);
    assert_eq!(store.count(list).unwrap(), 1000);
}

#[test]
fn many_threads_share_groups_and_followers_see_every_commit_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    store.on_commit(move |committed| noted.lock().unwrap().push(committed.seq));
    put(&store, &[Doc { text: "0".into(), ..doc(1, 1) }]).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..20 {
                    // Everybody counts in the same row; conflicts are tried again.
                    loop {
                        let mut tx = store.transaction(actor(), "test.count");
                        let mut d: Doc = tx.get(1).unwrap().unwrap();
                        d.text = (d.text.parse::<u64>().unwrap() + 1).to_string();
                        tx.put(&d).unwrap();
                        match store.commit(tx) {
                            Ok(done) => {
                                assert!(seen.lock().unwrap().contains(&done.seq), "told before the answer");
                                break;
                            }
                            Err(Error::Conflict { .. }) => {}
                            Err(other) => panic!("{other}"),
                        }
                    }
                    put(&store, &[doc(store.new_id() + 10, 2)]).unwrap();
                }
            });
        }
    });
    assert_eq!(store.get::<Doc>(1).unwrap().unwrap().text, "320");
    assert_eq!(store.count(column(2)).unwrap(), 320);
    assert_eq!(*seen.lock().unwrap(), (1..=641).collect::<Vec<_>>());
    assert!(store.stats().syncs <= store.stats().commits);
}

#[test]
fn the_feed_gives_every_commit_once_and_waits() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for id in 1..=20 {
        put(&store, &[doc(id, 1)]).unwrap();
    }
    let mut feed = store.changes(5);
    for seq in 5..=20 {
        let committed = feed.next(Duration::ZERO).unwrap().unwrap();
        assert_eq!((committed.seq, committed.actor, committed.changes[0].id), (seq, actor(), seq));
    }
    assert!(feed.next(Duration::from_millis(10)).unwrap().is_none());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| feed.next(Duration::from_secs(60)).unwrap().unwrap().seq);
        put(&store, &[doc(21, 1)]).unwrap();
        assert_eq!(waiting.join().unwrap(), 21);
    });
    let mut feed = store.changes(22);
    store.close().unwrap();
    assert!(feed.next(Duration::from_secs(60)).unwrap().is_none(), "a closed store ends the wait");
    assert!(matches!(put(&store, &[doc(30, 1)]), Err(Error::Stopped(_))));
}

#[test]
fn a_commit_without_writes_is_an_entry_in_the_audit_log() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let done = store.commit(store.transaction(actor(), "account.login").note("ok")).unwrap();
    assert_eq!((done.seq, store.seq()), (1, 1));
    let read = store.changes(1).next(Duration::ZERO).unwrap().unwrap();
    assert_eq!((read.action.as_str(), read.note.as_str(), read.changes.len()), ("account.login", "ok", 0));
}

#[test]
fn a_group_with_a_bad_transaction_keeps_the_good_ones() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, &[doc(1, 1)]).unwrap();
    std::thread::scope(|scope| {
        for id in 2..40 {
            let store = &store;
            scope.spawn(move || {
                let address = if id % 2 == 0 { "/1".into() } else { format!("/{id}") };
                let done = put(store, &[Doc { address, ..doc(id, 1) }]);
                assert_eq!(done.is_ok(), id % 2 == 1, "{done:?}");
            });
        }
    });
    assert_eq!(store.count(column(1)).unwrap(), 20);
    assert_eq!(store.seq(), 20);
}
