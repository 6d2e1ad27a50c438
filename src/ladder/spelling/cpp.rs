//! C++ spellings: one form for casts, null pointers, initialisers, loops, qualifiers and the idioms that clang-tidy
//! rewrites into each other.

use crate::symbols::Term;

/// Blocks and bodies again, after a rung above has taken statements out of them.
pub fn settle_blocks(term: &mut Term) {
    match term.kind {
        "compound_statement" | "preproc_if" | "preproc_ifdef" | "preproc_elif" | "preproc_else" => block(term),
        "if_statement" | "while_statement" | "do_statement" | "for_range_loop" | "for_statement" | "else_clause" => {
            statement_with_body(term);
        }
        _ => {}
    }
}

/// One node, its children being done already.
pub fn respell(term: &mut Term) {
    let constant = term.children.iter().any(|child| child.kind == "type_qualifier" && child.code() == "const");
    drop_decoration(term);
    if constant {
        const_reference(term);
    }
    match term.kind {
        "null" => become_leaf(term, "nullptr"),
        "number_literal" => plain_number(term),
        "identifier" if &*term.text == "__FUNCTION__" => term.text = "__func__".into(),
        "parenthesized_expression" | "condition_clause" | "dependent_type" | "parenthesized_declarator"
            if term.children.len() == 1 =>
        {
            become_child(term, 0);
        }
        "cast_expression" => term.kind = "cast",
        "call_expression" => call(term),
        "binary_expression" => binary(term),
        "unary_expression" => negation(term),
        "pointer_expression" => address_of_first(term),
        "compound_statement" | "preproc_if" | "preproc_ifdef" | "preproc_elif" | "preproc_else" => block(term),
        "if_statement" | "while_statement" | "do_statement" | "for_range_loop" | "for_statement" | "else_clause" => {
            statement_with_body(term);
        }
        "expression_statement" => expression_statement(term),
        "init_declarator" => initialiser(term),
        "initializer_list" => sentinels(term),
        "optional_parameter_declaration" => term.children.retain(|child| !is_text(child, "=")),
        "parameter_list" => void_parameters(term),
        "function_definition" => definition(term),
        "type_definition" => alias(term),
        "declaration" => made_by_declaration(term),
        "template_type" => transparent_functor(term),
        "qualified_identifier" => std_name(term),
        "field_expression" => this_member(term),
        _ => {}
    }
}

/// Punctuation is in the shape of the tree; the rest only decorates.
fn drop_decoration(term: &mut Term) {
    let keep_braces = term.kind == "tokens";
    term.children.retain(|child| {
        let punctuation = matches!(&*child.text, ";" | "," | "(" | ")" | "[" | "]" | "{" | "}") && child.is_token();
        keep_braces || !(punctuation || is_decoration(child))
    });
}

fn is_decoration(term: &Term) -> bool {
    match term.kind {
        "virtual_specifier"
        | "virtual_function_specifier"
        | "virtual"
        | "inline"
        | "explicit"
        | "noexcept"
        | "typename"
        | "class"
        | "attribute_declaration"
        | "attribute_specifier"
        | "attribute"
        | "explicit_function_specifier"
        | "ms_declspec_modifier" => true,
        "type_qualifier" => matches!(&*term.code(), "const" | "constexpr"),
        "storage_class_specifier" => matches!(&*term.code(), "inline" | "register"),
        "blanked" => term.is_leaf() && !term.text.starts_with('#') && !term.text.contains("launch_bounds"),
        _ => false,
    }
}

fn become_leaf(term: &mut Term, text: &str) {
    term.children.clear();
    term.text = text.into();
}

fn become_child(term: &mut Term, at: usize) {
    let field = term.field;
    *term = term.children.swap_remove(at);
    term.field = field;
}

/// `0x1FUL` and `0X1f`, `1'000` and `1000`.
fn plain_number(term: &mut Term) {
    let lower = term.text.to_lowercase().replace('\'', "");
    let hexadecimal = lower.starts_with("0x");
    let floating = !hexadecimal && lower.contains(['.', 'e']);
    let plain = if floating { lower.as_str() } else { lower.trim_end_matches(['u', 'l']) };
    term.text = plain.into();
}

/// The last name of a function's expression: `move` of `std::move`, `size` of `v.size`.
pub fn last_name(function: &Term) -> &str {
    let mut at = function;
    loop {
        at = match at.kind {
            "qualified_identifier" | "template_function" | "template_method" | "dependent_name" => {
                match at.child("name") {
                    Some(name) => name,
                    None => return "",
                }
            }
            "field_expression" => match at.child("field") {
                Some(field) => field,
                None => return "",
            },
            _ => return &at.text,
        }
    }
}

fn call(term: &mut Term) {
    let Some(function) = term.child("function") else { return };
    let name = last_name(function).to_string();
    let member = function.kind == "field_expression";
    let arguments = term.child("arguments").map_or(0, |arguments| arguments.children.len());
    match (name.as_str(), member, arguments) {
        ("static_cast" | "reinterpret_cast", false, 1) => named_cast(term),
        ("const_cast", false, 1) => become_argument(term),
        ("move", false, 1) if function.kind == "qualified_identifier" => become_argument(term),
        ("C10_LIKELY" | "C10_UNLIKELY", false, 1) => become_argument(term),
        ("castPyCFunctionWithKeywords" | "castPyCFunctionFast", false, 1) => become_argument(term),
        ("unique_ptr", false, 1) => made_unique(term),
        ("forward", false, 1) => become_argument(term),
        ("emplace_back", true, _) => emplaced(term),
        ("is", true, 1) => identity(term),
        _ if function.kind == "primitive_type" && arguments == 1 => functional_cast(term),
        _ => {}
    }
}

fn take_argument(term: &mut Term) -> Option<Term> {
    term.child_mut("arguments").filter(|arguments| !arguments.children.is_empty()).map(|a| a.children.remove(0))
}

fn become_argument(term: &mut Term) {
    let field = term.field;
    if let Some(argument) = take_argument(term) {
        *term = argument;
        term.field = field;
    }
}

/// `static_cast<T>(x)`, `(T)x` and, for built-in types, `T(x)` are one node: the type, then the value.
fn named_cast(term: &mut Term) {
    let types = term.child("function").and_then(|function| function.child("arguments")).cloned();
    let target = types.and_then(|list| list.children.into_iter().find(|child| child.kind == "type_descriptor"));
    let (Some(mut target), Some(mut value)) = (target, take_argument(term)) else { return };
    target.field = Some("type");
    value.field = Some("value");
    term.kind = "cast";
    term.children = vec![target, value];
}

fn functional_cast(term: &mut Term) {
    let Some(mut named) = term.child("function").cloned() else { return };
    named.field = Some("type");
    let Some(mut value) = take_argument(term) else { return };
    value.field = Some("value");
    let mut target = Term::node("type_descriptor", vec![named]);
    target.field = Some("type");
    term.kind = "cast";
    term.children = vec![target, value];
}

/// `std::unique_ptr<T>(new T(x))` is `std::make_unique<T>(x)`.
fn made_unique(term: &mut Term) {
    let arguments = term.child("arguments").and_then(|arguments| arguments.children.first());
    // `unique_ptr<Base>(new Derived)` makes another object than `make_unique<Base>()`.
    let owned = term.child("function").map_or(String::new(), Term::code);
    let same = |made: &Term| made.child("type").is_some_and(|kind| owned.ends_with(&format!("<{}>", kind.code())));
    let Some(allocation) = arguments.filter(|made| made.kind == "new_expression" && same(made)) else { return };
    let mut made = allocation.child("arguments").cloned().unwrap_or_else(|| Term::node("argument_list", Vec::new()));
    made.field = Some("arguments");
    if let Some(arguments) = term.child_mut("arguments") {
        *arguments = made;
    }
    term.rewrite(&mut |leaf| {
        if leaf.is_leaf() && &*leaf.text == "unique_ptr" {
            leaf.text = "make_unique".into();
        }
    });
}

/// `std::unique_ptr<T> x(new T(a));` is `std::unique_ptr<T> x = std::make_unique<T>(a);`.
fn made_by_declaration(term: &mut Term) {
    let Some(mut named) = term
        .child("type")
        .filter(|kind| last_type_name(kind) == "unique_ptr" || last_type_name(kind) == "shared_ptr")
        .cloned()
    else {
        return;
    };
    let Some(declarator) = term.child_mut("declarator").filter(|it| it.kind == "init_declarator") else { return };
    let Some(value) = declarator.child_mut("value").filter(|value| value.kind == "new_expression") else { return };
    let arguments = value.child("arguments").cloned().unwrap_or_else(|| Term::node("argument_list", Vec::new()));
    named.rewrite(&mut |node| match (&*node.text, node.kind) {
        ("unique_ptr", _) => *node = Term { field: node.field, ..Term::leaf("identifier", "make_unique") },
        ("shared_ptr", _) => *node = Term { field: node.field, ..Term::leaf("identifier", "make_shared") },
        (_, "template_type") => node.kind = "template_function",
        _ => {}
    });
    let function = Term { field: Some("function"), ..named };
    let arguments = Term { field: Some("arguments"), ..arguments };
    *value = Term { field: Some("value"), ..Term::node("call_expression", vec![function, arguments]) };
}

/// `std::greater<T>` and `std::greater<>` compare alike.
fn transparent_functor(term: &mut Term) {
    let functor =
        matches!(last_type_name(term), "greater" | "less" | "equal_to" | "greater_equal" | "less_equal" | "plus");
    if let Some(arguments) = term.child_mut("arguments").filter(|_| functor) {
        arguments.children.retain(Term::is_token);
    }
}

fn rename_member(term: &mut Term, name: &str) {
    if let Some(field) = term.child_mut("function").and_then(|function| function.child_mut("field")) {
        field.text = name.into();
    }
}

/// `emplace_back(a, b)` is a `push_back` of what is made from `a, b`; what that may be spelled as, [`pairing`] knows.
///
/// [`pairing`]: crate::ladder::pairing
fn emplaced(term: &mut Term) {
    rename_member(term, "push_back");
    if let Some(arguments) = term.child_mut("arguments") {
        let made = std::mem::take(&mut arguments.children);
        arguments.children.push(Term::node(CONSTRUCTED, made));
    }
}

/// Something made in place from these arguments.
pub const CONSTRUCTED: &str = "constructed";

/// `a.is(b)` of pybind11 is what `a == b` on handles was.
fn identity(term: &mut Term) {
    let receiver = term.child("function").and_then(|function| function.child("argument")).cloned();
    let (Some(left), Some(right)) = (receiver, take_argument(term)) else { return };
    let left = Term { field: Some("left"), ..left };
    let right = Term { field: Some("right"), ..right };
    let sign = Term { field: Some("operator"), ..Term::leaf("==", "==") };
    *term = Term { field: term.field, ..Term::node("binary_expression", vec![left, sign, right]) };
}

fn operator(term: &Term) -> &str {
    term.child("operator").map_or("", |operator| &operator.text)
}

/// The receiver of `x.name(…)` with so many arguments.
fn receiver<'a>(term: &'a Term, name: &str, arguments: usize) -> Option<&'a Term> {
    let function = term.child("function").filter(|_| term.kind == "call_expression")?;
    let fits = function.child("field").is_some_and(|field| &*field.text == name)
        && term.child("arguments").is_some_and(|list| list.children.len() == arguments);
    function.child("argument").filter(|_| fits)
}

fn is_text(term: &Term, text: &str) -> bool {
    term.is_leaf() && &*term.text == text
}

fn binary(term: &mut Term) {
    let (Some(left), Some(right)) = (term.child("left"), term.child("right")) else { return };
    let equals = match operator(term) {
        "==" => true,
        "!=" => false,
        ">" if is_text(right, "0") => false,
        _ => return,
    };
    let exact = operator(term) != ">";
    let replacement = if receiver(left, "size", 0).is_some() && is_text(right, "0") {
        Some(with_member(left, "empty")).map(|empty| if equals { empty } else { negated(empty) })
    } else if receiver(left, "compare", 1).is_some() && is_text(right, "0") && exact {
        equality_of_compare(left, operator(term))
    } else if receiver(left, "count", 1).is_some() && is_text(right, "0") {
        Some(left.clone()).map(|count| if equals { negated(count) } else { count })
    } else if exact && receiver(right, "end", 0).is_some() && receiver(left, "find", 1).is_some() {
        Some(with_member(left, "count")).map(|count| if equals { negated(count) } else { count })
    } else if exact && is_text(right, "nullptr") {
        Some(left.clone()).map(|value| if equals { negated(value) } else { value })
    } else {
        None
    };
    if let Some(mut replacement) = replacement {
        replacement.field = term.field;
        *term = replacement;
    }
}

fn with_member(call: &Term, name: &str) -> Term {
    let mut call = call.clone();
    rename_member(&mut call, name);
    call
}

fn equality_of_compare(call: &Term, operator: &str) -> Option<Term> {
    let mut left = receiver(call, "compare", 1)?.clone();
    let mut right = call.child("arguments")?.children.first()?.clone();
    left.field = Some("left");
    right.field = Some("right");
    let mut sign = Term::leaf(if operator == "==" { "==" } else { "!=" }, operator);
    sign.field = Some("operator");
    Some(Term::node("binary_expression", vec![left, sign, right]))
}

fn negated(mut term: Term) -> Term {
    term.field = Some("argument");
    let mut sign = Term::leaf("!", "!");
    sign.field = Some("operator");
    Term::node("unary_expression", vec![sign, term])
}

/// `!(a == b)` is `a != b`, and `!!a` is `a` where a truth value is meant.
fn negation(term: &mut Term) {
    if operator(term) != "!" {
        return;
    }
    let Some(argument) = term.child("argument") else { return };
    let flipped = match (argument.kind, operator(argument)) {
        ("binary_expression", "==") => Some("!="),
        ("binary_expression", "!=") => Some("=="),
        _ => None,
    };
    let mut inner = match (flipped, argument.kind, operator(argument)) {
        (Some(_), ..) => argument.clone(),
        (None, "unary_expression", "!") => match argument.child("argument") {
            Some(inner) => inner.clone(),
            None => return,
        },
        _ => return,
    };
    if let (Some(flipped), Some(sign)) = (flipped, inner.child_mut("operator")) {
        *sign = Term { field: Some("operator"), ..Term::leaf(flipped, flipped) };
    }
    inner.field = term.field;
    *term = inner;
}

/// `&v[0]` is `v.data()`.
fn address_of_first(term: &mut Term) {
    if operator(term) != "&" {
        return;
    }
    let Some(subscript) = term.child("argument").filter(|argument| argument.kind == "subscript_expression") else {
        return;
    };
    let first = subscript.child("indices").is_some_and(|indices| &*indices.code() == "0");
    let Some(container) = subscript.child("argument").filter(|_| first) else { return };
    let mut container = container.clone();
    container.field = Some("argument");
    let dot = Term { field: Some("operator"), ..Term::leaf(".", ".") };
    let data = Term { field: Some("field"), ..Term::leaf("field_identifier", "data") };
    let function = Term { field: Some("function"), ..Term::node("field_expression", vec![container, dot, data]) };
    let arguments = Term { field: Some("arguments"), ..Term::node("argument_list", Vec::new()) };
    *term = Term { field: term.field, ..Term::node("call_expression", vec![function, arguments]) };
}

/// Flattens what an `else` holds after a branch that never falls through, and drops `(void)x;`.
fn block(term: &mut Term) {
    let mut statements = Vec::with_capacity(term.children.len());
    for mut statement in term.children.drain(..) {
        if is_unused_mark(&statement) {
            continue;
        }
        value_declaration(&mut statement);
        discarded_value(&mut statement);
        let hoisted = hoist_else(&mut statement);
        statements.push(statement);
        statements.extend(hoisted);
    }
    merge_cases(&mut statements);
    term.children = statements;
}

/// `(void)f();` is `f();`.
fn discarded_value(statement: &mut Term) {
    let Some(expression) = statement.children.first_mut().filter(|_| statement.kind == "expression_statement") else {
        return;
    };
    let to_void = expression.kind == "cast" && expression.child("type").is_some_and(|target| target.code() == "void");
    if to_void && expression.children.len() == 2 {
        become_child(expression, 1);
    }
}

/// `case A: return x; case B: return x;` is `case A: case B: return x;`.
fn merge_cases(statements: &mut [Term]) {
    for at in (1..statements.len()).rev() {
        let (head, tail) = statements.split_at_mut(at);
        let (one, two) = (&mut head[at - 1], &tail[0]);
        if one.kind != "case_statement" || two.kind != "case_statement" {
            continue;
        }
        let (Some(from), Some(to)) = (body_of_case(one), body_of_case(two)) else { continue };
        let (body, other) = (&one.children[from..], &two.children[to..]);
        let same = body.len() == other.len() && body.iter().zip(other).all(|(one, two)| one.same(two));
        if same && body.last().is_some_and(leaves) {
            one.children.truncate(from);
        }
    }
}

/// Where the statements behind a label begin.
fn body_of_case(case: &Term) -> Option<usize> {
    case.children.iter().position(|child| is_text(child, ":")).map(|colon| colon + 1)
}

/// `T x(f(y));` in a block: the grammar takes it for the declaration of a function, the compiler does not when `y` is a
/// value, and in a block it nearly always is.
fn value_declaration(statement: &mut Term) {
    let Some(declarator) = statement.child_mut("declarator").filter(|it| it.kind == "function_declarator") else {
        return;
    };
    let named = declarator.child("declarator").is_some_and(|name| name.kind == "identifier");
    let parameters = declarator.child("parameters").map_or(&[][..], |parameters| &parameters.children);
    let values: Option<Vec<Term>> = parameters.iter().map(as_value).collect();
    let Some(mut values) = values.filter(|values| named && !values.is_empty() && declarator.children.len() == 2) else {
        return;
    };
    let value = match values.len() {
        1 => values.remove(0),
        _ => Term::node("argument_list", values),
    };
    declarator.kind = "init_declarator";
    declarator.children[1] = Term { field: Some("value"), ..value };
}

/// A value that was read as a parameter without a name: `y`, `f(y)`, `ns::f(y)`.
fn as_value(parameter: &Term) -> Option<Term> {
    let named = parameter.child("type").filter(|_| parameter.kind == "parameter_declaration")?;
    let mut value = match named.kind {
        "type_identifier" => Term { field: None, ..Term::leaf("identifier", named.text.clone()) },
        "qualified_identifier" => Term { field: None, ..named.clone() },
        _ => return None,
    };
    match parameter.children.as_slice() {
        [_] => Some(value),
        [_, declarator] if declarator.kind == "abstract_function_declarator" => {
            let arguments: Option<Vec<Term>> = declarator.child("parameters")?.children.iter().map(as_value).collect();
            value.field = Some("function");
            let arguments = Term { field: Some("arguments"), ..Term::node("argument_list", arguments?) };
            let mut call = Term::node("call_expression", vec![value, arguments]);
            respell(&mut call);
            Some(call)
        }
        _ => None,
    }
}

/// `(void)x;`, and a literal as a statement.
fn is_unused_mark(statement: &Term) -> bool {
    if statement.kind != "expression_statement" || statement.children.len() > 1 {
        return false;
    }
    let Some(expression) = statement.children.first() else { return true };
    let to_void = expression.kind == "cast" && expression.child("type").is_some_and(|target| target.code() == "void");
    to_void && expression.child("value").is_some_and(Term::is_leaf)
}

fn hoist_else(statement: &mut Term) -> Vec<Term> {
    let jumps = statement.kind == "if_statement" && statement.child("consequence").is_some_and(leaves);
    let Some(at) = statement.children.iter().position(|child| child.field == Some("alternative")).filter(|_| jumps)
    else {
        return Vec::new();
    };
    let mut alternative = statement.children.remove(at);
    alternative.field = None;
    if alternative.kind == "compound_statement" { alternative.children } else { vec![alternative] }
}

/// Control never goes on behind this statement.
fn leaves(statement: &Term) -> bool {
    match statement.kind {
        "return_statement" | "throw_statement" | "continue_statement" | "break_statement" | "goto_statement" => true,
        "compound_statement" => statement.children.last().is_some_and(leaves),
        _ => false,
    }
}

/// Braces around a single statement say nothing.
fn statement_with_body(term: &mut Term) {
    for child in &mut term.children {
        let is_body = matches!(child.field, Some("consequence" | "body" | "alternative")) || term.kind == "else_clause";
        let single = child.kind == "compound_statement" && child.children.len() == 1;
        if is_body && single && child.children[0].kind != "declaration" {
            become_child(child, 0);
        }
    }
    match term.kind {
        "else_clause" => {
            term.children.retain(|child| !is_text(child, "else"));
            if term.children.len() == 1 {
                become_child(term, 0);
            }
        }
        "for_statement" => index_loop(term),
        "for_range_loop" => irange_loop(term),
        _ => {}
    }
}

/// `for (T i = a; i < n; i++)` as a node of its own: variable, start, end, body.
fn index_loop(term: &mut Term) {
    if let Some(update) = term.child_mut("update") {
        step(update);
    }
    if iterator_loop(term) {
        return;
    }
    let Some((kind, variable, start)) = term.child("initializer").and_then(counter) else { return };
    let Some(condition) = term.child("condition").filter(|condition| operator(condition) == "<") else { return };
    let counts = condition.child("left").is_some_and(|left| left.same(&variable));
    let steps = term.child("update").is_some_and(|update| update.kind == "step" && update.children[0].same(&variable));
    let (Some(end), Some(body)) = (condition.child("right"), term.child("body")) else { return };
    if counts && steps {
        let children = vec![variable, start, Term { field: None, ..end.clone() }, body.clone(), kind];
        *term = Term { field: term.field, ..Term::node("index_loop", children) };
        element_loop(term);
    }
}

/// `for (auto it = v.begin(); it != v.end(); ++it) f(*it)` is `for (auto& x : v) f(x)`, where nothing else is done with
/// the iterator.
fn iterator_loop(term: &mut Term) -> bool {
    let Some((_, variable, start)) = term.child("initializer").and_then(counter) else { return false };
    let Some(condition) = term.child("condition").filter(|condition| operator(condition) == "!=") else { return false };
    let container = |value: &Term, names: [&str; 2]| names.iter().find_map(|name| receiver(value, name, 0)).cloned();
    let (Some(left), Some(right)) = (condition.child("left"), condition.child("right")) else { return false };
    let (Some(first), Some(last)) = (container(&start, ["begin", "cbegin"]), container(right, ["end", "cend"])) else {
        return false;
    };
    let steps = term.child("update").is_some_and(|update| update.kind == "step" && update.children[0].same(&variable));
    let Some(mut body) = term.child("body").cloned().filter(|_| steps && first.same(&last) && left.same(&variable))
    else {
        return false;
    };
    body.rewrite(&mut |node| {
        let dereferenced =
            node.child("argument").is_some_and(|argument| argument.is_leaf() && argument.text == variable.text);
        if dereferenced && node.kind == "pointer_expression" && operator(node) == "*" {
            *node = Term { field: node.field, ..Term::leaf("identifier", ELEMENT) };
        } else if dereferenced && node.kind == "field_expression" && operator(node) == "->" {
            node.children[0].text = ELEMENT.into();
            node.children[1] = Term { field: Some("operator"), ..Term::leaf(".", ".") };
        }
    });
    loop_over_elements(term, &variable, first, body)
}

/// Writes the loop over `container`, unless `body` does more with `variable` than pick the element.
fn loop_over_elements(term: &mut Term, variable: &Term, container: Term, mut body: Term) -> bool {
    if body.tokens().contains(&&*variable.text) {
        return false;
    }
    body.rewrite(&mut |leaf| {
        if is_text(leaf, ELEMENT) {
            leaf.text = variable.text.clone();
        }
    });
    let reference = vec![Term::leaf("&", CONST_REFERENCE), Term { field: None, ..variable.clone() }];
    let deduced = Term { field: Some("type"), ..Term::leaf("auto", "auto") };
    let deduced = Term { field: Some("type"), ..Term::node("placeholder_type_specifier", vec![deduced]) };
    let declarator = Term { field: Some("declarator"), ..Term::node("reference_declarator", reference) };
    let right = Term { field: Some("right"), ..container };
    let body = Term { field: Some("body"), ..body };
    let children = vec![Term::leaf("for", "for"), deduced, declarator, Term::leaf(":", ":"), right, body];
    *term = Term { field: term.field, ..Term::node("for_range_loop", children) };
    true
}

/// An index that only picks elements: `for (i < v.size()) f(v[i])` is `for (x : v) f(x)`.
fn element_loop(term: &mut Term) {
    let [variable, start, end, body, _] = term.children.as_slice() else { return };
    let Some(container) = receiver(end, "size", 0).filter(|_| is_text(start, "0")) else { return };
    let container = Term { field: Some("argument"), ..container.clone() };
    let (variable, mut body) = (variable.clone(), body.clone());
    body.rewrite(&mut |node| {
        let picks = node.kind == "subscript_expression"
            && node.child("argument").is_some_and(|argument| argument.same(&container))
            && node.child("indices").is_some_and(|indices| indices.code() == *variable.text);
        if picks {
            *node = Term { field: node.field, ..Term::leaf("identifier", ELEMENT) };
        }
    });
    loop_over_elements(term, &variable, container, body);
}

/// Stands for the element while the loop is rewritten; no identifier can be called so.
const ELEMENT: &str = "%element";

/// The type, the name and the first value of a loop's counter.
fn counter(initializer: &Term) -> Option<(Term, Term, Term)> {
    let kind = Term { field: Some("type"), ..initializer.child("type")?.clone() };
    let declarator = initializer.child("declarator")?;
    // `i = 0` has lost its zero by now, and is the name alone.
    let variable = declarator.child("declarator").unwrap_or(declarator).clone();
    let start = declarator.child("value").cloned().unwrap_or_else(|| Term::leaf("number_literal", "0"));
    let variable = Term { field: Some("declarator"), ..variable };
    variable.is_leaf().then_some((kind, variable, Term { field: None, ..start }))
}

fn irange_loop(term: &mut Term) {
    let Some(range) = term.child("right").filter(|range| range.kind == "call_expression") else { return };
    if range.child("function").map_or("", last_name) != "irange" {
        return;
    }
    let (Some(variable), Some(body)) = (term.child("declarator"), term.child("body")) else { return };
    let arguments = range.child("arguments").map_or(&[][..], |list| &list.children);
    let (start, end) = match arguments {
        [end] => (Term::leaf("number_literal", "0"), end.clone()),
        [start, end] => (start.clone(), end.clone()),
        _ => return,
    };
    let mut variable = variable.clone();
    if variable.kind == "reference_declarator" && variable.children.len() == 2 {
        variable = variable.children.swap_remove(1);
    }
    variable.field = Some("declarator");
    let kind = term.child("type").cloned().unwrap_or_else(|| Term::leaf("auto", "auto"));
    let children = vec![variable, start, end, body.clone(), Term { field: Some("type"), ..kind }];
    *term = Term { field: term.field, ..Term::node("index_loop", children) };
    element_loop(term);
}

/// `i++`, `++i` and `i += 1` where the value is not used, and the same downwards.
fn step(term: &mut Term) {
    let by_one = term.kind == "update_expression" || term.child("right").is_some_and(|right| is_text(right, "1"));
    let kind = match (term.kind, operator(term)) {
        ("update_expression", "++") | ("assignment_expression", "+=") => "step",
        ("update_expression", "--") | ("assignment_expression", "-=") => "step_back",
        _ => return,
    };
    let target = term.child("argument").or_else(|| term.child("left")).cloned();
    if let Some(target) = target.filter(|_| by_one) {
        *term = Term { field: term.field, ..Term::node(kind, vec![target]) };
    }
}

fn expression_statement(term: &mut Term) {
    if let Some(declaration) = term.children.first().and_then(misread_declaration) {
        *term = Term { field: term.field, line: term.line, ..declaration };
    } else if let Some(expression) = term.children.first_mut() {
        step(expression);
    }
}

/// `PyObject* x(f(y));` reads like a product whose second factor is a call.
fn misread_declaration(product: &Term) -> Option<Term> {
    let (left, right) = (product.child("left")?, product.child("right")?);
    let capital = left.text.starts_with(|first: char| first.is_ascii_uppercase()) && !is_shouting(&left.text);
    let name = right.child("function").filter(|name| name.kind == "identifier")?;
    let value = right.child("arguments").filter(|list| list.children.len() == 1)?;
    if product.kind != "binary_expression" || operator(product) != "*" || !capital {
        return None;
    }
    let name = Term { field: Some("declarator"), ..name.clone() };
    let pointer = Term::node("pointer_declarator", vec![Term::leaf("*", "*"), name]);
    let value = Term { field: Some("value"), ..value.children[0].clone() };
    let declarator = Term::node("init_declarator", vec![Term { field: Some("declarator"), ..pointer }, value]);
    let named = Term { field: Some("type"), kind: "type_identifier", ..left.clone() };
    Some(Term::node("declaration", vec![named, Term { field: Some("declarator"), ..declarator }]))
}

fn is_shouting(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// `T x = v`, `T x(v)` and `T x{v}` alike; a zero value alike with none.
fn initialiser(term: &mut Term) {
    term.children.retain(|child| !is_text(child, "="));
    let Some(value) = term.child_mut("value") else { return };
    match (value.kind, value.children.len()) {
        ("argument_list" | "initializer_list", 1) => become_child(value, 0),
        ("argument_list" | "initializer_list", _) => value.kind = "argument_list",
        _ => {}
    }
    let nothing = matches!(&*value.text, "nullptr" | "0" | "false") && value.is_leaf()
        || (value.kind == "argument_list" && value.children.is_empty());
    if nothing {
        term.children.retain(|child| child.field != Some("value"));
        if term.children.len() == 1 {
            become_child(term, 0);
            term.field = Some("declarator");
        }
    }
}

/// A row's trailing null pointers are what is there anyway; casts of functions to the type of their slot too.
fn sentinels(term: &mut Term) {
    for child in &mut term.children {
        while child.kind == "cast"
            && child
                .child("value")
                .is_some_and(|value| value.is_leaf() || value.kind == "cast" || value.kind == "pointer_expression")
        {
            match child.children.iter().position(|part| part.field == Some("value")) {
                Some(at) => become_child(child, at),
                None => break,
            }
        }
        if child.kind == "pointer_expression"
            && operator(child) == "&"
            && let Some(at) = child.children.iter().position(|part| part.field == Some("argument") && part.is_leaf())
        {
            become_child(child, at);
        }
    }
    while term.children.last().is_some_and(|last| is_text(last, "nullptr") || is_text(last, "0")) {
        term.children.pop();
    }
}

/// The sign of `const T& x`. It hands over the same value as `T x`, which [`pairing`](crate::ladder::pairing) knows.
pub const CONST_REFERENCE: &str = "const&";

fn const_reference(term: &mut Term) {
    let declares = matches!(
        term.kind,
        "parameter_declaration" | "optional_parameter_declaration" | "declaration" | "for_range_loop"
    );
    let Some(mut declarator) = term.child_mut("declarator").filter(|_| declares) else { return };
    if declarator.kind == "init_declarator" {
        match declarator.child_mut("declarator") {
            Some(inner) => declarator = inner,
            None => return,
        }
    }
    let reference = declarator.kind.ends_with("reference_declarator") && declarator.children.len() == 2;
    if reference && is_text(&declarator.children[0], "&") {
        declarator.children[0].text = CONST_REFERENCE.into();
    }
}

fn void_parameters(term: &mut Term) {
    if term.children.len() == 1 && term.children[0].code() == "void" {
        term.children.clear();
    }
}

/// Constructor initialisers become the assignments they are, and `= default` is an empty body.
fn definition(term: &mut Term) {
    if let Some(at) = term.children.iter().position(|child| child.kind == "default_method_clause") {
        term.children[at] = Term { field: Some("body"), ..Term::node("compound_statement", Vec::new()) };
    }
    let Some(at) = term.children.iter().position(|child| child.kind == "field_initializer_list") else { return };
    let list = term.children.remove(at);
    let mut bases = Term::node("field_initializer_list", Vec::new());
    let mut assignments = Vec::new();
    for initialiser in list.children.into_iter().filter(|child| child.kind == "field_initializer") {
        match assignment_of(&initialiser) {
            Some(assignment) => assignments.extend(assignment),
            None => bases.children.push(initialiser),
        }
    }
    if let Some(body) = term.child_mut("body") {
        body.children.splice(0..0, assignments);
    }
    if !bases.children.is_empty() {
        term.children.insert(at, bases);
    }
}

/// The assignment that a member's initialiser is; nothing for `m()`. `None` for a base class, named like a type.
fn assignment_of(initialiser: &Term) -> Option<Option<Term>> {
    let [name, values] = initialiser.children.as_slice() else { return None };
    if !name.is_leaf() || name.text.starts_with(|first: char| first.is_ascii_uppercase()) {
        return None;
    }
    let mut value = values.clone();
    match value.children.len() {
        0 => return Some(None),
        1 => become_child(&mut value, 0),
        _ => value.kind = "argument_list",
    }
    if is_text(&value, "nullptr") || is_text(&value, "0") || is_text(&value, "false") {
        return Some(None);
    }
    value.field = Some("right");
    let left = Term { field: Some("left"), ..name.clone() };
    let sign = Term { field: Some("operator"), ..Term::leaf("=", "=") };
    let assignment = Term::node("assignment_expression", vec![left, sign, value]);
    Some(Some(Term::node("expression_statement", vec![assignment])))
}

/// `typedef T U;` is `using U = T;`.
fn alias(term: &mut Term) {
    let (Some(target), Some(name)) = (term.child("type").cloned(), term.child("declarator").cloned()) else { return };
    let pointer =
        matches!(name.children.as_slice(), [star, _] if name.kind == "pointer_declarator" && is_text(star, "*"));
    let (name, pointer) =
        if pointer { (name.children[1].clone(), Some(name.children[0].clone())) } else { (name, None) };
    let is_condition = |child: &Term| child.kind == "condition";
    if !name.is_leaf() || term.children.iter().filter(|child| !is_condition(child)).count() != 3 {
        return;
    }
    let conditions: Vec<Term> = term.children.drain(..).filter(is_condition).collect();
    let using = Term::leaf("using", "using");
    let name = Term { field: Some("name"), ..name };
    let equals = Term::leaf("=", "=");
    let pointer = pointer.map(|star| Term::node("abstract_pointer_declarator", vec![star]));
    let target = Term::node("type_descriptor", std::iter::once(target).chain(pointer).collect());
    let target = Term { field: Some("type"), ..target };
    let children = [using, name, equals, target].into_iter().chain(conditions).collect();
    *term = Term { field: term.field, ..Term::node("alias_declaration", children) };
}

/// Names that c10 only re-exports from the standard library.
fn std_name(term: &mut Term) {
    const ALIASES: [&str; 14] = [
        "optional",
        "nullopt",
        "nullopt_t",
        "string_view",
        "variant",
        "make_optional",
        "in_place",
        "get_if",
        "visit",
        "holds_alternative",
        "monostate",
        "make_unique",
        "is_same",
        "bad_optional_access",
    ];
    let known = ALIASES.contains(&last_type_name(term));
    if let Some(scope) = term.child_mut("scope")
        && known
        && matches!(&*scope.text, "c10" | "at" | "torch")
    {
        scope.text = "std".into();
    }
}

fn last_type_name(term: &Term) -> &str {
    match term.child("name") {
        Some(name) if name.is_leaf() => &name.text,
        Some(name) => last_type_name(name),
        None => "",
    }
}

/// `this->x` is `x`.
fn this_member(term: &mut Term) {
    let on_this = term.child("argument").is_some_and(|argument| is_text(argument, "this"));
    if let Some(at) = term.children.iter().position(|child| child.field == Some("field")).filter(|_| on_this) {
        become_child(term, at);
    }
}
