//! Mappings that are compiled in, and the repositories they fit.

/// A mapping that needs no configuration in the repository it fits.
pub struct Builtin {
    pub name: &'static str,
    pub text: &'static str,
    /// Whether a repository is the one it is for, asked by the paths that exist in it.
    pub fits: fn(&dyn Fn(&str) -> bool) -> bool,
}

pub static BUILTINS: &[Builtin] =
    &[Builtin { name: "pytorch", text: include_str!("../../mappings/pytorch.toml"), fits: fits_pytorch }];

/// The built-in mapping for a repository in which `exists` tells what is there.
pub fn fitting(exists: &dyn Fn(&str) -> bool) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| (builtin.fits)(exists))
}

impl Builtin {
    /// The name of its source, as shown to people.
    pub fn title(&self) -> String {
        format!("built-in mapping for {}", self.name)
    }
}

/// Both ends must be there: without Dynamo in the tree there is nothing to keep in step.
fn fits_pytorch(exists: &dyn Fn(&str) -> bool) -> bool {
    exists("torch/csrc/Module.cpp") && exists("torch/_dynamo/__init__.py")
}
