//! The format as a JSON schema, from the same rows that the parser reads: editors complete and check by it.

use serde_json::{Map, Value, json};

use super::keys::{self, Kind};
use super::model::{Relation, Touch};
use super::review::{FAILURES, Level, RETURNS};
use crate::ladder::Rung;

/// The schema, as it is published.
pub fn text() -> String {
    let text = serde_json::to_string_pretty(&schema()).expect("plain values with text keys");
    text + "\n"
}

/// The schema. Editors read draft 7.
pub fn schema() -> Value {
    let mut schema = table(&keys::TOP);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("drift mapping");
    schema
}

fn table(table: &keys::Table) -> Value {
    let properties: Map<String, Value> =
        table.keys.iter().map(|key| (key.name.to_owned(), described(value(key.kind), key.about))).collect();
    let mut schema = json!({
        "type": "object",
        "description": table.about,
        "properties": properties,
        "additionalProperties": false,
    });
    let required: Vec<&str> = table.required().collect();
    if !required.is_empty() {
        // An editor that makes a new table writes these first.
        schema["x-taplo"] = json!({ "initKeys": required });
        schema["required"] = json!(required);
    }
    schema
}

fn value(kind: Kind) -> Value {
    match kind {
        Kind::Version => json!({ "type": "integer", "const": 1, "default": 1 }),
        Kind::Text => text_value(),
        Kind::Texts => list(text_value()),
        Kind::Globs => list(json!({ "type": "string", "pattern": GLOB })),
        Kind::Selectors => list(json!({ "type": "string", "pattern": SELECTOR })),
        Kind::Macros => list(json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" })),
        Kind::Relation => choice(&Relation::ALL.map(|(name, relation)| (name, relation.about()))),
        Kind::Touch => choice(&Touch::ALL.map(|(name, touch)| (name, touch.about()))),
        Kind::Depth => json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX }),
        Kind::Watch => list(json!({ "type": "string", "enum": Rung::ALL.map(Rung::name) })),
        Kind::Level => json!({ "type": "string", "enum": Level::ALL.map(|(name, _)| name) }),
        Kind::Returns => json!({ "type": "string", "enum": RETURNS }),
        Kind::Failure => json!({ "type": "string", "enum": FAILURES }),
        Kind::Positions => list(json!({ "type": "integer", "minimum": 1, "maximum": 64 })),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Table(inner) => table(inner),
        Kind::Tables(inner) => json!({
            "type": "object",
            "propertyNames": { "pattern": name_of(inner) },
            "additionalProperties": table(inner),
        }),
    }
}

/// What the names of the tables of a kind look like.
fn name_of(inner: &keys::Table) -> &'static str {
    if std::ptr::eq(inner, &keys::LINK) {
        ID
    } else if std::ptr::eq(inner, &keys::CONTRACT) {
        FUNCTION
    } else {
        NAME
    }
}

/// `path`, `path#symbol`, `NAME:path#symbol`; the parser says more.
const SELECTOR: &str = r"^([A-Za-z0-9_-]+:)?[^/\\#:*?][^\\#:*?]*(#.+)?$";

const GLOB: &str = r"^[^/\\][^\\]*$";

const ID: &str = "^[a-z0-9]+(-[a-z0-9]+)*$";

const FUNCTION: &str = "^[A-Za-z0-9_:~-]+$";

const NAME: &str = "^[A-Za-z0-9_-]+$";

fn text_value() -> Value {
    json!({ "type": "string", "pattern": r"\S" })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items, "minItems": 1, "uniqueItems": true })
}

/// One of some words, each explained where an editor can show it.
fn choice(words: &[(&str, &str)]) -> Value {
    let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    let abouts: Vec<&str> = words.iter().map(|(_, about)| *about).collect();
    json!({ "type": "string", "enum": names, "x-taplo": { "docs": { "enumValues": abouts } } })
}

fn described(mut schema: Value, about: &str) -> Value {
    schema["description"] = json!(about);
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::builtin::BUILTINS;
    use crate::mapping::parse;
    use crate::mapping::selector;
    use crate::report::tests::assert_fresh;

    fn as_json(text: &str) -> Value {
        serde_json::to_value(toml::from_str::<toml::Table>(text).unwrap()).unwrap()
    }

    /// Where a value breaks the schema. Knows the words that the schema uses, and fails on any other.
    fn breaches(schema: &Value, value: &Value, place: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (word, rule) in schema.as_object().unwrap() {
            let keeps = match word.as_str() {
                "description" | "title" | "$schema" | "x-taplo" | "default" | "properties" => true,
                "type" => match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64(),
                    other => panic!("type {other}"),
                },
                "const" => value == rule,
                "enum" => rule.as_array().unwrap().contains(value),
                "minimum" => value.as_i64() >= rule.as_i64(),
                "maximum" => value.as_i64() <= rule.as_i64(),
                "minItems" => value.as_array().is_some_and(|items| items.len() as u64 >= rule.as_u64().unwrap()),
                "uniqueItems" => {
                    value.as_array().is_some_and(|items| (1..items.len()).all(|at| !items[..at].contains(&items[at])))
                }
                "pattern" => value.as_str().is_some_and(|text| matches(rule.as_str().unwrap(), text)),
                "required" => rule.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
                "propertyNames" => {
                    let names: Vec<Value> = value.as_object().unwrap().keys().map(|name| json!(name)).collect();
                    names.iter().all(|name| breaches(rule, name, place).is_empty())
                }
                "items" => {
                    let items = value.as_array().into_iter().flatten();
                    found.extend(items.flat_map(|item| breaches(rule, item, place)));
                    true
                }
                "additionalProperties" => {
                    for (key, inner) in value.as_object().into_iter().flatten() {
                        match (schema["properties"].get(key), rule) {
                            (Some(known), _) => found.extend(breaches(known, inner, &format!("{place}.{key}"))),
                            (None, Value::Bool(_)) => found.push(format!("{place}.{key} is not known")),
                            (None, other) => found.extend(breaches(other, inner, &format!("{place}.{key}"))),
                        }
                    }
                    true
                }
                other => panic!("the schema says `{other}`, which this test does not know"),
            };
            if !keeps {
                found.push(format!("{place}: {word} {rule} is broken by {value}"));
            }
        }
        found
    }

    /// The patterns of the schema, said another way.
    fn matches(pattern: &str, text: &str) -> bool {
        match pattern {
            SELECTOR => selector::parse(text, 0, 0..0).is_ok(),
            GLOB => selector::check_relative(text).is_ok(),
            ID => text.split('-').all(|part| {
                !part.is_empty() && !part.contains(|c: char| !c.is_ascii_alphanumeric() || c.is_ascii_uppercase())
            }),
            NAME => selector::is_repository_name(text),
            r"\S" => !text.trim().is_empty(),
            _ => {
                !text.starts_with(|c: char| c.is_ascii_digit())
                    && !text.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            }
        }
    }

    #[test]
    fn the_published_schema_is_fresh() {
        assert_fresh("docs/mapping.schema.json", &text());
    }

    #[test]
    fn built_in_mappings_keep_to_it() {
        for builtin in BUILTINS {
            let found = breaches(&schema(), &as_json(builtin.text), "");
            assert!(found.is_empty(), "{}", found.join("\n"));
        }
    }

    const GOOD: &str =
        "version = 1\n[link.a-b]\nrelation = 'models'\ncpp = ['x.cpp#f']\npython = ['x.py#f']\nwhy = 'w'\n";

    /// The schema and the parser agree about `GOOD` with one piece replaced.
    #[track_caller]
    fn check(from: &str, to: &str, good: bool) {
        assert!(GOOD.contains(from));
        let text = GOOD.replacen(from, to, 1);
        assert_eq!(parse("m.toml", &text, 0).is_ok(), good, "parser: {text}");
        let found = breaches(&schema(), &as_json(&text), "");
        assert_eq!(found.is_empty(), good, "schema: {text}\n{}", found.join("\n"));
    }

    #[test]
    fn it_agrees_with_the_parser() {
        check("", "", true);
        let fits = ["touch = 'all'", "depth = 0", "watch = ['message', 'names']", "names = ['a.b']", "owners = ['x']"];
        let breaks =
            ["touch = 'some'", "depth = -1", "watch = ['none']", "names = []", "names = ['a', 'a']", "color = 1"];
        fits.iter().for_each(|line| check("why = 'w'", &format!("why = 'w'\n{line}"), true));
        breaks.iter().for_each(|line| check("why = 'w'", &format!("why = 'w'\n{line}"), false));
        for (from, to) in [
            ("version = 1", "version = 2"),
            ("version = 1\n", ""),
            ("'models'", "'model'"),
            ("why = 'w'\n", ""),
            ("'w'", "' '"),
            ("a-b", "A-b"),
            ("a-b", "a--b"),
            ("'x.cpp#f'", "'/x.cpp#f'"),
            ("['x.cpp#f']", "'x.cpp#f'"),
        ] {
            check(from, to, false);
        }
        let after_version = |text: &str, good| check("version = 1\n", &format!("version = 1\n{text}\n"), good);
        after_version("[scope]\ncpp = ['a/**']\npython = ['b/*.py']", true);
        after_version("[scope]\nrust = ['a/**']", false);
        after_version("[language.cpp]\nmacros = ['A_B']", true);
        after_version("[language.cpp]\nmacros = ['A B']", false);
        after_version("[language.rust]\nmacros = ['A']", false);
        after_version("[repository.x_y]\nurl = 'u'\nabout = 'a'", true);
        after_version("[repository.\"x y\"]\nurl = 'u'", false);
    }
}
