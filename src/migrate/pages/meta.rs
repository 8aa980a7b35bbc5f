//! What a page says of its text: dates, source, author, numbers.

use super::dates::{self, Date};
use super::labels::{self, Label};
use super::lines::Line;
use super::read::Opened;
use super::words;

/// Characters from which on it is a text.
const LONG: usize = 40;
/// How sure a day is, in percent, that may be that of what a text announces.
const GUESSED: u8 = 50;

/// What was found beside a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Meta {
    /// Milliseconds since 1970, how sure.
    pub published: Option<(i64, u8)>,
    pub formed: String,
    pub source: String,
    pub organ: String,
    pub author: String,
    pub editor: String,
    pub number: String,
    pub index_number: String,
    pub keywords: Vec<String>,
    pub title: String,
    pub column: String,
    pub clicks: u64,
    /// Lines that say only this.
    pub lines: Vec<usize>,
    /// A date that carries an hour was found.
    exact: bool,
}

impl Meta {
    /// Reads the lines of a range.
    pub(super) fn of(page: &Opened, from: usize, to: usize) -> Meta {
        let lines = &page.lines.lines;
        let mut meta = Meta::default();
        let mut skip = None;
        // Characters of text so far: a date alone behind a text is that of its signature.
        let mut text = 0;
        for at in from..to.min(lines.len()) {
            if skip == Some(at) {
                continue;
            }
            let line = &lines[at];
            let found = labels::of_page(&line.text);
            if found.is_empty() {
                if let Some(date) = dates::alone(&line.text)
                    && text < LONG
                    && line.links.is_empty()
                {
                    meta.date(&date, 85);
                    meta.lines.push(at);
                } else if at > from {
                    text += line.plain();
                }
                continue;
            }
            // A label in one cell, what it says in the next.
            let empty = found.len() == 1 && found[0].value.is_empty() && found[0].from == 0;
            if empty && let Some(next) = lines.get(at + 1) {
                let value = next.place != line.place && next.size <= 60 && labels::of_page(&next.text).is_empty();
                if value && takes(found[0].label, &next.text) {
                    meta.take(found[0].label, &next.text);
                    meta.lines.extend([at, at + 1]);
                    skip = Some(at + 1);
                    continue;
                }
            }
            // 时间 within a text is that of what it announces.
            if found.iter().all(|one| one.label == Label::Date) && labels::is_only(&line.text, &found) {
                let announces = text >= LONG || is_event(lines, at, &found[0].value);
                let within = lines.iter().skip(at + 1).take(3).any(|next| next.place == line.place && next.size >= 12);
                if announces || within {
                    // Whoever looks at it may find that it is the day of the page after all.
                    if !announces && let Some(date) = dates::value(&found[0].value) {
                        meta.date(&date, GUESSED);
                    }
                    text += line.plain();
                    continue;
                }
            }
            if labels::is_only(&line.text, &found) {
                for one in &found {
                    meta.take(one.label, &one.value);
                }
                if let Some(date) = dates::alone(&line.text[..found[0].from]) {
                    meta.date(&date, 92);
                }
                meta.lines.push(at);
            } else {
                text += line.plain();
            }
        }
        meta
    }

    fn date(&mut self, date: &Date, sure: u8) {
        let better = self.published.is_none_or(|(_, known)| sure > known);
        // The same day with its hour says more.
        let hour = self.published.is_some_and(|(known, before)| {
            !self.exact && date.exact && before <= sure + 10 && (0..86_400_000).contains(&(date.time - known))
        });
        if better || hour {
            self.published = Some((date.time, sure.max(self.published.map_or(0, |(_, known)| known))));
            self.exact = date.exact;
        }
    }

    fn take(&mut self, label: Label, value: &str) {
        let value = labels::trimmed(value);
        let set = |slot: &mut String| {
            if slot.is_empty() && !matches!(value.as_str(), "无" | "未知" | "不详") {
                slot.clone_from(&value);
            }
        };
        match label {
            Label::Published | Label::Updated | Label::Date if !is_span(&value) => {
                let sure = match label {
                    Label::Published => 97,
                    Label::Updated => 93,
                    _ => 92,
                };
                if let Some(date) = dates::value(&value) {
                    self.date(&date, sure);
                }
            }
            Label::Published | Label::Updated | Label::Date => {}
            Label::Formed => {
                let day = dates::value(&value).map(|date| crate::base::clock::day(date.time));
                if self.formed.is_empty() {
                    self.formed = day.or_else(|| dates::formed(&value)).unwrap_or_default();
                }
            }
            Label::Source => set(&mut self.source),
            Label::Organ => set(&mut self.organ),
            Label::Author => set(&mut self.author),
            Label::Editor => set(&mut self.editor),
            Label::Number => set(&mut self.number),
            Label::IndexNumber => set(&mut self.index_number),
            Label::Title => set(&mut self.title),
            Label::Column => set(&mut self.column),
            Label::Keywords => {
                let words = value.split([' ', ',', '，', ';', '；', '、', '|']).map(str::trim);
                self.keywords.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
            }
            Label::Clicks => {
                let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
                self.clicks = self.clicks.max(digits.parse().unwrap_or(0));
            }
            Label::Other => {}
        }
    }

    /// Is one of its lines a certain sign of an article?
    pub(super) fn is_sure(&self) -> bool {
        self.published.is_some() || !self.source.is_empty() || !self.index_number.is_empty()
    }
}

/// From when to when, until when, from when on: not when a page was published.
fn is_span(value: &str) -> bool {
    value.ends_with(['前', '起', '止']) || value.contains(['至', '到', '~', '～'])
}

/// Is a line with 时间 that of a meeting?
fn is_event(lines: &[Line], at: usize, value: &str) -> bool {
    const BESIDE: [&str; 10] = ["地点", "地址", "参加", "出席", "主持", "议程", "内容", "要求", "对象", "会议"];
    is_span(value)
        || lines.iter().skip(at + 1).take(2).any(|next| {
            let text = words::tight(&next.text);
            let text =
                text.trim_start_matches(|letter: char| "一二三四五六七八九十123456789、.．（）()".contains(letter));
            BESIDE.iter().any(|word| text.starts_with(word))
        })
}

/// Can a label have such a value?
fn takes(label: Label, value: &str) -> bool {
    match label {
        Label::Published | Label::Updated | Label::Date => dates::value(value).is_some(),
        Label::Formed => dates::value(value).is_some() || dates::formed(value).is_some(),
        Label::Clicks => value.chars().all(|letter| letter.is_ascii_digit()) && !value.is_empty(),
        Label::Other => value.chars().count() <= 12,
        _ => !value.is_empty(),
    }
}

/// 民发〔2009〕12号 in a line of its own.
pub(super) fn number_in(line: &Line) -> Option<String> {
    let text = words::tight(&line.text);
    if text.chars().count() > 30 || !text.ends_with('号') {
        return None;
    }
    let open = text.find(['〔', '[', '［', '（', '(', '【'])?;
    let rest: Vec<char> = text[open..].chars().skip(1).collect();
    let year: String = rest.iter().take(4).collect();
    let digits = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    let closed = rest.get(4).is_some_and(|letter| "〕]］）)】".contains(*letter));
    let number: String = rest.iter().skip(5).collect();
    let number = number.trim_start_matches('第').trim_end_matches('号');
    let counted = !number.is_empty() && number.len() <= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    let named = open > 0 && text[..open].chars().all(|letter| letter.is_alphabetic());
    (digits && closed && counted && named).then_some(text)
}
