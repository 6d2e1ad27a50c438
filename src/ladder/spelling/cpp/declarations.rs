//! Declarations: initialisers, constant references, aliases, and constructors as the assignments they are.

use super::{become_child, is_text, operator};
use crate::symbols::Term;

/// `T x = v`, `T x(v)` and `T x{v}` alike; a zero value alike with none.
pub fn initialiser(term: &mut Term) {
    term.children.retain(|child| !is_text(child, "="));
    let Some(value) = term.child_mut("value") else { return };
    match (value.kind, value.children.len()) {
        ("argument_list" | "initializer_list", 1) => {
            become_child(value, 0);
            // `T x({a, b});` as `T x{a, b};`, so that nothing is left to do when a rung above comes by again.
            if value.kind == "initializer_list" && value.children.len() > 1 {
                value.kind = "argument_list";
            }
        }
        ("argument_list" | "initializer_list", _) => value.kind = "argument_list",
        _ => {}
    }
    let nothing = matches!(&*value.text, "nullptr" | "0" | "false") && value.is_leaf()
        || (value.kind == "argument_list" && value.children.is_empty());
    if nothing {
        term.children.retain(|child| child.field != Some("value"));
        if term.children.len() == 1 {
            become_child(term, 0);
            term.field = Some("declarator");
        }
    }
}

/// `T x = v;` and `T x{v};` of a field; a zero or empty value alike with none. `= 0` of a function is not a value.
pub fn field(term: &mut Term) {
    let function = |declarator: &Term| {
        let mut found = false;
        declarator.visit(&mut |node| found |= node.kind == "function_declarator");
        found
    };
    if term.child("declarator").is_some_and(function) {
        return;
    }
    term.children.retain(|child| !is_text(child, "="));
    let Some(value) = term.child_mut("default_value") else { return };
    if value.kind == "initializer_list" && value.children.len() == 1 {
        become_child(value, 0);
    }
    let zero = value.is_leaf() && matches!(&*value.text, "nullptr" | "0" | "false");
    if zero || (value.kind == "initializer_list" && value.children.is_empty()) {
        term.children.retain(|child| child.field != Some("default_value"));
    }
}

/// A row's trailing null pointers are what is there anyway; casts of functions to the type of their slot too.
pub fn sentinels(term: &mut Term) {
    for child in &mut term.children {
        while child.kind == "cast"
            && child
                .child("value")
                .is_some_and(|value| value.is_leaf() || value.kind == "cast" || value.kind == "pointer_expression")
        {
            match child.children.iter().position(|part| part.field == Some("value")) {
                Some(at) => become_child(child, at),
                None => break,
            }
        }
        if child.kind == "pointer_expression"
            && operator(child) == "&"
            && let Some(at) = child.children.iter().position(|part| part.field == Some("argument") && part.is_leaf())
        {
            become_child(child, at);
        }
    }
    while term.children.last().is_some_and(|last| is_text(last, "nullptr") || is_text(last, "0")) {
        term.children.pop();
    }
}

/// The sign of `const T& x`. It hands over the same value as `T x`, which [`pairing`](crate::ladder::pairing) knows.
pub const CONST_REFERENCE: &str = "const&";

pub fn const_reference(term: &mut Term) {
    let returns = matches!(term.kind, "function_definition" | "field_declaration")
        && term
            .child("declarator")
            .and_then(|it| it.children.last())
            .is_some_and(|it| it.kind == "function_declarator");
    let declares = returns
        || matches!(
            term.kind,
            "parameter_declaration" | "optional_parameter_declaration" | "declaration" | "for_range_loop"
        );
    let Some(mut declarator) = term.child_mut("declarator").filter(|_| declares) else { return };
    if declarator.kind == "init_declarator" {
        match declarator.child_mut("declarator") {
            Some(inner) => declarator = inner,
            None => return,
        }
    }
    let reference = declarator.kind.ends_with("reference_declarator") && declarator.children.len() <= 2;
    if reference && is_text(&declarator.children[0], "&") {
        declarator.children[0].text = CONST_REFERENCE.into();
    }
}

pub fn void_parameters(term: &mut Term) {
    if term.children.len() == 1 && term.children[0].code() == "void" {
        term.children.clear();
    }
}

/// Constructor initialisers become the assignments they are, and `= default` is an empty body.
pub fn definition(term: &mut Term) {
    if let Some(at) = term.children.iter().position(|child| child.kind == "default_method_clause") {
        term.children[at] = Term { field: Some("body"), ..Term::node("compound_statement", Vec::new()) };
    }
    let Some(at) = term.children.iter().position(|child| child.kind == "field_initializer_list") else { return };
    let list = term.children.remove(at);
    let mut bases = Term::node("field_initializer_list", Vec::new());
    let mut assignments = Vec::new();
    for initialiser in list.children.into_iter().filter(|child| child.kind == "field_initializer") {
        match assignment_of(&initialiser) {
            Some(assignment) => assignments.extend(assignment),
            None => bases.children.push(initialiser),
        }
    }
    if let Some(body) = term.child_mut("body") {
        body.children.splice(0..0, assignments);
    }
    if !bases.children.is_empty() {
        term.children.insert(at, bases);
    }
}

/// `typedef T U;` is `using U = T;`.
pub fn alias(term: &mut Term) {
    let (Some(target), Some(name)) = (term.child("type").cloned(), term.child("declarator").cloned()) else { return };
    let pointer =
        matches!(name.children.as_slice(), [star, _] if name.kind == "pointer_declarator" && is_text(star, "*"));
    let (name, pointer) =
        if pointer { (name.children[1].clone(), Some(name.children[0].clone())) } else { (name, None) };
    let is_condition = |child: &Term| child.kind == "condition";
    if !name.is_leaf() || term.children.iter().filter(|child| !is_condition(child)).count() != 3 {
        return;
    }
    let conditions: Vec<Term> = term.children.drain(..).filter(is_condition).collect();
    let using = Term::leaf("using", "using");
    let name = Term { field: Some("name"), ..name };
    let equals = Term::leaf("=", "=");
    let pointer = pointer.map(|star| Term::node("abstract_pointer_declarator", vec![star]));
    let target = Term::node("type_descriptor", std::iter::once(target).chain(pointer).collect());
    let target = Term { field: Some("type"), ..target };
    let children = [using, name, equals, target].into_iter().chain(conditions).collect();
    *term = Term { field: term.field, ..Term::node("alias_declaration", children) };
}

/// The assignment that a member's initialiser is; nothing for `m()`. `None` for a base class, named like a type.
fn assignment_of(initialiser: &Term) -> Option<Option<Term>> {
    let [name, values] = initialiser.children.as_slice() else { return None };
    if !name.is_leaf() || name.text.starts_with(|first: char| first.is_ascii_uppercase()) {
        return None;
    }
    let mut value = values.clone();
    match value.children.len() {
        0 => return Some(None),
        1 => become_child(&mut value, 0),
        _ => value.kind = "argument_list",
    }
    if is_text(&value, "nullptr") || is_text(&value, "0") || is_text(&value, "false") {
        return Some(None);
    }
    value.field = Some("right");
    let left = Term { field: Some("left"), ..name.clone() };
    let sign = Term { field: Some("operator"), ..Term::leaf("=", "=") };
    let assignment = Term::node("assignment_expression", vec![left, sign, value]);
    Some(Some(Term::node("expression_statement", vec![assignment])))
}
