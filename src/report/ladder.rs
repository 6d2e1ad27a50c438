//! The ladder for people: a rung or a facet in full, with its examples.

use std::fmt::Write;

use super::style::{ADDED, DIM, REMOVED, STRONG, paint};
use crate::ladder::explained::{Example, FacetRow, RungRow};

/// A rung in full.
pub fn rung(row: &RungRow) -> String {
    let mut out =
        format!("{}: {}\n\n{}\n", paint(STRONG, format!("rung `{}`", row.rung)), row.summary, row.explanation);
    examples(&mut out, erased_title(row), row.erased);
    examples(&mut out, "Not erased here", row.kept);
    let _ = write!(out, "\n{}\n\n{}\n", paint(STRONG, LIMITS), row.limits);
    out
}

/// A facet in full.
pub fn facet(row: &FacetRow) -> String {
    let title = paint(STRONG, format!("facet `{}`", row.facet));
    let mut out = format!("{title}: {}\n\n{}\n", row.summary, row.explanation);
    examples(&mut out, "Example", std::slice::from_ref(&row.example));
    out
}

fn erased_title(row: &RungRow) -> &'static str {
    // Nothing is erased at the last rung: what arrives there stays.
    if row.kept.is_empty() { "Semantic, for example" } else { "Erased here" }
}

const LIMITS: &str = "What only the pair can tell, and blind spots";

fn examples(out: &mut String, title: &str, examples: &[Example]) {
    if !examples.is_empty() {
        let _ = write!(out, "\n{}\n", paint(STRONG, title));
    }
    for example in examples {
        let language = example.language.name();
        let _ = write!(out, "\n  {} {}\n", example.title, paint(DIM, format!("({language}: {})", example.rung)));
        for (style, mark, text) in [(REMOVED, '-', example.before), (ADDED, '+', example.after)] {
            for line in text.trim_end().lines() {
                let _ = writeln!(out, "    {}", paint(style, format!("{mark} {line}")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{self, Change, FilePair};
    use crate::ladder::Rung;
    use crate::ladder::explained::{FACETS, RUNGS};
    use crate::symbols::{Language, ParsedFile};

    fn changes(example: &Example) -> Vec<Change> {
        let path = if example.language == Language::Cpp { "f.cpp" } else { "f.py" };
        let parse = |text: &str| Some(ParsedFile::parse(path.into(), example.language, text.as_bytes().into()));
        change::diff(&[FilePair { before: parse(example.before), after: parse(example.after) }])
    }

    /// An example that the ladder judges otherwise would teach the wrong thing.
    #[test]
    fn every_example_has_the_rung_it_is_told_for() {
        let examples = RUNGS.iter().flat_map(|row| row.erased.iter().chain(row.kept));
        let mut wrong = Vec::new();
        for example in examples.chain(FACETS.iter().map(|row| &row.example)) {
            let changes = changes(example);
            let found = changes.iter().map(|change| change.rung).max();
            if found != Some(example.rung) {
                let changes: Vec<_> =
                    changes.iter().map(|change| (&change.symbol, change.rung, &change.facets)).collect();
                wrong.push(format!("`{}` is told as {}, but is {changes:?}", example.title, example.rung));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_example_of_a_facet_has_it() {
        for row in &FACETS {
            let found: Vec<_> = changes(&row.example).into_iter().flat_map(|change| change.facets).collect();
            assert!(found.iter().any(|facet| facet.kind == row.facet), "{}: {found:?}", row.facet);
        }
    }

    /// `docs/ladder.md` is the table of rungs and facets. `UPDATE=1 cargo test` writes it.
    #[test]
    fn the_page_about_the_ladder_is_fresh() {
        crate::report::tests::assert_fresh("docs/ladder.md", &page());
    }

    const OPENING: &str = "\
# The ladder

Why was this change flagged, and that one not? Every changed symbol (a function, a method, a class, a field, a row of a table, \
a binding, a macro, a constant) climbs a ladder of normal forms. At each rung one kind of difference is erased from both \
sides, on top of what lower rungs erased. **The rung of a change is the first one at which both sides are equal; if there is \
none, the change is semantic.** Only semantic changes are drift, unless a link asks for more with `watch`.

`drift diff` shows the rung of every change; with `-v` it also shows the two normal forms at the last rung where they differ, \
as code, one statement a line: what stands there is what the ladder saw. `--forms RUNG` shows them at any other rung. To look \
at one symbol: `drift diff RANGE --symbol NAME --forms semantic`. `drift explain RUNG` and `drift explain FACET` show what is on \
this page.

How to read a normal form: locals are `$0`, `$1`, … from `names` on; `$self` is the symbol's own name; `%owner` is any type that \
holds a reference, from `ownership` on; `for $1 from 0 to n` is a loop that only counts; brackets are set anew, so they show how \
the code was understood.

Every example on this page is run by a test, and the ladder gives the rung it is told for. Texts and examples live in \
`src/ladder/explained.rs`; `UPDATE=1 cargo test` writes this page.
";

    fn page() -> String {
        let mut page = format!("{OPENING}\n| rung | erased |\n|---|---|\n");
        for row in &RUNGS {
            page.push_str(&format!("| [`{0}`](#{0}) | {1} |\n", row.rung, row.summary));
        }
        for row in &RUNGS {
            page.push_str(&format!("\n## {}\n\n*{}*\n\n{}\n", row.rung, row.summary, row.explanation));
            page_examples(&mut page, erased_title(row), row.erased);
            page_examples(&mut page, "Not erased here", row.kept);
            page.push_str(&format!("\n### {LIMITS}\n\n{}\n", row.limits));
        }
        page.push_str(
            "\n# Facets\n\nA semantic change says which observable things differ, each with before → after.\n",
        );
        for row in &FACETS {
            page.push_str(&format!("\n## {}\n\n*{}*\n\n{}\n", row.facet, row.summary, row.explanation));
            page_examples(&mut page, "", std::slice::from_ref(&row.example));
        }
        page
    }

    fn page_examples(page: &mut String, title: &str, examples: &[Example]) {
        if !title.is_empty() && !examples.is_empty() {
            page.push_str(&format!("\n### {title}\n"));
        }
        for example in examples {
            let rung = if example.rung == Rung::Semantic || title == "Not erased here" {
                format!(" ({})", example.rung)
            } else {
                String::new()
            };
            let marked = |mark: char, text: &str| -> String {
                text.trim_end().lines().map(|line| format!("{mark} {line}\n")).collect()
            };
            let (before, after) = (marked('-', example.before), marked('+', example.after));
            page.push_str(&format!("\n{}{rung}:\n\n```diff\n{before}{after}```\n", example.title));
        }
    }
}
