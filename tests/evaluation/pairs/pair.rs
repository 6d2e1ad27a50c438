//! One pair: its two functions, and what happens to their files.

use crate::mutation::Edit;

use super::kind::Kind;
use super::python::Function;

pub struct Pair {
    pub id: String,
    pub kind: Kind,
    pub cpp: CppEnd,
    pub python: Function,
    /// To the file of the C++ function.
    pub cpp_edit: Edit,
    pub python_edit: Edit,
    /// To another file: path, text, edit.
    pub elsewhere: Option<(String, String, Edit)>,
    /// Where the file of the C++ function goes.
    pub new_path: Option<String>,
    /// The edit, by name and place.
    pub what: String,
}

/// The C++ function.
#[derive(Clone)]
pub struct CppEnd {
    pub path: String,
    pub name: String,
    pub text: String,
    pub start: usize,
    pub end: usize,
}

impl Pair {
    /// The pair as a link of a mapping, before or after.
    pub fn link(&self, after: bool) -> String {
        let path = self.new_path.as_ref().filter(|_| after).unwrap_or(&self.cpp.path);
        format!(
            "[link.{}]\nrelation = \"models\"\ncpp = ['{path}#{}']\npython = ['{}#{}']\nwhy = \"made for the evaluation\"\n\n",
            self.id, self.cpp.name, self.python.path, self.python.name
        )
    }

    /// For the list of wrong cases.
    pub fn story(&self, said: &str) -> String {
        let flag = if self.kind.must_flag() { "not flagged" } else { "flagged" };
        format!("{flag}: {} · `{}#{}` · {said}{}", self.kind.name(), self.cpp.path, self.cpp.name, self.what)
    }
}
