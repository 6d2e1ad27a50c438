//! A file to be edited: its tokens, its functions with their locals, and what in it only people read.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use dynadrift::symbols::{Language, ParsedFile, SymbolKind};

use super::Edit;
use super::tokens::{self, Kind, Token};

pub struct Subject {
    pub parsed: ParsedFile,
    pub text: String,
    pub tokens: Vec<Token>,
    pub comments: Vec<Token>,
    partner: Vec<Option<usize>>,
    outer: Vec<Option<usize>>,
    /// Error texts, logs, assertions and reference counting: changing them is no semantic change by design.
    quiet: Vec<bool>,
    pub functions: Vec<Function>,
}

/// A function definition; all are positions of tokens.
pub struct Function {
    pub first: usize,
    pub parameters: (usize, usize),
    pub body: (usize, usize),
    /// Declared names: parameters first.
    pub locals: Vec<Local>,
}

#[derive(Debug, Clone)]
pub struct Local {
    pub name: String,
    pub at: usize,
    pub parameter: bool,
}

/// `first … last`, the last being its semicolon.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    pub first: usize,
    pub last: usize,
}

/// `if (condition) then else alternative`, or a `while` without an alternative.
#[derive(Debug, Clone, Copy)]
pub struct Conditional {
    pub keyword: usize,
    pub condition: (usize, usize),
    /// Its braces included, where it has some.
    pub then: (usize, usize),
    pub otherwise: Option<usize>,
}

/// `f(a, b)`: the name, the brackets, and the arguments as ranges of tokens, both ends included.
pub struct Call {
    pub name: usize,
    pub open: usize,
    pub close: usize,
    pub arguments: Vec<(usize, usize)>,
}

pub const COUNTING: [&str; 14] = [
    "Py_INCREF",
    "Py_DECREF",
    "Py_XINCREF",
    "Py_XDECREF",
    "Py_CLEAR",
    "Py_NewRef",
    "Py_XNewRef",
    "inc_ref",
    "dec_ref",
    "PyObject_GC_UnTrack",
    "PyObject_GC_Track",
    "Py_SETREF",
    "Py_IncRef",
    "Py_DecRef",
];

const TOLD: [&str; 24] = [
    "TORCH_INTERNAL_ASSERT",
    "TORCH_INTERNAL_ASSERT_DEBUG_ONLY",
    "AT_ASSERT",
    "AT_ASSERTM",
    "assert",
    "DCHECK",
    "static_assert",
    "LOG",
    "VLOG",
    "DLOG",
    "LOG_IF",
    "TORCH_WARN",
    "TORCH_WARN_ONCE",
    "AT_WARN",
    "AT_ERROR",
    "C10_LOG_API_USAGE_ONCE",
    "RECORD_FUNCTION",
    "TORCH_LOG",
    "THPUtils_setError",
    "TORCH_CHECK_INTERNAL",
    "C10_LOG_FIRST_N",
    "LOG_FIRST_N",
    "AT_INDEX_ERROR",
    "ErrorReport",
];

/// How many arguments of a check say what it checks.
fn checked(name: &str) -> Option<usize> {
    match name {
        "TORCH_CHECK"
        | "AT_CHECK"
        | "TORCH_CHECK_VALUE"
        | "TORCH_CHECK_TYPE"
        | "TORCH_CHECK_INDEX"
        | "TORCH_CHECK_NOT_IMPLEMENTED"
        | "THPUtils_assert"
        | "THPUtils_assertRet"
        | "TORCH_CHECK_LINALG" => Some(1),
        "PyErr_SetString" | "PyErr_Format" | "PyErr_WarnEx" | "PyErr_WarnFormat" => Some(1),
        _ => None,
    }
}

impl Subject {
    /// `None` for what is not C++ text.
    pub fn of(path: &str, bytes: &[u8]) -> Option<Subject> {
        let text = std::str::from_utf8(bytes).ok()?.to_owned();
        Language::of_path(path).filter(|&language| language == Language::Cpp)?;
        let parsed = ParsedFile::parse(Arc::from(path), Language::Cpp, Arc::from(bytes));
        let (tokens, comments) = tokens::tokens(&text);
        let (partner, outer) = tokens::brackets(&text, &tokens);
        let quiet = vec![false; tokens.len()];
        let mut subject = Subject { parsed, text, tokens, comments, partner, outer, quiet, functions: Vec::new() };
        subject.hush();
        subject.functions = subject.find_functions();
        subject.hush_unused();
        Some(subject)
    }

    pub fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &self.text[token.start..token.end])
    }

    pub fn before(&self, at: usize) -> &str {
        at.checked_sub(1).map_or("", |at| self.word(at))
    }

    pub fn kind(&self, at: usize) -> Kind {
        self.tokens.get(at).map_or(Kind::Sign, |token| token.kind)
    }

    /// The text of some tokens, both ends included; nothing where they cross.
    pub fn code(&self, first: usize, last: usize) -> &str {
        if last < first || last >= self.tokens.len() {
            return "";
        }
        &self.text[self.tokens[first].start..self.tokens[last].end]
    }

    pub fn partner(&self, at: usize) -> Option<usize> {
        self.partner.get(at).copied().flatten()
    }

    pub fn outer(&self, at: usize) -> Option<usize> {
        self.outer.get(at).copied().flatten()
    }

    pub fn is_quiet(&self, at: usize) -> bool {
        self.quiet.get(at).copied().unwrap_or(true)
    }

    pub fn replace(&self, at: usize, text: impl Into<String>) -> Edit {
        self.replace_all(at, at, text)
    }

    pub fn replace_all(&self, first: usize, last: usize, text: impl Into<String>) -> Edit {
        Edit::of(self.tokens[first].start, self.tokens[last].end, text)
    }

    /// Whether the sign stands free, as formatters write operators and never template brackets.
    pub fn is_spaced(&self, at: usize) -> bool {
        let (start, end) = (self.tokens[at].start, self.tokens[at].end);
        let space = |c: Option<char>| c.is_some_and(char::is_whitespace);
        space(self.text[..start].chars().next_back()) && space(self.text[end..].chars().next())
    }

    /// Whether a directive stands among the tokens.
    pub fn has_directive(&self, first: usize, last: usize) -> bool {
        (first..=last).any(|at| self.kind(at) == Kind::Directive)
    }

    /// Positions of the tokens of a span of bytes.
    pub fn within(&self, bytes: &Range<usize>) -> Range<usize> {
        let first = self.tokens.partition_point(|token| token.start < bytes.start);
        let last = self.tokens.partition_point(|token| token.end <= bytes.end);
        first..last.max(first)
    }

    /// Token ranges of the symbols of a kind.
    pub fn symbols(&self, kind: SymbolKind) -> Vec<Range<usize>> {
        let symbols = self.parsed.symbols.iter().filter(|symbol| symbol.kind == kind);
        symbols.map(|symbol| self.within(&symbol.bytes)).filter(|range| !range.is_empty()).collect()
    }

    // --- What only people read

    fn hush(&mut self) {
        for at in 0..self.tokens.len() {
            let word = self.word(at).to_owned();
            if word == "if" {
                self.hush_condition(at);
            }
            // `(void)x` does nothing, whatever it is.
            if word == "void" && self.before(at) == "(" && self.word(at + 1) == ")" {
                let end = self.statement_end(at + 2).unwrap_or(at);
                self.hush_range(at, end);
            }
            if word == "throw" {
                let end = self.statement_end(at).unwrap_or(at);
                let open = (at..end).find(|&open| self.word(open) == "(");
                self.hush_range(open.unwrap_or(end), end);
            }
            if self.word(at + 1) != "(" || self.kind(at) != Kind::Word {
                continue;
            }
            let Some(close) = self.partner(at + 1) else { continue };
            if TOLD.contains(&word.as_str()) || word.starts_with("GRAPH_") {
                let end = self.statement_end(at).unwrap_or(close);
                self.hush_range(at, end);
            } else if COUNTING.contains(&word.as_str()) || matches!(word.as_str(), "PyVarObject_HEAD_INIT" | "reserve")
            {
                let receiver = if matches!(self.before(at), "." | "->") { 2 } else { 0 };
                self.hush_range(at - receiver, close);
            } else if let Some(kept) = checked(&word) {
                let rest = self.arguments(at + 1).get(kept).map_or(close, |argument| argument.0);
                self.hush_range(rest, close);
            }
        }
    }

    /// What only decides whether something is asserted or logged.
    fn hush_condition(&mut self, at: usize) {
        let Some(close) = self.partner(at + 1) else { return };
        let first = if self.word(close + 1) == "{" { close + 2 } else { close + 1 };
        let told = TOLD.contains(&self.word(first)) || COUNTING.contains(&self.word(first));
        let end = self.statement_end(first).filter(|_| told);
        if let Some(end) = end.filter(|&end| first == close + 1 || self.word(end + 1) == "}") {
            self.hush_range(at, end);
        }
    }

    /// The values of variables that nothing reads.
    fn hush_unused(&mut self) {
        let mut values = Vec::new();
        for function in &self.functions {
            for local in function.locals.iter().filter(|local| !local.parameter && is_type(self.before(local.at))) {
                let uses = (function.first..function.body.1).filter(|&at| self.word(at) == local.name).count();
                values.extend(self.statement_end(local.at).filter(|_| uses == 1).map(|end| (local.at - 1, end)));
            }
        }
        for (first, last) in values {
            self.hush_range(first, last);
        }
    }

    fn hush_range(&mut self, first: usize, last: usize) {
        self.quiet[first..=last].fill(true);
    }

    /// The semicolon that ends what begins here.
    fn statement_end(&self, first: usize) -> Option<usize> {
        let mut at = first;
        loop {
            match self.word(at) {
                "" | "}" | ")" | "]" => return None,
                ";" => return Some(at),
                "(" | "[" | "{" => at = self.partner(at)? + 1,
                _ => at += 1,
            }
        }
    }

    // --- Calls

    /// Arguments between the bracket and its partner; commas inside `<…>` part arguments, too, so callers look out.
    pub fn arguments(&self, open: usize) -> Vec<(usize, usize)> {
        let Some(close) = self.partner(open) else { return Vec::new() };
        let mut found = Vec::new();
        let (mut first, mut at) = (open + 1, open + 1);
        while at < close {
            if self.word(at) == "," {
                found.extend((first < at).then(|| (first, at - 1)));
                first = at + 1;
            }
            at = self.partner(at).filter(|&partner| partner > at).unwrap_or(at) + 1;
        }
        found.extend((first < close).then(|| (first, close - 1)));
        found
    }

    /// Calls of named functions inside bodies; no macros, no casts, no declarations, nothing quiet.
    pub fn calls(&self) -> Vec<Call> {
        let places = self.functions.iter().flat_map(|function| function.body.0..function.body.1);
        places.filter_map(|at| self.call(at)).collect()
    }

    pub fn call(&self, name: usize) -> Option<Call> {
        const NEVER: [&str; 24] = [
            "if", "for", "while", "switch", "return", "sizeof", "catch", "decltype", "noexcept", "alignof", "defined",
            "throw", "new", "delete", "operator", "get", "ptr", "release", "move", "forward", "int", "bool", "double",
            "float",
        ];
        let word = self.word(name);
        let declares = matches!(self.kind(name.wrapping_sub(1)), Kind::Word) && !is_keyword(self.before(name))
            || matches!(self.before(name), ">" | "*" | "&" | "~")
                && !(self.before(name) != "~" && self.is_spaced(name - 1));
        let fits = self.kind(name) == Kind::Word
            && self.word(name + 1) == "("
            && !NEVER.contains(&word)
            && !is_macro(word)
            && !declares
            && !self.is_quiet(name)
            && !self.is_quiet(name + 1);
        let close = self.partner(name + 1).filter(|_| fits)?;
        (!self.has_directive(name, close)).then(|| Call {
            name,
            open: name + 1,
            close,
            arguments: self.arguments(name + 1),
        })
    }

    // --- Statements

    /// Whether the brace opens a block of statements.
    pub fn is_block(&self, open: usize) -> bool {
        if self.word(open) != "{" {
            return false;
        }
        match self.before(open) {
            ")" | "else" | "do" | "try" | "mutable" => true,
            "{" | "}" | ";" => self.outer(open).is_some_and(|outer| self.is_body(outer) || self.is_block(outer)),
            _ => self.is_body(open),
        }
    }

    fn is_body(&self, open: usize) -> bool {
        self.functions.iter().any(|function| function.body.0 == open)
    }

    /// Statements that are neither compound nor jumps into macros: they end in a semicolon.
    pub fn statements(&self, function: &Function) -> Vec<Statement> {
        let mut found = Vec::new();
        for at in function.body.0 + 1..function.body.1 {
            let fresh = matches!(self.before(at), ";" | "{" | "}") || is_lone_macro(self.before(at));
            let inside = self.outer(at).is_some_and(|outer| self.is_block(outer));
            if fresh && inside {
                found.extend(self.statement(at));
            }
        }
        found
    }

    pub fn statement(&self, first: usize) -> Option<Statement> {
        const COMPOUND: [&str; 20] = [
            "if", "for", "while", "do", "switch", "else", "case", "default", "try", "catch", "{", "}", "struct",
            "class", "using", "typedef", "template", "enum", ";", "public",
        ];
        let word = self.word(first);
        if COMPOUND.contains(&word) || (is_macro(word) && self.word(first + 1) != "(") {
            return None;
        }
        let last = self.statement_end(first)?;
        let macro_alone = is_macro(word) && self.partner(first + 1).is_some_and(|close| close + 1 != last);
        (!self.has_directive(first, last) && !macro_alone).then_some(Statement { first, last })
    }

    pub fn is_jump(&self, at: usize) -> bool {
        matches!(self.word(at), "return" | "throw" | "break" | "continue" | "goto" | "co_return" | "co_await")
    }

    /// Whether nothing behind the statement that ends here is reached, or the end of its block is.
    pub fn may_be_dead(&self, statement: Statement) -> bool {
        let Some(block) = self.outer(statement.first) else { return true };
        let before = self.code(block, statement.first);
        (block..statement.first).any(|at| self.is_jump(at) && self.outer(at) == Some(block))
            || before.contains("(false")
            || before.contains("AT_ERROR")
            || before.contains("unreachable")
            || before.contains("#")
    }

    pub fn conditionals(&self) -> Vec<Conditional> {
        let places = self.functions.iter().flat_map(|function| function.body.0..function.body.1);
        places.filter_map(|at| self.conditional(at)).collect()
    }

    fn conditional(&self, keyword: usize) -> Option<Conditional> {
        let open = match (self.word(keyword), self.word(keyword + 1)) {
            ("if" | "while", "(") => keyword + 1,
            _ => return None,
        };
        let close = self.partner(open)?;
        let last = match self.word(close + 1) {
            "{" => self.partner(close + 1)?,
            _ => self.statement(close + 1)?.last,
        };
        let otherwise = (self.word(last + 1) == "else").then_some(last + 1);
        let declares = (open..close).any(|at| matches!(self.word(at), "=" | ";"));
        let whole = !self.has_directive(keyword, last) && !declares && !self.is_quiet(keyword);
        whole.then_some(Conditional { keyword, condition: (open, close), then: (close + 1, last), otherwise })
    }

    // --- Functions

    fn find_functions(&self) -> Vec<Function> {
        let mut found: Vec<Function> =
            self.symbols(SymbolKind::Function).into_iter().filter_map(|range| self.function(&range)).collect();
        found.sort_by_key(|function| function.first);
        let mut end = 0;
        // Functions inside others, of local classes, are edited with their owner.
        found.retain(|function| {
            let outermost = function.first >= end;
            end = end.max(function.body.1);
            outermost
        });
        found
    }

    fn function(&self, range: &Range<usize>) -> Option<Function> {
        let last = range.clone().rev().find(|&at| self.word(at) == "}")?;
        let open = self.partner(last).filter(|open| range.contains(open))?;
        let parameters = self.parameters(range.start, open)?;
        let mut locals = self.declared_parameters(parameters);
        locals.extend((open + 1..last).filter_map(|at| self.local(at)));
        (last + 1 >= range.end || self.word(last + 1) == ";").then_some(Function {
            first: range.start,
            parameters,
            body: (open, last),
            locals,
        })
    }

    fn parameters(&self, first: usize, body: usize) -> Option<(usize, usize)> {
        let mut at = first;
        while at < body {
            if self.word(at) == "(" && at > first && self.kind(at - 1) == Kind::Word {
                let close = self.partner(at)?;
                if !is_macro(self.word(at - 1)) && !matches!(self.word(at - 1), "decltype" | "noexcept" | "alignas") {
                    return Some((at, close));
                }
            }
            at = self.partner(at).filter(|&partner| partner > at).unwrap_or(at) + 1;
        }
        None
    }

    fn declared_parameters(&self, (open, _): (usize, usize)) -> Vec<Local> {
        let arguments = self.arguments(open);
        let named = arguments.into_iter().filter_map(|(first, last)| {
            let end = (first..=last).find(|&at| self.word(at) == "=").unwrap_or(last + 1);
            let at = end - 1;
            let typed = at > first && !matches!(self.before(at), "::" | "<") && self.kind(at) == Kind::Word;
            let plain = !is_keyword(self.word(at)) && !is_type(self.word(at)) && self.before(at) != "const";
            (typed && plain).then(|| Local { name: self.word(at).to_owned(), at, parameter: true })
        });
        named.collect()
    }

    /// A variable declared at this token: `T x = …`, `T x;`, `for (T x : …)`.
    fn local(&self, at: usize) -> Option<Local> {
        let ends = matches!(self.word(at + 1), "=" | ";" | ":" | "{") && self.kind(at) == Kind::Word;
        if !ends || is_keyword(self.word(at)) {
            return None;
        }
        let mut first = at;
        while first > 0 && !matches!(self.before(first), ";" | "{" | "}" | "(" | ")") {
            first -= 1;
        }
        let in_head = self.before(first) == "(" && first >= 2 && self.word(first - 2) == "for";
        let statement = matches!(self.before(first), ";" | "{" | "}") || in_head;
        let typed = first < at && (first..at).all(|part| self.is_part_of_type(part)) && self.before(at) != "::";
        let lone_macro = is_lone_macro(self.word(first)) && first + 1 == at;
        (statement && typed && !lone_macro).then(|| Local { name: self.word(at).to_owned(), at, parameter: false })
    }

    fn is_part_of_type(&self, at: usize) -> bool {
        let word = self.word(at);
        let sign = matches!(word, "::" | "<" | ">" | "*" | "&" | "&&" | ",");
        let name = self.kind(at) == Kind::Word && (!is_keyword(word) || matches!(word, "const" | "auto" | "static"));
        sign || name || self.kind(at) == Kind::Number
    }

    /// Uses of a local's name in its function as a variable, its declaration included; `None` where the name may also
    /// be something else.
    pub fn uses(&self, function: &Function, local: &Local) -> Option<Vec<usize>> {
        let name = local.name.as_str();
        let mut uses = Vec::new();
        for at in function.first..=function.body.1 {
            if self.kind(at) == Kind::Directive && self.word(at).contains(name) {
                return None;
            }
            if self.word(at) != name || matches!(self.before(at), "." | "->") {
                continue;
            }
            let other =
                matches!(self.before(at), "::" | "goto" | "struct") || matches!(self.word(at + 1), "(" | "<" | "::");
            let less_than = self.word(at + 1) == "<" && self.is_spaced(at + 1);
            if (other && !less_than) || at < local.at || self.in_macro(at) {
                return None;
            }
            uses.push(at);
        }
        Some(uses)
    }

    /// Whether a macro other than a check could turn the token into text.
    pub fn in_macro(&self, at: usize) -> bool {
        let mut place = at;
        while let Some(outer) = self.outer(place) {
            if self.word(outer) == "(" && outer > 0 {
                let name = self.word(outer - 1);
                if is_macro(name) && checked(name).is_none() && !TOLD.contains(&name) {
                    return true;
                }
            }
            place = outer;
        }
        false
    }

    /// Names used after `.` or `->` and not called.
    pub fn members(&self) -> Vec<usize> {
        let places = self.functions.iter().flat_map(|function| function.body.0..function.body.1);
        let member = |&at: &usize| {
            matches!(self.before(at), "." | "->")
                && self.kind(at) == Kind::Word
                && !matches!(self.word(at + 1), "(" | "<" | "::")
                && !self.is_quiet(at)
        };
        places.filter(member).collect()
    }

    /// Every word of the file, sorted.
    pub fn words(&self) -> BTreeSet<&str> {
        (0..self.tokens.len()).filter(|&at| self.kind(at) == Kind::Word).map(|at| self.word(at)).collect()
    }
}

pub fn is_macro(word: &str) -> bool {
    word.len() > 2
        && word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// A macro that stands as a statement without a semicolon.
fn is_lone_macro(word: &str) -> bool {
    matches!(word, "HANDLE_TH_ERRORS" | "Py_BEGIN_ALLOW_THREADS" | "Py_END_ALLOW_THREADS")
}

pub fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "return"
            | "else"
            | "new"
            | "delete"
            | "throw"
            | "case"
            | "goto"
            | "typename"
            | "using"
            | "typedef"
            | "if"
            | "for"
            | "while"
            | "do"
            | "switch"
            | "default"
            | "this"
            | "nullptr"
            | "true"
            | "false"
            | "const"
            | "static"
            | "auto"
            | "operator"
            | "sizeof"
            | "break"
            | "continue"
            | "struct"
            | "class"
            | "enum"
            | "namespace"
            | "template"
            | "public"
            | "private"
            | "protected"
            | "extern"
            | "co_return"
            | "constexpr"
            | "override"
            | "final"
            | "and"
            | "or"
            | "not"
            | "try"
            | "catch"
            | "mutable"
    )
}

pub fn is_type(word: &str) -> bool {
    matches!(
        word,
        "int"
            | "bool"
            | "double"
            | "float"
            | "char"
            | "long"
            | "short"
            | "unsigned"
            | "size_t"
            | "int64_t"
            | "int32_t"
            | "uint64_t"
            | "uint32_t"
            | "uint8_t"
            | "int8_t"
            | "int16_t"
            | "void"
            | "Tensor"
            | "PyObject"
            | "string"
    )
}
