//! Pictures of the rich text that Word and WPS put beside the HTML of a clipboard: the HTML names files on the disk
//! of who pastes, the rich text holds their bytes.
//!
//! **Invariant:** a picture is put where it stood or nowhere.

use std::collections::HashMap;

use super::dom::{Id, Tree};

/// Groups that repeat a picture in an older form, or hold pictures that are no part of the text.
const ASIDE: [&[u8]; 7] = [b"nonshppict", b"shprslt", b"listpicture", b"header", b"footer", b"headerf", b"footerf"];
/// Twentieths of a point in a pixel.
const TWIPS: i64 = 15;
/// Pixels by which the sizes of both forms may differ.
const NEAR: i64 = 3;
/// Deepest groups that are told apart.
const DEEPEST: usize = 1000;

/// A picture of the rich text.
#[derive(Debug, Default)]
struct Embedded {
    /// PNG or JPEG; metafiles are shown by no browser.
    known: bool,
    digits: Vec<u8>,
    goal: [i64; 2],
    scale: [i64; 2],
}

impl Embedded {
    fn bytes(&self) -> Option<Vec<u8>> {
        let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
        let pairs = self.digits.chunks_exact(2);
        (self.known && !self.digits.is_empty())
            .then(|| pairs.map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?)).collect())
            .flatten()
    }

    /// Width and height in pixels, as it is shown.
    fn size(&self) -> [i64; 2] {
        [0, 1].map(|side| {
            let scale = if self.scale[side] > 0 { self.scale[side] } else { 100 };
            self.goal[side].saturating_mul(scale) / 100 / TWIPS
        })
    }
}

/// Bytes of the pictures of `html`, by the address that they have there. Both forms name the pictures in the order of
/// the text; where one of them has more, their sizes must agree, too.
pub fn pictures_in_rtf(html: &str, rtf: &str) -> HashMap<String, Vec<u8>> {
    if memchr::memmem::find(rtf.as_bytes(), b"\\pict").is_none() {
        return HashMap::new();
    }
    let (tree, body) = super::parse::parse(html);
    let shown: Vec<Id> = tree.named(body, &["img"]).into_iter().filter(|id| !is_inline(&tree, *id)).collect();
    let embedded = read(rtf.as_bytes());
    let all = shown.len() == embedded.len();
    let mut rest = embedded.iter();
    let mut found = HashMap::new();
    for id in shown {
        let fits = |picture: &&Embedded| all || alike(&tree, id, picture);
        let Some(picture) = rest.clone().position(|picture| fits(&picture)).and_then(|at| rest.nth(at)) else {
            continue;
        };
        if let (Some(address), Some(bytes)) = (tree.attribute(id, "src"), picture.bytes()) {
            found.entry(address.trim().to_owned()).or_insert(bytes);
        }
    }
    found
}

fn is_inline(tree: &Tree, id: Id) -> bool {
    tree.attribute(id, "src").is_some_and(|src| src.trim_start().get(..5).is_some_and(|head| head == "data:"))
}

fn alike(tree: &Tree, id: Id, picture: &Embedded) -> bool {
    let size = picture.size();
    ["width", "height"].into_iter().zip(size).all(|(key, size)| {
        let given = tree.attribute(id, key).and_then(|value| value.trim().parse::<i64>().ok());
        given.is_some_and(|given| size > 0 && (given - size).abs() <= NEAR)
    })
}

/// A group that is open.
#[derive(Clone, Copy)]
struct Group {
    /// What stands in it is left out.
    aside: bool,
    /// What stands in it directly belongs to the picture that was begun last.
    picture: bool,
}

fn read(rtf: &[u8]) -> Vec<Embedded> {
    let mut found: Vec<Embedded> = Vec::new();
    let mut groups = vec![Group { aside: false, picture: false }];
    let mut at = 0;
    while let Some(byte) = rtf.get(at) {
        at += 1;
        let group = groups.last().copied().unwrap_or(Group { aside: true, picture: false });
        match byte {
            b'{' => groups.push(Group { aside: group.aside || groups.len() > DEEPEST, picture: false }),
            b'}' if groups.len() > 1 => drop(groups.pop()),
            b'\\' => {
                let (word, number, end) = control(rtf, at);
                at = end;
                if word == b"bin" {
                    // Bytes that no text can carry.
                    at = at.saturating_add(usize::try_from(number).unwrap_or_default());
                    continue;
                }
                if group.aside {
                    continue;
                }
                let Some(open) = groups.last_mut() else { continue };
                if ASIDE.contains(&word) {
                    open.aside = true;
                } else if word == b"pict" {
                    open.picture = true;
                    found.push(Embedded::default());
                } else if let Some(picture) = found.last_mut().filter(|_| group.picture) {
                    match word {
                        b"pngblip" | b"jpegblip" => picture.known = true,
                        b"picwgoal" => picture.goal[0] = number,
                        b"pichgoal" => picture.goal[1] = number,
                        b"picscalex" => picture.scale[0] = number,
                        b"picscaley" => picture.scale[1] = number,
                        _ => {}
                    }
                }
            }
            digit if group.picture && !group.aside && digit.is_ascii_hexdigit() => {
                if let Some(picture) = found.last_mut() {
                    picture.digits.push(*digit);
                }
            }
            _ => {}
        }
    }
    found
}

/// A control word behind its backslash: the word, its number and where it ends. A sign that is escaped is an empty one.
fn control(rtf: &[u8], from: usize) -> (&[u8], i64, usize) {
    let rest = &rtf[from..];
    let letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    if letters == 0 {
        // \'hh is one character.
        let long = if rest.first() == Some(&b'\'') { 3 } else { 1 };
        return (&[], 0, (from + long).min(rtf.len()));
    }
    let sign = usize::from(rest.get(letters) == Some(&b'-'));
    let digits = rest[letters + sign..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let end = letters + if digits > 0 { sign + digits } else { 0 };
    let number = std::str::from_utf8(&rest[letters..end]).ok().and_then(|number| number.parse().ok());
    let space = usize::from(rest.get(end) == Some(&b' '));
    (&rest[..letters], number.unwrap_or_default(), from + end + space)
}
