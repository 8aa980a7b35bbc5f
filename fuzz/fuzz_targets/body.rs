//! Any text as the content of a post: what comes out is safe.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|content: &str| {
    let cleaned = zhanqun::migrate::wxr::sanitised(content);
    let html = cleaned.html.to_lowercase();
    for tag in ["<script", "<iframe", "<object", "<embed", "<style", "<form", "<svg", "<img"] {
        assert!(!html.contains(tag), "{tag} in {html}");
    }
    // Cleaning once more changes nothing that matters.
    let again = zhanqun::domain::content::clean(&cleaned.html);
    assert!(again.removed.is_empty(), "{:?} in {}", again.removed, cleaned.html);
    let _ = zhanqun::domain::content::plain_text(content);
});
