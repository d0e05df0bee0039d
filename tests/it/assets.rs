//! Files of card templates and CSS reach every learner: the real Anki shows the changed ones after an
//! import over the old ones, and a package that is unpacked builds the same again.

use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::package::PackageReader;
use deckle::project::{BuildOptions, Project};
use serde_json::{Value, json};

use crate::judge::run_script;
use crate::sample::sample;

const MANIFEST: &str = "format: 1\nname: Words\nuid: 6f1a2b3c-5d0c-4f0e-9a51-0b7e3c1e4d5e\n";
const TYPE: &str = "key: word\nfields: [Word, {name: Picture, kind: image}]\ncard-templates:\n  - {name: Recognize, front: front.html, back: {html: '{{Picture}}'}}\ncss: style.css\n";
const FRONT: &str = "<img src=\"logo.png\" srcset=\"logo.png 2x\"><link rel=stylesheet href=_more.css>{{Word}}<script src='_run.js'></script>";
const STYLE: &str = "@font-face { font-family: w; src: url(\"fonts/word.woff2\") }\n.card { font-family: w; background: url(_paper.png) }\n";

/// The files that change, by what they hold in the first release and in the second.
const CHANGING: [(&str, &str, &str); 6] = [
    ("types/word/fonts/word.woff2", "font 1", "font 2"),
    ("types/word/logo.png", "logo 1", "logo 2"),
    ("types/word/_paper.png", "paper 1", "paper 2"),
    ("types/word/_inner.png", "inner 1", "inner 2"),
    ("types/word/_data.json", "data 1", "data 2"),
    ("poster.jpg", "poster 1", "poster 2"),
];

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let bytes = sample(path.to_str().unwrap(), text);
    fs::write(path, bytes).unwrap();
}

fn project(folder: &Path) {
    write(folder, "deckle.yaml", MANIFEST);
    write(folder, "types/word/type.yaml", TYPE);
    write(folder, "types/word/front.html", FRONT);
    write(folder, "types/word/style.css", STYLE);
    write(
        folder,
        "types/word/_more.css",
        "b { background: url('_inner.png') }",
    );
    write(folder, "types/word/_run.js", "fetch(\"_data.json\")");
    write(folder, "heart.png", "heart");
    let word = "<video poster='poster.jpg' src='heart.mp4'></video>el gato";
    let notes = format!("- {{type: word, Word: {{html: \"{word}\"}}, Picture: heart.png}}\n");
    write(folder, "words.yaml", &notes);
    write(folder, "heart.mp4", "film");
}

fn build(folder: &Path, output: &str, time: i64) -> PathBuf {
    let output = folder.join(output);
    let options = BuildOptions::new(BuildTime::from_unix(time))
        .output(&output)
        .force(true);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let found: Vec<_> = build.report().diagnostics.iter().collect();
    assert!(found.is_empty(), "{found:?}");
    build.write().unwrap();
    output
}

/// What stands in the places of names, as far as it is a file: its content.
fn shown(report: &Value, release: usize) {
    let files = report["files"].as_object().unwrap();
    let mut texts = vec![report["css"][0].as_str().unwrap().to_owned()];
    texts.push(report["fronts"][0].as_str().unwrap().to_owned());
    texts.push(report["fields"][0].as_str().unwrap().to_owned());
    // What these load, and what that loads.
    for _ in 0..2 {
        let named: Vec<String> = files
            .iter()
            .filter(|(name, _)| texts.iter().any(|text| text.contains(*name)))
            .map(|(_, text)| text.as_str().unwrap().to_owned())
            .collect();
        texts.extend(named);
    }
    for (path, first, second) in CHANGING {
        let (new, old) = if release == 1 {
            (first, second)
        } else {
            (second, first)
        };
        // A picture holds its text within.
        let has = |what: &str| texts.iter().any(|it| it.contains(what));
        assert!(
            has(new) && !has(old),
            "{path} in release {release}: {report:#}"
        );
    }
    assert_eq!(report["missing"], json!([]), "{report:#}");
}

#[test]
fn changed_files_reach_those_who_have_the_old_ones() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("words");
    project(&folder);
    CHANGING
        .iter()
        .for_each(|(path, text, _)| write(&folder, path, text));
    let first = build(&folder, "first.apkg", 1_750_000_000);
    let again = build(&folder, "again.apkg", 1_750_000_100);
    assert_eq!(fs::read(&first).unwrap(), fs::read(&again).unwrap());
    CHANGING
        .iter()
        .for_each(|(path, _, text)| write(&folder, path, text));
    let second = build(&folder, "second.apkg", 1_750_001_000);
    let input = json!([first, second]).to_string();
    for backend in ["anki-26.9.3", "anki-25.9.2"] {
        let output = run_script(backend, "assets.py", &[], input.as_bytes()).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = text
            .lines()
            .last()
            .unwrap_or_else(|| panic!("{backend}: {errors}"));
        let reports: Value = serde_json::from_str(last).unwrap();
        shown(&reports[0], 1);
        shown(&reports[1], 2);
    }
}

#[test]
fn what_is_unpacked_has_the_same_names() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("words");
    project(&folder);
    CHANGING
        .iter()
        .for_each(|(path, text, _)| write(&folder, path, text));
    write(
        &folder,
        "deckle.yaml",
        &format!("{MANIFEST}assets: {{keep: ['_free*']}}\n"),
    );
    write(&folder, "_free.txt", "no text names it");
    let package = build(&folder, "first.apkg", 1_750_000_000);
    let unpacked = scratch.path().join("unpacked");
    let options = deckle::project::unpack::UnpackOptions::new("a-uid");
    deckle::project::unpack::unpack(&package, &unpacked, &options).unwrap();
    let again = build(&unpacked, "again.apkg", 1_760_000_000);
    assert_eq!(names(&package), names(&again));
    assert!(names(&again).contains(&"_free.txt".to_owned()));
    // What changes gets a new name, without the old hash.
    let media = unpacked.join("media");
    let files = fs::read_dir(&media).unwrap().map(|it| it.unwrap().path());
    let logo = files
        .into_iter()
        .find(|it| {
            it.file_name()
                .unwrap()
                .to_string_lossy()
                .starts_with("_logo-")
        })
        .unwrap();
    fs::write(&logo, sample(".png", "another logo")).unwrap();
    let changed = names(&build(&unpacked, "changed.apkg", 1_770_000_000));
    let logos: Vec<&String> = changed
        .iter()
        .filter(|it| it.starts_with("_logo"))
        .collect();
    assert_eq!(logos.len(), 1, "{changed:?}");
    assert_eq!(logos[0].len(), "_logo-0123456789abcdef.png".len());
    assert!(!names(&package).contains(logos[0]));
}

fn names(package: &Path) -> Vec<String> {
    let reader = PackageReader::open(package).unwrap();
    let mut names: Vec<String> = reader
        .contents()
        .media
        .iter()
        .map(|it| it.name.clone())
        .collect();
    names.sort_unstable();
    names
}
