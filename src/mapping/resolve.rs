//! Finds the symbols that a selector picks in a file.

use std::collections::BTreeSet;

use super::macros;
use super::model::Pattern;
use super::nearest::nearest;
use super::selector::normalise_arguments;
use crate::symbols::{Language, ParsedFile, Role, Symbol, SymbolKind, is_slot_called};

/// What a pattern picks. Positions are in [`ParsedFile::symbols`], ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// One thing; several symbols where it is a file, a literal, or a name with overloads.
    Found(Vec<usize>),
    /// Things of different names, of which the mapping must choose one.
    Ambiguous(Vec<usize>),
    /// [`nearest_names`] tells what may have been meant.
    Nothing,
}

/// Finds what a pattern picks in a file.
pub fn resolve(pattern: &Pattern, file: &ParsedFile) -> Resolution {
    let symbols = &file.symbols;
    match pattern {
        Pattern::File => Resolution::Found(whole(symbols)),
        Pattern::Name(name) if file.language == Language::Yaml => entries(symbols, name),
        Pattern::Name(name) => choose(symbols, named(file, name))
            .or_else(|| found(macros::making(file, name)))
            .unwrap_or(Resolution::Nothing),
        Pattern::Call { name, arguments } => choose(symbols, called(file, name, arguments))
            .or_else(|| found(innermost(symbols, at_places(symbols, &macros::uses(file, name, arguments)))))
            .unwrap_or(Resolution::Nothing),
        Pattern::Keyed { owner, key } => choose_key(symbols, keyed(file, owner.as_deref(), key))
            .or_else(|| choose_key(symbols, through_slots(file, owner.as_deref()?, key)))
            .unwrap_or(Resolution::Nothing),
        Pattern::Literal(literal) => literals(file, literal),
    }
}

/// The names of the file, at most three, that come nearest to what a pattern asks for.
pub fn nearest_names(pattern: &Pattern, file: &ParsedFile) -> Vec<String> {
    let symbols = &file.symbols;
    match pattern {
        Pattern::File => Vec::new(),
        Pattern::Name(name) if file.language == Language::Yaml => near_entries(symbols, name),
        Pattern::Name(name) => near_symbols(symbols, name),
        Pattern::Call { name, .. } => overloads_or_near(symbols, name),
        Pattern::Keyed { owner, key } => near_keys(symbols, owner.as_deref(), key),
        Pattern::Literal(literal) => near_literals(symbols, literal),
    }
}

/// Of several bindings the one that Python sees by one of `names`: `torch._C.Group.rank` is made by `["Group.rank"]`.
pub fn seen_as(resolution: Resolution, names: &[String], file: &ParsedFile) -> Resolution {
    let Resolution::Ambiguous(all) = &resolution else { return resolution };
    let is_seen = |at: &&usize| {
        let key = owner_and_key(&file.symbols[**at].name).map(|(_, key)| key).filter(|key| key.contains('.'));
        key.is_some_and(|key| names.iter().any(|name| name == key || ends_at_boundary(name, key)))
    };
    let seen: Vec<usize> = all.iter().filter(is_seen).copied().collect();
    let different: BTreeSet<&str> = seen.iter().map(|at| &*file.symbols[*at].name).collect();
    if different.len() == 1 { Resolution::Found(seen) } else { resolution }
}

/// How well a symbol fits; the smaller the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    /// But for the template arguments.
    Bare,
    Suffix,
    BareSuffix,
    /// A binding by its method alone, `["method"]` for `["Class.method"]`.
    Method,
    /// A slot by the name that Python has for it, `__getitem__` for `mp_subscript`.
    Slot,
    /// A branch in a function inside the one that was named.
    Inner,
}

type Candidates = Vec<(Fit, usize)>;

/// Every symbol, the one that holds the rest of the file included; a view belongs to its parent already.
fn whole(symbols: &[Symbol]) -> Vec<usize> {
    (0..symbols.len()).filter(|at| !symbols[*at].view).collect()
}

fn found(symbols: Vec<usize>) -> Option<Resolution> {
    (!symbols.is_empty()).then_some(Resolution::Found(symbols))
}

/// Entries of YAML: `add` is every overload, `add.Tensor` one.
fn entries(symbols: &[Symbol], name: &str) -> Resolution {
    fn base(symbol: &Symbol) -> &str {
        symbol.name.split_once('.').map_or(&*symbol.name, |(base, _)| base)
    }
    let entries = || symbols.iter().enumerate().filter(|(_, symbol)| symbol.kind != SymbolKind::FileScope);
    let exact: Vec<usize> = entries().filter(|(_, s)| s.name == name && name.contains('.')).map(|(at, _)| at).collect();
    found(exact)
        .or_else(|| found(entries().filter(|(_, symbol)| base(symbol) == name).map(|(at, _)| at).collect()))
        .unwrap_or(Resolution::Nothing)
}

fn named(file: &ParsedFile, name: &str) -> Candidates {
    let plain = |symbol: &Symbol| symbol.kind != SymbolKind::FileScope && !symbol.name.contains("[\"");
    fitting(file, name, |symbol| plain(symbol).then(|| fit(&symbol.name, name))?)
}

/// The symbols that a name could mean and that fit.
fn fitting(file: &ParsedFile, name: &str, fits: impl Fn(&Symbol) -> Option<Fit>) -> Candidates {
    file.meant_by(name).into_iter().filter_map(|at| Some((fits(&file.symbols[at])?, at))).collect()
}

fn called(file: &ParsedFile, name: &str, arguments: &str) -> Candidates {
    let written = normalise_arguments(&format!("{name}({arguments})"));
    let fits = |symbol: &Symbol| match symbol.kind {
        SymbolKind::Invocation => fit(&normalise_arguments(&symbol.name), &written),
        _ => {
            let parameters = normalise_arguments(symbol.parameters.as_deref()?);
            fit(&symbol.name, name).filter(|_| parameters == arguments)
        }
    };
    fitting(file, name, fits)
}

fn keyed(file: &ParsedFile, owner: Option<&str>, key: &str) -> Candidates {
    let fits = |symbol: &Symbol| {
        let (symbol_owner, symbol_key) = owner_and_key(&symbol.name)?;
        let by_owner = owner.map_or(Some(Fit::Exact), |owner| fit_owner(symbol_owner, owner))?;
        fit_key(symbol_key, key).map(|by_key| by_owner.max(by_key))
    };
    fitting(file, &format!("[\"{key}\"]"), fits)
}

fn fit_owner(symbol_owner: &str, owner: &str) -> Option<Fit> {
    let inside = || {
        symbol_owner.match_indices(owner).any(|(at, _)| {
            let (before, after) = (&symbol_owner[..at], &symbol_owner[at + owner.len()..]);
            after.starts_with('.') && (before.is_empty() || before.ends_with('.'))
        })
    };
    fit(symbol_owner, owner).or_else(|| inside().then_some(Fit::Inner))
}

fn fit_key(symbol_key: &str, key: &str) -> Option<Fit> {
    if symbol_key == key {
        return Some(Fit::Exact);
    }
    if symbol_key.strip_suffix(key).is_some_and(|class| class.ends_with('.')) {
        return Some(Fit::Method);
    }
    is_slot_called(symbol_key, key).then_some(Fit::Slot)
}

/// What a type has by that name in the tables that its slots point to: `T["__len__"]` through `tp_as_mapping`, `T["numel"]`
/// through `tp_methods`.
fn through_slots(file: &ParsedFile, owner: &str, key: &str) -> Candidates {
    let is_pointer = |key: &str| key.starts_with("tp_as_") || matches!(key, "tp_methods" | "tp_members" | "tp_getset");
    let slots = file.symbols.iter().filter(|symbol| {
        owner_and_key(&symbol.name).is_some_and(|(of, key)| fit(of, owner).is_some() && is_pointer(key))
    });
    let tables = slots.flat_map(|slot| &slot.mentions).filter(|mention| mention.role != Role::Text);
    tables.flat_map(|table| keyed(file, Some(&table.name), key)).collect()
}

/// As [`choose`], and bindings of one method by classes that derive from each other are one thing.
fn choose_key(symbols: &[Symbol], candidates: Candidates) -> Option<Resolution> {
    match choose(symbols, candidates)? {
        Resolution::Ambiguous(all) if are_overrides(symbols, &all) => Some(Resolution::Found(all)),
        resolution => Some(resolution),
    }
}

/// Every class but one derives from another class of these bindings.
fn are_overrides(symbols: &[Symbol], bindings: &[usize]) -> bool {
    let class = |at: &usize| {
        let (owner, key) = owner_and_key(&symbols[*at].name)?;
        let (class, _) = key.rsplit_once('.')?;
        let name = format!("{owner}[\"{class}\"]");
        symbols.iter().find(|symbol| symbol.kind == SymbolKind::Binding && symbol.name == name)
    };
    let types = |symbol: &Symbol| -> Vec<String> {
        let types = symbol.mentions.iter().filter(|mention| mention.role == Role::Type);
        types.map(|mention| leaf(&mention.name).to_owned()).collect()
    };
    let Some(classes) = bindings.iter().map(|at| class(at).map(types)).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let derives = |class: &Vec<String>| {
        let bases = class.iter().skip(1);
        bases.into_iter().any(|base| classes.iter().any(|other| other != class && other.first() == Some(base)))
    };
    classes.iter().filter(|class| !derives(class)).count() <= 1
}

/// `owner["key"]` taken apart.
fn owner_and_key(name: &str) -> Option<(&str, &str)> {
    let (owner, rest) = name.split_once("[\"")?;
    Some((owner, rest.strip_suffix("\"]")?))
}

/// Whether the name is the qualified one or a suffix of it. Template arguments count only where they are asked for.
fn fit(qualified: &str, name: &str) -> Option<Fit> {
    if qualified == name {
        return Some(Fit::Exact);
    }
    if ends_at_boundary(qualified, name) {
        return Some(Fit::Suffix);
    }
    if name.contains('<') || !qualified.contains('<') || qualified.contains("operator") {
        return None;
    }
    let bare = without_templates(qualified);
    if bare == name { Some(Fit::Bare) } else { ends_at_boundary(&bare, name).then_some(Fit::BareSuffix) }
}

fn ends_at_boundary(qualified: &str, name: &str) -> bool {
    qualified.strip_suffix(name).is_some_and(|before| before.ends_with("::") || before.ends_with('.'))
}

fn without_templates(name: &str) -> String {
    let mut depth = 0usize;
    let keep = |c: &char| match c {
        '<' => {
            depth += 1;
            false
        }
        '>' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    };
    name.chars().filter(keep).collect()
}

/// The candidates that fit best, if there are any: one thing, or several that the mapping must tell apart.
fn choose(symbols: &[Symbol], candidates: Candidates) -> Option<Resolution> {
    let best = candidates.iter().map(|(fit, _)| *fit).min()?;
    let fitting = candidates.into_iter().filter(|(fit, _)| *fit == best).map(|(_, at)| at).collect();
    let outer = without_members(symbols, fitting);
    let names: BTreeSet<&str> = outer.iter().map(|at| symbols[*at].name.as_str()).collect();
    if names.len() > 1 {
        return Some(Resolution::Ambiguous(outer));
    }
    let definition = outer.iter().map(|at| standing(symbols[*at].kind)).min()?;
    Some(Resolution::Found(outer.into_iter().filter(|at| standing(symbols[*at].kind) == definition).collect()))
}

/// Leaves out what lies in another candidate: the name of a class also fits its constructor.
fn without_members(symbols: &[Symbol], fitting: Vec<usize>) -> Vec<usize> {
    let names: BTreeSet<&str> = fitting.iter().map(|at| symbols[*at].name.as_str()).collect();
    let is_member = |at: &usize| {
        let name = symbols[*at].name.as_str();
        let scopes = name.match_indices("::").chain(name.match_indices('.'));
        scopes.map(|(end, _)| &name[..end]).any(|scope| names.contains(scope))
    };
    fitting.iter().filter(|at| !is_member(at)).copied().collect()
}

/// Of symbols of one name, which is meant: the definition before what announces it.
fn standing(kind: SymbolKind) -> u8 {
    match kind {
        SymbolKind::Function => 0,
        SymbolKind::Class | SymbolKind::Enum | SymbolKind::Table => 1,
        SymbolKind::Variable | SymbolKind::Field | SymbolKind::Row | SymbolKind::Binding | SymbolKind::Branch => 2,
        SymbolKind::Macro | SymbolKind::Invocation => 3,
        SymbolKind::Declaration => 4,
        SymbolKind::Alias | SymbolKind::FileScope => 5,
    }
}

/// Symbols that use a string literal: those that mention it, else those whose text holds it.
fn literals(file: &ParsedFile, literal: &str) -> Resolution {
    let (symbols, text) = (&file.symbols, file.text());
    let mentions = |symbol: &Symbol| symbol.mentions.iter().any(|m| m.role == Role::Text && *m.name == *literal);
    let mentioning = (0..symbols.len()).filter(|at| mentions(&symbols[*at])).collect();
    found(innermost(symbols, mentioning))
        .or_else(|| found(innermost(symbols, at_places(symbols, &quoted_in(text, literal)))))
        .or_else(|| found(macros::given(symbols, literal)))
        .or_else(|| found(macros::given_in_text(file, literal)))
        .unwrap_or(Resolution::Nothing)
}

/// Where the literal stands in quotes.
fn quoted_in(text: &[u8], literal: &str) -> Vec<usize> {
    let mut places: Vec<usize> = Vec::new();
    for quote in ['"', '\''] {
        places.extend(memchr::memmem::find_iter(text, format!("{quote}{literal}{quote}").as_bytes()));
    }
    places.sort_unstable();
    places
}

/// Symbols whose bytes hold one of the places, which ascend.
fn at_places(symbols: &[Symbol], places: &[usize]) -> BTreeSet<usize> {
    let holds = |symbol: &Symbol| {
        let first = places.partition_point(|place| *place < symbol.bytes.start);
        places.get(first).is_some_and(|place| *place < symbol.bytes.end)
    };
    (0..symbols.len()).filter(|at| holds(&symbols[*at])).collect()
}

/// Leaves out every symbol that encloses another one of the set.
fn innermost(symbols: &[Symbol], set: BTreeSet<usize>) -> Vec<usize> {
    let mut outer = BTreeSet::new();
    for at in &set {
        let mut parent = symbols[*at].parent;
        // A parent comes before its children, so this ends even if the table is damaged.
        while let Some(up) = parent.filter(|up| outer.insert(*up)) {
            parent = symbols.get(up).and_then(|symbol| symbol.parent);
        }
    }
    set.into_iter().filter(|at| !outer.contains(at)).collect()
}

fn near_symbols(symbols: &[Symbol], name: &str) -> Vec<String> {
    let plain = symbols.iter().filter(|s| s.kind != SymbolKind::FileScope && !s.name.contains("[\""));
    near(leaf(name), &plain.map(|symbol| (leaf(&symbol.name), &*symbol.name)).collect::<Vec<_>>())
}

/// The overloads of the operator where its name is right, else names.
fn near_entries(symbols: &[Symbol], name: &str) -> Vec<String> {
    let (base, overload) = name.split_once('.').unwrap_or((name, ""));
    let overloads =
        symbols.iter().filter_map(|symbol| Some((symbol.name.strip_prefix(base)?.strip_prefix('.')?, symbol)));
    let overloads: Vec<_> = overloads.map(|(suffix, symbol)| (suffix, &*symbol.name)).collect();
    let names = || symbols.iter().skip(1).map(|symbol| (&*symbol.name, &*symbol.name)).collect::<Vec<_>>();
    match near(overload, &overloads) {
        nearest if !nearest.is_empty() => nearest,
        _ if overloads.is_empty() => near(name, &names()),
        _ => overloads.into_iter().take(3).map(|(_, name)| name.to_owned()).collect(),
    }
}

/// Overloads where the name is right, else names.
fn overloads_or_near(symbols: &[Symbol], name: &str) -> Vec<String> {
    let mut overloads = BTreeSet::new();
    for symbol in symbols {
        if let Some(parameters) = symbol.parameters.as_ref().filter(|_| fit(&symbol.name, name).is_some()) {
            overloads.insert(format!("{}({parameters})", symbol.name));
        } else if symbol.kind == SymbolKind::Invocation && symbol.name.starts_with(&format!("{name}(")) {
            overloads.insert(symbol.name.clone());
        }
    }
    if overloads.is_empty() { near_symbols(symbols, name) } else { overloads.into_iter().take(3).collect() }
}

/// Keys of that owner where there is one, else of any.
fn near_keys(symbols: &[Symbol], owner: Option<&str>, key: &str) -> Vec<String> {
    let all: Vec<_> = symbols.iter().filter_map(|s| Some((owner_and_key(&s.name)?, &*s.name))).collect();
    let owned = |symbol_owner: &str| owner.is_some_and(|owner| fit(symbol_owner, owner).is_some());
    let of_owner: Vec<_> = all.iter().filter(|((o, _), _)| owned(o)).map(|((_, k), n)| (*k, *n)).collect();
    match near(key, &of_owner) {
        nearest if nearest.is_empty() => {
            near(key, &all.into_iter().map(|((_, k), name)| (k, name)).collect::<Vec<_>>())
        }
        nearest => nearest,
    }
}

fn near_literals(symbols: &[Symbol], literal: &str) -> Vec<String> {
    let mentions = symbols.iter().flat_map(|symbol| &symbol.mentions).filter(|mention| mention.role == Role::Text);
    let written: Vec<(&str, String)> =
        mentions.map(|mention| (&*mention.name, format!("\"{}\"", mention.name))).collect();
    near(literal, &written)
}

/// Names by what is compared in them.
fn near<N: AsRef<str>>(word: &str, names: &[(&str, N)]) -> Vec<String> {
    let best = nearest(word, names.iter().map(|(compared, _)| *compared));
    let mut shown: Vec<String> = Vec::new();
    for leaf in best {
        for (_, name) in names.iter().filter(|(compared, _)| *compared == leaf) {
            if shown.len() < 3 && !shown.iter().any(|known| known == name.as_ref()) {
                shown.push(name.as_ref().to_owned());
            }
        }
    }
    shown
}

/// The last part of a qualified name.
fn leaf(name: &str) -> &str {
    let name = name.split_once('(').map_or(name, |(name, _)| name);
    let name = name.rsplit_once("::").map_or(name, |(_, leaf)| leaf);
    name.rsplit_once('.').map_or(name, |(_, leaf)| leaf)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::mapping::selector::pattern;
    use crate::symbols::Language;

    const CPP: &str = r#"
namespace ns {
int f(int a);
int f(int a) { return a; }
int f(const std::string& a, PyObject* b) { return 0; }
struct C {
  C() {}
  int operator()(int a) { return a; }
  void g() {}
};
struct D {
  int operator()(int a) { return a; }
};
static PyMethodDef methods[] = {
    {"apply", f_apply, METH_VARARGS, nullptr},
    {"clear", f_clear, METH_NOARGS, nullptr},
    {nullptr}};
static PyGetSetDef properties[] = {
    {"data", get_data, nullptr, nullptr, nullptr},
    {nullptr}};
}
namespace other {
void g() { call("hook_name"); }
}
void g() {}
void init(py::module m) {
  py::class_<Group>(m, "Group").def("rank", &Group::rank).def("data", &Group::data);
  py::class_<Store>(m, "Store").def("size", &Store::size);
  py::class_<Other>(m, "Other").def("size", &Other::size);
}
"#;

    const PYTHON: &str = r#"
TABLE = {"a": 1}

class A:
    field = 1
    def call_method(self, name):
        if name == "x":
            return 1
        elif name in ("y", "z"):
            return 2

class B:
    def call_method(self):
        def inner():
            return None
        return inner
"#;

    fn parsed(path: &str, text: &str) -> ParsedFile {
        let language = Language::of_path(path).expect("known language");
        ParsedFile::parse(Arc::from(path), language, Arc::from(text.as_bytes()))
    }

    /// What a selector of the sample picks, as names and first lines.
    fn found(file: &ParsedFile, text: &str) -> Result<Vec<String>, Resolution> {
        let shown = |at: usize| format!("{}:{}", file.symbols[at].name, file.symbols[at].lines.start);
        match resolve(&pattern(text).expect("valid pattern"), file) {
            Resolution::Found(symbols) => Ok(symbols.into_iter().map(shown).collect()),
            other => Err(other),
        }
    }

    #[track_caller]
    fn check(path: &str, text: &str, selector: &str, expected: &[&str]) {
        assert_eq!(
            found(&parsed(path, text), selector),
            Ok(expected.iter().map(|n| (*n).to_owned()).collect()),
            "{selector}"
        );
    }

    #[track_caller]
    fn check_cpp(selector: &str, expected: &[&str]) {
        check("a.cpp", CPP, selector, expected);
    }

    #[track_caller]
    fn check_nothing(selector: &str, expected: &[&str]) {
        let file = parsed("a.cpp", CPP);
        assert_eq!(found(&file, selector), Err(Resolution::Nothing), "{selector}");
        assert_eq!(nearest_names(&pattern(selector).expect("valid pattern"), &file), expected, "{selector}");
    }

    #[test]
    fn names() {
        check_cpp("f", &["ns::f:4", "ns::f:5"]);
        check_cpp("ns::f", &["ns::f:4", "ns::f:5"]);
        check_cpp("C", &["ns::C:6"]);
        check_cpp("C::C", &["ns::C::C:7"]);
        check_cpp("C::operator()", &["ns::C::operator():8"]);
        check_cpp("g", &["g:25"]);
        check_cpp("C::g", &["ns::C::g:9"]);
        check_cpp("other::g", &["other::g:23"]);
        check_cpp("methods", &["ns::methods:14"]);
    }

    #[test]
    fn overloads() {
        check_cpp("f(int)", &["ns::f:4"]);
        check_cpp("f(const std::string &, PyObject *)", &["ns::f:5"]);
        check_nothing("f(long)", &["ns::f(const std::string&, PyObject*)", "ns::f(int)"]);
    }

    #[test]
    fn keys() {
        check_cpp("methods[\"apply\"]", &["ns::methods[\"apply\"]:15"]);
        check_cpp("[\"apply\"]", &["ns::methods[\"apply\"]:15"]);
        check_cpp("init[\"Group\"]", &["init[\"Group\"]:27"]);
        check_cpp("init[\"Group.rank\"]", &["init[\"Group.rank\"]:27"]);
        check_cpp("init[\"rank\"]", &["init[\"Group.rank\"]:27"]);
        check_cpp("[\"rank\"]", &["init[\"Group.rank\"]:27"]);
        check_cpp("[\"data\"]", &["ns::properties[\"data\"]:19"]);
        check_cpp("init[\"data\"]", &["init[\"Group.data\"]:27"]);
        check_nothing("methods[\"aply\"]", &["ns::methods[\"apply\"]"]);
        check_nothing("init[\"apply\"]", &["ns::methods[\"apply\"]"]);
    }

    #[test]
    fn different_names_are_ambiguous() {
        let file = parsed("a.cpp", CPP);
        for (selector, count) in [("operator()", 2), ("[\"size\"]", 2)] {
            let resolution = resolve(&pattern(selector).expect("valid pattern"), &file);
            assert!(matches!(&resolution, Resolution::Ambiguous(all) if all.len() == count), "{resolution:?}");
        }
    }

    #[test]
    fn nothing_lists_the_nearest() {
        check_nothing("method", &["ns::methods"]);
        check_nothing("elsewhere::f", &["ns::f"]);
        check_nothing("zzzzzz", &[]);
    }

    #[test]
    fn literals_pick_the_innermost_symbol() {
        check_cpp("\"hook_name\"", &["other::g:23"]);
        check_cpp("\"clear\"", &["ns::methods[\"clear\"]:16"]);
        check("a.py", PYTHON, "\"y\"", &["A.call_method:6"]);
    }

    #[test]
    fn python_names() {
        let check = |selector: &str, expected: &[&str]| check("a.py", PYTHON, selector, expected);
        check("A", &["A:4"]);
        check("A.field", &["A.field:5"]);
        check("A.call_method", &["A.call_method:6"]);
        check("B.call_method.inner", &["B.call_method.inner:14"]);
        check("A.call_method[\"x\"]", &["A.call_method[\"x\"]:7"]);
        check("A.call_method[\"z\"]", &["A.call_method[\"z\"]:9"]);
        check("TABLE", &["TABLE:2"]);
        check("TABLE[\"a\"]", &["TABLE[\"a\"]:2"]);
        let ambiguous = found(&parsed("a.py", PYTHON), "call_method");
        assert!(matches!(ambiguous, Err(Resolution::Ambiguous(all)) if all.len() == 2));
    }

    #[test]
    fn the_whole_file_is_all_that_is_no_view() {
        let file = parsed("a.py", PYTHON);
        let Resolution::Found(all) = resolve(&Pattern::File, &file) else { panic!("a file is always found") };
        let names: Vec<&str> = all.into_iter().map(|at| file.symbols[at].name.as_str()).collect();
        for name in ["", "A", "A.field", "A.call_method", "TABLE", "TABLE[\"a\"]", "B.call_method.inner"] {
            assert!(names.contains(&name), "{name}");
        }
        assert!(!names.contains(&"A.call_method[\"x\"]"));
    }
}
