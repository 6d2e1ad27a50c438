//! Names of the standard library: what `c10` only re-exports, and the short forms of traits.

use super::{become_child, is_text, last_type_name};
use crate::symbols::Term;

/// Whether `c10` only re-exports this name from the standard library.
pub fn is_std(name: &str) -> bool {
    const ALIASES: [&str; 29] = [
        "optional",
        "nullopt",
        "nullopt_t",
        "string_view",
        "variant",
        "make_optional",
        "in_place",
        "in_place_t",
        "get_if",
        "visit",
        "holds_alternative",
        "monostate",
        "make_unique",
        "is_same",
        "bad_optional_access",
        "conjunction",
        "disjunction",
        "negation",
        "bool_constant",
        "void_t",
        "enable_if_t",
        "conditional_t",
        "decay_t",
        "invoke_result_t",
        "index_sequence",
        "make_index_sequence",
        "index_sequence_for",
        "apply",
        "clamp",
    ];
    ALIASES.contains(&name)
}

/// Names that c10 only re-exports from the standard library.
pub fn std_name(term: &mut Term) {
    if !is_std(last_type_name(term)) {
        return;
    }
    let Some(scope) = term.child_mut("scope").filter(|scope| matches!(&*scope.text, "c10" | "at" | "torch" | "guts"))
    else {
        return;
    };
    scope.text = "std".into();
    // `c10::guts::f`: the inner name is the standard library's by now.
    let inner = term.children.iter().position(|child| {
        child.kind == "qualified_identifier" && child.child("scope").is_some_and(|scope| &*scope.text == "std")
    });
    if let Some(inner) = inner {
        become_child(term, inner);
    }
}

/// `std::decay<T>::type` is `std::decay_t<T>`, `std::is_same<T, U>::value` is `std::is_same_v<T, U>`.
pub fn trait_member(term: &mut Term) {
    let suffix = match term.child("name").filter(|name| name.is_leaf()).map(|name| &*name.text) {
        Some("type") => "_t",
        Some("value") => "_v",
        _ => return,
    };
    let Some(scope) = term.child("scope").filter(|scope| scope.kind == "template_type") else { return };
    let name = scope.child("name").map_or("", |name| &*name.text);
    if !is_trait(name, suffix) {
        return;
    }
    let short = format!("{name}{suffix}");
    let mut scope = scope.clone();
    if let Some(name) = scope.child_mut("name") {
        name.text = short.into();
    }
    trait_of_call(&mut scope);
    // As the grammar reads `is_same_v<T, U>` where a value stands.
    let kind = if suffix == "_v" { "template_function" } else { scope.kind };
    *term = Term { field: term.field, kind, ..scope };
}

fn is_trait(name: &str, suffix: &str) -> bool {
    const TYPES: [&str; 24] = [
        "enable_if",
        "decay",
        "conditional",
        "common_type",
        "underlying_type",
        "result_of",
        "invoke_result",
        "tuple_element",
        "make_signed",
        "make_unsigned",
        "add_const",
        "add_pointer",
        "add_lvalue_reference",
        "add_rvalue_reference",
        "remove_cv",
        "remove_const",
        "remove_volatile",
        "remove_reference",
        "remove_cvref",
        "remove_pointer",
        "remove_extent",
        "remove_all_extents",
        "aligned_storage",
        "type_identity",
    ];
    const VALUES: [&str; 8] = [
        "tuple_size",
        "rank",
        "extent",
        "alignment_of",
        "conjunction",
        "disjunction",
        "negation",
        "has_virtual_destructor",
    ];
    if suffix == "_t" { TYPES.contains(&name) } else { name.starts_with("is_") || VALUES.contains(&name) }
}

/// `result_of_t<F(A, B)>` is `invoke_result_t<F, A, B>`.
pub fn trait_of_call(term: &mut Term) {
    let is_call = term.child("name").is_some_and(|name| is_text(name, "result_of_t"));
    let Some(list) = term.child_mut("arguments").filter(|_| is_call) else { return };
    let Some(at) = list.children.iter().position(|child| child.kind == "type_descriptor") else { return };
    let mut function = list.children[at].clone();
    let Some(parameters) = take_parameters(&mut function) else { return };
    let mut types = vec![function];
    types.extend(parameters.children.iter().map(|parameter| Term { kind: "type_descriptor", ..parameter.clone() }));
    list.children.splice(at..=at, types);
    if let Some(name) = term.child_mut("name") {
        name.text = "invoke_result_t".into();
    }
}

/// Takes `(A, B)` out of the type `F&(A, B)`.
fn take_parameters(kind: &mut Term) -> Option<Term> {
    let at = kind.children.iter().position(|child| child.kind.ends_with("declarator"))?;
    if kind.children[at].kind != "abstract_function_declarator" {
        return take_parameters(&mut kind.children[at]);
    }
    kind.children.remove(at).children.into_iter().find(|child| child.field == Some("parameters"))
}

/// `friend struct S` names what `friend S` names.
pub fn friend(term: &mut Term) {
    term.children.retain(|child| !is_text(child, "struct"));
}
