//! Numbered paragraphs: Word keeps the numbers out of the text.

use std::collections::HashMap;

use crate::domain::error::Result;

use super::xml::{Event, Xml};

#[derive(Debug, Clone)]
struct Level {
    format: String,
    text: String,
    start: u32,
}

/// The lists of a file and how far they are counted.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// Levels by abstract list.
    levels: HashMap<String, HashMap<u8, Level>>,
    /// Abstract list of a list.
    lists: HashMap<String, String>,
    /// Starts that a list has of its own.
    starts: HashMap<(String, u8), u32>,
    counts: HashMap<(String, u8), u32>,
    /// Lists that were begun.
    begun: Vec<String>,
}

/// What stands before a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub text: String,
    /// Format as the style sheets of HTML name it.
    pub format: &'static str,
}

impl Numbering {
    pub fn read(text: &str, part: &str) -> Result<Numbering> {
        let mut found = Numbering::default();
        let mut xml = Xml::new(text, part);
        let (mut list, mut own, mut level) = (String::new(), None::<String>, 0_u8);
        while let Some(event) = xml.next()? {
            let Event::Start(element) = event else { continue };
            let value = element.val().unwrap_or_default();
            match element.name() {
                "abstractNum" => {
                    list = element.get("abstractNumId").unwrap_or_default().to_owned();
                    own = None;
                }
                "num" => own = Some(element.get("numId").unwrap_or_default().to_owned()),
                "abstractNumId" => {
                    if let Some(own) = &own {
                        found.lists.insert(own.clone(), value.to_owned());
                    }
                }
                "lvl" | "lvlOverride" => {
                    level = element.get("ilvl").and_then(|level| level.parse().ok()).unwrap_or(0);
                    if own.is_none() {
                        let new = Level { format: "decimal".into(), text: String::new(), start: 1 };
                        found.levels.entry(list.clone()).or_default().insert(level, new);
                    }
                }
                "startOverride" => {
                    if let (Some(own), Ok(start)) = (&own, value.parse()) {
                        found.starts.insert((own.clone(), level), start);
                    }
                }
                "start" | "numFmt" | "lvlText" if own.is_none() => {
                    let known = found.levels.get_mut(&list).and_then(|levels| levels.get_mut(&level));
                    let Some(known) = known else { continue };
                    match element.name() {
                        "start" => known.start = value.parse().unwrap_or(1),
                        "numFmt" => known.format = value.to_owned(),
                        _ => known.text = value.to_owned(),
                    }
                }
                "pict" | "drawing" => xml.skip()?,
                _ => {}
            }
        }
        Ok(found)
    }

    /// Counts one more paragraph of a list and says what stands before it.
    pub fn mark(&mut self, list: &str, level: u8) -> Option<Mark> {
        let name = self.lists.get(list)?.clone();
        let levels = self.levels.get(&name)?;
        let this = levels.get(&level)?.clone();
        if !self.begun.iter().any(|begun| begun == list) {
            self.begun.push(list.to_owned());
            // A start of its own begins the count anew.
            for (key, start) in self.starts.iter().filter(|((own, _), _)| own == list) {
                self.counts.insert((name.clone(), key.1), start.saturating_sub(1));
            }
        }
        let count = self.counts.entry((name.clone(), level)).or_insert(this.start.saturating_sub(1));
        *count = count.saturating_add(1);
        let deeper: Vec<u8> = levels.keys().copied().filter(|deeper| *deeper > level).collect();
        for deeper in deeper {
            self.counts.remove(&(name.clone(), deeper));
        }
        if this.format == "bullet" {
            return Some(Mark { text: "•".into(), format: "bullet" });
        }
        let mut text = String::new();
        let mut chars = this.text.chars();
        while let Some(c) = chars.next() {
            let place = if c == '%' { chars.clone().next().and_then(|digit| digit.to_digit(10)) } else { None };
            let Some(place) = place.filter(|place| *place > 0).and_then(|place| u8::try_from(place).ok()) else {
                text.push(c);
                continue;
            };
            chars.next();
            let other = levels.get(&(place - 1)).unwrap_or(&this);
            let count = self.counts.get(&(name.clone(), place - 1)).copied().unwrap_or(other.start);
            text.push_str(&number(&other.format, count));
        }
        if text.trim().is_empty() {
            return None;
        }
        let format = match this.format.as_str() {
            "decimal" => "decimal",
            "lowerLetter" => "alpha-lower",
            "upperLetter" => "alpha-upper",
            "lowerRoman" => "roman-lower",
            "upperRoman" => "roman-upper",
            _ => "other",
        };
        Some(Mark { text, format })
    }
}

fn number(format: &str, count: u32) -> String {
    match format {
        "none" => String::new(),
        "lowerLetter" => letters(count, b'a'),
        "upperLetter" => letters(count, b'A'),
        "lowerRoman" => roman(count),
        "upperRoman" => roman(count).to_uppercase(),
        "decimalZero" => format!("{count:02}"),
        "decimalFullWidth" | "decimalFullWidth2" => {
            count.to_string().chars().filter_map(|c| char::from_u32(u32::from(c) - 0x30 + 0xff10)).collect()
        }
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&count) => {
            char::from_u32(0x2460 + count - 1).map(String::from).unwrap_or_default()
        }
        "ideographDigital" | "japaneseDigitalTenThousand" | "taiwaneseDigital" => count
            .to_string()
            .chars()
            .filter_map(|c| "〇一二三四五六七八九".chars().nth(c.to_digit(10)? as usize))
            .collect(),
        other if other.starts_with("chinese") || other.starts_with("japanese") || other.starts_with("taiwanese") => {
            chinese(count)
        }
        _ => count.to_string(),
    }
}

fn letters(count: u32, first: u8) -> String {
    let at = count.saturating_sub(1);
    let letter = char::from(first + (at % 26) as u8);
    std::iter::repeat_n(letter, (at / 26 + 1).min(8) as usize).collect()
}

fn roman(mut count: u32) -> String {
    const PARTS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if count >= 4000 {
        return count.to_string();
    }
    let mut out = String::new();
    for (value, part) in PARTS {
        while count >= value {
            out.push_str(part);
            count -= value;
        }
    }
    out
}

/// 1 to 99 999 in Chinese: 十二, 二十, 一百零五.
fn chinese(count: u32) -> String {
    const DIGITS: [&str; 10] = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    const UNITS: [(u32, &str); 5] = [(10_000, "万"), (1000, "千"), (100, "百"), (10, "十"), (1, "")];
    if count == 0 || count > 99_999 {
        return count.to_string();
    }
    let (mut out, mut rest, mut gap) = (String::new(), count, false);
    for (value, unit) in UNITS {
        let digit = rest / value;
        rest %= value;
        if digit == 0 {
            gap = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            out.push('零');
        }
        if !(digit == 1 && value == 10 && out.is_empty()) {
            out.push_str(DIGITS[digit as usize]);
        }
        out.push_str(unit);
    }
    out
}
