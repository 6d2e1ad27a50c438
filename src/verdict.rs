//! Verdicts: the judgement on each link.
//!
//! Where several verdicts fit, the first of these is given: `undecided`, `drifted`, `unresolved` by this range,
//! `co-changed`, `acknowledged`, `unresolved` since before, `cosmetic`, `untouched`. A link is `unresolved` since before when a whole end
//! of it is: then `cosmetic` would hide that nothing was looked at. Where other selectors of the end resolve, the link is
//! judged by those, and the stale ones are told in a finding.

mod hubs;
mod idle;
mod unmapped;

use crate::change::{Change, Skipped};
use crate::corpus::Corpus;
use crate::ends::{Defect, Place, ResolvedEnd, ResolvedLink};
use crate::finding::ack;
use crate::finding::alarm::{self, Case, LeftBehind};
use crate::finding::place::{self, Lost};
use crate::finding::{self, Finding, Severity};
use crate::impact::{Impact, Places, counts};
use crate::ladder::Rung;
use crate::mapping::acks::{Acknowledgement, Acks};
use crate::mapping::{Mapping, Touch};
use crate::symbols::Language;
pub use hubs::HUB_LINKS;
use hubs::Hubs;

/// The judgement on one link; see `docs/glossary.md`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    Untouched,
    Cosmetic,
    CoChanged,
    Acknowledged,
    Unresolved,
    Drifted,
    Undecided,
}

/// A link, judged.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Judged {
    pub link: String,
    pub verdict: Verdict,
    pub severity: Option<Severity>,
    pub impacts: Vec<Impact>,
    pub python: Vec<PythonEnd>,
}

/// One Python selector of a link, and how deep it changed; `None` when it did not.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct PythonEnd {
    pub selector: String,
    pub rung: Option<Rung>,
}

/// Everything `drift check` has to say; every format renders this one value.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Report {
    pub before: String,
    pub after: String,
    pub outcome: Outcome,
    /// Sorted by link id.
    pub links: Vec<Judged>,
    /// How many links were judged, those included that were left out of `links` since.
    pub judged: usize,
    pub changes: Vec<Change>,
    /// Worst first, then by place.
    pub findings: Vec<Finding>,
    pub skipped: Vec<Skipped>,
    pub files_parsed: usize,
    /// How many changed C++ files each glob of the scope covers, where there are any.
    pub touched: Vec<Touched>,
}

/// How much of a judgement is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    All,
    /// Nothing about selectors that pointed at nothing before the range.
    New,
}

/// A glob of the scope, and the changed files that it covers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Touched {
    pub glob: String,
    pub files: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    Clean,
    Drifted,
    Undecided,
}

/// Judges every link. `impacts` are those of the links, in the same order.
pub fn judge(links: &[ResolvedLink<'_>], impacts: Vec<Vec<Impact>>, changes: &[Change], acks: &Acks) -> Vec<Judged> {
    let places = Places::of(changes, &[Language::Python]);
    let judged = links.iter().zip(impacts).map(|(link, impacts)| {
        let python = python_rungs(link, &places, changes);
        let (verdict, severity) = Bench { link, impacts: &impacts, python: &python, changes, acks }.verdict();
        let python = link.python.iter().zip(python);
        let python = python.map(|(end, rung)| PythonEnd { selector: end.selector.text.clone(), rung }).collect();
        Judged { link: link.link.id.clone(), verdict, severity, impacts, python }
    });
    judged.collect()
}

/// What a person is told: about links, selectors and files. `judged` are the verdicts on the links, in the same order.
pub fn findings(
    links: &[ResolvedLink<'_>],
    judged: &[Judged],
    changes: &[Change],
    mapping: &Mapping,
    corpus: &Corpus<'_>,
    told: Told,
) -> Vec<Finding> {
    let places = Places::of(changes, &[Language::Python]);
    let rungs: Vec<Vec<Option<Rung>>> = judged.iter().map(Judged::python_rungs).collect();
    let mut benches = Vec::new();
    for ((link, judged), python) in links.iter().zip(judged).zip(&rungs) {
        benches.push((judged, Bench { link, impacts: &judged.impacts, python, changes, acks: &mapping.acks }));
    }
    let drifted = benches.iter().filter(|(judged, _)| judged.verdict == Verdict::Drifted);
    let hubs = Hubs::of(drifted.map(|(_, bench)| (bench.link, bench.unanswered())));
    let mut findings = hubs.findings(changes, corpus);
    for (judged, bench) in &benches {
        findings.extend(bench.findings(judged, &hubs, &places, mapping, corpus));
    }
    findings.extend(idle::acks(links, judged, changes, &mapping.acks));
    let lost: Vec<Lost<'_>> = lost(links).filter(|lost| told == Told::All || !lost.defect.is_stale()).collect();
    findings.extend(place::lost(&lost, changes, mapping, corpus));
    findings.extend(unmapped::bindings(links, changes, mapping, corpus));
    let skipped = corpus.skipped.iter();
    findings.extend(skipped.map(|file| place::unreadable_change(&file.path, &file.reason, corpus.remedy())));
    let changed = changes.iter().filter(|change| change.language == Language::Cpp);
    let may_reach = changed.into_iter().any(|change| links.iter().any(|link| counts(link.link, change.rung)));
    findings.extend(corpus.unreadable_unchanged().map(|(path, reason)| {
        let is_way = may_reach && Language::of_path(path) == Some(Language::Cpp);
        place::unreadable_unchanged(path, &reason, corpus.remedy(), is_way)
    }));
    findings.iter_mut().for_each(|finding| finding.find_spot(mapping, corpus));
    finding::sort(&mut findings);
    findings
}

impl Report {
    /// Adds findings from outside the judgement, such as those about the mapping itself.
    pub fn with_findings(mut self, more: Vec<Finding>) -> Report {
        self.findings.extend(more);
        finding::sort(&mut self.findings);
        self
    }
}

impl Report {
    /// Forgets the links that nothing happened to, and the code that findings show: what is left fits on a line for each
    /// of thousands of commits.
    pub fn brief(mut self) -> Report {
        let is_new = |judged: &Judged| judged.verdict != Verdict::Untouched && !judged.is_stale();
        self.links.retain(|judged| is_new(judged) || judged.python.iter().any(|end| end.rung.is_some()));
        self.findings.iter_mut().for_each(|finding| finding.frames = Vec::new());
        self
    }

    /// Forgets the changes that reach no link: a report is kept and shown without them.
    pub fn without_idle_changes(mut self) -> Report {
        let mut places = vec![None; self.changes.len()];
        for impact in self.links.iter().flat_map(|judged| &judged.impacts) {
            places[impact.change] = Some(0);
        }
        let mut kept = Vec::new();
        for (place, change) in places.iter_mut().zip(self.changes) {
            if place.is_some() {
                *place = Some(kept.len());
                kept.push(change);
            }
        }
        for impact in self.links.iter_mut().flat_map(|judged| &mut judged.impacts) {
            impact.change = places[impact.change].expect("every change that an impact names is kept");
        }
        self.changes = kept;
        self
    }
}

impl Judged {
    /// Its selectors pointed at nothing before the range already.
    pub fn is_stale(&self) -> bool {
        self.verdict == Verdict::Unresolved && self.severity != Some(Severity::Error)
    }

    /// Its Python end does something else than before.
    pub fn has_python_change(&self) -> bool {
        self.python.iter().any(|end| end.rung == Some(Rung::Semantic))
    }

    fn python_rungs(&self) -> Vec<Option<Rung>> {
        self.python.iter().map(|end| end.rung).collect()
    }
}

impl Outcome {
    pub fn of(judged: &[Judged]) -> Outcome {
        let any = |verdict: Verdict| judged.iter().any(|judged| judged.verdict == verdict);
        match () {
            () if any(Verdict::Undecided) => Outcome::Undecided,
            () if any(Verdict::Drifted) => Outcome::Drifted,
            () => Outcome::Clean,
        }
    }
}

/// One link on trial.
struct Bench<'a> {
    link: &'a ResolvedLink<'a>,
    impacts: &'a [Impact],
    /// How deep each Python end changed.
    python: &'a [Option<Rung>],
    changes: &'a [Change],
    acks: &'a Acks,
}

impl<'a> Bench<'a> {
    fn verdict(&self) -> (Verdict, Option<Severity>) {
        let defects: Vec<Defect> = self.link.ends().filter_map(|end| defect(self.link, end)).collect();
        let has = |wanted: &[Defect]| defects.iter().any(|defect| wanted.contains(defect));
        let drift = self.drift(&self.unanswered());
        if !self.reasons().is_empty() {
            (Verdict::Undecided, Some(Severity::Error))
        } else if drift.is_some() {
            (Verdict::Drifted, drift)
        } else if has(&[Defect::Broken, Defect::Renamed]) {
            (Verdict::Unresolved, Some(Severity::Error))
        } else if self.followed() && !self.counting().is_empty() {
            (Verdict::CoChanged, None)
        } else if self.drift(&self.counting()).is_some() {
            (Verdict::Acknowledged, Some(Severity::Note))
        } else if is_all_stale(&self.link.cpp) || is_all_stale(&self.link.python) {
            (Verdict::Unresolved, Some(Severity::Warning))
        } else if !self.impacts.is_empty() {
            (Verdict::Cosmetic, None)
        } else {
            (Verdict::Untouched, None)
        }
    }

    /// How bad it is that the Python end did not follow these, if it had to.
    fn drift(&self, impacts: &[&Impact]) -> Option<Severity> {
        let strongest = impacts.first()?;
        if self.followed() || self.has_no_twin() {
            return None;
        }
        Some(match (strongest.is_direct(), strongest.certain) {
            (true, _) => Severity::Error,
            (false, true) => Severity::Warning,
            (false, false) => Severity::Note,
        })
    }

    /// Why the link cannot be judged.
    fn reasons(&self) -> Vec<String> {
        let unreadable = |ends: &[ResolvedEnd<'_>]| {
            let reasons = ends.iter().filter_map(|end| Some((&end.selector.path, end.unreadable_change()?)));
            let mut reasons: Vec<String> =
                reasons.map(|(path, reason)| format!("`{path}` changed and was not compared: {reason}")).collect();
            reasons.dedup();
            reasons
        };
        let mut reasons = unreadable(&self.link.cpp);
        let counting = self.counting();
        if !counting.is_empty() && !self.followed() {
            reasons.extend(unreadable(&self.link.python));
        }
        reasons
    }

    /// The impacts that count, the strongest first.
    fn counting(&self) -> Vec<&'a Impact> {
        let counts = |impact: &&Impact| counts(self.link.link, self.changes[impact.change].rung);
        self.impacts.iter().filter(counts).collect()
    }

    /// Those of them that no ack covers.
    fn unanswered(&self) -> Vec<&'a Impact> {
        self.counting().into_iter().filter(|impact| self.answers(impact).is_empty()).collect()
    }

    fn answers(&self, impact: &Impact) -> Vec<Acknowledgement<'a>> {
        self.acks.covering(&self.link.link.id, &self.changes[impact.change])
    }

    /// Enough Python ends changed in a way that counts. Stale ones cannot, and are told elsewhere.
    fn followed(&self) -> bool {
        let ends = self.link.python.iter().zip(self.python);
        let mut alive = ends.filter(|(end, _)| !is_stale(end)).map(|(_, rung)| self.has_followed(*rung)).peekable();
        match self.link.link.touch {
            Touch::Any => alive.any(|followed| followed),
            Touch::All => alive.peek().is_some() && alive.all(|followed| followed),
        }
    }

    fn has_followed(&self, rung: Option<Rung>) -> bool {
        rung.is_some_and(|rung| counts(self.link.link, rung))
    }

    /// Dynamo has no such code yet, or no longer: there is nothing that could be left behind.
    fn has_no_twin(&self) -> bool {
        is_all_stale(&self.link.python)
    }

    fn findings(
        &self,
        judged: &Judged,
        hubs: &Hubs<'_>,
        places: &Places<'_>,
        mapping: &Mapping,
        corpus: &Corpus<'_>,
    ) -> Vec<Finding> {
        let ends = self.link.python.iter().zip(self.python).filter(|(end, _)| !is_stale(end));
        let left_behind = ends.filter(|(_, rung)| !self.has_followed(**rung));
        let left_behind = left_behind.map(|(end, rung)| LeftBehind { end, rung: *rung }).collect();
        let (link, changes) = (self.link, self.changes);
        let is_drifted = judged.verdict == Verdict::Drifted;
        let impacts = if is_drifted { hubs.without(self.unanswered()) } else { self.counting() };
        let severity = self.drift(&impacts);
        let case = Case { link, impacts, left_behind, changes, mapping, corpus };
        match judged.verdict {
            Verdict::Undecided => vec![alarm::undecided(&case, &self.reasons())],
            Verdict::Drifted => {
                let drifted = severity.and_then(|severity| alarm::drifted(&case, severity)).into_iter();
                drifted.chain(self.cosmetic_python(&case, places)).collect()
            }
            Verdict::Acknowledged => {
                let answers: Vec<_> = case.impacts.iter().flat_map(|impact| self.answers(impact)).collect();
                alarm::acknowledged(&case, ack::said(&answers)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn cosmetic_python(&self, case: &Case<'_>, places: &Places<'_>) -> Vec<Finding> {
        let touched = case.left_behind.iter().filter(|left| left.rung.is_some());
        let findings = touched.filter_map(|left| {
            let change = &self.changes[*places.of_end(left.end).first()?];
            Some(alarm::cosmetic_python(case, left.end, change))
        });
        findings.collect()
    }
}

/// The deepest rung on which each Python end changed.
fn python_rungs(link: &ResolvedLink<'_>, places: &Places<'_>, changes: &[Change]) -> Vec<Option<Rung>> {
    let rung = |end| places.of_end(end).into_iter().map(|change| changes[change].rung).max();
    link.python.iter().map(rung).collect()
}

fn lost<'a>(links: &'a [ResolvedLink<'a>]) -> impl Iterator<Item = Lost<'a>> {
    let sides = links.iter().flat_map(|link| [(link, &link.cpp), (link, &link.python)]);
    sides.flat_map(|(link, side)| {
        let whole_end = is_all_stale(side);
        side.iter().filter_map(move |end| Some(Lost { link, end, defect: defect(link, end)?, whole_end }))
    })
}

fn is_all_stale(ends: &[ResolvedEnd<'_>]) -> bool {
    !ends.is_empty() && ends.iter().all(is_stale)
}

fn is_stale(end: &ResolvedEnd<'_>) -> bool {
    end.defect().is_some_and(Defect::is_stale)
}

/// What is wrong with an end, seen together with the others: where the range corrects the mapping, the selectors of
/// before and of after stand side by side, and what broke the one is what made the other.
fn defect(link: &ResolvedLink<'_>, end: &ResolvedEnd<'_>) -> Option<Defect> {
    let defect = end.defect()?;
    let side = if link.cpp.iter().any(|other| std::ptr::eq(other, end)) { &link.cpp } else { &link.python };
    let has_heir = match defect {
        Defect::Broken => side.iter().any(|other| is_new(other)),
        Defect::Renamed => side.iter().any(|other| !std::ptr::eq(other, end) && is_same_after(other, end)),
        _ => false,
    };
    (!has_heir).then_some(defect)
}

fn is_new(end: &ResolvedEnd<'_>) -> bool {
    !matches!(end.before, Place::Found(_)) && matches!(end.after, Place::Found(_))
}

fn is_same_after(a: &ResolvedEnd<'_>, b: &ResolvedEnd<'_>) -> bool {
    match (&a.after, &b.after) {
        (Place::Found(a), Place::Found(b)) => !a.renamed && a.path == b.path && a.pieces == b.pieces,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::change::What;
    use crate::ends::{Picked, Piece};
    use crate::impact::Step;
    use crate::mapping::{Link, Pattern, Relation, Selector};
    use crate::symbols::{Lines, SymbolKind};

    const LINES: Lines = Lines { start: 10, end: 20 };

    fn selector(text: &str) -> Selector {
        let (path, name) = text.split_once('#').expect("path#name");
        let (path, pattern) = (path.into(), Pattern::Name(name.to_owned()));
        Selector { repository: None, path, pattern, text: text.to_owned(), span: 0..0, source: 0 }
    }

    fn link(python: &[&str]) -> Link {
        Link {
            id: "apply".to_owned(),
            relation: Relation::Models,
            cpp: vec![selector("a.cpp#f")],
            python: python.iter().map(|text| selector(text)).collect(),
            names: Vec::new(),
            why: String::new(),
            touch: Touch::Any,
            depth: None,
            watch: Vec::new(),
            owners: Vec::new(),
            tests: Vec::new(),
            known_differences: Vec::new(),
            origin: (0, 0..0),
        }
    }

    fn found(selector: &Selector) -> Place {
        let Pattern::Name(name) = &selector.pattern else { panic!("a name") };
        let piece = Piece { index: 0, name: name.clone(), kind: SymbolKind::Function, lines: LINES, root: true };
        Place::Found(Picked { path: selector.path.clone(), pieces: vec![piece], ambiguous: false, renamed: false })
    }

    fn end(selector: &Selector) -> ResolvedEnd<'_> {
        ResolvedEnd { selector, before: found(selector), after: found(selector) }
    }

    fn resolved(link: &Link) -> ResolvedLink<'_> {
        let [cpp, python] = [&link.cpp, &link.python].map(|selectors| selectors.iter().map(end).collect());
        ResolvedLink { link, cpp, python }
    }

    fn change(place: &str, rung: Rung) -> Change {
        let (path, name) = place.split_once('#').expect("path#name");
        Change {
            language: Language::of_path(path).expect("a known language"),
            path: Arc::from(path),
            before_path: None,
            symbol: name.to_owned(),
            before_symbol: None,
            kind: SymbolKind::Function,
            what: What::Modified,
            rung,
            facets: Vec::new(),
            before: Some(LINES),
            after: Some(LINES),
            certain: true,
            fingerprints: (0, 1),
        }
    }

    fn impact(change: usize, via: &[&str], certain: bool) -> Impact {
        let step = |name: &&str| Step { symbol: (*name).to_owned(), path: "a.cpp".into(), lines: None };
        Impact { change, via: via.iter().map(step).collect(), certain }
    }

    fn verdict(link: &ResolvedLink<'_>, impacts: Vec<Impact>, changes: &[Change]) -> (Verdict, Option<Severity>) {
        let judged = judge(std::slice::from_ref(link), vec![impacts], changes, &Acks::default());
        (judged[0].verdict, judged[0].severity)
    }

    const DIRECT: &[&str] = &["f"];

    #[test]
    fn nothing_that_reaches_the_end_is_untouched() {
        let link = link(&["a.py#f"]);
        assert_eq!(verdict(&resolved(&link), Vec::new(), &[]), (Verdict::Untouched, None));
    }

    #[test]
    fn only_a_semantic_change_drifts() {
        let link = link(&["a.py#f"]);
        let cosmetic = [change("a.cpp#f", Rung::Layout)];
        let semantic = [change("a.cpp#f", Rung::Semantic)];
        let impacts = || vec![impact(0, DIRECT, true)];
        assert_eq!(verdict(&resolved(&link), impacts(), &cosmetic), (Verdict::Cosmetic, None));
        assert_eq!(verdict(&resolved(&link), impacts(), &semantic), (Verdict::Drifted, Some(Severity::Error)));
    }

    #[test]
    fn a_watched_rung_counts_on_both_sides() {
        let mut link = link(&["a.py#f"]);
        link.watch = vec![Rung::Message];
        let mut changes = vec![change("a.cpp#f", Rung::Message)];
        let impacts = || vec![impact(0, DIRECT, true)];
        assert_eq!(verdict(&resolved(&link), impacts(), &changes).0, Verdict::Drifted);
        changes.push(change("a.py#f", Rung::Message));
        assert_eq!(verdict(&resolved(&link), impacts(), &changes).0, Verdict::CoChanged);
    }

    #[test]
    fn python_must_change_what_it_does() {
        let link = link(&["a.py#f"]);
        let with = |rung| [change("a.cpp#f", Rung::Semantic), change("a.py#f", rung)];
        let impacts = || vec![impact(0, DIRECT, true)];
        assert_eq!(verdict(&resolved(&link), impacts(), &with(Rung::Layout)).0, Verdict::Drifted);
        assert_eq!(verdict(&resolved(&link), impacts(), &with(Rung::Semantic)), (Verdict::CoChanged, None));
    }

    #[test]
    fn touch_all_asks_for_every_python_end() {
        let mut link = link(&["a.py#f", "b.py#g"]);
        let changes = [change("a.cpp#f", Rung::Semantic), change("b.py#g", Rung::Semantic)];
        let impacts = || vec![impact(0, DIRECT, true)];
        assert_eq!(verdict(&resolved(&link), impacts(), &changes).0, Verdict::CoChanged);
        link.touch = Touch::All;
        assert_eq!(verdict(&resolved(&link), impacts(), &changes).0, Verdict::Drifted);
    }

    #[test]
    fn severity_follows_the_path() {
        let link = link(&["a.py#f"]);
        let changes = [change("a.cpp#g", Rung::Semantic)];
        let through = |certain| verdict(&resolved(&link), vec![impact(0, &["f", "g"], certain)], &changes);
        assert_eq!(through(true), (Verdict::Drifted, Some(Severity::Warning)));
        assert_eq!(through(false), (Verdict::Drifted, Some(Severity::Note)));
    }

    #[test]
    fn a_selector_that_the_range_breaks_is_an_error() {
        let link = link(&["a.py#f"]);
        let mut ends = resolved(&link);
        ends.cpp[0].after = Place::Nothing;
        assert_eq!(verdict(&ends, Vec::new(), &[]), (Verdict::Unresolved, Some(Severity::Error)));
        ends.cpp[0].before = Place::NoFile;
        assert_eq!(verdict(&ends, Vec::new(), &[]), (Verdict::Unresolved, Some(Severity::Warning)));
    }

    #[test]
    fn a_corrected_selector_is_no_defect() {
        let mut link = link(&["a.py#f"]);
        link.cpp.push(selector("a.cpp#g"));
        let mut ends = resolved(&link);
        ends.cpp[0].after = Place::Nothing;
        ends.cpp[1].before = Place::Nothing;
        assert_eq!(verdict(&ends, Vec::new(), &[]), (Verdict::Untouched, None));
    }

    #[test]
    fn without_a_twin_nothing_is_left_behind() {
        let link = link(&["a.py#f"]);
        let mut ends = resolved(&link);
        let nothing = Place::Nothing;
        let changes = [change("a.cpp#f", Rung::Semantic)];
        for place in [Place::NoFile, nothing] {
            (ends.python[0].before, ends.python[0].after) = (place.clone(), place);
            let judged = verdict(&ends, vec![impact(0, DIRECT, true)], &changes);
            assert_eq!(judged, (Verdict::Unresolved, Some(Severity::Warning)));
        }
    }

    #[test]
    fn what_could_not_be_read_is_undecided() {
        let link = link(&["a.py#f"]);
        let unreadable = || Place::Unreadable { reason: "binary content".to_owned(), changed: true };
        let mut ends = resolved(&link);
        ends.python[0].after = unreadable();
        assert_eq!(verdict(&ends, Vec::new(), &[]).0, Verdict::Untouched);
        let changes = [change("a.cpp#f", Rung::Semantic)];
        let judged = verdict(&ends, vec![impact(0, DIRECT, true)], &changes);
        assert_eq!(judged, (Verdict::Undecided, Some(Severity::Error)));
        ends.cpp[0].before = unreadable();
        assert_eq!(verdict(&ends, Vec::new(), &[]).0, Verdict::Undecided);
    }

    #[test]
    fn a_change_in_unparsable_code_still_counts() {
        let link = link(&["a.py#f"]);
        let mut changes = [change("a.cpp#f", Rung::Semantic), change("a.py#f", Rung::Semantic)];
        changes[0].certain = false;
        let impacts = || vec![impact(0, DIRECT, true)];
        assert_eq!(verdict(&resolved(&link), impacts(), &changes[..1]).0, Verdict::Drifted);
        assert_eq!(verdict(&resolved(&link), impacts(), &changes).0, Verdict::CoChanged);
    }
}
