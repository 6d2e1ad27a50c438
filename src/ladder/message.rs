//! Rung `message`: text that only people read. Arguments of checks behind their condition, texts of exceptions and
//! warnings, logging, internal assertions, docstrings.

use std::collections::BTreeMap;

use super::spelling::cpp::{last_name, negated, respell, settle_blocks};
use crate::symbols::{Language, SymbolKind, Term};

pub fn erase(term: &mut Term, language: Language, kind: SymbolKind) {
    match language {
        Language::Cpp => {
            match kind {
                SymbolKind::Binding => binding_docs(term),
                SymbolKind::Row => row_docs(term),
                SymbolKind::Variable => error_text(term),
                _ => {}
            }
            if tells(term) {
                term.rewrite(&mut told_text);
            }
            term.rewrite(&mut cpp);
            if drop_told_streams(term) | drop_reports(term) {
                term.rewrite(&mut cpp);
            }
            term.rewrite(&mut settle_blocks);
            term.rewrite(&mut failing_branch);
        }
        Language::Python => {
            if kind == SymbolKind::FileScope {
                drop_docstring(term);
            }
            term.rewrite(&mut python);
        }
        Language::Yaml => {}
    }
}

fn is_string(term: &Term) -> bool {
    matches!(term.kind, "string_literal" | "raw_string_literal" | "concatenated_string" | "string")
}

/// `.def("name", f, "doc")`: strings behind the name are documentation.
fn binding_docs(term: &mut Term) {
    let mut at = 0;
    term.children.retain(|child| {
        at += 1;
        let doc = is_string(child) || child.child("function").is_some_and(|function| function.code() == "py::doc");
        at == 1 || !doc
    });
}

/// `static const char* ERR_TWICE = "…";`: a constant that is an error's text, by its name.
fn error_text(term: &mut Term) {
    let Some(declarator) = term.child_mut("declarator") else { return };
    let name = declarator.child("declarator").map_or(String::new(), Term::code).to_uppercase();
    let told = ["ERR", "MSG", "MESSAGE", "WARNING", "DOC"].iter().any(|word| name.contains(word));
    if let Some(value) = declarator.child_mut("value").filter(|value| told && is_string(value)) {
        *value = Term { field: Some("value"), ..Term::leaf("string_literal", "\"\"") };
    }
}

/// The documentation column of a method or getset table.
fn row_docs(term: &mut Term) {
    for child in term.children.iter_mut().skip(3).filter(|child| is_string(child)) {
        *child = Term::leaf("null", "nullptr");
    }
    while term.children.last().is_some_and(|last| matches!(&*last.text, "nullptr" | "0")) {
        term.children.pop();
    }
}

fn cpp(term: &mut Term) {
    for body in &mut term.children {
        if matches!(body.field, Some("consequence" | "body" | "alternative")) && is_told_only(body) {
            *body = Term { field: body.field, ..Term::node("compound_statement", Vec::new()) };
        }
    }
    match term.kind {
        kind if is_block(kind) => {
            term.children.retain(|statement| !is_told_only(statement) && !does_nothing(statement));
        }
        "call_expression" => call(term),
        "throw_statement" => thrown(term),
        "static_assert_declaration" => term.children.clear(),
        "initializer_list" if term.children.len() > 15 => type_docs(term),
        _ => {}
    }
}

/// The documentation slot of a type object; its name stands before.
fn type_docs(term: &mut Term) {
    for child in term.children.iter_mut().skip(4).filter(|child| is_string(child)) {
        *child = Term::leaf("null", "nullptr");
    }
}

/// A statement that logs, or asserts what never fails in a correct program.
fn is_told_only(statement: &Term) -> bool {
    if statement.kind == "static_assert_declaration" {
        return true;
    }
    let Some(expression) = statement.children.first().filter(|_| statement.kind == "expression_statement") else {
        return false;
    };
    let name = leftmost_call(expression);
    is_assertion(name) || is_logging(name)
}

/// An `if` that was only there for what it told.
fn does_nothing(statement: &Term) -> bool {
    let empty = statement.child("consequence").is_some_and(|body| body.kind == "compound_statement" && body.is_leaf());
    if statement.kind != "if_statement" || !empty || statement.child("alternative").is_some() {
        return false;
    }
    let mut acts = false;
    statement.visit(&mut |node| {
        let asks = node.child("function").and_then(|function| function.child("field")).is_some_and(|field| {
            matches!(&*field.text, "size" | "empty" | "count" | "defined" | "has_value" | "get" | "begin" | "end")
        });
        acts |= node.kind == "call_expression" && !asks || matches!(node.kind, "assignment_expression" | "declaration");
    });
    !acts
}

/// `LOG` of `LOG(INFO) << x << y`, `f` of `f(x)`.
fn leftmost_call(expression: &Term) -> &str {
    let mut at = expression;
    loop {
        at = match at.kind {
            "binary_expression" if at.child("operator").is_some_and(|sign| &*sign.text == "<<") => {
                match at.child("left") {
                    Some(left) => left,
                    None => return "",
                }
            }
            "call_expression" => match at.child("function") {
                Some(function) => function,
                None => return "",
            },
            _ => return &at.text,
        }
    }
}

/// Drops the streams that no one reads once messages are gone; whether there were any.
fn drop_told_streams(term: &mut Term) -> bool {
    let mut streams: BTreeMap<String, usize> = BTreeMap::new();
    term.visit(&mut |statement| {
        if let Some(name) = declared_stream(statement) {
            streams.insert(name.to_owned(), 1);
        }
    });
    if streams.is_empty() {
        return false;
    }
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    term.visit(&mut |node| {
        if let Some(count) = told_stream(node).and_then(|name| streams.get_mut(name)) {
            *count += 1;
        }
        if node.is_leaf() && node.text.starts_with('$') {
            *uses.entry(node.text.to_string()).or_default() += 1;
        }
    });
    streams.retain(|name, told| uses.get(name) == Some(told));
    let unread = |statement: &Term| {
        declared_stream(statement).or_else(|| told_stream(statement)).is_some_and(|name| streams.contains_key(name))
    };
    term.rewrite(&mut |block| {
        if is_block(block.kind) {
            block.children.retain(|statement| !unread(statement));
        }
        for body in block.children.iter_mut().filter(|child| unread(child)) {
            *body = Term { field: body.field, ..Term::node("compound_statement", Vec::new()) };
        }
    });
    !streams.is_empty()
}

fn is_block(kind: &str) -> bool {
    matches!(
        kind,
        "compound_statement" | "case_statement" | "preproc_if" | "preproc_ifdef" | "preproc_elif" | "preproc_else"
    )
}

fn declared_stream(statement: &Term) -> Option<&str> {
    let kind = statement.child("type").filter(|_| statement.kind == "declaration")?.code();
    let name = statement.child("declarator").filter(|it| it.is_leaf() && it.text.starts_with('$'))?;
    (kind.ends_with("stringstream")).then_some(&*name.text)
}

/// The local that `x << a << b;` writes to.
fn told_stream(statement: &Term) -> Option<&str> {
    let expression = statement.children.first().filter(|_| statement.kind == "expression_statement")?;
    written_to(expression).filter(|stream| stream.is_leaf()).map(|stream| &*stream.text)
}

/// The `x` of `x << a << b`.
fn written_to(expression: &Term) -> Option<&Term> {
    let writes = |it: &Term| it.child("operator").is_some_and(|sign| &*sign.text == "<<");
    let mut at = Some(expression).filter(|it| writes(it))?;
    while at.kind == "binary_expression" && writes(at) {
        at = at.child("left")?;
    }
    Some(at)
}

/// Drops what is written to exceptions that take their text like a stream; whether there was any.
fn drop_reports(term: &mut Term) -> bool {
    let mut reports: Vec<Box<str>> = Vec::new();
    term.visit(&mut |statement| reports.extend(declared_report(statement).map(Box::from)));
    let mut dropped = false;
    term.rewrite(&mut |block| {
        if is_block(block.kind) && !reports.is_empty() {
            let count = block.children.len();
            block.children.retain(|statement| {
                told_stream(statement).is_none_or(|name| !reports.iter().any(|report| **report == *name))
            });
            dropped |= block.children.len() != count;
        }
    });
    dropped
}

/// `ErrorReport x(where);`, `auto x = ErrorReport(where);`
fn declared_report(statement: &Term) -> Option<&str> {
    let kind = statement.child("type").filter(|_| statement.kind == "declaration")?.code();
    let declarator = statement.child("declarator")?;
    let value = declarator.child("value").and_then(|value| value.child("function")).map_or(String::new(), Term::code);
    let name = declarator.child("declarator").unwrap_or(declarator);
    let report = [kind, value].iter().any(|of| of.ends_with("ErrorReport"));
    (report && name.is_leaf() && name.text.starts_with('$')).then_some(&*name.text)
}

/// A function that makes the text of an error, by its name.
pub fn tells_by_name(name: &str) -> bool {
    let name = name.to_lowercase();
    let says = ["msg", "message"].iter().any(|word| name.contains(word));
    name == "what" || says && ["err", "warn", "mismatch", "fail"].iter().any(|word| name.contains(word))
}

/// What the name of such a function becomes.
pub const TELLER: &str = "teller";

fn tells(function: &Term) -> bool {
    let mut tells = false;
    if let Some(declarator) = function.child("declarator").filter(|_| function.kind == "function_definition") {
        declarator.visit(&mut |leaf| tells |= leaf.kind == TELLER);
    }
    tells
}

/// Texts that are put together; those that are compared or looked up decide something.
fn told_text(term: &mut Term) {
    let joins = match term.kind {
        "binary_expression" => term.child("operator").is_some_and(|sign| matches!(&*sign.text, "+" | "<<")),
        "return_statement" | "init_declarator" | "conditional_expression" | "assignment_expression" => true,
        _ => false,
    };
    let joined = match term.kind {
        "call_expression" if term.child("function").is_some_and(joins_texts) => term.child_mut("arguments"),
        _ => Some(term).filter(|_| joins),
    };
    if let Some(joined) = joined {
        for child in joined.children.iter_mut().filter(|child| is_string(child)) {
            *child = Term { field: child.field, ..Term::leaf("string_literal", "\"\"") };
        }
    }
}

fn joins_texts(function: &Term) -> bool {
    matches!(last_name(function), "str" | "append" | "format" | "StrCat" | "string")
}

fn is_assertion(name: &str) -> bool {
    matches!(
        name,
        "TORCH_INTERNAL_ASSERT"
            | "TORCH_INTERNAL_ASSERT_DEBUG_ONLY"
            | "AT_ASSERT"
            | "AT_ASSERTM"
            | "assert"
            | "DCHECK"
            | "TORCH_DCHECK_EQ"
            | "TORCH_DCHECK_GE"
            | "TORCH_DCHECK_LT"
            | "TORCH_CHECK_INTERNAL"
            | "C10_LOG_API_USAGE_ONCE"
    )
}

fn is_logging(name: &str) -> bool {
    matches!(name, "LOG" | "VLOG" | "DLOG" | "LOG_IF" | "LOG_FIRST_N" | "TORCH_LOG" | "C10_LOG_FIRST_N")
        || name.starts_with("GRAPH_")
}

fn call(term: &mut Term) {
    let name = term.child("function").map_or(String::new(), |function| function.text.to_string());
    let keep = match name.as_str() {
        "TORCH_CHECK"
        | "AT_CHECK"
        | "TORCH_CHECK_VALUE"
        | "TORCH_CHECK_TYPE"
        | "TORCH_CHECK_INDEX"
        | "THPUtils_assert"
        | "TORCH_CHECK_NOT_IMPLEMENTED"
        | "THPUtils_assertRet"
        | "TORCH_CHECK_LINALG"
        | "TORCH_CHECK_ARG"
        | "TORCH_CHECK_ALWAYS_SHOW_CPP_STACKTRACE"
        | "CAFFE_ENFORCE"
        | "CAFFE_ENFORCE_WITH_CALLER"
        | "C10_THROW_ERROR"
        | "THPUtils_invalidArguments" => 1,
        "TORCH_CHECK_WITH" | "TORCH_CHECK_WITH_MSG" => 2,
        "CAFFE_ENFORCE_EQ" | "CAFFE_ENFORCE_NE" | "CAFFE_ENFORCE_LT" | "CAFFE_ENFORCE_LE" | "CAFFE_ENFORCE_GT"
        | "CAFFE_ENFORCE_GE" => 2,
        "CAFFE_THROW" => 0,
        "PyErr_SetString" | "PyErr_Format" | "PyErr_WarnEx" | "PyErr_WarnFormat" => 1,
        "AT_ERROR" | "THPUtils_setError" | "TORCH_WARN" | "TORCH_WARN_ONCE" | "AT_WARN" | "AT_INDEX_ERROR" => 0,
        _ => return,
    };
    if let Some(arguments) = term.child_mut("arguments") {
        arguments.children.truncate(keep);
        if name == "AT_ERROR" {
            arguments.children.push(Term::leaf("false", "false"));
        }
    }
    if let Some(function) = term.child_mut("function").filter(|_| matches!(name.as_str(), "AT_ERROR" | "AT_CHECK")) {
        function.text = "TORCH_CHECK".into();
    }
}

/// `if (!x) { TORCH_CHECK(false); }` is `TORCH_CHECK(x);`.
fn failing_branch(term: &mut Term) {
    let failing = term.child("consequence").filter(|_| term.kind == "if_statement");
    let failing = failing.filter(|body| body.kind == "expression_statement");
    let Some(mut statement) = failing.filter(|_| term.child("alternative").is_none()).cloned() else { return };
    let Some(condition) = term
        .child("condition")
        .filter(|condition| !matches!(condition.kind, "declaration" | "condition_clause"))
        .cloned()
    else {
        return;
    };
    let Some(check) = statement.children.first_mut().filter(|check| check.kind == "call_expression") else { return };
    let checks = check.child("function").is_some_and(|function| function.text.starts_with("TORCH_CHECK"));
    let Some(arguments) = check.child_mut("arguments").filter(|_| checks) else { return };
    if let [never] = arguments.children.as_mut_slice()
        && &*never.text == "false"
    {
        *never = Term { field: None, ..negated(condition) };
        never.rewrite(&mut respell);
        *term = Term { field: term.field, line: term.line, ..statement };
    }
}

/// `throw E("text", x)`, `throw E(where) << "text" << x`: which exception it is counts, not what it says.
fn thrown(term: &mut Term) {
    for child in term.children.iter_mut().filter(|child| child.kind == "binary_expression") {
        if let Some(report) = written_to(child).filter(|report| report.kind == "call_expression").cloned() {
            *child = Term { field: child.field, ..report };
        }
    }
    for child in term.children.iter_mut().filter(|child| child.kind == "call_expression") {
        let told = child.child("arguments").is_some_and(|arguments| {
            arguments.children.iter().any(|argument| is_string(argument) || argument.kind == "binary_expression")
        });
        if let Some(arguments) = child.child_mut("arguments").filter(|_| told) {
            arguments.children.clear();
        }
    }
}

fn python(term: &mut Term) {
    // A class or a function of which only the docstring stood here.
    term.children.retain(|child| child.kind != "block" || !child.is_leaf());
    match term.kind {
        "assignment" if is_docstring_of(term) => term.children.truncate(1),
        "block" => drop_docstring(term),
        "raise_statement" => {
            for child in term.children.iter_mut().filter(|child| child.kind == "call") {
                untell(child);
            }
        }
        "assert_statement" => term.children.truncate(2),
        "call" => {
            let name = term.child("function").map_or(String::new(), Term::code);
            if is_python_logging(&name) {
                untell(term);
            } else if name.ends_with("add_docstr") || name.ends_with("add_docstr_all") {
                undocument(term);
            }
        }
        _ => {}
    }
}

/// `f.__doc__ = "…"`
fn is_docstring_of(assignment: &Term) -> bool {
    let attribute = assignment.child("left").and_then(|left| left.child("attribute"));
    attribute.is_some_and(|attribute| &*attribute.text == "__doc__")
        && assignment.child("right").is_some_and(|text| is_string(text) || is_formatted(text))
}

/// `"…".format(…)`
fn is_formatted(call: &Term) -> bool {
    call.child("function").and_then(|function| function.child("object")).is_some_and(is_string)
}

/// `add_docstr(f, "…")`: what is documented comes first.
fn undocument(call: &mut Term) {
    if let Some(arguments) = call.child_mut("arguments") {
        let mut at = 0;
        arguments.children.retain(|argument| {
            at += 1;
            at == 1 || !(is_string(argument) || argument.kind == "concatenated_string" || is_formatted(argument))
        });
    }
}

fn drop_docstring(block: &mut Term) {
    let first = block.children.first();
    let docstring = first.is_some_and(|statement| {
        statement.kind == "expression_statement"
            && statement.children.len() == 1
            && statement.children[0].kind == "string"
    });
    if docstring {
        block.children.remove(0);
    }
}

fn is_python_logging(name: &str) -> bool {
    let logger = ["log.", "logger.", "logging.", "_log."].iter().any(|prefix| name.starts_with(prefix));
    logger || matches!(name, "warnings.warn" | "print" | "unimplemented")
}

/// Drops the texts a call is given.
fn untell(call: &mut Term) {
    if let Some(arguments) = call.child_mut("arguments") {
        let text =
            |argument: &Term| is_string(argument) || matches!(argument.kind, "binary_operator" | "concatenated_string");
        arguments.children.retain(|argument| !text(argument));
    }
}
