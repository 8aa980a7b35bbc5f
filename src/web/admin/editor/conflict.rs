//! Two texts that were made from one, side by side.
//!
//! **Invariant:** everything that either of them has is on the page: what is clear is sent along, the rest is chosen.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::base::id::{DocumentId, RevisionId};
use crate::domain::account::By;
use crate::domain::content::{self, Edit, Piece, clean, merge};
use crate::domain::error::Result;
use crate::render::view_admin::{ConflictPage, EditView, FieldChoiceView, FieldView, PieceView};
use crate::web::admin::desk::{see, time};
use crate::web::admin::{About, Desk, Pairs, Refusal, blocking};

use super::page::Shown;
use super::{address, fields, page};

/// Shows a text that was sent beside the one that is saved; or, once everything is chosen, puts them together.
pub async fn compare(desk: Desk, Path(id): Path<u64>, pairs: Pairs) -> std::result::Result<Response, Refusal> {
    let id = DocumentId(id);
    if pairs.text("chosen").is_empty() {
        return show(desk, id, pairs, StatusCode::OK).await;
    }
    let (app, by, now) = (desk.admin.app.clone(), desk.by()?, desk.now);
    let put = put_together(&pairs);
    let sent = put.clone();
    let saved = blocking(move || {
        let document = content::document(&app.store, &by, id)?;
        let before = Shown::of(&app, &by, &document)?;
        let (edit, _) = fields::read(&app.store, &by, &sent, &before.edit)?;
        let base = RevisionId(sent.text("base").parse().unwrap_or_default());
        content::save(&app.store, &by, id, base, &edit, now)
    });
    match saved.await? {
        Ok(_) => Ok(see(&format!("{}?done=merged", address(id)))),
        // Somebody was faster once more.
        Err(crate::domain::error::Error::Stale { .. }) => show(desk, id, put, StatusCode::CONFLICT).await,
        Err(error) => Err(error.into()),
    }
}

/// The page.
pub(super) async fn show(
    desk: Desk,
    id: DocumentId,
    pairs: Pairs,
    status: StatusCode,
) -> std::result::Result<Response, Refusal> {
    let (app, by) = (desk.admin.app.clone(), desk.by()?);
    let made = blocking(move || sides(&app, &by, id, &pairs)).await?.map_err(Refusal::from)?;
    let title = made.title.clone();
    let about = About::named("conflict.title", &title).below_named(&title, address(id));
    Ok(desk.page(status, "content/conflict.html", about, made.page)?)
}

struct Sides {
    title: String,
    page: ConflictPage,
}

fn sides(app: &App, by: &By, id: DocumentId, pairs: &Pairs) -> Result<Sides> {
    let document = content::document(&app.store, by, id)?;
    let head = content::revision(&app.store, by, id, document.head)?;
    let base = RevisionId(pairs.text("base").parse().unwrap_or_default());
    let kept = content::working(&app.store, by, id)?;
    let first = content::revision(&app.store, by, id, base).unwrap_or_else(|_| head.clone());
    let base = Edit::of(&document, &first);
    // Nothing newer is saved: the other text is the person's own, kept from another window.
    let own = first.id == head.id;
    let (theirs, who, when) = match kept.filter(|_| own) {
        Some(kept) => (kept.edit, by.user().map(|user| user.display_name.clone()), kept.time),
        None => {
            let author = head.author.map(|user| page::name_of(app, user)).transpose()?.flatten();
            (Edit::of(&document, &head), author.or(Some(head.by.clone())), head.time)
        }
    };
    let (mine, _) = fields::read(&app.store, by, pairs, &theirs)?;
    let view = |edit: &Edit| fields::view(&app.store, by, edit);
    let (base_view, mine_view, their_view) = (view(&base)?, view(&mine)?, view(&theirs)?);
    let mut clear = Vec::new();
    let mut choices = Vec::new();
    for name in fields::TEXTS {
        let [base, mine, theirs] = [&base_view, &mine_view, &their_view].map(|view| text(view, name).to_owned());
        if mine == theirs || base == theirs {
            clear.push(FieldView { name: name.into(), value: mine });
        } else if base == mine {
            clear.push(FieldView { name: name.into(), value: theirs });
        } else {
            choices.push(FieldChoiceView { name, base, mine, theirs });
        }
    }
    clear.extend(rest(&base_view, &mine_view, &their_view));
    clear.push(FieldView { name: "channel".into(), value: mine.channel.to_string() });
    let body = |edit: &Edit| clean(&edit.text.body).html;
    let pieces: Vec<PieceView> = merge(&body(&base), &body(&mine), &body(&theirs))
        .into_iter()
        .enumerate()
        .map(|(number, piece)| match piece {
            Piece::Clear(clear) => PieceView {
                number,
                clear,
                choice: false,
                base: String::new(),
                mine: String::new(),
                theirs: String::new(),
            },
            Piece::Choice { base, mine, theirs } => {
                PieceView { number, clear: String::new(), choice: true, base, mine, theirs }
            }
        })
        .collect();
    let count = choices.len() + pieces.iter().filter(|piece| piece.choice).count();
    Ok(Sides {
        title: theirs.text.title.clone(),
        page: ConflictPage {
            action: address(id),
            head: document.head.0,
            by: who.unwrap_or_default(),
            time: time(when),
            own,
            clear,
            fields: choices,
            pieces,
            choices: count,
        },
    })
}

/// The fields that are taken as wholes: the person's, unless only the other changed them.
fn rest(base: &EditView, mine: &EditView, theirs: &EditView) -> Vec<FieldView> {
    let mut fields = Vec::new();
    let mut add = |name: &str, value: String| fields.push(FieldView { name: name.into(), value });
    fn of<'a, T: PartialEq>(base: &T, mine: &'a T, theirs: &'a T) -> &'a T {
        if base == mine { theirs } else { mine }
    }
    let tick = |on: bool| if on { "1".to_owned() } else { String::new() };
    add(
        "picture",
        match *of(&base.picture, &mine.picture, &theirs.picture) {
            0 => String::new(),
            id => id.to_string(),
        },
    );
    add("picture_alt", of(&base.picture_alt, &mine.picture_alt, &theirs.picture_alt).clone());
    add("pinned", tick(*of(&base.pinned, &mine.pinned, &theirs.pinned)));
    add("pinned_until", of(&base.pinned_until, &mine.pinned_until, &theirs.pinned_until).clone());
    add("valid_until", of(&base.valid_until, &mine.valid_until, &theirs.valid_until).clone());
    add("secrecy", tick(*of(&base.secrecy, &mine.secrecy, &theirs.secrecy)));
    add("shared", tick(*of(&base.shared, &mine.shared, &theirs.shared)));
    // Of lists both have their say: what one added stays, what one took away and the other left goes.
    let ids = |view: &EditView| view.attachments.iter().map(|file| (file.id, file.title.clone())).collect::<Vec<_>>();
    for (id, title) in joined(&ids(base), &ids(mine), &ids(theirs)) {
        add("attachment", id.to_string());
        add("attachment_title", title);
    }
    let ids = |view: &EditView| view.related.iter().map(|related| (related.id, String::new())).collect::<Vec<_>>();
    for (id, _) in joined(&ids(base), &ids(mine), &ids(theirs)) {
        add("related", id.to_string());
    }
    fields
}

fn joined(base: &[(u64, String)], mine: &[(u64, String)], theirs: &[(u64, String)]) -> Vec<(u64, String)> {
    let has = |list: &[(u64, String)], id: u64| list.iter().any(|(own, _)| *own == id);
    let mut all: Vec<(u64, String)> =
        mine.iter().filter(|(id, _)| has(theirs, *id) || !has(base, *id)).cloned().collect();
    all.extend(theirs.iter().filter(|(id, _)| !has(mine, *id) && !has(base, *id)).cloned());
    all
}

fn text<'a>(view: &'a EditView, name: &str) -> &'a str {
    match name {
        "title" => &view.title,
        "subtitle" => &view.subtitle,
        "summary" => &view.summary,
        "source" => &view.source,
        "author" => &view.author,
        "editor" => &view.editor,
        "keywords" => &view.keywords,
        "formed" => &view.formed,
        "number" => &view.number,
        _ => &view.link,
    }
}

/// The form of the outcome: for each choice `take_<name>` is `mine`, `theirs` or, of pieces, `both`.
fn put_together(pairs: &Pairs) -> Pairs {
    let taken = |name: &str| match pairs.text(&format!("take_{name}")) {
        "mine" => pairs.text(&format!("mine_{name}")).to_owned(),
        "both" => format!("{}{}", pairs.text(&format!("theirs_{name}")), pairs.text(&format!("mine_{name}"))),
        _ => pairs.text(&format!("theirs_{name}")).to_owned(),
    };
    let mut out: Vec<(String, String)> = Vec::new();
    let mut body = String::new();
    for (name, value) in &pairs.0 {
        match (name.strip_prefix("take_"), name.as_str()) {
            (Some(field), _) if field.bytes().all(|byte| byte.is_ascii_digit()) => body.push_str(&taken(field)),
            (Some(field), _) => out.push((field.to_owned(), taken(field))),
            (None, "clear") => body.push_str(value),
            (None, name) if name.starts_with("mine_") || name.starts_with("theirs_") => {}
            (None, name) => out.push((name.to_owned(), value.clone())),
        }
    }
    out.push(("body".into(), body));
    Pairs(out)
}
