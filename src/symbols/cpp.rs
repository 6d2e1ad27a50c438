//! C++: which nodes begin a symbol, how it is called, and what it mentions.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::lexer::Lexer;
use super::node::Node;
use super::places::Places;
use super::slots;
use super::text::{Text, compact, compacted};
use super::walk::{Concern, Draft, Reader, Step};
use super::{Role, SymbolKind};

/// Reads one C++ file.
pub(super) struct CppReader<'a, 't> {
    text: Text<'a>,
    /// Nodes that begin a symbol once the walk reaches them, by start and end.
    expected: FxHashMap<(usize, usize), Draft>,
    /// Start bytes of leaves that only hold bindings together: `.def` and the like.
    glue: Places,
    /// Start bytes of names that a call or a qualified name has already mentioned.
    mentioned: Places,
    /// Variables that hold a `py::class_`, with the name Python gives the class.
    classes: FxHashMap<String, String>,
    /// Where the variables of the function come from: what a binding hangs on, whatever it is called.
    origins: FxHashMap<String, String>,
    /// Elements of type objects, by start and end: views of one slot each.
    slots: FxHashMap<(usize, usize), Draft>,
    /// Where macros end to be, with their names.
    undefined: Vec<(usize, &'a str)>,
    /// The call seen last, and its parts.
    call: Option<(Node<'t>, Parts<'t>)>,
    /// The call that a chain goes on with, and what the chain hangs on: each call of a chain asks for it, from the outside in.
    chain: Option<(Node<'t>, Chain<'t>)>,
}

/// The parts of a call.
#[derive(Clone, Copy)]
struct Parts<'t> {
    function: Option<Node<'t>>,
    arguments: Option<Node<'t>>,
}

/// What a chain of calls hangs on.
#[derive(Clone)]
struct Chain<'t> {
    /// The variable it begins with.
    base: Option<Node<'t>>,
    class: Option<String>,
}

impl<'a, 't> CppReader<'a, 't> {
    pub fn of(text: &'a [u8]) -> CppReader<'a, 't> {
        CppReader {
            text: Text::of(text),
            expected: FxHashMap::default(),
            glue: Places::default(),
            mentioned: Places::default(),
            classes: FxHashMap::default(),
            origins: FxHashMap::default(),
            slots: FxHashMap::default(),
            undefined: undefined(text),
            call: None,
            chain: None,
        }
    }

    fn str(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range())
    }
}

impl<'a, 't> Reader<'a, 't> for CppReader<'a, 't> {
    const SEPARATOR: &'static str = "::";

    fn step(&mut self, node: Node<'t>, is_leaf: bool, inside: SymbolKind, around: &[Node<'t>]) -> Step {
        if is_leaf && self.glue.contains(node.start_byte()) {
            return Step::Skip;
        }
        if let Some(draft) = take(&mut self.expected, node) {
            return Step::Begin(draft);
        }
        if let Some(slot) = take(&mut self.slots, node) {
            return Step::Overlay(vec![slot]);
        }
        match inside {
            SymbolKind::FileScope | SymbolKind::Class if node.concern().scope => self.at_scope(node, around),
            SymbolKind::FileScope | SymbolKind::Class if !is_leaf => Step::Through,
            SymbolKind::FileScope => self.file_scope_leaf(node, around),
            SymbolKind::Class => self.class_leaf(node, around),
            _ if node.concern().code => self.in_code(node, inside, around),
            _ => Step::Through,
        }
    }

    fn mention(&mut self, node: Node<'t>) -> Option<(Cow<'a, str>, Role)> {
        match node.kind() {
            "call_expression" => self.call_mention(node),
            "new_expression" => self.new_mention(node),
            "parameter_declaration" => self.call_read_as_parameter(node),
            "qualified_identifier" => self.qualified_mention(node),
            "identifier" | "field_identifier" | "namespace_identifier" => self.name_mention(node, Role::Name),
            "type_identifier" => self.name_mention(node, Role::Type),
            "string_content" => {
                let text = self.str(node);
                is_name_like(text).then_some((Cow::Borrowed(text), Role::Text))
            }
            _ => None,
        }
    }
}

/// What is kept for exactly this node.
fn take(kept: &mut FxHashMap<(usize, usize), Draft>, node: Node<'_>) -> Option<Draft> {
    if kept.is_empty() { None } else { kept.remove(&(node.start_byte(), node.end_byte())) }
}

/// Which nodes [`CppReader`] has anything to do with.
pub(super) fn concern(kind: &str) -> Concern {
    let scope = matches!(
        kind,
        "comment"
            | "preproc_include"
            | "preproc_call"
            | "using_declaration"
            | "namespace_alias_definition"
            | "namespace_definition"
            | "preproc_if"
            | "preproc_ifdef"
            | "preproc_elif"
            | "preproc_elifdef"
            | "preproc_else"
            | "preproc_def"
            | "preproc_function_def"
            | "template_declaration"
            | "function_definition"
            | "declaration"
            | "field_declaration"
            | "class_specifier"
            | "struct_specifier"
            | "union_specifier"
            | "enum_specifier"
            | "enumerator"
            | "alias_declaration"
            | "type_definition"
            | "expression_statement"
    );
    let code = matches!(
        kind,
        "comment"
            | "preproc_def"
            | "preproc_function_def"
            | "enumerator"
            | "init_declarator"
            | "initializer_list"
            | "expression_statement"
            | "assignment_expression"
            | "call_expression"
    );
    let mention = matches!(
        kind,
        "call_expression"
            | "new_expression"
            | "parameter_declaration"
            | "qualified_identifier"
            | "identifier"
            | "field_identifier"
            | "namespace_identifier"
            | "type_identifier"
            | "string_content"
    );
    Concern { scope, code, mention, block: false }
}

impl<'a, 't> CppReader<'a, 't> {
    /// Between functions: in a file, a namespace or a class.
    fn at_scope(&mut self, node: Node<'t>, around: &[Node<'t>]) -> Step {
        match node.kind() {
            "comment" | "preproc_include" | "preproc_call" | "using_declaration" | "namespace_alias_definition" => {
                Step::Skip
            }
            "namespace_definition" => self.namespace(node),
            "preproc_if" | "preproc_ifdef" | "preproc_elif" | "preproc_elifdef" | "preproc_else" => {
                self.condition(node)
            }
            "preproc_def" | "preproc_function_def" => self.macro_definition(node, around),
            "template_declaration" => self.template(node),
            "function_definition" if !is_template(around.last()) => self.function(node),
            "declaration" | "field_declaration" if !is_template(around.last()) => self.declaration(node),
            "class_specifier" | "struct_specifier" | "union_specifier" if !is_template(around.last()) => {
                self.class(node, around.last())
            }
            "function_definition"
            | "declaration"
            | "field_declaration"
            | "class_specifier"
            | "struct_specifier"
            | "union_specifier" => Step::Through,
            "enum_specifier" => self.enumeration(node),
            "enumerator" => self.named(node, SymbolKind::Field),
            "alias_declaration" | "type_definition" => self.alias(node, around.last()),
            "expression_statement" => self.invocation(node),
            _ => Step::Through,
        }
    }

    /// Inside a function, a table, a binding or another piece of code.
    fn in_code(&mut self, node: Node<'t>, inside: SymbolKind, around: &[Node<'t>]) -> Step {
        match node.kind() {
            "comment" => Step::Skip,
            "preproc_def" | "preproc_function_def" => self.macro_definition(node, around),
            "enumerator" if inside == SymbolKind::Enum => self.named(node, SymbolKind::Field),
            "init_declarator" => {
                self.remember_class(node, around);
                self.remember_origin(node);
                if inside == SymbolKind::Table { Step::Through } else { self.table(node) }
            }
            "initializer_list" if inside == SymbolKind::Table => self.row(node),
            "expression_statement" => {
                self.loosen(node);
                Step::Through
            }
            "assignment_expression" if inside == SymbolKind::Function => {
                if let Some(slot) = self.assigned_slot(node) {
                    return Step::Overlay(vec![slot]);
                }
                self.attribute_binding(node).map_or(Step::Through, Step::Begin)
            }
            "call_expression" => {
                self.binding(node);
                Step::Through
            }
            _ => Step::Through,
        }
    }

    fn namespace(&self, node: Node<'_>) -> Step {
        let name = node.child_by_field_name("name").map(|name| compact(self.str(name)));
        Step::Scope { local: name.is_none(), name }
    }

    /// Include guards are no condition: they do not decide whether code is compiled.
    fn condition(&self, node: Node<'_>) -> Step {
        let text = match node.kind() {
            "preproc_else" => "else".to_string(),
            "preproc_ifdef" => {
                let name = node.child_by_field_name("name").map_or("", |name| self.str(name));
                let negated = node.child(0).is_some_and(|keyword| keyword.kind() == "#ifndef");
                if negated && self.is_include_guard(node, name) {
                    return Step::Through;
                }
                format!("{}defined({name})", if negated { "!" } else { "" })
            }
            _ => node.child_by_field_name("condition").map_or(String::new(), |condition| compact(self.str(condition))),
        };
        Step::Condition(text)
    }

    fn is_include_guard(&self, node: Node<'_>, name: &str) -> bool {
        let first = node.named_child(1);
        first.is_some_and(|first| {
            first.kind() == "preproc_def"
                && first.child_by_field_name("name").is_some_and(|defined| self.str(defined) == name)
                && first.child_by_field_name("value").is_none()
        })
    }

    fn macro_definition(&self, node: Node<'_>, around: &[Node<'_>]) -> Step {
        let name = node.child_by_field_name("name").map_or("", |name| self.str(name));
        let guard = node.child_by_field_name("value").is_none() && node.kind() == "preproc_def";
        if guard && around.last().is_some_and(|parent| self.is_guarded_by(*parent, name)) {
            return Step::Skip;
        }
        let mut draft = Draft::of(name, SymbolKind::Macro);
        // No other file can use what this one takes back.
        draft.local = self.undefined.iter().any(|(at, undefined)| *at > node.start_byte() && *undefined == name);
        Step::Begin(draft)
    }

    fn is_guarded_by(&self, parent: Node<'_>, name: &str) -> bool {
        parent.kind() == "preproc_ifdef"
            && parent.child_by_field_name("name").is_some_and(|guard| self.str(guard) == name)
            && self.is_include_guard(parent, name)
    }

    /// The symbol of a template is the whole declaration; what is declared only names it.
    fn template(&mut self, node: Node<'_>) -> Step {
        let mut cursor = node.walk();
        let inner = node.named_children(&mut cursor).last();
        let Some(inner) = inner else { return Step::Through };
        match inner.kind() {
            "function_definition" => self.function(inner),
            "declaration" | "field_declaration" => self.declaration(inner),
            "class_specifier" | "struct_specifier" | "union_specifier" => self.class(inner, Some(&node)),
            "alias_declaration" => self.alias(inner, Some(&node)),
            "template_declaration" => self.template(inner),
            _ => Step::Through,
        }
    }

    fn function(&mut self, node: Node<'_>) -> Step {
        let Some(declarator) = node.child_by_field_name("declarator") else { return Step::Through };
        let Some(function) = function_declarator(declarator) else {
            let name = self.declared_name(declarator).unwrap_or_default();
            return Step::Begin(Draft::of(name, SymbolKind::Function));
        };
        let name = self.declared_name(declarator).unwrap_or_default();
        let mut draft = Draft::of(name, SymbolKind::Function);
        draft.parameters = Some(self.parameters(function));
        draft.local = self.is_static(node) && !is_member(node);
        self.remember_parameters(function);
        // `TORCH_LIBRARY(aten, m) { … }`: a macro that makes a function, told apart by what it is given.
        if node.child_by_field_name("type").is_none() && is_shouting(&draft.name) {
            draft.name = format!("{}({})", draft.name, draft.parameters.take().unwrap_or_default());
        }
        Step::Begin(draft)
    }

    fn declaration(&mut self, node: Node<'_>) -> Step {
        let Some(declarator) = node.child_by_field_name("declarator") else {
            // `class X;` is a forward declaration; `struct { … };` an anonymous member.
            let forward =
                node.child_by_field_name("type").is_some_and(|kind| kind.child_by_field_name("body").is_none());
            return if forward { Step::Skip } else { Step::Through };
        };
        let Some(name) = self.declared_name(declarator) else { return Step::Through };
        let in_class = node.kind() == "field_declaration";
        let function = function_declarator(declarator).filter(|_| declarator.kind() != "init_declarator");
        let mut draft = match function {
            Some(function) => {
                let mut draft = Draft::of(name, SymbolKind::Declaration);
                draft.parameters = Some(self.parameters(function));
                draft
            }
            None if in_class => Draft::of(name, SymbolKind::Field),
            None if self.lists_rows(declarator) => Draft::of(name, SymbolKind::Table),
            None => Draft::of(name, SymbolKind::Variable),
        };
        draft.local = self.is_static(node) && !in_class;
        self.remember_slots(node, declarator);
        Step::Begin(draft)
    }

    fn is_static(&self, node: Node<'_>) -> bool {
        let mut cursor = node.walk();
        node.children(&mut cursor).any(|child| child.kind() == "storage_class_specifier" && self.str(child) == "static")
    }

    fn class(&mut self, node: Node<'_>, parent: Option<&Node<'_>>) -> Step {
        if node.child_by_field_name("body").is_none() {
            let forward = parent.is_none_or(|parent| !parent.kind().ends_with("declaration"));
            return if forward || is_template(parent) { Step::Skip } else { Step::Through };
        }
        let Some(name) = node.child_by_field_name("name") else { return Step::Through };
        let mut draft = Draft::of(compact(self.str(name)), SymbolKind::Class);
        draft.scope = true;
        Step::Begin(draft)
    }

    fn enumeration(&self, node: Node<'_>) -> Step {
        if node.child_by_field_name("body").is_none() {
            return Step::Through;
        }
        let name = node.child_by_field_name("name").map_or(String::new(), |name| compact(self.str(name)));
        let mut draft = Draft::of(name, SymbolKind::Enum);
        draft.scope = !draft.name.is_empty();
        Step::Begin(draft)
    }

    fn named(&self, node: Node<'_>, kind: SymbolKind) -> Step {
        match node.child_by_field_name("name") {
            Some(name) => Step::Begin(Draft::of(self.str(name), kind)),
            None => Step::Through,
        }
    }

    fn alias(&self, node: Node<'_>, parent: Option<&Node<'_>>) -> Step {
        let name = node.child_by_field_name("name").or_else(|| node.child_by_field_name("declarator"));
        let name = name.and_then(|name| self.declared_name(name).or_else(|| Some(compact(self.str(name)))));
        match name {
            Some(name) if !is_template(parent) || node.kind() == "alias_declaration" => {
                Step::Begin(Draft::of(name, SymbolKind::Alias))
            }
            _ => Step::Through,
        }
    }

    /// A macro used at file scope; what it is given is part of its name.
    fn invocation(&self, node: Node<'_>) -> Step {
        match node.named_child(0) {
            Some(expression) => {
                let mut name = compact(&Lexer::joined(self.str(expression)));
                if name.len() > 120 {
                    let end = (0..=120).rev().find(|&end| name.is_char_boundary(end)).unwrap_or(0);
                    name.truncate(end);
                    name.push('…');
                }
                Step::Begin(Draft::of(name, SymbolKind::Invocation))
            }
            None => Step::Skip,
        }
    }

    /// Punctuation and keywords between symbols carry nothing.
    fn file_scope_leaf(&self, node: Node<'_>, around: &[Node<'_>]) -> Step {
        if !node.is_named() {
            return Step::Skip;
        }
        let parent = around.last().map_or("", |parent| parent.kind());
        let wraps = matches!(
            parent,
            "translation_unit"
                | "declaration_list"
                | "namespace_definition"
                | "nested_namespace_specifier"
                | "linkage_specification"
                | "template_declaration"
        );
        let directive = parent.starts_with("preproc_") || parent == "string_literal" || parent == "binary_expression";
        let nothing = wraps || directive || node.kind() == "string_content";
        if nothing || is_in_condition(around) { Step::Skip } else { Step::Through }
    }

    /// Between the members of a class only access specifiers and bases matter.
    fn class_leaf(&self, node: Node<'_>, around: &[Node<'_>]) -> Step {
        let parent = around.last().map_or("", |parent| parent.kind());
        let separator = matches!(node.kind(), ";" | "{" | "}" | ":") && parent != "base_class_clause";
        let condition = parent.starts_with("preproc_") || is_in_preprocessor(around);
        if separator || condition { Step::Skip } else { Step::Through }
    }

    /// `PyTypeObject T = {…}`: each slot that is filled can be named, by its designator or its position.
    fn remember_slots(&mut self, declaration: Node<'_>, declarator: Node<'_>) {
        let (Some(kind), Some(value)) =
            (declaration.child_by_field_name("type"), declarator.child_by_field_name("value"))
        else {
            return;
        };
        let structure = kind.child_by_field_name("name").unwrap_or(kind);
        let structure = self.str(structure);
        if !slots::is_structure(structure) || value.kind() != "initializer_list" {
            return;
        }
        let mut cursor = value.walk();
        let elements: Vec<Node<'_>> =
            value.named_children(&mut cursor).filter(|node| node.kind() != "comment").collect();
        for (position, element) in elements.into_iter().enumerate() {
            let slot = match element.kind() {
                "initializer_pair" => self.designated(element),
                _ => slots::at(structure, position).map(str::to_owned),
            };
            let empty = matches!(self.str(element), "0" | "nullptr" | "NULL" | "{}");
            if let Some(slot) = slot.filter(|_| !empty) {
                let mut draft = Draft::of(format!("[\"{slot}\"]"), SymbolKind::Branch);
                draft.view = Some(element.byte_range());
                self.slots.insert((element.start_byte(), element.end_byte()), draft);
            }
        }
    }

    /// `tp_new` of `.tp_new = f`.
    fn designated(&self, pair: Node<'_>) -> Option<String> {
        let name = pair.child_by_field_name("designator")?.named_child(0)?;
        Some(self.str(name).to_owned()).filter(|name| slots::is_slot(name))
    }

    /// `type.tp_new = f;` in a function fills a slot too.
    fn assigned_slot(&self, assignment: Node<'_>) -> Option<Draft> {
        let target = assignment.child_by_field_name("left").filter(|left| left.kind() == "field_expression")?;
        let slot = self.str(target.child_by_field_name("field")?);
        let object = target.child_by_field_name("argument")?;
        let owner = self.str(object).trim_start_matches(['(', '&', '*']).trim_end_matches(')');
        let plain = owner.chars().all(|c| c.is_alphanumeric() || c == '_');
        let mut draft = Draft::of(format!("{owner}[\"{slot}\"]"), SymbolKind::Branch);
        draft.view = Some(assignment.byte_range());
        (slots::is_slot(slot) && plain).then_some(draft)
    }

    /// `m.attr("x") = value`.
    fn attribute_binding(&mut self, assignment: Node<'_>) -> Option<Draft> {
        let call = assignment.child_by_field_name("left").filter(|left| left.kind() == "call_expression")?;
        let function = call.child_by_field_name("function").filter(|node| node.kind() == "field_expression")?;
        let is_attribute = function.child_by_field_name("field").is_some_and(|field| self.str(field) == "attr");
        let key = call.child_by_field_name("arguments")?.named_child(0).filter(|_| is_attribute)?;
        let key = matches!(key.kind(), "string_literal" | "concatenated_string").then(|| self.literal(key))?;
        let name = self.class_of_chain(call).map_or(key.clone(), |class| format!("{class}.{key}"));
        Some(Draft::of(format!("[\"{name}\"]"), SymbolKind::Binding))
    }

    /// `static PyMethodDef methods[] = {{"name", …}, …}`, at file scope or in a function.
    fn table(&self, node: Node<'_>) -> Step {
        if !self.lists_rows(node) {
            return Step::Through;
        }
        match self.declared_name(node) {
            Some(name) => Step::Begin(Draft::of(name, SymbolKind::Table)),
            None => Step::Through,
        }
    }

    fn lists_rows(&self, declarator: Node<'_>) -> bool {
        let Some(value) = declarator.child_by_field_name("value") else { return false };
        if value.kind() != "initializer_list" {
            return false;
        }
        let mut cursor = value.walk();
        value.named_children(&mut cursor).take(3).any(|row| self.row_key(row).is_some())
    }

    fn row(&self, node: Node<'_>) -> Step {
        match self.row_key(node) {
            Some(key) => Step::Begin(Draft::of(format!("[\"{key}\"]"), SymbolKind::Row)),
            None => Step::Through,
        }
    }

    /// The name a row begins with: a string, a type slot, or `.name = "x"`.
    fn row_key(&self, row: Node<'_>) -> Option<String> {
        if row.kind() != "initializer_list" {
            return None;
        }
        let first = row.named_child(0)?;
        match first.kind() {
            "string_literal" | "concatenated_string" => Some(self.literal(first)),
            "identifier" if self.str(first).starts_with("Py_") => Some(self.str(first).to_string()),
            "cast_expression" => first
                .child_by_field_name("value")
                .filter(|value| value.kind() == "string_literal")
                .map(|value| self.literal(value)),
            "initializer_pair" => first
                .child_by_field_name("value")
                .filter(|value| value.kind() == "string_literal")
                .map(|value| self.literal(value)),
            "call_expression" => {
                // `const_cast<char*>("name")`, as older tables have it.
                let arguments = first.child_by_field_name("arguments")?;
                arguments
                    .named_child(0)
                    .filter(|value| value.kind() == "string_literal")
                    .map(|value| self.literal(value))
            }
            _ => None,
        }
    }

    fn literal(&self, node: Node<'_>) -> String {
        let mut text = String::new();
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "string_content" | "escape_sequence" => text.push_str(self.str(child)),
                "string_literal" => text.push_str(&self.literal(child)),
                _ => {}
            }
        }
        text
    }

    fn declared_name(&self, declarator: Node<'_>) -> Option<String> {
        let mut at = declarator;
        for _ in 0..64 {
            match at.kind() {
                "identifier"
                | "field_identifier"
                | "type_identifier"
                | "destructor_name"
                | "qualified_identifier"
                | "template_function"
                | "template_method"
                | "primitive_type" => return Some(compact(self.str(at))),
                "operator_name" => return Some(compact(self.str(at))),
                "operator_cast" => {
                    let target = at.child_by_field_name("type").map_or("", |target| self.str(target));
                    return Some(format!("operator {}", compact(target)));
                }
                _ => at = at.child_by_field_name("declarator").or_else(|| at.named_child(0))?,
            }
        }
        None
    }

    fn parameters(&self, function: Node<'_>) -> String {
        let Some(list) = function.child_by_field_name("parameters") else { return String::new() };
        let mut cursor = list.walk();
        let types: Vec<String> = list
            .named_children(&mut cursor)
            .filter(|parameter| parameter.kind() != "comment")
            .map(|parameter| self.parameter_type(parameter))
            .filter(|parameter| parameter != "void")
            .collect();
        types.join(", ")
    }

    /// A parameter without its name and default value.
    fn parameter_type(&self, parameter: Node<'_>) -> String {
        let full = parameter.byte_range();
        let default = parameter.child_by_field_name("default_value").map(Node::start_byte);
        let end = default.unwrap_or(full.end);
        let name = parameter.child_by_field_name("declarator").and_then(declared_leaf);
        let mut text = String::new();
        match name {
            Some(name) => {
                text.push_str(&self.text.lossy(full.start..name.start_byte()));
                text.push_str(&self.text.lossy(name.end_byte()..end.max(name.end_byte())));
            }
            None => text.push_str(&self.text.lossy(full.start..end)),
        }
        compact(text.trim_end().trim_end_matches('='))
    }

    fn parts(&mut self, call: Node<'t>) -> Parts<'t> {
        if let Some((last, parts)) = self.call
            && last == call
        {
            return parts;
        }
        let [function, arguments] = ["function", "arguments"].map(|part| call.child_by_field_name(part));
        let parts = Parts { function, arguments };
        self.call = Some((call, parts));
        parts
    }

    /// Marks the call's arguments as a binding, if it is one.
    fn binding(&mut self, node: Node<'t>) {
        let Parts { function: Some(function), arguments: Some(arguments) } = self.parts(node) else { return };
        let draft = match function.kind() {
            "field_expression" => self.method_binding(node, function, arguments),
            _ => self.class_binding(function, arguments),
        };
        if let Some(draft) = draft {
            self.expected.insert((arguments.start_byte(), arguments.end_byte()), draft);
        }
    }

    /// `m.def("name", …)`, `.def_property_readonly("name", …)`, `.value("NAME", …)`.
    fn method_binding(&mut self, call: Node<'t>, function: Node<'t>, arguments: Node<'t>) -> Option<Draft> {
        let field = function.child_by_field_name("field")?;
        let method = template_base(field).map_or("", |name| self.str(name));
        if is_shouting(method) {
            return self.macro_binding(call, function, arguments);
        }
        let defines = method.starts_with("def") || method == "impl" || method == "value";
        if !defines {
            return None;
        }
        let key = self.binding_key(arguments.named_child(0)?)?;
        let Chain { base, class } = self.chain(call, function);
        if method == "value" && class.is_none() {
            return None;
        }
        if let Some(operator) = function.child_by_field_name("operator").or_else(|| function.child(1)) {
            self.glue.insert(operator.start_byte());
        }
        self.glue_leaves(field);
        let name = class.map_or(key.clone(), |class| format!("{class}.{key}"));
        let mut draft = Draft::of(format!("[\"{name}\"]"), SymbolKind::Binding);
        draft.lead = Some(match base.filter(|_| draft.name == format!("[\"{key}\"]")) {
            Some(base) => format!("{} of {}", compact(self.str(field)), self.origin(base)),
            None => compact(self.str(field)),
        });
        Some(draft)
    }

    /// `BIND(add)` in a chain of `.def`s binds what it is given.
    fn macro_binding(&mut self, call: Node<'t>, function: Node<'t>, arguments: Node<'t>) -> Option<Draft> {
        let first = arguments.named_child(0)?;
        let field = function.child_by_field_name("field")?;
        let key = match first.kind() {
            "identifier" => self.str(first).to_owned(),
            _ => self.binding_key(first)?,
        };
        let class = self.chain(call, function).class;
        let key = class.map_or(key.clone(), |class| format!("{class}.{key}"));
        let mut draft = Draft::of(format!("[\"{key}\"]"), SymbolKind::Binding);
        draft.lead = Some(self.str(field).to_owned());
        draft.mentions.push((self.str(field).to_owned(), Role::Name));
        if let Some(operator) = function.child_by_field_name("operator") {
            self.glue.insert(operator.start_byte());
        }
        self.glue_leaves(field);
        Some(draft)
    }

    /// Where what is named comes from: a parameter by its place, a variable by its value.
    fn origin(&self, node: Node<'_>) -> String {
        let text = compact(self.str(node));
        self.origins.get(&text).cloned().unwrap_or(text)
    }

    fn remember_parameters(&mut self, function: Node<'_>) {
        self.origins.clear();
        let Some(list) = function.child_by_field_name("parameters") else { return };
        let mut cursor = list.walk();
        let parameters = list.named_children(&mut cursor).filter(|parameter| parameter.kind() != "comment");
        for (at, parameter) in parameters.enumerate() {
            // `TORCH_LIBRARY(aten, m)`: the grammar takes the names for types.
            let name = parameter.child_by_field_name("declarator").and_then(declared_leaf);
            let name = name.or_else(|| parameter.child_by_field_name("type"));
            if let Some(name) = name {
                self.origins.insert(compact(self.str(name)), format!("parameter {at}"));
            }
        }
    }

    fn remember_origin(&mut self, declarator: Node<'_>) {
        let name = declarator.child_by_field_name("declarator").and_then(declared_leaf);
        if let (Some(name), Some(value)) = (name, declarator.child_by_field_name("value"))
            && value.byte_range().len() < 200
        {
            let words = self.str(value).split(|c: char| !(c.is_alphanumeric() || c == '_'));
            // Down to the parameters: what the variables in between are called says nothing.
            let from = |word| self.origins.get(word).filter(|origin| origin.len() < 400).map_or(word, String::as_str);
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).map(from).collect();
            self.origins.insert(compact(self.str(name)), words.join(" "));
        }
    }

    /// `py::class_<T>(m, "Name")`, `py::enum_<T>(m, "Name")`, `py_context_manager<T>(m, "Name")`,
    /// `PyModule_AddObject(m, "Name", …)`.
    fn class_binding(&mut self, function: Node<'_>, arguments: Node<'_>) -> Option<Draft> {
        if !self.makes_class(function) && !self.str(function).starts_with("PyModule_Add") {
            return None;
        }
        let key = self.class_key(arguments)?;
        let mut draft = Draft::of(format!("[\"{key}\"]"), SymbolKind::Binding);
        let module = arguments.named_child(0)?;
        draft.lead = Some(format!("{} of {}", compact(self.str(function)), self.origin(module)));
        if module.kind() == "identifier" {
            self.glue.insert(module.start_byte());
        }
        if self.makes_class(function) {
            self.glue_leaves(function);
            draft.mentions = self.template_types(function);
        }
        Some(draft)
    }

    /// The types of `py::class_<T, Base>`, in their order.
    fn template_types(&self, function: Node<'_>) -> Vec<(String, Role)> {
        let text = self.str(function);
        let inner = text.split_once('<').and_then(|(_, rest)| rest.strip_suffix('>')).unwrap_or("");
        let (mut depth, mut types) = (0i32, vec![String::new()]);
        for c in inner.chars().filter(|c| !c.is_whitespace()) {
            depth += i32::from(c == '<') - i32::from(c == '>');
            match c {
                ',' if depth == 0 => types.push(String::new()),
                c => types.last_mut().expect("it begins with one").push(c),
            }
        }
        types.into_iter().filter(|name| !name.is_empty()).map(|name| (name, Role::Type)).collect()
    }

    fn makes_class(&self, function: Node<'_>) -> bool {
        let Some(name) = template_base(function) else { return false };
        function.kind() != "identifier"
            && self.text.ends_with(function.byte_range(), b">")
            && (self.str(name).ends_with("class_")
                || self.str(name).ends_with("enum_")
                || self.str(name).starts_with("py_context_manager")
                || matches!(self.str(name), "exception" | "register_exception" | "bind_vector" | "bind_map"))
    }

    fn class_key(&self, arguments: Node<'_>) -> Option<String> {
        let second = arguments.named_child(1)?;
        matches!(second.kind(), "string_literal" | "concatenated_string").then(|| self.literal(second))
    }

    fn binding_key(&self, first: Node<'_>) -> Option<String> {
        match first.kind() {
            "string_literal" | "concatenated_string" | "raw_string_literal" => {
                let text = if first.kind() == "raw_string_literal" {
                    self.str(first).trim_start_matches("R\"").trim_matches(['(', ')', '"']).to_string()
                } else {
                    self.literal(first)
                };
                // An operator's schema: its name ends at the parenthesis.
                Some(text.split('(').next().unwrap_or("").trim().to_string())
            }
            "call_expression" => {
                let function = template_base(first.child_by_field_name("function")?)?;
                match self.str(function) {
                    "init" | "init_alias" | "make_binding_init" => Some("__init__".to_string()),
                    "pickle" => Some("__getstate__".to_string()),
                    // `TORCH_SELECTIVE_SCHEMA("aten::x(Tensor a) -> Tensor")`, `TORCH_FN`-like wrappers of a name.
                    _ => self.binding_key(first.child_by_field_name("arguments")?.named_child(0)?),
                }
            }
            _ => None,
        }
    }

    /// What the chain hangs on that ends with this call of `x.f`.
    fn chain(&mut self, call: Node<'t>, function: Node<'t>) -> Chain<'t> {
        let known = self.chain.take().filter(|(next, _)| *next == call).map(|(_, chain)| chain);
        let chain = known.unwrap_or_else(|| Chain { base: base_of_chain(call), class: self.class_of_chain(call) });
        let next = function.child_by_field_name("argument").filter(|next| next.kind() == "call_expression");
        self.chain = next.map(|next| (next, chain.clone()));
        chain
    }

    /// The class that a chain of `.def`s hangs on.
    fn class_of_chain(&self, call: Node<'_>) -> Option<String> {
        let mut at = call;
        for _ in 0..4096 {
            match at.kind() {
                "call_expression" => {
                    let function = at.child_by_field_name("function")?;
                    if function.kind() != "field_expression" {
                        return self
                            .makes_class(function)
                            .then(|| self.class_key(at.child_by_field_name("arguments")?))
                            .flatten();
                    }
                    at = function.child_by_field_name("argument")?;
                }
                "identifier" => return self.classes.get(self.str(at)).cloned(),
                "parenthesized_expression" => at = at.named_child(0)?,
                _ => return None,
            }
        }
        None
    }

    /// `auto c = py::class_<T>(m, "Name")` and `py::class_<T> c(m, "Name")`: later `c.def`s belong to the class.
    fn remember_class(&mut self, node: Node<'_>, around: &[Node<'_>]) {
        let Some(value) = node.child_by_field_name("value") else { return };
        let Some(name) = node.child_by_field_name("declarator").map(|name| self.str(name).to_string()) else { return };
        let key = match value.kind() {
            "call_expression" => self.class_of_chain(value),
            "argument_list" => {
                let kind = around.last().and_then(|parent| parent.child_by_field_name("type"));
                let class = kind.filter(|kind| self.names_class(*kind));
                class.and_then(|_| self.class_key(value)).inspect(|key| {
                    let draft = Draft::of(format!("[\"{key}\"]"), SymbolKind::Binding);
                    self.expected.insert((value.start_byte(), value.end_byte()), draft);
                })
            }
            _ => None,
        };
        if let Some(key) = key {
            self.classes.insert(name, key);
        }
    }

    fn names_class(&self, kind: Node<'_>) -> bool {
        let text = self.str(kind);
        let base = text.split('<').next().unwrap_or("");
        base.ends_with("class_") || base.ends_with("enum_")
    }

    /// A statement that only makes bindings leaves nothing behind in the function around it.
    fn loosen(&mut self, statement: Node<'_>) {
        let Some(expression) = statement.named_child(0) else { return };
        if expression.kind() != "call_expression" || !self.is_binding_chain(expression) {
            return;
        }
        if let Some(base) = base_of_chain(expression) {
            self.glue.insert(base.start_byte());
        }
        if let Some(end) = statement.child(statement.child_count().saturating_sub(1)) {
            self.glue.insert(end.start_byte());
        }
    }

    fn is_binding_chain(&self, call: Node<'_>) -> bool {
        let Some(function) = call.child_by_field_name("function") else { return false };
        if function.kind() != "field_expression" {
            return self.makes_class(function);
        }
        let method = function.child_by_field_name("field").and_then(template_base).map_or("", |name| self.str(name));
        let defines = method.starts_with("def") || method == "impl" || method == "value";
        let key = call.child_by_field_name("arguments").and_then(|arguments| arguments.named_child(0));
        defines && key.is_some_and(|key| self.binding_key(key).is_some())
    }

    fn glue_leaves(&mut self, node: Node<'_>) {
        let mut cursor = node.walk();
        let end = node.end_byte();
        loop {
            let at = cursor.node();
            if at.child_count() == 0 {
                self.glue.insert(at.start_byte());
            }
            if cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() || cursor.node().end_byte() > end || cursor.node() == node {
                    return;
                }
            }
        }
    }

    fn name_mention(&self, node: Node<'_>, role: Role) -> Option<(Cow<'a, str>, Role)> {
        (!self.mentioned.contains(node.start_byte())).then(|| (Cow::Borrowed(self.str(node)), role))
    }

    fn call_mention(&mut self, node: Node<'t>) -> Option<(Cow<'a, str>, Role)> {
        let Parts { function, arguments } = self.parts(node);
        let function = function?;
        let arguments = arguments.map_or(0, Node::named_child_count) as u16;
        match function.kind() {
            "field_expression" => {
                let field = template_base(function.child_by_field_name("field")?)?;
                self.mentioned.insert(field.start_byte());
                Some((Cow::Borrowed(self.str(field)), Role::MemberCall { arguments }))
            }
            "identifier" | "template_function" | "qualified_identifier" => {
                let name = self.qualified_name(function);
                Some((name, Role::Call { arguments }))
            }
            _ => None,
        }
    }

    fn qualified_mention(&mut self, node: Node<'_>) -> Option<(Cow<'a, str>, Role)> {
        if self.mentioned.contains(node.start_byte()) {
            return None;
        }
        let is_type = template_base(node).is_some_and(|name| name.kind() == "type_identifier");
        let name = self.qualified_name(node);
        Some((name, if is_type { Role::Type } else { Role::Name }))
    }

    /// `new T(a)` runs a constructor; that it names the type is told as well.
    fn new_mention(&self, node: Node<'_>) -> Option<(Cow<'a, str>, Role)> {
        self.call_of_type(node.child_by_field_name("type")?, node.child_by_field_name("arguments"))
    }

    /// `T x(f());` in a function could declare a function `x`, and the grammar reads it so; nobody means that.
    fn call_read_as_parameter(&self, node: Node<'_>) -> Option<(Cow<'a, str>, Role)> {
        let called = node.child_by_field_name("declarator")?;
        if called.kind() != "abstract_function_declarator" || called.child_by_field_name("declarator").is_some() {
            return None;
        }
        let declarator = node.parent()?.parent().filter(|parent| parent.kind() == "function_declarator")?;
        let declaration = declarator.parent().filter(|parent| parent.kind() == "declaration")?;
        let in_code = matches!(declaration.parent()?.kind(), "compound_statement" | "case_statement" | "else_clause");
        let called = in_code.then(|| called.child_by_field_name("parameters"))?;
        self.call_of_type(node.child_by_field_name("type")?, called)
    }

    fn call_of_type(&self, name: Node<'_>, arguments: Option<Node<'_>>) -> Option<(Cow<'a, str>, Role)> {
        let name = compacted(self.str(name).split('<').next()?);
        let arguments = arguments.map_or(0, Node::named_child_count) as u16;
        Some((name, Role::Call { arguments }))
    }

    /// The text of a name without template arguments; its leaves count as mentioned.
    fn qualified_name(&mut self, node: Node<'_>) -> Cow<'a, str> {
        if node.kind() == "identifier" {
            self.mentioned.insert(node.start_byte());
            return compacted(self.str(node));
        }
        let mut name = String::new();
        let mut at = node;
        loop {
            self.mentioned.insert(at.start_byte());
            match at.kind() {
                "qualified_identifier" => {
                    if let Some(scope) = at.child_by_field_name("scope") {
                        let base = template_base(scope).unwrap_or(scope);
                        self.mentioned.insert(base.start_byte());
                        name.push_str(self.str(base));
                        name.push_str("::");
                    }
                    match at.child_by_field_name("name") {
                        Some(next) => at = next,
                        None => return name.into(),
                    }
                }
                _ => {
                    let base = template_base(at).unwrap_or(at);
                    self.mentioned.insert(base.start_byte());
                    name.push_str(&compacted(self.str(base)));
                    return name.into();
                }
            }
        }
    }
}

fn is_template(parent: Option<&Node<'_>>) -> bool {
    parent.is_some_and(|parent| parent.kind() == "template_declaration")
}

/// Part of the condition of an `#if`, or of another directive.
fn is_in_condition(around: &[Node<'_>]) -> bool {
    around.iter().rev().take(20).any(|node| node.kind().starts_with("preproc_"))
}

/// Part of the condition of an `#if` between members.
fn is_in_preprocessor(around: &[Node<'_>]) -> bool {
    let kind = |up: usize| around.len().checked_sub(up).map(|at| around[at].kind());
    let Some(parent) = kind(1) else { return false };
    let condition = matches!(parent, "binary_expression" | "unary_expression" | "preproc_defined" | "call_expression");
    condition
        && (kind(2).is_some_and(|kind| kind.starts_with("preproc_"))
            || kind(3).is_some_and(|kind| kind.starts_with("preproc_if")))
}

/// The variable that a chain of calls begins with.
fn base_of_chain(call: Node<'_>) -> Option<Node<'_>> {
    let mut at = call;
    for _ in 0..4096 {
        match at.kind() {
            "call_expression" => at = at.child_by_field_name("function")?.child_by_field_name("argument")?,
            "identifier" => return Some(at),
            _ => return None,
        }
    }
    None
}

/// The declarator that has parameters, below pointers and references.
fn function_declarator(declarator: Node<'_>) -> Option<Node<'_>> {
    let mut at = declarator;
    for _ in 0..64 {
        match at.kind() {
            "function_declarator" | "abstract_function_declarator" => {
                // `int (*f)(int)` declares a variable.
                let inner = at.child_by_field_name("declarator");
                let pointer = inner.is_some_and(|inner| inner.kind() == "parenthesized_declarator");
                return (!pointer).then_some(at);
            }
            "operator_cast" => return at.child_by_field_name("declarator").or(Some(at)),
            _ => at = at.child_by_field_name("declarator").or_else(|| at.named_child(0))?,
        }
    }
    None
}

fn declared_leaf(declarator: Node<'_>) -> Option<Node<'_>> {
    let mut at = declarator;
    for _ in 0..64 {
        match at.kind() {
            "identifier" | "field_identifier" => return Some(at),
            _ => at = at.child_by_field_name("declarator").or_else(|| at.named_child(0))?,
        }
    }
    None
}

/// The last name of `a::b<c>`, without template arguments.
/// The macros that `#undef` takes back, each with the place where it does.
fn undefined(text: &[u8]) -> Vec<(usize, &str)> {
    let places = memchr::memmem::find_iter(text, b"#undef");
    let names = places.filter_map(|at| {
        let line = text[at + b"#undef".len()..].split(|byte| *byte == b'\n').next()?;
        Some((at, std::str::from_utf8(line).ok()?.split_whitespace().next()?))
    });
    names.collect()
}

fn template_base(node: Node<'_>) -> Option<Node<'_>> {
    let mut at = node;
    for _ in 0..64 {
        match at.kind() {
            "template_function" | "template_method" | "template_type" => at = at.child_by_field_name("name")?,
            "qualified_identifier" => at = at.child_by_field_name("name")?,
            "dependent_name" => at = at.named_child(0)?,
            _ => return Some(at),
        }
    }
    None
}

/// Defined inside its class, where `static` says something else than at file scope.
fn is_member(function: Node<'_>) -> bool {
    let mut outer = function.parent();
    while let Some(template) = outer.filter(|outer| outer.kind() == "template_declaration") {
        outer = template.parent();
    }
    outer.is_some_and(|outer| outer.kind() == "field_declaration_list")
}

fn is_shouting(name: &str) -> bool {
    name.len() > 3 && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a string's text could be a name in a protocol.
fn is_name_like(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':');
    text.len() > 1 && text.len() <= 80 && text.chars().all(fits) && text.contains(|c: char| c.is_ascii_alphabetic())
}
