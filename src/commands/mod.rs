//! The subcommands, one file each: read the world, call the core, write the answer.
