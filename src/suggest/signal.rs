//! Signals: the kinds of evidence for a link, one row each, and how much each tells.

/// A kind of evidence that a piece of Python simulates a piece of C++.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    HandlerDecorator,
    MethodName,
    StringBranch,
    NameUsed,
    WrapperUsed,
    MemberUsed,
    Listed,
    Dispatched,
    SameName,
    ClassName,
    NamesTwin,
    SharedText,
    ErrorText,
    CppComment,
    PythonComment,
    Note,
    ClassUses,
}

/// One kind of evidence.
pub struct SignalRow {
    pub signal: Signal,
    pub name: &'static str,
    /// The logarithm of how much more often it is seen on true pairs than on others.
    pub weight: f32,
    /// Said before what was found.
    pub phrase: &'static str,
}

pub const SIGNALS: [SignalRow; 17] = [
    row(Signal::HandlerDecorator, "handler-decorator", 5.5, "is decorated as the handler of"),
    row(Signal::MethodName, "method-name", 5.0, "is named as the handler of"),
    row(Signal::StringBranch, "string-branch", 4.0, "has a branch for"),
    row(Signal::NameUsed, "name-used", 4.0, "uses the name"),
    row(Signal::WrapperUsed, "wrapper-used", 3.0, "uses a wrapper:"),
    row(Signal::MemberUsed, "member-used", 1.5, "uses a member called"),
    row(Signal::Listed, "listed", 1.5, "lists"),
    row(Signal::Dispatched, "dispatched", 5.0, "is dispatched to"),
    row(Signal::SameName, "same-name", 2.5, "has the same name:"),
    row(Signal::ClassName, "class-name", 3.0, "is named after the class"),
    row(Signal::NamesTwin, "names-twin", 3.5, "is named by a string in the C++:"),
    row(Signal::SharedText, "shared-text", 1.5, "shares the string"),
    row(Signal::ErrorText, "error-text", 3.5, "shares the message"),
    row(Signal::CppComment, "cpp-comment", 2.0, "is named by a comment in the C++:"),
    row(Signal::PythonComment, "python-comment", 3.5, "has a comment that names"),
    row(Signal::Note, "note", 5.0, "refers to the same note:"),
    row(Signal::ClassUses, "class-uses", 0.5, "has methods that use"),
];

const fn row(signal: Signal, name: &'static str, weight: f32, phrase: &'static str) -> SignalRow {
    SignalRow { signal, name, weight, phrase }
}

impl Signal {
    pub fn row(self) -> &'static SignalRow {
        SIGNALS.iter().find(|row| row.signal == self).expect("every signal has a row")
    }
}
