//! The walk: one pass over a syntax tree that gives every leaf to the innermost symbol around it.
//!
//! What begins a symbol is for the language to say ([`Reader`]); the walk keeps scopes, fingerprints and mentions.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::xxh3_128;

use super::lexer::Lexer;
use super::node::Node;
use super::{Extra, ExtraKind, LineIndex, Lines, Mention, Role, Symbol, SymbolKind};

/// What the walk does with a node.
pub(super) enum Step {
    /// The node carries no meaning: comments, includes, braces between symbols.
    Skip,
    Through,
    /// The node only names what is inside it.
    Scope {
        name: Option<String>,
        local: bool,
    },
    /// What is inside is compiled only under this condition.
    Condition(String),
    Begin(Draft),
    /// Symbols that are views of a part of the current one: its text belongs to both.
    Overlay(Vec<Draft>),
}

/// A symbol about to begin.
pub(super) struct Draft {
    /// How it is called inside its scope; with a leading `[` it is joined to the owner without a separator.
    pub name: String,
    pub kind: SymbolKind,
    pub parameters: Option<String>,
    /// Its name is a scope for the symbols inside.
    pub scope: bool,
    pub local: bool,
    /// Tokens outside the node that belong to it: `def_static` of a binding, the condition of a branch.
    pub lead: Option<String>,
    /// For an overlay: the bytes of the node that it views.
    pub view: Option<std::ops::Range<usize>>,
    /// Where people see it begin, if that is before its bytes: at the condition of a branch.
    pub seen_from: Option<usize>,
    /// What it names outside of the node: the macro that makes a binding, the type that one is for.
    pub mentions: Vec<(String, Role)>,
}

impl Draft {
    pub fn of(name: impl Into<String>, kind: SymbolKind) -> Draft {
        Draft {
            name: name.into(),
            kind,
            parameters: None,
            scope: false,
            local: false,
            lead: None,
            view: None,
            seen_from: None,
            mentions: Vec::new(),
        }
    }
}

/// A language's part of the walk.
pub(super) trait Reader {
    /// Joins a scope and a name: `::` or `.`.
    const SEPARATOR: &'static str;

    /// What to do with a node. `inside` is the kind of the innermost symbol.
    fn step(&mut self, node: Node<'_>, inside: SymbolKind) -> Step;

    /// What a node mentions, if anything.
    fn mention(&mut self, node: Node<'_>) -> Option<(String, Role)>;
}

/// What a walk finds.
pub(super) struct Walked {
    pub symbols: Vec<Symbol>,
    /// Start bytes of leaves that were skipped inside symbols; a term must leave them out too.
    pub skipped: FxHashSet<usize>,
}

/// Walks a tree from its root. `text` is what was parsed, `removed` what was blanked out of the original before.
pub(super) fn walk<R: Reader>(
    root: Node<'_>,
    text: &[u8],
    original: &[u8],
    removed: &[std::ops::Range<usize>],
    reader: &mut R,
) -> Walked {
    let lines = LineIndex::of(original);
    let mut walk = Walk {
        reader,
        text,
        original,
        lines: &lines,
        out: Walked { symbols: Vec::new(), skipped: FxHashSet::default() },
        open: Vec::new(),
        scopes: Vec::new(),
        conditions: Vec::new(),
        overlays: Vec::new(),
        names: FxHashMap::default(),
        depth: 0,
        errors: Vec::new(),
        removed,
    };
    walk.run(root);
    walk.out
}

struct Open {
    symbol: usize,
    depth: u32,
    feed: Feed,
}

/// What a symbol's fingerprints are made of.
#[derive(Default)]
struct Feed {
    tokens: Vec<u8>,
    /// Also comments and white space between its tokens.
    raw: Vec<u8>,
    last_end: usize,
    mentions: FxHashSet<(Arc<str>, u8)>,
}

impl Feed {
    /// `-1` is one leaf to the grammar and `- 1` two; they are the same tokens. So are `#define` and `#  define`.
    fn token(&mut self, node: Node<'_>, text: &[u8]) {
        match text {
            [b'#', _, ..] if node.kind().starts_with('#') => self.tokens.extend_from_slice(node.kind().as_bytes()),
            [sign @ (b'-' | b'+'), number @ ..] if node.kind() == "number_literal" => {
                self.tokens.extend_from_slice(&[*sign, 0]);
                self.tokens.extend_from_slice(number);
            }
            _ => self.tokens.extend_from_slice(text),
        }
        self.tokens.push(0);
    }
}

struct Scope {
    name: Option<String>,
    local: bool,
    depth: u32,
}

struct Walk<'a, R> {
    reader: &'a mut R,
    text: &'a [u8],
    original: &'a [u8],
    lines: &'a LineIndex,
    out: Walked,
    open: Vec<Open>,
    scopes: Vec<Scope>,
    conditions: Vec<(String, u32)>,
    overlays: Vec<Open>,
    names: FxHashMap<String, Arc<str>>,
    depth: u32,
    /// Depths of the ERROR nodes around.
    errors: Vec<u32>,
    removed: &'a [std::ops::Range<usize>],
}

impl<R: Reader> Walk<'_, R> {
    fn run(&mut self, root: Node<'_>) {
        self.begin(Draft::of("", SymbolKind::FileScope), root.byte_range(), 0);
        let mut cursor = root.walk();
        loop {
            if self.enter(cursor.node()) && cursor.goto_first_child() {
                self.depth += 1;
                continue;
            }
            loop {
                self.leave(cursor.node());
                if cursor.goto_next_sibling() {
                    break;
                }
                if !cursor.goto_parent() {
                    return self.finish();
                }
                self.depth -= 1;
            }
        }
    }

    fn finish(&mut self) {
        while let Some(open) = self.overlays.pop() {
            self.close(open);
        }
        while let Some(open) = self.open.pop() {
            self.close(open);
        }
    }

    /// Whether to go into the node's children.
    fn enter(&mut self, node: Node<'_>) -> bool {
        self.close_overlays(node.start_byte());
        if node.is_error() || node.is_missing() {
            let symbol = self.current();
            self.out.symbols[symbol].damaged = true;
            if node.is_error() {
                self.errors.push(self.depth);
            }
        }
        let inside = self.out.symbols[self.current()].kind;
        match self.reader.step(node, inside) {
            Step::Skip => {
                self.skip(node, inside);
                return false;
            }
            Step::Through => {}
            Step::Scope { name, local } => self.scopes.push(Scope { name, local, depth: self.depth }),
            Step::Condition(condition) => self.conditions.push((condition, self.depth)),
            // Inside code that the grammar could not read only what has a body of its own can be trusted.
            Step::Begin(draft) if self.errors.is_empty() || draft.kind.has_body() => {
                self.begin(draft, node.byte_range(), self.depth);
            }
            Step::Begin(_) => {}
            Step::Overlay(drafts) => self.overlay(drafts),
        }
        if let Some((name, role)) = self.reader.mention(node) {
            self.mention(&name, role, node.start_byte());
        }
        self.feed_edge(node, 1);
        if node.child_count() > 0 {
            return true;
        }
        self.feed(node);
        false
    }

    /// In Python no token says where a block begins and ends.
    fn feed_edge(&mut self, node: Node<'_>, edge: u8) {
        if node.kind() == "block" {
            let overlays = self.overlays.iter_mut();
            for open in self.open.last_mut().into_iter().chain(overlays) {
                open.feed.tokens.push(edge);
            }
        }
    }

    fn leave(&mut self, node: Node<'_>) {
        self.feed_edge(node, 2);
        if self.errors.last() == Some(&self.depth) {
            self.errors.pop();
        }
        if self.scopes.last().is_some_and(|scope| scope.depth == self.depth) {
            self.scopes.pop();
        }
        if self.conditions.last().is_some_and(|(_, depth)| *depth == self.depth) {
            self.conditions.pop();
        }
        while self.open.len() > 1 && self.open.last().is_some_and(|open| open.depth == self.depth) {
            let open = self.open.pop().expect("the loop condition saw it");
            if self.scopes.last().is_some_and(|scope| scope.depth == self.depth) {
                self.scopes.pop();
            }
            self.close(open);
        }
    }

    fn current(&self) -> usize {
        self.open.last().map_or(0, |open| open.symbol)
    }

    /// Leaves that carry no meaning still show in the raw fingerprint when they are inside a symbol's code.
    fn skip(&mut self, node: Node<'_>, inside: SymbolKind) {
        if inside != SymbolKind::FileScope && !node.kind().ends_with("comment") {
            self.out.skipped.insert(node.start_byte());
        }
        let original = &self.original[node.byte_range()];
        if let Some(open) = self.open.last_mut() {
            open.feed.raw.extend_from_slice(original);
            open.feed.last_end = node.end_byte();
        }
    }

    fn begin(&mut self, draft: Draft, bytes: std::ops::Range<usize>, depth: u32) {
        let parent = self.open.last().map(|open| open.symbol);
        let symbol = self.symbol(&draft, bytes, parent);
        let mut feed = Feed { last_end: symbol.bytes.start, ..Feed::default() };
        if let Some(lead) = &draft.lead {
            feed.tokens.extend_from_slice(lead.as_bytes());
        }
        self.open.push(Open { symbol: self.out.symbols.len(), depth, feed });
        if draft.scope {
            self.scopes.push(Scope { name: Some(draft.name), local: draft.local, depth });
        }
        let at = symbol.bytes.start;
        self.out.symbols.push(symbol);
        for (name, role) in draft.mentions {
            self.mention(&name, role, at);
        }
    }

    fn overlay(&mut self, drafts: Vec<Draft>) {
        let parent = self.open.last().map(|open| open.symbol);
        for draft in drafts {
            let view = draft.view.clone().expect("an overlay views a node");
            let symbol = self.symbol(&draft, view, parent);
            let mut feed = Feed { last_end: symbol.bytes.start, ..Feed::default() };
            feed.tokens.extend_from_slice(draft.lead.as_deref().unwrap_or("").as_bytes());
            self.overlays.push(Open { symbol: self.out.symbols.len(), depth: self.depth, feed });
            self.out.symbols.push(symbol);
        }
    }

    fn symbol(&self, draft: &Draft, bytes: std::ops::Range<usize>, parent: Option<usize>) -> Symbol {
        let mut extras: Vec<Extra> = Vec::new();
        extras.extend(draft.lead.as_ref().map(|lead| Extra { kind: ExtraKind::Lead, text: lead.as_str().into() }));
        if parent == Some(0) || parent.is_some_and(|parent| self.out.symbols[parent].extras.is_empty()) {
            let conditions = self.conditions.iter();
            extras.extend(conditions.map(|(text, _)| Extra { kind: ExtraKind::Condition, text: text.as_str().into() }));
        }
        Symbol {
            name: self.qualified(draft, parent),
            kind: draft.kind,
            parameters: draft.parameters.clone(),
            lines: self.lines.of_bytes(&(draft.seen_from.unwrap_or(bytes.start)..bytes.end)),
            bytes,
            parent,
            local: draft.local || self.scopes.iter().any(|scope| scope.local),
            view: draft.view.is_some(),
            damaged: false,
            fingerprint: 0,
            raw_fingerprint: 0,
            mentions: Vec::new(),
            extras,
        }
    }

    fn qualified(&self, draft: &Draft, parent: Option<usize>) -> String {
        if draft.name.starts_with('[') {
            let owner = parent.map_or("", |parent| self.owner_name(parent));
            return format!("{owner}{}", draft.name);
        }
        let mut name = String::new();
        for scope in self.scopes.iter().filter_map(|scope| scope.name.as_deref()) {
            name.push_str(scope);
            name.push_str(R::SEPARATOR);
        }
        name.push_str(&draft.name);
        name
    }

    /// The name that keyed children hang on: not a row's or binding's own, but that of the table or function.
    fn owner_name(&self, mut symbol: usize) -> &str {
        while matches!(self.out.symbols[symbol].kind, SymbolKind::Row | SymbolKind::Binding) {
            let Some(parent) = self.out.symbols[symbol].parent else { break };
            symbol = parent;
        }
        &self.out.symbols[symbol].name
    }

    fn mention(&mut self, name: &str, role: Role, at: usize) {
        if name.len() > 200 {
            return;
        }
        let shared = match self.names.get(name) {
            Some(shared) => shared.clone(),
            None => {
                let shared: Arc<str> = name.into();
                self.names.insert(name.to_string(), shared.clone());
                shared
            }
        };
        let line = self.lines.of_byte(at);
        let overlays = self.overlays.iter_mut();
        for open in self.open.last_mut().into_iter().chain(overlays) {
            if open.feed.mentions.insert((shared.clone(), role.code())) {
                self.out.symbols[open.symbol].mentions.push(Mention { name: shared.clone(), role, line });
            }
        }
    }

    fn feed(&mut self, node: Node<'_>) {
        let (text, original) = (self.text, self.original);
        let overlays = self.overlays.iter_mut();
        for open in self.open.last_mut().into_iter().chain(overlays) {
            let range = node.byte_range();
            open.feed.token(node, &text[range.clone()]);
            let gap = open.feed.last_end.min(range.start)..range.start;
            // Another symbol may lie in the gap; it is hashed where it belongs.
            if gap.len() < 512 {
                open.feed.raw.extend_from_slice(&original[gap]);
            }
            open.feed.raw.extend_from_slice(&original[range.clone()]);
            open.feed.last_end = range.end;
        }
    }

    fn close_overlays(&mut self, at: usize) {
        while self.overlays.last().is_some_and(|open| self.out.symbols[open.symbol].bytes.end <= at) {
            let open = self.overlays.pop().expect("the loop condition saw it");
            self.close(open);
        }
    }

    fn close(&mut self, open: Open) {
        let blanked = self.blanked_inside(open.symbol);
        let symbol = &mut self.out.symbols[open.symbol];
        symbol.extras.extend(blanked);
        let mut tokens = open.feed.tokens;
        for extra in &symbol.extras {
            tokens.push(extra.kind as u8);
            tokens.extend_from_slice(extra.text.as_bytes());
        }
        symbol.fingerprint = xxh3_128(&tokens);
        symbol.raw_fingerprint = xxh3_128(&open.feed.raw);
    }

    /// Blanked ranges inside the symbol that no child of it has; children close first.
    fn blanked_inside(&self, symbol: usize) -> Vec<Extra> {
        let bytes = &self.out.symbols[symbol].bytes;
        let from = self.removed.partition_point(|removed| removed.start < bytes.start);
        let inside = self.removed[from..].iter().take_while(|removed| removed.end <= bytes.end);
        let children =
            || self.out.symbols[symbol + 1..].iter().filter(|child| child.parent == Some(symbol) && !child.view);
        inside
            .filter(|removed| !children().any(|child| child.bytes.contains(&removed.start)))
            .map(|removed| Extra {
                kind: ExtraKind::Blanked,
                text: Lexer::compact(&self.original[removed.clone()]).into(),
            })
            .collect()
    }
}

impl Role {
    fn code(self) -> u8 {
        match self {
            Role::Call { arguments } => 32 + arguments.min(50) as u8,
            Role::MemberCall { arguments } => 100 + arguments.min(50) as u8,
            Role::Type => 0,
            Role::Name => 1,
            Role::Text => 2,
        }
    }
}

impl Lines {
    fn of(start: u32, end: u32) -> Lines {
        Lines { start, end }
    }
}

impl LineIndex {
    pub(super) fn of_bytes(&self, bytes: &std::ops::Range<usize>) -> Lines {
        let last = bytes.end.saturating_sub(1).max(bytes.start);
        Lines::of(self.of_byte(bytes.start), self.of_byte(last))
    }
}
