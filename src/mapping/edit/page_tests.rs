//! The page about the format: its examples are mappings in canonical form, and it names every key.

use super::tests::{said, source};
use super::*;
use crate::mapping::keys::{self, Table};

const PAGE: &str = include_str!("../../../docs/mapping.md");

/// The examples of mappings; those of acks have another format.
fn examples() -> impl Iterator<Item = &'static str> {
    let blocks = PAGE.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default());
    blocks.filter(|block| !block.contains("[[ack]]"))
}

#[test]
fn its_examples_are_mappings_in_canonical_form() {
    assert!(examples().count() >= 5);
    for example in examples() {
        assert_eq!(format(&source(example)).map_err(said).unwrap(), example);
    }
}

#[test]
fn it_names_every_key_and_shows_it() {
    for key in keys::LINK.keys {
        let required = if key.required { "| required |" } else { "| " };
        assert!(PAGE.contains(&format!("| `{}` {required}", key.name)), "`{}` is not in the table", key.name);
    }
    for Table { keys, title, .. } in [&keys::SCOPE, &keys::LANGUAGE, &keys::REPOSITORY, &keys::LINK] {
        let shown = |key: &str| examples().any(|example| example.contains(&format!("\n{key} = ")));
        keys.iter().for_each(|key| assert!(shown(key.name), "no example has `{}` of {title}", key.name));
    }
    for (name, relation) in crate::mapping::Relation::ALL {
        assert!(PAGE.contains(&format!("| `{name}` | {} |", relation.about())), "`{name}` is explained otherwise");
    }
}
