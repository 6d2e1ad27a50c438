//! The walk: one pass over a syntax tree that gives every leaf to the innermost symbol around it.
//!
//! What begins a symbol is for the language to say ([`Reader`]); the walk keeps scopes, fingerprints and mentions.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::blank::Blanked;
use super::lexer::Lexer;
use super::node::Node;
use super::places::Places;
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
    pub view: Option<Range<usize>>,
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

/// What a reader has to do with the nodes of a kind: most of a tree is punctuation.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Concern {
    /// Between symbols it may be one.
    pub scope: bool,
    /// In code it may be more than a part of the symbol around it.
    pub code: bool,
    /// It may mention something.
    pub mention: bool,
    /// No token says where it begins and ends, as for a block in Python.
    pub block: bool,
}

/// A language's part of the walk.
pub(super) trait Reader<'a, 't> {
    /// Joins a scope and a name: `::` or `.`.
    const SEPARATOR: &'static str;

    /// What to do with a node. `inside` is the kind of the innermost symbol, `around` the nodes around it, from the root.
    fn step(&mut self, node: Node<'t>, is_leaf: bool, inside: SymbolKind, around: &[Node<'t>]) -> Step;

    /// What a node mentions, if anything. Asked only where a mention is a concern.
    fn mention(&mut self, node: Node<'t>) -> Option<(Cow<'a, str>, Role)>;
}

/// What a walk finds.
pub(super) struct Walked {
    pub symbols: Vec<Symbol>,
    /// Start bytes of leaves that were skipped inside symbols; a term must leave them out too.
    pub skipped: Places,
}

/// Walks a tree from its root.
pub(super) fn walk<'a, 't, R: Reader<'a, 't>>(
    root: Node<'t>,
    blanked: &Blanked,
    original: &[u8],
    lines: &LineIndex,
    reader: &mut R,
) -> Walked {
    let walk = Walk {
        reader,
        text: &blanked.text,
        original,
        lines,
        out: Walked { symbols: Vec::new(), skipped: Places::default() },
        around: Vec::new(),
        open: Vec::new(),
        scopes: Vec::new(),
        conditions: Vec::new(),
        overlays: Vec::new(),
        names: Names::default(),
        mentioned: FxHashSet::default(),
        depth: 0,
        pending: 0,
        has_error: root.has_error(),
        errors: Vec::new(),
        removed: &blanked.removed,
        tokens: Vec::new(),
    };
    walk.run(root)
}

struct Open {
    symbol: usize,
    kind: SymbolKind,
    depth: u32,
    feed: Feed,
}

/// What a symbol's fingerprints are made of.
struct Feed {
    tokens: Vec<u8>,
    /// The bytes of its tokens, with comments and white space between them.
    raw: Vec<Range<usize>>,
    last_end: usize,
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

    fn raw(&mut self, bytes: Range<usize>) {
        match self.raw.last_mut() {
            Some(last) if last.end == bytes.start => last.end = bytes.end,
            _ => self.raw.push(bytes),
        }
    }

    fn raw_fingerprint(&self, original: &[u8]) -> u128 {
        match &*self.raw {
            [] => xxh3_128(b""),
            [whole] => xxh3_128(&original[whole.clone()]),
            pieces => {
                let mut hash = Xxh3::new();
                pieces.iter().for_each(|piece| hash.update(&original[piece.clone()]));
                hash.digest128()
            }
        }
    }
}

struct Scope {
    name: Option<String>,
    local: bool,
    depth: u32,
}

/// Names that were mentioned, each of them kept once.
#[derive(Default)]
struct Names {
    numbers: FxHashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let (name, number): (Arc<str>, _) = (name.into(), self.names.len() as u32);
        self.names.push(name.clone());
        self.numbers.insert(name, number);
        number
    }
}

struct Walk<'a, 't, R> {
    reader: &'a mut R,
    text: &'a [u8],
    original: &'a [u8],
    lines: &'a LineIndex,
    out: Walked,
    around: Vec<Node<'t>>,
    open: Vec<Open>,
    scopes: Vec<Scope>,
    conditions: Vec<(String, u32)>,
    overlays: Vec<Open>,
    names: Names,
    /// Which symbol mentions which name in which role.
    mentioned: FxHashSet<(u32, u32, u8)>,
    depth: u32,
    /// The depth at which the next thing ends.
    pending: u32,
    has_error: bool,
    /// Depths of the ERROR nodes around.
    errors: Vec<u32>,
    removed: &'a [Range<usize>],
    /// Room for the tokens of the next symbols, used again.
    tokens: Vec<Vec<u8>>,
}

impl<'a, 't, R: Reader<'a, 't>> Walk<'_, 't, R> {
    fn run(mut self, root: Node<'t>) -> Walked {
        self.begin(Draft::of("", SymbolKind::FileScope), root.byte_range(), 0);
        let mut cursor = root.walk();
        // How many siblings follow, at each depth: a cursor that finds out by itself takes as long as for a step.
        let mut left = vec![0];
        loop {
            let node = cursor.node();
            let children = node.child_count();
            if self.enter(node, children == 0) {
                if children > 0 && cursor.goto_first_child() {
                    left.push(children - 1);
                    self.around.push(node);
                    self.depth += 1;
                    continue;
                }
                self.feed(node);
            }
            self.leave(node);
            loop {
                let siblings = left.last_mut().expect("the root has an entry");
                if *siblings > 0 && cursor.goto_next_sibling() {
                    *siblings -= 1;
                    break;
                }
                if !cursor.goto_parent() {
                    return self.finish();
                }
                left.pop();
                self.depth -= 1;
                let parent = self.around.pop().expect("every step down was noted");
                self.leave(parent);
            }
        }
    }

    fn finish(mut self) -> Walked {
        while let Some(open) = self.overlays.pop() {
            self.close(open);
        }
        while let Some(open) = self.open.pop() {
            self.close(open);
        }
        self.out
    }

    /// Whether to go into the node's children, or to take it for a token if it has none.
    fn enter(&mut self, node: Node<'t>, is_leaf: bool) -> bool {
        if !self.overlays.is_empty() {
            self.close_overlays(node.start_byte());
        }
        if self.has_error {
            self.note_error(node);
        }
        let inside = self.open.last().map_or(SymbolKind::FileScope, |open| open.kind);
        match self.reader.step(node, is_leaf, inside, &self.around) {
            Step::Through => {}
            Step::Skip => {
                self.skip(node, inside);
                return false;
            }
            Step::Scope { name, local } => {
                self.scopes.push(Scope { name, local, depth: self.depth });
                self.pending = self.depth;
            }
            Step::Condition(condition) => {
                self.conditions.push((condition, self.depth));
                self.pending = self.depth;
            }
            // Inside code that the grammar could not read only what has a body of its own can be trusted.
            Step::Begin(draft) if self.errors.is_empty() || draft.kind.has_body() => {
                self.begin(draft, node.byte_range(), self.depth);
            }
            Step::Begin(_) => {}
            Step::Overlay(drafts) => self.overlay(drafts),
        }
        let concern = node.concern();
        if concern.mention
            && let Some((name, role)) = self.reader.mention(node)
        {
            self.mention(&name, role, node.start_byte());
        }
        if concern.block {
            self.feed_edge(1);
        }
        true
    }

    fn note_error(&mut self, node: Node<'_>) {
        if node.is_error() || node.is_missing() {
            let symbol = self.current();
            self.out.symbols[symbol].damaged = true;
            if node.is_error() {
                self.errors.push(self.depth);
                self.pending = self.depth;
            }
        }
    }

    /// In Python no token says where a block begins and ends.
    fn feed_edge(&mut self, edge: u8) {
        let overlays = self.overlays.iter_mut();
        for open in self.open.last_mut().into_iter().chain(overlays) {
            open.feed.tokens.push(edge);
        }
    }

    fn leave(&mut self, node: Node<'_>) {
        if node.concern().block {
            self.feed_edge(2);
        }
        if self.pending == self.depth {
            self.end();
        }
    }

    /// Ends what began at this depth.
    fn end(&mut self) {
        let depth = self.depth;
        if self.errors.last() == Some(&depth) {
            self.errors.pop();
        }
        if self.scopes.last().is_some_and(|scope| scope.depth == depth) {
            self.scopes.pop();
        }
        if self.conditions.last().is_some_and(|(_, at)| *at == depth) {
            self.conditions.pop();
        }
        while self.open.len() > 1 && self.open.last().is_some_and(|open| open.depth == depth) {
            let open = self.open.pop().expect("the loop condition saw it");
            if self.scopes.last().is_some_and(|scope| scope.depth == depth) {
                self.scopes.pop();
            }
            self.close(open);
        }
        let errors = self.errors.last().copied();
        let scopes = self.scopes.last().map(|scope| scope.depth);
        let conditions = self.conditions.last().map(|(_, depth)| *depth);
        let open = self.open.last().map(|open| open.depth);
        self.pending = [errors, scopes, conditions, open].into_iter().flatten().max().unwrap_or(0);
    }

    fn current(&self) -> usize {
        self.open.last().map_or(0, |open| open.symbol)
    }

    /// Leaves that carry no meaning still show in the raw fingerprint when they are inside a symbol's code.
    fn skip(&mut self, node: Node<'_>, inside: SymbolKind) {
        if inside != SymbolKind::FileScope && !node.kind().ends_with("comment") {
            self.out.skipped.insert(node.start_byte());
        }
        if let Some(open) = self.open.last_mut() {
            let bytes = node.byte_range();
            open.feed.last_end = bytes.end;
            open.feed.raw(bytes);
        }
    }

    fn begin(&mut self, draft: Draft, bytes: Range<usize>, depth: u32) {
        let parent = self.open.last().map(|open| open.symbol);
        let symbol = self.symbol(&draft, bytes, parent);
        let feed = self.fed(draft.lead.as_deref(), symbol.bytes.start);
        self.open.push(Open { symbol: self.out.symbols.len(), kind: draft.kind, depth, feed });
        self.pending = depth;
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
            let feed = self.fed(draft.lead.as_deref(), symbol.bytes.start);
            self.overlays.push(Open { symbol: self.out.symbols.len(), kind: draft.kind, depth: self.depth, feed });
            self.out.symbols.push(symbol);
        }
    }

    fn fed(&mut self, lead: Option<&str>, start: usize) -> Feed {
        let mut tokens = self.tokens.pop().unwrap_or_default();
        tokens.extend_from_slice(lead.unwrap_or("").as_bytes());
        Feed { tokens, raw: Vec::new(), last_end: start }
    }

    fn symbol(&self, draft: &Draft, bytes: Range<usize>, parent: Option<usize>) -> Symbol {
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
        let (number, code) = (self.names.number(name), role.code());
        let overlays = self.overlays.iter();
        for open in self.open.last().into_iter().chain(overlays) {
            if self.mentioned.insert((open.symbol as u32, number, code)) {
                let (name, line) = (self.names.names[number as usize].clone(), self.lines.of_byte(at));
                self.out.symbols[open.symbol].mentions.push(Mention { name, role, line });
            }
        }
    }

    fn feed(&mut self, node: Node<'_>) {
        let range = node.byte_range();
        let text = &self.text[range.clone()];
        let overlays = self.overlays.iter_mut();
        for open in self.open.last_mut().into_iter().chain(overlays) {
            open.feed.token(node, text);
            let gap = open.feed.last_end.min(range.start)..range.start;
            // Another symbol may lie in the gap; it is hashed where it belongs.
            if gap.len() < 512 {
                open.feed.raw(gap);
            }
            open.feed.raw(range.clone());
            open.feed.last_end = range.end;
        }
    }

    fn close_overlays(&mut self, at: usize) {
        while self.overlays.last().is_some_and(|open| self.out.symbols[open.symbol].bytes.end <= at) {
            let open = self.overlays.pop().expect("the loop condition saw it");
            self.close(open);
        }
    }

    fn close(&mut self, mut open: Open) {
        let blanked = self.blanked_inside(open.symbol);
        let symbol = &mut self.out.symbols[open.symbol];
        symbol.extras.extend(blanked);
        let mut tokens = std::mem::take(&mut open.feed.tokens);
        for extra in &symbol.extras {
            tokens.push(extra.kind as u8);
            tokens.extend_from_slice(extra.text.as_bytes());
        }
        symbol.fingerprint = xxh3_128(&tokens);
        symbol.raw_fingerprint = open.feed.raw_fingerprint(self.original);
        tokens.clear();
        self.tokens.push(tokens);
    }

    /// Blanked ranges inside the symbol that no child of it has; children close first.
    fn blanked_inside(&self, symbol: usize) -> Vec<Extra> {
        let bytes = &self.out.symbols[symbol].bytes;
        let from = self.removed.partition_point(|removed| removed.start < bytes.start);
        let inside = self.removed[from..].iter().take_while(|removed| removed.end <= bytes.end);
        let mut inside = inside.peekable();
        if inside.peek().is_none() {
            return Vec::new();
        }
        let own = self.out.symbols[symbol + 1..].iter().filter(|child| child.parent == Some(symbol) && !child.view);
        let children: Vec<Range<usize>> = own.map(|child| child.bytes.clone()).collect();
        // Siblings do not overlap.
        let belongs_to_child = |at: usize| {
            let before = children.partition_point(|child| child.start <= at);
            before.checked_sub(1).is_some_and(|last| children[last].contains(&at))
        };
        inside
            .filter(|removed| !belongs_to_child(removed.start))
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
    pub(super) fn of_bytes(&self, bytes: &Range<usize>) -> Lines {
        let last = bytes.end.saturating_sub(1).max(bytes.start);
        Lines::of(self.of_byte(bytes.start), self.of_byte(last))
    }
}
