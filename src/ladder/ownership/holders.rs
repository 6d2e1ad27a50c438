//! Holders: smart pointers of every kind, what makes them, and the base classes that let an object be held.

use crate::ladder::spelling::cpp::CONST_REFERENCE;
use crate::symbols::Term;

const HOLDERS: [&str; 3] = ["shared_ptr", "intrusive_ptr", "unique_ptr"];
const MAKERS: [&str; 3] = ["make_shared", "make_intrusive", "make_unique"];

/// Any smart pointer.
const HOLDER: &str = "%holder";

/// Makes an object that somebody holds.
const MAKE: &str = "%make";

/// One node, its children being done already.
pub fn hold(term: &mut Term) {
    match term.kind {
        "template_type" | "template_function" => any_holder(term),
        "qualified_identifier" => forget_namespace(term),
        "type_identifier" if matches!(&*term.text, "shared_ptr_class_" | "intrusive_ptr_class_") => {
            term.text = "class_".into();
        }
        "new_expression" => made_by_new(term),
        "lead" if term.is_leaf() => forget_holder_of_lead(term),
        "call_expression" => call(term),
        "expression_statement" => given_up(term),
        "base_class_clause" => drop_bases(term),
        "class_specifier" | "struct_specifier" => {
            term.children.retain(|child| child.kind != "base_class_clause" || !child.is_leaf());
        }
        "function_definition" => lent_result(term),
        "declaration"
        | "parameter_declaration"
        | "optional_parameter_declaration"
        | "field_declaration"
        | "type_descriptor" => {
            lent_result(term);
            pointer_is_holder(term);
        }
        _ => {}
    }
}

fn any_holder(term: &mut Term) {
    let Some(name) = term.child("name").map(|name| name.text.clone()) else { return };
    let plain = match &*name {
        name if HOLDERS.contains(&name) => HOLDER,
        name if MAKERS.contains(&name) => MAKE,
        "weak_ptr" | "weak_intrusive_ptr" => "%weak_holder",
        "static_pointer_cast" | "static_intrusive_pointer_cast" => "%static_cast",
        "dynamic_pointer_cast" | "dynamic_intrusive_pointer_cast" => "%dynamic_cast",
        "class_" | "shared_ptr_class_" | "intrusive_ptr_class_" => return forget_holder_of_binding(term),
        _ => return,
    };
    if let Some(name) = term.child_mut("name") {
        name.text = plain.into();
    }
    // What deletes the object, and what stands for none, come behind its type.
    if let Some(arguments) = term.child_mut("arguments").filter(|_| plain == HOLDER) {
        keep_arguments(arguments, |at, _| at == 0);
    }
}

/// Keeps some of the template arguments, by position.
pub fn keep_arguments(list: &mut Term, keep: impl Fn(usize, &Term) -> bool) {
    let mut at = 0;
    list.children.retain(|argument| {
        let kept = argument.is_token() || keep(at, argument);
        at += usize::from(!argument.is_token());
        kept
    });
}

/// `py::class_<T, std::shared_ptr<T>>` is `py::class_<T>`.
fn forget_holder_of_binding(term: &mut Term) {
    if let Some(name) = term.child_mut("name") {
        name.text = "class_".into();
    }
    if let Some(arguments) = term.child_mut("arguments") {
        keep_arguments(arguments, |at, argument| at == 0 || !argument.code().starts_with(HOLDER));
    }
}

/// The same in front of a binding, where the class is text.
fn forget_holder_of_lead(lead: &mut Term) {
    let text = lead.text.replace("shared_ptr_class_<", "class_<").replace("intrusive_ptr_class_<", "class_<");
    let text = text.replace("pybind11::class_<", "class_<").replace("py::class_<", "class_<");
    let Some(from) = text.find("class_<").map(|at| at + "class_<".len()) else { return };
    let (mut depth, mut parts, mut end) = (0usize, vec![String::new()], text.len());
    for (at, c) in text[from..].char_indices() {
        match c {
            '<' => depth += 1,
            '>' if depth == 0 => {
                end = from + at;
                break;
            }
            '>' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is always a part").push(c);
    }
    let holds = |part: &String| {
        let name = part.split('<').next().unwrap_or("").rsplit("::").next().unwrap_or("");
        HOLDERS.contains(&name.trim())
    };
    let kept: Vec<String> = parts.into_iter().filter(|part| !holds(part)).collect();
    lead.text = format!("{}{}{}", &text[..from], kept.join(","), &text[end..]).into();
}

/// `x.reset();` is `x = nullptr;`, `x.reset(new T(a));` is `x = std::make_shared<T>(a);`.
fn given_up(statement: &mut Term) {
    let Some(call) = statement.children.first_mut().filter(|call| call.kind == "call_expression") else { return };
    let reset = |function: &&Term| {
        let direct = function.child("operator").is_some_and(|sign| &*sign.text == ".");
        direct && function.child("field").is_some_and(|field| &*field.text == "reset")
    };
    let function = call.child("function").filter(|function| function.kind == "field_expression").filter(reset);
    let Some(holder) = function.and_then(|function| function.child("argument")).cloned() else { return };
    let held = match call.child("arguments").map(|arguments| arguments.children.as_slice()) {
        Some([]) => Term::leaf("nullptr", "nullptr"),
        Some([made]) if is_made(made) => made.clone(),
        _ => return,
    };
    let left = Term { field: Some("left"), ..holder };
    let sign = Term { field: Some("operator"), ..Term::leaf("=", "=") };
    let right = Term { field: Some("right"), ..held };
    *call = Term { field: None, ..Term::node("assignment_expression", vec![left, sign, right]) };
}

fn is_made(value: &Term) -> bool {
    let maker = value.child("function").and_then(|function| function.child("name"));
    maker.is_some_and(|name| &*name.text == MAKE)
}

/// `const T& f()` lends what `T f()` hands out.
fn lent_result(term: &mut Term) {
    let Some(declarator) = term.child_mut("declarator").filter(|it| it.kind == "reference_declarator") else { return };
    let lends = matches!(declarator.children.as_slice(),
        [sign, inner] if &*sign.text == CONST_REFERENCE && inner.kind == "function_declarator");
    if lends {
        let inner = declarator.children.swap_remove(1);
        *declarator = Term { field: Some("declarator"), ..inner };
    }
}

/// `std::` in front of what is now any holder.
pub fn forget_namespace(term: &mut Term) {
    let plain = |name: &Term| name.child("name").is_some_and(|name| name.text.starts_with('%'));
    if let Some(at) = term.children.iter().position(|child| child.field == Some("name") && plain(child)) {
        *term = Term { field: term.field, ..term.children.swap_remove(at) };
    }
}

/// `new T(a)` is what a holder is made of.
fn made_by_new(term: &mut Term) {
    let plain = term.children.iter().all(|child| child.is_token() || matches!(child.field, Some("type" | "arguments")));
    let Some(kind) = term.child("type").filter(|_| plain).cloned() else { return };
    let arguments = term.child("arguments").cloned().unwrap_or_else(|| Term::node("argument_list", Vec::new()));
    *term = made(term.field, kind, arguments);
}

fn made(field: Option<&'static str>, kind: Term, arguments: Term) -> Term {
    let name = Term { field: Some("name"), ..Term::leaf("identifier", MAKE) };
    let function = Term { field: Some("function"), ..Term::node("template_function", vec![name, arguments_of(kind)]) };
    let arguments = Term { field: Some("arguments"), kind: "argument_list", ..arguments };
    Term { field, ..Term::node("call_expression", vec![function, arguments]) }
}

/// `<T>`
fn arguments_of(kind: Term) -> Term {
    let kind = Term::node("type_descriptor", vec![Term { field: Some("type"), ..kind }]);
    let list = vec![Term::leaf("<", "<"), kind, Term::leaf(">", ">")];
    Term { field: Some("arguments"), ..Term::node("template_argument_list", list) }
}

/// `std::shared_ptr<T>(x)` and `intrusive_ptr<T>::reclaim(x)` are `x`; `intrusive_ptr<T>::make(a)` makes a `T`.
fn call(term: &mut Term) {
    let Some(function) = term.child("function") else { return };
    let count = term.child("arguments").map_or(0, |arguments| arguments.children.len());
    let held = |holder: &Term| is_holder(holder).then(|| holder.child("arguments").and_then(first_type)).flatten();
    let last = function.child("name").map_or("", |name| &*name.text);
    let scope = function.child("scope").filter(|_| function.kind == "qualified_identifier");
    let takes_over =
        matches!(last, "reclaim" | "reclaim_copy" | "unsafe_steal_from_new" | "unsafe_reclaim_from_nonowning");
    if count == 1 && ((scope.is_some() && takes_over) || is_holder(function)) {
        if let Some(argument) = term.child_mut("arguments").map(|arguments| arguments.children.remove(0)) {
            *term = Term { field: term.field, ..argument };
        }
    } else if let Some(kind) = scope.and_then(held).filter(|_| last == "make") {
        let arguments = term.child("arguments").cloned().unwrap_or_else(|| Term::node("argument_list", Vec::new()));
        *term = made(term.field, kind, arguments);
    }
}

fn is_holder(term: &Term) -> bool {
    term.child("name").is_some_and(|name| &*name.text == HOLDER)
}

fn first_type(list: &Term) -> Option<Term> {
    list.named().next()?.child("type").cloned()
}

/// Bases that only let an object be held, with the word in front that says who may see them.
fn drop_bases(clause: &mut Term) {
    let mut kept: Vec<Term> = Vec::new();
    for child in clause.children.drain(..) {
        let name = child.code();
        let name = name.split('<').next().unwrap_or("").rsplit("::").next().unwrap_or("").trim().to_owned();
        if matches!(name.as_str(), "enable_shared_from_this" | "intrusive_ptr_target" | "CustomClassHolder") {
            if kept.last().is_some_and(|last| last.kind == "access_specifier") {
                kept.pop();
            }
        } else {
            kept.push(child);
        }
    }
    if kept.iter().all(Term::is_token) {
        kept.clear();
    }
    clause.children = kept;
}

/// `T* x` points to what `std::shared_ptr<T> x` holds; `auto* x` is `auto x`.
fn pointer_is_holder(term: &mut Term) {
    if term.children.iter().filter(|child| child.field == Some("declarator")).count() != 1 {
        return;
    }
    let Some(declarator) = super::declarator_mut(term) else { return };
    let star = declarator.children.first().is_some_and(|sign| &*sign.text == "*");
    match (declarator.kind, declarator.children.len()) {
        ("pointer_declarator", 2) if star => {
            let inner = declarator.children.swap_remove(1);
            *declarator = Term { field: Some("declarator"), ..inner };
        }
        ("abstract_pointer_declarator", 1) if star => term.children.retain(|child| child.field != Some("declarator")),
        _ => return,
    }
    let Some(kind) = term.child_mut("type").filter(|kind| kind.kind != "placeholder_type_specifier") else { return };
    let held = Term { field: None, ..kind.clone() };
    let name = Term { field: Some("name"), ..Term::leaf("type_identifier", HOLDER) };
    *kind = Term { field: Some("type"), ..Term::node("template_type", vec![name, arguments_of(held)]) };
}

/// `static T* x = new T(a); … *x` and `static T& x = *new T(a); … x` never destroy what `static T x(a); … x` destroys at
/// exit.
pub fn plain_singletons(function: &mut Term) {
    let mut pointers: Vec<Box<str>> = Vec::new();
    let uses = |name: &str, dereferenced: bool| {
        let mut count = 0;
        function.visit(&mut |node| {
            if dereferenced {
                count += usize::from(is_reached(node, name));
            } else {
                count += usize::from(node.is_leaf() && &*node.text == name);
            }
        });
        count
    };
    function.visit(&mut |node| {
        if let Some(name) = leaked_pointer(node).filter(|name| uses(name, false) == uses(name, true) + 1) {
            pointers.push(name.into());
        }
    });
    function.rewrite(&mut |node| {
        if leaked_pointer(node).is_some_and(|name| pointers.iter().any(|known| **known == *name))
            || is_leaked_reference(node)
        {
            keep_by_value(node);
        } else if let Some(name) = pointers.iter().find(|name| is_reached(node, name)) {
            reach_directly(node, name);
        }
    });
}

fn is_static(declaration: &Term) -> bool {
    declaration.kind == "declaration" && declaration.children.iter().any(|child| &*child.code() == "static")
}

/// The name of `static T* x = new T(a);`.
fn leaked_pointer(declaration: &Term) -> Option<&str> {
    let declarator = declaration.child("declarator").filter(|_| is_static(declaration))?;
    let made = declarator.child("value").is_some_and(|value| value.kind == "new_expression");
    let pointer = declarator.child("declarator").filter(|_| made)?;
    let (name, plain) = match pointer.kind {
        "pointer_declarator" => (pointer.child("declarator")?, pointer.children.len() == 2),
        _ => (pointer, true),
    };
    (plain && name.is_leaf()).then_some(&*name.text)
}

fn is_leaked_reference(declaration: &Term) -> bool {
    let Some(declarator) = declaration.child("declarator").filter(|_| is_static(declaration)) else { return false };
    let reference = declarator.child("declarator").is_some_and(|inner| inner.kind == "reference_declarator");
    let value = declarator.child("value").filter(|value| value.kind == "pointer_expression");
    reference && value.and_then(|value| value.child("argument")).is_some_and(|made| made.kind == "new_expression")
}

/// `*x`, or `x->` of a member.
fn is_reached(node: &Term, name: &str) -> bool {
    let sign = match node.kind {
        "pointer_expression" => "*",
        "field_expression" => "->",
        _ => return false,
    };
    node.child("operator").is_some_and(|operator| &*operator.text == sign)
        && node.child("argument").is_some_and(|argument| argument.is_leaf() && &*argument.text == name)
}

fn reach_directly(node: &mut Term, name: &str) {
    if node.kind == "pointer_expression" {
        *node = Term { field: node.field, ..Term::leaf("identifier", name) };
    } else if let Some(operator) = node.child_mut("operator") {
        *operator = Term { field: Some("operator"), ..Term::leaf(".", ".") };
    }
}

fn keep_by_value(declaration: &mut Term) {
    let Some(declarator) = declaration.child_mut("declarator") else { return };
    let Some(value) = declarator.child("value") else { return };
    let made = if value.kind == "pointer_expression" { value.child("argument") } else { Some(value) };
    let Some(kind) = made.and_then(|made| made.child("type")).cloned() else { return };
    let mut arguments = made.and_then(|made| made.child("arguments")).cloned();
    let Some(mut name) = declarator.child("declarator").cloned() else { return };
    while !name.is_leaf() {
        let Some(inner) = name.children.pop() else { return };
        name = inner;
    }
    let name = Term { field: Some("declarator"), ..name };
    let value = match arguments.as_mut() {
        Some(list) if list.children.len() == 1 => Some(list.children.remove(0)),
        Some(list) if !list.children.is_empty() => Some(Term { kind: "argument_list", ..list.clone() }),
        _ => None,
    };
    *declarator = match value {
        Some(value) => {
            let value = Term { field: Some("value"), ..value };
            Term { field: Some("declarator"), ..Term::node("init_declarator", vec![name, value]) }
        }
        None => name,
    };
    if let Some(declared) = declaration.child_mut("type") {
        *declared = Term { field: Some("type"), ..kind };
    }
}
