//! A function as the rules see it: statements, calls with their arguments, locals, and lambdas as functions of their own.

use crate::corpus::last_name;
use crate::symbols::Lines;

/// A function, or a lambda in one.
#[derive(Debug, Clone)]
pub struct Function {
    /// Qualified name of the symbol; that of the enclosing function for a lambda or a binding.
    pub symbol: String,
    /// The same as people know it, where a macro makes the name.
    pub title: String,
    /// The name by which Python sees it, where it is the body of a binding.
    pub binding: Option<String>,
    pub is_lambda: bool,
    pub lines: Lines,
    /// Type of the result, without white space that does not matter; empty where none is written.
    pub returns: String,
    pub parameters: Vec<Parameter>,
    pub body: Vec<Statement>,
    /// For a lambda, the function that it is handed to.
    pub handed_to: Option<String>,
    /// Its tree has errors: nothing is said about it.
    pub damaged: bool,
    /// The body runs without the GIL: `py::call_guard<py::gil_scoped_release>()`.
    pub without_gil: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    pub kind: String,
}

#[derive(Debug, Clone)]
pub struct Statement {
    pub line: u32,
    pub kind: StatementKind,
}

#[derive(Debug, Clone)]
pub enum StatementKind {
    Expression(Expr),
    Declare(Vec<Variable>),
    Return(Option<Expr>),
    Throw(Option<Expr>),
    If {
        condition: Expr,
        then: Vec<Statement>,
        otherwise: Vec<Statement>,
    },
    Loop {
        condition: Option<Expr>,
        body: Vec<Statement>,
        step: Option<Expr>,
        /// The body comes before the first test.
        tested_last: bool,
    },
    Switch {
        value: Expr,
        cases: Vec<Vec<Statement>>,
    },
    Try {
        body: Vec<Statement>,
        handlers: Vec<Handler>,
    },
    Block(Vec<Statement>),
    /// Branches of the preprocessor: one of them is compiled.
    Variants(Vec<Vec<Statement>>),
    Break,
    Continue,
    /// A jump that the walk over paths does not follow.
    Jump,
}

#[derive(Debug, Clone)]
pub struct Handler {
    /// What is caught; `...` for everything.
    pub caught: String,
    pub body: Vec<Statement>,
}

#[derive(Debug, Clone)]
pub struct Variable {
    pub name: String,
    /// Type as written, with its `*` and `&`.
    pub kind: String,
    pub value: Option<Expr>,
    /// `T x(value)` and `T x{value}`, not `T x = value`.
    pub direct: bool,
    pub lasting: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Qualified, without template arguments.
    Name(String),
    /// A literal as written; `nullptr` for every spelling of the null pointer.
    Literal(String),
    Call(Box<Call>),
    Member {
        object: Box<Expr>,
        field: String,
    },
    Unary {
        operator: String,
        operand: Box<Expr>,
    },
    Binary {
        operator: String,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Assign {
        operator: String,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Cast {
        to: String,
        value: Box<Expr>,
    },
    Choose {
        condition: Box<Expr>,
        yes: Box<Expr>,
        no: Box<Expr>,
    },
    Index {
        object: Box<Expr>,
        index: Box<Expr>,
    },
    /// A lambda, whose body is a function of its own; here only what it captures and names.
    Lambda(Vec<String>),
    New {
        kind: String,
        arguments: Vec<Expr>,
    },
    /// Anything else, by its parts.
    Other(Vec<Expr>),
}

/// A call, or the construction of a value: `T(x)` and `T{x}` look alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub function: Expr,
    /// Template arguments of the function as written.
    pub template: String,
    pub arguments: Vec<Expr>,
    pub line: u32,
}

impl Function {
    /// Every statement, outer ones first.
    pub fn statements(&self) -> Vec<&Statement> {
        let mut found = Vec::new();
        collect(&self.body, &mut found);
        found
    }

    /// Every call, in source order; those of lambdas belong to the lambda.
    pub fn calls(&self) -> Vec<&Call> {
        let expressions = self.statements().into_iter().flat_map(Statement::expressions);
        expressions.flat_map(Expr::calls).collect()
    }

    /// Whether something of this name is called or named as a macro on its own.
    pub fn names(&self, name: &str) -> bool {
        self.statements().into_iter().flat_map(Statement::expressions).any(|expression| {
            expression.parts().iter().any(|part| matches!(part, Expr::Name(found) if last_name(found) == name))
        })
    }
}

fn collect<'a>(statements: &'a [Statement], found: &mut Vec<&'a Statement>) {
    for statement in statements {
        found.push(statement);
        statement.blocks().into_iter().for_each(|block| collect(block, found));
    }
}

impl Statement {
    /// The statements inside it, block by block.
    pub fn blocks(&self) -> Vec<&[Statement]> {
        match &self.kind {
            StatementKind::If { then, otherwise, .. } => vec![then, otherwise],
            StatementKind::Loop { body, .. } | StatementKind::Block(body) => vec![body],
            StatementKind::Switch { cases: blocks, .. } | StatementKind::Variants(blocks) => {
                blocks.iter().map(Vec::as_slice).collect()
            }
            StatementKind::Try { body, handlers } => {
                let handlers = handlers.iter().map(|handler| handler.body.as_slice());
                [body.as_slice()].into_iter().chain(handlers).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The expressions that belong to the statement itself, in the order of evaluation.
    pub fn expressions(&self) -> Vec<&Expr> {
        match &self.kind {
            StatementKind::Expression(value)
            | StatementKind::Return(Some(value))
            | StatementKind::Throw(Some(value)) => {
                vec![value]
            }
            StatementKind::Declare(variables) => variables.iter().filter_map(|one| one.value.as_ref()).collect(),
            StatementKind::If { condition, .. } => vec![condition],
            StatementKind::Loop { condition, step, .. } => condition.iter().chain(step).collect(),
            StatementKind::Switch { value, .. } => vec![value],
            _ => Vec::new(),
        }
    }
}

impl Expr {
    /// The expressions directly inside.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Name(_) | Expr::Literal(_) | Expr::Lambda(_) => Vec::new(),
            Expr::Call(call) => [&call.function].into_iter().chain(&call.arguments).collect(),
            Expr::Member { object, .. } => vec![object],
            Expr::Unary { operand, .. } => vec![operand],
            Expr::Binary { left, right, .. } | Expr::Assign { left, right, .. } => vec![left, right],
            Expr::Cast { value, .. } => vec![value],
            Expr::Choose { condition, yes, no } => vec![condition, yes, no],
            Expr::Index { object, index } => vec![object, index],
            Expr::New { arguments, .. } => arguments.iter().collect(),
            Expr::Other(parts) => parts.iter().collect(),
        }
    }

    /// The expression and everything in it, outer parts first.
    pub fn parts(&self) -> Vec<&Expr> {
        let mut found = vec![self];
        let mut at = 0;
        while let Some(part) = found.get(at).copied() {
            found.extend(part.children());
            at += 1;
        }
        found
    }

    /// The calls in it, the inner ones first.
    pub fn calls(&self) -> Vec<&Call> {
        let mut calls: Vec<&Call> = Vec::new();
        for child in self.children() {
            calls.extend(child.calls());
        }
        if let Expr::Call(call) = self {
            calls.push(call);
        }
        calls
    }

    /// Without casts around it.
    pub fn bare(&self) -> &Expr {
        match self {
            Expr::Cast { value, .. } => value.bare(),
            other => other,
        }
    }

    /// The call that it is, casts aside.
    pub fn call(&self) -> Option<&Call> {
        match self.bare() {
            Expr::Call(call) => Some(call),
            _ => None,
        }
    }

    /// The name that it is, casts aside.
    pub fn name(&self) -> Option<&str> {
        match self.bare() {
            Expr::Name(name) => Some(name),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.bare(), Expr::Literal(text) if text == "nullptr" || text == "0")
    }

    /// As a person would write it, on one line.
    pub fn text(&self) -> String {
        let list = |parts: &[Expr]| parts.iter().map(Expr::text).collect::<Vec<_>>().join(", ");
        match self {
            Expr::Name(text) | Expr::Literal(text) => text.clone(),
            Expr::Call(call) => format!("{}({})", call.function.text(), list(&call.arguments)),
            Expr::Member { object, field } => format!("{}.{field}", object.text()),
            Expr::Unary { operator, operand } => format!("{operator}{}", operand.text()),
            Expr::Binary { operator, left, right } | Expr::Assign { operator, left, right } => {
                format!("{} {operator} {}", left.text(), right.text())
            }
            Expr::Cast { value, .. } => value.text(),
            Expr::Choose { condition, yes, no } => format!("{} ? {} : {}", condition.text(), yes.text(), no.text()),
            Expr::Index { object, index } => format!("{}[{}]", object.text(), index.text()),
            Expr::Lambda(_) => "[…]".to_owned(),
            Expr::New { kind, arguments } => format!("new {kind}({})", list(arguments)),
            Expr::Other(parts) => list(parts),
        }
    }
}

impl Call {
    /// The last name of what is called: `f` of `a::f`, `x.f` and `x->f`.
    pub fn name(&self) -> &str {
        match &self.function {
            Expr::Name(name) => last_name(name),
            Expr::Member { field, .. } => field,
            _ => "",
        }
    }

    /// The whole name of what is called, for functions that belong to no object.
    pub fn full_name(&self) -> Option<&str> {
        match &self.function {
            Expr::Name(name) => Some(name),
            _ => None,
        }
    }

    /// What a method is called on.
    pub fn receiver(&self) -> Option<&Expr> {
        match &self.function {
            Expr::Member { object, .. } => Some(object),
            _ => None,
        }
    }
}
