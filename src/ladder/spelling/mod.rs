//! Rung `spelling`: other ways to write the same code. What is erased here is safe on one side alone; what is safe only
//! as a pair is in [`pairing`](super::pairing).

pub mod cpp;
mod python;

use crate::symbols::{Language, SymbolKind, Term};

pub fn erase(term: &mut Term, language: Language, _kind: SymbolKind) {
    match language {
        Language::Cpp => term.rewrite(&mut cpp::respell),
        Language::Python => term.rewrite(&mut python::respell),
        Language::Yaml => {}
    }
}
