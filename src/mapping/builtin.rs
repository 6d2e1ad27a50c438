//! Mappings that are compiled in, and the repositories they fit.

/// Tells whether a path is there.
pub type Exists<'a> = &'a dyn Fn(&str) -> bool;

/// A mapping that needs no configuration in the repository it fits.
pub struct Builtin {
    pub name: &'static str,
    pub text: &'static str,
    /// Whether a repository is the one it is for, asked by the paths that exist in it.
    pub fits: fn(Exists<'_>) -> bool,
}

pub static BUILTINS: &[Builtin] =
    &[Builtin { name: "pytorch", text: include_str!("../../mappings/pytorch.toml"), fits: fits_pytorch }];

/// The built-in mapping for a repository in which `exists` tells what is there.
pub fn fitting(exists: Exists<'_>) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| (builtin.fits)(exists))
}

impl Builtin {
    /// The name of its source, as shown to people.
    pub fn title(&self) -> String {
        format!("built-in mapping for {}", self.name)
    }
}

/// Both ends must be there: without Dynamo in the tree there is nothing to keep in step.
fn fits_pytorch(exists: Exists<'_>) -> bool {
    exists("torch/csrc/Module.cpp") && exists("torch/_dynamo/__init__.py")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::mapping::{Link, Mapping, parse};

    fn pytorch() -> (&'static Builtin, Mapping) {
        let builtin = BUILTINS.iter().find(|builtin| builtin.name == "pytorch").expect("a mapping for pytorch");
        let mapping = parse(&builtin.title(), builtin.text, 0).unwrap_or_else(|errors| {
            panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        });
        (builtin, mapping)
    }

    #[test]
    fn fits_a_checkout_with_both_ends() {
        let both = ["torch/csrc/Module.cpp", "torch/_dynamo/__init__.py"];
        assert_eq!(fitting(&|path| both.contains(&path)).map(|builtin| builtin.name), Some("pytorch"));
        assert!(fitting(&|path| path == both[0]).is_none());
    }

    #[test]
    fn every_link_says_what_and_why() {
        let (_, mapping) = pytorch();
        assert!(mapping.links.len() >= 30);
        for link in &mapping.links {
            assert!(link.why.len() > 10 && !link.why.ends_with('.'), "`{}`: say why, without a full stop", link.id);
            assert!(!link.names.is_empty() || has_no_name(link), "`{}` has a name that Python sees", link.id);
            assert!(link.names.iter().all(|name| name.starts_with("torch.")), "`{}`", link.id);
            assert!(link.cpp.iter().chain(&link.python).all(|s| s.repository.is_none()), "`{}`", link.id);
        }
    }

    /// Internals of dispatch and hooks, which Python never names.
    fn has_no_name(link: &Link) -> bool {
        link.id.starts_with("torch-function-") || link.id.contains("hook") || link.id.ends_with("-compiled-backward")
    }

    #[test]
    fn links_stand_under_headings_and_ends_in_scope() {
        let (builtin, mapping) = pytorch();
        let ids: BTreeSet<&str> = mapping.links.iter().map(|link| link.id.as_str()).collect();
        assert_eq!(ids.len(), builtin.text.matches("\n[link.").count());
        for link in &mapping.links {
            assert!(link.cpp.iter().all(|s| mapping.scope.cpp.is_match(&*s.path)), "`{}`", link.id);
            assert!(link.python.iter().all(|s| mapping.scope.python.is_match(&*s.path)), "`{}`", link.id);
        }
        let first_heading = builtin.text.find("\n# --- ").expect("headings");
        assert!(builtin.text.find("\n[link.").is_some_and(|first_link| first_heading < first_link));
    }
}
