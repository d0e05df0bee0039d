//! Note types of a project: parts and variables in card templates, `extends`, `tts`.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::{Contents, PackageReader, ReadLimits, StoredNoteType};
use deckle::project::{BuildOptions, Project};

use crate::judge::judge;
use crate::sample::sample;

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = sample(path.to_str().unwrap(), text);
        fs::write(path, bytes).unwrap();
    }
}

fn contents(folder: &Path) -> (Contents, Vec<u8>) {
    let options = BuildOptions::new(BuildTime::from_unix(1_795_320_000));
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let report = build.report();
    let found = report.diagnostics.iter();
    let found = found.map(|it| deckle::diag::render_short(it, &report.sources));
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "{found:?}");
    let bytes = build.package().unwrap().to_bytes().unwrap();
    let reader = PackageReader::new(Cursor::new(bytes.clone()), ReadLimits::default()).unwrap();
    (reader.into_contents(), bytes)
}

fn by_name<'c>(contents: &'c Contents, name: &str) -> &'c StoredNoteType {
    let found = contents.note_types.iter().find(|it| it.name == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

const MANIFEST: (&str, &str) = (
    "deckle.yaml",
    "format: 1\nname: Words\nuid: 0b7e3c1e-5d0c-4f0e-9a51-6f1a2b3c4d5e\n",
);

/// What the two sides of the one card template become.
fn sides(front: &str, back: &str, keys: &str, more: &[(&str, &str)]) -> (String, String) {
    let scratch = tempfile::tempdir().unwrap();
    let definition = format!(
        "key: word\nname: Word\nfields: [Word, Meaning]\n{keys}\ncard-templates:\n  - {{name: A, front: front.html, back: back.html}}\n"
    );
    write(scratch.path(), &[MANIFEST]);
    write(
        scratch.path(),
        &[
            ("types/word/type.yaml", &definition),
            ("types/word/front.html", front),
            ("types/word/back.html", back),
            ("words.yaml", "- {type: word, Word: '{hola}', Meaning: x}\n"),
        ],
    );
    write(scratch.path(), more);
    let (contents, _) = contents(scratch.path());
    let template = &by_name(&contents, "Word").templates[0];
    (template.front.clone(), template.back.clone())
}

#[test]
fn parts_and_variables_are_put_in_their_places() {
    let parts = [
        (
            "types/shared/head.html",
            "<h1>{{=language}}</h1>{{> deep/mark.html}}\n",
        ),
        ("types/shared/deep/mark.html", "<i>{{=language}}</i>\r\n"),
        ("types/shared/Word.html", "[{{Word}}]"),
    ];
    let check = |front: &str, expect: &str| {
        let keys = "vars: {language: Deutsch, field: Word, tag: 'a > b', voice: de_DE}";
        let (found, _) = sides(front, "{{FrontSide}}", keys, &parts);
        assert_eq!(found, expect, "{front}");
    };
    check(
        "{{> ../shared/head.html}}{{Word}}",
        "<h1>Deutsch</h1><i>Deutsch</i>{{Word}}",
    );
    check("{{>../shared/{{=field}}.html}}", "[{{Word}}]");
    check("{{{{=field}}}}{{= tag }}", "{{Word}}a > b");
    check(
        "{{tts {{=voice}}:Word}}{{Word}}",
        "{{tts de_DE:Word}}{{Word}}",
    );
    // Anki reads nothing in comments, and other brackets are not ours.
    check(
        "<!-- {{> nothing.html}} {{=none}} -->{{Word}}",
        "<!-- {{> nothing.html}} {{=none}} -->{{Word}}",
    );
    check(
        "{{=<% %>=}}<%Word%>{{=none}}",
        "{{=<% %>=}}<%Word%>{{=none}}",
    );
    // What uses neither stays as it is.
    check("  {{Word}} < a\n <!-- b", "  {{Word}} < a\n <!-- b");
}

#[test]
fn fields_are_read_out_where_they_stand() {
    let check = |front: &str, back: &str, expect: (&str, &str)| {
        let keys = "tts: {Word: es_ES, Meaning: de_DE speed=0.8}";
        let found = sides(front, back, keys, &[]);
        assert_eq!(
            (found.0.as_str(), found.1.as_str()),
            expect,
            "{front} | {back}"
        );
    };
    let back = "{{FrontSide}}<hr>{{Meaning}}";
    let spoken = "{{FrontSide}}<hr>{{Meaning}}{{tts de_DE speed=0.8:Meaning}}";
    check("{{Word}}", back, ("{{Word}}{{tts es_ES:Word}}", spoken));
    check(
        "{{#Word}}<b>{{Word}}</b>{{/Word}}",
        back,
        (
            "{{#Word}}<b>{{Word}}{{tts es_ES:Word}}</b>{{/Word}}",
            spoken,
        ),
    );
    check(
        "<p title=\"{{Word}}\">x</p>",
        back,
        ("<p title=\"{{Word}}\">{{tts es_ES:Word}}x</p>", spoken),
    );
    check(
        "{{furigana:Word}}",
        back,
        ("{{furigana:Word}}{{tts es_ES:kana:Word}}", spoken),
    );
    // What is there already is not added again, and a hidden field is not given away.
    check(
        "{{tts es_MX:Word}}{{Word}}{{hint:Meaning}}",
        back,
        ("{{tts es_MX:Word}}{{Word}}{{hint:Meaning}}", spoken),
    );
}

const WORD: &[(&str, &str)] = &[
    (
        "types/word/type.yaml",
        "key: word\nname: Word\nabstract: true\nvars: {language: '?', mark: '!'}\n\
         fields: [Word, {name: Meaning, aliases: [m], id: 7}]\nrequired: [Word]\n\
         card-templates:\n  - {name: There, front: front.html, back: back.html, id: 8}\n\
         css: [../shared.css, {css: '.a {color: {{=color}}}'}]\n",
    ),
    (
        "types/word/front.html",
        "{{=language}}{{=mark}} {{Word}}<img src=\"_flag.png\">",
    ),
    ("types/word/back.html", "{{FrontSide}} {{Meaning}}"),
    ("types/word/_flag.png", "flag"),
    ("types/shared.css", ".s {}\n"),
    (
        "types/german/type.yaml",
        "key: german\nname: German\nextends: word\nvars: {language: Deutsch, color: red}\n",
    ),
    (
        "types/spanish/type.yaml",
        "key: spanish\nname: Spanish\nextends: german\nvars: {language: Español}\n\
         fields:\n  - {name: Meaning, aliases: [x]}\n  - Note\n\
         card-templates:\n  - {name: There, back: own.html}\n  - {name: Back, front: {html: '{{Meaning}}'}, back: {html: '{{Word}}'}}\n\
         css: {css: '.own {}'}\n",
    ),
    ("types/spanish/own.html", "{{Meaning}} {{Note}}"),
    (
        "words.yaml",
        "- {type: german, Word: Haus, m: house}\n- {type: spanish, Word: casa, x: house, Note: f}\n",
    ),
];

#[test]
fn a_type_takes_over_what_it_does_not_say() {
    let scratch = tempfile::tempdir().unwrap();
    write(scratch.path(), &[MANIFEST]);
    write(scratch.path(), WORD);
    let (contents, bytes) = contents(scratch.path());
    let names: Vec<&str> = contents
        .note_types
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let german = by_name(&contents, "German");
    assert_eq!(german.templates.len(), 1);
    let front = &german.templates[0].front;
    assert!(
        front.starts_with("Deutsch! {{Word}}<img src=\"_flag-") && front.ends_with(".png\">"),
        "{front}"
    );
    assert!(
        german.css.ends_with(".s {}\n.a {color: red}"),
        "{}",
        german.css
    );
    let spanish = by_name(&contents, "Spanish");
    let fields: Vec<&str> = spanish.fields.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(fields, ["Word", "Meaning", "Note"]);
    let sides = spanish.templates.iter();
    let sides: Vec<(&str, &str)> = sides
        .map(|it| (it.front.as_str(), it.back.as_str()))
        .collect();
    assert_eq!(
        sides,
        [
            (
                "Español! {{Word}}<img src=\"_flag-e02fbacef2e25ccd.png\">",
                "{{Meaning}} {{Note}}"
            ),
            ("{{Meaning}}", "{{Word}}")
        ]
    );
    assert!(
        spanish.css.ends_with(".a {color: red}\n.own {}"),
        "{}",
        spanish.css
    );
    // Ids are each type's own, also where the first one gives some.
    let ids = |it: &StoredNoteType| {
        let fields = it.fields.iter().map(|it| it.id);
        let ids: Vec<_> = fields.chain(it.templates.iter().map(|it| it.id)).collect();
        ids
    };
    let (german, spanish) = (ids(german), ids(spanish));
    assert!(
        german.iter().all(|it| !spanish.contains(it)),
        "{german:?}, {spanish:?}"
    );
    let package = scratch.path().join("words.apkg");
    fs::write(&package, bytes).unwrap();
    judge(&[package]);
}

#[test]
fn a_shipped_type_is_made_ones_own() {
    let scratch = tempfile::tempdir().unwrap();
    write(
        scratch.path(),
        &[
            MANIFEST,
            (
                "types/basic/type.yaml",
                "key: basic\nname: My basic\nextends: basic\ncss: [own.css]\ntts: {Front: en_US}\n",
            ),
            ("types/basic/own.css", ".card { color: red }\n"),
            ("words.md", "## Q\n\nA\n"),
        ],
    );
    let (contents, bytes) = contents(scratch.path());
    let own = by_name(&contents, "My basic");
    let front = include_str!("../../templates/basic/front.html");
    let spoken = front.replace("{{Front}}", "{{Front}}{{tts en_US:Front}}");
    assert_eq!(own.templates[0].front, spoken.trim_end());
    let base = include_str!("../../templates/style.css");
    assert!(own.css.starts_with(base) && own.css.ends_with(".card { color: red }"));
    assert_eq!(own.fields.len(), 5);
    let package = scratch.path().join("words.apkg");
    fs::write(&package, bytes).unwrap();
    judge(&[package]);
}
