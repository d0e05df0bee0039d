//! A deck with its notes.

use std::sync::Arc;

use super::{DeckName, DeckOptions, Note};
use crate::{Error, ErrorKind};

/// A deck: a name, notes, and what Anki shows of it.
#[derive(Debug, Clone)]
pub struct Deck {
    pub(crate) name: String,
    pub(crate) id: Option<i64>,
    pub(crate) description: String,
    pub(crate) markdown_description: bool,
    pub(crate) options: Option<Arc<DeckOptions>>,
    /// In chunks, so that notes that were made together need not be moved.
    notes: Vec<Vec<Note>>,
}

impl Deck {
    /// An empty deck; `::` in the name puts it below another. A name that Anki would change is
    /// told when the package is written.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            id: None,
            description: String::new(),
            markdown_description: false,
            options: None,
            notes: Vec::new(),
        }
    }

    /// With this id. Importing goes by the name; other programs look at the id. Default: derived
    /// from the name.
    #[must_use]
    pub fn id(mut self, id: i64) -> Self {
        self.id = Some(id);
        self
    }

    /// With this text, as HTML, on the deck's overview.
    #[must_use]
    pub fn description(mut self, html: impl Into<String>) -> Self {
        self.description = html.into();
        self.markdown_description = false;
        self
    }

    /// With this text, as Markdown that Anki renders itself, on the deck's overview.
    #[must_use]
    pub fn markdown_description(mut self, markdown: impl Into<String>) -> Self {
        self.description = markdown.into();
        self.markdown_description = true;
        self
    }

    /// With these deck options. Learners get them if they import with "Import any deck presets".
    #[must_use]
    pub fn options(mut self, options: impl Into<Arc<DeckOptions>>) -> Self {
        self.options = Some(options.into());
        self
    }

    /// Adds a note.
    ///
    /// # Errors
    /// When a field name or tag of the note was wrong, a field holds a control character, or the
    /// note makes no card.
    pub fn add(&mut self, note: Note) -> Result<&mut Self, Error> {
        note.check()?;
        self.add_checked(note);
        Ok(self)
    }

    /// Adds a note that is known to be one, since its sources were checked.
    pub(crate) fn add_checked(&mut self, note: Note) {
        match self.notes.last_mut() {
            Some(chunk) => chunk.push(note),
            None => self.notes.push(vec![note]),
        }
    }

    /// Adds such notes.
    pub(crate) fn add_all_checked(&mut self, notes: Vec<Note>) {
        self.notes.push(notes);
    }

    /// The name as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The notes, in the order of adding.
    pub fn notes(&self) -> impl Iterator<Item = &Note> {
        self.notes.iter().flatten()
    }

    /// Takes all notes out, in the order of adding.
    pub(crate) fn take_notes(&mut self) -> Vec<Vec<Note>> {
        std::mem::take(&mut self.notes)
    }

    pub(crate) fn notes_mut(&mut self) -> impl Iterator<Item = &mut Note> {
        self.notes.iter_mut().flatten()
    }

    pub(crate) fn resolved_name(&self) -> Result<DeckName, Error> {
        DeckName::new(&self.name)
            .map_err(|error| Error::new(ErrorKind::Usage(format!("deck `{}`: {error}", self.name))))
    }
}
