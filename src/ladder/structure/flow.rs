//! How a value reaches a local: at its declaration, by an assignment behind it, or in the branches of the next `if`.

use super::super::spelling::cpp::settle_blocks;
use super::{declared_local, does_something, reserves};
use crate::symbols::Term;

/// One form for the ways to give a local its first value.
pub fn straighten(term: &mut Term) {
    term.rewrite(&mut |node| {
        match node.kind {
            "compound_statement" => block(node),
            "call_expression" => called_in_place(node),
            _ => {}
        }
        settle_blocks(node);
        if node.kind == "if_statement" {
            chosen(node);
        }
    });
}

fn block(block: &mut Term) {
    block.children.retain(|statement| !decides_nothing(statement));
    for at in 0..block.children.len().saturating_sub(1) {
        value_into_branches(block, at);
    }
    let mut at = 0;
    while at + 1 < block.children.len() {
        if !assigned_at_once(block, at) {
            at += 1;
        }
    }
}

/// `if (n > 0) v.reserve(n);`, and an `if` without a body.
fn decides_nothing(statement: &Term) -> bool {
    let empty = |body: &Term| reserves(body) || (body.kind == "compound_statement" && body.is_leaf());
    statement.kind == "if_statement"
        && statement.child("alternative").is_none()
        && statement.child("consequence").is_some_and(empty)
        && statement.child("condition").is_some_and(|condition| !does_something(condition))
}

/// `[&] { return E; }()` is `E`.
fn called_in_place(call: &mut Term) {
    let Some(lambda) = call.child("function").filter(|function| function.kind == "lambda_expression") else { return };
    let captures = lambda.child("captures").map_or(&[][..], |captures| &captures.children);
    let plain = captures.iter().all(|capture| capture.kind != "lambda_capture_initializer");
    let parameters = lambda.child("declarator").and_then(|declarator| declarator.child("parameters"));
    let none = |list: Option<&Term>| list.is_none_or(|list| list.children.is_empty());
    let body = lambda.child("body").map_or(&[][..], |body| &body.children);
    let [returned] = body else { return };
    if plain && none(parameters) && none(call.child("arguments")) && returned.kind == "return_statement" {
        let Some(value) = returned.named().last().cloned() else { return };
        *call = Term { field: call.field, ..value };
    }
}

/// `T x; x = E;` is `T x = E;`.
fn assigned_at_once(block: &mut Term, at: usize) -> bool {
    let [declaration, next] = &block.children[at..=at + 1] else { return false };
    let Some(name) = declared_local(declaration).filter(|_| is_bare(declaration)) else { return false };
    let Some(value) = assigned(next, name).filter(|value| !mentions(value, name)) else { return false };
    let value = Term { field: Some("value"), ..value.clone() };
    let declaration = &mut block.children[at];
    let Some(declarator) = declaration.child_mut("declarator") else { return false };
    let inner = declarator.clone();
    *declarator = Term { field: Some("declarator"), ..Term::node("init_declarator", vec![inner, value]) };
    block.children.remove(at + 1);
    true
}

/// A declaration of one local that says nothing about its value.
fn is_bare(declaration: &Term) -> bool {
    let mut declarators = declaration.children.iter().filter(|child| child.field == Some("declarator"));
    let plain = declarators.next().is_some_and(|it| it.is_leaf() || (it.kind == "pointer_declarator"));
    let stored = declaration.children.iter().any(|child| child.kind == "storage_class_specifier");
    declaration.kind == "declaration" && plain && declarators.next().is_none() && !stored
}

/// The value of `x = E;`.
fn assigned<'a>(statement: &'a Term, name: &str) -> Option<&'a Term> {
    let assignment = statement.children.first().filter(|_| statement.kind == "expression_statement")?;
    let sign = assignment.child("operator").is_some_and(|sign| &*sign.text == "=");
    let left = assignment.child("left").filter(|_| assignment.kind == "assignment_expression" && sign)?;
    (left.is_leaf() && &*left.text == name).then(|| assignment.child("right")).flatten()
}

fn mentions(term: &Term, name: &str) -> bool {
    let mut found = false;
    term.visit(&mut |leaf| found |= leaf.is_leaf() && &*leaf.text == name);
    found
}

/// `T x = V; if (c) x = A;` is `T x; if (c) x = A; else x = V;`, for a constant `V`.
fn value_into_branches(block: &mut Term, at: usize) {
    let Some((name, value)) = constant_local(&block.children[at]) else { return };
    let choice = &mut block.children[at + 1];
    let decided = choice.kind == "if_statement"
        && choice.child("condition").is_some_and(|condition| !mentions(condition, &name))
        && mentions(choice, &name);
    if !decided {
        return;
    }
    into_branches(choice, &name, &value);
    choice.rewrite(&mut |node| {
        settle_blocks(node);
        if node.kind == "if_statement" {
            chosen(node);
        }
    });
    if let Some(declarator) = block.children[at].child_mut("declarator")
        && let Some(inner) = declarator.child("declarator").cloned()
    {
        *declarator = inner;
    }
}

/// The name and the value of a local that begins as a constant.
fn constant_local(declaration: &Term) -> Option<(Box<str>, Term)> {
    let declarator = declaration.child("declarator").filter(|it| it.kind == "init_declarator")?;
    let value = declarator.child("value").filter(|value| value.is_leaf() && !value.text.starts_with('$'))?;
    let inner = declarator.child("declarator").filter(|inner| inner.is_leaf() || inner.kind == "pointer_declarator")?;
    let stored = declaration.children.iter().any(|child| child.kind == "storage_class_specifier");
    let name = declared_local(declaration).filter(|_| !stored && inner.field.is_some())?;
    Some((name.into(), value.clone()))
}

fn into_branches(choice: &mut Term, name: &str, value: &Term) {
    let mut has_else = false;
    for branch in &mut choice.children {
        if matches!(branch.field, Some("consequence" | "alternative")) {
            has_else |= branch.field == Some("alternative");
            into_branch(branch, name, value);
        }
    }
    if !has_else {
        choice.children.push(Term { field: Some("alternative"), ..assignment(name, value) });
    }
}

fn into_branch(branch: &mut Term, name: &str, value: &Term) {
    if branch.kind != "compound_statement" {
        let statement = Term { field: None, ..branch.clone() };
        *branch = Term { field: branch.field, ..Term::node("compound_statement", vec![statement]) };
    }
    let Some(first) = branch.children.iter().position(|statement| mentions(statement, name)) else {
        branch.children.push(assignment(name, value));
        return;
    };
    let statement = &mut branch.children[first];
    let undecided = statement.kind == "if_statement"
        && statement.child("condition").is_some_and(|condition| !mentions(condition, name));
    if undecided {
        into_branches(statement, name, value);
    } else if assigned(statement, name).is_none_or(|value| mentions(value, name)) {
        branch.children.insert(first, assignment(name, value));
    }
}

fn assignment(name: &str, value: &Term) -> Term {
    let left = Term { field: Some("left"), ..Term::leaf("identifier", name) };
    let sign = Term { field: Some("operator"), ..Term::leaf("=", "=") };
    let right = Term { field: Some("right"), ..value.clone() };
    Term::node("expression_statement", vec![Term::node("assignment_expression", vec![left, sign, right])])
}

/// `if (c) x = A; else x = B;` is `x = c ? A : B;`.
fn chosen(choice: &mut Term) {
    let target = |branch: Option<&Term>| -> Option<(Term, Term)> {
        let statement = branch.filter(|branch| branch.kind == "expression_statement")?.children.first()?;
        let sign = statement.child("operator").is_some_and(|sign| &*sign.text == "=");
        let parts = (statement.child("left")?.clone(), statement.child("right")?.clone());
        (statement.kind == "assignment_expression" && sign).then_some(parts)
    };
    let Some((left, one)) = target(choice.child("consequence")) else { return };
    let Some((other, two)) = target(choice.child("alternative")) else { return };
    let Some(condition) = choice.child("condition").cloned() else { return };
    if !left.same(&other) || does_something(&left) {
        return;
    }
    let parts = vec![
        Term { field: Some("condition"), ..condition },
        Term::leaf("?", "?"),
        Term { field: Some("consequence"), ..one },
        Term::leaf(":", ":"),
        Term { field: Some("alternative"), ..two },
    ];
    let sign = Term { field: Some("operator"), ..Term::leaf("=", "=") };
    let right = Term { field: Some("right"), ..Term::node("conditional_expression", parts) };
    let assignment = Term::node("assignment_expression", vec![Term { field: Some("left"), ..left }, sign, right]);
    *choice = Term { field: choice.field, ..Term::node("expression_statement", vec![assignment]) };
}
