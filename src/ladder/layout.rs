//! Rung `layout`: what only the eye sees. Comments and white space never reach a term; here go joined string literals,
//! `using`, empty statements, trailing commas, and in Python redundant parentheses and the kind of quotes.

use crate::symbols::{Language, SymbolKind, Term};

pub fn erase(term: &mut Term, language: Language, kind: SymbolKind) {
    match language {
        Language::Cpp => {
            term.rewrite(&mut cpp);
            if kind == SymbolKind::FileScope {
                term.children = loose_code(std::mem::take(&mut term.children));
            }
        }
        Language::Python => {
            term.rewrite(&mut python);
            if kind == SymbolKind::FileScope {
                term.children.sort_by_cached_key(Term::code);
            }
        }
        Language::Yaml => {}
    }
}

fn cpp(term: &mut Term) {
    match term.kind {
        "string_literal" | "raw_string_literal" | "char_literal" | "system_lib_string" => into_leaf(term),
        "concatenated_string" => join_strings(term),
        "preproc_arg" => join_adjacent(&mut term.children),
        "compound_statement" | "translation_unit" | "declaration_list" | "field_declaration_list" => {
            term.children.retain(|child| !is_nothing(child));
        }
        "initializer_list" | "enumerator_list" => drop_trailing_comma(term),
        _ => {}
    }
}

/// What of a file belongs to no symbol and still is code: what the grammar could not read, mostly.
fn loose_code(children: Vec<Term>) -> Vec<Term> {
    let mut loose = Vec::new();
    for child in children {
        match child.kind {
            "namespace_definition" | "declaration_list" | "linkage_specification" | "template_declaration" => {
                loose.extend(loose_code(child.children));
            }
            "preproc_if" | "preproc_ifdef" | "preproc_elif" | "preproc_elifdef" | "preproc_else" => {
                let framed = |part: &Term| matches!(part.field, Some("name" | "condition"));
                loose.extend(loose_code(child.children.into_iter().filter(|part| !framed(part)).collect()));
            }
            "preproc_include"
            | "preproc_call"
            | "preproc_def"
            | "preproc_function_def"
            | "using_declaration"
            | "static_assert_declaration"
            | "class_specifier"
            | "struct_specifier"
            | "union_specifier"
            | "enum_specifier"
            | "namespace_alias_definition"
            | "nested_namespace_specifier"
            | "namespace_identifier"
            | "type_definition"
            | "string_literal"
            | "template_parameter_list"
            | "alias_declaration" => {}
            _ if child.is_token() => {}
            _ => loose.push(child),
        }
    }
    loose
}

/// A `using` or an empty statement.
fn is_nothing(term: &Term) -> bool {
    let empty = matches!(term.kind, "expression_statement" | "empty_declaration") && term.code() == ";";
    empty || matches!(term.kind, "using_declaration" | ";")
}

fn into_leaf(term: &mut Term) {
    let text: String = term.tokens().concat();
    term.children.clear();
    term.text = text.into();
}

/// `"a" "b"` is `"ab"`, and `L"a" L"b"` is `L"ab"`; a part that is a macro stays as it is.
fn join_strings(term: &mut Term) {
    let mut parts = std::mem::take(&mut term.children);
    join_adjacent(&mut parts);
    match <[Term; 1]>::try_from(parts) {
        Ok([whole]) => *term = Term { field: term.field, ..whole },
        Err(parts) => term.children = parts,
    }
}

/// Makes one of neighbouring string literals of the same kind.
fn join_adjacent(terms: &mut Vec<Term>) {
    terms.dedup_by(|next, first| {
        let (Some((prefix, text)), Some((own, start))) = (text_of_string(next), text_of_string(first)) else {
            return false;
        };
        let joins = prefix == own;
        if joins {
            first.text = format!("{own}\"{start}{text}\"").into();
        }
        joins
    });
}

/// The prefix of a string literal and what stands between its quotes.
fn text_of_string(term: &Term) -> Option<(&str, &str)> {
    let (prefix, rest) = term.text.split_once('"')?;
    let is_string = term.kind == "string_literal" && !prefix.ends_with('R');
    rest.strip_suffix('"').filter(|_| is_string).map(|text| (prefix, text))
}

fn drop_trailing_comma(term: &mut Term) {
    let count = term.children.len();
    if count >= 2 && &*term.children[count - 2].text == "," && term.children[count - 1].is_token() {
        term.children.remove(count - 2);
    }
}

fn python(term: &mut Term) {
    match term.kind {
        "string" => plain_quotes(term),
        "concatenated_string" => join_python_strings(term),
        "parenthesized_expression" if term.children.len() == 3 => unwrap(term),
        "tuple" | "tuple_pattern" | "pattern_list" | "expression_list" => bare_tuple(term),
        "argument_list" | "parameters" | "list" | "set" | "dictionary" | "subscript" | "import_from_statement" => {
            drop_trailing_comma(term);
        }
        "parenthesized_list_splat" if term.children.len() == 3 => unwrap(term),
        "block" | "module" => term.children.retain(|child| child.kind != ";"),
        "integer" | "float" => term.text = term.text.to_lowercase().replace('_', "").into(),
        _ => {}
    }
    if term.kind == "import_from_statement" {
        term.children.retain(|child| !matches!(child.kind, "(" | ")"));
    }
}

fn unwrap(term: &mut Term) {
    let field = term.field;
    *term = term.children.swap_remove(1);
    term.field = field;
}

/// `(a, b)` and `a, b` are the same tuple.
fn bare_tuple(term: &mut Term) {
    term.kind = "tuple";
    term.children.retain(|child| !matches!(&*child.text, "(" | ")" | ","));
}

/// `'text'` and `"text"` are the same where no quote is inside; prefixes are lower case.
fn plain_quotes(term: &mut Term) {
    let formatted = term.children.iter().any(|child| child.kind == "interpolation");
    for child in &mut term.children {
        match child.kind {
            "string_start" => {
                let prefix = child.text.trim_end_matches(['\'', '"']).to_lowercase().replace('u', "");
                child.text = prefix.into();
            }
            "string_end" => child.text = "".into(),
            _ => {}
        }
    }
    if !formatted {
        let raw = term.children.first().is_some_and(|start| start.text.contains('r'));
        let mut text: String = term.tokens().concat();
        if !raw {
            text = text.replace("\\'", "'").replace("\\\"", "\"");
        }
        term.children.clear();
        term.text = format!("\"{text}\"").into();
    }
}

fn join_python_strings(term: &mut Term) {
    let plain = |child: &Term| child.kind == "string" && child.is_leaf() && child.text.starts_with('"');
    if !term.children.iter().all(plain) {
        return;
    }
    let joined: String = term.children.iter().map(|child| &child.text[1..child.text.len() - 1]).collect();
    *term = Term { kind: "string", text: format!("\"{joined}\"").into(), children: Vec::new(), ..term.clone() };
}
