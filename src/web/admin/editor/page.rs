//! The page of the editor.
//!
//! **Invariant:** shows what the person has not saved yet, where there is something, else the newest revision.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::clock;
use crate::base::id::{ChannelId, DocumentId, RevisionId, SiteId};
use crate::domain::account::{self, By, Place, Role, Token};
use crate::domain::content::{self, Document, Edit, Revision, State};
use crate::domain::error::{Broken, Error, Result};
use crate::domain::site::{ChannelKind, SiteNode};
use crate::domain::workflow;
use crate::render::view_admin::{
    BrokenView, ColumnChoice, EDITOR_DONE, EditorPage, MessageView, PreviewLinkView, SavedView,
};
use crate::store::Read;
use crate::web::admin::desk::{message, time};
use crate::web::admin::nav::is_open;
use crate::web::admin::{About, Asked, Desk, Refusal, blocking};

use super::fields;

/// What may stand in the address.
#[derive(Debug, Default, Deserialize)]
pub struct Question {
    #[serde(default)]
    done: String,
    #[serde(default)]
    recovered: String,
    #[serde(default)]
    channel: Option<u64>,
}

/// What can be done with a document, each an address below its editor.
const ACTS: [&str; 16] = [
    "submit", "recall", "take", "approve", "return", "publish", "schedule", "withdraw", "move", "copy", "refer",
    "push", "trash", "history", "sheet", "check",
];

/// What is shown, and how it came to be.
pub(super) struct Shown {
    /// Revision that it is made from, 0 for a new document.
    pub base: RevisionId,
    /// Version of what is kept without being saved.
    pub version: u64,
    /// When that was kept.
    pub kept: Option<i64>,
    /// Text and terms.
    pub edit: Edit,
}

impl Shown {
    /// What the person has of a document.
    pub(super) fn of(app: &App, by: &By, document: &Document) -> Result<Shown> {
        if let Some(working) = content::working(&app.store, by, document.id)? {
            let (base, version, kept) = (working.base, working.version, Some(working.time));
            return Ok(Shown { base, version, kept, edit: working.edit });
        }
        let head = content::revision(&app.store, by, document.id, document.head)?;
        Ok(Shown { base: head.id, version: 0, kept: None, edit: Edit::of(document, &head) })
    }
}

/// The page of a document.
pub async fn show(desk: Desk, Path(id): Path<u64>, Asked(asked): Asked<Question>) -> Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let now = desk.now;
    let (document, mut page) = blocking(move || {
        let document = content::document(&app.store, &by, DocumentId(id))?;
        let shown = Shown::of(&app, &by, &document)?;
        let page = view(&app, &by, Some(&document), &shown, now)?;
        Ok::<_, Error>((document, page))
    })
    .await?
    .map_err(Refusal::from)?;
    page.notice = notice(&asked.done);
    page.recovered = asked.recovered.chars().take(20).collect();
    page.others = super::presence::others(&desk, document.id).join("、");
    respond(&desk, StatusCode::OK, page)
}

/// The page of a document that is not there yet.
pub async fn new(desk: Desk, Path(slug): Path<String>, Asked(asked): Asked<Question>) -> Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let page = blocking(move || {
        let node = app.site(&slug)?;
        let channel = asked.channel.map(ChannelId).filter(|id| node.channels.contains_key(id)).unwrap_or_default();
        let mut edit = Edit { channel, ..Edit::default() };
        edit.text.source = node.site.name.clone();
        edit.text.editor = by.user().map(|user| user.display_name.clone()).unwrap_or_default();
        let shown = Shown { base: RevisionId(0), version: 0, kept: None, edit };
        view_in(&app, &by, &node, None, &shown, now)
    })
    .await?
    .map_err(Refusal::from)?;
    respond(&desk, StatusCode::OK, page)
}

/// The page as an answer.
pub(super) fn respond(desk: &Desk, status: StatusCode, page: EditorPage) -> Result<Response, Refusal> {
    let title = if page.document == 0 { "editor.new" } else { "editor.page" };
    let about = About::named(title, &page.fields.title);
    let list = format!("/admin/sites/{}/documents", page.site);
    let about = if is_open("/admin/sites/{site}/documents") { about.below("nav.documents", list) } else { about };
    Ok(desk.page(status, "content/editor.html", about, page)?)
}

/// The page again, with what was typed and what is wrong with it.
pub(super) fn again(
    app: &App,
    by: &By,
    site: SiteId,
    document: Option<&Document>,
    shown: &Shown,
    now: i64,
) -> Result<EditorPage> {
    let node = app.directory().site(site).cloned().ok_or_else(|| Error::not_found("site", site))?;
    view_in(app, by, &node, document, shown, now)
}

fn view(app: &App, by: &By, document: Option<&Document>, shown: &Shown, now: i64) -> Result<EditorPage> {
    let site = document.map(|document| document.site).unwrap_or_default();
    again(app, by, site, document, shown, now)
}

fn view_in(
    app: &App,
    by: &By,
    node: &Arc<SiteNode>,
    document: Option<&Document>,
    shown: &Shown,
    now: i64,
) -> Result<EditorPage> {
    let place = |channel: ChannelId| node.chain(channel).iter().map(|channel| channel.id).collect::<Vec<_>>();
    let chain = place(document.map_or(shown.edit.channel, |document| document.channel));
    let at = Place::Channel(node.site.id, &chain);
    let may_edit = match document {
        Some(document) => document.trashed.is_none() && content::may_edit(by, at, document),
        None => true,
    };
    let columns = columns(node, by, shown.edit.channel, document.map(|document| document.channel));
    let mut saved = None;
    if let Some(document) = document {
        let head = content::revision(&app.store, by, document.id, document.head)?;
        let author = head.author.map(|user| name_of(app, user)).transpose()?.flatten();
        saved = Some(SavedView { number: head.number, time: time(head.time), by: author.unwrap_or(head.by) });
    }
    let action = match document {
        Some(document) => super::address(document.id),
        None => format!("/admin/sites/{}/documents/new", node.site.slug),
    };
    let public = document.filter(|document| document.is_live() && node.site.state.is_readable()).and_then(|document| {
        let channel = node.channels.get(&document.channel)?;
        Some(format!("{}{}.html", node.channel_url(channel), document.id))
    });
    Ok(EditorPage {
        document: document.map_or(0, |document| document.id.0),
        site: node.site.slug.clone(),
        action,
        state: document.map_or("draft", |document| word(document.state)),
        public: public.unwrap_or_default(),
        newer: document.is_some_and(|document| document.is_live() && document.has_changes()),
        saved,
        kept: shown.kept.map(time).unwrap_or_default(),
        base: shown.base.0,
        version: shown.version,
        may_edit,
        fields: fields::view(&app.store, by, &shown.edit)?,
        columns,
        classes: content::CLASSES.join(" "),
        problems: Vec::new(),
        notice: None,
        recovered: String::new(),
        others: String::new(),
        acts: document.map(|document| acts(app, by, at, document, may_edit, now)).transpose()?.unwrap_or_default(),
        link: String::new(),
        link_until: String::new(),
        links: document
            .filter(|_| may_edit)
            .map(|document| links(app, by, document, now))
            .transpose()?
            .unwrap_or_default(),
        last_step: document.map(|document| last_step(app, document)).transpose()?.unwrap_or_default(),
        first: if document.is_none() { Token::random()?.secret().to_owned() } else { String::new() },
    })
}

/// The preview links of a document that are good now.
fn links(app: &App, by: &By, document: &Document, now: i64) -> Result<Vec<PreviewLinkView>> {
    let mut found = Vec::new();
    for link in content::previews(&app.store, by, document.id, now)? {
        let shown: Option<Revision> = app.store.get(link.revision.0)?;
        let maker = account::user_by_name(&app.store, &link.by)?.map(|user| user.display_name);
        found.push(PreviewLinkView {
            id: link.id.0,
            number: shown.map_or(0, |revision| revision.number),
            by: maker.unwrap_or(link.by),
            until: time(link.ends),
        });
    }
    Ok(found)
}

/// Does approving publish the document?
fn last_step(app: &App, document: &Document) -> Result<bool> {
    let case = workflow::case(&app.store, document.id)?;
    Ok(case.filter(workflow::Case::is_open).is_some_and(|case| case.is_last()))
}

/// Columns that hold documents and in which the person writes; `own` where the document stands already.
pub(super) fn columns(node: &SiteNode, by: &By, chosen: ChannelId, own: Option<ChannelId>) -> Vec<ColumnChoice> {
    fn below(
        node: &SiteNode,
        parent: Option<ChannelId>,
        above: &str,
        found: &mut Vec<(ChannelId, ChannelKind, String)>,
    ) {
        for channel in node.below(parent) {
            let name = if above.is_empty() { channel.name.clone() } else { format!("{above} › {}", channel.name) };
            found.push((channel.id, channel.kind, name.clone()));
            below(node, Some(channel.id), &name, found);
        }
    }
    let mut found = Vec::new();
    below(node, None, "", &mut found);
    let writes = |id: ChannelId| {
        let chain: Vec<ChannelId> = node.chain(id).iter().map(|channel| channel.id).collect();
        let place = Place::Channel(node.site.id, &chain);
        [Role::Editor, Role::Reviewer, Role::Publisher, Role::Manager].iter().any(|role| by.may(*role, place))
    };
    let holds = |kind| matches!(kind, ChannelKind::List | ChannelKind::Page);
    found.retain(|(id, kind, _)| own == Some(*id) || (holds(*kind) && writes(*id)));
    found.into_iter().map(|(id, _, name)| ColumnChoice { id: id.0, name, chosen: id == chosen }).collect()
}

/// What this person can do with the document now, as far as the server has an address for it.
fn acts(
    app: &App,
    by: &By,
    at: Place<'_>,
    document: &Document,
    may_edit: bool,
    _now: i64,
) -> Result<Vec<&'static str>> {
    let case = workflow::case(&app.store, document.id)?;
    let was_reviewed = case.is_some();
    let case = case.filter(workflow::Case::is_open);
    let standing = case.as_ref().is_some_and(|case| case.standing(by, at).is_some());
    let branch = crate::domain::site::branch(&app.store, document.channel)?;
    let one_step =
        case.as_ref().map_or(workflow::flow_of(&app.store, &branch)?.steps.len() < 2, workflow::Case::is_last);
    let publisher = by.may(Role::Publisher, at);
    let changes = document.has_changes();
    let reviewed = document.state == State::InReview;
    let waiting = document.state == State::Scheduled;
    let can = |act: &str| {
        if document.trashed.is_some() {
            return act == "history";
        }
        match act {
            "submit" => may_edit && changes && !reviewed && !waiting,
            "recall" => may_edit && reviewed,
            "take" | "approve" | "return" => reviewed && standing,
            "publish" | "schedule" => publisher && changes && one_step && !reviewed && !waiting,
            "withdraw" => publisher && (document.is_live() || waiting),
            "move" => may_edit && (!document.is_live() || publisher),
            "refer" => document.is_live(),
            "push" => (may_edit || publisher) && document.is_live(),
            "trash" => may_edit && !document.is_live(),
            "sheet" => was_reviewed,
            _ => true,
        }
    };
    let open = |act: &&str| is_open(&format!("/admin/documents/{{document}}/{act}"));
    Ok(ACTS.into_iter().filter(|act| can(act)).filter(open).collect())
}

/// What is wrong, in the language of the answer.
pub(super) fn told(desk: &Desk, broken: &[Broken]) -> Vec<BrokenView> {
    let view = |broken: &Broken| {
        let key = format!("broken.{}", broken.rule);
        let text = desk.text(&key);
        // A rule of a check that has its own words.
        let text = if text == key { desk.text("broken.other") } else { text };
        let text = match broken.value.as_str() {
            "" => text,
            value => format!("{text} ({value})"),
        };
        BrokenView { field: broken.field, text }
    };
    broken.iter().map(view).collect()
}

fn notice(done: &str) -> Option<MessageView> {
    EDITOR_DONE.contains(&done).then(|| message(&format!("editor.done.{done}")))
}

/// Word of a state, `in_review`.
pub(super) fn word(state: State) -> &'static str {
    match state {
        State::Draft => "draft",
        State::InReview => "in_review",
        State::Scheduled => "scheduled",
        State::Published => "published",
        State::Withdrawn => "withdrawn",
        State::Expired => "expired",
    }
}

/// A time of the day, `10:31`.
pub(super) fn hour(millis: i64) -> String {
    clock::local(millis).strftime("%H:%M").to_string()
}

/// Name for people of a user.
pub(super) fn name_of(app: &App, user: crate::base::id::UserId) -> Result<Option<String>> {
    Ok(account::user(&app.store, user)?.map(|user| user.display_name))
}
