//! Operators that PyTorch declares in YAML, `- func: add_.Tensor(…)`: a line each is all that is read.

use std::collections::BTreeMap;

use super::entries::{Entry, Owner};
use crate::source::SourceFile;

/// Whether a file declares operators.
pub fn declares_operators(path: &str) -> bool {
    path.rsplit('/').next() == Some("native_functions.yaml")
}

/// One entry for each operator, its overloads together.
pub fn operators(file: &SourceFile) -> Vec<Entry> {
    let Ok(text) = &file.content else { return Vec::new() };
    let text = String::from_utf8_lossy(text);
    let mut found: BTreeMap<&str, Declared> = BTreeMap::new();
    let mut current: Option<&str> = None;
    for line in text.lines() {
        if let Some(schema) = line.strip_prefix("- func: ") {
            let name = schema.split(['(', '.']).next().unwrap_or("").trim();
            let declared = found.entry(name).or_default();
            declared.overloads += 1;
            current = Some(name);
        } else if let Some(declared) = current.and_then(|name| found.get_mut(name)) {
            declared.read(line.trim());
        }
    }
    found.into_iter().filter(|(name, _)| !name.is_empty()).map(|(name, declared)| declared.entry(name, file)).collect()
}

#[derive(Default)]
struct Declared {
    overloads: usize,
    /// Overloads with a `variants` line.
    told: usize,
    method: bool,
    function: bool,
    module: Option<String>,
}

impl Declared {
    fn read(&mut self, line: &str) {
        if let Some(variants) = line.strip_prefix("variants:") {
            self.told += 1;
            self.method |= variants.contains("method");
            self.function |= variants.contains("function");
        } else if let Some(module) = line.strip_prefix("python_module:") {
            self.module = Some(module.trim().to_owned());
        }
    }

    fn entry(self, name: &str, file: &SourceFile) -> Entry {
        Entry {
            path: file.path.clone(),
            file: None,
            selector: name.to_owned(),
            registration: None,
            bias: 0.0,
            key: Some(name.into()),
            // Without a word about variants an operator is a function.
            owner: Owner::Operator {
                method: self.method,
                function: self.function || self.told < self.overloads,
                module: self.module,
            },
            sets: false,
            symbols: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overloads_are_one_operator() {
        let text = "- func: grow_.Tensor(Tensor(a!) self) -> Tensor(a!)\n  variants: method\n\
                    - func: grow_.Scalar(Tensor(a!) self) -> Tensor(a!)\n  variants: function, method\n\
                    - func: hot(Tensor self) -> Tensor\n  python_module: nn\n";
        let file = SourceFile { path: "native_functions.yaml".into(), content: Ok(text.as_bytes().into()) };
        let found = operators(&file);
        assert_eq!(found.iter().map(|entry| &*entry.selector).collect::<Vec<_>>(), ["grow_", "hot"]);
        assert_eq!(found[0].owner, Owner::Operator { method: true, function: true, module: None });
        assert_eq!(found[1].owner, Owner::Operator { method: false, function: true, module: Some("nn".into()) });
    }
}
