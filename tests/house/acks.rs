//! Acks on throw-away repositories: what they cover, what voids them, and what is said about those that cover nothing.

use std::fs;

use crate::command_line::{CPP, MAPPING, PYTHON, TURN, TWIN, check, fires, repository, run, turned};
use crate::repository::Repository;

const FILE: &str = ".drift/acks.toml";
const REASON: &str = "only eager mode turns twice";

/// A repository whose last commit drifts, in its work tree too.
fn drifted() -> Repository {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    repository
}

/// Writes the ack for the last commit, and gives the text of the file.
fn acknowledge(repository: &Repository, more: &[&str]) -> String {
    let answer = run(repository, &[&["ack", "gadget-turn", "HEAD", "--reason", REASON], more].concat());
    assert_eq!(answer.code, 0, "{}", answer.all());
    assert!(answer.stdout.contains("torch/csrc/gadget.cpp#THPGadget_turn"), "{}", answer.all());
    fs::read_to_string(repository.path().join(FILE)).unwrap()
}

#[test]
fn an_ack_silences_its_change_and_says_so() {
    let repository = drifted();
    let text = acknowledge(&repository, &["--who", "Ada"]);
    assert!(text.contains(REASON) && text.contains("Ada"), "{text}");
    let answer = check(&repository);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (0, "acknowledged"), "{}", answer.all());
    fires(&repository, &["acknowledged-drift"]);
    let again = run(&repository, &["ack", "gadget-turn", "HEAD", "--reason", REASON]);
    again.refuses(&["nothing to acknowledge", "acknowledged"]);
}

#[test]
fn an_ack_survives_rebase_squash_and_a_comment() {
    let first = drifted();
    let once = acknowledge(&first, &[]);
    first.commit(&[(CPP, &TURN.replace("turn(self, 1)", "turn(self, 3)"))]);
    let twice = acknowledge(&first, &[]);
    assert!(twice.starts_with(once.trim_end()), "an entry is added, the rest stays");
    // Both edits as one commit, on another base, with a comment.
    let squashed = Repository::new();
    squashed.commit(&[(".drift/links.toml", MAPPING), (CPP, TURN), (PYTHON, TWIN), ("other.py", "x = 1\n")]);
    let edited = TURN.replace("turn(self, 1)", "turn(self, 3) /* thrice */");
    squashed.commit(&[(CPP, &edited), (FILE, &twice)]);
    assert_eq!(check(&squashed).verdict("gadget-turn"), "acknowledged");
}

#[test]
fn a_further_edit_voids_an_ack() {
    let repository = drifted();
    let text = acknowledge(&repository, &[]);
    let further = Repository::new();
    further.commit(&[(".drift/links.toml", MAPPING), (CPP, TURN), (PYTHON, TWIN)]);
    further.commit(&[(CPP, &turned().replace("power > 0", "power > 1").replace("self, 2", "self, 4")), (FILE, &text)]);
    let answer = check(&further);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (1, "drifted"), "{}", answer.all());
    fires(&further, &["drifted-link", "unused-ack"]);
}

#[test]
fn an_ack_ends_with_its_last_day() {
    let repository = drifted();
    acknowledge(&repository, &["--until", "2001-02-03"]);
    let answer = check(&repository);
    assert_eq!((answer.code, answer.verdict("gadget-turn").as_str()), (1, "drifted"), "{}", answer.all());
    fires(&repository, &["drifted-link", "expired-ack"]);
}

#[test]
fn a_trailer_covers_the_range_it_stands_in() {
    let repository = repository();
    repository
        .commit_saying(&[(CPP, &turned())], "Turn twice\n\nDrift-Ack: gadget-turn: only eager mode turns twice\n");
    assert_eq!(check(&repository).verdict("gadget-turn"), "acknowledged");
    repository.commit(&[(CPP, TURN)]);
    assert_eq!(check(&repository).verdict("gadget-turn"), "drifted");
    repository.commit_saying(&[(CPP, &turned())], "Turn twice\n\nDrift-Ack: gadget-turn\n");
    assert_eq!(check(&repository).verdict("gadget-turn"), "drifted");
    fires(&repository, &["unused-ack"]);
}

#[test]
fn an_ack_for_no_link_is_told() {
    let repository = drifted();
    let text = acknowledge(&repository, &[]).replace("gadget-turn", "gadget-trun");
    fs::write(repository.path().join(FILE), text).unwrap();
    let answer = check(&repository);
    assert_eq!(answer.code, 1, "{}", answer.all());
    assert!(answer.stdout.contains("did you mean `gadget-turn`"), "{}", answer.all());
}

#[test]
fn what_cannot_be_acknowledged_is_refused() {
    let repository = drifted();
    let ack = |arguments: &[&str]| run(&repository, &[&["ack"], arguments].concat());
    ack(&["gadget-trun", "HEAD", "--reason", "x"]).refuses(&["did you mean `gadget-turn`"]);
    ack(&["gadget-turn", "HEAD~1", "--reason", "x"]).refuses(&["nothing to acknowledge"]);
    ack(&["gadget-turn", "HEAD", "--reason", ""]).refuses(&["--reason"]);
    ack(&["gadget-turn", "HEAD", "--reason", "x", "--until", "soon"]).refuses(&["2027-01-31"]);
    fs::create_dir_all(repository.path().join(".drift")).unwrap();
    fs::write(repository.path().join(FILE), "version = 1\n[[ack]]\nlnk = 1\n").unwrap();
    ack(&["gadget-turn", "HEAD", "--reason", "x"]).refuses(&["acks.toml", "did you mean `link`"]);
    check(&repository).refuses(&["acks.toml", "did you mean `link`"]);
}

#[test]
fn a_bare_repository_is_shown_the_entry() {
    let bare = drifted().bare();
    let path = bare.path().to_str().unwrap();
    let answer =
        crate::command_line::run_in(bare.path(), &["ack", "gadget-turn", "HEAD", "--reason", REASON, "--repo", path]);
    assert_eq!(answer.code, 0, "{}", answer.all());
    assert!(answer.stdout.contains("[[ack]]") && answer.stderr.contains("bare"), "{}", answer.all());
}

#[test]
fn acks_that_cannot_cover_anything_are_pruned() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let prune = |arguments: &[&str]| {
        let path = repository.path().to_str().unwrap();
        crate::command_line::run_in(repository.path(), &[&["map", "prune", "--repo", path], arguments].concat())
    };
    fs::create_dir_all(repository.path().join(".drift")).unwrap();
    fs::write(repository.path().join(".drift/links.toml"), MAPPING).unwrap();
    let kept = acknowledge(&repository, &[]);
    repository.commit(&[(CPP, &TURN.replace("turn(self, 1)", "turn(self, 3)"))]);
    acknowledge(&repository, &["--until", "2001-02-03"]);
    assert!(prune(&["--dry-run"]).stdout.contains("would prune the ack for `gadget-turn`: its last day is over"));
    let answer = prune(&[]);
    assert!(answer.stdout.contains("pruned the ack for `gadget-turn`"), "{}", answer.all());
    assert_eq!(fs::read_to_string(repository.path().join(FILE)).unwrap().trim_end(), kept.trim_end());
}
