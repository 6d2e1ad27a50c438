//! Nodes and cursors of a syntax tree whose names cost nothing: the library looks a name up as C text each time it is
//! asked, and a walk asks a dozen times a node.

use std::ops::Range;

use super::language::Names;
use super::walk::Concern;

/// A node of a tree.
#[derive(Clone, Copy)]
pub(super) struct Node<'t> {
    inner: tree_sitter::Node<'t>,
    kind: u16,
    names: &'static Names,
}

/// A place in a tree that can move.
pub(super) struct Cursor<'t> {
    inner: tree_sitter::TreeCursor<'t>,
    names: &'static Names,
}

impl<'t> Node<'t> {
    pub fn root(tree: &'t tree_sitter::Tree, names: &'static Names) -> Node<'t> {
        Node::of(tree.root_node(), names)
    }

    fn of(inner: tree_sitter::Node<'t>, names: &'static Names) -> Node<'t> {
        Node { inner, kind: inner.kind_id(), names }
    }

    pub fn id(self) -> usize {
        self.inner.id()
    }

    pub fn kind(self) -> &'static str {
        self.names.kind(self.kind)
    }

    /// Whether a reader of the language has anything to do with nodes of this kind.
    pub fn concern(self) -> Concern {
        self.names.concern(self.kind)
    }

    pub fn is_named(self) -> bool {
        self.inner.is_named()
    }

    pub fn is_error(self) -> bool {
        self.inner.is_error()
    }

    /// Whether anything in it could not be read.
    pub fn has_error(self) -> bool {
        self.inner.has_error()
    }

    pub fn is_missing(self) -> bool {
        self.inner.is_missing()
    }

    pub fn start_byte(self) -> usize {
        self.inner.start_byte()
    }

    pub fn end_byte(self) -> usize {
        self.inner.end_byte()
    }

    pub fn byte_range(self) -> Range<usize> {
        self.inner.byte_range()
    }

    /// Searches from the root: a walk knows the parents already.
    pub fn parent(self) -> Option<Node<'t>> {
        self.near(self.inner.parent())
    }

    pub fn next_sibling(self) -> Option<Node<'t>> {
        self.near(self.inner.next_sibling())
    }

    pub fn child_count(self) -> u32 {
        self.inner.child_count()
    }

    pub fn named_child_count(self) -> u32 {
        self.inner.named_child_count() as u32
    }

    pub fn child(self, at: u32) -> Option<Node<'t>> {
        self.near(self.inner.child(at))
    }

    pub fn named_child(self, at: u32) -> Option<Node<'t>> {
        self.near(self.inner.named_child(at))
    }

    pub fn child_by_field_name(self, field: &str) -> Option<Node<'t>> {
        self.near(self.inner.child_by_field_id(self.names.field_id(field)?))
    }

    /// The smallest node around these bytes.
    pub fn descendant_for_byte_range(self, start: usize, end: usize) -> Option<Node<'t>> {
        self.near(self.inner.descendant_for_byte_range(start, end))
    }

    pub fn walk(self) -> Cursor<'t> {
        Cursor { inner: self.inner.walk(), names: self.names }
    }

    pub fn children<'c>(&'c self, cursor: &'c mut Cursor<'t>) -> impl Iterator<Item = Node<'t>> + 'c {
        let names = self.names;
        self.inner.children(&mut cursor.inner).map(move |inner| Node::of(inner, names))
    }

    pub fn named_children<'c>(&'c self, cursor: &'c mut Cursor<'t>) -> impl Iterator<Item = Node<'t>> + 'c {
        let names = self.names;
        self.inner.named_children(&mut cursor.inner).map(move |inner| Node::of(inner, names))
    }

    fn near(self, inner: Option<tree_sitter::Node<'t>>) -> Option<Node<'t>> {
        inner.map(|inner| Node::of(inner, self.names))
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.inner == other.inner
    }
}

impl<'t> Cursor<'t> {
    pub fn node(&self) -> Node<'t> {
        Node::of(self.inner.node(), self.names)
    }

    /// How the parent calls the node.
    pub fn field(&self) -> Option<&'static str> {
        self.inner.field_id().and_then(|id| self.names.field(id.get()))
    }

    pub fn goto_first_child(&mut self) -> bool {
        self.inner.goto_first_child()
    }

    pub fn goto_next_sibling(&mut self) -> bool {
        self.inner.goto_next_sibling()
    }

    pub fn goto_parent(&mut self) -> bool {
        self.inner.goto_parent()
    }
}
