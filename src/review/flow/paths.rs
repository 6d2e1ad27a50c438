//! The state of one path: what each local holds.

use std::collections::BTreeMap;

/// One path through a function, as far as it is told apart from others.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    pub locals: BTreeMap<String, Held>,
    /// Reference counts of what is no local, by its text: increments less what was given away, where and to whom.
    pub loose: BTreeMap<String, (i32, u32, String)>,
    /// An exception that is known to be set: the local that was null, the function that failed, where.
    pub pending: Option<(String, String, u32)>,
    /// Pointers into objects: the local that owns the object.
    pub derived: BTreeMap<String, String>,
}

/// What a local holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    pub origin: Origin,
    /// References that the function owns through this name, besides the one that an owner releases by itself.
    pub count: i32,
    pub null: Null,
    /// The local is of a type that releases what it holds.
    pub owns: bool,
    /// It came through an argument.
    pub out: bool,
    /// `Py_INCREF` was called on it.
    pub counted: bool,
    pub escaped: bool,
    /// `Py_DECREF` took its last reference.
    pub released: bool,
    /// Where a second owner borrowed it.
    pub lent: Option<u32>,
    /// After what it may be gone.
    pub stale: Option<String>,
    pub since: u32,
    pub given_at: Option<u32>,
    pub given_to: String,
}

/// Where a reference comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    New { api: String },
    Borrowed { api: String },
    Parameter,
    Nothing,
    Unknown,
}

/// What is known about a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Null {
    /// A failure shows as null, and nobody has looked.
    Unchecked,
    /// As above, and only a lack of memory can be the reason.
    Memory,
    Never,
    Always,
    Unknown,
}

impl Held {
    pub fn of(origin: Origin, null: Null, since: u32) -> Held {
        Held {
            count: i32::from(matches!(origin, Origin::New { .. })),
            origin,
            null,
            owns: false,
            out: false,
            counted: false,
            escaped: false,
            released: false,
            lent: None,
            stale: None,
            since,
            given_at: None,
            given_to: String::new(),
        }
    }

    pub fn parameter(line: u32) -> Held {
        Held::of(Origin::Parameter, Null::Unknown, line)
    }

    pub fn empty(line: u32) -> Held {
        Held::of(Origin::Nothing, Null::Unknown, line)
    }

    /// A local that releases what it holds.
    pub fn owner(origin: Origin, line: u32) -> Held {
        Held { count: 0, owns: true, ..Held::of(origin, Null::Unknown, line) }
    }

    pub fn is_null(&self) -> bool {
        self.null == Null::Always
    }

    pub fn is_borrowed(&self) -> bool {
        matches!(self.origin, Origin::Borrowed { .. } | Origin::Parameter)
    }

    pub fn escape(&mut self) {
        self.escaped = true;
        self.count = 0;
    }
}

impl Origin {
    pub fn api(&self) -> &str {
        match self {
            Origin::New { api } | Origin::Borrowed { api } => api,
            Origin::Parameter => "parameter",
            Origin::Nothing | Origin::Unknown => "",
        }
    }
}

impl Path {
    /// After an unknown part of a block: nothing is known for sure.
    pub fn interrupted(mut self) -> Path {
        self.locals.values_mut().for_each(Held::escape);
        self.loose.clear();
        self.pending = None;
        self
    }
}
