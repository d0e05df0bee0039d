//! Imported notes as files: in Markdown where that reads as the same notes again, else in YAML.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::Read;
use super::manifest::Settings;
use crate::Error;
use crate::diag::{Diagnostics, FileId, Sources, Text};
use crate::files::parent;
use crate::model::DeckName;
use crate::model::written::{Content, FieldKind, WrittenNote};
use crate::project::unpack::names::Unique;
use crate::project::unpack::notices::Notices;
use crate::project::unpack::sources::write;
use crate::source::defaults::Defaults;
use crate::source::dialect::FrontEnd;
use crate::source::emit::{
    EmittedField, EmittedHeader, EmittedNote, PageForm, PageNote, notes_file_below, page_file,
};
use crate::source::layout::{DeckLayout, Selection, deck_of_file, deck_of_folder};
use crate::source::manifest::Manifest;
use crate::source::types::{DEFAULT_TYPE, TypeSet};
use crate::source::{markdown, yaml};

/// What is known while files are written.
pub(super) struct Writing<'a> {
    pub(super) tool: FrontEnd,
    pub(super) root: &'a DeckName,
    pub(super) types: &'a TypeSet,
    pub(super) settings: &'a Settings,
    /// One file is imported, not a folder.
    pub(super) alone: bool,
}

impl Writing<'_> {
    pub(super) fn write(
        &self,
        folder: &Path,
        read: &[Read],
        notices: &mut Notices,
    ) -> Result<(), Error> {
        let mut paths = Unique::default();
        let selection = Selection::new(&[], &[], &mut Diagnostics::new());
        for file in read.iter().filter(|it| !it.notes.is_empty()) {
            let stem = file
                .path
                .rsplit_once('.')
                .map_or(file.path.as_str(), |it| it.0);
            // A name that a build passes over is one that somebody named.
            let stem = if self.alone && !selection.holds(&format!("{stem}.md")) {
                "notes"
            } else {
                stem
            };
            let notes: Vec<WrittenNote> = file.notes.iter().map(flat).collect();
            let (extension, text, same) = self.text(stem, &notes);
            let path = paths.take(stem, extension);
            if !same {
                notices.changed(format!(
                    "notes of {} are read from {path} in another way than they were written",
                    file.path
                ));
            }
            write(folder, &path, &text)?;
        }
        Ok(())
    }

    /// The extension and text of the file, and whether it reads as the same notes.
    fn text(&self, stem: &str, notes: &[WrittenNote]) -> (&'static str, String, bool) {
        let defaults = self.defaults(&format!("{stem}.md"));
        let header = Header::of(notes, &defaults);
        let forms = match self.tool {
            FrontEnd::Hashcards | FrontEnd::SuperMemo => [PageForm::Labels, PageForm::Headings],
            _ => [PageForm::Headings, PageForm::Labels],
        };
        for form in forms {
            if let Some(text) = header.page(form, notes)
                && self.is_same(&text, notes, &defaults, Form::Markdown)
            {
                return (".md", text, true);
            }
        }
        let emitted = notes.iter().map(|it| header.emitted(it));
        let (text, _) = notes_file_below(&header.emitted_header(), emitted);
        let same = self.is_same(&text, notes, &defaults, Form::Yaml);
        (".yaml", text, same)
    }

    /// What a file at this path inherits in the new project.
    fn defaults(&self, path: &str) -> Defaults {
        let layout = DeckLayout::default();
        let folders = parent(path).split('/').filter(|it| !it.is_empty());
        let root = self.root.as_str().to_owned();
        let above = folders.fold(root, |above, name| deck_of_folder(name, &above, layout));
        let mut defaults = Manifest::without_file(self.root).defaults;
        self.settings.apply(&mut defaults);
        if let Ok(folder) = DeckName::new(&above) {
            defaults.base_deck = folder;
        }
        if let Ok(deck) = DeckName::new(&deck_of_file(path, &above, layout)) {
            defaults.deck = deck;
        }
        defaults
    }

    fn is_same(&self, text: &str, notes: &[WrittenNote], defaults: &Defaults, form: Form) -> bool {
        let mut sources = Sources::new();
        let file = sources.add("a", text);
        let mut sink = Diagnostics::new();
        let read = match form {
            Form::Markdown => markdown::read(file, text, defaults, self.types, &mut sink),
            Form::Yaml => {
                let all = |it| it;
                yaml::read(file, text, defaults, self.types, &mut sink, &all).concat()
            }
        };
        // A page that is read with doubts says something else than it seems to.
        sink.is_empty()
            && read.len() == notes.len()
            && read
                .iter()
                .zip(notes)
                .all(|(one, other)| is_same_note(one, other))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Markdown,
    Yaml,
}

fn is_same_note(one: &WrittenNote, other: &WrittenNote) -> bool {
    let id = |it: &WrittenNote| it.id.as_ref().map(|it| it.value.clone());
    let guid = |it: &WrittenNote| it.guid.as_ref().map(|it| it.value.clone());
    let texts = |it: &WrittenNote| {
        let mut texts: Vec<(usize, &'static str, String)> = Vec::new();
        for (index, field) in it.fields.iter().enumerate() {
            if let Some(field) = field {
                field.texts(&mut |form, text| texts.push((index, form, text.to_owned())));
            }
        }
        texts
    };
    let tags = |it: &WrittenNote| -> Vec<String> {
        it.tags
            .iter()
            .map(|it| it.value.as_str().to_owned())
            .collect()
    };
    one.note_type.key == other.note_type.key
        && one.deck == other.deck
        && id(one) == id(other)
        && guid(one) == guid(other)
        && texts(one) == texts(other)
        && tags(one).len() == tags(other).len()
        && tags(one).iter().all(|it| tags(other).contains(it))
}

/// The note with its lists as Markdown.
fn flat(note: &WrittenNote) -> WrittenNote {
    let mut note = note.clone();
    for field in note.fields.iter_mut().flatten() {
        if let Content::List(items) = field {
            let mut text = String::new();
            for item in items {
                item.texts(&mut |_, item| {
                    let lines: Vec<&str> = item.split('\n').collect();
                    text.push_str(&format!("- {}\n", lines.join("\n  ")));
                });
            }
            *field = Content::Markdown(Text::verbatim(text.trim_end(), FileId::NONE, 0));
        }
    }
    note
}

/// What most notes of a file have in common.
struct Header {
    deck: Option<DeckName>,
    note_type: Arc<str>,
    tags: Vec<String>,
    title: Option<String>,
    /// The deck of a note that says none.
    inherited: DeckName,
}

impl Header {
    fn of(notes: &[WrittenNote], defaults: &Defaults) -> Self {
        let mut decks: BTreeMap<&str, usize> = BTreeMap::new();
        let mut types: BTreeMap<&str, usize> = BTreeMap::new();
        for note in notes {
            *decks.entry(note.deck.as_str()).or_default() += 1;
            *types.entry(note.note_type.key.as_str()).or_default() += 1;
        }
        let most = |counts: &BTreeMap<&str, usize>| {
            let most = counts
                .iter()
                .max_by_key(|(name, count)| (**count, std::cmp::Reverse(**name)));
            most.map(|(name, _)| (*name).to_owned())
        };
        let deck = most(&decks).and_then(|it| DeckName::new(&it).ok());
        let inherited = deck.clone().unwrap_or_else(|| defaults.deck.clone());
        let first = notes.first();
        let tags = first.map(|it| it.tags.as_slice()).unwrap_or_default();
        let in_all = |tag: &str| {
            let has = |it: &WrittenNote| it.tags.iter().any(|it| it.value.as_str() == tag);
            notes.iter().all(has)
        };
        let tags = tags.iter().map(|it| it.value.as_str().to_owned());
        Self {
            deck: deck.filter(|it| *it != defaults.deck),
            note_type: most(&types)
                .unwrap_or_else(|| DEFAULT_TYPE.to_owned())
                .into(),
            tags: tags.filter(|it| in_all(it)).collect(),
            title: first.and_then(|it| it.headings.first().cloned()),
            inherited,
        }
    }

    fn emitted_header(&self) -> EmittedHeader<'_> {
        EmittedHeader {
            deck: self.deck.as_ref().map(DeckName::as_str),
            note_type: Some(&*self.note_type).filter(|it| *it != DEFAULT_TYPE),
            tags: self.tags.iter().map(String::as_str).collect(),
        }
    }

    fn emitted<'n>(&self, note: &'n WrittenNote) -> EmittedNote<'n> {
        let tags = note.tags.iter().map(|it| it.value.as_str());
        let key = note.note_type.key.as_str();
        let mut emitted = EmittedNote {
            id: note.id.as_ref().map(|it| it.value.as_str()),
            guid: note.guid.as_ref().map(|it| it.value.as_str()),
            note_type: (*key != *self.note_type).then_some(key),
            deck: (note.deck != self.inherited).then_some(note.deck.as_str()),
            tags: tags
                .filter(|it| !self.tags.iter().any(|tag| tag == it))
                .collect(),
            ..EmittedNote::default()
        };
        let names = note.note_type.note_type.field_names();
        for ((name, content), field) in names.zip(&note.fields).zip(&note.note_type.fields) {
            let is_html = field.kind == FieldKind::Html;
            let form = match content {
                Some(Content::Markdown(text)) if is_html => EmittedField::Markdown(text.as_str()),
                Some(Content::Html(text)) if !is_html => EmittedField::Html(text.as_str()),
                Some(
                    Content::Markdown(text)
                    | Content::Html(text)
                    | Content::Plain(text)
                    | Content::Media(text),
                ) => EmittedField::Plain(text.as_str()),
                Some(Content::List(_) | Content::Masks(_)) | None => continue,
            };
            emitted.fields.push((name, form));
        }
        emitted
    }

    /// The page; `None` where a field is not in Markdown, or has no place in this form.
    fn page(&self, form: PageForm, notes: &[WrittenNote]) -> Option<String> {
        let mut pages = Vec::with_capacity(notes.len());
        let mut header = self.emitted_header();
        if form == PageForm::Labels {
            // Labels say what they are.
            header.note_type = None;
        }
        for note in notes {
            let written = &note.note_type;
            let names: Vec<&str> = written.note_type.field_names().collect();
            let mut texts = Vec::new();
            for (index, content) in note.fields.iter().enumerate() {
                let text = match content {
                    None => continue,
                    Some(Content::Markdown(text)) => text.as_str(),
                    Some(_) => return None,
                };
                let label = written.labels.iter().find(|it| it.1 == index);
                let label = label.map(|it| it.0.as_str());
                texts.push((index, *names.get(index)?, label, text));
            }
            let mut emitted = self.emitted(note);
            if form == PageForm::Labels {
                emitted.note_type = None;
            }
            pages.push(PageNote {
                note: emitted,
                texts,
            });
        }
        let title = match self.title.as_deref() {
            Some(title) if form == PageForm::Headings => Some(title).filter(|it| !it.is_empty()),
            _ => None,
        };
        page_file(form, &header, title, &pages)
    }
}
