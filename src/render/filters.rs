//! Filters for theme authors, beside those of the template language.
//!
//! **Invariant:** a filter gives plain text, which is escaped when written,
//! or fails with a reason; it never marks text as safe except `escape`.

use jiff::civil::DateTime;
use minijinja::{Environment, Error, ErrorKind, Value};
use unicode_width::UnicodeWidthChar;

use crate::render::html;

/// Adds the filters to an environment.
pub(crate) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("escape", escape);
    environment.add_filter("e", escape);
    environment.add_filter("date", date);
    environment.add_filter("day", |text: &str| date(text, "%Y-%m-%d"));
    environment.add_filter("day_short", |text: &str| date(text, "%m-%d"));
    environment.add_filter("day_chinese", |text: &str| date(text, "%Y年%-m月%-d日"));
    environment.add_filter("truncate", truncate);
    environment.add_filter("filesize", filesize);
}

/// Text as HTML, the way the page writer does it.
fn escape(value: &Value) -> Value {
    match value.as_str() {
        Some(_) if value.is_safe() => value.clone(),
        Some(text) => Value::from_safe_string(html::escaped(text)),
        None if value.is_none() => Value::from_safe_string(String::new()),
        None => Value::from_safe_string(html::escaped(&value.to_string())),
    }
}

/// `{{ item.datetime|date("%m/%d") }}`: a day or a time in a form of its own.
/// Understands `2026-11-20`, `2026-11-20 09:30` and `2026-11-20T09:30:00+08:00`;
/// the time of day stays that of the text. Empty text stays empty.
fn date(text: &str, form: &str) -> Result<String, Error> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let bad = |reason: String| Error::new(ErrorKind::InvalidOperation, format!("date: {reason}"));
    let day = text.get(..10).unwrap_or(text);
    let time = text.get(11..16).unwrap_or("00:00");
    let seconds = text.get(16..19).filter(|rest| rest.starts_with(':')).unwrap_or(":00");
    let moment: DateTime =
        format!("{day}T{time}{seconds}").parse().map_err(|_| bad(format!("\"{text}\" is neither a day nor a time")))?;
    jiff::fmt::strtime::format(form, moment).map_err(|error| bad(format!("\"{form}\": {error}")))
}

/// `{{ item.title|truncate(20) }}`: at most so many Chinese characters wide
/// (a Latin letter counts as half of one), with `…` where something is cut off.
fn truncate(text: &str, width: usize) -> String {
    let limit = width.saturating_mul(2);
    let total: usize = text.chars().filter_map(UnicodeWidthChar::width).sum();
    if total <= limit {
        return text.to_owned();
    }
    let mut room = limit.saturating_sub(2);
    let mut cut = String::new();
    for character in text.chars() {
        let wide = character.width().unwrap_or(0);
        if wide > room {
            break;
        }
        room -= wide;
        cut.push(character);
    }
    format!("{}…", cut.trim_end())
}

/// `{{ 38912|filesize }}`: `38 KB`.
fn filesize(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // Rounding to one decimal of a size that is shown to people.
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    if size < 10.0 && size.fract() >= 0.05 {
        format!("{size:.1} {}", UNITS[unit])
    } else {
        format!("{size:.0} {}", UNITS[unit])
    }
}
