//! Smaller forms of pictures: which there are, and at which addresses.
//!
//! **Invariant:** an address of a smaller form always shows the picture: until
//! the form is made, and where none can be made, the picture itself.

/// Widths in pixels of the smaller forms, smallest first.
const WIDTHS: [u32; 4] = [320, 640, 1280, 1920];

/// Widths of the forms of a picture that is `width` pixels wide: the usual ones below it, and its own up to the
/// largest.
pub fn widths(width: u32) -> Vec<u32> {
    let largest = width.min(WIDTHS[WIDTHS.len() - 1]);
    if width == 0 {
        return Vec::new();
    }
    WIDTHS.into_iter().filter(|usual| *usual < largest).chain([largest]).collect()
}

/// May the file have smaller forms, by its name? Moving pictures stay as they are.
pub fn has_forms(url: &str) -> bool {
    matches!(super::kinds::ending(url).as_str(), "jpg" | "jpeg" | "png" | "webp")
}

/// `/mzj/media/12/w640/name.webp` of `/mzj/media/12/name.jpg`.
pub fn variant_url(url: &str, width: u32) -> String {
    let (folder, name) = url.rsplit_once('/').unwrap_or(("", url));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{folder}/w{width}/{stem}.webp")
}

/// The value of `srcset` for a picture at `url` that is `width` pixels wide; empty where there are no smaller forms.
pub fn srcset(url: &str, width: u32) -> String {
    if !has_forms(url) {
        return String::new();
    }
    let form = |width: u32| format!("{} {width}w", variant_url(url, width));
    widths(width).into_iter().map(form).collect::<Vec<_>>().join(", ")
}

/// The width of a part of an address, `w640`.
pub fn read_width(part: &str) -> Option<u32> {
    let digits = part.strip_prefix('w')?;
    let plain = !digits.is_empty() && digits.len() <= 5 && !digits.starts_with('0');
    (plain && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().ok())?
}
