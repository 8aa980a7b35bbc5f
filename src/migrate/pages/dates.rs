//! Dates in the lines of pages.

use crate::migrate::records;

/// A date in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date {
    /// Milliseconds since 1970.
    pub time: i64,
    /// Where it begins, bytes.
    pub from: usize,
    /// Behind its end, bytes.
    pub to: usize,
    /// It says an hour too.
    pub exact: bool,
}

/// Reads letters one by one.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) -> bool {
        match self.peek() {
            Some(letter) if wanted(letter) => {
                self.at += letter.len_utf8();
                true
            }
            _ => false,
        }
    }

    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let (mut value, mut digits) = (0, 0);
        while digits < most
            && let Some(digit) = self.peek().and_then(digit)
        {
            value = value * 10 + digit;
            digits += 1;
            let letter = self.peek()?;
            self.at += letter.len_utf8();
        }
        (digits >= least && self.peek().and_then(digit).is_none()).then_some(value)
    }

    fn blanks(&mut self) {
        while self.skip(char::is_whitespace) {}
    }
}

/// The digit that a letter is, also a wide one.
fn digit(letter: char) -> Option<u32> {
    match letter {
        '０'..='９' => Some(u32::from(letter) - u32::from('０')),
        other => other.to_digit(10),
    }
}

fn between(letter: char) -> bool {
    matches!(letter, '-' | '/' | '.' | '年' | '月' | '－' | '—' | '／' | '．')
}

/// The first date with a year in a text: `2009-11-3 10:20:21`, `2009年11月3日`, `[2009/11/03]`.
pub(super) fn first(text: &str) -> Option<Date> {
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        let starts = matches!(letter, '1' | '2' | '１' | '２') && digit(before).is_none();
        if starts && let Some(date) = at_place(text, at) {
            return Some(date);
        }
        before = letter;
    }
    None
}

fn at_place(text: &str, at: usize) -> Option<Date> {
    let mut cursor = Cursor { text, at };
    let year = cursor.number(4, 4)?;
    if !(1990..2100).contains(&year) {
        return None;
    }
    cursor.blanks();
    if !cursor.skip(between) {
        return None;
    }
    cursor.blanks();
    let month = cursor.number(1, 2)?;
    cursor.blanks();
    if !cursor.skip(between) {
        return None;
    }
    cursor.blanks();
    let day = cursor.number(1, 2)?;
    let mut to = cursor.at;
    cursor.blanks();
    if cursor.skip(|letter| matches!(letter, '日' | '号')) {
        to = cursor.at;
    }
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // `T` of machines, 上午 and 下午 may stand between.
    cursor.blanks();
    cursor.skip(|letter| letter == 'T');
    let mut half = "";
    for word in ["上午", "下午", "晚上"] {
        if text[cursor.at..].starts_with(word) {
            cursor.at += word.len();
            half = word;
        }
    }
    cursor.blanks();
    let clock = clock(&mut cursor);
    let mut words = format!("{year}-{month}-{day}");
    if let Some((hour, minute, second)) = clock {
        words.push_str(&format!(" {half}{hour}:{minute}:{second}"));
        to = cursor.at;
    }
    let time = records::from_text(&words)?;
    Some(Date { time, from: at, to, exact: clock.is_some() })
}

fn clock(cursor: &mut Cursor<'_>) -> Option<(u32, u32, u32)> {
    let begin = cursor.at;
    let colon = |letter: char| matches!(letter, ':' | '：' | '时' | '点');
    let mut read = || {
        let hour = cursor.number(1, 2).filter(|hour| *hour < 24)?;
        if !cursor.skip(colon) {
            return None;
        }
        let minute = cursor.number(1, 2).filter(|minute| *minute < 60)?;
        let mut second = 0;
        let mark = cursor.at;
        if cursor.skip(|letter| matches!(letter, ':' | '：' | '分')) {
            match cursor.number(1, 2).filter(|second| *second < 60) {
                Some(found) => {
                    second = found;
                    cursor.skip(|letter| letter == '秒');
                }
                None if cursor.text[mark..].starts_with('分') => {}
                None => cursor.at = mark,
            }
        }
        Some((hour, minute, second))
    };
    let found = read();
    if found.is_none() {
        cursor.at = begin;
    }
    found
}

/// A date that stands alone, perhaps in brackets or behind 发表于.
pub(super) fn alone(text: &str) -> Option<Date> {
    const BEFORE: [&str; 8] = ["发表于", "发布于", "更新于", "上传于", "添加于", "发布", "发表", "更新"];
    if text.len() > 80 {
        return None;
    }
    let Some(date) = first(text) else { return short(text) };
    let before = text[..date.from].trim();
    let before = BEFORE.iter().find_map(|word| before.strip_suffix(word)).unwrap_or(before);
    let rest = [before, &text[date.to..]].concat();
    let week = |letter: char| "星期一二三四五六日天周".contains(letter);
    rest.chars().all(|letter| !letter.is_alphanumeric() || week(letter)).then_some(date)
}

/// `[05-20]` alone.
pub(super) fn month_and_day(text: &str) -> Option<(i8, i8)> {
    let signs = |letter: char| letter.is_whitespace() || "()（）[]【】·•-".contains(letter);
    let inner = text.trim_matches(signs);
    let (month, day) = inner.split_once(['-', '/', '.', '月'])?;
    let figures = |text: &str| matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    let day = day.trim_end_matches('日');
    if !figures(month) || !figures(day) {
        return None;
    }
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month, day))
}

/// The day of publication by the day in an address and the month and day of a list, when they are near each other: files
/// are laid down a few days later. In percent how sure it is.
pub(super) fn in_year_of(address: i64, (month, day): (i8, i8)) -> (i64, u8) {
    const NEAR: i64 = 31 * 86_400_000;
    let year = crate::base::clock::local(address).year();
    let near = [year, year - 1, year + 1].into_iter().find_map(|year| {
        let time = records::from_text(&format!("{year}-{month}-{day}"))?;
        ((time - address).abs() <= NEAR).then_some(time)
    });
    near.map_or((address, 50), |time| (time, 88))
}

/// `(08-03-21)` alone: two figures for a year of this century.
fn short(text: &str) -> Option<Date> {
    let inner = text.trim().trim_matches(['(', ')', '（', '）', '[', ']', '【', '】']);
    let parts: Vec<&str> = inner.split(['-', '.', '/']).collect();
    let figures =
        parts.iter().all(|part| matches!(part.len(), 1 | 2) && part.bytes().all(|byte| byte.is_ascii_digit()));
    if parts.len() != 3 || !figures || parts[0].len() != 2 || inner.len() < 6 {
        return None;
    }
    let time = records::from_text(&format!("20{}-{}-{}", parts[0], parts[1], parts[2]))?;
    Some(Date { time, from: 0, to: text.len(), exact: false })
}

/// What stands behind a label: a date in any spelling.
pub(super) fn value(text: &str) -> Option<Date> {
    if let Some(date) = first(text).filter(|date| date.from < 8) {
        return Some(date);
    }
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii() || digit(c).is_some() || "年月日上下午".contains(c)));
    let head = text[..end.unwrap_or(text.len())].trim_end_matches(|c: char| !c.is_alphanumeric());
    let head = head.trim_start_matches(|c: char| !c.is_alphanumeric());
    if head.len() < 6 || head.len() > 40 || !head.starts_with(|c: char| digit(c).is_some()) {
        // 二○○八年三月七日
        let end = text.find('日').filter(|end| *end <= 40)? + '日'.len_utf8();
        let day = formed(&text[..end])?;
        return Some(Date { time: records::from_text(&day)?, from: 0, to: end, exact: false });
    }
    let time = records::from_text(head)?;
    Some(Date { time, from: 0, to: head.len(), exact: head.contains(':') })
}

/// A date in Chinese numerals that stands alone, or one in figures: 成文日期 at the end of a text.
pub(super) fn formed(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    if plain.chars().count() > 14 || !plain.ends_with('日') {
        return None;
    }
    let (year, rest) = plain.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let day = rest.strip_suffix('日')?;
    let year: String = year.chars().map(numeral).collect::<Option<Vec<u32>>>()?.iter().map(u32::to_string).collect();
    let year: i16 = year.parse().ok().filter(|year| (1949..2100).contains(year))?;
    let date = jiff::civil::Date::new(year, small(month)? as i8, small(day)? as i8).ok()?;
    Some(date.to_string())
}

fn numeral(letter: char) -> Option<u32> {
    match letter {
        '〇' | '○' | 'Ｏ' | 'O' | '零' | '０' | '０'..='９' => Some(digit(letter).unwrap_or(0)),
        '一' => Some(1),
        '二' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' => Some(8),
        '九' => Some(9),
        other => digit(other),
    }
}

/// A number up to 31 in numerals: 十二, 二十, 三十一, 5.
fn small(text: &str) -> Option<u32> {
    if let Some((tens, ones)) = text.split_once('十') {
        let tens = if tens.is_empty() { 1 } else { numeral(tens.chars().next()?)? };
        let ones = if ones.is_empty() { 0 } else { numeral(ones.chars().next()?)? };
        return Some(tens * 10 + ones);
    }
    let mut value = 0;
    for letter in text.chars() {
        value = value * 10 + numeral(letter)?;
    }
    (!text.is_empty() && value <= 31).then_some(value)
}

/// The day that an address names, `/2009/10/19/`, `/201706/t20170608_29.html`, `/2010/0412/12.html`.
pub(super) fn in_address(path: &str) -> Option<i64> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    for at in 0..parts.len() {
        let Some(year) = number(parts[at]).filter(|year| parts[at].len() == 4 && (1995..2100).contains(year)) else {
            continue;
        };
        let next = parts.get(at + 1).copied().unwrap_or_default();
        let behind = parts.get(at + 2).copied().unwrap_or_default();
        if next.len() == 4
            && let Some(both) = number(next)
        {
            return records::from_text(&format!("{year}-{}-{}", both / 100, both % 100));
        }
        if let (Some(month), Some(day)) = (number(next), number(behind))
            && (next.len() <= 2 && behind.len() <= 2 && at + 2 < parts.len() - 1)
        {
            return records::from_text(&format!("{year}-{month}-{day}"));
        }
    }
    // The last part: t20170608_2964829.html, 20090428165152438.htm.
    let last = parts.last()?;
    let stem = last.split('.').next()?;
    let digits: String = stem.trim_start_matches(|c: char| !c.is_ascii_digit()).chars().take(8).collect();
    let whole = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let year = digits.get(..4).and_then(|year| year.parse::<u32>().ok())?;
    (whole && (1995..2100).contains(&year)).then(|| records::from_text(&digits)).flatten()
}

#[cfg(test)]
mod tests {
    use super::{alone, first, formed, in_address, value};
    use crate::base::clock;

    fn day(time: i64) -> String {
        clock::day(time)
    }

    #[test]
    fn dates_in_lines() {
        let found = |text: &str| first(text).map(|date| (clock::minute(date.time), date.exact));
        assert_eq!(found("点击数： 更新时间：2009-11-3 10:20:21").unwrap(), ("2009-11-03 10:20".into(), true));
        assert_eq!(found("（发布日期：2005年3月1日） ").unwrap().0, "2005-03-01 00:00");
        assert_eq!(found("[ 2008-01-02 ]　来源").unwrap().0, "2008-01-02 00:00");
        assert_eq!(found("2009/8/9 下午 3:05").unwrap().0, "2009-08-09 15:05");
        assert_eq!(found("电话 0440-5558192"), None);
        assert_eq!(found("2009年第二批"), None);
        assert!(alone("(2009-8-21)").is_some() && alone("于2009年8月21日").is_none());
        assert_eq!(value("11/3/2009 10:20:21 AM").map(|date| day(date.time)).as_deref(), Some("2009-11-03"));
    }

    #[test]
    fn formed_dates() {
        assert_eq!(formed("二〇〇九年八月五日").as_deref(), Some("2009-08-05"));
        assert_eq!(formed("二○一○年十二月三十一日").as_deref(), Some("2010-12-31"));
        assert_eq!(formed("2009年 8月5日").as_deref(), Some("2009-08-05"));
        assert_eq!(formed("于2009年8月5日"), None);
    }

    #[test]
    fn addresses_name_days() {
        let of = |path: &str| in_address(path).map(day);
        assert_eq!(of("/art/2009/10/19/art_140_21.html").as_deref(), Some("2009-10-19"));
        assert_eq!(of("/a/xw/2010/0412/12.html").as_deref(), Some("2010-04-12"));
        assert_eq!(of("/zwgk/201706/t20170608_2964829.html").as_deref(), Some("2017-06-08"));
        assert_eq!(of("/info/1015/4213.htm"), None);
        assert_eq!(of("/2009/10/art_1_2.html"), None);
    }
}
