//! Rendering of pages.

use std::path::Path;

use zhanqun::render::check;
use zhanqun::render::theme::Themes;

/// The themes of this repository.
fn shipped() -> Option<Themes> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("themes");
    dir.is_dir().then(|| Themes::load(&dir).unwrap_or_else(|faults| panic!("{faults:#?}")))
}

#[test]
fn every_shipped_theme_renders_every_sample() {
    let Some(themes) = shipped() else { return };
    let faults = check::rendering(&themes);
    assert!(faults.is_empty(), "{faults:#?}");
}
