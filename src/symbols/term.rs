//! Terms: syntax trees as our own values, so that a rung can rewrite them.

/// A syntax tree, or a leaf of one. Comments and white space are already gone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// The grammar's name for the node; for a leaf that is a fixed token, its text.
    pub kind: &'static str,
    /// The field of the parent that holds it, where the grammar names one.
    pub field: Option<&'static str>,
    /// Text of a leaf; empty for an inner node.
    pub text: Box<str>,
    pub children: Vec<Term>,
    /// Line in the file, from 1. Not part of any comparison a rung makes.
    pub line: u32,
}
