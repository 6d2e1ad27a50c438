//! A switch over kinds becomes a virtual call: each case gave a constant, and now each class, one for a kind, gives it.

use std::collections::BTreeMap;

use crate::ladder::Pair;
use crate::ladder::spelling::cpp::last_name;
use crate::symbols::Term;

/// Functions that only give a constant: the class each belongs to, and the constant.
pub type Constants = BTreeMap<String, Vec<(String, String)>>;

/// Writes such a switch as the call that the other side has in its place.
pub fn settle(pair: &mut Pair<'_>) {
    let (gone, new) = (&pair.surroundings.constants_gone, &pair.surroundings.constants_new);
    if !new.is_empty() {
        as_call(&mut pair.before, &pair.after, new);
    }
    if !gone.is_empty() {
        as_call(&mut pair.after, &pair.before, gone);
    }
}

fn as_call(term: &mut Term, other: &Term, constants: &Constants) {
    let mut calls: Vec<(&Term, &Vec<(String, String)>)> = Vec::new();
    other.visit(&mut |call| {
        let bare = call.child("arguments").is_some_and(Term::is_leaf);
        let function = call.child("function").filter(|_| call.kind == "call_expression" && bare);
        let named = function.and_then(|function| constants.get(last_name(function)));
        calls.extend(named.map(|classes| (call, classes)));
    });
    if calls.is_empty() {
        return;
    }
    let mut asked: Vec<Box<str>> = Vec::new();
    term.rewrite(&mut |statement| {
        let Some(switch) = Switch::of(statement) else { return };
        if let Some((call, _)) = calls.iter().find(|(_, classes)| switch.is_dispatched(classes)) {
            asked.extend(statement.child("condition").map(|asked| asked.text.clone()));
            *statement = Term { field: statement.field, line: statement.line, ..switch.with((*call).clone()) };
        }
    });
    if !asked.is_empty() {
        forget_kind(term, &asked);
    }
}

/// `Kind kind = f();` was only there for the switch.
fn forget_kind(term: &mut Term, asked: &[Box<str>]) {
    let mut uses = 0;
    term.visit(&mut |leaf| uses += usize::from(leaf.is_leaf() && asked.contains(&leaf.text)));
    let declares = |statement: &Term| {
        let declarator = statement.child("declarator").filter(|_| statement.kind == "declaration");
        let name = declarator.and_then(|declarator| declarator.child("declarator"));
        let bare = declarator.and_then(|declarator| declarator.child("value")).is_some_and(only_asks);
        bare && name.is_some_and(|name| name.is_leaf() && asked.contains(&name.text))
    };
    term.rewrite(&mut |block| {
        if block.kind == "compound_statement" && uses == asked.len() {
            block.children.retain(|statement| !declares(statement));
        }
    });
}

/// A switch in which every case returns the same expression of another constant, and anything else fails.
struct Switch {
    /// Enumerator and constant.
    cases: Vec<(String, String)>,
    /// What is returned, with the constant of the first case in it.
    returned: Term,
}

impl Switch {
    fn of(statement: &Term) -> Option<Switch> {
        let asked = statement.child("condition").filter(|_| statement.kind == "switch_statement")?;
        let mut parts: Vec<&Term> = Vec::new();
        statement.child("body")?.visit(&mut |node| parts.extend((node.kind == "case_statement").then_some(node)));
        let (named, others): (Vec<&Term>, Vec<&Term>) =
            parts.into_iter().partition(|case| case.child("value").is_some());
        if !only_asks(asked) || named.len() < 2 || !others.iter().all(|case| fails(case)) {
            return None;
        }
        let cases: Option<Vec<(String, String)>> = named.iter().map(|case| constant_of(case)).collect();
        let shapes: Vec<String> = named.iter().filter_map(|case| Some(shape(returned(case)?))).collect();
        let alike = shapes.iter().all(|one| *one == shapes[0]);
        Some(Switch { cases: cases.filter(|_| alike)?, returned: returned(named[0])?.clone() })
    }

    /// Whether there is one class for each case, named after it, that gives the same constant.
    fn is_dispatched(&self, classes: &[(String, String)]) -> bool {
        let gives = |(kind, constant): &(String, String)| {
            let named: Vec<_> = classes.iter().filter(|(class, _)| squeezed(class).contains(&squeezed(kind))).collect();
            matches!(named.as_slice(), [(_, given)] if given == constant)
        };
        self.cases.len() == classes.len() && self.cases.iter().all(gives)
    }

    fn with(mut self, call: Term) -> Term {
        self.returned.rewrite(&mut |leaf| {
            if is_constant(leaf) {
                *leaf = Term { field: leaf.field, ..call.clone() };
            }
        });
        self.returned
    }
}

/// `kind`, `x.kind`, `kind()`, whatever it is converted to.
fn only_asks(asked: &Term) -> bool {
    let mut bare = true;
    asked.visit(&mut |node| {
        bare &= node.child("arguments").is_none_or(Term::is_leaf) && node.kind != "assignment_expression";
    });
    bare
}

fn returned(case: &Term) -> Option<&Term> {
    let mut statements = case.children.iter().filter(|child| child.kind.ends_with("statement"));
    statements.next().filter(|first| first.kind == "return_statement" && statements.next().is_none())
}

fn constant_of(case: &Term) -> Option<(String, String)> {
    let kind = case.child("value")?.code();
    let mut constants: Vec<&Term> = Vec::new();
    returned(case)?.visit(&mut |leaf| constants.extend(is_constant(leaf).then_some(leaf)));
    let [constant] = constants.as_slice() else { return None };
    Some((kind.rsplit("::").next()?.to_owned(), constant.text.to_string()))
}

fn is_constant(leaf: &Term) -> bool {
    leaf.is_leaf() && matches!(leaf.kind, "string_literal" | "number_literal")
}

/// A returned expression without its constant.
fn shape(returned: &Term) -> String {
    let mut shape = returned.clone();
    shape.rewrite(&mut |leaf| {
        if is_constant(leaf) {
            leaf.text = "".into();
        }
    });
    shape.code()
}

/// The first statement throws, or is a check of what never holds.
fn fails(case: &Term) -> bool {
    let first = case.children.iter().find(|child| child.kind.ends_with("statement"));
    first.is_some_and(|first| {
        let check = first.children.first().filter(|_| first.kind == "expression_statement");
        let never = check.and_then(|check| check.child("arguments")?.children.first());
        first.kind == "throw_statement" || never.is_some_and(|never| &*never.text == "false")
    })
}

/// `CUDA_ASYNC` and `CudaAsync` alike.
fn squeezed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
