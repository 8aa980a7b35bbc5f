//! Any bytes as a segment of the journal.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = zhanqun::store::fuzzing::frames(bytes, false);
    let _ = zhanqun::store::fuzzing::frames(bytes, true);
});
