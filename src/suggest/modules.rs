//! Python modules: what a dotted name leads to, through imports, aliases and re-exports.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::source::SourceFile;
use crate::symbols::{Language, ParsedFile, SymbolKind};

/// The Python files of a repository by module name, parsed when they are needed.
pub struct Modules<'a> {
    files: FxHashMap<String, &'a SourceFile>,
    read: FxHashMap<String, Arc<Module>>,
}

/// One module.
pub struct Module {
    pub name: String,
    pub file: ParsedFile,
    pub imports: Imports,
    /// Symbols by their dotted name in the module.
    pub defined: FxHashMap<String, usize>,
}

/// What the imports of a file make of names, wherever in the file they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imports {
    pub aliases: FxHashMap<String, String>,
    /// Modules of `from x import *`.
    pub stars: Vec<String>,
}

/// What a dotted name leads to.
pub enum Found {
    /// A definition in a module, and attributes of it that are not defined there.
    Defined { module: Arc<Module>, symbol: usize, rest: String },
    /// Nothing that Python source defines: the dotted name at which the trail ends.
    Outside(String),
}

/// How many re-exports are followed.
const MOST_HOPS: usize = 8;

impl<'a> Modules<'a> {
    pub fn of(files: &'a [SourceFile]) -> Modules<'a> {
        let named = files.iter().filter_map(|file| Some((module_name(&file.path)?, file)));
        Modules { files: named.collect(), read: FxHashMap::default() }
    }

    /// Follows a dotted name.
    pub fn find(&mut self, dotted: &str) -> Found {
        self.follow(dotted.to_owned(), 0)
    }

    /// The whole name as the file means it: `_get` after `from torch._C import _get` is `torch._C._get`. `None` for a
    /// name that no import brought.
    pub fn rooted(&self, imports: &Imports, dotted: &str) -> Option<String> {
        let (first, rest) = dotted.split_once('.').unwrap_or((dotted, ""));
        let target = imports.aliases.get(first)?;
        Some(if rest.is_empty() { target.clone() } else { format!("{target}.{rest}") })
    }

    fn follow(&mut self, dotted: String, hops: usize) -> Found {
        let Some((module, rest)) = self.split(&dotted) else { return Found::Outside(dotted) };
        if rest.is_empty() || hops > MOST_HOPS {
            return Found::Outside(dotted);
        }
        let Some(module) = self.module(&module) else { return Found::Outside(dotted) };
        let mut name = rest.as_str();
        loop {
            if let Some(symbol) = module.defined.get(name) {
                let rest = rest[name.len()..].trim_start_matches('.').to_owned();
                return Found::Defined { symbol: *symbol, module, rest };
            }
            match name.rsplit_once('.') {
                Some((shorter, _)) => name = shorter,
                None => break,
            }
        }
        let (first, after) = rest.split_once('.').unwrap_or((&rest, ""));
        let joined = |base: &str| if after.is_empty() { base.to_owned() } else { format!("{base}.{after}") };
        if let Some(target) = module.imports.aliases.get(first).filter(|target| **target != dotted) {
            return self.follow(joined(target), hops + 1);
        }
        for star in module.imports.stars.clone() {
            let exports = self.module(&star);
            if exports.is_some_and(|m| m.defined.contains_key(first) || m.imports.aliases.contains_key(first)) {
                return self.follow(joined(&format!("{star}.{first}")), hops + 1);
            }
        }
        Found::Outside(dotted)
    }

    /// The longest prefix that is a file, and what is left.
    fn split(&self, dotted: &str) -> Option<(String, String)> {
        let mut end = dotted.len();
        loop {
            if self.files.contains_key(&dotted[..end]) {
                return Some((dotted[..end].to_owned(), dotted[end..].trim_start_matches('.').to_owned()));
            }
            end = dotted[..end].rfind('.')?;
        }
    }

    fn module(&mut self, name: &str) -> Option<Arc<Module>> {
        if let Some(module) = self.read.get(name) {
            return Some(module.clone());
        }
        let file = self.files.get(name)?;
        let module = Arc::new(Module::read(file)?);
        self.read.insert(name.to_owned(), module.clone());
        Some(module)
    }
}

impl Module {
    fn read(file: &SourceFile) -> Option<Module> {
        let text = file.content.as_ref().ok()?;
        let parsed = ParsedFile::parse(file.path.clone(), Language::Python, text.clone());
        parsed.rest();
        let symbols = parsed.symbols.iter().enumerate();
        let named = symbols.filter(|(_, symbol)| !symbol.view && symbol.kind != SymbolKind::FileScope);
        let defined = named.map(|(at, symbol)| (symbol.name.clone(), at)).collect();
        let name = module_name(&file.path)?;
        Some(Module { imports: Imports::of(&file.path, text), name, file: parsed, defined })
    }
}

impl Imports {
    pub fn of(path: &str, text: &[u8]) -> Imports {
        let mut imports = Imports::default();
        let package = package_of(path);
        for line in statements(&String::from_utf8_lossy(text)) {
            if let Some(rest) = line.strip_prefix("import ") {
                imports.plain(rest);
            } else if let Some((module, names)) =
                line.strip_prefix("from ").and_then(|rest| rest.split_once(" import "))
            {
                imports.from(&absolute(module.trim(), &package), names);
            }
        }
        imports
    }

    fn plain(&mut self, names: &str) {
        for name in names.split(',').map(str::trim) {
            let (target, alias) = match name.split_once(" as ") {
                Some((target, alias)) => (target.trim(), alias.trim()),
                // `import a.b` brings `a`.
                None => (name.split('.').next().unwrap_or(name), name.split('.').next().unwrap_or(name)),
            };
            self.alias(alias, target.to_owned());
        }
    }

    fn from(&mut self, module: &str, names: &str) {
        for name in names.trim().trim_matches(['(', ')']).split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let (target, alias) = name.split_once(" as ").unwrap_or((name, name));
            match target.trim() {
                "*" => self.stars.push(module.to_owned()),
                target => self.alias(alias.trim(), format!("{module}.{target}")),
            }
        }
    }

    fn alias(&mut self, alias: &str, target: String) {
        let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_word(alias) {
            self.aliases.insert(alias.to_owned(), target);
        }
    }
}

/// `a/b/__init__.py` is `a.b`.
pub fn module_name(path: &str) -> Option<String> {
    let stem = path.strip_suffix(".py")?;
    Some(stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', "."))
}

/// The package that relative imports of a file start from.
fn package_of(path: &str) -> String {
    path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.replace('/', "."))
}

fn absolute(module: &str, package: &str) -> String {
    let dots = module.chars().take_while(|c| *c == '.').count();
    if dots == 0 {
        return module.to_owned();
    }
    let mut base = package;
    for _ in 1..dots {
        base = base.rsplit_once('.').map_or("", |(outer, _)| outer);
    }
    match (&module[dots..], base) {
        ("", base) => base.to_owned(),
        (name, "") => name.to_owned(),
        (name, base) => format!("{base}.{name}"),
    }
}

/// The import statements of a text, one line each.
fn statements(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        let code = line.split('#').next().unwrap_or("").trim();
        let statement = match open.take() {
            Some(begun) => format!("{begun} {code}"),
            None if code.starts_with("import ") || code.starts_with("from ") => code.to_owned(),
            None => continue,
        };
        let unfinished = statement.matches('(').count() > statement.matches(')').count();
        match statement.strip_suffix('\\') {
            Some(part) => open = Some(part.trim_end().to_owned()),
            None if unfinished && statement.len() < 20_000 => open = Some(statement),
            None => found.push(statement),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile { path: path.into(), content: Ok(text.as_bytes().into()) }
    }

    fn end(files: &[SourceFile], dotted: &str) -> String {
        match Modules::of(files).find(dotted) {
            Found::Defined { module, symbol, rest } => {
                format!("{}:{}:{rest}", module.name, module.file.symbols[symbol].name)
            }
            Found::Outside(name) => name,
        }
    }

    #[test]
    fn names_are_followed_through_imports_and_stars() {
        let files = [
            file(
                "pkg/__init__.py",
                "from pkg._C import *\nfrom .box import Box, shut as close_box\nfrom .all import *\n",
            ),
            file("pkg/box.py", "from pkg._C import _shut as shut\nclass Box:\n    def lid(self): pass\n"),
            file("pkg/all.py", "def every(): pass\n"),
        ];
        assert_eq!(end(&files, "pkg.Box.lid"), "pkg.box:Box.lid:");
        assert_eq!(end(&files, "pkg.Box.size.x"), "pkg.box:Box:size.x");
        assert_eq!(end(&files, "pkg.close_box"), "pkg._C._shut");
        assert_eq!(end(&files, "pkg.every"), "pkg.all:every:");
        assert_eq!(end(&files, "pkg.open"), "pkg.open");
        assert_eq!(end(&files, "other.x"), "other.x");
    }

    #[test]
    fn imports_are_read_in_all_their_forms() {
        let text = b"import a.b, c as d\nfrom ..up import (\n    one,  # why\n    two as zwei,\n)\nif x:\n    from . import near\n";
        let imports = Imports::of("p/q/r.py", text);
        let of = |name: &str| imports.aliases.get(name).map(String::as_str);
        assert_eq!((of("a"), of("d"), of("one")), (Some("a"), Some("c"), Some("p.up.one")));
        assert_eq!((of("zwei"), of("near")), (Some("p.up.two"), Some("p.q.near")));
    }

    #[test]
    fn a_circle_of_imports_ends() {
        let files = [file("p/a.py", "from p.b import x\n"), file("p/b.py", "from p.a import x\n")];
        assert!(end(&files, "p.a.x").ends_with(".x"));
    }
}
