//! The same sources, the same bytes: on every run, in another folder, after touching every file,
//! and however many threads there are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use deckle::BuildTime;
use deckle::project::{BuildOptions, Project};

use crate::decks::{DECKS, copy_tree, example};

fn build(folder: &Path, time: i64) -> Vec<u8> {
    let options = BuildOptions::new(BuildTime::from_unix(time));
    let build = Project::open(folder).unwrap().build(&options).unwrap();
    let written = build.write().unwrap();
    fs::read(&written[0].path).unwrap()
}

fn scratch(name: &str) -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path().join("project");
    copy_tree(&example(name), &folder);
    (scratch, folder)
}

#[test]
fn a_second_build_gives_the_same_bytes() {
    for name in DECKS {
        let (_scratch, folder) = scratch(name);
        let first = build(&folder, 1_800_000_000);
        // The lock keeps the times, so the clock does not matter any more.
        assert!(
            build(&folder, 1_800_086_400) == first,
            "{name}: built twice"
        );
        let lock = fs::read(folder.join("deckle.lock")).unwrap();
        let (_elsewhere, other) = scratch(name);
        fs::write(other.join("deckle.lock"), &lock).unwrap();
        assert!(
            build(&other, 1_800_200_000) == first,
            "{name}: in another folder"
        );
        assert_eq!(
            fs::read(other.join("deckle.lock")).unwrap(),
            lock,
            "{name}: the lock changed"
        );
    }
}

#[test]
fn touching_files_and_threads_change_nothing() {
    for name in DECKS {
        let (_scratch, folder) = scratch(name);
        let first = build(&folder, 1_800_000_000);
        touch(&folder);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap();
        let second = pool.install(|| build(&folder, 1_800_000_000));
        assert!(first == second, "{name}");
    }
}

/// The command line in a world of its own each time: time zone, language, threads, folder.
#[test]
fn the_world_around_changes_nothing() {
    let worlds: [&[(&str, &str)]; 4] = [
        &[("TZ", "UTC"), ("LC_ALL", "C")],
        &[
            ("TZ", "Asia/Kathmandu"),
            ("LC_ALL", "tr_TR.UTF-8"),
            ("LANG", "tr_TR.UTF-8"),
        ],
        &[
            ("TZ", "America/St_Johns"),
            ("LC_ALL", "de_DE.UTF-8"),
            ("RAYON_NUM_THREADS", "1"),
        ],
        &[
            ("TZ", "Pacific/Kiritimati"),
            ("RAYON_NUM_THREADS", "7"),
            ("HOME", "/nowhere"),
        ],
    ];
    for name in DECKS {
        let mut made: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for (index, world) in worlds.iter().enumerate() {
            let (_scratch, folder) = scratch(name);
            let nested = folder.parent().unwrap().join("x".repeat(index * 9 + 1));
            fs::rename(&folder, &nested).unwrap();
            fs::remove_file(nested.join("deckle.lock")).unwrap();
            let output = nested.join("out.apkg");
            let status = Command::new(env!("CARGO_BIN_EXE_deckle"))
                .args(["build", "-q", "-o", "out.apkg"])
                .current_dir(&nested)
                .env("SOURCE_DATE_EPOCH", "1800000000")
                .envs(world.iter().copied())
                .status()
                .unwrap();
            assert!(status.success(), "{name}");
            let lock = fs::read(nested.join("deckle.lock")).unwrap();
            made.push((fs::read(output).unwrap(), lock));
        }
        assert!(made.windows(2).all(|pair| pair[0] == pair[1]), "{name}");
    }
}

#[test]
fn an_unchanged_output_is_not_touched() {
    let (_scratch, folder) = scratch("capitals");
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000));
    let project = Project::open(&folder).unwrap();
    let first = project.build(&options).unwrap().write().unwrap().remove(0);
    assert!(first.changed);
    let modified = fs::metadata(&first.path).unwrap().modified().unwrap();
    let second = project.build(&options).unwrap().write().unwrap().remove(0);
    assert!(!second.changed);
    assert_eq!(
        fs::metadata(&second.path).unwrap().modified().unwrap(),
        modified
    );
}

#[test]
fn the_order_in_which_files_are_named_does_not_matter() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    fs::write(folder.join("a.md"), "## one\n\n1\n").unwrap();
    fs::write(folder.join("b.yaml"), "- [two, 2]\n").unwrap();
    fs::write(folder.join("c.md"), "Q: three\nA: 3\n").unwrap();
    let build = |names: [&str; 3], output: &str| {
        let paths: Vec<PathBuf> = names.iter().map(|name| folder.join(name)).collect();
        let output = folder.join(output);
        let time = BuildTime::from_unix(1_800_000_000);
        let options = BuildOptions::new(time).output(&output);
        let build = Project::open_paths(&paths)
            .unwrap()
            .build(&options)
            .unwrap();
        assert!(
            build.package().is_some(),
            "{:?}",
            build.report().diagnostics
        );
        build.write().unwrap();
        fs::read(output).unwrap()
    };
    let first = build(["a.md", "b.yaml", "c.md"], "1.apkg");
    assert!(first == build(["c.md", "a.md", "b.yaml"], "2.apkg"));
}

#[test]
fn without_a_manifest_the_output_keeps_ids_and_times() {
    let scratch = tempfile::tempdir().unwrap();
    let notes = scratch.path().join("notes.md");
    fs::write(&notes, "## one\n\n1\n\n## two\n\n2\n").unwrap();
    let first = build(&notes, 1_800_000_000);
    assert!(build(&notes, 1_800_086_400) == first);
    fs::write(&notes, "## one\n\n1\n\n## two\n\nzwei\n").unwrap();
    assert!(build(&notes, 1_800_086_400) != first);
}

#[test]
fn errors_leave_an_older_output_alone() {
    let scratch = tempfile::tempdir().unwrap();
    let notes = scratch.path().join("notes.md");
    fs::write(&notes, "## one\n\n1\n").unwrap();
    let first = build(&notes, 1_800_000_000);
    fs::write(&notes, "## one\n\n![](gone.png)\n").unwrap();
    let options = BuildOptions::new(BuildTime::from_unix(1_800_000_000));
    let broken = Project::open(&notes).unwrap().build(&options).unwrap();
    assert!(broken.report().diagnostics.has_errors());
    assert!(broken.write().is_err());
    assert!(fs::read(scratch.path().join("notes.apkg")).unwrap() == first);
}

fn touch(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            touch(&path);
        } else {
            let bytes = fs::read(&path).unwrap();
            fs::remove_file(&path).unwrap();
            fs::write(&path, bytes).unwrap();
        }
    }
}
