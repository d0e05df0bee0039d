//! The texts that diagnostics point into.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;

use super::Diagnostics;
use super::lines::Lines;
use super::span::{FileId, Span};

/// One source file: its path as shown to people, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    path: String,
    text: String,
    /// Made when a place is asked for the first time: most files have no findings.
    lines: OnceLock<Lines>,
}

impl SourceFile {
    /// The path, relative to the project, with `/` between its parts.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line that holds a byte, from 0, and its bytes without the line break.
    pub(super) fn line_around(&self, at: usize) -> (usize, Range<usize>) {
        self.lines().around(&self.text, at)
    }

    fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(&self.text))
    }
}

/// All files that were read in one run.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

/// A line and a column as people count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl Sources {
    /// No files yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a file in, and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId::from_index(self.files.len());
        self.files.push(SourceFile {
            path: path.into(),
            text: text.into(),
            lines: OnceLock::new(),
        });
        id
    }

    /// Takes in the files of another run of the same project, and returns what was found in them as
    /// findings of this run. A file that both have read is one.
    pub(crate) fn unite(&mut self, other: Self, found: Diagnostics) -> Diagnostics {
        let mut known: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, file) in self.files.iter().enumerate() {
            known.entry(file.path.clone()).or_default().push(index);
        }
        let mut moved = Vec::with_capacity(other.files.len());
        for file in other.files {
            let same = known.get(&file.path).into_iter().flatten();
            let mut same = same.filter(|it| {
                let known = self.files.get(**it);
                known.is_some_and(|known| known.text == file.text)
            });
            let index = same.next().copied().unwrap_or_else(|| {
                self.files.push(file);
                self.files.len() - 1
            });
            moved.push(FileId::from_index(index));
        }
        with_files(found, |file| {
            moved.get(file.index()).copied().unwrap_or(FileId::NONE)
        })
    }

    /// Takes the files of another run in, whose root is this folder, and returns what was found in
    /// them as findings of this run.
    pub(crate) fn absorb(&mut self, other: Self, folder: &str, found: Diagnostics) -> Diagnostics {
        let behind = self.files.len();
        self.files
            .extend(other.files.into_iter().map(|it| SourceFile {
                path: format!("{folder}/{}", it.path),
                ..it
            }));
        with_files(found, |file| FileId::from_index(behind + file.index()))
    }

    /// Frees the texts of files that none of the findings points into: they can be as large as
    /// all that is built of them.
    pub(crate) fn keep_what_is_told(&mut self, diagnostics: &Diagnostics) {
        let mut told = vec![false; self.files.len()];
        for diagnostic in diagnostics {
            let labels = diagnostic.labels.iter().map(|label| label.span);
            let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
            for span in labels.chain(edits.map(|(span, _)| *span)) {
                if let Some(told) = told.get_mut(span.file.index()) {
                    *told = true;
                }
            }
        }
        for (file, told) in self.files.iter_mut().zip(told) {
            if !told {
                file.text = String::new();
                file.lines = OnceLock::new();
            }
        }
    }

    /// How many files there are.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// The ids of all files, in their order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len()).map(FileId::from_index)
    }

    /// The file of an id.
    #[must_use]
    pub fn get(&self, file: FileId) -> Option<&SourceFile> {
        self.files.get(file.index())
    }

    /// The path of a file; empty for [`FileId::NONE`].
    #[must_use]
    pub fn path(&self, file: FileId) -> &str {
        self.get(file).map_or("", SourceFile::path)
    }

    /// The text of a file; empty for [`FileId::NONE`].
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        self.get(file).map_or("", SourceFile::text)
    }

    /// The characters under a span; empty where there are none.
    #[must_use]
    pub fn snippet(&self, span: Span) -> &str {
        self.get(span.file)
            .and_then(|file| file.text.get(span.range()))
            .unwrap_or("")
    }

    /// The position of a span's first character.
    #[must_use]
    pub fn position(&self, span: Span) -> Option<Position> {
        self.position_at(span.file, span.start as usize)
    }

    /// The position of a byte of a file; a byte behind the end counts as the end.
    #[must_use]
    pub fn position_at(&self, file: FileId, offset: usize) -> Option<Position> {
        let file = self.get(file)?;
        let offset = offset.min(file.text.len());
        Some(file.lines().position(&file.text, offset))
    }

    /// The line of a byte of a file and its column in UTF-16 units, both from 1; a byte behind the
    /// end counts as the end.
    pub(super) fn utf16(&self, file: FileId, offset: usize) -> Option<(usize, usize)> {
        let file = self.get(file)?;
        let offset = offset.min(file.text.len());
        Some(file.lines().utf16(&file.text, offset))
    }
}

/// The findings, pointing into other files.
fn with_files(mut found: Diagnostics, moved: impl Fn(FileId) -> FileId) -> Diagnostics {
    let point = |span: &mut Span| {
        if span.is_some() {
            span.file = moved(span.file);
        }
    };
    for diagnostic in found.iter_mut() {
        let labels = diagnostic.labels.iter_mut().map(|it| &mut it.span);
        labels.for_each(point);
        let edits = diagnostic.fix.iter_mut().flat_map(|it| &mut it.edits);
        edits.map(|(span, _)| span).for_each(point);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters_from_one() {
        let mut sources = Sources::new();
        let file = sources.add("a.md", "añb\nc\n");
        let at = |offset| {
            let position = sources.position_at(file, offset).unwrap();
            (position.line, position.column)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(3), (1, 3));
        assert_eq!(at(5), (2, 1));
        assert_eq!(at(7), (3, 1));
        assert_eq!(at(700), (3, 1));
        assert_eq!(sources.position(Span::NONE), None);
    }
}
