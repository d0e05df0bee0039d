//! What is wrong with an author's text: many findings a run, each with its place and its mend.
//!
//! The other kind of failure, a world that does not do as told (a full disk), is
//! [`Error`](crate::Error).

mod clip;
mod code;
mod explain;
mod github;
mod levels;
mod lines;
mod output;
mod sarif;
mod sources;
mod span;
mod suggest;
mod text;

pub use code::Code;
pub use explain::explain;
pub use github::render_github;
pub use levels::{Level, Subject};
pub use output::{Style, render, render_json, render_short};
pub use sarif::render_sarif;
pub use sources::{Position, SourceFile, Sources};
pub use span::{FileId, Span};

// For the stages and the tests alone; see `lib.rs`.
#[doc(hidden)]
pub use explain::explain_markdown;
#[doc(hidden)]
pub use levels::Levels;
#[doc(hidden)]
pub use span::Spanned;
#[doc(hidden)]
pub use suggest::nearest;
#[doc(hidden)]
pub use text::{Text, TextBuilder};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Most likely not what the author wants; the package is built.
    Warning,
    /// No package is written.
    Error,
}

impl Severity {
    /// The word for it, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place with a word about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// The characters that are underlined.
    pub span: Span,
    /// What is to be said of them; may be empty.
    pub text: String,
    /// Whether this is the place of the finding, or one that explains it.
    pub primary: bool,
}

/// A change of the sources that mends the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// What the change does, such as "quote the value".
    pub message: String,
    /// Each span is replaced by its text; the spans do not overlap.
    pub edits: Vec<(Span, String)>,
    /// Whether the change leaves what the author means without doubt, so that a program may make
    /// it unasked; else it is the likeliest of several, for a person to decide.
    pub certain: bool,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// What it is about.
    pub code: Code,
    /// How much it matters; by default what the code says.
    pub severity: Severity,
    /// What is wrong, as a lower-case phrase.
    pub message: String,
    /// Where; the first primary label is the place that lists and editors show.
    pub labels: Vec<Label>,
    /// Why.
    pub notes: Vec<String>,
    /// How to mend it, in words.
    pub helps: Vec<String>,
    /// How to mend it, as a change of the text.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding of this code, without a place yet.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
            fix: None,
        }
    }

    /// With its place and what is to be said of it.
    #[must_use]
    pub fn at(self, span: Span, text: impl Into<String>) -> Self {
        self.label(span, text, true)
    }

    /// With another place that explains it.
    #[must_use]
    pub fn also(self, span: Span, text: impl Into<String>) -> Self {
        self.label(span, text, false)
    }

    /// With the reason.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// With the mend, in words.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }

    /// With the mend, as a replacement of one span.
    #[must_use]
    pub fn fix(self, message: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fixes(message, vec![(span, text.into())])
    }

    /// With the mend, as several replacements.
    #[must_use]
    pub fn fixes(mut self, message: impl Into<String>, edits: Vec<(Span, String)>) -> Self {
        if edits.iter().all(|(span, _)| span.is_some()) {
            self.fix = Some(Fix {
                message: message.into(),
                edits,
                certain: false,
            });
        }
        self
    }

    /// With the mend as one that leaves no doubt: `deckle check --fix` makes it. That is for
    /// changes after which the text says what it was seen to say, such as quotes around a value;
    /// a similar name is a guess, however near it is.
    #[must_use]
    pub fn certain(mut self) -> Self {
        if let Some(fix) = &mut self.fix {
            fix.certain = true;
        }
        self
    }

    /// As a note of little weight instead of what the code says.
    #[must_use]
    pub fn info(mut self) -> Self {
        self.severity = Severity::Info;
        self
    }

    /// The place of the finding; [`Span::NONE`] where it has none.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels
            .iter()
            .find(|label| label.primary)
            .map_or(Span::NONE, |label| label.span)
    }

    fn label(mut self, span: Span, text: impl Into<String>, primary: bool) -> Self {
        if span.is_some() {
            self.labels.push(Label {
                span,
                text: text.into(),
                primary,
            });
        }
        self
    }
}

/// Takes the findings of a stage, which goes on behind each of them.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// No findings yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Takes all findings of another run, behind its own.
    pub fn append(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Whether one of them is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|it| it.severity == Severity::Error)
    }

    /// How many are of this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.list
            .iter()
            .filter(|it| it.severity == severity)
            .count()
    }

    /// Puts them into the order of files and lines, the order of finding among equals, and
    /// leaves each out that says at the same place what another says.
    pub fn sort(&mut self) {
        self.list
            .sort_by_key(|it| (it.span().file, it.span().start));
        self.list.dedup();
    }

    /// The last error.
    pub(crate) fn last_error(&mut self) -> Option<&mut Diagnostic> {
        let mut errors = self.list.iter_mut();
        errors.rfind(|it| it.severity == Severity::Error)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Takes those from the place `first` on out.
    pub(crate) fn split_off(&mut self, first: usize) -> Self {
        Self {
            list: self.list.split_off(first.min(self.list.len())),
        }
    }

    /// Keeps those for which `keep` says so.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Diagnostic) -> bool) {
        self.list.retain(|it| keep(it));
    }

    /// Keeps the first finding of this code alone.
    pub(crate) fn keep_first(&mut self, code: Code) {
        let mut seen = false;
        self.list
            .retain(|it| it.code != code || !std::mem::replace(&mut seen, true));
    }

    /// The findings.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// Keeps the findings for which `keep` says so, and lets it change them.
    fn retain_mut(&mut self, keep: impl FnMut(&mut Diagnostic) -> bool) {
        self.list.retain_mut(keep);
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, Diagnostic> {
        self.list.iter_mut()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What there is to say of a finding, in lines of plain text, for forms that draw no sources.
fn in_words(diagnostic: &Diagnostic) -> String {
    let mut words = diagnostic.message.clone();
    let label = diagnostic.labels.iter().find(|it| it.primary);
    if let Some(label) = label.filter(|it| !it.text.is_empty()) {
        words.push_str(": ");
        words.push_str(&label.text);
    }
    let notes = diagnostic.notes.iter().map(|it| ("note", it));
    let helps = diagnostic.helps.iter().map(|it| ("help", it));
    let fix = diagnostic.fix.iter().map(|it| ("help", &it.message));
    for (kind, text) in notes.chain(helps).chain(fix) {
        words.push('\n');
        words.push_str(kind);
        words.push_str(": ");
        words.push_str(text);
    }
    words
}

/// A path of the project as seen from the repository that the project is a folder of.
fn below(folder: &str, path: &str) -> String {
    match folder.trim_end_matches('/') {
        "" => path.to_owned(),
        folder => format!("{folder}/{path}"),
    }
}
