//! What a call does with its arguments beyond its contract: formats, constructors of owners, names that tell.

use super::contracts::{Contract, Contracts, Out};
use super::function::{Call, Expr, Function, StatementKind};

/// An owner that takes the reference it is made of: `THPObjectPtr(x)`, `py::reinterpret_steal<py::object>(x)`.
pub fn steals_by_construction(call: &Call, contracts: &Contracts) -> bool {
    let Some(name) = call.full_name() else { return false };
    let last = call.name();
    if matches!(last, "reinterpret_steal" | "steal") {
        return true;
    }
    let pybind = name.starts_with("py::") || name.starts_with("pybind11::");
    // pybind11's own constructors convert; only with a tag, or `false` for "not borrowed", do they take.
    if pybind {
        return contracts.is_owner(name)
            && call.arguments.get(1).is_some_and(|tag| {
                let tag = tag.text();
                tag == "false" || tag.contains("stolen")
            });
    }
    contracts.is_owner(name) && call.arguments.len() == 1
}

/// An owner that counts the reference it is made of.
pub fn borrows_by_construction(call: &Call) -> bool {
    matches!(call.name(), "reinterpret_borrow" | "borrow") && call.full_name().is_some()
        || matches!(call.full_name(), Some("py::object" | "pybind11::object"))
            && call.arguments.get(1).is_some_and(|tag| tag.text() == "true" || tag.text().contains("borrowed"))
}

pub fn owner_name(call: &Call) -> String {
    let name = call.full_name().unwrap_or_default();
    if call.template.is_empty() { name.to_owned() } else { format!("{name}<{}>", call.template) }
}

/// Whether the call takes over the reference of this argument.
pub fn takes(call: &Call, contract: &Contract, at: usize) -> bool {
    if contract.steals(at).is_some_and(|stolen| !stolen.through_pointer) {
        return true;
    }
    let Some(first) = format_at(&contract.name) else { return false };
    let Some(format) = call.arguments.get(first).and_then(literal) else { return false };
    at > first && codes(&format).get(at - first - 1) == Some(&'N')
}

/// Where the format of a building function stands.
fn format_at(name: &str) -> Option<usize> {
    match name {
        "Py_BuildValue" => Some(0),
        "PyObject_CallFunction" | "PyEval_CallFunction" => Some(1),
        "PyObject_CallMethod" | "PyEval_CallMethod" => Some(2),
        _ => None,
    }
}

/// Whether the arguments from here on are as a format says.
pub fn is_formatted(name: &str) -> bool {
    format_at(name).is_some()
}

fn literal(expression: &Expr) -> Option<String> {
    match expression.bare() {
        Expr::Literal(text) if text.contains('"') => Some(text.replace('"', "")),
        _ => None,
    }
}

/// The code that each argument of a format goes with.
fn codes(format: &str) -> Vec<char> {
    let mut codes = Vec::new();
    for c in format.chars() {
        match c {
            '(' | ')' | '[' | ']' | '{' | '}' | ',' | ':' | ' ' | '\t' | '*' => {}
            '#' | '&' => codes.push(c),
            c if c.is_ascii_alphabetic() => codes.push(c),
            _ => {}
        }
    }
    codes
}

/// What takes the GIL.
const TAKERS: [&str; 3] = ["gil_scoped_acquire", "AutoGIL", "PyGILState_Ensure"];

/// How often a function takes the GIL; its lambdas are functions of their own.
pub fn takes_gil(function: &Function) -> usize {
    let declared = function.statements().into_iter().flat_map(|statement| match &statement.kind {
        StatementKind::Declare(variables) => variables.as_slice(),
        _ => &[],
    });
    let declared = declared.filter(|variable| TAKERS.iter().any(|taker| variable.kind.contains(taker))).count();
    // `PyGILState_STATE gil = PyGILState_Ensure();`, or an object that nobody names.
    declared + function.calls().iter().filter(|call| TAKERS.contains(&call.name())).count()
}

/// Functions that may be given the null pointer.
pub fn tolerates_null(name: &str, at: usize) -> bool {
    let always = name.starts_with("PyErr_") || name.starts_with("Py_X") || name.starts_with("PyMem_");
    let list = [
        "Py_BuildValue",
        "PyObject_CallFunctionObjArgs",
        "PyObject_CallMethodObjArgs",
        "Py_CLEAR",
        "PyObject_ClearWeakRefs",
        // They compare pointers.
        "Py_Is",
        "Py_IsNone",
        "Py_IsTrue",
        "Py_IsFalse",
    ];
    let optional = matches!(
        (name, at),
        (
            "PyObject_Call"
                | "PyTuple_SET_ITEM"
                | "PyList_SET_ITEM"
                | "PyTuple_SetItem"
                | "PyList_SetItem"
                | "PyModule_AddObject"
                | "PyModule_Add",
            2
        ) | (
            "PyObject_CallObject"
                | "PyException_SetCause"
                | "PyException_SetContext"
                | "PyEval_SetProfile"
                | "PyEval_SetTrace",
            1
        ) | ("PyCell_New" | "PyCell_SET" | "PyCell_Set" | "PySlice_New" | "PyDict_SetDefaultRef", _)
    );
    always || optional || list.contains(&name) || name.starts_with("THP")
}

/// Functions that only look at what they are given.
pub fn looks_like_test(name: &str) -> bool {
    let heads = ["is", "has", "check", "can", "should", "Is", "Has", "Check"];
    let after = |head: &str| {
        name.strip_prefix(head)
            .is_some_and(|rest| rest.starts_with('_') || rest.starts_with(|c: char| c.is_ascii_uppercase()))
    };
    heads.iter().any(|head| after(head))
        || name.ends_with("_Check")
        || name.ends_with("_CheckExact")
        || name.contains("typename")
}

/// Macros and functions that only test what must hold.
pub fn asserts(name: &str) -> bool {
    name.contains("assert") || name.contains("ASSERT") || name.contains("_CHECK") || name.starts_with("CHECK")
}

/// Gives null only for a position out of bounds, which the code around it has chosen.
pub fn is_in_bounds(name: &str) -> bool {
    matches!(name, "PyTuple_GetItem" | "PyList_GetItem" | "PyStructSequence_GetItem")
}

/// Gives an item that its container may drop.
pub fn is_item(api: &str) -> bool {
    matches!(
        api,
        "PyDict_Next"
            | "PyDict_GetItem"
            | "PyDict_GetItemString"
            | "PyDict_GetItemWithError"
            | "PyList_GetItem"
            | "PyList_GET_ITEM"
    )
}

/// References come out of the call through an argument, which tells as much as the status.
pub fn has_out(contract: &Contract) -> bool {
    matches!(&contract.out, Some(Out::New(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_give_a_code_to_each_argument() {
        assert_eq!(codes("(NO)"), ['N', 'O']);
        assert_eq!(codes("{s:N, s:i}"), ['s', 'N', 's', 'i']);
        assert_eq!(codes("s#O&"), ['s', '#', 'O', '&']);
    }

    #[test]
    fn names_of_tests_are_told_from_others() {
        assert!(looks_like_test("is_matching") && looks_like_test("THPVariable_Check") && looks_like_test("hasAttr"));
        assert!(!looks_like_test("issue") && !looks_like_test("check") && !looks_like_test("register_hook"));
    }
}
