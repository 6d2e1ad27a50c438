//! `drift demo`: a small repository made on the spot, and `check` on it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::stages::Stages;
use super::{Exit, Session, check};
use crate::impact::DEFAULT_DEPTH;
use crate::report::{self, Rendering};
use crate::source::git::{NewCommit, create_repository};
use crate::source::range::Range;
use crate::verdict::{Report, Verdict};

/// Makes the repository, in `keep` or for the moment, and judges its last commit.
pub fn run(session: &Session, keep: Option<&Path>) -> Result<Exit> {
    let Some(folder) = keep else {
        let folder = tempfile::tempdir().context("could not make a temporary folder")?;
        return show(session, folder.path(), REPEAT);
    };
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("`{}` is not empty; name a new folder: `drift demo --keep NEW`", folder.display());
    }
    let path = folder.display();
    show(
        session,
        folder,
        &format!(
            "Look closer:\n  git -C {path} show\n  drift diff -v --repo {path}\n  drift review --repo {path}\n  drift check --repo {path}"
        ),
    )
}

/// What the last commit does to each link.
const PROMISES: [(&str, Verdict, &str); 3] = [
    ("function-apply", Verdict::Drifted, "takes keyword arguments now; its Python twin was left behind"),
    ("function-needs-input-grad", Verdict::Cosmetic, "was wrapped, commented and its locals renamed: silent"),
    ("function-save-for-backward", Verdict::CoChanged, "changed together with its Python twin: silent"),
];

const REPEAT: &str = "Look closer:\n  drift demo --keep demo\n  git -C demo show\n  drift diff -v --repo demo\n  drift review --repo demo";

const CPP: &str = "csrc/python_function.cpp";
const PYTHON: &str = "simulator/function.py";

const COMMITS: [NewCommit; 2] = [
    NewCommit {
        message: "Add Function, its simulation, and the mapping of the two\n",
        files: &[
            (".drift/mapping.toml", include_str!("demo/mapping.toml")),
            (CPP, include_str!("demo/before/python_function.cpp")),
            (PYTHON, include_str!("demo/before/function.py")),
        ],
    },
    NewCommit {
        message: "Accept keyword arguments in Function.apply; save only once\n",
        files: &[
            (CPP, include_str!("demo/after/python_function.cpp")),
            (PYTHON, include_str!("demo/after/function.py")),
        ],
    },
];

fn show(session: &Session, folder: &Path, repeat: &str) -> Result<Exit> {
    create_repository(folder, &COMMITS)?;
    let inside = Session { repository: folder.to_owned(), mappings: Vec::new(), ..session.clone() };
    let mut stages = Stages::start();
    let range = Some(Range::Revision("HEAD".to_owned()));
    let options = check::Options { range, inside: None, depth: DEFAULT_DEPTH, fail_on: check::FailOn::Error };
    let report = check::judge(&inside, &options, &mut stages)?;
    keep_promises(&report)?;
    let view = session.view(stages.elapsed());
    session.answer_in(&|rendering| {
        let answer = report::check(&report, rendering, view)?;
        Some(if rendering == Rendering::Human { told(&answer, repeat) } else { answer })
    })?;
    Ok(Exit::Clean)
}

fn told(answer: &str, repeat: &str) -> String {
    let links: String = PROMISES.iter().map(|(link, _, story)| format!("  {link:26} {story}\n")).collect();
    let told = "A small repository: a C++ binding, Python that simulates it, and a mapping that links the two.\n\
                Its last commit edits three linked functions. This is what `drift check` says:\n";
    format!("{told}\n{answer}\nWhat happened to each link:\n{links}\n{repeat}\n")
}

fn keep_promises(report: &Report) -> Result<()> {
    for (link, promised, _) in PROMISES {
        let found = report.links.iter().find(|judged| judged.link == link).map(|judged| judged.verdict);
        if found != Some(promised) {
            bail!("the demo does not show what it promises: `{link}` should be {promised:?} and is {found:?}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use anstream::ColorChoice;

    use super::*;
    use crate::commands::Output;
    use crate::commands::review;
    use crate::report::Detail;
    use crate::report::tests::{assert_fresh, page};

    #[test]
    fn the_demo_keeps_its_promises() {
        let folder = tempfile::tempdir().unwrap();
        let session = session(folder.path());
        assert_eq!(run(&session, None).unwrap(), Exit::Clean);
        let answer = fs::read_to_string(folder.path().join("answer.txt")).unwrap();
        assert_fresh("README.md", &with_sample(&fs::read_to_string(page("README.md")).unwrap(), &answer));
        let kept = folder.path().join("kept");
        assert_eq!(run(&session, Some(&kept)).unwrap(), Exit::Clean);
        assert!(kept.join(CPP).is_file());
        assert!(run(&session, Some(&kept)).is_err(), "a folder in use is left alone");
    }

    /// The whole picture on one screen: drift, ownership, errors, the cost of the fast path, facts for risk.
    #[test]
    fn the_demo_shows_what_a_review_says() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, answer) = (folder.path().join("kept"), folder.path().join("review.txt"));
        create_repository(&inside, &COMMITS).unwrap();
        let session = Session { repository: inside, outputs: to(&answer), ..session(folder.path()) };
        let options = review::Options {
            range: Some(Range::Revision("HEAD".to_owned())),
            all: false,
            rules: Vec::new(),
            paths: Vec::new(),
            fail_on: check::FailOn::Never,
        };
        assert_eq!(review::run(&session, &options).unwrap(), Exit::Clean);
        let told = fs::read_to_string(answer).unwrap();
        assert!(told.lines().count() <= 50, "{told}");
        let items = [
            "warning[own-leak-local]: `bind`",
            "warning[null-unchecked]: `bind`",
            "drift      error: `function-apply` was left behind",
            "ownership  1 warning (own-leak-local)",
            "fast path  `Function_apply`: +1 null test, +1 PyDict_Size, +1 Py_INCREF, then early return",
            "risk       changes what 3 functions (1 new) in 1 file do",
            "no test changes",
        ];
        items.iter().for_each(|item| assert!(told.contains(item), "`{item}` is not in\n{told}"));
    }

    fn to(file: &Path) -> Vec<Output> {
        vec![Output { path: file.to_owned(), rendering: None }]
    }

    fn session(folder: &Path) -> Session {
        Session {
            repository: ".".into(),
            locations: Vec::new(),
            mappings: Vec::new(),
            format: crate::report::Format::Human,
            rendering: Rendering::Human,
            outputs: to(&folder.join("answer.txt")),
            color: ColorChoice::Never,
            detail: Detail::Normal,
            cache: std::sync::Arc::default(),
            job: None,
        }
    }

    /// The README with what the demo says in the place of its sample.
    fn with_sample(readme: &str, answer: &str) -> String {
        const COMMAND: &str = "```text\n$ cargo run --release --locked -- demo\n";
        let (head, rest) = readme.split_once(COMMAND).expect("the README shows the demo");
        let (_, tail) = rest.split_once("```\n").expect("the sample ends");
        let sample = answer.split("\nLook closer").next().unwrap_or_default();
        format!("{head}{COMMAND}{sample}```\n{tail}")
    }
}
