//! Containers with the same interface: how they store what they hold, and how they hash it, is a matter of speed.

use super::holders::{forget_namespace, keep_arguments};
use crate::symbols::Term;

/// The name for all of a kind, their own names, and which template argument says how to hash.
const KINDS: [(&str, &[&str], usize); 3] = [
    ("%hash_map", &["unordered_map", "flat_hash_map", "FastMap"], 2),
    ("%hash_set", &["unordered_set", "flat_hash_set", "FastSet"], 1),
    ("%sequence", &["vector", "SmallVector"], 1),
];

/// One node, its children being done already.
pub fn store(term: &mut Term) {
    match term.kind {
        "template_type" => {
            let named = |name: &Term| KINDS.iter().find(|(_, names, _)| names.contains(&&*name.text));
            let Some((kind, _, hash)) = term.child("name").and_then(named) else { return };
            if let Some(name) = term.child_mut("name") {
                name.text = (*kind).into();
            }
            if let Some(arguments) = term.child_mut("arguments") {
                keep_arguments(arguments, |at, _| at != *hash);
            }
        }
        "qualified_identifier" => forget_namespace(term),
        _ => {}
    }
}
