//! Mutation: single known edits to C++ files, some of which change what the code does and some of which do not.
//!
//! The generator knows nothing of the ladder, so that it is a fair judge of it: it reads tokens and brackets, and takes
//! from `dynadrift` only where functions, tables and enums stand. An edit that may do nothing is avoided where it is made.

mod harmless;
mod semantic;
mod subject;
mod tokens;

use std::sync::Arc;

use dynadrift::change::{self, Change, FilePair};
use dynadrift::ladder::Rung;
use dynadrift::symbols::{Language, Lines, ParsedFile};

pub use subject::Subject;

/// A kind of edit, by the name under which it is counted.
pub struct Operator {
    pub name: &'static str,
    pub effect: Effect,
    find: fn(&Subject, &mut Dice) -> Vec<Edit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Has to be told as `semantic`.
    Semantic,
    /// Must not be.
    Harmless,
}

/// Pieces of text to be replaced, at byte offsets; they do not overlap.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Start, end and new text, in order.
    pub parts: Vec<(usize, usize, String)>,
}

/// A file with one edit in it, and what was said about it.
#[derive(Debug)]
pub struct Judgement {
    /// The deepest rung of any change that touches the edited lines.
    pub rung: Option<Rung>,
    pub right: bool,
    /// The symbol, and the first line that differs, before and after.
    pub story: String,
}

/// Repeatable chance.
pub struct Dice(u64);

/// Every operator, those that change meaning first.
pub fn operators() -> Vec<Operator> {
    let of = |effect| move |&(name, find): &(&'static str, Find)| Operator { name, effect, find };
    let semantic = semantic::OPERATORS.iter().map(of(Effect::Semantic));
    semantic.chain(harmless::OPERATORS.iter().map(of(Effect::Harmless))).collect()
}

type Find = fn(&Subject, &mut Dice) -> Vec<Edit>;

impl Operator {
    /// At most `count` edits of a file, the same for the same seed.
    pub fn edits(&self, subject: &Subject, seed: u64, count: usize) -> Vec<Edit> {
        let mut dice = Dice::of(seed, self.name);
        let mut edits = (self.find)(subject, &mut dice);
        dice.shuffle(&mut edits);
        edits.truncate(count);
        edits
    }
}

impl Edit {
    pub fn of(start: usize, end: usize, text: impl Into<String>) -> Edit {
        Edit::default().and(start, end, text)
    }

    pub fn and(mut self, start: usize, end: usize, text: impl Into<String>) -> Edit {
        self.parts.push((start, end, text.into()));
        self.parts.sort_by_key(|part| (part.0, part.1));
        self
    }

    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for (start, end, new) in &self.parts {
            out.push_str(&text[at..*start]);
            out.push_str(new);
            at = *end;
        }
        out.push_str(&text[at..]);
        out
    }

    fn start(&self) -> usize {
        self.parts.first().map_or(0, |part| part.0)
    }
}

/// What `change::diff` says about one edit of a file.
pub fn judge(subject: &Subject, edit: &Edit, effect: Effect) -> Judgement {
    let text = edit.apply(&subject.text);
    let after = ParsedFile::parse(subject.parsed.path.clone(), Language::Cpp, Arc::from(text.as_bytes()));
    let changes = change::diff(&[FilePair { before: Some(subject.parsed.clone()), after: Some(after) }]);
    let line = subject.text[..edit.start()].matches('\n').count() as u32 + 1;
    let touches = |change: &&Change| effect == Effect::Harmless || touches(change, line);
    let deepest = changes.iter().filter(touches).max_by_key(|change| change.rung);
    let rung = deepest.map(|change| change.rung);
    let symbol = deepest.map_or("no change", |change| &change.symbol);
    let doubt = if deepest.is_some_and(|change| !change.certain) { " (uncertain)" } else { "" };
    Judgement {
        rung,
        right: (rung == Some(Rung::Semantic)) == (effect == Effect::Semantic),
        story: format!("{}:{line} `{symbol}`{doubt}{}", subject.parsed.path, difference(&subject.text, &text)),
    }
}

/// Whether a change is about the line at which the text differs first; lines after it may have moved.
fn touches(change: &Change, line: u32) -> bool {
    let near = |lines: Option<Lines>| lines.is_some_and(|lines| (lines.start..=lines.end + 1).contains(&line));
    near(change.before) || near(change.after)
}

/// The lines that differ, at most three of each side.
pub fn difference(before: &str, after: &str) -> String {
    let same = before.lines().zip(after.lines()).take_while(|(one, two)| one == two).count();
    let tail = before.lines().rev().zip(after.lines().rev()).take_while(|(one, two)| one == two).count();
    let mut out = String::new();
    for (sign, text) in [("-", before), ("+", after)] {
        let length = text.lines().count().saturating_sub(tail).saturating_sub(same).min(3);
        for line in text.lines().skip(same).take(length.max(1)) {
            out.push_str(&format!("\n      {sign} {}", line.trim()));
        }
    }
    out
}

impl Dice {
    pub fn of(seed: u64, salt: &str) -> Dice {
        let salt = salt
            .bytes()
            .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt)
    }

    /// Below `sides`, which is not zero.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % sides as u64) as usize
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.roll(last + 1));
        }
    }
}
