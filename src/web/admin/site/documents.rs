//! The documents of a site: filtered, searched, in pages, and what can be done with several at once.

use std::collections::HashMap;

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{ChannelId, UserId};
use crate::domain::account::{self, By, Role, User};
use crate::domain::content::desk::{self, Filter, Order};
use crate::domain::content::{Document, State};
use crate::domain::error::Result;
use crate::domain::site::SiteNode;
use crate::render::view_admin::{DocumentRowView, DocumentsPage, OptionView};
use crate::store::Read;
use crate::web::admin::desk::{About, time};
use crate::web::admin::{Asked, Desk, Refusal, blocking};

use super::bulk::ACTIONS;
use super::list::{address, pages};
use super::views::{column_options, group_options, keyed, option, works};
use super::{Done, node};

/// Documents of a page.
const SIZE: u64 = 50;
/// A document that was not changed for so many milliseconds (a year) is looked for as stale.
const STALE: i64 = 365 * 24 * 3600 * 1000;

/// What may stand in the address.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Wanted {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    stale: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    page: String,
    #[serde(flatten)]
    done: Done,
}

impl Wanted {
    /// The fields of the address but for the page.
    fn fields(&self) -> [(&'static str, &str); 6] {
        [
            ("channel", self.channel.as_str()),
            ("state", self.state.as_str()),
            ("author", self.author.as_str()),
            ("q", self.q.trim()),
            ("stale", self.stale.as_str()),
            ("order", self.order.as_str()),
        ]
    }

    fn filter(&self, by: &By, node: &SiteNode, now: i64) -> Filter {
        let number = |text: &str| text.parse::<u64>().ok();
        Filter {
            site: Some(node.site.id),
            channel: number(&self.channel).map(ChannelId),
            state: State::of(&self.state),
            author: match self.author.as_str() {
                "me" => by.user().map(|user| user.id),
                other => number(other).map(UserId),
            },
            query: self.q.clone(),
            unchanged_since: (!self.stale.is_empty()).then_some(now - STALE),
            order: Order::of(&self.order).unwrap_or_default(),
        }
    }
}

/// The list.
pub async fn show(desk: Desk, Path(slug): Path<String>, Asked(wanted): Asked<Wanted>) -> Result<Response, Refusal> {
    let node = node(&desk, &slug)?;
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let about = About::from("documents.title");
    let page = blocking(move || page(&app, &by, &node, &wanted, now)).await??;
    Ok(desk.page(StatusCode::OK, "site/documents.html", about, page)?)
}

fn page(app: &App, by: &By, node: &SiteNode, wanted: &Wanted, now: i64) -> Result<DocumentsPage> {
    let slug = &node.site.slug;
    let path = format!("/admin/sites/{slug}/documents");
    let filter = wanted.filter(by, node, now);
    let asked = wanted.page.parse::<u64>().unwrap_or(1).max(1);
    let read = |page: u64| {
        let offset = usize::try_from((page - 1).saturating_mul(SIZE)).unwrap_or(usize::MAX);
        desk::list(&app.store, &app.titles, by, &filter, offset, SIZE as usize)
    };
    let (mut documents, total) = read(asked)?;
    let pages = pages(&path, &wanted.fields(), asked, SIZE, total);
    if pages.page != asked {
        documents = read(pages.page)?.0;
    }
    let page = if pages.page > 1 { pages.page.to_string() } else { String::new() };
    let mut here = wanted.fields().to_vec();
    here.push(("page", &page));
    let create = address(&format!("{path}/new"), &[("channel", &wanted.channel)]);
    let writes = by.user().is_none_or(|user| user.may_within(Role::Editor, node.site.id));
    Ok(DocumentsPage {
        slug: slug.clone(),
        columns: column_options(node, &wanted.channel, |channel| {
            channel.holds_documents() && works(by, node, channel.id, None)
        }),
        states: State::ALL
            .map(|state| keyed(state.word(), format!("document.{}", state.word()), &wanted.state))
            .to_vec(),
        authors: authors(app, by, node, wanted)?,
        orders: Order::ALL
            .map(|order| keyed(order.word(), format!("documents.order.{}", order.word()), &wanted.order))
            .to_vec(),
        query: wanted.q.trim().to_owned(),
        stale: !wanted.stale.is_empty(),
        filtered: wanted.fields().iter().take(5).any(|(_, value)| !value.is_empty()),
        rows: rows(app, node, &documents)?,
        here: address(&path, &here),
        pages,
        actions: ACTIONS.map(|action| keyed(action.word(), format!("bulk.{}", action.word()), "")).to_vec(),
        moves: column_options(node, "", |channel| {
            channel.holds_documents() && channel.closing.is_none() && works(by, node, channel.id, None)
        }),
        copies: group_options(app, by, node.site.id, Role::Editor),
        refers: group_options(app, by, node.site.id, Role::Publisher),
        create: if writes { create } else { String::new() },
        notice: wanted.done.message("bulk", &ACTIONS.map(super::bulk::Action::word)),
    })
}

/// Oneself, and the others who write in the site, by name.
fn authors(app: &App, by: &By, node: &SiteNode, wanted: &Wanted) -> Result<Vec<OptionView>> {
    let mut options = vec![keyed("me", "documents.mine".into(), &wanted.author)];
    let mut others = account::colleagues(&app.store, by, node.site.id)?;
    others.retain(|user| by.user().is_none_or(|own| own.id != user.id));
    options.extend(others.iter().map(|user| option(user.id, &user.display_name, &wanted.author)));
    Ok(options)
}

fn rows(app: &App, node: &SiteNode, documents: &[Document]) -> Result<Vec<DocumentRowView>> {
    let mut names: HashMap<UserId, String> = HashMap::new();
    let mut rows = Vec::new();
    for document in documents {
        let author = match document.author {
            None => String::new(),
            Some(id) => match names.get(&id) {
                Some(name) => name.clone(),
                None => {
                    let name = app.store.get::<User>(id.0)?.map(|user| user.display_name).unwrap_or_default();
                    names.insert(id, name.clone());
                    name
                }
            },
        };
        let channel = node.channels.get(&document.channel);
        let public = channel.filter(|_| document.is_live() && node.site.state.is_readable());
        rows.push(DocumentRowView {
            id: document.id.0,
            title: document.card.title.clone(),
            url: format!("/admin/documents/{}/", document.id),
            public: public
                .map(|channel| format!("{}{}.html", node.channel_url(channel), document.id))
                .unwrap_or_default(),
            column: channel.map(|channel| channel.name.clone()).unwrap_or_default(),
            state: document.state.word(),
            changed_since: document.is_live() && document.has_changes(),
            pinned: document.pinned,
            author,
            changed: time(document.changed),
            published: match document.state {
                State::Scheduled => document.publish_at.map(time).unwrap_or_default(),
                _ if document.published > 0 => time(document.published),
                _ => String::new(),
            },
        });
    }
    Ok(rows)
}
