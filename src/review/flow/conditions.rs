//! What a condition tells about the locals it tests.

use super::Walk;
use super::paths::{Null, Origin, Path};
use crate::review::contracts::Failure;
use crate::review::function::{Call, Expr};

impl Walk<'_> {
    /// The paths on which the condition holds, and those on which it does not.
    pub(super) fn branch(&mut self, paths: Vec<Path>, condition: &Expr, line: u32) -> (Vec<Path>, Vec<Path>) {
        let (mut yes, mut no) = (Vec::new(), Vec::new());
        for path in paths {
            let (holds, fails) = self.test(path, condition, line);
            yes.extend(holds);
            no.extend(fails);
        }
        (self.limited(yes), self.limited(no))
    }

    fn test(&mut self, mut path: Path, condition: &Expr, line: u32) -> (Vec<Path>, Vec<Path>) {
        match condition.bare() {
            Expr::Binary { operator, left, right } if operator == "&&" || operator == "and" => {
                let (yes, mut no) = self.test(path, left, line);
                let (both, second) = self.branch(yes, right, line);
                no.extend(second);
                (both, no)
            }
            Expr::Binary { operator, left, right } if operator == "||" || operator == "or" => {
                let (mut yes, no) = self.test(path, left, line);
                let (second, neither) = self.branch(no, right, line);
                yes.extend(second);
                (yes, neither)
            }
            Expr::Unary { operator, operand } if operator == "!" || operator == "not" => {
                let (yes, no) = self.test(path, operand, line);
                (no, yes)
            }
            Expr::Literal(text) if text == "true" || text == "1" => (vec![path], Vec::new()),
            Expr::Literal(text) if text == "false" || text == "0" => (Vec::new(), vec![path]),
            _ => {
                self.evaluate(&mut path, condition, line);
                let no = self.assume(path.clone(), condition, false);
                (self.assume(path, condition, true), no)
            }
        }
    }

    /// The path where the condition turned out so; none where it cannot.
    pub(super) fn assume(&mut self, path: Path, condition: &Expr, truth: bool) -> Vec<Path> {
        match condition.bare() {
            Expr::Binary { operator, left, right } if operator == "&&" || operator == "||" => {
                if (operator == "&&") == truth {
                    let first = self.assume(path, left, truth);
                    return first.into_iter().flat_map(|path| self.assume(path, right, truth)).collect();
                }
                let mut either = self.assume(path.clone(), left, truth);
                either.extend(self.assume(path, right, truth));
                return either;
            }
            Expr::Unary { operator, operand } if operator == "!" => return self.assume(path, operand, !truth),
            Expr::Binary { operator, left, right } if operator == "==" || operator == "!=" => {
                let equal = (operator == "==") == truth;
                let (tested, null) = if right.is_null() { (left, true) } else { (right, left.is_null()) };
                if null {
                    return self.settle(path, tested, !equal);
                }
                if equal && right.name().is_some_and(is_singleton) {
                    return self.settle(path, left, true);
                }
            }
            Expr::Literal(text) if text == "false" && truth => return Vec::new(),
            Expr::Call(call) => return self.assume_call(path, call, truth),
            Expr::Name(_) | Expr::Assign { .. } | Expr::Member { .. } => return self.settle(path, condition, truth),
            _ => {}
        }
        vec![path]
    }

    fn assume_call(&mut self, mut path: Path, call: &Call, truth: bool) -> Vec<Path> {
        let name = call.name();
        if name == "PyErr_Occurred" {
            if truth {
                return vec![path];
            }
            // No exception is set: nothing failed so far.
            for held in path.locals.values_mut() {
                if matches!(held.null, Null::Unchecked | Null::Memory) {
                    held.null = Null::Never;
                }
            }
            path.pending = None;
            return vec![path];
        }
        if matches!(name, "get" | "ptr" | "operator bool" | "has_value")
            && call.arguments.is_empty()
            && let Some(receiver) = call.receiver()
        {
            return self.settle(path, receiver, truth);
        }
        // `Py_IsTrue(x)` is `x == Py_True`.
        if truth && matches!(name, "Py_IsNone" | "Py_IsTrue" | "Py_IsFalse") {
            return call.arguments.iter().fold(vec![path], |paths, argument| {
                paths.into_iter().flat_map(|path| self.settle(path, argument, true)).collect()
            });
        }
        // `PyDict_Check(x)` holds: x is an object.
        if truth && (name.contains("Check") || name.contains("check")) {
            for argument in &call.arguments {
                if let Some(held) = argument.name().and_then(|name| path.locals.get_mut(name))
                    && matches!(held.null, Null::Unchecked | Null::Memory)
                {
                    held.null = Null::Never;
                }
            }
        }
        vec![path]
    }

    /// The path where a local turned out to be set, or null.
    fn settle(&mut self, mut path: Path, tested: &Expr, set: bool) -> Vec<Path> {
        let name = match tested.bare() {
            Expr::Assign { left, .. } => left.name(),
            Expr::Call(call) if matches!(call.name(), "get" | "ptr") => call.receiver().and_then(Expr::name),
            other => other.name(),
        };
        let Some(name) = name.map(str::to_owned) else { return vec![path] };
        let Some(held) = path.locals.get_mut(&name) else { return vec![path] };
        match (held.null, set) {
            (Null::Always, true) | (Null::Never, false) => return Vec::new(),
            (_, true) => held.null = Null::Never,
            (_, false) => {
                let failed = matches!(held.null, Null::Unchecked);
                held.null = Null::Always;
                let (api, since) = (held.origin.api().to_owned(), held.since);
                let sets = self.contract(&api).is_some_and(|contract| contract.failure == Failure::NullSets);
                let fresh = matches!(path.locals[&name].origin, Origin::New { .. });
                if failed && sets && fresh && path.pending.is_none() {
                    path.pending = Some((name, api, since));
                }
            }
        }
        vec![path]
    }

    /// What holds after this statement, or the function would have been left.
    pub(super) fn asserted<'e>(&self, value: &'e Expr) -> Option<&'e Expr> {
        let call = value.call()?;
        let name = call.name();
        let shouting = name.len() > 3 && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let asserts = name.contains("assert")
            || shouting && ["CHECK", "ASSERT", "ENFORCE"].iter().any(|word| name.contains(word));
        call.arguments.first().filter(|_| asserts)
    }
}

pub(super) fn is_singleton(name: &str) -> bool {
    matches!(name, "Py_None" | "Py_True" | "Py_False" | "Py_NotImplemented" | "Py_Ellipsis")
}
