//! Accessors that lend what others hand out: `x.fooRef()` is `*x.foo()`, `x.fooRaw()` is `x.foo()`.

use crate::symbols::Term;

/// Rewrites the accessors, then the members of what a local refers to.
pub fn lend(term: &mut Term) {
    term.rewrite(&mut handed_out);
    hold_referred(term);
}

fn handed_out(term: &mut Term) {
    match term.kind {
        "call_expression" => accessor(term),
        "field_expression" => member_of_dereferenced(term),
        _ => {}
    }
}

fn accessor(call: &mut Term) {
    if call.child("arguments").is_none_or(|arguments| !arguments.children.is_empty()) {
        return;
    }
    let Some(field) = call.child_mut("function").and_then(|function| function.child_mut("field")) else { return };
    let name = if field.is_leaf() { Some(field) } else { field.child_mut("name") };
    let Some(name) = name else { return };
    if let Some(plain) = name.text.strip_suffix("Raw").filter(|plain| ends_a_word(plain)) {
        name.text = plain.into();
    } else if let Some(plain) = name.text.strip_suffix("Ref").filter(|plain| ends_a_word(plain)) {
        name.text = plain.into();
        let handed = Term { field: Some("argument"), ..call.clone() };
        *call = Term { field: call.field, ..dereferenced(handed) };
    }
}

fn ends_a_word(text: &str) -> bool {
    text.ends_with(|last: char| last.is_ascii_lowercase())
}

fn dereferenced(value: Term) -> Term {
    let star = Term { field: Some("operator"), ..Term::leaf("*", "*") };
    Term::node("pointer_expression", vec![star, Term { field: Some("argument"), ..value }])
}

fn is_dereferenced(term: &Term) -> bool {
    term.kind == "pointer_expression" && term.child("operator").is_some_and(|sign| &*sign.text == "*")
}

/// `(*x).y` is `x->y`.
fn member_of_dereferenced(term: &mut Term) {
    let dot = term.child("operator").is_some_and(|sign| &*sign.text == ".");
    let inner = term.child("argument").filter(|argument| dot && is_dereferenced(argument));
    let Some(inner) = inner.and_then(|argument| argument.child("argument")).cloned() else { return };
    if let Some(argument) = term.child_mut("argument") {
        *argument = Term { field: Some("argument"), ..inner };
    }
    point(term);
}

fn point(member: &mut Term) {
    if let Some(sign) = member.child_mut("operator") {
        *sign = Term { field: Some("operator"), ..Term::leaf("->", "->") };
    }
}

/// `auto& x = *f(); … x.y` is `auto x = f(); … x->y`.
fn hold_referred(term: &mut Term) {
    let mut referring: Vec<Box<str>> = Vec::new();
    term.rewrite(&mut |node| {
        if node.kind == "declaration"
            && let Some(name) = hold_in_place(node)
        {
            referring.push(name);
        }
    });
    if referring.is_empty() {
        return;
    }
    let refers = |leaf: &Term| leaf.is_leaf() && referring.contains(&leaf.text);
    term.rewrite(&mut |node| {
        let member = node.kind == "field_expression";
        for child in node.children.iter_mut().filter(|child| refers(child)) {
            if child.field != Some("declarator") && child.kind == "identifier" {
                *child = Term { field: child.field, ..dereferenced(child.clone()) };
            }
        }
        if member {
            member_of_dereferenced(node);
        }
    });
}

/// The name of a local that stands for what a pointer points to, which holds the pointer from now on.
fn hold_in_place(declaration: &mut Term) -> Option<Box<str>> {
    let deduced = declaration.child("type").is_some_and(|kind| kind.kind == "placeholder_type_specifier");
    let declarator = declaration.child_mut("declarator").filter(|it| deduced && it.kind == "init_declarator")?;
    let held = declarator.child("value").filter(|value| is_dereferenced(value))?.child("argument")?.clone();
    if held.kind != "call_expression" {
        return None;
    }
    let inner = declarator.child_mut("declarator")?;
    if inner.kind == "reference_declarator" && inner.children.len() == 2 {
        let name = inner.children.swap_remove(1);
        *inner = Term { field: Some("declarator"), ..name };
    }
    let name = inner.is_leaf().then(|| inner.text.clone())?;
    *declarator.child_mut("value")? = Term { field: Some("value"), ..held };
    Some(name)
}
