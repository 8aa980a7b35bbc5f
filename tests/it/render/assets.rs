//! Static files: addresses, hashes, packing, the stylesheet of a colour.

use std::io::Read;

use zhanqun::render::colour::Colour;
use zhanqun::render::engine::Engine;
use zhanqun::render::static_file::Encoding;

use super::folder::{Folder, frame, manifest};

fn family() -> Folder {
    Folder::with(&[
        ("base/theme.toml", &manifest("base", "")),
        ("base/static/css/base.css", &"a{color:red}\n".repeat(200)),
        ("base/static/img/mark.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
        ("base/templates/page.html", "{{ asset('css/base.css') }} {{ asset('css/town.css') }}"),
        ("town/theme.toml", &manifest("town", "base")),
        ("town/static/css/town.css", "b{background:url(../img/mark.svg)}"),
        ("base/static/css/town.css", ""),
    ])
}

fn addresses(engine: &Engine, theme: &str) -> Vec<String> {
    let page = engine.render(theme, "page.html", &frame(engine, theme), ()).unwrap();
    page.split(' ').map(str::to_owned).collect()
}

/// Theme, hash and path of an address.
fn parts(address: &str) -> (&str, &str, &str) {
    let mut parts = address.strip_prefix("/theme/").unwrap().splitn(3, '/');
    (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap())
}

fn text(engine: &Engine, address: &str) -> Option<String> {
    let (theme, hash, path) = parts(address);
    let found = engine.themes().file(theme, hash, path)?;
    assert!(found.exact);
    Some(String::from_utf8(found.file.bytes.to_vec()).unwrap())
}

#[test]
fn an_address_names_the_nearest_theme_that_has_the_file() {
    let folder = family();
    let engine = folder.open();
    let found = addresses(&engine, "town");
    assert_eq!(parts(&found[0]).0, "base");
    assert_eq!(parts(&found[1]).0, "town");
    assert!(text(&engine, &found[0]).unwrap().starts_with("a{color:red}"));
    // Both themes share the address of what base has, so browsers fetch it once.
    assert_eq!(addresses(&engine, "base")[0], found[0]);
}

#[test]
fn a_stylesheet_finds_the_pictures_of_the_parent() {
    let folder = family();
    let engine = folder.open();
    let stylesheet = addresses(&engine, "town").remove(1);
    let picture = stylesheet.replace("css/town.css", "img/mark.svg");
    assert!(text(&engine, &picture).unwrap().starts_with("<svg"));
}

#[test]
fn the_hash_changes_with_every_file_and_its_parents() {
    let folder = family();
    let engine = folder.open();
    let before = addresses(&engine, "town");
    folder.write("town/static/css/town.css", "b{}");
    engine.reload().unwrap_err();
    // The test's themes have no page templates, so the reload is refused: open anew.
    let own = addresses(&folder.open(), "town");
    assert_eq!(own[0], before[0]);
    assert_ne!(own[1], before[1]);
    folder.write("base/static/img/mark.svg", "<svg/>");
    let parent = addresses(&folder.open(), "town");
    assert_ne!(parent[0], own[0]);
    assert_ne!(parent[1], own[1]);
}

#[test]
fn an_unknown_hash_gives_todays_file_and_says_so() {
    let folder = family();
    let engine = folder.open();
    let found = engine.themes().file("base", "0123456789abcdef", "css/base.css").unwrap();
    assert!(!found.exact);
    assert!(engine.themes().file("base", "0123456789abcdef", "css/gone.css").is_none());
    assert!(engine.themes().file("gone", "0123456789abcdef", "css/base.css").is_none());
    assert!(engine.themes().file("base", "0123456789abcdef", "../theme.toml").is_none());
}

#[test]
fn files_are_packed_where_it_is_worth_it() {
    let folder = family();
    let engine = folder.open();
    let address = addresses(&engine, "base").remove(0);
    let (theme, hash, path) = parts(&address);
    let file = engine.themes().file(theme, hash, path).unwrap().file;
    assert_eq!(file.mime, "text/css; charset=utf-8");
    assert!(file.encoded(Encoding::Brotli).is_none());
    engine.themes().pack_files();
    let mut plain = Vec::new();
    let packed = file.encoded(Encoding::Gzip).unwrap();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, file.bytes);
    plain.clear();
    let packed = file.encoded(Encoding::Brotli).unwrap();
    brotli::Decompressor::new(&packed[..], 4096).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, file.bytes);
    // Too small to gain anything.
    let small = engine.themes().file(theme, hash, "img/mark.svg").unwrap().file;
    assert!(small.encoded(Encoding::Gzip).is_none());
    assert!(small.encoded(Encoding::Identity).is_some());
    let tags: std::collections::BTreeSet<String> =
        [Encoding::Identity, Encoding::Gzip, Encoding::Brotli].map(|encoding| file.etag(encoding)).into();
    assert_eq!(tags.len(), 3);
    assert!(tags.iter().all(|tag| tag.starts_with('"') && tag.ends_with('"')));
}

#[test]
fn the_stylesheet_of_a_colour_is_made_on_the_spot() {
    let folder = family();
    let engine = folder.open();
    let themes = engine.themes();
    let files = &themes.get("town").unwrap().files;
    let address = files.site_css(Colour::parse("#b4232a").unwrap());
    assert_eq!(text(&engine, &address).unwrap(), ":root{--brand:#b4232a;--brand-dark:#871a20;--brand-soft:#f9edee}\n");
    for wrong in ["site-B4232A.css", "site-xyz.css", "site-b4232.css", "site-.css", "site-#b4232a.css", "site-fff.css"]
    {
        assert!(files.get(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn colours_are_read_and_measured() {
    for wrong in ["", "#", "red", "#12", "#1234567", "#12345g", "#１２３"] {
        assert_eq!(Colour::parse(wrong), None, "{wrong}");
    }
    assert_eq!(Colour::parse("#fA0").unwrap().to_string(), "#ffaa00");
    let contrast = |colour: &str| Colour::parse(colour).unwrap().contrast_with_white();
    assert!((contrast("#000000") - 21.0).abs() < 0.01);
    assert!((contrast("#767676") - 4.54).abs() < 0.01);
    assert!(contrast("#b4232a") > 4.5);
}
