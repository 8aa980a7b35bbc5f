//! Styles: what a paragraph is by the name of its style.

use std::collections::HashMap;

use crate::domain::error::Result;

use super::xml::{Event, Xml};

/// Longest chain of styles that are based on each other.
const CHAIN: usize = 16;

/// What a style says about structure.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    name: String,
    based_on: Option<String>,
    pub outline: Option<u8>,
    pub number: Option<(String, u8)>,
    pub side: Option<String>,
    pub bold: Option<bool>,
    pub italic: Option<bool>,
    /// Half points.
    pub size: Option<u32>,
    pub indent: Option<bool>,
    /// 1 above the line, -1 below.
    pub raised: Option<i8>,
}

/// All styles of a file, by their numbers.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    default: Option<String>,
    size: Option<u32>,
}

impl Styles {
    pub fn read(text: &str, part: &str) -> Result<Styles> {
        let mut styles = Styles::default();
        let mut xml = Xml::new(text, part);
        let mut current: Option<(String, Style)> = None;
        let mut level = 0_u8;
        while let Some(event) = xml.next()? {
            match event {
                Event::Start(element) if element.is("style") => {
                    let id = element.get("styleId").unwrap_or_default().to_owned();
                    if element.get("type") == Some("paragraph") && element.get("default").is_some_and(|on| on != "0") {
                        styles.default = Some(id.clone());
                    }
                    level = 0;
                    current = Some((id, Style::default()));
                }
                Event::End(name) if name == "style" => {
                    if let Some((id, style)) = current.take() {
                        styles.styles.insert(id, style);
                    }
                }
                Event::Start(element) => {
                    let value = element.val().unwrap_or_default();
                    let Some((_, style)) = &mut current else {
                        if element.is("sz") {
                            styles.size = value.parse().ok();
                        }
                        continue;
                    };
                    match element.name() {
                        "name" => style.name = value.to_lowercase(),
                        "basedOn" => style.based_on = Some(value.to_owned()),
                        "outlineLvl" => style.outline = value.parse::<u8>().ok().map(|level| level + 1),
                        "ilvl" => level = value.parse().unwrap_or(0),
                        "numId" => style.number = Some((value.to_owned(), level)),
                        "jc" => style.side = Some(value.to_owned()),
                        "b" => style.bold = Some(element.on()),
                        "i" => style.italic = Some(element.on()),
                        "sz" => style.size = value.parse().ok(),
                        "ind" => style.indent = indent(&element).or(style.indent),
                        "vertAlign" => style.raised = raised(value),
                        // Conditional formats of tables say nothing about paragraphs.
                        "tblStylePr" | "pPrChange" | "rPrChange" => xml.skip()?,
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        Ok(styles)
    }

    /// A style with what it takes over from those below it.
    pub fn of(&self, id: Option<&str>) -> Style {
        let mut found = Style::default();
        let mut next = id.or(self.default.as_deref());
        for _ in 0..CHAIN {
            let Some(style) = next.and_then(|id| self.styles.get(id)) else { break };
            if found.name.is_empty() {
                found.name = style.name.clone();
            }
            found.outline = found.outline.or(style.outline).or_else(|| heading(&style.name));
            found.number = found.number.or_else(|| style.number.clone());
            found.side = found.side.or_else(|| style.side.clone());
            found.bold = found.bold.or(style.bold);
            found.italic = found.italic.or(style.italic);
            found.size = found.size.or(style.size);
            found.indent = found.indent.or(style.indent);
            found.raised = found.raised.or(style.raised);
            next = style.based_on.as_deref();
        }
        found.size = found.size.or(self.size);
        found
    }
}

impl Style {
    pub fn is_title(&self) -> bool {
        matches!(self.name.as_str(), "title" | "标题")
    }

    /// A line of a table of contents, which Word makes.
    pub fn is_contents(&self) -> bool {
        self.name.starts_with("toc ")
    }
}

/// `heading 2`, 标题 2.
fn heading(name: &str) -> Option<u8> {
    let level = name.strip_prefix("heading ").or_else(|| name.strip_prefix("标题 "))?;
    level.trim().parse().ok().filter(|level| (1..=9).contains(level))
}

/// Is the first line set in?
pub(super) fn indent(element: &super::xml::Element) -> Option<bool> {
    let positive = |key: &str| element.get(key).and_then(|value| value.parse::<f64>().ok()).map(|value| value > 0.0);
    let chars = positive("firstLineChars").filter(|on| *on);
    chars.or_else(|| positive("firstLine")).or_else(|| positive("hanging").map(|_| false))
}

pub(super) fn raised(value: &str) -> Option<i8> {
    match value {
        "superscript" => Some(1),
        "subscript" => Some(-1),
        _ => Some(0),
    }
}
