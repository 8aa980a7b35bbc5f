//! Words to look for, of the group and of a site, and what the checks do.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::SiteId;
use crate::domain::content::{self, Rule, Severity, WordKind};
use crate::domain::error::{Error as Refused, Result};
use crate::render::view_admin::{CheckRuleView, MessageView, WordListView, WordsPage};
use crate::web::Error;
use crate::web::admin::desk::{message, see};
use crate::web::admin::{Asked, Desk, Pairs, Refusal, blocking};

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    #[serde(default)]
    done: bool,
}

type Answer = std::result::Result<Response, Refusal>;

/// The page of the group.
pub async fn of_group(desk: Desk, Asked(done): Asked<Done>) -> Answer {
    show(desk, None, done.done).await
}

/// The page of a site.
pub async fn of_site(desk: Desk, Path(slug): Path<String>, Asked(done): Asked<Done>) -> Answer {
    show(desk, Some(slug), done.done).await
}

/// Saves the words or decisions of the group.
pub async fn save_group(desk: Desk, pairs: Pairs) -> Answer {
    save(desk, None, pairs).await
}

/// Saves the words of a site.
pub async fn save_site(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Answer {
    save(desk, Some(slug), pairs).await
}

fn action(slug: Option<&str>) -> String {
    slug.map_or_else(|| "/admin/words".to_owned(), |slug| format!("/admin/sites/{slug}/words"))
}

async fn show(desk: Desk, slug: Option<String>, done: bool) -> Answer {
    let app = desk.admin.app.clone();
    let page = blocking(move || page(&app, slug.as_deref())).await?.map_err(Refusal::from)?;
    let notice = done.then(|| message("words.saved"));
    Ok(desk.page(StatusCode::OK, "text/words.html", "words.title", WordsPage { notice, ..page })?)
}

fn page(app: &App, slug: Option<&str>) -> Result<WordsPage> {
    let node = slug.map(|slug| app.site(slug)).transpose()?;
    let site = node.as_ref().map(|node| node.site.id);
    let mut lists = Vec::new();
    for kind in WordKind::ALL {
        let list = content::words(&app.store, site, kind)?;
        let text = list.map(|list| content::write_entries(&list.entries)).unwrap_or_default();
        lists.push(WordListView { kind: kind.word(), text });
    }
    let policy = content::policy(&app.store)?;
    let rules = Rule::ALL.into_iter().filter(|_| site.is_none());
    Ok(WordsPage {
        site: node.as_ref().map(|node| node.site.name.clone()).unwrap_or_default(),
        action: action(slug),
        lists,
        rules: rules.map(|rule| CheckRuleView { key: rule.key(), severity: policy.of(rule).word() }).collect(),
        notice: None,
        problem: None,
    })
}

async fn save(desk: Desk, slug: Option<String>, pairs: Pairs) -> Answer {
    let (app, by, place) = (desk.admin.app.clone(), desk.by()?, slug.clone());
    let typed = pairs.clone();
    let done = blocking(move || -> Result<()> {
        let site: Option<SiteId> = match &place {
            Some(slug) => Some(app.site(slug)?.site.id),
            None => None,
        };
        match WordKind::of(pairs.text("kind")) {
            Some(kind) => {
                content::set_words(&app.store, &by, site, kind, content::read_entries(pairs.text("words"))).map(drop)
            }
            None if site.is_none() => {
                let chosen = |rule: Rule| Some((rule, Severity::of(pairs.text(rule.key()))?));
                let rules: BTreeMap<Rule, Severity> = Rule::ALL.into_iter().filter_map(chosen).collect();
                content::set_policy(&app.store, &by, rules).map(drop)
            }
            None => Err(Refused::rule("words.kind", "kind", "")),
        }
    });
    let broken = match done.await? {
        Ok(()) => return Ok(see(&format!("{}?done=true", action(slug.as_deref())))),
        Err(Refused::Rules { broken }) => broken,
        Err(error) => return Err(error.into()),
    };
    let rule = broken.first().map(|broken| broken.rule).unwrap_or_default();
    if !matches!(rule, "words.many" | "words.long") {
        return Err(Error::BadRequest("there is no such list").into());
    }
    let app = desk.admin.app.clone();
    let mut page = blocking(move || page(&app, slug.as_deref())).await?.map_err(Refusal::from)?;
    page.problem = Some(MessageView { key: rule.to_owned(), number: 0 });
    for list in page.lists.iter_mut().filter(|list| list.kind == typed.text("kind")) {
        list.text = typed.text("words").to_owned();
    }
    Ok(desk.page(StatusCode::UNPROCESSABLE_ENTITY, "text/words.html", "words.title", page)?)
}
