//! Entry points: what the C++ side registers for Python, by which name, and where Python finds it.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::yaml;
use crate::mapping::{Pattern, Resolution, resolve, selector};
use crate::source::SourceFile;
use crate::symbols::{Mention, ParsedFile, Role, Symbol, SymbolKind};

/// A piece of C++ that Python code may simulate.
#[derive(Debug, Clone)]
pub struct Entry {
    pub path: Arc<str>,
    /// Position of the file among those read; `None` for an entry of a YAML file.
    pub file: Option<usize>,
    /// The code that decides what it does: the function, or the registration where that holds the code.
    pub selector: String,
    /// The registration, with its path, where that is something else.
    pub registration: Option<String>,
    /// Added to all evidence for it: how sure it is that this is the code behind the name.
    pub bias: f32,
    /// The last part of the name by which Python sees it; `None` where Python does not see it by name.
    pub key: Option<Arc<str>>,
    pub owner: Owner,
    /// Sets what Python reads by the same name.
    pub sets: bool,
    /// Positions of its symbols in the file.
    pub symbols: Vec<usize>,
}

/// What Python finds an entry point in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    Module(String),
    /// A class, by its dotted name as far as that is known.
    Class(String),
    /// An operator that is a function of the package, a method of tensors, or both.
    Operator {
        method: bool,
        function: bool,
        module: Option<String>,
    },
    Unknown,
}

/// All entry points, and where they are found by.
#[derive(Default)]
pub struct Entries {
    pub all: Vec<Entry>,
    pub by_key: FxHashMap<Arc<str>, Vec<usize>>,
    /// By file and symbol.
    by_symbol: FxHashMap<(usize, usize), Vec<usize>>,
}

/// More registrations than this share a function that decides nothing by itself.
const MOST_SHARED: usize = 2;

impl Entry {
    /// A symbol of a file by itself, which nothing is known to register.
    fn of_code(at: usize, file: &ParsedFile, symbol: usize, selector: String) -> Entry {
        Entry {
            path: file.path.clone(),
            file: Some(at),
            selector,
            registration: None,
            bias: 0.0,
            key: None,
            owner: Owner::Unknown,
            sets: false,
            symbols: vec![symbol],
        }
    }
}

impl Entries {
    /// What the files register for Python.
    pub fn registered(files: &[ParsedFile], operators: &[SourceFile]) -> Entries {
        let mut entries = Entries::default();
        let types = TypeObjects::of(files);
        let everywhere = definitions(files);
        let all: Vec<Vec<Entry>> = files
            .par_iter()
            .enumerate()
            .map(|(at, file)| Registrations::of(at, file, &types, &everywhere, files).entries())
            .collect();
        all.into_iter().flatten().for_each(|entry| entries.push(entry));
        for (at, file) in files.iter().enumerate() {
            entries.slots(at, file, &types);
        }
        for file in operators {
            yaml::operators(file).into_iter().for_each(|entry| entries.push(entry));
        }
        entries
    }

    /// The entry points that a symbol is part of; one of its own for a symbol that nothing registers.
    pub fn of_symbol(&mut self, at: usize, file: &ParsedFile, symbol: usize) -> Vec<usize> {
        if let Some(known) = self.by_symbol.get(&(at, symbol)) {
            return known.clone();
        }
        let Some(selector) = selector_of(file, symbol) else {
            self.by_symbol.insert((at, symbol), Vec::new());
            return Vec::new();
        };
        self.push(Entry::of_code(at, file, symbol, selector));
        vec![self.all.len() - 1]
    }

    pub fn with_key(&self, key: &str) -> &[usize] {
        self.by_key.get(key).map_or(&[], Vec::as_slice)
    }

    fn push(&mut self, entry: Entry) {
        let id = self.all.len();
        if let Some(key) = &entry.key {
            self.by_key.entry(key.clone()).or_default().push(id);
        }
        if let Some(file) = entry.file {
            for symbol in &entry.symbols {
                self.by_symbol.entry((file, *symbol)).or_default().push(id);
            }
        }
        self.all.push(entry);
    }
}

/// The shortest selector that picks this symbol and nothing of another name.
pub fn selector_of(file: &ParsedFile, at: usize) -> Option<String> {
    let Symbol { name, kind, .. } = &file.symbols[at];
    let picks = |text: &String| {
        let pattern = selector::pattern(text).ok()?;
        match resolve(&pattern, file) {
            Resolution::Found(found) => (found.contains(&at) && pattern != Pattern::File).then_some(()),
            _ => None,
        }
    };
    spellings(name, *kind).into_iter().find(|text| picks(text).is_some())
}

/// Ways to write a symbol, shortest first.
fn spellings(name: &str, kind: SymbolKind) -> Vec<String> {
    let mut all = Vec::new();
    match name.split_once("[\"") {
        Some((owner, rest)) => {
            let key = rest.strip_suffix("\"]").unwrap_or(rest);
            let short = owner.rsplit("::").next().unwrap_or(owner);
            if let Some((_, method)) = key.rsplit_once('.').filter(|_| kind == SymbolKind::Binding) {
                all.push(format!("[\"{method}\"]"));
            }
            if !short.contains(['(', '<']) {
                all.push(format!("{short}[\"{key}\"]"));
                all.push(format!("{owner}[\"{key}\"]"));
            }
            all.push(format!("[\"{key}\"]"));
        }
        None => {
            let starts = name.match_indices("::").map(|(at, _)| at + 2).collect::<Vec<_>>();
            all.extend(starts.iter().rev().map(|&at| name[at..].to_owned()));
            all.push(name.to_owned());
        }
    }
    all
}

/// The last name of a qualified one, the key of a keyed one.
pub fn leaf(name: &str) -> &str {
    if let Some((_, rest)) = name.split_once("[\"") {
        return rest.trim_end_matches("\"]");
    }
    let name = name.split(['(', '<']).next().unwrap_or(name);
    name.rsplit("::").next().unwrap_or(name)
}

/// Python types made in C++: which name the type behind a table has, and which the functions named after it.
struct TypeObjects {
    /// By file and table.
    of_table: FxHashMap<(usize, String), Owner>,
    /// By the prefix of the functions: `THPEvent` for `THPEventType`.
    of_prefix: FxHashMap<String, String>,
}

impl TypeObjects {
    fn of(files: &[ParsedFile]) -> TypeObjects {
        let mut types = TypeObjects { of_table: FxHashMap::default(), of_prefix: FxHashMap::default() };
        for (at, file) in files.iter().enumerate() {
            for symbol in file.symbols.iter().filter(|s| matches!(s.kind, SymbolKind::Variable | SymbolKind::Function))
            {
                types.read(at, symbol);
            }
        }
        types
    }

    fn read(&mut self, at: usize, symbol: &Symbol) {
        let named = |kind: &str| symbol.mentions.iter().any(|m| m.role == Role::Type && *m.name == *kind);
        let is_module = named("PyModuleDef");
        let is_type = symbol.kind == SymbolKind::Variable && named("PyTypeObject");
        if !is_module && !is_type {
            return;
        }
        let since = symbol.mentions.iter().find(|m| *m.name == *"PyModuleDef").map_or(0, |m| m.line);
        let is_name = |m: &&Mention| m.role == Role::Text && m.name.contains('.') && m.line >= since;
        let Some(dotted) = symbol.mentions.iter().find(is_name).map(|m| m.name.to_string()) else { return };
        let owner = if is_module { Owner::Module(dotted.clone()) } else { Owner::Class(dotted.clone()) };
        let own = leaf(&symbol.name);
        for mention in symbol.mentions.iter().filter(|m| m.role == Role::Name) {
            self.of_table.entry((at, leaf(&mention.name).to_owned())).or_insert_with(|| owner.clone());
        }
        if let (false, Some(prefix)) = (is_module, own.strip_suffix("Type")) {
            self.of_prefix.entry(prefix.to_owned()).or_insert(dotted);
        }
    }

    /// The owner of the rows of a table.
    fn owner(&self, file: usize, table: &str) -> Owner {
        let table = leaf(table);
        if let Some(owner) = self.of_table.get(&(file, table.to_owned())) {
            return owner.clone();
        }
        match self.of_name(table) {
            Some(class) => Owner::Class(class.to_owned()),
            None => Owner::Unknown,
        }
    }

    /// The class after which a function or table is named: `THPEvent_record`.
    fn of_name(&self, name: &str) -> Option<&str> {
        let ends = name.match_indices('_').map(|(at, _)| at).collect::<Vec<_>>();
        ends.into_iter().rev().find_map(|end| self.of_prefix.get(&name[..end])).map(String::as_str)
    }
}

fn class_part(name: &str) -> Option<&str> {
    let (class, _) = name.rsplit_once("::")?;
    Some(leaf(class))
}

/// `Class::method` of `ns::Class::method`.
fn last_two(name: &str) -> &str {
    let name = name.split(['(', '<']).next().unwrap_or(name);
    let start = name.rmatch_indices("::").nth(1).map_or(0, |(at, separator)| at + separator.len());
    &name[start..]
}

/// Where the functions of all files are defined, by qualified name, as far as that is one place.
fn definitions(files: &[ParsedFile]) -> FxHashMap<&str, Option<(usize, usize)>> {
    let mut found: FxHashMap<&str, Option<(usize, usize)>> = FxHashMap::default();
    for (at, file) in files.iter().enumerate() {
        for (index, symbol) in file.symbols.iter().enumerate() {
            if symbol.kind == SymbolKind::Function && !symbol.local {
                for name in [leaf(&symbol.name), last_two(&symbol.name)] {
                    let place = found.entry(name).or_insert(Some((at, index)));
                    *place = place.filter(|known| *known == (at, index));
                }
            }
        }
    }
    found
}

/// What one file registers.
struct Registrations<'a> {
    at: usize,
    file: &'a ParsedFile,
    files: &'a [ParsedFile],
    types: &'a TypeObjects,
    everywhere: &'a FxHashMap<&'a str, Option<(usize, usize)>>,
    /// Functions and classes of the file, by their last name.
    defined: FxHashMap<&'a str, Vec<usize>>,
    /// How many registrations mention each.
    shared: FxHashMap<usize, usize>,
}

impl<'a> Registrations<'a> {
    fn of(
        at: usize,
        file: &'a ParsedFile,
        types: &'a TypeObjects,
        everywhere: &'a FxHashMap<&'a str, Option<(usize, usize)>>,
        files: &'a [ParsedFile],
    ) -> Registrations<'a> {
        let mut defined: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (index, symbol) in file.symbols.iter().enumerate() {
            if matches!(symbol.kind, SymbolKind::Function | SymbolKind::Class) {
                defined.entry(leaf(&symbol.name)).or_default().push(index);
            }
        }
        let mut this = Registrations { at, file, files, types, everywhere, defined, shared: FxHashMap::default() };
        for index in this.registered() {
            for target in this.targets(index) {
                *this.shared.entry(target).or_default() += 1;
            }
        }
        this
    }

    fn entries(&self) -> Vec<Entry> {
        self.registered().into_iter().flat_map(|index| self.made_by(index)).collect()
    }

    fn registered(&self) -> Vec<usize> {
        (0..self.file.symbols.len()).filter(|index| self.file.registers(*index)).collect()
    }

    /// The functions and classes of the file that a registration names, in order.
    fn targets(&self, index: usize) -> Vec<usize> {
        let mentions = self.file.symbols[index].mentions.iter().filter(|m| m.role != Role::Text);
        let mut targets: Vec<usize> = Vec::new();
        for mention in mentions {
            let found = self.defined.get(leaf(&mention.name)).map_or(&[][..], Vec::as_slice);
            let qualified = |at: &&usize| self.file.symbols[**at].name.ends_with(&*mention.name);
            let best: Vec<usize> = found.iter().filter(qualified).copied().collect();
            match (best.as_slice(), found) {
                ([one], _) | (_, [one]) => targets.push(*one),
                // `PropertyGrad::getter`, which the class inherits.
                _ => {
                    let class = class_part(&mention.name).and_then(|class| self.defined.get(class));
                    targets.extend(class.filter(|found| found.len() == 1).into_iter().flatten());
                }
            }
        }
        let mut seen = FxHashSet::default();
        targets.retain(|at| seen.insert(*at));
        targets
    }

    /// The function of another file that a registration names, where it names none of its own.
    fn elsewhere(&self, index: usize) -> Option<(usize, usize)> {
        let symbol = &self.file.symbols[index];
        let is_function = |m: &&Mention| m.role == Role::Name && !self.defined.contains_key(leaf(&m.name));
        let named = symbol.mentions.iter().filter(is_function);
        let places = named.filter_map(|m| {
            let (at, function) = (*self.everywhere.get(last_two(&m.name))?)?;
            let definition = &self.files[at].symbols[function];
            // A plain word could be anything; a qualified name or the name of a function of the C API is meant.
            let meant = m.name.contains("::") || symbol.kind == SymbolKind::Row;
            (meant && definition.name.ends_with(&*m.name)).then_some((at, function))
        });
        let mut places: Vec<(usize, usize)> = places.collect();
        places.dedup();
        if places.len() == 1 { places.pop() } else { None }
    }

    fn made_by(&self, index: usize) -> Vec<Entry> {
        let symbol = &self.file.symbols[index];
        let full = leaf(&symbol.name);
        let key = full.rsplit('.').next().unwrap_or(full);
        if key.is_empty() || key.contains(' ') {
            return Vec::new();
        }
        let mut own = self.targets(index);
        own.retain(|at| self.shared.get(at).is_some_and(|n| *n <= MOST_SHARED));
        let is_row = symbol.kind == SymbolKind::Row;
        let functions: Vec<usize> =
            own.iter().copied().filter(|at| self.file.symbols[*at].kind == SymbolKind::Function).collect();
        let made = |symbols: Vec<usize>, selector: String, registration: Option<String>, sets: bool| Entry {
            path: self.file.path.clone(),
            file: Some(self.at),
            selector,
            registration: registration.map(|selector| format!("{}#{selector}", self.file.path)),
            bias: 0.0,
            key: Some(dunder(key).into()),
            owner: self.owner(index),
            sets,
            symbols,
        };
        let registration = selector_of(self.file, index);
        let mut all = Vec::new();
        if is_row && functions.len() > 1 {
            // A getter and a setter.
            for (nth, function) in functions.iter().enumerate() {
                let selector = selector_of(self.file, *function);
                all.extend(
                    selector.map(|selector| made(vec![*function, index], selector, registration.clone(), nth > 0)),
                );
            }
            return all;
        }
        let code = own.iter().find_map(|at| selector_of(self.file, *at));
        // A registration with a lambda holds its code; a row only names it. A method that several classes have is told
        // apart by what it is made from.
        let short = registration.as_ref().is_some_and(|selector| is_row || !selector.contains(&format!(".{key}\"")));
        let (selector, other) = match (code, registration) {
            (Some(code), registration) if is_row || !short => (Some(code), registration),
            (code, Some(registration)) => (Some(registration), code),
            (code, None) => (code, None),
        };
        let mut symbols = own.clone();
        symbols.push(index);
        if let Some((at, function)) = self.elsewhere(index).filter(|_| own.is_empty()) {
            let file = &self.files[at];
            let code = selector_of(file, function).map(|code| Entry {
                path: file.path.clone(),
                file: Some(at),
                bias: if is_row { 0.0 } else { -1.0 },
                ..made(vec![function], code, selector.clone(), false)
            });
            // A row only names the function; a definition may convert what it is given.
            if is_row && code.is_some() {
                return code.into_iter().collect();
            }
            all.extend(code);
        }
        all.extend(selector.map(|selector| made(symbols, selector, other, false)));
        all
    }

    fn owner(&self, index: usize) -> Owner {
        let symbol = &self.file.symbols[index];
        let full = leaf(&symbol.name);
        if symbol.kind == SymbolKind::Row {
            let table = symbol.parent.map_or("", |table| &self.file.symbols[table].name);
            return self.types.owner(self.at, table);
        }
        if let Some((class, _)) = full.rsplit_once('.') {
            return Owner::Class(class.to_owned());
        }
        match symbol.lead().and_then(submodule) {
            Some(module) => Owner::Module(module),
            None => Owner::Unknown,
        }
    }
}

impl Entries {
    /// Functions named after a Python type that no table names: the slots of the type.
    fn slots(&mut self, at: usize, file: &ParsedFile, types: &TypeObjects) {
        for (index, symbol) in file.symbols.iter().enumerate().filter(|(_, s)| s.kind == SymbolKind::Function) {
            let name = leaf(&symbol.name);
            let Some((_, suffix)) = name.rsplit_once('_') else { continue };
            let Some(class) = types.of_name(name).filter(|_| !self.by_symbol.contains_key(&(at, index))) else {
                continue;
            };
            let (Some(key), Some(selector)) = (slot(suffix), selector_of(file, index)) else { continue };
            let owner = Owner::Class(class.to_owned());
            self.push(Entry { key: Some(key.into()), owner, ..Entry::of_code(at, file, index, selector) });
        }
    }
}

/// `def of parameter 0 def_submodule _autograd …`: the module that a binding is made in.
fn submodule(lead: &str) -> Option<String> {
    let (_, rest) = lead.split_once(" of ")?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let names = words.windows(2).filter(|pair| pair[0] == "def_submodule").map(|pair| pair[1]);
    let names: Vec<&str> = names.collect();
    (!names.is_empty()).then(|| names.join("."))
}

/// The name that Python has for a slot of a type.
fn dunder(key: &str) -> &str {
    let suffix = key.strip_prefix("Py_").and_then(|slot| slot.split_once('_'));
    suffix.and_then(|(_, suffix)| slot(suffix)).unwrap_or(key)
}

/// What Python calls a slot that C calls `tp_repr` or `mp_subscript`.
fn slot(suffix: &str) -> Option<&'static str> {
    let slots = [
        ("repr", "__repr__"),
        ("str", "__str__"),
        ("hash", "__hash__"),
        ("call", "__call__"),
        ("iter", "__iter__"),
        ("iternext", "__next__"),
        ("richcompare", "__eq__"),
        ("eq", "__eq__"),
        ("ne", "__ne__"),
        ("init", "__init__"),
        ("new", "__new__"),
        ("pynew", "__new__"),
        ("getattro", "__getattribute__"),
        ("setattro", "__setattr__"),
        ("length", "__len__"),
        ("len", "__len__"),
        ("subscript", "__getitem__"),
        ("item", "__getitem__"),
        ("getitem", "__getitem__"),
        ("setitem", "__setitem__"),
        ("contains", "__contains__"),
        ("bool", "__bool__"),
    ];
    slots.iter().find(|(slot, _)| *slot == suffix).map(|(_, name)| *name)
}
