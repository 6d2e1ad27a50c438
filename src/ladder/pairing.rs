//! Comparing two normal forms, with the differences that are harmless only as a pair.
//!
//! `auto` against a spelled type, a qualified against an unqualified type, `0` against `nullptr`: erasing either side
//! alone would hide real changes, so they are looked at together.

use super::Rung;
use super::spelling::cpp::{CONST_REFERENCE, CONSTRUCTED, is_std, last_name};
use super::structure::CONVERTED;
use crate::symbols::Term;

/// Whether the two are the same code at `rung`.
pub fn same(before: &Term, after: &Term, rung: Rung) -> bool {
    before.same(after) || (rung >= Rung::Spelling && matches_pairwise(before, after))
}

fn matches_pairwise(before: &Term, after: &Term) -> bool {
    if is_harmless_pair(before, after) || is_harmless_pair(after, before) {
        return true;
    }
    if before.is_leaf() || after.is_leaf() {
        return before.is_leaf() && after.is_leaf() && before.text == after.text;
    }
    before.kind == after.kind
        && before.children.len() == after.children.len()
        && before.children.iter().zip(&after.children).all(|(one, two)| matches_pairwise(one, two))
}

fn is_harmless_pair(one: &Term, two: &Term) -> bool {
    is_deduced(one, two)
        || is_null_pair(one, two)
        || is_requalified(one, two)
        || is_enumerator(one, two)
        || is_const_reference(one, two)
        || is_sink(one, two)
        || is_conversion(one, two)
        || is_nameless_const_reference(one, two)
        || is_construction(one, two)
        || is_emplacement(one, two)
        || is_character(one, two)
}

/// `auto x = …` against `T x = …`.
fn is_deduced(one: &Term, two: &Term) -> bool {
    let is_auto = one.kind == "placeholder_type_specifier" || (one.is_leaf() && &*one.text == "auto");
    is_auto && one.field == Some("type") && two.field == Some("type") && is_type(two)
}

fn is_type(term: &Term) -> bool {
    matches!(
        term.kind,
        "type_identifier" | "qualified_identifier" | "primitive_type" | "template_type" | "sized_type_specifier"
    )
}

/// `const T& x` against `T x` or `T& x`: the same value is read.
fn is_const_reference(one: &Term, two: &Term) -> bool {
    let [sign, declared] = one.children.as_slice() else { return false };
    if &*sign.text != CONST_REFERENCE {
        return false;
    }
    let other = match two.children.as_slice() {
        [sign, declared] if two.kind == one.kind && &*sign.text == "&" => declared,
        // A result that is lent, where it was handed out, is another matter: that of ownership.
        _ if declared.kind == "function_declarator" => return false,
        _ => two,
    };
    matches_pairwise(declared, other)
}

/// `const T&` against `T` or `T&`, of a parameter without a name.
fn is_nameless_const_reference(one: &Term, two: &Term) -> bool {
    let [kind, sign] = one.children.as_slice() else { return false };
    let sign_of =
        |declarator: &Term| declarator.kind == "abstract_reference_declarator" && declarator.children.len() == 1;
    if one.kind != two.kind || !sign_of(sign) || &*sign.children[0].text != CONST_REFERENCE {
        return false;
    }
    match two.children.as_slice() {
        [other] => matches_pairwise(kind, other),
        [other, sign] => sign_of(sign) && &*sign.children[0].text == "&" && matches_pairwise(kind, other),
        _ => false,
    }
}

/// `T&& x` against `T x`: both take the value over.
fn is_sink(one: &Term, two: &Term) -> bool {
    let [sign, declared] = one.children.as_slice() else { return false };
    one.kind == "reference_declarator" && &*sign.text == "&&" && matches_pairwise(declared, two)
}

/// An enumerator against the same one named with its enumeration.
fn is_enumerator(one: &Term, two: &Term) -> bool {
    let constant = one.text.starts_with(|first: char| first.is_ascii_uppercase()) || one.text.starts_with('k');
    let last = two.children.last().filter(|_| two.kind == "qualified_identifier");
    one.kind == "identifier" && constant && one.field != Some("function") && last.is_some_and(|last| last.same(one))
}

/// `"x"` against `'x'`, where a function takes either.
fn is_character(one: &Term, two: &Term) -> bool {
    let inner = |term: &Term, kind: &str, quote: char| {
        (term.kind == kind).then(|| term.text.trim_matches(quote).to_string()).filter(|_| term.text.len() <= 4)
    };
    let string = inner(one, "string_literal", '"');
    string.is_some() && string == inner(two, "char_literal", '\'')
}

/// `emplace_back(a, b)` against `push_back(T(a, b))`, `push_back({a, b})` or, of one argument, `push_back(a)`.
fn is_construction(one: &Term, two: &Term) -> bool {
    if one.kind != CONSTRUCTED {
        return false;
    }
    if two.kind == CONSTRUCTED {
        // `emplace_back(T(a))` against `emplace_back(a)`.
        let [value] = two.children.as_slice() else { return false };
        return is_construction(one, value);
    }
    let made = |arguments: &[Term]| {
        arguments.len() == one.children.len()
            && arguments.iter().zip(&one.children).all(|(two, one)| matches_pairwise(one, two))
    };
    let constructor = two
        .child("function")
        .filter(|function| function.kind != "field_expression")
        .is_some_and(|function| makes_value(last_name(function)));
    let constructed = two.child("arguments").is_some_and(|arguments| constructor && made(&arguments.children));
    let listed = match two.kind {
        "initializer_list" => Some(two),
        "compound_literal_expression" => two.child("value"),
        _ => None,
    };
    constructed || listed.is_some_and(|list| made(&list.children)) || made(std::slice::from_ref(two))
}

/// A constructor by its name, or what the standard library makes values with.
fn makes_value(name: &str) -> bool {
    const MADE: [&str; 8] = ["make_pair", "make_tuple", "pair", "tuple", "vector", "string", "function", "optional"];
    name.starts_with(|first: char| first.is_ascii_uppercase()) || MADE.contains(&name)
}

/// `x.emplace(a, b)` against `x.push(T(a, b))` of a stack or `x.insert(T(a, b))` of a set or map.
fn is_emplacement(one: &Term, two: &Term) -> bool {
    let (Some([emplace, owner, made]), Some([insert, other, value])) = (member_call(one), member_call(two)) else {
        return false;
    };
    &*emplace.text == "emplace"
        && matches!(&*insert.text, "push" | "insert")
        && matches_pairwise(owner, other)
        && is_construction(made, value)
}

/// The name, the receiver and the only argument of `x.f(a)`.
fn member_call(call: &Term) -> Option<[&Term; 3]> {
    let function = call.child("function").filter(|_| call.kind == "call_expression")?;
    let [value] = call.child("arguments")?.children.as_slice() else { return None };
    Some([function.child("field")?, function.child("argument")?, value])
}

/// A temporary of a declared type, written in place on one side only.
fn is_conversion(one: &Term, two: &Term) -> bool {
    one.kind == CONVERTED && two.kind != CONVERTED && !is_numeric(one) && matches_pairwise(&one.children[1], two)
}

/// `int64_t n = x;` of another local is there to convert it.
fn is_numeric(converted: &Term) -> bool {
    let [kind, value] = converted.children.as_slice() else { return false };
    let number = matches!(kind.kind, "primitive_type" | "sized_type_specifier");
    number && value.is_leaf() && value.text.starts_with('$')
}

fn is_null_pair(one: &Term, two: &Term) -> bool {
    one.is_leaf() && &*one.text == "nullptr" && two.is_leaf() && &*two.text == "0"
}

/// `Tensor` against `at::Tensor`, `Mode::f` against `c10::Mode::f`: the same type seen from another namespace, or what it
/// holds. Never for functions of a namespace, where it may pick another overload, and never for two paths that begin
/// differently.
fn is_requalified(one: &Term, two: &Term) -> bool {
    let (short, long) = (path(one), path(two));
    let (Some(last), true) = (short.last(), long.len() >= short.len()) else { return false };
    let is_type = matches!(last.kind, "type_identifier" | "template_type") || is_std(&last.text);
    let held = short.len() > 1 && names_class(short[0]);
    let same = |one: &[&Term], two: &[&Term]| one.iter().zip(two).all(|(one, two)| matches_pairwise(one, two));
    (is_type || held) && long.len() > short.len() && same(&short, &long[long.len() - short.len()..])
}

fn names_class(scope: &Term) -> bool {
    let name = if scope.is_leaf() { &*scope.text } else { scope.child("name").map_or("", |name| &*name.text) };
    name.starts_with(|first: char| first.is_ascii_uppercase())
}

/// The names of `a::b::C`, the outermost first.
fn path(term: &Term) -> Vec<&Term> {
    let (mut names, mut at) = (Vec::new(), term);
    while let (Some(scope), Some(name)) = (at.child("scope"), at.child("name")) {
        if at.kind != "qualified_identifier" {
            break;
        }
        names.push(scope);
        at = name;
    }
    names.push(at);
    names
}
