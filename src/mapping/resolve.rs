//! Finds the symbols that a selector picks in a file.
