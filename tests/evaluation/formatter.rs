//! Formatters as programs: files are laid out in a folder that is thrown away, formatted in place, and read back.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anyhow::Context;
use dynadrift::symbols::Language;
use rayon::prelude::*;

use crate::progress::Progress;

/// A formatter with its style.
pub struct Formatter {
    /// As shown: `clang-format LLVM`.
    pub name: String,
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// How to get the program.
    pub install: &'static str,
    pub folder: &'static str,
    pub language: Language,
}

pub type Text = Arc<[u8]>;

/// How many files one run of the program is given.
const BATCH: usize = 16;

impl Formatter {
    /// What the program calls its version; the error says how to get the program.
    pub fn version(&self) -> Result<String, String> {
        let output = Command::new(&self.program).arg("--version").output();
        let output = output.map_err(|error| {
            let program = self.program.display();
            format!("`{program}` cannot be run ({error}); install it with `{}`", self.install)
        })?;
        Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned())
    }

    /// The files in this style; what the program could not format comes back as it was.
    pub fn format(&self, files: &[(Arc<str>, Text)]) -> anyhow::Result<Vec<Text>> {
        let root = tempfile::tempdir().context("a temporary folder cannot be made")?;
        let progress = Progress::over(&self.name, files.len());
        let batches: Vec<Vec<Text>> = files
            .par_chunks(BATCH)
            .map(|batch| {
                let formatted = self.format_batch(root.path(), batch);
                batch.iter().for_each(|_| progress.step());
                formatted
            })
            .collect::<anyhow::Result<_>>()?;
        Ok(batches.concat())
    }

    fn format_batch(&self, root: &Path, batch: &[(Arc<str>, Text)]) -> anyhow::Result<Vec<Text>> {
        let paths: Vec<PathBuf> = batch.iter().map(|(path, _)| root.join(&**path)).collect();
        for (path, (_, text)) in paths.iter().zip(batch) {
            fs::create_dir_all(path.parent().expect("a file below the root has a folder"))?;
            fs::write(path, text)?;
        }
        // Its exit code speaks of files that it cannot parse; those it leaves alone.
        Command::new(&self.program).args(&self.arguments).args(&paths).output().context("the formatter stopped")?;
        let read = |path: &PathBuf| Ok(Text::from(fs::read(path)?));
        paths.iter().map(read).collect()
    }
}
