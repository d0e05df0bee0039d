//! A server that fails at any stage, and devices that are at it at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use deckle::ErrorKind;
use deckle::sync::{Credentials, PushOptions, Pushed, Removed, Server, push};
use serde_json::{Value, json};

use super::account::{Account, Releases, Then, World, Written, guid, note, words};

fn verbs() -> Vec<Written> {
    vec![
        Written::new("ser", &["ser", "to be"]),
        Written::new("ir", &["ir", "to go"]),
        Written::new("ver", &["ver", "to see"]),
    ]
}

fn login() -> Credentials {
    Credentials::new("me", "secret")
}

/// An account that has a release, and the next one, in which much changes.
pub(super) fn prepared() -> (Account, Releases, std::path::PathBuf, PushOptions) {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&words(), &verbs());
    account.push(&first, &PushOptions::new());
    account.settle();
    account.ask("a", "review", json!({"count": 2, "deck": "Spanish"}));
    account.settle();
    let mut changed = verbs();
    changed[0] = changed[0]
        .clone()
        .fields(1, &["ser", "TO be"])
        .tags(&["new"]);
    changed[1] = changed[1].clone().deck("Elsewhere");
    changed[2] = Written::new("dar", &["dar", "to give"]);
    changed[2].place = Some(3);
    let second = releases.build_with(&words(), &changed, |it| it.media_bytes("_a.css", "a"));
    let options = PushOptions::new().base(&first).removed(Removed::Delete);
    (account, releases, second, options)
}

/// All of the second release is there.
pub(super) fn is_complete(account: &Account, second: &std::path::Path, options: &PushOptions) {
    account.settle();
    account.repeat(second, options);
    let notes = account.notes("b");
    assert_eq!(note(&notes, "ser")["fields"]["Meaning"], "TO be");
    assert_eq!(note(&notes, "ir")["decks"]["0"], "Elsewhere");
    assert_eq!(note(&notes, "dar")["fields"]["Meaning"], "to give");
    assert_eq!(notes.as_object().unwrap().len(), 4);
    assert_eq!(account.ask("b", "files", json!({}))["_a.css"], "a");
}

// A server is killed and started for each call, which takes a while.
#[test]
fn a_server_that_is_killed_has_all_or_nothing() {
    let (account, _releases, second, options) = prepared();
    let before = account.notes("b");
    let schedules = account.schedules("b");
    // The call, the how manieth of its name, and whether the server still does it.
    let stages = [
        ("meta", 1, true),
        ("begin", 1, true),
        ("uploadChanges", 1, false),
        ("mediaSanity", 1, true),
        // The media are there from now on.
        ("meta", 2, true),
        ("start", 1, true),
        ("chunk", 1, true),
        ("applyGraves", 1, true),
        ("applyChanges", 2, true),
        ("applyChunk", 1, true),
        ("applyChunk", 2, true),
        ("sanityCheck2", 1, true),
        ("finish", 1, false),
        // All of it is done; the answer alone is lost.
        ("finish", 1, true),
    ];
    for (stage, which, is_done) in stages {
        let mut seen = 0;
        let pushed = account.through(
            |call| {
                seen += usize::from(call == stage);
                match (call == stage && seen == which, is_done) {
                    (false, _) => Then::Forward,
                    (true, true) => Then::KillAfter,
                    (true, false) => Then::KillBefore,
                }
            },
            |url| {
                push(
                    &Server::new(url, login()).unwrap(),
                    &second,
                    &options,
                    &World,
                )
            },
        );
        let error = pushed.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Unreachable(_)),
            "{stage}: {error:?}"
        );
        account.restart();
        if (stage, is_done) != ("finish", true) {
            assert_eq!(account.sync("b"), "NO_CHANGES", "{stage}");
            assert_eq!(account.notes("b"), before, "{stage}");
            assert_eq!(account.schedules("b"), schedules, "{stage}");
        }
    }
    is_complete(&account, &second, &options);
}

#[test]
fn another_device_in_the_middle_makes_it_begin_anew() {
    for stage in ["start", "chunk", "applyChunk", "sanityCheck2", "finish"] {
        let (account, _releases, second, options) = prepared();
        let mut is_done = false;
        let pushed = account.through(
            |call| {
                if call == stage && !is_done {
                    is_done = true;
                    let guid = guid(&account.notes("a"), "ir");
                    account.ask("a", "tag", json!({"guid": guid, "tag": stage}));
                    account.ask("a", "review", json!({"count": 1, "deck": "Spanish"}));
                    assert_eq!(account.sync("a"), "NORMAL_SYNC");
                }
                Then::Forward
            },
            |url| {
                push(
                    &Server::new(url, login()).unwrap(),
                    &second,
                    &options,
                    &World,
                )
            },
        );
        let pushed = pushed.unwrap();
        // One sync between `meta` and `start` does no harm: its rows are stamped below ours.
        let expect = u32::from(stage != "start");
        assert_eq!((pushed.interruptions, pushed.added), (expect, 1), "{stage}");
        is_complete(&account, &second, &options);
        assert_eq!(note(&account.notes("b"), "ir")["tags"], json!([stage]));
        let reviews = &account.schedules("b")["reviews"];
        assert_eq!(reviews.as_array().unwrap().len(), 3);
    }
}

#[test]
fn two_syncs_between_looking_and_beginning_are_seen() {
    let (account, _releases, second, options) = prepared();
    let mut is_done = false;
    let pushed = account.through(
        |call| {
            if call == "start" && !is_done {
                is_done = true;
                let guid = guid(&account.notes("a"), "ir");
                for tag in ["one", "two"] {
                    account.ask("a", "tag", json!({"guid": guid, "tag": tag}));
                    assert_eq!(account.sync("a"), "NORMAL_SYNC");
                }
            }
            Then::Forward
        },
        |url| {
            push(
                &Server::new(url, login()).unwrap(),
                &second,
                &options,
                &World,
            )
        },
    );
    assert_eq!(pushed.unwrap().interruptions, 1);
    is_complete(&account, &second, &options);
    assert_eq!(
        note(&account.notes("b"), "ir")["tags"],
        json!(["one", "two"])
    );
}

#[test]
fn four_pushers_come_to_an_end() {
    let account = Account::with_two();
    let releases: Vec<Releases> = (0..4).map(|_| Releases::new()).collect();
    let packages: Vec<_> = releases
        .iter()
        .enumerate()
        .map(|(index, it)| {
            let note = |at: usize| {
                Written::new(&format!("{index}-{at}"), &[&format!("{index}-{at}"), "x"])
            };
            // One that all of them have.
            let mut notes: Vec<Written> = (0..100).map(note).collect();
            notes.push(Written::new("all", &["all", "x"]));
            it.build(&words(), &notes)
        })
        .collect();
    let added = AtomicUsize::new(0);
    thread::scope(|scope| {
        for package in &packages {
            scope.spawn(|| {
                let pushed: Pushed = account.try_push(package, &PushOptions::new()).unwrap();
                added.fetch_add(pushed.added, Ordering::SeqCst);
            });
        }
    });
    assert_eq!(added.load(Ordering::SeqCst), 401);
    account.settle();
    let notes = "select count(), count(distinct guid) from notes";
    assert_eq!(
        account.ask("b", "sql", json!({"query": notes})),
        json!([[402, 402]])
    );
    let cards = "select count(), count(distinct nid || '.' || ord) from cards";
    let expect: Value = json!([[803, 803]]);
    assert_eq!(account.ask("b", "sql", json!({"query": cards})), expect);
    for package in &packages {
        account.repeat(package, &PushOptions::new());
    }
}
