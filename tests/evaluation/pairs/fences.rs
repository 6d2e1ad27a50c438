//! Comments that tell ifchange of a pair: a fence around the C++ function, a label around the Python function.

use crate::mutation::Edit;

use super::pair::Pair;

/// Adds the fence of the C++ function to an edit of its file.
pub fn around_cpp(pair: &Pair, edit: Edit) -> Edit {
    let close = format!("\n// LINT.ThenChange(/{}#{})", pair.python.path, pair.id);
    around(&pair.cpp.text, (pair.cpp.start, pair.cpp.end), edit, "// LINT.IfChange\n", &close)
}

/// Adds the label of the Python function to an edit of its file.
pub fn around_python(pair: &Pair, edit: Edit) -> Edit {
    let open = format!("# LINT.Label({})\n", pair.id);
    around(&pair.python.text, (pair.python.start, pair.python.end), edit, &open, "\n# LINT.EndLabel")
}

/// Whole lines around the span; what the edit does inside it stays.
fn around(text: &str, (start, end): (usize, usize), edit: Edit, open: &str, close: &str) -> Edit {
    let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let last = text[end..].find('\n').map_or(text.len(), |at| end + at);
    edit.and(first, first, open).and(last, last, close)
}
