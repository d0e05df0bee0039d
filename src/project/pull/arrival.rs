//! A note that was written on the phone, in one of the forms that an inbox has.

use std::sync::Arc;

use super::media::Media;
use super::phone::{PhoneNote, Suspended};
use super::strangers::Arrival;
use super::{PullOptions, ways};
use crate::model::Flag;
use crate::model::written::{FieldKind, WrittenType};
use crate::source::emit::{
    EmittedField, EmittedHeader, EmittedNote, EmittedSuspend, PageForm, PageNote, notes_file_below,
    page_file,
};
use crate::source::layout::Dialect;

/// A new note on its way.
pub(super) struct NewNote {
    pub(super) phone: PhoneNote,
    pub(super) note_type: Arc<WrittenType>,
    pub(super) deck: String,
    /// What it has to come to, in the order of the note type's fields.
    pub(super) wanted: Vec<String>,
    pub(super) fields: Vec<NewField>,
    pub(super) other_type: bool,
    pub(super) left: bool,
}

/// A field, and the texts that it may be written as, of which one is tried.
pub(super) struct NewField {
    pub(super) html: String,
    pub(super) texts: Vec<String>,
    pub(super) at: usize,
}

/// How the notes of an inbox are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Below headings.
    Markdown,
    Yaml,
}

/// The note of an arrival, for no file yet.
pub(super) fn planned(arrival: Arrival) -> NewNote {
    let Arrival {
        phone,
        note_type,
        deck,
    } = arrival;
    let ids = [Some(phone.note_type.id), phone.note_type.original_id];
    NewNote {
        phone,
        deck,
        fields: Vec::new(),
        other_type: !ids.contains(&Some(note_type.note_type.id())),
        wanted: Vec::new(),
        note_type,
        left: false,
    }
}

impl NewNote {
    /// Whether it says something of its cards, for which pages in Markdown have no word here.
    pub(super) fn is_marked(&self, options: &PullOptions) -> bool {
        let note = emitted(self, options);
        note.flag != Flag::None || note.suspend != EmittedSuspend::None
    }

    /// Prepares it for a file at `path`.
    pub(super) fn aim(&mut self, media: &Media, path: &str, form: Form) {
        let types = &self.note_type;
        let mut wanted = vec![String::new(); types.note_type.fields().len()];
        let filled = self.phone.note_type.fields.iter().zip(&self.phone.fields);
        for (name, html) in filled {
            let index = types.field_index(name);
            if let Some(slot) = index.and_then(|at| wanted.get_mut(at)) {
                *slot = media.renamed(html);
            }
        }
        let kind = |at: usize| types.fields.get(at).map(|it| it.kind).unwrap_or_default();
        let fields = wanted.iter().enumerate().map(|(at, html)| {
            let html = media.with_paths(html, path);
            let mut texts = match kind(at) {
                FieldKind::Markdown if !html.is_empty() => ways::markdown(&html, false),
                _ => Vec::new(),
            };
            // Markdown lets HTML through, where YAML has a word for it.
            if form == Form::Markdown && !html.is_empty() {
                texts.push(html.clone());
            }
            NewField { html, texts, at: 0 }
        });
        self.fields = fields.collect();
        self.wanted = wanted;
        self.left = false;
    }
}

impl Form {
    /// By the ending of a path; `None` of one that is for no notes of the phone.
    pub(super) fn of(path: &str) -> Option<Self> {
        match Dialect::of(path) {
            Some(Dialect::Markdown) => Some(Self::Markdown),
            Some(Dialect::Yaml) => Some(Self::Yaml),
            _ => None,
        }
    }

    /// A file with these notes alone. Those that have no place in it are left; `None` where there are
    /// such, so that nothing is there to be tried out yet.
    pub(super) fn text(self, notes: &mut [NewNote], options: &PullOptions) -> Option<String> {
        if self == Self::Yaml {
            let notes = notes.iter().filter(|it| !it.left);
            let emitted = notes.map(|it| emitted(it, options));
            return Some(notes_file_below(&EmittedHeader::default(), emitted).0);
        }
        let header = EmittedHeader::default();
        let text = |pages: &[PageNote<'_>]| page_file(PageForm::Headings, &header, None, pages);
        let mut fits = true;
        for note in notes.iter_mut().filter(|it| !it.left) {
            let is_page = page(note, options).is_some_and(|it| text(&[it]).is_some());
            note.left = !is_page;
            fits &= is_page;
        }
        let pages = notes.iter().filter(|it| !it.left);
        let pages: Option<Vec<PageNote<'_>>> = pages.map(|it| page(it, options)).collect();
        pages.and_then(|it| text(&it)).filter(|_| fits)
    }

    /// The text of an inbox with the notes of another one at its end.
    pub(super) fn continued(self, before: Option<&str>, new: &str) -> String {
        let Some(before) = before else {
            return new.to_owned();
        };
        let newline = match before.contains("\r\n") {
            true => "\r\n",
            false => "\n",
        };
        let mut text = before.to_owned();
        if !text.ends_with('\n') && !text.is_empty() {
            text.push_str(newline);
        }
        let items = match self {
            Self::Yaml => new.strip_prefix("notes:\n").unwrap_or(new),
            Self::Markdown => {
                if !text.trim().is_empty() {
                    text.push_str(newline);
                }
                new
            }
        };
        text.push_str(&items.replace('\n', newline));
        text
    }
}

/// A note as a heading with what stands below it; `None` where a field has no text left to try.
fn page<'n>(note: &'n NewNote, options: &PullOptions) -> Option<PageNote<'n>> {
    let names = note.note_type.note_type.field_names();
    let mut texts = Vec::new();
    for (at, (name, field)) in names.zip(&note.fields).enumerate() {
        if !field.html.is_empty() {
            texts.push((at, name, None, field.texts.get(field.at)?.as_str()));
        }
    }
    let mut emitted = emitted(note, options);
    emitted.fields.clear();
    Some(PageNote {
        note: emitted,
        texts,
    })
}

fn emitted<'n>(note: &'n NewNote, options: &PullOptions) -> EmittedNote<'n> {
    let mut emitted = EmittedNote {
        guid: Some(&note.phone.guid),
        note_type: Some(&note.note_type.key),
        deck: Some(&note.deck),
        tags: note.phone.tags.iter().map(String::as_str).collect(),
        ..EmittedNote::default()
    };
    if options.flags {
        emitted.flag = note.phone.flag();
    }
    if options.suspended {
        emitted.suspend = match note.phone.suspended() {
            None => EmittedSuspend::None,
            Some(Suspended::All) => EmittedSuspend::All,
            Some(Suspended::Cards(names)) => EmittedSuspend::Cards(names),
        };
    }
    let names = note.note_type.note_type.field_names();
    for (name, field) in names.zip(&note.fields) {
        if field.html.is_empty() {
            continue;
        }
        let form = match field.texts.get(field.at) {
            Some(text) => EmittedField::Plain(text),
            None => EmittedField::Html(&field.html),
        };
        emitted.fields.push((name, form));
    }
    emitted
}

/// Whether the file ends in a list of notes as it is written here.
pub(super) fn can_be_continued(text: &str) -> bool {
    let mut list = text
        .lines()
        .filter(|it| !it.starts_with([' ', '#']) && !it.trim().is_empty());
    let last = list
        .next_back()
        .map(|it| it.trim_start_matches('\u{feff}').trim_end());
    last == Some("notes:") && text.contains("\n  - ")
}
