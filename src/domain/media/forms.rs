//! Making the smaller forms of a picture.
//!
//! **Invariant:** a form is smaller in bytes than what it stands for, or is
//! not made.

use std::io::Cursor;

use bytes::Bytes;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits};
use img_parts::ImageICC;
use img_parts::webp::WebP;

use super::picture::{LONGEST_SIDE, moves};
use super::sizes::widths;

/// Memory that one picture may take while it is made smaller.
const MEMORY: u64 = 400 << 20;
/// Quality of the forms, 0 to 100.
const QUALITY: f32 = 80.0;
/// Most pixels on a side that the format can hold.
const TALLEST: u32 = 16_383;

/// Name of the file that holds the form of a width.
pub fn form_name(width: u32) -> String {
    format!("w{width}.webp")
}

/// The smaller forms of a picture as WebP: names and bytes. None for one that moves, cannot be read or takes too much
/// memory.
pub fn make_forms(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let Some((mut picture, profile)) = pixels(bytes) else { return Vec::new() };
    let own = picture.width();
    let mut made = Vec::new();
    // From the largest down, each from the one before: quicker, and the eye sees no difference.
    for width in widths(own).into_iter().rev() {
        let height = (u64::from(picture.height()) * u64::from(width)).div_ceil(u64::from(picture.width()));
        let height = u32::try_from(height).unwrap_or(u32::MAX).max(1);
        if height > TALLEST {
            continue;
        }
        if width < picture.width() {
            picture = picture.resize_exact(width, height, FilterType::CatmullRom);
        }
        let Some(form) = webp(&picture, profile.as_ref()) else { continue };
        if form.len() < bytes.len() {
            made.push((form_name(width), form));
        }
    }
    made
}

/// The pixels of a picture, upright, in eight bits a colour, and the profile of its colours.
fn pixels(bytes: &[u8]) -> Option<(DynamicImage, Option<Bytes>)> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    if moves(bytes, reader.format()?) {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    if decoder.total_bytes() > MEMORY {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture.apply_orientation(orientation);
    let clear = picture.color().has_alpha();
    let picture = if clear {
        DynamicImage::ImageRgba8(picture.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.into_rgb8())
    };
    // Profiles of grey or printing colours do not fit what was decoded.
    let profile = profile.filter(|profile| profile.get(16..20) == Some(b"RGB ")).map(Bytes::from);
    Some((picture, profile))
}

fn webp(picture: &DynamicImage, profile: Option<&Bytes>) -> Option<Vec<u8>> {
    let (width, height) = (picture.width(), picture.height());
    let encoder = match picture {
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels.as_raw(), width, height),
        DynamicImage::ImageRgb8(pixels) => webp::Encoder::from_rgb(pixels.as_raw(), width, height),
        _ => return None,
    };
    let form = encoder.encode_simple(false, QUALITY).ok()?;
    let Some(profile) = profile else { return Some(form.to_vec()) };
    let mut form = WebP::from_bytes(Bytes::copy_from_slice(&form)).ok()?;
    form.set_icc_profile(Some(profile.clone()));
    Some(form.encoder().bytes().to_vec())
}
