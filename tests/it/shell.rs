//! What surrounds the work: explanations, schemas, completions, man pages, the list of files.

use std::io::Write as _;
use std::process::{Command, Stdio};

use deckle::diag::Code;

use crate::cli::Place;

const COMMANDS: &[&str] = &[
    "adopt",
    "audio",
    "build",
    "check",
    "completions",
    "connect",
    "diff",
    "doctor",
    "explain",
    #[cfg(feature = "fetch")]
    "fetch",
    "flags",
    "id",
    "id-add",
    "id-strip",
    "import",
    "init",
    "inspect",
    "man",
    "preview",
    "pull",
    "schema",
    "ship",
    "show",
    "unpack",
    "verify",
    #[cfg(feature = "watch")]
    "watch",
];

#[test]
fn each_code_is_explained_in_any_spelling() {
    let place = Place::new(&[]);
    let page = place.run(&["explain", "E0301"]).ends(0).stdout;
    assert!(page.starts_with("error[E0301] media-missing\n\n"), "{page}");
    assert!(page.lines().all(|it| it.chars().count() <= 80), "{page}");
    for typed in ["e0301", "media-missing", "E-media-missing"] {
        assert_eq!(place.run(&["explain", typed]).ends(0).stdout, page);
    }
    let list = place.run(&["explain"]).ends(0).stdout;
    assert_eq!(list.lines().count(), Code::ALL.len());
    let unknown = place.run(&["explain", "W0301"]).ends(2);
    assert_eq!(
        unknown.stderr,
        "error: there is no code `W0301`; did you mean `E0301`?\n"
    );
    let unknown = place.run(&["explain", "media-mising"]).ends(2);
    assert!(
        unknown.stderr.ends_with("did you mean `media-missing`?\n"),
        "{unknown:#?}"
    );
}

#[test]
fn a_shell_reads_its_completions() {
    let place = Place::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.run(&["completions", shell]).ends(0).stdout;
        for word in ["unpack", "message-format", "allow-schema-change"] {
            assert!(script.contains(word), "{shell}: no {word}");
        }
        // Where the shell is installed it reads its script without running it.
        let check = match shell {
            "bash" | "zsh" => vec!["-n"],
            "fish" => vec!["--no-execute"],
            _ => continue,
        };
        let started = Command::new(shell)
            .args(check)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else { continue };
        child
            .stdin
            .take()
            .unwrap()
            .write_all(script.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && told.is_empty(),
            "{shell}: {told}"
        );
    }
    place.run(&["completions", "tcsh"]).ends(2);
}

#[test]
fn each_command_has_a_man_page() {
    let place = Place::new(&[]);
    let run = place.run(&["man", "share/man1"]).ends(0);
    assert_eq!(
        run.stderr,
        format!("Wrote {} man pages into share/man1\n", COMMANDS.len() + 1)
    );
    let files = place.files();
    for name in COMMANDS {
        let path = format!("notes/share/man1/deckle-{name}.1");
        let page = files.get(&path).unwrap_or_else(|| panic!("no {path}"));
        let page = std::str::from_utf8(page).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{path}");
    }
    let first = place.run(&["man"]).ends(0).stdout;
    let written = std::str::from_utf8(&files["notes/share/man1/deckle.1"]).unwrap();
    assert_eq!(first.trim_end(), written.trim_end());
    for name in COMMANDS.iter().filter(|it| !it.contains('-')) {
        assert!(
            first.contains(&format!("deckle\\-{name}")),
            "{name}: {first}"
        );
    }
}

#[test]
fn editors_find_the_schemas_that_a_new_project_names() {
    let place = Place::new(&[]);
    for starter in ["default", "vocabulary", "science"] {
        place.run(&["init", starter, "--starter", starter]).ends(0);
    }
    let files = place.files();
    let mut named = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let text = std::str::from_utf8(bytes).unwrap();
        let first = text.lines().next().unwrap();
        let schema = first
            .strip_prefix("# yaml-language-server: $schema=")
            .unwrap_or_else(|| panic!("{path}: {first}"));
        let folder = path.rsplit_once('/').unwrap().0;
        let mut parts: Vec<&str> = folder.split('/').collect();
        for part in schema.split('/') {
            match part {
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        assert!(files.contains_key(&parts.join("/")), "{path}: {schema}");
        named += 1;
    }
    assert!(named >= 7, "{named}");
    let notes = place.run(&["schema", "notes"]).ends(0).stdout;
    let written = &files["notes/default/.deckle/schema/notes.json"];
    assert_eq!(notes.as_bytes(), written);
    place.put("default/.deckle/schema/type.json", "{}");
    let mut command = place.command(&["schema", "--write"]);
    command.current_dir(place.folder().join("default"));
    assert!(command.output().unwrap().status.success());
    assert_eq!(place.files(), files);
}

#[test]
fn the_list_tells_what_each_file_holds() {
    let place = Place::new(&[
        ("a.md", "## One?\n\n1\n\n##Two?\n\n2\n"),
        ("b/c.yaml", "- {type: reversed, q: a, a: b}\n- [c, d]\n"),
    ]);
    let run = place.run(&["check", "--list"]).ends(0);
    assert_eq!(
        run.stdout,
        "a.md: 1 note, 1 card\n  line 5 is no note: a space is missing behind `##` (W0123)\n\
         b/c.yaml: 2 notes, 3 cards\n"
    );
    let run = place
        .run(&["check", "--list", "--message-format", "json"])
        .ends(0);
    let lines: Vec<serde_json::Value> = run
        .stdout
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .filter(|it: &serde_json::Value| it.get("source-file").is_some())
        .collect();
    assert_eq!(lines[0]["look-alikes"][0]["line"], 5);
    let broken = Place::new(&[("a.md", "---\ndekc: X\n---\n## a\n\nb\n")]);
    let run = broken.run(&["check", "--list"]).ends(1);
    assert!(run.stdout.ends_with(", 1 error\n"), "{}", run.stdout);
    assert!(run.stderr.contains("E0108"), "{}", run.stderr);
    assert_eq!(lines[1]["cards"], 3);
}
