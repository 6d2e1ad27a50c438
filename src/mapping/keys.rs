//! The keys of a mapping file, one row each: the parser, the canonical form and the schema all read them here.

/// A table of the format.
pub struct Table {
    /// How messages call it.
    pub title: &'static str,
    pub about: &'static str,
    /// In canonical order.
    pub keys: &'static [Key],
}

/// A key of a table.
pub struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
    pub about: &'static str,
}

/// What a key holds.
#[derive(Clone, Copy)]
pub enum Kind {
    Version,
    Text,
    Texts,
    Globs,
    Selectors,
    Macros,
    Relation,
    Touch,
    Depth,
    Watch,
    /// One table.
    Table(&'static Table),
    /// Tables by names that the mapping chooses.
    Tables(&'static Table),
}

pub static TOP: Table = Table {
    title: "a mapping",
    about: "Which C++ entry points are simulated by which Python code.",
    keys: &[
        required("version", Kind::Version, "The version of the format."),
        optional("scope", Kind::Table(&SCOPE), "What the dependency graph covers."),
        optional("link", Kind::Tables(&LINK), "The links, by their ids in kebab-case."),
        optional("unlinked", Kind::Tables(&UNLINKED), "What is not linked on purpose; `drift map coverage` counts it."),
        optional("language", Kind::Table(&LANGUAGES), "What the parsers are taught."),
        optional("repository", Kind::Tables(&REPOSITORY), "Other repositories that selectors may name."),
    ],
};

pub static SCOPE: Table = Table {
    title: "`[scope]`",
    about: "What the dependency graph covers, as globs; `*` stays inside a folder, `**` does not.",
    keys: &[
        optional("cpp", Kind::Globs, "C++ files that a change may pass through."),
        optional("python", Kind::Globs, "Python files that simulate."),
    ],
};

pub static UNLINKED: Table = Table {
    title: "`[unlinked.NAME]`",
    about: "Entry points that nothing in Python simulates, and why that is right.",
    keys: &[
        required("cpp", Kind::Globs, "The C++ files that register them."),
        optional("names", Kind::Texts, "Globs of the names that Python sees; all where left out."),
        required("why", Kind::Text, "Why they need no link."),
    ],
};

pub static LANGUAGES: Table = Table {
    title: "`[language]`",
    about: "What the parsers are taught.",
    keys: &[optional("cpp", Kind::Table(&LANGUAGE), "What the C++ parser is taught.")],
};

pub static LANGUAGE: Table = Table {
    title: "`[language.cpp]`",
    about: "What the C++ parser is taught.",
    keys: &[optional("macros", Kind::Macros, "Macros that stand where the grammar expects none.")],
};

pub static REPOSITORY: Table = Table {
    title: "`[repository.NAME]`",
    about: "A repository other than the checked one. Selectors name it as `NAME:path#symbol`.",
    keys: &[
        optional("url", Kind::Text, "Where it is published."),
        optional("about", Kind::Text, "What it is needed for."),
        optional("cpp", Kind::Globs, "C++ files that a change may pass through where this repository changes."),
        optional("python", Kind::Globs, "Python files that simulate, where this repository changes."),
    ],
};

pub static LINK: Table = Table {
    title: "`[link.ID]`",
    about: "C++ ends, the Python ends that simulate them, and what they share.",
    keys: &[
        required("relation", Kind::Relation, "What the Python end is to the C++ end."),
        required(
            "cpp",
            Kind::Selectors,
            "Selectors of the authority: when one changes semantically, Python must follow.",
        ),
        required("python", Kind::Selectors, "Selectors of the simulation."),
        optional("names", Kind::Texts, "How Python sees the entry point, such as `torch._C._FunctionBase.apply`."),
        required("why", Kind::Text, "What both ends share, in words a reviewer understands."),
        optional("touch", Kind::Touch, "Which Python selectors must change for the link to count as followed."),
        optional("depth", Kind::Depth, "How many calls away from the C++ end a change still counts."),
        optional("watch", Kind::Watch, "Rungs below `semantic` that count too."),
        optional("owners", Kind::Texts, "Who to ask."),
        optional("tests", Kind::Texts, "What shows that both ends agree."),
        optional("known-differences", Kind::Texts, "Deliberate differences, in words."),
    ],
};

impl Table {
    pub fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }

    pub fn required(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().filter(|key| key.required).map(|key| key.name)
    }

    pub fn kind(&self, name: &str) -> Option<Kind> {
        self.keys.iter().find(|key| key.name == name).map(|key| key.kind)
    }
}

const fn required(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: true, about }
}

const fn optional(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, required: false, about }
}
