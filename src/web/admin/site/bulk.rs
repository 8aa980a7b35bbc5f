//! Something done with several documents: one action of the content feature for each, so that no step of a workflow
//! is left out and each failure is told with its reason.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::base::id::{ChannelId, DocumentId, RevisionId};
use crate::domain::account::By;
use crate::domain::content::{self, Document, Finding};
use crate::domain::error::{Broken, Error, Result};
use crate::domain::site::SiteNode;
use crate::render::view_admin::{BulkPage, FailureView};
use crate::web;
use crate::web::admin::desk::{About, local, see};
use crate::web::admin::{Desk, Pairs, Refusal, blocking};

use super::{node, reasons};

/// Most documents at once.
const MOST: usize = 200;

/// What can be done with several documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// 发布.
    Publish,
    /// 撤回.
    Withdraw,
    /// To another column of the site.
    Move,
    /// A draft in another column.
    Copy,
    /// Shown in another column, too.
    Refer,
    /// Keywords are added.
    Tag,
    /// Validity ends now.
    Expire,
    /// Into the trash.
    Trash,
}

/// All, in the order of the menu.
pub(super) const ACTIONS: [Action; 8] = [
    Action::Publish,
    Action::Withdraw,
    Action::Move,
    Action::Copy,
    Action::Refer,
    Action::Tag,
    Action::Expire,
    Action::Trash,
];

impl Action {
    /// The word used in forms and message keys.
    pub(super) fn word(self) -> &'static str {
        match self {
            Action::Publish => "publish",
            Action::Withdraw => "withdraw",
            Action::Move => "move",
            Action::Copy => "copy",
            Action::Refer => "refer",
            Action::Tag => "tag",
            Action::Expire => "expire",
            Action::Trash => "trash",
        }
    }

    fn of(word: &str) -> Option<Action> {
        ACTIONS.into_iter().find(|action| action.word() == word)
    }
}

/// What the action needs beside the documents.
struct With {
    column: Option<ChannelId>,
    words: Vec<String>,
    reason: String,
    /// What the publishing checks warn of was seen.
    seen: bool,
}

/// Does it, and shows what could not be done.
pub async fn submit(desk: Desk, Path(slug): Path<String>, pairs: Pairs) -> Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let action = Action::of(pairs.text("do")).ok_or(web::Error::BadRequest("no such bulk action"))?;
    let mut ids: Vec<DocumentId> = pairs.all("document").filter_map(|id| id.parse().ok()).map(DocumentId).collect();
    ids.dedup();
    if ids.len() > MOST {
        return Err(web::Error::BadRequest("too many documents at once").into());
    }
    let column = match action {
        Action::Move => pairs.text("move"),
        Action::Copy => pairs.text("copy"),
        Action::Refer => pairs.text("refer"),
        _ => "",
    };
    let words = pairs.text("words").split([' ', '　', ',', '，', '、', ';', '；']).filter(|word| !word.is_empty());
    let with = With {
        column: column.parse().ok().map(ChannelId),
        words: words.map(str::to_owned).collect(),
        reason: pairs.text("reason").trim().to_owned(),
        seen: pairs.ticked("seen"),
    };
    let list = format!("/admin/sites/{slug}/documents");
    let back = local(pairs.text("back")).filter(|back| back.starts_with(&list)).unwrap_or(&list).to_owned();
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let about = About::from("bulk.title").below("documents.title", list);
    let (done, failures) = blocking(move || all(&app, &by, &node, action, &ids, &with, now)).await??;
    if failures.is_empty() {
        let and = if back.contains('?') { '&' } else { '?' };
        return Ok(see(&format!("{back}{and}done={}&count={done}", action.word())));
    }
    let page = BulkPage { slug, action: action.word().to_owned(), done, failures, back };
    Ok(desk.page(StatusCode::OK, "site/bulk.html", about, page)?)
}

fn all(
    app: &App,
    by: &By,
    node: &SiteNode,
    action: Action,
    ids: &[DocumentId],
    with: &With,
    now: i64,
) -> Result<(usize, Vec<FailureView>), Refusal> {
    let mut done = 0;
    let mut failures = Vec::new();
    for id in ids {
        // Of another site, or not this person's to see: not there.
        let document = content::document(&app.store, by, *id).ok().filter(|document| document.site == node.site.id);
        let result = match &document {
            Some(document) => one(app, by, action, document, with, now),
            None => Err(Error::not_found("document", id)),
        };
        match result {
            Ok(()) => done += 1,
            Err(error) => failures.push(FailureView {
                title: document.as_ref().map_or_else(|| id.to_string(), |document| document.card.title.clone()),
                url: document.map(|document| format!("/admin/documents/{}/", document.id)).unwrap_or_default(),
                reasons: reasons(error)?,
            }),
        }
    }
    Ok((done, failures))
}

fn one(app: &App, by: &By, action: Action, document: &Document, with: &With, now: i64) -> Result<()> {
    let (store, id) = (&app.store, document.id);
    let column = || with.column.ok_or_else(|| Error::rule("required", "column", ""));
    match action {
        Action::Publish => {
            if !with.seen {
                require_seen(app, by, id)?;
            }
            content::publish(store, by, id, now).map(drop)
        }
        Action::Withdraw => content::withdraw(store, by, id, &with.reason, now).map(drop),
        Action::Move => content::move_to(store, by, id, column()?, now).map(drop),
        Action::Copy => content::copy(store, by, id, column()?, now).map(drop),
        Action::Refer => content::refer(store, by, id, column()?, None, None).map(drop),
        Action::Tag if with.words.is_empty() => Err(Error::rule("required", "keywords", "")),
        Action::Tag => content::tag(store, by, id, &with.words, now).map(drop),
        Action::Expire => content::expire(store, by, id, now).map(drop),
        Action::Trash => content::trash(store, by, id, now).map(drop),
    }
}

/// What the publishing checks warn of is to be looked at in each document, or said to have been.
fn require_seen(app: &App, by: &By, id: DocumentId) -> Result<()> {
    let found = content::unseen(&app.store, by, id, RevisionId(0))?;
    let warns = |finding: Finding| Broken { rule: finding.rule.key(), field: "check", value: finding.place };
    let mut broken: Vec<Broken> = found.into_iter().map(warns).collect();
    if broken.is_empty() {
        return Ok(());
    }
    broken.insert(0, Broken { rule: "bulk.unseen", field: "check", value: String::new() });
    Err(Error::Rules { broken })
}
