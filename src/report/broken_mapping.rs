//! What is wrong with a mapping, as frames that point into it, all at once.

use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::style::{harmless, severity_word};
use super::{Failure, Mistake};
use crate::mapping::parse::MappingError;

/// Every error with its line; `texts` are the files by name.
pub fn render(errors: &[MappingError], texts: &[(String, Arc<str>)]) -> String {
    let renderer = Renderer::styled();
    let mut out = String::new();
    for error in errors {
        let text = texts.iter().find(|(name, _)| *name == error.source).map(|(_, text)| &**text).unwrap_or_default();
        out.push_str(&renderer.render(&[group(error, text)]));
        out.push_str("\n\n");
    }
    out + &format!("{}: {}\n", severity_word("error"), summary(errors))
}

/// The same for programs.
pub fn failure(errors: &[MappingError]) -> Failure {
    let mistake = |error: &MappingError| Mistake {
        path: error.source.clone(),
        line: u32::try_from(error.line).unwrap_or(u32::MAX),
        column: u32::try_from(error.column).unwrap_or(u32::MAX),
        message: error.message.clone(),
        help: error.help.clone(),
    };
    Failure { message: summary(errors), mistakes: errors.iter().map(mistake).collect() }
}

fn summary(errors: &[MappingError]) -> String {
    let count = match errors.len() {
        1 => "1 error in the mapping".to_owned(),
        count => format!("{count} errors in the mapping"),
    };
    format!("{count}, so nothing was judged")
}

fn group<'a>(error: &'a MappingError, text: &'a str) -> Group<'a> {
    // An empty span at the end of a line still has to be seen.
    let end = error.span.end.clamp(error.span.start, text.len());
    let span = error.span.start.min(text.len())..end;
    let snippet = Snippet::source(text).path(error.source.as_str()).annotation(AnnotationKind::Primary.span(span));
    let group = Level::ERROR.primary_title(harmless(&error.message)).element(snippet);
    match &error.help {
        Some(help) => group.element(Level::HELP.message(harmless(help))),
        None => group,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_points_at_its_line() {
        let text: Arc<str> = "version = 1\n[link.a]\nrelatoin = \"models\"\n".into();
        let error = MappingError {
            source: ".drift/mapping.toml".to_owned(),
            span: 21..29,
            line: 3,
            column: 1,
            message: "unknown key `relatoin`".to_owned(),
            help: Some("did you mean `relation`?".to_owned()),
        };
        let text = render(&[error], &[(".drift/mapping.toml".to_owned(), text)]);
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(
            plain,
            "error: unknown key `relatoin`\n --> .drift/mapping.toml:3:1\n  |\n3 | relatoin = \"models\"\n  | ^^^^^^^^\n  \
             |\n  = help: did you mean `relation`?\n\nerror: 1 error in the mapping, so nothing was judged\n"
        );
    }
}
