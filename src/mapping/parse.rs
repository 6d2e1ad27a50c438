//! Reads a mapping from TOML. All errors of a file are reported at once, each with its place and the nearest valid name.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys;
use super::model::{End, Link, Mapping, MappingSource, Relation, Repository, Scope, Selector, Touch, glob};
use super::nearest::nearest;
use super::selector::{self, SelectorError};
use crate::ladder::Rung;
use crate::source::SIZE_LIMIT;
use crate::symbols::Language;

/// What is wrong with a mapping, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingError {
    /// The name of the mapping's source.
    pub source: String,
    /// Bytes in the source.
    pub span: Range<usize>,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// A phrase that begins in lower case and quotes names in backticks.
    pub message: String,
    pub help: Option<String>,
}

/// Reads one mapping file. `name` is shown to people; `index` is its position among the sources read together.
pub fn parse(name: &str, text: &str, index: usize) -> Result<Mapping, Vec<MappingError>> {
    let mut reader = Reader { name, text, index, errors: Vec::new(), repositories: Vec::new() };
    let mapping = reader.document();
    if reader.errors.is_empty() { Ok(mapping) } else { Err(reader.into_errors()) }
}

impl fmt::Display for MappingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.source, self.line, self.column, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "\n  help: {help}"))
    }
}

impl std::error::Error for MappingError {}

impl MappingError {
    /// An error at some bytes of a source.
    pub fn at(name: &str, text: &str, span: Range<usize>, message: String, help: Option<String>) -> MappingError {
        let (line, column) = place(text, span.start);
        MappingError { source: name.to_owned(), span, line, column, message, help }
    }
}

/// More errors than this in one file are counted, not shown.
const ERROR_LIMIT: usize = 100;

type Value<'i> = Spanned<DeValue<'i>>;

/// An inner table: its name and where that stands, where its header stands, its content.
type Named<'t> = ((String, Range<usize>), Range<usize>, &'t DeTable<'t>);

/// Line and column of a byte.
fn place(text: &str, byte: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..byte.min(text.len())];
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = String::from_utf8_lossy(&before[start..]).trim_start_matches('\u{feff}').chars().count() + 1;
    (line, column)
}

/// Walks the document and gathers errors; every method goes on after one.
struct Reader<'a> {
    name: &'a str,
    text: &'a str,
    index: usize,
    errors: Vec<Raw>,
    /// Names declared in this file.
    repositories: Vec<String>,
}

/// An error before its line is known.
struct Raw {
    span: Range<usize>,
    message: String,
    help: Option<String>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Mapping {
        if self.text.len() as u64 > SIZE_LIMIT {
            let size = self.text.len() as f64 / 1e6;
            self.error(0..0, format!("{size:.1} MB is over the limit of {} MB", SIZE_LIMIT / 1_000_000), None);
            return Mapping::default();
        }
        let (table, errors) = DeTable::parse_recoverable(self.text);
        if self.syntax(&errors) {
            return Mapping::default();
        }
        self.mapping(table.get_ref())
    }

    /// Reports what the TOML parser found, one error a line; true when the rest of the file cannot be trusted.
    fn syntax(&mut self, errors: &[toml::de::Error]) -> bool {
        let mut fatal = false;
        let mut lines = Vec::new();
        let mut repeated = 0..0;
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            if error.message() == "duplicate key" {
                if !repeated.contains(&span.start) {
                    repeated = self.section(span.start);
                    let key = self.text.get(span.clone()).unwrap_or_default().trim();
                    self.error(span, format!("`{key}` is defined twice"), None);
                }
                continue;
            }
            fatal = true;
            let line = self.line_start(span.start);
            if !lines.contains(&line) && lines.len() < ERROR_LIMIT {
                lines.push(line);
                self.error(span, format!("not valid TOML: {}", error.message()), None);
            }
        }
        fatal
    }

    fn mapping(&mut self, table: &DeTable<'_>) -> Mapping {
        self.known_keys(table, keys::TOP.title, &keys::TOP);
        self.version(table);
        let repositories = self.repositories(table);
        self.repositories = repositories.iter().map(|repository| repository.name.clone()).collect();
        let source = MappingSource { name: self.name.to_owned(), text: Arc::from(self.text) };
        let scope = self.scope(table);
        let macros = self.macros(table);
        let links = self.links(table);
        Mapping { links, scope, macros, repositories, sources: vec![source] }
    }

    fn version(&mut self, table: &DeTable<'_>) {
        let help = Some("begin the file with `version = 1`".to_owned());
        match table.get("version") {
            None => self.error(0..0, "`version` is missing".to_owned(), help),
            Some(value) => match whole_number(value.get_ref()) {
                Some(1) => {}
                Some(other) => self.error(value.span(), format!("version {other} is not known, only 1"), help),
                None => self.kind(value, "version", "a whole number"),
            },
        }
    }

    fn scope(&mut self, table: &DeTable<'_>) -> Scope {
        let Some(value) = table.get("scope") else { return Scope::default() };
        let Some(scope) = self.table(value, "scope") else { return Scope::default() };
        self.known_keys(scope, keys::SCOPE.title, &keys::SCOPE);
        let (cpp, python) = (self.globs(scope, "cpp"), self.globs(scope, "python"));
        Scope::of(cpp, python).unwrap_or_else(|error| {
            self.error(value.span(), format!("the globs do not compile together: {error}"), None);
            Scope::default()
        })
    }

    /// Globs that compile; the others are reported.
    fn globs(&mut self, table: &DeTable<'_>, key: &str) -> Vec<String> {
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
            repositories.push(Repository { name, url, about, origin: (self.index, header) });
        }
        repositories
    }

    fn links(&mut self, table: &DeTable<'_>) -> Vec<Link> {
        let mut links = Vec::new();
        for ((id, span), header, inner) in self.tables(table, "link") {
            self.check_id(&id, span);
            links.push(self.link(id, header, inner));
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

    fn link(&mut self, id: String, header: Range<usize>, table: &DeTable<'_>) -> Link {
        self.known_keys(table, &format!("`[link.{id}]`"), &keys::LINK);
        for key in keys::LINK.required() {
            if !table.contains_key(key) {
                self.error(header.clone(), format!("the link `{id}` has no `{key}`"), None);
            }
        }
        Link {
            relation: self.choice(table, "relation", &Relation::ALL).unwrap_or(Relation::Models),
            cpp: self.selectors(table, End::Cpp),
            python: self.selectors(table, End::Python),
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

    fn selectors(&mut self, table: &DeTable<'_>, end: End) -> Vec<Selector> {
        let mut selectors = Vec::new();
        for (text, span) in self.strings(table, end.key()) {
            match selector::parse(&text, self.index, span.clone()) {
                Ok(selector) => {
                    self.check_end(&selector, end);
                    selectors.push(selector);
                }
                Err(error) => self.selector_error(span, error),
            }
        }
        selectors
    }

    /// The repository must be declared, and simulation is Python.
    fn check_end(&mut self, selector: &Selector, end: End) {
        if let Some(name) = selector.repository.as_ref().filter(|name| !self.repositories.contains(name)) {
            let near = nearest(name, self.repositories.iter().map(String::as_str)).first().copied();
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

    fn choice<T: Copy>(&mut self, table: &DeTable<'_>, key: &str, all: &[(&str, T)]) -> Option<T> {
        let text = self.string(table, key)?;
        let span = table.get(key)?.span();
        self.one_of(&text, span, key, all)
    }

    fn one_of<T: Copy>(&mut self, text: &str, span: Range<usize>, what: &str, all: &[(&str, T)]) -> Option<T> {
        let found = all.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            self.unknown(span, what, text, &names);
        }
        found
    }

    /// The inner tables of `[key.*]`: name with its place, place of the header, content.
    fn tables<'t>(&mut self, table: &'t DeTable<'_>, key: &str) -> Vec<Named<'t>> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(outer) = self.table(value, key) else { return Vec::new() };
        let mut named = Vec::new();
        for (name, value) in outer.iter() {
            if let Some(inner) = self.table(value, &format!("{key}.{}", name.get_ref())) {
                let header = self.header(name.span());
                named.push(((name.get_ref().to_string(), name.span()), header, inner));
            }
        }
        named
    }

    fn table<'t>(&mut self, value: &'t Value<'_>, key: &str) -> Option<&'t DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.kind(value, key, "a table");
        }
        table
    }

    fn string(&mut self, table: &DeTable<'_>, key: &str) -> Option<String> {
        let value = table.get(key)?;
        match value.get_ref().as_str() {
            Some(text) if text.trim().is_empty() => {
                self.error(value.span(), format!("`{key}` is empty"), None);
                None
            }
            Some(text) => Some(text.to_owned()),
            None => {
                self.kind(value, key, "a string");
                None
            }
        }
    }

    fn list(&mut self, table: &DeTable<'_>, key: &str) -> Vec<String> {
        self.strings(table, key).into_iter().map(|(text, _)| text).collect()
    }

    /// The strings of a list, each with its place; what is empty or said twice is reported.
    fn strings(&mut self, table: &DeTable<'_>, key: &str) -> Vec<(String, Range<usize>)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.kind(value, key, "a list of strings");
            return Vec::new();
        };
        if items.is_empty() {
            self.error(value.span(), format!("`{key}` is empty"), None);
        }
        let mut seen = BTreeSet::new();
        let mut strings = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_str() {
                None => self.kind(item, &format!("an item of {key}"), "a string"),
                Some(text) if text.trim().is_empty() => {
                    self.error(item.span(), format!("an item of `{key}` is empty"), None);
                }
                Some(text) if !seen.insert(text) => {
                    self.error(item.span(), format!("`{text}` is listed twice in `{key}`"), None);
                }
                Some(text) => strings.push((text.to_owned(), item.span())),
            }
        }
        strings
    }

    fn known_keys(&mut self, table: &DeTable<'_>, place: &str, known: &keys::Table) {
        let known = &known.names();
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let help = did_you_mean(name, known, "known keys");
            self.error(key.span(), format!("unknown key `{name}` in {place}"), Some(help));
        }
    }

    fn unknown(&mut self, span: Range<usize>, what: &str, name: &str, known: &[&str]) {
        self.error(span, format!("unknown {what} `{name}`"), Some(did_you_mean(name, known, "known")));
    }

    fn kind(&mut self, value: &Value<'_>, key: &str, wanted: &str) {
        let found = value.get_ref().type_str();
        self.error(value.span(), format!("`{key}` must be {wanted}, not {} {found}", article(found)), None);
    }

    fn selector_error(&mut self, span: Range<usize>, error: SelectorError) {
        self.error(span, error.message, error.help);
    }

    fn error(&mut self, span: Range<usize>, message: String, help: Option<String>) {
        self.errors.push(Raw { span, message, help });
    }

    /// The whole of `[link.id]` around its `id`, or the `id` itself where it is written another way.
    fn header(&self, key: Range<usize>) -> Range<usize> {
        let start = self.line_start(key.start);
        let line = self.text[start..].lines().next().unwrap_or_default();
        let begins = line[..key.start - start].trim_start().starts_with('[');
        match line.get(key.end - start..).and_then(|rest| rest.find(']')) {
            Some(end) if begins => start + line.len() - line.trim_start().len()..key.end + end + 1,
            _ => key,
        }
    }

    /// From a header that is repeated to the next one: its keys are repeated with it. Empty for a key.
    fn section(&self, byte: usize) -> Range<usize> {
        let start = self.line_start(byte);
        if !self.text[start..].starts_with('[') {
            return byte..byte;
        }
        byte..self.text[byte..].find("\n[").map_or(self.text.len(), |at| byte + at)
    }

    fn line_start(&self, byte: usize) -> usize {
        self.text.as_bytes()[..byte.min(self.text.len())].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1)
    }

    /// In the order of the file; what is over the limit is counted.
    fn into_errors(mut self) -> Vec<MappingError> {
        self.errors.sort_by_key(|error| error.span.start);
        let more = self.errors.len().saturating_sub(ERROR_LIMIT);
        if more > 0 {
            let next = &mut self.errors[ERROR_LIMIT];
            (next.message, next.help) = (format!("{more} more errors are not shown"), None);
            self.errors.truncate(ERROR_LIMIT + 1);
        }
        let (name, text) = (self.name, self.text);
        self.errors.into_iter().map(|raw| MappingError::at(name, text, raw.span, raw.message, raw.help)).collect()
    }
}

/// `did you mean …?`, and all that is known.
fn did_you_mean(name: &str, known: &[&str], title: &str) -> String {
    let all = known.join(", ");
    match nearest(name, known.iter().copied()).first() {
        Some(best) => format!("did you mean `{best}`? {title}: {all}"),
        None => format!("{title}: {all}"),
    }
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

fn whole_number(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
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
             language, repository",
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
