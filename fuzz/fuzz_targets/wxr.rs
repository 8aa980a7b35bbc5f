//! Any bytes as a WordPress export: it is read or refused with a line, never more.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match zhanqun::migrate::wxr::check(bytes, Path::new("export.xml")) {
        Ok(report) => {
            let read = &report.read;
            assert_eq!(read.posts + read.pages + read.attachments + read.other, read.items);
        }
        Err(fault) => {
            assert!(!fault.message.is_empty());
            assert!(fault.line <= 2 + bytes.iter().filter(|byte| **byte == b'\n').count());
        }
    }
});
