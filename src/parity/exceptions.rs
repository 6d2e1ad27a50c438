//! Exceptions: the types that both ends of a link raise.

use std::collections::BTreeSet;

use super::{Compared, Disparity, Ground, is_local};
use crate::finding::parity as tell;
use crate::mapping::Link;

/// How C++ raises, by the exception that Python sees.
const CPP: [(&str, &str); 14] = [
    ("TORCH_CHECK_TYPE(", "TypeError"),
    ("TORCH_CHECK_VALUE(", "ValueError"),
    ("TORCH_CHECK_INDEX(", "IndexError"),
    ("TORCH_CHECK_NOT_IMPLEMENTED(", "NotImplementedError"),
    ("TypeError(", "TypeError"),
    ("ValueError(", "ValueError"),
    ("IndexError(", "IndexError"),
    ("AttributeError(", "AttributeError"),
    ("PyExc_TypeError", "TypeError"),
    ("PyExc_ValueError", "ValueError"),
    ("PyExc_IndexError", "IndexError"),
    ("PyExc_AttributeError", "AttributeError"),
    ("PyExc_KeyError", "KeyError"),
    ("PyExc_NotImplementedError", "NotImplementedError"),
];

const PYTHON: [&str; 6] =
    ["TypeError", "ValueError", "IndexError", "AttributeError", "KeyError", "NotImplementedError"];

/// The exceptions that a piece of C++ names, as Python sees them.
pub fn raised_by_cpp(text: &str) -> BTreeSet<String> {
    let named = CPP.iter().filter(|(mark, _)| text.contains(mark)).map(|(_, raised)| (*raised).to_owned());
    let by_name = text.split("PyExc_").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        // Warnings are told apart from what is raised.
        rest.get(..end).filter(|name| !name.is_empty() && !name.ends_with("Warning")).map(str::to_owned)
    });
    named.chain(by_name).collect()
}

/// Where both ends raise, and not the same: weak, since either may leave a case to others.
pub(super) fn compare(ground: &Ground, link: &Link, compared: &mut Compared) -> Option<Disparity> {
    if !is_local(link) {
        return None;
    }
    let mut cpp = BTreeSet::new();
    for piece in ground.pick(&link.cpp) {
        let text = piece.text();
        cpp.extend(CPP.iter().filter(|(mark, _)| text.contains(mark)).map(|(_, raised)| *raised));
    }
    let mut python = BTreeSet::new();
    let mut place = None;
    for piece in ground.pick(&link.python) {
        let text = piece.text();
        let raises = |raised: &&str| {
            let marks = [format!("raise {raised}"), format!("raise_observed_exception({raised}")];
            marks.iter().any(|mark| text.contains(mark.as_str()))
        };
        let raised: Vec<&str> = PYTHON.iter().filter(|raised| raises(raised)).copied().collect();
        if !raised.is_empty() {
            place = place.or(Some(piece.place()));
        }
        python.extend(raised);
    }
    let place = place.filter(|_| !cpp.is_empty())?;
    compared.exceptions += 1;
    let other = ground.pick(&link.cpp).next()?.place();
    let differs = cpp != python;
    differs.then(|| Disparity {
        finding: tell::exceptions(&link.id, &place, &cpp, &python),
        other: Some(other),
        certain: false,
        shown: false,
    })
}
