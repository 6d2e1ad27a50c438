//! The mapping: which C++ entry points are simulated by which Python code.

pub mod acks;
pub mod builtin;
mod combine;
mod document;
pub mod edit;
pub mod elsewhere;
pub mod keys;
mod macros;
pub mod model;
pub mod nearest;
pub mod parse;
pub mod rejected;
pub mod resolve;
pub mod review;
pub mod schema;
pub mod selector;

pub use acks::{Ack, Acknowledgement, Acks};
pub use builtin::{BUILTINS, Builtin};
pub use document::MappingError;
pub use model::{End, Link, Mapping, MappingSource, Pattern, Relation, Repository, Scope, Selector, Touch, Unlinked};
pub use parse::parse;
pub use resolve::{Resolution, resolve};
