//! Normal forms as code that people can read: a statement a line, indented. Punctuation that a rung took out of the
//! terms is put back, so that every rung reads alike.

use crate::symbols::{Language, Term};

/// Lists longer than this get a line for each item.
const LINE_LENGTH: usize = 88;

/// Deeper code is written on one line.
const DEPTH_LIMIT: usize = 60;

/// The lines of a normal form.
pub fn lines(term: &Term, language: Language) -> Vec<String> {
    let writer = Writer { language };
    let (extras, own): (Vec<&Term>, Vec<&Term>) =
        term.children.iter().partition(|child| matches!(child.kind, "lead" | "condition" | "blanked"));
    let mut text = String::new();
    for extra in extras.iter().filter(|extra| extra.kind != "blanked") {
        text.push_str(&format!("[{}: {}]\n", extra.kind, extra.text));
    }
    let body = match extras.is_empty() || term.is_leaf() {
        true => writer.statement(term, 0),
        false => writer.statement(&Term { children: own.into_iter().cloned().collect(), ..term.clone() }, 0),
    };
    text.push_str(&body);
    for extra in extras.iter().filter(|extra| extra.kind == "blanked") {
        text.push_str(&format!("\n[macro: {}]", extra.text));
    }
    text.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect()
}

struct Writer {
    language: Language,
}

impl Writer {
    /// A statement, which may be several lines; the first without its indentation.
    fn statement(&self, term: &Term, depth: usize) -> String {
        if is_block(term) {
            return self.block(term, depth);
        }
        let bodies = |child: &Term| is_block(child) || is_body(term, child);
        if depth >= DEPTH_LIMIT || !term.children.iter().any(bodies) || term.kind == "lambda_expression" {
            return self.inline(term, depth);
        }
        let mut text = String::new();
        let mut head: Vec<&Term> = Vec::new();
        for child in visible(term) {
            if !bodies(child) {
                head.push(child);
                continue;
            }
            self.push_head(&mut text, term, &std::mem::take(&mut head), child, depth);
            text.push_str(&self.body(child, depth));
        }
        if !head.is_empty() {
            text.push_str(&format!(" {}", self.spaced(&head, depth)));
        }
        text
    }

    fn push_head(&self, text: &mut String, term: &Term, head: &[&Term], body: &Term, depth: usize) {
        if !text.is_empty() {
            text.push_str(&newline(depth));
        }
        if term.kind == "index_loop" && head.len() == 3 {
            let [variable, start, end] = [0, 1, 2].map(|at| self.inline(head[at], depth));
            text.push_str(&format!("for {variable} from {start} to {end}"));
            return;
        }
        let mut code = self.spaced(head, depth);
        let clause = matches!(body.kind, "else_clause" | "elif_clause");
        if body.field == Some("alternative") && code.is_empty() && !clause {
            code = "else".to_owned();
        }
        text.push_str(&code);
    }

    /// What stands under a head: a block, or the one statement that is in its place.
    fn body(&self, body: &Term, depth: usize) -> String {
        if is_block(body) {
            return self.block(body, depth);
        }
        if matches!(body.kind, "else_clause" | "elif_clause" | "except_clause" | "finally_clause" | "catch_clause") {
            return self.statement(body, depth);
        }
        format!("{}{}", newline(depth + 1), self.statement(body, depth + 1))
    }

    fn block(&self, block: &Term, depth: usize) -> String {
        let statements: Vec<&Term> = visible(block).collect();
        if statements.is_empty() {
            return format!("{}(nothing)", newline(depth + 1));
        }
        let line = |statement: &&Term| format!("{}{}", newline(depth + 1), self.statement(statement, depth + 1));
        statements.iter().map(line).collect()
    }

    /// An expression; only lambdas and long lists take more than a line.
    fn inline(&self, term: &Term, depth: usize) -> String {
        if term.is_leaf() && (!term.text.is_empty() || brackets(term.kind).is_none()) {
            return term.text.to_string();
        }
        if depth >= DEPTH_LIMIT || term.kind == "tokens" {
            return term.tokens().join(" ");
        }
        if let Some((open, close)) = brackets(term.kind) {
            return self.list(term, open, close, depth);
        }
        match term.kind {
            "cast" => self.cast(term, depth),
            "init_declarator" => self.joined(term, " = ", depth),
            "alias_declaration" => self.spaced(&visible(term).collect::<Vec<_>>(), depth),
            "step" => format!("{} += 1", self.glued(term, depth)),
            "pair" => self.joined(term, ": ", depth),
            "keyword_argument" | "default_parameter" | "optional_parameter_declaration" => {
                self.with_default(term, depth)
            }
            "field_initializer"
            | "field_expression"
            | "attribute"
            | "qualified_identifier"
            | "unary_expression"
            | "pointer_expression"
            | "update_expression"
            | "pointer_declarator"
            | "reference_declarator"
            | "function_declarator"
            | "abstract_function_declarator"
            | "call_expression"
            | "call"
            | "template_type"
            | "template_function"
            | "template_method"
            | "destructor_name"
            | "dotted_name"
            | "decorator"
            | "array_declarator"
            | "string" => self.glued(term, depth),
            "binary_expression"
            | "assignment_expression"
            | "conditional_expression"
            | "comparison_operator"
            | "boolean_operator"
            | "binary_operator" => self.operation(term, depth),
            "subscript_expression" | "subscript" => self.subscript(term, depth),
            "lambda_expression" => self.lambda(term, depth),
            "parenthesized_expression" | "condition_clause" => format!("({})", self.spaced(&named(term), depth)),
            _ if is_block(term) => self.block(term, depth),
            _ => self.spaced(&visible(term).collect::<Vec<_>>(), depth),
        }
    }

    fn list(&self, term: &Term, open: &str, close: &str, depth: usize) -> String {
        let items: Vec<&Term> = visible(term).filter(|item| !matches!(&*item.text, "<" | ">" | "|")).collect();
        let texts: Vec<String> = items.iter().map(|item| self.inline(item, depth + 1)).collect();
        let line = format!("{open}{}{close}", texts.join(", "));
        if line.contains('\n') || line.chars().count() <= LINE_LENGTH || items.len() < 2 {
            return line;
        }
        let rows: String = texts.iter().map(|text| format!("{}{text},", newline(depth + 1))).collect();
        format!("{open}{rows}{}{close}", newline(depth))
    }

    fn cast(&self, term: &Term, depth: usize) -> String {
        let part = |field: &str| term.child(field).map_or(String::new(), |part| self.inline(part, depth));
        format!("({}) {}", part("type"), part("value"))
    }

    fn with_default(&self, term: &Term, depth: usize) -> String {
        let parts = named(term);
        let Some((value, head)) = parts.split_last().filter(|(_, head)| !head.is_empty()) else {
            return self.spaced(&parts, depth);
        };
        format!("{} = {}", self.spaced(head, depth), self.inline(value, depth))
    }

    /// Operators inside operators are bracketed: where brackets stood in the source is not kept.
    fn operation(&self, term: &Term, depth: usize) -> String {
        let part = |child: &Term| match child.kind {
            "binary_expression"
            | "conditional_expression"
            | "assignment_expression"
            | "boolean_operator"
            | "binary_operator"
            | "comparison_operator" => format!("({})", self.inline(child, depth)),
            _ => self.inline(child, depth),
        };
        visible(term).map(part).collect::<Vec<_>>().join(" ")
    }

    fn subscript(&self, term: &Term, depth: usize) -> String {
        let parts: Vec<String> = visible(term).map(|child| self.inline(child, depth)).collect();
        match parts.split_first() {
            Some((of, at)) if at.iter().all(|at| at.starts_with('[')) => format!("{of}{}", at.concat()),
            Some((of, at)) => format!("{of}[{}]", at.join(", ")),
            None => String::new(),
        }
    }

    fn lambda(&self, term: &Term, depth: usize) -> String {
        let (bodies, head): (Vec<&Term>, Vec<&Term>) = visible(term).partition(|child| is_block(child));
        let head: String = head.iter().map(|child| self.inline(child, depth)).collect();
        let body: String = bodies.iter().map(|body| self.block(body, depth)).collect();
        format!("{head}{{{body}{}}}", newline(depth))
    }

    fn glued(&self, term: &Term, depth: usize) -> String {
        visible(term).map(|child| self.inline(child, depth)).collect()
    }

    fn joined(&self, term: &Term, between: &str, depth: usize) -> String {
        named(term).iter().map(|child| self.inline(child, depth)).collect::<Vec<_>>().join(between)
    }

    fn spaced(&self, terms: &[&Term], depth: usize) -> String {
        let parts: Vec<String> =
            terms.iter().map(|term| self.inline(term, depth)).filter(|part| !part.is_empty()).collect();
        let colon = self.language == Language::Cpp;
        let mut text = String::new();
        for part in parts {
            let tight =
                part == ":" && !colon || text.is_empty() || part.starts_with('\n') || follows_name(&part, &text);
            text.push_str(if tight { "" } else { " " });
            text.push_str(&part);
        }
        text
    }
}

/// The parameters of `def f` and `[](…)` stand close to what they belong to.
fn follows_name(part: &str, text: &str) -> bool {
    let definition = text.starts_with("def ") || text.starts_with("async def ");
    part.starts_with('(') && definition && !text.contains('(')
}

fn newline(depth: usize) -> String {
    format!("\n{}", "  ".repeat(depth))
}

/// Without the punctuation that only some rungs still have.
fn visible(term: &Term) -> impl Iterator<Item = &Term> {
    term.children.iter().filter(|child| {
        !(child.is_token() && matches!(&*child.text, ";" | "," | "(" | ")" | "[" | "]" | "{" | "}"))
            && !(child.is_leaf()
                && child.text.is_empty()
                && child.kind != "argument_list"
                && brackets(child.kind).is_none()
                && !is_block(child))
    })
}

fn named(term: &Term) -> Vec<&Term> {
    visible(term).filter(|child| !(child.is_token() && matches!(&*child.text, "=" | ":"))).collect()
}

fn is_block(term: &Term) -> bool {
    matches!(
        term.kind,
        "compound_statement"
            | "block"
            | "declaration_list"
            | "field_declaration_list"
            | "enumerator_list"
            | "translation_unit"
            | "module"
    )
}

/// A statement that stands where a block could: braces around one statement are taken away.
fn is_body(parent: &Term, child: &Term) -> bool {
    let holds = matches!(child.field, Some("consequence" | "body" | "alternative")) && !child.is_leaf();
    let expression = matches!(parent.kind, "conditional_expression" | "lambda" | "lambda_expression");
    let last = parent.kind == "index_loop" && parent.children.last().is_some_and(|last| std::ptr::eq(last, child));
    (holds || last) && !expression
}

fn brackets(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "argument_list" | "parameter_list" | "parameters" | "tuple" | "preproc_params" | "lambda_parameters" => {
            ("(", ")")
        }
        "initializer_list" | "dictionary" | "set" => ("{", "}"),
        "template_argument_list" | "template_parameter_list" => ("<", ">"),
        "list" | "subscript_argument_list" | "lambda_capture_specifier" => ("[", "]"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ladder::{Pair, Rung, Surroundings};
    use crate::symbols::{ParsedFile, SymbolKind};

    fn read(text: &str, language: Language, rung: Rung) -> Vec<String> {
        let file = ParsedFile::parse("f".into(), language, text.as_bytes().into());
        let symbol = file.symbols.iter().position(|symbol| symbol.kind == SymbolKind::Function).unwrap();
        let term = file.term(symbol);
        let surroundings = Surroundings::default();
        let kind = SymbolKind::Function;
        let pair = Pair { language, kind, before: term.clone(), after: term, surroundings: &surroundings };
        lines(&pair.normal_forms(rung).0, language)
    }

    const CPP: &str = "static PyObject* f(PyObject* self, int n) {\n  if (!self) { return nullptr; } else { ready(); g(self, 1 + n * 2); }\n  \
                       for (const auto i : c10::irange(n)) { push((int)i); }\n  return wrap([&](int x) { return x; });\n}\n";

    #[test]
    fn a_statement_is_a_line_whatever_the_rung() {
        let expected = ["static PyObject *f(PyObject *self, int n)", "  if (! self)", "    return nullptr"];
        let found = read(CPP, Language::Cpp, Rung::Layout);
        assert_eq!(found[..1], expected[..1], "{found:#?}");
        assert!(found.iter().any(|line| line.trim() == "return nullptr"), "{found:#?}");
    }

    #[test]
    fn locals_are_numbered_and_loops_are_told() {
        let found = read(CPP, Language::Cpp, Rung::Names);
        for line in ["for $2 from 0 to $1", "push((int) $2)", "g($0, 1 + ($1 * 2))", "ready()"] {
            assert!(found.iter().any(|found| found.trim() == line), "no `{line}` in {found:#?}");
        }
    }

    #[test]
    fn python_reads_like_python() {
        let text = "def f(self, x=1):\n    if x in self.table:\n        y = {'a': x[0]}\n        return g(y, key=2)\n    else:\n        raise E('text')\n";
        let found = read(text, Language::Python, Rung::Message);
        for line in ["def f(self, x = 1)", "$0 = {\"a\": x[0]}", "return g($0, key = 2)", "raise E()"] {
            assert!(found.iter().any(|found| found.trim() == line), "no `{line}` in {found:#?}");
        }
    }
}
