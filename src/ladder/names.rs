//! Rung `names`: consistent renaming of what no one else can see. Locals are numbered in order of declaration, so that
//! only a bijection makes two bodies equal; wider renames must be proven by a renamed definition.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::Pair;
use crate::symbols::{Language, SymbolKind, Term};

pub fn erase(pair: &mut Pair<'_>) {
    // What a definition in C++ proves about a name says nothing about the name that Python sees.
    if pair.language == Language::Cpp {
        rename_everywhere(&mut pair.before, &pair.surroundings.renames);
    }
    let (language, kind) = (pair.language, pair.kind);
    for term in [&mut pair.before, &mut pair.after] {
        let locals = locals_of(term, language, kind);
        if !locals.is_empty() {
            number(term, &locals, language);
        }
    }
}

/// Carries names that the whole range renames over to the side before.
fn rename_everywhere(before: &mut Term, renames: &BTreeMap<String, String>) {
    if renames.is_empty() {
        return;
    }
    before.rewrite(&mut |leaf| {
        if !leaf.is_leaf() || leaf.kind.contains("string") {
            return;
        }
        if let Some(name) = renames.get(&*leaf.text) {
            leaf.text = name.as_str().into();
        } else if leaf.kind == "lead" {
            leaf.text = rename_words(&leaf.text, renames).into();
        }
    });
}

/// Renames whole words in a piece of code.
pub fn rename_words(text: &str, renames: &BTreeMap<String, String>) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let (head, tail) = rest.split_at(word.max(rest.chars().next().map_or(0, char::len_utf8)));
        out.push_str(renames.get(head).map_or(head, String::as_str));
        rest = tail;
    }
    out
}

/// The names a symbol declares for itself, numbered in the order of their first declaration.
fn locals_of(term: &Term, language: Language, kind: SymbolKind) -> FxHashMap<String, usize> {
    let mut locals = FxHashMap::default();
    let mut declare = |name: &str| {
        let next = locals.len();
        locals.entry(name.to_string()).or_insert(next);
    };
    match (language, kind) {
        (Language::Cpp, SymbolKind::Class | SymbolKind::Enum | SymbolKind::FileScope) => {}
        (Language::Cpp, SymbolKind::Macro) => macro_parameters(term, &mut declare),
        (Language::Cpp, _) => {
            let outer = matches!(kind, SymbolKind::Variable | SymbolKind::Table | SymbolKind::Field);
            cpp_locals(term, &mut declare, outer);
        }
        (Language::Python, SymbolKind::Function) => python_locals(term, &mut declare),
        (Language::Python, _) => {}
    }
    locals
}

fn cpp_locals(term: &Term, declare: &mut dyn FnMut(&str), outer: bool) {
    let mut first = outer;
    term.visit(&mut |node| match node.kind {
        "parameter_declaration"
        | "optional_parameter_declaration"
        | "for_range_loop"
        | "index_loop"
        | "declaration" => {
            // A variable at file scope is not a local of its own initialiser.
            if std::mem::take(&mut first) {
                return;
            }
            for declarator in node.children.iter().filter(|child| child.field == Some("declarator")) {
                declared(declarator, declare);
            }
        }
        "compound_statement" => {
            node.children.iter().filter_map(initialised).for_each(&mut *declare);
        }
        "lambda_capture_initializer" => {
            if let Some(name) = node.children.first().filter(|name| name.is_leaf()) {
                declare(&name.text);
            }
        }
        _ => {}
    });
}

/// The variable of `T x(f(y));` in a block, which the grammar takes for the declaration of a function.
fn initialised(statement: &Term) -> Option<&str> {
    let declarator = statement.child("declarator").filter(|_| statement.kind == "declaration")?;
    let parameters = declarator.child("parameters").filter(|_| declarator.kind == "function_declarator")?;
    let mut parameters = parameters.children.iter().filter(|child| child.kind == "parameter_declaration").peekable();
    parameters.peek()?;
    let looks_like_a_value = |parameter: &Term| {
        parameter.child("type").is_some_and(|kind| kind.kind == "type_identifier")
            && parameter.child("declarator").is_none_or(|declarator| declarator.kind == "abstract_function_declarator")
    };
    let name = declarator.child("declarator").filter(|name| name.kind == "identifier")?;
    parameters.all(looks_like_a_value).then_some(&*name.text)
}

/// The names below a declarator.
fn declared(declarator: &Term, declare: &mut dyn FnMut(&str)) {
    match declarator.kind {
        "identifier" => declare(&declarator.text),
        // A function declared inside a function is somebody else's name.
        "function_declarator" => {}
        "structured_binding_declarator" => {
            for name in declarator.children.iter().filter(|child| child.kind == "identifier") {
                declare(&name.text);
            }
        }
        "init_declarator" | "array_declarator" => {
            if let Some(inner) = declarator.child("declarator") {
                declared(inner, declare);
            }
        }
        _ => {
            for inner in declarator
                .children
                .iter()
                .filter(|child| child.kind.ends_with("declarator") || child.kind == "identifier")
            {
                declared(inner, declare);
            }
        }
    }
}

/// A macro's parameters. What is pasted or turned into text is what it is given, not what it calls it.
fn macro_parameters(term: &Term, declare: &mut dyn FnMut(&str)) {
    let Some(parameters) = term.child("parameters") else { return };
    for parameter in parameters.children.iter().filter(|child| child.kind == "identifier") {
        declare(&parameter.text);
    }
}

/// Names that a function assigns. Parameters stay: callers can name them.
fn python_locals(term: &Term, declare: &mut dyn FnMut(&str)) {
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

fn number(term: &mut Term, locals: &FxHashMap<String, usize>, language: Language) {
    if language == Language::Python {
        return number_python(term, locals);
    }
    term.rewrite(&mut |leaf| {
        // The grammar takes some values for types, see `initialised`.
        if matches!(leaf.kind, "identifier" | "type_identifier")
            && leaf.is_leaf()
            && let Some(index) = locals.get(&*leaf.text)
        {
            leaf.text = format!("${index}").into();
        }
    });
}

/// Attributes and keyword arguments are names of other things.
fn number_python(term: &mut Term, locals: &FxHashMap<String, usize>) {
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
            number_python(child, locals);
        }
    }
}

/// Numbers locals anew, by first occurrence, once declarations have been dropped.
pub fn renumber(term: &mut Term) {
    let mut order: FxHashMap<String, usize> = FxHashMap::default();
    term.visit(&mut |leaf| {
        if leaf.is_leaf() && leaf.text.starts_with('$') {
            let next = order.len();
            order.entry(leaf.text.to_string()).or_insert(next);
        }
    });
    term.rewrite(&mut |leaf| {
        if let Some(index) = order.get(&*leaf.text).filter(|_| leaf.is_leaf()) {
            leaf.text = format!("${index}").into();
        }
    });
}
