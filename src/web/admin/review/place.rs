//! Choosing a column: to move a document there, to copy it, to refer to it, to offer it to another site.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use http::StatusCode;
use serde::Deserialize;

use crate::app::App;
use crate::base::id::{ChannelId, DocumentId, ReferenceId, SubmissionId};
use crate::domain::account::{By, Place, Role};
use crate::domain::content::{self, Document};
use crate::domain::error::{Error, Result as Done};
use crate::domain::site::{ChannelKind, SiteNode};
use crate::domain::submission;
use crate::render::view_admin::{PlaceChoice, PlacePage, ReferenceView, SentView, WhyView};
use crate::web::admin::desk::{see, time};
use crate::web::admin::{About, Admin, Desk, Fields, Refusal, blocking};

use super::{address, column_name, place_name, problems};

/// An act: its word in the address, and the key of its page's title.
pub type Act = (&'static str, &'static str);

/// Moving.
pub const MOVE: Act = ("move", "place.move");
/// Copying.
pub const COPY: Act = ("copy", "place.copy");
/// Referring.
pub const REFER: Act = ("refer", "place.refer");
/// Offering to another site.
pub const PUSH: Act = ("push", "place.push");

/// The form.
#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    channel: u64,
    /// Own title of a reference, or a word to the other site.
    #[serde(default)]
    text: String,
    /// A reference to remove, or an offer to take back.
    #[serde(default)]
    end: u64,
}

/// Form and action of an act.
pub fn place(act: Act) -> MethodRouter<Arc<Admin>> {
    let form = move |desk: Desk, Path(id): Path<u64>| async move {
        respond(&desk, DocumentId(id), act, Chosen::default(), Vec::new()).await
    };
    let done = move |desk: Desk, Path(id): Path<u64>, Fields(chosen): Fields<Chosen>| {
        carry_out(desk, DocumentId(id), act, chosen)
    };
    get(form).post(done)
}

async fn carry_out(desk: Desk, id: DocumentId, act: Act, chosen: Chosen) -> Result<Response, Refusal> {
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let (channel, end, text) = (ChannelId(chosen.channel), chosen.end, chosen.text.clone());
    let done = blocking(move || -> Done<String> {
        let store = &app.store;
        let back = |word: &str| format!("{}?done={word}", address(id));
        match act.0 {
            "move" => content::move_to(store, &by, id, channel, now).map(|_| back("moved")),
            "copy" => {
                content::copy(store, &by, id, channel, now).map(|copy| format!("{}?done=copied", address(copy.id)))
            }
            "refer" if end > 0 => content::remove_reference(store, &by, ReferenceId(end)).map(|()| back("unreferred")),
            "refer" => {
                let title = Some(text.trim()).filter(|text| !text.is_empty());
                content::refer(store, &by, id, channel, title, None).map(|_| back("referred"))
            }
            _ if end > 0 => submission::take_back(store, &by, SubmissionId(end), now).map(|_| back("unpushed")),
            _ => submission::push(store, &by, id, channel, &text, now).map(|_| back("pushed")),
        }
    });
    match done.await? {
        Ok(to) => Ok(see(&to)),
        Err(error) => {
            let problems = problems(error)?;
            respond(&desk, id, act, chosen, problems).await
        }
    }
}

async fn respond(
    desk: &Desk,
    id: DocumentId,
    (act, title): Act,
    chosen: Chosen,
    problems: Vec<WhyView>,
) -> Result<Response, Refusal> {
    let status = if problems.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let page = blocking(move || -> Done<PlacePage> {
        let document = content::document(&app.store, &by, id)?;
        let choices = choices(&app, &by, &document, act, chosen.channel);
        Ok(PlacePage {
            act,
            title: document.card.title.clone(),
            back: address(id),
            choices,
            typed: chosen.text,
            problems,
            references: if act == "refer" { references(&app, &by, id)? } else { Vec::new() },
            sent: if act == "push" { sent(&app, &by, id)? } else { Vec::new() },
        })
    });
    let page = page.await?.map_err(Refusal::from)?;
    let about = About::from(title).below_named(&page.title, address(id));
    Ok(desk.page(status, "review/place.html", about, page)?)
}

/// Columns that the person may choose, in the order of the group.
fn choices(app: &App, by: &By, document: &Document, act: &str, chosen: u64) -> Vec<PlaceChoice> {
    let directory = app.directory();
    let choice = |id: ChannelId| PlaceChoice { id: id.0, name: place_name(app, id), chosen: id.0 == chosen };
    if act == "push" {
        return submission::targets(&directory, document.site).into_iter().map(|(_, id)| choice(id)).collect();
    }
    let supervisor = by.may(Role::Supervisor, Place::Group);
    let mut found = Vec::new();
    for node in directory.all().filter(|node| act != "move" || node.site.id == document.site) {
        let mut columns = Vec::new();
        below(node, None, &mut columns);
        for id in columns {
            let chain: Vec<ChannelId> = node.chain(id).iter().map(|channel| channel.id).collect();
            let place = Place::Channel(node.site.id, &chain);
            let may = match act {
                "copy" => by.may(Role::Editor, place),
                "refer" => by.may(Role::Publisher, place) || (supervisor && node.site.is_portal()),
                _ if document.is_live() => by.may(Role::Publisher, place),
                _ => by.sees(place),
            };
            if may && (act == "copy" || id != document.channel) {
                found.push(choice(id));
            }
        }
    }
    found
}

/// Columns that hold documents, in the order of the tree.
fn below(node: &SiteNode, parent: Option<ChannelId>, found: &mut Vec<ChannelId>) {
    for channel in node.below(parent) {
        if matches!(channel.kind, ChannelKind::List | ChannelKind::Page) {
            found.push(channel.id);
        }
        below(node, Some(channel.id), found);
    }
}

fn references(app: &App, by: &By, id: DocumentId) -> Done<Vec<ReferenceView>> {
    let found = content::references(&app.store, by, id)?;
    let view = |reference: content::Reference| ReferenceView {
        id: reference.id.0,
        place: place_name(app, reference.channel),
        title: reference.title,
    };
    Ok(found.into_iter().map(view).collect())
}

fn sent(app: &App, by: &By, id: DocumentId) -> Done<Vec<SentView>> {
    let directory = app.directory();
    let view = |sent: submission::Sent| {
        let node = directory.site(sent.to).ok_or_else(|| Error::not_found("site", sent.to))?;
        Ok(SentView {
            id: sent.id.0,
            place: format!("{} › {}", node.site.short_name, column_name(node, sent.channel)),
            by: sent.by,
            time: time(sent.time),
            fate: sent.word,
            reason: sent.reason,
            decided: if sent.decided > 0 { time(sent.decided) } else { String::new() },
        })
    };
    submission::sent(&app.store, by, id)?.into_iter().map(view).collect()
}
