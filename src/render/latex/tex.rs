//! Formulas typeset by the TeX of the machine: `latex`, then `dvisvgm` or `dvipng`, as Anki itself
//! does on a desktop, but many in one run and within bounds.
//!
//! TeX is a programming language, and a deck may come from anywhere: it runs no other program, reads
//! and writes in its own temporary folder alone (beside its own packages), and is stopped after a
//! time or when it wrote too much.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rayon::prelude::*;

use super::document::{self, Document};
use super::log::{self, TexComplaint};
use super::svg;
use crate::files::{Cache, Command, CommandError, Finished, Workspace};

/// How many formulas share a document at most. More take no less time for each.
const MOST_TOGETHER: usize = 100;

/// How long one formula may take, and each more that stands with it.
const LONGEST: Duration = Duration::from_secs(20);
const LONGER_FOR_EACH: Duration = Duration::from_millis(200);

/// What one formula may write, and what its picture may have, in bytes.
const MOST_WRITTEN: u64 = 32 << 20;
const LARGEST_PICTURE: u64 = 4 << 20;

/// Up to so many formulas are typeset alone before it is asked whether any can be.
const FEW: usize = 4;

/// After so many formulas that did not come to an end the others are not tried: each costs the
/// whole time that it may take.
const MOST_ENDLESS: usize = 3;

/// Behind what the entries of the cache count from; to be changed with what is asked of the
/// programs, or made of what they write.
const MADE_WITH: &str = "deckle tex 2";

/// What stands in front of every document whose pictures are SVG: `tikz` then draws without
/// PostScript.
const DRIVER: &str = "\\def\\pgfsysdriver{pgfsys-dvisvgm.def}";

/// Marks of PostScript in what `latex` writes. It is never run: its interpreter in `dvisvgm` opens any
/// file of the machine (measured with dvisvgm 3.0.3 and Ghostscript 10.00).
const POSTSCRIPT: &[&[u8]] = &[b"ps:", b"psfile", b"PSfile"];

/// `latex` writes in 12 points by default, and cards in 20 pixels.
const ZOOM: &str = "-Z1.25";

/// Anki's own resolution of PNG pictures.
const RESOLUTION: &str = "200";

/// What stands around a formula, and what its picture is to be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Surroundings {
    pub(crate) preamble: String,
    pub(crate) postamble: String,
    pub(crate) svg: bool,
}

/// Why TeX made no picture of a formula.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TexError {
    /// Nobody said that it may run.
    Off,
    /// A program is not there.
    NotInstalled(&'static str),
    /// TeX refused it.
    Refused {
        message: String,
        /// The text at which TeX stopped.
        stopped_at: String,
        /// A file of a package that is not there.
        missing_file: Option<String>,
    },
    /// It was stopped, or something else came between.
    Stopped(String),
    /// It was not tried, because others before did not come to an end.
    GivenUp,
    /// Nothing of it can be seen.
    Blank,
    /// What came of it must not go into a package.
    Unfit(String),
}

impl fmt::Display for TexError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => formatter.write_str("this build does not run TeX"),
            Self::NotInstalled(program) => write!(formatter, "`{program}` is not installed"),
            Self::Refused { message, .. } => write!(formatter, "TeX says: {message}"),
            Self::Stopped(why) | Self::Unfit(why) => formatter.write_str(why),
            Self::GivenUp => write!(
                formatter,
                "not tried: {MOST_ENDLESS} formulas before it did not come to an end"
            ),
            Self::Blank => formatter.write_str("it typesets to nothing that can be seen"),
        }
    }
}

/// What became of a formula.
pub(crate) type Outcome = Result<Arc<[u8]>, TexError>;

/// The TeX of the machine, where it may be run. It is looked for when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct Tex {
    on: bool,
    latex: OnceLock<Option<String>>,
    dvisvgm: OnceLock<Option<String>>,
    dvipng: OnceLock<Option<String>>,
    endless: AtomicUsize,
}

impl Tex {
    /// One that may run, if `yes`.
    pub(crate) fn new(yes: bool) -> Self {
        Self {
            on: yes,
            ..Self::default()
        }
    }

    /// The pictures of these formulas, in their order. All have the same surroundings.
    pub(crate) fn typeset(
        &self,
        around: &Surroundings,
        sources: &[&str],
        cache: &Cache,
    ) -> Vec<Outcome> {
        let versions = match self.versions(around.svg) {
            Ok(versions) => versions,
            Err(error) => return vec![Err(error); sources.len()],
        };
        let key = |source: &str| key(around, source, &versions);
        let known = sources.par_iter().map(|it| cache.get("tex", &key(it)));
        let known: Vec<Option<Vec<u8>>> = known.collect();
        let (together, alone): (Vec<usize>, Vec<usize>) = (0..sources.len())
            .filter(|index| known.get(*index).is_none_or(Option::is_none))
            .partition(|index| {
                let source = sources.get(*index);
                source.is_some_and(|it| document::is_sociable(it))
            });
        let mut made: BTreeMap<usize, Outcome> = BTreeMap::new();
        let chunks: Vec<&[usize]> = together.chunks(MOST_TOGETHER).collect();
        let pages: Vec<BTreeMap<usize, Vec<u8>>> = chunks
            .par_iter()
            .map(|it| self.together(around, sources, it))
            .collect();
        for (index, bytes) in pages.into_iter().flatten() {
            made.insert(index, Ok(bytes.into()));
        }
        let rest = together.iter().filter(|it| !made.contains_key(it));
        let mut alone: Vec<usize> = rest.chain(&alone).copied().collect();
        if alone.len() > FEW
            && let Some(error) = self.broken(around)
        {
            let refused = std::mem::take(&mut alone).into_iter();
            made.extend(refused.map(|index| (index, Err(error.clone()))));
        }
        let outcomes: Vec<(usize, Outcome)> = alone
            .par_iter()
            .map(|index| {
                let source = sources.get(*index).copied().unwrap_or_default();
                (*index, self.alone(around, source))
            })
            .collect();
        made.extend(outcomes);
        for (index, outcome) in &made {
            if let (Ok(bytes), Some(source)) = (outcome, sources.get(*index)) {
                cache.put("tex", &key(source), bytes);
            }
        }
        let outcome = |(index, known): (usize, Option<Vec<u8>>)| match known {
            Some(bytes) => Ok(bytes.into()),
            None => made.remove(&index).unwrap_or(Err(TexError::Blank)),
        };
        known.into_iter().enumerate().map(outcome).collect()
    }

    /// What the programs say of themselves.
    fn versions(&self, svg: bool) -> Result<String, TexError> {
        if !self.on {
            return Err(TexError::Off);
        }
        let (cell, name) = if svg {
            (&self.dvisvgm, "dvisvgm")
        } else {
            (&self.dvipng, "dvipng")
        };
        let latex = self.latex.get_or_init(|| version("latex"));
        let latex = latex.as_ref().ok_or(TexError::NotInstalled("latex"))?;
        let picture = cell.get_or_init(|| version(name)).as_ref();
        let picture = picture.ok_or(TexError::NotInstalled(name))?;
        Ok(format!("{latex}\n{picture}"))
    }

    /// The pictures of formulas in one document. Those that are missing are to be typeset alone:
    /// something in the document went wrong, and what TeX says of one alone is what counts.
    fn together(
        &self,
        around: &Surroundings,
        sources: &[&str],
        members: &[usize],
    ) -> BTreeMap<usize, Vec<u8>> {
        let mut made = BTreeMap::new();
        // Halves of halves; a stack, so that no depth of a call depends on what is typeset.
        let mut open = vec![(members.to_vec(), 0)];
        while let Some((members, tries)) = open.pop() {
            if members.len() < 2 {
                continue;
            }
            let part = |index: &usize| sources.get(*index).copied().unwrap_or_default();
            let parts: Vec<&str> = members.iter().map(part).collect();
            let document = document::together(&around.preamble, &around.postamble, &parts);
            let expected = members.len();
            match self.run(around, &document, expected, expected) {
                Ok(pages) if pages.len() == expected => {
                    made.extend(members.into_iter().zip(pages));
                }
                // Halves would take the whole time again and again.
                Err(Failure::Error(TexError::Stopped(_) | TexError::GivenUp)) => {}
                Err(Failure::Complaints(told)) if tries < 2 => {
                    let bad = blamed(&told, &document);
                    let good = members.iter().enumerate();
                    let good = good.filter(|(at, _)| !bad.contains(at));
                    let good: Vec<usize> = good.map(|(_, it)| *it).collect();
                    if good.len() < members.len() {
                        open.push((good, tries + 1));
                    } else if self.broken(around).is_none() {
                        open.extend(halves(&members).map(|it| (it, 0)));
                    }
                }
                _ => open.extend(halves(&members).map(|it| (it, 0))),
            }
        }
        made
    }

    /// What is wrong with what stands around every formula, if anything is.
    fn broken(&self, around: &Surroundings) -> Option<TexError> {
        self.alone(around, "x").err()
    }

    fn alone(&self, around: &Surroundings, source: &str) -> Outcome {
        let document = document::alone(&around.preamble, &around.postamble, source);
        match self.run(around, &document, 1, usize::MAX) {
            Ok(pages) => pages
                .into_iter()
                .next()
                .map(Into::into)
                .ok_or(TexError::Blank),
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Complaints(told)) => Err(refused(&told)),
        }
    }

    /// Typesets a document and makes pictures of its first `wanted` pages, of which there may be
    /// `most`.
    fn run(
        &self,
        around: &Surroundings,
        document: &Document,
        wanted: usize,
        most: usize,
    ) -> Result<Vec<Vec<u8>>, Failure> {
        if self.endless.load(Ordering::Relaxed) >= MOST_ENDLESS {
            return Err(TexError::GivenUp.into());
        }
        let folder = Workspace::new().map_err(|error| TexError::Stopped(error.to_string()))?;
        let driver = if around.svg { DRIVER } else { "" };
        let text = format!("{driver}{}", document.text);
        let written = folder.write("formula.tex", text.as_bytes());
        written.map_err(|error| TexError::Stopped(error.to_string()))?;
        let count = u32::try_from(document.lines.len()).unwrap_or(u32::MAX);
        let finished = self.command(&folder, "latex", count, LATEX_ARGUMENTS)?;
        let log = folder.read("formula.log", MOST_WRITTEN).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        if !finished.is_success() {
            let told = log::complaints(&log, "formula.tex");
            return Err(if told.is_empty() {
                let words = finished.last_words(3);
                TexError::Stopped(format!("`latex` gave up: {words}")).into()
            } else {
                Failure::Complaints(told)
            });
        }
        let pages = log::pages(&log);
        if pages < wanted || pages > most {
            return Err(TexError::Blank.into());
        }
        let dvi = folder.read("formula.dvi", MOST_WRITTEN).unwrap_or_default();
        let has = |mark: &&[u8]| dvi.windows(mark.len()).any(|it| it == *mark);
        if POSTSCRIPT.iter().any(has) {
            let why = if around.svg {
                "it draws with PostScript, which is not run"
            } else {
                "it draws with PostScript, which is not run; `tikz` needs `latex: {svg: true}`"
            };
            return Err(TexError::Unfit(why.to_owned()).into());
        }
        let range = format!("-p1-{wanted}");
        let (program, arguments) = if around.svg {
            let bounds = ["-v3", "-n", "-e", "-d3", "--no-specials=ps", ZOOM];
            let pages = [range.as_str(), "-opage-%1p.svg"];
            ("dvisvgm", bounds.into_iter().chain(pages).collect())
        } else {
            let size = ["-D", RESOLUTION, "-bg", "Transparent", "-T", "tight"];
            let output = ["-q", "--nogs", "-o", "page-%d.png"];
            ("dvipng", size.into_iter().chain(output).collect())
        };
        let mut arguments: Vec<&str> = arguments;
        arguments.push("formula.dvi");
        let finished = self.command(&folder, program, count, &arguments)?;
        if !finished.is_success() {
            let words = finished.last_words(3);
            return Err(TexError::Stopped(format!("`{program}` gave up: {words}")).into());
        }
        (1..=wanted)
            .map(|page| picture(&folder, around.svg, page).map_err(Failure::Error))
            .collect()
    }

    fn command(
        &self,
        folder: &Workspace,
        program: &'static str,
        count: u32,
        arguments: &[&str],
    ) -> Result<Finished, TexError> {
        let longest = LONGEST + LONGER_FOR_EACH * count.saturating_sub(1);
        let command = Command::new(program, folder.path())
            .arguments(arguments)
            .longest(longest)
            .most(MOST_WRITTEN.saturating_mul(2));
        let bounds = BOUNDS.iter().fold(command, |command, (name, value)| {
            command.variable(*name, *value)
        });
        bounds.run().map_err(|error| match error {
            CommandError::Missing(_) => TexError::NotInstalled(program),
            CommandError::TooLong { .. } => {
                // With others in the document nobody knows yet who it was.
                if count == 1 {
                    self.endless.fetch_add(1, Ordering::Relaxed);
                }
                TexError::Stopped(error.to_string())
            }
            other => TexError::Stopped(other.to_string()),
        })
    }
}

const LATEX_ARGUMENTS: &[&str] = &[
    "-interaction=nonstopmode",
    "-file-line-error",
    "-no-shell-escape",
    "formula.tex",
];

/// The environment that TeX is bound by. `p` is paranoid: no absolute paths, none that lead up, no
/// hidden files, whatever the installation allows.
const BOUNDS: &[(&str, &str)] = &[
    ("openin_any", "p"),
    ("openout_any", "p"),
    ("shell_escape", "f"),
    ("max_print_line", "1000"),
    ("error_line", "254"),
    ("half_error_line", "238"),
    ("MKTEXTFM", "0"),
    ("MKTEXPK", "0"),
    ("MKTEXMF", "0"),
    ("MKTEXTEX", "0"),
    ("SOURCE_DATE_EPOCH", "0"),
    ("FORCE_SOURCE_DATE", "1"),
];

/// Why a document gave no pictures.
enum Failure {
    Complaints(Vec<TexComplaint>),
    Error(TexError),
}

impl From<TexError> for Failure {
    fn from(error: TexError) -> Self {
        Self::Error(error)
    }
}

/// The places of the formulas that TeX complains about.
fn blamed(told: &[TexComplaint], document: &Document) -> BTreeSet<usize> {
    let lines = told.iter().filter_map(|it| it.line);
    lines
        .filter_map(|line| document.lines.iter().position(|it| it.contains(&line)))
        .collect()
}

fn halves(members: &[usize]) -> impl Iterator<Item = Vec<usize>> {
    let (first, second) = members.split_at(members.len() / 2);
    [second.to_vec(), first.to_vec()].into_iter()
}

fn refused(told: &[TexComplaint]) -> TexError {
    let missing = told.iter().find_map(|it| log::missing_file(&it.message));
    let first = told.first();
    TexError::Refused {
        message: first.map_or_else(String::new, |it| it.message.clone()),
        stopped_at: first.map_or_else(String::new, |it| it.stopped_at.clone()),
        missing_file: missing.map(str::to_owned),
    }
}

fn picture(folder: &Workspace, is_svg: bool, page: usize) -> Result<Vec<u8>, TexError> {
    let extension = if is_svg { "svg" } else { "png" };
    let name = format!("page-{page}.{extension}");
    let Some(bytes) = folder.read(&name, LARGEST_PICTURE) else {
        let why = format!("its picture is missing, or has more than {LARGEST_PICTURE} bytes");
        return Err(TexError::Unfit(why));
    };
    if !is_svg {
        return Ok(bytes);
    }
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| TexError::Unfit("`dvisvgm` wrote no text".to_owned()))?;
    svg::tidy(&text)
        .map(String::into_bytes)
        .map_err(TexError::Unfit)
}

/// The first line that a program says of its version; `None` where it is not there.
fn version(program: &str) -> Option<String> {
    let folder = Workspace::new().ok()?;
    let command = Command::new(program, folder.path()).arguments(["--version"]);
    let finished = command.longest(LONGEST).run().ok()?;
    let text = String::from_utf8_lossy(&finished.output).into_owned();
    // `dvipng` names its path in the first line, and its version again in the second.
    let line = text
        .lines()
        .find(|it| !it.contains(['/', '\\']) || it.contains("TeX"));
    finished
        .is_success()
        .then(|| line.unwrap_or_default().to_owned())
}

fn key(around: &Surroundings, source: &str, versions: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let kind = if around.svg { ZOOM } else { RESOLUTION };
    for part in [
        MADE_WITH,
        kind,
        versions,
        &around.preamble,
        &around.postamble,
        source,
    ] {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        hasher.update(&length.to_le_bytes()).update(part.as_bytes());
    }
    hasher.finalize().into()
}
