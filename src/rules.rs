//! The rules: one row for every kind of finding, with what it means and what to do.

/// How much a finding asks for. How sure it is, is said in its notes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Note,
    Warning,
    Error,
}

/// A kind of finding.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case, names the pattern found.
    pub id: &'static str,
    /// The severity it has unless its finding says otherwise.
    pub severity: Severity,
    /// One line.
    pub summary: &'static str,
    /// What it means and why it matters, Markdown.
    pub explanation: &'static str,
    /// A small example, Markdown.
    pub example: &'static str,
    /// What to do, Markdown.
    pub remedy: &'static str,
}

/// All rules, the alarms first.
pub static RULES: &[&Rule] = &[
    &DRIFTED_LINK,
    &DRIFTED_THROUGH_CALLEE,
    &HUB_CHANGE,
    &COSMETIC_PYTHON_CHANGE,
    &UNDECIDED_LINK,
    &UNRESOLVED_SELECTOR,
    &AMBIGUOUS_SELECTOR,
    &UNMAPPED_BINDING,
    &UNREADABLE_SOURCE,
    &ACKNOWLEDGED_DRIFT,
    &UNUSED_ACK,
    &EXPIRED_ACK,
    &REMOVED_LINK,
    &WEAKENED_LINK,
    &UNBOUND_NAME,
    &UNKNOWN_HANDLED_NAME,
    &UNHANDLED_NAME,
    &PARAMETER_MISMATCH,
    &EXCEPTION_MISMATCH,
    &UNLISTED_BINDING,
];

/// The rule with this id.
pub fn named(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// A rule is kept by its id.
pub mod by_id {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::{Rule, named};

    pub fn serialize<S: Serializer>(rule: &&'static Rule, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(rule.id)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<&'static Rule, D::Error> {
        let id = String::deserialize(from)?;
        named(&id).ok_or_else(|| D::Error::custom(format!("there is no rule `{id}`")))
    }
}

pub static DRIFTED_LINK: Rule = Rule {
    id: "drifted-link",
    severity: Severity::Error,
    summary: "a C++ entry point changed what it does, and the Python that simulates it did not",
    explanation: "\
Dynamo cannot trace into C++, so for some C++ entry points `torch/_dynamo` holds Python that repeats what they do. The \
mapping links the two ends. This range changes the C++ end semantically: the difference remains after layout, spelling, \
local names, message texts, structure and reference counting have been taken out. No Python end of the link changed \
semantically in the same range.

Unless the Python end is right for both versions, `torch.compile` now behaves differently from eager mode. Such gaps \
show no error; in PyTorch the known ones stayed for 65 to 583 days and were found by users.",
    example: "\
`THPFunction_apply` learns to call `setup_context` when a `torch.autograd.Function` overrides it. \
`AutogradFunctionVariable.call_apply` still passes `ctx` to `forward` in every case: the same class works in eager mode \
and fails under `torch.compile`.",
    remedy: "\
1. Read the frames: the changed C++ lines, and the beginning of the Python twin. The notes name what changed (`signature`, \
`raises`, `state`, …).
2. If the simulation must follow, change the Python end in the same range, with a test that runs both modes.
3. If it need not follow, say why: `drift ack LINK RANGE --reason …`, or a trailer `Drift-Ack: LINK: REASON` in the commit \
message. `drift explain LINK` shows what the two ends share and which differences are deliberate.",
};

pub static DRIFTED_THROUGH_CALLEE: Rule = Rule {
    id: "drifted-through-callee",
    severity: Severity::Warning,
    summary: "something that a C++ entry point depends on changed, and the Python that simulates it did not",
    explanation: "\
The entry point itself is as it was, but a function, macro, type, constant or table that it uses changed semantically, at \
most two steps away (or as many as `depth` of the link says). The note `path:` gives the steps from the entry point to the \
change.

What an entry point does is often decided in a function it calls, so this can be drift like any other. It is a warning \
because many such changes do not show at the entry point. Where a step of the path could mean several things (an \
overload, a member call on an object whose type is not known), the finding is only a note.",
    example: "\
`THPFunction_apply` calls `unpack_input`, which decides whether a graph is recorded. `unpack_input` starts to look at \
inference mode; `THPFunction_apply` does not change by a letter, and its simulation is wrong.",
    remedy: "\
1. Follow the path and ask whether Python code that calls the entry point can see the difference.
2. If so, change the Python end in the same range.
3. If changes of this callee never matter to this link, lower `depth` in the link. If they always matter, add the callee to \
the `cpp` end: its changes are errors then.",
};

pub static HUB_CHANGE: Rule = Rule {
    id: "hub-change",
    severity: Severity::Warning,
    summary: "something that many C++ entry points depend on changed, and their Python did not",
    explanation: "\
A function, macro, type or constant changed semantically, and the C++ ends of four links or more depend on it. It is about \
none of them in particular: an error macro, the unpacking of tensors, a mode that is kept in thread-local state. So it is \
told once, with the links, and not once for each of them. The verdict of each link is `drifted` all the same.

A link whose own C++ end changed as well has its own finding. Where no path is certain, the finding is only a note.",
    example: "\
`END_HANDLE_TH_ERRORS` translates one more kind of exception. Fifty linked entry points end in that macro.",
    remedy: "\
1. Ask once whether Python code can see the difference through any of the entry points.
2. If so, the simulation usually has one place too where it is decided: change that.
3. If not, nothing need be done. Where a link should never hear of it, lower `depth` in the link.",
};

pub static COSMETIC_PYTHON_CHANGE: Rule = Rule {
    id: "cosmetic-python-change",
    severity: Severity::Note,
    summary: "the Python end was touched together with the C++ end, but does what it did before",
    explanation: "\
The C++ end changed semantically and the range edits the Python end, but only its comments, annotations, layout, names or \
message texts. That does not count as following the C++ change, so the link is reported as drifted as well. This finding \
says which edit was seen, so that nobody has to wonder why it did not count.",
    example: "\
A commit adds keyword arguments to a C++ method and writes `# keep in sync with THPFunction_apply` above the Python \
method that simulates it.",
    remedy: "\
Change what the Python end does, as the drift finding of the same link says. If a changed text *is* what has to follow \
(Dynamo copies an error message), add `watch = [\"message\"]` to the link.",
};

pub static UNDECIDED_LINK: Rule = Rule {
    id: "undecided-link",
    severity: Severity::Error,
    summary: "a link could not be judged",
    explanation: "\
Something that the judgement needs is not there: a changed file that holds an end of the link could not be read, or a C++ \
end changed in code that the parser could not make sense of, so that its change could not be put on a rung. Silence would \
look like a pass, so this is an error, and the run ends with exit code 2.",
    example: "\
In a partial clone the blob of `torch/csrc/autograd/python_function.cpp` was never fetched, and the range changes it.",
    remedy: "\
Run the command that the finding names (`git diff --stat BEFORE AFTER` brings what a partial clone lacks) and run the check again. Where the parser \
stumbles over a macro, teach it: `[language.cpp] macros` in the mapping. Until then compare the two ends by hand.",
};

pub static UNRESOLVED_SELECTOR: Rule = Rule {
    id: "unresolved-selector",
    severity: Severity::Warning,
    summary: "a selector of the mapping points at nothing",
    explanation: "\
A link is only as good as its selectors. One that resolves on neither side of the range is stale: a warning, since this \
range did not make it so. One that resolved before and does not after was broken by this range, which removed, renamed or \
moved the code: an error, since from now on nobody would notice changes there.

Many stale selectors together mean that the mapping was made for a much older or newer tree; they are told in one finding.",
    example: "\
A commit moves `THPFunction_apply` to `python_function_apply.cpp`. The link still says \
`torch/csrc/autograd/python_function.cpp#THPFunction_apply`.",
    remedy: "\
Correct the selector in the mapping; the finding names where the code went, or the nearest names. If the code is gone for \
good and its Python twin with it, remove the link.",
};

pub static AMBIGUOUS_SELECTOR: Rule = Rule {
    id: "ambiguous-selector",
    severity: Severity::Warning,
    summary: "a selector of the mapping matches more than one symbol",
    explanation: "\
A selector may be any suffix of a qualified name as long as it is unique in its file. This one is not, or not any more. \
The link is judged as if all matches belonged to it, so nothing is missed, but changes of the wrong symbol are reported too.",
    example: "`torch/csrc/autograd/python_hook.cpp#operator()` matches the call operators of three classes.",
    remedy: "\
Write more of the name (`PyFunctionPreHook::operator()`), or the parameter types of the overload (`f(int, PyObject*)`).",
};

pub static UNMAPPED_BINDING: Rule = Rule {
    id: "unmapped-binding",
    severity: Severity::Note,
    summary: "a file that the mapping knows gains a name for Python that no link has",
    explanation: "\
This range adds a row to a method table, a property or a binding to a C++ file in which other entry points are linked. \
Dynamo meets the new name as soon as somebody compiles code that uses it, and most often it has nothing to say about it: a \
graph break, or a guess. Nothing has drifted yet, so this is advice.

A second overload of a known name is no new name, and neither is a row that only moved.",
    example: "\
`torch.device` gains `__enter__` and `__exit__` in `torch/csrc/Device.cpp`: two rows of a table, and from then on a device \
is a context manager that `torch/_dynamo` does not know.",
    remedy: "\
1. If Dynamo simulates it, or now has to, add a link: `drift map add`.
2. If it is never traced, say so once for all names of its kind: `[unlinked.NAME]` with `cpp`, `names` and `why`.",
};

pub static UNREADABLE_SOURCE: Rule = Rule {
    id: "unreadable-source",
    severity: Severity::Note,
    summary: "a file could not be read",
    explanation: "\
The content of a file is missing from the repository, too large, binary, or of a kind there is no parser for. If the range \
changes the file, a change inside it could reach a link unseen: a warning. If the range leaves the file alone, only its \
selectors could not be checked: a note. Where a link depends on it, `undecided-link` says so.",
    example: "A partial clone made with `--filter=blob:none` in which the old version of a changed file was never fetched.",
    remedy: "Fetch the missing objects, or narrow `[scope]` in the mapping to what matters.",
};

pub static ACKNOWLEDGED_DRIFT: Rule = Rule {
    id: "acknowledged-drift",
    severity: Severity::Note,
    summary: "the Python end did not follow, and somebody says why it need not",
    explanation: "\
The C++ end changed semantically and the Python end did not, and an ack covers exactly this: an entry of `acks.toml` \
that holds the content of the C++ symbol before and after, or a trailer `Drift-Ack: LINK: REASON` in a commit of the range.

An entry of `acks.toml` is about content. Rebase, squash and cherry-pick keep it; a further edit of the same symbol voids \
it. Two entries that follow each other cover what a squash makes of them. A trailer is about the range it stands in.",
    example: "\
`THPFunction_apply` gains a check that only anomaly mode reaches, which Dynamo does not trace. The commit says \
`Drift-Ack: autograd-function-apply: anomaly mode is never traced`.",
    remedy: "Nothing, if the reason holds. Reviewers read it as they read the code.",
};

pub static UNUSED_ACK: Rule = Rule {
    id: "unused-ack",
    severity: Severity::Warning,
    summary: "an ack or a trailer answers for nothing",
    explanation: "\
The ack names a link that the mapping does not have, or the range adds it and changes nothing that it covers, or a trailer \
gives no reason. Most often the code was edited once more after the ack was written: then the ack is void, and the drift is \
reported.

An ack that an earlier range added is at rest until its change comes by again; nothing is said about it.",
    example: "A commit writes an ack for `THPFunction_apply`; a second commit of the same range edits the function again.",
    remedy: "Write the ack anew with `drift ack LINK RANGE --reason …`, correct the name of the link, or remove it.",
};

pub static EXPIRED_ACK: Rule = Rule {
    id: "expired-ack",
    severity: Severity::Warning,
    summary: "the last day of an ack is over",
    explanation: "\
An ack with `until` is a promise to come back. After that day it covers nothing: drift that it answered for is reported \
again. Where the range has no such drift, this is only a note.",
    example: "`until = 2026-06-30`, and Dynamo still does not know the keyword that the C++ gained.",
    remedy: "Let the Python end follow, move `until` with a reason, or remove the ack.",
};

pub static REMOVED_LINK: Rule = Rule {
    id: "removed-link",
    severity: Severity::Warning,
    summary: "this range removes a link from the mapping",
    explanation: "\
Removing a link switches off its alarm for good. That is right when the entry point or its simulation is gone, and wrong \
when the link was in the way. For this range the link is still judged as it was before, so a change cannot silence its own \
alarm.",
    example: "A commit changes `THPFunction_apply` and deletes `[link.autograd-function-apply]` from `.drift/autograd.toml`.",
    remedy: "Restore the link, or say in the commit message why its Python end has nothing to follow any more.",
};

pub static WEAKENED_LINK: Rule = Rule {
    id: "weakened-link",
    severity: Severity::Warning,
    summary: "this range makes a link of the mapping less strict",
    explanation: "\
The link watches less of the C++ than before, looks less far through callees, ignores a rung that counted, or is content \
with fewer of its Python ends. For this range it is judged as strictly as before, so a change cannot silence its own alarm.",
    example: "A commit edits a callee two steps away and sets `depth = 1` in the link that it reaches.",
    remedy: "Restore what was dropped, or say in the commit message why less needs to be followed from now on.",
};

pub static UNBOUND_NAME: Rule = Rule {
    id: "unbound-name",
    severity: Severity::Warning,
    summary: "the Python side names something that nothing gives",
    explanation: "\
`drift map parity` looks up the names in native modules (`torch._C.…`) that the Python in the scope mentions, and the dotted names in files that list \
them by the dozen. No method table, binding, declared operator or macro in the tree has this one, and no Python defines it. \
Most often the code was renamed or removed and the table was not told; the row then does nothing, silently.

Told by default where the name is a word of no code at all. Names that C++ mentions without registering them are \
told with `--all`: a macro may make a name of them.",
    example: "\
A table lists `\"torch._C._mps_is_on_macos_13_or_newer\"`; the function behind it has been `_mps_is_on_macos_or_newer` for years.",
    remedy: "\
1. Look for what became of it: `git log -S NAME --oneline`.
2. Correct the row, or remove it.",
};

pub static UNKNOWN_HANDLED_NAME: Rule = Rule {
    id: "unknown-handled-name",
    severity: Severity::Warning,
    summary: "a linked handler goes by a name that nothing else in the tree has",
    explanation: "\
A branch `name == \"x\"` or a method `method_x` handles `x`, and `x` is a word of no C++, no declared operator and no Python outside of the scope. \
The method it simulates was renamed or removed, or never was: the handler is dead code, and what replaced the method is not handled.

Told by default where the handler is linked to C++ of this repository, otherwise with `--all`: the name may be of a library that is not here.",
    example: "\
`TensorVariable.method_reinforce` handles `reinforce`; tensors have had no such method for years.",
    remedy: "\
1. See what it is the twin of: `drift explain LINK`.
2. Follow the new name, or remove the handler.",
};

pub static UNHANDLED_NAME: Rule = Rule {
    id: "unhandled-name",
    severity: Severity::Note,
    summary: "a table or class of C++ gives names that its twin does not handle",
    explanation: "\
The C++ end of a link is a method table, a property table or a bound class, and the Python end handles some of its names and not these. Most are left to others on purpose, so this is only \
told with `drift map parity --all`, one finding for each link.",
    example: "\
`THPStream_methods` has `priority_range`, and `StreamVariable.call_method` tells `wait_stream` and `synchronize` apart, and not it.",
    remedy: "\
If code that is compiled meets the name, handle it; if it is left out on purpose, say so in `known-differences` of the link.",
};

pub static PARAMETER_MISMATCH: Rule = Rule {
    id: "parameter-mismatch",
    severity: Severity::Warning,
    summary: "a handler takes other parameters than the C++ function it simulates",
    explanation: "\
The C++ end states its signature, in a parser (`PythonArgParser`), a list of keywords, `py::arg` or a schema, and the Python end is a function of the same name \
with parameters of its own. A keyword that the handler does not take ends in an exception inside the compiler where eager code works; another order or default \
is a silently different answer. A default of `None` in Python stands for not given and is not compared.

Told by default where the C++ has one signature; with overloads, with `--all`, if none of them fits.",
    example: "\
`clamp(Tensor input, *, Scalar min=None, Scalar max=None)` is handled by `def method_clamp(self, min=None)`.",
    remedy: "\
1. See both ends: `drift explain LINK`.
2. Give the handler the same parameters; where it leaves one out on purpose, say so in `known-differences` of the link.",
};

pub static EXCEPTION_MISMATCH: Rule = Rule {
    id: "exception-mismatch",
    severity: Severity::Note,
    summary: "both ends of a link raise, and not the same types",
    explanation: "\
Code that catches `TypeError` in eager mode does not catch the `ValueError` of a simulation. The types are read off the text of both ends; either may leave a case to \
a function it calls, so this is weak evidence, and only told with `--all`.",
    example: "\
C++ has `TORCH_CHECK_TYPE(…)`, its twin `raise ValueError(…)`.",
    remedy: "\
1. See both ends: `drift explain LINK`.
2. Raise the same type for the same case.",
};

pub static UNLISTED_BINDING: Rule = Rule {
    id: "unlisted-binding",
    severity: Severity::Note,
    summary: "names that C++ gives are not in a list of the Python side",
    explanation: "\
A Python file lists names of a native module by the dozen, and these are not among them. Lists are seldom meant to be complete, so this is only told with `--all`, \
one finding for each C++ file.",
    example: "\
`torch/csrc/Module.cpp` registers `_get_cpu_capability`, and `trace_rules.py` has no row for it.",
    remedy: "\
If Dynamo has to know the name, add the row; else leave it.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_found() {
        for (at, rule) in RULES.iter().enumerate() {
            assert!(rule.id.chars().all(|char| char.is_ascii_lowercase() || char == '-'), "{}", rule.id);
            assert!(RULES[..at].iter().all(|other| other.id != rule.id), "{} twice", rule.id);
            assert!(std::ptr::eq(named(rule.id).expect("registered"), *rule));
        }
        assert!(named("no-such-rule").is_none());
    }

    #[test]
    fn every_row_says_everything() {
        for rule in RULES {
            for text in [rule.summary, rule.explanation, rule.example, rule.remedy] {
                assert!(!text.trim().is_empty(), "{}", rule.id);
            }
            assert!(rule.summary.starts_with(|char: char| char.is_lowercase()), "{}", rule.id);
        }
    }
}
