//! Media files: what visitors may have of them.

use crate::app::App;
use crate::base::id::MediaId;
use crate::cache::Recorder;
use crate::domain::content;
use crate::domain::media::{self, Media};
use crate::domain::site::SiteNode;
use crate::store::Read;

use super::{Answer, Failure, MediaAnswer};

/// The file with this number at `form` and name of an address. Visitors have it if it is open by itself, or if
/// something that they read shows it; otherwise it is not there, except for whom `sees`.
pub fn answer(
    app: &App,
    recorder: &Recorder,
    node: &SiteNode,
    id: MediaId,
    (form, name): (Option<&str>, &str),
    sees: &dyn Fn(&Media) -> bool,
) -> Result<Answer, Failure> {
    let media: Media = recorder.get(id.0)?.ok_or(Failure::Nothing)?;
    let directory = app.directory();
    let owner = directory.site(media.site).ok_or(Failure::Nothing)?;
    let readable = owner.site.state.is_readable();
    let public = readable
        && (media.open || content::is_shown(&app.store, media.id)? || directory.names_file(media.site, media.id));
    if !public && !sees(&media) {
        return Err(Failure::Nothing);
    }
    let prefix = owner.site.prefix();
    let width = match form {
        None => None,
        Some(form) => {
            Some(media::read_width(form).filter(|_| media::has_forms(&media.file_name)).ok_or(Failure::Nothing)?)
        }
    };
    let url = width.map_or_else(|| media.url(&prefix), |width| media.variant_url(&prefix, width));
    let folder = form.map(|form| format!("{form}/")).unwrap_or_default();
    let here = format!("{}/media/{id}/{folder}{name}", node.site.prefix());
    Ok(if here == url { Answer::Media(Box::new(MediaAnswer { media, width, public })) } else { Answer::Moved(url) })
}
