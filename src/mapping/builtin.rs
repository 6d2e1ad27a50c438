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
    use super::*;

    #[test]
    fn fits_a_checkout_with_both_ends() {
        let both = ["torch/csrc/Module.cpp", "torch/_dynamo/__init__.py"];
        assert_eq!(fitting(&|path| both.contains(&path)).map(|builtin| builtin.name), Some("pytorch"));
        assert!(fitting(&|path| path == both[0]).is_none());
        let lacking = nearly_fitting(&|path| path == both[0]).map(|(builtin, path)| (builtin.name, path));
        assert_eq!(lacking, Some(("pytorch", both[1])));
        assert!(nearly_fitting(&|path| both.contains(&path)).is_none() && nearly_fitting(&|_| false).is_none());
    }
}
