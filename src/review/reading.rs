//! Reads the syntax of a symbol into functions.

use super::function::{Call, Expr, Function, Handler, Parameter, Statement, StatementKind, Variable};
use crate::corpus::last_name;
use crate::symbols::{Lines, ParsedFile, SymbolKind, Term};

/// The functions of a symbol: its own body, then its lambdas, those of its bindings too.
pub fn functions(file: &ParsedFile, symbol: usize) -> Vec<Function> {
    let own = &file.symbols[symbol];
    let term = file.whole_term(symbol);
    let mut reader = Reader { symbol: own.name.clone(), damaged: own.damaged, ..Reader::default() };
    match own.kind {
        SymbolKind::Function => reader.definition(&term, own.lines),
        _ => {
            reader.expression(&term);
        }
    }
    for lambda in reader.found.iter_mut().filter(|function| function.is_lambda) {
        lambda.binding = binding_at(file, lambda.lines);
    }
    reader.found.sort_by_key(|function| function.is_lambda);
    reader.found
}

/// The name of the smallest binding around some lines: `apply` of `initModule["apply"]`.
fn binding_at(file: &ParsedFile, lines: Lines) -> Option<String> {
    let bindings = file.symbols.iter().filter(|symbol| symbol.kind == SymbolKind::Binding && !symbol.view);
    let around = bindings.filter(|symbol| symbol.lines.start <= lines.start && lines.end <= symbol.lines.end);
    let smallest = around.min_by_key(|symbol| symbol.bytes.len())?;
    Some(smallest.name.rsplit_once("[\"")?.1.trim_end_matches("\"]").to_owned())
}

#[derive(Default)]
struct Reader {
    symbol: String,
    /// A name that a macro makes: `THPStorage_(fill)`.
    title: Option<String>,
    damaged: bool,
    /// The function whose arguments are read.
    taker: Option<String>,
    found: Vec<Function>,
    without_gil: bool,
}

impl Reader {
    fn definition(&mut self, term: &Term, lines: Lines) {
        let definition = find(term, "function_definition").unwrap_or(term);
        let declarator = definition.child("declarator");
        let function = declarator.and_then(|declarator| find(declarator, "function_declarator"));
        let parameters = function.and_then(|function| function.child("parameters"));
        self.title = declarator.and_then(pasted_name);
        let Some(body) = definition.child("body").or_else(|| find(definition, "compound_statement")) else { return };
        let mut statements = Vec::new();
        // What initialises members runs before the body.
        for initialiser in definition.named().filter(|child| child.kind == "field_initializer_list") {
            statements.extend(initialiser.named().map(|field| self.initialised(field)));
        }
        let damaged = self.damaged && (has_errors(definition, false) || !has_errors(definition, true));
        let inner = if body.kind == "try_statement" { vec![self.statement(body)] } else { self.block(body) };
        statements.extend(inner);
        self.found.push(Function {
            symbol: self.symbol.clone(),
            title: self.title.clone().unwrap_or_else(|| self.symbol.clone()),
            binding: None,
            is_lambda: false,
            lines,
            returns: result_type(definition, declarator),
            parameters: parameters.map(parameters_of).unwrap_or_default(),
            body: statements,
            handed_to: None,
            damaged,
            without_gil: false,
        });
    }

    fn initialised(&mut self, field: &Term) -> Statement {
        let name = field.named().next().map(Term::code).unwrap_or_default();
        let values: Vec<Expr> = field.named().skip(1).flat_map(|list| self.arguments(list)).collect();
        let member = Expr::Member { object: Box::new(Expr::Literal("this".to_owned())), field: name };
        let value = match <[Expr; 1]>::try_from(values) {
            Ok([value]) => value,
            Err(values) => Expr::Other(values),
        };
        let assign = Expr::Assign { operator: "=".to_owned(), left: Box::new(member), right: Box::new(value) };
        Statement { line: field.line, kind: StatementKind::Expression(assign) }
    }

    fn block(&mut self, term: &Term) -> Vec<Statement> {
        match term.kind {
            "compound_statement" => term.named().map(|child| self.statement(child)).collect(),
            "else_clause" => term.named().flat_map(|child| self.block(child)).collect(),
            _ => vec![self.statement(term)],
        }
    }

    fn field_block(&mut self, term: &Term, field: &str) -> Vec<Statement> {
        term.child(field).map(|inner| self.block(inner)).unwrap_or_default()
    }

    fn statement(&mut self, term: &Term) -> Statement {
        Statement { line: first_line(term), kind: self.statement_kind(term) }
    }

    fn statement_kind(&mut self, term: &Term) -> StatementKind {
        match term.kind {
            "compound_statement" => StatementKind::Block(self.block(term)),
            "expression_statement" => match term.named().next() {
                Some(inner) => expression_statement(self.expression(inner)),
                None => StatementKind::Block(Vec::new()),
            },
            "declaration" => self.declaration(term),
            "return_statement" | "co_return_statement" => {
                StatementKind::Return(term.named().next().map(|value| self.expression(value)))
            }
            "throw_statement" => StatementKind::Throw(term.named().next().map(|value| self.expression(value))),
            "if_statement" => self.branch(term),
            "while_statement" => self.looped(term, false),
            "do_statement" => self.looped(term, true),
            "for_statement" => self.for_loop(term),
            "for_range_loop" => self.range_loop(term),
            "switch_statement" => self.switch(term),
            "try_statement" => self.try_block(term),
            "break_statement" => StatementKind::Break,
            "continue_statement" => StatementKind::Continue,
            "goto_statement" | "labeled_statement" => StatementKind::Jump,
            "attributed_statement" => match term.named().last() {
                Some(inner) => self.statement_kind(inner),
                None => StatementKind::Block(Vec::new()),
            },
            "preproc_if" | "preproc_ifdef" => self.variants(term),
            kind if kind.starts_with("preproc") => StatementKind::Block(Vec::new()),
            "blanked"
            | "condition"
            | "lead"
            | "using_declaration"
            | "alias_declaration"
            | "type_definition"
            | "static_assert_declaration" => StatementKind::Block(Vec::new()),
            _ => StatementKind::Expression(self.expression(term)),
        }
    }

    fn branch(&mut self, term: &Term) -> StatementKind {
        let clause = term.child("condition");
        let mut before = Vec::new();
        if let Some(initialiser) = clause.and_then(|clause| clause.child("initializer")) {
            before.extend(initialiser.named().map(|inner| self.statement(inner)));
        }
        let condition = self.condition(clause, &mut before);
        let then = self.field_block(term, "consequence");
        let otherwise = self.field_block(term, "alternative");
        let branch = StatementKind::If { condition, then, otherwise };
        if before.is_empty() {
            return branch;
        }
        before.push(Statement { line: term.line, kind: branch });
        StatementKind::Block(before)
    }

    /// The condition; a variable declared in it is declared before it.
    fn condition(&mut self, clause: Option<&Term>, before: &mut Vec<Statement>) -> Expr {
        let Some(clause) = clause else { return Expr::Other(Vec::new()) };
        let value = clause.child("value").unwrap_or(clause);
        if value.kind == "declaration" {
            let statement = self.statement(value);
            let name = match &statement.kind {
                StatementKind::Declare(variables) => variables.last().map(|one| one.name.clone()),
                _ => None,
            };
            before.push(statement);
            return name.map_or(Expr::Other(Vec::new()), Expr::Name);
        }
        match value.kind {
            "condition_clause" | "parenthesized_expression" => {
                value.named().last().map_or(Expr::Other(Vec::new()), |inner| self.expression(inner))
            }
            _ => self.expression(value),
        }
    }

    fn looped(&mut self, term: &Term, tested_last: bool) -> StatementKind {
        let mut before = Vec::new();
        let condition = Some(self.condition(term.child("condition"), &mut before));
        let body = self.field_block(term, "body");
        let kind = StatementKind::Loop { condition, body, step: None, tested_last };
        before.push(Statement { line: term.line, kind });
        StatementKind::Block(before)
    }

    fn for_loop(&mut self, term: &Term) -> StatementKind {
        let mut statements = Vec::new();
        if let Some(start) = term.child("initializer") {
            statements.push(self.statement(start));
        }
        let condition = term.child("condition").map(|condition| self.expression(condition));
        let step = term.child("update").map(|step| self.expression(step));
        let body = self.field_block(term, "body");
        statements.push(Statement {
            line: term.line,
            kind: StatementKind::Loop { condition, body, step, tested_last: false },
        });
        StatementKind::Block(statements)
    }

    fn range_loop(&mut self, term: &Term) -> StatementKind {
        let range = term.child("right").map(|range| self.expression(range));
        let declarator = term.child("declarator");
        let variable = Variable {
            name: declarator.and_then(declared_name).unwrap_or_default(),
            kind: kind_of(term, declarator),
            value: None,
            direct: false,
            lasting: false,
        };
        let mut body = vec![Statement { line: term.line, kind: StatementKind::Declare(vec![variable]) }];
        body.extend(self.field_block(term, "body"));
        let looped = StatementKind::Loop { condition: None, body, step: None, tested_last: false };
        let start = range.map(|range| Statement { line: term.line, kind: StatementKind::Expression(range) });
        StatementKind::Block(start.into_iter().chain([Statement { line: term.line, kind: looped }]).collect())
    }

    fn switch(&mut self, term: &Term) -> StatementKind {
        let value = self.condition(term.child("condition"), &mut Vec::new());
        let body = term.child("body");
        let cases = body.into_iter().flat_map(Term::named).filter(|case| case.kind == "case_statement");
        let cases = cases.map(|case| {
            let statements = case.named().filter(|child| child.field != Some("value"));
            statements.map(|statement| self.statement(statement)).collect()
        });
        StatementKind::Switch { value, cases: cases.collect() }
    }

    fn try_block(&mut self, term: &Term) -> StatementKind {
        let body = self.field_block(term, "body");
        let handlers = term.named().filter(|child| child.kind == "catch_clause").map(|clause| Handler {
            caught: clause.child("parameters").map(Term::code).unwrap_or_default(),
            body: self.field_block(clause, "body"),
        });
        StatementKind::Try { body, handlers: handlers.collect() }
    }

    fn variants(&mut self, term: &Term) -> StatementKind {
        let mut branches = vec![Vec::new()];
        for child in term.named().filter(|child| !matches!(child.field, Some("condition" | "name"))) {
            match child.kind {
                "preproc_else" | "preproc_elif" | "preproc_elifdef" => match self.variants(child) {
                    StatementKind::Variants(more) => branches.extend(more),
                    other => branches.push(vec![Statement { line: child.line, kind: other }]),
                },
                _ => {
                    let statement = self.statement(child);
                    branches[0].push(statement);
                }
            }
        }
        StatementKind::Variants(branches)
    }

    fn declaration(&mut self, term: &Term) -> StatementKind {
        let lasting = term.named().any(|child| child.kind == "storage_class_specifier" && child.code() != "register");
        let lasting = lasting || term.children.iter().any(|child| matches!(&*child.text, "static" | "thread_local"));
        let declarators = term.children.iter().filter(|child| child.field == Some("declarator"));
        let variables = declarators.filter_map(|declarator| {
            let (declared, value, direct) = match declarator.kind {
                "init_declarator" => {
                    let value = declarator.child("value");
                    let direct = value.is_some_and(|value| matches!(value.kind, "argument_list" | "initializer_list"));
                    (declarator.child("declarator")?, value.map(|value| self.initial(value)), direct)
                }
                // `T x(f(y));`, which the grammar takes for a function.
                "function_declarator" => {
                    let value = declarator.child("parameters").map(values_of);
                    (declarator.child("declarator")?, value.and_then(only), true)
                }
                _ => (declarator, None, false),
            };
            let name = declared_name(declared)?;
            Some(Variable { name, kind: kind_of(term, Some(declared)), value, direct, lasting })
        });
        StatementKind::Declare(variables.collect())
    }

    /// The value of `T x = v`, `T x(v)` and `T x{v}`.
    fn initial(&mut self, value: &Term) -> Expr {
        match value.kind {
            "argument_list" | "initializer_list" => {
                let values = self.arguments(value);
                match <[Expr; 1]>::try_from(values) {
                    Ok([value]) => value,
                    Err(values) => Expr::Other(values),
                }
            }
            _ => self.expression(value),
        }
    }

    fn arguments(&mut self, list: &Term) -> Vec<Expr> {
        list.named().filter(|child| child.kind != "blanked").map(|child| self.expression(child)).collect()
    }

    fn boxed(&mut self, term: &Term, field: &str) -> Box<Expr> {
        Box::new(term.child(field).map_or(Expr::Other(Vec::new()), |inner| self.expression(inner)))
    }

    fn expression(&mut self, term: &Term) -> Expr {
        match term.kind {
            "identifier" if &*term.text == "_Py_NULL" => Expr::Literal("nullptr".to_owned()),
            "identifier"
            | "qualified_identifier"
            | "template_function"
            | "type_identifier"
            | "field_identifier"
            | "template_type"
            | "primitive_type"
            | "operator_name" => Expr::Name(name_of(term)),
            "this" => Expr::Literal("this".to_owned()),
            "null" | "nullptr" | "NULL" => Expr::Literal("nullptr".to_owned()),
            "parenthesized_expression" | "parameter_pack_expansion" | "subscript_argument_list" => {
                match term.named().next() {
                    Some(inner) if term.named().count() == 1 => self.expression(inner),
                    _ => self.other(term),
                }
            }
            "call_expression" => self.call(term),
            "field_expression" => {
                let field = term.child("field").map(name_of).unwrap_or_default();
                Expr::Member { object: self.boxed(term, "argument"), field }
            }
            "unary_expression" | "pointer_expression" => {
                Expr::Unary { operator: operator(term), operand: self.boxed(term, "argument") }
            }
            "update_expression" => Expr::Unary { operator: operator(term), operand: self.boxed(term, "argument") },
            "binary_expression" => Expr::Binary {
                operator: operator(term),
                left: self.boxed(term, "left"),
                right: self.boxed(term, "right"),
            },
            "assignment_expression" => Expr::Assign {
                operator: operator(term),
                left: self.boxed(term, "left"),
                right: self.boxed(term, "right"),
            },
            "cast_expression" => {
                let to = term.child("type").map(Term::code).unwrap_or_default();
                Expr::Cast { to, value: self.boxed(term, "value") }
            }
            "conditional_expression" => Expr::Choose {
                condition: self.boxed(term, "condition"),
                yes: self.boxed(term, "consequence"),
                no: self.boxed(term, "alternative"),
            },
            "subscript_expression" => {
                Expr::Index { object: self.boxed(term, "argument"), index: self.boxed(term, "indices") }
            }
            "compound_literal_expression" => {
                let arguments = term.child("value").map(|value| self.arguments(value)).unwrap_or_default();
                let function = term.child("type").map(name_of).map_or(Expr::Other(Vec::new()), Expr::Name);
                let template = template_of(term.child("type"));
                Expr::Call(Box::new(Call { function, template, arguments, line: first_line(term) }))
            }
            "new_expression" => {
                let arguments = term.child("arguments").map(|list| self.arguments(list)).unwrap_or_default();
                Expr::New { kind: term.child("type").map(Term::code).unwrap_or_default(), arguments }
            }
            "lambda_expression" => self.lambda(term),
            "sizeof_expression" | "decltype" | "lead" | "blanked" => Expr::Other(Vec::new()),
            kind if kind.ends_with("literal") || matches!(kind, "true" | "false" | "concatenated_string") => {
                Expr::Literal(term.code())
            }
            _ if term.is_leaf() => Expr::Literal(term.text.to_string()),
            _ => self.other(term),
        }
    }

    fn other(&mut self, term: &Term) -> Expr {
        Expr::Other(term.named().map(|child| self.expression(child)).collect())
    }

    fn call(&mut self, term: &Term) -> Expr {
        let called = term.child("function");
        let template = template_of(called);
        let outside = self.without_gil;
        let list = term.child("arguments");
        self.without_gil |= list.is_some_and(|list| list.named().any(releases_gil));
        let name = called.map(name_of_called);
        let before = std::mem::replace(&mut self.taker, name);
        let mut arguments = list.map(|list| self.arguments(list)).unwrap_or_default();
        self.taker = before;
        self.without_gil = outside;
        let function = called.map_or(Expr::Other(Vec::new()), |called| self.expression(called));
        let cast = matches!(&function, Expr::Name(name)
            if matches!(name.as_str(), "static_cast" | "reinterpret_cast" | "const_cast" | "dynamic_cast"));
        if cast && arguments.len() == 1 {
            return Expr::Cast { to: template, value: Box::new(arguments.remove(0)) };
        }
        let hint = matches!(&function, Expr::Name(name)
            if matches!(last_name(name), "unlikely" | "likely" | "C10_UNLIKELY" | "C10_LIKELY" | "__builtin_expect"));
        if hint && !arguments.is_empty() {
            return arguments.remove(0);
        }
        Expr::Call(Box::new(Call { function, template, arguments, line: first_line(term) }))
    }

    fn lambda(&mut self, term: &Term) -> Expr {
        let declarator = term.child("declarator");
        let parameters = declarator.and_then(|declarator| find(declarator, "parameter_list"));
        let taker = self.taker.take();
        let body = term.child("body").map(|body| self.block(body)).unwrap_or_default();
        self.taker = taker;
        let end = last_line(term);
        let function = Function {
            symbol: self.symbol.clone(),
            title: self.title.clone().unwrap_or_else(|| self.symbol.clone()),
            binding: None,
            is_lambda: true,
            lines: Lines { start: first_line(term), end },
            returns: declarator.and_then(|one| find(one, "trailing_return_type")).map(returned).unwrap_or_default(),
            parameters: parameters.map(parameters_of).unwrap_or_default(),
            body,
            handed_to: self.taker.clone(),
            damaged: self.damaged && term.child("body").is_some_and(|body| has_errors(body, false)),
            without_gil: self.without_gil,
        };
        let mut named = Vec::new();
        if let Some(captures) = term.child("captures") {
            named.extend(captures.tokens().into_iter().map(str::to_owned));
        }
        let body = function.statements();
        let parts = body.iter().flat_map(|one| one.expressions()).flat_map(Expr::parts);
        named.extend(parts.filter_map(|part| part.name().map(str::to_owned)));
        self.found.push(function);
        Expr::Lambda(named)
    }
}

/// A statement that only names a macro may end the function: `Py_RETURN_NONE;`.
fn expression_statement(expression: Expr) -> StatementKind {
    if let Expr::Name(name) = &expression
        && name.starts_with("Py_RETURN_")
    {
        return StatementKind::Return(Some(expression));
    }
    StatementKind::Expression(expression)
}

/// `py::call_guard<py::gil_scoped_release>()`, handed to the call that makes a binding.
fn releases_gil(argument: &Term) -> bool {
    let function = argument.child("function").filter(|_| argument.kind == "call_expression");
    function.is_some_and(|function| {
        let code = function.code();
        code.contains("call_guard") && code.contains("gil_scoped_release")
    })
}

/// The whole of `X_(name)(…)`, which the grammar takes for a function that gives a function.
fn pasted_name(declarator: &Term) -> Option<String> {
    let outer = find(declarator, "function_declarator")?;
    let inner = outer.child("declarator").filter(|inner| inner.kind == "function_declarator")?;
    Some(inner.code())
}

/// Whether there is code in it that the grammar could not read; that of lambdas is their own.
fn has_errors(term: &Term, in_lambdas: bool) -> bool {
    let inside = |child: &Term| (in_lambdas || child.kind != "lambda_expression") && has_errors(child, in_lambdas);
    term.kind == "tokens" || term.children.iter().any(inside)
}

fn first_line(term: &Term) -> u32 {
    let mut at = term;
    while at.line == 0 {
        let Some(child) = at.children.first() else { break };
        at = child;
    }
    at.line
}

fn last_line(term: &Term) -> u32 {
    let mut last = term.line;
    term.visit(&mut |part| last = last.max(part.line));
    last
}

/// The first part of this kind, outer ones first.
fn find<'t>(term: &'t Term, kind: &str) -> Option<&'t Term> {
    if term.kind == kind {
        return Some(term);
    }
    term.named()
        .filter(|child| child.kind != "compound_statement" || kind == "compound_statement")
        .find_map(|child| find(child, kind))
}

fn operator(term: &Term) -> String {
    let field = term.child("operator").map(|operator| operator.text.to_string());
    field
        .or_else(|| term.children.iter().find(|child| child.is_token()).map(|token| token.text.to_string()))
        .unwrap_or_default()
}

/// A name with what qualifies it and without template arguments.
fn name_of(term: &Term) -> String {
    match term.kind {
        "template_function" | "template_method" | "template_type" => {
            term.child("name").map(name_of).unwrap_or_default()
        }
        "dependent_name" => term.named().next().map(name_of).unwrap_or_default(),
        "qualified_identifier" => {
            let name = term.child("name").map(name_of).unwrap_or_default();
            match term.child("scope").map(name_of).filter(|scope| !scope.is_empty()) {
                Some(scope) => format!("{scope}::{name}"),
                None => name,
            }
        }
        _ => term.code(),
    }
}

/// The last name of what is called.
fn name_of_called(called: &Term) -> String {
    let named = if called.kind == "field_expression" { called.child("field").unwrap_or(called) } else { called };
    last_name(&name_of(named)).to_owned()
}

fn template_of(called: Option<&Term>) -> String {
    let list = called.and_then(|called| find(called, "template_argument_list"));
    list.map(|list| list.code().trim_start_matches('<').trim_end_matches('>').to_owned()).unwrap_or_default()
}

/// The leaf that a declarator declares.
fn declared_name(declarator: &Term) -> Option<String> {
    match declarator.kind {
        "identifier" | "field_identifier" => Some(declarator.text.to_string()),
        "structured_binding_declarator" => None,
        _ => {
            let inner = declarator.child("declarator").or_else(|| declarator.named().next())?;
            declared_name(inner)
        }
    }
}

/// The type of what a declaration declares, with pointers and references.
fn kind_of(term: &Term, declarator: Option<&Term>) -> String {
    let mut kind = term.child("type").map(Term::code).unwrap_or_default();
    let mut at = declarator;
    while let Some(inner) = at {
        match inner.kind {
            "pointer_declarator" | "abstract_pointer_declarator" => kind.push('*'),
            "reference_declarator" | "abstract_reference_declarator" => kind.push('&'),
            "array_declarator" => kind.push_str("[]"),
            _ => {}
        }
        at = inner.child("declarator").or_else(|| match inner.kind {
            "reference_declarator" => inner.named().next(),
            _ => None,
        });
    }
    kind
}

fn result_type(definition: &Term, declarator: Option<&Term>) -> String {
    let trailing = declarator.and_then(|declarator| find(declarator, "trailing_return_type"));
    trailing.map_or_else(|| kind_of(definition, declarator), returned)
}

fn returned(trailing: &Term) -> String {
    trailing.code().trim_start_matches("->").trim().to_owned()
}

fn parameters_of(list: &Term) -> Vec<Parameter> {
    let parameters = list.named().filter(|child| child.kind.ends_with("parameter_declaration"));
    parameters
        .map(|parameter| {
            let declarator = parameter.child("declarator");
            let name = declarator.and_then(declared_name).unwrap_or_default();
            Parameter { name, kind: kind_of(parameter, declarator) }
        })
        .collect()
}

/// A list of parameters that is a list of values in truth: `T x(f(y), z)`.
fn values_of(list: &Term) -> Vec<Expr> {
    list.named().map(value_of).collect()
}

fn value_of(parameter: &Term) -> Expr {
    let Some(kind) = parameter.child("type") else { return Expr::Other(Vec::new()) };
    let name = Expr::Name(name_of(kind));
    match parameter.child("declarator") {
        None => name,
        Some(declarator) if declarator.kind == "abstract_function_declarator" => {
            let arguments = declarator.child("parameters").map(values_of).unwrap_or_default();
            Expr::Call(Box::new(Call {
                function: name,
                template: template_of(Some(kind)),
                arguments,
                line: first_line(parameter),
            }))
        }
        Some(_) => Expr::Other(vec![name]),
    }
}

fn only(values: Vec<Expr>) -> Option<Expr> {
    match <[Expr; 1]>::try_from(values) {
        Ok([value]) => Some(value),
        Err(values) if values.is_empty() => None,
        Err(values) => Some(Expr::Other(values)),
    }
}
