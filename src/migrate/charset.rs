//! Text of old sites in whatever charset it really is.
//!
//! **Invariant:** what is declared is a hint only: bytes that are UTF-8 are
//! read as UTF-8, the others as what Chinese sites wrote; no replacement
//! character is left in the text.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// Decoded text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// The charset that most of it was in, `gb18030`.
    pub charset: &'static str,
    /// What was odd, for the report.
    pub remarks: Vec<&'static str>,
}

/// Bytes of a page in which a declaration is looked for.
const HEAD: usize = 4096;

/// Reads a page; `content_type` is the header of its answer, which may be empty.
pub fn page(bytes: &[u8], content_type: &str) -> Decoded {
    let declared = label_in(content_type.as_bytes()).or_else(|| label_in(&bytes[..bytes.len().min(HEAD)]));
    text(bytes, declared)
}

/// Reads a field or file of which a charset is said, or nothing.
pub fn text(bytes: &[u8], declared: Option<&'static Encoding>) -> Decoded {
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        let rest = &bytes[length..];
        if encoding != UTF_8 {
            return decoded(encoding, encoding.decode_without_bom_handling(rest).0.into_owned(), declared);
        }
        return match std::str::from_utf8(rest) {
            Ok(text) => decoded(UTF_8, text.to_owned(), declared),
            Err(_) => pieces(rest, declared),
        };
    }
    if let Some(encoding) = declared.filter(|encoding| *encoding == UTF_16LE || *encoding == UTF_16BE)
        && bytes.iter().take(HEAD).filter(|byte| **byte == 0).count() > bytes.len().min(HEAD) / 4
    {
        return decoded(encoding, encoding.decode_without_bom_handling(bytes).0.into_owned(), declared);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.is_ascii() => decoded(declared.unwrap_or(UTF_8), text.to_owned(), declared),
        Ok(text) if !short_chinese(bytes, declared) => decoded(UTF_8, text.to_owned(), declared),
        _ => pieces(bytes, declared),
    }
}

fn decoded(encoding: &'static Encoding, text: String, declared: Option<&'static Encoding>) -> Decoded {
    let same = |other: &'static Encoding| family(other) == family(encoding);
    let wrong = !text.is_ascii() && declared.is_some_and(|declared| !same(declared));
    let remarks = if wrong { vec!["charset declared wrongly"] } else { Vec::new() };
    let text = if text.contains('\u{feff}') { text.replace('\u{feff}', "") } else { text };
    Decoded { text: whole(text), charset: family(encoding), remarks }
}

fn family(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "GBK" | "gb18030" => "gb18030",
        "UTF-8" => "utf-8",
        "Big5" => "big5",
        name => name,
    }
}

/// Cut characters go; nobody could read them.
fn whole(text: String) -> String {
    if text.contains('\u{fffd}') { text.replace('\u{fffd}', "") } else { text }
}

/// The charset that is named after `charset=` or `encoding=`.
fn label_in(head: &[u8]) -> Option<&'static Encoding> {
    let lower = head.to_ascii_lowercase();
    for mark in [&b"charset"[..], b"encoding"] {
        for at in memchr::memmem::find_iter(&lower, mark) {
            let rest = lower[at + mark.len()..].trim_ascii_start();
            let Some(rest) = rest.strip_prefix(b"=") else { continue };
            let rest = rest.trim_ascii_start();
            let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
            let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte));
            let label = &rest[..end.unwrap_or(rest.len())];
            let label = if label == b"utf8" { b"utf-8" } else { label };
            if let Some(encoding) = Encoding::for_label(label) {
                return Some(encoding);
            }
        }
    }
    None
}

/// Two or four bytes of GBK can be UTF-8 by chance: `联通`.
fn short_chinese(bytes: &[u8], declared: Option<&'static Encoding>) -> bool {
    let high = bytes.iter().filter(|byte| **byte >= 0x80);
    declared.is_some_and(|declared| family(declared) == "gb18030")
        && high.clone().count() <= 12
        && high.clone().all(|byte| *byte < 0xe0)
}

/// Share of two-byte characters that are common in simplified Chinese, 0 to 100; `None` without any.
fn common_share(bytes: &[u8]) -> Option<usize> {
    let (mut all, mut common, mut at) = (0, 0, 0);
    while at < bytes.len() {
        if bytes[at] < 0x80 {
            at += 1;
            continue;
        }
        let second = bytes.get(at + 1).copied().unwrap_or(0);
        all += 1;
        let frequent = matches!(bytes[at], 0xa1..=0xa3 | 0xb0..=0xd7) && second >= 0xa1;
        common += usize::from(frequent);
        at += 2;
    }
    (common * 100).checked_div(all)
}

/// Reads text that is not UTF-8 as a whole: most of it in one charset, single pieces perhaps in another.
fn pieces(bytes: &[u8], declared: Option<&'static Encoding>) -> Decoded {
    let main = main_charset(bytes, declared);
    let mut text = String::with_capacity(bytes.len() * 3 / 2);
    let (mut at, mut mixed) = (0, false);
    while at < bytes.len() {
        // A trail byte of these charsets is never one of the bytes that end a piece.
        let end = bytes[at..].iter().position(|byte| matches!(byte, b'<' | b'>' | b'\n' | b'"' | b'\''));
        let end = end.map_or(bytes.len(), |end| at + end + 1);
        let piece = &bytes[at..end];
        at = end;
        if piece.is_ascii() {
            text.push_str(&String::from_utf8_lossy(piece));
            continue;
        }
        let encoding = piece_charset(piece, main);
        mixed |= encoding != main;
        text.push_str(&encoding.decode_without_bom_handling(piece).0);
    }
    let mut decoded = decoded(main, text, declared);
    if mixed {
        decoded.remarks.push("mixed charsets");
    }
    decoded
}

fn main_charset(bytes: &[u8], declared: Option<&'static Encoding>) -> &'static Encoding {
    let (mut utf8, mut other) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        utf8 += chunk.valid().bytes().filter(|byte| *byte >= 0xe2).count() * 3;
        other += chunk.invalid().len();
    }
    if utf8 > other * 4 {
        return UTF_8;
    }
    if common_share(bytes).is_none_or(|share| share >= 85) {
        return GB18030;
    }
    let sample = &bytes[..bytes.len().min(1 << 16)];
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let guess = detector.guess(None, chardetng::Utf8Detection::Deny);
    let fits = |encoding: &'static Encoding| !encoding.decode_without_bom_handling(sample).1;
    match declared {
        Some(declared) if declared == BIG5 && fits(BIG5) => BIG5,
        _ if guess == BIG5 && fits(BIG5) => BIG5,
        Some(declared) if declared != UTF_8 && declared == guess && !declared.is_single_byte() => declared,
        _ => GB18030,
    }
}

fn piece_charset(piece: &[u8], main: &'static Encoding) -> &'static Encoding {
    let utf8 = std::str::from_utf8(piece).is_ok();
    if main == UTF_8 {
        let cut = piece.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
        let chinese = common_share(piece).is_some_and(|share| share >= 80);
        return if utf8 || (cut <= 3 && !chinese) { UTF_8 } else { GB18030 };
    }
    let high = piece.iter().filter(|byte| **byte >= 0x80).count();
    if !utf8 || high < 6 {
        return main;
    }
    let Ok(text) = std::str::from_utf8(piece) else { return main };
    let (again, _, _) = GB18030.encode(text);
    let read = common_share(&again).unwrap_or(0);
    let as_is = if main.decode_without_bom_handling(piece).1 { 0 } else { common_share(piece).unwrap_or(0) };
    if read >= 50 && read > as_is { UTF_8 } else { main }
}

#[cfg(test)]
mod tests {
    use super::{BIG5, GB18030, page};

    #[test]
    fn declarations_are_hints() {
        let said = "<meta charset=gb2312><title>县民政局通知公告</title>";
        assert_eq!(page(said.as_bytes(), "").text, said);
        assert_eq!(page(said.as_bytes(), "").remarks, ["charset declared wrongly"]);
        let wrong = "<meta charset=utf-8><title>县民政局通知公告</title>";
        let (bytes, _, _) = GB18030.encode(wrong);
        assert_eq!(page(&bytes, "text/html; charset=utf-8").text, wrong);
        assert_eq!(page(&bytes, "").charset, "gb18030");
    }

    #[test]
    fn two_charsets_in_one_page() {
        let (head, _, _) = GB18030.encode("<td>县民政局关于开展工作的通知</td>");
        let mut bytes = head.into_owned();
        bytes.extend_from_slice("<td>版权所有：县民政局信息中心</td>".as_bytes());
        let read = page(&bytes, "text/html; charset=gb2312");
        assert_eq!(read.text, "<td>县民政局关于开展工作的通知</td><td>版权所有：县民政局信息中心</td>");
        assert_eq!(read.remarks, ["mixed charsets"]);
    }

    #[test]
    fn cut_characters_and_big5() {
        let (bytes, _, _) = GB18030.encode("<b>关于开展工作的通知</b>");
        let mut cut = bytes[..bytes.len() - 5].to_vec();
        cut.extend_from_slice(b"</b>");
        assert_eq!(page(&cut, "").text, "<b>关于开展工作的通</b>");
        let said = "<p>行政院環境保護署說明空氣品質監測資料的使用方式，歡迎民眾查詢並提供意見給我們參考。</p>";
        let (bytes, _, _) = BIG5.encode(said);
        assert_eq!(page(&bytes, "text/html; charset=gb2312").text, said);
    }
}
