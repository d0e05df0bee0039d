//! The edge cases that are about files and notes instead of fields, a test for each.

use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::PackageReader;
use deckle::project::{BuildOptions, Project};

/// The numbers of these cases.
pub(super) const CASES: [u8; 5] = [56, 57, 58, 61, 62];

/// What becomes of a file.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    codes: Vec<&'static str>,
    /// The fields that are filled, in the order of the notes.
    notes: Vec<String>,
    tags: Vec<String>,
    lock: String,
}

fn outcome(name: &str, text: &str) -> Outcome {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    fs::write(folder.join("deckle.yaml"), "format: 1\nname: N\nuid: u\n").unwrap();
    fs::write(folder.join(name), text).unwrap();
    let output = folder.join("out.apkg");
    let options = BuildOptions::new(BuildTime::from_unix(1_700_000_000)).output(&output);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let found = build.report().diagnostics.iter();
    let codes: Vec<&str> = found.map(|it| it.code.id()).collect();
    let mut outcome = Outcome {
        codes,
        notes: Vec::new(),
        tags: Vec::new(),
        lock: String::new(),
    };
    if build.report().diagnostics.has_errors() {
        return outcome;
    }
    build.write().unwrap();
    outcome.lock = fs::read_to_string(folder.join("deckle.lock")).unwrap();
    read(&output, &mut outcome);
    outcome
}

fn read(package: &Path, outcome: &mut Outcome) {
    let contents = PackageReader::open(package).unwrap().into_contents();
    let mut notes: Vec<_> = contents.notes.iter().collect();
    let place = |id: i64| {
        contents
            .cards
            .iter()
            .find(|it| it.note == id)
            .map(|it| it.due)
    };
    notes.sort_by_key(|it| place(it.id));
    for note in notes {
        let filled: Vec<&str> = note.fields().filter(|it| !it.is_empty()).collect();
        outcome.notes.push(filled.join(" | "));
        outcome.tags.push(note.tags().collect::<Vec<_>>().join(" "));
    }
}

const HEADINGS: &str = "---\ntags: [t]\n---\n# Section {.s}\n\n## a {#one}\n<!-- tags: [u] -->\n\nb\n\n---\n\nc\n\n## d {cloze}\n\n{{c1::e}} f\ng\n";
const LABELS: &str = "<!-- id: one -->\nQ: a\nA:\nb\n\nC: {{c1::d}}\nE: e\n\n---\n\nQ: f\nA: g\n";

#[test]
fn case_56_spaces_at_the_ends_of_lines_mean_nothing() {
    // Two of them would be a line break where a line of the same paragraph follows.
    let mean = |line: &str| line.starts_with("{{c1::e}}");
    for text in [HEADINGS, LABELS] {
        let line = |line: &str| {
            let end = if mean(line) || line.is_empty() {
                ""
            } else {
                "  "
            };
            format!("{line}{end}\n")
        };
        let spaced: String = text.lines().map(line).collect();
        assert_ne!(spaced, text);
        let outcome = [text, &spaced].map(|it| outcome("a.md", it));
        assert_eq!(outcome[0].codes, [""; 0]);
        assert_eq!(outcome[0].notes.len(), if text == LABELS { 3 } else { 2 });
        assert_eq!(outcome[0], outcome[1]);
    }
}

#[test]
fn case_57_line_ends_and_byte_order_marks_mean_nothing() {
    let yaml =
        "tags: [t]\nnotes:\n  - q: a\n    a: |\n      b\n\n      - c\n  - [d, \"e\n    f\"]\n";
    let table = "Front,Back,tags\na,b,t\n\"c, d\",e,\n";
    let anki = "#separator:tab\n#html:false\na\t\"b\nc\"\n";
    let files = [
        ("a.md", HEADINGS),
        ("a.md", LABELS),
        ("a.yaml", yaml),
        ("a.csv", table),
        ("a.txt", anki),
    ];
    for (name, text) in files {
        let plain = outcome(name, text);
        assert_eq!(plain.codes, [""; 0], "{name}");
        assert!(!plain.notes.is_empty(), "{name}");
        let ends = text.replace('\n', "\r\n");
        let marked = format!("\u{feff}{text}");
        let all = format!("\u{feff}{}", ends.trim_end());
        for other in [&ends, &marked, text.trim_end(), &all] {
            assert_eq!(outcome(name, other), plain, "{name}: {other:?}");
        }
    }
}

#[test]
fn case_58_text_directly_above_a_side_break_is_an_error() {
    let told = outcome("a.md", "## a\n\nb\n---\n\nc\n");
    assert_eq!(told.codes, ["E0112"]);
    let mended = outcome("a.md", "## a\n\nb\n\n---\n\nc\n");
    assert_eq!(mended.codes, [""; 0]);
    assert_eq!(mended.notes, ["<p>a</p><p>b</p> | c"]);
}

#[test]
fn case_61_a_label_in_a_file_of_headings_is_text() {
    let told = outcome("a.md", "## a\n\nb\n\nQ: c\n");
    assert_eq!(told.codes, ["W0116"]);
    assert_eq!(told.notes, ["a | <p>b</p><p>Q: c</p>"]);
    let meant = outcome("a.md", "## a\n\nb\n\n\\Q: c\n");
    assert_eq!((meant.codes, meant.notes), (Vec::new(), told.notes));
}

#[test]
fn case_62_private_characters_are_an_error_and_invisible_ones_stay() {
    for private in ['\u{e000}', '\u{f8ff}', '\u{f0000}', '\u{10fffd}'] {
        let told = outcome("a.md", &format!("## a\n\nb{private}\n"));
        assert_eq!(told.codes, ["E0118"], "{private:?}");
    }
    let kept = outcome("a.md", "## a\u{200b}b\n\nc\u{200d}d\u{fe0f}\n");
    assert_eq!(kept.codes, [""; 0]);
    assert_eq!(kept.notes, ["a\u{200b}b | c\u{200d}d\u{fe0f}"]);
}
