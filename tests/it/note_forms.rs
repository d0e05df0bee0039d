//! The ways a note can be written, from files to what stands in the package, which both backends of
//! Anki then take. Whole projects are in `golden.rs`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::PackageReader;
use deckle::project::ids::IdOptions;
use deckle::project::{BuildOptions, Project};

use crate::judge::judge;

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// The findings, a line each, and the notes in their order: note type, decks, tags and fields.
fn built(folder: &Path) -> String {
    let output = folder.join("out.apkg");
    let options = BuildOptions::new(BuildTime::from_unix(1_795_320_000)).output(&output);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let report = build.report();
    let mut out = String::new();
    for it in &report.diagnostics {
        writeln!(out, "{}", deckle::diag::render_short(it, &report.sources)).unwrap();
    }
    if report.diagnostics.has_errors() {
        return out;
    }
    build.write().unwrap();
    let contents = PackageReader::open(&output).unwrap().into_contents();
    let types: BTreeMap<i64, &str> = contents
        .note_types
        .iter()
        .map(|it| (it.id, &*it.name))
        .collect();
    let decks: BTreeMap<i64, &str> = contents.decks.iter().map(|it| (it.id, &*it.name)).collect();
    let mut notes = Vec::new();
    for note in &contents.notes {
        let cards = contents.cards.iter().filter(|it| it.note == note.id);
        let cards: Vec<_> = cards.collect();
        let due = cards.iter().map(|it| it.due).min().unwrap_or_default();
        let tags: Vec<&str> = note.tags().collect();
        let fields: Vec<&str> = note.fields().collect();
        let fields = fields.join(" | ");
        let deck = cards.first().map_or("", |it| decks[&it.deck]);
        let line = format!(
            "{} x{} in {deck} [{}] {}",
            types[&note.note_type],
            cards.len(),
            tags.join(" "),
            fields.trim_end_matches([' ', '|'])
        );
        notes.push((due, line));
    }
    notes.sort();
    for (_, line) in notes {
        // Hashes of contents are of no interest here.
        let mut shown = String::new();
        let mut rest = line.as_str();
        while let Some(at) = rest.find('-') {
            let hash = rest
                .get(at + 1..at + 17)
                .filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
            shown.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            if hash.is_some() {
                shown.push('#');
                rest = &rest[16..];
            }
        }
        writeln!(out, "{shown}{rest}").unwrap();
    }
    out
}

#[track_caller]
fn check(files: &[(&str, &str)], expect: &[&str]) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    write(&folder, files);
    let found = built(&folder);
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found, expect);
    judge(&[folder.join("out.apkg")]);
}

const MANIFEST: &str = "format: 1\nname: N\nuid: 5d0c2f0e-7a51-4c1e-9d5e-0f6f1a2b3c4d\n";

#[test]
fn cells_are_fields() {
    // Rows 9 and 28 of the edge cases, and their neighbors.
    check(
        &[
            ("deckle.yaml", MANIFEST),
            (
                "a.md",
                "<!-- notes -->\n\n| Front | Back |\n|---|---|\n| $x|y$ | `a|b` |\n| {{c1::a\\|b}} | c |\n| {{c1::d|e}} | f |\n| 1. May | - |\n| g<br>h | **i** \\| j |\n| $\\|v\\|$ | `p \\| q` |\n",
            ),
        ],
        &[
            "Basic (deckle) x1 in N::a [] \\(x|y\\) | <code>a|b</code>",
            "Cloze (deckle) x1 in N::a [] {{c1::a|b}} | c",
            "Cloze (deckle) x1 in N::a [] {{c1::d|e}} | f",
            "Basic (deckle) x1 in N::a [] 1. May | -",
            "Basic (deckle) x1 in N::a [] g<br>h | <strong>i</strong> | j",
            "Basic (deckle) x1 in N::a [] \\(\\|v\\|\\) | <code>p | q</code>",
        ],
    );
}

#[test]
fn forms_of_yaml_become_code_formulas_and_the_text_of_files() {
    check(
        &[
            ("deckle.yaml", MANIFEST),
            (
                "a.yaml",
                "- {front: a, back: {code: 'let a = \"```\";', lang: rust}}\n- {front: b, back: {math: '\\frac{1}{2}'}}\n- {front: c, back: [{code: x}, {math: y}]}\n- {front: d, back: {file: _d.md}}\n- {front: e, back: {file: sub/e.html}}\n- front: f\n  back:\n    code: |\n      if a {\n          b\n      }\n    lang: rust\n",
            ),
            ("_d.md", "\u{feff}*d*\r\n\r\n- e\r\n"),
            ("sub/e.html", "<b>e</b>\n"),
        ],
        &[
            "Basic (deckle) x1 in N::a [] a | <pre><code class=\"language-rust\"><span class=\"hl-k\">let</span> a <span class=\"hl-o\">=</span> <span class=\"hl-s\">\"```\"</span>;</code></pre>",
            "Basic (deckle) x1 in N::a [] b | \\[\\frac{1}{2}\\]",
            "Basic (deckle) x1 in N::a [] c | <ul><li><pre><code>x</code></pre></li><li>\\[y\\]</li></ul>",
            "Basic (deckle) x1 in N::a [] d | <p><em>d</em></p><ul><li>e</li></ul>",
            "Basic (deckle) x1 in N::a [] e | <b>e</b>",
            "Basic (deckle) x1 in N::a [] f | <pre><code class=\"language-rust\"><span class=\"hl-k\">if</span> a {",
            "    b",
            "}</code></pre>",
        ],
    );
}

const INCLUDING: [(&str, &str); 6] = [
    ("deckle.yaml", MANIFEST),
    (
        "a.md",
        "---\ntags: [out]\n---\n# S {.s}\n\n## a\n\nb\n\n<!-- include: _parts/c.md -->\n\n# T\n\n## z\n\ny\n",
    ),
    (
        "_parts/c.md",
        "---\ntags: [in]\ndeck: \"::C\"\n---\n## c\n\n![](c.svg)\n\n<!-- include: d.yaml -->\n",
    ),
    (
        "_parts/c.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    ),
    ("_parts/d.yaml", "- [d, e]\n"),
    (
        "b.yaml",
        "groups:\n- tags: g\n  notes: [[f, g]]\n  include: _parts/h.md\n",
    ),
];

#[test]
fn included_notes_inherit_and_stand_at_their_place() {
    let mut files = INCLUDING.to_vec();
    files.push(("_parts/h.md", "Q: h\nA: i\n"));
    check(
        &files,
        &[
            "Basic (deckle) x1 in N::a [out s] a | b",
            "Basic (deckle) x1 in N::a::C [in out s] c | <img src=\"c-#.svg\">",
            "Basic (deckle) x1 in N::a::C [in out s] d | e",
            "Basic (deckle) x1 in N::a [out] z | y",
            "Basic (deckle) x1 in N::b [g] f | g",
            "Basic (deckle) x1 in N::b [g] h | i",
        ],
    );
}

#[test]
fn ids_are_written_into_included_files_tables_and_lists() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    write(&folder, &INCLUDING);
    let list = "---\nmarkdown: {inline: true}\n---\n- a1 :: b\n  - c\n\n<!-- notes -->\n\n| Front | Back |\n|---|---|\n| d1 | e |\n| f1 | g |\n";
    write(
        &folder,
        &[("_parts/h.md", "Q: h\nA: i\n"), ("list.md", list)],
    );
    let before = built(&folder);
    let project = || Project::open(&folder).unwrap();
    let plan = project().add_ids(&IdOptions::new()).unwrap();
    // Two notes are lists of values, which have no place for one.
    assert_eq!((plan.changes(), plan.left().len()), (7, 2), "{plan:?}");
    plan.write().unwrap();
    let text = fs::read_to_string(folder.join("list.md")).unwrap();
    assert!(
        text.contains("- a1 :: b ^n-")
            && text.contains("| Front | Back | id |\n|---|---| --- |\n| d1 | e | n-"),
        "{text}"
    );
    assert!(
        fs::read_to_string(folder.join("_parts/h.md"))
            .unwrap()
            .starts_with("<!-- id: n-")
    );
    assert_eq!(built(&folder), before);
    let again = project().add_ids(&IdOptions::new()).unwrap();
    assert_eq!(again.changes(), 0);
    let plan = project().strip_ids(&IdOptions::new()).unwrap();
    assert_eq!((plan.changes(), plan.left()), (7, &[][..]), "{plan:?}");
    plan.write().unwrap();
    assert_eq!(built(&folder), before);
    let text = fs::read_to_string(folder.join("list.md")).unwrap();
    assert!(
        text.contains("- a1 :: b\n  - c\n") && text.contains("| d1 | e |  |"),
        "{text}"
    );
}
