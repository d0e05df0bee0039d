//! Which files are sources, and which decks their paths stand for.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use unicode_normalization::UnicodeNormalization;

use super::anki_text;
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned};
use crate::files::{file_name, parent};
use crate::source::dialect::FrontEnd;

/// What a source file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// `.md`, `.markdown`
    Markdown,
    /// `.yaml`, `.yml`
    Yaml,
    /// `.csv`, `.tsv`
    Table,
    /// `.txt`, and tables that begin as Anki's text files do.
    AnkiText,
    /// `.json`, where a project names such files; it is read as YAML, of which it is a part.
    Json,
    /// What another tool reads.
    Foreign(FrontEnd),
}

impl Dialect {
    /// By the file's extension, letter case aside.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let (_, extension) = file_name(path).rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "md" | "markdown" => Some(Self::Markdown),
            "yaml" | "yml" => Some(Self::Yaml),
            "csv" | "tsv" => Some(Self::Table),
            "txt" => Some(Self::AnkiText),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// By the beginning of the file, too: a table with Anki's lines at its top is Anki's, and any
    /// other `.txt` file is nothing.
    #[must_use]
    pub fn of_text(self, text: &str) -> Option<Self> {
        match (self, anki_text::begins(text)) {
            (Self::Table | Self::AnkiText, true) => Some(Self::AnkiText),
            (Self::AnkiText, false) => None,
            (other, _) => Some(other),
        }
    }
}

/// What deckle looks for where a project does not say.
pub const DEFAULT_SOURCES: &[&str] = &[
    "**/*.md",
    "**/*.markdown",
    "**/*.yaml",
    "**/*.yml",
    "**/*.csv",
    "**/*.tsv",
    "**/*.txt",
];

/// What never is a source, whatever a project says: the project's own files, files whose name
/// begins with `_`, what describes the folder to people, note types.
const NEVER: &[&str] = &[
    "deckle.yaml",
    "deckle.lock",
    "deckle.*.lock",
    "**/_*",
    "**/_*/**",
    "**/README.md",
    "**/README.markdown",
    "README.md",
    "types/**",
];

/// Sorts a project's files into sources and others.
#[derive(Debug, Clone)]
pub struct Selection {
    include: GlobSet,
    exclude: GlobSet,
}

impl Selection {
    /// Files that match one of `sources` and none of `exclude`; patterns that cannot be read are
    /// told. An empty `sources` stands for [`DEFAULT_SOURCES`].
    #[must_use]
    pub fn new(
        sources: &[Spanned<String>],
        exclude: &[Spanned<String>],
        sink: &mut Diagnostics,
    ) -> Self {
        let given = |patterns: &[&str]| -> Vec<Spanned<String>> {
            patterns
                .iter()
                .map(|it| Spanned::new((*it).to_owned(), Span::NONE))
                .collect()
        };
        let include = if sources.is_empty() {
            given(DEFAULT_SOURCES)
        } else {
            sources.to_vec()
        };
        let exclude: Vec<_> = given(NEVER)
            .into_iter()
            .chain(exclude.iter().cloned())
            .collect();
        Self {
            include: glob_set(&include, sink),
            exclude: glob_set(&exclude, sink),
        }
    }

    /// Files that match one of these patterns, whatever else they are.
    #[must_use]
    pub fn of(patterns: &[Spanned<String>], sink: &mut Diagnostics) -> Self {
        Self {
            include: glob_set(patterns, sink),
            exclude: GlobSet::empty(),
        }
    }

    /// Whether the file is left out, whatever its format is.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        let path: String = path.nfc().collect();
        self.exclude.is_match(&path)
    }

    /// Whether the file is one of them.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        let path: String = path.nfc().collect();
        self.include.is_match(&path) && !self.exclude.is_match(&path)
    }
}

/// Patterns with the meaning they have in .gitignore: `*` stops at `/`, one without `/` matches in
/// every folder, one that begins with `/` from the root, one that ends with `/` all inside.
fn glob_set(patterns: &[Spanned<String>], sink: &mut Diagnostics) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        let typed: String = pattern.value.nfc().collect();
        let inside = if typed.ends_with('/') {
            format!("{typed}**")
        } else {
            typed
        };
        let rooted = match inside.strip_prefix('/') {
            Some(rest) => rest.to_owned(),
            None if !inside.trim_end_matches("/**").contains('/') => format!("**/{inside}"),
            None => inside,
        };
        let glob = GlobBuilder::new(&rooted).literal_separator(true).build();
        match glob {
            Ok(glob) => {
                builder.add(glob);
            }
            Err(error) => sink.push(
                Diagnostic::new(Code::BadGlob, format!("`{}` is no pattern", pattern.value))
                    .at(pattern.span, error.kind().to_string())
                    .help("patterns are like those of .gitignore, such as `**/*.md` or `drafts/`"),
            ),
        }
    }
    builder.build().unwrap_or_else(|_| GlobSet::empty())
}

/// How paths become decks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeckLayout {
    /// Folders become decks.
    pub folders: bool,
    /// The file's name is the last part.
    pub file_as_deck: bool,
    /// `01 Cells` becomes `Cells`.
    pub strip_order_prefix: bool,
}

impl Default for DeckLayout {
    fn default() -> Self {
        Self {
            folders: true,
            file_as_deck: true,
            strip_order_prefix: true,
        }
    }
}

/// The deck of the folder `name` in the folder of which `above` is the deck.
#[must_use]
pub fn deck_of_folder(name: &str, above: &str, layout: DeckLayout) -> String {
    if layout.folders {
        format!("{above}::{}", deck_part(name, layout))
    } else {
        above.to_owned()
    }
}

/// The deck of the file at `path`, of which `folder` is the deck of the folder. `index` and a file
/// with the name of its folder are the folder's own.
#[must_use]
pub fn deck_of_file(path: &str, folder: &str, layout: DeckLayout) -> String {
    match part_of_file(path, layout).filter(|_| layout.folders && layout.file_as_deck) {
        Some(part) => format!("{folder}::{part}"),
        None => folder.to_owned(),
    }
}

/// The tag that the path of a file stands for below the name of the project: its folders and the
/// file, whether they make decks or not.
#[must_use]
pub fn tag_of_file(path: &str, project: &str, layout: DeckLayout) -> String {
    let folders = parent(path).split('/').filter(|it| !it.is_empty());
    let parts = folders.map(|name| deck_part(name, layout));
    let parts = parts.chain(part_of_file(path, layout));
    parts.fold(project.to_owned(), |above, part| format!("{above}::{part}"))
}

/// What a file is below its folder; `None` for one that is the folder's own.
fn part_of_file(path: &str, layout: DeckLayout) -> Option<String> {
    let name = file_name(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let inside = file_name(parent(path));
    let is_folder = stem.eq_ignore_ascii_case("index")
        || (!inside.is_empty() && deck_part(inside, layout) == deck_part(stem, layout));
    (!is_folder).then(|| deck_part(stem, layout))
}

/// What the name of a file or folder is in the name of a deck.
fn deck_part(name: &str, layout: DeckLayout) -> String {
    let name = if layout.strip_order_prefix {
        without_order(name)
    } else {
        name
    };
    // `::` in a file's name is a colon to its author, not a deck below a deck.
    name.replace("::", ":").replace('"', "'")
}

/// `01 Cells`, `01-Cells`, `01_Cells`, `1. Cells` without the number that orders them.
fn without_order(name: &str) -> &str {
    let rest = name.trim_start_matches(|it: char| it.is_ascii_digit());
    let digits = name.len() - rest.len();
    let title = rest
        .trim_start_matches(['.', ')'])
        .trim_start_matches([' ', '-', '_']);
    // Longer numbers are years and the like.
    if (1..=3).contains(&digits) && title.len() < rest.len() && !title.is_empty() {
        title
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stand_for_decks() {
        let decks_of = |path: &str, layout: DeckLayout| {
            let folders = parent(path).split('/').filter(|it| !it.is_empty());
            let folder = folders.fold("Bio".to_owned(), |above, name| {
                deck_of_folder(name, &above, layout)
            });
            let deck = deck_of_file(path, &folder, layout);
            (folder, deck)
        };
        let check = |path: &str, folder: &str, deck: &str| {
            let expect = (folder.to_owned(), deck.to_owned());
            assert_eq!(decks_of(path, DeckLayout::default()), expect, "{path}");
        };
        check("membrane.md", "Bio", "Bio::membrane");
        check("01 Cells/membrane.md", "Bio::Cells", "Bio::Cells::membrane");
        check("01-Cells/02_pumps.yaml", "Bio::Cells", "Bio::Cells::pumps");
        check("01 Cells/index.md", "Bio::Cells", "Bio::Cells");
        check("01 Cells/Cells.md", "Bio::Cells", "Bio::Cells");
        check("index.md", "Bio", "Bio");
        check("1984.md", "Bio", "Bio::1984");
        check("2024 exams.md", "Bio", "Bio::2024 exams");
        check("3D.md", "Bio", "Bio::3D");
        check("12.md", "Bio", "Bio::12");
        let flat = DeckLayout {
            folders: false,
            file_as_deck: false,
            strip_order_prefix: true,
        };
        assert_eq!(decks_of("a/b.md", flat).1, "Bio");
        let check = |path: &str, layout: DeckLayout, expect: &str| {
            assert_eq!(tag_of_file(path, "Bio", layout), expect, "{path}");
        };
        let plain = DeckLayout::default();
        check(
            "01 Cells/02 the membrane.md",
            plain,
            "Bio::Cells::the membrane",
        );
        check("01 Cells/index.md", plain, "Bio::Cells");
        check("index.md", plain, "Bio");
        check("01 Cells/02 membrane.md", flat, "Bio::Cells::membrane");
        let numbered = DeckLayout {
            strip_order_prefix: false,
            ..plain
        };
        check("01 Cells/a::b.md", numbered, "Bio::01 Cells::a:b");
    }

    #[test]
    fn sources_are_told_from_other_files() {
        let pattern = |it: &str| Spanned::new(it.to_owned(), Span::NONE);
        let mut sink = Diagnostics::new();
        let all = Selection::new(&[], &[pattern("audio/**"), pattern("drafts/")], &mut sink);
        let check = |path: &str, expect: bool| assert_eq!(all.holds(path), expect, "{path}");
        check("a.md", true);
        check("a/b.yml", true);
        check("a/b.markdown", true);
        check("a/_deck.yaml", false);
        check("_drafts/a.md", false);
        check("README.md", false);
        check("a/README.md", false);
        check("deckle.yaml", false);
        check("types/x/type.yaml", false);
        check("audio/x.md", false);
        check("deep/drafts/x.md", false);
        check("a.png", false);
        assert!(sink.is_empty());
        let _ = Selection::new(&[pattern("a[")], &[], &mut sink);
        assert_eq!(sink.iter().next().unwrap().code, Code::BadGlob);
    }
}
