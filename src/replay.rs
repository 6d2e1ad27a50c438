//! Replays: what the check would have said of each commit of a range, and what that adds up to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::rules::Severity;
use crate::source::MISSING;
use crate::source::git::CommitFacts;
use crate::verdict::{HUB_LINKS, Judged, Outcome, Report, Verdict};

/// The commits of a range, each judged, in their order.
#[derive(Debug, Default)]
pub struct Replay {
    pub commits: Vec<Replayed>,
}

/// A commit, and what `check` says of it.
#[derive(Debug)]
pub struct Replayed {
    pub facts: CommitFacts,
    /// Or why it could not be judged.
    pub report: Result<Report, String>,
}

/// How many commits ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub commits: usize,
    /// An entry point itself changed, and its twin did not.
    pub errors: usize,
    /// At worst something that an entry point depends on changed.
    pub warnings: usize,
    pub notes: usize,
    /// A link changed on both sides, and nothing drifted.
    pub co_changed: usize,
    pub undecided: usize,
}

/// A link, and the commits that left it behind, by how bad that was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkTally {
    pub link: String,
    pub errors: usize,
    pub warnings: usize,
    pub notes: usize,
    pub co_changed: usize,
}

/// A changed symbol that reached many links at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    pub path: String,
    pub symbol: String,
    /// The most links that it reached in one commit.
    pub links: usize,
    pub commits: usize,
}

/// Commit, link and severity of a drift.
type Told = (String, String, Severity);

/// What an earlier replay told, as its JSON lines say it: with another mapping, another depth, another `drift`.
#[derive(Debug, Default)]
pub struct Earlier {
    told: BTreeSet<Told>,
}

/// How two replays differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Compared {
    pub only_now: Vec<Row>,
    pub only_then: Vec<Row>,
    pub both: usize,
}

/// A drift that only one of two replays tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub commit: String,
    pub link: String,
    pub severity: Severity,
}

impl Earlier {
    /// Reads JSON lines. The error says which line is none of a replay.
    pub fn parse(text: &str) -> Result<Earlier, String> {
        #[derive(serde::Deserialize)]
        struct Line {
            commit: String,
            #[serde(default)]
            links: Vec<Linked>,
        }
        #[derive(serde::Deserialize)]
        struct Linked {
            link: String,
            verdict: Verdict,
            severity: Option<Severity>,
        }
        let mut told = BTreeSet::new();
        for (number, line) in text.lines().enumerate() {
            let Line { commit, links } =
                serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))?;
            let drifted = links.into_iter().filter(|link| link.verdict == Verdict::Drifted);
            told.extend(drifted.filter_map(|link| Some((commit.clone(), link.link, link.severity?))));
        }
        Ok(Earlier { told })
    }
}

impl Replay {
    /// Whether a commit could not be judged for want of an object.
    pub fn lacks_objects(&self) -> bool {
        self.commits.iter().any(Replayed::lacks_objects)
    }

    /// Drops the commits before the first that could be judged, if there is one: they come before the mapping. Says how
    /// many those were, and why the last of them could not be judged.
    pub fn begin_with_the_first_judged(&mut self) -> Option<(usize, String)> {
        let first = self.commits.iter().position(|commit| commit.report.is_ok()).filter(|first| *first > 0)?;
        let dropped = self.commits.drain(..first).next_back()?;
        Some((first, dropped.report.err()?))
    }

    /// All commits together.
    pub fn tally(&self) -> Tally {
        tally(self.commits.iter())
    }

    /// The commits that change C++ files of each glob of the scope, in the order of the mapping.
    pub fn by_scope(&self) -> Vec<(String, Tally)> {
        let reports = self.commits.iter().filter_map(|commit| commit.report.as_ref().ok());
        let mut globs: Vec<&str> = Vec::new();
        for glob in reports.flat_map(|report| &report.touched).map(|touched| touched.glob.as_str()) {
            if !globs.contains(&glob) {
                globs.push(glob);
            }
        }
        globs.sort_unstable();
        let of = |glob: &str| tally(self.commits.iter().filter(|commit| commit.touches(glob)));
        globs.into_iter().map(|glob| (glob.to_owned(), of(glob))).collect()
    }

    /// The commits that change any C++ file of the scope.
    pub fn in_scope(&self) -> Tally {
        tally(self.commits.iter().filter(|commit| commit.is_in_scope()))
    }

    /// The commits that change any C++ file of the scope, by author: those with most alarms first, and none without one.
    pub fn by_author(&self) -> Vec<(String, Tally)> {
        let mut authors: BTreeMap<&str, Vec<&Replayed>> = BTreeMap::new();
        for commit in self.commits.iter().filter(|commit| commit.is_in_scope()) {
            authors.entry(&commit.facts.author).or_default().push(commit);
        }
        let tallies = authors.into_iter().map(|(author, commits)| (author.to_owned(), tally(commits.into_iter())));
        let mut tallies: Vec<(String, Tally)> =
            tallies.filter(|(_, tally)| tally.errors + tally.warnings > 0).collect();
        tallies.sort_by_key(|(_, tally)| std::cmp::Reverse((tally.errors, tally.warnings, tally.commits)));
        tallies
    }

    /// Week by week, from the first to the last; a week is named by its Monday.
    pub fn by_week(&self) -> Vec<(Date, Tally)> {
        let mut weeks: BTreeMap<Date, Vec<&Replayed>> = BTreeMap::new();
        for commit in &self.commits {
            weeks.entry(monday(commit.date())).or_default().push(commit);
        }
        let (Some(first), Some(last)) = (weeks.keys().next().copied(), weeks.keys().next_back().copied()) else {
            return Vec::new();
        };
        let all = first.series(7.days()).take_while(|week| *week <= last);
        all.map(|week| (week, tally(weeks.get(&week).into_iter().flatten().copied()))).collect()
    }

    /// The links that were left behind or changed together, those with most alarms first.
    pub fn by_link(&self) -> Vec<LinkTally> {
        let mut links: BTreeMap<&str, LinkTally> = BTreeMap::new();
        for judged in self.judged() {
            let count = match (judged.verdict, judged.severity) {
                (Verdict::Drifted, Some(Severity::Error)) => |link: &mut LinkTally| link.errors += 1,
                (Verdict::Drifted, Some(Severity::Warning)) => |link: &mut LinkTally| link.warnings += 1,
                (Verdict::Drifted, _) => |link: &mut LinkTally| link.notes += 1,
                (Verdict::CoChanged, _) => |link: &mut LinkTally| link.co_changed += 1,
                _ => continue,
            };
            count(links.entry(&judged.link).or_default());
        }
        let mut links: Vec<LinkTally> =
            links.into_iter().map(|(link, tally)| LinkTally { link: link.to_owned(), ..tally }).collect();
        links.sort_by_key(|link| std::cmp::Reverse((link.errors, link.warnings, link.notes, link.co_changed)));
        links
    }

    /// Changed symbols that reached [`HUB_LINKS`] links or more in one commit, the widest first.
    pub fn hubs(&self) -> Vec<Hub> {
        let mut hubs: BTreeMap<(String, String), Hub> = BTreeMap::new();
        for report in self.commits.iter().filter_map(|commit| commit.report.as_ref().ok()) {
            for ((path, symbol), links) in reached_links(report).into_iter().filter(|(_, links)| *links >= HUB_LINKS) {
                let key = (path.to_owned(), symbol.to_owned());
                let fresh = || Hub { path: path.to_owned(), symbol: symbol.to_owned(), links: 0, commits: 0 };
                let hub = hubs.entry(key).or_insert_with(fresh);
                hub.links = hub.links.max(links);
                hub.commits += 1;
            }
        }
        let mut hubs: Vec<Hub> = hubs.into_values().collect();
        hubs.sort_by_key(|hub| std::cmp::Reverse((hub.links, hub.commits)));
        hubs
    }

    /// How many drifted links there are at this severity or above, and of how many the Python end changed in a later
    /// commit of the replay within so many days: a sign that the alarm was right.
    pub fn followed(&self, least: Severity, days: u32) -> (usize, usize) {
        let mut changed: BTreeMap<&str, Vec<(usize, Date)>> = BTreeMap::new();
        for (at, commit) in self.commits.iter().enumerate() {
            for judged in commit.judged().filter(|judged| judged.has_python_change()) {
                changed.entry(&judged.link).or_default().push((at, commit.date()));
            }
        }
        let mut counts = (0, 0);
        for (at, commit) in self.commits.iter().enumerate() {
            let last = commit.date().saturating_add(i64::from(days).days());
            for judged in commit.drifted().filter(|judged| judged.severity >= Some(least)) {
                let later = changed.get(&*judged.link).into_iter().flatten();
                counts.0 += 1;
                counts.1 += usize::from(later.into_iter().any(|(when, date)| *when > at && *date <= last));
            }
        }
        counts
    }

    /// What is told here and not there, and the other way round.
    pub fn compared_with(&self, earlier: &Earlier) -> Compared {
        let here =
            |(commit, link, severity): &Told| Row { commit: commit.clone(), link: link.clone(), severity: *severity };
        let now: BTreeSet<Told> = self.commits.iter().flat_map(Replayed::told).collect();
        Compared {
            only_now: now.difference(&earlier.told).map(here).collect(),
            only_then: earlier.told.difference(&now).map(here).collect(),
            both: now.intersection(&earlier.told).count(),
        }
    }

    /// The commits at this severity, in their order.
    pub fn at(&self, severity: Severity) -> impl Iterator<Item = &Replayed> {
        self.commits.iter().filter(move |commit| commit.worst() == Some(severity))
    }

    fn judged(&self) -> impl Iterator<Item = &Judged> {
        self.commits.iter().flat_map(Replayed::judged)
    }
}

impl Replayed {
    /// How bad the worst drift of the commit is.
    pub fn worst(&self) -> Option<Severity> {
        self.drifted().filter_map(|judged| judged.severity).max()
    }

    /// The links that it left behind.
    pub fn drifted(&self) -> impl Iterator<Item = &Judged> {
        self.judged().filter(|judged| judged.verdict == Verdict::Drifted)
    }

    fn judged(&self) -> impl Iterator<Item = &Judged> {
        self.report.as_ref().map(|report| report.links.as_slice()).unwrap_or_default().iter()
    }

    fn told(&self) -> impl Iterator<Item = Told> {
        self.drifted().filter_map(|judged| Some((self.facts.commit.clone(), judged.link.clone(), judged.severity?)))
    }

    /// The day of the commit, in UTC.
    pub fn date(&self) -> Date {
        let time = Timestamp::from_second(self.facts.time).unwrap_or_default();
        time.to_zoned(TimeZone::UTC).date()
    }

    fn touches(&self, glob: &str) -> bool {
        self.report.as_ref().is_ok_and(|report| report.touched.iter().any(|touched| touched.glob == glob))
    }

    fn is_in_scope(&self) -> bool {
        self.report.as_ref().is_ok_and(|report| !report.touched.is_empty())
    }

    fn has(&self, verdict: Verdict) -> bool {
        self.report.as_ref().is_ok_and(|report| report.links.iter().any(|judged| judged.verdict == verdict))
    }

    fn lacks_objects(&self) -> bool {
        match &self.report {
            Ok(report) => report.skipped.iter().any(|skipped| skipped.reason.ends_with(MISSING)),
            Err(reason) => reason.contains(MISSING),
        }
    }

    fn is_undecided(&self) -> bool {
        self.report.as_ref().map_or(true, |report| report.outcome == Outcome::Undecided)
    }
}

fn tally<'a>(commits: impl Iterator<Item = &'a Replayed>) -> Tally {
    let mut tally = Tally::default();
    for commit in commits {
        tally.commits += 1;
        tally.undecided += usize::from(commit.is_undecided());
        match commit.worst() {
            Some(Severity::Error) => tally.errors += 1,
            Some(Severity::Warning) => tally.warnings += 1,
            Some(Severity::Note) => tally.notes += 1,
            None => tally.co_changed += usize::from(commit.has(Verdict::CoChanged)),
        }
    }
    tally
}

/// The Monday of the week of a day.
pub fn monday(date: Date) -> Date {
    date.saturating_sub(i64::from(date.weekday().to_monday_zero_offset()).days())
}

/// How many drifted links each changed symbol reached.
fn reached_links(report: &Report) -> BTreeMap<(&str, &str), usize> {
    let mut links: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for judged in report.links.iter().filter(|judged| judged.verdict == Verdict::Drifted) {
        for impact in &judged.impacts {
            let change = &report.changes[impact.change];
            links.entry((&change.path, &change.symbol)).or_default().insert(&judged.link);
        }
    }
    links.into_iter().map(|(symbol, links)| (symbol, links.len())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ladder::Rung;
    use crate::report::tests::sample;
    use crate::verdict::PythonEnd;

    fn replayed(day: i64, report: Report) -> Replayed {
        let facts = CommitFacts {
            commit: format!("{day:040}"),
            author: "A".to_owned(),
            time: day * 24 * 60 * 60,
            subject: "a change".to_owned(),
        };
        Replayed { facts, report: Ok(report) }
    }

    fn quiet() -> Report {
        let mut report = sample();
        report.links.retain(|judged| judged.verdict != Verdict::Drifted);
        report
    }

    #[test]
    fn commits_are_counted_by_their_worst_drift() {
        let lost = Replayed { report: Err("no mapping".to_owned()), ..replayed(5, quiet()) };
        let replay = Replay { commits: vec![replayed(4, sample()), lost, replayed(20, quiet())] };
        assert_eq!(replay.tally(), Tally { commits: 3, errors: 1, undecided: 1, ..Tally::default() });
        assert_eq!(replay.at(Severity::Error).count(), 1);
        assert_eq!(replay.by_link()[0], LinkTally { link: "apply".to_owned(), errors: 1, ..LinkTally::default() });
    }

    #[test]
    fn weeks_without_commits_are_there() {
        // 1970-01-05 is a Monday.
        let replay = Replay { commits: vec![replayed(4, sample()), replayed(10, quiet()), replayed(20, quiet())] };
        let weeks: Vec<_> = replay.by_week().iter().map(|(week, tally)| (week.to_string(), tally.commits)).collect();
        let expected = [("1970-01-05", 2), ("1970-01-12", 0), ("1970-01-19", 1)];
        assert_eq!(weeks, expected.map(|(week, count)| (week.to_owned(), count)));
    }

    #[test]
    fn an_alarm_is_followed_by_a_later_change_of_its_twin() {
        let mut follows = quiet();
        let python = vec![PythonEnd { selector: "twin.py#f".to_owned(), rung: Some(Rung::Semantic) }];
        follows.links.push(Judged { verdict: Verdict::Untouched, severity: None, python, ..sample().links[0].clone() });
        let replay = Replay { commits: vec![replayed(4, sample()), replayed(10, follows), replayed(11, sample())] };
        assert_eq!(replay.followed(Severity::Error, 30), (2, 1));
        assert_eq!(replay.followed(Severity::Error, 5), (2, 0));
    }

    #[test]
    fn authors_are_listed_who_have_alarms() {
        let by = |author: &str, mut report: Report| {
            report.touched = vec![crate::verdict::Touched { glob: "**".to_owned(), files: 1 }];
            let replayed = replayed(4, report);
            Replayed { facts: CommitFacts { author: author.to_owned(), ..replayed.facts }, ..replayed }
        };
        let commits = vec![by("C", quiet()), by("B", sample()), by("A", sample()), by("A", quiet()), by("B", sample())];
        let authors = Replay { commits }.by_author();
        let counts: Vec<_> = authors.iter().map(|(name, tally)| (&**name, tally.commits, tally.errors)).collect();
        assert_eq!(counts, [("B", 2, 2), ("A", 2, 1)]);
    }

    #[test]
    fn two_replays_are_compared() {
        let line = |day: i64, link: &str| {
            format!(
                "{{\"commit\":\"{day:040}\",\"links\":[{{\"link\":\"{link}\",\"verdict\":\"drifted\",\"severity\":\"error\"}}]}}\n"
            )
        };
        let earlier = Earlier::parse(&[line(4, "apply"), line(5, "gone")].concat()).unwrap();
        let replay = Replay { commits: vec![replayed(4, sample()), replayed(6, sample())] };
        let compared = replay.compared_with(&earlier);
        let names = |rows: &[Row]| rows.iter().map(|row| row.link.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&compared.only_now), names(&compared.only_then), compared.both),
            (vec!["apply".into()], vec!["gone".into()], 1)
        );
        assert!(Earlier::parse("{}\nno").unwrap_err().starts_with("line 1"));
    }

    #[test]
    fn a_change_that_reaches_many_links_is_a_hub() {
        let mut report = sample();
        for at in 1..HUB_LINKS {
            let other = Judged { link: format!("other-{at}"), ..report.links[0].clone() };
            report.links.push(other);
        }
        let replay = Replay { commits: vec![replayed(1, report), replayed(2, sample())] };
        let hubs = replay.hubs();
        assert_eq!((hubs.len(), hubs[0].links, hubs[0].commits), (1, HUB_LINKS, 1));
    }
}
