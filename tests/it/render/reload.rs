//! Changing themes while the server runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use zhanqun::render::check::sample::PAGE_TEMPLATES;

use super::folder::{Folder, frame, manifest};

/// A `base` whose pages all render, so that it can be swapped in.
fn complete() -> Folder {
    let folder = Folder::with(&[("base/theme.toml", &manifest("base", "")), ("base/static/css/site.css", "a{}")]);
    for (template, _) in PAGE_TEMPLATES {
        folder.write(&format!("base/templates/{template}"), "one {{ asset('css/site.css') }}");
    }
    folder
}

#[test]
fn a_changed_template_is_swapped_in() {
    let folder = complete();
    let engine = folder.open();
    let swaps = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&swaps);
    engine.on_swap(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let generations = engine.generations();
    folder.write("base/templates/site/home.html", "two");
    engine.reload().unwrap();
    assert_eq!(engine.render("base", "site/home.html", &frame(&engine, "base"), ()).unwrap(), "two");
    assert_eq!(swaps.load(Ordering::SeqCst), 1);
    assert!(generations.has_changed().unwrap());
    assert_eq!(*generations.borrow(), 2);
    assert_eq!(engine.themes().generation(), 2);
}

#[test]
fn a_fault_keeps_the_old_themes() {
    let broken = [
        ("base/templates/site/home.html", "{% if %}"),
        ("base/templates/site/home.html", "{{ nothing }}"),
        ("base/templates/site/home.html", "{% include 'gone.html' %}"),
        ("base/theme.toml", "name = 1"),
        ("base/locales/en.toml", "a = "),
    ];
    for (path, text) in broken {
        let folder = complete();
        let engine = folder.open();
        let generations = engine.generations();
        folder.write(path, text);
        let faults = engine.reload().unwrap_err();
        assert!(faults.iter().any(|fault| fault.file.ends_with(path)), "{faults:?}");
        assert!(!generations.has_changed().unwrap());
        let page = engine.render("base", "site/home.html", &frame(&engine, "base"), ()).unwrap();
        assert!(page.starts_with("one"), "{path}: {page}");
    }
}

#[test]
fn static_files_of_former_pages_are_still_served() {
    let folder = complete();
    let engine = folder.open();
    let hash_now = || engine.themes().get("base").unwrap().files.hash.clone();
    let first = hash_now();
    for text in ["b{}", "c{}", "d{}"] {
        folder.write("base/static/css/site.css", text);
        engine.reload().unwrap();
    }
    assert_ne!(hash_now(), first);
    let found = engine.themes().file("base", &first, "css/site.css").unwrap();
    assert!(found.exact);
    assert_eq!(&found.file.bytes[..], b"a{}");
    // Back to the first text: the same address again.
    folder.write("base/static/css/site.css", "a{}");
    engine.reload().unwrap();
    assert_eq!(hash_now(), first);
}

#[test]
fn an_unchanged_file_is_not_packed_again() {
    let folder = complete();
    let engine = folder.open();
    let file = |path: &str| engine.themes().get("base").unwrap().files.get(path).unwrap();
    let before = file("css/site.css");
    folder.write("base/static/css/more.css", "b{}");
    engine.reload().unwrap();
    assert!(Arc::ptr_eq(&before, &file("css/site.css")));
}

#[test]
fn watching_swaps_what_is_saved() {
    let folder = complete();
    let engine = Arc::new(folder.open());
    let watch = engine.watch().unwrap();
    let save = |text: &str| {
        folder.write("base/templates/site/home.html", text);
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            let page = engine.render("base", "site/home.html", &frame(&engine, "base"), ()).unwrap();
            if page == text {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    };
    assert!(save("two"));
    assert!(save("three"));
    drop(watch);
}

#[test]
fn reading_the_themes_is_no_change_of_them() {
    let folder = complete();
    let engine = Arc::new(folder.open());
    let _watch = engine.watch().unwrap();
    let mut generations = engine.generations();
    folder.write("base/templates/site/home.html", "two");
    let end = Instant::now() + Duration::from_secs(20);
    while !generations.has_changed().unwrap() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(20));
    }
    let after_first = *generations.borrow_and_update();
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(*generations.borrow_and_update(), after_first);
}
