//! Acks: recorded, reasoned statements that a change of a C++ end needs no Python change.
//!
//! An ack is about content. It names what a symbol was and what it became, so that rebase, squash, cherry-pick and a
//! move to another file keep it, and a further edit voids it.

use std::collections::BTreeSet;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
pub use toml::value::Date;

use super::document::{Document, MappingError};
use super::edit::lines;
use super::model::MappingSource;
use crate::change::Change;

/// The acks that apply to a range.
#[derive(Debug, Clone, Default)]
pub struct Acks {
    pub acks: Vec<Ack>,
    /// Those of commit messages in the range.
    pub trailers: Vec<Trailer>,
    /// An ack that ends before this day is void; without a day none ends.
    pub today: Option<Date>,
    /// The files they were read from. An ack's `origin` is an index into this.
    pub sources: Vec<MappingSource>,
}

/// One entry of `acks.toml`.
#[derive(Debug, Clone)]
pub struct Ack {
    /// The link whose Python end need not follow.
    pub link: String,
    pub why: String,
    pub who: Option<String>,
    /// The last day on which it counts.
    pub until: Option<Date>,
    pub changes: Vec<Covered>,
    /// The range judged adds it.
    pub fresh: bool,
    /// Which source, and the bytes of its header in it.
    pub origin: (usize, Range<usize>),
}

/// A change of one symbol that an ack covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// `path#symbol`, for people: what counts is the content.
    pub symbol: String,
    /// `None` where the change adds the symbol.
    pub before: Option<Fingerprint>,
    /// `None` where the change removes the symbol.
    pub after: Option<Fingerprint>,
}

/// The content of a symbol without its layout and comments, as sixteen hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(u64);

/// A line `Drift-Ack: LINK: REASON` in the message of a commit of the range: for this range the link need not follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer {
    pub link: String,
    /// Empty where none is given: such a trailer does not count.
    pub why: String,
    pub commit: String,
}

/// What speaks for a change.
#[derive(Debug, Clone, Copy)]
pub enum Acknowledgement<'a> {
    Ack(&'a Ack),
    Trailer(&'a Trailer),
}

/// Reads the acks of one file.
pub fn parse(name: &str, text: &str, index: usize) -> Result<Acks, Vec<MappingError>> {
    Document::read(name, text, index, Document::acks)
}

/// The trailers of a commit's message.
pub fn trailers(commit: &str, message: &str) -> Vec<Trailer> {
    let values = message.lines().filter_map(|line| line.strip_prefix("Drift-Ack:"));
    let trailers = values.map(|value| {
        let (link, why) = value.split_once(':').unwrap_or((value, ""));
        Trailer { link: link.trim().to_owned(), why: why.trim().to_owned(), commit: commit.to_owned() }
    });
    trailers.collect()
}

/// A day, written as `2027-01-31`.
pub fn parse_date(text: &str) -> Result<Date, String> {
    let datetime = text.parse::<toml::value::Datetime>().ok().filter(|datetime| datetime.time.is_none());
    datetime.and_then(|datetime| datetime.date).ok_or_else(|| "write a day as 2027-01-31".to_owned())
}

/// The text of `acks.toml` with one more entry at its end; the rest stays as it is.
pub fn with_entry(text: &str, ack: &Ack) -> String {
    let plain = lines::plain(text);
    let head = if plain.trim().is_empty() { "version = 1" } else { plain.trim_end() };
    lines::as_in(text, &format!("{head}\n\n{}", entry(ack)))
}

/// The text of `acks.toml` without the entries that stand at these places in it, and the comments above them.
pub fn without_entries(text: &str, places: &[usize]) -> Result<String, toml_edit::TomlError> {
    let mut document = lines::plain(text).parse::<toml_edit::DocumentMut>()?;
    if let Some(entries) = document.get_mut("ack").and_then(toml_edit::Item::as_array_of_tables_mut) {
        for place in places.iter().rev() {
            entries.remove(*place);
        }
    }
    Ok(lines::as_in(text, &document.to_string()))
}

impl Acks {
    /// The acks of several files as one; what is said twice counts once.
    pub fn joined(all: Vec<Acks>) -> Acks {
        let mut joined = Acks::default();
        for acks in all {
            let first = joined.sources.len();
            joined.sources.extend(acks.sources);
            for mut ack in acks.acks {
                ack.origin.0 += first;
                if joined.acks.iter().all(|other| !other.says_the_same(&ack)) {
                    joined.acks.push(ack);
                }
            }
        }
        joined
    }

    /// Marks those that `before` does not have: the range adds them.
    pub fn compared_with(mut self, before: &Acks) -> Acks {
        for ack in &mut self.acks {
            ack.fresh = before.acks.iter().all(|other| !other.says_the_same(ack));
        }
        self
    }

    /// What speaks for a change that reaches a link. Several acks may do so together: `a → b` and `b → c` cover `a → c`,
    /// which is what a squash makes of them.
    pub fn covering<'a>(&'a self, link: &str, change: &Change) -> Vec<Acknowledgement<'a>> {
        let acks: Vec<&Ack> = self.acks.iter().filter(|ack| ack.link == link && !self.is_expired(ack)).collect();
        let chain = chain(&acks, &Covered::of(change));
        if !chain.is_empty() {
            return chain.into_iter().map(Acknowledgement::Ack).collect();
        }
        let trailer = self.trailers.iter().find(|trailer| trailer.link == link && !trailer.why.is_empty());
        trailer.map(Acknowledgement::Trailer).into_iter().collect()
    }

    /// Whether an ack would cover a change if it had not ended.
    pub fn would_cover(&self, ack: &Ack, link: &str, change: &Change) -> bool {
        let acks: Vec<&Ack> = self.acks.iter().filter(|ack| ack.link == link).collect();
        chain(&acks, &Covered::of(change)).into_iter().any(|covering| std::ptr::eq(covering, ack))
    }

    pub fn is_expired(&self, ack: &Ack) -> bool {
        matches!((ack.until, self.today), (Some(until), Some(today)) if until < today)
    }
}

impl Covered {
    pub fn of(change: &Change) -> Covered {
        let (before, after) = change.fingerprints;
        Covered {
            symbol: format!("{}#{}", change.path, change.symbol),
            before: Fingerprint::of(before),
            after: Fingerprint::of(after),
        }
    }
}

impl Fingerprint {
    /// `None` for the content of what is not there.
    fn of(content: u128) -> Option<Fingerprint> {
        // The upper half of a good hash is a good hash.
        (content != 0).then_some(Fingerprint((content >> 64) as u64))
    }

    fn parse(text: &str) -> Option<Fingerprint> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits.then(|| u64::from_str_radix(text, 16).ok()).flatten().map(Fingerprint)
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl Ack {
    fn says_the_same(&self, other: &Ack) -> bool {
        let said = |ack: &Ack| (ack.link.clone(), ack.why.clone(), ack.who.clone(), ack.until);
        said(self) == said(other) && self.changes == other.changes
    }
}

impl Acknowledgement<'_> {
    pub fn why(&self) -> &str {
        match self {
            Acknowledgement::Ack(ack) => &ack.why,
            Acknowledgement::Trailer(trailer) => &trailer.why,
        }
    }

    /// Who says so: a name, or the commit that holds the trailer.
    pub fn who(&self) -> Option<String> {
        match self {
            Acknowledgement::Ack(ack) => ack.who.clone(),
            Acknowledgement::Trailer(trailer) => {
                Some(format!("commit {}", trailer.commit.get(..12).unwrap_or(&trailer.commit)))
            }
        }
    }
}

/// The fewest acks that lead from before to after, in order; empty if none do.
fn chain<'a>(acks: &[&'a Ack], wanted: &Covered) -> Vec<&'a Ack> {
    let mut seen = BTreeSet::from([wanted.before]);
    let mut ways: Vec<(Option<Fingerprint>, Vec<&'a Ack>)> = vec![(wanted.before, Vec::new())];
    while !ways.is_empty() {
        let mut next = Vec::new();
        for (at, way) in ways {
            for ack in acks {
                for step in ack.changes.iter().filter(|step| step.before == at) {
                    let mut way = way.clone();
                    way.push(ack);
                    if step.after == wanted.after {
                        return way;
                    }
                    if seen.insert(step.after) {
                        next.push((step.after, way));
                    }
                }
            }
        }
        ways = next;
    }
    Vec::new()
}

fn entry(ack: &Ack) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let mut lines = vec!["[[ack]]".to_owned(), format!("link = {}", quoted(&ack.link))];
    lines.push(format!("why = {}", quoted(&ack.why)));
    lines.extend(ack.who.as_ref().map(|who| format!("who = {}", quoted(who))));
    lines.extend(ack.until.map(|until| format!("until = {until}")));
    lines.push("changes = [".to_owned());
    lines.extend(ack.changes.iter().map(|change| {
        let print = |key: &str, print: Option<Fingerprint>| match print {
            Some(print) => format!(", {key} = \"{print}\""),
            None => String::new(),
        };
        let (before, after) = (print("before", change.before), print("after", change.after));
        format!("  {{ symbol = {}{before}{after} }},", quoted(&change.symbol))
    }));
    lines.push("]\n".to_owned());
    lines.join("\n")
}

const TOP: &[&str] = &["version", "ack"];
const ACK: &[&str] = &["link", "why", "who", "until", "changes"];
const CHANGE: &[&str] = &["symbol", "before", "after"];

impl Document<'_> {
    fn acks(&mut self, table: &DeTable<'_>) -> Acks {
        self.only_keys(table, "a file of acks", TOP);
        self.version(table);
        let source = MappingSource::new(self.name, self.text);
        let acks = self.items(table, "ack").into_iter().map(|(span, inner)| self.ack(span, inner)).collect();
        Acks { acks, sources: vec![source], ..Acks::default() }
    }

    fn ack(&mut self, span: Range<usize>, table: &DeTable<'_>) -> Ack {
        self.only_keys(table, "`[[ack]]`", ACK);
        for key in ["link", "why", "changes"] {
            if !table.contains_key(key) {
                self.error(span.clone(), format!("the ack has no `{key}`"), None);
            }
        }
        let changes = self.items(table, "changes").into_iter().map(|(span, inner)| self.covered(span, inner)).collect();
        Ack {
            link: self.string(table, "link").unwrap_or_default(),
            why: self.string(table, "why").unwrap_or_default(),
            who: self.string(table, "who"),
            until: self.date(table, "until"),
            changes,
            fresh: false,
            origin: (self.index, span),
        }
    }

    fn covered(&mut self, span: Range<usize>, table: &DeTable<'_>) -> Covered {
        self.only_keys(table, "`changes`", CHANGE);
        let symbol = self.string(table, "symbol").unwrap_or_default();
        let [before, after] = ["before", "after"].map(|key| self.fingerprint(table, key));
        if before == after {
            let help = Some("write it with `drift ack LINK RANGE --reason …`".to_owned());
            self.error(span, "the change leaves its symbol as it was".to_owned(), help);
        }
        Covered { symbol, before, after }
    }

    fn fingerprint(&mut self, table: &DeTable<'_>, key: &str) -> Option<Fingerprint> {
        let text = self.string(table, key)?;
        let print = Fingerprint::parse(&text);
        if print.is_none() {
            self.kind(table.get(key)?, key, "a fingerprint of 16 hexadecimal digits");
        }
        print
    }

    fn date(&mut self, table: &DeTable<'_>, key: &str) -> Option<Date> {
        let value = table.get(key)?;
        let date = match value.get_ref() {
            DeValue::Datetime(datetime) if datetime.time.is_none() => datetime.date,
            _ => None,
        };
        if date.is_none() {
            self.kind(value, key, "a date such as 2027-01-31, without quotes");
        }
        date
    }

    /// The tables of a list, each with its place.
    fn items<'t>(&mut self, table: &'t DeTable<'_>, key: &str) -> Vec<(Range<usize>, &'t DeTable<'t>)> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.kind(value, key, "a list of tables");
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            if let Some(inner) = self.table(item, key) {
                tables.push((Spanned::span(item), inner));
            }
        }
        tables
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::What;
    use crate::ladder::Rung;
    use crate::symbols::{Language, SymbolKind};

    fn change(before: u128, after: u128) -> Change {
        Change {
            language: Language::Cpp,
            path: "a.cpp".into(),
            before_path: None,
            symbol: "f".to_owned(),
            before_symbol: None,
            kind: SymbolKind::Function,
            what: What::Modified,
            rung: Rung::Semantic,
            facets: Vec::new(),
            before: None,
            after: None,
            certain: true,
            fingerprints: (before << 64, after << 64),
        }
    }

    fn ack(changes: &[(u128, u128)], until: Option<&str>) -> Ack {
        Ack {
            link: "a".to_owned(),
            why: "it \"need\" not".to_owned(),
            who: Some("Ada <ada@example.org>".to_owned()),
            until: until.map(|date| parse_date(date).unwrap()),
            changes: changes.iter().map(|(before, after)| Covered::of(&change(*before, *after))).collect(),
            fresh: false,
            origin: (0, 0..0),
        }
    }

    fn acks(acks: Vec<Ack>) -> Acks {
        Acks { acks, ..Acks::default() }
    }

    #[test]
    fn an_ack_covers_its_change_and_nothing_else() {
        let acks = acks(vec![ack(&[(1, 2)], None)]);
        assert_eq!(acks.covering("a", &change(1, 2)).len(), 1);
        for (link, before, after) in [("b", 1, 2), ("a", 1, 3), ("a", 2, 3), ("a", 2, 1), ("a", 0, 2), ("a", 1, 0)] {
            assert!(acks.covering(link, &change(before, after)).is_empty(), "{link} {before} {after}");
        }
    }

    #[test]
    fn two_acks_cover_what_a_squash_makes_of_them() {
        let squashed = acks(vec![ack(&[(2, 3)], None), ack(&[(1, 2), (7, 8)], None)]);
        assert_eq!(squashed.covering("a", &change(1, 3)).len(), 2);
        assert!(squashed.covering("a", &change(1, 4)).is_empty());
        assert!(squashed.covering("a", &change(3, 1)).is_empty());
    }

    #[test]
    fn an_ack_that_has_ended_covers_nothing() {
        let mut acks = acks(vec![ack(&[(1, 2)], Some("2026-05-01"))]);
        acks.today = parse_date("2026-05-01").ok();
        assert_eq!(acks.covering("a", &change(1, 2)).len(), 1);
        acks.today = parse_date("2026-05-02").ok();
        assert!(acks.covering("a", &change(1, 2)).is_empty());
        assert!(acks.would_cover(&acks.acks[0], "a", &change(1, 2)));
    }

    #[test]
    fn a_trailer_covers_its_link_if_it_says_why() {
        let message = "Rework apply\n\nDrift-Ack: a: eager only\nDrift-Ack: b\n\nReviewed-by: x\n";
        let found = trailers("0123456789abcdef", message);
        assert_eq!(found.iter().map(|t| (&*t.link, &*t.why)).collect::<Vec<_>>(), [("a", "eager only"), ("b", "")]);
        let acks = Acks { trailers: found, ..Acks::default() };
        assert_eq!(acks.covering("a", &change(1, 2))[0].who().as_deref(), Some("commit 0123456789ab"));
        assert!(acks.covering("b", &change(1, 2)).is_empty());
    }

    #[test]
    fn what_is_written_is_read_back_and_the_rest_stays() {
        let mut first = ack(&[(1, 2), (0, 3), (4, 0)], Some("2027-01-31"));
        let text = with_entry("", &first);
        let read = parse("acks.toml", &text, 0).expect("valid");
        first.origin = read.acks[0].origin.clone();
        assert!(read.acks[0].says_the_same(&first), "{text}");
        for before in ["# why\r\nversion = 1\r\n", "version = 1 # x\n"] {
            let both = with_entry(before, &first);
            assert!(both.starts_with(before.trim_end()), "{both:?}");
            assert_eq!(both.contains("\r\n"), before.contains("\r\n"));
            assert_eq!(parse("acks.toml", &both, 0).expect("valid").acks.len(), 1);
        }
    }

    #[test]
    fn entries_are_taken_out_and_the_rest_stays() {
        let head = "# kept\r\nversion = 1\r\n";
        let one = with_entry(head, &ack(&[(1, 2)], None));
        let two = with_entry(&one, &ack(&[(3, 4)], None));
        assert_eq!(without_entries(&two, &[1]).unwrap().trim_end(), one.trim_end());
        assert_eq!(without_entries(&two, &[0, 1]).unwrap().trim_end(), head.trim_end());
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let text =
            "version = 1\n[[ack]]\nlink = 'a'\nuntil = '2027-01-31'\nchanges = [{ symbol = 's', before = 'x' }]\n";
        let errors: Vec<String> = parse("k", text, 0).expect_err("errors").iter().map(ToString::to_string).collect();
        assert_eq!(errors.len(), 4, "{errors:#?}");
        for said in ["no `why`", "`until` must be a date", "16 hexadecimal digits", "leaves its symbol as it was"] {
            assert!(errors.iter().any(|error| error.contains(said)), "{said} in {errors:#?}");
        }
    }
}
