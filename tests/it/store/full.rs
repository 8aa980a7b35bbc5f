//! A full disk: writes are refused, reads go on, and writing goes on when there is room.

use std::fs;
use std::path::Path;
use std::process::Command;

use zhanqun::store::{Error, Read, Store, verify};

use super::fixture::{Doc, doc, noise, open, options, put};

/// A small file system of its own; gone when dropped.
struct Small(tempfile::TempDir);

impl Small {
    fn mount(size: &str) -> Option<Small> {
        let dir = tempfile::tempdir().unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "zhanqun-test"])
            .arg(dir.path())
            .output();
        match done {
            Ok(out) if out.status.success() => Some(Small(dir)),
            Ok(out) => {
                eprintln!(
                    "skipped: a small file system cannot be mounted here: {}",
                    String::from_utf8_lossy(&out.stderr).trim()
                );
                None
            }
            Err(e) => {
                eprintln!("skipped: a small file system cannot be mounted here: {e}");
                None
            }
        }
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn fill(path: &Path) {
    use std::io::Write;
    let mut file = fs::File::create(path).unwrap();
    for size in [1 << 20, 4096] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

#[test]
fn too_little_room_refuses_writes_until_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let mut tight = options(dir.path());
    tight.min_free_bytes = u64::MAX / 2;
    let store = Store::open(tight, &()).unwrap();
    assert!(matches!(put(&store, &[doc(1, 1)]), Err(Error::Full { .. })));
    assert_eq!((store.get::<Doc>(1).unwrap(), store.seq()), (None, 0));
    store.close().unwrap();
    let store = open(dir.path());
    put(&store, &[doc(1, 1)]).unwrap();
}

#[test]
fn a_full_disk_loses_nothing() {
    let Some(small) = Small::mount("120m") else { return };
    let dir = small.0.path().join("data");
    let filler = small.0.path().join("filler");
    let store = open(&dir);
    let mut known = Vec::new();
    let mut next = 1;
    let mut refused = 0;
    for round in 0..6 {
        // Room for a while, then none at once (even rounds) or used up by ourselves (odd rounds).
        if round % 2 == 0 {
            for _ in 0..200 {
                put(&store, &[Doc { text: noise(next, 2000), ..doc(next, 1) }]).unwrap();
                known.push(next);
                next += 1;
            }
            fill(&filler);
        }
        let mut failed = 0;
        for n in 0..200_000 {
            match put(&store, &[Doc { text: noise(next, 3000), ..doc(next, 1) }]) {
                Ok(_) => known.push(next),
                Err(Error::Full { .. } | Error::State(_)) => {
                    failed += 1;
                    refused += 1;
                }
                Err(other) => panic!("round {round}, write {n}: {other}"),
            }
            next += 1;
            if failed > 20 {
                break;
            }
        }
        assert!(failed > 0, "round {round}");
        if fs::remove_file(&filler).is_ok() {
            let done = (0..50).any(|_| {
                std::thread::sleep(std::time::Duration::from_millis(100));
                let done = put(&store, &[doc(next, 1)]).is_ok();
                if done {
                    known.push(next);
                }
                next += 1;
                done
            });
            assert!(done, "round {round}: there is room again");
            for id in &known {
                assert!(store.get::<Doc>(*id).unwrap().is_some(), "{id}");
            }
        } else {
            break;
        }
    }
    assert!(refused > 0);
    // A restart with a full disk, then with room.
    let full = store.close().is_err();
    eprintln!("refused {refused}, kept {}, closing failed: {full}", known.len());
    let bigger = Command::new("mount").args(["-o", "remount,size=400m"]).arg(small.0.path()).status();
    assert!(bigger.is_ok_and(|s| s.success()));
    let store = open(&dir);
    for id in &known {
        assert!(store.get::<Doc>(*id).unwrap().is_some(), "{id}");
    }
    assert_eq!(store.seq(), verify(&dir, &()).unwrap().records);
    put(&store, &[doc(next, 1)]).unwrap();
}
