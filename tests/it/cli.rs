//! Sessions with the real binary: exit codes, what goes to which stream, what is written and
//! what is left alone. `SNAPSHOTS=overwrite` writes the help texts of `tests/cmd/` anew.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::sample::sample;

const GOOD: &str = "## What pumps?\n\nThe heart\n";
const BAD: &str = "## What pumps?\n";
const WARNED: &str = "- [el gato, the cat]\n- [el gato, a cat]\n";

/// A folder in a folder of its own, so that a file beside it would be seen.
pub(crate) struct Place {
    pub(crate) outer: TempDir,
}

impl Place {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let place = Self {
            outer: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(place.folder()).unwrap();
        for (path, text) in files {
            place.put(path, text);
        }
        place
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.outer.path().join("notes")
    }

    pub(crate) fn put(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The command line in this folder, with nothing of the world around it that counts.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deckle"));
        command
            .args(args)
            .current_dir(self.folder())
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .env_remove("GITHUB_WORKSPACE")
            .env("SOURCE_DATE_EPOCH", "1800000000");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(self.command(args).output().unwrap())
    }

    /// All files, the ones beside the folder included.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.outer.path(), "", &mut files);
        // Nobody misses what is kept there.
        files.retain(|name, _| !name.contains(".deckle/cache/"));
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
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a command that may read this on its standard input.
    pub(crate) fn fed(command: &mut Command, input: &str) -> Self {
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Who does not read it has ended already.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Self::of(child.wait_with_output().unwrap())
    }

    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
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
    check(
        &[("a.yaml", WARNED)],
        &["build", "--deny", "duplicate-note"],
        1,
    );
    check(&[("a.yaml", WARNED)], &["build", "--deny", "W0310"], 0);
    check(&[], &["check", "--allow", "E0206"], 2);
    check(
        &[],
        &["check", "--allow", "W0208", "--warn", "duplicate-note"],
        2,
    );
    check(&[], &["check", "--allow-dirty"], 2);
    check(&[], &["explain", "E9999"], 2);
    check(&[], &["schema"], 2);
    check(&[("a.md", GOOD)], &["show", "a.md"], 2);
    check(&[("a.md", GOOD)], &["show", "a.md:9"], 1);
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
fn a_guarded_lock_ends_with_five() {
    let manifest = "format: 1\nname: Words\nuid: 9c1f6c52-1d1b-4a6e-8a55-2f1f0a7f7b10\n";
    let place = Place::new(&[("deckle.yaml", manifest), ("a.md", GOOD)]);
    for args in [
        ["build", "--locked"],
        ["check", "--locked"],
        ["build", "--frozen"],
    ] {
        let before = place.files();
        let run = place.run(&args).ends(5);
        assert_eq!(place.files(), before, "{args:?}");
        let told = format!(
            "deckle.lock would change in 1 place, and `{}` forbids it",
            args[1]
        );
        assert!(run.stderr.contains(&told), "{run:#?}");
        assert!(run.stderr.contains("  new note n-"), "{run:#?}");
        assert!(run.stdout.is_empty());
    }
    let json = place
        .run(&["check", "--locked", "--message-format", "json"])
        .ends(5);
    let change: serde_json::Value = serde_json::from_str(json.stdout.trim()).unwrap();
    assert_eq!(change["lock-change"], "new-note");
    assert_eq!(change["path"], "a.md");
    let short = place
        .run(&["check", "--locked", "--message-format", "short"])
        .ends(5);
    assert!(
        short.stdout.starts_with("deckle.lock: new note n-"),
        "{short:#?}"
    );

    place.run(&["build"]).ends(0);
    for args in [
        ["build", "--locked"],
        ["build", "--frozen"],
        ["check", "--frozen"],
    ] {
        place.run(&args).ends(0);
    }
    place.put("a.md", GOOD.replace("The heart", "A heart"));
    place.run(&["check", "--locked"]).ends(0);
    place.run(&["check", "--frozen"]).ends(5);
    // What git for Windows makes of it is no other lock, but not the same file.
    place.put("a.md", GOOD);
    let lock = fs::read_to_string(place.folder().join("deckle.lock")).unwrap();
    place.put("deckle.lock", lock.replace('\n', "\r\n"));
    place.run(&["check", "--locked"]).ends(0);
    let told = place.run(&["check", "--frozen"]).ends(5);
    assert!(told.stderr.contains("eol=lf"), "{told:#?}");
    // An error of the sources comes first, and a guard that has nothing to guard is wrong usage.
    place.put("a.md", BAD);
    place.run(&["check", "--frozen"]).ends(1);
    place.run(&["check", "--frozen", "--locked"]).ends(2);
    Place::new(&[("a.md", GOOD)])
        .run(&["check", "--locked"])
        .ends(2);
    Place::new(&[("a.md", GOOD)])
        .run(&["build", "--touch", "a.md"])
        .ends(2);

    let field = "types:\n  - {key: w, fields: [A], card-templates: [{name: C, front: {html: '{{A}}'}, back: {html: x}}]}\ndefaults: {type: w}\n";
    let project = |field: &str| format!("{manifest}{field}");
    let place = Place::new(&[("deckle.yaml", &project(field)), ("a.yaml", "- [a]\n")]);
    place.run(&["build"]).ends(0);
    place.put("deckle.yaml", project(&field.replace("[A]", "[A, B]")));
    place.run(&["check"]).ends(1);
    place.run(&["check", "--locked"]).ends(5);
    let run = place
        .run(&["check", "--locked", "--allow-schema-change"])
        .ends(5);
    assert!(
        run.stderr
            .contains("schema of note type w: field `B` is new"),
        "{run:#?}"
    );
    place.run(&["build", "--allow-schema-change"]).ends(0);
    place.run(&["check", "--locked"]).ends(0);
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
fn a_starter_leaves_its_samples_out_among_sources() {
    let place = Place::new(&[("README.md", "mine"), ("deep/facts.md", GOOD)]);
    let begun = place.run(&["init"]).ends(0);
    assert!(
        begun.stderr.contains("Without sample notes"),
        "{}",
        begun.stderr
    );
    let files = place.files();
    assert!(files.contains_key("notes/deckle.yaml"));
    assert!(!files.contains_key("notes/facts.md") && !files.contains_key("notes/words.yaml"));
    let built = place.run(&["build", "--deny", "warnings"]).ends(0);
    assert!(built.stderr.contains("1 note,"), "{}", built.stderr);
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
    let hint = "1 finding: 1 looks odd; `deckle verify b.apkg` tells which\n";
    assert_eq!(run.stderr, hint);
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
fn diff_tells_what_learners_will_get() {
    let first = "## ser {#ser .verb}\n\nto be (what something is)\n\n## estar {#estar .verb}\n\n\
                 to stay\n\n## ir {#ir .verb}\n\nto go ![](road.png)\n\n## haber {#haber}\n\nto \
                 have\n\n## Present {#present}\n\nYo {{c1::soy}} alto.\n";
    let second = first
        .replace("to stay", "to be (how something is)")
        .replace("{#ir .verb}", "{#ir}")
        .replace("## haber {#haber}\n\nto have\n\n", "")
        .replace("alto", "{{c2::alto}}")
        + "\n## tener {#tener}\n\nto have\n";
    let place = Place::new(&[
        (
            "deckle.yaml",
            "format: 1\nname: Spanish\nuid: 0b7e3c1e-5b1f-4e0e-9b63-6f1d3f0a9c55\n",
        ),
        ("verbs.md", first),
    ]);
    place.put("road.png", sample("road.png", "a road"));
    let build = |time: &str, output: &str| {
        let mut command = place.command(&["build", "-o", output]);
        let run = command.env("SOURCE_DATE_EPOCH", time).output().unwrap();
        Run::of(run).ends(0);
    };
    build("1760000000", "1.0.apkg");
    fs::write(place.folder().join("verbs.md"), second).unwrap();
    place.put("road.png", sample("road.png", "another road"));
    build("1770000000", "1.1.apkg");

    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|it| it == "overwrite");
    for (name, option) in [("diff-verbs.txt", "--all"), ("diff-verbs.md", "--markdown")] {
        let run = place.run(&["diff", "1.0.apkg", "1.1.apkg", option]).ends(0);
        assert_eq!(run.stderr, "");
        let path = Path::new("tests/cmd").join(name);
        if overwrite {
            fs::write(&path, &run.stdout).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(run.stdout, expected.replace("\r\n", "\n"), "{name}");
    }
    let run = place
        .run(&["diff", "1.0.apkg", "1.1.apkg", "--json"])
        .ends(0);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(value[0]["client"], "desktop");
    assert_eq!(value[1]["client"], "ankidroid");
    assert_eq!(value[0]["counts"]["removed"], 1);
    assert_eq!(value[1]["log"]["updated"], 3);

    let fails = |condition: &str, code: i32| {
        let run = place.run(&["diff", "1.0.apkg", "1.1.apkg", "--fail-if", condition]);
        run.ends(code).stderr
    };
    assert_eq!(fails("removed>1", 0), "");
    let told = fails("removed>=1", 1);
    assert_eq!(told, "error: removed is 1, and `removed>=1` was to fail\n");
    assert!(
        fails("gone>1", 2).contains("these can: added, "),
        "the names"
    );
    let swapped = place
        .run(&["diff", "1.1.apkg", "1.0.apkg", "--client", "desktop"])
        .ends(0);
    assert!(
        swapped.stdout.contains("they are not newer"),
        "{}",
        swapped.stdout
    );
    let same = place.run(&["diff", "1.1.apkg", "1.1.apkg"]).ends(0);
    assert!(
        same.stdout.ends_with("Nothing changes.\n"),
        "{}",
        same.stdout
    );
    place.run(&["diff", "1.0.apkg", "nowhere.apkg"]).ends(3);
    place.run(&["diff", "1.0.apkg"]).ends(2);
}

#[test]
fn import_says_what_it_guessed_and_what_it_left_out() {
    let place = Place::new(&[
        ("old/a.md", "Q: What pumps?\nA: The heart\n"),
        ("both/a.md", "## What pumps?\n\nThe heart\n"),
        ("bad/a.md", "Q: What pumps?\nA: The heart\n\nC: nothing\n"),
    ]);
    let run = place.run(&["import", "old", "new"]).ends(0);
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str()),
        (
            "",
            "Read as files of hashcards, because of `Q:` in a.md:1; --from names another tool\n\
             Imported `old` into new: 1 note, 0 note types, 0 media files\n\
             Next: deckle build new\n"
        )
    );
    place.run(&["build", "new"]).ends(0);
    let run = place.run(&["import", "old", "new"]).ends(2);
    assert!(run.stderr.contains("holds something"), "{}", run.stderr);
    let run = place.run(&["import", "both", "n2"]).ends(2);
    assert!(run.stderr.contains("mdanki"), "{}", run.stderr);
    place
        .run(&["import", "both", "n2", "--from", "mdanki"])
        .ends(0);
    let run = place.run(&["import", "bad", "n3"]).ends(1);
    assert!(run.stderr.contains("E0810"), "{}", run.stderr);
    assert!(
        run.stderr.contains("1 error in the old files"),
        "{}",
        run.stderr
    );
    place.run(&["build", "n3"]).ends(0);
    place
        .run(&["import", "old", "n4", "--from", "nothing"])
        .ends(2);
    place.run(&["import", "nowhere", "n4"]).ends(3);
}

#[test]
fn verify_tells_what_an_import_would_lose() {
    let place = Place::new(&[("a.md", GOOD)]);
    place.run(&["build", "a.md"]).ends(0);
    let run = place.run(&["verify", "a.apkg"]).ends(0);
    assert_eq!(
        (run.stdout.as_str(), run.stderr.as_str()),
        ("", "Nothing found\n")
    );
    let run = place.run(&["verify", "a.apkg", "--json"]).ends(0);
    assert_eq!(run.stdout, "{\"findings\":[],\"harm\":null}\n");

    fs::copy(
        place.folder().join("a.apkg"),
        place.folder().join("backup-1.apkg"),
    )
    .unwrap();
    let run = place.run(&["verify", "backup-1.apkg"]).ends(1);
    let first = "loses[file-name]: the file has the name of a backup\n  `backup-1.apkg`\n  why: ";
    assert!(run.stdout.starts_with(first), "{}", run.stdout);
    assert_eq!(run.stderr, "1 finding: 1 loses content\n");
    let run = place.run(&["verify", "a.md", "--json"]).ends(1);
    let value: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&value["harm"], run.stderr.as_str()), (&"fails".into(), ""));
    assert_eq!(value["findings"][0]["rule"], "unreadable");
    assert_eq!(value["findings"][0]["examples"][0]["place"], "package");
    place.run(&["verify", "nowhere.apkg"]).ends(3);
    place.run(&["verify"]).ends(2);
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
        #[cfg(feature = "watch")]
        ("watch", &["watch", "--help"]),
        ("diff", &["diff", "--help"]),
        ("doctor", &["doctor", "--help"]),
        ("audio", &["audio", "--help"]),
        #[cfg(feature = "fetch")]
        ("fetch", &["fetch", "--help"]),
        ("init", &["init", "--help"]),
        ("inspect", &["inspect", "--help"]),
        ("import", &["import", "--help"]),
        ("unpack", &["unpack", "--help"]),
        ("adopt", &["adopt", "--help"]),
        ("id", &["id", "--help"]),
        ("id-add", &["id", "add", "--help"]),
        ("id-strip", &["id", "strip", "--help"]),
        ("verify", &["verify", "--help"]),
        ("ship", &["ship", "--help"]),
        ("pull", &["pull", "--help"]),
        ("flags", &["flags", "--help"]),
        ("show", &["show", "--help"]),
        ("preview", &["preview", "--help"]),
        ("connect", &["connect", "--help"]),
        ("explain", &["explain", "--help"]),
        ("schema", &["schema", "--help"]),
        ("completions", &["completions", "--help"]),
        ("man", &["man", "--help"]),
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

/// `git` in a place, as nobody in particular.
pub(crate) fn git(place: &Place, args: &[&str]) {
    let identity = ["-c", "user.name=A", "-c", "user.email=a@b.c"];
    let mut command = Command::new("git");
    command
        .args(identity)
        .args(args)
        .current_dir(place.folder());
    assert!(command.output().unwrap().status.success(), "{args:?}");
}

#[test]
fn ids_are_written_into_committed_files_only() {
    let manifest = "format: 1\nname: Bio\nuid: u\n";
    let place = Place::new(&[
        ("deckle.yaml", manifest),
        ("a.md", GOOD),
        ("sub/b é.yaml", "- {front: a, back: b}\n- [c, d]\n"),
    ]);
    let outside = place.run(&["id", "add", "--dry-run"]).ends(0);
    let lines: Vec<&str> = outside.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{outside:#?}");
    assert!(lines[0].starts_with("a.md:2: + <!-- id: n-"), "{lines:?}");
    assert!(
        lines[1].starts_with("sub/b é.yaml:1: + id: n-"),
        "{lines:?}"
    );
    assert!(
        outside
            .stderr
            .contains("sub/b é.yaml:2: left as it is: a list")
    );
    assert!(
        outside
            .stderr
            .ends_with("Would write 2 ids in 2 files; 1 note left as told above\n")
    );

    // The project may lie anywhere in the repository.
    let top = Place {
        outer: tempfile::tempdir().unwrap(),
    };
    fs::create_dir_all(top.folder().join("deep")).unwrap();
    fs::rename(place.folder(), top.folder().join("deep/notes")).unwrap();
    git(&top, &["init", "-q"]);
    let add = ["id", "add", "deep/notes"];
    let before = top.files();
    let refused = top.run(&add).ends(2);
    assert!(
        refused
            .stderr
            .contains("`a.md` and 1 more file have uncommitted changes")
    );
    assert_eq!(top.files(), before);
    git(&top, &["add", "."]);
    git(&top, &["commit", "-qm", "x"]);
    let added = top.run(&add).ends(0);
    assert!(
        added
            .stderr
            .ends_with("Wrote 2 ids in 2 files; 1 note left as told above\n")
    );
    let again = top.run(&add).ends(0);
    assert!(again.stderr.contains("Nothing to write"), "{again:#?}");

    let strip = ["id", "strip", "deep/notes"];
    let refused = top.run(&strip).ends(2);
    assert!(refused.stderr.contains("--allow-dirty"), "{refused:#?}");
    let strip = ["id", "strip", "deep/notes", "--allow-dirty"];
    let stripped = top.run(&strip).ends(0);
    assert_eq!(stripped.stderr, "Removed 2 ids in 2 files\n");
    assert_eq!(
        fs::read_to_string(top.folder().join("deep/notes/a.md")).unwrap(),
        GOOD
    );
}

#[test]
fn outside_of_a_repository_ids_are_written_with_a_word_about_it() {
    let place = Place::new(&[("a.md", GOOD), ("b.md", BAD)]);
    let before = place.files();
    let run = place.run(&["id", "add"]).ends(1);
    assert!(
        run.stderr.ends_with("1 error; nothing was changed\n"),
        "{run:#?}"
    );
    assert_eq!(place.files(), before);
    let run = place
        .run(&["id", "add", "a.md", "--style", "block"])
        .ends(0);
    assert!(run.stderr.contains("in no git repository"), "{run:#?}");
    let text = fs::read_to_string(place.folder().join("a.md")).unwrap();
    assert!(text.starts_with("## What pumps? ^n-"), "{text}");
    assert_eq!(place.run(&["id", "strip", "a.md", "-q"]).ends(0).stderr, "");
    assert_eq!(place.files(), before);
}
