//! The cost of the fast path: what a function does on its default way to the first return, before against after.

use std::collections::BTreeMap;

use super::Versions;
use crate::corpus::last_name;
use crate::review::contracts::{Contract, is_raw_object};
use crate::review::function::{Call, Expr, Function, Statement, StatementKind};

/// How often each thing is done: outside loops, and in them.
#[derive(Debug, Default)]
struct Cost {
    plain: BTreeMap<String, i64>,
    looped: BTreeMap<String, i64>,
    /// Helpers that the range adds and that return early on this path.
    early: Vec<String>,
}

/// The difference, where there is one: `+1 null test, +1 PyDict_Size, +1 Py_INCREF, then early return`.
pub fn compared(before: &Function, after: &Function, versions: &Versions<'_>) -> Option<String> {
    let known = conditions(before);
    let added = after.parameters.iter().filter(|one| before.parameters.iter().all(|old| old.name != one.name));
    let absent: Vec<&str> = added.filter(|one| one.kind.ends_with('*')).map(|one| one.name.as_str()).collect();
    let [old, new] = [before, after].map(|function| {
        let mut walk = Walk { function, versions, known: &known, absent: &absent, cost: Cost::default(), inside: 0 };
        walk.block(&function.body, false);
        walk.cost
    });
    let mut told = differences(&old.plain, &new.plain, "");
    told.extend(new.early.iter().map(|place| format!("then early return{place}")));
    told.extend(differences(&old.looped, &new.looped, " in a loop"));
    (!told.is_empty()).then(|| told.join(", "))
}

fn differences(old: &BTreeMap<String, i64>, new: &BTreeMap<String, i64>, place: &str) -> Vec<String> {
    let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
    names.sort_by_key(|name| (rank(name), (*name).clone()));
    names.dedup();
    let count = |side: &BTreeMap<String, i64>, name: &String| side.get(name).copied().unwrap_or(0);
    let deltas = names.into_iter().map(|name| (name, count(new, name) - count(old, name)));
    deltas.filter(|(_, delta)| *delta != 0).map(|(name, delta)| format!("{delta:+} {name}{place}")).collect()
}

/// Tests come first, then calls, then counting: the order in which a fast path is read.
fn rank(name: &str) -> u8 {
    match name {
        "null test" => 0,
        name if name.contains("CREF") => 2,
        _ => 1,
    }
}

/// The texts of the conditions that were there before.
fn conditions(function: &Function) -> Vec<String> {
    let conditions = function.statements().into_iter().filter_map(|statement| match &statement.kind {
        StatementKind::If { condition, .. } => Some(condition.text()),
        _ => None,
    });
    conditions.collect()
}

struct Walk<'a, 'v> {
    function: &'a Function,
    versions: &'a Versions<'v>,
    known: &'a [String],
    /// Arguments that old calls do not give.
    absent: &'a [&'a str],
    cost: Cost,
    /// How many helpers deep.
    inside: u32,
}

impl Walk<'_, '_> {
    /// Whether the path ends in the block.
    fn block(&mut self, statements: &[Statement], looped: bool) -> bool {
        statements.iter().any(|statement| self.statement(statement, looped))
    }

    fn statement(&mut self, statement: &Statement, looped: bool) -> bool {
        match &statement.kind {
            StatementKind::If { condition, then, .. } => {
                self.condition(condition, looped);
                let new = returns(then) && !fails(then) && !self.known.contains(&condition.text());
                // A way out that only new calls take is not that of old ones.
                let fast = new && self.by_default(condition) != Some(false);
                if fast {
                    self.block(then, looped);
                    let place = if self.inside > 0 {
                        format!(" of `{}`", last_name(&self.function.symbol))
                    } else {
                        String::new()
                    };
                    self.cost.early.push(place);
                }
                fast
            }
            StatementKind::Loop { condition, body, step, .. } => {
                condition.iter().chain(step).for_each(|one| self.expression(one, true));
                self.block(body, true);
                false
            }
            StatementKind::Block(inner) | StatementKind::Try { body: inner, .. } => self.block(inner, looped),
            StatementKind::Variants(branches) => branches.first().is_some_and(|first| self.block(first, looped)),
            StatementKind::Return(value) => {
                value.iter().for_each(|value| self.expression(value, looped));
                true
            }
            StatementKind::Throw(_) => true,
            StatementKind::Declare(variables) => {
                for variable in variables {
                    if variable.kind.contains("lock_guard") || variable.kind.contains("unique_lock") {
                        self.add("lock", looped);
                    }
                    if variable.kind.contains("gil_scoped_acquire") || variable.kind.contains("AutoGIL") {
                        self.add("GIL acquire", looped);
                    }
                    if variable.kind.ends_with("string") && variable.value.is_some() {
                        self.add("string", looped);
                    }
                    variable.value.iter().for_each(|value| self.expression(value, looped));
                }
                false
            }
            _ => {
                statement.expressions().into_iter().for_each(|one| self.expression(one, looped));
                false
            }
        }
    }

    fn condition(&mut self, condition: &Expr, looped: bool) {
        match condition {
            Expr::Binary { operator, left, right } if operator == "&&" || operator == "||" => {
                self.condition(left, looped);
                self.condition(right, looped);
            }
            Expr::Unary { operator, operand } if operator == "!" => self.condition(operand, looped),
            Expr::Binary { left, right, .. } if left.is_null() || right.is_null() && right.text() == "nullptr" => {
                self.add("null test", looped);
                self.expression(left, looped);
            }
            Expr::Name(name) if self.is_pointer(name) => self.add("null test", looped),
            _ => self.expression(condition, looped),
        }
    }

    /// What a condition is where nothing new is given, as far as that shows.
    fn by_default(&self, condition: &Expr) -> Option<bool> {
        match condition.bare() {
            Expr::Binary { operator, left, right } if operator == "&&" || operator == "||" => {
                let decisive = operator == "||";
                match (self.by_default(left), self.by_default(right)) {
                    (Some(side), _) | (_, Some(side)) if side == decisive => Some(decisive),
                    (Some(_), Some(_)) => Some(!decisive),
                    _ => None,
                }
            }
            Expr::Unary { operator, operand } if operator == "!" => self.by_default(operand).map(|holds| !holds),
            Expr::Binary { operator, left, right } if right.is_null() && self.is_absent(left) => {
                match operator.as_str() {
                    "==" => Some(true),
                    "!=" | ">" => Some(false),
                    _ => None,
                }
            }
            other => self.is_absent(other).then_some(false),
        }
    }

    /// A new argument, or how many there are in it.
    fn is_absent(&self, value: &Expr) -> bool {
        let named = |name: &str| {
            let keywords = matches!(name, "kwargs" | "kwds" | "kw" | "keywords");
            self.absent.contains(&name) || keywords && self.is_pointer(name)
        };
        match value.bare() {
            Expr::Name(name) => named(name),
            Expr::Call(call) => {
                let sizes = call.name().ends_with("Size") || call.name().ends_with("GET_SIZE");
                sizes && call.arguments.first().and_then(Expr::name).is_some_and(named)
            }
            _ => false,
        }
    }

    fn is_pointer(&self, name: &str) -> bool {
        self.function.parameters.iter().any(|parameter| parameter.name == name && is_raw_object(&parameter.kind))
    }

    fn expression(&mut self, expression: &Expr, looped: bool) {
        for part in expression.parts() {
            if matches!(part, Expr::New { .. }) {
                self.add("allocation", looped);
            }
        }
        for call in expression.calls() {
            self.call(call, looped);
        }
    }

    fn call(&mut self, call: &Call, looped: bool) {
        let name = call.name();
        let contract = call.full_name().and_then(|name| self.versions.contracts.named(name));
        match (contract, name) {
            (Some(contract), _) => self.add(&told(contract), looped),
            (None, "make_shared" | "make_unique" | "make_intrusive") => self.add("allocation", looped),
            (None, "to_string" | "string" | "str" | "c10::str") => self.add("string", looped),
            (None, "load" | "store" | "fetch_add" | "fetch_sub" | "exchange") => self.add("atomic", looped),
            (None, "find" | "count" | "at" | "contains") if call.receiver().is_some() => self.add("look-up", looped),
            _ => self.helper(call, name, looped),
        }
    }

    /// A helper of the same file counts as if it stood here.
    fn helper(&mut self, call: &Call, name: &str, looped: bool) {
        let helper = self.versions.named.get(name).copied().flatten().filter(|_| call.receiver().is_none());
        let Some(helper) = helper.filter(|helper| self.inside == 0 && helper.symbol != self.function.symbol) else {
            return;
        };
        let is_new =
            self.versions.pairs.iter().any(|(before, after)| before.is_none() && after.symbol == helper.symbol);
        if !is_new {
            return;
        }
        let mut walk = Walk {
            function: helper,
            versions: self.versions,
            known: &[],
            absent: &[],
            cost: Cost::default(),
            inside: 1,
        };
        walk.block(&helper.body, looped);
        let Cost { plain, looped: inner, early } = walk.cost;
        plain.into_iter().for_each(|(name, count)| *self.cost.plain.entry(name).or_default() += count);
        inner.into_iter().for_each(|(name, count)| *self.cost.looped.entry(name).or_default() += count);
        self.cost.early.extend(early);
    }

    fn add(&mut self, what: &str, looped: bool) {
        let side = if looped { &mut self.cost.looped } else { &mut self.cost.plain };
        *side.entry(what.to_owned()).or_default() += 1;
    }
}

/// The name, and what matters about it for speed.
fn told(contract: &Contract) -> String {
    let counts = contract.name.ends_with("CREF") || contract.name == "Py_CLEAR";
    if contract.runs_python && !counts { format!("{} (may run Python)", contract.name) } else { contract.name.clone() }
}

fn returns(statements: &[Statement]) -> bool {
    statements.last().is_some_and(|last| match &last.kind {
        StatementKind::Return(_) => true,
        StatementKind::Block(inner) => returns(inner),
        _ => false,
    })
}

/// The block tells a failure.
fn fails(statements: &[Statement]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        StatementKind::Throw(_) => true,
        StatementKind::Return(Some(value)) => value.is_null() || value.text() == "-1" || value.text() == "false",
        _ => statement.expressions().into_iter().flat_map(Expr::calls).any(|call| call.name().starts_with("PyErr_")),
    })
}
