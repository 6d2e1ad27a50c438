//! A first mapping file: empty with comments that teach, or a copy that fits one tree.

use toml_edit::{Array, DocumentMut};

use super::{NewLink, Refusal, Sheet, links, place, write};
use crate::mapping::model::{End, MappingSource, Relation};

/// What a starter is filled with.
#[derive(Debug, Clone, Default)]
pub struct Starter {
    pub cpp: Vec<String>,
    pub python: Vec<String>,
    /// What stands commented out as an example: the name, and a selector for each end.
    pub example: Option<(String, String, String)>,
    /// Since when it is there: what drifted before is nobody's alarm.
    pub commit: String,
}

/// A copy of a mapping, and what was left out of it.
#[derive(Debug, Clone, Default)]
pub struct Fitted {
    pub text: String,
    pub links: usize,
    /// Links of which an end is not there at all: they stand at the end of the copy, commented out.
    pub missing: Vec<String>,
    /// Selectors left out of links that stay.
    pub dropped: usize,
}

const HEAD: &str = "\
# Which C++ entry points are simulated by which Python code. `drift check` tells of a change that leaves a twin behind.
";

const LINKS: &str = "\
# A link says: when the C++ end changes what it does, one of the Python places has to follow. Selectors are `path#symbol`.
# `drift map add --help` shows how to write links from the command line, `drift map fmt` tidies what is written by hand,
# `drift map verify` tells whether every selector picks code.
";

const EXAMPLE_WHY: &str = "say what both ends share, in words a reviewer understands";

/// The text of a mapping without links.
pub fn starter(starter: &Starter) -> String {
    let example = starter.example.clone().unwrap_or_else(|| {
        ("open".to_owned(), "csrc/file.cpp#File_open".to_owned(), "simulator/file.py#FileVariable.open".to_owned())
    });
    let (name, cpp, python) = example;
    let link = NewLink {
        id: id(&name),
        relation: Relation::Models,
        cpp: vec![cpp],
        python: vec![python],
        names: Vec::new(),
        why: EXAMPLE_WHY.to_owned(),
    };
    format!(
        "{HEAD}{}\nversion = 1\n\n{}\n\n{LINKS}#\n{}",
        since(&starter.commit),
        scope(starter),
        commented(&link.text())
    )
}

/// A mapping as far as it fits: selectors that pick nothing are left out, links without an end commented out.
pub fn fitting(source: &MappingSource, commit: &str, picks: &dyn Fn(&str, &str) -> bool) -> Result<Fitted, Refusal> {
    let sheet = Sheet::read(source)?;
    let mut document = sheet.document()?;
    let mut copy = Fitted::default();
    let mut lost = String::new();
    for link in &sheet.mapping.links {
        let ends = [(End::Cpp, &link.cpp), (End::Python, &link.python)];
        let gone = ends.map(|(_, end)| end.iter().filter(|selector| !picks(&link.id, &selector.text)).count());
        if ends.iter().zip(gone).any(|((_, end), gone)| gone == end.len()) {
            lost += &format!("\n{}", commented(&section(&document, &link.id)));
            place::take(&mut document, &link.id)?;
            copy.missing.push(link.id.clone());
            continue;
        }
        for (end, _) in ends {
            drop_from(&mut document, &link.id, end, &|text| picks(&link.id, text))?;
        }
        copy.dropped += gone.iter().sum::<usize>();
        copy.links += 1;
    }
    if !lost.is_empty() {
        let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
        let heading = "# --- not found in this tree: put back what appears, delete what is gone for good ---";
        document.set_trailing(format!("{trailing}\n\n{heading}\n{lost}"));
    }
    let tidy = super::format(&MappingSource::new(source.name.clone(), document.to_string()))?;
    copy.text = match tidy.split_once("\nversion = 1\n") {
        Some((head, rest)) => format!("{}\n{}\nversion = 1\n{rest}", head.trim_end(), since(commit)),
        None => tidy,
    };
    Ok(copy)
}

/// A starting point that a person sees: nothing before it is judged.
fn since(commit: &str) -> String {
    let commit = commit.get(..12).unwrap_or(commit);
    format!("#\n# Begun at {commit}. A range is judged by what changes in it, so that older drift alarms nobody.\n")
}

fn scope(starter: &Starter) -> String {
    let list = |globs: &[String], dummy: &str| match globs {
        [] => format!("[{}]", write::text_of(dummy)),
        globs => format!("[{}]", globs.iter().map(|glob| write::text_of(glob)).collect::<Vec<_>>().join(", ")),
    };
    let unsure = |globs: &[String]| if globs.is_empty() { " # a guess: nothing was found" } else { "" };
    let (cpp, python) = (&starter.cpp, &starter.python);
    format!(
        "# What a change may pass through on its way to an entry point. `*` stays inside a folder, `**` does not.\n[scope]\n\
         cpp = {}{}\npython = {}{}\n",
        list(cpp, "csrc/**"),
        unsure(cpp),
        list(python, "simulator/**"),
        unsure(python)
    )
}

fn commented(text: &str) -> String {
    text.lines().map(|line| format!("# {line}").trim_end().to_owned() + "\n").collect()
}

/// A link as its section stands in the document.
fn section(document: &DocumentMut, id: &str) -> String {
    let mut alone = DocumentMut::new();
    let table = document.get("link").and_then(|links| links.get(id)).and_then(|item| item.as_table());
    if let (Some(table), Ok(links)) = (table, links(&mut alone)) {
        let mut table = table.clone();
        table.decor_mut().set_prefix("");
        links.insert(id, toml_edit::Item::Table(table));
    }
    alone.to_string()
}

fn drop_from(document: &mut DocumentMut, id: &str, end: End, picks: &dyn Fn(&str) -> bool) -> Result<(), Refusal> {
    let array =
        links(document)?.get_mut(id).and_then(|item| item.get_mut(end.key())).and_then(|item| item.as_array_mut());
    array.into_iter().for_each(|array: &mut Array| array.retain(|item| item.as_str().is_none_or(picks)));
    Ok(())
}

fn id(name: &str) -> String {
    crate::mapping::parse::kebab(name).unwrap_or_else(|| "example".to_owned())
}
