//! Mappings that are compiled in, and the repositories they fit.

/// Tells whether a path is there.
pub type Exists<'a> = &'a dyn Fn(&str) -> bool;

/// A mapping that needs no configuration in the repository it fits.
pub struct Builtin {
    pub name: &'static str,
    pub text: &'static str,
    /// A repository in which all of these files are is the one it is for. Both ends are among them: without the
    /// simulation there is nothing to keep in step.
    pub needs: &'static [&'static str],
}

pub static BUILTINS: &[Builtin] = &[Builtin {
    name: "pytorch",
    text: include_str!("../../mappings/pytorch.toml"),
    needs: &["torch/csrc/Module.cpp", "torch/_dynamo/__init__.py"],
}];

/// The built-in mapping for a repository in which `exists` tells what is there.
pub fn fitting(exists: Exists<'_>) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.needs.iter().all(|path| exists(path)))
}

/// A built-in mapping that would fit if only this file were there.
pub fn nearly_fitting(exists: Exists<'_>) -> Option<(&'static Builtin, &'static str)> {
    let near = BUILTINS.iter().filter(|builtin| builtin.needs.iter().any(|path| exists(path)));
    near.filter_map(|builtin| Some((builtin, *builtin.needs.iter().find(|path| !exists(path))?))).next()
}

impl Builtin {
    /// The name of its source, as shown to people.
    pub fn title(&self) -> String {
        format!("built-in mapping for {}", self.name)
    }
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
        let lacking = nearly_fitting(&|path| path == both[0]).map(|(builtin, path)| (builtin.name, path));
        assert_eq!(lacking, Some(("pytorch", both[1])));
        assert!(nearly_fitting(&|path| both.contains(&path)).is_none() && nearly_fitting(&|_| false).is_none());
    }

    #[test]
    fn every_link_says_what_and_why() {
        let (_, mapping) = pytorch();
        assert!(mapping.links.len() >= 30);
        for link in &mapping.links {
            assert!(link.why.len() > 10 && !link.why.ends_with('.'), "`{}`: say why, without a full stop", link.id);
            assert!(!link.names.is_empty() || has_no_name(link), "`{}` has a name that Python sees", link.id);
            let at_home = link.cpp.iter().all(|s| s.repository.is_none());
            assert!(!at_home || link.names.iter().all(|name| name.starts_with("torch.")), "`{}`", link.id);
            assert!(link.python.iter().all(|s| s.repository.is_none()), "`{}`: the twins are PyTorch's", link.id);
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
            let mut at_home = link.cpp.iter().filter(|s| s.repository.is_none());
            assert!(at_home.all(|s| mapping.scope.cpp.is_match(&*s.path)), "`{}`", link.id);
            assert!(link.python.iter().all(|s| mapping.scope.python.is_match(&*s.path)), "`{}`", link.id);
        }
        let first_heading = builtin.text.find("\n# --- ").expect("headings");
        assert!(builtin.text.find("\n[link.").is_some_and(|first_link| first_heading < first_link));
    }
}
