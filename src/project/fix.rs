//! The mends that leave no doubt, written into the sources of a project.
//!
//! A mend may bring to light what stood behind it, so the project is read again with the new
//! texts until no certain mend is left. A finding that stays in spite of its mend takes the
//! changes of its file back: what does not help must not be written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::overlay::with_texts;
use super::{BuildOptions, Project, Report, build, variants};
use crate::Error;
use crate::diag::{Code, Diagnostic, Sources, Span};
use crate::files::Disk;

/// How often the project is read again at most; what is certain then is left for the next run.
const MOST_ROUNDS: usize = 40;

/// What is to be mended in which file.
#[derive(Debug)]
#[must_use = "a plan changes nothing until it is written"]
pub struct FixPlan {
    root: PathBuf,
    report: Report,
    files: Vec<FixedFile>,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FixedFile {
    /// Its path, relative to [`FixPlan::root`], with `/` between its parts.
    pub path: String,
    /// Its text.
    pub before: String,
    /// Its text with the changes.
    pub after: String,
    /// The mends, in the order in which they were made.
    pub mends: Vec<Mend>,
}

/// A mend of one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mend {
    /// The line of the finding, from 1.
    pub line: usize,
    /// The code of the finding.
    pub code: Code,
    /// What is wrong.
    pub problem: String,
    /// What the change does.
    pub change: String,
}

impl FixPlan {
    /// What a check says of the project when the mends are made.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The folder that paths are relative to.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The files that change, in the order of their paths.
    #[must_use]
    pub fn files(&self) -> &[FixedFile] {
        &self.files
    }

    /// How many findings are mended.
    #[must_use]
    pub fn mends(&self) -> usize {
        self.files.iter().map(|it| it.mends.len()).sum()
    }

    /// Writes the files, each at once or not at all, and returns the report of what is left.
    ///
    /// # Errors
    /// When a file cannot be written or was changed meanwhile; the files before it then are
    /// written. Running the same again goes on from there.
    pub fn write(self) -> Result<Report, Error> {
        let disk = Disk::new(&self.root)?;
        for file in &self.files {
            disk.replace(&file.path, file.before.as_bytes(), file.after.as_bytes())?;
        }
        Ok(self.report)
    }
}

/// A file on its way.
struct Draft {
    before: String,
    now: String,
    mends: Vec<Mend>,
}

/// Findings that a round mended, to be recognized should they stay: file, code, message, and how
/// much of the file stands behind the place, which no mend of it changes.
type Mended = BTreeSet<(String, Code, String, usize)>;

/// The edits of a file by where they start: where they end, and what comes in.
type Edits<'e> = BTreeMap<u32, (u32, &'e str)>;

pub(super) fn fix(project: &Project, options: &BuildOptions) -> Result<FixPlan, Error> {
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    let mut given_up: BTreeSet<String> = BTreeSet::new();
    let mut mended = Mended::new();
    let mut report = build::build(project, options)?.into_report();
    for _ in 0..MOST_ROUNDS {
        let stayed: BTreeSet<&str> = report
            .diagnostics
            .iter()
            .filter_map(|it| key(it, &report.sources))
            .filter_map(|it| mended.get(&it).map(|(path, ..)| path.as_str()))
            .collect();
        for path in &stayed {
            drafts.remove(*path);
            given_up.insert((*path).to_owned());
        }
        let took_back = !stayed.is_empty();
        mended = round(&report, &mut drafts, &given_up, took_back);
        if mended.is_empty() && !took_back {
            break;
        }
        let texts = drafts.iter();
        let texts = texts.map(|(path, it)| (path.clone(), it.now.clone().into_bytes()));
        let tried = with_texts(project, texts.collect());
        report = build::build(&tried, options)?.into_report();
    }
    let files = drafts.into_iter().map(|(path, draft)| FixedFile {
        path,
        before: draft.before,
        after: draft.now,
        mends: draft.mends,
    });
    Ok(FixPlan {
        root: project.root.clone(),
        report,
        files: files.filter(|it| it.before != it.after).collect(),
    })
}

/// Makes the certain mends of one reading that do not overlap, the first ones first; none where a
/// file was just taken back, because the places in it are those of the text that is gone.
fn round(
    report: &Report,
    drafts: &mut BTreeMap<String, Draft>,
    given_up: &BTreeSet<String>,
    took_back: bool,
) -> Mended {
    let mut mended = Mended::new();
    if took_back {
        return mended;
    }
    let sources = &report.sources;
    let mut edits: BTreeMap<&str, Edits<'_>> = BTreeMap::new();
    for found in &report.diagnostics {
        let Some(fix) = found.fix.as_ref().filter(|it| it.certain) else {
            continue;
        };
        let may = fix.edits.iter().all(|(span, _)| {
            let path = sources.path(span.file);
            sources.text(span.file).get(span.range()).is_some()
                && !given_up.contains(path)
                && !variants::is_lock(path)
                && edits.get(path).is_none_or(|it| is_free(it, *span))
        });
        let Some(key) = key(found, sources).filter(|_| may) else {
            continue;
        };
        for (span, text) in &fix.edits {
            let path = sources.path(span.file);
            draft(drafts, *span, sources);
            let edits = edits.entry(path).or_default();
            edits.insert(span.start, (span.end, text));
        }
        draft(drafts, found.span(), sources).mends.push(Mend {
            line: sources.position(found.span()).map_or(1, |it| it.line),
            code: found.code,
            problem: found.message.clone(),
            change: fix.message.clone(),
        });
        mended.insert(key);
    }
    for (path, edits) in edits {
        if let Some(draft) = drafts.get_mut(path) {
            draft.now = applied(&draft.now, &edits);
        }
    }
    mended
}

/// The draft of the file that a span stands in; its text so far is the one that was read.
fn draft<'d>(
    drafts: &'d mut BTreeMap<String, Draft>,
    span: Span,
    sources: &Sources,
) -> &'d mut Draft {
    let text = sources.text(span.file);
    let path = sources.path(span.file).to_owned();
    drafts.entry(path).or_insert_with(|| Draft {
        before: text.to_owned(),
        now: text.to_owned(),
        mends: Vec::new(),
    })
}

/// Whether a span touches no edit. Two insertions at one place do: their order would be a guess.
fn is_free(edits: &Edits<'_>, span: Span) -> bool {
    let before = edits.range(..span.start).next_back();
    let behind = edits.range(span.start..).next();
    before.is_none_or(|(_, (end, _))| *end <= span.start)
        && behind.is_none_or(|(start, _)| *start != span.start && *start >= span.end)
}

fn applied(text: &str, edits: &Edits<'_>) -> String {
    let mut new = String::with_capacity(text.len() + 16 * edits.len());
    let mut from = 0;
    for (start, (end, replacement)) in edits {
        new.push_str(text.get(from..*start as usize).unwrap_or_default());
        new.push_str(replacement);
        from = *end as usize;
    }
    new.push_str(text.get(from..).unwrap_or_default());
    new
}

fn key(found: &Diagnostic, sources: &Sources) -> Option<(String, Code, String, usize)> {
    let span = found.span();
    let file = sources.get(span.file)?;
    let behind = file.text().len().saturating_sub(span.end as usize);
    Some((
        file.path().to_owned(),
        found.code,
        found.message.clone(),
        behind,
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::files::Memory;
    use crate::model::BuildTime;
    use crate::project::Scope;

    /// Pieces that mends are made of.
    const PIECES: &[&str] = &[
        "- q: ",
        "\n  a: ",
        "- [",
        "]",
        "\n",
        "\n\n",
        "x: y",
        "{{c1::",
        "{{ c1::x}}",
        "}}",
        "\"",
        "'",
        "\\frac",
        "`x`",
        "&x",
        "*x",
        " #",
        "\t",
        "![](a b.png)",
        "![](A.png)",
        "\u{8}",
        "\\begin{align}",
        "\\end{align}",
        "## ",
        "é",
        "word ",
        "[sound:a.mp3]",
        "C: ",
        "$",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// Mending ends, and leaves nothing behind that it would mend.
        #[test]
        fn mends_come_to_an_end(pieces in prop::collection::vec(0..PIECES.len(), 0..24)) {
            let text: String = pieces.iter().map(|it| PIECES[*it]).collect();
            let files = Memory::new()
                .with("a.yaml", text.as_str())
                .with("b.md", text.as_str())
                .with("a.png", crate::files::sample::sample("a.png", "x"));
            let project = Project {
                files: Arc::new(files),
                root: PathBuf::from("nowhere"),
                scope: Scope::Folder { name: "Soup".to_owned() },
                variant: None,
            };
            let options = BuildOptions::new(BuildTime::from_unix(1));
            let plan = fix(&project, &options).unwrap();
            let texts = plan.files().iter();
            let texts = texts.map(|it| (it.path.clone(), it.after.clone().into_bytes()));
            let again = fix(&with_texts(&project, texts.collect()), &options).unwrap();
            prop_assert_eq!(again.mends(), 0, "{:#?}", plan.files());
        }
    }

    #[test]
    fn only_what_does_not_touch_is_made_in_one_round() {
        let file = Sources::new().add("a", "0123456789");
        let span = |range| Span::new(file, range);
        let edits = Edits::from([(2, (4, "x")), (6, (6, "y"))]);
        assert!(is_free(&edits, span(0..2)));
        assert!(is_free(&edits, span(4..6)));
        assert!(!is_free(&edits, span(3..5)));
        assert!(!is_free(&edits, span(2..2)));
        assert!(!is_free(&edits, span(6..6)));
        assert!(!is_free(&edits, span(5..7)));
        assert_eq!(applied("0123456789", &edits), "01x45y6789");
    }
}
