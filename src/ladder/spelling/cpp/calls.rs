//! Calls and casts: one node for a cast, one name for what makes, moves or forwards a value.

use super::conditions::binary;
use super::{last_name, last_type_name, operator, rename_member};
use crate::symbols::Term;

pub fn call(term: &mut Term) {
    let Some(function) = term.child("function") else { return };
    let name = last_name(function).to_string();
    let member = function.kind == "field_expression";
    let arguments = term.child("arguments").map_or(0, |arguments| arguments.children.len());
    match (name.as_str(), member, arguments) {
        ("static_cast" | "reinterpret_cast", false, 1) => named_cast(term),
        ("const_cast", false, 1) => become_argument(term),
        ("move", false, 1) if function.kind == "qualified_identifier" => become_argument(term),
        ("C10_LIKELY" | "C10_UNLIKELY", false, 1) => become_argument(term),
        ("castPyCFunctionWithKeywords" | "castPyCFunctionFast", false, 1) => become_argument(term),
        ("unique_ptr", false, 1) => made_unique(term),
        ("forward", false, 1) => become_argument(term),
        ("emplace_back", true, _) => emplaced(term, "push_back"),
        ("emplace_front", true, _) => emplaced(term, "push_front"),
        ("emplace", true, 1..) => emplaced(term, "emplace"),
        ("is", true, 1) => identity(term),
        ("is_none", true, 0) => none_test(term),
        ("Py_IsNone", false, 1) => singleton_test(term, "Py_None"),
        ("Py_IsTrue", false, 1) => singleton_test(term, "Py_True"),
        ("Py_IsFalse", false, 1) => singleton_test(term, "Py_False"),
        ("Py_Is", false, 2) => identity_test(term),
        ("Py_IS_TYPE", false, 2) => type_test(term),
        _ if function.kind == "primitive_type" && arguments == 1 => functional_cast(term),
        _ => {}
    }
}

/// `std::unique_ptr<T> x(new T(a));` is `std::unique_ptr<T> x = std::make_unique<T>(a);`.
pub fn made_by_declaration(term: &mut Term) {
    let Some(mut named) = term
        .child("type")
        .filter(|kind| last_type_name(kind) == "unique_ptr" || last_type_name(kind) == "shared_ptr")
        .cloned()
    else {
        return;
    };
    let Some(declarator) = term.child_mut("declarator").filter(|it| it.kind == "init_declarator") else { return };
    let Some(value) = declarator.child_mut("value").filter(|value| value.kind == "new_expression") else { return };
    let arguments = value.child("arguments").cloned().unwrap_or_else(|| Term::node("argument_list", Vec::new()));
    named.rewrite(&mut |node| match (&*node.text, node.kind) {
        ("unique_ptr", _) => *node = Term { field: node.field, ..Term::leaf("identifier", "make_unique") },
        ("shared_ptr", _) => *node = Term { field: node.field, ..Term::leaf("identifier", "make_shared") },
        (_, "template_type") => node.kind = "template_function",
        _ => {}
    });
    let function = Term { field: Some("function"), ..named };
    let arguments = Term { field: Some("arguments"), ..arguments };
    *value = Term { field: Some("value"), ..Term::node("call_expression", vec![function, arguments]) };
}

/// `std::greater<T>` and `std::greater<>` compare alike.
pub fn transparent_functor(term: &mut Term) {
    let functor =
        matches!(last_type_name(term), "greater" | "less" | "equal_to" | "greater_equal" | "less_equal" | "plus");
    if let Some(arguments) = term.child_mut("arguments").filter(|_| functor) {
        arguments.children.retain(Term::is_token);
    }
}

/// `&v[0]` is `v.data()`.
pub fn address_of_first(term: &mut Term) {
    if operator(term) != "&" {
        return;
    }
    let Some(subscript) = term.child("argument").filter(|argument| argument.kind == "subscript_expression") else {
        return;
    };
    let first = subscript.child("indices").is_some_and(|indices| &*indices.code() == "0");
    let Some(container) = subscript.child("argument").filter(|_| first) else { return };
    let mut container = container.clone();
    container.field = Some("argument");
    let dot = Term { field: Some("operator"), ..Term::leaf(".", ".") };
    let data = Term { field: Some("field"), ..Term::leaf("field_identifier", "data") };
    let function = Term { field: Some("function"), ..Term::node("field_expression", vec![container, dot, data]) };
    let arguments = Term { field: Some("arguments"), ..Term::node("argument_list", Vec::new()) };
    *term = Term { field: term.field, ..Term::node("call_expression", vec![function, arguments]) };
}

fn take_argument(term: &mut Term) -> Option<Term> {
    term.child_mut("arguments").filter(|arguments| !arguments.children.is_empty()).map(|a| a.children.remove(0))
}

fn become_argument(term: &mut Term) {
    let field = term.field;
    if let Some(argument) = take_argument(term) {
        *term = argument;
        term.field = field;
    }
}

/// `static_cast<T>(x)`, `(T)x` and, for built-in types, `T(x)` are one node: the type, then the value.
fn named_cast(term: &mut Term) {
    let types = term.child("function").and_then(|function| function.child("arguments")).cloned();
    let target = types.and_then(|list| list.children.into_iter().find(|child| child.kind == "type_descriptor"));
    let (Some(mut target), Some(mut value)) = (target, take_argument(term)) else { return };
    target.field = Some("type");
    value.field = Some("value");
    term.kind = "cast";
    term.children = vec![target, value];
}

fn functional_cast(term: &mut Term) {
    let Some(mut named) = term.child("function").cloned() else { return };
    named.field = Some("type");
    let Some(mut value) = take_argument(term) else { return };
    value.field = Some("value");
    let mut target = Term::node("type_descriptor", vec![named]);
    target.field = Some("type");
    term.kind = "cast";
    term.children = vec![target, value];
}

/// `std::unique_ptr<T>(new T(x))` is `std::make_unique<T>(x)`.
fn made_unique(term: &mut Term) {
    let arguments = term.child("arguments").and_then(|arguments| arguments.children.first());
    // `unique_ptr<Base>(new Derived)` makes another object than `make_unique<Base>()`.
    let owned = term.child("function").map_or(String::new(), Term::code);
    let same = |made: &Term| made.child("type").is_some_and(|kind| owned.ends_with(&format!("<{}>", kind.code())));
    let Some(allocation) = arguments.filter(|made| made.kind == "new_expression" && same(made)) else { return };
    let mut made = allocation.child("arguments").cloned().unwrap_or_else(|| Term::node("argument_list", Vec::new()));
    made.field = Some("arguments");
    if let Some(arguments) = term.child_mut("arguments") {
        *arguments = made;
    }
    term.rewrite(&mut |leaf| {
        if leaf.is_leaf() && &*leaf.text == "unique_ptr" {
            leaf.text = "make_unique".into();
        }
    });
}

/// `emplace_back(a, b)` is a `push_back` of what is made from `a, b`; what that may be spelled as, [`pairing`] knows.
///
/// [`pairing`]: crate::ladder::pairing
fn emplaced(term: &mut Term, name: &str) {
    rename_member(term, name);
    if let Some(arguments) = term.child_mut("arguments") {
        let mut made = std::mem::take(&mut arguments.children);
        if let [pair] = made.as_slice()
            && let Some(parts) = paired(pair)
        {
            made = parts.to_vec();
        }
        arguments.children.push(Term::node(CONSTRUCTED, made));
    }
}

/// What `std::make_pair(a, b)` puts together.
fn paired(call: &Term) -> Option<&[Term]> {
    let function = call.child("function").filter(|_| call.kind == "call_expression")?;
    let pairs = matches!(last_name(function), "make_pair" | "make_tuple");
    call.child("arguments").filter(|_| pairs).map(|arguments| &*arguments.children)
}

/// Something made in place from these arguments.
pub const CONSTRUCTED: &str = "constructed";

/// `a.is(b)` of pybind11 is what `a == b` on handles was.
fn identity(term: &mut Term) {
    let receiver = term.child("function").and_then(|function| function.child("argument")).cloned();
    let (Some(left), Some(right)) = (receiver, take_argument(term)) else { return };
    *term = Term { field: term.field, ..compared(left, right) };
}

/// `x.is_none()` is `x == Py_None`.
fn none_test(term: &mut Term) {
    let receiver = term.child("function").and_then(|function| function.child("argument")).cloned();
    if let Some(left) = receiver {
        *term = Term { field: term.field, ..compared(left, Term::leaf("identifier", "Py_None")) };
    }
}

/// `Py_IsTrue(x)` is `x == Py_True`; the truth of an object is `PyObject_IsTrue`.
fn singleton_test(term: &mut Term, singleton: &'static str) {
    if let Some(left) = take_argument(term) {
        *term = Term { field: term.field, ..compared(left, Term::leaf("identifier", singleton)) };
    }
}

/// `Py_Is(x, y)` is `x == y`.
fn identity_test(term: &mut Term) {
    if let Some((left, right)) = two_arguments(term) {
        *term = Term { field: term.field, ..compared(left, right) };
    }
}

/// `Py_IS_TYPE(x, type)` is `Py_TYPE(x) == type`.
fn type_test(term: &mut Term) {
    let Some((object, kind)) = two_arguments(term) else { return };
    let function = Term { field: Some("function"), ..Term::leaf("identifier", "Py_TYPE") };
    let arguments = Term { field: Some("arguments"), ..Term::node("argument_list", vec![object]) };
    let left = Term::node("call_expression", vec![function, arguments]);
    *term = Term { field: term.field, ..compared(left, kind) };
}

fn two_arguments(call: &Term) -> Option<(Term, Term)> {
    match &call.child("arguments")?.children[..] {
        [one, two] => Some((one.clone(), two.clone())),
        _ => None,
    }
}

fn compared(left: Term, right: Term) -> Term {
    let left = Term { field: Some("left"), ..left };
    let right = Term { field: Some("right"), ..right };
    let sign = Term { field: Some("operator"), ..Term::leaf("==", "==") };
    let mut term = Term::node("binary_expression", vec![left, sign, right]);
    binary(&mut term);
    term
}
