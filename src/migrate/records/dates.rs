//! Dates as people and programs wrote them.

use jiff::civil;

use crate::base::clock::{local, zone};

/// Years in which an office could put something on the web. Programs write 1899, 1900 and 1970 for no date.
const YEARS: std::ops::RangeInclusive<i16> = 1980..=2100;
/// Milliseconds of a day.
const DAY: f64 = 86_400_000.0;

/// Unix seconds, or milliseconds where there are that many.
pub fn from_unix(number: i64) -> Option<i64> {
    let millis = if number.abs() >= 100_000_000_000 { number } else { number.checked_mul(1000)? };
    in_years(millis)
}

/// Days since 1899-12-30 as spreadsheets and Access have them, in Beijing time.
pub fn from_excel(serial: f64) -> Option<i64> {
    if !(1.0..80_000.0).contains(&serial) {
        return None;
    }
    // 25569 days lie between 1899-12-30 and 1970-01-01; Beijing is 8 hours ahead.
    let seconds = ((serial - 25_569.0) * DAY / 1000.0).round() as i64;
    in_years(seconds * 1000 - 8 * 3_600_000)
}

fn in_years(millis: i64) -> Option<i64> {
    let time = local(millis);
    YEARS.contains(&time.year()).then_some(millis)
}

/// A date with or without a time in Beijing: `2007-8-9 10:05:00`, `2007/8/9`, `2007年8月9日 下午3:05`, `20070809`,
/// `07-8-9`, `8/9/2007 3:05:00 PM`, unix seconds; full-width digits too. `None` for what is no date, and for 1900
/// and 1970.
pub fn from_text(text: &str) -> Option<i64> {
    let text: String = text.trim().chars().take(64).map(narrow).collect();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(&text);
    }
    if text.contains('T')
        && let Some(millis) = crate::base::clock::parse_rfc3339(&text)
    {
        return in_years(millis);
    }
    let numbers = numbers(&text);
    let [first, second, third, rest @ ..] = numbers.as_slice() else { return None };
    let date = date(first, second, third)?;
    let (hour, minute, second) = match rest {
        [hour, minute, second, ..] => (hour.value, minute.value, second.value),
        [hour, minute] => (hour.value, minute.value, 0),
        // 10时, or a day of the week that was written as a number.
        _ => (0, 0, 0),
    };
    let lower = text.to_ascii_lowercase();
    let afternoon = text.contains("下午") || text.contains("晚上") || lower.contains("pm");
    let morning = text.contains("上午") || lower.contains("am");
    let hour = match hour {
        12 if morning => 0,
        1..=11 if afternoon => hour + 12,
        other => other,
    };
    let time = civil::Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, 0);
    let time = time.unwrap_or(civil::Time::midnight());
    at(date.to_datetime(time))
}

fn at(time: civil::DateTime) -> Option<i64> {
    YEARS
        .contains(&time.year())
        .then(|| time.to_zoned_datetime(zone()).ok())
        .flatten()
        .map(|zoned| zoned.timestamp().as_millisecond())
}

/// Digits only: a day, a day with a time, unix seconds or milliseconds.
fn digits(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<i16>().ok());
    let day = || civil::Date::new(part(0, 4)?, part(4, 6)? as i8, part(6, 8)? as i8).ok();
    match text.len() {
        8 => at(day()?.to_datetime(civil::Time::midnight())),
        14 => {
            let time = civil::Time::new(part(8, 10)? as i8, part(10, 12)? as i8, part(12, 14)? as i8, 0).ok()?;
            at(day()?.to_datetime(time))
        }
        9 | 10 | 12 | 13 => from_unix(text.parse().ok()?),
        _ => None,
    }
}

/// A number in a text with what stands behind it.
struct Number {
    value: i64,
    digits: usize,
    behind: Option<char>,
}

fn numbers(text: &str) -> Vec<Number> {
    let mut found: Vec<Number> = Vec::new();
    let mut open = false;
    for letter in text.chars() {
        match letter.to_digit(10) {
            Some(digit) if open => {
                if let Some(number) = found.last_mut().filter(|number| number.digits < 9) {
                    number.value = number.value * 10 + i64::from(digit);
                    number.digits += 1;
                }
            }
            Some(digit) => {
                found.push(Number { value: i64::from(digit), digits: 1, behind: None });
                open = true;
            }
            None => {
                if open && let Some(number) = found.last_mut() {
                    number.behind = Some(letter);
                }
                open = false;
            }
        }
    }
    found
}

fn date(first: &Number, second: &Number, third: &Number) -> Option<civil::Date> {
    let slashes = first.behind == Some('/');
    let (year, month, day) = if first.digits == 4 {
        (first.value, second.value, third.value)
    } else if third.digits == 4 {
        // As in America, unless that cannot be.
        if first.value > 12 {
            (third.value, second.value, first.value)
        } else {
            (third.value, first.value, second.value)
        }
    } else if first.digits > 2 || third.digits > 2 {
        return None;
    } else if slashes && [first, second, third].iter().all(|number| number.digits == 2) && first.value <= 12 {
        // As mdbtools write it: 08/09/07.
        (century(third.value), first.value, second.value)
    } else {
        (century(first.value), second.value, third.value)
    };
    civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn century(year: i64) -> i64 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

/// Full-width digits and signs as plain ones.
fn narrow(letter: char) -> char {
    match letter {
        '０'..='９' | '：' | '－' | '／' | '．' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    }
}
