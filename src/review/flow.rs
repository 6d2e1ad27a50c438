//! Follows the paths through a function, keeping for each local what reference it holds and whether it may be null.
//!
//! Forks at conditions, runs loops up to twice, and tells what it met as [`Event`]s; what they mean is for the rules.

mod conditions;
mod expressions;
mod paths;

use std::collections::{BTreeMap, BTreeSet};

use super::contracts::{Contract, Contracts, is_raw_object};
use super::function::{Function, Statement, StatementKind, Variable};
use super::scene::Scene;
use paths::{Held, Origin, Path};

/// So many different states are followed at once.
const PATH_LIMIT: usize = 64;

/// What a walk over the paths of a function met.
#[derive(Debug, Default)]
pub struct Flow {
    pub events: BTreeSet<Event>,
    /// What each `return` gives back, with its line.
    pub returned: BTreeSet<(u32, Given)>,
    /// Parameters that something may have taken over.
    pub escaped: BTreeSet<String>,
    /// Locals whose reference is handed on or released on some path, by name and the line where it was obtained.
    consumed: BTreeSet<(String, u32)>,
    /// Why not every path was followed.
    pub cut: Option<Cut>,
}

/// Where the walk over paths ends before the paths do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cut {
    /// There are more states than are followed at once.
    States,
    /// A `goto`.
    Jump,
}

impl Cut {
    pub fn reason(self) -> &'static str {
        match self {
            Cut::States => "it has more paths than are followed",
            Cut::Jump => "a `goto` in it is not followed",
        }
    }
}

/// What kind of reference is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Given {
    New,
    /// `Py_None` and the like, counted.
    Singleton,
    Null,
    Borrowed,
    Unknown,
}

/// Something that happened on some path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Where it shows.
    pub line: u32,
    pub kind: EventKind,
    pub local: String,
    /// The function that the reference comes from.
    pub api: String,
    /// Where the reference was obtained.
    pub since: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// A raw local leaves the function with a reference that nothing took.
    Held { out: bool, counted: bool, lent: Option<u32>, throws: bool },
    /// A raw local is given another value while it holds a reference.
    Overwritten,
    /// A reference that nobody owned was given away. `to` takes it over.
    GivenAway { to: String },
    /// What a registered function returns is owned by somebody else.
    ReturnedBorrowed,
    /// Used although it may be null.
    NullUsed { by: String, memory: bool },
    /// Borrowed from a container, and used after code that may have changed it.
    Stale { after: String },
    /// A pointer into an object that was released.
    Dangling { owner: String },
    /// Left with an exception set that nobody handles.
    Pending,
    /// A borrowed reference was stored where it outlives the call.
    Stored { place: String },
}

impl Flow {
    pub fn of(function: &Function, scene: &Scene<'_>, contracts: &Contracts) -> Flow {
        let mut walk = Walk { function, scene, contracts, flow: Flow::default() };
        let start = walk.start();
        let rest = walk.block(&function.body, vec![start]);
        let end = function.lines.end;
        for path in rest.all() {
            walk.leave(path, end, false);
        }
        walk.flow
    }

    pub fn is_consumed(&self, event: &Event) -> bool {
        self.consumed.contains(&(event.local.clone(), event.since))
    }
}

struct Walk<'a> {
    function: &'a Function,
    scene: &'a Scene<'a>,
    contracts: &'a Contracts,
    flow: Flow,
}

/// Where paths are after a statement.
#[derive(Default)]
struct Ends {
    on: Vec<Path>,
    broken: Vec<Path>,
    continued: Vec<Path>,
}

impl Ends {
    fn all(self) -> impl Iterator<Item = Path> {
        self.on.into_iter().chain(self.broken).chain(self.continued)
    }
}

impl<'a> Walk<'a> {
    fn start(&self) -> Path {
        let mut path = Path::default();
        for parameter in &self.function.parameters {
            if is_raw_object(&parameter.kind) && !parameter.name.is_empty() {
                path.locals.insert(parameter.name.clone(), Held::parameter(self.function.lines.start));
            }
        }
        path
    }

    fn contract(&self, name: &str) -> Option<&'a Contract> {
        self.scene.contract(name).or_else(|| self.contracts.named(name))
    }

    fn block(&mut self, statements: &[Statement], paths: Vec<Path>) -> Ends {
        let mut ends = Ends { on: paths, ..Ends::default() };
        let mut declared: BTreeMap<String, Option<Held>> = BTreeMap::new();
        for statement in statements {
            if ends.on.is_empty() {
                break;
            }
            if let StatementKind::Declare(variables) = &statement.kind {
                for variable in variables {
                    let outer = ends.on[0].locals.get(&variable.name).cloned();
                    declared.entry(variable.name.clone()).or_insert(outer);
                }
            }
            let on = std::mem::take(&mut ends.on);
            let after = self.statement(statement, on);
            ends.on = self.limited(after.on);
            ends.broken.extend(after.broken);
            ends.continued.extend(after.continued);
        }
        let line = statements.last().map_or(0, |last| last.line);
        for paths in [&mut ends.on, &mut ends.broken, &mut ends.continued] {
            paths.iter_mut().for_each(|path| self.close(path, &declared, line));
            paths.sort();
            paths.dedup();
        }
        ends
    }

    /// The end of a scope: what was declared in it is gone.
    fn close(&mut self, path: &mut Path, declared: &BTreeMap<String, Option<Held>>, line: u32) {
        for (name, outer) in declared {
            if let Some(held) = path.locals.remove(name) {
                self.gone(path, name, &held, line, false);
            }
            if let Some(outer) = outer {
                path.locals.insert(name.clone(), outer.clone());
            }
        }
    }

    fn limited(&mut self, mut paths: Vec<Path>) -> Vec<Path> {
        paths.sort();
        paths.dedup();
        if paths.len() > PATH_LIMIT {
            self.flow.cut = Some(Cut::States);
            paths.truncate(PATH_LIMIT);
        }
        paths
    }

    fn statement(&mut self, statement: &Statement, paths: Vec<Path>) -> Ends {
        let line = statement.line;
        match &statement.kind {
            StatementKind::Expression(value) => {
                let mut on = Vec::new();
                for mut path in paths {
                    let holds = self.asserted(value);
                    self.evaluate(&mut path, value, line);
                    match holds {
                        Some(condition) => on.extend(self.assume(path, condition, true)),
                        None => on.push(path),
                    }
                }
                let on = if self.never_returns(value) { Vec::new() } else { on };
                Ends { on, ..Ends::default() }
            }
            StatementKind::Declare(variables) => {
                let mut on = paths;
                for variable in variables {
                    on = on.into_iter().flat_map(|path| self.declare(path, variable, line)).collect();
                }
                Ends { on, ..Ends::default() }
            }
            StatementKind::Return(value) => {
                for path in paths {
                    self.give_back(path, value.as_ref(), line);
                }
                Ends::default()
            }
            StatementKind::Throw(value) => {
                for mut path in paths {
                    if let Some(value) = value {
                        self.evaluate(&mut path, value, line);
                    }
                    path.pending = None;
                    self.leave(path, line, true);
                }
                Ends::default()
            }
            StatementKind::If { condition, then, otherwise } => {
                let mut ends = Ends::default();
                let (yes, no) = self.branch(paths, condition, line);
                for after in [self.block(then, yes), self.block(otherwise, no)] {
                    ends.on.extend(after.on);
                    ends.broken.extend(after.broken);
                    ends.continued.extend(after.continued);
                }
                ends
            }
            StatementKind::Loop { condition, body, step, tested_last } => {
                self.repeated(condition.as_ref(), body, step.as_ref(), *tested_last, line, paths)
            }
            StatementKind::Switch { value, cases } => self.switch(value, cases, line, paths),
            StatementKind::Try { body, handlers } => {
                let start = paths.clone();
                let mut ends = self.block(body, paths);
                for handler in handlers {
                    let after = self.block(&handler.body, start.iter().cloned().map(Path::interrupted).collect());
                    ends.on.extend(after.on);
                    ends.broken.extend(after.broken);
                    ends.continued.extend(after.continued);
                }
                ends
            }
            StatementKind::Block(statements) => self.block(statements, paths),
            StatementKind::Variants(branches) => self.variants(branches, paths),
            StatementKind::Break => Ends { broken: paths, ..Ends::default() },
            StatementKind::Continue => Ends { continued: paths, ..Ends::default() },
            StatementKind::Jump => {
                self.flow.cut = Some(Cut::Jump);
                Ends { on: paths.into_iter().map(Path::interrupted).collect(), ..Ends::default() }
            }
        }
    }

    fn variants(&mut self, branches: &[Vec<Statement>], paths: Vec<Path>) -> Ends {
        let mut ends = Ends::default();
        for branch in branches {
            // Declarations of a branch of the preprocessor live on behind it.
            let mut on = paths.clone();
            for statement in branch {
                let after = self.statement(statement, on);
                on = self.limited(after.on);
                ends.broken.extend(after.broken);
                ends.continued.extend(after.continued);
            }
            ends.on.extend(on);
        }
        if branches.len() < 2 {
            ends.on.extend(paths);
        }
        ends
    }

    fn switch(
        &mut self,
        value: &super::function::Expr,
        cases: &[Vec<Statement>],
        line: u32,
        mut paths: Vec<Path>,
    ) -> Ends {
        for path in &mut paths {
            self.evaluate(path, value, line);
        }
        let mut ends = Ends { on: paths.clone(), ..Ends::default() };
        let mut falling = Vec::new();
        for case in cases {
            let start: Vec<Path> = paths.iter().cloned().chain(falling).collect();
            let after = self.block(case, start);
            falling = after.on;
            ends.on.extend(after.broken);
            ends.continued.extend(after.continued);
        }
        ends.on.extend(falling);
        ends
    }

    fn repeated(
        &mut self,
        condition: Option<&super::function::Expr>,
        body: &[Statement],
        step: Option<&super::function::Expr>,
        tested_last: bool,
        line: u32,
        paths: Vec<Path>,
    ) -> Ends {
        let mut left = Vec::new();
        let mut round = paths;
        for turn in 0..2 {
            let entering = match condition {
                Some(condition) if !(tested_last && turn == 0) => {
                    let (yes, no) = self.branch(round, condition, line);
                    left.extend(no);
                    yes
                }
                Some(_) => round,
                None => {
                    left.extend(round.iter().cloned());
                    round
                }
            };
            let after = self.block(body, entering);
            left.extend(after.broken);
            round = self.limited(after.on.into_iter().chain(after.continued).collect());
            if let Some(step) = step {
                for path in &mut round {
                    self.evaluate(path, step, line);
                }
            }
        }
        match condition {
            Some(condition) => left.extend(self.branch(round, condition, line).1),
            None => left.extend(round),
        }
        Ends { on: self.limited(left), ..Ends::default() }
    }

    fn declare(&mut self, mut path: Path, variable: &Variable, line: u32) -> Vec<Path> {
        let name = &variable.name;
        if let Some(held) = path.locals.remove(name) {
            self.gone(&mut path, name, &held, line, false);
        }
        let Some(value) = &variable.value else {
            if self.contracts.is_owner(&variable.kind) {
                path.locals.insert(name.clone(), Held::owner(Origin::Nothing, line));
            } else if is_raw_object(&variable.kind) && !variable.lasting {
                path.locals.insert(name.clone(), Held::empty(line));
            }
            return vec![path];
        };
        if let super::function::Expr::Choose { condition, yes, no } = value {
            let (then, otherwise) = self.branch(vec![path], condition, line);
            let then: Vec<Path> = then.into_iter().map(|path| self.bound(path, variable, yes, line)).collect();
            let otherwise = otherwise.into_iter().map(|path| self.bound(path, variable, no, line));
            return then.into_iter().chain(otherwise.collect::<Vec<_>>()).collect();
        }
        vec![self.bound(path, variable, value, line)]
    }

    fn bound(&mut self, mut path: Path, variable: &Variable, value: &super::function::Expr, line: u32) -> Path {
        let value = self.evaluate(&mut path, value, line);
        self.bind(&mut path, variable, value, line);
        path
    }

    /// The path ends here: what it still holds is told.
    fn leave(&mut self, mut path: Path, line: u32, throws: bool) {
        let locals = std::mem::take(&mut path.locals);
        for (name, held) in &locals {
            self.gone(&mut path, name, held, line, throws);
        }
        for (text, (count, since, to)) in &path.loose {
            if *count < 0 {
                let kind = EventKind::GivenAway { to: to.clone() };
                self.tell(kind, *since, text, "", *since);
            }
        }
        if let Some((local, api, since)) = path.pending.take() {
            self.tell(EventKind::Pending, line, &local, &api, since);
        }
    }

    /// A local goes out of scope.
    fn gone(&mut self, _path: &mut Path, name: &str, held: &Held, line: u32, throws: bool) {
        if held.count > 0 && !held.is_null() && (!held.owns || held.counted) {
            let kind = EventKind::Held { out: held.out, counted: held.counted, lent: held.lent, throws };
            self.tell(kind, line, name, held.origin.api(), held.since);
        }
        if held.count < 0 && !held.escaped && !held.is_null() {
            let at = held.given_at.unwrap_or(line);
            let kind = EventKind::GivenAway { to: held.given_to.clone() };
            if held.is_borrowed() || held.owns {
                self.tell(kind, at, name, held.origin.api(), held.since);
            }
        }
    }

    fn tell(&mut self, kind: EventKind, line: u32, local: &str, api: &str, since: u32) {
        let (local, api) = (local.to_owned(), api.to_owned());
        self.flow.events.insert(Event { line, kind, local, api, since });
    }
}
