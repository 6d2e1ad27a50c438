//! Python: which nodes begin a symbol, how it is called, and what it mentions.

use std::borrow::Cow;

use super::node::Node;
use super::places::Places;
use super::text::{Text, compact, compacted};
use super::walk::{Concern, Draft, Reader, Step};
use super::{Role, SymbolKind};

/// Reads one Python file.
pub(super) struct PythonReader<'a> {
    text: Text<'a>,
    /// Start bytes of names that a call has already mentioned.
    mentioned: Places,
}

impl<'a> PythonReader<'a> {
    pub fn of(text: &'a [u8]) -> PythonReader<'a> {
        PythonReader { text: Text::of(text), mentioned: Places::default() }
    }

    fn str(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range())
    }
}

impl<'a, 't> Reader<'a, 't> for PythonReader<'a> {
    const SEPARATOR: &'static str = ".";

    fn step(&mut self, node: Node<'t>, _is_leaf: bool, inside: SymbolKind, around: &[Node<'t>]) -> Step {
        if !node.concern().code {
            return Step::Through;
        }
        let in_function = matches!(inside, SymbolKind::Function);
        match node.kind() {
            "comment" | "line_continuation" => Step::Skip,
            "decorated_definition" => match node.child_by_field_name("definition") {
                Some(definition) => self.definition(definition),
                None => Step::Through,
            },
            "function_definition" | "class_definition" => {
                let decorated = around.last().is_some_and(|parent| parent.kind() == "decorated_definition");
                if decorated { Step::Through } else { self.definition(node) }
            }
            "expression_statement" if !in_function => self.assignment(node, inside),
            "pair" if inside == SymbolKind::Table => self.row(node, node.child_by_field_name("key")),
            "string" | "attribute" | "identifier" if inside == SymbolKind::Table && is_listed(around) => {
                self.row(node, Some(node))
            }
            "if_statement" | "elif_clause" if in_function => self.branch(node, "condition"),
            "case_clause" if in_function => self.branch(node, "pattern"),
            "pair" if in_function => self.dispatch(node),
            "return_statement" | "expression_statement" | "assert_statement" | "while_statement" if in_function => {
                self.comparing(node)
            }
            _ => Step::Through,
        }
    }

    fn mention(&mut self, node: Node<'t>) -> Option<(Cow<'a, str>, Role)> {
        match node.kind() {
            "call" => self.call_mention(node),
            "attribute" => {
                let text = compacted(self.str(node));
                let plain = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
                (plain && self.mentioned.insert(node.start_byte())).then_some((text, Role::Name))
            }
            "identifier" => {
                (!self.mentioned.contains(node.start_byte())).then(|| (Cow::Borrowed(self.str(node)), Role::Name))
            }
            "string_content" => {
                let text = self.str(node);
                let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':');
                let name = text.len() > 1 && text.len() <= 80 && text.chars().all(fits);
                name.then_some((Cow::Borrowed(text), Role::Text))
            }
            _ => None,
        }
    }
}

/// Which nodes [`PythonReader`] has anything to do with.
pub(super) fn concern(kind: &str) -> Concern {
    let code = matches!(
        kind,
        "comment"
            | "line_continuation"
            | "decorated_definition"
            | "function_definition"
            | "class_definition"
            | "expression_statement"
            | "pair"
            | "string"
            | "attribute"
            | "identifier"
            | "if_statement"
            | "elif_clause"
            | "case_clause"
            | "return_statement"
            | "assert_statement"
            | "while_statement"
    );
    let mention = matches!(kind, "call" | "attribute" | "identifier" | "string_content");
    Concern { scope: code, code, mention, block: kind == "block" }
}

impl<'a> PythonReader<'a> {
    fn definition(&self, node: Node<'_>) -> Step {
        let name = node.child_by_field_name("name").map_or("", |name| self.str(name));
        let kind = if node.kind() == "class_definition" { SymbolKind::Class } else { SymbolKind::Function };
        let mut draft = Draft::of(name, kind);
        draft.scope = true;
        Step::Begin(draft)
    }

    /// `NAME = …` in a module or a class.
    fn assignment(&self, node: Node<'_>, inside: SymbolKind) -> Step {
        if !matches!(inside, SymbolKind::FileScope | SymbolKind::Class) {
            return Step::Through;
        }
        if let Some(table) = node.named_child(0).and_then(|call| self.extended_table(call)) {
            return Step::Begin(Draft::of(table, SymbolKind::Table));
        }
        let Some(assignment) = node.named_child(0).filter(|child| child.kind() == "assignment") else {
            return Step::Through;
        };
        if let Some(row) = assignment.child_by_field_name("left").and_then(|left| self.added_row(left)) {
            return Step::Begin(Draft::of(row, SymbolKind::Row));
        }
        let Some(target) = assignment.child_by_field_name("left").filter(|left| left.kind() == "identifier") else {
            return Step::Through;
        };
        let rows = assignment.child_by_field_name("right").is_some_and(holds_rows);
        let kind = match inside {
            _ if rows => SymbolKind::Table,
            SymbolKind::Class => SymbolKind::Field,
            _ => SymbolKind::Variable,
        };
        Step::Begin(Draft::of(self.str(target), kind))
    }

    /// `TABLE["key"] = …` adds a row to a table made before.
    fn added_row(&self, target: Node<'_>) -> Option<String> {
        let table = target.child_by_field_name("value").filter(|_| target.kind() == "subscript")?;
        let key = target.child_by_field_name("subscript")?;
        let key = if key.kind() == "string" { self.string(key) } else { compact(self.str(key)) };
        Some(format!("{}[\"{key}\"]", compact(self.str(table))))
    }

    /// `TABLE.extend([…])` and `TABLE.update({…})` add rows to a table made before.
    fn extended_table(&self, call: Node<'_>) -> Option<&'_ str> {
        let function = call.child_by_field_name("function").filter(|function| function.kind() == "attribute")?;
        let table = function.child_by_field_name("object").filter(|object| object.kind() == "identifier")?;
        let adds = matches!(self.str(function.child_by_field_name("attribute")?), "extend" | "update");
        (adds && holds_rows(call)).then(|| self.str(table))
    }

    fn row(&self, node: Node<'_>, key: Option<Node<'_>>) -> Step {
        let Some(key) = key else { return Step::Through };
        let name = match key.kind() {
            "string" => self.string(key),
            _ => compact(self.str(key)),
        };
        if node.kind() == "string" && name.len() > 200 {
            return Step::Through;
        }
        Step::Begin(Draft::of(format!("[\"{name}\"]"), SymbolKind::Row))
    }

    /// The branches of a function that handle a string: `if name == "x":`, `elif name in ("x", "y"):`, `case "x":`.
    fn branch(&self, node: Node<'_>, field: &str) -> Step {
        let condition = node.child_by_field_name(field).or_else(|| node.named_child(0));
        let body = node.child_by_field_name("consequence");
        let (Some(condition), Some(body)) = (condition, body) else { return Step::Through };
        let mut names = Vec::new();
        self.compared_strings(condition, &mut names, 0);
        if names.is_empty() {
            return Step::Through;
        }
        let drafts = names.into_iter().map(|name| {
            let mut draft = Draft::of(format!("[\"{name}\"]"), SymbolKind::Branch);
            draft.lead = Some(self.tokens(condition));
            draft.view = Some(body.byte_range());
            draft.seen_from = Some(node.start_byte());
            draft
        });
        Step::Overlay(drafts.collect())
    }

    /// `{"x": f}` inside a function: what handles the string is the value.
    fn dispatch(&self, pair: Node<'_>) -> Step {
        let key = pair.child_by_field_name("key").filter(|key| key.kind() == "string");
        match key.map(|key| self.string(key)).filter(|name| !name.is_empty() && name.len() <= 80) {
            Some(name) => Step::Overlay(vec![view(name, pair)]),
            None => Step::Through,
        }
    }

    /// A statement that compares with strings outside of an `if`: `return name in ("x", "y")`.
    fn comparing(&self, statement: Node<'_>) -> Step {
        let text = self.str(statement);
        let compares = text.contains(['"', '\'']) && (text.contains("==") || text.contains(" in "));
        if !compares || text.len() > 4096 {
            return Step::Through;
        }
        let mut names = Vec::new();
        self.comparisons(statement, &mut names, 0);
        match names.is_empty() {
            true => Step::Through,
            false => Step::Overlay(names.into_iter().map(|name| view(name, statement)).collect()),
        }
    }

    fn comparisons(&self, node: Node<'_>, names: &mut Vec<String>, depth: u32) {
        let nested = matches!(node.kind(), "lambda" | "block");
        if depth > 12 || nested {
            return;
        }
        if node.kind() == "comparison_operator" {
            return self.compared_strings(node, names, 0);
        }
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.comparisons(child, names, depth + 1);
        }
    }

    /// The code of a node without comments, line breaks, redundant parentheses, trailing commas and the kind of quotes.
    fn tokens(&self, node: Node<'_>) -> String {
        let mut tokens = Vec::new();
        let mut cursor = node.walk();
        loop {
            let at = cursor.node();
            let layout = matches!(at.kind(), "comment" | "line_continuation");
            if !layout && cursor.goto_first_child() {
                continue;
            }
            let redundant = at.parent().is_some_and(|parent| parent.kind() == "parenthesized_expression")
                && matches!(at.kind(), "(" | ")");
            if !layout && !redundant && !is_trailing_comma(at) {
                let quote = matches!(at.kind(), "string_start" | "string_end");
                tokens.push(if quote { self.str(at).replace('\'', "\"") } else { self.str(at).to_string() });
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return tokens.join(" ");
                }
            }
        }
    }

    fn compared_strings(&self, node: Node<'_>, names: &mut Vec<String>, depth: u32) {
        if depth > 8 {
            return;
        }
        match node.kind() {
            "string" => {
                let name = self.string(node);
                if !name.is_empty() && name.len() <= 80 && !names.contains(&name) {
                    names.push(name);
                }
            }
            "comparison_operator"
            | "boolean_operator"
            | "not_operator"
            | "parenthesized_expression"
            | "tuple"
            | "list"
            | "set"
            | "case_pattern"
            | "union_pattern" => {
                let mut cursor = node.walk();
                for child in node.named_children(&mut cursor) {
                    self.compared_strings(child, names, depth + 1);
                }
            }
            _ => {}
        }
    }

    fn string(&self, node: Node<'_>) -> String {
        let mut cursor = node.walk();
        let parts = node.named_children(&mut cursor).filter(|child| child.kind() == "string_content");
        parts.map(|part| self.str(part)).collect()
    }

    fn call_mention(&mut self, node: Node<'_>) -> Option<(Cow<'a, str>, Role)> {
        let function = node.child_by_field_name("function")?;
        let arguments = node.child_by_field_name("arguments").map_or(0, Node::named_child_count) as u16;
        match function.kind() {
            "identifier" => {
                self.mentioned.insert(function.start_byte());
                Some((Cow::Borrowed(self.str(function)), Role::Call { arguments }))
            }
            "attribute" => {
                let text = compacted(self.str(function));
                let plain = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
                if plain {
                    self.mentioned.insert(function.start_byte());
                    return Some((text, Role::Call { arguments }));
                }
                let name = function.child_by_field_name("attribute")?;
                self.mentioned.insert(name.start_byte());
                Some((Cow::Borrowed(self.str(name)), Role::MemberCall { arguments }))
            }
            _ => None,
        }
    }
}

/// A node that handles a string, as a view of the function around it.
fn view(name: String, node: Node<'_>) -> Draft {
    let mut draft = Draft::of(format!("[\"{name}\"]"), SymbolKind::Branch);
    draft.view = Some(node.byte_range());
    draft
}

/// The comma before a closing bracket, unless it is what makes a tuple of one element.
fn is_trailing_comma(node: Node<'_>) -> bool {
    let closes = node.next_sibling().is_some_and(|next| matches!(next.kind(), ")" | "]" | "}"));
    let single = node.parent().is_some_and(|tuple| tuple.kind() == "tuple" && tuple.named_child_count() < 2);
    node.kind() == "," && closes && !single
}

/// An element of a list, set or tuple, such as the keys of `dict.fromkeys`.
fn is_listed(around: &[Node<'_>]) -> bool {
    around.last().is_some_and(|parent| matches!(parent.kind(), "list" | "set" | "tuple"))
}

/// The value lists rows by string: a dictionary, a set or list of strings, perhaps inside one call.
fn holds_rows(value: Node<'_>) -> bool {
    match value.kind() {
        "dictionary" => {
            let mut cursor = value.walk();
            value.named_children(&mut cursor).any(|child| child.kind() == "pair")
        }
        "list" | "set" | "tuple" => {
            let mut cursor = value.walk();
            value.named_children(&mut cursor).any(|child| matches!(child.kind(), "string" | "attribute"))
        }
        "call" => {
            let Some(arguments) = value.child_by_field_name("arguments") else { return false };
            let mut cursor = arguments.walk();
            arguments.named_children(&mut cursor).any(holds_rows)
        }
        "binary_operator" => {
            ["left", "right"].iter().filter_map(|side| value.child_by_field_name(side)).any(holds_rows)
        }
        _ => false,
    }
}
