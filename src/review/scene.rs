//! What a file tells about its functions: which ones Python calls, and what small helpers do with references.

use std::collections::{BTreeMap, BTreeSet};

use super::contracts::{Contract, Contracts, Returns, is_raw_object};
use super::flow::{Flow, Given};
use super::function::{Function, StatementKind};
use crate::corpus::last_name;
use crate::symbols::{ParsedFile, Role, SymbolKind};

/// What is known about a file while its functions are judged.
#[derive(Debug, Default)]
pub struct Scene<'a> {
    /// Last names of functions that a table, a slot or a call registers with Python.
    registered: BTreeSet<&'a str>,
    /// Contracts read off the bodies of functions in this file, by last name.
    helpers: BTreeMap<String, Contract>,
    /// Functions in this file that call into Python.
    runs: BTreeSet<String>,
    /// The owner that the file uses most.
    owner: Option<String>,
}

impl<'a> Scene<'a> {
    pub fn of(file: &'a ParsedFile, functions: &[Function], contracts: &Contracts) -> Scene<'a> {
        let mut scene = Scene { registered: registered(file), ..Scene::default() };
        scene.runs = running(functions, contracts);
        scene.owner = owner(functions, contracts);
        // A helper may use another one: the second round knows those of the first.
        for _ in 0..2 {
            scene.helpers = helpers(functions, &scene, contracts);
        }
        scene
    }

    /// The contract of a helper in this file.
    pub fn contract(&self, name: &str) -> Option<&Contract> {
        if name.contains("::") { None } else { self.helpers.get(name) }
    }

    /// A type that releases the references it holds, as the file uses it.
    pub fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    pub fn runs_python(&self, name: &str) -> bool {
        self.runs.contains(name)
    }

    /// Whether Python calls the function directly.
    pub fn is_registered(&self, function: &Function) -> bool {
        let pasted = function.title != function.symbol;
        !function.is_lambda && !pasted && self.registered.contains(last_name(&function.symbol))
    }

    /// Whether the function looks like one that Python calls: registered here, or of the shape and the manners of one.
    pub fn is_entry(&self, function: &Function) -> bool {
        if function.is_lambda {
            return false;
        }
        let first = function.parameters.first();
        let named = first.is_some_and(|first| {
            matches!(first.name.as_str(), "self" | "_self" | "_unused" | "unused" | "module" | "cls" | "type")
        });
        let raw =
            function.parameters.iter().all(|parameter| is_raw_object(&parameter.kind) || parameter.kind == "void*");
        let shaped = is_raw_object(&function.returns) && raw && named && function.parameters.len() <= 3;
        self.is_registered(function) || shaped || function.names("HANDLE_TH_ERRORS")
    }
}

/// What the tables are made of that Python reads.
const TABLES: [&[u8]; 6] =
    [b"PyMethodDef", b"PyGetSetDef", b"PyTypeObject", b"PyType_Slot", b"Methods", b"PyHeapTypeObject"];

fn registered(file: &ParsedFile) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for symbol in file.symbols.iter() {
        let table = matches!(symbol.kind, SymbolKind::Row | SymbolKind::Table | SymbolKind::Variable);
        let slot = symbol.kind == SymbolKind::Binding && symbol.view;
        if !table && !slot {
            continue;
        }
        let kind = &file.text()[symbol.bytes.clone()];
        let of_python =
            symbol.kind == SymbolKind::Row || TABLES.iter().any(|table| memchr::memmem::find(kind, table).is_some());
        if !slot && !of_python {
            continue;
        }
        let mentioned = symbol.mentions.iter().filter(|mention| matches!(mention.role, Role::Name));
        names.extend(mentioned.map(|mention| last_name(&mention.name)));
    }
    names
}

/// The owner that most locals have; pybind11's own types convert, and are no advice.
fn owner(functions: &[Function], contracts: &Contracts) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for statement in functions.iter().flat_map(Function::statements) {
        let StatementKind::Declare(variables) = &statement.kind else { continue };
        let owners = variables.iter().map(|one| one.kind.as_str()).filter(|kind| contracts.is_owner(kind));
        owners.filter(|kind| !kind.starts_with("py")).for_each(|kind| *counts.entry(kind).or_default() += 1);
    }
    let most = counts.into_iter().max_by_key(|(kind, count)| (*count, std::cmp::Reverse(*kind)));
    most.map(|(kind, _)| kind.trim_start_matches("const ").to_owned())
}

/// Functions that call Python code by the API; one step, no closure.
fn running(functions: &[Function], contracts: &Contracts) -> BTreeSet<String> {
    let calls_python = |function: &&Function| {
        function.calls().iter().any(|call| {
            let contract = call.full_name().and_then(|name| contracts.named(name));
            contract.is_some_and(|contract| contract.runs_python && contract.name.starts_with("PyObject_Call"))
        })
    };
    functions.iter().filter(calls_python).map(|function| last_name(&function.symbol).to_owned()).collect()
}

fn helpers(functions: &[Function], scene: &Scene<'_>, contracts: &Contracts) -> BTreeMap<String, Contract> {
    let mut found: BTreeMap<String, Option<Contract>> = BTreeMap::new();
    for function in functions.iter().filter(|function| !function.is_lambda && !function.damaged) {
        let name = last_name(&function.symbol);
        let takes_objects = function.parameters.iter().any(|parameter| is_raw_object(&parameter.kind));
        if contracts.named(name).is_some() || !(takes_objects || is_raw_object(&function.returns)) {
            continue;
        }
        let own = helper(name, function, scene, contracts);
        match found.get_mut(name) {
            // Overloads that disagree say nothing.
            Some(other) if *other != own => *other = None,
            Some(_) => {}
            None => {
                found.insert(name.to_owned(), own);
            }
        }
    }
    found.into_iter().filter_map(|(name, contract)| Some((name, contract?))).collect()
}

/// A contract, where the body leaves no doubt: it only looks at its arguments, and always gives a new reference or
/// none at all.
fn helper(name: &str, function: &Function, scene: &Scene<'_>, contracts: &Contracts) -> Option<Contract> {
    let flow = Flow::of(function, scene, contracts);
    if flow.cut.is_some() {
        return None;
    }
    let looks = |name: &str| !flow.escaped.contains(name);
    let parameters = function.parameters.iter().filter(|parameter| is_raw_object(&parameter.kind));
    if !parameters.map(|parameter| parameter.name.as_str()).all(looks) {
        return None;
    }
    let returns = if is_raw_object(&function.returns) {
        let given: BTreeSet<Given> = flow.returned.iter().map(|(_, given)| *given).collect();
        if given.contains(&Given::New) && !given.contains(&Given::Borrowed) && !given.contains(&Given::Unknown) {
            Returns::New
        } else {
            Returns::Unknown
        }
    } else {
        Returns::Value
    };
    Some(Contract::of_body(name, returns, Vec::new()))
}
