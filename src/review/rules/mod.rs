//! The rules, a file each: a row that says what it is, and a function that finds it.

mod err_abort;
mod err_exception_escapes;
mod err_ignored_status;
mod err_pending;
mod err_swallowed;
mod err_tristate;
mod gil_callback;
mod gil_dtor;
mod gil_exception;
mod gil_nogil_api;
mod null_memory;
mod null_slot_value;
mod null_unchecked;
mod own_addobject_errpath;
mod own_borrow_of_new;
mod own_borrowed_across_call;
mod own_discarded_new;
mod own_extra_incref;
mod own_leak_errpath;
mod own_leak_local;
mod own_leak_outparam;
mod own_leak_overwritten;
mod own_leak_temp;
mod own_return_borrowed;
mod own_steal_of_borrowed;
mod own_steals_borrowed;
mod own_store_borrowed;
mod own_uaf_derived;
mod type_unchecked_cast;

use crate::finding::Severity;
use crate::review::calls;
use crate::review::contracts::Contract;
use crate::review::contracts::Contracts;
use crate::review::flow::{Event, Flow};
use crate::review::function::{Call, Expr, Function};
use crate::review::scene::Scene;
use crate::rules::Rule;
use crate::symbols::ParsedFile;

/// Every rule, in the order in which the page lists them.
pub static CHECKS: &[&Check] = &[
    &own_leak_local::CHECK,
    &own_leak_temp::CHECK,
    &own_leak_outparam::CHECK,
    &own_leak_errpath::CHECK,
    &own_leak_overwritten::CHECK,
    &own_borrow_of_new::CHECK,
    &own_steal_of_borrowed::CHECK,
    &own_steals_borrowed::CHECK,
    &own_return_borrowed::CHECK,
    &own_store_borrowed::CHECK,
    &own_discarded_new::CHECK,
    &own_extra_incref::CHECK,
    &own_uaf_derived::CHECK,
    &own_borrowed_across_call::CHECK,
    &own_addobject_errpath::CHECK,
    &err_tristate::CHECK,
    &err_ignored_status::CHECK,
    &err_pending::CHECK,
    &err_exception_escapes::CHECK,
    &err_abort::CHECK,
    &err_swallowed::CHECK,
    &null_unchecked::CHECK,
    &null_memory::CHECK,
    &null_slot_value::CHECK,
    &gil_nogil_api::CHECK,
    &gil_callback::CHECK,
    &gil_dtor::CHECK,
    &gil_exception::CHECK,
    &type_unchecked_cast::CHECK,
];

/// A rule and how it is looked for.
#[derive(Debug)]
pub struct Check {
    pub rule: Rule,
    look: fn(&Subject<'_>) -> Vec<Violation>,
}

/// A function, and what is known about it.
pub struct Subject<'a> {
    pub file: &'a ParsedFile,
    pub function: &'a Function,
    pub scene: &'a Scene<'a>,
    pub contracts: &'a Contracts,
    pub flow: &'a Flow,
}

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

pub static IDLE_ALLOWANCE: Rule = Rule {
    id: "idle-allowance",
    severity: Severity::Warning,
    summary: "a comment that should silence a rule does not",
    explanation: "\
A comment `// drift: allow(RULE): reason` silences a rule at its line and the next. One without a reason, or with the name \
of no rule, silences nothing, and is told so that nobody relies on it.",
    example: "`// drift: allow(own-leak-local)` above a table that is kept for good.",
    remedy: "Write the reason behind a colon: `// drift: allow(own-leak-local): lives as long as the process`.",
};

impl<'a> Subject<'a> {
    fn violation(&self, check: &'static Check, line: u32, message: String) -> Violation {
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

    fn contract_of(&self, call: &Call) -> Option<&'a Contract> {
        self.contract_named(call.full_name()?)
    }

    fn contract_named(&self, name: &str) -> Option<&'a Contract> {
        self.scene.contract(name).or_else(|| self.contracts.named(name))
    }

    /// One event for each local and place where it got its reference, the first.
    fn once_per_local<'e>(&self, events: impl Iterator<Item = &'e Event>) -> impl Iterator<Item = &'e Event> {
        let mut seen = Vec::new();
        events.filter(move |event| {
            let key = (event.local.as_str(), event.since);
            let new = !seen.contains(&key);
            seen.push(key);
            new
        })
    }

    /// The reference was new, not one that the function counted by itself.
    fn is_new(&self, event: &Event) -> bool {
        let name = event.api.split(' ').next().unwrap_or(&event.api);
        self.contract_named(name).is_some_and(|contract| contract.returns_new() || calls::has_out(contract))
    }

    fn is_owner_name(&self, name: &str) -> bool {
        let base = name.split('<').next().unwrap_or(name);
        base.ends_with("reinterpret_steal") || base.ends_with("steal") || self.contracts.is_owner(name)
    }

    /// Parameters are owned by somebody else only where Python passes them.
    fn is_told_borrowed(&self, event: &Event) -> bool {
        event.api != "parameter" || self.scene.is_registered(self.function)
    }

    /// Who owns a reference that was given away.
    fn whose(&self, event: &Event) -> String {
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
    fn is_checked(&self, expression: &Expr, check: &str) -> bool {
        let text = expression.text();
        self.function
            .calls()
            .iter()
            .any(|call| call.name() == check && call.arguments.first().is_some_and(|argument| argument.text() == text))
    }
}

impl Violation {
    fn by(self, contract: String) -> Violation {
        Violation { contract: Some(contract), ..self }
    }

    /// By what a function promises about its result.
    fn by_result(self, subject: &Subject<'_>, api: &str) -> Violation {
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
    fn by_failure(self, subject: &Subject<'_>, api: &str) -> Violation {
        let name = api.split(' ').next().unwrap_or(api);
        let contract = subject.contract_named(name).map(Contract::of_failure);
        Violation { contract: contract.or(self.contract.clone()), ..self }
    }

    fn help(self, help: String) -> Violation {
        Violation { help: Some(help), ..self }
    }

    fn at(self, severity: Severity) -> Violation {
        Violation { severity, ..self }
    }
}
