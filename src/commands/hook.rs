//! `drift hook`: judges what is about to be pushed, from git's `pre-push` hook.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use super::asking::first;
use super::check::{self, FailOn};
use super::{Exit, Session};
use crate::report::{self, HookAnswer};
use crate::source::git::{HooksFolder, Repository};
use crate::source::occasion::TARGETS;
use crate::source::occasion::hook::{Pushed, pushed};
use crate::source::range::Range;

/// The hook that git runs before it pushes.
const NAME: &str = "pre-push";

/// The line by which a hook of ours is known.
const MARK: &str = "# Written by `drift hook install`; `drift hook uninstall` takes it away.";

/// What to put into a hook of somebody else.
const LINE: &str = r#"drift hook run "$@" || exit 1"#;

/// Who a hook is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Absent,
    Ours,
    Foreign,
}

/// What is pushed where, as git tells its hook.
#[derive(Debug)]
pub struct Push {
    /// The name of the remote, or its address where it has none.
    pub remote: String,
    pub fail_on: FailOn,
    /// How far links look through callees that do not say it themselves.
    pub depth: u32,
}

/// Writes the hook where there is none.
pub fn install(session: &Session) -> Result<Exit> {
    let (folder, path) = place(session)?;
    let state = state(&path)?;
    if state == State::Foreign {
        bail!("`{}` is not from drift and stays as it is; {}", path.display(), advice(&path));
    }
    if folder.shared && state == State::Absent {
        bail!(
            "`core.hooksPath` is set for all repositories of this user or machine, and `{}` is theirs; {}",
            folder.path.display(),
            advice(&path)
        );
    }
    fs::create_dir_all(&folder.path).with_context(|| format!("could not make `{}`", folder.path.display()))?;
    write(&path).with_context(|| format!("could not write `{}`", path.display()))?;
    answer(session, "installed", &path)?;
    Ok(Exit::Clean)
}

/// Removes the hook, if it is ours.
pub fn uninstall(session: &Session) -> Result<Exit> {
    let (_, path) = place(session)?;
    match state(&path)? {
        State::Foreign => {
            bail!("`{}` is not from drift and stays as it is; take drift's line out by hand", path.display())
        }
        State::Ours => fs::remove_file(&path).with_context(|| format!("could not remove `{}`", path.display()))?,
        State::Absent => {}
    }
    answer(session, "absent", &path)?;
    Ok(Exit::Clean)
}

/// Says whether pushes are judged.
pub fn status(session: &Session) -> Result<Exit> {
    let (_, path) = place(session)?;
    let state = state(&path)?;
    let word = match state {
        State::Ours => "installed",
        State::Absent => "absent",
        State::Foreign => "foreign",
    };
    answer(session, word, &path)?;
    Ok(if state == State::Ours { Exit::Clean } else { Exit::Findings })
}

/// Judges each branch that git says it is about to push. The worst answer is that of all.
pub fn run(session: &Session, push: &Push) -> Result<Exit> {
    let mut told = String::new();
    std::io::stdin().read_to_string(&mut told).context("what git tells its hook could not be read")?;
    let refs = pushed(&told).map_err(|error| anyhow!("{error}"))?;
    let repository = Repository::open(&session.repository)?;
    let targets = targets(&repository, &push.remote);
    let (mut worst, mut ranges) = (Exit::Clean, Vec::new());
    for one in &refs {
        let Some(range) = range(session, &repository, one, &targets)? else { continue };
        if ranges.contains(&range) {
            continue;
        }
        ranges.push(range.clone());
        let options = check::Options { range: Some(range), inside: None, depth: push.depth, fail_on: push.fail_on };
        worst = worse(worst, check::run(session, &options)?);
    }
    if worst != Exit::Clean {
        session.note("not pushed; `git push --no-verify` pushes without asking drift");
    }
    Ok(worst)
}

fn range(session: &Session, repository: &Repository, one: &Pushed, targets: &[String]) -> Result<Option<Range>> {
    match one.occasions(targets) {
        Some(occasions) => first(session, repository, occasions).map(Some),
        None => {
            session.note(&format!("nothing to judge: {} is deleted", one.remote));
            Ok(None)
        }
    }
}

/// The branches of the remote that work is usually merged into; all of them where none is called so.
fn targets(repository: &Repository, remote: &str) -> Vec<String> {
    if !repository.has_remote(remote) {
        return TARGETS.iter().filter(|target| repository.has(target)).map(|target| (*target).to_owned()).collect();
    }
    let all = repository.branches_of(remote);
    let usual =
        [repository.default_branch_of(remote), Some(format!("{remote}/main")), Some(format!("{remote}/master"))];
    let mut known: Vec<String> = usual.into_iter().flatten().filter(|name| all.contains(name)).collect();
    known.dedup();
    if known.is_empty() { all } else { known }
}

fn worse(one: Exit, two: Exit) -> Exit {
    if one as u8 >= two as u8 { one } else { two }
}

fn place(session: &Session) -> Result<(HooksFolder, PathBuf)> {
    let folder = Repository::open(&session.repository)?.hooks()?;
    let path = folder.path.join(NAME);
    Ok((folder, path))
}

fn state(path: &Path) -> Result<State> {
    match fs::read(path) {
        Ok(text) => {
            let is_ours = String::from_utf8_lossy(&text).lines().any(|line| line == MARK);
            Ok(if is_ours { State::Ours } else { State::Foreign })
        }
        // A link that leads nowhere is somebody's too.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() => {
            Ok(State::Absent)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(State::Foreign),
        Err(error) => Err(error).with_context(|| format!("could not read `{}`", path.display())),
    }
}

/// What to do instead.
fn advice(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    if text.contains("pre-commit") {
        return "pre-commit looks after it: add the hook `drift` to `.pre-commit-config.yaml` (docs/ci.md)".to_owned();
    }
    format!("add a line `{LINE}` to it; the line reads what git writes to the standard input of the hook")
}

fn write(path: &Path) -> Result<()> {
    let program = std::env::current_exe().context("the path of drift is not known")?;
    super::replace(path, &script(&program))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// The drift on the path comes first: an update of it may have moved it.
fn script(program: &Path) -> String {
    let quoted = program.display().to_string().replace('\\', "/").replace('\'', r"'\''");
    format!(
        r#"#!/bin/sh
{MARK}
# It judges what is about to be pushed; `git push --no-verify` pushes without.
drift=$(command -v drift) || drift='{quoted}'
if [ ! -x "$drift" ]; then
  echo "drift is not there any more: install it, or remove $0; 'git push --no-verify' pushes without" >&2
  exit 1
fi
exec "$drift" hook run "$@"
"#
    )
}

fn answer(session: &Session, state: &str, path: &Path) -> Result<()> {
    let path = path.display().to_string();
    session.answer(&report::hook(&HookAnswer { hook: NAME, state, path: &path }, session.format))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_the_program_whatever_it_is_called() {
        let script = script(Path::new("/it's here/drift"));
        assert!(script.starts_with("#!/bin/sh\n") && script.lines().any(|line| line == MARK), "{script}");
        assert!(script.contains(r"drift='/it'\''s here/drift'"), "{script}");
    }

    #[test]
    fn the_worst_answer_is_that_of_all() {
        assert_eq!(worse(Exit::Clean, Exit::Findings), Exit::Findings);
        assert_eq!(worse(Exit::Undecided, Exit::Findings), Exit::Undecided);
    }
}
