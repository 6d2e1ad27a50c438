//! Impacts: changes that reach a link's C++ end, with the path they take.

/// A change that reaches a link's C++ end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Impact {
    /// Position in the list of changes.
    pub change: usize,
    /// Symbols from the C++ end to the changed one, both included; one entry when the end itself changed.
    pub via: Vec<String>,
    /// Every step of `via` was resolved to one target.
    pub certain: bool,
}

impl Impact {
    /// The C++ end itself changed, not something it depends on.
    pub fn is_direct(&self) -> bool {
        self.via.len() <= 1
    }
}
