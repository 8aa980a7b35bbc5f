//! XML of a part, event by event, prefixes left aside.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event as XmlEvent};

use crate::domain::error::{Error, Result};

use super::package::broken;

/// Deepest nesting of elements.
const DEEPEST: usize = 2000;

/// The beginning of an element.
#[derive(Debug, Clone)]
pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// Local name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Has it this local name?
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// The attribute with a local name.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The attribute `val`.
    pub fn val(&self) -> Option<&str> {
        self.get("val")
    }

    /// A property that is on or off: on unless it says otherwise.
    pub fn on(&self) -> bool {
        !matches!(self.val(), Some("0" | "false" | "off" | "none"))
    }
}

/// What comes next.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Start(Element),
    /// The end of the element with this local name.
    End(String),
    Text(String),
}

/// Reads the events of a part.
pub(super) struct Xml<'a> {
    reader: Reader<&'a [u8]>,
    part: &'a str,
    depth: usize,
}

/// The name without its prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

impl<'a> Xml<'a> {
    pub fn new(text: &'a str, part: &'a str) -> Xml<'a> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Xml { reader, part, depth: 0 }
    }

    fn broken(&self, what: impl std::fmt::Display) -> Error {
        broken(self.part, format!("{what} (byte {})", self.reader.buffer_position()))
    }

    /// The next event; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Event>> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.broken(error))?;
            return Ok(Some(match event {
                XmlEvent::Start(start) => {
                    self.depth += 1;
                    if self.depth > DEEPEST {
                        return Err(self.broken(format!("nested deeper than {DEEPEST}")));
                    }
                    Event::Start(self.element(&start)?)
                }
                XmlEvent::End(end) => {
                    self.depth = self.depth.saturating_sub(1);
                    Event::End(local(end.name().as_ref()).to_owned())
                }
                XmlEvent::Text(text) => Event::Text(text.xml10_content().into_owned()),
                XmlEvent::CData(text) => Event::Text(text.xml10_content().into_owned()),
                XmlEvent::GeneralRef(reference) => match unescape(&format!("&{};", &*reference)) {
                    Ok(text) => Event::Text(text.into_owned()),
                    Err(_) => return Err(self.broken("an entity that XML does not know")),
                },
                XmlEvent::DocType(_) => return Err(self.broken("a document type, which Word never writes")),
                XmlEvent::Eof if self.depth > 0 => return Err(self.broken("it ends too early")),
                XmlEvent::Eof => return Ok(None),
                _ => continue,
            }));
        }
    }

    fn element(&self, start: &BytesStart<'_>) -> Result<Element> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.broken(error))?;
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
            let value = value.map_err(|error| self.broken(error))?;
            attributes.push((local(attribute.key.as_ref()).to_owned(), value.into_owned()));
        }
        Ok(Element { name: local(start.name().as_ref()).to_owned(), attributes })
    }

    /// Goes to the end of the element that has just begun.
    pub fn skip(&mut self) -> Result<()> {
        let depth = self.depth;
        while self.depth >= depth {
            if self.next()?.is_none() {
                return Ok(());
            }
        }
        Ok(())
    }
}
