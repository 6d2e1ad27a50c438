//! Rung `ownership`: who holds a reference or a value, and how that is spelled. Reference counting, owner types and their
//! accessors disappear; a check that only passes a failure on disappears with them.

mod captures;
mod containers;
mod holders;
mod lock;
mod reach;

use super::spelling::cpp::settle_blocks;
use super::structure::{self, CONVERTED};
use super::{Pair, Rung, handles, names, pairing};
use crate::symbols::{Language, Term};

pub fn erase(pair: &mut Pair<'_>) {
    if pair.language != Language::Cpp {
        return;
    }
    let spelled = [ownership_words(&pair.before), ownership_words(&pair.after)];
    for term in [&mut pair.before, &mut pair.after] {
        erase_one(term);
    }
    if spelled[0] != spelled[1] && !pairing::same(&pair.before, &pair.after, Rung::Ownership) {
        for term in [&mut pair.before, &mut pair.after] {
            term.rewrite(&mut drop_propagation);
            settle(term);
        }
    }
}

/// The normal form of one side.
pub fn erase_one(term: &mut Term) {
    lock::forget(term);
    holders::plain_singletons(term);
    handles::by_value(term);
    term.rewrite(&mut |node| {
        disown(node);
        holders::hold(node);
        containers::store(node);
    });
    reach::lend(term);
    captures::forget(term);
    release_at_end(term);
    settle(term);
}

/// Brings a term from which statements were taken back into its form.
fn settle(term: &mut Term) {
    term.rewrite(&mut settle_blocks);
    structure::regroup(term);
    names::renumber(term);
}

const OWNERS: [&str; 12] = [
    "THPObjectPtr",
    "PyObjectPtr",
    "THPPointer",
    "THPVariablePtr",
    "object",
    "handle",
    "SafePyObject",
    "PyObject",
    "THPFunctionPtr",
    "TupleRef",
    "py_object",
    "PyRef",
];

const COUNTING: [&str; 13] = [
    "Py_INCREF",
    "Py_DECREF",
    "Py_XINCREF",
    "Py_XDECREF",
    "Py_CLEAR",
    "Py_IncRef",
    "Py_DecRef",
    "inc_ref",
    "dec_ref",
    "PyObject_GC_UnTrack",
    "PyObject_GC_Track",
    "Py_SETREF",
    "Py_XSETREF",
];

/// Every word of a term that is about ownership.
fn ownership_words(term: &Term) -> Vec<String> {
    let mut words = Vec::new();
    term.visit(&mut |leaf| {
        let text = &*leaf.text;
        let owner = OWNERS.contains(&text) || COUNTING.contains(&text);
        if leaf.is_leaf()
            && (owner
                || structure::makes_object(text)
                || matches!(
                    text,
                    "release" | "get" | "ptr" | "Py_NewRef" | "Py_XNewRef" | "reinterpret_steal" | "reinterpret_borrow"
                ))
        {
            words.push(text.to_string());
        }
    });
    words.sort();
    words
}

fn disown(term: &mut Term) {
    match term.kind {
        CONVERTED if &*term.children[0].text == "%owner" => {
            let value = term.children.swap_remove(1);
            *term = Term { field: term.field, ..value };
        }
        "compound_statement" => term.children.retain_mut(|statement| !only_counts(statement)),
        "call_expression" => unwrap_owner(term),
        "cast" if term.child("type").is_some_and(|target| is_owner_type(&target.code())) => {
            become_field(term, "value");
        }
        "type_identifier" | "qualified_identifier" | "template_type" if is_owner_type(&term.code()) => {
            *term = Term { field: term.field, line: term.line, ..Term::leaf("type_identifier", "%owner") };
        }
        "declaration" | "parameter_declaration" | "type_descriptor" => drop_pointer_to_owner(term),
        _ => {}
    }
}

fn is_owner_type(code: &str) -> bool {
    let name = code.split('<').next().unwrap_or("").rsplit("::").next().unwrap_or("");
    OWNERS.contains(&name.trim_end_matches('*'))
}

/// `PyObject* x` holds what `THPObjectPtr x` holds.
fn drop_pointer_to_owner(term: &mut Term) {
    let owner = term.child("type").is_some_and(|kind| &*kind.text == "%owner");
    if !owner {
        return;
    }
    let Some(declarator) = declarator_mut(term) else { return };
    let pointer =
        matches!(declarator.kind, "pointer_declarator" | "abstract_pointer_declarator" | "reference_declarator");
    if pointer && declarator.children.len() == 2 {
        let inner = declarator.children.swap_remove(1);
        *declarator = Term { field: Some("declarator"), ..inner };
    } else if pointer && declarator.children.len() == 1 {
        term.children.retain(|child| child.field != Some("declarator"));
    }
}

/// The declarator of a declaration, without its initial value.
fn declarator_mut(declaration: &mut Term) -> Option<&mut Term> {
    let declarator = declaration.child_mut("declarator")?;
    if declarator.kind == "init_declarator" { declarator.child_mut("declarator") } else { Some(declarator) }
}

fn become_field(term: &mut Term, field: &str) {
    let own = term.field;
    if let Some(at) = term.children.iter().position(|child| child.field == Some(field)) {
        *term = term.children.swap_remove(at);
        term.field = own;
    }
}

fn called(term: &Term) -> String {
    term.child("function").map_or(String::new(), |function| match function.kind {
        "field_expression" => function.child("field").map_or(String::new(), |field| {
            let name = if field.is_leaf() { Some(field) } else { field.child("name") };
            format!(".{}", name.map_or("", |name| &*name.text))
        }),
        _ => function.code(),
    })
}

/// A statement that only counts references; of one that also computes something, that is left.
fn only_counts(statement: &mut Term) -> bool {
    let Some(call) = statement.children.first_mut().filter(|_| statement.kind == "expression_statement") else {
        return false;
    };
    if call.kind == "delete_expression" {
        return call.children.last().is_some_and(|deleted| deleted.is_leaf() || deleted.kind == "field_expression");
    }
    let name = called(call);
    let name = name.trim_start_matches('.');
    if call.kind != "call_expression" || !(COUNTING.contains(&name) || name.contains("raw::intrusive_ptr::")) {
        return false;
    }
    let arguments = call.child_mut("arguments").map(|list| std::mem::take(&mut list.children)).unwrap_or_default();
    match arguments.as_slice() {
        [counted] if counted.kind == "call_expression" => {
            *call = Term { field: None, ..counted.clone() };
            false
        }
        [held, value] if name.ends_with("SETREF") => {
            let left = Term { field: Some("left"), ..held.clone() };
            let sign = Term { field: Some("operator"), ..Term::leaf("=", "=") };
            let right = Term { field: Some("right"), ..value.clone() };
            *call = Term::node("assignment_expression", vec![left, sign, right]);
            false
        }
        _ => true,
    }
}

/// `x.release()`, `x.get()`, `x.ptr()`, `Py_NewRef(x)`, `py::reinterpret_steal<T>(x)`, `THPObjectPtr(x)` are `x`.
fn unwrap_owner(term: &mut Term) {
    let name = called(term);
    let arguments = term.child("arguments").map_or(0, |arguments| arguments.children.len());
    let base = name.split('<').next().unwrap_or("").rsplit("::").next().unwrap_or("");
    match (name.as_str(), arguments) {
        (".cast", 0) if is_cast_to_owner(term) => become_receiver(term),
        (".release" | ".get" | ".ptr" | ".inc_ref" | ".shared_from_this", 0) => {
            become_receiver(term);
        }
        (_, 1)
            if matches!(base, "%owner" | "Py_NewRef" | "Py_XNewRef" | "reinterpret_steal" | "reinterpret_borrow")
                || is_owner_type(base) =>
        {
            if let Some(argument) = term.child_mut("arguments").map(|arguments| arguments.children.remove(0)) {
                *term = Term { field: term.field, ..argument };
            }
        }
        (_, 2) if (base == "%owner" || is_owner_type(base)) && borrows(term) => {
            if let Some(argument) = term.child_mut("arguments").map(|arguments| arguments.children.remove(0)) {
                *term = Term { field: term.field, ..argument };
            }
        }
        _ => {}
    }
}

/// `x.f()` becomes `x`.
fn become_receiver(call: &mut Term) {
    let receiver = call.child("function").and_then(|function| function.child("argument")).cloned();
    if let Some(receiver) = receiver {
        *call = Term { field: call.field, ..receiver };
    }
}

/// `x.cast<py::object>()`: any object is one.
fn is_cast_to_owner(call: &Term) -> bool {
    let target = call.child("function").and_then(|function| function.child("field")?.child("arguments"));
    target.is_some_and(|target| target.code().ends_with("%owner>"))
}

/// A destructor that gives up a field which is about to go anyway: `~T() { held_ = py::none(); }`.
fn release_at_end(function: &mut Term) {
    let mut destroys = false;
    if let Some(declarator) = function.child("declarator") {
        declarator.visit(&mut |leaf| destroys |= leaf.kind == "destructor_name");
    }
    if let Some(body) = function.child_mut("body").filter(|_| destroys) {
        body.children.retain(|statement| !gives_up_field(statement));
    }
}

fn gives_up_field(statement: &Term) -> bool {
    let Some(assignment) = statement.children.first().filter(|it| it.kind == "assignment_expression") else {
        return false;
    };
    let field = assignment.child("left").is_some_and(|left| left.is_leaf() && left.text.ends_with('_'));
    let nothing = assignment.child("right").map_or(String::new(), Term::code);
    let none = matches!(nothing.rsplit("::").next(), Some("none()" | "none" | "%owner()" | "%owner"));
    statement.kind == "expression_statement" && field && none
}

/// `py::object(handle, /*borrowed=*/true)`, the old spelling of `reinterpret_borrow`.
fn borrows(term: &Term) -> bool {
    let last = term.child("arguments").and_then(|arguments| arguments.children.last());
    last.is_some_and(|flag| matches!(&*flag.text, "true" | "false"))
}

/// `if (!x) return nullptr;`, `if (!x) throw python_error();`: passes a failure on.
pub fn drop_propagation(block: &mut Term) {
    if block.kind == "compound_statement" {
        block.children.retain(|statement| !passes_failure_on(statement));
    }
}

fn passes_failure_on(statement: &Term) -> bool {
    if statement.kind != "if_statement" || statement.child("alternative").is_some() {
        return false;
    }
    let condition = statement.child("condition").map_or(String::new(), Term::code);
    let tests_local =
        condition.strip_prefix('!').is_some_and(|local| local.starts_with('$') && !local.contains(['(', '.']));
    let tests_object = || {
        let made = statement.child("condition").and_then(|condition| condition.child("argument"));
        condition.starts_with('!') && made.is_some_and(|made| structure::makes_object(&called(made)))
    };
    let consequence = statement.child("consequence").map_or(String::new(), Term::code);
    let fails = matches!(
        consequence.as_str(),
        "return nullptr"
            | "return{}"
            | "return {}"
            | "return"
            | "return -1"
            | "return-1"
            | "return false"
            | "throw python_error"
            | "throw python_error()"
    );
    fails && (tests_local || tests_object())
}
