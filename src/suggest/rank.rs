//! Ranking: from evidence to a score that can be read back.

use rustc_hash::FxHashMap;

use super::Suggestion;
use super::entries::{Entries, Entry, Owner};
use super::evidence::{Evidence, Pairs};
use super::signal::Signal;
use super::twins::Twin;
use crate::symbols::{ParsedFile, SymbolKind};

/// What a pair needs to be as likely a link as not.
const EVEN: f32 = 3.5;

/// How much each further signal counts, strongest first.
const SHARES: [f32; 4] = [1.0, 0.6, 0.4, 0.3];

/// Suggestions for the pairs, best first.
pub fn rank(pairs: &Pairs, entries: &Entries, twins: &[Twin], python: &[ParsedFile]) -> Vec<Suggestion> {
    let crowds = Crowds::of(pairs, entries, twins);
    let mut all: Vec<Suggestion> = pairs
        .iter()
        .map(|((entry, twin), evidence)| {
            let known = crowds.company(&entries.all[*entry], &twins[*twin], evidence);
            let total = crowds.total(*entry, *twin, evidence) + known + prior(&twins[*twin]);
            suggestion(&entries.all[*entry], &twins[*twin], python, evidence, total)
        })
        .collect();
    all.sort_by(|one, two| {
        two.score.total_cmp(&one.score).then_with(|| (&one.cpp, &one.python).cmp(&(&two.cpp, &two.python)))
    });
    all.dedup_by(|one, two| one.cpp == two.cpp && one.python == two.python);
    all
}

/// How many others share a signal: what fires everywhere tells little.
struct Crowds<'a> {
    /// How many strong pairs have an end in a file.
    strong: FxHashMap<&'a str, usize>,
    strong_twins: FxHashMap<usize, usize>,
    of_entry: FxHashMap<(usize, Signal), usize>,
    of_twin: FxHashMap<(usize, Signal), usize>,
}

impl<'a> Crowds<'a> {
    fn of(pairs: &Pairs, entries: &'a Entries, twins: &[Twin]) -> Crowds<'a> {
        let mut crowds = Crowds {
            strong: FxHashMap::default(),
            strong_twins: FxHashMap::default(),
            of_entry: FxHashMap::default(),
            of_twin: FxHashMap::default(),
        };
        for ((entry, twin), evidence) in pairs {
            if evidence.iter().any(is_strong) {
                *crowds.strong.entry(&entries.all[*entry].path).or_default() += 1;
                *crowds.strong_twins.entry(twins[*twin].file).or_default() += 1;
            }
            for signal in evidence.iter().map(|evidence| evidence.signal) {
                *crowds.of_entry.entry((*entry, signal)).or_default() += 1;
                *crowds.of_twin.entry((*twin, signal)).or_default() += 1;
            }
        }
        crowds
    }

    /// Weak evidence counts for more between files that strong evidence joins to the other side anyway.
    fn company(&self, entry: &Entry, twin: &Twin, evidence: &[Evidence]) -> f32 {
        if evidence.iter().any(is_strong) {
            return 0.0;
        }
        let known = |count: Option<&usize>| match count {
            Some(count) => (0.3 * (1.0 + *count as f32).ln() - 0.5).min(1.0),
            None => -1.0,
        };
        known(self.strong.get(&*entry.path)) + 0.5 * known(self.strong_twins.get(&twin.file))
    }

    fn total(&self, entry: usize, twin: usize, evidence: &[Evidence]) -> f32 {
        let mut weights: Vec<f32> = evidence
            .iter()
            .map(|seen| {
                let of_entry = self.of_entry[&(entry, seen.signal)] as f32;
                let of_twin = self.of_twin[&(twin, seen.signal)] as f32;
                seen.weight() - 0.7 * of_entry.ln() - 0.3 * of_twin.ln()
            })
            .collect();
        weights.sort_by(|one, two| two.total_cmp(one));
        let positive = weights.iter().enumerate().filter(|(at, weight)| *at == 0 || **weight > 0.0);
        positive.map(|(at, weight)| weight * SHARES.get(at).copied().unwrap_or(0.2)).sum()
    }
}

/// Evidence that hardly ever misleads.
fn is_strong(seen: &Evidence) -> bool {
    let strong =
        matches!(seen.signal, Signal::HandlerDecorator | Signal::MethodName | Signal::NameUsed | Signal::StringBranch);
    strong && seen.adjustment >= 0.0
}

/// Pieces of some kinds are simulations more often than others.
fn prior(twin: &Twin) -> f32 {
    match twin.kind {
        SymbolKind::Function | SymbolKind::Branch => 0.0,
        SymbolKind::Class => -0.3,
        SymbolKind::Variable | SymbolKind::Table => -0.3,
        _ => -0.6,
    }
}

fn suggestion(entry: &Entry, twin: &Twin, python: &[ParsedFile], evidence: &[Evidence], total: f32) -> Suggestion {
    let mut evidence = evidence.to_vec();
    evidence.sort_by(|one, two| two.weight().total_cmp(&one.weight()).then(one.signal.cmp(&two.signal)));
    let code = format!("{}#{}", entry.path, entry.selector);
    let lists = evidence.iter().all(|seen| seen.signal == Signal::Listed);
    let (cpp, also) = match &entry.registration {
        // Who lists a name follows the name, whatever the code does.
        Some(registration) if lists => (registration.clone(), Some(code)),
        registration => (code, registration.clone()),
    };
    Suggestion {
        cpp,
        also,
        python: format!("{}#{}", python[twin.file].path, twin.selector),
        names: names(entry, &evidence),
        evidence,
        score: 1.0 / (1.0 + (EVEN - total).exp()),
    }
}

/// How Python sees the entry point: as the twin writes it, else as far as the C++ tells.
fn names(entry: &Entry, evidence: &[Evidence]) -> Vec<String> {
    let Some(key) = &entry.key else { return Vec::new() };
    let written = evidence.iter().find(|seen| {
        let leaf = seen.detail.rsplit('.').next().unwrap_or("");
        matches!(seen.signal, Signal::HandlerDecorator | Signal::NameUsed | Signal::Listed)
            && seen.detail.contains('.')
            && leaf == &**key
    });
    if let Some(seen) = written {
        return vec![seen.detail.to_string()];
    }
    match &entry.owner {
        Owner::Module(owner) | Owner::Class(owner) => vec![format!("{owner}.{key}")],
        Owner::Operator { method: true, .. } => vec![format!("torch.Tensor.{key}")],
        Owner::Operator { .. } => vec![format!("torch.{key}")],
        Owner::Unknown => Vec::new(),
    }
}
