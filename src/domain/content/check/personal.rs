//! Numbers that belong to a person: identity card, mobile phone, bank card.

use super::words::excerpt;
use super::{Findings, policy::Rule};

pub(super) fn check(text: &str, findings: &mut Findings) {
    for (from, number) in numbers(text) {
        let to = from + number.len();
        let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
        let rule = if is_identity(&number) {
            Rule::Identity
        } else if is_phone(&digits) && number.len() == 11 {
            Rule::Phone
        } else if is_bank_card(&digits) && number.len() == digits.len() {
            Rule::BankCard
        } else {
            continue;
        };
        findings.add(rule, excerpt(text, from, to), "");
    }
}

/// Runs of digits, with an X at the end, that are part of nothing longer. Four and four with spaces between them are
/// one number too; of those the place is the whole.
fn numbers(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let from = at;
        while at < bytes.len() && bytes[at].is_ascii_digit() {
            at += 1;
        }
        let mut to = at;
        if at - from == 17 && bytes.get(at).is_some_and(|byte| matches!(byte, b'X' | b'x')) {
            to += 1;
            at += 1;
        }
        let word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphabetic);
        let inside = from > 0 && (word(bytes.get(from - 1)) || matches!(bytes[from - 1], b'.' | b'/' | b'_' | b'='));
        if !inside && !word(bytes.get(to)) && (11..=19).contains(&(to - from)) {
            found.push((from, text[from..to].to_owned()));
        }
    }
    found
}

/// 18 characters: a region, a date of birth, an order number and a check digit (GB 11643).
fn is_identity(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let bytes = number.as_bytes();
    if bytes.len() != 18 || bytes[0] == b'0' {
        return false;
    }
    let part = |from: usize, to: usize| number[from..to].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (part(6, 10), part(10, 12), part(12, 14));
    if !(1900..=2100).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return false;
    }
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    CHECKS[(sum % 11) as usize] == bytes[17].to_ascii_uppercase()
}

fn is_phone(digits: &[u32]) -> bool {
    digits.len() == 11 && digits[0] == 1 && (3..=9).contains(&digits[1])
}

/// 16 to 19 digits of a Chinese or international card, with the check digit of Luhn.
fn is_bank_card(digits: &[u32]) -> bool {
    let begins = matches!(digits, [6, 2, ..] | [4, ..] | [5, 1..=5, ..] | [3, 5, ..] | [9, ..]);
    if !(16..=19).contains(&digits.len()) || !begins || digits.iter().all(|digit| *digit == digits[0]) {
        return false;
    }
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, twice) if twice > 9 => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    sum.is_multiple_of(10)
}
