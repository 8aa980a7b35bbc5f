//! The rules of the map in `src/lib.rs`, read from the source itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules by their layer; a module names only modules of a lower layer.
const LAYERS: [(&str, u8); 13] = [
    ("base", 0),
    ("config", 1),
    ("store", 1),
    ("domain", 2),
    ("cache", 3),
    ("outside", 3),
    ("render", 4),
    ("app", 5),
    ("web", 6),
    ("server", 7),
    ("jobs", 7),
    ("migrate", 7),
    ("cli", 8),
];

/// Features of the domain by their layer.
const FEATURES: [(&str, u8); 16] = [
    ("mail", 0),
    ("account", 1),
    ("form", 1),
    ("audit", 2),
    ("site", 2),
    ("archive", 3),
    ("media", 3),
    ("workflow", 3),
    ("content", 4),
    ("disclosure", 5),
    ("integration", 5),
    ("interaction", 5),
    ("migration", 5),
    ("service", 5),
    ("submission", 5),
    ("supervision", 5),
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

/// Names of actions in a source: those that begin a transaction; and, where they are handed on before, texts that begin
/// with the name of the feature and are no names of rules.
fn actions(source: &Source) -> Vec<String> {
    let feature = source.path.strip_prefix("domain/").and_then(|rest| rest.split('/').next());
    let text = source.lines.join("\n");
    let hands_on = text.contains("action: &'static str") || text.contains("let action");
    let begins = |at: usize| text[..at].rfind(".transaction(").is_some_and(|begin| !text[begin..at].contains(';'));
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find('"').map(|open| at + open) {
        let Some(close) = text[open + 1..].find('"').map(|close| open + 1 + close) else { break };
        let word = &text[open + 1..close];
        at = close + 1;
        let dotted = word.split('.').count() == 2
            && word
                .split('.')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        let own = hands_on && feature.is_some_and(|feature| word.starts_with(&format!("{feature}.")));
        if dotted && ((own && !text[..open].ends_with("rule(")) || begins(open)) {
            found.push(word.to_owned());
        }
    }
    found
}

#[test]
fn every_action_has_a_name_in_the_audit_log() {
    // Words that look like actions: a file, and the texts of a mail.
    const OTHERS: [&str; 2] = ["site.toml", "mail.log_in"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Of the store only one part acts by itself; the rest has examples.
    let acts = |path: &str| !path.starts_with("store/") || path == "store/site.rs";
    // Rules have names of the same form; they are explained in one place.
    let rules = fs::read_to_string(root.join("src/domain/error.rs")).unwrap();
    let actions: std::collections::BTreeSet<String> = sources()
        .iter()
        .filter(|source| acts(&source.path))
        .flat_map(actions)
        .filter(|word| !rules.contains(&format!("\"{word}\" =>")))
        .collect();
    assert!(actions.len() > 40 && actions.contains("account.unlock") && actions.contains("site.rename"), "{actions:?}");
    let mut faults = Vec::new();
    for language in ["zh-CN", "en"] {
        let catalogue = root.join(format!("themes/admin/locales/{language}/audit.toml"));
        let texts: toml::Table = toml::from_str(&fs::read_to_string(&catalogue).unwrap()).unwrap();
        for action in actions.iter().filter(|action| !OTHERS.contains(&action.as_str())) {
            if !texts.contains_key(&format!("action.{action}")) {
                faults.push(format!("{}: action.{action} is missing", catalogue.display()));
            }
        }
    }
    assert_none(faults);
}

#[test]
fn numbers_of_lists_unique_keys_and_tables_are_given_once() {
    let mut given: BTreeMap<(&str, String), String> = BTreeMap::new();
    let mut faults = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for source in sources().iter().filter(|source| source.path.ends_with("/tables.rs")) {
        let text = fs::read_to_string(root.join(&source.path)).unwrap();
        let mut comment = "";
        for line in text.lines().map(str::trim) {
            if line.starts_with("///") {
                comment = line;
            }
            let Some((name, number)) = line.split_once(": u8 = ") else { continue };
            let kind = match name {
                "const TABLE" => "table",
                _ if comment.starts_with("/// List:") => "list",
                _ if comment.starts_with("/// Unique:") => "unique key",
                _ => continue,
            };
            let number = number.trim_end_matches(';').to_owned();
            let place = format!("{}: {name}", source.path);
            if let Some(other) = given.insert((kind, number.clone()), place.clone()) {
                faults.push(format!("{kind} {number}: {other} and {place}"));
            }
        }
    }
    assert!(given.len() > 30, "{given:?}");
    assert_none(faults);
}
