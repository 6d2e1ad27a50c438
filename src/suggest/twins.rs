//! Twins: the pieces of Python that may simulate C++, and what they say about which.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::entries::selector_of;
use super::modules::Imports;
use crate::symbols::{ParsedFile, Role, Symbol, SymbolKind, Term};

/// A piece of Python code.
#[derive(Debug, Clone)]
pub struct Twin {
    /// Positions of the file and of the symbol in it.
    pub file: usize,
    pub symbol: usize,
    pub selector: String,
    pub kind: SymbolKind,
    /// The last part of its name; the key of a branch or row.
    pub leaf: String,
    /// The class around it.
    pub class: Option<String>,
    pub decorators: Vec<Use>,
    pub uses: Vec<Use>,
    pub texts: Vec<Arc<str>>,
    /// Classes whose values it tells apart, and what it does with each.
    pub dispatches: Vec<(String, Vec<Use>)>,
}

/// A name that a piece of Python uses.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Use {
    /// With the module it was imported from, where it was.
    pub name: Arc<str>,
    pub imported: bool,
    /// A word that may be a local variable.
    pub bare: bool,
}

impl Use {
    pub fn leaf(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or(&self.name)
    }

    /// What stands before the last dot.
    pub fn prefix(&self) -> &str {
        self.name.rsplit_once('.').map_or("", |(prefix, _)| prefix)
    }
}

/// Longer dispatches than this are tables; beyond it the evidence of one branch is thin.
const MOST_BRANCHES: usize = 400;

/// The twins of one file.
pub fn of(at: usize, file: &ParsedFile) -> Vec<Twin> {
    let imports = Imports::of(&file.path, file.text());
    let lines = line_starts(file.text());
    let reader = Reader { at, file, imports: &imports, lines: &lines, variables: variables(file) };
    (0..file.symbols.len()).filter_map(|symbol| reader.twin(symbol)).collect()
}

struct Reader<'a> {
    at: usize,
    file: &'a ParsedFile,
    imports: &'a Imports,
    lines: &'a [usize],
    variables: FxHashMap<&'a str, usize>,
}

impl Reader<'_> {
    fn twin(&self, at: usize) -> Option<Twin> {
        let symbol = &self.file.symbols[at];
        if symbol.kind == SymbolKind::FileScope {
            return None;
        }
        let definition = self.definition_line(symbol);
        let decorates =
            |line: u32| matches!(symbol.kind, SymbolKind::Function | SymbolKind::Class) && line < definition;
        let names = |inside: bool| {
            let mentions = symbol.mentions.iter().filter(|m| m.role != Role::Text && decorates(m.line) != inside);
            mentions.map(|m| self.used(&m.name, m.role)).collect::<Vec<Use>>()
        };
        let texts = symbol.mentions.iter().filter(|m| m.role == Role::Text).map(|m| m.name.clone());
        let decorators = names(false).into_iter().flat_map(|used| self.spread(used)).collect();
        Some(Twin {
            file: self.at,
            symbol: at,
            selector: selector_of(self.file, at)?,
            kind: symbol.kind,
            leaf: leaf(&symbol.name).to_owned(),
            class: self.class(at),
            decorators,
            uses: self.own_uses(at, names(true)),
            texts: texts.collect(),
            dispatches: self.dispatches(at),
        })
    }

    fn used(&self, name: &Arc<str>, role: Role) -> Use {
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        let is_member = matches!(role, Role::MemberCall { .. });
        match self.imports.aliases.get(first).filter(|_| !is_member) {
            Some(target) if rest.is_empty() => Use { name: target.as_str().into(), imported: true, bare: false },
            Some(target) => Use { name: format!("{target}.{rest}").into(), imported: true, bare: false },
            None => Use { name: name.clone(), imported: false, bare: rest.is_empty() && !is_member },
        }
    }

    /// `@register(*NAMES)`: what the variable lists counts as written.
    fn spread(&self, used: Use) -> Vec<Use> {
        match self.variables.get(&*used.name) {
            Some(at) if !used.imported => self.file.symbols[*at]
                .mentions
                .iter()
                .filter(|m| m.role != Role::Text)
                .map(|m| self.used(&m.name, m.role))
                .collect(),
            _ => vec![used],
        }
    }

    /// What a branch does is said of the branch, and not again of the function around it.
    fn own_uses(&self, at: usize, uses: Vec<Use>) -> Vec<Use> {
        let views = self.file.symbols.iter().filter(|child| child.parent == Some(at) && child.view);
        let inside: FxHashSet<Use> =
            views.flat_map(|view| view.mentions.iter().map(|m| self.used(&m.name, m.role))).collect();
        // The parts of a dotted name are words too.
        let dotted = uses.iter().filter(|used| !used.bare).map(|used| used.name.clone()).collect::<Vec<_>>();
        let parts: FxHashSet<&str> = dotted.iter().flat_map(|name| name.split('.')).collect();
        let is_part = |used: &Use| used.bare && parts.contains(&*used.name);
        let mut seen = FxHashSet::default();
        uses.into_iter().filter(|used| !inside.contains(used) && !is_part(used) && seen.insert(used.clone())).collect()
    }

    fn class(&self, at: usize) -> Option<String> {
        let mut around = self.file.symbols[at].parent;
        while let Some(up) = around {
            let symbol = &self.file.symbols[up];
            if symbol.kind == SymbolKind::Class {
                return Some(leaf(&symbol.name).to_owned());
            }
            around = symbol.parent;
        }
        None
    }

    /// The line of `def` or `class`, below the decorators.
    fn definition_line(&self, symbol: &Symbol) -> u32 {
        let text = self.file.text();
        let begins = |line: u32| {
            let start = self.lines.get(line as usize - 1).copied().unwrap_or(text.len());
            let code = text[start..].trim_ascii_start();
            [&b"def "[..], b"async def ", b"class "].iter().any(|word| code.starts_with(word))
        };
        (symbol.lines.start..=symbol.lines.end).find(|line| begins(*line)).unwrap_or(symbol.lines.start)
    }

    /// `if isinstance(x, C): …`: what is done with a value of a class that is defined here or imported.
    fn dispatches(&self, at: usize) -> Vec<(String, Vec<Use>)> {
        let symbol = &self.file.symbols[at];
        let tells_apart = |name: &str| matches!(name, "isinstance" | "istype" | "issubclass" | "type");
        if symbol.kind != SymbolKind::Function || !symbol.mentions.iter().any(|m| tells_apart(&m.name)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        self.file.term(at).visit(&mut |term| {
            if matches!(term.kind, "if_statement" | "elif_clause") && found.len() < MOST_BRANCHES {
                found.extend(self.dispatch(term));
            }
        });
        found
    }

    fn dispatch(&self, branch: &Term) -> Vec<(String, Vec<Use>)> {
        let (Some(condition), Some(body)) = (branch.child("condition"), branch.child("consequence")) else {
            return Vec::new();
        };
        let mut classes = Vec::new();
        condition.visit(&mut |term| {
            let name = term.child("function").map(Term::code);
            let tests = name.is_some_and(|name| matches!(name.as_str(), "isinstance" | "istype" | "issubclass"));
            if let (true, Some(arguments)) = (tests, term.child("arguments")) {
                for argument in arguments.named().skip(1) {
                    argument.visit(&mut |leaf| {
                        classes.extend((leaf.kind == "identifier").then(|| leaf.text.to_string()));
                    });
                }
            }
        });
        classes.retain(|class| class.starts_with(char::is_uppercase));
        let mut uses = Vec::new();
        body.visit(&mut |term| {
            if term.kind == "attribute" {
                let name = term.child("attribute").map(|leaf| leaf.text.to_string());
                uses.extend(name.map(|name| Use { name: name.into(), imported: false, bare: false }));
            }
        });
        classes.into_iter().map(|class| (class, uses.clone())).collect()
    }
}

fn variables(file: &ParsedFile) -> FxHashMap<&str, usize> {
    let symbols = file.symbols.iter().enumerate();
    let variables = symbols.filter(|(_, symbol)| matches!(symbol.kind, SymbolKind::Variable | SymbolKind::Table));
    variables.map(|(at, symbol)| (symbol.name.as_str(), at)).collect()
}

fn line_starts(text: &[u8]) -> Vec<usize> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1)).collect()
}

/// The last part of a dotted name; the key of a branch or row.
pub fn leaf(name: &str) -> &str {
    match name.split_once("[\"") {
        Some((_, key)) => key.trim_end_matches("\"]"),
        None => name.rsplit('.').next().unwrap_or(name),
    }
}
