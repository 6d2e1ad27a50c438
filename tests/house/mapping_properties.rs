//! Laws of editing a mapping, over files put together by chance: spaced, commented and quoted as people do.

use std::collections::BTreeSet;

use dynadrift::mapping::edit::{self, NewLink, Refusal};
use dynadrift::mapping::{Mapping, MappingSource, Relation, parse};
use git2::{Index, IndexEntry, IndexTime, Oid};
use proptest::prelude::*;
use proptest::test_runner::Config;

/// How a file is written.
#[derive(Debug, Clone)]
struct Recipe {
    sections: Vec<Section>,
    returns: Returns,
    /// Blank lines and comments at the end.
    end: Gap,
    ends_with_newline: bool,
    mark: bool,
}

#[derive(Debug, Clone, Copy)]
enum Returns {
    None,
    All,
    Some(usize),
}

#[derive(Debug, Clone)]
struct Section {
    above: Gap,
    kind: usize,
    /// Of the C++ file and of the Python file.
    files: (usize, usize),
    quotes: usize,
    spacing: usize,
    /// A comment behind a value, in a list, and directly below the section.
    comments: [bool; 3],
}

/// Between two sections: comments and blank lines.
#[derive(Debug, Clone)]
struct Gap(Vec<Option<()>>);

fn gap() -> impl Strategy<Value = Gap> {
    proptest::collection::vec(proptest::option::weighted(0.4, Just(())), 0..5).prop_map(Gap)
}

fn section() -> impl Strategy<Value = Section> {
    let files = (0..3usize, 0..3usize);
    (gap(), 0..6usize, files, 0..3usize, 0..3usize, any::<[bool; 3]>()).prop_map(
        |(above, kind, files, quotes, spacing, comments)| Section { above, kind, files, quotes, spacing, comments },
    )
}

fn recipe() -> impl Strategy<Value = Recipe> {
    let returns = prop_oneof![Just(Returns::None), Just(Returns::All), (1..9usize).prop_map(Returns::Some)];
    (proptest::collection::vec(section(), 0..6), returns, gap(), any::<bool>(), proptest::bool::weighted(0.1)).prop_map(
        |(sections, returns, end, ends_with_newline, mark)| Recipe { sections, returns, end, ends_with_newline, mark },
    )
}

/// Writes comments, each of which is there once.
#[derive(Default)]
struct Writer {
    text: String,
    comments: usize,
    scoped: bool,
}

impl Writer {
    fn comment(&mut self) -> String {
        self.comments += 1;
        format!("# c{}.", self.comments)
    }

    fn gap(&mut self, gap: &Gap) {
        for line in &gap.0 {
            let comment = line.map(|()| self.comment()).unwrap_or_default();
            self.text += &format!("{comment}\n");
        }
    }

    fn section(&mut self, number: usize, section: &Section) {
        self.gap(&section.above);
        let equals = ["=", " = ", "   =  "][section.spacing];
        if section.kind == 0 && !self.scoped {
            self.scoped = true;
            self.text += &format!("[ scope ]\npython{equals}[ \"sim/**\", 'x/*' ]\ncpp{equals}[\"csrc/**\"]\n");
            return;
        }
        let quote = |text: &str| {
            [format!("\"{text}\""), format!("'{text}'"), format!("\"\"\"{text}\"\"\"")][section.quotes].clone()
        };
        let (cpp, python) =
            (format!("csrc/{}.cpp#f{number}", section.files.0), format!("sim/{}.py#g", section.files.1));
        let [behind, inside, below] = section.comments;
        let behind = if behind { format!("  {}", self.comment()) } else { String::new() };
        let list = match inside {
            true => format!(
                "[ {}, {}\n    {}\n  'csrc/more.cpp' {}\n ]",
                quote(&cpp),
                self.comment(),
                self.comment(),
                self.comment()
            ),
            false => format!("[{}]", quote(&cpp)),
        };
        self.text += &format!(
            "[link.l{number}]{behind}\nwhy{equals}{}\n\ncpp{equals}{list}\n  relation{equals}{}\npython{equals}[{}]\n",
            quote("it's so").replace("'it's so'", "\"it's so\""),
            quote("models"),
            quote(&python)
        );
        if below {
            let comment = self.comment();
            self.text += &format!("{comment}\n");
        }
    }
}

/// The file, and how many comments it has.
fn written(recipe: &Recipe) -> (String, usize) {
    let mut writer = Writer { text: "# c0.\nversion = 1\n".to_owned(), ..Writer::default() };
    for (number, section) in recipe.sections.iter().enumerate() {
        writer.section(number, section);
    }
    writer.gap(&recipe.end);
    let mut text = writer.text;
    if !recipe.ends_with_newline {
        text.truncate(text.trim_end_matches('\n').len());
    }
    text = match recipe.returns {
        Returns::None => text,
        Returns::All => text.replace('\n', "\r\n"),
        Returns::Some(count) => text.replacen('\n', "\r\n", count),
    };
    let mark = if recipe.mark { "\u{feff}" } else { "" };
    (format!("{mark}{text}"), writer.comments + 1)
}

fn source(text: &str) -> MappingSource {
    MappingSource::new("m.toml", text)
}

fn link(id: &str, files: (usize, usize)) -> NewLink {
    NewLink {
        id: id.to_owned(),
        relation: Relation::Guards,
        cpp: vec![format!("csrc/{}.cpp#T[\"x\"]", files.0), "csrc/é.cpp".to_owned()],
        python: vec![format!("sim/{}.py#C.m", files.1)],
        names: vec![format!("a.{id}")],
        why: "a \"quoted\" \\ reason, it's".to_owned(),
    }
}

fn read(text: &str) -> Mapping {
    parse("m.toml", text, 0).unwrap_or_else(|errors| panic!("{errors:?}\n{text}"))
}

fn ids(text: &str) -> BTreeSet<String> {
    read(text).links.into_iter().map(|link| link.id).collect()
}

#[track_caller]
fn done(edited: Result<String, Refusal>) -> String {
    edited.unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

/// What git makes of two edits of one file; `None` where it marks a conflict.
fn merged(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let git = git2::Repository::init_bare(folder.path()).unwrap();
    let tree = |text: &str| {
        let id = git.blob(text.as_bytes()).unwrap();
        let mut index = Index::new().unwrap();
        index.add(&entry(id)).unwrap();
        git.find_tree(index.write_tree_to(&git).unwrap()).unwrap()
    };
    let index = git.merge_trees(&tree(base), &tree(ours), &tree(theirs), None).unwrap();
    if index.has_conflicts() {
        return None;
    }
    let id = index.get(0).unwrap().id;
    Some(String::from_utf8(git.find_blob(id).unwrap().content().to_vec()).unwrap())
}

fn entry(id: Oid) -> IndexEntry {
    let never = IndexTime::new(0, 0);
    IndexEntry {
        ctime: never,
        mtime: never,
        dev: 0,
        ino: 0,
        mode: 0o100644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: b"m.toml".to_vec(),
    }
}

proptest! {
    #![proptest_config(Config { cases: 128, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_canonical_form_is_stable_and_loses_nothing(recipe in recipe()) {
        let (text, comments) = written(&recipe);
        let formatted = done(edit::format(&source(&text)));
        prop_assert_eq!(&done(edit::format(&source(&formatted))), &formatted);
        prop_assert_eq!(ids(&text), ids(&formatted));
        for comment in 0..comments {
            prop_assert_eq!(formatted.matches(&format!("# c{comment}.")).count(), 1, "{}", formatted);
        }
        let lines = formatted.trim_start_matches('\u{feff}');
        prop_assert!(!lines.contains("\n\n\n\n") && lines.ends_with('\n'), "{}", formatted);
        prop_assert!(!lines.contains("\r\n") || lines.matches('\n').count() == lines.matches("\r\n").count());
    }

    #[test]
    fn adding_and_removing_a_link_leaves_no_trace(recipe in recipe(), files in (0..4usize, 0..4usize)) {
        let (text, _) = written(&recipe);
        let more = done(edit::add(&source(&text), &link("new", files)));
        prop_assert_eq!(ids(&more).len(), ids(&text).len() + 1);
        prop_assert_eq!(done(edit::remove(&source(&more), &["new"])), text);
    }

    #[test]
    fn renaming_there_and_back_leaves_no_trace(recipe in recipe(), files in (0..4usize, 0..4usize)) {
        let (text, _) = written(&recipe);
        let more = done(edit::add(&source(&text), &link("new", files)));
        let renamed = done(edit::rename(&source(&more), "new", "newer"));
        prop_assert_eq!(done(edit::rename(&source(&renamed), "newer", "new")), more);
    }

    #[test]
    fn a_removed_link_takes_nobody_with_it(recipe in recipe(), which in any::<prop::sample::Index>()) {
        let (text, _) = written(&recipe);
        let all: Vec<String> = ids(&text).into_iter().collect();
        if !all.is_empty() {
            let gone = which.get(&all);
            let left = ids(&done(edit::remove(&source(&text), &[gone])));
            prop_assert_eq!(left, all.iter().filter(|id| *id != gone).cloned().collect());
        }
    }

    #[test]
    fn links_of_two_branches_are_both_kept_or_git_marks_a_conflict(
        recipe in recipe(), ours in (0..4usize, 0..4usize), theirs in (0..4usize, 0..4usize)
    ) {
        let (text, _) = written(&recipe);
        let [our_text, their_text] = [("ours", ours), ("theirs", theirs)]
            .map(|(id, files)| done(edit::add(&source(&text), &link(id, files))));
        if let Some(both) = merged(&text, &our_text, &their_text) {
            let mut expected = ids(&text);
            expected.extend(["ours".to_owned(), "theirs".to_owned()]);
            prop_assert_eq!(ids(&both), expected, "{}", both);
        }
    }
}

#[test]
fn links_for_different_files_merge_cleanly_and_at_one_place_they_conflict() {
    let block = |id: &str, file: usize| {
        format!(
            "\n[link.{id}]\nrelation = \"models\"\ncpp = ['csrc/{file}.cpp#f']\npython = ['sim/{file}.py#g']\nwhy = \"w\"\n"
        )
    };
    let text = format!("version = 1\n{}{}{}", block("a", 0), block("b", 1), block("c", 2));
    let with = |id: &str, file: usize| done(edit::add(&source(&text), &link(id, (file, file))));
    let both = merged(&text, &with("x", 0), &with("y", 1)).expect("a clean merge");
    assert_eq!(ids(&both).len(), 5);
    assert_eq!(merged(&text, &with("x", 1), &with("y", 1)), None);
    assert_eq!(merged(&text, &with("x", 9), &with("y", 9)), None);
    // The same id on both sides is one link that is written twice: that is no mapping.
    let twice = merged(&text, &with("x", 0), &with("x", 1)).expect("a clean merge");
    assert!(parse("m.toml", &twice, 0).is_err());
}
