//! Blanking: makes C++ with macros readable to the grammar, byte for byte of the same length.
//!
//! Comments become spaces: one may stand between any two tokens, also inside a name or a parameter type.
//! Export macros and CUDA qualifiers disappear, statement macros without a semicolon get one, and directives inside
//! parentheses or initialisers are removed. What was blanked is kept, because it still belongs to the symbol around it.
//! Line numbers must be taken from the original text: a line break may have become a semicolon.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::lexer::{Lexer, Token, TokenKind};

/// The text to parse, and what was taken out of it.
#[derive(Debug, Clone)]
pub struct Blanked {
    pub text: Vec<u8>,
    /// Bytes of the original that were replaced by spaces, in order.
    pub removed: Vec<Range<usize>>,
}

/// Blanks the macros of a C++ source.
pub fn blank(source: &[u8]) -> Blanked {
    let mut text = source.to_vec();
    let mut tokens = Vec::with_capacity(source.len() / 5);
    for token in Lexer::of_source(source) {
        match token.kind {
            TokenKind::Comment => erase(&mut text[token.bytes]),
            _ => tokens.push(token),
        }
    }
    for directive in tokens.iter().filter(|token| token.kind == TokenKind::Directive) {
        blank_comments_of_macro(&mut text, source, directive.bytes.clone());
    }
    let mut pass = Pass::of(source, &tokens, text);
    let mut at = 0;
    while at < tokens.len() {
        at = pass.token(at);
    }
    pass.out
}

/// Spaces, but the same lines.
fn erase(text: &mut [u8]) {
    for byte in text {
        *byte = if *byte == b'\n' { b'\n' } else { b' ' };
    }
}

/// To the grammar a macro body ends where a block comment begins.
fn blank_comments_of_macro(text: &mut [u8], source: &[u8], bytes: Range<usize>) {
    let directive = &source[bytes.clone()];
    if directive_name(directive) != b"define" {
        return;
    }
    for comment in Lexer::of_macro_body(directive).filter(|token| token.kind == TokenKind::Comment) {
        let inside = bytes.start + comment.bytes.start..bytes.start + comment.bytes.end;
        if source[inside.clone()].starts_with(b"/*") {
            text[inside].fill(b' ');
        }
    }
}

/// What an unclosed bracket holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    Parenthesis,
    /// Braces of an initialiser: the grammar knows no directives here.
    Initialiser,
    Block,
}

/// What `#if` … `#endif` holds together.
#[derive(Default)]
struct Group {
    /// Its `#else`, `#elif` and `#endif`, in order.
    marks: Vec<usize>,
    /// Some branch of it opens or closes more brackets than it should.
    splits: bool,
}

/// How tokens belong together, found in one pass: searching at each of them would take for ever in texts that nest deeply.
struct Matches {
    groups: FxHashMap<usize, Group>,
    /// For each parenthesis that opens the one that closes it, or the last token.
    closing: FxHashMap<usize, usize>,
}

/// A group that is not closed yet.
struct OpenGroup {
    at: usize,
    group: Group,
    /// How many brackets were open where its branch begins, and the fewest since the group and since the branch began.
    start: i32,
    lowest: i32,
    lowest_in_branch: i32,
}

/// Groups nested deeper than this are left to the grammar.
const NESTED: usize = 100;

impl Matches {
    fn of(source: &[u8], tokens: &[Token]) -> Matches {
        let mut matches = Matches { groups: FxHashMap::default(), closing: FxHashMap::default() };
        let (mut groups, mut parentheses): (Vec<OpenGroup>, Vec<usize>) = (Vec::new(), Vec::new());
        let mut level = 0;
        for (at, token) in tokens.iter().enumerate() {
            let text = &source[token.bytes.clone()];
            match token.kind {
                TokenKind::Punctuation => {
                    match text {
                        b"(" | b"{" => level += 1,
                        b")" | b"}" => level -= 1,
                        _ => continue,
                    }
                    match text {
                        b"(" => parentheses.push(at),
                        b")" => matches.closing.extend(parentheses.pop().map(|open| (open, at))),
                        _ => {}
                    }
                    if let Some(open) = groups.last_mut() {
                        open.lowest_in_branch = open.lowest_in_branch.min(level);
                    }
                }
                TokenKind::Directive => matches.directive(&mut groups, at, directive_name(text), level),
                _ => {}
            }
        }
        let last = tokens.len().saturating_sub(1);
        matches.closing.extend(parentheses.into_iter().map(|open| (open, last)));
        for open in groups.into_iter().take(NESTED) {
            matches.groups.insert(open.at, open.group);
        }
        matches
    }

    fn directive(&mut self, groups: &mut Vec<OpenGroup>, at: usize, name: &[u8], level: i32) {
        match name {
            b"if" | b"ifdef" | b"ifndef" => groups.push(OpenGroup {
                at,
                group: Group::default(),
                start: level,
                lowest: level,
                lowest_in_branch: level,
            }),
            b"elif" | b"else" => {
                if let Some(open) = groups.last_mut() {
                    open.end_branch(at, level);
                }
            }
            b"endif" => {
                let Some(mut open) = groups.pop() else { return };
                open.end_branch(at, level);
                if let Some(outer) = groups.last_mut() {
                    outer.lowest_in_branch = outer.lowest_in_branch.min(open.lowest);
                }
                if groups.len() < NESTED {
                    self.groups.insert(open.at, open.group);
                }
            }
            _ => {}
        }
    }
}

impl OpenGroup {
    fn end_branch(&mut self, at: usize, level: i32) {
        self.group.splits |= level != self.start || self.lowest_in_branch < self.start;
        self.group.marks.push(at);
        self.lowest = self.lowest.min(self.lowest_in_branch);
        (self.start, self.lowest_in_branch) = (level, level);
    }
}

struct Pass<'a> {
    source: &'a [u8],
    tokens: &'a [Token],
    matches: Matches,
    out: Blanked,
    open: Vec<Bracket>,
    /// Where each of them is.
    opened: Vec<usize>,
    /// The bracket that was closed last: where it opens and where it closes.
    closed: Option<(usize, usize)>,
    /// The last macro that was made a link of a chain of calls.
    chained: Option<usize>,
}

impl<'a> Pass<'a> {
    fn of(source: &'a [u8], tokens: &'a [Token], text: Vec<u8>) -> Pass<'a> {
        let out = Blanked { text, removed: Vec::new() };
        let matches = Matches::of(source, tokens);
        Pass { source, tokens, matches, out, open: Vec::new(), opened: Vec::new(), closed: None, chained: None }
    }
}

/// So many tokens a type or the shape of a kernel may take.
const MOST: usize = 200;

impl Pass<'_> {
    fn text(&self, at: usize) -> &[u8] {
        self.tokens.get(at).map_or(b"", |token| &self.source[token.bytes.clone()])
    }

    /// Handles the token at `at`; the next one to handle.
    fn token(&mut self, at: usize) -> usize {
        match self.tokens[at].kind {
            TokenKind::Identifier => self.identifier(at),
            TokenKind::Directive => self.directive(at),
            TokenKind::Punctuation => self.punctuation(at),
            _ => at + 1,
        }
    }

    fn identifier(&mut self, at: usize) -> usize {
        let word = self.text(at);
        if is_plain(word) {
            return at + 1;
        }
        // `if C10_UNLIKELY(x)`: the macro brings the parentheses.
        let hint = matches!(word, b"C10_LIKELY" | b"C10_UNLIKELY");
        if hint && at > 0 && matches!(self.text(at - 1), b"if" | b"while") {
            self.remove(at, at);
            return at + 1;
        }
        if is_attribute(word) {
            let end = if self.text(at + 1) == b"(" && takes_arguments(word) { self.closing(at + 1) } else { at };
            self.remove(at, end);
            return end + 1;
        }
        if matches!(word, b"PyVarObject_HEAD_INIT" | b"PyObject_HEAD_INIT") && self.text(at + 1) == b"(" {
            return self.head_of_object(at);
        }
        if word == b"FLATBUFFERS_MANUALLY_ALIGNED_STRUCT" && self.text(at + 1) == b"(" {
            return self.aligned_struct(at);
        }
        let linked = self.macro_with_arguments(at);
        let word = self.text(at);
        let listed = linked || self.open.last() == Some(&Bracket::Initialiser);
        if !listed && (is_shouting(word) || is_statement_macro(word)) && self.is_statement_start(at) {
            self.terminate_statement_macro(at);
        }
        at + 1
    }

    /// Makes a macro readable that is no plain call; whether it is a link of a chain now.
    fn macro_with_arguments(&mut self, at: usize) -> bool {
        let word = self.text(at);
        if self.text(at + 1) != b"(" || !is_shouting(word) {
            return false;
        }
        if word.starts_with(b"PYBIND11_OVER") {
            self.remove_first_argument(at + 1);
            return false;
        }
        let linked = self.is_link_of_chain(at);
        if linked {
            self.chain(at);
        }
        linked
    }

    /// The head of a static type object brings its own comma: `0,` stands for it.
    fn head_of_object(&mut self, at: usize) -> usize {
        let close = self.closing(at + 1);
        let bytes = self.tokens[at].bytes.start..self.tokens[close].bytes.end;
        self.remove(at, close);
        self.out.text[bytes.start] = b'0';
        if self.text(close + 1) != b"," {
            self.out.text[bytes.end - 1] = b',';
        }
        close + 1
    }

    /// `PYBIND11_OVERRIDE(void, Base, f)`: a type, where the grammar knows only values.
    fn remove_first_argument(&mut self, open: usize) {
        let close = self.closing(open);
        if let Some(comma) = (open + 1..close).take(MOST).find(|&at| self.text(at) == b",") {
            self.remove(open + 1, comma);
        }
    }

    /// `.def("a", f) BIND(b)`: a macro that brings the dot of the call it makes.
    fn is_link_of_chain(&self, at: usize) -> bool {
        let before = (0..at).rev().find(|&before| self.tokens[before].kind != TokenKind::Directive);
        let Some((open, close)) = self.closed.filter(|(_, close)| Some(*close) == before) else { return false };
        let spaced = self.out.text[self.tokens[close].bytes.end..self.tokens[at].bytes.start].last();
        let called = open.checked_sub(1).filter(|&name| self.tokens[name].kind == TokenKind::Identifier);
        let method = called
            .is_some_and(|name| self.chained == Some(name) || name > 0 && matches!(self.text(name - 1), b"." | b"->"));
        let template = open > 0 && self.text(open - 1) == b">";
        spaced.is_some_and(|byte| *byte == b' ') && (method || template)
    }

    /// The white space before the macro becomes the dot.
    fn chain(&mut self, at: usize) {
        self.out.text[self.tokens[at].bytes.start - 1] = b'.';
        self.chained = Some(at);
    }

    /// FlatBuffers' `FLATBUFFERS_MANUALLY_ALIGNED_STRUCT(8) X` is `struct X`.
    fn aligned_struct(&mut self, at: usize) -> usize {
        const MEANT: &[u8] = b"struct";
        let close = self.closing(at + 1);
        let start = self.tokens[at].bytes.start;
        self.remove(at, close);
        self.out.text[start..start + MEANT.len()].copy_from_slice(MEANT);
        close + 1
    }

    fn punctuation(&mut self, at: usize) -> usize {
        match self.text(at) {
            b"(" => self.push(Bracket::Parenthesis, at),
            b"{" => {
                let bracket = if self.opens_initialiser(at) { Bracket::Initialiser } else { Bracket::Block };
                self.push(bracket, at);
            }
            b")" | b"}" => {
                self.open.pop();
                self.closed = self.opened.pop().map(|open| (open, at));
            }
            b"<<" if self.text(at + 1) == b"<" => return self.launch(at),
            _ => {}
        }
        at + 1
    }

    fn push(&mut self, bracket: Bracket, at: usize) {
        self.open.push(bracket);
        self.opened.push(at);
    }

    /// CUDA's `kernel<<<grid, block>>>(…)`.
    fn launch(&mut self, at: usize) -> usize {
        let limit = (at + MOST).min(self.tokens.len());
        let close = (at + 2..limit).find(|&next| {
            let joined = self.text(next) == b">>" && self.text(next + 1) == b">";
            joined && self.text(next + 2) == b"("
        });
        match close {
            Some(close) => {
                self.remove(at, close + 1);
                close + 2
            }
            None => at + 1,
        }
    }

    fn opens_initialiser(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        match self.text(before) {
            b"=" | b"," => true,
            b"{" | b"(" => self.open.last().is_some_and(|&bracket| bracket != Bracket::Block),
            b"]" => false,
            b"return" => true,
            _ => false,
        }
    }

    /// Directives where the grammar has no place for them are removed, with every branch but the first.
    fn directive(&mut self, at: usize) -> usize {
        let misplaced = self.open.last().is_some_and(|&bracket| bracket != Bracket::Block);
        match directive_name(self.text(at)) {
            b"if" | b"ifdef" | b"ifndef" if misplaced || self.goes_on(at + 1) || self.splits_brackets(at) => {
                self.first_branch(at)
            }
            b"if" | b"ifdef" | b"ifndef" if self.shares_body(at) => self.last_branch(at),
            b"if" | b"ifdef" | b"ifndef" | b"elif" | b"else" | b"endif" | b"include" | b"define" | b"undef" => at + 1,
            b"pragma" => {
                self.remove(at, at);
                at + 1
            }
            _ => at + 1,
        }
    }

    /// What stands at `at` goes on with the expression before it: `.def(…)` of a chain, `<< x`.
    fn goes_on(&self, at: usize) -> bool {
        let rest = self.tokens.get(at..).unwrap_or_default().iter();
        let opens = |token: &&Token| {
            token.kind == TokenKind::Directive && directive_name(&self.source[token.bytes.clone()]).starts_with(b"if")
        };
        let nested = rest.take(NESTED).take_while(opens).count();
        matches!(self.text(at + nested), b"." | b"->" | b"<<" | b"&&" | b"||" | b"?" | b"==")
    }

    fn splits_brackets(&self, at: usize) -> bool {
        self.matches.groups.get(&at).is_some_and(|group| group.splits)
    }

    /// Heads of a function or statement stand in the branches, and their body behind `#endif`.
    fn shares_body(&self, at: usize) -> bool {
        let Some(&end) = self.matches.groups.get(&at).and_then(|group| group.marks.last()) else { return false };
        let ends_none = |at: &usize| directive_name_of(self.text(*at)) != b"endif";
        let before = (at..end).rev().take(NESTED).find(ends_none);
        let behind = (end + 1..self.tokens.len()).take(NESTED).find(ends_none);
        before.is_some_and(|at| self.text(at) == b")") && behind.is_some_and(|at| self.text(at) == b"{")
    }

    /// Removes the directives of a group and every branch but the one before its end.
    fn last_branch(&mut self, at: usize) -> usize {
        let marks = self.matches.groups.remove(&at).unwrap_or_default().marks;
        let begin = marks.iter().rev().nth(1).copied().unwrap_or(at);
        self.remove(at, begin);
        marks.last().into_iter().for_each(|&end| self.remove(end, end));
        begin + 1
    }

    /// Removes the directives of a group. In an initialiser every branch can stay, since rows are only listed; elsewhere
    /// the first one does.
    fn first_branch(&mut self, at: usize) -> usize {
        let marks = self.matches.groups.remove(&at).unwrap_or_default().marks;
        self.remove(at, at);
        let goes_on = self.goes_on(at + 1) && marks.iter().rev().skip(1).all(|&mark| self.goes_on(mark + 1));
        let keep_all = goes_on || self.open.last() == Some(&Bracket::Initialiser);
        match (keep_all, marks.first(), marks.last()) {
            (true, ..) => {
                for mark in marks {
                    self.remove(mark, mark);
                }
            }
            (false, Some(&first), Some(&last)) => self.remove(first, last),
            _ => {}
        }
        at + 1
    }

    fn is_statement_start(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return true };
        if self.tokens[before].kind == TokenKind::Directive {
            return true;
        }
        let gone = self.out.text[self.tokens[before].bytes.start] == b' ';
        gone || matches!(self.text(before), b";" | b"{" | b"}" | b":") || self.was_terminated(before)
    }

    /// A semicolon was put behind the macro that ends at `at`.
    fn was_terminated(&self, at: usize) -> bool {
        let end = self.tokens[at].bytes.end;
        self.out.text.get(end) == Some(&b';') && self.source[end] != b';'
    }

    /// Puts a `;` behind a macro that stands as a statement of its own.
    fn terminate_statement_macro(&mut self, at: usize) {
        let word = self.text(at);
        let has_arguments = self.text(at + 1) == b"(";
        if !has_arguments && !is_statement_macro(word) {
            return;
        }
        let last = if has_arguments { self.closing(at + 1) } else { at };
        let end = self.tokens[last].bytes.end;
        // Comments are spaces by now.
        let mut behind = self.out.text[end..].iter().take_while(|byte| byte.is_ascii_whitespace());
        let at_line_end = behind.any(|&byte| byte == b'\n');
        let spaced = self.out.text.get(end).is_some_and(u8::is_ascii_whitespace);
        let block = !has_arguments && self.text(last + 1) == b"{";
        if spaced && (at_line_end || is_statement_macro(word)) && (block || self.begins_statement(last + 1)) {
            self.out.text[end] = b';';
        }
    }

    fn begins_statement(&self, at: usize) -> bool {
        match self.tokens.get(at) {
            None => true,
            Some(token) => match token.kind {
                TokenKind::Identifier | TokenKind::Directive => true,
                TokenKind::Punctuation => matches!(self.text(at), b"}" | b"~" | b"*" | b"::" | b"(" | b"["),
                _ => false,
            },
        }
    }

    /// The token that closes the parenthesis at `at`, or the last one.
    fn closing(&self, at: usize) -> usize {
        self.matches.closing.get(&at).copied().unwrap_or(self.tokens.len() - 1)
    }

    /// Replaces tokens `from..=to` by spaces; line breaks stay.
    fn remove(&mut self, from: usize, to: usize) {
        let bytes = self.tokens[from].bytes.start..self.tokens[to].bytes.end;
        erase(&mut self.out.text[bytes.clone()]);
        self.out.removed.push(bytes);
    }
}

/// `ifdef` of `#  ifdef X`.
pub fn directive_name(directive: &[u8]) -> &[u8] {
    let name = directive[1..].trim_ascii_start();
    let end = name.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(name.len());
    &name[..end]
}

/// The same of any token; nothing where it is no directive.
fn directive_name_of(token: &[u8]) -> &[u8] {
    if token.starts_with(b"#") { directive_name(token) } else { b"" }
}

/// No macro that is known is called so: they begin with a capital or an underscore, or end with a capital.
fn is_plain(word: &[u8]) -> bool {
    let is_small = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_uppercase() && *byte != b'_');
    is_small(word.first()) && is_small(word.last())
}

/// A macro or qualifier that only decorates a declaration.
pub fn is_attribute(word: &[u8]) -> bool {
    const LISTED: [&[u8]; 26] = [
        b"C10_ALWAYS_INLINE",
        b"FLATBUFFERS_FINAL_CLASS",
        b"C10_NOINLINE",
        b"C10_HOST_DEVICE",
        b"C10_HOST",
        b"C10_DEVICE",
        b"C10_HIDDEN",
        b"C10_UNUSED",
        b"C10_NODISCARD",
        b"C10_MAYBE_UNUSED",
        b"C10_ERASE",
        b"C10_FALLTHROUGH",
        b"C10_RESTRICT",
        b"C10_HIP_HOST_DEVICE",
        b"C10_CUDA_HOST_DEVICE",
        b"C10_LAUNCH_BOUNDS_0",
        b"C10_ATTR_VISIBILITY_HIDDEN",
        b"GPU_LAMBDA",
        b"CUTLASS_DEVICE",
        b"CUTLASS_HOST_DEVICE",
        b"CUTLASS_PRAGMA_UNROLL",
        b"VISIBILITY_HIDDEN",
        b"JIT_OPT_ALLOWED",
        b"PYBIND11_NOINLINE",
        b"Py_ALIGNED",
        b"TORCH_DISALLOW_TEMPORARIES",
    ];
    const WITH_ARGUMENTS: [&[u8]; 6] = [
        b"C10_LAUNCH_BOUNDS_1",
        b"C10_LAUNCH_BOUNDS_2",
        b"__launch_bounds__",
        b"__align__",
        b"__at_align__",
        b"__attribute__",
    ];
    LISTED.contains(&word)
        || WITH_ARGUMENTS.contains(&word)
        || is_export_macro(word)
        || is_advice(word)
        || is_cuda_qualifier(word)
}

/// What many projects call their advice to compilers: `Py_ALWAYS_INLINE`, `PYBIND11_CONSTINIT`, `ABSL_NODISCARD`.
fn is_advice(word: &[u8]) -> bool {
    let ends = [
        &b"_ALWAYS_INLINE"[..],
        b"_FORCE_INLINE",
        b"_NO_INLINE",
        b"_NOINLINE",
        b"_CONSTINIT",
        b"_NODISCARD",
        b"_NORETURN",
    ];
    let begins_as_prefix = word.first().is_some_and(u8::is_ascii_uppercase);
    begins_as_prefix && ends.iter().any(|end| word.ends_with(end)) && !word.starts_with(b"DEFINE")
}

fn takes_arguments(word: &[u8]) -> bool {
    matches!(
        word,
        b"C10_LAUNCH_BOUNDS_1" | b"C10_LAUNCH_BOUNDS_2" | b"__launch_bounds__" | b"__align__" | b"__attribute__"
    )
}

fn is_export_macro(word: &[u8]) -> bool {
    let ends = [&b"_API"[..], b"_EXPORT", b"_EXPORT_TEMPLATE", b"_API_ENUM", b"_PRIVATE"];
    is_shouting(word) && ends.iter().any(|end| word.ends_with(end)) && !word.starts_with(b"DEFINE")
}

fn is_cuda_qualifier(word: &[u8]) -> bool {
    matches!(
        word,
        b"__device__"
            | b"__host__"
            | b"__global__"
            | b"__forceinline__"
            | b"__noinline__"
            | b"__inline__"
            | b"__shared__"
            | b"__constant__"
            | b"__restrict__"
            | b"__restrict"
            | b"__ubsan_ignore_float_divide_by_zero__"
            | b"__ubsan_ignore_undefined__"
            | b"__ubsan_ignore_signed_int_overflow__"
    )
}

/// A macro that stands as a statement without arguments or semicolon.
fn is_statement_macro(word: &[u8]) -> bool {
    const LISTED: [&[u8]; 8] = [
        b"PyObject_HEAD",
        b"PyObject_VAR_HEAD",
        b"HANDLE_TH_ERRORS",
        b"END_HANDLE_TH_ERRORS",
        b"END_HANDLE_TH_ERRORS_RET",
        b"END_HANDLE_TH_ERRORS_PYBIND",
        b"Py_RETURN_NONE",
        b"Py_BEGIN_ALLOW_THREADS",
    ];
    let diagnostic = word.ends_with(b"_DIAGNOSTIC_PUSH") || word.ends_with(b"_DIAGNOSTIC_POP");
    LISTED.contains(&word) || diagnostic || word == b"Py_END_ALLOW_THREADS" || word == b"HANDLE_PYBIND_ERRORS"
}

/// `ALL_CAPS`, as macros are by custom; `Py_RETURN_NONE` and its kin count.
fn is_shouting(word: &[u8]) -> bool {
    let caps =
        |word: &[u8]| word.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    word.len() >= 3 && (caps(word) || word.strip_prefix(b"Py_").is_some_and(caps) && word.len() > 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let blanked = blank(source.as_bytes());
        assert_eq!(blanked.text.len(), source.len());
        assert_eq!(String::from_utf8(blanked.text).expect("ASCII in, ASCII out"), expected);
    }

    #[test]
    fn export_macros_and_qualifiers_disappear() {
        check("class TORCH_API X {};", "class           X {};");
        check("__launch_bounds__(256) __global__ void f();", "                                  void f();");
    }

    #[test]
    fn statement_macros_get_a_semicolon() {
        check(
            "{\n  HANDLE_TH_ERRORS\n  return f();\n  END_HANDLE_TH_ERRORS\n}",
            "{\n  HANDLE_TH_ERRORS;  return f();\n  END_HANDLE_TH_ERRORS;}",
        );
        check("REGISTER(a, b)\nint x;", "REGISTER(a, b);int x;");
        check("TORCH_LIBRARY(a, m) {\n}", "TORCH_LIBRARY(a, m) {\n}");
        check("END_HANDLE_TH_ERRORS_RET(-1)\n}", "END_HANDLE_TH_ERRORS_RET(-1);}");
    }

    #[test]
    fn macros_in_a_chain_of_calls_get_their_dot() {
        check("c.def(a)\n BIND(b)\n BIND(d);", "c.def(a)\n.BIND(b)\n.BIND(d);");
        check("py::class_<T>(m)\n BIND(b);", "py::class_<T>(m)\n.BIND(b);");
        check("if (x) CHECK(y);", "if (x) CHECK(y);");
    }

    #[test]
    fn types_given_to_overrides_disappear() {
        check("PYBIND11_OVERRIDE_PURE(void, Store, set);", "PYBIND11_OVERRIDE_PURE(      Store, set);");
    }

    #[test]
    fn misplaced_directives_keep_their_first_branch() {
        check("f(a,\n#if X\n b\n#else\n c\n#endif\n);", "f(a,\n     \n b\n     \n  \n      \n);");
        check("c.def(a)\n#if X\n .def(b)\n#endif\n .def(c);", "c.def(a)\n     \n .def(b)\n      \n .def(c);");
        check("T t[] = {\n#ifdef X\n {1},\n#endif\n};", "T t[] = {\n        \n {1},\n      \n};");
        check("void f() {\n#ifdef X\n g();\n#endif\n}", "void f() {\n#ifdef X\n g();\n#endif\n}");
        check("#if X\nif (a) {\n#else\nif (b) {\n#endif\n}", "     \nif (a) {\n     \n        \n      \n}");
    }

    #[test]
    fn a_body_behind_its_heads_keeps_the_last_one() {
        check("#if X\nM(a, b)\n#else\nM(a)\n#endif\n{\n}", "     \n       \n     \nM(a)\n      \n{\n}");
        check("#if X\nM(a)\n#endif\n{\n}", "     \nM(a)\n      \n{\n}");
        check("#if X\n#if Y\nM(a)\n#endif\n#endif\n{\n}", "     \n     \nM(a)\n      \n      \n{\n}");
        check("#if X\nf();\n#endif\n{\n}", "#if X\nf();\n#endif\n{\n}");
    }

    #[test]
    fn deep_nesting_takes_one_pass() {
        for (open, close) in [("#if X\n", "#endif\n"), ("MACRO(", ")"), ("f(\n#if X\n", "#endif\n)"), ("#if X\nA(", "")]
        {
            let source = open.repeat(50_000) + &close.repeat(50_000);
            assert_eq!(blank(source.as_bytes()).text.len(), source.len());
        }
    }
}
