//! A package of a build: what is in it, where it goes, and what was written.

use std::path::PathBuf;

use super::BuildOptions;
use crate::Error;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::model::{Deck, MediaFile};
use crate::observe::{Observed, Stage};
use crate::package::{Format, NotesText, Package, Written};
use crate::source::outputs::Container;

/// A package of a build, and where it goes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Target {
    /// What it is called among the packages of the project; `None` for the only one.
    pub name: Option<String>,
    /// Where it goes.
    pub path: PathBuf,
    /// What is in it.
    pub package: Package,
    /// What is written in its place.
    pub(super) text: Option<NotesText>,
    /// Whether what stands there may be lost.
    pub(super) replaces: bool,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Built {
    /// What the package is called among those of the project; `None` for the only one.
    pub name: Option<String>,
    /// Where the package is.
    pub path: PathBuf,
    /// Whether its bytes changed. The same bytes leave the file alone.
    pub changed: bool,
    /// Its size.
    pub bytes: u64,
    /// How many notes are in it.
    pub notes: usize,
    /// How many cards.
    pub cards: usize,
    /// How many media files.
    pub media: usize,
}

impl Target {
    pub(super) fn new(
        name: Option<String>,
        path: PathBuf,
        decks: Vec<Deck>,
        media: Vec<MediaFile>,
        options: &BuildOptions,
    ) -> Self {
        let mut package = Package::new(options.time).observed(&options.observed);
        for deck in decks {
            package.add_deck(deck);
        }
        let package = package.all_media(media);
        Self {
            name,
            path,
            package,
            text: None,
            replaces: options.force,
        }
    }

    /// In the container that the caller says, else the project.
    pub(super) fn in_container(mut self, said: Option<Container>, options: &BuildOptions) -> Self {
        let said = said.map(|it| match it {
            Container::Latest => Format::Latest,
            Container::Legacy => Format::Legacy,
        });
        let format = options.format.or(said).unwrap_or_default();
        self.package = self.package.format(format);
        self
    }

    /// As a text file, if that is asked for. What it leaves behind is told.
    pub(super) fn with_text(
        mut self,
        options: &BuildOptions,
        sink: &mut Diagnostics,
    ) -> Result<Self, Error> {
        if options.text {
            let text = self.package.to_text()?;
            tell_losses(&text, sink);
            self.text = Some(text);
        }
        Ok(self)
    }

    /// Writes it beside something that comes to its end before it is in its place. If it is to be
    /// `hashed`, a package comes with the hash of the bytes that were written, whatever another build
    /// puts in their place.
    pub(super) fn write(
        self,
        observed: &Observed,
        hashed: bool,
        other: impl FnOnce() -> Result<(), Error> + Send,
    ) -> Result<(Built, [u8; 32]), Error> {
        let (written, hash) = match &self.text {
            Some(text) => {
                other()?;
                let _writing = observed.stage(Stage::Write);
                (text.write(&self.path)?, [0; 32])
            }
            None => self.package.write_beside(&self.path, hashed, other)?,
        };
        Ok((self.built(&written), hash))
    }

    fn built(self, written: &Written) -> Built {
        Built {
            name: self.name,
            path: self.path,
            changed: written.changed,
            bytes: written.bytes,
            notes: written.notes,
            cards: written.cards,
            media: written.media,
        }
    }
}

/// Tells what a text file leaves behind.
fn tell_losses(text: &NotesText, sink: &mut Diagnostics) {
    let counted = |count: usize, word: &str| match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    };
    let mut lost = Vec::new();
    if text.media > 0 {
        lost.push(counted(text.media, "media file"));
    }
    if text.marked > 0 {
        lost.push(format!(
            "the flags or suspension of {}",
            counted(text.marked, "note")
        ));
    }
    if text.elsewhere > 0 {
        lost.push(format!("the decks of {}", counted(text.elsewhere, "card")));
    }
    if !lost.is_empty() {
        let title = format!("the text file does not carry {}", lost.join(", "));
        sink.push(
            Diagnostic::new(Code::TextLoses, title)
                .info()
                .note("it carries guids, note types by name, decks, fields and tags")
                .help("learners who have imported the package once have note types and media; build a package for the others"),
        );
    }
    if text.nameless > 0 {
        let title = format!(
            "Anki leaves out {} of the text file",
            counted(text.nameless, "note")
        );
        sink.push(
            Diagnostic::new(Code::TextLoses, title)
                .note("its import of text passes over notes whose first field is empty")
                .help("fill the first field, or build a package"),
        );
    }
}
