//! Projects with a matrix: a package for each variant, and learners who have several of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use deckle::package::{Contents, PackageReader};
use serde_json::json;

use crate::cli::{Place, Run};
use crate::decks::copy_tree;
use crate::golden::{compare, notes, shown};
use crate::judge::{imported, judge};

const LANGUAGES: [&str; 3] = ["de", "fr", "es"];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/atlas")
}

fn atlas() -> Place {
    let place = Place::new(&[]);
    copy_tree(&golden().join("in"), &place.folder());
    place
}

fn package(place: &Place, key: &str) -> PathBuf {
    place.folder().join(format!("dist/atlas-{key}.apkg"))
}

fn contents(path: &Path) -> Contents {
    PackageReader::open(path).unwrap().into_contents()
}

/// The guids of a package by the first fields of its notes.
fn guids(path: &Path) -> BTreeMap<String, String> {
    let contents = contents(path);
    let notes = contents.notes.iter();
    notes
        .map(|it| {
            let first = it.fields().next().unwrap_or_default();
            (first.to_owned(), it.guid.clone())
        })
        .collect()
}

fn edit(place: &Place, path: &str, from: &str, to: &str) {
    let path = place.folder().join(path);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(&path, text.replace(from, to)).unwrap();
}

/// A build at a time, in seconds behind the first one.
fn build(place: &Place, args: &[&str], later: i64) -> Run {
    let mut command = place.command(&[&["build"], args].concat());
    let time = 1_795_320_000 + later;
    command.env("SOURCE_DATE_EPOCH", time.to_string());
    Run::of(command.output().unwrap())
}

#[test]
fn one_table_becomes_a_deck_for_each_language() {
    let place = atlas();
    let run = build(&place, &["--message-format", "json"], 0).ends(0);
    let lines = run.stdout.lines();
    let lines: Vec<serde_json::Value> = lines.map(|it| serde_json::from_str(it).unwrap()).collect();
    let names: Vec<&str> = lines.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names, LANGUAGES);
    let mut wrong = Vec::new();
    let mut packages = Vec::new();
    for key in LANGUAGES {
        let path = package(&place, key);
        let text = notes(&contents(&path), &shown(&place.folder(), Some(key)));
        compare(
            &golden().join(format!("notes-{key}.txt")),
            &text,
            &mut wrong,
        );
        packages.push(path);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    judge(&packages);
}

#[test]
fn learners_of_several_variants_have_each_by_itself() {
    let place = atlas();
    build(&place, &[], 0).ends(0);
    let keep = |number: usize| {
        let copies = LANGUAGES.map(|key| {
            let copy = place.outer.path().join(format!("{key}-{number}.apkg"));
            fs::copy(package(&place, key), &copy).unwrap();
            copy
        });
        copies.map(|it| json!({"path": it, "options": {}}))
    };
    let [de, fr, es] = keep(1);
    let log = |report: &serde_json::Value, new: u32, updated: u32, duplicate: u32| {
        let log = json!({"new": new, "updated": updated, "duplicate": duplicate, "conflicting": 0});
        assert_eq!(report["log"], log, "{report}");
        assert_eq!(report["error"], "");
    };
    for report in imported(&[&de, &fr]) {
        log(&report, 4, 0, 0);
    }
    for report in imported(&[&de, &fr, &es]) {
        log(&report, 2, 0, 0);
        assert_eq!(report["notes"].as_object().unwrap().len(), 9);
        assert_eq!(report["cards"], 15);
        let types = report["types"].as_object().unwrap().keys();
        let types: Vec<&str> = types.map(String::as_str).collect();
        assert_eq!(
            types,
            [
                "Basic (deckle)",
                "Country (de)",
                "Country (es)",
                "Country (fr)"
            ]
        );
    }
    // The German name of one country, and a translation that was missing.
    edit(&place, "countries.csv", "Frankreich", "La France");
    edit(&place, "countries.csv", "Suisse,,,", "Suisse,,Suiza,Berna");
    let spared = fs::read(package(&place, "fr")).unwrap();
    build(&place, &[], 60).ends(0);
    assert_eq!(fs::read(package(&place, "fr")).unwrap(), spared);
    let [de_2, fr_2, es_2] = keep(2);
    for report in imported(&[&de, &fr, &es, &de_2]) {
        log(&report, 0, 1, 2);
        // The cards of the first import are learned; those stay.
        assert_eq!(report["learned"], 5);
    }
    for report in imported(&[&de, &fr, &es, &de_2, &fr_2]) {
        log(&report, 0, 0, 4);
    }
    for report in imported(&[&de, &fr, &es, &de_2, &fr_2, &es_2]) {
        log(&report, 1, 0, 2);
        assert_eq!(
            (&report["cards"], &report["learned"]),
            (&json!(17), &json!(5))
        );
        assert_eq!(report["one_way"], false);
    }
}

#[test]
fn a_variant_that_comes_or_goes_leaves_the_others_alone() {
    let place = atlas();
    build(&place, &[], 0).ends(0);
    let before = place.files();
    edit(
        &place,
        "deckle.yaml",
        "    fr: {title: Atlas en français, which: \"Quel est ce pays ?\", capital: Capitale}\n",
        "",
    );
    let run = build(&place, &[], 60).ends(0);
    assert!(!run.stderr.contains("W0"), "{run:#?}");
    let mut after = place.files();
    let mut before = before;
    for files in [&mut before, &mut after] {
        files.retain(|path, _| !path.ends_with("deckle.yaml"));
    }
    assert_eq!(before, after);
}

#[test]
fn one_variant_is_built_alone_with_the_same_bytes() {
    let place = atlas();
    build(&place, &["--only", "es"], 0).ends(0);
    assert!(!package(&place, "de").exists());
    assert!(!place.folder().join("deckle.de.lock").exists());
    let alone = fs::read(package(&place, "es")).unwrap();
    build(&place, &[], 0).ends(0);
    assert_eq!(fs::read(package(&place, "es")).unwrap(), alone);
    build(&place, &["--only", "es", "-o", "out.apkg"], 0).ends(0);
    assert_eq!(fs::read(place.folder().join("out.apkg")).unwrap(), alone);
    place.run(&["check", "--only", "es", "--frozen"]).ends(0);
    build(&place, &["-o", "out.apkg"], 0).ends(2);
    build(&place, &["--only", "it"], 0).ends(2);
    build(&place, &["--only", "es/x"], 0).ends(2);
    place.run(&["id", "add"]).ends(0);
    place.run(&["id", "strip"]).ends(0);
    place
        .run(&["show", "countries.csv:2", "--variant", "it"])
        .ends(2);
    place.run(&["adopt", "out.apkg"]).ends(2);
    place.run(&["adopt", "out.apkg", "--variant", "es"]).ends(0);
    place.run(&["check", "--locked"]).ends(0);
}

/// What a mend changes is read by all variants, and made once.
#[test]
fn mends_are_made_once_for_all_variants() {
    let place = atlas();
    let notes = "- q: A: b\n  a: c\n";
    fs::write(place.folder().join("more.yaml"), notes).unwrap();
    edit(
        &place,
        "deckle.yaml",
        "countries.csv,",
        "countries.csv, more.yaml,",
    );
    edit(&place, "deckle.yaml", "type: country", "type: basic");
    fs::remove_file(place.folder().join("countries.csv")).unwrap();
    fs::remove_file(place.folder().join("_deck.yaml")).unwrap();
    let run = place.run(&["check", "--fix", "--allow-dirty"]);
    assert!(
        run.stderr.contains("Mended 1 finding in 1 file"),
        "{run:#?}"
    );
    let mended = fs::read_to_string(place.folder().join("more.yaml")).unwrap();
    assert_eq!(mended, "- q: 'A: b'\n  a: c\n");
}

#[test]
fn a_changed_variant_is_named_where_nothing_may_change() {
    let place = atlas();
    build(&place, &[], 0).ends(0);
    edit(&place, "countries.csv", "Berlín", "Berlin");
    let run = place
        .run(&["check", "--frozen", "--message-format", "json"])
        .ends(5);
    let change: serde_json::Value = serde_json::from_str(run.stdout.trim()).unwrap();
    assert_eq!(change["lock"], "deckle.es.lock");
    assert_eq!(change["lock-change"], "changed-note");
    assert!(run.stderr.contains("commit deckle.es.lock."), "{run:#?}");
    place.run(&["check", "--locked"]).ends(0);
}

const HEAD: &str = "format: 1\nname: Words\nuid: 11111111-2222-4333-8444-555555555555\n";
const TYPE: &str = "types: [{key: word, name: Word, fields: [A, B], card-templates: \
    [{name: 1, front: {html: '{{A}}'}, back: {html: '{{B}}'}}]}]\ndefaults: {type: word}\n";

#[test]
fn a_deck_that_learners_have_becomes_a_variant() {
    let manifest = format!("{HEAD}{TYPE}");
    let place = Place::new(&[
        ("deckle.yaml", &manifest),
        ("a.yaml", "- [a, b]\n- [c, d]\n"),
    ]);
    build(&place, &[], 0).ends(0);
    let old = place.folder().join("Words.apkg");
    let known = guids(&old);
    let manifest = manifest
        .replace("name: Words", "name: \"Words ({{=lang}})\"")
        .replace("name: Word,", "name: \"Word ({{=lang}})\",");
    let manifest = format!("{manifest}matrix: {{lang: [en, de]}}\n");
    fs::write(place.folder().join("deckle.yaml"), manifest).unwrap();
    let run = build(&place, &[], 60).ends(1);
    assert!(run.stderr.contains("E0178"), "{run:#?}");
    let lock = |name: &str| place.folder().join(name);
    fs::rename(lock("deckle.lock"), lock("deckle.en.lock")).unwrap();
    build(&place, &[], 60).ends(0);
    let new = |key: &str| {
        place
            .folder()
            .join(format!("Words (-{key}-).apkg").replace('-', ""))
    };
    assert_eq!(guids(&new("en")), known);
    assert!(
        guids(&new("de"))
            .values()
            .all(|it| !known.values().any(|known| known == it))
    );
    let steps = [
        json!({"path": old, "options": {}}),
        json!({"path": new("en"), "options": {}}),
    ];
    for report in imported(&steps) {
        let log = json!({"new": 0, "updated": 0, "duplicate": 2, "conflicting": 0});
        assert_eq!(report["log"], log, "{report}");
        assert_eq!(report["learned"], 2);
    }
}

#[test]
fn projects_of_their_own_become_variants_with_their_uids() {
    let one = Place::new(&[("deckle.yaml", HEAD), ("a.yaml", "- {id: x, q: a, a: b}\n")]);
    build(&one, &[], 0).ends(0);
    let manifest = HEAD
        .replace("name: Words", "name: \"Words {{=lang}}\"")
        .replace("11111111-2222-4333-8444-555555555555", "\"{{=uid}}\"");
    let manifest = format!(
        "{manifest}matrix: {{lang: {{en: {{uid: 11111111-2222-4333-8444-555555555555}}, de: {{uid: other}}}}}}\n"
    );
    let all = Place::new(&[
        ("deckle.yaml", &manifest),
        ("a.yaml", "- {id: x, q: a, a: b}\n"),
    ]);
    build(&all, &[], 0).ends(0);
    assert_eq!(
        guids(&all.folder().join("Words en.apkg")),
        guids(&one.folder().join("Words.apkg"))
    );
}

#[test]
fn a_lock_that_is_a_copy_of_anothers_is_refused() {
    let place = atlas();
    build(&place, &[], 0).ends(0);
    let lock = |key: &str| place.folder().join(format!("deckle.{key}.lock"));
    fs::copy(lock("de"), lock("fr")).unwrap();
    let run = build(&place, &[], 60).ends(1);
    assert!(run.stderr.contains("E0213"), "{run:#?}");
    assert!(run.stderr.contains("began as a copy"), "{run:#?}");
}

#[test]
fn what_is_wrong_with_a_lock_names_that_of_the_variant() {
    let place = atlas();
    build(&place, &[], 0).ends(0);
    let lock = place.folder().join("deckle.fr.lock");
    let whole = fs::read_to_string(&lock).unwrap();
    let check = |text: &str, args: &[&str], expect: &str| {
        fs::write(&lock, text).unwrap();
        let run = build(&place, args, 0);
        assert!(run.stderr.contains(expect), "{expect}: {run:#?}");
        assert!(!run.stderr.contains("deckle.lock"), "{run:#?}");
    };
    let cut = whole.trim_end().trim_end_matches("end");
    check(cut, &[], "deckle.fr.lock is cut off");
    check("", &[], "deckle.fr.lock is empty");
    check(
        &format!("<<<<<<< a\n{whole}"),
        &[],
        "deckle.fr.lock holds a conflict",
    );
    check(
        &format!("{whole}note\tx\n"),
        &[],
        "a line of deckle.fr.lock cannot be read",
    );
    let baseline = ["--only", "fr", "--baseline", "out/atlas-fr.apkg"];
    check(&whole, &baseline, "has ids and times in deckle.fr.lock");
    fs::write(&lock, &whole).unwrap();
    build(&place, &["--locked"], -100_000).ends(0);
    let run = build(&place, &[], -100_000);
    assert!(
        run.stderr.contains("the newest change in deckle.fr.lock"),
        "{run:#?}"
    );
}

/// What each variant's learners have: guids by first fields.
fn all_guids(place: &Place) -> Vec<BTreeMap<String, String>> {
    let guids = LANGUAGES.map(|key| guids(&package(place, key)));
    guids.into()
}

#[test]
fn a_row_of_all_variants_gets_one_id_and_stays_who_it_is_in_each() {
    let place = atlas();
    let table = place.folder().join("countries.csv");
    let text = fs::read_to_string(&table).unwrap();
    let without = text
        .lines()
        .map(|line| line.split_once(',').unwrap().1.to_owned() + "\n");
    let without: String = without.collect();
    // A row whose French name is the German name of another: their ids would be the same.
    let without = without.replace("Schweiz,,Suisse", "Schweiz,,Deutschland");
    fs::write(&table, &without).unwrap();
    edit(&place, "more/fr.md", " {#seine}", "");
    build(&place, &[], 0).ends(0);
    let before = all_guids(&place);
    let run = place.run(&["id", "add", "--allow-dirty"]).ends(0);
    assert!(
        run.stderr.contains("Wrote 3 ids in 1 file; 1 note left"),
        "{run:#?}"
    );
    assert!(
        run.stderr
            .contains("more/fr.md:6: left as it is: the first variant"),
        "{run:#?}"
    );
    assert!(
        run.stderr
            .contains("commit deckle.fr.lock, deckle.es.lock, too"),
        "{run:#?}"
    );
    let stamped = fs::read_to_string(&table).unwrap();
    assert!(
        stamped
            .lines()
            .all(|line| line.contains(",n-") || line.ends_with(",id")),
        "{stamped}"
    );
    // The next build finds what it expects, and a second run nothing to do.
    place.run(&["check", "--frozen"]).ends(0);
    build(&place, &[], 60).ends(0);
    assert_eq!(all_guids(&place), before);
    let again = place.run(&["id", "add", "--allow-dirty"]).ends(0);
    assert!(again.stderr.contains("Nothing to write"), "{again:#?}");
    assert_eq!(fs::read_to_string(&table).unwrap(), stamped);
    // Names that say nothing of what they were are those of the same notes.
    for (from, to) in [
        ("Allemagne", "Xyz"),
        ("Alemania", "Qqq"),
        ("Frankreich", "W"),
        ("Suisse", "S"),
    ] {
        if stamped.contains(from) {
            edit(&place, "countries.csv", from, to);
        }
    }
    build(&place, &[], 120).ends(0);
    let ids = |of: &[BTreeMap<String, String>]| -> Vec<Vec<String>> {
        let sorted = of.iter().map(|guids| {
            let mut guids: Vec<String> = guids.values().cloned().collect();
            guids.sort();
            guids
        });
        sorted.collect()
    };
    assert_eq!(ids(&all_guids(&place)), ids(&before));
    // And out again: the locks know the rows as they are now.
    let edited = fs::read_to_string(&table).unwrap();
    let out = place.run(&["id", "strip", "--allow-dirty"]).ends(0);
    assert!(out.stderr.contains("Removed 3 ids"), "{out:#?}");
    assert!(
        !fs::read_to_string(&table).unwrap().contains("n-"),
        "{edited}"
    );
    place.run(&["check", "--locked"]).ends(0);
    build(&place, &[], 180).ends(0);
    assert_eq!(ids(&all_guids(&place)), ids(&before));
}

#[test]
fn lists_are_multiplied_and_packages_of_variants_have_both_names() {
    let manifest = format!(
        "{HEAD}matrix: {{lang: [de, fr], size: {{full: {{match: '*'}}, core: {{match: a}}}}}}\n\
         sources: ['{{{{=match}}}}.yaml']\n\
         output: {{all: {{file: '{{{{=lang}}}}-{{{{=size}}}}.apkg'}}, a: {{match: a.yaml, file: '{{{{=lang}}}}-{{{{=size}}}}-a.apkg'}}}}\n"
    );
    let place = Place::new(&[
        ("deckle.yaml", &manifest),
        ("a.yaml", "- [a, b]\n"),
        ("b.yaml", "- [c, d]\n"),
    ]);
    let run = build(&place, &["--message-format", "json"], 0).ends(0);
    let lines = run.stdout.lines();
    let built = lines.map(|it| {
        let line: serde_json::Value = serde_json::from_str(it).unwrap();
        format!("{} {}", line["name"].as_str().unwrap(), line["notes"])
    });
    let built: Vec<String> = built.collect();
    let expect = [
        "de-full/all 2",
        "de-full/a 1",
        "de-core/all 1",
        "de-core/a 1",
        "fr-full/all 2",
        "fr-full/a 1",
        "fr-core/all 1",
        "fr-core/a 1",
    ];
    assert_eq!(built, expect);
    let run = build(
        &place,
        &[
            "--only",
            "fr-full/a",
            "--only",
            "de-core",
            "--message-format",
            "json",
        ],
        60,
    )
    .ends(0);
    assert_eq!(run.stdout.lines().count(), 3, "{run:#?}");
}

#[test]
fn what_variants_include_is_the_same_in_each() {
    let inner = HEAD.replace("Words", "Shared").replace("1111-", "2222-");
    let outer = HEAD.replace("name: Words", "name: \"Words {{=lang}}\"");
    let outer = format!("{outer}matrix: {{lang: [de, fr]}}\ninclude: [shared]\n");
    let place = Place::new(&[
        ("deckle.yaml", &outer),
        ("a.yaml", "- [a, b]\n"),
        ("shared/deckle.yaml", &inner),
        ("shared/b.yaml", "- [c, d]\n"),
    ]);
    build(&place, &[], 0).ends(0);
    let [de, fr] = ["de", "fr"].map(|key| guids(&place.folder().join(format!("Words {key}.apkg"))));
    assert_eq!(de["c"], fr["c"]);
    assert_ne!(de["a"], fr["a"]);
    place.run(&["check", "--frozen"]).ends(0);
}
