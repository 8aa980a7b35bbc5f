//! Is it valid? Rules of slugs, hosts and settings.

use crate::domain::error::Broken;

/// Words that no site or column may have as its slug, because addresses of the server begin with them.
pub const RESERVED: [&str; 15] = [
    "admin",
    "api",
    "media",
    "theme",
    "search",
    "feed.xml",
    "sitemap.xml",
    "robots.txt",
    "map",
    "xxgk",
    "healthz",
    "favicon.ico",
    "static",
    "assets",
    "archive",
];

/// The 18 kinds of meta label ColumnType (国办发〔2017〕47号, annex).
pub const COLUMN_TYPES: [&str; 18] = [
    "首页",
    "概况信息",
    "机构职能",
    "负责人信息",
    "工作动态",
    "政策文件",
    "信息公开指南",
    "信息公开目录",
    "信息公开年报",
    "依申请公开",
    "数据发布",
    "数据开放",
    "政策解读",
    "回应关切",
    "办事服务",
    "咨询投诉",
    "征集调查",
    "在线访谈",
];

/// May `slug` name a site or column?
pub fn check_slug(slug: &str) -> Result<(), Broken> {
    let broken = |rule| Err(Broken { rule, field: "slug", value: slug.to_owned() });
    if RESERVED.contains(&slug) {
        return broken("slug.reserved");
    }
    let good = (1..=40).contains(&slug.len())
        && slug.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-')
        && !slug.contains("--");
    if good { Ok(()) } else { broken("slug.form") }
}

/// Is `host` a host name, in lower case, without a port?
pub fn check_host(host: &str) -> Result<(), Broken> {
    let good = !host.is_empty()
        && host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        });
    if good { Ok(()) } else { Err(Broken { rule: "host.form", field: "hosts", value: host.to_owned() }) }
}

/// Is `colour` of the form `#b4232a`?
pub fn check_colour(colour: &str) -> Result<(), Broken> {
    let good = colour.len() == 7 && colour.starts_with('#') && colour[1..].bytes().all(|b| b.is_ascii_hexdigit());
    if good { Ok(()) } else { Err(Broken { rule: "colour.form", field: "colour", value: colour.to_owned() }) }
}

/// Most characters of a name.
pub const LONGEST_NAME: usize = 60;
/// Most characters of a line or paragraph about something.
pub const LONGEST_LINE: usize = 500;
/// Most keywords of a column.
pub const MOST_KEYWORDS: usize = 20;
/// Documents that a page of a column may have.
pub const PAGE_SIZES: std::ops::RangeInclusive<u32> = 1..=200;
/// Deepest place of a column: the navigation shows three levels, addresses stay readable.
pub const DEEPEST: usize = 6;

fn wrong(rule: &'static str, field: &'static str, value: &str) -> Result<(), Broken> {
    Err(Broken { rule, field, value: value.to_owned() })
}

/// Is `name` a name for people: filled, one line, not too long?
pub fn check_name(field: &'static str, name: &str) -> Result<(), Broken> {
    match name {
        _ if name.trim().is_empty() => wrong("required", field, ""),
        _ if name.chars().any(char::is_control) => wrong("text.line", field, ""),
        _ if name.chars().count() > LONGEST_NAME => wrong("text.long", field, ""),
        _ => Ok(()),
    }
}

/// Is `text` one line that is not too long? It may be empty.
pub fn check_line(field: &'static str, text: &str) -> Result<(), Broken> {
    match text {
        _ if text.chars().any(char::is_control) => wrong("text.line", field, ""),
        _ if text.chars().count() > LONGEST_LINE => wrong("text.long", field, ""),
        _ => Ok(()),
    }
}

/// Is `day` a day as `2026-11-23`? It may be empty.
pub fn check_day(field: &'static str, day: &str) -> Result<(), Broken> {
    let good = day.is_empty() || (day.len() == 10 && crate::base::clock::parse_local(day).is_some());
    if good { Ok(()) } else { wrong("day.form", field, day) }
}

/// May a link lead to `url`: an address on this server or one with https:// or http://?
pub fn check_url(field: &'static str, url: &str) -> Result<(), Broken> {
    let plain = !url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    let good = if url.starts_with('/') {
        !url.starts_with("//")
    } else {
        url::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
    };
    if plain && good && url.len() <= 2000 { Ok(()) } else { wrong("url.form", field, url) }
}

/// May `path` be a picture or file of a page: an address on this server, or none?
pub fn check_file(field: &'static str, path: &str) -> Result<(), Broken> {
    let here = path.starts_with('/') && check_url(field, path).is_ok();
    if path.is_empty() || here { Ok(()) } else { wrong("file.form", field, path) }
}
