//! What is kept of an account between pushes: it saves what a slow line is slow with, and is never
//! believed where it is not so. Every `Account::push` compares its plan with that of a push which
//! keeps nothing.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use deckle::ErrorKind;
use deckle::sync::{Credentials, PushOptions, Pushed, Server, push};
use serde_json::{Value, json};

use super::account::{Account, Releases, Then, World, Written, guid, told, words};
use super::interruptions::{is_complete, prepared};

fn plain() -> PushOptions {
    PushOptions::new()
}

fn login() -> Credentials {
    Credentials::new("me", "secret")
}

/// What a push that changes nothing has to say: one that keeps nothing, and one that does.
fn both(account: &Account, package: &Path, options: &PushOptions) -> (Pushed, Pushed) {
    let dry = options.clone().dry_run(true);
    let without = push(&account.server(), package, &dry, &World).unwrap();
    let with = account.try_push(package, &dry).unwrap();
    assert_eq!(told(&with), told(&without));
    (without, with)
}

/// The one file that is kept below a folder.
fn kept(folder: &Path) -> PathBuf {
    let mut at = folder.join(".deckle/cache/v1/sync");
    while at.is_dir() {
        let entries: Vec<PathBuf> = fs::read_dir(&at)
            .unwrap()
            .map(|it| it.unwrap().path())
            .collect();
        assert_eq!(entries.len(), 1, "{entries:?}");
        at.clone_from(&entries[0]);
    }
    at
}

fn many(count: usize) -> Vec<Written> {
    let note = |it: usize| {
        let text = format!("a sentence about {it}, and {} more words", it * 7919 % 1000);
        Written::new(&it.to_string(), &[&it.to_string(), &text])
    };
    (0..count).map(note).collect()
}

#[test]
fn what_did_not_change_is_not_asked_for() {
    let account = Account::with_two();
    let releases = Releases::new();
    let mut notes = many(1200);
    let first = releases.build(&words(), &notes);
    let pushed = account.try_push(&first, &plain()).unwrap();
    assert_eq!(pushed.added, 1200);
    // What went out is read once.
    let read = account.try_push(&first, &plain()).unwrap();
    account.settle();
    account.try_push(&first, &plain()).unwrap();
    account.try_push(&first, &plain()).unwrap();

    let (without, with) = both(&account, &first, &plain());
    assert!(without.requests > 20, "{without:?}");
    assert!(with.requests <= 6, "{with:?}");
    assert!(
        with.received * 20 < without.received,
        "{with:?} {without:?}"
    );
    assert!(
        read.received * 20 > without.received,
        "{read:?} {without:?}"
    );

    // A device has been at it.
    account.ask("a", "review", json!({"count": 5, "deck": "Spanish"}));
    account.sync("a");
    let (without, with) = both(&account, &first, &plain());
    assert!(with.requests <= 12, "{with:?}");
    assert!(with.received * 5 < without.received, "{with:?} {without:?}");

    // A small change.
    notes[3] = notes[3].clone().fields(1, &["3", "changed"]);
    let second = releases.build(&words(), &notes);
    let pushed = account.try_push(&second, &plain()).unwrap();
    assert_eq!((pushed.changed, pushed.current), (1, 1199));
    assert!(pushed.requests <= 16, "{pushed:?}");
    assert!(
        pushed.received * 5 < without.received,
        "{pushed:?} {without:?}"
    );
    account.settle();
    both(&account, &second, &plain());
}

#[test]
fn a_push_makes_these_calls() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&words(), &many(3));
    account.push(&first, &plain());
    let mut notes = many(3);
    notes[0] = notes[0].clone().fields(1, &["0", "changed"]);
    let second = releases.build(&words(), &notes);
    let folder = tempfile::tempdir().unwrap();
    let options = plain().cache(folder.path());
    let calls = Mutex::new(Vec::new());
    account.through(
        |call| {
            calls.lock().unwrap().push(call.to_owned());
            Then::Forward
        },
        |url| {
            let check = |package: &Path, expect: &str| {
                push(
                    &Server::new(url, login()).unwrap(),
                    package,
                    &options,
                    &World,
                )
                .unwrap();
                let calls = std::mem::take(&mut *calls.lock().unwrap()).join(" ");
                let calls = calls.replace("hostKey meta begin mediaChanges ", "");
                assert_eq!(calls, expect);
            };
            let read = "start applyChanges chunk";
            check(&first, &format!("meta {read} abort"));
            check(&first, "meta");
            let send = "applyChanges applyChunk sanityCheck2 finish";
            check(&second, &format!("meta {read} sanityCheck2 {send}"));
            check(&second, &format!("meta {read} sanityCheck2 abort"));
            check(&second, "meta");
        },
    );
}

#[test]
fn nothing_secret_is_kept() {
    let account = Account::with_two();
    let releases = Releases::new();
    let package = releases.build(&words(), &many(3));
    let pushed = account.try_push(&package, &plain()).unwrap();
    let file = kept(&account.cache());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
    let bytes = fs::read(file).unwrap();
    // Behind the hash of it.
    let text = String::from_utf8(zstd::decode_all(&bytes[32..]).unwrap()).unwrap();
    assert!(text.contains("\"own\\u001fmine\""), "{text}");
    for secret in ["secret", pushed.key.as_ref().unwrap().as_str()] {
        assert!(!text.contains(secret), "{text}");
    }
    let value: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["modified", "schema", "state", "usn"]);
}

#[test]
fn what_is_damaged_or_old_does_no_harm() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&words(), &many(30));
    account.push(&first, &plain());
    account.settle();
    account.push(&first, &plain());
    let file = kept(&account.cache());
    let old = fs::read(&file).unwrap();
    account.ask("a", "review", json!({"count": 3, "deck": "Spanish"}));
    for key in ["4", "5"] {
        let guid = guid(&account.notes("a"), key);
        account.ask("a", "delete", json!({"guid": guid}));
    }
    account.settle();
    let mut notes = many(30);
    notes[7] = notes[7].clone().fields(1, &["7", "changed"]);
    let second = releases.build(&words(), &notes);
    account.push(&second, &plain());
    account.settle();
    account.push(&second, &plain());
    let new = fs::read(&file).unwrap();
    let flipped: Vec<u8> = new.iter().map(|it| it ^ 1).collect();
    let mut touched = new.clone();
    touched[new.len() / 2] ^= 1;
    // Bytes that nobody damaged, and that hold something else.
    let cache = deckle::files::Cache::of(&account.cache());
    let hex = format!(
        "{}{}",
        file.parent()
            .unwrap()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap(),
        file.file_name().unwrap().to_str().unwrap()
    );
    let key: Vec<u8> = (0..32)
        .map(|it| u8::from_str_radix(&hex[2 * it..2 * it + 2], 16).unwrap())
        .collect();
    let key: [u8; 32] = key.try_into().unwrap();
    let strange = |text: &str| {
        cache.put("sync", &key, &zstd::encode_all(text.as_bytes(), 1).unwrap());
        fs::read(&file).unwrap()
    };
    let cases = [
        old.clone(),
        old[..old.len() / 2].to_vec(),
        new[..new.len() - 1].to_vec(),
        flipped,
        touched,
        Vec::new(),
        b"nonsense".to_vec(),
        strange(""),
        strange("{}"),
        strange("[1, 2]"),
        strange("{\"schema\": 1, \"usn\": 2, \"modified\": 3, \"state\": {}}"),
    ];
    for case in &cases {
        fs::write(&file, case).unwrap();
        let (_, with) = both(&account, &second, &plain());
        assert_eq!(with.current, 30, "{with:?}");
        // It is whole again.
        let again = account.try_push(&second, &plain()).unwrap();
        assert!(again.requests <= 6, "{again:?}");
    }
    // Something is sent on the word of an old one.
    notes[8] = notes[8].clone().fields(2, &["8", "changed"]).tags(&["new"]);
    let third = releases.build(&words(), &notes);
    fs::write(&file, &old).unwrap();
    let pushed = account.push(&third, &plain());
    assert_eq!((pushed.added, pushed.changed), (0, 1));
    account.settle();
}

/// The same name at the same address, and another collection: as after a restored backup.
#[test]
fn a_server_that_was_put_back_is_read_anew() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build(&words(), &many(10));
    account.push(&first, &plain());
    account.settle();
    account.kill();
    account.put_aside("backup");
    account.restart();
    let mut notes = many(12);
    notes[2] = notes[2].clone().fields(1, &["2", "changed"]);
    let second = releases.build(&words(), &notes);
    assert_eq!(account.push(&second, &plain()).added, 2);
    // So that what was just sent is known.
    account.push(&second, &plain());
    account.push(&second, &plain());
    let file = kept(&account.cache());
    let known = fs::read(&file).unwrap();

    // Put back, it has seen fewer syncs.
    let back = || {
        account.kill();
        account.put_back("backup");
        account.restart();
        fs::write(&file, &known).unwrap();
    };
    back();
    let (_, with) = both(&account, &second, &plain());
    assert_eq!((with.added, with.changed), (2, 1));

    // As many, or more: somebody else pushed something meanwhile.
    for others in 1..5_usize {
        back();
        for it in 0..others {
            let name = format!("other {it}");
            let other = releases.build(&words(), &[Written::new(&name, &[&name, "x"])]);
            let pushed = push(&account.server(), &other, &plain(), &World).unwrap();
            assert!(pushed.sent, "{others}");
        }
        let (_, with) = both(&account, &second, &plain());
        assert_eq!((with.added, with.changed), (2, 1), "{others}");
    }

    // Where as many notes came as were lost, what the last sync brought is missed.
    back();
    for it in 0..2 {
        let name = format!("instead {it}");
        let other = releases.build(&words(), &[Written::new(&name, &[&name, "x"])]);
        push(&account.server(), &other, &plain(), &World).unwrap();
    }
    let pushed = account.push(&second, &plain());
    assert_eq!((pushed.added, pushed.changed), (2, 1));
    let all = both(&account, &second, &plain()).1;
    assert_eq!((all.sent, all.current), (false, 12));

    // Where what was lost is a change, no count tells; but that it is not sent once more does.
    back();
    let mut edited = many(10);
    edited[2] = edited[2].clone().fields(1, &["2", "changed"]);
    let edit = releases.build(&words(), &edited);
    assert_eq!(account.push(&edit, &plain()).changed, 1);
    assert!(!account.push(&edit, &plain()).sent);
    let known = fs::read(&file).unwrap();
    back();
    for release in 1..3 {
        let mut others = many(10);
        others[3] = others[3].clone().fields(release, &["3", "theirs"]);
        let other = releases.build(&words(), &others);
        let pushed = push(&account.server(), &other, &plain(), &World).unwrap();
        assert_eq!(pushed.changed, 1);
    }
    fs::write(&file, &known).unwrap();
    let pushed = account.push(&edit, &plain());
    assert_eq!((pushed.changed, pushed.current), (1, 9));
}

#[test]
fn accounts_are_not_taken_for_one_another() {
    let account = Account::with_two();
    let releases = Releases::new();
    let mine = releases.build(&words(), &many(5));
    let theirs = releases.build(&words(), &many(8)[5..]);
    let options = plain().cache(account.cache());
    let push_as = |user: &str, package: &Path| {
        let server = Server::new(&account.url(), Credentials::new(user, "secret")).unwrap();
        push(&server, package, &options, &World).unwrap()
    };
    for round in 0..3 {
        let sent = round == 0;
        for (user, package, count) in [("me", &mine, 5), ("other", &theirs, 3)] {
            let pushed = push_as(user, package);
            assert_eq!((pushed.sent, pushed.added > 0), (sent, sent), "{pushed:?}");
            assert_eq!(pushed.added + pushed.current, count);
        }
    }
    assert_eq!(push_as("other", &mine).added, 5);
    account.settle();
    assert_eq!(account.notes("b").as_object().unwrap().len(), 6);
}

/// Whoever is at it in between: the push begins anew, or what it does is right all the same.
#[test]
fn another_device_in_the_middle_is_seen() {
    let account = Account::with_two();
    let releases = Releases::new();
    let mut notes = many(4);
    let mut package = releases.build(&words(), &notes);
    account.push(&package, &plain());
    account.settle();
    let folder = tempfile::tempdir().unwrap();
    let options = plain().cache(folder.path());
    let stages = [
        ("start", 1),
        ("applyChanges", 1),
        ("chunk", 1),
        ("sanityCheck2", 1),
        ("applyChanges", 2),
        ("applyChunk", 1),
        ("sanityCheck2", 2),
        ("finish", 1),
    ];
    let armed = Mutex::new(None);
    let seen = AtomicUsize::new(0);
    account.through(
        |call| {
            let mut armed = armed.lock().unwrap();
            let Some((stage, left)) = armed.as_mut() else {
                return Then::Forward;
            };
            *left -= i32::from(call == *stage);
            if *left == 0 {
                *armed = None;
                let guid = guid(&account.notes("a"), "0");
                let tag = format!("in-{}", seen.load(Ordering::SeqCst));
                account.ask("a", "tag", json!({"guid": guid, "tag": tag}));
                account.ask("a", "review", json!({"count": 1, "deck": "Spanish"}));
                account.sync("a");
            }
            Then::Forward
        },
        |url| {
            for (release, (stage, which)) in (1..).zip(stages) {
                let server = || Server::new(url, login()).unwrap();
                // It is known how things stand; then a device changes them.
                push(&server(), &package, &options, &World).unwrap();
                let one = guid(&account.notes("b"), "1");
                account.ask(
                    "b",
                    "tag",
                    json!({"guid": one, "tag": format!("b-{release}")}),
                );
                account.sync("b");
                let text = format!("release {release}");
                notes[2] = notes[2].clone().fields(release, &["2", &text]);
                let key = format!("new {release}");
                notes.push(Written::new(&key, &[&key, "x"]));
                package = releases.build(&words(), &notes);
                *armed.lock().unwrap() = Some((stage, which));
                let pushed = push(&server(), &package, &options, &World).unwrap();
                let count = seen.fetch_add(1, Ordering::SeqCst) + 1;
                assert!(armed.lock().unwrap().is_none(), "{stage}");
                assert_eq!((pushed.added, pushed.changed), (1, 1), "{stage}");
                let expect = u32::from(stage != "start");
                assert_eq!(pushed.interruptions, expect, "{stage} {which}");
                account.settle();
                let notes = account.notes("b");
                let found = super::account::note(&notes, "2");
                assert_eq!(found["fields"]["Meaning"], text, "{stage}");
                let tags = super::account::note(&notes, "0")["tags"].clone();
                assert_eq!(tags.as_array().unwrap().len(), count, "{tags}");
                let reviews = account.schedules("b")["reviews"].clone();
                assert_eq!(reviews.as_array().unwrap().len(), count);
            }
        },
    );
    both(&account, &package, &plain());
}

// A server is killed and started for each call, which takes a while.
#[test]
fn a_server_that_is_killed_has_all_or_nothing() {
    let (account, _releases, second, options) = prepared();
    let before = account.notes("b");
    let folder = tempfile::tempdir().unwrap();
    let options = options.cache(folder.path());
    let stages = [
        ("start", 1, true),
        ("chunk", 1, true),
        ("sanityCheck2", 1, true),
        ("applyGraves", 1, true),
        ("applyChanges", 2, true),
        ("applyChunk", 1, true),
        ("sanityCheck2", 2, true),
        ("finish", 1, false),
        ("finish", 1, true),
    ];
    let armed = Mutex::new(None);
    account.through(
        |call| {
            let mut armed = armed.lock().unwrap();
            let Some((stage, left, is_done)) = armed.as_mut() else {
                return Then::Forward;
            };
            *left -= i32::from(call == *stage);
            match (*left == 0, *is_done) {
                (false, _) => Then::Forward,
                (true, true) => {
                    *armed = None;
                    Then::KillAfter
                }
                (true, false) => {
                    *armed = None;
                    Then::KillBefore
                }
            }
        },
        |url| {
            let server = || Server::new(url, login()).unwrap();
            let dry = options.clone().dry_run(true);
            push(&server(), &second, &dry, &World).unwrap();
            let known = fs::read(kept(folder.path())).unwrap();
            for (stage, which, is_done) in stages {
                fs::write(kept(folder.path()), &known).unwrap();
                *armed.lock().unwrap() = Some((stage, which, is_done));
                let error = push(&server(), &second, &options, &World).unwrap_err();
                assert!(
                    matches!(error.kind(), ErrorKind::Unreachable(_)),
                    "{stage}: {error:?}"
                );
                account.restart();
                if (stage, is_done) != ("finish", true) {
                    assert_eq!(account.sync("b"), "NO_CHANGES", "{stage}");
                    assert_eq!(account.notes("b"), before, "{stage}");
                }
            }
            let again = push(&server(), &second, &options, &World).unwrap();
            assert!(!again.sent, "{again:?}");
        },
    );
    is_complete(&account, &second, &options);
}

/// A server that refuses what was worked out of what was kept is asked once more, without it.
#[test]
fn what_is_refused_is_tried_once_without_what_was_kept() {
    let account = Account::with_two();
    let releases = Releases::new();
    let mut notes = many(3);
    let first = releases.build(&words(), &notes);
    account.push(&first, &plain());
    notes[0] = notes[0].clone().fields(1, &["0", "changed"]);
    let second = releases.build(&words(), &notes);
    let folder = tempfile::tempdir().unwrap();
    let options = plain().cache(folder.path());
    let refuse = "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\nConnection: close\r\n\r\n400";
    let left = Mutex::new(0);
    account.through(
        |call| {
            let mut left = left.lock().unwrap();
            if call == "applyChunk" && *left > 0 {
                *left -= 1;
                return Then::Answer(refuse.to_owned());
            }
            Then::Forward
        },
        |url| {
            let server = || Server::new(url, login()).unwrap();
            push(&server(), &first, &options, &World).unwrap();
            // Twice: the second time there is nothing left to doubt but the server.
            *left.lock().unwrap() = 2;
            let error = push(&server(), &second, &options, &World).unwrap_err();
            assert!(
                error.to_string().contains("refuses `applyChunk`"),
                "{error}"
            );
            assert_eq!(*left.lock().unwrap(), 0);
            // Nothing is believed that could not be used.
            push(&server(), &first, &options, &World).unwrap();
            *left.lock().unwrap() = 1;
            let pushed = push(&server(), &second, &options, &World).unwrap();
            assert_eq!((pushed.changed, pushed.interruptions), (1, 0));
        },
    );
    account.settle();
}

/// Numbers that look like chance and are the same at each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn index(&mut self, most: usize) -> usize {
        usize::try_from(self.below(most as u64)).unwrap()
    }
}

/// What was done, which is shown where it comes to no good end.
struct Walk(String);

impl Walk {
    fn step(&mut self, text: &str) {
        self.0.push('\n');
        self.0.push_str(text);
    }
}

impl Drop for Walk {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::io::stderr().write_all(self.0.as_bytes()).unwrap();
        }
    }
}

/// Whatever devices do between releases, a push from what was kept is one that read all.
#[test]
fn long_walks_end_where_they_should() {
    // In the second one a note is deleted, comes again and is deleted once more.
    for seed in [1, 9] {
        let mut walk = Walk(format!("seed {seed}"));
        let mut chance = Chance(seed);
        let account = Account::with_two();
        let releases = Releases::new();
        let mut notes = many(12);
        for (place, it) in notes.iter_mut().enumerate() {
            it.place = Some(place);
        }
        let mut package = releases.build(&words(), &notes);
        let mut options = plain();
        account.push(&package, &options);
        for release in 1..15 {
            for _ in 0..chance.below(4) {
                // One of them acts: what two do to a note in one second stays apart in Anki itself.
                let device = "a";
                account.sync(device);
                let there = account.notes(device);
                // In an order in which own notes have the same place at each run.
                let there = there.as_object().unwrap();
                let mut keys: Vec<&String> = there.keys().collect();
                keys.sort_by_key(|it| {
                    (there[*it]["fields"].to_string(), there[*it]["id"].as_i64())
                });
                let guid = keys[chance.index(keys.len())];
                let is_own = there[guid]["type"] != "Basic";
                let tag = format!("t{}", chance.below(9));
                let what = chance.below(7);
                walk.step(&format!("{what} of {} {tag}", there[guid]["fields"]));
                match what {
                    0 => account.ask(device, "review", json!({"count": 2, "deck": "Spanish"})),
                    1 => account.ask(device, "tag", json!({"guid": guid, "tag": tag})),
                    2 if is_own => account.ask(
                        device,
                        "edit",
                        json!({"guid": guid, "field": "Meaning", "text": tag}),
                    ),
                    3 => account.ask(device, "move", json!({"guid": guid, "deck": "Mine::New"})),
                    4 if keys.len() > 4 => account.ask(device, "delete", json!({"guid": guid})),
                    5 => account.ask(
                        device,
                        "add",
                        json!({"note_type": "Basic", "deck": tag, "fields": [tag, "x"]}),
                    ),
                    _ => Value::Null,
                };
                account.sync(device);
                if chance.below(3) == 0 {
                    walk.step("sync of the other");
                    account.sync("b");
                }
            }
            let at = chance.index(notes.len());
            let key = notes[at].key.clone();
            let text = format!("release {release}");
            let what = chance.below(5);
            walk.step(&format!("release {release}: {what} of {key}"));
            match what {
                0 => notes[at] = notes[at].clone().fields(release, &[&key, &text]),
                1 => notes[at] = notes[at].clone().deck(&format!("Spanish::{release}")),
                2 => {
                    let mut new = Written::new(&text, &[&text, "x"]).fields(release, &[&text, "x"]);
                    new.place = Some(100 + usize::try_from(release).unwrap());
                    notes.push(new);
                }
                3 if notes.len() > 4 => drop(notes.remove(at)),
                _ => {}
            }
            let base = std::mem::replace(&mut package, releases.build(&words(), &notes));
            options = plain()
                .base(base)
                .removed(deckle::sync::Removal::new(deckle::sync::Removed::Delete).most(5));
            let pushed = account.push(&package, &options);
            walk.step(&format!("{pushed:?}"));
        }
        account.settle();
        account.push(&package, &options);
    }
}
