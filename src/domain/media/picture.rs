//! Pictures as they are kept: readable, of a bearable size, without what the camera noted.
//!
//! **Invariant:** no pixel is decoded here, and none is changed: place, time,
//! camera and person are taken out of the file, the colours' profile and which
//! side is up stay.

use std::io::Cursor;

use bytes::Bytes;
use image::metadata::Orientation;
use image::{ImageDecoder, ImageFormat as F, ImageReader};
use img_parts::ImageEXIF;
use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::webp::{CHUNK_XMP, WebP};

/// Most pixels on one side.
pub(super) const LONGEST_SIDE: u32 = 30_000;

/// A picture ready to be kept.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Its bytes.
    pub bytes: Bytes,
    /// Pixels as it is seen.
    pub width: u32,
    /// Pixels as it is seen.
    pub height: u32,
}

/// What becomes of comments that programs and people wrote into a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    /// They go.
    Go,
    /// They stay: everybody could read them on the old site, and the bytes can be compared with its own.
    Stay,
}

/// Reads a picture's head and takes out what the camera noted. `most`: the most pixels that it may have.
///
/// # Errors
/// The rules `file.broken`, `file.pixels`.
pub fn prepare(bytes: Bytes, most: u64) -> Result<Prepared, &'static str> {
    prepare_with(bytes, most, Comments::Go)
}

/// The same, with a word about comments.
///
/// # Errors
/// Those of [`prepare`].
pub(super) fn prepare_with(bytes: Bytes, most: u64, comments: Comments) -> Result<Prepared, &'static str> {
    let broken = |_| "file.broken";
    let reader = ImageReader::new(Cursor::new(bytes.clone())).with_guessed_format().map_err(|_| "file.broken")?;
    let format = reader.format().ok_or("file.broken")?;
    if !matches!(format, F::Jpeg | F::Png | F::Gif | F::WebP) {
        // Formats that are kept but not read here: AVIF, BMP, TIFF.
        return Ok(Prepared { bytes, width: 0, height: 0 });
    }
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (mut width, mut height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err("file.broken");
    }
    if width.max(height) > LONGEST_SIDE || u64::from(width) * u64::from(height) > most {
        return Err("file.pixels");
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    if orientation.to_exif() >= 5 {
        (width, height) = (height, width);
    }
    let bytes = match format {
        F::Jpeg => jpeg(bytes, orientation, comments).ok_or("file.broken")?,
        F::Png => png(bytes, comments).ok_or("file.broken")?,
        F::WebP => webp(bytes, orientation).ok_or("file.broken")?,
        _ => bytes,
    };
    Ok(Prepared { bytes, width, height })
}

/// EXIF that says which side is up and nothing else.
fn upright(orientation: Orientation) -> Option<Bytes> {
    let number = orientation.to_exif();
    // One directory with one entry: tag 0x0112, a short, once, the number.
    let tiff = [b'M', b'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, number, 0, 0, 0, 0, 0, 0];
    (number > 1).then(|| Bytes::copy_from_slice(&tiff))
}

fn jpeg(bytes: Bytes, orientation: Orientation, comments: Comments) -> Option<Bytes> {
    let mut jpeg = Jpeg::from_bytes(bytes).ok()?;
    jpeg.segments_mut().retain(|segment| match segment.marker() {
        // JFIF and Adobe's mark say how to read the colours.
        markers::APP0 | markers::APP14 => true,
        markers::APP2 => segment.contents().starts_with(b"ICC_PROFILE\0"),
        markers::APP1..=markers::APP15 => false,
        markers::COM => comments == Comments::Stay,
        _ => true,
    });
    if let Some(exif) = upright(orientation) {
        jpeg.set_exif(Some(exif));
    }
    let whole = jpeg.encoder().bytes();
    // Cameras put further pictures behind the first, each with notes of its own.
    let end = jpeg_end(&whole)?;
    Some(whole.slice(..end))
}

/// Where the first picture in a JPEG file ends; one that breaks off ends with the file.
fn jpeg_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let Some(next) = memchr::memchr(0xff, bytes.get(at..)?) else { return Some(bytes.len()) };
        at += next;
        match bytes.get(at + 1) {
            None => return Some(bytes.len()),
            Some(0xd9) => return Some(at + 2),
            // Fill bytes, stuffed bytes and marks within the pixels.
            Some(0xff) => at += 1,
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 2,
            Some(_) => {
                let Some(length) = bytes.get(at + 2..at + 4) else { return Some(bytes.len()) };
                at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
                if at > bytes.len() {
                    return Some(bytes.len());
                }
            }
        }
    }
}

fn png(bytes: Bytes, comments: Comments) -> Option<Bytes> {
    let mut png = Png::from_bytes(bytes).ok()?;
    png.chunks_mut().retain(|chunk| match &chunk.kind() {
        // Adobe's programs write all that a camera noted into iTXt.
        b"eXIf" | b"iTXt" => false,
        b"tEXt" | b"zTXt" | b"tIME" => comments == Comments::Stay,
        _ => true,
    });
    Some(png.encoder().bytes())
}

fn webp(bytes: Bytes, orientation: Orientation) -> Option<Bytes> {
    let mut webp = WebP::from_bytes(bytes).ok()?;
    if webp.exif().is_none() && !webp.has_chunk(CHUNK_XMP) {
        return Some(webp.encoder().bytes());
    }
    webp.remove_chunks_by_id(CHUNK_XMP);
    webp.set_exif(upright(orientation));
    Some(webp.encoder().bytes())
}

/// Is it a moving picture?
pub(super) fn moves(bytes: &[u8], format: F) -> bool {
    match format {
        F::Gif => true,
        F::Png => {
            image::codecs::png::PngDecoder::new(Cursor::new(bytes)).is_ok_and(|png| png.is_apng().unwrap_or_default())
        }
        F::WebP => image::codecs::webp::WebPDecoder::new(Cursor::new(bytes)).is_ok_and(|webp| webp.has_animation()),
        _ => false,
    }
}
