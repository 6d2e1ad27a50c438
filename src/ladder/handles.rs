//! Parameters that take a shared owner by value or by reference: where the function leaves the reference alone, the
//! caller cannot tell.

use super::spelling::cpp::last_name;
use crate::symbols::Term;

/// `void f(std::shared_ptr<T>& x)` is `void f(std::shared_ptr<T> x)`, unless `f` gives `x` another value.
pub fn by_value(term: &mut Term) {
    term.rewrite(&mut |function| {
        if !matches!(function.kind, "function_definition" | "lambda_expression" | "declaration" | "field_declaration") {
            return;
        }
        let body = function.child("body").cloned();
        let Some(declarator) = function.child_mut("declarator") else { return };
        declarator.rewrite(&mut |parameter| {
            let owner = parameter.child("type").is_some_and(is_shared);
            if parameter.kind == "parameter_declaration" && owner {
                take_by_value(parameter, body.as_ref());
            }
        });
    });
}

fn is_shared(kind: &Term) -> bool {
    let mut named = kind;
    while let Some(name) = named.child("name") {
        named = name;
    }
    matches!(&*named.text, "shared_ptr" | "intrusive_ptr") || last_name(named).ends_with("Ptr")
}

fn take_by_value(parameter: &mut Term, body: Option<&Term>) {
    let Some(at) = parameter.children.iter().position(|child| child.field == Some("declarator")) else { return };
    let declarator = &parameter.children[at];
    let by_reference = declarator.children.first().is_some_and(|sign| &*sign.text == "&");
    match (declarator.kind, declarator.children.as_slice()) {
        ("reference_declarator", [_, name]) if by_reference && !body.is_some_and(|body| writes(body, &name.text)) => {
            let name = name.clone();
            parameter.children[at] = Term { field: Some("declarator"), ..name };
        }
        ("abstract_reference_declarator", [_]) if by_reference => {
            parameter.children.remove(at);
        }
        ("abstract_reference_declarator", []) if &*declarator.text == "&" => {
            parameter.children.remove(at);
        }
        _ => {}
    }
}

/// Whether the body may give the local another value.
fn writes(body: &Term, local: &str) -> bool {
    let is_local = |term: &Term| term.is_leaf() && *term.text == *local;
    let mut writes = false;
    body.visit(&mut |node| {
        writes |= match node.kind {
            "assignment_expression" => node.child("left").is_some_and(is_local),
            "pointer_expression" => {
                node.child("operator").is_some_and(|sign| &*sign.text == "&")
                    && node.child("argument").is_some_and(is_local)
            }
            "field_expression" => {
                let field = node.child("field").map_or("", |field| &*field.text);
                matches!(field, "reset" | "swap") && node.child("argument").is_some_and(is_local)
            }
            "call_expression" => {
                let swaps = node.child("function").is_some_and(|function| last_name(function) == "swap");
                swaps && node.child("arguments").is_some_and(|list| list.children.iter().any(is_local))
            }
            _ => false,
        };
    });
    writes
}
