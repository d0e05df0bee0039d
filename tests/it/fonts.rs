//! Fonts of note types, cut down to what cards show.
#![cfg(feature = "fonts")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::PackageReader;
use deckle::project::{BuildOptions, Project};

use crate::cli::Place;
use crate::latex::media;

const FONT: &[u8] = include_bytes!("../fonts/tiny.ttf");
const PACKED: &[u8] = include_bytes!("../fonts/tiny.woff2");

const MANIFEST: &str = "format: 1\nname: Words\nuid: 6f1a2b3c-5d0c-4f0e-9a51-0b7e3c1e4d5e\nassets: {subset-fonts: true}\n";
const TYPE: &str = "fields: [Word, Meaning]\ncard-templates:\n  - {name: Ask, front: {html: '{{Word}}'}, back: {html: '{{Meaning}}'}}\n";
const CSS: &str = "@import url(\"_fonts.css\");\n@font-face { font-family: t; src: url(tiny.ttf) }\n.card { font-family: t }\n";

fn project() -> Place {
    let place = Place::new(&[]);
    place.put("deckle.yaml", MANIFEST);
    for key in ["one", "two"] {
        let folder = format!("types/{key}");
        let text = format!("key: {key}\nname: {key}\n{TYPE}css: ../style.css\n");
        place.put(&format!("{folder}/type.yaml"), text);
    }
    place.put("types/style.css", CSS);
    place.put(
        "_fonts.css",
        "@font-face { font-family: p; src: url('tiny.woff2') }",
    );
    place.put("tiny.ttf", FONT);
    place.put("tiny.woff2", PACKED);
    place.put("one.yaml", "type: one\nnotes: [[日, sun]]\n");
    place.put("two.yaml", "type: two\nnotes: [['&#x672C;', '{{Word}}']]\n");
    place
}

/// The package, without a finding.
fn build(folder: &Path, output: &Path, time: i64) -> Vec<u8> {
    let options = BuildOptions::new(BuildTime::from_unix(time)).output(output);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let told: Vec<_> = build.report().diagnostics.iter().collect();
    assert!(told.is_empty(), "{told:?}");
    build.write().unwrap();
    fs::read(output).unwrap()
}

fn font(files: &BTreeMap<String, Vec<u8>>, extension: &str) -> (String, Vec<u8>) {
    let mut fonts = files.iter().filter(|it| it.0.ends_with(extension));
    let (name, bytes) = fonts.next().unwrap();
    assert!(fonts.next().is_none());
    (name.clone(), bytes.clone())
}

/// The note types of a package by their names: CSS and time.
fn types(package: &Path) -> BTreeMap<String, (String, i64)> {
    let contents = PackageReader::open(package).unwrap().into_contents();
    let types = contents.note_types.into_iter();
    types.map(|it| (it.name, (it.css, it.modified))).collect()
}

#[test]
fn fonts_hold_what_the_cards_of_all_types_show() {
    let place = project();
    let folder = place.folder();
    let package = place.outer.path().join("a.apkg");
    let first = build(&folder, &package, 1_700_000_000);
    let files = media(&package);
    let (name, cut) = font(&files, ".ttf");
    let (packed_name, packed) = font(&files, ".woff2");
    assert!(cut.len() < FONT.len() && cut.starts_with(&FONT[..4]));
    assert!(packed.len() <= PACKED.len() && packed.starts_with(b"wOF2"));
    let before = types(&package);
    for (css, _) in before.values() {
        assert!(css.contains(&name), "{css}");
    }
    let sheet = files.iter().find(|it| it.0.ends_with(".css")).unwrap();
    assert!(String::from_utf8_lossy(sheet.1).contains(&packed_name));
    // The same again, also with what is kept of the first time.
    assert_eq!(
        build(&folder, &place.outer.path().join("b.apkg"), 1_700_005_000),
        first
    );

    // Another word in Latin letters changes no font, another character does.
    place.put(
        "one.yaml",
        "type: one\nnotes: [[日, sun], [la casa, house]]\n",
    );
    build(&folder, &package, 1_700_010_000);
    assert_eq!(types(&package), before);
    place.put("one.yaml", "type: one\nnotes: [[日, sun], [人, house]]\n");
    build(&folder, &package, 1_700_020_000);
    let (new_name, larger) = font(&media(&package), ".ttf");
    assert!(new_name != name && larger.len() > cut.len());
    let after = types(&package);
    for (key, (css, time)) in &after {
        assert!(css.contains(&new_name) && *time > before[key].1, "{key}");
    }
}

#[test]
fn fonts_that_keep_their_names_and_parts_of_a_project_stay_whole() {
    let place = project();
    let folder = place.folder();
    let package = place.outer.path().join("a.apkg");
    build(&folder, &package, 1_700_000_000);
    // Who imports a part keeps the other notes, which need their characters.
    let options = BuildOptions::new(BuildTime::from_unix(1_700_001_000)).output(&package);
    let part = Project::open(folder.join("one.yaml")).unwrap();
    part.build(&options).unwrap().write().unwrap();
    assert_eq!(font(&media(&package), ".ttf").1, FONT);

    let keep = MANIFEST.replace("subset-fonts", "keep: [_tiny.ttf], subset-fonts");
    place.put("deckle.yaml", keep);
    place.put("types/style.css", CSS.replace("tiny.ttf", "_tiny.ttf"));
    place.put("_tiny.ttf", FONT);
    build(&folder, &place.outer.path().join("b.apkg"), 1_700_002_000);
    let files = media(&place.outer.path().join("b.apkg"));
    assert_eq!(files["_tiny.ttf"], FONT);
    assert!(files.contains_key("_tiny.ttf") && font(&files, ".woff2").0 != "tiny.woff2");
}
