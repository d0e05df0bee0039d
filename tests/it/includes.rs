//! Projects that include others: one package, and for each note the identity that it has alone.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::{Contents, PackageReader, ReadLimits};
use deckle::project::{BuildOptions, LockMode, Project};

use crate::judge::judge;

const TIME: i64 = 1_795_320_000;

const SCHOOL: &[(&str, &str)] = &[
    (
        "deckle.yaml",
        "format: 1\nname: School\nuid: 11111111-2222-4333-8444-555555555555\n\
         defaults: {tags: [school]}\n",
    ),
    (
        "heat.md",
        "## What is heat? {#q1}\n\nEnergy ![](a.svg)\n\n## Own\n\nText\n",
    ),
    ("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    (
        "shared/geo/deckle.yaml",
        "format: 1\nname: Geography\nuid: 99999999-2222-4333-8444-555555555555\n\
         output: geo.apkg\ndecks: {descriptions: {'::rivers': Long ones}}\n",
    ),
    ("shared/geo/_deck.yaml", "type: pair\ntags: [geo]\n"),
    (
        "shared/geo/rivers.yaml",
        "- {id: q1, A: Rhine, B: Basel}\n- {A: Nile, B: Cairo}\n- {A: Seine, B: 'Paris ![](/map.svg)'}\n",
    ),
    (
        "shared/geo/map.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\">map</svg>",
    ),
    (
        "shared/geo/types/pair/type.yaml",
        "key: pair\nfields: [A, B]\ncard-templates:\n  - {name: 1, front: {html: '{{A}}'}, back: {html: '{{B}}'}}\n  \
         - {name: 2, front: {html: '{{B}}'}, back: {html: '{{A}}'}, deck: '::Back'}\n",
    ),
];

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn include(folder: &Path, include: &str) {
    let path = folder.join("deckle.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}include: [{include}]\n")).unwrap();
}

/// Builds and writes; nothing may be told.
fn build(folder: &Path, time: i64) -> Contents {
    let output = folder.join("out.apkg");
    let options = BuildOptions::new(BuildTime::from_unix(time)).output(&output);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let report = build.report();
    let found = report.diagnostics.iter();
    let found = found.map(|it| deckle::diag::render_short(it, &report.sources));
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{found:?}");
    let (notes, cards) = (report.statistics.notes, report.statistics.cards);
    let built = build.write().unwrap().remove(0);
    assert_eq!((built.notes, built.cards), (notes, cards));
    let bytes = fs::read(output).unwrap();
    let reader = PackageReader::new(Cursor::new(bytes), ReadLimits::default()).unwrap();
    reader.into_contents()
}

/// What an import goes by: the time, the note type and the fields of each note, by guid.
fn notes(contents: &Contents) -> BTreeMap<String, (i64, i64, String)> {
    let notes = contents.notes.iter();
    notes
        .map(|it| {
            (
                it.guid.clone(),
                (it.modified, it.note_type, it.fields.to_string()),
            )
        })
        .collect()
}

fn decks(contents: &Contents) -> Vec<&str> {
    let used = |id: i64| contents.cards.iter().any(|it| it.deck == id);
    let decks = contents.decks.iter().filter(|it| used(it.id));
    let mut names: Vec<&str> = decks.map(|it| it.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn an_included_project_is_what_it_is_alone() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    let geo = root.join("shared/geo");
    write(root, SCHOOL);
    // Both begin at the same time, so that their locks give the same note ids.
    let alone = notes(&build(&geo, TIME));
    let lock = fs::read_to_string(geo.join("deckle.lock")).unwrap();
    include(root, "shared/geo/deckle.yaml");
    let both = build(root, TIME);
    assert_eq!(
        (both.notes.len(), both.cards.len(), both.media.len()),
        (5, 8, 2)
    );
    let all = notes(&both);
    for (guid, note) in &alone {
        assert_eq!(all.get(guid), Some(note), "{guid}");
    }
    assert_eq!(fs::read_to_string(geo.join("deckle.lock")).unwrap(), lock);
    assert_eq!(
        decks(&both),
        [
            "Geography::rivers",
            "Geography::rivers::Back",
            "School::heat"
        ]
    );
    // The settings of the one are none of the other.
    let tags = |guid: &str| {
        let note = both.notes.iter().find(|it| it.guid == guid).unwrap();
        note.tags().map(str::to_owned).collect::<Vec<_>>()
    };
    for guid in all.keys() {
        let tag = if alone.contains_key(guid) {
            "geo"
        } else {
            "school"
        };
        assert_eq!(tags(guid), [tag]);
    }
    // An edit of the included project is the same edit in both.
    let rivers = geo.join("rivers.yaml");
    let edited = fs::read_to_string(&rivers)
        .unwrap()
        .replace("Cairo", "Khartum");
    fs::write(&rivers, edited).unwrap();
    let included = notes(&build(root, TIME + 60));
    let changed: Vec<i64> = included
        .iter()
        .filter(|(guid, note)| all.get(*guid) != Some(*note))
        .map(|(_, note)| note.0)
        .collect();
    assert_eq!(changed, [TIME + 60]);
    let alone = notes(&build(&geo, TIME + 3600));
    assert!(
        alone
            .iter()
            .all(|(guid, note)| included.get(guid) == Some(note))
    );
    judge(&[root.join("out.apkg"), geo.join("out.apkg")]);
}

#[test]
fn the_decks_of_an_included_project_go_where_they_are_wanted() {
    let check = |entry: &str, expect: &[&str]| {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path();
        write(root, SCHOOL);
        include(root, entry);
        let contents = build(root, TIME);
        let mut decks = decks(&contents);
        decks.retain(|it| *it != "School::heat");
        assert_eq!(decks, expect, "{entry}");
        let rivers = contents.decks.iter().find(|it| it.name.ends_with("rivers"));
        assert_eq!(rivers.unwrap().description, "Long ones", "{entry}");
    };
    check(
        "shared/geo",
        &["Geography::rivers", "Geography::rivers::Back"],
    );
    check(
        "'shared/*/deckle.yaml'",
        &["Geography::rivers", "Geography::rivers::Back"],
    );
    check(
        "{path: shared/geo, deck: '::Shared'}",
        &["School::Shared::rivers", "School::Shared::rivers::Back"],
    );
    check(
        "{path: shared/geo/deckle.yaml, deck: World}",
        &["World::rivers", "World::rivers::Back"],
    );
}

#[test]
fn a_project_may_be_nothing_but_what_it_includes() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    write(root, SCHOOL);
    fs::remove_file(root.join("heat.md")).unwrap();
    include(root, "shared/geo");
    assert_eq!(build(root, TIME).notes.len(), 3);
    // A part of the project is built without the others.
    write(root, SCHOOL);
    include(root, "shared/geo");
    let options = BuildOptions::new(BuildTime::from_unix(TIME));
    let part = Project::open(root.join("heat.md")).unwrap();
    let part = part.build(&options).unwrap();
    assert_eq!(part.report().statistics.notes, 2);
}

#[test]
fn the_lock_of_an_included_project_is_guarded_too() {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path();
    write(root, SCHOOL);
    include(root, "shared/geo");
    build(root, TIME);
    let frozen = BuildOptions::new(BuildTime::from_unix(TIME + 60)).lock_mode(LockMode::Frozen);
    let project = Project::open(root).unwrap();
    assert!(project.build(&frozen).unwrap().package().is_some());
    write(
        &root.join("shared/geo"),
        &[("more.yaml", "- {A: Po, B: Turin}\n")],
    );
    let refused = project.build(&frozen).unwrap();
    assert!(refused.package().is_none());
    assert_eq!(refused.report().lock_changes.len(), 1);
}
