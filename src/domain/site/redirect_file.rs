//! Old addresses as a CSV file: read, every mistake with its line, and written.

use std::collections::HashMap;

use encoding_rs::GB18030;

use crate::base::id::DocumentId;
use crate::domain::error::{Broken, Result};
use crate::store::{ListKey, Position, Read};

use super::SiteNode;
use super::redirect::{Hits, Old, Redirect, Target, normal_form};
use super::rules::check_url;
use super::tables::REDIRECTS_OF_SITE;

/// A mistake in a redirect file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    /// Line from 1; 0 where it is not known.
    pub line: u64,
    /// What is wrong.
    pub broken: Broken,
}

/// Reads a redirect file, UTF-8 or GBK: columns `from`, `to` and, if wanted, `kind`. `known` says whether there is a
/// document of a number.
///
/// # Errors
/// When `known` fails; mistakes in the file are in the answer.
pub fn read_redirects(
    node: &SiteNode,
    bytes: &[u8],
    known: impl Fn(DocumentId) -> Result<bool>,
) -> Result<(Vec<Old>, Vec<LineFault>)> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => GB18030.decode(bytes).0.into_owned(),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut faults: Vec<LineFault> = Vec::new();
    let fault = |line: u64, rule, field, value: &str| LineFault {
        line,
        broken: Broken { rule, field, value: value.to_owned() },
    };
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(error) => {
            faults.push(fault(1, "csv.form", "file", &error.to_string()));
            return Ok((Vec::new(), faults));
        }
    };
    let column = |wanted: &str| headers.iter().position(|header| header.eq_ignore_ascii_case(wanted));
    let (Some(from), Some(to)) = (column("from"), column("to")) else {
        faults.push(fault(1, "csv.head", "file", ""));
        return Ok((Vec::new(), faults));
    };
    let kind = column("kind");
    let mut old: Vec<Old> = Vec::new();
    let mut seen: HashMap<(String, bool), (u64, Target)> = HashMap::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(fault(
                    error.position().map_or(0, csv::Position::line),
                    "csv.form",
                    "file",
                    &error.to_string(),
                ));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        let field = |at: usize| record.get(at).unwrap_or_default();
        if field(from).is_empty() {
            faults.push(fault(line, "required", "from", ""));
            continue;
        }
        let prefix = match kind.map(field).unwrap_or_default() {
            "" | "exact" => false,
            "prefix" => true,
            other => {
                faults.push(fault(line, "redirect.kind", "kind", other));
                continue;
            }
        };
        let target = match read_target(node, field(to)) {
            Ok(Target::Document(id)) if !known(id)? => {
                faults.push(fault(line, "redirect.document", "to", &id.to_string()));
                continue;
            }
            Ok(target) => target,
            Err(broken) => {
                faults.push(LineFault { line, broken });
                continue;
            }
        };
        let from = normal_form(field(from));
        match seen.get(&(from.clone(), prefix)) {
            Some((first, other)) if *other != target => {
                faults.push(fault(line, "redirect.twice", "from", &format!("{from} (line {first})")));
            }
            Some(_) => {}
            None => {
                seen.insert((from.clone(), prefix), (line, target.clone()));
                old.push(Old { from, prefix, to: target });
            }
        }
    }
    Ok((old, faults))
}

/// `document:123`, `column:path` of the site, or an address. Whether the document is there is not asked.
///
/// # Errors
/// `redirect.document`, `redirect.column`, `redirect.target`.
pub fn read_target(node: &SiteNode, text: &str) -> Result<Target, Broken> {
    let wrong = |rule| Broken { rule, field: "to", value: text.to_owned() };
    let text = text.trim();
    if let Some(id) = text.strip_prefix("document:") {
        return id.parse().map(|id| Target::Document(DocumentId(id))).map_err(|_| wrong("redirect.document"));
    }
    if let Some(path) = text.strip_prefix("column:") {
        let channel = node.channel_at(path).filter(|_| !path.trim_matches('/').is_empty());
        return channel.map(|channel| Target::Channel(channel.id)).ok_or_else(|| wrong("redirect.column"));
    }
    check_url("to", text).map_err(|_| wrong("redirect.target"))?;
    Ok(Target::Url(text.to_owned()))
}

/// A target as [`read_target`] reads it; a column that is gone is shown by its number.
pub fn target_words(node: &SiteNode, target: &Target) -> String {
    match target {
        Target::Document(id) => format!("document:{id}"),
        Target::Channel(id) if node.channels.contains_key(id) => format!("column:{}", node.path(*id)),
        Target::Channel(id) => format!("column:#{id}"),
        Target::Url(url) => url.clone(),
    }
}

/// Every old address of a site as a file that can be read again, with how often each was asked for.
///
/// # Errors
/// When the store cannot be read.
pub fn write_redirect_file(read: &impl Read, node: &SiteNode) -> Result<String> {
    let mut text = String::from("from,to,kind,hits\n");
    let mut after = Position::FIRST;
    loop {
        let entries = read.list(ListKey::new(REDIRECTS_OF_SITE, &[node.site.id.0]), after, 1000)?;
        let Some(last) = entries.last() else { return Ok(text) };
        after = last.position();
        for entry in entries {
            let Some(redirect) = read.get::<Redirect>(entry.id)? else { continue };
            let hits = read.get::<Hits>(entry.id)?.map_or(0, |hits| hits.count);
            let kind = if redirect.prefix { "prefix" } else { "exact" };
            let to = target_words(node, &redirect.to);
            text.push_str(&format!("{},{},{kind},{hits}\n", cell(&redirect.from), cell(&to)));
        }
    }
}

/// A field of a CSV file.
fn cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
