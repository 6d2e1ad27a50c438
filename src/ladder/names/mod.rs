//! Rung `names`: consistent renaming of what no one else can see. Locals are numbered in order of declaration, so that
//! only a bijection makes two bodies equal; wider renames must be proven by a renamed definition.

mod cpp;
mod python;

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
        match (language, kind) {
            (Language::Cpp, SymbolKind::Class | SymbolKind::Enum | SymbolKind::FileScope) => {}
            (Language::Cpp, SymbolKind::Macro) => cpp::number_macro(term),
            (Language::Cpp, SymbolKind::Variable | SymbolKind::Table | SymbolKind::Field) => cpp::number_value(term),
            (Language::Cpp, _) => cpp::number(term),
            (Language::Python, SymbolKind::Function) => python::number(term),
            (Language::Python | Language::Yaml, _) => {}
        }
    }
}

/// Carries names that the whole range renames over to the side before.
fn rename_everywhere(before: &mut Term, renames: &BTreeMap<String, String>) {
    if renames.is_empty() {
        return;
    }
    before.rewrite(&mut |leaf| {
        if leaf.kind == "binary_expression" {
            rename_printed(leaf, renames);
        }
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

/// `stream << "OldName("`: what is printed names the type that was renamed.
fn rename_printed(term: &mut Term, renames: &BTreeMap<String, String>) {
    let prints = term.child("operator").is_some_and(|sign| &*sign.text == "<<");
    if let Some(text) = term.child_mut("right").filter(|right| prints && right.kind == "string_literal") {
        text.text = rename_words(&text.text, renames).into();
    }
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
