//! Judging changes with a memory of earlier runs: whole answers, and the symbols of files.

use anyhow::Result;

use super::remembering::Remembering;
use super::world::{Applying, MappingTexts, World};
use crate::cache::Cache;
use crate::impact::DEFAULT_DEPTH;
use crate::mapping::acks::Acks;
use crate::verdict::{Report, Told};

/// Judges, and remembers.
pub struct Judge<'a> {
    cache: &'a Cache,
    /// How far links look that do not say it themselves.
    depth: u32,
    reader: Remembering<'a>,
}

impl<'a> Judge<'a> {
    /// For one change: files are kept for later runs.
    pub fn of_one(cache: &'a Cache) -> Judge<'a> {
        Judge { cache, depth: DEFAULT_DEPTH, reader: Remembering::of_one(cache) }
    }

    /// For one change after the other: files are held in memory, and only answers are kept. The answers are
    /// [brief](Report::brief).
    pub fn of_many(cache: &'a Cache) -> Judge<'a> {
        Judge { cache, depth: DEFAULT_DEPTH, reader: Remembering::of_many(cache) }
    }

    /// The same, but links that do not say how far they look through callees look so far.
    pub fn looking(self, depth: u32) -> Judge<'a> {
        Judge { depth, ..self }
    }

    /// The judgement of what the world compares, worked out or remembered. The mapping is given the acks and the depth.
    pub fn judge(
        &self,
        world: &World,
        texts: &MappingTexts,
        applying: &mut Applying,
        acks: Acks,
        on_stage: &mut dyn FnMut(&'static str),
    ) -> Result<Report> {
        on_stage("recall");
        let is_brief = self.reader.holds_files();
        let kind = format!("{} {}", if is_brief { "brief report" } else { "report" }, self.depth);
        let key = world.key(&kind, texts, &acks);
        if let Some(report) = key.and_then(|key| self.cache.read(key)) {
            return Ok(report);
        }
        on_stage("read");
        let Applying { mapping, findings } = applying;
        mapping.acks = acks;
        mapping.links.iter_mut().for_each(|link| link.depth = link.depth.or(Some(self.depth)));
        let pair = world.snapshots(mapping)?;
        let told = if is_brief { Told::New } else { Told::All };
        let report = crate::check_by(mapping, &pair, &self.reader, told, on_stage).without_idle_changes();
        let report = report.with_findings(findings.clone());
        let report = if is_brief { report.brief() } else { report };
        if let Some(key) = key.filter(|_| pair.is_whole()) {
            on_stage("keep");
            self.cache.write(key, &report);
        }
        Ok(report)
    }
}
