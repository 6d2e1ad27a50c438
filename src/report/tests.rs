//! A report made by hand, as every format shows it; and pages that are made from the code.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anstream::adapter::strip_str;

use super::*;
use crate::change::What;
use crate::finding::{Finding, Frame, FrameLine, Mark, Severity, Spot, Stop, fingerprints};
use crate::impact::{Impact, Step};
use crate::ladder::{Facet, FacetKind, Rung};
use crate::symbols::{Language, Lines, SymbolKind};
use crate::verdict::{Judged, Outcome, PythonEnd, Verdict};

/// Compares a page of the project with what the code says now; `UPDATE=1` writes it.
pub fn assert_fresh(name: &str, text: &str) {
    let path = page(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "{name} is stale: `UPDATE=1 cargo test` writes it anew");
}

/// A file of the project.
pub fn page(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// One drifted link and a cosmetic one.
pub fn sample() -> Report {
    Report {
        before: "0".repeat(40),
        after: "1".repeat(40),
        outcome: Outcome::Drifted,
        judged: 2,
        links: vec![judged("apply", Verdict::Drifted, Some(Severity::Error)), judged("b", Verdict::Cosmetic, None)],
        changes: vec![change()],
        findings: vec![finding()],
        skipped: Vec::new(),
        files_parsed: 3,
        touched: Vec::new(),
    }
}

fn judged(link: &str, verdict: Verdict, severity: Option<Severity>) -> Judged {
    let step = Step { symbol: "f".to_owned(), path: "csrc/f.cpp".into(), lines: Some(Lines { start: 9, end: 11 }) };
    let impacts = vec![Impact { change: 0, via: vec![step], certain: true }];
    let python = vec![PythonEnd { selector: "twin.py#T.call_apply".to_owned(), rung: None }];
    Judged { link: link.to_owned(), verdict, severity, impacts, python }
}

fn change() -> Change {
    Change {
        language: Language::Cpp,
        path: "csrc/f.cpp".into(),
        before_path: None,
        symbol: "f".to_owned(),
        before_symbol: None,
        kind: SymbolKind::Function,
        what: What::Modified,
        rung: Rung::Semantic,
        facets: vec![Facet { kind: FacetKind::Signature, before: Some("f(a)".into()), after: Some("f(a, b)".into()) }],
        before: Some(Lines { start: 9, end: 11 }),
        after: Some(Lines { start: 9, end: 11 }),
        certain: true,
        fingerprints: (1, 2),
    }
}

fn finding() -> Finding {
    let line = |number, mark, text: &str| FrameLine { number, mark, text: text.to_owned() };
    let changed = vec![
        line(9, Mark::Context, "/* f */"),
        line(10, Mark::Removed, "int f(int a) {"),
        line(10, Mark::Added, "int f(int a, int b) {"),
        line(0, Mark::Gap, ""),
        line(12, Mark::Context, "\treturn \u{1b}[31ma;"),
    ];
    let twin = vec![line(123, Mark::Highlighted, "    def call_apply(self, tx, args):")];
    let twin = [twin, vec![line(124, Mark::Context, "        pass")]].concat();
    let linked = vec![line(7, Mark::Highlighted, "[link.apply]")];
    let frame = |title: &str, path: &str, lines| Frame { title: title.to_owned(), path: path.into(), lines };
    Finding {
        rule: Box::leak(Box::new(rule_row())),
        severity: Severity::Error,
        message: "`f` changed, its twin did not".to_owned(),
        path: Some("csrc/f.cpp".into()),
        line: Some(10),
        link: Some("apply".to_owned()),
        links: Vec::new(),
        help: Some("follow it, or record why not:\ndrift explain apply".to_owned()),
        spot: Some(Spot { path: "csrc/f.cpp".into(), line: 10, column: 1, end_line: 10, end_column: 22 }),
        subject: "f".to_owned(),
        stops: stops(),
        frames: vec![
            frame("changed", "csrc/f.cpp", changed),
            frame("its twin, unchanged", "twin.py", twin),
            frame("linked here", "m.toml", linked),
        ],
        notes: vec!["path: f → g".to_owned(), "signature: f(a) → f(a, b)".to_owned()],
    }
}

fn stops() -> Vec<Stop> {
    let stop = |what: &str, path: &str, line| {
        let spot = Spot { path: path.into(), line, column: 1, end_line: line, end_column: 9 };
        Stop { what: what.to_owned(), symbol: "f".to_owned(), spot }
    };
    vec![stop("the entry point `f` changed", "csrc/f.cpp", 10), stop("`T.call_apply` simulates it", "twin.py", 123)]
}

fn rule_row() -> Rule {
    Rule {
        id: "drifted-link",
        severity: Severity::Error,
        summary: "one side changed",
        explanation: "It means this.",
        example: "",
        remedy: "Do that.",
    }
}

fn plain(text: &str) -> String {
    strip_str(text).to_string()
}

#[test]
fn a_person_sees_change_path_twin_and_next_step() {
    let expected = "\
error[drifted-link]: `f` changed, its twin did not
   --> csrc/f.cpp:10 (changed)
    |
  9 | /* f */
 10 - int f(int a) {
 10 + int f(int a, int b) {
...
 12 |     return \u{fffd}[31ma;
    |
    = path: f → g
    = signature: f(a) → f(a, b)
   ::: twin.py:123 (its twin, unchanged)
    |
123 >     def call_apply(self, tx, args):
124 |         pass
    |
   ::: m.toml:7: [link.apply] (linked here)
    = help: follow it, or record why not:
            drift explain apply

drift: 1 drifted, 1 cosmetic (000000000000..111111111111)
";
    assert_eq!(plain(&human::check(&sample(), view(Detail::Normal))), expected);
}

#[test]
fn silence_is_one_line() {
    let mut report = sample();
    report.findings.clear();
    report.links.remove(0);
    report.outcome = Outcome::Clean;
    let expected = "no drift: 1 cosmetic (000000000000..111111111111)\n";
    assert_eq!(plain(&human::check(&report, view(Detail::Normal))), expected);
    assert_eq!(human::check(&report, view(Detail::Quiet)), "");
}

#[test]
fn json_of_check_has_the_promised_shape() {
    let expected = r#"{"version":1,"before":"0000000000000000000000000000000000000000",
"after":"1111111111111111111111111111111111111111","outcome":"drifted",
"links":[{"link":"apply","verdict":"drifted","severity":"error",
"impacts":[{"path":"csrc/f.cpp","symbol":"f","rung":"semantic","facets":["signature"],"certain":true,"via":["f"],
"steps":[{"symbol":"f","path":"csrc/f.cpp","after":{"line":9,"end_line":11}}]}],
"python":[{"selector":"twin.py#T.call_apply","rung":null}]}],
"findings":[{"rule":"drifted-link","severity":"error","message":"`f` changed, its twin did not",
"path":"csrc/f.cpp","line":10,"link":"apply","help":"follow it, or record why not:\ndrift explain apply",
"notes":["path: f → g","signature: f(a) → f(a, b)"],"fingerprint":"FINGERPRINT",
"place":{"path":"csrc/f.cpp","line":10,"column":1,"end_line":10,"end_column":22},
"flow":[{"what":"the entry point `f` changed","symbol":"f",
"place":{"path":"csrc/f.cpp","line":10,"column":1,"end_line":10,"end_column":9}},
{"what":"`T.call_apply` simulates it","symbol":"f",
"place":{"path":"twin.py","line":123,"column":1,"end_line":123,"end_column":9}}]}],"skipped":[],
"stats":{"links":1,"files_parsed":3,"elapsed_ms":41}}"#;
    let mut report = sample();
    report.links.pop();
    report.judged = 1;
    let found = json::check(&report, Duration::from_millis(41));
    let expected = expected.replace('\n', "").replace("FINGERPRINT", &fingerprints(&report.findings)[0]);
    assert_eq!(found, expected + "\n");
}

#[test]
fn diff_shows_rungs_facets_and_lines() {
    let pair = pair();
    let changes = [change()];
    let skipped = [Skipped { path: "x.cpp".into(), reason: "binary content".to_owned() }];
    let shown: Vec<&Change> = changes.iter().collect();
    let differences = differences(&pair, &changes, &shown, &skipped);
    let expected = "\
csrc/f.cpp
  semantic  ~ function f:9
             signature: f(a) → f(a, b)
     |
   9 - int f(int a) {
   9 + int f(int a, int b) {
  10 |   return a;
  11 | }
     |

not compared: x.cpp: binary content

1 semantic in 1 file (before..after)
";
    assert_eq!(plain(&differences::diff(&differences, view(Detail::Verbose))), expected);
    let json: serde_json::Value = serde_json::from_str(&json::diff(&differences)).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "version": 1, "before": "before", "after": "after",
            "changes": [{
                "language": "cpp", "path": "csrc/f.cpp", "before_path": null, "symbol": "f", "before_symbol": null,
                "kind": "function", "change": "modified", "rung": "semantic", "facets": ["signature"],
                "before": {"line": 9, "end_line": 11}, "after": {"line": 9, "end_line": 11}, "certain": true,
            }],
            "skipped": [{"path": "x.cpp", "reason": "binary content"}],
        })
    );
}

fn differences<'a>(
    pair: &'a SnapshotPair,
    all: &'a [Change],
    changes: &'a [&'a Change],
    skipped: &'a [Skipped],
) -> Differences<'a> {
    Differences { pair, all, changes, forms: &[], shown: Shown::Symbols, skipped }
}

fn view(detail: Detail) -> View<'static> {
    View { detail, ..View::default() }
}

fn pair() -> SnapshotPair {
    use crate::source::{FileChange, SourceFile};
    let file = |first: &str| {
        let text = format!("{}{first}\n  return a;\n}}\n", "\n".repeat(8));
        Some(SourceFile { path: "csrc/f.cpp".into(), content: Ok(Arc::from(text.into_bytes())) })
    };
    SnapshotPair {
        before: "before".to_owned(),
        after: "after".to_owned(),
        changed: vec![FileChange { before: file("int f(int a) {"), after: file("int f(int a, int b) {") }],
        ..SnapshotPair::default()
    }
}

#[test]
fn a_rule_is_explained() {
    let expected = "error[drifted-link]: one side changed\n\nIt means this.\n\nWhat to do\n\nDo that.\n";
    assert_eq!(plain(&human::rule(&rule_row())), expected);
}

/// `docs/rules.md` is the table of rules, rule by rule. `UPDATE=1 cargo test` writes it.
#[test]
fn the_page_about_the_rules_is_fresh() {
    let mut page = String::from(
        "# Rules\n\nEvery kind of finding: what it means, an example, what to do. `drift explain RULE` shows the same. \
         `UPDATE=1 cargo test` writes this page.\n",
    );
    for rule in crate::rules::RULES.iter().copied().chain(crate::review::checks::all()) {
        let (severity, summary) = (word(rule.severity), rule.summary);
        page.push_str(&format!("\n## {}\n\n*{severity}*: {summary}\n", rule.id));
        page.push_str(&format!("\n{}\n", rule.explanation.trim()));
        page.push_str(&format!(
            "\n### Example\n\n{}\n\n### What to do\n\n{}\n",
            rule.example.trim(),
            rule.remedy.trim()
        ));
    }
    assert_fresh("docs/rules.md", &page);
}

fn stale(count: usize) -> Report {
    let stale = |n| Finding {
        rule: &crate::rules::UNRESOLVED_SELECTOR,
        severity: if n == 0 { Severity::Warning } else { Severity::Note },
        message: format!("`twin.py#f{n}` points at nothing"),
        link: Some("apply".to_owned()),
        links: Vec::new(),
        frames: Vec::new(),
        ..finding()
    };
    let links = vec![judged("apply", Verdict::Unresolved, Some(Severity::Warning))];
    Report { findings: (0..count).map(stale).collect(), outcome: Outcome::Clean, links, ..sample() }
}

#[test]
fn many_stale_selectors_are_one_line() {
    let shown = |count, detail| plain(&check(&stale(count), Rendering::Human, view(detail)).unwrap());
    assert_eq!(shown(3, Detail::Normal).matches("points at nothing").count(), 3);
    assert_eq!(
        shown(4, Detail::Normal),
        "warning[unresolved-selector]: 4 selectors point at nothing on either side of this range, so 1 link was not \
         judged; `-v` lists them\n   = this range changes what the C++ ends of these do: apply\n\nno drift: 1 unresolved \
         (000000000000..111111111111)\n"
    );
    let listed = shown(4, Detail::Verbose);
    assert!((0..4).all(|n| listed.contains(&format!("apply: `twin.py#f{n}` points at nothing"))), "{listed}");
    assert_eq!(shown(4, Detail::Quiet), "");
    let json: serde_json::Value =
        serde_json::from_str(&check(&stale(4), Rendering::Json, view(Detail::Quiet)).unwrap()).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 4, "scripts are told all");
}

#[test]
fn only_errors_are_told_in_quiet() {
    let mut report = sample();
    let view = view(Detail::Quiet);
    assert!(!check(&report, Rendering::Human, view).unwrap().is_empty());
    report.findings[0].severity = Severity::Warning;
    assert_eq!(check(&report, Rendering::Human, view).unwrap(), "");
}
