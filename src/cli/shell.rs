//! What the command line says of itself to shells and to `man`: completions and pages, from the definition that parses.

use std::io;

use clap::Command;
pub use clap_complete::aot::Shell;
use clap_complete::aot::generate;
use clap_mangen::Man;

/// The script that a shell reads.
pub fn completions(shell: Shell, mut command: Command) -> String {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    generate(shell, &mut command, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The pages of the manual: names of files and their texts, that of the program first.
pub fn manual(command: Command) -> io::Result<Vec<(String, String)>> {
    let mut command = command.disable_help_subcommand(true).long_version(None);
    command.build();
    let mut pages = Vec::new();
    let mut waiting = vec![command];
    while let Some(command) = waiting.pop() {
        waiting.extend(command.get_subcommands().cloned().collect::<Vec<_>>().into_iter().rev());
        pages.push(page(command)?);
    }
    Ok(pages)
}

fn page(command: Command) -> io::Result<(String, String)> {
    let version = command.get_version().unwrap_or(env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).source(format!("drift {version}")).manual("drift manual");
    let mut text = Vec::new();
    man.render(&mut text)?;
    Ok((man.get_filename(), tidied(&String::from_utf8_lossy(&text))))
}

/// The page as `mandoc -Tlint` wants it: a date even where none is told, capitals in the title, no break beside an empty
/// line, which is one already.
fn tidied(page: &str) -> String {
    let lines: Vec<&str> = page.lines().map(str::trim_end).collect();
    let is_empty = |line: Option<usize>| line.and_then(|line| lines.get(line)).is_some_and(|line| line.is_empty());
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let breaks_nothing = *line == ".br" && (is_empty(at.checked_sub(1)) || is_empty(Some(at + 1)));
        let repeats = line.is_empty() && (text.ends_with("\n\n") || text.is_empty());
        if !breaks_nothing && !repeats {
            text.push_str(&titled(line).unwrap_or_else(|| (*line).to_owned()));
            text.push('\n');
        }
    }
    text
}

fn titled(line: &str) -> Option<String> {
    let (name, source) = line.strip_prefix(".TH ")?.split_once(" 1  ")?;
    Some(format!(".TH {} 1 \"\" {source}", name.to_uppercase()))
}
