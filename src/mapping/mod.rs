//! The mapping: which C++ entry points are simulated by which Python code.

pub mod builtin;
mod combine;
pub mod edit;
pub mod keys;
pub mod model;
pub mod nearest;
pub mod parse;
pub mod resolve;
pub mod schema;
pub mod selector;

pub use builtin::{BUILTINS, Builtin};
pub use model::{End, Link, Mapping, MappingSource, Pattern, Relation, Repository, Scope, Selector, Touch};
pub use parse::{MappingError, parse};
pub use resolve::{Resolution, resolve};
