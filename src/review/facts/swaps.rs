//! Slow and fast: a function that loses a call that Python code can hook into and gains its direct partner, or the
//! reverse.

use std::collections::BTreeMap;

use crate::review::function::Function;

/// A hookable function of the API, direct partners, and the hooks in question.
struct Swap {
    slow: &'static [&'static str],
    fast: &'static [&'static str],
    hooks: &'static str,
}

const SWAPS: [Swap; 8] = [
    Swap {
        slow: &["PyObject_GetItem", "PySequence_GetItem"],
        fast: &[
            "PyTuple_GET_ITEM",
            "PyList_GET_ITEM",
            "PyTuple_GetItem",
            "PyList_GetItem",
            "PyDict_GetItem",
            "PySequence_Fast_GET_ITEM",
        ],
        hooks: "`__getitem__`",
    },
    Swap {
        slow: &["PyObject_Size", "PyObject_Length", "PySequence_Size", "PySequence_Length", "PyMapping_Size"],
        fast: &["PyTuple_GET_SIZE", "PyList_GET_SIZE", "PyTuple_Size", "PyList_Size", "PyDict_Size", "PyDict_GET_SIZE"],
        hooks: "`__len__`",
    },
    Swap {
        slow: &["PyObject_IsInstance", "isinstance"],
        fast: &["PyObject_TypeCheck", "Py_TYPE", "Py_IS_TYPE", "THPVariable_CheckExact"],
        hooks: "`__instancecheck__` and `__class__`",
    },
    Swap {
        slow: &[
            "THPVariable_Check",
            "PyTuple_Check",
            "PyList_Check",
            "PyDict_Check",
            "PyLong_Check",
            "PyUnicode_Check",
            "PyFloat_Check",
        ],
        fast: &[
            "THPVariable_CheckExact",
            "PyTuple_CheckExact",
            "PyList_CheckExact",
            "PyDict_CheckExact",
            "PyLong_CheckExact",
            "PyUnicode_CheckExact",
            "PyFloat_CheckExact",
        ],
        hooks: "subclasses, and with them `__torch_function__`",
    },
    Swap {
        slow: &["PyObject_GetAttr", "PyObject_GetAttrString", "getattr"],
        fast: &[
            "PyObject_GenericGetAttr",
            "_PyType_Lookup",
            "PyObject_FastGetAttrString",
            "PyFrame_GetCode",
            "PyModule_GetDict",
        ],
        hooks: "`__getattribute__` and `__getattr__`",
    },
    Swap {
        slow: &["PyObject_SetAttr", "PyObject_SetAttrString"],
        fast: &["PyObject_GenericSetAttr"],
        hooks: "`__setattr__`",
    },
    Swap {
        slow: &["PyObject_SetItem", "PyMapping_SetItemString"],
        fast: &["PyDict_SetItem", "PyDict_SetItemString", "PyList_SET_ITEM", "PyTuple_SET_ITEM"],
        hooks: "`__setitem__`",
    },
    Swap {
        slow: &["PyObject_RichCompare", "PyObject_RichCompareBool"],
        fast: &["Py_Is"],
        hooks: "`__eq__` and its kin",
    },
];

/// What the function swapped, a line each.
pub fn compared(before: &Function, after: &Function) -> Vec<String> {
    let [old, new] = [before, after].map(counts);
    let delta = |name: &str| new.get(name).unwrap_or(&0) - old.get(name).unwrap_or(&0);
    let moved = |names: &[&'static str], sign: i64| names.iter().copied().find(|name| delta(name) * sign > 0);
    let swaps = SWAPS.iter().flat_map(|swap| {
        let faster = moved(swap.slow, -1).zip(moved(swap.fast, 1));
        let slower = moved(swap.fast, -1).zip(moved(swap.slow, 1));
        let faster = faster.map(|(from, to)| format!("`{from}` became `{to}`: {} no longer take part", swap.hooks));
        let slower = slower.map(|(from, to)| format!("`{from}` became `{to}`: {} take part now", swap.hooks));
        faster.into_iter().chain(slower)
    });
    swaps.collect()
}

fn counts(function: &Function) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for call in function.calls() {
        *counts.entry(call.name().to_owned()).or_default() += 1;
    }
    counts
}
