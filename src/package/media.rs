//! Media of a package: names that Anki keeps, and which of them anything refers to.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::io::{Cursor, Read};

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::plan::Plan;
use super::unknown_characters::is_unknown;
use crate::model::{MediaFile, MediaSource, NoteType};
use crate::template::media::{css_references, media_references, template_references};
use crate::{Error, files};

/// The longest name that Anki keeps, in bytes.
const LONGEST_NAME: usize = 120;

/// The media files of a package, each name once, in the order of adding.
#[derive(Debug)]
pub(super) struct Media<'a>(Vec<&'a MediaFile>);

/// Names that do not fit together with the package's media, sorted.
#[derive(Debug)]
pub(super) struct References {
    pub(super) unused: Vec<String>,
    pub(super) missing: Vec<String>,
}

impl<'a> Media<'a> {
    /// # Errors
    /// When Anki would change a name, or two files have one name.
    pub(super) fn new(all: &'a [MediaFile]) -> Result<Self, Error> {
        let mut files: Vec<&MediaFile> = Vec::with_capacity(all.len());
        // Without regard to letter case: on Windows and macOS one would overwrite the other.
        let mut by_name: HashMap<String, &MediaFile> = HashMap::with_capacity(all.len());
        for file in all {
            check_name(&file.name)?;
            match by_name.insert(file.name.to_lowercase(), file) {
                None => files.push(file),
                Some(other) if other.name != file.name => {
                    return Err(Error::usage(format!(
                        "the media files `{}` and `{}` differ in letter case alone; on Windows \
                         and macOS they are one file",
                        other.name, file.name
                    )));
                }
                Some(other) => {
                    if !same_content(other, file)? {
                        return Err(Error::usage(format!(
                            "two media files with different content are called `{}`",
                            file.name
                        )));
                    }
                }
            }
        }
        Ok(Self(files))
    }

    pub(super) fn files(&self) -> &[&'a MediaFile] {
        &self.0
    }

    /// Which media nothing refers to, and which references have no media.
    pub(super) fn references(&self, plan: &Plan<'_>) -> References {
        let in_fields = plan.notes.par_iter().fold(BTreeSet::new, |mut names, it| {
            for field in it.note.values() {
                add_field_references(&mut names, field);
            }
            names
        });
        let in_fields = in_fields.reduce(BTreeSet::new, |mut one, mut other| {
            one.append(&mut other);
            one
        });
        let mut in_types = BTreeSet::new();
        let mut seen = BTreeSet::new();
        for planned in &plan.notes {
            let note_type = planned.note.note_type();
            if seen.insert(note_type.id()) {
                add_type_references(&mut in_types, note_type);
            }
        }
        let names: BTreeSet<&str> = self.0.iter().map(|file| file.name.as_str()).collect();
        let asked = in_fields.union(&in_types);
        let missing = asked.filter(|name| !names.contains(&***name));
        // An import brings these in any case, for LaTeX and templates.
        let always = |name: &str| name.starts_with('_') || name.starts_with("latex-");
        let unused = names.iter().filter(|name| {
            !always(name) && !in_fields.contains(**name) && !in_types.contains(**name)
        });
        References {
            missing: missing.map(|name| name.to_string()).collect(),
            unused: unused.map(|name| (*name).to_owned()).collect(),
        }
    }
}

/// A media file while it is read.
pub(super) struct OpenMedia<'a> {
    label: Cow<'a, str>,
    reader: Box<dyn Read + 'a>,
}

impl<'a> OpenMedia<'a> {
    pub(super) fn new(file: &'a MediaFile) -> Result<Self, Error> {
        let (label, reader): (_, Box<dyn Read + 'a>) = match &file.source {
            MediaSource::Path(path) => {
                (path.to_string_lossy(), Box::new(files::open_disk(path)?.0))
            }
            MediaSource::Bytes(bytes) => (Cow::from(&file.name), Box::new(&bytes[..])),
            MediaSource::Project(files, path) => (Cow::from(&**path), files.open(path)?),
            MediaSource::Made(made) => (
                Cow::from(made.label()),
                Box::new(Cursor::new(made.bytes()?)),
            ),
        };
        Ok(Self { label, reader })
    }

    /// Fills the buffer as far as there are bytes; gives back how far.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::read(&*self.label, error)),
            }
        }
        Ok(filled)
    }
}

/// Refuses a name that Anki would change when it imports, because the references to it would
/// change too, in the learner's fields only.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    match name_problem(name) {
        None => Ok(()),
        Some(problem) => Err(Error::usage(format!(
            "the media file `{name}` needs another name: {problem}"
        ))),
    }
}

fn name_problem(name: &str) -> Option<&'static str> {
    let forbidden = |it: char| "[]<>:\"/?*^\\|".contains(it) || it.is_control() || it == '\u{a0}';
    if name.is_empty() || matches!(name, "." | "..") {
        Some("it has none")
    } else if name.contains(forbidden) {
        Some("Anki removes `[ ] < > : \" / ? * ^ \\ |`, no-break spaces and control characters")
    } else if name.contains(is_unknown) {
        Some("Anki removes characters that are younger than Unicode 10, such as newer emoji")
    } else if !name.nfc().eq(name.chars()) {
        Some("Anki keeps names in Unicode's normal form C")
    } else if name.ends_with([' ', '.']) {
        Some("it ends in a space or a dot, which Windows does not allow")
    } else if name.len() > LONGEST_NAME {
        Some("it is longer than 120 bytes")
    } else if is_device(name) {
        Some("Windows takes it for a device")
    } else {
        None
    }
}

/// Whether Windows knows the part before the first dot as a device.
pub(super) fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    let numbered = |stem: &str| {
        let number = stem
            .strip_prefix("com")
            .or_else(|| stem.strip_prefix("lpt"));
        number.is_some_and(|it| matches!(it.as_bytes(), [b'1'..=b'9']))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || numbered(&stem)
}

fn same_content(one: &MediaFile, other: &MediaFile) -> Result<bool, Error> {
    let same_place = match (&one.source, &other.source) {
        (MediaSource::Path(one), MediaSource::Path(other)) => one == other,
        (MediaSource::Bytes(one), MediaSource::Bytes(other)) => return Ok(one == other),
        _ => false,
    };
    if same_place {
        return Ok(true);
    }
    let mut open = (OpenMedia::new(one)?, OpenMedia::new(other)?);
    let mut buffers = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let lengths = (open.0.read(&mut buffers.0)?, open.1.read(&mut buffers.1)?);
        if buffers.0.get(..lengths.0) != buffers.1.get(..lengths.1) {
            return Ok(false);
        }
        if lengths.0 == 0 {
            return Ok(true);
        }
    }
}

fn add_field_references<'f>(names: &mut BTreeSet<Cow<'f, str>>, field: &'f str) {
    // Most fields have none, and looking for a character is fast.
    if !field.contains(['<', '[']) {
        return;
    }
    for reference in media_references(field) {
        // Anki leaves addresses and paths alone.
        let local = !reference.name.contains('/') && !reference.name.starts_with("data:");
        if local {
            names.insert(reference.name);
        }
    }
}

fn add_type_references<'t>(names: &mut BTreeSet<Cow<'t, str>>, note_type: &'t NoteType) {
    let sides = note_type
        .templates()
        .iter()
        .flat_map(|it| [&it.front, &it.back, &it.browser_front, &it.browser_back]);
    let in_templates = sides.flat_map(|side| template_references(side));
    let all = in_templates.chain(css_references(note_type.css()));
    names.extend(all.map(|reference| reference.name));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_anki_would_change_are_refused() {
        let check = |name: &str, expect: bool| {
            assert_eq!(name_problem(name).is_none(), expect, "{name:?}");
        };
        check("a.png", true);
        check("_font.woff2", true);
        check("größe 2.png", true);
        check("console.png", true);
        check("com10.png", true);
        check(&"a".repeat(120), true);
        check(&"a".repeat(121), false);
        check("", false);
        check(".", false);
        check("..", false);
        check("a/b.png", false);
        check("a\\b.png", false);
        check("a:b.png", false);
        check("a\tb.png", false);
        check("a\u{a0}b.png", false);
        check("e\u{301}.png", false);
        check("😀.png", true);
        check("🥰.png", false);
        check("a.", false);
        check("a ", false);
        check("CON.png", false);
        check("lpt1", false);
    }

    #[test]
    fn one_name_is_one_content() {
        let file = |name: &str, bytes: &[u8]| MediaFile {
            name: name.to_owned(),
            source: MediaSource::Bytes(bytes.into()),
        };
        let check = |files: &[MediaFile], expect: Result<usize, &str>| {
            let outcome = Media::new(files).map(|media| media.files().len());
            let outcome = outcome.map_err(|error| error.to_string());
            assert_eq!(outcome, expect.map_err(str::to_owned));
        };
        check(&[file("a.png", b"1"), file("b.png", b"1")], Ok(2));
        check(&[file("a.png", b"1"), file("a.png", b"1")], Ok(1));
        check(
            &[file("a.png", b"1"), file("a.png", b"2")],
            Err("two media files with different content are called `a.png`"),
        );
        check(
            &[file("a.png", b"1"), file("A.png", b"1")],
            Err(
                "the media files `a.png` and `A.png` differ in letter case alone; on Windows and \
                 macOS they are one file",
            ),
        );
    }
}
