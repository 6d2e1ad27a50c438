//! What one part of the evaluation found, as text for a terminal or as Markdown for `docs/evaluation.md`.

use std::fmt::Write;

pub struct Page {
    title: &'static str,
    blocks: Vec<Block>,
    code: u8,
}

enum Block {
    Line(String),
    Table { head: Vec<String>, rows: Vec<Vec<String>> },
    List(Vec<String>),
}

impl Page {
    pub fn titled(title: &'static str) -> Page {
        Page { title, blocks: Vec::new(), code: 0 }
    }

    pub fn line(&mut self, line: impl Into<String>) {
        self.blocks.push(Block::Line(line.into()));
    }

    pub fn table(&mut self, head: &[&str], rows: Vec<Vec<String>>) {
        self.blocks.push(Block::Table { head: head.iter().copied().map(str::to_owned).collect(), rows });
    }

    /// Nothing where there is nothing to list.
    pub fn list(&mut self, title: &str, entries: Vec<String>) {
        if !entries.is_empty() {
            self.line(format!("{title} ({}):", entries.len()));
            self.blocks.push(Block::List(entries));
        }
    }

    /// What was promised, and whether it is so.
    pub fn target(&mut self, what: &str, met: bool) {
        self.line(format!("Target: {what}. {}", if met { "Met." } else { "Missed." }));
        self.code = self.code.max(u8::from(!met));
    }

    /// Something that could not be measured.
    pub fn not_run(&mut self, why: &str) {
        self.line(format!("Not run: {why}"));
        self.code = 2;
    }

    /// 0 when every target is met, 1 when one is missed, 2 when something was not run.
    pub fn code(&self) -> u8 {
        self.code
    }

    pub fn render(&self, markdown: bool) -> String {
        let mut text = if markdown { format!("## {}\n", self.title) } else { format!("{}\n", self.title) };
        for block in &self.blocks {
            text.push('\n');
            match block {
                Block::Line(line) => writeln!(text, "{line}").expect("a string takes everything"),
                Block::Table { head, rows } => text.push_str(&table(head, rows, markdown)),
                Block::List(entries) => entries.iter().for_each(|entry| text.push_str(&format!("- {entry}\n"))),
            }
        }
        text.push('\n');
        text
    }
}

fn table(head: &[String], rows: &[Vec<String>], markdown: bool) -> String {
    let mut text = String::new();
    if markdown {
        let rule = vec!["---".to_owned(); head.len()];
        for row in [head, &rule].into_iter().chain(rows.iter().map(Vec::as_slice)) {
            text.push_str(&format!("| {} |\n", row.join(" | ")));
        }
        return text;
    }
    let all = || std::iter::once(head).chain(rows.iter().map(Vec::as_slice));
    let width = |column: usize| all().map(|row| row[column].chars().count()).max().unwrap_or(0);
    for row in all() {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:<width$}", width = width(column)));
        text.push_str(&format!("  {}\n", cells.collect::<Vec<_>>().join("  ").trim_end()));
    }
    text
}
