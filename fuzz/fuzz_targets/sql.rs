//! Any bytes as a dump of a database: it is read or refused with a line, never more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zhanqun::migrate::sql::Dump;

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("dump.sql");
    std::fs::write(&path, bytes).expect("a file");
    let Ok(dump) = Dump::open(&path, folder.path()) else { return };
    for (name, table) in dump.tables() {
        let mut rows = 0;
        dump.rows(name, &mut |record| {
            rows += 1;
            for column in record.columns() {
                record.text(column);
            }
            Ok(())
        })
        .expect("the same rows again");
        assert!(rows <= table.rows);
    }
});
