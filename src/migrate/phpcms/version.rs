//! What the versions of phpcms call the same things.

use crate::base::fault::Fault;
use crate::migrate::sql::{Dump, Record};

/// A version whose tables are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V9,
    Y2008,
    Y2007,
}

impl Version {
    pub(super) fn name(self) -> &'static str {
        match self {
            Version::V9 => "phpcms v9",
            Version::Y2008 => "phpcms 2008",
            Version::Y2007 => "phpcms 2007",
        }
    }

    /// Column of an article's number.
    pub(super) fn id(self) -> &'static str {
        match self {
            Version::V9 => "id",
            Version::Y2008 => "contentid",
            Version::Y2007 => "articleid",
        }
    }

    /// Column of its time.
    pub(super) fn time(self) -> &'static str {
        match self {
            Version::V9 | Version::Y2008 => "inputtime",
            Version::Y2007 => "addtime",
        }
    }

    /// `status` of what is published.
    pub(super) fn published(self) -> i64 {
        match self {
            Version::V9 | Version::Y2008 => 99,
            Version::Y2007 => 3,
        }
    }
}

/// A table of articles with that of their texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Content {
    /// Table of titles, dates and states.
    pub main: String,
    /// Tables of texts; the one that has the article counts.
    pub texts: Vec<String>,
    /// What stands in the keys of its articles: `news`.
    pub name: String,
    /// Number of the model, where hits are counted by it.
    pub model: i64,
}

/// The version and prefix of a dump; `wanted` is the prefix that ops gave.
pub(super) fn recognise(dump: &Dump, wanted: Option<&str>) -> Result<(Version, String), Fault> {
    let tables = dump.tables();
    let mut found: Vec<(u64, Version, String)> = Vec::new();
    for name in tables.keys() {
        let has = |prefix: &str, rest: &str| tables.contains_key(&format!("{prefix}{rest}"));
        if let Some(prefix) = name.strip_suffix("content")
            && tables.keys().any(|other| other.strip_prefix(prefix).is_some_and(|rest| rest.starts_with("c_")))
        {
            found.push((dump.count(name), Version::Y2008, prefix.to_owned()));
        } else if let Some(prefix) = name.strip_suffix("news_data").filter(|prefix| has(prefix, "news")) {
            found.push((dump.count(name), Version::V9, prefix.to_owned()));
        } else if let Some((prefix, _)) = name.split_once("article_data") {
            found.push((dump.count(name), Version::Y2007, prefix.to_owned()));
        } else if let Some(prefix) = name.strip_suffix("model").filter(|prefix| has(prefix, "category")) {
            found.push((0, Version::V9, prefix.to_owned()));
        }
    }
    if let Some(wanted) = wanted {
        found.retain(|(_, _, prefix)| *prefix == wanted.to_lowercase());
    }
    found.sort_by_key(|(rows, _, _)| std::cmp::Reverse(*rows));
    match (found.into_iter().next(), dump.problems().first()) {
        (Some((_, version, prefix)), _) => Ok((version, prefix)),
        (None, Some(problem)) if tables.is_empty() => Err(problem.clone()),
        (None, _) => {
            let names: Vec<&str> = tables.keys().map(String::as_str).take(8).collect();
            let what = format!(
                "no table of articles of phpcms (v9_news, phpcms_content, phpcms_article) is in it, but {}",
                names.join(", ")
            );
            Err(Fault::file(dump.path(), what))
        }
    }
}

/// The tables of articles: those of the models, or those that look like it.
pub(super) fn contents(dump: &Dump, version: Version, prefix: &str) -> Result<Vec<Content>, Fault> {
    let tables = dump.tables();
    match version {
        Version::V9 => {
            let mut found: Vec<Content> = Vec::new();
            dump.rows(&format!("{prefix}model"), &mut |record: &Record| {
                let name = record.text("tablename").trim().to_lowercase();
                let main = format!("{prefix}{name}");
                let is_content = tables.get(&main).is_some_and(|table| {
                    ["title", "catid", "status"].iter().all(|column| table.columns.iter().any(|other| other == column))
                });
                if is_content && found.iter().all(|content| content.main != main) {
                    let model = record.number("modelid").unwrap_or_default();
                    found.push(Content { texts: vec![format!("{main}_data")], main, name, model });
                }
                Ok(())
            })?;
            let news = format!("{prefix}news");
            if found.iter().all(|content| content.main != news) && dump.count(&news) > 0 {
                found.push(Content { texts: vec![format!("{news}_data")], main: news, name: "news".into(), model: 1 });
            }
            Ok(found)
        }
        Version::Y2008 => {
            let own = format!("{prefix}c_");
            let texts = tables.keys().filter(|name| name.starts_with(&own)).cloned().collect();
            Ok(vec![Content { main: format!("{prefix}content"), texts, name: "content".into(), model: 0 }])
        }
        Version::Y2007 => {
            // One table, or one for each channel: phpcms_article_1.
            let own = format!("{prefix}article");
            let data = format!("{prefix}article_data");
            let mut found = Vec::new();
            for name in tables.keys().filter(|name| name.starts_with(&own) && !name.starts_with(&data)) {
                let rest = &name[own.len()..];
                let text = format!("{data}{rest}");
                if tables.contains_key(&text) {
                    found.push(Content {
                        main: name.clone(),
                        texts: vec![text],
                        name: format!("article{rest}"),
                        model: 0,
                    });
                }
            }
            Ok(found)
        }
    }
}
