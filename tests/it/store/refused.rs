//! A disk that refuses to make writes durable, and a commit that hangs: each in a process of its own, which the test
//! starts again from its own binary.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use zhanqun::store::{Error, Read, Store, verify};

use super::crash::droplast;
use super::fixture::{Doc, doc, open, options, put};

const DIR: &str = "ZHANQUN_TEST_REFUSED_DIR";

fn again(child: &str, dir: &Path, environment: &[(&str, &Path)]) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", child, "--nocapture", "--test-threads=1"]).env(DIR, dir);
    for (name, value) in environment {
        command.env(name, value);
    }
    command.output().unwrap()
}

/// Writes while the disk refuses now and then; does nothing in an ordinary run.
#[test]
fn writer_on_a_refusing_disk() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let Some(shadow) = std::env::var_os("DROPLAST_SHADOW") else { return };
    let (dir, shadow) = (PathBuf::from(dir), PathBuf::from(shadow));
    let refuse = |how: &str| fs::write(shadow.join(how), "").unwrap();
    let store = open(&dir);
    put(&store, &[doc(1, 1)]).unwrap();
    // fdatasync fails, and what was half written can be taken back.
    refuse("refuse-data");
    assert!(matches!(put(&store, &[doc(2, 1)]), Err(Error::Io { .. })));
    assert_eq!(store.get::<Doc>(2).unwrap(), None, "nobody may read what was not acknowledged");
    assert_eq!(store.get::<Doc>(1).unwrap(), Some(doc(1, 1)), "reading goes on");
    fs::remove_file(shadow.join("refuse-data")).unwrap();
    assert_eq!(put(&store, &[doc(3, 1)]).unwrap().seq, 2, "writing goes on");
    // Nothing can be made durable, not even that it was taken back.
    refuse("refuse");
    assert!(matches!(put(&store, &[doc(4, 1)]), Err(Error::Stopped(_))));
    fs::remove_file(shadow.join("refuse")).unwrap();
    assert!(matches!(put(&store, &[doc(5, 1)]), Err(Error::Stopped(_))), "the file's end is unknown");
    assert_eq!(store.get::<Doc>(3).unwrap(), Some(doc(3, 1)));
    println!("as expected");
}

#[test]
fn a_commit_that_the_disk_refuses_is_not_acknowledged_and_not_there_afterwards() {
    let place = tempfile::tempdir().unwrap();
    let base = place.path().canonicalize().unwrap();
    let Some(library) = droplast(&base) else { return };
    let (dir, shadow) = (base.join("data"), base.join("shadow"));
    for folder in [dir.clone(), shadow.join("files"), shadow.join("dirs"), shadow.join("keep")] {
        fs::create_dir_all(folder).unwrap();
    }
    let environment: [(&str, &Path); 3] =
        [("LD_PRELOAD", &library), ("DROPLAST_DIR", &dir), ("DROPLAST_SHADOW", &shadow)];
    let output = again("store::refused::writer_on_a_refusing_disk", &dir, &environment);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("as expected"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let store = open(&dir);
    let there: Vec<u64> = (1..=5).filter(|id| store.get::<Doc>(*id).unwrap().is_some()).collect();
    assert_eq!(there, [1, 3]);
    put(&store, &[doc(6, 1)]).unwrap();
    store.close().unwrap();
    assert_eq!(verify(&dir, &()).unwrap().records, 3);
}

/// Commits while something in the commit hangs; does nothing in an ordinary run.
#[test]
fn writer_that_hangs() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    if std::env::var_os("DROPLAST_SHADOW").is_some() {
        return;
    }
    let mut options = options(Path::new(&dir));
    options.stuck_after = Duration::from_millis(400);
    let store = Store::open(options, &()).unwrap();
    put(&store, &[doc(1, 1)]).unwrap();
    store.on_commit(|_| std::thread::sleep(Duration::from_secs(600)));
    let _ = put(&store, &[doc(2, 1)]);
    println!("it came back");
}

#[test]
fn a_commit_that_hangs_ends_the_process_with_a_clear_message_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let output = again("store::refused::writer_that_hangs", dir.path(), &[]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(70), "{error}");
    assert!(error.contains("stuck") && error.contains("nothing that was acknowledged is lost"), "{error}");
    let store = open(dir.path());
    assert_eq!(store.get::<Doc>(1).unwrap(), Some(doc(1, 1)));
    // The hanging commit was durable already, only nobody had been told.
    assert_eq!(store.get::<Doc>(2).unwrap(), Some(doc(2, 1)));
    put(&store, &[doc(3, 1)]).unwrap();
}
