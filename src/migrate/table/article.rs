//! Rows as articles and letters.

use crate::base::clock;
use crate::domain::content::plain_text;
use crate::migrate::old::{Article, ArticleKind, Found, OldAttachment, OldLetter, OldState};
use crate::migrate::records::{Asked, Home, from_excel, from_text, join_pages, keywords};

use super::fields::{Articles, Letters, filled};
use super::sheet::Row;

/// Letters of a cell of a workbook; a text that has all of them was cut off there.
const CELL: usize = 32_767;
/// How sure a text is that was cut off.
const CUT_OFF: u8 = 50;

/// The article of a row, but for its key and column.
pub(super) fn article(row: &Row<'_>, fields: &Articles, home: &Home) -> Article {
    let found = row.decoded(&fields.body);
    let cut_off = row.sheet.workbook && found.text.chars().count() >= CELL;
    let html = body(&found.text, fields);
    let cell = |name: &str| row.text(if name == "id" && !fields.id.is_empty() { &fields.id } else { name });
    let addresses: Vec<String> =
        fields.addresses.iter().filter_map(|pattern| home.absolute(&filled(pattern, &cell)?)).collect();
    let link = row.text(&fields.link);
    let link = if matches!(link.as_str(), "http://" | "https://" | "#") { String::new() } else { link };
    let title = row.decoded(&fields.title);
    let mut remarks = Vec::new();
    if title.damaged || found.damaged {
        remarks.push("bytes that are no text".to_owned());
    }
    let charset = if matches!(found.charset, "" | "ASCII") { title.charset } else { found.charset };
    if charset.contains(" in ") {
        remarks.push("charset declared wrongly".into());
    }
    if cut_off {
        remarks.push(format!("the text was cut off after {CELL} letters by the workbook"));
    }
    let sure = if cut_off { CUT_OFF } else { 100 };
    let plain = |name: &str| plain_text(&row.text(name));
    let some = |name: &str| Some(plain(name)).filter(|text| !text.is_empty()).map(Found::certain);
    Article {
        kind: if link.is_empty() { ArticleKind::Article } else { ArticleKind::Link },
        title: Some(plain_text(&title.text)).filter(|text| !text.is_empty()).map(Found::certain),
        subtitle: plain(&fields.subtitle),
        published: date(row, &fields.date).map(Found::certain),
        source: some(&fields.source),
        author: some(&fields.author),
        editor: plain(&fields.editor),
        formed: date(row, &fields.formed).map(clock::day).unwrap_or_default(),
        number: plain(&fields.number),
        index_number: plain(&fields.index_number),
        summary: plain(&fields.summary),
        keywords: keywords(&plain(&fields.keywords)),
        attachments: attachments(row, fields, home, &html),
        body: Some(html).filter(|html| !html.trim().is_empty()).map(|html| Found::likely(html, sure)),
        base: addresses.first().cloned().unwrap_or_else(|| home.url().to_string()),
        addresses,
        picture: placed(&row.text(&fields.picture), fields, home).unwrap_or_default(),
        link: home.absolute(&link).unwrap_or(link),
        state: match (is_yes(&row.text(&fields.deleted)), fields.is_public(&row.text(&fields.state))) {
            (true, _) => OldState::Bin,
            (false, true) => OldState::Public,
            (false, false) => OldState::Waiting,
        },
        clicks: row.text(&fields.clicks).parse().unwrap_or_default(),
        charset: charset.to_owned(),
        remarks,
        ..Article::default()
    }
}

/// The letter of a row; `None` when it asks nothing.
pub(super) fn letter(row: &Row<'_>, fields: &Letters, home: &Home, key: String) -> Option<OldLetter> {
    let cell = |name: &str| row.text(if name == "id" && !fields.id.is_empty() { &fields.id } else { name });
    let address = filled(&fields.address, &cell).and_then(|address| home.absolute(&address)).unwrap_or_default();
    let asked = Asked {
        title: row.text(&fields.title),
        name: row.text(&fields.name),
        asked: String::new(),
        question: row.text(&fields.question),
        answer: row.text(&fields.answer),
        answered: String::new(),
        unit: row.text(&fields.unit),
    };
    let letter = asked.letter(key, address)?;
    Some(OldLetter { asked: date(row, &fields.asked), answered: date(row, &fields.answered), ..letter })
}

fn is_yes(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "1" | "-1" | "true" | "yes" | "是")
}

/// A date; in a workbook it may be the number of a day.
fn date(row: &Row<'_>, column: &str) -> Option<i64> {
    let text = row.text(column);
    let serial = || text.parse().ok().and_then(from_excel);
    from_text(&text).or_else(|| row.sheet.workbook.then(serial).flatten())
}

/// A text as HTML: pages joined, what the program replaced replaced, lines of a plain text as paragraphs.
fn body(text: &str, fields: &Articles) -> String {
    let (mut html, _) = join_pages(text);
    for (from, to) in fields.replace.iter().filter(|(from, _)| !from.is_empty()) {
        if html.contains(from.as_str()) {
            html = html.replace(from.as_str(), to);
        }
    }
    if html.contains('<') || !html.trim().contains('\n') {
        return html;
    }
    html.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| format!("<p>{line}</p>\n")).collect()
}

/// The address of a file that the table names.
fn placed(name: &str, fields: &Articles, home: &Home) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    let relative = !name.starts_with('/') && !name.contains("://");
    if relative && !fields.files_at.is_empty() {
        return home.absolute(&format!("{}/{name}", fields.files_at.trim_end_matches('/')));
    }
    home.absolute(name)
}

/// Files that the table names, without those that stand in the text.
fn attachments(row: &Row<'_>, fields: &Articles, home: &Home, html: &str) -> Vec<OldAttachment> {
    let names = row.text(&fields.attachments);
    let named = names.split(['|', '\n']).map(str::trim).filter(|name| !name.is_empty());
    let in_text = |name: &str| name.rsplit('/').next().is_some_and(|file| html.contains(file));
    let mut found: Vec<OldAttachment> = Vec::new();
    for name in named.filter(|name| !in_text(name)) {
        if let Some(address) = placed(name, fields, home).filter(|new| found.iter().all(|old| old.address != *new)) {
            found.push(OldAttachment { address, name: String::new() });
        }
    }
    found
}
