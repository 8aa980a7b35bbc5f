//! A paragraph while it is read, and the HTML that becomes of it.

use super::styles::Style;

/// Looks of a piece of text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub strike: bool,
    pub raised: i8,
    pub hidden: bool,
    /// Half points.
    pub size: u32,
}

/// A paragraph.
#[derive(Debug, Clone, Default)]
pub(super) struct Paragraph {
    pub style: Style,
    pub outline: Option<u8>,
    /// List and level; list `0` is none.
    pub number: Option<(String, u8)>,
    pub level: Option<u8>,
    pub side: Option<String>,
    pub indent: Option<bool>,
    pub html: String,
    /// Largest type in it, half points.
    pub size: u32,
    /// Links that are open.
    pub links: usize,
    /// Its text, for titles.
    pub text: String,
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Paragraph {
    /// Adds text as it looks.
    pub fn add(&mut self, text: &str, look: Look) {
        if text.is_empty() {
            return;
        }
        self.size = self.size.max(look.size);
        self.text.push_str(text);
        let tags = [
            ("strong", look.bold),
            ("em", look.italic),
            ("u", look.underline && self.links == 0),
            ("s", look.strike),
            ("sup", look.raised > 0),
            ("sub", look.raised < 0),
        ];
        let tags: Vec<&str> = tags.into_iter().filter(|(_, set)| *set).map(|(tag, _)| tag).collect();
        tags.iter().for_each(|tag| self.html.push_str(&format!("<{tag}>")));
        self.html.push_str(&escape(text));
        tags.iter().rev().for_each(|tag| self.html.push_str(&format!("</{tag}>")));
    }

    pub fn open_link(&mut self, address: &str) {
        self.html.push_str(&format!("<a href=\"{}\">", escape(address)));
        self.links += 1;
    }

    pub fn close_link(&mut self) {
        if self.links > 0 {
            self.html.push_str("</a>");
            self.links -= 1;
        }
    }

    /// Its heading level, from 1.
    pub fn heading(&self) -> Option<u8> {
        self.outline.or(self.style.outline).filter(|level| (1..=9).contains(level))
    }

    /// Its side, in the words of CSS.
    pub fn side(&self) -> Option<&'static str> {
        match self.side.as_deref().or(self.style.side.as_deref()) {
            Some("center") => Some("center"),
            Some("right" | "end") => Some("right"),
            _ => None,
        }
    }

    /// List and level, if it stands in one.
    pub fn listed(&self) -> Option<(String, u8)> {
        let (list, level) = self.number.clone().or_else(|| self.style.number.clone())?;
        (list != "0").then(|| (list, self.level.unwrap_or(level)))
    }

    /// As HTML with the marks of the office program.
    pub fn into_html(mut self, mark: Option<(&str, u8, &str)>) -> String {
        while self.links > 0 {
            self.close_link();
        }
        let mut style = Vec::new();
        if let Some(side) = self.side() {
            style.push(format!("text-align:{side}"));
        } else if self.indent.or(self.style.indent) == Some(true) {
            style.push("text-indent:2em".to_owned());
        }
        let heading = self.heading();
        if let Some(level) = heading {
            style.push(format!("mso-outline-level:{}", level.min(6)));
        }
        let mut inner = String::new();
        if let Some((list, level, text)) = mark {
            style.push(format!("mso-list:l{list} level{} lfo1", level + 1));
            inner = format!("<span style=\"mso-list:Ignore\">{}&nbsp;</span>", escape(text));
        }
        let style = if style.is_empty() { String::new() } else { format!(" style=\"{}\"", style.join(";")) };
        format!("<p{style}>{inner}{}</p>\n", self.html)
    }
}
