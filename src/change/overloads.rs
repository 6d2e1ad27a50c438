//! Overloads: one function under more or fewer signatures. A default argument is an overload that nobody wrote out; an
//! overload that does what another one does gives nobody anything else.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{Change, FilePair, What, defaults, matching, unnamed};
use crate::ladder::{Pair, Rung, Surroundings};
use crate::symbols::{Language, ParsedFile, SymbolKind, Term};

/// Takes overloads that came or went down to the rung at which they are what the other side has.
pub fn explain(pairs: &[FilePair], changes: &mut [Change], surroundings: &Surroundings) {
    let lone = |change: &&Change| {
        let function = matches!(change.kind, SymbolKind::Function | SymbolKind::Declaration);
        let comes = matches!(change.what, What::Added | What::Removed);
        function && comes && change.rung == Rung::Semantic && change.language == Language::Cpp && change.certain
    };
    let mut groups: BTreeMap<(&str, &str, SymbolKind), Vec<usize>> = BTreeMap::new();
    for (at, change) in changes.iter().enumerate().filter(|(_, change)| change.language == Language::Cpp) {
        groups.entry((&*change.path, &*change.symbol, change.kind)).or_default().push(at);
    }
    groups.retain(|_, group| group.iter().any(|&at| lone(&&changes[at])));
    let by_path: FxHashMap<&str, (&ParsedFile, &ParsedFile)> = pairs
        .iter()
        .filter_map(|pair| Some((pair.before.as_ref()?, pair.after.as_ref()?)))
        .filter(|(before, after)| before.path == after.path)
        .map(|(before, after)| (&*before.path, (before, after)))
        .collect();
    let groups: Vec<_> = groups.into_iter().filter(|((path, ..), _)| by_path.contains_key(path)).collect();
    let files: Vec<_> = groups.chunk_by(|(one, _), (two, _)| one.0 == two.0).collect();
    let explained = files.into_par_iter().flat_map_iter(|groups| {
        let (before, after) = by_path[groups[0].0.0];
        let _rest = [before.rest_again(), after.rest_again()];
        let found = groups.iter().flat_map(|((_, name, kind), group)| {
            let group: Vec<(usize, &Change)> = group.iter().map(|&at| (at, &changes[at])).collect();
            explained(before, after, (name, *kind), &group, surroundings)
        });
        found.collect::<Vec<_>>()
    });
    for (at, rung) in explained.collect::<Vec<_>>() {
        changes[at].rung = rung.max(Rung::Structure);
        changes[at].facets.clear();
    }
}

/// The changes of one name in one file that are explained, and the rung at which they are.
fn explained(
    before: &ParsedFile,
    after: &ParsedFile,
    (name, kind): (&str, SymbolKind),
    group: &[(usize, &Change)],
    surroundings: &Surroundings,
) -> Vec<(usize, Rung)> {
    let counts =
        [before, after].map(|file| file.symbols.iter().filter(|one| one.kind == kind && one.name == name).count());
    if counts.contains(&0) || counts.iter().any(|&count| count > MOST_OVERLOADS) {
        return Vec::new();
    }
    let initialised = [before, after].into_iter().flat_map(|file| initialised(file, name)).collect();
    let [before, after] = [before, after].map(|file| overloads(file, name, kind));
    let compared = Compared { surroundings, kind, initialised };
    let written_out = (kind == SymbolKind::Function).then(|| compared.all(&before, &after)).flatten();
    let twin = |change: &Change| {
        let (own, others) = match change.what {
            What::Removed => (&before, &after),
            What::Added => (&after, &before),
            What::Modified | What::Moved => return None,
        };
        let own = own.iter().find(|one| Some(one.lines) == change.after.or(change.before))?;
        others.iter().filter_map(|other| compared.rung(&own.term, &other.term)).min()
    };
    let semantic = group.iter().filter(|(_, change)| change.rung == Rung::Semantic);
    semantic.filter_map(|&(at, change)| Some((at, written_out.or_else(|| twin(change))?))).collect()
}

/// In one file: all are compared with all.
const MOST_OVERLOADS: usize = 8;

struct Overload {
    lines: crate::symbols::Lines,
    term: Term,
}

fn overloads(file: &ParsedFile, name: &str, kind: SymbolKind) -> Vec<Overload> {
    let own = file.symbols.iter().enumerate().filter(|(_, symbol)| symbol.kind == kind && symbol.name == name);
    let whole = own.filter(|(_, symbol)| !symbol.damaged);
    whole.map(|(at, symbol)| Overload { lines: symbol.lines, term: named(unnamed((file, at)), &symbol.name) }).collect()
}

/// Marks where the function calls an overload of its own name.
fn named(mut term: Term, name: &str) -> Term {
    // What fills a whole file is wrapped in the file.
    if let [only] = term.children.as_mut_slice()
        && only.kind == "function_definition"
    {
        term = std::mem::replace(only, Term::node("empty", Vec::new()));
    }
    let leaf = matching::leaf_name(name);
    let is_own = |term: &Term| term.is_leaf() && *term.text == *leaf;
    for part in term.children.iter_mut().filter(|part| part.field != Some("declarator")) {
        part.rewrite(&mut |node| match node.kind {
            "call_expression" => {
                if let Some(function) = node.child_mut("function").filter(|function| is_own(function)) {
                    function.text = OWN_NAME.into();
                }
            }
            "field_initializer" => {
                if let Some(class) = node.children.first_mut().filter(|class| is_own(class)) {
                    class.text = OWN_NAME.into();
                }
            }
            _ => {}
        });
    }
    term
}

/// What stands for the function's name where it calls an overload.
const OWN_NAME: &str = "%overload";

struct Compared<'a> {
    surroundings: &'a Surroundings,
    kind: SymbolKind,
    /// Fields that have a value before any constructor gives them one.
    initialised: BTreeSet<String>,
}

impl Compared<'_> {
    /// The rung at which two overloads are the same, if there is one.
    fn rung(&self, before: &Term, after: &Term) -> Option<Rung> {
        let pair = Pair {
            language: Language::Cpp,
            kind: self.kind,
            before: before.clone(),
            after: after.clone(),
            surroundings: self.surroundings,
        };
        Some(pair.rung()).filter(|&rung| rung < Rung::Semantic)
    }

    /// The rung at which every way to call one side is a way to call the other, once default arguments are written out.
    fn all(&self, before: &[Overload], after: &[Overload]) -> Option<Rung> {
        let [before, mut after] = [before, after].map(|overloads| self.written_out(overloads));
        if before.len() != after.len() || before.len() > MOST_OVERLOADS {
            return None;
        }
        let mut deepest = Rung::Layout;
        for one in before {
            let ranked = after.iter().enumerate().filter_map(|(at, other)| {
                let rungs = one.iter().flat_map(|one| other.iter().filter_map(|other| self.rung(one, other)));
                Some((rungs.min()?, at))
            });
            let (rung, at) = ranked.min()?;
            after.remove(at);
            deepest = deepest.max(rung);
        }
        Some(deepest)
    }

    /// Every way to call the functions; each as it is written and, where it only passes on to another, as that one's
    /// code.
    fn written_out(&self, overloads: &[Overload]) -> Vec<Vec<Term>> {
        let mut ways: Vec<Vec<Term>> = Vec::new();
        for overload in overloads {
            let mut shorter = overload.term.clone();
            loop {
                let mut plain = shorter.clone();
                defaults::forget(&mut plain);
                let passed = passed_on(&plain, overloads);
                ways.push(std::iter::once(plain).chain(passed).map(|way| self.settled(way)).collect());
                if !without_last_default(&mut shorter) {
                    break;
                }
            }
        }
        ways
    }

    /// What is written to have the compiler's own, and what is set to what it would be anyway, in one form.
    fn settled(&self, mut function: Term) -> Term {
        for child in function.children.iter_mut().filter(|child| child.kind == "default_method_clause") {
            let braces = vec![Term::leaf("{", "{"), Term::leaf("}", "}")];
            *child = Term { field: Some("body"), ..Term::node("compound_statement", braces) };
        }
        function.rewrite(&mut |list| {
            if list.kind == "field_initializer_list" {
                list.children.retain(|one| one.kind != "field_initializer" || !self.is_set_to_nothing(one));
            }
        });
        let empty = |child: &Term| {
            child.kind == "field_initializer_list" && !child.children.iter().any(|one| one.kind == "field_initializer")
        };
        function.children.retain(|child| !empty(child));
        function
    }

    /// `x(%nothing)`, `x(std::move(%nothing))` of a field that would have no value else.
    fn is_set_to_nothing(&self, initialiser: &Term) -> bool {
        let words = initialiser
            .tokens()
            .into_iter()
            .filter(|token| !matches!(*token, "(" | ")" | "{" | "}" | "std" | "::" | "move"));
        matches!(words.collect::<Vec<_>>().as_slice(), [field, NOTHING] if !self.initialised.contains(*field))
    }
}

/// Fields of the constructor's class that have a value of their own.
fn initialised(file: &ParsedFile, constructor: &str) -> Vec<String> {
    let class = constructor.rsplit_once("::").map_or("", |(class, _)| class);
    let own = |name: &str| name.rsplit_once("::").is_some_and(|(owner, _)| owner == class);
    let fields =
        file.symbols.iter().enumerate().filter(|(_, symbol)| symbol.kind == SymbolKind::Field && own(&symbol.name));
    let valued = fields.filter(|(at, _)| file.term(*at).child("default_value").is_some());
    valued.map(|(_, symbol)| matching::leaf_name(&symbol.name).to_owned()).collect()
}

/// `f(a)` of `f(a, b = 1)`: the parameter is the value that it has then. Whether there was a default.
fn without_last_default(function: &mut Term) -> bool {
    let Some(list) = parameters_mut(function) else { return false };
    let Some(at) = list.children.iter().rposition(is_parameter) else { return false };
    if list.children[at].kind != "optional_parameter_declaration" {
        return false;
    }
    let parameter = list.children.remove(at);
    if at > 0 && &*list.children[at - 1].text == "," {
        list.children.remove(at - 1);
    }
    let Some(value) = parameter.child("default_value") else { return false };
    let value = if is_made_of_nothing(value, &parameter) { Term::leaf("identifier", NOTHING) } else { value.clone() };
    if let Some(name) = declared(&parameter) {
        replace(function, &name, &value);
    }
    true
}

/// A value that a type gives by itself; what is set to it may as well not be set.
const NOTHING: &str = "%nothing";

/// `T()` or `{}` of a parameter whose type is the class `T`.
fn is_made_of_nothing(value: &Term, parameter: &Term) -> bool {
    let Some(kind) =
        parameter.child("type").filter(|kind| !kind.kind.contains("primitive") && !kind.kind.contains("sized"))
    else {
        return false;
    };
    let code = value.code();
    code == "{}" || code.strip_suffix("()").or_else(|| code.strip_suffix("{}")).is_some_and(|made| made == kind.code())
}

/// The code of the overload that a function only passes its arguments on to.
fn passed_on(function: &Term, overloads: &[Overload]) -> Option<Term> {
    let arguments = passed_arguments(function)?;
    let takes = |other: &&Overload| {
        let all = parameters(&other.term).map_or(0, |list| list.children.iter().filter(|it| is_parameter(it)).count());
        all == arguments.len() && other.term.child("body") != function.child("body")
    };
    let targets: Vec<&Overload> = overloads.iter().filter(takes).collect();
    let [target] = targets.as_slice() else { return None };
    let list = parameters(&target.term)?.children.iter().filter(|child| is_parameter(child));
    let mut code = target.term.clone();
    for (parameter, argument) in list.zip(arguments) {
        replace(&mut code, &declared(parameter)?, argument);
    }
    *parameters_mut(&mut code)? = parameters(function)?.clone();
    Some(code)
}

/// The arguments of `{ return f(a, b); }`, or of `: T(a, b) {}` in a constructor.
fn passed_arguments(function: &Term) -> Option<Vec<&Term>> {
    let statements: Vec<&Term> = function.child("body")?.named().collect();
    let initialisers = function.children.iter().find(|child| child.kind == "field_initializer_list");
    match (statements.as_slice(), initialisers) {
        ([], Some(list)) => {
            let given: Vec<&Term> = list.children.iter().filter(|child| child.kind == "field_initializer").collect();
            let [one] = given.as_slice() else { return None };
            let delegates = one.children.first().is_some_and(|name| &*name.text == OWN_NAME);
            one.children.last().filter(|_| delegates).map(listed)
        }
        ([statement], None) if matches!(statement.kind, "return_statement" | "expression_statement") => {
            let call = statement.children.iter().find(|child| child.kind == "call_expression")?;
            let passes = call.child("function").is_some_and(|name| &*name.text == OWN_NAME);
            call.child("arguments").filter(|_| passes).map(listed)
        }
        _ => None,
    }
}

/// What stands between parentheses and commas; `true` is a token of the grammar as they are.
fn listed(arguments: &Term) -> Vec<&Term> {
    let sign = |child: &Term| matches!(&*child.text, "(" | ")" | "{" | "}" | ",");
    arguments.children.iter().filter(|child| !sign(child)).collect()
}

/// Puts a value in the place of a parameter, in the initialisers and in the body.
fn replace(function: &mut Term, parameter: &str, value: &Term) {
    for part in function.children.iter_mut().filter(|part| part.field != Some("declarator")) {
        part.rewrite(&mut |leaf| {
            if leaf.is_leaf() && leaf.kind == "identifier" && *leaf.text == *parameter {
                *leaf = Term { field: leaf.field, ..value.clone() };
            }
        });
    }
}

fn is_parameter(child: &Term) -> bool {
    matches!(child.kind, "parameter_declaration" | "optional_parameter_declaration")
}

fn parameters(function: &Term) -> Option<&Term> {
    let mut at = function.child("declarator")?;
    while at.kind != "function_declarator" {
        at = at.child("declarator").or_else(|| at.children.iter().find(|child| child.kind.ends_with("declarator")))?;
    }
    at.child("parameters")
}

fn parameters_mut(function: &mut Term) -> Option<&mut Term> {
    let mut at = function.child_mut("declarator")?;
    while at.kind != "function_declarator" {
        let next = at.children.iter().position(|child| child.kind.ends_with("declarator"))?;
        at = &mut at.children[next];
    }
    at.child_mut("parameters")
}

/// The name of a parameter.
fn declared(parameter: &Term) -> Option<String> {
    let mut at = parameter.child("declarator")?;
    while !at.is_leaf() {
        at = at.child("declarator").or_else(|| at.children.last())?;
    }
    (at.kind == "identifier").then(|| at.text.to_string())
}
