//! `output` of a project file: which packages there are, and which notes go into each.

use super::layout::Selection;
use super::yaml::{Entry, Node, Value, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned};

/// The keys of an output.
pub const KEYS: &[&str] = &["file", "split", "decks", "match", "format"];

/// The packages that a project asks for.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Outputs {
    /// One without a name, or those that have one, in their order.
    pub list: Vec<Output>,
    /// Where they are asked for.
    pub span: Option<Span>,
}

/// A package, or those that one is split into.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Output {
    /// What it is called in the project file; `None` for the only one.
    pub name: Option<Spanned<String>>,
    /// Where it goes, relative to the project.
    pub file: Option<Spanned<String>>,
    /// Whether there is a package for each deck or file.
    pub split: Split,
    /// Patterns of decks; `::X` is below the root deck. Without these and `files` it takes all
    /// notes, with both those that one of them names.
    pub decks: Vec<Spanned<String>>,
    /// Patterns of source files.
    pub files: Vec<Spanned<String>>,
    /// Its container, where the project says.
    pub container: Option<Container>,
    /// Where it begins in the project file.
    pub span: Option<Span>,
}

/// Which of Anki's containers a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Container {
    /// The one that every Anki imports.
    Legacy,
    /// The one of newer versions.
    Latest,
}

/// What a package is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Split {
    /// All notes.
    #[default]
    None,
    /// Each deck right below the root deck, with those below it.
    TopDeck,
    /// Each source file.
    File,
}

impl Outputs {
    /// Whether there is more than the one package with all notes.
    #[must_use]
    pub fn are_several(&self) -> bool {
        let takes_all =
            |it: &Output| it.split == Split::None && it.decks.is_empty() && it.files.is_empty();
        match self.list.as_slice() {
            [] => false,
            [only] => !takes_all(only),
            _ => true,
        }
    }

    /// The only output, if no notes are chosen for it.
    #[must_use]
    pub fn single(&self) -> Option<&Output> {
        self.list.first().filter(|_| !self.are_several())
    }
}

/// The outputs of an `output` key: a path, an output, or a mapping of names to outputs.
#[must_use]
pub fn read(value: &Node, key: Span, sink: &mut Diagnostics) -> Outputs {
    let span = Some(key);
    let one = |output: Output| Outputs {
        list: vec![output],
        span,
    };
    if let Value::Scalar(_) = value.value {
        let file = decode::string(value, "output", sink);
        return one(Output {
            file,
            span,
            ..Output::default()
        });
    }
    let entries = decode::mapping(value, "output", sink).unwrap_or_default();
    let is_output = |it: &Entry| {
        KEYS.contains(&it.name()) || !matches!(it.value.value, Value::Mapping(_) | Value::Null)
    };
    if entries.is_empty() || entries.iter().any(is_output) {
        return one(output(entries, None, key, sink));
    }
    let list = entries
        .iter()
        .map(|entry| {
            let name = Spanned::new(entry.name().to_owned(), entry.key_span());
            check_name(&name, sink);
            let entries = match entry.value.value {
                Value::Null => &[],
                _ => decode::mapping(&entry.value, &name.value, sink).unwrap_or_default(),
            };
            let span = name.span;
            output(entries, Some(name), span, sink)
        })
        .collect();
    Outputs { list, span }
}

/// A name is part of a path where the output says none.
fn check_name(name: &Spanned<String>, sink: &mut Diagnostics) {
    let is_part = !name.value.is_empty() && !name.value.contains(['/', '\\', ':', '*']);
    if !is_part {
        let title = format!("`{}` cannot be the name of an output", name.value);
        sink.push(
            Diagnostic::new(Code::BadValue, title)
                .at(name.span, "this name")
                .help("choose one without `/`, `\\`, `:` and `*`, such as `verbs`"),
        );
    }
}

fn output(
    entries: &[Entry],
    name: Option<Spanned<String>>,
    span: Span,
    sink: &mut Diagnostics,
) -> Output {
    let mut output = Output {
        name,
        span: Some(span),
        ..Output::default()
    };
    for entry in entries {
        let value = &entry.value;
        match entry.name() {
            "file" => output.file = decode::string(value, "file", sink),
            "split" => {
                let ways = [
                    ("none", Split::None),
                    ("top-deck", Split::TopDeck),
                    ("file", Split::File),
                ];
                output.split = decode::choice(value, "split", &ways, sink).unwrap_or_default();
            }
            "decks" => output.decks = patterns(entry, "decks", sink),
            "match" => {
                output.files = patterns(entry, "match", sink);
                // What is wrong with a pattern is told here, once.
                let _ = Selection::of(&output.files, sink);
            }
            "format" => {
                let formats = [("legacy", Container::Legacy), ("latest", Container::Latest)];
                output.container = decode::choice(value, "format", &formats, sink);
            }
            _ => decode::unknown_key(&entry.key, "in `output`", KEYS, sink),
        }
    }
    output
}

fn patterns(entry: &Entry, what: &str, sink: &mut Diagnostics) -> Vec<Spanned<String>> {
    let found = decode::strings(&entry.value, what, sink);
    if found.as_ref().is_some_and(Vec::is_empty) {
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{what}` names nothing"))
                .at(decode::visible(entry), "no pattern")
                .help("write a pattern, or take the key out: the package then has all notes"),
        );
    }
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::source::yaml;

    fn check(source: &str, names: &[&str], several: bool, codes: &[Code]) {
        let file = Sources::new().add("deckle.yaml", source);
        let mut sink = Diagnostics::new();
        let documents = yaml::parse(file, source, 0, &mut sink);
        let outputs = read(&documents[0], Span::new(file, 0..0), &mut sink);
        let found: Vec<&str> = outputs
            .list
            .iter()
            .map(|it| it.name.as_ref().map_or("", |it| &it.value))
            .collect();
        assert_eq!(found, names, "{source}");
        assert_eq!(outputs.are_several(), several, "{source}");
        let found: Vec<Code> = sink.iter().map(|it| it.code).collect();
        assert_eq!(found, codes, "{source}");
    }

    #[test]
    fn shapes_of_output() {
        check("a.apkg", &[""], false, &[]);
        check("{file: a.apkg}", &[""], false, &[]);
        check("{file: a.apkg, split: none}", &[""], false, &[]);
        check("{split: top-deck}", &[""], true, &[]);
        check("{split: file, file: 'dist/*.apkg'}", &[""], true, &[]);
        check("{decks: '::A'}", &[""], true, &[]);
        check("{a: {file: x.apkg}}", &["a"], false, &[]);
        check("{a: {decks: ['::A']}, all:}", &["a", "all"], true, &[]);
        check(
            "{a: {match: 'x/**', format: latest}, b: {}}",
            &["a", "b"],
            true,
            &[],
        );
        check("{fiel: a.apkg}", &[""], false, &[Code::UnknownKey]);
        check("{a: {fiel: a.apkg}}", &["a"], false, &[Code::UnknownKey]);
        check("{file: a.apkg, b: {}}", &[""], false, &[Code::UnknownKey]);
        check("{split: deck}", &[""], false, &[Code::BadValue]);
        check("{decks: []}", &[""], false, &[Code::BadValue]);
        check("{match: '{'}", &[""], true, &[Code::BadGlob]);
        check("{a/b: {}}", &["a/b"], false, &[Code::BadValue]);
        check("[a.apkg]", &[""], false, &[Code::WrongShape]);
    }
}
