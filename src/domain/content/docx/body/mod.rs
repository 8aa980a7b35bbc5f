//! The text of a file, its notes and its title.
//!
//! **Invariant:** what is open when a part ends is closed: no paragraph or table is lost.

mod inline;

use std::collections::{BTreeSet, HashMap};

use crate::domain::content::clean::Note;
use crate::domain::error::Result;

use inline::address_of;

use super::numbering::Numbering;
use super::package::{Package, Relation, broken, of_kind};
use super::paragraph::{Look, Paragraph};
use super::styles::{self, Styles};
use super::table::{Cell, Row, Table};
use super::xml::{Element, Event, Xml};

/// Paragraphs from the head among which the title is looked for.
const HEAD: usize = 8;
/// Longest title, in characters.
const TITLE: usize = 120;
/// Smallest type of a title that no style marks, half points: 小二.
const LARGE: u32 = 36;
/// Pixels in 1/914400 inch.
const PIXEL: u64 = 9525;

/// A file as HTML, not cleaned yet.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub title: String,
    pub html: String,
    pub notes: Vec<Note>,
}

/// Reads the main part and the parts that it needs.
pub(super) fn read(package: &mut Package<'_>) -> Result<Raw> {
    let main = package.main.clone();
    let text = package.text(&main)?.ok_or_else(|| broken(&main, "is not there"))?;
    let relations = package.relations(&main)?;
    let styles = match part(package, &relations, "styles")? {
        Some((name, text)) => Styles::read(&text, &name)?,
        None => Styles::default(),
    };
    let numbering = match part(package, &relations, "numbering")? {
        Some((name, text)) => Numbering::read(&text, &name)?,
        None => Numbering::default(),
    };
    let mut reader = Body::new(&styles, numbering, relations.clone());
    reader.run(&text, &main, true)?;
    let asked = std::mem::take(&mut reader.asked);
    let mut html = std::mem::take(&mut reader.out);
    for (kind, mark) in [("footnotes", "ftn"), ("endnotes", "edn")] {
        if !asked.iter().any(|(asked, _)| *asked == kind) {
            continue;
        }
        let Some((name, text)) = part(package, &relations, kind)? else { continue };
        let own = package.relations(&name)?;
        let notes = reader.notes(&text, &name, own)?;
        for (at, (_, id)) in asked.iter().filter(|(asked, _)| *asked == kind).enumerate() {
            let number = at + 1;
            let note = notes.get(id).map(String::as_str).unwrap_or_default();
            let link = format!("<a href=\"#_{mark}ref{number}\" name=\"_{mark}{number}\">[{number}]</a> ");
            html.push_str(&note.replacen("<p", "<p class=\"MsoFootnoteText\"", 1).replacen(
                '>',
                &format!(">{link}"),
                1,
            ));
        }
    }
    let formats: String = reader
        .formats
        .iter()
        .map(|(list, level, format)| format!("@list l{list}:level{} {{mso-level-number-format:{format}}}\n", level + 1))
        .collect();
    let mut notes = Vec::new();
    for (key, count) in [("tracked", reader.tracked), ("hidden", reader.hidden), ("contents", reader.contents)] {
        if count > 0 {
            notes.push(Note { key, text: count.to_string(), near: String::new() });
        }
    }
    Ok(Raw { title: reader.title.trim().to_owned(), html: format!("<style>{formats}</style>{html}"), notes })
}

fn part(
    package: &mut Package<'_>,
    relations: &HashMap<String, Relation>,
    kind: &str,
) -> Result<Option<(String, String)>> {
    let Some(name) = of_kind(relations, kind).map(str::to_owned) else { return Ok(None) };
    Ok(package.text(&name)?.map(|text| (name, text)))
}

/// A field: what Word puts in by itself.
#[derive(Debug, Default)]
struct Field {
    code: String,
    /// Its result is being read.
    result: bool,
    link: bool,
}

/// A picture while it is read.
#[derive(Debug, Default)]
struct Drawing {
    alt: String,
    width: u64,
    height: u64,
}

struct Body<'a> {
    styles: &'a Styles,
    numbering: Numbering,
    relations: HashMap<String, Relation>,
    out: String,
    /// Tables that are open, each with the row and cell that is being read.
    tables: Vec<(Table, Row, Cell)>,
    paragraphs: Vec<Paragraph>,
    look: Look,
    fields: Vec<Field>,
    drawing: Drawing,
    /// Footnotes and endnotes in the order in which they are asked for.
    asked: Vec<(&'static str, String)>,
    title: String,
    /// Lines of the title may still come.
    titling: bool,
    /// Paragraphs of the body so far that say something.
    lines: usize,
    formats: BTreeSet<(String, u8, &'static str)>,
    tracked: usize,
    hidden: usize,
    contents: usize,
}

impl<'a> Body<'a> {
    fn new(styles: &'a Styles, numbering: Numbering, relations: HashMap<String, Relation>) -> Body<'a> {
        Body {
            styles,
            numbering,
            relations,
            out: String::new(),
            tables: Vec::new(),
            paragraphs: Vec::new(),
            look: Look::default(),
            fields: Vec::new(),
            drawing: Drawing::default(),
            asked: Vec::new(),
            title: String::new(),
            titling: true,
            lines: 0,
            formats: BTreeSet::new(),
            tracked: 0,
            hidden: 0,
            contents: 0,
        }
    }

    /// Reads a part from its head.
    fn run(&mut self, text: &str, part: &str, titled: bool) -> Result<()> {
        self.titling = titled;
        let mut xml = Xml::new(text, part);
        while let Some(event) = xml.next()? {
            match event {
                Event::Start(element) => self.start(&element, &mut xml)?,
                Event::End(name) => self.end(&name),
                Event::Text(_) => {}
            }
        }
        while !self.paragraphs.is_empty() {
            self.end("p");
        }
        Ok(())
    }

    /// The notes of a part, by number.
    fn notes(
        &mut self,
        text: &str,
        part: &str,
        relations: HashMap<String, Relation>,
    ) -> Result<HashMap<String, String>> {
        self.relations = relations;
        self.titling = false;
        let mut found = HashMap::new();
        let mut id: Option<String> = None;
        let mut xml = Xml::new(text, part);
        while let Some(event) = xml.next()? {
            match event {
                Event::Start(element) if matches!(element.name(), "footnote" | "endnote") => {
                    self.out.clear();
                    id = element.get("id").map(str::to_owned);
                }
                Event::End(name) if matches!(name.as_str(), "footnote" | "endnote") => {
                    if let Some(id) = id.take() {
                        found.insert(id, std::mem::take(&mut self.out));
                    }
                }
                Event::Start(element) => self.start(&element, &mut xml)?,
                Event::End(name) => self.end(&name),
                Event::Text(_) => {}
            }
        }
        Ok(found)
    }

    fn start(&mut self, element: &Element, xml: &mut Xml<'_>) -> Result<()> {
        match element.name() {
            "p" => self.paragraphs.push(Paragraph { style: self.styles.of(None), ..Paragraph::default() }),
            "pPr" => self.paragraph_properties(xml)?,
            "r" => self.look = self.plain(),
            "rPr" => self.run_properties(xml)?,
            "t" | "delText" | "instrText" => self.text(element.name(), xml)?,
            "tab" | "ptab" => self.add(" "),
            "br" | "cr" => {
                if let Some(paragraph) =
                    self.paragraphs.last_mut().filter(|_| element.get("type").is_none_or(|kind| kind == "textWrapping"))
                {
                    paragraph.html.push_str("<br>");
                    paragraph.text.push(' ');
                }
            }
            "noBreakHyphen" => self.add("-"),
            "sym" => self.sign(element),
            "hyperlink" => self.link(element),
            "fldChar" => self.field(element.get("fldCharType").unwrap_or_default()),
            "fldSimple" => {
                let address = address_of(element.get("instr").unwrap_or_default());
                if let (Some(address), Some(paragraph)) = (&address, self.paragraphs.last_mut()) {
                    paragraph.open_link(address);
                }
                self.fields.push(Field { code: String::new(), result: true, link: address.is_some() });
            }
            "footnoteReference" | "endnoteReference" => self.note(element),
            "ruby" => self.raw("<ruby>"),
            "rubyBase" => self.raw("<span>"),
            "rt" => self.raw("<rt>"),
            "docPr" => self.drawing.alt = element.get("descr").unwrap_or_default().to_owned(),
            "extent" => {
                let pixels =
                    |key: &str| element.get(key).and_then(|value| value.parse::<u64>().ok()).unwrap_or(0) / PIXEL;
                (self.drawing.width, self.drawing.height) = (pixels("cx"), pixels("cy"));
            }
            "blip" => self.picture(element.get("embed").or_else(|| element.get("link"))),
            "imagedata" => {
                self.drawing.alt = element.get("title").unwrap_or_default().to_owned();
                self.picture(element.get("id"));
            }
            "tbl" => self.tables.push((Table::default(), Row::default(), Cell::default())),
            "tr" => self.in_table(|_, row, _| *row = Row::default()),
            "tc" => self.in_table(|_, _, cell| *cell = Cell { columns: 1, ..Cell::default() }),
            "tblCaption" => {
                let title = element.val().unwrap_or_default().to_owned();
                self.in_table(|table, _, _| table.caption = title);
            }
            "tblHeader" => {
                let on = element.on();
                self.in_table(|_, row, _| row.head = on);
            }
            "gridBefore" => {
                let columns = element.val().and_then(|value| value.parse().ok()).unwrap_or(0);
                self.in_table(|_, row, _| row.skipped = columns);
            }
            "gridSpan" => {
                let columns = element.val().and_then(|value| value.parse().ok()).unwrap_or(1);
                self.in_table(|_, _, cell| cell.columns = columns);
            }
            "vMerge" => {
                let begins = element.val() == Some("restart");
                self.in_table(|_, _, cell| (cell.begins, cell.continues) = (begins, !begins));
            }
            // What was taken out, and what stands there a second time for old programs.
            "del" | "moveFrom" => {
                self.tracked += 1;
                xml.skip()?;
            }
            "ins" | "moveTo" => self.tracked += 1,
            "Fallback" | "sdtPr" | "sdtEndPr" | "pPrChange" | "rPrChange" | "tblPrChange" | "trPrChange"
            | "tcPrChange" | "sectPr" | "tblGrid" => xml.skip()?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" => self.end_paragraph(),
            "hyperlink" => {
                if let Some(paragraph) = self.paragraphs.last_mut() {
                    paragraph.close_link();
                }
            }
            "fldSimple" => self.field("end"),
            "ruby" => self.raw("</ruby>"),
            "rubyBase" => self.raw("</span>"),
            "rt" => self.raw("</rt>"),
            "tc" => self.in_table(|_, row, cell| row.cells.push(std::mem::take(cell))),
            "tr" => self.in_table(|table, row, _| table.rows.push(std::mem::take(row))),
            "tbl" => {
                if let Some((table, _, _)) = self.tables.pop() {
                    let html = table.into_html();
                    self.titling = self.titling && !self.tables.is_empty();
                    self.put(&html);
                }
            }
            _ => {}
        }
    }

    fn in_table(&mut self, change: impl FnOnce(&mut Table, &mut Row, &mut Cell)) {
        if let Some((table, row, cell)) = self.tables.last_mut() {
            change(table, row, cell);
        }
    }

    fn put(&mut self, html: &str) {
        match self.tables.last_mut() {
            Some((_, _, cell)) => cell.html.push_str(html),
            None => self.out.push_str(html),
        }
    }

    fn raw(&mut self, html: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.html.push_str(html);
        }
    }

    /// How text looks before a run says anything.
    fn plain(&self) -> Look {
        let style = self.paragraphs.last().map(|paragraph| &paragraph.style);
        let heading = self.paragraphs.last().is_some_and(|paragraph| paragraph.heading().is_some());
        Look {
            bold: !heading && style.and_then(|style| style.bold).unwrap_or(false),
            italic: style.and_then(|style| style.italic).unwrap_or(false),
            size: style.and_then(|style| style.size).unwrap_or(0),
            ..Look::default()
        }
    }

    fn paragraph_properties(&mut self, xml: &mut Xml<'_>) -> Result<()> {
        let Some(mut paragraph) = self.paragraphs.pop() else { return xml.skip() };
        while let Some(event) = xml.next()? {
            match event {
                Event::Start(element) => {
                    let value = element.val().unwrap_or_default();
                    match element.name() {
                        "pStyle" => paragraph.style = self.styles.of(Some(value)),
                        "outlineLvl" => {
                            paragraph.outline = value.parse::<u8>().ok().map(|level| level.saturating_add(1))
                        }
                        "ilvl" => paragraph.level = value.parse().ok(),
                        "numId" => paragraph.number = Some((value.to_owned(), paragraph.level.unwrap_or(0))),
                        "jc" => paragraph.side = Some(value.to_owned()),
                        "ind" => paragraph.indent = styles::indent(&element).or(paragraph.indent),
                        "rPr" | "pPrChange" | "sectPr" | "pBdr" | "tabs" => xml.skip()?,
                        _ => {}
                    }
                }
                Event::End(name) if name == "pPr" => break,
                _ => {}
            }
        }
        self.paragraphs.push(paragraph);
        Ok(())
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else { return };
        // A picture of one paragraph has no size of the next.
        self.drawing = Drawing::default();
        if paragraph.style.is_contents() {
            self.contents += 1;
            return;
        }
        if self.is_title(&paragraph) {
            self.title.push_str(paragraph.text.trim());
            return;
        }
        let mark = match paragraph.listed() {
            Some((list, level)) if !paragraph.html.is_empty() => {
                self.numbering.mark(&list, level).map(|mark| (list, level, mark))
            }
            _ => None,
        };
        if let Some((list, level, mark)) = &mark {
            self.formats.insert((list.clone(), *level, mark.format));
        }
        let html =
            paragraph.into_html(mark.as_ref().map(|(list, level, mark)| (list.as_str(), *level, mark.text.as_str())));
        self.put(&html);
    }

    /// Is it a line of the title of the file, which a document has beside its body?
    fn is_title(&mut self, paragraph: &Paragraph) -> bool {
        let text = paragraph.text.trim();
        if !self.titling || !self.tables.is_empty() || !self.paragraphs.is_empty() || text.is_empty() {
            return false;
        }
        self.lines += 1;
        let first = self.title.is_empty();
        let short = (self.title.chars().count() + text.chars().count()) <= TITLE;
        let plain = !paragraph.html.contains("<img") && !paragraph.html.contains("<a ");
        let heads = paragraph.style.is_title() || (first && self.lines == 1 && paragraph.heading() == Some(1));
        let large = paragraph.side() == Some("center")
            && paragraph.size >= LARGE
            && paragraph.heading().is_none_or(|level| level == 1);
        // The red head of a document, 华蓥市民政局文件, is no title.
        let red_head = first && text.ends_with("文件") && text.chars().count() <= 30;
        let title = short && plain && !red_head && (heads || large);
        if !title && (!first || self.lines >= HEAD) {
            self.titling = false;
        }
        title
    }
}
