//! Any text as what somebody pastes: nothing is lost, nothing can run, and cleaning again changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zhanqun::domain::content::{NoPictures, clean, clean_paste, layout};

fuzz_target!(|html: &str| {
    let cleaned = clean_paste(html, &mut NoPictures).html;
    let lower = cleaned.to_lowercase();
    for tag in ["<script", "<iframe", "<object", "<embed", "<style", "<form", "<svg", "<h1"] {
        assert!(!lower.contains(tag), "{tag} in {cleaned}");
    }
    let again = clean(&cleaned);
    assert_eq!(again.html, cleaned);
    assert!(again.removed.is_empty(), "{:?} in {cleaned}", again.removed);
    let laid_out = layout(&cleaned);
    assert_eq!(layout(&laid_out), laid_out);
});
