//! Facets: which observable things a semantic change touches, each with a line of before → after.
//!
//! Both sides are read into a list of observations a facet; what one side has more of than the other is the evidence.

use std::collections::BTreeMap;

use super::{Facet, FacetKind};
use crate::symbols::{Language, SymbolKind, Term};

/// Longer evidence is cut: it is for one line on a screen.
const EVIDENCE_LENGTH: usize = 120;

/// More pieces of evidence than these are counted.
const MOST_ITEMS: usize = 4;

/// The facets of a semantic change; `None` where a side does not exist.
pub fn of(before: Option<&Term>, after: Option<&Term>, language: Language, kind: SymbolKind) -> Vec<Facet> {
    let observe =
        |term: Option<&Term>| term.map_or_else(Observations::default, |term| Observations::of(term, language, kind));
    let (before, after) = (observe(before), observe(after));
    let mut facets = Vec::new();
    for facet in FACETS {
        let (gone, new) = difference(before.list(facet), after.list(facet));
        if !gone.is_empty() || !new.is_empty() {
            let (before, after) = evidence(&gone, &new);
            facets.push(Facet { kind: facet, before, after });
        }
    }
    if facets.is_empty() {
        // The same parts in another order or nesting.
        let order =
            Facet { kind: FacetKind::ControlFlow, before: None, after: Some("the order of what is done".to_string()) };
        facets.push(order);
    }
    facets
}

const FACETS: [FacetKind; 9] = [
    FacetKind::Signature,
    FacetKind::Returns,
    FacetKind::Raises,
    FacetKind::Attributes,
    FacetKind::ControlFlow,
    FacetKind::Calls,
    FacetKind::State,
    FacetKind::Constants,
    FacetKind::Types,
];

fn difference<'a>(before: &'a [String], after: &'a [String]) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
    for one in before {
        *counts.entry(one).or_insert(0) += 1;
    }
    for one in after {
        *counts.entry(one).or_insert(0) -= 1;
    }
    let ordered = |side: &'a [String], sign: i64| {
        let mut seen = Vec::new();
        for one in side {
            if counts[one.as_str()] * sign > 0 && !seen.contains(&one.as_str()) {
                seen.push(one.as_str());
            }
        }
        seen
    };
    (ordered(before, 1), ordered(after, -1))
}

/// A line for each side that has something. What both begin with is left out where it would push out the difference.
fn evidence(gone: &[&str], new: &[&str]) -> (Option<String>, Option<String>) {
    let [one, two] = [gone, new].map(|items| items[..items.len().min(MOST_ITEMS)].join("; "));
    let same = one.chars().zip(two.chars()).take_while(|(one, two)| one == two).count();
    let line = |items: &[&str], text: &str| {
        (!items.is_empty()).then(|| match items.len().saturating_sub(MOST_ITEMS) {
            0 => cut(text, same),
            more => format!("{}; and {more} more", cut(text, same)),
        })
    };
    (line(gone, &one), line(new, &two))
}

/// The text if it is short, else what is around the place where it stops to be `same` as another.
fn cut(text: &str, same: usize) -> String {
    let length = text.chars().count();
    if length <= EVIDENCE_LENGTH {
        return text.to_owned();
    }
    let start = same.saturating_sub(EVIDENCE_LENGTH / 4).min(length - EVIDENCE_LENGTH);
    let kept: String = text.chars().skip(start).take(EVIDENCE_LENGTH).collect();
    let [before, after] = [start > 0, start + EVIDENCE_LENGTH < length].map(|cut| if cut { "…" } else { "" });
    format!("{before}{kept}{after}")
}

#[derive(Default)]
struct Observations(BTreeMap<FacetKind, Vec<String>>);

impl Observations {
    fn of(term: &Term, language: Language, kind: SymbolKind) -> Observations {
        let mut observations = Observations::default();
        match kind {
            SymbolKind::Row | SymbolKind::Binding => observations.entry_point(term),
            SymbolKind::Variable | SymbolKind::Table => observations.push(FacetKind::State, term.code()),
            SymbolKind::Field | SymbolKind::Macro | SymbolKind::Enum | SymbolKind::Invocation => {
                observations.push(FacetKind::Constants, term.code());
            }
            SymbolKind::Alias | SymbolKind::Class => observations.push(FacetKind::Types, term.code()),
            SymbolKind::Declaration => observations.push(FacetKind::Signature, term.code()),
            _ => {}
        }
        term.visit(&mut |node| match language {
            Language::Cpp => observations.cpp(node),
            Language::Python => observations.python(node),
            Language::Yaml => {}
        });
        observations
    }

    fn list(&self, kind: FacetKind) -> &[String] {
        self.0.get(&kind).map_or(&[], Vec::as_slice)
    }

    fn push(&mut self, kind: FacetKind, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.0.entry(kind).or_default().push(text);
        }
    }

    /// A row of a method table or a `def`: its name, flags and keyword arguments are what Python sees.
    fn entry_point(&mut self, term: &Term) {
        if let Some(name) = term.named().find(|child| child.kind == "string_literal") {
            self.push(FacetKind::Attributes, name.code());
        }
        for part in term.named().skip(1) {
            let code = part.code();
            if code.contains("METH_") || code.starts_with("py::arg") || code.starts_with("py::kw_only") {
                self.push(FacetKind::Signature, code);
            } else if part.kind != "lambda_expression" {
                let accessor = !term.code().contains("METH_") && term.kind == "initializer_list";
                self.push(if accessor { FacetKind::Attributes } else { FacetKind::Calls }, code);
            }
        }
    }

    fn cpp(&mut self, node: &Term) {
        match node.kind {
            "parameter_list" if node.field == Some("parameters") => self.push(FacetKind::Signature, node.code()),
            "return_statement" => self.push(FacetKind::Returns, node.code()),
            "throw_statement" => self.push(FacetKind::Raises, node.code()),
            "call_expression" => self.cpp_call(node),
            "if_statement" | "while_statement" | "switch_statement" | "do_statement" => {
                let condition = node.child("condition").map_or(String::new(), Term::code);
                self.push(FacetKind::ControlFlow, format!("{} {condition}", node.kind.trim_end_matches("_statement")));
            }
            "for_statement" | "for_range_loop" => self.push(FacetKind::ControlFlow, head_of(node)),
            "case_statement" => self.push(FacetKind::ControlFlow, head_of(node)),
            "conditional_expression" => {
                self.push(
                    FacetKind::ControlFlow,
                    node.child("condition").map_or(String::new(), |c| format!("{} ?", c.code())),
                );
            }
            "break_statement" | "continue_statement" | "goto_statement" | "catch_clause" => {
                self.push(FacetKind::ControlFlow, head_of(node));
            }
            "binary_expression"
                if node
                    .child("operator")
                    .is_some_and(|sign| matches!(&*sign.text, "&&" | "||" | "==" | "!=" | "<" | ">" | "<=" | ">=")) =>
            {
                self.push(FacetKind::ControlFlow, node.code());
            }
            "assignment_expression" => self.push(FacetKind::State, node.code()),
            "init_declarator" => self.cpp_initialiser(node),
            "string_literal" | "raw_string_literal" | "number_literal" | "char_literal" | "true" | "false" => {
                self.push(FacetKind::Constants, node.code());
            }
            "type_identifier" | "primitive_type" | "sized_type_specifier" | "template_type" => {
                self.push(FacetKind::Types, node.code());
            }
            "identifier" if node.text.starts_with("METH_") => self.push(FacetKind::Signature, node.code()),
            "identifier" if node.text.contains("HANDLE_TH_ERRORS") => self.push(FacetKind::Raises, node.code()),
            _ => {}
        }
    }

    /// `static PythonArgParser parser({"f(Tensor x)"})` is a signature in text.
    fn cpp_initialiser(&mut self, node: &Term) {
        let parser =
            node.child("value").filter(|value| value.kind == "argument_list" || value.kind == "initializer_list");
        let signatures = parser.map(strings_of).unwrap_or_default();
        for signature in signatures.into_iter().filter(|text| text.contains('(') && text.contains(')')) {
            self.push(FacetKind::Signature, signature);
        }
    }

    fn cpp_call(&mut self, node: &Term) {
        let function = node.child("function").map_or(String::new(), Term::code);
        let name = function.rsplit("::").next().unwrap_or("").rsplit(['.', '>']).next().unwrap_or("").to_string();
        let arguments = node.child("arguments");
        match name.as_str() {
            _ if raises(&name) => self.push(FacetKind::Raises, node.code()),
            "arg" | "kw_only" if function.starts_with("py::") => self.push(FacetKind::Signature, node.code()),
            _ if name.starts_with("PyArg_") => self.push(FacetKind::Signature, node.code()),
            _ if names_attribute(&name) => {
                for text in arguments.map(strings_of).unwrap_or_default() {
                    self.push(FacetKind::Attributes, text);
                }
            }
            _ if name.starts_with("set_") || name.starts_with("set") && name.len() > 3 => {
                self.push(FacetKind::State, node.code());
            }
            _ => {}
        }
        self.push(FacetKind::Calls, function);
    }

    fn python(&mut self, node: &Term) {
        match node.kind {
            "parameters" => self.push(FacetKind::Signature, node.code()),
            "decorator" => self.push(FacetKind::Signature, node.code()),
            "return_statement" | "yield" => self.push(FacetKind::Returns, node.code()),
            "raise_statement" => self.push(FacetKind::Raises, node.code()),
            "if_statement" | "elif_clause" | "while_statement" => {
                self.push(
                    FacetKind::ControlFlow,
                    node.child("condition").map_or(String::new(), |c| format!("if {}", c.code())),
                );
            }
            "for_statement" => self.push(FacetKind::ControlFlow, head_of(node)),
            "with_clause" | "except_clause" | "case_clause" => self.push(FacetKind::ControlFlow, head_of(node)),
            "call" => self.push(FacetKind::Calls, node.child("function").map_or(String::new(), Term::code)),
            "attribute" => self.push(FacetKind::Attributes, node.child("attribute").map_or(String::new(), Term::code)),
            "assignment" | "augmented_assignment" => self.push(FacetKind::State, node.code()),
            "string" | "integer" | "float" | "true" | "false" | "none" => self.push(FacetKind::Constants, node.code()),
            _ => {}
        }
    }
}

fn head_of(node: &Term) -> String {
    let head = node.children.iter().filter(|child| child.field != Some("body") && !child.kind.ends_with("_statement"));
    let code: Vec<String> =
        head.filter(|child| child.kind != "block" && child.kind != "compound_statement").map(Term::code).collect();
    code.join(" ")
}

fn strings_of(term: &Term) -> Vec<String> {
    let mut strings = Vec::new();
    term.visit(&mut |node| {
        if matches!(node.kind, "string_literal" | "raw_string_literal") {
            strings.push(node.code());
        }
    });
    strings
}

fn raises(name: &str) -> bool {
    name.starts_with("TORCH_CHECK")
        || name.starts_with("AT_ERROR")
        || name.starts_with("PyErr_Set")
        || matches!(
            name,
            "PyErr_Format"
                | "PyErr_Clear"
                | "PyErr_WarnEx"
                | "THPUtils_setError"
                | "THPUtils_assert"
                | "TORCH_WARN"
                | "TORCH_WARN_ONCE"
        )
}

fn names_attribute(name: &str) -> bool {
    name.contains("Attr")
        || matches!(
            name,
            "attr"
                | "PyModule_AddObject"
                | "PyDict_GetItemString"
                | "PyDict_SetItemString"
                | "import"
                | "PyImport_ImportModule"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_evidence_is_cut_around_the_difference() {
        let head = "a == b && ".repeat(30);
        let (one, two) = (format!("if ({head}c)"), format!("if ({head}d || e)"));
        let (before, after) = evidence(&[&one], &[&two]);
        let (before, after) = (before.expect("a side"), after.expect("a side"));
        assert!(before.starts_with('…') && before.ends_with("&& c)"), "{before}");
        assert!(after.starts_with('…') && after.ends_with("&& d || e)"), "{after}");
        assert_eq!(before.chars().count(), EVIDENCE_LENGTH + 1);
        let (gone, new) = evidence(&[&one], &[]);
        assert!(gone.is_some_and(|gone| gone.starts_with("if (a == b") && gone.ends_with('…')) && new.is_none());
        assert_eq!(evidence(&["x", "y", "z", "u", "v"], &[]).0.as_deref(), Some("x; y; z; u; and 1 more"));
    }
}
