//! Pages that visitors read.
//!
//! **Invariant:** a page is a function of its address, the face and what its
//! recorder read; nothing about the client goes into it.

mod channel;
mod document;
mod feed;
mod frame;
mod home;
mod media;
mod missing;
mod page;
mod pictures;
mod search;
mod sitemap;
mod views;

use std::sync::Arc;

use crate::app::App;
use crate::cache::{Recorder, Variant};
use crate::domain;
use crate::domain::media::Media;
use crate::domain::site::{SiteNode, SiteState, Spot};
use crate::render::engine::RenderError;
use crate::store;

pub use document::{Preview, preview};
pub use missing::{error_page, old_address};

/// What an address gives.
#[derive(Debug)]
pub enum Answer {
    /// A page of a site.
    Page {
        /// HTML.
        html: String,
        /// Language mark.
        lang: String,
        /// True if others who ask for the same address may get it from the cache.
        keep: bool,
    },
    /// A page that says that there is nothing here (status 404).
    Missing {
        /// HTML.
        html: String,
        /// Language mark.
        lang: String,
    },
    /// A page that says that the site cannot be read for a while (status 503).
    Offline {
        /// HTML.
        html: String,
        /// Language mark.
        lang: String,
    },
    /// Feed, sitemap, robots.txt.
    Text {
        /// Media type with its character set.
        mime: &'static str,
        /// Bytes.
        body: String,
    },
    /// It stands elsewhere: 301.
    Moved(String),
    /// A media file.
    Media(Box<MediaAnswer>),
}

/// A media file to send.
#[derive(Debug)]
pub struct MediaAnswer {
    /// The file.
    pub media: Media,
    /// Width of the smaller form that is asked for.
    pub width: Option<u32>,
    /// True if every visitor may have it, not only who asks now.
    pub public: bool,
}

/// Why there is no page.
#[derive(Debug)]
pub enum Failure {
    /// It stands elsewhere.
    Moved(String),
    /// The site is not open to visitors in this state.
    Closed(SiteState),
    /// Nothing at this address.
    Nothing,
    /// A template failed.
    Render(RenderError),
    /// The store failed.
    Store(String),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Failure {
        Failure::Store(error.to_string())
    }
}

impl From<domain::error::Error> for Failure {
    fn from(error: domain::error::Error) -> Failure {
        match error {
            domain::error::Error::NotFound { .. } => Failure::Nothing,
            other => Failure::Store(other.to_string()),
        }
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Failure {
        Failure::Render(error)
    }
}

/// A request for a page: path and query as they came, and the face.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Path, `/mzj/tzgg/`.
    pub path: &'a str,
    /// Query without the `?`, if there is one.
    pub query: Option<&'a str>,
    /// Face.
    pub variant: Variant,
}

/// Answers a visitor's request on the main host.
///
/// # Errors
/// Only when a template or the store fails; a missing page is an answer.
pub fn answer(app: &Arc<App>, recorder: &Recorder, ask: Ask<'_>) -> Result<Answer, Failure> {
    answer_to(app, recorder, ask, &|_| false)
}

/// Like [`answer`], for somebody who works with some of the files that visitors do not see.
///
/// # Errors
/// As [`answer`].
pub fn answer_to(
    app: &Arc<App>,
    recorder: &Recorder,
    ask: Ask<'_>,
    sees: &dyn Fn(&Media) -> bool,
) -> Result<Answer, Failure> {
    let directory = app.directory().clone();
    let Some(spot) = domain::site::resolve(recorder, &directory, ask.path)? else {
        return Err(Failure::Store("no site has been applied yet".into()));
    };
    let node = match &spot {
        Spot::Home(node)
        | Spot::Channel(node, _)
        | Spot::Document(node, _)
        | Spot::Search(node)
        | Spot::Feed(node, _)
        | Spot::Sitemap(node, _)
        | Spot::Map(node)
        | Spot::Media(node, ..)
        | Spot::Nothing(node, _) => Some(node.clone()),
        Spot::Moved(_) | Spot::Robots => None,
    };
    if let Some(node) = &node {
        frame::note_site(recorder, node);
        match frame::readable(&node.site) {
            Ok(()) => {}
            Err(Failure::Moved(to)) => return Ok(Answer::Moved(to)),
            // A planned site does not exist for visitors; its files do for those who prepare it.
            Err(_)
                if let Spot::Media(node, id, form, name) = &spot
                    && let Ok(found) = media::answer(app, recorder, node, *id, (form.as_deref(), name), sees) =>
            {
                return Ok(found);
            }
            Err(Failure::Closed(SiteState::Offline)) => return missing::offline(app, recorder, node, ask),
            Err(_) => return missing::missing(app, recorder, &portal(app)?, None, ask),
        }
    }
    let result = match &spot {
        Spot::Home(node) => home::home(app, recorder, node, ask),
        Spot::Channel(node, id) => channel::channel(app, recorder, node, *id, ask),
        Spot::Document(node, id) => document::document(app, recorder, node, *id, ask),
        Spot::Search(node) => search::search(app, recorder, node, ask),
        Spot::Feed(node, channel) => feed::feed(app, recorder, node, *channel),
        Spot::Sitemap(node, part) => sitemap::sitemap(app, recorder, node, *part),
        Spot::Map(node) => sitemap::map(app, recorder, node, ask),
        Spot::Robots => Ok(sitemap::robots(app)),
        Spot::Media(node, id, form, name) => media::answer(app, recorder, node, *id, (form.as_deref(), name), sees),
        Spot::Moved(to) => Ok(Answer::Moved(match ask.query {
            Some(query) if !to.contains("://") => format!("{to}?{query}"),
            _ => to.clone(),
        })),
        Spot::Nothing(..) => Err(Failure::Nothing),
    };
    match (result, node) {
        (Err(Failure::Nothing), Some(node)) => {
            // Old sites often lived on the same host: their addresses are asked for before giving up.
            if let Some(to) = missing::redirect(app, recorder, &node, ask)? {
                return Ok(Answer::Moved(to));
            }
            let nearest = match spot {
                Spot::Nothing(_, channel) => channel,
                Spot::Channel(_, channel) => Some(channel),
                Spot::Document(..) => nearest_channel(&node, ask.path),
                _ => None,
            };
            missing::missing(app, recorder, &node, nearest, ask)
        }
        (result, _) => result,
    }
}

/// The home page of a site as it would be, from a node that differs from what is stored. Nothing of it is kept.
///
/// # Errors
/// When a template or the store fails.
pub fn trial_home(app: &Arc<App>, node: &Arc<SiteNode>) -> Result<String, Failure> {
    let url = node.site.url();
    let ask = Ask { path: &url, query: None, variant: Variant::Normal };
    match home::home(app, &app.recorder_apart(), node, ask)? {
        Answer::Page { html, .. } => Ok(html),
        _ => Err(Failure::Nothing),
    }
}

fn portal(app: &App) -> Result<Arc<SiteNode>, Failure> {
    app.directory().portal().cloned().ok_or_else(|| Failure::Store("there is no portal".into()))
}

/// The column in the path of a document that is not there.
fn nearest_channel(node: &SiteNode, path: &str) -> Option<crate::base::id::ChannelId> {
    let inside = path.strip_prefix(&node.site.prefix()).unwrap_or(path);
    let (folder, _) = inside.rsplit_once('/')?;
    node.channel_at(folder).map(|channel| channel.id)
}
