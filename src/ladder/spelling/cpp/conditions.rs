//! Comparisons and negations: `size() == 0`, `find(x) != end()`, `x != nullptr`, `!(a == b)`.

use super::{is_text, operator, receiver, rename_member};
use crate::symbols::Term;

pub fn binary(term: &mut Term) {
    for side in term.children.iter_mut().filter(|child| child.kind == "call_expression" && &*child.code() == "py::none")
    {
        *side = Term { field: side.field, ..Term::leaf("identifier", "Py_None") };
    }
    let (Some(left), Some(right)) = (term.child("left"), term.child("right")) else { return };
    let equals = match operator(term) {
        "==" => true,
        "!=" => false,
        ">" if is_text(right, "0") => false,
        _ => return,
    };
    let exact = operator(term) != ">";
    let replacement = if receiver(left, "size", 0).is_some() && is_text(right, "0") {
        Some(with_member(left, "empty")).map(|empty| if equals { empty } else { negated(empty) })
    } else if receiver(left, "compare", 1).is_some() && is_text(right, "0") && exact {
        equality_of_compare(left, operator(term))
    } else if receiver(left, "count", 1).is_some() && is_text(right, "0") {
        Some(left.clone()).map(|count| if equals { negated(count) } else { count })
    } else if exact && receiver(right, "end", 0).is_some() && receiver(left, "find", 1).is_some() {
        Some(with_member(left, "count")).map(|count| if equals { negated(count) } else { count })
    } else if exact && is_text(right, "nullptr") {
        Some(left.clone()).map(|value| if equals { negated(value) } else { value })
    } else {
        None
    };
    if let Some(mut replacement) = replacement {
        replacement.field = term.field;
        *term = replacement;
    }
}

/// `!(a == b)` is `a != b`, and `!!a` is `a` where a truth value is meant.
pub fn negation(term: &mut Term) {
    if operator(term) != "!" {
        return;
    }
    let Some(argument) = term.child("argument") else { return };
    let flipped = match (argument.kind, operator(argument)) {
        ("binary_expression", "==") => Some("!="),
        ("binary_expression", "!=") => Some("=="),
        _ => None,
    };
    let mut inner = match (flipped, argument.kind, operator(argument)) {
        (Some(_), ..) => argument.clone(),
        (None, "unary_expression", "!") => match argument.child("argument") {
            Some(inner) => inner.clone(),
            None => return,
        },
        _ => return,
    };
    if let (Some(flipped), Some(sign)) = (flipped, inner.child_mut("operator")) {
        *sign = Term { field: Some("operator"), ..Term::leaf(flipped, flipped) };
    }
    inner.field = term.field;
    *term = inner;
}

fn with_member(call: &Term, name: &str) -> Term {
    let mut call = call.clone();
    rename_member(&mut call, name);
    call
}

fn equality_of_compare(call: &Term, operator: &str) -> Option<Term> {
    let mut left = receiver(call, "compare", 1)?.clone();
    let mut right = call.child("arguments")?.children.first()?.clone();
    left.field = Some("left");
    right.field = Some("right");
    let mut sign = Term::leaf(if operator == "==" { "==" } else { "!=" }, operator);
    sign.field = Some("operator");
    Some(Term::node("binary_expression", vec![left, sign, right]))
}

pub fn negated(mut term: Term) -> Term {
    term.field = Some("argument");
    let mut sign = Term::leaf("!", "!");
    sign.field = Some("operator");
    Term::node("unary_expression", vec![sign, term])
}
