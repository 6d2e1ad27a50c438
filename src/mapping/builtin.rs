//! Mappings that are compiled in, and the repositories they fit.

use anyhow::Result;

/// Tells whether a path is there, or why that cannot be known.
pub type Exists<'a> = &'a dyn Fn(&str) -> Result<bool>;

/// A mapping that needs no configuration in the repository it fits.
pub struct Builtin {
    pub name: &'static str,
    pub text: &'static str,
    /// A repository in which all of these files are is the one it is for. Both ends are among them: without the
    /// simulation there is nothing to keep in step.
    pub needs: &'static [&'static str],
}

pub static BUILTINS: &[Builtin] = &[
    Builtin {
        name: "pytorch",
        text: include_str!("../../mappings/pytorch.toml"),
        needs: &["torch/csrc/Module.cpp", "torch/_dynamo/__init__.py"],
    },
    Builtin {
        name: "multidict",
        text: include_str!("../../mappings/multidict.toml"),
        needs: &["multidict/_multidict.c", "multidict/_multidict_py.py"],
    },
];

/// The built-in mapping for a repository in which `exists` tells what is there.
pub fn fitting(exists: Exists<'_>) -> Result<Option<&'static Builtin>> {
    for builtin in BUILTINS {
        if lacking(builtin, exists)?.is_empty() {
            return Ok(Some(builtin));
        }
    }
    Ok(None)
}

/// A built-in mapping that would fit if only this file were there.
pub fn nearly_fitting(exists: Exists<'_>) -> Result<Option<(&'static Builtin, &'static str)>> {
    for builtin in BUILTINS {
        if let [first, rest @ ..] = &*lacking(builtin, exists)?
            && rest.len() + 1 < builtin.needs.len()
        {
            return Ok(Some((builtin, first)));
        }
    }
    Ok(None)
}

/// The files that it needs and that are not there.
fn lacking(builtin: &Builtin, exists: Exists<'_>) -> Result<Vec<&'static str>> {
    let mut lacking = Vec::new();
    for path in builtin.needs {
        if !exists(path)? {
            lacking.push(*path);
        }
    }
    Ok(lacking)
}

impl Builtin {
    /// The name of its source, as shown to people.
    pub fn title(&self) -> String {
        format!("built-in mapping for {}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn fits_a_checkout_with_both_ends() {
        let both = ["torch/csrc/Module.cpp", "torch/_dynamo/__init__.py"];
        let all = |path: &str| Ok(both.contains(&path));
        let one = |path: &str| Ok(path == both[0]);
        assert_eq!(fitting(&all).unwrap().map(|builtin| builtin.name), Some("pytorch"));
        assert!(fitting(&one).unwrap().is_none());
        let near = nearly_fitting(&one).unwrap().map(|(builtin, path)| (builtin.name, path));
        assert_eq!(near, Some(("pytorch", both[1])));
        assert!(nearly_fitting(&all).unwrap().is_none() && nearly_fitting(&|_| Ok(false)).unwrap().is_none());
        assert!(fitting(&|_| bail!("a folder is missing")).is_err());
    }
}
