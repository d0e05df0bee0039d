//! `deckle fetch` against a server in the test itself.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::cli::{Place, Run};
use crate::sample::sample;

/// Paths and what the server answers there: status line, headers, body.
type Answers = Arc<Mutex<Vec<(&'static str, &'static str, &'static str, Vec<u8>)>>>;

struct Server {
    port: u16,
    answers: Answers,
}

impl Server {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = Answers::default();
        let known = Arc::clone(&answers);
        // It ends with the process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let first = lines.next().unwrap().unwrap();
                for line in lines.by_ref() {
                    if line.unwrap().is_empty() {
                        break;
                    }
                }
                let path = first.split(' ').nth(1).unwrap();
                let known = known.lock().unwrap();
                let found = known.iter().find(|(it, ..)| *it == path);
                let (status, headers, body) = match found {
                    Some((_, status, headers, body)) => (*status, *headers, body.clone()),
                    None => ("404 Not Found", "", Vec::new()),
                };
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                let _ = stream.write_all(head.as_bytes());
                let _ = stream.write_all(&body);
            }
        });
        Self { port, answers }
    }

    fn answer(&self, path: &'static str, status: &'static str, headers: &'static str, body: &[u8]) {
        let mut answers = self.answers.lock().unwrap();
        answers.retain(|(it, ..)| *it != path);
        answers.push((path, status, headers, body.to_vec()));
    }

    fn project(&self, notes: &str) -> Place {
        let notes = notes.replace("HOST", &format!("http://127.0.0.1:{}", self.port));
        Place::new(&[
            (
                "deckle.yaml",
                "format: 1\nname: Heart\nuid: 5c2d1c1e-90f1-4b5a-8d0f-5e1f0d5f3f88\nmedia: {remote: fetch, max-mb: 1}\n",
            ),
            ("notes.yaml", &notes),
        ])
    }
}

fn fetch(place: &Place, more: &[&str]) -> Run {
    let args = [&["fetch", "--allow-private"], more].concat();
    let mut command = place.command(&args);
    for name in [
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "ALL_PROXY",
        "all_proxy",
    ] {
        command.env_remove(name);
    }
    Run::of(command.output().unwrap())
}

const SVG: &str = "Content-Type: image/svg+xml; charset=utf-8\r\n";

#[test]
fn what_was_fetched_stays_until_somebody_takes_the_new() {
    let server = Server::new();
    server.answer(
        "/Heart%20left.svg?x=1",
        "200 OK",
        SVG,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    );
    server.answer("/beat", "302 Found", "Location: /beat.mp3\r\n", b"");
    server.answer(
        "/beat.mp3",
        "200 OK",
        "Content-Type: audio/mpeg\r\n",
        &sample("beat.mp3", "ID3"),
    );
    let place = server.project(
        "- ['![a](HOST/Heart%20left.svg?x=1) [sound:HOST/beat]', {html: '<img src=\"HOST/Heart%20left.svg?x=1\">'}]\n",
    );
    let run = place.run(&["build"]);
    assert_eq!(
        (run.code.unwrap(), run.stderr.matches("E0363").count() > 2),
        (1, true),
        "{run:?}"
    );
    let run = fetch(&place, &[]);
    assert_eq!(
        (run.code.unwrap(), run.stdout.lines().count()),
        (0, 2),
        "{run:?}"
    );
    let run = place.run(&["build"]);
    assert_eq!(run.code.unwrap(), 0, "{run:?}");
    assert!(run.stderr.contains("2 media files"), "{run:?}");
    let before = place.files();
    assert!(
        before
            .keys()
            .any(|it| it.starts_with("notes/media/fetched/heart_left-"))
    );

    // What changes there is told, and not taken.
    server.answer(
        "/beat.mp3",
        "200 OK",
        "Content-Type: audio/mpeg\r\n",
        &sample("beat.mp3", "ID3 other"),
    );
    assert_eq!(fetch(&place, &[]).code.unwrap(), 0);
    let run = fetch(&place, &["--check"]);
    assert_eq!(run.code.unwrap(), 1, "{run:?}");
    assert!(run.stdout.starts_with("changed\t"), "{run:?}");
    assert_eq!(place.files(), before);
    let run = fetch(&place, &["--update", "--prune"]);
    assert!(
        run.stdout.contains("updated\t") && run.stdout.contains("removed\t"),
        "{run:?}"
    );
    assert_eq!(place.run(&["build"]).code.unwrap(), 0);
    assert_ne!(
        place.files()["notes/deckle.lock"],
        before["notes/deckle.lock"]
    );

    // A file that was not committed is fetched again, if it is the same.
    std::fs::remove_dir_all(place.folder().join("media")).unwrap();
    server.answer(
        "/beat.mp3",
        "200 OK",
        "Content-Type: audio/mpeg\r\n",
        &sample("beat.mp3", "ID3 third"),
    );
    let run = fetch(&place, &[]);
    assert!(
        run.stdout.contains("fetched\t") && run.stdout.contains("changed\t"),
        "{run:?}"
    );
    assert_eq!(run.code.unwrap(), 1);
}

#[test]
fn what_is_no_picture_or_sound_is_refused() {
    let server = Server::new();
    server.answer("/page.png", "200 OK", "Content-Type: text/html\r\n", b"<p>");
    server.answer(
        "/big.png",
        "200 OK",
        "Content-Type: image/png\r\n",
        &vec![0; 1_000_001],
    );
    server.answer("/round.png", "302 Found", "Location: /round.png\r\n", b"");
    server.answer(
        "/file.png",
        "302 Found",
        "Location: file:///etc/passwd\r\n",
        b"",
    );
    server.answer(
        "/short.png",
        "200 OK",
        "Content-Type: image/png\r\nX: y\r\n",
        b"ok",
    );
    let check = |path: &str, expect: &str| {
        let place = server.project(&format!("- ['![](HOST/{path})', x]\n"));
        let run = fetch(&place, &[]);
        assert_eq!(run.code.unwrap(), 4, "{run:?}");
        assert!(run.stderr.contains(expect), "{path}: {run:?}");
        assert!(run.stderr.contains("notes.yaml:1: "), "{run:?}");
        assert!(!place.folder().join("media").exists());
    };
    check("page.png", "a web page");
    check("big.png", "more than 1000000 bytes");
    check("round.png", "redirected more than");
    check("gone.png", "the server answered 404 (Not Found)");
    check("file.png", "");
}

#[test]
fn addresses_of_the_own_network_are_refused() {
    let server = Server::new();
    server.answer(
        "/a.svg",
        "200 OK",
        SVG,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    );
    let check = |host: &str| {
        let address = format!("http://{host}:{}/a.svg", server.port);
        let place = server.project(&format!("- ['![]({address})', x]\n"));
        let mut command = place.command(&["fetch"]);
        command
            .env_remove("HTTPS_PROXY")
            .env_remove("HTTP_PROXY")
            .env_remove("ALL_PROXY");
        command
            .env_remove("https_proxy")
            .env_remove("http_proxy")
            .env_remove("all_proxy");
        let run = Run::of(command.output().unwrap());
        assert_eq!(run.code.unwrap(), 4, "{host}: {run:?}");
        assert!(
            run.stderr.contains("--allow-private permits it"),
            "{host}: {run:?}"
        );
    };
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "169.254.169.254",
        "2130706433",
        "10.0.0.1",
    ] {
        check(host);
    }
}
