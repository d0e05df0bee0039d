//! Projects with several packages: each is complete, and a note is the same one in all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use deckle::package::{Contents, PackageReader, ReadLimits};

use crate::cli::{Place, Run};
use crate::judge::judge;

const HEAD: &str = "format: 1\nname: Spanish\nuid: 11111111-2222-4333-8444-555555555555\n";
const FILES: &[(&str, &str)] = &[
    ("Verbs/ser.md", "## ser\n\nto be ![](a.svg)\n"),
    ("Verbs/ir.md", "## ir\n\nto go ![](b.svg)\n"),
    ("Verbs/a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    (
        "Verbs/b.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\">b</svg>",
    ),
    (
        "Nouns/casa.yaml",
        "type: word\nnotes:\n- {A: casa, B: house}\n",
    ),
    (
        "types/word/type.yaml",
        "key: word\nfields: [A, B]\ncss: [{css: '@font-face { src: url(_f.woff) }'}]\n\
         card-templates: [{name: 1, front: {html: '{{A}}'}, back: {html: '{{B}}'}}]\n",
    ),
    ("types/word/_f.woff", "font"),
];

fn place(output: &str) -> Place {
    let manifest = format!("{HEAD}{output}");
    let mut files = FILES.to_vec();
    files.push(("deckle.yaml", &manifest));
    Place::new(&files)
}

fn packages(place: &Place) -> BTreeMap<String, Vec<u8>> {
    let files = place.files().into_iter();
    let packages = files.filter_map(|(path, bytes)| {
        let is_package = path.ends_with(".apkg");
        let (_, inside) = path.split_once('/')?;
        is_package.then(|| (inside.to_owned(), bytes))
    });
    packages.collect()
}

fn contents(place: &Place, path: &str) -> Contents {
    let file = fs::File::open(place.folder().join(path)).unwrap();
    let reader = PackageReader::new(file, ReadLimits::default()).unwrap();
    reader.into_contents()
}

#[test]
fn outputs_are_named_after_what_is_in_them() {
    let check = |output: &str, expect: &[&str]| {
        let place = place(output);
        // Anki takes no times for true that are still to come.
        let mut command = place.command(&["build"]);
        let run = command.env("SOURCE_DATE_EPOCH", "1700000000").output();
        let run = Run::of(run.unwrap()).ends(0);
        let found = packages(&place);
        let found: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(found, expect, "{output}: {run:#?}");
        let paths: Vec<PathBuf> = found.iter().map(|it| place.folder().join(it)).collect();
        judge(&paths);
    };
    check("output: {split: top-deck}\n", &["Nouns.apkg", "Verbs.apkg"]);
    check(
        "output: {split: file, file: 'dist/*.apkg'}\n",
        &[
            "dist/Nouns-casa.apkg",
            "dist/Verbs-ir.apkg",
            "dist/Verbs-ser.apkg",
        ],
    );
    check(
        "output: {split: top-deck, file: es.apkg}\n",
        &["es-Nouns.apkg", "es-Verbs.apkg"],
    );
    check(
        "output: {v: {decks: '::verbs'}, n: {match: 'Nouns/**', file: dist/nouns.apkg}}\n",
        &["dist/nouns.apkg", "v.apkg"],
    );
    check("output: {all: {file: x.apkg}}\n", &["x.apkg"]);
    check(
        "output: {all: , v: {decks: 'Spanish::V*', split: file}}\n",
        &["all.apkg", "v-Verbs-ir.apkg", "v-Verbs-ser.apkg"],
    );
}

#[test]
fn a_note_is_the_same_in_every_package_and_brings_its_own_media() {
    let place = place("output: {all: , verbs: {decks: '::Verbs'}, nouns: {match: 'Nouns/'}}\n");
    place.run(&["build"]).ends(0);
    let identities = |it: &Contents| -> BTreeSet<(String, i64, i64)> {
        let notes = it.notes.iter();
        notes
            .map(|it| (it.guid.clone(), it.id, it.modified))
            .collect()
    };
    let media = |it: &Contents| -> Vec<usize> { vec![it.media.len()] };
    let all = contents(&place, "all.apkg");
    let verbs = contents(&place, "verbs.apkg");
    let nouns = contents(&place, "nouns.apkg");
    assert_eq!(
        (all.notes.len(), verbs.notes.len(), nouns.notes.len()),
        (3, 2, 1)
    );
    let parts: BTreeSet<_> = identities(&verbs)
        .union(&identities(&nouns))
        .cloned()
        .collect();
    assert_eq!(parts, identities(&all));
    assert_eq!([media(&all), media(&verbs), media(&nouns)], [[3], [2], [1]]);
}

#[test]
fn a_package_has_the_same_bytes_alone() {
    let output = "output: {all: , verbs: {decks: '::Verbs', split: file}}\n";
    let whole = place(output);
    whole.run(&["build"]).ends(0);
    let all = packages(&whole);
    let check = |args: &[&str], expect: &[(&str, &str)]| {
        let place = place(output);
        place.run(&[&["build"], args].concat()).ends(0);
        let found = packages(&place);
        assert_eq!(found.len(), expect.len(), "{args:?}");
        for (path, original) in expect {
            assert!(found[*path] == all[*original], "{args:?}: {path}");
        }
        let lock = |it: &Place| fs::read_to_string(it.folder().join("deckle.lock")).unwrap();
        assert_eq!(lock(&place), lock(&whole));
    };
    check(&["--only", "all"], &[("all.apkg", "all.apkg")]);
    let ser = "verbs-Verbs-ser.apkg";
    check(&["--only", "verbs/Verbs/ser.md"], &[(ser, ser)]);
    let ir = "verbs-Verbs-ir.apkg";
    check(&["--only", "verbs"], &[(ser, ser), (ir, ir)]);
    check(
        &["--only", "all", "-o", "x.apkg"],
        &[("x.apkg", "all.apkg")],
    );
    let again = whole.run(&["build"]).ends(0);
    assert_eq!(again.stderr.matches("Unchanged").count(), 3, "{again:#?}");
}

#[test]
fn wishes_that_cannot_be_met_are_wrong_usage() {
    let check = |output: &str, args: &[&str]| {
        let place = place(output);
        place.run(&[&["build"], args].concat()).ends(2);
        assert!(packages(&place).is_empty(), "{args:?}");
        assert!(!place.folder().join("deckle.lock").exists(), "{args:?}");
    };
    check("output: {split: file}\n", &["-o", "x.apkg"]);
    check("output: {split: file}\n", &["--only", "Adverbs"]);
    check("output: {file: x.apkg}\n", &["--only", "x"]);
}

#[test]
fn with_an_error_no_package_is_written() {
    let place = place("output: {a: {decks: '::Verbs'}, b: {decks: '::Nouns', file: ../b.apkg}}\n");
    place.run(&["build"]).ends(1);
    assert!(packages(&place).is_empty());
}

#[test]
fn programs_get_a_line_for_each_package() {
    let place = place("output: {split: top-deck}\n");
    let run = place.run(&["build", "--message-format", "json"]).ends(0);
    let lines: Vec<serde_json::Value> = run
        .stdout
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let names: Vec<&str> = lines.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, ["Nouns", "Verbs"]);
    assert_eq!(lines[1]["notes"], 2);
}

#[test]
fn each_project_is_built_though_one_fails() {
    let manifest = |name: &str| format!("format: 1\nname: {name}\nuid: {name}\n");
    let (a, b, c) = (manifest("A"), manifest("B"), manifest("C"));
    let good = "## What?\n\nThat\n";
    let place = Place::new(&[
        ("decks/a/deckle.yaml", &a),
        ("decks/a/x.md", good),
        ("decks/b/deckle.yaml", &b),
        ("decks/b/x.md", "## Picture\n\n![](none.png)\n"),
        ("decks/b/c/deckle.yaml", &c),
        ("decks/c/deckle.yaml", &c),
        ("decks/c/x.md", good),
    ]);
    fs::remove_file(place.folder().join("decks/b/c/deckle.yaml")).unwrap();
    let run = place.run(&["build", "--each", "decks"]).ends(1);
    assert!(
        run.stderr.contains("1 of 3 projects failed: decks/b"),
        "{run:#?}"
    );
    let found = packages(&place);
    assert_eq!(found.len(), 2);
    place
        .run(&["check", "--each", "decks/a", "decks/c"])
        .ends(0);
    place.run(&["check", "--each", "decks"]).ends(1);
    place
        .run(&["check", "--each", "decks", "--message-format", "sarif"])
        .ends(2);
    place.run(&["build", "--each", "-o", "x.apkg"]).ends(2);
}
