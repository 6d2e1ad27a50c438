//! Captures that a lambda never reads: all they do is to keep what they hold alive.

use std::collections::BTreeSet;

use crate::symbols::Term;

/// Takes them out; `[=]`, `this` and captures with a value of their own stay.
pub fn forget(term: &mut Term) {
    term.rewrite(&mut |lambda| {
        if lambda.kind == "lambda_expression" && !hides_words(lambda) {
            drop_unread(lambda);
        }
    });
}

/// Code that is kept as text may read anything.
fn hides_words(lambda: &Term) -> bool {
    let mut hidden = false;
    lambda.visit(&mut |node| hidden |= matches!(node.kind, "blanked" | "tokens"));
    hidden
}

fn drop_unread(lambda: &mut Term) {
    let mut read: BTreeSet<Box<str>> = BTreeSet::new();
    for part in lambda.children.iter().filter(|part| part.field != Some("captures")) {
        part.visit(&mut |leaf| {
            if leaf.is_leaf() {
                read.insert(leaf.text.clone());
            }
        });
    }
    let Some(captures) = lambda.child_mut("captures") else { return };
    let mut kept: Vec<Term> = Vec::with_capacity(captures.children.len());
    for capture in captures.children.drain(..) {
        if capture.is_leaf() && capture.text.starts_with('$') && !read.contains(&capture.text) {
            if kept.last().is_some_and(|sign| &*sign.text == "&") {
                kept.pop();
            }
        } else {
            kept.push(capture);
        }
    }
    captures.children = kept;
}
