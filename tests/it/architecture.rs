//! The rules of the map in `src/lib.rs`, read from the source itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules by their layer; a module names only modules of a lower layer.
const LAYERS: [(&str, u8); 12] = [
    ("base", 0),
    ("config", 1),
    ("store", 1),
    ("domain", 2),
    ("cache", 3),
    ("render", 4),
    ("app", 5),
    ("web", 6),
    ("server", 7),
    ("jobs", 7),
    ("migrate", 7),
    ("cli", 8),
];

/// Features of the domain by their layer.
const FEATURES: [(&str, u8); 12] = [
    ("account", 0),
    ("audit", 0),
    ("form", 0),
    ("site", 1),
    ("media", 2),
    ("workflow", 2),
    ("content", 3),
    ("disclosure", 4),
    ("interaction", 4),
    ("service", 4),
    ("submission", 4),
    ("supervision", 4),
];

/// Lines that a file may have.
const LONGEST: usize = 600;

struct Source {
    /// Path below `src`, with slashes.
    path: String,
    /// Lines without comments.
    lines: Vec<String>,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    files
        .into_iter()
        .map(|file| Source {
            path: file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"),
            lines: fs::read_to_string(&file).unwrap().lines().map(without_comment).collect(),
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

fn without_comment(line: &str) -> String {
    if line.trim_start().starts_with("//") {
        return String::new();
    }
    line.split(" // ").next().unwrap_or_default().to_owned()
}

/// First part of the path: the module of the crate.
fn module(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

/// Names that follow `prefix` in a line: of `{a, b::c}` each first one.
fn named<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices(prefix) {
        let rest = &line[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(list) => {
                let mut depth = 0;
                for part in list.split_inclusive([',', '{', '}']) {
                    if depth == 0 {
                        found.push(first_word(part.trim_start()));
                    }
                    match part.chars().next_back() {
                        Some('{') => depth += 1,
                        Some('}') => depth -= 1,
                        _ => {}
                    }
                    if depth < 0 {
                        break;
                    }
                }
            }
            None => found.push(first_word(rest)),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

fn assert_none(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_module_names_only_modules_below_it() {
    let layers: BTreeMap<&str, u8> = LAYERS.into_iter().collect();
    let mut faults = Vec::new();
    for source in sources() {
        let own = module(&source.path);
        if matches!(own, "lib" | "main") {
            continue;
        }
        let Some(layer) = layers.get(own) else {
            faults.push(format!("{}: the module {own} has no layer", source.path));
            continue;
        };
        for (number, line) in source.lines.iter().enumerate() {
            for other in named(line, "crate::").into_iter().filter(|other| *other != own) {
                if layers.get(other).is_some_and(|other| other >= layer) {
                    faults.push(format!("{}:{}: {own} names {other}", source.path, number + 1));
                }
            }
        }
    }
    assert_none(faults);
}

#[test]
fn a_feature_names_only_features_below_it() {
    let features: BTreeMap<&str, u8> = FEATURES.into_iter().collect();
    let mut faults = Vec::new();
    for source in sources().into_iter().filter(|source| source.path.starts_with("domain/")) {
        let own = source.path.split('/').nth(1).unwrap_or_default().trim_end_matches(".rs");
        if matches!(own, "mod" | "error") {
            continue;
        }
        let Some(layer) = features.get(own) else {
            faults.push(format!("{}: the feature {own} has no layer", source.path));
            continue;
        };
        for (number, line) in source.lines.iter().enumerate() {
            for other in named(line, "crate::domain::").into_iter().filter(|other| *other != own) {
                if features.get(other).is_some_and(|other| other >= layer) {
                    faults.push(format!("{}:{}: {own} names {other}", source.path, number + 1));
                }
            }
        }
    }
    assert_none(faults);
}

#[test]
fn the_domain_knows_no_http_and_no_templates() {
    let words = ["web", "server", "render", "hyper", "http", "axum", "rustls", "minijinja", "tokio"];
    let mut faults = Vec::new();
    for source in sources().into_iter().filter(|source| source.path.starts_with("domain/")) {
        for (number, line) in source.lines.iter().enumerate() {
            for word in words {
                let at_start = |at: usize| !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
                if line.match_indices(&format!("{word}::")).any(|(at, _)| at_start(at)) {
                    faults.push(format!("{}:{}: {word}", source.path, number + 1));
                }
            }
        }
    }
    assert_none(faults);
}

#[test]
fn sled_is_named_in_one_file() {
    let mut faults = Vec::new();
    for source in sources().into_iter().filter(|source| source.path != "store/state.rs") {
        for (number, line) in source.lines.iter().enumerate() {
            if line.contains("sled::") || line.contains("use sled") {
                faults.push(format!("{}:{}: {line}", source.path, number + 1));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn files_are_short_and_named_for_what_they_hold() {
    let mut faults = Vec::new();
    for source in sources() {
        if source.lines.len() > LONGEST {
            faults.push(format!("{}: {} lines, {LONGEST} are allowed", source.path, source.lines.len()));
        } else if source.lines.len() > 500 {
            println!("{}: {} lines", source.path, source.lines.len());
        }
        for part in source.path.split('/') {
            let name = part.trim_end_matches(".rs");
            if ["util", "utils", "helper", "helpers", "manager", "common", "misc"].contains(&name) {
                faults.push(format!("{}: a name that says nothing", source.path));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn nothing_is_left_open_and_nothing_is_imported_by_glob() {
    let mut faults = Vec::new();
    for source in sources() {
        for (number, line) in source.lines.iter().enumerate() {
            for mark in ["dbg!", "todo!", "unimplemented!"] {
                if line.contains(mark) {
                    faults.push(format!("{}:{}: {mark}", source.path, number + 1));
                }
            }
            let line = line.trim();
            let import =
                line.starts_with("use ") || line.starts_with("pub use ") || line.starts_with("pub(super) use ");
            if import && (line.contains("::*;") || line.contains("{*") || line.contains("::*}")) {
                faults.push(format!("{}:{}: {line}", source.path, number + 1));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn every_folder_says_what_it_is_for_and_what_always_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for source in sources().iter().filter(|source| source.path.ends_with("/mod.rs") || !source.path.contains('/')) {
        let text = fs::read_to_string(root.join(&source.path)).unwrap();
        if !text.starts_with("//!") {
            faults.push(format!("{}: does not begin with its purpose", source.path));
        }
        if source.path.ends_with("/mod.rs") && !text.contains("**Invariant:**") {
            faults.push(format!("{}: names no invariant", source.path));
        }
    }
    assert_none(faults);
}

#[test]
fn the_reader_of_imports_sees_lists() {
    assert_eq!(
        named("use crate::{app::App, base, store::{Read, Store}, web};", "crate::"),
        ["app", "base", "store", "web"]
    );
    assert_eq!(named("crate::base::clock::now() + crate::web::x", "crate::"), ["base", "web"]);
}
