//! Loops: counting, over iterators, over a range of numbers or over elements, each in one form.

use super::declarations::CONST_REFERENCE;
use super::{is_text, last_name, operator, receiver};
use crate::symbols::Term;

/// `for (T i = a; i < n; i++)` as a node of its own: variable, start, end, body.
pub fn index_loop(term: &mut Term) {
    if let Some(update) = term.child_mut("update") {
        step(update);
    }
    if iterator_loop(term) {
        return;
    }
    let Some((kind, variable, start)) = term.child("initializer").and_then(counter) else { return };
    let Some(condition) = term.child("condition").filter(|condition| operator(condition) == "<") else { return };
    let counts = condition.child("left").is_some_and(|left| left.same(&variable));
    let steps = term.child("update").is_some_and(|update| update.kind == "step" && update.children[0].same(&variable));
    let (Some(end), Some(body)) = (condition.child("right"), term.child("body")) else { return };
    if counts && steps {
        let children = vec![variable, start, Term { field: None, ..end.clone() }, body.clone(), kind];
        *term = Term { field: term.field, ..Term::node("index_loop", children) };
        element_loop(term);
    }
}

pub fn irange_loop(term: &mut Term) {
    let Some(range) = term.child("right").filter(|range| range.kind == "call_expression") else { return };
    if range.child("function").map_or("", last_name) != "irange" {
        return;
    }
    let (Some(variable), Some(body)) = (term.child("declarator"), term.child("body")) else { return };
    let arguments = range.child("arguments").map_or(&[][..], |list| &list.children);
    let (start, end) = match arguments {
        [end] => (Term::leaf("number_literal", "0"), end.clone()),
        [start, end] => (start.clone(), end.clone()),
        _ => return,
    };
    let mut variable = variable.clone();
    if variable.kind == "reference_declarator" && variable.children.len() == 2 {
        variable = variable.children.swap_remove(1);
    }
    variable.field = Some("declarator");
    let kind = term.child("type").cloned().unwrap_or_else(|| Term::leaf("auto", "auto"));
    let children = vec![variable, start, end, body.clone(), Term { field: Some("type"), ..kind }];
    *term = Term { field: term.field, ..Term::node("index_loop", children) };
    element_loop(term);
}

/// `i++`, `++i` and `i += 1` where the value is not used, and the same downwards.
pub fn step(term: &mut Term) {
    let by_one = term.kind == "update_expression" || term.child("right").is_some_and(|right| is_text(right, "1"));
    let kind = match (term.kind, operator(term)) {
        ("update_expression", "++") | ("assignment_expression", "+=") => "step",
        ("update_expression", "--") | ("assignment_expression", "-=") => "step_back",
        _ => return,
    };
    let target = term.child("argument").or_else(|| term.child("left")).cloned();
    if let Some(target) = target.filter(|_| by_one) {
        *term = Term { field: term.field, ..Term::node(kind, vec![target]) };
    }
}

/// `for (auto it = v.begin(); it != v.end(); ++it) f(*it)` is `for (auto& x : v) f(x)`, where nothing else is done with
/// the iterator.
fn iterator_loop(term: &mut Term) -> bool {
    let Some((_, variable, start)) = term.child("initializer").and_then(counter) else { return false };
    let Some(condition) = term.child("condition").filter(|condition| operator(condition) == "!=") else { return false };
    let container = |value: &Term, names: [&str; 2]| names.iter().find_map(|name| receiver(value, name, 0)).cloned();
    let (Some(left), Some(right)) = (condition.child("left"), condition.child("right")) else { return false };
    let (Some(first), Some(last)) = (container(&start, ["begin", "cbegin"]), container(right, ["end", "cend"])) else {
        return false;
    };
    let steps = term.child("update").is_some_and(|update| update.kind == "step" && update.children[0].same(&variable));
    let Some(mut body) = term.child("body").cloned().filter(|_| steps && first.same(&last) && left.same(&variable))
    else {
        return false;
    };
    body.rewrite(&mut |node| {
        let dereferenced =
            node.child("argument").is_some_and(|argument| argument.is_leaf() && argument.text == variable.text);
        if dereferenced && node.kind == "pointer_expression" && operator(node) == "*" {
            *node = Term { field: node.field, ..Term::leaf("identifier", ELEMENT) };
        } else if dereferenced && node.kind == "field_expression" && operator(node) == "->" {
            node.children[0].text = ELEMENT.into();
            node.children[1] = Term { field: Some("operator"), ..Term::leaf(".", ".") };
        }
    });
    loop_over_elements(term, &variable, first, body)
}

/// Writes the loop over `container`, unless `body` does more with `variable` than pick the element.
fn loop_over_elements(term: &mut Term, variable: &Term, container: Term, mut body: Term) -> bool {
    if body.tokens().contains(&&*variable.text) {
        return false;
    }
    body.rewrite(&mut |leaf| {
        if is_text(leaf, ELEMENT) {
            leaf.text = variable.text.clone();
        }
    });
    let reference = vec![Term::leaf("&", CONST_REFERENCE), Term { field: None, ..variable.clone() }];
    let deduced = Term { field: Some("type"), ..Term::leaf("auto", "auto") };
    let deduced = Term { field: Some("type"), ..Term::node("placeholder_type_specifier", vec![deduced]) };
    let declarator = Term { field: Some("declarator"), ..Term::node("reference_declarator", reference) };
    let right = Term { field: Some("right"), ..container };
    let body = Term { field: Some("body"), ..body };
    let children = vec![Term::leaf("for", "for"), deduced, declarator, Term::leaf(":", ":"), right, body];
    *term = Term { field: term.field, ..Term::node("for_range_loop", children) };
    true
}

/// An index that only picks elements: `for (i < v.size()) f(v[i])` is `for (x : v) f(x)`.
fn element_loop(term: &mut Term) {
    let [variable, start, end, body, _] = term.children.as_slice() else { return };
    let Some(container) = receiver(end, "size", 0).filter(|_| is_text(start, "0")) else { return };
    let container = Term { field: Some("argument"), ..container.clone() };
    let (variable, mut body) = (variable.clone(), body.clone());
    body.rewrite(&mut |node| {
        let picks = node.kind == "subscript_expression"
            && node.child("argument").is_some_and(|argument| argument.same(&container))
            && node.child("indices").is_some_and(|indices| indices.code() == *variable.text);
        if picks {
            *node = Term { field: node.field, ..Term::leaf("identifier", ELEMENT) };
        }
    });
    loop_over_elements(term, &variable, container, body);
}

/// Stands for the element while the loop is rewritten; no identifier can be called so.
const ELEMENT: &str = "%element";

/// The type, the name and the first value of a loop's counter.
fn counter(initializer: &Term) -> Option<(Term, Term, Term)> {
    let kind = Term { field: Some("type"), ..initializer.child("type")?.clone() };
    let declarator = initializer.child("declarator")?;
    // `i = 0` has lost its zero by now, and is the name alone.
    let variable = declarator.child("declarator").unwrap_or(declarator).clone();
    let start = declarator.child("value").cloned().unwrap_or_else(|| Term::leaf("number_literal", "0"));
    let variable = Term { field: Some("declarator"), ..variable };
    variable.is_leaf().then_some((kind, variable, Term { field: None, ..start }))
}
