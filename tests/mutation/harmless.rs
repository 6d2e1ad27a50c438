//! Edits that leave what the code does as it is.

use dynadrift::symbols::SymbolKind;

use super::subject::{Function, Local, Subject, is_macro, is_type};
use super::tokens::{self, Kind};
use super::{Dice, Edit, Find};

pub const OPERATORS: &[(&str, Find)] = &[
    ("rename a local", rename_local),
    ("rename a parameter", rename_parameter),
    ("rewrap", rewrap),
    ("add a comment", add_comment),
    ("remove comments", remove_comments),
    ("add parentheses", add_parentheses),
    ("add braces", add_braces),
    ("remove braces", remove_braces),
    ("NULL and nullptr", null_pointer),
    ("static_cast to a C cast", to_c_cast),
    ("C cast to static_cast", to_static_cast),
    ("where to increment", increment),
    ("const local", const_local),
    ("std::move of what is returned", move_returned),
    ("std::move in an initialiser list", move_member),
    ("override", add_override),
    ("order of includes", includes),
    ("split a string", split_string),
    ("join a string", join_string),
    ("text of an error", error_text),
    ("docstring", docstring),
    ("comparison with nullptr", not_null),
    ("typedef to using", to_using),
    ("using to typedef", to_typedef),
    ("part nested namespaces", part_namespaces),
    ("nest namespaces", nest_namespaces),
    ("void parameters", void_parameters),
    ("trailing comma", trailing_comma),
    ("unused local", unused_local),
    ("else after return", else_after_return),
    ("size to empty", to_empty),
    ("empty to size", to_size),
    ("irange to an index loop", to_index_loop),
    ("an index loop to irange", to_irange),
];

fn bodies(subject: &Subject) -> impl Iterator<Item = usize> {
    subject.functions.iter().flat_map(|f| f.body.0 + 1..f.body.1)
}

// --- Names

fn rename(subject: &Subject, parameters: bool) -> Vec<Edit> {
    let words = subject.words();
    let mut edits = Vec::new();
    for function in &subject.functions {
        for local in function.locals.iter().filter(|local| local.parameter == parameters) {
            let new = format!("{}_renamed", local.name);
            let free = !words.contains(new.as_str()) && !is_macro(&local.name);
            let initialises = parameters && subject.code(function.parameters.1, function.body.0).contains(':');
            let Some(uses) = subject.uses(function, local).filter(|_| free && !initialises) else { continue };
            // A member of that name without `this->` would not follow.
            let is_first =
                function.locals.iter().filter(|other| other.name == local.name).all(|other| other.at >= local.at);
            if is_first && !is_in_local_class(subject, function) {
                let mut edit = Edit::default();
                for at in uses {
                    edit = edit.and(subject.tokens[at].start, subject.tokens[at].end, new.clone());
                }
                edits.push(edit);
            }
        }
    }
    edits
}

fn is_in_local_class(subject: &Subject, function: &Function) -> bool {
    (function.body.0..function.body.1).any(|at| matches!(subject.word(at), "struct" | "class" | "asm"))
}

fn rename_local(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    rename(subject, false)
}

fn rename_parameter(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    rename(subject, true)
}

// --- Layout

/// Breaks and joins lines of one function between signs, where no directive or comment stands.
fn rewrap(subject: &Subject, dice: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        let mut edit = Edit::default();
        for at in function.body.0..function.body.1 {
            let (start, end) = (subject.tokens[at].end, subject.tokens[at + 1].start);
            let gap = &subject.text[start..end];
            let code = [at, at + 1].iter().all(|&at| subject.kind(at) != Kind::Directive);
            if gap.is_empty() || !gap.trim().is_empty() || !code || dice.roll(3) > 0 {
                continue;
            }
            let lone = is_macro(subject.word(at)) || is_macro(subject.word(at + 1)) || subject.word(at) == ")";
            let new = if gap.contains('\n') && !lone { " " } else { "\n          " };
            edit = edit.and(start, end, new);
        }
        if !edit.parts.is_empty() {
            edits.push(edit);
        }
    }
    edits
}

fn add_comment(subject: &Subject, dice: &mut Dice) -> Vec<Edit> {
    const NOTES: [&str; 5] =
        [" // note: f(x);", " /* it's { */", "\n  // TODO(\"quoted\") != x", " /* a\n * b\n */", " // NOLINT"];
    let places = bodies(subject).filter(|&at| {
        let next = subject.tokens[at + 1].start;
        matches!(subject.word(at), ";" | "{") && subject.text[subject.tokens[at].end..next].starts_with('\n')
    });
    places
        .map(|at| (subject.tokens[at].end, NOTES[dice.roll(NOTES.len())]))
        .map(|(end, note)| Edit::of(end, end, note))
        .collect()
}

fn remove_comments(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        let (start, end) = (subject.tokens[function.first].start, subject.tokens[function.body.1].end);
        let inside = subject.comments.iter().filter(|comment| start < comment.start && comment.end < end);
        let mut edit = Edit::default();
        for comment in inside {
            edit = edit.and(comment.start, comment.end, " ");
        }
        if !edit.parts.is_empty() {
            edits.push(edit);
        }
    }
    edits
}

fn add_comma_free(subject: &Subject, first: usize, last: usize) -> bool {
    let outer = subject.outer(first);
    !(first..=last).any(|at| subject.outer(at) == outer && subject.word(at) == ",") && subject.word(first) != "{"
}

/// `return (x);`, `y = (x);`, `if ((x))`.
fn add_parentheses(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        let deduced = subject.code(function.first, function.body.0).contains("decltype");
        for statement in subject.statements(function) {
            let outer = subject.outer(statement.first);
            let equals =
                (statement.first..statement.last).find(|&at| subject.word(at) == "=" && subject.outer(at) == outer);
            let returns = (subject.word(statement.first) == "return" && !deduced).then_some(statement.first);
            let Some(before) = returns.or(equals.filter(|_| subject.word(statement.first) != "return")) else {
                continue;
            };
            let (first, last) = (before + 1, statement.last - 1);
            if first <= last && add_comma_free(subject, first, last) && subject.word(first) != "[" {
                edits.push(subject.replace_all(first, last, format!("({})", subject.code(first, last))));
            }
        }
    }
    for conditional in subject.conditionals() {
        let (open, close) = conditional.condition;
        if open + 1 < close {
            edits.push(subject.replace_all(open, close, format!("({})", subject.code(open, close))));
        }
    }
    edits
}

fn add_braces(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let bare = subject.conditionals().into_iter().filter(|conditional| subject.word(conditional.then.0) != "{");
    bare.map(|conditional| {
        let (first, last) = conditional.then;
        subject.replace_all(first, last, format!("{{\n{}\n}}", subject.code(first, last)))
    })
    .collect()
}

fn remove_braces(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for conditional in subject.conditionals() {
        let (open, close) = conditional.then;
        let only =
            subject.statement(open + 1).filter(|statement| subject.word(open) == "{" && statement.last + 1 == close);
        let Some(only) = only else { continue };
        let declares = subject.kind(only.first + 1) == Kind::Word && !subject.is_jump(only.first);
        let commented =
            subject.comments.iter().any(|c| (subject.tokens[open].start..subject.tokens[close].end).contains(&c.start));
        let guards = subject.word(only.first) == "auto"
            || subject.word(only.first + 1) == "<"
            || is_macro(subject.word(only.first));
        if !declares && !commented && !guards {
            edits.push(subject.replace(open, "").and(subject.tokens[close].start, subject.tokens[close].end, ""));
        }
    }
    edits
}

// --- Spelling

fn null_pointer(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let places = 0..subject.tokens.len();
    let other = |at: usize| match subject.word(at) {
        "NULL" => Some("nullptr"),
        "nullptr" => Some("NULL"),
        _ => None,
    };
    // An overload may take `nullptr_t`; in a return, a comparison or a table there is none.
    let plain = |at: &usize| {
        matches!(subject.before(*at), "return" | "==" | "!=" | "=" | "{" | ",")
            && subject
                .outer(*at)
                .is_none_or(|open| subject.word(open) != "(" || matches!(subject.before(*at), "==" | "!=" | "="))
    };
    places.filter(plain).filter_map(|at| Some(subject.replace(at, other(at)?))).collect()
}

/// `static_cast<T>(x)` of a built-in type of one word.
fn to_c_cast(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = bodies(subject).filter(|&at| {
        subject.word(at) == "static_cast"
            && is_built_in(subject.word(at + 2))
            && subject.word(at + 3) == ">"
            && subject.word(at + 4) == "("
    });
    sites
        .filter_map(|at| {
            let close = subject.partner(at + 4)?;
            let value = subject.code(at + 4, close);
            Some(subject.replace_all(at, close, format!("({}){value}", subject.word(at + 2))))
        })
        .collect()
}

fn is_built_in(word: &str) -> bool {
    is_type(word) && !matches!(word, "void" | "Tensor" | "PyObject" | "string" | "unsigned")
}

fn to_static_cast(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = bodies(subject).filter(|&at| {
        subject.word(at) == "("
            && is_built_in(subject.word(at + 1))
            && subject.word(at + 2) == ")"
            && matches!(subject.before(at), "=" | "return" | "(" | ",")
    });
    sites
        .filter_map(|at| {
            let value = at + 3;
            let last = match subject.word(value) {
                "(" => subject.partner(value)?,
                _ if matches!(subject.kind(value), Kind::Word | Kind::Number) => value,
                _ => return None,
            };
            let ends = matches!(subject.word(last + 1), ";" | ")" | ",");
            let inner = subject.code(value, last);
            let cast = format!("static_cast<{}>({inner})", subject.word(at + 1));
            ends.then(|| subject.replace_all(at, last, cast))
        })
        .collect()
}

/// `i++;` and `++i;`, and in the head of a loop.
fn increment(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for at in bodies(subject) {
        let in_block = subject.outer(at).is_some_and(|open| subject.is_block(open));
        let in_head = subject.outer(at).is_some_and(|open| subject.before(open) == "for");
        let signs = |at: usize| matches!(subject.word(at), "++" | "--");
        let fresh = |at: usize| match subject.before(at) {
            ";" => in_block || in_head,
            "{" | "}" => in_block,
            _ => false,
        };
        let ends = |at: usize| subject.word(at) == ";" && in_block || subject.word(at) == ")" && in_head;
        let behind = subject.kind(at) == Kind::Word && signs(at + 1);
        let in_front = signs(at) && subject.kind(at + 1) == Kind::Word;
        if (behind || in_front) && fresh(at) && ends(at + 2) {
            edits.push(subject.replace_all(at, at + 1, format!("{}{}", subject.word(at + 1), subject.word(at))));
        }
    }
    edits
}

/// `T x = …;` of a built-in type that nothing assigns or takes by reference.
fn const_local(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        for local in function.locals.iter().filter(|local| !local.parameter) {
            let kind = local.at - 1;
            let plain = is_built_in(subject.word(kind)) && matches!(subject.before(kind), ";" | "{" | "}");
            if plain && subject.word(local.at + 1) == "=" && is_never_written(subject, function, local) {
                edits.push(subject.replace(kind, format!("const {}", subject.word(kind))));
            }
        }
    }
    edits
}

fn is_never_written(subject: &Subject, function: &Function, local: &Local) -> bool {
    (local.at + 1..function.body.1).filter(|&at| subject.word(at) == local.name).all(|at| {
        let written = matches!(
            subject.word(at + 1),
            "=" | "+=" | "-=" | "*=" | "/=" | "|=" | "&=" | "++" | "--" | "[" | "." | "<<"
        );
        let taken = matches!(subject.before(at), "++" | "--" | "&" | ">>" | "[" | ",");
        !written && !taken
    })
}

fn move_returned(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        let sites = function.locals.iter().filter(|local| !local.parameter && subject.before(local.at) != "&");
        for local in sites {
            let returned = (local.at..function.body.1).filter(|&at| {
                subject.word(at) == "return" && subject.word(at + 1) == local.name && subject.word(at + 2) == ";"
            });
            edits.extend(returned.map(|at| subject.replace(at + 1, format!("std::move({})", local.name))));
        }
    }
    edits
}

/// `: member_(value)` of a parameter taken by value.
fn move_member(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for function in &subject.functions {
        for at in function.parameters.1 + 1..function.body.0 {
            let parameter = function.locals.iter().find(|local| local.parameter && local.name == subject.word(at));
            let Some(parameter) = parameter else { continue };
            let by_value = !matches!(subject.before(parameter.at), "&" | "*" | "&&");
            let alone = subject.before(at) == "(" && subject.word(at + 1) == ")" && subject.kind(at - 2) == Kind::Word;
            let uses = (function.parameters.1..function.body.1).filter(|&use_| subject.word(use_) == parameter.name);
            if by_value && alone && uses.count() == 1 {
                edits.push(subject.replace(at, format!("std::move({})", parameter.name)));
            }
        }
    }
    edits
}

/// `virtual void f() const;` that overrides says so.
fn add_override(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for range in subject.symbols(SymbolKind::Class) {
        for at in range.clone().filter(|&at| subject.word(at) == "virtual") {
            let Some(open) = (at..range.end).find(|&open| matches!(subject.word(open), "(" | ";" | "{")) else {
                continue;
            };
            let Some(mut close) = subject.partner(open).filter(|_| subject.word(open) == "(") else { continue };
            if matches!(subject.word(close + 1), "const" | "noexcept") {
                close += 1;
            }
            if matches!(subject.word(close + 1), ";" | "{") {
                let end = subject.tokens[close].end;
                edits.push(Edit::of(end, end, " override"));
            }
        }
    }
    edits
}

fn includes(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let is_include = |at: usize| {
        subject.kind(at) == Kind::Directive && subject.word(at).contains("include") && !subject.word(at).contains("//")
    };
    let pairs = (0..subject.tokens.len().saturating_sub(1)).filter(|&at| is_include(at) && is_include(at + 1));
    pairs
        .map(|at| {
            let (one, two) = (subject.tokens[at], subject.tokens[at + 1]);
            Edit::of(one.start, one.end, subject.word(at + 1)).and(two.start, two.end, subject.word(at))
        })
        .collect()
}

fn is_plain_string(subject: &Subject, at: usize) -> bool {
    let text = subject.word(at);
    let extern_c = subject.before(at) == "extern" || matches!(subject.before(at), "asm" | "_");
    subject.kind(at) == Kind::Text
        && text.starts_with('"')
        && text.len() >= 6
        && !text.contains('\\')
        && text.is_ascii()
        && !extern_c
}

fn split_string(subject: &Subject, dice: &mut Dice) -> Vec<Edit> {
    // Nobody splits a name.
    let told = |at: usize| subject.word(at).contains(' ');
    let places = bodies(subject).filter(|&at| is_plain_string(subject, at) && told(at) && !subject.in_macro(at));
    places
        .map(|at| {
            let text = subject.word(at);
            let middle = 2 + dice.roll(text.len() - 3);
            subject.replace(at, format!("{}\"\n          \"{}", &text[..middle], &text[middle..]))
        })
        .collect()
}

fn join_string(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let places = bodies(subject).filter(|&at| {
        let apart = is_plain_string(subject, at) && is_plain_string(subject, at + 1);
        apart
            && !subject.in_macro(at)
            && subject.text[subject.tokens[at].end..subject.tokens[at + 1].start].trim().is_empty()
    });
    places
        .map(|at| {
            let (one, two) = (subject.word(at), subject.word(at + 1));
            subject.replace_all(at, at + 1, format!("{}{}", &one[..one.len() - 1], &two[1..]))
        })
        .collect()
}

// --- Messages

fn other_text(subject: &Subject, at: usize) -> Edit {
    let text = subject.word(at);
    subject.replace(at, format!("{} (see the notes)\"", &text[..text.len() - 1]))
}

/// Texts of checks and of exceptions.
fn error_text(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let places = bodies(subject).filter(|&at| {
        let call = subject.outer(at).filter(|&open| subject.word(open) == "(" && open > 0);
        let told = call.is_some_and(|open| {
            let owner = subject.before(open);
            let check = matches!(
                owner,
                "TORCH_CHECK"
                    | "TORCH_INTERNAL_ASSERT"
                    | "AT_ERROR"
                    | "TORCH_WARN"
                    | "PyErr_SetString"
                    | "PyErr_Format"
            );
            let thrown = (open.saturating_sub(6)..open).any(|at| subject.word(at) == "throw");
            check || thrown
        });
        is_plain_string(subject, at) && told && subject.is_quiet(at)
    });
    places.map(|at| other_text(subject, at)).collect()
}

/// The documentation of a binding or of a row of methods.
fn docstring(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let places = (0..subject.tokens.len()).filter(|&at| {
        let Some(open) = subject.outer(at).filter(|&open| open > 0) else { return false };
        let arguments = subject.arguments(open);
        let at_end = subject.word(at + 1) == subject.word(subject.partner(open).unwrap_or(at));
        let binding = subject.word(open) == "("
            && matches!(subject.before(open), "def" | "def_static")
            && arguments.len() > 2
            && at_end;
        let row =
            subject.word(open) == "{" && arguments.len() == 4 && subject.code(open, at).contains("METH_") && at_end;
        is_plain_string(subject, at) && subject.before(at) == "," && (binding || row)
    });
    places.map(|at| other_text(subject, at)).collect()
}

// --- More spelling

/// `x == nullptr` of one name, alone in a condition.
fn not_null(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = bodies(subject).filter(|&at| {
        let compares = matches!(subject.word(at), "==" | "!=") && matches!(subject.word(at + 1), "nullptr" | "NULL");
        let left = subject.kind(at - 1) == Kind::Word && matches!(subject.before(at - 1), "(" | "&&" | "||");
        let condition = subject.outer(at).is_some_and(|open| matches!(subject.before(open), "if" | "while"));
        compares && left && condition && matches!(subject.word(at + 2), ")" | "&&" | "||")
    });
    sites
        .map(|at| {
            let sign = if subject.word(at) == "==" { "!" } else { "" };
            subject.replace_all(at - 1, at + 1, format!("{sign}{}", subject.word(at - 1)))
        })
        .collect()
}

fn to_using(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = (0..subject.tokens.len()).filter(|&at| subject.word(at) == "typedef");
    sites
        .filter_map(|at| {
            let end = (at..subject.tokens.len()).find(|&end| matches!(subject.word(end), ";" | "(" | "{" | "["))?;
            // `ssize_t` is a keyword to the grammar.
            let named = subject.kind(end - 1) == Kind::Word && subject.word(end - 1) != "ssize_t";
            let plain = subject.word(end) == ";" && named && end > at + 2 && !subject.has_directive(at, end);
            let code = subject.code(at + 1, end.checked_sub(2)?);
            plain.then(|| subject.replace_all(at, end, format!("using {} = {code};", subject.word(end - 1))))
        })
        .collect()
}

fn to_typedef(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = (0..subject.tokens.len()).filter(|&at| {
        subject.word(at) == "using"
            && subject.word(at + 2) == "="
            && subject.before(at) != ">"
            && subject.kind(at + 1) == Kind::Word
    });
    sites
        .filter_map(|at| {
            let end = (at..subject.tokens.len()).find(|&end| matches!(subject.word(end), ";" | "(" | "{" | "["))?;
            let code = subject.code(at + 3, end.checked_sub(1)?);
            let plain = subject.word(end) == ";" && !subject.has_directive(at, end);
            plain.then(|| subject.replace_all(at, end, format!("typedef {code} {};", subject.word(at + 1))))
        })
        .collect()
}

fn part_namespaces(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = (0..subject.tokens.len())
        .filter(|&at| subject.word(at) == "namespace" && subject.word(at + 2) == "::" && subject.before(at) != "using");
    sites
        .filter_map(|at| {
            let open = (at..at + 12).find(|&open| subject.word(open) == "{")?;
            let close = subject.partner(open)?;
            let head = subject.code(at + 1, open - 1).replace("::", " {\nnamespace ");
            let depth = (at..open).filter(|&at| subject.word(at) == "::").count() + 1;
            let end = subject.tokens[close].end;
            Some(subject.replace_all(at, open - 1, format!("namespace {head}")).and(end - 1, end, "}\n".repeat(depth)))
        })
        .collect()
}

fn nest_namespaces(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let named = |at: usize| {
        subject.word(at) == "namespace" && subject.kind(at + 1) == Kind::Word && subject.word(at + 2) == "{"
    };
    let sites = (0..subject.tokens.len()).filter(|&at| named(at) && named(at + 3));
    sites
        .filter_map(|at| {
            let (outer, inner) = (subject.partner(at + 2)?, subject.partner(at + 5)?);
            let head = format!("namespace {}::{} {{", subject.word(at + 1), subject.word(at + 4));
            (inner + 1 == outer).then(|| {
                let end = subject.tokens[outer];
                subject.replace_all(at, at + 5, head).and(end.start, end.end, "")
            })
        })
        .collect()
}

fn void_parameters(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let empty = subject.functions.iter().filter(|function| {
        let (open, close) = function.parameters;
        close == open + 1 && !(function.first..open).any(|at| matches!(subject.word(at), "operator" | "~"))
    });
    empty.map(|function| subject.replace_all(function.parameters.0, function.parameters.1, "(void)")).collect()
}

/// In lists that initialise, and in enums.
fn trailing_comma(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for open in (0..subject.tokens.len()).filter(|&at| subject.word(at) == "{") {
        let Some(close) = subject.partner(open).filter(|&close| close > open + 1) else { continue };
        let list = subject.before(open) == "=" || (subject.word(open - 1) == "return");
        let ends = subject.word(close - 1) != "," && subject.kind(close - 1) != Kind::Directive;
        let plain = !(open..close).any(|at| subject.word(at) == ";" && subject.outer(at) == Some(open));
        if open > 0 && list && ends && plain && subject.before(open - 1) != "]" {
            let end = subject.tokens[close - 1].end;
            edits.push(Edit::of(end, end, ","));
        }
    }
    edits
}

fn unused_local(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let runtime = subject.functions.iter().filter(|f| {
        !(f.first..f.body.0).any(|at| subject.word(at) == "constexpr") && subject.kind(f.body.0 + 1) != Kind::Directive
    });
    runtime.map(|f| subject.tokens[f.body.0].end).map(|end| Edit::of(end, end, "\n  int unused_so_far = 0;")).collect()
}

fn else_after_return(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let mut edits = Vec::new();
    for conditional in subject.conditionals() {
        let Some(otherwise) = conditional.otherwise.filter(|&at| subject.word(at + 1) == "{") else { continue };
        let Some(close) = subject.partner(otherwise + 1) else { continue };
        let (open, end) = conditional.then;
        let last = (open + 1..end)
            .rev()
            .find(|&at| matches!(subject.before(at), ";" | "{" | "}") && subject.outer(at) == Some(open));
        let jumps =
            last.is_some_and(|at| subject.is_jump(at) && subject.statement(at).is_some_and(|s| s.last + 1 == end));
        let declares =
            (otherwise + 2..close).any(|at| subject.outer(at) == Some(otherwise + 1) && subject.word(at) == "=");
        let guards = subject.code(otherwise, close).contains("uard");
        let chained = subject.before(conditional.keyword) == "else"
            || !subject.outer(conditional.keyword).is_some_and(|at| subject.is_block(at));
        if jumps && !declares && !guards && !chained && !subject.has_directive(otherwise, close) {
            edits.push(subject.replace_all(otherwise, otherwise + 1, "").and(
                subject.tokens[close].start,
                subject.tokens[close].end,
                "",
            ));
        }
    }
    edits
}

/// The first token of `a.b->c` that ends before the dot.
fn receiver(subject: &Subject, dot: usize) -> Option<usize> {
    let mut first = dot.checked_sub(1)?;
    if subject.kind(first) != Kind::Word {
        return None;
    }
    while matches!(subject.before(first), "." | "->") && subject.kind(first.checked_sub(2)?) == Kind::Word {
        first -= 2;
    }
    (!matches!(subject.before(first), "." | "->" | "::" | ")" | "]")).then_some(first)
}

fn to_empty(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = bodies(subject).filter(|&at| {
        subject.word(at) == "size"
            && subject.word(at + 1) == "("
            && subject.word(at + 2) == ")"
            && matches!(subject.word(at + 3), "==" | "!=" | ">")
            && subject.word(at + 4) == "0"
            && matches!(subject.before(at), "." | "->")
    });
    sites
        .filter_map(|at| {
            let first = receiver(subject, at - 1)?;
            let sign = if subject.word(at + 3) == "==" { "" } else { "!" };
            let code = subject.code(first, at - 1);
            Some(subject.replace_all(first, at + 4, format!("{sign}{code}empty()")))
        })
        .collect()
}

fn to_size(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = bodies(subject).filter(|&at| {
        subject.word(at) == "empty"
            && subject.word(at + 1) == "("
            && subject.word(at + 2) == ")"
            && matches!(subject.before(at), "." | "->")
            && matches!(subject.word(at + 3), ")" | "&&" | "||" | ";")
    });
    sites
        .filter_map(|at| {
            let first = receiver(subject, at - 1)?;
            let not = subject.before(first) == "!";
            let clean = matches!(subject.before(first - usize::from(not)), "(" | "&&" | "||" | "return" | "=");
            let code = format!("{}size() {} 0", subject.code(first, at - 1), if not { "!=" } else { "==" });
            clean.then(|| subject.replace_all(first - usize::from(not), at + 2, code))
        })
        .collect()
}

fn to_index_loop(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = bodies(subject).filter(|&at| subject.word(at) == "for" && subject.word(at + 1) == "(");
    sites
        .filter_map(|at| {
            let close = subject.partner(at + 1)?;
            let head = subject.code(at + 2, close - 1);
            let (declared, range) = head.split_once(':')?;
            let name = declared.trim().strip_prefix("const auto ").or(declared.trim().strip_prefix("auto "))?.trim();
            let limit = range
                .trim_start_matches(':')
                .trim()
                .strip_prefix("c10::irange(")
                .or(range.trim().strip_prefix("irange("))?;
            let limit = limit.strip_suffix(')')?;
            let kind = if limit.ends_with("size()") { "size_t" } else { "int64_t" };
            let plain =
                name.chars().all(tokens::is_word) && !limit.contains(',') && !limit.contains(['?', '+', '-', '&', '|']);
            let new = format!("{kind} {name} = 0; {name} < {limit}; {name}++");
            plain.then(|| subject.replace_all(at + 2, close - 1, new))
        })
        .collect()
}

fn to_irange(subject: &Subject, _: &mut Dice) -> Vec<Edit> {
    let sites = bodies(subject).filter(|&at| subject.word(at) == "for" && subject.word(at + 1) == "(");
    sites
        .filter_map(|at| {
            let close = subject.partner(at + 1)?;
            let head = subject.code(at + 2, close - 1);
            let [start, condition, step]: [&str; 3] =
                head.split(';').map(str::trim).collect::<Vec<_>>().try_into().ok()?;
            let (declared, zero) = start.split_once('=')?;
            let (kind, name) = declared.trim().rsplit_once(' ')?;
            let limit = condition.strip_prefix(name)?.trim().strip_prefix("< ")?;
            let steps = step == format!("{name}++") || step == format!("++{name}");
            let last = match subject.word(close + 1) {
                "{" => subject.partner(close + 1)?,
                _ => return None,
            };
            let written = (close..last).any(|at| {
                subject.word(at) == name
                    && (matches!(subject.word(at + 1), "=" | "+=" | "-=" | "++" | "--")
                        || matches!(subject.before(at), "++" | "--" | "&"))
            });
            let plain =
                matches!(kind, "int" | "int64_t" | "size_t" | "auto" | "unsigned") && zero.trim() == "0" && steps;
            let settled = limit.chars().all(|c| tokens::is_word(c) || matches!(c, '.' | '(' | ')' | '-' | '>'));
            let new = format!("const auto {name} : c10::irange({limit})");
            (plain && !written && settled).then(|| subject.replace_all(at + 2, close - 1, new))
        })
        .collect()
}
