//! Locals of a Python function: the names it assigns. Parameters keep theirs, since callers can name them.

use rustc_hash::FxHashMap;

use crate::symbols::Term;

/// Numbers the locals of a function in the order in which they are assigned.
pub fn number(function: &mut Term) {
    let mut locals: FxHashMap<String, usize> = FxHashMap::default();
    assigned_locals(function, &mut |name| {
        let next = locals.len();
        locals.entry(name.to_string()).or_insert(next);
    });
    if !locals.is_empty() {
        replace(function, &locals);
    }
}

fn assigned_locals(term: &Term, declare: &mut dyn FnMut(&str)) {
    let mut fixed: Vec<&str> = Vec::new();
    term.visit(&mut |node| {
        if matches!(node.kind, "parameters" | "lambda_parameters" | "global_statement" | "nonlocal_statement") {
            fixed.extend(node.tokens());
        }
    });
    let mut assigned: Vec<&str> = Vec::new();
    term.visit(&mut |node| {
        let target = match node.kind {
            "assignment" | "for_statement" | "for_in_clause" => node.child("left"),
            "as_pattern" => node.child("alias"),
            "named_expression" => node.child("name"),
            _ => None,
        };
        if let Some(target) = target {
            target.visit(&mut |leaf| {
                let plain = matches!(leaf.kind, "identifier" | "as_pattern_target") && leaf.is_leaf();
                if plain && !matches!(target.kind, "attribute" | "subscript") {
                    assigned.push(&leaf.text);
                }
            });
        }
    });
    for name in assigned.into_iter().filter(|name| !fixed.contains(name)) {
        declare(name);
    }
}

/// Attributes and keyword arguments are names of other things.
fn replace(term: &mut Term, locals: &FxHashMap<String, usize>) {
    let numbered = matches!(term.kind, "identifier" | "as_pattern_target") && term.is_leaf();
    if numbered
        && !matches!(term.field, Some("attribute"))
        && let Some(index) = locals.get(&*term.text)
    {
        term.text = format!("${index}").into();
    }
    let keyword = term.kind == "keyword_argument";
    for child in &mut term.children {
        if !(keyword && child.field == Some("name")) {
            replace(child, locals);
        }
    }
}
