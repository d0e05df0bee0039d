//! `deckle doctor` on prepared folders. `SNAPSHOTS=overwrite` takes what it says now.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cli::{Place, Run};
use crate::connect::StandIn;

const MANIFEST: &str = "format: 1\nname: Heart\nuid: 3a6f5d1e-7b0c-4f0f-9b1e-5c1f0d5f3f55\n";
const NOTES: &str = "- {id: a, front: What pumps?, back: The heart}\n";

/// A run at a moment that is past, for a build ahead of the clock is told.
fn past(place: &Place, args: &[&str]) -> Run {
    let mut command = place.command(args);
    command.env("SOURCE_DATE_EPOCH", "1700000000");
    Run::of(command.output().unwrap())
}

/// What it says of a place, with nothing in it that another machine says otherwise.
#[track_caller]
fn check(place: &Place, snapshot: &str, code: i32, others: &[(&str, &str)]) {
    let before = place.files();
    let run = past(place, &["doctor"]).ends(code);
    assert_eq!(place.files(), before, "it writes nothing");
    let outer = place.outer.path().canonicalize().unwrap();
    let mut text = run.stdout + &run.stderr;
    for (from, to) in others {
        text = text.replace(from, to);
    }
    let text = text
        .replace(&*outer.to_string_lossy(), "OUTER")
        .replace(&*place.outer.path().to_string_lossy(), "OUTER")
        .replace('\\', "/")
        .replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let lines = text
        .lines()
        .map(|line| match line.split_once(" in .deckle/cache") {
            Some((words, _)) => {
                let size = words.rsplit("  ").next().unwrap_or_default();
                line.replace(size, "SIZE")
            }
            None => line.to_owned(),
        });
    let text: String = lines.map(|it| it + "\n").collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cmd")
        .join(snapshot);
    if std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
        fs::write(&path, &text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected.replace("\r\n", "\n"));

    // The same for programs.
    let run = past(place, &["doctor", "--json"]).ends(code);
    let found: Vec<BTreeMap<String, Value>> = serde_json::from_str(&run.stdout).unwrap();
    let lines = |state: &str| text.lines().filter(|it| it.starts_with(state)).count();
    for state in ["ok ", "warning ", "problem "] {
        let of = found.iter().filter(|it| it["state"] == state.trim());
        assert_eq!(of.count(), lines(state), "{state}");
    }
    let is_mended = |it: &BTreeMap<String, Value>| it["mend"].is_string() == (it["state"] != "ok");
    assert!(found.iter().all(is_mended), "{found:#?}");
}

#[test]
fn a_project_that_is_well() {
    let manifest = format!("{MANIFEST}ship:\n  phone: {{path: ../phone}}\n");
    let place = Place::new(&[("deckle.yaml", &manifest), ("a.yaml", NOTES)]);
    fs::create_dir_all(place.outer.path().join("phone/.stfolder")).unwrap();
    past(&place, &["ship", "--stignore"]).ends(0);
    check(&place, "doctor-well.txt", 0, &[]);
}

#[test]
fn a_project_that_is_ill() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let manifest = format!(
        "{MANIFEST}ship:\n\
         \x20 phone: {{path: ../phone}}\n  tablet: {{path: ../tablet}}\n\
         \x20 desk: {{via: connect, url: \"http://{address}\"}}\n\
         \x20 lamp: {{via: connect, key-env: DECKLE_NO_SUCH_KEY}}\n\
         \x20 home: {{via: sync, url: \"http://{address}/\", user: me, password-file: no-such-file}}\n"
    );
    let copy = "a.sync-conflict-20261123-101500-ABCDEFG";
    let place = Place::new(&[
        ("deckle.yaml", &manifest),
        ("a.yaml", NOTES),
        (&format!("{copy}.yaml"), NOTES),
        ("b.md", "## Unanswered?\n"),
    ]);
    let phone = place.outer.path().join("phone");
    fs::create_dir_all(phone.join(".stfolder")).unwrap();
    fs::write(phone.join(format!("{copy}.apkg")), "old").unwrap();
    check(&place, "doctor-ill.txt", 1, &[(&address, "127.0.0.1:PORT")]);
    // A lock that no deckle wrote, or a newer one.
    place.put("deckle.lock", "deckle-lock 99\n");
    let run = past(&place, &["doctor"]).ends(1);
    assert!(run.stdout.contains("problem  lock"), "{}", run.stdout);
}

#[test]
fn a_clock_that_is_behind_the_lock() {
    let place = Place::new(&[("deckle.yaml", MANIFEST), ("a.yaml", NOTES)]);
    past(&place, &["build"]).ends(0);
    let mut command = place.command(&["doctor"]);
    command.env("SOURCE_DATE_EPOCH", "1699990000");
    let run = Run::of(command.output().unwrap()).ends(0);
    let told = "its newest change is 2 hours ahead of the clock";
    assert!(run.stdout.contains(told), "{}", run.stdout);
}

#[test]
fn a_voice_that_is_missing_is_looked_for_and_never_run() {
    let audio = "audio: {command: [./voice, '{out}'], encode: [], extension: wav, fields: {Extra: Front}}\n";
    let manifest = format!("{MANIFEST}{audio}");
    let place = Place::new(&[("deckle.yaml", &manifest), ("a.yaml", NOTES)]);
    let run = past(&place, &["doctor"]).ends(1);
    assert!(
        run.stdout.contains("no program `./voice`"),
        "{}",
        run.stdout
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        place.put("voice", "#!/bin/sh\ntouch \"$0.ran\"\n");
        let path = place.folder().join("voice");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let run = past(&place, &["doctor"]);
        assert!(run.stdout.contains("./voice is there"), "{}", run.stdout);
        assert!(!place.folder().join("voice.ran").exists());
    }
}

#[test]
fn a_running_anki() {
    let anki = StandIn::new(&["--key", "k1"]);
    let manifest = |keys: &str| {
        let url = anki.url();
        format!("{MANIFEST}ship: {{desk: {{via: connect, url: \"{url}\"{keys}}}}}\n")
    };
    let place = Place::new(&[("deckle.yaml", &manifest("")), ("a.yaml", NOTES)]);
    let run = past(&place, &["doctor"]).ends(1);
    assert!(
        run.stdout.contains("name the variable or file"),
        "{}",
        run.stdout
    );
    place.put("deckle.yaml", manifest(", key-env: DECKLE_TEST_KEY"));
    let mut command = place.command(&["doctor"]);
    command.env("DECKLE_TEST_KEY", "k1");
    let run = Run::of(command.output().unwrap()).ends(0);
    assert!(
        run.stdout.contains("AnkiConnect answers at"),
        "{}",
        run.stdout
    );
    assert!(
        !run.stdout.contains("imports no packages"),
        "{}",
        run.stdout
    );
}
