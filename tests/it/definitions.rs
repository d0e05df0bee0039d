//! Definitions of links hold for all notes of a Markdown file, and are part of no note that does not
//! refer to them; a variant of a project is included; an answer may be a sound alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use deckle::BuildTime;
use deckle::package::PackageReader;
use deckle::project::{BuildOptions, Project};

const TIME: i64 = 1_700_000_000;
const MANIFEST: &str = "format: 1\nname: Body\nuid: u\n";

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Builds, and returns the codes of what was found.
fn build(folder: &Path, time: i64) -> Vec<&'static str> {
    let options = BuildOptions::new(BuildTime::from_unix(time)).output(folder.join("out.apkg"));
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let codes = build.report().diagnostics.iter().map(|it| it.code.id());
    let codes = codes.collect();
    if !build.report().diagnostics.has_errors() {
        build.write().unwrap();
    }
    codes
}

/// The fields and the time of each note, by its first field.
fn notes(folder: &Path) -> BTreeMap<String, (Vec<String>, i64)> {
    let package = PackageReader::open(folder.join("out.apkg")).unwrap();
    let notes = package.into_contents().notes.into_iter().map(|it| {
        let fields: Vec<String> = it.fields().map(str::to_owned).collect();
        (fields[0].clone(), (fields, it.modified))
    });
    notes.collect()
}

#[test]
fn definitions_serve_their_file_and_change_no_other_note() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let text = "## What is [the heart][H]?\n\nA pump, see [the lung] and [my][own].\n\n[own]: https://example.com/own\n\n## What is the lung?\n\nA pair.\n";
    let end = "\n[h]: https://example.com/h \"Heart\"\n[The  Lung]: https://example.com/l\n";
    write(folder, &[("deckle.yaml", MANIFEST), ("a.md", text)]);
    assert_eq!(build(folder, TIME), ["W0162"]);
    let lung = notes(folder)["What is the lung?"].clone();
    assert_eq!((lung.0[1].as_str(), lung.1), ("A pair.", TIME));

    write(folder, &[("a.md", &format!("{text}{end}"))]);
    assert_eq!(build(folder, TIME + 10), [""; 0]);
    let now = notes(folder);
    let front = "What is <a href=\"https://example.com/h\" title=\"Heart\">the heart</a>?";
    let back = "A pump, see <a href=\"https://example.com/l\">the lung</a> and <a href=\"https://example.com/own\">my</a>.";
    let heart = &now[front];
    assert_eq!((heart.0[1].as_str(), heart.1), (back, TIME + 10));
    assert_eq!(now["What is the lung?"], lung);

    // Another address is another note; what nothing refers to is told and changes none.
    let other = end.replace("com/l", "com/lung");
    let text = format!("{text}{other}[none]: https://example.com\n");
    write(folder, &[("a.md", &text)]);
    assert_eq!(build(folder, TIME + 20), ["W0161"]);
    let now = notes(folder);
    assert_eq!(now[front].1, TIME + 20);
    assert_eq!(now["What is the lung?"], lung);
    write(
        folder,
        &[("a.md", &text.replace("[none]: https://example.com\n", ""))],
    );
    build(folder, TIME + 30);
    assert_eq!(notes(folder), now);
}

#[test]
fn definitions_in_a_text_are_cut_out_where_they_serve_others() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    write(
        folder,
        &[
            ("deckle.yaml", MANIFEST),
            (
                "a.md",
                "Q: one\nA: a\n\n[x]: https://x.org\n\nb\n\nQ: two\nA:\n\n[y]: https://y.org\n\nc [x]\n\nQ: three [y]\nA: `[x]: https://z.org`\n",
            ),
            ("b.yaml", "- [four, '[d][x]']\n"),
        ],
    );
    assert_eq!(build(folder, TIME), ["W0162"]);
    let now = notes(folder);
    let backs: Vec<&str> = now.values().map(|it| it.0[1].as_str()).collect();
    assert_eq!(
        backs,
        [
            "[d][x]",
            "<p>a</p><p>b</p>",
            "<code>[x]: https://z.org</code>",
            "c <a href=\"https://x.org\">x</a>"
        ]
    );
}

#[test]
fn one_variant_of_a_project_is_included() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let host = |variant: &str| format!("{MANIFEST}include: [{{path: atlas{variant}}}]\n");
    write(
        folder,
        &[
            ("a.yaml", "- [a, b]\n"),
            (
                "atlas/deckle.yaml",
                "format: 1\nname: 'Atlas {{=lang}}'\nuid: atlas\nmatrix: {lang: [de, fr]}\ndefaults: {csv: {columns: {'*': ~, Front: Front, '{{=lang}}': Back}}}\n",
            ),
            ("atlas/t.csv", "Front,de,fr\nrome,Rom,Rome\n"),
        ],
    );
    let check = |variant: &str, expect: &[&str]| {
        write(folder, &[("deckle.yaml", &host(variant))]);
        let mut codes = build(folder, TIME);
        codes.retain(|it| it.starts_with('E'));
        assert_eq!(codes, expect, "{variant}");
    };
    check("", &["E0174"]);
    check(", variant: es", &["E0174"]);
    check(", variant: fr", &[]);
    assert_eq!(notes(folder)["rome"].0[1], "Rome");
    assert!(folder.join("atlas/deckle.fr.lock").exists());
    assert!(!folder.join("atlas/deckle.de.lock").exists());
}

#[test]
fn an_answer_may_be_spoken_alone() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    let manifest = format!(
        "{MANIFEST}audio: {{recorded: [rec], fields: {{Back: Front}}}}\nmarkdown: {{inline: true}}\n"
    );
    write(
        folder,
        &[
            ("deckle.yaml", &manifest),
            ("a.md", "## hola\n\n## adios\n\nbye\n"),
            ("c.md", "Q: casa\n"),
        ],
    );
    for word in ["hola", "casa"] {
        let sound = folder.join(format!("rec/{word}.mp3"));
        fs::create_dir_all(sound.parent().unwrap()).unwrap();
        let mut bytes = vec![0xff, 0xfb, 0x90, 0x00];
        bytes.resize(417, 0);
        fs::write(
            sound,
            bytes.repeat(2 + word.len() % 2 + usize::from(word == "casa")),
        )
        .unwrap();
    }
    let told = build(folder, TIME);
    assert!(told.iter().all(|it| !it.starts_with('E')), "{told:?}");
    let now = notes(folder);
    assert!(now["hola"].0[1].starts_with("[sound:hola-"), "{now:?}");
    assert!(now["casa"].0[1].starts_with("[sound:casa-"), "{now:?}");
    assert_eq!(now["adios"].0[1], "bye");
    // Where there is no sound, that is what is told.
    write(folder, &[("b.md", "## ojo\n")]);
    assert!(build(folder, TIME).contains(&"E0360"));
}
