//! Pictures of what was pasted: in the HTML itself, on the disk of who pastes, or elsewhere.

use base64::Engine;
use base64::engine::general_purpose::GeneralPurpose;
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};

use super::Work;
use super::dom::Id;

/// What became of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// It is on this server.
    Here {
        /// Its address.
        url: String,
        /// Pixels, 0 if unknown.
        width: u32,
        /// Pixels, 0 if unknown.
        height: u32,
        /// Text for those who do not see it, empty if unknown.
        alt: String,
    },
    /// It stays under the address that it has.
    Stays,
    /// It is not to be had; the paste says so.
    Missing,
}

/// Knows what to do with the pictures of a paste.
pub trait Pictures {
    /// A picture that came in the HTML itself.
    fn embedded(&mut self, bytes: &[u8]) -> Shown;

    /// A picture under an address: `https://…`, `/mzj/media/…`, `file:///C:/…/image001.png`.
    fn linked(&mut self, address: &str) -> Shown;

    /// Words that stand in the text where a picture is missing, of which the name of its file may be known; without
    /// any it leaves no trace there.
    fn in_place_of(&self, _name: &str) -> String {
        String::new()
    }
}

/// Stands around the words in place of a picture; the publishing checks know it by this.
pub const MISSING: [char; 2] = ['【', '】'];

/// Takes no pictures but those that are here already.
#[derive(Debug, Default)]
pub struct NoPictures;

impl Pictures for NoPictures {
    fn embedded(&mut self, _: &[u8]) -> Shown {
        Shown::Missing
    }

    fn linked(&mut self, address: &str) -> Shown {
        if is_own(address) { Shown::Stays } else { Shown::Missing }
    }
}

/// Leaves every address as it is: whoever comes after decides.
#[derive(Debug, Default)]
pub struct AllPictures;

impl Pictures for AllPictures {
    fn embedded(&mut self, _: &[u8]) -> Shown {
        Shown::Stays
    }

    fn linked(&mut self, _: &str) -> Shown {
        Shown::Stays
    }
}

/// An address on this server.
pub fn is_own(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.contains('\\')
}

/// Base64 as browsers take it: with or without its end marks.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes of a `data:` address of a picture.
pub fn bytes_of(address: &str) -> Option<Vec<u8>> {
    let (head, data) = address.split_once(',')?;
    let head = head.to_ascii_lowercase();
    if !head.starts_with("data:image/") || !head.ends_with(";base64") {
        return None;
    }
    let data: Vec<u8> = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(data).ok()
}

pub(super) fn pictures(work: &mut Work<'_>) {
    for (id, near) in with_words_before(work) {
        let get = |key: &str| work.tree.attribute(id, key).unwrap_or_default().trim().to_owned();
        // Lazy loaders keep the address elsewhere and show a placeholder.
        let lazy = ["data-src", "data-original", "data-lazy-src"].into_iter().map(get).find(|src| !src.is_empty());
        let own = get("src");
        let address = match lazy {
            Some(lazy) if own.is_empty() || own.starts_with("data:") => lazy,
            _ => own,
        };
        let inline = address.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("data:"));
        let shown = if inline {
            bytes_of(&address).map_or(Shown::Missing, |bytes| work.pictures.embedded(&bytes))
        } else if address.is_empty() {
            Shown::Missing
        } else {
            work.pictures.linked(&address)
        };
        alt(work, id);
        match shown {
            Shown::Stays => work.tree.set(id, "src", address),
            Shown::Here { url, width, height, alt } => {
                work.tree.set(id, "src", url);
                size(work, id, width, height);
                if work.tree.attribute(id, "alt").is_none() && !alt.is_empty() {
                    work.tree.set(id, "alt", alt);
                }
            }
            Shown::Missing => {
                let name = if inline { String::new() } else { file_name(&address) };
                let words = work.pictures.in_place_of(&name);
                if !words.is_empty() {
                    let mark = work.tree.element("mark");
                    let [open, close] = MISSING;
                    let words = work.tree.text_node(format!("{open}{words}{close}"));
                    work.tree.append(mark, words);
                    work.tree.insert_before(id, mark);
                }
                work.note("picture_missing", name, near);
                work.tree.detach(id);
            }
        }
        for key in ["width", "height"] {
            let pixels = work.tree.attribute(id, key).and_then(|value| value.trim().parse::<u32>().ok());
            match pixels.filter(|pixels| (1..=20_000).contains(pixels)) {
                Some(pixels) => work.tree.set(id, key, pixels.to_string()),
                None => work.tree.unset(id, key),
            }
        }
    }
}

/// The size of the file, in the width that it was given.
fn size(work: &mut Work<'_>, id: Id, width: u32, height: u32) {
    if width == 0 || height == 0 {
        return;
    }
    let given = work.tree.attribute(id, "width").and_then(|value| value.trim().parse::<u32>().ok());
    let given = given.filter(|given| (1..=width).contains(given)).unwrap_or(width);
    let tall = (u64::from(height) * u64::from(given) / u64::from(width)).max(1);
    work.tree.set(id, "width", given.to_string());
    work.tree.set(id, "height", tall.to_string());
}

/// Office programs put a path or `图片 1` where a description should be: then there is none.
fn alt(work: &mut Work<'_>, id: Id) {
    let Some(alt) = work.tree.attribute(id, "alt").map(str::trim) else { return };
    let rest = ["图片", "图像", "图形", "Picture", "Image", "说明: ", "描述: "]
        .into_iter()
        .find_map(|head| alt.strip_prefix(head));
    let counted = rest.is_some_and(|rest| {
        rest.trim().chars().all(|c| c.is_ascii_digit()) || rest.contains(":\\") || rest.starts_with("图片")
    });
    let ending = alt.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let file = ending.is_some_and(|ending| {
        matches!(ending.as_str(), "png" | "jpg" | "jpeg" | "gif" | "bmp" | "emf" | "wmf" | "webp")
    });
    if alt.contains(":\\") || counted || file {
        work.tree.unset(id, "alt");
    }
}

/// The last part of an address.
fn file_name(address: &str) -> String {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    percent_encoding::percent_decode_str(name).decode_utf8_lossy().chars().take(80).collect()
}

/// Every picture with the words before it, so that people find its place.
fn with_words_before(work: &Work<'_>) -> Vec<(Id, String)> {
    let mut found = Vec::new();
    let mut tail = String::new();
    for id in work.tree.inside(work.body) {
        if work.tree.is(id, &["img"]) {
            found.push((id, tail.clone()));
        }
        let Some(words) = work.tree.words(id).map(str::trim).filter(|words| !words.is_empty()) else { continue };
        tail = if words.chars().count() < 12 { format!("{tail}{words}") } else { words.to_owned() };
        let long = tail.chars().count();
        if long > 24 {
            tail = tail.chars().skip(long - 24).collect();
        }
    }
    found
}
