//! Builds a tree of what the parser of HTML finds.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use html5ever::tendril::StrTendril;
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, ExpandedName, QualName};

use super::{Data, Id, ROOT, Tree, element};

/// Builds a tree of what the parser finds.
#[derive(Default)]
pub struct Sink {
    tree: RefCell<Tree>,
    depth: Cell<u32>,
}

/// A node of the parser: its name is asked for all the time.
#[derive(Debug, Clone)]
pub struct Handle {
    id: Id,
    name: Option<Rc<QualName>>,
}

impl Sink {
    /// Elements above the node that was put somewhere last.
    pub fn depth(&self) -> u32 {
        self.depth.get()
    }

    /// Nodes so far.
    pub fn size(&self) -> usize {
        self.tree.borrow().size()
    }

    fn put(&self, child: NodeOrText<Handle>, end: impl Fn(&Tree) -> Option<Id>, put: impl Fn(&mut Tree, Id)) {
        let mut tree = self.tree.borrow_mut();
        let id = match child {
            NodeOrText::AppendNode(node) => node.id,
            NodeOrText::AppendText(text) => {
                if let Some(Data::Text(end)) = end(&tree).map(|id| &mut tree.at_mut(id).data) {
                    end.push_str(&text);
                    return;
                }
                tree.text_node(&*text)
            }
        };
        put(&mut tree, id);
        self.depth.set(tree.at(id).depth);
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Tree;
    type ElemName<'a> = ExpandedName<'a>;

    fn finish(self) -> Tree {
        self.tree.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle { id: ROOT, name: None }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> ExpandedName<'a> {
        static NONE: std::sync::LazyLock<QualName> =
            std::sync::LazyLock::new(|| QualName::new(None, html5ever::ns!(html), html5ever::local_name!("html")));
        target.name.as_ref().map_or_else(|| NONE.expanded(), |name| name.expanded())
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Handle {
        let attributes =
            attributes.into_iter().map(|attribute| (attribute.name.local, attribute.value.to_string())).collect();
        let id = self.tree.borrow_mut().add(element(name.local.clone(), attributes));
        Handle { id, name: Some(Rc::new(name)) }
    }

    fn create_comment(&self, text: StrTendril) -> Handle {
        Handle { id: self.tree.borrow_mut().add(Data::Comment(text.to_string())), name: None }
    }

    fn create_pi(&self, _: StrTendril, data: StrTendril) -> Handle {
        self.create_comment(data)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.put(child, |tree| tree.last(parent.id), |tree, id| tree.append(parent.id, id));
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        if self.tree.borrow().parent(element.id).is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        target.clone()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one.id == other.id
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        self.put(child, |tree| tree.before(sibling.id), |tree, id| tree.insert_before(sibling.id, id));
    }

    fn add_attrs_if_missing(&self, target: &Handle, attributes: Vec<Attribute>) {
        let mut tree = self.tree.borrow_mut();
        for attribute in attributes {
            if tree.attribute(target.id, &attribute.name.local).is_none() {
                tree.set(target.id, &attribute.name.local, attribute.value.to_string());
            }
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.tree.borrow_mut().detach(target.id);
    }

    fn reparent_children(&self, node: &Handle, to: &Handle) {
        self.tree.borrow_mut().pour(node.id, to.id);
    }
}
