//! What the code of a link says about itself: names from the tables that bind it, a reason from its comments.

use crate::corpus::last_name;
use std::collections::BTreeSet;

use super::parsed;
use crate::corpus::{Corpus, Side};
use crate::ends::{ResolvedEnd, ResolvedLink};
use crate::symbols::{ParsedFile, Role, Symbol, SymbolKind};

/// A draft of what a link should say, for a person to correct.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    pub names: Vec<String>,
    pub why: Option<String>,
}

/// A shorter comment says too little.
const LEAST_WORDS: usize = 3;

/// A longer one is cut where its sentence ends, or not used.
const MOST_CHARACTERS: usize = 160;

impl Proposal {
    pub(super) fn of(link: &ResolvedLink<'_>, corpus: &Corpus<'_>) -> Proposal {
        let keys: Vec<Key> = picked(&link.cpp, corpus).flat_map(|(file, symbol)| keys(file, symbol)).collect();
        let mut names = Vec::new();
        for name in keys.iter().flat_map(|key| full_names(key, link, corpus)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let above = picked(&link.cpp, corpus).find_map(|(file, symbol)| sentence(&comment_above(file, symbol)));
        let inside = || picked(&link.python, corpus).find_map(|(file, symbol)| sentence(&docstring(file, symbol)));
        Proposal { names, why: above.or_else(inside) }
    }
}

/// A name under which Python sees a function: the last part, and the type that has it where the file tells.
#[derive(Debug, PartialEq, Eq)]
struct Key {
    name: String,
    owner: Option<String>,
}

/// The symbols that were picked themselves, with their files.
fn picked<'c>(
    ends: &'c [ResolvedEnd<'_>],
    corpus: &'c Corpus<'_>,
) -> impl Iterator<Item = (&'c ParsedFile, &'c Symbol)> {
    let found = ends.iter().filter_map(|end| end.picked(Side::After));
    found.flat_map(move |picked| {
        let file = parsed(corpus, &picked.path);
        let roots = picked.pieces.iter().filter(|piece| piece.root);
        roots.filter_map(move |piece| Some((file?, file?.symbols.get(piece.index)?)))
    })
}

/// The rows and bindings that a symbol is, or that name it.
fn keys(file: &ParsedFile, symbol: &Symbol) -> Vec<Key> {
    let is_row = |symbol: &Symbol| matches!(symbol.kind, SymbolKind::Row | SymbolKind::Binding);
    if is_row(symbol) {
        return key(file, symbol).into_iter().collect();
    }
    let leaf = symbol.name.rsplit("::").next().unwrap_or_default();
    let names_it = |row: &Symbol| {
        let mut mentions = row.mentions.iter().filter(|mention| mention.role != Role::Text);
        mentions.any(|mention| mention.name.rsplit("::").next() == Some(leaf))
    };
    file.symbols.iter().filter(|row| is_row(row) && names_it(row)).filter_map(|row| key(file, row)).collect()
}

fn key(file: &ParsedFile, row: &Symbol) -> Option<Key> {
    let (table, rest) = row.name.split_once("[\"")?;
    let name = rest.strip_suffix("\"]")?.to_owned();
    Some(Key { name, owner: type_of(file, table) })
}

/// Steps from a table to the type that has it: the table itself, slots, a specification.
const MOST_STEPS: usize = 3;

/// The name of the Python type whose definition names a table, directly or through its slots.
fn type_of(file: &ParsedFile, table: &str) -> Option<String> {
    let mut names = vec![last_name(table)];
    for _ in 0..MOST_STEPS {
        let holders = file.symbols.iter().filter(|symbol| {
            let is_data = matches!(symbol.kind, SymbolKind::Variable | SymbolKind::Table | SymbolKind::Row);
            let mut mentions = symbol.mentions.iter().filter(|mention| mention.role != Role::Text);
            is_data && mentions.any(|mention| names.contains(&&*mention.name))
        });
        let holders: Vec<&Symbol> = holders.collect();
        let texts = holders.iter().flat_map(|holder| &holder.mentions).filter(|mention| mention.role == Role::Text);
        if let Some(dotted) = texts.map(|mention| &*mention.name).find(|text| is_dotted(text)) {
            return Some(dotted.to_owned());
        }
        names = holders.iter().map(|holder| last_name(holder.name.split('[').next().unwrap_or_default())).collect();
        names.retain(|name| !name.is_empty());
    }
    None
}

/// The key with what comes before it: from the type, else as the Python end spells it.
fn full_names(key: &Key, link: &ResolvedLink<'_>, corpus: &Corpus<'_>) -> Vec<String> {
    if let Some(owner) = &key.owner {
        return vec![format!("{owner}.{}", key.name)];
    }
    let mut found = BTreeSet::new();
    for (end, (file, symbol)) in
        link.python.iter().flat_map(|end| picked(std::slice::from_ref(end), corpus).map(move |p| (end, p)))
    {
        let package = end.selector.path.split('/').next().unwrap_or_default();
        let inside = |other: &&Symbol| symbol.bytes.start <= other.bytes.start && other.bytes.end <= symbol.bytes.end;
        let mentions = file.symbols.iter().filter(inside).flat_map(|inner| &inner.mentions);
        let fits = |name: &&str| {
            name.strip_prefix(package).is_some_and(|rest| rest.starts_with('.')) && ends_in(name, &key.name)
        };
        found.extend(mentions.map(|mention| &*mention.name).filter(fits).map(str::to_owned));
    }
    found.into_iter().collect()
}

fn ends_in(name: &str, key: &str) -> bool {
    name.strip_suffix(key).is_some_and(|before| before.ends_with('.'))
}

fn is_dotted(text: &str) -> bool {
    let is_name = |part: &str| {
        !part.is_empty()
            && !part.starts_with(|c: char| c.is_ascii_digit())
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    text.contains('.') && text.split('.').all(is_name)
}

/// The comment that ends on the line above a symbol, without its marks.
fn comment_above(file: &ParsedFile, symbol: &Symbol) -> String {
    let text = String::from_utf8_lossy(&file.text()[..symbol.bytes.start.min(file.text().len())]).into_owned();
    let mut lines: Vec<&str> = Vec::new();
    let mut above = text.lines().rev().skip_while(|line| line.trim().is_empty() && !text.ends_with('\n')).peekable();
    // What stands before the symbol on its own line, such as `static`.
    if !text.ends_with('\n') {
        above.next_if(|line| !is_comment(line));
    }
    for line in above {
        if !is_comment(line) {
            break;
        }
        lines.push(line.trim().trim_start_matches(['/', '*', '!']).trim_end_matches(['/', '*']).trim());
    }
    lines.reverse();
    lines.join("\n")
}

fn is_comment(line: &str) -> bool {
    let line = line.trim();
    ["//", "/*", "* ", "*/"].iter().any(|mark| line.starts_with(mark)) || line == "*"
}

/// The docstring at the beginning of a Python symbol.
fn docstring(file: &ParsedFile, symbol: &Symbol) -> String {
    let code = String::from_utf8_lossy(&file.text()[symbol.bytes.clone()]).into_owned();
    let body = code.split_once(":\n").map_or("", |(_, body)| body).trim_start();
    for quotes in ["\"\"\"", "'''"] {
        let raw = body.strip_prefix('r').unwrap_or(body);
        if let Some((text, _)) = raw.strip_prefix(quotes).and_then(|rest| rest.split_once(quotes)) {
            return text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        }
    }
    String::new()
}

/// The first sentence of a comment, as a phrase.
fn sentence(comment: &str) -> Option<String> {
    let paragraphs = comment.split("\n\n").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let is_prose = |text: &&String| {
        let marks = ["NOLINT", "TODO", "FIXME", "Copyright", "clang-format", "---", "===", "Note ["];
        text.split(' ').count() >= LEAST_WORDS && !marks.iter().any(|mark| text.contains(mark))
    };
    let text = paragraphs.collect::<Vec<_>>().iter().find(is_prose)?.clone();
    let end = text.find(". ").unwrap_or(text.len());
    let text = text[..end].trim_end_matches(['.', ':', ' ']);
    (text.chars().count() <= MOST_CHARACTERS).then(|| uncapitalised(text))
}

/// With a small first letter, unless the word is a name.
fn uncapitalised(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    let is_plain = word.chars().skip(1).all(char::is_lowercase) && text.is_ascii();
    if is_plain { text[..1].to_lowercase() + &text[1..] } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::Language;

    #[test]
    fn a_type_is_found_through_its_slots() {
        let text = "static PyMethodDef probe_methods[] = {{\"dive\", (PyCFunction)dive, METH_O, NULL}, {NULL}};\n\
                    static PyType_Slot probe_slots[] = {{Py_tp_methods, probe_methods}, {0, NULL}};\n\
                    static PyType_Spec probe_spec = {.name = \"probes.Probe\", .slots = probe_slots};\n\
                    static PyMethodDef other_methods[] = {{NULL}};\n";
        let file = ParsedFile::parse("a.c".into(), Language::Cpp, text.as_bytes().into());
        assert_eq!(type_of(&file, "probe_methods").as_deref(), Some("probes.Probe"));
        assert_eq!(type_of(&file, "other_methods"), None);
    }

    #[test]
    fn a_reason_is_the_first_sentence_that_says_something() {
        let check = |comment: &str, expected: Option<&str>| assert_eq!(sentence(comment).as_deref(), expected);
        check("Wraps the outputs.  And more.", Some("wraps the outputs"));
        check("NOLINT(x, y, z)\n\nRuns forward\nunder no-grad.", Some("runs forward under no-grad"));
        check("PyTorch does it so", Some("PyTorch does it so"));
        check("so", None);
        check("", None);
    }
}
