//! Locals of C++ code, each numbered where it is declared and only as far as its scope goes.

use rustc_hash::FxHashMap;

use crate::symbols::Term;

/// Numbers the parameters and locals of a function or of any code that can hold lambdas.
pub fn number(term: &mut Term) {
    let mut scopes = Scopes { open: vec![FxHashMap::default()], next: 0, all: FxHashMap::default() };
    scopes.walk(term);
}

/// Numbers the locals in the value of a variable at file scope; the variable is none.
pub fn number_value(declaration: &mut Term) {
    if let Some(value) = declaration.child_mut("declarator").and_then(|declarator| declarator.child_mut("value")) {
        number(value);
    }
}

/// Numbers a macro's parameters. What is pasted or turned into text is what it is given, not what it calls it.
pub fn number_macro(term: &mut Term) {
    let parameters = term.child("parameters").map(|list| list.children.clone()).unwrap_or_default();
    let names: Vec<&Term> = parameters.iter().filter(|parameter| parameter.kind == "identifier").collect();
    term.rewrite(&mut |leaf| {
        if leaf.kind == "identifier"
            && let Some(index) = names.iter().position(|name| name.text == leaf.text)
        {
            leaf.text = format!("${index}").into();
        }
    });
}

struct Scopes {
    /// Names declared in each open scope, the innermost last.
    open: Vec<FxHashMap<Box<str>, usize>>,
    next: usize,
    /// Every name declared so far, in whatever scope.
    all: FxHashMap<Box<str>, usize>,
}

impl Scopes {
    fn walk(&mut self, term: &mut Term) {
        match term.kind {
            "identifier" if term.is_leaf() => self.refer(term),
            "blanked" => self.blanked(term),
            "function_definition"
            | "lambda_expression"
            | "compound_statement"
            | "for_statement"
            | "if_statement"
            | "while_statement"
            | "switch_statement"
            | "catch_clause" => self.scope(term),
            "for_range_loop" | "index_loop" => self.range_loop(term),
            "declaration"
            | "parameter_declaration"
            | "optional_parameter_declaration"
            | "variadic_parameter_declaration" => self.declaration(term),
            "lambda_capture_initializer" => self.capture(term),
            _ => self.children(term),
        }
    }

    fn children(&mut self, term: &mut Term) {
        for child in &mut term.children {
            self.walk(child);
        }
    }

    fn scope(&mut self, term: &mut Term) {
        self.open.push(FxHashMap::default());
        self.children(term);
        self.open.pop();
    }

    /// What is looped over is named outside the loop's own scope.
    fn range_loop(&mut self, term: &mut Term) {
        let is_inner = |child: &Term| matches!(child.field, Some("declarator" | "body"));
        for child in term.children.iter_mut().filter(|child| !is_inner(child)) {
            self.walk(child);
        }
        self.open.push(FxHashMap::default());
        for field in ["declarator", "body"] {
            if let Some(child) = term.child_mut(field) {
                if field == "declarator" {
                    self.declare_below(child);
                } else {
                    self.walk(child);
                }
            }
        }
        self.open.pop();
    }

    /// Types and values are read before the name is declared.
    fn declaration(&mut self, term: &mut Term) {
        for child in term.children.iter_mut().filter(|child| child.field != Some("declarator")) {
            self.walk(child);
        }
        for declarator in term.children.iter_mut().filter(|child| child.field == Some("declarator")) {
            if declarator.kind == "init_declarator" {
                // A lambda can name itself through a reference to its own variable, so that is declared first.
                let value = declarator.children.iter().position(|child| child.field == Some("value"));
                let lambda = value.is_some_and(|at| declarator.children[at].kind == "lambda_expression");
                let mut value = value.map(|at| declarator.children.remove(at));
                if let Some(value) = value.as_mut().filter(|_| !lambda) {
                    self.walk(value);
                }
                self.declare_below(declarator);
                if let Some(value) = value.as_mut().filter(|_| lambda) {
                    self.walk(value);
                }
                declarator.children.extend(value);
            } else {
                self.declare_below(declarator);
            }
        }
    }

    fn capture(&mut self, term: &mut Term) {
        for child in term.children.iter_mut().skip(1) {
            self.walk(child);
        }
        if let Some(name) = term.children.first_mut().filter(|name| name.kind == "identifier") {
            self.declare(name);
        }
    }

    /// Declares the names below a declarator.
    fn declare_below(&mut self, declarator: &mut Term) {
        match declarator.kind {
            "identifier" => self.declare(declarator),
            // A function declared inside a function is somebody else's name.
            "function_declarator" => self.children(declarator),
            _ => {
                for child in &mut declarator.children {
                    let names = child.kind.ends_with("declarator") || child.kind == "identifier";
                    if names && child.field != Some("size") {
                        self.declare_below(child);
                    } else {
                        self.walk(child);
                    }
                }
            }
        }
    }

    fn declare(&mut self, name: &mut Term) {
        let scope = self.open.last_mut().expect("the outermost scope is never closed");
        scope.insert(name.text.clone(), self.next);
        self.all.insert(name.text.clone(), self.next);
        name.text = format!("${}", self.next).into();
        self.next += 1;
    }

    /// Code that was blanked has lost its place, and so the scope it stood in.
    fn blanked(&self, term: &mut Term) {
        for name in term.children.iter_mut().filter(|name| name.kind == "identifier") {
            if let Some(index) = self.all.get(&name.text) {
                name.text = format!("${index}").into();
            }
        }
    }

    fn refer(&mut self, name: &mut Term) {
        if let Some(index) = self.open.iter().rev().find_map(|scope| scope.get(&name.text)) {
            name.text = format!("${index}").into();
        }
    }
}
