//! Tables: names that the C++ end of a link gives to Python by the dozen, and its Python end does not handle.

use std::collections::BTreeSet;

use super::{Compared, Disparity, Ground, Piece, is_local};
use crate::finding::parity as tell;
use crate::mapping::{Link, Relation};
use crate::symbols::{Symbol, SymbolKind};

/// Names that a handler leaves out are most often left to others: weak.
pub fn compare(ground: &Ground, link: &Link, compared: &mut Compared) -> Option<Disparity> {
    let models = matches!(link.relation, Relation::Models | Relation::Mirrors);
    let given: BTreeSet<String> = ground.pick(&link.cpp).flat_map(|piece| names(&piece)).collect();
    if !models || !is_local(link) || given.is_empty() {
        return None;
    }
    let python: Vec<Piece<'_>> = ground.pick(&link.python).collect();
    let place = python.first()?.place();
    let text: String = python.iter().map(Piece::text).collect();
    let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let handles =
        |name: &str| ["", "method_", "method_attr_"].iter().any(|head| words.contains(&*format!("{head}{name}")));
    let missing: Vec<&str> = given.iter().map(String::as_str).filter(|name| !handles(name)).collect();
    compared.tables += 1;
    // A Python end that handles none of them does not go by names.
    let some = !missing.is_empty() && missing.len() < given.len();
    some.then(|| Disparity {
        finding: tell::unhandled(&link.id, &place, &missing),
        other: ground.pick(&link.cpp).next().map(|piece| piece.place()),
        certain: false,
        shown: false,
    })
}

/// The rows of a table, the members of a bound class.
fn names(piece: &Piece<'_>) -> Vec<String> {
    let symbols = &piece.file.symbols;
    let key = |symbol: &Symbol| symbol.name.split_once("[\"").map(|(_, key)| key.trim_end_matches("\"]").to_owned());
    let keys: Vec<String> = match piece.symbol.kind {
        SymbolKind::Table => {
            let rows = symbols.iter().filter(|row| {
                row.kind == SymbolKind::Row && row.parent.is_some_and(|at| symbols[at].name == piece.symbol.name)
            });
            rows.filter_map(key).collect()
        }
        SymbolKind::Binding => {
            let class = key(piece.symbol).unwrap_or_default();
            let all = symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Binding).filter_map(key);
            all.filter_map(|key| Some(key.strip_prefix(&class)?.strip_prefix('.')?.to_owned())).collect()
        }
        _ => Vec::new(),
    };
    keys.into_iter().filter(|key| !key.starts_with("__")).collect()
}
