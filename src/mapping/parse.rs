//! Reads a mapping from TOML. All errors of a file are reported at once, each with its place and the nearest valid name.

use std::ops::Range;

use toml::de::DeTable;

pub use super::document::MappingError;
use super::document::{Document, whole_number};
use super::keys;
use super::model::{
    End, Link, Mapping, MappingSource, Relation, Repository, Scope, Selector, Touch, Unlinked, compile, glob,
};
use super::nearest::nearest;
use super::selector::{self, SelectorError};
use crate::ladder::Rung;
use crate::symbols::Language;

/// Reads one mapping file. `name` is shown to people; `index` is its position among the sources read together.
pub fn parse(name: &str, text: &str, index: usize) -> Result<Mapping, Vec<MappingError>> {
    Document::read(name, text, index, Document::mapping)
}

impl Document<'_> {
    fn mapping(&mut self, table: &DeTable<'_>) -> Mapping {
        self.known_keys(table, keys::TOP.title, &keys::TOP);
        self.version(table);
        let repositories = self.repositories(table);
        let declared: Vec<&str> = repositories.iter().map(|repository| repository.name.as_str()).collect();
        let source = MappingSource::new(self.name, self.text);
        let scope = self.scope(table);
        let macros = self.macros(table);
        let unlinked = self.unlinked(table);
        let review = self.review(table);
        let links = self.links(table, &declared);
        Mapping { links, scope, review, unlinked, macros, repositories, sources: vec![source], ..Mapping::default() }
    }

    fn scope(&mut self, table: &DeTable<'_>) -> Scope {
        let Some(value) = table.get("scope") else { return Scope::default() };
        let Some(scope) = self.table(value, "scope") else { return Scope::default() };
        self.known_keys(scope, keys::SCOPE.title, &keys::SCOPE);
        let globs = (self.globs(scope, "cpp"), self.globs(scope, "python"));
        self.compiled(globs, value.span())
    }

    fn compiled(&mut self, (cpp, python): (Vec<String>, Vec<String>), span: Range<usize>) -> Scope {
        Scope::of(cpp, python).unwrap_or_else(|error| {
            self.error(span, format!("the globs do not compile together: {error}"), None);
            Scope::default()
        })
    }

    fn unlinked(&mut self, table: &DeTable<'_>) -> Vec<Unlinked> {
        let mut all = Vec::new();
        for ((name, _), header, inner) in self.tables(table, "unlinked") {
            self.known_keys(inner, &format!("`[unlinked.{name}]`"), &keys::UNLINKED);
            for key in keys::UNLINKED.required().filter(|key| !inner.contains_key(*key)) {
                self.error(header.clone(), format!("`[unlinked.{name}]` has no `{key}`"), None);
            }
            let why = self.string(inner, "why").unwrap_or_default();
            match (compile(&self.globs(inner, "cpp")), compile(&self.globs(inner, "names"))) {
                (Ok(cpp), Ok(names)) => all.push(Unlinked { name, cpp, names, why }),
                (Err(error), _) | (_, Err(error)) => {
                    self.error(header, format!("the globs do not compile together: {error}"), None);
                }
            }
        }
        all
    }

    /// Globs that compile; the others are reported.
    pub(super) fn globs(&mut self, table: &DeTable<'_>, key: &str) -> Vec<String> {
        let mut good = Vec::new();
        for (text, span) in self.strings(table, key) {
            if let Err(error) = selector::check_relative(&text) {
                self.selector_error(span, error);
            } else if let Err(error) = glob(&text) {
                self.error(span, format!("`{text}` is no glob: {}", error.kind()), None);
            } else {
                good.push(text);
            }
        }
        good
    }

    fn macros(&mut self, table: &DeTable<'_>) -> Vec<String> {
        let mut macros = Vec::new();
        for (language, _, inner) in self.tables(table, "language") {
            let (name, span) = language;
            if name != "cpp" {
                self.unknown(span, "language", &name, &["cpp"]);
                continue;
            }
            self.known_keys(inner, keys::LANGUAGE.title, &keys::LANGUAGE);
            macros.extend(self.strings(inner, "macros"));
        }
        let mut names = Vec::new();
        for (name, span) in macros {
            if is_identifier(&name) {
                names.push(name);
            } else {
                self.error(span, format!("`{name}` is no name of a macro"), None);
            }
        }
        names.sort();
        names
    }

    fn repositories(&mut self, table: &DeTable<'_>) -> Vec<Repository> {
        let mut repositories = Vec::new();
        for ((name, span), header, inner) in self.tables(table, "repository") {
            self.known_keys(inner, &format!("`[repository.{name}]`"), &keys::REPOSITORY);
            if !selector::is_repository_name(&name) {
                let help = "names are letters, digits, `-` and `_`".to_owned();
                self.error(span, format!("`{name}` is no name of a repository"), Some(help));
            }
            let (url, about) = (self.string(inner, "url"), self.string(inner, "about"));
            let globs = (self.globs(inner, "cpp"), self.globs(inner, "python"));
            let scope = self.compiled(globs, header.clone());
            repositories.push(Repository { name, url, about, scope, origin: (self.index, header) });
        }
        repositories
    }

    fn links(&mut self, table: &DeTable<'_>, declared: &[&str]) -> Vec<Link> {
        let mut links = Vec::new();
        for ((id, span), header, inner) in self.tables(table, "link") {
            self.check_id(&id, span);
            links.push(self.link(id, header, inner, declared));
        }
        links.sort_by(|a, b| a.id.cmp(&b.id));
        links
    }

    fn check_id(&mut self, id: &str, span: Range<usize>) {
        if is_kebab(id) {
            return;
        }
        let help = kebab(id).map(|id| format!("write `{id}`"));
        self.error(span, format!("the id `{id}` is not kebab-case"), help);
    }

    fn link(&mut self, id: String, header: Range<usize>, table: &DeTable<'_>, declared: &[&str]) -> Link {
        self.known_keys(table, &format!("`[link.{id}]`"), &keys::LINK);
        for key in keys::LINK.required() {
            if !table.contains_key(key) {
                self.error(header.clone(), format!("the link `{id}` has no `{key}`"), None);
            }
        }
        Link {
            relation: self.choice(table, "relation", &Relation::ALL).unwrap_or(Relation::Models),
            cpp: self.selectors(table, End::Cpp, declared),
            python: self.selectors(table, End::Python, declared),
            names: self.list(table, "names"),
            why: self.string(table, "why").unwrap_or_default(),
            touch: self.choice(table, "touch", &Touch::ALL).unwrap_or_default(),
            depth: self.depth(table),
            watch: self.watch(table),
            owners: self.list(table, "owners"),
            tests: self.list(table, "tests"),
            known_differences: self.list(table, "known-differences"),
            origin: (self.index, header),
            id,
        }
    }

    fn selectors(&mut self, table: &DeTable<'_>, end: End, declared: &[&str]) -> Vec<Selector> {
        let mut selectors = Vec::new();
        for (text, span) in self.strings(table, end.key()) {
            match selector::parse(&text, self.index, span.clone()) {
                Ok(selector) => {
                    self.check_end(&selector, end, declared);
                    selectors.push(selector);
                }
                Err(error) => self.selector_error(span, error),
            }
        }
        selectors
    }

    /// The repository must be declared, and simulation is Python.
    fn check_end(&mut self, selector: &Selector, end: End, declared: &[&str]) {
        if let Some(name) = selector.repository.as_ref().filter(|name| !declared.contains(&name.as_str())) {
            let near = nearest(name, declared.iter().copied()).first().copied();
            let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? else "));
            let help = format!("{near}declare it with `[repository.{name}]`");
            self.error(selector.span.clone(), format!("the repository `{name}` is not declared"), Some(help));
        }
        if end == End::Python && Language::of_path(&selector.path) == Some(Language::Cpp) {
            let help = "selectors of C++ go into `cpp`".to_owned();
            self.error(selector.span.clone(), format!("`{}` is not Python", selector.path), Some(help));
        }
    }

    fn depth(&mut self, table: &DeTable<'_>) -> Option<u32> {
        let value = table.get("depth")?;
        let depth = whole_number(value.get_ref()).and_then(|number| u32::try_from(number).ok());
        if depth.is_none() {
            self.kind(value, "depth", "a whole number of calls, 0 or more");
        }
        depth
    }

    fn watch(&mut self, table: &DeTable<'_>) -> Vec<Rung> {
        let rungs = Rung::ALL.map(|rung| (rung.name(), rung));
        let read = self.strings(table, "watch");
        read.into_iter().filter_map(|(text, span)| self.one_of(&text, span, "rung", &rungs)).collect()
    }

    fn selector_error(&mut self, span: Range<usize>, error: SelectorError) {
        self.error(span, error.message, error.help);
    }
}

fn is_identifier(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

pub(super) fn is_kebab(id: &str) -> bool {
    id.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}

/// What the id would be in kebab-case, if anything is left of it.
pub(super) fn kebab(id: &str) -> Option<String> {
    let lower = id.to_ascii_lowercase();
    let parts: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::document::ERROR_LIMIT;
    use crate::source::SIZE_LIMIT;

    const GOOD: &str =
        "version = 1\n[link.a-b]\nrelation = 'models'\ncpp = ['x.cpp#f']\npython = ['x.py#f']\nwhy = 'w'\n";

    fn errors(text: &str) -> Vec<String> {
        let errors = parse("m.toml", text, 0).expect_err("an error");
        errors.iter().map(ToString::to_string).collect()
    }

    /// `GOOD` with one piece replaced has exactly this error.
    #[track_caller]
    fn check(from: &str, to: &str, expected: &str) {
        assert!(GOOD.contains(from));
        assert_eq!(errors(&GOOD.replacen(from, to, 1)), [expected]);
    }

    #[test]
    fn a_whole_mapping() {
        let text = r#"version = 1
[scope]
cpp = ["torch/csrc/**", "aten/*"]
python = ["torch/_dynamo/**"]
[language.cpp]
macros = ["Z", "A"]
[repository.cpython]
url = "u"
[link.z]
relation = "models"
cpp = ['cpython:Python/bltinmodule.c#builtin_all']
python = [
  'p.py#C.m["x"]', # why not
  'p.py',
]
names = ["torch.all"]
why = "because"
touch = "all"
depth = 0x2
watch = ["message"]
owners = ["@a"]
tests = ["test/t.py"]
known-differences = ["one"]
[link."a"]
relation = "bans"
cpp = ['x.cpp']
python = ['x.py']
why = "w"
"#;
        let mapping = parse("m.toml", text, 3).expect("valid");
        assert_eq!(mapping.links.iter().map(|l| l.id.as_str()).collect::<Vec<_>>(), ["a", "z"]);
        let z = &mapping.links[1];
        assert_eq!((z.relation, z.touch, z.depth), (Relation::Models, Touch::All, Some(2)));
        assert_eq!(z.watch, [Rung::Message]);
        assert_eq!(z.known_differences, ["one"]);
        assert_eq!((z.origin.0, &text[z.origin.1.clone()]), (3, "[link.z]"));
        assert_eq!(&text[mapping.links[0].origin.1.clone()], "[link.\"a\"]");
        assert_eq!(&text[z.python[0].span.clone()], r#"'p.py#C.m["x"]'"#);
        assert_eq!(z.cpp[0].repository.as_deref(), Some("cpython"));
        assert_eq!(mapping.macros, ["A", "Z"]);
        assert!(mapping.scope.cpp.is_match("torch/csrc/a/b.cpp") && !mapping.scope.cpp.is_match("aten/a/b.cpp"));
    }

    #[test]
    fn version() {
        check("version = 1\n", "", "m.toml:1:1: `version` is missing\n  help: begin the file with `version = 1`");
        check("= 1", "= 2", "m.toml:1:11: version 2 is not known, only 1\n  help: begin the file with `version = 1`");
        check("= 1", "= '1'", "m.toml:1:11: `version` must be a whole number, not a string");
    }

    #[test]
    fn syntax() {
        check(
            "why = 'w'",
            "why = ",
            "m.toml:6:7: not valid TOML: string values must be quoted, expected literal string",
        );
        let both = errors(&GOOD.replace("'w'", "[").replace("'models'", "models"));
        assert!(both.len() >= 2 && both[0].starts_with("m.toml:3:12: not valid TOML"), "{both:?}");
    }

    #[test]
    fn unknown_keys() {
        check(
            "why",
            "why = 'a'\nowner",
            "m.toml:7:1: unknown key `owner` in `[link.a-b]`\n  help: did you mean `owners`? known keys: relation, cpp, \
             python, names, why, touch, depth, watch, owners, tests, known-differences",
        );
        check(
            "[link",
            "links = 1\n[link",
            "m.toml:2:1: unknown key `links` in a mapping\n  help: did you mean `link`? known keys: version, scope, link, \
             unlinked, language, review, repository",
        );
        check(
            "[link",
            "[scope]\nzzz = 1\n[link",
            "m.toml:3:1: unknown key `zzz` in `[scope]`\n  help: known keys: cpp, python",
        );
    }

    #[test]
    fn missing_keys() {
        check("why = 'w'\n", "", "m.toml:2:1: the link `a-b` has no `why`");
        check("cpp = ['x.cpp#f']\n", "", "m.toml:2:1: the link `a-b` has no `cpp`");
    }

    #[test]
    fn ids() {
        check("a-b", "A_b", "m.toml:2:7: the id `A_b` is not kebab-case\n  help: write `a-b`");
        check("[link.a-b]", "[link.'é']", "m.toml:2:7: the id `é` is not kebab-case");
        let twice = format!("{GOOD}{}", &GOOD["version = 1\n".len()..]);
        assert_eq!(errors(&twice), ["m.toml:7:7: `a-b` is defined twice"]);
        check("why = 'w'", "why = 'w'\nwhy = 'v'", "m.toml:7:1: `why` is defined twice");
    }

    #[test]
    fn lists_and_kinds() {
        check("['x.cpp#f']", "[]", "m.toml:4:7: `cpp` is empty");
        check("['x.cpp#f']", "'x.cpp#f'", "m.toml:4:7: `cpp` must be a list of strings, not a string");
        check("['x.cpp#f']", "['x.cpp#f', 7]", "m.toml:4:19: `an item of cpp` must be a string, not an integer");
        check("['x.cpp#f']", "['x', 'x']", "m.toml:4:13: `x` is listed twice in `cpp`");
        check("['x.cpp#f']", "['x', ' ']", "m.toml:4:13: an item of `cpp` is empty");
        check("'w'", "' '", "m.toml:6:7: `why` is empty");
        check("'w'", "1", "m.toml:6:7: `why` must be a string, not an integer");
        check(
            "'w'\n",
            "'w'\ndepth = -1\n",
            "m.toml:7:9: `depth` must be a whole number of calls, 0 or more, not an integer",
        );
    }

    #[test]
    fn choices() {
        check(
            "'models'",
            "'model'",
            "m.toml:3:12: unknown relation `model`\n  help: did you mean `models`? known: models, mirrors, guards, calls, \
             lists, bans, emits",
        );
        check("'w'", "'w'\ntouch = 'one'", "m.toml:7:9: unknown touch `one`\n  help: known: any, all");
        check(
            "'w'",
            "'w'\nwatch = ['messages']",
            "m.toml:7:10: unknown rung `messages`\n  help: did you mean `message`? known: layout, spelling, names, message, \
             structure, ownership, semantic",
        );
        check("[link", "[language.rust]\n[link", "m.toml:2:11: unknown language `rust`\n  help: known: cpp");
        check("[link", "[language.cpp]\nmacros = ['a b']\n[link", "m.toml:3:11: `a b` is no name of a macro");
    }

    #[test]
    fn selectors() {
        check("x.cpp#f", "x.cpp#", "m.toml:4:8: nothing after `#`\n  help: leave `#` out to select the whole file");
        check(
            "x.cpp#f",
            "/x.cpp",
            "m.toml:4:8: `/x.cpp` is absolute\n  help: paths are relative to the root of the repository",
        );
        check(
            "x.cpp#f",
            "a/../x.cpp",
            "m.toml:4:8: `a/../x.cpp` has the part `..`\n  help: write the path from the root of the repository",
        );
        check("x.cpp#f", "a\\x.cpp", "m.toml:4:8: `a\\x.cpp` uses `\\`\n  help: paths use `/` on every system");
        check("x.py#f", "x.cpp#f", "m.toml:5:11: `x.cpp` is not Python\n  help: selectors of C++ go into `cpp`");
        check(
            "x.cpp#f",
            "cpython:x.cpp#f",
            "m.toml:4:8: the repository `cpython` is not declared\n  help: declare it with `[repository.cpython]`",
        );
        check(
            "x.cpp#f",
            "cpython:x.cpp#f'] #",
            "m.toml:4:8: the repository `cpython` is not declared\n  help: declare it with `[repository.cpython]`",
        );
    }

    #[test]
    fn globs() {
        let scope = |glob: &str| errors(&format!("{GOOD}[scope]\ncpp = ['{glob}']\n"));
        assert_eq!(scope("a/[z"), ["m.toml:8:8: `a/[z` is no glob: unclosed character class; missing ']'"]);
        assert_eq!(
            scope("../a"),
            ["m.toml:8:8: `../a` has the part `..`\n  help: write the path from the root of the repository"]
        );
    }

    #[test]
    fn all_at_once_in_the_order_of_the_file() {
        let text =
            "[scope]\ncp = 1\n[link.A]\nrelation = 'x'\ncpp = ['a.cpp#', '/b']\npython = []\nwhy = 1\ndeep = 2\n";
        let places: Vec<_> = errors(text).iter().map(|e| e.split(": ").next().expect("place").to_owned()).collect();
        assert_eq!(
            places,
            [
                "m.toml:1:1",
                "m.toml:2:1",
                "m.toml:3:7",
                "m.toml:4:12",
                "m.toml:5:8",
                "m.toml:5:18",
                "m.toml:6:10",
                "m.toml:7:7",
                "m.toml:8:1"
            ]
        );
    }

    #[test]
    fn columns_count_characters_past_a_byte_order_mark() {
        assert_eq!(
            errors("\u{feff}vers = 1\nversion = 1\n")[0].split('\n').next(),
            Some("m.toml:1:1: unknown key `vers` in a mapping")
        );
        check(
            "x.cpp#f'",
            "é.cpp', '/x'",
            "m.toml:4:17: `/x` is absolute\n  help: paths are relative to the root of the repository",
        );
    }

    #[test]
    fn crlf_is_read_like_lf() {
        let mapping = parse("m", &GOOD.replace('\n', "\r\n"), 0).expect("valid");
        assert_eq!(mapping.links[0].why, "w");
    }

    #[test]
    fn nasty_input_is_refused_without_panic() {
        let deep = format!("{GOOD}x = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
        let dots = format!("{GOOD}{}a = 1", "a.".repeat(100_000));
        let big = "x".repeat(SIZE_LIMIT as usize + 1);
        let garbage = "\"[{=#'\n".repeat(20_000);
        let nul = GOOD.replace("'w'", "'w\0'");
        for text in [&deep, &dots, &big, &garbage, &nul, &"\u{feff}".to_owned(), &"\r".to_owned(), &String::new()] {
            let errors = parse("m", text, 0).expect_err("refused");
            assert!(errors.len() <= ERROR_LIMIT + 1);
            assert!(errors.iter().all(|e| e.line >= 1 && e.column >= 1 && e.span.end <= text.len()));
        }
        assert_eq!(parse("m", &big, 0).expect_err("big")[0].message, "8.4 MB is over the limit of 8 MB");
    }

    #[test]
    fn errors_over_the_limit_are_counted() {
        let text: String = (0..250).map(|n| format!("k{n} = 1\n")).collect();
        let errors = errors(&text);
        assert_eq!((errors.len(), errors[ERROR_LIMIT].contains("151 more errors are not shown")), (101, true));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*", at in 0usize..120) {
            let cut = at.min(GOOD.len());
            let _ = parse("m", &format!("{}{text}{}", &GOOD[..cut], &GOOD[cut..]), 0);
            let _ = selector::parse(&text, 0, 0..0);
            let _ = selector::pattern(&text);
        }
    }
}
