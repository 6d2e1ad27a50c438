//! Symbols by the last word of their names: most questions for a symbol name that word.

use rustc_hash::FxHashMap;

use super::{Symbol, slots};

/// Where the symbols of a file are, by last word.
#[derive(Default)]
pub(super) struct Words {
    by_word: FxHashMap<Box<str>, Vec<u32>>,
    /// Those that other words may ask for as well: operators, templates, slots of types.
    any: Vec<u32>,
}

impl Words {
    pub(super) fn of(symbols: &[Symbol]) -> Words {
        let mut words = Words::default();
        for (at, symbol) in (0u32..).zip(symbols) {
            match word_of(&symbol.name) {
                Some(word) => words.by_word.entry(word.into()).or_default().push(at),
                None => words.any.push(at),
            }
        }
        words
    }

    /// Positions, ascending, of all symbols that a name could mean; `None` where it could mean any of them.
    pub(super) fn meant(&self, name: &str) -> Option<Vec<usize>> {
        let own = self.by_word.get(word_of(name)?).map_or(&[][..], Vec::as_slice);
        let mut meant: Vec<usize> = own.iter().chain(&self.any).map(|at| *at as usize).collect();
        meant.sort_unstable();
        Some(meant)
    }
}

/// The last word of a name: `f` of `ns::f`, `g` of `owner["Class.g"]`, `ADD` of `ADD(x)`. Two names of which one is a
/// suffix of the other have the same.
fn word_of(name: &str) -> Option<&str> {
    if let Some((_, rest)) = name.split_once("[\"") {
        let key = rest.strip_suffix("\"]").unwrap_or(rest);
        let word = key.rsplit('.').next().unwrap_or(key);
        return (!slots::is_any(word)).then_some(word);
    }
    let name = name.split_once('(').map_or(name, |(name, _)| name);
    if name.contains('<') || name.contains("operator") {
        return None;
    }
    let name = name.rsplit("::").next().unwrap_or(name);
    Some(name.rsplit('.').next().unwrap_or(name))
}
