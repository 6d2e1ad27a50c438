//! The command line: flags, help, exit codes. Nobody else names clap.

mod shell;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anstream::ColorChoice;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser, ValueParser};
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use self::shell::Shell;
use crate::cache::Cache;
use crate::commands::asking::{self, Asked};
use crate::commands::diff::FormsAt;
use crate::commands::{
    self, Exit, Job, Location, Output, Session, ack, check, demo, diff, explain, graph, hook, map, replay, report,
    review,
};
use crate::graph::Direction;
use crate::impact::DEFAULT_DEPTH;
use crate::ladder::Rung;
use crate::mapping::Relation;
use crate::mapping::acks::{Date, parse_date};
use crate::report::{Answer, Detail, Drawing, Format, Rendering, Shown};
use crate::source::range::Range;
use crate::symbols::Language;

/// Runs `drift` on the arguments of the process.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()) as u8)
}

/// Runs `drift` on the given arguments, the name of the program first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => cli.run(),
        Err(usage) => {
            // Help on a closed pipe is not an error.
            let _ = usage.print();
            if usage.use_stderr() { Exit::Undecided } else { Exit::Clean }
        }
    }
}

#[derive(Debug, Parser)]
#[command(name = "drift", version, long_version = LONG_VERSION, about, long_about = LONG_ABOUT, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    common: Common,
}

const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (",
    env!("DRIFT_COMMIT"),
    ")\ngrammars:  tree-sitter ",
    env!("DRIFT_TREE_SITTER"),
    ", tree-sitter-cpp ",
    env!("DRIFT_TREE_SITTER_CPP"),
    ", tree-sitter-python ",
    env!("DRIFT_TREE_SITTER_PYTHON"),
    "\ngit:       libgit2 ",
    env!("DRIFT_LIBGIT2"),
    "\ncontracts: ",
    env!("DRIFT_CONTRACTS"),
    "\nmappings:  ",
    env!("DRIFT_MAPPINGS"),
);

const LONG_ABOUT: &str = "\
Flags commits that change C++ semantics and leave the Python that re-implements them behind.

A mapping links C++ entry points to the Python that simulates them. drift reads from git what a range of commits changes, \
decides whether that changes semantics, follows dependencies to the linked entry points, and says which links were left \
behind.";

const AFTER_HELP: &str = "\
Exit codes: 0 nothing to do; 1 findings at or above --fail-on; 2 could not judge, or bad usage.
Start with `drift demo`; then `drift check` in a repository.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge a change: which links did it leave behind?
    ///
    /// Every link of the mapping gets a verdict: untouched, cosmetic, co-changed, drifted, unresolved or undecided.
    Check {
        #[command(flatten)]
        range: RangeArgs,
        /// The least severity that makes the exit code 1
        ///
        /// What could not be judged is exit code 2 whatever this says.
        #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = fail_on())]
        fail_on: check::FailOn,
        #[command(flatten)]
        looking: LookingArgs,
        /// Judge a range of another repository that the mapping declares, against the Python ends in this one
        ///
        /// Where that repository is, `--repository NAME=PATH` says. This one stays as it is at --at.
        #[arg(long = "in", value_name = "NAME", conflicts_with_all = ["staged", "worktree"])]
        inside: Option<String>,
        /// With --in, the revision of this repository
        #[arg(long, value_name = "REV", default_value = "HEAD", requires = "inside")]
        at: String,
    },
    /// Show what a change does, symbol by symbol; no mapping needed
    ///
    /// Every changed symbol of C++ and Python is put on its rung: layout, spelling, names, message, structure,
    /// ownership or semantic. With -v the changed lines are shown too, and what the ladder made of both sides. Exit
    /// code 2 when a file could not be compared.
    Diff {
        #[command(flatten)]
        range: RangeArgs,
        #[command(flatten)]
        narrow: DiffArgs,
        /// Only files below these paths, or matching these globs; a leading `!` leaves them out
        #[arg(last = true, value_name = "PATH")]
        paths: Vec<String>,
    },
    /// Say what `check` would have said of each commit of a range: how noisy would it be here?
    ///
    /// Along first parents, each commit against the one before it. As JSON one line a commit, in their order: what
    /// `check` says, and the commit; links that nothing happened to, and selectors that pointed at nothing before, are
    /// left out. What was judged is kept in the cache, so that a replay that was interrupted goes on where it stopped.
    Replay {
        /// The commits: `A..B`, those that B has and A has not
        #[arg(value_name = "RANGE", value_parser = Range::parse)]
        range: Range,
        #[command(flatten)]
        looking: LookingArgs,
        /// Tell what an earlier replay, kept with `--format json`, told differently
        ///
        /// With another mapping, another depth, another version of drift: what would change?
        #[arg(long, value_name = "FILE")]
        compare: Option<PathBuf>,
        /// So many days after an alarm a change of the twin counts as its answer
        #[arg(long, value_name = "DAYS", default_value_t = 30)]
        within: u32,
    },
    /// Show the state of every link: since when, and through which commits, it has drifted
    ///
    /// Every commit since a day or a revision is judged as by `check`, and what is still open is told by link: entry
    /// points before what they depend on, certain before uncertain, old before new. A drift stays open until an ack
    /// covers it or the C++ is again what it was; what its Python end did since is said beside it. Formats: human, json,
    /// markdown, and html: one page that needs nothing else.
    Report {
        /// The last commit to look at
        #[arg(value_name = "REV", default_value = "HEAD")]
        revision: String,
        /// From when: a day such as 2026-01-31, or the revision before the first commit; 90 days where not given
        #[arg(long, value_name = "DAY|REV")]
        since: Option<String>,
        #[command(flatten)]
        looking: LookingArgs,
    },
    /// Show what a symbol depends on, or what depends on it
    ///
    /// The graph covers the scope of the mapping at one revision, and every file where there is no mapping. Who is
    /// meant by a mention is guessed from syntax: by scope, class, namespace, what the file includes, and the number of
    /// arguments. A guess among several is marked with `?`. Without a selector the index is summed up.
    Graph {
        /// `path#symbol` as in a mapping, or a symbol anywhere in the scope
        #[arg(value_name = "SELECTOR")]
        selector: Option<String>,
        /// Where to look
        #[arg(long, value_name = "REV", default_value = "HEAD")]
        at: String,
        /// What depends on the symbol, not what it depends on
        #[arg(long)]
        dependents: bool,
        /// How many steps to follow
        #[arg(long, value_name = "STEPS", default_value_t = DEFAULT_DEPTH)]
        depth: u32,
        /// Follow no guesses
        #[arg(long)]
        certain: bool,
        /// Write the graph for a program that draws it
        #[arg(long, value_name = "LANGUAGE", value_parser = drawing())]
        draw: Option<Drawing>,
    },
    /// Look after the mapping
    ///
    /// The mapping is `.drift/*.toml` of the work tree, or what `--mapping` names. Edits keep comments and order, and
    /// write nothing unless the result is a mapping in which everything else is as it was.
    Map {
        #[command(subcommand)]
        command: MapCommand,
    },
    /// Record that a change needs no Python change, and why
    ///
    /// Judges the range as `check` does and writes what it changes at the link to `.drift/acks.toml`, or to the
    /// `acks.toml` beside the file of --mapping. An ack is about content: rebase, squash and cherry-pick keep it, a
    /// further edit voids it. For one range alone, a line `Drift-Ack: LINK: REASON` in a commit message does the same.
    Ack {
        /// The link whose Python end need not follow
        link: String,
        #[command(flatten)]
        range: RangeArgs,
        /// Why it need not follow; reviewers read this
        #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
        reason: String,
        /// The last day on which the ack counts, such as 2027-01-31
        #[arg(long, value_name = "DATE", value_parser = parse_date)]
        until: Option<Date>,
        /// Who says so; without it, the name that git commits under
        #[arg(long, value_name = "NAME")]
        who: Option<String>,
        /// Show the entry, write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Review C++ that uses the CPython API: references, errors, NULL, the GIL
    ///
    /// Only what the change gets wrong and did not before is told, in the functions it touches; each finding names the
    /// contract it goes by and where that is written. Notes are told with -v. No mapping is needed; one may set levels,
    /// and say what the project's own functions promise.
    #[command(after_help = REVIEW_EXAMPLES)]
    Review {
        #[command(flatten)]
        range: RangeArgs,
        /// Every function at the end of the range, not only what it changes
        #[arg(long)]
        all: bool,
        /// Only this rule, or all whose ids begin so: `own-*`; may be given more than once
        #[arg(long, value_name = "RULE")]
        rule: Vec<String>,
        /// The least severity that makes the exit code 1
        #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = fail_on())]
        fail_on: check::FailOn,
        /// Only files below these paths, or matching these globs; a leading `!` leaves them out
        #[arg(last = true, value_name = "PATH")]
        paths: Vec<String>,
    },
    /// Print the shape of a JSON answer as a JSON schema
    ///
    /// Of `--format json` of these commands; names that are there stay, more may come. That of mapping files is
    /// `drift map schema`.
    Schema {
        /// The command that answers
        #[arg(value_name = "COMMAND", value_parser = one_of(Answer::ALL))]
        answer: Answer,
    },
    /// Explain a rule, a function of the CPython API, a rung, a facet or a link; with no argument, list the rules
    Explain {
        /// The name of a rule, a function such as `PyList_SetItem`, a rung of the ladder, a facet or a link
        #[arg(value_name = "RULE|FUNCTION|RUNG|FACET|LINK")]
        subject: Option<String>,
    },
    /// Write the completions of a shell
    ///
    /// To be read by the shell when it starts; where it looks for them, it says itself.
    #[command(after_help = COMPLETIONS_EXAMPLES)]
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Write the manual: a page for `drift`, and one for each command
    #[command(after_help = "Examples:\n  drift man | man -l -\n  drift man --dir ~/.local/share/man/man1")]
    Man {
        /// Write all pages to this folder, which is made if it is not there; without it the page of `drift` is the answer
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Judge what is about to be pushed, from git's pre-push hook
    ///
    /// A hook that is there already and from somebody else is never touched. `core.hooksPath` is followed.
    Hook {
        #[command(subcommand)]
        command: HookCommand,
    },
    /// Make a small repository on the spot, and run `check` on it
    ///
    /// The last commit of the repository adds keyword arguments on the C++ side only, edits the layout of a second
    /// entry point, and changes a third together with its Python twin: one alarm, two silences.
    Demo {
        /// Make the repository here and keep it; the folder must not exist or be empty
        #[arg(long, value_name = "DIR")]
        keep: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum HookCommand {
    /// Write the hook, unless there is one from somebody else
    Install,
    /// Remove the hook, if it is drift's
    Uninstall,
    /// Say whether the hook is there, and whose it is; exit code 1 where it is not drift's
    Status,
    /// What the hook runs: judge the branches that git writes to its standard input
    ///
    /// A branch that the remote has is judged from there on, a new one from its merge base with the branch that work is
    /// merged into, a deleted one not at all.
    Run {
        /// The name of the remote, as git tells its hook
        #[arg(value_name = "REMOTE")]
        remote: String,
        /// The address of the remote
        #[arg(value_name = "URL")]
        url: Option<String>,
        /// The least severity that keeps the push back
        #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = fail_on())]
        fail_on: check::FailOn,
        #[command(flatten)]
        looking: LookingArgs,
    },
}

#[derive(Debug, Subcommand)]
enum MapCommand {
    /// Start a mapping in a repository that has none
    ///
    /// Looks for C++ files that show names to Python and for Python files that define these names again, and writes
    /// `.drift/mapping.toml` with their folders as its scope, comments that teach, and an example. Where a built-in
    /// mapping applies it says so, and writes nothing unless it is asked for a copy.
    #[command(after_help = "Examples:\n  drift map init\n  drift map init --from-builtin")]
    Init {
        /// Copy the built-in mapping that applies, as far as it fits the last commit
        ///
        /// Selectors that pick nothing are left out, and links without an end are commented out, so that the first
        /// `drift map verify` passes.
        #[arg(long)]
        from_builtin: bool,
        /// Overwrite `.drift/mapping.toml`
        #[arg(long)]
        force: bool,
    },
    /// List links, one a line
    ///
    /// All filters must hold. With -v every link with its reason and its selectors.
    #[command(after_help = LIST_EXAMPLES)]
    List {
        /// Only links of which the id, the reason, a name or a selector holds these words, in any case
        #[arg(value_name = "WORD")]
        words: Vec<String>,
        /// Only links with a selector into these files: a glob, or a folder
        #[arg(long, value_name = "GLOB")]
        path: Option<String>,
        /// Only links of this relation; may be given more than once
        #[arg(long, value_name = "RELATION", value_parser = relation())]
        relation: Vec<Relation>,
        /// Only links of an entry point by the name Python sees, whole or from any dot on
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
    /// Show a link with its code, both ends side by side where the terminal has 120 columns or more
    ///
    /// Code of more than 60 lines is cut; -v shows all. Exit code 1 when a selector does not resolve.
    #[command(
        after_help = "Examples:\n  drift map show autograd-function-apply\n  drift map show autograd-function-apply --rev v2.6.0"
    )]
    Show {
        /// The id of the link
        #[arg(value_name = "LINK")]
        link: String,
        /// Where the code is looked up
        #[arg(long = "rev", value_name = "REV", default_value = "HEAD")]
        revision: String,
    },
    /// Add a link, if its selectors pick code
    ///
    /// It is put behind the last link that shares a file with it, else at the end. What is not given is proposed:
    /// `names` from the bindings, `why` from the comments.
    #[command(after_help = ADD_EXAMPLES)]
    Add {
        /// An id in kebab-case, unique in the mapping
        #[arg(value_name = "LINK")]
        link: String,
        /// A selector of the authority, `path#symbol`; may be given more than once
        #[arg(long, value_name = "SELECTOR", required = true)]
        cpp: Vec<String>,
        /// A selector of the simulation; may be given more than once
        #[arg(long, value_name = "SELECTOR", required = true)]
        python: Vec<String>,
        /// What the Python end is to the C++ end
        #[arg(long, value_name = "RELATION", default_value = Relation::Models.name(), value_parser = relation())]
        relation: Relation,
        /// What both ends share, in words a reviewer understands
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
        /// How Python sees the entry point; separated by commas, or given more than once
        #[arg(long, value_name = "NAME", value_delimiter = ',')]
        names: Vec<String>,
        /// The mapping file to write to; a new name makes a new file in `.drift`
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        /// Where the selectors must pick code
        #[arg(long = "rev", value_name = "REV", default_value = "HEAD")]
        revision: String,
        /// Show what would be written, and write nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Remove links, with the comments directly above them
    #[command(after_help = "Example:\n  drift map remove autograd-function-apply")]
    Remove {
        /// Ids of links
        #[arg(value_name = "LINK", required = true)]
        links: Vec<String>,
    },
    /// Give a link another id
    #[command(after_help = "Example:\n  drift map rename autograd-function-apply function-apply")]
    Rename {
        /// The id it has
        #[arg(value_name = "LINK")]
        from: String,
        /// The id it gets
        #[arg(value_name = "NEW")]
        to: String,
    },
    /// Write the mapping files in canonical form
    ///
    /// Keys in the order of docs/mapping.md, selectors in single quotes and one a line, other strings in double quotes.
    /// Sections, their order and all comments stay.
    Fmt {
        /// Write nothing; show what is to change, and exit with 1 if there is anything
        #[arg(long)]
        check: bool,
    },
    /// Remove dead links: those of which no selector of one end picks anything
    ///
    /// Acks go as well, when their link is not there or their last day is over.
    Prune {
        /// Show what would be removed, and write nothing
        #[arg(long)]
        dry_run: bool,
        /// Where the selectors are looked up
        #[arg(long = "rev", value_name = "REV", default_value = "HEAD")]
        revision: String,
    },
    /// Print the format of mapping files as a JSON schema, for editors
    #[command(after_help = SCHEMA_EXAMPLE)]
    Schema,
    /// What is linked of what there is to link
    ///
    /// Counts the names that C++ in the scope registers for Python: linked, left out by `[unlinked]`, unknown; and the
    /// Python handlers (`method_*`, `@register`, `@substitute_in_graph`, branches on a name) that have no C++ end. Exit
    /// code 2 when a file could not be read.
    #[command(after_help = "Example:\n  drift map coverage -v")]
    Coverage {
        /// Where to look
        #[arg(value_name = "REV", default_value = "HEAD")]
        revision: String,
    },
    /// Where both sides of the mapping disagree, as far as that shows without history
    ///
    /// Names in native modules that nothing gives, handlers of names that nothing has, other parameters than those of
    /// the C++ function. Exit code 1 when something is told, 2 when a file could not be read.
    #[command(after_help = "Examples:\n  drift map parity\n  drift map parity --all --at v2.7.0")]
    Parity {
        /// Where to look
        #[arg(long = "at", value_name = "REV", default_value = "HEAD")]
        revision: String,
        /// Tell what is weak as well: other exceptions, names that a macro may make, names that no list has
        #[arg(long)]
        all: bool,
    },
    /// Links that the mapping may lack, best first, each with its evidence
    ///
    /// Looks for names, decorators, strings, comments and messages that C++ and Python in the scope of the mapping share.
    /// A mapping without a scope gets that of the built-in mapping that fits. Pairs that are linked, and pairs that were
    /// rejected, are left out.
    #[command(after_help = "Example:\n  drift map suggest --path torch/_dynamo/variables/tensor.py --review")]
    Suggest(SuggestArgs),
    /// Does every selector of the mapping pick code?
    ///
    /// Exit code 1 when a selector points at nothing or at more than one thing, 2 when a file could not be read.
    Verify {
        /// Where to look
        #[arg(value_name = "REV", default_value = "HEAD")]
        revision: String,
        /// Follow the selectors whose code moved or was renamed, and write them anew
        ///
        /// Only code that is otherwise the same is followed. What was edited as well is shown and left as it is.
        #[arg(long)]
        fix: bool,
        /// With --fix, when the mapping still fitted: a revision, or a range `A..B` to look at B as well
        ///
        /// Without it the history of each file is searched for the last version that a selector fits.
        #[arg(long, value_name = "REV|RANGE", value_parser = Range::parse, requires = "fix")]
        since: Option<Range>,
        /// With --fix, show what would be written, and write nothing
        #[arg(long, requires = "fix")]
        dry_run: bool,
    },
}

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  drift completions bash --output ~/.local/share/bash-completion/completions/drift
  drift completions zsh --output ~/.zfunc/_drift
  drift completions fish --output ~/.config/fish/completions/drift.fish";

const REVIEW_EXAMPLES: &str = "\
Examples:
  drift review origin/main...HEAD
  drift review --staged --rule 'own-*'
  drift review --all HEAD -- torch/csrc
  drift explain PyList_SetItem
A comment `// drift: allow(RULE): reason` silences a rule at its line and the next.";

const LIST_EXAMPLES: &str = "\
Examples:
  drift map list
  drift map list --path 'torch/csrc/autograd/**' --relation models
  drift map list --name torch._C._FunctionBase
  drift map list grad mode -v";

const ADD_EXAMPLES: &str = "\
Example:
  drift map add hook-call --relation mirrors \\
    --cpp 'torch/csrc/autograd/python_hook.cpp#_call_hooks' \\
    --python 'torch/_dynamo/external_utils.py#call_hook' \\
    --why 'a hook that returns None keeps the gradient'
Put selectors in single quotes: they hold `#`, `[` and `\"`.";

const SCHEMA_EXAMPLE: &str = "\
Example:
  drift map schema --output .drift/mapping.schema.json
and as the first line of the mapping: #:schema ./mapping.schema.json";

#[derive(Debug, Args)]
struct LookingArgs {
    /// How many steps links look through callees that do not say it themselves
    #[arg(long, value_name = "STEPS", default_value_t = DEFAULT_DEPTH)]
    depth: u32,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
struct Common {
    /// The repository: a work tree, a folder in one, or a bare repository
    #[arg(short = 'C', long, value_name = "PATH", default_value = ".", global = true)]
    repo: PathBuf,
    /// Where another repository of the mapping is, and at which revision; may be given more than once
    ///
    /// NAME is that of `[repository.NAME]`. Without a revision it is looked into at `HEAD`.
    #[arg(long, value_name = "NAME=PATH[@REV]", value_parser = Location::parse, global = true)]
    repository: Vec<Location>,
    /// A mapping file; may be given more than once
    ///
    /// Without it `.drift/*.toml` of the repository is used, and where there is none, the built-in mapping that fits.
    #[arg(long, value_name = "FILE", global = true)]
    mapping: Vec<PathBuf>,
    /// How the answer is written
    #[arg(long, value_name = "FORMAT", default_value = Rendering::Human.name(), value_parser = rendering(), global = true)]
    format: Rendering,
    /// Write the answer to a file, whole or not at all; `FORMAT=FILE` writes that format there besides
    ///
    /// May be given more than once, so that one run writes several: `-o sarif=drift.sarif -o markdown=summary.md`.
    #[arg(short, long, value_name = "[FORMAT=]FILE", value_parser = Output::parse, global = true)]
    output: Vec<Output>,
    /// Colours; NO_COLOR and CLICOLOR_FORCE are honoured by `auto`
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    color: Color,
    /// Neither use nor fill the cache of what earlier runs found out; the answer is the same
    #[arg(long, global = true)]
    no_cache: bool,
    /// Where that cache is; without it, in the folder where programs of this user keep theirs
    #[arg(long, value_name = "DIR", env = "DRIFT_CACHE_DIR", hide_env_values = true, global = true)]
    cache_dir: Option<PathBuf>,
    /// How large that cache may become
    #[arg(
        long,
        value_name = "MB",
        env = "DRIFT_CACHE_LIMIT",
        hide_env_values = true,
        default_value_t = 1024,
        global = true
    )]
    cache_limit: u64,
    /// Only errors: no warnings, no notes, no summary
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// More of the answer, and on stderr the files parsed and the time each stage took
    #[arg(short, long, global = true)]
    verbose: bool,
}

/// What to show of a diff.
#[derive(Debug, Args)]
struct DiffArgs {
    /// The least rung to show; people see `spelling` and deeper, scripts everything
    #[arg(long, value_name = "RUNG", value_parser = rung())]
    rung: Option<Rung>,
    /// Only symbols whose qualified name contains this; may be given more than once
    #[arg(long, value_name = "NAME")]
    symbol: Vec<String>,
    /// Only this language
    #[arg(long, value_name = "LANGUAGE", value_parser = language())]
    language: Option<Language>,
    /// Only the table by folder and rung
    #[arg(long, conflicts_with = "forms")]
    stat: bool,
    /// Show both normal forms of each symbol at this rung; `deciding` is the last one where they differ, as -v has it
    ///
    /// They stand side by side where the terminal has 120 columns or more.
    #[arg(long, value_name = "RUNG", value_parser = forms_at())]
    forms: Option<FormsAt>,
}

/// What to suggest.
#[derive(Debug, Args)]
struct SuggestArgs {
    /// Where to look
    #[arg(value_name = "REV", default_value = "HEAD")]
    revision: String,
    /// At most so many; people see 20 where none is given, scripts all
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Only those with at least this score, from 0 to 1
    #[arg(long, value_name = "SCORE", default_value = "0.02")]
    min_score: f32,
    /// Only links with an end below this path; may be given more than once
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,
    /// Ask about one after the other, with the code of both ends
    ///
    /// What is rejected is remembered in `rejected.toml` beside the mapping, and not suggested again.
    #[arg(long)]
    review: bool,
}

/// What to compare. At most one way of saying it.
#[derive(Debug, Args)]
struct RangeArgs {
    /// `A..B` two trees, `A...B` B against the merge base, or one revision: that commit against its first parent
    ///
    /// Without a range the last commit, `HEAD`, is judged.
    #[arg(value_parser = asked, group = "asked")]
    range: Option<Asked>,
    /// Compare with the merge base of this revision and --head
    #[arg(long, value_name = "REV", group = "asked")]
    base: Option<String>,
    /// The revision to judge, `HEAD` where not given
    #[arg(long, value_name = "REV", requires = "base")]
    head: Option<String>,
    /// What is staged, against `HEAD`
    #[arg(long, group = "asked")]
    staged: bool,
    /// The work tree, against `HEAD`
    #[arg(long, group = "asked")]
    worktree: bool,
    /// What the job is about, as GitHub Actions or GitLab tells it: a pull request, a merge group, a push
    ///
    /// Of a stack of ghstack only the pull request itself, without those below it.
    #[arg(long, group = "asked")]
    ci: bool,
    /// With --ci, all that would land: what the pull request is stacked on as well
    #[arg(long, requires = "ci")]
    stack: bool,
    /// What pre-commit is about: what is staged, or from PRE_COMMIT_FROM_REF to PRE_COMMIT_TO_REF
    #[arg(long, group = "asked")]
    from_pre_commit: bool,
    /// The work tree since its merge base with this branch; nothing is fetched
    #[arg(long, value_name = "REV", conflicts_with = "asked")]
    merge_base_with: Option<String>,
    /// For front ends of linters: the same, of `origin/main` where --merge-base-with says nothing else
    ///
    /// Whatever the file lists, all of the change is judged: a twin may be elsewhere. `@FILE` says the same.
    #[arg(long, value_name = "FILE", conflicts_with = "asked")]
    paths_from: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

impl Cli {
    fn run(self) -> Exit {
        let session = Session { job: self.command.job(), ..self.common.session() };
        if let Err(error) = self.command.knows(&session) {
            return commands::refused(&session, &error);
        }
        let exit = self.command.run(&session).unwrap_or_else(|error| commands::failed(&session, &error));
        // To lintrunner any other code is a fault of the linter; its messages block by themselves.
        if session.rendering == Rendering::Lintrunner { Exit::Clean } else { exit }
    }
}

impl Command {
    fn run(self, session: &Session) -> anyhow::Result<Exit> {
        match self {
            Command::Check { range, fail_on, looking, inside, at } => {
                let inside = inside.map(|name| check::Inside { name, revision: at });
                check::run(
                    session,
                    &check::Options { range: range.asked().range(session)?, inside, depth: looking.depth, fail_on },
                )
            }
            Command::Diff { range, narrow, paths } => {
                diff::run(session, &narrow.options(range.asked().range(session)?, paths))
            }
            Command::Map { command } => command.run(session),
            Command::Ack { link, range, reason, until, who, dry_run } => ack::run(
                session,
                &ack::Options { link, range: range.asked().range(session)?, reason, who, until, dry_run },
            ),
            Command::Graph { selector, at, dependents, depth, certain, draw } => {
                let direction = if dependents { Direction::Dependents } else { Direction::Dependencies };
                let options =
                    graph::Options { selector, revision: at, direction, depth, only_certain: certain, drawing: draw };
                graph::run(session, &options)
            }
            Command::Replay { range, looking, compare, within } => {
                replay::run(session, &replay::Options { range, depth: looking.depth, compare, within })
            }
            Command::Report { revision, since, looking } => {
                report::run(session, &report::Options { revision, since, depth: looking.depth })
            }
            Command::Review { range, all, rule: rules, fail_on, paths } => review::run(
                session,
                &review::Options { range: range.asked().range(session)?, all, rules, paths, fail_on },
            ),
            Command::Schema { answer } => session.answer(&answer.schema()).map(|()| Exit::Clean),
            Command::Explain { subject } => explain::run(session, subject.as_deref()),
            Command::Completions { shell } => {
                commands::pages::completions(session, &shell::completions(shell, Cli::command()))
            }
            Command::Man { dir } => commands::pages::manual(session, dir.as_deref(), shell::manual(Cli::command())),
            Command::Hook { command } => command.run(session),
            Command::Demo { keep } => demo::run(session, keep.as_deref()),
        }
    }

    /// The job that shows what is found beside the answer.
    fn job(&self) -> Option<Job> {
        match self {
            Command::Check { range, .. } | Command::Review { range, .. } if range.ci => asking::job(),
            _ => None,
        }
    }

    /// Whether the command has answers in the formats that are asked for.
    fn knows(&self, session: &Session) -> anyhow::Result<()> {
        let known = self.renderings();
        if let Some(unknown) = session.renderings().find(|rendering| !known.contains(rendering)) {
            let names: Vec<String> = known.iter().map(|known| format!("`{}`", known.name())).collect();
            anyhow::bail!("this command has no format `{}`; it has {}", unknown.name(), names.join(", "));
        }
        let several = known == Rendering::OF_ANSWERS && session.outputs.iter().any(|output| output.rendering.is_some());
        anyhow::ensure!(!several, "this command writes one format: `--format FORMAT --output FILE`");
        Ok(())
    }

    fn renderings(&self) -> &'static [Rendering] {
        match self {
            Command::Check { .. } | Command::Review { .. } => Rendering::OF_FINDINGS,
            Command::Report { .. } => Rendering::OF_STANDING,
            _ => Rendering::OF_ANSWERS,
        }
    }
}

impl HookCommand {
    fn run(self, session: &Session) -> anyhow::Result<Exit> {
        match self {
            HookCommand::Install => hook::install(session),
            HookCommand::Uninstall => hook::uninstall(session),
            HookCommand::Status => hook::status(session),
            HookCommand::Run { remote, fail_on, looking, .. } => {
                hook::run(session, &hook::Push { remote, fail_on, depth: looking.depth })
            }
        }
    }
}

impl MapCommand {
    fn run(self, session: &Session) -> anyhow::Result<Exit> {
        match self {
            MapCommand::Init { from_builtin, force } => {
                map::init::run(session, map::init::Options { from_builtin, force })
            }
            MapCommand::List { words, path, relation: relations, name } => {
                map::list::run(session, &map::list::Options { words, path, relations, name })
            }
            MapCommand::Show { link, revision } => map::show::run(session, &link, &revision),
            MapCommand::Add { link: id, cpp, python, relation, why, names, file, revision, dry_run } => {
                let link = map::add::Options { id, relation, cpp, python, names, why, file, revision, dry_run };
                map::add::run(session, &link)
            }
            MapCommand::Remove { links } => map::remove::run(session, &links),
            MapCommand::Rename { from, to } => map::rename::run(session, &from, &to),
            MapCommand::Fmt { check } => map::fmt::run(session, check),
            MapCommand::Prune { dry_run, revision } => {
                map::prune::run(session, &map::prune::Options { revision, dry_run })
            }
            MapCommand::Schema => map::schema::run(session),
            MapCommand::Coverage { revision } => map::coverage::run(session, &revision),
            MapCommand::Parity { revision, all } => map::parity::run(session, &map::parity::Options { revision, all }),
            MapCommand::Suggest(args) => map::suggest::run(session, &args.options()),
            MapCommand::Verify { revision, fix: true, since, dry_run } => {
                map::fix::run(session, &map::fix::Options { revision, since, dry_run })
            }
            MapCommand::Verify { revision, .. } => map::verify::run(session, &revision),
        }
    }
}

impl Common {
    fn session(self) -> Session {
        let limit = self.cache_limit.saturating_mul(1 << 20);
        let cache = match &self.cache_dir {
            _ if self.no_cache => Cache::none(),
            Some(folder) => Cache::at(folder, limit),
            None => Cache::of_user(limit),
        };
        Session {
            repository: self.repo,
            locations: self.repository,
            mappings: self.mapping,
            format: self.format.plain().unwrap_or(Format::Human),
            rendering: self.format,
            outputs: self.output,
            color: self.color.choice(),
            detail: Detail::of(self.quiet, self.verbose),
            cache: Arc::new(cache),
            job: None,
        }
    }
}

impl DiffArgs {
    fn options(self, range: Option<Range>, paths: Vec<String>) -> diff::Options {
        let shown = if self.stat { Shown::Summary } else { Shown::Symbols };
        let DiffArgs { rung, symbol: symbols, language, forms, .. } = self;
        diff::Options { range, paths, language, rung, symbols, shown, forms }
    }
}

impl SuggestArgs {
    fn options(self) -> map::suggest::Options {
        let SuggestArgs { revision, limit, min_score, path: paths, review } = self;
        map::suggest::Options { revision, limit, min_score, paths, review }
    }
}

impl RangeArgs {
    fn asked(self) -> Asked {
        let head = self.head.unwrap_or_else(|| "HEAD".to_owned());
        match (self.range, self.base) {
            (Some(Asked::Since { paths, .. }), _) => Asked::Since { target: self.merge_base_with, paths },
            (Some(asked), _) => asked,
            (None, Some(base)) => Asked::Range(Range::ThreeDot { before: base, after: head }),
            (None, None) if self.staged => Asked::Range(Range::Staged),
            (None, None) if self.worktree => Asked::Range(Range::Worktree),
            (None, None) if self.ci => Asked::Ci { stack: self.stack },
            (None, None) if self.from_pre_commit => Asked::PreCommit,
            (None, None) if self.merge_base_with.is_some() || self.paths_from.is_some() => {
                Asked::Since { target: self.merge_base_with, paths: self.paths_from }
            }
            (None, None) => Asked::Last,
        }
    }
}

/// A range, or `@FILE` as front ends of linters write it. A lone `@`, and one before `~`, `^` or `{`, is git's name for
/// `HEAD`.
fn asked(text: &str) -> Result<Asked, String> {
    match text.strip_prefix('@').filter(|file| !file.is_empty() && !file.starts_with(['~', '^', '{', '.', ':', '@'])) {
        Some(file) => Ok(Asked::Since { target: None, paths: Some(file.into()) }),
        None => Range::parse(text).map(Asked::Range),
    }
}

impl Color {
    fn choice(self) -> ColorChoice {
        match self {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}

fn rendering() -> ValueParser {
    one_of(Rendering::ALL.map(|rendering| (rendering.name(), rendering)))
}

fn relation() -> ValueParser {
    one_of(Relation::ALL)
}

fn drawing() -> ValueParser {
    one_of(Drawing::ALL.map(|drawing| (drawing.name(), drawing)))
}

fn rung() -> ValueParser {
    one_of(Rung::ALL.map(|rung| (rung.name(), rung)))
}

fn language() -> ValueParser {
    one_of(Language::ALL.map(|language| (language.name(), language)))
}

fn forms_at() -> ValueParser {
    let mut values = [("deciding", FormsAt::Deciding); Rung::ALL.len() + 1];
    for (value, rung) in values.iter_mut().skip(1).zip(Rung::ALL) {
        *value = (rung.name(), FormsAt::Rung(rung));
    }
    one_of(values)
}

fn fail_on() -> ValueParser {
    one_of(check::FailOn::ALL.map(|severity| (severity.name(), severity)))
}

/// Accepts the given names: values stay plain, clap stays here.
fn one_of<T: Copy + Send + Sync + 'static, const N: usize>(values: [(&'static str, T); N]) -> ValueParser {
    let parser = PossibleValuesParser::new(values.map(|(name, _)| name));
    parser
        .map(move |given| {
            values.iter().find(|(name, _)| *name == given).map(|(_, value)| *value).expect("clap accepted the name")
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    fn asked_of(line: &str) -> Asked {
        match parse(line).unwrap().command {
            Command::Check { range, .. } | Command::Diff { range, .. } => range.asked(),
            other => panic!("no range in {other:?}"),
        }
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn common_options_work_on_both_sides_of_the_subcommand() {
        for line in ["drift --repo x --format json check HEAD", "drift check HEAD --repo x --format json"] {
            let session = parse(line).unwrap().common.session();
            assert_eq!((session.repository, session.format), (PathBuf::from("x"), Format::Json), "{line}");
        }
        assert_eq!(parse("drift -C x diff").unwrap().common.repo, PathBuf::from("x"));
    }

    #[test]
    fn a_range_is_said_in_one_way() {
        assert_eq!(asked_of("drift check"), Asked::Last);
        assert_eq!(asked_of("drift check --staged"), Asked::Range(Range::Staged));
        assert_eq!(asked_of("drift diff --worktree"), Asked::Range(Range::Worktree));
        let base =
            |before: &str, after: &str| Asked::Range(Range::ThreeDot { before: before.into(), after: after.into() });
        assert_eq!(asked_of("drift check --base a --head b"), base("a", "b"));
        assert_eq!(asked_of("drift check --base a"), base("a", "HEAD"));
        assert_eq!(asked_of("drift check --ci --stack"), Asked::Ci { stack: true });
        assert_eq!(asked_of("drift check --from-pre-commit"), Asked::PreCommit);
        for line in
            ["check a --staged", "check --staged --worktree", "check a --base b", "check --head b", "check --stack"]
        {
            assert!(parse(&format!("drift {line}")).is_err(), "{line}");
        }
        for line in
            ["check a --ci", "check --ci --staged", "check --paths-from f --staged", "check a --merge-base-with b"]
        {
            assert!(parse(&format!("drift {line}")).is_err(), "{line}");
        }
    }

    #[test]
    fn front_ends_of_linters_hand_over_a_list_of_paths() {
        let since = |target: Option<&str>| Asked::Since { target: target.map(Into::into), paths: Some("f".into()) };
        assert_eq!(asked_of("drift check --paths-from f"), since(None));
        assert_eq!(asked_of("drift check @f"), since(None));
        assert_eq!(asked_of("drift check --paths-from=f --merge-base-with b"), since(Some("b")));
        for revision in ["@", "@~1", "@^", "@{u}", "@{u}...@", "@..b"] {
            assert!(matches!(asked_of(&format!("drift check {revision}")), Asked::Range(_)), "{revision}");
        }
    }

    #[test]
    fn paths_of_diff_come_after_two_dashes() {
        let Command::Diff { paths, .. } = parse("drift diff HEAD -- a/b.cpp c").unwrap().command else {
            panic!("not diff")
        };
        assert_eq!(paths, ["a/b.cpp", "c"]);
    }

    #[test]
    fn bad_usage_is_exit_2_and_help_is_0() {
        let run = |line: &str| run(line.split(' ').map(OsString::from));
        assert_eq!(run("drift check --fail-on sometimes"), Exit::Undecided);
        assert_eq!(run("drift nonsense"), Exit::Undecided);
        assert_eq!(run("drift --version"), Exit::Clean);
    }

    #[test]
    fn commands_shown_in_the_pages_are_commands() {
        for name in ["README.md", "docs/mapping.md", "docs/ci.md", "docs/changelog.md", "docs/for-other-projects.md"] {
            let text = std::fs::read_to_string(crate::report::tests::page(name)).unwrap().replace("\\\n", " ");
            let lines = |fence: &'static str| {
                let blocks = text.split(fence).skip(1).filter_map(|rest| rest.split("```").next());
                blocks.flat_map(str::lines).collect::<Vec<_>>()
            };
            // A step of a workflow, or of a pipeline.
            let step =
                |line: &'_ str| line.trim_start().trim_start_matches("- ").trim_start_matches("run: ").to_owned();
            let shown = lines("```sh\n").into_iter().map(str::to_owned);
            let steps = lines("```yaml\n").into_iter().map(step);
            for line in shown.chain(steps).filter(|line| line.starts_with("drift ")) {
                let shown = words(&line);
                let parsed = Cli::try_parse_from(&shown).map_err(|error| error.kind());
                assert!(!matches!(parsed, Err(kind) if kind != clap::error::ErrorKind::DisplayHelp), "{name}: {line}");
            }
        }
    }

    /// A line of a shell as far as examples need it: words, single quotes, and no comment.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut quoted = false;
        for c in line.split(" #").next().unwrap_or_default().chars() {
            match c {
                '\'' => quoted = !quoted,
                ' ' if !quoted => words.push(String::new()),
                c => words.last_mut().expect("there is a first word").push(c),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    /// `docs/cli.md` is the help, page by page. `UPDATE=1 cargo test` writes it.
    #[test]
    fn the_page_about_the_command_line_is_fresh() {
        crate::report::tests::assert_fresh("docs/cli.md", &page());
    }

    fn page() -> String {
        let mut command = Cli::command().term_width(100).max_term_width(100);
        command.build();
        let mut page = String::from(
            "# Command line\n\nThe help of every command, as `drift COMMAND --help` prints it. `UPDATE=1 cargo test` \
             writes this page.\n",
        );
        section(&mut page, "drift", &mut command.clone());
        for sub in command.get_subcommands_mut().filter(|sub| sub.get_name() != "help") {
            let name = format!("drift {}", sub.get_name());
            section(&mut page, &name, sub);
            for inner in sub.get_subcommands_mut().filter(|inner| inner.get_name() != "help") {
                subsection(&mut page, &format!("{name} {}", inner.get_name()), inner);
            }
        }
        page
    }

    fn section(page: &mut String, title: &str, command: &mut clap::Command) {
        let help = command.render_long_help().to_string();
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        page.push_str(&format!("\n## {title}\n\n```text\n{}\n```\n", lines.join("\n").trim_end()));
    }

    /// The help without the options that the page of the command above it lists already.
    fn subsection(page: &mut String, title: &str, command: &mut clap::Command) {
        let help = command.render_long_help().to_string();
        let (own, rest) = help.split_once("Common options:\n").expect("every command has the common options");
        let behind = rest.lines().skip_while(|line| line.is_empty() || line.starts_with(' '));
        let lines: Vec<&str> = own.lines().chain(behind).map(str::trim_end).collect();
        page.push_str(&format!("\n### {title}\n\n```text\n{}\n```\n", lines.join("\n").trim_end()));
    }
}
