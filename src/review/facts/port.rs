//! Functions that moved from one language to the other, side by side: what each says of parameters, exceptions, types,
//! arguments that it changes, warnings. Differences are listed; that there are none proves nothing.

mod cpp;
mod python;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{Fact, FactKind};
use crate::change::{Change, FilePair, What};
use crate::corpus::last_name;
use crate::ladder::Rung;
use crate::parity::signature::Signature;
use crate::symbols::{Language, ParsedFile, Role, Symbol, SymbolKind};

/// Pairs are told up to this many.
const MOST: usize = 3;

/// The names only end alike.
const LOOSE: u8 = 2;

/// What a function says, as far as it shows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    /// None where no signature is stated.
    signature: Option<Signature>,
    raises: BTreeSet<String>,
    /// Type tests in source order, as written.
    tests: Vec<String>,
    /// Attributes and keys that are looked up by name, in source order.
    looks: Vec<String>,
    /// What it does to its arguments.
    mutates: BTreeSet<String>,
    warns: bool,
    /// Parameters in the order in which they are first used.
    order: Vec<String>,
}

/// A function that is gone, or new.
struct Piece<'a> {
    file: &'a ParsedFile,
    symbol: usize,
    /// The names by which Python may know it.
    names: Vec<String>,
    /// The bindings that register it, with their files.
    bindings: Vec<(&'a ParsedFile, usize)>,
}

/// What every pair of a function that goes and one of the other language that comes says differently.
pub fn facts(pairs: &[FilePair], changes: &[Change]) -> Vec<Fact> {
    let ports = [
        ported(&gone_python(pairs, changes), &new_cpp(pairs, changes)),
        ported(&gone_cpp(pairs, changes), &new_python(pairs, changes)),
    ];
    let all: Vec<Fact> = ports.into_iter().flatten().collect();
    let mut told: Vec<Fact> = Vec::new();
    let mut count = 0;
    for fact in all {
        count += usize::from(fact.symbol.is_some());
        if count <= MOST {
            told.push(fact);
        }
    }
    if count > MOST {
        told.push(fact(None, format!("and {} more functions that moved between the languages", count - MOST)));
    }
    told
}

fn fact(place: Option<(&Piece<'_>, String)>, text: String) -> Fact {
    let (path, line, symbol) = match place {
        Some((piece, name)) => {
            let symbol = &piece.file.symbols[piece.symbol];
            (Some(piece.file.path.clone()), Some(symbol.lines.start), Some(name))
        }
        None => (None, None, None),
    };
    Fact { kind: FactKind::Port, path, line, symbol, text }
}

fn ported(gone: &[Piece<'_>], new: &[Piece<'_>]) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut taken = BTreeSet::new();
    for old in gone {
        let free = new.iter().enumerate().filter(|(at, _)| !taken.contains(at));
        let fitting = free.filter_map(|(at, piece)| Some((likeness(old, piece)?, at, piece)));
        // What Python sees comes before what it does not; of overloads the first.
        let best = fitting.min_by_key(|(likeness, at, piece)| {
            let bound = old.bindings.is_empty() && piece.bindings.is_empty();
            (*likeness, bound, !shares_class(old, piece), *at)
        });
        let Some((likeness, at, new)) = best else { continue };
        let sure = likeness < LOOSE;
        taken.insert(at);
        let was = format!("`{}` ({}:{})", old.name(), old.file.path, old.file.symbols[old.symbol].lines.start);
        let language = if new.file.language == Language::Cpp { "C++" } else { "Python" };
        let takes = if sure { "takes" } else { "may take" };
        facts.push(fact(Some((new, new.name())), format!("{language} {takes} the place of {was}")));
        let sides = match new.file.language {
            Language::Cpp => (old.said(), new.said()),
            _ => (new.said(), old.said()),
        };
        facts.extend(differences(&sides.0, &sides.1).into_iter().map(|text| fact(None, text)));
    }
    facts
}

/// How sure the names are that two functions are the same; the least is the best.
fn likeness(old: &Piece<'_>, new: &Piece<'_>) -> Option<u8> {
    const TELLING: usize = 5;
    let pairs = || old.names.iter().flat_map(|one| new.names.iter().map(move |two| (one, two)));
    let known = !old.bindings.is_empty() || !new.bindings.is_empty() || shares_class(old, new);
    let long = |name: &str| name.len() >= TELLING || known && name.len() > 2;
    if pairs().any(|(one, two)| one == two && long(one)) {
        return Some(0);
    }
    if pairs().any(|(one, two)| squashed(one) == squashed(two) && long(one)) {
        return Some(1);
    }
    // `THPModule_hasTorchFunction` for `has_torch_function`: what stands in front is a prefix of its own.
    let ends = |long: &str, short: &str| {
        let (long, short) = (squashed(long), squashed(short));
        long.len() > short.len() && long.ends_with(&short) && short.len() >= 2 * TELLING
    };
    pairs().any(|(one, two)| ends(one, two) || ends(two, one)).then_some(LOOSE)
}

fn squashed(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

/// Whether the class of the one is in the name of the other: `Stream.query` and `THCPStream_query`.
fn shares_class(one: &Piece<'_>, two: &Piece<'_>) -> bool {
    let (python, cpp) = if one.file.language == Language::Python { (one, two) } else { (two, one) };
    let name = python.name();
    let class = name.rsplit('.').nth(1);
    class.is_some_and(|class| squashed(&cpp.name()).contains(&squashed(class)))
}

impl Piece<'_> {
    fn name(&self) -> String {
        self.file.symbols[self.symbol].name.clone()
    }

    fn said(&self) -> Said {
        match self.file.language {
            Language::Cpp => cpp::said(self.file, self.symbol, &self.bindings),
            _ => python::said(self.file, self.symbol),
        }
    }
}

fn side<'a>(pairs: &'a [FilePair], path: &str, after: bool) -> Option<&'a ParsedFile> {
    let files = pairs.iter().filter_map(|pair| if after { pair.after.as_ref() } else { pair.before.as_ref() });
    files.into_iter().find(|file| &*file.path == path)
}

fn position(file: &ParsedFile, name: &str, kind: SymbolKind) -> Option<usize> {
    file.symbols.iter().position(|symbol| symbol.name == name && symbol.kind == kind && !symbol.view)
}

/// Python functions that the range removes, or leaves with little more than a call.
fn gone_python<'a>(pairs: &'a [FilePair], changes: &[Change]) -> Vec<Piece<'a>> {
    let own =
        changes.iter().filter(|change| change.language == Language::Python && change.kind == SymbolKind::Function);
    let found = own.filter(|change| change.before.is_some() && !change.path.contains(".pyi")).filter_map(|change| {
        let path: &Arc<str> = change.before_path.as_ref().unwrap_or(&change.path);
        let name = change.before_symbol.as_ref().unwrap_or(&change.symbol);
        let file = side(pairs, path, false)?;
        let symbol = position(file, name, SymbolKind::Function)?;
        let gone = match change.what {
            What::Removed => true,
            What::Modified if change.rung == Rung::Semantic => {
                let after = side(pairs, &change.path, true)?;
                let now = position(after, &change.symbol, SymbolKind::Function)?;
                python::is_delegated(&file.term(symbol), &after.term(now))
            }
            _ => false,
        };
        let names = seen_as(name);
        gone.then_some(Piece { file, symbol, names, bindings: Vec::new() })
    });
    found.collect()
}

/// The last part of a name; the protocol of the language (`__init__`) tells nothing.
fn seen_as(name: &str) -> Vec<String> {
    let last = name.rsplit('.').next().unwrap_or(name);
    // Tests move with what they test.
    if last.starts_with("__") || last.starts_with("test_") {
        Vec::new()
    } else {
        vec![last.trim_matches('_').to_owned()]
    }
}

fn new_python<'a>(pairs: &'a [FilePair], changes: &[Change]) -> Vec<Piece<'a>> {
    let own =
        changes.iter().filter(|change| change.language == Language::Python && change.kind == SymbolKind::Function);
    let added = own.filter(|change| change.what == What::Added && !change.path.contains(".pyi"));
    let found = added.filter_map(|change| {
        let file = side(pairs, &change.path, true)?;
        let symbol = position(file, &change.symbol, SymbolKind::Function)?;
        let names = seen_as(&change.symbol);
        Some(Piece { file, symbol, names, bindings: Vec::new() })
    });
    found.collect()
}

fn new_cpp<'a>(pairs: &'a [FilePair], changes: &[Change]) -> Vec<Piece<'a>> {
    cpp_pieces(pairs, changes, What::Added, true)
}

fn gone_cpp<'a>(pairs: &'a [FilePair], changes: &[Change]) -> Vec<Piece<'a>> {
    cpp_pieces(pairs, changes, What::Removed, false)
}

/// C++ functions and bindings that come or go.
fn cpp_pieces<'a>(pairs: &'a [FilePair], changes: &[Change], what: What, after: bool) -> Vec<Piece<'a>> {
    let mut found: Vec<Piece<'a>> = Vec::new();
    for change in changes.iter().filter(|change| change.language == Language::Cpp && change.what == what) {
        let Some(file) = side(pairs, &change.path, after) else { continue };
        let Some(symbol) = position(file, &change.symbol, change.kind) else { continue };
        match change.kind {
            SymbolKind::Function => {
                let names = vec![last_name(&change.symbol).to_owned()];
                found.push(Piece { file, symbol, names, bindings: Vec::new() });
            }
            SymbolKind::Row | SymbolKind::Binding => {
                let Some((_, key)) = change.symbol.rsplit_once("[\"") else { continue };
                let names = seen_as(key.trim_end_matches("\"]"));
                let binding = (file, symbol);
                let (file, body) = registered(pairs, file, symbol, after).unwrap_or(binding);
                match found.iter_mut().find(|piece| piece.file.path == file.path && piece.symbol == body) {
                    Some(piece) => {
                        piece.names.extend(names);
                        piece.bindings.push(binding);
                    }
                    None => found.push(Piece { file, symbol: body, names, bindings: vec![binding] }),
                }
            }
            _ => {}
        }
    }
    found
}

/// The function that a row or a binding names, in its file or another one of the change.
fn registered<'a>(
    pairs: &'a [FilePair],
    own: &'a ParsedFile,
    binding: usize,
    after: bool,
) -> Option<(&'a ParsedFile, usize)> {
    let files = pairs.iter().filter_map(|pair| if after { pair.after.as_ref() } else { pair.before.as_ref() });
    let files: Vec<&ParsedFile> =
        [own].into_iter().chain(files.filter(|file| file.language == Language::Cpp && file.path != own.path)).collect();
    let mentions = own.symbols[binding].mentions.iter().filter(|mention| mention.role != Role::Text);
    let named = mentions.map(|mention| last_name(&mention.name));
    named.filter(|name| name.len() > 2).find_map(|name| {
        files.iter().find_map(|file| {
            let fits = |symbol: &Symbol| symbol.kind == SymbolKind::Function && last_name(&symbol.name) == name;
            Some((*file, file.symbols.iter().position(fits)?))
        })
    })
}

/// What the two say, item by item, where it is not the same.
fn differences(python: &Said, cpp: &Said) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = |what: &str, python: String, cpp: String| {
        if python != cpp {
            rows.push(format!("{what}: Python {}; C++ {}", or_none(&python), or_none(&cpp)));
        }
    };
    let stated = |said: &Said| said.signature.as_ref().map_or_else(|| "states none".to_owned(), shown);
    row("parameters", stated(python), stated(cpp));
    row("raises", listed(&python.raises), listed(&cpp.raises));
    row("type tests", ordered(&python.tests), ordered(&cpp.tests));
    row("looks up", ordered(&python.looks), ordered(&cpp.looks));
    row("changes its arguments", listed(&python.mutates), listed(&cpp.mutates));
    let warns = |said: &Said| if said.warns { "`warn`".to_owned() } else { String::new() };
    row("warns", warns(python), warns(cpp));
    let common = |one: &Said, other: &Said| -> Vec<String> {
        one.order.iter().filter(|name| other.order.contains(name)).cloned().collect()
    };
    let (first, second) = (common(python, cpp), common(cpp, python));
    row("uses first", ordered(&first), ordered(&second));
    let same: Vec<&str> = ["parameters", "raises", "type tests", "changes its arguments", "warns"]
        .into_iter()
        .filter(|what| !rows.iter().any(|row| row.starts_with(what)))
        .collect();
    if !same.is_empty() {
        rows.push(format!("no difference seen in: {}; that proves nothing", same.join(", ")));
    }
    rows
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none seen" } else { text }
}

fn shown(signature: &Signature) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut starred = false;
    for parameter in &signature.parameters {
        if parameter.keyword && !starred && !signature.open {
            parts.push("*".to_owned());
        }
        starred |= parameter.keyword;
        let default = parameter.default.as_ref().map(|default| format!("={default}")).unwrap_or_default();
        parts.push(format!("{}{default}", parameter.name));
    }
    if signature.open {
        parts.push("*args or **kwargs".to_owned());
    }
    format!("`({})`", parts.join(", "))
}

fn listed(names: &BTreeSet<String>) -> String {
    ordered(&names.iter().cloned().collect::<Vec<_>>())
}

fn ordered(names: &[String]) -> String {
    const MOST: usize = 6;
    let more = names.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let names: Vec<String> = names.iter().take(MOST).map(|name| format!("`{name}`")).collect();
    format!("{}{more}", names.join(", "))
}
