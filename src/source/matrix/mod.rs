//! `matrix` of a project file: one project that is built once for each language, column or level.
//!
//! Each variant is a project of its own that happens to be written in the same files: what
//! `{{=name}}` stands for in the project file, the folder files and the note types is another thing
//! in each, and so are the notes' guids.

mod fill;

use std::collections::BTreeSet;

use super::manifest::FILE_NAME;
use super::note_types::is_variable_name;
use super::yaml::{Entry, Node, Value, decode};
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Text, nearest};

pub use fill::Unknown;

/// How many variants there may be: lists that are multiplied grow fast.
const MAX_VARIANTS: usize = 500;
/// How long a variant's key may be; it is part of a file's name.
const MAX_KEY: usize = 40;

/// The variants that a project asks for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Matrix {
    /// At least one, in the order of the project file; the last list turns fastest.
    pub variants: Vec<Variant>,
    /// Where they are asked for.
    pub span: Span,
}

/// One of the things that a project is built as.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Variant {
    /// What tells it from the others: part of the guids of its notes and of the name of its lock.
    pub key: String,
    /// What `{{=name}}` stands for.
    pub variables: Vec<(String, Text)>,
    /// The key that it shares with the variants that are editions of the same notes: its own,
    /// with those in its place that `edition-of` names.
    pub edition: String,
    /// Where it stands in the project file; of several lists in the last one.
    pub span: Span,
}

/// A value of one of the lists, with what it brings along.
struct Choice {
    key: String,
    span: Span,
    variables: Vec<(String, Text)>,
    edition_of: Option<Text>,
}

/// What a variant names that a learner has in its place.
pub const EDITION_OF: &str = "edition-of";

/// The matrix of a `matrix` key; `None` where it cannot be used, which is told.
#[must_use]
pub fn read(entry: &Entry, sink: &mut Diagnostics) -> Option<Matrix> {
    let before = sink.count(crate::diag::Severity::Error);
    let lists = decode::mapping(&entry.value, "matrix", sink)?;
    if lists.is_empty() {
        sink.push(
            Diagnostic::new(Code::Matrix, "the matrix has no variants")
                .at(decode::visible(entry), "nothing in it")
                .help("name what differs, and its values: `matrix: {lang: [de, fr]}`"),
        );
        return None;
    }
    let is_flat = |it: &Entry| matches!(it.value.value, Value::Scalar(_) | Value::Sequence(_));
    let flat = |it: &&Entry| match &it.value.value {
        Value::Mapping(inner) => !inner.is_empty() && inner.iter().all(is_flat),
        _ => false,
    };
    // A name that is missing above all variants is one mistake, not one of each.
    let told = lists.iter().find(flat);
    let lists = match told {
        Some(first) => std::slice::from_ref(first),
        None => lists,
    };
    let lists: Vec<(&Entry, Vec<Choice>)> = lists.iter().map(|it| (it, list(it, sink))).collect();
    tell_shared_names(&lists, sink);
    let mut count = lists.iter().map(|(_, choices)| choices.len());
    let count = count.try_fold(1_usize, usize::checked_mul);
    if count.is_none_or(|count| count > MAX_VARIANTS) {
        let title = format!("the matrix comes to more than {MAX_VARIANTS} variants");
        sink.push(
            Diagnostic::new(Code::Matrix, title)
                .at(entry.key_span(), "all its lists multiplied")
                .help("shorten them, or divide the project"),
        );
        return None;
    }
    let mut variants = vec![Variant {
        key: String::new(),
        variables: Vec::new(),
        edition: String::new(),
        span: entry.key_span(),
    }];
    for (_, choices) in &lists {
        let with = |outer: &Variant, choice: &Choice| Variant {
            key: below(&outer.key, &choice.key),
            edition: below(&outer.edition, choice.edition()),
            variables: outer
                .variables
                .iter()
                .chain(&choice.variables)
                .cloned()
                .collect(),
            span: choice.span,
        };
        variants = variants
            .iter()
            .flat_map(|outer| choices.iter().map(move |choice| with(outer, choice)))
            .collect();
    }
    let mut keys = BTreeSet::new();
    let twice = variants
        .iter()
        .find(|it| !keys.insert(it.key.to_lowercase()));
    if let Some(twice) = twice.filter(|_| lists.len() > 1) {
        let title = format!("two variants of the matrix are called `{}`", twice.key);
        sink.push(
            Diagnostic::new(Code::Matrix, title)
                .at(twice.span, "the second one ends so")
                .note("a variant is called by its values with `-` between them")
                .help("choose values without `-`"),
        );
    }
    let whole = sink.count(crate::diag::Severity::Error) == before;
    whole.then(|| Matrix {
        variants,
        span: entry.key_span(),
    })
}

/// The key of a variant of several lists.
fn below(above: &str, key: &str) -> String {
    match above {
        "" => key.to_owned(),
        above => format!("{above}-{key}"),
    }
}

impl Choice {
    /// The key that it shares with the others of its edition.
    fn edition(&self) -> &str {
        self.edition_of.as_ref().map_or(&self.key, Text::as_str)
    }
}

/// The values of one list: keys alone, or keys with what they bring along.
fn list(entry: &Entry, sink: &mut Diagnostics) -> Vec<Choice> {
    check_name(entry, sink);
    let mut choices = Vec::new();
    match &entry.value.value {
        Value::Sequence(items) => {
            for item in items {
                let Some(key) = decode::text(item, entry.name(), sink) else {
                    continue;
                };
                choices.push(choice(entry, &key.trim()));
            }
        }
        Value::Mapping(items) => {
            for item in items {
                let mut choice = choice(entry, &item.key.text);
                variables(entry, item, &mut choice, sink);
                choices.push(choice);
            }
            tell_missing(&choices, sink);
            tell_editions(&choices, sink);
        }
        Value::Null | Value::Scalar(_) => {
            let what = format!("matrix.{}", entry.name());
            let expected = "a list of variants, or a mapping of them to what they bring along";
            let _ = decode::wrong_shape::<()>(&entry.value, &what, expected, sink);
            return choices;
        }
    }
    let is_empty = match &entry.value.value {
        Value::Sequence(items) => items.is_empty(),
        _ => choices.is_empty(),
    };
    if is_empty {
        let title = format!("`{}` of the matrix has no values", entry.name());
        sink.push(
            Diagnostic::new(Code::Matrix, title)
                .at(decode::visible(entry), "nothing in it")
                .help("name at least one, or take the key out"),
        );
    }
    check_keys(&choices, sink);
    choices
}

fn choice(list: &Entry, key: &Text) -> Choice {
    Choice {
        key: key.as_str().to_owned(),
        span: key.whole(),
        variables: vec![(list.name().to_owned(), key.clone())],
        edition_of: None,
    }
}

/// Takes in what a value brings along.
fn variables(list: &Entry, item: &Entry, choice: &mut Choice, sink: &mut Diagnostics) {
    let entries = match &item.value.value {
        Value::Mapping(entries) => entries.as_slice(),
        Value::Null => &[],
        _ => {
            let (outer, key) = (list.name(), item.name());
            let title = format!("`{key}` of the matrix is {}", item.value.shape());
            sink.push(
                Diagnostic::new(Code::Matrix, title)
                    .at(item.value.span, "expected a mapping")
                    .note("first comes a name for what differs, below it the variants, and below these what each brings along")
                    .help(format!("if `{outer}` is a variant, write a name above it: `matrix: {{lang: {{{outer}: {{{key}: ..}}}}}}`")),
            );
            return;
        }
    };
    for entry in entries {
        if entry.name() == EDITION_OF {
            choice.edition_of = decode::text(&entry.value, EDITION_OF, sink).map(|it| it.trim());
            continue;
        }
        check_name(entry, sink);
        match &entry.value.value {
            Value::Scalar(value) => {
                let variable = (entry.name().to_owned(), value.text.clone());
                choice.variables.push(variable);
            }
            Value::Null => sink.push(
                Diagnostic::new(Code::Matrix, format!("`{}` has no value", entry.name()))
                    .at(entry.key_span(), "nothing behind it")
                    .help("write `\"\"` for an empty text"),
            ),
            _ => {
                let title = format!("`{}` is {}", entry.name(), entry.value.shape());
                sink.push(
                    Diagnostic::new(Code::Matrix, title)
                        .at(entry.value.span, "expected a text")
                        .note("it is put into the place of a name, wherever that stands in other texts")
                        .help("give each text a name of its own"),
                );
            }
        }
    }
}

fn check_name(entry: &Entry, sink: &mut Diagnostics) {
    if !is_variable_name(entry.name()) {
        let title = format!("`{}` cannot be the name of a variable", entry.name());
        sink.push(
            Diagnostic::new(Code::Matrix, title)
                .at(entry.key_span(), "not a name")
                .help("a name is made of letters from a to z, digits, `-` and `_`, and begins with a letter"),
        );
    }
}

/// Tells keys that cannot be part of the name of a file on every disk, and those that are one
/// where letter case does not count.
fn check_keys(choices: &[Choice], sink: &mut Diagnostics) {
    let mut known: Vec<(String, Span)> = Vec::new();
    for choice in choices {
        let key = choice.key.as_str();
        let is_part = key.starts_with(|it: char| it.is_ascii_alphanumeric())
            && key
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_'))
            && key.len() <= MAX_KEY;
        if !is_part {
            sink.push(
                Diagnostic::new(Code::Matrix, format!("`{key}` cannot be the key of a variant"))
                    .at(choice.span, "this key")
                    .note("it goes into the name of the variant's lock")
                    .help(format!("a key is made of letters from a to z, digits, `-` and `_`, at most {MAX_KEY} of them; another text goes beside it: `hsk-1: {{name: \"HSK 1\"}}`")),
            );
        }
        let folded = key.to_lowercase();
        if let Some((_, first)) = known.iter().find(|(known, _)| *known == folded) {
            sink.push(
                Diagnostic::new(Code::Matrix, format!("the variant `{key}` stands twice"))
                    .at(choice.span, "here again")
                    .also(*first, "first here")
                    .note("letter case does not count, as in the names of files on many disks"),
            );
        } else {
            known.push((folded, choice.span));
        }
    }
}

/// Tells editions of what is no variant, or an edition itself.
fn tell_editions(choices: &[Choice], sink: &mut Diagnostics) {
    for choice in choices {
        let Some(of) = &choice.edition_of else {
            continue;
        };
        let first = choices.iter().find(|it| it.key == of.as_str());
        if first.is_some_and(|it| it.edition_of.is_none()) {
            continue;
        }
        let title = match first {
            None => format!("there is no variant `{}` in this list", of.as_str()),
            Some(_) => format!("`{}` is an edition of another variant itself", of.as_str()),
        };
        let found = Diagnostic::new(Code::Matrix, title).at(of.whole(), "named here");
        let keys = choices.iter().filter(|it| it.edition_of.is_none());
        let keys: Vec<&str> = keys.map(|it| it.key.as_str()).collect();
        sink.push(match nearest(of.as_str(), keys.iter().copied()) {
            Some(near) => found.fix("a variant with a similar key exists", of.whole(), near),
            None => found.help(format!("name one of `{}`", keys.join("`, `"))),
        });
    }
}

/// Tells what some variants of a list bring along and others do not.
fn tell_missing(choices: &[Choice], sink: &mut Diagnostics) {
    let names = choices.iter().flat_map(|it| &it.variables);
    let names: BTreeSet<&str> = names.map(|(name, _)| name.as_str()).collect();
    for choice in choices {
        for name in &names {
            if choice.variables.iter().any(|(known, _)| known == name) {
                continue;
            }
            let title = format!("the variant `{}` has no `{name}`", choice.key);
            sink.push(
                Diagnostic::new(Code::Matrix, title)
                    .at(choice.span, "others have one")
                    .help(format!("add `{name}: ..`; `\"\"` is an empty text")),
            );
        }
    }
}

/// Tells a name that stands for two things in one variant.
fn tell_shared_names(lists: &[(&Entry, Vec<Choice>)], sink: &mut Diagnostics) {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for (entry, choices) in lists {
        let own = choices.iter().flat_map(|it| {
            let brought = it.variables.iter().skip(1);
            brought.map(|(name, text)| (name.as_str(), text.whole()))
        });
        let mut of_list: BTreeSet<&str> = BTreeSet::from([entry.name()]);
        if known.contains(entry.name()) {
            sink.push(shared(entry.name(), entry.key_span()));
        }
        for (name, span) in own {
            if name == entry.name() || known.contains(name) {
                sink.push(shared(name, span));
                break;
            }
            of_list.insert(name);
        }
        known.append(&mut of_list);
    }
}

fn shared(name: &str, span: Span) -> Diagnostic {
    let title = format!("`{name}` stands for two things in the matrix");
    Diagnostic::new(Code::Matrix, title)
        .at(span, "the second one")
        .help("give one of them another name")
}

/// The finding that a project is to be used as a whole that only its variants are.
#[must_use]
pub fn undecided(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::Matrix,
        format!("{FILE_NAME} has a matrix, and no variant was chosen"),
    )
    .at(span, "asks for several projects")
}

impl Matrix {
    /// The variant of this key.
    #[must_use]
    pub fn variant(&self, key: &str) -> Option<&Variant> {
        self.variants.iter().find(|it| it.key == key)
    }
}

impl Variant {
    /// What a name stands for.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&Text> {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value)
    }
}

/// The `matrix` entry of a project file.
#[must_use]
pub fn find(document: &Node) -> Option<&Entry> {
    match &document.value {
        Value::Mapping(entries) => entries.iter().find(|it| it.name() == "matrix"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::Sources;
    use crate::source::yaml;

    fn matrix(source: &str) -> (Option<Matrix>, Vec<String>) {
        let source = format!("matrix: {source}");
        let file = Sources::new().add(FILE_NAME, source.as_str());
        let mut sink = Diagnostics::new();
        let documents = yaml::parse(file, &source, 0, &mut sink);
        assert!(sink.is_empty(), "{source}");
        let found = read(find(&documents[0]).unwrap(), &mut sink);
        let told = sink.iter().map(|it| it.message.clone()).collect();
        (found, told)
    }

    #[test]
    fn variants_are_what_the_lists_multiply_to() {
        let check = |source: &str, expect: &[(&str, &str)]| {
            let (found, told) = matrix(source);
            assert_eq!(told, [""; 0], "{source}");
            let variants = found.unwrap().variants.into_iter().map(|it| {
                let variables = it.variables.iter();
                let variables = variables.map(|(name, value)| format!("{name}={}", value.as_str()));
                (it.key, variables.collect::<Vec<_>>().join(" "))
            });
            let variants: Vec<(String, String)> = variants.collect();
            let variants: Vec<(&str, &str)> = variants.iter().map(|it| (&*it.0, &*it.1)).collect();
            assert_eq!(variants, expect, "{source}");
        };
        check("{lang: [de]}", &[("de", "lang=de")]);
        check("{lang: [de, no]}", &[("de", "lang=de"), ("no", "lang=no")]);
        check("{level: [1, 02]}", &[("1", "level=1"), ("02", "level=02")]);
        check(
            "{lang: {de: {name: Deutsch}, fr: {name: ' fr '}}}",
            &[("de", "lang=de name=Deutsch"), ("fr", "lang=fr name= fr ")],
        );
        check(
            "{lang: {de: , fr: ~}}",
            &[("de", "lang=de"), ("fr", "lang=fr")],
        );
        check(
            "{lang: [de, fr], size: {full: {all: ''}}}",
            &[
                ("de-full", "lang=de size=full all="),
                ("fr-full", "lang=fr size=full all="),
            ],
        );
    }

    #[test]
    fn editions_share_a_key() {
        let (found, told) =
            matrix("{lang: [de, fr], size: {full: {n: a}, core: {edition-of: full, n: b}}}");
        assert_eq!(told, [""; 0]);
        let keys = found.unwrap().variants.into_iter();
        let keys: Vec<String> = keys
            .map(|it| format!("{} {}", it.key, it.edition))
            .collect();
        let expect = [
            "de-full de-full",
            "de-core de-full",
            "fr-full fr-full",
            "fr-core fr-full",
        ];
        assert_eq!(keys, expect);
    }

    #[test]
    fn what_is_no_matrix_is_told() {
        let check = |source: &str, expect: &[&str]| {
            let (found, told) = matrix(source);
            assert!(found.is_none(), "{source}");
            assert_eq!(told, expect, "{source}");
        };
        check("", &["the matrix has no variants"]);
        check("{}", &["the matrix has no variants"]);
        check("[de, fr]", &["`matrix` takes a mapping, not a list"]);
        check("{lang: []}", &["`lang` of the matrix has no values"]);
        check("{lang: {}}", &["`lang` of the matrix has no values"]);
        check(
            "{lang: de}",
            &[
                "`matrix.lang` takes a list of variants, or a mapping of them to what they bring along, not a text",
            ],
        );
        check("{lang: [[de]]}", &["`lang` takes a text, not a list"]);
        check("{de: {name: Deutsch}}", &["`name` of the matrix is a text"]);
        check("{lang: {de: {a: [b]}}}", &["`a` is a list"]);
        check("{lang: {de: {a: }}}", &["`a` has no value"]);
        check(
            "{lang: {de: {a: 1}, fr: }}",
            &["the variant `fr` has no `a`"],
        );
        check("{lang: [a b]}", &["`a b` cannot be the key of a variant"]);
        check("{lang: ['']}", &["`` cannot be the key of a variant"]);
        check("{lang: [../x]}", &["`../x` cannot be the key of a variant"]);
        check("{lang: [-a]}", &["`-a` cannot be the key of a variant"]);
        check("{lang: [é]}", &["`é` cannot be the key of a variant"]);
        check("{lang: [de, DE]}", &["the variant `DE` stands twice"]);
        check("{l g: [de]}", &["`l g` cannot be the name of a variable"]);
        check(
            "{lang: {de: {l.g: a}}}",
            &["`l.g` cannot be the name of a variable"],
        );
        check(
            "{lang: {de: {edition-of: fr}}}",
            &["there is no variant `fr` in this list"],
        );
        check(
            "{a: {x: , y: {edition-of: x}, z: {edition-of: y}}}",
            &["`y` is an edition of another variant itself"],
        );
        check(
            "{a: {x: , y: {edition-of: [x]}}}",
            &["`edition-of` takes a text, not a list"],
        );
        check(
            "{lang: {de: {lang: a}}}",
            &["`lang` stands for two things in the matrix"],
        );
        check(
            "{a: {x: {n: 1}}, b: {y: {n: 2}}}",
            &["`n` stands for two things in the matrix"],
        );
        check(
            "{a: [x, x-y], b: [y-z, z]}",
            &["two variants of the matrix are called `x-y-z`"],
        );
        let many: Vec<String> = (0..30).map(|it| it.to_string()).collect();
        let many = many.join(", ");
        check(
            &format!("{{a: [{many}], b: [{many}]}}"),
            &["the matrix comes to more than 500 variants"],
        );
    }
}
