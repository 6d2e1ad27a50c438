//! Single known edits to the files of the fixtures: those that change meaning are told, the others are not.

use crate::case;
use crate::mutation::{self, Effect, Subject};

/// Edits of each kind in each file.
const PER_FILE: usize = 1;

#[test]
fn edits_that_change_meaning_are_semantic() {
    hold(Effect::Semantic);
}

#[test]
fn harmless_edits_are_not_semantic() {
    hold(Effect::Harmless);
}

fn hold(effect: Effect) {
    let mut wrong = Vec::new();
    let mut total = 0;
    for (name, subject) in subjects() {
        for operator in mutation::operators().iter().filter(|operator| operator.effect == effect) {
            for edit in operator.edits(&subject, 1, PER_FILE) {
                let judgement = mutation::judge(&subject, &edit, effect);
                total += 1;
                if !judgement.right {
                    wrong.push(format!("{name}: {} is {:?}: {}", operator.name, judgement.rung, judgement.story));
                }
            }
        }
    }
    assert!(total > 100, "only {total} edits were made");
    assert!(wrong.is_empty(), "{} of {total} edits are misjudged\n{}", wrong.len(), wrong.join("\n"));
}

/// Every third case: others are like them.
fn subjects() -> Vec<(String, Subject)> {
    let sides = case::all().into_iter().step_by(3).flat_map(|case| {
        case.before
            .iter()
            .filter_map(|(path, text)| Some((case.name.clone(), Subject::of(path, text)?)))
            .collect::<Vec<_>>()
    });
    sides.collect()
}
