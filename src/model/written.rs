//! Notes and note types as an author wrote them: what every front end produces, and what checks,
//! identity and rendering work on.
//!
//! Each text knows where it stands, so that whatever is found later can be told at its place.

use std::collections::BTreeMap;
use std::sync::Arc;

pub use super::audio::{Audio, SpokenField};
pub use super::code::{CodeStyle, CodeTheme, Coloring};
pub use super::occlusion::{
    Length, MaskMode, MaskShape, OcclusionFields, WrittenMask, WrittenMasks,
};
use super::{DeckName, Flag, NoteType, Tag};
use crate::diag::{Span, Spanned, Text};

/// A note as written, with everything inherited from its file, folder and project filled in.
#[derive(Debug, Clone)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct WrittenNote {
    /// The explicit id, where the author gave one.
    pub id: Option<Box<Spanned<String>>>,
    /// The explicit guid of an adopted note.
    pub guid: Option<Box<Spanned<String>>>,
    /// The id that it had before.
    pub was: Option<Box<Spanned<String>>>,
    /// The note type.
    pub note_type: Arc<WrittenType>,
    /// The deck.
    pub deck: DeckName,
    /// The tags, inherited ones first, each once.
    pub tags: Vec<Spanned<Tag>>,
    /// What the fields hold, in the order of the note type's fields; `None` where nothing is said.
    /// It ends with the last field of which something is said.
    pub fields: Vec<Option<Content>>,
    /// Which of its cards begin suspended.
    pub suspend: WrittenSuspend,
    /// The flag of its new cards.
    pub flag: Flag,
    /// The position among new cards, where the author gave one.
    pub order: Option<u32>,
    /// The beginning of the note: its heading line, its first label line, its YAML node.
    pub span: Span,
    /// The headings above it, outermost first.
    pub headings: Arc<[String]>,
    /// How its fields are rendered.
    pub settings: Arc<Settings>,
}

/// Which cards begin suspended, as written: names are resolved once the note's cards are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum WrittenSuspend {
    /// None.
    #[default]
    None,
    /// All.
    All,
    /// Those of these card templates or cloze numbers.
    Cards(Vec<Spanned<String>>),
}

/// What a field holds, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Markdown.
    Markdown(Text),
    /// HTML, which passes through unchanged but for its media references.
    Html(Text),
    /// Plain text: escaped, line breaks become `<br>`.
    Plain(Text),
    /// The path of a picture or sound.
    Media(Text),
    /// A bullet list.
    List(Vec<Content>),
    /// The masks on a picture.
    Masks(Box<WrittenMasks>),
}

impl Content {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Markdown(text) | Self::Html(text) | Self::Plain(text) | Self::Media(text) => {
                text.whole()
            }
            Self::List(items) => match (items.first(), items.last()) {
                (Some(first), Some(last)) => first.span().to(last.span()),
                _ => Span::NONE,
            },
            Self::Masks(masks) => masks.span,
        }
    }

    /// Whether it holds nothing but white space.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Markdown(text) | Self::Html(text) | Self::Plain(text) | Self::Media(text) => {
                text.as_str().trim().is_empty()
            }
            Self::List(items) => items.iter().all(Self::is_blank),
            Self::Masks(_) => false,
        }
    }

    /// The texts in it, each with a word for its format, in their order: what identity hashes.
    pub fn texts(&self, visit: &mut dyn FnMut(&'static str, &str)) {
        match self {
            Self::Markdown(text) => visit("md", text.as_str()),
            Self::Html(text) => visit("html", text.as_str()),
            Self::Plain(text) => visit("text", text.as_str()),
            Self::Media(text) => visit("media", text.as_str()),
            Self::List(items) => {
                visit("list", "");
                for item in items {
                    item.texts(visit);
                }
                visit("end", "");
            }
            Self::Masks(masks) => masks.texts(visit),
        }
    }
}

/// A note type as written, with what authors may say of its fields.
#[derive(Debug, Clone)]
#[expect(
    clippy::exhaustive_structs,
    reason = "callers fill it in field by field"
)]
pub struct WrittenType {
    /// The key that sources name it by.
    pub key: String,
    /// The key that identity knows it by: the first one it had. Ids and hashes are made of it, so
    /// that another key changes none.
    pub identity: String,
    /// The key that it had before.
    pub was: Option<Spanned<String>>,
    /// Whether the author gave its id.
    pub has_id: bool,
    /// What goes into the package.
    pub note_type: NoteType,
    /// What is known of each field, in the order of the note type's fields.
    pub fields: Vec<WrittenField>,
    /// The position of the field that came first at the first build, by which notes without an
    /// id are known again.
    pub first_field: usize,
    /// What is known of each card template, in the order of the note type's templates.
    pub templates: Vec<WrittenTemplate>,
    /// Positions of the fields that make a note's natural id; empty where there is none.
    pub key_fields: Vec<usize>,
    /// Positions of the fields that may not be empty.
    pub required: Vec<usize>,
    /// Labels of the label form, in upper case, such as `Q`, and the fields they open.
    pub labels: Vec<(String, usize)>,
    /// Where the definition stands; [`Span::NONE`] for a shipped type.
    pub span: Span,
    /// The folder that its CSS and templates refer to files from; empty for the root.
    pub folder: String,
    /// Further folders, of files that its definition takes in from elsewhere.
    pub more_folders: Vec<String>,
    /// The texts of its card templates and its CSS, for the places of what is wrong in them; empty
    /// where it stands in no files.
    pub texts: Vec<Text>,
    /// Whether it is one of deckle's own.
    pub shipped: bool,
}

/// What is known of a field beyond what Anki keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct WrittenField {
    /// The stable key, from which the field's id comes; its name at the first build by default.
    pub key: String,
    /// What the author said of its identity.
    pub given: Given,
    /// Other names that sources may use.
    pub aliases: Vec<String>,
    /// How a plain value in the sources is read.
    pub kind: FieldKind,
}

/// What is known of a card template beyond what Anki keeps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct WrittenTemplate {
    /// The stable key, from which the template's id comes; its name at the first build by default.
    pub key: String,
    /// What the author said of its identity.
    pub given: Given,
}

/// What an author said of the identity of a field or card template.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Given {
    /// Whether there is a `key`.
    pub key: bool,
    /// Whether there is an `id`.
    pub id: bool,
    /// The name that it had before.
    pub was: Option<Spanned<String>>,
    /// Where its name stands.
    pub span: Span,
}

impl Default for Given {
    /// Nothing, nowhere.
    fn default() -> Self {
        Self {
            key: false,
            id: false,
            was: None,
            span: Span::NONE,
        }
    }
}

/// How a plain value of a field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FieldKind {
    /// As Markdown.
    #[default]
    Markdown,
    /// As plain text.
    Text,
    /// As HTML.
    Html,
    /// As the path of a picture.
    Image,
    /// As the path of a sound.
    Audio,
}

impl WrittenType {
    /// The type of this key, of which nothing is said but what Anki keeps.
    #[must_use]
    pub fn of(key: impl Into<String>, note_type: NoteType) -> Self {
        let key = key.into();
        Self {
            identity: key.clone(),
            key,
            was: None,
            has_id: false,
            note_type,
            fields: Vec::new(),
            first_field: 0,
            templates: Vec::new(),
            key_fields: Vec::new(),
            required: Vec::new(),
            labels: Vec::new(),
            span: Span::NONE,
            folder: String::new(),
            more_folders: Vec::new(),
            texts: Vec::new(),
            shipped: false,
        }
    }

    /// The field of this name or alias, letter case aside.
    #[must_use]
    pub fn field_index(&self, name: &str) -> Option<usize> {
        let name = name.trim();
        let ascii = name.is_ascii();
        let is_it = |it: &str| {
            it.eq_ignore_ascii_case(name) || !(ascii && it.is_ascii()) && unicase::eq(it, name)
        };
        let by_name = self.note_type.field_names().position(is_it);
        by_name.or_else(|| {
            let has = |field: &WrittenField| field.aliases.iter().any(|it| is_it(it));
            self.fields.iter().position(has)
        })
    }

    /// Names and aliases of all fields, for suggestions.
    pub fn all_names(&self) -> impl Iterator<Item = &str> {
        let aliases = self
            .fields
            .iter()
            .flat_map(|field| field.aliases.iter().map(String::as_str));
        self.note_type.field_names().chain(aliases)
    }
}

/// How a file's notes are rendered. What stands here shapes the output, so it is part of what
/// identity calls a note's content.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Settings {
    /// A line break in a paragraph becomes `<br>` instead of a space.
    pub hard_breaks: bool,
    /// What `==x==` means in a cloze note.
    pub highlight: Highlight,
    /// Whether `{x}` is a cloze in a cloze note.
    pub curly: bool,
    /// What formulas become.
    pub math: MathEngine,
    /// What formulas are written with beside TeX's own commands.
    pub macros: MacroSettings,
    /// The font file of characters that the fonts of mathematics lack, for formulas as pictures;
    /// empty for none.
    pub math_font: Spanned<String>,
    /// How code blocks are written.
    pub code: CodeStyle,
    /// Whether `%% .. %%` is a comment, as Obsidian has it, and leaves no trace.
    pub percent_comments: bool,
    /// Whether addresses without brackets, such as `https://..` and `www...`, are links.
    pub autolinks: bool,
    /// Whether `{東京|とうきょう}` is a reading above characters.
    pub ruby: bool,
    /// What `[[Page]]` becomes.
    pub wiki_links: WikiLinks,
    /// What fills an empty field Source.
    pub backlink: Backlink,
    /// The name of the Obsidian vault that links lead to.
    pub vault: String,
    /// Folders that media are looked for in, relative to the project's root.
    pub media_paths: Vec<String>,
    /// Where an author wrote them, in their order; those that nobody wrote come behind.
    pub media_path_spans: Vec<Span>,
    /// What becomes of `http(s)` pictures.
    pub remote: Remote,
    /// What becomes of references to files that are not there.
    pub missing: Missing,
    /// The largest size of a media file, in bytes.
    pub max_media_bytes: u64,
    /// Which fields are spoken, and how. What it comes to stands in the media of a note.
    pub audio: Arc<Audio>,
    /// What becomes of pictures.
    pub images: Images,
    /// The definitions of links that hold for all notes of the file. Those that a note refers to are
    /// part of what it comes to.
    pub definitions: Arc<[LinkDefinition]>,
}

/// A definition of a link, `[label]: address "title"`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct LinkDefinition {
    /// What references say.
    pub label: String,
    /// Where the link leads.
    pub address: String,
    /// What is shown of it beside its text; may be empty.
    pub title: String,
}

impl LinkDefinition {
    /// Whether a reference by this label means it: letter case and how white space is written do
    /// not matter.
    #[must_use]
    pub fn is_called(&self, label: &str) -> bool {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        unicase::eq(&words(&self.label), &words(label))
    }
}

impl Default for Settings {
    /// Soft breaks, explicit highlight clozes, no curly ones, MathJax, no macros, no font for formulas, code in colors, `%%` as text, addresses as
    /// links, no ruby, wiki links as text, no backlinks, no vault, no further media folders, remote
    /// and missing files refused, 20 MB, pictures as they are, nothing spoken, no definitions.
    fn default() -> Self {
        Self {
            hard_breaks: false,
            highlight: Highlight::Explicit,
            curly: false,
            math: MathEngine::Mathjax,
            macros: MacroSettings::default(),
            math_font: Spanned::new(String::new(), Span::NONE),
            code: CodeStyle::default(),
            percent_comments: false,
            autolinks: true,
            ruby: false,
            wiki_links: WikiLinks::Text,
            backlink: Backlink::None,
            vault: String::new(),
            media_paths: Vec::new(),
            media_path_spans: Vec::new(),
            remote: Remote::Error,
            missing: Missing::Error,
            max_media_bytes: 20_000_000,
            audio: Arc::default(),
            images: Images::default(),
            definitions: Arc::default(),
        }
    }
}

/// What `==x==` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Highlight {
    /// A cloze in notes that are typed as cloze, else marked text.
    #[default]
    Explicit,
    /// A cloze, and it makes its note a cloze note.
    Auto,
    /// Marked text.
    Never,
}

/// What `[[Page|text]]` becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum WikiLinks {
    /// Its text.
    #[default]
    Text,
    /// A link that opens the page in Obsidian.
    Obsidian,
}

/// What fills the field Source of a note that leaves it empty, where its type has this field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Backlink {
    /// Nothing.
    #[default]
    None,
    /// The path of the note's file from the project's root.
    Path,
    /// This path, as a link that opens the file in Obsidian.
    Obsidian,
}

/// What formulas become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum MathEngine {
    /// `\(..\)` and `\[..\]`, which every Anki typesets by itself.
    #[default]
    Mathjax,
    /// Pictures, made while the deck is built.
    Image,
    /// `[$]..[/$]` and `[$$]..[/$$]`, with pictures of them in the package: Anki shows these.
    LatexTag,
    /// As `LatexTag`, with pictures that TeX makes on the machine that builds.
    Latex,
    /// Pictures where a formula can be one, else MathJax, which is told.
    Auto,
    /// As they were typed.
    None,
}

/// The macros of formulas.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct MacroSettings {
    /// The file of definitions, as it is written: looked for in the folder of the note's file,
    /// then in those above it.
    pub file: Option<Spanned<String>>,
    /// Further ones, by their names; they win over those of the file.
    pub inline: BTreeMap<String, String>,
}

/// What becomes of pictures and sounds on the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Remote {
    /// An error.
    #[default]
    Error,
    /// The address is kept; the card needs the network.
    Keep,
    /// The file that was fetched from there before, and is kept in the project.
    Fetch,
}

/// What becomes of references to files that are not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Missing {
    /// An error.
    #[default]
    Error,
    /// The reference is kept, with a warning: a deck that was unpacked may never have had the file.
    Keep,
}

/// What becomes of the pictures of notes. Default: nothing.
///
/// It does not count as content itself: a note is another one only if a picture of it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub struct Images {
    /// Wider pictures are made this wide, in pixels.
    pub max_width: Option<u32>,
    /// Whether pictures are compressed anew.
    pub recompress: Recompress,
    /// Whether what a file says beside its pixels, such as where a photo was taken, is taken out.
    pub strip_metadata: bool,
}

/// How pictures are compressed anew. None ever gets larger, and no pixel changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[non_exhaustive]
pub enum Recompress {
    /// Not at all.
    #[default]
    Never,
    /// PNG in fewer bytes.
    Lossless,
    /// PNG in fewer bytes, or as WebP where that takes fewer still.
    WebP,
}

/// How notes without an explicit id get one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum IdMode {
    /// From the lock, and new ones go into it.
    #[default]
    Lock,
    /// Not at all: each note must have an explicit one.
    Inline,
    /// From the first field alone, without a lock: an edited question is a new note.
    Natural,
}

/// A tool whose guids are reproduced for notes that say none and no id, so that those who learn
/// with its packages keep their progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompatGuid {
    /// The Python library genanki, which by default makes them of all fields.
    Genanki,
    /// markdown-anki-decks, which makes them of heading and deck.
    MarkdownAnkiDecks,
}
