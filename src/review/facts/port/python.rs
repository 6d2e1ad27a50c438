//! What a Python function says, read off its syntax.

use super::Said;
use crate::parity::signature::Signature;
use crate::symbols::{ParsedFile, Term};

/// Methods that change what they are called on.
const MUTATORS: [&str; 13] = [
    "append",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "clear",
    "update",
    "setdefault",
    "sort",
    "reverse",
    "add",
    "discard",
];

pub fn said(file: &ParsedFile, symbol: usize) -> Said {
    let lines = file.lines(file.symbols[symbol].lines);
    let text: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    let term = file.whole_term(symbol);
    let mut said = Said { signature: Signature::of_python(&text.join("\n")), ..Said::default() };
    let parameters: Vec<String> =
        said.signature.iter().flat_map(|one| &one.parameters).map(|parameter| parameter.name.clone()).collect();
    let body = find_body(&term);
    body.unwrap_or(&term).visit(&mut |part| look(part, &parameters, &mut said));
    said
}

/// Whether the function became little more than a call: its body is a few statements where it was more.
pub fn is_delegated(before: &Term, after: &Term) -> bool {
    let statements = |term: &Term| {
        let mut count = 0;
        if let Some(body) = find_body(term) {
            body.visit(&mut |part| {
                count += usize::from(part.kind.ends_with("_statement") || part.kind == "assignment");
            });
        }
        count
    };
    let (was, is) = (statements(before), statements(after));
    let mut native = false;
    if let Some(body) = find_body(after) {
        body.visit(&mut |part| {
            native |= part.kind == "call" && ["_C.", "super("].iter().any(|mark| part.code().contains(mark));
        });
    }
    native && is <= 4 && was >= is + 2
}

fn find_body(term: &Term) -> Option<&Term> {
    if term.kind == "function_definition" {
        return term.child("body");
    }
    term.named().find_map(find_body)
}

fn look(part: &Term, parameters: &[String], said: &mut Said) {
    match part.kind {
        "identifier" => {
            let name = part.code();
            if parameters.contains(&name) && name != "self" && !said.order.contains(&name) {
                said.order.push(name);
            }
        }
        "raise_statement" => {
            let raised = part.named().next();
            let name = raised.map(|raised| raised.child("function").unwrap_or(raised).code()).unwrap_or_default();
            said.raises.insert(if name.is_empty() { "the same again".to_owned() } else { name });
        }
        "assert_statement" => drop(said.raises.insert("AssertionError".to_owned())),
        "call" => call(part, parameters, said),
        "comparison_operator" => {
            let code = part.code();
            if code.contains("type(") && (code.contains(" is ") || code.contains("==") || code.contains(" in ")) {
                said.tests.push(code);
            }
        }
        "assignment" | "augmented_assignment" => {
            let target = part.child("left").filter(|left| matches!(left.kind, "subscript" | "attribute"));
            if let Some(target) = target.filter(|target| parameters.contains(&root(target))) {
                said.mutates.insert(target.code());
            }
        }
        "delete_statement" => {
            let target = part.named().next().filter(|target| parameters.contains(&root(target)));
            said.mutates.extend(target.map(|target| format!("del {}", target.code())));
        }
        _ => {}
    }
}

fn call(part: &Term, parameters: &[String], said: &mut Said) {
    let Some(function) = part.child("function") else { return };
    let name = function.code();
    let last = name.rsplit('.').next().unwrap_or(&name);
    match last {
        "isinstance" | "issubclass" | "callable" | "is_tensor" => said.tests.push(part.code()),
        "hasattr" | "getattr" => said.looks.push(part.code()),
        "warn" | "warn_once" | "warn_explicit" => said.warns = true,
        _ => {
            let changes = MUTATORS.contains(&last) && function.kind == "attribute";
            said.mutates.extend((changes && parameters.contains(&root(function))).then_some(name));
        }
    }
}

/// The name that a chain of attributes and subscripts begins with.
fn root(term: &Term) -> String {
    let mut at = term;
    while let Some(inner) = at.child("object").or_else(|| at.child("value")) {
        at = inner;
    }
    at.code()
}
