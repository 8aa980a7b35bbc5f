//! Is it valid? Rules of slugs, hosts and settings.

use crate::domain::error::Broken;

/// Words that no site or column may have as its slug, because addresses of the server begin with them.
pub const RESERVED: [&str; 14] = [
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
