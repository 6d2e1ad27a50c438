//! Findings about links: what changed on the C++ side, how it reaches the entry point, and the twin left behind.

use super::{Finding, Frame, Spot, Stop, frame, listed};
use crate::change::{Change, What};
use crate::corpus::{Corpus, Side};
use crate::ends::{ResolvedEnd, ResolvedLink};
use crate::impact::Impact;
use crate::ladder::{Facet, Rung};
use crate::mapping::{Mapping, Touch};
use crate::rules::{self, Severity};

/// Changed symbols that are shown as code; the rest is listed.
const MOST_FRAMES: usize = 2;

/// Links that are named where one change reaches many.
const MOST_LINKS: usize = 6;

/// Facets that are listed.
const MOST_FACETS: usize = 8;

/// A Python end that did not follow.
#[derive(Clone, Copy)]
pub struct LeftBehind<'a> {
    pub end: &'a ResolvedEnd<'a>,
    /// How deep it changed all the same.
    pub rung: Option<Rung>,
}

/// What the findings about one link are made from.
pub struct Case<'a> {
    pub link: &'a ResolvedLink<'a>,
    /// The impacts that count for the link, the strongest first.
    pub impacts: Vec<&'a Impact>,
    /// The Python ends that did not change in a way that counts.
    pub left_behind: Vec<LeftBehind<'a>>,
    pub changes: &'a [Change],
    pub mapping: &'a Mapping,
    pub corpus: &'a Corpus<'a>,
}

/// Changes on which the same drifted links depend, and how.
pub struct Hub<'a> {
    pub changes: Vec<&'a Change>,
    pub links: Vec<(&'a ResolvedLink<'a>, &'a Impact)>,
}

impl Hub<'_> {
    /// Whether the link depends on one of the changes.
    pub fn has(&self, link: &ResolvedLink<'_>) -> bool {
        self.links.iter().any(|(known, _)| known.link.id == link.link.id)
    }
}

/// Something changed that many C++ ends depend on, and their Python ends did not.
pub fn hub(hub: &Hub<'_>, corpus: &Corpus<'_>) -> Finding {
    // A declaration and its definition have one name.
    let mut seen = std::collections::BTreeSet::new();
    let names = hub.changes.iter().map(|change| name(change)).filter(|name| seen.insert(*name));
    let names: Vec<&str> = names.collect();
    let ids: Vec<&str> = hub.links.iter().map(|(link, _)| &*link.link.id).collect();
    let message =
        format!("{} changed, {} links depend on it, and their Python did not follow", listed(&names, 2), ids.len());
    let certain: Vec<_> = hub.links.iter().filter(|(_, impact)| impact.certain).collect();
    let mut finding = Finding::of(&rules::HUB_CHANGE, message);
    if certain.is_empty() {
        finding.severity = Severity::Note;
    }
    finding.frames = hub.changes.iter().take(MOST_FRAMES).map(|change| frame::changed(change, corpus)).collect();
    finding.place_at(hub.changes.first().copied(), corpus);
    finding.notes.extend(hub.changes.iter().take(1).flat_map(|change| facets(&change.facets)));
    finding.notes.push(format!("links: {}", listed(&ids, MOST_LINKS)));
    let shortest = certain.into_iter().chain(&hub.links).min_by_key(|(_, impact)| (!impact.certain, impact.via.len()));
    finding.stops = shortest.map_or(Vec::new(), |(_, impact)| stops(impact, finding.spot.as_ref(), None, corpus));
    finding.notes.extend(shortest.map(|(link, impact)| format!("path to `{}`: {}", link.link.id, steps(impact))));
    finding.links = ids.into_iter().map(str::to_owned).collect();
    finding.help = Some(format!(
        "ask once whether Python code can see the difference; what depends on it: `drift graph '{}' --dependents`\n\
         or say why nothing need follow: `drift ack LINK{} --reason '…'`, for any of the links",
        names.first().copied().unwrap_or_default(),
        corpus.range(),
    ));
    finding
}

/// The C++ end changed, or something it depends on, and the Python end did not.
pub fn drifted(case: &Case<'_>, severity: Severity) -> Option<Finding> {
    let first = case.impacts.first()?;
    let rule = if first.is_direct() { &rules::DRIFTED_LINK } else { &rules::DRIFTED_THROUGH_CALLEE };
    let mut finding = case.finding(rule, case.message(first));
    finding.severity = severity;
    finding.frames.extend(case.left_behind.iter().find_map(|left| left.frame(case.corpus)));
    finding.frames.extend(frame::linked_here(case.link.link, case.mapping));
    finding.notes = case.notes();
    finding.help = Some(case.help());
    let twin = case.left_behind.iter().find_map(|left| left.stop(case.corpus));
    finding.stops = stops(first, finding.spot.as_ref(), twin, case.corpus);
    Some(finding)
}

/// The C++ end changed; the Python end was touched, and does what it did before.
pub fn cosmetic_python(case: &Case<'_>, end: &ResolvedEnd<'_>, change: &Change) -> Finding {
    let message = format!(
        "`{}` was touched, but only its {}: it still does what it did before `{}` changed",
        end.selector,
        change.rung,
        case.impacts.first().map_or("the C++ end", |impact| case.symbol_of(impact)),
    );
    let mut finding = Finding::of(&rules::COSMETIC_PYTHON_CHANGE, message);
    finding.link = Some(case.link.link.id.clone());
    finding.frames = vec![frame::changed(change, case.corpus)];
    finding.place_at(Some(change), case.corpus);
    finding.help = Some(format!("change what it does, or see what it has to follow: `{}`", case.explain()));
    finding
}

/// The Python end did not follow, and somebody says why it need not.
pub fn acknowledged(case: &Case<'_>, said: Vec<String>) -> Option<Finding> {
    let first = case.impacts.first()?;
    let mut finding = case.finding(&rules::ACKNOWLEDGED_DRIFT, case.message(first));
    finding.frames.clear();
    finding.notes = said;
    finding.help = Some(format!("a further edit voids the ack; what the two ends share: `{}`", case.explain()));
    Some(finding)
}

/// The link could not be judged.
pub fn undecided(case: &Case<'_>, reasons: &[String]) -> Finding {
    let message = format!("`{}` could not be judged: {}", case.link.link.id, reasons.join("; "));
    let mut finding = case.finding(&rules::UNDECIDED_LINK, message);
    if finding.path.is_none() {
        let selector = case.link.ends().find(|end| end.unreadable_change().is_some()).map(|end| end.selector);
        finding.path = selector.map(|selector| selector.path.clone());
    }
    finding.frames.extend(frame::linked_here(case.link.link, case.mapping));
    finding.notes = case.notes();
    finding.help = Some(format!("compare the two ends by hand, starting from `{}`", case.explain()));
    finding
}

impl Case<'_> {
    /// A finding at the first change, with the code of the first few.
    fn finding(&self, rule: &'static rules::Rule, message: String) -> Finding {
        let shown = self.shown().iter().map(|impact| self.change(impact));
        let frames: Vec<Frame> = shown.map(|change| frame::changed(change, self.corpus)).collect();
        let mut finding = Finding::of(rule, message);
        finding.link = Some(self.link.link.id.clone());
        finding.frames = frames;
        finding.place_at(self.impacts.first().map(|impact| self.change(impact)), self.corpus);
        finding
    }

    fn message(&self, first: &Impact) -> String {
        let what = match self.change(first).what {
            What::Added => "was added",
            What::Removed => "was removed",
            What::Modified => "changed what it does",
            What::Moved => "moved",
        };
        let changed = self.symbol_of(first);
        match first.via.first().filter(|_| !first.is_direct()) {
            Some(end) => format!("`{changed}` {what}, `{}` depends on it, and {}", end.symbol, self.twins()),
            None => format!("`{changed}` {what}, and {}", self.twins()),
        }
    }

    fn twins(&self) -> String {
        if self.left_behind.is_empty() {
            return "no selector of its Python end resolves".to_owned();
        }
        let ends: Vec<&str> = self.left_behind.iter().map(|left| symbol(left.end)).collect();
        let which = if self.link.link.touch == Touch::All {
            "not all of its Python followed"
        } else {
            "its Python did not follow"
        };
        format!("{which}: {}", listed(&ends, 2))
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        notes.extend(self.shown().iter().take(1).flat_map(|first| facets(&self.change(first).facets)));
        for impact in self.shown() {
            notes.extend(self.route(impact));
            notes.extend(self.doubt(impact));
        }
        notes.dedup();
        notes.extend(self.rest());
        notes.extend((!self.link.link.why.is_empty()).then(|| format!("shared: {}", self.link.link.why)));
        notes.extend(self.tests());
        let known = self.link.link.known_differences.iter();
        notes.extend(known.map(|difference| format!("known difference: {difference}")));
        notes
    }

    /// What shows that both ends agree, and has to go on showing it.
    fn tests(&self) -> Option<String> {
        let tests: Vec<&str> = self.link.link.tests.iter().map(String::as_str).collect();
        (!tests.is_empty()).then(|| format!("tested by {}", listed(&tests, 3)))
    }

    /// The impacts that are shown as code: where the end itself changed, nothing that it depends on.
    fn shown(&self) -> &[&Impact] {
        let direct = self.impacts.iter().filter(|impact| impact.is_direct()).count();
        let most = if direct > 0 { direct } else { self.impacts.len() };
        &self.impacts[..most.min(MOST_FRAMES)]
    }

    fn route(&self, impact: &Impact) -> Option<String> {
        (!impact.is_direct()).then(|| format!("path: {}", steps(impact)))
    }

    fn doubt(&self, impact: &Impact) -> Option<String> {
        if !self.change(impact).certain {
            let name = self.symbol_of(impact);
            return Some(format!(
                "the syntax of `{name}` could not be read in full: the change may be smaller than it looks"
            ));
        }
        (!impact.certain).then(|| "one step of the path could mean several things: it may not lead here".to_owned())
    }

    /// The impacts that are not shown as code.
    fn rest(&self) -> Option<String> {
        let rest: Vec<&str> =
            self.impacts.iter().skip(self.shown().len()).map(|impact| self.symbol_of(impact)).collect();
        (!rest.is_empty()).then(|| format!("also changed: {}", listed(&rest, 5)))
    }

    fn help(&self) -> String {
        match self.left_behind.first() {
            Some(left) => format!(
                "update `{}`; what the two ends share: `{}`\n\
                 or say why it need not follow: `drift ack {}{} --reason '…'`",
                left.end.selector,
                self.explain(),
                self.link.link.id,
                self.corpus.range(),
            ),
            None => format!("point the link at the Python that simulates it: `{}`", self.explain()),
        }
    }

    fn explain(&self) -> String {
        format!("drift explain {}", self.link.link.id)
    }

    fn change(&self, impact: &Impact) -> &Change {
        &self.changes[impact.change]
    }

    fn symbol_of(&self, impact: &Impact) -> &str {
        name(self.change(impact))
    }
}

impl Finding {
    /// Its place is the first changed line of a change, whose frame comes first; it is about that change.
    fn place_at(&mut self, change: Option<&Change>, corpus: &Corpus<'_>) {
        let Some(change) = change else { return };
        let lines = change.after.or(change.before);
        self.path = Some(change.path.clone());
        self.line = self.frames.first().and_then(frame::first_changed_line).or(lines.map(|lines| lines.start));
        self.spot = self.frames.first().and_then(|frame| Spot::of_change(change, frame, corpus));
        let (before, after) = change.fingerprints;
        self.subject = format!("{} {before:032x} {after:032x}", change.symbol);
    }
}

/// The name of the changed symbol; the path for what is outside all symbols.
fn name(change: &Change) -> &str {
    if change.symbol.is_empty() { &change.path } else { &change.symbol }
}

/// A name as people read it; what is outside all symbols has none.
fn shown(name: &str) -> &str {
    if name.is_empty() { "file scope" } else { name }
}

/// From what changed, by each step that uses it, to the entry point and its twin. A step that is gone is left out.
fn stops(impact: &Impact, changed: Option<&Spot>, twin: Option<Stop>, corpus: &Corpus<'_>) -> Vec<Stop> {
    let last = impact.via.len().saturating_sub(1);
    let steps = impact.via.iter().enumerate().rev().filter_map(|(at, step)| {
        let name = shown(&step.symbol);
        let what = match at {
            0 if last == 0 => format!("the entry point `{name}` changed"),
            0 => format!("the entry point `{name}` depends on it"),
            at if at == last => format!("`{name}` changed"),
            _ => format!("`{name}` depends on it"),
        };
        let whole = || Spot::span(&step.path, step.lines?, corpus);
        let spot = if at == last { changed.cloned().or_else(whole) } else { whole() };
        Some(Stop { what, symbol: step.symbol.clone(), spot: spot? })
    });
    steps.chain(twin).collect()
}

fn steps(impact: &Impact) -> String {
    let names: Vec<&str> = impact.names().into_iter().map(shown).collect();
    names.join(" → ")
}

impl LeftBehind<'_> {
    fn frame(&self, corpus: &Corpus<'_>) -> Option<Frame> {
        let title = match self.rung {
            Some(rung) => format!("its twin, only {rung} changed"),
            None => "its twin, unchanged".to_owned(),
        };
        frame::beginning(&title, self.end, corpus)
    }

    fn stop(&self, corpus: &Corpus<'_>) -> Option<Stop> {
        let picked = self.end.picked(Side::After)?;
        let piece = picked.pieces.iter().find(|piece| piece.root)?;
        let what = format!("`{}` simulates it and did not follow", symbol(self.end));
        Some(Stop { what, symbol: piece.name.clone(), spot: Spot::span(&picked.path, piece.lines, corpus)? })
    }
}

/// What a selector says after `#`, or its path.
fn symbol<'s>(end: &'s ResolvedEnd<'_>) -> &'s str {
    end.selector.text.split_once('#').map_or(&*end.selector.text, |(_, symbol)| symbol)
}

fn facets(facets: &[Facet]) -> Vec<String> {
    let mut lines: Vec<String> = facets.iter().take(MOST_FACETS).map(line).collect();
    if facets.len() > MOST_FACETS {
        lines.push(format!("{} more", facets.len() - MOST_FACETS));
    }
    lines
}

fn line(facet: &Facet) -> String {
    match (&facet.before, &facet.after) {
        (Some(before), Some(after)) => format!("{}: {before} → {after}", facet.kind),
        (Some(before), None) => format!("{}: no longer {before}", facet.kind),
        (None, Some(after)) => format!("{}: now {after}", facet.kind),
        (None, None) => facet.kind.to_string(),
    }
}
