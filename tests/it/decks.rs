//! The example decks and starters, built as a user builds them and judged by the real Anki.

use std::fs;
use std::path::{Path, PathBuf};

use deckle::BuildTime;
use deckle::project::starter::{Starter, create};
use deckle::project::{BuildOptions, Project};

use crate::judge::judge;

pub(crate) const DECKS: &[&str] = &["anatomy", "capitals", "physics", "rust", "spanish"];

pub(crate) fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/decks")
        .join(name)
}

/// Copies a project without what earlier builds left in it.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            if entry.file_name() != "dist" {
                copy_tree(&path, &target);
            }
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn build(folder: &Path, output: &Path) {
    let options = BuildOptions::new(BuildTime::from_unix(1_795_320_000)).output(output);
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let report = build.report();
    let found: Vec<String> = report
        .diagnostics
        .iter()
        .map(|it| deckle::diag::render_short(it, &report.sources))
        .collect();
    assert!(
        found.is_empty(),
        "{}:\n{}",
        folder.display(),
        found.join("\n")
    );
    build.write().unwrap();
}

#[test]
fn every_example_deck_and_starter_passes_the_judge() {
    let scratch = tempfile::tempdir().unwrap();
    let mut packages = Vec::new();
    for name in DECKS {
        let folder = scratch.path().join(name);
        copy_tree(&example(name), &folder);
        let lock = fs::read(folder.join("deckle.lock")).expect("an example deck has its lock");
        let output = scratch.path().join(format!("{name}.apkg"));
        build(&folder, &output);
        let now = fs::read(folder.join("deckle.lock")).unwrap();
        assert!(
            lock == now,
            "{name}: deckle.lock is not up to date; build the deck and commit it"
        );
        packages.push(output);
    }
    let starters = [
        ("default", Starter::Default),
        ("vocabulary", Starter::Vocabulary),
        ("science", Starter::Science),
    ];
    for (name, starter) in starters {
        let folder = scratch.path().join("starters").join(name);
        let uid = "00000000-0000-4000-8000-000000000000";
        create(&folder, starter, Some(&format!("Starter {name}")), uid).unwrap();
        let output = scratch.path().join(format!("starter-{name}.apkg"));
        build(&folder, &output);
        packages.push(output);
    }
    judge(&packages);
}

#[test]
fn every_example_deck_has_over_30_notes() {
    for name in DECKS {
        let options = BuildOptions::new(BuildTime::from_unix(1_795_320_000));
        let report = Project::open(example(name))
            .unwrap()
            .check(&options)
            .unwrap();
        assert!(
            report.statistics.notes > 30,
            "{name}: {} notes",
            report.statistics.notes
        );
    }
}
