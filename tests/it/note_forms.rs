//! The ways a note can be written, from files to what stands in the package, which both backends of
//! Anki then take.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::PackageReader;
use deckle::project::{BuildOptions, IdOptions, Project};

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
fn medicine_with_images() {
    check(
        &[
            (
                "deckle.yaml",
                "format: 1\nname: Medicine\nuid: 5d0c2f0e-7a51-4c1e-9d5e-0f6f1a2b3c4d\nsources: [\"**/*.md\"]\nmedia: {paths: [assets]}\ndefaults: {tags: [med]}\n",
            ),
            ("assets/heart cross section.png", "png"),
            ("Cardiology/img/echo 1.png", "echo"),
            (
                "Cardiology/valves.md",
                "---\ntags: [anatomy::heart]\n---\n# Valves {.valves}\n\nFree text here is prose and makes no card.\n\n## Which valve lies between left atrium and left ventricle?\n<!-- id: mitral-where -->\n\nThe **mitral** (bicuspid) valve.\n\n![[heart cross section.png|420]]\n\n### Extra\n\nPapillary muscles keep the cusps from flapping back.\n\n## Name the structure marked by the arrow {#arrow-1 flag=orange}\n\n![echo, four-chamber view](<img/echo 1.png>){width=300}\n\n---\n\nLeft atrial appendage\n\n## Severe mitral stenosis: numbers {cloze}\n\nValve area < {{c1::1.0 cm²}}, mean gradient > {{c2::10 mmHg::pressure}}.\n\n---\n\n| grade | area |\n|---|---|\n| mild | > 1.5 cm² |\n",
            ),
        ],
        &[
            "Basic (deckle) x1 in Medicine::Cardiology::valves [anatomy::heart med valves] Which valve lies between left atrium and left ventricle? | <p>The <strong>mitral</strong> (bicuspid) valve.</p><p><img src=\"heart_cross_section-#.png\" width=\"420\"></p> | Papillary muscles keep the cusps from flapping back.",
            "Basic (deckle) x1 in Medicine::Cardiology::valves [anatomy::heart med valves] <p>Name the structure marked by the arrow</p><p><img src=\"echo_1-#.png\" alt=\"echo, four-chamber view\" width=\"300\"></p> | Left atrial appendage",
            "Cloze (deckle) x2 in Medicine::Cardiology::valves [anatomy::heart med valves] Valve area &lt; {{c1::1.0 cm²}}, mean gradient &gt; {{c2::10 mmHg::pressure}}. | <table><thead><tr><th>grade</th><th>area</th></tr></thead><tbody><tr><td>mild</td><td>&gt; 1.5 cm²</td></tr></tbody></table> | Severe mitral stenosis: numbers",
        ],
    );
}

#[test]
fn vocabulary_as_yaml_and_as_a_table() {
    check(
        &[
            (
                "deckle.yaml",
                "format: 1\nname: French\nuid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10\nexclude: [\"types/**\", \"audio/**\"]\nmedia: {paths: [audio]}\ndefaults: {type: vocab}\n",
            ),
            (
                "types/vocab/type.yaml",
                "key: vocab\nname: Vocab FR\nfields:\n  - {name: Word}\n  - {name: Meaning, aliases: [de]}\n  - {name: Audio, kind: audio}\n  - {name: Example}\nkey-fields: [Word]\ncard-templates:\n  - {name: Recognise, front: {html: \"{{Word}}{{Audio}}\"}, back: {html: \"{{Meaning}}\"}}\n  - {name: Produce, front: {html: \"{{Meaning}}\"}, back: {html: \"{{Word}}\"}}\n",
            ),
            ("audio/pain.mp3", "pain"),
            ("audio/oeuf.mp3", "oeuf"),
            ("audio/jus.mp3", "jus"),
            (
                "food.yaml",
                "deck: \"::Food\"\ntype: vocab\ntags: [a1]\nnotes:\n  - Word: le pain\n    de: das Brot\n    Audio: pain.mp3\n    Example: J'achète *du pain*.\n  - Word: l'œuf (m)\n    de: [das Ei, \"Plural: les œufs\"]\n    Audio: \"oeuf.mp3\"\n    suspend: [Produce]\n  - {Word: 1.10 €, de: ein Euro zehn}\n",
            ),
            (
                "drinks.md",
                "---\ntype: vocab\n---\n<!-- notes: vocab -->\n\n| Word | Meaning | Audio |\n|------|---------|-------|\n| le jus | der Saft | ![[jus.mp3]] |\n| l'eau | das Wasser | jus.mp3 |\n",
            ),
        ],
        &[
            "Vocab FR x2 in French::drinks [] le jus | der Saft | [sound:jus-#.mp3]",
            "Vocab FR x2 in French::drinks [] l'eau | das Wasser | [sound:jus-#.mp3]",
            "Vocab FR x2 in French::Food [a1] le pain | das Brot | [sound:pain-#.mp3] | J'achète <em>du pain</em>.",
            "Vocab FR x2 in French::Food [a1] l'œuf (m) | <ul><li>das Ei</li><li>Plural: les œufs</li></ul> | [sound:oeuf-#.mp3]",
            "Vocab FR x2 in French::Food [a1] 1.10 € | ein Euro zehn",
        ],
    );
}

#[test]
fn a_mixed_directory() {
    check(
        &[
            (
                "deckle.yaml",
                "format: 1\nname: School\nuid: 11111111-2222-4333-8444-555555555555\nids: lock\nsources: [\"**/*.md\", \"**/*.yaml\"]\nmedia: {paths: [_shared], remote: error}\n",
            ),
            ("10 Latin/_deck.yaml", "type: reversed\ntags: [latin]\n"),
            (
                "10 Latin/01 amo.md",
                "---\nmarkdown: {inline: true}\n---\n- amo :: I love ^amo\n- amas :: you love\n- amat ::: he loves\n  - also *she loves*\n\n<!-- notes -->\n\n| Front | Back | id |\n|---|---|---|\n| moneo | I warn | moneo |\n",
            ),
            (
                "20 Physics/formulas.yaml",
                "type: basic\nnotes:\n  - q: Ideal gas law\n    a: |\n      $$pV = nRT$$\n\n      ![](img/piston.svg)\n  - q: Is \"p * V\" constant? (T fixed)\n    a: yes\n    tags: [boyle]\n",
            ),
            (
                "20 Physics/img/piston.svg",
                "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            ),
        ],
        &[
            "Basic (deckle) x1 in School::Latin::amo [latin] amo | I love",
            "Basic (deckle) x1 in School::Latin::amo [latin] amas | you love",
            "Basic and reversed (deckle) x2 in School::Latin::amo [latin] amat | <p>he loves</p><ul><li>also <em>she loves</em></li></ul>",
            "Basic and reversed (deckle) x2 in School::Latin::amo [latin] moneo | I warn",
            "Basic (deckle) x1 in School::Physics::formulas [] Ideal gas law | <p>\\[pV = nRT\\]</p><p><img src=\"piston-#.svg\"></p>",
            "Basic (deckle) x1 in School::Physics::formulas [boyle] Is \"p * V\" constant? (T fixed) | yes",
        ],
    );
}

#[test]
fn history_with_clozes() {
    check(
        &[
            ("deckle.yaml", MANIFEST),
            (
                "rome.md",
                "---\ndeck: History::Rome\ncloze: {highlight: explicit}\nmarkdown: {context: breadcrumb}\n---\n# Late Republic\n\n## Crossing the Rubicon {cloze}\n<!-- id: rubicon -->\n\nIn ==49 BC== ==Julius Caesar== crossed the ==1::Rubicon::river== with the ==Legio XIII==.\n\n---\n\n> *alea iacta est* - Suetonius, Div. Iul. 32\n\n## Why is it marked?\n\nThe ==Rubicon== marked the border of Italy (here `==` is only a highlight).\n",
            ),
        ],
        &[
            "Cloze (deckle) x4 in History::Rome [] In {{c2::49 BC}} {{c3::Julius Caesar}} crossed the {{c1::Rubicon::river}} with the {{c4::Legio XIII}}. | <blockquote><p><em>alea iacta est</em> - Suetonius, Div. Iul. 32</p></blockquote> | Crossing the Rubicon | Late Republic",
            "Basic (deckle) x1 in History::Rome [] Why is it marked? | The <mark>Rubicon</mark> marked the border of Italy (here <code>==</code> is only a highlight). |  | Late Republic",
        ],
    );
}

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
