//! What a note inherits from its section, file, folder and project.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::table::TableSettings;
use super::types::DEFAULT_TYPE;
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned};
use crate::model::written::{Settings, WrittenSuspend};
use crate::model::{DeckName, Flag, Tag};
use crate::source::dialect::FrontEnd;

/// What is inherited. Each level makes a copy and changes what it says itself.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Defaults {
    /// The key of the note type.
    pub note_type: Spanned<String>,
    /// The deck of the notes.
    pub deck: DeckName,
    /// The deck that a `deck` beginning with `::` is appended to: the folder's for a file's
    /// header, the file's for what stands in the file (decisions of the format: a header replaces
    /// the part that the file's name would give).
    pub base_deck: DeckName,
    /// The deck of the file, which a `deck` of a note that begins with `::` is appended to,
    /// whatever group or section it stands in.
    pub file_deck: DeckName,
    /// The tags, each once.
    pub tags: Vec<Spanned<Tag>>,
    /// Which cards begin suspended.
    pub suspend: WrittenSuspend,
    /// The flag of new cards.
    pub flag: Flag,
    /// How fields are rendered.
    pub settings: Arc<Settings>,
    /// How Markdown files are read.
    pub markdown: MarkdownOptions,
    /// How values without a format of their own are read.
    pub format: DefaultFormat,
    /// How tables are read.
    pub csv: Arc<TableSettings>,
    /// Whether the path of a file is one of its tags.
    pub path_tag: bool,
    /// Whether a deck must be named, and none was yet.
    pub deck_wanted: bool,
    /// The tool that Markdown files are read as, where it is not deckle.
    pub front_end: Option<FrontEnd>,
    /// Keys of YAML files as they are written, and what they mean; `None` for those that mean
    /// nothing.
    pub map: Arc<BTreeMap<String, Option<String>>>,
}

/// How Markdown files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MarkdownOptions {
    /// The level of the headings that are notes, 1 to 6.
    pub note_level: u8,
    /// Only notes that carry the card tag or a meta comment are notes.
    pub tagged_only: bool,
    /// The tag that makes a heading a note if `tagged_only`.
    pub card_tag: String,
    /// The headings above a note go into its `Context` field.
    pub breadcrumb: bool,
    /// List items with ` :: ` or ` ::: ` are notes.
    pub inline: bool,
    /// A trailing `#a/b` is a tag.
    pub hashtags: bool,
    /// Front matter holds what else Obsidian writes there, and its tags have `/` between parts.
    pub obsidian: bool,
}

impl Default for MarkdownOptions {
    fn default() -> Self {
        Self {
            note_level: 2,
            tagged_only: false,
            card_tag: "card".to_owned(),
            breadcrumb: false,
            inline: false,
            hashtags: false,
            obsidian: false,
        }
    }
}

/// How a value without a format of its own is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DefaultFormat {
    /// By the kind of its field, which is Markdown in most.
    #[default]
    ByField,
    /// As HTML.
    Html,
    /// As plain text.
    Text,
}

impl Defaults {
    /// What deckle itself says: notes of the default type in this deck, read and rendered as by
    /// default.
    #[must_use]
    pub fn in_deck(deck: &DeckName) -> Self {
        Self {
            note_type: Spanned::new(DEFAULT_TYPE.to_owned(), Span::NONE),
            deck: deck.clone(),
            base_deck: deck.clone(),
            file_deck: deck.clone(),
            tags: Vec::new(),
            suspend: WrittenSuspend::None,
            flag: Flag::None,
            settings: Arc::default(),
            markdown: MarkdownOptions::default(),
            format: DefaultFormat::default(),
            csv: Arc::default(),
            path_tag: false,
            deck_wanted: false,
            front_end: None,
            map: Arc::default(),
        }
    }

    /// What a group or section inherits, where `deck` values count from the deck around it.
    #[must_use]
    pub fn inside(&self) -> Self {
        Self {
            base_deck: self.deck.clone(),
            ..self.clone()
        }
    }

    /// What all in a file inherits, once its header was read.
    #[must_use]
    pub fn inside_file(&self) -> Self {
        Self {
            file_deck: self.deck.clone(),
            ..self.inside()
        }
    }

    /// Sets the deck as written: `::X` is appended to the base deck, anything else is the whole
    /// name. A name that Anki could not keep is told.
    pub fn set_deck(&mut self, name: &Spanned<String>, sink: &mut Diagnostics) {
        if let Some(deck) = deck_from(name, &self.base_deck, sink) {
            self.deck = deck;
            self.deck_wanted = false;
        }
    }

    /// Adds a tag, unless it is there already.
    pub fn add_tag(&mut self, text: &str, span: Span, sink: &mut Diagnostics) {
        add_tag(&mut self.tags, text, span, sink);
    }
}

/// The deck that `name` means below `base`; told where it is none.
pub fn deck_from(
    name: &Spanned<String>,
    base: &DeckName,
    sink: &mut Diagnostics,
) -> Option<DeckName> {
    let result = match name.value.strip_prefix("::") {
        Some(rest) => base.child(rest),
        None => DeckName::new(&name.value),
    };
    result
        .map_err(|error| {
            sink.push(
                Diagnostic::new(
                    Code::BadDeckName,
                    format!("`{}` cannot be the name of a deck", name.value),
                )
                .at(name.span, error.to_string())
                .help("write the parts with `::` between them, such as `Spanish::Verbs`"),
            );
        })
        .ok()
}

/// Adds a tag to a list, unless it is there already; told where it is none.
pub fn add_tag(tags: &mut Vec<Spanned<Tag>>, text: &str, span: Span, sink: &mut Diagnostics) {
    match Tag::new(text) {
        Ok(tag) if tags.iter().any(|it| it.value == tag) => {}
        Ok(tag) => tags.push(Spanned::new(tag, span)),
        Err(error) => sink.push(
            Diagnostic::new(Code::BadTag, format!("`{text}` cannot be a tag"))
                .at(span, error.to_string())
                .help("tags are words; `::` between two of them puts one below the other"),
        ),
    }
}
