//! Chooses functions for every kind of edit, so that each pair is edited for itself: no two pairs share a file, and no
//! function mentions, over two steps, one that is edited for another pair.

use std::collections::BTreeSet;

use anyhow::ensure;
use dynadrift::symbols::{Symbol, SymbolKind};
use rustc_hash::FxHashMap;

use crate::mutation::{self, Dice, Edit, Effect, Operator, Subject};

use super::kind::Kind;
use super::pair::{CppEnd, Pair};
use super::python;

/// A function by the position of its file, and its position there.
type Place = (usize, usize);

pub struct Chooser<'a> {
    subjects: &'a [Subject],
    /// Where functions of a name are defined, in any file.
    defined: FxHashMap<&'a str, Vec<Place>>,
    classes: BTreeSet<&'a str>,
    operators: Vec<Operator>,
    twins: Vec<python::Function>,
    seed: u64,
    used: BTreeSet<&'a str>,
    /// Names of functions that are edited, and all names that the pairs reach.
    edited: BTreeSet<&'a str>,
    reached: BTreeSet<&'a str>,
}

/// What becomes of the C++ side of a pair.
struct Plan<'a> {
    place: Place,
    name: String,
    /// The function whose code changes what it does, and the change.
    target: Option<(Place, &'a str)>,
    edit: Edit,
    operator: &'static str,
}

impl<'a> Chooser<'a> {
    pub fn over(subjects: &'a [Subject], mut twins: Vec<python::Function>, seed: u64) -> Chooser<'a> {
        let mut defined: FxHashMap<&str, Vec<Place>> = FxHashMap::default();
        for (file, subject) in subjects.iter().enumerate() {
            for function in 0..subject.functions.len() {
                defined.entry(name(subject, function)).or_default().push((file, function));
            }
        }
        let symbols = subjects.iter().flat_map(|subject| subject.parsed.symbols.iter());
        let classes = symbols.filter(|symbol| symbol.kind == SymbolKind::Class);
        // From the end one after the other, each of another file.
        Dice::of(seed, "twins").shuffle(&mut twins);
        let mut seen = BTreeSet::new();
        twins.retain(|twin| seen.insert(twin.path.clone()));
        Chooser {
            subjects,
            defined,
            classes: classes.map(|symbol| &*symbol.name).collect(),
            operators: mutation::operators(),
            twins,
            seed,
            used: BTreeSet::new(),
            edited: BTreeSet::new(),
            reached: BTreeSet::new(),
        }
    }

    pub fn choose(mut self) -> anyhow::Result<Vec<Pair>> {
        let mut pairs = Vec::new();
        for kind in Kind::ALL {
            let mut order: Vec<usize> = (0..self.subjects.len()).collect();
            Dice::of(self.seed, kind.name()).shuffle(&mut order);
            let mut wanted = kind.count();
            for file in order {
                if wanted == 0 {
                    break;
                }
                let Some(plan) = self.plan(kind, file) else { continue };
                let Some(twin) = self.twins.pop() else { break };
                pairs.push(self.pair(kind, &plan, twin, pairs.len()));
                wanted -= 1;
            }
            ensure!(wanted == 0, "the tree has too few functions for `{}`: {wanted} pairs short", kind.name());
        }
        Ok(pairs)
    }

    /// What can be done to some function of a file that no pair has; takes its files and names.
    fn plan(&mut self, kind: Kind, file: usize) -> Option<Plan<'a>> {
        let subject = &self.subjects[file];
        let path: &str = &subject.parsed.path;
        if self.used.contains(path) || (kind.renames() && !path.ends_with(".cpp")) {
            return None;
        }
        let mut functions: Vec<usize> = (0..subject.functions.len()).collect();
        Dice::of(self.seed, path).shuffle(&mut functions);
        let selectable = functions.iter().filter_map(|&function| Some((function, selector(subject, function)?)));
        for (function, name) in selectable.take(6) {
            let closure = self.closure((file, function));
            let Some(plan) = self.plan_for(kind, (file, function), name.to_owned(), &closure) else { continue };
            if self.is_apart(&plan, &closure) {
                self.take(&plan, closure);
                return Some(plan);
            }
        }
        None
    }

    fn plan_for(&self, kind: Kind, place: Place, name: String, closure: &BTreeSet<&'a str>) -> Option<Plan<'a>> {
        let plain = |names: &[&str]| {
            let (operator, edit) = self.edit(place, Effect::Harmless, names)?;
            Some(Plan { place, name: name.clone(), target: None, edit, operator })
        };
        match kind {
            Kind::Untouched | Kind::RenamedOnly => {
                Some(Plan { place, name, target: None, edit: Edit::default(), operator: "" })
            }
            Kind::CommentOnly => plain(&["add a comment", "remove comments"]),
            Kind::Reformatted => plain(&["rewrap"]),
            Kind::HelperChanged => self.helper(place).and_then(|target| self.semantic(place, name, target)),
            Kind::NeighbourChanged => {
                self.neighbour(place, closure).and_then(|target| self.semantic(place, name, target))
            }
            Kind::BodyDrift | Kind::FakeSync | Kind::RenamedAndEdited | Kind::BothChanged => {
                self.semantic(place, name, place)
            }
        }
    }

    fn semantic(&self, place: Place, name: String, target: Place) -> Option<Plan<'a>> {
        let (operator, edit) = self.edit(target, Effect::Semantic, &[])?;
        let target = Some((target, self::name(&self.subjects[target.0], target.1)));
        Some(Plan { place, name, target, edit, operator })
    }

    /// An edit inside a function, by any of the named operators, or of all.
    fn edit(&self, (file, function): Place, effect: Effect, names: &[&str]) -> Option<(&'static str, Edit)> {
        let subject = &self.subjects[file];
        let body = subject.functions[function].body;
        let (start, end) = (subject.tokens[body.0].start, subject.tokens[body.1].end);
        let fits =
            |operator: &&Operator| operator.effect == effect && (names.is_empty() || names.contains(&operator.name));
        let mut operators: Vec<&Operator> = self.operators.iter().filter(fits).collect();
        Dice::of(self.seed + file as u64, "operators").shuffle(&mut operators);
        operators.into_iter().find_map(|operator| {
            let edits = operator.edits(subject, self.seed, usize::MAX);
            let inside = |edit: &Edit| edit.parts.iter().all(|(first, last, _)| start < *first && *last < end);
            Some((operator.name, edits.into_iter().find(inside)?))
        })
    }

    /// A function that is called by a name that only it has: plainly, or as a member in its own file.
    fn helper(&self, (file, function): Place) -> Option<Place> {
        let subject = &self.subjects[file];
        let body = subject.functions[function].body;
        (body.0..body.1).filter_map(|at| subject.call(at)).find_map(|call| {
            let [target] = self.defined.get(subject.word(call.name))?[..] else { return None };
            let fits = match subject.before(call.name) {
                "." | "->" => target.0 == file,
                "::" => self.is_in(target, subject.word(call.name - 2)),
                _ => self.is_plain(target) || !self.is_plain((file, function)),
            };
            let other = target != (file, function) && fits;
            let free = target.0 == file || !self.used.contains(&*self.subjects[target.0].parsed.path);
            (other && free).then_some(target)
        })
    }

    /// Whether the class or namespace around a function has this name.
    fn is_in(&self, place: Place, scope: &str) -> bool {
        self.symbol(place).is_some_and(|symbol| symbol.name.rsplit("::").nth(1) == Some(scope))
    }

    /// Whether a function is no member of a class.
    fn is_plain(&self, place: Place) -> bool {
        let scope = |symbol: &'a Symbol| symbol.name.rsplit_once("::").map_or("", |(scope, _)| scope);
        self.symbol(place).is_some_and(|symbol| !self.classes.contains(scope(symbol)))
    }

    fn symbol(&self, (file, function): Place) -> Option<&'a Symbol> {
        let subject = &self.subjects[file];
        let start = subject.tokens[subject.functions[function].first].start;
        let mut symbols = subject.parsed.symbols.iter();
        symbols.find(|symbol| symbol.kind == SymbolKind::Function && symbol.bytes.start == start)
    }

    /// A function of the same file whose name is not reached.
    fn neighbour(&self, (file, function): Place, closure: &BTreeSet<&'a str>) -> Option<Place> {
        let subject = &self.subjects[file];
        let others = (0..subject.functions.len()).filter(|&other| other != function);
        let unknown = others.filter(|&other| !closure.contains(name(subject, other)));
        unknown.map(|other| (file, other)).next()
    }

    /// The names that a function mentions, and those that functions of these names mention.
    fn closure(&self, place: Place) -> BTreeSet<&'a str> {
        let mut closure = self.words(place);
        for word in closure.clone() {
            let called = self.defined.get(word).into_iter().flatten();
            called.for_each(|place| closure.extend(self.words(*place)));
        }
        closure
    }

    fn words(&self, (file, function): Place) -> BTreeSet<&'a str> {
        let subject = &self.subjects[file];
        let function = &subject.functions[function];
        (function.first..function.body.1).map(|at| subject.word(at)).filter(|word| is_name(word)).collect()
    }

    /// Whether nothing that this pair edits is reached by others, and nothing that others edit by this one.
    fn is_apart(&self, plan: &Plan<'a>, closure: &BTreeSet<&'a str>) -> bool {
        let own = plan.target.map(|(_, name)| name);
        own.is_none_or(|name| !self.reached.contains(name) && !self.edited.contains(name))
            && !closure.iter().any(|name| self.edited.contains(name))
    }

    fn take(&mut self, plan: &Plan<'a>, closure: BTreeSet<&'a str>) {
        self.used.insert(&self.subjects[plan.place.0].parsed.path);
        self.reached.extend(closure);
        if let Some(((file, _), name)) = plan.target {
            self.used.insert(&self.subjects[file].parsed.path);
            self.edited.insert(name);
        }
    }

    fn pair(&self, kind: Kind, plan: &Plan<'a>, python: python::Function, number: usize) -> Pair {
        let (file, function) = plan.place;
        let subject = &self.subjects[file];
        let path = subject.parsed.path.to_string();
        let edited = plan.target.map_or(file, |((file, _), _)| file);
        let (cpp_edit, elsewhere) = match &self.subjects[edited] {
            _ if edited == file => (plan.edit.clone(), None),
            other => (Edit::default(), Some((other.parsed.path.to_string(), other.text.clone(), plan.edit.clone()))),
        };
        let new_path = kind.renames().then(|| path.replace(".cpp", "_moved.cpp"));
        let python_edit = match kind {
            Kind::FakeSync => python.comment(),
            Kind::BothChanged => python.semantic(),
            _ => Edit::default(),
        };
        let function = &subject.functions[function];
        let (start, end) = (subject.tokens[function.first].start, subject.tokens[function.body.1].end);
        let cpp = CppEnd { path, name: plan.name.clone(), text: subject.text.clone(), start, end };
        let before = &self.subjects[edited].text;
        let what = format!("\n      {}{}", plan.operator, mutation::difference(before, &plan.edit.apply(before)));
        Pair { id: format!("pair-{number}"), kind, cpp, python, cpp_edit, python_edit, elsewhere, new_path, what }
    }
}

/// The last part of a function's name.
fn name(subject: &Subject, function: usize) -> &str {
    subject.before(subject.functions[function].parameters.0)
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The name by which a mapping picks a function, if it picks nothing else of the file.
fn selector(subject: &Subject, function: usize) -> Option<&str> {
    let start = subject.tokens[subject.functions[function].first].start;
    let symbols = &subject.parsed.symbols;
    let is_it = |symbol: &&Symbol| symbol.kind == SymbolKind::Function && symbol.bytes.start == start;
    let symbol = symbols.iter().find(is_it)?;
    let plain = symbol
        .name
        .split("::")
        .all(|part| is_name(part) && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'));
    let is_alone = symbols.iter().filter(|other| {
        let ends_so = other.name.strip_suffix(symbol.name.as_str());
        ends_so.is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
    });
    let long = symbol.lines.end >= symbol.lines.start + 3;
    (plain && long && is_alone.count() == 1).then_some(&*symbol.name)
}
