//! HTML as a tree of numbered nodes.
//!
//! **Invariant:** nothing here recurses, so that depth costs no stack.

mod sink;

use html5ever::LocalName;

pub use sink::{Handle, Sink};

use super::kinds::{is_block, is_inline};

/// Number of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u32);

/// What a node is.
#[derive(Debug, Clone)]
enum Data {
    Document,
    Element { name: LocalName, stands: Stands, attributes: Vec<(LocalName, String)> },
    Text(String),
    Comment(String),
}

/// Where an element stands, by its name: asked for all the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// On lines of its own.
    Block,
    /// Inside a line.
    Inline,
    /// Neither is known of it.
    Anywhere,
}

impl Stands {
    fn of(name: &str) -> Stands {
        match name {
            name if is_block(name) => Stands::Block,
            name if is_inline(name) => Stands::Inline,
            _ => Stands::Anywhere,
        }
    }
}

fn element(name: LocalName, attributes: Vec<(LocalName, String)>) -> Data {
    Data::Element { stands: Stands::of(&name), name, attributes }
}

#[derive(Debug, Clone)]
struct Node {
    data: Data,
    /// Elements above it when it was put there first.
    depth: u32,
    parent: Option<Id>,
    first: Option<Id>,
    last: Option<Id>,
    before: Option<Id>,
    after: Option<Id>,
}

/// A tree.
#[derive(Debug, Clone)]
pub struct Tree(Vec<Node>);

/// The root of every tree.
pub const ROOT: Id = Id(0);

impl Default for Tree {
    fn default() -> Tree {
        let mut tree = Tree(Vec::new());
        tree.add(Data::Document);
        tree
    }
}

impl Tree {
    fn add(&mut self, data: Data) -> Id {
        let id = Id(self.0.len() as u32);
        self.0.push(Node { data, depth: 0, parent: None, first: None, last: None, before: None, after: None });
        id
    }

    fn at(&self, id: Id) -> &Node {
        &self.0[id.0 as usize]
    }

    fn at_mut(&mut self, id: Id) -> &mut Node {
        &mut self.0[id.0 as usize]
    }

    /// How many nodes there are and were.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// A new element that stands nowhere yet.
    pub fn element(&mut self, name: &str) -> Id {
        self.add(element(LocalName::from(name), Vec::new()))
    }

    /// A copy of an element without what is in it.
    pub fn shell(&mut self, id: Id) -> Id {
        let data = self.at(id).data.clone();
        self.add(data)
    }

    /// New text that stands nowhere yet.
    pub fn text_node(&mut self, text: impl Into<String>) -> Id {
        self.add(Data::Text(text.into()))
    }

    /// Name of an element, empty for other nodes.
    pub fn name(&self, id: Id) -> &str {
        match &self.at(id).data {
            Data::Element { name, .. } => name,
            _ => "",
        }
    }

    /// Is it one of these elements?
    pub fn is(&self, id: Id, names: &[&str]) -> bool {
        match &self.at(id).data {
            Data::Element { name, .. } => names.contains(&&**name),
            _ => false,
        }
    }

    /// Is it an element?
    pub fn is_element(&self, id: Id) -> bool {
        matches!(self.at(id).data, Data::Element { .. })
    }

    /// Does it stand on lines of its own?
    pub fn is_block(&self, id: Id) -> bool {
        matches!(self.at(id).data, Data::Element { stands: Stands::Block, .. })
    }

    /// Is it an element inside a line?
    pub fn is_inline(&self, id: Id) -> bool {
        matches!(self.at(id).data, Data::Element { stands: Stands::Inline, .. })
    }

    /// Gives an element another name.
    pub fn rename(&mut self, id: Id, to: &str) {
        if let Data::Element { name, stands, .. } = &mut self.at_mut(id).data {
            *name = LocalName::from(to);
            *stands = Stands::of(to);
        }
    }

    /// The text of a text node.
    pub fn words(&self, id: Id) -> Option<&str> {
        match &self.at(id).data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Replaces the text of a text node.
    pub fn set_words(&mut self, id: Id, words: String) {
        if let Data::Text(text) = &mut self.at_mut(id).data {
            *text = words;
        }
    }

    /// The text of a comment.
    pub fn comment(&self, id: Id) -> Option<&str> {
        match &self.at(id).data {
            Data::Comment(text) => Some(text),
            _ => None,
        }
    }

    /// An attribute.
    pub fn attribute(&self, id: Id, key: &str) -> Option<&str> {
        match &self.at(id).data {
            Data::Element { attributes, .. } => {
                attributes.iter().find(|(name, _)| &**name == key).map(|(_, value)| value.as_str())
            }
            _ => None,
        }
    }

    /// All attributes.
    pub fn attributes(&self, id: Id) -> &[(LocalName, String)] {
        match &self.at(id).data {
            Data::Element { attributes, .. } => attributes,
            _ => &[],
        }
    }

    /// Sets an attribute.
    pub fn set(&mut self, id: Id, key: &str, value: impl Into<String>) {
        self.unset(id, key);
        if let Data::Element { attributes, .. } = &mut self.at_mut(id).data {
            attributes.push((LocalName::from(key), value.into()));
        }
    }

    /// Takes an attribute away.
    pub fn unset(&mut self, id: Id, key: &str) {
        if let Data::Element { attributes, .. } = &mut self.at_mut(id).data {
            attributes.retain(|(name, _)| &**name != key);
        }
    }

    /// What it stands in.
    pub fn parent(&self, id: Id) -> Option<Id> {
        self.at(id).parent
    }

    /// First node inside.
    pub fn first(&self, id: Id) -> Option<Id> {
        self.at(id).first
    }

    /// Last node inside.
    pub fn last(&self, id: Id) -> Option<Id> {
        self.at(id).last
    }

    /// The node behind it.
    pub fn after(&self, id: Id) -> Option<Id> {
        self.at(id).after
    }

    /// The node before it.
    pub fn before(&self, id: Id) -> Option<Id> {
        self.at(id).before
    }

    /// Nodes inside, one level.
    pub fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.first(id), |child| self.after(*child))
    }

    /// Nodes inside, one level, as they are now.
    pub fn children_now(&self, id: Id) -> Vec<Id> {
        self.children(id).collect()
    }

    /// The next node in the order of the text, within `top`.
    pub fn next(&self, id: Id, top: Id) -> Option<Id> {
        self.first(id).or_else(|| self.next_outside(id, top))
    }

    /// The next node that is not inside `id`, within `top`.
    pub fn next_outside(&self, mut id: Id, top: Id) -> Option<Id> {
        loop {
            if id == top {
                return None;
            }
            if let Some(after) = self.after(id) {
                return Some(after);
            }
            id = self.parent(id)?;
        }
    }

    /// Everything inside, in the order of the text.
    pub fn inside(&self, top: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.next(top, top), move |id| self.next(*id, top))
    }

    /// Elements inside, in the order of the text, as they are now.
    pub fn elements(&self, top: Id) -> Vec<Id> {
        self.inside(top).filter(|id| self.is_element(*id)).collect()
    }

    /// Elements inside with one of these names, as they are now.
    pub fn named(&self, top: Id, names: &[&str]) -> Vec<Id> {
        self.inside(top).filter(|id| self.is(*id, names)).collect()
    }

    /// The nodes around it, from the inside to the outside.
    pub fn above(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        std::iter::successors(self.parent(id), |above| self.parent(*above))
    }

    /// All text inside.
    pub fn text(&self, top: Id) -> String {
        let own = self.words(top).map(str::to_owned).unwrap_or_default();
        self.inside(top).filter_map(|id| self.words(id)).fold(own, |mut text, words| {
            text.push_str(words);
            text
        })
    }

    /// Takes a node out, with what is in it.
    pub fn detach(&mut self, id: Id) {
        let Node { parent, before, after, .. } = *self.at(id);
        match before {
            Some(before) => self.at_mut(before).after = after,
            None => {
                if let Some(parent) = parent {
                    self.at_mut(parent).first = after;
                }
            }
        }
        match after {
            Some(after) => self.at_mut(after).before = before,
            None => {
                if let Some(parent) = parent {
                    self.at_mut(parent).last = before;
                }
            }
        }
        let node = self.at_mut(id);
        (node.parent, node.before, node.after) = (None, None, None);
    }

    /// Puts a node at the end of another.
    pub fn append(&mut self, parent: Id, id: Id) {
        self.detach(id);
        let last = self.at(parent).last;
        let depth = self.at(parent).depth + 1;
        let node = self.at_mut(id);
        (node.parent, node.before, node.depth) = (Some(parent), last, depth);
        match last {
            Some(last) => self.at_mut(last).after = Some(id),
            None => self.at_mut(parent).first = Some(id),
        }
        self.at_mut(parent).last = Some(id);
    }

    /// Puts a node at the head of another.
    pub fn prepend(&mut self, parent: Id, id: Id) {
        match self.first(parent) {
            Some(first) => self.insert_before(first, id),
            None => self.append(parent, id),
        }
    }

    /// Puts a node before another.
    pub fn insert_before(&mut self, sibling: Id, id: Id) {
        if sibling == id {
            return;
        }
        self.detach(id);
        let (parent, before, depth) = (self.at(sibling).parent, self.at(sibling).before, self.at(sibling).depth);
        let node = self.at_mut(id);
        (node.parent, node.before, node.after, node.depth) = (parent, before, Some(sibling), depth);
        self.at_mut(sibling).before = Some(id);
        match before {
            Some(before) => self.at_mut(before).after = Some(id),
            None => {
                if let Some(parent) = parent {
                    self.at_mut(parent).first = Some(id);
                }
            }
        }
    }

    /// Puts a node behind another.
    pub fn insert_after(&mut self, sibling: Id, id: Id) {
        match (self.after(sibling), self.parent(sibling)) {
            (Some(after), _) => self.insert_before(after, id),
            (None, Some(parent)) => self.append(parent, id),
            (None, None) => {}
        }
    }

    /// Moves everything inside `from` to the end of `to`.
    pub fn pour(&mut self, from: Id, to: Id) {
        while let Some(child) = self.first(from) {
            self.append(to, child);
        }
    }

    /// Takes an element away and leaves what is in it.
    pub fn unwrap(&mut self, id: Id) {
        while let Some(child) = self.first(id) {
            self.insert_before(id, child);
        }
        self.detach(id);
    }

    /// Puts a new element around what is inside another.
    pub fn wrap_inside(&mut self, id: Id, name: &str) -> Id {
        let inner = self.element(name);
        self.pour(id, inner);
        self.append(id, inner);
        inner
    }
}
