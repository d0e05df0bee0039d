//! A sync server of `https`: a program that speaks TLS stands in front of Anki's own
//! (`tests/anki/tls.py`), with certificates that `tests/anki/tls/make.sh` made.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use deckle::ErrorKind;
use deckle::sync::{Credentials, PushOptions, Pushed, Server, push};
use serde_json::Value;

use super::account::{Account, Releases, Then, World, Written, python, words};
use crate::cli::Place;
use crate::judge::serve;

/// What speaks TLS in front of a port; ends with this value.
struct Terminator {
    child: Child,
    port: u16,
}

fn certificate(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/anki/tls");
    root.join(format!("{name}.pem"))
}

impl Terminator {
    fn new(address: &str, name: &str) -> Self {
        let port = address.trim_end_matches('/').rsplit(':').next().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/anki/tls.py");
        let mut command = Command::new(python("anki-26.9.3"));
        command.args(["-B", "-X", "utf8"]).arg(script).arg(port);
        let (child, port) = serve(command.arg(certificate(name)));
        Self { child, port }
    }

    fn url(&self) -> String {
        format!("https://127.0.0.1:{}/", self.port)
    }
}

impl Drop for Terminator {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

fn server(url: &str, authority: Option<&str>) -> Server {
    let server = Server::new(url, Credentials::new("me", "secret")).unwrap();
    match authority {
        Some(name) => server.authorities(fs::read(certificate(name)).unwrap()),
        None => server,
    }
}

fn verbs() -> Vec<Written> {
    vec![
        Written::new("ser", &["ser", "to be"]),
        Written::new("ir", &["ir", "to go"]),
    ]
}

#[test]
fn certificates_decide_who_is_trusted() {
    let account = Account::with_two();
    let releases = Releases::new();
    let package = releases.build(&words(), &verbs());
    let to = |url: &str, authority: Option<&str>| {
        push(
            &server(url, authority),
            &package,
            &PushOptions::new(),
            &World,
        )
    };
    // The server's, what is trusted, and why that is not enough.
    let cases = [
        (
            "here",
            None,
            "nobody known has signed its certificate",
            "UnknownIssuer",
        ),
        (
            "here",
            Some("own"),
            "nobody known has signed its certificate",
            "UnknownIssuer",
        ),
        (
            "elsewhere",
            Some("authority"),
            "its certificate is for another name",
            "elsewhere.example",
        ),
        (
            "over",
            Some("authority"),
            "its certificate is over",
            "Expired",
        ),
        (
            "own",
            None,
            "nobody known has signed its certificate",
            "UnknownIssuer",
        ),
        (
            "both",
            Some("both"),
            "is that of an authority (`CA:TRUE`)",
            "CaUsedAsEndEntity",
        ),
    ];
    for (name, authority, why, cause) in cases {
        let terminator = Terminator::new(&account.url(), name);
        let error = to(&terminator.url(), authority).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Untrusted(_)),
            "{name}: {error:?}"
        );
        let text = error.to_string();
        assert!(
            text.starts_with("the sync server at https://127.0.0.1:"),
            "{text}"
        );
        assert!(text.contains(why), "{name}: {text}");
        assert!(format!("{error:?}").contains(cause), "{name}: {error:?}");
        let error = server(&terminator.url(), authority).answers().unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Untrusted(_)),
            "{name}: {error:?}"
        );
    }
    assert_eq!(account.sync("b"), "NO_CHANGES");

    let here = Terminator::new(&account.url(), "here");
    server(&here.url(), Some("authority")).answers().unwrap();
    assert_eq!(to(&here.url(), Some("authority")).unwrap().added, 2);
    // By name as well as by number; and one that signed itself.
    let by_name = here.url().replace("127.0.0.1", "localhost");
    assert!(!to(&by_name, Some("authority")).unwrap().sent);
    let own = Terminator::new(&account.url(), "own");
    assert!(!to(&own.url(), Some("own")).unwrap().sent);
    account.settle();

    // Plain where TLS is meant.
    let error = to(&account.url().replace("http:", "https:"), Some("authority")).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Unreachable(_)),
        "{error:?}"
    );
    assert!(
        error.to_string().contains("begins with `http://`"),
        "{error}"
    );
}

#[test]
fn a_server_sends_on_to_where_it_stays_encrypted() {
    let account = Account::with_two();
    let releases = Releases::new();
    let package = releases.build(&words(), &verbs());
    let end = Terminator::new(&account.url(), "here");
    // From a server that stands behind TLS, or does not, to another address.
    let run = |is_open: bool, to: &str| -> Result<Pushed, deckle::Error> {
        let moved = format!(
            "HTTP/1.1 308 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        account.through(
            |call| match call {
                "meta" => Then::Answer(moved.clone()),
                _ => Then::Forward,
            },
            |url| {
                let front = Terminator::new(url, "here");
                let from = if is_open { url.to_owned() } else { front.url() };
                push(
                    &server(&from, Some("authority")),
                    &package,
                    &PushOptions::new(),
                    &World,
                )
            },
        )
    };
    let refused = |to: &str, why: &str| {
        let error = run(false, to).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Refused(_)), "{error:?}");
        assert!(error.to_string().contains(why), "{error}");
    };
    refused(&account.url(), "which is without encryption");
    refused("https://localhost:1/", "which is another host");
    refused("https://sync.ankiweb.net/", "which is another host");
    assert_eq!(account.sync("b"), "NO_CHANGES");
    assert_eq!(run(false, &end.url()).unwrap().added, 2);
    // From plain to encrypted is no loss.
    assert!(!run(true, &end.url()).unwrap().sent);
    account.settle();
}

#[test]
fn a_project_names_whom_it_trusts() {
    let account = Account::with_two();
    let here = Terminator::new(&account.url(), "here");
    let manifest = |keys: &str| {
        format!(
            "format: 1\nname: Heart\nuid: 3a6f5d1e-7b0c-4f0f-9b1e-5c1f0d5f3f55\nship:\n  home: {{via: sync, url: \"{}\", user: me, password-env: DECKLE_TEST_PASSWORD{keys}}}\n",
            here.url()
        )
    };
    let place = Place::new(&[("deckle.yaml", &manifest("")), ("a.yaml", "- [one, 1]\n")]);
    place.put(
        "../authority.pem",
        fs::read(certificate("authority")).unwrap(),
    );
    place.put("../own.pem", fs::read(certificate("own")).unwrap());
    place.put("../empty.pem", "");
    let run = |args: &[&str], code: i32, told: &[&str]| {
        let mut command = place.command(args);
        command.env("SOURCE_DATE_EPOCH", "1700000000");
        command.env("DECKLE_TEST_PASSWORD", "secret");
        command.env("HOME", place.outer.path());
        let run = crate::cli::Run::of(command.output().unwrap()).ends(code);
        let text = format!("{}{}", run.stdout, run.stderr);
        for told in told {
            assert!(text.contains(told), "{told}: {text}");
        }
        run
    };
    let unknown = "nobody known has signed its certificate";
    let mend = "home: of a server of your own, name the file with the certificate of its authority";
    let told = run(&["ship", "--json"], 4, &[unknown, mend, "UnknownIssuer"]);
    // It is there, and waiting does not help.
    let value: Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(value[0]["away"], false, "{value}");
    run(&["doctor"], 1, &[unknown, "`ca-file: PATH`"]);

    place.put("deckle.yaml", manifest(", ca-file: ../own.pem"));
    run(
        &["ship"],
        4,
        &[unknown, "home: only what `ca-file` names is trusted"],
    );
    for (file, why) in [
        ("../missing.pem", "there is no"),
        ("../empty.pem", "is empty"),
        ("a.yaml", "no certificates in PEM"),
    ] {
        place.put("deckle.yaml", manifest(&format!(", ca-file: {file}")));
        run(&["ship"], 2, &[why]);
        run(&["doctor"], 1, &[why, "mend `ca-file`"]);
    }
    place.put("deckle.yaml", manifest(", ca-file: ../authority.pem"));
    run(&["ship"], 0, &["home: delivered"]);
    run(
        &["doctor"],
        0,
        &["a sync server at https://", "lets me log in"],
    );
    place.put("deckle.yaml", manifest(", ca-file: ~/authority.pem"));
    run(&["ship"], 0, &["home: unchanged"]);
    account.settle();
}
