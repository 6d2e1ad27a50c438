//! What is done to a pair, how often, and whether it must be flagged.

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The C++ function does something else.
    BodyDrift,
    /// The same, and a comment is added to the Python function.
    FakeSync,
    /// A function that the C++ function calls does something else.
    HelperChanged,
    /// The C++ function does something else, and its file has another name.
    RenamedAndEdited,
    CommentOnly,
    Reformatted,
    /// A function beside the C++ function, which it does not use, does something else.
    NeighbourChanged,
    RenamedOnly,
    /// Both functions do something else.
    BothChanged,
    Untouched,
}

impl Kind {
    /// In the order in which they are made: the picky ones first.
    pub const ALL: [Kind; 10] = [
        Kind::HelperChanged,
        Kind::RenamedAndEdited,
        Kind::BodyDrift,
        Kind::FakeSync,
        Kind::BothChanged,
        Kind::NeighbourChanged,
        Kind::CommentOnly,
        Kind::Reformatted,
        Kind::RenamedOnly,
        Kind::Untouched,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Kind::BodyDrift => "C++ function edited",
            Kind::FakeSync => "C++ function edited, Python comment added",
            Kind::HelperChanged => "callee of the C++ function edited",
            Kind::RenamedAndEdited => "C++ function edited, file renamed",
            Kind::CommentOnly => "C++ comment added or removed",
            Kind::Reformatted => "C++ function wrapped differently",
            Kind::NeighbourChanged => "C++ function beside it edited",
            Kind::RenamedOnly => "C++ file renamed",
            Kind::BothChanged => "both functions edited",
            Kind::Untouched => "nothing",
        }
    }

    pub fn count(self) -> usize {
        match self {
            Kind::BodyDrift | Kind::HelperChanged | Kind::RenamedAndEdited => 25,
            Kind::RenamedOnly | Kind::Untouched => 15,
            Kind::FakeSync => 25,
            Kind::CommentOnly | Kind::Reformatted | Kind::NeighbourChanged => 20,
            Kind::BothChanged => 10,
        }
    }

    pub fn must_flag(self) -> bool {
        matches!(self, Kind::BodyDrift | Kind::FakeSync | Kind::HelperChanged | Kind::RenamedAndEdited)
    }

    pub fn renames(self) -> bool {
        matches!(self, Kind::RenamedAndEdited | Kind::RenamedOnly)
    }
}
