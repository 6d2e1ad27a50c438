//! Parameters: keyword names, their order and their defaults, of a linked function on both sides.

use super::signature::{Parameter, Signature};
use super::{Compared, Disparity, Ground, Piece};
use crate::finding::parity as tell;
use crate::mapping::{Link, Relation};
use crate::symbols::{Language, SymbolKind};

/// What Dynamo's handlers take besides what they simulate.
const OWN: [&str; 2] = ["self", "tx"];

pub fn compare(ground: &Ground, link: &Link, compared: &mut Compared) -> Vec<Disparity> {
    if !matches!(link.relation, Relation::Models | Relation::Mirrors) {
        return Vec::new();
    }
    let cpp: Vec<(Piece<'_>, Vec<Signature>)> =
        ground.pick(&link.cpp).map(|piece| (piece, signatures(&piece))).collect();
    let mut found = Vec::new();
    for python in ground.pick(&link.python).filter(|piece| piece.symbol.kind == SymbolKind::Function) {
        let Some(signature) = Signature::of_python(&python.text()) else { continue };
        let fitting = cpp.iter().filter(|(piece, all)| !all.is_empty() && is_same_function(piece, &python));
        let overloads: Vec<(&Piece<'_>, &Signature)> =
            fitting.flat_map(|(piece, all)| all.iter().map(move |one| (piece, one))).collect();
        let Some((first, _)) = overloads.first() else { continue };
        compared.signatures += 1;
        let overloads: Vec<&Signature> = overloads.iter().map(|(_, one)| *one).collect();
        if let Some(what) = difference(&overloads, &signature) {
            found.push(Disparity {
                finding: tell::parameters(&link.id, &python.place(), &python.symbol.name, &first.symbol.name, &what),
                other: Some(first.place()),
                certain: overloads.len() == 1,
                shown: overloads.len() == 1,
            });
        }
    }
    found
}

fn signatures(piece: &Piece<'_>) -> Vec<Signature> {
    match piece.file.language {
        Language::Cpp => Signature::of_cpp(&piece.text()),
        Language::Yaml => {
            let text = piece.text();
            let schema = text.lines().find_map(|line| line.trim().strip_prefix("- func:"));
            schema.and_then(Signature::of_schema).into_iter().collect()
        }
        Language::Python => Vec::new(),
    }
}

/// Handlers are named after what they handle.
fn is_same_function(cpp: &Piece<'_>, python: &Piece<'_>) -> bool {
    let leaf = |name: &str| name.split('.').next().unwrap_or(name).trim_matches('_').to_lowercase();
    let (cpp, python) = (leaf(cpp.leaf()), leaf(python.leaf()));
    let python = ["method_attr_", "method_", "handle_", "call_"]
        .iter()
        .find_map(|prefix| python.strip_prefix(prefix))
        .unwrap_or(&python);
    cpp == python || cpp.rsplit('_').next() == Some(python) || cpp.ends_with(&format!("_{python}"))
}

/// What differs between any overload and the handler, in words.
fn difference(overloads: &[&Signature], python: &Signature) -> Option<String> {
    let taken: Vec<&Parameter> =
        python.parameters.iter().filter(|parameter| !OWN.contains(&&*parameter.name)).collect();
    if taken.is_empty() && python.open {
        return None;
    }
    let differences: Option<Vec<String>> =
        overloads.iter().map(|overload| one_difference(overload, &taken, python.open)).collect();
    // The handler of an overload that fits is right.
    differences.and_then(|mut all| if all.is_empty() { None } else { Some(all.swap_remove(0)) })
}

fn one_difference(cpp: &Signature, taken: &[&Parameter], open: bool) -> Option<String> {
    let named: Vec<&Parameter> =
        cpp.parameters.iter().filter(|parameter| !matches!(&*parameter.name, "self" | "out")).collect();
    let missing: Vec<&str> = named
        .iter()
        .filter(|parameter| !open && !taken.iter().any(|own| own.name == parameter.name))
        .map(|parameter| &*parameter.name)
        .collect();
    if !missing.is_empty() {
        return Some(format!("it does not take {}", listed(&missing)));
    }
    for parameter in &named {
        let Some(own) = taken.iter().find(|own| own.name == parameter.name) else { continue };
        if let Some((theirs, ours)) = other_default(parameter, own) {
            return Some(format!("`{}` is `{theirs}` by default in C++ and `{ours}` here", parameter.name));
        }
    }
    let order = |all: &mut dyn Iterator<Item = &str>, known: &dyn Fn(&str) -> bool| -> Vec<String> {
        all.filter(|name| known(name)).map(str::to_owned).collect()
    };
    let positional = |parameter: &&&Parameter| !parameter.keyword;
    let theirs = order(&mut named.iter().filter(positional).map(|p| &*p.name), &|name| {
        taken.iter().any(|own| own.name == name && !own.keyword)
    });
    let ours =
        order(&mut taken.iter().filter(positional).map(|p| &*p.name), &|name| theirs.iter().any(|other| other == name));
    (theirs != ours)
        .then(|| format!("the order is {} in C++", listed(&theirs.iter().map(String::as_str).collect::<Vec<_>>())))
}

/// Defaults that differ as values; a Python `None` stands for not given.
fn other_default(cpp: &Parameter, python: &Parameter) -> Option<(String, String)> {
    let plain = |value: &str| match value {
        "true" => "True".to_owned(),
        "false" => "False".to_owned(),
        "nullptr" | "py::none()" => "None".to_owned(),
        value => value.trim_matches(['"', '\'']).to_owned(),
    };
    let (theirs, ours) = (plain(cpp.default.as_ref()?), plain(python.default.as_ref()?));
    let is_literal = |value: &str| matches!(value, "True" | "False") || value.parse::<f64>().is_ok();
    let same =
        theirs == ours || theirs.parse::<f64>().ok().zip(ours.parse::<f64>().ok()).is_some_and(|(one, two)| one == two);
    (!same && is_literal(&theirs) && is_literal(&ours)).then_some((theirs, ours))
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
