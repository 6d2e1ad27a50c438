//! What a mapping says to the review: contracts of the project's own functions, its owners, and levels of rules.

use globset::GlobSet;
use toml::de::DeTable;

use super::document::{Document, whole_number};
use super::keys;
use super::model::compile;

/// `[review]` of a mapping.
#[derive(Debug, Clone, Default)]
pub struct ReviewSettings {
    /// Types that release the reference they hold.
    pub owners: Vec<String>,
    /// Files whose changes reach far, whatever they say.
    pub core: GlobSet,
    pub contracts: Vec<GivenContract>,
    /// The last one that fits decides.
    pub settings: Vec<Setting>,
}

/// `[review.contract.NAME]`: what a function of the project promises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenContract {
    pub name: String,
    pub returns: Option<String>,
    pub failure: Option<String>,
    /// Arguments that it takes over, from 0.
    pub steals: Vec<usize>,
    /// Arguments through which it gives new references, from 0.
    pub out: Vec<usize>,
    pub runs_python: bool,
}

/// `[review.setting.NAME]`: the level of some rules in some files.
#[derive(Debug, Clone)]
pub struct Setting {
    pub name: String,
    /// Ids, or beginnings of ids with a `*` behind.
    pub rules: Vec<String>,
    /// Empty for every file.
    pub paths: GlobSet,
    pub level: Level,
    pub why: String,
}

/// What a broken rule counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Off,
    Note,
    Warning,
    Error,
}

impl Level {
    pub const ALL: [(&'static str, Level); 4] =
        [("off", Level::Off), ("note", Level::Note), ("warning", Level::Warning), ("error", Level::Error)];
}

/// What `returns` of a contract may say.
pub const RETURNS: [&str; 6] = ["new", "borrowed", "null", "value", "nothing", "unknown"];

/// What `failure` of a contract may say.
pub const FAILURES: [&str; 12] = [
    "null-sets",
    "null-memory",
    "null-ask",
    "null-quiet",
    "swallows",
    "minus-sets",
    "minus-ask",
    "tristate",
    "zero-sets",
    "throws",
    "never",
    "unknown",
];

impl ReviewSettings {
    /// The level that is set for a rule in a file.
    pub fn level(&self, rule: &str, path: &str) -> Option<Level> {
        let fits = |name: &String| match name.strip_suffix('*') {
            Some(head) => rule.starts_with(head),
            None => rule == name,
        };
        let here = |setting: &&Setting| setting.paths.is_empty() || setting.paths.is_match(path);
        let set = self.settings.iter().filter(here).rfind(|setting| setting.rules.iter().any(fits));
        set.map(|setting| setting.level)
    }

    /// Those of several files together.
    pub(super) fn extend(&mut self, other: ReviewSettings) {
        self.owners.extend(other.owners);
        if self.core.is_empty() {
            self.core = other.core;
        }
        self.contracts.extend(other.contracts);
        self.settings.extend(other.settings);
    }

    /// Those of a range that edits them: a level counts once both sides have it, so that a change does not silence what
    /// is said about it.
    pub(super) fn agreed(before: &ReviewSettings, after: ReviewSettings) -> ReviewSettings {
        let had = |setting: &Setting| {
            before
                .settings
                .iter()
                .any(|old| old.name == setting.name && old.level == setting.level && old.rules == setting.rules)
        };
        let settings = after.settings.into_iter().filter(had).collect();
        ReviewSettings { settings, ..after }
    }
}

impl Document<'_> {
    pub(super) fn review(&mut self, table: &DeTable<'_>) -> ReviewSettings {
        let Some(value) = table.get("review") else { return ReviewSettings::default() };
        let Some(review) = self.table(value, "review") else { return ReviewSettings::default() };
        self.known_keys(review, keys::REVIEW.title, &keys::REVIEW);
        let owners = self.list(review, "owners");
        let core = compile(&self.globs(review, "core")).unwrap_or_else(|error| {
            self.error(value.span(), format!("the globs of `core` do not compile together: {error}"), None);
            GlobSet::empty()
        });
        ReviewSettings { owners, core, contracts: self.given_contracts(review), settings: self.settings(review) }
    }

    fn given_contracts(&mut self, review: &DeTable<'_>) -> Vec<GivenContract> {
        let mut contracts = Vec::new();
        for ((name, _), _, inner) in self.tables(review, "contract") {
            self.known_keys(inner, &format!("`[review.contract.{name}]`"), &keys::CONTRACT);
            let returns = self.choice(inner, "returns", &RETURNS.map(|name| (name, name))).map(str::to_owned);
            let failure = self.choice(inner, "failure", &FAILURES.map(|name| (name, name))).map(str::to_owned);
            let (steals, out) = (self.positions(inner, "steals"), self.positions(inner, "out"));
            let runs_python = self.flag(inner, "runs-python");
            contracts.push(GivenContract { name, returns, failure, steals, out, runs_python });
        }
        contracts
    }

    fn settings(&mut self, review: &DeTable<'_>) -> Vec<Setting> {
        let mut settings = Vec::new();
        for ((name, _), header, inner) in self.tables(review, "setting") {
            self.known_keys(inner, &format!("`[review.setting.{name}]`"), &keys::SETTING);
            for key in keys::SETTING.required().filter(|key| !inner.contains_key(*key)) {
                self.error(header.clone(), format!("`[review.setting.{name}]` has no `{key}`"), None);
            }
            let level = self.choice(inner, "level", &Level::ALL);
            let (rules, why) = (self.list(inner, "rules"), self.string(inner, "why").unwrap_or_default());
            match (compile(&self.globs(inner, "paths")), level) {
                (Ok(paths), Some(level)) => settings.push(Setting { name, rules, paths, level, why }),
                (Err(error), _) => self.error(header, format!("the globs do not compile together: {error}"), None),
                (Ok(_), None) => {}
            }
        }
        settings
    }

    /// Positions of arguments, which people count from 1.
    fn positions(&mut self, table: &DeTable<'_>, key: &str) -> Vec<usize> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let items = value.get_ref().as_array().map(|items| items.iter().map(|item| whole_number(item.get_ref())));
        let positions: Option<Vec<usize>> = items.and_then(|items| {
            items.map(|item| item.and_then(|item| usize::try_from(item).ok())?.checked_sub(1)).collect()
        });
        positions.unwrap_or_else(|| {
            self.kind(value, key, "a list of positions of arguments, the first being 1");
            Vec::new()
        })
    }

    fn flag(&mut self, table: &DeTable<'_>, key: &str) -> bool {
        let Some(value) = table.get(key) else { return false };
        value.get_ref().as_bool().unwrap_or_else(|| {
            self.kind(value, key, "`true` or `false`");
            false
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::parse;

    const TEXT: &str = "version = 1\n[review]\nowners = [\"MyPtr\"]\n[review.contract.my_wrap]\nreturns = \"new\"\n\
        steals = [2]\n[review.setting.tests]\nrules = [\"own-*\"]\npaths = [\"test/**\"]\nlevel = \"off\"\nwhy = \"tests leak\"\n";

    #[test]
    fn settings_are_read() {
        let review = parse("m.toml", TEXT, 0).unwrap().review;
        assert_eq!(review.owners, ["MyPtr"]);
        assert_eq!((review.contracts[0].name.as_str(), review.contracts[0].steals[0]), ("my_wrap", 1));
        assert_eq!(review.level("own-leak-local", "test/a.cpp"), Some(Level::Off));
        assert_eq!(review.level("own-leak-local", "src/a.cpp"), None);
        assert_eq!(review.level("err-tristate", "test/a.cpp"), None);
    }

    #[test]
    fn what_is_wrong_is_told() {
        let text = "version = 1\n[review.contract.f]\nreturns = \"newish\"\nsteals = [0]\n[review.setting.x]\nrules = [\"own-*\"]\n";
        let errors = parse("m.toml", text, 0).unwrap_err();
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|one| one.contains("unknown returns `newish`")), "{told:?}");
        assert!(told.iter().any(|one| one.contains("positions of arguments")), "{told:?}");
        assert!(told.iter().any(|one| one.contains("has no `level`")), "{told:?}");
    }

    #[test]
    fn a_range_does_not_silence_what_is_said_about_it() {
        let (before, after) = (ReviewSettings::default(), parse("m.toml", TEXT, 0).unwrap().review);
        assert_eq!(ReviewSettings::agreed(&before, after.clone()).level("own-leak-local", "test/a.cpp"), None);
        assert_eq!(
            ReviewSettings::agreed(&after, after.clone()).level("own-leak-local", "test/a.cpp"),
            Some(Level::Off)
        );
    }
}
