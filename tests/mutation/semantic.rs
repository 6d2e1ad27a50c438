//! Edits that change what the code does.

use dynadrift::symbols::SymbolKind;

use super::subject::{Function, Local, Subject, is_keyword, is_macro};
use super::tokens::{self, Kind};
use super::{Dice, Edit, Find};

pub const OPERATORS: &[(&str, Find)] = &[
    ("flip a comparison", flip_comparison),
    ("swap operands", swap_operands),
    ("negate a condition", negate_condition),
    ("drop a negation", drop_negation),
    ("drop a call", drop_call),
    ("delete a statement", delete_statement),
    ("delete a guard", delete_guard),
    ("change a number", change_number),
    ("change a truth value", change_bool),
    ("change a name in a string", change_string),
    ("change a called function", change_called),
    ("swap two arguments", swap_arguments),
    ("drop an argument", drop_argument),
    ("change a member", change_member),
    ("change a type", change_type),
    ("change what is returned", change_return),
    ("and for or", and_or),
    ("plus for minus", plus_minus),
    ("break for continue", break_continue),
    ("another variable", another_variable),
    ("remove an else", remove_else),
    ("move a statement out of an if", move_out),
    ("change method flags", change_flags),
    ("change a default argument", change_default),
    ("change a macro body", change_macro),
    ("change an enum value", change_enum),
    ("change a constant at file scope", change_constant),
    ("add a row", add_row),
    ("remove a row", remove_row),
    ("change the exception", change_exception),
];

/// Tokens of function bodies that are not only read by people.
fn loud(subject: &Subject) -> impl Iterator<Item = usize> {
    subject.functions.iter().flat_map(|f| f.body.0 + 1..f.body.1).filter(|&at| !subject.is_quiet(at))
}

fn swapped(word: &str, table: &[(&'static str, &'static str)]) -> Option<&'static str> {
    table.iter().find(|(from, _)| *from == word).map(|(_, to)| *to)
}

fn flip_comparison(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    const FLIPS: [(&str, &str); 6] = [("==", "!="), ("!=", "=="), ("<", "<="), ("<=", "<"), (">", ">="), (">=", ">")];
    let sites = loud(subject).filter(|&at| subject.is_spaced(at) && subject.before(at) != "operator");
    sites.filter_map(|at| Some(subject.replace(at, swapped(subject.word(at), &FLIPS)?))).collect()
}

/// `a - b` of two plain operands.
fn swap_operands(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let operand = |at: usize| {
        matches!(subject.kind(at), Kind::Word | Kind::Number)
            && !is_keyword(subject.word(at))
            && !is_macro(subject.word(at))
    };
    let sites = loud(subject).filter(|&at| {
        let between = matches!(subject.word(at), "-" | "/" | "%" | "<" | ">" | "<=" | ">=") && subject.is_spaced(at);
        let left = operand(at - 1) && matches!(subject.before(at - 1), "(" | "=" | "&&" | "||" | "return" | ";" | ",");
        let right = operand(at + 1) && matches!(subject.word(at + 2), ")" | ";" | "&&" | "||" | ",");
        between && left && right && subject.word(at - 1) != subject.word(at + 1)
    });
    let edit = |at: usize| {
        let (left, right) = (subject.tokens[at - 1], subject.tokens[at + 1]);
        Edit::of(left.start, left.end, subject.word(at + 1)).and(right.start, right.end, subject.word(at - 1))
    };
    sites.map(edit).collect()
}

fn negate_condition(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let conditions = subject.conditionals().into_iter().map(|conditional| conditional.condition);
    conditions
        .filter(|&(open, close)| open + 1 < close)
        .map(|(open, close)| {
            let code = subject.code(open + 1, close - 1);
            subject.replace_all(open + 1, close - 1, format!("!({code})"))
        })
        .collect()
}

fn drop_negation(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites =
        loud(subject).filter(|&at| subject.word(at) == "!" && subject.word(at + 1) != "!" && subject.before(at) != "!");
    sites.filter(|&at| subject.before(at) != "operator").map(|at| subject.replace(at, "")).collect()
}

fn drop_call(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        for statement in subject.statements(function) {
            let ends_in_call = subject.word(statement.last - 1) == ")";
            let open = subject.partner(statement.last - 1).unwrap_or(0);
            let plain = open > statement.first && (statement.first..open).all(|at| is_part_of_path(subject, at));
            let calls = ends_in_call && plain && !is_idle(subject, open - 1) && subject.call(open - 1).is_some();
            if calls && !subject.may_be_dead(statement) && !subject.is_quiet(statement.first) {
                edits.push(subject.replace_all(statement.first, statement.last, ""));
            }
        }
    }
    edits
}

/// `a.b->c::d` and nothing that declares.
fn is_part_of_path(subject: &Subject, at: usize) -> bool {
    match subject.kind(at) {
        Kind::Word => subject.kind(at + 1) != Kind::Word && !is_keyword(subject.word(at)),
        _ => matches!(subject.word(at), "." | "->" | "::"),
    }
}

/// Calls that only make things faster.
fn is_idle(subject: &Subject, name: usize) -> bool {
    matches!(subject.word(name), "reserve" | "shrink_to_fit" | "is" | "str" | "flush")
}

fn delete_statement(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        for statement in subject.statements(function) {
            let first = statement.first;
            let assigns = (first..statement.last).any(|at| {
                matches!(subject.word(at), "=" | "+=" | "-=" | "*=" | "|=" | "&=")
                    && subject.outer(at) == subject.outer(first)
            });
            let declares = function.locals.iter().any(|local| (first..statement.last).contains(&local.at));
            let to_itself = statement.last == first + 3 && subject.word(first) == subject.word(first + 2);
            let last_of_block = subject.word(statement.last + 1) == "}";
            let jumps = matches!(subject.word(first), "return" | "throw") && statement.last > first + 1
                || (subject.is_jump(first) && !last_of_block);
            let counts = (assigns && !declares && !to_itself) || jumps;
            let ends = subject.is_quiet(first) && subject.word(first) != "throw";
            let writes_local_only = assigns && !declares && is_dead_store(subject, function, statement.first);
            if counts && !ends && !subject.may_be_dead(statement) && !writes_local_only {
                edits.push(subject.replace_all(first, statement.last, ""));
            }
        }
    }
    edits
}

/// `x = …;` where nothing reads `x`.
fn is_dead_store(subject: &Subject, function: &Function, at: usize) -> bool {
    let name = subject.word(at);
    let uses = (function.first..=function.body.1).filter(|&other| subject.word(other) == name).count();
    let local = function.locals.iter().any(|local| local.name == name);
    local && uses <= 2
}

/// `Guard g(…);`: a variable that nobody uses and that still does something. Who holds the interpreter is ownership.
fn delete_guard(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        for statement in subject.statements(function) {
            let words = subject.code(statement.first, statement.last);
            let head = words.split(['(', '{', '=']).next().unwrap_or("");
            let guards = ["Guard", "guard", "lock"];
            let declares = subject.kind(statement.first) == Kind::Word
                && (statement.first..statement.last).any(|at| {
                    subject.kind(at) == Kind::Word && subject.kind(at + 1) == Kind::Word || subject.word(at) == ">"
                });
            let plain = !words.contains("make_") && !words.starts_with("return");
            if guards.iter().any(|guard| head.contains(guard))
                && declares
                && plain
                && !head.contains("gil")
                && !head.contains("GIL")
            {
                edits.push(subject.replace_all(statement.first, statement.last, ""));
            }
        }
    }
    edits
}

fn other_number(text: &str) -> Option<String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    if !suffix.chars().all(|c| matches!(c, 'u' | 'l' | 'U' | 'L')) {
        return None;
    }
    Some(format!("{}{suffix}", number.parse::<u64>().ok()?.checked_add(1)?))
}

fn change_number(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let numbers = loud(subject).filter(|&at| subject.kind(at) == Kind::Number);
    numbers.filter_map(|at| Some(subject.replace(at, other_number(subject.word(at))?))).collect()
}

fn change_bool(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    const FLIPS: [(&str, &str); 2] = [("true", "false"), ("false", "true")];
    // Of old owners the second argument told whether they borrow.
    let borrows = |at: usize| {
        subject.outer(at).is_some_and(|open| {
            open > 0
                && (subject.before(open).ends_with("Ptr")
                    || matches!(subject.before(open), "object" | "handle" | "noexcept"))
        })
    };
    let sites = loud(subject).filter(|&at| !borrows(at));
    sites.filter_map(|at| Some(subject.replace(at, swapped(subject.word(at), &FLIPS)?))).collect()
}

/// Strings that name what Python sees, or decide a branch.
fn change_string(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let places = 0..subject.tokens.len();
    places
        .filter(|&at| subject.kind(at) == Kind::Text && is_name_position(subject, at))
        .filter_map(|at| other_string(subject, at))
        .collect()
}

fn is_name_position(subject: &Subject, at: usize) -> bool {
    const FIRST: [&str; 16] = [
        "attr",
        "arg",
        "def",
        "def_static",
        "def_readwrite",
        "def_readonly",
        "def_property",
        "def_property_readonly",
        "getattr",
        "hasattr",
        "setattr",
        "import",
        "fromQualString",
        "value",
        "PyImport_ImportModule",
        "schema",
    ];
    const SECOND: [&str; 7] = [
        "PyObject_GetAttrString",
        "PyObject_SetAttrString",
        "PyObject_HasAttrString",
        "PyModule_AddObject",
        "PyDict_SetItemString",
        "PyArg_ParseTuple",
        "PyDict_GetItemString",
    ];
    if subject.is_quiet(at) || subject.in_macro(at) || !subject.word(at).starts_with('"') {
        return false;
    }
    let Some(open) = subject.outer(at) else { return false };
    let owner = open.checked_sub(1).map_or("", |owner| subject.word(owner));
    let first = at == open + 1;
    let alone = subject.kind(at + 1) != Kind::Text && subject.kind(at - 1) != Kind::Text;
    let call = subject.word(open) == "(" && first && FIRST.contains(&owner) && subject.kind(open) == Kind::Sign;
    let second = subject.word(open) == "(" && SECOND.contains(&owner) && subject.before(at) == "," && {
        subject.arguments(open).get(1).is_some_and(|argument| argument.0 == at)
    };
    let compared = matches!(subject.before(at), "==" | "!=") || matches!(subject.word(at + 1), "==" | "!=");
    let key = subject.word(open) == "[" && first && subject.word(at + 1) == "]";
    alone && (call || second || compared || key)
}

fn other_string(subject: &Subject, at: usize) -> Option<Edit> {
    let text = subject.word(at);
    let place = text.find(|c: char| c.is_ascii_lowercase())?;
    let old = text[place..].chars().next()?;
    let new = if old == 'q' { 'k' } else { 'q' };
    (!text.contains('\\')).then(|| subject.replace(at, format!("{}{new}{}", &text[..place], &text[place + 1..])))
}

/// Names between which modern spelling chooses.
fn is_respelled(word: &str) -> bool {
    const NAMES: [&str; 22] = [
        "push_back",
        "emplace_back",
        "get",
        "ptr",
        "release",
        "empty",
        "size",
        "count",
        "find",
        "data",
        "is",
        "compare",
        "end",
        "begin",
        "move",
        "make_unique",
        "make_shared",
        "reserve",
        "emplace",
        "insert",
        "reinterpret_borrow",
        "reinterpret_steal",
    ];
    NAMES.contains(&word)
        || word.ends_with("Ptr")
        || matches!(word, "object" | "handle" | "static_cast")
        || word.starts_with("castPyCFunction")
}

fn change_called(subject: &Subject, dice: &mut Dice) -> Vec<Edit> {
    let calls = subject.calls();
    let names: Vec<&str> =
        calls.iter().map(|call| subject.word(call.name)).filter(|name| !is_respelled(name)).collect();
    let mut edits = Vec::new();
    for call in &calls {
        let name = subject.word(call.name);
        let other = if names.is_empty() { "other" } else { names[dice.roll(names.len())] };
        let other = if other == name { format!("{name}_all") } else { other.to_owned() };
        if !is_respelled(name) && subject.before(call.name) != "::" {
            edits.push(subject.replace(call.name, other));
        }
    }
    edits
}

/// Arguments without templates, of a call whose order counts.
fn plain_arguments(subject: &Subject, call: &super::subject::Call) -> bool {
    let code = subject.code(call.open, call.close);
    let name = subject.word(call.name);
    !code.contains('<')
        && !matches!(name, "max" | "min" | "swap" | "def")
        && !name.starts_with("def_")
        && !is_respelled(name)
}

fn swap_arguments(subject: &Subject, dice: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for call in subject.calls() {
        let count = call.arguments.len();
        if count < 2 || !plain_arguments(subject, &call) {
            continue;
        }
        let at = dice.roll(count - 1);
        let (one, two) = (call.arguments[at], call.arguments[at + 1]);
        let (first, second) = (subject.code(one.0, one.1), subject.code(two.0, two.1));
        let told = |range: (usize, usize)| subject.kind(range.0) == Kind::Text;
        if !is_same_code(first, second) && !told(one) && !told(two) {
            let swap = subject.replace_all(one.0, one.1, second);
            edits.push(swap.and(subject.tokens[two.0].start, subject.tokens[two.1].end, first));
        }
    }
    edits
}

fn is_same_code(one: &str, two: &str) -> bool {
    let words = |code: &str| tokens::tokens(code).0.iter().map(|t| code[t.start..t.end].to_owned()).collect::<Vec<_>>();
    let zero = |code: &str| matches!(code, "0" | "NULL" | "nullptr" | "{}");
    words(one) == words(two) || (zero(one) && zero(two))
}

fn drop_argument(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for call in subject.calls() {
        let [.., before, last] = call.arguments.as_slice() else { continue };
        if plain_arguments(subject, &call) && subject.kind(last.0) != Kind::Text && !subject.is_quiet(last.0) {
            edits.push(subject.replace_all(before.1 + 1, last.1, ""));
        }
    }
    edits
}

fn change_member(subject: &Subject, dice: &mut Dice) -> Vec<Edit> {
    let members = subject.members();
    let mut edits = Vec::new();
    for &at in &members {
        let other = subject.word(members[dice.roll(members.len())]);
        let other = if other == subject.word(at) { format!("{other}_") } else { other.to_owned() };
        edits.push(subject.replace(at, other));
    }
    edits
}

/// Built-in types and a few of the library, where they declare, cast or instantiate.
fn change_type(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    const OTHERS: [(&str, &str); 12] = [
        ("int", "long"),
        ("int64_t", "int32_t"),
        ("int32_t", "int64_t"),
        ("bool", "int"),
        ("double", "float"),
        ("float", "double"),
        ("size_t", "int"),
        ("uint64_t", "int64_t"),
        ("uint8_t", "int8_t"),
        ("Tensor", "Scalar"),
        ("Scalar", "Tensor"),
        ("unordered_map", "map"),
    ];
    let single = |at: &usize| {
        !matches!(subject.before(*at), "unsigned" | "signed" | "long" | "short")
            && !matches!(subject.word(*at + 1), "long" | "int")
            && !matches!(subject.before(*at), "." | "->")
            && !subject.in_macro(*at)
            && !is_index_of_elements(subject, *at)
            // `int(x)` may be a cast that is already there.
            && subject.word(*at + 1) != "("
    };
    let heads = subject.functions.iter().flat_map(|f| f.first..f.body.0);
    let places = heads.chain(loud(subject)).filter(single);
    places.filter_map(|at| Some(subject.replace(at, swapped(subject.word(at), &OTHERS)?))).collect()
}

/// `for (int i = 0; i < v.size(); …)`: where the index only picks elements, any type of it does.
fn is_index_of_elements(subject: &Subject, at: usize) -> bool {
    let head = subject.outer(at).filter(|&open| open > 0 && subject.before(open) == "for");
    head.and_then(|open| Some(subject.code(open, subject.partner(open)?))).is_some_and(|head| head.contains("size()"))
}

fn change_return(subject: &Subject, dice: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        for at in function.body.0 + 1..function.body.1 {
            let Some(statement) =
                subject.statement(at).filter(|_| subject.word(at) == "return" && !subject.is_quiet(at))
            else {
                continue;
            };
            if statement.last == at + 1 || subject.may_be_dead(statement) {
                continue;
            }
            let code = subject.code(at + 1, statement.last - 1);
            let other = other_value(function, code, dice);
            edits.push(subject.replace_all(at + 1, statement.last - 1, other));
        }
    }
    edits
}

fn other_value(function: &Function, code: &str, dice: &mut Dice) -> String {
    let others: Vec<&Local> = function.locals.iter().filter(|local| local.name != code).collect();
    match code {
        "true" => "false".to_owned(),
        "false" => "true".to_owned(),
        "nullptr" | "NULL" | "{}" => "Py_None".to_owned(),
        _ if other_number(code).is_some() => other_number(code).unwrap_or_default(),
        _ if others.is_empty() => {
            format!("{}_", code.split(|c| !tokens::is_word(c)).next().filter(|w| !w.is_empty()).unwrap_or("other"))
        }
        _ => others[dice.roll(others.len())].name.clone(),
    }
}

fn and_or(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    const FLIPS: [(&str, &str); 2] = [("&&", "||"), ("||", "&&")];
    let sites = loud(subject).filter(|&at| subject.is_spaced(at));
    sites.filter_map(|at| Some(subject.replace(at, swapped(subject.word(at), &FLIPS)?))).collect()
}

fn plus_minus(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    const FLIPS: [(&str, &str); 4] = [("+", "-"), ("-", "+"), ("+=", "-="), ("-=", "+=")];
    let sites = loud(subject).filter(|&at| {
        let text = subject.kind(at - 1) == Kind::Text || subject.kind(at + 1) == Kind::Text;
        subject.is_spaced(at) && !text && subject.before(at) != "operator"
    });
    sites.filter_map(|at| Some(subject.replace(at, swapped(subject.word(at), &FLIPS)?))).collect()
}

fn break_continue(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        for statement in subject.statements(function) {
            let other = match subject.word(statement.first) {
                "break" => "continue",
                "continue" => "break",
                _ => continue,
            };
            if !subject.may_be_dead(statement) {
                edits.push(subject.replace(statement.first, other));
            }
        }
    }
    edits
}

fn another_variable(subject: &Subject, dice: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in subject.functions.iter().filter(|function| function.locals.len() > 1) {
        for at in function.body.0 + 1..function.body.1 {
            let local = function.locals.iter().find(|local| local.name == subject.word(at));
            let Some(local) = local.filter(|local| local.at < at && is_read(subject, at)) else { continue };
            // One that comes before, of another name, which the code around does not already name.
            let others: Vec<&Local> =
                function.locals.iter().filter(|other| other.name != local.name && other.at < at).collect();
            if function.locals.iter().any(|other| other.at == at) || others.is_empty() {
                continue;
            }
            edits.push(subject.replace(at, others[dice.roll(others.len())].name.clone()));
        }
    }
    edits
}

/// Whether the name is used as a value here, and the use counts.
fn is_read(subject: &Subject, at: usize) -> bool {
    let captured = subject.outer(at).is_some_and(|open| {
        subject.word(open) == "[" && subject.before(open) != "]" && { subject.kind(open - 1) == Kind::Sign }
    });
    // `(void)x;`
    let marked = subject.before(at) == ")" && at >= 2 && subject.word(at - 2) == "void";
    let named =
        matches!(subject.before(at), "." | "->" | "::") || matches!(subject.word(at + 1), "::" | "(" | "<" | ":");
    let declared =
        subject.kind(at - 1) == Kind::Word && !matches!(subject.before(at), "return" | "case" | "throw" | "in");
    let typed = matches!(subject.before(at), ">" | "*" | "&") && !subject.is_spaced(at - 1);
    !captured && !marked && !named && !declared && !typed && !subject.is_quiet(at)
}

fn remove_else(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for conditional in subject.conditionals() {
        let Some(otherwise) = conditional.otherwise else { continue };
        let leaves = (conditional.then.0..=conditional.then.1).any(|at| {
            subject.is_jump(at)
                || is_macro(subject.word(at))
                || subject.is_quiet(at)
                || subject.kind(at) == Kind::Directive
        });
        let empty = conditional.then.1 == conditional.then.0 + 1
            || (subject.word(otherwise + 1) == "{" && subject.partner(otherwise + 1) == Some(otherwise + 2));
        // An `else` of a chain: what stands before it may leave, too.
        let chained = subject.before(conditional.keyword) == "else";
        if !leaves && !empty && !chained {
            edits.push(subject.replace(otherwise, ""));
        }
    }
    edits
}

fn move_out(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for conditional in subject.conditionals() {
        let (open, close) = conditional.then;
        let jumps = (open..=close).any(|at| subject.is_jump(at) || is_macro(subject.word(at)));
        let chained = subject.before(conditional.keyword) == "else";
        if subject.word(open) != "{"
            || jumps
            || chained
            || conditional.otherwise.is_some()
            || subject.word(conditional.keyword) == "while"
        {
            continue;
        }
        let first = (open + 1..close)
            .rev()
            .find(|&at| matches!(subject.before(at), ";" | "{" | "}") && subject.outer(at) == Some(open));
        let Some(statement) = first.and_then(|first| subject.statement(first)).filter(|last| last.last + 1 == close)
        else {
            continue;
        };
        if subject.is_quiet(statement.first) || is_local_declaration(subject, statement.first) {
            continue;
        }
        let code = subject.code(statement.first, statement.last).to_owned();
        let end = subject.tokens[close].end;
        edits.push(subject.replace_all(statement.first, statement.last, "").and(end, end, format!("\n{code}")));
    }
    edits
}

fn is_local_declaration(subject: &Subject, first: usize) -> bool {
    subject.kind(first + 1) == Kind::Word
        || matches!(subject.word(first), "auto" | "const")
        || subject.word(first + 1) == "<"
        || subject.functions.iter().flat_map(|f| &f.locals).any(|local| local.at > first && local.at < first + 10)
}

fn change_flags(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    const OTHERS: [(&str, &str); 6] = [
        ("METH_NOARGS", "METH_O"),
        ("METH_O", "METH_NOARGS"),
        ("METH_VARARGS", "METH_NOARGS"),
        ("METH_FASTCALL", "METH_VARARGS"),
        ("METH_STATIC", "METH_CLASS"),
        ("METH_CLASS", "METH_STATIC"),
    ];
    let places = 0..subject.tokens.len();
    places.filter_map(|at| Some(subject.replace(at, swapped(subject.word(at), &OTHERS)?))).collect()
}

fn change_default(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    let heads = [SymbolKind::Function, SymbolKind::Declaration].into_iter().flat_map(|kind| subject.symbols(kind));
    for range in heads {
        let end = range.clone().find(|&at| subject.word(at) == "{").unwrap_or(range.end);
        for at in range.start..end {
            let default = subject.word(at) == "="
                && subject.kind(at - 1) == Kind::Word
                && matches!(subject.word(at + 2), "," | ")");
            let in_parameters =
                subject.outer(at).is_some_and(|open| subject.word(open) == "(" && range.contains(&open));
            if default && in_parameters && !matches!(subject.word(at + 1), "default" | "delete") {
                let other = match subject.word(at + 1) {
                    "true" => "false".to_owned(),
                    "false" => "true".to_owned(),
                    "nullptr" => "Py_None".to_owned(),
                    word => other_number(word).unwrap_or_else(|| "{}".to_owned()),
                };
                edits.push(subject.replace(at + 1, other));
            }
        }
    }
    edits
}

fn change_macro(subject: &Subject, dice: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for token in subject.tokens.iter().filter(|token| token.kind == Kind::Directive) {
        let text = &subject.text[token.start..token.end];
        let Some((name, body)) = macro_body(text) else { continue };
        let told = [
            "ASSERT",
            "CHECK",
            "WARN",
            "LOG",
            "throw",
            "Error",
            "Py_",
            "__attribute__",
            "__declspec",
            "visibility",
            "PyErr",
        ];
        if told.iter().any(|told| body.contains(told))
            || name.ends_with("_API")
            || name.ends_with("_H_")
            || name.contains("EXPORT")
            || name.contains("HIDDEN")
        {
            continue;
        }
        let start = token.start + (text.len() - body.len());
        let (code, _) = tokens::tokens(body);
        let word = |at: usize| &body[code[at].start..code[at].end];
        let plain = |at: &usize| {
            let known = matches!(
                word(*at),
                "do" | "inline"
                    | "noexcept"
                    | "override"
                    | "final"
                    | "explicit"
                    | "typename"
                    | "class"
                    | "constexpr"
                    | "virtual"
                    | "std"
                    | "const"
                    | "move"
                    | "case"
            );
            let turned_into_text = *at > 0 && matches!(word(*at - 1), "#" | "struct");
            code[*at].kind == Kind::Word && !known && !turned_into_text && !is_keyword(word(*at))
        };
        let places: Vec<usize> = (0..code.len()).filter(plain).collect();
        if !places.is_empty() {
            let at = places[dice.roll(places.len())];
            edits.push(Edit::of(start + code[at].start, start + code[at].end, format!("{}_other", word(at))));
        }
    }
    edits
}

/// The name and the body of `#define NAME(x) body`.
fn macro_body(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix('#')?.trim_start().strip_prefix("define")?.trim_start();
    let end = rest.find(|c| !tokens::is_word(c))?;
    let (name, mut body) = rest.split_at(end);
    if body.starts_with('(') {
        body = &body[body.find(')')? + 1..];
    }
    (!body.trim().is_empty()).then_some((name, body))
}

fn change_enum(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for range in subject.symbols(SymbolKind::Enum) {
        let Some(open) = range.clone().find(|&at| subject.word(at) == "{") else { continue };
        for (first, last) in subject.arguments(open) {
            if subject.kind(first) != Kind::Word || subject.has_directive(first, last) {
                continue;
            }
            match other_number(subject.word(last)) {
                Some(other) if subject.before(last) == "=" => edits.push(subject.replace(last, other)),
                _ if first == last => edits.push(subject.replace(last, format!("{} = 77", subject.word(last)))),
                _ => {}
            }
        }
    }
    edits
}

fn change_constant(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for range in subject.symbols(SymbolKind::Variable) {
        // Type objects end in slots that may be left out.
        let in_function = subject.functions.iter().any(|f| f.first <= range.start && range.end <= f.body.1 + 1);
        if in_function || range.len() > 60 {
            continue;
        }
        let Some(equals) = range.clone().find(|&at| subject.word(at) == "=") else { continue };
        for at in equals + 1..range.end {
            let other = match subject.word(at) {
                "true" => Some("false".to_owned()),
                "false" => Some("true".to_owned()),
                word if subject.kind(at) == Kind::Number => other_number(word),
                _ => None,
            };
            if let Some(other) = other.filter(|_| !subject.is_quiet(at)) {
                edits.push(subject.replace(at, other));
            }
        }
    }
    edits
}

/// Rows of tables, without the sentinel.
fn rows(subject: &Subject) -> Vec<(usize, usize)> {
    let mut rows = Vec::new();
    for range in subject.symbols(SymbolKind::Table) {
        let Some(open) = range.clone().find(|&at| subject.word(at) == "{") else { continue };
        for (first, last) in subject.arguments(open) {
            let row = subject.word(first) == "{"
                && subject.partner(first) == Some(last)
                && !subject.has_directive(first, last);
            let named = subject.kind(first + 1) == Kind::Text || subject.code(first, last).contains('"');
            if row && named && !subject.word(first + 1).starts_with("nullptr") {
                rows.push((first, last));
            }
        }
    }
    rows
}

fn add_row(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (first, last) in rows(subject) {
        let Some(name) = (first..last).find(|&at| subject.kind(at) == Kind::Text) else { continue };
        let (start, end) = (subject.tokens[first].start, subject.tokens[name].end - 1);
        let row = format!("{}_again{},\n    ", &subject.text[start..end], &subject.text[end..subject.tokens[last].end]);
        edits.push(Edit::of(start, start, row));
    }
    edits
}

fn remove_row(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let followed = rows(subject).into_iter().filter(|&(_, last)| subject.word(last + 1) == ",");
    followed.map(|(first, last)| subject.replace_all(first, last + 1, "")).collect()
}

fn change_exception(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    const OTHERS: [(&str, &str); 13] = [
        ("PyExc_TypeError", "PyExc_ValueError"),
        ("PyExc_ValueError", "PyExc_TypeError"),
        ("PyExc_RuntimeError", "PyExc_TypeError"),
        ("PyExc_IndexError", "PyExc_KeyError"),
        ("PyExc_AttributeError", "PyExc_TypeError"),
        ("runtime_error", "logic_error"),
        ("invalid_argument", "runtime_error"),
        ("out_of_range", "runtime_error"),
        ("value_error", "type_error"),
        ("TypeError", "ValueError"),
        ("ValueError", "TypeError"),
        ("IndexError", "TypeError"),
        ("python_error", "py_error"),
    ];
    let places = subject.functions.iter().flat_map(|f| f.body.0 + 1..f.body.1);
    let thrown = places.filter(|&at| {
        let word = subject.word(at);
        let path = matches!(subject.before(at), "throw" | "::")
            && (subject.before(at) == "throw" || at >= 3 && subject.word(at - 3) == "throw");
        let first = subject.before(at) == "(" && at >= 2 && subject.word(at - 2).starts_with("PyErr_");
        (path && subject.word(at + 1) == "(") || (first && word.starts_with("PyExc_"))
    });
    thrown.filter_map(|at| Some(subject.replace(at, swapped(subject.word(at), &OTHERS)?))).collect()
}
