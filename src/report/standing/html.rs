//! The standing of all links as one page for a browser: no network, readable without scripts, light and dark, and fit
//! to be printed. The template escapes whatever it is given: names, messages and code come from strangers.

use askama::Template;

use super::{StandingReport, commands, facets, is_direct, place, python_since};
use crate::finding::{Finding, Frame, FrameLine, Mark};
use crate::report::highlight::{self, Span};
use crate::report::word;
use crate::standing::{LinkStanding, Moment, ReachedBy, Step};
use crate::symbols::Language;

/// The trend as a drawing, in units of its view box.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 120.0;

/// Steps of a link that are shown with their code; the others are named.
const MOST_EXHIBITS: usize = 6;

pub fn page(report: &StandingReport<'_>) -> String {
    let page = Page::of(report);
    page.render().expect("a template that was compiled writes to a string")
}

#[derive(Template)]
#[template(path = "page.html", config = "src/report/standing/askama.toml")]
struct Page {
    at: String,
    span: String,
    tiles: Vec<Tile>,
    trend: Option<Trend>,
    coverage: String,
    rows: Vec<Row>,
    sections: Vec<Section>,
    parity: Vec<(String, String)>,
    unmapped: Vec<(Commit, String)>,
    hubs: Vec<(usize, String)>,
    never_together: Vec<String>,
    unresolved: Vec<(String, String, &'static str)>,
    undecided: Vec<(Commit, String)>,
}

/// A number that matters, and what it counts.
struct Tile {
    number: String,
    label: &'static str,
    tone: &'static str,
}

/// A line of the table.
struct Row {
    link: String,
    state: String,
    severity: String,
    since: String,
    days: Option<i32>,
    commits: usize,
    python: usize,
    has_section: bool,
}

/// One link in full.
struct Section {
    link: String,
    severity: String,
    why: String,
    python: String,
    owners: String,
    steps: Vec<ShownStep>,
    commands: Vec<String>,
}

struct ShownStep {
    commit: Commit,
    severity: String,
    reached: Vec<ShownChange>,
    frames: Vec<ShownFrame>,
}

struct Commit {
    short: String,
    date: String,
    author: String,
    subject: String,
}

/// A change that reached the C++ end.
struct ShownChange {
    name: String,
    facets: String,
    /// From the entry point to the change; empty where they are the same.
    path: Vec<Stop>,
    width: usize,
    certain: bool,
}

/// A box of a drawn path.
struct Stop {
    x: usize,
    text: String,
    full: String,
    is_last: bool,
}

struct ShownFrame {
    title: String,
    path: String,
    is_diff: bool,
    rows: Vec<Pair>,
}

/// Two lines side by side.
struct Pair {
    left: Cell,
    right: Cell,
    is_gap: bool,
}

#[derive(Default)]
struct Cell {
    number: String,
    tone: &'static str,
    spans: Vec<(&'static str, String)>,
}

/// Links with open drift over time.
struct Trend {
    line: String,
    area: String,
    most: usize,
    first: String,
    last: String,
    now: usize,
}

impl Page {
    fn of(report: &StandingReport<'_>) -> Page {
        let standing = report.standing;
        let problems = &report.verification.problems;
        Page {
            at: standing.at.chars().take(12).collect(),
            span: report.span(),
            tiles: tiles(report),
            trend: trend(report),
            coverage: report.coverage_line(),
            rows: standing.links.iter().map(|link| row(report, link)).collect(),
            sections: standing.drifted().map(|link| section(report, link)).collect(),
            parity: report.parity.shown().map(|one| (one.finding.message.clone(), place(one))).collect(),
            unmapped: standing.unmapped.iter().map(|(when, finding)| (commit(when), finding.message.clone())).collect(),
            hubs: report.hubs.iter().map(|hub| (hub.links, format!("{}#{}", hub.path, hub.symbol))).collect(),
            never_together: standing.never_together().map(|link| link.link.clone()).collect(),
            unresolved: problems
                .iter()
                .map(|one| (one.link.clone(), one.selector.clone(), one.kind.phrase()))
                .collect(),
            undecided: standing.undecided.iter().map(|(when, reason)| (commit(when), reason.clone())).collect(),
        }
    }
}

fn tiles(report: &StandingReport<'_>) -> Vec<Tile> {
    use crate::standing::State;
    let standing = report.standing;
    let tile = |number: String, label, tone| Tile { number, label, tone };
    let direct = standing.drifted().filter(|link| is_direct(link)).count();
    let oldest = standing.drifted().filter_map(LinkStanding::since).map(|since| report.days_since(since)).max();
    vec![
        tile(direct.to_string(), "drifted at the entry point", "bad"),
        tile((standing.count(State::Drifted) - direct).to_string(), "drifted through a callee", "warn"),
        tile(oldest.map_or("–".to_owned(), |days| days.to_string()), "days, the oldest open drift", "plain"),
        tile(standing.count(State::Acknowledged).to_string(), "acknowledged", "plain"),
        tile(standing.count(State::InSync).to_string(), "in sync", "good"),
        tile(standing.count(State::Unresolved).to_string(), "not judged: an end points at nothing", "plain"),
    ]
}

fn trend(report: &StandingReport<'_>) -> Option<Trend> {
    let weeks = &report.standing.trend;
    let most = weeks.iter().map(|(_, open)| *open).max().filter(|most| *most > 0 && weeks.len() > 1)?;
    let point = |(at, (_, open)): (usize, &(jiff::civil::Date, usize))| {
        let x = WIDTH * at as f64 / (weeks.len() - 1) as f64;
        let y = HEIGHT - HEIGHT * *open as f64 / most as f64;
        format!("{x:.1},{y:.1}")
    };
    let line: Vec<String> = weeks.iter().enumerate().map(point).collect();
    let line = line.join(" ");
    Some(Trend {
        area: format!("0,{HEIGHT} {line} {WIDTH},{HEIGHT}"),
        line,
        most,
        first: weeks.first()?.0.to_string(),
        last: weeks.last()?.0.to_string(),
        now: weeks.last()?.1,
    })
}

fn row(report: &StandingReport<'_>, link: &LinkStanding) -> Row {
    Row {
        link: link.link.clone(),
        state: word(link.state),
        severity: link.severity().map(word).unwrap_or_default(),
        since: link.since().map(|since| since.date.to_string()).unwrap_or_default(),
        days: link.since().map(|since| report.days_since(since)),
        commits: link.steps.len(),
        python: link.python_since().len(),
        has_section: !link.steps.is_empty(),
    }
}

fn section(report: &StandingReport<'_>, link: &LinkStanding) -> Section {
    let steps = link.steps.iter().enumerate().map(|(at, step)| {
        // The last ones are what the code is like now.
        let is_shown = at + MOST_EXHIBITS >= link.steps.len();
        let exhibit = report.exhibits.get(&(link.link.clone(), step.moment.commit.clone()));
        shown_step(step, exhibit.filter(|_| is_shown))
    });
    Section {
        link: link.link.clone(),
        severity: link.severity().map(word).unwrap_or_default(),
        why: report.why(&link.link).to_owned(),
        python: python_since(link),
        owners: link.owners.join(", "),
        steps: steps.collect(),
        commands: commands(link),
    }
}

fn shown_step(step: &Step, exhibit: Option<&Finding>) -> ShownStep {
    ShownStep {
        commit: commit(&step.moment),
        severity: word(step.severity),
        reached: step.shown().iter().map(shown_change).collect(),
        frames: exhibit.map(|finding| finding.frames.iter().map(shown_frame).collect()).unwrap_or_default(),
    }
}

fn commit(moment: &Moment) -> Commit {
    Commit {
        short: moment.short().to_owned(),
        date: moment.date.to_string(),
        author: moment.author.clone(),
        subject: moment.subject.clone(),
    }
}

fn shown_change(reached: &ReachedBy) -> ShownChange {
    const BOX: usize = 220;
    let names = if reached.is_direct() { &[][..] } else { &reached.via[..] };
    let stop = |(at, name): (usize, &String)| {
        let last = name.rsplit("::").next().unwrap_or(name);
        let text: String = if last.is_empty() { "file scope".to_owned() } else { last.chars().take(26).collect() };
        Stop { x: at * BOX, text, full: name.clone(), is_last: at + 1 == names.len() }
    };
    ShownChange {
        name: reached.name().to_owned(),
        facets: facets(reached).join(", "),
        path: names.iter().enumerate().map(stop).collect(),
        width: names.len() * BOX,
        certain: reached.certain,
    }
}

fn shown_frame(frame: &Frame) -> ShownFrame {
    let language = Language::of_path(&frame.path).unwrap_or(Language::Yaml);
    let code: Vec<String> = frame.lines.iter().map(|line| line.text.clone()).collect();
    let spans = highlight::lines(&code, language);
    let mut rows: Vec<Pair> = Vec::new();
    let mut removed: Vec<Cell> = Vec::new();
    let mut added: Vec<Cell> = Vec::new();
    let is_diff = frame.lines.iter().any(|line| matches!(line.mark, Mark::Added | Mark::Removed));
    for (line, spans) in frame.lines.iter().zip(spans) {
        match line.mark {
            Mark::Removed => removed.push(cell(line, "removed", &spans)),
            Mark::Added => added.push(cell(line, "added", &spans)),
            Mark::Context | Mark::Highlighted | Mark::Gap => {
                side_by_side(&mut rows, &mut removed, &mut added);
                let tone = if line.mark == Mark::Highlighted { "marked" } else { "" };
                let left = Cell { number: String::new(), ..cell(line, tone, &spans) };
                rows.push(Pair { left, right: cell(line, tone, &spans), is_gap: line.mark == Mark::Gap });
            }
        }
    }
    side_by_side(&mut rows, &mut removed, &mut added);
    ShownFrame { title: frame.title.clone(), path: frame.path.to_string(), is_diff, rows }
}

/// Puts what was removed beside what was added.
fn side_by_side(rows: &mut Vec<Pair>, removed: &mut Vec<Cell>, added: &mut Vec<Cell>) {
    let mut left = removed.drain(..);
    let mut right = added.drain(..);
    loop {
        let pair = (left.next(), right.next());
        if pair.0.is_none() && pair.1.is_none() {
            return;
        }
        let (left, right) = (pair.0.unwrap_or_default(), pair.1.unwrap_or_default());
        rows.push(Pair { left, right, is_gap: false });
    }
}

fn cell(line: &FrameLine, tone: &'static str, spans: &[Span]) -> Cell {
    let spans = spans.iter().map(|(text, style)| (highlight::class(*style), text.clone()));
    Cell { number: line.number.to_string(), tone, spans: spans.collect() }
}
