//! The shapes of JSON answers as schemas, derived from the very structs that are written.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use super::json::{DiffJson, ReplayedJson, ReportJson};
use super::review::ReviewJson;
use super::standing::StandingJson;

/// A command whose answer has a published shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Check,
    Diff,
    Replay,
    Report,
    Review,
}

impl Answer {
    pub const ALL: [(&str, Answer); 5] = [
        ("check", Answer::Check),
        ("diff", Answer::Diff),
        ("replay", Answer::Replay),
        ("report", Answer::Report),
        ("review", Answer::Review),
    ];

    /// The schema as it is published: what is there stays, more may come.
    pub fn schema(self) -> String {
        match self {
            Answer::Check => text::<ReportJson<'_>>("What `drift check --format json` answers"),
            Answer::Diff => text::<DiffJson<'_>>("What `drift diff --format json` answers"),
            Answer::Replay => text::<ReplayedJson<'_>>("A line of what `drift replay --format json` answers"),
            Answer::Report => text::<StandingJson<'_>>("What `drift report --format json` answers"),
            Answer::Review => text::<ReviewJson<'_>>("What `drift review --format json` answers"),
        }
    }
}

fn text<T: JsonSchema>(title: &str) -> String {
    // Draft 7 is what editors and validators read.
    let generator = SchemaSettings::draft07().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    serde_json::to_string_pretty(&schema).expect("plain values with text keys") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/check.schema.json` and its likes. `UPDATE=1 cargo test` writes them.
    #[test]
    fn the_published_schemas_are_fresh() {
        for (name, answer) in Answer::ALL {
            crate::report::tests::assert_fresh(&format!("docs/{name}.schema.json"), &answer.schema());
        }
    }
}
