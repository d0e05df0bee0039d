//! AnkiConnect: the client, `deckle connect`, and deliveries, against a stand-in over the real Anki
//! that has the add-on's habits (`tests/anki/connect.py`).

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use deckle::connect::{
    Client, Delivered, DeliveryOptions, NewNote, Removal, Removed, Transfer, deliver,
};
use deckle::{Baseline, BuildTime, Deck, Error, ErrorKind, Flag, Note, NoteType, Package};
use serde_json::{Value, json};

use crate::cli::Place;
use crate::judge::serve;

const CURRENT: &str = "26.9.3";
const OLDER: &str = "25.9.2";

/// The folders of the add-ons, where the real ones are asked: a current one, and that of 2023.
const ADD_ON: &str = "DECKLE_TEST_ANKICONNECT";
const OLD_ADD_ON: &str = "DECKLE_TEST_ANKICONNECT_2023";

/// The stand-in, which ends with this value.
///
/// With the folders of add-ons in the environment it is the real Anki with the real add-on instead,
/// the one of 2023 (`--old`) or a current one: `make ankiconnect`. `--older-anki` is not an argument of
/// either, but chooses the Anki.
pub(crate) struct StandIn {
    child: Child,
    port: u16,
}

impl StandIn {
    pub(crate) fn new(arguments: &[&str]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let is_real = is_real() && !arguments.contains(&"--phone");
        let kind = if is_real { "desktop" } else { "anki" };
        let version = if arguments.contains(&"--older-anki") {
            OLDER
        } else {
            CURRENT
        };
        let backend = format!("{kind}-{version}");
        let arguments = arguments.iter().filter(|it| **it != "--older-anki");
        let python = if cfg!(windows) {
            "Scripts/python.exe"
        } else {
            "bin/python"
        };
        let python = root.join("target/judges").join(&backend).join(python);
        let target = if is_real { "ankiconnect" } else { "judges" };
        assert!(
            python.exists(),
            "{} is missing, run: make {target}",
            python.display()
        );
        let mut command = Command::new(python);
        command.args(["-B", "-X", "utf8"]);
        if is_real {
            let is_old = arguments.clone().any(|it| *it == "--old");
            let name = if is_old { OLD_ADD_ON } else { ADD_ON };
            let add_on = std::env::var_os(name).unwrap_or_default();
            command.arg(root.join("tests/anki/desktop.py")).arg(add_on);
            command.args(arguments.filter(|it| **it != "--old"));
            // What Qt and Chromium have to say of a machine without a screen.
            command.stderr(Stdio::null());
        } else {
            command
                .arg(root.join("tests/anki/connect.py"))
                .args(arguments);
        }
        let (child, port) = serve(&mut command);
        Self { child, port }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url(), None).unwrap()
    }

    /// The answer to a body that is sent by hand, head included.
    fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    pub(crate) fn sql(&self, query: &str) -> Value {
        let params = json!({"query": query}).to_string();
        let rows = self.client().call("_sql", &params).unwrap();
        serde_json::from_str(&rows).unwrap()
    }

    pub(crate) fn import_by_hand(&self, package: &Path) {
        let params = json!({"path": package}).to_string();
        self.client().call("_import", &params).unwrap();
    }

    /// What Anki itself finds wrong with database and media: nothing.
    #[track_caller]
    pub(crate) fn is_sound(&self) {
        let told = self.client().call("_check", "{}").unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(
            (&told["sound"], &told["missing"]),
            (&json!(true), &json!([])),
            "{told}"
        );
    }

    /// What was called since the last time, reflection and permission aside.
    pub(crate) fn calls(&self) -> Vec<String> {
        let calls = self.client().call("_calls", "{}").unwrap();
        let mut calls: Vec<String> = serde_json::from_str(&calls).unwrap();
        calls.retain(|it| it != "apiReflect" && !it.starts_with('_'));
        calls
    }
}

impl StandIn {
    /// Nothing was called since the last time that changes a collection.
    #[track_caller]
    pub(crate) fn only_looked_at(&self) {
        let looks = [
            "findNotes",
            "notesInfo",
            "modelNamesAndIds",
            "modelFieldNames",
            "modelTemplates",
            "modelStyling",
            "retrieveMediaFile",
            "getDecks",
            "areSuspended",
            "findCards",
        ];
        let calls = self.calls();
        assert!(
            calls.iter().all(|it| looks.contains(&it.as_str())),
            "{calls:?}"
        );
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // It ends with its standard input.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Whether these tests ask the real add-on.
pub(crate) fn is_real() -> bool {
    std::env::var_os(ADD_ON).is_some()
}

/// Both versions of the add-on in the current Anki, and the current add-on in the older Anki, in which
/// it imports otherwise.
pub(crate) const ALL: [&[&str]; 3] = [&[], &["--old"], &["--older-anki"]];

pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error:?}");
    error.to_string()
}

#[test]
fn the_stand_in_has_the_habits_of_the_real_one() {
    let anki = StandIn::new(&[]);
    let post = |headers: &str, body: &str| {
        anki.raw(&format!(
            "POST / HTTP/1.1\r\nHost: x\r\n{headers}\r\n{body}"
        ))
    };
    let asked = |body: &str| post(&format!("Content-Length: {}\r\n", body.len()), body);
    assert_eq!(asked(r#"{"action": "version"}"#), "6");
    assert_eq!(
        asked(r#"{"action": "version", "version": 6}"#),
        r#"{"result": 6, "error": null}"#
    );
    assert_eq!(
        asked(r#"{"action": "nothing"}"#),
        r#"{"result": null, "error": "unsupported action"}"#
    );
    let banner = r#"{"apiVersion": "AnkiConnect v.6"}"#;
    assert_eq!(asked(""), banner);
    let chunked = "15\r\n{\"action\": \"version\"}\r\n0\r\n\r\n";
    assert_eq!(post("Transfer-Encoding: chunked\r\n", chunked), banner);
    assert_eq!(
        post("Content-Length:21\r\n", r#"{"action": "version"}"#),
        banner
    );
    assert_eq!(
        asked(
            r#"{"action": "multi", "params": {"actions": [{"action": "version"}, {"action": "no"}]}}"#
        ),
        r#"[6, {"result": null, "error": "unsupported action"}]"#
    );
}

#[test]
fn what_people_script_has_a_method() {
    for arguments in ALL {
        let anki = StandIn::new(arguments);
        let client = anki.client();
        let is_old = arguments.contains(&"--old");
        assert_eq!(client.version().unwrap(), 6);
        let permission = client.request_permission().unwrap();
        assert!(permission.granted && !permission.key_needed);
        assert_eq!(client.deck_names().unwrap(), ["Default"]);
        let deck = client.create_deck("Spanish::Verbs").unwrap();
        assert_eq!(client.create_deck("Spanish::Verbs").unwrap(), deck);
        assert_eq!(client.deck_ids().unwrap()["Spanish::Verbs"], deck);
        assert!(
            client
                .note_type_names()
                .unwrap()
                .contains(&"Basic".to_owned())
        );
        assert_eq!(client.field_names("Basic").unwrap(), ["Front", "Back"]);
        assert!(
            client.templates("Basic").unwrap()["Card 1"]
                .0
                .contains("{{Front}}")
        );

        let note = |front: &str| {
            NewNote::new("Spanish::Verbs", "Basic")
                .field("Front", front)
                .field("Back", "to be „ß“ 🙂")
                .tag("verb")
        };
        let ser = client.add_note(&note("ser")).unwrap();
        assert!(refused(client.add_note(&note("ser"))).ends_with("it is a duplicate"));
        client.add_note(&note("ser").allow_duplicate()).unwrap();
        assert!(refused(client.add_note(&note(""))).ends_with("it is empty"));
        let added = client.add_notes(&[note("ir"), note("ver")]).unwrap();
        assert!(added.iter().all(Option::is_some));
        let some = client.add_notes(&[note("ir"), note("dar")]);
        if !is_old {
            assert!(refused(some).contains("duplicate"));
        } else {
            assert_eq!(some.unwrap()[0], None);
            client
                .delete_notes(&client.find_notes("dar").unwrap())
                .unwrap();
        }
        assert_eq!(client.find_notes("tag:verb").unwrap().len(), 4);
        // Also those that the old add-on puts into the default deck.
        assert_eq!(client.find_notes("deck:Spanish::Verbs").unwrap().len(), 4);

        client
            .update_note(ser, &[("Back", "<b>be</b>")], Some(&["a", "b"]))
            .unwrap();
        let infos = client.notes_info(&[ser, 1]).unwrap();
        let info = infos[0].as_ref().unwrap();
        assert_eq!(infos[1], None);
        let field = |name: &str, html: &str| (name.to_owned(), html.to_owned());
        assert_eq!(
            info.fields,
            [field("Front", "ser"), field("Back", "<b>be</b>")]
        );
        assert_eq!((info.note_type.as_str(), info.tags.len()), ("Basic", 2));
        assert_eq!(info.modified.is_some(), !is_old);
        // As they were asked for, whatever the order of the answer.
        let infos = client.notes_info(&[1, ser]).unwrap();
        assert!(infos[0].is_none() && infos[1].is_some());
        let error = client.update_note(ser, &[("Bcak", "x")], None).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("note {ser} has no field `Bcak`; it has `Front`, `Back`")
        );
        assert!(client.update_note(1, &[], None).is_err());

        let cards = &info.cards;
        client.suspend(cards).unwrap();
        assert_eq!(
            client.are_suspended(&[cards[0], 1]).unwrap(),
            [Some(true), None]
        );
        client.unsuspend(cards).unwrap();
        client.set_flag(cards, Flag::Green).unwrap();
        assert!(refused(client.set_flag(&[1], Flag::Green)).contains("setSpecificValueOfCard"));
        assert_eq!(client.with_flag(cards, Flag::Green).unwrap().len(), 1);
        client.change_deck(cards, "Elsewhere").unwrap();
        assert_eq!(client.decks_of(cards).unwrap()["Elsewhere"], *cards);
        assert_eq!(client.find_cards("flag:3").unwrap(), *cards);
        client.delete_decks(&["elsewhere", "nowhere"]).unwrap();
        assert_eq!(client.notes_info(&[ser]).unwrap(), [None]);

        assert_eq!(
            client.store_media("a/b:c?.bin", b"\0\xff").unwrap(),
            "bc.bin"
        );
        assert_eq!(client.retrieve_media("bc.bin").unwrap().unwrap(), b"\0\xff");
        assert_eq!(client.media_names("*.bin").unwrap(), ["bc.bin"]);
        client.delete_media("bc.bin").unwrap();
        assert_eq!(client.retrieve_media("bc.bin").unwrap(), None);
        assert!(refused(client.store_media("a.bin", b"")).contains("You must provide"));
        assert!(refused(client.import_package("/nowhere.apkg")).contains("importPackage"));
        assert!(refused(client.call("decknames", "{}")).ends_with("did you mean `deckNames`?"));
        let error = client.call("deckNames", "[]").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Usage(_)), "{error:?}");
    }
}

#[test]
fn a_key_is_sent_where_it_is_wanted_and_never_shown() {
    let anki = StandIn::new(&["--key", "swordfish"]);
    let with = |key: Option<&str>| Client::new(&anki.url(), key).unwrap();
    assert!(refused(with(None).deck_names()).contains("wants the key"));
    assert!(refused(with(Some("guess")).deck_names()).contains("is not the one"));
    assert!(with(Some("guess")).request_permission().unwrap().key_needed);
    let client = with(Some("swordfish"));
    assert_eq!(client.deck_names().unwrap(), ["Default"]);
    assert!(!format!("{client:?}").contains("swordfish"));
    // Each call inside of `multi` needs it, too.
    let note = NewNote::new("Default", "Basic").field("Front", "x");
    let id = client.add_note(&note).unwrap();
    let cards = client.find_cards(&format!("nid:{id}")).unwrap();
    client.set_flag(&cards, Flag::Red).unwrap();
    // One that nobody asked for is refused.
    let open = StandIn::new(&[]);
    let client = Client::new(&open.url(), Some("swordfish")).unwrap();
    assert!(refused(client.deck_names()).contains("or they name none"));
}

#[test]
fn servers_that_are_away_or_odd_are_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    // It takes the connection and says nothing.
    let client = Client::new(&url, None)
        .unwrap()
        .longest(Duration::from_millis(300));
    let error = client.deck_names().unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unreachable(_)),
        "{error:?}"
    );
    assert!(error.to_string().contains("in time"), "{error}");

    let answers = [
        ("HTTP/1.1 200 OK\r\n\r\n<html>", "is not AnkiConnect"),
        (
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
            "takes no requests",
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n",
            "status 302",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n\"a\"",
            "something else",
        ),
    ];
    let server = thread::spawn(move || {
        // The connection of the call above waits in front.
        drop(free.accept());
        for (answer, _) in answers {
            let (mut stream, _) = free.accept().unwrap();
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).unwrap();
            let head = String::from_utf8_lossy(&buffer[..count]).to_lowercase();
            assert!(head.contains("\r\ncontent-length: "), "{head}");
            assert!(head.contains("\r\nconnection: close\r\n"), "{head}");
            assert!(!head.contains("transfer-encoding"), "{head}");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let client = Client::new(&url, None).unwrap();
    for (_, told) in answers {
        let error = refused(client.deck_names());
        assert!(error.contains(told), "{error}");
    }
    server.join().unwrap();
    let error = client.deck_names().unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unreachable(_)),
        "{error:?}"
    );
}

#[test]
fn the_command_prints_json() {
    let anki = StandIn::new(&["--key", "swordfish"]);
    let place = Place::new(&[]);
    let url = anki.url();
    let run = |args: &[&str], key: &str| {
        let mut command = place.command(&[&["connect"], args, &["--url", &url]].concat());
        command
            .env("ANKICONNECT_KEY", key)
            .env("http_proxy", "http://127.0.0.1:1");
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let told = run(&["deckNames"], "swordfish");
    assert_eq!(told, (0, "[\"Default\"]\n".to_owned(), String::new()));
    let (code, made, _) = run(&["createDeck", r#"{"deck": "Ähre"}"#], "swordfish");
    assert!(code == 0 && made.trim().parse::<i64>().is_ok(), "{made}");
    let (_, names, _) = run(&["deckNames"], "swordfish");
    assert!(names.contains("Ähre"), "{names}");
    let (code, out, error) = run(&["deckNames"], "");
    assert_eq!((code, out.as_str()), (4, ""));
    assert!(
        error.starts_with("error: AnkiConnect refuses `deckNames`: it wants the key"),
        "{error}"
    );
    let (code, _, error) = run(&["deckNames", "[1]"], "swordfish");
    assert!(code == 2 && error.contains("an object of JSON"), "{error}");
    let (code, _, error) = run(&["deckNames", "{"], "swordfish");
    assert!(code == 2 && error.contains("no JSON"), "{error}");
    drop(anki);
    let (code, _, error) = run(&["deckNames"], "swordfish");
    assert!(code == 4 && error.contains("is Anki open"), "{error}");
    assert!(!error.contains("swordfish"), "{error}");
}

/// A project whose releases are built one after the other.
pub(crate) struct Releases {
    pub(crate) place: Place,
    count: i64,
}

/// The seconds of the first release; the next one follows after a thousand.
const FIRST: i64 = 1_700_000_000;

impl Releases {
    pub(crate) fn new() -> Self {
        let manifest = "format: 1\nname: Spanish\nuid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10\n";
        Self {
            place: Place::new(&[("deckle.yaml", manifest)]),
            count: 0,
        }
    }

    pub(crate) fn file(&self, path: &str, text: &str) {
        self.place.put(path, text);
    }

    /// Builds a release of these notes, in YAML; gives back its path.
    pub(crate) fn build(&mut self, notes: &str) -> PathBuf {
        self.place.put("notes.yaml", notes);
        let name = format!("{}.apkg", self.count);
        let seconds = FIRST + 1000 * self.count;
        self.count += 1;
        let mut command = self
            .place
            .command(&["build", "-o", &name, "--allow-schema-change"]);
        let output = command
            .env("SOURCE_DATE_EPOCH", seconds.to_string())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        self.place.folder().join(name)
    }
}

pub(crate) fn send(anki: &StandIn, package: &Path, options: &DeliveryOptions) -> Delivered {
    let delivery = deliver(&anki.client(), package, options).unwrap();
    assert_eq!(delivery.unconfirmed, [""; 0]);
    assert_eq!(delivery.unconfirmed_cards, 0);
    delivery
}

/// A second delivery of the same: it looks, and sends nothing.
pub(crate) fn repeat(anki: &StandIn, package: &Path, options: &DeliveryOptions) {
    anki.calls();
    let before = anki.sql("select mod, usn from col");
    let delivery = send(anki, package, options);
    assert!(!delivery.sent, "{delivery:#?}");
    anki.only_looked_at();
    assert_eq!(anki.sql("select mod, usn from col"), before);
}

const NOTES: &str = "\
- {id: ser, front: ser, back: to be}
- {id: ir, front: ir, back: to go}
- {id: ver, front: ver, back: to see}
";

#[test]
fn notes_arrive_once_and_changes_follow() {
    for arguments in ALL {
        let anki = StandIn::new(arguments);
        let mut releases = Releases::new();
        let first = releases.build(NOTES);
        let plain = DeliveryOptions::new();
        let dry = send(&anki, &first, &plain.clone().dry_run(true));
        assert_eq!((dry.sent, dry.added), (true, 3));
        assert_eq!(anki.sql("select count() from notes"), json!([[0]]));
        let delivery = send(&anki, &first, &plain);
        assert_eq!(
            (delivery.added, delivery.changed, delivery.current),
            (3, 0, 0)
        );
        repeat(&anki, &first, &plain);

        // A learner has studied them, and edits two.
        anki.sql("update cards set type = 2, queue = 2, ivl = 30, due = 40, reps = 7");
        let edit = |front: &str, from: &str, to: &str, seconds: i64| {
            anki.sql(&format!(
                "update notes set flds = replace(flds, '{from}', '{to}'), mod = {seconds} \
                 where sfld = '{front}'"
            ));
        };
        edit("ir", "to go", "mine", FIRST + 500);
        edit("ver", "to see", "mine, later", FIRST + 5000);
        let changed = NOTES.replace("to ", "TO ") + "- {id: dar, front: dar, back: to give}\n";
        let second = releases.build(&changed);
        let based = plain.clone().base(&first);
        let delivery = send(&anki, &second, &based);
        let backs = "select replace(rtrim(flds, char(31)), char(31), ':') from notes order by 1";
        let expect = json!([
            ["dar:to give"],
            ["ir:TO go"],
            ["ser:TO be"],
            ["ver:mine, later"]
        ]);
        assert_eq!(anki.sql(backs), expect);
        assert_eq!(
            anki.sql("select count() from cards where ivl = 30 and due = 40 and reps = 7"),
            json!([[3]])
        );
        assert_eq!(delivery.added, 1);
        if !arguments.contains(&"--old") {
            assert_eq!((delivery.changed, delivery.current), (2, 1));
            assert_eq!(delivery.overwritten.len(), 1);
            repeat(&anki, &second, &based);
        } else {
            // It tells no times: what differs is left to Anki, which decides the same.
            assert_eq!((delivery.changed, delivery.current), (3, 0));
            send(&anki, &second, &based);
            assert_eq!(anki.sql(backs), expect);
        }
    }
}

#[test]
fn cards_move_only_from_where_they_were() {
    let anki = StandIn::new(&[]);
    let mut releases = Releases::new();
    let deck = |name: &str| NOTES.replace('}', &format!(", deck: {name}}}"));
    let first = releases.build(&deck("A"));
    send(&anki, &first, &DeliveryOptions::new());
    let moved = anki.client().find_cards("ver").unwrap();
    anki.client().change_deck(&moved, "Mine").unwrap();
    let second = releases.build(&deck("B::C"));
    let based = DeliveryOptions::new().base(&first);
    let delivery = send(&anki, &second, &based);
    assert_eq!((delivery.moved, delivery.stayed), (2, 1));
    assert_eq!(anki.client().find_cards("deck:B::C").unwrap().len(), 2);
    assert_eq!(anki.client().find_cards("deck:Mine").unwrap(), moved);
    repeat(&anki, &second, &based);
    repeat(&anki, &second, &DeliveryOptions::new().base(&second));
    // Without a base nobody knows where they were.
    let third = releases.build(&deck("D"));
    assert_eq!(send(&anki, &third, &DeliveryOptions::new()).moved, 0);
}

#[test]
fn suspension_and_flags_reach_cards_that_are_there() {
    let anki = StandIn::new(&["--key", "k"]);
    let client = Client::new(&anki.url(), Some("k")).unwrap();
    let mut releases = Releases::new();
    let first = releases.build(NOTES);
    deliver(&client, &first, &DeliveryOptions::new()).unwrap();
    let flagged = client.find_cards("ver").unwrap();
    client.set_flag(&flagged, Flag::Blue).unwrap();
    let second = releases.build(&NOTES.replace('}', ", suspend: true, flag: red}"));
    let delivery = deliver(&client, &second, &DeliveryOptions::new().base(&first)).unwrap();
    assert_eq!((delivery.suspended, delivery.flagged), (3, 2));
    assert_eq!(delivery.unconfirmed_cards, 0);
    assert_eq!(client.find_cards("is:suspended").unwrap().len(), 3);
    // The learner's own flag stays.
    assert_eq!(client.find_cards("flag:4").unwrap(), flagged);
    client.unsuspend(&flagged).unwrap();
    let again = deliver(&client, &second, &DeliveryOptions::new().base(&second)).unwrap();
    assert!(!again.sent);
    let third = releases.build(NOTES);
    let delivery = deliver(&client, &third, &DeliveryOptions::new().base(&second)).unwrap();
    assert_eq!((delivery.unsuspended, delivery.flagged), (2, 2));
    assert_eq!(client.find_cards("is:suspended").unwrap(), [0; 0]);
}

#[test]
fn removed_notes_are_treated_as_was_said() {
    let left = NOTES.lines().next().unwrap();
    for (removed, search, count) in [
        (Removed::Keep, "deck:*", 3),
        (Removed::Tag, "tag:deckle::removed", 2),
        (Removed::Suspend, "is:suspended", 2),
        (Removed::Delete, "deck:*", 1),
    ] {
        let anki = StandIn::new(&[]);
        let client = anki.client();
        let mut releases = Releases::new();
        let first = releases.build(NOTES);
        send(&anki, &first, &DeliveryOptions::new());
        let own = NewNote::new("Default", "Basic").field("Front", "my own");
        let own = client.add_note(&own).unwrap();
        let second = releases.build(left);
        let options = DeliveryOptions::new().base(&first).removed(removed);
        if removed != Removed::Keep {
            let error = deliver(
                &client,
                &second,
                &options.clone().removed(Removal::new(removed).most(1)),
            )
            .unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::TooManyRemoved(2));
        }
        let options = options.removed(Removal::new(removed).most(2));
        let delivery = send(&anki, &second, &options);
        let expect = if removed == Removed::Keep { 0 } else { 2 };
        assert_eq!(
            (delivery.removed.len(), delivery.treated),
            (2, expect),
            "{removed:?}"
        );
        assert_eq!(
            delivery.removed[0].text.len() + delivery.removed[1].text.len(),
            5
        );
        let mut found = client.find_notes(search).unwrap();
        found.retain(|it| *it != own);
        assert_eq!(found.len(), count, "{removed:?}");
        assert!(client.notes_info(&[own]).unwrap()[0].is_some());
        repeat(&anki, &second, &options);
    }
}

#[test]
fn another_note_with_the_id_is_left_alone() {
    // Two projects, built at the same moment, with a shipped note type: their notes share ids.
    let anki = StandIn::new(&[]);
    let client = anki.client();
    let mut ours = Releases::new();
    let mut theirs = Releases::new();
    let manifest = "format: 1\nname: Latin\nuid: 1c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b11\n";
    theirs.file("deckle.yaml", manifest);
    let other = theirs.build(&NOTES.replace("front: ", "front: latin "));
    send(&anki, &other, &DeliveryOptions::new());
    let first = ours.build(NOTES);
    let delivery = send(&anki, &first, &DeliveryOptions::new());
    assert_eq!((delivery.added, delivery.unclear.len()), (0, 3));
    assert_eq!(client.find_notes("deck:*").unwrap().len(), 6);
    // Sent again, and nothing comes of it.
    send(&anki, &first, &DeliveryOptions::new());
    assert_eq!(client.find_notes("deck:*").unwrap().len(), 6);
    let second = ours.build(NOTES.lines().next().unwrap());
    let options = DeliveryOptions::new().base(&first).removed(Removed::Delete);
    assert_eq!(send(&anki, &second, &options).removed, []);
    assert_eq!(client.find_notes("deck:*").unwrap().len(), 6);
    // The first to come are recognized, also those that a learner edited.
    let id = client.find_notes("latin ser").unwrap()[0];
    client.update_note(id, &[("Back", "mine")], None).unwrap();
    let fewer = theirs.build("- {id: dar, front: dar, back: to give}");
    let options = DeliveryOptions::new().base(&other).removed(Removed::Delete);
    assert_eq!(send(&anki, &fewer, &options).treated, 3);
    assert_eq!(client.find_notes("deck:*").unwrap().len(), 4);
}

pub(crate) const TYPE: &str = "\
key: verb
name: Verb
fields: [Verb, Meaning]
card-templates:
  - {name: Card 1, front: {html: '{{Verb}}'}, back: {html: '{{Meaning}}'}}
css: [{css: '.card { color: red }'}]
";

#[test]
fn note_types_follow_unless_a_learner_changed_them() {
    let anki = StandIn::new(&[]);
    let client = anki.client();
    let mut releases = Releases::new();
    let notes = "- {id: ser, type: verb, verb: ser, meaning: to be}\n";
    releases.file("types/verb/type.yaml", TYPE);
    let first = releases.build(notes);
    send(&anki, &first, &DeliveryOptions::new());
    repeat(&anki, &first, &DeliveryOptions::new());
    let name = client.note_type_names().unwrap();
    let name = name.iter().find(|it| it.starts_with("Verb")).unwrap();

    releases.file("types/verb/type.yaml", &TYPE.replace("red", "blue"));
    let second = releases.build(notes);
    let based = DeliveryOptions::new().base(&first);
    let delivery = send(&anki, &second, &based);
    assert!(delivery.sent && !delivery.one_way_sync);
    assert!(client.styling(name).unwrap().contains("blue"));
    repeat(&anki, &second, &based);

    // A learner likes it otherwise.
    client.set_styling(name, ".card { color: green }").unwrap();
    releases.file("types/verb/type.yaml", &TYPE.replace("red", "pink"));
    let third = releases.build(notes);
    let based = DeliveryOptions::new().base(&second);
    let delivery = send(&anki, &third, &based);
    assert_eq!(delivery.styles_kept, [name.as_str()]);
    assert!(client.styling(name).unwrap().contains("green"));

    // Where nobody touched them, a new field arrives.
    let anki = StandIn::new(&[]);
    let client = anki.client();
    send(&anki, &third, &DeliveryOptions::new());
    let wider = TYPE.replace("[Verb, Meaning]", "[Verb, Meaning, Sound]");
    releases.file("types/verb/type.yaml", &wider);
    let fourth = releases.build(&notes.replace("to be", "to BE, tags: [new]"));
    let based = DeliveryOptions::new().base(&third);
    let delivery = send(&anki, &fourth, &based);
    assert!(delivery.one_way_sync);
    assert_eq!(
        (delivery.restyled.len(), delivery.styles_kept.len()),
        (0, 0)
    );
    assert_eq!(
        client.field_names(name).unwrap(),
        ["Verb", "Meaning", "Sound"]
    );
    // What changed in the same release arrives, though Anki's own import passes over it.
    let found = client.find_notes("deck:*").unwrap();
    assert_eq!(found.len(), 1);
    let info = client.notes_info(&found).unwrap().remove(0).unwrap();
    assert_eq!(info.fields[1].1, "to BE");
    assert_eq!(info.tags, ["new"]);
    repeat(&anki, &fourth, &based);
}

/// A package with a media file of this name and content; its one note is that of the package `1`,
/// changed if the content is.
fn with_media(folder: &Path, name: &str, media: &str, bytes: &str, seconds: i64) -> PathBuf {
    let note_type = NoteType::builder("Media (test)")
        .id(1_607_392_320)
        .fields(["Front", "Back"])
        .template("Card 1", "{{Front}}", "{{Back}}")
        .build()
        .unwrap();
    let mut deck = Deck::new("Media");
    let back = format!("<img src=\"{media}\"> {bytes}");
    let note = Note::new(&note_type)
        .field("Front", "a")
        .field("Back", back);
    deck.add(note.key("a")).unwrap();
    let path = folder.join(name);
    let mut package = Package::new(BuildTime::from_unix(seconds));
    if let Some(first) = Baseline::read(folder.join("1.apkg")).unwrap() {
        package = package.baseline(&first);
    }
    package
        .deck(deck)
        .media_bytes(media, bytes)
        .write(&path)
        .unwrap();
    path
}

#[test]
fn assets_are_replaced_if_they_are_the_bases() {
    let anki = StandIn::new(&[]);
    let client = anki.client();
    let folder = tempfile::tempdir().unwrap();
    let build = |name, bytes, at| with_media(folder.path(), name, "_a.css", bytes, FIRST + at);
    let first = build("1.apkg", "one", 0);
    send(&anki, &first, &DeliveryOptions::new());
    let second = build("2.apkg", "two", 1);
    let unknown = send(&anki, &second, &DeliveryOptions::new());
    assert_eq!(unknown.assets_kept, ["_a.css"]);
    assert_eq!(client.retrieve_media("_a.css").unwrap().unwrap(), b"one");
    let based = DeliveryOptions::new().base(&first);
    assert_eq!(send(&anki, &second, &based).assets, ["_a.css"]);
    assert_eq!(client.retrieve_media("_a.css").unwrap().unwrap(), b"two");
    repeat(&anki, &second, &based);
    client.store_media("_a.css", b"mine").unwrap();
    let third = build("3.apkg", "three", 2);
    let delivery = send(&anki, &third, &DeliveryOptions::new().base(&second));
    assert_eq!((delivery.assets.len(), delivery.assets_kept.len()), (0, 1));
    assert_eq!(client.retrieve_media("_a.css").unwrap().unwrap(), b"mine");
}

#[test]
fn packages_come_by_path_or_by_upload() {
    let folder = tempfile::tempdir().unwrap();
    let package = with_media(folder.path(), "1.apkg", "a.png", "one", FIRST);
    for (transfer, arguments) in [Transfer::Path, Transfer::Upload, Transfer::Auto]
        .into_iter()
        .zip(ALL)
    {
        let anki = StandIn::new(arguments);
        let options = DeliveryOptions::new().transfer(transfer);
        assert_eq!(send(&anki, &package, &options).added, 1);
        // Nothing stays behind that would be synchronized to all devices.
        assert_eq!(anki.client().media_names("*").unwrap(), ["a.png"]);
        repeat(&anki, &package, &options);
        // Another picture of the name, by another author: the note keeps its own.
        let other = with_media(folder.path(), "2.apkg", "a.png", "two", FIRST + 1000);
        send(&anki, &other, &options);
        assert_eq!(anki.client().media_names("a*").unwrap().len(), 2);
        // Where no times are told, a note whose picture got another name is another one.
        if !arguments.contains(&"--old") {
            repeat(&anki, &other, &options);
        }
    }
}

#[test]
fn notes_of_another_author_are_others() {
    // Anki knows notes by their guids alone, and note types by their ids.
    let anki = StandIn::new(&[]);
    let folder = tempfile::tempdir().unwrap();
    for (id, key, notes, types) in [
        (1, "a", 1, vec!["Words"]),
        (1, "b", 2, vec!["Words"]),
        (2, "c", 3, vec!["Words", "Words+"]),
    ] {
        let note_type = NoteType::builder("Words")
            .id(1_607_392_320 + id)
            .fields(["Front", "Back"])
            .template("Card 1", "{{Front}}", "{{Back}}")
            .build()
            .unwrap();
        let mut deck = Deck::new("Words");
        deck.add(Note::new(&note_type).field("Front", "ser").key(key))
            .unwrap();
        let path = folder.path().join("1.apkg");
        let package = Package::new(BuildTime::from_unix(FIRST + id + notes as i64)).deck(deck);
        package.write(&path).unwrap();
        let delivery = send(&anki, &path, &DeliveryOptions::new());
        assert_eq!(delivery.added, 1, "{key}");
        let client = anki.client();
        assert_eq!(client.find_notes("ser").unwrap().len(), notes);
        let mut names = client.note_type_names().unwrap();
        names.retain(|it| it.starts_with("Words"));
        assert_eq!(names, types);
    }
}

#[test]
fn ten_thousand_notes_take_few_requests() {
    let anki = StandIn::new(&[]);
    let mut releases = Releases::new();
    let mut notes = String::new();
    for number in 0..10_000 {
        let line = format!("- {{id: n{number}, front: f {number}, back: b {number}}}\n");
        notes.push_str(&line);
    }
    let package = releases.build(&notes);
    assert_eq!(send(&anki, &package, &DeliveryOptions::new()).added, 10_000);
    let calls = anki.calls();
    assert!(calls.len() < 30, "{calls:?}");
    repeat(&anki, &package, &DeliveryOptions::new());
}

#[test]
fn without_imports_texts_are_brought_up_to_date_and_the_rest_waits() {
    let phone = StandIn::new(&["--phone"]);
    let folder = tempfile::tempdir().unwrap();
    let mut releases = Releases::new();
    let note = |id: &str, back: &str| format!("- {{id: {id}, front: {id}, back: {back}}}\n");
    let first = folder.path().join("first.apkg");
    let built = releases.build(&(note("a", "1") + &note("b", "2") + &note("c", "3")));
    std::fs::copy(&built, &first).unwrap();
    let waiting = |package: &Path, options: &DeliveryOptions| {
        let delivery = send(&phone, package, options);
        assert!(delivery.texts_only);
        (delivery.changed, delivery.waiting.len())
    };
    assert_eq!(waiting(&first, &DeliveryOptions::new()), (0, 3));
    phone.import_by_hand(&first);
    assert_eq!(waiting(&first, &DeliveryOptions::new()), (0, 0));

    // One is edited by the author, one by the learner, one by both, and one is new.
    let edit = |front: &str| {
        phone.sql(&format!(
            "update notes set flds = replace(flds, sfld || char(31), sfld || char(31) || 'mine ') where sfld = '{front}'"
        ));
    };
    edit("b");
    edit("c");
    let text = note("a", "one") + &note("b", "2") + &note("c", "three") + &note("d", "4");
    let second = releases.build(&text);
    let based = DeliveryOptions::new().base(&first);
    assert_eq!(waiting(&second, &based.clone().dry_run(true)), (1, 2));
    phone.calls();
    assert_eq!(waiting(&second, &based), (1, 2));
    let found =
        phone.sql("select sfld, instr(flds, 'one'), instr(flds, 'mine') from notes order by 1");
    assert_eq!(found.as_array().unwrap().len(), 3);
    assert_ne!(found[0][1], 0, "{found}");
    assert_ne!(found[2][2], 0, "{found}");
    // Again: what was written is there.
    assert_eq!(waiting(&second, &based), (0, 2));
    // What it knows can be scripted.
    assert!(refused(phone.client().create_deck("A")).contains("does not know the action"));
}
