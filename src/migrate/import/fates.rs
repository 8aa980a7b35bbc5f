//! What is sure enough to be public, and what a person must look at.

use crate::domain::migration::{Reason, Sure};
use crate::migrate::old::{Article, ArticleKind, OldState};

/// Least certainty, in percent, of a title, date or text that may be public without a look.
pub(super) const ENOUGH: u8 = 60;
/// No web page is older: 1 January 1993, milliseconds since 1970.
const FIRST_WEB: i64 = 725_846_400_000;

/// How sure the source was of each part.
pub(super) fn sure(article: &Article) -> Sure {
    Sure {
        title: article.title.as_ref().map_or(0, |found| found.sure),
        date: article.published.as_ref().map_or(0, |found| found.sure),
        body: article.body.as_ref().map_or(0, |found| found.sure),
        column: article.column.as_ref().map_or(0, |found| found.sure),
    }
}

/// A date that a document of an old site can have.
pub(super) fn date(article: &Article, now: i64) -> Option<i64> {
    article.published.as_ref().map(|found| found.value).filter(|time| (FIRST_WEB..now).contains(time))
}

/// Why a person must look at an article before it is public; `columns` says that the site has columns.
pub(super) fn reasons(article: &Article, columns: bool, now: i64) -> Vec<Reason> {
    let mut reasons = Vec::new();
    match &article.title {
        None => reasons.push(Reason::NoTitle),
        Some(title) if title.value.trim().is_empty() => reasons.push(Reason::NoTitle),
        Some(title) if title.sure < ENOUGH => reasons.push(Reason::Title),
        Some(_) => {}
    }
    match &article.published {
        None if article.kind == ArticleKind::Page => {}
        None => reasons.push(Reason::NoDate),
        Some(found) if found.sure < ENOUGH || date(article, now).is_none() => reasons.push(Reason::Date),
        Some(_) => {}
    }
    let shows = !article.attachments.is_empty() || !article.picture.is_empty() || article.kind == ArticleKind::Link;
    match &article.body {
        Some(body) if !body.value.trim().is_empty() => {
            if body.sure < ENOUGH {
                reasons.push(Reason::Body);
            }
        }
        _ if shows => {}
        _ => reasons.push(Reason::NoBody),
    }
    if columns && article.column.is_none() && article.kind != ArticleKind::Page {
        reasons.push(Reason::NoColumn);
    }
    if matches!(article.state, OldState::Waiting | OldState::Members) {
        reasons.push(Reason::NotPublic);
    }
    reasons
}
