//! Signatures: names, order and defaults of parameters, as C++ writes them for Python and as Python does.

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    /// As written.
    pub default: Option<String>,
    /// Only by name.
    pub keyword: bool,
}

/// What can be called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    pub parameters: Vec<Parameter>,
    /// Takes any further arguments, by position or by name.
    pub open: bool,
}

impl Signature {
    /// The signatures that a piece of C++ states: of a parser, of a list of keywords, of `py::arg`.
    pub fn of_cpp(text: &str) -> Vec<Signature> {
        let mut found: Vec<Signature> = literals(text).iter().filter_map(|literal| of_parser(literal)).collect();
        if found.is_empty() {
            found.extend(of_keywords(text));
        }
        if found.is_empty() {
            found.extend(of_arguments(text));
        }
        found
    }

    /// `def f(self, a, *, b=1):`
    pub fn of_python(text: &str) -> Option<Signature> {
        let start = text.find("def ")?;
        let open = start + text[start..].find('(')?;
        let inside = inside(&text[open..])?;
        Some(of_list(&inside, |part| {
            let (name, default) = split_default(part);
            let name = name.split(':').next().unwrap_or(name).trim();
            (name.to_owned(), default)
        }))
    }

    /// `add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor`
    pub fn of_schema(text: &str) -> Option<Signature> {
        let open = text.find('(')?;
        Some(of_list(&inside(&text[open..])?, typed))
    }
}

/// `name(Tensor input, *, bool out=None)|deprecated`
fn of_parser(literal: &str) -> Option<Signature> {
    let open = literal.find('(')?;
    let name = &literal[..open];
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let inside = inside(&literal[open..]).filter(|_| is_name)?;
    let behind = &literal[open + inside.len() + 2..];
    if !(behind.is_empty() || behind.starts_with('|')) || behind.contains("deprecated") {
        return None;
    }
    let signature = of_list(&inside, typed);
    let sound = split_list(&inside).iter().all(|part| part.trim() == "*" || part.trim().contains(' '));
    (sound || inside.trim().is_empty()).then_some(signature)
}

/// `static const char* kwlist[] = {"a", "b", nullptr}`
fn of_keywords(text: &str) -> Option<Signature> {
    let at = ["kwlist[]", "keywords[]", "accepted_args[]"].iter().find_map(|list| text.find(list))?;
    let open = at + text[at..].find('{')?;
    let close = open + text[open..].find('}')?;
    let names = literals(&text[open..close]);
    let parameter = |name: String| Parameter { name, default: None, keyword: false };
    (!names.is_empty()).then(|| Signature { parameters: names.into_iter().map(parameter).collect(), open: false })
}

/// `py::arg("a"), py::arg("b") = 1`
fn of_arguments(text: &str) -> Option<Signature> {
    let mut parameters = Vec::new();
    let mut keyword = false;
    for (at, mark) in text
        .match_indices("py::")
        .filter(|(at, _)| text[*at..].starts_with("py::arg") || text[*at..].starts_with("py::kw_only"))
    {
        if text[at + mark.len()..].starts_with("kw_only") {
            keyword = true;
            continue;
        }
        let rest = &text[at..];
        let open = rest.find('(')?;
        let name = literals(inside(&rest[open..])?.as_str()).into_iter().next()?;
        let behind = rest[open + inside(&rest[open..])?.len() + 2..].trim_start();
        let default = behind.strip_prefix('=').map(|value| {
            let end = value.find([',', ')', '\n']).unwrap_or(value.len());
            value[..end].trim().to_owned()
        });
        parameters.push(Parameter { name, default, keyword });
    }
    (!parameters.is_empty()).then_some(Signature { parameters, open: false })
}

/// `Tensor? input=None` without its type.
fn typed(part: &str) -> (String, Option<String>) {
    let (declared, default) = split_default(part);
    (declared.trim().rsplit(' ').next().unwrap_or("").to_owned(), default)
}

fn split_default(part: &str) -> (&str, Option<String>) {
    match part.split_once('=') {
        Some((declared, default)) => (declared.trim(), Some(default.trim().to_owned())),
        None => (part.trim(), None),
    }
}

fn of_list(inside: &str, read: impl Fn(&str) -> (String, Option<String>)) -> Signature {
    let mut signature = Signature::default();
    let mut keyword = false;
    for part in split_list(inside) {
        let part = part.trim();
        match part {
            "" | "/" => {}
            "*" => keyword = true,
            part if part.starts_with('*') => {
                signature.open = true;
                keyword = true;
            }
            part => {
                let (name, default) = read(part);
                signature.parameters.push(Parameter { name, default, keyword });
            }
        }
    }
    signature
}

/// What stands between the bracket at the start and its partner.
fn inside(text: &str) -> Option<String> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(text[1..at].to_owned());
                }
            }
            _ => {}
        }
    }
    None
}

/// Parts between commas outside of brackets and strings; comments of Python are left out.
fn split_list(inside: &str) -> Vec<String> {
    let code: Vec<&str> = inside.lines().map(|line| line.split('#').next().unwrap_or("")).collect();
    let (mut depth, mut parts, mut quote) = (0_i32, vec![String::new()], None);
    for c in code.join("\n").chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',') if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is always a last part").push(c);
    }
    parts
}

/// The string literals of C++, those that stand side by side joined.
fn literals(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    let mut joins = false;
    while let Some(at) = rest.find('"') {
        joins &= rest[..at].trim().is_empty();
        let body = &rest[at + 1..];
        let Some(end) = end_of(body) else { break };
        match found.last_mut().filter(|_| joins) {
            Some(last) => last.push_str(&body[..end]),
            None => found.push(body[..end].to_owned()),
        }
        joins = true;
        rest = &body[end + 1..];
    }
    found
}

fn end_of(body: &str) -> Option<usize> {
    let mut escaped = false;
    body.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(signature: &Signature) -> String {
        let parameter = |p: &Parameter| {
            let default = p.default.as_ref().map(|default| format!("={default}")).unwrap_or_default();
            format!("{}{}{default}", if p.keyword { "*" } else { "" }, p.name)
        };
        let all: Vec<String> = signature.parameters.iter().map(parameter).collect();
        format!("{}{}", all.join(" "), if signature.open { " …" } else { "" })
    }

    #[test]
    fn signatures_of_cpp_are_read() {
        let parser = "static PythonArgParser parser({\n  \"dive(Tensor input, *, int64_t depth=3, \"\n  \"bool? slow=None)\",\n  \"dive(int64_t x)|deprecated\"});";
        let found: Vec<String> = Signature::of_cpp(parser).iter().map(shown).collect();
        assert_eq!(found, ["input *depth=3 *slow=None"]);
        let list = "static const char* kwlist[] = {\"name\", \"depth\", nullptr};";
        assert_eq!(shown(&Signature::of_cpp(list)[0]), "name depth");
        let arguments = "m.def(\"dive\", &dive, py::arg(\"depth\"), py::kw_only(), py::arg(\"slow\") = true)";
        assert_eq!(shown(&Signature::of_cpp(arguments)[0]), "depth *slow=true");
    }

    #[test]
    fn signatures_of_python_and_schemas_are_read() {
        let python = "@register(f)\ndef handle(self, tx: \"Tx\", a, *, b: dict[str, int] = None, **kwargs) -> X:\n";
        assert_eq!(shown(&Signature::of_python(python).unwrap()), "self tx a *b=None …");
        let schema = "add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor";
        assert_eq!(shown(&Signature::of_schema(schema).unwrap()), "self other *alpha=1");
    }
}
