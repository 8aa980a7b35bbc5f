//! What stands inside a paragraph: runs of text, signs, links, fields, marks of notes, pictures.

use crate::domain::error::Result;

use super::super::PART;
use super::super::paragraph::escape;
use super::super::styles;
use super::super::xml::{Element, Event, Xml};
use super::{Body, Drawing, Field};

impl Body<'_> {
    pub(super) fn run_properties(&mut self, xml: &mut Xml<'_>) -> Result<()> {
        while let Some(event) = xml.next()? {
            match event {
                Event::Start(element) => match element.name() {
                    "rStyle" => {
                        let style = self.styles.of(element.val());
                        self.look.bold = style.bold.unwrap_or(self.look.bold);
                        self.look.italic = style.italic.unwrap_or(self.look.italic);
                        self.look.raised = style.raised.unwrap_or(self.look.raised);
                    }
                    "b" => self.look.bold = element.on(),
                    "i" => self.look.italic = element.on(),
                    "u" => self.look.underline = element.on(),
                    "strike" | "dstrike" => self.look.strike = element.on(),
                    "vanish" => self.look.hidden = element.on(),
                    "sz" => {
                        self.look.size = element.val().and_then(|value| value.parse().ok()).unwrap_or(self.look.size)
                    }
                    "vertAlign" => self.look.raised = styles::raised(element.val().unwrap_or_default()).unwrap_or(0),
                    "rPrChange" => xml.skip()?,
                    _ => {}
                },
                Event::End(name) if name == "rPr" => break,
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn text(&mut self, kind: &str, xml: &mut Xml<'_>) -> Result<()> {
        let mut text = String::new();
        loop {
            match xml.next()? {
                Some(Event::Text(more)) => text.push_str(&more),
                Some(Event::End(name)) if name == kind => break,
                Some(_) => {}
                None => break,
            }
        }
        match kind {
            "t" => self.add(&text),
            "instrText" => {
                if let Some(field) = self.fields.last_mut().filter(|field| !field.result) {
                    field.code.push_str(&text);
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn add(&mut self, text: &str) {
        if self.look.hidden {
            self.hidden += 1;
            return;
        }
        let look = self.look;
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.add(text, look);
        }
    }

    /// A sign of a font of signs: boxes and ticks of forms are known, others become a square.
    pub(super) fn sign(&mut self, element: &Element) {
        let code = element.get("char").and_then(|code| u32::from_str_radix(code, 16).ok()).unwrap_or(0);
        let sign = match code & 0xff {
            _ if !(0xf000..=0xf0ff).contains(&code) => char::from_u32(code).unwrap_or('□'),
            0x52 | 0xfe => '☑',
            0xfc => '✓',
            0xfb | 0x4f => '✗',
            0x6c | 0xb7 => '●',
            0x6e => '■',
            0xe0 | 0xd8 => '→',
            _ => '□',
        };
        self.add(&sign.to_string());
    }

    pub(super) fn link(&mut self, element: &Element) {
        let relation = element.get("id").and_then(|id| self.relations.get(id)).filter(|relation| relation.outside);
        let address = relation.map(|relation| relation.target.clone()).unwrap_or_else(|| "#_".to_owned());
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.open_link(&address);
        }
    }

    pub(super) fn field(&mut self, kind: &str) {
        match kind {
            "begin" => self.fields.push(Field::default()),
            "separate" => {
                let Some(field) = self.fields.last_mut() else { return };
                field.result = true;
                if let (Some(address), Some(paragraph)) = (address_of(&field.code), self.paragraphs.last_mut()) {
                    field.link = true;
                    paragraph.open_link(&address);
                }
            }
            "end" => {
                if self.fields.pop().is_some_and(|field| field.link)
                    && let Some(paragraph) = self.paragraphs.last_mut()
                {
                    paragraph.close_link();
                }
            }
            _ => {}
        }
    }

    pub(super) fn note(&mut self, element: &Element) {
        let (kind, mark) = match element.name() {
            "footnoteReference" => ("footnotes", "ftn"),
            _ => ("endnotes", "edn"),
        };
        let Some(id) = element.get("id") else { return };
        self.asked.push((kind, id.to_owned()));
        let number = self.asked.iter().filter(|(asked, _)| *asked == kind).count();
        self.raw(&format!("<a href=\"#_{mark}{number}\" name=\"_{mark}ref{number}\"><sup>[{number}]</sup></a>"));
    }

    pub(super) fn picture(&mut self, id: Option<&str>) {
        let Drawing { alt, width, height } = std::mem::take(&mut self.drawing);
        let Some(relation) = id.and_then(|id| self.relations.get(id)) else { return };
        let address = if relation.outside { relation.target.clone() } else { format!("{}{}", PART, relation.target) };
        let alt = if alt.trim().is_empty() { String::new() } else { format!(" alt=\"{}\"", escape(alt.trim())) };
        let size =
            if width > 0 && height > 0 { format!(" width=\"{width}\" height=\"{height}\"") } else { String::new() };
        self.raw(&format!("<img src=\"{}\"{alt}{size}>", escape(&address)));
    }
}

/// The address of a field `HYPERLINK "…"`.
pub(super) fn address_of(code: &str) -> Option<String> {
    let rest = code.trim().strip_prefix("HYPERLINK")?.trim_start();
    // `\l` leads to a place in the file.
    let quoted = rest.strip_prefix('"')?;
    quoted.split('"').next().filter(|address| !address.is_empty()).map(str::to_owned)
}
