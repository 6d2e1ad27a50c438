//! Replays: for people what the commits add up to, for scripts every commit on a line.

use std::fmt::Write;

use super::View;
use super::style::{DIM, STRONG, harmless, of_severity, paint};
use crate::replay::{Compared, Replay, Replayed, Tally};
use crate::rules::Severity;

/// So many alarms, links and hubs are listed; `-v` lists all.
const MOST_ROWS: usize = 15;

/// The longest bar of the weeks, in columns.
const BAR: usize = 40;

/// What the commits add up to. A change of the twin `within` so many days after an alarm may be its answer.
pub fn human(replay: &Replay, compared: Option<&Compared>, within: u32, view: View) -> String {
    let most = if view.detail == super::Detail::Verbose { usize::MAX } else { MOST_ROWS };
    let mut out = String::new();
    alarms(&mut out, replay, most);
    links(&mut out, replay, most);
    hubs(&mut out, replay, most);
    authors(&mut out, replay, most);
    weeks(&mut out, replay);
    failures(&mut out, replay, most);
    compared.iter().for_each(|compared| comparison(&mut out, compared, most));
    followed(&mut out, replay, within);
    shares(&mut out, replay);
    out
}

fn alarms(out: &mut String, replay: &Replay, most: usize) {
    let alarms: Vec<&Replayed> = replay.at(Severity::Error).collect();
    title(out, "Commits that leave a link behind", alarms.len());
    for commit in alarms.iter().take(most) {
        let links: Vec<&str> = commit
            .drifted()
            .filter(|link| link.severity == Some(Severity::Error))
            .map(|link| link.link.as_str())
            .collect();
        let more = if links.len() > 2 { format!(" and {} more", links.len() - 2) } else { String::new() };
        let links = format!("{}{more}", links[..links.len().min(2)].join(", "));
        let (date, id) = (commit.date(), &commit.facts.commit[..10]);
        let _ = writeln!(out, "  {date} {} {}", paint(STRONG, id), harmless(&commit.facts.subject));
        let _ = writeln!(out, "             {}", paint(of_severity("error"), harmless(&links)));
    }
    rest(out, alarms.len(), most);
}

fn links(out: &mut String, replay: &Replay, most: usize) {
    let links = replay.by_link();
    title(out, "Links, the noisiest first", links.len());
    let _ = writeln!(out, "  {}", paint(DIM, "errors  warnings  notes  co-changed"));
    for link in links.iter().take(most) {
        let (errors, warnings, notes, both) = (link.errors, link.warnings, link.notes, link.co_changed);
        let _ = writeln!(out, "  {errors:6}  {warnings:8}  {notes:5}  {both:10}  {}", harmless(&link.link));
    }
    rest(out, links.len(), most);
}

fn hubs(out: &mut String, replay: &Replay, most: usize) {
    let hubs = replay.hubs();
    if hubs.is_empty() {
        return;
    }
    title(out, "Hubs: changed symbols that reached many links at once", hubs.len());
    for hub in hubs.iter().take(most) {
        let (links, commits) = (hub.links, counted(hub.commits, "commit"));
        let _ = writeln!(out, "  {links:3} links, {commits:11}  {}", harmless(&format!("{}#{}", hub.path, hub.symbol)));
    }
    rest(out, hubs.len(), most);
}

fn authors(out: &mut String, replay: &Replay, most: usize) {
    let authors = replay.by_author();
    if authors.is_empty() {
        return;
    }
    title(out, "Authors of alarms, by commits that touch C++ in scope", authors.len());
    let _ = writeln!(out, "  {}", paint(DIM, "commits  errors  warnings"));
    for (author, Tally { commits, errors, warnings, .. }) in authors.iter().take(most) {
        let _ = writeln!(out, "  {commits:7}  {errors:6}  {warnings:8}  {}", harmless(author));
    }
    rest(out, authors.len(), most);
}

fn weeks(out: &mut String, replay: &Replay) {
    let weeks = replay.by_week();
    let widest = weeks.iter().map(|(_, week)| week.errors + week.warnings).max().unwrap_or(0).max(1);
    title(out, "Week by week: commits with an error, with a warning", weeks.len());
    for (monday, week) in &weeks {
        let bar = |count: usize| "█".repeat((count * BAR).div_ceil(widest));
        let bars = format!(
            "{}{}",
            paint(of_severity("error"), bar(week.errors)),
            paint(of_severity("warning"), bar(week.warnings))
        );
        let _ = writeln!(out, "  {monday} {:4} commits {:3} {:3}  {bars}", week.commits, week.errors, week.warnings);
    }
    out.push('\n');
}

fn failures(out: &mut String, replay: &Replay, most: usize) {
    let failed: Vec<(&Replayed, &String)> =
        replay.commits.iter().filter_map(|commit| Some((commit, commit.report.as_ref().err()?))).collect();
    if failed.is_empty() {
        return;
    }
    title(out, "Commits that could not be judged", failed.len());
    for (commit, reason) in failed.iter().take(most) {
        let _ = writeln!(out, "  {} {} {}", commit.date(), &commit.facts.commit[..10], harmless(reason));
    }
    rest(out, failed.len(), most);
}

fn comparison(out: &mut String, compared: &Compared, most: usize) {
    let Compared { only_now, only_then, both } = compared;
    for (text, rows) in [("Only told now", only_now), ("Only told by the earlier replay", only_then)] {
        title(out, text, rows.len());
        for row in rows.iter().take(most) {
            let severity = super::word(row.severity);
            let commit: String = row.commit.chars().take(10).collect();
            let _ = writeln!(
                out,
                "  {} {} {}",
                harmless(&commit),
                paint(of_severity(&severity), &severity),
                harmless(&row.link)
            );
        }
        rest(out, rows.len(), most);
    }
    let _ = writeln!(out, "{both} told by both");
}

fn followed(out: &mut String, replay: &Replay, within: u32) {
    let (alarms, followed) = replay.followed(Severity::Warning, within);
    if alarms > 0 {
        let alarms = counted(alarms, "drifted link");
        let _ = writeln!(
            out,
            "of {alarms} at warning or above, the Python of {followed} changed within {} after",
            counted(within as usize, "day")
        );
    }
}

fn shares(out: &mut String, replay: &Replay) {
    let _ = writeln!(out, "{}", paint(DIM, "commits   errors          warnings        notes  co-changed  undecided"));
    let mut row = |tally: Tally, name: &str| {
        let share = |count: usize| format!("{count} ({:.1} %)", 100.0 * count as f64 / tally.commits.max(1) as f64);
        let (errors, warnings) = (share(tally.errors), share(tally.warnings));
        let Tally { commits, notes, co_changed, undecided, .. } = tally;
        let _ = writeln!(
            out,
            "{commits:7}   {errors:14}  {warnings:14}  {notes:5}  {co_changed:10}  {undecided:9}  {name}"
        );
    };
    for (glob, tally) in replay.by_scope() {
        row(tally, &format!("that touch {}", harmless(&glob)));
    }
    row(replay.in_scope(), "that touch C++ in scope");
    row(replay.tally(), "in all");
}

/// The head of a list, with its length.
pub(super) fn title(out: &mut String, text: &str, count: usize) {
    let _ = writeln!(out, "{} {}", paint(STRONG, text), paint(DIM, format!("({count})")));
}

/// Ends a list.
pub(super) fn rest(out: &mut String, count: usize, most: usize) {
    if count > most {
        let _ = writeln!(out, "  {}", paint(DIM, format!("and {} more: `-v` lists them", count - most)));
    }
    out.push('\n');
}

pub(super) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
