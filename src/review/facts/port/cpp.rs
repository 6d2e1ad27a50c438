//! What a C++ function says, read off its model and its bindings.

use super::Said;
use crate::parity::exceptions::raised_by_cpp;
use crate::parity::signature::{Parameter, Signature};
use crate::review::function::{Call, Expr, Function, StatementKind};
use crate::review::reading;
use crate::symbols::{ParsedFile, SymbolKind};

pub fn said(file: &ParsedFile, symbol: usize, bindings: &[(&ParsedFile, usize)]) -> Said {
    let texts: Vec<String> = bindings.iter().chain([&(file, symbol)]).map(|(file, at)| text(file, *at)).collect();
    let mut said = Said::default();
    let stated = texts.iter().flat_map(|text| Signature::of_cpp(text)).next();
    let functions: Vec<Function> = if file.symbols[symbol].kind == SymbolKind::Function {
        reading::functions(file, symbol)
    } else {
        reading::functions(file, owner(file, symbol))
            .into_iter()
            .filter(|function| inside(file, symbol, function))
            .collect()
    };
    said.signature = stated.or_else(|| functions.first().and_then(own_signature));
    if texts
        .iter()
        .any(|text| text.contains("METH_VARARGS") || text.contains("METH_FASTCALL") || text.contains("py::args"))
        && said.signature.as_ref().is_none_or(|signature| signature.parameters.is_empty())
    {
        said.signature = Some(Signature { parameters: Vec::new(), open: true });
    }
    texts.iter().for_each(|text| said.raises.extend(raised_by_cpp(text)));
    for function in &functions {
        function.statements().into_iter().for_each(|statement| {
            if let StatementKind::Throw(Some(value)) = &statement.kind {
                said.raises.extend(thrown(value));
            }
            statement.expressions().into_iter().flat_map(Expr::calls).for_each(|one| call(one, &mut said));
        });
        order(function, &mut said);
    }
    said
}

fn text(file: &ParsedFile, symbol: usize) -> String {
    let bytes = file.symbols[symbol].bytes.clone();
    String::from_utf8_lossy(file.text().get(bytes).unwrap_or_default()).into_owned()
}

/// The function that makes a binding.
fn owner(file: &ParsedFile, symbol: usize) -> usize {
    let parents = std::iter::successors(file.symbols[symbol].parent, |at| file.symbols[*at].parent);
    parents.into_iter().find(|at| file.symbols[*at].kind == SymbolKind::Function).unwrap_or(symbol)
}

fn inside(file: &ParsedFile, symbol: usize, function: &Function) -> bool {
    let lines = file.symbols[symbol].lines;
    function.is_lambda && lines.start <= function.lines.start && function.lines.end <= lines.end
}

/// The parameters as C++ names them, where they are no raw arguments of the interpreter.
fn own_signature(function: &Function) -> Option<Signature> {
    let raw =
        function.parameters.iter().any(|parameter| parameter.kind.ends_with("PyObject*") || parameter.kind == "void*");
    let parameters = function.parameters.iter().filter(|parameter| !parameter.name.is_empty());
    let parameters: Vec<Parameter> =
        parameters.map(|parameter| Parameter { name: parameter.name.clone(), default: None, keyword: false }).collect();
    (!raw).then_some(Signature { parameters, open: false })
}

/// The exception that Python sees of a thrown value.
fn thrown(value: &Expr) -> Option<String> {
    let name = value.call().map_or_else(|| value.name().unwrap_or_default().to_owned(), |call| call.name().to_owned());
    let seen = match name.as_str() {
        "runtime_error" | "exception" | "logic_error" => "RuntimeError",
        "invalid_argument" | "domain_error" | "length_error" | "value_error" => "ValueError",
        "out_of_range" | "index_error" => "IndexError",
        "type_error" => "TypeError",
        "key_error" => "KeyError",
        "attribute_error" => "AttributeError",
        "stop_iteration" => "StopIteration",
        _ => return None,
    };
    Some(seen.to_owned())
}

fn call(call: &Call, said: &mut Said) {
    let name = call.name();
    let arguments = || call.arguments.iter().map(Expr::text).collect::<Vec<_>>().join(", ");
    let tests = name.ends_with("_Check")
        || name.ends_with("_CheckExact")
        || name.ends_with("CheckTypeExact")
        || name.starts_with("THPUtils_check");
    if tests
        || matches!(
            name,
            "isinstance" | "PyObject_IsInstance" | "PyObject_IsSubclass" | "PyObject_TypeCheck" | "Py_IS_TYPE"
        )
    {
        let written = if call.template.is_empty() { name.to_owned() } else { format!("{name}<{}>", call.template) };
        said.tests.push(format!("{written}({})", arguments()));
    } else if ["PyErr_Warn", "TORCH_WARN"].iter().any(|head| name.starts_with(head)) {
        said.warns = true;
    } else if name.contains("GetAttr") || name.contains("HasAttr") || matches!(name, "attr" | "hasattr" | "getattr") {
        said.looks.push(format!("{name}({})", arguments()));
    } else if changes(name) {
        said.mutates.insert(format!("{name}({})", arguments()));
    } else if name == "TORCH_CHECK" {
        said.raises.insert("RuntimeError".to_owned());
    }
}

/// Functions of the API that change an object they are given.
fn changes(name: &str) -> bool {
    let heads = [
        "PyDict_Set",
        "PyDict_Del",
        "PyDict_Clear",
        "PyDict_Update",
        "PyDict_Merge",
        "PyList_Append",
        "PyList_Insert",
        "PyList_Sort",
        "PyList_Reverse",
        "PyObject_Set",
        "PyObject_Del",
        "PySet_Add",
        "PySet_Discard",
        "PySequence_Set",
        "PySequence_Del",
    ];
    heads.iter().any(|head| name.starts_with(head))
}

/// Parameters in the order in which they stand in the body.
fn order(function: &Function, said: &mut Said) {
    for expression in function.statements().into_iter().flat_map(|one| one.expressions()) {
        named(expression, function, &mut said.order);
    }
}

fn named(expression: &Expr, function: &Function, order: &mut Vec<String>) {
    if let Expr::Name(name) = expression
        && function.parameters.iter().any(|parameter| parameter.name == *name)
        && !order.contains(name)
    {
        order.push(name.clone());
    }
    expression.children().into_iter().for_each(|child| named(child, function, order));
}
