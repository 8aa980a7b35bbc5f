//! Scripts and stylesheets of the admin pages, bundled by `build.rs` from `themes/admin/frontend`.
//!
//! **Invariant:** the program carries them: no file of them is looked for at run time.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::render::static_file::StaticFile;

/// Licences of everything that was bundled.
const LICENCES: &str = "licences.txt";

/// A bundled file with its packed forms, which are empty where packing gained nothing.
struct File {
    name: &'static str,
    bytes: &'static [u8],
    gzip: &'static [u8],
    brotli: &'static [u8],
}

const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/frontend.rs"));

static SERVED: LazyLock<BTreeMap<String, Arc<StaticFile>>> = LazyLock::new(|| {
    let served = FILES.iter().filter(|file| file.name != LICENCES);
    let file = |file: &File| Arc::new(StaticFile::packed(file.name, file.bytes, file.gzip, file.brotli));
    served.map(|own| (own.name.to_owned(), file(own))).collect()
});

/// What the theme of the admin pages serves besides its own files, by path: `js/admin.js`.
pub fn files() -> &'static BTreeMap<String, Arc<StaticFile>> {
    &SERVED
}

/// The licences of everything that was bundled, as text.
pub fn licences() -> &'static str {
    let file = FILES.iter().find(|file| file.name == LICENCES);
    file.and_then(|file| std::str::from_utf8(file.bytes).ok()).unwrap_or_default()
}
