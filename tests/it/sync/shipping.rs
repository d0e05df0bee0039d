//! `deckle ship` onto a sync server, from the project file to the devices: the real program, what it
//! tells, what it keeps, and what it leaves alone where something fails.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::account::{Account, Then};
use crate::cli::{Place, Run};
use crate::shipped::ways_of_removal;

const PASSWORD: &str = "secret";
const NOTES: &str = "- {id: a, front: one, back: 1}\n- {id: b, front: two, back: 2}\n";

/// What a project says; the secret comes from the environment unless `keys` say otherwise.
fn manifest(url: &str, keys: &str) -> String {
    format!(
        "format: 1\nname: Heart\nuid: 3a6f5d1e-7b0c-4f0f-9b1e-5c1f0d5f3f55\nship:\n\
         \x20 home: {{via: sync, url: \"{url}\", user: me{keys}}}\n"
    )
}

const ENVIRONMENT: &str = ", password-env: DECKLE_TEST_PASSWORD";

fn shipping(account: &Account, keys: &str, notes: &str) -> Place {
    let manifest = manifest(&account.url(), &format!("{ENVIRONMENT}{keys}"));
    Place::new(&[("deckle.yaml", &manifest), ("a.yaml", notes)])
}

/// A run at another moment, with this in the variable and on standard input. Nothing that it prints
/// holds a secret.
#[track_caller]
fn run(place: &Place, seconds: i64, args: &[&str], variable: Option<&str>, input: &str) -> Run {
    let mut command = place.command(args);
    command.env("SOURCE_DATE_EPOCH", (1_700_000_000 + seconds).to_string());
    command.env_remove("DECKLE_TEST_PASSWORD");
    if let Some(value) = variable {
        command.env("DECKLE_TEST_PASSWORD", value);
    }
    let run = Run::fed(&mut command, input);
    let printed = format!("{}{}", run.stdout, run.stderr);
    assert!(
        !printed.contains("secret-") && !printed.contains("=secret"),
        "{printed}"
    );
    run
}

#[track_caller]
fn ship(place: &Place, seconds: i64, args: &[&str]) -> Run {
    let args = [&["ship"], args].concat();
    run(place, seconds, &args, Some(PASSWORD), "")
}

/// What `--json` says of the one target.
fn object(run: &Run) -> Value {
    let value: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value.as_array().unwrap().len(), 1, "{value}");
    value[0].clone()
}

/// The note on a device that asks this.
fn note<'a>(notes: &'a Value, front: &str) -> &'a Value {
    let mut all = notes.as_object().unwrap().values();
    all.find(|it| it["fields"]["Front"] == front)
        .unwrap_or_else(|| panic!("no {front} in {notes:#}"))
}

fn base(place: &Place) -> PathBuf {
    place.folder().join(".deckle/base/home/Heart.apkg")
}

#[test]
fn a_project_arrives_once_and_then_what_changed() {
    let account = Account::with_two();
    let place = shipping(&account, "", NOTES);

    let before = place.files();
    let planned = object(&ship(&place, 0, &["--dry-run", "--json"]).ends(0));
    assert_eq!(place.files(), before);
    assert_eq!(
        (&planned["target"], &planned["via"], &planned["url"]),
        (&json!("home"), &json!("sync"), &json!(account.url()))
    );
    assert_eq!(
        (&planned["away"], &planned["error"]),
        (&json!(false), &json!(null))
    );
    let plan = &planned["packages"][0];
    let expect = [
        ("state", json!("new")),
        ("added", json!(2)),
        ("new-cards", json!(2)),
        ("decks", json!(["Heart", "Heart::a"])),
        ("media", json!(0)),
    ];
    for (key, value) in &expect {
        assert_eq!(plan[key], *value, "{key} of {plan}");
    }
    assert!(plan["transfer"].as_u64().unwrap() > 100, "{plan}");
    assert_eq!(account.sync("b"), "NO_CHANGES");

    let done = ship(&place, 0, &[]).ends(0);
    let told = format!(
        "home: delivered Heart.apkg to {}: 2 notes, all new",
        account.url()
    );
    assert!(done.stderr.contains(&told), "{}", done.stderr);
    let built = fs::read(place.folder().join("Heart.apkg")).unwrap();
    assert_eq!(fs::read(base(&place)).unwrap(), built);
    account.settle();

    // A repeat sends nothing, and no device sees a change.
    let again = ship(&place, 10, &[]).ends(0);
    let told = format!("home: unchanged Heart.apkg at {}", account.url());
    assert!(again.stderr.contains(&told), "{}", again.stderr);
    let again = object(&ship(&place, 10, &["--json"]).ends(0));
    let again = &again["packages"][0];
    assert_eq!(
        (&again["state"], &again["current"]),
        (&json!("unchanged"), &json!(2))
    );
    assert_eq!(account.sync("b"), "NO_CHANGES");

    // One note changes, the other moves; what was planned is what is done.
    account.ask("a", "review", json!({"count": 1, "deck": "Heart"}));
    account.settle();
    let schedules = account.schedules("a");
    place.put(
        "a.yaml",
        "- {id: a, front: one, back: I}\n- {id: b, front: two, back: 2, deck: \"::Other\"}\n",
    );
    let planned = object(&ship(&place, 20, &["--dry-run", "--json"]).ends(0));
    assert_eq!(account.sync("b"), "NO_CHANGES");
    let done = object(&ship(&place, 20, &["home", "--json"]).ends(0));
    let (planned, done) = (&planned["packages"][0], &done["packages"][0]);
    assert_eq!(
        (&done["changed"], &done["moved"], &done["state"]),
        (&json!(1), &json!(1), &json!("changed"))
    );
    let keys = planned.as_object().unwrap().keys();
    // A plan is counted without its envelopes, and its package is gone.
    let others = ["path", "transfer", "received", "requests"];
    for key in keys.filter(|it| !others.contains(&it.as_str())) {
        assert_eq!(done[key], planned[key], "{key}");
    }
    account.settle();
    assert_eq!(account.schedules("b"), schedules);
    let notes = account.notes("b");
    assert_eq!(note(&notes, "one")["fields"]["Back"], "I");
    assert_eq!(note(&notes, "two")["decks"]["0"], "Heart::a::Other");
    let last = ship(&place, 30, &[]).ends(0);
    assert!(last.stderr.contains("home: unchanged"), "{}", last.stderr);
}

#[test]
fn passwords_come_from_where_nobody_else_reads_them() {
    let account = Account::with_two();
    let place = shipping(&account, "", NOTES);
    let check = |args: &[&str], variable: Option<&str>, input: &str, code: i32, told: &str| {
        let run = run(&place, 0, args, variable, input).ends(code);
        assert!(run.stderr.contains(told), "{}", run.stderr);
    };
    let plain = ["ship"];
    let away = "no such user, or another password";
    check(
        &plain,
        None,
        "",
        2,
        "home: the variable DECKLE_TEST_PASSWORD",
    );
    check(&plain, Some("secret-not"), "", 4, away);
    assert!(!base(&place).exists());
    check(&plain, Some(PASSWORD), "", 0, "home: delivered");

    let doctor = ["doctor"];
    for (word, code, told) in [(PASSWORD, 0, "lets me log in"), ("secret-not", 1, away)] {
        let run = run(&place, 0, &doctor, Some(word), "").ends(code);
        assert!(run.stdout.contains(told), "{}", run.stdout);
    }

    // Over standard input, which goes before what the target names.
    let typed = ["ship", "--password-stdin"];
    check(&typed, Some("secret-not"), "secret\n", 0, "unchanged");
    place.put("deckle.yaml", manifest(&account.url(), ""));
    check(&plain, Some(PASSWORD), "", 2, "wants a password");
    check(&typed, None, "secret\n", 0, "unchanged");
    check(&typed, None, "secret-not\n", 4, away);
    check(&typed, None, "", 2, "brought no secret");

    // In a file of one's own.
    place.put("../word", "secret\nand more\n");
    place.put(
        "deckle.yaml",
        manifest(&account.url(), ", password-file: ../word"),
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let path = place.outer.path().join("word");
        let set = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        set(0o640);
        check(&plain, None, "", 2, "chmod 600");
        set(0o600);
    }
    check(&plain, None, "", 0, "unchanged");
    place.put("../word", "secret-not\n");
    check(&plain, None, "", 4, away);
    fs::remove_file(place.outer.path().join("word")).unwrap();
    check(&plain, None, "", 3, "word");

    // One that stands in the project file is an error, which does not show it.
    place.put(
        "deckle.yaml",
        manifest(&account.url(), ", password: secret-not"),
    );
    check(&plain, None, "", 1, "must not hold its `password`");
    account.settle();
}

/// Where nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

#[test]
fn a_server_that_is_away_keeps_nobody_from_theirs() {
    let text = manifest(&nowhere(), ENVIRONMENT) + "  phone: {path: ../phone}\n";
    let place = Place::new(&[("deckle.yaml", &text), ("a.yaml", NOTES)]);
    fs::create_dir(place.outer.path().join("phone")).unwrap();
    for dry in [true, false] {
        let mut args = vec!["--json"];
        args.extend(dry.then_some("--dry-run"));
        let run = ship(&place, 0, &args).ends(4);
        assert!(
            run.stderr.contains("home: the sync server at"),
            "{}",
            run.stderr
        );
        let value: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(
            (&value[0]["away"], &value[0]["packages"]),
            (&json!(true), &json!([]))
        );
        assert!(
            value[0]["error"]
                .as_str()
                .unwrap()
                .contains("does not answer")
        );
        assert_eq!(value[1]["error"], Value::Null);
        assert_eq!(place.outer.path().join("phone/Heart.apkg").is_file(), !dry);
        assert!(!base(&place).exists());
    }
    // AnkiWeb is not even asked.
    place.put(
        "deckle.yaml",
        manifest("https://sync.ankiweb.net/", ENVIRONMENT),
    );
    let run = ship(&place, 0, &["home"]).ends(4);
    assert!(run.stderr.contains("approved programs"), "{}", run.stderr);
}

#[test]
fn removed_notes_are_treated_as_declared_and_guarded() {
    let account = Account::with_two();
    for (number, (way, expect)) in (1..).zip(ways_of_removal()) {
        let note = |name: &str| format!("- {{id: {name}, front: {name}{number}, back: x}}\n");
        let state = |name: &str| {
            let query = format!(
                "select n.tags, c.queue from cards c join notes n on n.id = c.nid where n.sfld = '{name}{number}'"
            );
            account.ask("b", "sql", json!({"query": query}))[0].clone()
        };
        let place = shipping(&account, "", &(note("a") + &note("b") + &note("c")));
        let declare = |more: &str| {
            let keys = format!("{ENVIRONMENT}, removed: {way}{more}");
            let text = manifest(&account.url(), &keys);
            place.put(
                "deckle.yaml",
                text.replace("5f3f55", &format!("5f3f5{number}")),
            );
        };
        declare("");
        let seconds = i64::from(number) * 1000;
        ship(&place, seconds, &[]).ends(0);
        let kept = fs::read(base(&place)).unwrap();
        account.sync("b");

        place.put("a.yaml", note("a"));
        if way != "keep" {
            declare(", max-removed: 1");
            for args in [&["--dry-run"][..], &[]] {
                let run = ship(&place, seconds + 1, args).ends(1);
                assert!(run.stderr.contains("nothing was sent"), "{}", run.stderr);
                assert!(run.stderr.contains("`max-removed: 2`"), "{}", run.stderr);
            }
            assert_eq!(account.sync("b"), "NO_CHANGES", "{way}");
            assert_eq!(fs::read(base(&place)).unwrap(), kept, "{way}");
            declare("");
        }
        let sent = object(&ship(&place, seconds + 2, &["--json"]).ends(0));
        let sent = &sent["packages"][0];
        let treated = if way == "keep" { 0 } else { 2 };
        assert_eq!(
            (&sent["removed"], &sent["treated"]),
            (&json!(2), &json!(treated)),
            "{way}: {sent}"
        );
        account.sync("b");
        for name in ["b", "c"] {
            assert_eq!(state(name), expect, "{way}");
        }
        assert_eq!(state("a"), json!(["", 0]), "{way}");
        assert_ne!(fs::read(base(&place)).unwrap(), kept, "{way}");
        // What is gone is known no more.
        let run = ship(&place, seconds + 3, &[]).ends(0);
        assert!(run.stderr.contains("unchanged"), "{}", run.stderr);
    }
    account.settle();
}

#[test]
fn what_broke_off_is_done_by_the_next_run() {
    let account = Account::with_two();
    let notes = |text: &str| -> String {
        let note = |it: usize| format!("- {{id: n{it}, front: {it}, back: {text}}}\n");
        (0..300).map(note).collect()
    };
    let place = shipping(&account, "", &notes("one"));
    place.put("heart.png", crate::sample::sample("heart.png", "heart"));
    place.put("b.yaml", "- {id: p, front: '![](heart.png)', back: x}\n");
    let query = "select count(), sum(flds like '%one%'), sum(flds like '%two%') from notes";
    let count = || account.ask("b", "sql", json!({"query": query}))[0].clone();
    // Where it breaks off, and how many notes are there then.
    let stages = [
        ("uploadChanges", Then::KillBefore, json!([1, 0, 0])),
        ("applyChanges", Then::KillAfter, json!([1, 0, 0])),
        ("applyChunk", Then::KillAfter, json!([1, 0, 0])),
        ("finish", Then::KillBefore, json!([1, 0, 0])),
        // Its answer alone is lost.
        ("finish", Then::KillAfter, json!([302, 300, 0])),
    ];
    for (stage, then, expect) in stages {
        let mut then = Some(then);
        let broken = account.through(
            |call| match call == stage {
                true => then.take().unwrap_or(Then::Forward),
                false => Then::Forward,
            },
            |url| {
                place.put("deckle.yaml", manifest(url, ENVIRONMENT));
                ship(&place, 0, &["--json"])
            },
        );
        let object = object(&broken.ends(4));
        assert_eq!(object["away"], true, "{object}");
        assert_eq!(object["packages"], json!([]), "{stage}");
        assert!(!base(&place).exists(), "{stage}");
        account.restart();
        account.sync("b");
        assert_eq!(count(), expect, "{stage}");
    }
    place.put("deckle.yaml", manifest(&account.url(), ENVIRONMENT));
    let run = ship(&place, 0, &[]).ends(0);
    assert!(run.stderr.contains("home: unchanged"), "{}", run.stderr);
    assert!(base(&place).exists());
    account.settle();

    // A change that broke off.
    place.put("a.yaml", notes("two"));
    let kept = fs::read(base(&place)).unwrap();
    let broken = account.through(
        |call| match call {
            "sanityCheck2" => Then::KillAfter,
            _ => Then::Forward,
        },
        |url| {
            place.put("deckle.yaml", manifest(url, ENVIRONMENT));
            ship(&place, 10, &[])
        },
    );
    broken.ends(4);
    account.restart();
    assert_eq!(fs::read(base(&place)).unwrap(), kept);
    assert_eq!(account.sync("b"), "NO_CHANGES");
    place.put("deckle.yaml", manifest(&account.url(), ENVIRONMENT));
    let run = ship(&place, 20, &[]).ends(0);
    assert!(run.stderr.contains("300 changed"), "{}", run.stderr);
    account.settle();
    assert_eq!(count(), json!([302, 0, 300]));
    assert_eq!(
        account
            .ask("b", "files", json!({}))
            .as_object()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_learner_who_is_at_it_keeps_what_is_newer() {
    let account = Account::with_two();
    let place = shipping(&account, "", NOTES);
    ship(&place, 0, &[]).ends(0);
    account.settle();
    let notes = account.notes("a");
    let guid = |front: &str| {
        let mut all = notes.as_object().unwrap().iter();
        let found = all.find(|(_, it)| it["fields"]["Front"] == front);
        found.map(|(guid, _)| guid.clone()).unwrap()
    };
    // One edit is older than the author's change, the other newer.
    for (front, seconds) in [("one", 1_700_000_005), ("two", 1_700_000_500)] {
        let edit = json!({"guid": guid(front), "field": "Back", "text": "mine", "mod": seconds});
        account.ask("a", "edit", edit);
    }
    account.settle();
    place.put("a.yaml", NOTES.replace("back: ", "back: new "));
    let run = ship(&place, 10, &[]).ends(0);
    for told in [
        "home: 1 note edited by the learner and changed here later: the edit is overwritten",
        "home: 1 note edited by the learner after the author: kept so",
    ] {
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
    account.settle();
    let notes = account.notes("b");
    for (front, back) in [("one", "new 1"), ("two", "mine")] {
        assert_eq!(note(&notes, front)["fields"]["Back"], back);
    }
}

#[test]
fn an_account_without_cards_is_told_of() {
    let account = Account::new();
    let place = shipping(&account, "", NOTES);
    let run = ship(&place, 0, &[]).ends(0);
    assert!(
        run.stderr
            .contains("warning: home: the account was empty: a device"),
        "{}",
        run.stderr
    );
    let run = ship(&place, 1, &[]).ends(0);
    assert!(!run.stderr.contains("empty"), "{}", run.stderr);
    assert_eq!(account.sync("a"), "FULL_DOWNLOAD");
}
