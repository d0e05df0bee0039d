//! Field sources to Anki's HTML.
//!
//! Markdown is not the first to see a field: formulas, sound and LaTeX tags, wiki links and clozes
//! are found before (`scan`) and stand as single characters (`mask`) in what the Markdown
//! parser reads; `writer` makes HTML of its events and puts them back, `place` moves clozes
//! to where they do not cut elements, and `emit` writes them so that Anki reads no other ones.
//!
//! The only I/O is through [`Files`]: media are looked up and hashed, never
//! loaded. Notes can be rendered in parallel; names of media are known when all are done.

mod asked;
mod assets;
mod audio;
mod code;
mod emit;
mod fonts;
mod formula;
mod html;
mod image;
mod language;
mod latex;
mod markdown;
mod mask;
mod media;
mod note;
mod obsidian;
mod occlusion;
mod overlay;
mod picture;
mod piece;
mod place;
mod raw_html;
mod references;
mod ruby;
mod scan;
mod sink;
mod speech;
mod tag_pairs;
pub mod targets;
mod tex;
mod writer;

use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) use asked::{Asked, AskedFile};
pub use assets::{TypeAssets, asset_names, is_kept_by};
pub use audio::{MADE_FOLDER, MadeSound};
pub(crate) use fonts::{Characters, is_font};
use formula::macros::Macros;
pub(crate) use formula::{InlineFormula, inline as inline_formula, macro_paths};
use latex::Tex;
pub(crate) use latex::{AskedPicture, LatexPicture, NoPicture, TexError};
use media::Library;
#[cfg(feature = "fetch")]
pub(crate) use media::clean_name;
pub use media::{MediaContent, MediaKey, MediaNames, NamedMedia};
pub use occlusion::MaskGroup;
pub use picture::ChangedPicture;

use crate::diag::{Code, Diagnostic, Diagnostics, FileId, Span};
use crate::files::{Cache, Files};
use crate::model::Targets;
use crate::model::written::{Settings, WrittenNote, WrittenType};

/// Renders the notes of a project. Many threads may use it at a time.
pub struct Renderer<'a> {
    library: Library<'a>,
    assets: assets::Store,
    targets: Targets,
    tex: Tex,
}

/// A note's fields as HTML, and what was found on the way.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct RenderedNote {
    /// The fields, in the order of the note type's. In the place of a media file's name stands
    /// what [`MediaNames::resolve`] replaces.
    pub fields: Vec<String>,
    /// The media that the fields use, in the order of first use, each once.
    pub media: Vec<MediaKey>,
    /// What these media are known by when it is asked whether the note changed; for those that no
    /// setting changed, the same.
    pub known_as: Vec<MediaKey>,
    /// The files that the fields load by other ways than Anki sees: styles, scripts, posters. Their
    /// names stand in the fields already.
    pub assets: Vec<NamedMedia>,
    /// Those of the media that were drawn from the note's own text, such as formulas.
    pub drawn: Vec<MediaKey>,
    /// What stands outside of the note and shaped it: macros and a font of its formulas, definitions
    /// of its links, each once.
    pub shaped: Vec<String>,
    /// The numbers that clozes without one got, ascending.
    pub given_numbers: Vec<u16>,
    /// The masks that got one of these numbers, in their order.
    pub mask_groups: Vec<MaskGroup>,
    /// Drawings from which masks were taken: they go into no package, and are the note's content all
    /// the same.
    pub drawings: Vec<MediaKey>,
    /// The positions of the fields that hold nothing in the sources and got a sound.
    pub sounds: Vec<usize>,
    /// The field of each LaTeX tag, and where the author wrote it, in the order of the tags in each
    /// field.
    pub latex: Vec<(u16, Span)>,
    /// The font of what stands in LaTeX tags and the fonts of mathematics lack, where such a tag has
    /// more than ASCII.
    pub math_font: Option<MediaKey>,
    /// What is wrong with the note.
    pub diagnostics: Diagnostics,
    /// What was asked of files; `None` where that is not all that can be asked again.
    pub(crate) asked: Option<Vec<Asked>>,
}

/// A file on the network that notes name under `media: {remote: fetch}`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteMedia {
    /// Where the first note names it.
    pub span: Span,
    /// The path of this note's file.
    pub source: String,
    /// The largest size that a note allows, in bytes.
    pub max_bytes: u64,
    /// Whether it was fetched, and its file is there.
    pub is_there: bool,
}

impl<'a> Renderer<'a> {
    /// A renderer that finds media among `files`.
    #[must_use]
    pub fn new(files: &'a dyn Files) -> Self {
        Self {
            library: Library::new(files),
            assets: assets::Store::default(),
            targets: Targets::default(),
            tex: Tex::default(),
        }
    }

    /// With what takes long to make kept in, and taken from, this cache. Default: nothing is kept.
    #[must_use]
    pub fn with_cache(mut self, cache: Cache) -> Self {
        self.library.cache = cache;
        self
    }

    /// With patterns of file names that stay as they are (`*` stands for any characters) among the
    /// files that card templates, CSS and fields load, and with the names that contents have already,
    /// by their hashes. Default: every such file is named by its content.
    #[must_use]
    pub fn with_assets(mut self, keep: Vec<String>, frozen: BTreeMap<String, Vec<String>>) -> Self {
        self.assets = assets::Store::new(keep, frozen);
        self
    }

    /// With the fonts at these paths cut down to these characters, in all note types that are asked
    /// for from now on.
    pub(crate) fn cut_fonts(&mut self, fonts: BTreeMap<String, Characters>) {
        self.assets = std::mem::take(&mut self.assets).with_fonts(fonts);
    }

    /// For these clients: what they do not show is told. Default: what is lost on every phone.
    #[must_use]
    pub fn for_targets(mut self, targets: Targets) -> Self {
        self.targets = targets;
        self
    }

    /// With TeX run where a picture needs it, if `yes`. Default: it is not.
    #[must_use]
    pub fn with_tex(mut self, yes: bool) -> Self {
        self.tex = Tex::new(yes);
        self
    }

    /// Takes in the file of macros at `path`, whose text is `text`. What is wrong with it is told.
    pub(crate) fn learn_macros(
        &self,
        path: &str,
        file: FileId,
        text: &str,
        sink: &mut Diagnostics,
    ) {
        let (macros, problems) = Macros::read(text);
        for problem in problems {
            let span = Span::new(file, problem.range);
            sink.push(if problem.unread {
                Diagnostic::new(Code::MacroLine, problem.message)
                    .at(span, "passed over")
                    .note("definitions are `\\newcommand`, `\\renewcommand`, `\\def`, `\\let`, `\\DeclareMathOperator`, or `\\R \\mathbb{R}` in a line")
            } else {
                Diagnostic::new(Code::MacroFile, problem.message)
                    .at(span, "not defined")
                    .help("write it like `\\newcommand{\\norm}[1]{\\lVert #1 \\rVert}`")
            });
        }
        self.library.formulas.learn(path, macros);
    }

    /// The fields of a note. `source_path` is the path of its file, from which its media
    /// references count.
    ///
    /// The result depends on the note and the files alone, not on other notes.
    #[must_use]
    pub fn note(&self, note: &WrittenNote, source_path: &str) -> RenderedNote {
        note::render(&self.library, &self.assets, self.targets, note, source_path)
    }

    /// Asks again what the rendering of a note asked that stands in the file of this path. Returns
    /// whether the answer is the same. The media are then known as if the note had been rendered.
    pub(crate) fn asks_again(&self, asked: &Asked, source_path: &str) -> bool {
        asked::ask_again(&self.library, asked, crate::files::parent(source_path))
    }

    /// The clients that notes are rendered for.
    pub(crate) fn targets(&self) -> Targets {
        self.targets
    }

    /// What earlier builds made.
    pub(crate) fn cache(&self) -> &Cache {
        &self.library.cache
    }

    /// Fills the field Source of a note that leaves it empty with the way back to its file, where
    /// its settings say so and its type has the field. It is no part of what the note is known by.
    pub fn fill_source(&self, note: &mut WrittenNote, source_path: &str) {
        obsidian::fill_source(note, source_path);
    }

    /// The sounds that the notes rendered so far have programs make, by the paths of their files.
    #[must_use]
    pub fn made_sounds(&self) -> BTreeMap<String, MadeSound> {
        self.library.made_sounds()
    }

    /// The files that the notes rendered so far name under `media: {remote: fetch}`, by their
    /// addresses.
    #[must_use]
    pub fn remote_media(&self) -> BTreeMap<String, RemoteMedia> {
        self.library.remote()
    }

    /// The names of the media that notes use, given in the order of the package. One content has
    /// one name, from the smallest path at which any note found it, unless `frozen` holds one for
    /// the hash of its content. Further names in `frozen` serve references in HTML that say them.
    #[must_use]
    pub fn names<'k>(
        &self,
        used: impl IntoIterator<Item = &'k MediaKey>,
        frozen: &BTreeMap<String, Vec<String>>,
    ) -> MediaNames {
        self.library.names(used, frozen)
    }

    /// The pictures that cards ask for in the place of LaTeX tags, in this order. `own` are the
    /// paths of files of the project that have such names already, by their names.
    pub(crate) fn latex_pictures(
        &self,
        asked: &[AskedPicture<'_>],
        own: &BTreeMap<String, String>,
    ) -> Vec<Result<LatexPicture, NoPicture>> {
        latex::pictures(&self.library, &self.tex, asked, own)
    }

    /// What is wrong with the media that were asked for so far: each file once for all that is of a
    /// kind, where the first of the references to it stands.
    #[must_use]
    pub fn media_findings(&self) -> Diagnostics {
        self.library.findings()
    }

    /// The note type with the names that files have in packages which its CSS and its card
    /// templates load, and these files.
    #[must_use]
    pub fn type_assets(&self, written: &Arc<WrittenType>, settings: &Settings) -> TypeAssets {
        assets::of_type(&self.library, &self.assets, self.targets, written, settings)
    }
}

#[cfg(all(test, feature = "highlight"))]
mod code_tests;
#[cfg(test)]
mod tests;
