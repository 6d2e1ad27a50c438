//! `drift map`: what can be asked of a mapping, and done to it, without a change to judge. One file a subcommand.

pub mod verify;
