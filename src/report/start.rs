//! What `drift map init` did, and what to do next.

use serde_json::{Value, json};

use super::style::{GOOD, STRONG, harmless, paint};
use crate::twins::Twins;

/// More ids are counted; the file has them all.
const MOST_NAMED: usize = 8;

/// How a first mapping came about.
#[derive(Debug, Clone)]
pub enum Start {
    /// None is needed.
    BuiltIn { title: String },
    /// A starter without links.
    Written { file: String, twins: Twins },
    /// A copy of a built-in mapping, and what of it this tree does not have.
    Copied { file: String, links: usize, missing: Vec<String>, dropped: usize },
}

pub fn human(start: &Start) -> String {
    match start {
        Start::BuiltIn { title } => format!(
            "nothing to do: the {title} applies here, and `drift check` works without a file\n             `drift map init --from-builtin` copies it to `.drift/mapping.toml`, where it can be edited\n"
        ),
        Start::Written { file, twins } => format!("{}{}{}", wrote(file), found(twins), next(file)),
        Start::Copied { file, links, missing, dropped } => {
            let mut out = format!("{}  {links} links\n", wrote(file));
            if *dropped > 0 {
                out += &format!(
                    "  left out: {dropped} selectors that pick nothing in the last commit, of links that stay\n"
                );
            }
            if !missing.is_empty() {
                let ids = missing.iter().take(MOST_NAMED).map(|id| harmless(id)).collect::<Vec<_>>().join(", ");
                let more = if missing.len() > MOST_NAMED { ", …" } else { "" };
                let count = missing.len();
                out += &format!("  commented out, because an end is not there: {count} links ({ids}{more})\n");
            }
            out + &next(file)
        }
    }
}

pub fn json(start: &Start) -> Value {
    match start {
        Start::BuiltIn { title } => json!({ "version": 1, "action": "init", "written": false, "applies": title }),
        Start::Written { file, twins } => json!({
            "version": 1, "action": "init", "written": true, "file": file, "links": 0,
            "scope": { "cpp": twins.cpp, "python": twins.python },
        }),
        Start::Copied { file, links, missing, dropped } => json!({
            "version": 1, "action": "init", "written": true, "file": file, "links": links, "missing": missing,
            "dropped": dropped,
        }),
    }
}

fn wrote(file: &str) -> String {
    format!("{} {}\n", paint(GOOD, "wrote"), paint(STRONG, harmless(file)))
}

fn found(twins: &Twins) -> String {
    let side = |globs: &[String], count: usize, what: &str, nothing: &str| match globs {
        [] => format!("  {nothing}: correct the scope by hand\n"),
        globs => format!("  {}: {count} {what}\n", harmless(&globs.join(", "))),
    };
    let cpp =
        side(&twins.cpp, twins.cpp_files, "C++ files that show names to Python", "no C++ file shows names to Python");
    cpp + &side(
        &twins.python,
        twins.python_files,
        "Python files that define some of these names again",
        "no Python file defines such names again",
    )
}

fn next(file: &str) -> String {
    format!(
        "Next:\n  git add {file}\n  drift map add --help         # write a link\n  drift map verify             # once it is committed\n"
    )
}
