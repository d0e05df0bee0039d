//! `deckle ship` into a running Anki, from the project file on: what arrives, what happens to what
//! was moved and removed, where secrets come from and that nobody sees them, and what fails alone.

use std::fs;
use std::net::TcpListener;

use serde_json::{Value, json};

use crate::cli::{Place, Run};
use crate::connect::StandIn;

const SECRET: &str = "hunter2-the-key";

/// A project that ships into an Anki and into a folder.
fn shipping(url: &str, keys: &str, notes: &str) -> Place {
    let place = Place::new(&[("deckle.yaml", &manifest(url, keys)), ("a.yaml", notes)]);
    fs::create_dir(place.outer.path().join("phone")).unwrap();
    place
}

fn manifest(url: &str, keys: &str) -> String {
    format!(
        "format: 1\nname: Heart\nuid: 3a6f5d1e-7b0c-4f0f-9b1e-5c1f0d5f3f55\nship:\n\
         \x20 desk: {{via: connect, url: \"{url}\"{keys}}}\n  phone: {{path: ../phone}}\n"
    )
}

/// A run at another moment: notes of projects that were built at one have the same ids.
fn at(place: &Place, seconds: i64, args: &[&str]) -> Run {
    let mut command = place.command(args);
    command.env("SOURCE_DATE_EPOCH", (1_700_000_000 + seconds).to_string());
    Run::of(command.output().unwrap())
}

fn object(run: &Run, target: usize) -> Value {
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    value[target].clone()
}

fn base(place: &Place) -> std::path::PathBuf {
    place.folder().join(".deckle/base/desk/Heart.apkg")
}

/// Where nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn a_project_arrives_once_and_then_what_changed() {
    let anki = StandIn::new(&[]);
    let notes = "- {id: a, front: one, back: 1}\n- {id: b, front: two, back: 2}\n";
    let place = shipping(&anki.url(), "", notes);

    let run = at(&place, 0, &["ship", "--dry-run", "--json"]).ends(0);
    let planned = object(&run, 0);
    assert_eq!(
        (&planned["via"], &planned["url"]),
        (&json!("connect"), &json!(anki.url()))
    );
    assert_eq!(planned["packages"][0]["added"], 2);
    assert_eq!(anki.sql("select count() from notes"), json!([[0]]));
    assert!(!base(&place).exists());

    let run = at(&place, 0, &["ship"]).ends(0);
    assert!(
        run.stderr.contains("desk: delivered Heart.apkg to http://"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("2 notes, all new"), "{}", run.stderr);
    assert_eq!(anki.sql("select count() from notes"), json!([[2]]));
    let built = fs::read(place.folder().join("Heart.apkg")).unwrap();
    assert_eq!(fs::read(base(&place)).unwrap(), built);

    anki.calls();
    let run = at(&place, 10, &["ship", "desk"]).ends(0);
    assert!(
        run.stderr.contains("desk: unchanged Heart.apkg at http://"),
        "{}",
        run.stderr
    );
    anki.only_looked_at();

    // One note changes, the other moves; what was planned is what is done.
    place.put(
        "a.yaml",
        "- {id: a, front: one, back: I}\n- {id: b, front: two, back: 2, deck: \"::Other\"}\n",
    );
    let before = place.files();
    let planned = at(&place, 20, &["ship", "desk", "--dry-run", "--json"]).ends(0);
    assert_eq!(place.files(), before);
    let planned = object(&planned, 0)["packages"][0].clone();
    assert_eq!(
        (&planned["changed"], &planned["moved"]),
        (&json!(1), &json!(1))
    );
    let done = at(&place, 20, &["ship", "desk", "--json"]).ends(0);
    let done = object(&done, 0)["packages"][0].clone();
    for key in [
        "state", "added", "changed", "moved", "removed", "media", "bytes", "notes",
    ] {
        assert_eq!(done[key], planned[key], "{key}");
    }
    let decks = anki.sql("select n.sfld, d.name from cards c join notes n on n.id = c.nid join decks d on d.id = c.did order by 1");
    assert_eq!(
        decks,
        json!([["one", "Heart\u{1f}a"], ["two", "Heart\u{1f}a\u{1f}Other"]])
    );
    let run = at(&place, 30, &["ship", "desk"]).ends(0);
    assert!(run.stderr.contains("desk: unchanged"), "{}", run.stderr);
}

/// What `removed` can say, and the tags and the queue of a removed note then.
pub(crate) fn ways_of_removal() -> [(&'static str, Value); 5] {
    [
        ("keep", json!(["", 0])),
        ("tag", json!([" deckle::removed ", 0])),
        ("{tag: gone}", json!([" gone ", 0])),
        ("suspend", json!(["", -1])),
        ("delete", Value::Null),
    ]
}

#[test]
fn removed_notes_are_treated_as_declared_and_guarded() {
    let anki = StandIn::new(&[]);
    let state = |name: &str| {
        let found = anki.sql(&format!(
            "select n.tags, c.queue from cards c join notes n on n.id = c.nid where n.sfld = '{name}'"
        ));
        found[0].clone()
    };
    for (number, (way, expect)) in (1..).zip(ways_of_removal()) {
        let note = |name: &str| format!("- {{id: {name}, front: {name}{number}, back: x}}\n");
        let keys = format!(", removed: {way}");
        let manifest =
            |keys: &str| manifest(&anki.url(), keys).replace("5f3f55", &format!("5f3f5{number}"));
        let place = shipping(&anki.url(), "", &(note("a") + &note("b") + &note("c")));
        place.put("deckle.yaml", manifest(&keys));
        let seconds = i64::from(number) * 1000;
        at(&place, seconds, &["ship", "desk"]).ends(0);
        let kept = fs::read(base(&place)).unwrap();

        place.put("a.yaml", note("a"));
        if way != "keep" {
            place.put("deckle.yaml", manifest(&format!("{keys}, max-removed: 1")));
            let run = at(&place, seconds + 1, &["ship", "desk"]).ends(1);
            assert!(run.stderr.contains("nothing was sent"), "{}", run.stderr);
            assert!(run.stderr.contains("`max-removed: 2`"), "{}", run.stderr);
            assert_eq!(state(&format!("b{number}")), json!(["", 0]), "{way}");
            assert_eq!(fs::read(base(&place)).unwrap(), kept, "{way}");
            place.put("deckle.yaml", manifest(&keys));
        }
        let run = at(&place, seconds + 2, &["ship", "desk", "--json"]).ends(0);
        let sent = object(&run, 0)["packages"][0].clone();
        assert_eq!(sent["removed"], 2, "{way}: {sent}");
        for name in ["b", "c"] {
            assert_eq!(state(&format!("{name}{number}")), expect, "{way}");
        }
        assert_eq!(state(&format!("a{number}")), json!(["", 0]), "{way}");
        assert_ne!(fs::read(base(&place)).unwrap(), kept, "{way}");
    }
}

#[test]
fn a_server_that_is_away_keeps_nobody_from_theirs() {
    let place = shipping(&nowhere(), "", "- {id: a, front: one, back: 1}\n");
    let run = at(&place, 0, &["ship", "--json"]).ends(4);
    assert!(
        run.stderr.contains("desk: AnkiConnect at"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("phone: delivered"), "{}", run.stderr);
    let desk = object(&run, 0);
    assert_eq!(desk["away"], true);
    assert!(desk["error"].as_str().unwrap().contains("does not answer"));
    assert_eq!(object(&run, 1)["error"], Value::Null);
    assert!(place.outer.path().join("phone/Heart.apkg").is_file());
    assert!(!base(&place).exists());
    // A plan asks, too.
    at(&place, 0, &["ship", "--dry-run"]).ends(4);
}

/// The run, and that the key stands in nothing that it printed.
#[track_caller]
fn with_key(place: &Place, args: &[&str], variable: Option<&str>, input: &str) -> Run {
    let mut command = place.command(args);
    command.env("SOURCE_DATE_EPOCH", "1700000000");
    command.env_remove("DECKLE_TEST_KEY");
    if let Some(value) = variable {
        command.env("DECKLE_TEST_KEY", value);
    }
    let run = Run::fed(&mut command, input);
    let printed = format!("{}{}", run.stdout, run.stderr);
    assert!(!printed.contains("hunter2"), "{printed}");
    run
}

#[test]
fn keys_come_from_where_nobody_else_reads_them() {
    let anki = StandIn::new(&["--key", SECRET]);
    let note = "- {id: a, front: one, back: 1}\n";
    let place = shipping(&anki.url(), ", key-env: DECKLE_TEST_KEY", note);
    let ship = |variable, expect: i32, told: &str| {
        let run = with_key(&place, &["ship"], variable, "").ends(expect);
        assert!(run.stderr.contains(told), "{}", run.stderr);
    };
    ship(None, 2, "desk: the variable DECKLE_TEST_KEY");
    assert!(place.outer.path().join("phone/Heart.apkg").is_file());
    ship(Some("hunter2-another"), 4, "desk: AnkiConnect refuses");
    ship(Some(SECRET), 0, "desk: delivered");

    // Over standard input: for one server, and nothing in the project file.
    place.put("deckle.yaml", manifest(&anki.url(), ""));
    with_key(&place, &["ship"], None, "").ends(4);
    let typed = ["ship", "--password-stdin"];
    with_key(&place, &typed, None, &format!("{SECRET}\n")).ends(0);
    with_key(&place, &typed, None, "hunter2\n").ends(4);
    with_key(&place, &typed, None, "").ends(2);
    with_key(&place, &["ship", "phone", "--password-stdin"], None, SECRET).ends(2);

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        place.put("../key", format!("{SECRET}\n"));
        place.put("deckle.yaml", manifest(&anki.url(), ", key-file: ../key"));
        let path = place.outer.path().join("key");
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set(0o644);
        let run = with_key(&place, &["ship"], None, "").ends(2);
        assert!(run.stderr.contains("chmod 600"), "{}", run.stderr);
        set(0o600);
        with_key(&place, &["ship"], None, "").ends(0);
    }
}
