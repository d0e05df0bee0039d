//! AnkiConnect in whole deliveries: what the older Anki imports otherwise, files that are too large for
//! a request, a project through several releases, and what a window of Anki does to a client.
//!
//! As in `connect`, the other side is the stand-in, or with `make ankiconnect` the real add-on; what
//! only a window can do is asked of the real one alone.

use std::thread;
use std::time::{Duration, Instant};

use deckle::ErrorKind;
use deckle::connect::{DeliveryOptions, Transfer, deliver};
use serde_json::{Value, json};

use crate::cli::{Place, Run};
use crate::connect::{ALL, Releases, StandIn, TYPE, is_real, refused, repeat, send};

#[test]
fn the_older_import_never_makes_a_second_note_type() {
    let anki = StandIn::new(&["--older-anki"]);
    let client = anki.client();
    let mut releases = Releases::new();
    let notes = "- {id: ser, type: verb, verb: ser, meaning: to be}\n";
    releases.file("types/verb/type.yaml", TYPE);
    let first = releases.build(notes);
    send(&anki, &first, &DeliveryOptions::new());
    repeat(&anki, &first, &DeliveryOptions::new());

    // Its looks follow, as ever.
    releases.file("types/verb/type.yaml", &TYPE.replace("red", "blue"));
    let second = releases.build(notes);
    let based = DeliveryOptions::new().base(&first);
    assert!(send(&anki, &second, &based).sent);
    assert!(client.styling("Verb").unwrap().contains("blue"));
    repeat(&anki, &second, &based);

    let wider = TYPE.replace("[Verb, Meaning]", "[Verb, Meaning, Sound]");
    releases.file("types/verb/type.yaml", &wider);
    let third = releases.build(&format!(
        "{notes}- {{id: ir, type: verb, verb: ir, meaning: to go}}\n"
    ));
    let based = DeliveryOptions::new().base(&second);
    for dry in [true, false] {
        let told = refused(deliver(&client, &third, &based.clone().dry_run(dry)));
        assert!(
            told.contains("of `Verb` are others") && told.contains("File > Import"),
            "{told}"
        );
    }
    let verbs = || {
        let mut names = client.note_type_names().unwrap();
        names.retain(|it| it.starts_with("Verb"));
        names
    };
    assert_eq!(verbs(), ["Verb"]);
    assert_eq!(client.find_notes("deck:*").unwrap().len(), 1);

    // By hand it arrives, and later releases do as before.
    anki.import_by_hand(&third);
    repeat(&anki, &third, &based);
    // To merge is to write anew, with the time of today; the releases here are of long ago.
    let age = || anki.sql("update notes set mod = 1700000000");
    age();
    let fourth = releases.build(&notes.replace("to be", "to BE"));
    let delivery = send(&anki, &fourth, &DeliveryOptions::new().base(&third));
    assert_eq!((delivery.changed, delivery.removed.len()), (1, 1));
    assert_eq!(
        client.field_names("Verb").unwrap(),
        ["Verb", "Meaning", "Sound"]
    );
    assert_eq!(verbs(), ["Verb"]);
    anki.is_sound();

    // A learner's own field is a difference, too.
    let params = json!({"modelName": "Verb", "fieldName": "Mine"}).to_string();
    if is_real() {
        client.call("modelFieldAdd", &params).unwrap();
        age();
        let fifth = releases.build(&notes.replace("to be", "to Be"));
        let based = DeliveryOptions::new().base(&fourth);
        assert!(refused(deliver(&client, &fifth, &based)).contains("`Verb`"));
        assert_eq!(verbs(), ["Verb"]);
    }
}

#[test]
fn the_older_import_reads_no_latest_packages() {
    for (arguments, told) in [
        (&[][..], None),
        (&["--older-anki"], Some("`--format legacy`")),
    ] {
        let anki = StandIn::new(arguments);
        let mut releases = Releases::new();
        let manifest = "format: 1\nname: Spanish\nuid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10\noutput: {format: latest}\n";
        releases.file("deckle.yaml", manifest);
        let package = releases.build("- {id: ser, front: ser, back: to be}\n");
        match told {
            None => assert_eq!(send(&anki, &package, &DeliveryOptions::new()).added, 1),
            Some(mend) => {
                let result = deliver(&anki.client(), &package, &DeliveryOptions::new());
                let told = refused(result);
                assert!(told.contains(mend), "{told}");
                assert_eq!(anki.sql("select count() from notes"), json!([[0]]));
            }
        }
    }
}

/// Bytes that cannot be made fewer.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0]
    };
    std::iter::repeat_with(step).take(count).collect()
}

#[test]
fn what_is_too_long_for_a_request_is_fetched() {
    let anki = StandIn::new(&[]);
    let client = anki.client();
    let large = noise(9 << 20);
    let began = Instant::now();
    assert_eq!(
        client.store_media("large.bin", &large).unwrap(),
        "large.bin"
    );
    let took = began.elapsed();
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(anki.calls(), ["storeMediaFile"]);
    assert_eq!(client.retrieve_media("large.bin").unwrap().unwrap(), large);
    client.delete_media("large.bin").unwrap();

    // A package with it: uploaded, imported, and gone from the media.
    let place = Place::new(&[(
        "deckle.yaml",
        "format: 1\nname: Large\nuid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b11\n",
    )]);
    place.put("notes.yaml", "- {front: a, back: '![](a.mp3)'}\n");
    std::fs::write(place.folder().join("a.mp3"), &large).unwrap();
    let output = place
        .command(&["build", "-o", "large.apkg"])
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let package = place.folder().join("large.apkg");
    let options = DeliveryOptions::new().transfer(Transfer::Upload);
    assert_eq!(send(&anki, &package, &options).added, 1);
    assert_eq!(client.media_names("*").unwrap().len(), 1);
    repeat(&anki, &package, &options);
}

#[test]
fn what_cannot_be_fetched_is_sent_up_to_a_size() {
    if is_real() {
        // The real one would read it for a quarter of a minute.
        return;
    }
    let anki = StandIn::new(&["--unreachable"]);
    let client = anki.client();
    let some = noise(2 << 20);
    client.store_media("some.bin", &some).unwrap();
    assert_eq!(anki.calls(), ["storeMediaFile"; 2]);
    assert_eq!(client.retrieve_media("some.bin").unwrap().unwrap(), some);
    let error = client
        .store_media("large.bin", &noise(9 << 20))
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Usage(_)), "{error:?}");
    let told = error.to_string();
    assert!(
        told.contains("`large.bin` has 9 MiB") && told.contains("firewall"),
        "{told}"
    );
}

const PICTURE: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>";

/// A run at another moment: notes of projects that were built at one have the same ids.
fn ship(place: &Place, seconds: i64, code: i32) -> Value {
    let mut command = place.command(&["ship", "--json"]);
    command.env("SOURCE_DATE_EPOCH", (1_700_000_000 + seconds).to_string());
    let run = Run::of(command.output().unwrap()).ends(code);
    let told: Value = serde_json::from_str(&run.stdout).unwrap();
    told[0].clone()
}

#[test]
fn a_project_lives_through_its_releases() {
    for arguments in ALL {
        let anki = StandIn::new(arguments);
        let manifest = |removed: &str| {
            let url = anki.url();
            format!(
                "format: 1\nname: Heart\nuid: 3a6f5d1e-7b0c-4f0f-9b1e-5c1f0d5f3f55\nship: {{desk: {{via: connect, url: \"{url}\", {removed}}}}}\n"
            )
        };
        let note = |id: &str, back: &str, more: &str| {
            format!("- {{id: {id}, front: {id}, back: '{back}'{more}}}\n")
        };
        let place = Place::new(&[("deckle.yaml", &manifest("removed: tag"))]);
        for name in ["Ähre 1.svg", "it''s (2).svg", "数.svg"] {
            place.put(
                &name.replace("''", "'"),
                PICTURE.replace("9", &name.len().to_string()),
            );
        }
        let notes = [
            note("a", "![](<Ähre 1.svg>)", ", deck: A"),
            note("b", "![](<it''s (2).svg>)", ", deck: 'A::B'"),
            note("c", "1", ", deck: C, suspend: true"),
            note("d", "2", ", deck: C, flag: blue"),
        ];
        place.put("notes.yaml", notes.concat());
        let told = ship(&place, 0, 0);
        let packages = &told["packages"][0];
        assert_eq!(
            (&packages["added"], &packages["changed"]),
            (&json!(4), &json!(0)),
            "{told}"
        );
        assert_eq!(
            anki.sql("select count() from cards where queue = -1 and flags = 0"),
            json!([[1]])
        );
        anki.calls();
        ship(&place, 10, 0);
        anki.only_looked_at();
        anki.is_sound();

        // They are studied, and one was moved.
        anki.sql("update cards set type = 2, queue = max(queue, -1) + (queue = 0) * 2, ivl = 30, due = 40, reps = 7, factor = 2500");
        let schedule = || {
            anki.sql("select n.sfld, c.id, c.ord, c.type, c.queue, c.due, c.ivl, c.factor, c.reps, c.lapses, c.left, c.odue \
                from cards c join notes n on n.id = c.nid where c.reps > 0 order by c.id")
        };
        let before = schedule();
        place.put("deckle.yaml", manifest("removed: tag"));
        let next = [
            note("a", "new ![](数.svg)", ", deck: A"),
            note("b", "![](<it''s (2).svg>)", ", deck: C"),
            note("c", "1", ", deck: C, suspend: true, flag: red"),
            note("e", "3", ", deck: 'New::Deck'"),
        ];
        place.put("notes.yaml", next.concat());
        let told = ship(&place, 1000, 0);
        let sent = &told["packages"][0];
        for (key, count) in [
            ("added", 1),
            ("changed", 1),
            ("moved", 1),
            ("removed", 1),
            ("flagged", 1),
        ] {
            // Where no times are told, only what differs counts as changed.
            if key != "changed" || !arguments.contains(&"--old") {
                assert_eq!(sent[key], json!(count), "{key}: {told}");
            }
        }
        assert_eq!(schedule(), before);
        let decks = anki
            .client()
            .decks_of(&anki.client().find_cards("a or b or e").unwrap())
            .unwrap();
        assert_eq!(decks.keys().collect::<Vec<_>>(), ["A", "C", "New::Deck"]);
        assert_eq!(
            anki.client()
                .find_notes("tag:deckle::removed")
                .unwrap()
                .len(),
            1
        );
        anki.calls();
        ship(&place, 1010, 0);
        anki.only_looked_at();
        anki.is_sound();

        // The guard stands before a deletion.
        place.put("deckle.yaml", manifest("removed: delete, max-removed: 1"));
        place.put("notes.yaml", next[..2].concat());
        anki.calls();
        ship(&place, 2000, 1);
        anki.only_looked_at();
        place.put("deckle.yaml", manifest("removed: delete, max-removed: 2"));
        ship(&place, 3000, 0);
        assert_eq!(
            anki.sql("select sfld from notes order by 1"),
            json!([["a"], ["b"], ["d"]])
        );
        anki.is_sound();
    }
}

#[test]
fn what_a_window_does_is_told() {
    if !is_real() {
        return;
    }
    for arguments in [&[][..], &["--older-anki"]] {
        let anki = StandIn::new(arguments);
        let client = anki.client();
        // One that waits for an answer holds nobody up.
        client.call("_dialog", "{}").unwrap();
        thread::sleep(Duration::from_millis(500));
        let mut releases = Releases::new();
        let package = releases.build("- {id: ser, front: ser, back: to be}\n");
        assert_eq!(send(&anki, &package, &DeliveryOptions::new()).added, 1);
        // Neither does what takes its time; but not for ever.
        client.call("_busy", r#"{"seconds": 3}"#).unwrap();
        thread::sleep(Duration::from_millis(300));
        let hasty = anki.client().longest(Duration::from_secs(1));
        let error = hasty.deck_names().unwrap_err();
        assert!(error.to_string().contains("is Anki busy"), "{error}");
        assert!(client.deck_names().unwrap().contains(&"Default".to_owned()));
        // The list of profiles.
        client.call("_leave", "{}").unwrap();
        thread::sleep(Duration::from_secs(2));
        let told = refused(deliver(&client, &package, &DeliveryOptions::new()));
        assert!(told.contains("no profile is open"), "{told}");
    }
    // A page of the web asks for permission: nobody is answered meanwhile.
    let anki = StandIn::new(&[]);
    let url = anki.url();
    let page = thread::spawn(move || {
        let address = url.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let body = r#"{"action": "requestPermission", "version": 6}"#;
        let head = format!(
            "POST / HTTP/1.1\r\nOrigin: https://example.org\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
        thread::sleep(Duration::from_secs(25));
    });
    thread::sleep(Duration::from_secs(1));
    let began = Instant::now();
    let mut releases = Releases::new();
    let package = releases.build("- {id: ser, front: ser, back: to be}\n");
    let error = deliver(&anki.client(), &package, &DeliveryOptions::new()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unreachable(_)),
        "{error:?}"
    );
    assert!(error.to_string().contains("dialog"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(40));
    drop(anki);
    page.join().unwrap();
}
