//! Is it valid? Rules of names, passwords and grants (practice of 等级保护, level three).

use std::collections::{BTreeSet, HashSet};
use std::sync::OnceLock;

use crate::domain::error::Broken;

use super::{Grant, Role, Scope};

/// Fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 10;
/// Most bytes of a password.
pub const LONGEST_PASSWORD: usize = 256;
/// Classes of characters that a password needs: small letters, capitals, digits, others.
const CLASSES: usize = 3;
/// Fewest different characters of a password.
const DIFFERENT: usize = 5;
/// Passwords that are not taken again: the present one and those before it.
pub const FORMER_PASSWORDS: usize = 5;
/// Longest name for people, in characters.
const LONGEST_DISPLAY_NAME: usize = 40;

/// Names of actors in the journal that are nobody's.
pub const RESERVED_NAMES: [&str; 8] = ["system", "cli", "import", "visitor", "anonymous", "api", "root", "zhanqun"];

/// Words that passwords are often made of, one a line; `#` begins a comment.
const COMMON: &str = include_str!("common-passwords.txt");

fn broken(rule: &'static str, field: &'static str, value: &str) -> Broken {
    Broken { rule, field, value: value.to_owned() }
}

/// May somebody log in under `name`? It is in lower case already.
///
/// # Errors
/// `name.form`, `name.reserved`.
pub fn check_name(name: &str) -> Result<(), Broken> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    let good = (2..=32).contains(&name.len())
        && name.bytes().all(plain)
        && name.as_bytes()[0].is_ascii_lowercase()
        && name.as_bytes()[name.len() - 1].is_ascii_alphanumeric();
    if !good {
        return Err(broken("name.form", "name", name));
    }
    if RESERVED_NAMES.contains(&name) { Err(broken("name.reserved", "name", name)) } else { Ok(()) }
}

/// Is it a name for people?
///
/// # Errors
/// `display_name.form`.
pub fn check_display_name(name: &str) -> Result<(), Broken> {
    let count = name.chars().count();
    let good =
        (1..=LONGEST_DISPLAY_NAME).contains(&count) && name.trim() == name && !name.chars().any(char::is_control);
    if good { Ok(()) } else { Err(broken("display_name.form", "display_name", name)) }
}

/// May `password` be the password of `name`? Every rule that it breaks is told; the password itself never is.
///
/// # Errors
/// `password.short`, `password.long`, `password.classes`, `password.name`, `password.common`.
pub fn check_password(password: &str, name: &str) -> Result<(), Vec<Broken>> {
    let mut found = Vec::new();
    let mut add = |rule| found.push(broken(rule, "password", ""));
    if password.chars().count() < SHORTEST_PASSWORD {
        add("password.short");
    }
    if password.len() > LONGEST_PASSWORD {
        add("password.long");
    }
    if classes(password) < CLASSES {
        add("password.classes");
    }
    if holds_name(password, name) {
        add("password.name");
    }
    if is_common(password) {
        add("password.common");
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}

fn classes(password: &str) -> usize {
    let kinds: BTreeSet<u8> = password
        .chars()
        .map(|character| match character {
            'a'..='z' => 0,
            'A'..='Z' => 1,
            '0'..='9' => 2,
            _ => 3,
        })
        .collect();
    kinds.len()
}

/// True where the password holds the name, forwards or backwards, in any case.
fn holds_name(password: &str, name: &str) -> bool {
    let password = password.to_lowercase();
    let name = name.to_lowercase();
    let backwards: String = name.chars().rev().collect();
    !name.is_empty() && (password.contains(&name) || password.contains(&backwards))
}

/// True for a common word, however it is spelt (`P@ssw0rd`), with digits and signs around it, for a
/// run along the keyboard, and for hardly more than one character.
fn is_common(password: &str) -> bool {
    static WORDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        COMMON.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    });
    let lower = password.to_lowercase();
    let different: BTreeSet<char> = lower.chars().collect();
    if different.len() < DIFFERENT {
        return true;
    }
    let folded: String = lower.chars().map(fold).collect();
    let edges = |text: &str| text.trim_matches(|character: char| !character.is_alphabetic()).to_owned();
    let letters = |text: &str| text.chars().filter(|character| character.is_alphabetic()).collect::<String>();
    let forms = [
        lower.clone(),
        // "Qwe123!!"
        lower.chars().filter(|character| character.is_alphanumeric()).collect(),
        // "Admin@2026"
        edges(&lower),
        // "1qaz@WSX3edc"
        letters(&lower),
        // "P@ssw0rd-2026"
        letters(&folded),
        edges(&lower).chars().map(fold).collect(),
        edges(&edges(&lower).chars().map(fold).collect::<String>()),
    ];
    forms.iter().any(|form| words.contains(form.as_str()))
}

/// A sign that stands for a letter, as the letter.
fn fold(character: char) -> char {
    match character {
        '@' | '4' => 'a',
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' => 'e',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// Roles of which one person holds one at most (三员分立).
const SEPARATE: [Role; 3] = [Role::Admin, Role::Security, Role::Auditor];

/// May one person hold these grants together?
///
/// # Errors
/// `grant.group_only` for a role of the group in a narrower scope, `grant.separate` for two of `admin`, `security`
/// and `auditor` (三员分立).
pub fn check_grants(grants: &[Grant]) -> Result<(), Vec<Broken>> {
    let mut found: Vec<Broken> = grants
        .iter()
        .filter(|grant| grant.role.is_group_only() && grant.scope != Scope::Group)
        .map(|grant| broken("grant.group_only", "grant", grant.role.word()))
        .collect();
    let held: Vec<&str> = SEPARATE
        .iter()
        .filter(|role| grants.iter().any(|grant| grant.role == **role))
        .map(|role| role.word())
        .collect();
    if held.len() > 1 {
        found.push(broken("grant.separate", "grant", &held.join(", ")));
    }
    if found.is_empty() { Ok(()) } else { Err(found) }
}
