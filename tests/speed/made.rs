//! A repository made on the spot: bindings, helpers and headers in the idioms of PyTorch, edited commit by commit.

use std::fmt::Write;

use dynadrift::source::git::{NewCommit, create_repository};
use tempfile::TempDir;

/// C++ files, and functions in each.
const FILES: usize = 120;
const FUNCTIONS: usize = 40;

const COMMITS: usize = 60;

/// The repository, in a folder that goes with the value.
pub fn repository() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let mut commits = vec![files_of(0, 0..FILES)];
    // Each commit edits three files.
    commits.extend((1..COMMITS).map(|round| {
        let edited = (0..3).map(|which| (round * 7 + which * 31) % FILES);
        edited.flat_map(|file| files_of(round, file..file + 1)).collect()
    }));
    let borrowed: Vec<Vec<(&str, &str)>> =
        commits.iter().map(|files| files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()).collect();
    let commits: Vec<NewCommit<'_>> =
        borrowed.iter().map(|files| NewCommit { message: "Edit some files\n", files }).collect();
    create_repository(folder.path(), &commits).expect("a repository can be made");
    folder
}

type File = (String, String);

fn files_of(round: usize, files: std::ops::Range<usize>) -> Vec<File> {
    let mut all = Vec::new();
    for file in files {
        all.push((format!("torch/csrc/part{file}.cpp"), cpp(round, file)));
        if round == 0 {
            all.push((format!("torch/csrc/part{file}.h"), header(file)));
            all.push((format!("torch/_dynamo/part{file}.py"), python(file)));
        }
    }
    if round == 0 {
        all.push((".drift/mapping.toml".to_owned(), mapping()));
    }
    all
}

fn header(file: usize) -> String {
    let mut text = String::from("#pragma once\n#include <Python.h>\n\nnamespace torch {\n");
    for function in 0..FUNCTIONS {
        let _ = writeln!(
            text,
            "TORCH_API int64_t helper_{file}_{function}(const at::Tensor& self, int64_t dim = {function});"
        );
    }
    text + "} // namespace torch\n"
}

fn cpp(round: usize, file: usize) -> String {
    let mut text =
        format!("#include <torch/csrc/part{file}.h>\n#include <torch/csrc/part{}.h>\n\n", (file + 1) % FILES);
    text.push_str("namespace torch {\n\n");
    for function in 0..FUNCTIONS {
        let limit = if function == round % FUNCTIONS { round } else { function };
        let _ = write!(
            text,
            "int64_t helper_{file}_{function}(const at::Tensor& self, int64_t dim) {{\n  \
               // A dimension that wraps around.\n  \
               if (dim < -self.dim() || dim > {limit}) {{\n    \
                 throw IndexError(\"dimension out of range: %ld\", dim);\n  }}\n  \
               auto wrapped = maybe_wrap_dim(dim, self.dim());\n  \
               for (const auto i : c10::irange(self.size(wrapped))) {{\n    \
                 total += i * {function};\n  }}\n  \
               return helper_{}_{}(self, wrapped);\n}}\n\n",
            (file + 1) % FILES,
            (function + 1) % FUNCTIONS,
        );
    }
    let _ = write!(
        text,
        "}} // namespace torch\n\nPyObject* THPPart{file}_apply(PyObject* self, PyObject* args) {{\n  HANDLE_TH_ERRORS\n  \
         return THPUtils_packInt64(torch::helper_{file}_0(THPVariable_Unpack(self), {round}));\n  END_HANDLE_TH_ERRORS\n}}\n\n\
         static PyMethodDef THPPart{file}_methods[] = {{\n    \
         {{\"apply\", THPPart{file}_apply, METH_VARARGS, nullptr}},\n    {{nullptr}}}};\n",
    );
    text
}

fn python(file: usize) -> String {
    let mut text = format!("class Part{file}Variable(VariableTracker):\n");
    for function in 0..FUNCTIONS {
        let _ = write!(
            text,
            "    def helper_{function}(self, tx, dim):\n        if dim > {function}:\n            raise IndexError(dim)\n        return dim\n\n",
        );
    }
    text + "    def call_apply(self, tx, args):\n        return self.helper_0(tx, args[0])\n"
}

fn mapping() -> String {
    let mut text = String::from("version = 1\n\n[scope]\ncpp = [\"torch/csrc/**\"]\npython = [\"torch/_dynamo/**\"]\n");
    for file in (0..FILES).step_by(6) {
        let _ = write!(
            text,
            "\n[link.part-{file}]\nrelation = \"models\"\ncpp = ['torch/csrc/part{file}.cpp#THPPart{file}_apply']\n\
             python = ['torch/_dynamo/part{file}.py#Part{file}Variable.call_apply']\nwhy = \"applied\"\n",
        );
    }
    text
}
