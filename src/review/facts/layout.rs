//! How large a class is before and after, where the size of every field is known: on 64-bit systems with libstdc++.

use std::collections::BTreeMap;

use super::{Fact, FactKind};
use crate::change::{Change, FilePair, What};
use crate::ladder::Rung;
use crate::symbols::{Language, ParsedFile, SymbolKind};

/// Bytes that a processor fetches at once.
const CACHE_LINE: u64 = 64;

/// Size and alignment in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Space {
    size: u64,
    align: u64,
}

/// A class as it lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    space: Space,
    padding: u64,
    /// Padding behind the last field, which a derived class may use.
    tail: u64,
}

/// A line for each class whose size changes, or whose size is not known although its fields change.
pub fn facts(pairs: &[FilePair], changes: &[Change]) -> Vec<Fact> {
    let mut classes: Vec<(&str, &str)> = Vec::new();
    for change in changes.iter().filter(|change| change.language == Language::Cpp && change.rung == Rung::Semantic) {
        let class = match change.kind {
            SymbolKind::Class if change.what == What::Modified => change.symbol.as_str(),
            SymbolKind::Field => change.symbol.rsplit_once("::").map_or("", |(class, _)| class),
            _ => continue,
        };
        if !class.is_empty() && !classes.contains(&(&change.path, class)) {
            classes.push((&change.path, class));
        }
    }
    classes.into_iter().filter_map(|(path, class)| fact(pairs, path, class)).collect()
}

fn fact(pairs: &[FilePair], path: &str, class: &str) -> Option<Fact> {
    let pair = pairs.iter().find(|pair| pair.after.as_ref().is_some_and(|file| &*file.path == path))?;
    let (before, after) = (pair.before.as_ref()?, pair.after.as_ref()?);
    let [old, new] =
        [before, after].map(|file| find(file, class).map(|at| (fields(file, at), Measure::of(file).class(at))));
    let ((old_fields, old), (new_fields, new)) = (old?, new?);
    if old_fields == new_fields {
        return None;
    }
    let line = after.symbols[find(after, class)?].lines.start;
    let (text, known) = match (old, new) {
        (Ok(old), Ok(new)) if old.space.size != new.space.size => (told(old, new), true),
        (Ok(_), Ok(_)) => return None,
        (Err(reason), _) | (_, Err(reason)) => (format!("its size is not told: {reason}"), false),
    };
    let kind = if known { FactKind::Layout } else { FactKind::UnknownLayout };
    Some(Fact { kind, path: Some(after.path.clone()), line: Some(line), symbol: Some(class.to_owned()), text })
}

fn told(old: Layout, new: Layout) -> String {
    let lines = |layout: Layout| layout.space.size.div_ceil(CACHE_LINE);
    let padding = |layout: Layout| match layout.padding {
        0 => String::new(),
        bytes => format!(", {bytes} of them padding"),
    };
    let crossed = match (lines(old), lines(new)) {
        (was, is) if was == is => {
            format!("{is} cache line{} of {CACHE_LINE} as before", if is == 1 { "" } else { "s" })
        }
        (was, is) => format!("{was} → {is} cache lines of {CACHE_LINE}"),
    };
    format!("{} → {} bytes{} (64-bit, libstdc++): {crossed}", old.space.size, new.space.size, padding(new))
}

fn find(file: &ParsedFile, class: &str) -> Option<usize> {
    file.symbols.iter().position(|symbol| symbol.kind == SymbolKind::Class && symbol.name == class)
}

/// The fields as written, in order.
fn fields(file: &ParsedFile, class: usize) -> Vec<String> {
    let own = |symbol: &&crate::symbols::Symbol| symbol.parent == Some(class) && symbol.kind == SymbolKind::Field;
    file.symbols.iter().filter(own).map(|symbol| text(file, symbol.bytes.clone())).collect()
}

fn text(file: &ParsedFile, bytes: std::ops::Range<usize>) -> String {
    let text = String::from_utf8_lossy(file.text().get(bytes).unwrap_or_default()).into_owned();
    let code = text.lines().map(|line| line.split("//").next().unwrap_or(line).trim());
    code.collect::<Vec<_>>().join(" ")
}

/// Measures the classes of a file.
struct Measure<'a> {
    file: &'a ParsedFile,
    /// How deep classes in classes are followed.
    room: u32,
}

impl<'a> Measure<'a> {
    fn of(file: &'a ParsedFile) -> Measure<'a> {
        Measure { file, room: 4 }
    }

    /// The layout of a class, or what is not known about it.
    fn class(&self, class: usize) -> Result<Layout, String> {
        let symbol = &self.file.symbols[class];
        let whole = text(self.file, symbol.bytes.clone());
        let head = whole.split('{').next().unwrap_or_default();
        let name = symbol.name.rsplit("::").next().unwrap_or(&symbol.name);
        if whole.starts_with("union") || head.contains("template") || whole.contains("alignas") || whole.contains("#") {
            return Err(format!("`{name}` is a template, a union, aligned by hand, or depends on the build"));
        }
        let mut laid = Laid::default();
        if let Some(bases) = head.replace("::", "\u{1}").split_once(':').map(|(_, bases)| bases.replace('\u{1}', "::"))
        {
            for base in bases.split(',') {
                let words = ["public", "private", "protected", " "];
                let base = words.iter().fold(base.trim(), |base, word| base.trim_start_matches(word)).trim();
                laid.add(self.base(base)?);
            }
            if whole.contains("virtual ") {
                return Err(format!("`{name}` has virtual functions and a base"));
            }
        } else if whole.contains("virtual ") {
            laid.add(Space { size: 8, align: 8 });
        }
        if whole.contains("PyObject_HEAD") {
            laid.add(Space { size: 16, align: 8 });
        }
        for field in fields(self.file, class) {
            if field.trim_start().starts_with("static ") || field.contains("constexpr ") {
                continue;
            }
            laid.add(self.field(&field)?);
        }
        Ok(laid.done())
    }

    /// A base class whose end is not used by what derives from it.
    fn base(&self, kind: &str) -> Result<Space, String> {
        let at = find(self.file, kind).ok_or_else(|| format!("the size of its base `{kind}` is not known"))?;
        let layout = Measure { room: self.room.saturating_sub(1), ..*self }.class(at)?;
        if self.room == 0 || layout.tail > 0 {
            return Err(format!("how its base `{kind}` ends is not known"));
        }
        Ok(layout.space)
    }

    /// `std::vector<int> names_ = {};`
    fn field(&self, field: &str) -> Result<Space, String> {
        let unknown = || Err(format!("the size of `{}` is not known", field.trim_end_matches(';').trim()));
        let declared = cut_at(field.trim_end_matches(';'), &['=', '{']).trim().to_owned();
        if cut_at(&declared.replace("::", "\u{1}"), &[':']).len() != declared.replace("::", "\u{1}").len() {
            return Err(format!("`{declared}` is a bit field"));
        }
        if outside(&declared, '(') || outside(&declared, ',') {
            return unknown();
        }
        let (declared, count) = match declared.split_once('[') {
            Some((head, rest)) => match rest.trim_end_matches(']').trim().parse::<u64>() {
                Ok(count) => (head.trim().to_owned(), count),
                Err(_) => return unknown(),
            },
            None => (declared, 1),
        };
        let Some(end) = declared.rfind(|c: char| !(c.is_alphanumeric() || c == '_')) else { return unknown() };
        let space = self.named(declared[..=end].trim())?;
        Ok(Space { size: space.size * count, align: space.align })
    }

    fn named(&self, kind: &str) -> Result<Space, String> {
        self.known(kind).ok_or_else(|| format!("the size of `{kind}` is not known"))
    }

    fn known(&self, kind: &str) -> Option<Space> {
        let mut kind = kind.trim();
        while let Some(rest) = ["const ", "mutable ", "volatile ", "struct ", "class ", "typename ", "inline "]
            .iter()
            .find_map(|word| kind.strip_prefix(word))
        {
            kind = rest.trim_start();
        }
        let kind = kind.trim_end_matches(" const").trim();
        if kind.ends_with(['*', '&']) {
            return Some(Space { size: 8, align: 8 });
        }
        match kind.split_once('<') {
            Some((name, arguments)) => self.template(name.trim(), arguments.strip_suffix('>')?.trim()),
            None => plain(kind).or_else(|| self.of_file(kind)),
        }
    }

    fn template(&self, name: &str, arguments: &str) -> Option<Space> {
        let last = name.rsplit("::").next().unwrap_or(name);
        let of = |size: u64| Some(Space { size, align: 8 });
        match last {
            "vector" if arguments == "bool" => of(40),
            "vector" => of(24),
            "shared_ptr" | "weak_ptr" | "ArrayRef" | "basic_string_view" => of(16),
            "unique_ptr" if !outside(arguments, ',') => of(8),
            "intrusive_ptr" | "weak_intrusive_ptr" | "THPPointer" => of(8),
            "function" => of(32),
            "unordered_map" | "unordered_set" | "unordered_multimap" => of(56),
            "map" | "set" | "multimap" => of(48),
            "list" => of(24),
            "deque" => of(80),
            "atomic" => self.known(arguments),
            "optional" => {
                let inner = self.known(arguments)?;
                let mut laid = Laid::default();
                laid.add(inner);
                laid.add(Space { size: 1, align: 1 });
                Some(laid.done().space)
            }
            "pair" | "tuple" => {
                let mut laid = Laid::default();
                let parts = split(arguments);
                // libstdc++ stores a tuple from its end.
                let ordered: Vec<&String> =
                    if last == "tuple" { parts.iter().rev().collect() } else { parts.iter().collect() };
                for part in ordered {
                    laid.add(self.known(part)?);
                }
                Some(laid.done().space)
            }
            "array" => {
                let parts = split(arguments);
                let [kind, count] = parts.as_slice() else { return None };
                let space = self.known(kind)?;
                Some(Space { size: space.size * count.trim().parse::<u64>().ok()?, align: space.align })
            }
            _ => None,
        }
    }

    /// A class or an enumeration of the same file.
    fn of_file(&self, kind: &str) -> Option<Space> {
        let last = kind.rsplit("::").next().unwrap_or(kind);
        let fits = |symbol: &&crate::symbols::Symbol| {
            matches!(symbol.kind, SymbolKind::Class | SymbolKind::Enum) && symbol.name.rsplit("::").next() == Some(last)
        };
        let mut own = self.file.symbols.iter().enumerate().filter(|(_, symbol)| fits(symbol));
        let (at, symbol) = own.next()?;
        if own.next().is_some() || self.room == 0 {
            return None;
        }
        if symbol.kind == SymbolKind::Class {
            let inner = Measure { room: self.room - 1, ..*self };
            return inner.class(at).ok().map(|layout| layout.space);
        }
        let whole = text(self.file, symbol.bytes.clone());
        let head = whole.split('{').next().unwrap_or_default().replace("::", "\u{1}");
        match head.split_once(':') {
            Some((_, base)) => plain(base.replace('\u{1}', "::").trim()),
            None => Some(Space { size: 4, align: 4 }),
        }
    }
}

/// Types that are the same everywhere.
fn plain(kind: &str) -> Option<Space> {
    let name = kind.strip_prefix("std::").unwrap_or(kind);
    let sizes = BTreeMap::from([
        ("bool", 1),
        ("char", 1),
        ("signed char", 1),
        ("unsigned char", 1),
        ("int8_t", 1),
        ("uint8_t", 1),
        ("byte", 1),
        ("short", 2),
        ("unsigned short", 2),
        ("int16_t", 2),
        ("uint16_t", 2),
        ("int", 4),
        ("unsigned", 4),
        ("unsigned int", 4),
        ("int32_t", 4),
        ("uint32_t", 4),
        ("float", 4),
        ("long", 8),
        ("unsigned long", 8),
        ("long long", 8),
        ("unsigned long long", 8),
        ("int64_t", 8),
        ("uint64_t", 8),
        ("double", 8),
        ("size_t", 8),
        ("ssize_t", 8),
        ("ptrdiff_t", 8),
        ("intptr_t", 8),
        ("uintptr_t", 8),
        ("Py_ssize_t", 8),
        ("Py_hash_t", 8),
        ("atomic_bool", 1),
        ("atomic_int", 4),
        ("string", 32),
        ("string_view", 16),
        ("mutex", 40),
        ("recursive_mutex", 40),
        ("condition_variable", 48),
        ("thread", 8),
        ("exception_ptr", 8),
        ("at::Tensor", 8),
        ("Tensor", 8),
        ("Variable", 8),
        ("py::object", 8),
        ("py::handle", 8),
        ("py::function", 8),
        ("py::dict", 8),
        ("py::list", 8),
        ("py::tuple", 8),
        ("py::str", 8),
        ("THPObjectPtr", 8),
    ]);
    let size = *sizes.get(name)?;
    let align = size.min(8);
    Some(Space { size, align })
}

#[derive(Default)]
struct Laid {
    end: u64,
    align: u64,
    padding: u64,
}

impl Laid {
    fn add(&mut self, space: Space) {
        let start = self.end.next_multiple_of(space.align.max(1));
        self.padding += start - self.end;
        self.end = start + space.size;
        self.align = self.align.max(space.align);
    }

    fn done(self) -> Layout {
        let size = self.end.next_multiple_of(self.align.max(1)).max(1);
        let tail = size - self.end;
        Layout { space: Space { size, align: self.align.max(1) }, padding: self.padding + tail, tail }
    }
}

/// Up to the first of these characters outside of brackets.
fn cut_at<'t>(text: &'t str, marks: &[char]) -> &'t str {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        if depth == 0 && marks.contains(&c) {
            return &text[..at];
        }
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' => depth -= 1,
            _ => {}
        }
    }
    text
}

fn outside(text: &str, mark: char) -> bool {
    cut_at(text, &[mark]).len() != text.len()
}

fn split(arguments: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = arguments;
    loop {
        let part = cut_at(rest, &[',']);
        parts.push(part.trim().to_owned());
        match rest.get(part.len() + 1..) {
            Some(next) => rest = next,
            None => return parts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(text: &str) -> Result<(u64, u64), String> {
        let file = ParsedFile::parse("x.h".into(), Language::Cpp, text.as_bytes().into());
        let class = file.symbols.iter().rposition(|symbol| symbol.kind == SymbolKind::Class).unwrap();
        Measure::of(&file).class(class).map(|layout| (layout.space.size, layout.padding))
    }

    #[test]
    fn fields_lie_where_a_compiler_puts_them() {
        assert_eq!(laid("struct A { bool a; int64_t b; bool c; };"), Ok((24, 14)));
        assert_eq!(laid("struct A { std::string s; std::vector<int> v{}; std::optional<int64_t> o; };"), Ok((72, 0)));
        assert_eq!(laid("enum class E : uint8_t { x };\nstruct A { E e; E f = E::x; PyObject* p; };"), Ok((16, 6)));
        assert_eq!(laid("struct B { int x; };\nstruct A : B { static int n; B b[3]; };"), Ok((16, 0)));
        assert_eq!(laid("struct A { int n; virtual ~A(); };"), Ok((16, 4)));
        assert_eq!(laid("struct A { PyObject_HEAD\n at::Tensor t; };"), Ok((24, 0)));
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert!(laid("struct A { SmallVector<int, 4> v; };").unwrap_err().contains("SmallVector"));
        assert!(laid("struct A { unsigned a : 3; };").unwrap_err().contains("bit field"));
        assert!(laid("template <class T> struct A { T t; };").is_err());
    }
}
