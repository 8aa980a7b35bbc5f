//! Whatever happens to the files: what was acknowledged is there, or the start stops and says why.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use zhanqun::store::{Error, Read, Store, verify};

use super::fixture::{ADDRESS, Doc, column, delete, doc, everything, ids, noise, open, options, put, try_open};

/// A store with documents, changed and deleted ones, and a large one; closed cleanly.
fn filled(dir: &Path) {
    let store = open(dir);
    for id in 1..=60 {
        put(&store, &[doc(id, id % 3), Doc { text: noise(id, 3000), ..doc(id + 100, 7) }]).unwrap();
    }
    put(&store, &[Doc { text: noise(5, 30_000), ..doc(5, 9) }]).unwrap();
    delete(&store, 6).unwrap();
    store.close().unwrap();
}

type All = (Vec<(u64, Option<(Vec<u8>, u64)>)>, Vec<Vec<u64>>, (u64, u128), Option<u64>);

fn all(store: &Store) -> All {
    let lists = [0, 1, 2, 7, 9].map(|c| ids(store, column(c)));
    (everything(store, 0..200), lists.to_vec(), store.digest(), store.unique(ADDRESS, b"/5").unwrap())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let place = to.join(item.file_name());
        if item.path().is_dir() {
            copy(&item.path(), &place);
        } else {
            fs::copy(item.path(), place).unwrap();
        }
    }
}

fn last_segment(dir: &Path) -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir(dir.join("journal")).unwrap().map(|i| i.unwrap().path()).collect();
    found.sort();
    found.pop().unwrap()
}

fn flip(path: &Path, at: u64) {
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 0x40], at).unwrap();
}

#[test]
fn a_torn_end_is_cut_off_at_any_byte() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, &[doc(1, 1)]).unwrap();
    put(&store, &[doc(2, 1)]).unwrap();
    let before = fs::metadata(last_segment(dir.path())).unwrap().len();
    let digest = store.digest();
    // A copy of the journal beside a state that has not seen the last commit: as after a power cut.
    let cut = tempfile::tempdir().unwrap();
    put(&store, &[doc(3, 1)]).unwrap();
    copy(&dir.path().join("journal"), &cut.path().join("journal"));
    let segment = last_segment(cut.path());
    let whole = fs::read(&segment).unwrap();
    assert!(whole.len() as u64 > before + 100);
    for length in before..=whole.len() as u64 {
        fs::write(&segment, &whole[..length as usize]).unwrap();
        let report = verify(cut.path(), &()).unwrap();
        let complete = length == whole.len() as u64;
        assert_eq!(report.records, if complete { 3 } else { 2 });
        assert_eq!(report.torn.is_some(), !complete && length != before, "{length}");
        if length % 40 == 0 || complete || length == before {
            let store = open(cut.path());
            assert_eq!(store.seq(), report.records);
            if !complete {
                assert_eq!(store.digest(), digest);
                assert_eq!(fs::metadata(&segment).unwrap().len(), before, "the rest is gone");
                // The next commit takes its place.
                assert_eq!(put(&store, &[doc(4, 1)]).unwrap().seq, 3);
            }
            store.close().unwrap();
            assert_eq!(verify(cut.path(), &()).unwrap().records, 3);
            fs::remove_dir_all(cut.path().join("state")).unwrap();
            fs::remove_file(cut.path().join("clean")).unwrap();
        }
    }
}

#[test]
fn damage_before_a_good_record_stops_the_start() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let segment = last_segment(dir.path());
    let length = fs::metadata(&segment).unwrap().len();
    for at in [3, 30, 64, 70, 100, 130, length / 2, length - 400] {
        for clean in [true, false] {
            let hurt = tempfile::tempdir().unwrap();
            copy(dir.path(), hurt.path());
            if !clean {
                fs::remove_file(hurt.path().join("clean")).unwrap();
            }
            flip(&last_segment(hurt.path()), at);
            match try_open(hurt.path()) {
                Err(Error::Damaged { segment, advice, .. }) => {
                    assert_eq!(segment, last_segment(hurt.path()));
                    assert!(advice.contains("do not delete"));
                }
                other => panic!("byte {at}: {other:?}"),
            }
            assert!(matches!(verify(hurt.path(), &()), Err(Error::Damaged { .. })));
            assert_eq!(fs::metadata(last_segment(hurt.path())).unwrap().len(), length, "nothing was changed");
        }
    }
}

#[test]
fn acknowledged_records_that_vanished_stop_the_start() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    for clean in [true, false] {
        let hurt = tempfile::tempdir().unwrap();
        copy(dir.path(), hurt.path());
        if !clean {
            fs::remove_file(hurt.path().join("clean")).unwrap();
        }
        // The last commit, gone without a trace in the journal itself.
        let segment = last_segment(hurt.path());
        let length = fs::metadata(&segment).unwrap().len();
        OpenOptions::new().write(true).open(&segment).unwrap().set_len(length - 20).unwrap();
        match try_open(hurt.path()) {
            Err(Error::Damaged { what, .. }) => assert!(what.contains("has seen record 62"), "{what}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::metadata(&segment).unwrap().len(), length - 20, "nothing was cut off");
        fs::remove_file(&segment).unwrap();
        assert!(
            matches!(try_open(hurt.path()), Err(Error::Damaged { .. })),
            "a journal that is gone is not a new store"
        );
    }
}

#[test]
fn several_segments_hang_together() {
    let dir = tempfile::tempdir().unwrap();
    let small = |dir: &Path| {
        let mut options = options(dir);
        options.segment_bytes = 4000;
        Store::open(options, &())
    };
    let store = small(dir.path()).unwrap();
    for id in 1..=40 {
        put(&store, &[Doc { text: noise(id, 700), ..doc(id, 1) }]).unwrap();
    }
    let segments = store.stats().segments;
    assert!(segments > 4);
    let digest = store.digest();
    let seqs: Vec<u64> = {
        let mut feed = store.changes(1);
        std::iter::from_fn(|| feed.next(std::time::Duration::ZERO).unwrap().map(|c| c.seq)).collect()
    };
    assert_eq!(seqs, (1..=40).collect::<Vec<_>>());
    store.close().unwrap();
    let report = verify(dir.path(), &()).unwrap();
    assert_eq!((report.records, report.segments), (40, segments));
    // Built from the journal alone.
    fs::remove_dir_all(dir.path().join("state")).unwrap();
    let store = small(dir.path()).unwrap();
    assert_eq!(store.digest(), digest);
    store.close().unwrap();
    // One in the middle is gone, or its end is.
    let mut all: Vec<PathBuf> = fs::read_dir(dir.path().join("journal")).unwrap().map(|i| i.unwrap().path()).collect();
    all.sort();
    let bytes = fs::read(&all[2]).unwrap();
    for what in 0..2 {
        match what {
            0 => fs::remove_file(&all[2]).unwrap(),
            _ => fs::write(&all[2], &bytes[..bytes.len() - 10]).unwrap(),
        }
        assert!(matches!(small(dir.path()), Err(Error::Damaged { .. })));
        assert!(matches!(verify(dir.path(), &()), Err(Error::Damaged { .. })));
        fs::write(&all[2], &bytes).unwrap();
    }
    let store = small(dir.path()).unwrap();
    assert_eq!(store.digest(), digest);
}

/// What is done to the file, in words and in deed.
type Injury = (&'static str, Box<dyn Fn(&Path)>);

/// What can happen to the state, from the file of sled.
fn injuries(db: &Path) -> Vec<Injury> {
    let length = fs::metadata(db).unwrap().len();
    let used = fs::read(db).unwrap().iter().rposition(|b| *b != 0).unwrap_or(0) as u64;
    let mut all: Vec<Injury> = vec![
        ("deleted", Box::new(|state| fs::remove_dir_all(state).unwrap())),
        ("file deleted", Box::new(|state| fs::remove_file(state.join("db")).unwrap())),
        (
            "emptied",
            Box::new(|state| OpenOptions::new().write(true).open(state.join("db")).unwrap().set_len(0).unwrap()),
        ),
        (
            "halved",
            Box::new(move |state| {
                OpenOptions::new().write(true).open(state.join("db")).unwrap().set_len(length / 2).unwrap()
            }),
        ),
        (
            "zeroed in the middle",
            Box::new(move |state| {
                let file = OpenOptions::new().write(true).open(state.join("db")).unwrap();
                file.write_all_at(&vec![0; (used / 4) as usize], used / 3).unwrap();
            }),
        ),
        (
            "snapshot files deleted",
            Box::new(|state| {
                for item in fs::read_dir(state).unwrap() {
                    let path = item.unwrap().path();
                    if path.file_name().unwrap().to_str().unwrap().starts_with("snap") {
                        fs::remove_file(path).unwrap();
                    }
                }
            }),
        ),
        ("configuration damaged", Box::new(|state| fs::write(state.join("conf"), "segment_size: 12\n").unwrap())),
    ];
    for n in 0..12 {
        let at = used / 12 * n + 17;
        all.push(("a bit flipped", Box::new(move |state| flip(&state.join("db"), at))));
    }
    all
}

#[test]
fn whatever_happens_to_the_state_everything_is_there() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let wanted = {
        let store = open(dir.path());
        let wanted = all(&store);
        store.close().unwrap();
        wanted
    };
    for (what, injure) in injuries(&dir.path().join("state/db")) {
        for clean in [true, false] {
            let hurt = tempfile::tempdir().unwrap();
            copy(dir.path(), hurt.path());
            injure(&hurt.path().join("state"));
            if !clean {
                fs::remove_file(hurt.path().join("clean")).unwrap();
            }
            let store = try_open(hurt.path()).unwrap_or_else(|e| panic!("{what}, clean {clean}: {e}"));
            assert!(all(&store) == wanted, "{what}, clean {clean}");
            put(&store, &[doc(500, 1)]).unwrap();
            store.close().unwrap();
            let store = open(hurt.path());
            assert_eq!(store.get::<Doc>(500).unwrap(), Some(doc(500, 1)));
        }
    }
}

#[test]
fn records_that_vanish_silently_from_the_state_are_noticed() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let wanted = {
        let store = open(dir.path());
        let wanted = all(&store);
        store.close().unwrap();
        wanted
    };
    // A state that opens well and lacks one key, or has another value, or an older place.
    let mut keys: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    let tamper = |dir: &Path, work: &dyn Fn(&sled::Db)| {
        let db = sled::Config::new().path(dir.join("state")).segment_size(8 << 20).open().unwrap();
        work(&db);
        db.flush().unwrap();
    };
    {
        let look = tempfile::tempdir().unwrap();
        copy(dir.path(), look.path());
        tamper(look.path(), &|_| {});
        let db = sled::Config::new().path(look.path().join("state")).segment_size(8 << 20).open().unwrap();
        keys.extend(db.iter().map(|kv| kv.unwrap()).map(|(k, v)| (k.to_vec(), v.to_vec())));
    }
    assert!(keys.len() > 300);
    let kinds = [0_u8, 1, 2, 3, 4].map(|kind| keys.iter().find(|(k, _)| k[0] == kind).cloned().unwrap());
    for (key, value) in kinds {
        for change in 0..2 {
            for clean in [true, false] {
                let hurt = tempfile::tempdir().unwrap();
                copy(dir.path(), hurt.path());
                if !clean {
                    fs::remove_file(hurt.path().join("clean")).unwrap();
                }
                tamper(hurt.path(), &|db| {
                    if change == 0 {
                        db.remove(&key).unwrap();
                    } else {
                        let mut other = value.clone();
                        other.push(7);
                        db.insert(&key, other).unwrap();
                    }
                });
                let store = open(hurt.path());
                assert!(all(&store) == wanted, "key {key:?}, change {change}, clean {clean}");
                let aside = fs::read_dir(hurt.path())
                    .unwrap()
                    .filter(|i| i.as_ref().unwrap().file_name().to_str().unwrap().starts_with("state.damaged-"))
                    .count();
                assert_eq!(aside, 1, "the damaged state is kept");
            }
        }
    }
}

#[test]
fn an_older_state_catches_up_and_a_strange_one_is_not_used() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    let older = tempfile::tempdir().unwrap();
    copy(&dir.path().join("state"), older.path());
    let store = open(dir.path());
    for id in 300..340 {
        put(&store, &[doc(id, 1)]).unwrap();
    }
    let wanted = all(&store);
    store.close().unwrap();
    let strange = tempfile::tempdir().unwrap();
    filled(strange.path());
    for state in [older.path().to_path_buf(), strange.path().join("state")] {
        for clean in [true, false] {
            let mixed = tempfile::tempdir().unwrap();
            copy(dir.path(), mixed.path());
            fs::remove_dir_all(mixed.path().join("state")).unwrap();
            copy(&state, &mixed.path().join("state"));
            if !clean {
                fs::remove_file(mixed.path().join("clean")).unwrap();
            }
            let store = open(mixed.path());
            assert!(all(&store) == wanted);
        }
    }
}

#[test]
fn the_directory_is_served_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    match try_open(dir.path()) {
        Err(Error::Locked { holder, .. }) => assert_eq!(holder, format!(" by process {}", std::process::id())),
        other => panic!("{other:?}"),
    }
    store.close().unwrap();
    open(dir.path());
}
