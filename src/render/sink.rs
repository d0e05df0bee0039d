//! What rendering a note gathers beside its HTML: the media it uses and what is wrong with it.

use super::media::{Library, MediaKey, MediaKind, Reference, Resolved};
use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Span};
use crate::files::{Cache, parent};
use crate::model::written::{Missing, Remote, Settings};

/// Why a reference that leads nowhere is no error.
const KEPT: &str = "the reference stays, because the project says `media: {missing: keep}`";

pub(super) struct Sink<'n> {
    library: &'n Library<'n>,
    pub(super) settings: &'n Settings,
    /// The note's file.
    pub(super) path: &'n str,
    /// Whether the card templates read readings in brackets from the field that is written.
    pub(super) brackets: bool,
    /// In the order of first use, each once.
    pub(super) media: Vec<MediaKey>,
    /// The place of the field that is written.
    pub(super) field: u16,
    /// The field and the place in the source of each LaTeX tag.
    pub(super) latex: Vec<(u16, Span)>,
    pub(super) diagnostics: Diagnostics,
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
            media: Vec::new(),
            field: 0,
            latex: Vec::new(),
            diagnostics: Diagnostics::new(),
        }
    }

    /// What earlier builds made.
    pub(super) fn cache(&self) -> &'n Cache {
        &self.library.cache
    }

    /// Remembers where the author wrote what is a LaTeX tag in the field.
    pub(super) fn latex_tag(&mut self, span: Span) {
        self.latex.push((self.field, span));
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Follows a reference that stands at `span`; `wiki` where the name alone is enough.
    pub(super) fn follow(&mut self, path: &str, span: Span, wiki: bool) -> Target {
        let path = path.trim();
        if is_remote(path) {
            if self.settings.remote == Remote::Keep {
                return Target::Remote(path.to_owned());
            }
            self.push(
                Diagnostic::new(Code::MediaRemote, "the file lies on the network")
                    .at(span, "not read")
                    .help("save it in the project and refer to it there")
                    .help("`media: {remote: keep}` leaves the address; the card then needs the network"),
            );
            return Target::Nowhere;
        }
        let reference = Reference {
            path,
            folder: parent(self.path),
            media_paths: &self.settings.media_paths,
            wiki,
            max_bytes: self.settings.max_media_bytes,
        };
        let problem = match self.library.resolve(&reference) {
            Resolved::File {
                key,
                kind,
                other_case,
            } => {
                if !self.media.contains(&key) {
                    self.media.push(key);
                }
                if let Some(found) = other_case {
                    self.tell_case(path, &found, span);
                }
                return Target::File(key.placeholder(), kind);
            }
            Resolved::Missing { nearest } => {
                let mut missing =
                    Diagnostic::new(Code::MediaMissing, format!("file not found: `{path}`"))
                        .at(span, "");
                if self.settings.missing == Missing::Keep {
                    missing.severity = Severity::Warning;
                    self.push(missing.note(KEPT));
                    return Target::Remote(path.to_owned());
                }
                match nearest {
                    Some(near) => missing.fix(format!("did you mean `{near}`?"), span, near),
                    None => missing.note(
                        "paths count from the note's file, then from the folders in `media: {paths: [..]}`",
                    ),
                }
            }
            Resolved::Outside if self.settings.missing == Missing::Keep => {
                let title = format!("file not found: `{path}` lies outside of the project");
                let mut missing = Diagnostic::new(Code::MediaMissing, title).at(span, "");
                missing.severity = Severity::Warning;
                self.push(missing.note(KEPT));
                return Target::Remote(path.to_owned());
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
