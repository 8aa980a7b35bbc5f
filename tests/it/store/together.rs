//! Media files that are made durable together.

use std::fs;
use std::path::Path;

use zhanqun::store::{BlobHash, Blobs};

fn half_received(dir: &Path) -> usize {
    fs::read_dir(dir.join("media")).unwrap().filter(|item| item.as_ref().unwrap().path().is_file()).count()
}

#[test]
fn files_appear_together_and_once() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path(), 0).unwrap();
    let there = blobs.put(b"there already").unwrap();
    let many = blobs.together();
    let hashes: Vec<BlobHash> = (0..20_u32).map(|n| many.put(&n.to_le_bytes()).unwrap()).collect();
    assert_eq!(many.put(b"there already").unwrap(), there);
    assert_eq!(many.put(&3_u32.to_le_bytes()).unwrap(), hashes[3]);
    assert!(many.has(&hashes[3]) && many.has(&there) && !blobs.has(&hashes[3]));
    assert_eq!(blobs.list().unwrap().len(), 1, "no name is given before the bytes are durable");
    many.sync().unwrap();
    assert_eq!(blobs.list().unwrap().len(), 21);
    assert!(hashes.iter().all(|hash| blobs.verify(hash).unwrap()));
    assert_eq!(half_received(dir.path()), 0);
    many.sync().unwrap();
}

#[test]
fn what_was_not_synced_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(dir.path(), 0).unwrap();
    let many = blobs.together();
    many.put(b"one").unwrap();
    many.clone().put(b"two").unwrap();
    assert_eq!(half_received(dir.path()), 2);
    drop(many);
    assert_eq!((half_received(dir.path()), blobs.list().unwrap().len()), (0, 0));
}

#[test]
fn more_than_can_wait_is_made_durable_on_the_way() {
    let dir = tempfile::tempdir().unwrap();
    let many = Blobs::open(dir.path(), 0).unwrap().together();
    for n in 0..1000_u32 {
        many.put(&n.to_le_bytes()).unwrap();
        assert!(half_received(dir.path()) < 300);
    }
    many.sync().unwrap();
    assert_eq!(many.list().unwrap().len(), 1000);
}
