//! A link with its code: both ends side by side where there is room, else one below the other.

use std::fmt::Write;

use super::highlight::{self, Span};
use super::style::{DIM, FRAME, STRONG, harmless, of_severity, paint};
use super::{Detail, View, human, word};
use crate::exhibit::{Exhibit, ShownEnd, ShownPiece};
use crate::mapping::{End, MappingSource};
use crate::source::short;
use crate::verification::{Problem, ProblemKind};

/// From so many columns on, the ends stand side by side.
const SIDE_BY_SIDE_FROM: usize = 120;

/// More lines of a piece of code are shown with `-v` only.
const MOST_LINES: usize = 60;

/// What the link says, then its code.
pub fn exhibit(exhibit: &Exhibit, sources: &[MappingSource], view: View) -> String {
    let mut out = human::link(&exhibit.link, sources);
    let _ = writeln!(out, "  {} {}", paint(FRAME, "at      "), short(&exhibit.at));
    let [cpp, python] = [End::Cpp, End::Python].map(|side| {
        exhibit.ends.iter().filter(|end| end.end == side).flat_map(|end| block(end, view.detail)).collect::<Vec<_>>()
    });
    out.push('\n');
    match view.width {
        Some(width) if width >= SIDE_BY_SIDE_FROM => side_by_side(&mut out, &cpp, &python, width),
        _ => {
            for line in cpp.iter().chain(&[Vec::new()]).chain(&python) {
                let _ = writeln!(out, "{}", highlight::painted(line).trim_end());
            }
        }
    }
    out
}

/// The lines of one selector: a title, what is wrong, the code.
fn block(end: &ShownEnd, detail: Detail) -> Vec<Vec<Span>> {
    let mut lines = vec![vec![span(harmless(&end.selector), STRONG)]];
    lines.extend(end.problem.iter().flat_map(problem));
    for piece in &end.pieces {
        lines.push(vec![span(place(piece), DIM)]);
        lines.extend(code(piece, detail));
    }
    lines.push(Vec::new());
    lines
}

fn problem(problem: &Problem) -> Vec<Vec<Span>> {
    let mut lines =
        vec![vec![span(format!("{}: {}", word(problem.kind), problem.kind.phrase()), of_severity("error"))]];
    let title = match problem.kind {
        ProblemKind::NoSymbol if !problem.details.is_empty() => Some("nearest: "),
        _ if !problem.details.is_empty() => Some(""),
        _ => None,
    };
    lines.extend(title.map(|title| vec![(format!("{title}{}", harmless(&problem.details.join(", "))), None)]));
    lines
}

fn place(piece: &ShownPiece) -> String {
    let ShownPiece { path, symbol, lines, .. } = piece;
    format!("{}:{}-{} {}", harmless(path), lines.start, lines.end, harmless(symbol)).trim_end().to_owned()
}

fn code(piece: &ShownPiece, detail: Detail) -> Vec<Vec<Span>> {
    let shown = if detail == Detail::Verbose { piece.text.len() } else { piece.text.len().min(MOST_LINES) };
    let digits = piece.lines.end.to_string().len();
    let numbered = highlight::lines(&piece.text[..shown], piece.language).into_iter().zip(piece.lines.start..);
    let mut lines: Vec<Vec<Span>> =
        numbered.map(|(spans, number)| [vec![span(format!("{number:>digits$} | "), FRAME)], spans].concat()).collect();
    if shown < piece.text.len() {
        let more = piece.text.len() - shown;
        lines.push(vec![span(format!("{:>digits$} | {more} more lines; `-v` shows them", ""), DIM)]);
    }
    lines
}

fn side_by_side(out: &mut String, left: &[Vec<Span>], right: &[Vec<Span>], width: usize) {
    let half = (width - 3) / 2;
    let [left, right] =
        [left, right].map(|lines| lines.iter().flat_map(|line| wrapped(line, half)).collect::<Vec<_>>());
    let nothing = Vec::new();
    for at in 0..left.len().max(right.len()) {
        let [left, right] = [&left, &right].map(|lines| lines.get(at).unwrap_or(&nothing));
        let fill = half.saturating_sub(length(left));
        let line =
            format!("{}{:fill$} {} {}", highlight::painted(left), "", paint(FRAME, "│"), highlight::painted(right));
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// A line in pieces of at most so many characters.
fn wrapped(line: &[Span], limit: usize) -> Vec<Vec<Span>> {
    let mut rows: Vec<Vec<Span>> = vec![Vec::new()];
    let mut room = limit;
    for (text, style) in line {
        let mut rest: Vec<char> = text.chars().collect();
        while rest.len() > room {
            let tail = rest.split_off(room);
            rows.last_mut().expect("there is a first row").push((rest.into_iter().collect(), *style));
            rows.push(vec![("    ".to_owned(), None)]);
            (rest, room) = (tail, limit - 4);
        }
        room -= rest.len();
        rows.last_mut().expect("there is a first row").push((rest.into_iter().collect(), *style));
    }
    rows
}

fn length(line: &[Span]) -> usize {
    line.iter().map(|(text, _)| text.chars().count()).sum()
}

fn span(text: impl Into<String>, style: anstyle::Style) -> Span {
    (text.into(), Some(style))
}

#[cfg(test)]
mod tests {

    use anstream::adapter::strip_str;

    use super::*;
    use crate::exhibit::Proposal;
    use crate::mapping::parse;
    use crate::symbols::{Language, Lines};

    const MAPPING: &str =
        "version = 1\n[link.a]\nrelation = 'models'\ncpp = ['a.cpp#f', 'b.cpp#g']\npython = ['a.py#f']\nwhy = 'w'\n";

    fn end(end: End, selector: &str, language: Language, text: &[&str]) -> ShownEnd {
        let lines = Lines { start: 9, end: 8 + text.len() as u32 };
        let text = text.iter().map(|line| (*line).to_owned()).collect();
        let piece = ShownPiece { path: "a".into(), symbol: "f".to_owned(), language, lines, text };
        ShownEnd { end, selector: selector.to_owned(), pieces: vec![piece], problem: None }
    }

    fn shown(width: usize, detail: Detail) -> String {
        let mapping = parse("m.toml", MAPPING, 0).unwrap();
        let problem = Problem {
            link: "a".to_owned(),
            selector: "b.cpp#g".to_owned(),
            kind: ProblemKind::NoSymbol,
            details: vec!["h".to_owned()],
        };
        let long = vec!["  x();"; 100];
        let wide = "y(1, 2); ".repeat(20);
        let ends = vec![
            end(End::Cpp, "a.cpp#f", Language::Cpp, &long),
            ShownEnd { end: End::Cpp, selector: "b.cpp#g".to_owned(), pieces: Vec::new(), problem: Some(problem) },
            end(End::Python, "a.py#f", Language::Python, &["def f():", &wide]),
        ];
        let link = mapping.links[0].clone();
        let value = Exhibit { link, at: "1".repeat(40), ends, proposal: Proposal::default() };
        let view = View { detail, width: Some(width), ..View::default() };
        strip_str(&exhibit(&value, &mapping.sources, view)).to_string()
    }

    #[test]
    fn both_ends_stand_side_by_side_where_there_is_room() {
        let text = shown(130, Detail::Normal);
        assert!(text.lines().all(|line| line.chars().count() <= 130), "{text}");
        assert!(text.lines().any(|line| line.contains("x();") && line.contains("def f():")), "{text}");
        assert!(text.contains("40 more lines") && text.contains("no-symbol") && text.contains("nearest: h"), "{text}");
        assert!(!shown(130, Detail::Verbose).contains("more lines"));
        let below = shown(80, Detail::Normal);
        assert!(!below.lines().any(|line| line.contains("x();") && line.contains("def f():")), "{below}");
    }
}
