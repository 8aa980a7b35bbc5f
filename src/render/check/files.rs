//! Catalogues and static files of a theme.
//!
//! **Invariant:** every language of a theme has the same keys with the same
//! placeholders; stylesheets fetch nothing from elsewhere.

use std::path::PathBuf;

use crate::base::fault::Fault;
use crate::render::check::page::is_foreign;
use crate::render::theme::Theme;

/// Texts that one language has and another lacks, or that differ in their placeholders.
pub fn catalogues(theme: &Theme) -> Vec<Fault> {
    let mut faults = Vec::new();
    let messages = &theme.messages;
    for language in messages.languages() {
        for (key, text) in messages.texts(language) {
            for other in messages.languages().filter(|other| *other != language) {
                let message = match messages.exact(other, key) {
                    None => format!("{key} has no text in {other}"),
                    Some(twin) if language < other && twin.arguments() != text.arguments() => {
                        format!("{key} has other placeholders in {other}")
                    }
                    Some(_) => continue,
                };
                faults.push(Fault::line(&text.file, text.line, message));
            }
        }
    }
    faults
}

/// Addresses in the theme's own stylesheets that lead nowhere or to another host.
pub fn stylesheets(theme: &Theme) -> Vec<Fault> {
    let mut faults = Vec::new();
    let source = theme.source();
    for (name, stylesheet) in source.files.iter().filter(|(name, _)| name.ends_with(".css")) {
        let file: PathBuf = source.dir.join("static").join(name);
        let Ok(text) = std::str::from_utf8(&stylesheet.bytes) else {
            faults.push(Fault::file(&file, "is not UTF-8"));
            continue;
        };
        for (at, address) in addresses(text) {
            if address.is_empty() || address.starts_with(['#', '%']) || address.starts_with("data:") {
                continue;
            }
            let message = if is_foreign(address) {
                format!("\"{address}\": pages may fetch nothing from another host")
            } else if address.starts_with('/') {
                format!("\"{address}\": write the address from this file on (../img/…), its full one changes")
            } else {
                let path = address.split(['?', '#']).next().unwrap_or_default();
                match join(name, path) {
                    Some(target) if theme.files.get(&target).is_some() => continue,
                    _ => format!("\"{address}\": there is no such static file"),
                }
            };
            faults.push(Fault::at(&file, text, at, message));
        }
    }
    faults
}

/// The addresses in `url(…)` and `@import "…"` with their byte positions, comments left out.
fn addresses(css: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = css.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(comment) = rest.strip_prefix("/*") {
            at += comment.find("*/").map_or(rest.len(), |end| end + 4);
        } else if let Some(inside) = rest.strip_prefix("url(") {
            let end = inside.find(')').unwrap_or(inside.len());
            found.push((at, inside[..end].trim().trim_matches(['"', '\''])));
            at += 4 + end;
        } else if let Some(import) = rest.strip_prefix("@import") {
            let quoted = import.trim_start();
            if let Some(quote) = quoted.chars().next().filter(|first| matches!(first, '"' | '\'')) {
                found.push((at, quoted[1..].split(quote).next().unwrap_or_default()));
            }
            at += "@import".len();
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// The path of an address in the file `name`; `None` where it leaves the folder.
fn join(name: &str, address: &str) -> Option<String> {
    let mut parts: Vec<&str> = name.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
