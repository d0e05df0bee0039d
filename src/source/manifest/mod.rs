//! `deckle.yaml`: what holds for a whole project.

mod broken;
mod decks;

use std::sync::Arc;

use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Levels, Severity, Span, Spanned};
use crate::model::written::{CompatGuid, IdMode, Settings};
use crate::model::{DeckName, DeckOptions, Targets};
use crate::source::assets::{self, Assets};
use crate::source::budget::{self, Budget};
use crate::source::defaults::Defaults;
use crate::source::includes::{self, Include, Included};
use crate::source::layout::DeckLayout;
use crate::source::matrix::{self, Matrix, Unknown, Variant};
use crate::source::outputs::{self, Outputs};
use crate::source::rules::{self, Rule};
use crate::source::ship::{self, Channel};
use crate::source::yaml::{self, Entry, Node, Value, decode};
use crate::source::{header, levels, presets, targets};

pub use broken::Broken;
pub use decks::DECKS_KEYS;

/// The name of a project file.
pub const FILE_NAME: &str = "deckle.yaml";

/// A project as its file describes it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Manifest {
    /// The root deck, above all others.
    pub name: DeckName,
    /// What keeps the project's notes apart from everybody else's.
    pub uid: String,
    /// Where notes without an id get theirs.
    pub ids: IdMode,
    /// The tool whose guids new notes get.
    pub compat_guid: Option<CompatGuid>,
    /// Patterns of source files; empty for the default ones.
    pub sources: Vec<Spanned<String>>,
    /// Patterns of files that are none.
    pub exclude: Vec<Spanned<String>>,
    /// How paths become decks.
    pub layout: DeckLayout,
    /// Descriptions of decks: a Markdown text, or a file with one.
    pub descriptions: Vec<(Spanned<String>, Spanned<String>)>,
    /// Descriptions of decks that are HTML.
    pub html_descriptions: Vec<(Spanned<String>, Spanned<String>)>,
    /// Ids of decks that must have a certain one.
    pub deck_ids: Vec<(Spanned<String>, i64)>,
    /// Deck options: patterns of deck names, and the preset each of them gets.
    pub deck_presets: Vec<(Spanned<String>, Arc<DeckOptions>)>,
    /// What notes inherit.
    pub defaults: Defaults,
    /// Settings for the files that patterns name, in their order.
    pub rules: Vec<Arc<Rule>>,
    /// The projects that it includes, as they are written.
    pub include: Vec<Include>,
    /// The projects that it includes, once their folders are known.
    pub included: Vec<Included>,
    /// The project's own note types.
    pub types: Vec<TypeSource>,
    /// The packages, and where they go.
    pub outputs: Outputs,
    /// Where the packages are delivered.
    pub ship: Vec<Channel>,
    /// The clients that the decks are made for.
    pub targets: Targets,
    /// How large files and packages may be.
    pub budget: Budget,
    /// What becomes of the files that card templates and CSS load.
    pub assets: Assets,
    /// Which of the variants of the project this is; `None` where it has no matrix.
    pub variant: Option<Variant>,
    /// The keys of all its variants.
    pub variants: Vec<String>,
    /// Where they are asked for.
    pub matrix_span: Span,
    /// How much findings matter.
    pub levels: Levels,
    /// The keys that hold errors.
    pub broken: Broken,
}

/// Where a note type is defined.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TypeSource {
    /// In files that match this pattern.
    Glob(Spanned<String>),
    /// Right in the manifest.
    Inline(Node),
}

/// The keys of a project file.
pub const KEYS: &[&str] = &[
    "format",
    "name",
    "uid",
    "ids",
    "compat-guid",
    "sources",
    "exclude",
    "decks",
    "presets",
    "defaults",
    "rules",
    "include",
    "types",
    "markdown",
    "cloze",
    "math",
    "code",
    "media",
    "images",
    "links",
    "assets",
    "targets",
    "budget",
    "audio",
    "output",
    "ship",
    "matrix",
    "diagnostics",
];

/// Keys of the format that this version does not read. They are refused: leaving them out without
/// a word would build other decks than the author means.
const LATER_KEYS: &[&str] = &["math-macros"];

impl Manifest {
    /// A project without a file: this name is its root deck and the name space of its guids, and
    /// ids come from the notes alone.
    #[must_use]
    pub fn without_file(name: &DeckName) -> Self {
        let mut settings = Settings::default();
        name.as_str().clone_into(&mut settings.vault);
        Self {
            uid: name.as_str().to_owned(),
            ids: IdMode::Natural,
            compat_guid: None,
            sources: Vec::new(),
            exclude: Vec::new(),
            layout: DeckLayout::default(),
            descriptions: Vec::new(),
            html_descriptions: Vec::new(),
            deck_ids: Vec::new(),
            deck_presets: Vec::new(),
            defaults: Defaults {
                settings: Arc::new(settings),
                ..Defaults::in_deck(name)
            },
            rules: Vec::new(),
            include: Vec::new(),
            included: Vec::new(),
            types: vec![TypeSource::Glob(Spanned::new(
                "types/*/type.yaml".to_owned(),
                Span::NONE,
            ))],
            outputs: Outputs::default(),
            ship: Vec::new(),
            targets: Targets::default(),
            budget: Budget::default(),
            assets: Assets::default(),
            variant: None,
            variants: Vec::new(),
            matrix_span: Span::NONE,
            levels: Levels::new(),
            broken: Broken::default(),
            name: name.clone(),
        }
    }

    /// Reads a project file. What is wrong is told, and the rest read, with something in its place
    /// where the file says no name or uid; `None` where nothing of it can be used.
    #[must_use]
    pub fn read(file: FileId, source: &str, sink: &mut Diagnostics) -> Option<Self> {
        Self::read_as(file, source, None, sink)
    }

    /// As [`Manifest::read`], of a project with a matrix as its variant of this key.
    #[must_use]
    pub fn read_as(
        file: FileId,
        source: &str,
        variant: Option<&str>,
        sink: &mut Diagnostics,
    ) -> Option<Self> {
        let before = sink.count(Severity::Error);
        let mut documents = yaml::parse(file, source, 0, sink);
        let start = Span::new(file, 0..0);
        let chosen = match documents.as_mut_slice() {
            [document] => Chosen::of(document, variant, sink)?,
            _ => Chosen::none(),
        };
        let entries = match documents.as_slice() {
            [document] => decode::mapping(document, FILE_NAME, sink)?,
            [] if yaml_errors(before, sink) => return None,
            [] => &[],
            [_, second, ..] => {
                let title = format!("{FILE_NAME} holds more than one document");
                sink.push(
                    Diagnostic::new(Code::WrongShape, title).at(second.span, "the second one"),
                );
                return None;
            }
        };
        let find = |key: &str| entries.iter().find(|entry| entry.name() == key);
        if yaml_errors(before, sink) {
            return None;
        }
        check_format(find("format"), start, sink)?;
        let name = read_name(find("name"), start, sink);
        let name = name.or_else(|| DeckName::new("Deck").ok())?;
        let mut manifest = Self {
            ids: IdMode::Lock,
            ..Self::without_file(&name)
        };
        manifest.uid = match find("uid") {
            Some(entry) => {
                decode::string(&entry.value, "uid", sink).map_or_else(String::new, |it| it.value)
            }
            None => {
                let title = format!("{FILE_NAME} has no `uid`");
                sink.push(
                    Diagnostic::new(Code::BadValue, title)
                        .at(start, "in this file")
                        .note("the uid keeps your notes apart from those of other people")
                        .help("add `uid: ` and a UUID, as `deckle init` and `uuidgen` make them, and never change it"),
                );
                String::new()
            }
        };
        if let Some(variant) = &chosen.variant
            && !chosen.own_uid
        {
            // No note of one variant is a note of another.
            manifest.uid = format!("{}@{}", manifest.uid, variant.key);
        }
        manifest.variant = chosen.variant;
        manifest.variants = chosen.keys;
        manifest.matrix_span = chosen.span;
        // Presets first: decks refer to them.
        let presets = find("presets").map(|entry| presets::read(entry, &manifest.uid, sink));
        let presets = presets.unwrap_or_default();
        for entry in entries {
            let before = sink.count(Severity::Error);
            manifest.apply(entry, &presets, sink);
            if sink.count(Severity::Error) > before {
                manifest.broken.add(entry.name());
            }
        }
        if let Some(entry) = find("rules") {
            let before = sink.count(Severity::Error);
            manifest.rules = rules::read(&entry.value, "", &manifest.defaults, sink);
            if sink.count(Severity::Error) > before {
                manifest.broken.add("rules");
            }
        }
        Some(manifest)
    }

    /// Whether a file belongs to a project that this one includes.
    #[must_use]
    pub fn is_included(&self, path: &str) -> bool {
        self.included.iter().any(|it| {
            let rest = path.strip_prefix(it.folder.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        })
    }

    fn apply(
        &mut self,
        entry: &Entry,
        presets: &[(String, Arc<DeckOptions>)],
        sink: &mut Diagnostics,
    ) {
        let value = &entry.value;
        match entry.name() {
            "format" | "name" | "uid" | "presets" | "rules" | "matrix" => {}
            "ids" => {
                let modes = [
                    ("lock", IdMode::Lock),
                    ("inline", IdMode::Inline),
                    ("natural", IdMode::Natural),
                ];
                self.ids = decode::choice(value, "ids", &modes, sink).unwrap_or(self.ids);
            }
            "compat-guid" => {
                let tools = [
                    ("genanki", CompatGuid::Genanki),
                    ("markdown-anki-decks", CompatGuid::MarkdownAnkiDecks),
                ];
                self.compat_guid = decode::choice(value, "compat-guid", &tools, sink);
            }
            "sources" => self.sources = decode::strings(value, "sources", sink).unwrap_or_default(),
            "exclude" => self.exclude = decode::strings(value, "exclude", sink).unwrap_or_default(),
            "include" => self.include = includes::read(value, &self.name, sink),
            "types" => self.types = read_types(value, sink),
            "decks" => self.read_decks(value, presets, sink),
            "defaults" => {
                for entry in decode::mapping(value, "defaults", sink).unwrap_or_default() {
                    if entry.name() == "deck" {
                        sink.push(deck_of_all(entry));
                    } else if !header::apply(entry, &mut self.defaults, sink) {
                        let keys = ["type", "tags", "suspend", "flag", "format"];
                        decode::unknown_key(&entry.key, "in `defaults`", &keys, sink);
                    }
                }
            }
            "targets" => self.targets = targets::read(value, sink),
            "budget" => self.budget = budget::read(value, sink),
            "assets" => self.assets = assets::read(value, sink),
            "output" => self.outputs = outputs::read(value, entry.key_span(), sink),
            "ship" => self.ship = ship::read(value, sink),
            "diagnostics" => self.levels = levels::read(value, sink),
            "markdown" | "cloze" | "math" | "code" | "media" | "images" | "links" | "audio" => {
                header::apply(entry, &mut self.defaults, sink);
            }
            "builtin" => sink.push(
                Diagnostic::new(Code::UnknownKey, "this version does not read `builtin`")
                    .at(entry.key_span(), "not read yet")
                    .note("a package brings its own note types; those of a learner's Anki, which differ from one language to the next, can be meant only where notes are sent into an open collection")
                    .help("remove it"),
            ),
            key if LATER_KEYS.contains(&key) => sink.push(
                Diagnostic::new(
                    Code::UnknownKey,
                    format!("this version does not read `{key}`"),
                )
                .at(entry.key_span(), "not read yet")
                .note("it is refused, because a deck built without it would be another one")
                .help("remove it"),
            ),
            _ => decode::unknown_key(&entry.key, "in the project file", KEYS, sink),
        }
    }
}

/// Whether there are more errors than these.
fn yaml_errors(before: usize, sink: &Diagnostics) -> bool {
    sink.count(Severity::Error) > before
}

/// The matrix of a project file; `None` where it has none, or the file cannot be read.
///
/// What is wrong with the matrix itself is told; everything else waits for [`Manifest::read_as`].
#[must_use]
pub fn matrix(file: FileId, source: &str, sink: &mut Diagnostics) -> Option<Matrix> {
    let mut unread = Diagnostics::new();
    let documents = yaml::parse(file, source, 0, &mut unread);
    match documents.as_slice() {
        [document] if !unread.has_errors() => matrix::read(matrix::find(document)?, sink),
        _ => None,
    }
}

/// What a project file is read as.
struct Chosen {
    variant: Option<Variant>,
    /// The keys of all variants.
    keys: Vec<String>,
    span: Span,
    /// Whether the variant has a uid of its own.
    own_uid: bool,
}

impl Chosen {
    fn none() -> Self {
        Self {
            variant: None,
            keys: Vec::new(),
            span: Span::NONE,
            own_uid: false,
        }
    }

    /// Puts the variables of a variant into their places. `None` where the file cannot be read as
    /// that variant, which is told.
    fn of(document: &mut Node, key: Option<&str>, sink: &mut Diagnostics) -> Option<Self> {
        let Some(entry) = matrix::find(document) else {
            return Some(Self::none());
        };
        let asked = entry.key_span();
        let matrix = matrix::read(entry, sink)?;
        let Some(variant) = key.and_then(|key| matrix.variant(key)).cloned() else {
            sink.push(matrix::undecided(asked));
            return None;
        };
        let mut own_uid = false;
        if let Value::Mapping(entries) = &mut document.value {
            for entry in entries.iter_mut().filter(|it| it.name() != "matrix") {
                let before = (entry.name() == "uid").then(|| entry.value.as_text());
                let unknown = match entry.name() {
                    // What stands in a note type may be a variable of its own.
                    "types" => Unknown::Keep,
                    _ => Unknown::Tell,
                };
                variant.fill(&mut entry.value, unknown, sink);
                own_uid |= before.is_some_and(|before| before != entry.value.as_text());
            }
        }
        Some(Self {
            variant: Some(variant),
            span: matrix.span,
            keys: matrix.variants.into_iter().map(|it| it.key).collect(),
            own_uid,
        })
    }
}

fn deck_of_all(entry: &Entry) -> Diagnostic {
    let title = "`defaults` takes no `deck`, because every file has its own";
    Diagnostic::new(Code::UnknownKey, title)
        .at(entry.key_span(), "would have no effect")
        .help("`name` is the root deck, folders and files are the decks below it; a file's header names another")
}

/// What is read of a file that does not say its format is told with that; another format may mean
/// anything.
fn check_format(entry: Option<&Entry>, start: Span, sink: &mut Diagnostics) -> Option<()> {
    let Some(entry) = entry else {
        let title = format!("{FILE_NAME} does not say its `format`");
        sink.push(
            Diagnostic::new(Code::ManifestFormat, title)
                .at(start, "in this file")
                .help("begin the file with `format: 1`"),
        );
        return Some(());
    };
    let format = decode::string(&entry.value, "format", sink)?;
    if format.value == "1" {
        return Some(());
    }
    let title = format!("`{}` is no format that this deckle reads", format.value);
    sink.push(
        Diagnostic::new(Code::ManifestFormat, title)
            .at(format.span, "expected `1`")
            .help("a project of a newer format needs a newer deckle"),
    );
    None
}

fn read_name(entry: Option<&Entry>, start: Span, sink: &mut Diagnostics) -> Option<DeckName> {
    let Some(entry) = entry else {
        let title = format!("{FILE_NAME} has no `name`");
        sink.push(
            Diagnostic::new(Code::BadValue, title)
                .at(start, "in this file")
                .help("add `name: ` and the name of the root deck"),
        );
        return None;
    };
    let name = decode::string(&entry.value, "name", sink)?;
    DeckName::new(&name.value)
        .map_err(|error| {
            let title = format!("`{}` cannot be the name of a deck", name.value);
            sink.push(Diagnostic::new(Code::BadDeckName, title).at(name.span, error.to_string())
                .help("write a name such as `Biology`, or `Biology::Cells` for a deck below another"));
        })
        .ok()
}

fn read_types(value: &Node, sink: &mut Diagnostics) -> Vec<TypeSource> {
    let mut types = Vec::new();
    for item in decode::list(value, "types", sink).unwrap_or_default() {
        match &item.value {
            Value::Mapping(_) => types.push(TypeSource::Inline(item.clone())),
            _ => types.extend(decode::string(item, "types", sink).map(TypeSource::Glob)),
        }
    }
    types
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diag::Sources;
    use crate::source::soup;

    fn read(source: &str) -> (Option<Manifest>, Vec<Code>) {
        let file = Sources::new().add(FILE_NAME, source);
        let mut sink = Diagnostics::new();
        let manifest = Manifest::read(file, source, &mut sink);
        let codes = sink.iter().map(|it| it.code).collect();
        (manifest, codes)
    }

    #[test]
    fn a_name_that_is_no_deck_is_told() {
        let check = |name: &str, expect: &[Code]| {
            let (_, found) = read(&format!("format: 1\nname: {name}\nuid: u\n"));
            assert_eq!(found, expect, "{name}");
        };
        check("A::B", &[]);
        check("\"\"", &[Code::BadDeckName]);
        check("\"A::\"", &[Code::BadDeckName]);
        check("\"::A\"", &[Code::BadDeckName]);
        check("\"A::::B\"", &[Code::BadDeckName]);
        check("\" \"", &[Code::BadDeckName]);
        check("\":\"", &[Code::BadDeckName]);
        check("[A]", &[Code::WrongShape]);
        check("", &[Code::WrongShape]);
    }

    const WORDS: &[&str] = &[
        "1",
        "-7",
        "0.9",
        "1m 10m",
        "::",
        "::A",
        "A::",
        "*",
        "**/*.md",
        "[a",
        "slow",
        "new-per-day",
        "learning-steps",
        "id",
        "name",
        "{{=lang}}",
        "format: 1\nname: A\nuid: u\n",
    ];

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            text in any::<String>(),
            soup in soup::yaml(&[KEYS, DECKS_KEYS, outputs::KEYS, header::KEYS, WORDS]),
        ) {
            let _ = read(&text);
            let _ = read(&soup);
            let _ = read(&format!("format: 1\nname: A\nuid: u\n{soup}"));
            let variants = format!("format: 1\nname: A\nuid: u\nmatrix: {{lang: [de]}}\n{soup}");
            let file = Sources::new().add(FILE_NAME, variants.as_str());
            let _ = Manifest::read_as(file, &variants, Some("de"), &mut Diagnostics::new());
            let _ = matrix(file, &soup, &mut Diagnostics::new());
        }
    }

    #[test]
    fn nothing_in_a_manifest_is_without_effect_or_finding() {
        let check = |line: &str, expect: &[Code]| {
            let source = format!("format: 1\nname: Bio\nuid: u\n{line}\n");
            let (_, found) = read(&source);
            assert_eq!(found, expect, "{line}");
        };
        check("defaults: {type: cloze, tags: [a]}", &[]);
        check("defaults: {deck: Other}", &[Code::UnknownKey]);
        check("include: [other]", &[]);
        check("include: other/deckle.yaml", &[]);
        check("include: [{path: other, deck: '::Shared'}]", &[]);
        check("include: [{deck: '::Shared'}]", &[Code::ProjectInclude]);
        check(
            "include: [{path: other, deck: 'A::'}]",
            &[Code::BadDeckName],
        );
        check("include: [{path: other, dekc: A}]", &[Code::UnknownKey]);
        check("builtin: stock", &[Code::UnknownKey]);
        check("outptu: x.apkg", &[Code::UnknownKey]);
        check("compat-guid: genanki", &[]);
        check("compat-guid: anki", &[Code::BadValue]);
        check("output: {split: none}", &[]);
        check("output: {split: file}", &[]);
        check("output: {split: files}", &[Code::BadValue]);
        check("ship: {phone: {via: folder, path: ~/Sync}}", &[]);
        check("ship: {phone: {path: ~/Sync}}", &[]);
        check(
            "ship: {phone: {paht: ~/Sync}}",
            &[Code::UnknownKey, Code::BadValue],
        );
        check("ship: {phone: {path: ~}}", &[Code::BadValue]);
        check("ship: {desk: {via: connect}}", &[]);
        check("ship: {desk: {via: connect, key: x}}", &[Code::BadValue]);
        check(
            "ship: {desk: {via: connect, page: true}}",
            &[Code::UnknownKey],
        );
        check("ship: {desk: {path: x, removed: tag}}", &[Code::UnknownKey]);
        check("ship: {home: {via: sync, url: x}}", &[Code::BadValue]);
        check(
            "ship: {home: {via: sync, url: 'http://h', user: u, removed: {tag: t}, max-removed: 3}}",
            &[],
        );
        check("ship: {phone: {via: fodler, path: x}}", &[Code::BadValue]);
        check("ship: {my phone: {path: x}}", &[Code::BadValue]);
        check("ship: {path: x}", &[Code::WrongShape]);
        check("ship: {a: {path: x, output: []}}", &[Code::BadValue]);
        check("decks: {presets: {'*': slow}}", &[Code::BadDeckOptions]);
        check("decks: {from: front-matter, path-tags: true}", &[]);
        check("decks: {from: paths}", &[Code::BadValue]);
        check("rules: [{match: a.md, type: cloze}]", &[]);
        check("rules: [{match: a.md, tpye: cloze}]", &[Code::UnknownKey]);
        check("rules: [{match: a.md, rules: []}]", &[Code::UnknownKey]);
        check("rules: [{type: cloze}]", &[Code::BadValue]);
        check("rules: [{match: [], type: cloze}]", &[Code::BadValue]);
        check("rules: [{match: a.md}]", &[Code::BadValue]);
        check("rules: [{match: 'a[', flag: red}]", &[Code::BadGlob]);
        check("rules: [{match: a.md, flag: pale}]", &[Code::BadValue]);
        check("rules: {match: a.md, flag: red}", &[Code::WrongShape]);
        check("rules: [a.md]", &[Code::WrongShape]);
    }
}
