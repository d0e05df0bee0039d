//! Sessions with the real binary: exit codes, what goes to which stream, what is written and
//! what is left alone. `SNAPSHOTS=overwrite` writes the help texts of `tests/cmd/` anew.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const GOOD: &str = "## What pumps?\n\nThe heart\n";
const BAD: &str = "## What pumps?\n";
const WARNED: &str = "- [el gato, the cat]\n- [el gato, a cat]\n";

/// A folder in a folder of its own, so that a file beside it would be seen.
struct Place {
    outer: TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self {
            outer: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(place.folder()).unwrap();
        for (path, text) in files {
            place.put(path, text);
        }
        place
    }

    fn folder(&self) -> PathBuf {
        self.outer.path().join("notes")
    }

    fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The command line in this folder, with nothing of the world around it that counts.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deckle"));
        command
            .args(args)
            .current_dir(self.folder())
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env("SOURCE_DATE_EPOCH", "1800000000");
        command
    }

    fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().unwrap())
    }

    /// All files, the ones beside the folder included.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.outer.path(), "", &mut files);
        files
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }
}

#[test]
fn exit_codes_say_how_it_went() {
    let check = |files: &[(&str, &str)], args: &[&str], code: i32| {
        let run = Place::new(files).run(args);
        assert_eq!(run.code, Some(code), "{args:?} {run:#?}");
        assert!(!run.stderr.is_empty(), "{args:?}");
    };
    check(&[("a.md", GOOD)], &["build", "a.md"], 0);
    check(&[("a.md", GOOD)], &["check"], 0);
    check(&[("a.yaml", WARNED)], &["check"], 0);
    check(&[("a.yaml", WARNED)], &["check", "--deny", "warnings"], 1);
    check(&[("a.yaml", WARNED)], &["build", "--deny", "warnings"], 1);
    check(&[("a.md", BAD)], &["build", "a.md"], 1);
    check(&[("a.md", BAD)], &["check", "a.md"], 1);
    check(&[], &["build"], 1);
    check(&[], &["biuld"], 2);
    check(&[], &["build", "--otput", "x"], 2);
    check(&[], &["check", "--deny", "errors"], 2);
    check(&[], &["build", "nowhere.md"], 3);
    check(&[], &["check", "nowhere/"], 3);
    check(
        &[("a.md", GOOD)],
        &["build", "a.md", "-o", "collection.apkg"],
        2,
    );
    check(&[("a.md", GOOD)], &["build", "a.md", "-o", "a.zip"], 2);
    check(
        &[("a.md", GOOD)],
        &["build", "a.md", "--baseline", "a.md"],
        2,
    );
    check(
        &[("a.md", GOOD)],
        &["build", "a.md", "--baseline", "nowhere.apkg"],
        3,
    );
}

#[test]
fn data_goes_to_stdout_and_words_to_stderr() {
    let place = Place::new(&[("a.yaml", WARNED), ("b.md", BAD)]);
    let human = place.run(&["check"]).ends(1);
    assert_eq!(human.stdout, "");
    assert!(human.stderr.contains("warning[W0208]"), "{}", human.stderr);
    assert!(human.stderr.contains("error[E0206]"), "{}", human.stderr);
    assert!(!human.stderr.contains('\u{1b}'), "no terminal, no colors");

    let short = place.run(&["check", "--message-format", "short"]).ends(1);
    let lines: Vec<&str> = short.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{short:#?}");
    assert!(
        lines[0].starts_with("a.yaml:2:3: warning[W0208]: "),
        "{short:#?}"
    );
    assert!(
        lines[1].starts_with("b.md:1:1: error[E0206]: "),
        "{short:#?}"
    );
    assert_eq!(short.stderr.lines().count(), 1, "{short:#?}");

    let json = place.run(&["check", "--message-format", "json"]).ends(1);
    for line in json.stdout.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value["code"].is_string(), "{line}");
        assert!(value["labels"][0]["line"].is_u64(), "{line}");
    }
    assert_eq!(json.stdout.lines().count(), 2);
    assert_eq!(json.stderr.lines().count(), 1);

    let quiet = place
        .run(&["check", "-q", "--message-format", "short"])
        .ends(1);
    assert_eq!(quiet.stdout.lines().count(), 1, "errors only: {quiet:#?}");
    assert_eq!(quiet.stderr, "");
}

#[test]
fn success_is_one_line() {
    let place = Place::new(&[("a.md", GOOD)]);
    let built = place.run(&["build", "a.md"]).ends(0);
    assert_eq!(built.stdout, "");
    assert_eq!(built.stderr.lines().count(), 1, "{}", built.stderr);
    assert!(
        built
            .stderr
            .starts_with("Built a.apkg: 1 note, 1 card, 0 media files, ")
    );
    let again = place.run(&["build", "a.md"]).ends(0);
    assert!(
        again.stderr.starts_with("Unchanged a.apkg"),
        "{}",
        again.stderr
    );
    let quiet = place.run(&["build", "a.md", "-q"]).ends(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
}

#[test]
fn the_container_can_be_chosen() {
    let place = Place::new(&[("a.md", GOOD)]);
    let begins = |verb: &str, args: &[&str]| {
        let built = place.run(args).ends(0);
        assert!(built.stderr.starts_with(verb), "{}", built.stderr);
    };
    let latest = ["build", "a.md", "--format", "latest"];
    begins("Built", &["build", "a.md"]);
    // What lies there is the memory of ids and times, whatever its container.
    begins("Built", &latest);
    begins("Unchanged", &latest);
    let other = ["build", "a.md", "-o", "b.apkg", "--baseline", "a.apkg"];
    begins("Built", &other);
    let legacy = ["build", "a.md", "--format", "legacy", "-o", "b.apkg"];
    begins("Unchanged", &legacy);
    let unknown = place.run(&["build", "a.md", "--format", "zip"]).ends(2);
    assert!(unknown.stderr.contains("possible values: legacy, latest"));
}

#[test]
fn nothing_is_written_but_the_package() {
    let check = |files: &[(&str, &str)], args: &[&str], new: &[&str]| {
        let place = Place::new(files);
        let before = place.files();
        place.run(args).ends(0);
        let after = place.files();
        let added: Vec<&str> = after
            .iter()
            .filter(|(name, bytes)| before.get(*name) != Some(bytes))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(added, new, "{args:?}");
        assert!(before.keys().all(|name| after.contains_key(name)));
    };
    check(&[("a.md", GOOD)], &["build", "a.md"], &["notes/a.apkg"]);
    check(
        &[("x/a.md", GOOD)],
        &["build", "x/a.md"],
        &["notes/x/a.apkg"],
    );
    check(&[("x/a.md", GOOD)], &["build", "x"], &["notes/x/x.apkg"]);
    check(&[("a.md", GOOD)], &["build"], &["notes/notes.apkg"]);
    check(
        &[("a.md", GOOD)],
        &["build", "a.md", "-o", "out/b.apkg"],
        &["notes/out/b.apkg"],
    );
    check(&[("a.md", GOOD)], &["check"], &[]);
    let manifest = "format: 1\nname: Bio\nuid: u\noutput: dist/bio.apkg\n";
    let files = [("deckle.yaml", manifest), ("a.md", GOOD), ("b.md", GOOD)];
    let new = ["notes/deckle.lock", "notes/dist/bio.apkg"];
    check(&files, &["build"], &new);
    check(&files, &["check"], &[]);
    // A part of a project reads the lock, and leaves it as it is.
    check(&files, &["build", "a.md"], &["notes/a.apkg"]);
}

#[test]
fn what_deckle_did_not_write_is_not_overwritten() {
    let manifest = "format: 1\nname: Bio\nuid: u\n";
    let project = [("deckle.yaml", manifest), ("a.md", GOOD)];
    let single = [("a.md", GOOD)];
    let args = ["build", "a.md", "-o", "b.apkg"];
    for files in [&project[..], &single[..]] {
        let place = Place::new(files);
        let lock = files.len() > 1;
        let args = if lock {
            &["build", "-o", "b.apkg"][..]
        } else {
            &args[..]
        };
        // No package at all, and one that lacks deckle's mark.
        place.put("b.apkg", "my notes");
        let refused = place.run(args);
        assert_ne!(refused.code, Some(0), "{}", refused.stderr);
        assert!(
            refused.stderr.contains("move it away"),
            "{}",
            refused.stderr
        );
        assert_eq!(place.files()["notes/b.apkg"], b"my notes");
        assert!(!place.files().contains_key("notes/deckle.lock"));
        place.put("b.apkg", foreign());
        let refused = place.run(args).ends(2);
        assert!(refused.stderr.contains("`--force`"), "{}", refused.stderr);
        let forced = [args, &["--force"]].concat();
        assert!(place.run(&forced).ends(0).stderr.starts_with("Built"));
        assert!(place.run(args).ends(0).stderr.starts_with("Unchanged"));
        // `mktemp` makes empty files.
        place.put("b.apkg", "");
        assert!(place.run(args).ends(0).stderr.starts_with("Built"));
        place.put("b.apkg", "my notes");
        place.run(&forced).ends(0);
    }
}

/// A package that another program wrote.
fn foreign() -> Vec<u8> {
    let mut database = rusqlite::Connection::open_in_memory().unwrap();
    database
        .execute_batch(
            "CREATE TABLE col (id integer PRIMARY KEY, crt integer, mod integer, ver integer,
                 conf text, models text, decks text, dconf text);
             INSERT INTO col VALUES (1, 0, 0, 11, '{}', '{}', '{}', '{}');",
        )
        .unwrap();
    let database = database.serialize(rusqlite::MAIN_DB).unwrap().to_vec();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("collection.anki2", options).unwrap();
    zip.write_all(&database).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn errors_leave_an_older_package_alone() {
    let place = Place::new(&[
        ("deckle.yaml", "format: 1\nname: Bio\nuid: u\n"),
        ("a.md", GOOD),
    ]);
    place.run(&["build"]).ends(0);
    place.put("a.md", BAD);
    let before = place.files();
    let run = place.run(&["build"]).ends(1);
    assert!(run.stderr.contains("1 error"), "{}", run.stderr);
    assert_eq!(place.files(), before);
    place.put("a.md", GOOD);
    place.put("b.yaml", WARNED);
    let before = place.files();
    place.run(&["build", "--deny", "warnings"]).ends(1);
    assert_eq!(place.files(), before);
}

#[test]
fn a_damaged_package_is_named() {
    let place = Place::new(&[("a.md", GOOD), ("a.apkg", "not a package")]);
    let before = place.files();
    let run = place.run(&["build", "a.md"]).ends(3);
    assert!(run.stderr.contains("a.apkg"), "{}", run.stderr);
    assert!(run.stderr.contains("move it away"), "{}", run.stderr);
    assert_eq!(place.files(), before);
}

#[test]
fn each_starter_builds_without_a_word() {
    for starter in ["default", "vocabulary", "science"] {
        let place = Place::new(&[]);
        let begun = place.run(&["init", "mine", "--starter", starter]).ends(0);
        assert_eq!(begun.stdout, "");
        let before = place.files();
        let again = place.run(&["init", "mine", "--starter", starter]).ends(2);
        assert!(again.stderr.contains("exists already"), "{}", again.stderr);
        assert_eq!(place.files(), before, "{starter}");
        let built = place.run(&["build", "mine", "--deny", "warnings"]).ends(0);
        assert_eq!(built.stderr.lines().count(), 1, "{}", built.stderr);
        assert!(place.files().contains_key("notes/mine/deckle.lock"));
    }
    let place = Place::new(&[(".gitignore", "*.log\n")]);
    place.run(&["init", "--name", "Human: a body"]).ends(0);
    let ignored = fs::read_to_string(place.folder().join(".gitignore")).unwrap();
    assert!(ignored.starts_with("*.log\n"), "{ignored}");
    place.run(&["check", "--deny", "warnings"]).ends(0);
}

#[test]
fn inspect_shows_what_a_package_holds() {
    let place = Place::new(&[
        (
            "deckle.yaml",
            "format: 1\nname: Body\nuid: 0b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\n",
        ),
        (
            "heart.md",
            "## What pumps? {flag=red}\n\nThe heart ![](a.svg)\n\n## It {{c1::beats}} {cloze .Verb}\n\n{{c2::often}}\n",
        ),
        ("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    ]);
    place.run(&["build", "-o", "b.apkg"]).ends(0);
    let run = place.run(&["inspect", "b.apkg"]).ends(0);
    assert_eq!(run.stderr, "");
    let expected = fs::read_to_string("tests/cmd/inspect-heart.txt").unwrap_or_default();
    if std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite") {
        fs::write("tests/cmd/inspect-heart.txt", &run.stdout).unwrap();
    } else {
        assert_eq!(run.stdout, expected.replace("\r\n", "\n"));
    }
    let run = place.run(&["inspect", "b.apkg", "--json"]).ends(0);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value["variant"], "legacy1");
    assert_eq!(value["cards"], 3);
    assert_eq!(value["media"][0]["bytes"], 41);

    let run = place.run(&["inspect", "heart.md"]).ends(3);
    assert_eq!(
        (run.stdout.as_str(), run.stderr.contains("archive")),
        ("", true)
    );
    place.run(&["inspect", "nowhere.apkg"]).ends(3);
    place.run(&["inspect"]).ends(2);
}

#[test]
fn colors_follow_the_wish() {
    let place = Place::new(&[("a.md", BAD)]);
    let colored = |command: &mut Command| {
        let run = Run::of(command.output().unwrap()).ends(1);
        run.stderr.contains('\u{1b}')
    };
    assert!(!colored(&mut place.command(&["check"])));
    assert!(colored(&mut place.command(&["check", "--color", "always"])));
    assert!(!colored(&mut place.command(&["check", "--color", "never"])));
    assert!(!colored(place.command(&["check"]).env("NO_COLOR", "1")));
    // What is typed wins over the environment.
    assert!(colored(
        place
            .command(&["check", "--color", "always"])
            .env("NO_COLOR", "1")
    ));
}

#[test]
fn the_time_of_the_build_is_checked() {
    let place = Place::new(&[("a.md", GOOD)]);
    for bad in ["", "today", "-1", "1.5", "99999999999999999999"] {
        let mut command = place.command(&["build", "a.md"]);
        let run = Run::of(command.env("SOURCE_DATE_EPOCH", bad).output().unwrap()).ends(2);
        assert!(run.stderr.contains("SOURCE_DATE_EPOCH"), "{}", run.stderr);
    }
    assert!(!place.files().contains_key("notes/a.apkg"));
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let bad: String = (0..2000)
        .map(|it| format!("## Question {it}\n\n"))
        .collect();
    let place = Place::new(&[("a.md", &bad), ("b.md", GOOD)]);
    let check = |args: &[&str], code: i32| {
        let mut child = place
            .command(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        drop(child.stderr.take());
        assert_eq!(child.wait().unwrap().code(), Some(code), "{args:?}");
    };
    check(&["check", "a.md", "--message-format", "json"], 1);
    check(&["check", "a.md"], 1);
    check(&["build", "b.md"], 0);
    check(&["--help"], 0);
    check(&["--version"], 0);
}

#[test]
fn help_is_as_it_was() {
    let place = Place::new(&[]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite");
    for (name, args) in [
        ("help", &["--help"][..]),
        ("build", &["build", "--help"]),
        ("check", &["check", "--help"]),
        ("init", &["init", "--help"]),
        ("inspect", &["inspect", "--help"]),
    ] {
        let run = place.run(args).ends(0);
        assert_eq!(run.stderr, "", "{name}");
        // On Windows the binary is called otherwise.
        let text = run.stdout.replace("deckle.exe", "deckle");
        assert!(text.lines().all(|it| it.chars().count() <= 100), "{text}");
        let path = folder.join(format!("{name}.txt"));
        if overwrite {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(text, expected.replace("\r\n", "\n"), "{}", path.display());
    }
    let bare = place.run(&[]).ends(2);
    assert_eq!(bare.stdout, "");
    assert!(bare.stderr.contains("Usage: deckle"), "{}", bare.stderr);
    let version = place.run(&["--version"]).ends(0);
    let expected = format!("deckle {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(version.stdout, expected);
}
