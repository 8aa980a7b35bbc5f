//! Backup while writing, restore, one site back in time, media files.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use zhanqun::base::clock::Clock;
use zhanqun::store::{BlobHash, Blobs, Error, Read, backup, manifest, restore, verify};

use super::fixture::{Column, Doc, actor, delete, doc, everything, fixed, noise, open, put};

#[test]
fn a_backup_made_while_writing_holds_everything_acknowledged_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    let (target, back) = (place.path().join("backup"), place.path().join("restored"));
    let store = open(dir.path());
    let blobs = Blobs::open(dir.path(), 0).unwrap();
    let picture = blobs.put(&[7; 100_000]).unwrap();
    for id in 1..=300 {
        put(&store, &[Doc { text: noise(id, 800), ..doc(id, 1) }]).unwrap();
    }
    store.snapshot().unwrap();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut id = 1000;
            while !stop.load(Ordering::Relaxed) {
                id += 1;
                put(&store, &[doc(id, 2)]).unwrap();
            }
        });
        for run in 0..3 {
            let before = store.seq();
            let made = backup(dir.path(), &target, true, &()).unwrap();
            assert!(made.seq >= before, "run {run}");
            assert_eq!(made.files.keys().filter(|n| n.starts_with("media/")).count(), 1);
            assert_eq!(manifest(&target).unwrap().seq, made.seq);
            let _ = fs::remove_dir_all(&back);
            restore(&target, &back, &()).unwrap();
            let restored = open(&back);
            assert_eq!(restored.seq(), made.seq);
            assert!(everything(&restored, 1..=300) == everything(&store, 1..=300));
            assert!(restored.get::<Doc>(1000 + made.seq - 300).unwrap().is_some());
            assert!(Blobs::open(&back, 0).unwrap().verify(&picture).unwrap());
            restored.close().unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
    store.close().unwrap();
    // Only what is new is copied.
    blobs.put(b"another").unwrap();
    let again = backup(dir.path(), &target, true, &()).unwrap();
    assert_eq!(again.copied, 2, "the last segment and one picture");
    assert_eq!(again.head, verify(dir.path(), &()).unwrap().head);
}

#[test]
fn a_backup_is_checked_and_not_mixed() {
    let dir = tempfile::tempdir().unwrap();
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("backup");
    let store = open(dir.path());
    put(&store, &[doc(1, 1), doc(2, 1)]).unwrap();
    let blobs = Blobs::open(dir.path(), 0).unwrap();
    let bad = blobs.put(b"will be damaged").unwrap();
    fs::write(blobs.path(&bad), b"will be dAmaged").unwrap();
    let made = backup(dir.path(), &target, true, &()).unwrap();
    assert_eq!(made.damaged, [bad.to_string()]);
    put(&store, &[doc(3, 1)]).unwrap();
    store.close().unwrap();
    assert!(matches!(restore(&target, dir.path(), &()), Err(Error::Snapshot { .. })), "not over data");
    // Another group does not go into the same folder, nor does a group that went another way.
    let other = tempfile::tempdir().unwrap();
    let strange = open(other.path());
    put(&strange, &[doc(1, 1)]).unwrap();
    assert!(matches!(backup(other.path(), &target, true, &()), Err(Error::Snapshot { .. })));
    let back = place.path().join("back");
    restore(&target, &back, &()).unwrap();
    backup(dir.path(), &target, true, &()).unwrap();
    let store = open(&back);
    put(&store, &[doc(7, 1)]).unwrap();
    assert!(matches!(backup(&back, &target, true, &()), Err(Error::Snapshot { .. })));
    // A folder with something else in it.
    fs::create_dir(place.path().join("full")).unwrap();
    fs::write(place.path().join("full/letter.txt"), "x").unwrap();
    assert!(matches!(backup(&back, &place.path().join("full"), true, &()), Err(Error::Snapshot { .. })));
    // A damaged backup is not restored, and what was begun is not opened.
    let segment = fs::read_dir(target.join("journal")).unwrap().next().unwrap().unwrap().path();
    let mut bytes = fs::read(&segment).unwrap();
    bytes[100] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let half = place.path().join("half");
    assert!(matches!(restore(&target, &half, &()), Err(Error::Snapshot { .. })));
    assert!(matches!(super::fixture::try_open(&half), Err(Error::Snapshot { .. })));
}

#[test]
fn one_site_goes_back_in_time_and_the_others_stay() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::fixed(1_000);
    let store = fixed(dir.path(), &clock);
    let on = |site: u64, d: Doc| Doc { site, ..d };
    put(&store, &[on(1, doc(1, 1)), on(1, doc(2, 1)), on(2, doc(3, 1)), on(1, doc(4, 1))]).unwrap();
    let mut tx = store.transaction(actor(), "site.column");
    tx.put(&Column { id: 50, site: 1, name: "要闻".into() }).unwrap();
    store.commit(tx).unwrap();
    clock.set(2_000);
    put(&store, &[on(1, Doc { text: "defaced".into(), ..doc(1, 1) }), on(2, Doc { text: "good".into(), ..doc(3, 1) })])
        .unwrap();
    delete(&store, 2).unwrap();
    put(&store, &[on(1, doc(9, 1)), on(2, doc(4, 1))]).unwrap();
    let mut tx = store.transaction(actor(), "site.column");
    tx.delete::<Column>(50);
    store.commit(tx).unwrap();
    let then = store.rows_of_site_at(1, 1_500).unwrap();
    assert_eq!(then.keys().map(|(_, id)| *id).collect::<Vec<_>>(), [1, 2, 4, 50]);
    assert_eq!(store.rows_of_site_at(1, 500).unwrap().len(), 0);
    clock.set(3_000);
    let done = store.restore_site(&actor(), 1, 1_500).unwrap().unwrap();
    assert_eq!((done.action.as_str(), done.site), ("site.restore", 1));
    assert_eq!(store.get::<Doc>(1).unwrap(), Some(on(1, doc(1, 1))));
    assert_eq!(store.get::<Doc>(2).unwrap(), Some(on(1, doc(2, 1))));
    assert_eq!(store.get::<Doc>(3).unwrap().unwrap().text, "good", "the other site keeps its change");
    assert_eq!(store.get::<Doc>(4).unwrap().unwrap().site, 2, "what moved away stays there");
    assert_eq!(store.get::<Doc>(9).unwrap(), None);
    assert_eq!(store.get::<Column>(50).unwrap().unwrap().name, "要闻");
    assert!(store.restore_site(&actor(), 1, 3_500).unwrap().is_none(), "nothing to do");
    // And the restore can be undone.
    store.restore_site(&actor(), 1, 2_500).unwrap().unwrap();
    assert_eq!(store.get::<Doc>(1).unwrap().unwrap().text, "defaced");
    assert_eq!(store.get::<Doc>(9).unwrap().unwrap().id, 9);
}

#[test]
fn media_files_are_stored_once_and_whole() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path(), 0).unwrap();
    let hash = blobs.put("图片".as_bytes()).unwrap();
    assert_eq!(hash, BlobHash::of("图片".as_bytes()));
    assert_eq!(blobs.put("图片".as_bytes()).unwrap(), hash);
    assert_eq!(fs::read(blobs.path(&hash)).unwrap(), "图片".as_bytes());
    assert_eq!(blobs.list().unwrap(), [(hash.clone(), 6)]);
    assert!(matches!(blobs.put_from(&mut &[0; 100][..], 99), Err(Error::TooLarge { .. })));
    let left: Vec<_> = fs::read_dir(dir.path().join("media")).unwrap().map(|i| i.unwrap().file_name()).collect();
    assert_eq!(left.len(), 1, "no temporary file is left: {left:?}");
    // A damaged file is written again.
    fs::write(blobs.path(&hash), "图片".repeat(2)).unwrap();
    assert!(!blobs.verify(&hash).unwrap());
    blobs.put("图片".as_bytes()).unwrap();
    assert!(blobs.verify(&hash).unwrap());
    assert!(blobs.read(&BlobHash::of(b"none")).unwrap().is_none());
    assert!(BlobHash::parse("../../etc/passwd").is_none());
    let full = Blobs::open(dir.path(), u64::MAX / 2).unwrap();
    assert!(matches!(full.put(b"x"), Err(Error::Full { .. })));
}
