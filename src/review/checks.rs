//! What a rule is to the review: a row, and a look at one function with what it finds. A file each in [`rules`](super::rules).

use crate::finding::Severity;
use crate::review::calls;
use crate::review::contracts::Contract;
use crate::review::contracts::Contracts;
use crate::review::flow::{Event, Flow};
use crate::review::function::{Call, Expr, Function};
use crate::review::rules::CHECKS;
use crate::review::scene::Scene;
use crate::review::silence::IDLE_ALLOWANCE;
use crate::rules::Rule;
use crate::symbols::ParsedFile;

/// A rule and how it is looked for.
#[derive(Debug)]
pub struct Check {
    pub rule: Rule,
    pub look: fn(&Subject<'_>) -> Vec<Violation>,
}

/// A function, and what is known about it.
pub struct Subject<'a> {
    pub file: &'a ParsedFile,
    pub function: &'a Function,
    pub scene: &'a Scene<'a>,
    pub contracts: &'a Contracts,
    pub flow: &'a Flow,
    /// The function and its lambdas.
    pub family: Vec<&'a Function>,
    /// The same before the change; empty where it is new, or where nothing is compared.
    pub before: Vec<&'a Function>,
}

/// Functions of pybind11 that touch objects.
const HELPERS: [&str; 8] =
    ["cast", "reinterpret_borrow", "reinterpret_steal", "import", "getattr", "isinstance", "hasattr", "print"];

/// What may be called without the GIL.
const FREE: [&str; 9] = [
    "PyGILState_",
    "PyEval_",
    "PyThread",
    "PyMem_Raw",
    "Py_IsInitialized",
    "Py_BEGIN",
    "Py_END",
    "Py_AddPendingCall",
    "Py_UNUSED",
];

/// A rule that is broken at a place.
#[derive(Debug, Clone)]
pub struct Violation {
    pub rule: &'static Rule,
    pub severity: Severity,
    pub symbol: String,
    /// The symbol as people know it.
    pub title: String,
    pub binding: Option<String>,
    pub line: u32,
    /// Without line numbers, so that it is the same when code moves.
    pub message: String,
    pub contract: Option<String>,
    pub help: Option<String>,
}

/// What every rule says about a function.
pub fn violations(subject: &Subject<'_>) -> Vec<Violation> {
    CHECKS.iter().flat_map(|check| (check.look)(subject)).collect()
}

/// Every rule of the review, with those about the review itself.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    CHECKS.iter().map(|check| &check.rule).chain([&IDLE_ALLOWANCE])
}

/// The rule with this id.
pub fn named(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

impl<'a> Subject<'a> {
    pub fn violation(&self, check: &'static Check, line: u32, message: String) -> Violation {
        Violation {
            rule: &check.rule,
            severity: check.rule.severity,
            symbol: self.function.symbol.clone(),
            title: self.function.title.clone(),
            binding: self.function.binding.clone(),
            line,
            message,
            contract: None,
            help: None,
        }
    }

    /// A call that needs the GIL: the API, or pybind11.
    pub fn touches_python(&self, call: &Call) -> bool {
        let Some(name) = call.full_name() else { return false };
        let last = call.name();
        if FREE.iter().any(|head| last.starts_with(head)) {
            return false;
        }
        let api = (last.starts_with("Py") || last.starts_with("_Py")) && self.contract_of(call).is_some();
        let pybind = name.starts_with("py::") || name.starts_with("pybind11::");
        api || pybind && (HELPERS.contains(&last) || self.contracts.is_owner(name))
    }

    pub fn contract_of(&self, call: &Call) -> Option<&'a Contract> {
        self.contract_named(call.full_name()?)
    }

    pub fn contract_named(&self, name: &str) -> Option<&'a Contract> {
        self.scene.contract(name).or_else(|| self.contracts.named(name))
    }

    /// One event for each local and place where it got its reference, the first.
    pub fn once_per_local<'e>(&self, events: impl Iterator<Item = &'e Event>) -> impl Iterator<Item = &'e Event> {
        let mut seen = Vec::new();
        events.filter(move |event| {
            let key = (event.local.as_str(), event.since);
            let new = !seen.contains(&key);
            seen.push(key);
            new
        })
    }

    /// The reference was new, not one that the function counted by itself.
    pub fn is_new(&self, event: &Event) -> bool {
        let name = event.api.split(' ').next().unwrap_or(&event.api);
        self.contract_named(name).is_some_and(|contract| contract.returns_new() || calls::has_out(contract))
    }

    pub fn is_owner_name(&self, name: &str) -> bool {
        let base = name.split('<').next().unwrap_or(name);
        base.ends_with("reinterpret_steal") || base.ends_with("steal") || self.contracts.is_owner(name)
    }

    /// Parameters are owned by somebody else only where Python passes them.
    pub fn is_told_borrowed(&self, event: &Event) -> bool {
        event.api != "parameter" || self.scene.is_registered(self.function)
    }

    /// Who owns a reference that was given away.
    pub fn whose(&self, event: &Event) -> String {
        match event.api.as_str() {
            "parameter" => "an argument, which belongs to the caller".to_owned(),
            "" => "which nobody counted".to_owned(),
            api if self.contract_named(api).is_some_and(Contract::returns_new) => {
                "which another owner still holds".to_owned()
            }
            api => format!("a borrowed reference from `{api}`"),
        }
    }

    /// Whether the function asks `check` about this expression anywhere.
    pub fn is_checked(&self, expression: &Expr, check: &str) -> bool {
        let text = expression.text();
        self.function
            .calls()
            .iter()
            .any(|call| call.name() == check && call.arguments.first().is_some_and(|argument| argument.text() == text))
    }
}

impl Violation {
    pub fn by(self, contract: String) -> Violation {
        Violation { contract: Some(contract), ..self }
    }

    /// By what a function promises about its result.
    pub fn by_result(self, subject: &Subject<'_>, api: &str) -> Violation {
        let name = api.split(' ').next().unwrap_or(api);
        let contract = subject.contract_named(name).map(|contract| {
            if contract.out.is_some() {
                format!("`{}`: {}", contract.name, contract.out_phrase())
            } else {
                contract.of_result()
            }
        });
        Violation { contract: contract.or(self.contract.clone()), ..self }
    }

    /// By how a function fails.
    pub fn by_failure(self, subject: &Subject<'_>, api: &str) -> Violation {
        let name = api.split(' ').next().unwrap_or(api);
        let contract = subject.contract_named(name).map(Contract::of_failure);
        Violation { contract: contract.or(self.contract.clone()), ..self }
    }

    pub fn help(self, help: String) -> Violation {
        Violation { help: Some(help), ..self }
    }

    pub fn at(self, severity: Severity) -> Violation {
        Violation { severity, ..self }
    }
}
