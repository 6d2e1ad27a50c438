//! Which symbols give Python a name: rows of method tables, and bindings.

use super::{ParsedFile, Symbol, SymbolKind};

/// The types whose tables make names for Python.
const TABLE_TYPES: [&str; 4] = ["PyMethodDef", "PyGetSetDef", "PyMemberDef", "PyType_Slot"];

/// Rows behind the head of a table that are asked whether they are those of methods.
const ROWS_ASKED: usize = 4;

impl ParsedFile {
    /// Whether a symbol, by its position, gives Python a name.
    pub fn registers(&self, symbol: usize) -> bool {
        let it = &self.symbols[symbol];
        match it.kind {
            // A module is where names are found, not one of them.
            SymbolKind::Binding => it.lead().is_none_or(|lead| !lead.starts_with("def_submodule")),
            SymbolKind::Row => it.parent.is_some_and(|table| is_method_table(&self.symbols, table)),
            _ => false,
        }
    }
}

fn is_method_table(symbols: &[Symbol], table: usize) -> bool {
    let has_flags = |symbol: &Symbol| symbol.mentions.iter().any(|mention| mention.name.starts_with("METH_"));
    let has_type = |symbol: &Symbol| symbol.mentions.iter().any(|mention| TABLE_TYPES.contains(&&*mention.name));
    let rows = symbols[table + 1..].iter().take(ROWS_ASKED).filter(|row| row.parent == Some(table));
    has_type(&symbols[table]) || has_flags(&symbols[table]) || rows.into_iter().any(has_flags)
}
