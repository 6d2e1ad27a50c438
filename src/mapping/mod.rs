//! The mapping: which C++ entry points are simulated by which Python code.

pub mod model;
pub mod resolve;

pub use model::{End, Link, Mapping, Pattern, Relation, Scope, Selector, Touch};
