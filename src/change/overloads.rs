//! Overloads: one function under more or fewer signatures. A default argument is an overload that nobody wrote out; an
//! overload that does what another one does gives nobody anything else.

use std::collections::BTreeSet;

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
    let wanted: BTreeSet<(String, String, SymbolKind)> = changes
        .iter()
        .filter(lone)
        .map(|change| (change.path.to_string(), change.symbol.clone(), change.kind))
        .collect();
    for (path, name, kind) in wanted {
        let at = |file: &Option<ParsedFile>| file.as_ref().is_some_and(|file| *file.path == *path);
        let Some(pair) = pairs.iter().find(|pair| at(&pair.before) && at(&pair.after)) else { continue };
        let [before, after] = [&pair.before, &pair.after].map(|file| overloads(file.as_ref(), &name, kind));
        if before.is_empty() || after.is_empty() || before.len().max(after.len()) > MOST_OVERLOADS {
            continue;
        }
        let initialised = [&pair.before, &pair.after].into_iter().flatten().flat_map(|file| initialised(file, &name));
        let compared = Compared { surroundings, kind, initialised: initialised.collect() };
        let own = |change: &&mut Change| *change.path == *path && change.symbol == name && change.kind == kind;
        let written_out = (kind == SymbolKind::Function).then(|| compared.all(&before, &after)).flatten();
        for change in changes.iter_mut().filter(own).filter(|change| change.rung == Rung::Semantic) {
            let lines = change.after.or(change.before);
            let twin = || {
                let (own, others) = if change.what == What::Removed { (&before, &after) } else { (&after, &before) };
                let own = own.iter().find(|one| Some(one.lines) == lines)?;
                others.iter().filter_map(|other| compared.rung(&own.term, &other.term)).min()
            };
            let twin = if matches!(change.what, What::Added | What::Removed) { twin() } else { None };
            if let Some(rung) = written_out.or(twin) {
                change.rung = rung.max(Rung::Structure);
                change.facets.clear();
            }
        }
    }
}

/// In one file: all are compared with all.
const MOST_OVERLOADS: usize = 8;

struct Overload {
    lines: crate::symbols::Lines,
    term: Term,
}

fn overloads(file: Option<&ParsedFile>, name: &str, kind: SymbolKind) -> Vec<Overload> {
    let Some(file) = file else { return Vec::new() };
    let _rest = file.rest_again();
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
    let _rest = file.rest_again();
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
