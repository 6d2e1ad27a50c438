//! `drift report`: what is open, since when, and what no longer is; and the page that shows it, in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command_line::{Answer, CPP, MAPPING, PYTHON, TURN, TWIN, repository, run, turned};
use crate::repository::Repository;

fn report(repository: &Repository, more: &[&str]) -> Answer {
    let mut arguments = vec!["report", "--since", "1970-01-01"];
    arguments.extend(more);
    run(repository, &arguments)
}

fn json(repository: &Repository) -> serde_json::Value {
    let answer = report(repository, &["--format", "json"]);
    assert_eq!(answer.code, 0, "{}", answer.all());
    answer.json()
}

#[test]
fn a_drift_is_open_since_its_first_commit() {
    let repository = repository();
    let first = repository.commit(&[(CPP, &turned())]);
    let second = repository.commit(&[(CPP, &turned().replace("turn(self, 2)", "turn(self, 3)"))]);
    let link = &json(&repository)["links"][0];
    assert_eq!((&link["link"], &link["state"]), (&"gadget-turn".into(), &"drifted".into()), "{link}");
    assert_eq!(link["since"]["commit"], first.to_string());
    let commits: Vec<&str> =
        link["drift"].as_array().unwrap().iter().map(|step| step["commit"]["commit"].as_str().unwrap()).collect();
    assert_eq!(commits, [first.to_string(), second.to_string()]);
    assert_eq!(link["drift"][0]["changes"][0]["symbol"], "THPGadget_turn");
    let human = report(&repository, &[]);
    for word in ["gadget-turn", "since", &first.to_string()[..10], "its Python did nothing since", "1 drifted"] {
        assert!(human.stdout.contains(word), "no `{word}`\n{}", human.all());
    }
}

#[test]
fn a_revert_closes_it() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    repository.commit(&[(CPP, TURN)]);
    let link = &json(&repository)["links"][0];
    assert_eq!((&link["state"], &link["undone"]), (&"in-sync".into(), &1.into()), "{link}");
}

#[test]
fn an_ack_closes_it() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let answer = run(&repository, &["ack", "gadget-turn", "HEAD", "--reason", "never traced", "--who", "A"]);
    assert_eq!(answer.code, 0, "{}", answer.all());
    let link = &json(&repository)["links"][0];
    assert_eq!(link["state"], "acknowledged", "{link}");
}

#[test]
fn a_later_change_of_the_python_is_said_and_closes_nothing() {
    let repository = repository();
    repository.commit(&[(CPP, &turned())]);
    let followed = repository.commit(&[(PYTHON, &TWIN.replace("turn(1)", "turn(2)"))]);
    let link = &json(&repository)["links"][0];
    assert_eq!((&link["state"], &link["python"][1]["commit"]), (&"drifted".into(), &followed.to_string().into()));
}

#[test]
fn ends_that_never_change_together_are_told() {
    let repository = repository();
    let start = repository.commit(&[("README", "start\n")]).to_string();
    repository.commit(&[(CPP, &turned())]);
    repository.commit(&[(PYTHON, &TWIN.replace("turn(1)", "turn(2)"))]);
    let answer = run(&repository, &["report", "--since", &start, "--format", "json"]);
    assert_eq!(answer.json()["never_together"], serde_json::json!(["gadget-turn"]), "{}", answer.all());
    assert_eq!(json(&repository)["never_together"], serde_json::json!([]), "both came with the first commit");
    let human = run(&repository, &["report", "--since", &start]);
    assert!(human.stdout.contains("never together (1)\n  gadget-turn"), "{}", human.all());
}

#[test]
fn what_matters_most_comes_first() {
    let repository = Repository::new();
    let mapping = format!(
        "{MAPPING}\n[link.another]\nrelation = \"models\"\ncpp = ['torch/csrc/other.cpp#other']\n\
         python = ['{PYTHON}#GadgetVariable.turn']\nwhy = \"other things are simulated\"\n"
    );
    let other = "torch/csrc/other.cpp";
    let files =
        [(".drift/links.toml", mapping.as_str()), (CPP, TURN), (PYTHON, TWIN), (other, "int other() { return 1; }\n")];
    repository.commit(&files);
    repository.commit(&[(CPP, &TURN.replace("power > 0", "power > 1"))]);
    repository.commit(&[(other, "int other() { return 2; }\n")]);
    let links = json(&repository)["links"].clone();
    assert_eq!([&links[0]["link"], &links[1]["link"]], ["another", "gadget-turn"], "entry points before callees");
}

#[test]
fn formats_are_named_where_they_are_not_known() {
    let repository = repository();
    run(&repository, &["check", "--format", "html"]).refuses(&["no format `html`", "`human`, `concise`"]);
    run(&repository, &["report", "--format", "sarif"]).refuses(&["no format `sarif`", "`markdown`, `html`"]);
}

#[test]
fn a_day_or_a_revision_is_asked_for() {
    let repository = repository();
    run(&repository, &["report", "--since", "yesterday"]).refuses(&["`--since yesterday`", "2026-01-31"]);
    run(&repository, &["report", "--since", "2999-01-01"]).refuses(&["no commits since 2999-01-01"]);
}

// --- The page

/// A repository whose names, messages and code try to be markup.
fn hostile() -> Repository {
    let repository = Repository::new();
    let code = |text: &str| TURN.replace("turn(self, 1)", &format!("turn(self, \"{text}\")"));
    let mapping = MAPPING.replace("turning is simulated", "<img src=x onerror=alert(1)> & turning");
    repository.commit(&[(".drift/links.toml", &mapping), (CPP, &code("</script><b>one")), (PYTHON, TWIN)]);
    repository.commit(&[(CPP, &code("<img src=x onerror=\\\"document.title='broken'\\\">"))]);
    repository
}

fn page_of(repository: &Repository) -> String {
    let answer = report(repository, &["--format", "html"]);
    assert_eq!(answer.code, 0, "{}", answer.all());
    answer.stdout
}

#[test]
fn strangers_cannot_write_markup_into_the_page() {
    let page = page_of(&hostile());
    assert!(!page.contains("<img") && !page.contains("<b>one"), "{page}");
    assert!(page.contains("&#60;img src=x onerror="), "the text is there, escaped");
    for part in ["<link rel=\"stylesheet\"", "src=\"http", "href=\"http", "@import", "url("] {
        assert!(!page.contains(part), "the page needs nothing else, but has `{part}`");
    }
}

#[test]
fn the_page_works_in_a_browser() {
    let Some(browser) = browser() else {
        eprintln!("SKIPPED: no chromium here, so nobody looked at the page; `apt-get install chromium` brings one");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("page.html");
    let mut page = page_of(&hostile());
    // What a person would do, and what they would see, written into the page.
    let acts = r##"<script>window.addEventListener("load", function () {
      var seen = [], rows = document.querySelectorAll("table.links tbody tr"), filter = document.getElementById("filter");
      seen.push("rows " + rows.length, "images " + document.images.length, "title " + document.title);
      filter.value = "no such link"; filter.dispatchEvent(new Event("input"));
      seen.push("filtered " + document.querySelectorAll("table.links tbody tr:not([hidden])").length);
      filter.value = ""; filter.dispatchEvent(new Event("input"));
      document.querySelector("table.links th button").click();
      seen.push("sorted " + document.querySelector("table.links th").getAttribute("aria-sort"));
      seen.push("overflow " + (document.documentElement.scrollWidth - document.documentElement.clientWidth));
      document.body.setAttribute("data-seen", seen.join("; "));
    });</script></body>"##;
    page = page.replace("</body>", acts);
    std::fs::write(&path, page).unwrap();
    for width in [1280, 500] {
        let output = look(&browser, folder.path(), &path, width);
        let dom = String::from_utf8_lossy(&output.stdout);
        let seen = dom.split("data-seen=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("nothing");
        let title = "title drift: where the links stand at ";
        assert!(seen.starts_with(&format!("rows 1; images 0; {title}")), "{width}: {seen}");
        assert!(seen.ends_with("filtered 0; sorted ascending; overflow 0"), "{width}: {seen}");
        let log = String::from_utf8_lossy(&output.stderr);
        assert!(!log.contains("CONSOLE"), "the console is not empty\n{log}");
    }
}

fn look(browser: &Path, folder: &Path, page: &Path, width: u32) -> std::process::Output {
    Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--dump-dom"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--v=0", &format!("--window-size={width},900")])
        .arg(format!("--user-data-dir={}", folder.join(format!("profile-{width}")).display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap()
}

fn browser() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    folders.iter().flat_map(|folder| names.map(|name| folder.join(name))).find(|path| path.is_file())
}
