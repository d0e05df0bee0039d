//! Front ends for the files of other tools: read directly on every build, or once by an import.
//!
//! Each tool has a function from a text to notes as written; its places are those of the file. What a
//! note is, what it inherits and what is told about it is settled by the same code as for deckle's
//! own formats (`draft`, by way of `maker`). The rules of each format were read in the tool's
//! documentation and tried out; the head of each file says which of them count here.

mod blocks;
mod cloze;
mod flashcards_obsidian;
mod front_matter;
mod guess;
mod hashcards;
mod headings;
mod maker;
mod obsidian_spaced_repetition;
mod obsidian_to_anki;
mod page;
mod sections;
mod supermemo;
mod verbatim;

#[cfg(test)]
mod tests;

use crate::diag::{Diagnostics, FileId};
use crate::model::written::WrittenNote;
use crate::source::defaults::Defaults;
use crate::source::types::TypeSet;

pub use guess::{Guess, guess};

/// Another tool whose files can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FrontEnd {
    /// hashcards
    Hashcards,
    /// Questions and answers of SuperMemo.
    SuperMemo,
    /// mdanki, and Anki for VS Code.
    Mdanki,
    /// markdown-anki-decks
    MarkdownAnkiDecks,
    /// apy
    Apy,
    /// ki
    Ki,
    /// obsidian-spaced-repetition
    ObsidianSpacedRepetition,
    /// flashcards-obsidian
    FlashcardsObsidian,
    /// `Obsidian_to_Anki`
    ObsidianToAnki,
}

impl FrontEnd {
    /// All of them, with the names that `front-end` takes.
    pub const ALL: &'static [(&'static str, Self)] = &[
        ("hashcards", Self::Hashcards),
        ("supermemo", Self::SuperMemo),
        ("mdanki", Self::Mdanki),
        ("markdown-anki-decks", Self::MarkdownAnkiDecks),
        ("apy", Self::Apy),
        ("ki", Self::Ki),
        ("obsidian-spaced-repetition", Self::ObsidianSpacedRepetition),
        ("flashcards-obsidian", Self::FlashcardsObsidian),
        ("obsidian-to-anki", Self::ObsidianToAnki),
    ];

    /// The name that `front-end` takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, it)| *it == self);
        found.map_or("", |(name, _)| name)
    }

    /// The tool of this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(it, _)| *it == name);
        found.map(|(_, it)| *it)
    }

    /// Whether it reads a file of this path: Markdown, and with SuperMemo plain text.
    #[must_use]
    pub fn reads(self, path: &str) -> bool {
        let extension = crate::files::file_name(path).rsplit_once('.');
        let extension = extension.map(|(_, it)| it.to_ascii_lowercase());
        match extension.as_deref() {
            Some("md" | "markdown") => true,
            Some("txt") => self == Self::SuperMemo,
            _ => false,
        }
    }
}

/// A file, and what its notes inherit.
struct Given<'a> {
    file: FileId,
    path: &'a str,
    source: &'a str,
    defaults: &'a Defaults,
    types: &'a TypeSet,
}

/// The notes of a file of another tool, in its order. `path` is the file's, `defaults` are what it
/// inherits from its folder and project.
///
/// What cannot be read is told; a note with an error is left out, the others are read on.
#[must_use]
pub fn read(
    tool: FrontEnd,
    (file, path): (FileId, &str),
    source: &str,
    defaults: &Defaults,
    types: &TypeSet,
    sink: &mut Diagnostics,
) -> Vec<WrittenNote> {
    let given = Given {
        file,
        path,
        source,
        defaults,
        types,
    };
    match tool {
        FrontEnd::Hashcards => hashcards::read(&given, sink),
        FrontEnd::SuperMemo => supermemo::read(&given, sink),
        FrontEnd::Mdanki | FrontEnd::MarkdownAnkiDecks => headings::read(&given, tool, sink),
        FrontEnd::Apy | FrontEnd::Ki => sections::read(&given, tool, sink),
        FrontEnd::ObsidianSpacedRepetition => obsidian_spaced_repetition::read(&given, sink),
        FrontEnd::FlashcardsObsidian => flashcards_obsidian::read(&given, sink),
        FrontEnd::ObsidianToAnki => obsidian_to_anki::read(&given, sink),
    }
}

/// The note types that a file names and that are neither Anki's own nor deckle's, with the fields
/// that its notes fill, in the order in which they come.
#[must_use]
pub fn types_named(tool: FrontEnd, source: &str) -> Vec<(String, Vec<String>)> {
    let page = page::Page::new(FileId::NONE, source, 0);
    match tool {
        FrontEnd::Apy | FrontEnd::Ki => sections::types_named(&page),
        FrontEnd::ObsidianToAnki => obsidian_to_anki::types_named(&page),
        _ => Vec::new(),
    }
}
