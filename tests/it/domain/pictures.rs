//! Pictures: what the camera noted in them, and their smaller forms.

use std::io::Cursor;

use image::ImageFormat;
use zhanqun::domain::media;

use super::media::{Library, picture};

#[test]
fn what_the_camera_noted_is_gone_and_the_side_that_is_up_stays() {
    let library = Library::new();
    let plain = picture(40, 20, ImageFormat::Jpeg);
    // EXIF of a phone: turned by a quarter, and a place in the maker's note.
    let tiff = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS 30.1N 106.7E";
    let mut exif = b"Exif\0\0".to_vec();
    exif.extend_from_slice(tiff);
    let segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
        [&[0xff, marker][..], &length, body].concat()
    };
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Zhang San</x:xmpmeta>";
    let second = [&plain[..2], &segment(0xe1, &exif), &plain[2..]].concat();
    let bytes =
        [&plain[..2], &segment(0xe1, &exif), &segment(0xe1, xmp), &segment(0xfe, b"13800000000"), &plain[2..], &second]
            .concat();
    let added = library.add("a.jpg", &bytes).unwrap();
    assert_eq!((added.width, added.height), (20, 40), "as it is seen");
    let kept = library.bytes(&added);
    for word in ["GPS", "Zhang San", "13800000000"] {
        assert!(memchr::memmem::find(&kept, word.as_bytes()).is_none(), "{word} stays");
    }
    assert!(kept.len() < plain.len() + 100, "the second picture stays");
    assert_eq!(kept.len() as u64, added.size);
    // The pixels are the same, and so is the side that is up.
    let decode = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
    assert!(decode(&kept) == decode(&plain));
    let mut decoder =
        image::ImageReader::new(Cursor::new(&kept)).with_guessed_format().unwrap().into_decoder().unwrap();
    assert_eq!(image::ImageDecoder::orientation(&mut decoder).unwrap().to_exif(), 6);
    // Adding what was kept changes nothing more.
    assert_eq!(library.add("b.jpg", &kept).unwrap().hash, added.hash);

    let mut png = picture(4, 4, ImageFormat::Png);
    let chunk = [&b"tEXt"[..], b"Author\0Zhang San"].concat();
    let end = png.len() - 12;
    let crc = crc32fast::hash(&chunk).to_be_bytes();
    let text = [&u32::try_from(chunk.len() - 4).unwrap().to_be_bytes()[..], &chunk, &crc].concat();
    png.splice(end..end, text);
    let added = library.add("a.png", &png).unwrap();
    assert!(memchr::memmem::find(&library.bytes(&added), b"Zhang San").is_none());
}

#[test]
fn smaller_forms_are_smaller_and_upright() {
    let jpeg = picture(1500, 1000, ImageFormat::Jpeg);
    let forms = media::make_forms(&jpeg);
    let names: Vec<_> = forms.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["w1500.webp", "w1280.webp", "w640.webp", "w320.webp"]);
    for (name, bytes) in &forms {
        let form = image::load_from_memory_with_format(bytes, ImageFormat::WebP).unwrap();
        let width: u32 = name[1..name.len() - 5].parse().unwrap();
        assert_eq!((form.width(), form.height()), (width, (1000 * width).div_ceil(1500)), "{name}");
        assert!(bytes.len() < jpeg.len(), "{name}");
    }
    assert_eq!(media::make_forms(&jpeg), forms, "the same each time");
    assert!(media::make_forms(&picture(400, 400, ImageFormat::Gif)).is_empty());
    assert!(media::make_forms(b"\xff\xd8\xff\xe0 no picture").is_empty());
    assert_eq!(media::widths(5000), [320, 640, 1280, 1920]);
    assert_eq!(media::widths(200), [200]);
    assert_eq!(media::widths(0), [0_u32; 0]);
    assert_eq!(
        media::srcset("/mzj/media/7/a.b.JPG", 400),
        "/mzj/media/7/w320/a.b.webp 320w, /mzj/media/7/w400/a.b.webp 400w"
    );
    assert_eq!(media::srcset("/mzj/media/7/a.gif", 400), "");
}
