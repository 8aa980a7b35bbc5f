//! The lines of a page as its readers see them, each with its place.
//!
//! **Invariant:** a place is the way from the body to the block of a line, so
//! that lines of two pages of one template stand at one place.

use xxhash_rust::xxh3::xxh3_64;

use crate::domain::content::{NodeId, Nodes};

/// Elements inside of a line.
const INLINE: [&str; 34] = [
    "a", "abbr", "acronym", "b", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
    "label", "map", "nobr", "q", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u",
    "var", "wbr", "o:p",
];
/// What nobody reads.
const SILENT: [&str; 13] = [
    "script", "style", "noscript", "noframes", "noembed", "iframe", "object", "template", "title", "head", "select",
    "textarea", "xml",
];
/// Longest line that is kept whole, bytes; what is longer is text anyway.
const LONGEST: usize = 1 << 20;

/// A link in a line.
#[derive(Debug, Clone, Default)]
pub(super) struct Link {
    /// Address as it stands there.
    pub href: String,
    /// What visitors click on.
    pub text: String,
    /// Its `title`, which often is longer.
    pub title: String,
    /// Alternative text of its picture.
    pub alt: String,
}

/// One line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its text, white space folded.
    pub text: String,
    /// Characters of it, without white space.
    pub size: usize,
    /// Characters of it that are links.
    pub linked: usize,
    /// Links in it.
    pub links: Vec<Link>,
    /// Addresses of pictures in it.
    pub pictures: Vec<String>,
    /// Texts and pictures of it in the tree.
    pub nodes: Vec<NodeId>,
    /// Way to its block, counted.
    pub place: u64,
    /// Way to its block by names and classes only; 0 where nothing on it has a class.
    pub kind: u64,
    /// It stands in a heading, or in something that is called title.
    pub heading: bool,
    /// It is bold, large or in the middle.
    pub strong: bool,
}

impl Line {
    /// Characters that are no links.
    pub(super) fn plain(&self) -> usize {
        self.size.saturating_sub(self.linked)
    }

    /// What stands there: its text, or its pictures.
    pub(super) fn mark(&self) -> String {
        if self.text.is_empty() { self.pictures.join(" ") } else { self.text.clone() }
    }
}

/// A block, and the lines in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub id: NodeId,
    pub place: u64,
    /// The block around it.
    pub above: usize,
    /// Its first line.
    pub from: usize,
    /// Behind its last line.
    pub to: usize,
}

/// What can be filled in on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Password,
    Text,
}

/// All lines of a page.
#[derive(Debug, Default)]
pub(super) struct Lines {
    pub lines: Vec<Line>,
    pub blocks: Vec<Block>,
    /// Fields, and the line at which they stand.
    pub fields: Vec<(Field, usize)>,
    /// Addresses that a choice leads to.
    pub choices: Vec<String>,
}

struct Level {
    id: NodeId,
    place: u64,
    kind: u64,
    /// How many of each name were met inside so far.
    met: Vec<(u64, u32)>,
    /// Its number, when it is a block.
    block: Option<usize>,
    heading: bool,
    strong: bool,
    link: bool,
}

struct Reader<'a> {
    tree: &'a Nodes,
    found: Lines,
    levels: Vec<Level>,
    text: String,
    space: bool,
    line: Option<Line>,
    /// The link that is open.
    link: Option<Link>,
}

/// Reads the lines of a tree.
pub(super) fn read(tree: &Nodes, top: NodeId) -> Lines {
    let mut reader = Reader {
        tree,
        found: Lines::default(),
        levels: Vec::new(),
        text: String::new(),
        space: false,
        line: None,
        link: None,
    };
    reader.enter(top, 0, 0);
    let mut next = tree.first(top);
    loop {
        match next {
            Some(id) => next = reader.node(id),
            None => {
                let Some(id) = reader.leave() else { break };
                next = tree.after(id);
            }
        }
    }
    reader.found
}

impl Reader<'_> {
    /// Goes into a node; gives the one that follows.
    fn node(&mut self, id: NodeId) -> Option<NodeId> {
        let tree = self.tree;
        if let Some(words) = tree.words(id) {
            self.words(id, words);
            return self.following(id);
        }
        let name = tree.name(id);
        match name {
            "" => return self.following(id),
            "br" | "hr" => {
                self.flush();
                return self.following(id);
            }
            "img" => {
                let source = tree.attribute(id, "src").unwrap_or_default().trim().to_owned();
                let alt = tree.attribute(id, "alt").unwrap_or_default();
                if let Some(link) = &mut self.link
                    && link.alt.is_empty()
                {
                    link.alt = alt.trim().to_owned();
                }
                let line = self.line();
                line.pictures.push(source);
                line.nodes.push(id);
                return self.following(id);
            }
            "input" => {
                let kind = tree.attribute(id, "type").unwrap_or("text").to_ascii_lowercase();
                let field = match kind.as_str() {
                    "password" => Some(Field::Password),
                    "text" => Some(Field::Text),
                    _ => None,
                };
                self.field(field);
                return self.following(id);
            }
            "textarea" => {
                self.field(Some(Field::Text));
                self.field(Some(Field::Text));
                return self.following(id);
            }
            "option" => {
                let value = tree.attribute(id, "value").unwrap_or_default().trim();
                if value.contains(['?', '/']) || value.contains(".htm") {
                    self.found.choices.push(value.to_owned());
                }
                return self.following(id);
            }
            _ if SILENT.contains(&name) => return self.following(id),
            _ => {}
        }
        let (place, kind) = self.place_of(id, name);
        self.enter(id, place, kind);
        tree.first(id)
    }

    /// The node behind one that was gone through; `None` leaves the level.
    fn following(&self, id: NodeId) -> Option<NodeId> {
        self.tree.after(id)
    }

    fn place_of(&mut self, id: NodeId, name: &str) -> (u64, u64) {
        let Some(level) = self.levels.last_mut() else { return (0, 0) };
        if INLINE.contains(&name) {
            return (level.place, level.kind);
        }
        let hash = xxh3_64(name.as_bytes());
        let at = match level.met.iter_mut().find(|(met, _)| *met == hash) {
            Some((_, count)) => {
                *count += 1;
                *count
            }
            None => {
                level.met.push((hash, 0));
                0
            }
        };
        let mut named = String::new();
        for key in ["class", "id"] {
            named.extend(self.tree.attribute(id, key).unwrap_or_default().chars().filter(|c| !c.is_ascii_digit()));
        }
        let kind = match (level.kind, named.as_str()) {
            (0, "") => 0,
            (above, named) => mix(mix(above, hash), xxh3_64(named.as_bytes())),
        };
        (mix(level.place, mix(hash, u64::from(at))), kind)
    }

    fn enter(&mut self, id: NodeId, place: u64, kind: u64) {
        let tree = self.tree;
        let name = tree.name(id);
        let inline = INLINE.contains(&name);
        let (above, heading, strong) = match self.levels.last() {
            Some(level) => (level.block, level.heading, level.strong),
            None => (None, false, false),
        };
        let mut block = above;
        if !inline {
            self.flush();
            let from = self.found.lines.len();
            block = Some(self.found.blocks.len());
            self.found.blocks.push(Block { id, place, above: above.unwrap_or(0), from, to: from });
        }
        let is_link = name == "a" && tree.attribute(id, "href").is_some();
        if is_link {
            self.link = Some(Link {
                href: tree.attribute(id, "href").unwrap_or_default().trim().to_owned(),
                title: tree.attribute(id, "title").unwrap_or_default().trim().to_owned(),
                ..Link::default()
            });
        }
        let (mut heading, mut strong) = (heading, strong);
        if !inline && !matches!(name, "h1" | "h2" | "h3" | "h4") {
            (heading, strong) = (heading && !tree.is(id, &["table", "div"]), false);
        }
        heading |= matches!(name, "h1" | "h2" | "h3") || called_title(tree, id);
        strong |= is_strong(tree, id, name);
        self.levels.push(Level { id, place, kind, met: Vec::new(), block, heading, strong, link: is_link });
        if inline {
            // A block of an inline element is that around it.
            return;
        }
        if let Some(level) = self.levels.last_mut() {
            level.block = block;
        }
    }

    fn leave(&mut self) -> Option<NodeId> {
        let level = self.levels.pop()?;
        if level.link {
            self.end_link();
        }
        if !INLINE.contains(&self.tree.name(level.id)) {
            self.flush_with(level.place, level.kind);
            if let Some(block) = level.block {
                self.found.blocks[block].to = self.found.lines.len();
            }
        }
        if self.levels.is_empty() { None } else { Some(level.id) }
    }

    fn end_link(&mut self) {
        if let Some(mut link) = self.link.take() {
            link.text.truncate(link.text.trim_end().len());
            self.line().links.push(link);
        }
    }

    fn field(&mut self, field: Option<Field>) {
        let at = self.found.lines.len();
        self.found.fields.extend(field.map(|field| (field, at)));
    }

    fn line(&mut self) -> &mut Line {
        let (heading, strong) = self.levels.last().map_or((false, false), |level| (level.heading, level.strong));
        self.line.get_or_insert_with(|| Line {
            text: String::new(),
            size: 0,
            linked: 0,
            links: Vec::new(),
            pictures: Vec::new(),
            nodes: Vec::new(),
            place: 0,
            kind: 0,
            heading,
            strong,
        })
    }

    fn words(&mut self, id: NodeId, words: &str) {
        let mut any = false;
        let in_link = self.link.is_some();
        let mut linked = 0;
        for letter in words.chars() {
            if letter.is_whitespace() || matches!(letter, '\u{200b}' | '\u{feff}') {
                self.space = true;
                continue;
            }
            if self.text.len() > LONGEST {
                break;
            }
            if self.space && !self.text.is_empty() {
                self.text.push(' ');
                if let Some(link) = &mut self.link
                    && !link.text.is_empty()
                {
                    link.text.push(' ');
                }
            }
            self.space = false;
            any = true;
            self.text.push(letter);
            linked += 1;
            if let Some(link) = &mut self.link {
                link.text.push(letter);
            }
        }
        if any {
            let line = self.line();
            line.nodes.push(id);
            line.size += linked;
            if in_link {
                line.linked += linked;
            }
        }
    }

    fn flush(&mut self) {
        let (place, kind) = self.levels.last().map_or((0, 0), |level| (level.place, level.kind));
        self.flush_with(place, kind);
    }

    fn flush_with(&mut self, place: u64, kind: u64) {
        self.space = false;
        // A link around blocks belongs to the line that it began in.
        if self.link.as_ref().is_some_and(|link| !link.text.is_empty() || !link.alt.is_empty()) {
            self.end_link();
        }
        let text = std::mem::take(&mut self.text);
        let Some(mut line) = self.line.take() else { return };
        line.text = text;
        (line.place, line.kind) = (place, kind);
        self.found.lines.push(line);
    }
}

/// Two hashes as one; the order counts.
pub(super) fn mix(one: u64, other: u64) -> u64 {
    (one.rotate_left(23) ^ other).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Is it called title by its class or name?
fn called_title(tree: &Nodes, id: NodeId) -> bool {
    ["class", "id"].iter().any(|key| {
        tree.attribute(id, key).is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            name.contains("title") || name.contains("biaoti") || name == "bt" || name.ends_with("_bt")
        })
    })
}

/// Sizes of letters that are larger than those of a text.
const LARGE: [&str; 18] = [
    "font-size:16px",
    "font-size:18px",
    "font-size:20px",
    "font-size:22px",
    "font-size:24px",
    "font-size:14pt",
    "font-size:16pt",
    "font-size:18pt",
    "font-size:22pt",
    "font-size: 16px",
    "font-size: 18px",
    "font-size: 20px",
    "font-size: 22px",
    "font-size: 24px",
    "font-size: 14pt",
    "font-size: 16pt",
    "font-size: 18pt",
    "font-size: 22pt",
];

fn is_strong(tree: &Nodes, id: NodeId, name: &str) -> bool {
    if matches!(name, "b" | "strong" | "h1" | "h2" | "h3" | "center" | "big") {
        return true;
    }
    let sized = matches!(tree.attribute(id, "size").unwrap_or_default(), "4" | "5" | "6" | "+1" | "+2" | "+3");
    if sized || tree.attribute(id, "align").is_some_and(|align| align.eq_ignore_ascii_case("center")) {
        return true;
    }
    let Some(style) = tree.attribute(id, "style").filter(|style| !style.is_empty()) else { return false };
    let style = style.to_ascii_lowercase();
    style.contains("bold")
        || style.contains("center")
        || (style.contains("font-size") && LARGE.iter().any(|size| style.contains(size)))
}
