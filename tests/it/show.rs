//! `deckle show FILE:LINE`: a note from its text to its cards.

use crate::cli::Place;

const MANIFEST: &str = "format: 1\nname: Bio\nuid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10\n";
const CELLS: &str = "---\ntags: [cells]\n---\n# Membranes\n\n## What **pumps**? {#pump}\n\nA pump & more\n\n- one\n- two\n\n## Gaps {cloze}\n\nThe {{c1::heart}} and {{c2::lungs}}.\n";

fn json(place: &Place, at: &str) -> serde_json::Value {
    let run = place.run(&["show", at, "--json"]).ends(0);
    serde_json::from_str(&run.stdout).unwrap()
}

#[test]
fn a_note_is_shown_from_its_text_to_its_cards() {
    let place = Place::new(&[
        ("deckle.yaml", MANIFEST),
        ("sub/cells.md", CELLS),
        ("w.yaml", "- [a, b]\n- [c, d]\n"),
    ]);
    for line in 6..=11 {
        assert_eq!(
            json(&place, &format!("sub/cells.md:{line}"))["line"],
            6,
            "{line}"
        );
    }
    let note = json(&place, "sub/cells.md:8:3");
    assert_eq!(
        (&note["id"], &note["id-from"]),
        (&"pump".into(), &"id".into())
    );
    assert_eq!(
        (&note["deck"], &note["type"]),
        (&"Bio::sub::cells".into(), &"basic".into())
    );
    assert_eq!(note["tags"][0], "cells");
    let front = &note["fields"][0];
    assert_eq!(front["written"][0]["text"], "What **pumps**?");
    assert_eq!(front["html"], "What <strong>pumps</strong>?");
    let card = &note["cards"][0];
    assert_eq!(card["question"], "What pumps?");
    assert_eq!(card["answer"], "What pumps?\nA pump & more\none\ntwo");

    let cloze = json(&place, "sub/cells.md:15");
    assert_eq!(cloze["id-from"], "new");
    assert_eq!(cloze["cards"][1]["name"], "Cloze 2");
    assert!(
        cloze["cards"][1]["question"]
            .as_str()
            .unwrap()
            .contains("The heart and [...].")
    );
    place.run(&["build"]).ends(0);
    assert_eq!(json(&place, "sub/cells.md:15")["id-from"], "lock");
    place.put("sub/cells.md", CELLS.replace("lungs", "two lungs"));
    assert_eq!(json(&place, "sub/cells.md:15")["id"], cloze["id"]);

    let text = place.run(&["show", "w.yaml:2"]).ends(0).stdout;
    assert!(
        text.starts_with("w.yaml:2-2\ntype  basic\ndeck  Bio::w\nid    n-"),
        "{text}"
    );
    assert!(
        text.contains("\nfield Front\n  md    c\n  HTML  c\n"),
        "{text}"
    );
    assert!(
        text.contains("\n  Q     c\n  A     c\n        d\n"),
        "{text}"
    );
}

#[test]
fn a_line_without_a_note_says_why() {
    let place = Place::new(&[
        ("cells.md", CELLS),
        ("bad.md", "## Q?\n\n1\n\nQ:x\n\n##Two\n"),
    ]);
    let check = |at: &str, told: &str| {
        let run = place.run(&["show", at]).ends(1);
        assert_eq!(
            (run.stdout.as_str(), run.stderr.as_str()),
            ("", format!("error: {told}\n").as_str())
        );
    };
    check(
        "cells.md:4",
        "cells.md:4 holds no note: the heading is of a level that divides the file and makes no note; the nearest note begins at cells.md:6",
    );
    check(
        "cells.md:12",
        "cells.md:12 holds no note: the line is blank and stands outside of all notes; the nearest note begins at cells.md:13",
    );
    check(
        "cells.md:99",
        "cells.md:99 holds no note: the file ends at line 15; the nearest note begins at cells.md:13",
    );
    place.run(&["show", "nowhere.md:1"]).ends(3);
    assert_eq!(json(&place, "cells.md:6")["id-from"], "id");
    assert_eq!(json(&place, "cells.md:13")["id-from"], "natural");
}
