//! A note as it goes into a package.

use super::field_values::FieldValues;
use super::{Guid, NoteType, NoteTypeKind, Tag, TagError};
use crate::{Error, ErrorKind};

/// A note: values for the fields of a note type, and what else Anki keeps of it.
///
/// Fields hold HTML, as in Anki's editor; [`escape`](crate::escape) makes HTML of plain text.
#[derive(Debug, Clone)]
pub struct Note {
    pub(crate) note_type: NoteType,
    pub(crate) fields: FieldValues,
    pub(crate) tags: Vec<Tag>,
    pub(crate) guid: Option<Guid>,
    pub(crate) id: Option<i64>,
    pub(crate) modified: Option<i64>,
    pub(crate) position: Option<u32>,
    pub(crate) flag: Flag,
    /// What few notes say, out of the way: there may be a million of them.
    rare: Option<Box<Rare>>,
}

#[derive(Debug, Clone, Default)]
struct Rare {
    key: Option<Box<str>>,
    sort_field: Option<Box<str>>,
    suspend: Suspend,
    /// The first thing that went wrong while building; told when the note is added to a deck.
    problem: Option<Box<str>>,
}

/// Which of a note's cards begin suspended. Anki applies it when a card is created, never later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Suspend {
    /// None of them.
    #[default]
    None,
    /// All of them.
    All,
    /// These: the position of the card template from 0, or the cloze number less 1.
    Cards(Vec<u16>),
}

impl Suspend {
    /// Whether this card begins suspended.
    #[must_use]
    pub fn holds(&self, ord: u16) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Cards(ords) => ords.contains(&ord),
        }
    }
}

/// The colored flag of new cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Flag {
    /// No flag.
    #[default]
    None = 0,
    /// 1
    Red = 1,
    /// 2
    Orange = 2,
    /// 3
    Green = 3,
    /// 4
    Blue = 4,
    /// 5
    Pink = 5,
    /// 6
    Turquoise = 6,
    /// 7
    Purple = 7,
}

impl Flag {
    /// Every flag with its name, in Anki's order.
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::None, "none"),
        (Self::Red, "red"),
        (Self::Orange, "orange"),
        (Self::Green, "green"),
        (Self::Blue, "blue"),
        (Self::Pink, "pink"),
        (Self::Turquoise, "turquoise"),
        (Self::Purple, "purple"),
    ];

    /// The flag of this name or number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let by_number = text
            .parse::<usize>()
            .ok()
            .and_then(|number| Self::ALL.get(number));
        let by_name = || {
            Self::ALL
                .iter()
                .find(|(_, name)| name.eq_ignore_ascii_case(text))
        };
        by_number.or_else(by_name).map(|(flag, _)| *flag)
    }
}

impl Note {
    /// An empty note of this type.
    #[must_use]
    pub fn new(note_type: &NoteType) -> Self {
        Self {
            note_type: note_type.clone(),
            fields: FieldValues::empty(note_type.fields().len()),
            tags: Vec::new(),
            guid: None,
            id: None,
            modified: None,
            position: None,
            flag: Flag::None,
            rare: None,
        }
    }

    /// With this value, as HTML, in the field `name`. A name that the note type does not have is
    /// told when the note is added to a deck.
    #[must_use]
    pub fn field(mut self, name: &str, html: impl Into<String>) -> Self {
        match self.note_type.field_index(name) {
            Some(index) => self.set(&[(index, html.into())]),
            None => {
                let names: Vec<&str> = self.note_type.field_names().collect();
                let problem = format!(
                    "note type `{}` has no field `{name}`; its fields are `{}`",
                    self.note_type.name(),
                    names.join("`, `")
                );
                self.tell(problem);
            }
        }
        self
    }

    /// With these values, as HTML, in the order of the note type's fields. Fields behind the last
    /// value stay as they are; more values than fields are told when the note is added to a deck.
    #[must_use]
    pub fn fields(mut self, html: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let values: Vec<(usize, String)> = html.into_iter().map(Into::into).enumerate().collect();
        let (count, known) = (values.len(), self.note_type.fields().len());
        if count > known {
            let problem = format!(
                "a note of `{}` has {known} fields, not {count}",
                self.note_type.name(),
            );
            self.tell(problem);
        }
        self.set(&values);
        self
    }

    /// With this tag. White space inside becomes `_`; a tag that Anki could not keep is told
    /// when the note is added to a deck.
    #[must_use]
    pub fn tag(mut self, tag: &str) -> Self {
        match Tag::new(tag) {
            Ok(tag) => self.tags.push(tag),
            Err(error) => self.refuse_tag(tag, error),
        }
        self
    }

    /// With these tags, as [`Note::tag`].
    #[must_use]
    pub fn tags<'a>(self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().fold(self, Self::tag)
    }

    /// With this guid. Notes are told apart by it when a package is imported again: whoever keeps
    /// it may edit everything else and no learner loses progress. Default: see [`Note::key`].
    #[must_use]
    pub fn guid(mut self, guid: Guid) -> Self {
        self.guid = Some(guid);
        self
    }

    /// With a key, from which the guid is derived together with the note type's id: a word's
    /// number in a list, a row's id in a database. Without guid and key the guid is
    /// [`guid_for`](crate::guid_for) all fields, as genanki does it, and then each edit makes
    /// a new note in the collections of the learners.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.rare().key = Some(key.into().into());
        self
    }

    /// With this id: Anki takes it for the note's creation time, in milliseconds. Default: given
    /// out from the build time.
    #[must_use]
    pub fn id(mut self, milliseconds: i64) -> Self {
        self.id = Some(milliseconds);
        self
    }

    /// With this time of the last change, in seconds. An import updates a learner's note only if
    /// this time is newer than the learner's. Default: the build time, or what the baseline says.
    #[must_use]
    pub fn modified(mut self, seconds: i64) -> Self {
        self.modified = Some(seconds);
        self
    }

    /// With this text for sorting in the browser, instead of the text of the note type's sort
    /// field. Anki works out its own when it imports; other programs read this one.
    #[must_use]
    pub fn sort_field(mut self, text: impl Into<String>) -> Self {
        self.rare().sort_field = Some(text.into().into());
        self
    }

    /// With this position among the new cards, below 1,000,000. Default: the order of notes in
    /// the package.
    #[must_use]
    pub fn position(mut self, position: u32) -> Self {
        self.position = Some(position);
        self
    }

    /// With these of its cards suspended. Anki heeds it for new cards, and only when the learner
    /// imports with "Import any learning progress".
    #[must_use]
    pub fn suspend(mut self, suspend: Suspend) -> Self {
        if suspend != self.suspended() {
            self.rare().suspend = suspend;
        }
        self
    }

    /// With its cards flagged; as for [`Note::suspend`].
    #[must_use]
    pub fn flag(mut self, flag: Flag) -> Self {
        self.flag = flag;
        self
    }

    /// The note type.
    #[must_use]
    pub fn note_type(&self) -> &NoteType {
        &self.note_type
    }

    /// The values of all fields, as HTML, in the order of the note type's fields.
    pub fn values(&self) -> impl Iterator<Item = &str> + Clone {
        self.fields.iter()
    }

    /// Positions of the cards that it makes, by Anki's own rules: of card templates from 0, or
    /// cloze numbers less 1. Empty where it makes none.
    #[must_use]
    pub fn cards(&self) -> Vec<u16> {
        self.note_type.cards(&self.fields.to_vec())
    }

    /// The guid that it gets in the package.
    #[must_use]
    pub fn resolved_guid(&self) -> Guid {
        if let Some(guid) = &self.guid {
            return guid.clone();
        }
        match self.rare.as_ref().and_then(|it| it.key.as_ref()) {
            Some(key) => Guid::derive(&self.note_type.id().to_string(), key),
            None => super::guid_for(self.fields.iter()),
        }
    }

    /// Which of its cards begin suspended.
    pub(crate) fn suspended(&self) -> Suspend {
        let suspend = self.rare.as_ref().map(|it| it.suspend.clone());
        suspend.unwrap_or_default()
    }

    /// The text for sorting, where one of its own was given.
    pub(crate) fn own_sort_field(&self) -> Option<&str> {
        self.rare.as_ref()?.sort_field.as_deref()
    }

    fn set(&mut self, values: &[(usize, String)]) {
        // Fields are joined by one.
        let wrong = values.iter().find(|it| it.1.contains(is_forbidden));
        let name = wrong.and_then(|it| self.note_type.field_names().nth(it.0));
        if let Some(name) = name {
            let problem = format!("field `{name}` holds a control character, which Anki removes");
            self.tell(problem);
        }
        let value = |index| values.iter().find(|it| it.0 == index);
        self.fields
            .change(|index, _| value(index).map(|it| it.1.clone()));
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    fn tell(&mut self, problem: String) {
        self.rare().problem.get_or_insert(problem.into());
    }

    /// # Errors
    /// When something went wrong while it was built, or it makes no card.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |text: String| Err(Error::new(ErrorKind::Note(text)));
        if let Some(problem) = self.rare.as_ref().and_then(|it| it.problem.as_ref()) {
            return wrong(problem.to_string());
        }
        if self.position.is_some_and(|position| position >= 1_000_000) {
            return wrong("the position of a new card must be below 1000000".to_owned());
        }
        if self.cards().is_empty() {
            let first = self.fields.first();
            let name = self.note_type.name();
            let why = match self.note_type.kind() {
                NoteTypeKind::Normal => "the front of each card template comes out empty",
                NoteTypeKind::Cloze => "no cloze such as `{{c1::..}}` stands in its fields",
            };
            return wrong(format!(
                "the note `{first}` of note type `{name}` makes no card: {why}"
            ));
        }
        Ok(())
    }

    fn refuse_tag(&mut self, tag: &str, error: TagError) {
        self.tell(format!("the tag `{tag}` cannot be used: {error}"));
    }
}

/// Characters that Anki takes out of fields.
fn is_forbidden(character: char) -> bool {
    character.is_ascii_control() && character != '\n' && character != '\t'
}
