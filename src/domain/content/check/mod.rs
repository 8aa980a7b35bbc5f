//! Publishing checks: what a reader, an inspector or the law would find wrong
//! with a text, found before it is published.
//!
//! **Invariant:** a check reads and never changes; whether a finding warns or
//! stops is the group's decision, and words are the group's and the site's.

mod body;
mod personal;
mod policy;
mod spelling;
mod words;

use serde::Serialize;

use crate::base::id::{DocumentId, RevisionId};
use crate::domain::account::By;
use crate::domain::error::{Broken, Error, Result};
use crate::store::{ListKey, Position, Read};

use super::document::{Document, Revision};
use super::edit::Edit;
use super::html::plain_text;
use super::permit::find;
use super::tables::{DOCUMENTS_OF_TITLE, title_number};

pub use policy::{CheckPolicy, Rule, Severity, WordList, policy, set_policy, set_words, words};
pub use words::{Entry, Kind, read_entries, write_entries};

/// Most findings of one text.
const MOST: usize = 200;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub rule: Rule,
    /// Whether it stops the text from being published.
    pub severity: Severity,
    /// Words at the place, empty for the text as a whole.
    pub place: String,
    /// What it should be, where that is known: the right word, the other document's number.
    pub hint: String,
}

/// Findings while they are gathered.
struct Findings {
    policy: CheckPolicy,
    found: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, rule: Rule, place: impl Into<String>, hint: impl Into<String>) {
        let severity = self.policy.of(rule);
        if severity != Severity::Off && self.found.len() < MOST {
            let place: String = place.into().chars().take(60).collect();
            let finding = Finding { rule, severity, place, hint: hint.into() };
            if !self.found.contains(&finding) {
                self.found.push(finding);
            }
        }
    }
}

/// Checks a text as it would be published in the site of its column, by the words and decisions of group and site.
///
/// # Errors
/// When the store cannot be read.
pub fn check(read: &impl Read, by: &By, document: Option<&Document>, edit: &Edit) -> Result<Vec<Finding>> {
    let site = match document {
        Some(document) => document.site,
        None => crate::domain::site::branch(read, edit.channel)?.site,
    };
    let text = &edit.text;
    let mut findings = Findings { policy: policy(read)?, found: Vec::new() };
    if !edit.secrecy {
        findings.add(Rule::Secrecy, "", "");
    }
    if text.source.trim().is_empty() {
        findings.add(Rule::Source, "", "");
    }
    if text.summary.trim().is_empty() && text.link.is_empty() {
        findings.add(Rule::Summary, "", "");
    }
    if text.picture.as_ref().is_some_and(|picture| picture.alt.trim().is_empty()) {
        findings.add(Rule::Alt, "", "");
    }
    if let Some(other) = same_title(read, by, document, site.0, &text.title)? {
        findings.add(Rule::Duplicate, text.title.clone(), other.to_string());
    }
    if text.link.is_empty() {
        body::check(read, &text.body, &mut findings)?;
    }
    let body = plain_text(&text.body);
    let short = [&text.title, &text.subtitle, &text.summary, &text.source, &text.author];
    let lists = words::Lists::read(read, site)?;
    for words in short.into_iter().chain([&body]) {
        lists.check(words, &mut findings);
        personal::check(words, &mut findings);
    }
    findings.found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Ok(findings.found)
}

/// Another document of the site with the same title, but those in the trash and those that the actor may not see.
fn same_title(
    read: &impl Read,
    by: &By,
    document: Option<&Document>,
    site: u64,
    title: &str,
) -> Result<Option<DocumentId>> {
    let title = title.trim();
    for entry in read.list(ListKey::new(DOCUMENTS_OF_TITLE, &[site, title_number(title)]), Position::FIRST, 10)? {
        if document.is_some_and(|document| document.id.0 == entry.id) {
            continue;
        }
        let Some(other) = read.get::<Document>(entry.id)?.filter(|other| other.card.title.trim() == title) else {
            continue;
        };
        if other.is_live() || by.sees(crate::domain::site::branch(read, other.channel)?.place()) {
            return Ok(Some(other.id));
        }
    }
    Ok(None)
}

/// Checks the newest revision of a document, for those who work with it.
///
/// # Errors
/// `NotFound`.
pub fn check_document(read: &impl Read, by: &By, id: DocumentId) -> Result<Vec<Finding>> {
    let document = find(read, by, id)?.document;
    let head: Revision = read.get(document.head.0)?.ok_or_else(|| Error::not_found("revision", document.head))?;
    check(read, by, Some(&document), &Edit::of(&document, &head))
}

/// What somebody has to have seen before he hands the newest revision in or publishes it: the findings that only warn.
/// None where he says that he has `seen` them in just that revision, nor where a finding stops it anyway.
///
/// # Errors
/// `NotFound`.
pub fn unseen(read: &impl Read, by: &By, id: DocumentId, seen: RevisionId) -> Result<Vec<Finding>> {
    let document = find(read, by, id)?.document;
    if document.head == seen || !document.has_changes() {
        return Ok(Vec::new());
    }
    let found = check_document(read, by, id)?;
    let stopped = found.iter().any(|finding| finding.severity == Severity::Stop);
    Ok(if stopped { Vec::new() } else { found })
}

/// Refuses what a finding stops. Ops and the server itself are not asked: they move what was published before.
pub(super) fn require(read: &impl Read, by: &By, document: &Document, revision: &Revision) -> Result<()> {
    if by.user().is_none() {
        return Ok(());
    }
    let stops = check(read, by, Some(document), &Edit::of(document, revision))?
        .into_iter()
        .filter(|finding| finding.severity == Severity::Stop);
    let broken: Vec<Broken> =
        stops.map(|finding| Broken { rule: finding.rule.key(), field: "check", value: finding.place }).collect();
    if broken.is_empty() { Ok(()) } else { Err(Error::Rules { broken }) }
}
