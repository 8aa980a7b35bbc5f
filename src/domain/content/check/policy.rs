//! What the group decided about checks, and the words of group and sites.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::id::SiteId;
use crate::domain::account::{By, Place, Role};
use crate::domain::error::Result;
use crate::store::{Keys, Read, Record, Store};

use super::words::{Entry, Kind, check_entries};

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A picture without a description and without the mark of decoration.
    Alt,
    /// A picture that a paste could not bring along.
    Picture,
    /// A heading level is left out, or a heading is empty.
    Headings,
    /// A table without header cells.
    TableHeads,
    /// A link whose words do not say where it leads.
    LinkText,
    /// A link within the group that leads nowhere.
    Links,
    /// A word of the list of sensitive ones.
    Sensitive,
    /// A word that is misspelt.
    Misspelt,
    /// The number of an identity card.
    Identity,
    /// The number of a mobile phone.
    Phone,
    /// The number of a bank card.
    BankCard,
    /// No source.
    Source,
    /// No summary.
    Summary,
    /// 保密审查 not ticked.
    Secrecy,
    /// Another document of the site has the same title.
    Duplicate,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 15] = [
        Rule::Alt,
        Rule::Picture,
        Rule::Headings,
        Rule::TableHeads,
        Rule::LinkText,
        Rule::Links,
        Rule::Sensitive,
        Rule::Misspelt,
        Rule::Identity,
        Rule::Phone,
        Rule::BankCard,
        Rule::Source,
        Rule::Summary,
        Rule::Secrecy,
        Rule::Duplicate,
    ];

    /// Its message key.
    pub fn key(self) -> &'static str {
        match self {
            Rule::Alt => "check.alt",
            Rule::Picture => "check.picture",
            Rule::Headings => "check.headings",
            Rule::TableHeads => "check.table_heads",
            Rule::LinkText => "check.link_text",
            Rule::Links => "check.links",
            Rule::Sensitive => "check.sensitive",
            Rule::Misspelt => "check.misspelt",
            Rule::Identity => "check.identity",
            Rule::Phone => "check.phone",
            Rule::BankCard => "check.bank_card",
            Rule::Source => "check.source",
            Rule::Summary => "check.summary",
            Rule::Secrecy => "check.secrecy",
            Rule::Duplicate => "check.duplicate",
        }
    }

    /// What it does until the group decides.
    fn usual(self) -> Severity {
        match self {
            Rule::Picture | Rule::Sensitive | Rule::Identity | Rule::BankCard => Severity::Stop,
            _ => Severity::Warn,
        }
    }
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Not looked for.
    Off,
    /// Shown.
    Warn,
    /// The text is not published with it.
    Stop,
}

impl Severity {
    /// Every one.
    pub const ALL: [Severity; 3] = [Severity::Off, Severity::Warn, Severity::Stop];

    /// The word used in forms and message keys.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Off => "off",
            Severity::Warn => "warn",
            Severity::Stop => "stop",
        }
    }

    /// The one of a word.
    pub fn of(word: &str) -> Option<Severity> {
        Severity::ALL.into_iter().find(|severity| severity.word() == word)
    }
}

/// The group's decision on every check.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CheckPolicy {
    /// Number.
    pub id: u64,
    /// Decisions; a rule that is not named does what it usually does.
    pub rules: BTreeMap<Rule, Severity>,
}

impl CheckPolicy {
    /// What a rule does.
    pub fn of(&self, rule: Rule) -> Severity {
        self.rules.get(&rule).copied().unwrap_or(rule.usual())
    }
}

/// The words of the group or of a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordList {
    /// Number.
    pub id: u64,
    /// Site; `None` for the group.
    pub site: Option<SiteId>,
    /// What they are for.
    pub kind: Kind,
    /// The words.
    pub entries: Vec<Entry>,
}

/// Unique: the policy of the group.
const POLICY: u8 = 70;
/// Unique: the words of a kind, of the group or a site.
const WORDS: u8 = 71;

fn words_key(site: Option<SiteId>, kind: Kind) -> Vec<u8> {
    [&site.map_or(0, |site| site.0).to_be_bytes()[..], kind.word().as_bytes()].concat()
}

impl Record for CheckPolicy {
    const TABLE: u8 = 70;
    const NAME: &'static str = "check policy";

    fn id(&self) -> u64 {
        self.id
    }

    fn site(&self) -> u64 {
        0
    }

    fn keys(&self, keys: &mut Keys) {
        keys.unique(POLICY, b"group");
    }
}

impl Record for WordList {
    const TABLE: u8 = 71;
    const NAME: &'static str = "word list";

    fn id(&self) -> u64 {
        self.id
    }

    fn site(&self) -> u64 {
        self.site.map_or(0, |site| site.0)
    }

    fn keys(&self, keys: &mut Keys) {
        keys.unique(WORDS, &words_key(self.site, self.kind));
    }
}

/// What the group decided.
///
/// # Errors
/// When the store cannot be read.
pub fn policy(read: &impl Read) -> Result<CheckPolicy> {
    match read.unique(POLICY, b"group")? {
        Some(id) => Ok(read.get(id)?.unwrap_or_default()),
        None => Ok(CheckPolicy::default()),
    }
}

/// Decides what each check does.
///
/// # Errors
/// `Forbidden`, `Conflict`.
pub fn set_policy(store: &Store, by: &By, rules: BTreeMap<Rule, Severity>) -> Result<CheckPolicy> {
    let mut tx = store.transaction(by.actor(), "content.check_policy");
    by.require(Role::Admin, Place::Group)?;
    let mut policy = policy(&tx)?;
    if policy.id == 0 {
        policy.id = tx.new_id();
    }
    policy.rules = rules;
    tx.put(&policy)?;
    store.commit(tx)?;
    Ok(policy)
}

/// The words of a kind, of the group or a site.
///
/// # Errors
/// When the store cannot be read.
pub fn words(read: &impl Read, site: Option<SiteId>, kind: Kind) -> Result<Option<WordList>> {
    match read.unique(WORDS, &words_key(site, kind))? {
        Some(id) => Ok(read.get(id)?),
        None => Ok(None),
    }
}

/// Replaces the words of a kind, of the group or a site.
///
/// # Errors
/// `NotFound` of the site, `Forbidden`; `words.many`, `words.long`; `Conflict`.
pub fn set_words(store: &Store, by: &By, site: Option<SiteId>, kind: Kind, entries: Vec<Entry>) -> Result<WordList> {
    let mut tx = store.transaction(by.actor(), "content.words").note(kind.word());
    match site {
        None => by.require(Role::Admin, Place::Group)?,
        Some(site) => {
            by.require_seen(Role::Manager, Place::Site(site), "site", site)?;
            tx = tx.site(site.0);
        }
    }
    check_entries(&entries)?;
    let id = match words(&tx, site, kind)? {
        Some(list) => list.id,
        None => tx.new_id(),
    };
    let list = WordList { id, site, kind, entries };
    tx.put(&list)?;
    store.commit(tx)?;
    Ok(list)
}
