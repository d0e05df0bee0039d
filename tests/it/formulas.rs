//! Formulas from their text to the package: macros, pictures, and back again.
#![cfg(feature = "formulas")]

use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::package::PackageReader;
use deckle::project::unpack::NoticeKind;
use deckle::project::{BuildOptions, Project};

use crate::cli::Place;
use crate::judge::judge;
use crate::unpack::round_trip;

const MANIFEST: &str = "format: 1\nname: Maths\nuid: 3b1e6a52-0c5d-4b7e-9a51-7d2f6c1b8e31\n";

const NOTES: &str = r"---
math: {engine: image, macros: macros.tex}
---
## What is $\R$, and what $\R$ again?

$$
\int_\R e^{-x^2}\,dx = \sqrt{\pi} % a comment
$$
| a | b |
|---|---|
| $\norm{x} < 1$ | $|x|$ |

## Chemistry: **$\ce{2H2 + O2 -> 2H2O}$**

$\begin{pmatrix} a & b \\ c & d \end{pmatrix}$, $\text{größer}$ and $f'$
";

const CLOZE: &str = r"---
math: {engine: image}
---
C: The derivative of $\sqrt{x}$ is {{c1::$\frac{1}{2\sqrt{x}}$::a hint}}.
";

const MACROS: &str =
    "\\newcommand{\\R}{\\mathbb{R}}\n\\newcommand{\\norm}[1]{\\lVert #1 \\rVert}\n";

fn project() -> Place {
    let place = Place::new(&[]);
    place.put("deckle.yaml", MANIFEST);
    place.put("macros.tex", MACROS);
    place.put("notes.md", NOTES);
    place.put("cloze.md", CLOZE);
    place
}

fn build(folder: &Path, output: &Path, time: i64) -> PathBuf {
    let options = BuildOptions::new(BuildTime::from_unix(time)).output(output);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let told: Vec<_> = build.report().diagnostics.iter().collect();
    assert!(told.is_empty(), "{told:?}");
    build.write().unwrap();
    output.to_owned()
}

fn fields(package: &Path) -> Vec<(String, i64)> {
    let contents = PackageReader::open(package).unwrap().into_contents();
    let notes = contents.notes.iter();
    notes
        .map(|it| (it.fields.to_string(), it.modified))
        .collect()
}

#[test]
fn pictures_of_formulas_are_found_and_come_back_as_their_source() {
    let place = project();
    let folder = place.folder();
    let package = build(&folder, &place.outer.path().join("one.apkg"), 1_700_000_000);
    let again = build(&folder, &place.outer.path().join("two.apkg"), 1_700_000_500);
    assert_eq!(fs::read(&package).unwrap(), fs::read(again).unwrap());
    let all: String = fields(&package).into_iter().map(|it| it.0).collect();
    assert!(
        all.contains("<img class=\"latex\" alt=\"$\\mathbb{R}$\" src=\"formula-"),
        "{all}"
    );
    assert!(!all.contains("\\("), "{all}");
    judge(std::slice::from_ref(&package));

    let (unpacked, rebuilt) = round_trip(&package);
    let lost: Vec<_> = unpacked
        .notices
        .iter()
        .filter(|it| it.kind == NoticeKind::Lost)
        .map(|it| it.text.as_str())
        .collect();
    let redrawn = ["10 pictures of formulas, which a build draws again from their sources"];
    assert_eq!(lost, redrawn);
    assert_eq!(unpacked.media, 0);
    assert!(
        !walk(&package.with_extension(""))
            .iter()
            .any(|it| it.ends_with("svg"))
    );
    assert_eq!(fields(&package), fields(&rebuilt));
    let mut text = String::new();
    for entry in walk(&package.with_extension("")) {
        if entry
            .extension()
            .is_some_and(|it| it == "yaml" || it == "md")
        {
            text.push_str(&fs::read_to_string(entry).unwrap());
        }
    }
    for formula in [
        r"What is $\mathbb{R}$",
        r"$$\int_\mathbb{R}e^{-x^2}\,dx = \sqrt{\pi}$$",
        r"$\ce{2H2 + O2 -> 2H2O}$",
        r"{{c1::$\frac{1}{2\sqrt{x}}$::a hint}}",
        "engine: image",
    ] {
        assert!(text.contains(formula), "{formula}: {text}");
    }
}

#[test]
fn another_macro_sends_out_the_notes_that_use_it() {
    let place = project();
    let folder = place.folder();
    let output = place.outer.path().join("one.apkg");
    let before = fields(&build(&folder, &output, 1_700_000_000));
    place.put("macros.tex", MACROS.replace("mathbb", "mathbf"));
    let after = fields(&build(&folder, &output, 1_700_009_000));
    let sent: Vec<bool> = before
        .iter()
        .zip(&after)
        .map(|(one, two)| one.1 < two.1)
        .collect();
    assert_eq!(
        sent.iter().filter(|it| **it).count(),
        1,
        "{before:?} {after:?}"
    );
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}
