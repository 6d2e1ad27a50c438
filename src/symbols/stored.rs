//! Symbols as they are kept between runs: every name once, and its mentions by number.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Mention, Role, Symbol};

/// The symbols of a file, ready to be written or just read.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Stored {
    names: Vec<Arc<str>>,
    /// Without their mentions.
    symbols: Vec<Symbol>,
    /// For each symbol what it mentions.
    mentions: Vec<Vec<(u32, Role, u32)>>,
}

impl Stored {
    pub fn of(symbols: &[Symbol]) -> Stored {
        let mut names = Vec::new();
        let mut numbers: FxHashMap<&str, u32> = FxHashMap::default();
        let mut number = |mention: &Mention, known: &mut FxHashMap<&str, u32>| match known.get(&*mention.name) {
            Some(number) => *number,
            None => {
                names.push(mention.name.clone());
                names.len() as u32 - 1
            }
        };
        let mut mentions = Vec::with_capacity(symbols.len());
        for symbol in symbols {
            let mut own = Vec::with_capacity(symbol.mentions.len());
            for mention in &symbol.mentions {
                let number = number(mention, &mut numbers);
                numbers.entry(&mention.name).or_insert(number);
                own.push((number, mention.role, mention.line));
            }
            mentions.push(own);
        }
        let symbols = symbols.iter().map(|symbol| Symbol { mentions: Vec::new(), ..symbol.clone() }).collect();
        Stored { names, symbols, mentions }
    }

    /// The symbols; `None` where the parts do not fit together.
    pub fn symbols(self) -> Option<Arc<[Symbol]>> {
        let Stored { names, mut symbols, mentions } = self;
        if mentions.len() != symbols.len() {
            return None;
        }
        for (symbol, own) in symbols.iter_mut().zip(mentions) {
            let own = own
                .into_iter()
                .map(|(name, role, line)| Some(Mention { name: names.get(name as usize)?.clone(), role, line }));
            symbol.mentions = own.collect::<Option<_>>()?;
        }
        Some(symbols.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Language, ParsedFile};
    use super::*;

    #[test]
    fn symbols_are_given_back_as_they_were() {
        let text = "namespace n { int g(int a); static int f(int a) { return g(a) + g(2); } }\n#define X(a) f(a)\n";
        let file = ParsedFile::parse("x.cpp".into(), Language::Cpp, text.as_bytes().into());
        let again = Stored::of(&file.symbols).symbols().unwrap();
        assert_eq!(format!("{:?}", file.symbols), format!("{again:?}"));
    }
}
