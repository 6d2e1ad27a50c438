//! Rung `structure`: where code stands. Build conditions around the same code, linkage, unused locals, temporaries used
//! once, and code that moved into or out of a helper.

mod dispatch;
mod flow;

use std::collections::{BTreeMap, BTreeSet};

use super::spelling::cpp::settle_blocks;
use super::{Pair, Rung, Surroundings, conditions, expansion, layout, message, names, ownership, spelling};
use crate::symbols::{Language, SymbolKind, Term};
pub use dispatch::Constants;

pub fn erase(pair: &mut Pair<'_>) {
    for term in [&mut pair.before, &mut pair.after] {
        term.children.retain(|child| child.kind != "condition" && !is_blanked_directive(child));
    }
    if pair.language == Language::Cpp {
        let Surroundings { moved, gone, new, .. } = pair.surroundings;
        for (term, lone) in [(&mut pair.before, gone), (&mut pair.after, new)] {
            forget_place(term, moved);
            forget_accessor(term, moved, lone);
        }
        dispatch::settle(pair);
        expansion::expand(pair);
        conditions::settle(pair);
        for term in [&mut pair.before, &mut pair.after] {
            regroup(term);
        }
    }
}

/// Calls of a function that moved to another namespace or class name it without the place.
fn forget_place(term: &mut Term, moved: &BTreeSet<String>) {
    if moved.is_empty() {
        return;
    }
    term.rewrite(&mut |node| {
        match node.kind {
            "qualified_identifier" => {}
            "lead" => return node.text = forget_paths(&node.text, moved).into(),
            _ => return forget_read_paths(node, moved),
        }
        // The name itself, or the class or enumeration it stands in.
        let names_moved = |child: &Term| {
            let named = if child.is_leaf() { Some(child) } else { child.child("scope") };
            named.is_some_and(|named| moved.contains(&*named.text))
        };
        let last = node.children.iter().position(|child| child.field == Some("name") && names_moved(child));
        if let Some(at) = last {
            *node = Term { field: node.field, ..node.children.swap_remove(at) };
        }
    });
}

/// The same in code that is kept as text.
fn forget_paths(text: &str, moved: &BTreeSet<String>) -> String {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let parts = text.split_inclusive(|c: char| !is_path(c));
    parts.fold(String::new(), |out, part| {
        let (path, rest) = part.split_at(part.find(|c: char| !is_path(c)).unwrap_or(part.len()));
        let last = path.rsplit("::").next().unwrap_or(path);
        out + if moved.contains(last) { last } else { path } + rest
    })
}

/// The same in code that could only be read as tokens: `a :: Kind`.
fn forget_read_paths(node: &mut Term, moved: &BTreeSet<String>) {
    let is_word = |term: &Term| term.is_leaf() && term.text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    while let Some(at) = (1..node.children.len()).find(|&at| {
        let scope = node.children[at - 1].is_leaf() && &*node.children[at - 1].text == "::";
        scope && node.children[at].is_leaf() && moved.contains(&*node.children[at].text)
    }) {
        let start = if at >= 2 && is_word(&node.children[at - 2]) { at - 2 } else { at - 1 };
        node.children.drain(start..at);
    }
}

/// `x->slot()->f()` is `x->f()`, where `f` moved to another class and `slot`, which only one side has, leads there.
fn forget_accessor(term: &mut Term, moved: &BTreeSet<String>, lone: &BTreeMap<String, Term>) {
    if moved.is_empty() || lone.is_empty() {
        return;
    }
    term.rewrite(&mut |node| {
        let reached = node.child("field").filter(|field| moved.contains(&*field.text)).cloned();
        let Some(leads) = node.child("argument").filter(|it| it.kind == "call_expression") else { return };
        let bare = leads.child("arguments").is_some_and(Term::is_leaf);
        let (Some(name), Some(accessor)) = (reached, leads.child("function").filter(|_| bare)) else { return };
        let called = if accessor.is_leaf() { Some(accessor) } else { accessor.child("field") };
        if !called.and_then(|called| lone.get(&*called.text)).is_some_and(is_accessor) {
            return;
        }
        let mut direct = accessor.clone();
        if direct.is_leaf() {
            direct = name;
        } else if let Some(field) = direct.child_mut("field") {
            field.text = name.text;
        }
        *node = Term { field: node.field, ..direct };
    });
}

/// A function that only gives out a member: `{ return slot_; }`, `{ return &slot_; }`.
fn is_accessor(function: &Term) -> bool {
    let tokens = function.child("body").map_or(Vec::new(), Term::tokens);
    matches!(tokens.as_slice(), ["{", "return", _, ";", "}"] | ["{", "return", "&" | "*", _, ";", "}"])
}

/// Directives that blanking removed from an initialiser or an argument list, without any code of theirs.
fn is_blanked_directive(term: &Term) -> bool {
    term.kind == "blanked" && term.text.starts_with('#') && term.text.matches('#').count() == 1
}

/// Drops what nothing uses and writes temporaries where they are used.
pub fn regroup(term: &mut Term) {
    expand_local_aliases(term);
    if hides_code(term) {
        return names::renumber(term);
    }
    read_fields(term);
    if term.kind == "function_definition" {
        term.children.retain(|child| child.kind != "storage_class_specifier");
        drop_unused_parameters(term);
    }
    forget_unread_exceptions(term);
    flow::straighten(term);
    for _ in 0..8 {
        drop_dead_stores(term);
        let uses = count_locals(term);
        let mut changed = false;
        term.rewrite(&mut |block| {
            if block.kind == "compound_statement" {
                block.children.retain(|statement| !reserves(statement));
                changed |= drop_unused_locals(block, &uses) || forward_temporaries(block, &uses);
            }
        });
        if !changed {
            break;
        }
        // A value in its new place may be spelled in another way there.
        spelling::erase(term, Language::Cpp, SymbolKind::Function);
    }
    names::renumber(term);
}

/// A constructor that has given a parameter to a field may read either from there on.
fn read_fields(function: &mut Term) {
    if function.kind != "function_definition" || function.child("type").is_some() {
        return;
    }
    let Some(body) = function.child_mut("body") else { return };
    let mut kept: Vec<(Box<str>, Term)> = Vec::new();
    for at in 0..body.children.len() {
        let Some((field, parameter)) = kept_parameter(&body.children[at]) else { break };
        if is_written(body, &parameter.text, 0) && is_written(body, &field.text, 1) {
            kept.push((parameter.text.clone(), field.clone()));
        }
        for later in &mut body.children[at + 1..] {
            later.rewrite(&mut |leaf| {
                let field = kept.iter().find(|(parameter, _)| leaf.is_leaf() && *parameter == leaf.text);
                if let Some((_, field)) = field {
                    *leaf = Term { field: leaf.field, ..field.clone() };
                }
            });
        }
    }
}

/// `field = $1;`
fn kept_parameter(statement: &Term) -> Option<(Term, Term)> {
    let assignment = statement.children.first().filter(|_| statement.kind == "expression_statement")?;
    let (left, right) = (assignment.child("left")?, assignment.child("right")?);
    let plain = assignment.kind == "assignment_expression" && left.is_leaf() && right.is_leaf();
    (plain && !left.text.starts_with('$') && right.text.starts_with('$')).then(|| (left.clone(), right.clone()))
}

/// Whether a name is assigned, stepped or given away by address so many times.
fn is_written(body: &Term, name: &str, times: usize) -> bool {
    let is_named = |term: Option<&Term>| term.is_some_and(|term| term.is_leaf() && *term.text == *name);
    let mut written = 0;
    body.visit(&mut |node| {
        written += usize::from(match node.kind {
            "assignment_expression" => is_named(node.child("left")),
            "step" | "step_back" => is_named(node.children.first()),
            "update_expression" | "pointer_expression" => is_named(node.child("argument")),
            _ => false,
        });
    });
    written == times
}

/// Some of the code was blanked before parsing: what nothing seems to use may be used there.
fn hides_code(term: &Term) -> bool {
    let hidden =
        |child: &Term| child.text.contains("<<") || (child.text.starts_with('#') && !is_blanked_directive(child));
    term.children.iter().any(|child| child.kind == "blanked" && hidden(child))
}

/// `v.reserve(n);` only saves time.
fn reserves(statement: &Term) -> bool {
    let call = statement.children.first().filter(|_| statement.kind == "expression_statement");
    let function = call.and_then(|call| call.child("function"));
    function.is_some_and(|function| function.child("field").is_some_and(|field| &*field.text == "reserve"))
}

fn count_locals(term: &Term) -> BTreeMap<String, usize> {
    let mut uses = BTreeMap::new();
    term.visit(&mut |leaf| {
        if leaf.is_leaf() && leaf.text.starts_with('$') {
            *uses.entry(leaf.text.to_string()).or_insert(0) += 1;
        }
    });
    uses
}

/// `using T = ns::T;` inside a function is only a short name.
fn expand_local_aliases(term: &mut Term) {
    let mut aliases: BTreeMap<String, Term> = BTreeMap::new();
    term.visit(&mut |block| {
        for alias in block
            .children
            .iter()
            .filter(|child| block.kind == "compound_statement" && child.kind == "alias_declaration")
        {
            let target = alias.child("type").filter(|target| target.children.len() == 1);
            if let (Some(name), Some(target)) = (alias.child("name"), target) {
                aliases.insert(name.text.to_string(), target.children[0].clone());
            }
        }
    });
    if aliases.is_empty() {
        return;
    }
    term.rewrite(&mut |node| {
        node.children.retain(|child| {
            child.kind != "alias_declaration"
                || child.child("name").is_none_or(|name| !aliases.contains_key(&*name.text))
        });
        if node.kind == "type_identifier"
            && let Some(target) = aliases.get(&*node.text)
        {
            *node = Term { field: node.field, ..target.clone() };
        }
    });
}

/// Locals that are only ever written. What a reference stands for, somebody else reads.
fn drop_dead_stores(term: &mut Term) {
    let uses = count_locals(term);
    let mut stores: BTreeMap<String, usize> = BTreeMap::new();
    term.visit(&mut |statement| {
        if let Some(name) = stored(statement) {
            *stores.entry(name.to_string()).or_insert(0) += 1;
        }
    });
    term.visit(&mut |declarator| {
        if declarator.kind == "reference_declarator" {
            for name in declarator.tokens() {
                stores.remove(name);
            }
        }
    });
    stores.retain(|name, count| uses.get(name) == Some(&(*count + 1)));
    if stores.is_empty() {
        return;
    }
    term.rewrite(&mut |block| {
        if block.kind == "compound_statement" {
            block.children.retain(|statement| stored(statement).is_none_or(|name| !stores.contains_key(name)));
        } else {
            for body in &mut block.children {
                if stored(body).is_some_and(|name| stores.contains_key(name)) {
                    *body = Term { field: body.field, ..Term::node("compound_statement", Vec::new()) };
                }
            }
        }
    });
    term.rewrite(&mut settle_blocks);
}

/// The local that a statement only writes, from a value whose computation does nothing else.
fn stored(statement: &Term) -> Option<&str> {
    let assignment = statement.children.first().filter(|_| statement.kind == "expression_statement")?;
    let name = assignment
        .child("left")
        .filter(|left| assignment.kind == "assignment_expression" && left.text.starts_with('$'))?;
    let sign = assignment.child("operator").is_some_and(|sign| &*sign.text == "=");
    (sign && !does_something(assignment.child("right")?)).then_some(&*name.text)
}

/// Last parameters that the body never names: nothing can depend on them inside. Others keep their place, and one with a
/// default keeps it: callers rely on that.
fn drop_unused_parameters(function: &mut Term) {
    let uses = count_locals(function);
    // Not in the body: what reads like a parameter there is the argument of a `T x(f(y));`.
    for head in function.children.iter_mut().filter(|child| child.kind != "compound_statement") {
        head.rewrite(&mut |list| {
            while list.kind == "parameter_list" && list.children.last().is_some_and(|last| is_unused(last, &uses)) {
                list.children.pop();
            }
        });
    }
}

fn is_unused(parameter: &Term, uses: &BTreeMap<String, usize>) -> bool {
    if parameter.child("default_value").is_some() {
        return false;
    }
    match declared_local(parameter) {
        Some(name) => uses.get(name).is_none_or(|&count| count < 2),
        None => parameter.kind != "variadic_parameter_declaration",
    }
}

/// The one local that a declaration or parameter declares.
fn declared_local(declaration: &Term) -> Option<&str> {
    let mut at = declaration.child("declarator")?;
    for _ in 0..16 {
        if at.is_leaf() {
            return at.text.starts_with('$').then_some(&*at.text);
        }
        at = at.child("declarator").or_else(|| at.children.last())?;
    }
    None
}

fn drop_unused_locals(block: &mut Term, uses: &BTreeMap<String, usize>) -> bool {
    let count = block.children.len();
    let kept = block.children.iter_mut().any(|statement| keep_call(statement, uses));
    block.children.retain(|statement| {
        let unused = statement.kind == "declaration"
            && declared_local(statement).is_some_and(|name| uses.get(name) == Some(&1))
            && !has_effects(statement);
        !unused
    });
    kept || block.children.len() != count
}

/// `T* x = f();` is `f();` where nothing uses `x`, which is nothing that acts when it goes.
fn keep_call(statement: &mut Term, uses: &BTreeMap<String, usize>) -> bool {
    let unused = statement.kind == "declaration"
        && declared_local(statement).is_some_and(|name| uses.get(name) == Some(&1))
        && !statement.children.iter().any(|child| child.kind == "storage_class_specifier");
    let Some(declarator) = statement.child("declarator").filter(|it| unused && it.kind == "init_declarator") else {
        return false;
    };
    let pointer = declarator.child("declarator").is_some_and(|inner| inner.kind == "pointer_declarator");
    let number =
        statement.child("type").is_some_and(|kind| matches!(kind.kind, "primitive_type" | "sized_type_specifier"));
    let Some(call) = declarator.child("value").filter(|value| value.kind == "call_expression" && (pointer || number))
    else {
        return false;
    };
    let call = Term { field: None, ..call.clone() };
    *statement = Term { line: statement.line, ..Term::node("expression_statement", vec![call]) };
    true
}

/// `catch (E& e)` is `catch (E&)` where nothing reads what was caught.
fn forget_unread_exceptions(term: &mut Term) {
    let uses = count_locals(term);
    term.rewrite(&mut |clause| {
        if clause.kind != "catch_clause" {
            return;
        }
        let Some(list) = clause.child_mut("parameters") else { return };
        for caught in list.children.iter_mut().filter(|child| child.kind == "parameter_declaration") {
            let names = caught.child("declarator").map_or(Vec::new(), Term::tokens);
            if !names.iter().any(|name| uses.get(*name).is_some_and(|&count| count > 1)) {
                caught.children.retain(|child| child.field != Some("declarator"));
            }
        }
    });
}

/// Making the value may do something: a call, an assignment, an object that is there for its constructor.
fn has_effects(declaration: &Term) -> bool {
    let kind = declaration.child("type");
    // `T x;` may be there for what its constructor and destructor do.
    let made = kind.filter(|_| declaration.child("declarator").is_some_and(Term::is_leaf));
    kind.is_some_and(|kind| acts(&kind.code()))
        || made.is_some_and(|kind| !is_value(kind))
        || does_something(declaration)
}

/// Types of which an object that nobody names is nothing.
fn is_value(kind: &Term) -> bool {
    let code = kind.code();
    let library =
        ["std::", "c10::optional", "at::Tensor", "torch::Tensor"].iter().any(|prefix| code.starts_with(prefix));
    // `auto x = 0;` has lost its zero by now.
    let plain = matches!(kind.kind, "primitive_type" | "sized_type_specifier" | "placeholder_type_specifier");
    plain || library || code == "Tensor"
}

/// More than a value is computed: something is assigned, made, or called that is not known to only ask.
fn does_something(term: &Term) -> bool {
    let mut effects = false;
    term.visit(&mut |node| {
        effects |= match node.kind {
            "call_expression" => node.child("function").is_none_or(|function| !only_asks(&function.code())),
            "assignment_expression" | "update_expression" | "new_expression" | "step" | "step_back" => true,
            _ => false,
        };
    });
    effects
}

/// Functions of PyTorch and the standard library that only compute what they return.
fn only_asks(function: &str) -> bool {
    const ASKS: [&str; 34] = [
        "size",
        "sizes",
        "empty",
        "data",
        "begin",
        "end",
        "get",
        "numel",
        "dim",
        "ndim",
        "strides",
        "stride",
        "type",
        "dtype",
        "device",
        "scalar_type",
        "str",
        "name",
        "c_str",
        "now",
        "duration_cast",
        "count",
        "kind",
        "options",
        "format",
        "to_string",
        "what",
        "join",
        "string",
        "length",
        "index",
        "find",
        "min",
        "max",
    ];
    let name = function.split('<').next().unwrap_or("");
    let name = name.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("");
    ASKS.contains(&name) || makes_object(name)
}

/// Functions that only make a Python object of a value: `PyLong_FromLong`, `THPUtils_packInt64`.
pub fn makes_object(function: &str) -> bool {
    let made = function.starts_with("Py").then(|| function.split_once('_')).flatten();
    let of_value = |kind: &str| ["PyLong", "PyFloat", "PyBool", "PyUnicode", "PyBytes", "PyComplex"].contains(&kind);
    made.is_some_and(|(kind, rest)| of_value(kind) && rest.starts_with("From")) || function.starts_with("THPUtils_pack")
}

/// Types whose objects are made for what making and destroying them does, by the words in their names.
fn acts(kind: &str) -> bool {
    const WORDS: [&str; 22] = [
        "guard",
        "lock",
        "gil",
        "mode",
        "scope",
        "record",
        "profil",
        "timer",
        "raii",
        "state",
        "context",
        "interpreter",
        "stream",
        "switch",
        "swap",
        "restore",
        "without",
        "with",
        "disable",
        "enable",
        "callback",
        "thread",
    ];
    let lower = kind.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// `auto d = f(x); g(d);` is `g(f(x));`, where `d` is used nowhere else.
fn forward_temporaries(block: &mut Term, uses: &BTreeMap<String, usize>) -> bool {
    for at in 0..block.children.len().saturating_sub(1) {
        let Some((name, value)) = temporary(&block.children[at], uses) else { continue };
        let next = &mut block.children[at + 1];
        if is_loop(next) || !mentions_first(next, &name) {
            continue;
        }
        next.rewrite(&mut |leaf| {
            if leaf.is_leaf() && *leaf.text == *name {
                *leaf = Term { field: leaf.field, ..value.clone() };
            }
        });
        block.children.remove(at);
        return true;
    }
    false
}

fn temporary(statement: &Term, uses: &BTreeMap<String, usize>) -> Option<(String, Term)> {
    if statement.kind != "declaration" {
        return None;
    }
    let name = declared_local(statement).filter(|name| uses.get(*name) == Some(&2))?;
    let declarator = statement.child("declarator").filter(|declarator| declarator.kind == "init_declarator")?;
    let value = declarator.child("value").filter(|value| value.kind != "argument_list")?.clone();
    if statement.children.iter().any(|child| child.kind == "storage_class_specifier") {
        return cached(value).map(|value| (name.to_string(), value));
    }
    let value = match statement.child("type").filter(|_| converts(statement, declarator)) {
        Some(kind) => Term::node(CONVERTED, vec![kind.clone(), value]),
        None => value,
    };
    Some((name.to_string(), value))
}

/// The value of a `static` local that only keeps what is looked up by constant names: `import("m").attr("f")`.
fn cached(value: Term) -> Option<Term> {
    let allocation =
        value.child("argument").filter(|it| value.kind == "pointer_expression" && it.kind == "new_expression");
    if let Some(made) = allocation.and_then(|allocation| allocation.child("arguments")) {
        return made.children.first().filter(|_| made.children.len() == 1).cloned().and_then(cached);
    }
    let (mut looks_up, mut constant) = (false, true);
    value.visit(&mut |node| {
        if node.kind == "call_expression" {
            let name = node.child("function").map_or(String::new(), Term::code);
            let known = ["import", "import_", "attr", "PyImport_ImportModule", "PyObject_GetAttrString"];
            looks_up |= known.iter().any(|known| name.ends_with(known));
            constant &= looks_up;
        }
        constant &= !(node.is_leaf() && node.text.starts_with('$'));
    });
    (looks_up && constant).then_some(value)
}

/// A value and the type it was declared with: the type counts where the other side declares one too, see
/// [`pairing`](super::pairing).
pub const CONVERTED: &str = "converted";

/// A declared type decides what the value is converted to; `auto` and pointers do not.
fn converts(declaration: &Term, declarator: &Term) -> bool {
    let kind = declaration.child("type").map_or(String::new(), Term::code);
    let pointer = declarator.child("declarator").is_some_and(|inner| inner.kind == "pointer_declarator");
    let holder = kind.starts_with("%holder")
        || ["THPObjectPtr", "object", "auto", "%owner"].iter().any(|name| kind.ends_with(name));
    !(pointer || holder)
}

fn is_loop(statement: &Term) -> bool {
    matches!(statement.kind, "for_statement" | "for_range_loop" | "index_loop" | "while_statement" | "do_statement")
}

/// The local is used in the part of the statement that runs unconditionally, and not in a lambda.
fn mentions_first(statement: &Term, name: &str) -> bool {
    if statement.is_leaf() {
        return *statement.text == *name;
    }
    let always: &[Term] = match statement.kind {
        "lambda_expression" => return false,
        "if_statement" | "switch_statement" => &statement.children[..statement.children.len().min(2)],
        _ => &statement.children,
    };
    always.iter().any(|child| mentions_first(child, name))
}

/// Whether both sides hold the same statements, once helpers that only one side has are put back in their place.
///
/// This compares the statements as a bag, with locals anonymous: what is lost is their order and which local is meant.
/// It is only asked when a helper was added or removed that this symbol calls.
pub fn is_regrouped(pair: &Pair<'_>, rung: Rung) -> bool {
    let Surroundings { gone, new, .. } = pair.surroundings;
    if pair.language != Language::Cpp || pair.kind == SymbolKind::Row || (gone.is_empty() && new.is_empty()) {
        return false;
    }
    [Helpers::WrittenOut, Helpers::Beside].into_iter().any(|helpers| {
        let (mut before, mut after) = (Bag::default(), Bag::default());
        before.add(&pair.before, gone, pair.surroundings, rung, helpers);
        after.add(&pair.after, new, pair.surroundings, rung, helpers);
        (before.helpers + after.helpers) > 0
            && before.statements == after.statements
            && before.computes(&after.arguments)
            && after.computes(&before.arguments)
    })
}

/// How the code of a helper is compared with code in place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Helpers {
    /// Once for each call, with the arguments in the place of the parameters.
    WrittenOut,
    /// Once, with whatever the arguments are; what they compute must be computed on the other side too.
    Beside,
}

#[derive(Default)]
struct Bag {
    statements: BTreeMap<String, usize>,
    helpers: usize,
    /// What is computed where helpers are called.
    arguments: Vec<String>,
}

impl Bag {
    fn add(
        &mut self,
        term: &Term,
        helpers: &BTreeMap<String, Term>,
        surroundings: &Surroundings,
        rung: Rung,
        how: Helpers,
    ) {
        let calls = calls_of(term, helpers);
        let mut called: Vec<String> = calls.iter().map(|(name, _)| name.clone()).collect();
        called.sort();
        called.dedup();
        self.helpers += called.len();
        let mut term = term.clone();
        term.rewrite(&mut ownership::drop_propagation);
        regroup(&mut term);
        if how == Helpers::Beside {
            self.arguments.extend(calls.iter().flat_map(|(_, arguments)| arguments).filter_map(computed));
            self.add_body(&term, &called);
            for name in called.iter().take(MOST_HELPERS) {
                self.add_body(&helper_body(&helpers[name], surroundings, rung), &called);
            }
            return;
        }
        let calls = calls_of(&term, helpers);
        take_out_calls(&mut term, helpers);
        self.add_body(&term, &[]);
        for (name, arguments) in calls.into_iter().take(MOST_HELPERS) {
            let mut body = with_arguments(helper_body(&helpers[&name], surroundings, rung), &arguments);
            regroup(&mut body);
            take_out_calls(&mut body, helpers);
            self.add_body(&body, &[]);
        }
    }

    /// Whether some statement computes each of these.
    fn computes(&self, arguments: &[String]) -> bool {
        arguments.iter().all(|argument| self.statements.keys().any(|statement| statement.contains(argument)))
    }

    fn add_body(&mut self, term: &Term, called: &[String]) {
        term.visit(&mut |node| {
            let text = match node.kind {
                "expression_statement" | "return_statement" | "throw_statement" => statement_text(node),
                "declaration" => node.child("declarator").and_then(|d| d.child("value")).map(Term::code),
                "if_statement" | "while_statement" => {
                    node.child("condition").map(|condition| format!("? {}", condition.code()))
                }
                "for_range_loop" | "index_loop" | "for_statement" => Some(format!("for {}", loop_head(node))),
                "case_statement" => node.child("value").map(|value| format!("case {}", value.code())),
                _ => None,
            };
            let Some(text) = text.map(|text| anonymous(&text)).filter(|text| !text.is_empty()) else { return };
            let only_calls_helper = called.iter().any(|name| text.strip_prefix(name).is_some_and(is_arguments));
            let only_local = matches!(text.as_str(), "$" | "return" | "nullptr" | "$.release" | "$.get" | "$->get");
            if !only_calls_helper && !only_local {
                *self.statements.entry(text).or_insert(0) += 1;
            }
        });
    }
}

/// How many helpers, or calls of them, one symbol may have been taken apart into.
const MOST_HELPERS: usize = 8;

/// The calls of helpers, each with its arguments.
fn calls_of(term: &Term, helpers: &BTreeMap<String, Term>) -> Vec<(String, Vec<Term>)> {
    let mut calls = Vec::new();
    term.visit(&mut |node| {
        if let Some(name) = called_helper(node, helpers) {
            calls.push((name, node.child("arguments").map_or(Vec::new(), |arguments| arguments.children.clone())));
        }
    });
    calls
}

fn called_helper(call: &Term, helpers: &BTreeMap<String, Term>) -> Option<String> {
    let name = call.child("function").filter(|_| call.kind == "call_expression")?.code();
    helpers.contains_key(&name).then_some(name)
}

/// What a helper gives back is a value like that of a local.
fn take_out_calls(term: &mut Term, helpers: &BTreeMap<String, Term>) {
    term.rewrite(&mut |node| {
        if called_helper(node, helpers).is_some() {
            *node = Term { field: node.field, ..Term::leaf("identifier", "$0") };
        }
    });
}

/// The code of a helper as it is for one call.
fn with_arguments(mut helper: Term, arguments: &[Term]) -> Term {
    let mut parameters: Vec<String> = Vec::new();
    if let Some(declarator) = helper.child("declarator") {
        declarator.visit(&mut |node| {
            if matches!(node.kind, "parameter_declaration" | "optional_parameter_declaration") {
                parameters.push(declared_local(node).unwrap_or_default().to_owned());
            }
        });
    }
    helper.rewrite(&mut |leaf| {
        let at = parameters.iter().position(|parameter| leaf.is_leaf() && *leaf.text == **parameter);
        if let Some(argument) = at.and_then(|at| arguments.get(at)) {
            *leaf = Term { field: leaf.field, ..argument.clone() };
        }
    });
    helper
}

/// What an argument computes, if it is more than a local or a literal.
fn computed(argument: &Term) -> Option<String> {
    let calls = argument.tokens().len() > 1;
    calls.then(|| anonymous(&argument.code()).trim_start_matches(['*', '&']).to_owned()).filter(|text| text != "$")
}

/// What follows the name in a call whose parentheses are gone: locals and their members.
fn is_arguments(rest: &str) -> bool {
    !rest.starts_with(|first: char| first.is_alphanumeric() || first == '_')
}

fn loop_head(node: &Term) -> String {
    node.children.iter().filter(|child| child.field != Some("body")).map(Term::code).collect()
}

/// What a statement computes: `E` of `E;`, `return E;`, `x = E;`.
fn statement_text(node: &Term) -> Option<String> {
    let expression = node.children.iter().rev().find(|child| !child.is_token() || child.is_leaf())?;
    let local = |side: &Term| side.is_leaf() && side.text.starts_with('$');
    if expression.kind == "assignment_expression" && expression.child("left").is_some_and(local) {
        return expression.child("right").map(Term::code);
    }
    Some(expression.code())
}

fn anonymous(text: &str) -> String {
    let mut out = String::new();
    let mut skip = false;
    for c in text.chars() {
        skip = skip && c.is_ascii_digit();
        if !skip {
            out.push(c);
        }
        skip |= c == '$';
    }
    out
}

/// A helper, brought to the same normal form as its caller.
fn helper_body(helper: &Term, surroundings: &Surroundings, rung: Rung) -> Term {
    let kind = SymbolKind::Function;
    let mut pair = Pair { language: Language::Cpp, kind, before: helper.clone(), after: helper.clone(), surroundings };
    for term in [&mut pair.before, &mut pair.after] {
        layout::erase(term, Language::Cpp, kind);
        spelling::erase(term, Language::Cpp, kind);
    }
    names::erase(&mut pair);
    message::erase(&mut pair.after, Language::Cpp, kind);
    let mut body = pair.after;
    regroup(&mut body);
    if rung >= Rung::Ownership {
        ownership::erase_one(&mut body);
    }
    body.rewrite(&mut ownership::drop_propagation);
    regroup(&mut body);
    body
}
