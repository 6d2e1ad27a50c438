//! The test house: one binary, in which tests are data behind one check.
//!
//! `fixtures/<group>/<case>` is a case (see [`case`]); `UPDATE=1 cargo test` rewrites its `expected`, and the diff is the
//! review. [`mutants`] are edits made to them, [`properties`] hold over files made by chance. [`laws`] keeps the house rules, each with its reason. [`command_line`] runs the binary on throw-away
//! repositories.

mod acks;
mod built_in_mapping;
mod cache;
mod case;
mod clones;
mod command_line;
mod expectation;
mod fixtures;
mod formats;
mod impacts;
mod kits;
mod laws;
mod licences;
mod map_commands;
mod mapping_properties;
mod mutants;
#[path = "../mutation/mod.rs"]
mod mutation;
mod packages;
mod parity;
mod premerge;
mod program;
mod properties;
mod report;
mod repository;
mod review;
mod rewrap;
mod selectors;
mod suggestions;
