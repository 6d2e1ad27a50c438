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
        "call" => bare_super(term),
        _ => {}
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
