//! What the person asked to compare, as they wrote it: no repository is needed to understand it.

/// A range of changes. Revisions are kept as text; [`Repository::endpoints`] looks them up.
///
/// [`Repository::endpoints`]: super::git::Repository::endpoints
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Range {
    /// One commit against its first parent.
    Revision(String),
    /// Two trees, whichever is older.
    TwoDot { before: String, after: String },
    /// `after` against the merge base of the two.
    ThreeDot { before: String, after: String },
    /// The index against `HEAD`.
    Staged,
    /// The tracked files of the work tree, staged or not, against `HEAD`.
    Worktree,
    /// The same against the merge base of this revision and `HEAD`.
    WorktreeSince(String),
    /// All of a revision: nothing was there before.
    Everything(String),
}

impl Range {
    /// Understands `A..B`, `A...B` and `R`; an end that is left out is `HEAD`. The error is a phrase for the person.
    pub fn parse(text: &str) -> Result<Range, String> {
        let text = text.trim();
        if let Some((before, after)) = text.split_once("...") {
            let (before, after) = ends(text, before, after)?;
            return Ok(Range::ThreeDot { before, after });
        }
        if let Some((before, after)) = text.split_once("..") {
            let (before, after) = ends(text, before, after)?;
            return Ok(Range::TwoDot { before, after });
        }
        revision(text, text).map(Range::Revision)
    }
}

fn ends(text: &str, before: &str, after: &str) -> Result<(String, String), String> {
    if before.is_empty() && after.is_empty() {
        return Err(format!("`{text}` names no revision; a range is `A..B`, `A...B` or one revision"));
    }
    let or_head = |end: &str| if end.is_empty() { Ok("HEAD".to_owned()) } else { revision(text, end) };
    Ok((or_head(before)?, or_head(after)?))
}

fn revision(text: &str, end: &str) -> Result<String, String> {
    // git allows none of these in a revision, and a stray option must not pass as one.
    let malformed = end.is_empty() || end.starts_with(['-', '.']) || end.contains("..") || end.contains('\0');
    if malformed {
        return Err(format!("`{text}` is not a range; a range is `A..B`, `A...B` or one revision"));
    }
    Ok(end.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(before: &str, after: &str) -> Range {
        Range::TwoDot { before: before.into(), after: after.into() }
    }

    #[test]
    fn every_form_is_understood() {
        assert_eq!(Range::parse("HEAD~1"), Ok(Range::Revision("HEAD~1".into())));
        assert_eq!(Range::parse(" v1.13.0..v1.13.1 "), Ok(two("v1.13.0", "v1.13.1")));
        assert_eq!(Range::parse("main.."), Ok(two("main", "HEAD")));
        assert_eq!(Range::parse("..main"), Ok(two("HEAD", "main")));
        let three = Range::ThreeDot { before: "origin/main".into(), after: "HEAD".into() };
        assert_eq!(Range::parse("origin/main..."), Ok(three));
    }

    #[test]
    fn what_is_no_range_is_refused_with_the_forms() {
        for text in ["", "..", "...", "a..b..c", "a....b", "--staged", "a\0b"] {
            let error = Range::parse(text).unwrap_err();
            assert!(error.contains("`A..B`"), "{text}: {error}");
        }
    }
}
