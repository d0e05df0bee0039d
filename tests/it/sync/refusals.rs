//! Servers that say no, are elsewhere, or are none.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use deckle::sync::{Credentials, Outside, Protocol, PushOptions, Pushed, Removed, Server, push};
use deckle::{Error, ErrorKind};
use serde_json::json;

use super::account::{Account, Releases, Then, World, Written, guid, note, words};

fn login() -> Credentials {
    Credentials::new("me", "secret")
}

fn verbs() -> Vec<Written> {
    vec![
        Written::new("ser", &["ser", "to be"]),
        Written::new("ir", &["ir", "to go"]),
    ]
}

fn refused(pushed: Result<Pushed, Error>) -> String {
    let error = pushed.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error:?}");
    error.to_string()
}

#[test]
fn who_is_not_known_is_told() {
    let account = Account::with_two();
    let releases = Releases::new();
    let package = releases.build(&words(), &verbs());
    let with = |url: &str, login: Credentials| {
        let server = Server::new(url, login).unwrap();
        push(&server, &package, &PushOptions::new(), &World)
    };
    for login in [
        Credentials::new("me", "guess"),
        Credentials::new("nobody", "secret"),
        Credentials::new("me", ""),
    ] {
        let told = refused(with(&account.url(), login));
        assert!(told.contains("no such user, or another password"), "{told}");
        assert!(!told.contains("guess"), "{told}");
    }
    let told = refused(with("https://sync.ankiweb.net/", login()));
    assert!(told.contains("approved programs"), "{told}");
    let told = refused(with(&format!("{}sync/", account.url()), login()));
    assert!(told.contains("without `sync/` at its end"), "{told}");
    account.settle();
    let url = account.url();
    account.kill();
    let error = with(&url, login()).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unreachable(_)),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .starts_with(&format!("the sync server at {url} does not")),
        "{error}"
    );
    account.restart();
}

#[test]
fn a_server_may_send_on_to_itself_alone() {
    let account = Account::with_two();
    let releases = Releases::new();
    let package = releases.build(&words(), &verbs());
    let moved = |to: &str| {
        let head = format!("HTTP/1.1 308 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n");
        format!("{head}Connection: close\r\n\r\n")
    };
    let run = |to: &str, method: &'static str| {
        let mut calls = Vec::new();
        let result = account.through(
            |call| {
                calls.push(call.to_owned());
                match call == method {
                    true => Then::Answer(moved(to)),
                    false => Then::Forward,
                }
            },
            |url| {
                push(
                    &Server::new(url, login()).unwrap(),
                    &package,
                    &PushOptions::new(),
                    &World,
                )
            },
        );
        (result, calls)
    };
    for to in [
        "http://localhost:1/",
        "http://example.org/",
        "nonsense",
        "https://sync.ankiweb.net/",
    ] {
        let (result, calls) = run(to, "meta");
        let told = refused(result);
        let why = match to {
            "nonsense" => "which is no address",
            _ => "which is another host",
        };
        assert!(told.contains(&format!("{to}, {why}")), "{told}");
        assert_eq!(calls, ["hostKey", "meta"]);
    }
    // Only `meta` is followed.
    let (result, _) = run(&account.url(), "hostKey");
    assert!(refused(result).contains("sends on to"));
    let (result, calls) = run(&account.url(), "meta");
    assert_eq!(result.unwrap().added, 2);
    assert_eq!(calls, ["hostKey", "meta"]);
    account.settle();
}

/// A world whose clock stands still, apart from the right time, and goes on where somebody waits.
struct Other(SystemTime, Cell<Duration>);

impl Other {
    fn new(apart: i64) -> Self {
        let now = SystemTime::now();
        let by = Duration::from_secs(apart.unsigned_abs());
        let now = if apart < 0 { now - by } else { now + by };
        Self(now, Cell::new(Duration::ZERO))
    }

    fn seconds(&self) -> i64 {
        let since = self.now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        i64::try_from(since.as_secs()).unwrap()
    }
}

impl Outside for Other {
    fn now(&self) -> SystemTime {
        self.0 + self.1.get()
    }

    fn wait(&self, time: Duration) {
        self.1.set(self.1.get() + time);
    }

    fn chance(&self) -> u64 {
        World.chance()
    }
}

#[test]
fn clocks_that_are_apart_are_told() {
    let account = Account::with_two();
    let releases = Releases::new();
    let package = releases.build(&words(), &verbs());
    let with = |apart: i64| {
        let world = Other::new(apart);
        push(&account.server(), &package, &PushOptions::new(), &world)
    };
    for apart in [-400, 400] {
        let told = refused(with(apart));
        assert!(told.contains("seconds apart"), "{told}");
    }
    assert_eq!(account.sync("b"), "NO_CHANGES");
    assert_eq!(with(200).unwrap().added, 2);
    account.settle();
}

#[test]
fn a_note_of_this_second_waits_for_the_next() {
    let account = Account::with_two();
    let releases = Releases::new();
    let world = Other::new(0);
    let now = world.seconds();
    let release = |time: i64| {
        let note = deckle::Note::new(&words())
            .fields(["x", "y"])
            .key("x")
            .modified(time);
        let mut deck = deckle::Deck::new("D");
        deck.add(note).unwrap();
        releases.build_with(&words(), &[], |it| it.deck(deck))
    };
    for (ahead, waited) in [(-1, 0), (0, 1), (3, 3)] {
        let near = release(now + ahead);
        let before = world.seconds();
        let pushed = push(&account.server(), &near, &PushOptions::new(), &world).unwrap();
        assert_eq!((pushed.added + pushed.changed, pushed.ahead), (1, 0));
        assert_eq!(world.seconds() - before, waited, "{ahead}");
    }
    // Far ahead nobody waits; it is told.
    let far = release(now + 5000);
    let before = world.seconds();
    let pushed = push(&account.server(), &far, &PushOptions::new(), &world).unwrap();
    assert!(pushed.changed == 1 && pushed.ahead > 4000, "{pushed:?}");
    assert_eq!(world.seconds(), before);
    account.settle();
}

#[test]
fn the_older_protocol_does_the_same() {
    let account = Account::with_two();
    let releases = Releases::new();
    let first = releases.build_with(&words(), &verbs(), |it| it.media_bytes("_a.css", "a"));
    let with = |package: &std::path::Path, options: &PushOptions| {
        let server = account.server().protocol(Protocol::Legacy);
        push(&server, package, options, &World)
    };
    let plain = PushOptions::new();
    let pushed = with(&first, &plain).unwrap();
    assert_eq!((pushed.added, pushed.media), (2, 1));
    account.settle();
    assert!(!with(&first, &plain).unwrap().sent);
    account.ask("a", "review", json!({"count": 2, "deck": "Spanish"}));
    account.settle();
    let before = account.schedules("a");
    let mut changed = verbs();
    changed[0] = changed[0]
        .clone()
        .fields(1, &["ser", "TO be"])
        .deck("Elsewhere");
    let second = releases.build(&words(), &changed[..1]);
    let options = plain.clone().base(&first).removed(Removed::Tag);
    let pushed = with(&second, &options).unwrap();
    assert_eq!((pushed.changed, pushed.moved, pushed.treated), (1, 2, 1));
    account.settle();
    assert_eq!(account.schedules("b"), before);
    let notes = account.notes("b");
    assert_eq!(note(&notes, "ser")["decks"]["0"], "Elsewhere");
    assert_eq!(note(&notes, "ir")["tags"], json!(["deckle::removed"]));
    assert!(!with(&second, &options).unwrap().sent);
    let server = Server::new(&account.url(), Credentials::new("me", "x")).unwrap();
    refused(push(
        &server.protocol(Protocol::Legacy),
        &first,
        &plain,
        &World,
    ));
    assert!(!guid(&notes, "ser").is_empty());
}
