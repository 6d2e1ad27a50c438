//! Python spellings: annotations, `object` as a base, `super(C, self)`.

use crate::symbols::Term;

pub fn respell(term: &mut Term) {
    term.children.retain(|child| !matches!(child.kind, "," | "(" | ")" | "[" | "]" | "{" | "}" | ":" | ";"));
    match term.kind {
        "function_definition" | "lambda" => {
            term.children.retain(|child| child.field != Some("return_type") && child.kind != "->");
        }
        "typed_parameter" => keep_first(term),
        "typed_default_parameter" => {
            term.kind = "default_parameter";
            term.children.retain(|child| child.field != Some("type"));
        }
        "assignment" if term.child("right").is_some() => term.children.retain(|child| child.field != Some("type")),
        "class_definition" => drop_object_base(term),
        "module" | "block" => term.children.retain(|statement| !serves_annotations(statement)),
        "call" => bare_super(term),
        _ => {}
    }
}

/// `from typing import …`, `from __future__ import annotations`, `if TYPE_CHECKING: …`: nothing of it runs.
fn serves_annotations(statement: &Term) -> bool {
    let named = |field: &str| statement.child(field).map_or(String::new(), Term::code);
    match statement.kind {
        "import_from_statement" => matches!(named("module_name").as_str(), "typing" | "typing_extensions"),
        "future_import_statement" => named("name") == "annotations",
        "if_statement" => {
            let checking = matches!(named("condition").as_str(), "TYPE_CHECKING" | "typing.TYPE_CHECKING");
            checking && statement.child("alternative").is_none()
        }
        _ => false,
    }
}

fn keep_first(term: &mut Term) {
    if !term.children.is_empty() {
        let field = term.field;
        *term = term.children.swap_remove(0);
        term.field = field;
    }
}

fn drop_object_base(term: &mut Term) {
    let is_object = |child: &Term| child.field == Some("superclasses") && matches!(&*child.code(), "object" | "");
    term.children.retain(|child| !is_object(child));
}

fn bare_super(term: &mut Term) {
    let is_super = term.child("function").is_some_and(|function| &*function.text == "super");
    if let Some(arguments) = term.child_mut("arguments").filter(|_| is_super) {
        arguments.children.clear();
    }
}
