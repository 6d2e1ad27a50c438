//! What an expression does to the locals it names, and what reference it gives.

use super::conditions::is_singleton;
use super::paths::{Held, Null, Origin, Path};
use super::{EventKind, Given, Walk};
use crate::corpus::last_name;
use crate::review::calls;
use crate::review::contracts::{Contract, Failure, Out, Returns, is_raw_object};
use crate::review::function::{Call, Expr, Variable};

/// What an expression gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A new reference, from this function.
    Fresh {
        api: String,
        null: Null,
    },
    /// A borrowed one.
    Borrowed {
        api: String,
        null: Null,
    },
    /// What a local holds.
    Local(String),
    /// What an owner holds, still owned by it: `x.get()`.
    Inside(String),
    /// What a local owner gave up: `x.release()`.
    Released(String),
    /// A pointer into what a local holds: `PyUnicode_AsUTF8(x)`.
    Derived(String),
    /// An owner that is not yet in a variable.
    Owner {
        null: Null,
        api: String,
    },
    /// `Py_None` and the like, and fields: named by their text.
    Named(String),
    Null,
    Other,
}

/// Functions that give a pointer into the object they are given.
const DERIVES: [&str; 7] = [
    "PyUnicode_AsUTF8",
    "PyUnicode_AsUTF8AndSize",
    "PyBytes_AS_STRING",
    "PyBytes_AsString",
    "PyByteArray_AS_STRING",
    "PyByteArray_AsString",
    "PyString_AsString",
];

impl Walk<'_> {
    pub(super) fn evaluate(&mut self, path: &mut Path, expression: &Expr, line: u32) -> Value {
        match expression {
            Expr::Name(name) => self.named(path, name, line),
            Expr::Literal(text) => {
                if text == "nullptr" {
                    Value::Null
                } else {
                    Value::Other
                }
            }
            Expr::Cast { value, .. } => self.evaluate(path, value, line),
            Expr::Call(call) => self.call(path, call, line),
            Expr::Member { object, field } => {
                let holder = self.evaluate(path, object, line);
                // `x.field` of an owner, `x->field` of a pointer: neither hands the reference on.
                if let Value::Local(name) = &holder {
                    self.dereferenced(path, name, &format!("its field `{field}`"), line);
                }
                Value::Named(expression.text())
            }
            Expr::Assign { operator, left, right } => self.assign(path, operator, left, right, line),
            Expr::Unary { operator, operand } => {
                let value = self.evaluate(path, operand, line);
                if let (Value::Local(name), "*") = (&value, operator.as_str()) {
                    self.dereferenced(path, name, "`*`", line);
                }
                if let ("&", Some(name)) = (operator.as_str(), operand.name()) {
                    self.escape(path, name);
                }
                Value::Other
            }
            Expr::Binary { operator, left, right } => {
                self.evaluate(path, left, line);
                match operator.as_str() {
                    "&&" | "||" => {
                        let after = self.assume(path.clone(), left, operator == "&&");
                        after.into_iter().for_each(|mut after| {
                            self.evaluate(&mut after, right, line);
                        });
                    }
                    _ => {
                        self.evaluate(path, right, line);
                    }
                }
                Value::Other
            }
            Expr::Choose { condition, yes, no } => {
                let (then, otherwise) = self.branch(vec![path.clone()], condition, line);
                let mut values = Vec::new();
                for (mut side, chosen) in
                    then.into_iter().map(|side| (side, yes)).chain(otherwise.into_iter().map(|side| (side, no)))
                {
                    values.push(self.evaluate(&mut side, chosen, line));
                    *path = side;
                }
                values.into_iter().find(|value| !matches!(value, Value::Null)).unwrap_or(Value::Other)
            }
            Expr::Lambda(names) => {
                names.iter().for_each(|name| self.escape(path, name));
                Value::Other
            }
            Expr::Index { object, index } => {
                self.evaluate(path, object, line);
                self.evaluate(path, index, line);
                Value::Other
            }
            Expr::New { arguments, .. } => {
                for argument in arguments {
                    let value = self.evaluate(path, argument, line);
                    self.escape_value(path, &value);
                }
                Value::Other
            }
            Expr::Other(parts) => {
                for part in parts {
                    let value = self.evaluate(path, part, line);
                    self.escape_value(path, &value);
                }
                Value::Other
            }
        }
    }

    fn named(&mut self, path: &mut Path, name: &str, line: u32) -> Value {
        if let Some(owner) = path.derived.get(name).cloned()
            && path.locals.get(&owner).is_some_and(|held| held.released)
        {
            self.tell(EventKind::Dangling { owner: owner.clone() }, line, name, "", line);
            path.derived.remove(name);
        }
        if let Some(held) = path.locals.get_mut(name) {
            if let Some(after) = held.stale.take() {
                let (api, since) = (held.origin.api().to_owned(), held.since);
                self.tell(EventKind::Stale { after }, line, name, &api, since);
            }
            return Value::Local(name.to_owned());
        }
        if is_singleton(name) { Value::Named(name.to_owned()) } else { Value::Other }
    }

    fn call(&mut self, path: &mut Path, call: &Call, line: u32) -> Value {
        let line = if call.line > 0 { call.line } else { line };
        let name = call.name().to_owned();
        match name.as_str() {
            "Py_INCREF" | "Py_XINCREF" => return self.count(path, call, 1, line),
            "Py_DECREF" | "Py_XDECREF" | "Py_CLEAR" => return self.count(path, call, -1, line),
            "Py_NewRef" | "Py_XNewRef" => {
                let null = self.counted_source(path, call, line);
                return Value::Fresh { api: name, null };
            }
            "PyErr_Occurred" => return Value::Other,
            _ => {}
        }
        if name.starts_with("PyErr_") || name.contains("error_already_set") || name.contains("python_error") {
            path.pending = None;
        }
        if let Some(receiver) = call.receiver() {
            return self.method(path, call, receiver, &name, line);
        }
        let full = call.full_name().unwrap_or_default().to_owned();
        if calls::steals_by_construction(call, self.contracts) {
            return self.constructed(path, call, line);
        }
        if calls::borrows_by_construction(call) {
            for argument in &call.arguments {
                let value = self.evaluate(path, argument, line);
                if let Value::Local(local) = &value
                    && let Some(held) = path.locals.get_mut(local)
                {
                    held.lent.get_or_insert(line);
                }
            }
            return Value::Owner { null: Null::Never, api: full };
        }
        match self.contract(&full).cloned() {
            Some(contract) => self.known(path, call, &contract, line),
            None => self.unknown(path, call, line),
        }
    }

    /// `Py_INCREF(x)` and `Py_DECREF(x)`.
    fn count(&mut self, path: &mut Path, call: &Call, by: i32, line: u32) -> Value {
        let Some(argument) = call.arguments.first() else { return Value::Other };
        let tolerant = matches!(call.name(), "Py_XINCREF" | "Py_XDECREF" | "Py_CLEAR");
        let target = match self.evaluate(path, argument, line) {
            Value::Local(name) | Value::Inside(name) => name,
            Value::Named(text) => {
                let entry = path.loose.entry(text).or_insert((0, line, String::new()));
                entry.0 += by;
                return Value::Other;
            }
            _ => return Value::Other,
        };
        if !tolerant {
            self.used(path, &target, call.name(), line);
        }
        let Some(held) = path.locals.get_mut(&target) else { return Value::Other };
        if by > 0 {
            held.counted |= matches!(held.origin, Origin::New { .. }) && !held.escaped;
            held.count += 1;
            held.stale = None;
        } else if held.owns && held.count <= 0 {
            // Released by hand what an owner releases: not followed.
            held.escape();
        } else {
            let owned = held.count == 1 && matches!(held.origin, Origin::New { .. });
            held.released = owned;
            self.consume(path, &target, line, call.name());
        }
        if call.name() == "Py_CLEAR"
            && let Some(held) = path.locals.get_mut(&target)
        {
            held.null = Null::Always;
        }
        if by < 0 {
            self.python_ran(path, call.name());
        }
        Value::Other
    }

    fn counted_source(&mut self, path: &mut Path, call: &Call, line: u32) -> Null {
        for argument in &call.arguments {
            self.evaluate(path, argument, line);
        }
        if call.name() == "Py_NewRef" { Null::Never } else { Null::Unknown }
    }

    fn method(&mut self, path: &mut Path, call: &Call, receiver: &Expr, name: &str, line: u32) -> Value {
        if let Some(local) = receiver.name().filter(|local| path.locals.get(*local).is_some_and(|held| held.owns)) {
            let local = local.to_owned();
            match name {
                "get" | "ptr" => return Value::Inside(local),
                "release" => return Value::Released(local),
                "reset" | "swap" => {
                    path.locals.entry(local).and_modify(Held::escape);
                }
                "inc_ref" => {
                    path.locals.entry(local).and_modify(|held| held.count += 1);
                }
                "dec_ref" => {
                    path.locals.entry(local).and_modify(|held| held.count -= 1);
                }
                _ => {}
            }
        }
        if let Expr::Name(other) = receiver
            && name == "ptr"
            && !path.locals.contains_key(other)
        {
            return Value::Borrowed { api: "ptr".to_owned(), null: Null::Unknown };
        }
        let inner = self.evaluate(path, receiver, line);
        // `x.release().ptr()`, `py::reinterpret_steal<…>(…).release()`.
        match (&inner, name) {
            (Value::Released(local), "ptr") => return Value::Released(local.clone()),
            (Value::Owner { null, api }, "release") => return Value::Fresh { api: api.clone(), null: *null },
            (Value::Fresh { .. }, "ptr") if receiver.call().is_some_and(|inner| inner.name() == "release") => {
                return inner;
            }
            (Value::Local(local), _) => self.dereferenced(path, &local.clone(), &format!("`{name}`"), line),
            _ => {}
        }
        if name == "operator()" {
            self.python_ran(path, name);
        }
        for argument in &call.arguments {
            let value = self.evaluate(path, argument, line);
            if !calls::looks_like_test(name) {
                self.escape_value(path, &value);
            }
        }
        Value::Other
    }

    /// An owner made of a raw pointer: it takes the reference.
    fn constructed(&mut self, path: &mut Path, call: &Call, line: u32) -> Value {
        let Some(argument) = call.arguments.first() else {
            return Value::Owner { null: Null::Never, api: String::new() };
        };
        let value = self.evaluate(path, argument, line);
        let owner = calls::owner_name(call);
        self.take(path, &value, argument, &owner, line);
        self.owned(path, &value)
    }

    /// What is known about an owner that is made of this value.
    fn owned(&self, path: &Path, value: &Value) -> Value {
        match value {
            Value::Fresh { api, null } | Value::Borrowed { api, null } => {
                Value::Owner { null: *null, api: api.clone() }
            }
            Value::Local(name) | Value::Released(name) => {
                let held = path.locals.get(name);
                let null = held.map_or(Null::Unknown, |held| held.null);
                Value::Owner { null, api: held.map_or(String::new(), |held| held.origin.api().to_owned()) }
            }
            Value::Null => Value::Owner { null: Null::Always, api: String::new() },
            _ => Value::Owner { null: Null::Unknown, api: String::new() },
        }
    }

    /// Something takes the reference over.
    fn take(&mut self, path: &mut Path, value: &Value, written: &Expr, by: &str, line: u32) {
        match value {
            Value::Local(name) => self.consume(path, name, line, by),
            Value::Inside(name) => {
                if let Some(held) = path.locals.get_mut(name) {
                    held.count -= 1;
                    held.given_at.get_or_insert(line);
                    held.given_to = by.to_owned();
                }
            }
            Value::Borrowed { api, .. } => {
                let kind = EventKind::GivenAway { to: by.to_owned() };
                self.tell(kind, line, &written.text(), &api.clone(), line);
            }
            Value::Named(text) => {
                let followed = is_singleton(text);
                if followed {
                    let entry = path.loose.entry(text.clone()).or_insert((0, line, String::new()));
                    entry.0 -= 1;
                    (entry.1, entry.2) = (line, by.to_owned());
                }
            }
            Value::Released(name) => self.empty(path, name),
            _ => {}
        }
    }

    /// The reference of a local goes elsewhere.
    fn consume(&mut self, path: &mut Path, name: &str, line: u32, by: &str) {
        let Some(held) = path.locals.get_mut(name) else { return };
        self.flow.consumed.insert((name.to_owned(), held.since));
        held.count -= 1;
        if held.count < 0 {
            held.given_at.get_or_insert(line);
            held.given_to = by.to_owned();
        }
        if !matches!(held.origin, Origin::New { .. } | Origin::Borrowed { .. } | Origin::Parameter) {
            held.count = held.count.max(0);
        }
        if matches!(held.origin, Origin::New { .. }) && !held.owns {
            held.count = held.count.max(0);
        }
        if held.origin == Origin::Parameter {
            self.flow.escaped.insert(name.to_owned());
        }
    }

    fn empty(&mut self, path: &mut Path, name: &str) {
        if let Some(held) = path.locals.get_mut(name) {
            held.null = Null::Unknown;
            held.origin = Origin::Unknown;
        }
    }

    /// A function whose contract is known.
    fn known(&mut self, path: &mut Path, call: &Call, contract: &Contract, line: u32) -> Value {
        let mut values = Vec::new();
        for (at, argument) in call.arguments.iter().enumerate() {
            if self.through_pointer(path, contract, at, argument, line) {
                values.push(Value::Other);
                continue;
            }
            let value = self.evaluate(path, argument, line);
            let stolen = calls::takes(call, contract, at);
            if let Value::Local(name) | Value::Inside(name) = &value
                && !calls::tolerates_null(&contract.name, at)
                && (contract.name.starts_with("Py") || contract.name.starts_with("_Py"))
            {
                self.used(path, name, &contract.name, line);
            }
            if stolen {
                self.take(path, &value, argument, &contract.name, line);
            }
            values.push(value);
        }
        if contract.runs_python {
            self.python_ran(path, &contract.name);
        }
        if DERIVES.contains(&contract.name.as_str())
            && let Some(Value::Local(name)) = values.first()
        {
            return Value::Derived(name.clone());
        }
        self.result(path, contract, &values)
    }

    fn result(&self, path: &Path, contract: &Contract, values: &[Value]) -> Value {
        let null = match contract.failure {
            _ if calls::is_in_bounds(&contract.name) => Null::Unknown,
            Failure::NullMemory => Null::Memory,
            Failure::Never | Failure::Throws => Null::Never,
            _ if contract.may_be_null() => Null::Unchecked,
            _ => Null::Unknown,
        };
        let api = contract.name.clone();
        match contract.returns {
            Returns::New => Value::Fresh { api, null },
            Returns::Borrowed => {
                // An item of a container that this function alone holds lives as long as that does.
                let kept = values.first().is_some_and(|container| match container {
                    Value::Local(name) => {
                        path.locals.get(name).is_some_and(|held| matches!(held.origin, Origin::New { .. }))
                    }
                    Value::Inside(_) => true,
                    _ => false,
                });
                let api = if kept { format!("{api} of its own container") } else { api };
                Value::Borrowed { api, null }
            }
            Returns::Null => Value::Null,
            _ => Value::Other,
        }
    }

    /// `&x`, where the function writes a reference to; whether it was that.
    fn through_pointer(&mut self, path: &mut Path, contract: &Contract, at: usize, argument: &Expr, line: u32) -> bool {
        let Expr::Unary { operator, operand } = argument.bare() else { return false };
        let Some(name) = operand.name().filter(|_| operator == "&").map(str::to_owned) else { return false };
        if !path.locals.contains_key(&name) {
            return false;
        }
        let api = contract.name.clone();
        let fresh = matches!(&contract.out, Some(Out::New(outs)) if outs.contains(&at));
        let borrowed = matches!(&contract.out, Some(Out::Borrowed(outs)) if outs.contains(&at));
        let parsed = matches!(&contract.out, Some(Out::Format));
        let owns = path.locals[&name].owns;
        let held = if fresh && !owns {
            let held = Held::of(Origin::New { api }, Null::Unknown, line);
            Held { out: true, ..held }
        } else if borrowed {
            Held::of(Origin::Borrowed { api }, Null::Never, line)
        } else if parsed {
            Held::parameter(line)
        } else {
            let mut held = path.locals[&name].clone();
            held.escape();
            held.null = Null::Unknown;
            held.origin = Origin::Unknown;
            held
        };
        path.locals.insert(name, held);
        true
    }

    /// A function that nothing is known about may do anything with what it is given.
    fn unknown(&mut self, path: &mut Path, call: &Call, line: u32) -> Value {
        let name = call.name().to_owned();
        let harmless = calls::looks_like_test(&name) || calls::asserts(&name);
        for argument in &call.arguments {
            let value = self.evaluate(path, argument, line);
            if let (Value::Local(local), "move" | "swap" | "exchange" | "forward") = (&value, name.as_str()) {
                self.escape(path, &local.clone());
            } else if !harmless {
                self.escape_value(path, &value);
            }
        }
        if let Expr::Other(_) | Expr::Call(_) | Expr::Index { .. } = &call.function {
            self.evaluate(path, &call.function, line);
        }
        if let Some(local) = call.full_name().filter(|name| path.locals.contains_key(*name)) {
            let local = local.to_owned();
            path.locals.entry(local).and_modify(Held::escape);
        }
        if self.scene.runs_python(&name) {
            self.python_ran(path, &name);
        }
        Value::Other
    }

    /// Python code ran: what is borrowed from containers may be gone.
    fn python_ran(&mut self, path: &mut Path, after: &str) {
        for held in path.locals.values_mut() {
            let Origin::Borrowed { api } = &held.origin else { continue };
            if held.count <= 0 && calls::is_item(api) && !held.escaped {
                held.stale = Some(after.to_owned());
            }
        }
    }

    fn used(&mut self, path: &mut Path, name: &str, by: &str, line: u32) {
        let Some(held) = path.locals.get_mut(name) else { return };
        let memory = match held.null {
            Null::Unchecked => false,
            Null::Memory => true,
            _ => return,
        };
        held.null = Null::Never;
        let (api, since) = (held.origin.api().to_owned(), held.since);
        self.tell(EventKind::NullUsed { by: by.to_owned(), memory }, line, name, &api, since);
    }

    fn dereferenced(&mut self, path: &mut Path, name: &str, how: &str, line: u32) {
        if path.locals.get(name).is_some_and(|held| !held.owns) {
            self.used(path, name, how, line);
        }
    }

    fn escape(&mut self, path: &mut Path, name: &str) {
        if let Some(held) = path.locals.get_mut(name) {
            held.escape();
            self.flow.escaped.insert(name.to_owned());
        }
    }

    fn escape_value(&mut self, path: &mut Path, value: &Value) {
        match value {
            Value::Local(name) if path.locals.get(name).is_none_or(|held| !held.owns) => self.escape(path, name),
            Value::Released(name) => self.escape(path, name),
            // What an owner keeps may be counted by whoever sees it, and what was counted may be taken.
            Value::Inside(name) | Value::Local(name) => {
                if let Some(held) = path.locals.get_mut(name) {
                    held.count = held.count.min(0);
                    held.null = if held.null == Null::Unchecked { Null::Unknown } else { held.null };
                }
            }
            _ => {}
        }
    }

    fn assign(&mut self, path: &mut Path, operator: &str, left: &Expr, right: &Expr, line: u32) -> Value {
        let value = self.evaluate(path, right, line);
        if operator != "=" {
            return Value::Other;
        }
        match left.bare() {
            Expr::Name(name) => {
                if let Some(held) = path.locals.get(name).cloned() {
                    self.reassign(path, name, &held, right, value, line);
                    return Value::Local(name.clone());
                }
                path.derived.remove(name);
                if let Value::Derived(owner) = &value {
                    path.derived.insert(name.clone(), owner.clone());
                }
                self.store(path, left, &value, line);
            }
            _ => self.store(path, left, &value, line),
        }
        value
    }

    /// Into a field, an element, a global or through a pointer.
    fn store(&mut self, path: &mut Path, left: &Expr, value: &Value, line: u32) {
        match value {
            Value::Local(name) => {
                let held = path.locals.get(name);
                let borrowed = held.is_some_and(|held| held.is_borrowed() && held.count <= 0 && !held.escaped);
                if borrowed {
                    let (api, since) = held.map(|held| (held.origin.api().to_owned(), held.since)).unwrap_or_default();
                    self.tell(EventKind::Stored { place: left.text() }, line, name, &api, since);
                    self.escape(path, name);
                } else {
                    self.consume(path, name, line, "its new place");
                    self.escape(path, name);
                }
            }
            Value::Borrowed { api, .. } => {
                self.tell(EventKind::Stored { place: left.text() }, line, "", &api.clone(), line);
            }
            Value::Released(name) => self.empty(path, name),
            _ => {}
        }
    }

    fn reassign(&mut self, path: &mut Path, name: &str, old: &Held, right: &Expr, value: Value, line: u32) {
        let itself = matches!(&value, Value::Local(other) | Value::Inside(other) if other == name);
        if itself {
            return;
        }
        let now = path.locals.get(name).cloned().unwrap_or_else(|| old.clone());
        let used = right.parts().iter().any(|part| part.name() == Some(name));
        if now.count > 0 && !now.owns && !now.is_null() && !now.escaped && !used {
            self.tell(EventKind::Overwritten, line, name, now.origin.api(), now.since);
        }
        let variable = Variable {
            name: name.to_owned(),
            kind: if old.owns { "THPObjectPtr" } else { "PyObject*" }.to_owned(),
            value: None,
            direct: false,
            lasting: false,
        };
        self.bind(path, &variable, value, line);
    }

    /// Puts a value into a variable of this type.
    pub(super) fn bind(&mut self, path: &mut Path, variable: &Variable, value: Value, line: u32) {
        let name = variable.name.clone();
        path.derived.remove(&name);
        if variable.lasting {
            self.store(path, &Expr::Name(name), &value, line);
            return;
        }
        let owner = self.contracts.is_owner(&variable.kind);
        let deduced = variable.kind.contains("auto");
        let copied = matches!(&value, Value::Local(other) if path.locals.get(other).is_some_and(|held| held.owns));
        if owner && copied {
            path.locals.insert(name, Held::owner(Origin::Unknown, line));
            return;
        }
        if owner {
            self.take(path, &value, &Expr::Name(name.clone()), &variable.kind, line);
            let made = match self.owned(path, &value) {
                Value::Owner { null, api } => (null, api),
                _ => (Null::Unknown, String::new()),
            };
            let (null, api) = if let Value::Owner { null, api } = value { (null, api) } else { made };
            let held = self.owner(null, api, line);
            path.locals.insert(name, held);
            return;
        }
        if let (Value::Owner { null, api }, true) = (&value, deduced) {
            let held = self.owner(*null, api.clone(), line);
            path.locals.insert(name, held);
            return;
        }
        let text = variable.kind.contains("char") && variable.kind.ends_with('*');
        if let (Value::Derived(owner), true) = (&value, text || deduced) {
            path.derived.insert(name.clone(), owner.clone());
        }
        if !is_raw_object(&variable.kind) && !deduced {
            self.escape_value(path, &value);
            path.locals.remove(&name);
            return;
        }
        let held = match value {
            Value::Fresh { api, null } => Held::of(Origin::New { api }, null, line),
            Value::Borrowed { api, null } => Held::of(Origin::Borrowed { api }, null, line),
            Value::Null => Held { null: Null::Always, ..Held::empty(line) },
            Value::Named(text) if is_singleton(&text) => {
                let counted = path.loose.get_mut(&text).filter(|entry| entry.0 > 0);
                let count = i32::from(counted.map(|entry| entry.0 -= 1).is_some());
                Held { count, ..Held::of(Origin::Borrowed { api: text }, Null::Never, line) }
            }
            Value::Local(other) => match path.locals.get_mut(&other) {
                // The reference moves to the new name; the old one may still be used.
                Some(held) if !held.owns => {
                    let moved = held.clone();
                    held.escape();
                    self.flow.consumed.insert((other, moved.since));
                    moved
                }
                _ => Held::empty(line),
            },
            Value::Released(other) => {
                let api = path.locals.get(&other).map_or("", |held| held.origin.api()).to_owned();
                self.empty(path, &other);
                Held::of(Origin::New { api }, Null::Unknown, line)
            }
            Value::Inside(_) | Value::Other if is_raw_object(&variable.kind) => {
                Held { origin: Origin::Unknown, ..Held::empty(line) }
            }
            _ => {
                path.locals.remove(&name);
                return;
            }
        };
        path.locals.insert(name, held);
    }

    /// A local owner, whatever it was made of. One that was made of a borrowed reference may count it afterwards: what
    /// was told of it is taken back, and told when the path ends.
    fn owner(&mut self, null: Null, api: String, line: u32) -> Held {
        if api.is_empty() {
            return Held { null, ..Held::owner(Origin::Unknown, line) };
        }
        let is_told = |event: &super::Event| {
            event.api == api && event.line == event.since && matches!(event.kind, EventKind::GivenAway { .. })
        };
        let near = |event: &super::Event| event.line.abs_diff(line) < 6;
        let told = self.flow.events.iter().find(|event| is_told(event) && near(event)).cloned();
        let Some(told) = told else {
            return Held { null, ..Held::owner(Origin::New { api }, line) };
        };
        self.flow.events.remove(&told);
        let EventKind::GivenAway { to } = told.kind else { unreachable!("only what was given away is looked for") };
        let held = Held { null, ..Held::owner(Origin::Borrowed { api }, line) };
        Held { count: -1, given_at: Some(told.line), given_to: to, ..held }
    }

    /// `return value;`.
    pub(super) fn give_back(&mut self, mut path: Path, value: Option<&Expr>, line: u32) {
        if let Some(Expr::Choose { condition, yes, no }) = value.map(Expr::bare) {
            let (then, otherwise) = self.branch(vec![path], condition, line);
            then.into_iter().for_each(|path| self.give_back(path, Some(yes), line));
            otherwise.into_iter().for_each(|path| self.give_back(path, Some(no), line));
            return;
        }
        let Some(value) = value else {
            self.leave(path, line, false);
            return;
        };
        let result = self.evaluate(&mut path, value, line);
        if hands_error_on(value, &result, &path) {
            path.pending = None;
        }
        let given = self.given(&mut path, &result, value, line);
        self.flow.returned.insert((line, given));
        self.leave(path, line, false);
    }

    fn given(&mut self, path: &mut Path, result: &Value, value: &Expr, line: u32) -> Given {
        match result {
            Value::Fresh { .. } | Value::Released(_) => Given::New,
            Value::Null => Given::Null,
            Value::Owner { .. } => Given::New,
            Value::Borrowed { api, .. } => {
                self.returned_borrowed(&value.text(), &api.clone(), line);
                Given::Borrowed
            }
            Value::Named(text) if text.starts_with("Py_RETURN_") => Given::Singleton,
            Value::Named(text) => {
                let counted = path.loose.get_mut(text).filter(|entry| entry.0 > 0);
                match counted {
                    Some(entry) => {
                        entry.0 -= 1;
                        Given::Singleton
                    }
                    None if is_singleton(text) || text.starts_with("self.") || text.contains("self).") => {
                        self.returned_borrowed(text, "", line);
                        Given::Borrowed
                    }
                    None => Given::Unknown,
                }
            }
            Value::Local(name) => {
                let held = path.locals.get(name).cloned();
                let Some(held) = held else { return Given::Unknown };
                self.flow.consumed.insert((name.clone(), held.since));
                if held.is_null() {
                    return Given::Null;
                }
                if held.origin == Origin::Parameter {
                    self.flow.escaped.insert(name.clone());
                }
                let owned = held.count > 0;
                if let Some(local) = path.locals.get_mut(name) {
                    local.count = (local.count - 1).max(0);
                }
                if held.owns || held.escaped {
                    return Given::Unknown;
                }
                if !owned && held.is_borrowed() {
                    self.returned_borrowed(name, held.origin.api(), line);
                    return Given::Borrowed;
                }
                if owned { Given::New } else { Given::Unknown }
            }
            Value::Inside(name) => {
                if let Some(held) = path.locals.get_mut(name).filter(|held| held.count > 0) {
                    held.count -= 1;
                    return Given::New;
                }
                Given::Unknown
            }
            _ if value.name().is_some_and(|name| last_name(name).starts_with("Py_RETURN_")) => Given::Singleton,
            _ => Given::Unknown,
        }
    }

    fn returned_borrowed(&mut self, what: &str, api: &str, line: u32) {
        if is_raw_object(&self.function.returns) {
            self.tell(EventKind::ReturnedBorrowed, line, what, api, line);
        }
    }

    pub(super) fn never_returns(&self, value: &Expr) -> bool {
        let Some(call) = value.call() else { return false };
        matches!(
            call.name(),
            "abort"
                | "exit"
                | "Py_FatalError"
                | "Py_UNREACHABLE"
                | "AT_ERROR"
                | "terminate"
                | "rethrow_exception"
                | "pybind11_fail"
                | "throw_python_error"
        )
    }
}

/// The caller learns of the failure from what is returned.
fn hands_error_on(value: &Expr, result: &Value, path: &Path) -> bool {
    let text = value.bare().text();
    let failing =
        matches!(text.as_str(), "nullptr" | "-1" | "false" | "0" | "1" | "std::nullopt" | "c10::nullopt" | "{}");
    let null_local = matches!(result, Value::Local(name) if path.locals.get(name).is_some_and(Held::is_null));
    failing || null_local || matches!(result, Value::Null) || matches!(value, Expr::Other(parts) if parts.is_empty())
}
