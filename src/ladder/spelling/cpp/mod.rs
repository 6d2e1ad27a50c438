//! C++ spellings: one form for casts, null pointers, initialisers, loops, qualifiers and the idioms that clang-tidy
//! rewrites into each other.

mod blocks;
mod calls;
mod conditions;
mod declarations;
mod loops;
mod names;

pub use calls::CONSTRUCTED;
pub use conditions::negated;
pub use declarations::CONST_REFERENCE;
pub use names::is_std;

use crate::symbols::Term;
use blocks::{block, expression_statement, statement_with_body};
use calls::{address_of_first, call, made_by_declaration, transparent_functor};
use conditions::{binary, negation};
use declarations::{alias, const_reference, definition, field, initialiser, sentinels, void_parameters};
use names::{friend, std_name, trait_member, trait_of_call};

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
        "template_type" => {
            transparent_functor(term);
            trait_of_call(term);
        }
        "qualified_identifier" => {
            trait_member(term);
            std_name(term);
        }
        "friend_declaration" => friend(term),
        "field_declaration" => field(term),
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

fn rename_member(term: &mut Term, name: &str) {
    if let Some(field) = term.child_mut("function").and_then(|function| function.child_mut("field")) {
        field.text = name.into();
    }
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
