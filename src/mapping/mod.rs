//! The mapping: which C++ entry points are simulated by which Python code.

pub mod model;

pub use model::{End, Link, Mapping, Pattern, Relation, Selector, Touch};
