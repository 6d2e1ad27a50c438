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
    Level,
    Returns,
    Failure,
    /// Positions of arguments, from 1.
    Positions,
    Flag,
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
        optional("review", Kind::Table(&REVIEW), "What `drift review` is told."),
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

pub static REVIEW: Table = Table {
    title: "`[review]`",
    about: "What `drift review` is told about the project.",
    keys: &[
        optional("owners", Kind::Texts, "Types that release the reference they hold."),
        optional("core", Kind::Globs, "Files that much depends on; a change to one is told as a fact."),
        optional("contract", Kind::Tables(&CONTRACT), "What functions of the project promise, by their names."),
        optional("setting", Kind::Tables(&SETTING), "Levels of rules in some files; the last one that fits decides."),
    ],
};

pub static CONTRACT: Table = Table {
    title: "`[review.contract.NAME]`",
    about: "What a function promises about references, errors and Python code that may run.",
    keys: &[
        optional("returns", Kind::Returns, "What kind of reference comes back."),
        optional("failure", Kind::Failure, "How a failure shows."),
        optional("steals", Kind::Positions, "Arguments whose references it takes over, the first being 1."),
        optional("out", Kind::Positions, "Arguments through which it gives new references, the first being 1."),
        optional("runs-python", Kind::Flag, "Whether arbitrary Python code may run inside."),
    ],
};

pub static SETTING: Table = Table {
    title: "`[review.setting.NAME]`",
    about: "The level of some rules in some files, and why.",
    keys: &[
        required("rules", Kind::Texts, "Ids of rules, or beginnings of ids with a `*` behind."),
        optional("paths", Kind::Globs, "The files; all where left out."),
        required("level", Kind::Level, "What a broken rule counts as there."),
        required("why", Kind::Text, "Why that is right."),
    ],
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
