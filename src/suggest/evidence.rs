//! Evidence: which pairs of an entry point and a twin have anything in common, and what.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::entries::{Entries, Owner, leaf as cpp_leaf};
use super::modules::{Found, Module, Modules};
use super::signal::Signal;
use super::twins::{Twin, Use};
use super::words::{Rarity, words};
use crate::symbols::prose::{Prose, ProseKind};
use crate::symbols::{ParsedFile, Role, Symbol, SymbolKind};

/// One observation about a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub signal: Signal,
    /// Added to the weight of the signal: how directly it was seen.
    pub adjustment: f32,
    /// The name or text that was seen.
    pub detail: Arc<str>,
}

impl Evidence {
    /// How much it tells, before what it shares with others is taken off.
    pub fn weight(&self) -> f32 {
        self.signal.row().weight + self.adjustment
    }
}

/// What was observed, by entry point and twin.
pub type Pairs = BTreeMap<(usize, usize), Vec<Evidence>>;

/// A string of C++ that more symbols than this share tells nothing about any of them.
const MOST_SHARING: usize = 6;

/// How deep functions that call wrappers are followed.
const DEEPEST_WRAPPER: usize = 2;

/// A wrapper of more entry points than this is a program.
const MOST_WRAPPED: usize = 12;

/// Messages are compared by so many words in a row.
const SHINGLE: usize = 5;

/// What evidence is sought in.
pub struct Ground<'a> {
    pub cpp: &'a [ParsedFile],
    pub python: &'a [ParsedFile],
    pub twins: &'a [Twin],
    pub rarity: &'a Rarity,
}

/// Seeks evidence of every kind.
pub fn gather(ground: &Ground<'_>, entries: &mut Entries, modules: &mut Modules<'_>) -> Pairs {
    let mut gathering = Gathering {
        ground,
        entries,
        modules,
        pairs: Pairs::new(),
        reached: FxHashMap::default(),
        packages: ground.python.iter().filter_map(|file| file.path.split('/').next()).collect(),
        twins_by_leaf: by_leaf(ground.twins),
    };
    gathering.python_names();
    gathering.cpp_names();
    gathering.prose();
    gathering.classes();
    gathering.pairs
}

/// How well an owner fits what stands before the last dot of a name: positive where it does.
pub fn fit(owner: &Owner, path: &str, prefix: &str, rarity: &Rarity) -> f32 {
    let last = prefix.rsplit('.').next().unwrap_or(prefix);
    match owner {
        Owner::Module(module) => {
            let own = module.rsplit('.').next().unwrap_or(module);
            let public =
                |name: &str| name.split('.').filter(|part| !part.starts_with('_')).collect::<Vec<_>>().join(".");
            match () {
                () if own == last || module == prefix => 1.0,
                () if public(module) == prefix || public(prefix) == *module => 0.6,
                () => -2.5,
            }
        }
        Owner::Class(class) => {
            let own = class.rsplit('.').next().unwrap_or(class);
            let share = rarity.share(last, own).unwrap_or(0.0);
            if own.trim_start_matches('_') == last.trim_start_matches('_') { 1.0 } else { share * 3.0 - 3.0 }
        }
        Owner::Operator { method, function, module } => {
            let of_module =
                module.as_ref().is_some_and(|module| last.trim_start_matches('_').contains(module.as_str()));
            let as_function = *function && (!prefix.contains('.') || matches!(last, "aten" | "_VF"));
            let as_method = *method && last.starts_with("Tensor");
            if of_module || as_function || as_method || last == "functional" { 0.6 } else { -2.5 }
        }
        Owner::Unknown => {
            let path_words: FxHashSet<String> = path.split('/').flat_map(words).collect();
            let said = words(last);
            let shared = said.iter().filter(|word| path_words.contains(*word)).count();
            let class_like = last.trim_start_matches('_').starts_with(char::is_uppercase) && last != "_C";
            0.8 * shared as f32 / said.len().max(1) as f32 - if class_like { 1.5 } else { 0.0 }
        }
    }
}

struct Gathering<'a, 'm> {
    ground: &'a Ground<'a>,
    entries: &'a mut Entries,
    modules: &'a mut Modules<'m>,
    pairs: Pairs,
    reached: FxHashMap<Arc<str>, Vec<Reached>>,
    /// The top folders of the twins: the packages that the C++ is seen through.
    packages: FxHashSet<&'a str>,
    twins_by_leaf: FxHashMap<&'a str, Vec<usize>>,
}

/// An entry point that a Python name leads to.
#[derive(Debug, Clone)]
struct Reached {
    entry: usize,
    /// How sure that is; 0 is sure.
    adjustment: f32,
    direct: bool,
}

impl<'a> Gathering<'a, '_> {
    fn add(&mut self, entry: usize, twin: usize, signal: Signal, adjustment: f32, detail: &str) {
        let adjustment = adjustment + self.entries.all[entry].bias;
        let all = self.pairs.entry((entry, twin)).or_default();
        match all.iter_mut().find(|evidence| evidence.signal == signal) {
            Some(known) if known.adjustment >= adjustment => {}
            Some(known) => *known = Evidence { signal, adjustment, detail: detail.into() },
            None => all.push(Evidence { signal, adjustment, detail: detail.into() }),
        }
    }

    /// What the names in the Python code lead to.
    fn python_names(&mut self) {
        let ground = self.ground;
        for (at, twin) in ground.twins.iter().enumerate() {
            for used in twin.decorators.iter().filter(|used| used.imported) {
                for reached in self.reach(&used.name) {
                    // Whoever handles a wrapper may leave what it wraps to others.
                    let adjustment = reached.adjustment - if reached.direct { 0.0 } else { 1.2 };
                    self.add(reached.entry, at, Signal::HandlerDecorator, adjustment, &used.name);
                }
            }
            self.uses(at, twin);
            self.own_name(at, twin);
            for text in &twin.texts {
                for entry in self.entries.with_key(text).to_vec() {
                    let fits = self.receiver(entry, twin);
                    self.add(entry, at, Signal::SharedText, fits, text);
                }
            }
            self.dispatched(twin);
        }
    }

    fn uses(&mut self, at: usize, twin: &Twin) {
        for used in &twin.uses {
            if used.imported {
                for reached in self.reach(&used.name) {
                    let signal = if reached.direct { Signal::NameUsed } else { Signal::WrapperUsed };
                    self.add(reached.entry, at, signal, reached.adjustment, &used.name);
                }
            } else {
                self.member(at, twin, used, Signal::MemberUsed, 0.0);
            }
        }
    }

    /// `x.name` where nobody knows what `x` is.
    fn member(&mut self, at: usize, twin: &Twin, used: &Use, signal: Signal, adjustment: f32) {
        let own = self.twins_by_leaf.get(used.leaf()).map_or(0, |twins| {
            twins
                .iter()
                .filter(|at| matches!(self.ground.twins[**at].kind, SymbolKind::Function | SymbolKind::Field))
                .count()
        });
        for entry in self.entries.with_key(used.leaf()).to_vec() {
            let fits = match &self.entries.all[entry].owner {
                Owner::Module(_) => -2.0,
                _ => self.receiver(entry, twin).max(self.base(entry, used)),
            };
            // Dynamo has something of that name itself.
            let doubt = if own > 0 { -1.5 } else { 0.0 } + if used.bare { -1.5 } else { 0.0 };
            self.add(entry, at, signal, adjustment + fits + doubt, used.leaf());
        }
    }

    /// Whether the variable in front of the dot is named after the owner.
    fn base(&self, entry: usize, used: &Use) -> f32 {
        let Owner::Class(class) = &self.entries.all[entry].owner else { return -0.5 };
        let own = class.rsplit('.').next().unwrap_or(class);
        let base = used.prefix().rsplit('.').next().unwrap_or("");
        self.ground.rarity.share(base, own).map_or(-1.0, |share| share * 2.0 - 1.0)
    }

    /// Whether the class of the twin is named after the owner of the entry point, and whether both set or both get.
    fn receiver(&self, entry: usize, twin: &Twin) -> f32 {
        let setting = match (self.entries.all[entry].sets, twin.selector.contains("set")) {
            (true, false) => -1.5,
            (true, true) => 0.5,
            _ => 0.0,
        };
        setting + self.class_fit(entry, twin)
    }

    fn class_fit(&self, entry: usize, twin: &Twin) -> f32 {
        let own = match &self.entries.all[entry].owner {
            Owner::Class(class) => class.rsplit('.').next().unwrap_or(class),
            Owner::Operator { method: true, .. } => "Tensor",
            Owner::Operator { .. } | Owner::Module(_) => return -1.5,
            Owner::Unknown => return -0.5,
        };
        match twin.class.as_ref().and_then(|class| self.ground.rarity.share(class, own)) {
            Some(share) if share > 0.0 => 1.5 * share,
            Some(_) => -2.5,
            None => -1.0,
        }
    }

    /// What the name of the twin says: `method_add_`, `handle_one_hot`, the branch `["record"]`.
    fn own_name(&mut self, at: usize, twin: &Twin) {
        let leaf = twin.leaf.as_str();
        match twin.kind {
            SymbolKind::Branch => {
                // Every class has its `__init__`.
                let adjustment = if leaf.starts_with("__") { -1.5 } else { 0.0 };
                self.keyed(at, twin, leaf, Signal::StringBranch, adjustment);
            }
            SymbolKind::Row if leaf.contains('.') => {
                for reached in self.reach(leaf) {
                    // Lists name operators by the hundred.
                    let operator = matches!(self.entries.all[reached.entry].owner, Owner::Operator { .. });
                    let adjustment = reached.adjustment - if operator { 1.0 } else { 0.0 };
                    self.add(reached.entry, at, Signal::Listed, adjustment, leaf);
                }
            }
            SymbolKind::Function => {
                let attribute = leaf.strip_prefix("method_attr_");
                if let Some(key) = attribute.or_else(|| leaf.strip_prefix("method_")) {
                    self.keyed(at, twin, key, Signal::MethodName, 0.0);
                }
                for prefix in ["handle_", "call_"] {
                    if let Some(key) = leaf.strip_prefix(prefix) {
                        self.keyed(at, twin, key, Signal::MethodName, -2.0);
                    }
                }
                self.keyed(at, twin, leaf, Signal::SameName, 0.0);
            }
            SymbolKind::Class => self.keyed(at, twin, leaf, Signal::SameName, 0.0),
            _ => {}
        }
    }

    fn keyed(&mut self, at: usize, twin: &Twin, key: &str, signal: Signal, adjustment: f32) {
        for entry in self.entries.with_key(key).to_vec() {
            let fits = self.receiver(entry, twin);
            if fits >= 1.2 || !key.starts_with("__") || signal == Signal::MethodName {
                self.add(entry, at, signal, adjustment + fits, key);
            }
        }
    }

    /// `isinstance(x, C)` followed by what is called for it: `C` stands for what is called.
    fn dispatched(&mut self, twin: &Twin) {
        for (class, uses) in &twin.dispatches {
            let classes = self.twins_by_leaf.get(class.as_str()).cloned().unwrap_or_default();
            let Some(at) = only(classes.into_iter().filter(|at| self.ground.twins[*at].kind == SymbolKind::Class))
            else {
                continue;
            };
            for used in uses {
                self.member(at, &self.ground.twins[at], used, Signal::Dispatched, -0.4 * (uses.len() as f32).ln());
            }
        }
    }

    /// The entry points that a whole Python name leads to, directly or through wrappers.
    fn reach(&mut self, name: &str) -> Vec<Reached> {
        if let Some(known) = self.reached.get(name) {
            return known.clone();
        }
        let name: Arc<str> = name.into();
        // A name that leads back to itself leads nowhere.
        self.reached.insert(name.clone(), Vec::new());
        let found = self.follow(&name, 0, &mut FxHashSet::default());
        self.reached.insert(name, found.clone());
        found
    }

    fn follow(&mut self, name: &str, depth: usize, seen: &mut FxHashSet<String>) -> Vec<Reached> {
        if !seen.insert(name.to_owned()) {
            return Vec::new();
        }
        match self.modules.find(name) {
            Found::Outside(dotted) => self.direct(&dotted, depth),
            Found::Defined { module, symbol, rest } if rest.is_empty() => self.wrapped(&module, symbol, depth, seen),
            Found::Defined { module, symbol, rest } => {
                let owner = &module.file.symbols[symbol];
                if owner.kind != SymbolKind::Class {
                    return self.members(&format!("{}.{rest}", owner.name));
                }
                let direct = self.direct(&format!("{}.{rest}", owner.name), depth);
                if direct.is_empty() && rest.contains('.') { self.members(&rest) } else { direct }
            }
        }
    }

    /// Entry points that have this very name, the best fitting ones.
    fn direct(&self, dotted: &str, depth: usize) -> Vec<Reached> {
        let dotted = dotted.strip_suffix(".default").unwrap_or(dotted);
        let (prefix, key) = dotted.rsplit_once('.').unwrap_or(("", dotted));
        // What comes from elsewhere, such as `math.sqrt`, is not made here.
        let root = prefix.split('.').next().unwrap_or("");
        if !root.starts_with(char::is_uppercase) && !self.packages.contains(root) {
            return Vec::new();
        }
        let fits = |entry: &usize| {
            let entry = &self.entries.all[*entry];
            fit(&entry.owner, &entry.path, prefix, self.ground.rarity)
        };
        let all = self.entries.with_key(key).iter().map(|entry| (*entry, fits(entry))).collect::<Vec<_>>();
        let best = all.iter().map(|(_, fit)| *fit).fold(f32::NEG_INFINITY, f32::max);
        let near = all.into_iter().filter(|(_, fit)| *fit >= best - 0.7 && *fit > -2.0).collect::<Vec<_>>();
        let shared = 0.7 * (near.len().max(1) as f32).ln();
        near.into_iter().map(|(entry, fit)| Reached { entry, adjustment: fit - shared, direct: depth == 0 }).collect()
    }

    /// Entry points that the definition of a wrapper uses.
    fn wrapped(
        &mut self,
        module: &Arc<Module>,
        symbol: usize,
        depth: usize,
        seen: &mut FxHashSet<String>,
    ) -> Vec<Reached> {
        // An alias among the twins is followed, a function is another twin.
        let is_alias = module.file.symbols[symbol].kind == SymbolKind::Variable;
        if depth >= DEEPEST_WRAPPER || (self.is_twin(&module.file.path) && !is_alias) {
            return Vec::new();
        }
        let mut names: Vec<(String, Role)> = Vec::new();
        for symbol in pieces(&module.file, symbol) {
            names.extend(symbol.mentions.iter().map(|m| (m.name.to_string(), m.role)));
        }
        names.sort_by(|one, two| one.0.cmp(&two.0));
        names.dedup();
        let mut best: BTreeMap<usize, f32> = BTreeMap::new();
        for (name, role) in names {
            for reached in self.in_wrapper(module, &name, role, depth, seen) {
                let known = best.entry(reached.entry).or_insert(reached.adjustment);
                *known = known.max(reached.adjustment);
            }
        }
        if best.len() > MOST_WRAPPED {
            return Vec::new();
        }
        let shared = 0.6 * (best.len().max(1) as f32).ln() + 0.5 * depth as f32;
        best.into_iter().map(|(entry, fit)| Reached { entry, adjustment: fit - shared, direct: false }).collect()
    }

    fn in_wrapper(
        &mut self,
        module: &Arc<Module>,
        name: &str,
        role: Role,
        depth: usize,
        seen: &mut FxHashSet<String>,
    ) -> Vec<Reached> {
        if role == Role::Text {
            // `getattr(torch._C, "_cuda_isInBadFork")`
            let all = if name.starts_with('_') { self.entries.with_key(name) } else { &[] };
            let all = if all.len() <= 2 { all } else { &[] };
            return all.iter().map(|entry| Reached { entry: *entry, adjustment: -0.3, direct: false }).collect();
        }
        let first = name.split('.').next().unwrap_or(name);
        if let Some(rooted) = self.modules.rooted(&module.imports, name) {
            return self.follow(&rooted, depth + 1, seen);
        }
        if module.defined.contains_key(first) {
            return self.follow(&format!("{}.{name}", module.name), depth + 1, seen);
        }
        self.members(name)
    }

    /// Members with a name so rare that the object in front of the dot need not be known.
    fn members(&self, name: &str) -> Vec<Reached> {
        let key = name.rsplit('.').next().unwrap_or(name);
        let all = self.entries.with_key(key);
        if !name.contains('.') || all.len() > 2 {
            return Vec::new();
        }
        let is_module = |entry: &&usize| matches!(self.entries.all[**entry].owner, Owner::Module(_));
        let members = all.iter().filter(|entry| !is_module(entry));
        members.map(|entry| Reached { entry: *entry, adjustment: -1.0, direct: false }).collect()
    }

    fn is_twin(&self, path: &str) -> bool {
        self.ground.python.iter().any(|file| *file.path == *path)
    }

    /// Strings and names of the C++ that Python has too.
    fn cpp_names(&mut self) {
        let ground = self.ground;
        let mut texts: FxHashMap<&str, Vec<(usize, usize)>> = FxHashMap::default();
        let mut names: FxHashMap<&str, Vec<(usize, usize)>> = FxHashMap::default();
        for (at, file) in ground.cpp.iter().enumerate() {
            for (index, symbol) in file.symbols.iter().enumerate().filter(|(_, symbol)| holds_code(symbol)) {
                for mention in symbol.mentions.iter().filter(|m| m.role == Role::Text) {
                    texts.entry(&mention.name).or_default().push((at, index));
                }
                if matches!(symbol.kind, SymbolKind::Function | SymbolKind::Class) {
                    names.entry(cpp_leaf(&symbol.name)).or_default().push((at, index));
                }
            }
        }
        for (at, twin) in ground.twins.iter().enumerate() {
            let named = matches!(
                twin.kind,
                SymbolKind::Function | SymbolKind::Class | SymbolKind::Variable | SymbolKind::Field
            );
            if named && twin.leaf.len() > 3 && !twin.leaf.starts_with("__") {
                // `reset` and `children` are words, `proxy_call_backward` is a name.
                let adjustment = if is_telling(&twin.leaf) { 0.0 } else { -1.5 };
                self.shared(at, texts.get(twin.leaf.as_str()), Signal::NamesTwin, &twin.leaf, adjustment);
                self.shared(at, names.get(twin.leaf.as_str()), Signal::SameName, &twin.leaf, adjustment);
            }
            for text in twin.texts.iter().filter(|text| text.len() > 4) {
                self.shared(at, texts.get(&**text), Signal::SharedText, text, 0.0);
            }
        }
    }

    fn shared(
        &mut self,
        twin: usize,
        places: Option<&Vec<(usize, usize)>>,
        signal: Signal,
        detail: &str,
        adjustment: f32,
    ) {
        let Some(places) = places.filter(|places| places.len() <= MOST_SHARING) else { return };
        let adjustment = adjustment - 0.7 * (places.len() as f32).ln();
        for (file, symbol) in places {
            for entry in self.entries.of_symbol(*file, &self.ground.cpp[*file], *symbol) {
                self.add(entry, twin, signal, adjustment, detail);
            }
        }
    }

    /// Comments that name the other side, notes that both cite, messages that both have.
    fn prose(&mut self) {
        let ground = self.ground;
        let cpp = Told::of(ground.cpp);
        let python = Told::of(ground.python);
        let twin_of: FxHashMap<(usize, usize), usize> =
            ground.twins.iter().enumerate().map(|(at, twin)| ((twin.file, twin.symbol), at)).collect();
        let mut cpp_names: FxHashMap<&str, Vec<(usize, usize)>> = FxHashMap::default();
        for (at, file) in ground.cpp.iter().enumerate() {
            for (index, symbol) in file.symbols.iter().enumerate() {
                if matches!(symbol.kind, SymbolKind::Function | SymbolKind::Class) && is_telling(cpp_leaf(&symbol.name))
                {
                    cpp_names.entry(cpp_leaf(&symbol.name)).or_default().push((at, index));
                }
            }
        }
        for (place, word) in &python.words {
            let Some(twin) = twin_of.get(place) else { continue };
            self.shared(*twin, cpp_names.get(word.as_str()), Signal::PythonComment, word, 0.0);
        }
        for (place, word) in &cpp.words {
            let named = self.twins_by_leaf.get(word.as_str()).cloned().unwrap_or_default();
            let named: Vec<usize> =
                named.into_iter().filter(|at| ground.twins[*at].kind != SymbolKind::Branch).collect();
            if named.len() <= 3 {
                for twin in named {
                    self.shared(twin, Some(&vec![*place]), Signal::CppComment, word, 0.0);
                }
            }
        }
        for (signal, ours, theirs) in
            [(Signal::Note, &cpp.notes, &python.notes), (Signal::ErrorText, &cpp.shingles, &python.shingles)]
        {
            for (text, places) in theirs.iter().filter(|(_, places)| places.len() <= MOST_SHARING) {
                for twin in places.iter().filter_map(|place| twin_of.get(place)) {
                    self.shared(*twin, ours.get(text), signal, text, 0.0);
                }
            }
        }
    }

    /// What the methods of a class use says something of the class, and so does its name.
    fn classes(&mut self) {
        let ground = self.ground;
        let class_at: FxHashMap<(usize, &str), usize> = ground
            .twins
            .iter()
            .enumerate()
            .filter(|(_, twin)| twin.kind == SymbolKind::Class)
            .map(|(at, twin)| ((twin.file, twin.leaf.as_str()), at))
            .collect();
        let mut found: BTreeMap<(usize, usize), (usize, Arc<str>)> = BTreeMap::new();
        for ((entry, twin), evidence) in &self.pairs {
            let twin = &ground.twins[*twin];
            let class = twin.class.as_deref().and_then(|class| class_at.get(&(twin.file, class)));
            let tells = |seen: &&Evidence| match seen.signal {
                Signal::NameUsed | Signal::WrapperUsed | Signal::StringBranch => true,
                Signal::NamesTwin | Signal::SameName => seen.adjustment >= -0.5,
                _ => false,
            };
            let used = evidence.iter().find(tells);
            if let (Some(class), Some(used)) = (class, used) {
                found.entry((*entry, *class)).or_insert((0, used.detail.clone())).0 += 1;
            }
        }
        for ((entry, class), (members, detail)) in found {
            self.add(entry, class, Signal::ClassUses, (members as f32).ln(), &detail);
        }
        for entry in 0..self.entries.all.len() {
            self.class_name(entry, &class_at);
        }
    }

    fn class_name(&mut self, entry: usize, class_at: &FxHashMap<(usize, &str), usize>) {
        let Some(key) = self.entries.all[entry].key.clone() else { return };
        let bare = key.trim_start_matches('_');
        if !bare.starts_with(char::is_uppercase) || bare.chars().all(|c| !c.is_lowercase()) {
            return;
        }
        let mut named: Vec<usize> = class_at.values().copied().collect();
        named.sort_unstable();
        for at in named {
            let class = self.ground.twins[at].leaf.clone();
            let rarity = self.ground.rarity;
            let (Some(one), Some(two)) = (rarity.share(&class, bare), rarity.share(bare, &class)) else { continue };
            if one + two >= 1.6 {
                self.add(entry, at, Signal::ClassName, one + two - 2.0, &key);
            }
        }
    }
}

/// What the prose of files says, by the symbol it stands in or before.
#[derive(Default)]
struct Told {
    words: Vec<((usize, usize), String)>,
    notes: BTreeMap<String, Vec<(usize, usize)>>,
    shingles: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Told {
    fn of(files: &[ParsedFile]) -> Told {
        let mut told = Told::default();
        for (at, file) in files.iter().enumerate() {
            let rest = file.rest_again();
            let all = file.prose();
            drop(rest);
            for prose in all {
                if let Some(symbol) = around(file, &prose) {
                    told.read((at, symbol), &prose);
                }
            }
        }
        told
    }

    fn read(&mut self, place: (usize, usize), prose: &Prose) {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut seen = FxHashSet::default();
        for word in prose.text.split(|c| !is_word(c)).filter(|word| is_telling(word)) {
            if seen.insert(word) {
                self.words.push((place, word.to_owned()));
            }
        }
        if let Some(title) = note(&prose.text) {
            push_once(self.notes.entry(title).or_default(), place);
        }
        if prose.kind == ProseKind::Text {
            let lower = prose.text.to_lowercase();
            let words: Vec<&str> = lower.split(|c| !is_word(c)).filter(|word| word.len() > 1).collect();
            for shingle in words.windows(SHINGLE) {
                push_once(self.shingles.entry(shingle.join(" ")).or_default(), place);
            }
        }
    }
}

fn push_once(places: &mut Vec<(usize, usize)>, place: (usize, usize)) {
    if places.last() != Some(&place) {
        places.push(place);
    }
}

/// The innermost symbol around a piece of prose, or the one that begins right after it.
fn around(file: &ParsedFile, prose: &Prose) -> Option<usize> {
    let fits = |symbol: &Symbol| holds_code(symbol) && !symbol.view;
    let symbols = file.symbols.iter().enumerate().filter(|(_, symbol)| fits(symbol));
    let inside = symbols.clone().filter(|(_, s)| s.bytes.contains(&prose.bytes.start)).map(|(at, _)| at).next_back();
    inside
        .filter(|at| file.symbols[*at].kind != SymbolKind::Class || file.language == crate::symbols::Language::Python)
        .or_else(|| {
            let after =
                symbols.filter(|(_, s)| s.bytes.start >= prose.bytes.end).map(|(at, s)| (s.bytes.start, at)).min();
            after.filter(|(start, _)| start - prose.bytes.end < 200).map(|(_, at)| at)
        })
}

fn holds_code(symbol: &Symbol) -> bool {
    matches!(
        symbol.kind,
        SymbolKind::Function | SymbolKind::Class | SymbolKind::Binding | SymbolKind::Variable | SymbolKind::Table
    )
}

/// Whether a word in prose is a name of code and nothing else.
fn is_telling(word: &str) -> bool {
    let inner_hump = word.chars().zip(word.chars().skip(1)).any(|(a, b)| a.is_lowercase() && b.is_uppercase());
    word.len() >= 6 && !word.starts_with("__") && (word.trim_matches('_').contains('_') || inner_hump)
}

/// The title of `Note [Title]`.
fn note(text: &str) -> Option<String> {
    let at = text.to_ascii_lowercase().find("note")?;
    let rest = text.get(at + 4..)?.trim_start_matches([':', ' ']);
    let title = rest.strip_prefix('[')?.split(']').next()?;
    (title.len() > 6).then(|| title.to_lowercase())
}

fn by_leaf(twins: &[Twin]) -> FxHashMap<&str, Vec<usize>> {
    let mut found: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
    for (at, twin) in twins.iter().enumerate() {
        found.entry(twin.leaf.as_str()).or_default().push(at);
    }
    found
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// A symbol and everything inside it.
fn pieces(file: &ParsedFile, root: usize) -> impl Iterator<Item = &Symbol> {
    let bytes = file.symbols[root].bytes.clone();
    file.symbols[root..].iter().filter(move |symbol| bytes.start <= symbol.bytes.start && symbol.bytes.end <= bytes.end)
}
