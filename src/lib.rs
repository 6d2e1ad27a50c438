//! `drift` finds C++ changes whose Python simulation was left behind.
//!
//! The modules are listed in reading order, and that order is the layering: a module uses only the ones above it.
//!
//! ```text
//! mapping (before and after)        git: before..after
//!            │                              │
//!        [mapping]                     [source]  SnapshotPair: files as values
//!            │                              │
//!            │                         [symbols] ParsedFile: named pieces of code, their terms and mentions
//!            │                              │
//!            │                         [change]  diff, each change put on its rung by the [ladder]
//!            │                              │
//!            └──────── [impact] trace over the [graph] ────┐
//!                                                       [verdict] judge
//!                                                          │
//!                                         [report] human · json, all from one Report
//! ```
//!
//! [`check`] is the whole judgement as a function of values: no file, clock, environment or git object inside it.

pub mod source;

pub mod symbols;

pub mod ladder;

pub mod change;

pub mod mapping;

pub mod graph;

pub mod impact;

pub mod rules;

pub mod finding;

pub mod verdict;

pub mod report;

pub mod commands;

pub mod cli;
