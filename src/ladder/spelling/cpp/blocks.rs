//! Blocks and statements: braces around one statement, an `else` behind a jump, cases with one body, declarations that
//! read like something else.

use super::loops::{index_loop, irange_loop, step};
use super::{become_child, is_text, operator, respell};
use crate::symbols::Term;

/// Flattens what an `else` holds after a branch that never falls through, and drops `(void)x;`.
pub fn block(term: &mut Term) {
    let mut statements = Vec::with_capacity(term.children.len());
    for mut statement in term.children.drain(..) {
        if is_unused_mark(&statement) {
            continue;
        }
        value_declaration(&mut statement);
        discarded_value(&mut statement);
        let hoisted = hoist_else(&mut statement);
        statements.push(statement);
        statements.extend(hoisted);
    }
    merge_cases(&mut statements);
    term.children = statements;
}

/// Braces around a single statement say nothing.
pub fn statement_with_body(term: &mut Term) {
    for child in &mut term.children {
        let is_body = matches!(child.field, Some("consequence" | "body" | "alternative")) || term.kind == "else_clause";
        let single = child.kind == "compound_statement" && child.children.len() == 1;
        if is_body && single && child.children[0].kind != "declaration" {
            become_child(child, 0);
        }
    }
    match term.kind {
        "while_statement" | "do_statement" => endless(term),
        "else_clause" => {
            term.children.retain(|child| !is_text(child, "else"));
            if term.children.len() == 1 {
                become_child(term, 0);
            }
        }
        "for_statement" => index_loop(term),
        "for_range_loop" => irange_loop(term),
        _ => {}
    }
}

pub fn expression_statement(term: &mut Term) {
    if let Some(declaration) = term.children.first().and_then(misread_declaration) {
        *term = Term { field: term.field, line: term.line, ..declaration };
    } else if let Some(expression) = term.children.first_mut() {
        step(expression);
    }
}

/// `(void)f();` is `f();`.
fn discarded_value(statement: &mut Term) {
    let Some(expression) = statement.children.first_mut().filter(|_| statement.kind == "expression_statement") else {
        return;
    };
    let to_void = expression.kind == "cast" && expression.child("type").is_some_and(|target| target.code() == "void");
    if to_void && expression.children.len() == 2 {
        become_child(expression, 1);
    }
}

/// `case A: return x; case B: return x;` is `case A: case B: return x;`.
fn merge_cases(statements: &mut [Term]) {
    for at in (1..statements.len()).rev() {
        let (head, tail) = statements.split_at_mut(at);
        let (one, two) = (&mut head[at - 1], &tail[0]);
        if one.kind != "case_statement" || two.kind != "case_statement" {
            continue;
        }
        let (Some(from), Some(to)) = (body_of_case(one), body_of_case(two)) else { continue };
        let (body, other) = (&one.children[from..], &two.children[to..]);
        let same = body.len() == other.len() && body.iter().zip(other).all(|(one, two)| one.same(two));
        if same && body.last().is_some_and(leaves) {
            one.children.truncate(from);
        }
    }
}

/// Where the statements behind a label begin.
fn body_of_case(case: &Term) -> Option<usize> {
    case.children.iter().position(|child| is_text(child, ":")).map(|colon| colon + 1)
}

/// `T x(f(y));` in a block: the grammar takes it for the declaration of a function, the compiler does not when `y` is a
/// value, and in a block it nearly always is.
fn value_declaration(statement: &mut Term) {
    let Some(declarator) = statement.child_mut("declarator").filter(|it| it.kind == "function_declarator") else {
        return;
    };
    let named = declarator.child("declarator").is_some_and(|name| name.kind == "identifier");
    let parameters = declarator.child("parameters").map_or(&[][..], |parameters| &parameters.children);
    let values: Option<Vec<Term>> = parameters.iter().map(as_value).collect();
    let Some(mut values) = values.filter(|values| named && !values.is_empty() && declarator.children.len() == 2) else {
        return;
    };
    let value = match values.len() {
        1 => values.remove(0),
        _ => Term::node("argument_list", values),
    };
    declarator.kind = "init_declarator";
    declarator.children[1] = Term { field: Some("value"), ..value };
}

/// A value that was read as a parameter without a name: `y`, `f(y)`, `ns::f(y)`.
fn as_value(parameter: &Term) -> Option<Term> {
    let named = parameter.child("type").filter(|_| parameter.kind == "parameter_declaration")?;
    let mut value = match named.kind {
        "type_identifier" => Term { field: None, ..Term::leaf("identifier", named.text.clone()) },
        "qualified_identifier" => Term { field: None, ..named.clone() },
        _ => return None,
    };
    match parameter.children.as_slice() {
        [_] => Some(value),
        [_, declarator] if declarator.kind == "abstract_function_declarator" => {
            let arguments: Option<Vec<Term>> = declarator.child("parameters")?.children.iter().map(as_value).collect();
            value.field = Some("function");
            let arguments = Term { field: Some("arguments"), ..Term::node("argument_list", arguments?) };
            let mut call = Term::node("call_expression", vec![value, arguments]);
            respell(&mut call);
            Some(call)
        }
        _ => None,
    }
}

/// `(void)x;`, and a literal as a statement.
fn is_unused_mark(statement: &Term) -> bool {
    if statement.kind != "expression_statement" || statement.children.len() > 1 {
        return false;
    }
    let Some(expression) = statement.children.first() else { return true };
    let to_void = expression.kind == "cast" && expression.child("type").is_some_and(|target| target.code() == "void");
    to_void && expression.child("value").is_some_and(Term::is_leaf)
}

/// `while (1)` is `while (true)`.
fn endless(term: &mut Term) {
    if let Some(condition) = term.child_mut("condition").filter(|condition| is_text(condition, "1")) {
        condition.text = "true".into();
    }
}

fn hoist_else(statement: &mut Term) -> Vec<Term> {
    let jumps = statement.kind == "if_statement" && statement.child("consequence").is_some_and(leaves);
    let Some(at) = statement.children.iter().position(|child| child.field == Some("alternative")).filter(|_| jumps)
    else {
        return Vec::new();
    };
    let mut alternative = statement.children.remove(at);
    alternative.field = None;
    if alternative.kind == "compound_statement" { alternative.children } else { vec![alternative] }
}

/// Control never goes on behind this statement.
fn leaves(statement: &Term) -> bool {
    match statement.kind {
        "return_statement" | "throw_statement" | "continue_statement" | "break_statement" | "goto_statement" => true,
        "compound_statement" => statement.children.last().is_some_and(leaves),
        _ => false,
    }
}

/// `PyObject* x(f(y));` reads like a product whose second factor is a call.
fn misread_declaration(product: &Term) -> Option<Term> {
    let (left, right) = (product.child("left")?, product.child("right")?);
    let capital = left.text.starts_with(|first: char| first.is_ascii_uppercase()) && !is_shouting(&left.text);
    let name = right.child("function").filter(|name| name.kind == "identifier")?;
    let value = right.child("arguments").filter(|list| list.children.len() == 1)?;
    if product.kind != "binary_expression" || operator(product) != "*" || !capital {
        return None;
    }
    let name = Term { field: Some("declarator"), ..name.clone() };
    let pointer = Term::node("pointer_declarator", vec![Term::leaf("*", "*"), name]);
    let value = Term { field: Some("value"), ..value.children[0].clone() };
    let declarator = Term::node("init_declarator", vec![Term { field: Some("declarator"), ..pointer }, value]);
    let named = Term { field: Some("type"), kind: "type_identifier", ..left.clone() };
    Some(Term::node("declaration", vec![named, Term { field: Some("declarator"), ..declarator }]))
}

fn is_shouting(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}
