//! Older data is brought up to date, newer data is refused, new indexes are built.

use std::fs;

use zhanqun::store::{Error, Read, Record, Step, Steps, Store, verify};

use super::fixture::{Doc, column, doc, ids, open, options, put, try_open};

fn steps() -> Steps {
    // Version 2 writes addresses with an ending.
    Steps::new(vec![Step {
        from: 1,
        change: |table, json| {
            if table != Doc::TABLE {
                return Ok(None);
            }
            let mut doc: Doc = serde_json::from_str(json).map_err(|e| e.to_string())?;
            doc.address.push_str(".html");
            serde_json::to_string(&doc).map(Some).map_err(|e| e.to_string())
        },
    }])
}

#[test]
fn a_step_changes_old_rows_and_the_old_program_refuses_the_new_data() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, &[doc(1, 1), doc(2, 1)]).unwrap();
    store.snapshot().unwrap();
    put(&store, &[doc(3, 1)]).unwrap();
    store.close().unwrap();
    let head = verify(dir.path(), &()).unwrap().head;
    for round in 0..3 {
        let mut newer = options(dir.path());
        newer.upgrades = steps();
        let store = Store::open(newer, &()).unwrap();
        let new = Doc { address: "/9.html".into(), ..doc(9, 1) };
        if round == 0 {
            put(&store, std::slice::from_ref(&new)).unwrap();
        }
        for id in 1..=3 {
            assert_eq!(store.get::<Doc>(id).unwrap().unwrap().address, format!("/{id}.html"), "round {round}");
        }
        assert_eq!(store.get::<Doc>(9).unwrap(), Some(new), "written under the new schema, not changed again");
        assert_eq!(store.unique(super::fixture::ADDRESS, b"/2.html").unwrap(), Some(2));
        assert_eq!(store.changes(1).next(std::time::Duration::ZERO).unwrap().unwrap().changes.len(), 2);
        store.close().unwrap();
        if round == 1 {
            fs::remove_dir_all(dir.path().join("state")).unwrap();
        }
    }
    assert_ne!(verify(dir.path(), &()).unwrap().head, head);
    for file in ["version", ""] {
        if !file.is_empty() {
            assert!(matches!(try_open(dir.path()), Err(Error::Newer { found: 2, known: 1, .. })));
            // The journal says it too.
            fs::remove_file(dir.path().join(file)).unwrap();
        }
        assert!(matches!(try_open(dir.path()), Err(Error::Newer { found: 2, known: 1, .. })));
    }
}

#[test]
fn a_new_version_of_the_indexes_builds_them_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    put(&store, &[doc(1, 1), doc(2, 1)]).unwrap();
    let digest = store.digest();
    store.close().unwrap();
    let mut other = options(dir.path());
    other.index_version = 2;
    let store = Store::open(other, &()).unwrap();
    assert_eq!(ids(&store, column(1)), [2, 1]);
    assert_eq!(store.digest(), digest);
    store.close().unwrap();
    let damaged =
        fs::read_dir(dir.path()).unwrap().any(|i| i.unwrap().file_name().to_str().unwrap().contains("damaged"));
    assert!(!damaged, "that is no damage");
}
