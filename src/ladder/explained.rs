//! The ladder told to a reviewer: one row a rung and a facet, each example checked against what the ladder does.

use super::{FacetKind, Rung};
use crate::symbols::Language;

/// What a rung erases, and what it keeps.
#[derive(Debug)]
pub struct RungRow {
    pub rung: Rung,
    /// One line.
    pub summary: &'static str,
    /// What it means for a reviewer, Markdown.
    pub explanation: &'static str,
    /// Changes that end on this rung.
    pub erased: &'static [Example],
    /// Changes that look alike and go deeper.
    pub kept: &'static [Example],
    /// What only the comparison of both sides can tell, and where the rung is blind; Markdown.
    pub limits: &'static str,
}

/// Which observable thing a facet is.
#[derive(Debug)]
pub struct FacetRow {
    pub facet: FacetKind,
    /// One line.
    pub summary: &'static str,
    /// What is read for it, Markdown.
    pub explanation: &'static str,
    pub example: Example,
}

/// Two versions of a piece of code, and the rung that the ladder gives the change.
#[derive(Debug)]
pub struct Example {
    pub title: &'static str,
    pub language: Language,
    pub before: &'static str,
    pub after: &'static str,
    pub rung: Rung,
}

/// The row of a rung.
pub fn rung(name: &str) -> Option<&'static RungRow> {
    RUNGS.iter().find(|row| row.rung.name() == name)
}

/// The row of a facet.
pub fn facet(name: &str) -> Option<&'static FacetRow> {
    FACETS.iter().find(|row| row.facet.name() == name)
}

const fn cpp(title: &'static str, before: &'static str, after: &'static str, rung: Rung) -> Example {
    Example { title, language: Language::Cpp, before, after, rung }
}

const fn python(title: &'static str, before: &'static str, after: &'static str, rung: Rung) -> Example {
    Example { title, language: Language::Python, before, after, rung }
}

/// All rungs, from the shallowest to the deepest.
pub static RUNGS: [RungRow; 7] = [
    RungRow {
        rung: Rung::Layout,
        summary: "what only the eye sees",
        explanation: "\
What a reader of the diff sees and a compiler does not:

* white space, line breaks, comments, line continuations in macros
* includes and their order, `using` declarations, forward declarations
* a string literal in one piece or in several
* trailing commas and empty statements
* in Python: imports at the top of a file in another order, redundant parentheses, the kind of quotes, how a number is written

`drift diff` hides this rung from people; `--rung layout` shows it.",
        erased: &[
            cpp(
                "Comments and line breaks",
                "int f(int a, int b) { return a + b; }",
                "// Adds.\nint f(int a,\n      int b) {\n  return a + b;  // the sum\n}",
                Rung::Layout,
            ),
            cpp(
                "A string literal split in two",
                "void f() { g(\"one two\"); }",
                "void f() { g(\"one \"\n    \"two\"); }",
                Rung::Layout,
            ),
            python(
                "Quotes and parentheses",
                "def f(a):\n    return ('x', a)\n",
                "def f(a):\n    return \"x\", a\n",
                Rung::Layout,
            ),
        ],
        kept: &[
            cpp("The text of a string", "void f() { g(\"one\"); }", "void f() { g(\"one \"); }", Rung::Semantic),
            cpp("The order of statements", "void f() { g(); h(); }", "void f() { h(); g(); }", Rung::Semantic),
        ],
        limits: "\
A comment never counts, not even one that tools read (`// NOLINT`, `# type: ignore`). `using namespace` and forward \
declarations are taken for layout because code that would mean something else without them mostly does not compile; where \
a `using` silently changes which overload is called, this rung is blind.",
    },
    RungRow {
        rung: Rung::Spelling,
        summary: "another way to write the same code",
        explanation: "\
What clang-tidy and a newer standard rewrite into each other:

* null pointers, casts, initialisers, braces around one statement, an `else` behind a `return`
* loops that only count
* `override`, `final`, `noexcept`, `explicit`, attributes, export macros, `const` on what is not shared
* `std::move`, `emplace` and `emplace_back`, `size() == 0`, `is_none()`, `Py_IsNone`, `Py_Is` and `Py_IS_TYPE`
* `typedef` and `using`, the short forms of traits, names that `c10` only re-exports from `std`
* a field that starts with zero
* in Python: annotations, `object` as a base class, the arguments of `super`",
        erased: &[
            cpp(
                "Null pointers and casts",
                "int f(void* p) { if (p == NULL) return 0; return g((int)h(p)); }",
                "int f(void* p) { if (!p) { return 0; } return g(static_cast<int>(h(p))); }",
                Rung::Spelling,
            ),
            cpp(
                "A loop over a range of numbers",
                "void f(int n) { for (int i = 0; i < n; i++) { g(i); } }",
                "void f(int n) { for (const auto i : c10::irange(n)) { g(i); } }",
                Rung::Spelling,
            ),
            cpp(
                "`typedef` and `using`",
                "typedef std::vector<int> Sizes;",
                "using Sizes = std::vector<int>;",
                Rung::Spelling,
            ),
            cpp(
                "A pair made first, or in place",
                "void f(Map& m, int a, int b) { m.insert(std::make_pair(a, b)); }",
                "void f(Map& m, int a, int b) { m.emplace(a, b); }",
                Rung::Spelling,
            ),
            python(
                "Annotations",
                "def f(a, b=1):\n    return a + b\n",
                "def f(a: int, b: int = 1) -> int:\n    return a + b\n",
                Rung::Spelling,
            ),
        ],
        kept: &[
            cpp(
                "Another start of a loop",
                "void f(int n) { for (int i = 0; i < n; i++) { g(i); } }",
                "void f(int n) { for (int i = 1; i < n; i++) { g(i); } }",
                Rung::Semantic,
            ),
            cpp(
                "Another type of a value",
                "void f(double x) { g(static_cast<int>(x)); }",
                "void f(double x) { g(static_cast<long>(x)); }",
                Rung::Semantic,
            ),
            cpp("A function of another namespace", "void f() { at::g(); }", "void f() { torch::g(); }", Rung::Semantic),
            python(
                "A default value",
                "def f(a, b=1):\n    return a + b\n",
                "def f(a, b=2):\n    return a + b\n",
                Rung::Semantic,
            ),
        ],
        limits: "\
Some differences are harmless only when the two sides are looked at together, so neither side's normal form shows them: \
`auto` against a written type, `Tensor` against `at::Tensor` (types and what they hold, never functions of a namespace), `const T&` against `T`, `0` \
against `nullptr`. A normal form shown with `--forms spelling` can therefore differ and still count as equal. Blind spots: \
`std::move` and `const` can pick another overload, `noexcept` decides whether an exception ends the process, and \
`auto` can hide that the type of an expression changed.",
    },
    RungRow {
        rung: Rung::Names,
        summary: "a consistent renaming of what nobody else can name",
        explanation: "\
What somebody is called, where nobody else can name it:

* locals and parameters, numbered where they are declared (`$0`, `$1`, …), scope by scope: only a renaming that is one to one and \
complete makes two bodies equal
* functions, classes, fields and constants, if the range proves it: the same definition is there under its new name, and every \
use follows, as does text that is printed with `<<`
* names that macros paste together, if a macro that defines functions and those that call them paste the other argument alike

In Python parameters keep their names, because callers can write them.",
        erased: &[
            cpp(
                "A local and a parameter",
                "int f(int a) { int x = g(a); h(x); return x; }",
                "int f(int input) { int result = g(input); h(result); return result; }",
                Rung::Names,
            ),
            cpp(
                "A function together with its callers",
                "static int old_name(int a) { return g(a) + 1; }\nint f() { return old_name(2); }",
                "static int new_name(int a) { return g(a) + 1; }\nint f() { return new_name(2); }",
                Rung::Names,
            ),
            python(
                "A local",
                "def f(a):\n    x = g(a)\n    return h(x)\n",
                "def f(a):\n    value = g(a)\n    return h(value)\n",
                Rung::Names,
            ),
        ],
        kept: &[
            cpp(
                "Two locals that change places",
                "int f() { int a = g(); int b = h(); return a - b; }",
                "int f() { int a = g(); int b = h(); return b - a; }",
                Rung::Semantic,
            ),
            cpp(
                "Another function is called",
                "int f(int a) { return g(a); }",
                "int f(int a) { return h(a); }",
                Rung::Semantic,
            ),
            python(
                "A parameter, which callers can name",
                "def f(a):\n    return g(a)\n",
                "def f(b):\n    return g(b)\n",
                Rung::Semantic,
            ),
        ],
        limits: "\
The proof of a renaming is a definition whose code is otherwise the same. A definition renamed *and* edited proves nothing: \
it is then one removal and one addition, and its callers are semantic changes. The name that Python sees is a string, and \
strings are never renamed here.",
    },
    RungRow {
        rung: Rung::Message,
        summary: "text that only people read",
        explanation: "\
What only people read:

* the text of exceptions, warnings and checks; which exception is raised, and when, is kept
* a check that always fails, in a branch: it is a check of the branch's condition
* logging statements, whole
* internal assertions (`TORCH_INTERNAL_ASSERT`, `AT_ASSERT`, `assert`, `DCHECK`, `static_assert`), whole: they never fail in a \
correct program, so they tell readers what holds and do not decide what happens. `TORCH_CHECK` is different: users run into it, so \
its condition is semantics and only its text is a message
* a stream that only messages read, and what is written to an `ErrorReport`
* the texts that a function puts together whose name says that it makes an error message, `formatMismatchMsg` or `what`
* docstrings, the documentation column of method tables and bindings",
        erased: &[
            cpp(
                "The text of a check",
                "void f(int n) { TORCH_CHECK(n > 0, \"bad n\"); g(n); }",
                "void f(int n) { TORCH_CHECK(n > 0, \"expected n > 0, got \", n); g(n); }",
                Rung::Message,
            ),
            cpp(
                "A check written as a branch",
                "void f(int n) { TORCH_CHECK(n > 0, \"bad n\"); g(n); }",
                "void f(int n) { if (!(n > 0)) { TORCH_CHECK(false, \"expected n > 0, got \", n); } g(n); }",
                Rung::Message,
            ),
            cpp(
                "An internal assertion",
                "void f(int n) { g(n); }",
                "void f(int n) { TORCH_INTERNAL_ASSERT(n > 0); g(n); }",
                Rung::Message,
            ),
            python(
                "A docstring and the text of an exception",
                "def f(a):\n    if a:\n        raise ValueError(\"bad\")\n",
                "def f(a):\n    \"\"\"Refuses.\"\"\"\n    if a:\n        raise ValueError(\"a must be false\")\n",
                Rung::Message,
            ),
        ],
        kept: &[
            cpp(
                "The condition of a check",
                "void f(int n) { TORCH_CHECK(n > 0, \"bad n\"); g(n); }",
                "void f(int n) { TORCH_CHECK(n >= 0, \"bad n\"); g(n); }",
                Rung::Semantic,
            ),
            cpp(
                "The kind of exception",
                "void f() { throw TypeError(\"bad\"); }",
                "void f() { throw ValueError(\"bad\"); }",
                Rung::Semantic,
            ),
            python(
                "A string that is compared",
                "def f(a):\n    return a == \"x\"\n",
                "def f(a):\n    return a == \"y\"\n",
                Rung::Semantic,
            ),
        ],
        limits: "\
Where a program reads the text (Dynamo copies some error messages, tests match them), the text is behaviour. Add \
`watch = [\"message\"]` to such a link and this rung counts for it. Blind spot: an assertion or a log statement whose \
arguments have effects is erased together with the effects.",
    },
    RungRow {
        rung: Rung::Structure,
        summary: "the same code in another place",
        explanation: "\
The same code elsewhere, or cut in other pieces:

* code that moved unedited to another file, namespace or class, and the accessor that now leads there; a type that every symbol of \
the range reaches by another path; a method defined in its class or outside
* a function extracted from its callers, or written back in place; a macro for an expression, written out; a lambda that is \
called where it stands
* a default argument written out as an overload, and an overload that does what another one does
* a switch in which each kind gave a constant, and classes, one for each kind, that give it
* an initial value that moved between a field and all constructors of its class; a constructor that does what the compiler's own \
would do
* locals, exceptions and results that nothing reads; a temporary that is used once, in the next statement; whether a local gets its \
first value at its declaration, behind it or in the branches of the next `if`
* a build condition (`#if`) set around code that stays as it is
* `static` on a function, and `reserve`",
        erased: &[
            cpp(
                "A helper is extracted",
                "PyObject* f(PyObject* self) {\n  if (!self) {\n    Py_RETURN_NONE;\n  }\n  auto sizes = get(self);\n  PyObject* tuple = PyTuple_New(sizes.size());\n  fill(tuple, sizes);\n  return tuple;\n}",
                "static PyObject* pack(PyObject* x) {\n  auto sizes = get(x);\n  PyObject* tuple = PyTuple_New(sizes.size());\n  fill(tuple, sizes);\n  return tuple;\n}\nPyObject* f(PyObject* self) {\n  if (!self) {\n    Py_RETURN_NONE;\n  }\n  return pack(self);\n}",
                Rung::Structure,
            ),
            cpp(
                "A macro is written out",
                "#define PARSED(x) (parse(x) == 0)\nbool f(int a) {\n  if (!PARSED(a)) {\n    return false;\n  }\n  return g(a);\n}\n",
                "bool f(int a) {\n  if (parse(a) != 0) {\n    return false;\n  }\n  return g(a);\n}\n",
                Rung::Structure,
            ),
            cpp(
                "The value of a field moves",
                "struct S {\n  S() : x(1) {}\n  int x;\n};",
                "struct S {\n  S() = default;\n  int x = 1;\n};",
                Rung::Structure,
            ),
            cpp(
                "A first value, given elsewhere",
                "int f(bool a) { int x = 1; if (a) { x = g(); } return h(x, x); }",
                "int f(bool a) { int x; if (a) { x = g(); } else { x = 1; } return h(x, x); }",
                Rung::Structure,
            ),
            cpp(
                "A default argument is written out",
                "int f(int a, int b = 2) { return a * b; }",
                "int f(int a, int b) { return a * b; }\nint f(int a) { return f(a, 2); }",
                Rung::Structure,
            ),
            cpp(
                "A temporary is named",
                "void f(int a) { h(g(a)); }",
                "void f(int a) { auto value = g(a); h(value); }",
                Rung::Structure,
            ),
        ],
        kept: &[
            cpp(
                "Extracted and edited",
                "PyObject* f(PyObject* self) {\n  if (!self) {\n    Py_RETURN_NONE;\n  }\n  auto sizes = get(self);\n  PyObject* tuple = PyTuple_New(sizes.size());\n  fill(tuple, sizes);\n  return tuple;\n}",
                "static PyObject* pack(PyObject* x) {\n  auto sizes = get(x);\n  PyObject* tuple = PyTuple_New(sizes.size() + 1);\n  fill(tuple, sizes);\n  return tuple;\n}\nPyObject* f(PyObject* self) {\n  if (!self) {\n    Py_RETURN_NONE;\n  }\n  return pack(self);\n}",
                Rung::Semantic,
            ),
            cpp(
                "Another default than the overload passes on",
                "int f(int a, int b = 2) { return a * b; }",
                "int f(int a, int b) { return a * b; }\nint f(int a) { return f(a, 3); }",
                Rung::Semantic,
            ),
            cpp("A call goes away", "void f(int a) { g(a); h(a); }", "void f(int a) { h(a); }", Rung::Semantic),
        ],
        limits: "\
A move by itself is never deeper than this, whatever it was at lower rungs. A build condition that one side alone has is \
answered with yes and with no, for the symbol and then for its file: where one answer gives what the other side says, the \
change is structure, and builds with the other answer are not looked at. What is dropped with a condition that only old \
versions of Python, CUDA or a compiler met is structure too. For extraction the helper's body is put back \
where it is called, with what it is given, and both sides are compared as a *bag of statements*: what each statement computes counts, \
their order and which local is meant do not. That is asked only where a function that the symbol calls was added or removed in the same \
range. So code that is reordered in the very commit that extracts a helper is not seen. A symbol that exists on one side \
only is structure if nothing uses it, or if everything that uses it is itself a change of this rung or a shallower one. An object whose type looks like a \
guard (`guard`, `lock`, `mode`, `scope`, …) is never an unused local.",
    },
    RungRow {
        rung: Rung::Ownership,
        summary: "who holds a reference or a value, and how that is spelled",
        explanation: "\
Who holds what, and how that is spelled:

* reference counting and owner types: `Py_INCREF` and its family, `Py_NewRef`, `THPObjectPtr`, `py::object`, \
`py::reinterpret_steal` and `_borrow`, `release()`, `get()`, `ptr()`
* smart pointers of every kind, what makes them, `reset`, and the base classes that let an object be held
* a `shared_ptr` taken by value, or by a reference that is only read; a capture that a lambda never reads
* an object that is kept to the end of the run or leaked there; a field that a destructor sets to `None`
* accessors that lend what others hand out: `fooRef()` is `*foo()`
* who holds the interpreter lock meanwhile
* how a container of the same interface stores and hashes its elements
* a check that only passes a failure on (`if (!x) return nullptr;`), where the words about ownership differ between the two sides

Only C++ has this rung.",
        erased: &[
            cpp(
                "A raw pointer becomes an owner",
                "PyObject* f() {\n  PyObject* x = g();\n  h(x);\n  Py_DECREF(x);\n  return k();\n}",
                "PyObject* f() {\n  THPObjectPtr x(g());\n  h(x.get());\n  return k();\n}",
                Rung::Ownership,
            ),
            cpp(
                "A reference more",
                "PyObject* f(PyObject* x) { return x; }",
                "PyObject* f(PyObject* x) { Py_INCREF(x); return x; }",
                Rung::Ownership,
            ),
            cpp(
                "Another smart pointer",
                "std::shared_ptr<Node> f(int a) { return std::make_shared<Node>(a); }",
                "c10::intrusive_ptr<Node> f(int a) { return c10::make_intrusive<Node>(a); }",
                Rung::Ownership,
            ),
            cpp(
                "A capture that is never read",
                "void f(Pool& pool, Data data) { pool.run([data, &pool]() { pool.stop(); }); }",
                "void f(Pool& pool, Data data) { pool.run([&pool]() { pool.stop(); }); }",
                Rung::Ownership,
            ),
            cpp(
                "The interpreter lock is released",
                "void f(int a) { g(a); h(a); }",
                "void f(int a) {\n  {\n    py::gil_scoped_release no_gil;\n    g(a);\n  }\n  h(a);\n}",
                Rung::Ownership,
            ),
            cpp(
                "Another hash map",
                "int f(int a) { std::unordered_map<int, int> m; g(m); return m.at(a); }",
                "int f(int a) { ska::flat_hash_map<int, int> m; g(m); return m.at(a); }",
                Rung::Ownership,
            ),
        ],
        kept: &[
            cpp(
                "Another object is returned",
                "PyObject* f(PyObject* x) { Py_INCREF(x); return x; }",
                "PyObject* f(PyObject* x) { Py_INCREF(Py_None); return Py_None; }",
                Rung::Semantic,
            ),
            cpp(
                "What is counted was made by a call that is gone",
                "void f(PyObject* x) { Py_DECREF(g(x)); h(x); }",
                "void f(PyObject* x) { h(x); }",
                Rung::Semantic,
            ),
            cpp(
                "A map in another order",
                "int f(int a) { std::unordered_map<int, int> m; g(m); return m.begin()->second; }",
                "int f(int a) { std::map<int, int> m; g(m); return m.begin()->second; }",
                Rung::Semantic,
            ),
        ],
        limits: "\
Whether the counting is *right* is not asked: a leak that is introduced and a leak that is fixed both end here, and so do a \
dead lock and its cure. That is `drift review`'s question. When an object is destroyed may change with its holder; what its destructor \
does is not followed. The order in which a hash map gives its elements depends on how it stores them, and is taken for nothing \
that anybody relies on. Ownership is no semantics because Python code that simulates a function has no reference counts to follow.",
    },
    RungRow {
        rung: Rung::Semantic,
        summary: "everything else: what it does may have changed",
        explanation: "\
No rung made the two sides equal. Every such change has facets: which observable things differ, with what was there and what is \
there now. What counts:

* bodies, signatures, default arguments, template arguments
* fields and their order, enum values, file-scope constants
* tables row by row, bindings entry by entry
* macro bodies and `#if` conditions
* code on one side only (a function, a table row, a binding, a macro), unless `structure` explains it",
        erased: &[
            cpp("A comparison", "bool f(int a) { return a > 0; }", "bool f(int a) { return a >= 0; }", Rung::Semantic),
            cpp(
                "A file-scope constant",
                "static bool enabled = false;\nbool f() { return enabled; }",
                "static bool enabled = true;\nbool f() { return enabled; }",
                Rung::Semantic,
            ),
            cpp(
                "The flags of a method",
                "static PyMethodDef methods[] = {{\"f\", f, METH_VARARGS, nullptr}, {nullptr}};",
                "static PyMethodDef methods[] = {{\"f\", f, METH_VARARGS | METH_KEYWORDS, nullptr}, {nullptr}};",
                Rung::Semantic,
            ),
            python(
                "A row of a table",
                "TABLE = {\"a\": 1, \"b\": 2}\n",
                "TABLE = {\"a\": 1, \"b\": 3}\n",
                Rung::Semantic,
            ),
            python("A decorator", "def f(a):\n    return a\n", "@cache\ndef f(a):\n    return a\n", Rung::Semantic),
        ],
        kept: &[],
        limits: "\
Semantic means *not shown to be harmless*. An edit that does the same in a way no rung knows (an algorithm written anew, `!f()` \
turned into another call) is semantic. Where the parser met errors inside a symbol its tokens are compared instead, and the \
change says that it is less certain. What happens below the code compared is not looked at: a function whose callee changed \
is unchanged itself; following that is what `drift check` does with its dependency graph.",
    },
];

/// All facets, in the order in which they are told.
pub static FACETS: [FacetRow; 9] = [
    FacetRow {
        facet: FacetKind::Signature,
        summary: "how it is called",
        explanation: "\
Parameters and default arguments, `METH_*` flags, the texts of `PythonArgParser`, formats of `PyArg_Parse…`, `py::arg`, in Python \
parameters and decorators.",
        example: cpp(
            "A parameter with a default",
            "int f(int a);\nint f(int a) { return g(a); }",
            "int f(int a, int b = 1);\nint f(int a, int b) { return g(a, b); }",
            Rung::Semantic,
        ),
    },
    FacetRow {
        facet: FacetKind::Returns,
        summary: "what it gives back",
        explanation: "Return and yield statements.",
        example: cpp("Another value", "int f(int a) { return a; }", "int f(int a) { return a + 1; }", Rung::Semantic),
    },
    FacetRow {
        facet: FacetKind::Raises,
        summary: "which exceptions leave it, and when",
        explanation: "\
`throw` and `raise`, `TORCH_CHECK` and its family, `PyErr_…`, and the macros that translate C++ exceptions for Python.",
        example: cpp(
            "A check that is new",
            "void f(int a) { g(a); }",
            "void f(int a) { TORCH_CHECK(a > 0, \"bad\"); g(a); }",
            Rung::Semantic,
        ),
    },
    FacetRow {
        facet: FacetKind::Attributes,
        summary: "the names that Python can see, or that are looked up on Python objects",
        explanation: "Names and accessors in method and getset tables, names of bindings, `attr(\"…\")`, `PyObject_GetAttrString`, `import`.",
        example: cpp(
            "Another attribute is read",
            "void f(PyObject* x) { g(PyObject_GetAttrString(x, \"shape\")); }",
            "void f(PyObject* x) { g(PyObject_GetAttrString(x, \"size\")); }",
            Rung::Semantic,
        ),
    },
    FacetRow {
        facet: FacetKind::ControlFlow,
        summary: "which path is taken",
        explanation: "\
Conditions, comparisons, loops, cases, `break`, `continue`, handlers. Also named where both sides hold the same parts in \
another order.",
        example: cpp(
            "A condition",
            "void f(int a) { if (a) { g(a); } }",
            "void f(int a) { if (a && h()) { g(a); } }",
            Rung::Semantic,
        ),
    },
    FacetRow {
        facet: FacetKind::Calls,
        summary: "which functions it calls",
        explanation: "The called functions as they are written, without their arguments.",
        example: cpp("Another callee", "void f(int a) { g(a); }", "void f(int a) { h(a); }", Rung::Semantic),
    },
    FacetRow {
        facet: FacetKind::State,
        summary: "what it leaves behind",
        explanation: "Assignments, setters, and the variables and tables of a file themselves.",
        example: cpp("A variable of the file", "static int limit = 1;", "static int limit = 2;", Rung::Semantic),
    },
    FacetRow {
        facet: FacetKind::Constants,
        summary: "literals, enum values and macros",
        explanation: "Numbers, strings, truth values; bodies of macros; fields and values of enums.",
        example: cpp("A number", "void f() { g(1); }", "void f() { g(2); }", Rung::Semantic),
    },
    FacetRow {
        facet: FacetKind::Types,
        summary: "the types it names",
        explanation: "Declared types, template arguments, targets of casts, aliases and base classes.",
        example: cpp(
            "The type of a local",
            "void f() { int x = g(); h(x); k(x); }",
            "void f() { double x = g(); h(x); k(x); }",
            Rung::Semantic,
        ),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_row_for_everything() {
        assert_eq!(RUNGS.each_ref().map(|row| row.rung), Rung::ALL);
        for row in &RUNGS {
            assert!(std::ptr::eq(rung(row.rung.name()).unwrap(), row));
            assert!(row.summary.starts_with(char::is_lowercase) && !row.erased.is_empty(), "{}", row.rung);
            assert!(row.erased.iter().all(|example| example.rung == row.rung), "{}", row.rung);
            assert!(row.kept.iter().all(|example| example.rung > row.rung), "{}", row.rung);
        }
        for row in &FACETS {
            assert!(std::ptr::eq(facet(row.facet.name()).unwrap(), row));
        }
    }
}
