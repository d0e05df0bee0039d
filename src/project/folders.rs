//! What files inherit from the folders that they lie in: the deck, and the settings of
//! `_deck.yaml` files.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Project, Scope, load};
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span};
use crate::files::{file_name, parent};
use crate::model::DeckName;
use crate::source::defaults::Defaults;
use crate::source::folder;
use crate::source::layout::{deck_of_file, deck_of_folder, tag_of_file};
use crate::source::manifest::Manifest;
use crate::source::rules::Rule;

/// The folders of a run, each read once.
pub(super) struct Folders<'a> {
    project: &'a Project,
    manifest: &'a Manifest,
    /// All files, sorted.
    listed: &'a [String],
    known: BTreeMap<String, Folder>,
}

/// What all in a folder inherits.
#[derive(Clone)]
struct Folder {
    defaults: Defaults,
    /// Rules from the outside to the inside: the nearer one is the later one, and wins. All of
    /// them go before what folders say, because they name files.
    rules: Vec<Arc<Rule>>,
}

impl<'a> Folders<'a> {
    pub(super) fn new(project: &'a Project, manifest: &'a Manifest, listed: &'a [String]) -> Self {
        Self {
            project,
            manifest,
            listed,
            known: BTreeMap::new(),
        }
    }

    /// What a file inherits.
    pub(super) fn of_file(
        &mut self,
        path: &str,
        sources: &mut Sources,
        sink: &mut Diagnostics,
    ) -> Result<Defaults, Error> {
        let Folder {
            mut defaults,
            rules,
        } = self.of_folder(parent(path), sources, sink)?;
        defaults.base_deck = defaults.deck.clone();
        // A file that is built by itself is the root deck.
        let alone =
            matches!(&self.project.scope, Scope::Files { paths, .. } if paths.as_slice() == [path]);
        if !alone {
            let deck = deck_of_file(path, defaults.deck.as_str(), self.manifest.layout);
            defaults.deck = named(&deck, path, sink).unwrap_or(defaults.deck);
        }
        if defaults.path_tag {
            let project = self.manifest.name.as_str();
            let tag = tag_of_file(path, project, self.manifest.layout);
            defaults.add_tag(&tag, Span::NONE, sink);
        }
        for rule in rules.iter().filter(|it| it.matches(path)) {
            rule.apply(&mut defaults);
        }
        Ok(defaults)
    }

    /// Tells the rules that none of the `selected` sources is named by.
    pub(super) fn tell_unmatched(&self, selected: &[String], sink: &mut Diagnostics) {
        let mut told: Vec<&Arc<Rule>> = Vec::new();
        let own = self.known.values().flat_map(|it| &it.rules);
        for rule in self.manifest.rules.iter().chain(own) {
            if !told.iter().any(|it| Arc::ptr_eq(it, rule)) {
                rule.tell_unmatched(selected, self.listed, sink);
                told.push(rule);
            }
        }
    }

    /// What all in a folder inherits; its deck is the folder's.
    fn of_folder(
        &mut self,
        path: &str,
        sources: &mut Sources,
        sink: &mut Diagnostics,
    ) -> Result<Folder, Error> {
        let mut found = Folder {
            defaults: self.manifest.defaults.clone(),
            rules: self.manifest.rules.clone(),
        };
        let inner = path.match_indices('/').map(|(at, _)| at);
        let ends = inner.chain((!path.is_empty()).then_some(path.len()));
        for end in std::iter::once(0).chain(ends) {
            let folder = path.get(..end).unwrap_or(path);
            if let Some(known) = self.known.get(folder) {
                found = known.clone();
                continue;
            }
            let defaults = &mut found.defaults;
            // `::X` counts from the deck above, and replaces what the folder's name would give.
            defaults.base_deck = defaults.deck.clone();
            if !folder.is_empty() {
                let above = defaults.deck.as_str();
                let deck = deck_of_folder(file_name(folder), above, self.manifest.layout);
                if let Some(deck) = named(&deck, folder, sink) {
                    defaults.deck = deck;
                }
            }
            let rules = self.read(folder, defaults, sources, sink)?;
            found.rules.extend(rules);
            self.known.insert(folder.to_owned(), found.clone());
        }
        Ok(found)
    }

    /// Tells the `_deck.yaml` files in `meant` that no source inherits from: what is wrong in
    /// them stays unseen.
    pub(super) fn tell_unread(
        &self,
        sources: &mut Sources,
        sink: &mut Diagnostics,
        meant: impl Fn(&str) -> bool,
    ) {
        let is_settings = |path: &str| folder::FILE_NAMES.contains(&file_name(path));
        let files = self.listed.iter().filter(|path| is_settings(path));
        for path in files.filter(|path| !self.known.contains_key(parent(path)) && meant(path)) {
            let file = sources.add(path, "");
            sink.push(
                Diagnostic::new(Code::NoNotes, format!("`{path}` is not read"))
                    .at(Span::new(file, 0..0), "settings for nothing")
                    .note("no source lies in its folder or below, so that nothing inherits from it")
                    .help(
                        "move it to the folder of the sources that it is meant for, or take it out",
                    ),
            );
        }
    }

    fn read(
        &self,
        path: &str,
        defaults: &mut Defaults,
        sources: &mut Sources,
        sink: &mut Diagnostics,
    ) -> Result<Vec<Arc<Rule>>, Error> {
        let mut rules = Vec::new();
        let variant = self.manifest.variant.as_ref();
        for name in folder::FILE_NAMES {
            let file = if path.is_empty() {
                (*name).to_owned()
            } else {
                format!("{path}/{name}")
            };
            if self.listed.binary_search(&file).is_ok()
                && let Some(file) = load::read_text(self.project, &file, sources, sink)?
            {
                let text = sources.text(file);
                rules.extend(folder::apply(file, text, path, defaults, variant, sink));
            }
        }
        Ok(rules)
    }
}

/// The deck of this name; told where a path gives none.
fn named(deck: &str, path: &str, sink: &mut Diagnostics) -> Option<DeckName> {
    DeckName::new(deck)
        .map_err(|error| {
            sink.push(
                Diagnostic::new(
                    Code::BadDeckName,
                    format!("the path `{path}` gives no name of a deck"),
                )
                .note(error.to_string())
                .help(
                    "rename it, or name a `deck` in the file's header or the folder's `_deck.yaml`",
                ),
            );
        })
        .ok()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::files::Memory;

    const LATIN: &[(&str, &str)] = &[
        ("_deck.yaml", "tags: [latin]\n"),
        ("01 Verbs/_deck.yaml", "type: reversed\ntags: [verb]\n"),
        (
            "01 Verbs/irregular/_deck.yaml",
            "deck: ::Odd\ntags!: [odd]\ntype: typed\n",
        ),
        ("02 Nouns/_deck.yml", "deck: Names\nflag: red\n"),
        ("03 Empty/_deck.yaml", "# nothing\n"),
    ];

    fn project(files: &[(&str, &str)], scope: Scope) -> Project {
        let files = files.iter().fold(Memory::new(), |memory, (path, text)| {
            memory.with(*path, *text)
        });
        Project {
            files: Arc::new(files),
            root: PathBuf::new(),
            scope,
            variant: None,
        }
    }

    fn manifest() -> Manifest {
        Manifest::without_file(&DeckName::new("Latin").unwrap())
    }

    #[test]
    fn nearer_folders_win_and_tags_add_up() {
        let project = project(LATIN, Scope::Manifest { only: Vec::new() });
        let (manifest, listed) = (manifest(), project.files.list().unwrap());
        let mut folders = Folders::new(&project, &manifest, &listed.paths);
        let (mut sources, mut sink) = (Sources::new(), Diagnostics::new());
        let mut check = |path: &str, expect: &str| {
            let found = folders.of_file(path, &mut sources, &mut sink).unwrap();
            let tags: Vec<&str> = found.tags.iter().map(|it| it.value.as_str()).collect();
            let line = format!(
                "{} in {}, {}, {tags:?}, {:?}",
                found.deck, found.base_deck, found.note_type.value, found.flag
            );
            assert_eq!(line, expect, "{path}");
        };
        check("a.md", r#"Latin::a in Latin, basic, ["latin"], None"#);
        check(
            "01 Verbs/a.md",
            r#"Latin::Verbs::a in Latin::Verbs, reversed, ["latin", "verb"], None"#,
        );
        check(
            "01 Verbs/irregular/deep/a.md",
            r#"Latin::Verbs::Odd::deep::a in Latin::Verbs::Odd::deep, typed, ["odd"], None"#,
        );
        check(
            "02 Nouns/index.md",
            r#"Names in Names, basic, ["latin"], Red"#,
        );
        check(
            "03 Empty/x/y/a.md",
            r#"Latin::Empty::x::y::a in Latin::Empty::x::y, basic, ["latin"], None"#,
        );
        assert!(sink.is_empty());
    }

    #[test]
    fn a_file_by_itself_is_the_root_deck() {
        let paths = vec!["a.md".to_owned()];
        let name = "Latin".to_owned();
        let project = project(LATIN, Scope::Files { name, paths });
        let (manifest, listed) = (manifest(), project.files.list().unwrap());
        let mut folders = Folders::new(&project, &manifest, &listed.paths);
        let (mut sources, mut sink) = (Sources::new(), Diagnostics::new());
        let found = folders.of_file("a.md", &mut sources, &mut sink).unwrap();
        assert_eq!((found.deck.as_str(), found.tags.len()), ("Latin", 1));
    }

    #[test]
    fn what_is_wrong_in_a_folder_is_told_once_at_its_place() {
        let check = |text: &str, expect: &[Code]| {
            let files = [("a/_deck.yaml", text)];
            let project = project(&files, Scope::Manifest { only: Vec::new() });
            let (manifest, listed) = (manifest(), project.files.list().unwrap());
            let mut folders = Folders::new(&project, &manifest, &listed.paths);
            let (mut sources, mut sink) = (Sources::new(), Diagnostics::new());
            for path in ["a/x.md", "a/y.md", "a/b/z.md"] {
                let _ = folders.of_file(path, &mut sources, &mut sink).unwrap();
            }
            let found: Vec<Code> = sink.iter().map(|it| it.code).collect();
            assert_eq!(found, expect, "{text}");
            for it in &sink {
                assert_eq!(sources.path(it.span().file), "a/_deck.yaml", "{text}");
            }
        };
        check("deck: A\n", &[]);
        check("", &[]);
        check("tpye: x\n", &[Code::UnknownKey]);
        check("name: x\n", &[Code::UnknownKey]);
        check("deck: 'A::'\n", &[Code::BadDeckName]);
        check("- a\n", &[Code::WrongShape]);
        check("flag: pale\n", &[Code::BadValue]);
        check("deck: A\n---\ndeck: B\n", &[Code::WrongShape]);
        check("deck: [\n", &[Code::YamlSpecialStart]);
    }
}
