//! Pictures in bodies: with their smaller forms, so that phones load small files.

use crate::app::App;
use crate::base::id::MediaId;
use crate::cache::Recorder;
use crate::domain::media::{self, Media};
use crate::store::Read;

use super::Failure;
use super::feed::escape;

/// How wide a body is, at most: the themes' text column.
const SIZES: &str = "(max-width: 56em) 100vw, 53em";

/// Gives the pictures of a sanitised body their smaller forms and their size; all but the first load when they come
/// into sight. The page follows the rows of the files.
pub fn responsive(app: &App, recorder: &Recorder, body: &str) -> Result<String, Failure> {
    let mut out = String::with_capacity(body.len() + 256);
    let mut rest = body;
    let mut first = true;
    while let Some(at) = rest.find("<img ") {
        let end = rest[at..].find('>').map_or(rest.len(), |end| at + end);
        let tag = &rest[at..end];
        out.push_str(&rest[..at]);
        out.push_str(tag.trim_end_matches('/').trim_end());
        if let Some(url) = attribute(tag, "src") {
            out.push_str(&more(app, recorder, tag, url)?);
        }
        if !first && attribute(tag, "loading").is_none() {
            out.push_str(" loading=\"lazy\"");
        }
        first = false;
        rest = &rest[end..];
    }
    out.push_str(rest);
    Ok(out)
}

/// What to add to the tag of a picture at `url`.
fn more(app: &App, recorder: &Recorder, tag: &str, url: &str) -> Result<String, Failure> {
    let number = url.split("/media/").nth(1).and_then(|rest| rest.split('/').next()?.parse().ok());
    let Some(id) = number.filter(|_| url.starts_with('/')).map(MediaId) else { return Ok(String::new()) };
    let Some(file) = recorder.get::<Media>(id.0)?.filter(|file| file.width > 0) else { return Ok(String::new()) };
    let directory = app.directory();
    let Some(owner) = directory.site(file.site) else { return Ok(String::new()) };
    let mut more = String::new();
    if attribute(tag, "width").is_none() && attribute(tag, "height").is_none() {
        more.push_str(&format!(" width=\"{}\" height=\"{}\"", file.width, file.height));
    }
    let srcset = media::srcset(&file.url(&owner.site.prefix()), file.width);
    if !srcset.is_empty() {
        more.push_str(&format!(" srcset=\"{}\" sizes=\"{SIZES}\"", escape(&srcset)));
    }
    Ok(more)
}

/// The value of an attribute in a tag of sanitised HTML.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}
