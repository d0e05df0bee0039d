//! What rendering a note gathers beside its HTML: the media it uses and what is wrong with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::RemoteMedia;
use super::asked::{Asking, DRAWING};
use super::formula::macros::Macros;
use super::formula::store::{Drawn, SharedFont};
use super::formula::{FormulaError, FormulaPicture};
use super::media::{Library, MediaKey, MediaKind, Reference, Resolved};
use super::targets;
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Span, Spanned};
use crate::files::{Cache, parent};
use crate::model::Targets;
use crate::model::written::{Images, Missing, Remote, Settings};
use crate::template::media::{MediaKind as ReferenceKind, media_references};

/// Why a reference that leads nowhere is no error.
const KEPT: &str = "the reference stays, because the project says `media: {missing: keep}`";

/// Fonts of formulas have at most this many bytes: a font of all of Chinese has twenty million.
const LARGEST_FONT: u64 = 64_000_000;

pub(super) struct Sink<'n> {
    library: &'n Library<'n>,
    pub(super) settings: &'n Settings,
    /// The note's file.
    pub(super) path: &'n str,
    /// Whether the card templates read readings in brackets from the field that is written.
    pub(super) brackets: bool,
    /// The clients that notes are made for.
    pub(super) targets: Targets,
    /// In the order of first use, each once.
    pub(super) media: Vec<MediaKey>,
    /// What each of these is known by.
    pub(super) known_as: Vec<MediaKey>,
    /// Whether a drawing is followed, which has no other finding than what is read of it.
    is_drawing: bool,
    /// The place of the field that is written.
    pub(super) field: u16,
    /// The field and the place in the source of each LaTeX tag.
    pub(super) latex: Vec<(u16, Span)>,
    /// Those of the media that were drawn from the note's own text.
    pub(super) drawn: Vec<MediaKey>,
    /// What stands outside of the note and shapes it, each once.
    pub(super) shaped: BTreeSet<String>,
    /// The font of LaTeX tags, where one has more than ASCII.
    pub(super) tag_font: Option<MediaKey>,
    /// Whether the note type has a preamble of its own, so that TeX is to typeset what nothing else can.
    pub(super) typesets: bool,
    macros: Option<Arc<Macros>>,
    font: Option<SharedFont>,
    pub(super) diagnostics: Diagnostics,
    /// What is asked of files.
    pub(super) asking: Asking,
}

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// To a file; what stands for its name, and its kind.
    File(String, MediaKind),
    /// To the network, or to a file that may be missing: it is kept as it is written.
    Remote(String),
    /// Nowhere; an error was told.
    Nowhere,
}

impl<'n> Sink<'n> {
    pub(super) fn new(library: &'n Library<'n>, settings: &'n Settings, path: &'n str) -> Self {
        Self {
            library,
            settings,
            path,
            brackets: false,
            targets: Targets::default(),
            media: Vec::new(),
            known_as: Vec::new(),
            is_drawing: false,
            field: 0,
            latex: Vec::new(),
            drawn: Vec::new(),
            shaped: BTreeSet::new(),
            tag_font: None,
            typesets: false,
            macros: None,
            font: None,
            diagnostics: Diagnostics::new(),
            asking: Asking::new(library),
        }
    }

    /// What earlier builds made.
    pub(super) fn cache(&self) -> &'n Cache {
        &self.library.cache
    }

    pub(super) fn library(&self) -> &'n Library<'n> {
        self.library
    }

    /// Remembers where the author wrote what is a LaTeX tag in the field; `foreign` where it has more
    /// than ASCII, which the author's font may have to show.
    pub(super) fn latex_tag(&mut self, span: Span, foreign: bool) {
        self.latex.push((self.field, span));
        if foreign && let Some(font) = self.math_font().key() {
            self.shaped.insert(format!("font {}", font.hex()));
            self.tag_font = Some(font);
        }
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The macros of the note's formulas.
    pub(super) fn macros(&mut self) -> Arc<Macros> {
        if let Some(macros) = &self.macros {
            return Arc::clone(macros);
        }
        let formulas = &self.library.formulas;
        let settings = &self.settings.macros;
        let path = settings.file.as_ref().and_then(|file| {
            let found = formulas.find(parent(self.path), &file.value);
            if found.is_none() {
                self.diagnostics.push(
                    Diagnostic::new(Code::MacroFile, format!("file not found: `{}`", file.value))
                        .at(file.span, "")
                        .note("the file is looked for in the folder of the note's file, and in those above it"),
                );
            }
            found
        });
        let macros = formulas.macros(path, settings);
        self.macros = Some(Arc::clone(&macros));
        macros
    }

    /// The font of what the fonts of mathematics lack.
    pub(super) fn math_font(&mut self) -> SharedFont {
        if let Some(font) = &self.font {
            return font.clone();
        }
        let font = self.find_font();
        self.font = Some(font.clone());
        font
    }

    fn find_font(&mut self) -> SharedFont {
        let Spanned {
            value: path, span, ..
        } = &self.settings.math_font;
        if path.is_empty() {
            return SharedFont::default();
        }
        self.asking.more();
        let reference = Reference {
            path,
            folder: parent(self.path),
            media_paths: &self.settings.media_paths,
            wiki: false,
            max_bytes: LARGEST_FONT,
            images: Images::default(),
            span: *span,
            lenient: false,
            ships: false,
        };
        let problem = match self.library.resolve(&reference) {
            Resolved::File { key, .. } => {
                if let Some(font) = self.library.font(key) {
                    return font;
                }
                Diagnostic::new(
                    Code::FormulaFont,
                    format!("`{path}` holds no outlines of glyphs"),
                )
                .at(*span, "")
                .help("name a font file: `.ttf`, `.otf` or `.ttc`")
            }
            Resolved::Missing { nearest } => {
                let missing =
                    Diagnostic::new(Code::FormulaFont, format!("file not found: `{path}`"))
                        .at(*span, "");
                match nearest {
                    Some(near) => missing.fix(format!("did you mean `{near}`?"), *span, near),
                    None => missing
                        .note("paths count from the note's file, then from the project's root"),
                }
            }
            _ => Diagnostic::new(
                Code::FormulaFont,
                format!("`{path}` cannot be read as a font"),
            )
            .at(*span, "")
            .help("the file lies in the project and has at most 64 MB"),
        };
        self.diagnostics.push(problem);
        SharedFont::default()
    }

    /// The picture of a formula.
    pub(super) fn draw(
        &mut self,
        tex: &str,
        display: bool,
        font: &SharedFont,
    ) -> Result<Drawn, FormulaError> {
        let library = self.library;
        let keep = |picture: &FormulaPicture| library.made(DRAWING, picture.svg.clone());
        let drawn = library.formulas.picture(tex, display, font, keep)?;
        self.asking.drawing(drawn.key);
        if !tex.is_ascii()
            && let Some(font) = font.key()
        {
            self.shaped.insert(format!("font {}", font.hex()));
        }
        for list in [&mut self.media, &mut self.drawn] {
            if !list.contains(&drawn.key) {
                list.push(drawn.key);
            }
        }
        Ok(drawn)
    }

    /// Follows a reference that stands at `span`; `wiki` where the name alone is enough.
    pub(super) fn follow(&mut self, path: &str, span: Span, wiki: bool) -> Target {
        let path = path.trim();
        if is_remote(path) {
            return self.follow_remote(path, span);
        }
        let reference = Reference {
            path,
            folder: parent(self.path),
            media_paths: &self.settings.media_paths,
            wiki,
            max_bytes: self.settings.max_media_bytes,
            images: self.settings.images,
            span,
            lenient: self.settings.missing == Missing::Keep,
            ships: !self.is_drawing,
        };
        let led_to = self.library.resolve(&reference);
        self.asking.file(&reference, &led_to);
        let problem = match led_to {
            Resolved::File {
                key,
                known_as,
                kind,
                other_case,
            } => {
                if !self.media.contains(&key) {
                    self.media.push(key);
                    self.known_as.push(known_as);
                }
                if let Some(found) = targets::of_file(path, self.targets) {
                    self.push(found.at(span, ""));
                }
                if let Some(found) = other_case {
                    self.tell_case(path, &found, span);
                }
                return Target::File(key.placeholder(), kind);
            }
            Resolved::Missing { nearest } => {
                let title = format!("file not found: `{path}`");
                if self.settings.missing == Missing::Keep {
                    return self.keep_missing(path, title, span);
                }
                let missing = Diagnostic::new(Code::MediaMissing, title).at(span, "");
                match nearest {
                    Some(near) => missing.fix(format!("did you mean `{near}`?"), span, near),
                    None if wiki => missing.note("no file of the project has this name"),
                    None => missing.note(
                        "paths count from the note's file, then from the folders in `media: {paths: [..]}`",
                    ),
                }
            }
            Resolved::Outside if self.settings.missing == Missing::Keep => {
                let title = format!("file not found: `{path}` lies outside of the project");
                return self.keep_missing(path, title, span);
            }
            Resolved::Outside => Diagnostic::new(
                Code::MediaOutside,
                format!("`{path}` lies outside of the project"),
            )
            .at(span, "not read")
            .help("copy the file into the project"),
            Resolved::Ambiguous(paths) => Diagnostic::new(
                Code::MediaAmbiguous,
                format!("{} files are called `{path}`", paths.len()),
            )
            .at(span, "which one?")
            .note(format!("they are `{}`", paths.join("`, `")))
            .help(format!(
                "write the path from the root, such as `/{}`",
                paths.first().map_or("folder/name.png", String::as_str)
            )),
            Resolved::TooLarge { bytes } => Diagnostic::new(
                Code::MediaTooLarge,
                format!("the file has {}", megabytes(bytes)),
            )
            .at(
                span,
                format!("the limit is {}", megabytes(self.settings.max_media_bytes)),
            )
            .help("make it smaller, or raise `media: {max-mb: ..}`"),
            Resolved::Unreadable(text) => {
                Diagnostic::new(Code::MediaMissing, format!("`{path}` cannot be read"))
                    .at(span, "")
                    .note(text)
            }
            Resolved::BadData(text) => {
                Diagnostic::new(Code::MediaData, "the `data:` address cannot be read")
                    .at(span, text)
                    .help("save the picture as a file of the project")
            }
        };
        self.push(problem);
        Target::Nowhere
    }

    /// Leaves a reference to a file that is not there as it is, where the project wants that.
    fn keep_missing(&mut self, path: &str, title: String, span: Span) -> Target {
        let mut missing = Diagnostic::new(Code::MediaMissing, title).at(span, "");
        missing.severity = Severity::Warning;
        self.push(missing.note(KEPT));
        Target::Remote(path.to_owned())
    }

    fn follow_remote(&mut self, path: &str, span: Span) -> Target {
        match self.settings.remote {
            Remote::Keep => {
                if let Some(found) = targets::of_remote(path, self.targets) {
                    self.push(found.at(span, ""));
                }
                Target::Remote(path.to_owned())
            }
            Remote::Fetch => self.follow_fetched(path, span),
            Remote::Error => {
                self.push(
                    Diagnostic::new(Code::MediaRemote, "the file lies on the network")
                        .at(span, "not read")
                        .help("save it in the project and refer to it there")
                        .help("with `media: {remote: fetch}`, `deckle fetch` does that")
                        .help("`media: {remote: keep}` leaves the address; the card then needs the network"),
                );
                Target::Nowhere
            }
        }
    }

    /// As [`Sink::follow`], to a file that the note is made of and does not show.
    pub(super) fn follow_drawing(&mut self, path: &str, span: Span) -> Option<MediaKey> {
        let shown = std::mem::take(&mut self.media);
        let known_as = std::mem::take(&mut self.known_as);
        self.is_drawing = true;
        let _ = self.follow(path, span, false);
        self.is_drawing = false;
        self.known_as = known_as;
        std::mem::replace(&mut self.media, shown).pop()
    }

    /// The first bytes of a file, at most so many.
    pub(super) fn read(&self, key: &MediaKey, limit: u64) -> Option<Vec<u8>> {
        self.library.head(key, limit)
    }

    /// The medium that the rendered `html` shows as its first picture.
    pub(super) fn first_picture(&self, html: &str) -> Option<MediaKey> {
        let references = media_references(html);
        let first = references
            .iter()
            .find(|it| it.kind != ReferenceKind::Sound)?;
        let is_it = |key: &&MediaKey| key.begins(&first.name);
        self.media.iter().find(is_it).copied()
    }

    /// The file of the project that was fetched from an address.
    fn follow_fetched(&mut self, address: &str, span: Span) -> Target {
        self.asking.more();
        let fetched = self.library.fetched(address);
        let reference = fetched.as_ref().map(|it| format!("/{}", it.path));
        let found = reference.as_ref().map(|path| {
            self.library.resolve(&Reference {
                path,
                folder: "",
                media_paths: &[],
                wiki: false,
                max_bytes: self.settings.max_media_bytes,
                images: self.settings.images,
                span,
                lenient: self.settings.missing == Missing::Keep,
                ships: !self.is_drawing,
            })
        });
        let remote = RemoteMedia {
            span,
            source: self.path.to_owned(),
            max_bytes: self.settings.max_media_bytes,
            is_there: matches!(
                found,
                Some(Resolved::File { .. } | Resolved::TooLarge { .. })
            ),
        };
        self.library.name_remote(address, remote);
        match (found, fetched) {
            (Some(Resolved::File { key, .. }), Some(pinned)) if key.hex() != pinned.hash => {
                let title = format!("`{}` is not what was fetched from there", pinned.path);
                self.push(
                    Diagnostic::new(Code::FetchedChanged, title)
                        .at(span, "from here")
                        .note("deckle.media has the hash of what was fetched, and the file has another one")
                        .help("remove the file and run `deckle fetch`; for a picture of your own, write its path in the place of the address"),
                );
                Target::Nowhere
            }
            (Some(Resolved::File { .. } | Resolved::TooLarge { .. }), _) => {
                self.follow(&reference.unwrap_or_default(), span, false)
            }
            _ => {
                self.push(
                    Diagnostic::new(Code::MediaUnfetched, "the file was not fetched yet")
                        .at(span, "not in the project")
                        .help("run `deckle fetch`, and commit what it writes"),
                );
                Target::Nowhere
            }
        }
    }

    fn tell_case(&mut self, typed: &str, found: &str, span: Span) {
        let found_name = crate::files::file_name(found);
        let folder = crate::files::parent(typed);
        let right = if folder.is_empty() {
            found_name.to_owned()
        } else {
            format!("{folder}/{found_name}")
        };
        self.push(
            Diagnostic::new(
                Code::MediaCase,
                format!("the file is called `{found_name}`, in another letter case"),
            )
            .at(span, "found on some systems only")
            .fix(format!("write `{right}`"), span, right)
            .certain(),
        );
    }
}

fn is_remote(path: &str) -> bool {
    let begins = |scheme: &str| {
        path.as_bytes()
            .get(..scheme.len())
            .is_some_and(|it| it.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    begins("http://") || begins("https://") || begins("//")
}

fn megabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_add(50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
