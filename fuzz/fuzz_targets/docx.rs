//! Any bytes as a Word file: it is read or refused by a rule, never more.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zhanqun::domain::content::{NoPictures, clean, docx};
use zhanqun::domain::error::Error;

fuzz_target!(|bytes: &[u8]| {
    match docx(bytes, &mut NoPictures) {
        Ok(read) => assert!(clean(&read.html).removed.is_empty(), "{}", read.html),
        Err(Error::Rules { broken }) => assert!(broken.iter().all(|broken| broken.field == "file")),
        Err(other) => panic!("{other}"),
    }
});
