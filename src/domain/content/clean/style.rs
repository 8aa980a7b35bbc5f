//! The little of CSS that says something about structure.

use std::collections::HashMap;

use super::dom::{Id, Tree};

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Left,
    Center,
    Right,
}

impl Side {
    /// The class of it.
    pub fn class(self) -> &'static str {
        match self {
            Side::Left => "left",
            Side::Center => "center",
            Side::Right => "right",
        }
    }
}

/// A paragraph of an office list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Name of the list, `l0`.
    pub list: String,
    /// From 1.
    pub level: u8,
}

/// How a level of a list is numbered, where the style sheet says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Bullet,
    Decimal,
    LowerAlpha,
    UpperAlpha,
    LowerRoman,
    UpperRoman,
    Other,
}

/// What the styles of an element say.
#[derive(Debug, Clone, Default)]
pub struct Style {
    pub side: Option<Side>,
    /// First line set in.
    pub indent: Option<bool>,
    /// Heading level of the office program.
    pub outline: Option<u8>,
    pub listed: Option<Listed>,
    /// The mark of a list, made by the program.
    pub mark: bool,
    /// Set in a font of signs.
    pub signs: bool,
    pub bold: Option<bool>,
    pub italic: Option<bool>,
    pub underline: Option<bool>,
    pub strike: Option<bool>,
    /// 1 above the line, -1 below, 0 on it.
    pub raised: Option<i8>,
    pub hidden: bool,
    /// Part of the document: `footnote-list`, `comment-list`.
    pub part: Option<String>,
}

impl Style {
    fn read(&mut self, css: &str) {
        for declaration in declarations(css) {
            let Some((key, value)) = declaration.split_once(':') else { continue };
            let value = value.trim().trim_end_matches("!important").trim_end().to_ascii_lowercase();
            self.take(key.trim().to_ascii_lowercase().as_str(), &value);
        }
    }

    fn take(&mut self, key: &str, value: &str) {
        let negative = value.starts_with('-');
        let amount =
            value.bytes().take_while(|byte| !byte.is_ascii_alphabetic()).any(|byte| matches!(byte, b'1'..=b'9'));
        match key {
            "text-align" => {
                self.side = match value {
                    "center" | "-webkit-center" | "-moz-center" => Some(Side::Center),
                    "right" | "end" | "-webkit-right" => Some(Side::Right),
                    "left" | "start" => Some(Side::Left),
                    _ => None,
                }
            }
            "text-indent" => self.indent = Some(amount && !negative),
            "mso-char-indent-count" if amount && !negative => self.indent = Some(true),
            "mso-outline-level" => self.outline = value.parse().ok().filter(|level| (1..=6).contains(level)),
            "mso-list" if value == "ignore" => self.mark = true,
            "mso-list" => self.listed = listed(value),
            "font-family" | "mso-ascii-font-family" | "font" => {
                self.signs |= value.contains("wingdings") || value.contains("symbol") || value.contains("webdings");
            }
            "font-weight" => {
                let weight = value.parse::<u32>().ok();
                self.bold = Some(matches!(value, "bold" | "bolder") || weight.is_some_and(|weight| weight >= 600));
            }
            "font-style" => self.italic = Some(matches!(value, "italic" | "oblique")),
            "text-decoration" | "text-decoration-line" => {
                self.underline = Some(value.contains("underline"));
                self.strike = Some(value.contains("line-through"));
            }
            "vertical-align" => {
                self.raised = match value {
                    "super" => Some(1),
                    "sub" => Some(-1),
                    "baseline" => Some(0),
                    _ => None,
                }
            }
            "display" => self.hidden |= value == "none",
            "mso-hide" => self.hidden |= value == "all",
            "mso-element" => self.part = Some(value.to_owned()),
            _ => {}
        }
    }
}

/// `l0 level2 lfo1`.
fn listed(value: &str) -> Option<Listed> {
    let mut words = value.split_whitespace();
    let list = words.next().filter(|list| *list != "none")?;
    let level = words.find_map(|word| word.strip_prefix("level")?.parse().ok()).unwrap_or(1_u8);
    Some(Listed { list: list.to_owned(), level: level.clamp(1, 9) })
}

/// Splits at semicolons outside of quotes.
fn declarations(css: &str) -> impl Iterator<Item = &str> {
    let mut quote = None;
    css.split(move |c: char| {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        c == ';' && quote.is_none()
    })
}

/// What the style sheet in the head says.
#[derive(Debug, Default)]
pub struct Sheet {
    classes: HashMap<String, Style>,
    formats: HashMap<(String, u8), Format>,
}

impl Sheet {
    /// Reads the rules of all style elements of a page.
    pub fn read(css: &str) -> Sheet {
        let mut sheet = Sheet::default();
        let mut css = css;
        while let Some((selector, rest)) = css.split_once('{') {
            let Some((rules, rest)) = rest.split_once('}') else { break };
            css = rest;
            let selector = selector.rsplit("*/").next().unwrap_or(selector).trim();
            let selector = selector.trim_start_matches("<!--").trim();
            if let Some(level) = selector.strip_prefix("@list") {
                sheet.level(level.trim(), rules);
            } else if !selector.starts_with('@') {
                for one in selector.split(',') {
                    // `p.MsoNormal`, nothing longer: what depends on its surroundings says nothing certain.
                    if let Some((_, class)) = one.trim().split_once('.')
                        && !class.contains([' ', '>', ':', '.', '['])
                    {
                        sheet.classes.entry(class.to_owned()).or_default().read(rules);
                    }
                }
            }
        }
        sheet
    }

    fn level(&mut self, name: &str, rules: &str) {
        let Some((list, level)) = name.split_once(':') else { return };
        let Some(level) = level.trim().strip_prefix("level").and_then(|level| level.parse().ok()) else { return };
        for declaration in declarations(rules) {
            if let Some((key, value)) = declaration.split_once(':')
                && key.trim().eq_ignore_ascii_case("mso-level-number-format")
            {
                let format = match value.trim().to_ascii_lowercase().as_str() {
                    "bullet" | "image" => Format::Bullet,
                    "decimal" | "arabic" => Format::Decimal,
                    "alpha-lower" | "lower-letter" => Format::LowerAlpha,
                    "alpha-upper" | "upper-letter" => Format::UpperAlpha,
                    "roman-lower" | "lower-roman" => Format::LowerRoman,
                    "roman-upper" | "upper-roman" => Format::UpperRoman,
                    _ => Format::Other,
                };
                self.formats.insert((list.trim().to_ascii_lowercase(), level), format);
            }
        }
    }

    /// How a level is numbered.
    pub fn format(&self, listed: &Listed) -> Option<Format> {
        self.formats.get(&(listed.list.clone(), listed.level)).copied()
    }

    /// What an element's classes, attributes and own style say.
    pub fn of(&self, tree: &Tree, id: Id) -> Style {
        let mut style = Style::default();
        for class in tree.attribute(id, "class").unwrap_or_default().split_whitespace() {
            if let Some(known) = self.classes.get(class) {
                let own = known.clone();
                style.side = own.side.or(style.side);
                style.indent = own.indent.or(style.indent);
                style.outline = own.outline.or(style.outline);
                style.listed = own.listed.or(style.listed);
                style.bold = own.bold.or(style.bold);
                style.italic = own.italic.or(style.italic);
                style.raised = own.raised.or(style.raised);
                style.signs |= own.signs;
            }
        }
        match tree.attribute(id, "align").unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "center" | "middle" => style.side = Some(Side::Center),
            "right" => style.side = Some(Side::Right),
            "left" => style.side = Some(Side::Left),
            _ => {}
        }
        if let Some(css) = tree.attribute(id, "style") {
            style.read(css);
        }
        style
    }
}
