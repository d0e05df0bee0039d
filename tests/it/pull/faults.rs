//! What could lose an author's text or a learner's edit: packages that are older than the sources, or
//! newer than what was exported, and files that stand in the way.

use std::fs;

use serde_json::Value;

use super::phone::Phone;
use super::{START, package, pull, read, run_at, shipped};
use crate::cli::{Place, Run};

const DAY: i64 = 86_400;

fn ship_at(place: &Place, time: i64) {
    run_at(place, time, &["ship"]).ends(0);
}

fn told(run: &Run) -> Vec<(String, String)> {
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    let notes = found["notes"].as_array().unwrap().iter();
    let word = |it: &Value| it.as_str().unwrap().to_owned();
    let told = notes.map(|it| (word(&it["outcome"]), word(&it["text"])));
    told.filter(|it| it.0 != "absent").collect()
}

#[test]
fn a_phone_may_be_behind_what_was_shipped_last() {
    const OLD: &str = "## Q\n\nold\n\n### Extra\n\nmore\n\n## R\n\nr\n\n## S\n\ns\n";
    // What the author did, whether the phone imported it, what was edited there and when (in days),
    // the outcome, and the text behind it.
    let check = |desk: &[(&str, &str)],
                 imported: bool,
                 edit: &[(usize, &str)],
                 day: i64,
                 outcome: &str,
                 expect: &[(&str, &str)]| {
        let place = shipped(&[("a.md", OLD)]);
        let mut phone = Phone::new();
        phone.import(&package(&place));
        let changed = |all: &[(&str, &str)]| {
            let change = |text: String, it: &(&str, &str)| text.replacen(it.0, it.1, 1);
            all.iter().fold(OLD.to_owned(), change)
        };
        place.put("a.md", changed(desk));
        ship_at(&place, START + 2 * DAY);
        if imported {
            phone.import(&package(&place));
        }
        phone.edit("Q", edit, START + day * DAY);
        let run = pull(&place, &phone.export(&place), &["--json"]);
        let found = told(&run);
        let name = format!("{desk:?} {imported} {edit:?}");
        assert_eq!(found, [(outcome.to_owned(), "Q".to_owned())], "{name}");
        assert_eq!(read(&place, "a.md"), changed(expect), "{name}");
        // And it arrives.
        if outcome == "edited" {
            ship_at(&place, START + 9 * DAY);
            phone.import(&package(&place));
            let run = pull(&place, &phone.export(&place), &["--json"]).ends(0);
            assert_eq!(told(&run), [], "{name}");
        }
    };
    let desk = [("old", "desk")];
    let marks = "<<<<<<< sources\ndesk\n=======\nphone\n>>>>>>> export.apkg";
    // Another field: nothing of the author's is taken back.
    for day in [1, 3] {
        let expect = [("old", "desk"), ("more", "phone")];
        check(&desk, false, &[(2, "phone")], day, "edited", &expect);
    }
    check(
        &desk,
        true,
        &[(2, "phone")],
        3,
        "edited",
        &[("old", "desk"), ("more", "phone")],
    );
    // The same field. Other notes show what the phone had.
    let both = [("old", "desk"), ("\n\nr\n", "\n\nr2\n")];
    let marked = [("old", marks), ("\n\nr\n", "\n\nr2\n")];
    let taken = [("old", "phone"), ("\n\nr\n", "\n\nr2\n")];
    check(&both, false, &[(1, "phone")], 1, "conflict", &marked);
    check(&both, false, &[(1, "phone")], 3, "conflict", &marked);
    check(&both, true, &[(1, "phone")], 3, "edited", &taken);
    // Where nothing shows it, no text is lost.
    check(
        &desk,
        false,
        &[(1, "phone")],
        3,
        "conflict",
        &[("old", marks)],
    );
    // A field more does not stand in the way of it.
    check(
        &desk,
        true,
        &[(1, "phone"), (2, "much")],
        1,
        "conflict",
        &[("old", marks), ("more", "much")],
    );
}

#[test]
fn edits_behind_an_export_are_not_overwritten() {
    let place = shipped(&[("a.md", "## Q\n\nold\n\n## R\n\nr\n")]);
    let mut phone = Phone::new();
    phone.import(&package(&place));
    phone.edit("Q", &[(1, "first")], START + 10);
    let export = phone.export(&place);
    phone.edit("Q", &[(1, "second")], START + 20);
    pull(&place, &export, &[]).ends(0);
    // The package is built long after both edits.
    ship_at(&place, START + DAY);
    phone.import(&package(&place));
    assert_eq!(phone.has("Q").1[1], "second");
    pull(&place, &phone.export(&place), &[]).ends(0);
    assert_eq!(read(&place, "a.md"), "## Q\n\nsecond\n\n## R\n\nr\n");
    // What the author changes afterwards is newer than all of it.
    place.put("a.md", "## Q\n\ndesk\n\n## R\n\nr\n");
    ship_at(&place, START + 2 * DAY);
    phone.import(&package(&place));
    let (time, fields) = phone.has("Q");
    assert_eq!((time, fields[1].as_str()), (START + 2 * DAY, "desk"));
}

#[test]
fn what_was_pulled_is_what_the_phone_edits_next() {
    let text = |back: &str, extra: &str| format!("## Q\n\n{back}\n\n### Extra\n\n{extra}\n");
    // Whether the author takes the first edit back, and if so with the lock; what comes of another
    // edit.
    for (undone, with_lock, back) in [
        (false, false, "first"),
        (true, false, "old"),
        (true, true, "first"),
    ] {
        let place = shipped(&[("a.md", &text("old", "more"))]);
        let lock = read(&place, "deckle.lock");
        let mut phone = Phone::new();
        phone.import(&package(&place));
        phone.edit("Q", &[(1, "first")], START + 10);
        pull(&place, &phone.export(&place), &[]).ends(0);
        if undone {
            place.put("a.md", text("old", "more"));
        }
        if with_lock {
            place.put("deckle.lock", lock);
        }
        phone.edit("Q", &[(2, "much")], START + 20);
        pull(&place, &phone.export(&place), &[]).ends(0);
        assert_eq!(read(&place, "a.md"), text(back, "much"));
    }
}

#[test]
fn new_notes_and_edits_meet_in_the_inbox() {
    // In the form that the project is written in.
    for (path, text, inbox) in [
        ("a.md", "## Q\n\nq\n", "inbox.md"),
        ("a.yaml", "- {front: Q, back: q}\n", "inbox.yaml"),
    ] {
        let place = shipped(&[(path, text)]);
        let mut phone = Phone::new();
        phone.import(&package(&place));
        phone.add("one", "Heart", ["N1", "first"], START + 10);
        pull(&place, &phone.export(&place), &[]).ends(0);
        ship_at(&place, START + DAY);
        phone.import(&package(&place));
        let written = read(&place, inbox);

        // Edited there, and one more written.
        phone.edit("N1", &[(1, "edited")], START + 2 * DAY);
        phone.add("two", "Heart::a", ["N2", "second"], START + 2 * DAY);
        // In conflict with the author, the marks stay.
        place.put(inbox, written.replace("first", "desk"));
        let run = pull(&place, &phone.export(&place), &["--json"]).ends(1);
        let expect = [("conflict", "N1"), ("new", "N2")];
        let expect = expect.map(|it| (it.0.to_owned(), it.1.to_owned()));
        assert_eq!(told(&run), expect, "{run:#?}");
        let marked = read(&place, inbox);
        for words in ["<<<<<<<", "desk", "edited", "N2", "second"] {
            assert!(marked.contains(words), "{marked}");
        }
        // Without one, both are there.
        place.put(inbox, &written);
        let run = pull(&place, &phone.export(&place), &["--json"]).ends(0);
        let expect = [("edited", "N1"), ("new", "N2")];
        let expect = expect.map(|it| (it.0.to_owned(), it.1.to_owned()));
        assert_eq!(told(&run), expect, "{run:#?}");
        ship_at(&place, START + 3 * DAY);
        phone.import(&package(&place));
        assert_eq!(phone.has("N2").0, START + 2 * DAY);
        let run = pull(&place, &phone.export(&place), &["--json"]).ends(0);
        assert_eq!(told(&run), []);
    }
}

#[test]
fn new_notes_are_written_as_a_person_would() {
    let place = shipped(&[("a.md", "## Q\n\nq\n"), ("inbox.md", "## Mine\r\n\r\nm")]);
    let mut phone = Phone::new();
    phone.import(&package(&place));
    let one = ["What is <b>it</b>?", "<em>This</em>: \\(x^2\\)"];
    phone.add("one", "Heart::a", one, START + 10);
    // No heading holds a picture of two lines, and so it goes into YAML.
    phone.add(
        "two",
        "Heart",
        ["a<div>b</div><pre>c\n\nd</pre>", "e"],
        START + 20,
    );
    let run = pull(&place, &phone.export(&place), &["--json"]).ends(0);
    assert_eq!(told(&run).len(), 2, "{run:#?}");
    let expect = "## Mine\r\n\r\nm\r\n\r\n## What is <b>it</b>?\r\n\
         <!-- {guid: one, type: basic, deck: Heart::a} -->\r\n\r\n\
         *This*: $x^2$\r\n";
    assert_eq!(read(&place, "inbox.md"), expect, "{run:#?}");
    assert!(read(&place, "inbox.yaml").contains("guid: two"));
    ship_at(&place, START + DAY);
    let before = phone.export(&place);
    let before = fs::read(before).unwrap();
    phone.import(&package(&place));
    assert!(fs::read(phone.export(&place)).unwrap() == before);
}

#[test]
fn what_a_project_gives_to_all_notes_new_ones_get_too() {
    let place = shipped(&[("a.md", "## Q\n\nq\n"), ("_deck.yaml", "tags: [all]\n")]);
    let mut phone = Phone::new();
    phone.import(&package(&place));
    phone.add("one", "Heart", ["N1", "first"], START + 10);
    pull(&place, &phone.export(&place), &[]).ends(0);
    ship_at(&place, START + DAY);
    phone.import(&package(&place));
    assert_eq!(phone.has("N1").0, START + 11);
}

#[test]
fn an_inbox_of_another_form_is_left_alone_and_the_one_beside_it_goes_on() {
    let mine = "- {front: I, back: i}\n";
    let place = shipped(&[("a.md", "## Q\n\nq\n"), ("inbox.yaml", mine)]);
    let mut phone = Phone::new();
    phone.import(&package(&place));
    for number in 1..3 {
        let name = format!("N{number}");
        phone.add(&name, "Heart", [&name, "x"], START + number);
        pull(&place, &phone.export(&place), &[]).ends(0);
        ship_at(&place, START + number * DAY);
    }
    assert_eq!(read(&place, "inbox.yaml"), mine);
    let text = read(&place, "inbox-2.yaml");
    assert!(text.contains("N1") && text.contains("N2"), "{text}");
}

#[test]
fn comments_of_the_author_outlive_every_edit() {
    let check = |path: &str, before: &str, back: &str, after: &str| {
        let place = shipped(&[(path, before)]);
        let mut phone = Phone::new();
        phone.import(&package(&place));
        phone.edit("Q", &[(1, back)], START + 10);
        let run = pull(&place, &phone.export(&place), &[]);
        assert_eq!(read(&place, path), after, "{run:#?}");
    };
    check(
        "a.md",
        "## Q\n\none <!-- source: p. 3 --> two\n\n## R\n\nr\n",
        "other",
        "## Q\n\nother <!-- source: p. 3 -->\n\n## R\n\nr\n",
    );
    check(
        "a.yaml",
        "- {front: Q, back: \"<!-- why --> one\"}\n",
        "<div>a: b</div>",
        "- {front: Q, back: \"<div>a: b</div> <!-- why -->\"}\n",
    );
}

#[test]
fn a_file_in_the_way_keeps_all_of_them_as_they_are() {
    let place = shipped(&[("a.md", "## Q\n\nold\n"), ("b.md", "## R\n\nold\n")]);
    let mut phone = Phone::new();
    phone.import(&package(&place));
    phone.edit("Q", &[(1, "new")], START + 10);
    phone.edit("R", &[(1, "new")], START + 10);
    let export = phone.export(&place);
    let path = place.folder().join("b.md");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let before = place.files();
    pull(&place, &export, &[]).ends(3);
    assert_eq!(place.files(), before);
}

#[test]
fn a_note_type_may_have_changed_since_it_was_shipped() {
    const BASIC: &str = "key: word\nname: Word\nfields: FIELDS\n\
         card-templates:\n  - {name: A, front: {html: '{{Word}}'}, back: {html: '{{Meaning}}'}}\n";
    let types = |fields: &str| BASIC.replace("FIELDS", fields);
    let check = |fields: &str, code: i32, words: &[&str]| {
        let place = shipped(&[
            ("types/word/type.yaml", &types("[Word, Meaning, Remark]")),
            (
                "a.yaml",
                "type: word\nnotes:\n  - {word: Q, meaning: old, remark: x}\n",
            ),
        ]);
        // The very same project, edited somewhere else, comes to what a phone would have.
        let other = Place::new(&[]);
        for (path, bytes) in place.files() {
            if let Some(path) = path.strip_prefix("notes/") {
                other.put(path, bytes);
            }
        }
        let text = read(&place, "a.yaml");
        other.put("a.yaml", text.replace("old", "new"));
        run_at(&other, START + 10, &["build"]).ends(0);
        let export = other.folder().join("Heart.apkg");
        place.put("types/word/type.yaml", types(fields));
        if !fields.contains("Remark") {
            place.put("a.yaml", text.replace(", remark: x", ""));
        }
        run_at(&place, START + DAY, &["ship", "--allow-schema-change"]).ends(0);
        let run = pull(&place, &export, &[]).ends(code);
        let text = read(&place, "a.yaml");
        for word in words {
            assert!(text.contains(word), "{fields} {run:#?} {text}");
        }
    };
    // In another order, with one more, with one less.
    check("[Word, Remark, Meaning]", 0, &["meaning: new", "remark: x"]);
    check("[Word, Meaning, Remark, More]", 0, &["meaning: new"]);
    check("[Word, Meaning]", 0, &["meaning: new"]);
}

#[test]
fn notes_of_included_projects_are_no_news() {
    let place = Place::new(&[
        (
            "deckle.yaml",
            &format!("{}include: [guest]\n", super::MANIFEST),
        ),
        ("a.md", "## Q\n\nq\n"),
        (
            "guest/deckle.yaml",
            "format: 1\nname: Heart::Guest\nuid: 1b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\n",
        ),
        ("guest/b.md", "## G\n\ng\n\n## H\n\nh\n"),
    ]);
    fs::create_dir(place.outer.path().join("phone")).unwrap();
    ship_at(&place, START);
    let mut phone = Phone::new();
    phone.import(&package(&place));
    phone.edit("G", &[(1, "edited")], START + 10);
    let export = phone.export(&place);
    for kept in [true, false] {
        if !kept {
            fs::remove_dir_all(place.folder().join(".deckle")).unwrap();
        }
        let before = place.files();
        let run = pull(&place, &export, &["--json"]).ends(1);
        assert_eq!(told(&run), [("left".to_owned(), "G".to_owned())]);
        assert!(run.stdout.contains("the project in `guest`"), "{run:#?}");
        assert_eq!(place.files(), before);
    }
}
